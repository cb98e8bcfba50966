"""Times one forward of the real architectures with random weights: seconds, and share of the roof. Needs no weights on disk."""

from __future__ import annotations

import contextlib
import statistics
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch

from shotwright.core.errors import BadRequest
from shotwright.engines.diffusion.canvas import latent_frames
from shotwright.engines.diffusion.devices import check_device
from shotwright.engines.diffusion.flops import H200_TFLOPS, NAMED, Architecture, forward_flops, tokens_of
from shotwright.engines.diffusion.streams import pack_tokens, velocity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SUITE: tuple[dict[str, Any], ...] = (
    {"model": "1.3b"}, {"model": "1.3b", "size": (1280, 720)}, {"model": "14b"}, {"model": "14b", "attention": "_native_cudnn"},
    {"model": "14b", "attention": "_native_cudnn", "compile": True}, {"model": "14b", "size": (1280, 720), "attention": "_native_cudnn", "repeats": 2},
    {"model": "14b", "sources": 1, "attention": "_native_cudnn"}, {"model": "vace-14b", "attention": "_native_cudnn"},
)  # fmt: skip
"""What is measured when nothing is chosen: both sizes at both canvases, and what attention and compilation bring."""
HEADS = {1536: 12, 5120: 40}
MODELS = {**NAMED, "tiny": Architecture(96, 192, 2), "vace-tiny": Architecture(96, 192, 2, 2)}
VACE_EVERY = {15: 2, 8: 5, 2: 1}
WARM_BLOCKS, WARM_UPS = 2, 2
"""Two blocks of each kind hold every kernel and shape of the whole: warming up costs a tenth of a forward."""


@dataclass(frozen=True)
class Run:
    """One measurement: a model of `MODELS`, a canvas, frames, how to compute."""

    model: str = "14b"
    size: tuple[int, int] = (832, 480)
    frames: int = 81
    sources: int = 0  #: Source videos whose tokens ride along: streams of Bernini, further frames of VACE.
    attention: str = ""
    compile: bool = False
    repeats: int = 5
    device: str = "cuda"
    packed: bool = False  #: VACE's tokens laid out one after the other.

    @property
    def tokens(self) -> int:
        """Of one forward."""
        return tokens_of(*self.size, latent_frames(self.frames) * (1 + self.sources))

    @property
    def flops(self) -> float:
        """Of one forward."""
        return forward_flops(MODELS[self.model], self.tokens)


def measure(run: Run) -> dict[str, Any]:
    """Seconds of a forward (median), its PFLOP by formula, share of the roof, and the memory at its peak.

    Raises:
        BadRequest: There is no such model.
        SetupError: There is no such device.
    """
    if run.model not in MODELS:
        raise BadRequest(f"model is one of {', '.join(MODELS)}.")
    return timed(run, built(run.model, run.device))


def timed(run: Run, model: Any, limit_s: float | None = None) -> dict[str, Any]:  # noqa: ANN401  (a diffusers module)
    """`measure` on a model that is there already, which may have run other measurements before.

    Args:
        run: What to measure.
        model: What `built` gave for it.
        limit_s: Repeat no more than what this many seconds hold, but at least once.

    Raises:
        BadRequest: There is no such attention backend.
    """
    device = torch.device(run.device)
    on_gpu = device.type == "cuda"
    weights = sum(part.numel() * part.element_size() for part in (*model.parameters(), *model.buffers()))
    beside = torch.cuda.memory_allocated(device) - weights if on_gpu else 0
    forward = _forward(run, model)
    times: list[float] = []
    with _computing(run, model), torch.no_grad():
        with _shallow(model):
            first_s, _ = clocked(forward, device)
            for _ in range(WARM_UPS - 1):
                clocked(forward, device)
        if on_gpu:
            torch.cuda.reset_peak_memory_stats(device)
        while True:
            took_s, found = clocked(forward, device)
            times.append(took_s)
            is_finite = bool(found.isfinite().all())
            if len(times) >= run.repeats or (limit_s is not None and sum(times) + took_s > limit_s):
                break
    seconds = statistics.median(times)
    peak = (torch.cuda.max_memory_allocated(device) - beside) / 2**30 if on_gpu else None
    tflops = run.flops / seconds / 1e12
    return {
        **vars(run), "size": f"{run.size[0]}x{run.size[1]}", "repeats": len(times), "tokens": run.tokens, "s_per_forward": round(seconds, 4),
        "spread_s": round(max(times) - min(times), 4), "first_s": round(first_s, 2), "pflop": float(f"{run.flops / 1e15:.4g}"), "tflops": round(tflops, 2),
        "of_roof": round(tflops / H200_TFLOPS, 4), "peak_gib": None if peak is None else round(peak, 1), "is_finite": is_finite,
    }  # fmt: skip


def built(name: str, device_name: str) -> Any:  # noqa: ANN401  (a diffusers module)
    """A model of `MODELS` with random weights: bfloat16 on a GPU.

    Raises:
        SetupError: There is no such device.
    """
    from diffusers import WanTransformer3DModel, WanVACETransformer3DModel

    check_device(device_name)
    shape, device = MODELS[name], torch.device(device_name)
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
    model = model.to(_kind(device))
    for part, weight in model.named_parameters():
        if not set(part.split(".")).isdisjoint(model._keep_in_fp32_modules):  # as `from_pretrained` does
            weight.data = weight.data.float()
    model = model.to_empty(device=device)
    model.rope = rope.to(device)
    with torch.no_grad():
        for part, weight in model.named_parameters():
            # weights of norms are near one: near zero, all attention would be flat, which chips compute faster
            weight.normal_(1.0 if "norm" in part and part.endswith("weight") else 0.0, 0.02)
    return model.eval().requires_grad_(requires_grad=False)


def product_tflops(device_name: str, side: int = 8192, products: int = 20) -> float:
    """TFLOP/s of square products of random matrices: what the chip reaches at best, or, over seconds, what it sustains."""
    device = torch.device(device_name)
    left, right = (torch.randn(side, side, device=device, dtype=_kind(device)) for _ in range(2))
    out = torch.empty_like(left)

    def multiply(times: int) -> None:
        for _ in range(times):
            torch.matmul(left, right, out=out)

    multiply(3)
    took_s, _ = clocked(lambda: multiply(products), device)
    return products * 2 * side**3 / took_s / 1e12


def clocked(work: Callable[[], Any], device: torch.device) -> tuple[float, Any]:
    """How long the device takes, by its own events on a GPU and by the clock elsewhere; and what came of it."""
    if device.type != "cuda":
        began = time.perf_counter()
        found = work()
        return time.perf_counter() - began, found
    with torch.cuda.device(device):
        start, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
        torch.cuda.synchronize()
        start.record()
        found = work()
        end.record()
        end.synchronize()
        return start.elapsed_time(end) / 1e3, found


@contextlib.contextmanager
def _computing(run: Run, model: Any) -> Iterator[None]:  # noqa: ANN401  (a diffusers module)
    """The model set up as the run wants it; compilation and packing are undone."""
    if run.attention:
        try:
            model.set_attention_backend(run.attention)
        except (ValueError, RuntimeError, ImportError) as exc:
            raise BadRequest(f"The attention backend {run.attention} cannot be used: {exc}") from exc
    if run.compile:
        torch.compiler.reset()  # else a second canvas compiles for any size, which is slower
        model.compile_repeated_blocks(fullgraph=True)
    handles = pack_tokens(model) if run.packed and MODELS[run.model].vace_layers else []
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()
        for part in model.modules() if run.compile else ():
            part._compiled_call_impl = None  # what `Module.compile` sets; there is no public way back


@contextlib.contextmanager
def _shallow(model: Any) -> Iterator[None]:  # noqa: ANN401  (a diffusers module)
    """The model without most of its blocks."""
    whole = {name: getattr(model, name) for name in ("blocks", "vace_blocks") if hasattr(model, name)}
    for name, blocks in whole.items():
        setattr(model, name, blocks[:WARM_BLOCKS])
    try:
        yield
    finally:
        for name, blocks in whole.items():
            setattr(model, name, blocks)


def _forward(run: Run, model: Any) -> Callable[[], torch.Tensor]:  # noqa: ANN401  (a diffusers module)
    """A forward on random latents."""
    device = torch.device(run.device)
    frames, width, height = latent_frames(run.frames), run.size[0] // 8, run.size[1] // 8

    def noise(*shape: int) -> torch.Tensor:
        return torch.randn(*shape, device=device, dtype=_kind(device))

    moment, text = torch.tensor([600], device=device), noise(1, 512, 4096)
    if MODELS[run.model].vace_layers:
        frames *= 1 + run.sources
        given = {
            "hidden_states": noise(1, 16, frames, height, width),
            "timestep": moment,
            "encoder_hidden_states": text,
        }
        control = noise(1, 96, frames, height, width)
        return lambda: model(**given, control_hidden_states=control, return_dict=False)[0]
    latents, *clips = (noise(1, 16, frames, height, width) for _ in range(1 + run.sources))
    streams = [(clip, number) for number, clip in enumerate(clips, 1)]
    return lambda: velocity(model, latents, moment, text, streams)


def _kind(device: torch.device) -> torch.dtype:
    return torch.bfloat16 if device.type == "cuda" else torch.float32
