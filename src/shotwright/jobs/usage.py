"""What was rendered and what it cost, by day, endpoint, engine and key; read from the requests themselves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from shotwright.jobs.queries import row_of, statements

if TYPE_CHECKING:
    from psycopg import AsyncConnection
    from psycopg_pool import AsyncConnectionPool

SQL = statements("usage")
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
    query = SQL["spent_today"]
    found = await (await conn.execute(query, (owner,))).fetchone()
    return Decimal(found[0]) if found else Decimal(0)


async def spent_today_on(conn: AsyncConnection[Any], engine: str) -> Decimal:
    """US dollars that everybody together has spent or reserved on an engine since midnight UTC."""
    query = SQL["spent_today_on"]
    found = await (await conn.execute(query, (engine,))).fetchone()
    return Decimal(found[0]) if found else Decimal(0)


async def usage(
    pool: AsyncConnectionPool[Any], start: date, end: date, *, owner: str | None = None, endpoint_id: str | None = None
) -> list[UsageRow]:
    """Usage from `start` to `end`, both included, days in UTC; `owner` None means everybody's."""
    query = SQL["usage"]
    values = {"start": start, "end": end, "owner": owner, "endpoint": endpoint_id}
    async with pool.connection() as conn, conn.cursor(row_factory=row_of(UsageRow)) as cursor:
        rows: list[UsageRow] = await (await cursor.execute(query, values)).fetchall()
        return rows


async def budget_left(pool: AsyncConnectionPool[Any], owner: str, daily_budget_usd: Decimal | None) -> Decimal | None:
    """What a key may still spend today, US dollars; None when it has no budget."""
    if daily_budget_usd is None:
        return None
    async with pool.connection() as conn:
        return max(Decimal(0), daily_budget_usd - await spent_today(conn, owner))
