"""Files on their way in, on every wire: addresses that we signed, single PUTs, and parts that become one file.

Parts may come in any order and any number of times; their ETags are checked when the file is completed.
"""

from __future__ import annotations

import time
import urllib.parse
from typing import TYPE_CHECKING, Any

from starlette.responses import Response
from starlette.routing import Route

from shotwright.api.answers import json_response
from shotwright.api.auth import is_signed, sign
from shotwright.api.body import chunks_of
from shotwright.api.call import Call, Node, public
from shotwright.core.errors import BadRequest, NotFound, Unauthorized
from shotwright.files.store import part_etag

if TYPE_CHECKING:
    from shotwright.files.store import FileRecord

MAX_FILE = 1024**3
MAX_PARTS = 1000
PARTS = "parts"


def signed_address(node: Node, base: str, file_id: str, terms: dict[str, Any], valid_s: int) -> str:
    """An address that takes one file, as the terms say, for `valid_s` seconds."""
    query = urllib.parse.urlencode({**terms, "until": int(time.time()) + valid_s})
    return f"{base}/up/{file_id}?{query}&sig={sign(node.secret, f'{file_id}?{query}')}"


@public
async def put_whole(call: Call) -> Response:
    """PUT /up/{id}: the bytes of one file."""
    terms = _signed_terms(call)
    await call.node.files.receive(
        chunks_of(call.request),
        terms["name"],
        terms["type"],
        max_bytes=int(terms["max"]) * 1_048_576 if "max" in terms else MAX_FILE,
        file_id=call.path["file_id"],
        **_options(terms),
    )
    return json_response({})


@public
async def put_part(call: Call) -> Response:
    """PUT /up/{id}/{n}: one part of a file."""
    _signed_terms(call)
    etag = await receive_part(call, call.path["file_id"])
    return json_response({"partNumber": call.path["number"], "etag": etag}, 200, {"etag": etag})


@public
async def put_complete(call: Call) -> Response:
    """POST /up/{id}/complete: the parts become the file."""
    terms = _signed_terms(call)
    await complete(call, call.path["file_id"], terms["name"], terms["type"], _options(terms))
    return json_response({})


async def receive_part(call: Call, file_id: str) -> str:
    """One part of a file; its ETag.

    Raises:
        BadRequest: Its number is out of range, or the file's id is none.
    """
    number = call.path["number"]
    if not 1 <= number <= MAX_PARTS or not _is_id(file_id):
        raise BadRequest(f"Parts are numbered from 1 to {MAX_PARTS}.")
    key = f"{PARTS}/{file_id}/{number:05d}"
    return part_etag(key, await call.node.files.receive_part(chunks_of(call.request), key, max_bytes=MAX_FILE))


async def complete(call: Call, file_id: str, name: str, kind: str | None, terms: dict[str, Any]) -> FileRecord:
    """Make one file of the parts that the body lists.

    Raises:
        BadRequest: The list is wrong, or a part is not there.
        NotFound: There is no such upload.
    """
    listed = await call.small_body()
    try:
        numbers = sorted((int(part["partNumber"]), str(part["etag"])) for part in listed["parts"])
    except (TypeError, KeyError, ValueError) as exc:
        raise BadRequest('Send {"parts": [{"partNumber": 1, "etag": "..."}]}.') from exc
    if not _is_id(file_id):
        raise NotFound("There is no such upload.")
    present = await call.node.files.parts(f"{PARTS}/{file_id}/")
    keys = []
    for number, etag in numbers:
        key = f"{PARTS}/{file_id}/{number:05d}"
        if key not in present or etag.strip('"') != part_etag(key, present[key]).strip('"'):
            raise BadRequest(f"Part {number} has not been uploaded, or its ETag differs.")
        keys.append(key)
    if not keys:
        raise BadRequest("An upload needs at least one part.")
    return await call.node.files.join(keys, name, kind, max_bytes=MAX_FILE, file_id=file_id, **terms)


def _options(terms: dict[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {"expires_s": float(terms["expires_s"])} if "expires_s" in terms else {}
    return found | {name: terms[name] for name in ("access", "owner") if name in terms}


def _signed_terms(call: Call) -> dict[str, str]:
    """What the address allows; only addresses that we signed, and only for a day."""
    query = call.request.scope["query_string"].decode("latin-1")
    body, _, signature = query.rpartition("&sig=")
    terms = dict(urllib.parse.parse_qsl(body))
    if (
        not is_signed(call.node.secret, f"{call.path['file_id']}?{body}", signature)
        or int(terms["until"]) < time.time()
    ):
        raise Unauthorized("This upload address is not valid, or no longer.")
    return terms


def _is_id(text: str) -> bool:
    return len(text) == 32 and all(char in "0123456789abcdef" for char in text)


def routes() -> list[Route]:
    """The routes behind signed addresses."""
    return [
        Route("/up/{file_id}/complete", put_complete, methods=["POST"]),
        Route("/up/{file_id}/{number:int}", put_part, methods=["PUT"]),
        Route("/up/{file_id}", put_whole, methods=["PUT"]),
    ]
