"""The kernel of all wires: what a process has open (`Node`), and one call of it (`Call`), made by `handler` with the scope it needs.

A handler is written as `@handler("run") async def submit(call: Call) -> Response`: whoever may not is refused before it runs.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shotwright.api.auth import Caller, authenticate
from shotwright.api.body import read_json
from shotwright.api.origin import origin, queue_prefix
from shotwright.core.limits import MB

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from psycopg_pool import AsyncConnectionPool
    from starlette.datastructures import Headers, QueryParams
    from starlette.requests import Request
    from starlette.responses import Response

    from shotwright.api.auth import Authenticator
    from shotwright.engines.spec import EngineInfo
    from shotwright.files.store import FileStore
    from shotwright.jobs.events import EventHub
    from shotwright.jobs.keys import KeyStore
    from shotwright.jobs.outbox import Outbox
    from shotwright.jobs.queue import Queue
    from shotwright.jobs.store import RequestStore
    from shotwright.jobs.uploads import UploadStore
    from shotwright.settings import Settings

    Endpoint = Callable[[Request], Awaitable[Response]]
    Handler = Callable[["Call"], Awaitable[Response]]

SMALL_BYTES = MB
"""Bodies that carry no media are read up to this size."""
WORDS_BYTES = 256 * 1024
"""Requests that are only looked at (plan, estimate) carry words and addresses: kilobytes."""


@dataclass(frozen=True)
class Node:
    """What one process of a server has open.

    Attributes:
        settings: The operator's choices.
        database_url: Where its database is.
        pool: Connections to it.
        store: The requests.
        queue: What is to be rendered.
        hub: Changes of requests, as they happen.
        files: The files.
        keys: The API keys.
        outbox: Webhooks on their way.
        uploads: Uploads in parts.
        authenticator: Knows the keys.
        secret: Signs sessions, tokens and addresses.
        webhook_seed: The key that signs fal's webhooks, hex.
        engines: What this server renders on.
    """

    settings: Settings
    database_url: str
    pool: AsyncConnectionPool[Any]
    store: RequestStore
    queue: Queue
    hub: EventHub
    files: FileStore
    keys: KeyStore
    outbox: Outbox
    uploads: UploadStore
    authenticator: Authenticator
    secret: str
    webhook_seed: str
    engines: Mapping[str, EngineInfo]


@dataclass(frozen=True)
class Call:
    """One call of the API: the request, the server behind it, and who calls."""

    request: Request
    node: Node
    caller: Caller | None = None  #: None where anybody may call.

    @property
    def who(self) -> Caller:
        """Who calls; only a handler with a scope may ask."""
        assert self.caller is not None, "a public handler does not know its caller"  # noqa: S101  (a mistake of ours)
        return self.caller

    @property
    def base(self) -> str:
        """Scheme and host of our addresses, as this client reaches us."""
        return origin(self.request, self.node.settings)

    @property
    def queue_base(self) -> str:
        """The same, with the part of the path that queue addresses have."""
        return self.base + queue_prefix(self.request)

    @property
    def path(self) -> dict[str, Any]:
        """The parameters of its path."""
        return self.request.path_params

    @property
    def query(self) -> QueryParams:
        """The parameters of its query."""
        return self.request.query_params

    @property
    def headers(self) -> Headers:
        """Its headers."""
        return self.request.headers

    async def body(self) -> Any:  # noqa: ANN401  (any JSON)
        """Its JSON body, which may carry media.

        Raises:
            PayloadTooLarge: It is larger than the operator allows.
            SchemaError: It is no JSON that can be kept.
        """
        return await read_json(self.request, self.node.settings.max_body_mb * MB)

    async def small_body(self) -> Any:  # noqa: ANN401  (any JSON)
        """Its JSON body, up to a megabyte; raises as `body` does."""
        return await read_json(self.request, SMALL_BYTES)

    async def words_body(self) -> Any:  # noqa: ANN401  (any JSON)
        """Its JSON body, up to 256 KB; raises as `body` does."""
        return await read_json(self.request, WORDS_BYTES)


def node_of(request: Request) -> Node:
    """The server that a request came in on."""
    node: Node = request.app.state.node
    return node


def handler(scope: str, *, is_wire: bool = False) -> Callable[[Handler], Endpoint]:
    """Make a handler of calls an endpoint of the application, for callers who may do what `scope` names.

    Args:
        scope: run, read or admin.
        is_wire: Whether clients in browsers call it from pages of other sites; on a server without keys nothing else is.

    The endpoint raises:
        Unauthorized: No key, or an unknown or revoked one.
        Forbidden: The key's scopes do not include this.
    """

    def decorate(handle: Handler) -> Endpoint:
        @functools.wraps(handle)
        async def endpoint(request: Request) -> Response:
            node = node_of(request)
            return await handle(
                Call(request, node, await authenticate(request, node.authenticator, scope, is_wire=is_wire))
            )

        return endpoint

    return decorate


def public(handle: Handler) -> Endpoint:
    """Make a handler of calls an endpoint that anybody may call."""

    @functools.wraps(handle)
    async def endpoint(request: Request) -> Response:
        return await handle(Call(request, node_of(request)))

    return endpoint
