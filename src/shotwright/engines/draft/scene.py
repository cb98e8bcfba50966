"""Plan and media become a scene: a place, sprites in it, a camera path, a grade. Knows nothing about frames or files.

What the plan asks for and a scene does not show is named in `not_rendered`.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from shotwright.core.camera import EYE_HEIGHT_M, Pose, Space, camera_path, distance_for, lens_of, walk_m
from shotwright.core.plan import CameraMove, Framing, Subject
from shotwright.engines.draft import grade, standins
from shotwright.engines.draft.cutout import CutOut, cut_out
from shotwright.engines.draft.plate import Diorama, build_diorama, find_horizon, fit
from shotwright.engines.draft.sets import paint_set
from shotwright.engines.draft.sprites import Sprite, harmonised, spread_views
from shotwright.engines.draft.style import stylise
from shotwright.media.colour import FrameRGB, FrameYUV, rgb_to_yuv
from shotwright.media.images import load_image

if TYPE_CHECKING:
    from shotwright.core.plan import ShotPlan
    from shotwright.engines.base import Shot
    from shotwright.engines.draft.cache import Cache

UNSUPPORTED_MOVES = {"rack_focus": "rack focus (everything stays sharp)"}
SIZE_EYE = {"extreme_wide": 2.4}
OBJECT_ROLES = frozenset({"object", "prop"})
SPREAD_M = 0.75


@dataclass
class Scene:
    """Everything that the frame loop needs. Looks are in the textures: a frame is drawn, not graded.

    Attributes:
        place: The set in its final look.
        first_place: The set as the start frame shows it, when that differs; the look comes in from there.
        end_place: The set of the last frame of a first-and-last-frame shot.
    """

    place: Diorama
    poses: list[Pose]
    sprites: list[Sprite]
    weather: str | None
    starts_exact: bool
    first_place: Diorama | None = None
    end_place: Diorama | None = None
    not_rendered: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Backdrop:
    """The picture behind everything, cropped to the frame, and how it was taken."""

    rgb: FrameRGB
    horizon: float
    is_start_frame: bool
    not_rendered: tuple[str, ...] = ()


def build_scene(shot: Shot, cache: Cache, backdrop: Backdrop, *, end: FrameRGB | None = None) -> Scene:
    """Put a shot's set together.

    Args:
        shot: The shot.
        cache: For cut-outs and styled plates.
        backdrop: The place.
        end: The last frame, cropped, for a first-and-last-frame shot.
    """
    plan, spec = shot.plan, shot.output
    framing = plan.shot[0] if plan.shot else Framing()
    camera = {"eye_m": _eye_height(framing), "lens": lens_of(plan.look.lens_mm), "horizon": backdrop.horizon}
    yuv = rgb_to_yuv(backdrop.rgb)
    look = grade.grade_of(plan.look)
    final = _final_plate(shot, cache, backdrop, yuv, look)
    place = build_diorama(final, **camera)
    is_changed = final is not yuv
    sprites, space, missing = _stage(shot, cache, place, framing, yuv)
    if look != grade.NEUTRAL:
        for sprite in sprites:
            sprite.views = [(azimuth, graded_cut(cut, look)) for azimuth, cut in sprite.views]
    moves = plan.camera or _default_moves(plan)
    poses = camera_path(moves, space, frames=spec.frames, duration_s=spec.duration_s, seed=shot.seed)
    end_place = None
    if end is not None:
        end_place = build_diorama(rgb_to_yuv(end), **{**camera, "horizon": find_horizon(end)})
    missing += [text for move in plan.camera for name, text in UNSUPPORTED_MOVES.items() if move.move == name]
    if plan.look.depth_of_field == "shallow":
        missing.append("shallow depth of field (everything stays sharp)")
    return Scene(
        place=place,
        poses=poses,
        sprites=sprites,
        weather=plan.look.weather,
        starts_exact=backdrop.is_start_frame,
        first_place=build_diorama(yuv, **camera) if backdrop.is_start_frame and is_changed else None,
        end_place=end_place,
        not_rendered=[*backdrop.not_rendered, *missing],
    )


def graded_cut(cut: CutOut, look: grade.Grade) -> CutOut:
    """A cut-out in the look of the shot."""
    return replace(cut, texture=grade.apply_table(cut.texture, look.table()))


def backdrop_of(shot: Shot) -> Backdrop:
    """The place of a shot: its start frame, else a place image, else a set painted from the words."""
    plan, spec = shot.plan, shot.output
    source = shot.image(plan.start_frame) or shot.image(plan.background_ref)
    if source is not None:
        rgb = fit(load_image(source)[0], spec.width, spec.height)
        return Backdrop(rgb, find_horizon(rgb), is_start_frame=plan.start_frame is not None)
    settings = plan.setting or ("studio",) if plan.subjects else plan.setting
    rgb, horizon = paint_set(settings, plan.look.time_of_day, spec.width, spec.height, shot.seed)
    note = f"the place: a painted set stands in ({', '.join(settings) or 'field'})"
    return Backdrop(rgb, horizon, is_start_frame=False, not_rendered=(note,))


def _eye_height(framing: Framing) -> float:
    base = EYE_HEIGHT_M.get(framing.angle or "eye", EYE_HEIGHT_M["eye"])
    return base * (SIZE_EYE.get(framing.size or "", 1.0) if base > EYE_HEIGHT_M["eye"] else 1.0)


def _default_moves(plan: ShotPlan) -> tuple[CameraMove, ...]:
    """A still is no film: without a move the camera drifts in slowly, unless it was told to stand still."""
    if "static" in {move.move for move in plan.camera} or plan.negated or plan.continuation == "camera_motion_transfer":
        return ()
    if plan.end_frame:
        return (CameraMove("dolly_in", 0.0, plan.duration_s, speed="slow", target="__drift__"),)
    return (CameraMove("dolly_in", 0.0, plan.duration_s, speed="slow", target="__drift__"),)


def _final_plate(shot: Shot, cache: Cache, backdrop: Backdrop, yuv: FrameYUV, look: grade.Grade) -> FrameYUV:
    """The backdrop in the style and the look of the shot; the very same array when nothing changes it."""
    ref = next((ref for ref in shot.plan.style_refs if shot.image(ref)), None)
    path = shot.image(ref)
    final = yuv
    if path is not None:
        style = load_image(path)[0]
        key = f"{backdrop.rgb.shape}{hash_of(backdrop.rgb)}"
        final = rgb_to_yuv(cache.get("plate-1", path, lambda: stylise(backdrop.rgb, style), extra=key))
    return final if look == grade.NEUTRAL else grade.apply_table(final, look.table())


def hash_of(picture: FrameRGB) -> str:
    """A short name for a picture's content."""
    return f"{zlib.crc32(picture.tobytes()):08x}{zlib.adler32(picture.tobytes()):08x}"


def _stage(
    shot: Shot, cache: Cache, place: Diorama, framing: Framing, yuv: FrameYUV
) -> tuple[list[Sprite], Space, list[str]]:
    """Stand everybody where the words put them; the space that the camera then moves in."""
    plan = shot.plan
    aspect = shot.output.height / shot.output.width
    lens = place.base.lens
    people = _cast(plan, shot)
    main_height = _height(people[0]) if people else 1.7
    depth = _subject_depth(framing, main_height, lens, aspect, place, has_moves=bool(plan.camera))
    missing = [
        f"{subject.noun or 'subject'}: a plain stand-in" for subject in people if subject.ref.startswith("stand-in")
    ]
    sprites: list[Sprite] = []
    for index, subject in enumerate(people):
        if subject.role in {"clothing", "effect"}:
            missing.append(f"{subject.ref} as {subject.role} of {subject.of or 'the subject'}")
            continue
        sprites.append(_sprite(shot, cache, subject, index, people, depth, sprites, yuv))
    focus = sprites[0] if sprites else None
    height = focus.height_m if focus else 0.5 * place.base.eye[1]
    point = (focus.x, 0.55 * focus.height_m + focus.y, focus.z) if focus else place.base.look
    targets, sizes = _targets(sprites, people)
    targets["__drift__"] = place.base.look
    sizes["__drift__"] = 1.7
    space = Space(place.base, place.wall_m, point, height, aspect, targets, sizes)
    for move in plan.camera:
        if move.move == "tracking" and focus:
            focus.walk = (move.start_s, move.end_s, walk_m(move, space))
    return sprites, space, missing


def _cast(plan: ShotPlan, shot: Shot) -> list[Subject]:
    """Everybody in the picture: the references, else stand-ins for the beings that the words name."""
    given = [subject for subject in plan.subjects if shot.image(subject.ref)]
    if given or plan.start_frame:
        return given
    named = [entry.split(":", 1) for entry in plan.stand_ins]
    count = 2 if any(noun in {"people", "couple", "family"} for _, noun in named) else 1
    figures = [Subject(f"stand-in:{kind}", "subject", noun=noun) for kind, noun in named[:3]]
    return figures + figures[:1] * (count - 1) if len(figures) == 1 else figures


def _height(subject: Subject) -> float:
    kind = (
        subject.ref.split(":", 1)[1]
        if subject.ref.startswith("stand-in")
        else ("object" if subject.role in OBJECT_ROLES else "person")
    )
    return standins.height_m(kind, subject.noun)


def _subject_depth(
    framing: Framing, height: float, lens: float, aspect: float, place: Diorama, *, has_moves: bool
) -> float:
    """How far away the main subject stands: by the shot size, on the floor that the picture shows."""
    size = framing.size or ("wide" if has_moves else "full")
    wanted = distance_for(size, height, lens, aspect)
    near = float(place.planes[-1].outline[:, 1].min())
    low = 0.6 * near if size in {"close_up", "extreme_close_up", "medium"} else 1.06 * near
    return min(max(wanted, low), 0.62 * place.wall_m)


def _sprite(
    shot: Shot, cache: Cache, subject: Subject, index: int, people: list[Subject], depth: float,
    before: list[Sprite], yuv: FrameYUV,
) -> Sprite:  # fmt: skip
    plan = shot.plan
    if subject.ref.startswith("stand-in"):
        cuts = [standins.stand_in(subject.ref.split(":", 1)[1])]
    else:
        cuts = [cut_out(path, cache) for path in shot.views(subject.ref)]
    cuts = [harmonised(cut, yuv) for cut in cuts]
    back = any(move.end_view == "back" for move in plan.camera) or "back" in {f.angle for f in plan.shot}
    x, y, z, floats = _position(subject, index, people, depth, before, ends_behind=back)
    return Sprite(
        subject.ref, spread_views(cuts, speaks_of_back=back), x, y, z, _height(subject),
        appears_s=subject.appears_s, is_floating=floats,
    )  # fmt: skip


def _position(
    subject: Subject, index: int, people: list[Subject], depth: float, before: list[Sprite], *, ends_behind: bool
) -> tuple[float, float, float, bool]:
    """World point of the foot, and whether it hangs in the air: placement words mean what they say."""
    placement = subject.placement or ""
    bearer = next((sprite for sprite in before if sprite.ref == subject.of), before[0] if before else None)
    if bearer and (placement.startswith("inside") or subject.role == "prop"):
        side = 0.22 if ends_behind and placement.startswith("inside") else -0.22
        lift = 0.62 if placement.startswith("inside") else 0.45
        return (
            bearer.x + (0.0 if placement.startswith("inside") else 0.22),
            lift * bearer.height_m,
            bearer.z + side,
            True,
        )
    if bearer and "shoulder" in placement:
        return bearer.x + 0.16 * bearer.height_m, 0.82 * bearer.height_m, bearer.z - 0.1, True
    if bearer and placement.startswith("behind"):
        return bearer.x + 0.45, 0.0, bearer.z + 1.3, False
    side_x = {"left": -0.26, "right": 0.26}
    first = placement.split()[0] if placement else ""
    if first in side_x:
        return side_x[first] * depth, 0.0, depth, False
    factor = {"foreground": 0.65, "background": 1.5}.get(first, 1.0)
    standing = [person for person in people if person.role not in {"clothing", "effect", "prop"}]
    rank = standing.index(subject) if subject in standing else index
    spread = (rank - (len(standing) - 1) / 2) * SPREAD_M if len(standing) > 1 and first != "center" else 0.0
    if first == "center" or subject.role == "object":
        spread = 0.0 if first == "center" else 0.55 * (1 if index else 0)
    return spread, 0.0, depth * factor, False


def _targets(
    sprites: list[Sprite], people: list[Subject]
) -> tuple[dict[str, tuple[float, float, float]], dict[str, float]]:
    """What a move may aim at: every sprite by reference and by noun; "bag" is where something is nestled."""
    targets: dict[str, tuple[float, float, float]] = {}
    sizes: dict[str, float] = {}
    nouns = {subject.ref: subject.noun for subject in people}
    for sprite in sprites:
        share = 0.5 if sprite.is_floating else 0.6
        point = (sprite.x, sprite.y + share * sprite.height_m, sprite.z)
        for name in (
            sprite.ref,
            nouns.get(sprite.ref),
            *(("bag", "backpack", "box", "hand") if sprite.is_floating else ()),
        ):
            if name:
                targets.setdefault(name, point)
                sizes.setdefault(name, sprite.height_m)
    if sprites and not sprites[0].is_floating:
        main = sprites[0]
        for name in ("character", "person", "man", "woman", "girl", "boy", "subject", "them", "him", "her"):
            targets.setdefault(name, (main.x, main.y + 0.6 * main.height_m, main.z))
            sizes.setdefault(name, main.height_m)
        targets.setdefault("face", (main.x, 0.92 * main.height_m, main.z))
        sizes.setdefault("face", 0.25 * main.height_m)
    return targets, sizes


def reversed_towards_end(poses: list[Pose], base: Pose) -> list[Pose]:
    """The same moves, shifted so that the last frame is the camera of the end picture."""
    last = poses[-1]
    return [
        replace(
            pose, x=base.x + pose.x - last.x, y=max(0.2, base.y + pose.y - last.y), z=base.z + pose.z - last.z,
            yaw=base.yaw + pose.yaw - last.yaw, pitch=base.pitch + pose.pitch - last.pitch, roll=pose.roll - last.roll,
            lens=base.lens * pose.lens / last.lens,
        )
        for pose in poses
    ]  # fmt: skip
