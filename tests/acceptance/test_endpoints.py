"""Each endpoint of the catalogue renders for real, at its documented size, rate and length."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.running import RunningServer

from shotwright.core.catalog import CANVAS, ENDPOINTS
from shotwright.media.probe import probe_video

pytestmark = pytest.mark.slow
DRAFT = {"X-Shotwright-Engine": "draft"}


def body_of(endpoint_id: str, address: dict[str, str]) -> dict[str, Any]:
    """The documented example with our own pictures and clip, three seconds long."""
    example = dict(ENDPOINTS[endpoint_id].example)
    replaced: dict[str, Any] = {
        "video_url": address["clip"], "start_image_url": address["place"], "end_image_url": address["painting"],
        "image_urls": [address["place"], address["painting"]][: len(example.get("image_urls", []))],
        "elements": [
            {"frontal_image_url": address["front"], "reference_image_urls": [address["side"], address["back"]]},
            {"frontal_image_url": address["stone"], "reference_image_urls": []},
        ][: len(example.get("elements", []))],
        "duration": "3",
    }  # fmt: skip
    return {name: replaced.get(name, value) for name, value in example.items()}


@pytest.fixture(scope="module")
def address(server: RunningServer, pictures: dict[str, Path], clip: Path) -> dict[str, str]:
    return {name: server.upload(path) for name, path in {**pictures, "clip": clip}.items()}


@pytest.mark.parametrize("endpoint_id", sorted(ENDPOINTS))
def test_endpoint(endpoint_id: str, server: RunningServer, address: dict[str, str], tmp_path: Path) -> None:
    endpoint = ENDPOINTS[endpoint_id]
    row = server.wait(server.submit(endpoint_id, body_of(endpoint_id, address), **DRAFT), seconds=150)
    assert row["state"] == "succeeded", row["error"]
    facts = probe_video(server.download(row["video_url"], tmp_path / "clip.mp4"))
    size = (1280, 720) if endpoint.task == "edit" else CANVAS[endpoint.tier]["16:9"]
    assert (facts.width, facts.height, facts.fps, facts.frames, facts.codec) == (*size, 24.0, 72, "h264")
    assert not facts.has_audio
    plan = server.http.get(f"/requests/{row['id']}/plan").json()
    assert plan["task"] == endpoint.task
    if row["camera_url"]:
        assert len(server.http.get(row["camera_url"]).json()["poses"]) == 72
        lines = server.http.get(row["trajectory_url"]).text.splitlines()
        assert len(lines) == 73
        assert all(len(line.split()) == 19 for line in lines[1:])


def test_the_same_request_has_the_same_bytes_and_another_seed_has_others(server: RunningServer) -> None:
    body = {"prompt": "Handheld shot of a runner in the rain on a street", "duration": "3"}
    endpoint = "fal-ai/kling-video/o1/standard/reference-to-video"
    rows = [server.wait(server.submit(endpoint, body, **DRAFT)) for _ in range(2)]
    rows.append(server.wait(server.submit(endpoint, body, **DRAFT, **{"X-Shotwright-Seed": "99"})))
    one, two, other = (server.http.get(row["video_url"]).content for row in rows)
    assert one == two != other
