"""A film is cut for as long as somebody waits for it"""

from __future__ import annotations

import threading
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from shotwright.api.platform import film
from shotwright.core.errors import ClientCancelled


def call(*, is_gone: bool) -> Any:
    async def is_disconnected() -> bool:
        return is_gone

    return SimpleNamespace(request=SimpleNamespace(is_disconnected=is_disconnected))


async def test_work_stops_when_its_client_has_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(film, "LOOK_S", 0.01)
    never = threading.Event()

    def work(tick: Callable[[float], None]) -> None:
        while not never.wait(0.001):
            tick(0.5)

    with pytest.raises(ClientCancelled):
        await film.while_wanted(call(is_gone=True), work)


async def test_work_goes_to_its_end_while_its_client_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(film, "LOOK_S", 0.001)
    told: list[float] = []
    pause = threading.Event()

    def work(tick: Callable[[float], None]) -> None:
        for share in (0.2, 0.6, 1.0):
            pause.wait(0.005)
            tick(share)
            told.append(share)

    await film.while_wanted(call(is_gone=False), work)
    assert told == [0.2, 0.6, 1.0]
