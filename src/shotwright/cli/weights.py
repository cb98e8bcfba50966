"""`shotwright weights`: what the diffusion engine loads, checked before it is needed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from shotwright.cli.inputs import AsJson
from shotwright.cli.main import emit, err
from shotwright.engines.diffusion import weights
from shotwright.engines.diffusion.settings import DiffusionSettings
from shotwright.engines.diffusion.spec import check_weights, tiny_weights
from shotwright.settings import Settings

app = typer.Typer(no_args_is_help=True, help="Check and fetch the weights of the diffusion engine.")
NOTHING = "No weights are configured. Set SHOTWRIGHT_DIFFUSION_BERNINI or SHOTWRIGHT_DIFFUSION_VACE."


@app.command("check")
def check(*, as_json: AsJson = False) -> None:
    """Check every configured folder: nothing missing, cut off, or of another model. Exit code 1 when something is wrong."""
    rows = check_weights(DiffusionSettings(), Settings().data)
    lines = ["{adapter:<8} {0}".format(row["problem"] or "{gb} GB in {folder}".format(**row), **row) for row in rows]
    emit(rows, as_json=as_json, text="\n".join(lines) or NOTHING)
    if any(row["problem"] for row in rows):
        raise typer.Exit(1)


@app.command("download")
def fetch(
    name: Annotated[str, typer.Argument(metavar="OWNER/NAME@REVISION", help="A model of the hub, with its commit.")],
    *,
    accept_licence: Annotated[
        list[str] | None, typer.Option("--accept-licence", help="A licence that binds more than Apache-2.0, by name.")
    ] = None,
) -> None:
    """Fetch weights into the data folder; what is there already is not fetched again."""
    folder = weights.download(
        name, DiffusionSettings().weights_folder(Settings().data), frozenset(accept_licence or ()), err.print
    )
    emit(None, as_json=False, text=str(folder))


@app.command("tiny")
def tiny(folder: Annotated[Path, typer.Argument(help="Where to put `bernini` and `vace`.")]) -> None:
    """Write model folders of a megabyte with random numbers: they try the way, the pictures mean nothing."""
    emit(None, as_json=False, text="\n".join(str(path) for path in tiny_weights(folder)))
