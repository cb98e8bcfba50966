"""The film of a board: the chosen takes cut together when it is asked for, and kept nowhere."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
import threading
import uuid
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.responses import FileResponse, Response

from shotwright.api.call import Call, handler
from shotwright.api.platform.boards import chosen_of, file_name, lens_of, project_of
from shotwright.api.platform.views import is_draft
from shotwright.api.requests import base_options
from shotwright.core.catalog import OUTPUT_FPS
from shotwright.core.errors import BadRequest, ClientCancelled, RateLimited
from shotwright.jobs.own import own_file
from shotwright.media.film import FilmLook, FilmShot, write_film

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import Receive, Scope, Send

    from shotwright.jobs.boards import BoardShot, Project, Take

FILM_MAX_S, FILMS_AT_ONCE = 900.0, 2
"""Seconds of a film, and how many are cut at once by one process: each takes a core."""
LOOK_S = 0.5
"""How often is looked whether the client still waits."""
_cutting: set[uuid.UUID] = set()


@handler("read")
async def film(call: Call) -> Response:
    """GET /projects/{id}/film.mp4?burn_in=&slates=&safe=&ratio=: the chosen takes cut together, with the project's settings where the query says nothing."""
    project = await project_of(call)
    look = _look(call, project)
    takes = [(shot, mine) for shot, mine in await chosen_of(call, project) if mine is not None]
    if not takes:
        raise BadRequest("No shot of this project has a finished take yet.")
    _check_length([mine for _, mine in takes])
    if len(_cutting) >= FILMS_AT_ONCE:
        raise RateLimited("Other films are being cut. Try again in a moment.", retry_after_s=5.0)
    ticket = uuid.uuid4()
    _cutting.add(ticket)
    folder = Path(tempfile.mkdtemp(prefix="shotwright-film-"))
    try:
        await while_wanted(call, lambda tick: _write(call, project, takes, look, folder, tick=tick))
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    finally:
        _cutting.discard(ticket)
    return _Film(folder, f"{file_name(project)}.mp4")


async def while_wanted(call: Call, work: Callable[[Callable[[float], None]], None]) -> None:
    """Do something long in a thread, as long as its client waits for it.

    Raises:
        ClientCancelled: Nobody waits any more.
    """
    left = threading.Event()

    def tick(_: float) -> None:
        if left.is_set():
            raise ClientCancelled

    task = asyncio.create_task(asyncio.to_thread(work, tick), name="film")
    while not task.done():
        await asyncio.wait({task}, timeout=LOOK_S)
        if not task.done() and await call.request.is_disconnected():
            left.set()
    await task


def _check_length(takes: list[Take]) -> None:
    results = [mine.request.result or {} for mine in takes]
    seconds = sum(found.get("frames", 0) / (found.get("fps") or OUTPUT_FPS) for found in results)
    if seconds > FILM_MAX_S:
        raise BadRequest(f"A film may have {FILM_MAX_S / 60:g} minutes; this one has {seconds / 60:.1f}.")


class _Film(FileResponse):
    """A film that is removed once it is sent, or given up."""

    def __init__(self, folder: Path, name: str) -> None:
        super().__init__(folder / "film.mp4", media_type="video/mp4", filename=name)
        self._folder = folder

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            await asyncio.to_thread(shutil.rmtree, self._folder, ignore_errors=True)


def _look(call: Call, project: Project) -> FilmLook:
    def flag(name: str) -> bool:
        text = call.query.get(name)
        return bool(project.settings.get(name)) if text is None else text.lower() in {"1", "true", "yes"}

    ratio = call.query.get("ratio", project.settings.get("ratio"))
    try:
        wide = float(ratio) if ratio else None
    except ValueError:
        raise BadRequest("ratio must be a number such as 2.39.") from None
    if wide is not None and not 1 <= wide <= 4:
        raise BadRequest("ratio must be from 1 to 4.")
    return FilmLook(burn_in=flag("burn_in"), slates=flag("slates"), safe=flag("safe"), ratio=wide)


def _write(
    call: Call, project: Project, takes: list[tuple[BoardShot, Take]], look: FilmLook, folder: Path, *, tick: Callable[[float], None]
) -> None:  # fmt: skip
    """Bring the clips together and cut them; in a thread of its own."""
    files, shots = call.node.files, []
    for number, (shot, mine) in enumerate(takes):
        path = folder / f"{number}.mp4"
        files.fetch((mine.request.result or {})["file_id"], path)
        shots.append(
            FilmShot(path, shot.name, shot.note or str(shot.arguments.get("prompt", "")), lens_of(mine.request.plan or {}), is_draft(mine.request, call.node.engines))
        )  # fmt: skip
    audio = None
    if url := project.settings.get("audio_url"):
        own = own_file(url, frozenset(base_options(call)["own_hosts"]))
        if own is None:
            raise BadRequest("audio_url must be a file that was uploaded to this server.")
        audio = folder / "audio"
        files.fetch(own, audio)
    first = takes[0][1].request.result or {}
    if first.get("height", 0) > first.get("width", 0):
        look = replace(look, width=look.height, height=look.width)
    write_film(folder / "film.mp4", shots, look, audio=audio, tick=tick)
