"""What an operator's monitoring wants to know, read from the rows themselves: the same from every API process, and after a restart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shotwright.jobs.queries import row_of, statements

if TYPE_CHECKING:
    from decimal import Decimal

    from psycopg_pool import AsyncConnectionPool

SQL = statements("metrics")


@dataclass(frozen=True)
class Rendered:
    """Requests of one endpoint on one engine in one state."""

    endpoint_id: str
    engine: str
    state: str
    requests: int
    render_seconds: float
    frames: int
    cost_usd: Decimal


@dataclass(frozen=True)
class Hooks:
    """Webhooks in one state."""

    state: str
    webhooks: int
    attempts: int


@dataclass(frozen=True)
class Measures:
    """All of it at one time; `oldest_s` is how long the oldest waiting request has waited."""

    rendered: list[Rendered]
    waiting: int
    oldest_s: float
    hooks: list[Hooks]


async def measures(pool: AsyncConnectionPool[Any]) -> Measures:
    """Read everything."""
    async with pool.connection() as conn:
        rendered = await (await conn.cursor(row_factory=row_of(Rendered)).execute(SQL["by_state"])).fetchall()
        hooks = await (await conn.cursor(row_factory=row_of(Hooks)).execute(SQL["webhooks"])).fetchall()
        found = await (await conn.execute(SQL["waiting"])).fetchone()
    waiting, oldest_s = found or (0, 0.0)
    return Measures(rendered, waiting, float(oldest_s), hooks)
