"""The pages of requests: the history, one request, several beside each other, and a request as a folder to give away."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from shotwright.api.call import Call
from shotwright.api.platform.routes import searched
from shotwright.api.platform.views import shown, shown_event
from shotwright.api.requests import find
from shotwright.core.catalog import ENDPOINTS, SLUGS
from shotwright.core.errors import BadRequest, NotFound
from shotwright.jobs.history import search
from shotwright.jobs.recipe import slim
from shotwright.jobs.states import State
from shotwright.web.comparison import compared
from shotwright.web.render import page

if TYPE_CHECKING:
    from shotwright.jobs.rows import StoredRequest

PAGE = 24
MOST_COMPARED = 6
"""Clips that one page compares."""


async def listing(call: Call) -> Response:
    """/requests: searchable; bulk cancel and delete; some of them to compare."""
    rows = await search(call.node.pool, searched(call.request, call.who), PAGE + 1)
    query = {name: value for name, value in call.query.items() if value and name != "before"}
    keys = await call.node.keys.all() if "admin" in call.who.scopes else []
    return page(
        call.request, "requests.html", call.who, rows=[shown(row, "", call.node.engines) for row in rows[:PAGE]], query=query,
        endpoints=[*ENDPOINTS, *SLUGS], states=[state.value for state in State], engines=list(call.node.engines), keys=keys,
        next_before=rows[PAGE - 1].created_at.isoformat() if len(rows) > PAGE else None,
    )  # fmt: skip


async def show(call: Call) -> Response:
    """/requests/{id}: plan, inputs, outputs, events, attempts, cost, webhooks."""
    row = await find(call)
    item = _light(shown(row, "", call.node.engines))
    events = [shown_event(event, "") for event in await call.node.store.events(row.id)]
    hook = await call.node.outbox.find(row.id) if row.webhook else None
    attempts = await call.node.outbox.attempts(hook.id) if hook else []
    return page(
        call.request, "request.html", call.who, item=item, row=row, events=events, hook=hook, attempts=attempts, plan=row.plan,
        engines=[item for item in call.node.engines.values() if item.is_ready], can_play=row.endpoint_id in ENDPOINTS or row.endpoint_id in SLUGS,
        data={"request": item, "plan": row.plan, "events": events},
    )  # fmt: skip


def _light(item: dict[str, Any]) -> dict[str, Any]:
    """A request without the media that were sent inside it."""
    return {**item, "arguments": slim(item["arguments"])}


async def compare(call: Call) -> Response:
    """/requests/compare?id=&id=: two to six clips that play together, and what differs in their inputs."""
    names = call.query.getlist("id")
    if not 2 <= len(names) <= MOST_COMPARED:
        raise BadRequest(f"Choose two to {MOST_COMPARED} requests to compare: /requests/compare?id=ID&id=ID.")
    rows = [await _visible(call, name) for name in names]
    items = [_light(shown(row, "", call.node.engines)) for row in rows]
    changes = compared(items, [row.plan for row in rows])
    return page(call.request, "compare.html", call.who, items=items, changes=changes, data={"items": items})


async def _visible(call: Call, text: str) -> StoredRequest:
    try:
        row = await call.node.store.get(uuid.UUID(text))
    except ValueError:
        row = None
    if row is None or not call.who.may_see(row):
        raise NotFound("Request not found")
    return row
