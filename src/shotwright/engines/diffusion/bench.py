"""Times one forward of the real architectures with random weights: seconds, and share of the roof. Needs no weights on disk."""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass
from typing import Any

import torch

from shotwright.core.errors import BadRequest
from shotwright.engines.diffusion.canvas import latent_frames
from shotwright.engines.diffusion.flops import H200_TFLOPS, NAMED, Architecture, forward_flops, tokens_of
from shotwright.engines.diffusion.model import check_device

SUITE: tuple[dict[str, Any], ...] = (
    {"model": "1.3b"}, {"model": "1.3b", "size": (1280, 720)}, {"model": "14b"}, {"model": "14b", "attention": "_native_cudnn"},
    {"model": "14b", "attention": "_native_cudnn", "compile": True}, {"model": "14b", "size": (1280, 720), "attention": "_native_cudnn", "repeats": 2},
    {"model": "14b", "sources": 1, "attention": "_native_cudnn"}, {"model": "vace-14b", "attention": "_native_cudnn"},
)  # fmt: skip
"""What is measured when nothing is chosen: both sizes at both canvases, and what attention and compilation bring."""
HEADS = {1536: 12, 5120: 40}
MODELS = {**NAMED, "tiny": Architecture(96, 192, 2)}
VACE_EVERY = {15: 2, 8: 5}


@dataclass(frozen=True)
class Run:
    """One measurement: a model of `flops.NAMED` or "tiny", a canvas, frames, how to compute."""

    model: str = "14b"
    size: tuple[int, int] = (832, 480)
    frames: int = 81
    sources: int = 0  #: Source videos whose tokens ride along.
    attention: str = ""
    compile: bool = False
    repeats: int = 5
    device: str = "cuda"


def measure(run: Run) -> dict[str, Any]:
    """Seconds of a forward (median), its PFLOP by formula, share of the roof, and the memory at its peak.

    Raises:
        BadRequest: There is no such model.
        SetupError: There is no such device.
    """
    shape = MODELS.get(run.model)
    if shape is None:
        raise BadRequest(f"model is one of {', '.join(MODELS)}.")
    check_device(run.device)
    device = torch.device(run.device)
    kind = torch.bfloat16 if device.type == "cuda" else torch.float32
    model = _built(shape, device, kind)
    if run.attention:
        try:
            model.set_attention_backend(run.attention)
        except (ValueError, RuntimeError, ImportError) as exc:
            raise BadRequest(f"The attention backend {run.attention} cannot be used: {exc}") from exc
    if run.compile:
        model.compile_repeated_blocks(fullgraph=True)
    frames = latent_frames(run.frames) * (1 + run.sources)
    given = _inputs(shape, frames, run.size, device, kind)
    times = []
    with torch.no_grad():
        for _ in range(run.repeats + 2):
            _wait(device)
            began = time.perf_counter()
            model(**given, return_dict=False)
            _wait(device)
            times.append(time.perf_counter() - began)
    seconds = statistics.median(times[2:])
    tokens = tokens_of(*run.size, frames)
    flops = forward_flops(shape, tokens)
    peak = torch.cuda.max_memory_allocated(device) / 2**30 if device.type == "cuda" else None
    return {
        **vars(run), "size": f"{run.size[0]}x{run.size[1]}", "tokens": tokens, "s_per_forward": round(seconds, 4), "first_s": round(times[0], 2),
        "pflop": float(f"{flops / 1e15:.4g}"), "tflops": round(flops / seconds / 1e12, 2), "of_roof": round(flops / seconds / 1e12 / H200_TFLOPS, 4),
        "peak_gib": None if peak is None else round(peak, 1),
    }  # fmt: skip


def _built(shape: Architecture, device: torch.device, kind: torch.dtype) -> Any:  # noqa: ANN401  (a diffusers module)
    from diffusers import WanTransformer3DModel, WanVACETransformer3DModel

    heads = HEADS.get(shape.dim, 4)
    given: dict[str, Any] = {
        "patch_size": (1, 2, 2), "num_attention_heads": heads, "attention_head_dim": shape.dim // heads, "in_channels": 16, "out_channels": 16,
        "text_dim": 4096, "freq_dim": 256, "ffn_dim": shape.ffn, "num_layers": shape.layers, "cross_attn_norm": True,
        "qk_norm": "rms_norm_across_heads", "rope_max_seq_len": 1024,
    }  # fmt: skip
    with torch.device("meta"):
        if shape.vace_layers:
            layers = list(range(0, shape.layers, VACE_EVERY[shape.vace_layers]))
            model = WanVACETransformer3DModel(**given, vace_layers=layers, vace_in_channels=96)
        else:
            model = WanTransformer3DModel(**given)
    rope = type(model.rope)(shape.dim // heads, (1, 2, 2), 1024)  # its tables are lost on the way from meta
    model = model.to(kind).to_empty(device=device)
    model.rope = rope.to(device)
    with torch.no_grad():
        for weight in model.parameters():
            weight.normal_(0, 0.02)
    return model.eval().requires_grad_(requires_grad=False)


def _inputs(
    shape: Architecture, frames: int, size: tuple[int, int], device: torch.device, kind: torch.dtype
) -> dict[str, Any]:
    def noise(*shape: int) -> torch.Tensor:
        return torch.randn(*shape, device=device, dtype=kind)

    width, height = size[0] // 8, size[1] // 8
    given = {
        "hidden_states": noise(1, 16, frames, height, width), "timestep": torch.tensor([600], device=device), "encoder_hidden_states": noise(1, 512, 4096),
    }  # fmt: skip
    return given | ({"control_hidden_states": noise(1, 96, frames, height, width)} if shape.vace_layers else {})


def _wait(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)
