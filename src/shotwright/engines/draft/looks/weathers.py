"""Weathers: one record each, with its grade and what falls and hangs in the air. A new one is a row here, and words for it."""

from __future__ import annotations

from dataclasses import dataclass

from shotwright.engines.draft.grade import NEUTRAL, Grade


@dataclass(frozen=True)
class Weather:
    """What falls and hangs in the air.

    Attributes:
        grade: Of the whole picture.
        falling: What is painted on a tile: "streak", "flake" or nothing.
        count: How many on a tile of the farthest layer.
        speed: Frame heights per second of the nearest layer.
        slant: Sideways per downwards.
        light: Brightness of a drop.
        haze_m: Distance at which two thirds of the colours are gone; 0 for clear air.
        bank: Opacity of drifting fog, 0..1.
        flashes: Whether there is lightning.
        is_dull: Whether it takes the sun away.
    """

    grade: Grade = NEUTRAL
    falling: str = ""
    count: int = 0
    speed: float = 0.0
    slant: float = 0.0
    light: int = 0
    haze_m: float = 0.0
    bank: float = 0.0
    flashes: bool = False
    is_dull: bool = False


WEATHERS: dict[str, Weather] = {
    "rain": Weather(Grade(-0.5, 0.95, 0.02, 0.68, warmth=-5), "streak", 620, 2.2, 0.08, 74, haze_m=70, is_dull=True),
    "snow": Weather(Grade(0.15, 0.95, 0.03, 0.65, warmth=-5), "flake", 520, 0.22, 0.0, 165, haze_m=55, is_dull=True),
    "fog": Weather(Grade(0.1, 0.85, 0.03, 0.6, warmth=-2), haze_m=22, bank=0.3, is_dull=True),
    "haze": Weather(Grade(0.08, 0.94, 0.02, 0.82, warmth=2), haze_m=95),
    "storm": Weather(Grade(-1.3, 1.0, 0.0, 0.55, warmth=-7), "streak", 980, 2.9, 0.36, 78, haze_m=45, flashes=True, is_dull=True),
    "cloudy": Weather(Grade(-0.25, 0.88, 0.02, 0.75, warmth=-3), haze_m=150, is_dull=True),
    "wet": Weather(Grade(-0.1, 1.1, -0.01, 1.05)),
    "wind": Weather(NEUTRAL, "leaf", 26, 0.32, -2.2, 0),
}  # fmt: skip
