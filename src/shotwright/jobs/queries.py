"""The statements of `sql/*.sql` by name, and rows as frozen dataclasses.

A file holds `-- name --`, a line that says what it is for, and the statement. SQL stands there and nowhere else.
"""

from __future__ import annotations

import re
from dataclasses import fields
from importlib import resources
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from psycopg import AsyncCursor

T = TypeVar("T")
FOLDER = resources.files("shotwright.jobs").joinpath("sql")
_NAME = re.compile(r"^-- (\w+) --\n", re.MULTILINE)


def statements(concern: str) -> dict[str, str]:
    """The statements of `sql/{concern}.sql` by name."""
    _, *parts = _NAME.split(FOLDER.joinpath(f"{concern}.sql").read_text())
    return {name: text.strip() for name, text in zip(parts[::2], parts[1::2], strict=True)}


def migrations() -> list[tuple[int, str]]:
    """The steps that made the tables what they are, in order: `sql/migrations/0001_tables.sql`, ..."""
    found = sorted(FOLDER.joinpath("migrations").iterdir(), key=lambda file: file.name)
    return [(int(file.name[:4]), file.read_text()) for file in found if file.name.endswith(".sql")]


def row_of(kind: type[T]) -> Callable[[AsyncCursor[Any]], Callable[[Sequence[Any]], T]]:
    """A row factory for a dataclass that leaves out columns it does not know: a newer process may have added some."""
    known = {field.name for field in fields(kind)}  # type: ignore[arg-type]  # a dataclass

    def factory(cursor: AsyncCursor[Any]) -> Callable[[Sequence[Any]], T]:
        names = [column.name for column in cursor.description or ()]
        return lambda values: kind(**{name: value for name, value in zip(names, values, strict=True) if name in known})

    return factory
