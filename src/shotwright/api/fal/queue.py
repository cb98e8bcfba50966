"""The queue: submit, status, status stream, result, cancel. Source: fal-wire 2.1-2.5."""

from __future__ import annotations

import contextlib
import json
import uuid
from typing import TYPE_CHECKING

from shotwright.api.auth import caller
from shotwright.api.body import read_json
from shotwright.api.context import Context, context_of
from shotwright.api.fal import bodies
from shotwright.api.fal.options import TRUE, new_request
from shotwright.api.origin import origin, queue_prefix
from shotwright.api.stream import event_stream, told
from shotwright.api.submission import REPLAYED
from shotwright.api.submission import submit as store_request
from shotwright.core.errors import NotFound
from shotwright.core.request import parse_request

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from shotwright.jobs.store import StoredRequest


async def submit(request: Request) -> Response:
    """POST /queue/{endpoint}: store the request, answer with its ticket."""
    context = context_of(request)
    who = await caller(request, "run")
    endpoint_id = request.path_params["endpoint"]
    arguments = await read_json(request, context.settings.max_body_mb)
    new = new_request(request, context, endpoint_id, arguments)
    if context.settings.strict_submit:
        parse_request(new.endpoint_id, arguments)
    longest = request.query_params.get("fal_max_queue_length", "")
    if longest.isascii() and longest.isdigit() and len(longest) < 12 and await context.store.waiting() >= int(longest):
        return bodies.json_response({"detail": "The queue is full."}, 429, {"retry-after": "5"})
    made = await store_request(request, context, who, new)
    headers = bodies.request_headers(made.row) | (REPLAYED if made.is_replay else {})
    return bodies.json_response(bodies.submitted(made.row, base_url(request, context), made.position), 200, headers)


async def status(request: Request) -> Response:
    """GET .../requests/{id}/status: 202 while it waits or runs, 200 when it has ended."""
    context = context_of(request)
    row = await find(request, context)
    position = await context.hub.position(row)
    logs = await context.store.events(row.id, kind="log") if wants_logs(request) else None
    body = bodies.status_body(row, base_url(request, context), position, logs)
    return bodies.json_response(body, 200 if row.is_terminal else 202, bodies.request_headers(row))


async def status_stream(request: Request) -> Response:
    """GET .../requests/{id}/status/stream: an event per change with the logs since the last one, until the end."""
    context = context_of(request)
    row = await find(request, context)
    base, with_logs = base_url(request, context), wants_logs(request)
    last, seen = "", 0

    async def tell(row: StoredRequest) -> str:
        nonlocal last, seen
        logs = await context.store.events(row.id, after=seen, kind="log") if with_logs else None
        seen = logs[-1].id if logs else seen
        text = json.dumps(bodies.status_body(row, base, await context.hub.position(row), logs))
        is_new, last = text != last, text
        return f"data: {text}\n\n" if is_new else ""

    return event_stream(told(context, row.id, tell), bodies.request_headers(row))


async def result(request: Request) -> Response:
    """GET .../requests/{id}: the bare output, or the model's own error."""
    context = context_of(request)
    row = await find(request, context)
    return bodies.result_response(row, origin(request, context.settings))


async def cancel(request: Request) -> Response:
    """PUT .../requests/{id}/cancel."""
    context = context_of(request)
    row = await find(request, context, "run")
    if row.is_terminal:
        return bodies.json_response({"status": "ALREADY_COMPLETED"}, 400, bodies.request_headers(row))
    after = await context.store.request_cancel(row.id)
    if after is not None and after.is_terminal and after.state != "cancelled":
        return bodies.json_response({"status": "ALREADY_COMPLETED"}, 400, bodies.request_headers(row))
    return bodies.json_response({"status": "CANCELLATION_REQUESTED"}, 202, bodies.request_headers(row))


async def find(request: Request, context: Context, scope: str = "read") -> StoredRequest:
    """The request that a path names; another key's requests do not exist.

    Raises:
        NotFound: It does not exist for this caller.
    """
    who = await caller(request, scope)
    row: StoredRequest | None = None
    with contextlib.suppress(ValueError):
        row = await context.hub.row(uuid.UUID(request.path_params["request_id"]))
    if row is None or not who.may_see(row):
        raise NotFound("Request not found")
    return row


def base_url(request: Request, context: Context) -> str:
    """Origin and prefix of a request's addresses."""
    return origin(request, context.settings) + queue_prefix(request)


def wants_logs(request: Request) -> bool:
    """`?logs=1` or `?logs=true`."""
    query: bytes = request.scope["query_string"]
    return b"logs=" in query and request.query_params.get("logs", "").lower() in TRUE
