"""What somebody does something to, within reach: in their hands, before them, or beside them, and they turn to it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from shotwright.core.prompt.nouns import PILES
from shotwright.engines.draft.cast.figures import STANDING_M, seat_m

if TYPE_CHECKING:
    from shotwright.engines.draft.blocking.placing import Member

LOW_SHARE = 0.6
"""Height of a table, in those of who stands at it, up to which they stand behind it."""
SMALL_M = 0.55
HANDY, HANDY_M = frozenset({
    "drink", "eat", "read", "write", "play_guitar", "play_violin", "stir", "pour", "cut", "paint", "shoot", "look_at_hand", "wave", "blow", "water",
    "sweep", "dig", "throw", "swing", "point", "give", "raise_hand", "cook", "juggle", "put_down", "dribble", "drop",
}), 1.35  # fmt: skip
"""What one has in hand while doing it, and how large that may be."""
HANDY_M2 = 1.5
"""Height times width of the largest thing that is held, square metres."""
CLOTHS = frozenset({"bedsheet", "sheet", "banner", "blanket", "tarp", "tarpaulin", "flag", "net", "curtain", "rug"})
"""What is held however large it is."""
HELD_BELOW = frozenset({
    "sword", "katana", "knife", "dagger", "axe", "wand", "spear", "lightsaber", "hammer", "paintbrush", "torch", "umbrella", "parasol", "balloon", "kite", "flag", "banner", "sign", "staff", "pole", "rose", "flower",
})  # fmt: skip
"""What is held at its lower end."""
AIRY = frozenset({"bow and arrow", "lasso", "skipping rope", "hula hoop", "fishing rod"})
GARMENT_M, ON_THE_BLOCK = 0.55, frozenset({"log", "stump", "tree", "trunk", "wood"})
RODS, ROD_M2 = frozenset({"rod", "pole", "spear", "lance", "net"}), 1.4
"""What is long and light, and how large its picture is at most in a hand, square metres."""
HELD_ABOVE = frozenset({"broom", "mop", "rake", "hoe", "shovel", "spade", "cane", "vacuum cleaner", "crutch", "paddle", "oar"})  # fmt: skip
"""What is held at its upper end, and reaches the ground."""
POLE_SHARE = 0.6
"""How tall what is held by its pole is at most, in heights of who holds it."""
HAND_SHARE = 0.11
"""Height of the smallest thing in a hand, in the holder's heights."""
HELD_ASPECT, HELD_SHARE, HELD_WIDE = 0.55, 0.34, 0.5
REACH_M: dict[str, float] = {
    "hug": 0.34,
    "kiss": 0.42,
    "climb": 0.16,
    "dance": 0.6,
    "waltz": 0.46,
    "shake_hands": 0.85,
    "fight": 0.9,
    "punch": 0.75,
    "push": 0.62,
    "pull": 0.62,
    "kick": 0.7,
    "knock": 0.55,
    "open": 0.5,
    "play_piano": 0.6,
    "drum": 0.55,
    "give": 0.85,
    "pet": 0.7,
    "pet_low": 0.62,
}
"""How far from somebody's middle their hands or feet reach what they do something to."""
SEAT_AT, SEAT_APART, HEADS_M, SITTING_M = 0.05, 0.16, 1.29, 0.86
"""Seats, in lengths of a car ahead of its middle and apart; how high heads are, and how tall one is from the seat up, metres."""
ON_THE_GROUND = frozenset({"kick", "pick_up", "pull", "pull_along", "push", "push_along"})
"""What is done to what stays on the ground."""
AT_THE_GROUND = frozenset({"water", "dig", "sweep"})
"""What is done to what stands or lies there."""
SHOVING, BUTTON_M = frozenset({"push", "kick"}), 0.1
"""What is done to what stands there, unless it is as small as a button."""
USUAL_REACH_M, AT_WORK_DEG = 0.55, -74.0
BEFORE_ONE = frozenset(
    {"cook", "stir", "cut", "type", "write", "drum", "pour", "drink", "eat", "knead", "tinker", "pound"}
)
"""What is done over what stands before one, as far as that is low."""


BOWL_M = 0.4
"""How tall what one works over may be to be held meanwhile."""


def is_there(thing: Member, actor: Member) -> bool:
    """Whether what something is done to stands on the ground, and is not held up before somebody."""
    if actor.motion == "swing" and thing.entity.noun in ON_THE_BLOCK:
        return True
    if actor.motion in AT_THE_GROUND or PILES & set(thing.entity.attributes):
        return True
    return actor.motion in SHOVING and thing.tall_m > BUTTON_M


def in_hand(thing: Member, holder: Member, kind: str) -> str:
    """How a thing is had that is held or handled: in the hand, at a size that one sees and can carry, or else as what something is done to."""
    if kind not in {"handled", "held"}:
        return kind
    is_pole = thing.entity.noun.rpartition(" ")[2] in HELD_BELOW
    if is_pole and holder.is_figure and thing.tall_m > holder.tall_m:
        _scale(thing, POLE_SHARE * holder.tall_m / thing.tall_m)  # who waves a flag has no mast
    area = thing.tall_m * thing.wide_m
    if thing.entity.kind == "clothing" and thing.tall_m > GARMENT_M and holder.is_figure:
        _scale(thing, GARMENT_M / thing.tall_m)  # folded over the hands
    if thing.entity.noun.rpartition(" ")[2] in RODS and holder.is_figure and area > ROD_M2:
        _scale(thing, math.sqrt(ROD_M2 / area))
    if not _is_in_hand(thing, holder, kind):
        return "object"
    is_person = holder.entity.kind == "person"
    if is_person and thing.tall_m < HAND_SHARE * holder.tall_m:
        _scale(thing, HAND_SHARE * holder.tall_m / thing.tall_m)  # a prop is made to be seen
    if thing.entity.noun in AIRY:
        return "held"  # one sees through it
    if thing.wide_m > HELD_ASPECT * thing.tall_m and thing.tall_m > HELD_SHARE * holder.tall_m:
        _scale(thing, HELD_SHARE * holder.tall_m / thing.tall_m)  # no lantern hides who carries it
    if is_person and thing.wide_m > HELD_WIDE * holder.tall_m:
        _scale(thing, HELD_WIDE * holder.tall_m / thing.wide_m)  # nor does a tray
    return "held"


def _scale(thing: Member, share: float) -> None:
    thing.tall_m, thing.wide_m = share * thing.tall_m, share * thing.wide_m


def _is_in_hand(thing: Member, holder: Member, kind: str) -> bool:
    """Whether somebody can hold a thing: a guitar, not a piano. Who only says that they hold it holds longer things."""
    if not holder.is_figure:
        return kind == "held"
    if kind == "handled" and holder.motion == "swing" and thing.entity.noun in ON_THE_BLOCK:
        return False  # what is chopped stands there
    if kind == "handled" and holder.motion in AT_THE_GROUND:
        return False  # a flower that is watered grows
    if kind == "handled" and holder.motion in BEFORE_ONE - {"drink", "eat"} and thing.tall_m > BOWL_M:
        return False  # a cauldron that is stirred stands there
    is_light = thing.tall_m * thing.wide_m < HANDY_M2 or thing.entity.noun.rpartition(" ")[2] in CLOTHS
    return is_light and (kind == "held" or thing.tall_m <= HANDY_M)


def touch(child: Member, actor: Member) -> None:
    """What somebody does something to, where their hands reach it: before them when it is low, else beside, and they turn to it."""
    motion = actor.motion.rpartition("+")[2]
    if motion in BEFORE_ONE and child.tall_m < LOW_SHARE * actor.tall_m:
        free = 0.5 * actor.tall_m if child.tall_m < SMALL_M else 0.0  # no table: as high as the hands
        child.x, child.y, child.z = actor.x, actor.y + free, max(0.15, actor.z - 0.42)
        return
    if child.footing == "wall" or (child.tall_m > 1.2 * actor.tall_m and not child.is_figure):
        actor.heading_deg = -128.0
        child.x, child.z = actor.x + 0.3 * actor.tall_m, actor.z + 0.45
        child.y = 0.55 * actor.tall_m if child.footing == "wall" and child.tall_m < actor.tall_m else child.y
        return
    reach = REACH_M.get(motion, USUAL_REACH_M) * actor.tall_m / 1.7
    wide = 0.24 if child.is_figure else 0.5 * child.wide_m
    child.x, child.z = actor.x + reach + 0.8 * wide * (not child.is_figure), actor.z - 0.02
    is_small = (
        child.tall_m < SMALL_M
        and motion not in ON_THE_GROUND
        and not is_there(child, actor)
        and child.footing != "water"
        and child.entity.kind not in {"animal", "vehicle"}
    )
    child.y = actor.y + (0.56 * actor.tall_m - 0.5 * child.tall_m if is_small else 0.0)
    actor.heading_deg = AT_WORK_DEG
    if child.is_figure:
        child.heading_deg = -AT_WORK_DEG


def take_seat(child: Member, car: Member, number: int) -> None:
    """Put somebody into a car, where one sees them through its windows: the driver, then whoever is behind."""
    ahead = -1.0 if car.looks_left else 1.0
    head = (seat_m(child.motion) + SITTING_M) * child.tall_m / STANDING_M
    child.x = car.x + ahead * car.wide_m * (SEAT_AT - SEAT_APART * number)
    child.y, child.z = car.y + HEADS_M - head, car.z + 0.03 + 0.01 * number


def heading_of(dx: float, dz: float) -> float:
    """The heading of somebody who goes `dx` to the right and `dz` away, degrees: 0 to the camera, -90 to the right, 180 away."""
    return -math.degrees(math.atan2(dx, -dz))


ARMS_SHARE, SITTING_SHARE = 0.56, 0.27
"""Height of arms that carry somebody, in those of who carries; and of who sits there, from their feet, in their own."""


def in_arms(child: Member, parent: Member) -> tuple[float, float, float]:
    """Where somebody is who is carried: before the chest, sitting on a forearm; an animal stands on it."""
    sits = SITTING_SHARE * child.tall_m if child.is_figure else 0.0
    return 0.1 * parent.tall_m, max(0.0, ARMS_SHARE * parent.tall_m - sits), -0.16


BEFORE_M = 0.32
"""How far before somebody one stands or kneels, in heights."""


def before(child: Member, parent: Member) -> None:
    """Somebody before somebody, from the side, where one sees both."""
    seat = parent.parent[0].wide_m if parent.parent is not None and parent.parent[1] == "on" else 0.0
    child.x = parent.x - 0.5 * max(seat, parent.wide_m) - BEFORE_M * child.tall_m
    child.y, child.z = 0.0 if seat else parent.y, max(0.15, parent.z - 0.3)
