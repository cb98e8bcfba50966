"""What unmodified clients sent once (`python -m scripts.traffic`), sent again to two API processes over one data folder in turns."""

from __future__ import annotations

import base64
import itertools
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from scripts.traffic import KEY, SERVER
from scripts.traffic_shape import FAL, answer_of, given, unlike
from tests.receiver import Receiver
from tests.running import RunningServer, start

pytestmark = pytest.mark.slow
FILES = sorted((Path(__file__).parent / "traffic").glob("*.json"))
RECORDED = {path.stem: json.loads(path.read_text()) for path in FILES}
SCENARIOS = [(client, name) for client, recorded in RECORDED.items() for name in recorded["scenarios"]]
NAME = re.compile(r"<(\d+)\.([\w-]+)>")
REQUEST = re.compile(r"/requests/([0-9a-f-]{36})")
STATES = {"=IN_QUEUE", "=IN_PROGRESS", "=COMPLETED"}


def two(data: Path, *arguments: str) -> Iterator[list[RunningServer]]:
    """Two processes that share everything."""
    both = [start(data, *arguments, env=SERVER) for _ in range(2)]
    for server in both:
        server.http.headers["Authorization"] = f"Key {KEY}"
    yield both
    assert [server.stop() for server in both] == [0, 0]


@pytest.fixture(scope="module")
def servers(data_folder: Callable[[], Path]) -> Iterator[list[RunningServer]]:
    yield from two(data_folder())


@pytest.fixture(scope="module")
def idle(data_folder: Callable[[], Path]) -> Iterator[list[RunningServer]]:
    """Two that render nothing."""
    yield from two(data_folder(), "--workers", "0")


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.close()


def answers(recorded: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every answer of a recording, events of its streams included."""
    for scenario in recorded["scenarios"].values():
        for exchange in scenario["exchanges"]:
            for answer in exchange["answers"]:
                yield answer
                yield from ({**answer, "json": event} for event in answer.get("events", ()))


def state_of(shape: Any) -> str:
    """The state in the shape of a status; "" where it is no status."""
    if isinstance(shape, dict) and "status_url" in shape and "gateway_request_id" not in shape:
        return str(shape["status"])
    return ""


STATUSES = [
    answer["json"] for recorded in RECORDED.values() for answer in answers(recorded) if state_of(answer.get("json"))
]
"""Every shape that a status had in any recording: when a poll comes in the life of its request is chance."""


class Replay:
    """One scenario, sent again."""

    def __init__(self, scenario: dict[str, Any], servers: list[RunningServer], webhook: str) -> None:
        self.exchanges, self.webhook = scenario["exchanges"], webhook
        self._turns = itertools.cycle(servers)
        self._given: dict[tuple[int, str], str] = {}

    def run(self) -> None:
        """Send every request, with what this replay's answers gave, and hold each answer against the recorded ones."""
        for number, exchange in enumerate(self.exchanges):
            *before, last = exchange["answers"]
            if before:
                self.send(number, [*before, last], is_last=False)
            if is_end(exchange, last):
                self.wait(self.filled(exchange["url"] + exchange["headers"].get("x-fal-target-url", ""), ""))
            self.send(number, [last], is_last=is_end(exchange, last) or not state_of(last.get("json")))

    def wait(self, url: str) -> None:
        """Until a request has ended."""
        found = REQUEST.search(url)
        if found:
            next(self._turns).wait(found[1])

    def waiting(self) -> list[Any]:
        """What the first status says of a request that nobody works on; empty where a scenario asks for none, or cancels first."""
        looks = [
            number for number, exchange in enumerate(self.exchanges) if state_of(exchange["answers"][0].get("json"))
        ]
        before = self.exchanges[: looks[0]] if looks else []
        if not looks or any("/cancel" in exchange["url"] for exchange in before):
            return []
        for number in range(looks[0]):
            self.ask(number)
        return [self.ask(looks[0])["json"]]

    def send(self, number: int, expected: list[dict[str, Any]], *, is_last: bool) -> None:
        """One request, whose answer must be one of the expected ones."""
        answer = self.ask(number)
        exchange = self.exchanges[number]
        differences = min((differ(item, answer, is_last=is_last) for item in expected), key=len)
        assert not differences, f"{exchange['method']} {exchange['url']}: " + "; ".join(differences)

    def ask(self, number: int) -> dict[str, Any]:
        """One request to the process whose turn it is; its answer, written as recordings are."""
        exchange, server = self.exchanges[number], next(self._turns)
        url = self.filled(exchange["url"], server.url)
        headers = {name: self.filled(value, server.url) for name, value in exchange["headers"].items()}
        content = self.body(exchange["body"], server.url)
        got = httpx.request(exchange["method"], url, headers=headers, content=content, timeout=60, trust_env=False)
        origins = [server.url, FAL] if "x-forwarded-host" in headers else [server.url]
        for key, value in given(got.headers, got.content, origins).items():
            self._given[number, key] = value
        return answer_of(got.status_code, dict(got.headers), got.content, origins)

    def body(self, recorded: Any, origin: str) -> bytes:
        """The bytes of a request."""
        if isinstance(recorded, str):
            return self.filled(recorded, origin).encode()
        if "base64" in recorded:
            return base64.b64decode(recorded["base64"])
        return bytes([recorded["fill"]]) * recorded["size"]

    def filled(self, text: str, origin: str) -> str:
        """A recorded text with what this replay was given in place of the names."""
        text = NAME.sub(lambda found: self._given[int(found[1]), found[2]], text)
        text = text.replace("<quoted webhook>", quote(self.webhook, safe="")).replace("<webhook>", self.webhook)
        return text.replace("<origin>", origin)


def is_end(exchange: dict[str, Any], answer: dict[str, Any]) -> bool:
    """Whether an answer was given after the end of its request."""
    if "/requests/" not in exchange["url"] + exchange["headers"].get("x-fal-target-url", ""):
        return False
    said = answer.get("json") or {}
    if state_of(said) or "/cancel" in exchange["url"]:
        return said["status"] in {"=COMPLETED", "=ALREADY_COMPLETED"}
    return "events" not in answer and answer["status"] not in {400, 401, 404}


def differ(recorded: dict[str, Any], actual: dict[str, Any], *, is_last: bool) -> list[str]:
    """In what an answer differs from a recorded one; a poll that is not the last may find any state."""
    said = actual.get("json")
    if not is_last and state_of(recorded.get("json")) and state_of(said):
        expected = {**recorded, "json": said, "status": 200 if said["status"] == "=COMPLETED" else 202}
        return unlike(expected, actual) + unknown([said])
    if "events" in recorded and "events" in actual:
        statuses = STATUSES if state_of(recorded["last"]) else []
        kinds = [*recorded["events"], *statuses]
        return unlike({**recorded, "events": kinds}, actual) + at_end(recorded["last"], actual["last"])
    return unlike(recorded, actual, is_full=is_last)


def at_end(recorded: Any, actual: Any) -> list[str]:
    """In what the last event of a stream differs from the recorded one; the last lines of the log come with it or before it."""
    logs = [shape["logs"] for shape in STATUSES] if state_of(recorded) and isinstance(recorded["logs"], list) else []
    known = [recorded, *({**recorded, "logs": lines} for lines in logs if isinstance(lines, list))]
    return min((unlike(shape, actual, is_full=shape is recorded) for shape in known), key=len)


def unknown(shapes: list[Any]) -> list[str]:
    """Statuses that no recording has; addresses have the prefix /queue or none, by the host that a client asks."""
    return [
        f"{shape} was never recorded" for shape in shapes if all(unlike(bare(known), bare(shape)) for known in STATUSES)
    ]


def bare(shape: Any) -> Any:
    """A shape without the queue's prefix."""
    return json.loads(json.dumps(shape).replace("<origin>/queue/", "<origin>/"))


@pytest.mark.parametrize(("client", "name"), SCENARIOS, ids=[f"{client}-{name}" for client, name in SCENARIOS])
def test_a_client_is_answered_as_it_was(
    client: str, name: str, servers: list[RunningServer], receiver: Receiver
) -> None:
    scenario = RECORDED[client]["scenarios"][name]
    Replay(scenario, servers, receiver.url).run()
    for recorded, call in zip(scenario["webhooks"], receiver.wait(len(scenario["webhooks"])), strict=True):
        actual = answer_of(0, {"content-type": "application/json"}, call.body, [server.url for server in servers])
        assert unlike(recorded["json"], actual["json"]) == []
        assert set(recorded["headers"]) <= set(call.headers)


@pytest.mark.parametrize("client", RECORDED)
def test_a_client_sees_its_request_wait_as_it_did(client: str, idle: list[RunningServer]) -> None:
    for name, scenario in RECORDED[client]["scenarios"].items():
        shapes = Replay(scenario, idle, "https://example.com/hook").waiting()
        assert {state_of(shape) for shape in shapes} <= {"=IN_QUEUE"}, name
        assert unknown(shapes) == [], name


def test_the_recordings_know_every_state_with_logs_and_without() -> None:
    seen = {(state_of(shape), isinstance(shape["logs"], list)) for shape in STATUSES}
    assert seen == {(state, has_logs) for state in STATES for has_logs in (True, False)}


def test_the_recordings_are_of_the_clients_that_the_docs_name() -> None:
    page = (Path(__file__).parents[2] / "docs" / "clients.md").read_text()
    for recorded in RECORDED.values():
        for package, version in recorded["packages"].items():
            assert f"`{package}` {version}" in page


def test_the_last_lines_of_a_log_may_come_with_the_end_of_a_stream_or_before_it() -> None:
    ends = [shape for shape in STATUSES if shape["status"] == "=COMPLETED" and isinstance(shape["logs"], list)]
    empty, full = next(end for end in ends if not end["logs"]), next(end for end in ends if end["logs"])
    bare_end = {**empty, "logs": "null"}
    assert at_end(empty, {**empty, "logs": full["logs"]}) == []
    assert at_end(empty, bare_end) != []
    assert at_end(bare_end, {**empty, "logs": full["logs"]}) != []
    assert at_end(empty, {**empty, "error": "string", "error_type": "string"}) != []
