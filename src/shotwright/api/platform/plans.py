"""What a request means and what is wrong with it, while somebody still writes it: plan, camera path, price, errors."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from shotwright.api.answers import json_response
from shotwright.api.call import Call, handler, public
from shotwright.api.platform.money import price_body
from shotwright.api.prices import TYPING_S, price_of
from shotwright.api.requests import engine_of
from shotwright.core.catalog import Endpoint, find_endpoint
from shotwright.core.errors import ModelError
from shotwright.core.limits import PROMPT_MAX_CHARS
from shotwright.core.plan_json import from_json, plan_schema, to_json
from shotwright.core.prompt import plan_request
from shotwright.core.request import Element, ShotRequest, parse_request, unknown_fields
from shotwright.core.topview import top_view
from shotwright.core.words import meaning

if TYPE_CHECKING:
    from starlette.responses import Response

    from shotwright.core.plan import ShotPlan
    from shotwright.engines.spec import EngineInfo

JSON = dict[str, Any]
PLACE_HOLDER = "x"


@handler("read")
async def plan(call: Call) -> Response:
    """POST /{endpoint}/plan: what the request in the body means. It may be unfinished; nothing is stored and nothing rendered."""
    endpoint = find_endpoint(call.path["endpoint"])
    arguments, engine = await call.words_body(), engine_of(call)
    body: JSON = {
        "errors": problems(endpoint, arguments),
        "price": price_body(endpoint, await price_of(call, endpoint, arguments, TYPING_S), engine, call.node),
    }
    draft = unfinished(endpoint, arguments)
    if draft is not None:
        found, lacks = await asyncio.to_thread(_foreseen, draft, call.node.engines[engine])
        ratio = draft.aspect_ratio if draft.aspect_ratio != "auto" else "16:9"
        body |= {"plan": to_json(found) | {"not_rendered": lacks}, "top_view": top_view(found, ratio)}
    return json_response(body)


def _foreseen(draft: ShotRequest, engine: EngineInfo) -> tuple[ShotPlan, list[str]]:
    """The plan, and what the engine will not show of it; the first one loads a parser."""
    plan = plan_request(draft)
    return plan, engine.foresee(plan)


@public
async def schema(_: Call) -> Response:
    """GET /schemas/plan.json: the JSON Schema of plans, as they come out and may be sent in."""
    return json_response(plan_schema())


@public
async def word(call: Call) -> Response:
    """GET /words/{word}: what a noun or a verb becomes."""
    return json_response(meaning(call.path["word"][:80]))


def problems(endpoint: Endpoint, arguments: object) -> list[JSON]:
    """What the schema and the counts refuse, field by field; media are not looked at."""
    try:
        parse_request(endpoint.id, arguments)
    except ModelError as exc:
        return exc.items()
    return []


def unfinished(endpoint: Endpoint, arguments: object) -> ShotRequest | None:
    """A request from whatever is there already; None without a prompt."""
    given: JSON = arguments if isinstance(arguments, dict) else {}
    prompt = given.get("prompt")
    if not isinstance(prompt, str) or not prompt.strip() or len(prompt) > PROMPT_MAX_CHARS:
        return None
    names = {field.name for field in endpoint.fields}

    def many(name: str) -> int:
        value = given.get(name)
        return min(len(value), endpoint.reference_limit) if name in names and isinstance(value, list) else 0

    try:
        plan = from_json(given["plan"]) if given.get("plan") is not None else None
    except ModelError:
        plan = None  # `problems` names its faults
    field = endpoint.field_named("duration")
    seconds = str(given.get("duration") or "5")
    ratio = given.get("aspect_ratio")
    return ShotRequest(
        endpoint.id, prompt, duration_s=float(seconds) if field and seconds in field.options else 5.0,
        image_urls=(PLACE_HOLDER,) * many("image_urls"), elements=(Element(PLACE_HOLDER),) * many("elements"),
        video_url=PLACE_HOLDER if "video_url" in names else None,
        start_image_url=PLACE_HOLDER if "start_image_url" in names else None,
        end_image_url=PLACE_HOLDER if "end_image_url" in names and given.get("end_image_url") else None,
        aspect_ratio=ratio if isinstance(ratio, str) else "auto", plan=plan, unknown=tuple(unknown_fields(endpoint, given)),
    )  # fmt: skip
