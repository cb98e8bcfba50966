"""Metrics for Prometheus: what they count, and who may see them"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from tests.running import STANDARD, RunningServer, eventually, start

pytestmark = pytest.mark.slow
DASHBOARD = Path(__file__).parents[2] / "deploy" / "grafana.json"


def read(server: RunningServer, **headers: str) -> dict[tuple[str, ...], float]:
    """Values by name and labels."""
    answer = server.http.get("/metrics", headers=headers).raise_for_status()
    assert answer.headers["content-type"].startswith("text/plain; version=")
    return {
        (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def test_they_count_what_was_rendered(data_folder: Callable[[], Path]) -> None:
    server = start(data_folder())
    try:
        endpoint = f"{STANDARD}reference-to-video"
        for _ in range(2):
            server.wait(server.submit(endpoint, {"prompt": "A fox.", "duration": "3"}))
        server.wait(server.submit(endpoint, {"prompt": "A fox.", "duration": "99"}))
        done, failed = (endpoint, "testcard", "succeeded"), (endpoint, "testcard", "failed")
        eventually(lambda: read(server).get(("shotwright_requests", *done)) == 2)  # looks are shared for a few seconds
        found = read(server)
        assert found["shotwright_requests", *failed] == 1
        assert found["shotwright_frames", *done] == 144
        assert found["shotwright_render_seconds", *done] > 0
        assert (found["shotwright_queue_length",], found["shotwright_queue_oldest_seconds",]) == (0, 0)
        assert found["shotwright_process_resident_bytes",] > 1e7
        assert found["shotwright_database_pool_size",] >= 1
        names = set(re.findall(r"^# HELP (\w+)", server.http.get("/metrics").text, re.MULTILINE))
        shown = json.loads(DASHBOARD.read_text())
        asked = " ".join(target["expr"] for panel in shown["panels"] for target in panel["targets"])
        assert set(re.findall(r"shotwright_\w+", asked)) <= names
    finally:
        server.stop()
