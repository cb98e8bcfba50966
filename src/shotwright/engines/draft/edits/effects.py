"""Effects on a tracked target: fire, smoke, glow, lightning, ice, sparkles. A new effect is a function and a row of `EFFECTS`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from shotwright.engines.draft.stage import blend
from shotwright.media.colour import FrameYUV, Mask, rgb_pixel

if TYPE_CHECKING:
    from shotwright.engines.analysis.edit_source import Change, EditSource
    from shotwright.engines.analysis.region import Find

NOISE_PX = 256
Paint = Callable[[FrameYUV, Mask, float, "NDArray[np.float32]", int], None]
"""Draws an effect on a target into a frame, in place: frame, mask, seconds, noise, frame number."""


def _noise(seed: int) -> NDArray[np.float32]:
    """Soft noise that repeats, float32 (`NOISE_PX`, `NOISE_PX`) in 0..1."""
    rng = np.random.default_rng(seed)
    total = np.zeros((NOISE_PX, NOISE_PX), np.float32)
    for sigma, strength in ((24, 1.0), (10, 0.6), (4, 0.35)):
        cells = np.tile(rng.normal(0, 1, (NOISE_PX, NOISE_PX)).astype(np.float32), (3, 3))
        soft = cv2.GaussianBlur(cells, (0, 0), sigma)[NOISE_PX : 2 * NOISE_PX, NOISE_PX : 2 * NOISE_PX]
        total += strength * soft / max(float(soft.std()), 1e-6)
    return np.asarray((total - total.min()) / float(np.ptp(total)), np.float32)


def _rising(
    noise: NDArray[np.float32], shape: tuple[int, ...], seconds: float, pace: float, stretch: float
) -> NDArray[np.float32]:
    """Noise that rises through a quarter-size frame."""
    height, width = shape[0] // 4, shape[1] // 4
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    scale = NOISE_PX / max(64.0, width * 0.9)
    columns, rows = x * scale * 1.6 % NOISE_PX, (y * scale * stretch + seconds * pace * NOISE_PX) % NOISE_PX
    moved = cv2.remap(
        noise, columns.astype(np.float32), rows.astype(np.float32), cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP
    )
    return np.asarray(moved, np.float32)


def _plume(mask: Mask, reach: int) -> NDArray[np.float32]:
    """The target and the space above it, float32 quarter size in 0..1, fading upwards."""
    small = (
        cv2.resize(mask, (mask.shape[1] // 4, mask.shape[0] // 4), interpolation=cv2.INTER_AREA).astype(np.float32)
        / 255
    )
    total = small.copy()
    for k in range(1, 7):
        up = round(reach * k / 6 / 4)
        moved = np.zeros_like(small)
        if up < len(small):
            moved[: len(small) - up] = small[up:]
        total = np.maximum(total, moved * (1 - k / 7))
    return np.asarray(cv2.GaussianBlur(total, (0, 0), 3), np.float32)


def _laid(frame: FrameYUV, amount: NDArray[np.float32], colours: NDArray[np.uint8]) -> None:
    """Colours by strength, laid over a frame: `colours` is uint8 (256, 3) Y'CbCr."""
    level = np.clip(amount * 255, 0, 255).astype(np.uint8)
    large = cv2.resize(level, (frame.shape[1], frame.shape[0]), interpolation=cv2.INTER_LINEAR)
    painted = cv2.LUT(cv2.merge([large] * 3), colours[None])
    alpha = np.clip(large.astype(np.float32) * 1.5, 0, 215).astype(np.uint8)
    blend(frame, np.asarray(painted, np.uint8), alpha)


def _ramp(*stops: tuple[int, int, int]) -> NDArray[np.uint8]:
    pixels = np.array([rgb_pixel(*stop) for stop in stops], np.float64)
    at = np.linspace(0, 255, len(stops))
    return np.stack([np.interp(np.arange(256), at, pixels[:, k]) for k in range(3)], axis=1).astype(np.uint8)


_FLAMES, _SMOKE = (
    _ramp((90, 10, 0), (220, 60, 8), (255, 150, 24), (255, 226, 120), (255, 250, 224)),
    _ramp((60, 60, 62), (120, 120, 124), (176, 176, 180)),
)


def _fire(frame: FrameYUV, mask: Mask, seconds: float, noise: NDArray[np.float32], index: int) -> None:
    del index
    heat = _plume(mask, frame.shape[0] // 5) * np.clip(
        _rising(noise, frame.shape, seconds, 0.55, 0.75) * 2.1 - 0.62, 0, 1
    )
    _laid(frame, heat, _FLAMES)


def _smoke(frame: FrameYUV, mask: Mask, seconds: float, noise: NDArray[np.float32], index: int) -> None:
    del index
    amount = _plume(mask, frame.shape[0] // 3) * np.clip(
        _rising(noise, frame.shape, seconds, 0.16, 0.9) * 1.5 - 0.45, 0, 1
    )
    _laid(frame, 0.62 * amount, _SMOKE)


def _glow(frame: FrameYUV, mask: Mask, seconds: float, noise: NDArray[np.float32], index: int) -> None:
    del noise, index
    small = cv2.resize(mask, (mask.shape[1] // 4, mask.shape[0] // 4), interpolation=cv2.INTER_AREA).astype(np.float32)
    soft = cv2.GaussianBlur(small, (0, 0), small.shape[1] / 34) + 0.35 * small
    amount = soft * (0.62 + 0.12 * np.sin(seconds * 3.2))
    light = cv2.resize(
        np.clip(amount, 0, 255).astype(np.uint8), (frame.shape[1], frame.shape[0]), interpolation=cv2.INTER_LINEAR
    )
    blend(frame, np.full_like(frame, rgb_pixel(255, 236, 170)), np.asarray(light, np.uint8), 0.72)


def _lightning(frame: FrameYUV, mask: Mask, seconds: float, noise: NDArray[np.float32], index: int) -> None:
    del noise, seconds
    rng = np.random.default_rng(1000 + index // 3)
    x, y, wide, tall = cv2.boundingRect((mask > 128).astype(np.uint8))
    if wide < 4:
        return
    sheet = np.zeros(frame.shape[:2], np.uint8)
    for _ in range(4):
        start = np.array([x + wide * rng.uniform(0, 1), y + tall * rng.uniform(-0.1, 0.5)])
        points = [start]
        for _ in range(8):
            points.append(points[-1] + rng.normal(0, 1, 2) * (0.10 * wide, 0.06 * tall) + (0, 0.07 * tall))
        cv2.polylines(
            sheet,
            [np.array(points, np.int32)],
            isClosed=False,
            color=255,
            thickness=max(1, frame.shape[0] // 360),
            lineType=cv2.LINE_AA,
        )
    halo = cv2.GaussianBlur(sheet, (0, 0), frame.shape[0] / 90)
    blend(
        frame, np.full_like(frame, rgb_pixel(120, 170, 255)), np.asarray(cv2.convertScaleAbs(halo, alpha=3.0), np.uint8)
    )
    blend(frame, np.full_like(frame, rgb_pixel(236, 244, 255)), sheet)


def _ice(frame: FrameYUV, mask: Mask, seconds: float, noise: NDArray[np.float32], index: int) -> None:
    del seconds, index
    height, width = frame.shape[:2]
    grain = cv2.resize(noise, (width, height), interpolation=cv2.INTER_LINEAR)
    frozen = frame.copy()
    frozen[..., 0] = np.clip(frame[..., 0] * 0.55 + 92 + 46 * (grain - 0.5), 16, 235).astype(np.uint8)
    frozen[..., 1], frozen[..., 2] = 146, 116
    blend(frame, frozen, mask, 0.85)


def _sparkles(frame: FrameYUV, mask: Mask, seconds: float, noise: NDArray[np.float32], index: int) -> None:
    del noise, index
    rng = np.random.default_rng(77)
    x, y, wide, tall = cv2.boundingRect((mask > 128).astype(np.uint8))
    sheet = np.zeros(frame.shape[:2], np.uint8)
    for px, py, phase in zip(
        rng.uniform(-0.15, 1.15, 90), rng.uniform(-0.1, 1.05, 90), rng.uniform(0, 6.3, 90), strict=True
    ):
        light = max(0.0, np.sin(seconds * 4 + phase))
        at = (round(x + px * wide), round(y + (py - 0.06 * seconds) % 1.1 * tall))
        cv2.circle(sheet, at, max(1, round(light * frame.shape[0] / 200)), int(255 * light), -1, cv2.LINE_AA)
    sheet = np.maximum(sheet, cv2.GaussianBlur(sheet, (0, 0), frame.shape[0] / 240))
    blend(frame, np.full_like(frame, rgb_pixel(255, 246, 206)), np.asarray(sheet, np.uint8))


EFFECTS: dict[str, Paint] = {
    "fire": _fire, "flame": _fire, "burning": _fire, "smoke": _smoke, "steam": _smoke, "mist": _smoke, "glow": _glow, "aura": _glow, "halo": _glow, "light": _glow,
    "lightning": _lightning, "electricity": _lightning, "electric": _lightning, "ice": _ice, "frost": _ice, "frozen": _ice, "sparkle": _sparkles,
    "glitter": _sparkles, "magic": _sparkles, "spark": _sparkles, "dust": _sparkles, "energy": _glow,
}  # fmt: skip


def effect_on(source: EditSource, words: list[str], find: Find) -> Change | None:
    """The effect that words name, on what `find` finds; None when it is not known."""
    paint = next((EFFECTS[word] for word in words if word in EFFECTS), None)
    if paint is None:
        return None
    noise, fps = _noise(source.shot.seed), float(source.shot.output.fps)

    def change(frame: FrameYUV, index: int) -> FrameYUV:
        paint(frame, find(frame, source, index), index / fps, noise, index)
        return frame

    return change
