"""Every snippet of the pages is run as it stands, against a server of its own."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.running import start

pytestmark = pytest.mark.slow
DOCS = Path(__file__).parents[2] / "docs"
RUNNERS = {"bash": ["bash", "-euo", "pipefail"], "python": [sys.executable], "javascript": ["node"]}
SUFFIX = {"bash": "sh", "python": "py", "javascript": "mjs"}


def snippets(page: str) -> list[tuple[str, str]]:
    """Language and code of a page's blocks; all of its shell blocks are one script, in order."""
    blocks = re.findall(r"```(bash|python|javascript)\n(.*?)```", (DOCS / page).read_text(), re.DOTALL)
    shell = "\n".join(code for language, code in blocks if language == "bash")
    return [("bash", shell), *((language, code) for language, code in blocks if language != "bash")]


@pytest.mark.skipif(not shutil.which("curl") or not shutil.which("node"), reason="needs curl and Node.js")
@pytest.mark.parametrize("page", ["eachlabs.md", "webhooks.md", "costs.md"])
def test_the_snippets_of(page: str, data_folder: Callable[[], Path], pictures: dict[str, Path], tmp_path: Path) -> None:
    data = data_folder()
    server = start(data, own_database=True)  # the pages' commands find it by its folder
    shutil.copy(pictures["place"], tmp_path / "start.png")
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    env = {**os.environ, "PATH": path, "SHOTWRIGHT_DATA": str(data), "SHOTWRIGHT_URL": server.url}
    said = []
    try:
        for number, (language, code) in enumerate(snippets(page)):
            file = tmp_path / f"snippet{number}.{SUFFIX[language]}"
            file.write_text(code.replace("http://127.0.0.1:8000", server.url))
            done = subprocess.run(
                [*RUNNERS[language], file.name],
                cwd=tmp_path,
                env=env,
                capture_output=True,
                text=True,
                timeout=150,
                check=False,
            )
            assert done.returncode == 0, f"{page}, {language}:\n{code}\n{done.stdout}\n{done.stderr}"
            said.append(done.stdout)
    finally:
        server.stop()
    for expected in EXPECTED[page]:
        assert re.search(expected, "\n".join(said)), f"{page} did not say {expected}"


EXPECTED = {
    "eachlabs.md": [r"/files/[0-9a-f]{32}/output.mp4", r"success http://127"],
    "webhooks.md": [r"signature verified", r'"status": "OK"', r"delivered +1 +fal"],
    "costs.md": [
        r"Kling O1 \$0\.840",
        r'"upstream_usd":1\.12',
        r"studio +run read +\$20\.00",
        r'"current_balance":20\.0',
    ],
}


def test_the_recipe_for_pytest_runs_as_it_stands(tmp_path: Path) -> None:
    (_, fixture), (_, case), *_ = [item for item in snippets("recipes.md") if item[0] == "python"]
    (tmp_path / "conftest.py").write_text(fixture)
    (tmp_path / "test_application.py").write_text(case)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=150, check=False)
    assert "1 passed" in done.stdout, done.stdout + done.stderr
