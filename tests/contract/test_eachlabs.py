"""EachLabs' wire as raw requests: every documented status code with its body, both wires on one request."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.running import STANDARD, RunningServer, start

pytestmark = pytest.mark.slow
SLUG = "kling-o1-reference-image-to-video"
REFERENCE = "kling-o1-video-to-video-reference"
SHOT = {"prompt": "Hold still", "duration": "5"}
NOBODY = "00000000-0000-4000-8000-000000000000"


def error(message: str, details: str | None = None) -> dict[str, str]:
    return {"status": "error", "message": message, "details": details or message, "error": message}


def create(server: RunningServer, key: str = "studio", **body: Any) -> httpx.Response:
    return server.http.post("/v1/prediction", json={"model": SLUG, "input": SHOT, **body}, headers={"X-API-Key": key})


@pytest.fixture(scope="module")
def done(server: RunningServer) -> str:
    """A prediction that has succeeded."""
    prediction_id = create(server).json()["predictionID"]
    assert server.wait(prediction_id)["state"] == "succeeded"
    return prediction_id


@pytest.fixture(scope="module")
def idle(data_folder: Callable[[], Path]) -> Iterator[RunningServer]:
    """A server that renders nothing, so that everything waits."""
    running = start(data_folder(), "--workers", "0")
    yield running
    running.stop()


@pytest.mark.parametrize("path", ["/v1/prediction", "/v1/prediction/", "/eachlabs/v1/prediction"])
@pytest.mark.parametrize(
    "extra", [{}, {"version": "0.0.1", "webhook_url": ""}, {"version": "1.0.0", "webhook_url": None, "data": 1}]
)
def test_create(idle: RunningServer, path: str, extra: dict) -> None:
    answer = idle.http.post(
        path, json={"model": SLUG, "input": SHOT, **extra}, headers={"X-API-Key": str(uuid.uuid4())}
    )
    assert answer.status_code == 200
    prediction_id = answer.json()["predictionID"]
    assert answer.json() == {
        "status": "success", "message": "Prediction created successfully", "predictionID": str(uuid.UUID(prediction_id)),
    }  # fmt: skip


def test_a_prediction_waits_is_cancelled_and_stays_so(idle: RunningServer) -> None:
    prediction_id = create(idle, key="cancels").json()["predictionID"]
    here = f"{idle.url}/v1/prediction/{prediction_id}"
    assert idle.http.get(here).json() == {
        "id": prediction_id, "predictionID": prediction_id, "input": SHOT, "status": "starting", "output": None, "logs": None,
        "metrics": {"predict_time": 0.0, "cost": 0.0}, "urls": {"cancel": f"{here}/cancel", "get": here},
    }  # fmt: skip
    answer = idle.http.post(f"{here}/cancel")
    assert (answer.status_code, answer.json()) == (
        200, {"status": "success", "message": "Prediction canceled successfully", "predictionID": prediction_id},
    )  # fmt: skip
    assert idle.http.get(here).json()["status"] == "cancelled"
    again = idle.http.post(f"{here}/cancel")
    assert (again.status_code, again.json()) == (400, error("Prediction has already finished and cannot be canceled"))


def test_success_has_the_address_of_the_clip(server: RunningServer, done: str) -> None:
    body = server.http.get(f"/v1/prediction/{done}").json()
    assert (body["id"], body["predictionID"], body["status"], body["input"]) == (done, done, "success", SHOT)
    assert body["metrics"]["predict_time"] > 0
    assert body["metrics"]["cost"] == 0.0
    assert "message" not in body
    assert server.http.get(body["output"]).headers["content-type"] == "video/mp4"


def test_one_request_can_be_read_on_both_wires(server: RunningServer, done: str) -> None:
    video = server.http.get(f"/queue/fal-ai/kling-video/requests/{done}").json()["video"]
    assert video["url"] == server.http.get(f"/v1/prediction/{done}").json()["output"]
    status = server.http.get(f"/queue/fal-ai/kling-video/requests/{done}/status").json()
    assert status["status"] == "COMPLETED"
    assert "/fal-ai/kling-video/requests/" in status["response_url"]
    other = server.submit("fal-ai/kling-video/o1/reference-to-video", SHOT)
    server.wait(other)
    seen = server.http.get(f"/v1/prediction/{other}").json()
    assert (seen["status"], seen["input"]) == ("success", SHOT)
    files = [server.http.get(url).content for url in (seen["output"], video["url"])]
    assert files[0] == files[1], "the same request is the same film"


def test_a_failure_has_the_words_of_both_documents(server: RunningServer, pictures: dict[str, Path]) -> None:
    body = {"prompt": "next shot", "video_url": server.upload(pictures["place"])}
    prediction_id = create(server, model=REFERENCE, input=body).json()["predictionID"]
    server.wait(prediction_id)
    seen = server.http.get(f"/v1/prediction/{prediction_id}").json()
    assert (seen["status"], seen["message"]) == ("error", "Execution failed")
    envelope = seen["output"]
    assert envelope == {
        "classification": {"category": "VALIDATION"}, "error": "Execution failed", "error_code": "INPUT_VALIDATION_ERROR",
        "error_message": seen["details"], "error_step": envelope["error_step"], "execution_id": prediction_id,
        "model_id": envelope["model_id"], "model_slug": REFERENCE, "provider": "shotwright-testcard",
        "provider_error_code": "unsupported_video_format", "retryable": False, "status": "ERROR", "success": False,
    }  # fmt: skip
    assert seen["metrics"]["cost"] == 0.0


def test_a_file_that_cannot_be_fetched_fails_later(server: RunningServer) -> None:
    body = {"prompt": "next shot", "video_url": "https://no-such-host.invalid/a.mp4"}
    prediction_id = create(server, model=REFERENCE, input=body).json()["predictionID"]
    server.wait(prediction_id)
    output = server.http.get(f"/v1/prediction/{prediction_id}").json()["output"]
    assert (output["error_code"], output["classification"]) == ("INPUT_DOWNLOAD_ERROR", {"category": "NETWORK"})


def test_run_waits_for_the_result(server: RunningServer) -> None:
    answer = server.http.post("/v1/prediction/run", json={"model": SLUG, "input": SHOT})
    body = answer.json()
    assert (answer.status_code, set(body)) == (200, {"status", "message", "predictionID", "output", "error"})
    assert (body["status"], body["error"]) == ("success", None)
    assert server.http.head(body["output"]).status_code == 200


@pytest.mark.parametrize(
    ("body", "status", "message"),
    [
        (b"{", 400, "Invalid input for model"),
        (b"[]", 400, "The body must be a JSON object with model and input."),
        (b"{}", 400, "model field is required"),
        (b'{"model": 7, "input": {}}', 400, "model field is required"),
        (b'{"model": "kling-o1-video-to-video-edit"}', 400, "input must be a JSON object, sent as real JSON and not as text."),
        (b'{"model": "kling-o1-video-to-video-edit", "input": "{}"}', 400, "input must be a JSON object, sent as real JSON and not as text."),
        (b'{"model": "kling-o1-video-to-video-edit", "input": {}}', 400, "Invalid input for model"),
        (b'{"model": "kling-o1-reference-image-to-video", "input": {"prompt": "x"}, "webhook_url": "ftp://x"}', 400, "The webhook address must be an http or https URL."),
        (b'{"model": "kling-o1-reference-image-to-video", "input": {"prompt": "x"}, "webhook_url": 5}', 400, "webhook_url must be a string."),
        (b'{"model": "kling-o1-reference-image-to-video", "input": {"prompt": "x"}, "fallback_selector": "A--"}', 400, "fallback_selector must be 1 to 50 characters: a-z, 0-9 and single hyphens."),
    ],
)  # fmt: skip
def test_bad_creates_store_nothing(idle: RunningServer, body: bytes, status: int, message: str) -> None:
    before = idle.http.get("/v1/executions").json()["total_count"]
    answer = idle.http.post("/v1/prediction", content=body)
    assert (answer.status_code, answer.json()["message"], answer.json()["error"]) == (status, message, message)
    assert set(answer.json()) == {"status", "message", "details", "error"}
    assert idle.http.get("/v1/executions").json()["total_count"] == before


@pytest.mark.parametrize(
    "url",
    [
        "data:video/mp4;base64,AAAA", "http://localhost/a.mp4", "https://localhost:8443/a.mp4", "http://127.0.0.1/a.mp4",
        "https://10.0.0.8/a.mp4", "https://[::1]/a.mp4", "https://169.254.169.254/latest", "https://nas.local/a.mp4", "https://127.1/a", "https://2130706433/a", "https://0x7f000001/a", "https://0/a",
        "https://localhost。/a", "https://%6cocalhost/a", "https://localhost.localdomain/a",
        "http://example.com/a.mp4", "https://", "https://[::1/a",
    ],
)  # fmt: skip
@pytest.mark.parametrize("field", ["video_url", "image_urls", "elements"])
def test_media_from_data_uris_and_private_hosts_are_refused(idle: RunningServer, url: str, field: str) -> None:
    body: dict[str, Any] = {"prompt": "x", "video_url": "https://example.com/a.mp4"}
    body |= {
        "video_url": {"video_url": url},
        "image_urls": {"image_urls": [url]},
        "elements": {"elements": [{"frontal_image_url": url}]},
    }[field]
    answer = create(idle, model=REFERENCE, input=body)
    assert (answer.status_code, answer.json()["message"]) == (400, "Invalid input for model")
    assert answer.json()["details"].startswith(field)


def test_unknown_things(idle: RunningServer) -> None:
    get = idle.http.get
    model = create(idle, model="kling-9")
    assert (model.status_code, model.json()["status"]) == (404, "error")
    for path in (f"/v1/prediction/{NOBODY}", "/v1/prediction/not-a-uuid"):
        assert (get(path).status_code, get(path).json()) == (404, error("Prediction not found"))
    cancel = idle.http.post(f"/v1/prediction/{NOBODY}/cancel")
    assert (cancel.status_code, cancel.json()) == (404, error("Prediction not found"))
    assert (get("/v1/model?slug=x").status_code, get("/v1/model?slug=x").json()) == (
        404,
        error("Failed to fetch model: model not found"),
    )
    assert (get("/v1/model").status_code, get("/v1/model").json()) == (400, error("slug parameter is required"))
    assert (get("/v1/webhooks/7").status_code, get("/v1/webhooks/7").json()) == (400, error("invalid execution_id"))
    assert get(f"/v1/webhooks/{NOBODY}").json() == error("webhook not found")
    assert get("/v1/executions?status=lost").status_code == 400
    assert get("/v1/executions?limit=1000").status_code == 400
    assert get("/v1/nothing/here").json() == error("Path /v1/nothing/here not found")
    assert get("/v1/billing/balance").status_code == 503


def test_the_models(idle: RunningServer) -> None:
    models = idle.http.get("/v1/models").json()
    assert [model["slug"] for model in models] == [
        "kling-o1-reference-image-to-video", "kling-o1-video-to-video-reference", "kling-o1-video-to-video-edit", "kling-o1-image-to-video",
    ]  # fmt: skip
    assert all(set(model) == {"title", "slug", "version", "output_type", "request_schema"} for model in models)
    schema = models[1]["request_schema"]
    assert schema["properties"]["duration"]["enum"] == ["5", "10"]
    assert schema["properties"]["image_urls"]["maxItems"] == 4
    assert "$ref" not in json.dumps(models)
    assert [m["slug"] for m in idle.http.get("/v1/models?name=EDIT&limit=5").json()] == ["kling-o1-video-to-video-edit"]
    assert len(idle.http.get("/v1/models?limit=1&offset=1").json()) == 1
    one = idle.http.get(f"/v1/model?slug={SLUG}").json()
    assert one == idle.http.get(f"/v1/models/{SLUG}").json() == {**models[0], "cost": None}


def test_presigned_uploads(server: RunningServer, pictures: dict[str, Path]) -> None:
    post = server.http.post
    wish = {"content_type": "image/png", "file_type": "image", "expires_in_seconds": 3600}
    place = post("/v1/upload/presign", json=wish).json()
    assert set(place) == {"id", "presigned_url", "public_url", "expires_at", "required_headers"}
    assert place["required_headers"] == {"Content-Type": "image/png"}
    done = server.http.put(
        place["presigned_url"], content=pictures["place"].read_bytes(), headers=place["required_headers"]
    )
    assert done.is_success
    assert server.http.get(place["public_url"]).content == pictures["place"].read_bytes()
    body = {"prompt": "push in", "start_image_url": place["public_url"], "duration": "5"}
    assert create(server, model="kling-o1-image-to-video", input=body).status_code == 200
    for _ in range(2):
        assert server.http.delete(f"/v1/files/{place['id']}").status_code == 204
    assert server.http.get(place["public_url"]).status_code == 404
    assert server.http.delete("/v1/files/7").status_code == 400
    for bad in ({}, {"content_type": ""}, {"content_type": 5}):
        answer = post("/v1/upload/presign", json=bad)
        assert (answer.status_code, answer.json()) == (400, error("content_type is required"))
    for bad in (
        {"file_type": "book"},
        {"file_type": {}},
        {"expires_in_seconds": 59},
        {"expires_in_seconds": "60"},
        {"expires_in_seconds": True},
    ):
        assert post("/v1/upload/presign", json={"content_type": "image/png", **bad}).status_code == 400
    tampered = place["presigned_url"].replace("max=100", "max=900")
    assert server.http.put(tampered, content=b"x").status_code == 401


def test_executions(server: RunningServer, done: str) -> None:
    page = server.http.get("/v1/executions?status=success&limit=100").json()
    assert set(page) == {"executions", "total_count", "total_capped", "offset", "limit"}
    row = next(item for item in page["executions"] if item["id"] == done)
    assert (row["model"], row["status"], row["execution_cost"]) == (SLUG, "success", 0.0)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", row["completed_at"])
    seen, cursor = [], ""
    while True:
        page = server.http.get("/v2/executions", params={"limit": 2, **({"cursor": cursor} if cursor else {})}).json()
        seen += [item["id"] for item in page["executions"]]
        cursor = page["next_cursor"]
        if not page["has_more"]:
            break
    total = server.http.get("/v1/executions?limit=1").json()["total_count"]
    assert len(seen) == len(set(seen)) >= total


def test_request_ids_are_echoed_or_made(idle: RunningServer) -> None:
    for path in ("/v1/models", "/v1/prediction/unknown", "/v1/nothing"):
        assert idle.http.get(path, headers={"X-Request-Id": "mine-1"}).headers["x-request-id"] == "mine-1"
    assert uuid.UUID(idle.http.get("/v1/models").headers["x-request-id"])


@pytest.mark.parametrize(("words", "queued"), [("compat", "starting"), ("2026", "created"), ("2025", "starting")])
def test_settings_for_other_generations_of_the_documents(
    data_folder: Callable[[], Path], words: str, queued: str
) -> None:
    env = {
        "SHOTWRIGHT_EACHLABS_STATUS_WORDS": words,
        "SHOTWRIGHT_EACHLABS_ERROR_STYLE": "2026",
        "SHOTWRIGHT_EACHLABS_OWN_FILES": "false",
    }
    running = start(data_folder(), "--workers", "0", env=env)
    try:
        prediction_id = create(running).json()["predictionID"]
        assert running.http.get(f"/v1/prediction/{prediction_id}").json()["status"] == queued
        missing = running.http.get(f"/v1/prediction/{NOBODY}")
        assert missing.json() == {"status": 404, "error": "Prediction not found", "details": "Prediction not found"}
        own = create(
            running,
            model="kling-o1-image-to-video",
            input={"prompt": "x", "start_image_url": f"{running.url}/files/{'a' * 32}"},
        )
        assert own.status_code == 400
    finally:
        running.stop()


def test_fals_wire_does_not_take_slugs(server: RunningServer) -> None:
    answer = server.http.post(f"/queue/{SLUG}", json=SHOT)
    assert answer.status_code == 404
    assert "fal-ai/kling-video/o1/reference-to-video" in answer.json()["detail"]
    assert create(server, model=STANDARD + "reference-to-video").status_code == 404
