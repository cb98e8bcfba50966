"""Wan-VACE through the stock pipeline: frames that are given stay, references as pictures, windows that continue each other.

Black in a mask keeps, white makes. Source: diffusion-engines 3 (traps) and 5.2, 5.3.
"""

from __future__ import annotations

import contextlib
import functools
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import torch
from PIL import Image

from shotwright.engines.diffusion.adapter import Adapter
from shotwright.engines.diffusion.canvas import latent_frames
from shotwright.engines.diffusion.flops import tokens_of
from shotwright.engines.diffusion.job import NEGATIVE

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from shotwright.engines.diffusion.job import Job

GREY, KEEP, MAKE = 128, 0, 255
GUIDANCE = 5.0


class Vace(Adapter):
    """Renders jobs, window after window."""

    name = "vace"

    @torch.no_grad()
    def run(
        self, job: Job, steps: int, guidance: float | None, told: Callable[[int, int, torch.Tensor], None]
    ) -> NDArray[np.float32]:
        """One window after the other; each begins with the frames that end the one before."""
        windows = self.windows(job)
        texts = self.model.texts(job.prompt, NEGATIVE)
        out = np.zeros((job.frames, job.height, job.width, 3), np.float32)
        done = 0
        for number, window in enumerate(windows):
            control, mask = conditions(job, window.start, window.frames, out, done)
            report = functools.partial(_report, told, number * steps, steps * len(windows))
            found = self._window(job, control, mask, steps, guidance, texts=texts, told=report)
            overlap = max(0, done - window.start)
            self.check(found, {*range(overlap), *(index - window.start for index in job.kept)})
            if overlap:
                found = matched(found, out[window.start : done])
                ramp = ((np.arange(overlap) + 1) / (overlap + 1)).astype(np.float32).reshape(-1, 1, 1, 1)
                found[:overlap] = out[window.start : done] * (1 - ramp) + found[:overlap] * ramp
            out[window.start : window.start + window.frames] = found
            done = window.start + window.frames
        for index, picture in job.kept.items():
            out[index] = picture
        tokens = tokens_of(job.width, job.height, latent_frames(windows[0].frames) + len(job.references))
        self.count(steps * (1 if guidance == 1.0 else 2) * len(windows), tokens)
        return out

    def _window(
        self, job: Job, control: NDArray[np.uint8], mask: NDArray[np.uint8], steps: int, guidance: float | None, *, texts: tuple[torch.Tensor, torch.Tensor],
        told: Callable[[int, torch.Tensor], None],
    ) -> NDArray[np.float32]:  # fmt: skip
        def step_end(_: Any, index: int, __: Any, given: dict[str, Any]) -> dict[str, Any]:  # noqa: ANN401  (the pipeline's call)
            told(index + 1, given["latents"])
            return {}

        references = [Image.fromarray(picture) for picture in job.references[::-1]]  # the last one comes first in time
        with contextlib.ExitStack() as there:
            for name in (*self.model.experts, "vae"):  # Wan2.2-VACE-Fun has two
                there.enter_context(self.model.using(name))
            found = self.model.pipe(
                prompt_embeds=texts[0], negative_prompt_embeds=texts[1], video=[Image.fromarray(frame) for frame in control],
                mask=[Image.fromarray(frame) for frame in mask], reference_images=references or None, height=job.height, width=job.width,
                num_frames=len(control), num_inference_steps=steps, guidance_scale=GUIDANCE if guidance is None else guidance,
                generator=torch.Generator("cpu").manual_seed(job.seed), output_type="np", callback_on_step_end=step_end,
                conditioning_scale=job.conditioning_scale,
            )  # fmt: skip
        return np.asarray(found.frames[0] * 255.0, np.float32)


def _report(
    told: Callable[[int, int, torch.Tensor], None], base: int, of: int, step: int, latents: torch.Tensor
) -> None:
    told(base + step, of, latents)


def conditions(
    job: Job, start: int, frames: int, out: NDArray[np.float32], done: int
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Control frames, uint8 (F, H, W, 3), and masks, uint8 (F, H, W), of a window.

    Args:
        job: The job; given frames are kept, and a source where its mask is black. Without a mask it steers as a grey picture of itself.
            Control frames steer wherever something is made.
        start: First frame of the window.
        frames: Its length.
        out: What was made so far.
        done: How many frames of it; those in this window are kept.
    """
    control = np.full((frames, job.height, job.width, 3), GREY, np.uint8)
    mask = np.full((frames, job.height, job.width), MAKE, np.uint8)
    if job.source is not None:
        for index, frame in enumerate(job.source[start : start + frames]):
            if job.mask is None:
                control[index] = cv2.cvtColor(cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
            else:
                is_open = job.mask[start + index] > 0
                control[index] = np.where(is_open[..., None], np.uint8(GREY), frame)
                mask[index] = np.where(is_open, np.uint8(MAKE), np.uint8(KEEP))
    if job.control is not None:
        for index, frame in enumerate(job.control[start : start + frames]):
            control[index] = np.where(mask[index][..., None] == MAKE, frame, control[index])
    for index in range(max(0, done - start)):
        control[index], mask[index] = np.clip(out[start + index], 0, 255).astype(np.uint8), KEEP
    for index, picture in job.kept.items():
        if start <= index < start + frames:
            control[index - start], mask[index - start] = picture, KEEP
    return control, mask


def matched(frames: NDArray[np.float32], before: NDArray[np.float32]) -> NDArray[np.float32]:
    """A window in the colours of the one before it: mean and spread of their common frames, in Lab."""
    common = min(len(before), len(frames))

    def lab(item: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.asarray(cv2.cvtColor(np.clip(item, 0, 255).astype(np.float32) / 255, cv2.COLOR_RGB2LAB), np.float32)

    def spread(items: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        pixels = np.concatenate([lab(item).reshape(-1, 3) for item in items])
        return pixels.mean(0), pixels.std(0)

    wanted, have = spread(before[:common]), spread(frames[:common])
    gain = np.clip(wanted[1] / np.maximum(have[1], 1e-3), 0.8, 1.25)
    out = np.empty_like(frames)
    for index, frame in enumerate(frames):
        moved = (lab(frame) - have[0]) * gain + wanted[0]
        out[index] = np.asarray(cv2.cvtColor(moved.astype(np.float32), cv2.COLOR_LAB2RGB), np.float32) * 255
    return out
