"""What a picture does not show, made of patches of it: the place behind what stands in front, and beyond the picture's border.

Patches are found by PatchMatch (Barnes et al. 2009; the library is PyPatchMatch, MIT). What stands in front is never a source:
nobody is seen twice. Found at a small size, so what is made up is softer than the picture, as what is out of focus is.
"""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

import cv2
import numpy as np

from shotwright.engines.analysis.fill import filled

if TYPE_CHECKING:
    from shotwright.media.colour import FrameYUV, Mask

logger = logging.getLogger(__name__)
WORK_PX, HOLE_PX = 272, 320
"""Width of a picture while it is widened, and while a hole in it is filled, pixels."""
PATCH_PX, SEED = 4, 7
BESIDE, ABOVE, BELOW = 0.45, 0.4, 0.4
"""How much is added at each side, above and below, in widths and heights of the picture."""
SOURCES = 0.2
"""Share of a picture that must be left to take patches from."""
SOFT = 0.4
"""Share of what is added, from its outer border inwards, over which it goes over into plain colours."""
HOLES = 0.4
"""Largest hole that is filled with patches, in shares of the picture."""
_LOCK = threading.Lock()


def completed(picture: FrameYUV, hole: Mask) -> FrameYUV:
    """A picture without what stands in front of it.

    Args:
        picture: uint8 (H, W, 3).
        hole: uint8 (H, W), 255 where it is to be replaced.
    """
    if not hole.any() or float((hole > 0).mean()) > HOLES:
        return filled(picture, hole)
    height, width = hole.shape
    scale = min(1.0, HOLE_PX / width)
    size = (max(8, round(width * scale)), max(8, round(height * scale)))
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    inside = (cv2.resize(hole, size, interpolation=cv2.INTER_AREA) > 8).astype(np.uint8) * 255
    patched = _patched(np.asarray(small, np.uint8), np.asarray(inside, np.uint8), None)
    if patched is None:
        return filled(picture, hole)
    large = cv2.resize(patched, (width, height), interpolation=cv2.INTER_CUBIC)
    feather = cv2.max(cv2.GaussianBlur(hole, (0, 0), max(1.0, width / 500)), hole)
    return _laid_over(picture, np.asarray(large, np.uint8), np.asarray(feather, np.uint8))


def margins(height: int, width: int) -> tuple[int, int, int]:
    """Pixels that `widened` adds at each side, above and below."""
    return round(BESIDE * width), round(ABOVE * height), round(BELOW * height)


def widened(picture: FrameYUV, front: Mask | None) -> FrameYUV:
    """A picture with more of the same place around it; inside its border it is unchanged.

    Args:
        picture: uint8 (H, W, 3).
        front: uint8 (H, W), the matte of what stands in front, if it is known.
    """
    height, width = picture.shape[:2]
    beside, above, below = margins(height, width)
    scale = WORK_PX / width
    size = (WORK_PX, max(8, round(height * scale)))
    b, a, u = (max(2, round(side * scale)) for side in (beside, above, below))
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    around = np.full((size[1] + a + u, size[0] + 2 * b), 255, np.uint8)
    around[a : a + size[1], b : b + size[0]] = 0
    paper = cv2.copyMakeBorder(small, a, u, b, b, cv2.BORDER_REPLICATE)
    taboo = _taboo(front, size, (a, u, b))
    found = _patched(np.asarray(paper, np.uint8), around, taboo)
    plain = np.asarray(paper, np.uint8)
    made = _faded(plain if found is None else _in_tone(found, plain, (a, u, b)), (a, u, b))
    whole = cv2.resize(made, (width + 2 * beside, height + above + below), interpolation=cv2.INTER_CUBIC)
    whole[above : above + height, beside : beside + width] = picture
    return np.asarray(whole, np.uint8)


def _taboo(front: Mask | None, size: tuple[int, int], sides: tuple[int, int, int]) -> Mask | None:
    """Where no patches are taken from: what stands in front, with a rim."""
    if front is None:
        return None
    small = cv2.resize(front, size, interpolation=cv2.INTER_AREA)
    grown = cv2.dilate((small > 60).astype(np.uint8) * 255, np.ones((7, 7), np.uint8))
    if float((grown == 0).mean()) < SOURCES or not grown.any():
        return None
    above, below, beside = sides
    return np.asarray(cv2.copyMakeBorder(grown, above, below, beside, beside, cv2.BORDER_CONSTANT), np.uint8)


def _patched(picture: FrameYUV, hole: Mask, taboo: Mask | None) -> FrameYUV | None:
    """The picture with its hole filled from outside of the hole and of what is taboo; None where the library is missing."""
    from patchmatch import patch_match  # loads a native library

    if not patch_match.patchmatch_available:
        return None
    with _LOCK:  # its seed is the process's own
        patch_match.set_random_seed(SEED)
        try:
            found = patch_match.inpaint(picture, hole, global_mask=taboo, patch_size=PATCH_PX)
        except (RuntimeError, ValueError, MemoryError) as exc:
            logger.warning("No patches were found for a picture: %s", exc)
            return None
    return np.ascontiguousarray(found, np.uint8)


def _in_tone(found: FrameYUV, paper: FrameYUV, sides: tuple[int, int, int]) -> FrameYUV:
    """What is added has the brightness of the picture's border where it begins: no step in the sky."""
    height, width = found.shape[:2]
    above, below, beside = sides
    x, y = np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32)
    level = np.maximum(beside - x, x - (width - 1 - beside)) / beside
    upright = np.maximum((above - y) / above, (y - (height - 1 - below)) / below)
    near = np.clip(1 - np.maximum(level[None], upright[:, None]), 0, 1)
    sigma = width / 40
    wanted, is_now = (
        cv2.GaussianBlur(part.astype(np.float32), (0, 0), sigma, borderType=cv2.BORDER_REPLICATE)
        for part in (paper, found)
    )
    return np.asarray(np.clip(found + (wanted - is_now) * near[..., None], 0, 255), np.uint8)


def _faded(paper: FrameYUV, sides: tuple[int, int, int]) -> FrameYUV:
    """What is added goes over into plain colours towards its outer border, so that its end catches no eye."""
    height, width = paper.shape[:2]
    above, below, beside = sides
    x, y = np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32)
    level = np.minimum(x, width - 1 - x) / max(1.0, SOFT * beside)
    upright = np.minimum(y / max(1.0, SOFT * above), (height - 1 - y) / max(1.0, SOFT * below))
    kept = np.clip(np.minimum(level[None], upright[:, None]), 0, 1)
    plain = cv2.GaussianBlur(paper, (0, 0), width / 14, sigmaY=height / 30, borderType=cv2.BORDER_REPLICATE)
    return _laid_over(np.asarray(plain, np.uint8), paper, np.asarray(kept * 255, np.uint8))


def _laid_over(below: FrameYUV, above: FrameYUV, alpha: Mask) -> FrameYUV:
    over = cv2.merge([alpha] * 3)
    kept = cv2.multiply(below, cv2.bitwise_not(over), scale=1 / 255)
    return np.asarray(cv2.add(kept, cv2.multiply(above, over, scale=1 / 255)), np.uint8)
