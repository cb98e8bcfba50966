"""A measured value and its gate."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Result:
    """A measured value, and whether it passes its gate; `passed` is None for what is only reported."""

    metric: str
    name: str
    value: str
    gate: str
    passed: bool | None
