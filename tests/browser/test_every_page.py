"""Every page in a browser: nothing is cut off, nothing breaks accessibility, light and dark, wide and narrow"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.browser.conftest import PHONE, TOOLS, WIDE, settle, until
from tests.running import STANDARD, RunningServer, eventually, install_packages

pytestmark = pytest.mark.slow
Open = Callable[..., Any]
MODEL = f"/models/{STANDARD}reference-to-video"
PAGES = [
    "/", f"{MODEL}/playground", f"/models/{STANDARD}video-to-video/edit/playground", f"/models/{STANDARD}image-to-video/playground",
    f"{MODEL}/api", "/models/kling-o1-video-to-video-reference/api", "/requests", "/webhooks", "/usage", "/health", "/settings/keys",
    "/docs/", "/docs/errors.html", "/docs/prompt-language.html", "/docs/search.html?q=camera", "/nowhere",
]  # fmt: skip


@pytest.fixture(scope="module")
def past(server: RunningServer) -> dict[str, str]:
    """A server with something to show: a clip, a failure, a cancel, a webhook."""
    done = server.submit(
        f"{STANDARD}reference-to-video?fal_webhook=http://127.0.0.1:9/hook",
        {"prompt": "The camera pans left over a quiet beach.", "duration": "3"},
    )
    server.wait(done)
    failed = server.submit(
        f"{STANDARD}reference-to-video", {"prompt": "Pan over @Image1.", "image_urls": ["http://127.0.0.1:9/none.png"]}
    )
    server.wait(failed)
    board = server.http.post("/projects", json={"name": "Pilot", "script": "A cat sleeps\nA dog runs"}).json()
    shot = board["shots"][0]["id"]
    server.wait(server.http.post(f"/shots/{shot}/takes", json={}).json()["request_id"])
    return {"done": done, "failed": failed, "board": board["id"]}


@pytest.mark.parametrize(
    "path",
    [
        *PAGES,
        "/requests/{done}",
        "/requests/{failed}",
        "/requests/compare?id={done}&id={failed}",
        "/projects",
        "/projects/{board}",
    ],
)
def test_pages_are_accessible_and_fit(
    open_page: Open, axe: Callable[[Any], list[str]], past: dict[str, str], path: str
) -> None:
    address = path.format(**past)
    may_fail = (404,) if path == "/nowhere" else ()
    page = open_page(address, may_fail=may_fail)
    for viewport, colour in ((WIDE, "light"), (WIDE, "dark"), (PHONE, "light")):
        page.emulate_media(color_scheme=colour)
        if viewport == PHONE:  # scripts lay a page out when it loads
            page.set_viewport_size(viewport)
            page.reload()
        settle(page)
        assert axe(page) == [], (colour, viewport)
        assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"], (colour, viewport)


def test_a_filled_playground_is_accessible(
    open_page: Open, axe: Callable[[Any], list[str]], pictures: dict[str, Path]
) -> None:
    page = open_page(f"{MODEL}/playground")
    page.locator('[aria-label^="Reference images"] > input[type=file]').first.set_input_files([str(pictures["place"])])
    page.locator('[aria-label^="New element"] > input[type=file]').first.set_input_files([str(pictures["front"])])
    page.fill("#prompt", "Take @Image1 as the start frame. The camera pushes in on @Element1 and @Image5.")
    page.wait_for_selector(".timeline .bar.move")
    page.select_option("#duration", "3")
    for tab in ("plan", "code", "json"):
        page.click(f"#tab-{tab}")
        settle(page)
        assert axe(page) == [], tab
    page.click("#run")
    page.wait_for_selector(".player video", timeout=90_000)
    assert axe(page) == []
    page.click("#help")
    assert axe(page) == []


def test_pages_weigh_little(open_page: Open) -> None:
    page = open_page("about:blank")
    sizes: list[int] = []
    page.on(
        "response",
        lambda answer: (
            sizes.append(len(answer.body()))
            if answer.request.resource_type in {"document", "script", "stylesheet"}
            else None
        ),
    )
    page.goto(f"{MODEL}/playground")
    settle(page)
    assert len(sizes) > 5
    assert sum(sizes) < 200_000


def test_the_history_is_searched_and_cleaned(open_page: Open, server: RunningServer) -> None:
    made = server.submit(f"{STANDARD}reference-to-video", {"prompt": "A kite over quiet dunes.", "duration": "3"})
    server.wait(made)
    page = open_page("/requests")
    page.keyboard.press("/")
    page.keyboard.type("dunes kite")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=dunes*")
    assert page.locator("[data-id]").count() == 1
    page.locator(".thumb").hover()
    page.on("dialog", lambda dialog: dialog.accept())
    page.locator("[data-id] input[type=checkbox]").check()
    with page.expect_navigation():  # the page loads itself anew
        page.click("#delete")
    eventually(lambda: server.row(made)["video_url"] is None)
    page.goto("/requests?q=nothing+like+it")
    assert "Nothing fits" in page.inner_text("main")


def test_webhooks_are_tried_and_delivered_again(open_page: Open, past: dict[str, str]) -> None:
    page = open_page("/webhooks")
    page.fill("input[name=url]", "http://127.0.0.1:9/sample")
    with page.expect_navigation():
        page.click("#test .primary")
    assert "http://127.0.0.1:9/sample" in page.inner_text("main")
    with page.expect_navigation():
        page.locator("[data-redeliver]").first.click()


def test_exported_folders_show_the_clip_without_a_server(
    past: dict[str, str], server: RunningServer, tmp_path: Path, chromium: Any
) -> None:
    import io
    import zipfile

    answer = server.http.get(f"/requests/{past['done']}/export.zip")
    zipfile.ZipFile(io.BytesIO(answer.content)).extractall(tmp_path)
    page = chromium.new_page()
    page.goto((tmp_path / "index.html").as_uri())
    until(page, "document.querySelector('video').readyState > 0")
    assert page.evaluate("document.querySelector('video').duration") == pytest.approx(3.0, abs=0.05)
    until(page, "document.querySelector('img.sheet').naturalWidth > 600")
    assert page.evaluate("document.querySelectorAll('#plan svg').length") >= 1
    pictures = page.evaluate("[...document.querySelectorAll('.media img')].map((one) => [one.src, one.naturalWidth])")
    assert all(source.startswith("file:") and width > 0 for source, width in pictures)
    assert server.url not in (tmp_path / "recipe.json").read_text()
    page.close()


def test_a_locked_server_asks_for_a_key_once(open_page: Open, new_server: Callable[..., RunningServer]) -> None:
    locked = new_server(SHOTWRIGHT_KEYS="studio-key")
    page = open_page("/requests?q=x", base=locked.url, may_fail=(401,))
    page.wait_for_url("**/signin?next=**")
    page.fill("input[name=key]", "wrong")
    page.click("main .primary")
    assert "does not know that key" in page.inner_text("[role=alert]")
    page.fill("input[name=key]", "studio-key")
    page.click("main .primary")
    page.wait_for_url("**/requests?q=x")
    page.goto(f"{MODEL}/playground")
    page.fill("#prompt", "The camera pans left over a quiet beach.")
    page.wait_for_selector(".timeline .bar.move")
    page.select_option("#duration", "3")
    page.click("#run")
    page.wait_for_selector(".player video", timeout=90_000)
    assert "studio-key" not in page.evaluate("document.cookie") + page.content()
    page.goto("/")
    page.click("text=Sign out")
    page.wait_for_url("**/signin")


def test_the_first_key_locks_the_server_and_not_its_maker_out(
    open_page: Open, new_server: Callable[..., RunningServer]
) -> None:
    running = new_server()
    page = open_page("/settings/keys", base=running.url)
    page.fill("input[name=alias]", "mine")
    page.click("#create .primary")
    page.wait_for_selector("#made:not([hidden])")
    key = page.inner_text("#made-text")
    assert re.fullmatch(r"[0-9a-f-]{36}:[0-9a-f]{32}", key)
    settle(page)
    page.goto("/settings/keys")
    assert "mine" in page.inner_text("table")
    eventually(lambda: running.http.get("/requests").status_code == 401)
    page.on("dialog", lambda dialog: dialog.dismiss())
    page.click("[data-revoke]")
    assert "mine" in page.inner_text("table")


def test_scripts_are_formatted() -> None:
    if not shutil.which("npm"):
        pytest.skip("Node.js is not installed")
    install_packages(TOOLS)
    scripts = sorted(map(str, (Path(__file__).parents[2] / "src/shotwright/web/static").glob("*.js")))
    command = [str(TOOLS / "node_modules" / ".bin" / "prettier"), "--list-different", *scripts]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", ""), "make fix formats them"
