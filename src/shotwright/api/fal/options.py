"""fal's request headers and query as options of a request. Source: fal-wire 2.1."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from shotwright.api.origin import own_hosts
from shotwright.api.submission import webhook
from shotwright.core.catalog import Endpoint, find_endpoint
from shotwright.core.errors import BadRequest, NotFound
from shotwright.jobs.store import NewRequest

if TYPE_CHECKING:
    from starlette.requests import Request

    from shotwright.api.context import Context

PRIORITIES = {"normal": 0, "low": -10}
LIFECYCLE = ("x-fal-object-lifecycle-preference", "x-fal-object-lifecycle")
ACCESS = frozenset({"allow", "forbid", "hide"})
MIN_TIMEOUT_S = 0.1
EXPIRES_MAX_S = 10**10
TRUE = frozenset({"1", "true", "yes"})


def new_request(request: Request, context: Context, endpoint_id: str, arguments: Any) -> NewRequest:  # noqa: ANN401
    """A request from its call.

    Raises:
        NotFound: There is no such endpoint.
        BadRequest: A header cannot be understood.
    """
    endpoint = fal_endpoint(endpoint_id)
    headers, options = request.headers, base_options(request, context)
    if headers.get("x-fal-store-io") == "0":
        options["store_io"] = "0"
    if headers.get("x-fal-no-retry", "").lower() in TRUE:
        options["no_retry"] = True
    hook = request.query_params.get("fal_webhook")
    return NewRequest(
        endpoint.id, arguments, engine_of(request, context), PRIORITIES.get(headers.get("x-fal-queue-priority", "normal").lower(), 0),
        _start_timeout(request), options, webhook=webhook(request, context, hook) if hook else None,
    )  # fmt: skip


def base_options(request: Request, context: Context) -> dict[str, Any]:
    """What every wire takes from headers: our own addresses, the life of outputs, a seed."""
    options: dict[str, Any] = {"own_hosts": own_hosts(request, context.settings), **lifecycle(request)}
    if request.headers.get("x-shotwright-recipe") == "0" or not context.settings.recipes:
        options["no_recipe"] = True
    if "x-shotwright-seed" in request.headers:
        options["seed"] = checked_seed(request.headers["x-shotwright-seed"])
    return options


def engine_of(request: Request, context: Context) -> str:
    """The engine that a call names, or the operator's.

    Raises:
        BadRequest: This server does not have it.
    """
    engine = request.headers.get("x-shotwright-engine", context.settings.engine)
    return checked_engine(engine, context)


def checked_engine(engine: str, context: Context) -> str:
    """The engine of this name, when this server can render on it.

    Raises:
        BadRequest: There is none, or it is not set up.
    """
    known = context.engines.get(engine)
    if known is None:
        ready = ", ".join(name for name, item in context.engines.items() if item.is_ready)
        raise BadRequest(f'There is no engine "{engine}" here. This server has: {ready}.')
    if not known.is_ready:
        raise BadRequest(f'The engine "{engine}" cannot render here: {known.problem}')
    return engine


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


def upload_terms(request: Request, context: Context) -> dict[str, Any]:
    """`expires_s` and `access` of an upload: the client's wish, else the operator's."""
    days = context.settings.keep_uploads_days
    return ({"expires_s": days * 86400} if days else {}) | lifecycle(request)


def lifecycle(request: Request) -> dict[str, Any]:
    """`expires_s` and `access` of the files of a call."""
    text = next((request.headers[name] for name in LIFECYCLE if name in request.headers), None)
    if text is None:
        return {}
    try:
        wish = json.loads(text)
        expires = wish.get("expiration_duration_seconds")
        access = (wish.get("initial_acl") or {}).get("default", "allow")
    except (ValueError, AttributeError, TypeError, RecursionError) as exc:
        raise BadRequest(
            "X-Fal-Object-Lifecycle-Preference is not a JSON object with expiration_duration_seconds."
        ) from exc
    is_number = isinstance(expires, int | float) and not isinstance(expires, bool)
    if expires is not None and not (is_number and 0 < expires <= EXPIRES_MAX_S):
        raise BadRequest(f"expiration_duration_seconds must be a number of seconds up to {EXPIRES_MAX_S}.")
    if access not in tuple(ACCESS):
        raise BadRequest(f"initial_acl.default must be one of: {', '.join(sorted(ACCESS))}.")
    found: dict[str, Any] = {} if expires is None else {"expires_s": float(expires)}
    return found if access == "allow" else {**found, "access": access}


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


def checked_seed(text: str) -> int:
    """A seed as a client writes it.

    Raises:
        BadRequest: It is no whole number that fits.
    """
    if not (text.isascii() and text.isdigit() and len(text) < 20 and int(text) < 2**63):
        raise BadRequest(f'The seed must be a whole number from 0 to 2^63 - 1, not "{text[:40]}".')
    return int(text)
