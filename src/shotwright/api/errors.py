"""Errors as bodies, in the words of the wire that a path belongs to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shotwright.api.context import context_of
from shotwright.api.eachlabs import bodies as eachlabs
from shotwright.api.fal import bodies as fal
from shotwright.api.origin import origin
from shotwright.core.errors import AccessError, NotFound, QuotaError, ServerUnavailable, ShotwrightError

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

PLATFORM = (
    "/platform/", "/v1/keys", "/v1/account", "/v1/meta", "/v1/models/pricing", "/v1/models/usage",
    "/v1/models/billing-events", "/v1/models/requests",
)  # fmt: skip
EACHLABS = ("/eachlabs/", "/v1/", "/v2/")
RETRY_S = {"retry-after": "2"}
PLATFORM_TYPES: tuple[tuple[type[ShotwrightError], str], ...] = (
    (NotFound, "not_found"), (AccessError, "authorization_error"), (QuotaError, "rate_limited"),
)  # fmt: skip


def answer(request: Request, exc: ShotwrightError) -> Response:
    """The answer to an error that was raised while handling a call."""
    path = request.scope["path"]
    if path.startswith(PLATFORM):
        response = _platform(exc)
    elif path.startswith(EACHLABS):
        response = eachlabs.raised_response(exc, context_of(request).settings.eachlabs_error_style)
        response.headers.update(eachlabs.request_id(request))
    else:
        response = fal.raised_response(exc, origin(request, context_of(request).settings))
    if isinstance(exc, ServerUnavailable):
        response.headers.update(RETRY_S)
    return response


def _platform(exc: ShotwrightError) -> Response:
    """fal's platform API has bodies of its own. Source: fal-wire 6.3."""
    named = next((name for kind, name in PLATFORM_TYPES if isinstance(exc, kind)), None)
    kind = named or ("validation_error" if exc.status < 500 else "server_error")
    return fal.json_response({"error": {"type": kind, "message": exc.message}}, exc.status, fal.retry_after(exc))
