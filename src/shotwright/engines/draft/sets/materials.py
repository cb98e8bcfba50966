"""What floors and walls are made of, by name: rows of `places.toml` choose from these tables."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from shotwright.engines.draft.cast.drawings import draw, drawings
from shotwright.engines.draft.sets import ground as g
from shotwright.engines.draft.sets.art import RGB, Art, Rng, tinted
from shotwright.media.colour import FrameRGB

WALL_PX = 2600
"""Most pixels along a wall."""
PX_PER_M = 110.0

FLOORS: dict[str, Callable[[Rng], FrameRGB]] = {
    "grass": g.soil((112, 138, 72), (150, 156, 88)), "dry grass": g.soil((176, 158, 96), (196, 176, 118)), "wheat": g.soil((206, 172, 92), (178, 144, 70), 1.3),
    "dirt": g.soil((128, 102, 76), (148, 120, 90)), "mud": g.soil((92, 76, 60), (112, 94, 74), 1.4), "moss": g.soil((72, 92, 48), (96, 104, 60), 1.3),
    "ice": g.soil((206, 226, 238), (184, 210, 228), 0.35), "snow": g.soil((232, 238, 246), (214, 224, 238), 0.35), "sand": g.sand((220, 190, 142)), "red sand": g.sand((188, 104, 68)), "gravel": g.soil((118, 112, 106), (142, 136, 128), 1.6),
    "lava": g.lava((44, 38, 38), (240, 104, 36)), "road": g.road(4.0, 14.0), "leaves": g.soil((176, 112, 58), (138, 96, 52), 1.7), "straw": g.soil((196, 166, 92), (164, 132, 70), 1.6), "asphalt": g.soil((84, 84, 88), (96, 96, 100)),
    "cobblestone": g.cobbles((134, 126, 118)), "concrete": g.soil((150, 150, 148), (138, 138, 138), 0.5), "boards": g.boards((150, 110, 76)), "boards dark": g.boards((96, 68, 48)),
    "tiles": g.tiles((188, 178, 164), (150, 140, 128)), "white tiles": g.tiles((222, 226, 228), (188, 194, 198), 128), "stone tiles": g.tiles((158, 150, 138), (122, 114, 104), 128),
    "checker": g.checker((226, 222, 212), (52, 52, 56)), "checker dark": g.checker((70, 54, 96), (30, 28, 40)), "marble": g.checker((226, 220, 210), (206, 196, 182)),
    "carpet red": g.soil((128, 40, 44), (112, 32, 38), 0.4), "carpet grey": g.soil((124, 126, 130), (112, 114, 118), 0.4), "carpet blue": g.soil((58, 78, 118), (50, 68, 104), 0.4),
    "metal": g.tiles((92, 100, 108), (58, 64, 70), 128), "pitch": g.stripes((84, 142, 62), (98, 156, 70)), "pool": g.water((64, 168, 196), (206, 240, 246)), "black glass": g.soil((22, 22, 26), (26, 26, 30), 0.2),
}  # fmt: skip


def wall_art(rng: Rng, wide_m: float, tall_m: float, material: str, colour: RGB) -> Art:
    """A wall, lit from above, with a skirting; alpha is full."""
    px = min(PX_PER_M, WALL_PX / wide_m)
    wide, high = round(wide_m * px), round(tall_m * px)
    rgb = np.full((high, wide, 3), colour, np.uint8)
    WALLS[material](rgb, px, colour, rng)
    shade = np.linspace(1.06, 0.84, high, dtype=np.float32)[:, None, None]
    noise = cv2.GaussianBlur(rng.normal(0, 1, (high, wide)).astype(np.float32), (0, 0), 1.2) * 5.0
    rgb = np.clip(rgb * shade + noise[..., None], 0, 255).astype(np.uint8)
    if material in SKIRTED:
        rgb[round(0.955 * high) :] = tinted(colour, 0.6)
    return Art(np.ascontiguousarray(rgb), np.full((high, wide), 255, np.uint8), np.zeros((high, wide), np.uint8))


SKIRTED = frozenset({"plaster", "wood", "brick", "tiles"})


def _plain(rgb: FrameRGB, px: float, colour: RGB, rng: Rng) -> None:
    """Plaster."""


def _courses(high_m: float, wide_m: float, joint: float, vary: float) -> Callable[[FrameRGB, float, RGB, Rng], None]:
    """Bricks, stones, tiles: rows of blocks, every other one shifted by half a block."""

    def paint(rgb: FrameRGB, px: float, colour: RGB, rng: Rng) -> None:
        rows, columns = max(3, round(high_m * px)), max(4, round(wide_m * px))
        line = max(1, round(0.012 * px))
        for number, y in enumerate(range(0, rgb.shape[0], rows)):
            for x in range(-(columns // 2) * (number % 2), rgb.shape[1], columns):
                shade = tinted(colour, 1 + vary * float(rng.uniform(-1, 1)))
                cv2.rectangle(rgb, (max(0, x), y), (x + columns - line - 1, y + rows - line - 1), shade, -1)
                if x + columns > 0:
                    cv2.rectangle(rgb, (x + columns - line, y), (x + columns, y + rows), tinted(colour, joint), -1)
            cv2.rectangle(rgb, (0, y + rows - line), (rgb.shape[1], y + rows), tinted(colour, joint), -1)

    return paint


def _panels(wide_m: float, joint: float, vary: float) -> Callable[[FrameRGB, float, RGB, Rng], None]:
    """Boards and sheets that stand side by side."""

    def paint(rgb: FrameRGB, px: float, colour: RGB, rng: Rng) -> None:
        step, line = max(4, round(wide_m * px)), max(1, round(0.016 * px))
        for x in range(0, rgb.shape[1], step):
            rgb[:, x : x + step] = tinted(colour, 1 + vary * float(rng.uniform(-1, 1)))
            rgb[:, x : x + line] = tinted(colour, joint)

    return paint


def _folds(rgb: FrameRGB, px: float, colour: RGB, rng: Rng) -> None:
    """A curtain."""
    del colour, rng
    wave = 1 + 0.28 * np.sin(np.arange(rgb.shape[1], dtype=np.float32) / px * 2 * np.pi / 0.42)
    rgb[:] = np.clip(rgb * wave[None, :, None], 0, 255).astype(np.uint8)


def _rock(rgb: FrameRGB, px: float, colour: RGB, rng: Rng) -> None:
    """Raw stone."""
    del px
    high, wide = rgb.shape[:2]
    total = np.zeros((high, wide), np.float32)
    for cells, strength in ((6, 0.22), (18, 0.16), (60, 0.1)):
        noise = rng.normal(0, strength, (max(3, cells * high // wide), cells)).astype(np.float32)
        total += cv2.resize(noise, (wide, high), interpolation=cv2.INTER_LINEAR)
    rgb[:] = np.clip(np.array(colour, np.float32) * (1 + total[..., None]), 0, 255).astype(np.uint8)


def _stands(rgb: FrameRGB, px: float, colour: RGB, rng: Rng) -> None:
    """Tiers full of people, from a metre above the floor."""
    del colour, rng
    art = draw(drawings()["grandstand"])[0][52:]  # without the line of its top
    high = max(8, round(rgb.shape[0] - 1.1 * px))
    tile = cv2.resize(
        art, (max(8, round(high * art.shape[1] / art.shape[0] * 0.7)), high), interpolation=cv2.INTER_AREA
    )
    for x in range(0, rgb.shape[1], tile.shape[1]):
        part = rgb[:high, x : x + tile.shape[1]]
        part[:] = tile[:, : part.shape[1]]


WALLS: dict[str, Callable[[FrameRGB, float, RGB, Rng], None]] = {
    "plaster": _plain, "concrete": _courses(1.4, 2.4, 0.86, 0.03), "brick": _courses(0.075, 0.24, 0.74, 0.1), "stone": _courses(0.34, 0.7, 0.76, 0.09),
    "tiles": _courses(0.16, 0.16, 0.88, 0.02), "wood": _panels(0.16, 0.66, 0.07), "metal": _panels(0.9, 0.7, 0.03), "padded": _courses(0.3, 0.3, 0.7, 0.04),
    "glass": _panels(0.9, 0.5, 0.02), "curtain": _folds, "rock": _rock, "crowd": _stands,
}  # fmt: skip
"""Painters of walls: (picture, pixels per metre, colour, generator), in place."""
