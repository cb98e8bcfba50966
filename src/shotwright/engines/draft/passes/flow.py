"""Optical flow from a scene's truth: where every pixel is one frame later, by the camera's way and by that of whoever moves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from shotwright.engines.draft.stage import View

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from shotwright.core.camera import Pose
    from shotwright.engines.draft.passes.truth import Seen
    from shotwright.engines.draft.scene import Scene

FARTHEST_M = 4000.0
KITTI_STEPS, KITTI_ZERO = 64.0, 32768.0


def flow_of(
    scene: Scene, seen: Seen, poses: tuple[Pose, Pose], times: tuple[float, float], size: tuple[int, int]
) -> NDArray[np.float32]:
    """The flow from a frame to the next one: float32 (H, W, 2), pixels to the right and down.

    Args:
        scene: What is drawn.
        seen: The truth of the first frame, in `size`.
        poses: Cameras of both.
        times: Seconds of both.
        size: Width and height, pixels.
    """
    width, height = size
    here, there = (View(pose, width, height) for pose in poses)
    columns, rows = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    inverse = np.maximum(seen.inverse, 1 / FARTHEST_M)
    turn = (there.intrinsics @ there.axes @ here.axes.T @ np.linalg.inv(here.intrinsics)).astype(np.float32)
    shift = (there.intrinsics @ there.axes @ (here.eye - there.eye)).astype(np.float32)
    moved = np.zeros((height, width, 3), np.float32) + shift
    for number, sprite in enumerate(scene.sprites):
        way = np.array(sprite.place(times[1])) - np.array(sprite.place(times[0]))
        if np.abs(way).max() > 1e-6:
            moved[seen.owner == number] += (there.intrinsics @ there.axes @ way).astype(np.float32)
    at = [turn[k, 0] * columns + turn[k, 1] * rows + turn[k, 2] + moved[..., k] * inverse for k in range(3)]
    depth = np.where(np.abs(at[2]) < 1e-6, 1e-6, at[2])
    return np.asarray(np.dstack([at[0] / depth - columns, at[1] / depth - rows]), np.float32)


def encoded(flow: NDArray[np.float32]) -> bytes:
    """A flow as a PNG of KITTI: 64 steps a pixel around 2^15, and whether it is known. Source: the KITTI flow devkit."""
    steps = np.clip(np.round(flow * KITTI_STEPS + KITTI_ZERO), 0, 65535).astype(np.uint16)
    known = np.ones(flow.shape[:2], np.uint16)
    return bytes(
        cv2.imencode(".png", np.dstack([known, steps[..., 1], steps[..., 0]]), [cv2.IMWRITE_PNG_COMPRESSION, 1])[1]
    )
