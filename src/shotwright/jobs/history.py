"""Looks back over the requests: search, and how long renders usually take."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from shotwright.jobs.queries import row_of, statements
from shotwright.jobs.rows import StoredRequest

if TYPE_CHECKING:
    from psycopg_pool import AsyncConnectionPool

SQL = statements("history")
OLDEST = SQL["search"].replace("created_at < ", "created_at > ").replace("created_at DESC", "created_at ASC")
ENOUGH = 20
"""So many of the latest renders tell how long the next one takes."""


@dataclass(frozen=True, kw_only=True)
class Search:
    """Which requests; what is None does not matter. `owner` None means everybody's.

    Attributes:
        words: All of them stand in the prompt, in any order; or the whole is an id of a request.
        day: Made on this day, UTC.
        before: Made before this moment; where the next page begins.
        like: The same endpoint and input as this request.
    """

    state: str | None = None
    owner: str | None = None
    endpoint_id: str | None = None
    engine: str | None = None
    words: str | None = None
    day: date | None = None
    before: datetime | None = None
    like: uuid.UUID | None = None


async def search(
    pool: AsyncConnectionPool[Any], wanted: Search, limit: int, *, is_oldest_first: bool = False
) -> list[StoredRequest]:
    """The newest requests that fit, without large inputs; or the oldest ones, and `before` is then after."""
    text = (wanted.words or "").strip()
    patterns = [f"%{_escaped(word)}%" for word in text.split()]
    values = {**vars(wanted), "words": patterns or None, "text": text.lower(), "limit": limit}
    async with pool.connection() as conn, conn.cursor(row_factory=row_of(StoredRequest)) as cursor:
        rows: list[StoredRequest] = await (
            await cursor.execute(OLDEST if is_oldest_first else SQL["search"], values)
        ).fetchall()
        return rows


def _escaped(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


@dataclass(frozen=True)
class Typical:
    """How long a render usually takes: the median of the latest `count`, seconds."""

    seconds: float
    count: int


async def typical(pool: AsyncConnectionPool[Any], endpoint_id: str, engine: str) -> Typical | None:
    """How long this engine usually takes for this endpoint; None before the first render."""
    query = SQL["typical"]
    async with pool.connection() as conn:
        found = await (await conn.execute(query, (endpoint_id, engine, ENOUGH))).fetchone()
    if found is None or found[0] is None:
        return None
    return Typical(float(found[0]), int(found[1]))
