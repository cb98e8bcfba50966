"""Whatever has no picture: a plain box of sensible size with its name on it, as previz has always done."""

from __future__ import annotations

from contextvars import ContextVar
from functools import lru_cache

import cv2
import numpy as np

from shotwright.engines.analysis.cutout import CutOut
from shotwright.media.colour import rgb_to_yuv

ASPECTS = {
    "building": 1.3,
    "vehicle": 2.0,
    "furniture": 1.3,
    "animal": 1.3,
    "person": 0.45,
    "plant": 0.8,
    "nature": 1.6,
}
"""Width / height of a box by the kind of thing."""
TONE = (168, 162, 150)
FONT = cv2.FONT_HERSHEY_SIMPLEX
PX, BOXES_KEPT = 420, 32
LETTERED: ContextVar[bool] = ContextVar("lettered", default=True)
"""Whether boxes bear their names in the render that runs."""


def box_of(name: str, kind: str, colour: tuple[int, int, int] | None) -> CutOut:
    """A box with a name; without letters where `LETTERED` is off."""
    return _box(name if LETTERED.get() else "", kind, colour)


@lru_cache(maxsize=BOXES_KEPT)
def _box(name: str, kind: str, colour: tuple[int, int, int] | None) -> CutOut:
    aspect = ASPECTS.get(kind, 1.0)
    tall, wide = PX, max(160, round(PX * aspect))
    face = np.array(colour or TONE, np.float64)
    side, top = round(0.1 * wide), round(0.1 * tall)
    picture = np.zeros((tall, wide, 3), np.uint8)
    alpha = np.zeros((tall, wide), np.uint8)
    front = np.array([[0, top], [wide - side, top], [wide - side, tall], [0, tall]])
    lid = np.array([[0, top], [side, 0], [wide, 0], [wide - side, top]])
    flank = np.array([[wide - side, top], [wide, 0], [wide, tall - top], [wide - side, tall]])
    for shape, light in ((front, 1.0), (lid, 1.18), (flank, 0.7)):
        cv2.fillConvexPoly(picture, shape.astype(np.int32), np.clip(face * light, 0, 255).tolist(), cv2.LINE_AA)
        cv2.fillConvexPoly(alpha, shape.astype(np.int32), 255, cv2.LINE_AA)
    if name:
        _write(picture[top:, : wide - side], name.upper(), dark=float(face.mean()) > 110)
    return CutOut(rgb_to_yuv(picture), alpha)


def _write(face: np.ndarray, name: str, *, dark: bool) -> None:
    """The name on the front, in as many lines as words, as large as fits."""
    lines = name.split() if len(name) > 10 else [name]
    height, width = face.shape[:2]
    widest = max(cv2.getTextSize(line, FONT, 1.0, 2)[0][0] for line in lines)
    scale = min(0.86 * width / widest, 0.7 * height / (len(lines) * 40), 4.0)
    thick = max(1, round(2.4 * scale))
    tone = (30, 30, 34) if dark else (236, 236, 236)
    step = 40 * scale
    y = height / 2 - step * (len(lines) - 1) / 2 + 11 * scale
    for line in lines:
        (wide, _), _ = cv2.getTextSize(line, FONT, scale, thick)
        cv2.putText(face, line, (round((width - wide) / 2), round(y)), FONT, scale, tone, thick, cv2.LINE_AA)
        y += step
