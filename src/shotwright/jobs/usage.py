"""What was rendered and what it cost, by day, endpoint, engine and key; read from the requests themselves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from psycopg.rows import class_row

if TYPE_CHECKING:
    from psycopg import AsyncConnection
    from psycopg_pool import AsyncConnectionPool

COLUMNS = (
    "day", "key", "endpoint_id", "engine", "requests", "failed", "seconds", "unit_price", "cost_usd", "upstream_usd"
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class UsageRow:
    """One day of one key on one endpoint and engine; `seconds` of output, money in US dollars."""

    day: date
    key: str | None
    endpoint_id: str
    engine: str
    requests: int
    failed: int
    seconds: float
    unit_price: float
    cost_usd: Decimal
    upstream_usd: Decimal

    def to_json(self) -> dict[str, Any]:
        """As the API, the table and the CSV show it."""
        return {
            **vars(self), "day": self.day.isoformat(), "cost_usd": float(self.cost_usd), "upstream_usd": float(self.upstream_usd),
        }  # fmt: skip


async def spent_today(conn: AsyncConnection[Any], owner: str) -> Decimal:
    """US dollars that a key has spent or reserved since midnight UTC."""
    query = (
        "SELECT coalesce(sum(cost_usd), 0) FROM requests WHERE owner = %s "
        "AND created_at >= date_trunc('day', clock_timestamp() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC'"
    )
    found = await (await conn.execute(query, (owner,))).fetchone()
    return Decimal(found[0]) if found else Decimal(0)


async def spent_today_on(conn: AsyncConnection[Any], engine: str) -> Decimal:
    """US dollars that everybody together has spent or reserved on an engine since midnight UTC."""
    query = (
        "SELECT coalesce(sum(cost_usd), 0) FROM requests WHERE engine = %s "
        "AND created_at >= date_trunc('day', clock_timestamp() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC'"
    )
    found = await (await conn.execute(query, (engine,))).fetchone()
    return Decimal(found[0]) if found else Decimal(0)


async def usage(
    pool: AsyncConnectionPool[Any], start: date, end: date, *, owner: str | None = None, endpoint_id: str | None = None
) -> list[UsageRow]:
    """Usage from `start` to `end`, both included, days in UTC; `owner` None means everybody's."""
    query = (
        "SELECT (created_at AT TIME ZONE 'UTC')::date AS day, owner AS key, endpoint_id, engine, count(*) AS requests, "
        "count(*) FILTER (WHERE state = 'failed') AS failed, "
        "coalesce(sum((metrics->>'billable_units')::float8), 0) AS seconds, "
        "coalesce(max((metrics->>'unit_price')::float8), 0) AS unit_price, "
        "coalesce(sum(cost_usd) FILTER (WHERE state = 'succeeded'), 0) AS cost_usd, "
        "coalesce(sum((metrics->>'upstream_usd')::numeric), 0) AS upstream_usd FROM requests "
        "WHERE created_at >= %(start)s::date::timestamp AT TIME ZONE 'UTC' "
        "AND created_at < (%(end)s::date + 1)::timestamp AT TIME ZONE 'UTC' "
        "AND (%(owner)s::text IS NULL OR owner = %(owner)s) "
        "AND (%(endpoint)s::text IS NULL OR endpoint_id = %(endpoint)s) GROUP BY 1, 2, 3, 4 ORDER BY 1 DESC, 2, 3, 4"
    )
    values = {"start": start, "end": end, "owner": owner, "endpoint": endpoint_id}
    async with pool.connection() as conn, conn.cursor(row_factory=class_row(UsageRow)) as cursor:
        rows: list[UsageRow] = await (await cursor.execute(query, values)).fetchall()
        return rows


async def budget_left(pool: AsyncConnectionPool[Any], owner: str, daily_budget_usd: Decimal | None) -> Decimal | None:
    """What a key may still spend today, US dollars; None when it has no budget."""
    if daily_budget_usd is None:
        return None
    async with pool.connection() as conn:
        return max(Decimal(0), daily_budget_usd - await spent_today(conn, owner))
