"""The engine `diffusion`, described without loading it, and its tools for the command line."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shotwright.core.errors import SetupError
from shotwright.engines.diffusion import weights
from shotwright.engines.diffusion.settings import DiffusionSettings
from shotwright.engines.spec import Building, EngineSpec, Status

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shotwright.engines.base import Engine


def _build(building: Building) -> Engine:
    from shotwright.engines.diffusion.engine import Choices, DiffusionEngine
    from shotwright.engines.diffusion.model import Options

    chosen: DiffusionSettings = building.settings
    options = Options(
        chosen.diffusion_device, chosen.diffusion_attention, chosen.diffusion_compile, chosen.diffusion_lora, chosen.diffusion_fp8
    )  # fmt: skip
    return DiffusionEngine(
        Choices(
            chosen.weights, chosen.weights_folder(building.data), options, chosen.pins, chosen.diffusion_profile,
            chosen.diffusion_steps or None, chosen.diffusion_pixels or None, chosen.diffusion_window, enhancer=chosen.enhancer(),
            conditioning_scale=chosen.diffusion_conditioning_scale,
        )
    )  # fmt: skip


def _status(settings: DiffusionSettings, data: Path) -> Status:
    if not settings.weights:
        return Status(
            "It is off. Set SHOTWRIGHT_DIFFUSION_BERNINI or SHOTWRIGHT_DIFFUSION_VACE to a folder of weights.",
            is_off=True,
        )
    if importlib.util.find_spec("torch") is None or importlib.util.find_spec("diffusers") is None:
        return Status("Install it: pip install 'shotwright[diffusion]'.")
    if settings.diffusion_lora and not Path(settings.diffusion_lora).expanduser().exists():
        return Status(f"There is no LoRA at {settings.diffusion_lora}.")
    return Status(next((row["problem"] for row in check_weights(settings, data) if row["problem"]), ""))


def check_weights(settings: DiffusionSettings, data: Path) -> list[dict[str, Any]]:
    """What stands in each configured folder of weights; see `weights.survey`."""
    return weights.survey(settings.weights, settings.weights_folder(data))


def tiny_weights(folder: Path) -> list[Path]:
    """Model folders with random numbers; see `tiny`.

    Raises:
        SetupError: torch or diffusers is not installed.
    """
    try:
        from shotwright.engines.diffusion.tiny import build
    except ImportError as exc:
        raise SetupError(weights.MISSING) from exc
    return [build(folder / "bernini", "bernini"), build(folder / "vace", "vace")]


def bench(chosen: dict[str, Any], device: str) -> Iterator[dict[str, Any]]:
    """One measurement of `bench`, or its suite when no model is chosen.

    Raises:
        SetupError: torch or diffusers is not installed.
    """
    try:
        from shotwright.engines.diffusion.bench import SUITE, Run, measure
    except ImportError as exc:
        raise SetupError(weights.MISSING) from exc
    for run in (chosen,) if chosen["model"] else SUITE:
        yield measure(Run(**run, device=device))


SPEC = EngineSpec(
    "diffusion", "Diffusion", "Open weights on a GPU of this machine: Bernini-R and Wan-VACE.", "a CUDA GPU and weights",
    _build, DiffusionSettings, _status, is_heavy=True, deadline_s=lambda _: 6 * 3600.0, stages=("fetch", "denoise", "deliver"), follows_control=True,
)  # fmt: skip
