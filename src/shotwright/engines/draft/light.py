"""Where light comes from: sun or moon by the time of day, the shadows they cast, the rim they draw on people.

A new time of day is a row of `SUNS` and a row of `grade.TIMES`. Source: draft-engine section 4.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import cv2
import numpy as np

from shotwright.engines.analysis.cutout import CutOut
from shotwright.media.colour import rgb_pixel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from shotwright.core.plan import Look
    from shotwright.media.colour import FrameYUV, Mask

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


SUNS: dict[str, Sun] = {
    "day": Sun(-50, 48), "noon": Sun(-30, 68, shadow=0.42), "morning": Sun(-58, 26, (255, 238, 206), 0.5, 18, rim=0.15),
    "golden_hour": Sun(17, 11, (255, 196, 112), 0.95, 17, 1.3, 0.42, 0.55), "sunset": Sun(13, 5, (255, 146, 74), 0.95, 16, 1.6, 0.4, 0.6),
    "sunrise": Sun(-15, 7, (255, 190, 148), 0.85, 17, 1.4, 0.34, 0.45), "evening": Sun(20, 3, (255, 140, 120), 0.6, 22, 0.0, 0.16, 0.3),
    "later": Sun(20, 3, (255, 140, 120), 0.6, 22, 0.0, 0.16, 0.3), "blue_hour": Sun(10, 2, (150, 170, 230), 0.35, 24, 0.0, 0.1, 0.2),
    "night": Sun(-24, 24, (206, 220, 255), 0.3, 8, 1.1, 0.25, 0.45, is_moon=True),
}  # fmt: skip
LIGHT_SUNS: dict[str, dict[str, float]] = {
    "backlit": {"azimuth_deg": 12, "elevation_deg": 16, "rim": 0.8, "glow": 0.7}, "sunlit": {"shadow": 0.45, "rim": 0.15},
    "soft": {"shadow": 0.14}, "hard": {"shadow": 0.55}, "volumetric": {"glow": 0.7}, "low_key": {"rim": 0.35},
    "neon": {"rim": 0.5, "shadow": 0.2}, "moonlight": {"rim": 0.4}, "candle": {"rim": 0.3, "shadow": 0.25},
}  # fmt: skip
RIM_RGB: dict[str, RGB] = {"neon": (255, 70, 190), "candle": (255, 170, 90), "moonlight": (190, 210, 255)}
"""Lights that give people's edges a colour of their own."""
DULL = frozenset({"rain", "storm", "fog", "cloudy", "snow"})


def sun_of(look: Look) -> Sun:
    """The key light that a look asks for."""
    name = look.time_of_day or ("night" if look.lighting == "moonlight" else "day")
    sun = replace(SUNS.get(name, SUNS["day"]), **LIGHT_SUNS.get(look.lighting or "", {}))  # type: ignore[arg-type]  # floats by name
    if look.weather in DULL:
        sun = replace(sun, shadow=0.3 * sun.shadow, glow=0.2 * sun.glow, disc_deg=0.0)
    colour = RIM_RGB.get(look.lighting or "")
    return replace(sun, colour=colour) if colour else sun


def with_rim(cut: CutOut, sun: Sun) -> CutOut:
    """A cut-out whose edge on the light's side is lit; the very same one when the light draws no rim."""
    if sun.rim <= 0:
        return cut
    edge = _edge_towards(cut.alpha, 1.0 if sun.azimuth_deg >= 0 else -1.0)
    amount = cv2.convertScaleAbs(edge, alpha=sun.rim)
    return replace(cut, texture=_towards(cut.texture, rgb_pixel(*sun.colour), np.asarray(amount, np.uint8)))


def _edge_towards(alpha: Mask, side: float) -> Mask:
    """uint8: strong at the edge that faces up and to one side."""
    reach = max(2, round(0.012 * alpha.shape[0]))
    moved = cv2.warpAffine(
        alpha, np.array([[1, 0, -side * reach], [0, 1, reach * 0.7]]), (alpha.shape[1], alpha.shape[0])
    )
    edge = cv2.subtract(alpha, moved)
    return np.asarray(cv2.min(cv2.GaussianBlur(edge, (0, 0), max(1.0, reach / 2.5)), alpha), np.uint8)


def _towards(picture: FrameYUV, colour: tuple[int, int, int], amount: Mask) -> FrameYUV:
    """A picture pulled towards a colour where `amount` is high."""
    over = cv2.merge([amount] * 3)
    flat = np.full_like(picture, colour)
    kept = cv2.multiply(picture, cv2.bitwise_not(over), scale=1 / 255)
    return np.asarray(cv2.add(kept, cv2.multiply(flat, over, scale=1 / 255)), np.uint8)


def with_sun_glow(plate: FrameYUV, sun: Sun, *, horizon: float, lens: float) -> FrameYUV:
    """A plate with the light of a low sun in its sky: `horizon` in frame heights, `lens` in frame widths."""
    if sun.glow < 0.5:
        return plate
    height, width = plate.shape[:2]
    x = width / 2 + np.tan(np.radians(sun.azimuth_deg)) * lens * width
    y = horizon * height - np.tan(np.radians(sun.elevation_deg)) * lens * width
    rows, columns = np.mgrid[0 : height // 4, 0 : width // 4].astype(np.float32) * 4
    reach = np.hypot(columns - x, (rows - y) * 1.25) / (np.tan(np.radians(sun.glow_deg)) * lens * width)
    small = np.clip(np.exp(-reach) * 150 * sun.glow, 0, 255).astype(np.uint8)
    amount = np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8)
    return _towards(plate, rgb_pixel(*sun.colour), amount)


def practicals(plate: FrameYUV) -> Mask:
    """What shines by itself in a picture, once it is made night: small warm spots much brighter than what is around them."""
    luma = cv2.resize(np.ascontiguousarray(plate[..., 0]), None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    size = max(5, plate.shape[1] // 90) | 1
    spots = cv2.morphologyEx(luma, cv2.MORPH_TOPHAT, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size)))
    warm = cv2.resize(plate, (luma.shape[1], luma.shape[0]), interpolation=cv2.INTER_AREA)
    is_warm = (warm[..., 1] < 126) | (warm[..., 2] > 132)
    strong = (np.clip((spots.astype(np.float32) - 46) * 4, 0, 255) * is_warm).astype(np.uint8)
    soft = cv2.GaussianBlur(strong, (0, 0), plate.shape[1] / 900)
    return np.asarray(cv2.resize(soft, (plate.shape[1], plate.shape[0]), interpolation=cv2.INTER_LINEAR), np.uint8)
