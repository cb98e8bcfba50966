"""One request as it happens: server-sent events with its row, its new events, its place in the queue and when it will be there."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from shotwright.api.call import Call, Node, handler
from shotwright.api.platform.views import shown, shown_event
from shotwright.api.query import digits
from shotwright.api.requests import find
from shotwright.api.stream import event_stream, row_events
from shotwright.engines.spec import STAGES
from shotwright.jobs.history import typical

if TYPE_CHECKING:
    from starlette.responses import Response

    from shotwright.jobs.history import Typical
    from shotwright.jobs.rows import StoredRequest

JSON = dict[str, Any]
KNOWN_SHARE = 0.15
"""From this share of a render on, its own pace says more than earlier renders do."""


@handler("read")
async def live(call: Call) -> Response:
    """GET /requests/{id}/live: an event for every change until the end; `Last-Event-ID` continues after a break."""
    row = await find(call)
    last = call.headers.get("last-event-id", "")
    after = digits(last) or 0
    teller = _Teller(call.node, call.base, after)
    return event_stream(row_events(call.node, row.id, teller))


@dataclass
class _Teller:
    """Tells what is new about a request since it last told."""

    node: Node
    base: str
    after: int
    usual: Typical | None = None
    is_known: bool = False

    async def __call__(self, row: StoredRequest) -> str:
        if not self.is_known:
            self.usual, self.is_known = await typical(self.node.pool, row.endpoint_id, row.engine), True
        found = await self.node.store.events(row.id, after=self.after)
        self.after = found[-1].id if found else self.after
        position = await self.node.hub.position(row)
        body = {
            "request": {**shown(row, self.base, self.node.engines), "arguments": _brief(row)}, "events": [shown_event(event, self.base) for event in found],
            "stages": _stages(row, self.node), "queue_position": position, **eta(row, self.usual, position or 0, datetime.now(UTC)),
        }  # fmt: skip
        return f"id: {self.after}\ndata: {json.dumps(body, ensure_ascii=False)}\n\n"


def _stages(row: StoredRequest, node: Node) -> list[JSON]:
    """What a render may pass, in order, and whether every render of this engine does."""
    engine = node.engines.get(row.engine)
    usual = engine.stages if engine else ()
    return [{"name": name, "label": label, "is_usual": name in usual} for name, label in STAGES.items()]


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
