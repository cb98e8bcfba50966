"""Weather with depth: haze by distance, fog banks, rain and snow in layers behind and before people, lightning.

Deterministic by seed and time. Source: draft-engine
section 4.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from shotwright.engines.draft.looks.weathers import WEATHERS, Weather
from shotwright.engines.draft.stage import blend
from shotwright.media.colour import FrameYUV

HAZE_STEPS = 12
SNOW_YUV = (222, 130, 126)
FLASH = (46, 3, 0)
"""Y'CbCr that lightning adds."""


LAYERS = 3
"""Depths in which it falls: the farthest one lies behind the people."""


@dataclass(frozen=True)
class Haze:
    """Air that takes the colours of what is far away."""

    colour: tuple[int, int, int]
    reach_m: float

    def step(self, distance_m: float) -> int:
        """How much, 0..`HAZE_STEPS`."""
        return round(HAZE_STEPS * 0.94 * (1 - float(np.exp(-distance_m / self.reach_m))))

    def veiled(self, picture: FrameYUV, step: int) -> FrameYUV:
        """A picture seen through `step` parts of haze."""
        share = step / HAZE_STEPS
        levels = np.arange(256, dtype=np.float64)[:, None]
        table = np.round(levels * (1 - share) + np.array(self.colour) * share).astype(np.uint8)[None]
        return np.asarray(cv2.LUT(picture, table), np.uint8)


def haze_of(kind: str | None, place: FrameYUV) -> Haze | None:
    """The haze of a weather over a place, in the colour of its brighter half."""
    reach = WEATHERS[kind].haze_m if kind in WEATHERS else 0.0
    if reach <= 0:
        return None
    upper = place[: max(2, place.shape[0] // 2)]
    luma, cb, cr = cv2.mean(upper)[:3]
    return Haze((round(min(235.0, luma * 1.08)), round(128 + (cb - 128) * 0.5), round(128 + (cr - 128) * 0.5)), reach)


def snowed(plate: FrameYUV, horizon: float) -> FrameYUV:
    """A plate with snow on its ground, the more the nearer; `horizon` in frame heights."""
    height, width = plate.shape[:2]
    rows = np.clip(((np.arange(height) + 0.5) / height - horizon - 0.02) / 0.12, 0, 1)
    amount = np.repeat((rows * 158).astype(np.uint8)[:, None], width, axis=1)
    white = np.full_like(plate, SNOW_YUV)
    shaded = cv2.addWeighted(white, 0.75, plate, 0.25, 0)
    result = plate.copy()
    blend(result, np.asarray(shaded, np.uint8), amount)
    return result


class Precipitation:
    """Draws a weather's falling and drifting parts over frames."""

    def __init__(self, kind: str, width: int, height: int, seed: int, *, haze: Haze | None) -> None:
        self._row = WEATHERS[kind]
        self._size = (width, height)
        self._rng = np.random.default_rng(seed)
        self._tiles = [self._tile(layer) for layer in range(LAYERS)] if self._row.falling else []
        self._bank = self._fog_tile() if self._row.bank else None
        self._haze = haze
        self._flashes = self._rng.uniform(0.6, 9.5, 4) if self._row.flashes else np.empty(0)

    def _tile(self, layer: int) -> FrameYUV:
        width, height = self._size
        tile = np.zeros((height, width, 3), np.uint8)
        near = (layer + 1) / LAYERS
        count = int(self._row.count * (1.5 - near))
        for x, y, light in zip(
            self._rng.integers(0, width, count),
            self._rng.integers(0, height, count),
            self._rng.uniform(0.5, 1, count),
            strict=True,
        ):
            _FALLING[self._row.falling](tile, (int(x), int(y)), near, light, self._row)
        soft = 0.6 + 0.7 * near * near
        return np.asarray(cv2.GaussianBlur(tile, (0, 0), soft), np.uint8)

    def _fog_tile(self) -> FrameYUV:
        width, height = self._size
        total = np.zeros((height // 4, width // 4), np.float32)
        for octave, cells in enumerate((3, 6, 12)):
            noise = self._rng.normal(0, 1, (cells, cells)).astype(np.float32)
            noise = np.hstack([noise, noise[:, :1]])
            total += cv2.resize(noise, total.shape[::-1], interpolation=cv2.INTER_CUBIC) * 0.6**octave
        low = np.linspace(0.25, 1.0, total.shape[0], dtype=np.float32)[:, None]
        amount = np.clip((total + 1.3) * 0.42, 0, 1) * low * self._row.bank * 255
        return np.asarray(
            cv2.resize(amount.astype(np.uint8), (width, height), interpolation=cv2.INTER_LINEAR), np.uint8
        )

    def draw_behind(self, frame: FrameYUV, seconds: float) -> None:
        """What lies behind the people, in place."""
        if self._tiles:
            self._fall(frame, 0, seconds)

    def draw_before(self, frame: FrameYUV, seconds: float) -> None:
        """What lies before them, in place."""
        for layer in range(1, len(self._tiles)):
            self._fall(frame, layer, seconds)
        if self._bank is not None and self._haze is not None:
            moved = np.roll(self._bank, round(seconds * 0.035 * self._size[0]), axis=1)
            blend(frame, np.full_like(frame, self._haze.colour), moved)
        if any(0 <= seconds - at < 0.13 for at in self._flashes):
            cv2.add(frame, np.full_like(frame, FLASH), dst=frame)

    def _fall(self, frame: FrameYUV, layer: int, seconds: float) -> None:
        width, height = self._size
        near = (layer + 1) / LAYERS
        down = round(self._row.speed * near * seconds * height) % height
        drift = (
            0.03 * np.sin(seconds * 1.3 + layer)
            if self._row.falling == "flake"
            else -self._row.slant * self._row.speed * near * seconds * height / width
        )
        side = round(float(drift) * width) % width
        tile = self._tiles[layer]
        apply = cv2.max if self._row.falling == "leaf" else cv2.add
        for y0, y1, t0 in ((0, down, height - down), (down, height, 0)):
            for x0, x1, s0 in ((0, side, width - side), (side, width, 0)):
                if y1 > y0 and x1 > x0:
                    part = frame[y0:y1, x0:x1]
                    apply(part, tile[t0 : t0 + y1 - y0, s0 : s0 + x1 - x0], dst=part)


Drop = Callable[[FrameYUV, tuple[int, int], float, float, Weather], None]


def _streak(tile: FrameYUV, at: tuple[int, int], near: float, light: float, row: Weather) -> None:
    height = tile.shape[0]
    length = round(near * height / (9 if row.flashes else 13))
    end = (at[0] - round(length * row.slant), at[1] + length)
    cv2.line(tile, at, end, (int(row.light * light), 0, 0), max(1, round(near * height / 540)), cv2.LINE_AA)


def _flake(tile: FrameYUV, at: tuple[int, int], near: float, light: float, row: Weather) -> None:
    radius = max(1, round(near * tile.shape[0] / 260))
    cv2.circle(tile, at, radius, (int(row.light * light), 0, 0), -1, cv2.LINE_AA)


def _leaf(tile: FrameYUV, at: tuple[int, int], near: float, light: float, row: Weather) -> None:
    del row
    size = (max(2, round(near * tile.shape[0] / 90)), max(1, round(near * tile.shape[0] / 220)))
    cv2.ellipse(tile, at, size, light * 300, 0, 360, (int(150 * light), 104, 150), -1, cv2.LINE_AA)


_FALLING: dict[str, Drop] = {"streak": _streak, "flake": _flake, "leaf": _leaf}


def precipitation_of(
    kind: str | None, width: int, height: int, seed: int, haze: Haze | None = None
) -> Precipitation | None:
    """The falling and drifting parts of a weather, if it has any."""
    row = WEATHERS.get(kind or "")
    return Precipitation(kind or "", width, height, seed, haze=haze) if row and (row.falling or row.bank) else None
