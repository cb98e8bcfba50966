"""Sizes, lengths and windows that the models work in. No torch. Source: diffusion-engines 5.1, 5.2."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shotwright.core.catalog import Tier

FPS = 16
STEP_PX = 16
WINDOW, OVERLAP = 81, 9
CLASSES: dict[Tier, dict[str, tuple[int, int]]] = {
    "standard": {"16:9": (832, 480), "9:16": (480, 832), "1:1": (624, 624)},
    "pro": {"16:9": (1280, 720), "9:16": (720, 1280), "1:1": (960, 960)},
}
"""Canvas (width, height) in pixels by tier and shape."""


@dataclass(frozen=True)
class Window:
    """A stretch of a clip that is denoised at once: frames from `start` on."""

    start: int
    frames: int


def canvas_of(
    tier: Tier, width: int, height: int, *, keeps_shape: bool, max_pixels: int | None = None
) -> tuple[int, int]:
    """The canvas for an output.

    Args:
        tier: Its class of sizes.
        width: Of the output, pixels.
        height: Of the output, pixels.
        keeps_shape: An edit keeps its source's own ratio; everything else takes the nearest canvas of the class.
        max_pixels: A smaller area for smaller cards.
    """
    shape = width / height
    nearest = min(CLASSES[tier].values(), key=lambda size: abs(math.log(size[0] / size[1] / shape)))
    area = nearest[0] * nearest[1]
    if not keeps_shape and (max_pixels is None or area <= max_pixels):
        return nearest
    area = min(area, max_pixels or area, width * height if keeps_shape else area)
    ratio = shape if keeps_shape else nearest[0] / nearest[1]
    return _rounded(math.sqrt(area * ratio)), _rounded(math.sqrt(area / ratio))


def _rounded(pixels: float) -> int:
    return max(STEP_PX, int(pixels / STEP_PX + 1e-6) * STEP_PX)


def frames_for(seconds: float) -> int:
    """Frames at 16 per second that cover `seconds`: a multiple of four, and one."""
    return 4 * math.ceil((math.ceil(FPS * seconds - 1e-6)) / 4) + 1


def latent_frames(frames: int) -> int:
    """Frames of the latent clip."""
    return (frames - 1) // 4 + 1


def windows_of(frames: int, *, longest: int = WINDOW, overlap: int = OVERLAP) -> list[Window]:
    """Equal windows of at most `longest` frames that overlap by at least `overlap`; all sizes are 4 k + 1.

    Attention is quadratic, so equal windows cost less than full ones and a rest.
    """
    if frames <= longest:
        return [Window(0, frames)]
    count = math.ceil((frames - overlap) / (longest - overlap))
    length = 4 * math.ceil((frames + (count - 1) * overlap - count) / (4 * count)) + 1
    last = frames - length
    starts = [4 * round(last * index / (count - 1) / 4) for index in range(count)]
    return [Window(start, length) for start in starts]
