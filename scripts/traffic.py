"""`python -m scripts.traffic [CLIENT ...]`: records what unmodified clients send to a server, and what its answers look like.

Each client runs against a server of its own (engine `testcard`, one key) through a proxy that notes every exchange. Keys,
addresses and ids that an answer gave and a later request uses become names such as `<3.request_id>`: "request_id" of the answer
to exchange 3. Answers are kept as shapes (`scripts/traffic_shape.py`). `tests/contract/test_traffic.py` replays the files.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from scripts.demo import start_server
from scripts.traffic_shape import HOOK, Known, answer_of, body_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from starlette.requests import Request

FOLDER = Path(__file__).parents[1] / "tests" / "contract" / "traffic"
CLIENTS = FOLDER / "clients"
PYTHON = Path(".venv-traffic") / "bin" / "python"
KEY = "kid:secret"
"""The key of every recording."""
SERVER = {"SHOTWRIGHT_KEYS": KEY, "SHOTWRIGHT_PRIVATE_WEBHOOKS": "allow"}
PROGRAMS = {
    "fal-client": [str(PYTHON), "fal_client_.py"],
    "fal-ai-client": ["node", "fal_ai_client.mjs"],
    "litellm": [str(PYTHON), "litellm_.py"],
    "huggingface_hub": [str(PYTHON), "huggingface_hub_.py"],
    "ai-sdk": ["node", "ai_sdk.mjs"],
    "tanstack": ["node", "tanstack.mjs"],
}
HOP = {"connection", "transfer-encoding", "keep-alive"}
UNSAID = {*HOP, "host", "content-length", "accept-encoding"}
"""Headers that say nothing about a client's use of the API."""
PROGRAM_S = 120


@dataclass
class Exchange:
    """A request as it came, and its answer."""

    method: str
    url: str
    headers: dict[str, str]
    body: bytes
    status: int = 0
    answer_headers: dict[str, str] = field(default_factory=dict)
    answer: bytes = b""

    def is_poll_after(self, before: Exchange | None) -> bool:
        """Whether this asks again what the request before it asked."""
        if before is None or (self.method, before.method) != ("GET", "GET"):
            return False
        return (self.url, self.headers) == (before.url, before.headers)


@dataclass
class Scenario:
    """What a client did under one name."""

    exchanges: list[Exchange] = field(default_factory=list)
    webhooks: list[Exchange] = field(default_factory=list)
    has_webhook: asyncio.Event = field(default_factory=asyncio.Event)


class Proxy:
    """Stands before a server on an address of its own and notes what goes through, from construction until `close`."""

    def __init__(self, server: str) -> None:
        self.server = server
        self.scenarios: dict[str, Scenario] = {}
        self._name = ""
        self._client = httpx.AsyncClient(timeout=None, trust_env=False)
        bound = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{bound.getsockname()[1]}"
        methods = ["GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS"]
        app = Starlette(
            routes=[
                Route("/-/scenario/{name}", self._begin),
                Route(HOOK + "{name}", self._webhook, methods=["POST"]),
                Route("/{path:path}", self._forward, methods=methods),
            ]
        )
        self._uvicorn = uvicorn.Server(uvicorn.Config(app, log_level="error"))
        self._thread = threading.Thread(target=self._uvicorn.run, kwargs={"sockets": [bound]}, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop listening."""
        self._uvicorn.should_exit = True
        self._thread.join(10)

    async def _begin(self, request: Request) -> Response:
        """A client begins a scenario."""
        self._name = request.path_params["name"]
        self.scenarios[self._name] = Scenario()
        return Response(status_code=204)

    async def _webhook(self, request: Request) -> Response:
        """The server calls the address that a client gave it; `?wait` is the client, which waits for that call."""
        scenario = self.scenarios[request.path_params["name"]]
        if request.query_params:
            await scenario.has_webhook.wait()
            return Response(scenario.webhooks[-1].body, media_type="application/json")
        scenario.webhooks.append(await _received(request))
        scenario.has_webhook.set()
        return Response(status_code=200)

    async def _forward(self, request: Request) -> Response:
        """Pass a request on and its answer back, piece by piece."""
        exchange = await _received(request)
        self.scenarios[self._name].exchanges.append(exchange)
        sent = [(k, v) for k, v in request.headers.items() if k not in {*HOP, "accept-encoding"}]
        outgoing = self._client.build_request(
            request.method, self.server + exchange.url, headers=[*sent, ("accept-encoding", "identity")], content=exchange.body
        )  # fmt: skip
        answer = await self._client.send(outgoing, stream=True)
        exchange.status, exchange.answer_headers = answer.status_code, dict(answer.headers)

        async def relay() -> AsyncIterator[bytes]:
            try:
                async for piece in answer.aiter_raw():
                    exchange.answer += piece
                    yield piece
            finally:
                await answer.aclose()

        headers = {k: v for k, v in answer.headers.items() if k not in HOP}
        return StreamingResponse(relay(), answer.status_code, headers)


async def _received(request: Request) -> Exchange:
    query = f"?{request.url.query}" if request.url.query else ""
    headers = {name: value for name, value in request.headers.items() if name not in UNSAID}
    path = request.scope["raw_path"].decode("latin-1").partition("?")[0]
    return Exchange(request.method, path + query, headers, await request.body())


def tidy(scenario: Scenario, origin: str) -> dict[str, Any]:
    """A scenario as it is written down: ids by name, repeated polls once, answers as shapes."""
    known, written = Known(origin), list[dict[str, Any]]()
    before: Exchange | None = None
    for exchange in scenario.exchanges:
        answer = answer_of(exchange.status, exchange.answer_headers, exchange.answer, known.origins(exchange.headers))
        if exchange.is_poll_after(before):
            written[-1]["answers"].append(answer)
        else:
            request = {"method": exchange.method, "url": known.named("<origin>" + exchange.url)}
            request["headers"] = {name: known.named(value) for name, value in sorted(exchange.headers.items())}  # type: ignore[assignment]
            written.append({**request, "body": body_of(exchange.body, known), "answers": [answer]})
        known.learn(len(written) - 1, exchange.headers, exchange.answer_headers, exchange.answer)
        before = exchange
    for item in written:
        item["answers"] = _distinct(item["answers"])
    called = [
        {"headers": sorted(call.headers), "json": answer_of(0, {}, call.body, [origin])["json"]}
        for call in scenario.webhooks
    ]
    return {"exchanges": written, "webhooks": called}


def _distinct(answers: list[Any]) -> list[Any]:
    """Without repetitions; the last one stays the last."""
    kept: list[Any] = []
    for answer in reversed(answers):
        if answer not in kept:
            kept.append(answer)
    return kept[::-1]


@contextmanager
def running() -> Iterator[str]:
    """A server that knows one key and draws test cards; its address."""
    folder = Path(tempfile.mkdtemp(prefix="shotwright-traffic-"))
    folder.chmod(0o755)
    os.environ |= {"SHOTWRIGHT_ENGINE": "testcard", **SERVER}
    server, url = start_server(folder / "data")
    try:
        yield url
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(20)
        shutil.rmtree(folder, ignore_errors=True)


def install() -> None:
    """The pinned packages of `clients/`, in environments of their own."""
    if not PYTHON.exists():
        subprocess.run([sys.executable, "-m", "venv", str(PYTHON.parents[1])], check=True)
    uv = [str(Path(sys.executable).parent / "uv"), "pip", "install", "--quiet", "--python", str(PYTHON)]
    subprocess.run([*uv, "-r", str(CLIENTS / "requirements.txt")], check=True)
    subprocess.run(["npm", "ci", "--silent", "--no-fund", "--no-audit"], cwd=CLIENTS, check=True)


def record(client: str) -> Path:
    """Run one client and write its file."""
    program, *arguments = PROGRAMS[client]
    program = str(Path(program).absolute()) if "/" in program else program
    with running() as url:
        proxy = Proxy(url)
        try:
            environment = {**os.environ, "HERE": proxy.url, "FAL_KEY": KEY, "PYTHONPATH": str(Path("src").absolute())}
            done = subprocess.run(
                [program, *arguments], cwd=CLIENTS, env=environment, stdout=subprocess.PIPE, text=True, timeout=PROGRAM_S, check=True
            )  # fmt: skip
        finally:
            proxy.close()
    versions = json.loads(done.stdout.splitlines()[-1])
    scenarios = {name: tidy(scenario, proxy.url) for name, scenario in proxy.scenarios.items()}
    path = FOLDER / f"{client}-{next(iter(versions.values()))}.json"
    for old in FOLDER.glob(f"{client}-[0-9]*.json"):
        old.unlink()
    text = json.dumps({"client": client, "packages": versions, "scenarios": scenarios}, indent=1, ensure_ascii=False)
    path.write_text(text + "\n")
    count = sum(len(scenario["exchanges"]) for scenario in scenarios.values())
    print(f"{path.name}: {len(scenarios)} scenarios, {count} exchanges, {path.stat().st_size} bytes")
    return path


def main() -> None:
    """Record the named clients, or all."""
    install()
    for client in sys.argv[1:] or PROGRAMS:
        record(client)


if __name__ == "__main__":
    main()
