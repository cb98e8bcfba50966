"""Who stands where, how large, doing what; and the camera of the first frame: shot size, angle, head room.

Knows the plan and the place, nothing about pixels. Source: draft-engine sections 2 and 3.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from shotwright.core.camera import AIM, DRIFT, TARGET_AT, State, distance_for
from shotwright.core.moves import MOVES
from shotwright.core.plan import CameraMove, Framing
from shotwright.core.prompt.lexicon import noun_of
from shotwright.engines.draft.blocking.placing import is_two_shot
from shotwright.engines.draft.cast.sizes import known_height_m
from shotwright.engines.draft.sprites import Sprite, spread_views

if TYPE_CHECKING:
    from shotwright.core.plan import ShotPlan
    from shotwright.engines.analysis.cutout import CutOut
    from shotwright.engines.draft.cast.members import Subject
    from shotwright.engines.draft.place import Place

OBJECT_ROLES = frozenset({"object", "prop"})
UNSEEN_ROLES = frozenset({"clothing", "effect"})
"""Roles of references that a draft does not show."""
LOW_M = 0.6
CLOSE_SIZES = frozenset({"medium_wide", "medium", "medium_close_up", "close_up", "extreme_close_up"})
GAP_M = 0.32
ALOFT_M = 1.2
FEET_OUT = 1.12
"""How far below the frame the feet of whom a shot is about may be for the heads of the others, half frames."""
WAIST_M = 1.15
"""Where a camera stands that shows people whole."""
LOW_SCENE_M, TINY_M, LOW_EYE_M = 1.3, 0.2, 0.8
FROM_ABOVE = 0.6
"""What a standing figure covers from above, in its heights, with room for what it does."""
FACE = 0.93
"""Height of the eyes, in those of their owner."""
LOW_SLOPE = 0.42
"""How far below a face a low camera is that is close to it, in their distance."""
FILLED = 0.82
"""Share of the frame's width that a group may fill."""
AERIAL_SHARE = 0.14
"""Of the frame's height, what a drone shows of whom the shot is about at least."""
MOVING_ROOM = 1.35
"""How much farther a group stands when the camera is going to move in."""
NEAREST_M = 0.25
SIDE_SHARE = 0.26
DEPTH_FACTOR = {"foreground": 0.6, "background": 1.7}
SPEED_M_S = {"walk": 1.1, "run": 2.8, "drive": 5.0, "fly": 2.2, "dance": 0.0, "talk": 0.0}
GAIT_OF = {"walk": "walk", "run": "run", "fly": "fly", "dance": "dance", "talk": "talk", "drive": "roll"}
HEADING_DEG = {"right": -90.0, "left": 90.0, "away": 180.0, "toward": 0.0}
BUST_SHARE = 0.52
"""Height of somebody cut off at the waist, in heights of the whole person."""


@dataclass(frozen=True)
class Actor:
    """Somebody or something to place: what the plan says, and the pictures."""

    subject: Subject
    cuts: list[CutOut]
    height_m: float
    lift_m: float = 0.0

    @property
    def width_m(self) -> float:
        """Width of the card."""
        return self.height_m * self.cuts[0].aspect


def actor_of(subject: Subject, cuts: list[CutOut]) -> Actor:
    """Give somebody a size in metres: by the noun, else by what the picture looks like."""
    kind = "object" if subject.role in OBJECT_ROLES else ""
    known = known_height_m(kind, subject.noun)
    first = cuts[0]
    if known is None:
        known = 1.7 if first.aspect < 0.72 or first.is_cropped else min(1.2, max(0.5, 1.1 / first.aspect))
    if first.is_cropped and known > 1.0:
        return Actor(subject, cuts, BUST_SHARE * known, (1 - BUST_SHARE) * known)
    return Actor(subject, cuts, known)


def framing_of(plan: ShotPlan, actors: list[Actor]) -> Framing:
    """Size and angle of the first frame; who is cut off at the waist is not shown whole."""
    first = plan.shots[0] if plan.shots else Framing()
    if first.size is None and actors and actors[0].lift_m > 0 and len(actors) < 3:
        return replace(first, size="medium")
    if (
        first.size == "extreme_close_up"
        and plan.entities
        and plan.entities[0].kind == "person"
        and {"tiny", "miniature", "little"} & set(plan.entities[0].attributes)
    ):
        return replace(first, size="full")  # "macro: a tiny fairy on a teacup": whole
    works = any(act.motion in HAND_WORK for act in plan.actions)
    if first.size == "medium_close_up" and works:
        return replace(first, size="medium")  # what the hands do is in the frame
    people = {entity.id for entity in plan.entities if entity.kind == "person" and not entity.ref}
    tools = {entity.id for entity in plan.entities if entity.kind == "tool"}
    if first.size is None and people and any(act.motion == "fly" and act.who in tools for act in plan.actions):
        return replace(first, size="wide")  # a kite, and who flies it
    zooms = any(move.move in {"dolly_in", "dolly_out", "zoom_in", "zoom_out", "crane_up", "tracking", "tracking_left", "tracking_right"} for move in plan.camera)  # fmt: skip
    if first.size is None and first.angle in {None, "eye"} and not zooms and _works_at_a_table(plan, people):
        return replace(first, size="medium_wide")  # what the hands do is seen
    is_theirs = any(act.motion in HAND_WORK and act.who in people for act in plan.actions)
    if first.size == "close_up" and is_theirs and plan.entities and plan.entities[0].id in people:
        return replace(first, size="medium_close_up")
    return first


def _works_at_a_table(plan: ShotPlan, people: set[str]) -> bool:
    """Whether one person, whom the words begin with, does something with the hands to something on a table or in them, and goes nowhere."""
    if len(people) != 1 or not plan.entities or plan.entities[0].id not in people or plan.entities[0].count > 1:
        return False
    known = noun_of(plan.entities[0].noun)
    if known is not None and 0 < known.height_m < LOW_SCENE_M:
        return False  # tables are not made for toddlers
    mine = [act for act in plan.actions if act.who in people]
    others = [e for e in plan.entities if e.kind in {"animal", "vehicle"} or e.ref]
    at_hand = all(act.motion in HAND_WORK or act.motion in QUIET for act in mine)
    laid = {r.of for r in plan.relations if r.relation in {"on", "in", "over"}} | {r.to for r in plan.relations if r.relation == "holding"}  # fmt: skip
    return bool(mine) and at_hand and not others and any(act.motion in HAND_WORK and act.object in laid for act in mine)


QUIET = frozenset({"sit", "stand", "smile", "react", "laugh", "look_around", "look_down", "gaze", "talk", None})
"""What one does beside one's work, and from where one is."""
HAND_WORK = frozenset({"cook", "cut", "stir", "knead", "pour", "type", "write", "paint", "tinker", "drum", "juggle", "play_piano", "put_down", "look_at_hand"})  # fmt: skip
"""Motions of which a face alone shows nothing."""


def stage_actors(
    actors: list[Actor], plan: ShotPlan, framing: Framing, place: Place, aspect: float, *, back: bool
) -> list[Sprite]:
    """Stand everybody where the words put them.

    Args:
        actors: Who is in the picture, in order.
        plan: Of the shot.
        framing: Of the first frame.
        place: The set.
        aspect: Frame height / frame width.
        back: Whether the shot speaks of somebody's back.
    """
    if not actors:
        return []
    lens = place.base.lens
    slots = _slots(actors, plan, framing, place, lens, aspect=aspect)
    sprites: list[Sprite] = []
    for actor, (x, z) in zip(actors, slots, strict=True):
        subject = actor.subject
        held = _held(actor, sprites, ends_behind=back)
        px, y, pz = held or (x, actor.lift_m, z)
        sprite = Sprite(
            subject.ref, spread_views(actor.cuts, speaks_of_back=back), px, y, pz, actor.height_m, appears_s=subject.appears_s,
            is_floating=held is not None or actor.lift_m > 0, gait=GAIT_OF.get(subject.action or "", "still" if subject.role in OBJECT_ROLES else "stand"),
        )  # fmt: skip
        if held is None:
            _set_off(sprite, subject, plan, lens)
        sprites.append(sprite)
    _face(sprites, actors, plan, framing)
    return sprites


def _slots(
    actors: list[Actor], plan: ShotPlan, framing: Framing, place: Place, lens: float, *, aspect: float
) -> list[tuple[float, float]]:
    """Where everybody stands, (x, z): side by side so that all are in the frame, in two rows when there are many."""
    size = framing.size or ("wide" if plan.camera else "full")
    main = actors[0]
    wanted = distance_for(size, max(main.height_m + main.lift_m, 0.05), lens, aspect)
    if main.subject.role == "object" and framing.size is None:
        wanted = distance_for("wide", main.height_m, lens, aspect) * 0.62
    low = NEAREST_M if size in CLOSE_SIZES else 1.06 * place.near_m
    group = [actor for actor in actors if not _is_placed(actor.subject) and actor.subject.role != "prop"]
    rows = 2 if len(group) > 4 and _group_width(group) * lens / FILLED > 2.2 * wanted else 1
    room = MOVING_ROOM if any(move.move in {"dolly_in", "zoom_in"} for move in plan.camera) else 1.0
    need = room * _group_width(group) / rows * lens / FILLED if len(group) > 1 else 0.0
    depth = min(max(wanted, low, need), max(0.62 * place.wall_m, need))
    spots: dict[int, tuple[float, float]] = {}
    for row in range(rows):
        members = group[row::rows]
        x = -_group_width(members) / 2 + (0.5 * row * (members[0].width_m + GAP_M) if members else 0.0)
        for actor in members:
            spots[id(actor)] = (x + actor.width_m / 2, depth + (1.1 * row if rows > 1 else 0.0))
            x += actor.width_m + GAP_M
    return [_placed(actor.subject, spots.get(id(actor), (0.0, depth)), depth, lens) for actor in actors]


def _group_width(actors: list[Actor]) -> float:
    return sum(actor.width_m for actor in actors) + GAP_M * max(0, len(actors) - 1)


def _is_placed(subject: Subject) -> bool:
    return bool(set((subject.placement or "").split()) & {"left", "right", "foreground", "background"})


def _placed(subject: Subject, spot: tuple[float, float], depth: float, lens: float) -> tuple[float, float]:
    """Placement words mean what they say."""
    words = (subject.placement or "").split()
    factor = next((DEPTH_FACTOR[word] for word in words if word in DEPTH_FACTOR), 1.0)
    z = depth * factor
    side = {"left": -1, "right": 1}
    turn = next((side[word] for word in words if word in side), 0)
    if turn:
        return turn * SIDE_SHARE * z / lens, z
    if words and words[0] == "center":
        return 0.0, spot[1]
    return (spot[0], z) if factor != 1.0 else spot


def out_of_the_way(props: list[Sprite], sprites: list[Sprite], lens: float) -> list[Sprite]:
    """The things of a painted set without those that would stand between the camera and the people, on their whole way."""
    if not sprites:
        return props
    far = max(sprite.z for sprite in sprites) + 0.7
    way = max((abs(sprite.walk[2]) for sprite in sprites if sprite.walk), default=0.0)
    way = max([way, *(float(np.abs(sprite.track[:, 0]).max()) for sprite in sprites if sprite.track is not None)])
    wide = 0.5 * far / lens + way

    def is_before(prop: Sprite) -> bool:
        return (
            prop.ref.startswith("set:")
            and prop.y == 0
            and prop.height_m > LOW_M
            and 0 < prop.z < far
            and abs(prop.x) < wide
        )

    return [prop for prop in props if not is_before(prop)]


def _held(actor: Actor, before: list[Sprite], *, ends_behind: bool) -> tuple[float, float, float] | None:
    """The place of what somebody holds, wears on the shoulder, or has nestled inside; behind somebody; None on the ground."""
    subject = actor.subject
    placement = subject.placement or ""
    bearer = next((sprite for sprite in before if sprite.ref == subject.of), before[0] if before else None)
    if bearer is None:
        return None
    if placement.startswith("inside"):
        return bearer.x, bearer.y + 0.62 * bearer.height_m, bearer.z + (0.22 if ends_behind else -0.22)
    if subject.role == "prop":
        return bearer.x + 0.22, bearer.y + 0.45 * bearer.height_m, bearer.z - 0.22
    if "shoulder" in placement:
        return bearer.x + 0.16 * bearer.height_m, bearer.y + 0.82 * bearer.height_m, bearer.z - 0.1
    if placement.startswith("on the table"):
        return bearer.x + 0.9, 0.75, bearer.z
    if placement.startswith("behind"):
        return bearer.x + 0.45, actor.lift_m, bearer.z + 1.3
    return None


def _set_off(sprite: Sprite, subject: Subject, plan: ShotPlan, lens: float) -> None:
    """Who walks, runs or drives crosses the frame, comes nearer or goes away."""
    speed = SPEED_M_S.get(subject.action or "", 0.0)
    is_tracked = any(move.move == "tracking" for move in plan.camera)
    if speed <= 0 or is_tracked:
        return
    metres = speed * plan.duration_s
    if subject.heading == "toward":
        sprite.walk = (0.0, plan.duration_s, 0.0, -min(metres, 0.5 * sprite.z))
    elif subject.heading == "away":
        sprite.walk = (0.0, plan.duration_s, 0.0, min(metres, 1.5 * sprite.z))
    else:
        sign = -1 if subject.heading == "left" else 1
        across = min(metres, 0.5 * sprite.z / lens)
        sprite.x -= sign * across / 2
        sprite.walk = (0.0, plan.duration_s, sign * across, 0.0)


def _face(sprites: list[Sprite], actors: list[Actor], plan: ShotPlan, framing: Framing) -> None:
    """Turn everybody: into their way, to each other when they talk, their back when the shot asks for it."""
    headings = {actor.subject.ref: actor.subject.heading for actor in actors}
    walkers = any(move.move == "tracking" for move in plan.camera)
    for i, sprite in enumerate(sprites):
        if sprite.walk and (sprite.walk[2] or sprite.walk[3] > 0):
            sprite.heading_deg = (
                HEADING_DEG["away"] if sprite.walk[3] > 0 else HEADING_DEG["right" if sprite.walk[2] > 0 else "left"]
            )
        elif headings.get(sprite.ref) in HEADING_DEG:
            sprite.heading_deg = HEADING_DEG[headings[sprite.ref] or "toward"]
        elif walkers and i == 0:
            sprite.heading_deg = HEADING_DEG["right"]
        elif sprite.gait == "talk" and len(sprites) > 1:
            sprite.heading_deg = -58.0 if sprite.x < float(np.mean([other.x for other in sprites])) else 58.0
        elif framing.angle in {"side", "back"} and i == 0:
            sprite.heading_deg = 90.0 if framing.angle == "side" else 180.0
        elif framing.angle == "over_the_shoulder" and i == 0 and len(sprites) > 1:
            sprite.heading_deg = 180.0


def opening(place: Place, framing: Framing, sprites: list[Sprite], aspect: float, *, goes_round: bool = False) -> State:
    """The camera of the first frame of a shot that is not bound to a start frame; one that goes round stays at eye height."""
    base = place.base
    if not sprites:
        return angled(base, framing, place, None, aspect)
    main = _as_held(sprites[0])
    if main is not sprites[0]:
        base = replace(base, eye=(main.x, base.eye[1], main.z - sprites[0].z))
    if framing.angle == "over_the_shoulder" and len(sprites) > 1:
        return _over_the_shoulder(base, sprites, aspect)
    size = framing.size
    if has_words(sprites) and size not in CLOSE_SIZES and main is sprites[0]:
        base = _in_the_middle(base, sprites)
    seen = [main] if size in CLOSE_SIZES else [sprite for sprite in sprites if sprite.z < 1.5 * main.z]
    top = max(sprite.y + sprite.height_m for sprite in seen)
    is_tiny = size in CLOSE_SIZES and main.height_m < TINY_M
    is_open = framing.angle is None and size in {None, "full", "wide"}
    if main.figure is not None and is_open and base.eye[1] > WAIST_M and not goes_round:
        base = replace(base, eye=(base.eye[0], WAIST_M, base.eye[2]))  # the horizon behind them, and not over them
    mine = max(s.y + s.height_m for s in sprites if s is main or s is sprites[0] or _carries(s, sprites[0]))
    if has_words(sprites) and mine < LOW_SCENE_M <= top and size is None:
        top = max(mine, LOW_EYE_M)  # "a kitten on a sofa", and a lamp beside it
    if has_words(sprites) and (top < LOW_SCENE_M or is_tiny):
        eye_m = max(0.05, 1.1 * top if top < LOW_SCENE_M else top)
        eye_m = eye_m if is_tiny else min(base.eye[1], eye_m)
        base = replace(base, eye=(base.eye[0], eye_m, base.eye[2]))  # small things are met at their height
    face = main.y + FACE * main.height_m - main.sunk()
    if (
        size in CLOSE_SIZES and main.figure is not None and face < base.eye[1]
    ):  # who sits, and a child, is met at their height
        base = replace(base, eye=(base.eye[0], max(0.3, face), base.eye[2]))
    share = AIM.get(size or "full", 0.55) if main.figure or main.word is None else 0.5
    point = (main.x, main.y + share * main.height_m - (main.sunk() if size in CLOSE_SIZES else 0.0), main.z)
    if is_two_shot(sprites, size):
        point = (0.5 * (sprites[0].x + sprites[1].x), *point[1:])
    aimed = replace(base, look=point) if size in CLOSE_SIZES else _with_all_in_frame(base, sprites, aspect)
    return angled(aimed, framing, place, main, aspect)


def _in_the_middle(base: State, sprites: list[Sprite]) -> State:
    """Before the middle of those who stand side by side, and not before the first of them; who is on their way has the frame to go."""
    main = sprites[0]
    row = [s for s in sprites if s.word is not None and s.y < ALOFT_M and 0.6 * main.z < s.z < 1.3 * main.z]
    if main not in row or len(row) < TWO or any(s.track is not None or s.walk is not None for s in row):
        return base
    halves = [(s, min(0.5 * s.height_m * s.views[0][1].aspect, WIDEST_M)) for s in row]
    low, high = min(s.x - half for s, half in halves), max(s.x + half for s, half in halves)
    aside = max(-ASIDE * main.z, min(ASIDE * main.z, 0.5 * (low + high) - base.eye[0]))
    return replace(base, eye=(base.eye[0] + aside, *base.eye[1:]), look=(base.look[0] + aside, *base.look[1:]))


TWO, WIDEST_M, ASIDE = 2, 1.6, 0.4
"""Who is a row; how much of something wide counts, metres; and how far aside a camera stands, in its distance."""


def _carries(sprite: Sprite, main: Sprite) -> bool:
    """Whether somebody or something is what `main` is on, in or under."""
    return main.tied is not None and main.tied[0] is sprite


def _as_held(sprite: Sprite) -> Sprite:
    """Where what a shot is about really is: in whose hand it begins."""
    if not sprite.holds or sprite.holds[0].start_s > 0:
        return sprite
    x, y, z = sprite.place(0.0)
    return replace(sprite, x=x, y=y, z=z)


def has_words(sprites: list[Sprite]) -> bool:
    """Whether somebody stands there without a picture of theirs."""
    return any(sprite.word is not None for sprite in sprites)


def _with_all_in_frame(base: State, sprites: list[Sprite], aspect: float) -> State:
    """Tilt so far that feet and heads are in the frame, and no farther."""
    rows = []
    main = sprites[0]
    for sprite in sprites:
        if sprite is not main and (sprite.y > ALOFT_M or not 0.5 * main.z < sprite.z < 1.5 * main.z):
            continue  # what flies, what is right before the lens, what stands far behind
        depth = max(0.05, sprite.z - base.eye[2])
        rows += [(sprite.y - base.eye[1]) / depth, (sprite.y + sprite.height_m - base.eye[1]) / depth]
    pitch = math.tan(base.pose().pitch)
    half = 0.5 * aspect / base.lens
    low, high = min(rows), max(rows)
    wanted = high - 0.88 * half if high - low > 1.9 * half else min(max(pitch, high - 0.88 * half), low + 0.94 * half)
    if has_words(sprites):
        foot, top = rows[0], rows[1]
        wanted = max(min(wanted, max(foot + 0.9 * half, top - 0.7 * half)), top - 0.88 * half)
        heads = [
            (s.y + s.height_m - base.eye[1]) / (s.z - base.eye[2])
            for s in sprites
            if s.figure is not None and main.z < s.z < 1.6 * main.z and s.y < ALOFT_M
        ]
        if main.figure is not None and heads:  # nobody's head is missing, and the feet rather than that
            wanted = max(wanted, min(max(heads) - 0.92 * half, foot + FEET_OUT * half))
    reach = base.look[2] - base.eye[2]
    return replace(base, look=(base.look[0], base.eye[1] + wanted * reach, base.look[2]))


def angled(state: State, framing: Framing, place: Place, main: Sprite | None, aspect: float) -> State:
    """Low, high, from above, canted."""
    angle = framing.angle
    if angle == "dutch":
        return replace(state, roll=0.21)
    if main is None:
        target, distance, tall = state.look, state.distance, 2.0
    else:
        target, tall = (main.x, main.y + TARGET_AT * main.height_m - main.sunk(), main.z), main.height_m
        distance = math.dist(state.eye, target)
    x, _, z = state.eye
    if angle in {"low", "worms_eye"}:
        knee = (0.28 if angle == "low" else 0.07) * min(tall, 1.7)
        aim = (target[0], target[1] + 0.25 * tall, target[2])
        if framing.size in CLOSE_SIZES:  # from below the face, with the face where it was
            aim, away = state.look, math.dist(state.eye, state.look)
            return replace(state, eye=(x, max(0.12, aim[1] - LOW_SLOPE * away), z), look=aim)
        return replace(state, eye=(x, knee, z), look=aim)
    if angle == "aerial" and main is not None and main.word is not None:  # a drone: cards have no top to show
        seen = tall * place.base.lens / (AERIAL_SHARE * aspect)
        far = min(max(distance, 2.2 * tall), max(seen, 2.2 * tall))
        return replace(state, eye=(x, target[1] + 0.5 * far, target[2] - 0.87 * far), look=target)
    if angle == "high":
        return replace(state, eye=(x, target[1] + 0.62 * distance, target[2] - 0.86 * distance), look=target)
    if angle == "birds_eye":
        wide = FROM_ABOVE * tall if main is not None and main.figure is not None else tall
        up = max(0.8 * min(distance, 2.5 * tall), wide * place.base.lens / (0.5 * aspect))
        return replace(state, eye=(target[0], target[1] + up, target[2] - 0.3 * up), look=target)
    return state


def _over_the_shoulder(base: State, sprites: list[Sprite], aspect: float) -> State:
    """From behind the first one to the second one: the shoulder fills a side of the frame."""
    near, far = sprites[0], sprites[1]
    far.z = max(far.z, 2.6)
    near.x, near.z = far.x - 0.42, far.z - 1.45
    near.walk = None
    near.heading_deg, far.heading_deg = 180.0, 0.0
    face = (far.x, far.y + 0.82 * far.height_m, far.z)
    del aspect
    eye = (far.x + 0.16, near.y + 0.93 * near.height_m, near.z - 1.05)
    return replace(base, eye=eye, look=face)


def moves_of(plan: ShotPlan) -> tuple[CameraMove, ...]:
    """The moves of a shot: those of the plan, those that bring a later shot size about, else a slow drift: a still is no film."""
    moves = plan.camera
    if "static" in {move.move for move in moves} or plan.negated or plan.continuation == "camera_motion_transfer":
        return tuple(move for move in moves if move.move != "static")
    for before, framing in zip(plan.shots, plan.shots[1:], strict=False):
        busy = any(move.end_s > framing.start_s and not MOVES[move.move].is_overlay for move in moves)
        if framing.size and framing.size != before.size and framing.start_s > 0 and not busy and not framing.cut:
            name = "dolly_in" if _closeness(framing.size) > _closeness(before.size) else "dolly_out"
            moves = (
                *moves,
                CameraMove(name, framing.start_s, plan.duration_s, end_size=framing.size, target=framing.focus),
            )
    size = plan.shots[0].size if plan.shots else None
    if size in CLOSE_SIZES:  # "close-up of his mask, then pull back to reveal him": whoever he is, is seen then
        moves = tuple(
            replace(move, end_size="medium_wide") if move.move == "dolly_out" and move.end_size is None else move
            for move in moves
        )
    if any(MOVES[move.move].build for move in moves):
        return moves
    if plan.shots and plan.shots[0].angle == "pov":  # whose eyes these are goes on
        return (*moves, CameraMove("dolly_in", 0.0, plan.duration_s))
    return (*moves, CameraMove("dolly_in", 0.0, plan.duration_s, speed="slow", target=DRIFT))


def _closeness(size: str | None) -> int:
    order = ("extreme_wide", "wide", "full", "medium_wide", "medium", "medium_close_up", "close_up", "extreme_close_up")
    return order.index(size) if size in order else 1


def targets_of(
    sprites: list[Sprite], people: list[Subject]
) -> tuple[dict[str, tuple[float, float, float]], dict[str, float]]:
    """What a move may aim at: every sprite by reference and by noun; "bag" is where something is nestled."""
    targets: dict[str, tuple[float, float, float]] = {}
    sizes: dict[str, float] = {}
    nouns = {subject.ref: subject.noun for subject in people}
    ids = {ref: [subject.id for subject in people if subject.ref == ref] for ref in nouns}
    for sprite in sprites:
        is_nestled = sprite.is_floating and sprite.y > 0.3 and sprite.height_m < 0.6
        point = (sprite.x, sprite.y + (0.5 if is_nestled else TARGET_AT) * sprite.height_m - sprite.sunk(), sprite.z)
        for name in (
            *([sprite.word] if sprite.word else ids.get(sprite.ref, ())),
            sprite.ref,
            nouns.get(sprite.ref),
            *(("bag", "backpack", "box", "hand") if is_nestled else ()),
        ):
            if name:
                targets.setdefault(name, point)
                sizes.setdefault(name, sprite.height_m)
    if sprites and sprites[0].height_m > 0.6:
        main = sprites[0]
        top = main.y + main.height_m - main.sunk()
        for name in ("character", "person", "man", "woman", "girl", "boy", "subject", "them", "him", "her"):
            targets.setdefault(name, (main.x, TARGET_AT * top, main.z))
            sizes.setdefault(name, top)
        targets.setdefault("face", (main.x, 0.92 * top, main.z))
        sizes.setdefault("face", 0.25 * top)
    return targets, sizes
