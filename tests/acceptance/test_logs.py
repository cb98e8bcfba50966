"""The log of a server as JSON: every line an object, with the request that it is about"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.running import STANDARD, RunningServer, database_of

pytestmark = pytest.mark.slow


def test_every_line_is_an_object_and_names_its_request(data_folder: Callable[[], Path], tmp_path: Path) -> None:
    data, log = data_folder(), tmp_path / "log"
    env = {
        **os.environ, "SHOTWRIGHT_LOG_FORMAT": "json", "SHOTWRIGHT_LOG_LEVEL": "info", "SHOTWRIGHT_ENGINE": "testcard",
        "DATABASE_URL": database_of(data),
    }  # fmt: skip
    line = [sys.executable, "-m", "shotwright", "serve", "--port", "0", "--data", str(data)]
    with log.open("w") as errors:
        process = subprocess.Popen(line, stdout=subprocess.PIPE, stderr=errors, text=True, env=env)
    assert process.stdout is not None
    url = re.search(r"https?://\S+", process.stdout.readline())
    assert url is not None
    server = RunningServer(process, url.group(), data)
    made = server.submit(f"{STANDARD}reference-to-video", {"prompt": "Hold still", "duration": "3"})
    server.wait(made)
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0
    process.stdout.close()
    server.http.close()
    lines = [json.loads(text) for text in log.read_text().splitlines() if text.startswith("{")]
    ours = [line for line in lines if line["logger"].startswith("shotwright.")]
    mine = [line["message"] for line in ours if line.get("request_id") == made]
    assert mine == [
        f"Request {made} begins on testcard, attempt 1.", f"Request {made} has ended: succeeded on testcard, attempt 1.",
    ]  # fmt: skip
    assert all({"time", "level", "logger", "message"} <= line.keys() for line in lines)


@pytest.mark.parametrize(("name", "value"), [("LOG_FORMAT", "xml"), ("LOG_LEVEL", "loud")])
def test_other_logs_are_refused_by_name(name: str, value: str) -> None:
    found = subprocess.run(
        [sys.executable, "-m", "shotwright", "serve"], env={**os.environ, f"SHOTWRIGHT_{name}": value},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert found.returncode != 0
    assert f"SHOTWRIGHT_{name}" in found.stderr
