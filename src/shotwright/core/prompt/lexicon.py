"""What words mean that no table of ours lists: a noun's kind and height, a verb's motion. Distilled from WordNet by `scripts/lexicon.py`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources

from shotwright.core.prompt.lexer import stems

_WORDS = resources.files(__package__) / "words"
PLURALS = {
    "people": "person", "men": "man", "women": "woman", "children": "child", "mice": "mouse", "geese": "goose", "feet": "foot",
    "teeth": "tooth", "wolves": "wolf", "leaves": "leaf", "knives": "knife", "loaves": "loaf", "fish": "fish", "sheep": "sheep",
    "deer": "deer", "oxen": "ox", "cacti": "cactus", "fungi": "fungus", "scarves": "scarf", "elves": "elf", "shelves": "shelf",
    "thieves": "thief", **{word: word for word in (
        "scrubs", "dungarees", "oilskins", "waders", "fatigues", "jeans", "trousers", "pants", "shorts", "overalls", "pajamas", "pyjamas", "sunglasses", "goggles", "scissors", "ruins",
        "woods", "stairs", "clothes", "tights", "leggings", "binoculars", "headphones", "blinds", "fireworks", "stands", "crossroads", "bellows", "thermos", "canvas", "asparagus", "couscous", "headquarters",
    )}, "halves": "half", "calves": "calf", "clothes": "clothing",
}  # fmt: skip


@dataclass(frozen=True)
class Noun:
    """What a noun is."""

    kind: str  #: person, animal, ..., material, place, inside (a place under a roof), light, abstract.
    height_m: float  #: How tall it usually stands; 0: no thing of its own.
    near: str  #: A more general noun, or the empty text.


@cache
def _nouns() -> dict[str, str]:
    text = (_WORDS / "wordnet-nouns.tsv").read_text(encoding="utf-8")
    return dict(line.split("\t", 1) for line in text.splitlines())


@cache
def _verbs() -> dict[str, str]:
    text = (_WORDS / "wordnet-verbs.tsv").read_text(encoding="utf-8")
    return dict(line.split("\t") for line in text.splitlines())


def noun_of(word: str) -> Noun | None:
    """What a singular noun of one or two words is; None where it is unknown."""
    row = _nouns().get(word)
    if row is None:
        return None
    kind, height, near = row.split("\t")
    return Noun(kind, float(height), near)


def singular(word: str) -> str:
    """The singular of a noun: itself where it is one."""
    low = word.lower()
    if low in PLURALS:
        return PLURALS[low]
    last = low.rpartition(" ")
    if last[1]:
        return f"{last[0]} {singular(last[2])}"
    if low.endswith("men") and len(low) > 4:
        return f"{low[:-3]}man"
    if not low.endswith("s") or low.endswith(("ss", "bus")):
        return low
    plain = low[:-1]
    forms = (
        [low[:-3] + "y"] if low.endswith("ies") else [low[:-2]] if low.endswith(("shes", "ches", "sses", "xes")) else []
    )
    return next(
        (form for form in (*forms, plain, *([low[:-2]] if low.endswith("es") else [])) if form in _nouns()),
        low if low in _nouns() else plain,
    )


def is_verb(word: str) -> bool:
    """Whether a word in any form is a verb."""
    return base_verb(word) in _verbs()


_IRREGULAR = {"lying": "lie", "dying": "die", "tying": "tie", "using": "use"}


def base_verb(word: str) -> str:
    """The dictionary form of a verb, where it is known."""
    low = _IRREGULAR.get(word.lower(), word.lower())
    return low if low in _verbs() else next((form for form in stems(low) if form in _verbs()), low)


def motion_of(*phrases: str) -> str | None:
    """The motion of the first phrase that has one: "pick up", "pick"."""
    return next((motion for phrase in phrases if (motion := _verbs().get(phrase))), None)
