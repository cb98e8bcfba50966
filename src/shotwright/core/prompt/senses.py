"""What a word means beside other words: a queen beside a chessboard, a tank with an octopus in it, an elephant's calf. Rows are in `words/senses.toml`."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from shotwright.core.prompt.lexicon import noun_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shotwright.core.prompt.mentions import Mention
    from shotwright.core.prompt.sentence import Sentence, Word

HANDLED = frozenset(
    {"adjust", "remove", "push", "clean", "wipe", "take", "put", "lower", "polish", "straighten", "wear"}
)
SPECTACLED = frozenset({"round", "thick", "horn", "rimmed", "reading", "dark", "nerdy", "oversized"})
"""What is done to spectacles, and how they are called."""


@cache
def _rows() -> tuple[dict[str, dict[str, str]], dict[str, str]]:
    """By noun: what else it is, and the words that tell so; of young animals, whose they may be."""
    text = (resources.files(__package__) / "words" / "senses.toml").read_text(encoding="utf-8")
    rows = tomllib.loads(text)
    return rows["senses"], rows["parents"]


def make_sense(mention: Mention, sentence: Sentence, near: frozenset[str]) -> None:
    """Take a noun for what it means where these words stand near by, in place.

    Args:
        mention: A noun phrase.
        sentence: Where it stands.
        near: Dictionary forms of the words of its sentence, and of what was named before.
    """
    others = near - {mention.noun}
    rows = _rows()[0].get(mention.noun, {})
    found = next((noun for noun, words in rows.items() if others & set(words.split())), None)
    if mention.noun == "glass" and _is_eyewear(mention.head, sentence):
        found = "eyeglasses"
    if mention.what.kind == "person" and mention.head.dep == "nsubj":
        return  # "a knight plays chess"
    known = noun_of(found or "") or noun_of((found or "").rpartition(" ")[2])
    if found is not None and known is not None and mention.ref is None:
        mention.noun, mention.what = found, known


def _is_eyewear(glasses: Word, sentence: Sentence) -> bool:
    """ "A man with round glasses", "adjusts her glasses": nobody drinks from them."""
    if glasses.text != "glasses" or any(w.text == "of" or w.tag == "CD" for w in sentence.children(glasses)):
        return False
    over = sentence.head(glasses)
    wearer = noun_of(sentence.head(over).lemma)
    is_with = over.text in {"with", "in"} and wearer is not None and wearer.kind == "person"
    is_own = any(w.tag == "PRP$" for w in sentence.children(glasses))
    said = {w.text for w in sentence.children(glasses)}
    return is_with or (is_own and over.lemma in HANDLED) or bool(said & SPECTACLED)


def parent_of(noun: str, others: Iterable[str]) -> str | None:
    """Whose young one is: a calf beside elephants is a small elephant."""
    named = set(others)
    return next((whose for whose in _rows()[1].get(noun, "").split() if whose in named), None)
