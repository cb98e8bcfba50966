"""The frame loop: a scene and its camera path become frames. Drawing here, encoding on the encoder's thread."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from shotwright.engines.draft.scene import Scene, reversed_towards_end
from shotwright.engines.draft.sprites import draw_shadow, draw_sprite, shadow_plane
from shotwright.engines.draft.stage import View
from shotwright.engines.draft.weather import precipitation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shotwright.core.camera import Pose
    from shotwright.engines.base import OutputSpec
    from shotwright.media.colour import FrameYUV

RAMP_S = 0.6
"""Time in which style and grade come in after an exact start frame."""
DISSOLVE = (0.38, 0.72)
"""Where a first-and-last-frame shot dissolves from one picture to the other, as shares of the clip."""


def draw_frames(scene: Scene, spec: OutputSpec, seed: int) -> Iterator[FrameYUV]:
    """Draw every frame of a scene, each a new array uint8 (H, W, 3)."""
    shadows = [shadow_plane(sprite) for sprite in scene.sprites]
    falling = precipitation(scene.weather, spec.width, spec.height, seed)
    end_poses = reversed_towards_end(scene.poses, scene.end_place.base.pose()) if scene.end_place else []
    for index, pose in enumerate(scene.poses):
        seconds = index / float(spec.fps)
        ramp = min(1.0, seconds / RAMP_S) if scene.starts_exact else 1.0
        frame = _place(scene, pose, spec, ramp)
        view = View(pose, spec.width, spec.height)
        order = sorted(range(len(scene.sprites)), key=lambda i: -_distance(scene, i, view, seconds))
        for i in order:
            if not scene.sprites[i].is_floating:
                draw_shadow(frame, view, scene.sprites[i], shadows[i], seconds)
        for i in order:
            draw_sprite(frame, view, scene.sprites[i], seconds)
        if end_poses:
            frame = _dissolved(frame, scene, end_poses[index], spec, index)
        if falling and ramp > 0:
            falling.draw(frame, seconds)
        yield frame


def _place(scene: Scene, pose: Pose, spec: OutputSpec, ramp: float) -> FrameYUV:
    """The empty set; while its look comes in after an exact start, a mix of both."""
    frame = np.empty((spec.height, spec.width, 3), np.uint8)
    view = View(pose, spec.width, spec.height)
    first = scene.first_place if ramp < 1 else None
    (first or scene.place).draw(frame, view)
    if first is None or ramp <= 0:
        return frame
    final = np.empty_like(frame)
    scene.place.draw(final, view)
    return np.asarray(cv2.addWeighted(final, ramp, frame, 1 - ramp, 0), np.uint8)


def _distance(scene: Scene, index: int, view: View, seconds: float) -> float:
    return float(np.linalg.norm(np.array(scene.sprites[index].place(seconds)) - view.eye))


def _dissolved(frame: FrameYUV, scene: Scene, pose: Pose, spec: OutputSpec, index: int) -> FrameYUV:
    """From the first picture to the last one: a match dissolve over the same camera move."""
    share = index / max(1, spec.frames - 1)
    t = min(1.0, max(0.0, (share - DISSOLVE[0]) / (DISSOLVE[1] - DISSOLVE[0])))
    if t <= 0 or scene.end_place is None:
        return frame
    other = np.empty_like(frame)
    scene.end_place.draw(other, View(pose, spec.width, spec.height))
    if t >= 1:
        return other
    return np.asarray(cv2.addWeighted(other, t * t * (3 - 2 * t), frame, 1 - t * t * (3 - 2 * t), 0), np.uint8)
