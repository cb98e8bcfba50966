"""The playground in a browser: from two pictures and a prompt to a clip, and back from the clip to the form"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.browser.conftest import PHONE, until
from tests.running import STANDARD, RunningServer, eventually

pytestmark = pytest.mark.slow
PLAYGROUND = f"/models/{STANDARD}reference-to-video/playground"
Open = Callable[..., Any]


def choose(page: Any, label: str, *files: Path) -> None:
    """Pick files in the drop zone with this name."""
    page.locator(f'[role="group"][aria-label^="{label}"] > input[type=file]').first.set_input_files(
        [str(file) for file in files]
    )


def uploaded(page: Any, count: int) -> None:
    """Wait until so many pictures are there and none is on its way."""
    until(
        page,
        "count => document.querySelectorAll('.tile').length === count && !document.querySelector('.tile progress')",
        arg=count,
    )


def shown_json(page: Any) -> dict:
    page.click("#tab-json")
    return json.loads(page.input_value("#json-text"))


def run_and_wait(page: Any) -> str:
    """Run what the form says; the id of its request once its clip can be played."""
    page.click("#run")
    page.wait_for_selector(".player video", timeout=90_000)
    return page.get_attribute('a.button[href^="/requests/"] >> nth=-1', "href").rsplit("/", 1)[1]


@pytest.fixture
def filled(open_page: Open, pictures: dict[str, Path]) -> Any:
    """A playground with a place, an element of three views and a short prompt."""
    page = open_page(PLAYGROUND)
    choose(page, "Reference images", pictures["place"])
    choose(page, "New element", pictures["front"], pictures["side"], pictures["back"])
    uploaded(page, 4)
    page.select_option("#duration", "3")
    page.fill("#prompt", "Take @Image1 as the start frame. The camera slowly pushes in on @Element1.")
    page.wait_for_selector(".timeline .bar.move")
    return page


def test_from_pictures_and_a_prompt_to_a_clip_and_its_program(
    open_page: Open, pictures: dict[str, Path], server: RunningServer, tmp_path: Path
) -> None:
    page = open_page(PLAYGROUND)
    choose(page, "Reference images", pictures["place"])
    choose(page, "New element", pictures["front"], pictures["back"])
    uploaded(page, 3)
    page.select_option("#duration", "3")
    page.click("#more summary")
    page.select_option("#engine", "draft")
    page.focus("#prompt")
    page.keyboard.type("Take @im")
    page.wait_for_selector(".completion li img")
    page.keyboard.press("Enter")
    page.keyboard.type("as the start frame. The camera orbits around @El")
    page.wait_for_selector(".completion:not([hidden])")
    page.keyboard.press("Tab")
    page.keyboard.type(".")
    assert page.input_value("#prompt") == "Take @Image1 as the start frame. The camera orbits around @Element1."
    page.wait_for_selector(".timeline .bar.move")
    assert "orbit" in page.inner_text(".shots")
    assert page.locator(".top-view .path").count() == 1
    assert "Free" in page.inner_text("#price")
    assert "$0.252" in page.inner_text("#price")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector(".film img")
    page.wait_for_selector(".player video", timeout=90_000)
    until(page, "document.querySelector('.player video').duration > 2.9")
    assert page.locator(".film img").count() >= 3
    page.focus("#tab-result")
    page.keyboard.press("k")
    page.keyboard.press("Home")
    page.keyboard.press("End")
    until(page, "/frame 71 of 72/.test(document.querySelector('.player .time').textContent)")
    page.keyboard.press("Home")
    until(page, "/frame 0 of 72/.test(document.querySelector('.player .time').textContent)")
    page.get_by_role("button", name="One frame forward").click()
    until(page, "/frame 1 of 72/.test(document.querySelector('.player .time').textContent)")
    page.get_by_role("button", name="Contact sheet").click()
    page.wait_for_selector("canvas.sheet")
    page.click("#tab-code")
    page.click("#panel-code [data-copy-next]")
    program = page.evaluate("navigator.clipboard.readText()")
    assert server.url in program
    (tmp_path / "program.py").write_text(program)
    done = subprocess.run(
        [sys.executable, "program.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={**os.environ, "NO_PROXY": "*"},
    )
    assert done.returncode == 0, done.stderr
    assert re.search(r"'url': '" + server.url + r"/files/\w+/output.mp4'", done.stdout)


def test_a_run_can_be_cancelled(filled: Any, server: RunningServer) -> None:
    filled.select_option("#duration", "10")
    filled.click("#run")
    filled.wait_for_selector(".film img")
    filled.click("#cancel-run")
    filled.wait_for_selector("text=Cancelled.")
    assert server.http.get("/requests?limit=1").json()["requests"][0]["state"] == "cancelled"


def test_a_clip_brings_its_form_back(filled: Any, open_page: Open, server: RunningServer, tmp_path: Path) -> None:
    before = shown_json(filled)
    request = run_and_wait(filled)
    clip = server.download(server.row(request)["video_url"], tmp_path / "clip.mp4")
    page = open_page("/models/fal-ai/kling-video/o1/standard/video-to-video/edit/playground")
    page.evaluate(
        """async (data) => {
            const bytes = Uint8Array.from(atob(data), (c) => c.charCodeAt(0)), drop = new DataTransfer();
            drop.items.add(new File([bytes], "clip.mp4", {type: "video/mp4"}));
            document.body.dispatchEvent(new DragEvent("drop", {dataTransfer: drop, bubbles: true, cancelable: true}));
        }""",
        __import__("base64").b64encode(clip.read_bytes()).decode(),
    )
    page.wait_for_url(f"**{PLAYGROUND}")
    uploaded(page, 4)
    assert shown_json(page) == before
    assert page.input_value("#seed") == str(server.http.get(f"/requests/{request}/recipe").json()["seed"])


def test_two_results_are_compared_and_their_inputs_differ(filled: Any, open_page: Open) -> None:
    first = run_and_wait(filled)
    filled.fill("#prompt", "Take @Image1 as the start frame. The camera pans right.")
    filled.wait_for_selector(".timeline .bar.move", state="attached")
    filled.click("#run")
    filled.wait_for_selector(
        f'#panel-result a.button[href^="/requests/"]:not([href="/requests/{first}"]) >> nth=-1', state="attached"
    )
    filled.wait_for_selector(
        ".player select[aria-label='Compare with'] option >> nth=1", state="attached", timeout=90_000
    )
    filled.select_option(".player select[aria-label='Compare with']", "0")
    wipe = filled.locator('.player input[aria-label^="Wipe"]')
    wipe.fill("80")
    assert "80%" in filled.evaluate("document.querySelectorAll('.player video')[1].style.clipPath")
    page = open_page("/requests")
    boxes = page.locator("#rows input[type=checkbox]")
    boxes.nth(0).check()
    boxes.nth(1).check()
    page.click("#compare")
    until(page, "[...document.querySelectorAll('.player video')].length === 2")
    changed = page.inner_text(".differs >> nth=0")
    assert "pans right" in page.inner_text("table.diff")
    assert "prompt" in changed


def test_what_breaks_a_limit_is_named_and_never_uploaded(
    open_page: Open, tmp_path: Path, pictures: dict[str, Path]
) -> None:
    import cv2
    import numpy as np

    cv2.imwrite(str(tmp_path / "tiny.png"), np.zeros((120, 200, 3), np.uint8))
    cv2.imwrite(str(tmp_path / "banner.png"), np.zeros((320, 1600, 3), np.uint8))
    page = open_page(PLAYGROUND)
    posted = []
    page.on("request", lambda request: posted.append(request.url) if "/upload" in request.url else None)
    choose(page, "Reference images", tmp_path / "tiny.png", tmp_path / "banner.png")
    page.wait_for_selector(".tile.bad >> nth=1")
    assert "200×120: both sides need at least 300 pixels" in page.inner_text(".tile.bad >> nth=0")
    assert "Aspect ratio 5.00" in page.inner_text(".tile.bad >> nth=1")
    page.fill("#prompt", "The camera pans left over @Image1.")
    page.click("#run")
    page.wait_for_selector(".toast.bad")
    assert posted == []


def test_a_video_is_measured_before_its_upload(open_page: Open, clip: Path) -> None:
    page = open_page(f"/models/{STANDARD}video-to-video/edit/playground")
    choose(page, "Video", clip)
    page.wait_for_selector(".tile.wide .about")
    uploaded(page, 1)
    until(page, "document.querySelector('.tile .about').innerText.includes('1280×720 · 3.0 s · 24 fps')")
    page.fill("#prompt", "Make it night and let it rain.")
    page.wait_for_selector(".timeline .bar.edit")
    until(page, "/\\$0\\.378 on the paid model/.test(document.querySelector('#price').textContent)")


def test_json_changes_the_form_and_the_form_changes_json(filled: Any) -> None:
    given = shown_json(filled)
    given["prompt"] = "The camera tilts up."
    given["duration"] = "7"
    filled.fill("#json-text", json.dumps(given))
    until(filled, "document.querySelector('#prompt').value === 'The camera tilts up.'")
    assert filled.input_value("#duration") == "7"
    filled.fill("#json-text", '{"prompt": ')
    filled.wait_for_selector("#panel-json .problem:not(:empty)")
    assert filled.input_value("#prompt") == "The camera tilts up."
    filled.fill("#prompt", "The camera tilts down.")
    until(filled, "/tilts down/.test(document.querySelector('#json-text').value)")


@pytest.mark.parametrize(
    ("text", "prompt"),
    [
        ("curl --request POST --url https://fal.run/fal-ai/kling-video/o1/standard/reference-to-video --header 'Authorization: Key x' --data '{\"prompt\": \"It'\\''s night\", \"duration\": \"4\"}'", "It's night"),
        ('fal_client.subscribe("fal-ai/kling-video/o1/standard/reference-to-video", arguments={"prompt": "It\'s night", "duration": "4",})', "It's night"),
        ("await fal.subscribe('fal-ai/kling-video/o1/standard/reference-to-video', { input: { prompt: 'Night \"shot\"', duration: '4' } })", 'Night "shot"'),
    ],
)  # fmt: skip
def test_pasted_calls_fill_the_form(open_page: Open, text: str, prompt: str) -> None:
    page = open_page(PLAYGROUND)
    page.click("#tab-json")
    page.fill("#json-text", text)
    until(page, "text => document.querySelector('#prompt').value === text", arg=prompt)
    assert page.input_value("#duration") == "4"


def test_a_pasted_call_for_another_model_opens_its_playground(open_page: Open) -> None:
    page = open_page(PLAYGROUND)
    page.click("#tab-json")
    page.fill(
        "#json-text",
        '{"model": "kling-o1-reference-image-to-video", "input": {"prompt": "A quiet beach", "duration": "10"}}',
    )
    page.wait_for_url("**/models/fal-ai/kling-video/o1/reference-to-video/playground")
    until(page, "document.querySelector('#prompt').value === 'A quiet beach'")


def differs(page: Any) -> list[str]:
    return [text.removesuffix(" As the words say") for text in page.locator(".differs li").all_inner_texts()]


def test_changing_the_plan_changes_the_plan_and_not_the_words(filled: Any, server: RunningServer) -> None:
    words = filled.input_value("#prompt")
    filled.locator(".timeline .bar.move").first.click()
    editor = filled.locator(".move-editor")
    editor.get_by_label("Speed").select_option("fast")
    until(filled, "document.querySelectorAll('.differs li').length === 1")
    editor.get_by_label("To", exact=True).fill("2")
    editor.get_by_label("To", exact=True).press("Tab")
    until(filled, "document.querySelector('.differs li')?.textContent.includes('end 2 instead of 3')")
    assert filled.input_value("#prompt") == words
    assert differs(filled) == ["dolly in slow → @Element1: end 2 instead of 3, speed fast instead of slow"]
    request = filled.request.get(f"{server.url}/requests/{run_and_wait(filled)}").json()
    assert request["arguments"]["prompt"] == words
    [move] = request["arguments"]["plan"]["camera"]
    assert (move["speed"], move["end_s"]) == ("fast", 2)


def test_bars_are_dragged_and_every_change_is_undone(filled: Any) -> None:
    bar = filled.locator(".timeline .bar.move rect").first.bounding_box()
    filled.mouse.move(bar["x"] + bar["width"] - 3, bar["y"] + 8)
    filled.mouse.down()
    filled.mouse.move(bar["x"] + bar["width"] / 2, bar["y"] + 8, steps=4)
    filled.mouse.up()
    until(filled, "document.querySelectorAll('.differs li').length === 1")
    assert "end 1.5 instead of 3" in differs(filled)[0]
    filled.locator(".timeline .bar.move").first.focus()
    filled.keyboard.press("Delete")
    until(filled, "document.querySelectorAll('.timeline .bar.move').length === 0")
    assert differs(filled) == ["dolly in slow → @Element1: taken out"]
    filled.locator("body").press("Control+z")
    until(filled, "document.querySelectorAll('.timeline .bar.move').length === 1")
    filled.locator("body").press("Control+z")
    until(filled, "document.querySelectorAll('.differs').length === 0")
    filled.locator("#plan-redo").click()
    until(filled, "document.querySelectorAll('.differs li').length === 1")
    filled.locator("#plan-reset").click()
    until(filled, "document.querySelectorAll('.differs').length === 0")


def test_what_was_changed_outlives_other_words_and_a_reload(filled: Any) -> None:
    filled.locator(".adds summary").click()
    filled.get_by_role("button", name="pan left").click()
    until(filled, "document.querySelectorAll('.timeline .bar.move').length === 2")
    assert differs(filled)[-1] == "pan left: added"
    filled.fill("#prompt", f"{filled.input_value('#prompt')} It rains.")
    until(filled, "document.querySelector('.shots')?.textContent.includes('rain')")
    assert differs(filled)[-1] == "pan left: added"
    filled.wait_for_timeout(400)
    filled.reload()
    until(filled, "document.querySelectorAll('.timeline .bar.move').length === 2")
    assert differs(filled)[-1] == "pan left: added"


def test_somebody_is_put_elsewhere_in_the_view_from_above(open_page: Open) -> None:
    page = open_page(PLAYGROUND)
    page.fill("#prompt", "A woman and a dog wait on a beach.")
    who = page.locator(".top-view g.who", has_text="woman")
    who.wait_for()
    who.focus()
    page.keyboard.press("ArrowRight")
    until(page, "document.querySelectorAll('.differs li').length === 1")
    assert differs(page) == ["woman: placement right instead of none"]
    page.locator(".adds summary").click()
    page.fill(".adds input[name=noun]", "a red car")
    page.locator(".adds form button").click()
    until(page, "document.querySelectorAll('.differs li').length === 2")
    assert differs(page)[1] == "red, car: added"


def test_what_is_wrong_is_said_at_its_field_with_a_remedy(open_page: Open) -> None:
    page = open_page(PLAYGROUND)
    page.fill("#prompt", "x " * 1300)
    page.wait_for_selector('[data-field="prompt"] .field-problems')
    assert "It has 2600: take out 100." in page.inner_text('[data-field="prompt"] .field-problems')
    page.fill("#prompt", "A beach")
    until(page, "!document.querySelector('.field-problems')")


def test_a_seed_is_shown_kept_and_held_beside_three_others(filled: Any) -> None:
    run_and_wait(filled)
    filled.wait_for_selector("#four-seeds")
    used = filled.inner_text("#seed-used").removeprefix("seed ")
    filled.click("#pin-seed")
    assert filled.input_value("#seed") == used
    filled.click("#four-seeds")
    until(filled, "document.querySelectorAll('.seeds .player video').length === 4", seconds=60)
    seeds = filled.locator(".seeds > figure > figcaption").all_inner_texts()
    assert seeds[0] == f"Seed {used}"
    assert len(set(seeds)) == 4


def test_a_running_clip_is_found_again_after_a_reload(filled: Any, server: RunningServer) -> None:
    filled.select_option("#duration", "10")
    filled.locator("#more summary").click()
    filled.select_option("#engine", "draft")
    filled.click("#run")
    filled.wait_for_selector("#cancel-run")
    filled.reload()
    filled.wait_for_selector("#cancel-run")
    filled.click("#cancel-run")
    filled.wait_for_selector("text=Cancelled. What was drawn")
    filled.reload()
    filled.wait_for_selector(".timeline .bar.move")
    assert not filled.locator("#cancel-run").count()


def test_warnings_underline_their_words(open_page: Open) -> None:
    page = open_page(PLAYGROUND)
    page.fill("#prompt", "🎬 The camera pans left over @Image4.")
    page.wait_for_selector(".warnings li")
    assert page.locator(".mirror .missing").inner_text() == "@Image4"
    page.locator(".timeline .bar.move").click()
    assert (
        page.evaluate(
            "(() => { const a = document.querySelector('#prompt'); return a.value.slice(a.selectionStart, a.selectionEnd); })()"
        )
        == "pans left"
    )


def test_everything_is_done_with_the_keyboard(open_page: Open, server: RunningServer) -> None:
    page = open_page(PLAYGROUND)

    def tab_to(selector: str) -> None:
        for _ in range(80):
            page.keyboard.press("Tab")
            if page.evaluate("selector => document.activeElement?.matches(selector)", selector):
                return
        raise AssertionError(f"{selector} cannot be reached")

    tab_to(".skip")
    tab_to("#prompt")
    page.keyboard.type("The camera pans left over a quiet beach.")
    tab_to("#duration")
    page.keyboard.type("3")
    tab_to("#run")
    page.wait_for_selector(".timeline .bar.move")
    tab_to('[role="tab"]')
    page.keyboard.press("?")
    assert page.locator("#shortcuts").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator("#shortcuts").is_visible()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert page.locator("#panel-code").is_visible()
    page.keyboard.press("Control+Enter")
    page.wait_for_selector(".player video", timeout=90_000)
    assert server.http.get("/requests?limit=1").json()["requests"][0]["arguments"]["duration"] == "3"


def test_on_a_phone_nothing_is_cut_off(open_page: Open) -> None:
    page = open_page(PLAYGROUND, viewport=PHONE)
    page.fill("#prompt", "The camera slowly pans left over a quiet beach at sunset.")
    page.wait_for_selector(".timeline .bar.move")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.select_option("#duration", "3")
    page.click("#run")
    page.wait_for_selector(".player video", timeout=90_000)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_a_draft_survives_a_reload(open_page: Open) -> None:
    page = open_page(PLAYGROUND)
    page.fill("#prompt", "A lighthouse in the rain.")
    page.select_option("#duration", "8")
    until(
        page, "/lighthouse/.test(localStorage.getItem('draft:fal-ai/kling-video/o1/standard/reference-to-video') ?? '')"
    )
    page.reload()
    until(page, "document.querySelector('#prompt').value === 'A lighthouse in the rain.'")
    assert page.input_value("#duration") == "8"


def test_a_request_is_edited_and_run_again_with_another_seed(
    filled: Any, open_page: Open, server: RunningServer
) -> None:
    request = run_and_wait(filled)
    page = open_page(f"/requests/{request}")
    page.wait_for_selector(".player video")
    assert page.locator("#inputs figure").count() == 4
    page.click("#again")
    page.wait_for_url(lambda url: "/requests/" in url and request not in url)
    again = page.url.rsplit("/", 1)[1]
    server.wait(again)
    assert server.row(again)["seed"] is not None
    assert server.row(again)["arguments"] == server.row(request)["arguments"]
    page.goto(f"/models/{STANDARD}reference-to-video/playground?from={request}")
    uploaded(page, 4)


def test_a_failed_request_says_why_and_where(open_page: Open, server: RunningServer) -> None:
    page = open_page(PLAYGROUND, may_fail=(404,))
    page.click("#tab-json")
    page.fill(
        "#json-text",
        json.dumps(
            {"prompt": "The camera pans over @Image1.", "image_urls": [f"{server.url}/files/{'0' * 32}/gone.png"]}
        ),
    )
    page.wait_for_selector(".tile.bad")
    request = server.submit(
        f"{STANDARD}reference-to-video",
        {"prompt": "Pan over @Image1.", "image_urls": [f"{server.url}/files/{'0' * 32}/gone.png"]},
    )
    eventually(lambda: server.row(request)["state"] == "failed")
    page.goto(f"/requests/{request}")
    page.wait_for_selector(".failure a[href='/docs/errors.html#file_download_error']")
    assert "image urls 1" in page.inner_text(".failure")


def test_json_of_a_wrong_shape_is_named_and_the_form_goes_on(filled: Any) -> None:
    filled.click("#tab-json")
    filled.fill("#json-text", '{"prompt": "a", "image_urls": "x"}')
    filled.wait_for_selector("#panel-json .problem:has-text('image_urls must be a list')")
    filled.fill("#prompt", "The camera tilts up.")
    filled.click("#tab-plan")
    filled.wait_for_selector(".shots:has-text('tilt up')")


def test_editing_json_keeps_the_pictures_that_are_there(filled: Any) -> None:
    asked = []
    filled.on("request", lambda request: asked.append(request.url) if request.url.endswith("/media") else None)
    given = shown_json(filled)
    filled.fill("#json-text", json.dumps({**given, "prompt": "The camera tilts up over @Image1."}))
    until(filled, "/tilts up/.test(document.querySelector('#prompt').value)")
    assert filled.locator(".tile").count() == 4
    assert asked == []


def test_a_wrong_seed_is_shown(filled: Any) -> None:
    filled.evaluate("document.querySelector('#seed').value = '12a'")
    filled.click("#run")
    filled.wait_for_selector(".toast.bad:has-text('whole number')")
    assert filled.locator("#seed").is_visible()


def test_odd_requests_still_have_a_page(open_page: Open, server: RunningServer) -> None:
    for body in (
        {"image_urls": "x", "elements": [None], "video_url": 5, "prompt": "x"},
        [1],
        {"prompt": "x", "image_urls": ["javascript:alert(1)"]},
    ):
        made = server.submit(f"{STANDARD}reference-to-video", body)
        server.wait(made)
        page = open_page(f"/requests/{made}")
        page.wait_for_selector("#result .failure")
        assert page.locator("a[href^='javascript']").count() == 0
