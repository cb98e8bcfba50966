"""Looks back over the requests: search, and how long renders usually take."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from psycopg.rows import class_row

from shotwright.jobs.store import COLUMNS, StoredRequest

if TYPE_CHECKING:
    from psycopg_pool import AsyncConnectionPool

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


_FILTER = (
    "(%(state)s::text IS NULL OR state = %(state)s) AND (%(owner)s::text IS NULL OR owner = %(owner)s) "
    "AND (%(endpoint_id)s::text IS NULL OR endpoint_id = %(endpoint_id)s) AND (%(engine)s::text IS NULL OR engine = %(engine)s) "
    "AND (%(words)s::text[] IS NULL OR arguments->>'prompt' ILIKE ALL (%(words)s) OR id::text = %(text)s) "
    "AND (%(day)s::date IS NULL OR (created_at AT TIME ZONE 'UTC')::date = %(day)s) "
    "AND (%(like)s::uuid IS NULL OR (endpoint_id, arguments) = (SELECT endpoint_id, arguments FROM requests "
    "WHERE id = %(like)s AND (%(owner)s::text IS NULL OR owner = %(owner)s))) "
    "AND (%(before)s::timestamptz IS NULL OR created_at < %(before)s)"
)


_COLUMNS = COLUMNS.replace(
    "arguments",
    "CASE WHEN jsonb_typeof(arguments) = 'object' AND pg_column_size(arguments) > 65536 THEN (SELECT coalesce(jsonb_object_agg(key, "
    "value), '{}') FROM jsonb_each(arguments) WHERE octet_length(value::text) <= 65536) ELSE arguments END AS arguments",
)
"""A list leaves out inputs of more than 64 KiB, which are media sent inside the request: a page of them would fill the memory."""


async def search(pool: AsyncConnectionPool[Any], wanted: Search, limit: int) -> list[StoredRequest]:
    """The newest requests that fit, without large inputs."""
    text = (wanted.words or "").strip()
    patterns = [f"%{_escaped(word)}%" for word in text.split()]
    values = {**vars(wanted), "words": patterns or None, "text": text.lower(), "limit": limit}
    query = f"SELECT {_COLUMNS} FROM requests WHERE {_FILTER} ORDER BY created_at DESC LIMIT %(limit)s"
    async with pool.connection() as conn, conn.cursor(row_factory=class_row(StoredRequest)) as cursor:
        rows: list[StoredRequest] = await (await cursor.execute(query, values)).fetchall()
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
    query = (
        "SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY took), count(*) "
        "FROM (SELECT (metrics->>'inference_time')::float8 AS took FROM requests "
        "WHERE endpoint_id = %s AND engine = %s AND state = 'succeeded' ORDER BY created_at DESC LIMIT %s) latest"
    )
    async with pool.connection() as conn:
        found = await (await conn.execute(query, (endpoint_id, engine, ENOUGH))).fetchone()
    if found is None or found[0] is None:
        return None
    return Typical(float(found[0]), int(found[1]))
