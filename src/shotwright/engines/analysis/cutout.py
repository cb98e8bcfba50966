"""Somebody or something out of a picture: alpha as it is, else a matte; trimmed, without a fringe.

Source: design section 4.4, draft-engine section 2.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from shotwright.engines.analysis.matting import matte
from shotwright.media.colour import rgb_to_yuv
from shotwright.media.images import load_image

if TYPE_CHECKING:
    from pathlib import Path

    from shotwright.engines.analysis.cache import Cache
    from shotwright.media.colour import FrameRGB, FrameYUV, Mask

TEXTURE_PX = 1400
"""Cut-outs are kept at most this tall."""
PAD_PX = 2
CROPPED_SHARE = 0.6


@dataclass(frozen=True)
class CutOut:
    """A trimmed subject.

    Attributes:
        texture: uint8 (h, w, 3) Y'CbCr, colours carried on beyond the edge.
        alpha: uint8 (h, w).
        is_cropped: Whether the picture cuts it off below, as a portrait does.
    """

    texture: FrameYUV
    alpha: Mask
    is_cropped: bool = False

    @property
    def aspect(self) -> float:
        """Width / height."""
        return float(self.texture.shape[1] / self.texture.shape[0])


def cut_out(path: Path, cache: Cache) -> CutOut:
    """Cut the subject out of an image file; cached by the file's content.

    Raises:
        ImageLoadError, UnsupportedImageFormat: The file cannot be read.
    """
    return cache.get("cutout-2", path, lambda: _cut(path))


def _cut(path: Path) -> CutOut:
    rgb, alpha = load_image(path)
    if alpha is None:
        alpha = matte(rgb)
    rows, columns = np.where(alpha > 40)
    if len(rows) < 64:
        alpha = np.full(rgb.shape[:2], 255, np.uint8)
        rows, columns = np.array([0, rgb.shape[0] - 1]), np.array([0, rgb.shape[1] - 1])
    is_cropped = _is_cropped(alpha)
    top, bottom, left, right = rows.min(), rows.max() + 1, columns.min(), columns.max() + 1
    rgb, alpha = rgb[top:bottom, left:right], alpha[top:bottom, left:right]
    if rgb.shape[0] > TEXTURE_PX:
        size = (max(1, round(rgb.shape[1] * TEXTURE_PX / rgb.shape[0])), TEXTURE_PX)
        rgb = np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.uint8)
        alpha = np.asarray(cv2.resize(alpha, size, interpolation=cv2.INTER_AREA), np.uint8)
    edge = (PAD_PX,) * 4
    alpha = np.asarray(cv2.copyMakeBorder(np.ascontiguousarray(alpha), *edge, cv2.BORDER_CONSTANT), np.uint8)
    rgb = np.asarray(cv2.copyMakeBorder(np.ascontiguousarray(rgb), *edge, cv2.BORDER_REPLICATE), np.uint8)
    if is_cropped:
        alpha = _faded_below(alpha)
    return CutOut(rgb_to_yuv(defringed(rgb, alpha)), alpha, is_cropped)


def _is_cropped(alpha: Mask) -> bool:
    """Whether the subject runs out of the picture below, nearly as wide as it is anywhere."""
    solid = alpha > 128
    widest = int(solid.sum(axis=1).max(initial=0))
    return widest > 0 and int(solid[-3:].all(axis=0).sum()) > CROPPED_SHARE * widest


def _faded_below(alpha: Mask) -> Mask:
    """The lower edge of a portrait fades out: it is no foot."""
    fade = np.ones(alpha.shape[0], np.float32)
    rows = max(2, round(0.1 * alpha.shape[0]))
    fade[-rows:] = np.linspace(1, 0, rows) ** 0.8
    return np.asarray(alpha * fade[:, None], np.uint8)


def defringed(rgb: FrameRGB, alpha: Mask) -> FrameRGB:
    """Carry the subject's own colours over its edge, so that no rim of the old background shows; same shapes."""
    solid = cv2.erode((alpha > 200).astype(np.uint8), np.ones((3, 3), np.uint8))
    if not solid.any():
        return rgb
    weight = solid[..., None].astype(np.float32)
    size = (0, 0)
    sigma = max(2.0, max(rgb.shape[:2]) / 220)
    spread = cv2.GaussianBlur(rgb.astype(np.float32) * weight, size, sigma)
    amount = cv2.GaussianBlur(weight, size, sigma)
    carried = spread / np.maximum(amount[..., None], 1e-3)
    near = (amount > 0.01) & (solid == 0)
    return np.where(near[..., None], np.clip(carried, 0, 255), rgb).astype(np.uint8)
