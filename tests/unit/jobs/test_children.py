"""Engine processes: bounded, noticed when they hang, replaced when they have grown"""

from __future__ import annotations

import multiprocessing
import resource
import sys
import time
from pathlib import Path

import psycopg
import pytest
from psycopg import errors
from psycopg_pool import PoolTimeout

from shotwright.core import errors as e
from shotwright.jobs import children
from shotwright.jobs.children import ChildPool, ChildSetup, bound_memory
from shotwright.jobs.faults import as_error, is_passing
from shotwright.jobs.messages import RenderJob

pytestmark = pytest.mark.slow
ENDPOINT = "fal-ai/kling-video/o1/standard/reference-to-video"


class _Greedy:
    """Renders nothing, and holds what it is told to."""

    name = "greedy"

    def __init__(self) -> None:
        self.held: list[bytearray] = []

    def render(self, shot: object, workdir: Path, progress: object) -> None:
        del shot, workdir, progress
        self.held.append(bytearray(b"x") * (600 << 20))
        raise e.RenderFailed("it is full now")


def greedy_engines(_: object) -> dict[str, _Greedy]:
    """For the child."""
    return {"greedy": _Greedy()}


def job() -> RenderJob:
    return RenderJob("0" * 8, ENDPOINT, {"prompt": "Hold still", "duration": "3"}, "greedy", frozenset(), False)


async def rendered(pool: ChildPool) -> tuple[int | None, e.JSON]:
    with pool.take() as child:
        messages = [message async for message in child.run(job())]
        return child.pid, messages[-1][1]


@pytest.fixture
def pool(tmp_path: Path) -> ChildPool:
    return ChildPool(
        ChildSetup("tests.unit.jobs.test_children:greedy_engines", str(tmp_path / "files"), str(tmp_path)), 1
    )


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
async def test_a_process_that_has_grown_is_replaced_after_its_job(
    pool: ChildPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(children, "RECYCLE_BYTES", 500 << 20)
    first, error = await rendered(pool)
    second, _ = await rendered(pool)
    pool.close()
    assert error["message"] == "it is full now"
    assert first != second


@pytest.mark.skipif(sys.platform != "linux", reason="bounds memory on Linux")
async def test_a_process_that_wants_more_than_its_bound_fails_in_words(tmp_path: Path) -> None:
    pool = ChildPool(
        ChildSetup("tests.unit.jobs.test_children:greedy_engines", str(tmp_path / "files"), str(tmp_path), None, 500), 1
    )
    _, error = await rendered(pool)
    pool.close()
    assert error["code"] == "render_failed"
    assert "ran out of memory" in error["message"]


@pytest.mark.skipif(sys.platform != "linux", reason="bounds memory on Linux")
def test_a_bound_of_memory_is_lifted_for_an_engine_with_a_model() -> None:
    context = multiprocessing.get_context("spawn")
    with context.Pool(1) as pool:
        pool.apply(bound_memory, (700,))
        assert pool.apply(resource.getrlimit, (resource.RLIMIT_DATA,))[0] == 700 << 20
        pool.apply(bound_memory, (0,))
        soft, hard = pool.apply(resource.getrlimit, (resource.RLIMIT_DATA,))
    assert soft == hard


async def test_a_process_that_says_nothing_has_crashed_and_one_that_takes_too_long_has_failed(
    pool: ChildPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(children.Child, "_pump", lambda *_: time.sleep(0))
    for silence_s, deadline_s, last in ((0.2, 9.0, "crashed"), (9.0, 0.2, "failed")):
        with pool.take() as child:
            messages = [message async for message in child.run(job(), silence_s=silence_s, deadline_s=deadline_s)]
            assert messages[-1][0] == last
            assert not child.is_alive()
    pool.close()


@pytest.mark.parametrize(
    ("fault", "passes", "kind"),
    [
        (psycopg.OperationalError("connection refused"), True, e.ServerUnavailable), (PoolTimeout("x"), True, e.ServerUnavailable),
        (errors.ReadOnlySqlTransaction("x"), True, e.ServerUnavailable), (errors.TooManyConnections("x"), True, e.ServerUnavailable),
        (errors.AdminShutdown("x"), True, e.ServerUnavailable), (errors.DiskFull("No space left on device"), True, e.StorageFull),
        (errors.ProgramLimitExceeded("total size of jsonb array elements exceeds the maximum"), False, e.PayloadTooLarge),
        (errors.UntranslatableCharacter("x"), False, e.BadRequest), (errors.NumericValueOutOfRange("x"), False, e.BadRequest),
        (errors.UniqueViolation("x"), False, e.InternalError),
    ],
)  # fmt: skip
def test_a_fault_of_the_database_is_told_as_what_helps(
    fault: Exception, passes: bool, kind: type[e.ShotwrightError]
) -> None:
    assert (is_passing(fault), type(as_error(fault))) == (passes, kind)
