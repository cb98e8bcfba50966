"""The draft engine, from pixels: exact frames, moves in their direction, views, determinism, cancel, honesty."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from skimage.metrics import structural_similarity
from tests.running import with_audio

from shotwright.core.prompt import plan_request
from shotwright.core.request import Element, ShotRequest
from shotwright.engines.base import Cancelled, ElementMedia, Rendered, Shot, nearest_ratio, output_spec
from shotwright.engines.draft.engine import DraftEngine
from shotwright.engines.draft.plate import fit
from shotwright.media.colour import yuv_to_rgb
from shotwright.media.decode import decode_frames
from shotwright.media.images import load_image
from shotwright.media.motion import measure_motion
from shotwright.media.probe import probe_video

pytestmark = pytest.mark.slow
P = "fal-ai/kling-video/o1/standard/"
W, H = 640, 360
CACHE = Path(tempfile.mkdtemp(prefix="shotwright-tests-"))
"""Mattes and analyses of the test media, made once."""
atexit.register(shutil.rmtree, CACHE, ignore_errors=True)


def shot_of(
    prompt: str, path: str = "reference-to-video", *, images: tuple[Path, ...] = (), elements: tuple[tuple[Path, ...], ...] = (),
    video: Path | None = None, seconds: float = 3, ratio: str = "16:9", seed: int | None = None,
) -> Shot:  # fmt: skip
    frames = path == "image-to-video"
    request = ShotRequest(
        P + path, prompt, image_urls=() if frames else ("x",) * len(images), start_image_url="x" if frames else None,
        end_image_url="x" if frames and len(images) > 1 else None, elements=tuple(Element("x", ("x",) * (len(e) - 1)) for e in elements),
        video_url="x" if video else None, duration_s=seconds, aspect_ratio=ratio, seed=seed,
    )  # fmt: skip
    facts = probe_video(video) if video else None
    plan = plan_request(request, duration_s=facts.duration_s if facts and path.endswith("edit") else None)
    shape = (facts.width, facts.height) if facts else None
    spec = output_spec(request, shape, facts)
    if video is None:  # a quarter of the work; the documented sizes are proved by test_endpoints
        spec = replace(spec, width=spec.width // 2, height=spec.height // 2)
    media = tuple(ElementMedia(e[0], e[1:]) for e in elements)
    return Shot(plan, spec, request.derived_seed(), images, media, video, facts, cache=CACHE)


def silent(stage: str, fraction: float, message: str | None = None, *, preview: object = None) -> None:
    return


def render(shot: Shot, folder: Path) -> tuple[Rendered, list[np.ndarray]]:
    rendered = DraftEngine().render(shot, folder, silent)
    facts = probe_video(rendered.path)
    assert (facts.width, facts.height, facts.frames) == (shot.output.width, shot.output.height, shot.output.frames)
    return rendered, list(decode_frames(rendered.path, facts.width, facts.height))


def similarity(frame: np.ndarray, rgb: np.ndarray) -> float:
    return float(structural_similarity(frame[..., 0], cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), data_range=255))


def test_the_first_frame_is_the_start_image_and_the_move_leaves_without_a_jump(
    pictures: dict[str, Path], tmp_path: Path
) -> None:
    shot = shot_of("Take @Image1 as the start frame. Slow push in. Golden hour.", images=(pictures["place"],))
    _, frames = render(shot, tmp_path)
    start = fit(load_image(pictures["place"])[0], W, H)
    assert similarity(frames[0], start) > 0.95
    steps = [np.abs(a.astype(int) - b).mean() for a, b in zip(frames, frames[1:], strict=False)]
    assert steps[0] < 3 * np.median(steps) + 0.5
    assert yuv_to_rgb(frames[-1])[..., 0].mean() > yuv_to_rgb(frames[-1])[..., 2].mean() + 5


def test_first_and_last_frame_are_exact(pictures: dict[str, Path], tmp_path: Path) -> None:
    shot = shot_of("A slow push in", "image-to-video", images=(pictures["place"], pictures["painting"]))
    _, frames = render(shot, tmp_path)
    assert similarity(frames[0], fit(load_image(pictures["place"])[0], W, H)) > 0.95
    assert similarity(frames[-1], fit(load_image(pictures["painting"])[0], W, H)) > 0.9


@pytest.mark.parametrize(
    ("move", "axis", "sign"),
    [
        ("The camera pans right", 0, -1), ("The camera pans left", 0, 1), ("The camera tilts up", 1, 1), ("The camera tilts down", 1, -1),
        ("Push in", 2, 1), ("Zoom out", 2, -1), ("Truck right", 0, -1),
    ],
)  # fmt: skip
def test_moves_can_be_measured_in_the_clip(
    move: str, axis: int, sign: int, pictures: dict[str, Path], tmp_path: Path
) -> None:
    shot = shot_of(f"@Image1 is the background. {move}.", images=(pictures["place"],))
    _, frames = render(shot, tmp_path)
    total = measure_motion(frames).steps.sum(axis=0)
    assert sign * total[axis] > 0.03


def test_static_is_static_to_the_pixel(pictures: dict[str, Path], tmp_path: Path) -> None:
    shot = shot_of("Static shot in the scene of @Image1", images=(pictures["place"],))
    _, frames = render(shot, tmp_path)
    assert (
        max(np.abs(frames[1].astype(int) - frame).max() for frame in frames[2:20]) <= 6
    )  # what x264 leaves at this size


def test_an_orbit_to_the_back_view_ends_on_the_back_view(pictures: dict[str, Path], tmp_path: Path) -> None:
    views = (pictures["front"], pictures["side"], pictures["back"])
    shot = shot_of("A 180-degree orbit around @Element1, moving to the back view", elements=(views,))
    _, frames = render(shot, tmp_path)
    pack = np.array([96, 118, 78])

    def green_share(frame: np.ndarray) -> float:
        rgb = yuv_to_rgb(frame).astype(int)
        return float((np.abs(rgb - pack).sum(axis=2) < 60).mean())

    assert green_share(frames[-1]) > 2 * green_share(frames[0])


def test_an_element_is_on_the_side_that_the_words_say(pictures: dict[str, Path], tmp_path: Path) -> None:
    for side in ("left", "right"):
        shot = shot_of(f"Static shot. @Element1 stands on the {side} of a studio.", elements=((pictures["front"],),))
        _, frames = render(shot, tmp_path)
        rgb = yuv_to_rgb(frames[10]).astype(int)
        columns = np.where(((rgb[..., 0] - rgb[..., 2]) > 80).sum(axis=0) > 10)[0]
        assert len(columns)
        assert (columns.mean() < W / 2) == (side == "left")


def test_the_same_shot_has_the_same_bytes_on_one_thread_and_on_two(pictures: dict[str, Path], tmp_path: Path) -> None:
    shot = shot_of(
        "Handheld shot of @Element1 in the rain in the scene of @Image1",
        images=(pictures["place"],),
        elements=((pictures["front"],),),
    )
    clips = []
    for threads in (1, 2):
        cv2.setNumThreads(threads)
        folder = tmp_path / str(threads)
        folder.mkdir()
        clips.append(DraftEngine().render(shot, folder, silent).path.read_bytes())
    cv2.setNumThreads(2)
    assert clips[0] == clips[1]


def test_words_alone_make_a_shot_and_boxes_that_stand_in_are_named(tmp_path: Path) -> None:
    with_her, frames = render(shot_of("A woman in a red dress beside a zorbatron in a desert, static camera"), tmp_path)
    assert [text for text in with_her.not_rendered if "box" in text] == ["zorbatron: a box with its name stands in"]
    _, without = render(shot_of("A desert, static camera"), tmp_path)
    is_red = [(frame[0][..., 2].astype(int) - frame[0][..., 1] > 60).mean() for frame in (frames, without)]
    assert is_red[0] > is_red[1] + 0.005


def test_no_frame_has_a_hole(pictures: dict[str, Path], tmp_path: Path) -> None:
    prompt = "A 360-degree orbit around @Element1 in the scene of @Image1, then crane up, then whip pan left"
    _, frames = render(shot_of(prompt, images=(pictures["place"],), elements=((pictures["front"],),)), tmp_path)
    assert all((frame[..., 0] < 20).mean() < 0.02 for frame in frames)


def test_the_place_is_shown_before_the_set_is_built(pictures: dict[str, Path], tmp_path: Path) -> None:
    seen: list[tuple[str, tuple[int, ...]]] = []

    def watch(stage: str, fraction: float, message: str | None = None, *, preview: np.ndarray | None = None) -> None:
        if preview is not None:
            seen.append((stage, preview.shape))
        if stage == "render":
            raise Cancelled

    with pytest.raises(Cancelled):
        DraftEngine().render(
            shot_of("Take @Image1 as the start frame. Push in.", images=(pictures["place"],)), tmp_path, watch
        )
    assert seen == [("prepare", (270, 480, 3))]


def test_a_cancel_stops_between_two_frames_and_leaves_no_file(tmp_path: Path) -> None:
    seen = []

    def cancel(stage: str, fraction: float, message: str | None = None, *, preview: object = None) -> None:
        seen.append(stage)
        if seen.count("render") == 5:
            raise Cancelled

    with pytest.raises(Cancelled):
        DraftEngine().render(shot_of("A drone shot over a forest"), tmp_path, cancel)
    assert not (tmp_path / "output.mp4").exists()


def test_an_edit_keeps_frames_size_and_what_is_not_mentioned(
    clip: Path, pictures: dict[str, Path], tmp_path: Path
) -> None:
    shot = shot_of(
        "Replace the person with @Element1", "video-to-video/edit", elements=((pictures["front"],),), video=clip
    )
    rendered, frames = render(shot, tmp_path)
    source = list(decode_frames(clip, 1280, 720))
    assert len(frames) == len(source)
    if not rendered.not_rendered:
        far = np.s_[:, 1100:]
        assert np.abs(frames[20][far].astype(int) - source[20][far]).mean() < 4


@pytest.mark.parametrize(
    "prompt", ["Make her hair blue", "Freeze the water", "Replace the small red notebook with a green one", "Hello"]
)
def test_what_cannot_be_located_changes_no_pixel_and_is_named(prompt: str, clip: Path, tmp_path: Path) -> None:
    shot = shot_of(prompt, "video-to-video/edit", video=clip)
    rendered, frames = render(shot, tmp_path)
    assert rendered.not_rendered
    source = list(decode_frames(clip, 1280, 720))
    assert max(np.abs(a.astype(int) - b).mean() for a, b in zip(frames, source, strict=True)) < 2.5


def test_night_and_rain_darken_a_clip(clip: Path, tmp_path: Path) -> None:
    source = next(iter(decode_frames(clip, 1280, 720)))
    _, frames = render(shot_of("Change the time to night", "video-to-video/edit", video=clip), tmp_path)
    assert frames[0][..., 0].mean() < 0.8 * source[..., 0].mean()


def test_the_next_shot_is_new_and_keeps_the_palette(clip: Path, tmp_path: Path) -> None:
    _, frames = render(
        shot_of(
            "Based on @Video1, generate the next shot. keep the style of the video",
            "video-to-video/reference",
            video=clip,
        ),
        tmp_path,
    )
    last = list(decode_frames(clip, 1280, 720))[-1]
    assert structural_similarity(frames[0][..., 0], last[..., 0], data_range=255) < 0.9
    assert np.abs(frames[0].reshape(-1, 3).mean(axis=0) - last.reshape(-1, 3).mean(axis=0)).max() < 25


def test_the_camera_motion_of_a_reference_is_transferred(clip: Path, pictures: dict[str, Path], tmp_path: Path) -> None:
    shot = shot_of(
        "Use @Image1 as the first frame and apply the camera movement from @Video1", "video-to-video/reference",
        images=(pictures["painting"],), video=clip,
    )  # fmt: skip
    _, frames = render(shot, tmp_path)
    asked = measure_motion(decode_frames(clip, 640, 360)).resampled(len(frames))[:, 0]
    shown = np.concatenate([[0], np.cumsum(measure_motion(frames).steps[:, 0])])
    assert np.corrcoef(asked, shown)[0, 1] > 0.9


@pytest.mark.parametrize(
    ("shape", "ratio"),
    [
        ((1280, 720), "16:9"),
        ((1080, 1920), "9:16"),
        ((1000, 1000), "1:1"),
        ((1700, 1080), "16:9"),
    ],
)
def test_auto_takes_the_nearest_ratio(shape: tuple[int, int], ratio: str) -> None:
    assert nearest_ratio(*shape) == ratio


def test_the_sound_of_the_source_is_kept_only_when_asked_for(clip: Path, tmp_path: Path) -> None:
    source = with_audio(tmp_path / "source.mov", clip)
    silent_shot = shot_of("Make it snow", "video-to-video/edit", video=source)
    for keep in (False, True):
        folder = tmp_path / str(keep)
        folder.mkdir()
        rendered, _ = render(replace(silent_shot, keep_audio=keep), folder)
        assert probe_video(rendered.path).has_audio == keep
