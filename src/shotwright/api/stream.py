"""One request as server-sent events: something for every change, a ping when nothing happens, until the end."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import TYPE_CHECKING

from starlette.responses import StreamingResponse

if TYPE_CHECKING:
    import uuid
    from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping

    from shotwright.api.call import Node
    from shotwright.jobs.rows import StoredRequest

PING_S = 15.0
PING = ": ping\n\n"
HEADERS = {"cache-control": "no-store", "x-accel-buffering": "no"}


def event_stream(events: AsyncIterator[str], headers: Mapping[str, str] | None = None) -> StreamingResponse:
    """Events as an answer that no proxy holds back."""
    return StreamingResponse(events, headers={**HEADERS, **(headers or {})}, media_type="text/event-stream")


async def row_events(
    node: Node, request_id: uuid.UUID, tell: Callable[[StoredRequest], Awaitable[str]]
) -> AsyncIterator[str]:
    """What `tell` says of the row at once and after every change; nothing is sent for an empty text."""
    async with aclosing(_changes(node, request_id)) as rows:
        async for row in rows:
            text = PING if row is None else await tell(row)
            if text:
                yield text


async def _changes(node: Node, request_id: uuid.UUID) -> AsyncGenerator[StoredRequest | None]:
    """The row at once and after every change, until it has ended or is gone; None when nothing happened for a while."""
    async with node.hub.watch(request_id) as changed:
        while True:
            changed.clear()
            row = await node.store.get(request_id)
            if row is None:
                return
            yield row
            if row.is_terminal:
                return
            try:
                await asyncio.wait_for(changed.wait(), PING_S)
            except TimeoutError:
                yield None
