"""Uploads of both official clients: CDN token and direct upload, initiate and PUT, multipart of both kinds.
Source: fal-wire section 3.
"""

from __future__ import annotations

import time
import uuid
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from shotwright.api.answers import json_response
from shotwright.api.auth import authenticate, is_signed, sign
from shotwright.api.body import chunks_of
from shotwright.api.call import Call, handler, public
from shotwright.api.requests import upload_terms
from shotwright.api.uploads import complete, max_bytes, receive_part, signed_address
from shotwright.core.errors import BadRequest, NotFound
from shotwright.files.store import safe_name

if TYPE_CHECKING:
    from shotwright.api.auth import Caller
    from shotwright.jobs.uploads import Upload

TOKEN_S = 24 * 3600
UPLOAD_S = 24 * 3600


@handler("run", is_wire=True)
async def token(call: Call) -> Response:
    """POST /rest/storage/auth/token: a token for the CDN, which dies with its key."""
    text = f"{int(time.time()) + TOKEN_S}.{call.who.id}"
    value = f"{text}.{sign(call.node.secret, f'cdn:{text}')}"
    expires = (datetime.now(UTC) + timedelta(seconds=TOKEN_S)).isoformat(timespec="seconds")
    return json_response({"token": value, "token_type": "Bearer", "base_url": _cdn(call), "expires_at": expires})


@public
async def upload(call: Call) -> Response:
    """POST /cdn/files/upload: the raw bytes of one file."""
    who = await _uploader(call)
    record = await call.node.files.receive(
        chunks_of(call.request), call.headers.get("x-fal-file-name"), call.headers.get("content-type"),
        max_bytes=max_bytes(call.node), owner=who.id, **upload_terms(call),
    )  # fmt: skip
    return json_response({"access_url": call.base + record.path})


@public
async def multipart_start(call: Call) -> Response:
    """POST /cdn/files/upload/multipart: an address for parts."""
    who, kind = await _uploader(call), call.headers.get("content-type")
    name = safe_name(call.headers.get("x-fal-file-name"), kind)
    made = await call.node.uploads.start(who.id, name, kind, upload_terms(call))
    return json_response({"access_url": f"{call.base}/files/{made.file_id}/{name}", "uploadId": made.id.hex})


@public
async def multipart_part(call: Call) -> Response:
    """PUT /files/{id}/{name}/multipart/{upload}/{n}."""
    part = await receive_part(call, await _own_upload(call))
    return Response(status_code=200, headers={"etag": part.etag})


@public
async def multipart_complete(call: Call) -> Response:
    """POST /files/{id}/{name}/multipart/{upload}/complete."""
    record = await complete(call, await _own_upload(call))
    return json_response({"access_url": call.base + record.path})


@handler("run", is_wire=True)
async def initiate(call: Call) -> Response:
    """POST /rest/storage/upload/initiate: a signed address to PUT a file to."""
    name, kind = await _named(call)
    return _address(call, uuid.uuid4().hex, name, {"type": kind, **upload_terms(call)})


@handler("run", is_wire=True)
async def initiate_multipart(call: Call) -> Response:
    """POST /rest/storage/upload/initiate-multipart: a signed address to PUT the parts of a file below."""
    name, kind = await _named(call)
    made = await call.node.uploads.start(call.who.id, name, kind, upload_terms(call))
    return _address(call, made.file_id, name, {"upload": made.id.hex})


@public
async def realtime_token(call: Call) -> Response:
    """POST /rest/tokens/: fal's browser client asks for one in connectionMode "client"."""
    raise BadRequest(
        f'{call.request.url.path}: this server issues no short-lived tokens. Stream with connectionMode "server": '
        'fal.stream(id, { input, connectionMode: "server" }).'
    )


async def _named(call: Call) -> tuple[str, str]:
    """Name and type of the file that a body announces."""
    body = await call.small_body()
    if not isinstance(body, dict):
        raise BadRequest("Send a JSON object with file_name and content_type.")
    kind = str(body.get("content_type") or "application/octet-stream")
    return safe_name(str(body.get("file_name") or ""), kind), kind


def _address(call: Call, file_id: str, name: str, terms: dict[str, Any]) -> Response:
    address = signed_address(call.node, call.base, file_id, {"name": name, "owner": call.who.id, **terms}, UPLOAD_S)
    return json_response({"upload_url": address, "file_url": f"{call.base}/files/{file_id}/{name}"})


async def _own_upload(call: Call) -> Upload:
    """The caller's upload that the path names.

    Raises:
        NotFound: It is not theirs, or there is none.
    """
    who = await _uploader(call)
    found = await call.node.uploads.find(call.path["upload_id"], call.path["file_id"])
    if found.owner != who.id and not who.sees_all:
        raise NotFound("There is no such upload.")
    return found


async def _uploader(call: Call) -> Caller:
    """Who a CDN token of ours was made for, or whose key comes with the call.

    Raises:
        Unauthorized: Neither is there, or the token's key was revoked.
    """
    _, _, value = call.headers.get("authorization", "").partition(" ")
    text, _, signature = value.rpartition(".")
    if text and is_signed(call.node.secret, f"cdn:{text}", signature):
        until, _, owner = text.partition(".")
        who = await call.node.authenticator.named(owner) if int(until) > time.time() else None
        if who is not None:
            return who
    return await authenticate(call.request, call.node.authenticator, "run", is_wire=True)


def _cdn(call: Call) -> str:
    return call.base + ("" if call.request.scope.get("shotwright.by_host") else "/cdn")
