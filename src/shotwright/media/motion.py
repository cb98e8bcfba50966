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
FLAT = 4.0
"""Standard deviation of Y' below which a frame shows too little, 8-bit code values."""
FADES = 1.04
"""How much two neighbours differ in contrast before they count as part of a fade."""
WILD, AGREED = (0.12, 0.12, 0.15), 0.5
"""Log scale, roll and shift of one step beyond which this share of the corners has to agree."""
HELD_STEPS = 6
"""So long a motion goes on when the clip ends, or begins, in the dark."""


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
    steps: list[NDArray[np.float64] | None] = []
    previous: NDArray[np.uint8] | None = None
    for index, frame in enumerate(luma):
        if previous is not None:
            step: NDArray[np.float64] | None = np.zeros(4)
            if index not in cuts:
                step = similarity(previous, frame, places[index - 1]) if places else similarity(previous, frame)
                step = similarity(previous, frame) if step is None and places else step
            steps.append(step)
        previous = frame
    aspect = previous.shape[0] / previous.shape[1] if previous is not None else 9 / 16
    good = sum(step is not None for step in steps) - len(cuts & set(range(1, len(steps) + 1)))
    return ClipMotion(_bridged(steps, cuts), max(0, good) / max(1, len(steps)), aspect)


def _bridged(steps: Sequence[NDArray[np.float64] | None], cuts: frozenset[int]) -> NDArray[np.float64]:
    """Steps, float64 (n, 4); where the pictures showed too little (a dip to black, a flash, fog) the motion goes from that before to that
    after, and without either there is none."""
    found = np.zeros((len(steps), 4))
    known = [index for index, step in enumerate(steps) if step is not None and index + 1 not in cuts]
    for index, step in enumerate(steps):
        if step is not None:
            found[index] = step
            continue
        before = next((k for k in reversed(known) if k < index and not any(k < cut - 1 < index for cut in cuts)), None)
        after = next((k for k in known if k > index and not any(index < cut - 1 < k for cut in cuts)), None)
        ends = [(k, steps[k]) for k in (before, after) if k is not None]
        if len(ends) == 2:
            share = (index - ends[0][0]) / (ends[1][0] - ends[0][0])
            found[index] = (1 - share) * np.asarray(ends[0][1]) + share * np.asarray(ends[1][1])
        elif ends and abs(ends[0][0] - index) <= HELD_STEPS:
            found[index] = ends[0][1]
    return found


def similarity(
    before: NDArray[np.uint8], after: NDArray[np.uint8], place: NDArray[np.uint8] | None = None
) -> NDArray[np.float64] | None:
    """How a picture moved from one frame to the next: float64 (4,), as in `ClipMotion.steps`; None when it shows too little.

    Args:
        before: uint8 (h, w).
        after: uint8 (h, w).
        place: uint8 (h, w), 255 where corners are looked for.
    """
    if not (_shows_enough(before) and _shows_enough(after)):
        return None
    before, after = _alike(before, after)
    corners = cv2.goodFeaturesToTrack(before, MAX_CORNERS, 0.01, 8, mask=place)
    if corners is None or len(corners) < MIN_CORNERS:  # type: ignore[redundant-expr]  # the stubs forget None
        return None
    moved, status, _ = cv2.calcOpticalFlowPyrLK(
        before, after, corners, np.empty_like(corners), winSize=(21, 21), maxLevel=3
    )
    ok = status.reshape(-1) == 1
    if int(ok.sum()) < MIN_CORNERS:
        return None
    matrix, inliers = cv2.estimateAffinePartial2D(corners[ok], moved[ok], method=cv2.RANSAC, ransacReprojThreshold=1.0)
    if matrix is None:
        return None
    height, width = before.shape
    scale, roll = float(np.hypot(matrix[0, 0], matrix[1, 0])), float(np.arctan2(matrix[1, 0], matrix[0, 0]))
    if not 0.5 < scale < 2.0:
        return None
    middle = np.array([width / 2, height / 2])
    shift = (matrix @ np.array([*middle, 1.0]) - middle) / width
    is_wild = abs(np.log(scale)) > WILD[0] or abs(roll) > WILD[1] or float(np.abs(shift).max()) > WILD[2]
    if is_wild and float(inliers.mean()) < AGREED:  # a few corners that agree by chance
        return None
    return np.array([shift[0], shift[1], np.log(scale), roll])


def _shows_enough(luma: NDArray[np.uint8]) -> bool:
    """Whether a frame has contrast: black, white and fog carry no motion."""
    _, deviation = cv2.meanStdDev(luma)
    return float(deviation[0, 0]) > FLAT


def _alike(before: NDArray[np.uint8], after: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Two frames, the dimmer brought to the mean and the contrast of the other: a fade is no motion."""
    (mean_a, deviation_a), (mean_b, deviation_b) = (
        (float(mean[0, 0]), float(deviation[0, 0]))
        for mean, deviation in (cv2.meanStdDev(before), cv2.meanStdDev(after))
    )
    if max(deviation_a, deviation_b) < FADES * min(deviation_a, deviation_b):
        return before, after
    if deviation_a < deviation_b:
        return _matched(before, mean_a, mean_b, deviation_b / deviation_a), after
    return before, _matched(after, mean_b, mean_a, deviation_a / deviation_b)


def _matched(luma: NDArray[np.uint8], mean: float, wanted: float, gain: float) -> NDArray[np.uint8]:
    table = np.clip((np.arange(256) - mean) * gain + wanted, 0, 255).astype(np.uint8)
    return np.asarray(cv2.LUT(luma, table), np.uint8)
