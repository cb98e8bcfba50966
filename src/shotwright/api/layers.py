"""ASGI layers around every route: CORS for browsers, a request id on every answer, no surprise content types."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from starlette.datastructures import MutableHeaders

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

EXPOSED = (
    "x-fal-request-id, x-fal-billable-units, x-fal-error-type, x-fal-request-timeout-type, x-fal-retryable, "
    "x-fal-needs-retry, retry-after, idempotent-replayed, x-request-id, etag, content-range, accept-ranges"
)
CORS = [
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", EXPOSED.encode()),
]
PREFLIGHT = [
    (b"access-control-allow-origin", b"*"),
    (b"access-control-allow-methods", b"GET, HEAD, POST, PUT, DELETE, OPTIONS"),
    (b"access-control-max-age", b"86400"),
    (b"content-length", b"0"),
]


class Cors:
    """Allows every origin: a program's key travels in a header. The session cookie of our own pages is `SameSite=Lax`, and what changes
    something needs the session's token in a header as well."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer preflights; add the headers to everything else."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if scope["method"] == "OPTIONS":
            asked = next((v for k, v in scope["headers"] if k == b"access-control-request-headers"), b"*")
            headers = [*PREFLIGHT, (b"access-control-allow-headers", asked)]
            await send({"type": "http.response.start", "status": 204, "headers": headers})
            await send({"type": "http.response.body", "body": b""})
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(raw=message["headers"])
                headers.raw.extend(CORS)
                headers.raw.append((b"x-content-type-options", b"nosniff"))
                if "x-fal-request-id" not in headers:
                    headers.raw.append((b"x-fal-request-id", str(uuid.uuid4()).encode()))
            await send(message)

        await self.app(scope, receive, with_headers)
