"""The Python API: plans and clips without a server"""

from __future__ import annotations

import doctest
from dataclasses import replace
from pathlib import Path

import pytest

import shotwright
from shotwright import local
from shotwright.core.errors import BadRequest
from shotwright.media.decode import decode_frames
from shotwright.media.probe import probe_video


@pytest.mark.parametrize("module", [shotwright, local])
def test_the_examples_of_its_docstrings_hold(module: object) -> None:
    found = doctest.testmod(module)  # type: ignore[arg-type]
    assert found.attempted
    assert found.failed == 0


def test_a_clip_is_rendered_described_and_shows_itself(tmp_path: Path, pictures: dict[str, Path]) -> None:
    clip = shotwright.render(
        "Slow push in on @Element1 in @Image1", endpoint="standard/reference-to-video", images=[pictures["place"]],
        elements=[[pictures["front"], pictures["side"]]], duration=3, out=tmp_path / "new" / "clip.mp4", engine="testcard", seed=7,
    )  # fmt: skip
    facts = probe_video(clip.path)
    assert (
        (clip.width, clip.height, clip.frames, clip.seed)
        == (facts.width, facts.height, facts.frames, 7)
        == (1280, 720, 72, 7)
    )
    assert clip.duration_s == 3
    assert clip.plan["camera"][0]["move"] == "dolly_in"
    shown = clip._repr_html_()
    assert shown.startswith("<video controls")
    assert "Not rendered" in shown


def test_a_plan_is_carried_out_instead_of_the_words(tmp_path: Path) -> None:
    plan = replace(shotwright.plan("The camera pans left", duration=3), duration_s=3.0)
    clip = shotwright.render("Something else", duration=3, plan=plan, out=tmp_path / "a.mp4", engine="testcard")
    assert [move["move"] for move in clip.plan["camera"]] == ["pan_left"]
    wrong = replace(plan, task="edit")
    with pytest.raises(BadRequest, match="plan"):
        shotwright.render("x", duration=3, plan=wrong, out=tmp_path / "b.mp4", engine="testcard")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"engine": "upstream"}, "Without a server"), ({"engine": "nothing"}, "Without a server"), ({"endpoint": "nothing"}, "There is no endpoint"),
        ({"images": ["/nowhere.png"]}, "There is no file"), ({"start": "/nowhere.png", "endpoint": "reference-to-video"}, "There is no file"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_a_sentence(options: dict, said: str, tmp_path: Path) -> None:
    with pytest.raises(BadRequest, match=said):
        shotwright.render("x", out=tmp_path / "x.mp4", **options)
    assert not (tmp_path / "x.mp4").exists()


def test_a_test_card_counts_its_frames_and_differs_by_seed(tmp_path: Path) -> None:
    clips = [
        shotwright.render(
            "x",
            endpoint="standard/reference-to-video",
            duration=3,
            out=tmp_path / f"{seed}.mp4",
            engine="testcard",
            seed=seed,
        )
        for seed in (1, 1, 2)
    ]
    same, again, other = (clip.path.read_bytes() for clip in (clips[0], clips[1], clips[2]))
    assert same == again != other
    frames = list(decode_frames(clips[2].path, 1280, 720))
    assert all((a != b).any() for a, b in zip(frames, frames[1:], strict=False))
    assert len({int(frame[100, x, 0]) for frame in frames[:1] for x in range(90, 1280, 183)}) == 7, "seven bars"
