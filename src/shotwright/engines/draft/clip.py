"""What a draft needs to know of a source clip: its camera path, where its subject is, and the place without the subject.

The subject's matte is found on key frames and carried in between by optical flow; the place is a mosaic of all frames,
registered by the camera path, with the subject left out. Everything is measured on small frames and cached by content.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from shotwright.engines.draft.cutout import matter
from shotwright.media.colour import yuv_to_rgb
from shotwright.media.decode import decode_frames
from shotwright.media.motion import ClipMotion, measure_motion

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from shotwright.engines.draft.cache import Cache
    from shotwright.media.colour import FrameYUV, Mask

SMALL_PX = 480
KEY_EVERY = 6
MOSAIC_PX = 960
MOSAIC_MAX = 2.6
WEAK_SHARE = (0.004, 0.75)
"""A matte smaller or larger than this share of the frame is no evidence of a subject."""


@dataclass(frozen=True)
class ClipAnalysis:
    """Measured once per clip.

    Attributes:
        motion: The camera path.
        mattes: uint8 (h, w) per frame, `SMALL_PX` wide.
        boxes: float64 (frames, 4): left, top, right, bottom of the subject, smoothed, in shares of the frame.
        share: Median share of the frame that the subject covers.
    """

    motion: ClipMotion
    mattes: list[Mask]
    boxes: NDArray[np.float64]
    share: float

    @property
    def has_subject(self) -> bool:
        """Whether there is evidence of a subject."""
        return WEAK_SHARE[0] < self.share < WEAK_SHARE[1]


def analyse(path: Path, size: tuple[int, int], cache: Cache, tick: Callable[[int], None]) -> ClipAnalysis:
    """Measure a clip.

    Args:
        path: The clip.
        size: Displayed (width, height).
        cache: Keeps the result.
        tick: Called with the number of each frame; may raise `Cancelled`.
    """
    width = SMALL_PX
    height = round(size[1] * width / size[0] / 2) * 2
    return cache.get("clip-2", path, lambda: _analyse(path, width, height, tick))


def _analyse(path: Path, width: int, height: int, tick: Callable[[int], None]) -> ClipAnalysis:
    mattes: list[Mask] = []

    def watched() -> Iterator[FrameYUV]:
        previous: FrameYUV | None = None
        for index, frame in enumerate(decode_frames(path, width, height)):
            tick(index)
            mattes.append(_matte(frame, previous, mattes[-1] if mattes else None, is_key=index % KEY_EVERY == 0))
            previous = frame
            yield frame

    motion = measure_motion(watched())
    shares = [float((matte > 128).mean()) for matte in mattes]
    return ClipAnalysis(motion, mattes, _boxes(mattes), float(np.median(shares)) if shares else 0.0)


_FLOW = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_ULTRAFAST)


def _matte(frame: FrameYUV, previous: FrameYUV | None, last: Mask | None, *, is_key: bool) -> Mask:
    carried: Mask | None = None
    if previous is not None and last is not None:
        flow = _FLOW.calc(np.ascontiguousarray(frame[..., 0]), np.ascontiguousarray(previous[..., 0]), np.empty(0))
        height, width = last.shape
        x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
        carried = np.asarray(cv2.remap(last, x + flow[..., 0], y + flow[..., 1], cv2.INTER_LINEAR), np.uint8)
    if not is_key and carried is not None:
        return carried
    found = matter()(yuv_to_rgb(frame))
    return found if carried is None else np.asarray(cv2.addWeighted(found, 0.75, carried, 0.25, 0), np.uint8)


def _boxes(mattes: list[Mask]) -> NDArray[np.float64]:
    """The subject's box per frame, smoothed over time; frames without a subject keep the last box."""
    boxes: list[NDArray[np.float64]] = []
    for matte in mattes:
        rows, columns = np.where(matte > 128)
        if len(rows) < 30:
            boxes.append(boxes[-1] if boxes else np.array([0.4, 0.3, 0.6, 0.9]))
            continue
        left, right = np.percentile(columns, (1, 99))
        top, bottom = np.percentile(rows, (0.5, 99.5))
        height, width = matte.shape
        boxes.append(np.array([left / width, top / height, right / width, bottom / height]))
    raw = np.array(boxes).reshape(-1, 4)
    if len(raw) < 3:
        return raw
    return np.stack([cv2.GaussianBlur(raw[:, i : i + 1], (1, 11), 2.2).reshape(-1) for i in range(4)], axis=1)


@dataclass(frozen=True)
class Mosaic:
    """The place of a clip without its subject: a picture in the first frame's coordinates, at `scale`, from `offset` on."""

    picture: FrameYUV
    scale: float
    offset: tuple[float, float]

    def seen_from(self, matrix: NDArray[np.float64], width: int, height: int) -> FrameYUV:
        """The place as a frame shows it; `matrix` maps the first frame's pixels to that frame's."""
        to_first = np.array([[1 / self.scale, 0, self.offset[0]], [0, 1 / self.scale, self.offset[1]], [0, 0, 1.0]])
        warp = matrix @ to_first
        seen = cv2.warpPerspective(
            self.picture, warp, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT
        )
        return np.asarray(seen, np.uint8)


def build_mosaic(path: Path, analysis: ClipAnalysis, width: int, height: int, tick: Callable[[int], None]) -> Mosaic:
    """Register all frames into one picture, weighing out the subject; what no frame shows is filled in.

    Args:
        path: The clip.
        analysis: Its analysis.
        width: Width of the output frames, pixels.
        height: Their height.
        tick: Called with the number of each frame.
    """
    matrices = analysis.motion.matrices(width)
    scale = min(1.0, MOSAIC_PX / width)
    corners = np.array([[0, 0, 1], [width, 0, 1], [width, height, 1], [0, height, 1.0]])
    seen = np.vstack([(corners @ np.linalg.inv(matrix).T) for matrix in matrices])
    points = seen[:, :2] / seen[:, 2:]
    low = np.maximum(points.min(axis=0), [-(MOSAIC_MAX - 1) * width / 2, -(MOSAIC_MAX - 1) * height / 2])
    high = np.minimum(points.max(axis=0), [width * (1 + (MOSAIC_MAX - 1) / 2), height * (1 + (MOSAIC_MAX - 1) / 2)])
    size = (round(float(high[0] - low[0]) * scale), round(float(high[1] - low[1]) * scale))
    total = np.zeros((size[1], size[0], 3), np.float32)
    weight = np.full((size[1], size[0]), 1e-4, np.float32)
    small = (round(width * scale / 2) * 2, round(height * scale / 2) * 2)
    shrink = np.diag([small[0] / width, small[1] / height, 1.0])
    place = np.array([[scale, 0, -low[0] * scale], [0, scale, -low[1] * scale], [0, 0, 1.0]])
    step = max(1, len(matrices) // 40)
    for index, frame in enumerate(decode_frames(path, *small)):
        tick(index)
        if index % step or index >= len(matrices):
            continue
        warp = place @ np.linalg.inv(matrices[index]) @ np.linalg.inv(shrink)
        keep = 255 - _grown(analysis.mattes[index], small)
        part = cv2.warpPerspective(frame, warp, size, flags=cv2.INTER_LINEAR)
        mask = cv2.warpPerspective(keep, warp, size, flags=cv2.INTER_LINEAR).astype(np.float32) / 255
        total += part * mask[..., None]
        weight += mask
    picture = np.clip(total / weight[..., None], 0, 255).astype(np.uint8)
    return Mosaic(_filled(picture, weight < 0.3), scale, (float(low[0]), float(low[1])))


def _grown(matte: Mask, size: tuple[int, int]) -> Mask:
    """A matte at another size, with a safety margin."""
    large = cv2.resize(matte, size, interpolation=cv2.INTER_LINEAR)
    margin = max(5, size[0] // 60) | 1
    return np.asarray(cv2.dilate((large > 40).astype(np.uint8) * 255, np.ones((margin, margin), np.uint8)), np.uint8)


def _filled(picture: FrameYUV, holes: NDArray[np.bool_]) -> FrameYUV:
    """Fill what no frame shows: inpainted small, so that it is soft and without streaks."""
    if not holes.any():
        return picture
    factor = min(1.0, 320 / picture.shape[1])
    small = cv2.resize(picture, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    mask = cv2.resize(holes.astype(np.uint8) * 255, (small.shape[1], small.shape[0]), interpolation=cv2.INTER_AREA)
    hole = cv2.dilate((mask > 0).astype(np.uint8), np.ones((3, 3), np.uint8))
    painted = cv2.inpaint(small, hole, 5, cv2.INPAINT_TELEA)
    large = cv2.resize(painted, (picture.shape[1], picture.shape[0]), interpolation=cv2.INTER_CUBIC)
    return np.where(holes[..., None], large, picture).astype(np.uint8)
