"""Where the target of an operation is: the subject, a part of it, something of a colour, sky, grass or water.

There is no detector: a part is found by colour, place and the subject's matte, and only counts when there is enough of it and
not too much, in the beginning, the middle and the end of the clip. A new part is a row of `PARTS`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from shotwright.core.prompt.lexer import tokenize
from shotwright.core.prompt.vocabulary import ANIMAL_NOUNS, KNOWN_WORDS, PEOPLE_NOUNS, STAND_INS
from shotwright.media.colour import COLOUR_RGB, FrameYUV, Mask, rgb_pixel

if TYPE_CHECKING:
    from shotwright.core.plan import Edit
    from shotwright.engines.analysis.edit_source import EditSource

Find = Callable[[FrameYUV, "EditSource", int], Mask]
"""Where something is in a frame, uint8 (H, W)."""
SUBJECT_WORDS = frozenset({
    "subject", "figure", "animal", "vehicle", "creature", "actor", "performer", "player", "model", "him", "her", "them", "it", "he", "she",
    "they", "everyone", "somebody", "someone", "passenger", "driver", "object",
})  # fmt: skip
SHARES = (0.003, 0.6)
"""Share of the frame that a part must cover to count as found."""
NOT_KNOWN = "no part of the picture could be identified as it"
COLOUR_REACH = 26.0
WORK_SCALE = 0.5
CLOTH_LUMA, CLOTH_CHROMA = 52, 30
"""How far a piece of cloth departs from its main colour, 8-bit code values."""


def finder_of(edit: Edit, source: EditSource) -> Find | None:
    """How to find the target of an operation; None, and named, when there is not enough evidence."""
    find = sought(edit)
    if find is None:
        source.skip(edit, NOT_KNOWN)
        return None
    if find is subject:
        if not source.analysis.has_subject:
            source.skip(edit, "no subject stands out clearly enough")
            return None
        return subject
    if not _is_there(find, source):
        source.skip(edit, "no part of the picture could be identified as it with certainty")
        return None
    return find


def sought(edit: Edit) -> Find | None:
    """How the target of an operation is looked for, by its words alone; None for what nothing here can find."""
    words = [
        token.lemma for token in tokenize(edit.target or edit.what or "subject", KNOWN_WORDS) if token.kind == "word"
    ]
    part = next((PARTS[word] for word in reversed(words) if word in PARTS), None)
    colour = next((word for word in words if word in COLOUR_RGB), None)
    noun = next((word for word in reversed(words) if word not in COLOUR_RGB), "subject")
    if part is not None:
        return part
    if colour is not None and noun not in PEOPLE_NOUNS:
        return _of_colour(colour)
    is_subject = noun in SUBJECT_WORDS or noun in PEOPLE_NOUNS or noun in ANIMAL_NOUNS
    return subject if is_subject or STAND_INS.first(tokenize(noun, KNOWN_WORDS)) is not None else None


def _is_there(find: Find, source: EditSource) -> bool:
    shares = [
        float((find(source.frame_at(share), source, int(share * (source.frames - 1))) > 128).mean())
        for share in (0.1, 0.5, 0.9)
    ]
    return sum(SHARES[0] < share < SHARES[1] for share in shares) >= 2


def subject(frame: FrameYUV, source: EditSource, index: int) -> Mask:
    """The main subject."""
    del frame
    return source.mask(index)


def _small(frame: FrameYUV) -> FrameYUV:
    return np.asarray(cv2.resize(frame, None, fx=WORK_SCALE, fy=WORK_SCALE, interpolation=cv2.INTER_AREA), np.uint8)


def _large(mask: NDArray[np.bool_], frame: FrameYUV, *, keep_largest: bool = False) -> Mask:
    """A clean soft mask at the size of the frame."""
    solid = cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    solid = cv2.morphologyEx(solid, cv2.MORPH_CLOSE, np.ones((9, 9), np.uint8))
    if keep_largest:
        count, labels, stats, _ = cv2.connectedComponentsWithStats(solid)
        if count > 1:
            largest = int(stats[1:, 4].max())
            kept = [n for n in range(1, count) if stats[n, 4] > 0.2 * largest]
            solid = np.isin(labels, kept).astype(np.uint8)
    soft = cv2.GaussianBlur(np.asarray(solid * 255, np.uint8), (0, 0), 1.4)
    return np.asarray(cv2.resize(soft, (frame.shape[1], frame.shape[0]), interpolation=cv2.INTER_LINEAR), np.uint8)


def _of_colour(name: str) -> Find:
    y, cb, cr = rgb_pixel(*COLOUR_RGB[name])
    is_grey = abs(cb - 128) + abs(cr - 128) < 14

    def find(frame: FrameYUV, source: EditSource, index: int) -> Mask:
        del source, index
        small = _small(frame).astype(np.int16)
        chroma = np.hypot(small[..., 1] - 128, small[..., 2] - 128)
        if is_grey:
            near = (chroma < 12) & (np.abs(small[..., 0] - y) < 46)
        else:
            turn = np.abs(
                np.angle(
                    np.exp(1j * (np.arctan2(small[..., 2] - 128, small[..., 1] - 128) - np.arctan2(cr - 128, cb - 128)))
                )
            )
            near = (turn < np.radians(COLOUR_REACH)) & (chroma > 22)
        return _large(np.asarray(near, np.bool_), frame, keep_largest=True)

    return find


def _skin(small: NDArray[np.int16]) -> NDArray[np.bool_]:
    return np.asarray(
        (small[..., 1] > 86)
        & (small[..., 1] < 126)
        & (small[..., 2] > 136)
        & (small[..., 2] < 178)
        & (small[..., 0] > 54),
        np.bool_,
    )


def _of_body(top: float, bottom: float, *, skin: bool | None = None, dark: bool = False, cloth: bool = False) -> Find:
    """A part of a person, between two heights of the subject's box: skin or not, dark, or a cloth of one main colour."""

    def find(frame: FrameYUV, source: EditSource, index: int) -> Mask:
        small = _small(frame).astype(np.int16)
        body = cv2.resize(source.mask(index), (small.shape[1], small.shape[0]), interpolation=cv2.INTER_AREA) > 128
        _, y0, _, y1 = (value * WORK_SCALE for value in source.box(index))
        scale = 2.2 if source.analysis.is_cut_off_below else 1.0
        rows = np.arange(small.shape[0])[:, None]
        low, high = y0 + top * scale * (y1 - y0), y0 + min(1.0, bottom * scale) * (y1 - y0)
        inside = body & (rows >= low) & (rows < high)
        if skin is not None:
            inside &= _skin(small) == skin
        if dark:
            inside &= small[..., 0] < 120
        elif cloth and inside.any():
            main = np.median(
                small[inside & (rows > (low + high) / 2)]
                if (inside & (rows > (low + high) / 2)).any()
                else small[inside],
                axis=0,
            )
            away = np.abs(small - main)
            inside &= (away[..., 0] < CLOTH_LUMA) & (away[..., 1] + away[..., 2] < CLOTH_CHROMA)
        return _large(np.asarray(inside, np.bool_), frame, keep_largest=True)

    return find


def _outside(
    test: Callable[[NDArray[np.int16], NDArray[np.float64]], NDArray[np.bool_]], *, from_top: bool = False
) -> Find:
    """A part of the place: a test of colours and heights (0 above, 1 below), without the subject."""

    def find(frame: FrameYUV, source: EditSource, index: int) -> Mask:
        small = _small(frame).astype(np.int16)
        rows = (np.arange(small.shape[0]) / small.shape[0])[:, None]
        found = test(small, rows)
        if source.analysis.has_subject:
            found &= (
                cv2.resize(source.mask(index), (small.shape[1], small.shape[0]), interpolation=cv2.INTER_AREA) < 128
            )
        if from_top:
            _, labels = cv2.connectedComponents(found.astype(np.uint8))
            above = np.unique(labels[:3])
            found = np.isin(labels, above[above > 0])
        return _large(np.asarray(found, np.bool_), frame)

    return find


def _smooth(small: NDArray[np.int16]) -> NDArray[np.bool_]:
    luma = np.ascontiguousarray(small[..., 0].astype(np.uint8))
    edges = cv2.dilate(cv2.Canny(luma, 40, 100), np.ones((3, 3), np.uint8))
    return np.asarray(edges == 0, np.bool_)


_sky = _outside(
    lambda s, y: _smooth(s) & (y < 0.75) & (s[..., 0] > 90) & (s[..., 1] > 118) & (s[..., 2] < 136), from_top=True
)
_grass = _outside(lambda s, y: (s[..., 1] < 122) & (s[..., 2] < 127) & (s[..., 0] > 36) & (y > 0.25))
_leaves = _outside(lambda s, y: (s[..., 1] < 124) & (s[..., 2] < 127) & (s[..., 0] > 24) & (y >= 0))
_water = _outside(lambda s, y: (s[..., 1] > 132) & (s[..., 2] < 126) & (y > 0.3))
_hair, _face = _of_body(0.0, 0.13, skin=False, dark=True), _of_body(0.0, 0.2, skin=True)
_top, _legs = _of_body(0.16, 0.56, cloth=True), _of_body(0.52, 0.93, cloth=True)

PARTS: dict[str, Find] = {
    "sky": _sky, "cloud": _sky, "grass": _grass, "lawn": _grass, "meadow": _grass, "leaf": _leaves, "foliage": _leaves, "tree": _leaves, "forest": _leaves,
    "water": _water, "sea": _water, "ocean": _water, "lake": _water, "river": _water,
    "hair": _hair, "face": _face, "skin": _face, "shirt": _top, "jacket": _top, "coat": _top, "hoodie": _top, "sweater": _top, "suit": _top, "blouse": _top,
    "top": _top, "vest": _top, "dress": _of_body(0.16, 0.8, cloth=True), "outfit": _of_body(0.16, 0.93, cloth=True), "clothes": _of_body(0.16, 0.93, cloth=True),
    "clothing": _of_body(0.16, 0.93, cloth=True), "pants": _legs, "trousers": _legs, "jeans": _legs, "skirt": _legs,
}  # fmt: skip
