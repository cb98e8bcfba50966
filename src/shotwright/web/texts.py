"""The models as text for programs and agents: llms.txt, Markdown pages, an index. Source: seeds 000, 001, 002 and 004."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shotwright.api.call import Call, handler, node_of
from shotwright.api.origin import origin
from shotwright.core.catalog import (
    CANVAS,
    ENDPOINTS,
    KLING_UNIT_USD,
    MODEL_VERSION,
    PUBLISHED,
    SLUGS,
    Endpoint,
    Field,
    find_endpoint,
)
from shotwright.core.errors import NotFound
from shotwright.core.pricing import estimate
from shotwright.web.docs import contents
from shotwright.web.render import pretty, text_response, usd
from shotwright.web.snippets import Snippets, fal_snippets

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

JSON = dict[str, Any]
MARKDOWN = "text/markdown"
TYPES = {
    "prompt": "string", "video": "string", "image": "string", "images": "list<string>", "elements": "list<OmniVideoElementInput>",
    "boolean": "boolean",
}  # fmt: skip
ARRAYS = {"images": "string", "elements": "OmniVideoElementInput"}
RELATED = 4


@dataclass(frozen=True)
class Row:
    """A field as texts show it; JSON values are already text."""

    name: str
    type: str
    required: bool
    description: str
    default: str | None
    options: tuple[str, ...]
    array_of: str | None
    examples: str | None
    limits: str


def row_of(field: Field, endpoint: Endpoint, *, is_brief: bool = False) -> Row:
    """A field of an endpoint; `is_brief` as llms.txt has it."""
    brief = endpoint.brief_options.get(field.name, field.options) if is_brief else field.options
    default = field.default if field.default not in (None, ()) else None
    examples = ", ".join(_compact(example) for example in field.examples) or None
    limits = {"video": endpoint.video_limits.text(), "image": endpoint.image_limits.text()}.get(field.kind, "")
    return Row(
        field.name, field.enum_name or TYPES[field.kind], field.required, field.description,
        None if default is None else json.dumps(default), brief, ARRAYS.get(field.kind), examples, limits,
    )  # fmt: skip


def _compact(value: Any) -> str:  # noqa: ANN401  (any JSON)
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def required_example(endpoint: Endpoint) -> JSON:
    """The smallest request: what is required, as the examples have it."""
    return {field.name: field.examples[0] for field in endpoint.fields if field.required}


def full_example(endpoint: Endpoint) -> JSON:
    """Every field that has an example or a default to choose from. Source: seed 000."""
    found = {}
    for field in endpoint.fields:
        if field.examples:
            found[field.name] = field.examples[0]
        elif field.options:
            found[field.name] = field.default
    return found


def plain_title(endpoint: Endpoint) -> str:
    """The title without its tier."""
    return endpoint.title.split(" [")[0]


async def is_open(request: Request) -> bool:
    """Whether this server takes any key."""
    return await node_of(request).authenticator.is_open()


@handler("read")
async def llms(call: Call) -> Response:
    """GET /models/{id}/llms.txt: the form of seed 000; a slug of EachLabs' wire has the form of seed 004."""
    endpoint = find_endpoint(call.path["endpoint"])
    if endpoint.wire == "eachlabs":
        return _eachlabs(call.request, endpoint, "text/plain")
    base = call.base
    video = endpoint.output_example["video"]
    return text_response("text/llms.txt", "text/plain", model=endpoint, base=base, name=plain_title(endpoint),
        fields=[row_of(field, endpoint, is_brief=True) for field in endpoint.fields],
        required_json=pretty(required_example(endpoint)), full_json=pretty(full_example(endpoint)),
        output_compact=_compact(video), output_json=pretty(endpoint.output_example),
        snippets=fal_snippets(endpoint, required_example(endpoint), base, is_open=await is_open(call.request)),
    )  # fmt: skip


@handler("read")
async def markdown(call: Call) -> Response:
    """GET /models/{id}.md, or the path that several endpoints share: the form of seeds 001 and 002."""
    path = call.path["endpoint"].strip("/")
    if path in SLUGS:
        return _eachlabs(call.request, SLUGS[path], MARKDOWN)
    group = group_of(path)
    base, is_free = call.base, await is_open(call.request)
    items = [
        _item(ENDPOINTS[name], fal_snippets(ENDPOINTS[name], required_example(ENDPOINTS[name]), base, is_open=is_free))
        for name in GROUPS[group]
    ]
    restricted = {field.name: field for item in items for field in item["model"].fields if field.options}
    return text_response("text/model.md", MARKDOWN, base=base, title=title_of(group), items=items,
        related=related([item["model"] for item in items]), restricted=list(restricted.values()),
    )  # fmt: skip


def _item(endpoint: Endpoint, snippets: Snippets) -> JSON:
    """One endpoint of a Markdown page."""
    return {
        "model": endpoint, "snippets": snippets, "fields": [row_of(field, endpoint) for field in endpoint.fields],
        "tab": endpoint.id.rsplit("/", 1)[1].replace("-", " ").title(), "input_json": pretty(endpoint.example),
        "output_sorted": json.dumps(endpoint.output_example, indent=2, sort_keys=True), "about": about(endpoint),
        "price": price(endpoint), "specification": specification(endpoint), "capabilities": capabilities(endpoint),
    }  # fmt: skip


def price(endpoint: Endpoint) -> JSON:
    """What the paid model takes."""
    return {
        "per_second": usd(float(endpoint.usd_per_second)), "five": usd(float(estimate(endpoint, 5).usd)), "ten": usd(float(estimate(endpoint, 10).usd)),
    }  # fmt: skip


def about(endpoint: Endpoint) -> str:
    """What happens with a request here."""
    return (
        f"On this server the request is rendered by the engine that its operator chose: by default as a draft that obeys the prompt, in seconds "
        f"and free. The same request can then be promoted, unchanged, to a GPU or to the paid model, which costs {price(endpoint)['per_second']} per "
        f"second. Up to {endpoint.reference_limit} reference inputs count together: elements, reference images and the start frame."
    )


def specification(endpoint: Endpoint) -> list[tuple[str, str]]:
    """The table of technical facts."""
    options = {field.name: field.options for field in endpoint.fields if field.options}
    formats = ", ".join(ending.removeprefix(".").upper() for ending in endpoint.image_limits.formats)
    rows = [
        ("Architecture", plain_title(endpoint)),
        ("Input Formats", f"Image URLs ({formats}) + text prompts"),
        ("Output Formats", "MP4 video, H.264, 24 fps"),
    ]
    if "duration" in options:
        rows.append(("Video Duration", f"{options['duration'][0]} to {options['duration'][-1]} seconds"))
    else:
        rows.append(("Video Duration", "that of the source video"))
    if "aspect_ratio" in options:
        rows.append(("Aspect Ratios", ", ".join(options["aspect_ratio"])))
    rows.append(("Output Sizes", ", ".join(f"{width}x{height}" for width, height in CANVAS[endpoint.tier].values())))
    rows.append(("Maximum Inputs", f"{endpoint.reference_limit} total (elements + reference images)"))
    if endpoint.takes_video:
        rows.append(("Input Video", endpoint.video_limits.text()))
    rows.append(("Input Images", endpoint.image_limits.text()))
    rows.append(
        (
            "Prompt Syntax",
            "@Element1, @Element2 for tracked objects; @Image1, @Image2 for references and the start frame"
            + ("; @Video1 for the video" if endpoint.takes_video else ""),
        )
    )
    return rows


_CAPABILITIES = {
    "prompt": "Text prompt input", "video_url": "Video input", "keep_audio": "Keeps the source's audio", "duration": "Duration control",
    "aspect_ratio": "Aspect ratio control", "start_image_url": "Start frame", "end_image_url": "End frame",
}  # fmt: skip


def capabilities(endpoint: Endpoint) -> list[str]:
    """What an endpoint lets its caller decide."""
    return [_CAPABILITIES[field.name] for field in endpoint.fields if field.name in _CAPABILITIES]


def _groups() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name in ENDPOINTS:
        head, _, last = name.rpartition("/")
        found.setdefault(head if last in {"edit", "reference"} else name, []).append(name)
    return {group: sorted(names) for group, names in found.items()}


GROUPS = _groups()
"""Pages of the Markdown reference: endpoints that differ in their last word share one."""


def group_of(path: str) -> str:
    """The page that an endpoint, or a shared path, is on.

    Raises:
        NotFound: There is none.
    """
    found = next((group for group, names in GROUPS.items() if path == group or path in names), None)
    if found is None:
        raise NotFound(f'There is no model "{path}" here; {"/llms.txt"} lists them.')
    return found


def title_of(group: str) -> str:
    """`fal-ai/kling-video/o1/standard/video-to-video` → Kling Video O1 Standard Video To Video."""
    return group.split("/", 1)[1].replace("/", " ").replace("-", " ").title()


def related(shown: list[Endpoint]) -> list[Endpoint]:
    """Other models to look at: the pro ones, then the same task in the other tier."""
    here = {item.id for item in shown}
    others = [item for item in ENDPOINTS.values() if item.id not in here]
    tasks = {item.task for item in shown}
    return sorted(others, key=lambda item: (item.tier != "pro", item.task not in tasks))[:RELATED]


def _eachlabs(request: Request, model: Endpoint, media_type: str) -> Response:
    settings = node_of(request).settings
    example = {"model": model.id, "input": _example_input(model)}
    fields = sorted(model.fields, key=lambda field: field.kind == "boolean")
    return text_response("text/eachlabs.md", media_type, model=model, base=origin(request, settings), model_version=MODEL_VERSION,
        cost=f"Unit-based pricing: ${KLING_UNIT_USD} per Kling unit", updated=PUBLISHED[:10],
        fields=[_constrained(field) for field in fields], example_json=pretty(example).replace("'", "'\\''"),
        creates=settings.eachlabs_creates_per_minute, in_flight=settings.eachlabs_in_flight, own_files=settings.eachlabs_own_files,
    )  # fmt: skip


def _example_input(model: Endpoint) -> JSON:
    needed = required_example(model)
    return {name: needed[name] for name in sorted(needed, key=lambda name: name == "prompt")}


def _constrained(field: Field) -> JSON:
    kinds = {"images": "array", "elements": "array", "boolean": "boolean"}
    constraints = ",".join(field.options) or (f"0–{field.max_items}" if field.max_items else "-")
    default = (
        "-"
        if field.default in (None, ())
        else str(field.default).lower()
        if isinstance(field.default, bool)
        else field.default
    )
    return {
        "name": field.name, "type": kinds.get(field.kind, "string"), "required": field.required, "default": default,
        "constraints": constraints, "description": field.description.replace("`", ""),
    }  # fmt: skip


@handler("read")
async def index(call: Call) -> Response:
    """GET /llms.txt: everything there is to read."""
    return text_response("text/index.txt", "text/plain", base=call.base, models=list(ENDPOINTS.values()),
        slugs=list(SLUGS.values()), groups=[(group, title_of(group)) for group in GROUPS], docs=contents(),
    )  # fmt: skip
