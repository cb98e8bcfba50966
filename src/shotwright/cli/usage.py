"""`shotwright usage`: what was rendered and what it cost."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer

from shotwright.cli.inputs import AsJson
from shotwright.cli.main import emit
from shotwright.cli.remote import Server, Url
from shotwright.cli.table import table

NUMBERS = frozenset({"requests", "failed", "seconds", "cost", "Kling O1"})


def usage(
    *,
    start: Annotated[
        str | None, typer.Option(help="First day (UTC), such as 2026-01-31; by default 30 days ago.")
    ] = None,
    end: Annotated[str | None, typer.Option(help="Last day (UTC); by default today.")] = None,
    endpoint: Annotated[str | None, typer.Option(help="Only this endpoint id.")] = None,
    csv: Annotated[bool, typer.Option("--csv", help="Print CSV.")] = False,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Show usage by day, key, endpoint and engine: what it cost, and what it would have cost on the paid service."""
    query = {"start": start, "end": end, "endpoint_id": endpoint, "format": "csv" if csv else None}
    server = Server(url)
    path = "/usage?" + "&".join(f"{name}={value}" for name, value in query.items() if value)
    if csv:
        sys.stdout.write(server.text(path))
        return
    found: dict[str, Any] = server.get(path)
    if as_json:
        emit(found, as_json=True)
        return
    rows = [
        (
            row["day"], row["key"] or "", row["endpoint_id"].removeprefix("fal-ai/kling-video/"), row["engine"],
            str(row["requests"]), str(row["failed"]), f"{row['seconds']:.2f}", f"${row['cost_usd']:.3f}", f"${row['upstream_usd']:.3f}",
        )
        for row in found["rows"]
    ]  # fmt: skip
    total = found["total"]
    rows.append(
        ("total", "", "", "", str(total["requests"]), "", f"{total['seconds']:.2f}", f"${total['cost_usd']:.3f}", f"${total['upstream_usd']:.3f}")
    )  # fmt: skip
    names = ("day", "key", "endpoint", "engine", "requests", "failed", "seconds", "cost", "Kling O1")
    table(names, rows, numbers=NUMBERS, min_width={"key": 8})
