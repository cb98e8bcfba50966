"""The engine `remote`, described without loading it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shotwright.engines.remote.settings import RemoteSettings
from shotwright.engines.spec import Building, EngineSpec, Status

if TYPE_CHECKING:
    from pathlib import Path

    from shotwright.engines.base import Engine


def _build(building: Building) -> Engine:
    from shotwright.engines.remote.engine import RemoteEngine, parse_servers

    settings: RemoteSettings = building.settings
    servers = parse_servers(settings.remote_servers, settings.remote_key.get_secret_value())
    return RemoteEngine(servers, settings.remote_timeout_s, settings.enhancer())


def _status(settings: RemoteSettings, _: Path) -> Status:
    if settings.remote_servers.strip():
        return Status()
    return Status("It is off. Set SHOTWRIGHT_REMOTE_SERVERS=sglang=http://host:port.", is_off=True)


def reach_servers(settings: RemoteSettings) -> list[tuple[str, str]]:
    """Each server: its address, and why it cannot be used, or an empty text."""
    if not settings.remote_servers.strip():
        return []
    from shotwright.engines.remote.engine import parse_servers

    servers = parse_servers(settings.remote_servers, settings.remote_key.get_secret_value())
    return [(server.url, server.connection_problem()) for server in servers]


SPEC = EngineSpec(
    "remote", "Remote GPUs", "A video model on servers of yours, SGLang-Diffusion or vLLM-Omni.", "a server with POST /v1/videos",
    _build, RemoteSettings, _status, deadline_s=lambda settings: settings.remote_timeout_s + 900, stages=("fetch", "remote", "deliver"),
)  # fmt: skip
