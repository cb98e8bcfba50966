"""One colour space for all frames inside the house: Y'CbCr, BT.709, limited range, 8 bit, 4:4:4.

Warping and blending are linear, so they are done on Y'CbCr as well as on RGB; a grade is then a table on Y' and an offset
on Cb and Cr, and the encoder only has to thin out the chroma. Source: ITU-R BT.709-6, sections 3 and 4.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

FrameRGB = NDArray[np.uint8]
"""uint8 (H, W, 3), sRGB."""
FrameYUV = NDArray[np.uint8]
"""uint8 (H, W, 3): Y' 16..235, Cb and Cr 16..240 around 128, BT.709."""
Mask = NDArray[np.uint8]
"""uint8 (H, W): 0 outside, 255 inside."""

_KR, _KB = 0.2126, 0.0722
_Y = np.array([_KR, 1 - _KR - _KB, _KB])
_CB = (np.array([0, 0, 1.0]) - _Y) / (2 * (1 - _KB))
_CR = (np.array([1.0, 0, 0]) - _Y) / (2 * (1 - _KR))
_TO_YUV = np.hstack(
    [np.vstack([_Y * 219 / 255, _CB * 224 / 255, _CR * 224 / 255]), np.array([[16.0], [128.0], [128.0]])]
)
_LINEAR = np.linalg.inv(_TO_YUV[:, :3])
_TO_RGB = np.hstack([_LINEAR, -_LINEAR @ _TO_YUV[:, 3:]])


def rgb_to_yuv(rgb: FrameRGB) -> FrameYUV:
    """Convert a picture from sRGB to the house's colour space; same shape."""
    return np.asarray(cv2.transform(rgb, _TO_YUV), dtype=np.uint8)


def yuv_to_rgb(yuv: FrameYUV) -> FrameRGB:
    """Convert a picture from the house's colour space to sRGB; same shape."""
    return np.asarray(cv2.transform(yuv, _TO_RGB), dtype=np.uint8)


def rgb_pixel(red: float, green: float, blue: float) -> tuple[int, int, int]:
    """One sRGB colour, 0..255 each, in the house's colour space."""
    y, cb, cr = _TO_YUV @ np.array([red, green, blue, 1.0])
    return round(float(y)), round(float(cb)), round(float(cr))


COLOUR_RGB = {
    "red": (200, 30, 36), "green": (40, 150, 60), "blue": (36, 76, 200), "yellow": (236, 206, 40), "orange": (236, 132, 30),
    "purple": (124, 48, 160), "violet": (124, 48, 190), "pink": (240, 130, 176), "white": (240, 240, 240), "black": (26, 26, 28),
    "grey": (128, 128, 128), "gray": (128, 128, 128), "brown": (112, 72, 44), "cyan": (40, 190, 210), "magenta": (210, 40, 170),
    "gold": (212, 168, 60), "golden": (212, 168, 60), "silver": (188, 192, 198), "turquoise": (50, 190, 180), "teal": (20, 120, 124),
    "crimson": (170, 16, 46), "emerald": (0, 150, 100), "navy": (20, 32, 90), "scarlet": (220, 36, 20), "maroon": (110, 16, 30),
    "beige": (222, 206, 176), "ivory": (244, 240, 224), "lavender": (190, 160, 226), "lilac": (200, 162, 210), "mint": (160, 226, 190),
    "olive": (112, 116, 40), "amber": (246, 180, 30), "coral": (250, 126, 100), "peach": (252, 200, 160), "indigo": (66, 30, 130),
    "burgundy": (110, 10, 40), "copper": (184, 110, 60), "rose": (232, 90, 130), "tan": (202, 166, 120), "cream": (246, 238, 212),
    "lime": (150, 220, 40), "khaki": (178, 164, 112), "charcoal": (54, 56, 62), "rust": (170, 74, 30), "mustard": (214, 168, 30),
}  # fmt: skip
"""sRGB of colour words."""

_SHADES = {
    "bright": (1.15, 1.25), "vivid": (1.05, 1.35), "neon": (1.25, 1.4), "hot": (1.0, 1.3), "electric": (1.15, 1.35), "deep": (0.7, 1.15), "dark": (0.55, 1.0),
    "midnight": (0.4, 1.0), "rich": (0.85, 1.2), "light": (1.3, 0.75), "pale": (1.35, 0.55), "pastel": (1.3, 0.55), "baby": (1.3, 0.65), "soft": (1.15, 0.7),
    "muted": (0.95, 0.55), "dusty": (0.95, 0.55), "sky": (1.3, 0.8), "forest": (0.55, 1.0), "royal": (0.9, 1.15),
}  # fmt: skip
"""What a word before a colour does to its lightness and its strength."""


def colour_of(text: str | None) -> tuple[int, int, int] | None:
    """sRGB of a colour in words ("deep emerald green": the last colour word counts, those before it shade it) or in hex; None for no colour."""
    words = (text or "").lower().split()
    if words and len(words[-1]) == HEX_LENGTH and words[-1].startswith("#"):
        return tuple(int(words[-1][i : i + 2], 16) for i in (1, 3, 5))  # type: ignore[return-value]
    named = [word for word in words if word in COLOUR_RGB]
    if not named:
        return None
    rgb = [float(value) for value in COLOUR_RGB[named[0]]]
    for word in words:
        light, strength = _SHADES.get(word, (1.0, 1.0))
        grey = sum(rgb) / 3
        rgb = [min(255.0, max(0.0, (grey + (value - grey) * strength) * light)) for value in rgb]
    return round(rgb[0]), round(rgb[1]), round(rgb[2])


HEX_LENGTH = 7
