"""The outbox of webhooks: an entry is written in the transaction that ends its request, claimed by whoever delivers it.

A claim is a lease: when the process that holds it dies, the entry is due again, under the same id.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from psycopg.types.json import Jsonb

from shotwright.jobs.queries import row_of, statements

if TYPE_CHECKING:
    from psycopg import AsyncConnection
    from psycopg_pool import AsyncConnectionPool

    from shotwright.jobs.rows import StoredRequest

JSON = dict[str, Any]
SILENT = frozenset({("eachlabs", "cancelled")})
"""Ends that a wire does not report. Source: eachlabs-wire a.4."""
SQL = statements("webhooks")


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """A row of `webhooks`."""

    id: uuid.UUID
    request_id: uuid.UUID | None  #: None for a test.
    owner: str | None
    wire: str
    url: str
    secret: str | None
    origin: str
    may_be_private: bool  #: On a server without keys, somebody asked whose inner services these are.
    body: bytes | None
    headers: JSON | None
    signed_at: int | None
    state: str
    attempts: int
    next_at: datetime
    created_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """A row of `webhook_attempts`: what happened once."""

    number: int
    at: datetime
    duration_ms: int
    status_code: int | None = None
    response: str | None = None
    error: str | None = None

    @property
    def is_delivered(self) -> bool:
        """Whether the receiver took it."""
        return self.status_code is not None and 200 <= self.status_code < 300 and self.error is None

    def to_json(self) -> JSON:
        """As the API and the command line show it."""
        return {**vars(self), "at": self.at.isoformat()}


async def post(conn: AsyncConnection[Any], row: StoredRequest) -> None:
    """Write a request's webhook on the transaction that ends the request."""
    if (row.wire, row.state) in SILENT or row.webhook is None:
        return
    query = SQL["post"]
    hook = row.webhook
    values = (
        row.id,
        row.owner,
        row.wire,
        hook["url"],
        hook.get("secret"),
        hook.get("origin", ""),
        bool(hook.get("may_be_private", False)),
        float(hook.get("late_s", 0.0)),
    )
    for _ in range(int(hook.get("copies", 1))):  # more than one, and late, as faults on demand
        await conn.execute(query, values)


class Outbox:
    """Deliveries in the database."""

    def __init__(self, pool: AsyncConnectionPool[Any]) -> None:
        self._pool = pool

    async def claim(self, limit: int, lease_s: float) -> list[Delivery]:
        """Take what is due; nobody else gets it before the lease has run out."""
        query = SQL["claim"]
        return await self._many(query, (lease_s, limit))

    async def renew(self, ids: list[uuid.UUID], lease_s: float) -> None:
        """Lengthen leases of deliveries that are under way."""
        query = SQL["renew"]
        async with self._pool.connection() as conn:
            await conn.execute(query, (lease_s, ids))

    async def seal(self, delivery: Delivery, body: bytes, signed_at: int) -> None:
        """Keep the bytes of the first attempt: all attempts carry the same."""
        async with self._pool.connection() as conn:
            query = SQL["seal"]
            await conn.execute(query, (body, signed_at, delivery.id))

    async def record(
        self, delivery: Delivery, attempt: Attempt, headers: dict[str, str], next_in_s: float | None
    ) -> None:
        """Write an attempt down; without a next one the delivery has ended. A claim that was lost meanwhile changes nothing."""
        ended = "delivered" if attempt.is_delivered else "failed" if next_in_s is None else "pending"
        async with self._pool.connection() as conn, conn.transaction():
            query = SQL["record"]
            values = {
                "number": attempt.number, "headers": Jsonb(headers), "state": ended, "pause": next_in_s or 0.0, "id": delivery.id,
            }  # fmt: skip
            if not (await conn.execute(query, values)).rowcount:
                return
            query = SQL["record_attempt"]
            row = (
                delivery.id, attempt.number, attempt.at, attempt.duration_ms, attempt.status_code, attempt.response,
                attempt.error,
            )  # fmt: skip
            await conn.execute(query, row)

    async def add_test(self, wire: str, hook: JSON, owner: str | None, body: bytes) -> uuid.UUID:
        """A delivery that belongs to no request."""
        query = SQL["add_test"]
        values = (owner, wire, hook["url"], hook["secret"], body, hook["may_be_private"])
        async with self._pool.connection() as conn:
            row = await (await conn.execute(query, values)).fetchone()
        assert row is not None  # noqa: S101  (RETURNING)
        return uuid.UUID(str(row[0]))

    async def forget_tests(self, days: float) -> None:
        """Delete test deliveries that are more than `days` old; others go with their requests."""
        async with self._pool.connection() as conn:
            await conn.execute(SQL["forget_tests"], (days * 86400,))

    async def rename_owner(self, old: str, new: str) -> None:
        """Call a key otherwise: its deliveries stay its own."""
        async with self._pool.connection() as conn:
            await conn.execute(SQL["rename_owner"], (new, old))

    async def redeliver(self, delivery_id: uuid.UUID) -> None:
        """Make a delivery due again, at once and signed anew; one that is under way follows itself."""
        query = SQL["redeliver"]
        async with self._pool.connection() as conn:
            await conn.execute(query, (delivery_id,))

    async def find(self, some_id: uuid.UUID) -> Delivery | None:
        """A delivery by its own id or by its request's, the newest."""
        query = SQL["find"]
        found = await self._many(query, (some_id, some_id))
        return found[0] if found else None

    async def recent(
        self, limit: int, offset: int = 0, *, owner: str | None = None, wire: str | None = None
    ) -> list[Delivery]:
        """The newest deliveries; `owner` None means everybody's."""
        query = SQL["recent"]
        return await self._many(query, (owner, owner, wire, wire, limit, offset))

    async def count(self, *, owner: str | None = None, wire: str | None = None) -> int:
        """How many there are."""
        async with self._pool.connection() as conn:
            query = SQL["count"]
            row = await (await conn.execute(query, (owner, owner, wire, wire))).fetchone()
        return int(row[0]) if row else 0

    async def attempts(self, delivery_id: uuid.UUID) -> list[Attempt]:
        """What happened, in order."""
        query = SQL["attempts"]
        async with self._pool.connection() as conn, conn.cursor(row_factory=row_of(Attempt)) as cursor:
            rows: list[Attempt] = await (await cursor.execute(query, (delivery_id,))).fetchall()
            return rows

    async def _many(self, query: str, values: Any) -> list[Delivery]:  # noqa: ANN401  (psycopg parameters)
        async with self._pool.connection() as conn, conn.cursor(row_factory=row_of(Delivery)) as cursor:
            rows: list[Delivery] = await (await cursor.execute(query, values)).fetchall()
            return rows
