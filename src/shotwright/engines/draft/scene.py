"""Plan and media become a scene: a place, people in it, a camera path, a look. Knows nothing about frames or files.

What the plan asks for and a scene does not show is named in `not_rendered`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol

import cv2
import numpy as np

from shotwright.core.camera import AIM, DRIFT, EYE_HEIGHT_M, TARGET_AT, Pose, Space, State, lens_of
from shotwright.core.moves import MOVES, tracked_m
from shotwright.core.path import camera_path
from shotwright.core.plan import CameraMove, Framing
from shotwright.engines.analysis.cutout import CutOut, cut_out
from shotwright.engines.analysis.matting import matte
from shotwright.engines.draft.blocking import staging
from shotwright.engines.draft.blocking.placing import Floor, Member, place_all
from shotwright.engines.draft.blocking.ways import GOING, released_s
from shotwright.engines.draft.cast.changes import BEATS, LASTING, changes_of
from shotwright.engines.draft.cast.figures import Step, speed_of
from shotwright.engines.draft.cast.members import GAITS, Subject, cast_of
from shotwright.engines.draft.cast.pose import motions
from shotwright.engines.draft.cast.words import Look, members_of
from shotwright.engines.draft.focus import F_NUMBERS, FocusPull
from shotwright.engines.draft.foresight import not_drawn
from shotwright.engines.draft.lookdev import LookDev, lookdev_of
from shotwright.engines.draft.looks.times import Sun
from shotwright.engines.draft.morph import Morph, morph_between
from shotwright.engines.draft.place import Place
from shotwright.engines.draft.plate import HORIZON, build_diorama, find_horizon, fit
from shotwright.engines.draft.sets import PaintedSet, build_set
from shotwright.engines.draft.sprites import Sprite, spread_views
from shotwright.engines.draft.weather import Haze, haze_of, snowed
from shotwright.media.colour import FrameRGB, FrameYUV, Mask, rgb_to_yuv
from shotwright.media.images import load_flat

if TYPE_CHECKING:
    from collections.abc import Callable

    from shotwright.core.plan import Entity, ShotPlan
    from shotwright.engines.analysis.cache import Cache
    from shotwright.engines.base import Shot

PHOTOGRAPHED_FROM = {
    "high": EYE_HEIGHT_M["high"],
    "aerial": EYE_HEIGHT_M["aerial"],
    "birds_eye": EYE_HEIGHT_M["birds_eye"],
}
"""Eye height of the camera that took a start frame, when the words say that it looks down."""
KEEP = 0.86
"""Share of the frame that a group fills at the end of a move inwards, as the height of a full shot."""
BEFORE_CARD = 0.9
"""A camera ends before what stands in the picture: it is a card, and has nothing behind it."""
CLEAR_M = 0.5
"""How far what stands in a picture must be behind the people to stand up as a card."""
FLOATS_M = 0.25
HELD_BELOW = frozenset({
    "umbrella", "parasol", "balloon", "kite", "torch", "flag", "banner", "sign", "staff", "pole", "rose", "flower",
})  # fmt: skip
"""What is held at its lower end."""
STILL_VERBS = frozenset({"is", "are", "be", "have", "has", "was", "were"})
CARDS_SHOW = (
    BEATS.keys() | LASTING.keys() | {"stand", "sit", "lie", "hold", "carry", "look_around", "fall", "sleep", "roll"}
)
"""What can be seen of a card without joints: that it is there, where it looks, and how it changes."""
TURNS = frozenset({"static", "pan_left", "pan_right", "tilt_up", "tilt_down"})
"""Cameras that may lose whom the shot is about."""
SEEN, NEAREST_SEEN_M = 0.7, 0.3
"""How far from the middle the subject may get, in half frames; how near it may come."""
NIGHT_LIGHTS = frozenset({"neon", "moonlight", "candle", "cyberpunk"})
"""Lights that a painted set shows by night unless the words name a time."""


class Live(Protocol):
    """A place whose picture moves."""

    def show(self, index: int) -> None:
        """Put the moment of frame `index` into the place; frames are asked for in order."""
        ...


@dataclass
class Scene:
    """Everything that the frame loop needs. Looks are in the textures: a frame is drawn, not graded.

    Attributes:
        place: The set in its final look.
        poses: One camera per frame.
        sprites: Who and what stands in it, without the props of the place.
        sun: The key light.
        haze: The air, if it is not clear.
        focus: Depth of field, if it is shallow.
        weather: What falls.
        starts_exact: Whether frame 0 is the start image.
        first_place: The set as the start frame shows it, when that differs; the look comes in from there.
        morph: The way to the last frame of a first-and-last-frame shot.
        live: Puts the moment of a frame into the place, where a reference plays on.
    """

    place: Place
    poses: list[Pose]
    sprites: list[Sprite]
    sun: Sun
    haze: Haze | None
    focus: FocusPull | None
    weather: str | None
    starts_exact: bool
    first_place: Place | None = None
    morph: Morph | None = None
    live: Live | None = None
    not_rendered: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Backdrop:
    """The picture behind everything, cropped to the frame, how it was taken, and what stands in front in it."""

    rgb: FrameRGB
    horizon: float
    is_start_frame: bool
    front: Mask | None = None


def build_scene(shot: Shot, cache: Cache, backdrop: Backdrop | None, *, end: FrameRGB | None = None) -> Scene:
    """Put a shot's set together.

    Args:
        shot: The shot.
        cache: For cut-outs and styled plates.
        backdrop: The place; None for one that is painted from the words.
        end: The last frame, cropped, for a first-and-last-frame shot.
    """
    shot = _by_night(shot, backdrop)
    plan, aspect = shot.plan, shot.output.height / shot.output.width
    lookdev = lookdev_of(shot)
    notes: list[str] = []
    builder = _Builder(shot, cache, backdrop, lookdev, notes)
    people = _people(shot, notes)
    actors = [staging.actor_of(subject, _cuts(shot, cache, subject, lookdev, builder.air)) for subject in people]
    framing = staging.framing_of(plan, actors)
    place = builder.place()
    worded = [] if plan.start_frame else members_of(plan, notes)
    if worded:
        sprites = _stage_words(
            worded, actors, plan, _floor(place, framing, shot), lambda cut: lookdev.cut(cut, builder.air)
        )
    else:
        sprites = staging.stage_actors(actors, plan, framing, place, aspect, back=_shows_back(plan))
    if sprites and place.props and backdrop is not None:
        place = builder.place(beyond_m=max(sprite.z for sprite in sprites) + CLEAR_M)
    first_place = builder.first_place(beyond_m=max((sprite.z for sprite in sprites), default=-CLEAR_M) + CLEAR_M)
    is_bound = backdrop is not None and backdrop.is_start_frame
    first = (
        place.base
        if is_bound or (plan.task == "video_reference" and plan.continuation != "camera_angle")
        else staging.opening(place, framing, sprites, aspect)
    )
    space = _space(place, sprites, people, aspect, first)
    moves = staging.moves_of(plan)
    poses = camera_path(moves, space, frames=shot.output.frames, duration_s=shot.output.duration_s, seed=shot.seed)
    if sprites and any(MOVES[move.move].keeps_subject for move in moves if move.target != DRIFT):
        _follow(poses, sprites[0], place, float(shot.output.fps))
    for move in plan.camera:
        if move.move == "tracking" and sprites:
            _lead(sprites, move, tracked_m(move, space))
    if worded and not TURNS & {move.move for move in plan.camera}:
        _keep_seen(poses, sprites[0], AIM.get(framing.size or "", TARGET_AT), aspect, float(shot.output.fps))
    place.props = staging.out_of_the_way(place.props, sprites, place.base.lens)
    morph = None
    if end is not None and backdrop is not None:
        morph = morph_between(
            backdrop.rgb, end, place, poses, lens=lens_of(plan.look.lens_mm), is_moved=bool(plan.camera)
        )
    return Scene(
        place, poses, sprites, lookdev.sun, haze_of(plan.look.weather, builder.air) if not is_bound else None, _focus_of(plan, sprites),
        plan.look.weather, is_bound, first_place, morph, not_rendered=[*notes, *not_drawn(plan), *_not_acted(plan, sprites), *dict.fromkeys(space.notes)],
    )  # fmt: skip


def _not_acted(plan: ShotPlan, sprites: list[Sprite]) -> list[str]:
    """What somebody in the picture does, and the draft does not show."""
    notes = []
    for action in plan.actions:
        entity = plan.entity(action.who)
        sprite = next(
            (s for s in sprites if entity and (s.word == entity.id or (entity.ref and s.ref == entity.ref))), None
        )
        if entity is None or sprite is None or (action.motion is None and action.verb in STILL_VERBS):
            continue
        moves = sprite.track is not None or sprite.walk is not None
        posed = (
            action.motion in motions()
            if sprite.figure
            else action.motion in CARDS_SHOW or (entity.ref and action.motion in GAITS)
        )
        if not posed and not (moves and (action.path or action.motion in GOING)):
            notes.append(f'{entity.ref or entity.noun}: "{action.verb}" is not acted')
    return list(dict.fromkeys(notes))


def _by_night(shot: Shot, backdrop: Backdrop | None) -> Shot:
    """A painted set is dark where its lights ask for it."""
    look = shot.plan.look
    if backdrop is not None or look.time_of_day or not NIGHT_LIGHTS & {look.lighting, look.style}:
        return shot
    return replace(shot, plan=replace(shot.plan, look=replace(look, time_of_day="night")))


def _floor(place: Place, framing: Framing, shot: Shot) -> Floor:
    spec, base = shot.output, place.base
    aspect = spec.height / spec.width
    return Floor(framing, base.eye[1], base.lens, aspect, place.wall_m, place.near_m, float(spec.fps), spec.frames)


def _shows_back(plan: ShotPlan) -> bool:
    """Whether the shot speaks of somebody's back."""
    return any(move.end_view == "back" for move in plan.camera) or "back" in {shown.angle for shown in plan.shots}


class _Builder:
    """Builds the set in its look, and as a start frame shows it.

    Attributes:
        air: A picture of the place that tells its colours.
    """

    def __init__(self, shot: Shot, cache: Cache, backdrop: Backdrop | None, lookdev: LookDev, notes: list[str]) -> None:
        plan, self._backdrop = shot.plan, backdrop
        self._painted: PaintedSet | None = None
        self._first: FrameYUV | None = None
        framing = plan.shots[0] if plan.shots else Framing()
        self._camera = {"eye_m": EYE_HEIGHT_M["eye"], "lens": lens_of(plan.look.lens_mm), "horizon": HORIZON}
        if backdrop is None:
            settings = plan.setting.shells or (("studio",) if plan.entities else ("field",))
            self._painted = build_set(
                settings, plan.look, is_aerial=framing.angle == "aerial", seed=shot.seed, dress=lookdev.texture
            )
            notes.append(f"the place: a painted set stands in ({', '.join(settings)})")
            self.air = (self._painted.sky or self._painted.walls)[0].texture.colour
            return
        is_high = backdrop.is_start_frame or framing.angle == "aerial"
        self._camera |= {"horizon": backdrop.horizon}
        if is_high:
            self._camera |= {"eye_m": PHOTOGRAPHED_FROM.get(framing.angle or "", EYE_HEIGHT_M["eye"])}
        self.air = rgb_to_yuv(backdrop.rgb)
        if lookdev.is_plain:
            return
        self._first = self.air if backdrop.is_start_frame else None
        self.air = lookdev.plate(
            backdrop.rgb, horizon=backdrop.horizon, lens=self._camera["lens"], shot=shot, cache=cache
        )
        if plan.look.weather == "snow" and not backdrop.is_start_frame:
            self.air = snowed(self.air, backdrop.horizon)
        haze = None if backdrop.is_start_frame else haze_of(plan.look.weather, self.air)
        if haze is not None:
            self.air = _in_air(self.air, haze, backdrop.horizon, self._camera["eye_m"], self._camera["lens"])

    def place(self, *, beyond_m: float = 0.0) -> Place:
        """The set; what a picture shows nearer than `beyond_m` does not stand up."""
        if self._painted is not None:
            return self._painted
        assert self._backdrop is not None  # noqa: S101  (else the set was painted)
        return build_diorama(self.air, **self._camera, front=self._backdrop.front, beyond_m=beyond_m)

    def first_place(self, *, beyond_m: float = 0.0) -> Place | None:
        """The set as the start frame shows it, when that differs."""
        if self._first is None or self._backdrop is None:
            return None
        return build_diorama(self._first, **self._camera, front=self._backdrop.front, beyond_m=beyond_m)


def _in_air(plate: FrameYUV, haze: Haze, horizon: float, eye_m: float, lens: float) -> FrameYUV:
    """A plate seen through the air, by the distance of its rows."""
    height, width = plate.shape[:2]
    rows = (np.arange(height) + 0.5) / height
    below = np.maximum(rows - horizon, 1e-3) * height / (lens * width)
    distance = np.where(rows > horizon, np.minimum(eye_m / below, 12.0), 12.0)
    share = (1 - np.exp(-distance / haze.reach_m)) * 0.94
    amount = np.repeat((share * 255).astype(np.uint8)[:, None], width, axis=1)
    over = cv2.merge([amount] * 3)
    kept = cv2.multiply(plate, cv2.bitwise_not(over), scale=1 / 255)
    return np.asarray(cv2.add(kept, cv2.multiply(np.full_like(plate, haze.colour), over, scale=1 / 255)), np.uint8)


def _follow(poses: list[Pose], sprite: Sprite, place: Place, fps: float) -> None:
    """A camera that moves in on, or around, somebody who walks goes along with them."""
    x0, _, z0 = sprite.place(0.0)
    for i, pose in enumerate(poses):
        x, _, z = sprite.place(i / fps)
        side = max(-place.side_m, min(place.side_m, pose.x + x - x0))
        poses[i] = replace(pose, x=side, z=pose.z + max(0.0, z - z0))


def _keep_seen(poses: list[Pose], sprite: Sprite, share: float, aspect: float, fps: float) -> None:
    """Turn the camera so far that whom the shot is about stays in the frame, and no farther; `share` of their height is what the shot looks at."""
    for i, pose in enumerate(poses):
        x, y, z = sprite.place(i / fps)
        dx, dy, dz = x - pose.x, y + share * sprite.height_m - pose.y, z - pose.z
        if dz < NEAREST_SEEN_M:
            continue  # passes the camera
        aside = math.atan2(dx, dz) - pose.yaw
        above = math.atan2(dy, math.hypot(dx, dz)) - pose.pitch
        wide, tall = SEEN * math.atan(0.5 / pose.lens), SEEN * math.atan(0.5 * aspect / pose.lens)
        yaw, pitch = aside - max(-wide, min(wide, aside)), above - max(-tall, min(tall, above))
        poses[i] = replace(pose, yaw=pose.yaw + yaw, pitch=pose.pitch + pitch)


def _people(shot: Shot, notes: list[str]) -> list[Subject]:
    """Who is placed; what is not, is named."""
    people = []
    for subject in cast_of(shot.plan, shot):
        if subject.role in staging.UNSEEN_ROLES:
            notes.append(f"{subject.ref} as {subject.role} of {subject.of or 'the subject'}")
            continue
        people.append(subject)
    return people


def _stage_words(
    worded: list[tuple[Member, Look]], actors: list[staging.Actor], plan: ShotPlan, floor: Floor,
    dress: Callable[[CutOut], CutOut],
) -> list[Sprite]:  # fmt: skip
    """Everybody on one floor: references as cards, the rest as figures, pictures and boxes; the main one first."""
    shown = [_card(actor, entity, plan) for actor in actors if (entity := plan.entity(actor.subject.id)) is not None]
    for member, look in worded:
        views = [(0.0, dress(look.card))]
        sprite = Sprite(
            f"{member.entity.id}.{member.copy}",
            views,
            0,
            0,
            0,
            member.tall_m,
            gait="roll",
            figure=look.figure,
            dress=dress,
        )
        sprite.is_round, sprite.word = True, member.entity.id
        shown.append((member, sprite))
    order = {entity.id: i for i, entity in enumerate(plan.entities)}
    shown.sort(key=lambda pair: (order[pair[0].entity.id], pair[0].copy))
    about = place_all([member for member, _ in shown], plan, floor)
    of = {id(member): sprite for member, sprite in shown}
    for member, sprite in shown:
        _put(sprite, member, floor.fps)
        if member.parent is not None and member.parent[1] == "held":
            sprite.holder = of[id(member.parent[0])]
            sprite.grip = 0.03 if member.entity.noun in HELD_BELOW else sprite.grip
            sprite.held_until_s = released_s(member, plan) if member.track is not None else math.inf
        sprite.appears_s = member.entity.appears_s if member.track is None else 0.0
        acts = plan.actions_of(member.entity.id)
        if sprite.figure is None:
            sprite.changes = changes_of(acts, is_still=member.track is None)
            sprite.is_wheel = any(act.motion == "roll" for act in acts)
    lead = next((i for i, (member, _) in enumerate(shown) if member is about), 0)
    sprites = [sprite for _, sprite in shown]
    return [sprites[lead], *sprites[:lead], *sprites[lead + 1 :]]


def _card(actor: staging.Actor, entity: Entity, plan: ShotPlan) -> tuple[Member, Sprite]:
    """A reference: its pictures on a card."""
    subject = actor.subject
    gait = staging.GAIT_OF.get(subject.action or "", "stand")
    views = spread_views(actor.cuts, speaks_of_back=_shows_back(plan))
    sprite = Sprite(subject.ref, views, 0, actor.lift_m, 0, actor.height_m, appears_s=subject.appears_s, gait=gait)
    sprite.is_floating = actor.lift_m > 0
    return Member(entity, 0, actor.height_m + actor.lift_m, actor.width_m), sprite


def _put(sprite: Sprite, member: Member, fps: float) -> None:
    """Bring a sprite to where its member stands; what is cut off at the waist stays lifted."""
    lift = sprite.y
    sprite.x, sprite.y, sprite.z = member.x, member.y + lift, member.z
    sprite.track = None if member.track is None else member.track + np.array([0.0, lift, 0.0])
    sprite.track_fps = fps
    sprite.heading_deg = member.heading_deg or 0.0
    sprite.is_floating |= member.y > FLOATS_M
    sprite.height_m = member.tall_m - lift
    if sprite.figure is not None:
        sprite.figure.height_m = member.tall_m


def _lead(sprites: list[Sprite], move: CameraMove, metres: float) -> None:
    """A camera that goes along with somebody: they, and whoever goes with them, walk as far as it does."""
    main = sprites[0]
    going = [main] if main.track is None else [sprite for sprite in sprites if sprite.track is not None]
    for sprite in going:
        sprite.track = None
        sprite.walk = (move.start_s, move.end_s, metres, 0.0)
    main.gait = "walk" if main.gait == "stand" else main.gait
    if main.figure is not None and all(speed_of(step.motion) == 0 for step in main.figure.steps):
        main.figure.steps = [Step("walk", 0.0, move.end_s)]


def _cuts(shot: Shot, cache: Cache, subject: Subject, lookdev: LookDev, air: FrameYUV) -> list[CutOut]:
    return [lookdev.cut(cut_out(path, cache), air) for path in shot.views(subject.ref)]


def _space(place: Place, sprites: list[Sprite], people: list[Subject], aspect: float, first: State) -> Space:
    """What the camera moves in, and what it may aim at."""
    focus = sprites[0] if sprites else None
    height = focus.height_m if focus else 0.5 * place.base.eye[1]
    point = (focus.x, TARGET_AT * focus.height_m + focus.y, focus.z) if focus else first.look
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
    targets, sizes = staging.targets_of(sprites, people)
    keep = (right - left) * aspect * KEEP if len(standing) > 1 else 0.0
    targets[DRIFT], sizes[DRIFT] = first.look, 1.7
    return Space(first, end_m, point, height, aspect, targets, sizes, place.side_m, keep)


def _focus_of(plan: ShotPlan, sprites: list[Sprite]) -> FocusPull | None:
    """Depth of field: a rack when the camera racks, else shallow when the words say so."""
    rack = next((move for move in plan.camera if move.move == "rack_focus"), None)
    if rack is not None:
        aimed = plan.entity(rack.target)
        refs = [sprite.ref for sprite in sprites]
        sharp = next((s.ref for s in sprites if aimed and (s.word == aimed.id or s.ref == aimed.ref)), None)
        end = sharp or (refs[1] if len(refs) > 1 else "far")
        start = next((ref for ref in refs if ref != end), "far")
        middle, half = (rack.start_s + rack.end_s) / 2, 0.18 * (rack.end_s - rack.start_s)
        return FocusPull(start, end, middle - half, middle + half, F_NUMBERS["rack"])
    if plan.look.depth_of_field == "shallow":
        return FocusPull(sprites[0].ref if sprites else None)
    return None


def backdrop_of(shot: Shot, cache: Cache) -> Backdrop | None:
    """The place of a shot: its start frame, else a place image; None for a set that is painted from the words."""
    plan, spec = shot.plan, shot.output
    source = shot.image(plan.start_frame) or shot.image(plan.place_ref)
    if source is None:
        return None
    rgb = fit(load_flat(source), spec.width, spec.height)
    is_start = plan.start_frame is not None
    is_from_above = is_start and bool(plan.shots) and plan.shots[0].angle in PHOTOGRAPHED_FROM
    front = None if is_from_above else cache.get("front-1", source, lambda: matte(rgb), extra=f"{rgb.shape}")
    return Backdrop(rgb, find_horizon(rgb), is_start, front)


def distance_to(sprite: Sprite, eye: tuple[float, float, float], seconds: float) -> float:
    """Metres from a point to a sprite's foot."""
    return math.dist(sprite.place(seconds), eye)
