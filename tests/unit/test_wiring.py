"""Which engines an installation has, and what it takes to know that"""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from shotwright.settings import Settings
from shotwright.wiring import build_engines, check_weights, engine_infos, reach_servers

HAS_TORCH = importlib.util.find_spec("torch") is not None


@pytest.mark.parametrize(
    ("given", "engine", "problem", "is_off"),
    [
        ({}, "draft", "", False), ({}, "remote", "It is off", True), ({}, "diffusion", "It is off", True), ({}, "upstream", "It is off", True),
        ({"remote_servers": "vllm=http://127.0.0.1:9"}, "remote", "", False), ({"upstream": "fal"}, "upstream", "Its key is missing", False),
        ({"upstream": "eachlabs", "upstream_key": "k"}, "upstream", "", False), ({"upstream_mode": "replay-or-draft"}, "upstream", "", False),
        ({"diffusion_vace": "/nowhere"}, "diffusion", "no such folder" if HAS_TORCH else "pip install 'shotwright[diffusion]'", False),
    ],
)  # fmt: skip
def test_what_is_ready_and_what_is_missing(given: dict[str, Any], engine: str, problem: str, is_off: bool) -> None:
    info = engine_infos(Settings(**given))[engine]
    assert problem in info.problem
    assert (info.is_ready, info.is_off) == (not problem, is_off)
    assert (engine in build_engines(Settings(**given))) is info.is_ready


def test_an_engine_process_loads_no_web_server_and_no_torch() -> None:
    code = (
        "import sys, shotwright, shotwright.wiring as wiring; from shotwright.settings import Settings\n"
        "wiring.build_engines(Settings(diffusion_vace='/nowhere')); wiring.engine_infos(Settings(diffusion_vace='/nowhere'))\n"
        "print(sorted({'torch', 'diffusers', 'starlette', 'uvicorn', 'psycopg'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "[]"


def test_servers_and_weights_say_what_is_wrong_with_them(tmp_path: Path) -> None:
    settings = Settings(remote_servers="sglang=http://127.0.0.1:9", diffusion_bernini=str(tmp_path))
    [(url, why)] = reach_servers(settings)
    assert url == "http://127.0.0.1:9"
    assert "refused" in why
    [row] = check_weights(settings)
    assert "model_index.json is missing" in row["problem"]
    assert reach_servers(Settings()) == check_weights(Settings()) == []
