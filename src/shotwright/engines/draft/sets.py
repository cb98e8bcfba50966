"""A place from words alone: a painted set with sky, horizon, far things and ground, chosen by the nouns of the prompt.

Each kind is a row: colours, a painter for what stands on the horizon, a painter for the ground. Deterministic by seed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from shotwright.media.colour import FrameRGB

RGB = tuple[int, int, int]
Rng = np.random.Generator


@dataclass(frozen=True)
class SetKind:
    """How to paint a kind of place."""

    sky: tuple[RGB, RGB]
    ground: tuple[RGB, RGB]
    far: Callable[[FrameRGB, int, Rng], None]
    horizon: float = 0.55
    grain: float = 10.0


SKIES: dict[str, tuple[RGB, RGB]] = {
    "golden_hour": ((96, 130, 180), (255, 206, 140)), "sunset": ((70, 70, 120), (250, 140, 90)), "sunrise": ((120, 150, 200), (255, 205, 180)),
    "night": ((10, 14, 34), (40, 48, 84)), "evening": ((54, 60, 108), (214, 150, 150)), "blue_hour": ((20, 36, 84), (100, 130, 190)),
}  # fmt: skip


def paint_set(
    settings: tuple[str, ...], time_of_day: str | None, width: int, height: int, seed: int
) -> tuple[FrameRGB, float]:
    """Paint a place.

    Args:
        settings: Kinds of places that the words name; the first one that is known counts.
        time_of_day: Decides the sky.
        width: Pixels.
        height: Pixels.
        seed: Places the trees and the houses.

    Returns:
        The picture, uint8 (height, width, 3) sRGB, and the row of its horizon in frame heights.
    """
    kind = next((_KINDS[name] for name in settings if name in _KINDS), _KINDS["field"])
    rng = np.random.default_rng(seed)
    picture = np.zeros((height, width, 3), np.uint8)
    row = round(kind.horizon * height)
    sky = SKIES.get(time_of_day or "", kind.sky) if kind.sky[0] != kind.sky[1] else kind.sky
    picture[:row] = _gradient(sky, row, width)
    picture[row:] = _ground(kind, height - row, width, rng)
    if time_of_day == "night" or kind is _KINDS["space"]:
        _stars(picture, row if kind is not _KINDS["space"] else height, rng)
    kind.far(picture, row, rng)
    return picture, kind.horizon


def _gradient(colours: tuple[RGB, RGB], rows: int, width: int) -> FrameRGB:
    t = np.linspace(0, 1, max(rows, 1), dtype=np.float32)[:, None] ** 1.4
    column = np.array(colours[0]) * (1 - t) + np.array(colours[1]) * t
    return np.repeat(column[:, None], width, axis=1).astype(np.uint8)


def _ground(kind: SetKind, rows: int, width: int, rng: Rng) -> FrameRGB:
    """A plane in perspective: the grain is fine at the horizon and coarse at our feet."""
    base = _gradient((kind.ground[0], kind.ground[1]), rows, width).astype(np.float32)
    noise = cv2.GaussianBlur(rng.normal(0, 1, (512, 512)).astype(np.float32), (0, 0), 1.6) * 3
    depth = 1.0 / (np.arange(rows, dtype=np.float32) + 6)
    x = (np.arange(width, dtype=np.float32) - width / 2)[None] * depth[:, None] * 90 + 256
    z = np.repeat((depth * 5200)[:, None], width, axis=1)
    texture = cv2.remap(noise, x, z, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP)
    return np.clip(base + kind.grain * texture[..., None], 0, 255).astype(np.uint8)


def _stars(picture: FrameRGB, rows: int, rng: Rng) -> None:
    count = rows * picture.shape[1] // 2500
    for x, y, light in zip(
        rng.integers(0, picture.shape[1], count),
        rng.integers(0, max(1, rows - 8), count),
        rng.uniform(90, 255, count),
        strict=True,
    ):
        cv2.circle(picture, (int(x), int(y)), 1 + (light > 235), (int(light),) * 3, -1, cv2.LINE_AA)


def _ridge(rng: Rng, width: int, rough: float) -> NDArray[np.float64]:
    """A line of hills: (width,) in 0..1."""
    line = np.zeros(width)
    for octave in range(1, 7):
        knots = rng.uniform(0, 1, 2 + 2**octave)
        at = np.linspace(0, len(knots) - 1, width)
        smooth = np.interp(at, np.arange(len(knots)), knots)
        line += smooth * rough**octave
    return np.asarray((line - line.min()) / max(float(np.ptp(line)), 1e-6), np.float64)


def _hills(picture: FrameRGB, row: int, line: NDArray[np.float64], height: float, colour: RGB) -> None:
    width = picture.shape[1]
    tops = row - line * height
    points = np.vstack([np.stack([np.arange(width), tops], axis=1), [[width, row + 1], [0, row + 1]]])
    cv2.fillPoly(picture, [points.astype(np.int32)], colour, cv2.LINE_AA)


def _mountains(picture: FrameRGB, row: int, rng: Rng) -> None:
    height, width = picture.shape[:2]
    for share, colour in ((0.40, (150, 165, 190)), (0.27, (104, 122, 142)), (0.13, (70, 92, 84))):
        _hills(picture, row, _ridge(rng, width, 0.55), share * height, colour)


def _meadow(picture: FrameRGB, row: int, rng: Rng) -> None:
    height, width = picture.shape[:2]
    _hills(picture, row, _ridge(rng, width, 0.4), 0.08 * height, (112, 140, 110))
    for x in rng.integers(0, width, 14):
        _tree(picture, int(x), row + 2, rng.uniform(0.03, 0.07) * height, (58, 88, 52))


def _tree(picture: FrameRGB, x: int, foot: int, tall: float, colour: RGB) -> None:
    cv2.line(picture, (x, foot), (x, round(foot - tall * 0.5)), (72, 56, 44), max(1, round(tall / 14)), cv2.LINE_AA)
    for part, spread in ((0.45, 0.34), (0.68, 0.27), (0.9, 0.17)):
        shade = tuple(min(255, round(channel * (0.8 + part * 0.35))) for channel in colour)
        cv2.ellipse(
            picture,
            (x, round(foot - tall * part)),
            (round(tall * spread), round(tall * 0.24)),
            0,
            0,
            360,
            shade,
            -1,
            cv2.LINE_AA,
        )


def _forest(picture: FrameRGB, row: int, rng: Rng) -> None:
    height, width = picture.shape[:2]
    for depth in range(5):
        near = depth / 4
        colour = (round(110 - 66 * near), round(138 - 62 * near), round(112 - 72 * near))
        for x in rng.integers(-20, width + 20, 44 - 8 * depth):
            _tree(
                picture,
                int(x),
                row + round(near * near * 0.10 * height),
                rng.uniform(0.18, 0.30) * height * (0.6 + 1.1 * near),
                colour,
            )


def _sea(picture: FrameRGB, row: int, rng: Rng) -> None:
    height, width = picture.shape[:2]
    shore = row + round(0.24 * height)
    picture[row:shore] = _gradient(((92, 142, 168), (70, 150, 160)), shore - row, width)
    for _ in range(160):
        y = row + int((rng.uniform() ** 2) * (shore - row - 2))
        length = int(rng.uniform(0.01, 0.05) * width * (1 + 3 * (y - row) / height))
        x = int(rng.integers(0, width))
        cv2.line(picture, (x, y), (x + length, y), (196, 222, 226), 1, cv2.LINE_AA)
    island = _ridge(rng, width // 3, 0.5) * np.sin(np.linspace(0, np.pi, width // 3))
    strip = picture[:, width // 2 : width // 2 + width // 3]
    _hills(strip, row + 1, island, 0.09 * height, (82, 112, 92))


def _skyline(picture: FrameRGB, row: int, rng: Rng) -> None:
    height, width = picture.shape[:2]
    for share, colour, count in ((0.42, (138, 150, 168), 26), (0.30, (98, 108, 126), 20), (0.16, (66, 72, 88), 16)):
        for x in rng.integers(-40, width, count):
            _house(
                picture,
                (int(x), row),
                (int(rng.uniform(0.03, 0.07) * width), int(rng.uniform(0.4, 1) * share * height)),
                colour,
                rng,
            )


def _house(picture: FrameRGB, foot: tuple[int, int], size: tuple[int, int], colour: RGB, rng: Rng) -> None:
    (x, y), (wide, tall) = foot, size
    cv2.rectangle(picture, (x, y - tall), (x + wide, y), colour, -1)
    step = max(6, wide // 7)
    for wx in range(x + step // 2, x + wide - step // 2, step):
        for wy in range(y - tall + step, y - step // 2, round(step * 1.3)):
            lit = rng.uniform() < 0.3
            shade = (244, 220, 150) if lit else tuple(max(0, channel - 22) for channel in colour)
            cv2.rectangle(picture, (wx, wy), (wx + step // 2, wy + step // 2), shade, -1)


def _street(picture: FrameRGB, row: int, rng: Rng) -> None:
    height, width = picture.shape[:2]
    cx = width // 2
    for side in (-1, 1):
        edge = 1.0
        while edge > 0.07:
            inner = edge * 0.72
            x0, x1 = cx + side * edge * width * 0.56, cx + side * inner * width * 0.56
            tone = float(rng.uniform(70, 130))
            tall0, tall1 = edge * height * 0.95, inner * height * 0.95
            f0, f1 = row + edge * height * 0.30, row + inner * height * 0.30
            colour = (round(tone * 1.05), round(tone * 0.95), round(tone * 0.9))
            points = [(x0, f0), (x1, f1), (x1, row - tall1), (x0, row - tall0)]
            cv2.fillPoly(picture, [np.array(points, np.int32)], colour, cv2.LINE_AA)
            _windows(picture, points, rng)
            edge = inner
    for i in range(9):
        t0, t1 = (i / 9) ** 2, ((i + 0.5) / 9) ** 2
        y0, y1 = row + round(t0 * (height - row)), row + round(t1 * (height - row))
        half = max(1, round(t1 * width * 0.008))
        cv2.rectangle(picture, (cx - half, y0), (cx + half, y1), (206, 200, 170), -1)


def _windows(picture: FrameRGB, wall: list[tuple[float, float]], rng: Rng) -> None:
    (x0, f0), (x1, f1), (_, t1), (_, t0) = wall
    for i in range(3):
        for j in range(6):
            u, v = (i + 0.3) / 3, (j + 0.35) / 6.5
            corners = [(u, v), (u + 0.14, v), (u + 0.14, v + 0.07), (u, v + 0.07)]
            points = [
                (x0 + a * (x1 - x0), (f0 + a * (f1 - f0)) + b * ((t0 + a * (t1 - t0)) - (f0 + a * (f1 - f0))))
                for a, b in corners
            ]
            colour = [(246, 214, 150), (70, 78, 92), (236, 110, 170), (90, 200, 220)][
                int(rng.choice(4, p=[0.25, 0.55, 0.1, 0.1]))
            ]
            cv2.fillPoly(picture, [np.array(points, np.int32)], colour, cv2.LINE_AA)


def _interior(picture: FrameRGB, row: int, rng: Rng) -> None:
    height, width = picture.shape[:2]
    foot = row + round(0.13 * height)
    picture[: foot + 1] = _gradient(((206, 198, 186), (176, 166, 152)), foot + 1, width)
    for x in (0.16, 0.44, 0.72):
        a, b = (round(x * width), round(0.14 * height)), (round((x + 0.14) * width), round(0.5 * height))
        cv2.rectangle(picture, a, b, (238, 240, 236), -1)
        cv2.rectangle(picture, (a[0] + 5, a[1] + 5), (b[0] - 5, b[1] - 5), (176, 206, 228), -1)
        cv2.line(picture, ((a[0] + b[0]) // 2, a[1]), ((a[0] + b[0]) // 2, b[1]), (238, 240, 236), 5)
    cv2.rectangle(picture, (0, foot - 8), (width, foot), (120, 104, 90), -1)
    for x in np.linspace(-1.6, 2.6, 27):
        cv2.line(
            picture,
            (round((0.5 + (x - 0.5) * 0.45) * width), foot),
            (round(x * width), height),
            (112, 88, 66),
            2,
            cv2.LINE_AA,
        )
    del rng


def _dunes(picture: FrameRGB, row: int, rng: Rng) -> None:
    height, width = picture.shape[:2]
    for share, colour in ((0.12, (216, 180, 132)), (0.07, (196, 156, 106))):
        _hills(picture, row, _ridge(rng, width, 0.3), share * height, colour)


def _space(picture: FrameRGB, row: int, rng: Rng) -> None:
    height, width = picture.shape[:2]
    centre, radius = (round(width * 0.7), round(height * 0.3)), round(height * 0.18)
    for i in range(radius, 0, -2):
        t = i / radius
        cv2.circle(
            picture,
            (centre[0] - round((radius - i) * 0.3), centre[1] - round((radius - i) * 0.3)),
            i,
            (round(210 - 130 * t), round(160 - 100 * t), round(130 - 70 * t)),
            -1,
            cv2.LINE_AA,
        )
    del row, rng


def _nothing(picture: FrameRGB, row: int, rng: Rng) -> None:
    """A seamless backdrop: soften the edge between wall and floor."""
    band = picture[row - row // 4 : row + row // 4]
    band[:] = cv2.GaussianBlur(band, (0, 0), max(3.0, row / 14))
    del rng


_DAY: tuple[RGB, RGB] = ((98, 152, 214), (206, 224, 236))
_KINDS: dict[str, SetKind] = {
    "field": SetKind(_DAY, ((150, 168, 104), (92, 122, 60)), _meadow), "mountains": SetKind(_DAY, ((122, 140, 100), (84, 104, 66)), _mountains, 0.60),
    "forest": SetKind(((176, 198, 190), (214, 224, 206)), ((104, 112, 72), (70, 78, 46)), _forest, 0.58, 14.0),
    "sea": SetKind(_DAY, ((226, 208, 168), (204, 178, 130)), _sea, 0.48), "skyline": SetKind(_DAY, ((122, 126, 130), (92, 96, 102)), _skyline, 0.62, 7.0),
    "street": SetKind(((150, 164, 184), (206, 208, 206)), ((104, 104, 108), (74, 74, 80)), _street, 0.50, 8.0),
    "desert": SetKind(((120, 166, 210), (240, 222, 190)), ((222, 186, 136), (188, 146, 98)), _dunes, 0.55, 12.0),
    "interior": SetKind(((206, 198, 186), (176, 166, 152)), ((150, 118, 88), (118, 88, 62)), _interior, 0.50, 6.0),
    "space": SetKind(((6, 8, 20), (6, 8, 20)), ((70, 68, 74), (46, 44, 50)), _space, 0.66, 16.0),
    "studio": SetKind(((196, 196, 198), (222, 222, 222)), ((214, 214, 214), (180, 180, 182)), _nothing, 0.6, 1.0),
}  # fmt: skip
