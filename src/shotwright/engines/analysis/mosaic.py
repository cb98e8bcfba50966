"""The place of a clip without its subject: all frames of a shot registered into one picture, the subject weighed out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from shotwright.engines.analysis.fill import filled
from shotwright.media.decode import decode_frames

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    from shotwright.engines.analysis.clip import ClipAnalysis
    from shotwright.media.colour import FrameYUV, Mask

MOSAIC_PX = 1280
MOSAIC_MAX = 2.4
SAMPLES = 24
"""Frames that are laid into a mosaic, spread over the shot."""
SURE = 0.35
"""Weight from which a pixel of the place has been seen."""


@dataclass(frozen=True)
class Mosaic:
    """The place: a picture in the coordinates of the shot's first frame, at `scale`, from `offset` on.

    Attributes:
        picture: uint8 (h, w, 3) Y'CbCr.
        scale: Pixels of the picture per pixel of the output.
        offset: Output pixels of the first frame at the picture's upper left corner.
        seen: Share of the picture that some frame showed without the subject.
    """

    picture: FrameYUV
    scale: float
    offset: tuple[float, float]
    seen: float = 1.0

    def seen_from(self, matrix: NDArray[np.float64], width: int, height: int) -> FrameYUV:
        """The place as a frame shows it; `matrix` maps the shot's first frame to that frame."""
        to_first = np.array([[1 / self.scale, 0, self.offset[0]], [0, 1 / self.scale, self.offset[1]], [0, 0, 1.0]])
        warp = matrix @ to_first
        view = cv2.warpPerspective(
            self.picture, warp, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT
        )
        return np.asarray(view, np.uint8)


def build_mosaic(
    path: Path,
    analysis: ClipAnalysis,
    size: tuple[int, int],
    shot: tuple[int, int],
    matrices: list[NDArray[np.float64]],
    *,
    tick: Callable[[int], None],
) -> Mosaic:
    """Register a shot into one picture; what no frame shows is filled in.

    Args:
        path: The clip.
        analysis: Its analysis.
        size: Width and height of the output frames, pixels.
        shot: First frame and last-plus-one.
        matrices: From the shot's first frame to each frame of the clip.
        tick: Called with the number of each frame.
    """
    width, height = size
    first, end = shot
    inner = matrices[first:end]
    corners = np.array([[0, 0, 1], [width, 0, 1], [width, height, 1], [0, height, 1.0]])
    seen = np.vstack([(corners @ np.linalg.inv(matrix).T) for matrix in inner])
    points = seen[:, :2] / seen[:, 2:]
    spare = (MOSAIC_MAX - 1) / 2
    low = np.maximum(points.min(axis=0), [-spare * width, -spare * height])
    high = np.minimum(points.max(axis=0), [width * (1 + spare), height * (1 + spare)])
    scale = min(1.0, MOSAIC_PX / width)
    wide, tall = (max(8, round(float(v) * scale)) for v in high - low)
    total = np.zeros((tall, wide, 3), np.float32)
    weight = np.full((tall, wide), 1e-4, np.float32)
    small = (round(width * scale / 2) * 2, round(height * scale / 2) * 2)
    shrink = np.diag([small[0] / width, small[1] / height, 1.0])
    place = np.array([[scale, 0, -low[0] * scale], [0, scale, -low[1] * scale], [0, 0, 1.0]])
    step = max(1, (end - first) // SAMPLES)
    for index, frame in enumerate(decode_frames(path, *small)):
        tick(index)
        if index >= end:
            break
        if index < first or (index - first) % step:
            continue
        warp = place @ np.linalg.inv(matrices[index]) @ np.linalg.inv(shrink)
        keep = 255 - _grown(analysis.mattes[min(index, len(analysis.mattes) - 1)], small)
        part = cv2.warpPerspective(frame, warp, (wide, tall), flags=cv2.INTER_LINEAR)
        mask = cv2.warpPerspective(keep, warp, (wide, tall), flags=cv2.INTER_LINEAR).astype(np.float32) / 255
        cv2.accumulateProduct(part.astype(np.float32), cv2.merge([mask] * 3), total)
        weight += mask
    picture = np.clip(total / weight[..., None], 0, 255).astype(np.uint8)
    holes = (weight < SURE).astype(np.uint8) * 255
    return Mosaic(filled(picture, holes), scale, (float(low[0]), float(low[1])), 1 - float((holes > 0).mean()))


def _grown(matte: Mask, size: tuple[int, int]) -> Mask:
    """A matte at another size, with a safety margin."""
    large = cv2.resize(matte, size, interpolation=cv2.INTER_LINEAR)
    margin = max(5, size[0] // 50) | 1
    return np.asarray(cv2.dilate((large > 40).astype(np.uint8) * 255, np.ones((margin, margin), np.uint8)), np.uint8)
