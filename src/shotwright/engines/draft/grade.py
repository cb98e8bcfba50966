"""Light, time of day, mood and looks as one table per frame: exposure, contrast, black point, saturation, tint.

A look is a row; looks add up. Applied with `cv2.LUT` to Y', Cb and Cr at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

if TYPE_CHECKING:
    from shotwright.media.colour import FrameYUV

Table = "np.ndarray[Any, Any]"


@dataclass(frozen=True)
class Grade:
    """A grade: stops of exposure, contrast around middle grey, lift of the blacks, saturation, warmth, green-magenta, and how far
    highlights are held back: a sky at night is dark."""

    stops: float = 0.0
    contrast: float = 1.0
    lift: float = 0.0
    saturation: float = 1.0
    warmth: float = 0.0
    magenta: float = 0.0
    roll: float = 0.0

    def plus(self, other: Grade) -> Grade:
        """Both grades at once."""
        return Grade(
            self.stops + other.stops, self.contrast * other.contrast, self.lift + other.lift,
            self.saturation * other.saturation, self.warmth + other.warmth, self.magenta + other.magenta, max(self.roll, other.roll),
        )  # fmt: skip

    def table(self, amount: float = 1.0) -> np.ndarray[Any, Any]:
        """uint8 (1, 256, 3) for `cv2.LUT`; `amount` 0..1 fades the grade in."""
        levels = np.arange(256, dtype=np.float64)
        light = np.clip((levels - 16) / 219, 0, 1)
        light = light * (1 - self.roll * light) * 2.0 ** (self.stops / 2.2)
        light = (light - 0.42) * self.contrast + 0.42 + self.lift
        y = np.clip(light, 0, 1) * 219 + 16
        cb = (levels - 128) * self.saturation + 128 - self.warmth + self.magenta * 0.5
        cr = (levels - 128) * self.saturation + 128 + self.warmth * 0.8 + self.magenta
        graded = np.stack([y, cb, cr], axis=1)
        mixed = levels[:, None] + amount * (graded - levels[:, None])
        return np.clip(np.round(mixed), 0, 255).astype(np.uint8)[None]


NEUTRAL = Grade()
DARKEST = -1.45
"""Stops: a draft must be seen, however dark its scene is."""

TONES: dict[str, Grade] = {
    "brighten": Grade(0.45), "lighten": Grade(0.45), "darken": Grade(-0.55), "dim": Grade(-0.55), "saturate": Grade(saturation=1.4),
    "desaturate": Grade(saturation=0.45),
}  # fmt: skip
"""What the verb of an edit does to a picture or a part of it."""


def apply_table(frame: FrameYUV, table: np.ndarray[Any, Any]) -> FrameYUV:
    """A new, graded frame."""
    return np.asarray(cv2.LUT(frame, table), np.uint8)
