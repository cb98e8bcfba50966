"""A request once more: repeated, promoted with its words, its geometry or its picture."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shotwright.api.answers import json_response
from shotwright.api.call import Call, handler
from shotwright.api.platform import money
from shotwright.api.platform.views import shown
from shotwright.api.prices import price_of
from shotwright.api.requests import checked_engine, checked_seed, find, ready_engines, submit
from shotwright.core.catalog import find_endpoint
from shotwright.core.errors import BadRequest
from shotwright.core.passes import CONTROLS
from shotwright.core.plan_json import from_json
from shotwright.core.playblast import playblast
from shotwright.core.request import parse_request
from shotwright.jobs.rows import NewRequest

if TYPE_CHECKING:
    from starlette.responses import Response

    from shotwright.core.playblast import Playblast
    from shotwright.jobs.rows import StoredRequest

LOCKS = ("words", "geometry", "playblast")
"""What a promotion keeps of a draft: the request, its depth or poses as well, or its picture."""
FIRST_ALONE = frozenset({"promoted_from", "notes", "payload_deleted", "fault"})
"""Options that a request made of another one does not take over."""


@handler("run")
async def retry(call: Call) -> Response:
    """POST /requests/{id}/retry {"seed"?, "passes"?}: the same request once more; with another seed, or with passes, where they are given."""
    body, row = await said(call), await find(call)
    _check_kept(row)
    new = _again(row, row.engine, body, {})
    if body.get("passes") is not None:
        new.arguments["passes"] = body["passes"]
        parse_request(new.endpoint_id, new.arguments)  # names that there are not are refused
    made = await submit(call, new)
    return json_response({"request_id": str(made.row.id)})


@handler("run")
async def promote(call: Call) -> Response:
    """POST /requests/{id}/promote {"engine", "lock"?, "pass"?, "prompt"?}: the request, with its draft's geometry or as a playblast, on another engine; both are linked."""
    body, row = await said(call), await find(call)
    new, left_out = promoted(call, row, wanted(call, body), body)
    made = await submit(call, new)
    told = {"left_out": left_out} if body.get("lock") == "playblast" else {}
    return json_response({"request_id": str(made.row.id), **told})


def promoted(call: Call, row: StoredRequest, engine: str, body: dict[str, Any]) -> tuple[NewRequest, list[str]]:
    """The request that a finished one becomes on another engine, and what had no room in it.

    Raises:
        BadRequest: The lock is none, or lacks what it needs.
    """
    lock = body.get("lock", "words")
    if lock not in LOCKS:
        raise BadRequest(f"lock must be one of: {', '.join(LOCKS)}.")
    if lock == "playblast":
        return _dressed(call, row, engine, body)
    _check_kept(row)
    new = _again(row, engine, body, {"promoted_from": str(row.id)})
    new.arguments.pop("passes", None)
    if lock == "geometry":
        new.arguments["control_video_url"] = _control(call, row, body.get("pass", CONTROLS[0]))
    return new, []


def _control(call: Call, row: StoredRequest, name: object) -> str:
    """The address of the pass that locks a request to the geometry of its draft.

    Raises:
        BadRequest: The draft has no such pass.
    """
    if not isinstance(name, str) or name not in CONTROLS:
        raise BadRequest(f"pass must be one of: {', '.join(CONTROLS)}.")
    passes = shown(row, call.base, call.node.engines)["passes"]
    if f"{name}.mp4" not in passes:
        again = f'POST /requests/{row.id}/retry {{"passes": ["{name}"]}}'
        raise BadRequest(f"This draft has no {name} pass yet. {again} draws it again, the same, with one.")
    return str(passes[f"{name}.mp4"])


async def said(call: Call) -> dict[str, Any]:
    """The JSON object of a small body; empty for any other."""
    given = await call.small_body()
    return given if isinstance(given, dict) else {}


@handler("read")
async def as_playblast(call: Call) -> Response:
    """GET /requests/{id}/playblast: the edit that makes a film of this draft, and its price on each engine; nothing is sent."""
    made = _playblast(call, await find(call), None)
    endpoint = find_endpoint(made.endpoint_id)
    paid = await price_of(call, endpoint, made.arguments)
    ready = [name for name, item in call.node.engines.items() if item.is_ready and endpoint.task in item.tasks]
    return json_response({
        "endpoint_id": made.endpoint_id, "arguments": made.arguments, "used": made.used, "left_out": made.left_out,
        "engines": [money.price_body(endpoint, paid, name, call.node) for name in ready],
    })  # fmt: skip


def _playblast(call: Call, row: StoredRequest, prompt: str | None) -> Playblast:
    """What a finished request becomes when its clip is sent as the video whose blocking stays."""
    clip = shown(row, call.base, call.node.engines)["video_url"]
    if row.arguments is None or row.plan is None or clip is None:
        raise BadRequest("Only a request that is finished, and whose clip and input were kept, can be a playblast.")
    request = parse_request(row.endpoint_id, row.arguments)
    return playblast(request, from_json(row.plan), clip, prompt)


def _dressed(call: Call, row: StoredRequest, engine: str, body: dict[str, Any]) -> tuple[NewRequest, list[str]]:
    prompt = body.get("prompt")
    if prompt is not None and not isinstance(prompt, str):
        raise BadRequest("prompt must be a text.")
    made = _playblast(call, row, prompt or None)
    parse_request(made.endpoint_id, made.arguments)  # a prompt of the caller's own is held against the schema
    options = {**_kept(row), "promoted_from": str(row.id)}
    new = NewRequest(made.endpoint_id, made.arguments, engine, row.priority, None, options, wire=row.wire)
    return new, list(made.left_out)


def wanted(call: Call, body: dict[str, Any]) -> str:
    """The engine that a body names.

    Raises:
        BadRequest: It names none, or one that cannot render here.
    """
    engine = body.get("engine")
    if not isinstance(engine, str) or not engine:
        raise BadRequest(f"Name the engine that is to render it: {ready_engines(call.node)}.")
    return checked_engine(engine, call.node)


def _check_kept(row: StoredRequest) -> None:
    arguments: Any = row.arguments  # whatever a client sent
    if arguments is None:
        raise BadRequest("This request's input was not kept, so it cannot be repeated.")
    if not isinstance(arguments, dict):
        raise BadRequest("The input of this request is no JSON object, so it cannot be repeated.")


def _kept(row: StoredRequest) -> dict[str, Any]:
    return {name: value for name, value in row.options.items() if name not in FIRST_ALONE}


def _again(row: StoredRequest, engine: str, body: dict[str, Any], extra: dict[str, Any]) -> NewRequest:
    options = {**_kept(row), **extra}
    if body.get("seed") is not None:
        options["seed"] = checked_seed(str(body["seed"]))
    return NewRequest(row.endpoint_id, dict(row.arguments or {}), engine, row.priority, None, options, wire=row.wire)
