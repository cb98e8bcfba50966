"""Requests, results and errors as fal shows them. Source: fal-wire 2.1-2.5 and 5."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from shotwright.api.answers import error_of, json_response, price, retry_after
from shotwright.core.catalog import ENDPOINTS, SLUGS
from shotwright.core.errors import (
    TYPES,
    Gone,
    NotFound,
    RangeNotSatisfiable,
    SchemaError,
    ShotwrightError,
    StartTimeout,
)

if TYPE_CHECKING:
    from shotwright.jobs.rows import Event, StoredRequest

JSON = dict[str, Any]
CATALOGUE = "/docs/errors.html#"
"""Where an error item leads: our own catalogue has an anchor for every type, also for those that fal has not."""


def addresses(row: StoredRequest, base: str) -> JSON:
    """The three addresses of a request; `base` is origin and prefix."""
    known = ENDPOINTS.get(row.endpoint_id) or SLUGS.get(row.endpoint_id)
    app = known.app_path if known else row.endpoint_id
    here = f"{base}/{app}/requests/{row.id}"
    return {"response_url": here, "status_url": f"{here}/status", "cancel_url": f"{here}/cancel"}


def submitted(row: StoredRequest, base: str, position: int) -> JSON:
    """The ticket that submit returns."""
    ticket: JSON = {"status": "IN_QUEUE", "request_id": str(row.id), "queue_position": position}
    return {**ticket, **addresses(row, base), "gateway_request_id": str(row.id)}


def status_body(row: StoredRequest, base: str, position: int | None, logs: list[Event] | None) -> JSON:
    """The status of a request; `logs` is None when they were not asked for."""
    body: JSON = {"request_id": str(row.id), **addresses(row, base)}
    if row.state == "queued":
        return {"status": "IN_QUEUE", "queue_position": position or 0, **body, "logs": _lines(logs)}
    if row.state == "running":
        return {"status": "IN_PROGRESS", **body, "logs": _lines(logs)}
    metrics = {"inference_time": row.metrics.get("inference_time", 0.0)}
    body = {"status": "COMPLETED", **body, "logs": _lines(logs), "metrics": metrics}
    error = error_of(row)
    if error is not None:
        body |= {"error": error["message"], "error_type": error["type"]}
    return body


def _lines(events: list[Event] | None) -> list[JSON] | None:
    if events is None:
        return None
    return [
        {
            "timestamp": event.at.strftime("%Y-%m-%dT%H:%M:%S.%f"), "level": event.level or "INFO", "source": "USER",
            "message": event.message or "", "labels": {"level": event.level or "INFO", "source": "USER"},
        }
        for event in events
        if event.kind == "log"
    ]  # fmt: skip


def output(row: StoredRequest, origin: str) -> JSON:
    """The bare output of a request that succeeded."""
    result = row.result or {}
    url = f"{origin}/files/{result['file_id']}/{result['file_name']}"
    return {
        "video": {
            "url": url, "content_type": result["content_type"], "file_name": result["file_name"], "file_size": result["file_size"],
        }
    }  # fmt: skip


def result_response(row: StoredRequest, origin: str) -> Response:
    """What fetching the result answers; failures come with the model's own status and body."""
    if not row.is_terminal:
        return json_response({"detail": "Request is still in progress"}, 400, request_headers(row))
    error = error_of(row)
    if error is None and row.result is None:
        return raised_response(Gone("The result of this request was deleted."), origin)
    if error is None:
        units = str(row.metrics.get("billable_units", 0))
        return json_response(output(row, origin), 200, {**request_headers(row), "x-fal-billable-units": units})
    return error_response(error, origin, request_headers(row))


def request_headers(row: StoredRequest) -> dict[str, str]:
    """Headers of every answer about a request."""
    return {"x-fal-request-id": str(row.id)}


def error_response(error: JSON, origin: str, headers: dict[str, str] | None = None) -> Response:
    """An error record as fal answers it."""
    sent = dict(headers or {})
    retry = bool(error["retryable"])
    sent |= {"x-fal-retryable": str(retry).lower(), "x-fal-needs-retry": str(int(retry)), "x-fal-billable-units": "0"}
    if not error["is_model_error"]:
        sent["x-fal-error-type"] = error["type"]
    if error["type"] == StartTimeout.type:
        sent["x-fal-request-timeout-type"] = "user"
    return json_response(error_body(error, origin), error["status"], sent)


def error_body(error: JSON, origin: str) -> JSON:
    """The body of an error: a list of fields for the model's errors, a sentence for the machinery's."""
    if error["is_model_error"]:
        return {"detail": [_item(item, origin) for item in error["items"]]}
    return {"detail": error["message"], "error_type": error["type"], **price(error)}


def _item(item: JSON, origin: str) -> JSON:
    anchor = item["type"] if item["type"] in TYPES else SchemaError.code()
    return {**item, "url": origin + CATALOGUE + anchor}


def raised_response(exc: ShotwrightError, origin: str) -> Response:
    """The answer to an error that was raised while handling a call."""
    if isinstance(exc, NotFound):
        return json_response({"status": "NOT_FOUND", "detail": exc.message}, 404, {"x-fal-billable-units": "0"})
    response = error_response(exc.to_json(), origin, retry_after(exc))
    if isinstance(exc, RangeNotSatisfiable):
        response.headers["content-range"] = f"bytes */{exc.ctx.get('size', '*')}"
    return response
