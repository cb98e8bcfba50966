"""Where a local edit may change a frame, found by the draft engine's own analysis of the clip; and the source put back elsewhere.

There is no segmenter: what the draft engine cannot find with certainty stays open as a whole. No torch. Source: diffusion-engines 5.3.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import cv2
import numpy as np

from shotwright.core.prompt.lexer import tokenize
from shotwright.core.prompt.vocabulary import KNOWN_WORDS, PEOPLE_NOUNS
from shotwright.engines.analysis.cache import Cache
from shotwright.engines.analysis.edit_source import EditSource
from shotwright.engines.analysis.region import PARTS, SUBJECT_WORDS, finder_of
from shotwright.media.colour import COLOUR_RGB
from shotwright.media.decode import decode_frames

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from shotwright.core.plan import Edit, ShotPlan
    from shotwright.engines.base import Shot
    from shotwright.media.colour import Mask

LOCAL_EDITS = frozenset({"replace", "add", "remove", "recolour", "attribute", "material"})
GROWN = 0.04
"""How much wider than what was found the place of a change is, in shares of the frame's width."""
QUALIFIERS = frozenset(
    {
        "second",
        "third",
        "other",
        "another",
        "background",
        "foreground",
        "left",
        "right",
        "behind",
        "both",
        "all",
        "every",
        "crowd",
    }
)
UPRIGHT = 1.2
"""Height over width from which a subject may be a person who stands."""
DIFFERS = 14.0
"""Mean difference of the three channels, in 8-bit code values, above which a place was edited."""


def is_local(plan: ShotPlan) -> bool:
    """Whether an edit changes some things and leaves the others."""
    return bool(plan.edits) and all(edit.op in LOCAL_EDITS for edit in plan.edits)


def edit_mask(
    shot: Shot, size: tuple[int, int], indices: Sequence[int], tick: Callable[[int], None]
) -> tuple[NDArray[np.uint8] | None, str]:
    """Where the edits of a shot may change its source.

    Args:
        shot: An edit.
        size: Width and height of the canvas, pixels.
        indices: Frames of the source.
        tick: Called for each frame that is read; may raise `Cancelled`.

    Returns:
        uint8 (len(indices), H, W), 255 where a frame may change, and an empty text; or None, and why nothing could be found.
    """
    assert shot.video is not None  # noqa: S101  (an edit has a video)
    if any(edit.op == "add" for edit in shot.plan.edits):
        return None, "what is added has no place in the source"
    placed = replace(shot, output=replace(shot.output, width=size[0], height=size[1]))
    source = EditSource.of(placed, Cache(shot.cache), tick)
    doubt = next((text for edit in shot.plan.edits if (text := _doubt(edit, source, shot))), "")
    if doubt:
        return None, doubt
    finders = [(edit, finder_of(edit, source)) for edit in shot.plan.edits]
    places = [(edit, find) for edit, find in finders if find is not None]
    if len(places) < len(finders):
        return None, "; ".join(source.not_rendered)
    wanted, last = set(indices), max(indices)
    found: dict[int, Mask] = {}
    for index, frame in enumerate(decode_frames(shot.video, *size)):
        tick(index)
        if index in wanted:
            found[index] = np.maximum.reduce([_opened(find(frame, source, index), edit) for edit, find in places])
        if index >= last:
            break
    return np.stack([found[min(index, max(found))] for index in indices]), ""


def _doubt(edit: Edit, source: EditSource, shot: Shot) -> str:
    """Why "the main subject" may not be what is meant: the draft may guess there, a mask may not."""
    said = {token.lemma for token in tokenize(str(shot.arguments.get("prompt", "")), KNOWN_WORDS)}
    target = [token.lemma for token in tokenize(edit.target or "", KNOWN_WORDS) if token.kind == "word"]
    if said & QUALIFIERS:
        return f"which one is meant is not certain ({', '.join(sorted(said & QUALIFIERS))})"
    if not target or any(word in PARTS or word in COLOUR_RGB or word in SUBJECT_WORDS for word in target):
        return ""
    boxes = [source.box(index) for index in range(0, source.frames, max(1, source.frames // 8))]
    upright = float(np.median([(bottom - top) / max(1.0, right - left) for left, top, right, bottom in boxes]))
    if any(word in PEOPLE_NOUNS for word in target) and upright > UPRIGHT:
        return ""
    return f"nothing shows that the main subject is {edit.target}"


def _opened(mask: Mask, edit: Edit) -> Mask:
    """Room around what was found; a box where something of another shape comes in."""
    grown = round(mask.shape[1] * GROWN) | 1
    solid = np.asarray(mask > 128, np.uint8)
    if edit.op == "replace" and solid.any():
        left, top, width, height = cv2.boundingRect(solid)
        solid[top : top + height, left : left + width] = 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (grown, grown))
    return np.asarray(cv2.dilate(solid, kernel) * 255, np.uint8)


def pasted_back(
    edited: NDArray[np.uint8], source: NDArray[np.uint8], mask: NDArray[np.uint8] | None = None
) -> NDArray[np.uint8]:
    """An edit with the source's own pixels where it has no business, and where the two hardly differ; borders are soft.

    Args:
        edited: uint8 (F, H, W, 3).
        source: The same frames of the source.
        mask: uint8 (F, H, W), 255 where the edit may change something; None: anywhere.
    """
    out = np.empty_like(edited)
    near = max(3, edited.shape[2] // 40 | 1)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (near, near))
    for index, (new, old) in enumerate(zip(edited, source, strict=True)):
        difference = cv2.GaussianBlur(cv2.cvtColor(cv2.absdiff(new, old), cv2.COLOR_RGB2GRAY), (0, 0), near / 4)
        changed = cv2.dilate(np.asarray(difference > DIFFERS, np.uint8) * 255, kernel)
        if mask is not None:
            changed = cv2.min(changed, mask[index])
        share = cv2.GaussianBlur(changed, (0, 0), near / 3)[..., None].astype(np.uint16)
        out[index] = ((new * share + old * (255 - share) + 127) // 255).astype(np.uint8)
    return out
