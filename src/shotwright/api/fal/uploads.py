"""Uploads of both official clients: CDN token and direct upload, initiate and PUT, multipart of both kinds.

Parts may come in any order and any number of times; their ETags are checked when the file is completed.
Source: fal-wire section 3.
"""

from __future__ import annotations

import time
import urllib.parse
import uuid
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from shotwright.api.auth import caller, is_signed, sign
from shotwright.api.body import chunks_of, read_json
from shotwright.api.context import Context, context_of
from shotwright.api.fal.bodies import json_response
from shotwright.api.fal.options import upload_terms
from shotwright.api.origin import origin
from shotwright.core.errors import BadRequest, NotFound, Unauthorized
from shotwright.files.store import part_etag, safe_name

if TYPE_CHECKING:
    from starlette.requests import Request

MAX_FILE = 1024**3
MAX_PARTS = 1000
TOKEN_S = 24 * 3600
UPLOAD_S = 24 * 3600
PARTS = "parts"


async def token(request: Request) -> Response:
    """POST /rest/storage/auth/token: a token for the CDN."""
    context = context_of(request)
    await caller(request, "run")
    until = int(time.time()) + TOKEN_S
    value = f"{until}.{sign(context.secret, f'cdn:{until}')}"
    expires = (datetime.now(UTC) + timedelta(seconds=TOKEN_S)).isoformat(timespec="seconds")
    return json_response(
        {"token": value, "token_type": "Bearer", "base_url": _cdn(request, context), "expires_at": expires}
    )


async def upload(request: Request) -> Response:
    """POST /cdn/files/upload: the raw bytes of one file."""
    context = context_of(request)
    await _check_token(request, context)
    record = await context.files.receive(
        chunks_of(request), request.headers.get("x-fal-file-name"), request.headers.get("content-type"),
        max_bytes=MAX_FILE, **upload_terms(request, context),
    )  # fmt: skip
    return json_response({"access_url": origin(request, context.settings) + record.path})


async def multipart_start(request: Request) -> Response:
    """POST /cdn/files/upload/multipart: an address for parts."""
    context = context_of(request)
    await _check_token(request, context)
    upload_id = uuid.uuid4().hex
    name = safe_name(request.headers.get("x-fal-file-name"), request.headers.get("content-type"))
    return json_response(
        {"access_url": f"{origin(request, context.settings)}/files/{upload_id}/{name}", "uploadId": upload_id}
    )


async def multipart_part(request: Request) -> Response:
    """PUT /files/{id}/{name}/multipart/{upload}/{n}."""
    context = context_of(request)
    await _check_token(request, context)
    etag = await _receive_part(request, context, request.path_params["file_id"])
    return Response(status_code=200, headers={"etag": etag})


async def multipart_complete(request: Request) -> Response:
    """POST /files/{id}/{name}/multipart/{upload}/complete."""
    context = context_of(request)
    await _check_token(request, context)
    path = request.path_params
    record = await _complete(
        request,
        context,
        path["file_id"],
        path["name"],
        request.headers.get("content-type"),
        upload_terms(request, context),
    )
    return json_response({"access_url": origin(request, context.settings) + record.path})


async def initiate(request: Request) -> Response:
    """POST /rest/storage/upload/initiate and initiate-multipart: a signed address to PUT to."""
    context = context_of(request)
    await caller(request, "run")
    wish = await read_json(request, 1)
    if not isinstance(wish, dict):
        raise BadRequest("Send a JSON object with file_name and content_type.")
    kind = str(wish.get("content_type") or "application/octet-stream")
    name = safe_name(str(wish.get("file_name") or ""), kind)
    file_id, base = uuid.uuid4().hex, origin(request, context.settings)
    terms: dict[str, Any] = {"name": name, "type": kind, **upload_terms(request, context)}
    return json_response(
        {
            "upload_url": signed_address(context, base, file_id, terms, UPLOAD_S),
            "file_url": f"{base}/files/{file_id}/{name}",
        }
    )


def signed_address(context: Context, base: str, file_id: str, terms: dict[str, Any], valid_s: int) -> str:
    """An address that takes one file, as the terms say, for `valid_s` seconds."""
    query = urllib.parse.urlencode({**terms, "until": int(time.time()) + valid_s})
    return f"{base}/up/{file_id}?{query}&sig={sign(context.secret, f'{file_id}?{query}')}"


async def put_whole(request: Request) -> Response:
    """PUT /up/{id}: the bytes of one file."""
    context = context_of(request)
    terms = _signed_terms(request, context)
    await context.files.receive(
        chunks_of(request),
        terms["name"],
        terms["type"],
        max_bytes=int(terms["max"]) * 1_048_576 if "max" in terms else MAX_FILE,
        file_id=request.path_params["file_id"],
        **_wishes(terms),
    )
    return json_response({})


async def put_part(request: Request) -> Response:
    """PUT /up/{id}/{n}: one part of a file."""
    context = context_of(request)
    _signed_terms(request, context)
    etag = await _receive_part(request, context, request.path_params["file_id"])
    return json_response({"partNumber": request.path_params["number"], "etag": etag}, 200, {"etag": etag})


async def put_complete(request: Request) -> Response:
    """POST /up/{id}/complete: the parts become the file."""
    context = context_of(request)
    terms = _signed_terms(request, context)
    await _complete(request, context, request.path_params["file_id"], terms["name"], terms["type"], _wishes(terms))
    return json_response({})


async def _receive_part(request: Request, context: Context, file_id: str) -> str:
    number = request.path_params["number"]
    if not 1 <= number <= MAX_PARTS or not _is_id(file_id):
        raise BadRequest(f"Parts are numbered from 1 to {MAX_PARTS}.")
    key = f"{PARTS}/{file_id}/{number:05d}"
    return part_etag(key, await context.files.receive_part(chunks_of(request), key, max_bytes=MAX_FILE))


async def _complete(
    request: Request, context: Context, file_id: str, name: str, kind: str | None, wishes: dict[str, Any]
) -> Any:  # noqa: ANN401
    listed = await read_json(request, 1)
    try:
        numbers = sorted((int(part["partNumber"]), str(part["etag"])) for part in listed["parts"])
    except (TypeError, KeyError, ValueError) as exc:
        raise BadRequest('Send {"parts": [{"partNumber": 1, "etag": "..."}]}.') from exc
    if not _is_id(file_id):
        raise NotFound("There is no such upload.")
    present = await context.files.parts(f"{PARTS}/{file_id}/")
    keys = []
    for number, etag in numbers:
        key = f"{PARTS}/{file_id}/{number:05d}"
        if key not in present or etag.strip('"') != part_etag(key, present[key]).strip('"'):
            raise BadRequest(f"Part {number} has not been uploaded, or its ETag differs.")
        keys.append(key)
    if not keys:
        raise BadRequest("An upload needs at least one part.")
    return await context.files.join(keys, name, kind, max_bytes=MAX_FILE, file_id=file_id, **wishes)


def _wishes(terms: dict[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {"expires_s": float(terms["expires_s"])} if "expires_s" in terms else {}
    return found | {name: terms[name] for name in ("access", "owner") if name in terms}


def _signed_terms(request: Request, context: Context) -> dict[str, str]:
    """What the address allows; only addresses that we signed, and only for a day."""
    query = request.scope["query_string"].decode("latin-1")
    body, _, signature = query.rpartition("&sig=")
    terms = dict(urllib.parse.parse_qsl(body))
    if (
        not is_signed(context.secret, f"{request.path_params['file_id']}?{body}", signature)
        or int(terms["until"]) < time.time()
    ):
        raise Unauthorized("This upload address is not valid, or no longer.")
    return terms


async def _check_token(request: Request, context: Context) -> None:
    """A CDN token of ours, or a key; without keys anything will do."""
    if await context.gate.is_open():
        return
    _, _, value = request.headers.get("authorization", "").partition(" ")
    until, _, signature = value.partition(".")
    if until.isdigit() and int(until) > time.time() and is_signed(context.secret, f"cdn:{until}", signature):
        return
    await caller(request, "run")


def _cdn(request: Request, context: Context) -> str:
    return origin(request, context.settings) + ("" if request.scope.get("shotwright.by_host") else "/cdn")


def _is_id(text: str) -> bool:
    return len(text) == 32 and all(char in "0123456789abcdef" for char in text)
