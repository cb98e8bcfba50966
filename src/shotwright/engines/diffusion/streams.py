"""The forward of a stock Wan transformer with source streams riding along as tokens. Needs torch alone.

Tokens are [target | source 1 | source 2 | …]; each stream has its own grid of positions, and the angle of everything in stream
n is shifted by n times a one-dimensional rotary table over the whole head: a product of phasors is a sum of angles, so no
attention is patched. Without sources this is the stock forward, bit for bit.

Source: arXiv 2605.22344; diffusion-engines 3 and 5.2.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

if TYPE_CHECKING:
    from collections.abc import Sequence

Grid = tuple[int, int, int]
Stream = tuple[torch.Tensor, float]  #: Latents (1, C, f, h, w) and the number of the stream, from 1.
THETA = 10_000.0


def stream_angles(head_dim: int, grid: Grid, stream: float, device: torch.device) -> torch.Tensor:
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


def rotary(
    head_dim: int, grids: Sequence[tuple[Grid, float]], device: torch.device
) -> tuple[torch.Tensor, torch.Tensor]:
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
    streams: list[Stream] = [(latents, 0.0), *sources]

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


def pack_tokens(model: Any) -> list[Any]:  # noqa: ANN401  (a diffusers module)
    """Lay the tokens of a `WanVACETransformer3DModel` one after the other; the numbers stay the same.

    Its patches come out of their convolution channel by channel, and the stock forward keeps that order through every block, where
    each norm and each sum reads it across. `WanTransformer3DModel` packs them itself.

    Returns:
        Handles whose `remove` undoes it.
    """

    def packed(_module: object, _given: object, found: torch.Tensor) -> torch.Tensor:
        return found.flatten(2).transpose(1, 2).contiguous().transpose(1, 2).unflatten(2, found.shape[2:])

    return [part.register_forward_hook(packed) for part in (model.patch_embedding, model.vace_patch_embedding)]
