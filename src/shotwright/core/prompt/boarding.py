"""Who is on board of what the words name: crews, drivers, those at the wheel."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from shotwright.core.plan import Relation
from shotwright.core.prompt.lexicon import noun_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shotwright.core.plan import Action, Preposition, ShotPlan

AFLOAT = frozenset({"small boat", "raft", "vessel", "sailing vessel", "boat", "ship", "watercraft"})
"""More general nouns of what has its wheel on deck."""
HELD = frozenset({"at", "behind", "holding"})
NEXT_TO = frozenset({"beside", "at", "left_of", "right_of", "in_front_of", "around"})


CREW = frozenset(
    {
        "fisherman",
        "sailor",
        "captain",
        "skipper",
        "crew",
        "pirate",
        "rower",
        "seaman",
        "deckhand",
        "boatman",
        "ferryman",
        "gondolier",
    }
)
"""Who is on board where a boat is named."""
WATERS = frozenset(
    {"sea", "ocean", "lake", "river", "water", "bay", "harbour", "harbor", "storm", "waves", "fjord", "open sea"}
)
PADDLING = frozenset({"paddle", "row", "oar"})
"""What those do who are in a boat, wherever the words put them."""
IN_THE_WATER = frozenset({"swim", "dive", "surf", "float", "fall", "walk", "run"})


def _swims(acts: Sequence[Action]) -> bool:
    """Whether somebody is in the water rather than aboard."""
    return any(act.motion in IN_THE_WATER and act.verb.split()[0] not in PADDLING for act in acts)


def aboard(plan: ShotPlan) -> ShotPlan:
    """ "A fishing boat rocks on the waves. Two fishermen haul a net": they are in it. "The man drives": he is in the car."""
    rides = [e for e in plan.entities if e.kind == "vehicle" and e.count == 1 and e.placement != "background"]
    elsewhere = set(plan.setting.places) - WATERS
    placed = {r.of for r in plan.relations if r.relation in {"in", "inside", "on", "riding", "beside", "at", "behind"}}
    found: list[Relation] = []
    for entity in plan.entities:
        acts = plan.actions_of(entity.id)
        if entity.kind != "person" or entity.id in placed or not rides or _swims(acts):
            continue
        known = noun_of(rides[-1].noun)
        is_boat = known is not None and (known.near in AFLOAT or rides[-1].noun.rpartition(" ")[2] in {"boat", "ship"})
        is_before = bool(rides[-1].span and entity.span and rides[-1].span < entity.span)
        drives = any(act.motion == "drive" and not act.object and not act.path for act in acts) and is_before
        is_crew = entity.noun.rpartition(" ")[2] in CREW and is_before and not elsewhere
        is_crew |= any(act.verb.split()[0] in PADDLING for act in acts)
        if (is_boat and is_crew) or (drives and not is_boat):
            found.append(Relation(entity.id, "in", rides[-1].id, 0.0, plan.duration_s, span=entity.span))
    seated = {r.of for r in found}
    actions = tuple(
        replace(act, motion="row")
        if act.who in seated and act.verb.split()[0] in PADDLING
        else replace(act, motion="steer")
        if act.who in seated and act.motion == "drive" and act.path is None
        else act
        for act in plan.actions
    )
    return replace(plan, relations=(*plan.relations, *found), actions=actions) if found else plan


def at_the_wheel(plan: ShotPlan) -> ShotPlan:
    """ "A woman at the wheel and a man next to her": both are in the car."""
    wheel = next((e for e in plan.entities if e.noun in {"wheel", "steering wheel"} and not e.ref), None)
    ride = next((e for e in plan.entities if e.kind == "vehicle"), None)
    known = noun_of(ride.noun) if ride is not None else None
    if wheel is None or ride is None:
        return plan
    how: Preposition = "on" if known is not None and known.near in AFLOAT else "in"
    drivers = {r.of for r in plan.relations if r.to == wheel.id and r.relation in HELD}
    if not drivers:
        return plan
    people = {e.id for e in plan.entities if e.kind == "person"}
    beside = {
        one
        for r in plan.relations
        for one, other in ((r.of, r.to), (r.to, r.of))
        if r.relation in NEXT_TO and other in drivers and one in people
    }
    aboard = drivers | beside
    kept = (
        r
        for r in plan.relations
        if wheel.id not in {r.of, r.to} and not ({r.of, r.to} <= aboard and r.relation in NEXT_TO)
    )
    seats = tuple(Relation(one, how, ride.id, 0.0, plan.duration_s, span=wheel.span) for one in sorted(aboard))
    entities = tuple(e for e in plan.entities if e is not wheel)
    return replace(plan, entities=entities, relations=(*kept, *seats))


SHIPS = frozenset({
    "ship", "galleon", "ferry", "frigate", "freighter", "yacht", "carrier", "steamer", "steamship", "liner", "schooner", "tanker", "warship", "battleship",
})  # fmt: skip
"""What has a deck on which a shot can be."""
FROM_AFAR = frozenset({"wide", "extreme_wide"})
DECK = "ship deck"


def on_deck(plan: ShotPlan) -> ShotPlan:
    """ "A pirate stands at the helm of a ship": the shot is on its deck, unless it shows the ship from afar or the ship does something.

    Args:
        plan: With everybody aboard.
    """
    ship = next(
        (e for e in plan.entities if e.kind == "vehicle" and e.noun.rpartition(" ")[2] in SHIPS and e.count == 1), None
    )
    if ship is None or ship.ref or plan.actions_of(ship.id):
        return plan
    far = any(
        shown.size in FROM_AFAR or shown.angle in {"aerial", "high"} or shown.focus == ship.id for shown in plan.shots
    )
    named = {move.target for move in plan.camera} | {
        name for a in plan.actions if a.path for name in (a.path.start, a.path.end, a.path.around)
    }
    people = {e.id for e in plan.entities if e.kind == "person"}
    helm = {r.of for r in plan.relations if r.to == ship.id and r.relation == "part_of"}
    here = {
        r.of
        for r in plan.relations
        if r.to in {ship.id, *helm} and r.relation in {"on", "in", "at", "inside", "behind"} and r.of in people
    }
    elsewhere = {
        r.of for r in plan.relations if r.to == ship.id and r.relation not in {"on", "in", "at", "inside", "part_of"}
    }
    if far or not here or elsewhere or ship.id in named or not set(plan.setting.places) <= WATERS:
        return plan
    setting = replace(
        plan.setting, places=(DECK, *plan.setting.places), attributes=(*plan.setting.attributes, *ship.attributes)
    )
    relations = tuple(r for r in plan.relations if ship.id not in {r.of, r.to})
    return replace(
        plan, setting=setting, relations=relations, entities=tuple(e for e in plan.entities if e is not ship)
    )


WET_LANDS = frozenset({"beach", "shore", "coast", "marsh", "swamp", "canal", "pier", "dock", "marina", "port", "pond", "pool", "lagoon", "wave", "harbour", "underwater", "island"})  # fmt: skip
"""Other places where boats are."""
SAILING = frozenset({"run", "row", "steer", "sail", "float", "drive", "walk", "slide"})


def on_water(plan: ShotPlan) -> ShotPlan:
    """ "A kayak in a canyon": whatever floats and goes has a river under it.

    Args:
        plan: With everybody aboard.
    """
    boats = {
        e.id
        for e in plan.entities
        if e.kind == "vehicle"
        and (n := noun_of(e.noun))
        and (n.near in AFLOAT or e.noun in {"boat", "kayak", "canoe", "raft"})
    }
    crews = {r.of for r in plan.relations if r.to in boats and r.relation in {"in", "on", "riding", "inside"}}
    sails = any(a.who in boats | crews and a.motion in SAILING for a in plan.actions)
    places = plan.setting.places
    if not sails or not places or plan.setting.inside or set(places) & (WATERS | WET_LANDS | {DECK}):
        return plan
    return replace(
        plan, setting=replace(plan.setting, places=("river", *places), shells=("lake", *plan.setting.shells))
    )
