"""Animals on their way: pictures of one whose legs swing, or whose body waves in water, from the one picture that there is.

A picture from the side is bent, not cut: below the belly, columns swing to and fro, each a little later than its neighbour, so
that the legs of a pair go against one another; in water the whole body waves, most at the tail.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import cv2
import numpy as np

from shotwright.engines.analysis.cutout import CutOut

if TYPE_CHECKING:
    from numpy.typing import NDArray

PHASES = 8
"""Pictures of one stride."""
BELLY = 0.58
"""Where legs begin, in heights from above."""
SWINGS = {"walk": 0.10, "sneak": 0.08, "march": 0.10, "run": 0.19, "climb": 0.10, "limp": 0.08, "jump": 0.16}
"""How far a foot swings, in heights, by what the animal does."""
HERTZ = {"walk": 1.4, "sneak": 0.9, "march": 1.5, "run": 2.4, "climb": 1.2, "limp": 1.0, "jump": 1.6, "swim": 1.1}
"""Strides a second."""
WAVE = 0.09
"""How far the tail of a swimmer swings, in heights."""


@lru_cache(maxsize=12)
def _grid(rows: int, columns: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    y, x = np.mgrid[0:rows, 0:columns].astype(np.float32)
    return x, y


def strides_of(cut: CutOut, motion: str, *, looks_left: bool) -> list[CutOut]:
    """Pictures of one stride, in order; as wide and tall as the picture, so that feet may be cut a little.

    Args:
        cut: The animal from its side.
        motion: What it does: a row of `HERTZ`.
        looks_left: Where its head is.
    """
    rows, columns = cut.alpha.shape
    x, y = _grid(rows, columns)
    along = x / columns if looks_left else 1 - x / columns  # 0 at the head
    found = []
    for number in range(PHASES):
        phase = 2 * np.pi * number / PHASES
        if motion == "swim":
            shift_x, shift_y = 0.0, WAVE * rows * along**1.5 * np.sin(phase - 2 * np.pi * along)
        else:
            below = np.clip((y / rows - BELLY) / (1 - BELLY), 0, 1) ** 1.2
            shift_x, shift_y = SWINGS[motion] * rows * below * np.sin(phase + 3 * np.pi * along), 0.0
        at_x, at_y = (x + shift_x).astype(np.float32), (y + shift_y).astype(np.float32)
        texture = cv2.remap(cut.texture, at_x, at_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        alpha = cv2.remap(cut.alpha, at_x, at_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
        found.append(CutOut(np.asarray(texture, np.uint8), np.asarray(alpha, np.uint8)))
    return found
