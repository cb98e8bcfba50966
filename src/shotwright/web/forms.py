"""What the playground needs to know of an endpoint: fields in groups, with units, limits and help."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from shotwright.core.catalog import CANVAS, ENDPOINTS, OUTPUT_FPS, PROMPT_LIMIT, SLUGS_OF, Endpoint, Field
from shotwright.core.limits import ELEMENT_VIEWS_MAX
from shotwright.core.moves import MOVES
from shotwright.core.prompt.syntax import EFFECTS, MOTIONS
from shotwright.core.prompt.vocabulary import ANGLES, SIZES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shotwright.engines.spec import EngineInfo

JSON = dict[str, Any]
GROUPS: tuple[tuple[str, frozenset[str]], ...] = (
    ("Prompt", frozenset({"prompt"})), ("Media", frozenset({"video", "image", "images", "elements"})),
    ("Clip", frozenset({"enum", "boolean"})),
)  # fmt: skip
LABELS = {
    "prompt": "Prompt", "video_url": "Video", "start_image_url": "Start frame", "end_image_url": "End frame", "image_urls": "Reference images",
    "elements": "Elements", "duration": "Duration", "aspect_ratio": "Aspect ratio", "keep_audio": "Keep the source's audio",
}  # fmt: skip
UNITS = {"duration": "s"}
HELP = {
    "prompt": "Type @ to name a picture, an element or the video.",
    "image_urls": "A place, a start frame or a style. Named @Image1, @Image2, … in this order.",
    "elements": "People and things that stay themselves: one frontal picture, up to three more views. Named @Element1, @Element2, …",
    "video_url": "Named @Video1.", "start_image_url": "Named @Image1.", "end_image_url": "Named @Image2.",
}  # fmt: skip
TASKS = {
    "reference_to_video": ("Reference to video", "A new shot from pictures of people, things, places and styles."),
    "video_reference": ("Video reference", "A new shot that follows the camera, the motion or the story of a clip."),
    "edit": ("Video edit", "A clip changed by words: subjects, background, style, weather, colours."),
    "first_last_frame": ("First and last frame", "A shot from one picture, or between two."),
}
PLACEHOLDERS = {
    "reference_to_video": "Slow push in on @Element1 in @Image1, golden hour…", "video_reference": "Based on @Video1, generate the next shot: …",
    "edit": "Replace the man in @Video1 with @Element1…", "first_last_frame": "The camera flies from @Image1 to @Image2…",
}  # fmt: skip


EXPLORER = ["explorer-front.png", "explorer-side.png", "explorer-back.png"]
EXAMPLES: dict[str, JSON] = {
    "reference_to_video": {"image_urls": ["start.jpg", "style.jpg"], "elements": [EXPLORER, ["stone-front.png"]]},
    "video_reference": {"video_url": "clip.mp4", "elements": [EXPLORER]},
    "edit": {"video_url": "clip.mp4", "image_urls": ["start.jpg"], "elements": [EXPLORER]},
    "first_last_frame": {"start_image_url": "start.jpg", "end_image_url": "end.jpg"},
}
"""Media of the documented examples, in their places: our own pictures in `static/example`."""


def form_of(endpoint: Endpoint) -> JSON:
    """The form of an endpoint."""
    fields = [_field(field, endpoint) for field in endpoint.fields]
    groups = [{"title": title, "fields": [item for item in fields if item["kind"] in kinds]} for title, kinds in GROUPS]
    return {
        "id": endpoint.id, "title": endpoint.title, "task": endpoint.task, "tier": endpoint.tier, "slug": SLUGS_OF[endpoint.task],
        "has_own_slug": endpoint.tier == "pro", "reference_limit": endpoint.reference_limit, "groups": [group for group in groups if group["fields"]],
        "image_limits": asdict(endpoint.image_limits), "video_limits": asdict(endpoint.video_limits), "canvas": CANVAS[endpoint.tier],
        "fps": OUTPUT_FPS, "element_views": ELEMENT_VIEWS_MAX,
        "example": {"prompt": endpoint.example["prompt"], **EXAMPLES[endpoint.task]}, "placeholder": PLACEHOLDERS[endpoint.task],
    }  # fmt: skip


def _field(field: Field, endpoint: Endpoint) -> JSON:
    picture, clip = endpoint.image_limits.brief(), endpoint.video_limits.brief()
    limits = {"video": clip, "image": picture, "images": picture, "elements": picture}
    return {
        "name": field.name, "kind": field.kind, "label": LABELS[field.name], "required": field.required,
        "default": None if field.default == () else field.default, "options": list(field.options), "unit": UNITS.get(field.name, ""),
        "help": HELP.get(field.name, ""), "limits": limits.get(field.kind, ""),
        "max_chars": PROMPT_LIMIT if field.kind == "prompt" else None,
    }  # fmt: skip


def moves() -> list[JSON]:
    """What the plan editor offers."""
    return [
        {"move": move.name, "label": move.label, "words": move.phrase, "takes_degrees": move.takes_degrees, "is_offered": move.is_offered}
        for move in MOVES.values()
    ]  # fmt: skip


def vocabulary() -> JSON:
    """What the plan editor offers beside moves: sizes, angles, what somebody can do, effects."""
    return {
        "sizes": list(SIZES.rows),
        "angles": list(ANGLES.rows),
        "motions": sorted(MOTIONS),
        "effects": sorted(EFFECTS.rows),
    }


def engines_of(engines: Mapping[str, EngineInfo], chosen: str) -> list[JSON]:
    """Engines to choose from, the operator's first choice marked."""
    return [
        {
            "name": name, "title": item.title, "summary": item.summary, "needs": item.needs, "problem": item.problem, "is_off": item.is_off,
            "is_ready": item.is_ready, "is_default": name == chosen,
        }
        for name, item in engines.items()
    ]  # fmt: skip


def models() -> list[JSON]:
    """All endpoints by task, for the front page."""
    return [
        {
            "task": task, "title": title, "summary": summary, "thumbnail": f"/static/thumbs/{task}.mp4", "poster": f"/static/thumbs/{task}.jpg",
            "endpoints": sorted((item for item in ENDPOINTS.values() if item.task == task), key=lambda item: item.tier),
        }
        for task, (title, summary) in TASKS.items()
    ]  # fmt: skip
