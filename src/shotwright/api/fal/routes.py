"""The table of fal's routes. Queue and run share their paths; a prefix (or the host, see `origin`) tells them apart."""

from __future__ import annotations

from starlette.routing import Route

from shotwright.api.fal import queue, run, uploads
from shotwright.api.fal.openapi import openapi
from shotwright.api.fal.webhooks import jwks

_REQUEST = "{app:path}/requests/{request_id}"
_PART = "/files/{file_id}/{name}/multipart/{upload_id}"


def _queue_routes(prefix: str) -> list[Route]:
    here = f"{prefix}/{_REQUEST}"
    table = [
        (f"{here}/status", queue.status, "GET"), (f"{here}/status/", queue.status, "GET"),
        (f"{here}/status/stream", queue.status_stream, "GET"), (f"{here}/cancel", queue.cancel, "PUT"),
        (f"{here}/response", queue.result, "GET"), (here, queue.result, "GET"), (f"{here}/", queue.result, "GET"),
    ]  # fmt: skip
    return [Route(path, handler, methods=[method]) for path, handler, method in table]


def _upload_routes() -> list[Route]:
    table = [
        ("/storage/auth/token", uploads.token, "POST"), ("/storage/upload/initiate", uploads.initiate, "POST"),
        ("/storage/upload/initiate-multipart", uploads.initiate_multipart, "POST"),
    ]  # fmt: skip
    table += [(f"/tokens{end}", uploads.realtime_token, "POST") for end in ("", "/", "/realtime")]
    both = [(prefix + path, handler, method) for path, handler, method in table for prefix in ("", "/rest")]
    both += [
        (f"{prefix}/files/upload{end}", handler, "POST")
        for prefix in ("", "/cdn", "/rest")
        for end, handler in (("/multipart", uploads.multipart_start), ("", uploads.upload))
    ]
    both += [
        (f"{_PART}/complete", uploads.multipart_complete, "POST"), (f"{_PART}/{{number}}", uploads.multipart_part, "PUT"),
    ]  # fmt: skip
    return [Route(path, handler, methods=[method]) for path, handler, method in both]


def routes() -> list[Route]:
    """All routes, the busiest first."""
    return [
        *_queue_routes("/queue"),
        *_queue_routes(""),
        *_upload_routes(),
        Route("/api/openapi/queue/openapi.json", openapi, methods=["GET"]),
        Route("/.well-known/jwks.json", jwks, methods=["GET"]),
        Route("/rest/.well-known/jwks.json", jwks, methods=["GET"]),
        Route("/queue/{endpoint:path}", queue.submit, methods=["POST"]),
        Route("/{endpoint:path}/stream", run.stream, methods=["POST"]),
        Route("/{endpoint:path}", run.run, methods=["POST"]),
    ]
