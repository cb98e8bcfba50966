"""Engine processes: spawned, kept warm, told one job at a time. A crash, an out-of-memory kill or a cancel ends the child,
never the worker.

Messages to the child: a `RenderJob`, "cancel", or "acknowledge_note". From the child: ("progress", stage, fraction, message),
("preview", file id), ("note", data), ("alive",), ("done", Outcome), ("failed", error record). A child dies with its parent.

A child that says nothing for a while (it hangs, or was stopped) is ended and counts as crashed; one that takes longer than its
engine may is ended and its request fails. Its memory is bounded, and one that has grown is replaced after its job.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import errno
import importlib
import logging
import multiprocessing
import os
import pickle
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shotwright.core.errors import (
    BadRequest,
    ClientCancelled,
    GenerationTimeout,
    InternalError,
    RenderFailed,
    ShotwrightError,
    StorageFull,
)
from shotwright.core.limits import MB
from shotwright.files.store import FileStore
from shotwright.jobs.messages import RenderJob

if TYPE_CHECKING:
    from shotwright.engines.base import Engine
    from shotwright.media.colour import FrameRGB
    from shotwright.settings import Settings

logger = logging.getLogger(__name__)
Message = tuple[Any, ...]
ENDS = frozenset({"done", "failed", "crashed"})
ALIVE: Message = ("alive",)
REPORT_EVERY_S = 0.2
PREVIEW_EVERY_S = 0.25
NOTE_WAIT_S = 30.0
NICE = 5
ALIVE_EVERY_S = 5.0
OOM_SCORE = "500"
"""The kernel ends an engine before the server and the database when memory runs out."""
RECYCLE_BYTES = 1 << 30
"""A process that holds so much after its job is replaced by a new one."""
_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class ChildSetup:
    """What a child needs to build its engines: `factory` as `module:function`."""

    factory: str
    files_url: str
    workdir: str
    settings: Settings | None = None
    memory_mb: int = 0


class Child:
    """One engine process."""

    def __init__(self, setup: ChildSetup) -> None:
        context = multiprocessing.get_context("spawn")
        their_in, self._out = context.Pipe(duplex=False)
        self._in, their_out = context.Pipe(duplex=False)
        self._process = context.Process(
            target=child_main, args=(their_in, their_out, setup), name="shotwright-engine", daemon=True
        )
        self.holds_model = False  #: Weights that take long to load; it is kept however large it is.
        self._process.start()
        their_in.close()
        their_out.close()

    @property
    def pid(self) -> int | None:
        """The process id."""
        return self._process.pid

    def is_alive(self) -> bool:
        """Whether it can take a job."""
        return self._process.is_alive()

    def cancel(self) -> None:
        """Ask it to stop its job."""
        with contextlib.suppress(OSError):
            self._out.send("cancel")

    def kill(self) -> None:
        """End it at once."""
        with contextlib.suppress(OSError):
            self._process.kill()
        self._process.join(2)

    def close(self) -> None:
        """End it and let go of its pipe; nobody may be waiting for a message."""
        self.kill()
        self._out.close()
        self._in.close()

    def acknowledge_note(self) -> None:
        """Say that its note is kept."""
        with contextlib.suppress(OSError):
            self._out.send("acknowledge_note")

    def has_grown(self) -> bool:
        """Whether it holds more memory than a new one would."""
        try:
            pages = int(Path(f"/proc/{self._process.pid}/statm").read_text().split()[1])
        except (OSError, ValueError, IndexError):
            return False
        return pages * os.sysconf("SC_PAGE_SIZE") > RECYCLE_BYTES

    async def run(
        self, job: RenderJob, *, silence_s: float = 60.0, deadline_s: float = 3600.0
    ) -> AsyncIterator[Message]:
        """Carry out a job; the last message is "done", "failed" or ("crashed", exit code).

        Args:
            job: What to do.
            silence_s: It is ended, and has crashed, when it says nothing for so long.
            deadline_s: It is ended, and the job has failed, after so long.
        """
        loop = asyncio.get_running_loop()
        inbox: asyncio.Queue[Message] = asyncio.Queue()
        try:
            await asyncio.to_thread(self._out.send, job)
        except OSError:
            yield ("crashed", self._process.exitcode)
            return
        except (RecursionError, pickle.PicklingError, ValueError, MemoryError):
            self.kill()  # half a message may be in the pipe
            yield ("failed", BadRequest("The request is nested too deeply to be rendered.").to_json())
            return
        threading.Thread(target=self._pump, args=(loop, inbox), name="engine messages", daemon=True).start()
        until = loop.time() + deadline_s
        while True:
            try:
                message = await asyncio.wait_for(inbox.get(), max(0.0, min(silence_s, until - loop.time())))
            except TimeoutError:
                self.kill()
                if loop.time() >= until:
                    yield ("failed", _too_long(deadline_s).to_json())
                else:
                    logger.warning("An engine process said nothing for %g s and was ended.", silence_s)
                    yield ("crashed", self._process.exitcode)
                return
            if message != ALIVE:
                yield message
            if message[0] in ENDS:
                return

    def _pump(self, loop: asyncio.AbstractEventLoop, inbox: asyncio.Queue[Message]) -> None:
        """Pass messages on until the last one. On a thread with blocking reads: messages may be larger than a pipe."""
        message: Message = ("",)
        while message[0] not in ENDS:
            try:
                message = self._in.recv()
            except (EOFError, OSError):
                self._process.join(2)
                message = ("crashed", self._process.exitcode)
            with contextlib.suppress(RuntimeError):  # the loop has ended
                loop.call_soon_threadsafe(inbox.put_nowait, message)


def _too_long(seconds: float) -> GenerationTimeout:
    return GenerationTimeout(f"The render took longer than {seconds:g} seconds, which is all that its engine may take.")


class ChildPool:
    """Warm engine processes, one per job at a time."""

    def __init__(self, setup: ChildSetup, size: int) -> None:
        self._setup = setup
        self._idle: list[Child] = []
        self._all: set[Child] = set()
        self._size = size

    def warm(self) -> None:
        """Start the processes ahead of the first job."""
        while len(self._all) < self._size:
            self._idle.append(self._spawn())

    @contextlib.contextmanager
    def take(self) -> Any:  # noqa: ANN401  (a context manager)
        """A process for one job; one that has died is replaced."""
        child = self._idle.pop() if self._idle else self._spawn()
        if not child.is_alive():
            self._drop(child)
            child = self._spawn()
        try:
            yield child
        except BaseException:
            self._drop(child)
            raise
        if child.is_alive() and (child.holds_model or not child.has_grown()):
            self._idle.append(child)
        else:
            self._drop(child)
            self.warm()

    def close(self) -> None:
        """End all processes."""
        for child in list(self._all):
            self._drop(child)
        self._idle.clear()

    def _spawn(self) -> Child:
        child = Child(self._setup)
        self._all.add(child)
        return child

    def _drop(self, child: Child) -> None:
        self._all.discard(child)
        child.close()


def child_main(orders: Connection, answers: Connection, setup: ChildSetup) -> None:
    """The life of an engine process."""
    _die_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with contextlib.suppress(OSError):
        os.nice(NICE)
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(OOM_SCORE)
    module, _, name = setup.factory.partition(":")
    build: Callable[[Settings | None], dict[str, Engine]] = getattr(importlib.import_module(module), name)
    engines, store = build(setup.settings), FileStore(setup.files_url)
    inbox = _ParentLink(orders, answers)
    while (job := inbox.next_job()) is not None:
        bound_memory(0 if job.is_heavy else setup.memory_mb)
        _carry_out(job, engines, store, setup, inbox)


def bound_memory(megabytes: int) -> None:
    """Let this process hold at most so much writable memory; 0 lifts the bound. On Linux; elsewhere nothing happens."""
    if sys.platform == "linux":
        import resource

        _, hard = resource.getrlimit(resource.RLIMIT_DATA)
        wanted = megabytes * MB if megabytes else hard
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_DATA, (wanted, hard))


class _ParentLink:
    """Reads the pipe on its own thread, so that a cancel is seen between two frames without a system call."""

    def __init__(self, orders: Connection, answers: Connection) -> None:
        self._orders, self._answers = orders, answers
        self._jobs: list[RenderJob | None] = []
        self._ready = threading.Semaphore(0)
        self._lock = threading.Lock()
        self.is_cancelled = False
        self._noted = threading.Event()
        self._is_working = threading.Event()
        for target in (self._read, self._say_alive):
            threading.Thread(target=target, daemon=True).start()

    def next_job(self) -> RenderJob | None:
        """Wait for a job; None when the parent has gone."""
        self._is_working.clear()
        self._ready.acquire()
        self._is_working.set()
        return self._jobs.pop(0)

    def _say_alive(self) -> None:
        """Tell the parent now and then that a job is under way."""
        while True:
            self._is_working.wait()
            self.send(ALIVE)
            time.sleep(ALIVE_EVERY_S)

    def send(self, message: Message) -> None:
        """Send to the parent; it may have gone."""
        with self._lock, contextlib.suppress(OSError):
            self._answers.send(message)

    def keep_note(self, note: dict[str, Any]) -> None:
        """Have the parent keep a note; returns when it has."""
        self._noted.clear()
        self.send(("note", note))
        if not self._noted.wait(NOTE_WAIT_S):
            raise InternalError("The database did not keep what the engine wanted to remember.")

    def _read(self) -> None:
        while True:
            try:
                message = self._orders.recv()
            except (EOFError, OSError):
                os._exit(0)
            if message == "cancel":
                self.is_cancelled = True
            elif message == "acknowledge_note":
                self._noted.set()
            else:
                self.is_cancelled = False
                self._jobs.append(message)
                self._ready.release()


def _carry_out(
    job: RenderJob, engines: dict[str, Engine], store: FileStore, setup: ChildSetup, inbox: _ParentLink
) -> None:
    from shotwright.jobs.pipeline import run_job  # heavy, and needed only in the child

    workdir = Path(tempfile.mkdtemp(prefix=f"job-{job.request_id[:8]}-", dir=setup.workdir))
    progress = _ChildProgress(job, store, inbox, workdir)
    try:
        outcome = run_job(job, engines, store, workdir, progress)
        inbox.send(("done", outcome))
    except ShotwrightError as exc:
        inbox.send(("failed", exc.to_json()))
    except MemoryError:
        inbox.send(
            ("failed", RenderFailed("The engine ran out of memory: SHOTWRIGHT_ENGINE_MEMORY_MB bounds it.").to_json())
        )
    except OSError as exc:
        logger.exception("Request %s failed", job.request_id)
        error = StorageFull() if exc.errno in {errno.ENOSPC, errno.EDQUOT} else InternalError()
        inbox.send(("failed", error.to_json()))
    except Exception:
        logger.exception("Request %s failed", job.request_id)
        inbox.send(("failed", RenderFailed().to_json()))
    finally:
        shutil.rmtree(workdir, ignore_errors=True)


class _ChildProgress:
    """`Progress` of the contract, sent to the parent: every line of the log, the fraction a few times a second."""

    def __init__(self, job: RenderJob, store: FileStore, inbox: _ParentLink, workdir: Path) -> None:
        self._job, self._store, self._inbox, self._workdir = job, store, inbox, workdir
        self._sent_at = 0.0
        self._preview_at = 0.0
        self._stage = ""

    def __call__(
        self,
        stage: str,
        fraction: float,
        message: str | None = None,
        *,
        preview: FrameRGB | None = None,
        note: dict[str, Any] | None = None,
    ) -> None:
        """Report; raises `Cancelled` when the parent has asked for the end. A note is kept before this returns."""
        if note is not None:
            self._inbox.keep_note(note)
        if self._inbox.is_cancelled:
            raise ClientCancelled
        now = time.monotonic()
        if preview is not None and self._job.with_previews and now - self._preview_at >= PREVIEW_EVERY_S:
            self._preview_at = now
            self._send_preview(preview)
        if stage == self._stage and now - self._sent_at < REPORT_EVERY_S and message is None:
            return
        self._stage, self._sent_at = stage, now
        self._inbox.send(("progress", stage, fraction, message))

    def _send_preview(self, preview: FrameRGB) -> None:
        from shotwright.media.images import save_jpeg

        path = self._workdir / "preview.jpg"
        save_jpeg(preview, path)
        record = self._store.put_path(
            path, "preview.jpg", expires_s=self._job.expires_s or 86_400, access=self._job.access
        )
        self._inbox.send(("preview", record.id))


def _die_with_parent() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
