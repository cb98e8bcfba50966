"""`shotwright weights`: what the diffusion engine loads, checked before it is needed."""

from __future__ import annotations

from typing import Annotated

import typer

from shotwright.cli.inputs import AsJson
from shotwright.cli.main import emit, err
from shotwright.core.errors import SetupError
from shotwright.engines.weights import ADAPTERS, checked, download
from shotwright.settings import Settings

app = typer.Typer(no_args_is_help=True, help="Check and fetch the weights of the diffusion engine.")


@app.command("check")
def check(*, as_json: AsJson = False) -> None:
    """Check every configured folder: nothing missing, cut off, or of another model. Exit code 1 when something is wrong."""
    settings = Settings()
    rows = []
    for adapter, text in settings.diffusion_weights.items():
        try:
            found = checked(text, adapter, settings.weights_folder)
            rows.append(
                {"adapter": adapter, "folder": str(found.folder), "gb": round(found.size_bytes / 1e9, 2), "problem": ""}
            )
        except SetupError as exc:
            rows.append({"adapter": adapter, "folder": text, "gb": 0.0, "problem": exc.message})
    text = "\n".join(
        f"{row['adapter']:<8} {row['problem'] or str(row['gb']) + ' GB in ' + str(row['folder'])}" for row in rows
    )
    emit(
        rows,
        as_json=as_json,
        text=text
        or f"No weights are configured. Set {' or '.join(f'SHOTWRIGHT_DIFFUSION_{name.upper()}' for name in ADAPTERS)}.",
    )
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
    folder = download(name, Settings().weights_folder, frozenset(accept_licence or ()), err.print)
    emit(None, as_json=False, text=str(folder))
