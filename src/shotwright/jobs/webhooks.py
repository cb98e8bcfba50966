"""Delivers the outbox: bounded time, no redirects, retries with growing pauses and jitter, every attempt written down.

What a body says and how it is signed belongs to the wires; they are handed in as `WebhookDialect`s.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import random
import time
import uuid
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

import httpcore

from shotwright.jobs.faults import DATABASE
from shotwright.jobs.outbox import Attempt, Delivery
from shotwright.media.address import parse_address
from shotwright.media.guard import AddressRefused, guarded_pool

if TYPE_CHECKING:
    from shotwright.jobs.outbox import Outbox
    from shotwright.jobs.rows import StoredRequest
    from shotwright.jobs.store import RequestStore

logger = logging.getLogger(__name__)
AT_ONCE = 16
POLL_S = 0.25
LEASE_S = 6.0
RENEW_S = 2.0
KEPT_BYTES = 1024
JITTER = 0.1
SECRET_HEADERS = frozenset({"X-Webhook-Secret"})
PRIVATE = "Send a key (any, while the server has none), or set SHOTWRIGHT_PRIVATE_WEBHOOKS=allow, to deliver there."


@dataclass(frozen=True)
class WebhookDialect:
    """How a wire words, signs and repeats its webhooks."""

    timeout_s: float
    pauses_s: tuple[float, ...]  #: After the first, second, ... failed attempt; one attempt more than pauses.
    payload: Callable[[StoredRequest, str], Mapping[str, Any]]
    sign: Callable[[Delivery, bytes, int], dict[str, str]]
    signs_once: bool = False  #: All attempts carry the timestamp of the first.


class Deliverer:
    """Sends what is due until it is stopped; any number of processes may do so at once."""

    def __init__(
        self,
        outbox: Outbox,
        store: RequestStore,
        dialects: Mapping[str, WebhookDialect],
        may_be_private: Callable[[Delivery], Awaitable[bool]],
        pause_factor: float,
    ) -> None:
        self._outbox, self._store, self._dialects = outbox, store, dialects
        self._may_be_private, self._factor = may_be_private, pause_factor
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="webhook")
        self._tasks: dict[uuid.UUID, asyncio.Task[None]] = {}
        self._renewed = 0.0

    async def run(self) -> None:
        """Deliver until cancelled."""
        try:
            while True:
                try:
                    await self._renew()
                    await self._take()
                except DATABASE as exc:
                    logger.warning("Webhooks are waiting for the database: %s", exc)
                except Exception:
                    logger.exception("Webhooks could not be taken; trying again.")
                await asyncio.sleep(POLL_S)
        finally:
            for task in self._tasks.values():
                task.cancel()
            self._threads.shutdown(wait=False, cancel_futures=True)

    async def _take(self) -> None:
        free = AT_ONCE - len(self._tasks)
        for delivery in await self._outbox.claim(free, LEASE_S) if free else ():
            task = asyncio.create_task(self._deliver(delivery), name=f"webhook {delivery.id}")
            self._tasks[delivery.id] = task
            task.add_done_callback(partial(self._done, delivery.id))

    async def _renew(self) -> None:
        """Keep what is under way from falling due: only a process that has died loses its leases."""
        if self._tasks and time.monotonic() - self._renewed > RENEW_S:
            self._renewed = time.monotonic()
            await self._outbox.renew(list(self._tasks), LEASE_S)

    def _done(self, delivery_id: uuid.UUID, task: asyncio.Task[None]) -> None:
        self._tasks.pop(delivery_id, None)
        if not task.cancelled() and (error := task.exception()) is not None:
            logger.error("%s could not be carried out", task.get_name(), exc_info=error)

    async def _deliver(self, delivery: Delivery) -> None:
        """One attempt."""
        dialect = self._dialects[delivery.wire]
        body, first_at = await self._body(delivery, dialect)
        signed_at = first_at if dialect.signs_once else int(time.time())
        headers = {"Content-Type": "application/json", **dialect.sign(delivery, body, signed_at)}
        private = await self._may_be_private(delivery)
        attempt = await asyncio.get_running_loop().run_in_executor(
            self._threads, send, delivery, body, headers, dialect.timeout_s, private
        )
        shown = {name: "***" if name in SECRET_HEADERS else value for name, value in headers.items()}
        await self._outbox.record(delivery, attempt, shown, self._pause(delivery, dialect, attempt))

    async def _body(self, delivery: Delivery, dialect: WebhookDialect) -> tuple[bytes, int]:
        """The bytes of all attempts, made at the first one."""
        if delivery.body is not None and delivery.signed_at is not None:
            return delivery.body, delivery.signed_at
        body = delivery.body
        if body is None and delivery.request_id is not None:
            row = await self._store.get(delivery.request_id)
            body = json.dumps(dialect.payload(row, delivery.origin), ensure_ascii=False).encode() if row else b"{}"
        now = int(time.time())
        await self._outbox.seal(delivery, body or b"{}", now)
        return body or b"{}", now

    def _pause(self, delivery: Delivery, dialect: WebhookDialect, attempt: Attempt) -> float | None:
        """Seconds to the next attempt; None when there is none."""
        if attempt.is_delivered or delivery.attempts >= len(dialect.pauses_s) or PRIVATE in (attempt.error or ""):
            return None
        return dialect.pauses_s[delivery.attempts] * self._factor * random.uniform(1 - JITTER, 1 + JITTER)


def send(delivery: Delivery, body: bytes, headers: dict[str, str], timeout_s: float, allow_private: bool) -> Attempt:
    """POST once; what came of it, never an exception for anything that the other side can do."""
    at, started = datetime.now(UTC), time.monotonic()
    status: int | None = None
    text = error = None
    try:
        status, text = _post(delivery.url, body, headers, timeout_s, allow_private=allow_private)
        if 300 <= status < 400:
            error = "The receiver answered with a redirect; redirects are not followed."
    except AddressRefused as exc:
        error = f"{exc} {PRIVATE}" if exc.is_private else str(exc)
    except (httpcore.TimeoutException, TimeoutError):
        error = f"No answer within {timeout_s:g} seconds."
    except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.UnsupportedProtocol, OSError, ValueError) as exc:
        error = f"The connection failed: {str(exc) or type(exc).__name__}."
    duration = round((time.monotonic() - started) * 1000)
    return Attempt(
        number=delivery.attempts + 1, at=at, duration_ms=duration, status_code=status, response=text, error=error
    )


def _post(url: str, body: bytes, headers: dict[str, str], timeout_s: float, *, allow_private: bool) -> tuple[int, str]:
    """Status and the first kilobyte of the answer."""
    deadline = time.monotonic() + timeout_s
    address = parse_address(url)
    sent: dict[bytes | str, bytes | str] = {
        "Host": address.netloc,
        "User-Agent": "shotwright",
        "Content-Length": str(len(body)),
    }
    sent.update(headers)
    limits = {"connect": timeout_s, "read": timeout_s, "write": timeout_s, "pool": timeout_s}
    with (
        guarded_pool(allow_private=allow_private, deadline=deadline) as pool,
        pool.stream("POST", address.url, headers=sent, content=body, extensions={"timeout": limits}) as response,
    ):
        kept = bytearray()
        with contextlib.suppress(httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError):
            for chunk in response.iter_stream():  # the status counts, whatever becomes of the rest
                kept += chunk[: KEPT_BYTES - len(kept)]
                if len(kept) >= KEPT_BYTES or time.monotonic() > deadline:
                    break
        return response.status, kept.decode("utf-8", "replace").replace("\x00", "")
