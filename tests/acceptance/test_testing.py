"""The pytest plugin in an application's own tests: the example of the documentation, as it stands there"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow
PAGE = Path(__file__).parents[2] / "docs" / "testing.md"


@pytest.fixture
def example(tmp_path: Path) -> Path:
    """The application and its tests, out of the page."""
    pytest.importorskip("fal_client")
    blocks = re.findall(r"`(\w+\.py)`:\n\n```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    assert [name for name, _ in blocks] == ["shots.py", "test_shots.py"]
    for name, text in blocks:
        (tmp_path / name).write_text(text)
    return tmp_path


def run(folder: Path, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
    return subprocess.run(
        line, cwd=folder, env={**os.environ, **env}, capture_output=True, text=True, timeout=240, check=False
    )


def test_the_example_passes_as_it_stands_there(example: Path) -> None:
    found = run(example, "-W", "error::pytest.PytestUnknownMarkWarning", FAL_KEY="a-real-key")
    assert "5 passed" in found.stdout, found.stdout + found.stderr


def test_it_fails_where_the_application_is_wrong(example: Path) -> None:
    shots = example / "shots.py"
    shots.write_text(shots.read_text().replace('"prompt": prompt', '"prompt": "A dog."'))
    found = run(example, "-k", "is_made")
    assert "1 failed" in found.stdout
    assert "startswith" in found.stdout


def test_a_test_that_does_not_ask_for_it_starts_nothing(tmp_path: Path) -> None:
    (tmp_path / "test_plain.py").write_text("def test_plain():\n    assert 1\n")
    found = run(tmp_path, "--setup-show")
    assert "1 passed" in found.stdout
    assert "shotwright" not in found.stdout


def test_the_client_and_the_keys_are_put_back(tmp_path: Path) -> None:
    pytest.importorskip("fal_client")
    (tmp_path / "test_back.py").write_text(
        "import os\n\nimport fal_client.client\n\nBEFORE = fal_client.client.QUEUE_URL_FORMAT\n\n\n"
        "def test_in(shotwright):\n    assert os.environ['FAL_KEY'] == 'shotwright-test'\n"
        "    assert fal_client.client.QUEUE_URL_FORMAT.startswith(shotwright.url)\n"
        "    assert shotwright.requests == []\n\n\n"
        "def test_out():\n    assert os.environ['FAL_KEY'] == 'a-real-key'\n"
        "    assert fal_client.client.QUEUE_URL_FORMAT == BEFORE\n"
    )
    found = run(tmp_path, FAL_KEY="a-real-key")
    assert "2 passed" in found.stdout, found.stdout + found.stderr
