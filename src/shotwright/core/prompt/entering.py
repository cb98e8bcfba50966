"""The place that a camera goes into: "flies inside the building", "through the window into the kitchen"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shotwright.core.prompt.grammar import ARTICLES
from shotwright.core.prompt.lexicon import noun_of, singular

if TYPE_CHECKING:
    from shotwright.core.prompt.lexer import Token

ENTERING = frozenset({"dolly_in", "tracking", "pedestal_down", "crane_down", "handheld"})
"""Moves that may lead into a place; a zoom does not."""
LEADS = frozenset({"inside", "into", "enter", "enters", "entering"})
WHOM = frozenset({"her", "him", "them", "it", "us"})
"""Who is followed inside."""
ROOMS = frozenset({"inside", "building"})
"""Kinds of nouns that one can go into."""
OPENINGS = frozenset(
    {"window", "door", "doorway", "gate", "gateway", "arch", "archway", "entrance", "roof", "wall", "fence", "curtain"}
)
"""Parts of buildings: one goes through them, and not into them."""
REACH, LONGEST = 12, 5


def entered(sentence: list[Token], hit: tuple[int, int]) -> str | None:
    """The place that a camera move leads into, singular: "greenhouse"; None where it leads into none.

    Args:
        sentence: Its words.
        hit: First and last-plus-one word of the move.
    """
    start, end = hit
    for i in range(start, min(start + REACH, len(sentence))):
        word = sentence[i].low
        after = sentence[i + 1].low if i + 1 < len(sentence) else ""
        if i >= end and (sentence[i].kind == "comma" or word in {"and", "then"}) and after not in LEADS:
            return None
        is_way = word != "inside" or i < end or sentence[i - 1].low in WHOM
        if word in LEADS and is_way and (place := _place(sentence[i + 1 : i + 1 + LONGEST])) is not None:
            return place
    return None


def _place(tokens: list[Token]) -> str | None:
    """The place that a noun phrase names, by its longest known name; None where its first noun is no place."""
    words = [token for token in tokens if token.lemma not in ARTICLES]
    for i, token in enumerate(words):
        names = (" ".join(singular(word.low) for word in words[i : i + size]) for size in range(3, 0, -1))
        found = next((name for name in names if (noun := noun_of(name)) and noun.kind in ROOMS), None)
        if found is not None and found not in OPENINGS:
            return found
        ahead = words[i + 1].low if i + 1 < len(words) else ""
        if token.kind != "word" or (noun_of(singular(token.low)) and not noun_of(singular(ahead))):
            return None
    return None
