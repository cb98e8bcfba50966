"""Bernini-R over a stock Wan transformer: source streams ride along as tokens, told apart by a shift of their rotary angles.

Tokens are [target | source 1 | source 2 | …]; each stream has its own grid of positions, and the angle of everything in stream
n is shifted by n times a one-dimensional rotary table over the whole head: a product of phasors is a sum of angles, so no
attention is patched. Without sources this is the stock forward, bit for bit. Guidance chains: bare → with video → with
references → with text.

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

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from shotwright.engines.diffusion.job import Job, Mode

Grid = tuple[int, int, int]
Stream = tuple[torch.Tensor, int]  #: Latents (1, C, f, h, w) and the number of the stream, from 1.
THETA = 10_000.0
SWITCH_T = 875.0
AFTER_SWITCH = 0.8
SYSTEM: dict[str, str] = {
    "v2v": "You are a helpful assistant specialized in video editing. ", "rv2v": "You are a helpful assistant specialized in video editing with reference. ",
    "r2v": "You are a helpful assistant specialized in subject-to-video generation. ", "t2v": "",
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


def stream_angles(head_dim: int, grid: Grid, stream: int, device: torch.device) -> torch.Tensor:
    """Rotary angles of a stream, float64 (tokens, head_dim / 2)."""
    frames, height, width = grid
    side = 2 * (head_dim // 6)
    sizes = (head_dim - 2 * side, side, side)
    parts = []
    for axis, (length, size) in enumerate(zip(grid, sizes, strict=True)):
        angles = torch.outer(torch.arange(length, dtype=torch.float64, device=device), _inverse(size, device))
        shape = [1, 1, 1, -1]
        shape[axis] = length
        parts.append(angles.view(shape).expand(frames, height, width, -1))
    return torch.cat(parts, -1).reshape(frames * height * width, -1) + stream * _inverse(head_dim, device)


def _inverse(size: int, device: torch.device) -> torch.Tensor:
    return 1.0 / THETA ** (torch.arange(0, size, 2, dtype=torch.float64, device=device) / size)


def rotary(head_dim: int, grids: Sequence[tuple[Grid, int]], device: torch.device) -> tuple[torch.Tensor, torch.Tensor]:
    """Cosines and sines of all streams one after the other, float32 (1, tokens, 1, head_dim)."""
    angles = torch.cat([stream_angles(head_dim, grid, stream, device) for grid, stream in grids]).repeat_interleave(
        2, dim=1
    )
    return angles.cos().float()[None, :, None], angles.sin().float()[None, :, None]


@torch.no_grad()
def velocity(
    model: Any,  # noqa: ANN401  (a diffusers module)
    latents: torch.Tensor,
    timestep: torch.Tensor,
    text: torch.Tensor,
    sources: Sequence[Stream] = (),
) -> torch.Tensor:
    """One forward: the velocity of the target, (1, C, f, h, w).

    Args:
        model: A `WanTransformer3DModel`.
        latents: The noisy target.
        timestep: (1,).
        text: Embeddings of the prompt.
        sources: Clean latents of videos and pictures.
    """
    if not sources:
        found: torch.Tensor = model(
            hidden_states=latents, timestep=timestep, encoder_hidden_states=text, return_dict=False
        )[0]
        return found
    return _streamed(model, latents, timestep, text, sources)


def _streamed(
    model: Any,  # noqa: ANN401  (a diffusers module)
    latents: torch.Tensor,
    timestep: torch.Tensor,
    text: torch.Tensor,
    sources: Sequence[Stream],
) -> torch.Tensor:
    """The forward over all streams; a test holds it against the stock one."""
    patch = model.config.patch_size
    streams = [(latents, 0), *sources]

    def grid(stream: torch.Tensor) -> Grid:
        f, h, w = (size // step for size, step in zip(stream.shape[2:], patch, strict=True))
        return f, h, w

    hidden = torch.cat(
        [model.patch_embedding(stream).flatten(2).transpose(1, 2) for stream, _ in streams], 1
    ).contiguous()
    angles = rotary(
        model.config.attention_head_dim, [(grid(stream), number) for stream, number in streams], hidden.device
    )
    time, projected, context, _ = model.condition_embedder(timestep, text, None, timestep_seq_len=None)
    projected = projected.unflatten(1, (6, -1))
    for block in model.blocks:
        hidden = block(hidden, context, projected, angles)
    frames, height, width = grid(latents)
    hidden = hidden[:, : frames * height * width]
    shift, scale = (model.scale_shift_table.to(time.device) + time.unsqueeze(1)).chunk(2, dim=1)
    hidden = model.proj_out((model.norm_out(hidden.float()) * (1 + scale) + shift).type_as(hidden))
    hidden = hidden.reshape(1, frames, height, width, *patch, -1).permute(0, 7, 1, 4, 2, 5, 3, 6)
    return hidden.flatten(6, 7).flatten(4, 5).flatten(2, 3)


def guided(mode: Mode, forward: Callable[[bool, bool, bool], torch.Tensor], weights: Guidance) -> torch.Tensor:
    """The velocity after guidance.

    Args:
        mode: Which conditions there are.
        forward: The model with (video, images, text) switched on or off.
        weights: Of the chain.
    """
    if mode == "t2v":
        bare = forward(False, False, False)
        return bare + weights.text * (forward(False, False, True) - bare)
    if mode == "v2v":
        seen = forward(True, False, False)
        return seen + weights.text * (forward(True, False, True) - seen)
    bare = forward(False, False, False)
    if mode == "r2v":
        shown, told = forward(False, True, False), forward(False, True, True)
        return (
            bare
            + weights.images * projected(shown - bare, shown, weights)
            + weights.text * projected(told - shown, told, weights)
        )
    seen, shown, told = forward(True, False, False), forward(True, True, False), forward(True, True, True)
    return bare + weights.video * (seen - bare) + weights.images * (shown - seen) + weights.text * (told - shown)


def projected(difference: torch.Tensor, towards: torch.Tensor, weights: Guidance) -> torch.Tensor:
    """Adaptive projected guidance: the part along the prediction is weakened, the whole is capped, frame by frame. Source: arXiv 2410.02416."""
    step, goal = difference.double(), towards.double()
    axes = (1, 3, 4)
    length = torch.linalg.vector_norm(step, dim=axes, keepdim=True)
    step = step * torch.clamp(weights.cap / length.clamp_min(1e-12), max=1.0)
    unit = goal / torch.linalg.vector_norm(goal, dim=axes, keepdim=True).clamp_min(1e-12)
    along = (step * unit).sum(dim=axes, keepdim=True) * unit
    return (step - along + weights.parallel * along).to(difference.dtype)


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
            with model.using(self._expert(float(moment))) as transformer:
                flow, count = self._windowed(
                    transformer,
                    job,
                    latents,
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
        self, transformer: Any, job: Job, latents: torch.Tensor, moment: torch.Tensor, texts: tuple[torch.Tensor, torch.Tensor],  # noqa: ANN401  (a diffusers module)
        *, video: torch.Tensor | None, pictures: list[torch.Tensor], weights: Guidance,
    ) -> tuple[torch.Tensor, int]:  # fmt: skip
        """The velocity of the whole clip: windows in lockstep, mixed linearly where they overlap; and how many forwards that took."""
        total, share = torch.zeros_like(latents), torch.zeros(latents.shape[2], device=latents.device)
        windows = self.windows(job)
        mode: Mode = job.mode
        for window in windows:
            start, length = window.start // 4, latent_frames(window.frames)
            part = latents[:, :, start : start + length]
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
        self, transformer: Any, mode: Mode, part: torch.Tensor, moment: torch.Tensor, texts: tuple[torch.Tensor, torch.Tensor],  # noqa: ANN401  (a diffusers module)
        *, clip: torch.Tensor | None, pictures: list[torch.Tensor], weights: Guidance,
    ) -> torch.Tensor:  # fmt: skip
        kind = self.model.dtype
        noisy, timestep = part.to(kind), moment.reshape(1).to(part.device)

        def forward(with_video: bool, with_images: bool, with_text: bool) -> torch.Tensor:
            sources: list[Stream] = [(clip.to(kind), 1)] if clip is not None and with_video else []
            first = 2 if clip is not None else 1
            sources += (
                [(picture.to(kind), first + index) for index, picture in enumerate(pictures)] if with_images else []
            )
            return velocity(transformer, noisy, timestep, texts[0] if with_text else texts[1], sources)

        if weights.text == 1.0:
            return forward(True, True, True)
        return guided(mode, forward, weights)

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
