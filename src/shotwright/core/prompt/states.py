"""What somebody is, beside what they do: asleep, seated, somebody's young."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from shotwright.core.plan import Action
from shotwright.core.prompt.senses import parent_of

if TYPE_CHECKING:
    from shotwright.core.plan import Entity, ShotPlan


def in_their_state(plan: ShotPlan) -> ShotPlan:
    """A plan whose beings are what they are said to be.

    Args:
        plan: As it was read.
    """
    return _states(_young(plan))


def _young(plan: ShotPlan) -> ShotPlan:
    """ "A herd of elephants, a calf at the end": a small elephant."""
    named = {e.noun for e in plan.entities if e.kind == "animal"}
    entities = tuple(
        replace(e, noun=parent, kind="animal", attributes=(*e.attributes, "baby"))
        if not e.ref and (parent := parent_of(e.noun, named - {e.noun})) and _is_theirs(e, parent, plan)
        else e
        for e in plan.entities
    )
    return replace(plan, entities=entities)


def _is_theirs(young: Entity, parent: str, plan: ShotPlan) -> bool:
    """Whether a young one is of that kind: of several of them, of one that it is with, and no baby of people."""
    if young.kind == "person" and young.noun == "baby":
        return False
    if any(e.noun in {"horse", "cow", "hen", "dog"} - {parent} and e.kind == "animal" for e in plan.entities):
        return False
    return young.noun != "chick" or any(e.noun == parent and e.count > 1 for e in plan.entities)


_FEELINGS = {
    "smile": "smiling happy joyful cheerful delighted proud amused content grinning beaming joyous pleased merry playful happily joyfully cheerfully proudly playfully warmly smile grin",
    "laugh": "laughing ecstatic excited giggling thrilled overjoyed excitedly giddily hysterically laughter",
    "sad": "sad lonely melancholic upset heartbroken depressed disappointed worried anxious gloomy sorrowful grieving homesick sadly anxiously nervously nervous sadness concerned embarrassed ashamed guilty shy bashful",
    "cry": "crying sobbing weeping tearful tearfully tear",
    "anger": "angry furious annoyed grumpy mad stern angrily furiously enraged fierce irritated menacing scowling determined sternly fiercely frown scowl anger rage",
    "shock": "shocked surprised astonished amazed scared terrified frightened startled horrified stunned panicked bewildered confused alarmed speechless awestruck fearful afraid stressed surprise shock horror awe terror",
    "asleep": "asleep sleeping dozing dead unconscious dreaming",
    "tired": "tired sleepy exhausted bored weary drowsy hungover relaxed drunk",
}  # fmt: skip
FEELINGS = {word: face for face, words in _FEELINGS.items() for word in words.split()}
"""Words of feelings, and the face that shows each: said of somebody, of how they do something, or of their face."""
STATES = {"asleep": "sleep", "sleeping": "sleep", "dozing": "sleep", "seated": "sit", "sitting": "sit", "kneeling": "kneel", "crouched": "crouch", "crying": "cry", "smiling": "react", "laughing": "laugh"}  # fmt: skip
"""What somebody is said to be, and does the whole time where nothing else is said of them."""


def _states(plan: ShotPlan) -> ShotPlan:
    """ "A nurse is asleep" sleeps."""
    found = tuple(
        Action(e.id, word, STATES[word], start_s=e.appears_s, end_s=plan.duration_s, span=e.span)
        for e in plan.entities
        for word in e.attributes
        if word in STATES and e.kind in {"person", "animal"} and not plan.actions_of(e.id)
    )
    return replace(plan, actions=(*plan.actions, *found)) if found else plan
