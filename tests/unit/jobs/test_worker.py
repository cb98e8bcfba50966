"""Every write of a worker meets every fault of a database, before it and after it: the request ends once, with its files"""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import errors
from psycopg_pool import PoolTimeout
from tests.running import database_of

from shotwright import app
from shotwright.api.call import Node
from shotwright.jobs import worker as worker_module
from shotwright.jobs.children import Message
from shotwright.jobs.messages import Outcome, RenderJob
from shotwright.jobs.rows import NewRequest
from shotwright.jobs.states import State
from shotwright.jobs.store import RequestStore
from shotwright.settings import Settings

FAULTS = [
    psycopg.OperationalError("server closed the connection unexpectedly"), errors.AdminShutdown("terminating connection"),
    errors.ReadOnlySqlTransaction("cannot execute UPDATE in a read-only transaction"), errors.DiskFull("No space left on device"),
    errors.IoError("could not write block: Input/output error"), errors.TooManyConnections("sorry, too many clients already"),
    PoolTimeout("couldn't get a connection after 10.00 sec"),
]  # fmt: skip
WRITES = ("get", "move", "log", "note", "progress", "preview")
ENDPOINT = "fal-ai/kling-video/o1/standard/reference-to-video"


class FakeChild:
    """An engine process that renders at once."""

    holds_model = False

    def __init__(self, file_id: str) -> None:
        self.file_id, self.notes = file_id, 0

    async def run(self, _: RenderJob, **__: float) -> AsyncIterator[Message]:
        yield ("progress", "render", 0.5, "Rendering")
        yield ("note", {"ticket": 1})
        yield ("preview", "0" * 32)
        result = {"file_id": self.file_id, "seed": 1}
        yield ("done", Outcome({"version": 1}, result, {}, 3.0, (("WARN", "Not rendered: a zeppelin."),)))

    def acknowledge_note(self) -> None:
        self.notes += 1

    def cancel(self) -> None: ...

    def kill(self) -> None: ...


class FakePool:
    """Processes of which there is one."""

    def __init__(self, child: FakeChild) -> None:
        self.child = child

    @contextlib.contextmanager
    def take(self) -> Iterator[FakeChild]:
        yield self.child


@pytest.fixture
async def node(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Node]:
    monkeypatch.setattr(worker_module, "PAUSE_S", 0.01)
    folder = Path(tempfile.mkdtemp(prefix="sw-unit-"))
    async with app.open_node(Settings(data=folder, database_url=database_of(folder), engine="testcard")) as made:
        yield made


def failing_once(monkeypatch: pytest.MonkeyPatch, name: str, fault: Exception, *, afterwards: bool) -> list[str]:
    """Let each first call of a method fail, without an effect or with one whose answer was lost."""
    real, met = getattr(RequestStore, name), []

    async def wrapped(self: RequestStore, *values: Any, **named: Any) -> Any:
        is_first = State.RUNNING not in values and not met
        if is_first:
            met.append(name)
        if is_first and not afterwards:
            raise fault
        answer = await real(self, *values, **named)
        if is_first:
            raise fault
        return answer

    monkeypatch.setattr(RequestStore, name, wrapped)
    return met


@pytest.mark.slow
@pytest.mark.parametrize("afterwards", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("write", WRITES)
async def test_every_write_meets_every_fault(
    node: Node, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, write: str, afterwards: bool
) -> None:
    clip = tmp_path / "clip.mp4"
    clip.write_bytes(b"a clip")
    for fault in FAULTS:
        worker = app.worker_of(node)
        child = FakeChild(node.files.put_path(clip, "output.mp4").id)
        monkeypatch.setattr(worker, "_pool", FakePool(child))
        made = await node.store.create(NewRequest(ENDPOINT, {"prompt": "x"}, "testcard", owner="one"))
        with monkeypatch.context() as patched:
            met = failing_once(patched, write, fault, afterwards=afterwards)
            await worker.render(str(made.row.id))
        row = await node.store.get(made.row.id)
        assert row is not None
        assert (met, row.state, child.notes) == ([write], "succeeded", 1), fault
        assert node.files.read_all(child.file_id) == b"a clip", "its files stay"
        ended = [
            event
            for event in await node.store.events(row.id, kind="state")
            if (event.data or {})["state"] == "succeeded"
        ]
        assert len(ended) == 1
        worker._workdir.close()


@pytest.mark.slow
async def test_a_stop_while_a_write_waits_gives_the_request_back_and_is_no_loss(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = app.worker_of(node)
    monkeypatch.setattr(worker, "_pool", FakePool(FakeChild("0" * 32)))
    made = await node.store.create(NewRequest(ENDPOINT, {"prompt": "x"}, "testcard", owner="one"))
    waiting = asyncio.Event()

    async def away(*_: Any, **__: Any) -> None:
        waiting.set()
        raise psycopg.OperationalError("the database is away")

    with monkeypatch.context() as patched:
        patched.setattr(worker, "_end", lambda *_: worker._kept(away))
        task = asyncio.create_task(worker.render(str(made.row.id)))
        await waiting.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    row = await node.store.get(made.row.id)
    assert row is not None
    assert (row.state, row.attempt, row.losses) == ("queued", 1, 0)
    worker._workdir.close()


@pytest.mark.slow
async def test_what_no_database_keeps_fails_the_request(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    worker = app.worker_of(node)
    monkeypatch.setattr(worker, "_pool", FakePool(FakeChild("0" * 32)))
    made = await node.store.create(NewRequest(ENDPOINT, {"prompt": "x"}, "testcard", owner="one"))
    with monkeypatch.context() as patched:
        failing_once(
            patched,
            "note",
            errors.ProgramLimitExceeded("total size of jsonb object elements exceeds the maximum"),
            afterwards=False,
        )
        await worker.render(str(made.row.id))
    row = await node.store.get(made.row.id)
    assert row is not None
    assert (row.state, (row.error or {})["code"]) == ("failed", "internal_error")
    worker._workdir.close()


@pytest.mark.slow
async def test_an_output_that_no_request_names_is_collected(
    node: Node, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    clip = tmp_path / "clip.mp4"
    clip.write_bytes(b"a clip")
    worker = app.worker_of(node)
    made = await node.store.create(NewRequest(ENDPOINT, {"prompt": "x"}, "testcard", owner="one"))
    lost, kept = (node.files.put_path(clip, "output.mp4", request_id=str(made.row.id)).id for _ in range(2))
    upload = node.files.put_path(clip, "mine.mp4").id
    foreign = node.files.put_path(clip, "output.mp4", request_id=str(uuid.uuid4())).id
    monkeypatch.setattr(worker, "_pool", FakePool(FakeChild(kept)))
    await worker.render(str(made.row.id))
    assert [await worker._rubbish.lost_outputs(seconds) for seconds in (60, 0, 0)] == [0, 1, 0]
    assert node.files.record(lost) is None
    assert {node.files.read_all(name) for name in (kept, upload, foreign)} == {b"a clip"}, (
        "another installation's files stay"
    )
    worker._workdir.close()
