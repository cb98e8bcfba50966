"""The engine `upstream`: sends a request to the paid service as its client wrote it, once, and brings the clip back.

    upload what only we can read → note "sent" → submit → note the id → poll → download

The notes are kept with the request before the next step. A later attempt that finds an id only polls; one that finds "sent"
without an id looks for the request at the service, and gives up rather than paying twice.
"""

from __future__ import annotations

import contextlib
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import httpx

from shotwright.core.catalog import find_endpoint
from shotwright.core.errors import (
    ClientCancelled,
    DownstreamError,
    DownstreamUnavailable,
    DownstreamUnknown,
    FileDownloadError,
    ModelError,
    UpstreamRejected,
)
from shotwright.core.request import EXTENSIONS
from shotwright.engines.base import Rendered, wait
from shotwright.engines.upstream.recordings import Recordings, request_hash, substituted
from shotwright.engines.upstream.service import Busy, OutcomeUnknown
from shotwright.media.fetch import FetchPolicy, fetch
from shotwright.media.probe import probe_video

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from shotwright.core.catalog import Endpoint
    from shotwright.engines.base import Engine, Progress, Shot
    from shotwright.engines.upstream.service import Report, Service
    from shotwright.engines.upstream.settings import UpstreamSettings

JSON = dict[str, Any]
POLL_S = 1.0
BUSY_TRIES = 8
RESULT_MB, RESULT_S, RESULT_TRIES = 500, 300.0, 4
USUAL_S = 180.0
CLOCK_SKEW = timedelta(minutes=2)


class UpstreamEngine:
    """The paid service. `service` is made at the first use, so that replaying needs neither key nor network."""

    name = "upstream"

    def __init__(
        self, settings: UpstreamSettings, data: Path, service: Callable[[], Service], fallback: Engine | None = None
    ) -> None:
        self._settings, self._make, self._fallback = settings, service, fallback
        self._recordings = Recordings(settings.recordings_folder(data))
        self._service: Service | None = None

    def render(self, shot: Shot, workdir: Path, progress: Progress) -> Rendered:
        """Have the request rendered, or replayed.

        Raises:
            ModelError: Refused, unreachable, or lost after it was sent.
            Cancelled: The service was asked to stop.
        """
        endpoint = find_endpoint(shot.endpoint_id)
        name, target, mode = (
            request_hash(shot, endpoint.canonical_id),
            workdir / "output.mp4",
            self._settings.upstream_mode,
        )
        if mode.startswith("replay"):
            return self._replayed(shot, name, target, workdir, progress)
        try:
            facts = self._rendered(shot, endpoint, target, progress)
        except UpstreamRejected as exc:
            if mode == "record":
                self._recordings.keep(name, {"endpoint_id": shot.endpoint_id, "error": exc.to_json()}, None)
            raise
        if mode == "record":
            self._recordings.keep(
                name, {"endpoint_id": shot.endpoint_id, "arguments": dict(shot.arguments), **facts}, target
            )
        return Rendered(target, metrics=facts)

    def _replayed(self, shot: Shot, name: str, target: Path, workdir: Path, progress: Progress) -> Rendered:
        progress("upstream", 0.2, "Looking for a recording")
        found = self._recordings.replay(name, target)
        if found is not None:
            return Rendered(target, metrics={"replayed": name})
        if self._fallback is None or self._settings.upstream_mode != "replay-or-draft":
            raise DownstreamError(
                f"There is no recording of this request ({name}). Record it with SHOTWRIGHT_UPSTREAM_MODE=record."
            )
        progress("upstream", 0.25, f"No recording of this request ({name}): drawing a draft instead")
        drawn = self._fallback.render(shot, workdir, progress)
        return Rendered(
            drawn.path, drawn.not_rendered, drawn.camera_path, {**drawn.metrics, "drafted": True}, drawn.trajectory
        )

    def _rendered(self, shot: Shot, endpoint: Endpoint, target: Path, progress: Progress) -> JSON:
        if self._service is None:
            self._service = self._make()
        service, started = self._service, time.monotonic()
        upstream_id = self._accepted(service, shot, endpoint, progress)
        try:
            progress("upstream", 0.1, f"Accepted by {service.name} as {upstream_id}", note={"upstream_id": upstream_id})
            report = self._finished(service, endpoint, upstream_id, progress)
        except ClientCancelled:
            with contextlib.suppress(Exception):  # its end is asked for; what it answers changes nothing here
                service.cancel(endpoint, upstream_id)
            raise
        self._download(report, target, progress)
        return {
            "service": service.name,
            "upstream_id": upstream_id,
            "upstream_s": round(time.monotonic() - started, 2),
            **report.facts,
        }

    def _accepted(self, service: Service, shot: Shot, endpoint: Endpoint, progress: Progress) -> str:
        """The id of the request at the service, from an earlier attempt or from now."""
        notes = shot.notes
        if "upstream_id" in notes:
            return str(notes["upstream_id"])
        if "upstream_sent_at" in notes:
            since = datetime.fromisoformat(notes["upstream_sent_at"]) - CLOCK_SKEW
            return self._reconciled(
                service, endpoint, notes["upstream_arguments"], since, "an earlier attempt was lost", progress=progress
            )
        arguments = self._readable(service, shot, progress)
        now = datetime.now(UTC)
        progress(
            "upstream",
            0.08,
            f"Sending to {service.name}",
            note={"upstream_sent_at": now.isoformat(), "upstream_arguments": arguments},
        )
        return self._submitted(service, endpoint, arguments, shot.request_id, now - CLOCK_SKEW, progress=progress)

    def _submitted(
        self,
        service: Service,
        endpoint: Endpoint,
        arguments: JSON,
        request_id: str,
        since: datetime,
        *,
        progress: Progress,
    ) -> str:
        for number in range(1, BUSY_TRIES + 1):
            try:
                return service.submit(endpoint, arguments, request_id)
            except Busy as exc:
                progress("upstream", 0.09, f"The service is busy; {exc} (try {number} of {BUSY_TRIES})")
                wait(exc.retry_after_s, progress, "upstream", 0.09)
            except OutcomeUnknown as exc:
                return self._reconciled(service, endpoint, arguments, since, str(exc), progress=progress)
        raise DownstreamUnavailable(
            "The paid service is busy: it took no request after several tries. Nothing was charged."
        )

    @staticmethod
    def _reconciled(
        service: Service, endpoint: Endpoint, arguments: JSON, since: datetime, why: str, *, progress: Progress
    ) -> str:
        """The id of a request that may have been accepted.

        Raises:
            DownstreamUnknown: The service does not know it, or cannot tell.
        """
        progress("upstream", 0.09, f"Looking for the request at {service.name}: {why}")
        found = None
        with contextlib.suppress(Exception):  # whatever its list looks like: then nobody can tell
            found = service.find(endpoint, arguments, since)
        if found is None:
            raise DownstreamUnknown(
                f"The request was sent to {service.name} and may have been accepted, but {why}. It is not in the account's list, "
                "and it is not sent twice. Check the account, then submit again."
            )
        return found

    @staticmethod
    def _readable(service: Service, shot: Shot, progress: Progress) -> JSON:
        """The client's arguments, with addresses that only we can read replaced by uploads."""
        uploaded: dict[str, str] = {}
        for number, (url, path) in enumerate(
            (url, path) for url, path in shot.sources.items() if url in shot.private_sources
        ):
            progress("upstream", 0.05, f"Uploading file {number + 1}")
            try:
                uploaded[url] = service.upload(path, path.name)
            except ModelError:
                raise
            except Exception as exc:
                raise DownstreamUnavailable(
                    f"A file could not be uploaded to the paid service ({type(exc).__name__}). Nothing was sent."
                ) from exc
        own = {name: value for name, value in shot.arguments.items() if name not in EXTENSIONS}
        found: JSON = substituted(own, uploaded)
        return found

    def _finished(self, service: Service, endpoint: Endpoint, upstream_id: str, progress: Progress) -> Report:
        """Poll until the end; a service that cannot be asked is asked again."""
        started, said, quiet = time.monotonic(), 0, False
        while True:
            elapsed = time.monotonic() - started
            share = 0.1 + 0.8 * min(0.98, elapsed / USUAL_S)
            if elapsed > self._settings.upstream_timeout_s:
                raise DownstreamUnknown(
                    f"The paid service has not finished after {elapsed:.0f} s; the request there is {upstream_id}."
                )
            try:
                report = service.report(endpoint, upstream_id)
            except (httpx.HTTPError, ValueError, AttributeError, KeyError, TypeError) as exc:
                if not quiet:
                    progress(
                        "upstream",
                        share,
                        f"The service cannot be asked at the moment ({type(exc).__name__}); asking again",
                    )
                quiet = True
                wait(POLL_S * 2, progress, "upstream", share)
                continue
            quiet = False
            for line in report.logs[said:]:
                progress("upstream", share, line)
            said = max(said, len(report.logs))
            if report.state == "succeeded":
                return report
            if report.state == "cancelled":
                raise DownstreamError("The request was cancelled at the paid service.")
            if report.error is not None:
                raise report.error
            wait(POLL_S, progress, "upstream", share)

    def _download(self, report: Report, target: Path, progress: Progress) -> None:
        """The clip into our own hands.

        Raises:
            DownstreamError: The service gave no address, or nothing can be had at it.
        """
        if report.url is None:
            raise DownstreamError("The paid service finished without a video; its answer has a new shape.")
        is_private = self._settings.upstream_url is not None
        policy = FetchPolicy(RESULT_MB << 20, RESULT_S, is_private)
        for number in range(RESULT_TRIES):
            progress("download", 0.92, "Fetching the clip")
            try:
                fetch(report.url, target, policy, ("body",))
                probe_video(target, ("body",))
            except ModelError as exc:
                last: ModelError = exc
                if isinstance(exc, FileDownloadError) and number + 1 < RESULT_TRIES:
                    wait(0.5 * 2**number, progress, "upstream", 0.92)
                    continue
                break
            return
        raise DownstreamError(f"The paid service rendered the clip, but it cannot be had: {last.message}")
