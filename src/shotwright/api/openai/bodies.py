"""Videos, lists and errors as OpenAI's API shows them. Source: the types of the `openai` package, version 3.57."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from shotwright.api.answers import error_of, json_response, price, retry_after
from shotwright.core import errors as e
from shotwright.core.catalog import CANVAS, ENDPOINTS, SLUGS
from shotwright.jobs.states import State

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.responses import Response

    from shotwright.jobs.rows import StoredRequest

JSON = dict[str, Any]
PREFIX = "video_"
STATUSES = {
    State.QUEUED: "queued",
    State.RUNNING: "in_progress",
    State.SUCCEEDED: "completed",
    State.FAILED: "failed",
    State.CANCELLED: "failed",
}
TYPES: tuple[tuple[type[e.ShotwrightError], str, str | None], ...] = (
    (e.Unauthorized, "authentication_error", "invalid_api_key"), (e.Forbidden, "permission_error", None),
    (e.BudgetExceeded, "insufficient_quota", "insufficient_quota"), (e.QuotaError, "rate_limit_error", "rate_limit_exceeded"),
    (e.NotFound, "invalid_request_error", "not_found"),
)  # fmt: skip
"""Error types and codes by class; anything else is the request's fault below 500, else the server's."""
FIELDS = {"duration": "seconds", "start_image_url": "input_reference", "video_url": "video", "aspect_ratio": "size"}
"""Fields of the model, as this wire calls them."""
OPTION = "openai"
"""The option of a request that keeps what only this wire knows: model, size, what it was made from."""


def id_of(row: StoredRequest) -> str:
    """A request's id on this wire."""
    return f"{PREFIX}{row.id.hex}"


def parse_id(text: str) -> uuid.UUID | None:
    """The request that an id of this wire names, with or without its prefix."""
    try:
        return uuid.UUID(text.removeprefix(PREFIX))
    except ValueError:
        return None


def is_erased(row: StoredRequest) -> bool:
    """Whether its video was deleted: the record of its cost alone stays."""
    return row.is_terminal and row.arguments is None and row.result is None


def video(row: StoredRequest) -> JSON:
    """A video, with all fields that the type has."""
    kept, arguments, done = row.options.get(OPTION) or {}, row.arguments or {}, row.state == State.SUCCEEDED
    error = error_of(row)
    return {
        "id": id_of(row), "object": "video", "created_at": int(row.created_at.timestamp()),
        "completed_at": int(row.finished_at.timestamp()) if done and row.finished_at else None,
        "expires_at": None, "model": kept.get("model", row.endpoint_id), "status": STATUSES[State(row.state)],
        "progress": 100 if done else int(100 * row.progress), "prompt": arguments.get("prompt"),
        "remixed_from_video_id": kept.get("remixed_from"), "seconds": kept.get("seconds") or str(arguments.get("duration", "5")),
        "size": kept.get("size") or size_of(row),
        "error": {"code": error["code"], "message": error["message"], "type": error["type"]} if error else None,
    }  # fmt: skip


def size_of(row: StoredRequest) -> str:
    """Width x height of a request of another wire."""
    endpoint = ENDPOINTS.get(row.endpoint_id) or SLUGS.get(row.endpoint_id)
    ratio = str((row.arguments or {}).get("aspect_ratio", "16:9"))
    width, height = CANVAS[endpoint.tier if endpoint else "standard"].get(ratio, CANVAS["standard"]["16:9"])
    return f"{width}x{height}"


def listing(rows: Sequence[StoredRequest], *, has_more: bool) -> JSON:
    """A page of videos."""
    data = [video(row) for row in rows]
    ends = {"first_id": data[0]["id"], "last_id": data[-1]["id"]} if data else {"first_id": None, "last_id": None}
    return {"object": "list", "data": data, "has_more": has_more, **ends}


def raised_response(exc: e.ShotwrightError) -> Response:
    """The answer to an error that was raised while a call was handled."""
    named = next(((kind, code) for base, kind, code in TYPES if isinstance(exc, base)), None)
    kind, code = named or ("invalid_request_error" if exc.status < 500 else "server_error", exc.type)
    first = exc.items()[0]
    where = [FIELDS.get(part, str(part)) for part in first["loc"] if part != "body"]
    status = 429 if isinstance(exc, e.BudgetExceeded) else 400 if exc.status == 422 else exc.status
    said = first["msg"] if isinstance(exc, e.ModelError) else exc.message
    said = f"{where[0]}: {said}" if where and where[0] not in said else said
    code = "model_not_found" if code == "not_found" and where == ["model"] else code or exc.type
    body = {"message": said, "type": kind, "param": ".".join(where) or None, "code": code}
    return json_response({"error": body | price(exc.to_json())}, status, retry_after(exc))
