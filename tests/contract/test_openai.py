"""OpenAI's wire for video, driven by the unmodified `openai` package, and its errors as raw answers"""

from __future__ import annotations

import base64
import io
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import av
import httpx
import openai
import pytest
from openai.types import Video
from PIL import Image
from tests.running import RunningServer, start, write_clip

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore:The Sora API:DeprecationWarning")]
DRAFTED = {"x-shotwright-engine": "testcard"}


def client_of(server: RunningServer, key: str = "studio", **options: object) -> openai.OpenAI:
    return openai.OpenAI(base_url=f"{server.url}/v1", api_key=key, max_retries=0, default_headers=DRAFTED, **options)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def client(server: RunningServer) -> openai.OpenAI:
    return client_of(server)


@pytest.fixture(scope="module")
def made(client: openai.OpenAI) -> Video:
    """A video that is completed."""
    return client.videos.create_and_poll(prompt="A cat sits on a chair", model="sora-2", seconds="4", size="1280x720")


@pytest.fixture(scope="module")
def idle(data_folder: Callable[[], Path]) -> Iterator[RunningServer]:
    """A server that renders nothing, so that everything waits."""
    running = start(data_folder(), "--workers", "0")
    yield running
    running.stop()


def picture() -> bytes:
    kept = io.BytesIO()
    Image.new("RGB", (720, 1280), (180, 90, 40)).save(kept, "PNG")
    return kept.getvalue()


def size_and_seconds(data: bytes) -> tuple[int, int, float]:
    with av.open(io.BytesIO(data)) as clip:
        stream = clip.streams.video[0]
        return stream.width, stream.height, round(float(stream.frames / stream.average_rate), 2)  # type: ignore[operator]


def test_created_and_polled_it_is_a_clip_of_the_size_and_length(client: openai.OpenAI, made: Video) -> None:
    assert (made.status, made.progress, made.model, made.seconds, made.size) == (
        "completed",
        100,
        "sora-2",
        "4",
        "1280x720",
    )
    assert made.id.startswith("video_")
    assert made.completed_at is not None
    assert made.completed_at >= made.created_at
    assert made.prompt == "A cat sits on a chair"
    assert size_and_seconds(client.videos.download_content(made.id).content) == (1280, 720, 4.0)


@pytest.mark.parametrize(("variant", "size"), [("thumbnail", (640, 360)), ("spritesheet", (1596, 600))])
def test_pictures_of_a_clip(client: openai.OpenAI, made: Video, variant: str, size: tuple[int, int]) -> None:
    shown = Image.open(io.BytesIO(client.videos.download_content(made.id, variant=variant).content))  # type: ignore[arg-type]
    assert shown.size == pytest.approx(size, abs=2)


def test_defaults_are_those_of_the_wire(idle: RunningServer) -> None:
    queued = client_of(idle).videos.create(prompt="A dog runs")
    assert (queued.status, queued.progress, queued.model, queued.seconds, queued.size) == (
        "queued",
        0,
        "sora-2",
        "4",
        "720x1280",
    )
    assert (queued.error, queued.completed_at, queued.remixed_from_video_id) == (None, None, None)


@pytest.mark.parametrize(("size", "model", "given"), [("1792x1024", "sora-2-pro", "1920x1080"), ("1024x1792", "sora-2-pro-2025-10-06", "1080x1920"), ("1000x1000", "kling-o1-standard", "960x960")])  # fmt: skip
def test_sizes_become_the_nearest_that_the_model_has_and_are_told(
    idle: RunningServer, size: str, model: str, given: str
) -> None:
    asked = client_of(idle).videos.create(prompt="A dog runs", size=size, model=model)  # type: ignore[arg-type]
    assert (asked.model, asked.size) == (model, given)


@pytest.mark.parametrize("how", ["file", "object"])
def test_a_reference_is_the_first_frame(client: openai.OpenAI, server: RunningServer, how: str) -> None:
    if how == "file":
        reference = ("frame.png", picture(), "image/png")
        video = client.videos.create(prompt="The camera pushes in", input_reference=reference, size="720x1280")
    else:  # as the API takes it, and the package does not send it yet
        address = "data:image/png;base64," + base64.b64encode(picture()).decode()
        body = {"prompt": "The camera pushes in", "input_reference": {"image_url": address}}
        video = client.post("/videos", body=body, cast_to=Video)
    video = client.videos.poll(video.id, poll_interval_ms=200)
    assert video.status == "completed"
    assert size_and_seconds(client.videos.download_content(video.id).content)[:2] == (720, 1280)
    stored = server.http.get("/v1/models/requests/by-endpoint?limit=1", headers={"authorization": "Key studio"}).json()
    assert "image-to-video" in stored["items"][0]["endpoint_id"]


def test_a_video_is_remixed_and_a_file_is_edited(client: openai.OpenAI, made: Video, tmp_path: Path) -> None:
    changed = client.videos.remix(made.id, prompt="Make it night")
    changed = client.videos.poll(changed.id, poll_interval_ms=200)
    assert (changed.status, changed.remixed_from_video_id, changed.size) == ("completed", made.id, made.size)
    again = client.post("/videos/edits", body={"video": {"id": made.id}, "prompt": "Make it snow"}, cast_to=Video)
    assert again.remixed_from_video_id == made.id
    clip = write_clip(tmp_path / "clip.mp4", 3.0)
    own = client.videos.edit(video=clip, prompt="Make it rain")
    assert client.videos.poll(own.id, poll_interval_ms=200).status == "completed"


def test_videos_are_listed_in_pages_both_ways(data_folder: Callable[[], Path]) -> None:
    running = start(data_folder(), "--workers", "0")
    try:
        client = client_of(running)
        ids = [client.videos.create(prompt=f"Shot {i}").id for i in range(5)]
        assert [video.id for video in client.videos.list(limit=2)] == ids[::-1]
        assert [video.id for video in client.videos.list(limit=2, order="asc")] == ids
        first = client.videos.list(limit=2, order="asc")
        assert [video.id for video in first.data] == ids[:2]
        assert (first.has_more, first.last_id) == (True, ids[1])
        for gone in ids[1:4]:
            client.videos.delete(gone)
        assert [video.id for video in client.videos.list(limit=1)] == [ids[4], ids[0]]
    finally:
        running.stop()


def test_what_is_deleted_is_gone_also_while_it_waits(idle: RunningServer) -> None:
    client = client_of(idle)
    waiting = client.videos.create(prompt="A dog runs")
    gone = client.videos.delete(waiting.id)
    assert (gone.id, gone.deleted, gone.object) == (waiting.id, True, "video.deleted")
    with pytest.raises(openai.NotFoundError):
        client.videos.retrieve(waiting.id)
    assert waiting.id not in {video.id for video in client.videos.list()}


def test_another_keys_video_does_not_exist(data_folder: Callable[[], Path]) -> None:
    running = start(data_folder(), "--workers", "0", env={"SHOTWRIGHT_KEYS": "one,two"})
    try:
        mine = client_of(running, "one").videos.create(prompt="A dog runs")
        for call in (lambda c: c.videos.retrieve(mine.id), lambda c: c.videos.delete(mine.id), lambda c: c.videos.remix(mine.id, prompt="Snow"), lambda c: c.videos.download_content(mine.id)):  # fmt: skip
            with pytest.raises(openai.NotFoundError):
                call(client_of(running, "two"))
        assert list(client_of(running, "two").videos.list()) == []
        with pytest.raises(openai.AuthenticationError) as refused:
            client_of(running, "nobody").videos.list()
        assert refused.value.code == "invalid_api_key"
        assert client_of(running, "one").videos.retrieve(mine.id).id == mine.id
    finally:
        running.stop()


@pytest.mark.parametrize(
    ("fields", "status", "param", "says"),
    [
        ({"prompt": " "}, 400, "prompt", "prompt"), ({"prompt": "A", "seconds": "12"}, 400, "seconds", "'10'"), ({"prompt": "A", "model": "sora-9"}, 404, "model", "kling-o1"),
        ({"prompt": "A", "size": "large"}, 400, "size", "1280x720"), ({"prompt": "A", "input_reference": {"file_id": "file-1"}}, 400, "input_reference", "image_url"),
        ({}, 400, "prompt", "prompt"),
    ],
)  # fmt: skip
def test_errors_name_their_field_and_the_remedy(
    idle: RunningServer, fields: dict, status: int, param: str, says: str
) -> None:
    answer = idle.http.post("/v1/videos", json=fields)
    error = answer.json()["error"]
    assert (answer.status_code, error["param"], error["type"]) == (status, param, "invalid_request_error")
    assert says in error["message"]


def test_forms_that_are_none_and_files_that_are_too_large(idle: RunningServer) -> None:
    for content, kind in ((b"--x\r\nbroken", "multipart/form-data; boundary=x"), (b"abc", "multipart/form-data"), (b"{", "application/json"), (b"[]", "application/json")):  # fmt: skip
        answer = idle.http.post("/v1/videos", content=content, headers={"content-type": kind})
        assert answer.status_code in {400, 422}, (content, answer.text)
        assert answer.json()["error"]["type"] == "invalid_request_error"


def test_the_clip_is_not_there_before_it_is(idle: RunningServer) -> None:
    client = client_of(idle)
    waiting = client.videos.create(prompt="A dog runs")
    with pytest.raises(openai.BadRequestError, match="queued"):
        client.videos.download_content(waiting.id)
    with pytest.raises(openai.BadRequestError, match="queued"):
        client.videos.remix(waiting.id, prompt="Make it night")


def test_models_are_listed_to_this_client_alone(client: openai.OpenAI, server: RunningServer) -> None:
    assert {"sora-2", "kling-o1-standard"} <= {model.id for model in client.models.list()}
    assert client.models.retrieve("sora-2").owned_by == "shotwright"
    assert "data" not in httpx.get(f"{server.url}/v1/models").json()


def test_references_of_the_model_go_through(idle: RunningServer) -> None:
    client = client_of(idle)
    video = client.videos.create(prompt="@Image1 walks", extra_body={"image_urls": ["data:image/png;base64,AAAA"]})
    assert video.status == "queued"
    with pytest.raises(openai.BadRequestError):
        client.videos.create(prompt="A dog", extra_body={"image_urls": 3})


def test_a_request_is_seen_on_every_wire(client: openai.OpenAI, server: RunningServer, made: Video) -> None:
    request_id = uuid.UUID(made.id.removeprefix("video_"))
    path = f"/queue/fal-ai/kling-video/requests/{request_id}/status"
    assert server.http.get(path).json()["status"] == "COMPLETED"
    assert server.http.get(f"/v1/prediction/{request_id}").json()["status"] == "success"


def test_a_form_that_is_sent_again_is_the_same_request(idle: RunningServer) -> None:
    client = client_of(idle)
    first, second = (
        client.videos.create(
            prompt="The camera pushes in", input_reference=("frame.png", picture(), "image/png"), extra_headers={"Idempotency-Key": "once"}
        )
        for _ in range(2)
    )  # fmt: skip
    assert first.id == second.id


@pytest.mark.parametrize("prompt", ['{"shot": "wide", "subject": "a fox"}', "[Wide] a fox"])
def test_a_prompt_may_look_like_json(idle: RunningServer, prompt: str) -> None:
    assert client_of(idle).videos.create(prompt=prompt).prompt == prompt
