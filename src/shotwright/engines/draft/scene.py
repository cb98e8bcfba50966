"""Plan and media become a scene: a place, people in it, a camera path, a look. Knows nothing about frames or files.

What the plan asks for and a scene does not show is named in `not_rendered`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol

import numpy as np

from shotwright.core.camera import Pose, lens_of
from shotwright.core.plan import Framing
from shotwright.core.prompt.hauling import HAULING, OVERTURNING
from shotwright.engines.analysis.cutout import CutOut, cut_out
from shotwright.engines.draft.backdrop import Builder, in_its_light
from shotwright.engines.draft.blocking import staging
from shotwright.engines.draft.blocking.beside import ABOARD
from shotwright.engines.draft.blocking.containing import contained
from shotwright.engines.draft.blocking.in_picture import act_out
from shotwright.engines.draft.blocking.placing import Floor, Member, place_all
from shotwright.engines.draft.blocking.ways import GOING
from shotwright.engines.draft.cast.changes import BEATS, LASTING, changes_of, opened
from shotwright.engines.draft.cast.figures import body_m
from shotwright.engines.draft.cast.members import GAITS, ON_WHEELS, Subject, cast_of
from shotwright.engines.draft.cast.pose import motions
from shotwright.engines.draft.cast.props import with_props
from shotwright.engines.draft.cast.strides import HERTZ, strides_of
from shotwright.engines.draft.cast.support import is_car
from shotwright.engines.draft.cast.words import Look, members_of
from shotwright.engines.draft.effects_of import effects_of
from shotwright.engines.draft.focus import F_NUMBERS, FocusPull
from shotwright.engines.draft.foresight import not_drawn
from shotwright.engines.draft.handing import HOVER, hand_over, hovers
from shotwright.engines.draft.lamps import Lamps, lamps_of
from shotwright.engines.draft.lookdev import LookDev, lookdev_of
from shotwright.engines.draft.looks.times import Sun
from shotwright.engines.draft.morph import Morph, morph_between
from shotwright.engines.draft.passage import Dissolve, come_in, led_inside, shot_inside, whom_inside
from shotwright.engines.draft.place import Place
from shotwright.engines.draft.shooting import Filmed, shoot
from shotwright.engines.draft.sight import clear, less_far, sharpen, sight_of
from shotwright.engines.draft.sprites import Sprite, spread_views
from shotwright.engines.draft.stage import Texture
from shotwright.engines.draft.weather import Haze
from shotwright.media.colour import FrameRGB, FrameYUV, Mask

if TYPE_CHECKING:
    from collections.abc import Callable

    from shotwright.core.plan import Action, Entity, ShotPlan
    from shotwright.engines.analysis.cache import Cache
    from shotwright.engines.base import Shot
    from shotwright.engines.draft.backdrop import Backdrop
    from shotwright.engines.draft.effects import Staged

SOLID, CUT_SHARE = 110, 0.12
"""What counts as in front in a matte; and how much of a border it may take up."""
CLEAR_M = 0.5
"""How far what stands in a picture must be behind the people to stand up as a card."""
FLOATS_M, FLOAT_M, CUT_S, ROUND_SHARE = 0.25, 0.55, 0.05, 0.6
FURNITURE = frozenset({
    "bed", "sofa", "couch", "piano", "throne", "altar", "desk", "fireplace", "stove", "bathtub", "fountain", "goal", "hoop", "ring", "lighthouse", "windmill", "barn", "campfire", "well",
})  # fmt: skip
"""Pieces of which a set has one."""
ROUNDS, UNSEEN = 2, 0.1
"""How often everybody is moved to where they are seen, and filmed anew; and what of enough is as good as nothing."""
SIDEWAYS_DEG = 90.0
"""Where a rider looks whose mount is a card: as it does."""
STILL_VERBS = frozenset({"is", "are", "be", "have", "has", "was", "were"})
CARDS_SHOW = (
    BEATS.keys()
    | LASTING.keys()
    | {"stand", "sit", "lie", "hold", "carry", "look_around", "fall", "sleep", "roll", "catch", "pick_up"}
)
"""What can be seen of a card without joints: that it is there, where it looks, and how it changes."""


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
        effects: What can be seen and has no body, besides the weather.
        lamps: What lights what is around it.
        passage: The way from a picture into what is inside it.
        later_places: Sets of later shots, and from when on.
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
    later_places: list[tuple[float, Place]] = field(default_factory=list)
    effects: list[Staged] = field(default_factory=list)
    lamps: Lamps | None = None
    passage: Dissolve | None = None
    not_rendered: list[str] = field(default_factory=list)


def build_scene(shot: Shot, cache: Cache, backdrop: Backdrop | None, *, end: FrameRGB | None = None) -> Scene:
    """Put a shot's set together.

    Args:
        shot: The shot.
        cache: For cut-outs and styled plates.
        backdrop: The place; None for one that is painted from the words.
        end: The last frame, cropped, for a first-and-last-frame shot.
    """
    if not shot.plan.start_frame:
        shot = replace(shot, plan=with_props(shot.plan))
    shot = in_its_light(shot, backdrop)
    notes: list[str] = []
    shot = replace(shot, plan=led_inside(shot.plan, notes))
    plan, aspect = shot.plan, shot.output.height / shot.output.width
    lookdev = lookdev_of(shot)
    builder = Builder(shot, cache, backdrop, lookdev, notes)
    people = _people(shot, notes)
    actors = [staging.actor_of(subject, _cuts(shot, cache, subject, lookdev, builder.air)) for subject in people]
    framing = staging.framing_of(plan, actors)
    place = builder.place()
    inside = shot_inside(plan)
    stage = (place, framing) if inside is None else (builder.later[-1][1], inside)
    sprites, is_worded = _cast(shot, actors, stage, notes, lambda cut: lookdev.cut(cut, builder.air))
    outside = [] if inside else sprites
    if builder.floats:
        _float(sprites)
    if backdrop is None:
        place.props = _without_doubles(place.props, plan)
    clear_m = max((sprite.z for sprite in outside), default=-CLEAR_M) + CLEAR_M
    if outside and place.props and backdrop is not None:
        place = builder.place(beyond_m=clear_m)
    first_place = builder.first_place(beyond_m=clear_m)
    is_bound = backdrop is not None and backdrop.is_start_frame
    if is_bound and place.props:
        notes += _acted_in_picture(shot, place, first_place)
    is_led = is_bound or (plan.task == "video_reference" and plan.continuation != "camera_angle")
    film = Filmed(shot, [(0.0, place), *builder.later], sprites, people, is_worded)
    rounds = _goes_round(plan)
    first = place.base if is_led else staging.opening(place, framing, sprites, aspect, goes_round=rounds)
    poses, unfilmed = shoot(film, first, framing)
    if is_worded and not is_led:
        poses, unfilmed = _all_seen(film, poses, unfilmed, framing)
    if is_bound and end is None and backdrop is not None and not outside:
        is_cut = _is_cut(backdrop.front)
        poses, lessened = contained(
            poses, place, shot.output, is_cut=is_cut, until_s=inside.start_s if inside else None
        )
        unfilmed += lessened
    sharpen(sprites, poses, shot.output)
    for each in (place, *(later for _, later in builder.later)):
        each.props = staging.out_of_the_way(each.props, sprites, each.base.lens)
    morph = _morph(plan, place, poses, end, backdrop)
    effects = effects_of(
        shot, [*sprites, *(card for card in place.props if card.word)], poses[0], is_dark=lookdev.is_dark
    )
    return Scene(
        place, poses, sprites, lookdev.sun, None if is_bound else builder.haze, _focus_of(plan, sprites),
        plan.look.weather, is_bound, first_place, morph, passage=Dissolve(inside.start_s) if inside else None, later_places=builder.later, effects=effects, lamps=None if plan.start_frame else lamps_of(plan, sprites, place.props, effects, stops=lookdev.total.stops, seed=shot.seed), not_rendered=[*notes, *not_drawn(plan), *_not_acted(plan, sprites), *dict.fromkeys(unfilmed)],
    )  # fmt: skip


def _cast(
    shot: Shot,
    actors: list[staging.Actor],
    stage: tuple[Place, Framing],
    notes: list[str],
    dress: Callable[[CutOut], CutOut],
) -> tuple[list[Sprite], bool]:
    """Everybody on their stage, whom the shot is about first, and whether words alone name any of them."""
    spec, inside = shot.output, shot_inside(shot.plan)
    told = shot.plan if inside is None else whom_inside(shot.plan)
    worded = [] if shot.plan.start_frame and inside is None else members_of(told, notes)
    if worded:
        sprites = _stage_words(worded, actors, told, _floor(*stage, shot), dress)
    else:
        place, framing = stage
        back = _shows_back(shot.plan)
        sprites = staging.stage_actors(actors, shot.plan, framing, place, spec.height / spec.width, back=back)
    if inside is not None:
        come_in(sprites, inside, float(spec.fps))
    return sprites, bool(worded)


def _morph(
    plan: ShotPlan, place: Place, poses: list[Pose], end: FrameRGB | None, backdrop: Backdrop | None
) -> Morph | None:
    """The way to the last frame, where there is one."""
    if end is None or backdrop is None:
        return None
    return morph_between(backdrop.rgb, end, place, poses, lens=lens_of(plan.look.lens_mm), is_moved=bool(plan.camera))


def _without_doubles(props: list[Sprite], plan: ShotPlan) -> list[Sprite]:
    """The things of a set without those of which it has one and the words name one: theirs stands where they say."""
    named = {entity.noun.rpartition(" ")[2] for entity in plan.entities if not entity.ref} & FURNITURE
    return [prop for prop in props if prop.ref.removeprefix("set:").rpartition(" ")[2] not in named]


def _all_seen(film: Filmed, poses: list[Pose], unfilmed: list[str], framing: Framing) -> tuple[list[Pose], list[str]]:
    """Whom the words name is moved until they are seen, and the camera with them."""
    plan, fps, place = film.shot.plan, float(film.shot.output.fps), film.place
    is_one = len(film.places) == 1  # furniture of a place that is left hides nobody
    for _ in range(ROUNDS):
        sight = sight_of(film.sprites, place.props if is_one else [], poses, plan, fps=fps, aspect=film.aspect)
        if not clear(sight):
            break
        place.props = sight.others if is_one else place.props
        first = staging.opening(place, framing, film.sprites, film.aspect, goes_round=_goes_round(plan))
        poses, unfilmed = shoot(film, first, framing)
    sight = sight_of(film.sprites, place.props if is_one else [], poses, plan, fps=fps, aspect=film.aspect)
    poses = less_far(poses, sight, plan, framing.size)
    nouns = {entity.id: entity.noun for entity in plan.entities}
    best: dict[str, float] = {}
    for sprite, share in zip(film.sprites, sight.seen(), strict=True):
        if sprite.word in nouns:
            best[nouns[sprite.word]] = max(best.get(nouns[sprite.word], 0.0), float(share))
    unseen = [f"{noun}: hidden, or outside of the frame" for noun, share in best.items() if share < UNSEEN]
    return poses, [*unfilmed, *unseen]


def _acted_in_picture(shot: Shot, place: Place, first_place: Place | None) -> list[str]:
    """What stands in the start frame goes its way, in every look of it."""
    spec, plan = shot.output, shot.plan
    aspect = spec.height / spec.width
    unacted = [
        act_out(plan, each.props, lens=each.base.lens, aspect=aspect, fps=float(spec.fps), frames=spec.frames)
        for each in (place, first_place)
        if each is not None
    ]
    return unacted[0]


def _is_cut(front: Mask | None) -> bool:
    """Whether what stands in front of a picture reaches over its upper border or its sides."""
    if front is None:
        return False
    solid = front > SOLID
    return max(float(solid[0].mean()), float(solid[:, 0].mean()), float(solid[:, -1].mean())) > CUT_SHARE


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
        if any(effect.kind == "pour" and effect.where == entity.id for effect in plan.effects):
            continue  # its stream is seen
        moves = sprite.track is not None or sprite.walk is not None
        posed = (
            action.motion in motions()
            if sprite.figure
            else opened(entity, plan) != plan.actions_of(entity.id)
            or action.motion in CARDS_SHOW
            or (entity.ref and action.motion in GAITS)
        )
        if not posed and not (moves and (action.path or action.motion in GOING | HAULING)):
            notes.append(f'{entity.ref or entity.noun}: "{action.verb}" is not acted')
    return list(dict.fromkeys(notes))


def _floor(place: Place, framing: Framing, shot: Shot) -> Floor:
    spec, base = shot.output, place.base
    aspect = spec.height / spec.width
    deep = place.wall_m * (
        ROUND_SHARE if _goes_round(shot.plan) else 1.0
    )  # there is room behind whom a camera goes round
    return Floor(framing, base.eye[1], base.lens, aspect, deep, place.near_m, float(spec.fps), spec.frames)


def _goes_round(plan: ShotPlan) -> bool:
    return any(move.move.startswith("orbit") for move in plan.camera)


def _shows_back(plan: ShotPlan) -> bool:
    """Whether the shot speaks of somebody's back."""
    return any(move.end_view == "back" for move in plan.camera) or "back" in {shown.angle for shown in plan.shots}


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
        sprite.is_round, sprite.word, sprite.is_mirrored = True, member.entity.id, look.looks_left
        shown.append((member, sprite))
    order = {entity.id: i for i, entity in enumerate(plan.entities)}
    shown.sort(key=lambda pair: (order[pair[0].entity.id], pair[0].copy))
    about = place_all([member for member, _ in shown], plan, floor)
    of = {id(member): sprite for member, sprite in shown}
    cuts = {shown.start_s for shown in plan.shots if shown.cut}
    left = [shown.start_s for shown in plan.shots if shown.cut and shown.places]
    for member, sprite in shown:
        _put(sprite, member, floor.fps)
        sprite.tied = None if member.parent is None else (of[id(member.parent[0])], member.parent[1])
        rides = member.parent is not None and (
            member.parent[1] == "riding" or (member.parent[1] in ABOARD and is_car(member.parent[0].entity.noun))
        )
        mount = member.parent[0] if member.parent is not None and rides else None
        if mount is not None and not mount.is_figure:
            sprite.heading_deg = SIDEWAYS_DEG if of[id(mount)].is_mirrored else -SIDEWAYS_DEG
        is_cut_in = member.entity.appears_s in cuts
        sprite.appears_s = member.entity.appears_s if member.track is None or is_cut_in else 0.0
        sprite.fade_s = 1 / floor.fps if is_cut_in else sprite.fade_s
        sprite.gone_s = min((at for at in left if _has_left(plan, member.entity, at)), default=math.inf)
        acts = opened(member.entity, plan)
        if sprite.figure is None and member.entity.kind == "animal":
            _stride(sprite, acts)
        if member.footing in {"ground", "surface", "worn"} and not member.is_wet and hovers(member, plan):
            sprite.gait, sprite.is_floating, sprite.y = "fly", True, sprite.y + HOVER * member.tall_m
        if sprite.figure is None:
            toppled = tuple(act for act in plan.actions if act.object == member.entity.id and act.verb in OVERTURNING)
            sprite.changes = changes_of(acts, toppled, is_still=member.track is None)
            rolls = member.entity.kind not in ON_WHEELS and member.footing not in {"sky", "air"}
            sprite.is_wheel = rolls and any(act.motion == "roll" for act in acts)
    hand_over(shown, plan)
    lead = next((i for i, (member, _) in enumerate(shown) if member is about), 0)
    sprites = [sprite for _, sprite in shown]
    return [sprites[lead], *sprites[:lead], *sprites[lead + 1 :]]


def _stride(sprite: Sprite, acts: tuple[Action, ...]) -> None:
    """Legs that go, fins that wave, while an animal is on its way."""
    act = next((act for act in acts if act.motion in HERTZ), None)
    if act is None or act.motion is None:
        return
    spans = tuple((one.start_s, one.end_s) for one in acts if one.motion in HERTZ)
    cuts = strides_of(sprite.views[0][1], act.motion, looks_left=sprite.is_mirrored)
    sprite.strides = ([Texture(cut.texture, cut.alpha) for cut in cuts], HERTZ[act.motion], spans)


def _has_left(plan: ShotPlan, entity: Entity, at: float) -> bool:
    """Whether somebody stays behind when the words cut to another place: they neither do anything there nor is the shot about them."""
    acts = any(act.end_s > at + CUT_S for act in plan.actions_of(entity.id) if act.start_s >= at - CUT_S)
    return (
        entity.appears_s < at
        and not acts
        and entity.id not in {shown.focus for shown in plan.shots if shown.start_s >= at}
    )


def _float(sprites: list[Sprite]) -> None:
    """Where there is no ground to stand on: up, without shadows, with the limbs of who floats."""
    for sprite in sprites:
        up = FLOAT_M if sprite.y < FLOAT_M else 0.0
        sprite.y, sprite.is_floating = sprite.y + up, True
        if sprite.track is not None:
            sprite.track = sprite.track + np.array([0.0, up, 0.0])
        if sprite.figure is not None:
            sprite.figure.steps = [
                replace(step, motion="float") if step.motion in {"stand", "walk"} else step
                for step in sprite.figure.steps
            ]


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
    sprite.heading_deg, sprite.is_wet = member.heading_deg or 0.0, member.is_wet
    sprite.is_floating |= member.y > FLOATS_M
    sprite.height_m = member.tall_m - lift
    if sprite.figure is not None:
        sprite.figure.height_m = body_m(member.tall_m, sprite.figure.clothes)


def _cuts(shot: Shot, cache: Cache, subject: Subject, lookdev: LookDev, air: FrameYUV) -> list[CutOut]:
    return [lookdev.cut(cut_out(path, cache), air) for path in shot.views(subject.ref)]


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


def distance_to(sprite: Sprite, eye: tuple[float, float, float], seconds: float) -> float:
    """Metres from a point to a sprite's foot."""
    return math.dist(sprite.place(seconds), eye)
