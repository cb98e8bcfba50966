"""Draws the demo's pictures: a greenhouse ruin from above, an explorer from three sides, a glowing stone, a painting.

Everything is drawn here, so the demo needs no downloads and nobody's pictures.
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
RGB = tuple[int, int, int]
AA = cv2.LINE_AA


def poly(picture: Picture, colour: tuple[int, ...], *points: tuple[float, float]) -> None:
    """A filled polygon; points in shares of the picture."""
    height, width = picture.shape[:2]
    cv2.fillPoly(picture, [np.array([(x * width, y * height) for x, y in points], np.int32)], colour, AA)


def oval(picture: Picture, colour: tuple[int, ...], x: float, y: float, rx: float, ry: float) -> None:
    """A filled ellipse; shares of the picture."""
    height, width = picture.shape[:2]
    cv2.ellipse(
        picture,
        (round(x * width), round(y * height)),
        (round(rx * width), round(ry * height)),
        0,
        0,
        360,
        colour,
        -1,
        AA,
    )


def greenhouse(width: int = 1600, height: int = 900) -> Picture:
    """A greenhouse ruin in a forest, seen from high above."""
    rng = np.random.default_rng(4)
    t = np.linspace(0, 1, height)[:, None, None]
    picture = (np.array([176, 206, 226]) * (1 - t) + np.array([96, 124, 78]) * t).repeat(width, axis=1).astype(np.uint8)
    horizon = round(0.30 * height)
    for layer, colour in enumerate([(132, 158, 168), (104, 138, 128), (84, 120, 94)]):
        line = (
            horizon
            - (40 - 14 * layer) * np.abs(np.sin(np.linspace(0, 5 + 3 * layer, width) + layer * 1.7))
            + 10 * layer
        )
        points = np.vstack([np.stack([np.arange(width), line], axis=1), [[width, height], [0, height]]])
        cv2.fillPoly(picture, [points.astype(np.int32)], colour, AA)
    _canopy(picture, horizon, rng)
    _clearing(picture, rng)
    _glass_house(picture)
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), 0.7), np.uint8)


def _canopy(picture: Picture, horizon: int, rng: np.random.Generator) -> None:
    height, width = picture.shape[:2]
    rows = np.sort(rng.uniform(0, 1, 1500) ** 1.6)
    for row in rows:
        y = horizon + row * (height - horizon) * 1.1
        x = rng.uniform(-0.05, 1.05) * width
        size = 9 + 56 * row
        green = rng.uniform(0.75, 1.15)
        base = np.array([58, 92, 50]) * green * (1.25 - 0.3 * row)
        cv2.ellipse(
            picture,
            (round(x), round(y)),
            (round(size), round(size * 0.7)),
            0,
            0,
            360,
            tuple(int(c) for c in base),
            -1,
            AA,
        )
        light = np.clip(base * 1.35, 0, 255)
        spot = (round(x - size * 0.25), round(y - size * 0.25))
        cv2.ellipse(
            picture, spot, (round(size * 0.5), round(size * 0.3)), 0, 0, 360, tuple(int(c) for c in light), -1, AA
        )


def _clearing(picture: Picture, rng: np.random.Generator) -> None:
    oval(picture, (150, 160, 104), 0.5, 0.72, 0.34, 0.24)
    oval(picture, (166, 172, 116), 0.5, 0.73, 0.29, 0.19)
    poly(picture, (188, 176, 140), (0.46, 1.0), (0.56, 1.0), (0.515, 0.80), (0.485, 0.80))
    height, width = picture.shape[:2]
    for _ in range(500):
        x, y = rng.normal(0.5, 0.14) * width, rng.normal(0.75, 0.08) * height
        cv2.circle(picture, (round(x), round(y)), int(rng.integers(1, 4)), (128, 146, 84), -1, AA)


def _glass_house(picture: Picture) -> None:
    glass, frame, dark = (196, 222, 214), (232, 236, 226), (92, 118, 106)
    poly(picture, dark, (0.30, 0.80), (0.70, 0.80), (0.66, 0.60), (0.34, 0.60))
    poly(picture, glass, (0.30, 0.80), (0.70, 0.80), (0.70, 0.66), (0.30, 0.66))
    poly(picture, (170, 204, 198), (0.30, 0.66), (0.70, 0.66), (0.60, 0.46), (0.40, 0.46))
    poly(picture, (60, 84, 70), (0.46, 0.80), (0.54, 0.80), (0.54, 0.69), (0.50, 0.66), (0.46, 0.69))
    height, width = picture.shape[:2]
    for share in np.linspace(0, 1, 11):
        foot, eaves, ridge = 0.30 + 0.40 * share, 0.30 + 0.40 * share, 0.40 + 0.20 * share
        cv2.line(
            picture,
            (round(foot * width), round(0.80 * height)),
            (round(eaves * width), round(0.66 * height)),
            frame,
            3,
            AA,
        )
        cv2.line(
            picture,
            (round(eaves * width), round(0.66 * height)),
            (round(ridge * width), round(0.46 * height)),
            frame,
            3,
            AA,
        )
    for share in (0.25, 0.5, 0.75):
        y, inset = 0.66 - 0.20 * share, 0.10 * share
        cv2.line(
            picture,
            (round((0.30 + inset) * width), round(y * height)),
            (round((0.70 - inset) * width), round(y * height)),
            frame,
            2,
            AA,
        )
    for x, y in ((0.36, 0.58), (0.57, 0.53), (0.63, 0.62), (0.44, 0.50)):
        poly(picture, (70, 98, 74), (x, y), (x + 0.03, y + 0.01), (x + 0.034, y + 0.06), (x + 0.005, y + 0.05))
    for x in (0.31, 0.335, 0.66, 0.685):
        oval(picture, (70, 112, 58), x, 0.77, 0.022, 0.06)


def explorer(side: str, height: int = 1100) -> Picture:
    """An explorer with a backpack, from the front, the side or the back; RGBA."""
    picture = np.zeros((height, round(height * 0.46), 4), np.uint8)
    coat, dark, skin, hair, pack = (
        (196, 92, 52, 255),
        (62, 58, 66, 255),
        (226, 180, 148, 255),
        (74, 46, 34, 255),
        (96, 118, 78, 255),
    )
    boots, light = (70, 48, 36, 255), (224, 126, 78, 255)
    poly(picture, dark, (0.30, 0.52), (0.49, 0.52), (0.46, 0.93), (0.31, 0.93))
    poly(picture, dark, (0.51, 0.52), (0.70, 0.52), (0.69, 0.93), (0.54, 0.93))
    poly(picture, boots, (0.28, 0.91), (0.47, 0.91), (0.48, 0.99), (0.24, 0.99))
    poly(picture, boots, (0.53, 0.91), (0.71, 0.91), (0.76, 0.99), (0.52, 0.99))
    if side == "side":
        poly(picture, pack, (0.10, 0.24), (0.36, 0.21), (0.38, 0.50), (0.12, 0.52))
        poly(picture, coat, (0.34, 0.19), (0.62, 0.19), (0.68, 0.55), (0.32, 0.55))
        poly(picture, light, (0.45, 0.22), (0.55, 0.22), (0.60, 0.48), (0.70, 0.53), (0.66, 0.57), (0.50, 0.50))
        oval(picture, skin, 0.50, 0.105, 0.14, 0.07)
        poly(
            picture,
            hair,
            (0.34, 0.12),
            (0.36, 0.05),
            (0.50, 0.025),
            (0.60, 0.05),
            (0.50, 0.08),
            (0.46, 0.16),
            (0.38, 0.18),
        )
        poly(picture, skin, (0.62, 0.09), (0.67, 0.115), (0.62, 0.125))
        return picture
    poly(picture, coat, (0.24, 0.20), (0.42, 0.175), (0.58, 0.175), (0.76, 0.20), (0.74, 0.56), (0.26, 0.56))
    poly(picture, light, (0.24, 0.20), (0.32, 0.19), (0.26, 0.50), (0.20, 0.55), (0.13, 0.52))
    poly(picture, coat, (0.76, 0.20), (0.68, 0.19), (0.74, 0.50), (0.80, 0.55), (0.87, 0.52))
    oval(picture, skin, 0.17, 0.545, 0.05, 0.024)
    oval(picture, skin, 0.83, 0.545, 0.05, 0.024)
    oval(picture, skin, 0.5, 0.105, 0.15, 0.074)
    if side == "front":
        poly(
            picture,
            hair,
            (0.34, 0.12),
            (0.35, 0.05),
            (0.50, 0.02),
            (0.65, 0.05),
            (0.66, 0.12),
            (0.60, 0.07),
            (0.40, 0.07),
        )
        for x in (0.44, 0.56):
            oval(picture, (40, 34, 40, 255), x, 0.105, 0.018, 0.009)
        poly(picture, (170, 96, 84, 255), (0.45, 0.142), (0.55, 0.142), (0.5, 0.152))
        for x in (0.335, 0.615):
            poly(picture, pack, (x, 0.18), (x + 0.05, 0.18), (x + 0.06, 0.42), (x + 0.01, 0.42))
        poly(picture, dark, (0.49, 0.20), (0.51, 0.20), (0.51, 0.56), (0.49, 0.56))
        return picture
    oval(picture, hair, 0.5, 0.095, 0.16, 0.078)
    poly(picture, pack, (0.30, 0.24), (0.70, 0.24), (0.73, 0.52), (0.27, 0.52))
    poly(picture, (52, 62, 46, 255), (0.34, 0.27), (0.66, 0.27), (0.64, 0.42), (0.36, 0.42))
    poly(picture, (122, 146, 98, 255), (0.30, 0.235), (0.70, 0.235), (0.64, 0.19), (0.36, 0.19))
    poly(picture, (120, 92, 58, 255), (0.34, 0.445), (0.66, 0.445), (0.66, 0.465), (0.34, 0.465))
    return picture


def stone(turn: int, size: int = 700) -> Picture:
    """A glowing crystal; RGBA."""
    picture = np.zeros((size, size, 4), np.uint8)
    tilt = 0.05 * turn
    faces: list[tuple[RGB, list[tuple[float, float]]]] = [
        ((120, 240, 226), [(0.5, 0.08), (0.28 + tilt, 0.36), (0.5, 0.46)]), ((70, 206, 214), [(0.5, 0.08), (0.74 + tilt, 0.34), (0.5, 0.46)]),
        ((48, 160, 190), [(0.74 + tilt, 0.34), (0.70, 0.72), (0.5, 0.92), (0.5, 0.46)]),
        ((86, 220, 210), [(0.28 + tilt, 0.36), (0.30, 0.70), (0.5, 0.92), (0.5, 0.46)]),
    ]  # fmt: skip
    for colour, points in faces:
        poly(picture, (*colour, 255), *points)
    poly(picture, (226, 255, 250, 255), (0.46, 0.16), (0.36 + tilt, 0.34), (0.44, 0.38))
    glow = cv2.GaussianBlur(picture[..., 3], (0, 0), size / 14)
    halo = np.zeros_like(picture)
    halo[..., :3] = (150, 255, 236)
    halo[..., 3] = (glow * 0.55).astype(np.uint8)
    solid = picture[..., 3:] > 0
    return np.where(solid, picture, halo).astype(np.uint8)


def painting(width: int = 900, height: int = 700) -> Picture:
    """A painting in warm light and cool shadow, in broad strokes."""
    rng = np.random.default_rng(11)
    picture = np.zeros((height, width, 3), np.uint8)
    picture[:] = (88, 112, 112)
    for _ in range(5200):
        x, y = rng.uniform(0, width), rng.uniform(0, height)
        warm = np.exp(-((x - width * 0.62) ** 2 + (y - height * 0.30) ** 2) / (2 * (0.32 * width) ** 2))
        base = np.array([58, 92, 104]) * (1 - warm) + np.array([246, 196, 112]) * warm
        if y > height * 0.6:
            base = base * 0.55 + np.array([74, 96, 58]) * 0.45
        colour = tuple(int(c) for c in np.clip(base + rng.normal(0, 17, 3), 0, 255))
        angle, length = rng.normal(0.5, 0.5), rng.uniform(10, 34)
        end = (round(x + np.cos(angle) * length), round(y + np.sin(angle) * length))
        cv2.line(picture, (round(x), round(y)), end, colour, int(rng.integers(3, 8)), AA)
    return picture


def draw_all(folder: Path) -> dict[str, Path]:
    """Write all pictures; their paths by name."""
    folder.mkdir(parents=True, exist_ok=True)
    pictures = {
        "start": greenhouse(), "style": painting(), "explorer-front": explorer("front"), "explorer-side": explorer("side"),
        "explorer-back": explorer("back"), "stone-front": stone(0), "stone-side": stone(1),
    }  # fmt: skip
    paths = {}
    for name, picture in pictures.items():
        paths[name] = folder / f"{name}.png"
        code = cv2.COLOR_RGBA2BGRA if picture.shape[2] == 4 else cv2.COLOR_RGB2BGR
        cv2.imwrite(str(paths[name]), cv2.cvtColor(picture, code))
    return paths
