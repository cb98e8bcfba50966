"""fal: uploads, status, result and cancel through the official client; the submit is ours, because the client repeats it."""

from __future__ import annotations

import contextlib
import importlib
from typing import TYPE_CHECKING, Any

import httpx

from shotwright.clients import patch_fal_client
from shotwright.engines.upstream.service import CALL_S, OutcomeUnknown, Report, refused, send_once
from shotwright.media.kinds import kind_of

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from shotwright.core.catalog import Endpoint

JSON = dict[str, Any]
QUEUE, PLATFORM = "https://queue.fal.run", "https://api.fal.ai"
LISTED = 50


class FalService:
    """Kling O1 at fal, or at anything that speaks its wire."""

    name = "fal"

    def __init__(self, key: str, url: str | None = None) -> None:
        self._client_module: Any = importlib.import_module("fal_client")
        if url:
            patch_fal_client(url)
        base = url.rstrip("/") if url else ""
        self._queue, self._platform = (f"{base}/queue", base) if base else (QUEUE, PLATFORM)
        self._fal = self._client_module.SyncClient(key=key, default_timeout=CALL_S)
        self._http = httpx.Client(timeout=CALL_S, headers={"Authorization": f"Key {key}"})

    def upload(self, path: Path, name: str) -> str:
        """An address at fal's CDN."""
        data = path.read_bytes()
        kind = kind_of(data)
        return str(self._fal.upload(data, kind, file_name=name))

    def submit(self, endpoint: Endpoint, arguments: JSON, request_id: str) -> str:
        """Send a request once. A Shotwright on the other side would know the idempotency key; fal ignores it."""
        body = send_once(
            self._http, f"{self._queue}/{endpoint.canonical_id}", arguments, {"Idempotency-Key": request_id}
        )
        found = body.get("request_id")
        if not isinstance(found, str) or not found:
            raise OutcomeUnknown("the answer names no request")
        return found

    def find(self, endpoint: Endpoint, arguments: JSON, since: datetime) -> str | None:
        """In the account's list of requests, by input."""
        query = {"endpoint_id": endpoint.canonical_id, "start": since.isoformat(), "limit": str(LISTED)}
        with contextlib.suppress(httpx.HTTPError, ValueError):
            answer = self._http.get(f"{self._platform}/v1/models/requests/by-endpoint", params=query)
            for item in answer.json().get("items", []) if answer.status_code == httpx.codes.OK else []:
                if item.get("json_input") == arguments:
                    return str(item["request_id"])
        return None

    def report(self, endpoint: Endpoint, upstream_id: str) -> Report:
        """Status and, at the end, the result."""
        handle = self._fal.get_handle(endpoint.canonical_id, upstream_id)
        try:
            status = handle.status(with_logs=True)
            logs = tuple(str(line.get("message", "")) for line in getattr(status, "logs", None) or ())
            if isinstance(status, self._client_module.Queued):
                return Report("queued", logs, position=status.position)
            if not isinstance(status, self._client_module.Completed):
                return Report("running", logs)
            if status.error_type == "client_cancelled":
                return Report("cancelled", logs)
            answer = self._http.get(handle.response_url)
        except self._client_module.FalClientHTTPError as exc:
            return self._refused(exc.response)
        if answer.status_code != httpx.codes.OK:
            return self._refused(answer)
        video = answer.json().get("video")
        url = video.get("url") if isinstance(video, dict) else None
        return Report(
            "succeeded", logs, url=url if isinstance(url, str) else None, facts={"metrics": status.metrics or {}}
        )

    def _refused(self, answer: httpx.Response) -> Report:
        if answer.status_code in {429, 502, 503, 504} and "x-fal-error-type" not in answer.headers:
            raise httpx.HTTPStatusError("not now", request=answer.request, response=answer)
        try:
            body = answer.json()
        except ValueError:
            body = None
        return Report("failed", error=refused(answer.status_code, body))

    def cancel(self, endpoint: Endpoint, upstream_id: str) -> None:
        """PUT .../cancel."""
        self._fal.get_handle(endpoint.canonical_id, upstream_id).cancel()
