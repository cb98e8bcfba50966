"""Whatever bytes arrive: no 5xx, no traceback, no silence; found once by hand, looked for since by a machine"""

from __future__ import annotations

import contextlib
import itertools
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from tests.running import RunningServer, start

pytestmark = pytest.mark.slow
ENDPOINT = "fal-ai/kling-video/o1/standard/reference-to-video"
ID = "00000000-0000-4000-8000-000000000000"
FILE = "0" * 32
PATHS = [
    "/", "/health", "/requests", f"/requests/{ID}", f"/requests/{ID}/events", f"/requests/{ID}/live", f"/requests/{ID}/retry",
    f"/queue/{ENDPOINT}", f"/queue/{ENDPOINT}/requests/{ID}/status", f"/queue/{ENDPOINT}/requests/{ID}/cancel", f"/{ENDPOINT}/plan",
    f"/{ENDPOINT}/estimate", f"/{ENDPOINT}/media", f"/models/{ENDPOINT}", f"/models/{ENDPOINT}/playground", f"/files/{FILE}/a.bin",
    "/v1/prediction", f"/v1/prediction/{ID}", "/v1/models", "/v1/executions", "/v2/executions", "/v1/webhooks", "/v1/upload/presign",
    f"/v1/files/{ID}", "/rest/storage/auth/token", "/rest/storage/upload/initiate", "/rest/storage/upload/initiate-multipart",
    "/cdn/files/upload", "/cdn/files/upload/multipart", f"/files/{FILE}/a/multipart/{FILE}/1", f"/files/{FILE}/a/multipart/{FILE}/complete",
    f"/up/{FILE}", f"/up/{FILE}/1", f"/up/{FILE}/complete", "/api/fal/proxy", "/usage", "/webhooks", "/webhooks/test", f"/webhooks/{ID}",
    "/signin", "/session", "/signout", "/docs/", "/docs/../../etc/passwd", "/static/style.css", "/llms.txt", "/.well-known/jwks.json",
    "/api/openapi/queue/openapi.json", "/platform/v1/models", "/platform/v1/usage", "/v1/keys", "/settings/keys", "/requests/compare",
    f"/requests/{ID}/export.zip",
]  # fmt: skip
NUMBERS = ["0", "-1", "1" * 4500, "²", "٣", "1e9", "1e400", "NaN", "0x10", "1_0", " 1", "1.5", "", "9" * 19]
NASTY = [
    *NUMBERS, "[", "http://[", "http://[::1", "%00", "%", "%zz", "\xff\xfe", "a\tb", "a" * 5000, "..", "//", "\\", "'", '"', "{}", "*",
    "2026-13-99", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00", "bytes=0-", "text/html;q=²", "Key", "Bearer", "Bearer ²²²².x.y", "null",
]  # fmt: skip
HEADERS = [
    "Range", "If-Range", "If-None-Match", "Accept", "Authorization", "X-API-Key", "Host", "X-Forwarded-Host", "X-Forwarded-Proto", "Cookie",
    "Content-Type", "X-Fal-File-Name", "X-Fal-Object-Lifecycle-Preference", "X-Fal-Request-Timeout", "X-Fal-Queue-Priority",
    "X-Fal-Target-Url", "X-Shotwright-Engine", "X-Shotwright-Seed", "X-Shotwright-Confirm-Usd", "Idempotency-Key", "Last-Event-Id", "Origin",
    "Sec-Fetch-Site", "Access-Control-Request-Headers", "Transfer-Encoding", "Expect", "Upgrade", "Content-Length", "Connection",
]  # fmt: skip
QUERIES = [
    "q", "logs", "limit", "offset", "before", "day", "like", "start", "end", "cursor", "fal_webhook", "fal_max_queue_length", "state", "status",
    "format", "endpoint_id", "until", "sig", "next", "slug", "name", "engine", "key",
]  # fmt: skip
BODIES = [
    b"", b"{}", b"[]", b"null", b'"x"', b"{", b"[" * 5000, b'{"prompt": "\\u0000"}', b'{"prompt": "\\ud800"}', b'{"prompt": "\xff"}',
    b'{"prompt": 1e400}', b'{"prompt": ' + b"9" * 5000 + b"}", b'{"parts": [{"partNumber": 1e30, "etag": 1}]}', b'{"prompt": "x", "seed": -1}',
    b'{"url": "http://[/x"}', b'{"url": "https://host:99999/", "kind": "image"}', b'{"model": [], "input": 3}', b"key=a&word=b", b"\xef\xbb\xbf{}",
    b'{"prompt":"x","image_urls":["http://[","https://h/k\xc3\xbcche.png"]}', b'{"content_type": "a/b", "expires_in_seconds": 1e99}',
    b'{"engine": "draft", "seed": "' + b"1" * 5000 + b'"}', b'{"wire": {}, "url": "x"}',
]  # fmt: skip
BREAKING = {"Transfer-Encoding", "Content-Length", "Expect"}
"""With these a server waits for a body that never comes."""
METHODS = ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"]
word = st.sampled_from(NASTY) | st.text(max_size=20)


@pytest.fixture(scope="module", params=["open", "keyed"])
def target(data_folder: Callable[[], Path], request: pytest.FixtureRequest) -> Iterator[RunningServer]:
    env = {"SHOTWRIGHT_KEYS": "one"} if request.param == "keyed" else {}
    running = start(data_folder(), "--workers", "0", env=env)
    yield running
    assert running.stop() == 0


def raw(server: RunningServer, data: bytes, seconds: float) -> bytes:
    """The beginning of the answer to some bytes; b"" when the server closes without one, or waits for more for so long."""
    parts = urlsplit(server.url)
    with (
        contextlib.suppress(ConnectionError, TimeoutError),
        socket.create_connection((parts.hostname, parts.port), timeout=seconds) as connection,
    ):
        connection.sendall(data)
        return connection.recv(4096)
    return b""


def check(server: RunningServer, data: bytes, seconds: float = 0.2) -> bool:
    """Hold an answer against the promise; whether there was one."""
    answer = raw(server, data, seconds)
    status = int(answer.split(b" ", 2)[1]) if answer else 400
    assert status < 500, (data[:300], answer[:500])
    assert b"Traceback" not in answer
    return bool(answer)


def message(method: str, path: str, headers: list[tuple[str, str]], body: bytes) -> bytes:
    named = {name.lower() for name, _ in headers}
    lines = (
        [f"{method} {path} HTTP/1.1"]
        + ([] if "host" in named else ["Host: 127.0.0.1"])
        + ([] if "authorization" in named else ["Authorization: Key one"])
    )
    lines += [f"{name}: {value}" for name, value in headers]
    lines += ([] if {"content-length", "transfer-encoding"} & named else [f"Content-Length: {len(body)}"]) + [
        "Connection: close"
    ]
    return "\r\n".join(lines).encode("latin-1", "replace") + b"\r\n\r\n" + body


FOUND = [
    message("GET", f"/files/{FILE}/a", [("Range", f"bytes={'1' * 5000}-")], b""),
    message("POST", "/cdn/files/upload", [("Authorization", "Bearer ²²²²²²²²²².x")], b"x"),
    message("GET", "/requests", [("Accept", "text/html;q=²")], b""),
    message("GET", "/requests?limit=²&q=²", [], b""),
    message("GET", "/", [("Host", "[")], b""),
    message("GET", "/health", [("X-Forwarded-Host", "http://[::1")], b""),
    message("POST", f"/queue/{ENDPOINT}", [("Host", "a]b"), ("X-Forwarded-Host", "[")], b'{"prompt": "x"}'),
    message("PUT", f"/files/{FILE}/a/multipart/{FILE}/{'9' * 4500}", [], b"x"),
    message("PUT", f"/up/{FILE}/{'9' * 4500}?until=1&sig=x", [], b"x"),
    message("POST", "/api/fal/proxy", [("X-Fal-Target-Url", "http://[")], b"{}"),
    message("GET", "/requests?before=0001-01-01T00:00:00%2B14:00", [], b""),
    message("GET", "/usage?start=9999-12-31T23:59:59-14:00&end=9999-12-31", [], b""),
    message("POST", f"/queue/{ENDPOINT}", [], b'{"prompt": "x", "seed": 1e999}'),
    message("POST", f"/{ENDPOINT}/plan", [], b"[" * 20_000 + b"]" * 20_000),
    b"GET \xff\xfe HTTP/1.1\r\nHost: x\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"GET http://[/ HTTP/1.1\r\n\r\n", b"\r\n" * 100,
    b"POST /session HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffffff\r\n",
    b"GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: x\r\n\r\n",
]  # fmt: skip


@pytest.mark.parametrize("data", FOUND, ids=range(len(FOUND)))
def test_what_was_found_stays_found(target: RunningServer, data: bytes) -> None:
    check(target, data)


@pytest.mark.parametrize(
    ("hosts", "version", "status"),
    [((), "1.1", 400), (("a", "b"), "1.1", 400), (("127.0.0.1",), "1.1", 200), ((), "1.0", 200)],
)
def test_a_request_has_one_host(target: RunningServer, hosts: tuple[str, ...], version: str, status: int) -> None:
    lines = [f"GET /health HTTP/{version}", *(f"Host: {host}" for host in hosts), "Connection: close"]
    answer = raw(target, "\r\n".join(lines).encode() + b"\r\n\r\n", 5.0)
    assert int(answer.split(b" ", 2)[1]) == status


def test_every_nasty_value_in_every_header_and_query(target: RunningServer) -> None:
    paths, answered = itertools.cycle(PATHS), 0
    for name, value in itertools.product(HEADERS, NASTY):
        if name not in BREAKING:
            answered += check(target, message("GET", next(paths), [(name, value)], b""), 5.0)
    for (name, value), method in zip(itertools.product(QUERIES, NASTY), itertools.cycle(METHODS), strict=False):
        quoted = value.encode("utf-8", "replace").hex("%")
        check(target, message(method, f"{next(paths)}?{name}=%{quoted}", [], b"{}"))
    for path, body in itertools.product(PATHS, BODIES):
        answered += check(target, message("POST", path, [], body), 5.0)
    assert answered > 2000


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    method=st.sampled_from(METHODS) | st.text("ABCXYZ", min_size=1, max_size=8), path=st.sampled_from(PATHS), tail=word,
    headers=st.lists(st.tuples(st.sampled_from(HEADERS), word), max_size=4), body=st.sampled_from(BODIES) | st.binary(max_size=200),
)  # fmt: skip
@example(method="GET", path="/", tail="", headers=[("Host", "[")], body=b"")
def test_requests_that_nobody_meant(
    target: RunningServer, method: str, path: str, tail: str, headers: list[tuple[str, str]], body: bytes
) -> None:
    check(target, message(method, path + tail.replace(" ", ""), headers, body))


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.binary(max_size=400)
    | st.sampled_from(FOUND).flatmap(
        lambda data: st.integers(0, len(data)).map(lambda cut: data[:cut] + b"\x00" + data[cut + 1 :])
    )
)
def test_bytes_that_nobody_meant(target: RunningServer, data: bytes) -> None:
    check(target, data)
