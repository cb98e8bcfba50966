"""Passes over the wire: asked for with a request or afterwards, served by name, and what a promotion locks to them."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.running import STANDARD, RunningServer, start

from shotwright.media.probe import probe_video

pytestmark = pytest.mark.slow
ENDPOINT = STANDARD + "reference-to-video"
SHOT = {"prompt": "A man waves in a street", "duration": "3"}


@pytest.fixture(scope="module")
def drafts(data_folder: Callable[[], Path]) -> Iterator[RunningServer]:
    server = start(data_folder(), engine="draft")
    yield server
    assert server.stop() == 0


@pytest.fixture(scope="module")
def drawn(drafts: RunningServer) -> dict:
    """A draft with two passes."""
    return drafts.wait(drafts.submit(ENDPOINT, {**SHOT, "passes": ["depth", "pose"]}))


def test_passes_are_served_by_name_and_go_with_the_clip(drafts: RunningServer, drawn: dict, tmp_path: Path) -> None:
    assert drawn["state"] == "succeeded"
    assert set(drawn["passes"]) == {"depth.mp4", "pose.mp4", "pose.json"}
    depth = probe_video(drafts.download(drawn["passes"]["depth.mp4"], tmp_path / "depth.mp4"))
    assert (depth.width, depth.height, depth.frames) == (1280, 720, drawn["video"]["frames"])
    assert len(drafts.http.get(drawn["passes"]["pose.json"]).json()["frames"]) == depth.frames
    page = drafts.http.get(f"/requests/{drawn['id']}", headers={"accept": "text/html"}).text
    assert all(f'href="{address.removeprefix(drafts.url)}"' in page for address in drawn["passes"].values())


def test_a_finished_draft_is_drawn_again_with_passes(drafts: RunningServer) -> None:
    bare = drafts.wait(drafts.submit(ENDPOINT, SHOT))
    assert bare["passes"] == {}
    made = drafts.http.post(f"/requests/{bare['id']}/retry", json={"passes": ["edges"]}).json()
    again = drafts.wait(made["request_id"])
    assert set(again["passes"]) == {"edges.mp4"}
    files = [drafts.http.get(row["video_url"]).content for row in (bare, again)]
    assert len(files[0]) > 10_000
    wrong = drafts.http.post(f"/requests/{bare['id']}/retry", json={"passes": ["normals"]})
    assert (wrong.status_code, wrong.json()["detail"][0]["loc"]) == (422, ["body", "passes"])


def test_a_lock_says_what_it_lacks(drafts: RunningServer, drawn: dict) -> None:
    def promoted(**wish: str) -> tuple[int, str]:
        answer = drafts.http.post(f"/requests/{drawn['id']}/promote", json={"lock": "geometry", **wish})
        return answer.status_code, answer.text

    status, text = promoted(engine="testcard", **{"pass": "edges"})
    assert (status, "has no edges pass yet" in text) == (400, True)
    status, text = promoted(engine="testcard")
    assert (status, "follows no control video" in text) == (422, True)
    assert promoted(engine="testcard", **{"pass": "normals"})[0] == 400


def test_a_control_video_is_for_engines_that_follow_one(drafts: RunningServer, drawn: dict) -> None:
    body = {**SHOT, "control_video_url": drawn["passes"]["depth.mp4"]}
    answer = drafts.http.post(f"/queue/{ENDPOINT}", json=body)
    assert (answer.status_code, answer.json()["detail"][0]["type"]) == (422, "feature_not_supported")


def test_what_an_engine_does_not_make_is_named(drafts: RunningServer) -> None:
    made = drafts.submit(ENDPOINT, {**SHOT, "passes": ["depth"]}, **{"X-Shotwright-Engine": "testcard"})
    row = drafts.wait(made)
    assert (row["state"], row["passes"]) == ("succeeded", {})
    plan = drafts.http.get(f"/requests/{made}/plan").json()
    assert "the pass depth: none is made of this clip" in plan["not_rendered"]


def test_a_draft_becomes_a_workflow_whose_nodes_are_joined(drafts: RunningServer, drawn: dict, tmp_path: Path) -> None:
    answer = drafts.http.get(f"/requests/{drawn['id']}/comfyui.zip?pass=pose")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as packed:
        nodes = json.loads(packed.read("workflow_api.json"))
        kinds = {number: node["class_type"] for number, node in nodes.items()}
        loader = next(node for node in nodes.values() if node["class_type"] == "LoadVideo")
        control = tmp_path / "control.mp4"
        control.write_bytes(packed.read(loader["inputs"]["file"]))
        assert loader["inputs"]["file"] in packed.read("README.txt").decode()
    steered = next(node["inputs"] for node in nodes.values() if node["class_type"] == "WanVaceToVideo")
    facts = probe_video(control)
    assert (facts.width, facts.height, facts.fps, facts.frames) == (
        steered["width"],
        steered["height"],
        16,
        steered["length"],
    )
    assert steered["length"] == 49
    assert "reference_image" not in steered
    for node in nodes.values():
        for value in node["inputs"].values():
            assert not isinstance(value, list) or value[0] in kinds
    assert kinds[steered["control_video"][0]] == "GetVideoComponents"
    assert SHOT["prompt"] in [node["inputs"].get("text") for node in nodes.values()]
    lacking = drafts.http.get(f"/requests/{drawn['id']}/comfyui.zip?pass=edges")
    assert (lacking.status_code, "has no edges pass yet" in lacking.text) == (400, True)
