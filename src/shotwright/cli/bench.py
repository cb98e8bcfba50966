"""`shotwright bench diffusion`: what this GPU makes of the real architectures, with random weights."""

from __future__ import annotations

import importlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from shotwright.cli.main import err
from shotwright.core.errors import BadRequest, SetupError

app = typer.Typer(no_args_is_help=True, help="Measure this machine.")
SUITE = (
    {"model": "1.3b"}, {"model": "1.3b", "size": (1280, 720)}, {"model": "14b"}, {"model": "14b", "attention": "_native_cudnn"},
    {"model": "14b", "attention": "_native_cudnn", "compile": True}, {"model": "14b", "size": (1280, 720), "attention": "_native_cudnn", "repeats": 2},
    {"model": "14b", "sources": 1, "attention": "_native_cudnn"}, {"model": "vace-14b", "attention": "_native_cudnn"},
)  # fmt: skip
"""What is measured when nothing is chosen: both sizes at both canvases, and what attention and compilation bring."""


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
    try:
        module: Any = importlib.import_module("shotwright.engines.diffusion.bench")
    except ImportError as exc:
        raise SetupError("The diffusion engine is not installed: pip install 'shotwright[diffusion]'.") from exc
    width, _, height = size.partition("x")
    if not (width.isdigit() and height.isdigit()):
        raise BadRequest("size is width x height, such as 832x480.")
    chosen: dict[str, Any] = {
        "model": model, "size": (int(width), int(height)), "frames": frames, "sources": sources, "attention": attention, "compile": compiled,
        "repeats": repeats,
    }  # fmt: skip
    for run in [chosen] if model else SUITE:
        found = module.measure(module.Run(**run, device=device))
        line = json.dumps({"at": datetime.now(UTC).isoformat(timespec="seconds"), **found})
        typer.echo(line)
        if out is not None:
            with out.open("a", encoding="utf-8") as file:
                file.write(line + "\n")
    err.print("Random weights: speed only.")
