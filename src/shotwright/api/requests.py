"""Requests on every wire: how one is found, what its headers ask for, how it enters (price reserved, bounds and idempotency
checked, webhook address understood).
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import uuid
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from shotwright.api.auth import check_trusted, is_trusted
from shotwright.api.origin import own_hosts
from shotwright.api.prices import price_of
from shotwright.api.sites import Site, site_of
from shotwright.core.catalog import find_endpoint
from shotwright.core.errors import BadRequest, ConfirmationNeeded, FeatureNotSupported, NotFound
from shotwright.core.faults import AT_SUBMIT, parse_fault
from shotwright.core.pricing import actual_usd, expected
from shotwright.jobs.admission import Admission, fingerprint
from shotwright.jobs.messages import result_files
from shotwright.media.address import NOT_HTTP, BadAddress, parse_address

if TYPE_CHECKING:
    from starlette.requests import Request

    from shotwright.api.call import Call, Node
    from shotwright.jobs.rows import Created, NewRequest, StoredRequest

TRUE = frozenset({"1", "true", "yes"})
LIFECYCLE = ("x-fal-object-lifecycle-preference", "x-fal-object-lifecycle")
ACCESS = frozenset({"allow", "forbid", "hide"})
EXPIRES_MAX_S = 10**10
KEY_HEADER = "idempotency-key"
KEY_MAX = 255
URL_MAX = 2048
SEED_DIGITS = 19
AGREED = "agreed_s"
"""The option that holds how long a video may be for the price that was agreed to."""
FAULT_HEADER = "x-shotwright-fault"
EXPIRED_S = 0.001
CONFIRM_HEADER = "x-shotwright-confirm-usd"
REPLAYED = {"idempotent-replayed": "true"}


async def find(call: Call) -> StoredRequest:
    """The request that a path names; another key's requests do not exist.

    Raises:
        NotFound: It does not exist for this caller.
    """
    row: StoredRequest | None = None
    with contextlib.suppress(ValueError):
        row = await call.node.hub.row(uuid.UUID(call.path["request_id"]))
    if row is None or not call.who.may_see(row):
        raise NotFound("Request not found")
    return row


async def erase(call: Call, row: StoredRequest) -> list[str]:
    """Delete input, result and files of a request that has ended; the record of its cost stays. Returns the files' ids."""
    files = list(result_files(await call.node.hub.delete_payload(row.id)))
    for file_id in files:
        await asyncio.to_thread(call.node.files.delete, file_id)
    return files


async def submit(call: Call, new: NewRequest) -> Created:
    """Store a request for its caller.

    Raises:
        FeatureNotSupported: It wants the geometry of a control video, and the engine follows none.
        QuotaError: A bound of this key is reached; nothing was stored.
        IdempotencyMismatch: The Idempotency-Key came with another request before.
        Forbidden: It costs money, and on a server without keys somebody asks who has none.
        BadRequest: This server does not have the engine, or the Idempotency-Key is empty or too long.
    """
    endpoint = find_endpoint(new.endpoint_id)
    who, node = call.who, call.node
    new = _with_fault(call, new)
    engine = node.engines[checked_engine(new.engine, node)]
    if endpoint.task not in engine.tasks:
        raise BadRequest(f'The engine "{new.engine}" cannot render {new.endpoint_id}.')
    if is_steered(new.arguments) and not engine.follows_control:
        raise FeatureNotSupported(_no_control(new.engine, node))
    paid = expected(endpoint, new.arguments)
    options = {name: value for name, value in new.options.items() if name != AGREED}
    if actual_usd(engine.price, paid) > 0:
        check_trusted(call.request, who, node.settings, f'The engine "{new.engine}", which costs money,')
        paid = await price_of(call, endpoint, new.arguments)
        options |= {AGREED: paid.seconds} if endpoint.task == "edit" else {}
    cost = actual_usd(engine.price, paid)
    settings, is_eachlabs = node.settings, new.wire == "eachlabs"
    check_confirmed(call.request, settings.confirm_above_usd, cost)
    admission = Admission(
        who.id, new.wire,
        creates_per_minute=settings.eachlabs_creates_per_minute if is_eachlabs else 0,
        in_flight=settings.eachlabs_in_flight if is_eachlabs else 0,
        daily_budget_usd=who.daily_budget_usd,
        engine=new.engine, engine_budget_usd=engine.daily_budget_usd,
        idempotency_key=_idempotency_key(call.request),
        fingerprint=fingerprint(new.endpoint_id, new.engine, new.arguments, (new.webhook or {}).get("url")),
    )  # fmt: skip
    return await node.store.create(replace(new, owner=who.id, reserve_usd=cost, options=options), admission)


def is_steered(arguments: Any) -> bool:  # noqa: ANN401  (whatever was sent)
    """Whether a body wants the geometry of a control video."""
    return isinstance(arguments, dict) and bool(arguments.get("control_video_url"))


def _with_fault(call: Call, new: NewRequest) -> NewRequest:
    """A request that is to go wrong, where the server obeys such wishes and its client has one.

    Raises:
        ShotwrightError: It goes wrong at once.
    """
    text = call.headers.get(FAULT_HEADER)
    if not text or not call.node.settings.faults:
        return new
    fault = parse_fault(text)
    if not fault.strikes([new.endpoint_id, new.arguments]):
        return new
    error = fault.error()
    if error is not None and fault.kind in AT_SUBMIT:
        raise error
    options = {**new.options, "fault": fault.to_json()}
    options |= {"expires_s": EXPIRED_S} if fault.kind == "expired" else {}
    return replace(new, options=options, webhook=fault.webhook(new.webhook))


def _no_control(name: str, node: Node) -> str:
    able = [other for other, item in node.engines.items() if item.follows_control and item.is_ready]
    hint = f"Here {' and '.join(able)} can." if able else "No engine of this server can."
    return f'The engine "{name}" follows no control video. {hint} A playblast keeps blocking, timing and camera on every engine that edits.'


def check_confirmed(request: Request, above: Decimal | None, cost: Decimal) -> None:
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
    if not said.is_finite() or said < cost:
        raise ConfirmationNeeded(cost, above)


def webhook(call: Call, url: str, secret: str | None = None) -> dict[str, Any]:
    """Where to report the end of a request.

    Raises:
        BadRequest: Not an http or https address.
    """
    try:
        text = parse_address(url).url
    except BadAddress as exc:
        reason = "" if str(exc) == NOT_HTTP else f" {exc}"
        raise BadRequest(f"The webhook address must be an http or https URL.{reason}") from exc
    if len(text) > URL_MAX:
        raise BadRequest(f"The webhook address must be an http or https URL of at most {URL_MAX} characters.")
    trusted = (
        call.caller is not None and call.caller.is_open and is_trusted(call.request, call.caller, call.node.settings)
    )
    return {"url": text, "secret": secret, "origin": call.base, "may_be_private": trusted}


def _idempotency_key(request: Request) -> str | None:
    key = request.headers.get(KEY_HEADER)
    if key is None:
        return None
    if not 0 < len(key.strip()) <= KEY_MAX:
        raise BadRequest(f"Idempotency-Key must have between 1 and {KEY_MAX} characters.")
    return key.strip()


def base_options(call: Call) -> dict[str, Any]:
    """What every wire takes from headers: our own addresses, the life of outputs, a seed."""
    is_foreign = call.who.is_open and site_of(call.request, call.node.settings) is Site.FOREIGN
    options: dict[str, Any] = {"own_hosts": own_hosts(call.request, call.node.settings), **lifecycle(call.request)}
    if call.headers.get("x-shotwright-recipe") == "0" or not call.node.settings.recipes:
        options["no_recipe"] = True
    if is_foreign:  # a page of another site reads no inner pictures through us
        options["public_media"] = True
    if "x-shotwright-seed" in call.headers:
        options["seed"] = checked_seed(call.headers["x-shotwright-seed"])
    return options


def engine_of(call: Call) -> str:
    """The engine that a call names, or the operator's.

    Raises:
        BadRequest: This server does not have it.
    """
    engine = call.headers.get("x-shotwright-engine", call.node.settings.engine)
    return checked_engine(engine, call.node)


def checked_engine(engine: str, node: Node) -> str:
    """The engine of this name, when this server can render on it.

    Raises:
        BadRequest: There is none, or it is not set up.
    """
    known = node.engines.get(engine)
    if known is None:
        raise BadRequest(f'There is no engine "{engine}" here. This server has: {ready_engines(node)}.')
    if not known.is_ready:
        raise BadRequest(f'The engine "{engine}" cannot render here: {known.problem}')
    return engine


def ready_engines(node: Node) -> str:
    """The names of the engines that can render here, for a sentence."""
    return ", ".join(name for name, item in node.engines.items() if item.is_ready)


def upload_terms(call: Call) -> dict[str, Any]:
    """`expires_s` and `access` of an upload: the client's choice, else the operator's."""
    days = call.node.settings.keep_uploads_days
    return ({"expires_s": days * 86400} if days else {}) | lifecycle(call.request)


def lifecycle(request: Request) -> dict[str, Any]:
    """`expires_s` and `access` of the files of a call."""
    text = next((request.headers[name] for name in LIFECYCLE if name in request.headers), None)
    if text is None:
        return {}
    try:
        chosen = json.loads(text)
        expires = chosen.get("expiration_duration_seconds")
        access = (chosen.get("initial_acl") or {}).get("default", "allow")
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


def checked_seed(text: str) -> int:
    """A seed as a client writes it.

    Raises:
        BadRequest: It is no whole number that fits.
    """
    if not (text.isascii() and text.isdigit() and len(text) <= SEED_DIGITS and int(text) < 2**63):
        raise BadRequest(f'The seed must be a whole number from 0 to 2^63 - 1, not "{text[:40]}".')
    return int(text)
