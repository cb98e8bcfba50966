"""Official clients, unmodified."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.running import RunningServer, install_packages

JS = Path(__file__).parent / "js"


@pytest.fixture(scope="session")
def javascript() -> Callable[[str, str, RunningServer], Any]:
    """Runs a scenario of `js/drive.mjs`; what it printed."""
    if not shutil.which("node") or not shutil.which("npm"):
        pytest.skip("Node.js is not installed")
    install_packages(JS)

    def run(mode: str, scenario: str, server: RunningServer) -> Any:
        command = ["node", "drive.mjs", mode, scenario, server.url]
        done = subprocess.run(command, cwd=JS, capture_output=True, text=True, timeout=180, check=False, env=os.environ)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.splitlines()[-1])

    return run
