"""Walls of painted sets: house fronts along a street, the four walls of a room."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from shotwright.engines.draft.sets.art import NEONS, RGB, Art, Rng, tinted
from shotwright.engines.draft.sets.kinds import Room
from shotwright.engines.draft.sets.materials import wall_art
from shotwright.engines.draft.stage import Plane, Texture

FRONT_PX_PER_M = 64


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


@dataclass(frozen=True)
class Front:
    """A way to build houses along a street: their colours, heights in metres, whether shops stand below and floors have many windows."""

    colours: tuple[RGB, ...]
    tall: tuple[float, float]
    has_shops: bool = True
    floor_m: float = 2.9
    is_broken: bool = False
    beams: RGB | None = None


FRONTS: dict[str, Front] = {
    "houses": Front(((150, 112, 94), (128, 120, 112), (162, 146, 122), (110, 114, 124), (140, 98, 86), (122, 128, 118)), (8, 16)),
    "old": Front(((204, 176, 132), (196, 148, 112), (212, 196, 164), (178, 160, 138)), (7, 11)),
    "towers": Front(((92, 108, 126), (116, 126, 138), (78, 92, 110), (132, 136, 140)), (26, 44), floor_m=2.2),
    "timber": Front(((226, 214, 188), (216, 198, 164), (232, 224, 206)), (5.5, 8.5), has_shops=False, beams=(84, 58, 40)),
    "wood": Front(((148, 108, 72), (128, 92, 62), (164, 126, 88)), (5, 7.5), beams=(92, 64, 42)),
    "adobe": Front(((214, 176, 128), (224, 192, 146), (202, 160, 114)), (4.5, 8), has_shops=False),
    "ruins": Front(((118, 112, 106), (104, 98, 94), (132, 120, 108)), (6, 15), has_shops=False, is_broken=True),
}  # fmt: skip
"""What stands along a street; `none`: nothing."""


def house_front(rng: Rng, wide_m: float, tall_m: float, *, lit: float, is_neon: bool, front: Front) -> Art:
    """A house front: windows in rows, a shop at street level."""
    base = front.colours[int(rng.integers(len(front.colours)))]
    art = _flat(
        round(wide_m * FRONT_PX_PER_M), round(tall_m * FRONT_PX_PER_M), tinted(base, float(rng.uniform(0.75, 1.05)))
    )
    _grain(art, rng)
    shop = 3.2 / tall_m
    columns, rows = max(1, int(wide_m / 1.9)), max(1, int((tall_m - 3.2) / front.floor_m))
    if front.beams:
        _beams(art, front.beams)
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
    if front.is_broken:
        _break(art, rng)
        return art
    if not front.has_shops:
        _rect(art, (88, 62, 44), (0.4, 1 - 0.72 * shop, 0.6, 1))
        _rect(
            art,
            (255, 214, 140) if lit > 0.2 else (64, 76, 92),
            (0.12, 1 - 0.8 * shop, 0.28, 1 - 0.4 * shop),
            shines=lit > 0.2,
        )
        _rect(
            art,
            (255, 214, 140) if lit > 0.2 else (64, 76, 92),
            (0.72, 1 - 0.8 * shop, 0.88, 1 - 0.4 * shop),
            shines=lit > 0.2,
        )
        return art
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


def _beams(art: Art, colour: RGB) -> None:
    """Half-timbering."""
    for k in range(5):
        _rect(art, colour, (0.245 * k, 0, 0.245 * k + 0.02, 1))
    for k in range(4):
        _rect(art, colour, (0, 0.3 * k, 1, 0.3 * k + 0.02))


def _break(art: Art, rng: Rng) -> None:
    """Its top is gone, unevenly, and its windows are holes."""
    height, width = art.alpha.shape
    line = np.interp(np.arange(width), np.linspace(0, width, 12), rng.uniform(0.02, 0.5, 12) * height)
    art.alpha[np.arange(height)[:, None] < line] = 0


def _bloom(art: Art, colour: RGB) -> None:
    """Coloured light around what shines, on the wall itself."""
    small = cv2.resize(art.shine, None, fx=0.125, fy=0.125, interpolation=cv2.INTER_AREA)
    soft = cv2.resize(cv2.GaussianBlur(small, (0, 0), 7), (art.alpha.shape[1], art.alpha.shape[0]))
    amount = (soft.astype(np.float32) / 255 * 0.75)[..., None]
    art.rgb[:] = np.clip(art.rgb + amount * np.array(colour, np.float32) * 0.8, 0, 255).astype(np.uint8)
    np.maximum(art.shine, (amount[..., 0] * 170).astype(np.uint8), out=art.shine)


STREET_Z = (-30.0, -8.0, 0.0, 4.0, 9.0, 18.0, 36.0, 120.0)
"""Borders of the parts in which a row of houses is drawn, each from a reduction of its own."""


def street_fronts(
    rng: Rng, half_m: float, *, front: Front, lit: float, is_neon: bool, tall: tuple[float, float] | None = None
) -> list[Wall]:
    """Two rows of houses along z, `half_m` to either side, from behind the camera to far away."""
    walls = []
    for side in (-1, 1):
        fronts = [
            house_front(
                rng,
                float(rng.uniform(7, 10)),
                float(rng.uniform(*(tall or front.tall))),
                lit=lit,
                is_neon=is_neon,
                front=front,
            )
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


def room(rng: Rng, spec: Room, *, outside: RGB, is_clear: bool) -> list[Wall]:
    """Four walls and a ceiling around the camera; the back wall stands at z = `spec.back_m`.

    Args:
        rng: Of the seed.
        spec: What they are of.
        outside: Colour of the light behind the windows.
        is_clear: Whether one sees through the windows.
    """
    material, colour = spec.wall
    deep, wide, tall = spec.back_m - spec.front_m, 2 * spec.half_m, spec.tall_m
    back, left, right, front = (
        wall_art(rng, w, tall, material, tinted(colour, f))
        for w, f in ((wide, 1.0), (deep, 0.9), (deep, 0.82), (wide, 0.9))
    )
    light = None if is_clear else outside
    for wall, boxes in zip((back, left, right), _windows(spec, deep), strict=True):
        for box in boxes:
            _window(wall, light, box) if box[3] < 1 else _rect(wall, DOOR, box)
    if material == "glass":
        for wall in (back, left, right, front):
            wall.alpha[:] = np.where((wall.rgb.astype(np.int16).sum(axis=2) > 0.75 * sum(colour)), 70, 255)
    x, z, up = (1.0, 0.0, 0.0), (0.0, 0.0, 1.0), (0.0, 1.0, 0.0)
    half = spec.half_m
    walls = [
        Wall(back, (-half, 0, spec.back_m), x, up, wide, tall), Wall(left, (-half, 0, spec.front_m), z, up, deep, tall),
        Wall(right, (half, 0, spec.back_m), (0.0, 0.0, -1.0), up, deep, tall), Wall(front, (half, 0, spec.front_m), (-1.0, 0.0, 0.0), up, wide, tall),
    ]  # fmt: skip
    if spec.ceiling is not None:
        walls.append(Wall(_flat(256, 256, spec.ceiling), (-half, tall, spec.front_m), x, z, wide, deep))
    return walls


DOOR: RGB = (104, 68, 44)
Box = tuple[float, float, float, float]


def _windows(spec: Room, deep: float) -> tuple[list[Box], list[Box], list[Box]]:
    """Windows of the back, the left and the right wall, as shares: left, top, right, bottom."""
    count = max(2, round(deep / 2.6))
    step = 1 / count
    row: list[Box] = [(step * (k + 0.14), 0.18, step * (k + 0.86), 0.66) for k in range(count)]
    beside: list[Box] = [(0.08, 0.18, 0.33, 0.66), (0.67, 0.18, 0.92, 0.66)]
    doors: list[Box] = [(x0 + 0.2 * step, 0.24, x1 - 0.2 * step, 1.0) for x0, _, x1, _ in row]
    walls: dict[str, tuple[list[Box], list[Box], list[Box]]] = {
        "back": ([(0.08, 0.18, 0.38, 0.66)], row[: count // 2], []), "sides": ([], row, row), "wide": ([(0.05, 0.14, 0.95, 0.62)], row, row) if spec.half_m < 1.2 else ([(0.05, 0.14, 0.95, 0.62)], [], []),
        "high": (beside if spec.half_m < 3 else [(x0, 0.06, x1, 0.24) for x0, _, x1, _ in row], [], []), "none": ([], [], []),
        "doors": ([], doors, doors),
    }  # fmt: skip
    return walls[spec.window]


def _window(art: Art, outside: RGB | None, box: Box) -> None:
    """A window; without an outside one sees through it."""
    x0, y0, x1, y1 = box
    frame: RGB = (238, 236, 228)
    height, width = art.alpha.shape
    dx, dy = 5 / width, 5 / height
    _rect(art, frame, (x0 - dx, y0 - dy, x1 + dx, y1 + 2 * dy))
    steps = 12
    for i in range(steps):
        t0, t1 = y0 + (y1 - y0) * i / steps, y0 + (y1 - y0) * (i + 1) / steps
        _rect(
            art,
            tinted(outside or (200, 210, 220), 0.85 + 0.25 * i / steps),
            (x0, t0, x1, t1),
            shines=outside is not None,
        )
    if outside is None:
        art.alpha[round(y0 * height) : round(y1 * height), round(x0 * width) : round(x1 * width)] = 0
    middle = (x0 + x1) / 2
    for bar in ((middle - dx / 2, y0, middle + dx / 2, y1), (x0, (y0 + y1) / 2 - dy / 2, x1, (y0 + y1) / 2 + dy / 2)):
        _rect(art, frame, bar)
        left, top, right, bottom = (round(v * s) for v, s in zip(bar, (width, height, width, height), strict=True))
        art.alpha[top:bottom, left:right] = 255


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
