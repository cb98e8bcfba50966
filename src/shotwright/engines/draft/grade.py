"""Light, time of day, mood and looks as one table per frame: exposure, contrast, black point, saturation, tint.

A look is a row; looks add up. Applied with `cv2.LUT` to Y', Cb and Cr at once.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

if TYPE_CHECKING:
    from shotwright.core.plan import Look
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

TIMES: dict[str, Grade] = {
    "golden_hour": Grade(0.05, 1.05, 0.02, 1.12, warmth=11, magenta=3), "sunset": Grade(-0.5, 1.1, 0.0, 1.25, warmth=20, magenta=7),
    "sunrise": Grade(0.0, 0.97, 0.04, 1.05, warmth=12, magenta=5), "night": Grade(-1.25, 1.04, 0.015, 0.62, warmth=-9, roll=0.55),
    "evening": Grade(-0.9, 1.05, 0.01, 0.85, warmth=-4, magenta=6, roll=0.35), "blue_hour": Grade(-1.0, 1.0, 0.02, 0.85, warmth=-18, magenta=3, roll=0.35),
    "morning": Grade(0.2, 0.96, 0.03, 1.0, warmth=5), "noon": Grade(0.35, 1.1, 0.0, 1.08), "day": Grade(0.2, 1.0, 0.0, 1.05),
    "later": Grade(-0.9, 1.05, 0.01, 0.85, warmth=-4, magenta=6, roll=0.35),
}  # fmt: skip
WEATHERS: dict[str, Grade] = {
    "rain": Grade(-0.5, 0.95, 0.02, 0.68, warmth=-5), "snow": Grade(0.15, 0.95, 0.03, 0.65, warmth=-5),
    "fog": Grade(0.1, 0.85, 0.03, 0.6, warmth=-2), "storm": Grade(-1.3, 1.0, 0.0, 0.55, warmth=-7),
    "cloudy": Grade(-0.25, 0.88, 0.02, 0.75, warmth=-3), "wet": Grade(-0.1, 1.1, -0.01, 1.05),
}  # fmt: skip
LIGHTS: dict[str, Grade] = {
    "cinematic": Grade(0.0, 1.1, -0.01, 1.02, warmth=3), "soft": Grade(0.1, 0.9, 0.03), "hard": Grade(0.0, 1.25, -0.02),
    "neon": Grade(-0.15, 1.2, 0.0, 1.35, warmth=-5, magenta=9), "candle": Grade(-0.45, 1.1, 0.0, 1.1, warmth=17),
    "sunlit": Grade(0.25, 1.06, 0.0, 1.08, warmth=5), "moonlight": Grade(-1.1, 1.05, 0.02, 0.6, warmth=-11, roll=0.5),
    "backlit": Grade(-0.4, 1.2, -0.02), "low_key": Grade(-0.9, 1.2, -0.02), "high_key": Grade(0.6, 0.9, 0.05),
    "volumetric": Grade(0.1, 0.93, 0.04, warmth=5), "studio": Grade(0.2, 1.05),
}  # fmt: skip
TONES: dict[str, Grade] = {
    "brighten": Grade(0.45), "lighten": Grade(0.45), "darken": Grade(-0.55), "dim": Grade(-0.55), "saturate": Grade(saturation=1.4),
    "desaturate": Grade(saturation=0.45),
}  # fmt: skip
"""What the verb of an edit does to a picture or a part of it."""
MOODS: dict[str, Grade] = {
    "hopeful": Grade(0.15, warmth=4), "warm": Grade(warmth=7), "calm": Grade(contrast=0.95), "tense": Grade(-0.4, 1.1, saturation=0.8),
    "melancholic": Grade(-0.2, saturation=0.75, warmth=-5), "dreamy": Grade(0.15, 0.88, 0.05, magenta=3),
    "epic": Grade(0.0, 1.12, saturation=1.08), "mysterious": Grade(-0.6, 1.08, saturation=0.85, warmth=-5),
    "joyful": Grade(0.15, saturation=1.15), "romantic": Grade(0.05, 0.95, 0.02, magenta=5, warmth=5), "energetic": Grade(contrast=1.1, saturation=1.15),
}  # fmt: skip
STYLES: dict[str, Grade] = {
    "cinematic": Grade(contrast=1.08, saturation=1.02), "noir": Grade(-0.2, 1.4, -0.02, 0.0), "black_and_white": Grade(contrast=1.1, saturation=0.0),
    "vintage_film": Grade(0.0, 0.92, 0.04, 0.8, warmth=9, magenta=3), "cyberpunk": Grade(-0.6, 1.2, 0.0, 1.4, warmth=-8, magenta=10),
    "documentary": Grade(saturation=0.95), "anime": Grade(0.25, 1.08, 0.0, 1.35), "cartoon": Grade(0.2, 1.1, 0.0, 1.4),
    "watercolor": Grade(0.35, 0.82, 0.06, 0.9), "oil_painting": Grade(0.0, 1.08, 0.0, 1.2), "sketch": Grade(0.4, 1.3, 0.05, 0.0),
    "claymation": Grade(0.1, 1.05, 0.0, 1.15), "origami": Grade(0.25, 0.95, 0.03, 1.1), "comic": Grade(0.1, 1.25, 0.0, 1.35),
    "pixel_art": Grade(0.1, 1.15, 0.0, 1.3),
}  # fmt: skip


def grade_of(look: Look) -> Grade:
    """The grade that a plan's look asks for."""
    total = NEUTRAL
    choices = (
        (TIMES, look.time_of_day), (WEATHERS, look.weather), (LIGHTS, look.lighting), (MOODS, look.mood), (STYLES, look.style),
    )  # fmt: skip
    for table, name in choices:
        if name:
            total = total.plus(table.get(name, NEUTRAL))
    return replace(total, stops=max(total.stops, DARKEST))


def apply_table(frame: FrameYUV, table: np.ndarray[Any, Any]) -> FrameYUV:
    """A new, graded frame."""
    return np.asarray(cv2.LUT(frame, table), np.uint8)
