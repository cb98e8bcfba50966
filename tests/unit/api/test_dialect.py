"""A dialect is a leaf: it brings routes, errors in its words and webhooks, and needs no other"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from shotwright import app
from shotwright.api.call import Call, handler, public
from shotwright.api.dialect import Dialect, Offer, shared_routes
from shotwright.core.errors import NotFound, Unauthorized


@public
async def hello(call: Call) -> Response:
    return PlainTextResponse(f"hello from {call.base}")


@public
async def fail(call: Call) -> Response:
    raise NotFound(call.path["name"])


@handler("admin")
async def guarded(call: Call) -> Response:
    return PlainTextResponse(call.who.id)


TOY = Dialect(
    "toy",
    lambda: [Route("/toy/hello", hello), Route("/toy/fail/{name}", fail), Route("/toy/guarded", guarded)],
    lambda _request, _node, exc: PlainTextResponse(f"toy says {type(exc).__name__}", exc.status),
    ("/toy/",),
    {"/v1/models": Offer(hello, lambda request: "toy" in request.query_params)},
)


class Closed:
    """An authenticator that knows nobody."""

    secret = "s"

    async def is_open(self) -> bool:
        return False

    async def caller(self, _: str) -> None:
        return None


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> httpx.AsyncClient:
    monkeypatch.setattr(app, "DIALECTS", (TOY, *app.DIALECTS))
    settings = SimpleNamespace(public_url=None, eachlabs_error_style="seed")
    node: Any = SimpleNamespace(settings=settings, authenticator=Closed())
    return httpx.AsyncClient(transport=httpx.ASGITransport(app.build_api(node)), base_url="http://here")


async def test_a_new_dialect_is_an_object_in_the_list(client: httpx.AsyncClient) -> None:
    assert (await client.get("/toy/hello")).text == "hello from http://here"
    missing = await client.get("/toy/fail/x")
    assert (missing.status_code, missing.text) == (404, "toy says NotFound")
    refused = await client.get("/toy/guarded")
    assert (refused.status_code, refused.text) == (Unauthorized.status, "toy says Unauthorized")


async def test_errors_of_other_paths_stay_in_their_own_words(client: httpx.AsyncClient) -> None:
    fals = await client.get("/queue/fal-ai/nothing")
    assert set(fals.json()) == {"status", "detail"}
    eachlabs = await client.get("/v1/prediction/nothing/at/all")
    assert {"status", "message", "details", "error"} <= set(eachlabs.json())
    platform = await client.get("/v1/keys/nothing/at/all")
    assert set(platform.json()) == {"error"}


async def test_a_path_of_several_dialects_goes_to_the_one_that_claims_the_call(client: httpx.AsyncClient) -> None:
    assert (await client.get("/v1/models?toy=1")).text.startswith("hello")
    assert isinstance((await client.get("/v1/models")).json(), list | dict)
    paths = [route.path for route in shared_routes(app.DIALECTS)]
    assert len(paths) == len(set(paths))


@pytest.mark.parametrize("name", ["fal", "eachlabs"])
async def test_a_server_without_a_dialect_still_answers(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    rest = tuple(item for item in app.DIALECTS if item.name != name)
    monkeypatch.setattr(app, "DIALECTS", (TOY, *rest))
    settings = SimpleNamespace(public_url=None, eachlabs_error_style="seed")
    node: Any = SimpleNamespace(settings=settings, authenticator=Closed())
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app.build_api(node)), base_url="http://here") as client:
        assert (await client.get("/toy/hello")).status_code == 200
