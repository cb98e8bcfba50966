"""fal's wire, as one object: the queue, run, uploads, and fal's platform API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shotwright.api.answers import json_response, retry_after
from shotwright.api.auth import SCHEMES
from shotwright.api.dialect import Dialect, Offer
from shotwright.api.fal import bodies, platform, routes, webhooks
from shotwright.api.origin import origin
from shotwright.core.errors import AccessError, NotFound, QuotaError, ShotwrightError

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from shotwright.api.call import Node

PLATFORM = (
    "/platform/", "/v1/keys", "/v1/account", "/v1/meta", "/v1/models/pricing", "/v1/models/usage",
    "/v1/models/billing-events", "/v1/models/requests",
)  # fmt: skip
PLATFORM_TYPES: tuple[tuple[type[ShotwrightError], str], ...] = (
    (NotFound, "not_found"), (AccessError, "authorization_error"), (QuotaError, "rate_limited"),
)  # fmt: skip
QUERY = frozenset({"endpoint_id", "q", "category", "status", "expand", "cursor"})


def _error_answer(request: Request, node: Node, exc: ShotwrightError) -> Response:
    if request.scope["path"].startswith(PLATFORM):
        return _platform_error(exc)
    return bodies.raised_response(exc, origin(request, node.settings))


def _platform_error(exc: ShotwrightError) -> Response:
    """fal's platform API has bodies of its own. Source: fal-wire 6.3."""
    named = next((name for kind, name in PLATFORM_TYPES if isinstance(exc, kind)), None)
    kind = named or ("validation_error" if exc.status < 500 else "server_error")
    return json_response({"error": {"type": kind, "message": exc.message}}, exc.status, retry_after(exc))


def _is_fals(request: Request) -> bool:
    """`Authorization: Key`, or a parameter that only fal's list has."""
    scheme = request.headers.get("authorization", "").lower()
    return scheme.startswith(SCHEMES[0]) or bool(QUERY & set(request.query_params))


_MODELS = Offer(platform.models, _is_fals)
FAL = Dialect(
    "fal", platform.routes, _error_answer, (*PLATFORM, ""),
    {"/v1/models": _MODELS, "/v1/models/": _MODELS}, lambda node: webhooks.dialect(node.webhook_seed), routes.routes,
)  # fmt: skip
