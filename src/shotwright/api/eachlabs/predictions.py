"""Predictions: create, run, get, cancel. Source: eachlabs-wire a.2, a.3, a.5."""

from __future__ import annotations

import re
import socket
from typing import TYPE_CHECKING, Any

from shotwright.api.answers import error_of
from shotwright.api.call import Call, handler
from shotwright.api.eachlabs import bodies
from shotwright.api.origin import own_hosts
from shotwright.api.requests import REPLAYED, base_options, engine_of, find, webhook
from shotwright.api.requests import submit as store_request
from shotwright.core.catalog import SLUGS
from shotwright.core.errors import BadRequest, NotFound, SchemaError
from shotwright.core.request import ShotRequest, parse_request
from shotwright.files.store import FILE_PATH
from shotwright.jobs.rows import NewRequest
from shotwright.jobs.states import State
from shotwright.media.address import BadAddress, parse_address
from shotwright.media.guard import is_public_address

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.responses import Response

    from shotwright.core.errors import Loc
    from shotwright.jobs.rows import Created, StoredRequest

JSON = dict[str, Any]
FALLBACK = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
FALLBACK_MAX = 50
SECRET_MAX = 512
LOCAL_NAMES = (".localhost", ".localdomain", ".local", ".internal", ".home.arpa")
RUN_WORDS = {State.SUCCEEDED: "success", State.FAILED: "failed", State.CANCELLED: "cancelled"}


@handler("run", is_wire=True)
async def create(call: Call) -> Response:
    """POST /v1/prediction."""
    made = await _create(call)
    return bodies.answer(call.request, bodies.created(made.row), 200, REPLAYED if made.is_replay else {})


@handler("run", is_wire=True)
async def run(call: Call) -> Response:
    """POST /v1/prediction/run: create, wait, answer with the output."""
    made = await _create(call)
    row = await call.node.hub.until_terminal(made.row.id)
    word = RUN_WORDS[State(row.state)]
    error = (error_of(row) or {}).get("message")
    body = {
        "status": word, "message": f"Prediction {'completed successfully' if word == 'success' else word}",
        "predictionID": str(row.id), "output": bodies.output(row, call.base), "error": error,
    }  # fmt: skip
    return bodies.answer(call.request, body, 200, REPLAYED if made.is_replay else {})


@handler("read", is_wire=True)
async def get(call: Call) -> Response:
    """GET /v1/prediction/{id}."""
    row = await _find(call)
    settings = call.node.settings
    return bodies.answer(call.request, bodies.prediction(row, call.base, settings.eachlabs_status_words))


@handler("run", is_wire=True)
async def cancel(call: Call) -> Response:
    """POST /v1/prediction/{id}/cancel."""
    row = await _find(call)
    after = None if row.is_terminal else await call.node.hub.cancel(row.id)
    if after is None or (after.is_terminal and after.state != State.CANCELLED):
        raise BadRequest("Prediction has already finished and cannot be canceled")
    body = {"status": "success", "message": "Prediction canceled successfully", "predictionID": str(row.id)}
    return bodies.answer(call.request, body)


async def _find(call: Call) -> StoredRequest:
    try:
        return await find(call)
    except NotFound as exc:
        raise NotFound("Prediction not found") from exc


async def _create(call: Call) -> Created:
    """Store the prediction that a body asks for.

    Raises:
        BadRequest: A field of the frame is missing or wrong.
        NotFound: There is no such model.
        ModelError: The input does not fit the model's schema.
    """
    body = await call.body()
    if not isinstance(body, dict):
        raise BadRequest("The body must be a JSON object with model and input.")
    slug = body.get("model")
    if not isinstance(slug, str) or not slug.strip():
        raise BadRequest("model field is required")
    if slug.strip() not in SLUGS:
        raise NotFound(f'Model "{slug[:100]}" not found. This server has: {", ".join(SLUGS)}.')
    arguments = body.get("input")
    if not isinstance(arguments, dict):
        raise BadRequest("input must be a JSON object, sent as real JSON and not as text.")
    _check_fallback(body.get("fallback_selector"))
    shot = parse_request(slug.strip(), arguments)
    _check_media(shot, call)
    new = NewRequest(
        shot.endpoint_id, arguments, engine_of(call), options=base_options(call), wire="eachlabs",
        webhook=_webhook(body, call),
    )  # fmt: skip
    return await store_request(call, new)


def _check_fallback(selector: object) -> None:
    if selector is None:
        return
    if not isinstance(selector, str) or len(selector) > FALLBACK_MAX or not FALLBACK.fullmatch(selector):
        raise BadRequest("fallback_selector must be 1 to 50 characters: a-z, 0-9 and single hyphens.")


def _webhook(body: JSON, call: Call) -> JSON | None:
    """Where to report the end; "" and null mean nowhere."""
    url, secret = body.get("webhook_url"), body.get("webhook_secret")
    if url is None or url == "":
        return None
    if not isinstance(url, str):
        raise BadRequest("webhook_url must be a string.")
    if secret is not None and (not isinstance(secret, str) or len(secret) > SECRET_MAX):
        raise BadRequest(f"webhook_secret must be a string of at most {SECRET_MAX} characters.")
    if secret and not (secret.isascii() and secret.isprintable()):
        raise BadRequest("webhook_secret travels in a header: printable ASCII characters only.")
    return webhook(call, url, secret or None)


def _check_media(shot: ShotRequest, call: Call) -> None:
    """Media come from public https addresses, or from this server.

    Raises:
        SchemaError: With an item for every address that does not.
    """
    settings = call.node.settings
    own = frozenset(own_hosts(call.request, settings)) if settings.eachlabs_own_files else frozenset()
    reasons = [
        (loc, url, reason)
        for loc, url in _addresses(shot)
        if (reason := refusal(url, own, allow_private=settings.allow_private_media)) is not None
    ]
    if reasons:
        raise SchemaError(
            [{"loc": list(loc), "msg": text, "type": "value_error", "input": url[:200]} for loc, url, text in reasons]
        )


def _addresses(shot: ShotRequest) -> Iterator[tuple[Loc, str]]:
    for name in ("video_url", "start_image_url", "end_image_url"):
        url = getattr(shot, name)
        if url:
            yield ("body", name), url
    for i, url in enumerate(shot.image_urls):
        yield ("body", "image_urls", i), url
    for i, element in enumerate(shot.elements):
        yield ("body", "elements", i, "frontal_image_url"), element.frontal_image_url
        for k, url in enumerate(element.reference_image_urls):
            yield ("body", "elements", i, "reference_image_urls", k), url


def refusal(url: str, own: frozenset[str], *, allow_private: bool) -> str | None:
    """Why an address is not taken on this wire; None when it is. Names are resolved later, when the file is fetched."""
    if url[:5].lower() == "data:":
        return "Data URIs are not accepted. Upload the file and pass its https address."
    try:
        address = parse_address(url)
    except BadAddress as exc:
        return str(exc)
    host = address.host.rstrip(".")
    if address.netloc in own and FILE_PATH.search(address.path):
        return None
    if allow_private:
        return None
    if _is_local(host):
        return "Localhost and private addresses are not accepted. Upload the file and pass its https address."
    return None if address.scheme == "https" else "Only https addresses are accepted."


def _is_local(host: str) -> bool:
    """Whether a host is this machine or its network; numbers in all the spellings that resolvers take (127.1, 0x7f000001)."""
    if host == "localhost" or host.endswith(LOCAL_NAMES):
        return True
    try:
        return not is_public_address(host)
    except ValueError:
        pass
    try:
        return not is_public_address(socket.inet_ntoa(socket.inet_aton(host)))
    except OSError:
        return False
