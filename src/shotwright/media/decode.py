"""Video frames one after another, upright, at the size asked for, in the house's colour space. Holds one frame at a time."""

from __future__ import annotations

from collections import deque
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import av.error
import av.filter
import cv2
import numpy as np
from av.video.reformatter import Colorspace, Interpolation

from shotwright.core.errors import VideoLoadError, VideoTooLong
from shotwright.media.colour import rgb_to_yuv, yuv_to_rgb
from shotwright.media.probe import open_video

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from shotwright.media.colour import FrameYUV

FRAMES_MAX = 1500
"""Twice as many as the longest clip at the highest rate that any endpoint takes has."""
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
        VideoLoadError: Not one frame can be decoded. Damage further on ends the clip where it begins.
        VideoTooLong: There are more frames than any clip may have.
    """
    with open_video(path) as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        count = 0
        try:
            for frame in _progressive(container, stream):
                if count >= FRAMES_MAX:
                    raise VideoTooLong(f"The video has more than {FRAMES_MAX} frames.", loc=("body", "video_url"))
                yield _upright(frame, width, height)
                count += 1
        except av.error.FFmpegError as exc:
            if count == 0:
                raise VideoLoadError(loc=("body", "video_url")) from exc


def _progressive(container: Any, stream: Any) -> Iterator[Any]:  # noqa: ANN401  (PyAV objects)
    """Frames as they are, or with their two fields woven into one by `bwdif` when they are interlaced."""
    graph: Any = None
    for frame in container.decode(stream):
        if not frame.interlaced_frame and graph is None:
            yield frame
            continue
        if graph is None:
            graph = av.filter.Graph()
            graph.link_nodes(
                graph.add_buffer(template=stream, time_base=stream.time_base),
                graph.add("bwdif", "mode=send_frame"),
                graph.add("buffersink"),
            ).configure()
        graph.push(frame)
        yield from _pulled(graph)
    if graph is not None:
        graph.push(None)
        yield from _pulled(graph)


def _pulled(graph: Any) -> Iterator[Any]:  # noqa: ANN401  (a PyAV graph)
    while True:
        try:
            yield graph.pull()
        except (av.error.BlockingIOError, av.error.EOFError):
            return


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
    if int(frame.color_trc) in _HDR:
        merged = _tone_mapped(merged, _HDR[int(frame.color_trc)])
    if rotation in _TURNS:
        merged = np.asarray(cv2.rotate(merged, _TURNS[rotation]), dtype=np.uint8)
    return merged


def _pq(signal: NDArray[np.float64]) -> NDArray[np.float64]:
    """Light of a PQ signal in units of 203 cd/m2 (diffuse white). Source: ITU-R BT.2100-2, table 4; BT.2408."""
    power = signal ** (1 / 78.84375)
    light = (np.maximum(power - 0.8359375, 0) / (18.8515625 - 18.6875 * power)) ** (1 / 0.1593017578125)
    return np.asarray(light * 10_000 / 203, np.float64)


def _hlg(signal: NDArray[np.float64]) -> NDArray[np.float64]:
    """Light of an HLG signal, diffuse white at 0.75 of the signal. Source: ITU-R BT.2100-2, table 5."""
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    scene = np.where(signal <= 0.5, signal**2 / 3, (np.exp((signal - c) / a) + b) / 12)
    return np.asarray((scene / 0.265) ** 1.2, np.float64)


_HDR = {16: _pq, 18: _hlg}
"""Transfer functions of high dynamic range, by their number in H.273."""


@lru_cache(maxsize=2)
def _tone_table(light_of: Callable[[NDArray[np.float64]], NDArray[np.float64]]) -> NDArray[np.uint8]:
    """Signal to SDR signal, uint8 (256,): highlights rolled off from diffuse white on, then the BT.709 curve."""
    light = light_of(np.arange(256) / 255.0)
    rolled = np.where(light < KNEE, light, KNEE + (1 - KNEE) * (1 - np.exp(-(light - KNEE) / (1 - KNEE))))
    curve = np.where(rolled < 0.018, 4.5 * rolled, 1.099 * np.maximum(rolled, 0.018) ** 0.45 - 0.099)
    return np.asarray(np.clip(np.round(curve * 255), 0, 255), np.uint8)


KNEE = 0.7
"""Share of diffuse white from which highlights are compressed."""


def _tone_mapped(yuv: FrameYUV, light_of: Callable[[NDArray[np.float64]], NDArray[np.float64]]) -> FrameYUV:
    """A frame of high dynamic range as SDR, uint8 (H, W, 3)."""
    return rgb_to_yuv(np.asarray(cv2.LUT(yuv_to_rgb(yuv), _tone_table(light_of)), np.uint8))
