"""Faults that pass: a database that is read-only for a while, an engine that hangs, an entry of the queue that is lost, a full disk; no request stays behind"""

from __future__ import annotations

import contextlib
import functools
import os
import signal
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import psycopg
import pytest
from tests import running
from tests.running import STANDARD, RunningServer, database_of, eventually

pytestmark = pytest.mark.slow
ENDPOINT = STANDARD + "reference-to-video"
SHOT = {"prompt": "Hold still", "duration": "3"}
LONG = {"prompt": "Hold still", "duration": "10"}
QUICK = {"SHOTWRIGHT_REQUEST_PATIENCE_S": "3", "SHOTWRIGHT_ENGINE_SILENCE_S": "8"}
start = functools.partial(running.start, engine="draft", env=QUICK)


@pytest.fixture(scope="module")
def server(data_folder: Callable[[], Path]) -> Iterator[RunningServer]:
    made = start(data_folder())
    yield made
    assert made.stop() == 0


def sql(server: RunningServer, text: str, *values: object) -> None:
    with psycopg.connect(database_of(server.data), autocommit=True) as connection:
        connection.execute(text, values)


def database_name(server: RunningServer) -> str:
    return database_of(server.data).split("?")[0].rsplit("/", 1)[1]


def engines(server: RunningServer) -> list[psutil.Process]:
    children = psutil.Process(server.process.pid).children(recursive=True)
    return [child for child in children if "spawn_main" in " ".join(child.cmdline())]


def ends(server: RunningServer, request_id: str) -> list[str]:
    events = server.http.get(f"/requests/{request_id}/events").json()["events"]
    seen = [event["data"]["state"] for event in events if event["kind"] == "state"]
    return [state for state in seen if state in {"succeeded", "failed", "cancelled"}]


def test_a_database_that_is_read_only_for_a_while_stops_no_request(server: RunningServer) -> None:
    request_id = server.submit(ENDPOINT, SHOT)
    server.wait(request_id, "running")
    sql(server, f'ALTER DATABASE "{database_name(server)}" SET default_transaction_read_only = on')
    sql(
        server,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
    )
    refused = server.http.post(f"/queue/{ENDPOINT}", json=SHOT)
    assert refused.status_code == 503
    assert refused.headers["x-fal-retryable"] == "true"
    time.sleep(4)  # the fault's own duration: longer than the render
    with psycopg.connect(database_of(server.data), autocommit=True) as connection:
        connection.execute("SET default_transaction_read_only = off")
        connection.execute(f'ALTER DATABASE "{database_name(server)}" RESET default_transaction_read_only')
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    eventually(lambda: server.http.get("/health").status_code == 200)
    assert server.wait(request_id)["state"] == "succeeded"
    assert ends(server, request_id) == ["succeeded"]


def test_a_worker_that_loses_its_connection_keeps_its_renders(server: RunningServer) -> None:
    request_id = server.submit(ENDPOINT, LONG, **{"X-Fal-No-Retry": "1"})
    server.wait(request_id, "running")
    for _ in range(3):
        sql(
            server,
            "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND pid <> pg_backend_pid()",
        )
    row = server.wait(request_id)
    assert (row["state"], row["attempt"]) == ("succeeded", 1)


def test_an_engine_that_hangs_is_replaced(server: RunningServer) -> None:
    request_id = server.submit(ENDPOINT, LONG)
    server.wait(request_id, "running")
    stopped = engines(server)
    for child in stopped:
        child.send_signal(signal.SIGSTOP)
    row = server.wait(request_id)
    assert (row["state"], row["attempt"]) == ("succeeded", 2)
    assert not {child.pid for child in stopped} & {child.pid for child in engines(server)}


def test_a_cancel_reaches_a_request_whose_engine_hangs(server: RunningServer) -> None:
    request_id = server.submit(ENDPOINT, LONG)
    server.wait(request_id, "running")
    for child in engines(server):
        child.send_signal(signal.SIGSTOP)
    server.http.put(f"/queue/x/y/requests/{request_id}/cancel")
    assert server.wait(request_id, seconds=10)["state"] == "cancelled"


def test_a_request_that_its_worker_has_forgotten_goes_back_to_the_queue(server: RunningServer) -> None:
    request_id = server.submit(ENDPOINT, SHOT)
    server.wait(request_id)
    sql(
        server,
        "UPDATE requests SET state = 'running', finished_at = NULL, heartbeat_at = now() - interval '1 minute' WHERE id = %s",
        request_id,
    )
    eventually(lambda: server.row(request_id)["state"] == "succeeded")


def test_a_request_whose_entry_in_the_queue_is_lost_is_queued_anew(data_folder: Callable[[], Path]) -> None:
    server = start(data_folder())
    try:
        first, second = server.submit(ENDPOINT, LONG), server.submit(ENDPOINT, SHOT)
        server.wait(first, "running")
        sql(server, "DELETE FROM procrastinate_jobs WHERE id = (SELECT queue_job FROM requests WHERE id = %s)", second)
        assert server.wait(second)["state"] == "succeeded"
    finally:
        server.stop()


def test_a_request_whose_entry_was_taken_and_never_begun_is_queued_anew(data_folder: Callable[[], Path]) -> None:
    server = start(data_folder())
    try:
        first, second = server.submit(ENDPOINT, LONG), server.submit(ENDPOINT, SHOT)
        server.wait(first, "running")
        taken = (
            "UPDATE procrastinate_jobs SET status = 'doing', worker_id = (SELECT max(id) FROM procrastinate_workers)"
        )
        sql(server, f"{taken} WHERE id = (SELECT queue_job FROM requests WHERE id = %s)", second)
        assert server.wait(second)["state"] == "succeeded"
    finally:
        server.stop()


def test_a_render_that_takes_too_long_is_ended(data_folder: Callable[[], Path]) -> None:
    server = running.start(data_folder(), engine="draft", env={"SHOTWRIGHT_DEADLINES": "draft=0.6"})
    try:
        row = server.wait(server.submit(ENDPOINT, LONG))
        assert (row["state"], row["error"]["code"]) == ("failed", "generation_timeout")
    finally:
        server.stop()


def test_an_engine_process_is_bounded_in_memory_and_the_first_to_go(server: RunningServer) -> None:
    request_id = server.submit(ENDPOINT, LONG)
    server.wait(request_id, "running")
    child = engines(server)[0]
    eventually(lambda: child.rlimit(psutil.RLIMIT_DATA)[0] == 6144 << 20)
    assert Path(f"/proc/{child.pid}/oom_score_adj").read_text().strip() == "500"
    server.http.put(f"/queue/x/y/requests/{request_id}/cancel")
    server.wait(request_id)


def test_a_graceful_restart_uses_up_no_attempt_and_keeps_the_place(data_folder: Callable[[], Path]) -> None:
    data = data_folder()
    server = start(data)
    first = server.submit(ENDPOINT, LONG)
    others = [server.submit(ENDPOINT, SHOT) for _ in range(2)]
    for _ in range(2):
        server.wait(first, "running")
        assert server.stop() == 0
        server = start(data)
    try:
        server.wait(first, "running")
        with psycopg.connect(database_of(server.data)) as connection:
            assert connection.execute("SELECT attempt, losses FROM requests WHERE id = %s", (first,)).fetchone() == (
                3,
                0,
            )
        rows = [server.wait(request_id) for request_id in (first, *others)]
        assert [row["state"] for row in rows] == ["succeeded"] * 3
        assert [row["finished_at"] for row in rows] == sorted(row["finished_at"] for row in rows)
    finally:
        server.stop()


def test_what_a_killed_server_leaves_is_collected(data_folder: Callable[[], Path]) -> None:
    data = data_folder()
    first = start(data)
    request_id = first.submit(ENDPOINT, LONG)
    first.wait(request_id, "running")
    half = {"x-fal-file-name": "a.bin"}
    made = first.http.post("/cdn/files/upload/multipart", headers=half).json()
    path = made["access_url"].removeprefix(first.url)
    assert first.http.put(f"{path}/multipart/{made['uploadId']}/1", content=b"x" * 1000).status_code == 200
    eventually(lambda: any(data.glob("work/*/job-*")))
    first.kill()
    orphan = data / "files" / "files" / ("0" * 32 + ".deadbeef")
    orphan.parent.mkdir(exist_ok=True)
    orphan.write_bytes(b"bytes that no record names")
    staging = orphan.with_name(orphan.name + "#1")
    staging.write_bytes(b"an upload that was cut off")
    long_ago = time.time() - 3 * 86400
    for left in (orphan, staging, *data.glob("files/parts/*/*")):
        os.utime(left, (long_ago, long_ago))
    second = start(data)
    try:
        sql(second, "UPDATE uploads SET expires_at = now() - interval '1 second'")
        row = second.wait(request_id)
        assert row["state"] == "succeeded"
        eventually(lambda: not orphan.exists() and not staging.exists() and not any(data.glob("files/parts/*/*")))
        eventually(lambda: not any(data.glob("work/*/job-*")))
        assert len(list(data.glob("work/*"))) == 1
        assert second.http.get(row["video_url"]).status_code == 200
    finally:
        second.stop()
    assert not any(data.glob("work/*"))


def test_more_connections_than_descriptors_stop_neither_the_server_nor_the_watch_over_its_database(
    data_folder: Callable[[], Path],
) -> None:
    data = data_folder()
    server = running.start(data, own_database=True, descriptors=400)
    host, port = server.url.removeprefix("http://").split(":")
    crowd: list[socket.socket] = []
    try:
        for _ in range(600):
            with contextlib.suppress(OSError):
                crowd.append(socket.create_connection((host, int(port)), timeout=2))
        assert psutil.Process(server.process.pid).num_fds() < 400
        os.kill(int((data / "postgres" / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
        for connection in crowd:
            connection.close()
        eventually(lambda: server.http.get("/health").status_code == 200)
        assert server.wait(server.submit(ENDPOINT, SHOT))["state"] == "succeeded"
    finally:
        assert server.stop() == 0
