"""Where an element is in a frame: its views, laid over the frame in many sizes, where they agree best.

Works for photographs and for drawings: masked correlation of luma and chroma, no features needed.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import cv2
import numpy as np

from shotwright.media.images import load_image

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from shotwright.media.colour import FrameRGB, Mask

SCALES = np.geomspace(0.12, 0.98, 12)
"""Heights of an element in frame heights that are tried."""
FOUND = 0.7
SMALLEST_PX = 30
"""Smaller than this, an element looks like anything."""
SOLID = 128


@dataclass(frozen=True)
class Found:
    """Where an element was found.

    Attributes:
        score: Agreement, up to 1.
        box: Left, top, width and height in pixels of the frame that was searched.
        view: Number of the view.
        mirrored: Whether the view is shown mirrored.
    """

    score: float
    box: tuple[int, int, int, int]
    view: int
    mirrored: bool


@lru_cache(maxsize=32)
def view_of(path: Path) -> tuple[FrameRGB, Mask] | None:
    """A view and its matte, trimmed; None when the picture says nothing about what belongs to the element."""
    rgb, alpha = load_image(path)
    if alpha is None:
        return None
    rows, columns = np.where(alpha > SOLID)
    if len(rows) < 64:
        return None
    part = slice(rows.min(), rows.max() + 1), slice(columns.min(), columns.max() + 1)
    return np.ascontiguousarray(rgb[part]), np.ascontiguousarray(alpha[part])


def locate(frame: FrameRGB, views: Sequence[Path]) -> Found | None:
    """Find an element in a frame, uint8 (h, w, 3) sRGB; None when no view can be searched for or none is found."""
    best: Found | None = None
    for number, path in enumerate(views):
        view = view_of(path)
        if view is None:
            continue
        for mirrored in (False, True) if number else (False,):
            for share in SCALES:
                found = _match(frame, view, float(share), number, mirrored=mirrored)
                if found and (best is None or found.score > best.score):
                    best = found
    return best if best and best.score >= FOUND else None


def _match(frame: FrameRGB, view: tuple[FrameRGB, Mask], share: float, number: int, *, mirrored: bool) -> Found | None:
    rgb, alpha = scaled(view, round(share * frame.shape[0]), mirrored=mirrored)
    height, width = alpha.shape
    if height < SMALLEST_PX or width < SMALLEST_PX // 3 or height > frame.shape[0] or width > frame.shape[1]:
        return None
    mask = (alpha > SOLID).astype(np.uint8)
    scores = cv2.matchTemplate(frame, rgb, cv2.TM_CCOEFF_NORMED, mask=np.dstack([mask] * 3))
    scores = np.where(np.isfinite(scores), scores, -1)
    y, x = np.unravel_index(int(np.argmax(scores)), scores.shape)
    return Found(min(1.0, float(scores[y, x])), (int(x), int(y), width, height), number, mirrored)


def scaled(view: tuple[FrameRGB, Mask], height: int, *, mirrored: bool) -> tuple[FrameRGB, Mask]:
    """A view at another height."""
    rgb, alpha = view
    size = (max(1, round(rgb.shape[1] * height / rgb.shape[0])), max(1, height))
    small = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA)
    mask = cv2.resize(alpha, size, interpolation=cv2.INTER_AREA)
    if mirrored:
        small, mask = cv2.flip(small, 1), cv2.flip(mask, 1)
    return np.ascontiguousarray(small, np.uint8), np.ascontiguousarray(mask, np.uint8)


def histogram_distance(frame: FrameRGB, found: Found, views: Sequence[Path]) -> float | None:
    """Earth mover's distance of the colours (Lab a and b) of an element in a frame to those of its picture, 0..1; None when
    too little of it is seen."""
    view = view_of(views[found.view])
    if view is None:
        return None
    x, y, width, height = found.box
    rgb, alpha = scaled(view, height, mirrored=found.mirrored)
    mask = cv2.erode((alpha > 200).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    shown = np.asarray(cv2.cvtColor(frame[y : y + height, x : x + width], cv2.COLOR_RGB2LAB), np.uint8)
    asked = np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2LAB), np.uint8)
    rows, columns = min(mask.shape[0], shown.shape[0]), min(mask.shape[1], shown.shape[1])
    mask = mask[:rows, :columns]
    if mask.sum() < 20:
        return None
    return float(np.mean([_distance(shown[:rows, :columns, c][mask], asked[:rows, :columns, c][mask]) for c in (1, 2)]))


def _distance(a: NDArray[np.uint8], b: NDArray[np.uint8]) -> float:
    one, two = (np.cumsum(np.bincount(values, minlength=256)) / len(values) for values in (a, b))
    return float(np.abs(one - two).sum() / 256)


def rim_gap(frame: FrameRGB, found: Found, views: Sequence[Path]) -> float | None:
    """Difference of brightness (Lab L, 0..255) between an element's edge and what is around it."""
    view = view_of(views[found.view])
    if view is None:
        return None
    x, y, width, height = found.box
    _, alpha = scaled(view, height, mirrored=found.mirrored)
    solid = (alpha > 200).astype(np.uint8)
    around = cv2.dilate(solid, np.ones((9, 9), np.uint8)) - cv2.dilate(solid, np.ones((3, 3), np.uint8))
    inner = solid - cv2.erode(solid, np.ones((5, 5), np.uint8))
    luma = cv2.cvtColor(frame[y : y + height, x : x + width], cv2.COLOR_RGB2LAB)[..., 0]
    rows, columns = min(luma.shape[0], solid.shape[0]), min(luma.shape[1], solid.shape[1])
    a, b = (luma[:rows, :columns][part[:rows, :columns] > 0] for part in (inner, around))
    return abs(float(a.mean()) - float(b.mean())) if len(a) and len(b) else None
