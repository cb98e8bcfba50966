"""A progress bar on stderr."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from shotwright.cli.main import err

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextlib.contextmanager
def progress_bar() -> Iterator[Any]:
    """A progress bar on stderr, as the engine contract's `Progress`."""
    columns = (
        TextColumn("{task.fields[stage]:>8}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=err, transient=True) as bar:
        task = bar.add_task("", total=1.0, stage="")

        def report(stage: str, fraction: float, message: str | None = None, **_: object) -> None:
            bar.update(task, completed=fraction, stage=stage)
            if message and stage == "plan":
                bar.console.print(f"[yellow]{message}[/]")

        yield report
