"""The states of a request and the only transitions between them.

Rule 1: every change of state goes through `store.move`, which takes its sources from this table.
Rule 2: a terminal state never changes.
Rule 3: every change appends an event; what clients see is a projection of this table.

    queued ──▶ running ──▶ succeeded
      │  ▲        │  ├───▶ failed
      │  └────────┘  └───▶ cancelled
      └──▶ cancelled, failed          (cancelled in the queue; start timeout; the worker was lost in its last attempt)

Two states have a second face that clients do not see; each is a column, and `rows.StoredRequest` names it:

    parked       queued without an entry in the queue: its caller has as many running as allowed; `unpark` queues it
    cancelling   running, and its end was asked for: it can only become cancelled
"""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    """Where a request stands."""

    QUEUED = "queued"  #: Waiting for a worker.
    RUNNING = "running"  #: A worker is rendering it.
    SUCCEEDED = "succeeded"  #: The result is there.
    FAILED = "failed"  #: It ended with an error.
    CANCELLED = "cancelled"  #: The client cancelled it.


TRANSITIONS: dict[State, frozenset[State]] = {
    State.QUEUED: frozenset({State.RUNNING, State.CANCELLED, State.FAILED}),
    State.RUNNING: frozenset({State.SUCCEEDED, State.FAILED, State.CANCELLED, State.QUEUED}),
    State.SUCCEEDED: frozenset(),
    State.FAILED: frozenset(),
    State.CANCELLED: frozenset(),
}
TERMINAL = frozenset(state for state, targets in TRANSITIONS.items() if not targets)
MAX_ATTEMPTS = 3
"""How often a request is started when its worker is lost. Source: design section 5."""


def sources(target: State) -> list[str]:
    """States from which `target` can be reached."""
    return [state.value for state, targets in TRANSITIONS.items() if target in targets]
