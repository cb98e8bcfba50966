"""Edits of the whole picture, and camera work that only looks like an edit: "make it a rainy night with lightning", "apply the
colour grading of @Image1", "change the angle to a worm's eye view"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shotwright.core.plan import Edit
from shotwright.core.prompt import syntax
from shotwright.core.prompt import vocabulary as v
from shotwright.core.prompt.grammar import ARTICLES
from shotwright.core.prompt.phrases import PhraseTable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shotwright.core.prompt.lexer import Token

CHANGES = frozenset(
    {"make", "turn", "change", "transform", "set", "convert", "switch", "shift", "it", "let", "give", "become"}
)
WHOLE = frozenset(
    {
        "it",
        "this",
        "everything",
        "scene",
        "video",
        "shot",
        "clip",
        "whole",
        "picture",
        "image",
        "footage",
        "entire",
        "all",
        "film",
        "thing",
    }
)
FILLERS = ARTICLES | frozenset(
    {
        "into",
        "to",
        "with",
        "and",
        "in",
        "at",
        "be",
        "look",
        "like",
        "during",
        "as",
        "of",
        "some",
        "heavy",
        "dark",
        "light",
        "very",
        "please",
        "under",
        "a",
    }
)
CAMERA = frozenset({"camera", "angle", "view", "perspective", "framing", "viewpoint", "shot"})
PALETTE = PhraseTable({"palette": [
    "colour grading", "color grading", "colour grade", "color grade", "palette", "colour palette", "color palette", "colour style", "color style",
    "colour scheme", "color scheme", "grading of", "grade of", "colours of", "colors of", "colours from", "colors from", "colour tone", "color tone",
]})  # fmt: skip
SHADES = frozenset(
    {
        "bright",
        "dark",
        "deep",
        "light",
        "pale",
        "vivid",
        "neon",
        "pastel",
        "hot",
        "dusty",
        "muted",
        "rich",
        "soft",
        "electric",
        "royal",
        "sky",
        "forest",
        "baby",
        "lime",
        "midnight",
    }
)


def sky(clause: list[Token]) -> list[Edit]:
    """Weather, time and effects for the whole picture, where nothing else is said of it."""
    words = [token for token in clause if token.kind == "word"]
    if (
        not words
        or words[0].lemma not in CHANGES
        or any(token.kind == "ref" and not token.lemma.startswith("@Video") for token in clause)
    ):
        return []
    edits, at = [], 1
    while at < len(words):
        hit = next(((op, h) for op, table in _SKY if (h := table.at(words, at))), None)
        if hit is not None:
            op, found = hit
            edits.append(Edit(op, what=found.value) if op == "effect" else Edit(op, to=found.value))  # type: ignore[arg-type]
            at = found.end
        elif words[at].lemma in WHOLE | FILLERS | CHANGES:
            at += 1
        else:
            return []
    return list(dict.fromkeys(edits))


_SKY: tuple[tuple[str, PhraseTable[str]], ...] = (
    ("time_of_day", v.TIMES),
    ("weather", v.WEATHERS),
    ("effect", syntax.EFFECTS),
)


def palette(clause: list[Token]) -> list[Edit]:
    """The colours of a picture for the whole clip."""
    ref = next((token.lemma for token in clause if token.kind == "ref" and not token.lemma.startswith("@Video")), None)
    return [Edit("recolour", to="palette", with_ref=ref)] if ref and PALETTE.find(clause) else []


def is_camera_work(clause: list[Token]) -> bool:
    """ "Change the camera to pan left", "change the angle to worm's eye view": no operation, whatever the verb."""
    words = [token.lemma for token in clause if token.lemma not in ARTICLES]
    return (
        len(words) > 2
        and words[0] in {"change", "switch", "set", "make", "move", "shift"}
        and words[1] in CAMERA
        and any(table.find(clause) for table in (v.ANGLES, v.SIZES, v.CAMERA_STRONG, v.VIEWS))
    )


def coloured(edit: Edit, clause: Sequence[Token]) -> Edit:
    """A recolour with its whole colour: "bright pink", "deep emerald green", "#ff8800"."""
    if edit.op != "recolour" or edit.with_ref:
        return edit
    run: list[str] = []
    end = 0
    for token in clause:
        is_colour = (
            token.lemma in v.COLOURS or token.low in v.COLOURS or token.low in SHADES or token.low.startswith("#")
        )
        if is_colour and (not run or token.start - end <= 1):
            run.append(token.low)
        elif run and any(word not in SHADES for word in run):
            break
        else:
            run = []
        end = token.end
    if len(run) < 2 or run[-1] in SHADES or (edit.to or "") not in {*run, "bright", "pastel"}:
        return edit
    target = " ".join(word for word in (edit.target or "").split() if word not in run) or edit.target
    return Edit(edit.op, target, " ".join(run), span=edit.span)
