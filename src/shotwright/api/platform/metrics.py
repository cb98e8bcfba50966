"""GET /metrics for Prometheus: requests, queue, rendering, webhooks, the database pool, this process."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import psutil
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from starlette.responses import Response

from shotwright.api.call import Call, handler
from shotwright.core.errors import Forbidden
from shotwright.jobs.measures import measures
from shotwright.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from shotwright.jobs.measures import Measures

KEPT_S = 5.0
"""Scrapes within so many seconds share one look at the database."""
OF_RENDERED = ("endpoint_id", "engine", "state")
POOL = {
    "pool_size": "connections", "pool_available": "connections that are free", "requests_waiting": "callers that wait for a connection",
}  # fmt: skip


class _Seen:
    """The measures of a moment ago."""

    def __init__(self) -> None:
        self.at: float = 0.0
        self.found: Measures | None = None


_SEEN = _Seen()


@handler("read")
async def show(call: Call) -> Response:
    """GET /metrics: in Prometheus' text format; with keys, for those that see everybody's requests."""
    if not call.who.sees_all:
        raise Forbidden("The metrics are of everybody's requests: they need a key with the scope admin.")
    now = time.monotonic()
    if _SEEN.found is None or now - _SEEN.at > KEPT_S:
        _SEEN.at, _SEEN.found = now, await measures(call.node.pool)
    registry = CollectorRegistry()
    registry.register(_Families([*_of_requests(_SEEN.found), *_of_process(call.node.pool.get_stats())]))
    return Response(generate_latest(registry), headers={"content-type": CONTENT_TYPE_LATEST})


class _Families:
    """A collector of what is already there."""

    def __init__(self, families: list[GaugeMetricFamily]) -> None:
        self._families = families

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """The families."""
        yield from self._families


def _of_requests(found: Measures) -> Iterable[GaugeMetricFamily]:
    """Families that are read from the database: gauges, because a history may be forgotten."""
    columns = {
        "requests": "Requests of the history",
        "render_seconds": "Seconds that engines rendered, as the requests of the history have it",
        "frames": "Frames of the clips of the history",
        "cost_usd": "US dollars that the requests of the history cost or reserve",
    }
    for name, text in columns.items():
        family = GaugeMetricFamily(f"shotwright_{name}", text, labels=OF_RENDERED)
        for row in found.rendered:
            family.add_metric([row.endpoint_id, row.engine, row.state], float(getattr(row, name)))
        yield family
    yield GaugeMetricFamily("shotwright_queue_length", "Requests that wait", value=found.waiting)
    yield GaugeMetricFamily(
        "shotwright_queue_oldest_seconds", "How long the oldest waiting request has waited", value=found.oldest_s
    )
    hooks = GaugeMetricFamily("shotwright_webhooks", "Webhooks of the history", labels=("state",))
    tries = GaugeMetricFamily("shotwright_webhook_attempts", "Deliveries that were tried", labels=("state",))
    for hook in found.hooks:
        hooks.add_metric([hook.state], hook.webhooks)
        tries.add_metric([hook.state], hook.attempts)
    yield from (hooks, tries)


def _of_process(pool: dict[str, Any]) -> Iterable[GaugeMetricFamily]:
    """Families of this API process: its pool and its memory."""
    for name, text in POOL.items():
        yield GaugeMetricFamily(
            f"shotwright_database_{name}", f"Of this process' pool: {text}", value=float(pool.get(name, 0))
        )
    memory = float(psutil.Process().memory_info().rss)
    yield GaugeMetricFamily("shotwright_process_resident_bytes", "Memory of this API process", value=memory)
    info = GaugeMetricFamily("shotwright_info", "Which version runs", labels=("version",))
    info.add_metric([__version__], 1.0)
    yield info
