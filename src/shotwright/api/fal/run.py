"""Sync run and stream: submit, wait, answer with the output. A client that goes away cancels. Source: fal-wire 2.6, 2.7."""

from __future__ import annotations

import asyncio
import contextlib
import json
from typing import TYPE_CHECKING

from starlette.responses import Response

from shotwright.api.auth import caller
from shotwright.api.body import read_json
from shotwright.api.context import Context, context_of
from shotwright.api.fal import bodies
from shotwright.api.fal.options import new_request
from shotwright.api.origin import origin
from shotwright.api.stream import event_stream, told
from shotwright.api.submission import KEY_HEADER, REPLAYED, submit
from shotwright.core.request import parse_request

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.requests import Request

    from shotwright.jobs.store import Created, StoredRequest


async def run(request: Request) -> Response:
    """POST /{endpoint}: block until the result is there."""
    context = context_of(request)
    made = await _submit(request, context)
    row = made.row
    waiting = asyncio.create_task(context.hub.until_terminal(row.id))
    leaving = asyncio.create_task(_gone(request))
    try:
        await asyncio.wait({waiting, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if not waiting.done() and not _may_be_repeated(request):
            await context.store.request_cancel(row.id)
        answer = bodies.result_response(await waiting, origin(request, context.settings))
        answer.headers.update(REPLAYED if made.is_replay else {})
        return answer
    finally:
        for task in (waiting, leaving):
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task


async def stream(request: Request) -> Response:
    """POST /{endpoint}/stream: progress events; the last event is the output."""
    context = context_of(request)
    made = await _submit(request, context)
    row = made.row
    events = _events(context, row, origin(request, context.settings), may_cancel=not _may_be_repeated(request))
    return event_stream(events, bodies.request_headers(row) | (REPLAYED if made.is_replay else {}))


async def _submit(request: Request, context: Context) -> Created:
    who = await caller(request, "run")
    arguments = await read_json(request, context.settings.max_body_mb)
    new = new_request(request, context, request.path_params["endpoint"], arguments)
    parse_request(new.endpoint_id, arguments)
    return await submit(request, context, who, new)


def _may_be_repeated(request: Request) -> bool:
    """A caller with an idempotency key may come back for the result; going away is no cancel."""
    return KEY_HEADER in request.headers


async def _gone(request: Request) -> None:
    """Returns when the client closes the connection."""
    while True:
        message = await request.receive()
        if message["type"] == "http.disconnect":
            return


async def _events(context: Context, row: StoredRequest, base: str, *, may_cancel: bool) -> AsyncIterator[str]:
    seen = 0

    async def tell(current: StoredRequest) -> str:
        nonlocal seen
        events = await context.store.events(row.id, after=seen)
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
        async for text in told(context, row.id, tell):
            yield text
    except asyncio.CancelledError:
        if may_cancel:
            await asyncio.shield(context.store.request_cancel(row.id))
        raise


def _last(row: StoredRequest, base: str) -> bodies.JSON:
    error = bodies.error_of(row)
    if error is None:
        return bodies.output(row, base)
    detail = error["items"] if error["is_model_error"] else error["message"]
    return {"detail": detail, "error_type": error["type"], "status": error["status"]}
