"""Sends a kept file: whole, in ranges, HEAD, with validators. Source: RFC 9110, sections 13 and 14."""

from __future__ import annotations

import asyncio
from email.utils import formatdate
from typing import TYPE_CHECKING

from starlette.responses import Response, StreamingResponse

from shotwright.api.query import digits
from shotwright.core.errors import RangeNotSatisfiable

if TYPE_CHECKING:
    from starlette.requests import Request

    from shotwright.api.call import Call
    from shotwright.files.store import FileRecord


async def send_file(call: Call, file_id: str) -> Response:
    """The answer to a call that asks for a file.

    Raises:
        NotFound: There is none of this id.
        RangeNotSatisfiable: The range lies outside the file.
    """
    record = await asyncio.to_thread(call.node.files.find, file_id)
    headers = _headers(record)
    if _is_known(call.request, record):
        return Response(status_code=304, headers=headers)
    start, end, status = 0, record.size_bytes, 200
    wanted = call.headers.get("range")
    if wanted and call.headers.get("if-range", record.etag) in {record.etag, headers["last-modified"]}:
        found = parse_range(wanted, record.size_bytes)
        if found is not None:
            (start, end), status = found, 206
            headers["content-range"] = f"bytes {start}-{end - 1}/{record.size_bytes}"
    headers["content-length"] = str(end - start)
    if call.request.method == "HEAD" or end == start:
        return Response(status_code=status, headers=headers, media_type=record.content_type)
    return StreamingResponse(call.node.files.read(record, start, end), status, headers, record.content_type)


def parse_range(header: str, size: int) -> tuple[int, int] | None:
    """First and last-plus-one byte of a single range; None when the header asks for something else and is ignored.

    Raises:
        RangeNotSatisfiable: The range lies outside the file.
    """
    unit, _, spec = header.partition("=")
    first, dash, last = spec.strip().partition("-")
    if unit.strip().lower() != "bytes" or "," in spec or not dash:
        return None
    start, stop = digits(first.strip()), digits(last.strip())
    if (start is None and first.strip()) or (stop is None and last.strip()):
        return None
    if start is None:
        if not stop or size == 0:
            raise RangeNotSatisfiable(ctx={"size": size})
        return max(0, size - stop), size
    if stop is not None and stop < start:
        return None
    end = size if stop is None else min(size, stop + 1)
    if start >= size:
        raise RangeNotSatisfiable(ctx={"size": size})
    return start, end


def _headers(record: FileRecord) -> dict[str, str]:
    headers = {
        "etag": record.etag, "accept-ranges": "bytes", "last-modified": formatdate(record.created_at, usegmt=True),
        "cache-control": "public, max-age=31536000, immutable" if record.expires_at is None else "no-cache",
        "content-security-policy": "default-src 'none'; sandbox",
    }  # fmt: skip
    if record.content_type == "application/octet-stream":
        headers["content-disposition"] = f'attachment; filename="{record.name}"'
    return headers


def _is_known(request: Request, record: FileRecord) -> bool:
    given = request.headers.get("if-none-match")
    return given is not None and (
        given.strip() == "*" or record.etag in {tag.strip().removeprefix("W/") for tag in given.split(",")}
    )
