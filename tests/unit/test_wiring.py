"""Which engines an installation has, and what it takes to know that"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pydantic import Field, ValidationError

from shotwright import wiring
from shotwright.engines.base import Rendered
from shotwright.engines.diffusion.settings import DiffusionSettings
from shotwright.engines.diffusion.spec import check_weights
from shotwright.engines.remote.settings import RemoteSettings
from shotwright.engines.remote.spec import reach_servers
from shotwright.engines.settings import EngineSettings
from shotwright.engines.spec import STAGES, EngineSpec, Status
from shotwright.engines.upstream.settings import UpstreamSettings
from shotwright.settings import Settings
from shotwright.wiring import ENGINES, build_engines, engine_infos

HAS_TORCH = importlib.util.find_spec("torch") is not None


def set_environment(monkeypatch: pytest.MonkeyPatch, given: dict[str, str]) -> None:
    for name, value in given.items():
        monkeypatch.setenv(f"SHOTWRIGHT_{name.upper()}", value)


@pytest.mark.parametrize(
    ("given", "engine", "problem", "is_off"),
    [
        ({}, "draft", "", False), ({}, "testcard", "", False), ({}, "remote", "It is off", True), ({}, "diffusion", "It is off", True), ({}, "upstream", "It is off", True),
        ({"remote_servers": "vllm=http://127.0.0.1:9"}, "remote", "", False), ({"upstream": "fal"}, "upstream", "Its key is missing", False),
        ({"upstream": "eachlabs", "upstream_key": "k"}, "upstream", "", False), ({"upstream_mode": "replay-or-draft"}, "upstream", "", False),
        ({"diffusion_vace": "/nowhere"}, "diffusion", "no such folder" if HAS_TORCH else "pip install 'shotwright[diffusion]'", False),
    ],
)  # fmt: skip
def test_what_is_ready_and_what_is_missing(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str], engine: str, problem: str, is_off: bool
) -> None:
    set_environment(monkeypatch, given)
    info = engine_infos(Settings())[engine]
    assert problem in info.problem
    assert (info.is_ready, info.is_off) == (not problem, is_off)
    assert (engine in build_engines(Settings())) is info.is_ready


@pytest.mark.parametrize(
    ("given", "engine", "price", "budget"),
    [
        ({}, "draft", "0", None), ({}, "testcard", "0", None), ({}, "upstream", "kling", None), ({"prices": "draft=kling,remote=0.05"}, "draft", "kling", None),
        ({"prices": "remote=0.05"}, "remote", "0.05", None), ({"upstream_mode": "replay"}, "upstream", "0", None),
        ({"upstream_daily_budget_usd": "2.5"}, "upstream", "kling", 2.5),
    ],
)  # fmt: skip
def test_an_engine_knows_its_price(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str], engine: str, price: str, budget: float | None
) -> None:
    set_environment(monkeypatch, given)
    info = engine_infos(Settings())[engine]
    assert (info.price, info.daily_budget_usd) == (price, budget)


def test_specs_tell_names_stages_and_one_drafter() -> None:
    names = [spec.name for spec in ENGINES]
    assert len(set(names)) == len(names)
    assert [spec.name for spec in ENGINES if spec.is_draft] == ["draft"]
    assert all(set(spec.stages) <= set(STAGES) for spec in ENGINES)
    assert all(built.name == name for name, built in build_engines(Settings()).items())


def test_an_engine_process_loads_no_web_server_and_no_torch() -> None:
    code = (
        "import sys, shotwright, shotwright.wiring as wiring; from shotwright.settings import Settings\n"
        "wiring.build_engines(Settings()); wiring.engine_infos(Settings())\n"
        "print(sorted({'torch', 'diffusers', 'starlette', 'uvicorn', 'psycopg'} & set(sys.modules)))"
    )
    environment = {**os.environ, "SHOTWRIGHT_DIFFUSION_VACE": "/nowhere"}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True, env=environment
    )
    assert done.stdout.strip() == "[]"


def test_servers_and_weights_say_what_is_wrong_with_them(tmp_path: Path) -> None:
    [(url, why)] = reach_servers(RemoteSettings(remote_servers="sglang=http://127.0.0.1:9"))
    assert url == "http://127.0.0.1:9"
    assert "refused" in why
    [row] = check_weights(DiffusionSettings(diffusion_bernini=str(tmp_path)), tmp_path)
    assert "model_index.json is missing" in row["problem"]
    assert reach_servers(RemoteSettings()) == check_weights(DiffusionSettings(), tmp_path) == []


@pytest.mark.parametrize(
    ("settings", "given"),
    [
        (RemoteSettings, {"remote_servers": "sglang=http://gpu:abc"}), (RemoteSettings, {"remote_servers": "vllm=http://[::1"}),
        (RemoteSettings, {"remote_servers": "foo"}), (RemoteSettings, {"enhancer_url": "gpu1:8000"}), (DiffusionSettings, {"enhancer_url": "gpu1:8000"}),
        (RemoteSettings, {"remote_key": "clé"}), (RemoteSettings, {"enhancer_key": "a\nb"}), (UpstreamSettings, {"upstream_key": "clé"}),
        (DiffusionSettings, {"diffusion_routes": "foo=vace"}), (DiffusionSettings, {"diffusion_routes": "edit=vaec"}), (Settings, {"prices": "draft"}),
    ],
)  # fmt: skip
def test_what_would_break_an_engine_later_is_refused_at_once(settings: Any, given: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        settings(**given)


def test_a_key_with_a_line_s_end_is_cut() -> None:
    assert RemoteSettings(enhancer_key="sekret\n").enhancer_key.get_secret_value() == "sekret"


def test_a_bad_setting_is_a_sentence() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "shotwright", "doctor"], env={**os.environ, "SHOTWRIGHT_REMOTE_SERVERS": "foo"}, capture_output=True, text=True, timeout=60,
        check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert 'SHOTWRIGHT_REMOTE_SERVERS: write sglang=http://host:port or vllm=http://host:port, not "foo"' in " ".join(
        done.stderr.split()
    )


def test_a_new_engine_is_a_spec_in_the_list(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    class ToySettings(EngineSettings):
        toy_url: str = Field("", description="Where the toy is.")

    class Toy:
        name = "toy"

        def render(self, shot: Any, workdir: Path, progress: Any) -> Rendered:
            progress("render", 0.5)
            return Rendered(workdir / "output.mp4")

    toy = EngineSpec(
        "toy", "Toy", "A toy.", "nothing", lambda _: Toy(), ToySettings,
        lambda settings, _: Status() if settings.toy_url else Status("It is off. Set SHOTWRIGHT_TOY_URL.", is_off=True), is_free=False,
    )  # fmt: skip
    monkeypatch.setattr(wiring, "ENGINES", (*ENGINES, toy))
    assert engine_infos(Settings())["toy"].problem == "It is off. Set SHOTWRIGHT_TOY_URL."
    assert "toy" not in build_engines(Settings())
    monkeypatch.setenv("SHOTWRIGHT_TOY_URL", "http://toy")
    info = engine_infos(Settings())["toy"]
    assert (info.is_ready, info.price) == (True, "kling")
    assert build_engines(Settings())["toy"].name == "toy"
