"""Reads a JSON body under a cap; anything that cannot be stored or understood is a typed 4xx.

The event loop is not held up: what a body may be made of is counted before it is decoded, and a large one is decoded on a thread.
"""

from __future__ import annotations

import asyncio
import json
import math
import re
import zlib
from typing import TYPE_CHECKING, Any, NoReturn

from shotwright.api.query import digits
from shotwright.core.errors import PayloadTooLarge, SchemaError, UnsupportedEncoding
from shotwright.core.limits import MB

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.requests import Request

DEPTH_MAX = 64
"""Requests nest four deep; what nests deeper than this is no request."""
PARTS_MAX = 20_000
"""Objects, lists, members and items of a body: requests have some dozens, and their media are texts."""
ON_LOOP_MAX = 65_536
_SUSPECT = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")
"""Escapes of what no database keeps: NUL, halves of surrogate pairs."""


async def read_body(request: Request, max_bytes: int) -> bytes:
    """The whole body.

    Raises:
        PayloadTooLarge: More than `max_bytes`, unpacked.
        UnsupportedEncoding: It is packed in a way that we do not know.
    """
    shown = f"{max_bytes // MB} MB" if max_bytes >= MB else f"{max_bytes // 1024} KB"
    error = f"The request body is larger than {shown}. Upload large files instead of sending them inline."
    declared = digits(request.headers.get("content-length", ""))
    if declared is not None and declared > max_bytes:
        raise PayloadTooLarge(error)
    coding = request.headers.get("content-encoding", "identity").strip().lower()
    if coding not in {"identity", "gzip", "deflate", ""}:
        raise UnsupportedEncoding(f"Bodies come as they are, or as gzip or deflate, not as {coding[:40]}.")
    data, unpack = bytearray(), zlib.decompressobj(zlib.MAX_WBITS | 32) if coding in {"gzip", "deflate"} else None
    async for chunk in request.stream():
        data += chunk if unpack is None else _unpacked(unpack, chunk, max_bytes + 1 - len(data))
        if len(data) > max_bytes:
            raise PayloadTooLarge(error)
    return bytes(data)


def _unpacked(unpack: Any, chunk: bytes, most: int) -> bytes:  # noqa: ANN401  (zlib's object)
    try:
        return bytes(unpack.decompress(unpack.unconsumed_tail + chunk, most))
    except zlib.error as exc:
        raise _invalid("the body says that it is compressed, and cannot be unpacked") from exc


async def read_json(request: Request, max_bytes: int) -> Any:  # noqa: ANN401  (any JSON)
    """The decoded JSON body.

    Raises:
        PayloadTooLarge: More than `max_bytes`.
        SchemaError: No JSON, or JSON with text that no database can keep (NUL, lone surrogates, NaN, endless nesting).
    """
    data = await read_body(request, max_bytes)
    return decode(data) if len(data) <= ON_LOOP_MAX else await asyncio.to_thread(decode, data)


def decode(data: bytes) -> Any:  # noqa: ANN401  (any JSON)
    """A body's JSON; raises SchemaError as `read_json` does."""
    if sum(map(data.count, (b",", b"[", b"{"))) > PARTS_MAX:
        raise _invalid(f"more than {PARTS_MAX} values")
    try:
        decoded = json.loads(data.decode() or "{}", parse_constant=_refuse, parse_int=_whole, parse_float=_finite)
        _check_depth(decoded)
        if _SUSPECT.search(data):
            _check_text(decoded)
    except (ValueError, RecursionError) as exc:
        raise _invalid(str(exc) or type(exc).__name__) from exc
    return decoded


def _check_depth(value: Any, left: int = DEPTH_MAX) -> None:  # noqa: ANN401  (any JSON)
    if left == 0:
        raise ValueError(f"nested more than {DEPTH_MAX} deep")
    if isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            if isinstance(item, dict | list):
                _check_depth(item, left - 1)


def _check_text(decoded: Any) -> None:  # noqa: ANN401  (any JSON)
    """Refuse NUL and lone surrogates, which arrive as escapes only."""
    text = json.dumps(decoded, ensure_ascii=False)
    text.encode()
    if "\\u0000" in text.replace("\\\\", ""):
        raise ValueError("NUL characters are not allowed")


def _whole(text: str) -> int:
    if len(text) > 300:
        raise ValueError("a number has too many digits")
    return int(text)


def _finite(text: str) -> float:
    value = float(text)
    if math.isinf(value):
        raise ValueError("a number is beyond all bounds")
    return value


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON value")


def _invalid(reason: str) -> SchemaError:
    item = {
        "loc": ["body"],
        "msg": "JSON decode error",
        "type": "json_invalid",
        "input": {},
        "ctx": {"error": reason[:200]},
    }
    return SchemaError([item])


async def chunks_of(request: Request) -> AsyncIterator[bytes]:
    """The body as it arrives."""
    async for chunk in request.stream():
        yield chunk
