"""Media that the words mean without a marker, and the text that meant nothing."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import replace
from typing import TYPE_CHECKING

from shotwright.core.prompt import vocabulary as v
from shotwright.core.prompt.lexer import Token, clauses, sentences, span_of

if TYPE_CHECKING:
    from shotwright.core.plan import ShotPlan, Span

GIVEN = frozenset(
    {
        "reference",
        "provided",
        "attached",
        "uploaded",
        "given",
        "input",
        "ref",
        "attach",
        "upload",
        "provide",
        "supplied",
    }
)
PICTURES = frozenset({"image", "picture", "photo", "photograph", "pic"})
ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7}
QUIET = (v.VIEWS, v.REVEALS, v.PLACEMENTS, v.SETTINGS, v.SIZES)
"""What shapes other items without being one."""
EMPTY = frozenset({"please", "and", "then", "the", "a", "generate", "video", "create", "make", "of"})


def bind_implicit(tokens: list[Token], images: int, elements: int) -> list[Token]:
    """ "The reference image" is @Image1 where there is one; "the second image" and "image 2" are @Image2."""
    bound: list[Token] = []
    i = 0
    while i < len(tokens):
        number, length = _implied(tokens, i, images)
        if number:
            span = tokens[i : i + length]
            bound.append(Token("ref", " ".join(t.text for t in span), f"@Image{number}", span[0].start, span[-1].end))
            i += length
        elif tokens[i].lemma == "element" and i + 1 < len(tokens) and 1 <= tokens[i + 1].value <= elements:
            span = tokens[i : i + 2]
            name = f"@Element{int(span[1].value)}"
            bound.append(Token("ref", f"{span[0].text} {span[1].text}", name, span[0].start, span[1].end))
            i += 2
        else:
            bound.append(tokens[i])
            i += 1
    return bound


def _implied(tokens: list[Token], i: int, images: int) -> tuple[int, int]:
    """The number of the image that is meant at `i`, and how many tokens mean it."""
    lemmas = [t.lemma for t in tokens[i : i + 3]]
    if len(lemmas) >= 2 and lemmas[0] in GIVEN and lemmas[1] in PICTURES and not _has_marker(tokens, i + 2):
        return (1, 2) if images == 1 else (0, 0)
    if lemmas[:3] == ["参", "考", "图"] and images == 1:
        return 1, 3
    if (
        len(lemmas) >= 2
        and lemmas[0] in ORDINALS
        and lemmas[1] in {"image", "picture", "photo"}
        and ORDINALS[lemmas[0]] <= images
    ):
        return ORDINALS[lemmas[0]], 2
    if (
        len(lemmas) >= 2
        and lemmas[0] in PICTURES
        and tokens[i + 1].kind == "number"
        and 1 <= tokens[i + 1].value <= images
    ):
        return int(tokens[i + 1].value), 2
    return 0, 0


def _has_marker(tokens: list[Token], i: int) -> bool:
    return i < len(tokens) and tokens[i].kind == "ref"


def with_unread(plan: ShotPlan, tokens: list[Token]) -> ShotPlan:
    """The plan with the clauses that caused nothing, so that nobody thinks they were understood."""
    caused = list(plan.spans.values())
    caused += [
        item.span for group in (plan.camera, plan.shot, plan.subjects, plan.edits) for item in group if item.span
    ]
    starts, ends = sorted(low for low, _ in caused), sorted(high for _, high in caused)
    unread: list[Span] = []
    for sentence in sentences(tokens):
        for clause in clauses(sentence):
            start, end = span_of(clause)
            touched = bisect_left(starts, end) > bisect_right(
                ends, start
            )  # more have begun before its end than ended before its start
            says = any(t.kind == "word" and t.lemma not in EMPTY for t in clause)
            if says and not touched and not any(t.find(clause) for t in QUIET):
                unread.append((start, end))
    return replace(plan, unread=tuple(unread))
