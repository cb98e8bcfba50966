"""The diffusion engine behind a whole server, with random weights on the CPU: a draft promoted to it"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.running import STANDARD, start

pytest.importorskip("torch")
pytest.importorskip("diffusers")
pytestmark = pytest.mark.slow


def test_a_draft_is_promoted_to_the_gpu_engine(
    data_folder: Callable[[], Path], tmp_path: Path, pictures: dict[str, Path]
) -> None:
    from shotwright.engines.diffusion import tiny

    folder = tiny.build(tmp_path / "bernini", "bernini")
    env = {
        "SHOTWRIGHT_DIFFUSION_BERNINI": str(folder), "SHOTWRIGHT_DIFFUSION_DEVICE": "cpu", "SHOTWRIGHT_DIFFUSION_STEPS": "2",
        "SHOTWRIGHT_DIFFUSION_PIXELS": str(96 * 64), "SHOTWRIGHT_DIFFUSION_WINDOW": "33",
    }  # fmt: skip
    server = start(data_folder(), env=env, engine="draft")
    try:
        assert server.http.get("/health").json()["engines"] == ["draft", "diffusion", "testcard"]
        body = {"prompt": "@Image1, slow push in.", "image_urls": [server.upload(pictures["place"])], "duration": "3"}
        draft = server.submit(f"{STANDARD}reference-to-video", body)
        server.wait(draft)
        promoted = server.http.post(f"/requests/{draft}/promote", json={"engine": "diffusion"}).json()["request_id"]
        row = server.wait(promoted, seconds=250)
        assert row["state"] == "succeeded", row["error"]
        assert (row["video"]["width"], row["video"]["frames"], row["cost_usd"]) == (1280, 72, 0)
        assert row["metrics"]["adapter"] == "bernini"
        assert row["metrics"]["forwards"] == 2 * 3 * 2
        events = server.http.get(f"/requests/{promoted}/events").json()["events"]
        assert [event for event in events if event["kind"] == "preview"]
    finally:
        server.stop()


def test_a_draft_locks_its_geometry_on_the_gpu_engine(
    data_folder: Callable[[], Path], tmp_path: Path, pictures: dict[str, Path]
) -> None:
    from shotwright.engines.diffusion import tiny

    env = {
        "SHOTWRIGHT_DIFFUSION_VACE": str(tiny.build(tmp_path / "vace", "vace")), "SHOTWRIGHT_DIFFUSION_DEVICE": "cpu",
        "SHOTWRIGHT_DIFFUSION_STEPS": "1", "SHOTWRIGHT_DIFFUSION_PIXELS": str(96 * 64), "SHOTWRIGHT_DIFFUSION_WINDOW": "33",
    }  # fmt: skip
    server = start(data_folder(), env=env, engine="draft")
    try:
        body = {
            "prompt": "@Image1, a man walks.",
            "image_urls": [server.upload(pictures["place"])],
            "duration": "3",
            "passes": ["depth"],
        }
        draft = server.wait(server.submit(f"{STANDARD}reference-to-video", body))
        wish = {"engine": "diffusion", "lock": "geometry"}
        made = server.http.post(f"/requests/{draft['id']}/promote", json=wish).json()["request_id"]
        row = server.wait(made, seconds=250)
        assert row["state"] == "succeeded", row["error"]
        assert row["metrics"]["adapter"] == "vace"
        assert row["arguments"]["control_video_url"] == draft["passes"]["depth.mp4"]
        assert "passes" not in row["arguments"]
        assert row["promoted_from"] == draft["id"]
    finally:
        server.stop()


def test_weights_that_are_broken_are_said_before_a_request_is_taken(
    data_folder: Callable[[], Path], tmp_path: Path
) -> None:
    server = start(data_folder(), env={"SHOTWRIGHT_DIFFUSION_BERNINI": str(tmp_path)})
    try:
        answer = server.http.post(
            f"/queue/{STANDARD}reference-to-video", json={"prompt": "x"}, headers={"X-Shotwright-Engine": "diffusion"}
        )
        assert answer.status_code == 400
        assert "model_index.json is missing" in answer.json()["detail"]
    finally:
        server.stop()
