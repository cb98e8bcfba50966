"""What the worker and its child processes say to each other. Imports nothing heavy: the API process reads it too."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class RenderJob:
    """What a child process is told."""

    request_id: str
    endpoint_id: str
    arguments: dict[str, Any]
    engine: str
    own_hosts: frozenset[str]
    allow_private_media: bool
    seed: int | None = None
    expires_s: float | None = None
    access: str = "allow"
    cache: str | None = None


@dataclass(frozen=True)
class Outcome:
    """What a child process answers."""

    plan: dict[str, Any]
    result: dict[str, Any]
    metrics: dict[str, Any]
    logs: tuple[tuple[str, str], ...] = ()
