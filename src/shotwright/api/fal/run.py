"""Sync run and stream: submit, wait, answer with the output. A client that goes away cancels. Source: fal-wire 2.6, 2.7."""

from __future__ import annotations

import asyncio
import contextlib
import json
from typing import TYPE_CHECKING

from starlette.responses import Response

from shotwright.api.answers import error_of
from shotwright.api.call import Call, Node, handler
from shotwright.api.fal import bodies
from shotwright.api.fal.options import new_request
from shotwright.api.requests import KEY_HEADER, REPLAYED, submit
from shotwright.api.stream import event_stream, row_events
from shotwright.core.request import parse_request

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.requests import Request

    from shotwright.jobs.rows import Created, StoredRequest


@handler("run", is_wire=True)
async def run(call: Call) -> Response:
    """POST /{endpoint}: block until the result is there."""
    made = await _submit(call)
    row = made.row
    waiting = asyncio.create_task(call.node.hub.until_terminal(row.id))
    leaving = asyncio.create_task(_gone(call.request))
    try:
        await asyncio.wait({waiting, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if not waiting.done() and not _may_be_repeated(call.request):
            await call.node.hub.cancel(row.id)
        answer = bodies.result_response(await waiting, call.base)
        answer.headers.update(REPLAYED if made.is_replay else {})
        return answer
    finally:
        for task in (waiting, leaving):
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task


@handler("run", is_wire=True)
async def stream(call: Call) -> Response:
    """POST /{endpoint}/stream: progress events; the last event is the output."""
    made = await _submit(call)
    row = made.row
    events = _events(call.node, row, call.base, may_cancel=not _may_be_repeated(call.request))
    return event_stream(events, bodies.request_headers(row) | (REPLAYED if made.is_replay else {}))


async def _submit(call: Call) -> Created:
    arguments = await call.body()
    new = new_request(call, call.path["endpoint"], arguments)
    parse_request(new.endpoint_id, arguments)
    return await submit(call, new)


def _may_be_repeated(request: Request) -> bool:
    """A caller with an idempotency key may come back for the result; going away is no cancel."""
    return KEY_HEADER in request.headers


async def _gone(request: Request) -> None:
    """Returns when the client closes the connection."""
    while True:
        message = await request.receive()
        if message["type"] == "http.disconnect":
            return


async def _events(node: Node, row: StoredRequest, base: str, *, may_cancel: bool) -> AsyncIterator[str]:
    seen = 0

    async def tell(current: StoredRequest) -> str:
        nonlocal seen
        events = await node.store.events(row.id, after=seen)
        seen = events[-1].id if events else seen
        said: list[bodies.JSON] = [
            {"type": event.kind, "message": event.message, **(event.data or {})}
            for event in events
            if event.kind in {"progress", "log"}
        ]
        if current.is_terminal:
            said.append(_last(current, base))
        return "".join(f"data: {json.dumps(body)}\n\n" for body in said)

    try:
        async for text in row_events(node, row.id, tell):
            yield text
    except asyncio.CancelledError:
        if may_cancel:
            await asyncio.shield(node.hub.cancel(row.id))
        raise


def _last(row: StoredRequest, base: str) -> bodies.JSON:
    error = error_of(row)
    if error is None:
        return bodies.output(row, base)
    detail = error["items"] if error["is_model_error"] else error["message"]
    return {"detail": detail, "error_type": error["type"], "status": error["status"]}
