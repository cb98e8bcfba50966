"""Rows of the requests' tables, as frozen data. Knows no SQL."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from shotwright.jobs.states import TERMINAL, State

CHANNEL = "shotwright_events"
"""What PostgreSQL's NOTIFY wakes the readers of events on."""
JSON = dict[str, Any]


@dataclass(frozen=True)
class NewRequest:
    """A request to be stored."""

    endpoint_id: str
    arguments: JSON
    engine: str
    priority: int = 0
    start_timeout_s: float | None = None
    options: JSON = field(default_factory=dict)
    owner: str | None = None
    wire: str = "fal"
    webhook: JSON | None = None  #: url, secret, origin
    reserve_usd: Decimal = Decimal(0)


@dataclass(frozen=True, kw_only=True)
class StoredRequest:
    """A row of `requests`."""

    id: uuid.UUID
    endpoint_id: str
    engine: str
    arguments: JSON | None  #: None once the client asked for payloads not to be kept.
    options: JSON
    state: str
    priority: int
    attempt: int  #: Starts so far; fences off a worker that was declared lost.
    losses: int  #: Starts that ended with a dead worker or engine.
    worker: int | None
    queue_job: int | None
    cancel_requested: bool
    start_deadline: datetime | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    stage: str | None
    progress: float
    plan: JSON | None
    result: JSON | None
    error: JSON | None
    metrics: JSON
    owner: str | None
    wire: str
    webhook: JSON | None
    cost_usd: Decimal  #: Reserved until the request ends, then what it cost.

    @property
    def is_parked(self) -> bool:
        """Whether it waits outside the queue until its caller has room."""
        return self.state == State.QUEUED and self.queue_job is None

    @property
    def is_cancelling(self) -> bool:
        """Whether it runs and its end was asked for."""
        return self.state == State.RUNNING and self.cancel_requested

    @property
    def is_terminal(self) -> bool:
        """Whether it will never change again."""
        return self.state in TERMINAL


@dataclass(frozen=True)
class Created:
    """A stored request and its place in the queue; `is_replay` when an idempotency key had made it before."""

    row: StoredRequest
    position: int
    is_replay: bool = False


@dataclass(frozen=True, kw_only=True)
class Event:
    """A row of `events`."""

    id: int
    at: datetime
    kind: str
    level: str | None
    message: str | None
    data: JSON | None
