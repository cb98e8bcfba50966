"""Where a local edit may change a clip, found without torch and without a segmenter."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from shotwright.core import errors as e
from shotwright.core.prompt import plan_request
from shotwright.core.request import Element, ShotRequest
from shotwright.engines.base import ElementMedia, OutputSpec, Shot
from shotwright.engines.diffusion.job import job_for, source_frames
from shotwright.engines.diffusion.masks import edit_mask, pasted_back
from shotwright.media.probe import probe_video

pytestmark = pytest.mark.slow  # clips are decoded and analysed

EDIT = "fal-ai/kling-video/o1/standard/video-to-video/edit"
SIZE = (320, 176)


def edit(clip: Path, pictures: dict[str, Path], prompt: str) -> Shot:
    request = ShotRequest(EDIT, prompt, elements=(Element("x", ("x",)),), video_url="x")
    return Shot(
        plan_request(request), OutputSpec(1280, 720, 24, 72), 1, elements=(ElementMedia(pictures["front"], (pictures["side"],)),),
        video=clip, video_facts=probe_video(clip), endpoint_id=EDIT, arguments={"prompt": prompt},
    )  # fmt: skip


def figure(index: int) -> np.ndarray:
    """Where the clip's figure truly is, as the canvas sees it."""
    truth = np.zeros((720, 1280), np.uint8)
    x = 1280 // 3 + 2 * index
    cv2.ellipse(truth, (x, 360), (60, 144), 0, 0, 360, 255, -1)
    cv2.circle(truth, (x, 180), 51, 255, -1)
    return cv2.resize(truth, SIZE, interpolation=cv2.INTER_AREA) > 128


def test_what_is_replaced_is_inside_and_what_is_far_from_it_outside(clip: Path, pictures: dict[str, Path]) -> None:
    shot = edit(clip, pictures, "Replace the man with @Element1.")
    found, why = edit_mask(shot, SIZE, [0, 35, 71], lambda _: None)
    assert why == ""
    assert found is not None
    assert found.shape == (3, 176, 320)
    for mask, index in zip(found, (0, 35, 71), strict=True):
        truth = figure(index)
        assert (mask[truth] == 255).mean() > 0.95
        assert (mask == 255).mean() < 4 * truth.mean()
        box = cv2.boundingRect((mask > 0).astype(np.uint8))
        assert (mask > 0).sum() > 0.8 * box[2] * box[3]  # a box: what comes in has a shape of its own


@pytest.mark.parametrize(
    ("prompt", "reason"), [("Make it night.", None), ("Add a red balloon.", "no place in the source"), ("Change the teapot to blue.", "main subject is"),
     ("Remove the dog.", "main subject is dog"), ("Remove the second person.", "which one is meant"), ("Remove the man on the left.", "which one is meant")]
)  # fmt: skip
def test_without_a_place_the_whole_frame_is_open(
    clip: Path, pictures: dict[str, Path], prompt: str, reason: str | None
) -> None:
    job = job_for(edit(clip, pictures, prompt), "vace", max_pixels=320 * 176)
    assert job.mask is None
    assert bool(job.remarks) is (reason is not None)
    assert reason is None or reason in job.remarks[0]


def test_the_search_can_be_cancelled(clip: Path, pictures: dict[str, Path]) -> None:
    def stop(index: int) -> None:
        if index == 20:
            raise e.ClientCancelled

    with pytest.raises(e.ClientCancelled):
        job_for(edit(clip, pictures, "Remove the man."), "bernini", max_pixels=320 * 176, tick=stop)


def test_paste_back_touches_only_what_was_edited() -> None:
    rng = np.random.default_rng(0)
    source = rng.integers(60, 180, (2, 120, 200, 3), dtype=np.uint8)
    edited = np.clip(source.astype(int) + rng.integers(-3, 4, source.shape), 0, 255).astype(np.uint8)
    edited[:, 40:80, 60:120] = (250, 20, 20)
    found = pasted_back(edited, source)
    assert (found[:, :15] == source[:, :15]).mean() > 0.98
    assert (np.abs(found[:, 50:70, 75:105].astype(int) - (250, 20, 20)) < 4).all()


def test_outside_of_its_mask_an_edit_is_its_source(clip: Path, pictures: dict[str, Path]) -> None:
    job = job_for(edit(clip, pictures, "Remove the man."), "bernini", max_pixels=320 * 176)
    assert job.source is not None
    assert job.mask is not None
    found = pasted_back(np.full_like(job.source, 128), job.source, job.mask)
    far = cv2.dilate(job.mask[10], np.ones((41, 41), np.uint8)) == 0
    assert far.mean() > 0.2
    assert (found[10][far] == job.source[10][far]).all()
    assert (
        np.abs(found[10][cv2.resize(figure(15).astype(np.uint8), (job.width, job.height)) > 0].astype(int) - 128) < 40
    ).mean() > 0.9
    assert (job.source == source_frames(clip, job.width, job.height, job.frames, 3.0)).all()


def test_a_clip_of_another_shape_fills_the_canvas_instead_of_being_squashed(clip: Path) -> None:
    [upright] = source_frames(clip, 160, 288, 1, 1.0, fills=True)
    [whole] = source_frames(clip, 512, 288, 1, 1.0)
    middle = whole[:, 176:336].astype(int)
    assert np.abs(upright.astype(int) - middle).mean() < 6
    [squashed] = source_frames(clip, 160, 288, 1, 1.0)
    assert np.abs(squashed.astype(int) - middle).mean() > 12


def test_the_next_shot_begins_after_the_clip_that_it_goes_on_from(clip: Path, pictures: dict[str, Path]) -> None:
    wish = "Based on @Video1, generate the next shot."
    endpoint = "fal-ai/kling-video/o1/standard/video-to-video/reference"
    request = ShotRequest(endpoint, wish, video_url="x", duration_s=3)
    order = Shot(
        plan_request(request), OutputSpec(1280, 720, 24, 72), 1, video=clip, video_facts=probe_video(clip), endpoint_id=endpoint, arguments={"prompt": wish}
    )  # fmt: skip
    job = job_for(order, "vace", max_pixels=320 * 176)
    assert (job.skipped, sorted(job.kept)) == (9, list(range(9)))
    assert job.frames - job.skipped >= 48
    told = job_for(order, "bernini", max_pixels=320 * 176)
    assert "the first reference image, the second reference image and the third reference image" in told.prompt
    assert "source video" not in told.prompt
    assert [picture.shape for picture in told.references] == [told.references[0].shape] * 3
    assert told.references[0].shape[1] / told.references[0].shape[0] == pytest.approx(16 / 9, abs=0.05)
