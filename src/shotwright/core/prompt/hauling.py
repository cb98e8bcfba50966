"""What rolls and slides goes where it is pushed and pulled, with whoever is in it: wheelchairs, carts, sleds, trailers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from shotwright.core.plan import Action, Path, Relation
from shotwright.core.prompt.lexicon import noun_of
from shotwright.core.prompt.syntax import GOING

if TYPE_CHECKING:
    from shotwright.core.plan import Entity, ShotPlan

HAULING = frozenset({"push", "pull"})
ROLLING = frozenset({
    "cart", "wheelbarrow", "barrow", "stroller", "pram", "buggy", "wheelchair", "suitcase", "trolley", "sled", "sledge", "wagon", "trailer", "lawnmower", "mower", "gurney",
    "stretcher", "carriage", "plow", "plough", "piano", "dolly", "dumpster", "bin", "rickshaw", "sleigh", "toboggan", "luggage",
})  # fmt: skip
"""What goes along, whatever it is made of."""
GAITS = {"person": "walk", "animal": "run", "vehicle": "drive"}


def rolls(entity: Entity) -> bool:
    """Whether something goes along with whoever pushes or pulls it."""
    is_wheeled = entity.noun.rpartition(" ")[2] in ROLLING or entity.noun in {
        "hospital bed",
        "shopping cart",
        "office chair",
    }
    return entity.kind == "vehicle" or is_wheeled or PUSHED in entity.attributes


PUSHED = "pushed"
"""What is said of something that is pushed over the ground."""
LARGE_M = 0.35
"""What is as high as that is pushed over the ground, and not held before one."""
MOVED = frozenset({"tool", "food", "furniture", "other", "nature", "plant"})


def rolls_itself(entity: Entity) -> bool:
    """Whether something goes on wheels or runners."""
    return rolls(entity) and PUSHED not in entity.attributes


KNOCKS = frozenset({"push", "knock", "kick", "punch"})
OVERTURNING = frozenset({"knock over", "tip over", "kick over", "push over", "topple", "knock down", "tip", "overturn", "turn over"})  # fmt: skip
"""What somebody does to something that then lies there."""


def _off_its_place(plan: ShotPlan) -> ShotPlan:
    """ "A cat knocks a glass off the counter": it stood there, the cat beside it, and it falls."""
    for act in [a for a in plan.actions if a.motion in KNOCKS and a.path is not None]:
        who, thing, place = (plan.entity(name) for name in (act.who, act.object, act.path.start if act.path else None))
        if who is None or thing is None or place is None or place.kind != "furniture" or thing.kind not in MOVED:
            continue
        begin = 0.5 * (act.start_s + act.end_s)
        falls = Action(thing.id, "fall", "fall", path=Path(end="down"), start_s=begin, end_s=act.end_s)
        kept = tuple(r for r in plan.relations if (r.of, r.to) not in {(who.id, thing.id), (thing.id, place.id)})
        end = plan.duration_s
        added = [Relation(thing.id, "on", place.id, 0.0, end), Relation(thing.id, "beside", who.id, 0.0, end)]
        added += [Relation(who.id, "on", place.id, 0.0, end)] if who.kind == "animal" else []
        acts = tuple(replace(a, motion="knock", path=None) if a is act else a for a in plan.actions)
        plan = replace(plan, actions=(*acts, falls), relations=(*kept, *added))
    return plan


def _taken_out(plan: ShotPlan) -> ShotPlan:
    """ "Pulls a tray out of an oven", "takes a book from a shelf": it is there, whoever takes it beside, and then in their hands."""
    for act in [a for a in plan.actions if a.motion == "pick_up" and a.path is not None]:
        who, thing, place = (plan.entity(name) for name in (act.who, act.object, act.path.start if act.path else None))
        if (
            who is None
            or thing is None
            or place is None
            or place.kind in {"person", "animal"}
            or thing.kind not in MOVED
        ):
            continue
        kept = tuple(r for r in plan.relations if (r.of, r.to) not in {(who.id, thing.id), (thing.id, place.id)})
        placed = any(r.of == who.id and r.to == place.id for r in plan.relations)
        end = plan.duration_s
        added = [
            Relation(thing.id, "on" if place.kind in {"furniture", "plant", "nature"} else "in", place.id, 0.0, end)
        ]
        added += [] if placed else [Relation(who.id, "beside", place.id, 0.0, end)]
        acts = tuple(replace(a, path=None) if a is act else a for a in plan.actions)
        plan = replace(plan, actions=acts, relations=(*kept, *added))
    return plan


WRECKING = frozenset({"demolish", "destroy", "tear down", "wreck", "crush", "break down", "rip down", "pull down", "bulldoze", "smash", "smash in", "shatter", "break", "knock down"})  # fmt: skip
"""What is done to something that is no more afterwards."""
BRITTLE = frozenset({"glass", "vase", "bottle", "window", "mirror", "plate", "cup", "bowl", "jar", "ice", "lamp", "pot", "egg", "screen", "windowpane", "chandelier", "statue"})  # fmt: skip


def _wrecked(plan: ShotPlan) -> ShotPlan:
    """ "An excavator tears down a wall", "smashes a vase": and the wall comes down, and the vase breaks."""
    found: list[Action] = []
    for act in plan.actions:
        thing = plan.entity(act.object)
        does = act.verb in WRECKING and thing is not None and thing.kind not in {"person", "animal"} and not thing.ref
        if not does or thing is None or plan.actions_of(thing.id):
            continue
        at = act.start_s + WRECKS_AT * (act.end_s - act.start_s)
        breaks = thing.noun.rpartition(" ")[2] in BRITTLE
        found.append(
            Action(
                thing.id,
                "break" if breaks else "collapse",
                "shatter" if breaks else "tip_over",
                start_s=at,
                end_s=act.end_s,
            )
        )
    return replace(plan, actions=(*plan.actions, *found)) if found else plan


WRECKS_AT = 0.35
HOOPS = frozenset({"hoop", "basket", "net", "rim", "goal"})


def _dunked(plan: ShotPlan) -> ShotPlan:
    """ "Dunks the ball": up with it, and then it goes through the hoop that is named."""
    hoop = next((e for e in plan.entities if e.noun.rpartition(" ")[2] in HOOPS), None)
    balls = [e.id for e in plan.entities if e.noun.rpartition(" ")[2] in {"ball", "basketball"}]
    found: list[Action] = []
    for act in plan.actions:
        if act.verb.split()[0] not in {"dunk", "slam"} or act.motion != "jump" or hoop is None or not balls:
            found.append(act)
            continue
        half = act.start_s + DUNKS_AT * (act.end_s - act.start_s)
        thing = act.object if act.object in balls else balls[0]
        found += [
            replace(act, object=None, path=Path(end=hoop.id), end_s=half),
            replace(act, motion="throw", object=thing, path=Path(end=hoop.id), start_s=half),
        ]
    return replace(plan, actions=tuple(found))


DUNKS_AT = 0.6
SLIPS_AT, SLIPS_S = 0.45, 0.5
"""When what is dropped leaves the hands, share of the deed, and how long it falls."""


def _dropped(plan: ShotPlan) -> ShotPlan:
    """ "A waiter drops a tray": he has it in his hands, and then it falls."""
    for act in [a for a in plan.actions if a.motion == "drop"]:
        who, thing = plan.entity(act.who), plan.entity(act.object)
        goal = plan.entity(act.path.end if act.path else None)
        into = goal is not None or any(
            r.of == act.object and r.relation in {"in", "inside", "on"} for r in plan.relations
        )
        if who is None or thing is None or into:  # "drops an egg into a jar"
            plan = replace(plan, actions=tuple(replace(a, motion="put_down") if a is act else a for a in plan.actions))
            continue
        at = act.start_s + SLIPS_AT * (act.end_s - act.start_s)
        falls = Action(
            thing.id, "drop", "fall", path=Path(end="down"), start_s=at, end_s=min(at + SLIPS_S, plan.duration_s)
        )
        is_held = any((r.of, r.to) == (who.id, thing.id) and r.relation == "holding" for r in plan.relations)
        held = () if is_held else (Relation(who.id, "holding", thing.id, 0.0, plan.duration_s),)
        kept = tuple(r for r in plan.relations if r.of != thing.id or r.relation not in {"on", "in"})
        acts = tuple(replace(a, path=None) if a is act else a for a in plan.actions)
        plan = replace(plan, actions=(*acts, falls), relations=(*kept, *held))
    return plan


def _pushed(plan: ShotPlan) -> ShotPlan:
    """ "A puppy pushes a bowl", "pushes a crate across the floor": it slides, and is in nobody's hands."""
    kinds = {e.id: e.kind for e in plan.entities}
    large = {e.id for e in plan.entities if (known := noun_of(e.noun)) is not None and known.height_m >= LARGE_M}
    moved = {
        (act.who, act.object)
        for act in plan.actions
        if act.motion in HAULING and act.verb not in OVERTURNING and kinds.get(act.object or "") in MOVED
        and not any(r.of == act.object and r.relation == "on" for r in plan.relations)
        and ((kinds.get(act.who) == "animal" and act.motion == "push") or act.object in large or (act.path is not None and {act.path.along, act.path.over} - {None, *kinds}))
    }  # fmt: skip
    things = {thing for _, thing in moved}
    entities = tuple(replace(e, attributes=(*e.attributes, PUSHED)) if e.id in things else e for e in plan.entities)
    relations = tuple(r for r in plan.relations if r.relation != "holding" or (r.of, r.to) not in moved)
    return replace(plan, entities=entities, relations=relations)


def hauled(plan: ShotPlan) -> ShotPlan:
    """A plan in which who pushes or pulls something that rolls is on their way with it."""
    plan = _pushed(_off_its_place(_dropped(_dunked(_taken_out(_wrecked(plan))))))
    found: list[Action] = []
    for act in plan.actions:
        thing = _load(act, plan) if act.motion in HAULING else None
        who = plan.entity(act.who)
        if thing is None or who is None:
            found.append(act)
            continue
        goes = any(other.motion in GOING and other.start_s < act.end_s and act.start_s < other.end_s for other in plan.actions_of(act.who))  # fmt: skip
        leads = act.path is not None and bool(act.path.start or act.path.end or act.path.around)
        way = act.path if leads or (rolls_itself(thing) and act.path is not None) else Path(end="right")
        if not goes:
            found.append(replace(act, motion=GAITS.get(who.kind, "walk"), object=None, path=way))
        found.append(replace(act, object=thing.id, path=None))
    return replace(plan, actions=tuple(found))


def _load(act: Action, plan: ShotPlan) -> Entity | None:
    """What is moved: the object, or what it sits in."""
    thing = plan.entity(act.object)
    if thing is None:
        return None
    ride = next((plan.entity(r.to) for r in plan.relations if r.of == thing.id and r.relation in {"in", "on", "riding"}), None)  # fmt: skip
    return next((one for one in (ride, thing) if one is not None and rolls(one)), None)
