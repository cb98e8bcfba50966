"""Videos: create, edit, remix, retrieve, list, download, delete. Source: the resources of the `openai` package, version 3.57."""

from __future__ import annotations

import asyncio
import hashlib
import tempfile
import uuid
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from shotwright.api.answers import json_response
from shotwright.api.call import Call, handler
from shotwright.api.openai import bodies, form
from shotwright.api.query import whole_number
from shotwright.api.requests import REPLAYED, base_options, engine_of, erase, submit, upload_terms
from shotwright.api.serving import send_file
from shotwright.core.catalog import CANVAS, ENDPOINTS
from shotwright.core.errors import BadRequest, NotFound
from shotwright.core.limits import MB
from shotwright.core.request import EXTENSIONS, parse_request
from shotwright.engines.base import nearest_ratio
from shotwright.jobs.history import Search, search
from shotwright.jobs.rows import NewRequest
from shotwright.jobs.states import State
from shotwright.media.images import thumbnail
from shotwright.media.sheets import frames_of, sheet

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.datastructures import UploadFile

    from shotwright.core.catalog import Endpoint, Task, Tier
    from shotwright.files.store import FileStore
    from shotwright.jobs.rows import StoredRequest

JSON = dict[str, Any]
MODELS: dict[str, Tier] = {"sora-2": "standard", "sora-2-pro": "pro", "kling-o1-standard": "standard", "kling-o1": "pro", "kling-o1-pro": "pro"}  # fmt: skip
"""Names of models, by tier; a name with a date behind it is the same one."""
DEFAULT_MODEL, DEFAULT_SIZE, DEFAULT_SECONDS = "sora-2", "720x1280", "4"
PASSED = EXTENSIONS | {"image_urls", "elements"}
"""Fields that this wire does not have and the model does: they go through as they are."""
POLL = {"openai-poll-after-ms": "500"}
"""When the official client asks again."""
VARIANTS = ("video", "thumbnail", "spritesheet")
STILL_AT, STILL_PX, SHEET_PX = 0.1, 640, 1600
CHUNK = MB


@dataclass(frozen=True)
class _Wanted:
    """Which model, and how large its clips are."""

    model: str
    tier: Tier
    ratio: str

    @property
    def size(self) -> str:
        width, height = CANVAS[self.tier][self.ratio]
        return f"{width}x{height}"


@handler("run", is_wire=True)
async def create(call: Call) -> Response:
    """POST /v1/videos."""
    body = await form.read(call)
    wanted = _wanted(body)
    seconds = body.text("seconds", DEFAULT_SECONDS)
    arguments: JSON = {"prompt": body.text("prompt"), "duration": seconds, **_passed(body)}
    frame = await _reference(call, body)
    if frame is None:
        arguments |= {"aspect_ratio": wanted.ratio}
    else:
        arguments |= {"start_image_url": frame}
    task: Task = "reference_to_video" if frame is None else "first_last_frame"
    kept = {"model": wanted.model, "seconds": seconds} | ({"size": wanted.size} if frame is None else {})
    return await _submitted(call, _endpoint(task, wanted.tier), arguments, kept)


@handler("run", is_wire=True)
async def edit(call: Call) -> Response:
    """POST /v1/videos/edits: a clip of ours by its id, or one that comes with the call, changed as the prompt says."""
    body = await form.read(call)
    upload = body.files.get("video")
    if upload is not None:
        prompt, (model, tier) = body.text("prompt"), _model(body)
        arguments = {"prompt": prompt, "video_url": await _kept(call, upload), **_passed(body)}
        return await _submitted(call, _endpoint("edit", tier), arguments, {"model": model})
    name = body.inner("video", "id") or (
        body.fields.get("video") if isinstance(body.fields.get("video"), str) else None
    )
    if not name:
        raise BadRequest('video must be a file, or {"id": "video_..."} of a completed video.', loc=("video",))
    return await _edited(call, await _find(call, name), body)


@handler("run", is_wire=True)
async def remix(call: Call) -> Response:
    """POST /v1/videos/{id}/remix: a completed video, changed as a new prompt says."""
    return await _edited(call, await _find(call, call.path["video_id"]), await form.read(call))


@handler("read", is_wire=True)
async def retrieve(call: Call) -> Response:
    """GET /v1/videos/{id}."""
    return json_response(bodies.video(await _find(call, call.path["video_id"])), 200, POLL)


@handler("read", is_wire=True)
async def listing(call: Call) -> Response:
    """GET /v1/videos?limit=&after=&order=: the caller's videos, whatever wire they came in on."""
    limit, order = whole_number(call.request, "limit", 20, 1, 100), call.query.get("order", "desc")
    if order not in {"asc", "desc"}:
        raise BadRequest('order must be "asc" or "desc".', loc=("order",))
    after = await _find(call, call.query["after"]) if call.query.get("after") else None
    wanted = Search(owner=call.who.owner_filter, before=after.created_at if after else None)
    shown: list[StoredRequest] = []
    while True:  # what was deleted takes up no room on a page
        rows = await search(call.node.pool, wanted, limit + 1, is_oldest_first=order == "asc")
        shown += [row for row in rows if not bodies.is_erased(row)]
        if len(rows) <= limit or len(shown) > limit:
            return json_response(bodies.listing(shown[:limit], has_more=len(shown) > limit))
        wanted = replace(wanted, before=rows[-1].created_at)


@handler("read", is_wire=True)
async def content(call: Call) -> Response:
    """GET and HEAD /v1/videos/{id}/content?variant=: the clip, a picture of it, or six in two rows."""
    row, variant = await _find(call, call.path["video_id"]), call.query.get("variant", "video")
    if variant not in VARIANTS:
        raise BadRequest(f"variant must be one of: {', '.join(VARIANTS)}.", loc=("variant",))
    if row.state != State.SUCCEEDED or row.result is None:
        raise BadRequest(f"The video is not there: it is {bodies.video(row)['status']}.", loc=("video_id",))
    if variant == "video":
        return await send_file(call, row.result["file_id"])
    picture = await asyncio.to_thread(_picture, call.node.files, row.result["file_id"], variant)
    return Response(picture, media_type="image/jpeg")


@handler("run", is_wire=True)
async def delete(call: Call) -> Response:
    """DELETE /v1/videos/{id}: what is still rendered is cancelled first."""
    row = await _find(call, call.path["video_id"])
    if not row.is_terminal:
        await call.node.hub.cancel(row.id)
        row = await call.node.hub.until_terminal(row.id)
    await erase(call, row)
    return json_response({"id": bodies.id_of(row), "object": "video.deleted", "deleted": True})


async def _find(call: Call, name: str) -> StoredRequest:
    """The request that an id names; another key's, and what was deleted, does not exist.

    Raises:
        NotFound: It does not exist for this caller.
    """
    request_id = bodies.parse_id(name)
    row = await call.node.hub.row(request_id) if request_id else None
    if row is None or not call.who.may_see(row) or bodies.is_erased(row):
        raise NotFound(f'There is no video "{name[:100]}".', loc=("video_id",))
    return row


async def _edited(call: Call, source: StoredRequest, body: form.Body) -> Response:
    if source.state != State.SUCCEEDED or source.result is None:
        raise BadRequest(
            f"Only a completed video can be changed; this one is {bodies.video(source)['status']}.", loc=("video",)
        )
    model, tier = _model(body, str((source.options.get(bodies.OPTION) or {}).get("model", DEFAULT_MODEL)))
    shown = bodies.video(source)
    url = f"{call.base}/files/{source.result['file_id']}/{source.result['file_name']}"
    kept = {"model": model, "size": shown["size"], "seconds": shown["seconds"], "remixed_from": shown["id"]}
    arguments = {"prompt": body.text("prompt"), "video_url": url, **_passed(body)}
    return await _submitted(call, _endpoint("edit", tier), arguments, kept)


async def _submitted(call: Call, endpoint: Endpoint, arguments: JSON, kept: JSON) -> Response:
    parse_request(endpoint.id, arguments)
    options = {**base_options(call), bodies.OPTION: kept}
    made = await submit(call, NewRequest(endpoint.id, arguments, engine_of(call), options=options, wire="openai"))
    return json_response(bodies.video(made.row), 200, POLL | (REPLAYED if made.is_replay else {}))


def _endpoint(task: Task, tier: Tier) -> Endpoint:
    return next(item for item in ENDPOINTS.values() if (item.task, item.tier, item.wire) == (task, tier, "fal"))


def _passed(body: form.Body) -> JSON:
    return {name: body.fields[name] for name in PASSED if name in body.fields}


def _model(body: form.Body, default: str = DEFAULT_MODEL) -> tuple[str, Tier]:
    """The model that a body names, and its tier.

    Raises:
        NotFound: This server has none of this name.
    """
    name = body.text("model", default)
    known = ENDPOINTS.get(name)
    if known is not None:
        return name, known.tier
    plain = max((model for model in MODELS if name == model or name.startswith(f"{model}-20")), key=len, default=None)
    if plain is None:
        raise NotFound(f'There is no model "{name[:100]}" here. This server has: {", ".join(MODELS)}.', loc=("model",))
    return name, MODELS[plain]


def _wanted(body: form.Body) -> _Wanted:
    """Model and shape.

    Raises:
        NotFound: There is no such model.
        BadRequest: The size is none.
    """
    model, tier = _model(body)
    text = body.text("size", DEFAULT_SIZE)
    width, by, height = text.lower().partition("x")
    if not (by and width.isdecimal() and height.isdecimal() and 0 < int(width) < 10**5 and 0 < int(height) < 10**5):
        raise BadRequest(f'size must be WIDTHxHEIGHT in pixels, such as 1280x720, not "{text[:40]}".', loc=("size",))
    return _Wanted(model, tier, nearest_ratio(int(width), int(height)))


async def _reference(call: Call, body: form.Body) -> str | None:
    """The address of the first frame, if a body brings one.

    Raises:
        BadRequest: It is named in a way that this server does not know.
    """
    upload = body.files.get("input_reference")
    if upload is not None:
        return await _kept(call, upload)
    if "input_reference" not in body.fields:
        return None
    url = body.inner("input_reference", "image_url")
    if url is None:
        raise BadRequest(
            "input_reference must be a file, or an object with image_url: an address or a data URI.",
            loc=("input_reference",),
        )
    return url


async def _kept(call: Call, upload: UploadFile) -> str:
    """Keep a file that came with a call; its address, the same for the same file of the same caller: a retry is the same request."""
    digest = hashlib.sha256(call.who.id.encode())

    async def chunks() -> AsyncIterator[bytes]:
        await upload.seek(0)
        while piece := await upload.read(CHUNK):
            yield piece

    async for piece in chunks():
        digest.update(piece)
    record = await call.node.files.receive(
        chunks(), upload.filename, upload.content_type, max_bytes=call.node.settings.upload_max_mb * MB,
        owner=call.who.id, file_id=uuid.UUID(bytes=digest.digest()[:16]).hex, **upload_terms(call),
    )  # fmt: skip
    return f"{call.base}/files/{record.id}/{record.name}"


def _picture(files: FileStore, file_id: str, variant: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "clip.mp4"
        files.fetch(file_id, path)
        if variant == "spritesheet":
            return sheet(path, SHEET_PX)
        (frame,) = frames_of(path, (STILL_AT,), STILL_PX)
        return thumbnail(frame, STILL_PX)
