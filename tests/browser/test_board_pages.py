"""A board in a browser: five lines of script become drafts and a film, two are approved and promoted for one price"""

from __future__ import annotations

import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.browser.conftest import PHONE, settle, until
from tests.paid_service import PaidService
from tests.running import STANDARD, RunningServer

from shotwright.media.probe import probe_video

pytestmark = pytest.mark.slow
Open = Callable[..., Any]
SCRIPT = "INT. KITCHEN - NIGHT\n" + "\n".join(
    f"{i}. {text}"
    for i, text in enumerate(
        ("@Anna pours coffee", "She looks out of the window", "A cat sleeps", "Steam rises", "She leaves"), 1
    )
)


def states(page: Any) -> list[str]:
    return page.evaluate("[...document.querySelectorAll('.board-shot [aria-label=Status]')].map((one) => one.value)")


def names(page: Any) -> list[str]:
    return page.evaluate("[...document.querySelectorAll('.board-shot .shot-name')].map((one) => one.value)")


def test_a_script_becomes_a_film_and_two_shots_are_promoted_for_one_price(
    open_page: Open, new_server: Callable[..., RunningServer], pictures: dict[str, Path], clip: Path
) -> None:
    paid = PaidService(clip)
    running = new_server(
        SHOTWRIGHT_ENGINE="draft", SHOTWRIGHT_CONFIRM_ABOVE_USD="0.2", SHOTWRIGHT_UPSTREAM="fal", SHOTWRIGHT_UPSTREAM_KEY="k",
        SHOTWRIGHT_UPSTREAM_URL=paid.url,
    )  # fmt: skip
    page = open_page("/projects", base=running.url)
    page.fill("#new [name=name]", "Pilot")
    page.fill("#new [name=script]", SCRIPT)
    page.click("#new button")
    page.wait_for_url("**/projects/*-*")
    until(page, "document.querySelectorAll('.board-shot').length === 5")
    page.fill("#member [name=name]", "Anna")
    page.set_input_files("#member [name=pictures]", [pictures["front"], pictures["side"]])
    page.click("#member button")
    page.wait_for_selector("#members li")
    project = running.http.get("/projects").json()["projects"][0]
    assert [len(member["pictures"]) for member in project["members"]] == [2]
    page.click("#render")
    until(page, "document.querySelectorAll('.board-shot video').length === 5", seconds=180)
    board = running.http.get(f"/projects/{project['id']}").json()
    assert board["shots"][0]["takes"][0]["arguments"]["prompt"].startswith("@Element1 pours")
    with page.expect_download() as film:
        page.click("#film")
    facts = probe_video(Path(film.value.path()))
    assert facts.frames == sum(shot["takes"][0]["video"]["frames"] for shot in board["shots"])
    for number in (1, 2):
        page.locator(".board-shot").nth(number).get_by_label("Status").select_option("approved")
        until(page, f"document.querySelectorAll('.board-shot [aria-label=Status]')[{number}].value === 'approved'")
        settle(page)
    page.click("#promote")
    assert "Promote 2 approved shots" in page.inner_text("dialog[open]")
    offer = running.http.post(f"/projects/{project['id']}/promote", json={"engine": "upstream", "dry_run": True}).json()
    page.select_option("dialog[open] [name=engine]", "upstream")
    page.click("dialog[open] button.primary")
    page.wait_for_selector("#agree")
    assert f"${offer['cost_usd']:.2f}" in page.inner_text("#agree")
    assert not paid.accepted
    page.click("#agree button.primary")
    until(
        page,
        "[...document.querySelectorAll('.board-shot [aria-label=Status]')].filter((one) => one.value === 'promoted').length === 2",
    )
    assert states(page) == ["draft", "promoted", "promoted", "draft", "draft"]
    until(page, "document.querySelectorAll('.board-shot progress').length === 0", seconds=120)
    assert len(paid.accepted) == 2
    takes = running.http.get(f"/projects/{project['id']}").json()["shots"][1]["takes"]
    assert [(take["engine"], take["state"]) for take in takes] == [("draft", "succeeded"), ("upstream", "succeeded")]
    paid.close()


def test_shots_are_ordered_named_and_copied_by_hand(open_page: Open, server: RunningServer) -> None:
    made = server.http.post("/projects", json={"name": "Order", "script": "One walks\nTwo runs\nThree sits"}).json()
    page = open_page(f"/projects/{made['id']}", base=server.url)
    until(page, "document.querySelectorAll('.board-shot').length === 3")
    page.locator(".board-shot").nth(0).get_by_title("Later").click()
    until(page, "document.querySelector('.board-shot .shot-name').value === '2'")
    page.locator(".board-shot").nth(2).drag_to(page.locator(".board-shot").nth(0))
    until(page, "document.querySelector('.board-shot .shot-name').value === '3'")
    assert names(page) == ["3", "2", "1"]
    page.locator(".board-shot").nth(1).get_by_text("Copy").click()
    until(page, "document.querySelectorAll('.board-shot').length === 4")
    assert names(page) == ["3", "2", "2 copy", "1"]
    field = page.locator(".board-shot").nth(2).get_by_label("Name")
    field.fill("2B")
    field.press("Enter")
    page.locator(".board-shot").nth(2).get_by_title("Favourite").click()
    settle(page)
    page.reload()
    until(page, "document.querySelectorAll('.board-shot').length === 4")
    assert names(page) == ["3", "2", "2B", "1"]
    assert page.locator(".board-shot").nth(2).get_by_title("Favourite").inner_text() == "★"


def test_a_board_fits_a_phone(open_page: Open, server: RunningServer) -> None:
    made = server.http.post("/projects", json={"name": "Small", "script": "A long line of words " * 6}).json()
    for path in ("/projects", f"/projects/{made['id']}"):
        page = open_page(path, base=server.url, viewport=PHONE)
        settle(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, path


def test_a_draft_gets_its_passes_and_goes_onto_a_board(
    open_page: Open, new_server: Callable[..., RunningServer]
) -> None:
    running = new_server(SHOTWRIGHT_ENGINE="draft")
    draft = running.submit(f"{STANDARD}reference-to-video", {"prompt": "A fox crosses a street.", "duration": "3"})
    running.wait(draft)
    page = open_page(f"/requests/{draft}", base=running.url)
    page.click("#passes")
    page.wait_for_url(lambda address: draft not in address and "/requests/" in address)
    page.wait_for_selector("a[href$='/scene.gltf']", timeout=120_000)
    assert page.get_by_role("link", name="ComfyUI").is_visible()
    page.click("#board")
    page.fill("dialog[open] [name=name]", "Fox")
    page.click("dialog[open] button.primary")
    page.wait_for_url("**/projects/*-*")
    until(page, "document.querySelectorAll('.board-shot video').length === 1")
    assert names(page) == ["Fox"]


def test_a_sound_under_the_animatic_has_a_waveform_that_one_seeks_on(
    open_page: Open, new_server: Callable[..., RunningServer], tmp_path: Path
) -> None:
    running = new_server(SHOTWRIGHT_ENGINE="testcard")
    made = running.http.post("/projects", json={"name": "Loud", "script": "One walks\nTwo runs", "duration": 3}).json()
    for request in running.http.post(f"/projects/{made['id']}/render", json={}).json()["requests"].values():
        running.wait(request)
    sound = tmp_path / "music.wav"
    with wave.open(str(sound), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(
            b"".join(int(20000 * (i % 80 < 40)).to_bytes(2, "little", signed=True) for i in range(8000 * 4))
        )
    page = open_page(f"/projects/{made['id']}", base=running.url)
    until(page, "document.querySelectorAll('.board-shot video').length === 2")
    assert not page.is_visible("#wave")
    page.set_input_files("#sound", sound)
    page.wait_for_selector("#wave", state="visible")
    drawn = """(() => { const c = document.querySelector('#wave'), d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
        const at = (share) => { let n = 0; const x = Math.round(share * c.width); for (let y = 0; y < c.height; y++) n += d[4 * (y * c.width + x) + 3] > 0; return n; };
        return c.width > 100 ? [at(0.3), at(0.9)] : [0, 0]; })()"""
    until(page, f"{drawn}[0] > 20")
    loud, quiet = page.evaluate(drawn)  # four seconds of sound under six of film
    assert loud > 5 * quiet
    page.click("#wave", position={"x": page.evaluate("0.75 * document.querySelector('#wave').clientWidth"), "y": 20})
    until(page, "document.querySelector('#now').textContent.includes('2 of 2')")
    until(page, "Math.abs(document.querySelector('#animatic').currentTime - 1.5) < 0.3")
    page.click("#mute")
    page.wait_for_selector("#wave", state="hidden")
