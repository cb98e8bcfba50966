"""Where somebody or something is beside another one: on, in, under, behind, around it. Knows no pixels."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from shotwright.core.prompt.manners import MURAL
from shotwright.engines.draft.blocking.contact import (
    LOW_SHARE,
    SMALL_M,
    before,
    in_arms,
    is_there,
    take_seat,
    touch,
)
from shotwright.engines.draft.cast.support import BEDS, SMALL_SHARE, hull_m, is_car, is_chair, support_m

if TYPE_CHECKING:
    from shotwright.engines.draft.blocking.placing import Member

GAP_M = 0.3
ON_THE_FLOOR = frozenset(
    {"beside", "behind", "in_front_of", "at", "near", "against", "left_of", "right_of", "outside", "between", "object"}
)
CLEAR = frozenset({"window", "windowpane", "glass", "shop window", "fence", "gate", "cage", "door", "doorway", "arch"})
"""What one sees through."""
OVER_M = 0.25
"""How far above something one is that is over it."""
REACHING = 0.3
"""How far aside a hand is that reaches in, in its width and that of what it works on."""
TOUCHED = 0.7
"""Where a hand is on what it works on, in its heights."""
BIG_M, WIDE_M, BEFORE_WIDE_M = 4.5, 5.0, 0.9
"""From this height or width on a thing stands behind people; how far before it one stands who is on it, metres."""
ABOARD = frozenset({"in", "inside", "riding"})


def over_m(member: Member) -> float:
    """How far above something one is that is over it: near above small things."""
    return min(OVER_M, 0.5 * member.tall_m)


def gap_m(tall_m: float) -> float:
    """Between two who stand side by side, metres."""
    return min(GAP_M, 0.4 * tall_m)


def _at_its_hands(child: Member, parent: Member, kind: str, count: int) -> bool:
    """What is in reach of who does something to it, what is painted on a wall, and hands that work on something."""
    if kind == "object" and parent.is_figure and count == 1 and parent.parent is None:
        touch(child, parent)
    elif MURAL in child.entity.attributes:
        _paint_on(child, parent)
    elif kind == "over" and child.entity.kind == "body_part":
        aside = REACHING * (child.wide_m + parent.wide_m) * (1 if child.looks_left else -1)
        child.x, child.y = parent.x + aside, parent.y + TOUCHED * parent.tall_m
        child.z = max(0.15, parent.z - 0.02)
    else:
        return False
    return True


def put(child: Member, parent: Member, kind: str, number: int, count: int) -> None:
    """Where a child is to its parent; `number` of `count` that are placed in the same way."""
    if _at_its_hands(child, parent, kind, count):
        return
    gap = gap_m(max(parent.tall_m, child.tall_m))
    each = min(max(parent.wide_m * 0.8 / count, child.wide_m * 0.7), child.wide_m + gap)
    spread = 0.0 if count == 1 else (number - (count - 1) / 2) * each
    side = -1 if number % 2 else 1
    out = (parent.wide_m + child.wide_m) / 2 + 0.4 * gap + (number // 2) * (child.wide_m + gap)
    if kind == "around" and child.is_figure and count == 1:
        kind = "behind"  # peeks round the door
    is_bed = parent.entity.noun.rpartition(" ")[2] in BEDS or is_chair(parent.entity.noun)
    if kind in {"in", "inside"} and child.is_figure and is_bed:
        kind = "on"  # one sees who lies in bed
    if kind == "around":
        _around(child, parent, number, count)
        return
    if kind == "in_front_of" and child.is_figure and parent.is_figure and count == 1:
        before(child, parent)
        return
    below = 0.0 if kind == "under" and parent.parent is None else parent.y
    if kind == "under":
        _under(child, parent)
    if kind in ABOARD and child.is_figure and is_car(parent.entity.noun):
        take_seat(child, parent, number)
        return
    hull = hull_m(child, parent)
    if kind in {"behind", "outside"} and parent.entity.noun in CLEAR:
        child.x, child.y, child.z = parent.x + spread, parent.y + 0.3 * parent.tall_m, parent.z - 0.02
        return  # seen through it
    hides, is_hidden = parent.tall_m >= 0.75 * child.tall_m, child.tall_m >= 0.75 * parent.tall_m
    aside = 0.55 * side * (parent.wide_m + child.wide_m) / 2
    top = support_m(child, parent)
    is_small = child.tall_m < SMALL_M and child.entity.kind != "animal"
    in_reach = is_small and parent.is_figure and not is_there(child, parent)
    behind = (spread + aside * hides, 0.0, 1.8 * gap + 1.6 * gap * number)
    is_low = parent.entity.kind == "furniture" and parent.tall_m < LOW_SHARE * child.tall_m
    beside = (spread, 0.0, 0.35) if is_low and kind == "at" else (side * out, 0.0, 0.0)
    dx, dy, dz = {
        "held": (0.16 * parent.tall_m, 0.5 * parent.tall_m, -0.12), "on": (spread, top, -min(0.02, 0.1 * child.tall_m)), "riding": (spread, top, 0.02 if child.tall_m > SMALL_SHARE * parent.tall_m else -0.03), "carried_by": in_arms(child, parent) if parent.is_figure and child.tall_m < parent.tall_m else (spread, top, -0.02),
        "in": (spread, hull, 0.04), "inside": (spread, hull, 0.04), "under": (spread, 0.0, -0.25), "over": (spread, min(parent.tall_m, BIG_M) + over_m(parent), 0.0),
        "between": (0.0, 0.0, -0.6), "behind": behind, "outside": behind, "in_front_of": (spread + 0.5 * side * child.wide_m * is_hidden, 0.0, -min(max(0.5, 0.3 * parent.wide_m), 0.4 * parent.z)),
        "object": (0.3 + out, 0.8 if in_reach else 0.0, -0.05), "left_of": (-out, 0.0, 0.0), "right_of": (out, 0.0, 0.0),
    }.get(kind, beside)  # fmt: skip
    stands = kind in ON_THE_FLOOR and child.footing not in {"air", "sky"}
    base = 0.0 if stands and parent.y > 0 and parent.footing in {"air", "ceiling", "wall", "sky"} else below
    aloft = 0.6 * parent.tall_m if child.footing == "air" and kind in ON_THE_FLOOR else 0.0
    if kind == "riding" and parent.wide_m > WIDE_M:
        dz = -BEFORE_WIDE_M  # a wide card turns with the camera, and its ends come near
    if kind == "on" and parent.is_figure and child.tall_m < SMALL_M:
        dx, dz = SHOULDER * parent.tall_m, 0.02  # an owl on a shoulder hides no face
    child.x, child.y, child.z = parent.x + dx, base + dy + aloft, max(0.15, parent.z + dz)


SHOULDER = 0.12
"""How far from the middle of somebody what sits on their shoulder is, in their heights."""


def _around(child: Member, parent: Member, number: int, count: int) -> None:
    angle = 2 * math.pi * (number + 0.5) / max(count, 2)
    radius = 0.6 * parent.wide_m + 0.5 * child.wide_m + gap_m(parent.tall_m)
    child.x, child.z = parent.x + radius * math.cos(angle), parent.z + 0.6 * radius * math.sin(angle)
    below = parent.parent[0].y if child.is_figure and parent.parent is not None else parent.y  # not on the table
    child.y = below + (
        0.5 * parent.tall_m + gap_m(parent.tall_m) * math.sin(3 * angle) if child.footing == "air" else 0.0
    )


PAINTED = 0.82
"""How much of a wall a picture on it covers, at most."""


def _paint_on(child: Member, wall: Member) -> None:
    """What is painted on a wall: flat before it, as large as it allows."""
    share = PAINTED * min(wall.tall_m / child.tall_m, wall.wide_m / child.wide_m)
    child.tall_m, child.wide_m = share * child.tall_m, share * child.wide_m
    child.x, child.y, child.z = wall.x, wall.y + 0.5 * (wall.tall_m - child.tall_m), max(0.15, wall.z - 0.02)


def _under(child: Member, parent: Member) -> None:
    """What is small, hangs, flies or swims is over those who are under it: an umbrella, a lamp, a whale."""
    is_aloft = parent.footing in {"air", "ceiling", "worn", "surface", "wall"} and parent.tall_m < child.tall_m
    if is_aloft or (parent.footing == "water" and child.motion in {"swim", "float"}):
        parent.y = child.tall_m + 0.15
