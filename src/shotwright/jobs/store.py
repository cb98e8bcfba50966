"""The requests in the database: created, moved from state to state, read. Its statements stand in `sql/requests.sql`.

Every change appends an event and wakes whoever waits for the request (`NOTIFY`), in the same transaction.
"""

from __future__ import annotations

import time
import uuid
from typing import TYPE_CHECKING, Any

from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from shotwright.core.errors import SetupError
from shotwright.jobs.admission import Admission, admit, earlier, forget_keys, lock_owner, remember
from shotwright.jobs.messages import storable
from shotwright.jobs.outbox import post
from shotwright.jobs.queries import migrations, row_of, statements
from shotwright.jobs.rows import CHANNEL, JSON, Created, Event, NewRequest, StoredRequest
from shotwright.jobs.states import MAX_ATTEMPTS, TERMINAL, State, sources

if TYPE_CHECKING:
    from psycopg import AsyncConnection
    from psycopg_pool import AsyncConnectionPool

    from shotwright.jobs.queue import Queue

_SCHEMA_LOCK = 7_301_114
SQL = statements("requests")
COUNTING_SHARE, QUICK_S = 20.0, 0.005
"""Counting may take a twentieth of the time, once it takes longer than this: load balancers ask for it all day."""


class RequestStore:
    """Reads and changes requests."""

    def __init__(self, pool: AsyncConnectionPool[Any], queue: Queue, *, concurrency_per_key: int = 0) -> None:
        """`queue` takes new requests, in the transaction that stores them; `concurrency_per_key` 0 means no bound."""
        self._pool, self._queue = pool, queue
        self._concurrency = concurrency_per_key
        self._counted: dict[str, int] = {}
        self._counted_until = 0.0

    async def prepare(self) -> None:
        """Make the tables, or take the steps that they lack; several processes may do so at once.

        Raises:
            SetupError: A later release has changed them.
        """
        async with self._pool.connection() as conn, conn.transaction():
            await conn.execute(SQL["lock_schema"], (_SCHEMA_LOCK,))
            await conn.execute(SQL["migrations_table"])
            done = {number for (number,) in await (await conn.execute(SQL["migrations"])).fetchall()}
            if done and max(done) > migrations()[-1][0]:
                raise SetupError(
                    f"The database was changed by a later release (step {max(done)}; this one knows {migrations()[-1][0]}). Install that "
                    "release again, or restore the copy of the data from before."
                )
            for number, statement in migrations():
                if number not in done:
                    await conn.execute(statement)
                    await conn.execute(SQL["migrated"], (number,))

    async def setting(self, name: str, default: str) -> str:
        """A value that all processes share; `default` is stored when there is none."""
        query = SQL["keep_setting"]
        async with self._pool.connection() as conn:
            row = await (await conn.execute(query, (name, default))).fetchone()
        assert row is not None  # noqa: S101  (RETURNING)
        return str(row[0])

    async def create(self, new: NewRequest, admission: Admission | None = None) -> Created:
        """Store a request and queue it, in one transaction.

        Raises:
            QuotaError: `admission` does not let it in; nothing is stored.
            IdempotencyMismatch: Its idempotency key was used for another request.
        """
        async with self._pool.connection() as conn, conn.transaction():
            if admission is not None and admission.is_needed:
                await lock_owner(conn, admission.owner)
                known = await earlier(conn, admission)
                if known is not None:
                    row = await self._one(conn, SQL["find"], (known[0],))
                    assert row is not None  # noqa: S101  (a foreign key)
                    return Created(row, known[1], is_replay=True)
                await admit(conn, admission, new.reserve_usd)
            row = await self._insert(conn, new)
            position = await self._position(conn, row)
            if admission is not None:
                await remember(conn, admission, row.id, position)
        return Created(row, position)

    async def _insert(self, conn: AsyncConnection[Any], new: NewRequest) -> StoredRequest:
        request_id = uuid.uuid4()
        query = SQL["insert"]
        values = (
            request_id, new.endpoint_id, new.engine, Jsonb(new.arguments), Jsonb(new.options), new.priority, new.start_timeout_s,
            new.owner, new.wire, Jsonb(new.webhook) if new.webhook else None, new.reserve_usd,
        )  # fmt: skip
        await conn.execute(query, values)
        job = await self._queue.put(conn, request_id, new.priority)
        query = SQL["set_queue_job"]
        row = await self._one(conn, query, (job, request_id))
        await self._event(conn, request_id, "state", data={"state": State.QUEUED.value})
        assert row is not None  # noqa: S101  (just inserted)
        return row

    async def get(self, request_id: uuid.UUID) -> StoredRequest | None:
        """A request, or None."""
        async with self._pool.connection() as conn:
            return await self._one(conn, SQL["find"], (request_id,))

    async def position(self, row: StoredRequest) -> int:
        """How many requests wait before this one."""
        async with self._pool.connection() as conn:
            return await self._position(conn, row)

    @staticmethod
    async def _position(conn: AsyncConnection[Any], row: StoredRequest) -> int:
        query = SQL["position"]
        found = await (await conn.execute(query, (row.priority, row.priority, row.created_at))).fetchone()
        return int(found[0]) if found else 0

    async def waiting(self) -> int:
        """How many requests wait."""
        async with self._pool.connection() as conn:
            found = await (await conn.execute(SQL["waiting"])).fetchone()
        return int(found[0]) if found else 0

    async def move(
        self,
        request_id: uuid.UUID,
        target: State,
        *,
        attempt: int | None = None,
        worker: int | None = None,
        values: JSON | None = None,
        only_cancelled: bool = False,
        is_loss: bool = False,
    ) -> StoredRequest | None:
        """Move a request to another state.

        Args:
            request_id: Which.
            target: Where to; the sources come from the state table.
            attempt: When given, the request must still be on this attempt: a worker that was declared lost changes nothing.
            worker: The worker that starts it.
            values: Columns to set: plan, result, error, metrics.
            only_cancelled: Only a request whose end was asked for.
            is_loss: It waits again because a worker or an engine died over it.

        Returns:
            The row, or None when the transition was not allowed.
        """
        async with self._pool.connection() as conn, conn.transaction():
            if target is State.RUNNING and self._concurrency and await self._park(conn, request_id):
                return None
            row = await self._move(
                conn,
                request_id,
                target,
                attempt=attempt,
                worker=worker,
                values=values or {},
                only_cancelled=only_cancelled,
                is_loss=is_loss,
            )
            if row is not None and target is State.QUEUED:
                await self._requeue(conn, row, is_again=True)
        return row

    async def _move(
        self,
        conn: AsyncConnection[Any],
        request_id: uuid.UUID,
        target: State,
        *,
        attempt: int | None = None,
        worker: int | None = None,
        values: JSON,
        only_from: State | None = None,
        only_cancelled: bool = False,
        is_loss: bool = False,
    ) -> StoredRequest | None:
        """The one statement that changes a state, and what follows from an end: event, webhook."""
        given = {key: Jsonb(storable(value)) if isinstance(value, dict) else value for key, value in values.items()}
        allowed = sources(target) if only_from is None else [only_from.value]
        row = await self._one(
            conn,
            SQL["start" if target is State.RUNNING else "end" if target in TERMINAL else "queue_again"],
            {
                **dict.fromkeys(("plan", "result", "error", "metrics", "progress", "cost_usd", "cancel_requested")), **given,
                "id": request_id, "state": target.value, "sources": allowed, "attempt": attempt, "worker": worker,
                "only_cancelled": only_cancelled, "is_loss": is_loss, "is_cancel": target is State.CANCELLED,
            },
        )  # fmt: skip
        if row is not None:
            await self._event(conn, request_id, "state", data={"state": target.value, "attempt": row.attempt})
            if row.is_terminal and row.webhook:
                await post(conn, row)
        return row

    async def _park(self, conn: AsyncConnection[Any], request_id: uuid.UUID) -> bool:
        """Set a request aside when its caller has as many running as allowed; whether it was."""
        found = await (await conn.execute(SQL["owner"], (request_id,))).fetchone()
        if found is None or found[0] is None:
            return False
        await lock_owner(conn, found[0])
        query = SQL["running_of_owner"]
        running = await (await conn.execute(query, (found[0],))).fetchone()
        if running is None or running[0] < self._concurrency:
            return False
        await conn.execute(SQL["park"], (request_id,))
        return True

    async def unpark(self) -> None:
        """Queue requests that were set aside, as far as their callers have room again."""
        query = SQL["owners_with_parked"]
        async with self._pool.connection() as conn:
            owners = [owner for (owner,) in await (await conn.execute(query)).fetchall()]
            for owner in owners:
                async with conn.transaction():
                    await self._unpark(conn, owner)

    async def _unpark(self, conn: AsyncConnection[Any], owner: str) -> None:
        await lock_owner(conn, owner)
        query = SQL["running_of_owner"]
        found = await (await conn.execute(query, (owner,))).fetchone()
        room = self._concurrency - (found[0] if found else 0) if self._concurrency else None
        query = SQL["parked_of_owner"]
        for row in await self._rows(conn, query, (owner, room if room is None else max(room, 0))):
            await self._requeue(conn, row, is_again=True)

    async def _requeue(self, conn: AsyncConnection[Any], row: StoredRequest, *, is_again: bool = False) -> None:
        """Give a request an entry in the queue; one that had its turn before goes before those that have waited less."""
        job = await self._queue.put(conn, row.id, row.priority, is_again=is_again)
        await conn.execute(SQL["set_queue_job"], (job, row.id))

    async def request_cancel(self, request_id: uuid.UUID) -> StoredRequest | None:
        """Ask for the end of a request: one that waits ends at once, one that runs is told.

        Returns:
            The row after the request, or None when there is none.
        """
        async with self._pool.connection() as conn, conn.transaction():
            values = {"cancel_requested": True}
            row = await self._move(conn, request_id, State.CANCELLED, values=values, only_from=State.QUEUED)
            if row is None:
                query = SQL["ask_to_cancel"]
                row = await self._one(conn, query, (request_id,))
                await self._notify(conn, request_id)
        return row or await self.get(request_id)

    async def log(self, request_id: uuid.UUID, message: str, *, level: str = "INFO") -> None:
        """Append a line to a request's log."""
        async with self._pool.connection() as conn, conn.transaction():
            await self._event(conn, request_id, "log", level=level, message=message)

    async def note(self, request_id: uuid.UUID, attempt: int, note: JSON) -> None:
        """Keep what an engine wants a later attempt to know."""
        query = SQL["note"]
        async with self._pool.connection() as conn:
            await conn.execute(query, (Jsonb(storable(note)), request_id, attempt))

    async def preview(self, request_id: uuid.UUID, file_id: str) -> None:
        """Record a picture of a render that is under way."""
        async with self._pool.connection() as conn, conn.transaction():
            await self._event(conn, request_id, "preview", data={"file_id": file_id})

    async def progress(
        self, request_id: uuid.UUID, attempt: int, stage: str, fraction: float, message: str | None
    ) -> None:
        """Record how far a render is; a `message` becomes a line of the log."""
        async with self._pool.connection() as conn, conn.transaction():
            query = SQL["progress"]
            done = await conn.execute(query, (stage, fraction, request_id, attempt))
            if done.rowcount:
                if message:
                    await self._event(conn, request_id, "log", level="INFO", message=message)
                await self._event(conn, request_id, "progress", data={"stage": stage, "fraction": round(fraction, 4)})

    async def events(self, request_id: uuid.UUID, *, after: int = 0, kind: str | None = None) -> list[Event]:
        """Events of a request in order, from the one after `after` on."""
        query = SQL["events"]
        async with self._pool.connection() as conn, conn.cursor(row_factory=row_of(Event)) as cursor:
            rows: list[Event] = await (await cursor.execute(query, (request_id, after, kind, kind))).fetchall()
            return rows

    async def expire_starts(self, error: JSON) -> None:
        """Fail requests that waited longer than their start timeout."""
        query = SQL["late_starts"]
        async with self._pool.connection() as conn, conn.transaction():
            for (request_id,) in await (await conn.execute(query)).fetchall():
                await self._move(conn, request_id, State.FAILED, values={"error": error}, only_from=State.QUEUED)

    async def heartbeat(self, request_ids: list[uuid.UUID], worker: int) -> None:
        """Confirm requests that a worker is rendering."""
        async with self._pool.connection() as conn:
            await conn.execute(SQL["heartbeat"], (request_ids, worker))

    async def rescue(self, error: JSON, patience_s: float | None, moment_s: float = 0.0) -> list[int]:
        """Take back requests that nobody renders: queue them again, or fail them after the last attempt.

        A worker holds an advisory lock on its own connection for as long as it lives, and confirms each request that it renders: a lock
        that can be taken has no owner when its requests were not confirmed for `moment_s` either, and a request that was not confirmed for
        `patience_s` (None: do not ask) was given up.

        Returns:
            Entries of the queue that are to be cleaned up.
        """
        async with self._pool.connection() as conn, conn.transaction():
            lost = await self._rows(conn, SQL["orphans"], (moment_s, patience_s))
            for row in lost:
                await self._rescue_one(conn, row, error)
            strays = await self._rows(conn, SQL["strays"], (patience_s,))
            for row in strays:
                await self._requeue(conn, row, is_again=True)
        return [row.queue_job for row in (*lost, *strays) if row.queue_job is not None]

    async def _rescue_one(self, conn: AsyncConnection[Any], row: StoredRequest, error: JSON) -> None:
        no_retry = bool(row.options.get("no_retry"))
        if row.cancel_requested:
            await self._move(conn, row.id, State.CANCELLED, attempt=row.attempt, values={})
        elif row.losses + 1 >= MAX_ATTEMPTS or no_retry:
            await self._move(conn, row.id, State.FAILED, attempt=row.attempt, values={"error": error})
        else:
            await self._event(
                conn, row.id, "log", level="WARN", message=f"The worker was lost; attempt {row.attempt + 1} follows."
            )
            await self._move(conn, row.id, State.QUEUED, attempt=row.attempt, values={}, is_loss=True)
            await self._requeue(conn, row, is_again=True)

    async def results(self, request_ids: list[uuid.UUID]) -> dict[uuid.UUID, JSON]:
        """The results of those of these requests that this database knows; empty ones where there is none."""
        async with self._pool.connection() as conn:
            rows = await (await conn.execute(SQL["results"], (request_ids,))).fetchall()
        return {request_id: result or {} for request_id, result in rows}

    async def counts(self) -> dict[str, int]:
        """How many requests are in each state; where the history is so long that counting takes long, as of a moment ago."""
        async with self._pool.connection() as conn, conn.cursor(row_factory=dict_row) as cursor:
            began = time.monotonic()
            if began < self._counted_until:
                await cursor.execute("SELECT 1")  # whether the database is there is asked each time
                return dict(self._counted)
            rows = await (await cursor.execute(SQL["counts"])).fetchall()
        took = time.monotonic() - began
        self._counted = {row["state"]: row["n"] for row in rows}
        self._counted_until = began + (COUNTING_SHARE * took if took > QUICK_S else 0.0)
        return dict(self._counted)

    async def forget(self, days: float) -> list[JSON]:
        """Delete payloads and logs of requests that ended more than `days` ago; what they cost stays. Returns their results."""
        query = SQL["ended_before"]
        results = []
        async with self._pool.connection() as conn, conn.transaction():
            for (request_id,) in await (await conn.execute(query, (days * 86400,))).fetchall():
                results.append(await self._delete_payload(conn, request_id))
        return [result for result in results if result]

    async def forget_rows(self, days: float) -> list[JSON]:
        """Delete requests that ended more than `days` ago, with all that belongs to them, a batch at a time. Returns their results."""
        async with self._pool.connection() as conn, conn.transaction():
            ids = [found for (found,) in await (await conn.execute(SQL["forgotten"], (days * 86400,))).fetchall()]
            results = [await self._delete_payload(conn, request_id) for request_id in ids]
            await conn.execute(SQL["delete_rows"], (ids,))
        return [result for result in results if result]

    async def rename_owner(self, old: str, new: str) -> None:
        """Call a key otherwise: its requests stay its own."""
        async with self._pool.connection() as conn:
            await conn.execute(SQL["rename_owner"], (new, old))

    async def forget_keys(self) -> None:
        """Drop idempotency keys that are too old to be repeated."""
        async with self._pool.connection() as conn:
            await forget_keys(conn)

    async def delete_payload(self, request_id: uuid.UUID) -> JSON:
        """Delete what a request was given and gave; returns its result, whose files are the caller's to delete."""
        async with self._pool.connection() as conn, conn.transaction():
            return await self._delete_payload(conn, request_id)

    async def _delete_payload(self, conn: AsyncConnection[Any], request_id: uuid.UUID) -> JSON:
        query = SQL["delete_payload"]
        found = await (await conn.execute(query, (request_id, sorted(TERMINAL)))).fetchone()
        query = SQL["delete_logs"]
        gone = await (await conn.execute(query, (request_id,))).fetchall()
        await self._notify(conn, request_id)
        return {**(found[0] if found and found[0] else {}), "previews": [file_id for (file_id,) in gone if file_id]}

    @staticmethod
    async def _rows(conn: AsyncConnection[Any], query: str, values: Any) -> list[StoredRequest]:  # noqa: ANN401  (psycopg parameters)
        async with conn.cursor(row_factory=row_of(StoredRequest)) as cursor:
            rows: list[StoredRequest] = await (await cursor.execute(query, values)).fetchall()
            return rows

    @staticmethod
    async def _one(conn: AsyncConnection[Any], query: str, values: Any) -> StoredRequest | None:  # noqa: ANN401  (psycopg parameters)
        async with conn.cursor(row_factory=row_of(StoredRequest)) as cursor:
            return await (await cursor.execute(query, values)).fetchone()

    @staticmethod
    async def _event(
        conn: AsyncConnection[Any],
        request_id: uuid.UUID,
        kind: str,
        *,
        level: str | None = None,
        message: str | None = None,
        data: JSON | None = None,
    ) -> None:
        query = SQL["event"]
        payload = Jsonb(storable(data)) if data is not None else None
        await conn.execute(query, (request_id, kind, level, storable(message), payload, CHANNEL, str(request_id)))

    @staticmethod
    async def _notify(conn: AsyncConnection[Any], request_id: uuid.UUID) -> None:
        await conn.execute(SQL["notify"], (CHANNEL, str(request_id)))
