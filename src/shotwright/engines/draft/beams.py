"""Light that is seen in the air or on everything: rays, beams, spots, halos, lightning, stripes, reflections. Painted over the picture.

Everything is a function of time, seed and where its source is seen. Masks are painted at a quarter of the size.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from shotwright.engines.draft.stage import blend
from shotwright.media.colour import rgb_pixel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from shotwright.engines.draft.sprites import Sprite
    from shotwright.engines.draft.stage import View
    from shotwright.media.colour import FrameYUV, Mask

SMALL = 4
LAMPS_AT = 0.3
"""How high the headlights of what is longer than it is tall are, in its heights."""
FLASH_S, FLASHES_S = 0.16, (0.7, 2.1, 3.6, 5.3, 7.2, 8.8)
WARM, WHITE, COOL = (255, 236, 190), (255, 252, 244), (170, 214, 255)


@dataclass(frozen=True)
class Lit:
    """What an overlay knows.

    Attributes:
        view: The camera.
        age_s: Seconds since it began.
        source: Whom it belongs to.
        seed: Of the shot.
        colour: What the words say, sRGB; None: its own.
        amount: Times as much as usual.
    """

    view: View
    age_s: float
    source: Sprite | None
    seed: int
    colour: tuple[int, int, int] | None = None
    amount: float = 1.0

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the small mask."""
        return max(8, self.view.width // SMALL), max(8, self.view.height // SMALL)

    def at(self, share: float) -> tuple[float, float, float]:
        """Where the source's height `share` is in the small mask, and how tall it is seen there, pixels."""
        if self.source is None:
            wide, high = self.size
            return 0.5 * wide, 0.6 * high, 0.5 * high
        x, y, z = self.source.place(self.age_s)
        tall = self.source.height_m
        px, py, depth = self.view.project(np.array([x, y + share * tall, z]))
        return px / SMALL, py / SMALL, self.view.intrinsics[0, 0] * tall / max(depth, 0.3) / SMALL


@dataclass(frozen=True)
class Overlay:
    """A painter, in place, and whether it lies behind people."""

    paint: Callable[[FrameYUV, Lit], None]
    is_behind: bool = False


def _light(frame: FrameYUV, mask: NDArray[np.floating] | Mask, colour: tuple[int, int, int], strength: float) -> None:
    """Blend a light by a small mask, 0..255."""
    large = cv2.resize(
        np.clip(np.asarray(mask) * strength, 0, 255).astype(np.uint8),
        (frame.shape[1], frame.shape[0]),
        interpolation=cv2.INTER_LINEAR,
    )
    blend(frame, np.full_like(frame, rgb_pixel(*colour)), np.asarray(large, np.uint8))


def _shade(frame: FrameYUV, mask: Mask) -> None:
    """Keep as much of the light as a small mask says, 0..255."""
    large = cv2.resize(mask, (frame.shape[1], frame.shape[0]), interpolation=cv2.INTER_LINEAR)
    luma = cv2.multiply(cv2.extractChannel(frame, 0), large, scale=1 / 255)
    cv2.insertChannel(np.maximum(luma, 16).astype(np.uint8), frame, 0)


def _poly(lit: Lit, *polygons: list[tuple[float, float]], soft: float) -> Mask:
    wide, high = lit.size
    mask = np.zeros((high, wide), np.uint8)
    for points in polygons:
        cv2.fillPoly(mask, [np.round(np.array(points)).astype(np.int32)], 255)
    return np.asarray(cv2.GaussianBlur(mask, (0, 0), max(0.6, soft * high)), np.uint8)


def _rays(frame: FrameYUV, lit: Lit) -> None:
    """Shafts that fall from the upper left."""
    wide, high = lit.size
    shafts: list[list[tuple[float, float]]] = []
    for i in range(5):
        x = wide * (0.06 + 0.2 * i + 0.012 * math.sin(0.5 * lit.age_s + 2 * i))
        shafts.append([(x, -2), (x + 0.05 * wide, -2), (x + 0.36 * wide, high + 2), (x + 0.2 * wide, high + 2)])
    mask = _poly(lit, *shafts, soft=0.02).astype(np.float32) * np.linspace(1.0, 0.25, high, dtype=np.float32)[:, None]
    _light(frame, mask, lit.colour or WARM, 0.34)


def _spotlight(frame: FrameYUV, lit: Lit) -> None:
    """A cone from above on whom it belongs to; dark around it."""
    x, foot, tall = lit.at(0.0)
    half = 0.75 * tall
    top = min(-2.0, foot - 2.6 * tall)
    cone = _poly(lit, [(x - 0.14 * half, top), (x + 0.14 * half, top), (x + half, foot), (x - half, foot)], soft=0.012)
    pool = np.zeros_like(cone)
    cv2.ellipse(
        pool, (round(x), round(foot)), (max(2, round(1.05 * half)), max(2, round(0.3 * half))), 0, 0, 360, 255, -1
    )
    pool = np.asarray(cv2.GaussianBlur(pool, (0, 0), 2.0), np.uint8)
    kept = np.clip(112 + 0.45 * cone.astype(np.float32) + 0.45 * pool, 0, 255).astype(np.uint8)
    _shade(frame, kept)
    _light(frame, cone, lit.colour or WHITE, 0.2)
    _light(frame, pool, lit.colour or WHITE, 0.26)


def _beam(frame: FrameYUV, lit: Lit) -> None:
    """A beam from its source to the side, swept a little."""
    wide, high = lit.size
    is_long = lit.source is not None and lit.source.figure is None and lit.source.views[0][1].aspect > 1
    lamps = lit.source if is_long else None
    x, y, tall = lit.at(0.7 if lamps is None else LAMPS_AT)
    side = 1 if x < 0.62 * wide else -1
    if lamps is not None:  # headlights are in front, and shine ahead
        side = -1 if lamps.is_mirrored else 1
        x += side * 0.46 * lamps.views[0][1].aspect * tall
    turn = 0.1 * math.sin(0.8 * lit.age_s)
    reach = 1.2 * wide
    far = (x + side * reach * math.cos(turn), y + reach * math.sin(turn))
    mask = _poly(
        lit,
        [(x, y - 0.03 * tall), (far[0], far[1] - 0.3 * high), (far[0], far[1] + 0.3 * high), (x, y + 0.03 * tall)],
        soft=0.012,
    )
    fade = np.clip(1.15 - np.abs(np.arange(wide, dtype=np.float32) - x) / wide, 0.25, 1)[None]
    _light(frame, mask * fade, lit.colour or WARM, 0.5)


def _flare(frame: FrameYUV, lit: Lit) -> None:
    """A bright spot in the upper left and its rings towards the middle."""
    wide, high = lit.size
    mask = np.zeros((high, wide), np.float32)
    sun, middle = np.array([0.2 * wide, 0.18 * high]), np.array([0.5 * wide, 0.5 * high])
    grid_x, grid_y = np.arange(wide, dtype=np.float32)[None], np.arange(high, dtype=np.float32)[:, None]
    for along, radius, strength in (
        (0.0, 0.34, 1.0),
        (0.45, 0.05, 0.35),
        (0.8, 0.09, 0.28),
        (1.35, 0.06, 0.3),
        (1.7, 0.13, 0.22),
    ):
        x, y = sun + along * (middle - sun)
        reach = np.hypot(grid_x - x, grid_y - y) / (radius * high)
        mask += strength * (np.exp(-2.2 * reach) if along == 0 else np.clip(1 - reach, 0, 1) ** 0.3)
    _light(frame, np.clip(mask, 0, 1) * 255, WARM, 0.75)


def _glow(frame: FrameYUV, lit: Lit) -> None:
    """A halo that breathes."""
    x, y, tall = lit.at(0.5)
    wide, high = lit.size
    reach = np.hypot(np.arange(wide, dtype=np.float32)[None] - x, np.arange(high, dtype=np.float32)[:, None] - y)
    mask = np.exp(-((reach / max(2.0, min(0.7 * tall, 0.4 * high))) ** 2)) * 255
    _light(frame, mask, lit.colour or WARM, 0.34 + 0.08 * math.sin(3 * lit.age_s))


def _electricity(frame: FrameYUV, lit: Lit) -> None:
    """Arcs that jump around their source."""
    x, y, tall = lit.at(0.5)
    rng = np.random.default_rng((lit.seed, int(lit.age_s * 10)))
    wide, high = lit.size
    mask = np.zeros((high, wide), np.uint8)
    for _ in range(6):
        angle = rng.uniform(0, 2 * math.pi)
        steps = np.linspace(0.15, 0.75, 7) * tall
        points = np.stack([x + np.cos(angle) * steps, y + np.sin(angle) * steps], axis=1) + rng.normal(
            0, 0.05 * tall, (7, 2)
        )
        cv2.polylines(
            mask, [np.round(points).astype(np.int32)], isClosed=False, color=255, thickness=1, lineType=cv2.LINE_AA
        )
    _light(frame, cv2.GaussianBlur(mask, (0, 0), 3) * 2.0, COOL, 0.8)
    _light(frame, mask, WHITE, 1.0)


def _lightning(frame: FrameYUV, lit: Lit) -> None:
    """A bolt from the sky, and everything in its flash."""
    flash = next((i for i, at in enumerate(FLASHES_S) if 0 <= lit.age_s - at < FLASH_S), None)
    if flash is None:
        return
    rng = np.random.default_rng((lit.seed, flash))
    wide, high = lit.size
    x = float(rng.uniform(0.2, 0.8)) * wide
    points = np.stack([x + np.cumsum(rng.normal(0, 0.03 * wide, 9)), np.linspace(-2, 0.56 * high, 9)], axis=1)
    mask = np.zeros((high, wide), np.uint8)
    cv2.polylines(
        mask, [np.round(points).astype(np.int32)], isClosed=False, color=255, thickness=2, lineType=cv2.LINE_AA
    )
    cv2.add(frame, np.full_like(frame, (42, 3, 0)), dst=frame)
    _light(frame, cv2.GaussianBlur(mask, (0, 0), 4) * 2.0, COOL, 0.9)
    _light(frame, mask, WHITE, 1.0)


def _stripes(frame: FrameYUV, lit: Lit) -> None:
    """Shadows of blinds on everything."""
    wide, high = lit.size
    rows = np.arange(high, dtype=np.float32)[:, None] + 0.12 * np.arange(wide, dtype=np.float32)[None]
    band = 0.5 + 0.5 * np.tanh(4 * np.sin(rows * 2 * math.pi / (0.11 * high)))
    _shade(frame, (118 + 137 * band).astype(np.uint8))


def _aurora(frame: FrameYUV, lit: Lit) -> None:
    """Curtains of green and violet over the sky."""
    wide, high = lit.size
    x = np.arange(wide, dtype=np.float32)[None] / wide + lit.view.pose.yaw
    y = np.arange(high, dtype=np.float32)[:, None] / high - 0.5 * lit.view.pose.pitch
    for phase, colour, strength in ((0.0, (90, 240, 150), 0.62), (2.1, (150, 110, 240), 0.42)):
        edge = 0.3 + 0.06 * np.sin(6 * x + phase + 0.4 * lit.age_s) + 0.03 * np.sin(17 * x - 0.7 * lit.age_s)
        fold = 0.6 + 0.4 * np.sin(46 * x + 5 * np.sin(5 * x + 0.5 * lit.age_s) + phase)
        mask = np.exp(-np.clip(edge - y, 0, 1) * 7) * (y < edge) * np.clip((edge - y) * 40, 0, 1) * fold
        _light(frame, mask * 255, colour, strength)


def _stars(frame: FrameYUV, lit: Lit) -> None:
    """Points in the sky that twinkle; they turn with the camera."""
    rng = np.random.default_rng((lit.seed, 5))
    focal, height = lit.view.intrinsics[0, 0], frame.shape[0]
    level = height / 2 + focal * math.tan(lit.view.pose.pitch)
    for azimuth, rise, light, phase in zip(*rng.uniform(0, 1, (4, 320)), strict=True):
        turn = (azimuth * 2 * math.pi - lit.view.pose.yaw + math.pi) % (2 * math.pi) - math.pi
        x, y = frame.shape[1] / 2 + focal * turn, level - (0.05 + 0.9 * rise) * focal
        if 0 <= x < frame.shape[1] and 0 <= y < min(height, level - 0.1 * height):
            glow = round(120 + 110 * light * (0.7 + 0.3 * math.sin(3 * lit.age_s + 6.3 * phase)))
            cv2.circle(frame, (int(x), int(y)), max(1, round(height / 500)), (glow, 128, 128), -1)


def _reflections(frame: FrameYUV, lit: Lit) -> None:
    """What stands over the ground, upside down in it."""
    _, foot, _ = lit.at(0.0)
    line = round(foot * SMALL)
    rows = min(frame.shape[0] - line, line)
    if rows < 8:
        return
    mirrored = cv2.flip(frame[line - rows : line], 0)
    mirrored = cv2.GaussianBlur(mirrored, (0, 0), sigmaX=0.6, sigmaY=3.0)
    fade = np.linspace(112, 26, rows).astype(np.uint8)[:, None].repeat(frame.shape[1], axis=1)
    blend(frame[line : line + rows], np.asarray(mirrored, np.uint8), np.ascontiguousarray(fade))


def _coloured_light(frame: FrameYUV, lit: Lit) -> None:
    """All light has one colour; without one it goes through them, as at a disco."""
    hue = int(lit.age_s / DISCO_S)
    _, cb, cr = rgb_pixel(*(lit.colour or DISCO[hue % len(DISCO)]))
    levels, share = np.arange(256, dtype=np.float64), min(1.0, lit.amount)
    table = np.stack(
        [
            levels,
            *(
                128 + (1 - share * (1 - KEPT)) * (levels - 128) + share * COLOURED * (chroma - 128)
                for chroma in (cb, cr)
            ),
        ],
        axis=1,
    )
    table[:, 0] = 16 + COLOURED_LUMA * (levels - 16)
    cv2.LUT(frame, np.clip(np.round(table), 0, 255).astype(np.uint8)[None], dst=frame)


DISCO: tuple[tuple[int, int, int], ...] = ((240, 60, 90), (70, 120, 255), (80, 230, 120), (220, 80, 240))
DISCO_S = 0.6
KEPT, COLOURED, COLOURED_LUMA = 0.74, 0.4, 0.94
"""In coloured light: what is left of the colours of things, what comes of its own, and how bright it is."""

OVERLAYS: dict[str, Overlay] = {
    "light_rays": Overlay(_rays), "spotlight": Overlay(_spotlight), "beam": Overlay(_beam), "flare": Overlay(_flare), "glow": Overlay(_glow),
    "electricity": Overlay(_electricity), "lightning": Overlay(_lightning, is_behind=True), "stripes": Overlay(_stripes), "aurora": Overlay(_aurora, is_behind=True),
    "stars": Overlay(_stars, is_behind=True), "reflections": Overlay(_reflections), "coloured_light": Overlay(_coloured_light),
}  # fmt: skip
"""Painters by the kind of effect."""
