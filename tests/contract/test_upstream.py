"""The paid engine end to end: a second Shotwright plays the paid service"""

from __future__ import annotations

import http.server
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from tests.fake_server import FakeHandler, FakeServer
from tests.paid_service import PaidService, Script
from tests.running import STANDARD, RunningServer, eventually, start, write_clip

pytestmark = pytest.mark.slow
PRO = "fal-ai/kling-video/o1/reference-to-video"
KEY = "paid-key-7f3a"
UPSTREAM = {"X-Shotwright-Engine": "upstream"}


@pytest.fixture(scope="module")
def paid_server(data_folder: Callable[[], Path]) -> Iterator[RunningServer]:
    running = start(data_folder(), env={"SHOTWRIGHT_KEYS": KEY})
    yield running
    running.stop()


def front_env(url: str, service: str = "fal") -> dict[str, str]:
    return {"SHOTWRIGHT_UPSTREAM": service, "SHOTWRIGHT_UPSTREAM_KEY": KEY, "SHOTWRIGHT_UPSTREAM_URL": url}


def front(data: Path, url: str, service: str = "fal", **more: str) -> RunningServer:
    """A server whose paid service is at `url`."""
    return start(
        data, env=front_env(url, service) | {f"SHOTWRIGHT_{name.upper()}": value for name, value in more.items()}
    )


@pytest.mark.parametrize("service", ["fal", "eachlabs"])
def test_a_draft_is_promoted_to_the_paid_service(
    paid_server: RunningServer, data_folder: Callable[[], Path], pictures: dict[str, Path], service: str, tmp_path: Path
) -> None:
    ours = front(data_folder(), paid_server.url, service)
    try:
        body = {
            "prompt": "Take @Image1 as the start frame. Slow push in.",
            "image_urls": [ours.upload(pictures["place"])],
            "duration": "5",
        }
        draft = ours.submit(PRO, body)
        ours.wait(draft)
        paid = ours.http.post(f"/requests/{draft}/promote", json={"engine": "upstream"}).json()["request_id"]
        row = ours.wait(paid, seconds=150)
        assert row["state"] == "succeeded", row["error"]
        assert (row["engine"], row["promoted_from"], row["arguments"]) == ("upstream", draft, body)
        assert row["cost_usd"] == pytest.approx(0.56)
        assert row["video"]["width"] == 1920
        assert row["metrics"]["service"] == service
        assert ours.download(row["video_url"], tmp_path / "clip.mp4").stat().st_size > 10_000
        lines = [event["message"] or "" for event in ours.http.get(f"/requests/{paid}/events").json()["events"]]
        assert any("Accepted by" in line for line in lines)
        theirs = paid_server.http.get("/requests?limit=1", headers={"Authorization": f"Key {KEY}"}).json()["requests"][
            0
        ]
        assert theirs["arguments"]["prompt"] == body["prompt"]
        assert theirs["arguments"]["image_urls"][0].startswith(paid_server.url)
        for path in (f"/requests/{paid}", f"/requests/{paid}/events", f"/requests/{paid}/recipe", "/health"):
            assert KEY not in ours.http.get(path).text
        assert KEY not in ours.http.get(f"/requests/{paid}", headers={"accept": "text/html"}).text
    finally:
        ours.stop()


def test_a_draft_is_a_playblast_of_the_paid_model(
    paid_server: RunningServer, data_folder: Callable[[], Path], pictures: dict[str, Path]
) -> None:
    ours = front(data_folder(), paid_server.url, confirm_above_usd="0.1")
    try:
        body = {
            "prompt": "A woman (@Element1) waves in a street. Slow push in.",
            "elements": [{"frontal_image_url": ours.upload(pictures["front"])}],
            "duration": "3",
        }
        draft = ours.submit(PRO.replace("o1/", "o1/standard/"), body)
        early = ours.http.get(f"/requests/{draft}/playblast")
        assert early.status_code == 400 or ours.row(draft)["state"] == "succeeded"
        clip = ours.wait(draft)["video_url"]
        seen = ours.http.get(f"/requests/{draft}/playblast").json()
        assert seen["endpoint_id"] == "fal-ai/kling-video/o1/standard/video-to-video/edit"
        assert seen["arguments"]["video_url"] == clip
        price = next(offer for offer in seen["engines"] if offer["engine"] == "upstream")
        assert (price["cost_usd"], price["is_upper_bound"]) == (pytest.approx(3 * 0.126), False)
        wish = {"engine": "upstream", "lock": "playblast"}
        refused = ours.http.post(f"/requests/{draft}/promote", json=wish)
        assert (refused.status_code, refused.json()["price_usd"]) == (402, price["cost_usd"])
        agreed = {"X-Shotwright-Confirm-Usd": str(price["cost_usd"])}
        made = ours.http.post(f"/requests/{draft}/promote", json=wish, headers=agreed).json()
        row = ours.wait(made["request_id"], seconds=150)
        assert row["state"] == "succeeded", row["error"]
        assert (row["promoted_from"], row["endpoint_id"], made["left_out"]) == (draft, seen["endpoint_id"], [])
        assert row["arguments"] == seen["arguments"]
        sent = paid_server.http.get("/requests?limit=1", headers={"Authorization": f"Key {KEY}"}).json()["requests"][0]
        assert sent["state"] == "succeeded"  # the draft's clip passes every limit of the service
        assert sent["arguments"]["video_url"].startswith(paid_server.url)
        for wrong in ({"lock": "geometry"}, {"lock": "playblast", "prompt": 3}, {"lock": "playblast"}):
            assert ours.http.post(f"/requests/{draft}/promote", json={"engine": 1, **wrong}).status_code == 400
    finally:
        ours.stop()


def test_a_worker_that_dies_on_the_way_never_pays_twice(data_folder: Callable[[], Path], clip: Path) -> None:
    paid = PaidService(clip)
    paid.script = Script(states=["IN_PROGRESS"])
    ours = front(data_folder(), paid.url)
    try:
        made = ours.submit(PRO, {"prompt": "A quiet beach", "duration": "5"}, **UPSTREAM)
        eventually(lambda: paid.asked["status"] > 1)
        for child in psutil.Process(ours.process.pid).children(recursive=True):
            if "multiprocessing" in " ".join(child.cmdline()) and "spawn" in " ".join(child.cmdline()):
                os.kill(child.pid, signal.SIGKILL)
        eventually(lambda: ours.row(made)["attempt"] == 2)
        paid.script.states = ["COMPLETED"]
        row = ours.wait(made)
        assert (row["state"], row["attempt"], paid.asked["submit"]) == ("succeeded", 2, 1)
        assert ours.http.get("/usage").json()["total"]["cost_usd"] == pytest.approx(0.56)
    finally:
        ours.stop()
        paid.close()


def test_a_cancel_is_passed_on(data_folder: Callable[[], Path], clip: Path) -> None:
    paid = PaidService(clip)
    paid.script = Script(states=["IN_PROGRESS"])
    ours = front(data_folder(), paid.url)
    try:
        made = ours.submit(PRO, {"prompt": "A quiet beach", "duration": "5"}, **UPSTREAM)
        eventually(lambda: paid.asked["status"] > 0)
        ours.http.put(f"/queue/{PRO}/requests/{made}/cancel")
        assert ours.wait(made)["state"] == "cancelled"
        assert paid.asked["cancel"] >= 1
        assert ours.row(made)["cost_usd"] == 0
    finally:
        ours.stop()
        paid.close()


def test_money_is_bounded_and_confirmed(data_folder: Callable[[], Path], clip: Path) -> None:
    paid = PaidService(clip)
    ours = front(data_folder(), paid.url, upstream_daily_budget_usd="1.2", confirm_above_usd="0.5")
    try:
        body = {"prompt": "A quiet beach", "duration": "5"}
        asked = ours.http.post(f"/queue/{PRO}", json=body, headers=UPSTREAM)
        assert asked.status_code == 402
        assert asked.json()["detail"].endswith("X-Shotwright-Confirm-Usd: 0.560")
        assert asked.json()["price_usd"] == 0.56
        for nonsense in ("NaN", "sNaN", "Infinity", "-1", "0.559", "²", "", "0x10"):
            headers = {**UPSTREAM, "X-Shotwright-Confirm-Usd": nonsense.encode()}
            assert ours.http.post(f"/queue/{PRO}", json=body, headers=headers).status_code == 402, nonsense
        agreed = {**UPSTREAM, "X-Shotwright-Confirm-Usd": "0.56"}
        for _ in range(2):
            ours.wait(ours.submit(PRO, body, **agreed))
        refused = ours.http.post(f"/queue/{PRO}", json=body, headers=agreed)
        assert refused.status_code == 402
        assert "$1.20 a day" in refused.json()["detail"]
        assert ours.http.post(f"/queue/{PRO}", json=body).status_code == 200
        assert paid.asked["submit"] == 2
    finally:
        ours.stop()
        paid.close()


def test_it_is_off_until_it_is_switched_on(server: RunningServer) -> None:
    answer = server.http.post(f"/queue/{PRO}", json={"prompt": "x"}, headers=UPSTREAM)
    assert answer.status_code == 400
    assert "SHOTWRIGHT_UPSTREAM" in answer.json()["detail"]
    assert server.http.get("/health").json()["engines"] == ["draft", "testcard"]


def test_recordings_answer_without_a_service(data_folder: Callable[[], Path], clip: Path) -> None:
    paid, data = PaidService(clip), data_folder()
    body = {"prompt": "A quiet beach", "duration": "5"}
    ours = front(data, paid.url, upstream_mode="record")
    ours.wait(ours.submit(PRO, body, **UPSTREAM))
    ours.stop()
    paid.close()
    again = start(data, env={"SHOTWRIGHT_UPSTREAM_MODE": "replay-or-draft"})
    try:
        replayed = again.wait(again.submit(PRO, body, **UPSTREAM))
        drawn = again.wait(again.submit(PRO, {**body, "prompt": "A loud beach"}, **UPSTREAM))
        assert (replayed["video"]["width"], replayed["cost_usd"]) == (1280, 0)
        assert (drawn["metrics"]["drafted"], drawn["cost_usd"]) == (True, 0)
    finally:
        again.stop()


class _Grumbler(FakeHandler):
    """A rendering server whose words no database can hold."""

    def do_GET(self) -> None:
        error = {"message": "bad \x00 thing \ud83d"}
        self.answer(200, {"id": "1", "status": "failed", "error": error} if "/videos/" in self.path else {})

    def do_POST(self) -> None:
        self.read()
        self.answer(200, {"id": "1", "status": "queued"})


class Grumbler(FakeServer):
    handler = _Grumbler


def test_words_that_no_database_can_hold_still_end_a_request(data_folder: Callable[[], Path]) -> None:
    gpu = Grumbler()
    running = start(data_folder(), env={"SHOTWRIGHT_REMOTE_SERVERS": f"vllm={gpu.url}", "SHOTWRIGHT_ENGINE": "remote"})
    try:
        request = running.submit("fal-ai/kling-video/o1/standard/reference-to-video", {"prompt": "A quiet beach"})
        row = running.wait(request)
        assert row["state"] == "failed"
        assert "bad  thing ?" in row["error"]["items"][0]["msg"]
        for wish in ([], {}, {"engine": None}, {"engine": 5}):
            assert running.http.post(f"/requests/{request}/promote", json=wish).status_code == 400
    finally:
        running.stop()
        gpu.close()


def test_a_price_is_agreed_to_on_the_command_line(data_folder: Callable[[], Path], clip: Path, tmp_path: Path) -> None:
    paid = PaidService(clip)
    ours = front(data_folder(), paid.url, confirm_above_usd="0.1")
    body = {"prompt": "A quiet beach", "duration": "5"}

    def shotwright(*arguments: str) -> subprocess.CompletedProcess[str]:
        line = [sys.executable, "-m", "shotwright", *arguments, "--url", ours.url]
        return subprocess.run(line, capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL)

    try:
        draft = ours.submit(PRO, body)
        refused = shotwright("promote", draft, "--engine", "upstream")
        assert refused.returncode == 7
        assert "--confirm-usd 0.560" in refused.stderr
        assert shotwright("promote", draft, "--engine", "upstream", "--confirm-usd", "0.55").returncode == 7
        made = shotwright("promote", draft, "--engine", "upstream", "--confirm-usd", "0.56")
        assert made.returncode == 0, made.stderr
        assert ours.wait(made.stdout.strip())["state"] == "succeeded"
        again = shotwright("jobs", "retry", made.stdout.strip())
        assert (again.returncode, "--confirm-usd" in again.stderr) == (7, True)
        out = str(tmp_path / "clip.mp4")
        run = ["run", PRO, "--prompt", "A loud beach", "--duration", "5", "--engine", "upstream", "-o", out]
        assert shotwright(*run).returncode == 7
        assert shotwright(*run, "--confirm-usd", "0.56").returncode == 0
        assert paid.asked["submit"] == 2
    finally:
        ours.stop()
        paid.close()


def test_a_longer_video_than_was_agreed_to_is_not_sent(
    data_folder: Callable[[], Path], clip: Path, tmp_path: Path
) -> None:
    longer = write_clip(tmp_path / "longer.mp4", seconds=5.0)
    served = [clip]

    class Changing(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            data = served[0].read_bytes()
            self.send_response(200)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None: ...

    host = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Changing)
    threading.Thread(target=host.serve_forever, daemon=True).start()
    paid = PaidService(clip)
    ours = front(data_folder(), paid.url, confirm_above_usd="0.1", allow_private_media="1", workers="0")
    try:
        endpoint = STANDARD + "video-to-video/edit"
        body = {"prompt": "Make it snow", "video_url": f"http://127.0.0.1:{host.server_address[1]}/clip.mp4"}
        assert ours.http.post(f"/{endpoint}/estimate", json=body, headers=UPSTREAM).json()["cost_usd"] == 0.378
        served[0] = longer
        asked = ours.http.post(
            f"/queue/{endpoint}", json=body, headers={**UPSTREAM, "X-Shotwright-Confirm-Usd": "0.378"}
        )
        assert (asked.status_code, asked.json()["price_usd"]) == (402, 0.63), "it is looked at anew"
        served[0] = clip
        made = ours.submit(endpoint, body, **UPSTREAM, **{"X-Shotwright-Confirm-Usd": "0.378"})
        served[0] = longer
        worker = start(ours.data, command="worker", env=front_env(paid.url) | {"SHOTWRIGHT_ALLOW_PRIVATE_MEDIA": "1"})
        row = ours.wait(made)
        assert (row["state"], row["error"]["code"], row["cost_usd"]) == ("failed", "video_too_long", 0)
        assert "agreed for 3.00 s" in row["error"]["message"]
        assert paid.asked["submit"] == 0
        worker.stop()
    finally:
        ours.stop()
        paid.close()
        host.shutdown()
        host.server_close()


def test_an_edit_is_priced_by_its_video(data_folder: Callable[[], Path], clip: Path) -> None:
    paid = PaidService(clip)
    ours = front(data_folder(), paid.url, confirm_above_usd="0.1")
    try:
        endpoint = STANDARD + "video-to-video/edit"
        body = {"prompt": "Make it snow", "video_url": ours.upload(clip)}  # three seconds
        price = ours.http.post(f"/{endpoint}/estimate", json=body, headers=UPSTREAM).json()
        assert (price["seconds"], price["cost_usd"], price["is_upper_bound"]) == (3.0, 0.378, False)
        assert ours.http.post(f"/{endpoint}/plan", json=body, headers=UPSTREAM).json()["price"]["cost_usd"] == 0.378
        asked = ours.http.post(f"/queue/{endpoint}", json=body, headers=UPSTREAM)
        assert (asked.status_code, asked.json()["price_usd"]) == (402, 0.378)
        made = ours.submit(endpoint, body)
        assert {
            item["engine"]: item["cost_usd"] for item in ours.http.get(f"/requests/{made}/prices").json()["engines"]
        }["upstream"] == 0.378
        gone = {**body, "video_url": "http://127.0.0.1:9/gone.mp4"}
        assert ours.http.post(f"/{endpoint}/estimate", json=gone, headers=UPSTREAM).json()["is_upper_bound"] is True
    finally:
        ours.stop()
        paid.close()
