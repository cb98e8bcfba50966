"""The camera path of a clip, measured from its pixels: shift, zoom and roll from frame to frame.

Corners are tracked with Lucas-Kanade and a similarity is fitted with RANSAC, so that a subject that moves on its own is an
outlier. Works on frames reduced to `WORK_WIDTH`. Source: evaluation c.3 (M3: recovers scale to 4e-5 a frame).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from shotwright.media.colour import FrameYUV

WORK_WIDTH = 480
MAX_CORNERS = 400
MIN_CORNERS = 12


@dataclass(frozen=True)
class ClipMotion:
    """Similarities that map each frame onto the next one, in units of the frame's width.

    Attributes:
        steps: float64 (frames - 1, 4): shift of the picture's middle right and down (fractions of the width), log of the
            scale, roll in radians; a pan to the right shifts the picture left.
        tracked: Share of the steps that had enough corners to be measured, 0..1.
        aspect: Height / width of the frames.
    """

    steps: NDArray[np.float64]
    tracked: float
    aspect: float = 9 / 16

    def resampled(self, frames: int) -> NDArray[np.float64]:
        """The accumulated path, brought to another number of frames: float64 (frames, 4), starting at zero."""
        path = np.vstack([np.zeros((1, 4)), np.cumsum(self.steps, axis=0)]) if len(self.steps) else np.zeros((2, 4))
        at = np.linspace(0, len(path) - 1, frames)
        whole = np.arange(len(path))
        return np.stack([np.interp(at, whole, path[:, axis]) for axis in range(4)], axis=1)

    def matrices(self, width: int, cuts: Sequence[int] = ()) -> list[NDArray[np.float64]]:
        """For every frame, the 3x3 similarity from its shot's first frame to its own, for frames of this width."""
        total = np.eye(3)
        found = [total]
        for index, (dx, dy, scale, roll) in enumerate(self.steps, 1):
            if index in cuts:
                total = np.eye(3)
                found.append(total)
                continue
            s, c = np.exp(scale) * np.sin(roll), np.exp(scale) * np.cos(roll)
            x, y = width / 2, width * self.aspect / 2
            step = np.array(
                [[c, -s, x - c * x + s * y + dx * width], [s, c, y - s * x - c * y + dy * width], [0, 0, 1.0]]
            )
            total = step @ total
            found.append(total)
        return found


def measure_motion(frames: Iterable[FrameYUV]) -> ClipMotion:
    """Measure the camera path of a clip.

    Args:
        frames: uint8 (H, W, 3); only Y' is looked at.
    """
    return motion_of(_reduced(frame) for frame in frames)


def _reduced(frame: FrameYUV) -> NDArray[np.uint8]:
    scale = WORK_WIDTH / frame.shape[1]
    return np.asarray(cv2.resize(frame[..., 0], None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)


def motion_of(
    luma: Iterable[NDArray[np.uint8]], places: Sequence[NDArray[np.uint8]] = (), cuts: frozenset[int] = frozenset()
) -> ClipMotion:
    """Measure the camera path of small frames.

    Args:
        luma: uint8 (h, w) per frame.
        places: uint8 (h, w) per frame, 255 where the place is seen; a subject that moves does not count.
        cuts: Frames that begin a new shot: a cut is no motion.
    """
    steps: list[NDArray[np.float64]] = []
    good = 0
    previous: NDArray[np.uint8] | None = None
    for index, frame in enumerate(luma):
        if previous is not None:
            step = None
            if index not in cuts:
                step = similarity(previous, frame, places[index - 1]) if places else similarity(previous, frame)
                step = similarity(previous, frame) if step is None and places else step
            good += step is not None
            last = steps[-1] if steps and index not in cuts and index - 1 not in cuts else np.zeros(4)
            steps.append(step if step is not None else last)
        previous = frame
    aspect = previous.shape[0] / previous.shape[1] if previous is not None else 9 / 16
    return ClipMotion(np.array(steps).reshape(-1, 4), good / max(1, len(steps)), aspect)


def similarity(
    before: NDArray[np.uint8], after: NDArray[np.uint8], place: NDArray[np.uint8] | None = None
) -> NDArray[np.float64] | None:
    """How a picture moved from one frame to the next: float64 (4,), as in `ClipMotion.steps`; None when it shows too little.

    Args:
        before: uint8 (h, w).
        after: uint8 (h, w).
        place: uint8 (h, w), 255 where corners are looked for.
    """
    corners = cv2.goodFeaturesToTrack(before, MAX_CORNERS, 0.01, 8, mask=place)
    if corners is None or len(corners) < MIN_CORNERS:  # type: ignore[redundant-expr]  # the stubs forget None
        return None
    moved, status, _ = cv2.calcOpticalFlowPyrLK(
        before, after, corners, np.empty_like(corners), winSize=(21, 21), maxLevel=3
    )
    ok = status.reshape(-1) == 1
    if int(ok.sum()) < MIN_CORNERS:
        return None
    matrix, _ = cv2.estimateAffinePartial2D(corners[ok], moved[ok], method=cv2.RANSAC, ransacReprojThreshold=1.0)
    if matrix is None:
        return None
    height, width = before.shape
    scale, roll = float(np.hypot(matrix[0, 0], matrix[1, 0])), float(np.arctan2(matrix[1, 0], matrix[0, 0]))
    if not 0.5 < scale < 2.0:
        return None
    middle = np.array([width / 2, height / 2])
    shift = (matrix @ np.array([*middle, 1.0]) - middle) / width
    return np.array([shift[0], shift[1], np.log(scale), roll])
