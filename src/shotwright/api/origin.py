"""Where the caller thinks we are: addresses in answers follow the origin that the client used, unless PUBLIC_URL is set.

Also the routing by host: `queue.fal.run`, `rest.fal.ai` and `v3.fal.media` are prefixes of the same paths, whether the name
comes in the Host header or in `x-fal-target-url` (the JavaScript client's proxy mode). Source: fal-wire 0.1, 0.9, 1.2.
"""

from __future__ import annotations

import re
import urllib.parse
from typing import TYPE_CHECKING

from starlette.responses import JSONResponse

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.types import ASGIApp, Receive, Scope, Send

    from shotwright.settings import Settings

HOST_PREFIX = {
    "fal.run": "", "queue.fal.run": "/queue", "rest.fal.ai": "/rest", "rest.alpha.fal.ai": "/rest", "v3.fal.media": "/cdn",
    "v3b.fal.media": "/cdn", "fal.media": "/cdn",
    "api.fal.ai": "/platform", "api.eachlabs.ai": "/eachlabs",
}  # fmt: skip
PROXY_PATH = "/api/fal/proxy"
HOST = re.compile(
    rb"(?:[A-Za-z0-9._~-]{0,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?(?:, *[A-Za-z0-9._:\[\]-]{1,253}){0,8}"
)
"""Host and X-Forwarded-Host, which stand in the addresses of our answers."""


def origin(request: Request, settings: Settings) -> str:
    """Scheme and host of our addresses, as this client reaches us."""
    if settings.public_url:
        return settings.public_url.rstrip("/")
    said = request.headers.get("x-forwarded-proto", "").split(",")[0].strip().lower()
    scheme = said if said in {"http", "https"} else request.scope["scheme"]
    host = request.headers.get("x-forwarded-host") or request.headers.get("host") or _server(request)
    return f"{scheme}://{host.split(',')[0].strip()}"


def _server(request: Request) -> str:
    """Where we listen: for a client that names no host."""
    host, port = request.scope.get("server") or ("127.0.0.1", None)
    return f"{host}:{port}" if port else str(host)


def queue_prefix(request: Request) -> str:
    """The part of the path before the endpoint in queue addresses: none when the host says queue."""
    return "" if request.scope.get("shotwright.by_host") else "/queue"


def own_hosts(request: Request, settings: Settings) -> list[str]:
    """Hosts whose /files/ addresses are ours."""
    netloc = origin(request, settings).partition("://")[2].partition("/")[0].lower()
    asked = request.headers.get("host", "").lower()
    behind_fal_names = asked.split(":")[0] in HOST_PREFIX
    return sorted({netloc, asked, *(HOST_PREFIX if behind_fal_names else ())} - {""})


class HostRouting:
    """ASGI layer that turns hosts and proxied targets into path prefixes."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Rewrite the path of a request where its host or its target asks for it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        names = sum(key == b"host" for key, _ in scope["headers"])
        if names > 1 or (names == 0 and scope["http_version"] == "1.1"):  # RFC 9112, 3.2
            await JSONResponse({"detail": "A request has one Host."}, 400)(scope, receive, send)
            return
        if not all(HOST.fullmatch(value) for key, value in scope["headers"] if key in {b"host", b"x-forwarded-host"}):
            await JSONResponse({"detail": "The Host of this request is no host."}, 400)(scope, receive, send)
            return
        headers = {
            key: value for key, value in scope["headers"] if key in {b"host", b"x-fal-target-url", b"x-forwarded-host"}
        }
        if scope["path"].rstrip("/") == PROXY_PATH:
            target = _target(headers.get(b"x-fal-target-url", b"").decode("latin-1"))
            prefix = HOST_PREFIX.get(target.hostname or "") if target else None
            if target and prefix is None and target.netloc.lower().encode() == headers.get(b"host", b"").lower():
                prefix = ""  # an address of ours, as our answers have them
            if scope["method"] != "OPTIONS":
                if target is None or prefix is None:
                    await JSONResponse({"detail": "Invalid request"}, 400)(scope, receive, send)
                    return
                scope = _moved(scope, prefix + target.path, target.query)
        else:
            host = (
                (headers.get(b"x-forwarded-host") or headers.get(b"host", b"")).decode("latin-1").split(":")[0].lower()
            )
            prefix = HOST_PREFIX.get(host) or ("/queue" if host.startswith("queue.") else "")
            if prefix and not scope["path"].startswith(("/files/", "/up/")):
                scope = _moved(scope, prefix + scope["path"], scope["query_string"].decode("latin-1"))
                scope["shotwright.by_host"] = True
        await self.app(scope, receive, send)


def _target(url: str) -> urllib.parse.SplitResult | None:
    """Where a proxied call would go; None when that is no address."""
    try:
        found = urllib.parse.urlsplit(url)
    except ValueError:
        return None
    return found if found.hostname else None


def _moved(scope: Scope, path: str, query: str) -> Scope:
    return {**scope, "path": path, "raw_path": path.encode(), "query_string": query.encode("latin-1")}
