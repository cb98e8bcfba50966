"""fal's wire as raw requests: bodies, status codes, headers, hosts, files, keys, and input that nobody meant."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from tests.running import STANDARD, RunningServer, start, write_clip

pytestmark = pytest.mark.slow
ENDPOINT = STANDARD + "reference-to-video"
SHOT = {"prompt": "Hold still", "duration": "3"}
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


@pytest.fixture(scope="module")
def done(server: RunningServer) -> str:
    """A request that has succeeded."""
    request_id = server.submit(ENDPOINT, SHOT)
    assert server.wait(request_id)["state"] == "succeeded"
    return request_id


def test_a_ticket_has_the_documented_shape(server: RunningServer) -> None:
    answer = server.http.post(f"/queue/{ENDPOINT}", json=SHOT)
    ticket = answer.json()
    here = f"{server.url}/queue/fal-ai/kling-video/requests/{ticket['request_id']}"
    assert UUID.fullmatch(ticket["request_id"])
    assert ticket == {
        "status": "IN_QUEUE", "request_id": ticket["request_id"], "queue_position": ticket["queue_position"], "response_url": here,
        "status_url": f"{here}/status", "cancel_url": f"{here}/cancel", "gateway_request_id": ticket["request_id"],
    }  # fmt: skip
    assert answer.headers["x-fal-request-id"] == ticket["request_id"]
    unready = server.http.get(f"/queue/fal-ai/kling-video/requests/{ticket['request_id']}")
    assert (unready.status_code, unready.json()) == (400, {"detail": "Request is still in progress"})
    waiting = server.http.get(f"{here}/status")
    assert (waiting.status_code, waiting.json()["logs"]) == (202, None)
    server.wait(ticket["request_id"])


@pytest.mark.parametrize(
    ("query", "with_logs"),
    [("", False), ("?logs=false", False), ("?logs=0", False), ("?logs=true", True), ("?logs=1", True)],
)
@pytest.mark.parametrize("prefix", ["/queue/fal-ai/kling-video", "/fal-ai/kling-video", "/queue/any/prefix/at/all"])
def test_status_of_a_completed_request(
    server: RunningServer, done: str, query: str, with_logs: bool, prefix: str
) -> None:
    for slash in ("", "/"):
        answer = server.http.get(f"{prefix}/requests/{done}/status{slash}{query}")
        body = answer.json()
        assert (answer.status_code, body["status"]) == (200, "COMPLETED")
        assert isinstance(body["logs"], list) == with_logs
        assert body["metrics"]["inference_time"] > 0
        if with_logs:
            assert {"timestamp", "level", "source", "message", "labels"} == set(body["logs"][0])


@pytest.mark.parametrize("end", ["", "/", "/response"])
def test_the_result_is_bare_and_billed(server: RunningServer, done: str, end: str) -> None:
    answer = server.http.get(f"/queue/fal-ai/kling-video/requests/{done}{end}")
    video = answer.json()["video"]
    assert set(answer.json()) == {"video"}
    assert set(video) == {"url", "content_type", "file_name", "file_size"}
    assert float(answer.headers["x-fal-billable-units"]) == 3.0


def test_the_status_stream_carries_new_logs_and_ends(server: RunningServer, done: str) -> None:
    with server.http.stream("GET", f"/queue/fal-ai/kling-video/requests/{done}/status/stream?logs=1") as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        events = [json.loads(line.removeprefix("data: ")) for line in stream.iter_lines() if line.startswith("data: ")]
    assert [event["status"] for event in events] == ["COMPLETED"]


def test_cancel_answers(server: RunningServer, done: str) -> None:
    base = "/queue/fal-ai/kling-video/requests"
    finished = server.http.put(f"{base}/{done}/cancel")
    assert (finished.status_code, finished.json()) == (400, {"status": "ALREADY_COMPLETED"})
    for unknown in ("00000000-0000-4000-8000-000000000000", "not-an-id", "..%2F..%2Fetc"):
        answer = server.http.put(f"{base}/{unknown}/cancel")
        assert answer.status_code == 404
        assert answer.json()["status"] == "NOT_FOUND"
    live = server.submit(ENDPOINT, {**SHOT, "duration": "10"})
    for _ in range(3):
        assert server.http.put(f"{base}/{live}/cancel").status_code in {202, 400}
    assert server.wait(live)["state"] == "cancelled"


@pytest.mark.parametrize("method", ["GET", "PUT", "POST"])
def test_unknown_paths_and_endpoints_are_404(server: RunningServer, method: str) -> None:
    answer = server.http.request(method, "/queue/fal-ai/unknown/model", json={})
    assert answer.status_code in {404, 405}
    assert answer.json()["detail"]
    assert answer.headers["x-fal-request-id"]


def test_a_model_error_has_fals_list_form_and_all_errors_at_once(
    server: RunningServer, tmp_path: Path, pictures: dict[str, Path]
) -> None:
    small = server.upload(write_clip(tmp_path / "small.mp4", seconds=1.0, width=640, height=360))
    body = {"prompt": "Remove the man", "video_url": small, "image_urls": [server.upload(Path(__file__))]}
    request_id = server.submit(STANDARD + "video-to-video/edit", body)
    server.wait(request_id)
    answer = server.http.get(f"/queue/fal-ai/kling-video/requests/{request_id}")
    found = {(tuple(item["loc"]), item["type"]) for item in answer.json()["detail"]}
    assert answer.status_code == 422
    assert found == {
        (("body", "video_url"), "image_too_small"), (("body", "video_url"), "video_duration_too_short"),
        (("body", "image_urls", 0), "unsupported_image_format"),
    }  # fmt: skip
    catalogue = server.http.get("/docs/errors.html").text
    for item in answer.json()["detail"]:
        assert item["url"] == f"{server.url}/docs/errors.html#{item['type']}"
        assert f'id="{item["type"]}"' in catalogue
    assert (answer.headers["x-fal-billable-units"], answer.headers["x-fal-retryable"]) == ("0", "false")


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:9/x.mp4",
        "http://169.254.169.254/latest/meta-data",
        "http://[::1]/x",
        "data:video/mp4;base64,AAAA",
    ],
)
def test_private_and_broken_media_fail_typed(server: RunningServer, url: str) -> None:
    request_id = server.submit(STANDARD + "video-to-video/reference", {"prompt": "next shot", "video_url": url})
    error = server.wait(request_id)["error"]
    assert error["type"] in {"file_download_error", "unsupported_video_format"}
    assert error["items"][0]["loc"] == ["body", "video_url"]


@pytest.mark.parametrize(
    "content",
    [
        b"", b"{", b"[" * 100_000, b"\xff\xfe", b'{"prompt": "\\u0000"}', b'{"prompt": "\\ud800"}', b'{"prompt": NaN}', b"null", b"[]",
        b'"x"', b'{"prompt": 1e999}', b'{"prompt": "x", "elements": {"a": 1}}', b'{"a":' * 5000,
    ],
)  # fmt: skip
@pytest.mark.parametrize("path", [f"/queue/{ENDPOINT}", f"/{ENDPOINT}"])
def test_any_bytes_are_a_typed_4xx_or_a_ticket(server: RunningServer, content: bytes, path: str) -> None:
    answer = server.http.post(path, content=content, headers={"content-type": "application/json"})
    assert answer.status_code in {200, 413, 422}
    assert isinstance(answer.json(), dict)


@pytest.mark.parametrize("text", ["مرحبا", "𝓗𝓮𝓵𝓵𝓸 👩‍👩‍👧‍👦", "a\u200db", "雨の夜 @Image1"])
def test_legal_unicode_is_accepted_and_kept(server: RunningServer, text: str) -> None:
    request_id = server.submit(ENDPOINT, {"prompt": text, "duration": "3"})
    server.http.put(f"/queue/x/y/requests/{request_id}/cancel")
    assert server.row(request_id)["arguments"]["prompt"] == text


@pytest.mark.parametrize("header", ["abc", "0.05", "-1", "nan", "inf"])
def test_a_timeout_header_that_is_no_timeout_is_a_bad_request(server: RunningServer, header: str) -> None:
    answer = server.http.post(f"/queue/{ENDPOINT}", json=SHOT, headers={"X-Fal-Request-Timeout": header})
    assert (answer.status_code, answer.headers["x-fal-error-type"]) == (400, "bad_request")


def test_a_full_queue_is_refused_when_the_client_asks_for_it(server: RunningServer) -> None:
    assert server.http.post(f"/queue/{ENDPOINT}?fal_max_queue_length=0", json=SHOT).status_code == 429


def test_hosts_choose_the_route_and_the_addresses(server: RunningServer) -> None:
    answer = server.http.post(f"/{ENDPOINT}", json=SHOT, headers={"Host": "queue.fal.run"})
    assert answer.json()["status_url"].startswith("http://queue.fal.run/fal-ai/kling-video/requests/")
    forwarded = {"X-Forwarded-Host": "video.example", "X-Forwarded-Proto": "https"}
    ticket = server.http.post(f"/queue/{ENDPOINT}", json=SHOT, headers=forwarded).json()
    assert ticket["response_url"].startswith("https://video.example/queue/fal-ai/kling-video/")
    token = server.http.post("/storage/auth/token", headers={"Host": "rest.fal.ai"}).json()
    assert set(token) == {"token", "token_type", "base_url", "expires_at"}
    for ticket_id in (answer.json()["request_id"], ticket["request_id"]):
        server.http.put(f"/queue/x/y/requests/{ticket_id}/cancel")


def test_the_proxy_takes_only_fals_hosts(server: RunningServer) -> None:
    for target in ("https://evil.example/x", "", "https://fal.run.evil.example/x"):
        answer = server.http.get("/api/fal/proxy", headers={"x-fal-target-url": target})
        assert (answer.status_code, answer.json()) == (400, {"detail": "Invalid request"})


def test_browsers_may_call(server: RunningServer) -> None:
    asked = {
        "Origin": "https://app.example",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,x-fal-store-io",
    }
    preflight = server.http.options(f"/queue/{ENDPOINT}", headers=asked)
    assert preflight.status_code == 204
    assert preflight.headers["access-control-allow-headers"] == "authorization,x-fal-store-io"
    answer = server.http.get("/health", headers={"Origin": "https://app.example"})
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "x-fal-request-id" in answer.headers["access-control-expose-headers"]


def test_openapi_of_an_endpoint(server: RunningServer) -> None:
    answer = server.http.get("/api/openapi/queue/openapi.json", params={"endpoint_id": ENDPOINT})
    assert answer.json()["servers"] == [{"url": f"{server.url}/queue"}]
    assert server.http.get("/api/openapi/queue/openapi.json?endpoint_id=nothing").status_code == 404


def test_files_in_ranges(server: RunningServer) -> None:
    content = bytes(range(256)) * 8
    address = server.http.post("/cdn/files/upload", content=content, headers={"X-Fal-File-Name": "a.mp4"}).json()[
        "access_url"
    ]

    def get(spec: str | None, **headers: str) -> httpx.Response:
        return server.http.get(address, headers={**({"Range": spec} if spec else {}), **headers})

    whole = get(None)
    assert (whole.content, whole.headers["content-type"], whole.headers["accept-ranges"]) == (
        content,
        "video/mp4",
        "bytes",
    )
    for spec, part in (
        ("bytes=0-0", content[:1]),
        ("bytes=10-19", content[10:20]),
        ("bytes=2000-", content[2000:]),
        ("bytes=-5", content[-5:]),
        ("bytes=2040-9999", content[2040:]),
    ):
        answer = get(spec)
        assert (answer.status_code, answer.content) == (206, part)
    assert get("bytes=0-3").headers["content-range"] == f"bytes 0-3/{len(content)}"
    for spec in ("bytes=2048-", "bytes=-0", "bytes=5000-6000"):
        answer = get(spec)
        assert (answer.status_code, answer.headers["content-range"]) == (416, f"bytes */{len(content)}")
    for spec in ("bytes=5-2", "bytes=a-b", "items=0-1", "bytes=0-1,5-6", "bytes"):
        assert get(spec).status_code == 200
    etag = whole.headers["etag"]
    assert get(None, **{"If-None-Match": etag}).status_code == 304
    assert get("bytes=0-3", **{"If-Range": '"other"'}).status_code == 200
    assert get("bytes=0-3", **{"If-Range": etag}).status_code == 206
    head = server.http.head(address)
    assert (head.status_code, head.headers["content-length"], head.content) == (200, str(len(content)), b"")


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "..\\..\\x.html", "x" * 4000 + ".mp4", "CON.mp4", "évil<script>.svg"]
)
def test_names_are_shown_and_never_used_as_paths(server: RunningServer, name: str) -> None:
    headers = {b"X-Fal-File-Name": name.encode("latin-1", "replace")}
    address = server.http.post("/cdn/files/upload", content=b"<script>", headers=headers).json()["access_url"]
    path = httpx.URL(address).path
    assert re.fullmatch(r"/files/[0-9a-f]{32}/[A-Za-z0-9._-]{1,80}", path)
    answer = server.http.get(address)
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "html" not in answer.headers["content-type"]
    assert "svg" not in answer.headers["content-type"]


def test_file_rules_and_expiry(server: RunningServer) -> None:
    def upload(wish: dict) -> int:
        headers = {"X-Fal-Object-Lifecycle": json.dumps(wish)}
        address = server.http.post("/cdn/files/upload", content=b"x", headers=headers).json()["access_url"]
        return server.http.get(address).status_code

    assert upload({"expiration_duration_seconds": 3600}) == 200
    assert upload({"expiration_duration_seconds": 0.000001}) == 410
    assert upload({"initial_acl": {"default": "forbid"}}) == 403
    assert upload({"initial_acl": {"default": "hide"}}) == 404
    bad = server.http.post("/cdn/files/upload", content=b"x", headers={"X-Fal-Object-Lifecycle": "nonsense"})
    assert bad.status_code == 400


def test_upload_addresses_are_signed(server: RunningServer) -> None:
    answer = server.http.post(
        "/rest/storage/upload/initiate", json={"file_name": "a.png", "content_type": "image/png"}
    ).json()
    forged = answer["upload_url"].replace("a.png", "b.png")
    assert server.http.put(forged, content=b"x").status_code == 401
    assert server.http.put(answer["upload_url"], content=b"x").status_code == 200
    assert server.http.get(answer["file_url"]).content == b"x"


@pytest.fixture(scope="module")
def locked(data_folder: Callable[[], Path]) -> Iterator[RunningServer]:
    """A server with keys that renders nothing and validates at submit."""
    running = start(data_folder(), "--workers", "0", "--strict-submit", env={"SHOTWRIGHT_KEYS": "alpha:1,beta:2"})
    yield running
    assert running.stop() == 0


def test_keys(locked: RunningServer) -> None:
    for bad in ("", "Key wrong", "alpha:1", "Basic alpha:1", "Key"):
        answer = locked.http.post(f"/queue/{ENDPOINT}", json=SHOT, headers={"Authorization": bad} if bad else {})
        assert (answer.status_code, set(answer.json())) == (401, {"detail", "error_type"})
    alpha, beta = {"Authorization": "Key alpha:1"}, {"Authorization": "Bearer beta:2"}
    request_id = locked.http.post(f"/queue/{ENDPOINT}", json=SHOT, headers=alpha).json()["request_id"]
    path = f"/queue/fal-ai/kling-video/requests/{request_id}/status"
    assert locked.http.get(path, headers=alpha).status_code == 202
    assert locked.http.get(path, headers=beta).status_code == 404
    assert locked.http.get(path).status_code == 401


def test_strict_submit_answers_at_once(locked: RunningServer) -> None:
    answer = locked.http.post(
        f"/queue/{ENDPOINT}", json={"prompt": "x" * 2501}, headers={"Authorization": "Key alpha:1"}
    )
    assert (answer.status_code, answer.json()["detail"][0]["type"]) == (422, "string_too_long")


ODD = [
    "http://[/x",
    "https://host:99999/a.png",
    "https://user:pass@host/a.png",
    "http://a..b/c.png",
    "https://127.0.0.1/küche.png",
    "data:image/png;base64,!!",
]


def test_odd_addresses_are_errors_of_their_fields_all_at_once(server: RunningServer) -> None:
    made = server.submit(ENDPOINT, {"prompt": "Hold still", "duration": "3", "image_urls": ODD})
    server.wait(made)
    answer = server.http.get(f"/queue/{ENDPOINT}/requests/{made}")
    assert answer.status_code == 422
    assert [item["loc"] for item in answer.json()["detail"]] == [
        ["body", "image_urls", number] for number in range(len(ODD))
    ]
    assert {item["type"] for item in answer.json()["detail"]} == {"file_download_error"}
    for url in ODD:
        looked = server.http.post(f"/{ENDPOINT}/media", json={"url": url, "kind": "image"})
        assert (looked.status_code, len(looked.json()["errors"])) == (200, 1)
        hook = server.http.post(f"/queue/{ENDPOINT}", params={"fal_webhook": url}, json={"prompt": "x"})
        assert hook.status_code == (200 if "küche" in url else 400)


def test_a_request_larger_than_words_is_not_looked_at(server: RunningServer) -> None:
    large = {"prompt": "x", "image_urls": ["data:image/png;base64," + "A" * 400_000]}
    for path in ("plan", "estimate"):
        answer = server.http.post(f"/{ENDPOINT}/{path}", json=large)
        assert (answer.status_code, "256 KB" in answer.text) == (413, True)
