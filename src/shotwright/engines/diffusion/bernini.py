"""Bernini-R over a stock Wan transformer: source streams ride along as tokens, told apart by a shift of their rotary angles.

How they do: `streams`. Guidance chains: bare → with video → with references → with text.

Source: arXiv 2605.22344; diffusion-engines 3 and 5.2.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from shotwright.engines.diffusion.adapter import Adapter
from shotwright.engines.diffusion.canvas import latent_frames
from shotwright.engines.diffusion.flops import tokens_of
from shotwright.engines.diffusion.job import NEGATIVE
from shotwright.engines.diffusion.streams import velocity

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from shotwright.engines.diffusion.job import Job, Mode
    from shotwright.engines.diffusion.streams import Stream

SWITCH_T = 875.0
TRAINED_IDS = 5
"""Source streams that the model saw in training."""
AFTER_SWITCH = 0.8
SYSTEM: dict[str, str] = {
    "v2v": "You are a helpful assistant specialized in video editing. ", "rv2v": "You are a helpful assistant specialized in video editing with reference. ",
    "r2v": "You are a helpful assistant specialized in subject-to-video generation. ", "t2v": "You are a helpful assistant specialized in text-to-video generation. ",
}  # fmt: skip
FORWARDS: dict[str, int] = {"t2v": 2, "v2v": 2, "r2v": 3, "rv2v": 4}


@dataclass(frozen=True)
class Guidance:
    """Weights of the chain: what the video adds, what the references add, what the text adds."""

    video: float = 1.25
    images: float = 4.5
    text: float = 4.0
    parallel: float = 0.5
    cap: float = 50.0


@dataclass(frozen=True)
class Moment:
    """A step of the sampler: the noisy latents and how much of them is noise."""

    noisy: torch.Tensor
    sigma: float


def guided(
    mode: Mode, forward: Callable[[bool, bool, bool], torch.Tensor], weights: Guidance, at: Moment
) -> torch.Tensor:
    """The velocity after guidance. All modes but `rv2v` are projected, on the clean latents that a velocity means, x = noisy - sigma v.

    Args:
        mode: Which conditions there are.
        forward: The model with (video, images, text) switched on or off.
        weights: Of the chain.
        at: Where the sampler stands.
    """
    if mode == "rv2v":
        bare, seen = forward(False, False, False), forward(True, False, False)
        shown, told = forward(True, True, False), forward(True, True, True)
        return bare + weights.video * (seen - bare) + weights.images * (shown - seen) + weights.text * (told - shown)

    def clean(video: bool, images: bool, text: bool) -> torch.Tensor:
        return at.noisy - at.sigma * forward(video, images, text).to(at.noisy.dtype)

    has_video = mode == "v2v"
    found = last = clean(has_video, False, False)
    chain = [(weights.images, (False, True, False))] if mode == "r2v" else []
    for weight, on in (*chain, (weights.text, (has_video, mode == "r2v", True))):
        now = clean(*on)
        found = found + weight * projected(now - last, now, weights)
        last = now
    return (at.noisy - found) / at.sigma


def projected(difference: torch.Tensor, towards: torch.Tensor, weights: Guidance) -> torch.Tensor:
    """Adaptive projected guidance: the part along the prediction is weakened, the whole is capped, frame by frame. Source: arXiv 2410.02416."""
    step, goal = difference.double(), towards.double()
    axes = (1, 3, 4)
    length = torch.linalg.vector_norm(step, dim=axes, keepdim=True)
    step = step * torch.clamp(weights.cap / length.clamp_min(1e-12), max=1.0)
    unit = goal / torch.linalg.vector_norm(goal, dim=axes, keepdim=True).clamp_min(1e-12)
    along = (step * unit).sum(dim=axes, keepdim=True) * unit
    return (step - along + weights.parallel * along).to(difference.dtype)


def source_ids(count: int) -> list[float]:
    """Numbers of the streams, from 1; more than the model was trained on share its range evenly."""
    if count <= TRAINED_IDS:
        return [float(number) for number in range(1, count + 1)]
    return [1 + (TRAINED_IDS - 1) * index / (count - 1) for index in range(count)]


class Bernini(Adapter):
    """Renders jobs with one or two experts."""

    name = "bernini"

    @torch.no_grad()
    def run(
        self, job: Job, steps: int, guidance: float | None, told: Callable[[int, int, torch.Tensor], None]
    ) -> NDArray[np.float32]:
        """All windows in lockstep, through the chain of guidance."""
        model, scheduler = self.model, self.model.pipe.scheduler
        positive, negative = model.texts(SYSTEM[job.mode] + job.prompt, NEGATIVE)
        video = model.latents(job.source) if job.source is not None else None
        pictures = [model.latents(picture[None]) for picture in job.references]
        kept = {
            self._latent_index(index, job.frames): model.latents(picture[None]) for index, picture in job.kept.items()
        }
        generator = torch.Generator("cpu").manual_seed(job.seed)
        shape = (1, 16, latent_frames(job.frames), job.height // 8, job.width // 8)
        noise = torch.randn(shape, generator=generator).to(model.device)
        scheduler.set_timesteps(steps, device=model.device)
        latents, forwards = noise.clone(), 0
        for number, moment in enumerate(scheduler.timesteps):
            self._clamp(latents, kept, noise, float(scheduler.sigmas[number]))
            weights = _weights(guidance, float(moment), is_pair=len(model.transformers) > 1)
            sigma = float(scheduler.sigmas[number])
            with model.using(self._expert(float(moment))) as transformer:
                flow, count = self._windowed(
                    transformer,
                    job,
                    Moment(latents, sigma),
                    moment,
                    (positive, negative),
                    video=video,
                    pictures=pictures,
                    weights=weights,
                )
            forwards += count
            latents = scheduler.step(flow, moment, latents, return_dict=False)[0]
            told(number + 1, steps, latents)
        self._clamp(latents, kept, noise, 0.0)
        self._count(job, forwards, video, pictures)
        return model.pictures(latents)

    def _windowed(
        self, transformer: Any, job: Job, at: Moment, moment: torch.Tensor, texts: tuple[torch.Tensor, torch.Tensor],  # noqa: ANN401  (a diffusers module)
        *, video: torch.Tensor | None, pictures: list[torch.Tensor], weights: Guidance,
    ) -> tuple[torch.Tensor, int]:  # fmt: skip
        """The velocity of the whole clip: windows in lockstep, mixed linearly where they overlap; and how many forwards that took."""
        latents = at.noisy
        total, share = torch.zeros_like(latents), torch.zeros(latents.shape[2], device=latents.device)
        windows = self.windows(job)
        mode: Mode = job.mode
        for window in windows:
            start, length = window.start // 4, latent_frames(window.frames)
            part = Moment(latents[:, :, start : start + length], at.sigma)
            clip = None if video is None else video[:, :, start : start + length]
            flow = self._one(transformer, mode, part, moment, texts, clip=clip, pictures=pictures, weights=weights)
            ramp = _ramp(
                length, (self.overlap - 1) // 4 + 1, is_first=start == 0, is_last=start + length == latents.shape[2]
            ).to(latents.device)
            total[:, :, start : start + length] += flow.float() * ramp.view(1, 1, -1, 1, 1)
            share[start : start + length] += ramp
        forwards = (1 if weights.text == 1.0 else FORWARDS[mode]) * len(windows)
        return total / share.view(1, 1, -1, 1, 1), forwards

    def _one(
        self, transformer: Any, mode: Mode, part: Moment, moment: torch.Tensor, texts: tuple[torch.Tensor, torch.Tensor],  # noqa: ANN401  (a diffusers module)
        *, clip: torch.Tensor | None, pictures: list[torch.Tensor], weights: Guidance,
    ) -> torch.Tensor:  # fmt: skip
        kind = self.model.dtype
        noisy, timestep = part.noisy.to(kind), moment.reshape(1).to(part.noisy.device)
        numbers = source_ids(len(pictures) + (clip is not None))

        def forward(with_video: bool, with_images: bool, with_text: bool) -> torch.Tensor:
            sources: list[Stream] = [(clip.to(kind), numbers[0])] if clip is not None and with_video else []
            if with_images:
                of = numbers[len(numbers) - len(pictures) :]
                sources += [(picture.to(kind), number) for picture, number in zip(pictures, of, strict=True)]
            return velocity(transformer, noisy, timestep, texts[0] if with_text else texts[1], sources)

        if weights.text == 1.0:
            return forward(True, True, True)
        return guided(mode, forward, weights, part)

    def _expert(self, moment: float) -> str:
        return "transformer_2" if moment < SWITCH_T and len(self.model.transformers) > 1 else "transformer"

    @staticmethod
    def _latent_index(index: int, frames: int) -> int:
        return latent_frames(frames) - 1 if index == frames - 1 else math.ceil(index / 4)

    @staticmethod
    def _clamp(latents: torch.Tensor, kept: dict[int, torch.Tensor], noise: torch.Tensor, sigma: float) -> None:
        """Given frames are noised to this step and put back, so that the rest grows out of them."""
        for index, picture in kept.items():
            latents[:, :, index] = (1 - sigma) * picture[:, :, 0].to(latents) + sigma * noise[:, :, index]

    def _count(self, job: Job, forwards: int, video: torch.Tensor | None, pictures: list[torch.Tensor]) -> None:
        streams = 2 if video is not None else 1
        tokens = tokens_of(job.width, job.height, streams * latent_frames(self.windows(job)[0].frames))
        tokens += sum((picture.shape[3] // 2) * (picture.shape[4] // 2) for picture in pictures)
        self.count(forwards, tokens)


def _weights(guidance: float | None, moment: float, *, is_pair: bool) -> Guidance:
    if guidance == 1.0:
        return Guidance(text=1.0)
    factor = AFTER_SWITCH if is_pair and moment < SWITCH_T else 1.0
    base = Guidance() if guidance is None else Guidance(text=guidance)
    return Guidance(base.video * factor, base.images * factor, base.text * factor)


def _ramp(length: int, overlap: int, *, is_first: bool, is_last: bool) -> torch.Tensor:
    """Weights of a window's frames: rising and falling over its overlaps, never zero."""
    weights = torch.ones(length)
    edge = (torch.arange(overlap) + 1) / (overlap + 1)
    if not is_first:
        weights[:overlap] = edge
    if not is_last:
        weights[-overlap:] = edge.flip(0)
    return weights
