"""The npm package for other people's tests: its own tests, with the unmodified JavaScript client, and the documentation's example"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.running import install_packages

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not shutil.which("node") or not shutil.which("npm"), reason="needs Node.js"),
]
ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "js" / "testing"


def run_tests(*files: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "SHOTWRIGHT_COMMAND": f"{sys.executable} -m shotwright"}
    return subprocess.run(
        ["node", "--test", *files], cwd=PACKAGE, env=env, capture_output=True, text=True, timeout=170, check=False
    )


def test_the_packages_own_tests() -> None:
    install_packages(PACKAGE)
    done = run_tests("test/testing.test.js")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "# pass 8" in done.stdout


def test_the_example_of_the_documentation_as_it_stands_there() -> None:
    install_packages(PACKAGE)
    application, tests = re.findall(r"```javascript\n(.*?)```", (ROOT / "docs" / "testing.md").read_text(), re.DOTALL)[
        :2
    ]
    folder = PACKAGE / "test" / "example"  # where its packages are found
    folder.mkdir(exist_ok=True)
    try:
        (folder / "shots.js").write_text(application)
        (folder / "shots.test.js").write_text(tests)
        done = run_tests("test/example/shots.test.js")
    finally:
        shutil.rmtree(folder)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "# pass 3" in done.stdout
