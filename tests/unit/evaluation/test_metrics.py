"""The measures themselves: each passes on a clip that is right and fails on one that is wrong."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest
from scripts.demo_media import greenhouse

from shotwright.core.plan import CameraMove, Entity, ShotPlan
from shotwright.evaluation.case import Case
from shotwright.evaluation.metrics import evaluate
from shotwright.evaluation.report import Entry, write_report
from shotwright.evaluation.result import Result
from shotwright.evaluation.sample import Sample, is_faststart, read_sample
from shotwright.media.colour import rgb_to_yuv
from shotwright.media.encode import Encoder

W, H, N = 640, 360, 36


@pytest.fixture(scope="module")
def wide() -> np.ndarray:
    return rgb_to_yuv(np.ascontiguousarray(cv2.resize(greenhouse(1600, 900), (1280, 720))))


def clip_of(path: Path, frames: list[np.ndarray]) -> Sample:
    with Encoder(path, W, H, 24) as encoder:
        for frame in frames:
            encoder.write(np.ascontiguousarray(frame))
    return read_sample(path)


def pan(wide: np.ndarray, step: int = 6) -> list[np.ndarray]:
    """A camera that turns to the right: the picture goes to the left."""
    return [wide[180 : 180 + H, 100 + step * i : 100 + step * i + W] for i in range(N)]


def case(*moves: CameraMove, **facts: object) -> Case:
    plan = ShotPlan("reference_to_video", N / 24, camera=moves)
    return replace(Case(plan, W, H, Fraction(24), N, keep_audio=False, pictures={}), **facts)  # type: ignore[arg-type]


def results(sample: Sample, asked: Case) -> dict[str, Result]:
    return {result.metric: result for result in evaluate(sample, asked)[0]}


def test_a_pan_is_seen_and_its_opposite_is_not(wide: np.ndarray, tmp_path: Path) -> None:
    sample = clip_of(tmp_path / "a.mp4", pan(wide))
    for name, passes in (
        ("pan_right", True),
        ("pan_left", False),
        ("tilt_up", False),
        ("truck_right", False),
        ("static", False),
        ("dolly_in", False),
    ):
        assert results(sample, case(CameraMove(name, 0, N / 24)))["M3"].passed is passes, name


def test_a_camera_that_stands_is_static(wide: np.ndarray, tmp_path: Path) -> None:
    sample = clip_of(tmp_path / "a.mp4", [wide[180 : 180 + H, 200 : 200 + W]] * N)
    found = results(sample, case(CameraMove("static", 0, N / 24)))
    assert found["M3"].passed
    assert "M10" in found


def test_start_and_end_frames_are_compared_after_the_crop(wide: np.ndarray, tmp_path: Path) -> None:
    frames = pan(wide)
    from shotwright.media.colour import yuv_to_rgb

    for name, frame in (("first", frames[0]), ("last", frames[-1])):
        cv2.imwrite(
            str(tmp_path / f"{name}.png"), cv2.cvtColor(yuv_to_rgb(np.ascontiguousarray(frame)), cv2.COLOR_RGB2BGR)
        )
    sample = clip_of(tmp_path / "a.mp4", frames)
    pictures = {"@Image1": (tmp_path / "first.png",), "@Image2": (tmp_path / "last.png",)}
    asked = case(
        pictures=pictures, plan=ShotPlan("first_last_frame", N / 24, start_frame="@Image1", end_frame="@Image2")
    )
    assert results(sample, asked)["M1"].passed
    assert results(sample, asked)["M2"].passed
    swapped = replace(asked, pictures={"@Image1": pictures["@Image2"], "@Image2": pictures["@Image1"]})
    assert results(sample, swapped)["M1"].passed is False
    assert results(sample, swapped)["M2"].passed is False


def test_an_element_is_found_and_one_in_other_colours_is_not_the_same(
    pictures: dict[str, Path], wide: np.ndarray, tmp_path: Path
) -> None:
    person = cv2.imread(str(pictures["front"]), cv2.IMREAD_UNCHANGED)
    assert person is not None
    small = cv2.resize(person, (110, 240), interpolation=cv2.INTER_AREA)
    frames, blue = [], []
    for i, frame in enumerate(pan(wide, 3)):
        for out, swap in ((frames, False), (blue, True)):
            canvas = frame.copy()
            figure = cv2.cvtColor(small[..., :3], cv2.COLOR_BGR2RGB if not swap else cv2.COLOR_BGR2BGRA)[..., :3]
            part = canvas[90:330, 200 + i : 310 + i]
            part[:] = np.where(small[..., 3:] > 128, rgb_to_yuv(np.ascontiguousarray(figure)), part)
            out.append(canvas)
    plan = ShotPlan("reference_to_video", N / 24, entities=(Entity("e1", "woman", "person", "@Element1", "subject"),))
    asked = case(plan=plan, pictures={"@Element1": (pictures["front"],)})
    right = results(clip_of(tmp_path / "a.mp4", frames), asked)
    assert right["M13"].passed
    assert right["M5"].passed
    wrong = results(clip_of(tmp_path / "b.mp4", blue), asked)
    assert "M5" not in wrong or wrong["M5"].passed is False
    assert results(clip_of(tmp_path / "c.mp4", pan(wide, 3)), asked)["M13"].passed is False


def test_a_cut_a_flash_a_repeated_and_a_black_frame_are_found(wide: np.ndarray, tmp_path: Path) -> None:
    move = CameraMove("pan_right", 0, N / 24)
    good = results(clip_of(tmp_path / "good.mp4", pan(wide)), case(move))
    assert all(good[name].passed for name in ("M9", "M10", "M11", "M12"))
    other = np.full((H, W, 3), (190, 90, 180), np.uint8)
    assert results(clip_of(tmp_path / "cut.mp4", pan(wide)[:18] + [other] * 18), case(move))["M11"].passed is False
    flashing = [cv2.convertScaleAbs(f, alpha=1.2) if i % 4 == 0 else f for i, f in enumerate(pan(wide))]
    assert results(clip_of(tmp_path / "flash.mp4", flashing), case(move))["M9"].passed is False
    frozen = pan(wide)[:18] + [pan(wide)[18]] * 18
    assert results(clip_of(tmp_path / "frozen.mp4", frozen), case(move))["M10"].passed is False
    dark = [np.full((H, W, 3), (17, 128, 128), np.uint8)] * 3 + pan(wide)[3:]
    blackened = [r for r in evaluate(clip_of(tmp_path / "dark.mp4", dark), case(move))[0] if r.name == "black frames"]
    assert blackened[0].passed is False


def test_the_contract_names_what_is_wrong(wide: np.ndarray, tmp_path: Path) -> None:
    sample = clip_of(tmp_path / "a.mp4", pan(wide))
    assert results(sample, case())["M16"].passed
    for wrong in ({"width": 1280}, {"frames": N + 5}, {"fps": Fraction(30)}, {"keep_audio": True}):
        found = results(sample, case(**wrong))["M16"]
        assert found.passed is False
        assert "wrong" in found.value


def test_an_index_behind_the_data_is_no_faststart(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(b"\0\0\0\x10ftypisom\0\0\0\0" + b"\0\0\0\x08mdat" + b"\0\0\0\x08moov")
    assert not is_faststart(path)
    path.write_bytes(b"\0\0\0\x10ftypisom\0\0\0\0" + b"\0\0\0\x08moov" + b"\0\0\0\x08mdat")
    assert is_faststart(path)
    path.write_bytes(b"\0\0\0\x02moov")
    assert not is_faststart(path)


def test_the_same_clip_twice_is_the_same_and_another_is_not(wide: np.ndarray, tmp_path: Path) -> None:
    one, same, other = (clip_of(tmp_path / f"{n}.mp4", pan(wide, step)) for n, step in enumerate((6, 6, 5)))
    assert results(one, case(again=same.path))["M17"].passed
    assert results(one, case(again=other.path))["M17"].passed is False


def test_a_report_shows_every_clip_and_escapes_its_prompt(wide: np.ndarray, tmp_path: Path) -> None:
    sample = clip_of(tmp_path / "a.mp4", pan(wide))
    found, bench = evaluate(sample, case(CameraMove("pan_right", 0, N / 24)))
    page = write_report(tmp_path / "report", [Entry("one", "<b>Pan</b> right", found, bench)], "Title").read_text()
    assert (tmp_path / "report" / "one.jpg").exists()
    assert "&lt;b&gt;Pan" in page
    assert "<b>Pan" not in page
    assert page.count("<polyline") == 4
