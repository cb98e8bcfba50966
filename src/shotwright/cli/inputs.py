"""Options that every command with an input shares: endpoint, prompt, media by path or address."""

from __future__ import annotations

from typing import Annotated, Any

import typer

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


def options_of(
    *, prompt: str, images: list[str] | None, elements: list[str] | None, video: str | None, start: str | None, end: str | None,
    duration: str | None, ratio: str | None, keep_audio: bool,
) -> dict[str, Any]:  # fmt: skip
    """What `local.arguments_of` takes, from the options of a command."""
    parts = [[part.strip() for part in text.split(",") if part.strip()] for text in elements or []]
    return {
        "prompt": prompt, "images": images or [], "elements": [part for part in parts if part], "video": video, "start": start,
        "end": end, "duration": duration, "ratio": ratio, "keep_audio": keep_audio,
    }  # fmt: skip
