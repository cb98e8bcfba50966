"""Clips as still pictures: a frame of one, and several side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from shotwright.media.colour import yuv_to_rgb
from shotwright.media.decode import decode_frames
from shotwright.media.images import thumbnail
from shotwright.media.probe import probe_video

if TYPE_CHECKING:
    from pathlib import Path

    from shotwright.media.colour import FrameRGB

SHEET_FRAMES, COLUMNS = 6, 3


def frames_of(path: Path, shares: tuple[float, ...], width: int) -> list[FrameRGB]:
    """Frames of a clip at shares of its length: uint8 (h, w, 3) sRGB, at most `width` wide.

    Raises:
        BadMedia: It is no clip.
    """
    facts = probe_video(path)
    scale = min(1.0, width / facts.width)
    size = (2 * round(facts.width * scale / 2), 2 * round(facts.height * scale / 2))
    marks = [round(share * (facts.frames - 1)) for share in shares]
    found: dict[int, FrameRGB] = {}
    for i, frame in enumerate(decode_frames(path, *size)):
        if i in marks:
            found[i] = yuv_to_rgb(frame)
        if i >= max(marks):
            break
    last = max(found)
    return [found.get(mark, found[last]) for mark in marks]


def sheet(path: Path, width: int = 1600) -> bytes:
    """Six frames of a clip in two rows, as JPEG, at most `width` pixels wide."""
    shares = tuple(i / (SHEET_FRAMES - 1) for i in range(SHEET_FRAMES))
    frames = frames_of(path, shares, width // COLUMNS)
    rows = [np.hstack(frames[i : i + COLUMNS]) for i in range(0, SHEET_FRAMES, COLUMNS)]
    return thumbnail(np.vstack(rows), width)
