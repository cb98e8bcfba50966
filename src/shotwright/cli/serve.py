"""`shotwright serve` and `shotwright worker`."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, Any

import typer

from shotwright.cli.logs import set_up
from shotwright.cli.main import err
from shotwright.settings import Settings

Data = Annotated[Path | None, typer.Option(help="Folder for the database, the files and the caches.")]
Workers = Annotated[int | None, typer.Option(help="Renders at once; 0 serves the API only.")]
Database = Annotated[str | None, typer.Option(help="A PostgreSQL server; without it one runs in the data folder.")]
Files = Annotated[str | None, typer.Option(help="Where files are kept: a folder, s3://, gs:// or az://.")]
Private = Annotated[
    bool | None, typer.Option("--allow-private-media/--no-private-media", help="Let media come from private addresses.")
]


def settings_with(**changes: Any) -> Settings:  # noqa: ANN401  (options of any type)
    """The settings of the environment, with the options that were given on the command line; the log is set up by them."""
    given = {name: value for name, value in changes.items() if value is not None}
    settings = Settings(**given)
    set_up(settings)
    return settings


def serve(
    *,
    host: Annotated[
        str | None, typer.Option(help="Address to listen on; anything but loopback needs SHOTWRIGHT_KEYS.")
    ] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; 0 picks a free one.")] = None,
    data: Data = None,
    workers: Workers = None,
    database_url: Database = None,
    files_url: Files = None,
    tls: Annotated[
        bool | None, typer.Option("--tls/--no-tls", help="Serve https with our own local authority.")
    ] = None,
    strict_submit: Annotated[
        bool | None, typer.Option("--strict-submit", help="Answer 422 at submit, not at the result.")
    ] = None,
    allow_private_media: Private = None,
    log_level: Annotated[str | None, typer.Option(help="debug, info, warning or error.")] = None,
) -> None:
    """Serve the API and render, until Ctrl-C."""
    settings = settings_with(
        host=host, port=port, data=data, workers=workers, database_url=database_url, files_url=files_url, tls=tls,
        strict_submit=strict_submit, allow_private_media=allow_private_media, log_level=log_level,
    )  # fmt: skip

    def announce(url: str) -> None:
        sys.stdout.write(f"Shotwright is ready: {url}\n")
        sys.stdout.flush()
        err.print(f"  data     {settings.data}")
        err.print(f"  clients  shotwright clients --url {url}")
        err.print("  stop     Ctrl-C")

    from shotwright.app import serve as run_server  # heavy, and needed only here

    run_async(run_server(settings, announce))


def worker(
    *, data: Data = None, workers: Workers = None, database_url: Database = None, files_url: Files = None,
    allow_private_media: Private = None,
) -> None:  # fmt: skip
    """Render requests of a server that shares the same database and files, until Ctrl-C."""
    settings = settings_with(
        data=data,
        workers=workers,
        database_url=database_url,
        files_url=files_url,
        allow_private_media=allow_private_media,
    )

    def announce(text: str) -> None:
        sys.stdout.write(f"Shotwright worker is ready: {text}\n")
        sys.stdout.flush()

    from shotwright.app import work  # heavy, and needed only here

    run_async(work(settings, announce))


def run_async(work: Coroutine[Any, Any, None]) -> None:
    """Run to the end, on uvloop where it exists."""
    factory = None
    with contextlib.suppress(ImportError):
        import uvloop

        factory = uvloop.new_event_loop
    with asyncio.Runner(loop_factory=factory) as runner:
        runner.run(work)
