"""The engine `diffusion`: a shot through one of the adapters, step by step, with previews, a cancel after any step, and a way out
when memory runs short.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import torch

from shotwright.core.errors import DeviceOutOfMemory, FeatureNotSupported
from shotwright.engines.base import Rendered
from shotwright.engines.deliver import deliver
from shotwright.engines.diffusion.adapter import Adapter
from shotwright.engines.diffusion.bernini import Bernini
from shotwright.engines.diffusion.canvas import FPS
from shotwright.engines.diffusion.devices import check_device
from shotwright.engines.diffusion.flops import H200_TFLOPS
from shotwright.engines.diffusion.job import NAMINGS, adapter_for, job_for
from shotwright.engines.diffusion.masks import is_local, pasted_back
from shotwright.engines.diffusion.model import Model, Options
from shotwright.engines.diffusion.vace import Vace
from shotwright.engines.diffusion.weights import checked
from shotwright.media.colour import rgb_to_yuv
from shotwright.media.images import thumbnail
from shotwright.media.kinds import data_uri

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from shotwright.engines.base import Progress, Shot
    from shotwright.engines.diffusion.job import Job
    from shotwright.engines.enhancer import Enhancer

ADAPTERS: dict[str, type[Adapter]] = {kind.name: kind for kind in (Bernini, Vace)}
STEPS = {"fast": 8, "standard": 40, "best": 50}
PREVIEW_EVERY = 4
SHOWN_PX = 512


@dataclass(frozen=True)
class Choices:
    """What the operator chose.

    Attributes:
        weights: Folder or hub id by adapter.
        cache: Where downloads lie.
        pins: Task to adapter.
        profile: fast (a distilled LoRA, no guidance), standard or best.
        steps: Instead of the profile's.
        max_pixels: A smaller canvas.
        longest: Frames that are denoised at once.
        overlap: Frames that two windows share.
        enhancer: Rewrites prompts, where there is one.
        conditioning_scale: How strongly VACE follows what it is given, unless a request says.
    """

    weights: Mapping[str, str]
    cache: Path
    options: Options = field(default_factory=Options)
    pins: Mapping[str, str] = field(default_factory=dict)
    profile: str = "standard"
    steps: int | None = None
    max_pixels: int | None = None
    longest: int = 81
    overlap: int = 9
    enhancer: Enhancer | None = None
    conditioning_scale: float = 1.0


class DiffusionEngine:
    """Open weights on a GPU of this machine. One adapter is loaded at a time."""

    name = "diffusion"

    def __init__(self, choices: Choices) -> None:
        check_device(choices.options.device)
        self._choices = choices
        self._loaded: tuple[str, Adapter, Model] | None = None

    def render(self, shot: Shot, workdir: Path, progress: Progress) -> Rendered:
        """Render a shot.

        Raises:
            DeviceOutOfMemory: Even the smallest way to place the model has too little memory.
            NoMediaGenerated: The model gave numbers that are no picture.
        """
        started = time.monotonic()
        name = adapter_for(shot, self._choices.pins, frozenset(self._choices.weights))
        progress("load", 0.01, f"Loading {name}")
        adapter, model = self._adapter(name)
        job = self._job(shot, name, progress)
        frames, took_s = self._frames(adapter, model, job, progress)
        frames = frames[job.skipped :]
        if job.source is not None and is_local(shot.plan):
            frames = pasted_back(frames, job.source, job.mask)
        path = workdir / "output.mp4"
        size = (shot.output.width, shot.output.height)
        deliver((rgb_to_yuv(_resized(frame, size)) for frame in frames), FPS, shot, path, progress)
        metrics = self._metrics(name, adapter, model, took_s, started)
        return Rendered(path, job.left_out, metrics=metrics | {"model_prompt": job.prompt})

    def _job(self, shot: Shot, name: str, progress: Progress) -> Job:
        """The job of a shot, its prompt enhanced where the operator wants it; the log is told what became of it."""
        job = job_for(shot, name, max_pixels=self._choices.max_pixels, tick=lambda _: progress("analyse", 0.03))
        wish = shot.arguments.get("conditioning_scale")
        job = replace(job, conditioning_scale=self._choices.conditioning_scale if wish is None else float(wish))
        for remark in job.remarks:
            progress("prepare", 0.04, remark)
        if self._choices.enhancer is not None:
            shown = [data_uri(thumbnail(picture, SHOWN_PX)) for picture in job.references]
            prompt, remark = self._choices.enhancer.enhanced(
                job.prompt, NAMINGS[name], shown, job.seed, lambda: progress("prepare", 0.04)
            )
            job = replace(job, prompt=prompt)
            progress("prepare", 0.04, remark)
        facts = f"{job.mode}, {job.width}x{job.height}, {job.frames} frames at {FPS} fps"
        progress("prepare", 0.04, f"{facts}; the prompt became: {job.prompt}")
        return job

    def _adapter(self, name: str) -> tuple[Adapter, Model]:
        if self._loaded is None or self._loaded[0] != name:
            self._loaded = None
            Model.free()
            weights = checked(self._choices.weights[name], name, self._choices.cache)
            try:
                model = Model(weights, self._choices.options)
            except (ValueError, RuntimeError, OSError, ImportError) as exc:
                raise FeatureNotSupported(
                    f"The model could not be loaded ({type(exc).__name__}: {exc}). Check SHOTWRIGHT_DIFFUSION_*."
                ) from exc
            made = ADAPTERS[name](model, longest=self._choices.longest, overlap=self._choices.overlap)
            self._loaded = (name, made, model)
        return self._loaded[1], self._loaded[2]

    def _frames(self, adapter: Adapter, model: Model, job: Job, progress: Progress) -> tuple[NDArray[np.uint8], float]:
        """Frames of the job; once more, placed smaller, when memory runs out."""
        steps = self._choices.steps or STEPS[self._choices.profile]
        guidance = 1.0 if self._choices.profile == "fast" else None

        def told(step: int, of: int, latents: torch.Tensor) -> None:
            shown = model.preview(latents) if step % PREVIEW_EVERY == 0 or step == of else None
            progress(
                "denoise",
                0.05 + 0.8 * step / of,
                f"Step {step} of {of}" if step % PREVIEW_EVERY == 0 else None,
                preview=shown,
            )

        while True:
            began = time.monotonic()
            try:
                found = adapter.run(job, steps, guidance, told)
            except torch.OutOfMemoryError as exc:
                progress(
                    "denoise",
                    0.05,
                    f"The GPU ran out of memory while the model was {model.residency}; trying a smaller way",
                )
                if not model.shrink():
                    raise DeviceOutOfMemory(_too_small(job)) from exc
                continue
            adapter.check(found, job.kept)
            return np.clip(found, 0, 255).astype(np.uint8), time.monotonic() - began

    def _metrics(self, name: str, adapter: Adapter, model: Model, took_s: float, started: float) -> dict[str, Any]:
        facts = adapter.facts
        per_forward = took_s / max(1, facts["forwards"])
        roof = facts["pflop"] * 1e3 / took_s / H200_TFLOPS if model.device.type == "cuda" else None
        return {
            "adapter": name, "steps": self._choices.steps or STEPS[self._choices.profile], "residency": model.residency, "profile": self._choices.profile, **facts, "s_per_forward": round(per_forward, 4),
            "of_roof": None if roof is None else round(roof, 3), "render_s": round(time.monotonic() - started, 2),
        }  # fmt: skip


def _resized(frame: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.uint8]:
    is_smaller = size[0] < frame.shape[1]
    return np.asarray(
        cv2.resize(frame, size, interpolation=cv2.INTER_AREA if is_smaller else cv2.INTER_CUBIC), np.uint8
    )


def _too_small(job: Job) -> str:
    return (
        f"The GPU has too little memory for {job.frames} frames of {job.width}x{job.height} with {len(job.references)} references, even with the model "
        "kept outside of it. Choose the standard tier, fewer seconds or references, or SHOTWRIGHT_DIFFUSION_PIXELS."
    )
