"""Painted things: trees, houses, signs, furniture. Each painter returns colour, alpha and what shines by itself.

A new thing is a painter and a row of `PAINTERS`. Painters draw in shares of their picture, lit from the upper left; light,
weather and look come later. Deterministic by the generator that they are given.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import cv2
import numpy as np
from numpy.typing import NDArray

from shotwright.media.colour import FrameRGB, Mask

RGB = tuple[int, int, int]
Rng = np.random.Generator
_AA = cv2.LINE_AA


@dataclass
class Art:
    """A painted thing.

    Attributes:
        rgb: uint8 (h, w, 3) sRGB.
        alpha: uint8 (h, w).
        shine: uint8 (h, w), 255 where it gives light of its own.
    """

    rgb: FrameRGB
    alpha: Mask
    shine: Mask


class Canvas:
    """A sheet to paint on, in shares of its width and height."""

    def __init__(self, width: int, height: int) -> None:
        self.art = Art(
            np.zeros((height, width, 3), np.uint8), np.zeros((height, width), np.uint8), np.zeros((height, width), np.uint8)
        )  # fmt: skip
        self.width, self.height = width, height

    def poly(self, colour: RGB, *points: tuple[float, float], shines: bool = False) -> None:
        """A filled polygon."""
        self.fill(np.array([(x * self.width, y * self.height) for x, y in points]), colour, shines=shines)

    def fill(self, pixels: NDArray[np.float64], colour: RGB, *, shines: bool = False) -> None:
        """A filled polygon in pixels, float64 (n, 2)."""
        points = [np.round(pixels).astype(np.int32)]
        cv2.fillPoly(self.art.rgb, points, colour)
        cv2.fillPoly(self.art.alpha, points, 255, _AA)
        cv2.fillPoly(self.art.shine, points, 255 if shines else 0)

    def box(self, colour: RGB, x0: float, y0: float, x1: float, y1: float, *, shines: bool = False) -> None:
        """A filled rectangle."""
        self.poly(colour, (x0, y0), (x1, y0), (x1, y1), (x0, y1), shines=shines)

    def oval(self, colour: RGB, x: float, y: float, rx: float, ry: float, *, shines: bool = False) -> None:
        """A filled ellipse."""
        turn = np.linspace(0, 2 * np.pi, 28, endpoint=False)
        points = np.stack([(x + rx * np.cos(turn)) * self.width, (y + ry * np.sin(turn)) * self.height], axis=1)
        self.fill(points, colour, shines=shines)

    def halo(self, colour: RGB, sigma: float, strength: float = 0.5) -> None:
        """Light around what shines: `sigma` in shares of the height."""
        soft = cv2.GaussianBlur(self.art.shine, (0, 0), max(1.0, sigma * self.height))
        amount = np.clip(soft.astype(np.float32) * strength * 2, 0, 220).astype(np.uint8)
        free = amount > self.art.alpha
        self.art.rgb[free] = colour
        self.art.alpha[free] = amount[free]
        self.art.shine[free] = 255


def tinted(colour: RGB, factor: float) -> RGB:
    """A colour, lighter or darker."""
    r, g, b = (min(255, max(0, round(channel * factor))) for channel in colour)
    return r, g, b


def _leaves(pad: Canvas, rng: Rng, colour: RGB, spots: list[tuple[float, float, float]], count: int) -> None:
    """Foliage: clusters of ovals, dark ones below and behind, light ones above and to the left."""
    ratio = pad.width / pad.height
    for layer, (factor, lift) in enumerate(((0.62, 0.03), (0.82, 0.0), (1.0, -0.02), (1.22, -0.05))):
        for x, y, r in spots:
            for _ in range(max(2, count - 2 * layer)):
                dx, dy = rng.normal(0, 0.42, 2) * r * (1.0 - 0.12 * layer)
                size = r * rng.uniform(0.22, 0.42)
                shade = tinted(colour, factor * float(rng.uniform(0.92, 1.08)))
                pad.oval(shade, x + dx - 0.02 * layer, y + dy * ratio + lift, size, size * ratio * 0.8)


GREEN, AUTUMN, BLOSSOM = (78, 116, 62), ((206, 120, 40), (196, 84, 44), (214, 164, 58)), (240, 186, 204)


def tree(rng: Rng, leaves: RGB | None = GREEN) -> Art:
    """A broad tree; bare without leaves."""
    pad = Canvas(360, 420)
    bark = (86, 66, 50)
    pad.poly(bark, (0.46, 1.0), (0.56, 1.0), (0.53, 0.5), (0.48, 0.5))
    pad.poly(bark, (0.5, 0.66), (0.64, 0.46), (0.66, 0.48), (0.53, 0.72))
    spots = [(0.5, 0.27, 0.24), (0.3, 0.40, 0.2), (0.7, 0.38, 0.21), (0.5, 0.46, 0.22)]
    if leaves is None:
        for x, y, _ in spots:
            pad.poly(bark, (0.49, 0.56), (0.53, 0.56), (x + 0.01, y - 0.18), (x - 0.005, y - 0.18))
        for angle in rng.uniform(-1.1, 1.1, 16):
            x, y = 0.5 + 0.2 * float(np.sin(angle)), 0.4 - 0.12 * float(np.cos(angle))
            tip = (x + 0.26 * float(np.sin(angle)), y - 0.2 * float(np.cos(angle)))
            pad.poly(bark, (0.5, 0.52), (0.515, 0.52), tip)
        return pad.art
    _leaves(pad, rng, leaves, spots, 11)
    return pad.art


def autumn_tree(rng: Rng) -> Art:
    """A broad tree in orange, red or yellow."""
    return tree(rng, AUTUMN[int(rng.integers(len(AUTUMN)))])


def pine(rng: Rng) -> Art:
    """A conifer."""
    pad = Canvas(240, 480)
    pad.poly((78, 58, 44), (0.47, 1.0), (0.54, 1.0), (0.525, 0.6), (0.485, 0.6))
    for i in range(9):
        y = 0.03 + 0.095 * i
        half = 0.07 + 0.043 * i
        for factor, shift in ((0.72, 0.03), (1.0, 0.0)):
            colour = tinted((56, 92, 66), factor * float(rng.uniform(0.92, 1.1)))
            pad.poly(colour, (0.5 + shift, y), (0.5 + half + shift * 0.4, y + 0.15), (0.5 + shift, y + 0.12),
                     (0.5 - half + shift, y + 0.155 + float(rng.uniform(-0.01, 0.01))))  # fmt: skip
    return pad.art


def palm(rng: Rng) -> Art:
    """A palm tree."""
    pad = Canvas(400, 480)
    lean = float(rng.uniform(-0.07, 0.07))
    steps = np.linspace(0, 1, 12)
    x = 0.5 + lean * steps**2
    for i in range(11):
        w = 0.022 - 0.007 * steps[i]
        shade = tinted((142, 112, 82), 0.86 + 0.14 * (i % 2))
        y0, y1 = 1.0 - 0.72 * steps[i], 1.0 - 0.72 * steps[i + 1]
        pad.poly(shade, (x[i] - w, y0), (x[i] + w, y0), (x[i + 1] + w, y1), (x[i + 1] - w, y1))
    top = (float(x[-1]), 0.28)
    for angle in np.linspace(-2.9, 0.3, 13) + rng.normal(0, 0.08, 13):
        _frond(
            pad,
            top,
            float(angle),
            float(rng.uniform(0.32, 0.42)),
            tinted((70, 122, 62), float(rng.uniform(0.75, 1.25))),
        )
    for dx, dy in ((-0.02, 0.02), (0.02, 0.025), (0.0, 0.04)):
        pad.oval((104, 74, 46), top[0] + dx, top[1] + dy, 0.018, 0.016)
    return pad.art


def _frond(pad: Canvas, root: tuple[float, float], angle: float, length: float, colour: RGB) -> None:
    t = np.linspace(0, 1, 9)
    x = root[0] + np.cos(angle) * length * t
    y = root[1] + np.sin(angle) * length * t * 0.72 + 0.26 * length * 1.6 * t**2
    wide = 0.042 * np.sin(np.pi * np.clip(t * 0.92 + 0.08, 0, 1))
    upper = [(float(a), float(b - w * 0.45)) for a, b, w in zip(x, y, wide, strict=True)]
    lower = [(float(a), float(b + w)) for a, b, w in zip(x, y, wide, strict=True)]
    pad.poly(colour, *upper, *lower[::-1])


def bush(rng: Rng, leaves: RGB = (74, 106, 56)) -> Art:
    """A bush."""
    pad = Canvas(320, 200)
    _leaves(pad, rng, leaves, [(0.3, 0.62, 0.17), (0.55, 0.5, 0.2), (0.74, 0.66, 0.16)], 10)
    pad.oval(tinted(leaves, 0.6), 0.5, 0.93, 0.36, 0.07)
    return pad.art


def grass(rng: Rng) -> Art:
    """A tuft of grass."""
    pad = Canvas(220, 120)
    for _ in range(46):
        x, tip = float(rng.uniform(0.15, 0.85)), float(rng.normal(0, 0.09))
        tall = float(rng.uniform(0.4, 0.95))
        pad.poly(
            tinted((116, 140, 70), float(rng.uniform(0.7, 1.2))), (x - 0.012, 1), (x + 0.012, 1), (x + tip, 1 - tall)
        )
    return pad.art


def rock(rng: Rng) -> Art:
    """A rock."""
    pad = Canvas(300, 200)
    turn = np.sort(rng.uniform(np.pi, 2 * np.pi, 9))
    rim = [(0.5 + 0.46 * float(np.cos(a)), 1.0 + 0.92 * float(np.sin(a)) * float(rng.uniform(0.75, 1))) for a in turn]
    base = tinted((136, 130, 122), float(rng.uniform(0.85, 1.1)))
    pad.poly(tinted(base, 0.7), (0.03, 1), *rim, (0.97, 1))
    pad.poly(base, (0.03, 1), *rim[:6], (0.52, 0.62), (0.45, 1))
    pad.poly(tinted(base, 1.18), *rim[1:5], (0.42, 0.5))
    return pad.art


def cactus(rng: Rng) -> Art:
    """A saguaro."""
    pad = Canvas(220, 400)
    green = (92, 124, 78)
    for x0, x1, y0, y1 in ((0.42, 0.6, 0.04, 1), (0.14, 0.28, 0.28, 0.6), (0.74, 0.87, 0.2, 0.52)):
        pad.box(tinted(green, 0.78), x0, y0 + 0.04, x1, y1)
        pad.oval(tinted(green, 0.78), (x0 + x1) / 2, y0 + 0.045, (x1 - x0) / 2, 0.045)
        pad.box(green, x0, y0 + 0.05, x0 + 0.6 * (x1 - x0), y1)
    pad.box(tinted(green, 0.8), 0.14, 0.54, 0.5, 0.62)
    pad.box(tinted(green, 0.8), 0.5, 0.46, 0.87, 0.54)
    del rng
    return pad.art


def lamp(rng: Rng) -> Art:
    """A street lamp."""
    pad = Canvas(160, 480)
    pad.box((56, 58, 64), 0.47, 0.1, 0.53, 1)
    pad.poly((56, 58, 64), (0.47, 0.1), (0.8, 0.05), (0.82, 0.07), (0.53, 0.13))
    pad.oval((255, 226, 164), 0.78, 0.085, 0.1, 0.022, shines=True)
    pad.halo((255, 214, 140), 0.05, 0.45)
    del rng
    return pad.art


NEONS: tuple[RGB, ...] = ((255, 60, 150), (60, 220, 255), (255, 190, 60), (150, 90, 255), (70, 255, 150), (255, 80, 70))


def sign(rng: Rng) -> Art:
    """A neon sign: a frame and glyph-like strokes."""
    pad = Canvas(150, 420)
    colour, other = (NEONS[int(i)] for i in rng.choice(len(NEONS), 2, replace=False))
    pad.box((22, 20, 30), 0.25, 0.08, 0.75, 0.92)
    for x0, y0, x1, y1 in (
        (0.25, 0.08, 0.75, 0.095),
        (0.25, 0.905, 0.75, 0.92),
        (0.25, 0.08, 0.29, 0.92),
        (0.71, 0.08, 0.75, 0.92),
    ):
        pad.box(colour, x0, y0, x1, y1, shines=True)
    for i in range(4):
        y = 0.16 + 0.19 * i
        for _ in range(3):
            x0, dy = float(rng.uniform(0.34, 0.5)), float(rng.uniform(0, 0.1))
            if rng.uniform() < 0.6:
                pad.box(other, x0, y + dy, 0.66, y + dy + 0.012, shines=True)
            else:
                pad.box(other, x0, y, x0 + 0.04, y + 0.1, shines=True)
    pad.halo(colour, 0.045, 0.6)
    return pad.art


def lantern(rng: Rng) -> Art:
    """A hanging lamp."""
    pad = Canvas(160, 220)
    pad.box((40, 34, 34), 0.485, 0.0, 0.515, 0.3)
    pad.oval((255, 150, 70), 0.5, 0.55, 0.2, 0.22, shines=True)
    pad.oval((255, 216, 150), 0.5, 0.55, 0.1, 0.15, shines=True)
    pad.halo((255, 150, 70), 0.08, 0.5)
    del rng
    return pad.art


def bench(rng: Rng) -> Art:
    """A park bench."""
    pad = Canvas(320, 160)
    for y in (0.1, 0.26, 0.52):
        pad.box(tinted((136, 96, 62), 1.1 - y * 0.4), 0.04, y, 0.96, y + 0.11)
    for x in (0.1, 0.86):
        pad.box((58, 58, 62), x, 0.1, x + 0.035, 1)
    del rng
    return pad.art


def tower(rng: Rng) -> Art:
    """A block of a city: floors of windows, some of them lit."""
    pad = Canvas(240, 560)
    wall = tinted(
        [(124, 128, 138), (140, 132, 124), (104, 112, 126)][int(rng.integers(3))], float(rng.uniform(0.85, 1.1))
    )
    pad.box(wall, 0.06, 0.03, 0.94, 1)
    pad.box(tinted(wall, 0.75), 0.74, 0.03, 0.94, 1)
    pad.box(tinted(wall, 0.9), 0.2, 0.0, 0.5, 0.03)
    columns, floors = 6, 17
    for floor in range(floors):
        for column in range(columns):
            is_lit = rng.uniform() < 0.22
            glass = (255, 222, 150) if is_lit else tinted((88, 104, 124), float(rng.uniform(0.8, 1.15)))
            x, y = 0.1 + 0.14 * column, 0.06 + 0.054 * floor
            pad.box(glass, x, y, x + 0.085, y + 0.03, shines=is_lit)
    return pad.art


def crate(rng: Rng) -> Art:
    """A wooden crate."""
    pad = Canvas(200, 200)
    wood = tinted((150, 112, 72), float(rng.uniform(0.8, 1.1)))
    pad.box(wood, 0.03, 0.05, 0.97, 1)
    for i in range(4):
        pad.box(tinted(wood, 0.7), 0.03, 0.28 + 0.23 * i, 0.97, 0.295 + 0.23 * i)
    pad.box(tinted(wood, 1.2), 0.03, 0.05, 0.12, 1)
    pad.box(tinted(wood, 0.85), 0.88, 0.05, 0.97, 1)
    return pad.art


def sofa(rng: Rng) -> Art:
    """A sofa."""
    pad = Canvas(480, 200)
    cloth = [(120, 76, 70), (72, 96, 112), (98, 104, 84)][int(rng.integers(3))]
    pad.box(tinted(cloth, 0.9), 0.05, 0.12, 0.95, 0.7)
    pad.box(cloth, 0.02, 0.36, 0.14, 0.9)
    pad.box(tinted(cloth, 0.8), 0.86, 0.36, 0.98, 0.9)
    for x in (0.15, 0.51):
        pad.box(tinted(cloth, 1.2), x, 0.5, x + 0.34, 0.68)
        pad.box(tinted(cloth, 1.06), x, 0.16, x + 0.34, 0.5)
    pad.box(tinted(cloth, 0.72), 0.13, 0.68, 0.87, 0.9)
    pad.box((52, 40, 34), 0.05, 0.9, 0.08, 1)
    pad.box((52, 40, 34), 0.92, 0.9, 0.95, 1)
    return pad.art


def table(rng: Rng) -> Art:
    """A table."""
    pad = Canvas(360, 200)
    wood = (134, 96, 64)
    pad.poly(tinted(wood, 1.2), (0.08, 0.1), (0.92, 0.1), (0.99, 0.2), (0.01, 0.2))
    pad.box(tinted(wood, 0.85), 0.01, 0.2, 0.99, 0.28)
    for x in (0.05, 0.91):
        pad.box(tinted(wood, 0.7), x, 0.28, x + 0.04, 1)
    del rng
    return pad.art


def shelf(rng: Rng) -> Art:
    """A shelf of books."""
    pad = Canvas(300, 420)
    pad.box((104, 76, 52), 0, 0, 1, 1)
    for i in range(5):
        y0, y1 = 0.03 + 0.195 * i, 0.2 + 0.195 * i
        pad.box((66, 48, 36), 0.04, y0, 0.96, y1)
        x = 0.05
        while x < 0.9:
            w, tall = float(rng.uniform(0.025, 0.06)), float(rng.uniform(0.09, 0.155))
            colour = [(142, 60, 52), (62, 84, 116), (168, 146, 96), (74, 100, 74), (196, 188, 170)][
                int(rng.integers(5))
            ]
            pad.box(tinted(colour, float(rng.uniform(0.8, 1.1))), x, y1 - tall, x + w, y1)
            x += w + 0.004
    return pad.art


def plant(rng: Rng) -> Art:
    """A pot plant."""
    pad = Canvas(240, 360)
    pad.poly((166, 98, 70), (0.34, 0.76), (0.66, 0.76), (0.61, 1), (0.39, 1))
    for angle in np.linspace(-2.8, -0.3, 9):
        _frond(
            pad,
            (0.5, 0.76),
            float(angle),
            float(rng.uniform(0.34, 0.6)),
            tinted((72, 118, 66), float(rng.uniform(0.75, 1.2))),
        )
    return pad.art


def floor_lamp(rng: Rng) -> Art:
    """A standing lamp."""
    pad = Canvas(180, 440)
    pad.box((60, 54, 50), 0.485, 0.25, 0.515, 0.98)
    pad.oval((60, 54, 50), 0.5, 0.98, 0.16, 0.018)
    pad.poly((255, 226, 176), (0.36, 0.08), (0.64, 0.08), (0.74, 0.27), (0.26, 0.27), shines=True)
    pad.halo((255, 220, 160), 0.06, 0.35)
    del rng
    return pad.art


def hill(rng: Rng) -> Art:
    """A wooded hill."""
    pad = Canvas(700, 280)
    x = np.linspace(0, 1, 60)
    line = 0.95 - 0.8 * np.sin(np.pi * x) ** 1.4 * (1 + 0.12 * np.sin(9 * x + float(rng.uniform(0, 6))))
    pad.poly((70, 98, 62), (0, 1), *[(float(a), float(b)) for a, b in zip(x, line, strict=True)], (1, 1))
    for _ in range(420):
        a = float(rng.uniform(0.04, 0.96))
        top = float(np.interp(a, x, line))
        y = top + (1 - top) * float(rng.uniform(0, 1)) ** 1.3
        pad.oval(tinted((76, 112, 64), float(rng.uniform(0.65, 1.25)) * (1.15 - 0.3 * a)), a, y, 0.02, 0.03)
    return pad.art


def boat(rng: Rng) -> Art:
    """A sailing boat."""
    pad = Canvas(260, 300)
    pad.poly((150, 84, 60), (0.06, 0.8), (0.94, 0.8), (0.8, 0.98), (0.2, 0.98))
    pad.box((96, 72, 56), 0.49, 0.03, 0.515, 0.8)
    pad.poly((240, 236, 224), (0.53, 0.06), (0.88, 0.74), (0.53, 0.74))
    pad.poly((214, 208, 196), (0.47, 0.14), (0.47, 0.74), (0.2, 0.74))
    del rng
    return pad.art


def planet(rng: Rng) -> Art:
    """A planet."""
    pad = Canvas(500, 500)
    base = [(196, 140, 104), (110, 140, 190), (176, 160, 120)][int(rng.integers(3))]
    for i in range(60):
        t = i / 59
        pad.oval(
            tinted(base, 0.25 + 0.9 * t),
            0.5 - 0.16 * t,
            0.5 - 0.16 * t,
            0.48 * (1 - 0.72 * t),
            0.48 * (1 - 0.72 * t),
            shines=True,
        )
    return pad.art


PAINTERS: dict[str, Callable[[Rng], Art]] = {
    "tree": tree, "pine": pine, "palm": palm, "bush": bush, "grass": grass, "rock": rock, "cactus": cactus, "lamp": lamp, "sign": sign,
    "lantern": lantern, "bench": bench, "crate": crate, "tower": tower, "sofa": sofa, "table": table, "shelf": shelf, "plant": plant,
    "autumn tree": autumn_tree, "autumn bush": partial(bush, leaves=AUTUMN[2]), "blossom bush": partial(bush, leaves=BLOSSOM), "bare bush": partial(bush, leaves=(126, 112, 96)), "bare tree": partial(tree, leaves=None), "blossom tree": partial(tree, leaves=BLOSSOM), "floor_lamp": floor_lamp, "hill": hill, "boat": boat, "planet": planet,
}  # fmt: skip
