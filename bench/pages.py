"""The playground in Chromium: first paint and the weight of the page, over several fresh visits."""

from __future__ import annotations

import shutil
import statistics
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.server import start, stop

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = "/models/fal-ai/kling-video/o1/reference-to-video/playground"
VISITS = 7
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]


def measure() -> Iterator[tuple[str, Any, str]]:
    """Rows of (name, figure, target)."""
    path = shutil.which("chromium")
    if path is None:
        yield "skipped", "no Chromium", ""
        return
    from playwright.sync_api import sync_playwright

    folder = Path(tempfile.mkdtemp(prefix="shotwright-bench-"))
    folder.chmod(0o755)
    process, url, _ = start(folder / "data")
    try:
        with sync_playwright() as driver:
            browser = driver.chromium.launch(executable_path=path, args=FLAGS)
            visits = [_visit(browser, url + PAGE) for _ in range(VISITS + 1)][1:]
            browser.close()
    finally:
        stop(process)
        shutil.rmtree(folder, ignore_errors=True)
    yield "first paint of the playground, ms, median", round(statistics.median(paint for paint, _ in visits)), "< 300"
    yield "weight of the page without media, kB", round(visits[0][1] / 1000), "< 200"


def _visit(browser: Any, url: str) -> tuple[float, int]:  # noqa: ANN401  (a Playwright object)
    """Milliseconds to the first paint, and bytes of document, styles and scripts."""
    page = browser.new_page(viewport={"width": 1440, "height": 1000})
    sizes: list[int] = []
    kinds = {"document", "script", "stylesheet"}
    page.on(
        "response", lambda answer: sizes.append(len(answer.body())) if answer.request.resource_type in kinds else None
    )
    page.goto(url, wait_until="networkidle")
    paint = page.evaluate("performance.getEntriesByName('first-paint')[0].startTime")
    page.close()
    return float(paint), sum(sizes)
