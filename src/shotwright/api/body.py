"""Reads a JSON body under a cap; anything that cannot be stored or understood is a typed 4xx."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NoReturn

from shotwright.core.errors import PayloadTooLarge, SchemaError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.requests import Request

MB = 1_048_576
DEPTH_MAX = 64
"""Requests nest four deep; what nests deeper than this is no request."""


async def read_body(request: Request, max_mb: int) -> bytes:
    """The whole body.

    Raises:
        PayloadTooLarge: More than `max_mb`.
    """
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > max_mb * MB:
        raise PayloadTooLarge(
            f"The request body is larger than {max_mb} MB. Upload large files instead of sending them inline."
        )
    data = bytearray()
    async for chunk in request.stream():
        data += chunk
        if len(data) > max_mb * MB:
            raise PayloadTooLarge(
                f"The request body is larger than {max_mb} MB. Upload large files instead of sending them inline."
            )
    return bytes(data)


async def read_json(request: Request, max_mb: int) -> Any:  # noqa: ANN401  (any JSON)
    """The decoded JSON body.

    Raises:
        PayloadTooLarge: More than `max_mb`.
        SchemaError: No JSON, or JSON with text that no database can keep (NUL, lone surrogates, NaN, endless nesting).
    """
    data = await read_body(request, max_mb)
    try:
        decoded = json.loads(data or b"{}", parse_constant=_refuse)
        _check_depth(decoded)
        text = json.dumps(decoded, ensure_ascii=False, allow_nan=False)
        text.encode()
    except (ValueError, RecursionError) as exc:
        raise _invalid(str(exc) or type(exc).__name__) from exc
    if "\\u0000" in text:
        raise _invalid("NUL characters are not allowed")
    return decoded


def _check_depth(value: Any, left: int = DEPTH_MAX) -> None:  # noqa: ANN401  (any JSON)
    if left == 0:
        raise ValueError(f"nested more than {DEPTH_MAX} deep")
    if isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            if isinstance(item, dict | list):
                _check_depth(item, left - 1)


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
