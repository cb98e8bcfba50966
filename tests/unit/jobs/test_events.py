"""What a process keeps of a request between the database's notifications, however late those are"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import psycopg
import pytest
from tests.running import database_of

from shotwright import app
from shotwright.api.call import Node
from shotwright.jobs.rows import NewRequest
from shotwright.jobs.states import State
from shotwright.settings import Settings

ENDPOINT = "fal-ai/kling-video/o1/standard/reference-to-video"


async def _silence(_: psycopg.AsyncConnection) -> AsyncIterator[psycopg.Notify]:
    await asyncio.Event().wait()
    yield psycopg.Notify("", "", 0)


@pytest.fixture
async def deaf(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Node]:
    """A process whose notifications do not arrive."""
    monkeypatch.setattr(psycopg.AsyncConnection, "notifies", _silence)
    folder = Path(tempfile.mkdtemp(prefix="sw-unit-"))
    async with app.open_node(Settings(data=folder, database_url=database_of(folder), engine="testcard")) as made:
        yield made


async def test_who_cancels_and_looks_again_sees_it_however_late_the_notification_is(deaf: Node) -> None:
    made = await deaf.store.create(NewRequest(ENDPOINT, {"prompt": "x"}, "testcard"))
    before = await deaf.hub.row(made.row.id)
    await deaf.hub.cancel(made.row.id)
    after = await deaf.hub.row(made.row.id)
    assert (before and before.state, after and after.state) == (State.QUEUED, State.CANCELLED)


async def test_who_deletes_and_looks_again_sees_it_however_late_the_notification_is(deaf: Node) -> None:
    made = await deaf.store.create(NewRequest(ENDPOINT, {"prompt": "x"}, "testcard"))
    await deaf.hub.cancel(made.row.id)
    before = await deaf.hub.row(made.row.id)
    await deaf.hub.delete_payload(made.row.id)
    after = await deaf.hub.row(made.row.id)
    assert before is not None
    assert after is not None
    assert (before.arguments, after.arguments) == ({"prompt": "x"}, None)
