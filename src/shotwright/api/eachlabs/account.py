"""Executions, the webhook log, the balance. Source: eachlabs-wire a.1."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from shotwright.api.auth import caller
from shotwright.api.context import Context, context_of
from shotwright.api.eachlabs import bodies
from shotwright.api.origin import origin
from shotwright.api.platform.money import budget_left
from shotwright.api.query import moment, whole_number
from shotwright.core.errors import BadRequest, NotFound
from shotwright.jobs.history import Search, search

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from shotwright.jobs.outbox import Attempt, Delivery
    from shotwright.jobs.store import StoredRequest

JSON = dict[str, Any]
WINDOW = 1000
ATTEMPT_WORDS = {True: "SUCCESS", False: "FAILED"}


async def executions(request: Request) -> Response:
    """GET /v1/executions?status=&limit=&offset=: the newest thousand."""
    context = context_of(request)
    who = await caller(request)
    limit = whole_number(request, "limit", 20, 1, 100)
    offset = whole_number(request, "offset", 0, 0, WINDOW)
    rows = await search(context.pool, Search(state=_state(request), owner=who.owner_filter), WINDOW + 1)
    base = origin(request, context.settings)
    return bodies.answer(
        request,
        {
            "executions": [_execution(row, base, context) for row in rows[:WINDOW][offset : offset + limit]],
            "total_count": min(len(rows), WINDOW), "total_capped": len(rows) > WINDOW, "offset": offset, "limit": limit,
        },
    )  # fmt: skip


async def executions_by_cursor(request: Request) -> Response:
    """GET /v2/executions?status=&limit=&cursor=."""
    context = context_of(request)
    who = await caller(request)
    limit = whole_number(request, "limit", 20, 1, 100)
    wish = Search(state=_state(request), owner=who.owner_filter, before=moment(request, "cursor"))
    rows = await search(context.pool, wish, limit + 1)
    base, has_more = origin(request, context.settings), len(rows) > limit
    shown = [_execution(row, base, context) for row in rows[:limit]]
    cursor = rows[limit - 1].created_at.astimezone(UTC).isoformat() if has_more else None
    return bodies.answer(request, {"executions": shown, "next_cursor": cursor, "has_more": has_more})


async def deliveries(request: Request) -> Response:
    """GET /v1/webhooks?limit=&offset=."""
    context = context_of(request)
    who = await caller(request)
    limit = whole_number(request, "limit", 20, 1, 100)
    offset = whole_number(request, "offset", 0, 0, 10**6)
    found = await context.outbox.recent(limit, offset, owner=who.owner_filter, wire="eachlabs")
    total = await context.outbox.count(owner=who.owner_filter, wire="eachlabs")
    body = {"webhooks": [_delivery(item) for item in found], "limit": limit, "offset": offset, "total_count": total}
    return bodies.answer(request, body)


async def delivery(request: Request) -> Response:
    """GET /v1/webhooks/{execution_id}: with its attempts."""
    context = context_of(request)
    who = await caller(request)
    try:
        execution_id = uuid.UUID(request.path_params["execution_id"])
    except ValueError as exc:
        raise BadRequest("invalid execution_id") from exc
    found = await context.outbox.find(execution_id)
    if found is None or not (who.sees_all or found.owner == who.id):
        raise NotFound("webhook not found")
    attempts = [_attempt(item) for item in await context.outbox.attempts(found.id)]
    return bodies.answer(request, {**_delivery(found), "attempts": attempts})


async def balance(request: Request) -> Response:
    """GET /v1/billing/balance: what the key may still spend today; 503 when it has no budget, and so no balance."""
    context = context_of(request)
    who = await caller(request)
    style = context.settings.eachlabs_error_style
    left = await budget_left(context, who)
    if left is None:
        details = "This key has no daily budget. Give it one with `shotwright keys create --daily-budget`."
        return bodies.answer(request, bodies.error_body(503, "balance unknown", details, style), 503)
    return bodies.answer(request, {"balance": float(left), "currency": "USD"})


def _state(request: Request) -> str | None:
    word = request.query_params.get("status")
    if not word:
        return None
    if word not in bodies.STATES_OF:
        raise BadRequest(f"status must be one of: {', '.join(bodies.STATES_OF)}.")
    return bodies.STATES_OF[word].value


def _execution(row: StoredRequest, base: str, context: Context) -> JSON:
    slug = bodies.slug_of(row)
    return {
        "id": str(row.id), "model": slug, "requested_model": slug,
        "status": bodies.STATUS_WORDS[context.settings.eachlabs_status_words][row.state],
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
