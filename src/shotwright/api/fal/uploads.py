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
from shotwright.api.uploads import MAX_FILE, complete, receive_part, signed_address
from shotwright.core.errors import BadRequest
from shotwright.files.store import safe_name

if TYPE_CHECKING:
    pass

TOKEN_S = 24 * 3600
UPLOAD_S = 24 * 3600


@handler("run")
async def token(call: Call) -> Response:
    """POST /rest/storage/auth/token: a token for the CDN."""
    until = int(time.time()) + TOKEN_S
    value = f"{until}.{sign(call.node.secret, f'cdn:{until}')}"
    expires = (datetime.now(UTC) + timedelta(seconds=TOKEN_S)).isoformat(timespec="seconds")
    return json_response({"token": value, "token_type": "Bearer", "base_url": _cdn(call), "expires_at": expires})


@public
async def upload(call: Call) -> Response:
    """POST /cdn/files/upload: the raw bytes of one file."""
    await _check_token(call)
    record = await call.node.files.receive(
        chunks_of(call.request), call.headers.get("x-fal-file-name"), call.headers.get("content-type"),
        max_bytes=MAX_FILE, **upload_terms(call),
    )  # fmt: skip
    return json_response({"access_url": call.base + record.path})


@public
async def multipart_start(call: Call) -> Response:
    """POST /cdn/files/upload/multipart: an address for parts."""
    await _check_token(call)
    upload_id = uuid.uuid4().hex
    name = safe_name(call.headers.get("x-fal-file-name"), call.headers.get("content-type"))
    return json_response({"access_url": f"{call.base}/files/{upload_id}/{name}", "uploadId": upload_id})


@public
async def multipart_part(call: Call) -> Response:
    """PUT /files/{id}/{name}/multipart/{upload}/{n}."""
    await _check_token(call)
    etag = await receive_part(call, call.path["file_id"])
    return Response(status_code=200, headers={"etag": etag})


@public
async def multipart_complete(call: Call) -> Response:
    """POST /files/{id}/{name}/multipart/{upload}/complete."""
    await _check_token(call)
    path = call.path
    record = await complete(
        call,
        path["file_id"],
        path["name"],
        call.headers.get("content-type"),
        upload_terms(call),
    )
    return json_response({"access_url": call.base + record.path})


@handler("run")
async def initiate(call: Call) -> Response:
    """POST /rest/storage/upload/initiate and initiate-multipart: a signed address to PUT to."""
    body = await call.small_body()
    if not isinstance(body, dict):
        raise BadRequest("Send a JSON object with file_name and content_type.")
    kind = str(body.get("content_type") or "application/octet-stream")
    name = safe_name(str(body.get("file_name") or ""), kind)
    file_id, base = uuid.uuid4().hex, call.base
    terms: dict[str, Any] = {"name": name, "type": kind, **upload_terms(call)}
    return json_response(
        {
            "upload_url": signed_address(call.node, base, file_id, terms, UPLOAD_S),
            "file_url": f"{base}/files/{file_id}/{name}",
        }
    )


async def _check_token(call: Call) -> None:
    """A CDN token of ours, or a key; without keys anything will do."""
    if await call.node.authenticator.is_open():
        return
    _, _, value = call.headers.get("authorization", "").partition(" ")
    until, _, signature = value.partition(".")
    if until.isdigit() and int(until) > time.time() and is_signed(call.node.secret, f"cdn:{until}", signature):
        return
    await authenticate(call.request, call.node.authenticator, "run")


def _cdn(call: Call) -> str:
    return call.base + ("" if call.request.scope.get("shotwright.by_host") else "/cdn")
