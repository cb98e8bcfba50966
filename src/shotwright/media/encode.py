"""The one encoder: frames in, a faststart MP4 out. Runs on its own thread so that drawing and encoding overlap.

H.264 High, yuv420p, BT.709 tags, constant frame rate; the number of encoder threads is fixed, so the same frames give the
same bytes on any machine. Source: design section 5 (output of every engine).
"""

from __future__ import annotations

import contextlib
import queue
import threading
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Self

import av
import av.error
import cv2
import numpy as np

from shotwright.core.errors import ShotwrightError, StorageFull
from shotwright.media.probe import main_audio, open_sound

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

    from shotwright.media.colour import FrameYUV

QUEUE_FRAMES = 4
PRESET = "veryfast"
CRF = "18"
X264 = "threads=2"
MBTREE_COLUMNS = 8
"""x264's macroblock tree reads beyond its rows, into whatever the memory held before, where the number of macroblock columns is no
multiple of this: the same frames then have other bytes now and then. It stays off for such widths."""
AAC_RATES = frozenset({8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000, 64000, 88200, 96000})
COPIED_AUDIO = frozenset({"aac", "mp3"})
_BT709 = 1
_LIMITED = 1


class Encoder:
    """Writes frames to an MP4; use as a context manager.

    Leaving the block without an error finishes the file; leaving it with one removes it.
    """

    def __init__(
        self,
        path: Path,
        width: int,
        height: int,
        fps: Fraction | float,
        *,
        audio_from: Path | None = None,
        duration_s: float = 0,
    ) -> None:
        self.path = path
        self.frames = 0
        self._encoded = 0
        self._size = (width, height)
        self._container = av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"})
        self._stream = self._video_stream(Fraction(fps).limit_denominator(1001 * 60))
        self._audio = _AudioCopy(self._container, audio_from, duration_s) if audio_from else None
        self._queue: queue.Queue[FrameYUV | None] = queue.Queue(QUEUE_FRAMES)
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="encoder", daemon=True)
        self._thread.start()

    def _video_stream(self, fps: Fraction) -> Any:  # noqa: ANN401  (a PyAV stream)
        columns = -(-self._size[0] // 16)
        parameters = X264 if columns % MBTREE_COLUMNS == 0 else f"{X264}:mbtree=0"
        options = {"preset": PRESET, "crf": CRF, "profile": "high", "x264-params": parameters}
        stream = self._container.add_stream("libx264", rate=fps, options=options)
        stream.width, stream.height = self._size
        stream.pix_fmt = "yuv420p"
        context = stream.codec_context
        context.color_primaries = context.color_trc = context.colorspace = _BT709
        context.color_range = _LIMITED
        stream.time_base = context.time_base = 1 / fps
        return stream

    def write(self, frame: FrameYUV) -> None:
        """Queue a frame, uint8 (H, W, 3) BT.709; it must not be changed afterwards. Waits while the queue is full."""
        while True:
            if self._failure is not None:
                raise self._failure
            try:
                self._queue.put(frame, timeout=0.2)
            except queue.Full:
                continue
            self.frames += 1
            return

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None) -> None:
        if exc is not None and self._failure is None:
            self._failure = exc
        while self._thread.is_alive():
            try:
                self._queue.put(None, timeout=0.2)
                break
            except queue.Full:
                continue
        self._thread.join()
        failure = self._failure
        if failure is not None:
            self.path.unlink(missing_ok=True)
            if exc is None:
                raise failure

    def _run(self) -> None:
        try:
            while (frame := self._queue.get()) is not None:
                if self._failure is None:
                    self._encode(frame)
            if self._failure is None:
                self._finish()
            else:
                self._container.close()
        except OSError as exc:
            self._failure = StorageFull() if exc.errno == 28 else exc
            self._drain()
        except (ShotwrightError, ValueError, RuntimeError, cv2.error) as exc:
            self._failure = exc
            self._drain()

    def _drain(self) -> None:
        """Empty the queue, so that a waiting writer wakes up and sees the failure."""
        while not self._queue.empty():
            self._queue.get_nowait()

    def _encode(self, frame: FrameYUV) -> None:
        picture = av.VideoFrame.from_ndarray(to_i420(frame), format="yuv420p")
        picture.colorspace = _BT709
        picture.color_range = _LIMITED
        picture.pts = self._encoded
        picture.time_base = self._stream.codec_context.time_base
        self._encoded += 1
        self._container.mux(self._stream.encode(picture))

    def _finish(self) -> None:
        self._container.mux(self._stream.encode(None))
        if self._audio:
            self._audio.copy()
        self._container.close()


def to_i420(frame: FrameYUV) -> FrameYUV:
    """Thin out the chroma: uint8 (H, W, 3) 4:4:4 → (H * 3 / 2, W) planar 4:2:0; H and W even."""
    height, width = frame.shape[:2]
    planar = np.empty((height * 3 // 2, width), np.uint8)
    y, cb, cr = cv2.split(frame)
    planar[:height] = y
    half = (width // 2, height // 2)
    quarter = height // 4 * width + (height % 4) // 2 * (width // 2)
    chroma = planar[height:].reshape(-1)
    chroma[:quarter] = cv2.resize(cb, half, interpolation=cv2.INTER_AREA).reshape(-1)
    chroma[quarter:] = cv2.resize(cr, half, interpolation=cv2.INTER_AREA).reshape(-1)
    return planar


class _AudioCopy:
    """The source's sound, from the clip's beginning to its end, in time with the picture: copied if MP4 takes it, else made AAC."""

    def __init__(self, container: Any, source: Path, duration_s: float) -> None:  # noqa: ANN401  (a PyAV container)
        self._container = container
        self._source = source
        self._until_s = duration_s
        self._stream: Any = None
        self._is_copied = False
        with open_sound(source) as clip:
            audio = main_audio(clip)
            if audio is None:
                return
            self._is_copied = audio.codec_context.name in COPIED_AUDIO
            rate = audio.codec_context.sample_rate
            self._stream = (
                container.add_stream_from_template(audio)
                if self._is_copied
                else container.add_stream("aac", rate=rate if rate in AAC_RATES else 48_000, layout=_layout(audio))
            )

    def copy(self) -> None:
        """Mux the track; call once, before the container is closed."""
        if self._stream is None:
            return
        with open_sound(self._source) as clip:
            audio, zero_s = main_audio(clip), (clip.start_time or 0) / av.time_base
            if self._is_copied:
                self._copy_packets(clip, audio, zero_s)
            else:
                self._encode_frames(clip, audio, zero_s)

    def _copy_packets(self, clip: Any, audio: Any, zero_s: float) -> None:  # noqa: ANN401  (PyAV objects)
        for packet in clip.demux(audio):
            if packet.pts is None:
                continue
            if float(packet.pts * packet.time_base) - zero_s >= self._until_s:
                break
            shift = round(zero_s / float(packet.time_base))
            packet.pts -= shift
            packet.dts -= shift
            packet.stream = self._stream
            self._container.mux(packet)

    def _encode_frames(self, clip: Any, audio: Any, zero_s: float) -> None:  # noqa: ANN401  (PyAV objects)
        coder = self._stream.codec_context
        resampler = av.AudioResampler(format="fltp", layout=_layout(audio), rate=coder.rate)
        for packet in clip.demux(audio):
            with contextlib.suppress(av.error.FFmpegError):  # a damaged packet is silence
                for frame in packet.decode():
                    if frame.time is not None and frame.time - zero_s >= self._until_s:
                        continue
                    frame.pts = None if frame.pts is None else frame.pts - round(zero_s / float(frame.time_base))
                    for part in resampler.resample(frame):
                        self._container.mux(self._stream.encode(part))
        for part in resampler.resample(None):
            self._container.mux(self._stream.encode(part))
        self._container.mux(self._stream.encode(None))


def _layout(audio: Any) -> str:  # noqa: ANN401  (a PyAV stream)
    return "stereo" if audio.codec_context.channels > 1 else "mono"
