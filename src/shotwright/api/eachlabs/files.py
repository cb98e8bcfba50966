"""Uploads by a signed address, and their end. Source: eachlabs-wire a.1."""

from __future__ import annotations

import asyncio
import time
import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from starlette.responses import Response

from shotwright.api.call import Call, handler
from shotwright.api.eachlabs import bodies
from shotwright.api.uploads import signed_address
from shotwright.core.errors import BadRequest, NotFound
from shotwright.files.store import safe_name

if TYPE_CHECKING:
    pass

PUT_S = 15 * 60
MAX_MB = 100
EXPIRES_S = 180 * 86_400
EXPIRES_MIN_S, EXPIRES_MAX_S = 60, 31_536_000
KINDS = ("audio", "image", "other", "video")


@handler("run", is_wire=True)
async def presign(call: Call) -> Response:
    """POST /v1/upload/presign: an address to PUT a file to within 15 minutes."""
    body = await call.small_body()
    kind = body.get("content_type") if isinstance(body, dict) else None
    if not isinstance(kind, str) or not kind.strip() or len(kind) > 200:
        raise BadRequest("content_type is required")
    if body.get("file_type") not in (None, *KINDS):
        raise BadRequest(f"file_type must be one of: {', '.join(KINDS)}.")
    lasts = body.get("expires_in_seconds", EXPIRES_S)
    if isinstance(lasts, bool) or not isinstance(lasts, int) or not EXPIRES_MIN_S <= lasts <= EXPIRES_MAX_S:
        raise BadRequest(f"expires_in_seconds must be a whole number from {EXPIRES_MIN_S} to {EXPIRES_MAX_S}.")
    file_id, name = uuid.uuid4().hex, safe_name(None, kind)
    base = call.base
    terms = {"name": name, "type": kind, "max": MAX_MB, "expires_s": lasts, "owner": call.who.id}
    return bodies.answer(
        call.request,
        {
            "id": file_id, "presigned_url": signed_address(call.node, base, file_id, terms, PUT_S),
            "public_url": f"{base}/files/{file_id}/{name}",
            "expires_at": datetime.fromtimestamp(int(time.time()) + lasts, UTC).isoformat().replace("+00:00", "Z"),
            "required_headers": {"Content-Type": kind},
        },
    )  # fmt: skip


@handler("run")
async def delete(call: Call) -> Response:
    """DELETE /v1/files/{id}: 204, also when it is gone already."""
    try:
        file_id = uuid.UUID(call.path["file_id"]).hex
    except ValueError as exc:
        raise BadRequest("invalid file id") from exc
    record = await asyncio.to_thread(call.node.files.record, file_id)
    if record is not None and not call.who.sees_all and record.owner != call.who.id:
        raise NotFound("file not found")
    if record is not None:
        await asyncio.to_thread(call.node.files.delete, file_id)
    return Response(status_code=204, headers=bodies.request_id(call.request))
