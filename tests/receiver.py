"""A webhook receiver in this process that behaves as badly as a test wants."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Received:
    """One call."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


Answer = Callable[["Handler", int], None]


class Handler(BaseHTTPRequestHandler):
    """Notes a call, then answers as the receiver's `answer` says."""

    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        call = Received(self.path, {name.lower(): value for name, value in self.headers.items()}, body)
        with self.server.arrived:
            self.server.calls.append(call)
            number = len(self.server.calls)
            self.server.arrived.notify_all()
        self.server.answer(self, number)

    def reply(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


class Receiver(ThreadingHTTPServer):
    """Listens on loopback."""

    daemon_threads = True

    def __init__(self, answer: Answer | None = None, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.answer: Answer = answer or (lambda handler, _: handler.reply(200, b"thanks"))
        self.calls: list[Received] = []
        self.arrived = threading.Condition()
        self.let_go = threading.Event()
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/hook"

    def wait(self, count: int, seconds: float = 60) -> list[Received]:
        """The calls, once there are `count`."""
        with self.arrived:
            assert self.arrived.wait_for(lambda: len(self.calls) >= count, seconds), (
                f"{len(self.calls)} of {count} calls"
            )
            return list(self.calls)

    def handle_error(self, *_: Any) -> None:
        """Clients that went away are part of the tests."""

    def close(self) -> None:
        self.let_go.set()
        self.shutdown()
        self.server_close()
