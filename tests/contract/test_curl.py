"""The curl recipe of docs/clients.md, run as it stands there."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from tests.running import RunningServer

pytestmark = pytest.mark.slow
PAGE = Path(__file__).parents[2] / "docs" / "clients.md"


@pytest.mark.skipif(not shutil.which("curl") or not shutil.which("python3"), reason="needs curl")
def test_the_curl_recipe(server: RunningServer, pictures: dict[str, Path], tmp_path: Path) -> None:
    section = PAGE.read_text().split("## curl")[1]
    match = re.search(r"```bash\n(.*?)```", section, re.DOTALL)
    assert match is not None
    script = match.group(1).replace("http://127.0.0.1:8000", server.url)
    shutil.copy(pictures["place"], tmp_path / "start.png")
    done = subprocess.run(["bash", "-c", script], cwd=tmp_path, capture_output=True, text=True, timeout=120, check=True)
    video = json.loads(done.stdout)["video"]
    assert len(server.http.get(video["url"]).content) == video["file_size"]
