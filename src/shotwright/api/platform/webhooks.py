"""Our own view of webhooks: the log, one delivery with its attempts, deliver again, try an address."""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING, Any

from shotwright.api.answers import json_response
from shotwright.api.call import Call, handler
from shotwright.api.query import whole_number
from shotwright.api.requests import webhook
from shotwright.core.errors import BadRequest, NotFound

if TYPE_CHECKING:
    from starlette.responses import Response

    from shotwright.jobs.outbox import Delivery

JSON = dict[str, Any]
SAMPLE_ID = "00000000-0000-4000-8000-000000000000"
SAMPLES: dict[str, JSON] = {
    "fal": {"request_id": SAMPLE_ID, "gateway_request_id": SAMPLE_ID, "status": "OK", "payload": {"test": True}},
    "eachlabs": {"exec_id": SAMPLE_ID, "flow_id": None, "status": "succeeded", "output": "", "error": ""},
}
"""What a test delivers: the frame of each wire, with nothing in it."""


@handler("read")
async def listing(call: Call) -> Response:
    """GET /webhooks?limit=&offset=: the newest deliveries."""
    limit, offset = whole_number(call.request, "limit", 20, 1, 500), whole_number(call.request, "offset", 0, 0, 10**6)
    found = await call.node.outbox.recent(limit, offset, owner=call.who.owner_filter)
    return json_response({"webhooks": [shown(item) for item in found]})


@handler("read")
async def show(call: Call) -> Response:
    """GET /webhooks/{id}: by its own id or its request's, with every attempt."""
    return json_response(await _with_attempts(call, await _find(call)))


@handler("run")
async def redeliver(call: Call) -> Response:
    """POST /webhooks/{id}/redeliver: once more, at once, under the same id."""
    found = await _find(call)
    await call.node.outbox.redeliver(found.id)
    return json_response({"id": str(found.id), "state": "pending"}, 202)


@handler("run")
async def test(call: Call) -> Response:
    """POST /webhooks/test {"url", "wire"?, "secret"?}: a signed sample to an address."""
    body = await call.small_body()
    if not isinstance(body, dict) or not isinstance(body.get("url"), str):
        raise BadRequest('Send {"url": "https://..."}.')
    wire, secret = body.get("wire", "fal"), body.get("secret")
    if not isinstance(wire, str) or wire not in SAMPLES or not (secret is None or isinstance(secret, str)):
        raise BadRequest(f"wire must be one of: {', '.join(SAMPLES)}; secret must be text.")
    hook = webhook(call, body["url"], secret or None)
    body = json.dumps(SAMPLES[wire]).encode()
    made = await call.node.outbox.add_test(wire, hook, call.who.id, body)
    return json_response({"id": str(made), "state": "pending"}, 202)


async def _find(call: Call) -> Delivery:
    try:
        found = await call.node.outbox.find(uuid.UUID(call.path["webhook_id"]))
    except ValueError:
        found = None
    if found is None or not (call.who.sees_all or found.owner == call.who.id):
        raise NotFound("There is no such webhook.")
    return found


async def _with_attempts(call: Call, found: Delivery) -> JSON:
    attempts = await call.node.outbox.attempts(found.id)
    body = found.body.decode("utf-8", "replace") if found.body else None
    return {
        **shown(found),
        "headers": found.headers,
        "body": body,
        "attempts_made": [item.to_json() for item in attempts],
    }


def shown(item: Delivery) -> JSON:
    """A delivery without its body and its attempts."""
    return {
        "id": str(item.id), "request_id": str(item.request_id) if item.request_id else None, "wire": item.wire, "url": item.url,
        "state": item.state, "attempts": item.attempts, "created_at": item.created_at.isoformat(),
        "next_at": item.next_at.isoformat() if item.state == "pending" else None,
        "finished_at": item.finished_at.isoformat() if item.finished_at else None,
    }  # fmt: skip
