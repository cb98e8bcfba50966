"""@fal-ai/client, unmodified, by requestMiddleware and by proxyUrl."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tests.running import RunningServer

pytestmark = pytest.mark.slow
Drive = Callable[[str, str, RunningServer], Any]
MODES = ["middleware", "proxy"]


@pytest.mark.parametrize("mode", MODES)
def test_subscribe_by_polling_gives_statuses_logs_and_a_video(
    mode: str, server: RunningServer, javascript: Drive
) -> None:
    seen = javascript(mode, "poll", server)
    assert seen["statuses"][-1] == "COMPLETED"
    assert "IN_PROGRESS" in seen["statuses"]
    assert any("frames" in line for line in seen["logs"])
    video = seen["data"]["video"]
    assert (video["content_type"], video["file_name"]) == ("video/mp4", "output.mp4")
    assert len(server.http.get(video["url"]).content) == video["file_size"]
    assert server.row(seen["requestId"])["state"] == "succeeded"


def test_subscribe_by_streaming(server: RunningServer, javascript: Drive) -> None:
    seen = javascript("middleware", "streaming", server)
    assert seen["statuses"][-1] == "COMPLETED"
    assert any("frames" in line for line in seen["logs"])


@pytest.mark.parametrize("mode", MODES)
def test_run_and_its_request_id(mode: str, server: RunningServer, javascript: Drive) -> None:
    seen = javascript(mode, "run", server)
    assert seen["data"]["video"]["file_size"] > 10_000
    assert server.row(seen["requestId"])["state"] == "succeeded"


def test_stream_ends_with_the_output(server: RunningServer, javascript: Drive) -> None:
    seen = javascript("middleware", "stream", server)
    assert seen["events"] > 3
    assert seen["data"]["video"]["url"].startswith(server.url)


@pytest.mark.parametrize("mode", MODES)
def test_a_failed_validation_is_the_clients_own_exception(mode: str, server: RunningServer, javascript: Drive) -> None:
    seen = javascript(mode, "invalid", server)
    assert (seen["isValidation"], seen["status"]) == (True, 422)
    assert seen["fields"][0]["loc"] == ["body", "duration"]


def test_cancel_queued_and_running(server: RunningServer, javascript: Drive) -> None:
    assert javascript("middleware", "cancel", server)["answers"] == [499, 499]


@pytest.mark.parametrize("mode", MODES)
def test_upload(mode: str, server: RunningServer, javascript: Drive) -> None:
    seen = javascript(mode, "upload", server)
    assert seen["size"] == 1000
    assert seen["address"].endswith(".mp4")


def test_upload_in_parts(server: RunningServer, javascript: Drive) -> None:
    assert javascript("middleware", "multipart", server) == {"size": 91 * 1024 * 1024, "first": 7, "last": 9}
