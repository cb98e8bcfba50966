"""Doors: of what they are, and who comes out of them once they are open."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from shotwright.core.plan import Action, Path, Relation

if TYPE_CHECKING:
    from shotwright.core.plan import Entity, ShotPlan

DOORS = frozenset({"door", "gate", "hatch", "doorway", "trapdoor", "ramp", "curtain"})
OF_RIDES = frozenset({"door", "hatch", "ramp"})
OPEN_RIDES = frozenset({"cart", "bike", "bicycle", "motorcycle", "scooter", "sled", "sledge", "barrow", "wheelbarrow", "skateboard", "stroller", "trolley", "wheelchair", "horse cart"})  # fmt: skip
"""What doors may be of a vehicle, and vehicles that have none."""
OUT = frozenset({
    "run out", "come out", "step out", "walk out", "burst out", "rush out", "storm out", "get out", "stream out", "pour out", "climb out", "spill out",
    "emerge", "hop out", "jump out", "stroll out", "stride out", "float out", "crawl out", "hurry out", "dash out", "file out", "get off", "go out",
})  # fmt: skip
"""What one does out of a door."""


def through_doors(plan: ShotPlan) -> ShotPlan:
    """A plan in which a vehicle's door is its own, and who comes out after a door has opened comes out of it.

    Args:
        plan: As it was read.
    """
    doors = [e for e in plan.entities if e.noun.rpartition(" ")[2] in DOORS and not e.ref]
    plain = [
        d for d in doors if d.noun in OF_RIDES and not d.attributes and not any(r.of == d.id for r in plan.relations)
    ]
    opened = [d for d in doors if any(a.motion == "open" and d.id in {a.who, a.object} for a in plan.actions)]
    here = set(plan.setting.places)
    rides = [
        e
        for e in plan.entities
        if e.kind == "vehicle" and e.count == 1 and not e.ref and e.noun not in here and _is_boarded(e, plan)
    ]
    ride = rides[0] if len(rides) == 1 else None
    its = [d for d in opened if d in plain and ride is not None and (ride.span or (0,)) < (d.span or (0,))]
    plan = _parts(plan, its, ride)
    source = (
        ride if ride is not None and (its or (not opened and _has_stopped(plan, ride))) else next(iter(opened), None)
    )
    if source is None:
        return plan
    return replace(plan, actions=tuple(_out_of(act, source, plan) for act in plan.actions))


def _is_boarded(ride: Entity, plan: ShotPlan) -> bool:
    """Whether people may get out of a vehicle: it stands, or nothing is said of how it goes."""
    goes = any(act.motion == "drive" for act in plan.actions_of(ride.id))
    return ride.noun.rpartition(" ")[2] not in OPEN_RIDES and (not goes or _has_stopped(plan, ride))


def _parts(plan: ShotPlan, opened: list[Entity], ride: Entity | None) -> ShotPlan:
    """Doors that open beside a vehicle are part of it."""
    if ride is None or any(r.of == door.id for door in opened for r in plan.relations):
        return plan
    found = tuple(Relation(door.id, "part_of", ride.id, 0.0, plan.duration_s) for door in opened)
    return replace(plan, relations=(*plan.relations, *found))


def _has_stopped(plan: ShotPlan, ride: Entity) -> bool:
    return any(
        act.motion in {"stand", "land"} or act.verb in {"stop", "halt", "park"} for act in plan.actions_of(ride.id)
    )


def _out_of(act: Action, source: Entity, plan: ShotPlan) -> Action:
    who, path = plan.entity(act.who), act.path
    is_out = act.verb in OUT and who is not None and who.kind in {"person", "animal"}
    opens = any(a.motion == "open" and a.who == act.who for a in plan.actions)  # and leaves
    if not is_out or opens or act.who == source.id or (path is not None and path.start not in {None, "out"}):
        return act
    end = path.end if path is not None and path.end not in {None, "out"} else "near"
    return replace(act, path=replace(path or Path(), start=source.id, end=end))
