"""Options that every command with an input shares: endpoint, prompt, media by path or address."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from shotwright.core.errors import BadRequest
from shotwright.core.passes import PASSES

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
Look = Annotated[str | None, typer.Option("--look", help="playblast: plain grey shapes on a grid.")]
Passes = Annotated[
    str | None,
    typer.Option("--passes", help=f"Write beside the clip, separated by commas: {', '.join(PASSES)}, or all."),
]
Control = Annotated[
    str | None,
    typer.Option("--control", help="A video of depth, poses or edges whose geometry the clip is to have (diffusion)."),
]
PlanFile = Annotated[
    Path | None,
    typer.Option(
        "--plan", help="A plan to carry out instead of reading the prompt: JSON, as `shotwright plan --json` prints it."
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
EndpointId = Annotated[
    str, typer.Argument(help="An endpoint, such as reference-to-video or standard/video-to-video/edit.")
]


def options_of(
    *, prompt: str, images: list[str] | None, elements: list[str] | None, video: str | None, start: str | None, end: str | None,
    duration: str | None, ratio: str | None, keep_audio: bool, plan: Path | None = None, look: str | None = None,
    passes: str | None = None, control: str | None = None,
) -> dict[str, Any]:  # fmt: skip
    """What `local.arguments_of` takes, from the options of a command."""
    parts = [[part.strip() for part in text.split(",") if part.strip()] for text in elements or []]
    return {
        "prompt": prompt, "images": images or [], "elements": [part for part in parts if part], "video": video, "start": start,
        "end": end, "duration": duration, "ratio": ratio, "keep_audio": keep_audio, "plan": _plan_of(plan), "look": look,
        "passes": [name.strip() for name in (passes or "").split(",") if name.strip()], "control": control,
    }  # fmt: skip


def _plan_of(path: Path | None) -> dict[str, Any] | None:
    """The JSON of a plan file.

    Raises:
        BadRequest: There is no such file, or it holds no JSON object.
    """
    if path is None:
        return None
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as exc:
        raise BadRequest(f"{path} holds no plan: {exc}") from exc
    if not isinstance(found, dict):
        raise BadRequest(f"{path} holds no plan: a plan is a JSON object.")
    return found
