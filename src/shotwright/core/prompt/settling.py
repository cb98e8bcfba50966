"""What follows from a scene as a whole: who sits in what, what is too far away to stand beside, what one comes out of."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from shotwright.core.plan import Action, Effect, Entity, Path, Relation
from shotwright.core.prompt.boarding import NEXT_TO, WATERS, aboard, at_the_wheel, on_deck, on_water
from shotwright.core.prompt.doors import through_doors
from shotwright.core.prompt.following import WINGED, kept_up
from shotwright.core.prompt.hauling import OVERTURNING, hauled
from shotwright.core.prompt.lexicon import noun_of
from shotwright.core.prompt.limbs import next_id
from shotwright.core.prompt.look import SEEN_AFAR
from shotwright.core.prompt.manners import as_it_is_done
from shotwright.core.prompt.states import in_their_state
from shotwright.core.prompt.tasks import as_tasks
from shotwright.core.prompt.together import done_together
from shotwright.core.prompt.tops import along_tops, on_one_top
from shotwright.core.prompt.wetting import wetted

if TYPE_CHECKING:
    from shotwright.core.plan import ShotPlan

STANDS = frozenset({"inside", "building"})
"""Kinds of places that are something from outside."""
OF_ANY_KIND = frozenset({"kid", "child", "friend", "teenager", "student", "person", "sibling", "twin", "worker", "dancer", "player", "tourist", "guest"})  # fmt: skip
OF_A_KIND = frozenset({"girl", "boy", "man", "woman", "brother", "sister", "lady", "guy"})
"""What several may be called together, and what each of them is."""
FACE_TO_FACE = frozenset({"talk", "shout", "laugh", "react", "fight", "shake_hands", "look_around", None})
WITHIN = frozenset({"in", "inside", "on", "at", "under"})
RIDES = ("train", "bus", "car", "plane", "airplane", "tram", "subway", "taxi", "spaceship")
"""Whose windows one looks out of."""
PLAYED = {"violin": "play_violin", "cello": "play_violin", "piano": "play_piano", "keyboard": "play_piano", "organ": "play_piano", "drum": "drum"}  # fmt: skip
IN_THE_SKY = frozenset({"sun", "moon", "star", "cloud", "rainbow", "horizon", "constellation"})
NO_HOUSES = frozenset({"room", "interior", "hall", "hallway", "corridor", "lobby", "bed", "elevator", "lift", "stage"})
"""Places under a roof that are nothing from outside."""


def settled(plan: ShotPlan) -> ShotPlan:
    """A plan with what follows from it; the words named none of that.

    Args:
        plan: As it was read.
    """
    if plan.task == "edit":
        return plan
    plan = as_tasks(as_it_is_done(plan))
    plan = aboard(on_one_top(_on_the_ground(through_doors(done_together(in_their_state(_one_holder(wetted(plan))))))))
    plan = _on_the_wing(_topples(hauled(plan)))
    plan = _goes_along(_stops(_by_phone(_comes_up(_across(_one_by_one(along_tops(plan)))))))
    return _hits(
        kept_up(
            _players(_waves(_at_a_window(_outside(_come_from(_beyond_reach(on_water(on_deck(at_the_wheel(plan)))))))))
        )
    )


def _one_holder(plan: ShotPlan) -> ShotPlan:
    """ "A knight kneels before a king and offers him his sword": whoever does something with it has it."""
    held = [r for r in plan.relations if r.relation == "holding"]
    for thing in [e for e in plan.entities if e.count == 1 and sum(r.to == e.id for r in held) > 1]:
        doers = {a.who for a in plan.actions if a.object == thing.id}
        lost = (
            {r for r in held if r.to == thing.id and r.of not in doers}
            if doers & {r.of for r in held if r.to == thing.id}
            else set()
        )
        plan = replace(plan, relations=tuple(r for r in plan.relations if r not in lost))
    return plan


PORCHES = frozenset({"porch", "doorstep", "veranda", "patio"})
"""What is before a house, which then is the place."""
LAWNS = frozenset({"grass", "lawn", "meadow"})
ROOFS = frozenset({"roof", "rooftop", "housetop"})
SLOPES = frozenset({"mountain", "mountain top", "mountaintop", "peak", "summit", "ridge", "hill", "hillside", "hilltop", "slope", "mound", "dune", "meadow", "field", "lawn", "grass", "sidewalk", "pavement", "kerb", "curb", "driveway"}) | PORCHES | ROOFS  # fmt: skip
"""What is the ground itself where somebody is on it."""


def _on_the_ground(plan: ShotPlan) -> ShotPlan:
    """ "A boy on a hill": the hill is where he stands, and nothing that stands before him."""
    acting = {act.who for act in plan.actions} | {act.object for act in plan.actions}
    acting |= {
        end
        for act in plan.actions
        if act.path
        for end in (act.path.start, act.path.end, act.path.around, act.path.over)
    }
    acting |= {move.target for move in plan.camera} | {shown.focus for shown in plan.shots}
    acting |= {r.to for r in plan.relations if r.relation not in {"on", "at", "in"}}
    ground = {
        e.id
        for e in plan.entities
        if e.noun in SLOPES
        and e.kind in {"nature", "building", "plant", "material", "other"}
        and e.id not in acting
        and not e.ref
    }
    near = [r for r in plan.relations if r.to in ground and r.relation in {"on", "at", "in"}]
    stands = {e.id for e in plan.entities if e.kind in {"building", "furniture", "vehicle"}}
    on_it = {r.to for r in near} - {r.to for r in near if r.of in stands}
    if not on_it:
        return plan
    entities = tuple(e for e in plan.entities if e.id not in on_it)
    relations = tuple(r for r in plan.relations if not {r.of, r.to} & on_it)
    return replace(_on_the_roof(plan, on_it), entities=entities, relations=relations)


def _on_the_roof(plan: ShotPlan, on_it: set[str]) -> ShotPlan:
    """ "A boy on a porch" is in a suburb, "a roofer on a steep roof" on a rooftop."""
    named = {e.noun for e in plan.entities if e.id in on_it}
    open_air = set(plan.setting.places) <= {"sky"}
    if named & ROOFS and open_air:
        return replace(plan, setting=replace(plan.setting, places=("rooftop", *plan.setting.places), shells=("skyline",), inside=False))  # fmt: skip
    if named & LAWNS and not plan.setting.places:
        return replace(plan, setting=replace(plan.setting, places=("meadow",), shells=("field",), inside=False))
    if named & PORCHES and not plan.setting.places:
        return replace(plan, setting=replace(plan.setting, places=("suburb",), shells=("street",), inside=False))
    return plan


COMING_UP = frozenset({"walk up", "come up", "step up", "run up", "stroll up", "rush up", "ride up", "come over", "walk over", "approach", "sneak up", "creep up"})  # fmt: skip


def _comes_up(plan: ShotPlan) -> ShotPlan:
    """ "His boss walks up": to whom the shot is about, where the words name nobody."""
    people = [e for e in plan.entities if e.kind in {"person", "animal"}]

    def end(act: Action) -> Action:
        other = next((e for e in people if e.id != act.who), None)
        leads = act.path is not None and (act.path.end or act.path.along or act.path.over or act.path.around)
        if act.verb not in COMING_UP or act.object or leads or other is None or people[0].id == act.who:
            return act
        return replace(act, path=replace(act.path or Path(), end=other.id))

    return replace(plan, actions=tuple(end(act) for act in plan.actions))


STOPS = frozenset({"stop", "halt", "standstill", "rest"})
STOPPING_SHARE = 0.6
STILL = frozenset({"stand", "sit", "look_around", "talk", "sleep", "lie", "lean"})
"""What nobody comes to a stop by: "stands at a bus stop"."""


def _stops(plan: ShotPlan) -> ShotPlan:
    """ "Screeches to a stop": it comes, and then it stands."""
    kinds = {e.id: e.kind for e in plan.entities}
    found: list[Action] = []
    for act in plan.actions:
        stops = act.path is not None and act.path.end in STOPS and act.motion not in STILL
        if act.path is None or not stops or any(place.endswith(f" {act.path.end}") for place in plan.setting.places):
            found.append(act)
            continue
        at = round(act.start_s + STOPPING_SHARE * (act.end_s - act.start_s), 3)
        motion = "drive" if kinds.get(act.who) == "vehicle" else "walk"
        came = any(a.end_s <= act.start_s for a in plan.actions_of(act.who) if a is not act)
        way = replace(act.path, start=act.path.start or (None if came else "out"), end=None)
        found += [
            replace(act, motion=motion, path=way, end_s=at),
            Action(act.who, "stop", "stand", start_s=at, end_s=act.end_s),
        ]
    return replace(plan, actions=tuple(found))


GOES_BY = {
    "carry": "walk",
    "dribble": "run",
    "juggle": "walk",
    "drum": "march",
    "play_guitar": "walk",
    "play_violin": "walk",
}
"""How one goes who does something with the hands and has a way."""


CARRYING = frozenset({"carry", "bring", "deliver", "transport", "haul", "lug", "take"})
"""What one has on one's way, unlike what one holds."""


def _goes_along(plan: ShotPlan) -> ShotPlan:
    """ "Dribbles past a defender": the hands do one thing, and the legs go."""
    found: list[Action] = []
    for act in plan.actions:
        stays = act.motion == "carry" and act.verb.split()[0] not in CARRYING
        gait = None if stays else GOES_BY.get(act.motion or "")
        way = act.path
        if gait is None or way is None or not (way.start or way.end or way.along or way.around or way.over):
            found.append(act)
            continue
        found += [replace(act, motion=gait, object=None), replace(act, path=None)]
    return replace(plan, actions=tuple(found))


TOPPLING = frozenset({"fall over", "topple", "topple over", "tip over", "keel over", "collapse", "crash down"})


def _spilt(plan: ShotPlan) -> ShotPlan:
    """ "Knocks over a vase of tulips", "spills a bowl of apples": what is in it falls out; coffee is shown with its cup."""
    falls = tuple(
        Action(r.of, "fall", "fall", path=Path(end="down"), start_s=act.start_s, end_s=act.end_s)
        for act in plan.actions
        for r in plan.relations
        if act.verb in OVERTURNING | {"spill"} and r.to == act.object and r.relation in {"in", "inside", "on"}
        and not plan.actions_of(r.of) and any(e.id == r.of and (e.kind in {"plant", "tool", "clothing"} or (e.kind == "food" and e.count > 1)) for e in plan.entities)
    )  # fmt: skip
    return replace(plan, actions=(*plan.actions, *falls)) if falls else plan


def _topples(plan: ShotPlan) -> ShotPlan:
    """ "The tower falls over": where it stands, and out of no sky."""
    plan = _spilt(plan)
    kinds = {e.id: e.kind for e in plan.entities}
    return replace(
        plan,
        actions=tuple(
            replace(act, motion="tip_over", path=None)
            if act.verb in TOPPLING and act.motion == "fall" and kinds.get(act.who) not in {"person", "animal"}
            else act
            for act in plan.actions
        ),
    )


ALOFT = frozenset({"circle", "hover", "swirl", "dive", "swoop", "wheel", "glide"})
"""Ways of going of what has wings."""


def _on_the_wing(plan: ShotPlan) -> ShotPlan:
    """ "Gulls circle above a boat": they fly."""
    winged = {
        e.id for e in plan.entities
        if e.kind == "animal" and (n := noun_of(e.noun)) and WINGED & {e.noun, *n.near.split()}
    }  # fmt: skip
    afoot = (
        {e.id for e in plan.entities if e.noun in {"penguin", "swan", "duck", "goose", "duckling"}}
        if WATERS & set(plan.setting.places)
        else set()
    )
    acts = (replace(a, motion="fly") if a.who in winged - afoot and a.verb in ALOFT and a.motion in {"walk", "swim", "run", "float", "slide"} else a for a in plan.actions)  # fmt: skip
    blown = {e.id for e in plan.entities if e.noun in BLOWN}
    acts = (
        replace(a, motion="float") if a.who in blown and a.path and not a.object and a.motion != "throw" else a
        for a in acts
    )
    return replace(plan, actions=tuple(acts))


BLOWN = frozenset({"tornado", "whirlwind", "cloud", "waterspout", "cyclone", "dust devil", "tumbleweed"})
"""What the wind drives, whatever the verb: a tornado that tears across a field."""
SPOKEN_INTO = frozenset({"phone", "telephone", "smartphone", "cellphone", "mobile", "radio", "microphone", "mic", "megaphone", "walkie-talkie", "headset", "receiver", "bullhorn"})  # fmt: skip
TO_A_DEVICE = frozenset({"on", "in", "inside", "at", "over", "near"})


def _by_phone(plan: ShotPlan) -> ShotPlan:
    """ "Talks on the phone", "sings into a microphone": it is in the hand."""
    devices = {e.id for e in plan.entities if e.noun.rpartition(" ")[2] in SPOKEN_INTO}
    people = {e.id for e in plan.entities if e.kind == "person" or e.ref}
    into = [a for a in plan.actions if a.path is not None and a.path.end in devices and a.motion in {"talk", "shout"}]
    held = {r.to for r in plan.relations if r.relation == "holding"}
    relations = tuple(
        replace(r, relation="holding") if r.of in people and r.to in devices and r.relation in TO_A_DEVICE else r
        for r in plan.relations
    )
    found = {r.to for r in relations if r.relation == "holding"} - held
    more = tuple(
        Relation(a.who, "holding", str(a.path.end), 0.0, plan.duration_s)
        for a in into
        if a.path is not None and a.path.end not in held | found
    )
    actions = tuple(replace(a, path=None) if a in into else a for a in plan.actions)
    return replace(plan, relations=(*relations, *more), actions=actions)


def _across(plan: ShotPlan) -> ShotPlan:
    """ "Two argue across a table": one on each side of it."""
    tables = {e.id for e in plan.entities if e.kind == "furniture"}
    over = [a for a in plan.actions if a.path is not None and a.path.over in tables and a.motion in FACE_TO_FACE]
    who = list(dict.fromkeys(a.who for a in over))
    others = [r.to for r in plan.relations if r.relation == "facing" and r.of in who]
    who = list(dict.fromkeys([*who, *others]))
    if not over or over[0].path is None or len(who) != len(("left", "right")):
        return plan
    table = str(over[0].path.over)
    kept = tuple(r for r in plan.relations if not (r.of in who and r.to == table))
    sides = (
        Relation(who[0], "left_of", table, 0.0, plan.duration_s),
        Relation(who[1], "right_of", table, 0.0, plan.duration_s),
    )
    actions = tuple(replace(a, path=None) if a in over else a for a in plan.actions)
    return replace(plan, relations=(*kept, *sides), actions=actions)


def _first_together(plan: ShotPlan, group: Entity, members: list[Entity]) -> ShotPlan:
    """ "Two hikers, a man and a woman, climb up. The woman points": all climb, and then each does their own."""
    ends = {a.end_s for a in plan.actions_of(group.id)}
    if not ends:
        return plan
    half, mine = max(ends) / 2, {e.id for e in members}
    return replace(
        plan,
        actions=tuple(
            replace(a, end_s=min(a.end_s, half))
            if a.who == group.id
            else replace(a, start_s=max(a.start_s, half))
            if a.who in mine and a.end_s > half
            else a
            for a in plan.actions
        ),
    )


APPOSED = 4
"""Characters within which those are named that a group consists of: "two hikers, a man and a woman"."""


def _one_by_one(plan: ShotPlan) -> ShotPlan:
    """ "Three kids build a snowman, one girl ..., two boys ...": three, and not six; who does nothing else builds."""
    people = [e for e in plan.entities if e.kind == "person" and not e.ref and e.span]
    for group in [e for e in people if e.noun not in OF_A_KIND and e.count > 1]:
        after = [e for e in people if e.noun in OF_A_KIND and (e.span or (0,)) > (group.span or (0,))]
        apart_by = (after[0].span or (0,))[0] - (group.span or (0, 0))[1] if after else APPOSED
        if group.noun not in OF_ANY_KIND and apart_by >= APPOSED:
            continue
        if sum(e.count for e in after) != group.count or len(after) < len(("one", "other")):
            continue
        idle = [e.id for e in after if not plan.actions_of(e.id)]
        plan = plan if idle else _first_together(plan, group, after)
        who = idle or [e.id for e in after]
        deeds = tuple(replace(a, who=name) for a in plan.actions for name in (who if a.who == group.id else [a.who]))
        relations = tuple(
            replace(r, of=e.id) for r in plan.relations if r.to != group.id for e in (after if r.of == group.id else [plan.entity(r.of)]) if e
        )  # fmt: skip
        entities = tuple(e for e in plan.entities if e is not group)
        plan = replace(plan, entities=entities, actions=deeds, relations=relations)
    return plan


def _at_a_window(plan: ShotPlan) -> ShotPlan:
    """ "Looks out of a train window": in a train, with what is named outside."""
    said = {word for e in plan.entities if e.noun == "window" for word in e.attributes}
    inside = next((ride for ride in RIDES if ride in said), None)
    if inside is None:
        return plan
    setting = replace(plan.setting, places=(inside, *plan.setting.places), inside=True)
    effects = tuple(replace(e, where="outside") if e.kind in {"rain", "snow"} else e for e in plan.effects)
    hills = {e.id: e.noun for e in plan.entities if e.noun in {"mountain", "hill", "field", "forest"}}
    outside = tuple(noun for noun in hills.values() if noun not in setting.places)
    return replace(
        plan,
        setting=replace(setting, places=(*setting.places, *outside)),
        effects=effects,
        entities=tuple(e for e in plan.entities if e.id not in hills),
        relations=tuple(r for r in plan.relations if not {r.of, r.to} & hills.keys()),
        actions=tuple(a for a in plan.actions if a.who not in hills),
    )


def _waves(plan: ShotPlan) -> ShotPlan:
    """Waves of the sea break, unless somebody is on them; under a boat they are the water that it is on."""
    waves = {e.id for e in plan.entities if e.noun.rpartition(" ")[2] == "wave" and not e.ref}
    boats = {e.id for e in plan.entities if e.kind == "vehicle"}
    under = {r.to for r in plan.relations if r.of in boats and r.to in waves and r.relation in WITHIN}
    if under:
        setting = plan.setting
        setting = replace(setting, places=setting.places or ("sea",), shells=setting.shells or ("sea",))
        entities = tuple(e for e in plan.entities if e.id not in under)
        relations = tuple(r for r in plan.relations if not {r.of, r.to} & under)
        return replace(
            plan,
            setting=setting,
            entities=entities,
            relations=relations,
            actions=tuple(a for a in plan.actions if a.who not in under),
        )
    surfers = {e.id for e in plan.entities if e.noun == "surfer"} | {a.who for a in plan.actions if a.motion == "surf"}
    relations = tuple(
        replace(r, relation="riding") if r.of in surfers and r.to in waves and r.relation in WITHIN else r
        for r in plan.relations
    )
    plan = replace(plan, relations=relations)
    is_ridden = any(r.to in waves and r.relation in {"on", "riding", "in"} for r in plan.relations)
    surfs = any(a.motion == "surf" for a in plan.actions)
    if not waves or is_ridden or surfs or any(e.kind == "breakers" for e in plan.effects):
        return plan
    return replace(plan, effects=(*plan.effects, Effect("breakers", "scene", end_s=plan.duration_s)))


FLYING = frozenset({"ball", "arrow", "bullet", "puck", "dart", "stone", "snowball", "spear", "frisbee", "shuttlecock", "football", "basketball", "volleyball", "tomato"})  # fmt: skip
"""Things that hit something by flying there."""


def _hits(plan: ShotPlan) -> ShotPlan:
    """ "The ball hits the net": it flies there."""
    things = {e.id for e in plan.entities if e.noun.rpartition(" ")[2] in FLYING and not e.ref}
    return replace(
        plan,
        actions=tuple(
            replace(a, motion="fly", object=None, path=replace(a.path or Path(), end=a.object))
            if a.who in things and a.object and a.motion in {"punch", "knock", "kick", "pick_up"}
            else a
            for a in plan.actions
        ),
    )


def _players(plan: ShotPlan) -> ShotPlan:
    """ "An accordion player" has an accordion, and plays it."""
    for player in [e for e in plan.entities if e.noun == "player" and e.kind == "person"]:
        played = next((w for w in player.attributes if (n := noun_of(w)) and "instrument" in n.near), None)
        if played is None or any(e.noun == played for e in plan.entities):
            continue
        name = next_id(plan)
        thing = Entity(name, played, "tool")
        actions = tuple(
            replace(a, motion=PLAYED.get(played, "play_guitar"), object=a.object or name)
            if a.who == player.id and a.verb == "play"
            else a
            for a in plan.actions
        )
        holds = Relation(player.id, "holding", name, 0.0, plan.duration_s)
        plan = replace(plan, entities=(*plan.entities, thing), relations=(*plan.relations, holds), actions=actions)
    return plan


def _beyond_reach(plan: ShotPlan) -> ShotPlan:
    """Nobody stands beside the sun, or under a cloud."""
    afar = {e.id for e in plan.entities if e.noun in SEEN_AFAR | IN_THE_SKY and not e.ref}
    far = {"under", *NEXT_TO}
    kept = tuple(r for r in plan.relations if not (r.relation in far and (r.to in afar or r.of in afar)))
    return plan if len(kept) == len(plan.relations) else replace(plan, relations=kept)


def _come_from(plan: ShotPlan) -> ShotPlan:
    """ "Comes out of a tunnel": it stands there, and where it stands is another place, or none that is named."""
    for noun in plan.setting.places:
        known = noun_of(noun)
        starts = [a for a in plan.actions if a.path is not None and a.path.start == noun]
        if known is None or known.kind not in STANDS or noun in NO_HOUSES or not starts:
            continue
        plan, name = _built(plan, noun)
        actions = tuple(
            replace(a, path=replace(a.path, start=name)) if a.path is not None and a.path.start == noun else a
            for a in plan.actions
        )
        plan = replace(plan, actions=actions)
    return plan


def _outside(plan: ShotPlan) -> ShotPlan:
    """ "Outside a brick school": the school is behind."""
    noun = plan.setting.places[0] if plan.setting.places else ""
    known = noun_of(noun)
    is_outside = "outside" in plan.setting.attributes and known is not None and known.kind in STANDS
    return _built(plan, noun)[0] if is_outside and noun not in NO_HOUSES else plan


def _built(plan: ShotPlan, noun: str) -> tuple[ShotPlan, str]:
    """A plan in which a place is a building, and the id of that."""
    setting = plan.setting
    same = next((e for e in plan.entities if e.noun == noun), None)
    places = tuple(place for place in setting.places if place != noun)
    said = () if places else tuple(word for word in setting.attributes if word != "outside")
    kept = tuple(word for word in setting.attributes if word not in said)
    name = next_id(plan)
    made = Entity(name, noun, "building", attributes=said, span=setting.span)
    shells = setting.shells if places else ()
    setting = replace(setting, places=places, shells=shells, attributes=kept, inside=setting.inside and bool(places))
    entities = plan.entities if same is not None else (*plan.entities, made)
    return replace(plan, setting=setting, entities=entities), same.id if same is not None else name
