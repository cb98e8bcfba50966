"""Video frames one after another, upright, at the size asked for, in the house's colour space. Holds one frame at a time."""

from __future__ import annotations

import contextlib
import math
from collections import deque
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import av.error
import av.filter
import cv2
import numpy as np
from av.video.reformatter import ColorRange, Colorspace, Interpolation

from shotwright.core.errors import VideoLoadError, VideoTooLong
from shotwright.media.colour import rgb_to_yuv
from shotwright.media.probe import Timeline, main_video, open_video, timeline

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from shotwright.media.colour import FrameYUV

FRAMES_MAX = 1500
"""Twice as many as the longest clip at the highest rate that any endpoint takes has."""
HD_LINES = 720
BT2020 = 9
EXACT = Interpolation.AREA | getattr(Interpolation, "ACCURATE_RND", 0)
"""Scaling without a bias: each generation of a clip would grow a little darker."""
_TURNS = {90: cv2.ROTATE_90_COUNTERCLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_CLOCKWISE}


def decode_frames(path: Path, width: int, height: int) -> Iterator[FrameYUV]:
    """All frames of a clip in display order, at a constant rate: frame k is what a player shows at k / fps seconds.

    Variable rates are evened out, a track that begins late shows its first frame until then, and where a frame is damaged the one before it
    stays. The rate and the number of frames are those of `probe_video`.

    Args:
        path: A MOV/MP4 file.
        width: Displayed width of the frames to yield, pixels.
        height: Displayed height, pixels.

    Yields:
        uint8 (height, width, 3), BT.709 limited range.

    Raises:
        VideoLoadError: Not one frame can be decoded, or more than half of the clip is damaged.
        VideoTooLong: There are more frames than any clip may have.
    """
    with open_video(path) as container:
        stream = main_video(container)
        times = timeline(container, stream)
        if times.frames > FRAMES_MAX:
            raise VideoTooLong(f"The video has more than {FRAMES_MAX} frames.", loc=("body", "video_url"))
        stream.thread_type = "AUTO"
        good, shown = 0, -1
        picture: FrameYUV | None = None
        for frame, until_s in _with_ends(_progressive(container, stream), times):
            good += 1
            last = min(times.frames - 1, math.ceil((until_s - times.zero_s) * times.fps - 0.5) - 1)
            if last > shown:
                picture = _upright(frame, width, height)
            for _ in range(last - shown):
                assert picture is not None  # noqa: S101  (just made)
                yield picture
                picture = picture.copy()
            shown = max(shown, last)
        if good == 0 or good < times.packets / 2:
            raise VideoLoadError(_said(good, times), loc=("body", "video_url"))


def _said(good: int, times: Timeline) -> str | None:
    return f"Only {good} of the video's {times.packets} frames can be read: the file is damaged." if good else None


def _with_ends(frames: Iterator[Any], times: Timeline) -> Iterator[tuple[Any, float]]:
    """Frames, and until when each is shown: the moment of the next one, the end of the clip for the last; in the file's seconds."""
    held: Any = None
    for frame in frames:
        if held is not None:
            yield held, held_until(held, frame, times)
        held = frame
    if held is not None:
        yield held, times.zero_s + times.frames / times.fps + 1.0


def held_until(frame: Any, following: Any, times: Timeline) -> float:  # noqa: ANN401  (PyAV frames)
    """When the next frame replaces this one; a frame without a time lasts one at the clip's rate."""
    if following.time is not None:
        return float(following.time)
    return (frame.time if frame.time is not None else times.zero_s) + 1 / times.fps


def _progressive(container: Any, stream: Any) -> Iterator[Any]:  # noqa: ANN401  (a PyAV container)
    """Frames as they are, or with their two fields woven into one by `bwdif` when they are interlaced."""
    graph: Any = None
    for frame in _decoded(container, stream):
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


def _decoded(container: Any, stream: Any) -> Iterator[Any]:  # noqa: ANN401  (a PyAV container)
    """Frames that can be decoded; a damaged packet costs its own frame and those that need it."""
    with contextlib.suppress(av.error.FFmpegError):  # the container itself ends here
        for packet in container.demux(stream):
            try:
                yield from packet.decode()
            except av.error.FFmpegError:
                continue


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
    rotation, is_mirrored = _display(frame)
    size = (height, width) if rotation % 180 else (width, height)
    matrix = _matrix(frame)
    source = {
        "width": size[0], "height": size[1], "src_colorspace": matrix, "interpolation": EXACT,
        "src_color_range": ColorRange.JPEG if _is_full(frame) else ColorRange.MPEG,
    }  # fmt: skip
    if int(frame.color_trc) in _HDR or int(frame.color_primaries) == BT2020:
        light_of = _HDR.get(int(frame.color_trc), _gamma)
        merged = _narrowed(
            frame.reformat(format="rgb48le", dst_color_range=ColorRange.JPEG, **source).to_ndarray(), light_of
        )
    else:
        planes = frame.reformat(
            format="yuv444p", dst_colorspace=Colorspace.ITU709, dst_color_range=ColorRange.MPEG, **source
        ).to_ndarray()
        merged = np.asarray(cv2.merge([planes[0], planes[1], planes[2]]), dtype=np.uint8)
    if is_mirrored:
        merged = np.asarray(cv2.flip(merged, 1), dtype=np.uint8)
    if rotation in _TURNS:
        merged = np.asarray(cv2.rotate(merged, _TURNS[rotation]), dtype=np.uint8)
    return merged


def _is_full(frame: Any) -> bool:  # noqa: ANN401  (a PyAV frame)
    """Whether black is 0 and white 255, as most phones have it."""
    return int(frame.color_range) == ColorRange.JPEG or frame.format.name.startswith("yuvj")


def _matrix(frame: Any) -> Colorspace:  # noqa: ANN401  (a PyAV frame)
    """How its colours are coded; where the file does not say, by its size, as players do. Numbers: ITU-T H.273, table 4."""
    known = {
        1: Colorspace.ITU709,
        4: Colorspace.FCC,
        5: Colorspace.ITU601,
        6: Colorspace.ITU601,
        7: Colorspace.SMPTE240M,
    }
    guess = Colorspace.ITU709 if min(frame.width, frame.height) >= HD_LINES else Colorspace.ITU601
    number = int(frame.colorspace)
    return Colorspace.BT2020 if number in {9, 10} else known.get(number, guess)


def _display(frame: Any) -> tuple[int, bool]:  # noqa: ANN401  (a PyAV frame)
    """How a frame is to be turned, counter-clockwise in degrees, after it was mirrored left to right or not: its display matrix."""
    data = frame.side_data.get("DISPLAYMATRIX")
    if data is None:
        return int(frame.rotation) % 360, False
    a, b, _, c, d = np.frombuffer(bytes(data), np.int32)[:5].astype(float)
    is_mirrored = a * d - b * c < 0
    if is_mirrored:  # mirroring first turns (a, b) into (-a, -b)
        a, b = -a, -b
    return round(math.degrees(math.atan2(b, a)) / 90) * -90 % 360, is_mirrored


def _pq(signal: NDArray[np.float64]) -> NDArray[np.float64]:
    """Light of a PQ signal in units of 203 cd/m2 (diffuse white). Source: ITU-R BT.2100-2, table 4; BT.2408."""
    power = signal ** (1 / 78.84375)
    light = (np.maximum(power - 0.8359375, 0) / (18.8515625 - 18.6875 * power)) ** (1 / 0.1593017578125)
    return np.asarray(light * 10_000 / 203, np.float64)


def _hlg(signal: NDArray[np.float64]) -> NDArray[np.float64]:
    """Scene light of an HLG signal, diffuse white at 0.75 of the signal. Source: ITU-R BT.2100-2, table 5."""
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    scene = np.where(signal <= 0.5, signal**2 / 3, (np.exp((signal - c) / a) + b) / 12)
    return np.asarray(scene / 0.265, np.float64)


def _gamma(signal: NDArray[np.float64]) -> NDArray[np.float64]:
    """Light of an SDR signal. Source: ITU-R BT.709-6, 1.2, inverted."""
    return np.asarray(np.where(signal < 0.081, signal / 4.5, ((signal + 0.099) / 1.099) ** (1 / 0.45)), np.float64)


_HDR = {16: _pq, 18: _hlg}
"""Transfer functions of high dynamic range, by their number in H.273."""
KNEE = 0.9
"""Share of diffuse white from which highlights of HDR are compressed."""
HLG_GAMMA = 1.2
_LUMA_2020 = np.array([[0.2627, 0.6780, 0.0593]], np.float32)
_TO_709 = np.array([[1.6605, -0.5876, -0.0728], [-0.1246, 1.1329, -0.0083], [-0.0182, -0.1006, 1.1187]], np.float32)
"""Light of BT.2020's primaries as BT.709's. Source: ITU-R BT.2087-0, inverted."""


@lru_cache(maxsize=3)
def _light_table(light_of: Callable[[NDArray[np.float64]], NDArray[np.float64]]) -> NDArray[np.float32]:
    """Light of every 16-bit signal, float32 (65536,)."""
    return light_of(np.arange(65536) / 65535.0).astype(np.float32)


@lru_cache(maxsize=2)
def _signal_table(*, is_rolled: bool) -> NDArray[np.uint8]:
    """8-bit R'G'B' of light in steps of 1/4096 up to 4 times diffuse white; highlights rolled off from `KNEE` on, or clipped."""
    light = np.arange(4 * 4096) / 4096.0
    if is_rolled:
        light = np.where(light < KNEE, light, KNEE + (1 - KNEE) * (1 - np.exp(-(light - KNEE) / (1 - KNEE))))
    light = np.minimum(light, 1.0)
    curve = np.where(light < 0.018, 4.5 * light, 1.099 * np.maximum(light, 0.018) ** 0.45 - 0.099)
    return np.asarray(np.round(curve * 255), np.uint8)


def _narrowed(rgb: NDArray[np.uint16], light_of: Callable[[NDArray[np.float64]], NDArray[np.float64]]) -> FrameYUV:
    """A frame of BT.2020 (uint16 R'G'B', H, W, 3), HDR or not, in the house's colour space: light, primaries, highlights, curve."""
    light: NDArray[np.float32] = _light_table(light_of)[rgb]
    if light_of is _hlg:  # the display's part: by luminance, so that colours keep their hue
        light = light * np.power(cv2.transform(light, _LUMA_2020), HLG_GAMMA - 1)[..., None]
    light = np.asarray(cv2.transform(light, _TO_709), np.float32)
    steps = np.clip(light * 4096 + 0.5, 0, 4 * 4096 - 1).astype(np.uint16)
    return rgb_to_yuv(_signal_table(is_rolled=light_of is not _gamma)[steps])
