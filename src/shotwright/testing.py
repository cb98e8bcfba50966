"""A pytest plugin: a Shotwright server for the tests of applications that use fal's or EachLabs' API.

    def test_a_shot_is_made(shotwright):
        clip = my_app.make_shot("A fox crosses the street.")
        assert shotwright.last["arguments"]["prompt"] == "A fox crosses the street."

One server a test session and engine, started by the first test that wants it: a database and files of its own, test cards in a
third of a second; `@pytest.mark.shotwright(engine="draft")` has drafts drawn. No account, no key, no network beyond 127.0.0.1.
"""

from __future__ import annotations

import functools
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from shotwright.clients import patch_fal_client

if TYPE_CHECKING:
    from collections.abc import Iterator

POLL_S, STOP_S = 0.05, 20.0
FAULT_HEADER = "X-Shotwright-Fault"
KEY = "shotwright-test"
"""What clients use for a key while a test runs; a real one in the environment is out of their reach."""
ENDED = frozenset({"succeeded", "failed", "cancelled"})
FAL_ADDRESSES = ("RUN_URL_FORMAT", "QUEUE_URL_FORMAT", "REST_URL", "CDN_URL", "REALTIME_URL_FORMAT")
KEY_NAMES = ("FAL_KEY", "EACHLABS_API_KEY")


@dataclass
class Running:
    """A server of this test session.

    Attributes:
        url: Its address.
        folder: Its data; gone with it.
        process: The server itself.
    """

    url: str
    folder: Path
    process: subprocess.Popen[str]

    def stop(self) -> None:
        """End it and remove what it kept."""
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()
        shutil.rmtree(self.folder, ignore_errors=True)


@dataclass
class Shotwright:
    """What a test sees of the server.

    Attributes:
        url: Its address, for what is not patched: `SHOTWRIGHT_URL` is the same.
        engine: What renders.
    """

    url: str
    engine: str
    _http: httpx.Client = field(repr=False)
    _before: frozenset[str] = field(repr=False, default=frozenset())

    @property
    def requests(self) -> list[dict[str, Any]]:
        """The requests that came in since the test began, oldest first, as `GET /requests/{id}` shows them."""
        rows = self._get("/requests?limit=500")["requests"]
        return [row for row in reversed(rows) if row["id"] not in self._before]

    @property
    def last(self) -> dict[str, Any]:
        """The newest request of the test.

        Raises:
            AssertionError: None came.
        """
        found = self.requests
        if not found:
            raise AssertionError("No request came to Shotwright in this test.")
        return found[-1]

    def wait(self, request_id: str | None = None, seconds: float = 60.0) -> dict[str, Any]:
        """A request at its end; without an id, the newest one.

        Raises:
            AssertionError: It took longer.
        """
        wanted = request_id or self.last["id"]
        deadline = time.monotonic() + seconds
        while (row := self._get(f"/requests/{wanted}"))["state"] not in ENDED:
            if time.monotonic() > deadline:
                raise AssertionError(f"The request {wanted} is {row['state']} after {seconds:g} s.")
            time.sleep(POLL_S)
        found: dict[str, Any] = row
        return found

    def plan(self, request_id: str | None = None) -> dict[str, Any]:
        """What a request was understood as: camera, entities, actions, warnings; see the page *Plan*."""
        found: dict[str, Any] = self._get(f"/requests/{request_id or self.last['id']}/plan")
        return found

    def _get(self, path: str) -> Any:  # noqa: ANN401  (any JSON)
        return self._http.get(path).raise_for_status().json()


class Servers:
    """The servers of a test session, by engine."""

    def __init__(self) -> None:
        self._running: dict[str, Running] = {}

    def of(self, engine: str) -> Running:
        """A server that renders with an engine; started by who asks first."""
        if engine not in self._running:
            self._running[engine] = _started(engine)
        return self._running[engine]

    def stop(self) -> None:
        """End all."""
        for running in self._running.values():
            running.stop()


def _started(engine: str) -> Running:
    """Start a server, and wait until it says that it is ready.

    Raises:
        RuntimeError: It did not start; the text is what it said.
    """
    folder = Path(tempfile.mkdtemp(prefix="shotwright-test-"))
    folder.chmod(0o755)  # a database that an administrator starts runs as somebody else
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SHOTWRIGHT_")}
    line = [sys.executable, "-m", "shotwright", "serve", "--port", "0", "--data", str(folder / "data")]
    log = (folder / "log").open("w")
    process = subprocess.Popen(  # noqa: S603  (our own program)
        line,
        stdout=subprocess.PIPE,
        stderr=log,
        text=True,
        env={**kept, "SHOTWRIGHT_ENGINE": engine, "SHOTWRIGHT_FAULTS": "1"},
    )
    log.close()
    said = process.stdout.readline() if process.stdout is not None else ""
    address = re.search(r"https?://\S+", said)
    if "is ready" not in said or address is None:
        process.kill()
        why = said + (folder / "log").read_text()
        shutil.rmtree(folder, ignore_errors=True)
        raise RuntimeError(f"The Shotwright server did not start: {why.strip()[-2000:]}")
    return Running(address.group(), folder, process)


def pytest_configure(config: pytest.Config) -> None:
    """The marker of the fixture."""
    config.addinivalue_line(
        "markers",
        'shotwright(engine="testcard", fault=None): what renders behind the fixture `shotwright`, testcard or draft; what goes wrong in fal_client\'s requests',
    )


@pytest.fixture(scope="session")
def shotwright_servers() -> Iterator[Servers]:
    """The servers of this session; the fixture `shotwright` takes one of them."""
    servers = Servers()
    yield servers
    servers.stop()


@pytest.fixture
def shotwright(
    request: pytest.FixtureRequest, shotwright_servers: Servers, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Shotwright]:
    """A server that fal's client talks to for as long as the test runs, and what came to it."""
    marker = request.node.get_closest_marker("shotwright")
    engine = marker.kwargs.get("engine", "testcard") if marker else "testcard"
    running = shotwright_servers.of(engine)
    for name in KEY_NAMES:
        monkeypatch.setenv(name, KEY)
    monkeypatch.setenv("SHOTWRIGHT_URL", running.url)
    _redirect(monkeypatch, running.url, marker.kwargs.get("fault") if marker else None)
    with httpx.Client(base_url=running.url, headers={"X-API-Key": KEY}, trust_env=False, timeout=60) as http:
        rows = http.get("/requests?limit=500").raise_for_status().json()["requests"]
        yield Shotwright(running.url, engine, http, frozenset(row["id"] for row in rows))


def _redirect(monkeypatch: pytest.MonkeyPatch, url: str, fault: str | None) -> None:
    """Point `fal_client`, where it is installed, to a server until the test ends, and have its requests go wrong where a fault is named."""
    try:
        import fal_client.client as client
    except ImportError:
        return
    for name in FAL_ADDRESSES:
        monkeypatch.setattr(client, name, getattr(client, name))  # to be put back
    patch_fal_client(url)
    if fault is not None:
        for kind in (httpx.Client, httpx.AsyncClient):
            monkeypatch.setattr(kind, "build_request", _faulty(kind.build_request, url, fault))


def _faulty(build: Any, url: str, fault: str) -> Any:  # noqa: ANN401  (a method of httpx, of either client)
    """`build_request` of httpx, with a fault for requests to a server; others are as they were."""

    @functools.wraps(build)
    def built(self: Any, *given: Any, **options: Any) -> httpx.Request:  # noqa: ANN401  (as above)
        request: httpx.Request = build(self, *given, **options)
        if request.method == "POST" and str(request.url).startswith(url):
            request.headers.setdefault(FAULT_HEADER, fault)
        return request

    return built
