"""`shotwright bench diffusion`: what this GPU makes of the real architectures, with random weights."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from shotwright.cli.main import err
from shotwright.core.errors import BadRequest
from shotwright.engines.diffusion.spec import bench as measured

app = typer.Typer(no_args_is_help=True, help="Measure this machine.")


@app.callback()
def bench() -> None:
    """Measure this machine."""


@app.command("diffusion")
def diffusion(
    *,
    model: Annotated[
        str | None, typer.Option(help="1.3b, 14b, vace-1.3b, vace-14b or tiny; by default a suite.")
    ] = None,
    size: Annotated[str, typer.Option(help="Canvas, such as 832x480.")] = "832x480",
    frames: Annotated[int, typer.Option(help="4 k + 1 frames.", min=5, max=401)] = 81,
    sources: Annotated[int, typer.Option(help="Source videos whose tokens ride along.", min=0, max=3)] = 0,
    attention: Annotated[str, typer.Option(help="Attention backend, such as _native_cudnn.")] = "",
    compiled: Annotated[bool, typer.Option("--compile", help="Compile the repeated blocks.")] = False,
    repeats: Annotated[int, typer.Option(min=1, max=50)] = 5,
    device: Annotated[str, typer.Option(help="cuda, cuda:1, or cpu with the model tiny.")] = "cuda",
    out: Annotated[Path | None, typer.Option(help="Append the results to this file, a JSON object a line.")] = None,
) -> None:
    """Seconds of a forward and its share of the bf16 roof of one H200 (790 TFLOP/s). No weights are needed."""
    width, _, height = size.partition("x")
    if not all(
        side.isascii() and side.isdigit() and int(side) >= 16 and int(side) % 16 == 0 for side in (width, height)
    ):
        raise BadRequest("size is width x height in multiples of 16, such as 832x480.")
    if frames % 4 != 1:
        raise BadRequest(f"frames is 4 k + 1, such as {frames // 4 * 4 + 1}.")
    if out is not None and not out.parent.is_dir():
        raise BadRequest(f"There is no folder {out.parent}.")
    chosen: dict[str, Any] = {
        "model": model, "size": (int(width), int(height)), "frames": frames, "sources": sources, "attention": attention, "compile": compiled,
        "repeats": repeats,
    }  # fmt: skip
    for found in measured(chosen, device):
        line = json.dumps({"at": datetime.now(UTC).isoformat(timespec="seconds"), **found})
        typer.echo(line)
        if out is not None:
            with out.open("a", encoding="utf-8") as file:
                file.write(line + "\n")
    err.print("Random weights: speed only.")
