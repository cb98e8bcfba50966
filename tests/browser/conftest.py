"""Debian's Chromium, driven by Playwright; a page that complains, or calls another origin, fails its test."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.running import RunningServer, install_packages, start

playwright = pytest.importorskip("playwright.sync_api")

TOOLS = Path(__file__).parent / "tools"
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--autoplay-policy=no-user-gesture-required",
]  # fmt: skip
WIDE, PHONE = {"width": 1440, "height": 1000}, {"width": 390, "height": 844}


def until(page: Any, script: str, arg: object = None, seconds: float = 30) -> None:
    """Wait until an expression is true on the page; asked through the debugger, which the content policy does not bind."""
    deadline = time.monotonic() + seconds
    while not page.evaluate(script, arg):
        assert time.monotonic() < deadline, f"it never became so: {script}"
        page.wait_for_timeout(40)


COUNT_CALLS = """
window.openCalls = 0;
const call = window.fetch;
window.fetch = (...given) => {
  window.openCalls += 1;
  return call(...given).finally(() => setTimeout(() => { window.openCalls -= 1; }, 20));
};
"""


def settle(page: Any) -> None:
    """Wait until a page has loaded and nothing that its scripts asked for is still to come; streams of events do not count."""
    until(page, "document.readyState === 'complete' && window.openCalls === 0")
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    until(page, "window.openCalls === 0")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """The system's browser, closed with its module: while Playwright lives, no other event loop runs in this thread."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        pytest.skip("Chromium is not installed; on Debian: apt-get install chromium")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def new_server(data_folder: Callable[[], Path]) -> Iterator[Callable[..., RunningServer]]:
    """Starts a server of the test's own, `new_server(SHOTWRIGHT_KEYS="k")`; it outlives the pages of the test."""
    running: list[RunningServer] = []

    def make(**env: str) -> RunningServer:
        running.append(start(data_folder(), env=env))
        return running[-1]

    yield make
    for own in running:
        own.stop()


@pytest.fixture
def open_page(
    chromium: Any, server: RunningServer, new_server: Callable[..., RunningServer]
) -> Iterator[Callable[..., Any]]:
    """Opens a page of the server: `open_page("/", viewport=PHONE, colour="dark")`."""
    contexts, complaints = [], []

    def make(
        path: str,
        *,
        viewport: dict[str, int] = WIDE,
        colour: str = "light",
        base: str | None = None,
        may_fail: tuple[int, ...] = (),
    ) -> Any:
        origin = base or server.url
        context = chromium.new_context(
            viewport=viewport, color_scheme=colour, permissions=["clipboard-read", "clipboard-write"], base_url=origin
        )
        context.set_default_timeout(30_000)
        contexts.append(context)
        context.add_init_script(COUNT_CALLS)
        page = context.new_page()

        def said(message: Any) -> None:
            is_expected = any(f"status of {status} " in message.text for status in may_fail)
            if message.type == "error" and not is_expected:
                complaints.append(message.text)

        def asked(request: Any) -> None:
            if not request.url.startswith((origin, "blob:", "data:")):
                complaints.append(f"a call to another origin: {request.url}")

        page.on("console", said)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", asked)
        page.goto(path)
        return page

    yield make
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture(scope="session")
def axe() -> Callable[[Any], list[str]]:
    """Serious and critical violations that axe-core finds on a page, as lines."""
    script = TOOLS / "node_modules" / "axe-core" / "axe.min.js"
    if not shutil.which("npm"):
        pytest.skip("Node.js is not installed")
    install_packages(TOOLS)
    source = script.read_text()

    def check(page: Any) -> list[str]:
        page.evaluate(source)  # through the debugger, which the content policy does not bind
        found = page.evaluate(
            "axe.run(document, {resultTypes: ['violations'], runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']})"
        )
        return [
            f"{item['id']}: {node['html'][:160]} ({node['failureSummary'].splitlines()[-1].strip()})"
            for item in found["violations"]
            if item["impact"] in {"serious", "critical"}
            for node in item["nodes"]
        ]

    return check
