"""One stream of events per process: PostgreSQL's notifications, handed to whoever waits for a request.

Status readers keep rows in memory between notifications; when the connection breaks, everything is forgotten and everybody
is woken, so that nobody waits for a message that was missed.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import uuid
from collections import defaultdict
from typing import TYPE_CHECKING, Any

import psycopg
from cachetools import LRUCache

from shotwright.jobs.rows import CHANNEL

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from shotwright.jobs.rows import JSON, StoredRequest
    from shotwright.jobs.store import RequestStore

logger = logging.getLogger(__name__)
KEPT_ROWS = 4096
KEPT_BYTES = 64 << 20
RECONNECT_S = 0.5
POSITION_S = 0.2
"""A place in the queue changes without an event of its own; it is read again after this time."""


class EventHub:
    """Wakes waiters and keeps fresh rows."""

    def __init__(self, database_url: str, store: RequestStore) -> None:
        self._url = database_url
        self._store = store
        self._waiters: defaultdict[uuid.UUID, set[asyncio.Event]] = defaultdict(set)
        self._rows: LRUCache[uuid.UUID, StoredRequest] = LRUCache(KEPT_BYTES, getsizeof=_weight)
        self._positions: dict[uuid.UUID, tuple[float, int]] = {}
        self._is_listening = False
        self._fresh: object = None
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to listen."""
        ready = asyncio.Event()
        self._task = asyncio.create_task(self._run(ready), name="events")
        await asyncio.wait_for(ready.wait(), 20)

    async def stop(self) -> None:
        """Stop listening."""
        if self._task:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def row(self, request_id: uuid.UUID) -> StoredRequest | None:
        """The newest state of a request, from memory where nothing has happened since."""
        if self._is_listening and (kept := self._rows.get(request_id)) is not None:
            return kept
        marker = object()
        self._fresh = marker
        row = await self._store.get(request_id)
        if row is not None and self._is_listening and self._fresh is marker and _weight(row) < KEPT_BYTES // 64:
            self._rows[row.id] = row
        return row

    async def position(self, row: StoredRequest) -> int | None:
        """The request's place in the queue, at most `POSITION_S` old; None once it has left it."""
        if row.state != "queued":
            return None
        now = asyncio.get_running_loop().time()
        known = self._positions.get(row.id)
        if known and now - known[0] < POSITION_S:
            return known[1]
        found = await self._store.position(row)
        if len(self._positions) > KEPT_ROWS:
            self._positions.clear()
        self._positions[row.id] = (now, found)
        return found

    @contextlib.asynccontextmanager
    async def watch(self, request_id: uuid.UUID) -> AsyncIterator[asyncio.Event]:
        """An event that is set whenever something happens to the request."""
        event = asyncio.Event()
        self._waiters[request_id].add(event)
        try:
            yield event
        finally:
            self._waiters[request_id].discard(event)
            if not self._waiters[request_id]:
                del self._waiters[request_id]

    async def until_terminal(self, request_id: uuid.UUID) -> StoredRequest:
        """Wait until a request has ended."""
        async with self.watch(request_id) as changed:
            while True:
                changed.clear()
                row = await self._store.get(request_id)
                if row is None or row.is_terminal:
                    assert row is not None  # noqa: S101  (requests are not deleted while they run)
                    return row
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(changed.wait(), 5)

    async def cancel(self, request_id: uuid.UUID) -> StoredRequest | None:
        """`RequestStore.request_cancel`; whoever reads here afterwards sees it, however late the notification is."""
        after = await self._store.request_cancel(request_id)
        self._changed(request_id)
        return after

    async def delete_payload(self, request_id: uuid.UUID) -> JSON:
        """`RequestStore.delete_payload`; whoever reads here afterwards sees it."""
        result = await self._store.delete_payload(request_id)
        self._changed(request_id)
        return result

    def _changed(self, request_id: uuid.UUID) -> None:
        self._rows.pop(request_id, None)
        self._fresh = None
        for event in self._waiters.get(request_id, ()):
            event.set()

    def _lost(self) -> None:
        self._is_listening = False
        self._rows.clear()
        for events in self._waiters.values():
            for event in events:
                event.set()

    async def _run(self, ready: asyncio.Event) -> None:
        while True:
            try:
                await self._listen(ready)
            except (psycopg.Error, OSError) as exc:
                logger.warning("Lost the event stream of the database: %s", exc)
            self._lost()
            await asyncio.sleep(RECONNECT_S)

    async def _listen(self, ready: asyncio.Event) -> None:
        conn: psycopg.AsyncConnection[Any] = await psycopg.AsyncConnection.connect(self._url, autocommit=True)
        async with conn:
            await conn.execute(f"LISTEN {CHANNEL}")
            self._is_listening = True
            ready.set()
            async for note in conn.notifies():
                self._changed(uuid.UUID(note.payload))


def _weight(row: StoredRequest) -> int:
    """About how many bytes a row holds: its texts, and some for the rest."""
    return KEPT_BYTES // KEPT_ROWS + sum(
        map(_text_bytes, (row.arguments, row.options, row.plan, row.result, row.error))
    )


def _text_bytes(value: Any) -> int:  # noqa: ANN401  (any JSON)
    if isinstance(value, str):
        return len(value)
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return sum(map(_text_bytes, items))
