"""What is on top of a table with something else, and what goes along it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from shotwright.core.plan import Relation
from shotwright.core.prompt.lexicon import noun_of
from shotwright.core.prompt.syntax import GOING

if TYPE_CHECKING:
    from shotwright.core.plan import ShotPlan

SMALL_M = 0.6


def on_one_top(plan: ShotPlan) -> ShotPlan:
    """ "A cat sits on a windowsill next to a cactus": both are on it.

    Args:
        plan: As it was read.
    """
    on = {r.of: r.to for r in plan.relations if r.relation == "on"}
    tops = {e.id for e in plan.entities if e.kind in {"furniture", "tool"} and e.id in on.values()}
    small = {
        e.id
        for e in plan.entities
        if e.kind not in {"person", "animal"} and (n := noun_of(e.noun)) and n.height_m < SMALL_M
    }
    moved: dict[Relation, Relation] = {}
    for r in plan.relations:
        for one, other in ((r.of, r.to), (r.to, r.of)):
            top = one if one in tops else on.get(one)
            if r.relation == "beside" and top in tops and other in small and other not in on and other != top:
                moved[r] = replace(r, of=other, relation="on", to=str(top))
    return replace(plan, relations=tuple(moved.get(r, r) for r in plan.relations))


TABLES = frozenset(
    {
        "table",
        "desk",
        "counter",
        "shelf",
        "bar",
        "piano",
        "workbench",
        "windowsill",
        "bookshelf",
        "dresser",
        "countertop",
    }
)
LITTLE_M = 0.6


def along_tops(plan: ShotPlan) -> ShotPlan:
    """ "A snail rides a skateboard down a table", "an ant crosses a desk": on top of it.

    Args:
        plan: As it was read.
    """
    tops = {e.id for e in plan.entities if e.noun.rpartition(" ")[2] in TABLES}
    little = {
        e.id for e in plan.entities
        if e.kind in {"animal", "tool", "vehicle"} and (n := noun_of(e.noun)) and (n.height_m < LITTLE_M or "toy" in e.attributes)
    }  # fmt: skip
    rides = {r.of: r.to for r in plan.relations if r.relation in {"riding", "in"}}
    placed = {r.of for r in plan.relations if r.relation in {"on", "under", "beside", "at"}}
    added = []
    for act in plan.actions:
        top = next((name for name in ((act.path.along, act.path.over) if act.path else ()) if name in tops), None)
        mover = rides.get(act.who, act.who)
        if (
            top is not None
            and act.motion in GOING
            and act.who in little
            and mover not in placed
            and act.motion not in {"jump", "fly"}
        ):
            added.append(Relation(mover, "on", top, 0.0, plan.duration_s))
    return replace(plan, relations=(*plan.relations, *added)) if added else plan
