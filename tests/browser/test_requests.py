"""Requests in a browser: promoted to another engine, cancelled together, held against their source"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.browser.conftest import until
from tests.paid_service import PaidService
from tests.running import STANDARD, RunningServer, eventually

pytestmark = pytest.mark.slow
Open = Callable[..., Any]


def test_a_draft_is_promoted_and_compared(
    open_page: Open, new_server: Callable[..., RunningServer], tmp_path: Path
) -> None:
    running = new_server(SHOTWRIGHT_UPSTREAM_MODE="replay-or-draft", SHOTWRIGHT_RECORDINGS=str(tmp_path))
    page = open_page(f"/models/{STANDARD}reference-to-video/playground", base=running.url)
    page.fill("#prompt", "The camera pans left over a quiet beach.")
    page.select_option("#duration", "3")
    page.wait_for_selector(".timeline .bar.move")
    page.click("#run")
    page.wait_for_selector(".player video", timeout=90_000)
    assert page.get_by_role("button", name="Promote to Remote GPUs").is_disabled()
    page.get_by_role("button", name="Promote to Kling O1").click()
    eventually(lambda: len(running.http.get("/requests").json()["requests"]) == 2)
    promoted, first = running.http.get("/requests").json()["requests"]
    running.wait(promoted["id"])
    page.goto(f"/requests/{promoted['id']}")
    page.wait_for_selector(".player video")
    assert "Promoted from" in page.inner_text("main")
    assert "on upstream drawn as a draft" in page.inner_text(".model-head")
    page.click("text=Compare the two")
    page.wait_for_url(f"**/requests/compare?id={first['id']}&id={promoted['id']}")
    until(page, "[...document.querySelectorAll('.player video')].length === 2")
    assert running.row(promoted["id"])["arguments"] == running.row(first["id"])["arguments"]


def test_a_draft_is_sent_as_a_playblast_in_words_that_one_may_change(
    open_page: Open, new_server: Callable[..., RunningServer], clip: Path
) -> None:
    paid = PaidService(clip)
    running = new_server(
        SHOTWRIGHT_ENGINE="draft",
        SHOTWRIGHT_UPSTREAM="fal",
        SHOTWRIGHT_UPSTREAM_KEY="k",
        SHOTWRIGHT_UPSTREAM_URL=paid.url,
    )
    try:
        draft = running.submit(
            f"{STANDARD}reference-to-video", {"prompt": "A fox crosses a snowy street.", "duration": "3"}
        )
        running.wait(draft)
        page = open_page(f"/requests/{draft}", base=running.url)
        page.click("#playblast summary")
        until(page, "document.querySelector('#playblast-words').value.startsWith('Keep the blocking')")
        assert "No pictures." in page.inner_text("#playblast-pictures")
        button = page.get_by_role("button", name="Playblast on Kling O1")
        assert "$0.378" in button.inner_text()
        page.fill("#playblast-words", "Keep the blocking of @Video1. A red fox in fresh snow, film.")
        button.click()
        page.click("#agree button[value=yes]")
        eventually(lambda: paid.accepted)
        sent = paid.accepted[0]
        assert sent["prompt"] == "Keep the blocking of @Video1. A red fox in fresh snow, film."
        assert sent["video_url"].startswith(paid.url)
        page.wait_for_url(lambda url: draft not in url)
        assert "Promoted from" in page.inner_text("main")
    finally:
        paid.close()


def test_what_a_clip_lacks_stands_under_it(open_page: Open, new_server: Callable[..., RunningServer]) -> None:
    running = new_server(SHOTWRIGHT_ENGINE="draft")
    page = open_page(f"/models/{STANDARD}reference-to-video/playground", base=running.url)
    page.fill("#prompt", "A boy waves. Then cut to a wide shot of a glorpf.")
    page.select_option("#duration", "3")
    page.click("#run")
    page.wait_for_selector(".player video", timeout=90_000)
    under = "[aria-label='Where the clip differs from the words']"
    page.wait_for_selector(f"#panel-result {under}")
    said = page.inner_text(f"#panel-result {under}")
    assert "glorpf" in said
    row = running.http.get("/requests").json()["requests"][0]
    page.goto(f"/requests/{row['id']}")
    page.wait_for_selector(f"#result {under}")
    assert page.inner_text(f"#result {under}") == said


def test_unfinished_requests_are_cancelled_together(open_page: Open, new_server: Callable[..., RunningServer]) -> None:
    server = new_server(SHOTWRIGHT_WORKERS="0")  # nothing ends by itself
    made = [
        server.submit(f"{STANDARD}reference-to-video", {"prompt": f"Zebras graze, take {number}.", "duration": "10"})
        for number in range(3)
    ]
    page = open_page("/requests?q=zebras", base=server.url)
    boxes = page.locator("#rows input[type=checkbox]")
    assert boxes.count() == 3
    boxes.nth(0).check()
    assert page.locator("#compare").is_disabled()
    boxes.nth(1).check()
    boxes.nth(2).check()
    assert page.inner_text("#chosen") == "3 chosen"
    assert page.locator("#compare").is_enabled()
    page.click("#cancel")
    eventually(lambda: {server.row(one)["state"] for one in made} == {"cancelled"})


def test_several_takes_play_in_a_grid(open_page: Open, server: RunningServer) -> None:
    takes = [
        server.submit(
            f"{STANDARD}reference-to-video",
            {"prompt": "A quiet harbour, slow push in.", "duration": "3"},
            **{"X-Shotwright-Seed": str(seed)},
        )
        for seed in (11, 12, 13)
    ]
    for take in takes:
        server.wait(take)
    page = open_page("/requests?q=harbour", may_fail=(400,))
    boxes = page.locator("#rows input[type=checkbox]")
    for index in range(3):
        boxes.nth(index).check()
    page.click("#compare")
    until(page, "document.querySelectorAll('.screen.grid .take').length === 3")
    labels = page.locator(".take .side").all_inner_texts()
    assert sorted(label.split(" · ", 1)[1] for label in labels) == [f"testcard · seed {seed}" for seed in (11, 12, 13)]
    assert page.get_by_label("Wipe between A and B").is_hidden()
    assert page.locator("tr.differs th").all_inner_texts() == ["seed"]
    page.evaluate("document.querySelector('.player video').pause()")
    page.get_by_role("button", name="One frame forward").click()
    until(
        page,
        "(([a, ...rest]) => a.currentTime > 0 && rest.every((b) => Math.abs(a.currentTime - b.currentTime) < 0.03))([...document.querySelectorAll('.player video')])",
    )
    page.goto(f"/requests/compare?id={takes[0]}")
    assert "Choose two to 6 requests" in page.inner_text("main")


def test_an_edit_is_held_against_its_source(open_page: Open, clip: Path) -> None:
    page = open_page(f"/models/{STANDARD}video-to-video/edit/playground")
    page.locator('[role="group"][aria-label^="Video"] > input[type=file]').first.set_input_files(str(clip))
    until(page, "document.querySelectorAll('.tile').length === 1 && !document.querySelector('.tile progress')")
    page.fill("#prompt", "Make it night.")
    page.wait_for_selector(".timeline .bar.edit")
    page.click("#run")
    page.wait_for_selector("#panel-result .player video", timeout=90_000)
    page.get_by_label("Compare with").select_option(label="the source")
    until(page, "document.querySelectorAll('#panel-result .player video')[1]?.readyState >= 2")
    page.get_by_label("Wipe between A and B").fill("25")
    assert "25%" in page.evaluate("document.querySelectorAll('#panel-result .player video')[1].style.clipPath")
    page.get_by_role("button", name="A|B: wipe or side by side").click()
    assert page.locator(".screen.grid").count() == 1
    page.evaluate("document.querySelector('#panel-result .player video').pause()")
    page.get_by_role("button", name="One frame forward").click()
    until(
        page,
        "(([a, b]) => Math.abs(a.currentTime - b.currentTime) < 0.03)([...document.querySelectorAll('#panel-result .player video')])",
    )


def test_a_price_is_shown_and_agreed_to_before_anything_is_paid(
    open_page: Open, new_server: Callable[..., RunningServer], clip: Path
) -> None:
    paid = PaidService(clip)
    running = new_server(
        SHOTWRIGHT_UPSTREAM="fal", SHOTWRIGHT_UPSTREAM_KEY="abc", SHOTWRIGHT_UPSTREAM_URL=paid.url, SHOTWRIGHT_CONFIRM_ABOVE_USD="0.1",
    )  # fmt: skip
    try:
        page = open_page(f"/models/{STANDARD}reference-to-video/playground", base=running.url)
        page.fill("#prompt", "The camera pans left over a quiet beach.")
        page.select_option("#duration", "3")
        page.click("#more summary")
        page.select_option("#engine", "upstream")
        page.click("#run")
        page.wait_for_selector("dialog#agree")
        assert "This costs $0.252" in page.inner_text("dialog#agree")
        page.get_by_role("button", name="Cancel", exact=True).click()
        until(page, "!document.querySelector('dialog#agree')")
        assert (running.http.get("/requests").json()["requests"], paid.asked["submit"]) == ([], 0)
        page.click("#run")
        page.get_by_role("button", name="Pay $0.252 and run").click()
        page.wait_for_selector(".player video", timeout=60_000)
        assert paid.asked["submit"] == 1
        draft = running.submit(f"{STANDARD}reference-to-video", {"prompt": "A quiet beach", "duration": "5"})
        running.wait(draft)
        page.goto(f"{running.url}/requests/{draft}")
        page.get_by_role("button", name="Promote to Kling O1 · $0.42").click()
        page.get_by_role("button", name="Pay $0.42 and run").click()
        eventually(lambda: paid.asked["submit"] == 2)
    finally:
        paid.close()
