"""Who is on the water and who is not: what floats has no shore before it, and nobody stands on the open sea."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from shotwright.core.prompt.whereabouts import IN_WATER
from shotwright.engines.draft.cast.library import row_of
from shotwright.engines.draft.sets.furnish import DRY_M
from shotwright.engines.draft.sets.places import base_of

if TYPE_CHECKING:
    from shotwright.core.plan import Entity, ShotPlan
    from shotwright.engines.draft.sets.art import Rng
    from shotwright.engines.draft.sets.kinds import Prop, SetKind

ON_WATER = frozenset({"swim", "row", "surf", "float", "steer"})
"""Motions that somebody does on or in the water."""
ABOARD = frozenset({"in", "on", "inside", "riding"})
BODIES = frozenset({"person", "animal", "vehicle"})


def at_the_water(kind: SetKind, plan: ShotPlan, noun: str) -> SetKind:
    """The set without its shore, where everybody whom the words name floats; the sea with rocks to stand on, where people stand.

    Args:
        kind: Of the place.
        plan: Who is there.
        noun: What the place is called.
    """
    if base_of(noun) == "sea" and not kind.shore and _stands(plan):
        return replace(kind, shore="stone")
    if not kind.shore or not is_afloat(plan):
        return kind

    def props(rng: Rng) -> list[Prop]:
        return [prop for prop in kind.props(rng) if prop.z > DRY_M]

    return replace(kind, shore="", props=props)


def _stands(plan: ShotPlan) -> bool:
    """Whether somebody is there on foot: not in the water, not in the air, not aboard."""
    carried = {r.of for r in plan.relations if r.relation in ABOARD and plan.entity(r.to) is not None}
    people = [e for e in plan.entities if e.kind == "person" and not e.in_picture and e.id not in carried]
    moving = {act.who for act in plan.actions if act.motion in ON_WATER | {"fly", "fall", "drive"}}
    return not is_afloat(plan) and any(person.id not in moving for person in people)


def is_afloat(plan: ShotPlan) -> bool:
    """Whether all bodies of a plan are on the water: boats, swimmers, and who is aboard."""
    bodies = [entity for entity in plan.entities if entity.kind in BODIES and not entity.in_picture]
    wet = {entity.id for entity in plan.entities if not entity.in_picture and _floats(entity, plan)}
    wet |= {r.of for r in plan.relations if r.to in wet and r.relation in ABOARD}
    return bool(bodies) and all(entity.id in wet for entity in bodies)


def _floats(entity: Entity, plan: ShotPlan) -> bool:
    row = row_of(entity.noun)
    if row is not None and row.footing == "water":
        return True
    is_in_it = IN_WATER in entity.attributes or any(act.motion in ON_WATER for act in plan.actions_of(entity.id))
    return is_in_it and entity.kind in BODIES
