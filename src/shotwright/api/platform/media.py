"""Looks at a picture or a clip before a request uses it: what it measures, which limits it breaks, a thumbnail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shotwright.api.auth import caller
from shotwright.api.body import read_json
from shotwright.api.context import context_of
from shotwright.api.fal.bodies import json_response
from shotwright.api.origin import own_hosts
from shotwright.core.catalog import find_endpoint
from shotwright.core.errors import BadRequest
from shotwright.jobs.look import Look, look

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

KINDS = ("image", "video")


async def check(request: Request) -> Response:
    """POST /{endpoint}/media {"url", "kind"}: facts, errors and a thumbnail as a data URI. The file is not kept."""
    context = context_of(request)
    await caller(request, "run")
    endpoint = find_endpoint(request.path_params["endpoint"])
    wish = await read_json(request, context.settings.max_body_mb)
    url, kind = (wish.get("url"), wish.get("kind")) if isinstance(wish, dict) else (None, None)
    if not isinstance(url, str) or not url or kind not in KINDS:
        raise BadRequest('Send {"url": "https://...", "kind": "image"}; kind is image or video.')
    settings = context.settings
    hosts = own_hosts(request, settings)
    return json_response(
        await look(Look(endpoint.id, url, kind, settings.files(), hosts, settings.allow_private_media))
    )
