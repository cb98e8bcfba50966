"""Uploads that a client is handed an address for: whole by one PUT, or in parts. Source: fal-wire section 3, eachlabs-wire a.1.

An address is signed, lives for a while, and dies with the key that asked for it. What it makes is never written over.
"""

from __future__ import annotations

import asyncio
import secrets
import time
import urllib.parse
from collections import Counter
from typing import TYPE_CHECKING, Any

from starlette.responses import Response
from starlette.routing import Route

from shotwright.api.answers import json_response
from shotwright.api.auth import is_signed, sign
from shotwright.api.body import chunks_of
from shotwright.api.call import Call, Node, public
from shotwright.api.query import as_whole_number
from shotwright.core.errors import BadRequest, Unauthorized
from shotwright.core.limits import MB
from shotwright.files.store import PARTS
from shotwright.jobs.uploads import Part, Upload

if TYPE_CHECKING:
    from shotwright.files.store import FileRecord


def signed_address(node: Node, base: str, file_id: str, terms: dict[str, Any], valid_s: int) -> str:
    """An address that takes one file, as the terms say (with the `owner` who asked for it), for `valid_s` seconds."""
    query = urllib.parse.urlencode({**terms, "until": int(time.time()) + valid_s})
    return f"{base}/up/{file_id}?{query}&sig={sign(node.secret, f'{file_id}?{query}')}"


def max_bytes(node: Node) -> int:
    """The largest file that is taken."""
    return node.settings.upload_max_mb * MB


@public
async def put_whole(call: Call) -> Response:
    """PUT /up/{id}: the bytes of one file."""
    terms = await _signed_terms(call)
    if "upload" in terms:
        raise BadRequest("This address takes a file in parts: PUT them to /1, /2 and so on below it.")
    await call.node.files.receive(
        chunks_of(call.request),
        terms["name"],
        terms["type"],
        max_bytes=min(int(terms["max"]) * MB if "max" in terms else max_bytes(call.node), max_bytes(call.node)),
        file_id=call.path["file_id"],
        **_options(terms),
    )
    return json_response({})


@public
async def put_part(call: Call) -> Response:
    """PUT /up/{id}/{n}: one part of a file."""
    upload = await _signed_upload(call)
    part = await receive_part(call, upload)
    return json_response({"partNumber": part.number, "etag": part.etag}, 200, {"etag": part.etag})


@public
async def put_complete(call: Call) -> Response:
    """POST /up/{id}/complete: the parts become the file."""
    await complete(call, await _signed_upload(call))
    return json_response({})


async def receive_part(call: Call, upload: Upload) -> Part:
    """One part of an upload, under the number in the path.

    Raises:
        BadRequest: Its number is out of range, or the upload has ended.
        PayloadTooLarge: The parts would be larger than a file may be.
    """
    number = as_whole_number(call.path["number"], "The number of a part", 1, call.node.uploads.max_parts)
    room = await call.node.uploads.room(upload, number)
    key = f"{PARTS}/{upload.id.hex}/{number:05d}.{secrets.token_hex(4)}"
    files = call.node.files
    kept = await files.receive_object(chunks_of(call.request), key, max_bytes=room)
    part = Part(number=number, object_key=key, size_bytes=kept.size_bytes, etag=f'"{kept.sha256[:32]}"')
    try:
        replaced = await call.node.uploads.add(upload, part)
    except Exception:
        await files.drop([key])
        raise
    if replaced:
        await files.drop(replaced)
    return part


async def complete(call: Call, upload: Upload) -> FileRecord:
    """Make one file of the parts that the body lists; asked again, the same answer.

    Raises:
        BadRequest: The list is wrong: a part is listed twice, is missing, or has another content.
    """
    listed = _listed(await call.small_body())
    files, uploads = call.node.files, call.node.uploads
    if upload.finished_at is not None:
        return await _made(call, upload)
    if len(listed) > uploads.max_parts:
        raise BadRequest(f"An upload has at most {uploads.max_parts} parts.")
    parts = await uploads.parts(upload)
    _check_listed(listed, parts)
    try:
        record = await files.join(
            [part.object_key for part in parts], upload.name, upload.content_type,
            max_bytes=uploads.max_bytes, file_id=upload.file_id, owner=upload.owner, **upload.terms,
        )  # fmt: skip
    except FileNotFoundError:  # another complete was quicker, or a part was sent again meanwhile
        return await _made(call, await uploads.find(upload.id.hex, upload.file_id))
    await files.drop(await uploads.finish(upload))
    return record


async def _made(call: Call, upload: Upload) -> FileRecord:
    """The file of an upload that is complete.

    Raises:
        BadRequest: It is not.
    """
    record = await asyncio.to_thread(call.node.files.record, upload.file_id)
    if record is None:
        raise BadRequest("A part was sent again while the upload was completed. Complete it with the new ETag.")
    return record


def _listed(body: Any) -> list[tuple[int, str]]:  # noqa: ANN401  (any JSON)
    """Numbers and ETags of `{"parts": [{"partNumber", "etag"}]}`, in order."""
    try:
        pairs = [(part["partNumber"], part["etag"]) for part in body["parts"]]
    except (TypeError, KeyError) as exc:
        raise BadRequest('Send {"parts": [{"partNumber": 1, "etag": "..."}]}.') from exc
    if not all(type(number) is int and isinstance(etag, str) for number, etag in pairs):
        raise BadRequest("partNumber must be a whole number, and etag the text that came with the part.")
    return sorted(pairs)


def _check_listed(listed: list[tuple[int, str]], parts: list[Part]) -> None:
    """Every part once, in an unbroken row, with the content that arrived.

    Raises:
        BadRequest: Something is wrong with the list.
    """
    known = {part.number: part.etag for part in parts}
    numbers = [number for number, _ in listed]
    if not listed:
        raise BadRequest("An upload needs at least one part.")
    twice = next((number for number, count in Counter(numbers).items() if count > 1), None)
    if twice is not None:
        raise BadRequest(f"Part {twice} is listed twice.")
    for number, etag in listed:
        if known.get(number, "").strip('"') != etag.strip().removeprefix("W/").strip('"'):
            raise BadRequest(f"Part {number} has not been uploaded, or its ETag differs.")
    missing = min(set(known) - set(numbers) | (set(range(1, max(known) + 1)) - set(known)), default=None)
    if missing is not None:
        raise BadRequest(f"Part {missing} is missing.")


def _options(terms: dict[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {"expires_s": float(terms["expires_s"])} if "expires_s" in terms else {}
    return found | {name: terms[name] for name in ("access", "owner") if name in terms}


async def _signed_upload(call: Call) -> Upload:
    """The upload in parts that the address is for.

    Raises:
        NotFound: It is not one in parts, or it has expired.
    """
    terms = await _signed_terms(call)
    return await call.node.uploads.find(terms.get("upload", ""), call.path["file_id"])


async def _signed_terms(call: Call) -> dict[str, str]:
    """What the address allows; only addresses that we signed, until their time is over or their key was revoked."""
    query = call.request.scope["query_string"].decode("latin-1")
    body, _, signature = query.rpartition("&sig=")
    terms = dict(urllib.parse.parse_qsl(body))
    if (
        not is_signed(call.node.secret, f"{call.path['file_id']}?{body}", signature)
        or int(terms["until"]) < time.time()
        or await call.node.authenticator.named(terms.get("owner", "")) is None
    ):
        raise Unauthorized("This upload address is not valid, or no longer.")
    return terms


def routes() -> list[Route]:
    """The routes behind signed addresses."""
    return [
        Route("/up/{file_id}/complete", put_complete, methods=["POST"]),
        Route("/up/{file_id}/{number}", put_part, methods=["PUT"]),
        Route("/up/{file_id}", put_whole, methods=["PUT"]),
    ]
