"""What a draft found in a clip, as data and as a picture: camera path, subject track, the place without the subject, palette."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from shotwright.engines.analysis.cache import Cache
from shotwright.engines.analysis.clip import ClipAnalysis, analyse
from shotwright.engines.analysis.mosaic import build_mosaic
from shotwright.media.colour import FrameRGB, yuv_to_rgb
from shotwright.media.decode import decode_frame_at
from shotwright.media.images import save_jpeg
from shotwright.media.probe import probe_video

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from shotwright.core.limits import VideoFacts
    from shotwright.engines.base import Progress

WIDE, PLOT_H, STRIP = 960, 240, 48
MOVES = ((0, 1, "pans or trucks left"), (0, -1, "pans or trucks right"), (1, 1, "tilts or rises up"), (1, -1, "tilts or sinks down"),
         (2, 1, "moves or zooms in"), (2, -1, "moves or zooms out"), (3, 1, "rolls"), (3, -1, "rolls"))  # fmt: skip
SEEN = 0.03
"""Shift in frame widths, or log of the scale, or radians, from which a move is named."""


def describe_clip(path: Path, picture: Path | None, progress: Progress) -> dict[str, Any]:
    """Analyse a clip.

    Args:
        path: The clip.
        picture: Where to draw what was found, as JPEG; None for no picture.
        progress: Told of every frame.

    Raises:
        UnsupportedVideoFormat, VideoLoadError: It cannot be read.
    """
    facts = probe_video(path, ("clip",))

    def tick(index: int) -> None:
        progress("analyse", min(1.0, index / max(1, facts.frames)))

    found = analyse(path, facts, Cache(None), tick)
    if picture is not None:
        save_jpeg(_drawn(path, facts, found, tick), picture)
    return {
        "width": facts.width, "height": facts.height, "fps": round(facts.fps, 3), "frames": len(found.mattes), "duration_s": round(facts.duration_s, 3),
        "has_audio": facts.has_audio, "shots": [list(pair) for pair in _shots(found)], "camera": [_camera(found, *pair) for pair in _shots(found)],
        "handheld": round(found.shake, 5), "pace": round(found.pace, 4), "subject_share": round(found.share, 4), "has_subject": found.has_subject,
        "palette": ["#" + "".join(f"{int(c):02x}" for c in colour) for colour in found.palette], "grain": round(found.grain, 2), "letterbox": round(found.letterbox, 4),
    }  # fmt: skip


def _shots(found: ClipAnalysis) -> list[tuple[int, int]]:
    edges = [0, *found.cuts, len(found.mattes)]
    return list(itertools.pairwise(edges))


def _camera(found: ClipAnalysis, first: int, end: int) -> str:
    total = found.motion.steps[first : max(first, end - 1)].sum(axis=0) if end - first > 1 else np.zeros(4)
    names = [name for axis, sign, name in MOVES if sign * total[axis] > SEEN]
    return ", ".join(names) or "stands still"


def _drawn(path: Path, facts: VideoFacts, found: ClipAnalysis, tick: Any) -> FrameRGB:  # noqa: ANN401  (a callback)
    """The picture: the subject's track, the place, the path, the palette, one below the other."""
    height = round(WIDE * facts.height / facts.width / 2) * 2
    first, end = max(_shots(found), key=lambda pair: pair[1] - pair[0])
    shown = yuv_to_rgb(decode_frame_at(path, (first + end) // 2, WIDE, height))
    for index in range(first, end, max(1, (end - first) // 24)):
        left, top, right, bottom = found.boxes[index] * (WIDE, height, WIDE, height)
        cv2.rectangle(shown, (round(left), round(top)), (round(right), round(bottom)), (255, 200, 40), 1, cv2.LINE_AA)
        cv2.circle(shown, (round((left + right) / 2), round((top + bottom) / 2)), 3, (255, 60, 60), -1, cv2.LINE_AA)
    matrices = found.motion.matrices(WIDE, found.cuts)
    mosaic = build_mosaic(path, found, (WIDE, height), (first, end), matrices, tick=tick)
    place = yuv_to_rgb(mosaic.picture)
    scale = min(WIDE / place.shape[1], height / place.shape[0])
    small = cv2.resize(place, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    framed = np.full((height, WIDE, 3), 32, np.uint8)
    y, x = (height - small.shape[0]) // 2, (WIDE - small.shape[1]) // 2
    framed[y : y + small.shape[0], x : x + small.shape[1]] = small
    return np.vstack([shown, framed, _plot(found.motion.steps), _swatches(found.palette)])


def _plot(steps: NDArray[np.float64]) -> FrameRGB:
    sheet = np.full((PLOT_H, WIDE, 3), 250, np.uint8)
    path = np.vstack([np.zeros((1, 4)), np.cumsum(steps, axis=0)]) if len(steps) else np.zeros((2, 4))
    top = max(0.05, float(np.abs(path).max()))
    cv2.line(sheet, (0, PLOT_H // 2), (WIDE, PLOT_H // 2), (190, 190, 190), 1)
    for axis, (name, colour) in enumerate(
        (("right", (45, 125, 210)), ("down", (110, 160, 4)), ("scale", (244, 93, 1)), ("roll", (142, 68, 173)))
    ):
        points = np.stack(
            [np.linspace(0, WIDE - 1, len(path)), PLOT_H / 2 - path[:, axis] / top * PLOT_H * 0.44], axis=1
        )
        cv2.polylines(
            sheet, [points.round().astype(np.int32)], isClosed=False, color=colour, thickness=2, lineType=cv2.LINE_AA
        )
        cv2.putText(sheet, name, (10 + 90 * axis, PLOT_H - 10), cv2.FONT_HERSHEY_SIMPLEX, 0.5, colour, 1, cv2.LINE_AA)
    return sheet


def _swatches(palette: NDArray[np.uint8]) -> FrameRGB:
    wide = WIDE // len(palette)
    row = np.hstack([np.full((STRIP, wide, 3), colour, np.uint8) for colour in palette])
    return np.asarray(cv2.resize(row, (WIDE, STRIP), interpolation=cv2.INTER_NEAREST), np.uint8)
