"""Health, files, and requests as we see them: plan, events, list, cancel, retry."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

import psycopg
from starlette.routing import Route

from shotwright.api.auth import caller
from shotwright.api.body import read_json
from shotwright.api.context import context_of
from shotwright.api.fal.bodies import json_response
from shotwright.api.fal.options import checked_engine, checked_seed
from shotwright.api.fal.queue import find
from shotwright.api.origin import origin
from shotwright.api.platform import media, money, plans, webhooks
from shotwright.api.platform.files import serve
from shotwright.api.platform.live import live
from shotwright.api.platform.views import shown, shown_event
from shotwright.api.query import moment, whole_number
from shotwright.api.submission import submit
from shotwright.core.errors import BadRequest
from shotwright.jobs.history import Search, search
from shotwright.jobs.recipe import recipe_of
from shotwright.jobs.store import NewRequest

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from shotwright.api.auth import Caller


async def health(request: Request) -> Response:
    """GET /health: 200 when the server can take requests."""
    context = context_of(request)
    try:
        counts = await context.store.counts()
    except psycopg.Error as exc:
        return json_response({"status": "unavailable", "detail": f"The database does not answer: {exc}"}, 503)
    return json_response(
        {
            "status": "ready",
            "engines": [name for name, item in context.engines.items() if item.is_ready],
            "requests": counts,
        }
    )


async def listing(request: Request) -> Response:
    """GET /requests?limit=&q=&state=&endpoint_id=&engine=&key=&day=&before=&like=: the newest requests."""
    context = context_of(request)
    who = await caller(request)
    limit = whole_number(request, "limit", 20, 1, 500)
    rows = await search(context.pool, searched(request, who), limit)
    return json_response({"requests": [shown(row, origin(request, context.settings), context.engines) for row in rows]})


def searched(request: Request, who: Caller) -> Search:
    """The search that a query string describes: q, state, endpoint_id, engine, key, day, before, like."""
    query = request.query_params
    day, like = moment(request, "day"), query.get("like")
    try:
        same = uuid.UUID(like) if like else None
    except ValueError as exc:
        raise BadRequest("like must be the id of a request.") from exc
    return Search(
        state=query.get("state") or None, owner=(query.get("key") or None) if who.sees_all else who.id,
        endpoint_id=query.get("endpoint_id") or None, engine=query.get("engine") or None, words=query.get("q") or None,
        day=day.date() if day else None, before=moment(request, "before"), like=same,
    )  # fmt: skip


async def show(request: Request) -> Response:
    """GET /requests/{id}: everything about a request but its plan and events."""
    context = context_of(request)
    return json_response(shown(await find(request, context), origin(request, context.settings), context.engines))


async def plan(request: Request) -> Response:
    """GET /requests/{id}/plan: the shot plan, once it has been rendered."""
    row = await find(request, context_of(request))
    return json_response(row.plan or {})


async def events(request: Request) -> Response:
    """GET /requests/{id}/events: what happened, in order."""
    context = context_of(request)
    row = await find(request, context)
    found = await context.store.events(row.id)
    base = origin(request, context.settings)
    return json_response({"events": [shown_event(event, base) for event in found]})


async def recipe(request: Request) -> Response:
    """GET /requests/{id}/recipe: what makes the clip again; the same object that its file carries."""
    row = await find(request, context_of(request))
    if row.arguments is None:
        raise BadRequest("This request's input was not kept.")
    seed = (row.result or {}).get("seed", row.options.get("seed"))
    return json_response(recipe_of(row.endpoint_id, row.arguments, row.engine, seed))


async def retry(request: Request) -> Response:
    """POST /requests/{id}/retry {"seed"?}: the same request once more; with another seed when one is given."""
    return await _again(request, {})


async def promote(request: Request) -> Response:
    """POST /requests/{id}/promote {"engine"}: the same request with the same seed on another engine; both are linked."""
    return await _again(request, {"promoted_from": request.path_params["request_id"]})


async def _again(request: Request, extra: dict[str, Any]) -> Response:
    context = context_of(request)
    row = await find(request, context, "run")
    if row.arguments is None:
        raise BadRequest("This request's input was not kept, so it cannot be repeated.")
    wish = await read_json(request, 1)
    wish = wish if isinstance(wish, dict) else {}
    kept = {
        name: value for name, value in row.options.items() if name not in {"promoted_from", "notes", "payload_deleted"}
    }
    engine, options = row.engine, {**kept, **extra}
    if extra:
        wanted = wish.get("engine")
        if not isinstance(wanted, str) or not wanted:
            raise BadRequest('Name the engine that is to render it: {"engine": "upstream"}.')
        engine = checked_engine(wanted, context)
    seed = wish.get("seed")
    if seed is not None:
        options["seed"] = checked_seed(str(seed))
    new = NewRequest(row.endpoint_id, row.arguments, engine, row.priority, None, options, wire=row.wire)
    again = await submit(request, context, await caller(request, "run"), new)
    return json_response({"request_id": str(again.row.id)})


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
        Route("/{endpoint:path}/plan", plans.plan, methods=["POST"]),
        Route("/{endpoint:path}/media", media.check, methods=["POST"]),
        Route("/requests", listing, methods=["GET"]),
        Route("/requests/{request_id}/plan", plan, methods=["GET"]),
        Route("/requests/{request_id}/events", events, methods=["GET"]),
        Route("/requests/{request_id}/live", live, methods=["GET"]),
        Route("/requests/{request_id}/recipe", recipe, methods=["GET"]),
        Route("/requests/{request_id}/retry", retry, methods=["POST"]),
        Route("/requests/{request_id}/promote", promote, methods=["POST"]),
        Route("/requests/{request_id}", show, methods=["GET"]),
    ]
