"""Servers with POST /v1/videos: both dialects, several servers, every way to fail; prompts in a model's words; frames in between."""

from __future__ import annotations

import base64
import dataclasses
import email
import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from tests.fake_server import FakeHandler, FakeServer

from shotwright.core import errors as e
from shotwright.core.prompt import plan_request
from shotwright.core.request import Element, ShotRequest
from shotwright.engines.base import ElementMedia, OutputSpec, Shot
from shotwright.engines.deliver import deliver
from shotwright.engines.prompting import BERNINI, H3, KEEP, PLAIN, rewritten
from shotwright.engines.remote import engine as remote
from shotwright.engines.remote.engine import RemoteEngine, parse_servers
from shotwright.engines.remote.settings import RemoteSettings
from shotwright.media.colour import rgb_to_yuv
from shotwright.media.decode import decode_frames
from shotwright.media.probe import probe_video
from shotwright.media.retime import retimed

R2V = "fal-ai/kling-video/o1/standard/reference-to-video"


WIRES = {
    name: json.loads((Path(__file__).parent / "wires" / f"{name}.json").read_text()) for name in ("sglang", "vllm")
}
"""What the real servers take, read from their wheels by `scripts/remote_wires.py`."""
READ = {"integer": int, "number": float, "boolean": lambda text: {"true": True, "false": False}[text], "string": str}


def refused(wire: dict[str, Any], body: dict[str, Any]) -> list[str]:
    """What the real server would not take: missing fields, wrong types, patterns; of a form, texts are read first."""
    fields, found = wire["fields"], []
    found += [f"{name}: Field required" for name, field in fields.items() if field["required"] and name not in body]
    for name, value in body.items():
        field = fields.get(name)
        if field is None:
            found += [f"{name}: unknown"] if wire["body"] == "form" else []
            continue
        if wire["body"] == "form":
            try:
                READ[field["type"]](value)
            except (ValueError, KeyError):
                found.append(f"{name}: not {field['type']}")
        elif field["type"] == "integer" and not isinstance(value, int):
            found.append(f"{name}: not an integer")
        elif field["type"] == "string" and not isinstance(value, str):
            found.append(f"{name}: not a string")
        if "pattern" in field and not re.fullmatch(field["pattern"], str(value)):
            found.append(f"{name}: does not match")
    return found


def form_of(data: bytes, content_type: str) -> dict[str, str]:
    """The fields of a multipart body."""
    head = f"Content-Type: {content_type}\r\n\r\n".encode()
    message = email.message_from_bytes(head + data)
    return {
        str(part.get_param("name", header="content-disposition")): part.get_payload(decode=True).decode()
        for part in message.get_payload()
    }


class _Handler(FakeHandler):
    def do_POST(self) -> None:
        data, kind = self.read(), self.headers.get("content-type", "")
        wire = WIRES["vllm" if self.service.dialect == "vllm" else "sglang"]
        is_form = kind.startswith("multipart/form-data")
        body: dict[str, Any] = form_of(data, kind) if is_form else json.loads(data)
        problems = ["prompt: Field required"] if is_form != (wire["body"] == "form") else refused(wire, body)
        if problems:
            self.answer(422, {"detail": "; ".join(problems)})
            return
        for name in ("image_reference", "video_reference", "extra_params"):
            if is_form and name in body:
                body[name] = json.loads(body[name])
        self.service.bodies.append(body)
        self.service.asked["create"] += 1
        if self.service.create == "drop":
            self.drop()
        elif self.service.create == 200:
            self.answer(200, {"id": "job-1", "status": "queued"})
        else:
            self.answer(self.service.create, {"error": {"message": "no such size"}})

    def do_DELETE(self) -> None:
        self.service.asked["delete"] += 1
        self.answer(200, {})

    def do_GET(self) -> None:
        service = self.service
        if self.path == "/health":
            self.answer(service.health, {})
        elif self.path.endswith("/models"):
            self.answer(200, service.models)
        elif self.path == "/stored.mp4":
            self.answer(200, service.clip)
        elif "/content" in self.path:
            self.answer(service.content, service.clip if service.content == 200 else {})
        else:
            state = service.states.pop(0) if len(service.states) > 1 else service.states[0]
            code, word, share = (state, "", 0) if isinstance(state, int) else (200, *state)
            code = service.failure if word == "failed" else code
            error = {"message": "out of memory"}
            url = f"{service.url}/stored.mp4" if service.is_stored else None
            said = {"id": "job-1", "status": word, "progress": share, "error": error, "url": url}
            self.answer(code, said if word else {})


class VideoServer(FakeServer):
    """A server of `/v1/videos`, told how to behave."""

    handler = _Handler

    def __init__(self, clip: Path, **behaviour: Any) -> None:
        self.clip, self.asked, self.bodies = clip.read_bytes(), Counter(), []
        self.dialect, self.health = behaviour.get("dialect", "sglang"), behaviour.get("health", 200)
        self.failure, self.is_stored = behaviour.get("failure", 200), behaviour.get("is_stored", False)
        self.models, self.create, self.states, self.content = behaviour.get("models", {"data": [{"id": "H3"}]}), behaviour.get("create", 200), \
            list(behaviour.get("states", [("queued", 0), ("in_progress", 40), ("completed", 100)])), behaviour.get("content", 200)  # fmt: skip
        super().__init__()


@pytest.fixture
def serve(clip: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setattr(remote, "POLL_S", 0.01)
    made: list[VideoServer] = []

    def start(**behaviour: Any) -> VideoServer:
        made.append(VideoServer(clip, **behaviour))
        return made[-1]

    yield start
    for server in made:
        server.close()


def shot(
    pictures: dict[str, Path], prompt: str = "@Element1 walks in the place of @Image1.", views: int = 2, **changes: Any
) -> Shot:
    request = ShotRequest(R2V, prompt, image_urls=("x",), elements=(Element("x", ("x",) * views),), duration_s=3)
    element = ElementMedia(pictures["front"], (pictures["side"], pictures["back"])[:views])
    given = {
        "images": (pictures["place"],),
        "elements": (element,),
        "arguments": {"prompt": prompt},
        "endpoint_id": R2V,
        **changes,
    }
    return Shot(plan_request(request), OutputSpec(640, 360, 24, 72), 5, **given)


def quiet(*_: Any, **__: Any) -> None:
    pass


class Better:
    def enhanced(self, prompt: str, naming: Any, shown: Any, seed: int, tick: Any) -> tuple[str, str]:
        assert (naming, len(shown), seed) == (H3, 4, 5)
        return f"Better: {prompt}", "It is better now."


def test_a_prompt_is_enhanced_before_it_is_sent(serve: Any, pictures: dict[str, Path], tmp_path: Path) -> None:
    server, said = serve(dialect="vllm"), []
    remote_engine = RemoteEngine(parse_servers(f"vllm={server.url}"), 30, Better())
    done = remote_engine.render(shot(pictures), tmp_path, lambda _s, _f, message=None, **_: said.append(message))
    assert server.bodies[0]["prompt"].startswith("Better: ")
    assert done.metrics["model_prompt"] == server.bodies[0]["prompt"]
    assert "It is better now." in said


def engine(*servers: str, timeout_s: float = 30) -> RemoteEngine:
    return RemoteEngine(parse_servers(",".join(servers), "bearer"), timeout_s)


@pytest.mark.parametrize("dialect", ["sglang", "vllm"])
def test_a_shot_is_ordered_and_delivered(serve: Any, pictures: dict[str, Path], tmp_path: Path, dialect: str) -> None:
    server = serve(dialect=dialect)
    told: list[float] = []
    done = engine(f"{dialect}={server.url}").render(
        shot(pictures), tmp_path, lambda _s, share, *_a, **_k: told.append(share)
    )
    facts = probe_video(done.path)
    assert (facts.width, facts.height, facts.frames, facts.fps) == (640, 360, 72, 24)
    assert 0 <= min(told) <= max(told) <= 1
    (body,) = server.bodies
    assert (body["model"], int(body["seed"]), body["size"], int(body["seconds"])) == ("H3", 5, "1344x768", 4)
    assert body["prompt"].startswith(
        "The subject in <Picture 1>, also seen from other angles in <Picture 2> and <Picture 3>"
    )
    uris = (
        [item["uri"] for item in body["conditions"]]
        if dialect == "sglang"
        else [item["image_url"] for item in body["image_reference"]]
    )
    assert [base64.b64decode(uri.split(",")[1]) for uri in uris] == [
        pictures[name].read_bytes() for name in ("front", "side", "back", "place")
    ]
    task = body["task"] if dialect == "sglang" else body["extra_params"]["task"]
    assert task == "ref2va"


def test_pictures_stand_where_their_names_say(serve: Any, pictures: dict[str, Path], tmp_path: Path) -> None:
    server = serve()
    engine(f"sglang={server.url}").render(shot(pictures), tmp_path, quiet)
    body = server.bodies[0]
    sent = [base64.b64decode(item["uri"].split(",")[1]) for item in body["conditions"]]
    place = int(body["prompt"].split("place of <Picture ")[1][0])
    assert sent[place - 1] == pictures["place"].read_bytes()
    assert sent[0] == pictures["front"].read_bytes()


def test_frames_alone_are_key_frames(serve: Any, pictures: dict[str, Path], tmp_path: Path) -> None:
    server = serve()
    request = ShotRequest(
        R2V.replace("reference-to-video", "image-to-video"),
        "Slow push in.",
        start_image_url="x",
        end_image_url="x",
        duration_s=3,
    )
    order = Shot(
        plan_request(request),
        OutputSpec(640, 360, 24, 72),
        5,
        images=(pictures["place"], pictures["painting"]),
        arguments={"prompt": "Slow push in."},
    )
    engine(f"sglang={server.url}").render(order, tmp_path, quiet)
    assert server.bodies[0]["task"] == "fl2va"
    assert [item["frame_index"] for item in server.bodies[0]["conditions"]] == [0, -1]


def test_more_pictures_than_a_model_takes_are_named(serve: Any, pictures: dict[str, Path], tmp_path: Path) -> None:
    server = serve(dialect="vllm")
    cast = tuple(ElementMedia(pictures["front"], (pictures["side"], pictures["back"])) for _ in range(4))
    done = engine(f"vllm={server.url}").render(shot(pictures, elements=cast), tmp_path, quiet)
    assert len(server.bodies[0]["image_reference"]) == 9
    assert any("pictures of @Element4" in text for text in done.not_rendered)


@pytest.mark.parametrize(
    "behaviour",
    [
        {"create": 503},
        {"create": "drop"},
        {"create": 401},
        {"states": [404]},
        {"content": 404},
        {"health": 503},
    ],
)
def test_a_server_that_cannot_is_passed_over(
    serve: Any, pictures: dict[str, Path], tmp_path: Path, behaviour: dict[str, Any]
) -> None:
    bad, good = serve(**behaviour), serve()
    made = engine(f"sglang={bad.url}", f"sglang={good.url}")
    made.render(shot(pictures), tmp_path, quiet)
    assert good.asked["create"] == 1
    made.render(shot(pictures), tmp_path, quiet)
    assert good.asked["create"] == 2, "the one that failed is asked last for a while"


def test_when_none_can_all_reasons_are_said(serve: Any, pictures: dict[str, Path], tmp_path: Path) -> None:
    one = serve(create=503)
    with pytest.raises(e.DownstreamUnavailable, match=r"answered 503.*127\.0\.0\.1:9"):
        engine(f"sglang={one.url}", "vllm=http://127.0.0.1:9").render(shot(pictures), tmp_path, quiet)


def test_a_refusal_is_the_request_s_fault_and_not_tried_elsewhere(
    serve: Any, pictures: dict[str, Path], tmp_path: Path
) -> None:
    bad, good = serve(create=422), serve()
    with pytest.raises(e.DownstreamError, match="no such size"):
        engine(f"sglang={bad.url}", f"sglang={good.url}").render(shot(pictures), tmp_path, quiet)
    assert good.asked["create"] == 0


def test_a_failed_render_says_why(serve: Any, pictures: dict[str, Path], tmp_path: Path) -> None:
    with pytest.raises(e.DownstreamError, match="out of memory"):
        engine(f"sglang={serve(states=[('failed', 10)]).url}").render(shot(pictures), tmp_path, quiet)


@pytest.mark.parametrize("code", [400, 404, 500, 503])
def test_a_job_that_failed_answers_with_its_status_and_its_reason(
    serve: Any, pictures: dict[str, Path], tmp_path: Path, code: int
) -> None:
    server = serve(dialect="vllm", failure=code, states=[("in_progress", 10), ("failed", 10)])
    with pytest.raises(e.DownstreamError, match="out of memory"):
        engine(f"vllm={server.url}").render(shot(pictures), tmp_path, quiet)


def test_seconds_are_whole_and_the_clip_is_cut_to_the_frame(
    serve: Any, pictures: dict[str, Path], tmp_path: Path
) -> None:
    server, said = serve(dialect="vllm"), []
    order = dataclasses.replace(shot(pictures), output=OutputSpec(640, 360, 24, 109))
    done = engine(f"vllm={server.url}").render(order, tmp_path, lambda _s, _f, message=None, **_: said.append(message))
    assert server.bodies[0]["seconds"] == "5"
    assert probe_video(done.path).frames == 109
    assert any("5 whole seconds; the clip is cut to 4.54" in str(text) for text in said)


def test_a_model_s_family_is_no_refusal(serve: Any, pictures: dict[str, Path], tmp_path: Path) -> None:
    server = serve(models={"data": [{"id": "MiniMaxAI/MiniMax-H3", "task_type": "TI2V"}]})
    engine(f"sglang={server.url}").render(shot(pictures), tmp_path, quiet)
    assert server.bodies[0]["task"] == "ref2va"


def test_the_operator_says_which_tasks_a_server_does(serve: Any, pictures: dict[str, Path], tmp_path: Path) -> None:
    frames, references = serve(), serve()
    made = engine(f"sglang+fl2va={frames.url}", f"sglang+ref2va={references.url}")
    made.render(shot(pictures), tmp_path, quiet)
    assert (frames.asked["create"], references.asked["create"]) == (0, 1)


def test_other_models_take_one_picture(serve: Any, pictures: dict[str, Path], tmp_path: Path) -> None:
    server = serve(models={"data": [{"id": "Wan2.2-TI2V"}]})
    engine(f"sglang={server.url}").render(shot(pictures), tmp_path, quiet)
    (body,) = server.bodies
    assert base64.b64decode(body["reference_url"].split(",")[1]) == pictures["front"].read_bytes()
    assert "conditions" not in body


def test_a_clip_may_lie_elsewhere(serve: Any, pictures: dict[str, Path], tmp_path: Path) -> None:
    server = serve(content=400, is_stored=True)
    done = engine(f"sglang={server.url}").render(shot(pictures), tmp_path, quiet)
    assert probe_video(done.path).frames == 72


def test_what_is_too_large_is_not_sent(
    serve: Any, pictures: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote, "VLLM_PICTURE_BYTES", 100)
    server = serve(dialect="vllm")
    with pytest.raises(e.DownstreamUnavailable, match="pictures of at most"):
        engine(f"vllm={server.url}").render(shot(pictures), tmp_path, quiet)
    assert server.asked["create"] == 0


def test_hiccups_are_waited_out(serve: Any, pictures: dict[str, Path], tmp_path: Path) -> None:
    server = serve(states=[500, 503, ("in_progress", 50), ("completed", 100)])
    engine(f"sglang={server.url}").render(shot(pictures), tmp_path, quiet)
    assert server.asked["create"] == 1


@pytest.mark.parametrize("why", ["cancel", "time"])
def test_the_server_is_told_to_stop(serve: Any, pictures: dict[str, Path], tmp_path: Path, why: str) -> None:
    server = serve(states=[("in_progress", 10)])

    def progress(stage: str, share: float, *_: Any, **__: Any) -> None:
        if why == "cancel" and share > 0.1:
            raise e.ClientCancelled

    with pytest.raises(e.ClientCancelled if why == "cancel" else e.GenerationTimeout):
        engine(f"sglang={server.url}", timeout_s=0.3).render(shot(pictures), tmp_path, progress)
    assert server.asked["delete"] == 1


def test_a_clip_that_is_none_is_an_error(serve: Any, pictures: dict[str, Path], tmp_path: Path) -> None:
    server = serve()
    server.clip = b"not a clip"
    with pytest.raises(e.DownstreamError, match="no clip"):
        engine(f"sglang={server.url}").render(shot(pictures), tmp_path, quiet)


def test_settings_refuse_what_is_no_server() -> None:
    assert RemoteSettings(remote_servers="sglang=http://a:1, vllm=https://b, sglang+fl2va=http://c").remote_servers
    for text in ("http://a:1", "ray=http://a:1", "sglang=a:1", "sglang+dance=http://a:1"):
        with pytest.raises(ValueError, match="write sglang="):
            RemoteSettings(remote_servers=text)


# Prompts


@pytest.mark.parametrize(
    ("prompt", "naming", "expected"),
    [
        (
            "Take @Image1 as the start frame. @Element1 smiles.",
            BERNINI,
            "The subject of the first reference image and the second reference image smiles.",
        ),
        ("Take @Image1 as the start frame. Pan left.", H3, "Take <Picture 3> as the start frame. Pan left."),
        (
            "Keep the style of <<<image_1>>>, then follow @Video1.",
            H3,
            "Keep the style of <Picture 3>, then follow <Video 1>.",
        ),
        ("The man from @Element1 walks.", PLAIN, "The man from the man walks."),
        ("使用@Image1作为风格", BERNINI, "使用the third reference image作为风格"),
    ],
)
def test_prompts_speak_a_model_s_language(prompt: str, naming: Any, expected: str) -> None:
    plan = plan_request(ShotRequest(R2V, prompt, image_urls=("x",), elements=(Element("x"),)))
    assert rewritten(prompt, plan, {"@Element1": [1, 2], "@Image1": [3]}, naming) == expected


def test_edits_say_what_stays() -> None:
    plan = plan_request(ShotRequest("fal-ai/kling-video/o1/video-to-video/edit", "Make it night", video_url="x"))
    assert rewritten("Make it night", plan, {}, BERNINI) == f"Make it night {KEEP}"


# Frames in between


def square(x: float) -> np.ndarray:
    rng = np.random.default_rng(0)
    picture = cv2.GaussianBlur(rng.integers(40, 200, (180, 320, 3), dtype=np.uint8), (0, 0), 4)
    cv2.rectangle(picture, (round(x), 60), (round(x) + 40, 120), (250, 240, 60), -1)
    return rgb_to_yuv(picture)


def test_moving_things_are_between_their_places_in_between() -> None:
    frames = [square(40 + 12 * k) for k in range(5)]
    found = list(retimed(frames, 16, [k / 24 for k in range(7)]))
    assert len(found) == 7
    assert (found[0] == frames[0]).all()
    assert (found[3] == frames[2]).all()
    centre = [float(np.mean(np.nonzero((frame[70:110, :, 0] > 200).mean(0) > 0.5)[0])) for frame in found]
    steps = np.diff(centre)
    assert np.allclose(steps, 8, atol=2.5), steps


def test_a_cut_is_never_blended() -> None:
    dark, light = np.full((90, 160, 3), (30, 128, 128), np.uint8), np.full((90, 160, 3), (220, 128, 128), np.uint8)
    found = list(retimed([dark, light], 8, [k / 48 for k in range(6)]))
    assert {int(frame[0, 0, 0]) for frame in found} == {30, 220}


def test_times_beyond_the_end_show_the_last_frame() -> None:
    frames = [square(40), square(60)]
    found = list(retimed(frames, 10, [0.0, 0.1, 0.5, 9.0]))
    assert (found[-1] == frames[-1]).all()
    assert list(retimed([], 10, [0.0])) == []


def test_a_blank_clip_is_no_success(pictures: dict[str, Path], tmp_path: Path) -> None:
    blank = [np.full((360, 640, 3), (16, 128, 128), np.uint8)] * 49
    with pytest.raises(e.NoMediaGenerated):
        deliver(blank, 16, shot(pictures), tmp_path / "out.mp4", quiet)
    assert not (tmp_path / "out.mp4").exists()


def test_delivery_keeps_length_and_rate(clip: Path, pictures: dict[str, Path], tmp_path: Path) -> None:
    frames = list(decode_frames(clip, 640, 360))[::2][:33]
    deliver(iter(frames), 12, shot(pictures), tmp_path / "out.mp4", quiet)
    facts = probe_video(tmp_path / "out.mp4")
    assert (facts.frames, facts.fps) == (72, 24)


@pytest.mark.parametrize(
    "models", [b"<html>", ["a"], {"data": ["name"]}, {"data": [None]}, b"[" * 100_000, {"data": 5}]
)
def test_a_strange_list_of_models_changes_nothing(
    serve: Any, pictures: dict[str, Path], tmp_path: Path, models: Any
) -> None:
    server = serve(models=models, dialect="vllm")
    assert parse_servers(f"vllm={server.url}")[0].connection_problem() == ""
    done = engine(f"vllm={server.url}").render(shot(pictures), tmp_path, quiet)
    assert probe_video(done.path).frames == 72
