"""The models of this wire."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shotwright.api.answers import json_response
from shotwright.api.call import Call, handler
from shotwright.api.openai.videos import MODELS
from shotwright.core.errors import NotFound

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

CREATED = 1764547200
"""When Kling O1 came out, in Unix seconds."""


def is_meant(request: Request) -> bool:
    """Whether OpenAI's client asks."""
    return request.headers.get("user-agent", "").startswith(("OpenAI/", "AsyncOpenAI/"))


@handler("read", is_wire=True)
async def listing(_: Call) -> Response:
    """GET /v1/models."""
    return json_response({"object": "list", "data": [_model(name) for name in MODELS]})


@handler("read", is_wire=True)
async def by_name(call: Call) -> Response:
    """GET /v1/models/{name}."""
    name = call.path["slug"]
    if name not in MODELS:
        raise NotFound(f'There is no model "{name[:100]}" here. This server has: {", ".join(MODELS)}.')
    return json_response(_model(name))


def _model(name: str) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": CREATED, "owned_by": "shotwright"}
