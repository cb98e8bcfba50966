"""EachLabs: presigned uploads, predictions, polling. It has the pro models only, with 5 or 10 seconds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx

from shotwright.core.catalog import SLUGS_OF
from shotwright.core.errors import DownstreamError, FeatureNotSupported
from shotwright.engines.upstream.service import CALL_S, OutcomeUnknown, Report, State, body_of, refused, send_once
from shotwright.media.kinds import kind_of

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from shotwright.core.catalog import Endpoint

JSON = dict[str, Any]
BASE = "https://api.eachlabs.ai"
WORDS: dict[str, State] = {
    "created": "queued", "starting": "queued", "processing": "running", "success": "succeeded", "succeeded": "succeeded", "error": "failed",
    "failed": "failed", "cancelled": "cancelled", "canceled": "cancelled",
}  # fmt: skip


class EachLabsService:
    """Kling O1 at EachLabs, or at anything that speaks its wire."""

    name = "eachlabs"

    def __init__(self, key: str, url: str | None = None) -> None:
        base = (url or BASE).rstrip("/")
        self._url = f"{base}/v1"
        self._http = httpx.Client(timeout=CALL_S, headers={"X-API-Key": key})
        self._plain = httpx.Client(timeout=300)

    def upload(self, path: Path, name: str) -> str:
        """A presigned PUT."""
        del name
        data = path.read_bytes()
        kind = kind_of(data)
        given = self._http.post(f"{self._url}/upload/presign", json={"content_type": kind})
        if given.status_code != httpx.codes.OK:
            raise refused(given.status_code, body_of(given))
        ticket = given.json()
        self._plain.put(
            ticket["presigned_url"], content=data, headers=ticket.get("required_headers") or {"Content-Type": kind}
        ).raise_for_status()
        return str(ticket["public_url"])

    def submit(self, endpoint: Endpoint, arguments: JSON, request_id: str) -> str:
        """POST /v1/prediction/, once."""
        if endpoint.tier != "pro":
            raise FeatureNotSupported(
                "EachLabs has the pro models only. Use the pro endpoint, or set SHOTWRIGHT_UPSTREAM=fal."
            )
        body = {"model": SLUGS_OF[endpoint.task], "input": arguments}
        found = send_once(self._http, f"{self._url}/prediction/", body, {"Idempotency-Key": request_id}).get(
            "predictionID"
        )
        if not isinstance(found, str) or not found:
            raise OutcomeUnknown("the answer names no prediction")
        return found

    def find(self, endpoint: Endpoint, arguments: JSON, since: datetime) -> str | None:
        """Its lists do not show inputs, so nobody can tell."""
        del endpoint, arguments, since
        return None

    def report(self, endpoint: Endpoint, upstream_id: str) -> Report:
        """GET /v1/prediction/{id}."""
        del endpoint
        answer = self._http.get(f"{self._url}/prediction/{upstream_id}")
        if answer.status_code in {429, 500, 502, 503, 504}:
            raise httpx.HTTPStatusError("not now", request=answer.request, response=answer)
        body = body_of(answer)
        if answer.status_code != httpx.codes.OK:
            return Report("failed", error=refused(answer.status_code, body))
        if not isinstance(body, dict):
            raise TypeError("a prediction has a new shape")
        state = WORDS.get(str(body.get("status")), "running")
        output = body.get("output")
        url = output if isinstance(output, str) else output.get("url") if isinstance(output, dict) else None
        logs = (str(body["logs"]),) if isinstance(body.get("logs"), str) and body["logs"] else ()
        if state == "failed":
            return Report(state, logs, error=_failure(body))
        return Report(state, logs, url=url, facts={"metrics": body.get("metrics") or {}})

    def cancel(self, endpoint: Endpoint, upstream_id: str) -> None:
        """POST /v1/prediction/{id}/cancel."""
        del endpoint
        self._http.post(f"{self._url}/prediction/{upstream_id}/cancel").raise_for_status()


_OURS = {
    "INPUT_VALIDATION_ERROR": 422,
    "INPUT_DOWNLOAD_ERROR": 422,
    "PROVIDER_BAD_REQUEST": 422,
    "PROVIDER_REJECTED": 422,
    "PROVIDER_AUTH_ERROR": 401,
}
"""Its error codes as HTTP statuses of the same meaning; all others are the service's own trouble."""


def _failure(body: JSON) -> Any:  # noqa: ANN401  (a ModelError)
    """The envelope of a failed prediction as an error of ours."""
    output = body.get("output")
    envelope: JSON = output if isinstance(output, dict) else {}
    said = str(envelope.get("error_message") or body.get("message") or body.get("details") or body.get("error") or "")
    status = _OURS.get(str(envelope.get("error_code")), 500)
    return refused(status, {"detail": said}) if said else DownstreamError("The paid service failed without a reason.")
