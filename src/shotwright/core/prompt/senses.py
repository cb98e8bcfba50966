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
DRUNK_FROM = frozenset(
    {"of", "wine", "beer", "champagne", "shot", "water", "cocktail", "martini", "whiskey", "drinking", "empty", "full"}
)
AT_A_BAR = frozenset({"bartender", "barman", "barmaid", "barkeeper", "waiter", "waitress", "sommelier"})
"""What glasses are called that one drinks from, and who handles those."""


@cache
def _rows() -> tuple[dict[str, dict[str, str]], dict[str, str], dict[str, str]]:
    """By noun: what else it is, and the words that tell so; of young animals, whose they may be; words beside which a noun is what it is."""
    text = (resources.files(__package__) / "words" / "senses.toml").read_text(encoding="utf-8")
    rows = tomllib.loads(text)
    return rows["senses"], rows["parents"], rows["plainly"]


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
    if others & set(_rows()[2].get(mention.noun, "").split()):
        found = None  # a mustang that gallops is no car
    if mention.noun == "glass" and _is_eyewear(mention.head, sentence):
        found = "eyeglasses"
    over = sentence.head(mention.head)
    is_doer = mention.head.dep == "nsubj" or (mention.head.dep == "conj" and over.dep == "nsubj")
    falls = (over if mention.head.dep == "nsubj" else sentence.head(over)).lemma in {"fall", "stand", "topple", "lie"}
    if mention.what.kind == "person" and is_doer and not falls:
        return  # "a knight plays chess"
    known = noun_of(found or "") or noun_of((found or "").rpartition(" ")[2])
    if found is not None and known is not None and mention.ref is None:
        mention.noun, mention.what = found, known


def _is_eyewear(glasses: Word, sentence: Sentence) -> bool:
    """ "A man with round glasses", "adjusts her glasses": nobody drinks from them."""
    if glasses.text != "glasses" or any(w.text in DRUNK_FROM or w.tag == "CD" for w in sentence.children(glasses)):
        return False
    if any(w.lemma in AT_A_BAR for w in sentence.words[: glasses.i]):
        return False
    over = sentence.head(glasses)
    wearer = noun_of(sentence.head(over).lemma)
    is_with = over.text in {"with", "in"} and wearer is not None and wearer.kind == "person"
    is_own = any(w.tag == "PRP$" for w in sentence.children(glasses))
    said = {w.text for w in sentence.children(glasses)}
    is_own_on = is_own and over.text in {"to", "on", "over", "behind", "through"}  # "clipped to his glasses"
    return is_with or is_own_on or (is_own and over.lemma in HANDLED) or bool(said & SPECTACLED)


def parent_of(noun: str, others: Iterable[str]) -> str | None:
    """Whose young one is: a calf beside elephants is a small elephant."""
    named = set(others)
    return next((whose for whose in _rows()[1].get(noun, "").split() if whose in named), None)
