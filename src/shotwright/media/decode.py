"""Video frames one after another, upright, at the size asked for, in the house's colour space. Holds one frame at a time."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

import av.error
import cv2
import numpy as np
from av.video.reformatter import Colorspace, Interpolation

from shotwright.core.errors import VideoLoadError
from shotwright.media.probe import open_video

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from shotwright.media.colour import FrameYUV

_TURNS = {90: cv2.ROTATE_90_COUNTERCLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_CLOCKWISE}


def decode_frames(path: Path, width: int, height: int) -> Iterator[FrameYUV]:
    """All frames of a clip in display order.

    Args:
        path: A MOV/MP4 file.
        width: Displayed width of the frames to yield, pixels.
        height: Displayed height, pixels.

    Yields:
        uint8 (height, width, 3), BT.709 limited range.

    Raises:
        VideoLoadError: A frame in the middle of the file cannot be decoded and nothing follows it.
    """
    with open_video(path) as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        count = 0
        try:
            for frame in container.decode(stream):
                yield _upright(frame, width, height)
                count += 1
        except av.error.FFmpegError as exc:
            if count == 0:
                raise VideoLoadError(loc=("body", "video_url")) from exc


def decode_frame_at(path: Path, index: int, width: int, height: int) -> FrameYUV:
    """Frame number `index` (negative counts from the end), as `decode_frames` yields it."""
    kept: deque[FrameYUV] = deque(maxlen=max(1, -index))
    for number, frame in enumerate(decode_frames(path, width, height)):
        kept.append(frame)
        if number == index:
            break
    if not kept:
        raise VideoLoadError(loc=("body", "video_url"))
    return kept[0]


def _upright(frame: Any, width: int, height: int) -> FrameYUV:  # noqa: ANN401  (a PyAV frame)
    rotation = int(frame.rotation) % 360
    size = (height, width) if rotation % 180 else (width, height)
    planes = frame.reformat(
        width=size[0],
        height=size[1],
        format="yuv444p",
        dst_colorspace=Colorspace.ITU709,
        interpolation=Interpolation.AREA,
    ).to_ndarray()
    merged: FrameYUV = np.asarray(cv2.merge([planes[0], planes[1], planes[2]]), dtype=np.uint8)
    if rotation in _TURNS:
        merged = np.asarray(cv2.rotate(merged, _TURNS[rotation]), dtype=np.uint8)
    return merged
