"""Draws a test card: colour bars, a running bar, frame number, time code, endpoint, size and seed; the source's sound where it is kept.

It says which request it answers, so that a test can read it; it obeys size, rate, length and `keep_audio`, and nothing of the prompt.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import cv2
import numpy as np

from shotwright.core.catalog import find_endpoint
from shotwright.engines.base import Rendered
from shotwright.engines.deliver import write_clip
from shotwright.media.colour import rgb_to_yuv

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from shotwright.engines.base import Progress, Shot
    from shotwright.media.colour import FrameYUV

BARS = ((191, 191, 191), (191, 191, 0), (0, 191, 191), (0, 191, 0), (191, 0, 191), (191, 0, 0), (0, 0, 191))
"""75 % colour bars, sRGB. Source: SMPTE EG 1-1990."""
BAR_FRACTION = 0.67
WHITE = (235, 128, 128)
NOT_RENDERED = "the prompt (a test card answers every request alike)"


class TestCardEngine:
    """Answers every request with a test card."""

    __test__ = False  # no class of tests, whatever its name says
    name = "testcard"

    def render(self, shot: Shot, workdir: Path, progress: Progress) -> Rendered:
        """Draw the card of a request into `workdir / "output.mp4"`; see `Engine.render`."""
        started = time.perf_counter()
        path, spec = workdir / "output.mp4", shot.output
        progress("render", 0.0, f"Drawing {spec.frames} frames of a test card at {spec.width}x{spec.height}")
        write_clip(path, _frames(shot), shot, progress, first=0.0)
        return Rendered(path, (NOT_RENDERED,), metrics={"render_s": round(time.perf_counter() - started, 3)})


def _frames(shot: Shot) -> Iterator[FrameYUV]:
    spec = shot.output
    card = _card(shot)
    top, scale = round(spec.height * BAR_FRACTION), spec.height / 720
    for index in range(spec.frames):
        frame = card.copy()
        x = spec.width * index // spec.frames
        cv2.rectangle(frame, (x, top), (x + max(2, spec.width // 120), top + spec.height // 24), WHITE, -1)
        seconds = index / float(spec.fps)
        text = f"{index:05d}  {int(seconds // 60):02d}:{seconds % 60:06.3f}"
        _write(frame, text, (round(40 * scale), round(620 * scale)), 2.2 * scale)
        yield frame


def _card(shot: Shot) -> FrameYUV:
    """What stays the same in all frames."""
    spec, scale = shot.output, shot.output.height / 720
    picture = np.zeros((spec.height, spec.width, 3), np.uint8)
    edges = np.linspace(0, spec.width, len(BARS) + 1).astype(int)
    for colour, left, right in zip(BARS, edges, edges[1:], strict=False):
        picture[: round(spec.height * BAR_FRACTION), left:right] = colour
    card = rgb_to_yuv(picture)
    line = f"{spec.width}x{spec.height}  {float(spec.fps):g} fps  {spec.frames} frames  seed {shot.seed}"
    _write(card, find_endpoint(shot.endpoint_id).canonical_id, (round(40 * scale), round(665 * scale)), 0.8 * scale)
    _write(card, line, (round(40 * scale), round(700 * scale)), 0.8 * scale)
    return card


def _write(frame: FrameYUV, text: str, at: tuple[int, int], scale: float) -> None:
    cv2.putText(frame, text, at, cv2.FONT_HERSHEY_SIMPLEX, scale, WHITE, max(1, round(2 * scale)), cv2.LINE_AA)
