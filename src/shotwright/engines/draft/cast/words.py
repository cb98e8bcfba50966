"""Whom and what the words name without a picture: a figure, a picture of the library, or a box with its name."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast, get_args

from shotwright.core.plan import Entity, EntityKind, Relation
from shotwright.core.prompt.lexicon import motion_of, noun_of
from shotwright.core.prompt.look import SEEN_AFAR
from shotwright.core.prompt.syntax import QUANTITIES
from shotwright.core.prompt.vocabulary import PLACE_NOUNS
from shotwright.engines.analysis.cutout import CutOut
from shotwright.engines.draft.blocking.placing import Member
from shotwright.engines.draft.cast.costume import WORN
from shotwright.engines.draft.cast.feelings import miens_of
from shotwright.engines.draft.cast.figures import Figure, Step, body_m
from shotwright.engines.draft.cast.labels import box_of
from shotwright.engines.draft.cast.library import Row, is_scenic, picture_of, row_of
from shotwright.engines.draft.cast.steps import steps_of
from shotwright.engines.draft.cast.support import BRIDGES
from shotwright.engines.draft.cast.wardrobe import (
    GROWN,
    LITTLE,
    SIZES,
    STUFFS,
    clothes_of,
    height_of,
    is_worn_visibly,
    scale_of,
)
from shotwright.engines.draft.looks.effects import EFFECTS
from shotwright.engines.draft.sets.places import base_of, is_vehicle_room, rows
from shotwright.media.colour import colour_of

if TYPE_CHECKING:
    from shotwright.core.plan import ShotPlan

COPIES_MAX, PEOPLE_MAX, ALL_MAX = 5, 7, 22
ON_FOOT = frozenset({"walk", "run", "crawl", "sit", "stand", "sleep", "eat", "drink", "march", "dance"})
LEAST_M = 0.06
"""Height of the smallest that a picture shows (an ant, a coin), so that a camera gets near enough to see it."""
FULL_FIGURES = frozenset({"mermaid", "unicorn", "ghost", "snowman", "dragon"})
FIGURE_WIDTH = 0.42
HUMANOIDS = frozenset({
    "troll", "ogre", "goblin", "orc", "elf", "dwarf", "zombie", "vampire", "werewolf", "giant", "demon", "angel", "golem", "alien", "robot", "android", "cyborg", "mummy",
    "skeleton", "genie", "yeti", "bigfoot", "humanoid", "mech", "samurai", "ninja", "gladiator", "legionary",
})  # fmt: skip
"""Who has arms and legs, whatever kind the lexicon says."""
PARTS_OF_PLACES = frozenset(
    {
        "roof",
        "floor",
        "ceiling",
        "corner",
        "edge",
        "facade",
        "rooftop",
        "sidewalk",
        "horizon",
        "surface",
        "doorway",
        "curb",
        "kerb",
        "gutter",
        "doorstep",
        "threshold",
        "ledge",
        "field",
        "ground",
    }
)
"""What belongs to a place, and is no box of its own."""
NO_THINGS = frozenset({
    "everything", "something", "anything", "nothing", "thing", "one", "other", "lol", "stuff", "everyone", "everybody", "anyone", "nobody",
    "edit", "int", "ext", "shot", "location", "restyle", "clockwise", "counterclockwise", "anticlockwise", "framing", "choreography", "op",
    "story", "documentary", "animation", "noir", "generate", "delete", "remove", "product", "prop", "brushwork", "art", "instagram", "dont", "let",
})  # fmt: skip
"""Words that stand where a noun stands, and name none."""
LYING = frozenset({"on", "in", "inside", "under", "over", "behind", "against", "carried_by"})
"""Relations of a garment that nobody wears."""
LOW, LOW_BRIDGE_M = frozenset({"small", "little", "narrow", "wooden", "tiny", "garden", "rope", "rickety"}), 2.0
"""What is said of bridges over a stream, and how high they are."""


@dataclass(frozen=True)
class Look:
    """How a member is drawn: jointed, or as a card; whether that looks to the left."""

    figure: Figure | None
    card: CutOut
    looks_left: bool = False


def members_of(plan: ShotPlan, notes: list[str]) -> list[tuple[Member, Look]]:
    """Everybody and everything without a picture, as many as there are, with what cannot be shown named in `notes`."""
    found: list[tuple[Member, Look]] = []
    for entity in plan.entities:
        if entity.ref or entity.in_picture or not _is_shown(entity, plan, notes):
            continue
        most = PEOPLE_MAX if entity.kind in {"person", "animal"} else COPIES_MAX
        copies = range(min(entity.count, most, ALL_MAX - len(found)))
        if len(copies) < entity.count:
            notes.append(f"{entity.count} x {entity.noun}: {len(copies)} are shown")
        found += [_member(entity, copy, plan, notes) for copy in copies]
    return found


def _is_shown(entity: Entity, plan: ShotPlan, notes: list[str]) -> bool:
    """Whether something has a body of its own: what is worn colours its wearer, materials and light have none."""
    wearer = _wearer(entity, plan)
    holder = next((plan.entity(r.of) for r in plan.relations if r.to == entity.id and r.relation == "holding"), None)
    bearer = next((plan.entity(r.of) for r in plan.relations if r.to == entity.id and r.relation == "wearing"), None)
    is_strapped = (
        bearer is not None and bearer.kind == "person" and not bearer.ref and WORN.get(entity.noun) == "backpack"
    )
    if is_strapped:
        return False  # on the back of its wearer
    if wearer is None and holder is not None and holder.kind == "person" and _goes_on(entity, plan):
        wearer = holder
    carried = any(
        r.to == entity.id
        and r.relation == "holding"
        and (one := plan.entity(r.of)) is not None
        and one.kind == "animal"
        for r in plan.relations
    )
    if (entity.kind == "clothing" or entity.noun in GROWN) and wearer is not None and not carried:
        is_seen = wearer.kind == "person" and not wearer.ref and is_worn_visibly(entity)
        notes += [] if is_seen else [f"{entity.noun}: not seen on {wearer.ref or 'the ' + wearer.noun}"]
        return False
    wholes = [plan.entity(r.to) for r in plan.relations if r.of == entity.id and r.relation == "part_of"]
    if any(wholes):
        said = [f"{entity.noun}: drawn with the {whole.noun}, if at all" for whole in wholes if whole and whole.noun]
        notes += said if entity.colour or entity.attributes else []
        return False  # the whole shows it
    known = noun_of(entity.noun)
    is_place = entity.kind == "building" and entity.noun in plan.setting.places and plan.setting.inside
    is_limb = (
        known is not None and known.kind == "body_part" and any(e.kind in {"person", "animal"} for e in plan.entities)
    )
    if _is_of_set(entity, plan):
        notes.append(f"{entity.noun}: seen in the set, if at all")
        return False
    if _is_effect(entity, plan) or entity is place_thing(plan) or is_place or is_limb:
        return False  # the effect, the set or its owner shows it
    if known is None and _row(entity) is None and len(entity.noun) < 2:
        return False
    holder = next((plan.entity(r.to) for r in plan.relations if r.of == entity.id and r.relation == "in"), None)
    is_moved = any(
        a.who == entity.id or a.object == entity.id
        for a in plan.actions
        if a.motion in {"put_down", "fall", "cook", "throw", "drop"}
    )
    if entity.kind == "food" and holder is not None and holder.kind == "tool" and entity.count == 1 and not is_moved:
        notes.append(f"{entity.noun}: not seen in the {holder.noun}")
        return False
    is_scenery = entity.kind in {"nature", "building"} and is_scenic(entity.noun)
    is_here = entity.noun in plan.setting.places or not plan.setting.places
    if entity.noun in PLACE_NOUNS and is_here and (is_scenery or known is None):
        return False  # the set shows it
    lacks = _lacks(entity) if _row(entity) is None else None
    notes += [f"{entity.noun}: {lacks}"] if lacks else []
    return lacks is None


def _is_of_set(entity: Entity, plan: ShotPlan) -> bool:
    """Skylines, windows that nothing is done to, suns in rooms: the set shows them. What a shot is about is always shown."""
    if entity is plan.entities[0] or any(shown.focus == entity.id for shown in plan.shots):
        return False
    is_used = any(entity.id in {act.object, act.who} for act in plan.actions)
    if entity.noun in WALLS and (entity.count > 1 or plan.setting.inside) and not _is_ridden(entity, plan, BEINGS):
        return True
    if entity.noun in OF_SETS and not entity.colour and not entity.ref and not _is_ridden(entity, plan):
        return entity.noun not in TREES or (bool(WOODED & set(plan.setting.places)) and not is_used)
    places = plan.setting.places
    is_open_air = bool(places) and not plan.setting.inside and base_of(places[0]) != "room"
    if entity.noun in {"sun", "moon", "sunlight"}:
        return plan.setting.inside or any(e.noun == "window" for e in plan.entities)  # its light is seen
    lit = {act.who for act in plan.actions if act.motion == "flicker"}
    is_front = entity.noun.endswith(" window") and (not is_used or entity.id in lit)  # of shops and houses
    return entity.noun in SEEN_AFAR or is_front or (entity.noun == "window" and not is_used and not is_open_air)


TREES = frozenset({"tree", "pine", "pine tree", "fir", "birch"})
WALLS = frozenset({"wall", "stone wall", "brick wall", "floor", "ceiling"})
"""What every room and every courtyard has."""
OF_SETS = TREES | {"traffic", "wave", "surf", "swell"}
WOODED = frozenset(
    {"forest", "wood", "woods", "jungle", "park", "grove", "woodland", "rainforest", "garden", "campsite"}
)
"""Where there are trees without a word."""


BEINGS = frozenset({"person", "animal"})


def _is_ridden(entity: Entity, plan: ShotPlan, kinds: frozenset[str] = frozenset(get_args(EntityKind))) -> bool:
    """Whether somebody, or one of some kinds, is on it: a surfer on a wave, a boy in a tree."""
    on = (r.of for r in plan.relations if r.to == entity.id and r.relation in {"on", "riding", "in", "under", "behind"})
    return any((one := plan.entity(name)) is not None and one.kind in kinds for name in on)


def _lacks(entity: Entity) -> str | None:
    """Why no box stands in for something that has no picture; the empty text where nothing need be said."""
    known = noun_of(entity.noun)
    kind = known.kind if known else ""
    if entity.noun in NO_THINGS:
        return ""
    if kind == "body_part":
        return "seen on its owner, if at all"
    is_scenery = entity.noun in PLACE_NOUNS and entity.kind in {"nature", "building"}
    if kind in {"place", "inside"} or is_scenery or entity.noun.rpartition(" ")[2] in PARTS_OF_PLACES:
        return "a part of the place, if at all"
    if kind not in {"person", "animal", "vehicle"} and motion_of(entity.noun):
        return "read as a thing, and not drawn"
    if entity.kind == "light":
        return "not drawn yet"
    return "has no body that a draft shows" if kind in {"material", "abstract"} else None


def _is_effect(entity: Entity, plan: ShotPlan) -> bool:
    """Whether the words for something asked for an effect, and it has no body that this comes from: petals, not a campfire."""
    low, high = entity.span or (0, 0)
    asked = [e.kind for e in plan.effects if e.span and e.span[0] < high and low < e.span[1] and high <= e.span[1] + 1]
    return bool(asked) and not any(row.has_source for kind in asked for row in EFFECTS.get(kind, ()))


def _member(entity: Entity, copy: int, plan: ShotPlan, notes: list[str]) -> tuple[Member, Look]:
    if _is_figure(entity):
        return _person(entity, copy, plan)
    row = _row(entity)
    is_mirrored = row is not None and _is_mirrored(row, entity, plan, copy)
    card, height = _card(entity, is_mirrored=is_mirrored)
    footing = "ground" if row is None else row.footing
    flies = any(act.motion == "fly" for act in plan.actions_of(entity.id))
    if (footing == "sky" and entity.kind == "vehicle") or (flies and entity.kind in {"animal", "vehicle"}):
        footing = "air"
    elif footing == "air" and entity.kind == "animal" and _is_down(entity, plan):
        footing = "ground"
    if row is None:
        note = f"{name_of(entity)}: a box with its name stands in"
        notes += [note] if note not in notes else []
    if entity.noun.rpartition(" ")[2] in BRIDGES and LOW & set(entity.attributes):
        height = min(height, LOW_BRIDGE_M)
    if entity.kind == "plant" and height > CUT_FLOWER_M and _is_cut(entity, plan):
        height = CUT_FLOWER_M
    if entity.kind == "plant" and any(a.object == entity.id and a.verb.split()[0] == "plant" for a in plan.actions):
        height = min(height, SAPLING_M)
    if plan.setting.inside and entity.kind == "building" and height > IN_ROOM_M and entity.noun not in FIXTURES:
        height = IN_ROOM_M  # a fort of cushions
    if entity.kind == "animal" and _is_mount(entity, plan):
        height = max(height, MOUNT_M)
    looks_left = row is not None and (row.facing == "left") != is_mirrored
    member = Member(entity, copy, height, height * card.aspect, footing, is_box=row is None, looks_left=looks_left)
    return member, Look(None, card, looks_left)


def _is_cut(entity: Entity, plan: ShotPlan) -> bool:
    """Whether a plant stands in a vase or is in a hand."""
    vessels = {r.to for r in plan.relations if r.of == entity.id and r.relation in {"in", "inside"}}
    in_vase = any(e.id in vessels and e.kind == "tool" for e in plan.entities)
    return in_vase or any(r.to == entity.id and r.relation == "holding" for r in plan.relations)


CUT_FLOWER_M, SAPLING_M = 0.5, 1.1
IN_ROOM_M = 1.5
"""How tall what is built in a room is at most, metres."""
FIXTURES = frozenset({"door", "front door", "window", "wall", "stairs", "staircase", "column", "pillar", "arch", "gate", "bridge", "stage", "doorway", "counter", "archway", "fireplace", "brick wall", "stone wall", "garage door"})  # fmt: skip
"""What is built into rooms."""


def _is_mount(entity: Entity, plan: ShotPlan) -> bool:
    """Whether a person rides it: then it can carry one, be it a snail."""
    riders = (plan.entity(r.of) for r in plan.relations if r.to == entity.id and r.relation == "riding")
    return any(r is not None and r.kind == "person" and _beside_things(r, plan) is None for r in riders)


MOUNT_M = 1.25
"""How tall an animal is at least that a person rides."""


def _is_down(entity: Entity, plan: ShotPlan) -> bool:
    """Whether a bird or an insect is on the ground: it walks, eats, or is fed."""
    is_fed = any(act.object == entity.id and act.motion == "give" for act in plan.actions)
    return is_fed or any(act.motion in ON_FOOT for act in plan.actions_of(entity.id))


def _row(entity: Entity) -> Row | None:
    """The picture of a thing, by its whole name ("castle gate", "christmas tree") before its noun."""
    said = [word for word in entity.attributes if word not in QUANTITIES]  # a tower of blocks is no tower block
    pairs = [f"{one}{joint}{other}" for one, other in itertools.pairwise(said) for joint in (" ", "-")]
    named = (f"{kind} {entity.noun}" for kind in (*pairs, *reversed(said)) if kind not in SIZES)
    whole = next((row for name in named if (row := row_of(name)) is not None and row.noun == name), None)
    return whole or row_of(entity.noun) or row_of(name_of(entity))


def place_thing(plan: ShotPlan) -> Entity | None:
    """What somebody is in or on that is their place, and no thing in it: the train of passengers, the moon of an astronaut."""
    crossed = [Relation(a.who, "on", way) for a in plan.actions if a.path for way in (a.path.along, a.path.over) if way]
    for relation in (*plan.relations, *crossed):
        thing, rider = plan.entity(relation.to), plan.entity(relation.of)
        if thing is None or thing.ref or rider is None or rider.kind not in {"person", "animal"}:
            continue
        noun = thing.noun if thing.noun in rows() else thing.noun.rpartition(" ")[2]
        if relation.relation not in {"on", "in", "inside"} or noun not in rows():
            continue
        row = _row(thing)
        drives = any(act.motion == "drive" for act in (*plan.actions_of(rider.id), *plan.actions_of(thing.id)))
        if (is_vehicle_room(noun) and relation in plan.relations and not drives) or (
            row is not None and row.footing == "sky"
        ):
            return thing
    return None


def _is_figure(entity: Entity) -> bool:
    """Whether somebody has joints: people, unless the library shows them better."""
    row = _row(entity)
    if entity.noun.split()[-1:] and entity.noun.split()[-1] in HUMANOIDS:
        return True
    return entity.kind == "person" and (row is None or row.is_part or entity.noun not in FULL_FIGURES)


def _card(entity: Entity, *, is_mirrored: bool) -> tuple[CutOut, float]:
    """The picture of a thing, else a box with its name; and its height, metres."""
    row, colour = _row(entity), colour_of(entity.colour)
    if row is not None:
        colour = colour or next(
            (STUFFS[word] for word in entity.attributes if word in STUFFS and word not in row.noun), None
        )
        card = picture_of(row.code, row.remark, colour, mirrored=is_mirrored)
        return card, max(row.height_m, LEAST_M) * scale_of(entity, row.height_m)
    known = noun_of(entity.noun)
    usual = known.height_m if known and known.height_m else 0.6
    return box_of(name_of(entity), entity.kind, colour), usual * scale_of(entity, usual)


def name_of(entity: Entity) -> str:
    """What is written on a box: the noun with the noun or the verb that makes it what it is ("vending machine")."""
    kind = next((word for word in reversed(entity.attributes) if word not in QUANTITIES), "")
    is_kind = (
        kind and colour_of(kind) is None and kind not in SIZES and (kind.endswith("ing") or noun_of(kind) is not None)
    )
    return f"{kind} {entity.noun}" if is_kind else entity.noun


def thing_of(words: list[str]) -> tuple[CutOut, bool]:
    """The picture of what a few words name ("a red sports car"), and whether a box stands in."""
    noun = next((" ".join(words[i:]) for i in range(len(words)) if row_of(" ".join(words[i:]))), words[-1])
    known = noun_of(noun) or noun_of(words[-1])
    colour = next((word for word in words if colour_of(word) is not None), None)
    kind = known.kind if known and known.kind in get_args(EntityKind) else "other"
    entity = Entity("thing", noun, cast(EntityKind, kind), colour=colour, attributes=tuple(words[:-1]))
    if _is_figure(entity):
        figure = Figure([Step("stand", 0.0, 1.0)], clothes_of(entity, [], 0), height_of(entity))
        return figure.card(0.0, 0.0, 0.0).cut, False
    return _card(entity, is_mirrored=False)[0], row_of(noun) is None


def _person(entity: Entity, copy: int, plan: ShotPlan) -> tuple[Member, Look]:
    tall = _beside_things(entity, plan) or height_of(entity)
    worn = worn_by(entity, plan)
    steps = steps_of(entity, plan)
    clothes = clothes_of(entity, worn, copy)
    figure = Figure(steps, clothes, body_m(tall, clothes), 0.37 * copy, miens=miens_of(entity, plan))
    card = figure.card(0.0, 0.0, 0.0).cut
    wide = max(FIGURE_WIDTH * tall, card.aspect * tall * 0.9)
    return Member(entity, copy, tall, wide, is_figure=True, motion=steps[0].motion), Look(figure, card)


def _beside_things(entity: Entity, plan: ShotPlan) -> float | None:
    """How tall a tiny one is who sits on a teacup, metres; None where the words put them on nothing small."""
    on = {r.to for r in plan.relations if r.of == entity.id and r.relation in {"on", "in", "inside", "riding"}}
    rows = (
        row_of(e.noun)
        for e in plan.entities
        if e.id in on and e.kind in {"tool", "food", "plant", "clothing", "animal"}
    )
    small = [row.height_m for row in rows if row is not None and row.height_m < SMALL_SEAT_M]
    is_tiny = bool(LITTLE & set(entity.attributes)) or entity.noun.rpartition(" ")[2] in LITTLE_PEOPLE
    return max(LEAST_PERSON_M, TINY_SHARE * small[0]) if small and is_tiny else None


SMALL_SEAT_M, LEAST_PERSON_M, TINY_SHARE = 0.45, 0.09, 1.4
LITTLE_PEOPLE = frozenset({"fairy", "pixie", "gnome", "sprite", "elf", "goblin", "leprechaun", "figurine"})
"""On what nobody of usual size sits; and how tall who sits there is, metres at least and in heights of it."""


def worn_by(entity: Entity, plan: ShotPlan) -> list[Entity]:
    """What somebody wears, what grows on them, and what the words name behind them that nobody else wears."""
    mine = {
        r.to for r in plan.relations if r.of == entity.id and r.relation in {"wearing", "holding", "near", "beside"}
    }
    return [
        item for item in plan.entities if (item.id in mine and _goes_on(item, plan)) or _wearer(item, plan) is entity
    ]


def _goes_on(item: Entity, plan: ShotPlan) -> bool:
    """Whether a thing is worn rather than held."""
    is_said = any(r.to == item.id and r.relation == "wearing" for r in plan.relations)
    return is_said or item.noun in GROWN or WORN.get(item.noun) in {"backpack", "glasses", "scarf", "beard"}


def _wearer(item: Entity, plan: ShotPlan) -> Entity | None:
    """Who wears what: whom the words say, else of a garment that lies nowhere the last one named before it."""
    said = next((plan.entity(r.of) for r in plan.relations if r.to == item.id and r.relation == "wearing"), None)
    if said is not None or (item.kind != "clothing" and item.noun not in GROWN) or item.span is None:
        return said
    lies = any(r.of == item.id and r.relation in LYING for r in plan.relations)
    is_used = any(act.who == item.id or (act.object == item.id and act.motion is not None) for act in plan.actions)
    if lies or is_used or (item.noun not in GROWN and any(r.to == item.id for r in plan.relations)):
        return None
    before = [e for e in plan.entities if e.kind == "person" and e.span and e.span[0] < item.span[0]]
    return max(before, key=lambda e: e.span or (0, 0), default=None)


PAIRED = frozenset({"fight", "kiss", "hug", "talk", "dance"})
"""What two animals do with one another, head to head."""


def _is_second(entity: Entity, plan: ShotPlan, copy: int) -> bool:
    """Whether somebody is the other one of two animals that do something with one another."""
    acting = {act.who for act in plan.actions if act.motion in PAIRED}
    pair = [(e.id, i) for e in plan.entities if e.id in acting and e.kind == "animal" for i in range(e.count)]
    return len(pair) == 2 and pair[1] == (entity.id, copy)


def _is_mirrored(row: Row, entity: Entity, plan: ShotPlan, copy: int = 0) -> bool:
    """Things look where they go, and the second of a pair at the first; else to the right."""
    if row.facing not in {"left", "right"}:
        return False
    way = "left" if _is_second(entity, plan, copy) else "right"
    for action in plan.actions_of(entity.id):
        if action.path and (action.path.end in {"left", "right"} or action.path.start in {"left", "right"}):
            way = (
                action.path.end
                if action.path.end in {"left", "right"}
                else {"left": "right", "right": "left"}[str(action.path.start)]
            )
            break
    return row.facing != way
