"""A board over the wire: a script becomes shots, shots are drafted, cut into a film, exported, approved and promoted."""

from __future__ import annotations

import csv
import io
import wave
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import opentimelineio as otio
import pypdf
import pytest
from tests.running import RunningServer, start

from shotwright.media.probe import probe_video

pytestmark = pytest.mark.slow
SCRIPT = """INT. KITCHEN - NIGHT
1. @Anna pours coffee, close-up
2. She looks out of the window
EXT. STREET - DAY
3. A red car drives past, 35mm lens
"""


@pytest.fixture(scope="module")
def server(data_folder: Callable[[], Path]) -> Iterator[RunningServer]:
    made = start(
        data_folder(),
        env={"SHOTWRIGHT_CONFIRM_ABOVE_USD": "0.5", "SHOTWRIGHT_PRICES": "testcard=0.1"},
        engine="draft",
    )
    yield made
    assert made.stop() == 0


@pytest.fixture(scope="module")
def project(server: RunningServer, pictures: dict[str, Path]) -> dict:
    """A board of three shots, each with a draft."""
    anna = {"name": "Anna", "pictures": [server.upload(pictures["front"])]}
    made = server.http.post("/projects", json={"name": "Pilot", "members": [anna], "script": SCRIPT}).json()
    for shot in made["shots"]:
        wish = {"arguments": {**shot["arguments"], "duration": "3"}}
        assert server.http.patch(f"/shots/{shot['id']}", json=wish).status_code == 200
    asked = server.http.post(f"/projects/{made['id']}/render", json={}).json()["requests"]
    assert set(asked) == {shot["id"] for shot in made["shots"]}
    for request in asked.values():
        assert server.wait(request)["state"] == "succeeded"
    return seen(server, made)


def seen(server: RunningServer, project: dict) -> dict:
    return server.http.get(f"/projects/{project['id']}").json()


def test_a_line_is_a_shot_in_its_scene_and_members_go_with_it(project: dict) -> None:
    assert [shot["name"] for shot in project["shots"]] == ["1", "2", "3"]
    assert project["shots"][0]["arguments"]["prompt"] == "@Anna pours coffee, close-up. In the kitchen, at night."
    sent = project["shots"][0]["takes"][0]["arguments"]
    assert sent["prompt"].startswith("@Element1 pours coffee")
    assert sent["elements"][0]["frontal_image_url"] == project["members"][0]["pictures"][0]
    assert "elements" not in project["shots"][2]["takes"][0]["arguments"]
    assert all(shot["chosen"] == shot["takes"][0]["id"] for shot in project["shots"])


def test_rendering_again_makes_nothing_twice(server: RunningServer, project: dict) -> None:
    assert server.http.post(f"/projects/{project['id']}/render", json={}).json() == {"requests": {}}


def test_the_film_is_as_long_as_its_shots_and_slates(server: RunningServer, project: dict, tmp_path: Path) -> None:
    plain = probe_video(server.download(f"{server.url}/projects/{project['id']}/film.mp4", tmp_path / "a.mp4"))
    assert (plain.width, plain.height, plain.fps, plain.frames) == (1280, 720, 24, 3 * 72)
    query = "?slates=1&burn_in=1&ratio=2.39&safe=1"
    slated = probe_video(server.download(f"{server.url}/projects/{project['id']}/film.mp4{query}", tmp_path / "b.mp4"))
    assert slated.frames == 3 * (72 + 24)
    for wrong in ("ratio=wide", "ratio=9"):
        assert server.http.get(f"/projects/{project['id']}/film.mp4?{wrong}").status_code == 400


def test_other_programs_read_the_film_to_the_frame(server: RunningServer, project: dict) -> None:
    text = server.http.get(f"/projects/{project['id']}/export/otio").text
    timeline = otio.adapters.read_from_string(text, "otio_json")
    clips = list(timeline.find_clips())
    assert [clip.name for clip in clips] == ["1", "2", "3"]
    assert [clip.source_range.duration for clip in clips] == [otio.opentime.RationalTime(72, 24)] * 3
    assert clips[2].media_reference.target_url == project["shots"][2]["takes"][0]["video_url"]
    assert clips[2].metadata["shotwright"]["lens"] == "35 mm"
    assert otio.adapters.write_to_string(timeline, "otio_json") == text
    edl = server.http.get(f"/projects/{project['id']}/export/edl").text
    again = list(otio.adapters.read_from_string(edl, "cmx_3600", rate=24).find_clips())
    assert [clip.source_range.duration.value for clip in again] == [72, 72, 72]
    assert "00:00:03:00 00:00:06:00" in edl
    rows = list(csv.DictReader(io.StringIO(server.http.get(f"/projects/{project['id']}/export/csv").text)))
    assert [row["shot"] for row in rows] == ["1", "2", "3"]
    assert rows[0]["prompt"].startswith("'@Anna"), "no cell is a formula"
    assert server.http.get(f"/projects/{project['id']}/export/fcpxml").status_code == 404


def test_the_board_on_paper_has_every_shot_with_its_picture_and_words(server: RunningServer, project: dict) -> None:
    answer = server.http.get(f"/projects/{project['id']}/export/pdf")
    assert answer.headers["content-type"] == "application/pdf"
    (page,) = pypdf.PdfReader(io.BytesIO(answer.content)).pages
    assert len(page.images) == 3
    assert all(image.image is not None and image.image.width == 640 for image in page.images)
    text = " ".join(page.extract_text().split())
    for wanted in ("Pilot", "3 shots, 9 s", "draft · 3 s", "35 mm", "pours coffee, close-up", "A red car drives past"):
        assert wanted in text, text


def test_shots_are_moved_copied_named_and_dropped(server: RunningServer, project: dict) -> None:
    one, two, three = (shot["id"] for shot in project["shots"])

    def names(answer: dict) -> list[str]:
        return [shot["name"] for shot in answer["shots"]]

    assert names(server.http.patch(f"/shots/{three}", json={"before": one}).json()) == ["3", "1", "2"]
    assert names(server.http.patch(f"/shots/{three}", json={"before": None}).json()) == ["1", "2", "3"]
    copied = server.http.post(f"/shots/{one}/duplicate").json()
    assert names(copied) == ["1", "1 copy", "2", "3"]
    assert copied["shots"][1]["takes"] == []
    wish = {"name": "1B", "note": "softer", "tags": ["night", "night"], "is_favourite": True, "prompt": "@Anna smiles"}
    changed = server.http.patch(f"/shots/{copied['shots'][1]['id']}", json=wish).json()["shots"][1]
    assert (changed["name"], changed["note"], changed["tags"], changed["is_favourite"]) == (
        "1B",
        "softer",
        ["night"],
        True,
    )
    assert changed["arguments"]["prompt"] == "@Anna smiles"
    assert changed["arguments"]["duration"] == "3"
    assert names(server.http.delete(f"/shots/{changed['id']}").json()) == ["1", "2", "3"]
    assert two


@pytest.mark.parametrize(
    "wish",
    [
        {"status": "done"}, {"name": ""}, {"name": 3}, {"tags": "night"}, {"tags": [""]}, {"prompt": " "}, {"arguments": []}, {"chosen": "x"},
        {"note": "x" * 5000},
    ],
)  # fmt: skip
def test_wrong_facts_of_a_shot_are_refused_and_change_nothing(server: RunningServer, project: dict, wish: dict) -> None:
    shot = project["shots"][0]
    assert server.http.patch(f"/shots/{shot['id']}", json=wish).status_code == 400
    assert seen(server, project)["shots"][0]["name"] == shot["name"]


@pytest.mark.parametrize(
    "body",
    [
        {}, {"name": ""}, {"name": "x", "members": [{"name": "Image1", "pictures": ["u"]}]}, {"name": "x", "members": [{"name": "A b", "pictures": ["u"]}]},
        {"name": "x", "members": [{"name": "Anna", "pictures": []}]}, {"name": "x", "settings": {"ratio": 9}}, {"name": "x", "settings": {"music": "a"}},
        {"name": "x", "script": "\n\n"}, {"name": "x", "script": 3}, {"name": "x", "members": [{"name": "A", "pictures": ["u"]}, {"name": "a", "pictures": ["u"]}]},
    ],
)  # fmt: skip
def test_wrong_projects_are_refused_with_a_sentence(server: RunningServer, body: dict) -> None:
    answer = server.http.post("/projects", json=body)
    assert answer.status_code == 400
    assert answer.json()["detail"]


def test_a_finished_request_is_put_on_the_board(server: RunningServer, project: dict) -> None:
    take = project["shots"][2]["takes"][0]
    added = server.http.post(f"/projects/{project['id']}/shots", json={"request_id": take["id"], "name": "4"}).json()[
        "shots"
    ][-1]
    assert (added["name"], added["chosen"], added["arguments"]) == ("4", take["id"], take["arguments"])
    server.http.delete(f"/shots/{added['id']}")
    unknown = {"request_id": "6d1bbd2c-95f6-4a14-96b5-f2a8eebf4b02"}
    assert server.http.post(f"/projects/{project['id']}/shots", json=unknown).status_code == 404


def test_all_approved_shots_are_promoted_for_one_price(server: RunningServer, project: dict) -> None:
    path, wish = f"/projects/{project['id']}/promote", {"engine": "testcard"}
    assert "No approved shot" in server.http.post(path, json=wish).json()["detail"]
    for shot in project["shots"][:2]:
        server.http.patch(f"/shots/{shot['id']}", json={"status": "approved"})
    refused = server.http.post(path, json=wish)
    assert refused.status_code == 402, refused.text
    assert (refused.status_code, refused.json()["price_usd"]) == (402, pytest.approx(0.6))
    made = server.http.post(path, json=wish, headers={"X-Shotwright-Confirm-Usd": "0.6"}).json()
    assert set(made["requests"]) == {shot["id"] for shot in project["shots"][:2]}
    assert (made["failed"], made["cost_usd"]) == ({}, pytest.approx(0.6))
    for shot, request in made["requests"].items():
        row = server.wait(request)
        assert (row["state"], row["engine"]) == ("succeeded", "testcard")
        board = next(item for item in seen(server, project)["shots"] if item["id"] == shot)
        assert (board["status"], board["chosen"], len(board["takes"])) == ("promoted", request, 2)


def test_somebody_elses_board_does_not_exist(data_folder: Callable[[], Path]) -> None:
    keys = start(data_folder(), "--workers", "0", env={"SHOTWRIGHT_KEYS": "one,two"})
    try:
        mine, theirs = ({"Authorization": f"Key {name}"} for name in ("one", "two"))
        made = keys.http.post("/projects", json={"name": "Mine", "script": "A cat sleeps"}, headers=mine).json()
        shot = made["shots"][0]["id"]
        for method, path in (
            ("GET", f"/projects/{made['id']}"), ("PATCH", f"/projects/{made['id']}"), ("DELETE", f"/projects/{made['id']}"),
            ("POST", f"/projects/{made['id']}/shots"), ("POST", f"/projects/{made['id']}/render"), ("POST", f"/projects/{made['id']}/promote"),
            ("GET", f"/projects/{made['id']}/film.mp4"), ("GET", f"/projects/{made['id']}/export/csv"), ("PATCH", f"/shots/{shot}"),
            ("DELETE", f"/shots/{shot}"), ("POST", f"/shots/{shot}/duplicate"), ("POST", f"/shots/{shot}/takes"),
        ):  # fmt: skip
            body = {} if method in {"POST", "PATCH"} else None
            assert keys.http.request(method, path, json=body, headers=theirs).status_code == 404, path
        assert keys.http.get("/projects", headers=theirs).json() == {"projects": []}
        assert len(keys.http.get("/projects", headers=mine).json()["projects"]) == 1
        assert keys.http.delete(f"/projects/{made['id']}", headers=mine).json() == {"deleted": True}
    finally:
        keys.stop()


def test_a_sound_runs_under_the_film_and_other_files_are_refused(
    server: RunningServer, project: dict, tmp_path: Path
) -> None:
    sound = tmp_path / "music.wav"
    with wave.open(str(sound), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(8000 * 2 * 4))
    path = f"/projects/{project['id']}"

    def with_sound(address: str) -> int:
        server.http.patch(path, json={"settings": {"audio_url": address}})
        answer = server.http.get(f"{path}/film.mp4")
        (tmp_path / "film.mp4").write_bytes(answer.content)
        return answer.status_code

    assert with_sound(server.upload(sound)) == 200
    assert probe_video(tmp_path / "film.mp4").has_audio
    (tmp_path / "music.mp3").write_text("#EXTM3U\nfile:///etc/passwd\n")
    assert with_sound(server.upload(tmp_path / "music.mp3")) == 422
    assert with_sound("https://example.com/music.mp3") == 400
    server.http.patch(path, json={"settings": {"audio_url": None}})


def a_drafted(server: RunningServer, script: str) -> dict:
    """A board whose shots have a draft each and are approved."""
    made = server.http.post("/projects", json={"name": "Small", "script": script, "duration": 3}).json()
    asked = server.http.post(
        f"/projects/{made['id']}/render", json={"engine": "testcard"}, headers={"X-Shotwright-Confirm-Usd": "9"}
    ).json()
    for request in asked["requests"].values():
        server.wait(request)
    for shot in made["shots"]:
        server.http.patch(f"/shots/{shot['id']}", json={"status": "approved"})
    return seen(server, made)


def test_two_who_promote_at_once_pay_once(server: RunningServer) -> None:
    board = a_drafted(server, "A cat sleeps\nA dog runs")

    def send(_: int) -> dict:
        agreed = {"X-Shotwright-Confirm-Usd": "9"}
        with httpx.Client(base_url=server.url, headers={"X-API-Key": "any"}, trust_env=False, timeout=60) as http:
            return http.post(f"/projects/{board['id']}/promote", json={"engine": "testcard"}, headers=agreed).json()

    with ThreadPoolExecutor(6) as many:
        answers = list(many.map(send, range(6)))
    sent = [request for answer in answers for request in answer.get("requests", {}).values()]
    assert len(sent) == len(set(sent)) == 2
    assert [len(shot["takes"]) for shot in seen(server, board)["shots"]] == [2, 2]


def test_a_promotion_that_is_refused_leaves_its_shot_approved(server: RunningServer) -> None:
    board = a_drafted(server, "A cat sleeps")
    wish = {"engine": "testcard", "lock": "geometry"}
    assert server.http.post(f"/projects/{board['id']}/promote", json=wish).status_code == 400
    assert seen(server, board)["shots"][0]["status"] == "approved"


def test_a_clip_that_was_deleted_is_in_no_film(server: RunningServer) -> None:
    board = a_drafted(server, "A cat sleeps\nA dog runs")
    gone = board["shots"][0]["takes"][0]["id"]
    assert server.http.delete(f"/v1/models/requests/{gone}/payloads").status_code < 300
    assert [shot["chosen"] is None for shot in seen(server, board)["shots"]] == [True, False]
    for path in ("film.mp4", "export/otio", "export/edl", "export/csv"):
        assert server.http.get(f"/projects/{board['id']}/{path}").status_code == 200, path
    assert (
        len(
            list(
                otio.adapters.read_from_string(
                    server.http.get(f"/projects/{board['id']}/export/otio").text, "otio_json"
                ).find_clips()
            )
        )
        == 1
    )


def test_a_project_has_no_more_shots_than_it_may(server: RunningServer) -> None:
    made = server.http.post("/projects", json={"name": "Long"}).json()
    path, script = f"/projects/{made['id']}/shots", "\n".join(f"Dog {number}" for number in range(180))
    assert [server.http.post(path, json={"script": script}).status_code for _ in range(3)] == [200, 200, 400]
    assert len(seen(server, made)["shots"]) == 360


def test_a_shot_follows_on_from_the_take_before_it(server: RunningServer) -> None:
    first, second = a_drafted(server, "A woman walks\nShe looks out of the window")["shots"]
    answer = server.http.post(f"/shots/{second['id']}/takes", json={"follows": True})
    row = server.wait(answer.json()["request_id"])
    assert row["state"] == "succeeded", row["error"]
    clip = next(take["video_url"] for take in first["takes"] if take["id"] == first["chosen"])
    assert row["endpoint_id"].endswith("/standard/video-to-video/reference")
    assert row["arguments"]["video_url"] == clip
    assert "looks out" in row["arguments"]["prompt"]
    plan = server.http.get(f"/requests/{row['id']}/plan").json()
    assert plan["continuation"] == "next_shot"
    refused = server.http.post(f"/shots/{first['id']}/takes", json={"follows": True})
    assert (refused.status_code, "first shot" in refused.text) == (400, True)
