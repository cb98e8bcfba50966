"""The engines of an installation: what each needs, and how it is made from the settings.

app.py hands them on; the engine processes import this alone, and with it no web server. Heavy libraries load with their engine.
"""

from __future__ import annotations

import functools
import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shotwright.core.errors import SetupError
from shotwright.engines.base import EngineInfo, Lazy
from shotwright.engines.diffusion import weights

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from shotwright.engines.base import Engine, Progress
    from shotwright.engines.enhancer import Enhancer
    from shotwright.engines.upstream.service import Service
    from shotwright.settings import Settings


def engine_infos(settings: Settings) -> dict[str, EngineInfo]:
    """What this server renders on, in the order in which pages show it; nothing heavy is imported."""
    infos = [
        EngineInfo(
            "draft", "Draft", "A watchable previz that obeys the prompt: camera, start frame, elements, style, edits. Free, and the same every time.",
            "two CPU cores",
        ),
        EngineInfo(
            "diffusion", "Diffusion", "Open weights on a GPU of this machine: Bernini-R and Wan-VACE.", "a CUDA GPU and weights", _diffusion_problem(settings), is_off=not settings.diffusion_weights,
        ),
        EngineInfo(
            "remote", "Remote GPUs", "A video model on servers of yours, SGLang-Diffusion or vLLM-Omni.", "a server with POST /v1/videos",
            "" if settings.remote_servers.strip() else "It is off. Set SHOTWRIGHT_REMOTE_SERVERS=sglang=http://host:port.",
            is_off=not settings.remote_servers.strip(),
        ),
        EngineInfo(
            "upstream", "Kling O1", f"The real, paid model at {settings.upstream or 'fal or EachLabs'}, with your own key.",
            "a key of the paid service", _upstream_problem(settings), is_off=not settings.upstream and settings.upstream_mode == "live",
        ),
    ]  # fmt: skip
    return {item.name: item for item in infos}


def _diffusion_problem(settings: Settings) -> str:
    if not settings.diffusion_weights:
        return "It is off. Set SHOTWRIGHT_DIFFUSION_BERNINI or SHOTWRIGHT_DIFFUSION_VACE to a folder of weights."
    if importlib.util.find_spec("torch") is None or importlib.util.find_spec("diffusers") is None:
        return "Install it: pip install 'shotwright[diffusion]'."
    if settings.diffusion_lora and not Path(settings.diffusion_lora).expanduser().exists():
        return f"There is no LoRA at {settings.diffusion_lora}."
    return next((row["problem"] for row in check_weights(settings) if row["problem"]), "")


def _diffusion(settings: Settings) -> Engine:
    from shotwright.engines.diffusion.engine import Choices, DiffusionEngine
    from shotwright.engines.diffusion.model import Options

    options = Options(
        settings.diffusion_device, settings.diffusion_attention, settings.diffusion_compile, settings.diffusion_lora, settings.diffusion_fp8,
    )  # fmt: skip
    return DiffusionEngine(
        Choices(
            settings.diffusion_weights, settings.weights_folder, options, settings.diffusion_pins, settings.diffusion_profile,
            settings.diffusion_steps or None, settings.diffusion_pixels or None, settings.diffusion_window, enhancer=_enhancer(settings),
        )
    )  # fmt: skip


def _enhancer(settings: Settings) -> Enhancer | None:
    if not settings.enhancer_url:
        return None
    from shotwright.engines.enhancer import Enhancer

    return Enhancer(settings.enhancer_url, settings.enhancer_model, settings.enhancer_key.get_secret_value())


def _upstream_problem(settings: Settings) -> str:
    if settings.upstream_mode.startswith("replay"):
        return ""
    if not settings.upstream and settings.upstream_mode == "record":
        return "There is nothing to record from. Set SHOTWRIGHT_UPSTREAM=fal (or eachlabs) and SHOTWRIGHT_UPSTREAM_KEY."
    if not settings.upstream:
        return "It is off. Set SHOTWRIGHT_UPSTREAM=fal (or eachlabs) and SHOTWRIGHT_UPSTREAM_KEY."
    if not settings.upstream_key.get_secret_value():
        return "Its key is missing. Set SHOTWRIGHT_UPSTREAM_KEY."
    if settings.upstream == "fal" and importlib.util.find_spec("fal_client") is None:
        return "Install its client: pip install 'shotwright[upstream]'."
    return ""


def build_engines(settings: Settings | None = None) -> dict[str, Engine]:
    """All engines; called in the engine processes, which alone import them."""
    from shotwright.engines.draft.engine import DraftEngine

    draft = DraftEngine()
    engines: dict[str, Engine] = {"draft": draft}
    if settings is None:
        return engines
    if engine_infos(settings)["diffusion"].is_ready:
        engines["diffusion"] = Lazy("diffusion", functools.partial(_diffusion, settings))
    if settings.remote_servers.strip():
        from shotwright.engines.remote import RemoteEngine, parse_servers

        servers = parse_servers(settings.remote_servers, settings.remote_key.get_secret_value())
        engines["remote"] = RemoteEngine(servers, settings.remote_timeout_s, _enhancer(settings))
    if engine_infos(settings)["upstream"].is_ready:
        from shotwright.engines.upstream.engine import UpstreamEngine

        engines["upstream"] = UpstreamEngine(settings, functools.partial(_service, settings), draft)
    return engines


def _service(settings: Settings) -> Service:
    """The paid service that the operator chose."""
    key, url = settings.upstream_key.get_secret_value(), settings.upstream_url
    if settings.upstream == "eachlabs":
        from shotwright.engines.upstream.eachlabs import EachLabsService

        return EachLabsService(key, url)
    from shotwright.engines.upstream.fal import FalService

    return FalService(key, url)


def describe_clip(path: Path, picture: Path | None, progress: Progress) -> dict[str, Any]:
    """What the draft engine finds in a clip; see `engines.draft.describe`."""
    from shotwright.engines.draft.describe import describe_clip as describe

    return describe(path, picture, progress)


def reach_servers(settings: Settings) -> list[tuple[str, str]]:
    """Each server of the engine `remote`: its address, and why it cannot be used, or an empty text."""
    if not settings.remote_servers.strip():
        return []
    from shotwright.engines.remote import parse_servers

    servers = parse_servers(settings.remote_servers, settings.remote_key.get_secret_value())
    return [(server.url, server.reached()) for server in servers]


def check_weights(settings: Settings) -> list[dict[str, Any]]:
    """What stands in each configured folder of weights; see `engines.diffusion.weights`."""
    return weights.survey(settings.diffusion_weights, settings.weights_folder)


def download_weights(settings: Settings, name: str, licences: frozenset[str], report: Callable[[str], None]) -> Path:
    """Fetch weights of the hub into the data folder; see `engines.diffusion.weights`."""
    return weights.download(name, settings.weights_folder, licences, report)


def tiny_weights(folder: Path) -> list[Path]:
    """Model folders with random numbers; see `engines.diffusion.tiny`.

    Raises:
        SetupError: torch or diffusers is not installed.
    """
    try:
        from shotwright.engines.diffusion.tiny import build
    except ImportError as exc:
        raise SetupError(weights.MISSING) from exc
    return [build(folder / "bernini", "bernini"), build(folder / "vace", "vace")]


def bench_diffusion(chosen: dict[str, Any], device: str) -> Iterator[dict[str, Any]]:
    """One measurement of `engines.diffusion.bench`, or its suite when no model is chosen.

    Raises:
        SetupError: torch or diffusers is not installed.
    """
    try:
        from shotwright.engines.diffusion.bench import SUITE, Run, measure
    except ImportError as exc:
        raise SetupError(weights.MISSING) from exc
    for run in (chosen,) if chosen["model"] else SUITE:
        yield measure(Run(**run, device=device))
