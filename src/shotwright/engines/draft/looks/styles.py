"""Styles and moods: one record each, with its grade and, where it draws as well as grades, its painter. A new one is a row here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from shotwright.engines.draft.grade import NEUTRAL, Grade
from shotwright.engines.draft.looks import drawn
from shotwright.media.colour import FrameRGB, FrameYUV, rgb_to_yuv, yuv_to_rgb


@dataclass(frozen=True)
class Style:
    """A look by words.

    Attributes:
        grade: Of the whole picture.
        draw: Draws a texture in it, uint8 (H, W, 3) sRGB; None where the grade is enough.
    """

    grade: Grade = NEUTRAL
    draw: Callable[[FrameRGB], FrameRGB] | None = None


STYLES: dict[str, Style] = {
    "cinematic": Style(Grade(contrast=1.08, saturation=1.02)),
    "noir": Style(Grade(-0.2, 1.4, -0.02, 0.0), drawn.film),
    "black_and_white": Style(Grade(contrast=1.1, saturation=0.0)),
    "vintage_film": Style(Grade(0.0, 0.92, 0.04, 0.8, warmth=9, magenta=3), drawn.film),
    "cyberpunk": Style(Grade(-0.6, 1.2, 0.0, 1.4, warmth=-8, magenta=10)),
    "documentary": Style(Grade(saturation=0.95)),
    "anime": Style(Grade(0.25, 1.08, 0.0, 1.35), drawn.anime),
    "cartoon": Style(Grade(0.25, 1.02, 0.02, 1.12), drawn.cartoon),
    "watercolor": Style(Grade(0.35, 0.82, 0.06, 0.9), drawn.watercolor),
    "oil_painting": Style(Grade(0.0, 1.08, 0.0, 1.2), drawn.oil_painting),
    "sketch": Style(Grade(0.4, 1.3, 0.05, 0.0), drawn.sketch),
    "claymation": Style(Grade(0.1, 1.05, 0.0, 1.15), drawn.claymation),
    "origami": Style(Grade(0.25, 0.95, 0.03, 1.1), drawn.origami),
    "comic": Style(Grade(0.1, 1.25, 0.0, 1.35), drawn.comic),
    "pixel_art": Style(Grade(0.1, 1.15, 0.0, 1.3), drawn.pixel_art),
    "artwork": Style(NEUTRAL, drawn.artwork),
    "playblast": Style(Grade(saturation=0.0), drawn.playblast),
}  # fmt: skip

MOODS: dict[str, Grade] = {
    "hopeful": Grade(0.15, warmth=4),
    "warm": Grade(warmth=7),
    "calm": Grade(contrast=0.95),
    "tense": Grade(-0.4, 1.1, saturation=0.8),
    "melancholic": Grade(-0.2, saturation=0.75, warmth=-5),
    "dreamy": Grade(0.15, 0.88, 0.05, magenta=3),
    "epic": Grade(0.0, 1.12, saturation=1.08),
    "mysterious": Grade(-0.6, 1.08, saturation=0.85, warmth=-5),
    "joyful": Grade(0.15, saturation=1.15),
    "romantic": Grade(0.05, 0.95, 0.02, magenta=5, warmth=5),
    "energetic": Grade(contrast=1.1, saturation=1.15),
}  # fmt: skip


def in_look(texture: FrameYUV, style: str | None) -> FrameYUV:
    """A texture in a look, uint8 (H, W, 3) Y'CbCr; the very same array when the style needs no more than its grade."""
    row = STYLES.get(style or "")
    if row is None or row.draw is None:
        return texture
    height, width = texture.shape[:2]
    scale = min(1.0, drawn.WORK_PX / max(width, height))
    rgb = yuv_to_rgb(texture)
    if scale < 1:
        rgb = np.asarray(cv2.resize(rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
    painted = row.draw(rgb)
    if scale < 1:
        interpolation = cv2.INTER_NEAREST if style == "pixel_art" else cv2.INTER_CUBIC
        painted = np.asarray(cv2.resize(painted, (width, height), interpolation=interpolation), np.uint8)
    return rgb_to_yuv(painted)
