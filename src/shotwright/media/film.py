"""An animatic: clips cut together, with slates, burn-in and guides where they are wanted, over a sound track."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from shotwright.media.colour import rgb_to_yuv
from shotwright.media.decode import decode_frames
from shotwright.media.encode import Encoder
from shotwright.media.probe import probe_video
from shotwright.media.retime import retimed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from shotwright.media.colour import FrameYUV

SLATE_S = 1.0
BLACK, WHITE, GUIDE = 16, 235, 180
TEXT_SHARE, SAFE = 0.028, 0.05
"""Height of burnt-in text, and the margin of the safe area, in frame heights."""


@dataclass(frozen=True)
class FilmShot:
    """A clip of a film.

    Attributes:
        path: The clip.
        name: Of the shot.
        note: Under its name, on the slate.
        lens: For the burn-in: "35 mm".
        is_draft: Whether the burn-in says so.
    """

    path: Path
    name: str
    note: str = ""
    lens: str = ""
    is_draft: bool = False


@dataclass(frozen=True)
class FilmLook:
    """What a film shows beside its shots.

    Attributes:
        width, height, fps: Of the film; shots of another shape stand in black.
        burn_in: Name, timecode, lens and "DRAFT" in the picture.
        slates: A second of black with its name before each shot.
        ratio: Lines of a wider frame, such as 2.39.
        safe: Lines of the safe area.
    """

    width: int = 1280
    height: int = 720
    fps: Fraction = Fraction(24)
    burn_in: bool = False
    slates: bool = False
    ratio: float | None = None
    safe: bool = False


@dataclass(frozen=True)
class Placed:
    """Where a shot is in a film: its first frame, and how many it has, without its slate."""

    name: str
    start: int
    frames: int


def write_film(
    path: Path,
    shots: Sequence[FilmShot],
    look: FilmLook,
    *,
    audio: Path | None = None,
    tick: Callable[[float], None] = lambda _: None,
) -> list[Placed]:
    """Cut clips together.

    Args:
        path: Where to write.
        shots: In order.
        look: Of the film.
        audio: A clip or a sound file whose sound goes under it, from its beginning.
        tick: Told how much is done, 0..1, with every frame; may raise to stop.

    Returns:
        Where each shot is, exact to the frame.
    """
    lengths = [_length(shot, look) for shot in shots]
    slate = round(SLATE_S * look.fps) if look.slates else 0
    total = sum(lengths) + slate * len(shots)
    placed: list[Placed] = []
    at = 0
    seconds = float(total / look.fps)
    with Encoder(path, look.width, look.height, look.fps, audio_from=audio, duration_s=seconds) as encoder:
        for shot, length in zip(shots, lengths, strict=True):
            for _ in range(slate):
                encoder.write(_slate(shot, look))
            at += slate
            placed.append(Placed(shot.name, at, length))
            for frame in _frames(shot, length, look):
                encoder.write(_marked(frame, shot, look, at))
                at += 1
                tick(at / total)
    return placed


def _length(shot: FilmShot, look: FilmLook) -> int:
    facts = probe_video(shot.path)
    return max(1, round(facts.frames / facts.fps * float(look.fps)))


def _frames(shot: FilmShot, length: int, look: FilmLook) -> Iterator[FrameYUV]:
    """The frames of a shot in the size and rate of the film."""
    facts = probe_video(shot.path)
    scale = min(look.width / facts.width, look.height / facts.height)
    wide, tall = (2 * max(1, round(side * scale / 2)) for side in (facts.width, facts.height))
    wide, tall = min(wide, look.width), min(tall, look.height)
    frames = decode_frames(shot.path, wide, tall)
    if abs(facts.fps - float(look.fps)) > 1e-3:
        frames = retimed(frames, facts.fps, (i / float(look.fps) for i in range(length)))
    left, top = (look.width - wide) // 2, (look.height - tall) // 2
    last: FrameYUV | None = None
    for _ in range(length):
        picture = next(frames, None)
        if picture is not None or last is None:
            last = _black(look)
            if picture is not None:
                last[top : top + tall, left : left + wide] = picture
        yield last.copy()


def _black(look: FilmLook) -> FrameYUV:
    frame = np.empty((look.height, look.width, 3), np.uint8)
    frame[:] = (BLACK, 128, 128)
    return frame


def _slate(shot: FilmShot, look: FilmLook) -> FrameYUV:
    frame = _black(look)
    big = round(0.09 * look.height)
    _write(frame, shot.name, (look.width // 2, look.height // 2 - big), big, centred=True)
    _write(
        frame, shot.note[:90], (look.width // 2, look.height // 2 + big // 2), round(0.035 * look.height), centred=True
    )
    return frame


def _marked(frame: FrameYUV, shot: FilmShot, look: FilmLook, at: int) -> FrameYUV:
    """A frame with what is to be seen on it."""
    if look.ratio:
        _lines(frame, 0, round((look.height - look.width / look.ratio) / 2))
    if look.safe:
        _lines(frame, round(SAFE * look.width), round(SAFE * look.height))
    if look.burn_in:
        size, edge = round(TEXT_SHARE * look.height), round(0.022 * look.height)
        low = look.height - edge - size
        _write(frame, shot.name, (edge, edge), size)
        _write(frame, timecode(at, look.fps), (edge, low), size)
        _write(frame, shot.lens, (look.width - edge, edge), size, from_right=True)
        _write(frame, "DRAFT" if shot.is_draft else "", (look.width - edge, low), size, from_right=True)
    return frame


def _lines(frame: FrameYUV, left: int, top: int) -> None:
    height, width = frame.shape[:2]
    if 0 <= left < width // 2 and 0 < top < height // 2:
        cv2.rectangle(frame, (left, top), (width - 1 - left, height - 1 - top), (GUIDE, 128, 128), 1)


def timecode(frame: int, fps: Fraction) -> str:
    """HH:MM:SS:FF, without dropping."""
    rate = round(fps)
    return f"{frame // rate // 3600:02d}:{frame // rate // 60 % 60:02d}:{frame // rate % 60:02d}:{frame % rate:02d}"


@lru_cache(maxsize=256)
def _letters(text: str, size: int) -> tuple[FrameYUV, FrameYUV]:
    """White letters with a dark rim: Y'CbCr and three times the cover, uint8 (h, w, 3)."""
    font = ImageFont.load_default(size)
    left, _, right, bottom = (round(v) for v in font.getbbox(text, stroke_width=2))
    cover, letters = (Image.new("L", (right - left + 4, max(bottom, size) + 4)) for _ in range(2))
    ImageDraw.Draw(cover).text((2 - left, 0), text, 255, font, stroke_width=2)
    ImageDraw.Draw(letters).text((2 - left, 0), text, 255, font)
    rgb = np.repeat(np.asarray(letters, np.uint8)[..., None], 3, axis=2)
    return rgb_to_yuv(np.ascontiguousarray(rgb)), np.repeat(np.asarray(cover, np.uint8)[..., None], 3, axis=2)


def _write(
    frame: FrameYUV, text: str, at: tuple[int, int], size: int, *, from_right: bool = False, centred: bool = False
) -> None:
    """Write a line of text, in place."""
    if not text:
        return
    letters, cover = _letters(text, size)
    x = at[0] - (letters.shape[1] if from_right else letters.shape[1] // 2 if centred else 0)
    x, y = max(0, x), max(0, at[1])
    part = frame[y : y + letters.shape[0], x : x + letters.shape[1]]
    letters, cover = letters[: part.shape[0], : part.shape[1]], cover[: part.shape[0], : part.shape[1]]
    under = cv2.multiply(part, cv2.bitwise_not(cover), scale=1 / 255)
    part[:] = cv2.add(under, cv2.multiply(letters, cover, scale=1 / 255))
