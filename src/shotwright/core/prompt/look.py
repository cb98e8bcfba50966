"""Light, mood, weather, lens, and the place and people that the words name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shotwright.core.plan import Look
from shotwright.core.prompt import vocabulary as v
from shotwright.core.prompt.lexer import span_of

if TYPE_CHECKING:
    from shotwright.core.plan import Span
    from shotwright.core.prompt.lexer import Token
    from shotwright.core.prompt.phrases import Hit, PhraseTable

LIGHT_WORDS = frozenset({"light", "lighting"})


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


def parse_setting(tokens: list[Token]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Places and beings that the words name, each once, in order: (settings, stand-ins)."""
    settings = dict.fromkeys(hit.value for hit in v.SETTINGS.find(tokens))
    stand_ins = dict.fromkeys(f"{hit.value}:{tokens[hit.start].lemma}" for hit in v.STAND_INS.find(tokens))
    return tuple(settings), tuple(stand_ins)
