"""A shot in the terms of the adapters: arrays, counts, words. No torch. Source: diffusion-engines 5.1, 5.3, 5.4."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import cv2
import numpy as np

from shotwright.core.catalog import find_endpoint
from shotwright.core.errors import FeatureNotSupported
from shotwright.engines.diffusion.canvas import FPS, canvas_of, frames_for
from shotwright.engines.diffusion.masks import edit_mask, is_local
from shotwright.engines.prompting import BERNINI, PLAIN, rewritten
from shotwright.engines.references import groups_of, numbered, shared_out
from shotwright.media.colour import yuv_to_rgb
from shotwright.media.decode import decode_frames
from shotwright.media.images import load_flat, load_image
from shotwright.media.probe import probe_video

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from shotwright.core.limits import VideoFacts
    from shotwright.engines.base import Shot
    from shotwright.media.colour import FrameRGB

Mode = Literal["t2v", "r2v", "v2v", "rv2v"]
MAX_REFERENCES = {"bernini": 8, "vace": 4}
NAMINGS = {"bernini": BERNINI, "vace": PLAIN}
REFERENCE_PX = 848
TAIL = 9
"""Frames of a clip that its next shot grows out of."""
SAME_SHOT = frozenset({"camera_angle", "camera_motion_transfer", "motion_transfer"})
NEGATIVE = (
    "色调艳丽，过曝，静态，细节模糊不清，字幕，风格，作品，画作，画面，静止，整体发灰，最差质量，低质量，JPEG压缩残留，丑陋的，残缺的，多余的手指，画得不好的手部，"
    "画得不好的脸部，畸形的，毁容的，形态畸形的肢体，手指融合，静止不动的画面，杂乱的背景，三条腿，背景人很多，倒着走"
)
"""The negative prompt that Wan models were tuned with. Source: the Wan configuration."""


@dataclass(frozen=True)
class Job:
    """What an adapter renders.

    Attributes:
        mode: Which conditions there are.
        prompt: In the model's words.
        width: Of the canvas, pixels.
        height: Of the canvas, pixels.
        frames: At 16 per second, 4 k + 1.
        references: uint8 (H, W, 3) sRGB, each in its own size.
        source: uint8 (frames, height, width, 3) of the source video, when it is re-rendered.
        mask: uint8 (frames, height, width), 255 where an edit may change its source; None: anywhere.
        kept: Frames that are given: index to picture in canvas size.
        left_out: What had no room.
        remarks: What the request's log should say.
        skipped: Frames at the start that are not delivered: the end of the clip that goes on.
        control: uint8 (frames, height, width, 3), depth, poses or edges that VACE follows where no frame is given; None: nothing.
        conditioning_scale: How strongly VACE follows its control frames; 1 as it was trained.
    """

    mode: Mode
    prompt: str
    width: int
    height: int
    frames: int
    seed: int
    references: tuple[FrameRGB, ...] = ()
    source: NDArray[np.uint8] | None = None
    mask: NDArray[np.uint8] | None = None
    kept: Mapping[int, FrameRGB] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    skipped: int = 0
    conditioning_scale: float = 1.0
    control: NDArray[np.uint8] | None = None


def adapter_for(shot: Shot, pins: Mapping[str, str], ready: frozenset[str]) -> str:
    """Which adapter renders a shot: the operator's pin, else VACE where frames must be exact, else Bernini.

    Args:
        shot: The shot.
        pins: Task to adapter, from the settings.
        ready: Adapters that have weights.

    Raises:
        FeatureNotSupported: Its geometry is locked, and no weights here can follow control frames.
    """
    plan = shot.plan
    if shot.control is not None:
        if "vace" not in ready:
            raise FeatureNotSupported("Control frames need weights of Wan-VACE, and this server has none.")
        return "vace"
    needs_frames = bool(plan.start_frame or plan.end_frame) or plan.continuation == "next_shot"
    wanted = pins.get(plan.task) or ("vace" if needs_frames and plan.task != "edit" else "bernini")
    return wanted if wanted in ready else next(iter(sorted(ready)))


def job_for(
    shot: Shot, adapter: str, *, max_pixels: int | None = None, tick: Callable[[int], None] = lambda _: None
) -> Job:
    """The job of a shot on an adapter.

    Args:
        shot: The shot.
        adapter: Its name.
        max_pixels: A smaller canvas.
        tick: Called while a source is searched for what is to be changed; may raise `Cancelled`.
    """
    plan, out, tier = shot.plan, shot.output, find_endpoint(shot.endpoint_id).tier
    is_edit = plan.task == "edit"
    width, height = canvas_of(tier, out.width, out.height, keeps_shape=is_edit, max_pixels=max_pixels)
    frames = frames_for(out.duration_s)
    groups = groups_of(shot, without=frozenset({plan.start_frame, plan.end_frame}))
    paths, left_out = shared_out(groups, MAX_REFERENCES[adapter])
    chosen = {ref: [reference_picture(path) for path in items] for ref, items in paths.items()}
    source, mask, why, skipped = None, None, "", 0
    kept: dict[int, FrameRGB] = {}
    if shot.video is not None and (is_edit or plan.continuation in SAME_SHOT or plan.continuation is None):
        source = source_frames(shot.video, width, height, frames, out.duration_s, fills=not is_edit)
        if is_edit and is_local(plan):
            indices = source_indices(probe_video(shot.video), frames, out.duration_s)
            mask, why = edit_mask(shot, (width, height), indices, tick)
    elif shot.video is not None and adapter == "vace" and plan.continuation == "next_shot":
        skipped = TAIL
        frames = frames_for(out.duration_s + TAIL / FPS)
        tail = source_frames(shot.video, width, height, TAIL, 0.5, from_end=True, fills=True)
        kept = dict(enumerate(tail))
    elif shot.video is not None:
        facts = probe_video(shot.video)
        scale = min(1.0, REFERENCE_PX / max(facts.width, facts.height))
        wide, tall = (max(16, round(side * scale / 16) * 16) for side in (facts.width, facts.height))
        clip = source_frames(shot.video, wide, tall, 17, facts.duration_s)
        chosen = {**chosen, "@Video1": [clip[index] for index in (0, 8, 16)]}
    for ref, index in ((plan.start_frame, 0), (plan.end_frame, frames - 1)):
        path = shot.image(ref)
        if path is not None:
            kept[index] = fitted(load_flat(path), width, height)
    references = tuple(picture for items in chosen.values() for picture in items)
    mode: Mode = ("rv2v" if references else "v2v") if source is not None else ("r2v" if references else "t2v")
    numbers = numbered({ref: len(items) for ref, items in chosen.items()})
    prompt = rewritten(str(shot.arguments.get("prompt", "")), plan, numbers, NAMINGS[adapter])
    remarks = (f"The whole frame may change: {why}",) if why else ()
    control = None
    if shot.control is not None:
        control = source_frames(shot.control, width, height, frames, out.duration_s, fills=True)
    return Job(
        mode, prompt, width, height, frames, shot.seed, references, source, mask, kept, left_out, remarks, skipped, control=control,
    )  # fmt: skip


def reference_picture(path: Path) -> FrameRGB:
    """A reference on white, its longer side at most 848 pixels, both sides multiples of 16."""
    rgb, alpha = load_image(path)
    if alpha is not None:
        share = (alpha.astype(np.uint16) + 1)[..., None]
        rgb = ((rgb * share + 255 * (256 - share)) >> 8).astype(np.uint8)
    scale = min(1.0, REFERENCE_PX / max(rgb.shape[:2]))
    height, width = (max(16, round(side * scale / 16) * 16) for side in rgb.shape[:2])
    return np.asarray(cv2.resize(rgb, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


def fitted(rgb: FrameRGB, width: int, height: int) -> FrameRGB:
    """A picture that fills the canvas; what stands over is cut off evenly."""
    scale = max(width / rgb.shape[1], height / rgb.shape[0])
    grown = cv2.resize(
        rgb,
        (max(width, round(rgb.shape[1] * scale)), max(height, round(rgb.shape[0] * scale))),
        interpolation=cv2.INTER_AREA,
    )
    top, left = (grown.shape[0] - height) // 2, (grown.shape[1] - width) // 2
    return np.ascontiguousarray(grown[top : top + height, left : left + width], np.uint8)


def source_indices(facts: VideoFacts, count: int, seconds: float, *, from_end: bool = False) -> list[int]:
    """Numbers of the frames that `source_frames` takes."""
    spacing = max(seconds / max(1, count - 1), 0.0) if abs(seconds * FPS - (count - 1)) > 4 else 1 / FPS
    begin = max(0.0, facts.duration_s - spacing * count) if from_end else 0.0
    return [min(max(0, facts.frames - 1), round((begin + index * spacing) * facts.fps)) for index in range(count)]


def source_frames(
    path: Path, width: int, height: int, count: int, seconds: float, *, from_end: bool = False, fills: bool = False
) -> NDArray[np.uint8]:
    """Frames of a clip in canvas size at 16 per second (or evenly over `seconds`), by the nearest time-stamp; the last one repeats.

    Returns:
        uint8 (count, height, width, 3) sRGB.
    """
    facts = probe_video(path)
    wanted = source_indices(facts, count, seconds, from_end=from_end)
    scale = max(width / facts.width, height / facts.height)
    size = (2 * round(facts.width * scale / 2), 2 * round(facts.height * scale / 2)) if fills else (width, height)
    found: dict[int, FrameRGB] = {}
    last: FrameRGB | None = None
    needed = set(wanted)
    for index, frame in enumerate(decode_frames(path, *size)):
        if index in needed:
            found[index] = last = fitted(yuv_to_rgb(frame), width, height)
        if index >= max(needed):
            break
    if last is None:
        last = np.zeros((height, width, 3), np.uint8)
    return np.stack([found.get(index, last) for index in wanted])
