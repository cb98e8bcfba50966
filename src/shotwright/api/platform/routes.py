"""Health, files, and requests as we see them: plan, events, list, cancel, retry."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from starlette.routing import Route

from shotwright.api.answers import json_response
from shotwright.api.call import Call, handler, public
from shotwright.api.platform import boards, comfyui, film, media, metrics, money, plans, promotion, webhooks
from shotwright.api.platform.files import serve
from shotwright.api.platform.live import live
from shotwright.api.platform.views import shown, shown_event
from shotwright.api.query import moment, whole_number
from shotwright.api.requests import find
from shotwright.core.errors import BadRequest
from shotwright.jobs.faults import DATABASE
from shotwright.jobs.history import Search, search
from shotwright.jobs.recipe import recipe_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from shotwright.api.auth import Caller


@public
async def health(call: Call) -> Response:
    """GET /health: 200 when the server can take requests."""
    try:
        counts = await call.node.store.counts()
    except DATABASE as exc:
        return json_response({"status": "unavailable", "detail": f"The database does not answer: {exc}"}, 503)
    return json_response(
        {
            "status": "ready",
            "engines": [name for name, item in call.node.engines.items() if item.is_ready],
            "requests": counts,
        }
    )


@handler("read")
async def listing(call: Call) -> Response:
    """GET /requests?limit=&q=&state=&endpoint_id=&engine=&key=&day=&before=&like=: the newest requests."""
    limit = whole_number(call.request, "limit", 20, 1, 500)
    rows = await search(call.node.pool, searched(call.request, call.who), limit)
    return json_response({"requests": [shown(row, call.base, call.node.engines) for row in rows]})


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


@handler("read")
async def show(call: Call) -> Response:
    """GET /requests/{id}: everything about a request but its plan and events."""
    return json_response(shown(await find(call), call.base, call.node.engines))


@handler("read")
async def plan(call: Call) -> Response:
    """GET /requests/{id}/plan: the shot plan, once it has been rendered."""
    row = await find(call)
    return json_response(row.plan or {})


@handler("read")
async def events(call: Call) -> Response:
    """GET /requests/{id}/events: what happened, in order."""
    row = await find(call)
    found = await call.node.store.events(row.id)
    base = call.base
    return json_response({"events": [shown_event(event, base) for event in found]})


@handler("read")
async def recipe(call: Call) -> Response:
    """GET /requests/{id}/recipe: what makes the clip again; the same object that its file carries."""
    row = await find(call)
    if row.arguments is None:
        raise BadRequest("This request's input was not kept.")
    seed = (row.result or {}).get("seed", row.options.get("seed"))
    return json_response(recipe_of(row.endpoint_id, row.arguments, row.engine, seed))


def routes() -> list[Route]:
    """All routes of this room."""
    return [
        Route("/health", health, methods=["GET"]),
        Route("/metrics", metrics.show, methods=["GET"]),
        Route("/files/{file_id}/{name}", serve, methods=["GET"]),
        Route("/files/{file_id}", serve, methods=["GET"]),
        Route("/usage", money.show_usage, methods=["GET"]),
        Route("/webhooks", webhooks.listing, methods=["GET"]),
        Route("/webhooks/test", webhooks.test, methods=["POST"]),
        Route("/webhooks/{webhook_id}", webhooks.show, methods=["GET"]),
        Route("/webhooks/{webhook_id}/redeliver", webhooks.redeliver, methods=["POST"]),
        Route("/{endpoint:path}/estimate", money.estimate, methods=["POST"]),
        Route("/{endpoint:path}/plan", plans.plan, methods=["POST"]),
        Route("/schemas/plan.json", plans.schema, methods=["GET"]),
        Route("/words/{word}", plans.word, methods=["GET"]),
        Route("/{endpoint:path}/media", media.check, methods=["POST"]),
        Route("/requests", listing, methods=["GET"]),
        Route("/requests/{request_id}/plan", plan, methods=["GET"]),
        Route("/requests/{request_id}/prices", money.prices, methods=["GET"]),
        Route("/requests/{request_id}/events", events, methods=["GET"]),
        Route("/requests/{request_id}/live", live, methods=["GET"]),
        Route("/requests/{request_id}/recipe", recipe, methods=["GET"]),
        Route("/requests/{request_id}/retry", promotion.retry, methods=["POST"]),
        Route("/requests/{request_id}/promote", promotion.promote, methods=["POST"]),
        Route("/requests/{request_id}/comfyui.zip", comfyui.export, methods=["GET"]),
        Route("/requests/{request_id}/playblast", promotion.as_playblast, methods=["GET"]),
        Route("/requests/{request_id}", show, methods=["GET"]),
        *boards.routes(),
        Route("/projects/{project_id}/film.mp4", film.film, methods=["GET"]),
    ]
