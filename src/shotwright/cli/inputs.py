"""Options that every command with an input shares: endpoint, prompt, media by path or address."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from shotwright.core.catalog import ENDPOINTS, SLUGS, Endpoint, find_endpoint
from shotwright.core.errors import BadRequest, NotFound
from shotwright.core.request import Element, ShotRequest

Prompt = Annotated[
    str, typer.Option("--prompt", "-p", help="What happens, with @Image1, @Element1, @Video1 for the media.")
]
Images = Annotated[
    list[str] | None, typer.Option("--image", "-i", help="A reference image, by path or address; repeat it.")
]
Elements = Annotated[
    list[str] | None,
    typer.Option("--element", "-e", help="An element: frontal picture, then further views, separated by commas."),
]
Video = Annotated[str | None, typer.Option("--video", "-v", help="The source or reference video.")]
Start = Annotated[str | None, typer.Option("--start", help="The first frame (image-to-video).")]
End = Annotated[str | None, typer.Option("--end", help="The last frame (image-to-video).")]
Duration = Annotated[str | None, typer.Option("--duration", "-d", help="Seconds, 3 to 10.")]
Ratio = Annotated[str | None, typer.Option("--aspect-ratio", "-a", help="16:9, 9:16, 1:1 or auto.")]
Audio = Annotated[bool, typer.Option("--keep-audio", help="Keep the video's sound.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
EndpointId = Annotated[
    str, typer.Argument(help="An endpoint, such as reference-to-video or standard/video-to-video/edit.")
]
PREFIX = "fal-ai/kling-video/o1/"


def endpoint_named(text: str) -> Endpoint:
    """An endpoint by its id or by the part after `fal-ai/kling-video/o1/`."""
    short = [name for name in ENDPOINTS if name.endswith(f"/{text.strip('/')}") and "/standard/" not in name]
    try:
        return find_endpoint(
            text if text in ENDPOINTS or text in SLUGS else short[0] if len(short) == 1 else PREFIX + text.strip("/")
        )
    except NotFound as exc:
        names = ", ".join(sorted(name.removeprefix(PREFIX) for name in ENDPOINTS))
        raise BadRequest(f'There is no endpoint "{text}". Choose one of: {names}.') from exc


def arguments_of(
    endpoint: Endpoint, place: Callable[[str], str], *, prompt: str, images: list[str] | None, elements: list[str] | None, video: str | None,
    start: str | None, end: str | None, duration: str | None, ratio: str | None, keep_audio: bool,
) -> dict[str, Any]:  # fmt: skip
    """The request body that the options describe.

    Args:
        endpoint: Which endpoint; options that it does not know are refused.
        place: Turns a path or an address into an address that the renderer can read.
    """
    parts = [[part.strip() for part in text.split(",") if part.strip()] for text in elements or []]
    given: dict[str, Any] = {
        "prompt": prompt,
        "image_urls": [place(item) for item in images] if images else None,
        "elements": [{"frontal_image_url": place(p[0]), "reference_image_urls": [place(view) for view in p[1:]]} for p in parts if p] or None,
        "video_url": place(video) if video else None, "start_image_url": place(start) if start else None,
        "end_image_url": place(end) if end else None, "duration": duration, "aspect_ratio": ratio, "keep_audio": keep_audio or None,
    }  # fmt: skip
    body = {name: value for name, value in given.items() if value is not None}
    unknown = [name for name in body if endpoint.field_named(name) is None]
    if unknown:
        raise BadRequest(f"{endpoint.id} does not take {', '.join(unknown)}.")
    return body


def is_address(text: str) -> bool:
    """Whether a text is an address rather than a path."""
    return text.startswith(("http://", "https://", "data:"))


def local_path(text: str) -> Path:
    """A path that must exist."""
    path = Path(text).expanduser()
    if not path.is_file():
        raise BadRequest(f"There is no file {text}.")
    return path


_MENTIONED = re.compile(r"(?:@|<<<\s*|<)(image|element|i|e)[_ ]?(\d+)", re.IGNORECASE)
_NAMED = re.compile(r"@(?!image|element|video)([A-Za-z][A-Za-z_]*)", re.IGNORECASE)


def imagined(endpoint: Endpoint, prompt: str, images: int, elements: int, duration: str | None) -> ShotRequest:
    """A request with media that nobody has: `images` and `elements` of them, or as many as the prompt names (-1)."""
    counts = {"i": 0, "e": 0}
    for kind, number in _MENTIONED.findall(prompt):
        counts[kind[0].lower()] = max(counts[kind[0].lower()], int(number[:2]))
    counts["e"] = max(counts["e"], len({name.lower() for name in _NAMED.findall(prompt)}))
    most = endpoint.reference_limit
    shown = min(counts["i"] if images < 0 else images, most)
    cast = min(counts["e"] if elements < 0 else elements, most)
    names = {field.name for field in endpoint.fields}
    return ShotRequest(
        endpoint.id, prompt, duration_s=float(duration or 5),
        image_urls=("x",) * shown if "image_urls" in names else (), elements=(Element("x"),) * cast if "elements" in names else (),
        video_url="x" if "video_url" in names else None, start_image_url="x" if "start_image_url" in names else None,
        end_image_url="x" if "end_image_url" in names and shown > 1 else None,
    )  # fmt: skip
