"""The outbox of webhooks: an entry is written in the transaction that ends its request, claimed by whoever delivers it.

A claim is a lease: when the process that holds it dies, the entry is due again, under the same id.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from psycopg.rows import class_row
from psycopg.types.json import Jsonb

if TYPE_CHECKING:
    from psycopg import AsyncConnection
    from psycopg_pool import AsyncConnectionPool

    from shotwright.jobs.store import StoredRequest

JSON = dict[str, Any]
SILENT = frozenset({("eachlabs", "cancelled")})
"""Ends that a wire does not report. Source: eachlabs-wire a.4."""
_COLUMNS = "id, request_id, owner, wire, url, secret, origin, body, headers, signed_at, state, attempts, next_at, created_at, finished_at"


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
    query = "INSERT INTO webhooks (request_id, owner, wire, url, secret, origin) VALUES (%s, %s, %s, %s, %s, %s)"
    hook = row.webhook
    await conn.execute(query, (row.id, row.owner, row.wire, hook["url"], hook.get("secret"), hook.get("origin", "")))


class Outbox:
    """Deliveries in the database."""

    def __init__(self, pool: AsyncConnectionPool[Any]) -> None:
        self._pool = pool

    async def claim(self, limit: int, lease_s: float) -> list[Delivery]:
        """Take what is due; nobody else gets it before the lease has run out."""
        query = (
            "UPDATE webhooks SET leased_until = clock_timestamp() + make_interval(secs => %s) WHERE id IN ("
            "SELECT id FROM webhooks WHERE state = 'pending' AND next_at <= clock_timestamp() "
            "AND (leased_until IS NULL OR leased_until < clock_timestamp()) ORDER BY next_at LIMIT %s "
            f"FOR UPDATE SKIP LOCKED) RETURNING {_COLUMNS}"
        )
        return await self._many(query, (lease_s, limit))

    async def renew(self, ids: list[uuid.UUID], lease_s: float) -> None:
        """Lengthen leases of deliveries that are under way."""
        query = "UPDATE webhooks SET leased_until = clock_timestamp() + make_interval(secs => %s) WHERE id = ANY(%s) AND leased_until IS NOT NULL"
        async with self._pool.connection() as conn:
            await conn.execute(query, (lease_s, ids))

    async def seal(self, delivery: Delivery, body: bytes, signed_at: int) -> None:
        """Keep the bytes of the first attempt: all attempts carry the same."""
        async with self._pool.connection() as conn:
            query = "UPDATE webhooks SET body = %s, signed_at = %s WHERE id = %s"
            await conn.execute(query, (body, signed_at, delivery.id))

    async def record(
        self, delivery: Delivery, attempt: Attempt, headers: dict[str, str], next_in_s: float | None
    ) -> None:
        """Write an attempt down; without a next one the delivery has ended. A claim that was lost meanwhile changes nothing."""
        ended = "delivered" if attempt.is_delivered else "failed" if next_in_s is None else "pending"
        async with self._pool.connection() as conn, conn.transaction():
            query = (
                "UPDATE webhooks SET attempts = %(number)s, headers = %(headers)s, leased_until = NULL, again = false, "
                "state = CASE WHEN again THEN 'pending' ELSE %(state)s END, "
                "signed_at = CASE WHEN again THEN NULL ELSE signed_at END, "
                "next_at = clock_timestamp() + make_interval(secs => CASE WHEN again THEN 0 ELSE %(pause)s END), "
                "finished_at = CASE WHEN again OR %(state)s = 'pending' THEN NULL ELSE clock_timestamp() END "
                "WHERE id = %(id)s AND attempts = %(number)s - 1"
            )
            values = {
                "number": attempt.number, "headers": Jsonb(headers), "state": ended, "pause": next_in_s or 0.0, "id": delivery.id,
            }  # fmt: skip
            if not (await conn.execute(query, values)).rowcount:
                return
            query = (
                "INSERT INTO webhook_attempts (webhook_id, number, at, duration_ms, status_code, response, error) "
                "VALUES (%s, %s, %s, %s, %s, %s, %s)"
            )
            row = (
                delivery.id, attempt.number, attempt.at, attempt.duration_ms, attempt.status_code, attempt.response,
                attempt.error,
            )  # fmt: skip
            await conn.execute(query, row)

    async def add_test(self, wire: str, url: str, secret: str | None, owner: str | None, body: bytes) -> uuid.UUID:
        """A delivery that belongs to no request."""
        query = "INSERT INTO webhooks (owner, wire, url, secret, body) VALUES (%s, %s, %s, %s, %s) RETURNING id"
        async with self._pool.connection() as conn:
            row = await (await conn.execute(query, (owner, wire, url, secret, body))).fetchone()
        assert row is not None  # noqa: S101  (RETURNING)
        return uuid.UUID(str(row[0]))

    async def redeliver(self, delivery_id: uuid.UUID) -> None:
        """Make a delivery due again, at once and signed anew; one that is under way follows itself."""
        query = (
            "UPDATE webhooks SET again = coalesce(leased_until > clock_timestamp(), false), state = 'pending', "
            "next_at = clock_timestamp(), finished_at = NULL, "
            "signed_at = CASE WHEN leased_until > clock_timestamp() THEN signed_at ELSE NULL END WHERE id = %s"
        )
        async with self._pool.connection() as conn:
            await conn.execute(query, (delivery_id,))

    async def find(self, some_id: uuid.UUID) -> Delivery | None:
        """A delivery by its own id or by its request's, the newest."""
        query = f"SELECT {_COLUMNS} FROM webhooks WHERE id = %s OR request_id = %s ORDER BY created_at DESC LIMIT 1"
        found = await self._many(query, (some_id, some_id))
        return found[0] if found else None

    async def recent(
        self, limit: int, offset: int = 0, *, owner: str | None = None, wire: str | None = None
    ) -> list[Delivery]:
        """The newest deliveries; `owner` None means everybody's."""
        query = f"SELECT {_COLUMNS} FROM webhooks {_MINE} ORDER BY created_at DESC LIMIT %s OFFSET %s"
        return await self._many(query, (owner, owner, wire, wire, limit, offset))

    async def count(self, *, owner: str | None = None, wire: str | None = None) -> int:
        """How many there are."""
        async with self._pool.connection() as conn:
            query = f"SELECT count(*) FROM webhooks {_MINE}"
            row = await (await conn.execute(query, (owner, owner, wire, wire))).fetchone()
        return int(row[0]) if row else 0

    async def attempts(self, delivery_id: uuid.UUID) -> list[Attempt]:
        """What happened, in order."""
        query = (
            "SELECT number, at, duration_ms, status_code, response, error FROM webhook_attempts "
            "WHERE webhook_id = %s ORDER BY id"
        )
        async with self._pool.connection() as conn, conn.cursor(row_factory=class_row(Attempt)) as cursor:
            rows: list[Attempt] = await (await cursor.execute(query, (delivery_id,))).fetchall()
            return rows

    async def _many(self, query: str, values: Any) -> list[Delivery]:  # noqa: ANN401  (psycopg parameters)
        async with self._pool.connection() as conn, conn.cursor(row_factory=class_row(Delivery)) as cursor:
            rows: list[Delivery] = await (await cursor.execute(query, values)).fetchall()
            return rows


_MINE = "WHERE (%s::text IS NULL OR owner = %s) AND (%s::text IS NULL OR wire = %s)"
