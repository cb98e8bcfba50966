"""What every handler needs, handed over by app.py."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from psycopg_pool import AsyncConnectionPool
    from starlette.requests import Request

    from shotwright.api.auth import Gate
    from shotwright.engines.spec import EngineInfo
    from shotwright.files.store import FileStore
    from shotwright.jobs.events import EventHub
    from shotwright.jobs.keys import KeyStore
    from shotwright.jobs.outbox import Outbox
    from shotwright.jobs.store import RequestStore
    from shotwright.settings import Settings


@dataclass
class Context:
    """The server behind the wires."""

    settings: Settings
    pool: AsyncConnectionPool[Any]
    store: RequestStore
    hub: EventHub
    files: FileStore
    keys: KeyStore
    outbox: Outbox
    gate: Gate
    secret: str
    webhook_seed: str
    engines: Mapping[str, EngineInfo]


def context_of(request: Request) -> Context:
    """The context of the app that a request came in on."""
    context: Context = request.app.state.context
    return context
