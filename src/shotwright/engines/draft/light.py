"""Where light comes from: sun or moon by the time of day, the shadows they cast, the rim they draw on people.

Source: draft-engine section 4.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import cv2
import numpy as np

from shotwright.engines.analysis.cutout import CutOut
from shotwright.media.colour import rgb_pixel

if TYPE_CHECKING:
    from shotwright.engines.draft.looks.times import Sun
    from shotwright.media.colour import FrameYUV, Mask

RGB = tuple[int, int, int]


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
