"""Tables on stdout: as wide as the terminal, whole when piped."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

PIPED_WIDTH = 240


def table(
    names: Sequence[str], rows: Iterable[Sequence[str]], *, min_width: Mapping[str, int] | None = None,
    numbers: frozenset[str] = frozenset(),
) -> None:  # fmt: skip
    """Print a table without borders; columns in `numbers` are set flush right."""
    found = Table(box=None, header_style="bold")
    for name in names:
        found.add_column(
            name, overflow="ellipsis", no_wrap=True, min_width=(min_width or {}).get(name),
            justify="right" if name in numbers else "left",
        )  # fmt: skip
    for row in rows:
        found.add_row(*row)
    Console(width=None if sys.stdout.isatty() else PIPED_WIDTH).print(found)
