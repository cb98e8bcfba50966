"""A new shot from a reference video: its place, its light and its camera, seen anew.

    next_shot               from the last frame: closer on the subject, or wider when the clip was close; the clip's camera manner
    previous_shot           from the first frame, the other way round
    camera_angle            the same moment, its frames playing on, seen from the angle asked
    camera_motion_transfer  the measured path of the longest shot, in new time, over the new place
    motion_transfer         the element goes where the subject goes

What people in the reference do next is not known to a draft. That is named in `not_rendered`.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from shotwright.core.camera import Pose
from shotwright.core.plan import Framing
from shotwright.engines.analysis.clip import ClipAnalysis, analyse
from shotwright.engines.analysis.geometry import measure_geometry
from shotwright.engines.draft.backdrop import Backdrop, backdrop_of
from shotwright.engines.draft.grade import apply_table
from shotwright.engines.draft.plate import Diorama, fit
from shotwright.engines.draft.scene import Scene, build_scene
from shotwright.engines.draft.style import matching_table
from shotwright.media.colour import FrameRGB, FrameYUV, rgb_to_yuv, yuv_to_rgb
from shotwright.media.decode import decode_frame_at, decode_frames

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from shotwright.engines.analysis.cache import Cache
    from shotwright.engines.base import Progress, Shot
    from shotwright.engines.draft.place import Place

CLOSER = 0.66
"""Share of the reference frame that a complementary, closer framing keeps."""
SIZE_CROP = {"extreme_wide": 1.0, "wide": 1.0, "full": 0.85, "medium": 0.62, "close_up": 0.42, "extreme_close_up": 0.3}
LIVE_TILT, LIVE_LENS = 0.6, 1.2
"""A new angle of the same moment is tilted less and framed closer: beyond the clip's own picture there is nothing."""
CAMERA_CARRYOVER = 0.7
"""How much of the reference's camera path a next shot takes over."""
FRAME_AT = {
    "next_shot": -1,
    "previous_shot": 0,
    "camera_angle": 0.5,
    "camera_motion_transfer": -1,
    "motion_transfer": 0,
}


def continuation_scene(shot: Shot, cache: Cache, progress: Progress) -> Scene:
    """The scene of a shot that follows from a reference video."""
    plan, facts, video = shot.plan, shot.video_facts, shot.video
    assert facts is not None  # noqa: S101  (the endpoint requires a video)
    assert video is not None  # noqa: S101
    progress("analyse", 0.02, "Reading the reference's camera and subject")
    analysis = analyse(
        video,
        facts,
        cache,
        lambda index: progress("analyse", 0.02 + 0.08 * min(1.0, index / facts.frames)),
    )
    kind = plan.continuation or "next_shot"
    where = FRAME_AT[kind]
    wanted = (int(where * facts.frames) if 0 < where < 1 else int(where)) % facts.frames
    index = analysis.readable_near(wanted)
    if index != wanted:
        text = f"There is too little to see at {wanted / facts.fps:.1f} s of @Video1: the shot goes on from {index / facts.fps:.1f} s."
        progress("analyse", 0.1, text)
    reference = yuv_to_rgb(decode_frame_at(video, index, facts.width, facts.height))
    styles = tuple(edit.with_ref for edit in plan.edits if edit.op == "style" and edit.with_ref)
    shot = replace(shot, plan=replace(plan, style_refs=tuple(dict.fromkeys((*plan.style_refs, *styles)))))
    backdrop = _backdrop(shot, cache, reference, analysis, index)
    scene = build_scene(shot, cache, backdrop)
    if kind == "motion_transfer" and scene.sprites:
        _follow_track(scene, analysis, shot)
    elif kind == "camera_angle" and not (plan.start_frame or plan.place_ref):
        scene.live = LivePlate(shot, scene.place)
        if not plan.camera:
            first = scene.poses[0]
            scene.poses = [replace(first, pitch=first.pitch * LIVE_TILT, lens=first.lens * LIVE_LENS)] * len(
                scene.poses
            )
    elif not plan.camera or kind == "camera_motion_transfer":
        amount = 1.0 if kind == "camera_motion_transfer" else CAMERA_CARRYOVER
        scene.poses = transferred(
            scene.place.base.pose(),
            path_of(analysis, kind, shot.output.frames),
            shot.output.width / shot.output.height,
            facts.width / facts.height,
            amount,
        )
    scene.not_rendered += _left_out(kind, plan.edits)
    return scene


def _backdrop(shot: Shot, cache: Cache, reference: FrameRGB, analysis: ClipAnalysis, index: int) -> Backdrop:
    """The place: an image of the request, graded like the reference when its style is to be kept, else the reference itself."""
    plan, spec = shot.plan, shot.output
    if plan.start_frame or plan.place_ref:
        given = backdrop_of(shot, cache)
        assert given is not None  # noqa: S101  (the plan names an image that the shot has)
        if given.is_start_frame or not plan.keep_style:
            return given
        table = matching_table(rgb_to_yuv(given.rgb), rgb_to_yuv(reference))
        return replace(given, rgb=yuv_to_rgb(apply_table(rgb_to_yuv(given.rgb), table)))
    framing = plan.shots[0] if plan.shots else Framing()
    is_cut_to = plan.continuation in {"next_shot", "previous_shot"}
    share = SIZE_CROP.get(framing.size or "", CLOSER if is_cut_to else 1.0)
    rgb = fit(_cropped(reference, analysis, index, share), spec.width, spec.height)
    return Backdrop(rgb, measure_geometry(rgb), is_start_frame=False)


def _cropped(reference: FrameRGB, analysis: ClipAnalysis, index: int, share: float) -> FrameRGB:
    """A part of the frame around its subject, with look room; never the whole frame again when `share` is below 1."""
    height, width = reference.shape[:2]
    box = analysis.boxes[index] if len(analysis.boxes) else np.array([0.3, 0.2, 0.7, 0.9])
    centre_x = float(box[0] + box[2]) / 2 if analysis.has_subject else 0.42
    centre_y = float(box[1] + 0.35 * (box[3] - box[1])) if analysis.has_subject else 0.5
    part_w, part_h = round(width * share), round(height * share)
    x = round(min(max(centre_x * width - part_w / 2, 0), width - part_w))
    y = round(min(max(centre_y * height - part_h / 2, 0), height - part_h))
    return np.ascontiguousarray(reference[y : y + part_h, x : x + part_w])


def path_of(analysis: ClipAnalysis, kind: str, frames: int) -> NDArray[np.float64]:
    """The camera path of one shot of the reference, in new time: float64 (frames, 4), from zero.

    A new shot carries on from the last shot of the clip or leads to its first; a camera to be copied is that of the longest.
    """
    edges = [0, *analysis.cuts, len(analysis.mattes)]
    shots = list(pairwise(edges))
    chosen = {"next_shot": shots[-1], "previous_shot": shots[0]}.get(
        kind, max(shots, key=lambda ends: ends[1] - ends[0])
    )
    steps = analysis.motion.steps[chosen[0] : max(chosen[0] + 1, chosen[1] - 1)]
    return replace(analysis.motion, steps=steps).resampled(frames)


def _follow_track(scene: Scene, analysis: ClipAnalysis, shot: Shot) -> None:
    """The element goes where the subject of the reference goes, as near and as far."""
    sprite, lens = scene.sprites[0], scene.place.base.lens
    first, end = max(pairwise([0, *analysis.cuts, len(analysis.boxes)]), key=lambda ends: ends[1] - ends[0])
    boxes = analysis.boxes[first:end]
    at = np.linspace(0, len(boxes) - 1, shot.output.frames)
    left, top, right, bottom = (np.interp(at, np.arange(len(boxes)), boxes[:, k]) for k in range(4))
    tall = np.maximum(bottom - top, 0.05)
    depth = (
        np.full(shot.output.frames, sprite.z)
        if analysis.is_cut_off_below
        else np.clip(sprite.z * np.median(tall) / tall, 0.6 * sprite.z, 1.8 * sprite.z)
    )
    x = ((left + right) / 2 - 0.5) * depth / lens
    rise = (
        np.maximum(0.0, (top[0] - top) * shot.output.height / shot.output.width * depth / lens)
        if analysis.is_cut_off_below
        else np.zeros_like(x)
    )
    sprite.track = np.stack([x, sprite.y + rise, depth], axis=1)
    sprite.track_fps = float(shot.output.fps)
    pose = scene.place.base.pose()
    scene.poses = [pose] * shot.output.frames


class LivePlate:
    """A reference that plays on in a place: each frame of the output shows the reference's frame of the same moment."""

    def __init__(self, shot: Shot, place: Place) -> None:
        assert shot.video is not None  # noqa: S101  (a reference has a video)
        assert shot.video_facts is not None  # noqa: S101
        self._shot, self._place, self._path = shot, place, shot.video
        self._facts = shot.video_facts
        self._number = -1
        self._frames = decode_frames(self._path, self._facts.width, self._facts.height)
        self._picture: FrameYUV | None = None

    def show(self, index: int) -> None:
        """Put the moment of output frame `index` into the place; frames are asked for in order."""
        spec = self._shot.output
        wanted = min(self._facts.frames - 1, int(index / spec.fps * self._facts.fps))
        while self._number < wanted:
            frame = next(self._frames, None)
            if frame is None:
                return
            self._picture, self._number = frame, self._number + 1
        if self._picture is not None and isinstance(self._place, Diorama):
            self._place.show(fit(self._picture, spec.width, spec.height))


def transferred(base: Pose, path: NDArray[np.float64], out_shape: float, in_shape: float, amount: float) -> list[Pose]:
    """The measured path as poses: pan, tilt, zoom and roll that move the picture as the reference moved.

    Args:
        base: The pose of the first frame.
        path: float64 (frames, 4), as `path_of` gives it.
        out_shape: Width / height of the output.
        in_shape: Width / height of the reference.
        amount: 1 for the whole path.
    """
    path = path * amount
    ratio = max(1.0, in_shape / out_shape)
    poses = []
    for dx, dy, scale, roll in path:
        yaw = base.yaw - float(np.arctan(dx * ratio / base.lens))
        pitch = base.pitch + float(np.arctan(dy * ratio / base.lens))
        lens = base.lens * float(np.exp(np.clip(scale, -0.9, 1.6)))
        poses.append(replace(base, yaw=yaw, pitch=pitch, roll=base.roll + float(roll), lens=lens))
    return poses


def _left_out(kind: str, edits: object) -> list[str]:
    del edits
    texts = {
        "camera_angle": "what only the new angle would show (the clip's own picture is turned)",
        "motion_transfer": "the movement of the limbs (the element goes where the subject goes)",
        "camera_motion_transfer": "parallax of the reference (its path is applied as pan, tilt, zoom and roll)",
    }
    return [texts.get(kind, "what the people of the reference do next (they stand still)")]
