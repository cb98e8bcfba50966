"""Light, mood, weather, lens, and the place and people that the words name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shotwright.core.plan import Look
from shotwright.core.prompt import vocabulary as v

if TYPE_CHECKING:
    from shotwright.core.prompt.lexer import Token
    from shotwright.core.prompt.phrases import PhraseTable


def parse_look(tokens: list[Token]) -> Look:
    """The grade of the shot."""
    return Look(
        lens_mm=_lens(tokens),
        lighting=v.LIGHTING.first(tokens),
        mood=v.MOODS.first(tokens),
        style=v.STYLES.first(tokens),
        weather=_positive(v.WEATHERS, tokens),
        time_of_day=_positive(v.TIMES, tokens),
        depth_of_field=v.DEPTH_OF_FIELD.first(tokens),
    )


def _lens(tokens: list[Token]) -> float | None:
    """Focal length of "35mm lens"; "35 mm film" is a film stock."""
    for number, unit, *rest in zip(tokens, tokens[1:], tokens[2:] + tokens[:1], strict=False):
        is_film = bool(rest) and rest[0].lemma == "film"
        if number.kind == "number" and unit.lemma == "mm" and 8 <= number.value <= 800 and not is_film:
            return number.value
    return None


def _positive(table: PhraseTable[str], tokens: list[Token]) -> str | None:
    for hit in table.find(tokens):
        if not any(token.lemma in v.NEGATIONS for token in tokens[max(0, hit.start - 2) : hit.start]):
            return hit.value
    return None


def parse_setting(tokens: list[Token]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Places and beings that the words name, each once, in order: (settings, stand-ins)."""
    settings = dict.fromkeys(hit.value for hit in v.SETTINGS.find(tokens))
    stand_ins = dict.fromkeys(f"{hit.value}:{tokens[hit.start].lemma}" for hit in v.STAND_INS.find(tokens))
    return tuple(settings), tuple(stand_ins)
