"""The only composition root: settings → database, files, engines → wires, worker."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
import signal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from psycopg_pool import AsyncConnectionPool, PoolTimeout
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Match

from shotwright import wiring
from shotwright.api import uploads
from shotwright.api.auth import Authenticator, old_owner_name, owner_name
from shotwright.api.call import Node, node_of
from shotwright.api.dialect import error_answer, shared_routes
from shotwright.api.eachlabs.dialect import EACHLABS
from shotwright.api.fal.dialect import FAL
from shotwright.api.layers import Cors
from shotwright.api.openai.dialect import OPENAI
from shotwright.api.origin import HostRouting
from shotwright.api.platform import routes as platform_routes
from shotwright.core.catalog import ENDPOINTS
from shotwright.core.errors import (
    InternalError,
    MethodNotAllowed,
    NotFound,
    SetupError,
    ShotwrightError,
    UnknownEndpoint,
)
from shotwright.core.limits import MB
from shotwright.files.store import FileStore
from shotwright.jobs.children import ChildPool, ChildSetup
from shotwright.jobs.events import EventHub
from shotwright.jobs.faults import DATABASE, as_error
from shotwright.jobs.keys import KeyStore
from shotwright.jobs.outbox import Outbox
from shotwright.jobs.postgres import EmbeddedPostgres
from shotwright.jobs.queue import Queue
from shotwright.jobs.store import RequestStore
from shotwright.jobs.uploads import UploadStore
from shotwright.jobs.webhooks import Deliverer
from shotwright.jobs.workdir import WorkFolder
from shotwright.jobs.worker import Worker
from shotwright.serving import HttpServer, listen
from shotwright.web import routes as web_routes
from shotwright.web.render import page, wants_page

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from starlette.responses import Response

    from shotwright.jobs.outbox import Delivery
    from shotwright.settings import Settings

logger = logging.getLogger(__name__)
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
WATCH_S = 1.0
STOP_S = 9.0


DIALECTS = (OPENAI, FAL, EACHLABS)
"""The wires. Deleting one is deleting its folder and its name here."""


def worker_of(node: Node) -> Worker:
    """A worker of this node."""
    workdir = WorkFolder(node.settings.data / "work")
    setup = ChildSetup(
        "shotwright.wiring:build_engines",
        node.settings.files(),
        str(workdir.path),
        node.settings,
        node.settings.engine_memory_mb,
    )
    pool = ChildPool(setup, node.settings.workers)
    return Worker(
        node.store,
        node.queue,
        node.hub,
        node.files,
        pool,
        uploads=node.uploads,
        outbox=node.outbox,
        workdir=workdir,
        settings=node.settings,
        engines=node.engines,
        database_url=node.database_url,
    )


def deliverer_of(node: Node) -> Deliverer:
    """What sends this node's webhooks."""
    webhooks = {item.name: item.webhooks(node) for item in DIALECTS if item.webhooks}

    async def may_call_private(delivery: Delivery) -> bool:
        choice = node.settings.private_webhooks
        if choice == "auto":
            return delivery.may_be_private and await node.authenticator.is_open()
        return choice == "allow"

    return Deliverer(node.outbox, node.store, webhooks, may_call_private, node.settings.webhook_pause_factor)


@contextlib.asynccontextmanager
async def open_node(settings: Settings) -> AsyncIterator[Node]:
    """Database, queue, events and files, opened and closed in order.

    Raises:
        SetupError: Something that the operator has to change; the message says what.
    """
    async with _database(settings) as database_url, _pool(database_url) as pool:
        queue = Queue(pool)
        store = RequestStore(pool, queue, concurrency_per_key=settings.concurrency_per_key)
        await store.prepare()
        await queue.open()
        hub = EventHub(database_url, store)
        await hub.start()
        secret = await store.setting("secret", secrets.token_hex(32))
        seed = await store.setting("webhook_seed", secrets.token_hex(32))
        keys, outbox = KeyStore(pool), Outbox(pool)
        for key in settings.accepted_keys:
            await store.rename_owner(old_owner_name(key), owner_name(key, secret))
            await outbox.rename_owner(old_owner_name(key), owner_name(key, secret))
        await asyncio.to_thread(_close_files, settings)
        try:
            yield Node(
                settings, database_url, pool, store, queue, hub, FileStore(settings.files()), keys, outbox,
                uploads_of(settings, pool), Authenticator(settings, keys, secret), secret, seed, wiring.engine_infos(settings),
            )  # fmt: skip
        finally:
            await hub.stop()


def _close_files(settings: Settings) -> None:
    """Keep others on this machine out of our own folder of files, which earlier releases left open."""
    if not settings.files_url:
        folder = Path(settings.files())
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)


def uploads_of(settings: Settings, pool: AsyncConnectionPool[Any]) -> UploadStore:
    """Uploads in parts, under the operator's bounds."""
    return UploadStore(
        pool,
        max_open=settings.uploads_open_per_key,
        max_parts=settings.upload_max_parts,
        max_bytes=settings.upload_max_mb * MB,
    )


@contextlib.asynccontextmanager
async def open_keys(settings: Settings) -> AsyncIterator[KeyStore]:
    """The keys of a server's database, whether the server runs or not."""
    async with _database(settings) as database_url, _pool(database_url) as pool:
        await RequestStore(pool, Queue(pool)).prepare()
        yield KeyStore(pool)


@contextlib.asynccontextmanager
async def _pool(database_url: str) -> AsyncIterator[AsyncConnectionPool[Any]]:
    pool: AsyncConnectionPool[Any] = AsyncConnectionPool(
        database_url, min_size=2, max_size=12, open=False, timeout=10, check=AsyncConnectionPool.check_connection
    )
    try:
        await pool.open(wait=True, timeout=15)
    except PoolTimeout as exc:
        await pool.close()
        raise SetupError(f"The database does not answer: {exc}. Check DATABASE_URL.") from exc
    try:
        yield pool
    finally:
        await pool.close()


@contextlib.asynccontextmanager
async def _database(settings: Settings) -> AsyncIterator[str]:
    """The operator's database, or the embedded one, watched and started again when it dies."""
    if settings.database_url:
        yield settings.database_url
        return
    embedded = EmbeddedPostgres(settings.data, settings.postgres_user)
    url = embedded.start()
    watch = asyncio.create_task(_keep_alive(embedded), name="database")
    try:
        yield url
    finally:
        watch.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watch
        embedded.close()


async def _keep_alive(embedded: EmbeddedPostgres) -> None:
    while True:
        await asyncio.sleep(WATCH_S)
        try:
            if not await asyncio.to_thread(embedded.is_alive):
                logger.warning("The embedded database has died; starting it again.")
                await asyncio.to_thread(embedded.revive)
        except Exception:
            logger.exception("The embedded database could not be looked after; trying again.")


def build_api(node: Node) -> Starlette:
    """The ASGI application with all dialects."""
    api = Starlette(
        routes=[
            *web_routes.routes(),
            *(route for item in DIALECTS for route in item.routes()),
            *shared_routes(DIALECTS),
            *uploads.routes(),
            *platform_routes.routes(),
            *(route for item in DIALECTS for route in item.catch_all()),
        ]
    )
    api.router.redirect_slashes = False
    api.state.node = node
    api.add_exception_handler(ShotwrightError, _on_error)  # type: ignore[arg-type]  # narrower than Exception
    api.add_exception_handler(Exception, _on_surprise)
    for kind in DATABASE:
        api.add_exception_handler(kind, _on_database)
    for status in (404, 405):
        api.add_exception_handler(status, _on_missing)
    api.add_middleware(HostRouting)
    api.add_middleware(Cors)
    return api


async def _on_error(request: Request, exc: ShotwrightError) -> Response:
    if isinstance(exc, UnknownEndpoint) and request.method == "POST":
        return (
            await _on_missing(request, exc)
            if other_methods(request)
            else error_answer(DIALECTS, request, node_of(request), exc)
        )
    return error_answer(DIALECTS, request, node_of(request), exc)


async def _on_database(request: Request, exc: Exception) -> Response:
    """Out of reach, out of room, or a value that no column can hold: NUL in a text, a number beyond all bounds."""
    logger.warning("The database refuses %s %r: %s", request.method, request.url.path, exc)
    return error_answer(DIALECTS, request, node_of(request), as_error(exc))


async def _on_surprise(request: Request, exc: Exception) -> Response:
    logger.error("Unexpected error in %s %r", request.method, request.url.path, exc_info=exc)
    return error_answer(DIALECTS, request, node_of(request), InternalError())


def other_methods(request: Request) -> list[str]:
    """Methods that a path takes, where it exists for others than the one that was used; routes that swallow everything do not count."""
    catch_alls = {
        route.path for item in DIALECTS for route in item.catch_all() if route.path.endswith("{endpoint:path}")
    }
    found: set[str] = set()
    for route in request.app.routes:
        match, scope = route.matches({**request.scope, "method": "-"})
        path = getattr(route, "path", "")
        is_real = path not in catch_alls or scope.get("path_params", {}).get("endpoint") in ENDPOINTS
        if match is Match.PARTIAL and is_real:
            found |= getattr(route, "methods", None) or set()
    return sorted(found - {request.method})


async def _on_missing(request: Request, _: Exception) -> Response:
    methods = other_methods(request)
    if methods and not wants_page(request):
        wrong = MethodNotAllowed(
            f"{request.method} is not a method of {request.url.path}. It takes {', '.join(methods)}."
        )
        answer = error_answer(DIALECTS, request, node_of(request), wrong)
        answer.headers["allow"] = ", ".join(methods)
        return answer
    error = NotFound(f"Path {request.url.path} not found")
    if wants_page(request):
        return page(request, "error.html", None, status=error.status, error=error)
    return error_answer(DIALECTS, request, node_of(request), error)


async def check_exposure(node: Node) -> None:
    """Refuse to listen on the network without keys.

    Raises:
        SetupError: The address is not loopback and there are no keys.
    """
    host = node.settings.host
    if host not in LOOPBACK and await node.authenticator.is_open():
        raise SetupError(
            f"Refusing to listen on {host} without keys: anybody could use this server. "
            "Make one with `shotwright keys create`, or listen on 127.0.0.1."
        )


def check_engine(node: Node) -> None:
    """Refuse to start with an engine for requests that name none, when there is none of its name; say so where it cannot render yet.

    Raises:
        SetupError: There is no such engine.
    """
    name = node.settings.engine
    engine = node.engines.get(name)
    if engine is None:
        raise SetupError(
            f'SHOTWRIGHT_ENGINE names "{name}", and there is no such engine. There are: {", ".join(node.engines)}.'
        )
    if not engine.is_ready:
        logger.warning("Requests that name no engine go to %s, which cannot render here: %s", name, engine.problem)


async def serve(settings: Settings, announce: Callable[[str], None]) -> None:
    """Run the API and, unless `workers` is 0, a worker, until SIGINT or SIGTERM.

    Args:
        settings: The operator's choices.
        announce: Called with the server's address once it takes requests.
    """
    listener = listen(settings)
    certificate = _certificate(settings.data) if settings.tls else None
    scheme = "https" if certificate else "http"
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    url = f"{scheme}://{host}:{listener.getsockname()[1]}"
    async with open_node(settings) as node:
        await check_exposure(node)
        check_engine(node)
        server = HttpServer(build_api(node), settings, certificate)
        stopping = _stop_signal()
        tasks = [
            asyncio.create_task(server.serve([listener]), name="http"),
            asyncio.create_task(deliverer_of(node).run(), name="webhooks"),
        ]
        await server.ready.wait()
        announce(url)
        if settings.workers:
            tasks.append(asyncio.create_task(worker_of(node).run(), name="worker"))
        await _until(stopping, tasks, server)


async def work(settings: Settings, announce: Callable[[str], None]) -> None:
    """Run a worker alone, until SIGINT or SIGTERM."""
    async with open_node(settings) as node:
        stopping = _stop_signal()
        announce(f"{settings.workers} render(s) at once")
        tasks = [
            asyncio.create_task(worker_of(node).run(), name="worker"),
            asyncio.create_task(deliverer_of(node).run(), name="webhooks"),
        ]
        await _until(stopping, tasks, None)


async def _until(stopping: asyncio.Event, tasks: list[asyncio.Task[None]], server: HttpServer | None) -> None:
    """Wait for the end: a signal, or a task that failed; then stop everything in order."""
    waiter: asyncio.Task[Any] = asyncio.create_task(stopping.wait())
    done, _ = await asyncio.wait({waiter, *tasks}, return_when=asyncio.FIRST_COMPLETED)
    if server is not None:
        server.should_exit = True
    waiter.cancel()
    for task in tasks:
        if task.get_name() != "http":
            task.cancel()
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(STOP_S):
            await asyncio.gather(*tasks, return_exceptions=True)
    for task in done - {waiter}:
        if not task.cancelled() and (error := task.exception()) is not None:
            raise error


def _stop_signal() -> asyncio.Event:
    event = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, event.set)
    return event


def _certificate(data: Path) -> tuple[str, str]:
    from shotwright.tls import ensure_certificate

    files = ensure_certificate(data)
    return str(files.certificate), str(files.key)
