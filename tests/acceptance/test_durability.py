"""Real processes, real signals: nothing that was accepted is lost, and everything ends exactly once."""

from __future__ import annotations

import functools
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from tests import running
from tests.running import STANDARD, RunningServer

from shotwright.media.probe import probe_video

pytestmark = pytest.mark.slow
ENDPOINT = STANDARD + "reference-to-video"
SHOT = {"prompt": "Hold still", "duration": "3"}
LONG = {"prompt": "Hold still", "duration": "10"}
start = functools.partial(running.start, engine="draft", own_database=True)
"""A server as users have it: with its own database, rendering drafts, which take long enough to be interrupted."""


def states(server: RunningServer, request_id: str) -> list[str]:
    events = server.http.get(f"/requests/{request_id}/events").json()["events"]
    return [event["data"]["state"] for event in events if event["kind"] == "state"]


def children_named(process: psutil.Process, text: str) -> list[psutil.Process]:
    return [child for child in process.children(recursive=True) if text in " ".join(child.cmdline())]


def test_a_killed_server_loses_no_request_and_finishes_each_once(
    data_folder: Callable[[], Path], tmp_path: Path
) -> None:
    data = data_folder()
    first = start(data)
    running = first.submit(ENDPOINT, LONG)
    waiting = [first.submit(ENDPOINT, SHOT) for _ in range(3)]
    first.wait(running, "running")
    engine_processes = children_named(psutil.Process(first.process.pid), "spawn_main")
    first.kill()
    psutil.wait_procs(engine_processes, timeout=5)
    assert not any(child.is_running() and child.status() != psutil.STATUS_ZOMBIE for child in engine_processes)
    second = start(data)
    for request_id in [running, *waiting]:
        row = second.wait(request_id)
        assert row["state"] == "succeeded"
        seen = states(second, request_id)
        assert seen.count("succeeded") == 1
        assert seen[-1] == "succeeded"
        clip = second.download(row["video_url"], tmp_path / f"{request_id}.mp4")
        assert probe_video(clip).frames == (240 if request_id == running else 72)
    assert second.row(running)["attempt"] == 2
    assert second.stop() == 0


def test_a_killed_worker_is_replaced_by_another(data_folder: Callable[[], Path]) -> None:
    data = data_folder()
    api = start(data, "--workers", "0")
    lost = start(data, command="worker")
    request_id = api.submit(ENDPOINT, LONG)
    api.wait(request_id, "running")
    lost.kill()
    helper = start(data, command="worker")
    row = api.wait(request_id)
    assert (row["state"], row["attempt"]) == ("succeeded", 2)
    assert states(api, request_id) == ["queued", "running", "queued", "running", "succeeded"]
    assert helper.stop() == 0
    assert api.stop() == 0


def test_an_engine_that_dies_every_time_fails_after_three_attempts_and_the_next_request_is_fine(
    data_folder: Callable[[], Path],
) -> None:
    server = start(data_folder())
    request_id = server.submit(ENDPOINT, LONG)
    for attempt in (1, 2, 3):
        seen = {"state": "", "attempt": 0}
        while (seen["state"], seen["attempt"]) != ("running", attempt) or not seen["progress"]:
            seen = server.row(request_id)
            assert seen["state"] in {"queued", "running"}
        for child in children_named(psutil.Process(server.process.pid), "spawn_main"):
            child.kill()
    row = server.wait(request_id)
    assert (row["state"], row["attempt"], row["error"]["code"]) == ("failed", 3, "worker_crashed")
    answer = server.http.get(f"/queue/x/y/requests/{request_id}")
    assert (answer.status_code, answer.headers["x-fal-error-type"]) == (503, "runner_disconnected")
    assert server.wait(server.submit(ENDPOINT, SHOT))["state"] == "succeeded"
    assert server.stop() == 0


def test_a_terminated_server_gives_its_work_back(data_folder: Callable[[], Path]) -> None:
    data = data_folder()
    first = start(data)
    request_id = first.submit(ENDPOINT, {**LONG, "prompt": "An orbit around a robot in a snowy city"})
    first.wait(request_id, "running")
    assert first.stop() == 0
    second = start(data)
    assert second.wait(request_id)["state"] == "succeeded"
    assert second.stop() == 0
    left = [p.info for p in psutil.process_iter(["name", "cmdline", "status"]) if p.info["name"] == "postgres"]
    assert not [p for p in left if p["status"] != psutil.STATUS_ZOMBIE and str(data) in " ".join(p["cmdline"] or [])]


def test_a_killed_database_is_started_again(data_folder: Callable[[], Path]) -> None:
    data = data_folder()
    first = start(data)
    request_id = first.submit(ENDPOINT, SHOT)
    assert first.wait(request_id)["state"] == "succeeded"
    first.kill()
    os.kill(int((data / "postgres" / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
    second = start(data)
    assert second.row(request_id)["state"] == "succeeded"
    assert second.stop() == 0


def test_two_servers_on_one_folder_share_it(data_folder: Callable[[], Path]) -> None:
    data = data_folder()
    first, second = start(data), start(data)
    request_id = first.submit(ENDPOINT, SHOT)
    assert second.wait(request_id)["state"] == "succeeded"
    assert first.stop() == 0
    assert second.row(request_id)["state"] == "succeeded"
    assert second.stop() == 0


def test_a_running_draft_stops_within_a_second_of_its_cancel(data_folder: Callable[[], Path]) -> None:
    server = start(data_folder())
    request_id = server.submit(ENDPOINT, LONG)
    while server.row(request_id)["stage"] != "render":
        pass
    server.http.put(f"/queue/x/y/requests/{request_id}/cancel")
    assert server.wait(request_id, seconds=5)["state"] == "cancelled"
    events = server.http.get(f"/requests/{request_id}/events").json()["events"]
    assert events[-1]["data"]["state"] == "cancelled"
    assert server.stop() == 0


def test_a_database_killed_under_a_running_server_is_revived(data_folder: Callable[[], Path]) -> None:
    data = data_folder()
    server = start(data)
    request_id = server.submit(ENDPOINT, LONG)
    server.wait(request_id, "running")
    os.kill(int((data / "postgres" / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
    deadline = time.monotonic() + 30
    row: dict = {}
    while row.get("state") != "succeeded" and time.monotonic() < deadline + 60:
        answer = server.http.get(f"/requests/{request_id}")
        assert answer.status_code in {200, 503}
        row = answer.json() if answer.status_code == 200 else row
    assert row["state"] == "succeeded"
    assert row["attempt"] in {1, 2}, "finished by its worker, which waited for the database, or taken up again"
    assert states(server, request_id).count("succeeded") == 1
    assert server.stop() == 0
