"""What somebody is, beside what they do: asleep, seated, somebody's young."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from shotwright.core.plan import Action
from shotwright.core.prompt.senses import parent_of

if TYPE_CHECKING:
    from shotwright.core.plan import ShotPlan


def in_their_state(plan: ShotPlan) -> ShotPlan:
    """A plan whose beings are what they are said to be.

    Args:
        plan: As it was read.
    """
    return _landed(_bent_over(_states(_young(plan))))


def _young(plan: ShotPlan) -> ShotPlan:
    """ "A herd of elephants, a calf at the end": a small elephant."""
    named = {e.noun for e in plan.entities if e.kind == "animal"}
    entities = tuple(
        replace(e, noun=parent, kind="animal", attributes=(*e.attributes, "baby"))
        if not e.ref and (parent := parent_of(e.noun, named - {e.noun}))
        else e
        for e in plan.entities
    )
    return replace(plan, entities=entities)


STATES = {"asleep": "sleep", "sleeping": "sleep", "dozing": "sleep", "seated": "sit", "sitting": "sit", "kneeling": "kneel", "crouched": "crouch", "crying": "cry", "smiling": "laugh", "laughing": "laugh"}  # fmt: skip
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


ALOFT = frozenset(
    {
        "fly",
        "float",
        "jump",
        "climb",
        "fall",
        "swim",
        "swing",
        "spin",
        "walk",
        "run",
        "march",
        "drive",
        "ride_bike",
        "ride_horse",
    }
)
BENT_OVER = frozenset({"person", "animal", "furniture", "tool", "food", "clothing"})


def _bent_over(plan: ShotPlan) -> ShotPlan:
    """ "Three surgeons bend over a patient": they stand at it, and hover nowhere."""
    people = {e.id for e in plan.entities if e.kind == "person" or e.ref}
    below = {e.id for e in plan.entities if e.kind in BENT_OVER and not e.ref}
    bent = {
        r for r in plan.relations
        if r.relation == "over" and r.of in people and r.to in below and not any(a.motion in ALOFT for a in plan.actions_of(r.of))
    }  # fmt: skip
    if not bent:
        return plan
    who = {r.of for r in bent}
    relations = tuple(replace(r, relation="behind") if r in bent else r for r in plan.relations)
    actions = tuple(
        replace(a, motion="tinker" if a.motion == "crouch" else a.motion, path=None)
        if a.who in who and a.path is not None and a.path.over in below
        else a
        for a in plan.actions
    )
    return replace(plan, relations=relations, actions=actions)


def _landed(plan: ShotPlan) -> ShotPlan:
    """ "Jumps off and lands on her knees": somebody who has no wings."""
    people = {e.id for e in plan.entities if e.kind == "person"}
    return replace(
        plan,
        actions=tuple(
            replace(a, motion="crouch", path=None) if a.who in people and a.verb == "land" and a.motion == "fly" else a
            for a in plan.actions
        ),
    )
