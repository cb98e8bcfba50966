"""Predictions and errors as EachLabs shows them. Source: seed 004; eachlabs-wire a.2, a.3, a.6 and a.8."""

from __future__ import annotations

import math
import uuid
from typing import TYPE_CHECKING, Any

from shotwright.api.answers import error_of, json_response, price
from shotwright.core import errors as e
from shotwright.core.catalog import ENDPOINTS
from shotwright.jobs.states import State

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from shotwright.jobs.rows import StoredRequest

JSON = dict[str, Any]
STATUS_WORDS: dict[str, dict[str, str]] = {
    "compat": {"queued": "starting", "running": "processing", "succeeded": "success", "failed": "error", "cancelled": "cancelled"},
    "2026": {"queued": "created", "running": "processing", "succeeded": "success", "failed": "error", "cancelled": "cancelled"},
    "2025": {"queued": "starting", "running": "processing", "succeeded": "success", "failed": "failed", "cancelled": "cancelled"},
}  # fmt: skip
STATES_OF: dict[str, State] = {
    "created": State.QUEUED, "starting": State.QUEUED, "processing": State.RUNNING, "success": State.SUCCEEDED,
    "error": State.FAILED, "failed": State.FAILED, "cancelled": State.CANCELLED,
}  # fmt: skip
REQUEST_ID_MAX = 200
INVALID = "Invalid input for model"
TITLES: dict[type[e.ShotwrightError], tuple[int, str]] = {
    e.Unauthorized: (401, "Invalid or missing API key"),
    e.ModelError: (400, INVALID),
    e.BudgetExceeded: (402, "payment required"),
    e.ConfirmationNeeded: (402, "confirmation needed"),
    e.QuotaError: (429, "too many requests"),
}
"""Errors whose first words are EachLabs' own; all others speak for themselves."""
CODES: dict[str, tuple[str, str]] = {
    e.FileDownloadError.type: ("INPUT_DOWNLOAD_ERROR", "NETWORK"),
    e.FeatureNotSupported.type: ("PROVIDER_BAD_REQUEST", "PROVIDER"),
    e.NoMediaGenerated.type: ("PROVIDER_FAILED", "PROVIDER"),
    e.RenderFailed.type: ("PROVIDER_SERVER_ERROR", "PROVIDER"),
    e.GenerationTimeout.type: ("EXECUTION_TIMEOUT", "TIMEOUT"),
    e.StartTimeout.type: ("EXECUTION_TIMEOUT", "TIMEOUT"),
    e.WorkerCrashed.type: ("WORKER_LOST", "INTERNAL"),
    e.InternalError.type: ("PIPELINE_CONFIG_ERROR", "INTERNAL"),
}
"""Our error types as EachLabs' codes and categories; anything else is an input that does not fit."""


def slug_of(row: StoredRequest) -> str:
    """The model's name on this wire; fal's id where the wire has no name for it."""
    endpoint = ENDPOINTS.get(row.endpoint_id)
    return (endpoint.counterpart if endpoint else None) or row.endpoint_id


def created(row: StoredRequest) -> JSON:
    """The answer to a create."""
    return {"status": "success", "message": "Prediction created successfully", "predictionID": str(row.id)}


def prediction(row: StoredRequest, origin: str, words: str) -> JSON:
    """A prediction: the fields of all generations of the documents at once."""
    here = f"{origin}/v1/prediction/{row.id}"
    body: JSON = {
        "id": str(row.id), "predictionID": str(row.id), "input": row.arguments or {},
        "status": STATUS_WORDS[words][row.state], "output": output(row, origin), "logs": None,
        "metrics": {"predict_time": row.metrics.get("inference_time", 0.0), "cost": row.metrics.get("cost_usd", 0.0)},
        "urls": {"cancel": f"{here}/cancel", "get": here},
    }  # fmt: skip
    if row.state == State.FAILED:
        body |= {"message": "Execution failed", "details": (row.error or {}).get("message", "")}
    return body


def output(row: StoredRequest, origin: str) -> str | JSON | None:
    """The clip's address, the envelope of a failure, or None."""
    if row.state == State.SUCCEEDED and row.result:
        return f"{origin}/files/{row.result['file_id']}/{row.result['file_name']}"
    return envelope(row) if row.state == State.FAILED else None


def envelope(row: StoredRequest) -> JSON:
    """How a failure is described inside `output`."""
    error = error_of(row) or {}
    code, category = CODES.get(error.get("type", ""), ("INPUT_VALIDATION_ERROR", "VALIDATION"))
    slug = slug_of(row)
    return {
        "classification": {"category": category}, "error": "Execution failed", "error_code": code,
        "error_message": error.get("message", ""), "error_step": row.stage or "validate", "execution_id": str(row.id),
        "model_id": str(uuid.uuid5(uuid.NAMESPACE_URL, slug)), "model_slug": slug, "provider": f"shotwright-{row.engine}",
        "provider_error_code": error.get("type", ""), "retryable": bool(error.get("retryable")), "status": "ERROR",
        "success": False,
    }  # fmt: skip


def raised_response(exc: e.ShotwrightError, style: str) -> Response:
    """The answer to an error that was raised while handling a call."""
    status, message = next((said for kind, said in TITLES.items() if isinstance(exc, kind)), (exc.status, exc.message))
    wait = math.ceil(exc.retry_after_s) if isinstance(exc, e.QuotaError) and exc.retry_after_s else None
    if wait and style == "seed":
        message = f"Rate limit exceeded. Please retry after {wait} seconds."
    headers = {"retry-after": str(wait)} if wait else {}
    return json_response(error_body(status, message, exc.message, style) | price(exc.to_json()), status, headers)


def error_body(status: int, message: str, details: str, style: str) -> JSON:
    """An error for readers of all generations; `status` is a word in the seed's style, a number in 2026's."""
    if style == "2026":
        return {"status": status, "error": message, "details": details}
    return {"status": "error", "message": message, "details": details, "error": message}


def answer(request: Request, body: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:  # noqa: ANN401  (any JSON)
    """A JSON answer with the client's request id, or a new one."""
    return json_response(body, status, {**(headers or {}), **request_id(request)})


def request_id(request: Request) -> dict[str, str]:
    """The header that every answer of this wire carries: what the client sent, or a new id."""
    given = request.headers.get("x-request-id", "")
    is_plain = 0 < len(given) <= REQUEST_ID_MAX and given.isascii() and given.isprintable()
    return {"x-request-id": given if is_plain else str(uuid.uuid4())}
