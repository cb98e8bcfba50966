"""Whom and what everybody looks at, in degrees: 0 to the camera, -90 to the right, 180 away. Knows no pixels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from shotwright.core.prompt.states import FEELINGS
from shotwright.engines.draft.blocking.contact import REACH_M, heading_of
from shotwright.engines.draft.cast.figures import speed_of

if TYPE_CHECKING:
    from shotwright.core.plan import Framing, ShotPlan
    from shotwright.engines.draft.blocking.placing import Member

TOGETHER = frozenset({"talk", "fight", "hug", "kiss", "shake_hands", "dance", "waltz"})
FACING = frozenset({"face", "confront", "face off", "stare at"})
"""What one does with one another: motions, and verbs of several that name nobody else."""
NEXT_TO = frozenset({"beside", "at", "left_of", "right_of", "behind", "in_front_of"})
PAIR, ACROSS_DEG, TO_DEG = 2, 90.0, 38.0
FACES, FACE_DEG = frozenset({"medium_close_up", "close_up", "extreme_close_up"}), 28.0
"""Sizes that show a face, and how far it may be turned away."""


def turn(members: list[Member], plan: ShotPlan, framing: Framing) -> None:
    """Towards whom they act, watch or talk to; the first one by the angle of the shot."""
    by_id = {member.entity.id: member for member in reversed(members)}
    targets = {r.of: r.to for r in plan.relations if r.relation == "facing"}
    for action in plan.actions:
        if action.object and action.motion not in {"carry", "hold", "read", "eat", "drink"}:
            targets.setdefault(action.who, action.object)
        goal = action.path.end if action.path else None
        if goal in by_id and speed_of(action.motion or "") == 0:
            targets.setdefault(action.who, goal)
    targets |= {one: other for one, other in _before_one(plan, by_id).items() if one not in targets}
    for member in members:
        target = by_id.get(targets.get(member.entity.id, ""))
        if member.heading_deg is not None and member.parent is not None and member.parent[0] is target:
            continue  # within reach of who does it, and turned to them
        if member.parent is not None and member.parent[0] is target and member.parent[1] in {"in", "inside"}:
            continue  # nobody turns to what they are in
        if (target is not None and target is not member and target.parent is None) or (
            target is not None and target.parent and target.parent[0] is not member
        ):
            dx, dz = target.x - member.x, target.z - member.z
            if abs(dx) + abs(dz) > 0.15:
                member.heading_deg = max(-100.0, min(100.0, heading_of(dx, dz - 0.35)))
    _turn_to_us(members, plan)
    _turn_to_one_another(members, plan)
    _square_up(members, plan)
    for member in [m for m in members if m.is_figure and m.motion == "lie" and m.heading_deg is None]:
        member.heading_deg = ACROSS_DEG  # seen from the feet nobody knows what it is
    _show_face(members, framing)
    if members and framing.angle in {"side", "back"} and members[0].heading_deg is None:
        members[0].heading_deg = 90.0 if framing.angle == "side" else 180.0


def _turn_to_us(members: list[Member], plan: ShotPlan) -> None:
    """ "Looks at the camera": to us, once they stand; a face that shows something is not seen from its side alone."""
    to_us = {a.who for a in plan.actions if a.motion == "look_around" and a.path is not None and a.path.end == "near"}
    feels = {m.entity.id for m in members if m.is_figure and set(m.entity.attributes) & FEELINGS.keys()}
    for member in [m for m in members if m.is_figure]:
        if member.entity.id in to_us:
            member.heading_deg = 0.0
        elif member.entity.id in feels and member.heading_deg is not None:
            member.heading_deg = max(-FELT_DEG, min(FELT_DEG, member.heading_deg))


FELT_DEG = 52.0
"""How far a face that shows something is turned away."""


def _turn_to_one_another(members: list[Member], plan: ShotPlan) -> None:
    """Those who talk, fight or kiss, and nobody else is named."""
    faces = {act.who for act in plan.actions if act.verb in FACING and act.object is None}
    later = {act.who for act in plan.actions if act.motion in TOGETHER}  # "clink glasses and kiss"
    for member in members:
        if member.entity.id in later and member.entity.count == PAIR and member.parent is None:
            member.heading_deg = None  # to one another, and not to what they hold
    talking = [
        m for m in members
        if m.is_figure and (m.motion in TOGETHER or m.entity.id in faces | later) and m.heading_deg is None
    ]  # fmt: skip
    if len(talking) == PAIR and all(m.parent is None or m.parent[1] in NEXT_TO for m in talking):
        _bring_together(talking)
    if len(talking) > 1:
        middle = float(np.mean([m.x for m in talking]))
        for member in talking:
            member.heading_deg = -62.0 if member.x < middle else 62.0


def _square_up(members: list[Member], plan: ShotPlan) -> None:
    """Two animals that do something with one another stand head to head."""
    acting = {act.who for act in plan.actions if act.motion in TOGETHER}
    pair = [m for m in members if not m.is_figure and m.entity.kind == "animal" and m.entity.id in acting]
    if len(pair) != PAIR or any(m.track is not None or m.parent is not None for m in pair):
        return
    one, other = sorted(pair, key=lambda m: m.looks_left)
    half, middle = HEAD_TO_HEAD * 0.5 * (one.wide_m + other.wide_m), 0.5 * (one.x + other.x)
    one.x, other.x, other.z = middle - half, middle + half, one.z


HEAD_TO_HEAD = 0.48
"""How far apart the middles of two animals are whose heads meet, in their lengths."""


def _before_one(plan: ShotPlan, by_id: dict[str, Member]) -> dict[str, str]:
    """ "Kneels before a queen": they look at her, and she half turns to them."""
    found: dict[str, str] = {}
    for before in [r for r in plan.relations if r.relation == "in_front_of"]:
        one, other = by_id.get(before.of), by_id.get(before.to)
        if one is not None and other is not None and one.is_figure and other.is_figure:
            found[before.of] = before.to
            other.heading_deg = TO_DEG if other.heading_deg is None else other.heading_deg
    return found


def _bring_together(pair: list[Member]) -> None:
    """Two who do something with one another are in each other's reach, on one side of what they are beside."""
    one, other = sorted(pair, key=lambda m: m.x)
    shared = one.parent is not None and other.parent is not None and one.parent[1] == other.parent[1]
    beside = one.parent[0] if shared and one.parent is not None else None
    if beside is not None:
        other.z = one.z
        one.x, other.x = (beside.x - 0.5 * beside.wide_m - aside * one.tall_m for aside in (0.75, 0.3))
    half = 0.5 * REACH_M.get(one.motion, abs(other.x - one.x)) * one.tall_m / 1.7
    middle = 0.5 * (one.x + other.x)
    one.x, other.x = middle - half, middle + half


def _show_face(members: list[Member], framing: Framing) -> None:
    """A close-up is of a face: whom it is about does not look away."""
    about = next((m for m in members if m.entity.id == framing.focus), members[0] if members else None)
    if about is None or not about.is_figure or about.heading_deg is None or about.track is not None:
        return
    if framing.size in FACES:
        about.heading_deg = max(-FACE_DEG, min(FACE_DEG, about.heading_deg))
