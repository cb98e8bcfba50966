"""Procrastinate as the queue: entries are written on the request's own connection, so that both exist or neither."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import procrastinate
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Status

if TYPE_CHECKING:
    import uuid
    from collections.abc import Awaitable, Callable

    from psycopg import AsyncConnection
    from psycopg_pool import AsyncConnectionPool

TASK = "render"
QUEUE = "render"
_SCHEMA_LOCK = 7_301_115


class Queue:
    """The one queue of renders."""

    def __init__(self, pool: AsyncConnectionPool[Any]) -> None:
        self._pool = pool
        self.app = procrastinate.App(connector=procrastinate.PsycopgConnector())

    async def open(self) -> None:
        """Make Procrastinate's tables when they are missing, and use our connections."""
        await self.app.open_async(self._pool)
        async with self._pool.connection() as conn, conn.transaction():
            await conn.execute("SELECT pg_advisory_xact_lock(%s)", (_SCHEMA_LOCK,))
            row = await (await conn.execute("SELECT to_regclass('procrastinate_jobs')")).fetchone()
            if row is None or row[0] is None:
                await conn.execute(self.app.schema_manager.get_schema())

    def on_render(self, render: Callable[[str], Awaitable[None]]) -> None:
        """What a worker does with an entry."""

        async def task(request_id: str) -> None:
            await render(request_id)

        self.app.task(name=TASK, queue=QUEUE)(task)

    async def put(
        self, conn: AsyncConnection[Any], request_id: uuid.UUID, priority: int, *, is_again: bool = False
    ) -> int:
        """Queue a request on the caller's transaction, before others of its priority when its turn had come once; the entry's number."""
        deferrer = self.app.configure_task(TASK, queue=QUEUE, priority=2 * priority + is_again, connection=conn)
        return await deferrer.defer_async(request_id=str(request_id))

    async def clean(self, entries: list[int]) -> None:
        """Drop entries of lost workers; their requests have been queued anew."""
        for entry in entries:
            with contextlib.suppress(ConnectorException):  # it is gone already
                await self.app.job_manager.finish_job_by_id_async(job_id=entry, status=Status.FAILED, delete_job=True)
