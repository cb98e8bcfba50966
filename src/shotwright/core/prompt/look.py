"""Light, mood, weather, lens, and the place and people that the words name."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from shotwright.core.plan import Look, StandIn
from shotwright.core.prompt import vocabulary as v
from shotwright.core.prompt.grammar import is_boundary
from shotwright.core.prompt.lexer import sentences, span_of

if TYPE_CHECKING:
    from shotwright.core.plan import Span
    from shotwright.core.prompt.lexer import Token
    from shotwright.core.prompt.phrases import Hit, PhraseTable

LIGHT_WORDS = frozenset({"light", "lighting"})
COUNTS = {
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "several": 3,
    "couple": 2,
    "few": 3,
    "some": 3,
    "many": 5,
    "group": 4,
    "两": 2,
    "三": 3,
}
GROUPS = {"people": 3, "couple": 2, "family": 3, "crowd": 6}
"""Nouns that are more than one by themselves."""
MAX_FIGURES = 6


def parse_look(tokens: list[Token]) -> tuple[Look, dict[str, Span]]:
    """The grade of the shot, and the text behind each part of it."""
    hits = {name: hit for name, table in _TABLES.items() if (hit := _positive(table, tokens)) is not None}
    spans = {f"look.{name}": span_of(tokens[hit.start : hit.end]) for name, hit in hits.items()}
    lens, lens_span = _lens(tokens)
    if lens_span:
        spans["look.lens_mm"] = lens_span
    return Look(lens_mm=lens, **{name: hit.value for name, hit in hits.items()}), spans


def _lens(tokens: list[Token]) -> tuple[float | None, Span | None]:
    """Focal length of "35mm lens"; "35 mm film" is a film stock."""
    for number, unit, *rest in zip(tokens, tokens[1:], tokens[2:] + tokens[:1], strict=False):
        is_film = bool(rest) and rest[0].lemma == "film"
        if number.kind == "number" and unit.lemma == "mm" and 8 <= number.value <= 800 and not is_film:
            return number.value, (number.start, unit.end)
    return None, None


def _positive(table: PhraseTable[str], tokens: list[Token]) -> Hit[str] | None:
    hits = [
        hit
        for hit in table.find(tokens)
        if not any(token.lemma in v.NEGATIONS for token in tokens[max(0, hit.start - 2) : hit.start])
        and not (table is v.STYLES and hit.end < len(tokens) and tokens[hit.end].lemma in LIGHT_WORDS)
    ]
    spoken = [
        hit for hit in hits if LIGHT_WORDS & set(hit.phrase.split())
    ]  # "cinematic lighting" before "sun-drenched"
    return next(iter(spoken or hits), None)


_TABLES: dict[str, PhraseTable[str]] = {
    "lighting": v.LIGHTING, "mood": v.MOODS, "style": v.STYLES, "weather": v.WEATHERS, "time_of_day": v.TIMES,
    "depth_of_field": v.DEPTH_OF_FIELD,
}  # fmt: skip


def parse_setting(tokens: list[Token]) -> tuple[tuple[str, ...], tuple[StandIn, ...]]:
    """Places and beings that the words name, each once, in order: (settings, stand-ins).

    A building alone is a room; beside an open place it stands somewhere in it.
    """
    focus = {i for hit in v.DEPTH_OF_FIELD.find(tokens) for i in range(hit.start, hit.end)}
    named = dict.fromkeys(hit.value for hit in v.SETTINGS.find(tokens) if hit.start not in focus)  # "depth of field"
    settings = tuple(name for name in named if name != "building") or (("interior",) if named else ())
    framing = {i for hit in v.ANGLES.find(tokens) for i in range(hit.start, hit.end)}
    found: dict[tuple[str, str], StandIn] = {}
    for sentence in sentences(tokens):
        for hit in _beings(sentence):
            noun = sentence[hit.start].lemma
            if tokens.index(sentence[hit.start]) not in framing:  # "bird's-eye view" is no bird
                found.setdefault((hit.value, noun), _stand_in(sentence, hit, noun))
    return settings, tuple(found.values())


def _beings(sentence: list[Token]) -> list[Hit[str]]:
    """Everybody and everything that a figure can stand in for: what has a row of its own, and people."""
    hits = {hit.start: replace(hit, value="person") for hit in v.PEOPLE.find(sentence)}
    hits |= {hit.start: hit for hit in v.STAND_INS.find(sentence)}
    return [hits[start] for start in sorted(hits)]


def _stand_in(sentence: list[Token], hit: Hit[str], noun: str) -> StandIn:
    low = next((i + 1 for i in range(hit.start - 1, -1, -1) if is_boundary(sentence[i])), 0)
    before = sentence[max(low, hit.start - 4) : hit.start]
    numbers = [COUNTS.get(token.lemma, int(token.value) if token.kind == "number" else 0) for token in before]
    count = next((number for number in numbers if number), GROUPS.get(noun, 1))
    worn = (
        sentence[hit.end : hit.end + 4]
        if [t.lemma for t in sentence[hit.end : hit.end + 1]] in (["in"], ["wear"])
        else []
    )
    colour = next((token.lemma for token in (*before, *worn) if token.lemma in v.COLOURS), None)
    action, heading = action_after(sentence, hit.end)
    return StandIn(hit.value, noun, min(count, MAX_FIGURES), colour, action, heading)


def action_after(sentence: list[Token], at: int) -> tuple[str | None, str | None]:
    """What the words behind position `at` say that somebody does, and in which direction."""
    end = next((i for i in range(at, len(sentence)) if sentence[i].kind == "ref"), len(sentence))
    camera = next(
        (
            i
            for i in range(at, end)
            if sentence[i].lemma in v.CAMERA_NOUNS and sentence[i].lemma == "camera" and sentence[i - 1].kind != "word"
        ),
        end,
    )
    action = v.ACTIONS.first(sentence[at:camera])
    return action, v.HEADINGS.first(sentence[at:end]) if action else None
