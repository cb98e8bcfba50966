"""How cost grows: with the length of the history and of the queue, with what a scene holds, with duration and size.

Each row of a table has the exponent of its growth: the slope of the logarithm of the cost over the logarithm of what grew.
`python -m bench.growth [history] [queue] [workers] [draft]` prints the tables and keeps them in `bench/results/`.
"""

from __future__ import annotations

import json
import math
import platform
import shutil
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import psycopg

from bench.server import ENDPOINT, SHOT, load, start, stop
from shotwright.core.prompt import plan_request
from shotwright.core.request import Element, ShotRequest
from shotwright.engines.analysis.cache import Cache
from shotwright.engines.base import ElementMedia, Shot, output_spec
from shotwright.engines.draft.loop import draw_frames
from shotwright.engines.draft.scene import build_scene

HISTORY = (1_000, 10_000, 100_000, 1_000_000)
QUEUE = (10, 100, 1_000, 10_000, 100_000)
DURATIONS_S = (3, 5, 10)
ENTITIES = (0, 3, 10, 30)
REFERENCES = (0, 2, 4, 7)
WORKERS, CARDS = (1, 2, 4, 8, 16), 16
TIMES, WARM = 5, 2
WORDS = ("cat", "dog", "horse", "car", "tree", "barrel", "chair", "lamp", "crate", "bicycle", "ladder", "suitcase", "piano", "umbrella", "clock",
         "bench", "drum", "guitar", "basket", "bucket", "cow", "sheep", "goat", "pig", "duck", "boat", "truck", "tent", "rocket", "robot")  # fmt: skip
COPIES = """
INSERT INTO requests (id, endpoint_id, engine, arguments, options, state, attempt, created_at, started_at, finished_at, progress, plan,
                      result, metrics, owner, wire, cost_usd)
SELECT gen_random_uuid(), r.endpoint_id, r.engine,
       jsonb_set(r.arguments, '{prompt}', to_jsonb((r.arguments->>'prompt') || ' take ' || n)), r.options, 'succeeded', 1,
       clock_timestamp() - n * interval '1 second', clock_timestamp() - n * interval '1 second', clock_timestamp() - n * interval '1 second',
       1, r.plan, '{"frames": 72}', '{"inference_time": 1.5}', r.owner, r.wire, 0
FROM requests r, generate_series(%s::integer, %s::integer) n
WHERE r.id = %s
"""
WAITING = """
INSERT INTO requests (id, endpoint_id, engine, arguments, options, state, created_at, owner, wire, cost_usd)
SELECT gen_random_uuid(), r.endpoint_id, r.engine, r.arguments, r.options, 'queued', r.created_at - n * interval '1 millisecond', r.owner, r.wire, 0
FROM requests r, generate_series(%s::integer, %s::integer) n
WHERE r.id = %s
"""
Table = dict[str, list[float]]


def median_ms(ask: Callable[[], object]) -> float:
    """Median of some calls, after some that warm up, milliseconds."""
    took = []
    for number in range(WARM + TIMES):
        began = time.perf_counter()
        ask()
        if number >= WARM:
            took.append(1e3 * (time.perf_counter() - began))
    return statistics.median(took)


def exponent(sizes: tuple[int, ...], costs: list[float]) -> float:
    """Slope of log cost over log size, least squares; sizes of nothing are left out."""
    points = [(math.log(n), math.log(max(cost, 1e-6))) for n, cost in zip(sizes, costs, strict=True) if n > 0]
    middle = [statistics.fmean(axis) for axis in zip(*points, strict=True)]
    over = sum((x - middle[0]) ** 2 for x, _ in points)
    return sum((x - middle[0]) * (y - middle[1]) for x, y in points) / over


def history() -> Table:
    """Seconds of the usual questions over the length of the history."""

    def questions(http: httpx.Client, waiting: str) -> dict[str, Callable[[], float]]:
        status = f"/queue/fal-ai/kling-video/requests/{waiting}/status"
        return {
            "submit (ms)": lambda: median_ms(lambda: http.post(f"/queue/{ENDPOINT}", json=SHOT).raise_for_status()),
            "status poll (ms)": lambda: median_ms(lambda: http.get(status).raise_for_status()),
            "newest 20 (ms)": lambda: median_ms(lambda: http.get("/requests?limit=20").raise_for_status()),
            "search, a common word (ms)": lambda: median_ms(lambda: http.get("/requests?q=island").raise_for_status()),
            "search, a word that is not there (ms)": lambda: median_ms(lambda: http.get("/requests?q=zeppelin").raise_for_status()),
            "one day (ms)": lambda: median_ms(lambda: http.get("/requests?day=2020-01-01T00:00:00Z").raise_for_status()),
            "health (ms)": lambda: median_ms(lambda: http.get("/health").raise_for_status()),
            "metrics (ms)": lambda: median_ms(lambda: http.get("/metrics").raise_for_status()),
            "usage (ms)": lambda: median_ms(lambda: http.get("/usage").raise_for_status()),
        }  # fmt: skip

    return _grown(HISTORY, COPIES, questions)


def queue() -> Table:
    """The same over the length of the queue."""

    def questions(http: httpx.Client, waiting: str) -> dict[str, Callable[[], float]]:
        path = f"/queue/fal-ai/kling-video/requests/{waiting}/status"
        url = str(http.base_url).rstrip("/")
        return {
            "submit (ms)": lambda: median_ms(lambda: http.post(f"/queue/{ENDPOINT}", json=SHOT).raise_for_status()),
            "status poll (ms)": lambda: median_ms(lambda: http.get(path).raise_for_status()),
            "status polls, 16 at once (ms each)": lambda: 1e3 / load(url, "GET", path, requests=2000)["per_second"],
            "cancel (ms)": lambda: _cancel_ms(http),
            "health (ms)": lambda: median_ms(lambda: http.get("/health").raise_for_status()),
        }

    return _grown(QUEUE, WAITING, questions)


def _cancel_ms(http: httpx.Client) -> float:
    made = [http.post(f"/queue/{ENDPOINT}", json=SHOT).json()["request_id"] for _ in range(WARM + TIMES)]
    return median_ms(lambda: http.put(f"/queue/fal-ai/kling-video/requests/{made.pop()}/cancel").raise_for_status())


def workers() -> Table:
    """Test cards a second, and connections to the database, over the number of workers."""
    found: Table = {"a request (ms)": [], "connections": []}
    for count in WORKERS:
        folder = Path(tempfile.mkdtemp(prefix="sw-bench-", dir="/tmp"))
        folder.chmod(0o755)
        process, url, _ = start(folder / "data", "--workers", str(count))
        try:
            cards = {"X-Shotwright-Engine": "testcard"}
            with httpx.Client(base_url=url, trust_env=False, timeout=120, headers=cards) as http:
                _render(http, WARM * count)  # every worker has begun
                began = time.perf_counter()
                _render(http, CARDS)
                found["a request (ms)"].append(1e3 * (time.perf_counter() - began) / CARDS)
                with psycopg.connect(_database(folder / "data")) as connection:
                    row = connection.execute(
                        "SELECT count(*) FROM pg_stat_activity WHERE datname IS NOT NULL"
                    ).fetchone()
                found["connections"].append(float(row[0] - 1 if row else 0))
        finally:
            stop(process)
            shutil.rmtree(folder, ignore_errors=True)
    return found


def _render(http: httpx.Client, count: int) -> None:
    made = [http.post(f"/queue/{ENDPOINT}", json=SHOT).json()["request_id"] for _ in range(count)]
    while made:
        made = [one for one in made if http.get(f"/requests/{one}").json()["state"] in {"queued", "running"}]
        time.sleep(0.01)


def _grown(
    sizes: tuple[int, ...], statement: str, questions: Callable[[httpx.Client, str], dict[str, Callable[[], float]]]
) -> Table:
    """A server whose table grows step by step, asked the same after each step."""
    folder = Path(tempfile.mkdtemp(prefix="sw-bench-", dir="/tmp"))
    folder.chmod(0o755)
    found: Table = {}
    process, url, _ = start(folder / "data", "--workers", "0")
    try:
        with httpx.Client(base_url=url, trust_env=False, timeout=120) as http:
            waiting = http.post(f"/queue/{ENDPOINT}", json=SHOT).json()["request_id"]
            before = 0
            for size in sizes:
                with psycopg.connect(_database(folder / "data"), autocommit=True) as connection:
                    connection.execute(statement.encode(), (before + 1, size, waiting))
                    connection.execute("VACUUM ANALYZE requests")
                before = size
                for name, ask in questions(http, waiting).items():
                    found.setdefault(name, []).append(ask())
    finally:
        stop(process)
        shutil.rmtree(folder, ignore_errors=True)
    return found


def _database(data: Path) -> str:
    from shotwright.jobs.postgres import EmbeddedPostgres

    return EmbeddedPostgres(data, "postgres").url


def draft() -> dict[str, tuple[tuple[int, ...], Table]]:
    """Set-up and drawing of the draft over duration, size, entities and references."""
    sizes = {"standard": (1280, 720), "pro": (1920, 1080)}
    by_size: Table = {"set-up (ms)": [], "drawing (ms a frame)": []}
    for tier in sizes:
        _add(by_size, _drawn(_scene_shot(10, 3, tier)))
    by_entity: Table = {"set-up (ms)": [], "drawing (ms a frame)": []}
    for count in ENTITIES:
        _add(by_entity, _drawn(_scene_shot(count, 3, "standard")))
    by_second: Table = {"set-up (ms)": [], "drawing (ms a clip)": []}
    for seconds in DURATIONS_S:
        setup, each, frames = _drawn(_scene_shot(10, seconds, "standard"))
        _add(by_second, (setup, each * frames, frames))
    by_reference: Table = {"set-up (ms)": [], "drawing (ms a frame)": []}
    folder = Path(tempfile.mkdtemp(prefix="sw-bench-"))
    try:
        from scripts.demo_media import draw_all

        pictures = draw_all(folder)
        for count in REFERENCES:
            _add(by_reference, _drawn(_reference_shot(count, pictures)))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return {
        "pixels": (tuple(w * h for w, h in sizes.values()), by_size),
        "entities": (ENTITIES, by_entity),
        "seconds": (DURATIONS_S, by_second),
        "references": (REFERENCES, by_reference),
    }


def _add(table: Table, measured: tuple[float, float, int]) -> None:
    for column, value in zip(table.values(), measured, strict=False):
        column.append(value)


def _scene_shot(count: int, seconds: int, tier: str) -> Shot:
    named = ", ".join(f"a {word}" for word in WORDS[:count])
    text = f"In a wide meadow stand {named}. Slow push in." if count else "A wide meadow. Slow push in."
    prefix = "fal-ai/kling-video/o1/" + ("standard/" if tier == "standard" else "")
    request = ShotRequest(prefix + "reference-to-video", text, duration_s=seconds, aspect_ratio="16:9")
    return Shot(plan_request(request), output_spec(request, None, None), 1)


def _reference_shot(count: int, pictures: dict[str, Path]) -> Shot:
    names = " and ".join(f"@Element{i + 1}" for i in range(count))
    text = f"{names} stand in a meadow. Slow push in." if count else "A meadow. Slow push in."
    request = ShotRequest(
        "fal-ai/kling-video/o1/standard/reference-to-video", text, duration_s=3, aspect_ratio="16:9", elements=tuple(Element("x", ()) for _ in range(count)),
    )  # fmt: skip
    front = [pictures["explorer-front"], pictures["stone-front"]]
    return Shot(plan_request(request), output_spec(request, None, None), 1, (), tuple(ElementMedia(front[i % 2], ()) for i in range(count)))  # fmt: skip


def _drawn(shot: Shot) -> tuple[float, float, int]:
    """Set-up, milliseconds; drawing, milliseconds a frame; frames."""
    began = time.perf_counter()
    scene = build_scene(shot, Cache(None), None)
    setup = time.perf_counter() - began
    frames = 0
    began = time.perf_counter()
    for _ in draw_frames(scene, shot.output, 1):
        frames += 1
    return 1e3 * setup, 1e3 * (time.perf_counter() - began) / frames, frames


def _lines(what: str, sizes: tuple[int, ...], table: Table) -> Iterator[str]:
    yield f"| {what} | " + " | ".join(f"{size:,}" for size in sizes) + " | exponent |"
    yield "|---|" + "--:|" * (len(sizes) + 1)
    for name, costs in table.items():
        cells = " | ".join(f"{cost:,.1f}" for cost in costs)
        yield f"| {name} | {cells} | {exponent(sizes, costs):.2f} |"


def main() -> None:
    """Measure what is named, all without a name, print it and keep it."""
    only = set(sys.argv[1:]) or {"history", "queue", "workers", "draft"}
    tables: dict[str, tuple[tuple[int, ...], Table]] = {}
    if "history" in only:
        tables["requests in the history"] = (HISTORY, history())
    if "queue" in only:
        tables["requests that wait"] = (QUEUE, queue())
    if "workers" in only:
        tables["workers"] = (WORKERS, workers())
    if "draft" in only:
        tables |= draft()
    for what, (sizes, table) in tables.items():
        print("\n" + "\n".join(_lines(what, sizes, table)))
    path = Path("bench/results") / f"{datetime.now(UTC):%Y-%m-%d}-growth.json"
    kept: dict[str, Any] = json.loads(path.read_text())["tables"] if path.exists() else {}
    kept |= {what: {"sizes": sizes, "costs": table} for what, (sizes, table) in tables.items()}
    head = {"command": "python -m bench.growth", "python": platform.python_version()}
    path.write_text(json.dumps({**head, "tables": kept}, indent=1) + "\n")
    print(f"\nkept in {path}")


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    main()
