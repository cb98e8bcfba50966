"""Lighting: one record each, with its grade and what it does to the key light. A new one is a row here, and words for it."""

from __future__ import annotations

from dataclasses import dataclass, field

from shotwright.engines.draft.grade import Grade

RGB = tuple[int, int, int]


@dataclass(frozen=True)
class Lighting:
    """A way to light a shot.

    Attributes:
        grade: Of the whole picture.
        key: Fields of the sun that it changes.
        rim: Colour of the edge that it gives people; None: the sun's.
    """

    grade: Grade
    key: dict[str, float] = field(default_factory=dict)
    rim: RGB | None = None


LIGHTS: dict[str, Lighting] = {
    "cinematic": Lighting(Grade(0.0, 1.1, -0.01, 1.02, warmth=3)),
    "soft": Lighting(Grade(0.1, 0.9, 0.03), {"shadow": 0.14}),
    "hard": Lighting(Grade(0.0, 1.25, -0.02), {"shadow": 0.55}),
    "neon": Lighting(Grade(-0.15, 1.2, 0.0, 1.35, warmth=-5, magenta=9), {"rim": 0.5, "shadow": 0.2}, rim=(255, 70, 190)),
    "candle": Lighting(Grade(-0.45, 1.1, 0.0, 1.1, warmth=17), {"rim": 0.3, "shadow": 0.25}, rim=(255, 170, 90)),
    "sunlit": Lighting(Grade(0.25, 1.06, 0.0, 1.08, warmth=5), {"shadow": 0.45, "rim": 0.15}),
    "moonlight": Lighting(Grade(-1.1, 1.05, 0.02, 0.6, warmth=-11, roll=0.5), {"rim": 0.4}, rim=(190, 210, 255)),
    "backlit": Lighting(Grade(-0.4, 1.2, -0.02), {"azimuth_deg": 12, "elevation_deg": 16, "rim": 0.8, "glow": 0.7}),
    "low_key": Lighting(Grade(-0.9, 1.2, -0.02), {"rim": 0.35}),
    "high_key": Lighting(Grade(0.6, 0.9, 0.05)),
    "volumetric": Lighting(Grade(0.1, 0.93, 0.04, warmth=5), {"glow": 0.7}),
    "lamplit": Lighting(Grade(1.2, 1.0, 0.02, 1.35, warmth=12, roll=-0.45), {"shadow": 0.2}, rim=(255, 206, 150)),
    "warm": Lighting(Grade(-0.1, 1.05, 0.0, 1.06, warmth=9), {"shadow": 0.2}, rim=(255, 200, 140)),
    "spotlight": Lighting(Grade(-0.95, 1.15, -0.02, 1.0, warmth=2), {"rim": 0.4, "shadow": 0.3}),
    "studio": Lighting(Grade(0.2, 1.05)),
}  # fmt: skip
