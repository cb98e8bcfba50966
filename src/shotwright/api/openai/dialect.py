"""OpenAI's wire for video, as one object."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.routing import Route

from shotwright.api.dialect import Dialect, Offer
from shotwright.api.openai import bodies, models, videos

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from shotwright.api.call import Node
    from shotwright.core.errors import ShotwrightError

_TABLE = [
    ("/v1/videos", videos.create, "POST"), ("/v1/videos", videos.listing, "GET"), ("/v1/videos/edits", videos.edit, "POST"),
    ("/v1/videos/{video_id}/remix", videos.remix, "POST"), ("/v1/videos/{video_id}/content", videos.content, "GET"),
    ("/v1/videos/{video_id}", videos.retrieve, "GET"), ("/v1/videos/{video_id}", videos.delete, "DELETE"),
]  # fmt: skip


def _routes() -> list[Route]:
    return [Route(path, handle, methods=[method]) for path, handle, method in _TABLE]


def _error_answer(_: Request, __: Node, exc: ShotwrightError) -> Response:
    return bodies.raised_response(exc)


_LIST = Offer(models.listing, models.is_meant)
OPENAI = Dialect(
    "openai", _routes, _error_answer, ("/v1/videos",),
    {"/v1/models": _LIST, "/v1/models/": _LIST, "/v1/models/{slug}": Offer(models.by_name, models.is_meant)},
)  # fmt: skip
