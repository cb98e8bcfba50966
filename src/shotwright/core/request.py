"""ShotRequest: the one canonical form of a request, whatever wire it came in on.

`parse_request` validates a body against the endpoint's catalogue entry with pydantic models that are generated from
it, so that the errors are those of the documented service, field for field.
"""

from __future__ import annotations

import difflib
import hashlib
import json
from dataclasses import dataclass, replace
from functools import cache
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    AliasChoices,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    create_model,
)

from shotwright.core import catalog
from shotwright.core.errors import InputErrors, ModelError, SchemaError
from shotwright.core.limits import ELEMENT_VIEWS_MAX, check_reference_count
from shotwright.core.passes import PASSES
from shotwright.core.plan import ShotPlan
from shotwright.core.plan_json import from_json

SHOWN_MAX, UNKNOWN_MAX = 2000, 20
EXTENSIONS = frozenset({"plan", "conditioning_scale", "look", "passes", "control_video_url"})
"""Fields of a body that are ours alone, and go to no paid service."""
SCALE_MAX = 2.0
LOOKS = ("playblast",)
"""Styles that a draft may be drawn in whatever its words say."""


@dataclass(frozen=True)
class Element:
    """A character or object: a frontal picture and further views."""

    frontal_image_url: str
    reference_image_urls: tuple[str, ...] = ()


@dataclass(frozen=True)
class ShotRequest:
    """A valid request: what to render, from which media, for how long, in which shape."""

    endpoint_id: str
    prompt: str
    image_urls: tuple[str, ...] = ()
    elements: tuple[Element, ...] = ()
    video_url: str | None = None
    start_image_url: str | None = None
    end_image_url: str | None = None
    duration_s: float = 5.0
    aspect_ratio: str = "auto"
    keep_audio: bool = False
    seed: int | None = None
    look: str | None = None  #: A style instead of the words': our extension `look`.
    passes: tuple[str, ...] = ()  #: What is wanted beside the clip: our extension `passes`.
    control_video_url: str | None = None  #: Whose geometry the clip is to have: our extension of this name.
    plan: ShotPlan | None = None  #: A plan to carry out instead of reading the prompt: our extension `plan`.
    unknown: tuple[str, ...] = ()  #: Sentences about fields of the body that this endpoint does not have.

    @property
    def endpoint(self) -> catalog.Endpoint:
        """The catalogue entry of this request."""
        return catalog.find_endpoint(self.endpoint_id)

    @property
    def images(self) -> tuple[str, ...]:
        """What @Image1, @Image2, ... mean: the frames of image-to-video, else the reference images in order."""
        frames = tuple(url for url in (self.start_image_url, self.end_image_url) if url)
        return frames or self.image_urls

    def derived_seed(self) -> int:
        """The given seed, else one that follows from the request itself: same request, same film."""
        if self.seed is not None:
            return self.seed
        text = json.dumps(
            [
                self.endpoint.canonical_id,
                self.prompt,
                self.duration_s,
                self.aspect_ratio,
                len(self.image_urls),
                len(self.elements),
            ]
        )
        return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big")


def parse_request(endpoint_id: str, body: object, *, seed: int | None = None) -> ShotRequest:
    """Validate a request body.

    Args:
        endpoint_id: An id of the catalogue.
        body: The decoded JSON body.
        seed: The seed, when the client chose one.

    Raises:
        NotFound: There is no such endpoint.
        SchemaError: The body does not fit the schema; `items()` are pydantic's own.
        InputErrors: The body fits, but breaks a limit that spans several fields.
    """
    endpoint = catalog.find_endpoint(endpoint_id)
    try:
        parsed = input_model(endpoint.id).model_validate(body)
    except ValidationError as exc:
        raise SchemaError(_items(exc)) from exc
    values = parsed.model_dump()
    elements = tuple(
        Element(item["frontal_image_url"], tuple(item["reference_image_urls"] or ()))
        for item in values.get("elements") or ()
    )
    images = tuple(values.get("image_urls") or ())
    problems: list[ModelError] = list(check_reference_count(len(images), len(elements), endpoint.reference_limit))
    if problems:
        raise problems[0] if len(problems) == 1 else InputErrors(problems)
    request = ShotRequest(
        endpoint_id=endpoint.id,
        prompt=values["prompt"],
        image_urls=images,
        elements=elements,
        video_url=values.get("video_url"),
        start_image_url=values.get("start_image_url"),
        end_image_url=values.get("end_image_url"),
        duration_s=float(values.get("duration") or 5),
        aspect_ratio=values.get("aspect_ratio") or "auto",
        keep_audio=bool(values.get("keep_audio")),
        seed=seed,
        unknown=tuple(unknown_fields(endpoint, body)),
    )
    _check_scale(body)
    return replace(
        request, plan=given_plan(request, body), look=_given_look(body), passes=_given_passes(body), control_video_url=_given_control(body),
    )  # fmt: skip


def _given_passes(body: object) -> tuple[str, ...]:
    """What a body asks for beside its clip, a list of names or "all".

    Raises:
        SchemaError: There is no such one.
    """
    given = body.get("passes") if isinstance(body, dict) else None
    wanted = list(PASSES) if given == "all" else given
    if wanted is None:
        return ()
    if not isinstance(wanted, list) or not all(name in tuple(PASSES) for name in wanted):
        text = f"Input should be 'all' or a list of {', '.join(map(repr, PASSES))}"
        raise SchemaError([{"loc": ["body", "passes"], "msg": text, "type": "value_error"}])
    return tuple(dict.fromkeys(wanted))


def _given_control(body: object) -> str | None:
    """The video that a body wants the geometry of.

    Raises:
        SchemaError: It is no address.
    """
    given = body.get("control_video_url") if isinstance(body, dict) else None
    if given is None:
        return None
    try:
        return _url(given) if isinstance(given, str) else _url("")
    except ValueError as exc:
        raise SchemaError([{"loc": ["body", "control_video_url"], "msg": str(exc), "type": "value_error"}]) from exc


def _given_look(body: object) -> str | None:
    """The style that a body asks for beside its words.

    Raises:
        SchemaError: There is no such one.
    """
    given = body.get("look") if isinstance(body, dict) else None
    if given is not None and given not in LOOKS:
        text = f"Input should be {' or '.join(map(repr, LOOKS))}"
        raise SchemaError([{"loc": ["body", "look"], "msg": text, "type": "value_error"}])
    return given


def _check_scale(body: object) -> None:
    """How strongly an engine is to follow its control frames, where a body says.

    Raises:
        SchemaError: It is no number from 0 to 2.
    """
    given = body.get("conditioning_scale") if isinstance(body, dict) else None
    is_number = isinstance(given, int | float) and not isinstance(given, bool)
    if given is not None and not (is_number and 0 <= given <= SCALE_MAX):
        where = ["body", "conditioning_scale"]
        raise SchemaError(
            [{"loc": where, "msg": f"Input should be a number from 0 to {SCALE_MAX:g}", "type": "value_error"}]
        )


def given_plan(request: ShotRequest, body: object) -> ShotPlan | None:
    """The plan that a body brings along, fit for its request; None without one.

    Raises:
        SchemaError: It is no plan, or one for another request; `items()` name each fault with its path.
    """
    given = body.get("plan") if isinstance(body, dict) else None
    if given is None:
        return None
    plan = from_json(given)
    faults = [
        {"loc": ["body", "plan", *path], "msg": text, "type": "value_error"} for path, text in _misfits(request, plan)
    ]
    if faults:
        raise SchemaError(faults)
    return replace(plan, not_rendered=())


def _misfits(request: ShotRequest, plan: ShotPlan) -> list[tuple[tuple[str | int, ...], str]]:
    """What of a plan does not go with its request: task, length, references that did not come."""
    found: list[tuple[tuple[str | int, ...], str]] = []
    task = request.endpoint.task
    if plan.task != task:
        found.append((("task",), f"{request.endpoint_id} renders {task}."))
    if task != "edit" and abs(plan.duration_s - request.duration_s) > 0.001:
        found.append((("duration_s",), f"The request asks for {request.duration_s:g} seconds."))
    there = {f"@Image{i + 1}" for i in range(len(request.images))} | {
        f"@Element{i + 1}" for i in range(len(request.elements))
    }
    there |= {"@Video1"} if request.video_url else set()
    named: list[tuple[tuple[str | int, ...], str | None]] = [
        (("start_frame",), plan.start_frame), (("end_frame",), plan.end_frame), (("place_ref",), plan.place_ref),
        *((("style_refs", i), ref) for i, ref in enumerate(plan.style_refs)),
        *((("entities", i, "ref"), item.ref) for i, item in enumerate(plan.entities)),
        *((("edits", i, "with"), edit.with_ref) for i, edit in enumerate(plan.edits)),
    ]  # fmt: skip
    return found + [(path, f"{ref} is not part of the request.") for path, ref in named if ref and ref not in there]


def unknown_fields(endpoint: catalog.Endpoint, body: object) -> list[str]:
    """What a body has that the endpoint does not, a sentence each with the nearest field that it has. The service ignores them; so do we."""
    if not isinstance(body, dict):
        return []
    found = _strangers(body, {*EXTENSIONS, *(field.name for field in endpoint.fields)}, "")
    elements = body.get("elements")
    for number, item in enumerate(elements if isinstance(elements, list) else ()):
        known = {"frontal_image_url", "reference_image_urls", *(("image_url",) if endpoint.wire == "eachlabs" else ())}
        found += _strangers(item, known, f"elements[{number}].") if isinstance(item, dict) else []
    return found[:UNKNOWN_MAX]


def _strangers(given: dict[str, Any], known: set[str], where: str) -> list[str]:
    said = []
    for name in given:
        if name not in known:
            near = difflib.get_close_matches(name.lower().replace("-", "_"), known, 1, 0.6)
            hint = f"; did you mean `{where}{near[0]}`?" if near else "."
            said.append(f"`{where}{name[:80]}` is not a field of this model and is ignored{hint}")
    return said


def _items(exc: ValidationError) -> list[dict[str, Any]]:
    """Pydantic's errors as fal shows them: located under `body`, plain JSON."""
    found = []
    for error in exc.errors(include_url=False):
        item: dict[str, Any] = {"loc": ["body", *error["loc"]], "msg": error["msg"], "type": error["type"]}
        item["input"] = _shortened(error["input"])
        if "ctx" in error:
            item["ctx"] = {key: _plain(value) for key, value in error["ctx"].items()}
        found.append(item)
    return found


def _shortened(value: object) -> object:
    """The offending input, without echoing megabytes of it back."""
    if isinstance(value, str):
        return value if len(value) <= SHOWN_MAX else f"{value[:SHOWN_MAX]}… [{len(value)} characters]"
    text = json.dumps(value, default=str, ensure_ascii=False)
    return value if len(text) <= SHOWN_MAX else f"{text[:SHOWN_MAX]}… [{len(text)} characters]"


def _plain(value: object) -> object:
    return value if isinstance(value, str | int | float | bool | None) else str(value)


def _url(value: str) -> str:
    """Media come by http(s) or as data URIs."""
    if not value.strip():
        raise ValueError("URL must not be empty")
    if not value.strip().lower().startswith(("http://", "https://", "data:")):
        raise ValueError("URL must start with http://, https:// or data:")
    return value.strip()


def _not_blank(value: str) -> str:
    if not value.strip():
        raise ValueError("Prompt must not be empty")
    return value


MediaUrl = Annotated[str, AfterValidator(_url)]


class ElementInput(BaseModel):
    """`OmniVideoElementInput` of the documents."""

    model_config = ConfigDict(extra="ignore")
    frontal_image_url: MediaUrl
    reference_image_urls: Annotated[list[MediaUrl], Field(max_length=ELEMENT_VIEWS_MAX)] | None = None


class AliasedElementInput(ElementInput):
    """An element as EachLabs' clients also write it: `image_url` for the frontal picture."""

    frontal_image_url: Annotated[MediaUrl, Field(validation_alias=AliasChoices("frontal_image_url", "image_url"))]


def _as_text(value: object) -> object:
    """EachLabs' clients send durations as numbers, too."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _annotation(field: catalog.Field, wire: catalog.Wire) -> Any:  # noqa: ANN401  (a type expression)
    if field.kind == "enum":
        choice: Any = Literal[field.options]
        return choice if wire == "fal" else Annotated[choice, BeforeValidator(_as_text)]
    many = Field(max_length=field.max_items)
    element = ElementInput if wire == "fal" else AliasedElementInput
    table: dict[str, Any] = {
        "prompt": Annotated[str, Field(max_length=catalog.PROMPT_LIMIT), AfterValidator(_not_blank)],
        "video": MediaUrl,
        "image": MediaUrl,
        "images": Annotated[list[MediaUrl], many],
        "elements": Annotated[list[element], many],  # type: ignore[valid-type]  # chosen by the wire
        "boolean": bool,
    }
    return table[field.kind]


@cache
def input_model(endpoint_id: str) -> type[BaseModel]:
    """The pydantic model of an endpoint's input, generated from the catalogue.

    Unknown keys are ignored, as the documented service does; `null` means "not given" for optional fields.
    """
    endpoint = catalog.find_endpoint(endpoint_id)
    fields: dict[str, Any] = {}
    for spec in endpoint.fields:
        kind = _annotation(spec, endpoint.wire)
        default = list(spec.default) if isinstance(spec.default, tuple) else spec.default
        fields[spec.name] = (kind, ...) if spec.required else (kind | None, default)
    return create_model(endpoint.schema_title, __config__=ConfigDict(extra="ignore"), **fields)
