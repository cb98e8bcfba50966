"""As big as something else: "a dragon the size of a cat", "a dog as tall as a horse", "a house-sized snail". What only measures is not there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from shotwright.core.prompt.lexicon import noun_of

if TYPE_CHECKING:
    from shotwright.core.prompt.lexer import Token
    from shotwright.core.prompt.things import Scene

SIZED = "-sized"
"""The end of an attribute that says how tall somebody is: by whom."""
WINDOW = 9
"""Tokens in which a comparison is said."""
COMPARED = re.compile(
    r"(?:(?:about|roughly|almost|nearly|exactly|only|just) )?"
    r"(?:the (?:size|height) of|(?:as|so) (?:big|large|tall|high|small|tiny|huge|little) as|(?:no|not) (?:bigger|larger|taller) than|(?:bigger|larger|taller|smaller) than) (?:a|an) (?P<noun>[\w'-]+(?: [\w'-]+)?)"
)


def read_sizes(tokens: list[Token]) -> dict[int, tuple[int, str]]:
    """Where sizes are said: by the place of the first token of each, how many tokens it takes, and the noun that measures."""
    found: dict[int, tuple[int, str]] = {}
    for i, token in enumerate(tokens):
        after = tokens[i + 1].low if i + 1 < len(tokens) else ""
        if after == "sized" and _is_thing(token.lemma):
            found[i] = (2, token.lemma)
            continue
        ahead = tokens[i : i + WINDOW]
        match = COMPARED.match("".join(f"{one.low} " for one in ahead))
        if match is None:
            continue
        said = match["noun"].split()
        first = len(match[0].split()) - len(said)
        whole = " ".join(one.lemma for one in ahead[first : first + len(said)])
        count = len(said) if _is_thing(whole) else 1
        noun = whole if count == len(said) else ahead[first].lemma
        if _is_thing(noun):
            found[i] = (first + count, noun)
    return found


def measure(scene: Scene, at: int, noun: str, *, is_before: bool) -> None:
    """Whoever was named last before it, or is named next after it ("a house-sized snail"), is as tall as that."""
    if is_before:
        one = next((t for t in scene.things if t.span and t.span[1] > at), None)
    else:
        one = next((t for t in reversed(scene.things) if t.span and t.span[0] < at), None)
    if one is not None and not any(said.endswith(SIZED) for said in one.attributes):
        one.attributes.append(f"{noun}{SIZED}")


def _is_thing(noun: str) -> bool:
    known = noun_of(noun)
    return known is not None and known.height_m > 0 and known.kind not in {"place", "abstract", "light"}
