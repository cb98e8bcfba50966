"""fal's platform API v1 for this server: models, prices, usage, requests, keys. Source: fal-wire 6.3."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from starlette.responses import Response
from starlette.routing import Route

from shotwright.api.answers import error_of, json_response
from shotwright.api.body import read_json
from shotwright.api.call import SMALL_BYTES, Call, handler, public
from shotwright.api.fal.bodies import error_body, output
from shotwright.api.fal.openapi import document
from shotwright.api.fal.options import fal_endpoint
from shotwright.api.query import days, moment, whole_number
from shotwright.api.requests import erase, find
from shotwright.core.catalog import ENDPOINTS, PUBLISHED, Endpoint, find_endpoint
from shotwright.core.errors import BadRequest, NotFound
from shotwright.core.pricing import CURRENCY, daily_budget, rounded
from shotwright.jobs.history import Search, search
from shotwright.jobs.keys import SCOPES
from shotwright.jobs.usage import UsageRow, budget_left
from shotwright.jobs.usage import usage as read_usage

if TYPE_CHECKING:
    from starlette.requests import Request

    from shotwright.jobs.rows import StoredRequest

JSON = dict[str, Any]
PREFIX = "/platform"
LIST_END: JSON = {"next_cursor": None, "has_more": False}
NAME_MAX = 100


@public
async def models(call: Call) -> Response:
    """GET /v1/models?endpoint_id=&q=&category=&status=&expand=&limit=&cursor=."""
    query = call.query
    limit = whole_number(call.request, "limit", 50, 1, 100)
    start = whole_number(call.request, "cursor", 0, 0, len(ENDPOINTS))
    found = [item for item in _chosen(call.request) if _matches(item, query.get("q", ""), query.get("category", ""))]
    found = found if query.get("status", "active") == "active" else []
    base = call.base
    page = [
        _model(item, base, with_openapi="openapi" in query.get("expand", "")) for item in found[start : start + limit]
    ]
    has_more = start + limit < len(found)
    body = {"models": page, "next_cursor": str(start + limit) if has_more else None, "has_more": has_more}
    return json_response(body)


async def pricing(request: Request) -> Response:
    """GET /v1/models/pricing?endpoint_id=."""
    prices = [
        {"endpoint_id": item.id, "unit_price": float(item.usd_per_second), "unit": "seconds", "currency": CURRENCY}
        for item in _chosen(request)
    ]
    return json_response({"prices": prices, **LIST_END})


async def pricing_estimate(request: Request) -> Response:
    """POST /v1/models/pricing/estimate: units, or calls of the default length, by endpoint."""
    body = await read_json(request, SMALL_BYTES)
    kind = body.get("estimate_type") if isinstance(body, dict) else None
    amounts = body.get("endpoints") if isinstance(body, dict) else None
    names = {"historical_api_price": "call_quantity", "unit_price": "unit_quantity"}
    if not isinstance(kind, str) or kind not in names or not isinstance(amounts, dict) or not amounts:
        raise BadRequest('Send {"estimate_type": "unit_price", "endpoints": {"<id>": {"unit_quantity": 5}}}.')
    total = Decimal(0)
    for endpoint_id, amount in amounts.items():
        quantity = _quantity(amount, names[kind])
        per_call = 1 if kind == "unit_price" else 5
        total += fal_endpoint(endpoint_id).usd_per_second * quantity * per_call
    return json_response({"estimate_type": kind, "total_cost": float(rounded(total)), "currency": CURRENCY})


@handler("admin")
async def usage(call: Call) -> Response:
    """GET /v1/models/usage?start=&end=&endpoint_id=&expand=: by day, and in sum."""
    first, last = days(call.request, 30)
    rows = await read_usage(call.node.pool, first, last, owner=call.who.owner_filter)
    wanted = set(call.query.getlist("endpoint_id"))
    rows = [row for row in rows if not wanted or row.endpoint_id in wanted]
    return json_response({**tidy_usage(rows), **LIST_END})


@handler("read")
async def billing_events(call: Call) -> Response:
    """GET /v1/models/billing-events?limit=&cursor=: what each finished request cost."""
    rows, more = await _page(call)
    events = [_event(row) for row in rows if row.is_terminal]
    return json_response({"billing_events": events, **more})


@handler("read")
async def requests_by_endpoint(call: Call) -> Response:
    """GET /v1/models/requests/by-endpoint?endpoint_id=&limit=&cursor=."""
    rows, more = await _page(call)
    base = call.base
    return json_response({"items": [_item(row, base) for row in rows], **more})


@handler("run")
async def delete_payloads(call: Call) -> Response:
    """DELETE /v1/models/requests/{id}/payloads: input, result and its files; the record of its cost stays."""
    row = await find(call)
    if not row.is_terminal:
        raise BadRequest("The request has not ended; cancel it first.")
    base, result = call.base, row.result or {}
    names = {
        "file_id": result.get("file_name", ""),
        "camera_file_id": "camera.json",
        "trajectory_file_id": "camera.txt",
    }
    own = {result[key]: name for key, name in names.items() if key in result}
    gone = [item for item in await erase(call, row) if item in own]
    results = [{"link": f"{base}/files/{item}/{own[item]}", "exception": None} for item in gone]
    return json_response({"cdn_delete_results": results})


@handler("admin")
async def keys(call: Call) -> Response:
    """GET /v1/keys."""
    found = [{**key.to_json(), "alias": key.name} for key in await call.node.keys.all()]
    return json_response({"keys": found, **LIST_END})


@handler("admin")
async def create_key(call: Call) -> Response:
    """POST /v1/keys {"alias", "scopes"?, "daily_budget_usd"?}: the only answer that shows the secret."""
    body = await call.small_body()
    if not isinstance(body, dict):
        raise BadRequest('Send a JSON object such as {"alias": "studio"}.')
    name, scopes = body.get("alias", body.get("name", "api")), body.get("scopes", ["run", "read"])
    if not isinstance(name, str) or not 0 < len(name) <= NAME_MAX:
        raise BadRequest(f"alias must be text of 1 to {NAME_MAX} characters.")
    if not isinstance(scopes, list) or not scopes or not all(scope in SCOPES for scope in scopes):
        raise BadRequest(f"scopes must be a list of: {', '.join(SCOPES)}.")
    made = await call.node.keys.create(name, scopes, daily_budget(body.get("daily_budget_usd")))
    call.node.authenticator.forget()
    return json_response({"key_id": str(made.key.id), "key_secret": made.secret, "key": made.text}, 201)


@handler("admin")
async def delete_key(call: Call) -> Response:
    """DELETE /v1/keys/{id}."""
    try:
        is_known = await call.node.keys.revoke(uuid.UUID(call.path["key_id"]))
    except ValueError as exc:
        raise NotFound("There is no such key.") from exc
    if not is_known:
        raise NotFound("There is no such key.")
    call.node.authenticator.forget()
    return Response(status_code=204)


@handler("read")
async def billing(call: Call) -> Response:
    """GET /v1/account/billing: the key, and what it may still spend today when it has a budget."""
    left = await budget_left(call.node.pool, call.who.id, call.who.daily_budget_usd)
    body: JSON = {"username": call.who.id}
    if left is not None:
        body["credits"] = {"current_balance": float(left), "currency": CURRENCY}
    return json_response(body)


async def meta(_: Request) -> Response:
    """GET /v1/meta: webhooks come from wherever this server runs."""
    return json_response({"webhook_ip_ranges": []})


def tidy_usage(rows: list[UsageRow]) -> JSON:
    """Usage as fal's platform API words it: a series of days, and a summary by endpoint."""
    by_day: dict[str, list[UsageRow]] = {}
    by_endpoint: dict[str, list[UsageRow]] = {}
    for row in rows:
        by_day.setdefault(f"{row.day}T00:00:00Z", []).append(row)
        by_endpoint.setdefault(row.endpoint_id, []).append(row)
    series = [{"bucket": day, "results": [_line([row]) for row in found]} for day, found in sorted(by_day.items())]
    return {"time_series": series, "summary": [_line(found) for found in by_endpoint.values()]}


def _line(rows: list[UsageRow]) -> JSON:
    cost = float(sum((row.cost_usd for row in rows), Decimal(0)))
    return {
        "endpoint_id": rows[0].endpoint_id, "unit": "seconds", "quantity": round(sum(row.seconds for row in rows), 3),
        "unit_price": rows[0].unit_price, "percent_discount": 0, "cost_subtotal": cost, "cost_discount": 0, "cost_total": cost,
        "cost": cost, "currency": CURRENCY,
    }  # fmt: skip


def _chosen(request: Request) -> list[Endpoint]:
    """The endpoints that `endpoint_id` names (repeated or with commas), else all."""
    wanted = [part for text in request.query_params.getlist("endpoint_id") for part in text.split(",") if part]
    return [fal_endpoint(name) for name in wanted] or list(ENDPOINTS.values())


def _matches(item: Endpoint, words: str, category: str) -> bool:
    text = f"{item.id} {item.title} {item.summary}".lower()
    return all(word in text for word in words.lower().split()) and category in {"", item.category}


def _model(item: Endpoint, base: str, *, with_openapi: bool) -> JSON:
    metadata = {
        "display_name": item.title, "category": item.category, "description": item.summary, "status": "active", "tags": [],
        "updated_at": PUBLISHED, "is_favorited": False, "thumbnail_url": "", "model_url": f"{base}/models/{item.id}",
        "license_type": "commercial", "date": PUBLISHED, "group": {"key": "kling-o1", "label": "Kling O1"}, "highlighted": False,
        "kind": "inference", "pinned": False,
    }  # fmt: skip
    extra = {"openapi": document(item, f"{base}/queue", base)} if with_openapi else {}
    return {"endpoint_id": item.id, "metadata": metadata, **extra}


async def _page(call: Call) -> tuple[list[StoredRequest], JSON]:
    """The caller's requests, newest first, and where the next page begins."""
    limit = whole_number(call.request, "limit", 20, 1, 100)
    wanted = call.query.get("endpoint_id")
    before = moment(call.request, "cursor") or moment(call.request, "end")
    name = find_endpoint(wanted).id if wanted else None
    wanted_rows = Search(owner=call.who.owner_filter, before=before, endpoint_id=name)
    rows = await search(call.node.pool, wanted_rows, limit + 1)
    start = moment(call.request, "start")
    rows = [row for row in rows if start is None or row.created_at >= start]
    has_more = len(rows) > limit
    cursor = rows[limit - 1].created_at.astimezone(UTC).isoformat() if has_more else None
    return rows[:limit], {"next_cursor": cursor, "has_more": has_more}


def _event(row: StoredRequest) -> JSON:
    cost = float(row.cost_usd)
    return {
        "request_id": str(row.id), "endpoint_id": row.endpoint_id, "timestamp": _time(row.finished_at),
        "output_units": row.metrics.get("billable_units", 0), "unit_price": row.metrics.get("unit_price", 0),
        "percent_discount": 0, "cost_subtotal": cost, "cost_discount": 0, "cost_total": cost,
        "cost_estimate_nano_usd": round(cost * 1e9),
    }  # fmt: skip


def _item(row: StoredRequest, base: str) -> JSON:
    error = error_of(row)
    body: JSON = {
        "request_id": str(row.id), "endpoint_id": row.endpoint_id, "sent_at": _time(row.created_at),
        "started_at": _time(row.started_at), "json_input": row.arguments,
    }  # fmt: skip
    if row.is_terminal:
        body |= {"ended_at": _time(row.finished_at), "status_code": error["status"] if error else 200}
        body |= {"duration": row.metrics.get("inference_time", 0.0)}
        body["json_output"] = error_body(error, base) if error else output(row, base) if row.result else None
    return body


def _quantity(amount: object, name: str) -> Decimal:
    found = amount.get(name) if isinstance(amount, dict) else None
    if isinstance(found, bool) or not isinstance(found, int | float) or not 0 <= found <= 10**9:
        raise BadRequest(f"Each endpoint needs a {name}: a number from 0 to 10^9.")
    return Decimal(str(found))


def _time(value: datetime | None) -> str | None:
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z") if value else None


_TABLE = [
    ("/v1/models/pricing", pricing, "GET"),
    ("/v1/models/pricing/estimate", pricing_estimate, "POST"),
    ("/v1/models/usage", usage, "GET"),
    ("/v1/models/billing-events", billing_events, "GET"),
    ("/v1/models/requests/by-endpoint", requests_by_endpoint, "GET"),
    ("/v1/models/requests/{request_id}/payloads", delete_payloads, "DELETE"),
    ("/v1/keys", keys, "GET"),
    ("/v1/keys", create_key, "POST"),
    ("/v1/keys/{key_id}", delete_key, "DELETE"),
    ("/v1/account/billing", billing, "GET"),
    ("/v1/meta", meta, "GET"),
]  # fmt: skip


def routes() -> list[Route]:
    """All routes, bare and under /platform; then the one that two wires share."""
    return [
        *(
            Route(prefix + path, handler, methods=[method])
            for path, handler, method in _TABLE
            for prefix in ("", PREFIX)
        ),
        Route(f"{PREFIX}/v1/models", models, methods=["GET"]),
    ]
