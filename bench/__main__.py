"""Runs all benchmarks, prints a table, and keeps the figures in `bench/results/`."""

from __future__ import annotations

import json
import platform
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench import clips, draft, pages, server
from shotwright import __version__


def main() -> None:
    """Measure and print."""
    only = set(sys.argv[1:])
    found: dict[str, Any] = {}
    for name, measure in (
        ("server", server.measure),
        ("draft", draft.measure),
        ("clips", clips.measure),
        ("pages", pages.measure),
    ):
        if not only or name in only:
            print(f"\n{name}")
            for key, value, target in measure():
                found[f"{name}.{key}"] = value
                print(f"  {key:<44} {value:>10}   {target}")
    when = datetime.now(UTC)
    results = Path("bench/results")
    results.mkdir(exist_ok=True)
    head = {
        "command": "make bench",  # or `python -m bench PART`: what it measures replaces the same day's figures
        "at": when.isoformat(timespec="seconds"),
        "version": __version__,
        "python": platform.python_version(),
    }
    path = results / f"{when:%Y-%m-%d}.json"
    before = json.loads(path.read_text())["figures"] if path.exists() else {}
    path.write_text(json.dumps({**head, "figures": before | found}, indent=2) + "\n")
    print(f"\nkept in {path}")


if __name__ == "__main__":
    main()
