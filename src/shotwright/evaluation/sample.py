"""A clip, decoded once: small frames for the metrics, its first and last frame whole, and the facts of its file."""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

import av
import cv2
import numpy as np

from shotwright.media.colour import FrameRGB, yuv_to_rgb
from shotwright.media.decode import decode_frames
from shotwright.media.probe import probe_video

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from shotwright.core.limits import VideoFacts

GREY_PX = 480
SMALL_PX = 320


@dataclass(frozen=True)
class Sample:
    """A clip as the metrics see it.

    Attributes:
        path: The file.
        facts: What its container says.
        pix_fmt: Its pixel format.
        is_faststart: Whether it can be played while it is loaded.
        grey: uint8 (frames, h, `GREY_PX`), Y'.
        small: uint8 (frames, h, `SMALL_PX`, 3), sRGB.
        first: The first frame whole, uint8 (H, W, 3) sRGB.
        last: The last frame whole.
    """

    path: Path
    facts: VideoFacts
    pix_fmt: str
    is_faststart: bool
    grey: NDArray[np.uint8]
    small: NDArray[np.uint8]
    first: FrameRGB
    last: FrameRGB

    @property
    def frames(self) -> int:
        """Number of frames that were decoded."""
        return len(self.grey)


def read_sample(path: Path) -> Sample:
    """Decode a clip.

    Raises:
        UnsupportedVideoFormat, VideoLoadError: It cannot be read.
    """
    facts = probe_video(path, ("clip",))
    grey, small = [], []
    first = last = np.zeros((2, 2, 3), np.uint8)
    for index, frame in enumerate(decode_frames(path, facts.width, facts.height)):
        scale = GREY_PX / facts.width
        grey.append(cv2.resize(frame[..., 0], None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA))
        scale = SMALL_PX / facts.width
        small.append(
            yuv_to_rgb(np.asarray(cv2.resize(frame, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8))
        )
        last = frame
        if index == 0:
            first = frame
    with av.open(str(path)) as container:
        pix_fmt = str(container.streams.video[0].codec_context.pix_fmt)
    return Sample(
        path,
        facts,
        pix_fmt,
        is_faststart(path),
        np.array(grey, np.uint8),
        np.array(small, np.uint8),
        yuv_to_rgb(first),
        yuv_to_rgb(last),
    )


def is_faststart(path: Path) -> bool:
    """Whether an MP4's index stands before its data."""
    with path.open("rb") as file:
        while head := file.read(8):
            if len(head) < 8:
                return False
            size, kind = struct.unpack(">I4s", head)
            if 1 < size < 8:
                return False
            if kind == b"moov":
                return True
            if kind == b"mdat":
                return False
            if size == 1:
                size = struct.unpack(">Q", file.read(8))[0] - 8
            if size < 8:
                return False
            file.seek(size - 8, 1)
    return False


def stream_hash(path: Path) -> str:
    """Hash of the video stream's packets."""
    digest = hashlib.sha256()
    with av.open(str(path)) as container:
        for packet in container.demux(container.streams.video[0]):
            digest.update(bytes(packet))
    return digest.hexdigest()
