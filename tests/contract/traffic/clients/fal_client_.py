"""What users of fal's Python client do, each under a name of its own."""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import tempfile
from pathlib import Path

import fal_client
import httpx
from common import ENDPOINT, FRAMES, HERE, LONG, SHOT, WRONG, hook, hooked, picture, refused, scenario

from shotwright.clients import patch_fal_client

ERRORS = (fal_client.FalClientHTTPError, httpx.HTTPStatusError)


def upload_file_and_use_it() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "start.png"
        path.write_bytes(picture())
        address = fal_client.upload_file(path)
        expiring = fal_client.upload_file(path, lifecycle=fal_client.StorageSettings(expires_in="1h"))
    result = fal_client.subscribe(FRAMES, {**SHOT, "start_image_url": address, "end_image_url": expiring})
    assert result["video"]["file_size"] > 10_000


def upload_in_parts() -> None:
    fal_client.client.MultipartUpload.MULTIPART_THRESHOLD = 1500
    fal_client.client.MultipartUpload.MULTIPART_CHUNK_SIZE = 1000
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "clip.mp4"
        path.write_bytes(bytes(2500))
        fal_client.upload_file(path)


def upload_to_the_older_store() -> None:
    fal_client.upload(picture(), "image/png", "i.png", repository="fal")


def subscribe_with_logs() -> None:
    seen: list[str] = []
    fal_client.subscribe(
        ENDPOINT, LONG, with_logs=True, on_queue_update=lambda update: seen.append(type(update).__name__)
    )
    assert seen[-1] == "Completed"


def subscribe_without_logs() -> None:
    fal_client.subscribe(ENDPOINT, LONG, priority="low", hint="h1", start_timeout=300)


def submit_poll_and_fetch() -> None:
    request_id = fal_client.submit(ENDPOINT, LONG).request_id
    fal_client.status(ENDPOINT, request_id, with_logs=True)
    handle = fal_client.SyncClient().get_handle(ENDPOINT, request_id)
    for _ in handle.iter_events(with_logs=True, interval=0.2):
        pass
    assert fal_client.result(ENDPOINT, request_id)["video"]["url"]


def submit_with_a_webhook() -> None:
    fal_client.submit(ENDPOINT, SHOT, webhook_url=hook("submit_with_a_webhook")).get()
    hooked("submit_with_a_webhook")


def cancel() -> None:
    handle = fal_client.submit(ENDPOINT, LONG)
    handle.cancel()
    refused(handle.get, 499, *ERRORS)
    refused(handle.cancel, 400, *ERRORS)


def stream() -> None:
    assert list(fal_client.stream(ENDPOINT, LONG))[-1]["video"]["url"]


def run() -> None:
    assert fal_client.run(ENDPOINT, SHOT)["video"]["url"]


def run_asynchronously() -> None:
    async def both() -> None:
        client = fal_client.AsyncClient()
        address = await client.upload(picture(), "image/png", "a.png")
        await client.subscribe(ENDPOINT, {**SHOT, "image_urls": [address]}, with_logs=True)

    asyncio.run(both())


def a_request_that_is_wrong() -> None:
    refused(lambda: fal_client.subscribe(ENDPOINT, {"prompt": "x", "duration": "99"}), 422, *ERRORS)
    refused(lambda: fal_client.run(ENDPOINT, {"prompt": "x", "duration": "99"}), 422, *ERRORS)
    refused(lambda: fal_client.submit("fal-ai/no-such-model/v1", SHOT), 404, *ERRORS)


def a_key_that_is_wrong() -> None:
    client = fal_client.SyncClient(key=WRONG)
    refused(lambda: client.submit(ENDPOINT, SHOT), 401, *ERRORS)
    refused(lambda: client.upload(picture(), "image/png", "i.png"), 401, *ERRORS)


SCENARIOS = [
    upload_file_and_use_it, upload_to_the_older_store, subscribe_with_logs, subscribe_without_logs, submit_poll_and_fetch,
    submit_with_a_webhook, cancel, stream, run, run_asynchronously, a_request_that_is_wrong, a_key_that_is_wrong, upload_in_parts,
]  # fmt: skip

if __name__ == "__main__":
    patch_fal_client(HERE)
    for do in SCENARIOS:
        scenario(do.__name__)
        process = multiprocessing.get_context("fork").Process(
            target=do
        )  # without what others left in the client's caches
        process.start()
        process.join()
        assert process.exitcode == 0
    print(json.dumps({"fal-client": fal_client.__version__}))
