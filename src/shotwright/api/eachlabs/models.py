"""The models of this wire, made from the catalogue. Source: eachlabs-wire a.1."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shotwright.api.eachlabs import bodies
from shotwright.api.query import whole_number
from shotwright.api.schema import element_schema, input_schema
from shotwright.core.catalog import MODEL_VERSION, SLUGS, Endpoint
from shotwright.core.errors import BadRequest, NotFound

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response


async def listing(request: Request) -> Response:
    """GET /v1/models?name=&limit=&offset=: a bare array."""
    limit = whole_number(request, "limit", 50, 1, 500)
    offset = whole_number(request, "offset", 0, 0, 10**6)
    name = request.query_params.get("name", "").lower()
    found = [shown(model) for model in SLUGS.values() if name in model.title.lower() or name in model.id]
    return bodies.answer(request, found[offset : offset + limit])


async def by_query(request: Request) -> Response:
    """GET /v1/model?slug=."""
    slug = request.query_params.get("slug", "")
    if not slug:
        raise BadRequest("slug parameter is required")
    return _one(request, slug)


async def by_path(request: Request) -> Response:
    """GET /v1/models/{slug}."""
    return _one(request, request.path_params["slug"])


def _one(request: Request, slug: str) -> Response:
    if slug not in SLUGS:
        raise NotFound("Failed to fetch model: model not found")
    return bodies.answer(request, {**shown(SLUGS[slug]), "cost": None})


def shown(model: Endpoint) -> dict[str, Any]:
    """A model as the list shows it."""
    return {
        "title": model.title, "slug": model.id, "version": MODEL_VERSION, "output_type": "video", "request_schema": schema(model),
    }  # fmt: skip


def schema(model: Endpoint) -> dict[str, Any]:
    """The model's input as one JSON schema without references."""
    found = input_schema(model)
    elements = found["properties"].get("elements")
    if elements:
        elements["items"] = element_schema()
    return found
