"""The pages of the models: all of them, one's playground, one's API reference."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.responses import RedirectResponse

from shotwright.api.auth import Caller, caller
from shotwright.api.body import read_json
from shotwright.api.context import context_of
from shotwright.api.eachlabs.models import VERSION
from shotwright.api.fal.bodies import json_response
from shotwright.api.origin import origin
from shotwright.core.catalog import ENDPOINTS, SLUGS, Endpoint, find_endpoint
from shotwright.core.errors import BadRequest
from shotwright.core.limits import PROMPT_MAX_CHARS
from shotwright.jobs.history import Search, search, typical
from shotwright.web import forms, texts
from shotwright.web.render import page, pretty
from shotwright.web.snippets import eachlabs_snippets, fal_snippets

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

LATEST = 6


async def home(request: Request, who: Caller) -> Response:
    """/: models by task, engines, the queue."""
    context = context_of(request)
    rows = await search(context.pool, Search(owner=who.owner_filter), LATEST)
    return page(
        request, "home.html", who, tasks=forms.models(), engines=forms.engines_of(context.engines, context.settings.engine),
        counts=await context.store.counts(), latest=rows, base=origin(request, context.settings),
    )  # fmt: skip


async def playground(request: Request, who: Caller) -> Response:
    """/models/{id}/playground."""
    context = context_of(request)
    endpoint = find_endpoint(request.path_params["endpoint"])
    if endpoint.wire != "fal":
        query = f"?{request.url.query}" if request.url.query else ""
        return RedirectResponse(f"/models/{endpoint.counterpart}/playground{query}", 307)
    usual = await typical(context.pool, endpoint.id, context.settings.engine)
    data = {
        "form": forms.form_of(endpoint), "moves": forms.moves(), "engines": forms.engines_of(context.engines, context.settings.engine),
        "origin": origin(request, context.settings), "usual_s": usual.seconds if usual else None, "is_open": who.is_open,
        "endpoints": [{"id": item.id, "slug": item.counterpart} for item in ENDPOINTS.values()],
    }  # fmt: skip
    return page(request, "playground.html", who, model=endpoint, data=data, price=texts.price(endpoint))


async def reference(request: Request, who: Caller) -> Response:
    """/models/{id} and /models/{id}/api: the API reference made from the catalogue."""
    context = context_of(request)
    endpoint = find_endpoint(request.path_params["endpoint"])
    base = origin(request, context.settings)
    fal = endpoint if endpoint.wire == "fal" else find_endpoint(endpoint.canonical_id)
    arguments = texts.required_example(fal)
    wires = [
        ("fal", fal_snippets(fal, arguments, base, is_open=who.is_open)),
        ("EachLabs", eachlabs_snippets(endpoint, arguments, base)),
    ]
    return page(
        request, "reference.html", who, model=endpoint, fal=fal, slug=_slug_of(endpoint), fields=[texts.row_of(field, endpoint) for field in endpoint.fields],
        price=texts.price(endpoint), specification=texts.specification(endpoint), wires=wires, base=base,
        input_json=pretty(endpoint.example), output_json=pretty(endpoint.output_example), prompt_max=PROMPT_MAX_CHARS,
        related=texts.related([fal]), model_version=VERSION,
    )  # fmt: skip


def _slug_of(endpoint: Endpoint) -> Endpoint | None:
    """EachLabs' name of the same model; the standard tier has none."""
    return endpoint if endpoint.wire == "eachlabs" else SLUGS.get(endpoint.counterpart or "")


async def code(request: Request) -> Response:
    """POST /models/{id}/code: the request in the body as programs for both wires."""
    context = context_of(request)
    who = await caller(request)
    endpoint = find_endpoint(request.path_params["endpoint"])
    arguments: Any = await read_json(request, context.settings.max_body_mb)
    if not isinstance(arguments, dict):
        raise BadRequest("Send the input of a request, a JSON object.")
    base = origin(request, context.settings)
    return json_response(
        {
            "fal": vars(fal_snippets(endpoint, arguments, base, is_open=who.is_open)),
            "eachlabs": vars(eachlabs_snippets(endpoint, arguments, base)),
        }
    )
