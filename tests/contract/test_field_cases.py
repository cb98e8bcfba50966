"""What clients in the field really send, each case with its neighbours: fields of other models, encodings, methods, names, hosts that hiccup"""

from __future__ import annotations

import base64
import gzip
import http.server
import json
import threading
import zlib
from collections.abc import Iterator
from pathlib import Path

import cv2
import httpx
import jsonschema_rs
import numpy as np
import pytest
from tests.running import STANDARD, RunningServer, start

pytestmark = pytest.mark.slow
R2V = f"{STANDARD}reference-to-video"
SHOT = {"prompt": "Hold still", "duration": "3"}
PNG = cv2.imencode(".png", np.full((400, 400, 3), 90, np.uint8))[1].tobytes()


class Host(http.server.ThreadingHTTPServer):
    """A host of files with moods."""

    daemon_threads = True

    def __init__(self) -> None:
        self.calls: dict[str, int] = {}
        super().__init__(("127.0.0.1", 0), _Answer)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Answer(http.server.BaseHTTPRequestHandler):
    server: Host

    def do_GET(self) -> None:
        mood = self.path.strip("/")
        count = self.server.calls[mood] = self.server.calls.get(mood, 0) + 1
        if mood in {"503", "429"} and count == 1:
            self.reply(int(mood), b"", "text/plain", **{"Retry-After": "1"})
        elif mood == "drop" and count == 1:
            self.connection.close()
        elif mood == "404":
            self.reply(404, b"gone")
        elif mood == "page":
            self.reply(200, b"\n<!DOCTYPE html><html><body>Sign in</body></html>", "text/html; charset=utf-8")
        elif mood in {"gzip", "deflate"}:
            packed = gzip.compress(PNG) if mood == "gzip" else zlib.compress(PNG)
            self.reply(200, packed, "image/png", **{"Content-Encoding": mood})
        else:
            self.reply(200, PNG, "image/png")

    def reply(self, status: int, body: bytes, kind: str = "text/plain", **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None: ...


@pytest.fixture(scope="module")
def host() -> Iterator[Host]:
    made = Host()
    yield made
    made.shutdown()
    made.server_close()


@pytest.fixture(scope="module")
def near(data_folder: object) -> Iterator[RunningServer]:
    running = start(data_folder(), env={"SHOTWRIGHT_ALLOW_PRIVATE_MEDIA": "1"})  # type: ignore[operator]  # a fixture
    yield running
    running.stop()


def outcome(server: RunningServer, body: object) -> httpx.Response:
    made = server.submit(R2V, body)
    server.wait(made)
    return server.http.get(f"/queue/{R2V}/requests/{made}")


def looked_at(server: RunningServer, url: str) -> dict:
    return server.http.post(f"/{R2V}/media", json={"url": url, "kind": "image"}).raise_for_status().json()


@pytest.mark.parametrize(
    ("field", "near"),
    [
        ({"image_url": "https://x/a.png"}, "image_urls"), ({"negative_prompt": "blur"}, None), ({"seed": 3}, None),
        ({"webhookUrl": "https://x"}, None), ({"Image_Urls": []}, "image_urls"), ({"aspectRatio": "1:1"}, "aspect_ratio"),
        ({"elements": [{"frontal_image_url": "data:image/png;base64," + base64.b64encode(PNG).decode(), "reference_images": []}]}, "reference_image_urls"),
    ],
)  # fmt: skip
def test_a_field_that_the_model_does_not_have_is_named_and_no_error(
    server: RunningServer, field: dict, near: str | None
) -> None:
    body = {**SHOT, **field}
    plan = server.http.post(f"/{R2V}/plan", json=body).json()
    assert plan["errors"] == []
    made = server.submit(R2V, body)
    row = server.wait(made)
    assert row["state"] == "succeeded"
    logs = [line["message"] for line in server.http.get(f"/queue/{R2V}/requests/{made}/status?logs=1").json()["logs"]]
    stored = server.http.get(f"/requests/{made}/plan").json()
    for said in (
        [item["text"] for item in plan["plan"]["warnings"]],
        [item["text"] for item in stored["warnings"]],
        logs,
    ):
        named = [text for text in said if "is not a field of this model" in text]
        assert len(named) == 1, said
        assert near is None or f"{near}`?" in named[0]


def test_log_lines_are_labelled_as_swift_and_java_read_them(server: RunningServer) -> None:
    made = server.submit(R2V, SHOT)
    server.wait(made)
    logs = server.http.get(f"/queue/{R2V}/requests/{made}/status?logs=1").json()["logs"]
    assert logs
    assert all(set(line["labels"]) == {"level", "source"} for line in logs)


@pytest.mark.parametrize(
    "wrap",
    [
        lambda text: "\n".join(text[i : i + 76] for i in range(0, len(text), 76)),
        lambda text: text.rstrip("="),
        lambda text: f" \t{text}\r\n",
    ],
)
def test_base64_as_people_wrap_it(server: RunningServer, wrap: object) -> None:
    text = wrap(base64.b64encode(PNG).decode())  # type: ignore[operator]  # a function
    assert outcome(server, {**SHOT, "image_urls": ["data:image/png;base64," + text]}).status_code == 200
    assert outcome(server, {**SHOT, "image_urls": ["data:image/png;base64," + text + "!"]}).status_code == 422


@pytest.mark.parametrize("mood", ["503", "429", "drop", "gzip", "deflate"])
def test_a_host_that_hiccups_or_packs_is_no_reason_to_fail(near: RunningServer, host: Host, mood: str) -> None:
    found = looked_at(near, f"{host.url}/{mood}")
    assert (found["errors"], found["facts"]["width"]) == ([], 400)
    assert host.calls[mood] == (1 if mood in {"gzip", "deflate"} else 2)


@pytest.mark.parametrize("path", ["käse.png", "my cat.png", "画像.png?名=1", "a.png?q=🐈#frag", "a%20b.png"])
def test_addresses_as_people_write_them_are_fetched(near: RunningServer, host: Host, path: str) -> None:
    found = looked_at(near, f" {host.url}/{path}\n")
    assert (found["errors"], found["facts"]["width"]) == ([], 400)


def test_a_page_where_a_picture_should_be_is_called_a_page(near: RunningServer, host: Host) -> None:
    assert "web page" in looked_at(near, f"{host.url}/page")["errors"][0]["msg"]
    answer = outcome(near, {**SHOT, "image_urls": [f"{host.url}/ok", f"{host.url}/page", f"{host.url}/404"]})
    assert [item["loc"][-1] for item in answer.json()["detail"]] == [1, 2], "every fault, not the first"
    assert host.calls["404"] == 1, "what is gone is not asked for again"


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("POST", f"/queue/{R2V}/requests/{{id}}/status", "GET"), ("GET", f"/queue/{R2V}/requests/{{id}}/cancel", "PUT"),
        ("GET", f"/{R2V}", "POST"), ("DELETE", f"/queue/{R2V}", "POST"), ("PUT", "/v1/prediction", "POST"), ("POST", "/usage", "GET"),
    ],
)  # fmt: skip
def test_a_wrong_method_on_a_path_that_exists(server: RunningServer, method: str, path: str, allowed: str) -> None:
    made = server.submit(R2V, SHOT)
    answer = server.http.request(method, path.format(id=made))
    assert answer.status_code == 405, answer.text
    assert allowed in answer.headers["allow"].split(", ")


@pytest.mark.parametrize("path", ["/fal-ai/no-such-model", "/nothing/here", "/queue/fal-ai/no-such-model"])
def test_a_path_that_does_not_exist_stays_unknown(server: RunningServer, path: str) -> None:
    assert server.http.post(path, json=SHOT).status_code == 404
    assert server.http.get(path).status_code == 404


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_packed_bodies_are_unpacked_within_the_limit(server: RunningServer, coding: str) -> None:
    pack = gzip.compress if coding == "gzip" else zlib.compress
    headers = {"content-encoding": coding, "content-type": "application/json"}
    assert (
        server.http.post(f"/queue/{R2V}", content=pack(json.dumps(SHOT).encode()), headers=headers).status_code == 200
    )
    bomb = pack(b'{"prompt": "' + b" " * (1 << 24) + b'"}')
    assert server.http.post(f"/{R2V}/plan", content=bomb, headers=headers).status_code == 413
    assert server.http.post(f"/queue/{R2V}", content=b"\x00nonsense", headers=headers).status_code == 422
    assert server.http.post(f"/queue/{R2V}", content=b"{}", headers={"content-encoding": "br"}).status_code == 415


def test_a_long_input_is_shown_cut_with_a_mark(server: RunningServer) -> None:
    refused = outcome(server, {**SHOT, "prompt": "a" * 2501})
    shown = refused.json()["detail"][0]["input"]
    assert shown.startswith("aaa")
    assert shown.endswith("… [2501 characters]")


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("图片.png", "file.png"),
        ("写真 1.JPG", "1.JPG"),
        ("...", "file.png"),
        ("a b.png", "a_b.png"),
        ("", "file.png"),
        ("日本", "file.png"),
    ],
)
def test_a_name_keeps_its_ending(server: RunningServer, name: str, kept: str) -> None:
    made = server.http.post(
        "/rest/storage/upload/initiate", json={"file_name": name, "content_type": "image/png"}
    ).json()
    assert made["file_url"].endswith(f"/{kept}")


@pytest.mark.parametrize("end", ["", "/"])
def test_a_browser_in_client_mode_is_told_which_mode_to_use(server: RunningServer, end: str) -> None:
    for prefix in ("", "/rest"):
        answer = server.http.post(f"{prefix}/tokens{end}", json={"allowed_apps": ["x"]})
        assert answer.status_code == 400
        assert 'connectionMode "server"' in answer.json()["detail"]


def test_the_proxy_takes_our_own_addresses(server: RunningServer) -> None:
    made = server.http.post("/cdn/files/upload/multipart", headers={"x-fal-file-name": "a.bin"}).json()
    target = f"{made['access_url']}/multipart/{made['uploadId']}/1"
    answer = server.http.put("/api/fal/proxy", content=b"x", headers={"x-fal-target-url": target})
    assert answer.status_code == 200
    assert (
        server.http.put(
            "/api/fal/proxy", content=b"x", headers={"x-fal-target-url": "http://evil.example/x"}
        ).status_code
        == 400
    )


@pytest.mark.parametrize("where", ["user:secret@", "user@"])
def test_a_webhook_address_with_a_user_name_is_refused_at_submit(server: RunningServer, where: str) -> None:
    refused = server.http.post(f"/queue/{R2V}", params={"fal_webhook": f"https://{where}example.com/"}, json=SHOT)
    assert (refused.status_code, "user name" in refused.text) == (400, True)
    frame = {
        "model": "kling-o1-reference-image-to-video",
        "version": "0.0.1",
        "input": SHOT,
        "webhook_url": f"https://{where}example.com/",
    }
    assert server.http.post("/v1/prediction", json=frame).status_code in {400, 404}


def test_the_javascript_recipe_redirects_hosts_of_every_published_client() -> None:
    recipe = (Path(__file__).parents[2] / "docs" / "clients.md").read_text()
    assert r"/^https:\/\/rest(\.alpha)?\.fal\.ai/" in recipe


def test_a_transparent_picture_is_said_and_an_opaque_one_is_not(server: RunningServer) -> None:
    rgba = np.full((400, 400, 4), 200, np.uint8)
    rgba[..., 3] = 255
    opaque = cv2.imencode(".png", rgba)[1].tobytes()
    rgba[:100, :, 3] = 0
    clear = cv2.imencode(".png", rgba)[1].tobytes()
    urls = ["data:image/png;base64," + base64.b64encode(data).decode() for data in (opaque, clear)]
    made = server.submit(R2V, {**SHOT, "image_urls": urls})
    assert server.wait(made)["state"] == "succeeded"
    logs = [line["message"] for line in server.http.get(f"/queue/{R2V}/requests/{made}/status?logs=1").json()["logs"]]
    assert [line for line in logs if "transparent" in line] == [
        "image_urls[1] is transparent in places; where it fills the frame they are grey."
    ]


def test_a_plan_goes_in_on_both_wires_and_gives_the_same_clip(server: RunningServer) -> None:
    first = server.submit(R2V, SHOT)
    clip = server.http.get(server.wait(first)["video_url"]).content
    plan = server.http.get(f"/requests/{first}/plan").json()
    asked = server.http.post(f"/{R2V}/plan", json=SHOT).json()["plan"]
    assert {**plan, "not_rendered": []} == asked
    jsonschema_rs.validator_for(server.http.get("/schemas/plan.json").json()).validate(plan)
    again = server.submit(R2V, {**SHOT, "plan": plan})
    assert server.http.get(server.wait(again)["video_url"]).content[: len(clip) // 2] == clip[: len(clip) // 2]
    assert server.http.get(f"/requests/{again}/plan").json() == plan
    moved = {**plan, "duration_s": 5.0, "camera": [{"move": "orbit", "start_s": 0.0, "end_s": 5.0}]}
    body = {"model": "kling-o1-reference-image-to-video", "input": {**SHOT, "duration": "5", "plan": moved}}
    made = server.http.post("/v1/prediction/", json=body, headers={"X-API-Key": "any"}).json()
    assert "predictionID" in made, made
    row = server.wait(made["predictionID"])
    assert row["state"] == "succeeded"
    assert [m["move"] for m in server.http.get(f"/requests/{row['id']}/plan").json()["camera"]] == ["orbit"]


@pytest.mark.parametrize(
    ("plan", "loc"),
    [
        (7, ["body", "plan"]), ({}, ["body", "plan", "task"]), ({"task": "edit", "duration_s": 3}, ["body", "plan", "task"]),
        ({"task": "reference_to_video", "duration_s": 5}, ["body", "plan", "duration_s"]),
        ({"task": "reference_to_video", "duration_s": 3, "camera": [{"move": "warp"}]}, ["body", "plan", "camera", 0, "move"]),
        ({"task": "reference_to_video", "duration_s": 3, "start_frame": "@Image1"}, ["body", "plan", "start_frame"]),
    ],
)  # fmt: skip
def test_a_plan_that_does_not_fit_is_refused_at_its_place(
    server: RunningServer, plan: object, loc: list[object]
) -> None:
    answer = server.http.post(f"/{R2V}", json={**SHOT, "plan": plan})
    assert answer.status_code == 422
    assert loc in [item["loc"] for item in answer.json()["detail"]]
    live = server.http.post(f"/{R2V}/plan", json={**SHOT, "plan": plan}).json()
    assert loc in [item["loc"] for item in live["errors"]]


def test_what_a_word_means_is_told(server: RunningServer) -> None:
    found = server.http.get("/words/vending%20machine").json()
    assert (found["kind"], found["height_m"]) == ("furniture", 1.85)
    assert server.http.get("/words/zorblax").json()["kind"] is None


@pytest.mark.parametrize(
    ("target", "is_drawn"), [("subtitles", False), ("watermark", False), ("woman", True), ("red car", False)]
)
def test_a_plan_says_before_the_render_what_a_draft_cannot_draw(
    server: RunningServer, target: str, is_drawn: bool
) -> None:
    body = {"prompt": f"Remove the {target}.", "video_url": "https://example.com/a.mp4"}
    answer = server.http.post(
        f"/{STANDARD}video-to-video/edit/plan", json=body, headers={"X-Shotwright-Engine": "draft"}
    ).json()
    lacks = answer["plan"]["not_rendered"]
    assert lacks == [] if is_drawn else target.rstrip("s") in lacks[0]
    of_another = server.http.post(f"/{STANDARD}video-to-video/edit/plan", json=body).json()
    assert of_another["plan"]["not_rendered"] == [], "what only a draft lacks"
