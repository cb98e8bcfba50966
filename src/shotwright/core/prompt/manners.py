"""What a deed means for who does it, and where: vehicles climb roads on their wheels, flocks go before who drives them, divers without water dive onto the ground."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from shotwright.core.plan import Entity, Path, Relation
from shotwright.core.prompt.lexicon import noun_of
from shotwright.core.prompt.limbs import next_id
from shotwright.core.prompt.tops import TABLES

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
    plan = replace(plan, effects=tuple(replace(e, kind="coloured_light", amount="light") if e.kind == "glow" and e.where in {"scene", "outside"} and e.colour else e for e in plan.effects))  # fmt: skip
    plan = _pockets(_at_the_bar(_loads(_riders(plan))))
    plan = _indoors(_in_wheelchairs(_over_the_bridge(plan)))
    plan = _slid_in(_shop_of(_on_the_dock(plan)))
    return _murals(_from_above(_on_stone(_herded(_dives(_on_wheels(plan))))))


RIDES = frozenset({"bike", "bicycle", "scooter", "motorbike", "motorcycle", "moped", "unicycle", "tandem"})
OF_PEOPLE = frozenset({"drink", "eat", "wave", "talk", "sing", "smile", "laugh", "read", "phone", "point", "shout"})
"""Motions of whoever rides, and of no vehicle."""


def _riders(plan: ShotPlan) -> ShotPlan:
    """ "A woman on a bike climbs a road and overtakes a man on another, who drinks": each on their own, and they ride."""
    nouns = {e.id: e.noun for e in plan.entities}
    ridden = {e.id for e in plan.entities if e.kind == "vehicle" and e.noun.rpartition(" ")[2] in RIDES}
    people = {e.id for e in plan.entities if e.kind == "person"}
    on: dict[str, str] = {}
    relations = list(plan.relations)
    for i, r in enumerate(relations):
        if r.to not in ridden or r.of not in people or r.relation not in {"on", "riding"}:
            continue
        other = next((a.object for a in plan.actions if a.who == r.of and a.object in people), None)
        if r.of in on.values() and other and other not in on.values():
            relations[i] = r = replace(r, of=other)
        on[r.to] = r.of

    roads = {a.object for a in plan.actions if a.who in on.values() and a.motion == "climb" and a.object and a.object not in people}  # fmt: skip

    def ridden_by(act: Action) -> Action:
        if act.who in on and act.motion in OF_PEOPLE:
            act = replace(act, who=on[act.who])
        if act.motion in OF_PEOPLE and act.who in on.values():
            return replace(act, motion="ride_bike")
        if act.who not in on.values() or act.motion not in {"climb", "drive", "walk", "run"}:
            return act
        way = act.path or Path()
        path = replace(way, end=None) if way.end == "up" else act.path
        return replace(act, motion="ride_bike", object=None if act.object in roads else act.object, path=path)

    if not on:
        return plan
    named = tuple(nouns[name] for name in roads if name in nouns)
    return replace(
        plan,
        relations=tuple(relations),
        actions=tuple(ridden_by(a) for a in plan.actions),
        entities=tuple(e for e in plan.entities if e.id not in roads),
        setting=replace(plan.setting, places=(*plan.setting.places, *named)) if named else plan.setting,
    )


def _loads(plan: ShotPlan) -> ShotPlan:
    """ "An excavator loads gravel into a truck": it stands beside the truck, and not in it."""
    loading = {a.who for a in plan.actions if a.verb.split()[0] in {"load", "pour", "dump", "tip", "shovel", "unload", "fill", "throw", "drop", "put", "place"}}  # fmt: skip
    kinds = {e.id: e.kind for e in plan.entities}

    def beside(r: Relation) -> Relation:
        is_it = r.of in loading and r.relation == "in" and kinds.get(r.of) == "vehicle" and kinds.get(r.to) == "vehicle"
        return replace(r, relation="beside") if is_it else r

    return replace(plan, relations=tuple(beside(r) for r in plan.relations))


POCKETS = frozenset({"pocket", "sleeve", "waistband", "lapel", "back pocket", "coat pocket", "jacket pocket"})


def _pockets(plan: ShotPlan) -> ShotPlan:
    """ "Takes a key out of his pocket": a part of his clothes, which nothing shows, and no thing beside him."""
    unseen = {e.id for e in plan.entities if e.noun in POCKETS or e.noun.rpartition(" ")[2] == "pocket"}
    unseen -= {r.to for r in plan.relations if r.relation == "wearing"} | {a.who for a in plan.actions}
    if not unseen or not any(e.kind == "person" for e in plan.entities):
        return plan

    def out_of_it(act: Action) -> Action:
        way = act.path
        if way is None or not {way.start, way.end} & unseen:
            return act if act.object not in unseen else replace(act, object=None)
        ends = {"start": None if way.start in unseen else way.start, "end": None if way.end in unseen else way.end}
        kept = replace(way, **ends)
        motion = "hold" if act.motion in {"pick_up", "put_down", "pull"} else act.motion
        return replace(act, motion=motion, path=kept if kept != Path() else None)

    held = [
        Relation(a.who, "holding", a.object, a.start_s, a.end_s)
        for a in plan.actions
        if a.object and a.object not in unseen and a.path is not None and {a.path.start, a.path.end} & unseen
    ]
    kept = [r for r in plan.relations if not {r.of, r.to} & unseen]
    known = {(r.of, r.to) for r in kept if r.relation == "holding"}
    return replace(
        plan,
        entities=tuple(e for e in plan.entities if e.id not in unseen),
        relations=(*kept, *(r for r in held if (r.of, r.to) not in known)),
        actions=tuple(out_of_it(a) for a in plan.actions),
    )


def _at_the_bar(plan: ShotPlan) -> ShotPlan:
    """ "Pull-ups on a bar in a park": no bar where drinks are served."""
    hangs = any(a.motion in {"pull_up", "hang"} for a in plan.actions)
    if not hangs or "bar" not in plan.setting.places:
        return plan
    places = tuple(p for p in plan.setting.places if p != "bar")
    is_inside = any((known := noun_of(p)) is not None and known.kind == "inside" for p in places)
    return replace(plan, setting=replace(plan.setting, places=places, inside=is_inside))


def _on_wheels(plan: ShotPlan) -> ShotPlan:
    """ "A tram climbs a steep street": up the street, and not into the air."""
    vehicles = {e.id for e in plan.entities if e.kind == "vehicle"}

    def driven(act: Action) -> Action:
        way = act.path or Path()
        end = "far" if way.end in {None, "up"} else way.end
        return replace(act, motion="drive", path=replace(way, end=end))

    def drifts(act: Action) -> bool:
        """ "A boat floats down a stream": along it."""
        return (
            act.motion in {"float", "drive", "row", "swim", "walk"} and act.path is not None and act.path.end == "down"
        )

    watery = bool(WATERY & {word for place in plan.setting.places for word in place.split()})
    if watery and any(a.who in vehicles and drifts(a) for a in plan.actions):
        way = Path(start="left", end="right")
        plan = replace(
            plan, actions=tuple(replace(a, path=way) if a.who in vehicles and drifts(a) else a for a in plan.actions)
        )
    bumps = {a for a in plan.actions if a.who in vehicles and a.verb.split()[0] in {"bounce", "bump", "jolt", "rattle"} and a.motion == "jump"}  # fmt: skip
    plan = replace(
        plan, actions=tuple(replace(a, motion="drive", path=_level(a.path)) if a in bumps else a for a in plan.actions)
    )
    climbs = {a for a in plan.actions if a.who in vehicles and a.motion == "climb"}
    return replace(plan, actions=tuple(driven(a) if a in climbs else a for a in plan.actions)) if climbs else plan


def _level(way: Path | None) -> Path:
    """The way of what bumps along: nowhere downward."""
    way = way or Path()
    return replace(way, end=None) if way.end == "down" else way


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


STONES = frozenset(
    {
        "stone",
        "rock",
        "marble",
        "slate",
        "granite",
        "concrete",
        "mirror",
        "velvet",
        "silk",
        "wood",
        "glass",
        "moss",
        "acrylic",
    }
)


def _on_stone(plan: ShotPlan) -> ShotPlan:
    """ "A bottle on black stone": a surface of it, and no boulder, no wardrobe mirror."""
    small = {e.id for e in plan.entities if e.kind in {"tool", "food"} and not e.ref}
    laid = {r.to for r in plan.relations if r.relation == "on" and r.of in small}
    others = {r.to for r in plan.relations if r.of not in small}
    slabs = {e.id for e in plan.entities if e.noun in STONES and e.count == 1 and e.id in laid - others and not e.ref}
    return replace(
        plan,
        entities=tuple(
            replace(e, noun="slab", colour=e.colour or OF_STUFF.get(e.noun)) if e.id in slabs else e
            for e in plan.entities
        ),
    )


OF_STUFF = {
    "mirror": "silver",
    "velvet": "dark red",
    "silk": "white",
    "wood": "brown",
    "moss": "green",
    "glass": "silver",
}
"""Colours of surfaces that the words give none."""


def _in_wheelchairs(plan: ShotPlan) -> ShotPlan:
    """ "A wheelchair dancer spins": sits in one."""
    for one in [e for e in plan.entities if e.kind == "person" and "wheelchair" in e.attributes and not e.ref]:
        if any(r.of == one.id and r.relation in {"in", "on", "riding"} for r in plan.relations):
            continue
        chair = Entity(next_id(plan), "wheelchair", "vehicle", count=one.count, appears_s=one.appears_s)
        rides = Relation(one.id, "riding", chair.id, 0.0, plan.duration_s)
        plan = replace(plan, entities=(*plan.entities, chair), relations=(*plan.relations, rides))
    return plan


SPANS = frozenset({"bridge", "footbridge", "stone bridge", "wooden bridge"})


def _over_the_bridge(plan: ShotPlan) -> ShotPlan:
    """ "A couple on a bridge": the bridge is where they are, unless it does something, or is seen from afar."""
    beings = {e.id for e in plan.entities if e.kind in {"person", "animal"} and not e.ref}
    far = {"extreme_wide", "aerial", "birds_eye"} & {part for s in plan.shots[:1] for part in (s.size, s.angle)}
    for bridge in [e for e in plan.entities if e.noun in SPANS and e.kind in {"building", "nature"} and not e.ref]:
        near = [r for r in plan.relations if bridge.id in {r.of, r.to}]
        crossing = {a for a in plan.actions if a.path and bridge.id in {a.path.over, a.path.along} and a.who in beings}
        is_deck = bool(near or crossing) and all(r.relation in {"on", "over"} and r.of in beings for r in near)
        others = [a for a in plan.actions if a not in crossing]
        used = {a.object for a in plan.actions} | {a.who for a in plan.actions} | {p for a in others if a.path for p in (a.path.start, a.path.end, a.path.over, a.path.along)}  # fmt: skip
        if far or not is_deck or bridge.id in used or set(plan.setting.places) - {"bridge"}:
            continue
        plan = replace(
            plan, actions=tuple(replace(a, path=_across(a.path)) if a in crossing else a for a in plan.actions)
        )
        setting = replace(
            plan.setting, places=("bridge",), attributes=(*plan.setting.attributes, *bridge.attributes), inside=False
        )
        plan = replace(plan, setting=setting, entities=tuple(e for e in plan.entities if e.id != bridge.id), relations=tuple(r for r in plan.relations if r not in near))  # fmt: skip
    return plan


def _across(way: Path | None) -> Path:
    """Over the bridge: from one side of the frame to the other, unless the words say whither."""
    start, end = (way.start, way.end) if way is not None else (None, None)
    return Path(start=start, end=end) if start or end else Path(start="left", end="right")


def _indoors(plan: ShotPlan) -> ShotPlan:
    """ "A gift by the christmas tree": in a living room, and in no forest."""
    trees = any(e.noun.rpartition(" ")[2] == "tree" for e in plan.entities)
    if plan.setting.places == ("tree",) and trees and any(e.kind == "animal" for e in plan.entities):
        return replace(plan, setting=replace(plan.setting, places=(), shells=()))  # where such an animal is
    if not any("christmas" in {e.noun.split()[0], *e.attributes} for e in plan.entities) or set(plan.setting.places) - {
        "tree"
    }:
        return plan
    return replace(plan, setting=replace(plan.setting, places=("living room",), shells=("interior",), inside=True))


SLID = frozenset({"slide", "push", "shove", "slip", "load"})


def _slid_in(plan: ShotPlan) -> ShotPlan:
    """ "Slides a tray into an oven": has it in the hands, and puts it there."""
    kinds = {e.id: e.kind for e in plan.entities}
    heights = {e.id: known.height_m for e in plan.entities if (known := noun_of(e.noun)) is not None}
    for act in plan.actions:
        goal = act.path.end if act.path else None
        small = kinds.get(act.object or "") in {"tool", "food"} and heights.get(act.object or "", 1.0) < SMALL_M
        if (
            act.verb.split()[0] not in SLID
            or not small
            or kinds.get(goal or "") not in {"tool", "furniture", "building"}
        ):
            continue
        if kinds.get(act.who) != "person" or act.object is None:
            continue
        apart = tuple(
            r
            for r in plan.relations
            if {r.of, r.to} != {act.who, goal} and not (r.of == act.who and r.to == act.object)
        )
        holds = Relation(act.who, "holding", act.object, 0.0, plan.duration_s)
        plan = replace(
            plan,
            relations=(*apart, holds),
            actions=tuple(replace(a, motion="put_down") if a is act else a for a in plan.actions),
        )
    return plan


SMALL_M = 0.5
DOCKS, FRESH = (
    frozenset({"dock", "pier", "jetty", "landing", "boardwalk"}),
    frozenset({"lake", "pond", "river", "bay", "lagoon", "fjord"}),
)


def _on_the_dock(plan: ShotPlan) -> ShotPlan:
    """ "A wooden dock by a lake": boards over still water, and no harbour with cranes."""
    places, said = plan.setting.places, set(plan.setting.attributes)
    docks = [place for place in places if place in DOCKS]
    under = {r.to for r in plan.relations if r.relation in {"on", "at"}}
    under |= {p for a in plan.actions if a.path for p in (a.path.start, a.path.along, a.path.over) if p}
    piers = {e.id for e in plan.entities if e.noun in DOCKS and e.id in under and not e.ref}
    if piers:
        docks, plan = [*docks, "dock"], replace(plan, entities=tuple(e for e in plan.entities if e.id not in piers), relations=tuple(r for r in plan.relations if not {r.of, r.to} & piers), actions=tuple(replace(a, path=replace(a.path, start=None)) if a.path and a.path.start in piers else a for a in plan.actions))  # fmt: skip
    if not docks or not (piers or set(places) & FRESH or said & {"wooden", "old", "small", "rickety"}):
        return plan
    actions = tuple(replace(a, path=replace(a.path, end="far")) if a.path and a.path.end in FRESH | {"water"} else a for a in plan.actions)  # fmt: skip
    plan = replace(plan, actions=actions)
    kept = tuple(place for place in places if place not in {*docks, *FRESH})
    return replace(plan, setting=replace(plan.setting, places=("lake dock", *kept)))


SHOPS = {"barber": "barbershop", "hairdresser": "hair salon", "florist": "flower shop", "baker": "bakery", "tailor": "tailor shop", "jeweler": "jewelry store", "cobbler": "workshop", "blacksmith": "workshop"}  # fmt: skip
"""Whose shop a shop is."""


def _shop_of(plan: ShotPlan) -> ShotPlan:
    """ "A barber sweeps the floor of his shop": a barbershop."""
    whose = next((SHOPS[e.noun] for e in plan.entities if e.noun in SHOPS), None)
    if whose is None or plan.setting.places[:1] not in {("shop",), ("store",)}:
        return plan
    return replace(plan, setting=replace(plan.setting, places=(whose, *plan.setting.places[1:])))


LAID = frozenset({"tool", "food", "plant", "clothing", "other", "body_part"})


def _from_above(plan: ShotPlan) -> ShotPlan:
    """ "Overhead shot: hands pour chocolate over a cake on a marble counter": the counter is all that there is, and of people their hands."""
    is_above = bool(plan.shots) and plan.shots[0].angle == "birds_eye"
    tops = [e for e in plan.entities if e.noun.rpartition(" ")[2] in TABLES and not e.ref]
    laid = [e for e in plan.entities if e.kind in LAID and not e.ref]
    works = [a for a in plan.actions if a.motion in WORK]
    people = {e.id for e in plan.entities if e.kind == "person"}
    others = [e for e in plan.entities if e.ref or e.kind in {"vehicle", "animal", "building"}]
    if not is_above or others or not laid or not (tops or works) or (people and {a.who for a in works} < people):
        return plan
    gone = {e.id for e in tops}
    setting = plan.setting
    setting = replace(setting, places=("tabletop",), shells=("studio",), inside=False, attributes=tuple(word for e in tops for word in e.attributes))  # fmt: skip
    entities = tuple(
        replace(e, noun="hand", kind="body_part", count=1, attributes=())
        if e.id in people or e.noun in {"hand", "finger"}
        else e
        for e in plan.entities
        if e.id not in gone
    )
    relations = tuple(
        r
        for r in plan.relations
        if not {r.of, r.to} & gone and r.relation != "wearing" and not (r.of in people and r.relation == "at")
    )
    return replace(plan, entities=entities, relations=relations, setting=setting)


WORK = frozenset({"pour", "cut", "stir", "knead", "cook", "write", "paint", "type", "tinker", "put_down", "pick_up", "give", "roll", "eat"})  # fmt: skip
"""What hands do over a table."""
PAINTED_ON = frozenset({"wall", "fence", "door", "canvas", "blackboard", "whiteboard", "board", "window", "building", "facade", "billboard"})  # fmt: skip
MURAL = "mural"


def _murals(plan: ShotPlan) -> ShotPlan:
    """ "Paints a flamingo on a wall": it is flat on the wall, and whoever paints stands before it."""
    walls = {e.id for e in plan.entities if e.noun.rpartition(" ")[2] in PAINTED_ON and not e.ref}
    nouns = {e.id: e.noun for e in plan.entities}
    for act in plan.actions:
        on = next((r.to for r in plan.relations if r.to in walls and r.of in {act.object, act.who} and r.relation in {"on", "at", "against"}), None)  # fmt: skip
        if on is not None and act.motion == "write" and act.object in {None, on}:
            kept = tuple(r for r in plan.relations if {r.of, r.to} != {act.who, on})
            before = Relation(act.who, "in_front_of", on, 0.0, plan.duration_s)
            plan = replace(plan, relations=(*kept, before), actions=tuple(replace(a, motion="paint", object=on) if a is act else a for a in plan.actions))  # fmt: skip
            continue
        is_drawn = act.verb.split()[0] in {"paint", "spray", "draw", "sketch", "stencil"} and act.object in nouns
        if not is_drawn or on is None or act.object == on or act.who == on:
            continue
        kept = tuple(r for r in plan.relations if not ({r.of, r.to} & {act.object}) and {r.of, r.to} != {act.who, on})
        relations = (*kept, Relation(act.object or "", "on", on, 0.0, plan.duration_s), Relation(act.who, "in_front_of", on, 0.0, plan.duration_s))  # fmt: skip
        entities = tuple(
            replace(e, attributes=(*e.attributes, MURAL)) if e.id == act.object else e for e in plan.entities
        )
        plan = replace(plan, relations=relations, entities=entities, actions=tuple(replace(a, object=on) if a is act else a for a in plan.actions))  # fmt: skip
    return plan
