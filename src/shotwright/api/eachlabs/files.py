"""Uploads by a signed address, and their end. Source: eachlabs-wire a.1."""

from __future__ import annotations

import asyncio
import time
import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from starlette.responses import Response

from shotwright.api.auth import caller
from shotwright.api.body import read_json
from shotwright.api.context import context_of
from shotwright.api.eachlabs import bodies
from shotwright.api.fal.uploads import signed_address
from shotwright.api.origin import origin
from shotwright.core.errors import BadRequest, NotFound
from shotwright.files.store import safe_name

if TYPE_CHECKING:
    from starlette.requests import Request

PUT_S = 15 * 60
MAX_MB = 100
EXPIRES_S = 180 * 86_400
EXPIRES_MIN_S, EXPIRES_MAX_S = 60, 31_536_000
KINDS = ("audio", "image", "other", "video")


async def presign(request: Request) -> Response:
    """POST /v1/upload/presign: an address to PUT a file to within 15 minutes."""
    context = context_of(request)
    who = await caller(request, "run")
    wish = await read_json(request, 1)
    kind = wish.get("content_type") if isinstance(wish, dict) else None
    if not isinstance(kind, str) or not kind.strip() or len(kind) > 200:
        raise BadRequest("content_type is required")
    if wish.get("file_type") not in (None, *KINDS):
        raise BadRequest(f"file_type must be one of: {', '.join(KINDS)}.")
    lasts = wish.get("expires_in_seconds", EXPIRES_S)
    if isinstance(lasts, bool) or not isinstance(lasts, int) or not EXPIRES_MIN_S <= lasts <= EXPIRES_MAX_S:
        raise BadRequest(f"expires_in_seconds must be a whole number from {EXPIRES_MIN_S} to {EXPIRES_MAX_S}.")
    file_id, name = uuid.uuid4().hex, safe_name(None, kind)
    base = origin(request, context.settings)
    terms = {"name": name, "type": kind, "max": MAX_MB, "expires_s": lasts, "owner": who.id}
    return bodies.answer(
        request,
        {
            "id": file_id, "presigned_url": signed_address(context, base, file_id, terms, PUT_S),
            "public_url": f"{base}/files/{file_id}/{name}",
            "expires_at": datetime.fromtimestamp(int(time.time()) + lasts, UTC).isoformat().replace("+00:00", "Z"),
            "required_headers": {"Content-Type": kind},
        },
    )  # fmt: skip


async def delete(request: Request) -> Response:
    """DELETE /v1/files/{id}: 204, also when it is gone already."""
    context = context_of(request)
    who = await caller(request, "run")
    try:
        file_id = uuid.UUID(request.path_params["file_id"]).hex
    except ValueError as exc:
        raise BadRequest("invalid file id") from exc
    record = await asyncio.to_thread(context.files.record, file_id)
    if record is not None and not who.sees_all and record.owner != who.id:
        raise NotFound("file not found")
    if record is not None:
        await asyncio.to_thread(context.files.delete, file_id)
    return Response(status_code=204, headers=bodies.request_id(request))
