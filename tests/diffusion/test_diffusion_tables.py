"""Sizes, windows, formulas, routes and checks of the diffusion engine that need no torch."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from shotwright.core.errors import SetupError
from shotwright.engines.diffusion.canvas import Window, canvas_of, frames_for, latent_frames, windows_of
from shotwright.engines.diffusion.flops import NAMED, forward_flops, tokens_of
from shotwright.engines.diffusion.job import adapter_for
from shotwright.engines.diffusion.weights import checked, download


@pytest.mark.parametrize(
    ("seconds", "frames"), [(3, 49), (4, 65), (5, 81), (6, 97), (7, 113), (8, 129), (9, 145), (10, 161), (3.04, 53)]
)
def test_lengths(seconds: float, frames: int) -> None:
    assert frames_for(seconds) == frames
    assert (frames - 1) % 4 == 0


@pytest.mark.parametrize(
    ("frames", "count", "length"), [(81, 1, 81), (97, 2, 53), (113, 2, 61), (129, 2, 69), (145, 2, 77), (161, 3, 61)]
)
def test_long_clips_are_equal_windows(frames: int, count: int, length: int) -> None:
    found = windows_of(frames)
    assert (len(found), found[0].frames) == (count, length)


@pytest.mark.parametrize("frames", range(5, 400, 4))
@pytest.mark.parametrize(("longest", "overlap"), [(81, 9), (85, 5), (17, 5)])
def test_windows_cover_everything_and_overlap(frames: int, longest: int, overlap: int) -> None:
    found = windows_of(frames, longest=longest, overlap=overlap)
    assert found[0].start == 0
    assert found[-1].start + found[-1].frames == frames
    for window in found:
        assert window.frames <= longest or len(found) == 1
        assert (window.frames - 1) % 4 == window.start % 4 == 0
    for one, other in zip(found, found[1:], strict=False):
        assert overlap <= one.start + one.frames - other.start < one.frames


def test_latent_windows_line_up() -> None:
    assert latent_frames(161) == 41
    assert windows_of(81) == [Window(0, 81)]


@pytest.mark.parametrize(
    ("tier", "size", "keeps", "most", "expected"),
    [
        ("standard", (1280, 720), False, None, (832, 480)), ("pro", (1080, 1920), False, None, (720, 1280)), ("pro", (1440, 1440), False, None, (960, 960)),
        ("standard", (1280, 720), False, 160 * 96, (160, 80)), ("standard", (960, 960), False, None, (624, 624)),
    ],
)  # fmt: skip
def test_canvases(tier: Any, size: tuple[int, int], keeps: bool, most: int | None, expected: tuple[int, int]) -> None:
    assert canvas_of(tier, *size, keeps_shape=keeps, max_pixels=most) == expected


def test_an_edit_keeps_its_shape() -> None:
    width, height = canvas_of("standard", 1000, 562, keeps_shape=True)
    assert width % 16 == height % 16 == 0
    assert width * height <= 832 * 480
    assert abs(width / height - 1000 / 562) < 0.08


@pytest.mark.parametrize(
    ("name", "size", "frames", "pflop"),
    [
        ("1.3b", (832, 480), 21, 0.283),
        ("vace-1.3b", (832, 480), 21, 0.427),
        ("14b", (832, 480), 21, 1.678),
        ("vace-14b", (1280, 720), 21, 7.864),
        ("14b", (832, 480), 42, 5.11),
    ],
)
def test_the_formula_gives_the_documented_figures(name: str, size: tuple[int, int], frames: int, pflop: float) -> None:
    assert forward_flops(NAMED[name], tokens_of(*size, frames)) / 1e15 == pytest.approx(pflop, rel=5e-3)


def shot(**plan: Any) -> Any:
    base = {"task": "reference_to_video", "start_frame": None, "end_frame": None, "continuation": None}
    return SimpleNamespace(plan=SimpleNamespace(**{**base, **plan}), control=None)


@pytest.mark.parametrize(
    ("plan", "pins", "ready", "expected"),
    [
        ({}, {}, {"bernini", "vace"}, "bernini"), ({"start_frame": "@Image1"}, {}, {"bernini", "vace"}, "vace"),
        ({"start_frame": "@Image1"}, {}, {"bernini"}, "bernini"), ({"task": "edit"}, {}, {"bernini", "vace"}, "bernini"),
        ({"task": "edit"}, {"edit": "vace"}, {"bernini", "vace"}, "vace"), ({"task": "video_reference", "continuation": "next_shot"}, {}, {"bernini", "vace"}, "vace"),
    ],
)  # fmt: skip
def test_routes(plan: dict[str, Any], pins: dict[str, str], ready: set[str], expected: str) -> None:
    assert adapter_for(shot(**plan), pins, frozenset(ready)) == expected


# Weights


def folder(tmp_path: Path, kind: str = "WanPipeline") -> Path:
    index = {
        "_class_name": kind,
        "transformer": ["diffusers", "WanTransformer3DModel"],
        "scheduler": ["diffusers", "X"],
        "transformer_2": [None, None],
    }
    (tmp_path / "transformer").mkdir()
    (tmp_path / "scheduler").mkdir()
    (tmp_path / "model_index.json").write_text(json.dumps(index))
    (tmp_path / "transformer/config.json").write_text("{}")
    (tmp_path / "scheduler/scheduler_config.json").write_text("{}")
    header = json.dumps({"w": {"dtype": "F32", "shape": [4], "data_offsets": [0, 16]}}).encode()
    (tmp_path / "transformer/model.safetensors").write_bytes(len(header).to_bytes(8, "little") + header + bytes(16))
    return tmp_path


def test_whole_weights_are_measured(tmp_path: Path) -> None:
    found = checked(str(folder(tmp_path)), "bernini", tmp_path)
    assert found.size_bytes == (tmp_path / "transformer/model.safetensors").stat().st_size


def damage(what: str, place: Path) -> None:
    model = place / "transformer/model.safetensors"
    {
        "no index": lambda: (place / "model_index.json").unlink(),
        "bad index": lambda: (place / "model_index.json").write_text("{"),
        "no part": lambda: shutil.rmtree(place / "scheduler"),
        "a list": lambda: (place / "model_index.json").write_text("[]"),
        "no config": lambda: (place / "transformer/config.json").unlink(),
        "cut shards": lambda: (place / "transformer/d.safetensors.index.json").write_text('{"weight_'),
        "no shards": lambda: (place / "transformer/d.safetensors.index.json").write_text("{}"),
        "odd header": lambda: model.write_bytes((2).to_bytes(8, "little") + b"[]"),
        "no offsets": lambda: model.write_bytes((8).to_bytes(8, "little") + b'{"w":{}}'),
        "no weights": model.unlink,
        "cut off": lambda: model.write_bytes(model.read_bytes()[:-3]),
        "noise": lambda: model.write_bytes(b"\xff" * 64),
        "broken download": lambda: (place / "transformer/x.incomplete").touch(),
        "missing shard": lambda: (place / "transformer/d.safetensors.index.json").write_text(
            json.dumps({"weight_map": {"a": "model.safetensors", "b": "two.safetensors"}})
        ),
    }[what]()


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ("no index", "model_index.json is missing"), ("bad index", "damaged"), ("no part", "scheduler is missing"), ("no weights", "no weights"),
        ("a list", "damaged"), ("no config", "transformer/config.json is missing"), ("cut shards", "damaged"), ("no shards", "damaged"),
        ("odd header", "damaged"), ("no offsets", "damaged"), ("cut off", "cut off"), ("noise", "damaged"), ("broken download", "broken download"), ("missing shard", "1 of 2 files are missing"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_weights_is_named(tmp_path: Path, what: str, words: str) -> None:
    damage(what, folder(tmp_path))
    with pytest.raises(SetupError, match=words):
        checked(str(tmp_path), "bernini", tmp_path)


def test_weights_of_another_model_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="needs a WanVACEPipeline"):
        checked(str(folder(tmp_path)), "vace", tmp_path)


@pytest.mark.parametrize(
    ("text", "words"),
    [("/nowhere/at/all", "no such folder"), ("owner/name@abc", "weights download owner/name@abc"), ("nothing", "no such folder"), ("owner/name", "Pin a revision"), ("~nosuchuser/x", "no such folder")],
)  # fmt: skip
def test_weights_that_are_nowhere(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(SetupError, match=words):
        checked(text, "bernini", tmp_path)


@pytest.mark.parametrize(
    ("name", "words"), [("owner/name", "Pin a revision"), ("MiniMaxAI/MiniMax-H3@abc", "--accept-licence")]
)
def test_downloads_are_pinned_and_licensed(tmp_path: Path, name: str, words: str) -> None:
    with pytest.raises(SetupError, match=words):
        download(name, tmp_path, frozenset(), print)


def test_each_revision_has_a_folder_of_its_own(tmp_path: Path) -> None:
    place = tmp_path / "owner--name@one"
    place.mkdir()
    folder(place)
    assert checked("owner/name@one", "bernini", tmp_path).folder == place
    with pytest.raises(SetupError, match="Fetch them"):
        checked("owner/name@two", "bernini", tmp_path)
