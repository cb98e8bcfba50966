"""What a request would cost, and what was used: JSON and CSV."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from shotwright.api.answers import json_response
from shotwright.api.call import Call, handler
from shotwright.api.prices import price_of
from shotwright.api.query import days
from shotwright.api.requests import engine_of, find
from shotwright.core.catalog import find_endpoint
from shotwright.core.pricing import CURRENCY, actual_usd
from shotwright.core.request import parse_request
from shotwright.jobs.usage import COLUMNS, UsageRow, usage

if TYPE_CHECKING:
    from shotwright.api.call import Node
    from shotwright.core.catalog import Endpoint
    from shotwright.core.pricing import Estimate

JSON = dict[str, Any]
DAYS = 30


@handler("read")
async def estimate(call: Call) -> Response:
    """POST /{endpoint}/estimate: the price of the request in the body, which is validated and not carried out."""
    endpoint = find_endpoint(call.path["endpoint"])
    arguments = await call.words_body()
    parse_request(endpoint.id, arguments)
    paid = await price_of(call, endpoint, arguments)
    return json_response(price_body(endpoint, paid, engine_of(call), call.node))


@handler("read")
async def prices(call: Call) -> Response:
    """GET /requests/{id}/prices: what the same request would cost on each engine that can render it."""
    row = await find(call)
    endpoint = find_endpoint(row.endpoint_id)
    paid = await price_of(call, endpoint, row.arguments)
    ready = [name for name, item in call.node.engines.items() if item.is_ready and endpoint.task in item.tasks]
    return json_response({"engines": [price_body(endpoint, paid, name, call.node) for name in ready]})


def price_body(endpoint: Endpoint, paid: Estimate, engine: str, node: Node) -> JSON:
    """What a request would cost on an engine, and on the paid service."""
    return {
        "endpoint_id": endpoint.id, "engine": engine, "title": node.engines[engine].title, "seconds": paid.seconds, "unit_price": float(paid.usd_per_second),
        "kling_units": float(paid.units), "upstream_usd": float(paid.usd),
        "cost_usd": float(actual_usd(node.engines[engine].price, paid)), "currency": CURRENCY, "rule": paid.rule,
        "is_upper_bound": paid.is_upper_bound,
    }  # fmt: skip


@handler("read")
async def show_usage(call: Call) -> Response:
    """GET /usage?start=&end=&endpoint_id=&format=csv: by day, key, endpoint and engine."""
    first, last = days(call.request, DAYS)
    rows = await usage(
        call.node.pool, first, last, owner=call.who.owner_filter, endpoint_id=call.query.get("endpoint_id")
    )
    if call.query.get("format") == "csv":
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
