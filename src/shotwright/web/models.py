"""The pages of the models: all of them, one's playground, one's API reference."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.responses import RedirectResponse

from shotwright.api.answers import json_response
from shotwright.api.call import Call, handler
from shotwright.core.catalog import ENDPOINTS, MODEL_VERSION, SLUGS, Endpoint, find_endpoint
from shotwright.core.errors import BadRequest
from shotwright.core.limits import PROMPT_MAX_CHARS
from shotwright.jobs.history import Search, search, typical
from shotwright.web import forms, texts
from shotwright.web.render import page, pretty
from shotwright.web.snippets import eachlabs_snippets, fal_snippets

if TYPE_CHECKING:
    from starlette.responses import Response

LATEST = 6


async def home(call: Call) -> Response:
    """/: models by task, engines, the queue."""
    rows = await search(call.node.pool, Search(owner=call.who.owner_filter), LATEST)
    return page(
        call.request, "home.html", call.who, tasks=forms.models(), engines=forms.engines_of(call.node.engines, call.node.settings.engine),
        counts=await call.node.store.counts(), latest=rows, base=call.base,
    )  # fmt: skip


async def all_of_them(_: Call) -> Response:
    """/models: they are on the front page."""
    return RedirectResponse("/", 307)


async def playground(call: Call) -> Response:
    """/models/{id}/playground."""
    endpoint = find_endpoint(call.path["endpoint"])
    if endpoint.wire != "fal":
        query = f"?{call.request.url.query}" if call.request.url.query else ""
        return RedirectResponse(f"/models/{endpoint.counterpart}/playground{query}", 307)
    usual = await typical(call.node.pool, endpoint.id, call.node.settings.engine)
    data = {
        "form": forms.form_of(endpoint), "moves": forms.moves(), "vocabulary": forms.vocabulary(), "engines": forms.engines_of(call.node.engines, call.node.settings.engine),
        "origin": call.base, "usual_s": usual.seconds if usual else None, "is_open": call.who.is_open,
        "endpoints": [{"id": item.id, "slug": item.counterpart} for item in ENDPOINTS.values()],
    }  # fmt: skip
    return page(call.request, "playground.html", call.who, model=endpoint, data=data, price=texts.price(endpoint))


async def reference(call: Call) -> Response:
    """/models/{id} and /models/{id}/api: the API reference made from the catalogue."""
    endpoint = find_endpoint(call.path["endpoint"])
    base = call.base
    fal = endpoint if endpoint.wire == "fal" else find_endpoint(endpoint.canonical_id)
    arguments = texts.required_example(fal)
    wires = [
        ("fal", fal_snippets(fal, arguments, base, is_open=call.who.is_open)),
        ("EachLabs", eachlabs_snippets(endpoint, arguments, base)),
    ]
    return page(
        call.request, "reference.html", call.who, model=endpoint, fal=fal, slug=_slug_of(endpoint), fields=[texts.row_of(field, endpoint) for field in endpoint.fields],
        price=texts.price(endpoint), specification=texts.specification(endpoint), wires=wires, base=base,
        input_json=pretty(endpoint.example), output_json=pretty(endpoint.output_example), prompt_max=PROMPT_MAX_CHARS,
        related=texts.related([fal]), model_version=MODEL_VERSION,
    )  # fmt: skip


def _slug_of(endpoint: Endpoint) -> Endpoint | None:
    """EachLabs' name of the same model; the standard tier has none."""
    return endpoint if endpoint.wire == "eachlabs" else SLUGS.get(endpoint.counterpart or "")


@handler("read")
async def code(call: Call) -> Response:
    """POST /models/{id}/code: the request in the body as programs for both wires."""
    endpoint = find_endpoint(call.path["endpoint"])
    arguments: Any = await call.words_body()
    if not isinstance(arguments, dict):
        raise BadRequest("Send the input of a call.request, a JSON object.")
    base = call.base
    return json_response(
        {
            "fal": vars(fal_snippets(endpoint, arguments, base, is_open=call.who.is_open)),
            "eachlabs": vars(eachlabs_snippets(endpoint, arguments, base)),
        }
    )
