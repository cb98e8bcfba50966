"""Ways of those who act, and of those who are carried along, position by position in metres. Knows no pixels."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from shotwright.core.plan import Path
from shotwright.core.prompt.following import AFTER
from shotwright.core.prompt.hauling import HAULING, rolls
from shotwright.core.prompt.screenplay import ABREAST
from shotwright.core.prompt.tops import LITTLE_M, TABLES
from shotwright.engines.draft.blocking.water import through_the_surface
from shotwright.engines.draft.cast.figures import speed_of
from shotwright.engines.draft.cast.pose import motions
from shotwright.engines.draft.cast.support import BRIDGES, support_m

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from shotwright.core.plan import Action, ShotPlan
    from shotwright.engines.draft.blocking.placing import Floor, Member

Point: TypeAlias = "NDArray[np.float64]"
JUMP_M, ON_GROUND_M = 0.35, 0.01
LANDING = frozenset({"land", "swoop", "descend", "alight", "dive", "touch"})
"""Verbs that come down from the air."""
RISEN = 0.4
"""How far what rises gently rises, in frame heights."""
NEAR_SHARE = 0.95
"""Of the frame's height in that of who has come near."""
TOPS = frozenset({"ceiling", "roof", "top", "summit", "peak", "sky", "treetop", "rooftop"})
"""Where one gets by climbing."""
TAKING_OFF = frozenset({"lift", "take", "blast", "launch", "soar", "ascend", "fly", "float"})
"""What rises from where it stood, and out of no hole."""
SIDE_BY_SIDE = 3
PLAIN_ENDS = frozenset({"left", "right", "out", "near", "far", "up", "down"})
SIDES = {"left": -1.0, "right": 1.0}
SPEEDS_M_S = {"vehicle": 2.2, "animal": 2.0}
CARRIED = frozenset({"on", "in", "inside", "riding", "held", "carried_by"})
"""Whose place goes where their parent goes."""
_STAYS = frozenset({
    "wave", "talk", "point", "look_around", "throw", "shout", "pour", "kiss", "hug", "laugh", "react", "put_down", "drop",
    "blow", "pick_up", "cook", "write", "read", "sit", "stand", "hold", "carry",
})  # fmt: skip
_IN_PLACE = frozenset({
    "grow", "shrink", "burn", "appear", "vanish", "melt", "flicker", "explode", "shatter", "open", "kneel",
    "crouch", "sit_down", "lie",
})  # fmt: skip
_FALLING = frozenset({
    "fall", "fly", "float", "slip", "jump", "swim", "climb", "ski",
})  # fmt: skip
_MOVES_OBJECT = frozenset({
    "put_down", "throw", "kick", "catch", "push",
})  # fmt: skip
GOING = frozenset({
    "walk", "run", "sneak", "limp", "march", "crawl", "swim", "fly", "drive", "ride_bike", "ride_horse",
    "row", "ski", "surf", "skate", "steer", "roll", "slide",
})  # fmt: skip


RIDING = frozenset({"skate", "surf", "ski", "row", "ride_bike", "ride_horse", "drive", "steer"})
"""Of a rider, what moves what they are on, whatever it is."""


def set_off(members: list[Member], plan: ShotPlan, floor: Floor) -> None:
    """Ways of those who act, and of those who are carried along."""
    by_id = {member.entity.id: member for member in reversed(members)}
    apart = _one_after_another(members, plan, floor)
    moved: dict[int, NDArray[np.float64]] = {}
    for member in members:
        riders = [
            child for child in member.children if child.parent and child.parent[1] in {"riding", "in", "inside", "on"}
        ]
        acts = tuple(a for a in plan.actions_of(member.entity.id) if not _is_ridden_for(member, a))
        acts += tuple(_aimed(a, member, plan) for a in plan.actions if _is_done_to(a, member))
        is_ridden = member.entity.kind in {"vehicle", "animal"} or any(
            r.parent and r.parent[1] == "riding" for r in riders
        )
        ridden = riders[:1] if is_ridden else []
        acts += tuple(
            a
            for rider in ridden
            for a in plan.actions_of(rider.entity.id)
            if a.motion in RIDING or (a.motion in GOING and a.motion != "fly")
        )
        way = _track(member, acts, by_id, floor)
        if way is not None:
            way[:, 0] += apart.get(id(member), 0.0) * _share_apart(member, acts, floor)
            member.track = way
            moved[id(member)] = way - np.array([member.x, member.y, member.z])
    moved |= _spread_out(members)
    _go_abreast(members)
    through_the_surface(members, plan, floor)
    moved |= {id(m): m.track - np.array([m.x, m.y, m.z]) for m in members if m.is_wet and m.track is not None}
    _hitch(members, plan, moved)
    for member in members:
        parent = member.parent
        while parent is not None and member.track is None:
            if id(parent[0]) in moved and parent[1] in CARRIED | {"over", "under"}:
                member.track = np.array([member.x, member.y, member.z]) + moved[id(parent[0])]
                member.x, member.y, member.z = (float(v) for v in member.track[0])
            parent = parent[0].parent


def _spread_out(members: list[Member]) -> dict[int, NDArray[np.float64]]:
    """ "Two kids jump into a puddle": several who get to one place stand there side by side. Returns how each is moved."""
    groups: dict[str, list[Member]] = {}
    for member in members:
        if member.track is not None:
            groups.setdefault(member.entity.id, []).append(member)
    found: dict[int, NDArray[np.float64]] = {}
    for group in (several for several in groups.values() if len(several) > 1):
        row = sorted(group, key=lambda m: m.x)
        tracks = [m.track for m in row if m.track is not None]
        wide = max(m.wide_m for m in row)
        if max(float(np.ptp([way[-1, axis] for way in tracks])) for axis in (0, 2)) > APART * wide:
            continue
        for i, (member, way) in enumerate(zip(row, tracks, strict=True)):
            gone = np.hypot(way[:, 0] - way[0, 0], way[:, 2] - way[0, 2])
            share = gone / gone[-1] if gone[-1] > STILL_M else np.zeros(len(way))
            way[:, 0] += share * (i - (len(row) - 1) / 2) * BESIDE * wide
            found[id(member)] = way - np.array([member.x, member.y, member.z])
    return found


APART, BESIDE = 0.5, 0.85
"""In somebody's width: nearer to each other than that they are in one place, and how far apart they are then put."""


def _go_abreast(members: list[Member]) -> None:
    """ "Race side by side": one a little farther away than the next, and none before another."""
    row = [m for m in members if ABREAST in m.entity.attributes and m.track is not None and not m.is_figure]
    for i, member in enumerate(sorted(row, key=lambda m: -m.tall_m)):
        lead = row[0].track
        if member.track is not None and lead is not None:
            member.track[:, 0] = lead[:, 0] + LANE_SHIFT * i * member.wide_m
            member.track[:, 2] -= LANE_M * i
            member.x, member.z = float(member.track[0, 0]), float(member.track[0, 2])


LANE_M, LANE_SHIFT = 0.9, 0.34
"""From one who goes abreast to the next: metres nearer, and how far ahead, in their length, so that both are seen."""


def _one_after_another(members: list[Member], plan: ShotPlan, floor: Floor) -> dict[int, float]:
    """How far ahead and behind they are who cross the frame the same way, metres to the right: nobody goes in somebody's place."""
    groups: dict[tuple[str | None, str | None], list[Member]] = {}
    runs = {name for a in plan.actions if a.verb in AFTER and a.object for name in (a.who, a.object)}
    for member in members:
        on_it = [
            m.entity.id for m in member.children if m.parent is not None and m.parent[1] in {"riding", "in", "inside"}
        ]
        acts = [a for name in (member.entity.id, *on_it) for a in plan.actions_of(name)]
        ways = [a.path for a in acts if a.path is not None and a.motion in GOING]
        way = next((path for path in ways if path.start in SIDES or path.end in SIDES), None)
        if way is None and member.entity.id in runs and any(a.motion in GOING for a in acts):
            way = Path(end="right")  # whoever is chased is ahead
        aboard = member.parent is not None and member.parent[1] in CARRIED
        if way is not None and not aboard:
            groups.setdefault(
                (way.start if way.start in SIDES else None, way.end if way.end in SIDES else None), []
            ).append(member)
    found: dict[int, float] = {}
    chasing = {a.who for a in plan.actions if a.verb in AFTER and a.object}
    for (start, end), group in groups.items():
        ahead = SIDES[end] if end in SIDES else -SIDES[str(start)]
        row = sorted(group, key=lambda m: m.entity.id in chasing or (m.parent is not None and m.parent[1] == "behind"))
        places = np.cumsum([0.0, *(FOLLOWING * (a.wide_m + b.wide_m) for a, b in itertools.pairwise(row))])
        places *= min(1.0, MOST_APART * row[0].z / floor.lens / max(float(places[-1]), 1e-6))  # all of a herd are seen
        found |= {id(m): float(ahead * (places.mean() - at)) for m, at in zip(row, places, strict=True)}
    return found


MOST_APART = 0.7
"""Of the frame's width, how long a row is at most."""


def _share_apart(member: Member, acts: tuple[Action, ...], floor: Floor) -> NDArray[np.float64]:
    """How much of their place in a row somebody keeps, frame by frame: none where they get to somebody or something.

    Returns:
        Shares 0..1, float64 (frames,).
    """
    shares = np.ones(floor.frames)
    for act in acts:
        ends = act.path is not None and act.path.end not in {None, *PLAIN_ENDS} and act.motion in GOING
        if ends and act.who == member.entity.id:
            first, last = (min(floor.frames - 1, round(s * floor.fps)) for s in (act.start_s, act.end_s))
            shares[first : last + 1] = np.linspace(1.0, 0.0, last + 1 - first)
            shares[last + 1 :] = 0.0
    return shares


FOLLOWING = 0.58
"""From the middle of one who goes to the middle of the next, in the sum of their widths."""


def _hitch(members: list[Member], plan: ShotPlan, moved: dict[int, NDArray[np.float64]]) -> None:
    """What rolls goes ahead of who pushes it, and behind who pulls it."""
    by_id = {member.entity.id: member for member in reversed(members)}
    for action in plan.actions:
        who, thing = by_id.get(action.who), by_id.get(action.object or "")
        if (
            action.motion not in HAULING
            or who is None
            or thing is None
            or id(who) not in moved
            or not rolls(thing.entity)
        ):
            continue
        team = [m for m in members if m.entity.id == action.who and m.track is not None]
        first, last = _ends_of_team(team)
        dx, dz = (
            (float(v) for v in (team[0].track[-1] - team[0].track[0])[[0, 2]])
            if team[0].track is not None
            else (1.0, 0.0)
        )
        far = math.hypot(dx, dz)
        if far < STILL_M:
            continue
        leader = last if action.motion == "push" else first
        gap = PUSHED_M * leader.tall_m if leader.is_figure else HITCHED_M
        off = (1 if action.motion == "push" else -1) * (0.5 * (leader.wide_m + thing.wide_m) + gap)
        ahead = np.array([off * dx / far, 0.0, off * dz / far])
        for one in team:  # the camera was set for where they are: both are about there
            assert one.track is not None  # noqa: S101  (the team goes)
            one.track = one.track - ahead / 2
            moved[id(one)] = moved[id(one)] - ahead / 2
        thing.track = np.asarray(leader.track) + ahead
        thing.track[:, 1] = thing.y
        home = np.array([thing.x, thing.y, thing.z])
        moved[id(thing)] = thing.track - home
        thing.x, thing.y, thing.z = (float(v) for v in thing.track[0])


def _ends_of_team(team: list[Member]) -> tuple[Member, Member]:
    """The hindmost and the foremost of those who go in one direction."""
    track = team[0].track
    right = 1.0 if track is None or float(track[-1][0]) >= float(track[0][0]) else -1.0
    ordered = sorted(team, key=lambda m: right * m.x)
    return ordered[0], ordered[-1]


STILL_M, PUSHED_M, HITCHED_M = 0.3, 0.12, 0.25
"""What counts as a way; and how far ahead of a pusher, and behind a puller, something begins: in their heights, metres."""


def _is_ridden_for(member: Member, action: Action) -> bool:
    """Whether the mount does the going: "a rider on a black horse gallops from left to right"."""
    if member.parent is None or action.motion not in GOING:
        return False
    mount, kind = member.parent
    return kind == "riding" or (kind in {"on", "in", "inside"} and mount.entity.kind in {"vehicle", "animal"})


def _is_done_to(action: Action, member: Member) -> bool:
    is_hauled = action.motion in HAULING and rolls(member.entity)  # goes with whoever does it
    return action.object == member.entity.id and action.motion in _MOVES_OBJECT and not is_hauled


def _aimed(action: Action, member: Member, plan: ShotPlan) -> Action:
    """What is put somewhere goes to what it is in or on; what is let go falls; what is thrown flies away."""
    end = (action.path.end or action.path.over) if action.path else None
    if action.path is not None and end != action.path.end and plan.entity(end) is not None:
        return replace(action, path=replace(action.path, end=end))  # over a wall
    if action.motion == "catch":  # it comes flying
        return replace(action, path=replace(action.path or Path(), start="up", end=action.who))
    if end not in {None, "down"} and (end in PLAIN_ENDS or plan.entity(end) is not None):
        return action
    place = next(
        (r.to for r in plan.relations if r.of == member.entity.id and r.relation in {"in", "on", "inside"}), None
    )
    if action.motion == "push":
        leaves = action.path is not None and (action.path.start is not None or action.path.end is not None)
        return (
            replace(action, path=replace(action.path, end=action.path.end or "down"))
            if leaves and action.path
            else action
        )
    away = "far" if action.motion in {"throw", "kick"} else "down"
    return replace(action, path=replace(action.path or Path(), end=place or away))


def _track(
    member: Member, acts: tuple[Action, ...], by_id: dict[str, Member], floor: Floor
) -> NDArray[np.float64] | None:
    """Positions frame by frame; None for who stays."""
    home = np.array([member.x, member.y, member.z])
    way, at = np.tile(home, (floor.frames, 1)), home.copy()
    goes = False
    for action in acts:
        first, last = (min(floor.frames - 1, round(s * floor.fps)) for s in (action.start_s, action.end_s))
        is_own = action.who == member.entity.id
        if action.motion in _IN_PLACE or (
            action.path and action.path.end == "down" and member.is_figure and action.motion not in _FALLING
        ):
            continue
        if is_own and action.motion in _MOVES_OBJECT | _STAYS and action.object:
            continue  # its way is that of what it is done to
        if is_own and member.is_figure and _is_on_the_spot(action):
            continue
        around = by_id.get(str(action.path.around)) if action.path else None
        if around is not None and around is not member and action.motion in GOING:
            goes = True
            pace = SPEEDS_M_S.get(member.entity.kind, 1.6) * (last + 1 - first) / floor.fps
            rounds = max(1, round(pace / (2 * math.pi * max(0.8, 0.5 * around.wide_m))))
            shares = np.minimum(1.0, np.arange(len(way) - first) / (last + 1 - first))
            way[first:] = _circle(member, around, at, rounds, shares)
            at = np.array(way[-1])
            continue
        if action.motion == "jump" and action.path is not None and action.path.end == "up":
            action = replace(action, path=replace(action.path, end=None))  # and down again
        start, end = _ends(member, action, at, by_id, floor)
        if start is None and end is None and action.motion != "jump":
            continue
        goes = True
        begin, goal = (
            (at if start is None else start),
            (home if end is None and start is not None else at if end is None else end),
        )
        shares = np.linspace(0, 1, max(1, last - first + 1))[:, None]
        ease = shares * shares * (3 - 2 * shares) if action.motion in {"jump", "float"} else shares
        if action.motion == "fall" and goal[1] < begin[1]:
            ease = shares**2
        piece = begin + (goal - begin) * ease
        if action.motion == "jump" and not member.is_figure:
            piece[:, 1] += JUMP_M * np.sin(np.pi * shares[:, 0]) * max(1.0, member.tall_m)
        if first == 0 or start is not None:
            way[:first] = begin
        way[first : last + 1], way[last + 1 :] = piece, goal
        at = np.array(goal)
    return way if goes else None


def _circle(member: Member, middle: Member, at: Point, rounds: int, shares: NDArray[np.float64]) -> NDArray[np.float64]:
    """A way round somebody that ends where it began.

    Args:
        member: Who goes.
        middle: Round whom.
        at: From where, metres.
        rounds: How often.
        shares: How far on they are, 0..1, float64 (frames,).
    """
    radius = max(0.8, 0.5 * (middle.wide_m + member.wide_m) + 0.25)
    turn = math.atan2(at[2] - middle.z, at[0] - middle.x) - 2 * math.pi * rounds * shares
    x, z = middle.x + radius * np.cos(turn), middle.z + radius * np.sin(turn)
    return np.column_stack([x, np.full(len(shares), at[1]), z])


def _is_on_the_spot(action: Action) -> bool:
    """Whether somebody stays where they are, wherever they look or point: "looks away"."""
    return (
        action.path is not None
        and action.path.start is None
        and action.path.end in PLAIN_ENDS - {"near"}
        and action.motion in motions()
        and action.motion not in GOING | _FALLING | {"dance", "spin"}
    )


def _ends(
    member: Member, action: Action, at: Point, by_id: dict[str, Member], floor: Floor
) -> tuple[Point | None, Point | None]:
    """Where a way begins and ends; None where the words leave it."""
    path = action.path
    leans = action.motion in _STAYS and action.object != member.entity.id and path and path.start not in SIDES
    start = _start(member, action, at, by_id, floor) if path and path.start and not leans else None
    end = _end(member, action, at, by_id, floor) if path and path.end else None
    lands = path is not None and path.end == "down" and action.verb.split()[0] in LANDING and start is None
    comes_out = path is not None and path.end == "up" and path.start not in {None, *by_id, *PLAIN_ENDS}
    if comes_out and action.verb.split()[0] not in TAKING_OFF:
        return at - np.array([0.0, member.tall_m, 0.0]), at.copy()  # "climbs out of a crater"
    falls = action.motion in _FALLING | {"flow", "pour"}
    if path and path.end == "down" and start is None and ((at[1] <= ON_GROUND_M and falls) or lands):
        start = np.array([at[0], at[1] + 0.5 * at[2] * floor.aspect / floor.lens, at[2]])
    if lands and path is not None:  # from the air onto what it stands on
        back = 0.45 * at[2] / floor.lens
        on = member.parent is not None and member.parent[1] == "on"
        return start + np.array([-back, 0.0, 0.0]), np.array([at[0], at[1] if on else 0.02, at[2]])
    if start is None and end is None and _walks(member, action):
        half = _reach(member, action, at[2], floor) / 2
        if _is_on_a_bridge(member) and member.parent is not None:
            half = min(half, 0.42 * member.parent[0].wide_m)  # to the end of the beam
        return np.array([at[0] - half, at[1], at[2]]), np.array([at[0] + half, at[1], at[2]])
    return start, end


def _reach(member: Member, action: Action, z: float, floor: Floor) -> float:
    """How far somebody gets in the time of an action, as far as the frame shows it, metres."""
    seconds = max(0.3, action.end_s - action.start_s)
    usual = speed_of(action.motion or "") or 1.2 if member.is_figure else SPEEDS_M_S.get(member.entity.kind, 1.0)
    return min(usual * seconds, 0.72 * 0.5 * z / floor.lens)


def _out(member: Member, z: float, floor: Floor) -> float:
    """How far to the side one is out of the frame, metres."""
    return 0.5 * z / floor.lens + 0.6 * member.wide_m + 0.2


BESIDE_M = 0.5
"""How far before its middle one stands who has got out of a car, metres."""


def _ahead(member: Member) -> float:
    """To which side a picture seen from its side looks: nothing drives backwards out of a frame; 0 for figures."""
    sided = not member.is_figure and member.entity.kind in {"vehicle", "animal"}
    return (-1.0 if member.looks_left else 1.0) if sided else 0.0


def _start(member: Member, action: Action, at: Point, by_id: dict[str, Member], floor: Floor) -> Point | None:
    start, z = str(action.path.start if action.path else ""), at[2]
    end = action.path.end if action.path else None
    if start in SIDES:
        return np.array([SIDES[start] * (0.4 * z / floor.lens if end in SIDES else _out(member, z, floor)), at[1], z])
    if start == "up":
        high = at[1] + 0.45 * z * floor.aspect / floor.lens
        return np.array([at[0] + 0.35 * z / floor.lens, high, z])
    if start == "out":
        return np.array([math.copysign(_out(member, z, floor), -_ahead(member) or at[0] or -1.0), at[1], z])
    source = by_id.get(start)
    if source is None or source is member:
        return None
    if source.entity.kind == "building" and action.motion not in _FALLING:
        return np.array([source.x, at[1], source.z - 0.3])  # out of its door
    if source.entity.kind == "vehicle" and action.motion in GOING and member.is_figure:
        return np.array([source.x, source.y, source.z - BESIDE_M])  # out of a car
    return _on_top(member, source)


def _end(member: Member, action: Action, at: Point, by_id: dict[str, Member], floor: Floor) -> Point | None:
    end, z = str(action.path.end if action.path else ""), at[2]
    end = "up" if action.motion == "climb" and end in TOPS else end
    start = action.path.start if action.path else None
    if end in SIDES:
        return np.array([SIDES[end] * (0.4 * z / floor.lens if start in SIDES else _out(member, z, floor)), at[1], z])
    plain: dict[str, tuple[float, float, float]] = {
        "out": (math.copysign(_out(member, z, floor), _ahead(member) or at[0] or 1.0), at[1], z), "near": (0.4 * member.x, at[1], max(0.42 * member.z, 0.6, _nearest(member, floor))),
        "far": (1.2 * at[0], at[1], 2.2 * member.z), "up": (at[0], at[1] + min(2.2, (RISEN if action.motion in {"rise", "float"} else 0.55) * z * floor.aspect / floor.lens), z), "down": (at[0], 0.0, z),
    }  # fmt: skip
    if end in plain:
        return np.array(plain[end])
    target = by_id.get(end)
    is_done_to = action.object == member.entity.id
    is_there = member.parent is not None and member.parent[0] is target and member.parent[1] in CARRIED
    if target is None or target is member or is_there or (action.motion in _STAYS and not is_done_to):
        return None
    if is_done_to or action.motion in {"jump", "climb", "fly", "fall"}:
        return _on_top(member, target)
    beside = math.copysign(0.5 * (target.wide_m + member.wide_m), target.x - at[0])
    return np.array([target.x - beside, at[1], target.z - 0.1])


def _nearest(member: Member, floor: Floor) -> float:
    """How near somebody may come, with who rides them, so that most of them is still in the frame; never farther than they are."""
    if not member.is_figure and not member.children:
        return 0.0
    on = [c.tall_m for c in member.children if c.parent is not None and c.parent[1] in {"riding", "on"}]
    return min(0.8 * member.z, NEAR_SHARE * (member.tall_m + max(on, default=0.0)) * floor.lens / floor.aspect)


def _on_top(member: Member, target: Member) -> Point:
    """A place on something; several get one each, side by side."""
    among = min(member.entity.count, SIDE_BY_SIDE)
    aside = (member.copy % among - (among - 1) / 2) * member.wide_m
    return np.array([target.x + aside, target.y + support_m(member, target), target.z - 0.03])


def _walks(member: Member, action: Action) -> bool:
    """Whether somebody gets on by what they do."""
    is_carried = member.parent is not None and member.parent[1] in CARRIED and not _is_on_a_bridge(member)
    return action.motion in GOING and not is_carried


def _is_on_a_bridge(member: Member) -> bool:
    """Whether what somebody is on is there to be walked on: a bridge, a beam; for what is small, a table."""
    on = member.parent
    last = on[0].entity.noun.rpartition(" ")[2] if on is not None else ""
    is_top = last in TABLES and member.tall_m < LITTLE_M and not member.is_figure
    return on is not None and on[1] == "on" and (last in BRIDGES or is_top)
