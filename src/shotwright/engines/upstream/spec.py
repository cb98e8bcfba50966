"""The engine `upstream`, described without loading it."""

from __future__ import annotations

import functools
import importlib.util
from typing import TYPE_CHECKING

from shotwright.engines.spec import Building, EngineSpec, Status
from shotwright.engines.upstream.settings import UpstreamSettings

if TYPE_CHECKING:
    from pathlib import Path

    from shotwright.engines.base import Engine
    from shotwright.engines.upstream.service import Service


def _build(building: Building) -> Engine:
    from shotwright.engines.upstream.engine import UpstreamEngine

    settings: UpstreamSettings = building.settings
    return UpstreamEngine(settings, building.data, functools.partial(_service, settings), building.drafter)


def _service(settings: UpstreamSettings) -> Service:
    """The paid service that the operator chose."""
    key, url = settings.upstream_key.get_secret_value(), settings.upstream_url
    if settings.upstream == "eachlabs":
        from shotwright.engines.upstream.eachlabs import EachLabsService

        return EachLabsService(key, url)
    from shotwright.engines.upstream.fal import FalService

    return FalService(key, url)


def _status(settings: UpstreamSettings, _: Path) -> Status:
    if settings.is_replaying:
        return Status()
    if not settings.upstream and settings.upstream_mode == "record":
        return Status(
            "There is nothing to record from. Set SHOTWRIGHT_UPSTREAM=fal (or eachlabs) and SHOTWRIGHT_UPSTREAM_KEY."
        )
    if not settings.upstream:
        return Status("It is off. Set SHOTWRIGHT_UPSTREAM=fal (or eachlabs) and SHOTWRIGHT_UPSTREAM_KEY.", is_off=True)
    if not settings.upstream_key.get_secret_value():
        return Status("Its key is missing. Set SHOTWRIGHT_UPSTREAM_KEY.")
    if settings.upstream == "fal" and importlib.util.find_spec("fal_client") is None:
        return Status("Install its client: pip install 'shotwright[upstream]'.")
    return Status()


SPEC = EngineSpec(
    "upstream", "Kling O1", "The real, paid model at fal or EachLabs, with your own key.", "a key of the paid service",
    _build, UpstreamSettings, _status, is_free=False, deadline_s=lambda settings: settings.upstream_timeout_s + 900, stages=("fetch", "upstream", "download"),
    replays=lambda settings: settings.is_replaying, daily_budget_usd=lambda settings: settings.upstream_daily_budget_usd,
)  # fmt: skip
