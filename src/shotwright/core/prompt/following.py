"""Who goes with somebody goes their way: who chases, follows, walks beside or behind one that crosses the frame."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from shotwright.core.plan import Path
from shotwright.core.prompt.syntax import GOING

if TYPE_CHECKING:
    from shotwright.core.plan import Action, ShotPlan

AFTER = frozenset({"chase", "follow", "pursue", "trail", "hunt", "accompany", "run after", "escort", "tail", "shadow"})
"""Verbs of going whose object is whom one goes with."""
WITH = frozenset({"behind", "beside", "in_front_of", "near", "left_of", "right_of"})
SIDEWAYS = frozenset({"left", "right"})


def kept_up(plan: ShotPlan) -> ShotPlan:
    """A plan in which who goes with somebody has their way.

    Args:
        plan: As it was read.
    """
    plan = replace(plan, actions=tuple(_with_way(act, plan) for act in plan.actions))
    return replace(plan, actions=(*plan.actions, *_flights(plan)))


def _flights(plan: ShotPlan) -> tuple[Action, ...]:
    """ "A dog chases a cat": the cat runs as well."""
    going = {act.who for act in plan.actions if act.motion in GOING}
    movers = {e.id: e.kind for e in plan.entities if e.kind in {"person", "animal", "vehicle"} and not e.in_picture}
    return tuple(
        replace(act, who=act.object, verb="go", motion="drive" if movers[act.object] == "vehicle" else act.motion, object=None)
        for act in plan.actions
        if act.verb in AFTER and act.motion in GOING and act.object in movers and act.object not in going
    )  # fmt: skip


def _with_way(act: Action, plan: ShotPlan) -> Action:
    """An action with the way of whom it follows, where it has none of its own."""
    who = plan.entity(act.who)
    if who is None or who.kind not in {"person", "animal", "vehicle"}:
        return act  # "the path follows the river"
    if act.motion not in GOING or (act.path is not None and (act.path.start or act.path.end)):
        return act
    whom = {act.object} if act.verb in AFTER and act.object else set()
    whom |= {r.to for r in plan.relations if r.of == act.who and r.relation in WITH}
    ways = [
        a.path
        for name in sorted(filter(None, whom))
        for a in plan.actions_of(name)
        if a.path is not None and a.motion in GOING
    ]
    way = next((path for path in ways if {path.start, path.end} & SIDEWAYS), None)
    return act if way is None else replace(act, path=replace(act.path or Path(), start=way.start, end=way.end))
