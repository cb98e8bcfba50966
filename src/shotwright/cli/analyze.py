"""`shotwright analyze`: what a draft finds in a clip."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from shotwright.cli import inputs as i
from shotwright.cli.main import emit, err
from shotwright.cli.progress import progress_bar
from shotwright.local import local_path

Clip = Annotated[Path, typer.Argument(help="The clip, MP4 or MOV.")]
Picture = Annotated[
    Path | None,
    typer.Option("--picture", "-o", help="Where to draw what was found; next to the clip's name by default."),
]
NoPicture = Annotated[bool, typer.Option("--no-picture", help="Draw nothing.")]


def analyze(
    clip: Clip,
    *,
    picture: Picture = None,
    no_picture: NoPicture = False,
    as_json: i.AsJson = False,
) -> None:
    """Measure a clip: its shots and cuts, the camera's path, its subject, its palette; draws them into a picture."""
    from shotwright.engines.analysis.describe import describe_clip  # heavy, and needed only here

    path = local_path(str(clip))
    target = None if no_picture else picture or Path(f"{path.stem}-analysis.jpg")
    with progress_bar() as progress:
        found = describe_clip(path, target, progress)
    emit(found, as_json=as_json, text=_text(path, found))
    if target is not None:
        err.print(f"Picture: {target}")


def _text(path: Path, found: dict[str, Any]) -> str:
    lines = [
        f"{path.name}: {found['width']}x{found['height']}, {found['frames']} frames, {found['fps']:g} fps, {found['duration_s']:g} s, "
        + ("with sound" if found["has_audio"] else "no sound")
    ]
    for number, ((first, end), camera) in enumerate(zip(found["shots"], found["camera"], strict=True), 1):
        lines.append(f"  shot {number:<3} frames {first} to {end - 1}: the camera {camera}")
    subject = f"covers {found['subject_share']:.0%} of the frame" if found["has_subject"] else "none stands out"
    lines += [
        f"  subject  {subject}", f"  shake    {found['handheld'] * 1000:.2f} thousandths of the width per frame", f"  pace     {found['pace']:.2f} widths per second",
        f"  palette  {' '.join(found['palette'])}", f"  grain    {found['grain']:.1f} levels",
    ]  # fmt: skip
    if found["letterbox"]:
        lines.append(f"  bars     {found['letterbox']:.1%} of the height above and below")
    return "\n".join(lines)
