"""The command line, as a user runs it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.running import STANDARD, RunningServer, write_clip

from shotwright.media.probe import probe_video

pytestmark = pytest.mark.slow


def shotwright(*arguments: str, url: str | None = None, **env: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **env, **({"SHOTWRIGHT_URL": url} if url else {})}
    command = [sys.executable, "-m", "shotwright", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=150, check=False, env=environment)


def test_run_renders_without_a_server(pictures: dict[str, Path], tmp_path: Path) -> None:
    out = tmp_path / "sub" / "out.mp4"
    views = f"{pictures['front']},{pictures['side']},{pictures['back']}"
    done = shotwright(
        "run", "standard/reference-to-video", "-p", "Slow orbit around @Element1 in @Image1", "-i", str(pictures["place"]), "-e", views,
        "-d", "3", "-a", "9:16", "-o", str(out), "--json", SHOTWRIGHT_DATA=str(tmp_path / "data"),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["not_rendered"] == []
    facts = probe_video(out)
    assert (facts.width, facts.height, facts.frames) == (720, 1280, 72)


def test_a_clip_is_held_against_its_request_and_the_exit_code_says_the_verdict(
    pictures: dict[str, Path], tmp_path: Path
) -> None:
    out = tmp_path / "out.mp4"
    asked = ["standard/image-to-video", "--start", str(pictures["place"]), "-d", "3"]
    assert shotwright("run", *asked, "-p", "Push in", "-o", str(out)).returncode == 0
    good = shotwright("eval", str(out), *asked, "-p", "Push in", "--report", str(tmp_path / "report"))
    assert good.returncode == 0, good.stdout + good.stderr
    assert "camera moves" in good.stdout
    assert (tmp_path / "report" / "index.html").exists()
    bad = shotwright("eval", str(out), *asked, "-p", "Pull back", "--json")
    assert bad.returncode == 1
    assert [row["metric"] for row in json.loads(bad.stdout) if row["passed"] is False] == ["M3"]
    assert shotwright("eval", str(tmp_path / "none.mp4"), *asked, "-p", "Push in").returncode == 2


def test_a_clip_is_analysed(clip: Path, tmp_path: Path) -> None:
    done = shotwright("analyze", str(clip), "-o", str(tmp_path / "found.jpg"), "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["frames"] == 72
    assert "pans or trucks right" in found["camera"][0]
    assert (tmp_path / "found.jpg").stat().st_size > 10_000
    assert shotwright("analyze", str(tmp_path / "none.mp4")).returncode == 2


def test_run_renders_on_a_server_and_jobs_show_it(server: RunningServer, tmp_path: Path) -> None:
    out = tmp_path / "out.mp4"
    done = shotwright(
        "run", "standard/reference-to-video", "-p", "A beach", "-d", "3", "-o", str(out), "--json", url=server.url
    )
    assert done.returncode == 0, done.stderr
    request_id = json.loads(done.stdout)["request_id"]
    assert probe_video(out).frames == 72
    server.submit(f"{STANDARD}reference-to-video", ["no object"])  # what a client should not send stays listed
    listed = json.loads(shotwright("jobs", "ls", "--json", url=server.url).stdout)
    assert request_id in [row["id"] for row in listed]
    assert "succeeded" in shotwright("jobs", "ls", url=server.url).stdout
    again = shotwright("jobs", "retry", request_id, url=server.url)
    assert again.returncode == 0
    new = json.loads(again.stdout) if again.stdout.startswith('"') else again.stdout.strip()
    assert json.loads(shotwright("jobs", "watch", new, "--json", url=server.url).stdout)["state"] == "succeeded"


def test_cancel(server: RunningServer) -> None:
    request_id = server.submit(STANDARD + "reference-to-video", {"prompt": "A long walk", "duration": "10"})
    assert shotwright("jobs", "cancel", request_id, url=server.url).returncode == 0
    assert server.wait(request_id)["state"] == "cancelled"


def test_plan_shows_what_a_prompt_means() -> None:
    done = shotwright(
        "plan", "reference-to-video", "-p", "Slow push in on @Element1, then pan left to the @Image2", "--images", "0"
    )
    assert done.returncode == 0
    assert "dolly_in slow → @Element1" in done.stdout
    assert "@Image2 is not part of the request" in done.stdout
    plan = json.loads(shotwright("plan", "edit", "-p", "Make it snow", "--json").stdout)
    assert plan["edits"] == [{"op": "weather", "to": "snow", "span": [0, 12]}]


def test_validate_names_every_problem_and_has_its_own_exit_code(
    pictures: dict[str, Path], clip: Path, tmp_path: Path
) -> None:
    small = write_clip(tmp_path / "small.mp4", seconds=1, width=640, height=360)
    bad = shotwright("validate", "video-to-video/edit", "-p", "x", "-v", str(small), "-i", __file__, "--json")
    assert bad.returncode == 3
    assert {error["type"] for error in json.loads(bad.stdout)["errors"]} == {
        "image_too_small", "video_duration_too_short", "unsupported_image_format",
    }  # fmt: skip
    good = shotwright("validate", "video-to-video/edit", "-p", "Make it snow", "-v", str(clip))
    assert good.returncode == 0
    assert "1280x720, 72 frames at 24 fps" in good.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        (["run", "nothing", "-p", "x"], 2, "There is no endpoint"),
        (["run", "edit", "-p", "x", "-v", "missing.mp4"], 2, "There is no file missing.mp4"),
        (["run", "edit", "-p", "x", "--start", "a.png"], 2, "There is no file"),
        (["jobs", "ls", "--url", "http://127.0.0.1:9"], 2, "shotwright serve"),
        (["serve", "--host", "0.0.0.0"], 2, "without keys"),
    ],
)
def test_mistakes_get_a_sentence_and_an_exit_code(arguments: list[str], code: int, text: str) -> None:
    done = shotwright(*arguments)
    assert done.returncode == code
    assert text in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr


def test_estimate_doctor_clients_and_version() -> None:
    assert json.loads(shotwright("estimate", "reference-to-video", "5", "--json").stdout)["upstream_usd"] == 0.56
    assert "encoder" in shotwright("doctor").stdout
    recipes = shotwright("clients", "--url", "http://127.0.0.1:9000").stdout
    assert 'shotwright.patch_fal_client("http://127.0.0.1:9000")' in recipes
    assert "proxyUrl" in recipes
    assert shotwright("--version").stdout.startswith("shotwright ")


def test_an_engine_that_is_none_is_told_at_the_start(data_folder: Callable[[], Path]) -> None:
    done = shotwright("serve", "--port", "0", "--data", str(data_folder()), SHOTWRIGHT_ENGINE="drafts")
    assert done.returncode == 2
    said = " ".join(done.stderr.split())
    assert '"drafts"' in said
    assert "draft, " in said


def test_a_taken_port_is_a_sentence(server: RunningServer, tmp_path: Path) -> None:
    port = server.url.rsplit(":", 1)[1]
    done = shotwright("serve", "--port", port, "--data", str(tmp_path))
    assert done.returncode == 2
    assert "choose --port" in done.stderr


def test_plan_takes_a_prompt_alone_and_says_which_words_caused_what() -> None:
    said = shotwright("plan", "The camera slowly orbits @Element1 in @Image1. Colourless ideas sleep.")
    assert said.returncode == 0, said.stderr
    assert '"orbits"' in said.stdout
    assert 'not read     "Colourless"' in said.stdout
    data = json.loads(shotwright("plan", "Generate the next shot", "--video", "--json").stdout)
    assert (data["task"], data["continuation"]) == ("video_reference", "next_shot")
    few = json.loads(shotwright("plan", "Orbit @Element2", "--elements", "1", "--json").stdout)
    assert [warning["code"] for warning in few["warnings"]] == ["unknown_reference", "unused_reference"]
    assert shotwright("plan", "Make it snow", "--endpoint", "nothing").returncode == 2


@pytest.mark.parametrize(
    "arguments",
    [("estimate", "reference-to-video", "900"), ("jobs", "ls", "--limit", "x"), ("nothing",), ("run",), ("keys", "create", "--daily-budget", "nan")],
)  # fmt: skip
def test_misuse_is_a_sentence_and_exit_code_2(arguments: tuple[str, ...]) -> None:
    said = shotwright(*arguments)
    assert said.returncode == 2
    assert "Traceback" not in said.stderr
    assert said.stderr.strip()


def test_a_plan_is_changed_and_carried_out(tmp_path: Path) -> None:
    asked = ["standard/reference-to-video", "-p", "A cat sleeps. Hold still.", "-d", "3"]
    plan = tmp_path / "plan.json"
    asking = (
        "plan",
        "A cat sleeps. Hold still.",
        "--endpoint",
        "standard/reference-to-video",
        "--duration",
        "3",
        "--json",
    )
    found = json.loads(shotwright(*asking).stdout)
    plan.write_text(json.dumps({**found, "camera": [{"move": "pan_left", "start_s": 0.0, "end_s": 3.0}]}))
    done = shotwright(
        "run", *asked, "--plan", str(plan), "--engine", "testcard", "-o", str(tmp_path / "a.mp4"), "--json"
    )
    assert done.returncode == 0, done.stderr
    plan.write_text(json.dumps({**found, "camera": [{"move": "nowhere"}]}))
    wrong = shotwright("validate", *asked, "--plan", str(plan))
    assert wrong.returncode == 3
    assert "plan.camera.0.move" in wrong.stdout + wrong.stderr
    assert "holds no plan" in shotwright("run", *asked, "--plan", str(tmp_path / "none.json")).stderr


def test_words_says_what_a_word_becomes() -> None:
    assert "vehicle" in shotwright("words", "schooner").stdout
    assert "box with its name" in shotwright("words", "zorblax").stdout
    assert json.loads(shotwright("words", "trudges", "--json").stdout)["motion"] == "walk"
