"""Times of day: one record each, with its grade, its sun and the colours of its sky. A new one is a row here, and words for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from shotwright.engines.draft.grade import Grade

if TYPE_CHECKING:
    from numpy.typing import NDArray

RGB = tuple[int, int, int]


@dataclass(frozen=True)
class Sun:
    """The key light outdoors.

    Attributes:
        azimuth_deg: Direction in which it stands, 0 straight ahead of the first camera, positive to the right.
        elevation_deg: Height above the horizon.
        colour: Of its light, sRGB.
        glow: Strength of the light around it, 0..1.
        glow_deg: Reach of that light.
        disc_deg: Radius of its disc as it is drawn.
        shadow: Darkness of cast shadows, 0..1.
        rim: Strength of the light edge on people, 0..1.
        is_moon: Whether it is night.
    """

    azimuth_deg: float
    elevation_deg: float
    colour: RGB = (255, 246, 226)
    glow: float = 0.3
    glow_deg: float = 14.0
    disc_deg: float = 0.0
    shadow: float = 0.34
    rim: float = 0.0
    is_moon: bool = False

    @property
    def shadow_length(self) -> float:
        """Length of a shadow in heights of what casts it, at most 4."""
        return float(min(4.0, 1 / np.tan(np.radians(max(self.elevation_deg, 5.0)))))

    @property
    def shadow_direction(self) -> NDArray[np.float64]:
        """Where shadows fall, a unit vector on the ground."""
        turn = np.radians(self.azimuth_deg)
        return np.asarray(-np.array([np.sin(turn), 0.0, np.cos(turn)]), np.float64)


@dataclass(frozen=True)
class TimeOfDay:
    """A time of day.

    Attributes:
        grade: Of the whole picture.
        sun: The key light outdoors.
        sky: Colours of the zenith and the horizon; None: the place's own.
    """

    grade: Grade
    sun: Sun
    sky: tuple[RGB, RGB] | None = None


TIMES: dict[str, TimeOfDay] = {
    "golden_hour": TimeOfDay(Grade(0.05, 1.05, 0.02, 1.12, warmth=11, magenta=3), Sun(17, 11, (255, 196, 112), 0.95, 17, 1.3, 0.42, 0.55), ((104, 138, 186), (255, 208, 146))),
    "sunset": TimeOfDay(Grade(-0.5, 1.1, 0.0, 1.25, warmth=20, magenta=7), Sun(13, 5, (255, 146, 74), 0.95, 16, 1.6, 0.4, 0.6), ((72, 76, 132), (255, 150, 92))),
    "sunrise": TimeOfDay(Grade(0.0, 0.97, 0.04, 1.05, warmth=12, magenta=5), Sun(-15, 7, (255, 190, 148), 0.85, 17, 1.4, 0.34, 0.45), ((124, 152, 204), (255, 206, 182))),
    "night": TimeOfDay(Grade(-1.25, 1.04, 0.015, 0.62, warmth=-9, roll=0.55), Sun(-24, 24, (206, 220, 255), 0.3, 8, 1.1, 0.25, 0.45, is_moon=True), ((8, 12, 32), (34, 44, 84))),
    "evening": TimeOfDay(Grade(-0.9, 1.05, 0.01, 0.85, warmth=-4, magenta=6, roll=0.35), Sun(20, 3, (255, 140, 120), 0.6, 22, 0.0, 0.16, 0.3), ((54, 60, 108), (220, 150, 146))),
    "blue_hour": TimeOfDay(Grade(-1.0, 1.0, 0.02, 0.85, warmth=-18, magenta=3, roll=0.35), Sun(10, 2, (150, 170, 230), 0.35, 24, 0.0, 0.1, 0.2), ((20, 36, 84), (104, 132, 190))),
    "morning": TimeOfDay(Grade(0.2, 0.96, 0.03, 1.0, warmth=5), Sun(-58, 26, (255, 238, 206), 0.5, 18, rim=0.15), ((128, 168, 216), (226, 228, 222))),
    "noon": TimeOfDay(Grade(0.35, 1.1, 0.0, 1.08), Sun(-30, 68, shadow=0.42)),
    "day": TimeOfDay(Grade(0.2, 1.0, 0.0, 1.05), Sun(-50, 48)),
    "later": TimeOfDay(Grade(-0.9, 1.05, 0.01, 0.85, warmth=-4, magenta=6, roll=0.35), Sun(20, 3, (255, 140, 120), 0.6, 22, 0.0, 0.16, 0.3), ((54, 60, 108), (220, 150, 146))),
}  # fmt: skip
