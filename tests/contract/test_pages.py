"""Pages over HTTP: who may see them, what may be done from them, and programs that run as shown."""

from __future__ import annotations

import base64
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import cv2
import httpx
import numpy as np
import psycopg
import pytest
from tests.running import STANDARD, RunningServer, database_of, start

pytestmark = pytest.mark.slow
HTML = {"accept": "text/html"}
R2V = f"{STANDARD}reference-to-video"
QUIET = {"prompt": 'The camera pans left over a quiet beach. It\'s "late".', "duration": "3"}


@pytest.fixture(scope="module")
def locked(data_folder: Callable[[], Path]) -> Iterator[RunningServer]:
    running = start(data_folder(), env={"SHOTWRIGHT_KEYS": "one,two"})
    yield running
    running.stop()


def sign_in(server: RunningServer, key: str) -> httpx.Client:
    """A browser that has signed in."""
    browser = httpx.Client(base_url=server.url, trust_env=False, timeout=60)
    form = browser.get("/signin", headers=HTML).text
    word = re.search(r'name="word" value="([^"]+)"', form).group(1)
    answer = browser.post("/signin", data={"key": key, "word": word, "next": "/requests"})
    assert answer.status_code == 303
    return browser


def token(browser: httpx.Client) -> str:
    return re.search(r'name="csrf-token" content="([^"]+)"', browser.get("/requests", headers=HTML).text).group(1)


def test_the_same_address_is_a_page_for_people_and_json_for_programs(server: RunningServer) -> None:
    for path in ("/requests", "/webhooks", "/usage", "/health"):
        assert server.http.get(path).headers["content-type"].startswith("application/json")
        page = server.http.get(path, headers=HTML)
        assert page.headers["content-type"].startswith("text/html")
        assert "script-src 'self'" in page.headers["content-security-policy"]
        assert "unsafe" not in page.headers["content-security-policy"]


def test_a_locked_server_shows_nothing_to_strangers(locked: RunningServer) -> None:
    for path in ("/", "/requests", f"/models/{R2V}/playground", "/usage", "/settings/keys", "/health"):
        answer = locked.http.get(path, headers=HTML, follow_redirects=False)
        assert answer.status_code == 303, path
        assert answer.headers["location"].startswith("/signin?next=")
    assert locked.http.get(f"/models/{R2V}/llms.txt").status_code == 401
    assert locked.http.post(f"/{R2V}/plan", json=QUIET).status_code == 401
    assert locked.http.post(f"/models/{R2V}/code", json=QUIET).status_code == 401


def test_a_session_sees_its_own_requests_only(locked: RunningServer) -> None:
    made = locked.submit(R2V, QUIET, Authorization="Key two")
    one, two = sign_in(locked, "one"), sign_in(locked, "two")
    assert made in two.get("/requests", headers=HTML).text
    assert made not in one.get("/requests", headers=HTML).text
    assert one.get(f"/requests/{made}", headers=HTML).status_code == 404
    assert one.get(f"/requests/{made}/live").status_code == 404
    assert one.get(f"/requests/compare?id={made}&id={made}", headers=HTML).status_code == 404
    assert one.get(f"/requests/{made}/export.zip").status_code == 404
    two.put(f"/queue/{R2V}/requests/{made}/cancel", headers={"x-csrf-token": token(two)})


def test_a_cookie_alone_changes_nothing(locked: RunningServer) -> None:
    browser = sign_in(locked, "one")
    for headers in ({}, {"x-csrf-token": "wrong"}, {"x-csrf-token": token(sign_in(locked, "two"))}):
        answer = browser.post(f"/queue/{R2V}", json=QUIET, headers=headers)
        assert answer.status_code == 403, headers
    made = browser.post(f"/queue/{R2V}", json=QUIET, headers={"x-csrf-token": token(browser)})
    assert made.status_code == 200
    browser.put(made.json()["cancel_url"], headers={"x-csrf-token": token(browser)})


@pytest.mark.parametrize("cookie", ["", "x", "a.b.c", "one.99999999999.0000", "..", "é"])
def test_forged_cookies_are_strangers(locked: RunningServer, cookie: str) -> None:
    answer = locked.http.get(
        "/requests", headers={**HTML, "cookie": f"shotwright_session={cookie}".encode()}, follow_redirects=False
    )
    assert answer.status_code == 303


def test_signing_out_ends_the_session_and_no_other(locked: RunningServer) -> None:
    one, two = sign_in(locked, "one"), sign_in(locked, "two")
    cookie = {"cookie": "; ".join(f"{name}={value}" for name, value in one.cookies.items())}
    assert locked.http.get("/requests", headers={**HTML, **cookie}).status_code == 200
    one.post("/signout")
    assert locked.http.get("/requests", headers={**HTML, **cookie}, follow_redirects=False).status_code == 303
    assert two.get("/requests", headers=HTML).status_code == 200
    assert locked.http.post("/signout", headers={"cookie": "shotwright_session=forged.1.x"}).status_code in {200, 303}


def test_signing_in_needs_the_form(locked: RunningServer) -> None:
    assert locked.http.post("/signin", data={"key": "one", "next": "/"}).status_code == 403
    assert (
        locked.http.post("/session", json={"key": "one"}, headers={"sec-fetch-site": "cross-site"}).status_code == 403
    )
    assert locked.http.post("/session", json={"key": "none"}).status_code == 401
    answer = locked.http.post("/session", json={"key": "one"})
    assert "HttpOnly" in answer.headers["set-cookie"]
    assert "one" not in answer.headers["set-cookie"].split(";")[0].split("=")[1].split(".")[0]


def test_lists_leave_out_what_was_sent_inside_a_request(server: RunningServer) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (300, 300, 3), np.uint8)
    inline = "data:image/png;base64," + base64.b64encode(cv2.imencode(".png", noise)[1]).decode()
    made = server.submit(R2V, {"prompt": "Confetti falls on @Image1.", "image_urls": [inline], "duration": "3"})
    listed = server.http.get("/requests?q=confetti").json()["requests"][0]
    assert (listed["id"], listed["arguments"]) == (made, {"prompt": "Confetti falls on @Image1.", "duration": "3"})
    assert server.row(made)["arguments"]["image_urls"] == [inline]
    assert server.wait(made)["state"] == "succeeded"


def test_a_plan_is_told_before_anything_is_made(server: RunningServer) -> None:
    before = server.http.get("/health").json()["requests"]
    told = server.http.post(
        f"/{R2V}/plan",
        json={
            "prompt": "The camera orbits @Element1 and @Image3.",
            "elements": [{"frontal_image_url": "http://x/a.png"}],
        },
    ).json()
    assert told["plan"]["camera"][0]["move"] == "orbit"
    assert told["top_view"]["path"]
    assert told["price"]["cost_usd"] == 0
    assert told["errors"] == []
    assert any(item["ref"] == "@Image3" for item in told["plan"]["warnings"])
    assert server.http.get("/health").json()["requests"] == before
    assert "plan" not in server.http.post(f"/{R2V}/plan", json={}).json()


def test_media_are_looked_at_and_not_kept(server: RunningServer, pictures: dict[str, Path], clip: Path) -> None:
    picture, video = server.upload(pictures["place"]), server.upload(clip)
    found = server.http.post(f"/{R2V}/media", json={"url": picture, "kind": "image"}).json()
    assert (found["facts"]["width"], found["errors"]) == (1280, [])
    assert found["thumbnail"].startswith("data:image/jpeg;base64,")
    found = server.http.post(f"/{STANDARD}video-to-video/edit/media", json={"url": video, "kind": "video"}).json()
    assert found["facts"]["fps"] == 24
    wrong = server.http.post(f"/{R2V}/media", json={"url": video, "kind": "image"}).json()
    assert wrong["errors"][0]["type"] == "unsupported_image_format"
    refused = server.http.post(f"/{R2V}/media", json={"url": "http://169.254.169.254/x.png", "kind": "image"}).json()
    assert refused["errors"][0]["type"] == "file_download_error"
    assert server.http.post(f"/{R2V}/media", json={"url": picture, "kind": "audio"}).status_code == 400


def test_live_events_tell_the_whole_story_and_end(server: RunningServer, pictures: dict[str, Path]) -> None:
    made = server.submit(
        R2V, {"prompt": "Push in on @Image1.", "image_urls": [server.upload(pictures["place"])], "duration": "3"}
    )
    states, kinds, ids = [], set(), []
    with server.http.stream("GET", f"/requests/{made}/live") as answer:
        for line in answer.iter_lines():
            if line.startswith("data: "):
                told = json.loads(line[6:])
                states.append(told["request"]["state"])
                kinds |= {event["kind"] for event in told["events"]}
                ids += [event["id"] for event in told["events"]]
                previews = [event["data"]["url"] for event in told["events"] if event["kind"] == "preview"]
                assert all(server.http.get(url).headers["content-type"] == "image/jpeg" for url in previews)
    assert states[-1] == "succeeded"
    assert kinds == {"state", "log", "progress", "preview"}
    assert ids == sorted(set(ids))
    with server.http.stream("GET", f"/requests/{made}/live", headers={"last-event-id": str(ids[-2])}) as answer:
        (last,) = [json.loads(line[6:]) for line in answer.iter_lines() if line.startswith("data: ")]
    assert [event["id"] for event in last["events"]] == ids[-1:]


def test_a_recipe_can_be_left_out(server: RunningServer, tmp_path: Path) -> None:
    from tests.recipes import read_recipe

    with_it, without = server.submit(R2V, QUIET), server.submit(R2V, QUIET, **{"X-Shotwright-Recipe": "0"})
    paths = [server.download(server.wait(made)["video_url"], tmp_path / f"{made}.mp4") for made in (with_it, without)]
    recipe = read_recipe(paths[0])
    assert recipe["arguments"] == QUIET
    assert recipe == server.http.get(f"/requests/{with_it}/recipe").json()
    assert read_recipe(paths[1]) is None
    assert paths[0].read_bytes().startswith(paths[1].read_bytes())


def test_promotion_keeps_request_and_seed_and_links_both(server: RunningServer) -> None:
    made = server.submit(R2V, QUIET, **{"X-Shotwright-Seed": "11"})
    again = server.http.post(f"/requests/{made}/promote", json={"engine": "draft"}).json()["request_id"]
    row = server.row(again)
    assert (row["promoted_from"], row["seed"], row["arguments"]) == (made, 11, QUIET)
    assert server.http.post(f"/requests/{made}/promote", json={"engine": "warp"}).status_code == 400
    assert server.http.post(f"/requests/{made}/retry", json={"seed": "x"}).status_code == 400


def test_a_request_of_an_engine_that_is_gone_is_not_repeated_on_it(server: RunningServer) -> None:
    made = server.submit(R2V, QUIET)
    with psycopg.connect(database_of(server.data), autocommit=True) as connection:
        connection.execute("UPDATE requests SET engine = 'retired' WHERE id = %s", (made,))
    refused = server.http.post(f"/requests/{made}/retry", json={})
    assert refused.status_code == 400
    assert "retired" in refused.text
    assert "testcard" in refused.text


def test_the_history_is_searched(server: RunningServer) -> None:
    made = server.submit(R2V, {"prompt": "A red_zeppelin 100% over quiet hills", "duration": "3"})
    twin = server.http.post(f"/requests/{made}/retry", json={"seed": 3}).json()["request_id"]

    def found(**query: str) -> list[str]:
        return [row["id"] for row in server.http.get("/requests", params=query).raise_for_status().json()["requests"]]

    assert found(q="hills red_zeppelin") == [twin, made]
    assert found(q="redxzeppelin") == []
    assert found(q="100%") == [twin, made]
    assert found(q=made) == [made]
    assert found(like=made) == [twin, made]
    assert found(q="zeppelin", day="2001-01-01") == []
    today = datetime.fromisoformat(server.row(made)["created_at"]).astimezone(UTC).date()
    assert made in found(q="zeppelin", day=f"{today}")
    assert found(q="zeppelin", day=f"{today - timedelta(days=1)}") == []
    assert found(q="zeppelin", engine="warp") == []
    assert server.http.get("/requests", params={"like": "x"}).status_code == 400
    assert server.http.get("/requests", params={"day": "soon"}).status_code == 400


RUNNERS = {
    "python": ([sys.executable], "py"),
    "javascript": (["node"], "mjs"),
    "curl": (["bash", "-euo", "pipefail"], "sh"),
}


@pytest.mark.skipif(not shutil.which("node") or not shutil.which("curl"), reason="needs Node.js and curl")
@pytest.mark.parametrize("wire", ["fal", "eachlabs"])
@pytest.mark.parametrize("language", sorted(RUNNERS))
def test_programs_run_as_shown(
    server: RunningServer, javascript: object, wire: str, language: str, tmp_path: Path
) -> None:
    arguments = {**QUIET, "duration": "5"} if wire == "eachlabs" else QUIET
    endpoint = R2V if wire == "fal" else "fal-ai/kling-video/o1/reference-to-video"
    code = server.http.post(f"/models/{endpoint}/code", json=arguments).json()[wire][language]
    command, ending = RUNNERS[language]
    folder = Path(__file__).parent / "js" if language == "javascript" else tmp_path
    program = folder / f"shown-{wire}.{ending}"
    program.write_text(code)
    try:
        env = {**os.environ, "FAL_KEY": "any", "EACHLABS_API_KEY": "any", "NO_PROXY": "*"}
        done = subprocess.run(
            [*command, str(program)], cwd=folder, capture_output=True, text=True, timeout=170, check=False, env=env
        )
    finally:
        program.unlink()
    assert done.returncode == 0, done.stderr
    expected = r"prediction" if (wire, language) == ("eachlabs", "curl") else r"/files/[0-9a-f]{32}/output.mp4"
    assert re.search(expected, done.stdout, re.IGNORECASE), done.stdout


ODD = [
    {"prompt": 5},
    {"prompt": {"a": 1}},
    {"prompt": ["x"]},
    [1],
    "hello",
    7,
    {"image_urls": "x", "elements": [None], "video_url": 5},
]


def test_odd_arguments_break_no_page(server: RunningServer) -> None:
    made = [server.submit(R2V, body) for body in ODD]
    for request in made:
        server.wait(request)
        assert server.http.get(f"/requests/{request}", headers=HTML).status_code == 200
        assert server.http.get(f"/requests/compare?id={request}&id={made[0]}", headers=HTML).status_code == 200
    assert server.http.get("/", headers=HTML).status_code == 200
    assert server.http.get("/requests", headers=HTML).status_code == 200


def test_large_inline_media_are_rendered_and_do_not_fill_the_stream(
    server: RunningServer, pictures: dict[str, Path], tmp_path: Path
) -> None:
    import base64

    import cv2
    import numpy as np

    noise = np.random.default_rng(0).integers(0, 255, (900, 1600, 3), dtype=np.uint8)
    cv2.imwrite(str(tmp_path / "noise.png"), noise)
    inline = "data:image/png;base64," + base64.b64encode((tmp_path / "noise.png").read_bytes()).decode()
    assert len(inline) > 4_000_000
    made = server.submit(R2V, {"prompt": "Push in on @Image1.", "image_urls": [inline], "duration": "3"})
    told = 0
    with server.http.stream("GET", f"/requests/{made}/live") as answer:
        for chunk in answer.iter_bytes():
            told += len(chunk)
    assert server.row(made)["state"] == "succeeded"
    assert told < 200_000
    assert len(server.http.get(f"/requests/{made}", headers=HTML).content) < 100_000
    again = server.submit(R2V, QUIET)
    assert server.wait(again)["state"] == "succeeded"


def test_deeply_nested_input_is_refused_in_words(server: RunningServer) -> None:
    deep: object = "x"
    for _ in range(900):
        deep = [deep]
    for path in (f"/queue/{R2V}", f"/{R2V}/plan", f"/models/{R2V}/code"):
        answer = server.http.post(path, json={"prompt": deep})
        assert answer.status_code == 422, path


def test_deleting_a_payload_deletes_its_previews(server: RunningServer) -> None:
    made = server.submit(R2V, QUIET)
    server.wait(made)
    previews = [
        event["data"]["url"]
        for event in server.http.get(f"/requests/{made}/events").json()["events"]
        if event["kind"] == "preview"
    ]
    assert previews
    server.http.delete(f"/v1/models/requests/{made}/payloads").raise_for_status()
    assert {server.http.get(url).status_code for url in previews} == {404}
    assert not [
        event for event in server.http.get(f"/requests/{made}/events").json()["events"] if event["kind"] == "preview"
    ]


def test_other_sites_can_not_make_keys_on_an_open_server(server: RunningServer) -> None:
    for headers in ({"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}, {"host": "evil.example"}):
        assert server.http.post("/v1/keys", json={"alias": "x"}, headers=headers).status_code == 403, headers
        assert (
            server.http.delete(
                "/v1/models/requests/00000000-0000-4000-8000-000000000000/payloads", headers=headers
            ).status_code
            == 403
        )


@pytest.mark.parametrize(
    ("accept", "is_page"),
    [
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", True), ("*/*", False), ("application/json", False),
        ("application/json, text/html;q=0.1", False), ("text/html;q=0.2, application/json;q=0.1", True), ("", False),
    ],
)  # fmt: skip
def test_who_wants_a_page(server: RunningServer, accept: str, is_page: bool) -> None:
    assert (
        server.http.get("/requests", headers={"accept": accept}).headers["content-type"].startswith("text/html")
        is is_page
    )
    assert (
        server.http.get("/usage?format=csv", headers={"accept": accept}).headers["content-type"].startswith("text/csv")
    )


def test_a_plot_has_a_bound(server: RunningServer) -> None:
    assert server.http.get("/usage?start=1200-01-01&end=2000-01-01", headers=HTML).status_code == 400
    assert server.http.get("/signin?next=//[", headers=HTML, follow_redirects=False).headers["location"] == "/"
