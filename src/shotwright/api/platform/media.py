"""Looks at a picture or a clip before a request uses it: what it measures, which limits it breaks, a thumbnail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shotwright.api.answers import json_response
from shotwright.api.call import Call, handler
from shotwright.api.prices import look_at
from shotwright.core.catalog import find_endpoint
from shotwright.core.errors import BadRequest

if TYPE_CHECKING:
    from starlette.responses import Response

KINDS = ("image", "video")


@handler("run")
async def check(call: Call) -> Response:
    """POST /{endpoint}/media {"url", "kind"}: facts, errors and a thumbnail as a data URI. The file is not kept."""
    endpoint = find_endpoint(call.path["endpoint"])
    body = await call.body()
    url, kind = (body.get("url"), body.get("kind")) if isinstance(body, dict) else (None, None)
    if not isinstance(url, str) or not url or kind not in KINDS:
        raise BadRequest('Send {"url": "https://...", "kind": "image"}; kind is image or video.')
    return json_response(await look_at(call, endpoint, url, kind))
