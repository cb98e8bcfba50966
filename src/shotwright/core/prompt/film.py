"""The film around the scene: which words are camera, framing, light and time, and where a prompt cuts from shot to shot.

What is film is taken out before the rest is parsed: "slow push in on a barista who pours milk" is left as "a barista who
pours milk". Cuts are words ("then cut to"), numbers ("Shot 2:") and time stamps ("0-2s:", "3s:").
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shotwright.core.prompt import syntax
from shotwright.core.prompt import vocabulary as v
from shotwright.core.prompt.grammar import ARTICLES, AUXILIARIES, is_adverb
from shotwright.core.prompt.lexicon import noun_of
from shotwright.core.prompt.phrases import PhraseTable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from shotwright.core.plan import Span
    from shotwright.core.prompt.lexer import Token

CUTS = PhraseTable({"cut": [
    "then cut to", "cut to", "cuts to", "smash cut to", "match cut to", "match cut", "hard cut to", "hard cut", "jump cut to", "jump cut",
    "cut back to", "then cut", "cutting to", "dissolve to", "next shot be",
]})  # fmt: skip
BEFORE_CUTS = frozenset({"then", "and", "it", "we", "camera", "shot", "finally", "hard", "smash", "match", "jump"})
NUMBERED = frozenset({"shot", "scene", "frame", "panel", "clip", "beat", "cut", "part"})
WORD_NUMBERS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "first": 1, "second": 2, "third": 3, "fourth": 4}
_CLOCK = r"(?:(\d{1,2}):)?(\d{1,2}(?:\.\d+)?)"
_RANGE = re.compile(
    rf"[\[(]?\b(?:from\s+)?{_CLOCK}\s*(?:s|sec|secs|seconds?)?\s*(?:-|–|—|to)\s*{_CLOCK}\s*(s|sec|secs|seconds?)?\b\s*[\])]?\s*:?",
    re.IGNORECASE,
)
_POINT = re.compile(r"(?:^|(?<=[.,;\n]))\s*(?:at\s+)?(\d{1,2}(?:\.\d+)?)\s*(?:s|sec|secs|seconds?)\s*:", re.IGNORECASE)
LEFT_FILLERS = (
    frozenset(
        {
            "and",
            "then",
            "it",
            "that",
            "which",
            "while",
            "as",
            "with",
            "by",
            "to",
            "in",
            "single",
            "continuous",
            "degree",
            "degrees",
            "steady",
            "low",
            "wide",
            "long",
            "quick",
            "fast",
            "cinematic",
            "of",
            "from",
        }
    )
    | ARTICLES
    | AUXILIARIES
)
RIGHT_FILLERS = frozenset(
    {
        "degree",
        "degrees",
        "slow",
        "slowly",
        "quick",
        "camera",
        "mm",
        "lens",
        "shot",
        "angle",
        "view",
        "framing",
        "style",
        "lighting",
        "light",
        "atmosphere",
        "mood",
        "vibe",
        "look",
        "tone",
        "feel",
        "level",
        "weather",
        "aesthetic",
    }
)
LEADS = frozenset({"of", "on", "over", "at", "to", "as", "showing", "where", ":"})
IN_A_LOOK = frozenset(
    {
        "in",
        "at",
        "during",
        "under",
        "by",
        "with",
        "a",
        "an",
        "the",
        "heavy",
        "light",
        "soft",
        "late",
        "early",
        "warm",
        "cold",
        "thick",
        "dense",
        "pouring",
        "dark",
        "gentle",
        "very",
        "bright",
        "low",
        "deep",
        "on",
    }
)
LOOK_NOUNS = frozenset(
    {
        "light",
        "lighting",
        "lit",
        "style",
        "atmosphere",
        "mood",
        "tone",
        "day",
        "sky",
        "lens",
        "shot",
        "film",
        "colour",
        "color",
        "grade",
        "vibe",
        "weather",
        "hour",
        "time",
        "look",
        "aesthetic",
        "feel",
        "feeling",
        "effect",
        "grain",
    }
)


@dataclass(frozen=True)
class Segment:
    """A shot of the prompt: its tokens from `low` to `high`, and its seconds where the words give them."""

    low: int
    high: int
    start_s: float | None = None
    end_s: float | None = None


def segments(prompt: str, tokens: Sequence[Token]) -> tuple[list[Segment], set[int]]:
    """The shots that a prompt tells, in order, and the tokens that only say so."""
    marks: dict[int, tuple[float | None, float | None]] = {}
    taken: set[int] = set()
    for span, start, end in _stamps(prompt):
        inside = [i for i, token in enumerate(tokens) if span[0] <= token.start < span[1]]
        if inside:
            marks[inside[0]] = (start, end)
            taken.update(inside)
    for hit in CUTS.find(tokens):
        before = tokens[hit.start - 1] if hit.start else None
        if before is not None and before.kind == "word" and before.lemma not in BEFORE_CUTS:
            continue  # somebody cuts something
        marks.setdefault(hit.start, (None, None))
        taken.update(range(hit.start, hit.end))
    for i in _numbered(tokens):
        marks.setdefault(i, (None, None))
        taken.update(j for j in range(i, min(i + 3, len(tokens))) if j < i + 2 or tokens[j].lemma == ":")
    starts = sorted(marks)
    if starts and any(token.kind != "stop" and i not in taken for i, token in enumerate(tokens[: starts[0]])):
        starts = [0, *starts] if not _is_heading(tokens[: starts[0]]) else starts
    if not starts:
        return [Segment(0, len(tokens))], taken
    bounds = [0, *starts[1:], len(tokens)]
    return [
        Segment(low, high, *marks.get(at, (None, None)))
        for low, high, at in zip(bounds, bounds[1:], starts, strict=False)
    ], taken


def _is_heading(tokens: Sequence[Token]) -> bool:
    """ "Three shots:": what stands before a list of shots and is none of them."""
    return (
        len([t for t in tokens if t.kind == "word"]) <= 6
        and not any(t.kind == "ref" for t in tokens)
        and tokens[-1].lemma == ":"
    )


def _stamps(prompt: str) -> list[tuple[Span, float, float | None]]:
    found: list[tuple[Span, float, float | None]] = []
    for match in _RANGE.finditer(prompt):
        minutes, seconds, to_minutes, to_seconds, unit = match.groups()
        is_time = unit or minutes is not None or match.group().rstrip().endswith(("]", ":"))
        low, high = float(minutes or 0) * 60 + float(seconds), float(to_minutes or 0) * 60 + float(to_seconds)
        if is_time and low < high <= 60:
            found.append((match.span(), low, high))
    for match in _POINT.finditer(prompt):
        if not any(span[0] <= match.start() < span[1] for span, _, _ in found):
            found.append((match.span(), float(match.group(1)), None))
    return sorted(found)


def _numbered(tokens: Sequence[Token]) -> list[int]:
    """ "Shot 1:", "Scene two -", at the beginning of a sentence."""
    found = []
    for i, token in enumerate(tokens[:-1]):
        after = tokens[i + 1]
        number = after.value if after.kind == "number" else WORD_NUMBERS.get(after.lemma, 0)
        opens = i == 0 or tokens[i - 1].kind in {"stop", "comma"}
        if token.lemma in NUMBERED and number and opens:
            found.append(i)
    return found if len(found) > 1 else []


def film_words(
    tokens: Sequence[Token], moves: Iterable[Span], framings: Iterable[Span], looks: Iterable[Span]
) -> set[int]:
    """Places of the tokens that say how it is filmed and lit, with the words around them that belong to them."""
    places: set[int] = set()
    for span in moves:
        low, high = _range(tokens, span)
        end = _rightward(tokens, high)
        places.update(range(_leftward(tokens, low), end))
        if end < len(tokens) and tokens[end - 1].low == "in" and tokens[end].low == "on":
            places.add(end)  # "push in on a woman": nobody is on her
        places |= _goes_on(tokens, end)
    for span in framings:
        low, high = _range(tokens, span)
        places.update(
            range(
                _leftward(tokens, low, stops=frozenset({"of", "and", "with", "from", "to"})), _rightward(tokens, high)
            )
        )
    shown = {i for hit in syntax.EFFECTS.find(tokens) for i in range(hit.start, hit.end) if hit.value in SEEN_AT_NIGHT}
    for span in looks:
        low, high = _range(tokens, span)
        if not set(range(low, high)) <= shown:  # "under fireworks": night, and they are seen
            places |= _look(tokens, low, high)
    return _with_leads(tokens, places | film_phrases(tokens))


SEEN_AT_NIGHT = frozenset({"fireworks", "stars", "aurora", "lightning"})
"""Effects whose words tell the time as well."""


def film_phrases(tokens: Sequence[Token]) -> set[int]:
    """Places of the tokens of fixed phrases: "shallow depth of field" speaks of no field."""
    said = tuple(token.low for token in tokens)
    return {
        i
        for phrase in syntax.FILM_PHRASES
        for start in range(len(said) - len(phrase) + 1)
        if said[start : start + len(phrase)] == phrase
        for i in range(start, start + len(phrase))
    }


def _range(tokens: Sequence[Token], span: Span) -> tuple[int, int]:
    inside = [i for i, token in enumerate(tokens) if span[0] <= token.start < span[1]]
    return (inside[0], inside[-1] + 1) if inside else (0, 0)


def _leftward(tokens: Sequence[Token], low: int, stops: frozenset[str] = frozenset()) -> int:
    """Back over the camera, adverbs and helpers to where they begin."""
    at = low
    while at > 0:
        token = tokens[at - 1]
        is_film = (
            token.lemma in v.CAMERA_NOUNS | v.WE | LEFT_FILLERS
            or is_adverb(token)
            or token.kind == "number"
            or token.lemma in v.COLOURS - v.COLOURS
        )
        if token.kind not in {"word", "number"} or not is_film or token.lemma in stops:
            break
        at -= 1
    return (
        at
        if any(t.lemma in v.CAMERA_NOUNS | v.WE or t.kind == "number" for t in tokens[at:low]) or at == low
        else _only_adverbs(tokens, at, low)
    )


def _only_adverbs(tokens: Sequence[Token], at: int, low: int) -> int:
    while at < low and not (
        is_adverb(tokens[at])
        or tokens[at].lemma
        in {"a", "an", "the", "then", "single", "slow", "low", "wide", "steady", "quick", "fast", "continuous"}
    ):
        at += 1
    return at


def _goes_on(tokens: Sequence[Token], at: int) -> set[int]:
    """What the camera does besides: "..., moving to the back view", "..., ending on her face", "to follow one of them"."""
    if (
        at + 1 < len(tokens)
        and tokens[at].lemma == "to"
        and tokens[at + 1].lemma in {"follow", "reveal", "show", "frame", "see", "catch", "track"}
    ):
        return {at, at + 1}
    start = next((i + 1 for i in range(at, min(at + 8, len(tokens))) if tokens[i].kind == "comma"), at)
    if (
        start >= len(tokens)
        or tokens[start].lemma not in v.TRAVEL | {"end", "finish", "come", "settle", "stop"}
        or not tokens[start].low.endswith("ing")
    ):
        return set()
    view = next((hit for table in (v.VIEWS, v.SIZES, v.ANGLES) for hit in table.find(tokens, start, start + 7)), None)
    return set(range(start, view.end if view else start + 1))


_RIGHT_TABLES = (v.SPEEDS, v.DIRECTIONS, v.SWEEPS, v.SIDE_WORDS, v.TURNS, v.VIEWS, v.SIZES, v.SIMULTANEOUS)


def _rightward(tokens: Sequence[Token], high: int) -> int:
    """Forward over speeds, sides, degrees."""
    at = high
    while at < len(tokens):
        token = tokens[at]
        hit = next((h for table in _RIGHT_TABLES if (h := table.at(tokens, at))), None)
        if hit is not None:
            at = hit.end
        elif (
            token.kind == "number"
            or token.lemma in RIGHT_FILLERS
            or (is_adverb(token) and token.low.endswith("ly"))
            or (
                token.lemma in {"to", "into", "at", "from", "in", "a", "the", "by", "for"}
                and any(
                    table.at(tokens, j)
                    for table in _RIGHT_TABLES
                    for j in range(at + 1, min(at + 3, len(tokens)))
                    if not any(t.kind == "ref" for t in tokens[at:j])
                )
                and _is_short(tokens, at)
            )
        ):
            at += 1
        else:
            break
    return at


def _is_short(tokens: Sequence[Token], at: int) -> bool:
    """Whether a preposition or an article and one of the tables' words follow at once."""
    for j in range(at + 1, min(at + 3, len(tokens))):
        if any(table.at(tokens, j) for table in _RIGHT_TABLES):
            return True
        if tokens[j].lemma not in ARTICLES:
            return False
    return False


def _look(tokens: Sequence[Token], low: int, high: int) -> set[int]:
    """A look is taken out where it is a phrase of its own ("at night", ", foggy morning,"), not where it describes a noun."""
    at, end = low, high
    after = noun_of(tokens[end].lemma) if end < len(tokens) and end - low == 1 else None
    if after is not None and after.kind in {"furniture", "tool", "building"}:
        return set()  # "neon signs reflect in puddles"
    while at > 0 and tokens[at - 1].lemma in IN_A_LOOK and tokens[at - 1].kind == "word":
        at -= 1
    while end < len(tokens) and (tokens[end].lemma in LOOK_NOUNS or tokens[end].kind == "number"):
        end += 1
    opens = at == 0 or tokens[at - 1].kind != "word"
    closes = (
        end == len(tokens)
        or tokens[end].kind != "word"
        or tokens[end].lemma in {"in", "at", "with", "and", "while", "as", "on"}
    )
    led = any(t.lemma in {"in", "at", "during", "under", "by"} for t in tokens[at:low])
    if closes and (opens or led):
        return set(range(at, end))
    return set()


def _with_leads(tokens: Sequence[Token], places: set[int]) -> set[int]:
    """Also "of", "on", ":" right behind what was taken out at the beginning of a clause."""
    found = set(places)
    for i in sorted(places):
        nxt = i + 1
        if nxt in found or nxt >= len(tokens) or tokens[nxt].lemma not in LEADS:
            continue
        start = i
        while start - 1 in found:
            start -= 1
        opens = start == 0 or tokens[start - 1].kind != "word"
        if opens and (tokens[nxt].lemma in {"of", ":", "showing", "as", "where"}):
            found.add(nxt)
    return found
