"""Everybody and everything that the words name, put onto the floor in metres: relations, groups, ways. Knows no pixels.

Relations are solved from parents to children: a thing has at most one other that it is placed by. Who is placed by nobody
stands in a row around the middle, people first; what is much larger stands behind. Ways become tracks, position by position.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from shotwright.core.camera import distance_for
from shotwright.engines.draft.blocking.anchors import ENDS_OF_PITCHES, anchor
from shotwright.engines.draft.blocking.behind import back_up, hang_up, lift_sky
from shotwright.engines.draft.blocking.beside import BIG_M, GAP_M, WIDE_M, gap_m, over_m, put
from shotwright.engines.draft.blocking.business import pile_up
from shotwright.engines.draft.blocking.contact import (
    SMALL_M,
    in_hand,
)
from shotwright.engines.draft.blocking.facing import turn
from shotwright.engines.draft.blocking.ways import GOING, set_off
from shotwright.engines.draft.cast.support import is_chair

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from shotwright.core.plan import Entity, Framing, ShotPlan
    from shotwright.engines.draft.sprites import Sprite

LARGER, CLIMBABLE_M = 2.5, 1.25
_REVERSED = {
    "beside": "beside", "at": "beside", "near": "near", "against": "beside", "behind": "in_front_of", "in_front_of": "behind",
    "left_of": "right_of", "right_of": "left_of",
}  # fmt: skip
CROWD = 5
"""From this many on they stand behind the others, in rows."""
CROWD_M = 1.8
LATER_S, PAIR = 0.3, 2
ROWS_M, ROWS_SHARE, HERD_GAP = 1.2, 1.6, 0.3
"""How far behind one another two rows stand: metres, and widths of the widest; and how far apart there, in widths."""
BEFORE_WALL = 0.8
"""How near to the end of the set one stands."""
TINY_SHARE = 0.12
PROP, OVER_TABLE = "prop", 1.5
"""Ids of what the words do not name; and height of what is seen over a table, in those of what stands on it."""
ALL_SHARE = 0.95
"""Of the tallest in a row, what a shot that names no size shows at least."""
TOP_M = 1.15
"""Furniture up to this height has a top that is looked at."""
NEAREST_M, ALL_M = 0.18, 5.0
SEATED_SHARE = 0.8
"""How high the head of one who sits is at least, in their heights."""
SUBJECTS = frozenset({"person", "animal", "vehicle"})
SHOWN_CLOSE = frozenset({"tool", "food", "plant"})
"""Small things that a close shot is about where the words begin with them."""
"""What a shot is about rather than other things."""
OVER_ONE = 1.5
BIG_BOX_M = 2.0
"""From this height on a thing stands behind the people."""
MOST_SHARE, LEAST_SHARE, PERSON_SHARE = 0.42, 0.16, 0.38
"""How tall a thing or an animal, and whoever a shot is about, are in a frame of no said size at most and at least, frame heights; people, at least where a row has the room."""
FILLED, GOING_FILLED = 0.84, 0.5
"""Share of the frame's width that a row fills, and one that is led by a vehicle, or an animal on its way."""
THING_SHARE = {"medium_wide": 0.4, "medium": 0.5, "medium_close_up": 0.6, "close_up": 0.72, "extreme_close_up": 1.1}
"""Height of a thing in frame heights; sizes of people are told by their bodies."""
ANIMAL_SHARE = 1.3
NEAREST_SIZES = frozenset({"medium_close_up", "close_up", "extreme_close_up"})
TWO_SHOTS = frozenset({"medium", "medium_wide"})
CLOSE = frozenset({"medium_wide", "medium", "medium_close_up", "close_up", "extreme_close_up"})


@dataclass
class Member:
    """Somebody or something on the floor.

    Attributes:
        entity: Of the plan.
        copy: Which of several.
        tall_m, wide_m: Size of what is seen.
        footing: ground, air, water, wall, ceiling, surface or sky.
        is_figure: Whether it has joints.
        is_box: Whether a box stands in.
        x, y, z: Where its foot is at first; y above the ground.
        motion: What a figure does at first.
        looks_left: Whether its picture looks to the left.
        parent: Whom it is placed by, and how.
        heading_deg: Where it looks; None: where it goes, else to the camera.
        track: float64 (frames, 3), where it moves.
        is_wet: Whether it is in water, which hides what is below the surface.
    """

    entity: Entity
    copy: int
    tall_m: float
    wide_m: float
    footing: str = "ground"
    is_figure: bool = False
    is_box: bool = False
    x: float = 0.0
    y: float = 0.0
    z: float = 0.0
    motion: str = "stand"
    looks_left: bool = False
    parent: tuple[Member, str] | None = None
    heading_deg: float | None = None
    track: NDArray[np.float64] | None = None
    is_wet: bool = False
    children: list[Member] = field(default_factory=list)

    @property
    def is_big(self) -> bool:
        """Whether it stands behind people rather than among them."""
        return self.entity.kind not in {"person", "animal"} and (
            self.tall_m >= BIG_M or (self.is_box and self.entity.kind == "building" and self.tall_m >= BIG_BOX_M)
        )


@dataclass(frozen=True)
class Floor:
    """What the floor is seen through.

    Attributes:
        framing: Of the first frame.
        eye_m: Height of the camera.
        lens: Focal length in frame widths.
        aspect: Frame height / frame width.
        wall_m: How far the set goes.
        near_m: Its nearest ground that the frame shows.
        fps, frames: Of the clip.
    """

    framing: Framing
    eye_m: float
    lens: float
    aspect: float
    wall_m: float
    near_m: float
    fps: float
    frames: int


def place_all(members: list[Member], plan: ShotPlan, floor: Floor) -> Member | None:
    """Give everybody a place, a heading and a way; returns whom the shot is about."""
    _hang(members, plan)
    roots = [member for member in members if member.parent is None]
    hands = {e.id for e in plan.entities if e.kind == "body_part" and e.noun in {"hand", "finger"}}
    worked_on = frozenset(a.object for a in plan.actions if a.who in hands and a.object)
    about = _about(members, floor.framing, worked_on)
    depth = _stand(roots, about, plan, floor)
    lift_sky(roots, depth, floor)
    done: set[int] = set()
    for root in roots:
        _place_children(root, done)
    pile_up(members, plan)
    turn(members, plan, floor.framing)
    set_off(members, plan, floor)
    return about


def _about(members: list[Member], framing: Framing, worked_on: frozenset[str] = frozenset()) -> Member | None:
    """Whom the shot is about: whom its framing names, else the first person, animal, vehicle or reference, else the first thing.

    Nobody is who is tiny beside the others, and nothing in the sky.
    """
    shown = [m for m in members if m.footing != "sky" and not m.is_big] or members
    subjects = [m for m in shown if m.entity.kind in SUBJECTS or m.entity.ref is not None]
    tallest = max((m.tall_m for m in subjects), default=0.0)
    named = next((m for m in members if m.entity.id == framing.focus), None)
    if worked_on and (framing.size in NEAREST_SIZES or framing.angle == "birds_eye"):
        named = next(
            (m for m in members if m.entity.id in worked_on), named
        )  # "a chef's hands lift a patty": the patty
    first_named = members[0] if members else None
    if named is None and first_named is not None and first_named.entity.kind == "vehicle" and first_named.is_big:
        people = any(m.entity.kind == "person" or m.entity.ref for m in subjects)
        named = first_named if not people and first_named.footing != "sky" else None  # a ship, with dolphins beside it
    is_thing = first_named is not None and first_named.entity.kind in SHOWN_CLOSE and first_named.tall_m < SMALL_M
    if named is None and is_thing and framing.size in NEAREST_SIZES and not any(m.entity.ref for m in members):
        named = first_named  # "macro: a bottle on marble, a woman's hand lifts it"
    living = next((m for m in subjects if m.entity.ref or m.is_figure or m.tall_m > TINY_SHARE * tallest), None)
    first = named or living or next((m for m in shown if m.footing != "wall"), shown[0] if shown else None)
    laid = [c for c in first.children if _is_laid_on(c, first)] if first is not None and first is not named else []
    return laid[0] if laid else first  # "a kettle and a cup on a counter": not the counter


def _stacked(member: Member) -> float:
    """Height of something with the hand that works over it."""
    over = [child.tall_m for child in member.children if child.parent is not None and child.parent[1] == "over"]
    return member.tall_m + (over_m(member) + max(over) if over else 0.0)


def _is_laid_on(child: Member, top: Member) -> bool:
    """Whether something small lies on a piece of furniture."""
    is_on = child.parent is not None and child.parent[1] == "on"
    is_thing = child.entity.kind in {"tool", "food", "plant", "clothing", "body_part", "other"}
    return is_on and is_thing and top.entity.kind == "furniture" and top.tall_m < TOP_M and child.tall_m < SMALL_M


def _hang(members: list[Member], plan: ShotPlan) -> None:
    """Who is placed by whom: the strongest relation of each, without circles."""
    first = {member.entity.id: member for member in reversed(members)}
    for member in members:
        relation = anchor(member.entity.id, plan)
        if relation is None or member.footing == "sky":
            continue
        to, kind = relation
        parents = [m for m in members if m.entity.id == to]
        parent = (
            parents[min(member.copy, len(parents) - 1)]
            if parents and kind in {"riding", "on", "held"}
            else first.get(to)
        )
        if parent is None or parent is member or _is_under(parent, member):
            continue
        if parent.entity.appears_s > member.entity.appears_s + LATER_S:
            continue  # not there yet
        kind = in_hand(member, parent, kind)
        if (
            kind in _REVERSED
            and member.tall_m > LARGER * parent.tall_m
            and not parent.is_figure
            and parent.parent is None
        ):
            member, parent, kind = parent, member, _REVERSED[kind]
        if (
            kind == "on"
            and member.is_figure
            and parent.tall_m > CLIMBABLE_M
            and parent.entity.kind in {"furniture", "tool", "other"}
            and not is_chair(parent.entity.noun)
        ):
            kind = "object"  # one writes on a blackboard, and does not stand on it
        member.parent = (parent, kind)
        parent.children.append(member)


def _is_under(member: Member, other: Member) -> bool:
    while member.parent is not None:
        member = member.parent[0]
        if member is other:
            return True
    return False


def _stand(roots: list[Member], about: Member | None, plan: ShotPlan, floor: Floor) -> float:
    """Put those that nobody places into a row; returns how far away they stand."""
    if about is None:
        return floor.near_m + 2
    main = _root(about)
    row = [
        m
        for m in roots
        if (not m.is_big or m is main) and m.footing not in {"sky", "wall"} and not _is_backdrop(m, main)
    ]
    depth = _depth(row, about, main, plan, floor)
    shown = depth * floor.aspect / floor.lens
    for member in row:
        if member.tall_m > shown and floor.framing.size not in CLOSE:  # larger than the room
            member.wide_m, member.tall_m = member.wide_m * shown / member.tall_m, shown
    crowd = [m for m in row if _is_crowd(m, main)]
    near = [m for m in row if m not in crowd]
    if near:
        _line_up(near, main if main in near else near[0], [_width(m) for m in near], depth)
    if crowd:
        _line_up(crowd, crowd[len(crowd) // 2], [_width(m) for m in crowd], depth + CROWD_M)
    behind = [m for m in roots if m not in row and (m.is_big or _is_backdrop(m, main)) and m.footing != "sky"]
    back_up(behind, depth, floor, is_alone=not row)
    hang_up([m for m in roots if m.footing == "wall" and not m.is_big], depth, floor, is_alone=not row)
    return depth


def _is_backdrop(member: Member, main: Member) -> bool:
    """Whether something is so wide beside whom the shot is about that it stands behind them: a train, a wall, a row of houses."""
    if member.entity.noun in ENDS_OF_PITCHES and main.is_figure:
        return True
    return (
        member is not main
        and member.wide_m > WIDE_M
        and member.entity.kind not in {"person", "animal"}
        and member.wide_m > LARGER * main.wide_m
        and member.motion not in {"swim", "float"}
        and not member.children
    )


def _root(member: Member) -> Member:
    while member.parent is not None:
        member = member.parent[0]
    return member


def _is_crowd(member: Member, main: Member) -> bool:
    least = 2 if member.entity.kind == "vehicle" and main.entity.kind == "person" else CROWD
    return member.entity.count >= least and member.entity.id != main.entity.id


def _depth(row: list[Member], about: Member, main: Member, plan: ShotPlan, floor: Floor) -> float:
    """How far away the row stands: by the size of the shot; so that all are in the frame, where it names none."""
    comes_nearer = any(move.move in {"dolly_in", "zoom_in"} for move in plan.camera)
    is_far = comes_nearer or floor.framing.angle == "aerial"
    size = floor.framing.size or ("wide" if is_far else "full")
    tallest = max((_shown_m(m, about) if m is main else m.tall_m for m in row), default=0.0)
    if size not in CLOSE:  # who sits on a sofa beside a puppy has a head
        tallest = max([tallest, *(SEATED_SHARE * m.tall_m for one in row for m in one.children if m.is_figure or m.entity.kind == "animal")])  # fmt: skip
    tall = (
        about.tall_m
        if size in CLOSE
        else max(about.tall_m, ALL_SHARE * min(tallest, ALL_M), 0.0 if main.is_big else _shown_m(main, about))
    )
    if main is not about and not about.is_figure and (main.entity.id.startswith(PROP) or _is_laid_on(about, main)):
        tall = OVER_TABLE * max(_stacked(child) for child in main.children)  # what stands on a table is what is shown
    tall = max(min(tall, BIG_M), 0.05)
    wanted = distance_for(size, tall, floor.lens, floor.aspect)
    if (
        size in THING_SHARE and not about.is_figure and not about.entity.ref
    ):  # cards of animals are shown whole, and large
        share = THING_SHARE[size] * (ANIMAL_SHARE if about.entity.kind == "animal" else 1.0)
        wanted = max(tall, about.wide_m * floor.aspect, 0.05) * floor.lens / (share * floor.aspect)
    tops = {id(m) for m in row if m.entity.id.startswith(PROP) or (m is main and _is_laid_on(about, main))}
    widths = [_width(member) for member in row if not _is_crowd(member, main) and id(member) not in tops]
    shows_all = widths and (size not in CLOSE or is_two_shot(row, size))
    goes = any(act.motion in GOING for act in plan.actions_of(main.entity.id)) and not main.is_figure
    filled = GOING_FILLED if main is about and (goes or main.entity.kind == "vehicle") else FILLED
    need = (sum(widths) + GAP_M * max(0, len(widths) - 1)) * floor.lens / filled if shows_all else 0.0
    if size not in CLOSE and not about.is_figure and about.entity.kind != "building":
        wanted = max(wanted, about.tall_m * floor.lens / (MOST_SHARE * floor.aspect))  # and the place around it
    is_small = max(tall, tallest) < SMALL_M or about.tall_m < SMALL_M
    farthest = about.tall_m * floor.lens / (LEAST_SHARE * floor.aspect) if floor.framing.size is None else math.inf
    if about.is_figure:
        tallest_one = (
            max([about.tall_m, *(m.tall_m for one in row for m in (one, *one.children) if m.is_figure)]) / about.tall_m
        )  # no head is cut off
        farthest = min(farthest, max(need, LEAST_SHARE / PERSON_SHARE * farthest * tallest_one))
    return min(
        BEFORE_WALL * floor.wall_m,
        max(farthest, floor.near_m),
        max(wanted, need, NEAREST_M if size in CLOSE or is_small else 1.06 * floor.near_m),
    )


def _shown_m(main: Member, about: Member) -> float:
    """How much of what somebody stands under or on the frame shows: of a street lamp, or a horse, no more than this much above them."""
    return min(main.tall_m, OVER_ONE * about.tall_m) if about.is_figure and main is not about else main.tall_m


def is_two_shot(row: Sequence[Member | Sprite], size: str | None) -> bool:
    """Whether a medium shot is of two people."""
    people = [one for one in row if (one.is_figure if isinstance(one, Member) else one.figure is not None)]
    return size in TWO_SHOTS and len(people) == PAIR == len(row)


def _line_up(row: list[Member], main: Member, widths: list[float], depth: float) -> None:
    """Side by side, the first of all in the middle, more than six in two rows."""
    gap = gap_m(max(member.tall_m for member in row))
    order = [m for m in row if m is not main]
    left, right = order[1::2], order[0::2]
    line = [*reversed(left), *(m for m in row if m is main), *right]
    rows = 2 if len(line) > 6 else 1
    apart = max(ROWS_M, ROWS_SHARE * max(widths))
    gap = max(gap, HERD_GAP * max(widths)) if rows > 1 else gap
    width_of = {id(member): width for member, width in zip(row, widths, strict=True)}
    for number in range(rows):
        part = line[number::rows]
        x = -(sum(width_of[id(m)] for m in part) + gap * (len(part) - 1)) / 2
        for member in part:
            wide = width_of[id(member)]
            member.x, member.z = x + wide / 2, depth + (apart * number if rows > 1 else 0.0)
            x += wide + gap
        if rows == 1 and part:
            shift = main.x
            for member in part:
                member.x -= shift
    for member in row:
        words = set((member.entity.placement or "").replace("_", " ").split())
        if words & {"left", "right"}:
            member.x = (-1 if "left" in words else 1) * max(abs(member.x), 0.28 * depth)
        member.z *= 0.7 if "foreground" in words else 1.6 if "background" in words else 1.0


def _width(member: Member) -> float:
    """Width of somebody with those who are placed beside them."""
    beside = [
        child
        for child in member.children
        if child.parent
        and child.parent[1] in {"beside", "left_of", "right_of", "at", "near", "against", "behind", "in_front_of"}
    ]
    widths = [0.8 * child.wide_m + gap_m(max(child.tall_m, member.tall_m)) for child in beside if not child.is_big]
    lopsided = widths[0] if len(widths) % 2 else 0.0  # who is in the middle has as much room on the other side
    return member.wide_m + sum(widths) + lopsided


def _place_children(parent: Member, done: set[int]) -> None:
    sides: dict[str, int] = {}
    for child in parent.children:
        if id(child) in done:
            continue
        done.add(id(child))
        assert child.parent is not None  # noqa: S101  (children have parents)
        kind = child.parent[1]
        number = sides.get(kind, 0)
        sides[kind] = number + 1
        count = sum(1 for other in parent.children if other.parent and other.parent[1] == kind)
        put(child, parent, kind, number, count)
        _place_children(child, done)
