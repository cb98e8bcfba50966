"""Both OpenAPI documents against the server, with input that fits and input that does not: no 5xx, no undocumented answer."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.running import STANDARD, RunningServer, start

pytestmark = pytest.mark.slow
DOCUMENTS = {
    "eachlabs": "/eachlabs/openapi.json",
    "fal reference": f"/api/openapi/queue/openapi.json?endpoint_id={STANDARD}reference-to-video",
    "fal edit": f"/api/openapi/queue/openapi.json?endpoint_id={STANDARD}video-to-video/edit",
}


CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance"
"""fal's own documents describe `logs` as an object where the service sends a list or null; we send what clients read."""


@pytest.fixture(scope="module")
def idle(data_folder: Callable[[], Path]) -> Iterator[RunningServer]:
    """A server that renders nothing; its bounds are out of the way."""
    off = {"SHOTWRIGHT_EACHLABS_IN_FLIGHT": "0", "SHOTWRIGHT_EACHLABS_CREATES_PER_MINUTE": "0"}
    running = start(data_folder(), "--workers", "0", env=off)
    yield running
    running.stop()


@pytest.mark.parametrize("name", sorted(DOCUMENTS))
def test_the_server_answers_as_its_document_says(idle: RunningServer, name: str, tmp_path: Path) -> None:
    command = [
        str(Path(sys.executable).parent / "schemathesis"), "run", idle.url + DOCUMENTS[name], "--mode", "all", "--max-examples", "30",
        "--checks", CHECKS + (",response_schema_conformance" if name == "eachlabs" else ""),
        "--phases", "examples,coverage,fuzzing", "--exclude-path", "/v1/prediction/run", "--seed", "1", "--generation-deterministic",
        "--no-color", "--exclude-path", "/v1/billing/balance",
    ]  # fmt: skip
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=280, check=False)
    assert done.returncode == 0, done.stdout[-6000:]
