"""What is checked in the transaction that stores a request: idempotency, rate, requests in flight, budget.

The counts are read from the requests themselves, under one lock per caller, in the same transaction that inserts the new
row. So they are exact under any number of API processes, survive every restart, and a refused request leaves no trace.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shotwright.core.errors import BudgetExceeded, IdempotencyMismatch, RateLimited, TooManyInFlight
from shotwright.jobs.queries import statements
from shotwright.jobs.usage import spent_today, spent_today_on

if TYPE_CHECKING:
    import uuid
    from decimal import Decimal

    from psycopg import AsyncConnection

SQL = statements("admission")
WINDOW_S = 60
IN_FLIGHT_RETRY_S = 5
KEPT_KEYS = "24 hours"
"""How long an idempotency key is remembered."""


@dataclass(frozen=True)
class Admission:
    """The bounds of one caller on one wire; 0 and None mean none."""

    owner: str
    wire: str
    creates_per_minute: int = 0
    in_flight: int = 0
    daily_budget_usd: Decimal | None = None
    engine: str = ""
    engine_budget_usd: Decimal | None = None  #: Of the whole server, for this engine.
    idempotency_key: str | None = None
    fingerprint: str = ""

    @property
    def is_needed(self) -> bool:
        """Whether there is anything to check."""
        return bool(
            self.creates_per_minute
            or self.in_flight
            or self.daily_budget_usd is not None
            or self.engine_budget_usd is not None
            or self.idempotency_key
        )


def fingerprint(*parts: Any) -> str:  # noqa: ANN401  (any JSON)
    """What makes two requests with one idempotency key the same."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


async def lock_owner(conn: AsyncConnection[Any], owner: str) -> None:
    """One transaction at a time for one caller."""
    await conn.execute(SQL["lock"], (owner,))


async def earlier(conn: AsyncConnection[Any], admission: Admission) -> tuple[uuid.UUID, int] | None:
    """The request that this idempotency key already made, and the place in the queue that it was told.

    Raises:
        IdempotencyMismatch: The key was used for another request.
    """
    if admission.idempotency_key is None:
        return None
    await forget_keys(conn, _scope(admission))
    query = SQL["earlier"]
    found = await (await conn.execute(query, (_scope(admission), admission.idempotency_key))).fetchone()
    if found is None:
        return None
    if found[2] != admission.fingerprint:
        raise IdempotencyMismatch
    return found[0], found[1]


async def remember(conn: AsyncConnection[Any], admission: Admission, request_id: uuid.UUID, position: int) -> None:
    """Bind the idempotency key to the request that it made."""
    if admission.idempotency_key is not None:
        query = SQL["remember"]
        values = (_scope(admission), admission.idempotency_key, admission.fingerprint, request_id, position)
        await conn.execute(query, values)


async def admit(conn: AsyncConnection[Any], admission: Admission, reserve_usd: Decimal) -> None:
    """Let a new request in.

    Raises:
        RateLimited: Too many in the last minute.
        TooManyInFlight: Too many are unfinished.
        BudgetExceeded: What ran today and what is reserved leave too little.
    """
    await _check_rate(conn, admission)
    await _check_in_flight(conn, admission)
    await _check_budget(conn, admission, reserve_usd)
    await _check_engine_budget(conn, admission, reserve_usd)


async def _check_rate(conn: AsyncConnection[Any], admission: Admission) -> None:
    limit = admission.creates_per_minute
    if not limit:
        return
    query = SQL["rate"]
    values = (WINDOW_S, admission.owner, admission.wire, WINDOW_S, limit - 1)
    oldest = await (await conn.execute(query, values)).fetchone()
    if oldest is not None:
        raise RateLimited(
            f"Rate limit exceeded: {limit} creates per minute for each key.", retry_after_s=max(1.0, float(oldest[0]))
        )


async def _check_in_flight(conn: AsyncConnection[Any], admission: Admission) -> None:
    limit = admission.in_flight
    if not limit:
        return
    query = SQL["in_flight"]
    found = await (await conn.execute(query, (admission.owner, admission.wire))).fetchone()
    if found is not None and found[0] >= limit:
        raise TooManyInFlight(
            f"Concurrency limit exceeded: {limit} requests in flight for each key.", retry_after_s=IN_FLIGHT_RETRY_S
        )


async def _check_budget(conn: AsyncConnection[Any], admission: Admission, reserve_usd: Decimal) -> None:
    budget = admission.daily_budget_usd
    if budget is None or reserve_usd == 0:
        return
    spent = await spent_today(conn, admission.owner)
    if spent + reserve_usd > budget:
        raise BudgetExceeded(
            f"This key may spend ${budget:.2f} a day; ${spent:.3f} are spent or reserved, and this request needs up to "
            f"${reserve_usd:.3f}. The budget starts anew at midnight UTC."
        )


async def _check_engine_budget(conn: AsyncConnection[Any], admission: Admission, reserve_usd: Decimal) -> None:
    budget = admission.engine_budget_usd
    if budget is None or reserve_usd == 0:
        return
    await lock_owner(conn, f"engine {admission.engine}")
    spent = await spent_today_on(conn, admission.engine)
    if spent + reserve_usd > budget:
        raise BudgetExceeded(
            f"This server may spend ${budget:.2f} a day on the engine {admission.engine}; ${spent:.3f} are spent or reserved, and this request "
            f"needs up to ${reserve_usd:.3f}. The budget starts anew at midnight UTC."
        )


async def forget_keys(conn: AsyncConnection[Any], owner: str | None = None) -> None:
    """Drop idempotency keys that are too old to be repeated, of one caller or of all."""
    query = SQL["forget"]
    await conn.execute(query, (KEPT_KEYS, owner, owner))


def _scope(admission: Admission) -> str:
    return f"{admission.wire}:{admission.owner}"
