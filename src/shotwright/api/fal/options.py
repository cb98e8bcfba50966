"""fal's request headers and query as options of a request. Source: fal-wire 2.1."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shotwright.api.requests import TRUE, base_options, engine_of, webhook
from shotwright.core.catalog import Endpoint, find_endpoint
from shotwright.core.errors import BadRequest, NotFound
from shotwright.jobs.rows import NewRequest

if TYPE_CHECKING:
    from starlette.requests import Request

    from shotwright.api.call import Call

PRIORITIES = {"normal": 0, "low": -10}
MIN_TIMEOUT_S = 0.1


def new_request(call: Call, endpoint_id: str, arguments: Any) -> NewRequest:  # noqa: ANN401
    """A request from its call.

    Raises:
        NotFound: There is no such endpoint.
        BadRequest: A header cannot be understood.
    """
    endpoint = fal_endpoint(endpoint_id)
    headers, options = call.headers, base_options(call)
    if headers.get("x-fal-store-io") == "0":
        options["store_io"] = "0"
    if headers.get("x-fal-no-retry", "").lower() in TRUE:
        options["no_retry"] = True
    hook = call.query.get("fal_webhook")
    return NewRequest(
        endpoint.id, arguments, engine_of(call), PRIORITIES.get(headers.get("x-fal-queue-priority", "normal").lower(), 0),
        _start_timeout(call.request), options, webhook=webhook(call, hook) if hook else None,
    )  # fmt: skip


def fal_endpoint(endpoint_id: str) -> Endpoint:
    """An endpoint of fal's wire.

    Raises:
        NotFound: There is none of this name; a slug of EachLabs' wire is pointed to its counterpart.
    """
    endpoint = find_endpoint(endpoint_id)
    if endpoint.wire != "fal":
        raise NotFound(
            f'"{endpoint_id}" is a slug of EachLabs\' wire; here the model is called {endpoint.counterpart}.'
        )
    return endpoint


def _start_timeout(request: Request) -> float | None:
    text = request.headers.get("x-fal-request-start-timeout") or request.headers.get("x-fal-request-timeout")
    if not text:
        return None
    try:
        seconds = float(text)
    except ValueError as exc:
        raise BadRequest(f'X-Fal-Request-Timeout must be a number of seconds, not "{text[:40]}".') from exc
    if not MIN_TIMEOUT_S < seconds < 10**8:
        raise BadRequest(f"X-Fal-Request-Timeout must be more than {MIN_TIMEOUT_S} seconds.")
    return seconds
