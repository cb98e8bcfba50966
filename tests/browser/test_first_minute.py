"""The first minute of a newcomer: one button to watch an example, addresses that one would type, pages without JavaScript"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tests.browser.conftest import until
from tests.running import STANDARD, RunningServer

from shotwright.web.forms import EXAMPLES

pytestmark = pytest.mark.slow
Open = Callable[..., Any]
ENDPOINTS = {
    "reference_to_video": "reference-to-video",
    "video_reference": "video-to-video/reference",
    "edit": "video-to-video/edit",
    "first_last_frame": "image-to-video",
}


def test_one_button_shows_an_example(open_page: Open, new_server: Callable[..., RunningServer]) -> None:
    running = new_server(SHOTWRIGHT_ENGINE="draft")
    page = open_page("/", base=running.url)
    assert "fal-compatible video server on your machine" in page.inner_text(".hero")
    page.click("text=Watch an example")
    page.wait_for_selector(".player video", timeout=240_000)
    under = page.wait_for_selector("[aria-label='Where the clip differs from the words']").inner_text()
    assert "“”" not in under  # words that were not read are named
    (row,) = running.http.get("/requests").json()["requests"]
    assert row["state"] == "succeeded"
    assert row["endpoint_id"] == f"{STANDARD}reference-to-video"
    assert len(row["arguments"]["image_urls"]) == len(row["arguments"]["elements"]) == 2


@pytest.mark.parametrize("task", sorted(EXAMPLES))
def test_the_example_fills_words_and_pictures(open_page: Open, server: RunningServer, task: str) -> None:
    page = open_page(f"/models/{STANDARD}{ENDPOINTS[task]}/playground")
    page.get_by_role("button", name="Example", exact=True).click()
    wanted = sum(
        len(item) if isinstance(item, list) else 1
        for value in EXAMPLES[task].values()
        for item in ([value] if isinstance(value, str) else value)
    )
    until(page, f"document.querySelectorAll('.tile img, .tile video').length === {wanted}")
    until(page, "!document.querySelector('.tile progress')")
    page.wait_for_selector(".timeline")
    assert page.inner_text("#panel-plan").count("is not part of the request") == 0
    page.click("#run")
    page.wait_for_selector(".player video", timeout=90_000)


def test_addresses_that_one_would_type(server: RunningServer) -> None:
    seen = {
        path: server.http.get(path, headers={"Accept": accept}, follow_redirects=True)
        for path, accept in (("/", "*/*"), ("/docs", "*/*"), ("/models", "text/html"), ("/models/", "text/html"))
    }
    assert {
        path: (answer.status_code, answer.headers["content-type"][:9]) for path, answer in seen.items()
    } == dict.fromkeys(seen, (200, "text/html"))
    assert server.http.get("/", headers={"Accept": "application/json"}).headers["content-type"] == "application/json"


def test_a_page_without_javascript_says_so_and_shows_the_clip(chromium: Any, server: RunningServer) -> None:
    made = server.submit(f"{STANDARD}reference-to-video", {"prompt": "A fox, at night.", "duration": "3"})
    server.wait(made)
    context = chromium.new_context(java_script_enabled=False, base_url=server.url)
    page = context.new_page()
    page.goto(f"/requests/{made}")
    assert page.locator("noscript video[controls]").count() == 1 or page.locator("video[controls]").count() == 1
    assert "need JavaScript" in page.content()
    tags = {tag.get_attribute("property"): tag.get_attribute("content") for tag in page.locator("meta[property]").all()}
    assert tags["og:title"] == "A fox, at night."
    assert tags["og:video"].endswith(".mp4")
    page.goto("/")
    assert "without them" in page.content()
    context.close()
