"""Who goes with somebody goes their way: who chases, follows, walks beside or behind one that crosses the frame."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from shotwright.core.plan import Path
from shotwright.core.prompt.lexicon import noun_of
from shotwright.core.prompt.syntax import GOING, NARROW, ON_FOOT

if TYPE_CHECKING:
    from shotwright.core.plan import Action, Entity, ShotPlan

AFTER = frozenset({"chase", "follow", "pursue", "trail", "hunt", "accompany", "run after", "escort", "tail", "shadow"})
"""Verbs of going whose object is whom one goes with."""
WITH = frozenset({"behind", "beside", "in_front_of", "near", "left_of", "right_of"})
SIDEWAYS = frozenset({"left", "right"})


def kept_up(plan: ShotPlan) -> ShotPlan:
    """A plan in which who goes with somebody has their way.

    Args:
        plan: As it was read.
    """
    chased = {act.object for act in plan.actions if act.verb in AFTER}
    worn = tuple(r for r in plan.relations if r.relation not in {"wearing", "holding"} or r.to not in chased)
    plan = replace(plan, actions=tuple(_with_way(act, plan) for act in plan.actions), relations=worn)
    return _down_the_hall(_across(replace(plan, actions=(*plan.actions, *_flights(plan)))))


def _down_the_hall(plan: ShotPlan) -> ShotPlan:
    """ "A man walks down a corridor": towards us, and not from wall to wall."""
    hauls = {a.who for a in plan.actions if a.motion in {"push", "pull"}}
    tracked = any(move.move == "tracking" for move in plan.camera)
    people = {e.id for e in plan.entities if e.kind == "person" and not e.in_picture and not e.ref}

    def goes(act: Action) -> bool:
        way = act.path
        free = way is not None and not (way.start or way.end or way.around or way.over)
        return free and way is not None and way.along in NARROW and act.motion in ON_FOOT and act.who in people - hauls

    return replace(
        plan,
        actions=tuple(
            replace(a, path=replace(a.path or Path(), end="near")) if goes(a) and not tracked else a
            for a in plan.actions
        ),
    )


def _across(plan: ShotPlan) -> ShotPlan:
    """A chase without a way of its own crosses the frame: who is chased is ahead, and nobody catches anybody by chance."""
    known = {e.id for e in plan.entities}
    chases = [a for a in plan.actions if a.verb in CHASING and a.motion in GOING and a.object in known]
    runs = {name for a in chases for name in (a.who, a.object)}
    ends = [
        a
        for a in plan.actions
        if a.who in runs and a.path is not None and (a.path.start or a.path.end or a.path.around)
    ]
    if ends or any(entity.ref for entity in plan.entities if entity.id in runs):
        return plan
    crosses = tuple(
        replace(a, path=replace(a.path or Path(), start="left", end="right"))
        if a.who in runs and a.motion in GOING
        else a
        for a in plan.actions
    )
    return replace(plan, actions=crosses)


CHASING = AFTER - {"follow", "accompany", "escort", "trail", "tail", "shadow"}
"""Verbs of those who want to catch somebody."""


def _flights(plan: ShotPlan) -> tuple[Action, ...]:
    """ "A dog chases a cat": the cat runs as well."""
    going = {act.who for act in plan.actions if act.motion in GOING}
    movers = {e.id: _flees(e) for e in plan.entities if not e.in_picture}
    return tuple(
        replace(act, who=act.object, verb="go", motion=movers[act.object] or act.motion, object=None)
        for act in plan.actions
        if act.verb in AFTER and act.motion in GOING and act.object in movers and act.object not in going
    )


def _flees(entity: Entity) -> str | None:
    """How something goes that is chased: birds fly, cars drive, balls roll, hats blow away; None: as who chases it."""
    if entity.kind in {"person", "animal"}:
        known = noun_of(entity.noun)
        return "fly" if known is not None and WINGED & {entity.noun, *known.near.split()} else None
    if entity.kind == "vehicle":
        return "drive"
    last = entity.noun.rpartition(" ")[2]
    return "float" if last in BLOWN else "roll" if last in ROUND else "slide"


WINGED = frozenset({"bird", "insect", "bat", "passerine", "gull", "crow", "raven", "dove", "goose", "duck", "owl", "parrot", "wader", "dragon", "butterfly"})  # fmt: skip
"""Animals, and kinds of them, that fly."""
BLOWN = frozenset({"hat", "cap", "kite", "balloon", "paper", "letter", "newspaper", "leaf", "feather", "umbrella", "bag", "scarf", "dollar", "bubble", "photo", "plane"})  # fmt: skip
ROUND = frozenset({"ball", "basketball", "football", "tyre", "tire", "wheel", "coin", "hoop", "orange", "apple", "cheese", "barrel", "tennis ball", "marble", "tumbleweed"})  # fmt: skip
"""What the wind takes along, and what rolls."""


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
