"""fal_client, unmodified: by plain http with the one-line helper, and by environment alone over TLS."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import fal_client
import fal_client.client
import httpx
import pytest
from tests.running import STANDARD, RunningServer, start

from shotwright import patch_fal_client

pytestmark = pytest.mark.slow
ENDPOINT = STANDARD + "reference-to-video"
SHOT = {"prompt": "Hold still", "duration": "3"}
NAMES = ("RUN_URL_FORMAT", "QUEUE_URL_FORMAT", "REST_URL", "CDN_URL", "REALTIME_URL_FORMAT")


@pytest.fixture
def fal(server: RunningServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    before = {name: getattr(fal_client.client, name) for name in NAMES}
    monkeypatch.setenv("FAL_KEY", "kid:secret")
    patch_fal_client(server.url)
    yield importlib.import_module("fal_client")
    for name, value in before.items():
        setattr(fal_client.client, name, value)


def test_subscribe_with_logs(fal: ModuleType, server: RunningServer) -> None:
    updates: list[object] = []
    result = fal.subscribe(ENDPOINT, arguments=SHOT, with_logs=True, on_queue_update=updates.append)
    assert result["video"]["content_type"] == "video/mp4"
    data = server.http.get(result["video"]["url"]).content
    assert len(data) == result["video"]["file_size"]
    kinds = [type(update).__name__ for update in updates]
    assert kinds[-1] == "Completed"
    assert "InProgress" in kinds
    assert any("frames" in log["message"] for log in updates[-1].logs)
    assert updates[-1].metrics["inference_time"] > 0


async def test_the_async_client(fal: ModuleType) -> None:
    handle = await fal.submit_async(ENDPOINT, arguments=SHOT)
    kinds = [type(update).__name__ async for update in handle.iter_events(with_logs=True)]
    assert kinds[-1] == "Completed"
    assert (await handle.get())["video"]["file_size"] > 10_000


def test_run_blocks_until_the_result(fal: ModuleType) -> None:
    assert fal.run(ENDPOINT, arguments=SHOT)["video"]["file_size"] > 10_000


def test_stream_ends_with_the_output(fal: ModuleType) -> None:
    events = list(fal.stream(ENDPOINT, arguments=SHOT))
    assert events[-1]["video"]["url"]
    assert any(event.get("type") == "progress" for event in events[:-1])


def test_priority_hint_timeout_and_headers_are_understood(fal: ModuleType, server: RunningServer) -> None:
    handle = fal.submit(ENDPOINT, SHOT, priority="low", hint="h1", start_timeout=300, headers={"X-Fal-Store-IO": "0"})
    assert handle.get()["video"]["url"]
    row = server.row(handle.request_id)
    assert row["arguments"] is None


def test_a_failed_validation_is_the_clients_own_exception(fal: ModuleType) -> None:
    with pytest.raises(fal.client.FalClientHTTPError) as caught:
        fal.subscribe(ENDPOINT, arguments={"prompt": "x", "duration": "99"})
    assert caught.value.status_code == 422
    detail = caught.value.response.json()["detail"]
    assert (detail[0]["loc"], detail[0]["type"]) == (["body", "duration"], "literal_error")


def test_cancel_of_a_running_and_of_a_queued_request(fal: ModuleType, server: RunningServer) -> None:
    running = fal.submit(ENDPOINT, {**SHOT, "duration": "10"})
    queued = fal.submit(ENDPOINT, SHOT)
    assert isinstance(queued.status(), fal.Queued)
    server.wait(running.request_id, "running")
    queued.cancel()
    running.cancel()
    for handle in (running, queued):
        server.wait(handle.request_id, "cancelled")
        with pytest.raises(fal.client.FalClientHTTPError) as caught:
            handle.get()
        assert (caught.value.status_code, caught.value.error_type) == (499, "client_cancelled")
    events = server.http.get(f"/requests/{queued.request_id}/events").json()["events"]
    assert [event["data"]["state"] for event in events] == ["queued", "cancelled"]


def test_a_start_timeout_is_not_retried(fal: ModuleType, server: RunningServer) -> None:
    busy = server.submit(ENDPOINT, {**SHOT, "duration": "10"}, **{"X-Shotwright-Engine": "draft"})
    late = fal.submit(ENDPOINT, SHOT, start_timeout=1.1)
    server.wait(late.request_id, "failed", "succeeded")
    with pytest.raises(fal.client.FalClientHTTPError) as caught:
        late.get()
    server.http.put(f"/queue/x/y/requests/{busy}/cancel")
    assert (caught.value.status_code, caught.value.error_type) == (504, "request_timeout")
    assert caught.value.response_headers["x-fal-request-timeout-type"] == "user"


def test_uploads_of_every_kind(
    fal: ModuleType, server: RunningServer, pictures: dict[str, Path], tmp_path: Path
) -> None:
    address = fal.upload_file(pictures["front"])
    assert server.http.get(address).content == pictures["front"].read_bytes()
    raw = fal.upload(b"hello world", "text/plain", "note.txt")
    assert server.http.get(raw).content == b"hello world"
    legacy = fal.upload(b"legacy", "image/png", "i.png", repository="fal")
    assert server.http.get(legacy).content == b"legacy"
    assert fal.upload_file(pictures["side"], lifecycle=fal.StorageSettings(expires_in="1h")).endswith(".png")


def test_a_multipart_upload_with_parts_in_any_order(
    fal: ModuleType, server: RunningServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for owner in ("MultipartUpload", "AsyncMultipartUpload"):
        monkeypatch.setattr(getattr(fal.client, owner), "MULTIPART_THRESHOLD", 1500, raising=False)
        monkeypatch.setattr(getattr(fal.client, owner), "MULTIPART_CHUNK_SIZE", 1000, raising=False)
    path = tmp_path / "big.mp4"
    path.write_bytes(bytes(range(256)) * 40)
    address = fal.upload_file(path)
    assert server.http.get(address).content == path.read_bytes()


def test_the_environment_alone_is_enough_over_tls(data_folder: Callable[[], Path]) -> None:
    data = data_folder()
    server = start(data, "--tls")
    port = httpx.URL(server.url).port
    program = (
        "import fal_client\n"
        f"r = fal_client.subscribe({ENDPOINT!r}, arguments={SHOT!r}, with_logs=True)\n"
        "print(r['video']['url'], fal_client.run("
        f"{ENDPOINT!r}, arguments={SHOT!r})['video']['file_size'])\n"
    )
    env = {
        **os.environ, "FAL_KEY": "any", "FAL_RUN_HOST": f"localhost:{port}", "FAL_QUEUE_RUN_HOST": f"localhost:{port}/queue",
        "SSL_CERT_FILE": str(data / "tls" / "bundle.pem"),
    }  # fmt: skip
    try:
        done = subprocess.run(
            [sys.executable, "-c", program], env=env, capture_output=True, text=True, timeout=120, check=False
        )
    finally:
        assert server.stop() == 0
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"https://localhost:{port}/files/")
