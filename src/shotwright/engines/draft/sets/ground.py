"""Grounds of painted sets: a tile that repeats mirrored, and how it fades into the distance.

The ground is drawn in slices across the line of sight, each from a reduction of the tile and with the haze of its distance.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from shotwright.engines.draft.sets.art import RGB, Rng, tinted
from shotwright.engines.draft.stage import Plane, Texture, View, draw_plane
from shotwright.media.colour import FrameRGB, FrameYUV, rgb_pixel, rgb_to_yuv

TILE_PX = 1024
SLICES = (-4.0, 1.2, 2.6, 4.5, 7.5, 12.0, 20.0, 30.0, 44.0, 70.0, 120.0, 240.0, 560.0)
"""Borders of the slices in eye heights ahead of the camera."""
HAZE_STEPS = 48


@dataclass
class Ground:
    """A flat ground without end.

    Attributes:
        texture: The tile.
        tile_m: Its size; it covers (0, 0) in its middle.
        haze: Y'CbCr colour of what is far away.
        haze_m: Distance at which two thirds of the ground's own colour are gone.
        drift: Metres per second in x and z by which it flows; water moves.
        y: Height, metres.
    """

    texture: Texture
    tile_m: float
    haze: tuple[int, int, int]
    haze_m: float
    drift: tuple[float, float] = (0.0, 0.0)
    y: float = 0.0

    def __post_init__(self) -> None:
        self._hazed: dict[int, Texture] = {}

    def draw(self, frame: FrameYUV, view: View, seconds: float) -> None:
        """Draw the ground below the camera, in place."""
        eye = max(0.4, view.eye[1] - self.y)
        ahead = np.array([np.sin(view.pose.yaw), np.cos(view.pose.yaw)])
        side = np.array([ahead[1], -ahead[0]])
        here = np.array([view.eye[0], view.eye[2]])
        scale = TILE_PX / self.tile_m
        moved = np.array(self.drift) * seconds
        to_texture = np.array(
            [[scale, 0, TILE_PX / 2 - moved[0] * scale], [0, -scale, TILE_PX / 2 + moved[1] * scale], [0, 0, 1.0]]
        )
        for near, far in list(itertools.pairwise(SLICES))[::-1]:
            wide = max(abs(near), abs(far)) * eye * 1.9 / min(1.0, 2 * view.pose.lens) + 4
            corners = [
                here + d * eye * ahead + s * wide * side for d, s in ((near, -1), (near, 1), (far, 1), (far, -1))
            ]
            distance = max(0.5, 0.5 * (near + far)) * eye
            plane = Plane(
                np.array([0.0, self.y, 0.0]),
                np.array([1.0, 0, 0]),
                np.array([0, 0, 1.0]),
                np.array(corners),
                self._in_haze(distance),
                to_texture,
            )
            draw_plane(frame, view, plane, margin=2)

    def _in_haze(self, distance_m: float) -> Texture:
        step = round(HAZE_STEPS * (1 - float(np.exp(-distance_m / self.haze_m))) * 0.92)
        if step not in self._hazed:
            share = step / HAZE_STEPS
            levels = np.arange(256, dtype=np.float64)[:, None]
            table = np.round(levels * (1 - share) + np.array(self.haze) * share).astype(np.uint8)[None]
            self._hazed[step] = (
                Texture(np.asarray(cv2.LUT(self.texture.colour, table), np.uint8)) if step else self.texture
            )
        return self._hazed[step]


def make_ground(
    rgb: FrameRGB, tile_m: float, haze: RGB, haze_m: float, *, drift: tuple[float, float] = (0.0, 0.0), y: float = 0.0
) -> Ground:
    """A ground from a painted tile."""
    return Ground(Texture(rgb_to_yuv(rgb)), tile_m, rgb_pixel(*haze), haze_m, drift, y)


def _noise(rng: Rng, *octaves: tuple[int, int, float]) -> NDArray[np.float32]:
    """Sums of noise, float32 (TILE_PX, TILE_PX) around 0: (cells across, cells down, strength)."""
    total = np.zeros((TILE_PX, TILE_PX), np.float32)
    for across, down, strength in octaves:
        cells = rng.normal(0, strength, (down, across)).astype(np.float32)
        total += cv2.resize(cells, (TILE_PX, TILE_PX), interpolation=cv2.INTER_CUBIC)
    return total


def _speckled(colour: RGB, noise: NDArray[np.float32], tint: RGB | None = None) -> FrameRGB:
    base = np.array(colour, np.float32) * (1 + noise[..., None])
    if tint is not None:
        base += np.clip(noise[..., None] * 2, -1, 1) * (np.array(tint, np.float32) - np.array(colour, np.float32)) * 0.5
    return np.asarray(np.clip(base, 0, 255), np.uint8)


def soil(colour: RGB, tint: RGB, strength: float = 1.0) -> Callable[[Rng], FrameRGB]:
    """Grass, earth, moss, moon dust: two colours and grain."""

    def paint(rng: Rng) -> FrameRGB:
        return _speckled(
            colour, strength * _noise(rng, (7, 7, 0.07), (30, 30, 0.06), (140, 140, 0.06), (512, 512, 0.07)), tint
        )

    return paint


def sand(colour: RGB) -> Callable[[Rng], FrameRGB]:
    """Sand with ripples."""

    def paint(rng: Rng) -> FrameRGB:
        noise = _noise(rng, (5, 5, 0.05), (60, 60, 0.015), (512, 512, 0.035))
        y = np.arange(TILE_PX, dtype=np.float32)[:, None]
        bend = 40 * cv2.resize(
            rng.normal(0, 1, (6, 6)).astype(np.float32), (TILE_PX, TILE_PX), interpolation=cv2.INTER_CUBIC
        )
        return _speckled(colour, noise + 0.035 * np.sin((y + bend) * 2 * np.pi / 32).astype(np.float32))

    return paint


def water(deep: RGB, light: RGB) -> Callable[[Rng], FrameRGB]:
    """Waves."""

    def paint(rng: Rng) -> FrameRGB:
        noise = _noise(rng, (6, 14, 0.10), (16, 60, 0.12), (44, 200, 0.12))
        picture = _speckled(deep, 0.7 * noise)
        crest = np.clip((noise - 0.22) * 3.2, 0, 0.9)[..., None]
        return np.asarray(np.clip(picture + crest * (np.array(light, np.float32) - picture), 0, 255), np.uint8)

    return paint


def road(width_m: float, tile_m: float, *, is_wet: bool = False) -> Callable[[Rng], FrameRGB]:
    """Asphalt along the line of sight with pavements; `tile_m` wide."""

    def paint(rng: Rng) -> FrameRGB:
        asphalt = (70, 72, 82) if is_wet else (88, 88, 92)
        picture = _speckled(asphalt, _noise(rng, (6, 6, 0.06), (90, 90, 0.05), (512, 512, 0.07)))
        middle, half = TILE_PX // 2, round(width_m / tile_m * TILE_PX / 2)
        pavement = _speckled((138, 134, 128), _noise(rng, (40, 40, 0.04), (512, 512, 0.05)))
        for x0, x1 in ((0, middle - half), (middle + half, TILE_PX)):
            picture[:, x0:x1] = pavement[:, x0:x1]
            for y in range(0, TILE_PX, 64):
                picture[y : y + 3, x0:x1] = (108, 104, 98)
        for x in (middle - half, middle + half):
            picture[:, x - 7 : x + 7] = (166, 162, 154)
        for y in range(40, TILE_PX, 256):
            picture[y : y + 128, middle - 7 : middle + 7] = (212, 206, 184)
        return picture

    return paint


def boards(colour: RGB) -> Callable[[Rng], FrameRGB]:
    """A wooden floor."""

    def paint(rng: Rng) -> FrameRGB:
        picture = _speckled(colour, _noise(rng, (200, 6, 0.05), (512, 40, 0.04)))
        for i in range(16):
            shade = float(rng.uniform(0.84, 1.1))
            part = picture[:, i * 64 : (i + 1) * 64]
            part[:] = np.clip(part.astype(np.float32) * shade, 0, 255).astype(np.uint8)
            picture[:, i * 64 : i * 64 + 3] = tinted(colour, 0.55)
            picture[int(rng.integers(TILE_PX - 4)) :][:3, i * 64 : (i + 1) * 64] = tinted(colour, 0.6)
        return picture

    return paint


def tiles(colour: RGB, joint: RGB, size_px: int = 64) -> Callable[[Rng], FrameRGB]:
    """Stone slabs."""

    def paint(rng: Rng) -> FrameRGB:
        picture = _speckled(colour, _noise(rng, (16, 16, 0.07), (120, 120, 0.03), (512, 512, 0.05)))
        for k in range(0, TILE_PX, size_px):
            picture[k : k + 3] = joint
            picture[:, k : k + 3] = joint
        return picture

    return paint


def checker(light: RGB, dark: RGB) -> Callable[[Rng], FrameRGB]:
    """Squares of two colours."""

    def paint(rng: Rng) -> FrameRGB:
        picture = _speckled(light, _noise(rng, (16, 16, 0.03), (512, 512, 0.02)))
        other = _speckled(dark, _noise(rng, (16, 16, 0.05), (512, 512, 0.03)))
        cell = np.arange(TILE_PX) // 64
        odd = (cell[:, None] + cell[None]) % 2 == 1
        picture[odd] = other[odd]
        return picture

    return paint


def stripes(first: RGB, second: RGB) -> Callable[[Rng], FrameRGB]:
    """A mown pitch with white lines."""

    def paint(rng: Rng) -> FrameRGB:
        picture = _speckled(first, _noise(rng, (30, 30, 0.04), (512, 512, 0.06)))
        for y in range(0, TILE_PX, 256):
            picture[y : y + 128] = np.clip(
                picture[y : y + 128].astype(np.float32) * np.array(second) / np.array(first), 0, 255
            ).astype(np.uint8)
        picture[508:516] = (236, 240, 232)
        return picture

    return paint


def cobbles(colour: RGB) -> Callable[[Rng], FrameRGB]:
    """Round paving stones."""

    def paint(rng: Rng) -> FrameRGB:
        picture = _speckled(tinted(colour, 0.55), _noise(rng, (60, 60, 0.05)))
        for row, y in enumerate(range(0, TILE_PX, 32)):
            for x in range(-16 * (row % 2), TILE_PX, 40):
                shade = tinted(colour, float(rng.uniform(0.84, 1.14)))
                cv2.ellipse(picture, (x + 20, y + 16), (18, 14), 0, 0, 360, shade, -1, cv2.LINE_AA)
        return picture

    return paint


def lava(crust: RGB, glow: RGB) -> Callable[[Rng], FrameRGB]:
    """Black rock with glowing cracks."""

    def paint(rng: Rng) -> FrameRGB:
        picture = _speckled(crust, _noise(rng, (20, 20, 0.16), (140, 140, 0.1)))
        seams = np.abs(_noise(rng, (9, 9, 1.0), (26, 26, 0.5)))
        heat = np.clip(1 - seams / 0.16, 0, 1)[..., None]
        return np.asarray(np.clip(picture + heat * (np.array(glow, np.float32) - picture), 0, 255), np.uint8)

    return paint


def specks(dark: RGB, count: int = 900) -> Callable[[Rng], FrameRGB]:
    """The night below: stars."""

    def paint(rng: Rng) -> FrameRGB:
        picture = np.full((TILE_PX, TILE_PX, 3), dark, np.uint8)
        for x, y, light in zip(*rng.integers(0, TILE_PX, (2, count)), rng.integers(90, 255, count), strict=True):
            cv2.circle(picture, (int(x), int(y)), 1, (int(light),) * 3, -1)
        return picture

    return paint


def cloud_tops(light: RGB, shade: RGB) -> Callable[[Rng], FrameRGB]:
    """A sea of clouds from above."""

    def paint(rng: Rng) -> FrameRGB:
        noise = _noise(rng, (5, 5, 0.5), (12, 12, 0.35), (34, 34, 0.2), (110, 110, 0.08))
        share = np.clip(0.5 + 0.6 * noise, 0, 1)[..., None]
        return np.asarray(np.array(shade) + share * (np.array(light, np.float32) - np.array(shade)), np.uint8)

    return paint
