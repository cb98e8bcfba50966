"""The queue: submit, status, status stream, result, cancel. Source: fal-wire 2.1-2.5."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from shotwright.api.answers import json_response
from shotwright.api.call import Call, handler
from shotwright.api.fal import bodies
from shotwright.api.fal.options import new_request
from shotwright.api.query import digits
from shotwright.api.requests import REPLAYED, TRUE, find
from shotwright.api.requests import submit as store_request
from shotwright.api.stream import event_stream, row_events
from shotwright.core.request import parse_request

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from shotwright.jobs.rows import StoredRequest


@handler("run", is_wire=True)
async def submit(call: Call) -> Response:
    """POST /queue/{endpoint}: store the request, answer with its ticket."""
    endpoint_id = call.path["endpoint"]
    arguments = await call.body()
    new = new_request(call, endpoint_id, arguments)
    if call.node.settings.strict_submit:
        parse_request(new.endpoint_id, arguments)
    longest = digits(call.query.get("fal_max_queue_length", ""))
    if longest is not None and await call.node.store.waiting() >= longest:
        return json_response({"detail": "The queue is full."}, 429, {"retry-after": "5"})
    made = await store_request(call, new)
    headers = bodies.request_headers(made.row) | (REPLAYED if made.is_replay else {})
    return json_response(bodies.submitted(made.row, call.queue_base, made.position), 200, headers)


@handler("read", is_wire=True)
async def status(call: Call) -> Response:
    """GET .../requests/{id}/status: 202 while it waits or runs, 200 when it has ended."""
    row = await find(call)
    position = await call.node.hub.position(row)
    logs = await call.node.store.events(row.id, kind="log") if wants_logs(call.request) else None
    body = bodies.status_body(row, call.queue_base, position, logs)
    return json_response(body, 200 if row.is_terminal else 202, bodies.request_headers(row))


@handler("read", is_wire=True)
async def status_stream(call: Call) -> Response:
    """GET .../requests/{id}/status/stream: an event per change with the logs since the last one, until the end."""
    row = await find(call)
    base, with_logs = call.queue_base, wants_logs(call.request)
    last, seen = "", 0

    async def tell(row: StoredRequest) -> str:
        nonlocal last, seen
        logs = await call.node.store.events(row.id, after=seen, kind="log") if with_logs else None
        seen = logs[-1].id if logs else seen
        text = json.dumps(bodies.status_body(row, base, await call.node.hub.position(row), logs))
        is_new, last = text != last, text
        return f"data: {text}\n\n" if is_new else ""

    return event_stream(row_events(call.node, row.id, tell), bodies.request_headers(row))


@handler("read", is_wire=True)
async def result(call: Call) -> Response:
    """GET .../requests/{id}: the bare output, or the model's own error."""
    row = await find(call)
    return bodies.result_response(row, call.base)


@handler("run", is_wire=True)
async def cancel(call: Call) -> Response:
    """PUT .../requests/{id}/cancel."""
    row = await find(call)
    if row.is_terminal:
        return json_response({"status": "ALREADY_COMPLETED"}, 400, bodies.request_headers(row))
    after = await call.node.hub.cancel(row.id)
    if after is not None and after.is_terminal and after.state != "cancelled":
        return json_response({"status": "ALREADY_COMPLETED"}, 400, bodies.request_headers(row))
    return json_response({"status": "CANCELLATION_REQUESTED"}, 202, bodies.request_headers(row))


def wants_logs(request: Request) -> bool:
    """`?logs=1` or `?logs=true`."""
    query: bytes = request.scope["query_string"]
    return b"logs=" in query and request.query_params.get("logs", "").lower() in TRUE
