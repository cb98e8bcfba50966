"""Which engines an installation has, and what it takes to know that"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

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


@pytest.mark.parametrize(
    "given",
    [
        {"remote_servers": "sglang=http://gpu:abc"}, {"remote_servers": "vllm=http://[::1"}, {"remote_servers": "foo"}, {"enhancer_url": "gpu1:8000"},
        {"remote_key": "clé"}, {"enhancer_key": "a\nb"}, {"diffusion_routes": "foo=vace"}, {"diffusion_routes": "edit=vaec"},
    ],
)  # fmt: skip
def test_what_would_break_an_engine_later_is_refused_at_once(given: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        Settings(**given)


def test_a_key_with_a_line_s_end_is_cut() -> None:
    assert Settings(enhancer_key="sekret\n").enhancer_key.get_secret_value() == "sekret"


def test_a_bad_setting_is_a_sentence() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "shotwright", "doctor"], env={**os.environ, "SHOTWRIGHT_REMOTE_SERVERS": "foo"}, capture_output=True, text=True, timeout=60,
        check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert 'SHOTWRIGHT_REMOTE_SERVERS: write sglang=http://host:port or vllm=http://host:port, not "foo"' in " ".join(
        done.stderr.split()
    )
