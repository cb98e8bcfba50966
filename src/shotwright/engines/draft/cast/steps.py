"""What figures do, second by second: their actions as the mannequin plays them, on the seat, the mount or the way that they have."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from shotwright.core.prompt.syntax import GOING
from shotwright.engines.draft.cast.figures import Step
from shotwright.engines.draft.cast.library import row_of
from shotwright.engines.draft.cast.pose import GAITS, POSTURES, SEATED, can_sit, motions
from shotwright.engines.draft.cast.support import BEDS, is_car, is_chair

if TYPE_CHECKING:
    from shotwright.core.plan import Action, Entity, ShotPlan

STAYS_SEATED = frozenset({"stand", "hold", "carry", "roll", "spin", "drive", "walk", "run"})
"""What who sits does by sitting: a swivel chair rolls, and nobody on it."""
PLAYERS = {
    "violinist": "play_violin",
    "fiddler": "play_violin",
    "cellist": "play_violin",
    "guitarist": "play_guitar",
    "bassist": "play_guitar",
    "pianist": "play_piano",
    "drummer": "drum",
    "trumpeter": "play_horn",
    "saxophonist": "play_horn",
    "flutist": "play_horn",
    "flautist": "play_horn",
    "clarinetist": "play_horn",
    "trombonist": "play_horn",
    "piper": "play_horn",
}
"""What musicians do when they play."""
QUIET = frozenset({"stand", "hold", "carry", "look_around", "react"})
"""Motions that give way to what is done meanwhile."""
RIDDEN = {
    "bicycle": "ride_bike",
    "bike": "ride_bike",
    "motorcycle": "ride_bike",
    "motorbike": "ride_bike",
    "scooter": "ride_bike",
    "skateboard": "skate",
    "surfboard": "surf",
    "flat surfboard": "surf",
    "flat bodyboard": "paddle_prone",
    "flat paddleboard": "stand",
    "wave": "surf",
    "snowboard": "ski",
    "ski": "ski",
}


def steps_of(entity: Entity, plan: ShotPlan) -> list[Step]:
    """What somebody does, in order: their actions, else what their place asks for: sitting on a chair, riding, holding."""
    at_rest = _at_rest(entity, plan)
    plays = PLAYERS.get(entity.noun.split()[-1] if entity.noun else "")
    mine = [replace(a, motion=plays) if plays and a.verb == "play" else a for a in plan.actions_of(entity.id)]
    mine = [replace(a, motion="waltz") if a.motion == "dance" and _in_arms(entity, a, plan) else a for a in mine]
    known = _on_the_way([a for a in mine if a.motion in motions()], _in_hands(entity, plan))
    acts = [a for a in known if a.motion not in QUIET or not any(_is_meanwhile(a, b) for b in known)]
    acts = _kept([_reached(a, entity, plan) for a in acts])
    steps = [step for a in acts for step in _again(Step(_fitting(str(a.motion), at_rest), a.start_s, a.end_s), a)]
    if not steps:
        return [Step(at_rest, 0.0, plan.duration_s)]
    if steps[0].start_s > 0.05:
        steps.insert(0, Step(at_rest, 0.0, steps[0].start_s))
    return steps


AGAIN = {"jump": 1.3}
"""How long once takes of what is done over and over by who goes nowhere with it, seconds: girls jump on a bed."""


def _again(step: Step, act: Action) -> list[Step]:
    """A motion as often as its time allows."""
    once = AGAIN.get(step.motion)
    leads = act.path is not None and bool(act.path.start or act.path.end or act.path.over)
    if once is None or leads or act.object is not None:
        return [step]
    times = max(1, int((step.end_s - step.start_s) / once))
    each = (step.end_s - step.start_s) / times
    return [Step(step.motion, step.start_s + i * each, step.start_s + (i + 1) * each) for i in range(times)]


HANGS = frozenset(
    {
        "bag",
        "suitcase",
        "briefcase",
        "bucket",
        "basket",
        "handbag",
        "purse",
        "luggage",
        "backpack",
        "sword",
        "katana",
        "axe",
    }
)
"""What one carries at the end of an arm, which swings with it."""


def _in_hands(entity: Entity, plan: ShotPlan) -> bool:
    """Whether somebody carries something before them."""
    held = (plan.entity(r.to) for r in plan.relations if r.of == entity.id and r.relation == "holding")
    return any(thing is not None and thing.noun.rpartition(" ")[2] not in HANGS for thing in held)


def _reached(act: Action, entity: Entity, plan: ShotPlan) -> Action:
    """What is put down on a table or into a mailbox is put there standing, and not on the ground; who strokes a small animal kneels."""
    if act.motion == "sleep" and any(a.motion == "sit" and _overlap(a, act) for a in plan.actions_of(entity.id)):
        return replace(act, motion="doze")
    if act.motion == "look_around":
        return replace(act, motion=_looking(act, entity, plan))
    if act.motion == "pet":
        pet = plan.entity(act.object)
        row = row_of(pet.noun) if pet is not None and pet.kind == "animal" else None
        on = any(r.of == act.object and r.relation in {"on", "in", "carried_by"} for r in plan.relations)
        return replace(act, motion="pet_low") if row is not None and row.height_m < WAIST_M and not on else act
    if act.motion != "put_down":
        return act
    goals = {r.to for r in plan.relations if r.of == act.object and r.relation in {"on", "in", "inside"}}
    goals |= {act.path.end} if act.path and act.path.end else set()
    at = any(r.of == entity.id and r.relation == "at" for r in plan.relations)
    rows = [row_of(e.noun) for e in plan.entities if e.id in goals]
    if at or any(row is not None and row.height_m > WAIST_M for row in rows):
        return replace(act, motion="give")
    return act


LOOKING = {
    "look up": "look_up", "gaze up": "look_up", "stare up": "look_up", "peer up": "look_up", "glance up": "look_up", "look down": "look_down", "gaze down": "look_down",
    "stare down": "look_down", "glance down": "look_down", "look back": "look_back", "glance back": "look_back", "look out": "peer", "gaze out": "peer", "peer": "peer",
    "scan": "peer", "squint": "peer", "search": "peer", "survey": "peer", "look around": "look_around", "look about": "look_around", "glance around": "look_around", "glance": "look_around",
}  # fmt: skip
"""How one looks, by the verb."""
HELD_TO_READ = frozenset({"phone", "smartphone", "cellphone", "book", "letter", "map", "photo", "photograph", "picture", "tablet", "newspaper", "magazine", "note", "card", "paper", "menu", "document", "compass"})  # fmt: skip


def _looking(act: Action, entity: Entity, plan: ShotPlan) -> str:
    """How somebody looks: up, back, round about, into what they hold, or steadily at what is there."""
    if act.path is not None and act.path.start is not None:
        return "gaze"  # "looks up from her laptop"
    if act.verb in LOOKING:
        return LOOKING[act.verb]
    goal = plan.entity(act.object) or plan.entity(act.path.end if act.path else None)
    faced = next((plan.entity(r.to) for r in plan.relations if r.of == entity.id and r.relation == "facing"), None)
    target = goal or faced
    held = {r.to for r in plan.relations if r.of == entity.id and r.relation in {"holding", "wearing"}}
    if target is not None and target.id in held:
        return "read" if target.noun.rpartition(" ")[2] in HELD_TO_READ else "look_at_hand"
    is_at = (
        target is not None
        or (act.path is not None and act.path.end is not None)
        or act.verb in {"stare", "gaze", "watch"}
    )
    return "gaze" if is_at else "look_around"


WAIST_M = 0.7
ALONG = {"carry": "hold", "push": "push_along", "pull": "pull_along"}
"""What arms do with something on the way."""


def _on_the_way(acts: list[Action], holds: bool) -> list[Action]:
    """ "Walks along, reading": the legs go and the arms do the rest, one thing after the other where they do several."""
    goes = [a for a in acts if a.motion in GAITS]
    meant = [(a, ALONG.get(str(a.motion), str(a.motion))) for a in acts if a not in goes]
    busy = [(a, motion) for a, motion in meant if motion in ALONG.values() or can_sit(motion)]
    used: list[Action] = []
    found: list[Action] = []
    for go in goes:
        arms = [one for one in busy if one[0].start_s < go.end_s - 0.1 and go.start_s < one[0].end_s - 0.1]
        lively = [one for one in arms if one[1] != "hold"]
        shown = [motion for _, motion in lively or arms] or (["hold"] if holds else [])
        each_s = (go.end_s - go.start_s) / max(1, len(shown))
        found += [
            replace(go, motion=f"{go.motion}+{motion}", start_s=go.start_s + i * each_s, end_s=go.start_s + (i + 1) * each_s)
            for i, motion in enumerate(shown)
        ] or [go]  # fmt: skip
        used += [a for a, _ in arms]
    kept = [a for a in acts if a not in goes and a not in used]
    return sorted([*found, *kept], key=lambda a: a.start_s)


TWO = 2
COUPLES = frozenset({"couple", "pair", "lover", "newlywed", "partner"})
CLOSELY = frozenset({"slowly", "together", "closely", "romantically", "tenderly", "gently", "gracefully", "elegantly"})


def _in_arms(entity: Entity, action: Action, plan: ShotPlan) -> bool:
    """Whether two dance with one another: a couple, two who do it slowly, one with somebody."""
    other = plan.entity(action.object)
    if other is not None:
        return other.kind == "person"
    dancers = [plan.entity(a.who) for a in plan.actions if a.motion == "dance"]
    people = sum(one.count for one in dancers if one is not None and one.kind == "person")
    is_pair = people == TWO
    return is_pair and (entity.noun in COUPLES or action.manner in CLOSELY)


def _kept(acts: list[Action]) -> list[Action]:
    """ "Sits in a booth and stirs his coffee", "kneels and hammers": who has sat or knelt down does with the arms what can be done so, until they get up."""
    found: list[Action] = []
    posture: str | None = None
    for act in sorted(acts, key=lambda one: (one.start_s, one.motion not in POSTURES)):
        goes = str(act.motion).partition("+")[0] in GOING
        own = _LOW.get(str(act.motion), act.motion)
        posture = own if own in POSTURES else None if goes or act.motion in UP else posture
        arms = _WHILE_LOW.get(str(act.motion), act.motion) if posture is not None else None
        can = arms is not None and own not in POSTURES and can_sit(arms)
        found.append(replace(act, motion=f"{posture}+{arms}") if can else act)
    busy = [act for act in found if str(act.motion).partition("+")[0] in POSTURES and "+" in str(act.motion)]
    return [act for act in found if act.motion not in POSTURES or not any(_overlap(act, other) for other in busy)]


_WHILE_LOW = {"put_down": "give", "pick_up": "give", "dig": "tinker", "pull": "tinker", "push": "give"}
"""What the arms do of what needs legs, of somebody who is down already."""
_LOW = {"crouch": "kneel"}
"""Postures in which the arms work as in another one."""
UP = frozenset({"stand", "stand_up", "jump", "dance", "fall", "sit_down"})
"""After which nobody sits any more."""


def _overlap(one: Action, other: Action) -> bool:
    return one.start_s < other.end_s - 0.1 and other.start_s <= one.start_s + 0.1


def _is_meanwhile(quiet: Action, other: Action) -> bool:
    """Whether somebody does something livelier at the same time: who runs with a lantern runs."""
    return other.motion not in QUIET and other.start_s < quiet.end_s and quiet.start_s < other.end_s


def _fitting(motion: str, at_rest: str) -> str:
    """The motion that suits a place: one rides a bicycle as one rides bicycles."""
    base, _, arms = motion.rpartition("+")
    if base in GAITS and at_rest not in {"hold", "stand"}:
        motion = base if at_rest not in {"sit", "row", "lie"} or arms == "hold" else arms
    if at_rest in {"ride_bike", "ride_horse", "skate", "surf", "ski", "row"} and motion in {
        "ride_horse",
        "sit",
        "drive",
        "stand",
        "walk",
        "run",
        "steer",
        "hold",
    }:
        return at_rest
    if at_rest == "surf" and motion == "swim":
        return "paddle_prone"
    if at_rest == "sit" and motion in {"ride_horse", "ride_bike"}:
        return "sit"  # rides in a car
    if at_rest not in {"sit", "row", "lie"}:
        return motion
    if at_rest != "lie" and motion == "sleep":
        return f"{SEATED}doze"
    if motion.startswith(SEATED):
        return motion
    if motion in STAYS_SEATED:
        return "sit" if at_rest != "lie" or motion == "sit" else "lie"
    return SEATED + motion if can_sit(motion) else motion


def _at_rest(entity: Entity, plan: ShotPlan) -> str:
    if any(act.motion == "carry" and act.object == entity.id for act in plan.actions):
        return "sit"  # in somebody's arms
    mine = {r.relation: plan.entity(r.to) for r in plan.relations if r.of == entity.id}
    ridden = mine.get("riding")
    if ridden is not None:
        return RIDDEN.get(ridden.noun, "ride_horse" if ridden.kind == "animal" else "sit")
    below = mine.get("on") or mine.get("in") or mine.get("inside")
    if below is not None:
        if (
            is_chair(below.noun)
            or is_car(below.noun)
            or (
                below.kind == "vehicle"
                and below.noun.rpartition(" ")[2]
                in {"boat", "canoe", "rowboat", "kayak", "raft", "car", "train", "bus"}
            )
        ):
            return "sit"
        if below.kind == "animal" and mine.get("on") is below:
            return "ride_horse"
        if below.noun.rpartition(" ")[2] in BEDS:
            return "lie"
        if below.noun in RIDDEN:
            return RIDDEN[below.noun]
    return "hold" if "holding" in mine else "stand"
