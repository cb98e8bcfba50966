"""One request as it happens: server-sent events with its row, its new events, its place in the queue and when it will be there."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from starlette.responses import StreamingResponse

from shotwright.api.context import Context, context_of
from shotwright.api.fal.queue import PING_S, SSE_HEADERS, find
from shotwright.api.origin import origin
from shotwright.api.platform.views import shown, shown_event
from shotwright.jobs.history import typical

if TYPE_CHECKING:
    import uuid
    from collections.abc import AsyncIterator

    from starlette.requests import Request
    from starlette.responses import Response

    from shotwright.jobs.history import Typical
    from shotwright.jobs.store import StoredRequest

JSON = dict[str, Any]
KNOWN_SHARE = 0.15
"""From this share of a render on, its own pace says more than earlier renders do."""


async def live(request: Request) -> Response:
    """GET /requests/{id}/live: an event for every change until the end; `Last-Event-ID` continues after a break."""
    context = context_of(request)
    row = await find(request, context)
    last = request.headers.get("last-event-id", "")
    after = int(last) if last.isascii() and last.isdigit() and len(last) < 16 else 0
    events = _events(context, row.id, origin(request, context.settings), after)
    return StreamingResponse(events, headers=SSE_HEADERS, media_type="text/event-stream")


async def _events(context: Context, request_id: uuid.UUID, base: str, after: int) -> AsyncIterator[str]:
    usual: Typical | None = None
    is_known = False
    async with context.hub.watch(request_id) as changed:
        while True:
            changed.clear()
            row = await context.store.get(request_id)
            if row is None:
                return
            if not is_known:
                usual, is_known = await typical(context.pool, row.endpoint_id, row.engine), True
            found = await context.store.events(request_id, after=after)
            after = found[-1].id if found else after
            position = await context.hub.position(row) if row.state == "queued" else None
            body = {
                "request": {**shown(row, base), "arguments": _brief(row)}, "events": [shown_event(event, base) for event in found],
                "queue_position": position, **eta(row, usual, position or 0, datetime.now(UTC)),
            }  # fmt: skip
            yield f"id: {after}\ndata: {json.dumps(body, ensure_ascii=False)}\n\n"
            if row.is_terminal:
                return
            try:
                await asyncio.wait_for(changed.wait(), PING_S)
            except TimeoutError:
                yield ": ping\n\n"


def _brief(row: StoredRequest) -> JSON:
    """What of its input a progress display needs; the whole of it is not sent with every event."""
    given = row.arguments if isinstance(row.arguments, dict) else {}
    return {"duration": given.get("duration")}


def eta(row: StoredRequest, usual: Typical | None, position: int, now: datetime) -> JSON:
    """`eta_s`, seconds until the clip is there, and `eta_basis`, a sentence that says how we know; both None when we do not.

    Args:
        row: The request.
        usual: How long its like usually take.
        position: How many wait before it.
        now: The time.
    """
    if row.is_terminal:
        return {"eta_s": None, "eta_basis": None}
    if row.state == "running" and row.started_at is not None and row.progress >= KNOWN_SHARE:
        elapsed = (now - row.started_at).total_seconds()
        return {"eta_s": round(elapsed * (1 - row.progress) / row.progress, 1), "eta_basis": "the pace of this render"}
    if usual is None:
        return {"eta_s": None, "eta_basis": None}
    renders = "render" if usual.count == 1 else f"{usual.count} renders"
    basis = f"the last {renders} of this model on this engine"
    if row.state == "queued":
        return {"eta_s": round(usual.seconds * (position + 1), 1), "eta_basis": f"{basis}, {position} before this one"}
    elapsed = (now - row.started_at).total_seconds() if row.started_at else 0.0
    return {"eta_s": round(max(0.5, usual.seconds - elapsed), 1), "eta_basis": basis}
