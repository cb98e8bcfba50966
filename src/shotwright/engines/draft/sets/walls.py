"""Walls of painted sets: house fronts along a street, the four walls of a room."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from shotwright.engines.draft.sets.art import NEONS, RGB, Art, Rng, tinted
from shotwright.engines.draft.stage import Plane, Texture

FRONT_PX_PER_M = 64
ROOM_PX_PER_M = 110


@dataclass(frozen=True)
class Wall:
    """An upright or level rectangle with a picture on it, to be dressed.

    Attributes:
        art: The picture; its alpha is full.
        origin: World point of its lower left corner, seen from where it shows its picture.
        u: Direction to the right.
        v: Direction upwards.
        wide_m: Width.
        tall_m: Height.
        tile_m: Width of the picture when it repeats, mirrored, along the wall; 0 when it is as wide as the wall.
        offset_m: Where on the repeated picture the wall's left end lies.
    """

    art: Art
    origin: tuple[float, float, float]
    u: tuple[float, float, float]
    v: tuple[float, float, float]
    wide_m: float
    tall_m: float
    tile_m: float = 0.0
    offset_m: float = 0.0

    def plane(self, texture: Texture) -> Plane:
        """The wall with a texture made from its picture."""
        rows, columns = texture.colour.shape[:2]
        scale = columns / (self.tile_m or self.wide_m)
        to_texture = np.array([[scale, 0, self.offset_m * scale], [0, -rows / self.tall_m, rows], [0, 0, 1.0]])
        outline = np.array([[0, 0], [self.wide_m, 0], [self.wide_m, self.tall_m], [0, self.tall_m]])
        return Plane(
            np.array(self.origin),
            np.array(self.u),
            np.array(self.v),
            outline,
            texture,
            to_texture,
            is_tiled=bool(self.tile_m),
        )


def _flat(width: int, height: int, colour: RGB) -> Art:
    rgb = np.full((height, width, 3), colour, np.uint8)
    return Art(rgb, np.full((height, width), 255, np.uint8), np.zeros((height, width), np.uint8))


def _grain(art: Art, rng: Rng, strength: float = 5.0) -> None:
    noise = cv2.GaussianBlur(rng.normal(0, 1, art.alpha.shape).astype(np.float32), (0, 0), 1.2) * 2.2 * strength
    art.rgb[:] = np.clip(art.rgb.astype(np.float32) + noise[..., None], 0, 255).astype(np.uint8)


def _rect(art: Art, colour: RGB, box: tuple[float, float, float, float], *, shines: bool = False) -> None:
    """A rectangle in shares: left, top, right, bottom."""
    height, width = art.alpha.shape
    a, b = (round(box[0] * width), round(box[1] * height)), (round(box[2] * width) - 1, round(box[3] * height) - 1)
    cv2.rectangle(art.rgb, a, b, colour, -1)
    cv2.rectangle(art.shine, a, b, 255 if shines else 0, -1)


def house_front(rng: Rng, wide_m: float, tall_m: float, *, lit: float, is_neon: bool) -> Art:
    """A house front: windows in rows, a shop at street level."""
    base = [(150, 112, 94), (128, 120, 112), (162, 146, 122), (110, 114, 124), (140, 98, 86), (122, 128, 118)][
        int(rng.integers(6))
    ]
    art = _flat(
        round(wide_m * FRONT_PX_PER_M), round(tall_m * FRONT_PX_PER_M), tinted(base, float(rng.uniform(0.75, 1.05)))
    )
    _grain(art, rng)
    shop = 3.2 / tall_m
    columns, rows = max(1, int(wide_m / 1.9)), max(1, int((tall_m - 3.2) / 2.9))
    for i in range(columns):
        for j in range(rows):
            x, y = (i + 0.26) / columns, (1 - shop) * (j + 0.24) / rows
            x1, y1 = x + 0.46 / columns, y + (1 - shop) * 0.56 / rows
            is_lit = rng.uniform() < lit
            _rect(art, tinted(base, 1.25), (x - 0.05 / columns, y - 0.012, x1 + 0.05 / columns, y1 + 0.014))
            glass = (
                [(255, 218, 150), (255, 196, 120), (190, 220, 255)][int(rng.integers(3))] if is_lit else (64, 76, 92)
            )
            _rect(art, glass, (x, y, x1, y1), shines=bool(is_lit))
            _rect(art, tinted(base, 0.8), ((x + x1) / 2 - 0.003, y, (x + x1) / 2 + 0.003, y1))
    _rect(art, tinted(base, 0.6), (0, 1 - shop, 1, 1))
    _rect(art, tinted(base, 1.3), (0, 1 - shop - 0.012, 1, 1 - shop + 0.008))
    open_shop = rng.uniform() < max(lit, 0.35)
    glass = (255, 224, 164) if open_shop else (50, 60, 72)
    _rect(art, glass, (0.08, 1 - 0.74 * shop, 0.56, 1 - 0.2 * shop), shines=bool(open_shop and lit > 0.2))
    _rect(art, tinted(base, 0.35), (0.66, 1 - 0.76 * shop, 0.86, 1))
    if is_neon:
        colour = NEONS[int(rng.integers(len(NEONS)))]
        _rect(art, colour, (0.1, 1 - 0.95 * shop, 0.54, 1 - 0.92 * shop), shines=True)
        _rect(art, colour, (0.1, 1 - 0.83 * shop, 0.54, 1 - 0.80 * shop), shines=True)
        for k in range(6):
            _rect(art, colour, (0.13 + 0.065 * k, 1 - 0.91 * shop, 0.16 + 0.065 * k, 1 - 0.845 * shop), shines=True)
        _bloom(art, colour)
    return art


def _bloom(art: Art, colour: RGB) -> None:
    """Coloured light around what shines, on the wall itself."""
    small = cv2.resize(art.shine, None, fx=0.125, fy=0.125, interpolation=cv2.INTER_AREA)
    soft = cv2.resize(cv2.GaussianBlur(small, (0, 0), 7), (art.alpha.shape[1], art.alpha.shape[0]))
    amount = (soft.astype(np.float32) / 255 * 0.75)[..., None]
    art.rgb[:] = np.clip(art.rgb + amount * np.array(colour, np.float32) * 0.8, 0, 255).astype(np.uint8)
    np.maximum(art.shine, (amount[..., 0] * 170).astype(np.uint8), out=art.shine)


STREET_Z = (-30.0, -8.0, 0.0, 4.0, 9.0, 18.0, 36.0, 120.0)
"""Borders of the parts in which a row of houses is drawn, each from a reduction of its own."""


def street_fronts(rng: Rng, half_m: float, *, tall: tuple[float, float], lit: float, is_neon: bool) -> list[Wall]:
    """Two rows of houses along z, `half_m` to either side, from behind the camera to far away."""
    walls = []
    for side in (-1, 1):
        fronts = [
            house_front(rng, float(rng.uniform(7, 10)), float(rng.uniform(*tall)), lit=lit, is_neon=is_neon)
            for _ in range(4)
        ]
        row = _row_of(fronts)
        tile_m = row.alpha.shape[1] / FRONT_PX_PER_M
        for z0, z1 in itertools.pairwise(STREET_Z):
            start = (-half_m, 0.0, z0) if side < 0 else (half_m, 0.0, z1)
            walls.append(
                Wall(
                    row,
                    start,
                    (0.0, 0.0, -1.0 * side),
                    (0.0, 1.0, 0.0),
                    z1 - z0,
                    row.alpha.shape[0] / FRONT_PX_PER_M,
                    tile_m,
                    z0 if side < 0 else -z1,
                )
            )
    return walls


def _row_of(fronts: list[Art]) -> Art:
    """Fronts side by side, their feet on one line."""
    height = max(front.alpha.shape[0] for front in fronts)

    def raised(part: NDArray[np.uint8]) -> NDArray[np.uint8]:
        return np.asarray(cv2.copyMakeBorder(part, height - part.shape[0], 0, 0, 0, cv2.BORDER_CONSTANT), np.uint8)

    return Art(*(np.hstack([raised(getattr(front, name)) for front in fronts]) for name in ("rgb", "alpha", "shine")))


def room(rng: Rng, *, half_m: float, back_m: float, front_m: float, tall_m: float, outside: RGB) -> list[Wall]:
    """Four walls and a ceiling around the camera; the back wall stands at z = `back_m`."""
    paint = [(206, 198, 184), (188, 196, 190), (210, 188, 168)][int(rng.integers(3))]
    deep, wide = back_m - front_m, 2 * half_m
    back, left, right, front = (
        _plaster(rng, w, tall_m, tinted(paint, f)) for w, f in ((wide, 1.0), (deep, 0.9), (deep, 0.82), (wide, 0.9))
    )
    _window(back, outside, (0.10, 0.2, 0.36, 0.66))
    for k in range(3):
        _window(left, outside, (0.14 + 0.28 * k, 0.18, 0.32 + 0.28 * k, 0.68))
    _picture(back, rng, (0.58, 0.24, 0.74, 0.56))
    ceiling = _flat(256, 256, tinted(paint, 1.08))
    x, z = (1.0, 0.0, 0.0), (0.0, 0.0, 1.0)
    up = (0.0, 1.0, 0.0)
    return [
        Wall(back, (-half_m, 0, back_m), x, up, wide, tall_m),
        Wall(left, (-half_m, 0, front_m), z, up, deep, tall_m),
        Wall(right, (half_m, 0, back_m), (0.0, 0.0, -1.0), up, deep, tall_m),
        Wall(front, (half_m, 0, front_m), (-1.0, 0.0, 0.0), up, wide, tall_m),
        Wall(ceiling, (-half_m, tall_m, front_m), x, z, wide, deep),
    ]


def _plaster(rng: Rng, wide_m: float, tall_m: float, colour: RGB) -> Art:
    art = _flat(round(wide_m * ROOM_PX_PER_M), round(tall_m * ROOM_PX_PER_M), colour)
    shade = np.linspace(1.06, 0.86, art.alpha.shape[0], dtype=np.float32)[:, None, None]
    art.rgb[:] = np.clip(art.rgb * shade, 0, 255).astype(np.uint8)
    _grain(art, rng, 2.5)
    _rect(art, tinted(colour, 0.62), (0, 0.955, 1, 1))
    return art


def _window(art: Art, outside: RGB, box: tuple[float, float, float, float]) -> None:
    x0, y0, x1, y1 = box
    frame: RGB = (238, 236, 228)
    _rect(art, frame, (x0 - 0.012, y0 - 0.02, x1 + 0.012, y1 + 0.03))
    steps = 12
    for i in range(steps):
        t0, t1 = y0 + (y1 - y0) * i / steps, y0 + (y1 - y0) * (i + 1) / steps
        _rect(art, tinted(outside, 0.85 + 0.25 * i / steps), (x0, t0, x1, t1), shines=True)
    middle = (x0 + x1) / 2
    _rect(art, frame, (middle - 0.006, y0, middle + 0.006, y1))
    _rect(art, frame, (x0, (y0 + y1) / 2 - 0.008, x1, (y0 + y1) / 2 + 0.008))


def _picture(art: Art, rng: Rng, box: tuple[float, float, float, float]) -> None:
    x0, y0, x1, y1 = box
    _rect(art, (92, 66, 46), box)
    _rect(art, (226, 214, 190), (x0 + 0.008, y0 + 0.02, x1 - 0.008, y1 - 0.02))
    _rect(art, tinted((96, 128, 142), float(rng.uniform(0.8, 1.2))), (x0 + 0.02, y0 + 0.06, x1 - 0.02, (y0 + y1) / 2))
    _rect(art, (142, 126, 88), (x0 + 0.02, (y0 + y1) / 2, x1 - 0.02, y1 - 0.06))


def island_patch(rng: Rng, radius_m: float) -> tuple[Art, float]:
    """An island from above: shallow water, sand, green; the picture and its half size in metres."""
    size = 1200
    turn = np.linspace(0, 2 * np.pi, 160, endpoint=False)
    shape: NDArray[np.float64] = np.ones(160) + sum(
        rng.normal(0, 0.16 / k) * np.cos(k * turn + rng.uniform(0, 6.3)) for k in range(2, 7)
    )
    art = Art(np.zeros((size, size, 3), np.uint8), np.zeros((size, size), np.uint8), np.zeros((size, size), np.uint8))
    rings: tuple[tuple[float, RGB], ...] = (
        (1.34, (70, 168, 178)),
        (1.16, (120, 204, 200)),
        (1.03, (238, 226, 190)),
        (0.98, (226, 206, 160)),
        (0.86, (104, 132, 74)),
        (0.7, (78, 112, 62)),
    )
    for grown, colour in rings:
        points = np.stack(
            [
                size / 2 + np.cos(turn) * shape * grown * size * 0.34,
                size / 2 + np.sin(turn) * shape * grown * size * 0.34,
            ],
            axis=1,
        )
        cv2.fillPoly(art.rgb, [points.astype(np.int32)], colour, cv2.LINE_AA)
        cv2.fillPoly(art.alpha, [points.astype(np.int32)], 255, cv2.LINE_AA)
    art.rgb[:] = cv2.GaussianBlur(art.rgb, (0, 0), 4)
    _grain(art, rng, 6)
    art.alpha[:] = cv2.GaussianBlur(cv2.erode(art.alpha, np.ones((31, 31), np.uint8)), (0, 0), 12)
    return art, radius_m / 0.68
