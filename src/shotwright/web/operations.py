"""The pages of whoever runs the server: webhooks, usage, keys, health."""

from __future__ import annotations

import asyncio
import shutil
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shotwright.api.context import context_of
from shotwright.api.query import days, whole_number
from shotwright.core.errors import BadRequest, Forbidden
from shotwright.jobs.keys import SCOPES
from shotwright.jobs.usage import UsageRow
from shotwright.jobs.usage import usage as read_usage
from shotwright.web.forms import engines_of
from shotwright.web.render import page

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date
    from pathlib import Path

    from starlette.requests import Request
    from starlette.responses import Response

    from shotwright.api.auth import Caller

PAGE = 50
DAYS_MAX = 400
SERIES = 6
"""So many lines of a plot get a colour of their own; the rest are one."""


async def webhooks(request: Request, who: Caller) -> Response:
    """/webhooks: deliveries and their attempts, deliver again, try an address."""
    context = context_of(request)
    offset = whole_number(request, "offset", 0, 0, 10**6)
    found = await context.outbox.recent(PAGE + 1, offset, owner=who.owner_filter)
    attempts = {item.id: await context.outbox.attempts(item.id) for item in found[:PAGE] if item.attempts}
    return page(
        request,
        "webhooks.html",
        who,
        deliveries=found[:PAGE],
        attempts=attempts,
        offset=offset,
        has_more=len(found) > PAGE,
        step=PAGE,
    )


@dataclass(frozen=True)
class Bar:
    """A day of a plot: its parts from the bottom up as (series, from, to), shares of the highest day."""

    day: date
    total: float
    parts: tuple[tuple[int, float, float], ...]


async def usage(request: Request, who: Caller) -> Response:
    """/usage: plots per day by endpoint and by key, totals, CSV."""
    context = context_of(request)
    first, last = days(request, 29)
    if (last - first).days > DAYS_MAX:
        raise BadRequest(f"A plot shows at most {DAYS_MAX} days. The CSV has no such bound.")
    rows = await read_usage(context.pool, first, last, owner=who.owner_filter)
    names = {str(key.id): key.name for key in await context.keys.all()} if "admin" in who.scopes else {}
    plots = []
    for title, unit, label, value in (
        ("Seconds of video by model", "s", lambda row: row.endpoint_id, lambda row: row.seconds),
        (
            "Requests by key",
            "",
            lambda row: names.get(row.key or "", row.key or "anonymous"),
            lambda row: float(row.requests),
        ),
        ("What the paid model would have cost", "$", lambda row: row.engine, lambda row: float(row.upstream_usd)),
    ):
        series, bars = plot(rows, label, value, first, last)
        plots.append(
            {
                "title": title,
                "unit": unit,
                "series": series,
                "bars": bars,
                "highest": max((bar.total for bar in bars), default=0.0),
            }
        )
    return page(request, "usage.html", who, rows=rows, plots=plots, first=first, last=last, names=names)


def plot(
    rows: list[UsageRow], label: Callable[[UsageRow], str], value: Callable[[UsageRow], float], first: date, last: date
) -> tuple[list[str], list[Bar]]:
    """Series by size, and a bar for each day from `first` to `last`."""
    sums: defaultdict[str, float] = defaultdict(float)
    by_day: defaultdict[date, defaultdict[str, float]] = defaultdict(lambda: defaultdict(float))
    for row in rows:
        sums[label(row)] += value(row)
        by_day[row.day][label(row)] += value(row)
    largest = sorted(sums, key=lambda name: -sums[name])
    series = largest[:SERIES] + (["others"] if len(largest) > SERIES else [])
    index = {name: min(number, SERIES) for number, name in enumerate(largest)}
    highest = max((sum(day.values()) for day in by_day.values()), default=0.0) or 1.0
    bars = []
    for number in range((last - first).days + 1):
        day = type(first).fromordinal(first.toordinal() + number)
        parts, height = [], 0.0
        for name in largest:
            amount = by_day[day][name] if day in by_day else 0.0
            if amount:
                parts.append((index[name], height / highest, (height + amount) / highest))
                height += amount
        bars.append(Bar(day, height, tuple(parts)))
    return series, bars


async def keys(request: Request, who: Caller) -> Response:
    """/settings/keys: make and revoke keys."""
    if "admin" not in who.scopes:
        raise Forbidden(
            'Keys are for keys with the scope "admin". Make one with `shotwright keys create --scope admin`.'
        )
    context = context_of(request)
    return page(
        request,
        "keys.html",
        who,
        keys=await context.keys.all(),
        scopes=SCOPES,
        configured=len(context.settings.accepted_keys),
    )


async def health(request: Request, who: Caller) -> Response:
    """/health: the database, the queue, the engines, the disk."""
    context = context_of(request)
    disk = await asyncio.to_thread(_disk, context.settings.data)
    return page(
        request, "health.html", who, counts=await context.store.counts(), engines=engines_of(context.engines, context.settings.engine),
        settings=context.settings, disk=disk,
    )  # fmt: skip


def _disk(folder: Path) -> tuple[float, float] | None:
    """Free and all gigabytes of the data folder's disk; None where this process has no such folder."""
    try:
        found = shutil.disk_usage(folder)
    except OSError:
        return None
    return found.free / 1e9, found.total / 1e9
