"""Tables of the scene reader, from `words/syntax.toml` and `words/effects.toml`: prepositions, counts, ways, effects."""

from __future__ import annotations

import tomllib
from importlib import resources
from typing import Any, cast

from shotwright.core.plan import Preposition
from shotwright.core.prompt.phrases import PhraseTable

_WORDS = resources.files("shotwright.core.prompt") / "words"
_RAW: dict[str, Any] = {}
for _name in ("syntax", "effects", "motions"):
    _RAW |= tomllib.loads((_WORDS / f"{_name}.toml").read_text(encoding="utf-8"))


def _table(name: str) -> PhraseTable[str]:
    return PhraseTable(_RAW[name])


def _by_word(name: str) -> dict[str, str]:
    return {word: value for value, words in _RAW[name].items() for word in words}


def _numbers(name: str) -> dict[str, int]:
    return {word: int(number) for number, words in _RAW[name].items() for word in words}


RELATIONS = cast("PhraseTable[Preposition]", _table("relations"))
VERB_RELATIONS = cast("dict[str, Preposition]", _by_word("verb_relations"))
QUANTITIES, NUMBERS, GROUPS = _numbers("quantities"), _numbers("numbers"), _numbers("groups")
PAIRS = _numbers("pairs")
AS_ANIMALS = frozenset(_RAW["as_animals"]["noun"])
FILM = frozenset(_RAW["film"]["noun"])
FILM_PHRASES = tuple(tuple(phrase.split()) for phrase in _RAW["film"]["phrase"])
PARTS = frozenset(_RAW["parts"]["noun"])
POSITIONS = frozenset(_RAW["positions"]["noun"])
WAYS = _table("ways")
VERB_WAYS = _by_word("verb_ways")
WAY_PREPOSITIONS = _by_word("way_prepositions")
PLACING = frozenset(_RAW["placing"]["verb"])
WHILE = frozenset(_RAW["joining"]["while"])
THEN = frozenset(_RAW["joining"]["then"])
PLAIN_ADJECTIVES = frozenset(_RAW["plain"]["adjective"])
EFFECTS = _table("effects")
NO_MOTION = frozenset(_RAW["motions"]["none"])
GOING = frozenset(
    {
        "walk",
        "run",
        "sneak",
        "limp",
        "march",
        "crawl",
        "climb",
        "jump",
        "fly",
        "float",
        "swim",
        "roll",
        "slide",
        "drive",
        "ride_bike",
        "ride_horse",
        "ski",
        "surf",
        "skate",
        "row",
        "steer",
        "fall",
        "rise",
    }
)
"""Motions that get somebody somewhere."""
LIVELY = frozenset({
    "stand", "sit", "walk", "run", "wave", "clap", "cheer", "talk", "laugh", "react", "cry", "look_around", "dance", "kneel", "nod", "shout", "sleep", "read", "point",
})  # fmt: skip
"""Motions of somebody rather than of something."""
ON_FOOT = frozenset({"walk", "run", "march", "sneak", "limp"})
BY_HAND = frozenset({
    "wave", "talk", "shout", "laugh", "react", "cry", "read", "write", "type", "drink", "eat", "blow", "play_guitar", "play_violin", "clap", "cheer", "point",
    "raise_hand", "look_around", "look_at_hand", "nod", "shake_head", "juggle", "pray", "cover_face", "hold", "carry", "drum", "dribble", "tinker", "shoot",
})  # fmt: skip
"""What one does with arms and face alone, also on one's way."""
CHAIRS = frozenset({
    "chair", "armchair", "sofa", "couch", "bench", "stool", "throne", "seat", "swing", "wheelchair", "rocking chair", "toilet",
})  # fmt: skip
"""Furniture that one sits on."""
SEATS = CHAIRS | {"bed", "floor", "ground", "horse", "bicycle"}
NARROW = frozenset({"corridor", "hallway", "hall", "alley", "alleyway", "tunnel", "aisle", "passage", "passageway", "catwalk", "runway", "staircase", "footbridge", "boardwalk", "pier"})  # fmt: skip
"""Places that one goes down, and not across."""
MOTION_VERBS: dict[str, tuple[str, ...]] = {
    name: tuple(verbs) for name, verbs in _RAW["motions"].items() if name != "none"
}
"""The verbs of every motion."""
MOTIONS = tuple(name for name in _RAW["motions"] if name != "none")
