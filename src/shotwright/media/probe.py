"""Measures a video by its first frame and its packets: displayed size, frame rate, duration, audio.

Count, duration and rate are what the packets say, not what the header claims: where they disagree, the larger figure counts.

The container is pinned to MOV/MP4 and the protocol to our own file, so that a playlist or a file with outside references
that calls itself .mp4 is refused and opens nothing. Source: seed 000 (formats), users.md section 5, number 30.
"""

from __future__ import annotations

import contextlib
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import av
import av.error
import numpy as np
from av.stream import Disposition

from shotwright.core.errors import UnsupportedVideoFormat, VideoLoadError
from shotwright.core.limits import VideoFacts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from av.container import InputContainer

    from shotwright.core.errors import Loc
    from shotwright.media.colour import FrameRGB

COUNT_MAX = 10_000
WHOLE = 0.9
"""A file in which less than this share of what its header declares is there was cut off."""
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


@dataclass(frozen=True)
class Timeline:
    """When a clip's frames are shown, as its player counts: 0 is where the earliest of its tracks begins.

    Attributes:
        zero_s: That moment, in the file's own time.
        first_s, end_s: When the first frame appears and the last one ends.
        fps: Frames per second: the file's constant rate, or how many there are on average.
        packets: Frames in the file that an edit list does not cut away, up to `COUNT_MAX`.
    """

    zero_s: float
    first_s: float
    end_s: float
    fps: float
    packets: int

    @property
    def frames(self) -> int:
        """Frames of the clip at a constant rate from 0 on."""
        return max(1, round(self.end_s * self.fps))


def probe_video(path: Path, loc: Loc = ("body", "video_url")) -> VideoFacts:
    """Measure a video file; sizes as displayed, after rotation and pixel aspect; a track that begins late counts from the sound's start.

    Raises:
        UnsupportedVideoFormat: The file is no MOV/MP4, or has no video stream.
        VideoLoadError: Its first frame cannot be decoded, or less of it is there than it says.
    """
    with open_video(path, loc) as container:
        stream = main_video(container)
        try:
            first = next(container.decode(stream))
        except (av.error.FFmpegError, StopIteration) as exc:
            raise VideoLoadError(loc=loc) from exc
        width, height = _displayed(stream, first)
        times = timeline(container, stream)
        declared_s = _declared_s(container, stream)
        if times.packets < COUNT_MAX and times.end_s < declared_s * WHOLE - 0.2:
            raise VideoLoadError(
                f"Only {times.end_s:.1f} of the video's {declared_s:.1f} seconds can be read: the file is cut off. Upload it again.",
                loc=loc,
            )
        if _ends_in_a_fragment(path):
            raise VideoLoadError(
                f"The file is cut off: only its first {times.end_s:.1f} seconds can be read. Upload it again.", loc=loc
            )
        return VideoFacts(
            width=width,
            height=height,
            duration_s=times.end_s if times.packets < COUNT_MAX else max(times.end_s, declared_s),
            fps=times.fps,
            frames=times.frames,
            size_bytes=path.stat().st_size,
            has_audio=main_audio(container) is not None,
            codec=stream.codec_context.name,
        )


def _ends_in_a_fragment(path: Path) -> bool:
    """Whether a fragmented file stops within a fragment: its header does not say how long it is, the boxes do (ISO/IEC 14496-12, 4.2)."""
    size, at, has_fragments = path.stat().st_size, 0, False
    with path.open("rb") as file:
        while at + 8 <= size:
            file.seek(at)
            length, kind = struct.unpack(">I4s", file.read(8))
            if length == 1:
                length = int.from_bytes(file.read(8), "big")
            has_fragments |= kind == b"moof"
            if length < 8:  # the last box, or padding
                return False
            at += length
            if at > size:
                return has_fragments and kind in {b"moof", b"mdat"}
    return False


def main_video(container: InputContainer) -> Any:  # noqa: ANN401  (a PyAV stream)
    """The track that players show: no cover, the default one unless another is much longer."""
    tracks = [item for item in container.streams.video if not item.disposition & Disposition.attached_pic] or list(
        container.streams.video
    )
    longest = max(tracks, key=_length)
    chosen = [
        item for item in tracks if item.disposition & Disposition.default and _length(item) >= _length(longest) / 2
    ]
    return chosen[0] if chosen else longest


SOUNDS = ((4, b"ftyp", "mov"), (0, b"ID3", "mp3"), (0, b"\xff\xfb", "mp3"), (0, b"\xff\xf3", "mp3"), (8, b"WAVE", "wav"), (0, b"fLaC", "flac"), (0, b"OggS", "ogg"))  # fmt: skip
"""Where a file says what it is, how, and the reader for it: no other reader is tried."""


@contextlib.contextmanager
def open_sound(path: Path, loc: Loc = ("body", "video_url")) -> Iterator[InputContainer]:
    """Open a file for its sound: MOV/MP4, M4A, MP3, WAV, FLAC or Ogg.

    Raises:
        UnsupportedVideoFormat: It is none of these.
    """
    with path.open("rb") as file:
        head = file.read(16)
    kind = next((kind for at, mark, kind in SOUNDS if head[at:].startswith(mark)), None)
    text = "The sound must be an MP4, M4A, MP3, WAV, FLAC or Ogg file."
    if kind is None:
        raise UnsupportedVideoFormat(text, loc=loc, ctx=SUPPORTED)
    options = {"protocol_whitelist": "file"} | (
        {"enable_drefs": "0", "use_absolute_path": "0"} if kind == "mov" else {}
    )
    try:
        container = av.open(str(path), format=kind, options=options, **TOLERANT)
    except (av.error.FFmpegError, ValueError) as exc:
        raise UnsupportedVideoFormat(text, loc=loc, ctx=SUPPORTED) from exc
    with container:
        yield container


def main_audio(container: InputContainer) -> Any:  # noqa: ANN401  (a PyAV stream, or None)
    """The first sound track that can be decoded: phones add spatial ones that nobody else reads."""
    coders = ((item, getattr(item, "codec_context", None)) for item in container.streams.audio)
    return next((item for item, coder in coders if coder is not None and coder.sample_rate), None)


def _length(stream: Any) -> float:  # noqa: ANN401  (a PyAV stream)
    return float((stream.duration or 0) * (stream.time_base or 0)) or float(stream.frames)


def timeline(container: InputContainer, stream: Any) -> Timeline:  # noqa: ANN401  (a PyAV stream)
    """When the frames of a track are shown, by its packets. The container is read to its end, and back at its start."""
    zero_s = (container.start_time or 0) / av.time_base
    count, first_s, end_s = _counted(container, stream)
    fps = float(stream.average_rate or stream.guessed_rate or 0)
    span_s = end_s - first_s
    if span_s > 0 and not 1 / AGREES < count / span_s / max(fps, 1e-6) < AGREES:
        fps = count / span_s
    if span_s <= 0:
        first_s, end_s = zero_s, zero_s + (_declared_s(container, stream) or (count / fps if fps else 0.0))
    late_s = first_s - zero_s if (first_s - zero_s) * fps > 1 / 2 else 0.0
    return Timeline(zero_s, late_s, late_s + max(end_s - first_s, 0.0), fps, count)


def first_frame(path: Path) -> FrameRGB:
    """The first frame of a video that `probe_video` has measured, upright, uint8 (H, W, 3) sRGB."""
    with open_video(path) as container:
        frame = next(container.decode(main_video(container)))
        picture = frame.to_ndarray(format="rgb24")
        return np.ascontiguousarray(np.rot90(picture, (frame.rotation % 360) // 90), np.uint8)


def _displayed(stream: Any, frame: Any) -> tuple[int, int]:  # noqa: ANN401  (PyAV objects)
    ratio = stream.codec_context.sample_aspect_ratio or stream.sample_aspect_ratio
    width = round(frame.width * float(ratio)) if ratio and float(ratio) > 0 else frame.width
    return (frame.height, width) if frame.rotation % 180 else (width, frame.height)


def _counted(container: InputContainer, stream: Any) -> tuple[int, float, float]:  # noqa: ANN401  (a PyAV stream)
    """How many frames there are, up to `COUNT_MAX`, when the first is shown and the last one ends, in the file's seconds; without those
    that an edit list cuts away."""
    count, first, last = 0, None, 0.0
    container.seek(0)
    with contextlib.suppress(av.error.FFmpegError):  # damage further on: what stands before it counts
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
    container.seek(0)
    return count, first or 0.0, last


def _declared_s(container: InputContainer, stream: Any) -> float:  # noqa: ANN401  (a PyAV stream)
    """How long the header says the track is."""
    if stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base)
    return container.duration / av.time_base if container.duration else 0.0
