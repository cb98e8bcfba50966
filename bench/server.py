"""The server: polls, submits, time to start, start-up, memory."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import psutil
from psycopg_pool import AsyncConnectionPool

from shotwright.jobs.postgres import EmbeddedPostgres
from shotwright.jobs.store import RequestStore

ENDPOINT = "fal-ai/kling-video/o1/standard/reference-to-video"
SHOT = {"prompt": "A drone shot flying over a tropical island at golden hour", "duration": "3"}
Row = tuple[str, Any, str]
REPORTERS, REPORTS = 16, 100


def start(data: Path, *options: str) -> tuple[subprocess.Popen[str], str, float]:
    """A server; (process, address, seconds until it was ready)."""
    began = time.perf_counter()
    command = [sys.executable, "-m", "shotwright", "serve", "--port", "0", "--data", str(data), *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert process.stdout is not None
    match = re.search(r"https?://\S+", process.stdout.readline())
    assert match is not None
    return process, match.group(), time.perf_counter() - began


def stop(process: subprocess.Popen[str]) -> None:
    """End a server in order."""
    process.send_signal(signal.SIGTERM)
    process.wait(20)


def load(
    url: str, method: str, path: str, *, body: object = None, connections: int = 16, requests: int = 20_000
) -> dict[str, float]:
    """Requests per second and percentiles of one request, repeated."""
    content = json.dumps(body).encode() if body is not None else b""
    head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
    command = [sys.executable, "-m", "bench.load", url.rsplit(":", 1)[1], str(connections), str(requests)]
    done = subprocess.run(command, input=head.encode() + content, capture_output=True, check=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def measure() -> Iterator[Row]:
    """All rows."""
    folder = Path(tempfile.mkdtemp(prefix="sw-bench-", dir="/tmp"))
    folder.chmod(0o755)
    try:
        yield from _measure(folder / "data")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _measure(data: Path) -> Iterator[Row]:
    process, _, cold = start(data)
    stop(process)
    yield "ready, new data folder (s)", round(cold, 2), ""
    warm = []
    for _ in range(3):
        process, _, seconds = start(data)
        warm.append(seconds)
        stop(process)
    yield "ready, warm data folder (s)", round(statistics.median(warm), 2), "< 2"
    process, url, _ = start(data, "--workers", "0")
    with httpx.Client(base_url=url, trust_env=False) as http:
        yield "memory idle, API process (MB)", round(psutil.Process(process.pid).memory_info().rss / 1e6), ""
        queued = http.post(f"/queue/{ENDPOINT}", json=SHOT).json()["request_id"]
        path = f"/queue/fal-ai/kling-video/requests/{queued}/status"
        load(url, "GET", path, requests=2000)
        polls = load(url, "GET", path)
        yield "status polls per second", round(polls["per_second"]), ">= 4000"
        yield "status poll p99 (ms)", round(polls["p99_ms"], 1), ""
        logs = load(url, "GET", path + "?logs=1", requests=5000)
        yield "status polls with logs per second", round(logs["per_second"]), ""
        submits = load(url, "POST", f"/queue/{ENDPOINT}", body=SHOT, connections=4, requests=1000)
        yield "submits per second", round(submits["per_second"]), ""
        yield "submit p99 (ms)", round(submits["p99_ms"], 1), "< 250"
        yield "progress reports per second", round(asyncio.run(_reports(data, queued))), ""
    stop(process)
    yield from _time_to_start(data.with_name("fresh"))


async def _reports(data: Path, request_id: str) -> float:
    """Progress reports a second that the database takes from sixteen workers."""
    url = EmbeddedPostgres(data, "postgres").url
    async with AsyncConnectionPool(url, min_size=REPORTERS, max_size=REPORTERS) as pool:
        async with pool.connection() as conn:
            await conn.execute("UPDATE requests SET state = 'running', attempt = 1 WHERE id = %s", (request_id,))
            made = await (await conn.execute("SELECT id FROM requests LIMIT %s", (REPORTERS,))).fetchall()
            await conn.execute(
                "UPDATE requests SET state = 'running', attempt = 1 WHERE id = ANY(%s)", ([row[0] for row in made],)
            )
        store = RequestStore(pool, None)  # type: ignore[arg-type]  # nothing is put into the queue

        async def report(one: uuid.UUID) -> None:
            for number in range(REPORTS):
                await store.progress(one, 1, "render", number / REPORTS, None)

        began = time.perf_counter()
        await asyncio.gather(*(report(row[0]) for row in made))
        return len(made) * REPORTS / (time.perf_counter() - began)


def _time_to_start(data: Path) -> Iterator[Row]:
    process, url, _ = start(data)
    waits = []
    with httpx.Client(base_url=url, trust_env=False, timeout=60) as http:
        for _ in range(12):
            request_id = http.post(f"/queue/{ENDPOINT}", json=SHOT).json()["request_id"]
            while http.get(f"/requests/{request_id}").json()["state"] == "queued":
                time.sleep(0.001)
            http.put(f"/queue/x/y/requests/{request_id}/cancel")
            while (row := http.get(f"/requests/{request_id}").json())["state"] not in {"cancelled", "succeeded"}:
                time.sleep(0.01)
            created, began = (datetime.fromisoformat(row[name]) for name in ("created_at", "started_at"))
            waits.append((began - created).total_seconds() * 1e3)
            time.sleep(0.1)
    stop(process)
    yield "submit to start, median (ms)", round(statistics.median(waits), 1), "< 25"
