"""Rendering and checking in this process, without a server: local files become files of a temporary store."""

from __future__ import annotations

import contextlib
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from shotwright.cli.inputs import is_address, local_path
from shotwright.cli.main import err
from shotwright.files.store import FileStore, safe_name
from shotwright.jobs.messages import RenderJob
from shotwright.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator


HOST = "local.shotwright"


class LocalBench:
    """A temporary store and work folder."""

    def __init__(self, folder: Path) -> None:
        self.workdir = folder / "work"
        self.workdir.mkdir()
        self.store = FileStore(str(folder / "files"))

    def place(self, text: str) -> str:
        """An address for a local path; addresses stay."""
        if is_address(text):
            return text
        path = local_path(text)
        record = self.store.put_path(path, safe_name(path.name, None))
        return f"http://{HOST}{record.path}"

    def job(
        self, endpoint_id: str, arguments: dict[str, Any], *, engine: str = "draft", seed: int | None = None
    ) -> RenderJob:
        """A job on this bench; private addresses are the user's own business here."""
        cache = Settings().cache
        return RenderJob(
            "local",
            endpoint_id,
            arguments,
            engine,
            frozenset({HOST}),
            allow_private_media=True,
            seed=seed,
            cache=str(cache),
        )


@contextlib.contextmanager
def local_bench() -> Iterator[LocalBench]:
    """A bench that leaves nothing behind."""
    with tempfile.TemporaryDirectory(prefix="shotwright-") as folder:
        yield LocalBench(Path(folder))


def silent(*_: object, **__: object) -> None:
    """Progress that nobody watches."""


@contextlib.contextmanager
def progress_bar() -> Iterator[Any]:
    """A progress bar on stderr, as the engine contract's `Progress`."""
    columns = (
        TextColumn("{task.fields[stage]:>8}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=err, transient=True) as bar:
        task = bar.add_task("", total=1.0, stage="")

        def report(stage: str, fraction: float, message: str | None = None, **_: object) -> None:
            bar.update(task, completed=fraction, stage=stage)
            if message and stage == "plan":
                bar.console.print(f"[yellow]{message}[/]")

        yield report
