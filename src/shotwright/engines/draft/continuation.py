"""A new shot from a reference video: its place, its light and its camera, seen anew.

    next_shot               from the last frame, closer on the subject's side, in the reference's camera manner
    previous_shot           from the first frame
    camera_angle            from the middle of the clip, framed as asked
    camera_motion_transfer  the measured path, in new time, over the new place
    motion_transfer         the measured path; the element stands where the subject stood

What people in the reference do is not continued: a draft has no actors. That is named in `not_rendered`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from shotwright.core.camera import Pose
from shotwright.core.plan import Framing
from shotwright.engines.draft.clip import ClipAnalysis, analyse
from shotwright.engines.draft.grade import apply_table
from shotwright.engines.draft.plate import find_horizon, fit
from shotwright.engines.draft.scene import Backdrop, Scene, backdrop_of, build_scene
from shotwright.engines.draft.style import matching_table
from shotwright.media.colour import FrameRGB, rgb_to_yuv, yuv_to_rgb
from shotwright.media.decode import decode_frame_at

if TYPE_CHECKING:
    from shotwright.engines.base import Progress, Shot
    from shotwright.engines.draft.cache import Cache

CLOSER = 0.66
"""Share of the reference frame that a complementary, closer framing keeps."""
SIZE_CROP = {"extreme_wide": 1.0, "wide": 1.0, "full": 0.85, "medium": 0.62, "close_up": 0.42, "extreme_close_up": 0.3}
MANNER = 0.7
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
        (facts.width, facts.height),
        cache,
        lambda index: progress("analyse", 0.02 + 0.08 * min(1.0, index / facts.frames)),
    )
    kind = plan.continuation or "next_shot"
    where = FRAME_AT[kind]
    index = int(where * facts.frames) if 0 < where < 1 else int(where)
    reference = yuv_to_rgb(decode_frame_at(video, index, facts.width, facts.height))
    styles = tuple(edit.with_ref for edit in plan.edits if edit.op == "style" and edit.with_ref)
    shot = replace(shot, plan=replace(plan, style_refs=tuple(dict.fromkeys((*plan.style_refs, *styles)))))
    backdrop = _backdrop(shot, cache, reference, analysis, index)
    scene = build_scene(shot, cache, backdrop)
    if not plan.camera or kind == "camera_motion_transfer":
        amount = 1.0 if kind in {"camera_motion_transfer", "motion_transfer"} else MANNER
        scene.poses = transferred(
            scene.place.base.pose(),
            analysis,
            shot.output.frames,
            shot.output.width / shot.output.height,
            facts.width / facts.height,
            amount,
        )
    scene.not_rendered += _left_out(kind, plan.edits)
    return scene


def _backdrop(shot: Shot, cache: Cache, reference: FrameRGB, analysis: ClipAnalysis, index: int) -> Backdrop:
    """The place: an image of the request, graded like the reference when its style is to be kept, else the reference itself."""
    plan, spec = shot.plan, shot.output
    if plan.start_frame or plan.background_ref:
        given = backdrop_of(shot, cache)
        assert given is not None  # noqa: S101  (the plan names an image that the shot has)
        if given.is_start_frame or not plan.keep_style:
            return given
        table = matching_table(rgb_to_yuv(given.rgb), rgb_to_yuv(reference))
        return replace(given, rgb=yuv_to_rgb(apply_table(rgb_to_yuv(given.rgb), table)))
    framing = plan.shot[0] if plan.shot else Framing()
    is_new_angle = plan.continuation in {"next_shot", "previous_shot", "camera_angle"}
    share = SIZE_CROP.get(framing.size or "", CLOSER if is_new_angle else 1.0)
    rgb = fit(_cropped(reference, analysis, index, share), spec.width, spec.height)
    return Backdrop(rgb, find_horizon(rgb), is_start_frame=False)


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


def transferred(
    base: Pose, analysis: ClipAnalysis, frames: int, out_shape: float, in_shape: float, amount: float
) -> list[Pose]:
    """The measured path as poses: pan, tilt, zoom and roll that move the picture as the reference moved.

    Args:
        base: The pose of the first frame.
        analysis: The reference.
        frames: Number of poses.
        out_shape: Width / height of the output.
        in_shape: Width / height of the reference.
        amount: 1 for the whole path.
    """
    path = analysis.motion.resampled(frames) * amount
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
        "motion_transfer": "the movement of the body (the element follows the camera, not the limbs)",
        "camera_motion_transfer": "parallax of the reference (its path is applied as pan, tilt, zoom and roll)",
    }
    return [texts.get(kind, "what the people of the reference do next (they stand still)")]
