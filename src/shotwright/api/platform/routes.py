"""Health, files, and requests as we see them: plan, events, list, cancel, retry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import psycopg
from starlette.routing import Route

from shotwright.api.auth import caller
from shotwright.api.context import context_of
from shotwright.api.fal.bodies import error_of, json_response
from shotwright.api.fal.queue import find
from shotwright.api.origin import origin
from shotwright.api.platform import money, webhooks
from shotwright.api.platform.files import serve
from shotwright.api.query import whole_number
from shotwright.api.submission import submit
from shotwright.core.errors import BadRequest
from shotwright.jobs.store import NewRequest

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from shotwright.jobs.store import StoredRequest


async def health(request: Request) -> Response:
    """GET /health: 200 when the server can take requests."""
    context = context_of(request)
    try:
        counts = await context.store.counts()
    except psycopg.Error as exc:
        return json_response({"status": "unavailable", "detail": f"The database does not answer: {exc}"}, 503)
    return json_response({"status": "ready", "engines": sorted(context.engines), "requests": counts})


async def listing(request: Request) -> Response:
    """GET /requests?limit=&state=: the newest requests."""
    context = context_of(request)
    who = await caller(request)
    limit = whole_number(request, "limit", 20, 1, 500)
    rows = await context.store.recent(limit, request.query_params.get("state"), owner=who.owner_filter)
    return json_response({"requests": [shown(row, origin(request, context.settings)) for row in rows]})


async def show(request: Request) -> Response:
    """GET /requests/{id}: everything about a request but its plan and events."""
    context = context_of(request)
    return json_response(shown(await find(request, context), origin(request, context.settings)))


async def plan(request: Request) -> Response:
    """GET /requests/{id}/plan: the shot plan, once it has been rendered."""
    row = await find(request, context_of(request))
    return json_response(row.plan or {})


async def events(request: Request) -> Response:
    """GET /requests/{id}/events: what happened, in order."""
    context = context_of(request)
    row = await find(request, context)
    found = await context.store.events(row.id)
    lines = [
        {
            "at": event.at.isoformat(),
            "kind": event.kind,
            "level": event.level,
            "message": event.message,
            "data": event.data,
        }
        for event in found
    ]
    return json_response({"events": lines})


async def retry(request: Request) -> Response:
    """POST /requests/{id}/retry: the same request once more."""
    context = context_of(request)
    row = await find(request, context, "run")
    if row.arguments is None:
        raise BadRequest("This request's input was not kept, so it cannot be repeated.")
    new = NewRequest(row.endpoint_id, row.arguments, row.engine, row.priority, None, row.options, wire=row.wire)
    again = await submit(request, context, await caller(request, "run"), new)
    return json_response({"request_id": str(again.row.id)})


def shown(row: StoredRequest, base: str) -> dict[str, Any]:
    """A request as our own clients see it."""
    result = row.result or {}
    return {
        "id": str(row.id), "endpoint_id": row.endpoint_id, "engine": row.engine, "state": row.state, "attempt": row.attempt,
        "stage": row.stage, "progress": row.progress, "created_at": row.created_at.isoformat(),
        "started_at": row.started_at.isoformat() if row.started_at else None,
        "finished_at": row.finished_at.isoformat() if row.finished_at else None,
        "arguments": row.arguments, "error": error_of(row), "metrics": row.metrics,
        "cost_usd": float(row.cost_usd), "wire": row.wire,
        "video_url": f"{base}/files/{result['file_id']}/{result['file_name']}" if "file_id" in result else None,
        "camera_url": f"{base}/files/{result['camera_file_id']}/camera.json" if "camera_file_id" in result else None,
        "trajectory_url": f"{base}/files/{result['trajectory_file_id']}/camera.txt" if "trajectory_file_id" in result else None,
    }  # fmt: skip


def routes() -> list[Route]:
    """All routes of this room."""
    return [
        Route("/health", health, methods=["GET"]),
        Route("/files/{file_id}/{name}", serve, methods=["GET"]),
        Route("/files/{file_id}", serve, methods=["GET"]),
        Route("/usage", money.show_usage, methods=["GET"]),
        Route("/webhooks", webhooks.listing, methods=["GET"]),
        Route("/webhooks/test", webhooks.test, methods=["POST"]),
        Route("/webhooks/{webhook_id}", webhooks.show, methods=["GET"]),
        Route("/webhooks/{webhook_id}/redeliver", webhooks.redeliver, methods=["POST"]),
        Route("/{endpoint:path}/estimate", money.estimate, methods=["POST"]),
        Route("/requests", listing, methods=["GET"]),
        Route("/requests/{request_id}/plan", plan, methods=["GET"]),
        Route("/requests/{request_id}/events", events, methods=["GET"]),
        Route("/requests/{request_id}/retry", retry, methods=["POST"]),
        Route("/requests/{request_id}", show, methods=["GET"]),
    ]
