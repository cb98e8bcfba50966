"""What stands behind something that is taken out of a picture: the rows left and right of it, carried on, with their grain."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from shotwright.media.colour import FrameYUV, Mask

WORK_PX = 256
SIGMAS = (2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0)
UPRIGHT = 0.35
"""Places are made of level structures: the fill reaches this much less far up and down than sideways."""


def filled(picture: FrameYUV, hole: Mask) -> FrameYUV:
    """Fill a hole from its surroundings.

    Args:
        picture: uint8 (H, W, 3).
        hole: uint8 (H, W), 255 where the picture is to be replaced.
    """
    if not hole.any():
        return picture
    height, width = picture.shape[:2]
    scale = min(1.0, WORK_PX / width)
    size = (max(8, round(width * scale)), max(8, round(height * scale)))
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    known = 1.0 - (cv2.resize(hole, size, interpolation=cv2.INTER_AREA) > 8).astype(np.float32)
    soft = cv2.resize(_diffused(small, known), (width, height), interpolation=cv2.INTER_CUBIC)
    soft = np.clip(soft + _grain_from_beside(picture, hole), 0, 255).astype(np.uint8)
    feather = cv2.GaussianBlur(hole, (0, 0), max(1.0, width / 500))
    over = cv2.merge([cv2.max(feather, hole)] * 3)
    kept = cv2.multiply(picture, cv2.bitwise_not(over), scale=1 / 255)
    return np.asarray(cv2.add(kept, cv2.multiply(soft, over, scale=1 / 255)), np.uint8)


def _diffused(picture: NDArray[np.float32], known: NDArray[np.float32]) -> NDArray[np.float32]:
    """Known pixels carried into unknown ones, the nearest first."""
    result = picture * known[..., None]
    have = known.copy()
    for sigma in SIGMAS:
        if have.min() > 0:
            break
        amount = cv2.GaussianBlur(known, (0, 0), sigma, sigmaY=sigma * UPRIGHT)
        colour = cv2.GaussianBlur(picture * known[..., None], (0, 0), sigma, sigmaY=sigma * UPRIGHT)
        reached = (amount > 0.06) & (have == 0)
        result[reached] = (colour / np.maximum(amount, 1e-4)[..., None])[reached]
        have[reached] = 1
    result[have == 0] = picture[known > 0].mean(axis=0) if known.any() else 128
    calm = cv2.GaussianBlur(result, (0, 0), 3.0, sigmaY=1.5)
    return np.asarray(np.where(known[..., None] > 0, picture, calm), np.float32)


def _grain_from_beside(picture: FrameYUV, hole: Mask) -> NDArray[np.float32]:
    """Fine detail from the side of the hole where there is more of the place, mirrored into the hole."""
    columns = np.where(hole.any(axis=0))[0]
    left, right = int(columns[0]), int(columns[-1]) + 1
    fine = picture.astype(np.float32) - cv2.GaussianBlur(picture, (0, 0), picture.shape[1] / 120).astype(np.float32)
    fine[hole > 0] = 0
    edge = left if left > picture.shape[1] - right else right
    x = np.abs(2 * edge - np.arange(picture.shape[1]))
    period = 2 * picture.shape[1]
    x = np.minimum(x % period, period - 1 - x % period)
    return np.asarray(0.8 * fine[:, x], np.float32)
