"""What every handler needs, handed over by app.py."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.requests import Request

    from shotwright.files.store import FileStore
    from shotwright.jobs.events import EventHub
    from shotwright.jobs.store import RequestStore
    from shotwright.settings import Settings


@dataclass
class Context:
    """The server behind the wires."""

    settings: Settings
    store: RequestStore
    hub: EventHub
    files: FileStore
    secret: str
    engines: frozenset[str]


def context_of(request: Request) -> Context:
    """The context of the app that a request came in on."""
    context: Context = request.app.state.context
    return context
