"""The HTTP server: uvicorn on httptools, with bounds that keep a cheap connection cheap.

Promises, for every connection and before anybody is known:
    * a request line and its headers are at most `HEAD_BYTES` and `HEADERS_MAX`, and are there within `HEAD_S`;
    * a body comes with at least `BODY_BYTES` in `BODY_S`, and an answer is taken within `ANSWER_S` of its last progress;
    * there are at most as many connections as descriptors allow, with some left for the database, the files and the engines.

uvicorn bounds none of these with httptools; with its other parser, h11, the bytes of headers alone.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from functools import partial
from typing import TYPE_CHECKING, Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from shotwright.core.errors import SetupError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shotwright.settings import Settings

HEAD_BYTES, HEADERS_MAX, HEAD_S = 65_536, 200, 20.0
BODY_BYTES, BODY_S = 4096, 30.0
ANSWER_S = 60.0
KEPT_DESCRIPTORS = 256
"""Left for the database, the files, webhooks and the engines."""
DESCRIPTORS = 65_536


class _TooMuch(Exception):
    """A request's head is larger than allowed."""


class BoundedProtocol(HttpToolsProtocol):
    """A connection under bounds."""

    def __init__(self, *values: Any, **named: Any) -> None:  # noqa: ANN401  (as uvicorn makes it)
        super().__init__(*values, **named)
        self._head = 0  #: Bytes since the head began; -1 once it is complete.
        self._fed = self._named = 0
        self._clock: asyncio.TimerHandle | None = None
        self._writing: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Take a connection, unless there are too many."""
        super().connection_made(transport)
        most = getattr(self.config, "most_connections", 0)
        if most and len(self.connections) > most:
            self._refuse(
                b"503 Service Unavailable",
                b"This server has as many connections as it can take. Try again in a moment.",
            )
            return
        self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the clocks."""
        for timer in (self._clock, self._writing):
            if timer is not None:
                timer.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Pass bytes on, as long as the head stays small."""
        self._fed += len(data)
        if self._head >= 0:
            self._head += len(data)
        if self.transport.is_closing():
            return
        super().data_received(data)
        is_idle = self._head < 0 and self.cycle.response_complete
        if (
            is_idle and self._clock is None and not self.transport.is_closing()
        ):  # blank lines before a request are no request
            self._await_head()
        if self._head > HEAD_BYTES and not self.transport.is_closing():
            self._refuse(b"431 Request Header Fields Too Large", b"The headers of this request are too large.")

    def on_message_begin(self) -> None:
        """A head begins."""
        super().on_message_begin()
        self._head = self._named = 0
        self._await_head()

    def on_url(self, url: bytes) -> None:
        """A part of the address."""
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header."""
        self._count(len(name) + len(value) + 4)
        if len(self.headers) >= HEADERS_MAX:
            raise _TooMuch
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """The head is there; a body may follow."""
        self._head = -1
        self._stop_clock()
        super().on_headers_complete()
        if self.scope["http_version"] == "1.0":
            vars(self.cycle)["send"] = partial(_send_unframed, self.cycle)
        self._fed = 0
        self._clock = self.loop.call_later(BODY_S, self._check_body)

    def on_message_complete(self) -> None:
        """The body is there."""
        self._stop_clock()
        super().on_message_complete()

    def pause_writing(self) -> None:
        """The client does not take what it asked for."""
        super().pause_writing()
        if self._writing is None:
            self._writing = self.loop.call_later(ANSWER_S, self._check_answer, self.transport.get_write_buffer_size())

    def resume_writing(self) -> None:
        """It goes on."""
        super().resume_writing()
        if self._writing is not None:
            self._writing.cancel()
            self._writing = None

    def _count(self, size: int) -> None:
        self._named += size
        if self._named > HEAD_BYTES:
            raise _TooMuch

    def _await_head(self) -> None:
        self._stop_clock()
        self._clock = self.loop.call_later(HEAD_S, self._give_up)

    def _stop_clock(self) -> None:
        if self._clock is not None:
            self._clock.cancel()
            self._clock = None

    def _check_body(self) -> None:
        """Close when hardly anything came, although we were ready to read."""
        if self._fed < BODY_BYTES and not self.flow.read_paused:
            self._give_up()
            return
        self._fed = 0
        self._clock = self.loop.call_later(BODY_S, self._check_body)

    def _check_answer(self, before: int) -> None:
        """End the connection when nothing was taken since; it may be closing already, and waiting to be read."""
        left = self.transport.get_write_buffer_size()
        if left >= before:
            self._give_up()
            return
        self._writing = self.loop.call_later(ANSWER_S, self._check_answer, left)

    def _give_up(self) -> None:
        self.transport.abort()

    def _refuse(self, status: bytes, text: bytes) -> None:
        head = (
            b"HTTP/1.1 %b\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: %d\r\nconnection: close\r\n\r\n"
        )
        self.transport.write(head % (status, len(text)) + text)
        self.transport.close()


async def _send_unframed(cycle: RequestResponseCycle, message: Any) -> None:  # noqa: ANN401  (an ASGI message)
    """Answer HTTP/1.0, which nginx speaks to its upstreams by default and which knows no chunks: the end of a body is the end of the
    connection, where its length is not known."""
    if message["type"] == "http.response.start":
        cycle.chunked_encoding = (
            None if any(name.lower() == b"content-length" for name, _ in message.get("headers", ())) else False
        )
    elif cycle.chunked_encoding is False and not cycle.expected_content_length:
        cycle.expected_content_length = len(message.get("body", b""))
    await RequestResponseCycle.send(cycle, message)


class HttpServer(uvicorn.Server):
    """uvicorn that says when it listens and leaves the signals to us: ours stop the worker as well."""

    def __init__(self, app: Any, settings: Settings, certificate: tuple[str, str] | None) -> None:  # noqa: ANN401  (any ASGI application)
        config = uvicorn.Config(
            app, http=BoundedProtocol, ws="none", log_level=settings.log_level, access_log=False, lifespan="off", server_header=False,
            timeout_graceful_shutdown=3, ssl_certfile=certificate[0] if certificate else None,
            ssl_keyfile=certificate[1] if certificate else None,
        )  # fmt: skip
        super().__init__(config)
        vars(config)["most_connections"] = settings.max_connections or most_connections()
        self.ready = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen."""
        await super().startup(sockets)
        self.ready.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals alone."""
        yield


def most_connections() -> int:
    """How many connections the process's descriptors allow; the bound of descriptors is raised first, as far as it may be."""
    try:
        import resource
    except ImportError:
        return 0
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = DESCRIPTORS if hard == resource.RLIM_INFINITY else min(DESCRIPTORS, hard)
    if 0 <= soft < wanted:
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return DESCRIPTORS if soft == resource.RLIM_INFINITY else max(64, soft - KEPT_DESCRIPTORS)


def listen(settings: Settings) -> socket.socket:
    """A socket on the operator's address.

    Raises:
        SetupError: The address cannot be had.
    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
    except OSError as exc:
        listener.close()
        raise SetupError(
            f"Cannot listen on {settings.host}:{settings.port}: {exc.strerror or exc}. Another server may be running; choose --port."
        ) from exc
    listener.listen(2048)
    listener.setblocking(False)
    return listener
