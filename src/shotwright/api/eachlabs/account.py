"""Executions, the webhook log, the balance. Source: eachlabs-wire a.1."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from shotwright.api.call import Call, handler
from shotwright.api.eachlabs import bodies
from shotwright.api.query import moment, whole_number
from shotwright.core.errors import BadRequest, NotFound
from shotwright.jobs.history import Search, search
from shotwright.jobs.usage import budget_left

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from shotwright.jobs.outbox import Attempt, Delivery
    from shotwright.jobs.rows import StoredRequest

JSON = dict[str, Any]
WINDOW = 1000
ATTEMPT_WORDS = {True: "SUCCESS", False: "FAILED"}


@handler("read")
async def executions(call: Call) -> Response:
    """GET /v1/executions?status=&limit=&offset=: the newest thousand."""
    limit = whole_number(call.request, "limit", 20, 1, 100)
    offset = whole_number(call.request, "offset", 0, 0, WINDOW)
    rows = await search(call.node.pool, Search(state=_state(call.request), owner=call.who.owner_filter), WINDOW + 1)
    base = call.base
    return bodies.answer(
        call.request,
        {
            "executions": [_execution(row, base, call.node.settings.eachlabs_status_words) for row in rows[:WINDOW][offset : offset + limit]],
            "total_count": min(len(rows), WINDOW), "total_capped": len(rows) > WINDOW, "offset": offset, "limit": limit,
        },
    )  # fmt: skip


@handler("read")
async def executions_by_cursor(call: Call) -> Response:
    """GET /v2/executions?status=&limit=&cursor=."""
    limit = whole_number(call.request, "limit", 20, 1, 100)
    body = Search(state=_state(call.request), owner=call.who.owner_filter, before=moment(call.request, "cursor"))
    rows = await search(call.node.pool, body, limit + 1)
    base, has_more = call.base, len(rows) > limit
    shown = [_execution(row, base, call.node.settings.eachlabs_status_words) for row in rows[:limit]]
    cursor = rows[limit - 1].created_at.astimezone(UTC).isoformat() if has_more else None
    return bodies.answer(call.request, {"executions": shown, "next_cursor": cursor, "has_more": has_more})


@handler("read")
async def deliveries(call: Call) -> Response:
    """GET /v1/webhooks?limit=&offset=."""
    limit = whole_number(call.request, "limit", 20, 1, 100)
    offset = whole_number(call.request, "offset", 0, 0, 10**6)
    found = await call.node.outbox.recent(limit, offset, owner=call.who.owner_filter, wire="eachlabs")
    total = await call.node.outbox.count(owner=call.who.owner_filter, wire="eachlabs")
    body = {"webhooks": [_delivery(item) for item in found], "limit": limit, "offset": offset, "total_count": total}
    return bodies.answer(call.request, body)


@handler("read")
async def delivery(call: Call) -> Response:
    """GET /v1/webhooks/{execution_id}: with its attempts."""
    try:
        execution_id = uuid.UUID(call.path["execution_id"])
    except ValueError as exc:
        raise BadRequest("invalid execution_id") from exc
    found = await call.node.outbox.find(execution_id)
    if found is None or not (call.who.sees_all or found.owner == call.who.id):
        raise NotFound("webhook not found")
    attempts = [_attempt(item) for item in await call.node.outbox.attempts(found.id)]
    return bodies.answer(call.request, {**_delivery(found), "attempts": attempts})


@handler("read")
async def balance(call: Call) -> Response:
    """GET /v1/billing/balance: what the key may still spend today; 503 when it has no budget, and so no balance."""
    style = call.node.settings.eachlabs_error_style
    left = await budget_left(call.node.pool, call.who.id, call.who.daily_budget_usd)
    if left is None:
        details = "This key has no daily budget. Give it one with `shotwright keys create --daily-budget`."
        return bodies.answer(call.request, bodies.error_body(503, "balance unknown", details, style), 503)
    return bodies.answer(call.request, {"balance": float(left), "currency": "USD"})


def _state(request: Request) -> str | None:
    word = request.query_params.get("status")
    if not word:
        return None
    if word not in bodies.STATES_OF:
        raise BadRequest(f"status must be one of: {', '.join(bodies.STATES_OF)}.")
    return bodies.STATES_OF[word].value


def _execution(row: StoredRequest, base: str, words: str) -> JSON:
    slug = bodies.slug_of(row)
    return {
        "id": str(row.id), "model": slug, "requested_model": slug,
        "status": bodies.STATUS_WORDS[words][row.state],
        "workflow_id": None, "workflow_execution_id": None, "execution_cost": row.metrics.get("cost_usd", 0.0),
        "run_time": row.metrics.get("inference_time", 0.0), "created_at": _time(row.created_at),
        "started_at": _time(row.started_at), "completed_at": _time(row.finished_at), "output": bodies.output(row, base),
    }  # fmt: skip


def _delivery(item: Delivery) -> JSON:
    return {
        "execution_id": str(item.request_id or item.id), "url": item.url,
        "request": item.body.decode("utf-8", "replace") if item.body else "", "headers": item.headers or {},
        "source": "api-gateway", "created_at": _time(item.created_at),
    }  # fmt: skip


def _attempt(item: Attempt) -> JSON:
    return {
        "status": ATTEMPT_WORDS[item.is_delivered], "status_code": item.status_code, "response": item.response or "",
        "error_message": item.error or "", "created_at": _time(item.at),
    }  # fmt: skip


def _time(value: datetime | None) -> str | None:
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z") if value else None
