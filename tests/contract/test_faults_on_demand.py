"""Faults on demand over the wire: each does what it says, none without leave, and the same requests are struck every time"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.receiver import Receiver
from tests.running import STANDARD, RunningServer, start

from shotwright.core.faults import FAULTS

pytestmark = pytest.mark.slow
ENDPOINT = STANDARD + "reference-to-video"
SHOT = {"prompt": "Hold still", "duration": "3"}


@pytest.fixture(scope="module")
def breaking(data_folder: Callable[[], Path]) -> Iterator[RunningServer]:
    server = start(data_folder(), env={"SHOTWRIGHT_FAULTS": "1"})
    yield server
    assert server.stop() == 0


def asked(server: RunningServer, fault: str, **body: str) -> dict:
    made = server.submit(ENDPOINT, {**SHOT, **body}, **{"X-Shotwright-Fault": fault})
    return server.wait(made)


@pytest.mark.parametrize(
    ("fault", "status", "kind"),
    [("rate_limit", 429, "rate_limited"), ("server_error", 500, "internal_error"), ("unavailable", 503, "")],
)
def test_some_strike_when_a_request_is_sent_and_leave_nothing(
    breaking: RunningServer, fault: str, status: int, kind: str
) -> None:
    before = breaking.http.get("/requests?limit=500").json()["requests"]
    answer = breaking.http.post(f"/queue/{ENDPOINT}", json=SHOT, headers={"X-Shotwright-Fault": fault})
    assert answer.status_code == status
    assert kind in answer.text
    if fault == "rate_limit":
        assert int(answer.headers["retry-after"]) >= 1
    assert breaking.http.get("/requests?limit=500").json()["requests"] == before


@pytest.mark.parametrize(
    ("fault", "kind"), [("content_policy", "content_policy_violation"), ("no_media", "no_media_generated")]
)
def test_some_strike_at_the_end(breaking: RunningServer, fault: str, kind: str) -> None:
    row = asked(breaking, fault)
    assert row["state"] == "failed"
    answer = breaking.http.get(f"/queue/fal-ai/kling-video/requests/{row['id']}")
    assert answer.json()["detail"][0]["type"] == kind
    again = breaking.http.post(f"/requests/{row['id']}/retry", json={}).json()["request_id"]
    assert breaking.wait(again)["state"] == "succeeded", "a retry is a new request"


def test_an_engine_that_dies_once_is_started_again_and_one_that_dies_always_fails(breaking: RunningServer) -> None:
    once = asked(breaking, "crash")
    assert (once["state"], once["attempt"]) == ("succeeded", 2)
    always = asked(breaking, "crash=9")
    assert (always["state"], always["attempt"]) == ("failed", 3)
    assert always["error"]["type"] == "runner_disconnected"


def test_a_stuck_render_ends_with_a_cancel(breaking: RunningServer) -> None:
    made = breaking.submit(ENDPOINT, SHOT, **{"X-Shotwright-Fault": "stuck"})
    breaking.wait(made, "running")
    assert breaking.http.put(f"/queue/fal-ai/kling-video/requests/{made}/cancel").status_code == 202
    assert breaking.wait(made)["state"] == "cancelled"


def test_a_slow_render_takes_as_long_as_was_asked(breaking: RunningServer) -> None:
    row = asked(breaking, "slow=1.5")
    assert row["state"] == "succeeded"
    assert row["metrics"]["inference_time"] >= 1.5


def test_a_truncated_clip_is_no_video_and_an_expired_one_is_gone(breaking: RunningServer, tmp_path: Path) -> None:
    whole, cut = asked(breaking, "slow=0"), asked(breaking, "truncated")
    sizes = [len(breaking.http.get(row["video_url"]).content) for row in (whole, cut)]
    assert sizes[1] < 0.7 * sizes[0]
    gone = asked(breaking, "expired")
    assert gone["state"] == "succeeded"
    assert breaking.http.get(gone["video_url"]).status_code in {404, 410}


def test_a_dropped_webhook_is_not_sent(breaking: RunningServer) -> None:
    receiver = Receiver()
    try:
        hooked = f"{ENDPOINT}?fal_webhook={receiver.url}"
        for fault in ("webhook_dropped", "slow=0"):
            breaking.wait(breaking.submit(hooked, SHOT, **{"X-Shotwright-Fault": fault}))
        (call,) = receiver.wait(1)
        assert call
    finally:
        receiver.close()


def test_a_webhook_comes_twice_or_after_a_later_one(breaking: RunningServer) -> None:
    receiver = Receiver()
    try:
        hooked = f"{ENDPOINT}?fal_webhook={receiver.url}"
        made = []
        for fault in ("webhook_late=3", "webhook_duplicated"):
            made.append(breaking.submit(hooked, SHOT, **{"X-Shotwright-Fault": fault}))
            breaking.wait(made[-1])
        late, twice = made
        calls = [json.loads(call.body)["request_id"] for call in receiver.wait(3)]
        assert calls == [twice, twice, late]
    finally:
        receiver.close()


def test_a_chance_strikes_the_same_requests_every_time(breaking: RunningServer) -> None:
    def struck() -> list[int]:
        return [
            breaking.http.post(
                f"/queue/{ENDPOINT}",
                json={**SHOT, "prompt": f"Hold {number}"},
                headers={"X-Shotwright-Fault": "rate_limit; chance=0.5; seed=3"},
            ).status_code
            for number in range(12)
        ]

    first = struck()
    assert set(first) == {200, 429}
    assert struck() == first


@pytest.mark.parametrize(
    "text", ["explode", "slow=fast", "slow=-1", "rate_limit=3", "slow; luck=1", "slow; chance=2", ""]
)
def test_wishes_that_are_none_are_refused_with_what_there_is(breaking: RunningServer, text: str) -> None:
    answer = breaking.http.post(f"/queue/{ENDPOINT}", json=SHOT, headers={"X-Shotwright-Fault": text})
    assert answer.status_code == (400 if text else 200)
    if text == "explode":
        assert all(name in answer.json()["detail"] for name in FAULTS)


def test_without_leave_a_header_does_nothing(server: RunningServer) -> None:
    assert asked(server, "content_policy")["state"] == "succeeded"
    assert asked(server, "explode")["state"] == "succeeded"
