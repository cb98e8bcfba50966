"""The pages of whoever runs the server: webhooks, usage, keys, health."""

from __future__ import annotations

import asyncio
import math
import shutil
from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from shotwright.api.call import Call
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

    from starlette.responses import Response


PAGE = 50
DAYS_MAX = 400
DATES = 8
"""So many dates, at most, stand under a plot."""
SERIES = 6
"""So many lines of a plot get a colour of their own; the rest are one."""


async def webhooks(call: Call) -> Response:
    """/webhooks: deliveries and their attempts, deliver again, try an address."""
    offset = whole_number(call.request, "offset", 0, 0, 10**6)
    found = await call.node.outbox.recent(PAGE + 1, offset, owner=call.who.owner_filter)
    attempts = {item.id: await call.node.outbox.attempts(item.id) for item in found[:PAGE] if item.attempts}
    return page(
        call.request,
        "webhooks.html",
        call.who,
        deliveries=found[:PAGE],
        attempts=attempts,
        offset=offset,
        has_more=len(found) > PAGE,
        step=PAGE,
    )


@dataclass(frozen=True)
class Bar:
    """A day of a plot: its parts from the bottom up as (series, from, to), shares of the plot's height."""

    day: date
    total: float
    parts: tuple[tuple[int, float, float], ...]


@dataclass(frozen=True)
class Plot:
    """Stacked bars, one a day; `top` is the value at the full height."""

    title: str
    unit: str
    series: list[str]
    bars: list[Bar]
    top: float

    @property
    def highest(self) -> float:
        """The largest sum of a day."""
        return max((bar.total for bar in self.bars), default=0.0)

    @property
    def tick_days(self) -> int:
        """So many days lie between two dates of the axis."""
        return math.ceil(len(self.bars) / DATES)

    def tick(self, share: float) -> str:
        """A value of the vertical axis."""
        return ("$" if self.unit == "$" else "") + f"{self.top * share:,.10g}"


async def usage(call: Call) -> Response:
    """/usage: plots per day by endpoint and by key, totals, CSV."""
    first, last = days(call.request, 29)
    if (last - first).days > DAYS_MAX:
        raise BadRequest(f"A plot shows at most {DAYS_MAX} days. The CSV has no such bound.")
    rows = await read_usage(call.node.pool, first, last, owner=call.who.owner_filter)
    names = {str(key.id): key.name for key in await call.node.keys.all()} if "admin" in call.who.scopes else {}
    drawn: list[tuple[str, str, Callable[[UsageRow], str], Callable[[UsageRow], float]]] = [
        ("Seconds of video by model", "s", lambda row: row.endpoint_id, lambda row: row.seconds),
        ("Requests by key", "", lambda row: names.get(row.key or "", row.key or "anonymous"), lambda row: row.requests),
        ("What the paid model would have cost", "$", lambda row: row.engine, lambda row: float(row.upstream_usd)),
    ]
    plots = [plot(rows, title, unit, label, value, period=(first, last)) for title, unit, label, value in drawn]
    return page(call.request, "usage.html", call.who, rows=rows, plots=plots, first=first, last=last, names=names)


def plot(
    rows: list[UsageRow],
    title: str,
    unit: str,
    label: Callable[[UsageRow], str],
    value: Callable[[UsageRow], float],
    *,
    period: tuple[date, date],
) -> Plot:
    """Series by size, and a bar for each day of the period, its last one included."""
    sums: defaultdict[str, float] = defaultdict(float)
    by_day: defaultdict[date, defaultdict[str, float]] = defaultdict(lambda: defaultdict(float))
    for row in rows:
        sums[label(row)] += value(row)
        by_day[row.day][label(row)] += value(row)
    largest = sorted(sums, key=lambda name: -sums[name])
    series = largest[:SERIES] + (["others"] if len(largest) > SERIES else [])
    index = {name: min(number, SERIES) for number, name in enumerate(largest)}
    least = 0.0 if unit == "$" else 2.0  # half a request is no tick
    top = round_top(max([least, *(sum(day.values()) for day in by_day.values())]))
    bars = []
    for number in range((period[1] - period[0]).days + 1):
        day = period[0] + timedelta(days=number)
        parts, height = [], 0.0
        for name in largest:
            amount = by_day[day][name] if day in by_day else 0.0
            if amount:
                parts.append((index[name], height / top, (height + amount) / top))
                height += amount
        bars.append(Bar(day, height, tuple(parts)))
    return Plot(title, unit, series, bars, top)


def round_top(highest: float) -> float:
    """The first of 2, 4, 10, 20, 40, 100 … (and 1, 0.4, 0.2 …) that is not below the highest value: its half is round as well."""
    if highest <= 0:
        return 2.0
    power = 10.0 ** math.floor(math.log10(highest))
    return next(round(step * power, 9) for step in (1, 2, 4, 10) if step * power >= highest * (1 - 1e-9))


async def keys(call: Call) -> Response:
    """/settings/keys: make and revoke keys."""
    if "admin" not in call.who.scopes:
        raise Forbidden(
            'Keys are for keys with the scope "admin". Make one with `shotwright keys create --scope admin`.'
        )
    return page(
        call.request,
        "keys.html",
        call.who,
        keys=await call.node.keys.all(),
        scopes=SCOPES,
        configured=len(call.node.settings.accepted_keys),
    )


async def health(call: Call) -> Response:
    """/health: the database, the queue, the engines, the disk."""
    disk = await asyncio.to_thread(_disk, call.node.settings.data)
    return page(
        call.request, "health.html", call.who, counts=await call.node.store.counts(), engines=engines_of(call.node.engines, call.node.settings.engine),
        settings=call.node.settings, disk=disk,
    )  # fmt: skip


def _disk(folder: Path) -> tuple[float, float] | None:
    """Free and all gigabytes of the data folder's disk; None where this process has no such folder."""
    try:
        found = shutil.disk_usage(folder)
    except OSError:
        return None
    return found.free / 1e9, found.total / 1e9
