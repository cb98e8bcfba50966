"""Whom or what a close shot is about."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import TYPE_CHECKING

from shotwright.core.prompt.lexicon import singular

if TYPE_CHECKING:
    from shotwright.core.plan import Framing, ShotPlan
    from shotwright.core.prompt.lexer import Token

_STOPS = frozenset({",", ".", ";", ":", "in", "at", "with", "and", "while", "as", "who", "that"})
FOCUS_WORDS = 6
"""How far behind a shot's size its subject may be named."""


def focused(framing: Framing, plan: ShotPlan, tokens: list[Token]) -> Framing:
    """ "A close-up of the teapot": a shot is about what is named right behind its size."""
    if framing.span is None:
        return framing
    after = [token for token in tokens if token.start >= framing.span[1]]
    linked = next((i for i, token in enumerate(after[:2]) if token.text in {"of", "on"}), None)
    if linked is None:
        return framing
    reach = list(itertools.takewhile(lambda t: t.text not in _STOPS, after[linked + 1 :][:FOCUS_WORDS]))
    starts, nouns = {token.start for token in reach}, {singular(token.low) for token in reach}
    named = [entity for entity in plan.entities if entity.span and starts & set(range(*entity.span))]
    again = [entity for entity in plan.entities if entity.noun.split()[-1:] and entity.noun.split()[-1] in nouns]
    first = min(named, key=lambda entity: entity.span or (0, 0), default=again[0] if again else None)
    parts = {r.of for r in plan.relations if first is not None and r.relation == "part_of" and r.to == first.id}
    first = next((entity for entity in named if entity.id in parts), first)  # "an old man's hands"
    return replace(framing, focus=first.id) if first else framing
