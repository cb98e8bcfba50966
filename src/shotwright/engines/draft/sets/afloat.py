"""Shots of what floats: the camera is over the water, and no shore lies before it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from shotwright.engines.draft.cast.library import row_of
from shotwright.engines.draft.sets.furnish import DRY_M

if TYPE_CHECKING:
    from shotwright.core.plan import Entity, ShotPlan
    from shotwright.engines.draft.sets.art import Rng
    from shotwright.engines.draft.sets.kinds import Prop, SetKind

ON_WATER = frozenset({"swim", "row", "surf", "float", "steer"})
"""Motions that somebody does on or in the water."""
ABOARD = frozenset({"in", "on", "inside", "riding"})
BODIES = frozenset({"person", "animal", "vehicle"})


def over_water(kind: SetKind, plan: ShotPlan) -> SetKind:
    """The set without its shore, where everybody whom the words name floats."""
    if not kind.shore or not is_afloat(plan):
        return kind

    def props(rng: Rng) -> list[Prop]:
        return [prop for prop in kind.props(rng) if prop.z > DRY_M]

    return replace(kind, shore="", props=props)


def is_afloat(plan: ShotPlan) -> bool:
    """Whether all bodies of a plan are on the water: boats, swimmers, and who is aboard."""
    bodies = [entity for entity in plan.entities if entity.kind in BODIES and not entity.in_picture]
    wet = {entity.id for entity in bodies if _floats(entity, plan)}
    wet |= {r.of for r in plan.relations if r.to in wet and r.relation in ABOARD}
    return bool(bodies) and all(entity.id in wet for entity in bodies)


def _floats(entity: Entity, plan: ShotPlan) -> bool:
    row = row_of(entity.noun)
    if row is not None and row.footing == "water":
        return True
    return any(act.motion in ON_WATER for act in plan.actions_of(entity.id)) and entity.kind in BODIES
