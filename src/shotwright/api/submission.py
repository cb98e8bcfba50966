"""How a request enters, on every wire: price reserved, bounds and idempotency checked, webhook address understood."""

from __future__ import annotations

import urllib.parse
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from shotwright.api.origin import origin
from shotwright.core.catalog import find_endpoint
from shotwright.core.errors import BadRequest, ConfirmationNeeded
from shotwright.core.pricing import actual_usd, expected
from shotwright.jobs.admission import Admission, fingerprint

if TYPE_CHECKING:
    from starlette.requests import Request

    from shotwright.api.auth import Caller
    from shotwright.api.context import Context
    from shotwright.jobs.store import Created, NewRequest

KEY_HEADER = "idempotency-key"
KEY_MAX = 255
URL_MAX = 2048
CONFIRM_HEADER = "x-shotwright-confirm-usd"
REPLAYED = {"idempotent-replayed": "true"}


async def submit(request: Request, context: Context, who: Caller, new: NewRequest) -> Created:
    """Store a request for its caller.

    Raises:
        QuotaError: A bound of this key is reached; nothing was stored.
        IdempotencyMismatch: The Idempotency-Key came with another request before.
        BadRequest: The Idempotency-Key is empty or too long.
    """
    paid = expected(find_endpoint(new.endpoint_id), new.arguments)
    engine = context.engines[new.engine]
    if find_endpoint(new.endpoint_id).task not in engine.tasks:
        raise BadRequest(f'The engine "{new.engine}" cannot render {new.endpoint_id}.')
    cost = actual_usd(engine.price, paid)
    settings, is_eachlabs = context.settings, new.wire == "eachlabs"
    _check_confirmed(request, settings.confirm_above_usd, cost)
    admission = Admission(
        who.id, new.wire,
        creates_per_minute=settings.eachlabs_creates_per_minute if is_eachlabs else 0,
        in_flight=settings.eachlabs_in_flight if is_eachlabs else 0,
        daily_budget_usd=who.daily_budget_usd,
        engine=new.engine, engine_budget_usd=engine.daily_budget_usd,
        idempotency_key=_idempotency_key(request),
        fingerprint=fingerprint(new.endpoint_id, new.engine, new.arguments, (new.webhook or {}).get("url")),
    )  # fmt: skip
    return await context.store.create(replace(new, owner=who.id, reserve_usd=cost), admission)


def _check_confirmed(request: Request, above: Decimal | None, cost: Decimal) -> None:
    """An expensive request needs its price, or more, in a header.

    Raises:
        ConfirmationNeeded: It is missing, or less.
    """
    if above is None or cost <= above:
        return
    try:
        said = Decimal(request.headers.get(CONFIRM_HEADER, "0"))
    except ArithmeticError:
        said = Decimal(0)
    if not said >= cost:
        raise ConfirmationNeeded(
            f"This request costs up to ${cost:.3f}, more than ${above:.3f}. Repeat it with the header X-Shotwright-Confirm-Usd: {cost:.3f}."
        )


def webhook(request: Request, context: Context, url: str, secret: str | None = None) -> dict[str, Any]:
    """Where to report the end of a request.

    Raises:
        BadRequest: Not an http or https address.
    """
    text = url.strip()
    try:
        parts = urllib.parse.urlsplit(text)
        is_good = parts.scheme.lower() in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        is_good = False
    if not is_good or len(text) > URL_MAX or not text.isascii() or not text.isprintable() or " " in text:
        raise BadRequest("The webhook address must be an http or https URL.")
    return {"url": text, "secret": secret, "origin": origin(request, context.settings)}


def _idempotency_key(request: Request) -> str | None:
    key = request.headers.get(KEY_HEADER)
    if key is None:
        return None
    if not 0 < len(key.strip()) <= KEY_MAX:
        raise BadRequest(f"Idempotency-Key must have between 1 and {KEY_MAX} characters.")
    return key.strip()
