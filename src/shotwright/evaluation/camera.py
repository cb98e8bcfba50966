"""The measured camera path of a clip, and whether it shows the moves that were asked for.

The picture's shift, scale and roll are measured from frame to frame (media.motion) over the whole picture, and once more in
its upper and its lower half: what turns only (pan, tilt, zoom) moves both halves alike, what travels (truck, pedestal, dolly)
moves the near ground more. A move to the right moves the picture to the left.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from shotwright.core.moves import MOVES, heading_of
from shotwright.media.motion import measure_motion, similarity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from shotwright.core.camera import Pose
    from shotwright.core.moves import Axis
    from shotwright.core.plan import CameraMove
    from shotwright.evaluation.sample import Sample

INNER = 0.12
"""Share of a move's time left out at both ends, where it overlaps its neighbours."""
STILL = 0.012
"""Shift in frame widths, or log of scale, or radians, below which nothing moved."""
PARALLAX = 1.10
"""Ratio of the motion of the lower to the upper half from which a camera travels."""
DX, DY, SCALE, ROLL = range(4)

AXES: dict[Axis, int] = {"x": DX, "y": DY, "scale": SCALE, "roll": ROLL}


@dataclass(frozen=True)
class MeasuredPath:
    """What the pixels say about the camera.

    Attributes:
        steps: float64 (frames - 1, 4): shift right, shift down (frame widths), log of the scale, roll (radians).
        upper, lower: The same for the halves of the picture; nan where a half could not be tracked.
        tracked: Share of the steps that were measured.
    """

    steps: NDArray[np.float64]
    upper: NDArray[np.float64]
    lower: NDArray[np.float64]
    tracked: float


@dataclass(frozen=True)
class MoveCheck:
    """One move, asked and measured."""

    name: str
    is_shown: bool
    measured: str
    error: float | None = None


def measure_path(sample: Sample, *, is_falling: bool = False) -> MeasuredPath:
    """Measure a clip's camera; what falls through the picture is taken out first, by the median of three frames."""
    grey = (
        np.median(np.stack([sample.grey[:-2], sample.grey[1:-1], sample.grey[2:]]), axis=0).astype(np.uint8)
        if is_falling
        else sample.grey
    )
    motion = measure_motion(np.repeat(frame[..., None], 1, axis=2) for frame in grey)
    half = grey.shape[1] // 2
    upper, lower = (_halves(grey[:, part]) for part in (slice(0, half), slice(half, None)))
    return MeasuredPath(motion.steps, upper, lower, motion.tracked)


def _halves(grey: NDArray[np.uint8]) -> NDArray[np.float64]:
    steps = [similarity(np.ascontiguousarray(a), np.ascontiguousarray(b)) for a, b in itertools.pairwise(grey)]
    return np.array([step if step is not None else np.full(4, np.nan) for step in steps]).reshape(-1, 4)


def check_moves(
    moves: Sequence[CameraMove],
    path: MeasuredPath,
    *,
    fps: float,
    poses: Sequence[Pose],
    duration_s: float,
    is_falling: bool = False,
    is_filled: bool = False,
) -> list[MoveCheck]:
    """Hold the moves of a plan against the measured path.

    Args:
        moves: Of the plan, with their times.
        path: Measured.
        fps: Frames per second.
        poses: The engine's own path, where it is known: gives the size of turns and zooms.
        duration_s: Length of the clip.
        is_falling: Whether rain or snow hides how the near and the far differ; signs alone are then checked.
        is_filled: Whether bodies fill the frame, so that its halves do not tell near from far.
    """
    checks = []
    for move in moves:
        others = [
            o
            for o in moves
            if o is not move
            and MOVES[o.move].moves_picture
            and o.start_s < move.end_s - 0.05
            and o.end_s > move.start_s + 0.05
        ]
        start, end = move.start_s, min(move.end_s, duration_s)
        trim = INNER * (end - start)
        window = slice(int((start + trim) * fps), max(int((start + trim) * fps) + 2, int((end - trim) * fps)))
        check = _check(move, path, window, poses, is_alone=not others and not is_falling, is_filled=is_filled)
        checks.append(check)
    return checks


def _check(
    move: CameraMove, path: MeasuredPath, window: slice, poses: Sequence[Pose], *, is_alone: bool, is_filled: bool
) -> MoveCheck:
    total = path.steps[window].sum(axis=0)
    text = f"x {total[DX]:+.3f} y {total[DY]:+.3f} scale {total[SCALE]:+.3f} roll {np.degrees(total[ROLL]):+.1f} deg"
    if move.move == "static":
        return MoveCheck(move.move, bool(np.abs(path.steps[window]).sum(axis=0).max() < STILL), text)
    if move.move == "handheld":
        return MoveCheck(move.move, _is_shaken(path.steps[window]), text)
    known = MOVES[move.move]
    if not known.moves_picture:
        return MoveCheck(move.move, is_shown=True, measured="not measured by motion")
    if known.sign == 0:
        return MoveCheck(move.move, any(abs(total[AXES[axis]]) > STILL for axis in known.axes), text)
    axis = AXES[known.axes[0]]
    shown = bool(known.sign * heading_of(move) * total[axis] > STILL)
    if shown and is_alone and not is_filled:
        ratio = _parallax(path, window, axis)
        if ratio is not None:
            text += f" near/far {ratio:.2f}"
            shown = (
                ratio < PARALLAX
                if known.parallax == "turns"
                else (ratio > PARALLAX or known.parallax != "travels" or ratio > 1.02)
            )
    return MoveCheck(move.move, shown, text, _magnitude_error(move, total, poses, window, axis) if is_alone else None)


def _parallax(path: MeasuredPath, window: slice, axis: int) -> float | None:
    """How much more the lower half moves than the upper half; None when one of them cannot be tracked."""
    upper, lower = path.upper[window, axis], path.lower[window, axis]
    ok = ~(np.isnan(upper) | np.isnan(lower))
    if ok.mean() < 0.6:
        return None
    far, near = float(np.abs(upper[ok].sum())), float(np.abs(lower[ok].sum()))
    return near / far if far > STILL / 2 else None


def _is_shaken(steps: NDArray[np.float64]) -> bool:
    """Whether a hand holds the camera: sway that changes its direction several times."""
    shift = steps[:, DX] - cv2.GaussianBlur(steps[:, DX : DX + 1], (1, 31), 8).reshape(-1)
    turns = int((np.diff(np.sign(shift)) != 0).sum())
    return bool(np.abs(shift).mean() > 2e-4 and turns >= 3)


def _magnitude_error(
    move: CameraMove, total: NDArray[np.float64], poses: Sequence[Pose], window: slice, axis: int
) -> float | None:
    """Relative error of the size of a turn or a zoom against the engine's own path; None for other moves."""
    if MOVES[move.move].parallax != "turns" or len(poses) < window.stop:
        return None
    first, last = poses[window.start], poses[min(window.stop, len(poses) - 1)]
    if axis == SCALE:
        true = float(np.log(last.lens / first.lens))
    else:
        angles = [(p.yaw if axis == DX else -p.pitch, p.lens) for p in poses[window.start : window.stop + 1]]
        true = -sum(b[0] - a[0] for a, b in itertools.pairwise(angles)) * first.lens
    return abs(float(total[axis]) - true) / max(abs(true), 1e-6)
