"""A server on a free port, whose answers a test decides."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar


class FakeHandler(BaseHTTPRequestHandler):
    """Answers for a `FakeServer`, which it knows as `service`."""

    service: Any
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        pass

    def answer(self, status: int, body: Any, **headers: str) -> None:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        for name, value in {"content-type": "application/json", "content-length": str(len(data)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(data)

    def read(self) -> bytes:
        return self.rfile.read(int(self.headers.get("content-length") or 0))

    def drop(self) -> None:
        """Break the connection without an answer."""
        self.connection.close()
        self.close_connection = True


class FakeServer:
    """Serves from construction until `close`."""

    handler: ClassVar[type[FakeHandler]]

    def __init__(self) -> None:
        handler = type("Handler", (self.handler,), {"service": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
