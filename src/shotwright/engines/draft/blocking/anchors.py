"""By whom somebody or something is placed: the strongest relation of theirs, else what is done to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shotwright.core.prompt.hauling import PUSHED
from shotwright.engines.draft.blocking.contact import HANDY
from shotwright.engines.draft.blocking.ways import GOING
from shotwright.engines.draft.cast.support import BRIDGES

if TYPE_CHECKING:
    from shotwright.core.plan import Action, Entity, Relation, ShotPlan

ANCHORS = (
    "riding", "carried_by", "on", "inside", "in", "under", "over", "between", "beside", "left_of", "right_of", "behind", "in_front_of", "around", "against", "at",
    "near", "outside",
)  # fmt: skip
"""Relations that place somebody, strongest first."""
ENDS_OF_PITCHES = frozenset({"goal", "goalpost", "hoop", "basketball hoop"})
"""What players stand before."""
RIDES = frozenset({"drive", "steer", "row", "ride_horse", "ride_bike", "skate", "surf"})
"""What one does on what it is done to."""


def anchor(name: str, plan: ShotPlan) -> tuple[str, str] | None:
    """Whom an entity is placed by, and how; whoever is on a part ("the roof of the car") is on the whole."""
    found = _nearest(name, plan)
    if found is None:
        return None
    whole = next((r.to for r in plan.relations if r.of == found[0] and r.relation == "part_of"), None)
    return (whole, found[1]) if whole not in {None, name} else found


def _nearest(name: str, plan: ShotPlan) -> tuple[str, str] | None:
    held = _held(name, plan)
    if held is not None:
        return held
    places = [r for r in plan.relations if r.of == name and r.relation in ANCHORS]
    best: Relation | None = min(places, key=lambda r: ANCHORS.index(r.relation), default=None)
    if best is not None:
        return best.to, "on" if _crosses(best, plan) else best.relation
    bridge = _bridge(name, plan)
    if bridge is not None:
        return bridge, "on"
    for action in plan.actions:
        done_to = plan.entity(action.object) or _taken_from(action, plan)
        if done_to is None or action.who == action.object:
            continue
        if action.who == name and action.motion in RIDES and done_to.kind in {"vehicle", "animal"}:
            return done_to.id, "riding"
        if action.motion == "give" and action.path is not None and action.path.end == name:
            return action.who, "object"
        if done_to.id == name and action.motion == "carry":
            return action.who, "carried_by" if done_to.kind in {"person", "animal"} else "held"
        if (
            done_to.id == name
            and action.motion in HANDY
            and PUSHED not in done_to.attributes
            and done_to.kind in {"tool", "food", "other", "plant", "clothing"}
        ):
            return action.who, "handled"
    return _by_deeds(name, plan)


def _by_deeds(name: str, plan: ShotPlan) -> tuple[str, str] | None:
    """Whom an entity is placed by, by what is done to it."""
    if (below := _under_the_hand(name, plan)) is not None:
        return below, "over"
    carried = {r.of: r.to for r in plan.relations if r.relation in {"on", "in", "inside"}}
    for action in plan.actions:
        below = None if action.motion == "pick_up" else carried.get(action.object or "")  # what it is taken from stays
        is_mine = action.object is not None and name in {action.object, below}
        mine = plan.entity(name)
        if mine is not None and mine.noun in ENDS_OF_PITCHES:
            continue  # what hits a goal does not carry it
        who = plan.entity(action.who)
        if who is not None and who.kind == "body_part" and action.motion not in TAKEN_UP:
            continue  # hands come to what they work on
        if any(r.of == carried.get(action.who) and r.to == name for r in plan.relations):
            continue  # who sits on a chair at a table is where the table is
        if is_mine and action.motion not in GOING and name != action.who and carried.get(action.who) != name:
            return action.who, "object"
    return None


def _under_the_hand(name: str, plan: ShotPlan) -> str | None:
    """What a hand without its owner works over: the first thing on a table that it does not hold."""
    mine = plan.entity(name)
    if mine is None or mine.kind != "body_part" or mine.noun not in {"hand", "finger", "palm", "fist"}:
        return None
    held = {r.to for r in plan.relations if r.of == name} | {a.object for a in plan.actions if a.who == name}
    rests = {r.of for r in plan.relations if r.relation == "on"}
    below = next((e.id for e in plan.entities if e.id in rests - held and e.kind in {"tool", "food"}), None)
    works_on = (a.object for a in plan.actions_of(name) if a.object and a.motion not in TAKEN_UP)
    return below or next(works_on, None)


TAKEN_UP = frozenset(
    {"pour", "pick_up", "hold", "carry", "give", "throw", "drop", "put_down", "drink", "raise_hand", "look_at_hand"}
)
"""What hands have taken up that do this."""


def _held(name: str, plan: ShotPlan) -> tuple[str, str] | None:
    """In whose hand something is; vegetables in a wok are in the wok, and that is in the hand."""
    mine = plan.entity(name)
    held = next((r.of for r in plan.relations if r.to == name and r.relation == "holding"), None)
    vessel = plan.entity(next((r.to for r in plan.relations if r.of == name and r.relation in {"in", "on"}), None))
    if held is not None:
        is_inside = vessel is not None and vessel.kind == "tool" and _held(vessel.id, plan) is not None
        return (vessel.id, "in") if vessel is not None and is_inside else (held, "held")
    let_go = {
        a.object for a in plan.actions if a.motion in {"put_down", "throw", "pour", "drop"}
    }  # "drops it in a bin"
    inner = {r.of for r in plan.relations if r.to == name and r.relation in {"in", "on"}} - let_go
    bearer = next((r.of for r in plan.relations if r.to in inner and r.relation == "holding"), None)
    return (bearer, "held") if bearer is not None and mine is not None and mine.kind == "tool" else None


def _bridge(name: str, plan: ShotPlan) -> str | None:
    """What somebody's way leads over, when it is a bridge."""
    for act in plan.actions_of(name):
        for way in (act.path.over, act.path.along) if act.path and act.motion != "fly" else ():
            entity = plan.entity(way)
            if entity is not None and entity.noun.split()[-1] in BRIDGES:
                return entity.id
    return None


def _crosses(relation: Relation, plan: ShotPlan) -> bool:
    """Whether somebody over something goes on it: over a bridge, unless they fly."""
    to = plan.entity(relation.to)
    goes = any(act.motion in GOING and act.motion not in {"fly", "swim"} for act in plan.actions_of(relation.of))
    return relation.relation == "over" and goes and to is not None and to.noun.split()[-1] in BRIDGES


def _taken_from(action: Action, plan: ShotPlan) -> Entity | None:
    """What somebody drinks or eats from."""
    takes = action.motion in {"drink", "eat"} and action.path is not None
    return plan.entity(action.path.start) if takes and action.path else None
