"""A cheap connection stays cheap: large heads, slow heads, slow bodies, answers that nobody takes, too many at once"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from shotwright import serving
from shotwright.cli.main import PlainFormatter
from shotwright.serving import HttpServer, listen
from shotwright.settings import Settings

pytestmark = pytest.mark.slow


async def app(scope: Any, receive: Any, send: Any) -> None:
    size = 0
    while (message := await receive())["type"] == "http.request":
        size += len(message["body"])
        if not message.get("more_body"):
            break
    large = scope["path"] == "/large"
    await send({"type": "http.response.start", "status": 200, "headers": []})
    for _ in range(400 if large else 1):
        await send(
            {"type": "http.response.body", "body": b"x" * 65_536 if large else str(size).encode(), "more_body": True}
        )
    await send({"type": "http.response.body", "body": b""})


@pytest.fixture
async def address(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[str, int]]:
    for name, value in {"HEAD_S": 0.4, "BODY_S": 0.4, "ANSWER_S": 0.4}.items():
        monkeypatch.setattr(serving, name, value)
    config = Settings(port=0, max_connections=20)
    listener = listen(config)
    server = HttpServer(app, config, None)
    task = asyncio.create_task(server.serve([listener]))
    await server.ready.wait()
    yield listener.getsockname()
    server.should_exit = True
    await task


async def talk(address: tuple[str, int], *parts: bytes, pause_s: float = 0.0) -> tuple[bytes, float]:
    """What comes back, and after how long the server closed."""
    began = time.monotonic()
    reader, writer = await asyncio.open_connection(*address)
    answer = b""
    with contextlib.suppress(ConnectionError, TimeoutError):
        for part in parts:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(pause_s)
        answer = await asyncio.wait_for(reader.read(), 8)
    writer.close()
    return answer, time.monotonic() - began


@pytest.mark.parametrize(
    "parts",
    [
        [b"GET / HTTP/1.1\r\nA: " + b"a" * 70_000], [b"GET / HTTP/1.1\r\n" + b"A: " + b"a" * 1000 + b"\r\n"] + [b"B: " + b"b" * 1000 + b"\r\n"] * 80,
        [b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\n\r\n"], [b"GET / HTTP/1.1\r\n" + b"A: a\r\n" * 300 + b"\r\n"], [b"G" * 200_000],
    ],
    ids=["one header", "many headers", "address", "count", "method"],
)  # fmt: skip
async def test_a_large_head_is_refused(address: tuple[str, int], parts: list[bytes]) -> None:
    answer, seconds = await talk(address, *parts)
    assert not answer or answer.split(b" ")[1] in {b"431", b"400"}  # a reset may overtake the answer
    assert seconds < 5


@pytest.mark.parametrize(
    "parts",
    [[], [b"GET / HTTP/1.1\r\n"], [b"GET / HTTP/1.1\r\nA: b\r\n"] * 1 + [b"C: d\r\n"] * 30],
    ids=["silent", "half", "drip"],
)
async def test_a_head_that_does_not_come_ends_the_connection(address: tuple[str, int], parts: list[bytes]) -> None:
    answer, seconds = await talk(address, *parts, pause_s=0.1)
    assert (answer, seconds < 5) == (b"", True)


async def test_a_body_that_drips_ends_the_connection(address: tuple[str, int]) -> None:
    head = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n"
    answer, seconds = await talk(address, head, *[b"x" * 10] * 30, pause_s=0.1)
    assert (answer, seconds < 5) == (b"", True)


async def test_a_body_that_takes_its_time_but_comes_is_read(address: tuple[str, int]) -> None:
    head = b"POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 100000\r\n\r\n"
    answer, _ = await talk(address, head, *[b"x" * 10_000] * 10, pause_s=0.15)
    assert b"200 OK" in answer
    assert b"100000" in answer


async def test_an_answer_that_nobody_takes_ends_the_connection(address: tuple[str, int]) -> None:
    with socket.create_connection(address) as connection:
        connection.sendall(b"GET /large HTTP/1.1\r\nHost: a\r\n\r\n")
        await asyncio.sleep(1.2)
        got = await asyncio.to_thread(received, connection)
    assert got < 400 * 65_536


def received(connection: socket.socket) -> int:
    size = 0
    with contextlib.suppress(ConnectionError):
        while data := connection.recv(1 << 20):
            size += len(data)
    return size


async def test_a_keep_alive_connection_serves_many_requests(address: tuple[str, int]) -> None:
    one = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"
    answer, _ = await talk(address, *[one] * 4, one.replace(b"Host: a", b"Host: a\r\nConnection: close"), pause_s=0.2)
    assert answer.count(b"200 OK") == 5


async def test_http_1_0_gets_no_chunks(address: tuple[str, int]) -> None:
    answer, _ = await talk(address, b"POST / HTTP/1.0\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc")
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"chunked" not in head.lower()
    assert body == b"3"
    large, _ = await talk(address, b"GET /large HTTP/1.0\r\nHost: a\r\n\r\n")
    assert len(large.partition(b"\r\n\r\n")[2]) == 400 * 65_536


async def test_connections_beyond_the_bound_are_told_and_room_comes_back(address: tuple[str, int]) -> None:
    idle = [await asyncio.open_connection(*address) for _ in range(20)]
    answer, _ = await talk(address, b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    assert b"503" in answer.split(b"\r\n")[0]
    await asyncio.sleep(0.8)
    answer, _ = await talk(address, b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    assert b"200 OK" in answer
    for _, writer in idle:
        writer.close()


def test_a_log_line_stays_one_line_whatever_a_client_sent() -> None:
    record = logging.LogRecord("x", logging.WARNING, "", 0, "refused %s", ("a\r\nERROR x: forged\x1b[2J\x9b",), None)
    text = PlainFormatter("%(levelname)s %(message)s").format(record)
    assert text == "WARNING refused a\\x0d\\x0aERROR x: forged\\x1b[2J\\x9b"


def made_of(parts: int) -> bytes:
    return b"[" + b",".join([b"[]"] * parts) + b"]"


@pytest.mark.parametrize(
    "make",
    [
        lambda: made_of(400_000),
        lambda: b"[" * 500_000 + b"]" * 500_000,
        lambda: b'{"a":' * 200_000 + b"1" + b"}" * 200_000,
    ],
)
def test_a_body_of_too_many_parts_is_refused_before_it_is_decoded(
    make: Callable[[], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    from shotwright.api import body
    from shotwright.core.errors import SchemaError

    data = make()
    monkeypatch.setattr(body.json, "loads", lambda *_, **__: pytest.fail("it was decoded"))
    with pytest.raises(SchemaError, match="JSON decode error"):
        body.decode(data)
