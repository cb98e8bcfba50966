"""Health, files, and requests as we see them: plan, events, list, cancel, retry."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from starlette.routing import Route

from shotwright.api.answers import json_response
from shotwright.api.call import Call, handler, public
from shotwright.api.platform import media, metrics, money, plans, webhooks
from shotwright.api.platform.files import serve
from shotwright.api.platform.live import live
from shotwright.api.platform.views import shown, shown_event
from shotwright.api.prices import price_of
from shotwright.api.query import moment, whole_number
from shotwright.api.requests import checked_engine, checked_seed, find, ready_engines, submit
from shotwright.core.catalog import find_endpoint
from shotwright.core.errors import BadRequest
from shotwright.core.passes import CONTROLS
from shotwright.core.plan_json import from_json
from shotwright.core.playblast import playblast
from shotwright.core.request import parse_request
from shotwright.jobs.faults import DATABASE
from shotwright.jobs.history import Search, search
from shotwright.jobs.recipe import recipe_of
from shotwright.jobs.rows import NewRequest

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from shotwright.api.auth import Caller
    from shotwright.core.playblast import Playblast
    from shotwright.jobs.rows import StoredRequest

LOCKS = ("words", "geometry", "playblast")
"""What a promotion keeps of a draft: the request, its depth or poses as well, or its picture."""
FIRST_ALONE = frozenset({"promoted_from", "notes", "payload_deleted"})
"""Options that a request made of another one does not take over."""


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


@handler("run")
async def retry(call: Call) -> Response:
    """POST /requests/{id}/retry {"seed"?, "passes"?}: the same request once more; with another seed, or with passes, where they are given."""
    return await _again(call, await _said(call), {})


@handler("run")
async def promote(call: Call) -> Response:
    """POST /requests/{id}/promote {"engine", "lock"?, "pass"?, "prompt"?}: the request, with its draft's geometry or as a playblast, on another engine; both are linked."""
    body = await _said(call)
    lock = body.get("lock", "words")
    if lock not in LOCKS:
        raise BadRequest(f"lock must be one of: {', '.join(LOCKS)}.")
    if lock == "playblast":
        return await _dressed(call, body)
    control = await _control(call, body.get("pass", CONTROLS[0])) if lock == "geometry" else {}
    return await _again(call, body, {"promoted_from": call.path["request_id"]}, control)


async def _control(call: Call, name: object) -> dict[str, Any]:
    """The field that locks a request to the geometry of a finished draft.

    Raises:
        BadRequest: The draft has no such pass.
    """
    if not isinstance(name, str) or name not in CONTROLS:
        raise BadRequest(f"pass must be one of: {', '.join(CONTROLS)}.")
    passes = shown(await find(call), call.base, call.node.engines)["passes"]
    if f"{name}.mp4" not in passes:
        again = f'POST /requests/{call.path["request_id"]}/retry {{"passes": ["{name}"]}}'
        raise BadRequest(f"This draft has no {name} pass yet. {again} draws it again, the same, with one.")
    return {"control_video_url": passes[f"{name}.mp4"]}


async def _said(call: Call) -> dict[str, Any]:
    """The JSON object of a small body; empty for any other."""
    given = await call.small_body()
    return given if isinstance(given, dict) else {}


@handler("read")
async def as_playblast(call: Call) -> Response:
    """GET /requests/{id}/playblast: the edit that makes a film of this draft, and its price on each engine; nothing is sent."""
    made = await _playblast(call, await find(call), None)
    endpoint = find_endpoint(made.endpoint_id)
    paid = await price_of(call, endpoint, made.arguments)
    ready = [name for name, item in call.node.engines.items() if item.is_ready and endpoint.task in item.tasks]
    return json_response({
        "endpoint_id": made.endpoint_id, "arguments": made.arguments, "used": made.used, "left_out": made.left_out,
        "engines": [money.price_body(endpoint, paid, name, call.node) for name in ready],
    })  # fmt: skip


async def _playblast(call: Call, row: StoredRequest, prompt: str | None) -> Playblast:
    """What a finished request becomes when its clip is sent as the video whose blocking stays."""
    clip = shown(row, call.base, call.node.engines)["video_url"]
    if row.arguments is None or row.plan is None or clip is None:
        raise BadRequest("Only a request that is finished, and whose clip and input were kept, can be a playblast.")
    request = parse_request(row.endpoint_id, row.arguments)
    return playblast(request, from_json(row.plan), clip, prompt)


async def _dressed(call: Call, body: dict[str, Any]) -> Response:
    row = await find(call)
    prompt = body.get("prompt")
    if prompt is not None and not isinstance(prompt, str):
        raise BadRequest("prompt must be a text.")
    made = await _playblast(call, row, prompt or None)
    parse_request(made.endpoint_id, made.arguments)  # a prompt of the caller's own is held against the schema
    kept = {name: value for name, value in row.options.items() if name not in FIRST_ALONE}
    options = {**kept, "promoted_from": str(row.id)}
    new = NewRequest(made.endpoint_id, made.arguments, _wanted(call, body), row.priority, None, options, wire=row.wire)
    again = await submit(call, new)
    return json_response({"request_id": str(again.row.id), "left_out": made.left_out})


def _wanted(call: Call, body: dict[str, Any]) -> str:
    wanted = body.get("engine")
    if not isinstance(wanted, str) or not wanted:
        raise BadRequest(f"Name the engine that is to render it: {ready_engines(call.node)}.")
    return checked_engine(wanted, call.node)


async def _again(
    call: Call, body: dict[str, Any], extra: dict[str, Any], fields: dict[str, Any] | None = None
) -> Response:
    row = await find(call)
    if row.arguments is None:
        raise BadRequest("This request's input was not kept, so it cannot be repeated.")
    kept = {name: value for name, value in row.options.items() if name not in FIRST_ALONE}
    engine, options = row.engine, {**kept, **extra}
    if extra:
        engine = _wanted(call, body)
    seed = body.get("seed")
    if seed is not None:
        options["seed"] = checked_seed(str(seed))
    arguments = {name: value for name, value in row.arguments.items() if name != "passes" or not extra} | (fields or {})
    if body.get("passes") is not None:
        arguments["passes"] = body["passes"]
        parse_request(row.endpoint_id, arguments)  # names that there are not are refused
    new = NewRequest(row.endpoint_id, arguments, engine, row.priority, None, options, wire=row.wire)
    again = await submit(call, new)
    return json_response({"request_id": str(again.row.id)})


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
        Route("/requests/{request_id}/retry", retry, methods=["POST"]),
        Route("/requests/{request_id}/promote", promote, methods=["POST"]),
        Route("/requests/{request_id}/playblast", as_playblast, methods=["GET"]),
        Route("/requests/{request_id}", show, methods=["GET"]),
    ]
