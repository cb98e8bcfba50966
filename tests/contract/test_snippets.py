"""Every snippet of the pages is run as it stands, against a server of its own."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import wave
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.paid_service import PaidService
from tests.running import eventually, start

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
@pytest.mark.parametrize("page", ["eachlabs.md", "openai.md", "webhooks.md", "costs.md"])
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
    "openai.md": [r"completed 1280x720"],
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


SHOTS = """$(shotwright board show PROJECT --json | python -c "import json, sys; print(*[s['id'] for s in json.load(sys.stdin)['shots']][FROM:TO])")"""
FILLED = {
    "board.md": {
        "take SHOT": f"take {SHOTS.replace('FROM', '2').replace('TO', '3')}", "SHOT SHOT": SHOTS.replace("FROM", "0").replace("TO", "2"),
        "PROJECT": "$(shotwright board ls --json | python -c \"import json, sys; print(json.load(sys.stdin)[0]['id'])\")",
    },
    "production.md": {" ID ": " $(shotwright jobs ls --json | python -c \"import json, sys; print(json.load(sys.stdin)[0]['id'])\") "},
}  # fmt: skip
"""What stands for somebody's own ids on a page, and how one finds them."""


@pytest.mark.parametrize(
    ("page", "made"),
    [
        ("board.md", ["pilot.mp4", "pilot.otio"]),
        ("production.md", ["knight.mp4", "knight-depth.mp4", "knight-pose.json", "knight.zip"]),
    ],
)
def test_the_commands_of(
    page: str, made: list[str], data_folder: Callable[[], Path], pictures: dict[str, Path], clip: Path, tmp_path: Path
) -> None:
    """Those for an engine with weights apart: there are none here."""
    paid, data = PaidService(clip), data_folder()
    server = start(
        data, own_database=True, engine="draft",
        env={"SHOTWRIGHT_UPSTREAM": "fal", "SHOTWRIGHT_UPSTREAM_KEY": "k", "SHOTWRIGHT_UPSTREAM_URL": paid.url},
    )  # fmt: skip
    for name, source in (("front", "front"), ("side", "side"), ("kitchen", "place")):
        shutil.copy(pictures[source], tmp_path / f"{name}{'.jpg' if name == 'kitchen' else '.png'}")
    blocks = re.findall(r"```(bash|text)\n(.*?)```", (DOCS / page).read_text(), re.DOTALL)
    (tmp_path / "pilot.txt").write_text(next((code for kind, code in blocks if kind == "text"), ""))
    with wave.open(str(tmp_path / "music.m4a"), "wb") as sound:
        sound.setparams((1, 2, 8000, 0, "NONE", ""))
        sound.writeframes(bytes(8000 * 2 * 4))
    code = "\n".join(c for kind, c in blocks if kind == "bash" and "--engine diffusion" not in c)
    for name, how in FILLED[page].items():
        code = code.replace(name, how)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    env = {**os.environ, "PATH": path, "SHOTWRIGHT_DATA": str(data), "SHOTWRIGHT_URL": server.url}
    try:
        done = subprocess.run(["bash", "-euo", "pipefail", "-c", code], cwd=tmp_path, env=env, capture_output=True, text=True, timeout=280, check=False)  # fmt: skip
        assert done.returncode == 0, f"{page}:\n{code}\n{done.stdout}\n{done.stderr}"
        if page == "board.md":
            eventually(lambda: len(paid.accepted) == 2)
    finally:
        server.stop()
        paid.close()
    assert [name for name in made if not (tmp_path / name).is_file()] == []
    if page == "board.md":
        assert "2 shots on upstream: $0.84" in done.stdout
