"""The worker: takes requests from the queue, lets a child process render them, records what happens.

Promises:
    * a request that was accepted ends exactly once: a worker that was declared lost can no longer change it (its attempt is
      out of date), one that dies is noticed through the lock that it held, and a request that nobody confirms is taken back;
    * what has to be written is written when the database comes back;
    * a cancel stops a running render within a second: first asked, then killed;
    * when the worker is told to stop, its unfinished requests go back to the queue.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
import time
import uuid
from typing import TYPE_CHECKING, Any, TypeVar

import procrastinate
import psycopg

from shotwright.core.catalog import find_endpoint
from shotwright.core.errors import ClientCancelled, InternalError, StartTimeout, WorkerCrashed
from shotwright.core.pricing import actual_usd, estimate, record
from shotwright.jobs.children import Child, ChildPool, Message
from shotwright.jobs.faults import DATABASE, is_passing
from shotwright.jobs.messages import Outcome, RenderJob, result_files
from shotwright.jobs.rubbish import Rubbish
from shotwright.jobs.states import MAX_ATTEMPTS, State

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from shotwright.engines.chat import ChatModel
    from shotwright.engines.spec import EngineInfo
    from shotwright.files.store import FileStore
    from shotwright.jobs.events import EventHub
    from shotwright.jobs.outbox import Outbox
    from shotwright.jobs.queue import Queue
    from shotwright.jobs.rows import StoredRequest
    from shotwright.jobs.store import RequestStore
    from shotwright.jobs.uploads import UploadStore
    from shotwright.jobs.workdir import WorkFolder
    from shotwright.settings import Settings

T = TypeVar("T")
logger = logging.getLogger(__name__)
PAUSE_S, PAUSE_MAX_S = 0.2, 5.0
BEATS = 6
"""A request is confirmed so often within the patience of those who would take it back."""
UPKEEP_S = 0.5
SWEEP_S = 60.0
STOP_S = 4.0


class Worker:
    """Renders requests until it is stopped."""

    def __init__(
        self,
        store: RequestStore,
        queue: Queue,
        hub: EventHub,
        files: FileStore,
        pool: ChildPool,
        *,
        uploads: UploadStore,
        outbox: Outbox,
        workdir: WorkFolder,
        settings: Settings,
        engines: Mapping[str, EngineInfo],
        database_url: str,
    ) -> None:
        self._store, self._queue, self._hub, self._files, self._pool = store, queue, hub, files, pool
        self._rubbish, self._workdir = Rubbish(files, store, uploads, outbox, workdir, settings=settings), workdir
        self._settings, self._engines, self._database_url = settings, engines, database_url
        self._key = random.getrandbits(62)
        self._holds = False
        self._rendering: set[uuid.UUID] = set()
        self._beaten = 0.0
        self._steady_since = time.monotonic()
        self._presence: psycopg.AsyncConnection[Any] | None = None

    async def run(self) -> None:
        """Work until cancelled."""
        await self._be_present()
        self._queue.on_render(self.render)
        tasks = [
            asyncio.create_task(self._upkeep(), name="upkeep"),
            asyncio.create_task(self._sweeping(), name="sweep"),
        ]
        try:
            self._pool.warm()
            await self._take_requests()
        finally:
            for task in tasks:
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task
            self._pool.close()
            self._workdir.close()
            if self._presence is not None:
                await self._presence.close()

    async def _take_requests(self) -> None:
        """Run the queue's worker; when it stops because the database went away, run it again."""
        while True:
            with contextlib.suppress(procrastinate.exceptions.ConnectorException, *DATABASE):
                await self._run_queue()
            logger.warning("The queue has stopped; the worker goes on when the database answers.")
            await asyncio.sleep(UPKEEP_S)

    async def _run_queue(self) -> None:
        await self._queue.app.run_worker_async(
            queues=["render"], concurrency=self._settings.workers, install_signal_handlers=False, listen_notify=True,
            shutdown_graceful_timeout=STOP_S, delete_jobs="always", fetch_job_polling_interval=2.0,
            update_heartbeat_interval=5.0, stalled_worker_timeout=30.0,
        )  # fmt: skip

    async def render(self, request_id: str) -> None:
        """Carry out one entry of the queue."""
        row = await self._store.move(uuid.UUID(request_id), State.RUNNING, worker=self._key)
        if row is None:
            return
        started = time.perf_counter()
        self._rendering.add(row.id)
        try:
            last = await self._rendered(row)
            await self._finish(row, last, time.perf_counter() - started)
        except (psycopg.DataError, psycopg.errors.ProgramLimitExceeded):
            logger.exception("What the engine said of %s cannot be stored.", row.id)
            await self._end(row, State.FAILED, {"error": InternalError().to_json()})
        except asyncio.CancelledError:  # wherever it stands: a worker that has to stop gives the request back
            await asyncio.shield(self._give_back(row))
            raise
        finally:
            self._rendering.discard(row.id)

    async def _kept(self, write: Callable[[], Awaitable[T]]) -> T:
        """Write what must not be lost: again and again while the database is away, read-only or full."""
        pause = PAUSE_S
        while True:
            try:
                return await write()
            except DATABASE as exc:
                if not is_passing(exc):
                    raise
                logger.warning("The database does not take a write; trying again in %g s: %s", pause, exc)
            await asyncio.sleep(pause)
            pause = min(PAUSE_MAX_S, pause * 2)

    async def _end(
        self, row: StoredRequest, state: State, values: dict[str, Any] | None = None
    ) -> StoredRequest | None:
        logger.info("Request %s has ended: %s on %s, attempt %d.", row.id, state.value, row.engine, row.attempt)
        return await self._kept(lambda: self._store.move(row.id, state, attempt=row.attempt, values=values))

    async def _log(self, row: StoredRequest, text: str, level: str) -> None:
        await self._kept(lambda: self._store.log(row.id, text, level=level))

    async def _rendered(self, row: StoredRequest) -> Message:
        """The last message of a child."""
        logger.info("Request %s begins on %s, attempt %d.", row.id, row.engine, row.attempt)
        with self._pool.take() as child:
            engine = self._engines.get(row.engine)
            child.holds_model |= engine is not None and engine.is_heavy
            return await self._follow(row, child)

    async def _follow(self, row: StoredRequest, child: Child) -> Message:
        """Pass a child's messages on until its last one; pass a cancel on to the child."""
        watcher = asyncio.create_task(self._watch_cancel(row, child), name=f"cancel of {row.id}")
        last: Message = ("crashed", None)
        try:
            silence_s, engine = self._settings.engine_silence_s, self._engines.get(row.engine)
            deadline_s = engine.deadline_s if engine else 0.0
            async for message in child.run(self._job(row), silence_s=silence_s, deadline_s=deadline_s):
                last = message
                if message[0] == "note":
                    note = message[1]
                    await self._kept(lambda note=note: self._store.note(row.id, row.attempt, note))  # type: ignore[misc]  # mypy and defaults
                    child.acknowledge_note()
                else:
                    await self._told(row, message)
        finally:
            watcher.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await watcher
        return last

    async def _told(self, row: StoredRequest, message: Message) -> None:
        """Write down how far a render is: what a later message says anew may be lost when the database is away."""
        try:
            if message[0] == "progress":
                _, stage, fraction, text = message
                await self._store.progress(row.id, row.attempt, stage, fraction, text)
            elif message[0] == "preview":
                await self._store.preview(row.id, message[1])
        except DATABASE as exc:
            if not is_passing(exc):
                raise
            logger.warning("The database does not take the progress of %s: %s", row.id, exc)

    async def _watch_cancel(self, row: StoredRequest, child: Child) -> None:
        async with self._hub.watch(row.id) as changed:
            while True:
                changed.clear()
                current = await self._kept(lambda: self._store.get(row.id))
                if current is None or current.cancel_requested or current.attempt != row.attempt:
                    break
                await changed.wait()
        child.cancel()
        await asyncio.sleep(self._engines[row.engine].cancel_grace_s if row.engine in self._engines else 0.0)
        child.kill()

    async def _finish(self, row: StoredRequest, last: Message, seconds: float) -> None:
        """Record the end of a render."""
        kind, *rest = last
        if kind == "done":
            outcome: Outcome = rest[0]
            for level, text in outcome.logs:
                await self._log(row, text, level)
            paid = estimate(find_endpoint(row.endpoint_id), outcome.seconds)
            cost = actual_usd(self._engines[row.engine].price, paid)
            metrics = {**outcome.metrics, **record(paid, cost), "inference_time": round(seconds, 3)}
            values = {
                "plan": outcome.plan,
                "result": outcome.result,
                "metrics": metrics,
                "progress": 1.0,
                "cost_usd": cost,
            }
            if await self._end(row, State.SUCCEEDED, values) is None:
                await self._unwanted(row, outcome)
            return
        current = await self._kept(lambda: self._store.get(row.id))
        is_cancelled = current is not None and current.cancel_requested
        if is_cancelled or (kind == "failed" and rest[0]["type"] == ClientCancelled.type):
            await self._end(row, State.CANCELLED)
        elif kind == "failed":
            await self._log(row, rest[0]["message"], "ERROR")
            metrics = {"inference_time": round(seconds, 3), "cost_usd": 0.0}
            await self._end(row, State.FAILED, {"error": rest[0], "metrics": metrics})
        else:
            await self._crashed(row)

    async def _unwanted(self, row: StoredRequest, outcome: Outcome) -> None:
        """A render that came too late: cancelled at the last moment, or given to another worker. Its files go, unless the
        request has them: then it had been written down before, and only the answer of the database was lost."""
        current = await self._kept(lambda: self._store.get(row.id))
        kept = set(result_files(current.result)) if current is not None and current.result else set()
        for file_id in set(result_files(outcome.result)) - kept:
            await asyncio.to_thread(self._files.delete, file_id)
        await self._kept(lambda: self._store.move(row.id, State.CANCELLED, attempt=row.attempt, only_cancelled=True))

    async def _crashed(self, row: StoredRequest) -> None:
        """The child died: try again, up to the last attempt."""
        if row.losses + 1 >= MAX_ATTEMPTS or row.options.get("no_retry"):
            await self._end(row, State.FAILED, {"error": WorkerCrashed().to_json()})
            return
        await self._log(row, f"The engine died; attempt {row.attempt + 1} follows.", "WARN")
        await self._kept(lambda: self._store.move(row.id, State.QUEUED, attempt=row.attempt, is_loss=True))

    async def _give_back(self, row: StoredRequest) -> None:
        with contextlib.suppress(*DATABASE):  # whoever comes next takes it back
            await self._store.log(row.id, "The worker is stopping; the request goes back to the queue.", level="WARN")
            await self._store.move(row.id, State.QUEUED, attempt=row.attempt)

    def _job(self, row: StoredRequest) -> RenderJob:
        options = row.options
        return RenderJob(
            request_id=str(row.id), endpoint_id=row.endpoint_id, arguments=row.arguments or {}, engine=row.engine,
            own_hosts=frozenset(options.get("own_hosts", ())), allow_private_media=self._settings.allow_private_media and not options.get("public_media"),
            seed=options.get("seed"), agreed_s=options.get("agreed_s"), expires_s=options.get("expires_s"), access=options.get("access", "allow"),
            is_heavy=row.engine in self._engines and self._engines[row.engine].is_heavy, cache=str(self._settings.cache), reader=_reader(self._settings), with_previews=options.get("store_io") != "0", with_recipe=not (options.get("no_recipe") or options.get("store_io") == "0"), notes=dict(options.get("notes", {})), fault=options.get("fault"),
        )  # fmt: skip

    async def _be_present(self) -> None:
        """Connect, for the lock that says this worker lives: the same one after its connection was lost, for its renders go on."""
        self._holds = False
        self._presence = await psycopg.AsyncConnection.connect(self._database_url, autocommit=True)
        await self._take_lock(self._presence)

    async def _take_lock(self, conn: psycopg.AsyncConnection[Any]) -> None:
        """Take the lock, unless the connection that was lost has not let go of it yet: then the next round does."""
        found = await (await conn.execute("SELECT pg_try_advisory_lock(%s)", (self._key,))).fetchone()
        self._holds = bool(found and found[0])

    async def _still_present(self) -> None:
        """Take the lock again when the database let go of it."""
        if self._presence is not None and not self._presence.closed:
            with contextlib.suppress(psycopg.Error):
                await (self._presence.execute("SELECT 1") if self._holds else self._take_lock(self._presence))
                return
        await self._be_present()

    async def _upkeep(self) -> None:
        """Rescue lost requests, expire start timeouts; whatever goes wrong, the next round comes."""
        while True:
            try:
                await self._look_after()
            except DATABASE as exc:
                self._steady_since = time.monotonic()
                logger.warning("Upkeep is waiting for the database: %s", exc)
            except Exception:
                logger.exception("A round of upkeep failed; the next one comes.")
            await asyncio.sleep(UPKEEP_S)

    async def _sweeping(self) -> None:
        """Collect rubbish, at once and every minute; a large store takes its time, and nothing waits for it."""
        while True:
            try:
                await self._rubbish.sweep()
            except Exception:
                logger.exception("Rubbish was not collected; trying again in a minute.")
            await asyncio.sleep(SWEEP_S)

    async def _look_after(self) -> None:
        """Confirm what is being rendered here, then take back what nobody renders.

        After an outage of the database others need time to confirm theirs, so a request without a heartbeat is not taken back at once.
        """
        await self._still_present()
        patience_s, now = self._settings.request_patience_s, time.monotonic()
        if self._rendering and now - self._beaten > patience_s / BEATS:
            await self._store.heartbeat(list(self._rendering), self._key)
            self._beaten = now
        await self._store.expire_starts(StartTimeout().to_json())
        await self._store.unpark()
        is_steady = now - self._steady_since > patience_s / 2
        await self._queue.clean(
            await self._store.rescue(WorkerCrashed().to_json(), patience_s if is_steady else None, patience_s / 4)
        )


def _reader(settings: Settings) -> ChatModel | None:
    """Who reads prompts, where the operator has somebody."""
    if not settings.reader_url:
        return None
    from shotwright.engines.chat import ChatModel

    return ChatModel(settings.reader_url, settings.reader_model, settings.reader_key.get_secret_value())
