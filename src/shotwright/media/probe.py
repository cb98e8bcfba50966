"""Measures a video by its first frame and its packets: displayed size, frame rate, duration, audio.

Count, duration and rate are what the packets say, not what the header claims: where they disagree, the larger figure counts.

The container is pinned to MOV/MP4 and the protocol to our own file, so that a playlist or a file with outside references
that calls itself .mp4 is refused and opens nothing. Source: seed 000 (formats), users.md section 5, number 30.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import av
import av.error
import numpy as np

from shotwright.core.errors import UnsupportedVideoFormat, VideoLoadError
from shotwright.core.limits import VideoFacts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from av.container import InputContainer

    from shotwright.core.errors import Loc
    from shotwright.media.colour import FrameRGB

COUNT_MAX = 10_000
AGREES = 1.25
"""How far the rate of a header may be from that of the packets: variable frame rates of phones are within it."""
SUPPORTED = {"supported_formats": [".mp4", ".mov"]}
TOLERANT: dict[str, Any] = {} if int(av.__version__.split(".")[0]) >= 19 else {"metadata_errors": "surrogateescape"}
"""Bytes in metadata that are no UTF-8 are no reason to refuse a file: what PyAV does from version 19 on."""


@contextlib.contextmanager
def open_video(path: Path, loc: Loc = ("body", "video_url")) -> Iterator[InputContainer]:
    """Open a MOV/MP4 file for reading.

    Raises:
        UnsupportedVideoFormat: The file is no MOV/MP4, or has no video stream.
    """
    options = {"protocol_whitelist": "file", "enable_drefs": "0", "use_absolute_path": "0"}
    try:
        container = av.open(str(path), format="mov", options=options, **TOLERANT)
    except (av.error.FFmpegError, ValueError) as exc:
        raise UnsupportedVideoFormat(loc=loc, ctx=SUPPORTED) from exc
    with container:
        if not container.streams.video:
            raise UnsupportedVideoFormat("The file has no video stream.", loc=loc, ctx=SUPPORTED)
        yield container


def probe_video(path: Path, loc: Loc = ("body", "video_url")) -> VideoFacts:
    """Measure a video file; sizes as displayed, after rotation and pixel aspect.

    Raises:
        UnsupportedVideoFormat: The file is no MOV/MP4, or has no video stream.
        VideoLoadError: Its first frame cannot be decoded.
    """
    with open_video(path, loc) as container:
        stream = container.streams.video[0]
        try:
            first = next(container.decode(stream))
        except (av.error.FFmpegError, StopIteration) as exc:
            raise VideoLoadError(loc=loc) from exc
        width, height = _displayed(stream, first)
        fps = float(stream.average_rate or stream.guessed_rate or 0)
        duration_s = _duration_s(container, stream, fps)
        count, span_s = _counted(container, stream)
        if span_s > duration_s * AGREES + 0.5:
            duration_s = span_s
        if duration_s > 0 and not 1 / AGREES < count / duration_s / max(fps, 1e-6) < AGREES:
            fps = count / duration_s
        return VideoFacts(
            width=width,
            height=height,
            duration_s=duration_s,
            fps=fps,
            frames=count,
            size_bytes=path.stat().st_size,
            has_audio=bool(container.streams.audio),
            codec=stream.codec_context.name,
        )


def first_frame(path: Path) -> FrameRGB:
    """The first frame of a video that `probe_video` has measured, upright, uint8 (H, W, 3) sRGB."""
    with open_video(path) as container:
        frame = next(container.decode(container.streams.video[0]))
        picture = frame.to_ndarray(format="rgb24")
        return np.ascontiguousarray(np.rot90(picture, (frame.rotation % 360) // 90), np.uint8)


def _displayed(stream: Any, frame: Any) -> tuple[int, int]:  # noqa: ANN401  (PyAV objects)
    ratio = stream.codec_context.sample_aspect_ratio or stream.sample_aspect_ratio
    width = round(frame.width * float(ratio)) if ratio and float(ratio) > 0 else frame.width
    return (frame.height, width) if frame.rotation % 180 else (width, frame.height)


def _counted(container: InputContainer, stream: Any) -> tuple[int, float]:  # noqa: ANN401  (a PyAV stream)
    """How many frames there are, up to `COUNT_MAX`, and how many seconds they span; those that an edit list cuts away are left out."""
    count, first, last = 0, None, 0.0
    with contextlib.suppress(av.error.FFmpegError):  # damage further on: what stands before it counts
        container.seek(0)
        for packet in container.demux(stream):
            if packet.size == 0 or packet.is_discard:
                continue
            count += 1
            if packet.pts is not None:
                at = float(packet.pts * packet.time_base)
                first = at if first is None else min(first, at)
                last = max(last, at + float((packet.duration or 0) * packet.time_base))
            if count >= COUNT_MAX:
                break
    return count, last - (first or 0.0)


def _duration_s(container: InputContainer, stream: Any, fps: float) -> float:  # noqa: ANN401  (PyAV objects)
    if stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base)
    if container.duration:
        return container.duration / av.time_base
    return stream.frames / fps if fps else 0.0
