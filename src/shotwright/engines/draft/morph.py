"""From a first picture to a last one: along the features that both share when they do, else a match dissolve over one move.

When the two pictures show the same thing, the similarity between them is the camera's way: both are moved along it, so that
what is dissolved lies on top of itself. Source: draft-engine section 1 ("First+last frame").
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import cv2
import numpy as np

from shotwright.core.camera import Pose
from shotwright.core.path import ease
from shotwright.engines.analysis.geometry import measure_geometry
from shotwright.engines.draft.plate import build_diorama
from shotwright.engines.draft.stage import View
from shotwright.media.colour import rgb_to_yuv

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from shotwright.engines.draft.place import Place
    from shotwright.media.colour import FrameRGB, FrameYUV

DISSOLVE = (0.40, 0.66)
MATCHED_DISSOLVE = (0.25, 0.78)
"""Where one picture gives way to the other, as shares of the clip."""
MIN_MATCHES = 24
MAX_ZOOM = 4.0


@dataclass(frozen=True)
class Morph:
    """The second half of a first-and-last-frame shot.

    Attributes:
        place: The last picture's set.
        poses: Its camera, one pose per frame; the last one shows the last picture.
        window: Where the dissolve runs, as shares of the clip.
    """

    place: Place
    poses: list[Pose]
    window: tuple[float, float]

    def over(self, frame: FrameYUV, index: int, frames: int) -> FrameYUV:
        """A frame of the first picture's set, with the last picture's set as far dissolved in as its time says."""
        low, high = self.window
        t = ease((index / max(1, frames - 1) - low) / (high - low))
        if t <= 0:
            return frame
        height, width = frame.shape[:2]
        other = np.empty_like(frame)
        self.place.draw(other, View(self.poses[index], width, height))
        _draw_props(other, self.place, View(self.poses[index], width, height))
        return other if t >= 1 else np.asarray(cv2.addWeighted(other, t, frame, 1 - t, 0), np.uint8)


def _draw_props(frame: FrameYUV, place: Place, view: View) -> None:
    from shotwright.engines.draft.sprites import draw_sprite

    for prop in sorted(place.props, key=lambda prop: -prop.z):
        draw_sprite(frame, view, prop, 0.0)


def morph_between(
    start: FrameRGB, end: FrameRGB, place: Place, poses: list[Pose], *, lens: float, is_moved: bool
) -> Morph:
    """The way from one picture to the other; rewrites `poses` when the pictures match.

    Args:
        start: The first picture, cropped.
        end: The last picture, cropped.
        place: The first picture's set.
        poses: The camera in it.
        lens: Focal length in frame widths.
        is_moved: Whether the words ask for a camera move; a match then only decides how long the dissolve is.
    """
    target = build_diorama(rgb_to_yuv(end), eye_m=place.base.eye[1], lens=lens, horizon=measure_geometry(end).horizon)
    step = _similarity(start, end)
    frames = len(poses)
    if step is not None and not is_moved:
        base, last = place.base.pose(), target.base.pose()
        shares = [ease(i / max(1, frames - 1)) for i in range(frames)]
        poses[:] = [_moved(base, step * share) for share in shares]
        return Morph(target, [_moved(last, -step * (1 - share)) for share in shares], MATCHED_DISSOLVE)
    return Morph(target, _towards(poses, target.base.pose()), DISSOLVE)


def _similarity(start: FrameRGB, end: FrameRGB) -> NDArray[np.float64] | None:
    """Shift right and down in frame widths, log of the scale, roll, about the middle of the frame; None without a match."""
    width, height = 640, round(640 * start.shape[0] / start.shape[1])
    a, b = (
        cv2.resize(cv2.cvtColor(p, cv2.COLOR_RGB2GRAY), (width, height), interpolation=cv2.INTER_AREA)
        for p in (start, end)
    )
    finder = cv2.SIFT.create(1500)
    (keys_a, found_a), (keys_b, found_b) = (finder.detectAndCompute(p, None) for p in (a, b))
    if min(len(keys_a), len(keys_b)) < MIN_MATCHES:
        return None
    pairs = [
        m
        for m, n in (p for p in cv2.BFMatcher().knnMatch(found_a, found_b, k=2) if len(p) == 2)
        if m.distance < 0.75 * n.distance
    ]
    if len(pairs) < MIN_MATCHES:
        return None
    from_points = np.array([keys_a[m.queryIdx].pt for m in pairs]) - (width / 2, height / 2)
    to_points = np.array([keys_b[m.trainIdx].pt for m in pairs]) - (width / 2, height / 2)
    matrix, inliers = cv2.estimateAffinePartial2D(from_points, to_points, method=cv2.RANSAC, ransacReprojThreshold=4.0)
    if matrix is None or int(inliers.sum()) < MIN_MATCHES:
        return None
    scale, roll = float(np.hypot(matrix[0, 0], matrix[1, 0])), float(np.arctan2(matrix[1, 0], matrix[0, 0]))
    if not 1 / MAX_ZOOM < scale < MAX_ZOOM:
        return None
    return np.array([matrix[0, 2] / width, matrix[1, 2] / width, np.log(scale), roll])


def _moved(base: Pose, step: NDArray[np.float64]) -> Pose:
    """The camera that shows the picture of `base` shifted, scaled and turned."""
    dx, dy, scale, roll = (float(value) for value in step)
    lens = base.lens * float(np.exp(scale))
    return replace(
        base,
        yaw=base.yaw - float(np.arctan(dx / lens)),
        pitch=base.pitch + float(np.arctan(dy / lens)),
        roll=base.roll + roll,
        lens=lens,
    )


def _towards(poses: list[Pose], base: Pose) -> list[Pose]:
    """The same moves, shifted so that the last frame is the camera of the last picture."""
    last = poses[-1]
    return [
        replace(
            pose, x=base.x + pose.x - last.x, y=max(0.2, base.y + pose.y - last.y), z=base.z + pose.z - last.z,
            yaw=base.yaw + pose.yaw - last.yaw, pitch=base.pitch + pose.pitch - last.pitch, roll=pose.roll - last.roll,
            lens=base.lens * pose.lens / last.lens,
        )
        for pose in poses
    ]  # fmt: skip
