"""What the store keeps in mind."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import Any

import pytest

from shotwright.jobs import store as module
from shotwright.jobs.store import RequestStore


class Counting:
    """A pool whose database counts its questions and answers with their number."""

    def __init__(self) -> None:
        self.asked = 0

    @contextlib.asynccontextmanager
    async def connection(self) -> AsyncIterator[Counting]:
        yield self

    @contextlib.asynccontextmanager
    async def cursor(self, **_: Any) -> AsyncIterator[Counting]:
        yield self

    async def execute(self, _: str) -> Counting:
        self.asked += 1
        return self

    async def fetchall(self) -> list[dict[str, Any]]:
        return [{"state": "queued", "n": self.asked}]


@pytest.mark.parametrize(("quick_s", "share", "second"), [(-1.0, 1e9, 1), (1e9, 1e9, 2)])
async def test_a_count_that_takes_long_is_kept_and_a_quick_one_is_not(
    monkeypatch: pytest.MonkeyPatch, quick_s: float, share: float, second: int
) -> None:
    monkeypatch.setattr(module, "QUICK_S", quick_s)
    monkeypatch.setattr(module, "COUNTING_SHARE", share)
    pool = Counting()
    store = RequestStore(pool, None)  # type: ignore[arg-type]  # counts alone are asked for
    assert await store.counts() == {"queued": 1}
    assert await store.counts() == {"queued": second}
