"""Every endpoint as data. Schemas, validation, OpenAPI, docs and the CLI are made from this table.

Adding an endpoint is adding a row. Wording, defaults, enums and examples are those of the seed documents.
Source: seeds 000-004, kling-o1 b.1 and b.6, fal-wire 6.1, eachlabs-wire a.2.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

from shotwright.core.errors import UnknownEndpoint
from shotwright.core.limits import MB, PROMPT_MAX_CHARS, ImageLimits, VideoLimits

if TYPE_CHECKING:
    from collections.abc import Mapping

Task = Literal["reference_to_video", "video_reference", "edit", "first_last_frame"]
Tier = Literal["pro", "standard"]
FieldKind = Literal["prompt", "video", "image", "images", "elements", "boolean", "enum"]
Wire = Literal["fal", "eachlabs"]

IMAGE = ImageLimits()
VIDEO = VideoLimits()


@dataclass(frozen=True)
class Field:
    """One input of an endpoint: its kind, its default, its documented text."""

    name: str
    kind: FieldKind
    description: str
    required: bool = False
    default: Any = None
    options: tuple[str, ...] = ()
    examples: tuple[Any, ...] = ()
    enum_name: str = ""
    max_items: int | None = None


@dataclass(frozen=True)
class Endpoint:
    """One endpoint: what it takes, what it costs, what it returns."""

    id: str
    task: Task
    tier: Tier
    title: str
    summary: str
    category: str
    schema_title: str
    fields: tuple[Field, ...]
    usd_per_second: Decimal
    reference_limit: int
    example: dict[str, Any]
    output_example: dict[str, Any]
    image_limits: ImageLimits = IMAGE
    video_limits: VideoLimits = VIDEO
    wire: Wire = "fal"
    brief_options: Mapping[str, tuple[str, ...]] = field(
        default_factory=dict
    )  #: What llms.txt offers where it offers less.
    counterpart: str | None = None  #: The same model's id on the other wire.

    @property
    def takes_video(self) -> bool:
        """Whether a reference or source video is part of the input."""
        return any(f.kind == "video" for f in self.fields)

    @property
    def app_path(self) -> str:
        """Owner and app, the prefix of status and result addresses on fal's wire."""
        return "/".join(self.canonical_id.split("/")[:2])

    @property
    def canonical_id(self) -> str:
        """One id for one model, whichever wire names it: fal's."""
        return self.id if self.wire == "fal" or self.counterpart is None else self.counterpart

    @property
    def schema_name(self) -> str:
        """PascalCase of the id without its owner, as generated client types spell it."""
        words = self.id.split("/", 1)[1].replace("/", "-").split("-")
        return "".join(word.capitalize() for word in words)

    def field_named(self, name: str) -> Field | None:
        """The field called `name`, or None."""
        return next((f for f in self.fields if f.name == name), None)


_CDN = "https://v3b.fal.media/files/b/"
_ELEMENT_EXAMPLE = {
    "frontal_image_url": _CDN + "panda/MQp-ghIqshvMZROKh9lW3.png",
    "reference_image_urls": [
        _CDN + "kangaroo/YMpmQkYt9xugpOTQyZW0O.png",
        _CDN + "zebra/d6ywajNyJ6bnpa_xBue-K.png",
    ],
}
_RABBIT_EXAMPLE = {
    "reference_image_urls": [_CDN + "zebra/YvRbjNmoauvqs0ltcXiXJ.png"],
    "frontal_image_url": _CDN + "rabbit/Jdn8H24frD9Cd31GiJuk3.png",
}
_STONE_EXAMPLE = {
    "frontal_image_url": _CDN + "koala/gSnsA7HJlgcaTyR5Ujj2H.png",
    "reference_image_urls": [_CDN + "kangaroo/EBF4nWihspyv4pp6hgj7D.png"],
}
_REFERENCE_VIDEO = _CDN + "panda/oVdiICFXY03Vbam-08Aj8_output.mp4"
_EDIT_VIDEO = _CDN + "rabbit/ku8_Wdpf-oTbGRq4lB5DU_output.mp4"

GREENHOUSE_PROMPT = (
    "Take @Image1 as the start frame. Start with a high-angle satellite view of the ancient greenhouse ruin surrounded "
    "by nature. The camera swoops down and flies inside the building, revealing the character from @Element1 standing "
    "in the sun-drenched center. The camera then seamlessly transitions into a smooth 180-degree orbit around the "
    "character, moving to the back view. As the open backpack comes into focus, the camera continues to push forward, "
    "zooming deep inside the bag to reveal the glowing stone from @Element2 nestled inside. Cinematic lighting, "
    "hopeful atmosphere, 35mm lens. Make sure to keep it as the style of @Image2."
)
NEXT_SHOT_PROMPT = "Based on @Video1, generate the next shot. keep the style of the video"
REPLACE_PROMPT = (
    "Replace the character in the video with @Element1, maintaining the same movements and camera angles. "
    "Transform the landscape into @Image1"
)
FRAMES_PROMPT = "The camera slowly pushes in from @Image1 and settles on @Image2. Cinematic lighting."

DURATIONS = tuple(str(seconds) for seconds in range(3, 11))
RATIOS = ("16:9", "9:16", "1:1")

_MAX7 = "Maximum 7 total (elements + reference images + start image)."
_MAX4 = "Maximum 4 total (elements + reference images) when using video."
_USE = "Use @Element1, @Element2 to reference elements and @Image1, @Image2 to reference images in order."
_TAKE = "Take @Element1, @Element2 to reference elements and @Image1, @Image2 to reference images in order."

_DURATION = Field(
    "duration", "enum", 'Video duration in seconds. Default value: `"5"`',
    default="5", options=DURATIONS, enum_name="DurationEnum",
)  # fmt: skip
_RATIO = Field(
    "aspect_ratio", "enum", 'The aspect ratio of the generated video frame. Default value: `"16:9"`',
    default="16:9", options=RATIOS, enum_name="AspectRatioEnum",
)  # fmt: skip
_AUTO_RATIO = Field(
    "aspect_ratio", "enum",
    "The aspect ratio of the generated video frame. If 'auto', the aspect ratio will be determined automatically based "
    "on the input video, and the closest aspect ratio to the input video will be used. Default value: `\"auto\"`",
    default="auto", options=("auto", *RATIOS), enum_name="AspectRatioEnum",
)  # fmt: skip
_KEEP_AUDIO = Field("keep_audio", "boolean", "Whether to keep the original audio from the video.", default=False)
_VIDEO_TEXT = (
    "Reference video URL. Only .mp4/.mov formats supported, 3-10 seconds duration, 720-2160px resolution, max 200MB."
)


def _prompt(text: str, example: str) -> Field:
    return Field("prompt", "prompt", text, required=True, examples=(example,))


def _video(example: str) -> Field:
    return Field("video_url", "video", _VIDEO_TEXT, required=True, examples=(example,))


def _images(limit_text: str, *examples: Any) -> Field:  # noqa: ANN401  (any JSON)
    lead = "Additional reference images" if limit_text is _MAX7 else "Reference images"
    text = f"{lead} for style/appearance. Reference in prompt as @Image1, @Image2, etc. {limit_text}"
    return Field("image_urls", "images", text, default=(), examples=examples)


def _elements(limit_text: str, example: dict[str, Any] | None = None) -> Field:
    where = " in the video" if limit_text is _MAX7 else ""
    text = (
        f"Elements (characters/objects) to include{where}. "
        f"Reference in prompt as @Element1, @Element2, etc. {limit_text}"
    )
    return Field("elements", "elements", text, default=(), examples=([example or _ELEMENT_EXAMPLE],))


_FIELDS: dict[Task, tuple[Field, ...]] = {
    "reference_to_video": (
        _prompt(_TAKE, GREENHOUSE_PROMPT), _images(_MAX7), _elements(_MAX7), _DURATION, _RATIO,
    ),
    "video_reference": (
        _prompt(_USE, NEXT_SHOT_PROMPT), _video(_REFERENCE_VIDEO), _KEEP_AUDIO, _images(_MAX4, []), _elements(_MAX4, _RABBIT_EXAMPLE),
        _AUTO_RATIO, _DURATION,
    ),
    "edit": (
        _prompt(_USE, REPLACE_PROMPT), _video(_EDIT_VIDEO), _KEEP_AUDIO, _images(_MAX4), _elements(_MAX4),
    ),
    "first_last_frame": (
        _prompt("Use @Image1 to reference the start frame, @Image2 to reference the end frame.", FRAMES_PROMPT),
        Field("start_image_url", "image", "Image to use as the first frame of the video.", required=True,
              examples=(_CDN + "koala/v9COzzH23FGBYdGLgbK3u.png",)),
        Field("end_image_url", "image", "Image to use as the last frame of the video.",
              examples=(_CDN + "elephant/5Is2huKQFSE7A7c5uUeUF.png",)),
        _DURATION,
    ),
}  # fmt: skip


def _file(size: int, name: str) -> dict[str, Any]:
    return {"video": {"file_size": size, "file_name": "output.mp4", "content_type": "video/mp4", "url": _CDN + name}}


@dataclass(frozen=True)
class _Family:
    """What the pro and the standard endpoint of one task share."""

    task: Task
    path: str
    title: str
    summary: str
    category: str
    schema_title: str
    example: dict[str, Any]
    output: dict[str, Any]


_FAMILIES = (
    _Family(
        "reference_to_video", "reference-to-video", "Kling O1 Reference Image to Video",
        "Transform images, elements, and text into consistent, high-quality video scenes, ensuring stable character "
        "identity, object details, and environments.",
        "image-to-video", "OmniVideoReferenceToVideoInput",
        {"prompt": GREENHOUSE_PROMPT,
         "image_urls": [_CDN + "koala/v9COzzH23FGBYdGLgbK3u.png", _CDN + "elephant/5Is2huKQFSE7A7c5uUeUF.png"],
         "elements": [_ELEMENT_EXAMPLE, _STONE_EXAMPLE], "duration": "5", "aspect_ratio": "16:9"},
        _file(47359974, "panda/oVdiICFXY03Vbam-08Aj8_output.mp4"),
    ),
    _Family(
        "video_reference", "video-to-video/reference", "Kling O1 Reference Video to Video",
        "Kling O1 Omni generates new shots guided by an input reference video, preserving cinematic language such as "
        "motion, and camera style to produce seamless scene continuity.",
        "video-to-video", "OmniV2VReferenceInput",
        {"prompt": NEXT_SHOT_PROMPT, "video_url": _REFERENCE_VIDEO, "keep_audio": False, "image_urls": [],
         "elements": [_ELEMENT_EXAMPLE], "aspect_ratio": "auto", "duration": "5"},
        _file(28472159, "kangaroo/3n_Lpxm_SjK5NYyBobRdS_output.mp4"),
    ),
    _Family(
        "edit", "video-to-video/edit", "Kling O1 Edit Video",
        "Edit an existing video using natural-language instructions, transforming subjects, settings, and style while "
        "retaining the original motion structure.",
        "video-to-video", "OmniV2VEditInput",
        {"prompt": REPLACE_PROMPT, "video_url": _EDIT_VIDEO, "keep_audio": False,
         "image_urls": [_CDN + "lion/MKvhFko5_wYnfORYacNII_AgPt8v25Wt4oyKhjnhVK5.png"],
         "elements": [_ELEMENT_EXAMPLE]},
        _file(7533071, "0a86603b/YAlbB2535l07BTy1wpDeI_output.mp4"),
    ),
    _Family(
        "first_last_frame", "image-to-video", "Kling O1 First Frame Last Frame to Video",
        "Generate a video by taking a start frame and an end frame, animating the transition between them while "
        "following text-driven style and scene guidance.",
        "image-to-video", "OmniVideoImageToVideoInput",
        {"prompt": FRAMES_PROMPT, "start_image_url": _CDN + "koala/v9COzzH23FGBYdGLgbK3u.png",
         "end_image_url": _CDN + "elephant/5Is2huKQFSE7A7c5uUeUF.png", "duration": "5"},
        _file(27588984, "panda/oVdiICFXY03Vbam-08Aj8_output.mp4"),
    ),
)  # fmt: skip

PRICES: dict[tuple[Tier, bool], Decimal] = {
    ("standard", False): Decimal("0.084"),
    ("pro", False): Decimal("0.112"),
    ("standard", True): Decimal("0.126"),
    ("pro", True): Decimal("0.168"),
}
"""US dollars for a second of output, by tier and by whether a video is part of the input. Source: kling-o1 b.6."""
KLING_UNIT_USD = Decimal("0.14")
"""What EachLabs' "Kling unit" costs; the four prices are 0.6, 0.8, 0.9 and 1.2 units a second. Source: seed 004, kling-o1 b.6."""

SLUGS_OF: dict[Task, str] = {
    "reference_to_video": "kling-o1-reference-image-to-video",
    "video_reference": "kling-o1-video-to-video-reference",
    "edit": "kling-o1-video-to-video-edit",
    "first_last_frame": "kling-o1-image-to-video",
}
"""EachLabs' names of the pro endpoints. Source: eachlabs-wire a.2."""


_BRIEF: dict[tuple[Task, Tier], Mapping[str, tuple[str, ...]]] = {("video_reference", "pro"): {"duration": ("5", "10")}}
"""Seed 000 lists fewer durations than the later pages; all of those are accepted. Source: kling-o1 b.1."""


def _endpoint(family: _Family, tier: Tier) -> Endpoint:
    fields = _FIELDS[family.task]
    with_video = any(f.kind == "video" for f in fields)
    prefix = "fal-ai/kling-video/o1/" + ("standard/" if tier == "standard" else "")
    return Endpoint(
        id=prefix + family.path, task=family.task, tier=tier,
        title=f"{family.title} [{tier.capitalize()}]", summary=family.summary, category=family.category,
        schema_title=family.schema_title, fields=fields, usd_per_second=PRICES[tier, with_video],
        reference_limit=4 if with_video else 7, example=family.example, output_example=family.output,
        counterpart=SLUGS_OF[family.task] if tier == "pro" else None, brief_options=_BRIEF.get((family.task, tier), {}),
    )  # fmt: skip


_SLUG_DURATION = replace(_DURATION, description="Video duration in seconds.", options=("5", "10"))
_SLUG_CHANGES: dict[str, Field] = {"duration": _SLUG_DURATION}
_SLUG_VIDEO = "https://storage.googleapis.com/magicpoint/inputs/kling-o1-video-to-video-reference-input.mp4"
_SLUG_VIDEO_MB: dict[Task, int] = {"video_reference": 50, "edit": 200}
_SLUG_TITLES: dict[Task, tuple[str, str]] = {
    "reference_to_video": ("Kling O1 | Reference Image to Video", "Reference to Video"),
    "video_reference": ("Kling O1 | Video to Video Reference", "Reference to Video"),
    "edit": ("Kling O1 | Video to Video Edit", "Video to Video"),
    "first_last_frame": ("Kling O1 | Image to Video", "Image to Video"),
}


def _slug_field(spec: Field, max_mb: int) -> Field:
    """A field as EachLabs documents it: fewer durations, a smaller video, lists of at most four."""
    if spec.kind == "video":
        return replace(spec, description=spec.description.replace("200MB", f"{max_mb}MB"), examples=(_SLUG_VIDEO,))
    if spec.kind in {"images", "elements"} and _MAX4 in spec.description:
        return replace(spec, max_items=4)
    return _SLUG_CHANGES.get(spec.name, spec)


def _slug(family: _Family) -> Endpoint:
    pro = _endpoint(family, "pro")
    title, category = _SLUG_TITLES[family.task]
    max_mb = _SLUG_VIDEO_MB.get(family.task, 200)
    return replace(
        pro, id=SLUGS_OF[family.task], wire="eachlabs", counterpart=pro.id, title=title, category=category,
        fields=tuple(_slug_field(spec, max_mb) for spec in pro.fields), video_limits=replace(VIDEO, max_bytes=max_mb * MB),
    )  # fmt: skip


_TIERS: tuple[Tier, ...] = ("pro", "standard")
ENDPOINTS: dict[str, Endpoint] = {
    endpoint.id: endpoint for family in _FAMILIES for tier in _TIERS for endpoint in [_endpoint(family, tier)]
}
"""What fal's wire offers."""
SLUGS: dict[str, Endpoint] = {endpoint.id: endpoint for endpoint in map(_slug, _FAMILIES)}
"""What EachLabs' wire offers: the pro models under other names, with limits of their own."""

TASKS: tuple[Task, ...] = tuple(dict.fromkeys(endpoint.task for endpoint in ENDPOINTS.values()))
"""All tasks."""

CANVAS: dict[Tier, dict[str, tuple[int, int]]] = {
    "standard": {"16:9": (1280, 720), "9:16": (720, 1280), "1:1": (960, 960)},
    "pro": {"16:9": (1920, 1080), "9:16": (1080, 1920), "1:1": (1440, 1440)},
}
"""Output pixels (width, height) by tier and aspect ratio. Source: design section 5."""

OUTPUT_FPS = 24


def find_endpoint(endpoint_id: str) -> Endpoint:
    """The endpoint with this id, or with this slug.

    Raises:
        UnknownEndpoint: No endpoint has this id; the message lists those that exist.
    """
    name = endpoint_id.strip("/")
    endpoint = ENDPOINTS.get(name) or SLUGS.get(name)
    if endpoint is None:
        known = ", ".join(sorted(ENDPOINTS))
        raise UnknownEndpoint(f'Application "{endpoint_id}" not found. This server has: {known}.')
    return endpoint


MODEL_VERSION = "0.0.1"
"""Of all models, where a wire names one."""
PUBLISHED = "2026-01-01T00:00:00Z"
PROMPT_LIMIT = PROMPT_MAX_CHARS
ELEMENT_TEXT = {
    "frontal_image_url": "The frontal image of the element (main view). " + IMAGE.text(),
    "reference_image_urls": "Additional reference images from different angles. 1-3 images supported. "
    "At least one image is required.",
}
