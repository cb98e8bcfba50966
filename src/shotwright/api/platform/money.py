"""What a request would cost, and what was used: JSON and CSV."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from shotwright.api.auth import caller
from shotwright.api.body import read_json
from shotwright.api.context import context_of
from shotwright.api.fal.bodies import json_response
from shotwright.api.fal.options import engine_of
from shotwright.api.query import days
from shotwright.core.catalog import find_endpoint
from shotwright.core.pricing import CURRENCY, actual_usd, expected
from shotwright.core.request import parse_request
from shotwright.jobs.usage import COLUMNS, UsageRow, spent_today, usage

if TYPE_CHECKING:
    from starlette.requests import Request

    from shotwright.api.auth import Caller
    from shotwright.api.context import Context
    from shotwright.core.catalog import Endpoint

JSON = dict[str, Any]
DAYS = 30


async def estimate(request: Request) -> Response:
    """POST /{endpoint}/estimate: the price of the request in the body, which is validated and not carried out."""
    context = context_of(request)
    await caller(request)
    endpoint = find_endpoint(request.path_params["endpoint"])
    arguments = await read_json(request, context.settings.max_body_mb)
    parse_request(endpoint.id, arguments)
    return json_response(price_body(endpoint, arguments, engine_of(request, context), context))


def price_body(endpoint: Endpoint, arguments: object, engine: str, context: Context) -> JSON:
    """What a request would cost on an engine, and on the paid service."""
    paid = expected(endpoint, arguments)
    return {
        "endpoint_id": endpoint.id, "engine": engine, "seconds": paid.seconds, "unit_price": float(paid.usd_per_second),
        "kling_units": float(paid.units), "upstream_usd": float(paid.usd),
        "cost_usd": float(actual_usd(context.engines[engine].price, paid)), "currency": CURRENCY, "rule": paid.rule,
        "is_upper_bound": paid.is_upper_bound,
    }  # fmt: skip


async def show_usage(request: Request) -> Response:
    """GET /usage?start=&end=&endpoint_id=&format=csv: by day, key, endpoint and engine."""
    context = context_of(request)
    who = await caller(request)
    first, last = days(request, DAYS)
    rows = await usage(
        context.pool, first, last, owner=who.owner_filter, endpoint_id=request.query_params.get("endpoint_id")
    )
    if request.query_params.get("format") == "csv":
        name = f'attachment; filename="usage-{first}-{last}.csv"'
        return Response(as_csv(rows), media_type="text/csv", headers={"content-disposition": name})
    total = {
        "requests": sum(row.requests for row in rows), "seconds": round(sum(row.seconds for row in rows), 3),
        "cost_usd": float(sum((row.cost_usd for row in rows), Decimal(0))),
        "upstream_usd": float(sum((row.upstream_usd for row in rows), Decimal(0))),
    }  # fmt: skip
    body = {"start": str(first), "end": str(last), "currency": CURRENCY, "total": total}
    return json_response({**body, "rows": [row.to_json() for row in rows]})


def as_csv(rows: list[UsageRow]) -> str:
    """A line for each row, under a line of names."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(row.to_json() for row in rows)
    return text.getvalue()


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


async def budget_left(context: Context, who: Caller) -> Decimal | None:
    """What a key may still spend today; None when it has no budget."""
    if who.daily_budget_usd is None:
        return None
    async with context.pool.connection() as conn:
        return max(Decimal(0), who.daily_budget_usd - await spent_today(conn, who.id))
