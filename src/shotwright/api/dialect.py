"""What a wire gives to the server: routes, errors in its own words, the way it delivers webhooks. One object in each dialect's folder.

Deleting a dialect is deleting its folder and its name in app.py; import-linter proves that no dialect needs another.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from starlette.routing import Route

from shotwright.core.errors import ServerUnavailable, StorageFull, StorageUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from starlette.requests import Request
    from starlette.responses import Response

    from shotwright.api.call import Endpoint, Node
    from shotwright.core.errors import ShotwrightError
    from shotwright.jobs.webhooks import WebhookDialect

RETRY_S = {"retry-after": "2"}


@dataclass(frozen=True)
class Offer:
    """A dialect's answer on a path that others answer too: `claims` says whether a call is meant for it."""

    endpoint: Endpoint
    claims: Callable[[Request], bool] = lambda _: True


@dataclass(frozen=True)
class Dialect:
    """One wire.

    Attributes:
        name: As requests and webhooks name it.
        routes: Its routes.
        catch_all: Routes whose patterns would swallow those of others: they come last, the busiest first.
        error_answer: An error that was raised while a call was handled, in its words.
        prefixes: Paths whose errors it words; the longest prefix of all dialects wins, and "" takes what nobody claims.
        shared: Its answers on paths that other dialects answer too.
        webhooks: How it delivers; None where it has no webhooks.
    """

    name: str
    routes: Callable[[], list[Route]]
    error_answer: Callable[[Request, Node, ShotwrightError], Response]
    prefixes: tuple[str, ...] = ()
    shared: Mapping[str, Offer] = field(default_factory=dict)
    webhooks: Callable[[Node], WebhookDialect] | None = None
    catch_all: Callable[[], list[Route]] = list


def error_answer(dialects: Sequence[Dialect], request: Request, node: Node, exc: ShotwrightError) -> Response:
    """An error, in the words of the wire that the path belongs to."""
    path: str = request.scope["path"]
    fitting = ((len(prefix), item) for item in dialects for prefix in item.prefixes if path.startswith(prefix))
    response = max(fitting, key=lambda pair: pair[0])[1].error_answer(request, node, exc)
    if isinstance(exc, (ServerUnavailable, StorageFull, StorageUnavailable)):
        response.headers.update(RETRY_S)
    return response


def shared_routes(dialects: Sequence[Dialect]) -> list[Route]:
    """Routes for paths of several dialects: the first that claims a call answers it."""
    paths = dict.fromkeys(path for item in dialects for path in item.shared)
    return [
        Route(path, _first_of([item.shared[path] for item in dialects if path in item.shared]), methods=["GET"])
        for path in paths
    ]


def _first_of(offers: Sequence[Offer]) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        offer = next((item for item in offers if item.claims(request)), offers[-1])
        return await offer.endpoint(request)

    return endpoint
