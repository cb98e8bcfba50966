"""`shotwright validate` and the server say the same of every file of the corpus of odd media"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.media.make import CLIPS, PICTURES
from tests.running import STANDARD, RunningServer
from typer.testing import CliRunner

from shotwright.cli.commands import app

pytestmark = pytest.mark.slow
EDIT, IMAGES = f"{STANDARD}video-to-video/edit", f"{STANDARD}reference-to-video"


def of_server(row: dict[str, Any]) -> list[tuple[str, str]]:
    """Field and code of every error of a request."""
    return [(".".join(map(str, item["loc"])), item["type"]) for item in (row.get("error") or {}).get("items", [])]


def of_validate(*arguments: str) -> list[tuple[str, str]]:
    """The same by the command line."""
    result = CliRunner().invoke(app, ["validate", *arguments, "--json"])
    assert result.exit_code in {0, 3}, result.output
    found = json.loads(result.stdout)
    assert found["valid"] is (result.exit_code == 0)
    return [(".".join(map(str, item["loc"])), item["type"]) for item in found.get("errors", [])]


def test_validate_says_what_the_server_says(server: RunningServer, tmp_path: Path) -> None:
    asked: dict[str, tuple[str, list[tuple[str, str]]]] = {}
    for item in [*PICTURES, *CLIPS]:
        path = tmp_path / item.name
        item.make(path)
        url = server.upload(path)
        if item in CLIPS:
            request = server.submit(EDIT, {"prompt": "Make it snow", "video_url": url})
            said = of_validate(EDIT, "-p", "Make it snow", "--video", str(path))
        else:
            request = server.submit(IMAGES, {"prompt": "Look at @Image1", "image_urls": [url], "duration": "3"})
            said = of_validate(IMAGES, "-p", "Look at @Image1", "--image", str(path), "--duration", "3")
        asked[item.name] = request, said
    differences = {
        name: (said, answered)
        for name, (request, said) in asked.items()
        if said != (answered := of_server(server.wait(request)))
    }
    assert differences == {}
    assert sum(1 for _, said in asked.values() if said) >= 12, "the corpus has files that are refused"
