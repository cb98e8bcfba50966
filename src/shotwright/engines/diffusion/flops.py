"""What a forward of a Wan transformer costs, by formula; a multiplication and an addition count as two. No torch.

Source: diffusion-engines 4.1; a test holds it against torch's own counter.
"""

from __future__ import annotations

from dataclasses import dataclass

H200_TFLOPS = 790.0
"""Dense bf16 of one H200: the roof."""
TEXT_TOKENS, TEXT_DIM, FREQ_DIM = 512, 4096, 256
PATCH, CHANNELS, VACE_CHANNELS = 4, 16, 96


@dataclass(frozen=True)
class Architecture:
    """Width, feed-forward width, layers, and layers of a VACE branch."""

    dim: int
    ffn: int
    layers: int
    vace_layers: int = 0


NAMED = {
    "1.3b": Architecture(1536, 8960, 30), "14b": Architecture(5120, 13824, 40),
    "vace-1.3b": Architecture(1536, 8960, 30, 15), "vace-14b": Architecture(5120, 13824, 40, 8),
}  # fmt: skip


def tokens_of(width: int, height: int, latent_frames: int) -> int:
    """Tokens of a latent clip: patches of two by two latents, each of eight by eight pixels."""
    return latent_frames * (height // 16) * (width // 16)


def forward_flops(shape: Architecture, tokens: int, text_tokens: int = TEXT_TOKENS, text_dim: int = TEXT_DIM) -> float:
    """FLOP of one forward over `tokens`."""
    d = shape.dim
    linear = 2 * tokens * 6 * d * d + 4 * tokens * d * shape.ffn + 4 * text_tokens * d * d
    attention = 4 * tokens * tokens * d + 4 * tokens * text_tokens * d
    block = linear + attention
    total = shape.layers * block + 4 * tokens * d * CHANNELS * PATCH
    total += 2 * text_tokens * (text_dim * d + d * d) + 2 * (FREQ_DIM * d + d * d + 6 * d * d)
    if shape.vace_layers:
        total += (
            shape.vace_layers * (block + 2 * tokens * d * d)
            + 2 * tokens * d * d
            + 2 * tokens * d * VACE_CHANNELS * PATCH
        )
    return float(total)
