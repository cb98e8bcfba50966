"""Pages: Jinja templates under a strict content policy, shown to whoever may see them.

A page shares its address with the JSON of the same thing; `Accept: text/html` decides.
"""

from __future__ import annotations

import functools
import json
import re
import secrets
import urllib.parse
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from starlette.responses import RedirectResponse, Response
from starlette.routing import Match, Route

from shotwright.api.auth import COOKIE, Caller, authenticate, csrf_token
from shotwright.api.call import Call, node_of
from shotwright.core.errors import ShotwrightError, Unauthorized
from shotwright.jobs.recipe import prompt_text
from shotwright.version import __version__

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request
    from starlette.types import Scope

    Handler = Callable[[Call], Awaitable[Response]]

CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; "
    "connect-src 'self'; font-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": CONTENT_POLICY, "referrer-policy": "same-origin", "cache-control": "no-store",
    "cross-origin-opener-policy": "same-origin", "permissions-policy": "camera=(self), microphone=(), geolocation=()",
    "vary": "accept, cookie",
}  # fmt: skip
NAVIGATION = (
    ("/", "Models"),
    ("/projects", "Boards"),
    ("/requests", "Requests"),
    ("/webhooks", "Webhooks"),
    ("/usage", "Usage"),
    ("/docs/", "Docs"),
)
QUALITY = re.compile(r"[01](?:\.[0-9]{0,3})?")
"""How much a type in an Accept header is wanted. Source: RFC 9110, 12.4.2."""
VISITOR = "shotwright_visitor"


@functools.cache
def environment() -> Environment:
    """The templates."""
    found = Environment(
        loader=PackageLoader("shotwright.web"), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True,
        autoescape=select_autoescape(["html"], default=False),
    )  # fmt: skip
    found.filters |= {"usd": usd, "prompt": prompt_text, "pretty": pretty}
    return found


def usd(value: float) -> str:
    """An amount in US dollars: two digits, three where it matters."""
    text = f"{value:.3f}"
    return "$" + (text.removesuffix("0"))


def pretty(value: Any) -> str:  # noqa: ANN401  (any JSON)
    """JSON to read."""
    return json.dumps(value, ensure_ascii=False, indent=2)


def page(request: Request, template: str, who: Caller | None, *, status: int = 200, **data: Any) -> Response:  # noqa: ANN401  (what templates show)
    """A template as a page."""
    cookie = request.cookies.get(COOKIE)
    shared = {
        "navigation": NAVIGATION, "path": request.url.path, "version": __version__, "who": who,
        "csrf": csrf_token(node_of(request).secret, cookie) if cookie and who and not who.is_open else "",
    }  # fmt: skip
    text = environment().get_template(template).render(**shared, **data)
    return Response(text, status, HEADERS, media_type="text/html")


class PageRoute(Route):
    """A route for callers that accept HTML; the front page is one for everybody who does not ask for JSON."""

    is_front = False

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Whether this call wants a page."""
        accept = next((value for name, value in scope.get("headers", ()) if name == b"accept"), b"").decode("latin-1")
        wants_csv = b"format=csv" in scope.get("query_string", b"")
        is_page = prefers_page(accept) or (self.is_front and "json" not in accept)
        return super().matches(scope) if is_page and not wants_csv else (Match.NONE, {})


def page_route(path: str, handler: Handler) -> PageRoute:
    """A page that takes a signed-in visitor; others are sent to the sign-in page, errors get a page of their own."""

    @functools.wraps(handler)
    async def shown(request: Request) -> Response:
        who: Caller | None = None
        try:
            node = node_of(request)
            who = await authenticate(request, node.authenticator, "read")
            return await handler(Call(request, node, who))
        except Unauthorized:
            query = f"?{request.url.query}" if request.url.query else ""
            return RedirectResponse(f"/signin?next={urllib.parse.quote(request.url.path + query)}", 303)
        except ShotwrightError as exc:
            return page(request, "error.html", who, status=exc.status, error=exc)

    return PageRoute(path, shown, methods=["GET"])


def wants_page(request: Request) -> bool:
    """Whether a browser asks, for somebody to read."""
    return request.method == "GET" and prefers_page(request.headers.get("accept", ""))


def prefers_page(accept: str) -> bool:
    """Whether an Accept header names HTML, and not JSON at least as much."""
    weights = {"text/html": 0.0, "application/json": 0.0}
    for item in accept.lower().split(","):
        name, *parameters = (part.strip() for part in item.split(";"))
        if name in weights:
            given = next((part[2:] for part in parameters if part.startswith("q=")), "1")
            weights[name] = float(given) if QUALITY.fullmatch(given) else 1.0
    return weights["text/html"] > weights["application/json"]


def text_response(template: str, media_type: str, **data: Any) -> Response:  # noqa: ANN401  (what templates show)
    """A template as plain text."""
    text = environment().get_template(template).render(**data)
    return Response(text, 200, {"vary": "host"}, media_type=media_type)


def new_token() -> str:
    """A double-submit CSRF token: a form carries it and its cookie repeats it."""
    return secrets.token_urlsafe(24)
