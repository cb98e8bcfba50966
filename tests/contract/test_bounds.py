"""Bounds of a key under two API processes: rate, predictions in flight, budget, idempotency; and that they survive a restart."""

from __future__ import annotations

import contextlib
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.running import STANDARD, RunningServer, start

pytestmark = pytest.mark.slow
ENDPOINT = STANDARD + "reference-to-video"
SHOT = {"prompt": "Hold still", "duration": "3"}
FRAME = {"model": "kling-o1-reference-image-to-video", "input": {"prompt": "Hold still"}}


class Pair:
    """Two API processes on one database, without a worker: nothing ever leaves the queue."""

    def __init__(self, data: Path, **env: str) -> None:
        self.data, self.env = data, {f"SHOTWRIGHT_{name.upper()}": value for name, value in env.items()}
        self.open()

    def open(self) -> None:
        self.servers = [start(self.data, "--workers", "0", env=self.env) for _ in range(2)]

    def close(self) -> None:
        for server in reversed(self.servers):
            server.stop()

    def together(self, count: int, call: Callable[[RunningServer, int], httpx.Response]) -> list[httpx.Response]:
        """`count` calls at once, taking turns between the processes."""
        with ThreadPoolExecutor(20) as threads:
            return list(threads.map(lambda i: call(self.servers[i % 2], i), range(count)))

    def create(self, count: int, key: str) -> Counter[int]:
        answers = self.together(count, lambda server, _: create(server, key))
        return Counter(answer.status_code for answer in answers)


def create(server: RunningServer, key: str, **headers: str) -> httpx.Response:
    return server.http.post("/v1/prediction", json=FRAME, headers={"X-API-Key": key, **headers})


@pytest.fixture
def pair(data_folder: Callable[[], Path]) -> Iterator[Callable[..., Pair]]:
    made: list[Pair] = []

    def make(**env: str) -> Pair:
        made.append(Pair(data_folder(), **env))
        return made[-1]

    yield make
    for item in made:
        item.close()


def test_the_101st_create_of_a_minute_is_refused_whatever_process_it_meets(pair: Callable[..., Pair]) -> None:
    both = pair(eachlabs_in_flight="0")
    assert both.create(120, "busy") == {200: 100, 429: 20}
    refused = create(both.servers[0], "busy")
    assert refused.status_code == 429
    wait = int(refused.headers["retry-after"])
    assert 1 <= wait <= 60
    message = f"Rate limit exceeded. Please retry after {wait} seconds."
    details = "Rate limit exceeded: 100 creates per minute for each key."
    assert refused.json() == {"status": "error", "message": message, "details": details, "error": message}
    assert create(both.servers[1], "another").status_code == 200, "other keys are not concerned"
    both.close()
    both.open()
    assert create(both.servers[1], "busy").status_code == 429, "a restart forgets nothing"
    assert both.servers[0].http.get("/v1/executions?limit=1").json()["total_count"] == 101, (
        "a refused create leaves no trace"
    )


def test_the_11th_prediction_in_flight_is_refused_until_one_has_ended(pair: Callable[..., Pair]) -> None:
    both = pair()
    assert both.create(20, "busy") == {200: 10, 429: 10}
    refused = create(both.servers[0], "busy")
    assert refused.json()["details"] == "Concurrency limit exceeded: 10 requests in flight for each key."
    assert int(refused.headers["retry-after"]) >= 1
    one = both.servers[0].http.get("/v1/executions?status=starting").json()["executions"][0]["id"]
    both.servers[0].http.post(f"/v1/prediction/{one}/cancel")
    assert both.create(5, "busy") == {200: 1, 429: 4}


def test_fals_wire_has_no_such_bounds(pair: Callable[..., Pair]) -> None:
    both = pair(eachlabs_creates_per_minute="5")
    answers = both.together(30, lambda server, _: server.http.post(f"/queue/{ENDPOINT}", json=SHOT))
    assert {answer.status_code for answer in answers} == {200}
    assert create(both.servers[0], "anonymous").status_code == 200


@pytest.mark.parametrize("wire", ["fal", "eachlabs"])
def test_twenty_parallel_submits_with_one_idempotency_key_make_one_request(
    pair: Callable[..., Pair], wire: str
) -> None:
    both = pair()
    path, body, name = {
        "fal": (f"/queue/{ENDPOINT}", SHOT, "request_id"), "eachlabs": ("/v1/prediction", FRAME, "predictionID"),
    }[wire]  # fmt: skip
    key = {"Idempotency-Key": str(uuid.uuid4())}
    answers = both.together(20, lambda server, _: server.http.post(path, json=body, headers=key))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()[name] for answer in answers}) == 1
    marked = [answer for answer in answers if answer.headers.get("idempotent-replayed") == "true"]
    assert len(marked) == 19
    server = both.servers[0]
    assert len(server.http.get("/requests").json()["requests"]) == 1
    bodies = [server.http.post(path, json=body, headers=key).json() for _ in range(2)]
    assert bodies[0] == bodies[1]
    other = server.http.post(path, json={**body, "prompt": "another", "input": {"prompt": "another"}}, headers=key)
    assert other.status_code == 422
    assert "Idempotency-Key" in other.text
    again = server.http.post(path, json=body, headers={"Idempotency-Key": "another"})
    assert again.json()[name] != answers[0].json()[name]
    somebody = server.http.post(path, json=body, headers={**key, "X-API-Key": "somebody else"})
    assert somebody.json()[name] != answers[0].json()[name], "keys of different callers do not meet"
    for bad in ("", "x" * 256):
        assert server.http.post(path, json=body, headers={"Idempotency-Key": bad}).status_code == 400


def test_a_repeated_run_waits_for_the_first(server: RunningServer) -> None:
    key = {"Idempotency-Key": str(uuid.uuid4())}
    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(lambda _: server.http.post(f"/{ENDPOINT}", json=SHOT, headers=key), range(4)))
    assert len({answer.json()["video"]["url"] for answer in answers}) == 1
    assert Counter(answer.headers.get("idempotent-replayed") for answer in answers) == {None: 1, "true": 3}


@pytest.mark.parametrize("path", [f"/{ENDPOINT}", f"/{ENDPOINT}/stream"])
def test_going_away_is_no_cancel_for_who_can_come_back(server: RunningServer, path: str) -> None:
    key = {"Idempotency-Key": str(uuid.uuid4())}
    body = {**SHOT, "prompt": f"Hold still, {uuid.uuid4()}"}
    with (
        contextlib.suppress(httpx.TimeoutException),
        httpx.Client(base_url=server.url, timeout=0.3, trust_env=False, headers=server.http.headers) as hasty,
        hasty.stream("POST", path, json=body, headers=key) as answer,
    ):
        next(answer.iter_lines())
    again = server.http.post(f"/{ENDPOINT}", json=body, headers=key)
    assert (again.status_code, again.headers["idempotent-replayed"]) == (200, "true")


def test_what_was_set_aside_is_not_forgotten_when_the_bound_goes(data_folder: Callable[[], Path]) -> None:
    data = data_folder()
    first = start(data, "--workers", "2", env={"SHOTWRIGHT_CONCURRENCY_PER_KEY": "1"})
    ids = [first.submit(ENDPOINT, {**SHOT, "duration": "10"}) for _ in range(3)]
    first.wait(ids[0], "running")
    first.stop()
    second = start(data, "--workers", "2")
    try:
        assert {second.wait(request_id)["state"] for request_id in ids} == {"succeeded"}
    finally:
        second.stop()


def test_a_daily_budget_holds_under_parallel_submits(pair: Callable[..., Pair]) -> None:
    """Three seconds at the paid price are $0.252: four fit into a dollar and a cent."""
    both = pair(prices="testcard=kling", daily_budget_usd="1.01")
    answers = both.together(
        12, lambda server, _: server.http.post(f"/queue/{ENDPOINT}", json=SHOT, headers={"X-API-Key": "k"})
    )
    assert Counter(answer.status_code for answer in answers) == {200: 4, 402: 8}
    refused = next(answer for answer in answers if answer.status_code == 402)
    assert (refused.json()["error_type"], refused.headers["x-fal-retryable"]) == ("budget_exceeded", "false")
    assert "$1.01 a day" in refused.json()["detail"]
    server = both.servers[0]
    mine = {"X-API-Key": "k"}
    assert create(server, "k").json()["message"] == "payment required"
    assert server.http.get("/v1/billing/balance", headers=mine).json() == {"balance": 0.002, "currency": "USD"}
    accepted = next(answer for answer in answers if answer.status_code == 200).json()["request_id"]
    server.http.put(f"/queue/any/requests/{accepted}/cancel")
    assert server.http.get("/v1/billing/balance", headers=mine).json()["balance"] == 0.254, (
        "a cancel gives back what it reserved"
    )
    assert server.http.post(f"/queue/{ENDPOINT}", json=SHOT, headers=mine).status_code == 200


def test_per_key_concurrency_only_delays(data_folder: Callable[[], Path]) -> None:
    """Two workers could render at once; the key's bound makes its requests take turns. Another key is not concerned."""
    running = start(data_folder(), "--workers", "2", env={"SHOTWRIGHT_CONCURRENCY_PER_KEY": "1"})
    try:
        ids = [running.submit(ENDPOINT, SHOT, **{"X-API-Key": "one"}) for _ in range(4)]
        other = running.submit(ENDPOINT, SHOT, **{"X-API-Key": "two"})
        rows: list[dict[str, Any]] = [running.wait(request_id) for request_id in [*ids, other]]
        assert {row["state"] for row in rows} == {"succeeded"}
        spans = sorted((row["started_at"], row["finished_at"]) for row in rows[:4])
        assert all(earlier[1] <= later[0] for earlier, later in zip(spans, spans[1:], strict=False))
        assert any(rows[4]["started_at"] < end for _, end in spans[:3]), "the other key did not wait for all of them"
    finally:
        running.stop()
