"""One attempt to deliver a webhook: every way in which a receiver can fail is a record, never an exception."""

from __future__ import annotations

import socket
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from tests.receiver import Answer, Handler, Receiver

from shotwright.jobs.outbox import Attempt, Delivery
from shotwright.jobs.webhooks import KEPT_BYTES, PRIVATE, send

NOW = datetime.now(UTC)


def delivery(url: str) -> Delivery:
    return Delivery(
        id=uuid.uuid4(), request_id=None, owner=None, wire="fal", url=url, secret=None, origin="", may_be_private=False, body=None, headers=None,
        signed_at=None, state="pending", attempts=2, next_at=NOW, created_at=NOW, finished_at=None,
    )  # fmt: skip


@pytest.fixture
def receive() -> Iterator[Callable[[Answer], Receiver]]:
    made: list[Receiver] = []

    def make(answer: Answer) -> Receiver:
        made.append(Receiver(answer))
        return made[-1]

    yield make
    for receiver in made:
        receiver.close()


def post(url: str, *, timeout_s: float = 5.0, allow_private: bool = True) -> Attempt:
    return send(
        delivery(url), b'{"a": 1}', {"Content-Type": "application/json", "X-Mine": "1"}, timeout_s, allow_private
    )


def test_what_arrives_is_what_was_sent(receive: Callable[[Answer], Receiver]) -> None:
    receiver = receive(lambda handler, _: handler.reply(204))
    attempt = post(receiver.url + "?a=1&b=2#fragment")
    assert attempt.is_delivered
    assert (attempt.number, attempt.status_code, attempt.response, attempt.error) == (3, 204, "", None)
    call = receiver.calls[0]
    assert (call.path, call.body, call.headers["x-mine"]) == ("/hook?a=1&b=2", b'{"a": 1}', "1")


@pytest.mark.parametrize("status", [400, 401, 404, 410, 429, 500, 503])
def test_refusals_keep_the_first_kilobyte(receive: Callable[[Answer], Receiver], status: int) -> None:
    attempt = post(receive(lambda handler, _: handler.reply(status, b"no\x00!" * 4000)).url)
    assert not attempt.is_delivered
    assert attempt.status_code == status
    assert attempt.response is not None
    assert attempt.response.startswith("no!no!")
    assert len(attempt.response) <= KEPT_BYTES


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_redirects_are_not_followed(receive: Callable[[Answer], Receiver], status: int) -> None:
    receiver = receive(lambda handler, _: handler.reply(status, Location="/elsewhere"))
    attempt = post(receiver.url)
    assert not attempt.is_delivered
    assert "not followed" in (attempt.error or "")
    assert [call.path for call in receiver.calls] == ["/hook"]


def test_a_receiver_that_does_not_answer_in_time(receive: Callable[[Answer], Receiver]) -> None:
    receiver = receive(lambda handler, _: handler.server.let_go.wait(20) and None)
    attempt = post(receiver.url, timeout_s=0.3)
    assert (attempt.status_code, attempt.is_delivered) == (None, False)
    assert attempt.error == "No answer within 0.3 seconds."
    assert attempt.duration_ms >= 300


def test_a_receiver_that_drips_its_headers_runs_out_of_time(receive: Callable[[Answer], Receiver]) -> None:
    def drip(handler: Handler, _: int) -> None:
        for byte in b"HTTP/1.1 200 OK\r\nX: " + b"y" * 400:
            handler.wfile.write(bytes([byte]))
            if handler.server.let_go.wait(0.05):
                return

    attempt = post(receive(drip).url, timeout_s=0.4)
    assert (attempt.is_delivered, attempt.error) == (False, "No answer within 0.4 seconds.")
    assert attempt.duration_ms < 2000


def test_a_2xx_counts_even_when_its_body_never_ends(receive: Callable[[Answer], Receiver]) -> None:
    def drip(handler: Handler, _: int) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        handler.wfile.write(b"a")
        handler.server.let_go.wait(20)

    attempt = post(receive(drip).url, timeout_s=0.3)
    assert attempt.is_delivered
    assert attempt.response == "a"


def test_a_connection_that_breaks(receive: Callable[[Answer], Receiver]) -> None:
    attempt = post(receive(lambda handler, _: handler.connection.shutdown(socket.SHUT_RDWR)).url)
    assert not attempt.is_delivered
    assert (attempt.error or "").startswith("The connection failed")


def test_nobody_listens() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        attempt = post(f"http://127.0.0.1:{free.getsockname()[1]}/")
    assert (attempt.error or "").startswith("The connection failed")


@pytest.mark.parametrize("answer", [b"HTTP/1.1 two hundred\r\n\r\n", b"\x16\x03\x01 not http at all\r\n\r\n"])
def test_answers_that_are_no_http(receive: Callable[[Answer], Receiver], answer: bytes) -> None:
    attempt = post(receive(lambda handler, _: handler.wfile.write(answer) and None).url, timeout_s=2)
    assert not attempt.is_delivered
    assert attempt.error


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:1/",
        "http://localhost:1/",
        "http://[::1]:1/",
        "http://0x7f000001:1/",
        "http://[::ffff:127.0.0.1]:1/",
    ],
)
def test_private_targets_are_refused_without_a_connection(url: str) -> None:
    started = time.monotonic()
    attempt = post(url, allow_private=False)
    assert PRIVATE in (attempt.error or "")
    assert time.monotonic() - started < 5


@pytest.mark.parametrize(
    "url", ["http://no-such-name.invalid/", "ftp://127.0.0.1/", "http://127.0.0.1:99999/", "http:///x"]
)
def test_addresses_that_lead_nowhere(url: str) -> None:
    assert not post(url).is_delivered
