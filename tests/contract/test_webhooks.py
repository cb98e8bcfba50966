"""Webhooks end to end: bodies, signatures checked with the code of the docs, retries, the log, the commands, kill -9."""

from __future__ import annotations

import importlib.util
import json
import re
import shutil
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from tests.receiver import Handler, Received, Receiver
from tests.running import STANDARD, RunningServer, eventually, start

from shotwright.clients import WebhookRefused, verify_eachlabs_webhook, verify_fal_webhook

pytestmark = pytest.mark.slow
ENDPOINT = STANDARD + "reference-to-video"
SHOT = {"prompt": "Hold still", "duration": "3"}
SLUG = "kling-o1-reference-image-to-video"
PAGE = Path(__file__).parents[2] / "docs" / "webhooks.md"
FAST = {"SHOTWRIGHT_WEBHOOK_PAUSE_FACTOR": "0.0005"}


@pytest.fixture(scope="module")
def hooked(data_folder: Callable[[], Path]) -> Iterator[RunningServer]:
    """A server whose pauses between attempts are short."""
    running = start(data_folder(), env=FAST)
    yield running
    assert running.stop() == 0


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.close()


@pytest.fixture(scope="module")
def snippets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The verifiers of the page, each in the file that its first line names."""
    folder = tmp_path_factory.mktemp("snippets")
    for name, code in re.findall(r"```(?:python|javascript)\n(?:#|//) (\S+)\n(.*?)```", PAGE.read_text(), re.DOTALL):
        (folder / name).write_text(code)
    return folder


def load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def verdicts(folder: Path, name: str, call: Received, key: Any) -> tuple[bool, bool]:
    """What the page's Python and JavaScript say about a delivery."""
    python = load(folder / f"{name}.py").is_genuine(call.headers, call.body, key)
    script = (
        f'import {{ isGenuine }} from "./{name}.mjs";'
        "const [headers, body, key] = JSON.parse(process.argv[1]);"
        'console.log(isGenuine(headers, Buffer.from(body, "utf8"), key));'
    )
    command = ["node", "--input-type=module", "-e", script, json.dumps([call.headers, call.body.decode(), key])]
    said = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True, timeout=30)
    return python, said.stdout.strip() == "true"


def submit(server: RunningServer, url: str, body: Any = SHOT, **headers: str) -> str:
    answer = server.http.post(f"/queue/{ENDPOINT}", params={"fal_webhook": url}, json=body, headers=headers)
    return str(answer.raise_for_status().json()["request_id"])


def delivery(server: RunningServer, some_id: str) -> dict[str, Any]:
    return server.http.get(f"/webhooks/{some_id}").raise_for_status().json()


def settled(server: RunningServer, some_id: str) -> dict[str, Any]:
    """The delivery once it is delivered or has failed."""
    eventually(lambda: server.http.get(f"/webhooks/{some_id}").json().get("state", "pending") != "pending", 90)
    return delivery(server, some_id)


@pytest.mark.skipif(not shutil.which("node"), reason="needs Node.js")
def test_fals_webhook_and_its_signature(hooked: RunningServer, receiver: Receiver, snippets: Path) -> None:
    request_id = submit(hooked, receiver.url)
    call = receiver.wait(1)[0]
    video = hooked.http.get(f"/queue/any/requests/{request_id}").json()
    assert call.json == {"request_id": request_id, "gateway_request_id": request_id, "status": "OK", "payload": video}
    assert call.headers["content-type"] == "application/json"
    assert call.headers["x-fal-webhook-request-id"] == request_id
    jwks = hooked.http.get("/.well-known/jwks.json").json()
    assert jwks == hooked.http.get("/rest/.well-known/jwks.json").json()
    assert len(jwks["keys"][0]["x"]) == 43
    verify_fal_webhook(call.headers, call.body, jwks)
    assert verdicts(snippets, "verify_fal", call, jwks) == (True, True)
    forgeries = [
        Received(call.path, call.headers, call.body.replace(b"OK", b"KO")),
        Received(call.path, {**call.headers, "x-fal-webhook-user-id": "somebody"}, call.body),
        Received(call.path, {**call.headers, "x-fal-webhook-timestamp": "1700000000"}, call.body),
        Received(call.path, {**call.headers, "x-fal-webhook-signature": "00" * 64}, call.body),
        Received(call.path, {}, call.body),
    ]
    for forged in forgeries:
        assert verdicts(snippets, "verify_fal", forged, jwks) == (False, False)
        with pytest.raises(WebhookRefused):
            verify_fal_webhook(forged.headers, forged.body, jwks)


@pytest.mark.skipif(not shutil.which("node"), reason="needs Node.js")
def test_eachlabs_webhook_and_its_signature(hooked: RunningServer, receiver: Receiver, snippets: Path) -> None:
    frame = {"model": SLUG, "input": {**SHOT, "duration": "5"}, "webhook_url": receiver.url, "webhook_secret": "s3cret"}
    prediction_id = hooked.http.post("/v1/prediction/", json=frame).json()["predictionID"]
    call = receiver.wait(1)[0]
    output = hooked.http.get(f"/v1/prediction/{prediction_id}").json()["output"]
    assert call.json == {
        "exec_id": prediction_id,
        "flow_id": None,
        "status": "succeeded",
        "output": output,
        "error": "",
    }
    assert call.headers["x-webhook-secret"] == "s3cret"
    verify_eachlabs_webhook(call.headers, call.body, "s3cret")
    assert verdicts(snippets, "verify_eachlabs", call, "s3cret") == (True, True)
    assert verdicts(snippets, "verify_eachlabs", call, "another") == (False, False)
    forged = Received(call.path, call.headers, call.body + b" ")
    assert verdicts(snippets, "verify_eachlabs", forged, "s3cret") == (False, False)
    with pytest.raises(WebhookRefused):
        verify_eachlabs_webhook(forged.headers, forged.body, "s3cret")
    log = hooked.http.get("/v1/webhooks?limit=5").json()
    assert set(log) == {"webhooks", "limit", "offset", "total_count"}
    assert (log["webhooks"][0]["execution_id"], log["webhooks"][0]["source"]) == (prediction_id, "api-gateway")
    assert "s3cret" not in json.dumps(log)
    one = settled(hooked, prediction_id) and hooked.http.get(f"/v1/webhooks/{prediction_id}").json()
    assert [(a["status"], a["status_code"], a["response"]) for a in one["attempts"]] == [("SUCCESS", 200, "thanks")]


def test_failures_are_reported_on_both_wires(
    hooked: RunningServer, receiver: Receiver, pictures: dict[str, Path]
) -> None:
    request_id = submit(hooked, receiver.url, {"prompt": ""})
    call = receiver.wait(1)[0].json
    assert (call["request_id"], call["status"], call["error"]) == (request_id, "ERROR", "Invalid status code: 422")
    assert call["payload"] == hooked.http.get(f"/queue/any/requests/{request_id}").json()
    body = {"prompt": "next shot", "video_url": hooked.upload(pictures["place"])}
    frame = {"model": "kling-o1-video-to-video-reference", "input": body, "webhook_url": receiver.url}
    prediction_id = hooked.http.post("/v1/prediction", json=frame).json()["predictionID"]
    seen = receiver.wait(2)[1]
    text = hooked.http.get(f"/v1/prediction/{prediction_id}").json()["details"]
    assert seen.json == {
        "exec_id": prediction_id, "flow_id": None, "status": "failed", "error": text,
        "output": [{"id": prediction_id, "status": "failed", "output": "", "error": f"Error: {text}"}],
    }  # fmt: skip
    assert "x-webhook-signature" not in seen.headers


def test_cancelled_requests(data_folder: Callable[[], Path], receiver: Receiver) -> None:
    """fal's wire reports a cancel, EachLabs' does not."""
    idle = start(data_folder(), "--workers", "0", env=FAST)
    try:
        frame = {"model": SLUG, "input": SHOT | {"duration": "5"}, "webhook_url": receiver.url}
        prediction_id = idle.http.post("/v1/prediction", json=frame).json()["predictionID"]
        assert idle.http.post(f"/v1/prediction/{prediction_id}/cancel").status_code == 200
        request_id = submit(idle, receiver.url)
        idle.http.put(f"/queue/any/requests/{request_id}/cancel")
        call = receiver.wait(1)[0].json
        assert (call["request_id"], call["status"], call["payload"]["error_type"]) == (
            request_id,
            "ERROR",
            "client_cancelled",
        )
        assert idle.http.get(f"/webhooks/{prediction_id}").status_code == 404
    finally:
        idle.stop()


def test_a_receiver_that_recovers_gets_the_same_delivery(hooked: RunningServer, receiver: Receiver) -> None:
    receiver.answer = lambda handler, number: handler.reply(503 if number < 4 else 200, b"busy")
    request_id = submit(hooked, receiver.url)
    calls = receiver.wait(4)
    assert {call.body for call in calls} == {calls[0].body}
    jwks = hooked.http.get("/.well-known/jwks.json").json()
    for call in calls:
        verify_fal_webhook(call.headers, call.body, jwks)
    found = settled(hooked, request_id)
    assert (found["state"], found["attempts"]) == ("delivered", 4)
    assert [(a["number"], a["status_code"], a["response"]) for a in found["attempts_made"]] == [
        (1, 503, "busy"), (2, 503, "busy"), (3, 503, "busy"), (4, 200, "busy"),
    ]  # fmt: skip


def test_eachlabs_gives_up_after_three_with_one_signature(hooked: RunningServer, receiver: Receiver) -> None:
    receiver.answer = lambda handler, _: handler.reply(500)
    frame = {"model": SLUG, "input": SHOT | {"duration": "5"}, "webhook_url": receiver.url, "webhook_secret": "s"}
    prediction_id = hooked.http.post("/v1/prediction", json=frame).json()["predictionID"]
    found = settled(hooked, prediction_id)
    assert (found["state"], found["attempts"], len(receiver.calls)) == ("failed", 3, 3)
    assert len({call.headers["x-webhook-signature"] for call in receiver.calls}) == 1


def test_fal_tries_eleven_times_and_can_be_asked_again(hooked: RunningServer, receiver: Receiver) -> None:
    receiver.answer = lambda handler, _: handler.reply(404, b"gone")
    request_id = submit(hooked, receiver.url)
    receiver.wait(11, seconds=120)
    found = settled(hooked, request_id)
    assert (found["state"], found["attempts"]) == ("failed", 11)
    receiver.answer = lambda handler, _: handler.reply(200)
    answer = hooked.http.post(f"/webhooks/{found['id']}/redeliver")
    assert (answer.status_code, answer.json()["state"]) == (202, "pending")
    last = receiver.wait(12)[11]
    assert last.body == receiver.calls[0].body
    assert settled(hooked, request_id)["state"] == "delivered"


def test_asked_again_while_it_is_under_way_it_follows_itself(hooked: RunningServer, receiver: Receiver) -> None:
    def slow(handler: Handler, number: int) -> None:
        if number == 1:
            handler.server.let_go.wait(2)
        handler.reply(500 if number == 1 else 200)

    receiver.answer = slow
    made = hooked.http.post("/webhooks/test", json={"url": receiver.url}).json()["id"]
    receiver.wait(1)
    hooked.http.post(f"/webhooks/{made}/redeliver")
    receiver.wait(2)
    found = settled(hooked, made)
    assert [(a["number"], a["status_code"]) for a in found["attempts_made"]] == [(1, 500), (2, 200)]
    assert (found["state"], len(receiver.calls)) == ("delivered", 2)


def test_redirects_fail_and_nobody_follows(hooked: RunningServer, receiver: Receiver) -> None:
    receiver.answer = lambda handler, _: handler.reply(307, Location="/elsewhere")
    request_id = submit(hooked, receiver.url)
    receiver.wait(2)
    attempt = delivery(hooked, request_id)["attempts_made"][0]
    assert (attempt["status_code"], "not followed" in attempt["error"]) == (307, True)
    assert {call.path for call in receiver.calls} == {"/hook"}


def test_private_targets_need_the_setting_once_there_are_keys(
    data_folder: Callable[[], Path], receiver: Receiver
) -> None:
    running = start(data_folder(), env={**FAST, "SHOTWRIGHT_KEYS": "secret"})
    running.http.headers["X-API-Key"] = "secret"
    try:
        found = settled(running, submit(running, receiver.url))
        assert (found["state"], found["attempts"], receiver.calls) == ("failed", 1, [])
        assert "SHOTWRIGHT_PRIVATE_WEBHOOKS" in found["attempts_made"][0]["error"]
    finally:
        running.stop()


@pytest.mark.parametrize(
    "url", ["ftp://x/", "nonsense", "http://", "http://a b/", "http://x:99999/", "http://[::1/", "x" * 3000]
)
def test_addresses_that_are_none_are_refused_at_submit(hooked: RunningServer, url: str) -> None:
    answer = hooked.http.post(f"/queue/{ENDPOINT}", params={"fal_webhook": url}, json=SHOT)
    assert (answer.status_code, answer.json()["error_type"]) == (400, "bad_request")


def test_a_killed_server_still_delivers(data_folder: Callable[[], Path], receiver: Receiver) -> None:
    """The result is committed, the receiver has the first call and never answers; then everything is killed."""
    data = data_folder()
    receiver.answer = lambda handler, number: (
        handler.server.let_go.wait(60) and None if number == 1 else handler.reply(200)
    )
    first = start(data, env=FAST)
    request_id = submit(first, receiver.url)
    receiver.wait(1)
    assert first.row(request_id)["state"] == "succeeded"
    first.kill()
    second = start(data, env=FAST)
    try:
        again = receiver.wait(2)[1]
        assert again.json["request_id"] == request_id
        assert settled(second, request_id)["state"] == "delivered"
    finally:
        second.stop()


def test_what_was_committed_before_a_crash_is_delivered_by_another_process(
    data_folder: Callable[[], Path], receiver: Receiver
) -> None:
    """Nobody has tried yet: the outbox alone survives the kill."""
    data = data_folder()
    url = receiver.url
    receiver.close()
    first = start(data, env={"SHOTWRIGHT_WEBHOOK_PAUSE_FACTOR": "1"})
    request_id = submit(first, url)
    first.wait(request_id)
    first.kill()
    again = Receiver(port=int(url.rsplit(":", 1)[1].split("/")[0]))
    second = start(data, env=FAST)
    try:
        assert again.wait(1)[0].json["request_id"] == request_id
    finally:
        second.stop()
        again.close()


def shotwright(*arguments: str, timeout: float = 60) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "shotwright", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=timeout, check=False)


def test_the_commands(hooked: RunningServer, receiver: Receiver) -> None:
    said = shotwright("webhooks", "test", receiver.url, "--url", hooked.url, "--json")
    assert said.returncode == 0, said.stderr
    tried = json.loads(said.stdout)
    assert (tried["state"], tried["request_id"], receiver.calls[0].json["status"]) == ("delivered", None, "OK")
    verify_fal_webhook(
        receiver.calls[0].headers, receiver.calls[0].body, hooked.http.get("/.well-known/jwks.json").json()
    )
    receiver.answer = lambda handler, _: handler.reply(418, b"teapot")
    refused = shotwright("webhooks", "redeliver", tried["id"], "--url", hooked.url)
    assert refused.returncode == 5
    assert "418" in refused.stdout
    assert "teapot" in shotwright("webhooks", "log", tried["id"], "--url", hooked.url).stdout
    assert tried["id"] in shotwright("webhooks", "log", "--url", hooked.url).stdout
    missing = shotwright("webhooks", "log", str(uuid.uuid4()), "--url", hooked.url)
    assert (missing.returncode, "no such webhook" in missing.stderr) == (4, True)


def test_listen_verifies_what_it_prints(hooked: RunningServer) -> None:
    command = [
        sys.executable,
        "-m",
        "shotwright",
        "webhooks",
        "listen",
        "--port",
        "0",
        "--count",
        "2",
        "--json",
        "--url",
        hooked.url,
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as listener:
        assert listener.stdout is not None
        assert listener.stderr is not None
        match = re.search(r"http://127\.0\.0\.1:\d+/", listener.stderr.readline())
        assert match is not None
        forged = hooked.http.post(
            match.group(), content=b"{}", headers={"X-Fal-Webhook-Signature": "00", "X-Fal-Webhook-Timestamp": "1"}
        )
        assert forged.status_code == 401
        request_id = submit(hooked, match.group())
        lines = [json.loads(line) for line in listener.stdout.read().splitlines()]
        assert listener.wait(30) == 0
    assert "timestamp" in lines[0]["verdict"]
    assert (lines[1]["verdict"], lines[1]["body"]["request_id"]) == ("signature verified", request_id)
