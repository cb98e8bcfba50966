"""What a single word means to the reader: for people who ask before they write, on the command line and over HTTP."""

from __future__ import annotations

from typing import Any

from shotwright.core.prompt import syntax
from shotwright.core.prompt import vocabulary as v
from shotwright.core.prompt.lexer import tokenize
from shotwright.core.prompt.lexicon import base_verb, motion_of, noun_of, singular


def meaning(word: str) -> dict[str, Any]:
    """What a noun or a verb becomes.

    Returns:
        `word` as it was looked up; `kind` of thing, `height_m` in metres and a more general noun, `like`; `place` that the stage builds; `effect`;
        `motion` and `relation` of a verb. None where there is none.
    """
    text = " ".join(word.lower().split())
    noun = noun_of(text) or noun_of(singular(text))
    tokens = tokenize(text, v.KNOWN_WORDS)
    verb = " ".join([base_verb(text.split(" ")[0]), *text.split(" ")[1:]]) if text else ""
    return {
        "word": text,
        "kind": noun.kind if noun else None,
        "height_m": noun.height_m if noun and noun.height_m else None,
        "like": noun.near or None if noun else None,
        "place": v.SETTINGS.first(tokens) if tokens else None,
        "effect": syntax.EFFECTS.first(tokens) if tokens else None,
        "motion": motion_of(verb),
        "relation": syntax.VERB_RELATIONS.get(verb),
    }
