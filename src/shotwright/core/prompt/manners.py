"""What a deed means for who does it, and where: vehicles climb roads on their wheels, flocks go before who drives them, divers without water dive onto the ground."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from shotwright.core.plan import Path

if TYPE_CHECKING:
    from shotwright.core.plan import Action, ShotPlan

WATERY = frozenset({
    "water", "sea", "ocean", "lake", "river", "pool", "pond", "underwater", "reef", "lagoon", "bay", "beach", "coast", "shore", "harbour", "harbor", "canal", "waterfall", "stream", "swamp",
    "surf", "wave", "island", "cove", "aquarium", "seabed", "fjord", "dock", "pier", "boat", "ship", "cliff",
})  # fmt: skip
"""Where one dives into water."""
DRIVERS = frozenset({"drive", "herd", "round up", "shepherd", "lead"})


def as_it_is_done(plan: ShotPlan) -> ShotPlan:
    """A plan whose deeds are those of who does them.

    Args:
        plan: As it was read.
    """
    return _on_stone(_herded(_dives(_on_wheels(plan))))


def _on_wheels(plan: ShotPlan) -> ShotPlan:
    """ "A tram climbs a steep street": up the street, and not into the air."""
    vehicles = {e.id for e in plan.entities if e.kind == "vehicle"}

    def driven(act: Action) -> Action:
        way = act.path or Path()
        end = "far" if way.end in {None, "up"} else way.end
        return replace(act, motion="drive", path=replace(way, end=end))

    def drifts(act: Action) -> bool:
        """ "A boat floats down a stream": along it."""
        return act.motion in {"float", "drive", "row", "swim", "walk"} and act.path is not None and act.path.end == "down"

    watery = bool(WATERY & {word for place in plan.setting.places for word in place.split()})
    if watery and any(a.who in vehicles and drifts(a) for a in plan.actions):
        way = Path(start="left", end="right")
        plan = replace(plan, actions=tuple(replace(a, path=way) if a.who in vehicles and drifts(a) else a for a in plan.actions))
    climbs = {a for a in plan.actions if a.who in vehicles and a.motion == "climb"}
    return replace(plan, actions=tuple(driven(a) if a in climbs else a for a in plan.actions)) if climbs else plan


def _dives(plan: ShotPlan) -> ShotPlan:
    """ "Dives for the ball": onto the ground, where there is no water."""
    named = {word for place in plan.setting.places for word in place.split()}
    named |= {word for e in plan.entities for word in e.noun.split()}
    if named & WATERY or plan.setting.shells[:1] == ("underwater",):
        return plan
    people = {e.id for e in plan.entities if e.kind == "person" and e.noun.rpartition(" ")[2] not in {"diver", "freediver"}}  # fmt: skip
    dives = {a for a in plan.actions if a.verb.split()[0] == "dive" and a.motion == "swim" and a.who in people}
    actions = tuple(replace(a, motion="dive", path=None) if a in dives else a for a in plan.actions)
    return replace(plan, actions=actions) if dives else plan


def _herded(plan: ShotPlan) -> ShotPlan:
    """ "A collie drives a flock of sheep through a gate": they go, and it runs behind them."""
    kinds = {e.id: e.kind for e in plan.entities}
    for act in plan.actions:
        flock = act.object or ""
        is_it = act.verb in DRIVERS - {"lead"} and kinds.get(flock) == "animal"
        if not is_it or kinds.get(act.who) not in {"animal", "person"} or plan.actions_of(flock):
            continue
        rides = any(r.of == act.who and r.relation in {"riding", "on", "in"} for r in plan.relations)
        gait = "ride_horse" if rides else "run" if kinds[act.who] == "animal" else "walk"
        chases = replace(act, verb="chase", motion=gait)
        going = replace(act, who=flock, verb="go", motion="walk", object=None)
        apart = tuple(r for r in plan.relations if {r.of, r.to} != {act.who, flock})
        actions = tuple(chases if a is act else a for a in plan.actions)
        plan = replace(plan, actions=(*actions, going), relations=apart)
    return plan


STONES = frozenset({"stone", "rock", "marble", "slate", "granite", "concrete", "mirror", "velvet", "silk", "wood", "glass", "moss", "acrylic"})


def _on_stone(plan: ShotPlan) -> ShotPlan:
    """ "A bottle on black stone": a surface of it, and no boulder, no wardrobe mirror."""
    small = {e.id for e in plan.entities if e.kind in {"tool", "food"} and not e.ref}
    laid = {r.to for r in plan.relations if r.relation == "on" and r.of in small}
    others = {r.to for r in plan.relations if r.of not in small}
    slabs = {e.id for e in plan.entities if e.noun in STONES and e.count == 1 and e.id in laid - others and not e.ref}
    return replace(
        plan,
        entities=tuple(
            replace(e, noun="slab", colour=e.colour or OF_STUFF.get(e.noun)) if e.id in slabs else e for e in plan.entities
        ),
    )


OF_STUFF = {"mirror": "silver", "velvet": "dark red", "silk": "white", "wood": "brown", "moss": "green", "glass": "silver"}
"""Colours of surfaces that the words give none."""
