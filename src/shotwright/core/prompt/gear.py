"""Trucks, pans, cranes and drones: words for moves of a camera that are things as well, and when they are."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from shotwright.core.prompt import vocabulary as v
from shotwright.core.prompt.lexicon import base_verb, is_verb, noun_of, singular
from shotwright.core.prompt.plurals import ACTORS

if TYPE_CHECKING:
    from shotwright.core.prompt.lexer import Token

GEAR = frozenset({"pan", "truck", "crane", "dolly", "boom", "drone"})
"""Words for moves that are things as well."""
OF_THINGS = frozenset(
    {"in", "on", "at", "from", "into", "onto", "under", "behind", "beside", "of", "against", "near", "by"}
)
GOES_ON = frozenset(
    {
        "left",
        "right",
        "up",
        "down",
        "to",
        "across",
        "over",
        "along",
        "around",
        "in",
        "out",
        "shot",
        "move",
        "past",
        "through",
        "toward",
        "towards",
    }
)


def does_itself(sentence: list[Token], at: int) -> bool:
    """ "A truck passes from right to left": the noun has a verb of its own."""
    if at >= len(sentence) - 1:
        return False
    opens = at == 0 or sentence[at - 1].kind != "word"  # "Truck drives along a highway"
    is_noun = sentence[at].low == "truck" if opens else sentence[at - 1].lemma in {"a", "an"}
    return is_noun and is_verb(sentence[at + 1].low) and sentence[at + 1].low.endswith("s")


def is_a_thing_there(sentence: list[Token], at: int) -> bool:
    """ "Flips a pancake in a pan", "looks at a truck", "dogs chase a truck": where something is, or to what something is
    done, and no move."""
    if at > 2 and sentence[at - 1].lemma in {"a", "an", "the"} and is_verb(base_verb(sentence[at - 2].low)):
        who = noun_of(singular(sentence[at - 3].low))
        is_act = who is not None and who.kind in {"person", "animal", "vehicle"}
        return is_act and sentence[at - 3].lemma not in v.CAMERA_NOUNS and sentence[at].lemma in GEAR
    if at < 2 or sentence[at - 1].lemma not in {"a", "an", "the"} or sentence[at - 2].lemma not in OF_THINGS:
        return False
    after = sentence[at + 1].lemma if at + 1 < len(sentence) else ""
    return after not in GOES_ON and sentence[at].lemma in GEAR


def has_actor(tokens: list[Token]) -> bool:
    """Whether somebody was named who may be what acts: then a bare verb behind a comma is no order."""
    if any(t.kind == "ref" and t.lemma.startswith("@Element") for t in tokens) or v.PEOPLE.find(tokens):
        return True
    nouns = [singular(f"{one.low} {two.low}") for one, two in itertools.pairwise(tokens)] + [
        singular(t.low) for t in tokens
    ]
    return any((noun := noun_of(word)) is not None and noun.kind in ACTORS for word in nouns)


def is_pushed(before: list[Token], between: list[Token]) -> bool:
    """Whether somebody moves something: an article and a thing, no camera, behind somebody who acts."""
    known = noun_of(singular(between[-1].low)) if len(between) > 1 else None
    is_camera = any(t.lemma in v.CAMERA_NOUNS for t in (*before[-4:], *between))
    return known is not None and between[0].lemma in {"a", "an", "the"} and not is_camera and has_actor(before)


def is_thing(sentence: list[Token], at: int) -> bool:
    """ "A truck passes", "an iron pan on the stove": a noun that is no move, because something is said of it."""
    after = sentence[at + 1] if at + 1 < len(sentence) else None
    leads = after is not None and v.DIRECTIONS.at(sentence, at + 1) is not None
    if at > 1 and sentence[at - 1].lemma in {"a", "an", "the"} and sentence[at - 2].lemma in v.HANDLED:
        return not leads  # "she holds a pan"
    if after is None:
        return False
    does = is_verb(after.low) and after.low.endswith("s")
    said = is_verb(after.low) or after.lemma in {"of", "with", "full", "on"}
    return does or (said and not leads)
