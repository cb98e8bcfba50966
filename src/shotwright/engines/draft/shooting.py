"""The camera of a scene: one path for each shot that the words cut to, in one clip. Who is filmed stays in the frame."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from shotwright.core.camera import AIM, DRIFT, TARGET_AT, Pose, Space, State
from shotwright.core.moves import ALONG_THE_VIEW, MOVES, tracked_m
from shotwright.core.path import camera_path
from shotwright.core.plan import CameraMove, Framing
from shotwright.engines.draft.blocking import staging
from shotwright.engines.draft.blocking.cutting import reframed
from shotwright.engines.draft.blocking.details import detail_of
from shotwright.engines.draft.cast.figures import Step, speed_of
from shotwright.engines.draft.passage import shot_inside

if TYPE_CHECKING:
    from collections.abc import Callable

    from shotwright.engines.base import Shot
    from shotwright.engines.draft.cast.members import Subject
    from shotwright.engines.draft.place import Place
    from shotwright.engines.draft.sprites import Sprite

KEEP = 0.86
"""Share of the frame that a group fills at the end of a move inwards, as the height of a full shot."""
BEFORE_CARD = 0.9
"""A camera ends before what stands in the picture: it is a card, and has nothing behind it."""
FACE = 0.9
"""Height of a face, in those of its owner."""
HIGH_UP = frozenset(
    {
        "sky",
        "star",
        "stars",
        "moon",
        "cloud",
        "clouds",
        "ceiling",
        "tower",
        "towers",
        "tree",
        "treetop",
        "roof",
        "sun",
        "vault",
        "skyline",
        "flame",
        "flames",
    }
)
"""What a camera looks up to that is no face."""
TURNS = frozenset({"static", "pan_left", "pan_right", "tilt_up", "tilt_down"})
"""Cameras that may lose whom the shot is about."""
NEARER_M, BACK_SHARE = 0.5, 0.5
"""Who comes nearer by this much is led by a camera that goes back this share of their way."""
HEAD_ROOM, MOST_RAD = 0.94, 0.6
"""Where in half frames a head may be at most, and by how much a camera is tilted up for it, radians."""
WHOM = frozenset({"them", "it", "him", "her"})
MOUNTED, MOUNT_M = frozenset({"riding", "on", "in", "inside"}), 0.6
FACES = frozenset({"medium_close_up", "close_up", "extreme_close_up"})
SEEN, NEAREST_SEEN_M = 0.55, 0.3
"""How far from the middle the subject may get, in half frames; how near it may come."""


@dataclass(frozen=True)
class Filmed:
    """What the camera films.

    Attributes:
        shot: The shot.
        places: Its sets, and from when on.
        sprites: Who stands in it, whom the shot is about first.
        people: Those with pictures.
        is_worded: Whether somebody has no picture.
    """

    shot: Shot
    places: list[tuple[float, Place]]
    sprites: list[Sprite]
    people: list[Subject]
    is_worded: bool

    @property
    def place(self) -> Place:
        """The first set."""
        return self.places[0][1]

    def place_at(self, seconds: float) -> Place:
        """The set of a time."""
        return [place for start, place in self.places if start <= seconds + 1 / 24][-1]

    @property
    def aspect(self) -> float:
        """Frame height / frame width."""
        return self.shot.output.height / self.shot.output.width


def shoot(film: Filmed, first: State, framing: Framing) -> tuple[list[Pose], list[str]]:
    """One pose per frame, and what of the camera's way is not shown.

    Args:
        film: What is filmed.
        first: The camera of the first frame.
        framing: Of the first frame.
    """
    plan, spec = film.shot.plan, film.shot.output
    moves = tuple(_sided(move, film) for move in staging.moves_of(plan) if not (film.sprites and _pans_along(move)))
    fps = float(spec.fps)
    cuts = [shown for shown in plan.shots[1:] if shown.cut and 0 < shown.start_s < spec.duration_s]
    borders = [0, *(round(shown.start_s * fps) for shown in cuts), spec.frames]
    for move in (_sided(move, film) for move in plan.camera):
        if move.move == "tracking" and film.sprites:
            _lead(film.sprites, move, tracked_m(move, _space(film, film.sprites, first)))
    poses: list[Pose] = []
    notes: list[str] = []
    for number, shown in enumerate([framing, *cuts]):
        start, frames = borders[number], max(0, borders[number + 1] - borders[number])
        sprites = _led_by(film, shown.focus, shown.start_s if number else 0.0)
        state = (
            first
            if number == 0
            else reframed(first, shown, sprites, film.place_at(shown.start_s), film.aspect, number=number)
        )
        detail = detail_of(plan, shown, sprites)
        state = state if detail is None else detail.state(state, shown.start_s if number else 0.0, film.aspect)
        space = _space(film, sprites, state, seconds=shown.start_s if number else 0.0)
        own = _during(moves, start / fps, (start + frames) / fps) if cuts else moves
        part = camera_path(own, space, frames=frames, duration_s=frames / fps, seed=film.shot.seed + number)
        _go_along(part, film, sprites, own, framing=shown, start_s=start / fps)
        poses += part
        notes += space.notes
    return poses, notes


def _sided(move: CameraMove, film: Filmed) -> CameraMove:
    """A tracking camera goes behind and before people, who are seen from every side; of the rest there is one side."""
    can = bool(film.sprites) and film.sprites[0].figure is not None and move.start_s < AT_ONCE_S
    return replace(move, side=None) if move.side in ALONG_THE_VIEW and not can else move


AT_ONCE_S = 0.1
"""Until when a move is there from the first frame on."""


def _during(moves: tuple[CameraMove, ...], start_s: float, end_s: float) -> tuple[CameraMove, ...]:
    """The moves of a part of the clip, in its own time."""
    return tuple(
        replace(move, start_s=max(0.0, move.start_s - start_s), end_s=min(move.end_s, end_s) - start_s)
        for move in moves
        if min(move.end_s, end_s) - max(move.start_s, start_s) > 1 / 24
    )


def _led_by(film: Filmed, focus: str | None, seconds: float) -> list[Sprite]:
    """Those who are there at a time, whom a shot is about first: whom it names, else who is new."""
    shown = [s for s in film.sprites if s.appears_s <= seconds + 1 / 24 and s.gone_s > seconds + 1 / 24] or film.sprites
    if not seconds:
        inside = shot_inside(film.shot.plan)
        return [s for s in film.sprites if inside is None or s.appears_s < inside.start_s]
    refs = {focus} | {subject.ref for subject in film.people if subject.id == focus}
    named = [sprite for sprite in shown if focus and (sprite.word == focus or sprite.ref in refs)]
    newest = [sprite for sprite in shown if abs(sprite.appears_s - seconds) < 1 / 12]
    lead = (named or newest or shown)[:1]
    return [*lead, *(sprite for sprite in shown if sprite not in lead)]


def _go_along(
    poses: list[Pose],
    film: Filmed,
    sprites: list[Sprite],
    moves: tuple[CameraMove, ...],
    *,
    framing: Framing,
    start_s: float,
) -> None:
    """Follow whom the shot is about, and keep them in the frame."""
    fps = float(film.shot.output.fps)
    if sprites and any(MOVES[move.move].keeps_subject for move in moves if move.target != DRIFT):
        _follow(poses, sprites[0], film.place_at(start_s), fps, start_s)
    if sprites and sprites[0].track is not None and {m.move for m in moves} & {"dolly_out"}:
        _lead_back(poses, sprites[0], fps, start_s)
    if film.is_worded and sprites:
        _tilt_to(poses, sprites[0], moves, fps=fps, start_s=start_s)
    if film.is_worded and sprites and not TURNS & {m.move for m in film.shot.plan.camera if not _pans_along(m)}:
        detail = detail_of(film.shot.plan, framing, sprites)
        main = detail.sprite if detail is not None else sprites[0]
        aim = detail.above if detail is not None else _aim_of(main, framing)
        _keep_seen(
            poses, main, aim, aspect=film.aspect, fps=fps, start_s=start_s, is_whole=detail is None and framing.size != "extreme_close_up" and main.figure is not None,
        )  # fmt: skip


def _pans_along(move: CameraMove) -> bool:
    """ "The camera pans with them": it turns as they go."""
    return move.move in {"pan_left", "pan_right"} and move.target in WHOM


def _aim_of(main: Sprite, framing: Framing) -> Callable[[float], float]:
    """How high above the foot of whom the shot is about the camera looks: of a rider, at both of them."""
    share = AIM.get(framing.size or "", TARGET_AT)
    mount = main.tied[0] if main.tied is not None and main.tied[1] in MOUNTED else None
    if mount is not None and mount.height_m > MOUNT_M and framing.size not in FACES:
        return lambda seconds: 0.5 * (main.height_m + mount.place(seconds)[1] - main.place(seconds)[1])
    return lambda seconds: share * main.height_m - main.sunk(seconds)


def _lead_back(poses: list[Pose], sprite: Sprite, fps: float, start_s: float) -> None:
    """A camera that moves back before somebody who comes towards it goes slower than they: they come nearer."""
    _, _, z0 = sprite.place(start_s)
    end = sprite.place(start_s + (len(poses) - 1) / fps)[2]
    if z0 - end < NEARER_M:
        return
    first = poses[0]
    for i, pose in enumerate(poses):
        z = sprite.place(start_s + i / fps)[2]
        poses[i] = replace(
            pose, x=first.x, y=first.y, z=first.z - BACK_SHARE * (z0 - z), yaw=first.yaw, pitch=first.pitch
        )


def _tilt_to(poses: list[Pose], sprite: Sprite, moves: tuple[CameraMove, ...], *, fps: float, start_s: float) -> None:
    """A tilt up to somebody's face ends there, and began as much lower; one to the sky goes where it goes."""
    tilt = next((m for m in moves if m.move == "tilt_up" and m.target and m.target not in HIGH_UP), None)
    if tilt is None or not poses or sprite.figure is None:
        return
    last = poses[-1]
    x, y, z = sprite.place(start_s + (len(poses) - 1) / fps)
    y -= sprite.sunk(start_s + (len(poses) - 1) / fps)
    top = math.atan2(y + FACE * sprite.height_m - last.y, math.hypot(x - last.x, z - last.z))
    shift = top - last.pitch
    poses[:] = [replace(pose, pitch=pose.pitch + shift) for pose in poses]


def _follow(poses: list[Pose], sprite: Sprite, place: Place, fps: float, start_s: float) -> None:
    """A camera that moves in on, or around, somebody who walks goes along with them."""
    x0, _, z0 = sprite.place(start_s)
    for i, pose in enumerate(poses):
        x, _, z = sprite.place(start_s + i / fps)
        side = max(-place.side_m, min(place.side_m, pose.x + x - x0))
        poses[i] = replace(pose, x=side, z=pose.z + max(0.0, z - z0))


def _keep_seen(
    poses: list[Pose],
    sprite: Sprite,
    aim: Callable[[float], float],
    *,
    aspect: float,
    fps: float,
    start_s: float,
    is_whole: bool,
) -> None:
    """Turn the camera so far that whom the shot is about stays in the frame, and no farther.

    Args:
        poses: Of the shot; changed in place.
        sprite: Whom it is about.
        aim: How high above their foot it looks at a time, metres.
        aspect: Frame height / frame width.
        fps: Frames per second.
        start_s: When the shot begins.
        is_whole: Whether heads must be in the frame.
    """
    for i, pose in enumerate(poses):
        x, foot, z = sprite.place(start_s + i / fps)
        dx, dy, dz = x - pose.x, foot + aim(start_s + i / fps) - pose.y, z - pose.z
        if dx * math.sin(pose.yaw) + dz * math.cos(pose.yaw) < min(NEAREST_SEEN_M, 2 * sprite.height_m):
            continue  # passes the camera
        aside = (math.atan2(dx, dz) - pose.yaw + math.pi) % (2 * math.pi) - math.pi
        away = math.hypot(dx, dz)
        above = math.atan2(dy, away) - pose.pitch
        wide, tall = SEEN * math.atan(0.5 / pose.lens), SEEN * math.atan(0.5 * aspect / pose.lens)
        yaw, pitch = aside - max(-wide, min(wide, aside)), above - max(-tall, min(tall, above))
        if is_whole:  # a head that leaves the frame is missed more than feet
            head = foot + 1.03 * sprite.height_m - sprite.sunk(start_s + i / fps)
            top = math.atan2(head - pose.y, away) - pose.pitch
            pitch = max(pitch, min(top - HEAD_ROOM * math.atan(0.5 * aspect / pose.lens), MOST_RAD))
        poses[i] = replace(pose, yaw=pose.yaw + yaw, pitch=pose.pitch + pitch)


MOST_BEHIND_M = 3.0
"""How far from whom a camera tracks the others go along at most."""


def _lead(sprites: list[Sprite], move: CameraMove, metres: float) -> None:
    """A camera that goes along with somebody: they, and whoever goes with them, walk as far as it does."""
    main = sprites[0]
    going = [main] if main.track is None else [sprite for sprite in sprites if sprite.track is not None]
    going += [
        sprite
        for sprite in sprites
        if sprite not in going and sprite.tied is not None and sprite.tied[0] in going and sprite.tied[1] in MOUNTED
    ]
    first, at = main.track, (main.x, main.z)
    begins = (0.0, 0.0) if first is None else (main.x - first[0][0], main.z - first[0][2])
    for sprite in going:
        is_mounted = sprite.tied is not None and sprite.tied[1] in MOUNTED
        if sprite is not main and first is not None and sprite.track is not None and not is_mounted:
            behind = float(sprite.track[0][0] - first[0][0])  # who runs behind stays behind
            sprite.x = main.x + max(-MOST_BEHIND_M, min(MOST_BEHIND_M, behind))
        if sprite is not main and is_mounted and sprite.track is not None:
            sprite.x, sprite.z = sprite.x + float(begins[0]), sprite.z + float(begins[1])  # where their car is
        sprite.track = None
        sprite.walk = (move.start_s, move.end_s, metres, 0.0)
        if move.side in ALONG_THE_VIEW:
            away = metres if move.side == "behind" else -metres
            if sprite.tied is not None and sprite.tied[0] is main and sprite.tied[1] == "object":
                sprite.x, sprite.z = at[0], at[1] + math.copysign(PUSHED_M, away)  # what they push is ahead of them
            sprite.z += 0.0 if move.side == "behind" else metres
            sprite.walk = (move.start_s, move.end_s, 0.0, away)
    main.gait = "walk" if main.gait == "stand" else main.gait
    if main.figure is not None and all(speed_of(step.motion) == 0 for step in main.figure.steps):
        main.figure.steps = [Step("walk", 0.0, move.end_s)]


PUSHED_M = 1.0
"""From somebody to the middle of what they push ahead of them, metres."""


def _space(film: Filmed, sprites: list[Sprite], first: State, *, seconds: float = 0.0) -> Space:
    """What the camera moves in from a time on, and what it may aim at."""
    place, aspect = film.place_at(seconds), film.aspect
    focus = sprites[0] if sprites else None
    height = focus.height_m if focus else 0.5 * place.base.eye[1]
    sunk = focus.sunk(seconds) if focus else 0.0
    point = (focus.x, TARGET_AT * focus.height_m + focus.y - sunk, focus.z) if focus else first.look
    cards = [prop for prop in place.props if prop.ref.startswith("plate:")]
    if focus is None and cards:
        main = max(cards, key=lambda card: card.height_m * card.views[0][1].aspect / card.z)
        point, height = (main.x, 0.5 * main.height_m, main.z), main.height_m
    end_m = min([place.wall_m, *(BEFORE_CARD * card.z for card in cards)])
    standing = [sprite for sprite in sprites if not sprite.is_floating and (sprite.figure or not sprite.is_round)]
    standing = standing if focus in standing else []
    if len(standing) > 1:
        left, right = (
            side([s.x + k * s.height_m * s.views[0][1].aspect / 2 for s in standing])
            for side, k in ((min, -1), (max, 1))
        )
        point = ((left + right) / 2, point[1], point[2])
    targets, sizes = staging.targets_of(sprites, film.people)
    keep = (right - left) * aspect * KEEP if len(standing) > 1 else 0.0
    near = min(1.0, math.dist(first.eye, point) / max(first.distance, 0.1)) if focus else 1.0
    targets[DRIFT] = tuple(a + near * (b - a) for a, b in zip(first.eye, first.look, strict=True))  # type: ignore[assignment]  # three of them
    sizes[DRIFT] = 1.7
    return Space(first, end_m, point, height, aspect, targets, sizes, place.side_m, keep)
