"""What is measured in a clip, against a truth that is known; and what an edit leaves alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from scripts.demo_media import explorer, greenhouse
from tests.unit.engines.test_draft import CACHE, render, shot_of

from shotwright.engines.analysis.cache import Cache
from shotwright.engines.analysis.clip import ClipAnalysis, analyse
from shotwright.engines.analysis.describe import describe_clip
from shotwright.media.colour import rgb_to_yuv, yuv_to_rgb
from shotwright.media.decode import decode_frames
from shotwright.media.encode import Encoder
from shotwright.media.motion import measure_motion, motion_of
from shotwright.media.probe import probe_video

pytestmark = pytest.mark.slow  # clips are decoded and analysed

W, H, N = 480, 270, 48
WIDE = np.ascontiguousarray(cv2.cvtColor(cv2.resize(greenhouse(1600, 900), (1440, 810)), cv2.COLOR_RGB2GRAY))


def seen(
    shift: tuple[float, float], scale: float, roll: float, picture: np.ndarray = WIDE, size: tuple[int, int] = (W, H)
) -> np.ndarray:
    """The wide picture as a camera sees it: shifted (frame widths), scaled and turned about the middle of the frame."""
    width, height = size
    c, s = scale * np.cos(roll), scale * np.sin(roll)
    middle = np.array([picture.shape[1] / 2, picture.shape[0] / 2])
    turned = np.array([[c, -s], [s, c]])
    offset = np.array([width / 2 + shift[0] * width, height / 2 + shift[1] * width]) - turned @ middle
    return cv2.warpAffine(
        picture, np.column_stack([turned, offset]), size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT
    )


def hand(t: float) -> tuple[float, float]:
    return 0.012 * np.sin(9 * t) + 0.006 * np.sin(23 * t), 0.01 * np.sin(11 * t + 1)


CAMERAS: dict[str, Callable[[float], tuple[tuple[float, float], float, float]]] = {
    "pan": lambda t: ((-0.35 * t, 0.0), 1.0, 0.0), "tilt": lambda t: ((0.0, 0.25 * t), 1.0, 0.0), "zoom": lambda t: ((0.0, 0.0), 1.0 + 0.6 * t, 0.0),
    "roll": lambda t: ((0.0, 0.0), 1.1, 0.35 * t), "handheld": lambda t: (hand(4 * t), 1.0, 0.0),
    "mixed": lambda t: ((-0.2 * t + hand(4 * t)[0], 0.1 * t), 1.0 + 0.4 * t, 0.12 * t),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(CAMERAS))
@pytest.mark.parametrize("covered", [0.0, 0.35])
def test_the_camera_is_measured_although_somebody_walks_before_it(name: str, covered: float) -> None:
    states = [CAMERAS[name](i / (N - 1)) for i in range(N)]
    frames, places = [], []
    for i, state in enumerate(states):
        frame, place = seen(*state), np.full((H, W), 255, np.uint8)
        if covered:
            left, wide = round(0.05 * W + 0.3 * W * i / N), round(covered * W)
            frame[:, left : left + wide] = np.roll(WIDE[:H, :wide], 3 * i, axis=0)
            place[:, max(0, left - 8) : left + wide + 8] = 0
        frames.append(frame)
        places.append(place)
    motion = motion_of(frames, places)
    path = np.vstack([np.zeros((1, 4)), np.cumsum(motion.steps, axis=0)])
    true = np.array([_step_sum(states, i) for i in range(N)])
    for axis in range(4):
        if np.ptp(true[:, axis]) > 0.01:
            assert np.corrcoef(path[:, axis], true[:, axis])[0, 1] >= 0.95, axis
    assert np.abs(path[-1] - true[-1])[:2].max() <= 0.05


def _step_sum(states: list[tuple[tuple[float, float], float, float]], end: int) -> np.ndarray:
    """The true path as the sum of the motion of the middle of the picture from frame to frame."""
    total = np.zeros(4)
    for (a, scale_a, roll_a), (b, scale_b, roll_b) in zip(states[:end], states[1 : end + 1], strict=False):
        grown, turned = scale_b / scale_a, roll_b - roll_a
        c, s = grown * np.cos(turned), grown * np.sin(turned)
        moved = np.array(b) - np.array([[c, -s], [s, c]]) @ np.array(a)
        total += (moved[0], moved[1], np.log(grown), turned)
    return total


def test_a_cut_is_found_and_is_no_motion() -> None:
    other = cv2.GaussianBlur(np.random.default_rng(1).integers(0, 255, (H, W), np.uint8), (0, 0), 4)
    frames = [seen((-0.004 * i, 0), 1, 0) for i in range(20)] + [np.roll(other, -i, axis=1) for i in range(20)]
    steps = motion_of(frames, cuts=frozenset({20})).steps
    assert np.abs(steps[19]).max() == 0
    assert np.abs(steps[:, 0]).max() < 0.02


@pytest.fixture(scope="module")
def walker(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[np.ndarray]]:
    """A clip of an explorer who walks over a place under a camera that pans, and his true mattes; a cut near the end."""
    path = tmp_path_factory.mktemp("walker") / "walker.mp4"
    figure = cv2.resize(explorer("front", 700), (193, 420), interpolation=cv2.INTER_AREA)
    wide = np.ascontiguousarray(cv2.resize(greenhouse(1600, 900), (1440, 810)))
    rng = np.random.default_rng(5)
    away = np.asarray(
        cv2.resize(rng.integers(0, 255, (9, 16, 3), np.uint8), (854, 480), interpolation=cv2.INTER_CUBIC), np.uint8
    )
    truth = []
    with Encoder(path, 854, 480, 24) as encoder:
        for i in range(60):
            if i >= 48:
                encoder.write(rgb_to_yuv(away))
                truth.append(np.zeros((480, 854), np.uint8))
                continue
            frame = seen((-0.15 * i / 47, 0.0), 1.0, 0.0, wide, (854, 480)).copy()
            x, y = 180 + 5 * i, 40
            alpha = figure[..., 3]
            part = frame[y : y + 420, x : x + 193]
            part[:] = np.where(alpha[..., None] > 128, figure[..., :3], part)
            matte = np.zeros((480, 854), np.uint8)
            matte[y : y + 420, x : x + 193] = alpha
            encoder.write(rgb_to_yuv(frame))
            truth.append(matte)
    return path, truth


@pytest.fixture(scope="module")
def analysed(walker: tuple[Path, list[np.ndarray]]) -> ClipAnalysis:
    path, _ = walker
    return analyse(path, probe_video(path), Cache(CACHE), lambda _: None)


def test_mattes_are_right_in_every_frame(walker: tuple[Path, list[np.ndarray]], analysed: ClipAnalysis) -> None:
    scores = []
    for found, true in zip(analysed.mattes[:48], walker[1][:48], strict=True):
        small = cv2.resize(true, (found.shape[1], found.shape[0]), interpolation=cv2.INTER_AREA) > 128
        scores.append((small & (found > 128)).sum() / (small | (found > 128)).sum())
    assert np.mean(scores) >= 0.85
    assert np.min(scores) >= 0.7


def test_shots_track_and_path_of_a_clip_are_found(analysed: ClipAnalysis) -> None:
    assert analysed.cuts == (48,)
    assert analysed.shot_at(10) == (0, 48)
    assert analysed.shot_at(-1) == (48, 60)
    centres = analysed.boxes[:48, [0, 2]].mean(axis=1)
    true = (180 + 96 + 5 * np.arange(48)) / 854
    assert np.median(np.abs(centres - true)) < 0.03
    assert analysed.motion.steps[:47, 0].sum() == pytest.approx(-0.15, abs=0.02)


def test_a_replaced_subject_follows_the_original_and_the_rest_is_the_source(
    walker: tuple[Path, list[np.ndarray]], pictures: dict[str, Path], tmp_path: Path
) -> None:
    path, truth = walker
    shot = shot_of(
        "Replace the person with @Element1", "video-to-video/edit", elements=((pictures["stone"],),), video=path
    )
    rendered, frames = render(shot, tmp_path)
    assert not rendered.not_rendered
    source = list(decode_frames(path, 854, 480))
    for i in (6, 24, 40):
        outside = cv2.dilate(truth[i], np.ones((141, 141), np.uint8)) == 0
        error = (frames[i].astype(float) - source[i])[outside]
        assert 10 * np.log10(255**2 / max(1e-9, (error**2).mean())) >= 35
        rgb = yuv_to_rgb(frames[i]).astype(int)
        columns = np.where((rgb[..., 2] - rgb[..., 0] > 60).sum(axis=0) > 20)[0]
        assert abs(columns.mean() - (180 + 96 + 5 * i)) < 0.03 * np.hypot(854, 480) + 10


def test_a_part_is_recoloured_and_the_rest_is_the_source(walker: tuple[Path, list[np.ndarray]], tmp_path: Path) -> None:
    path, truth = walker
    shot = shot_of("Make the jacket blue", "video-to-video/edit", video=path)
    rendered, frames = render(shot, tmp_path)
    assert not rendered.not_rendered
    source = list(decode_frames(path, 854, 480))
    inside = truth[24] > 128
    blue = yuv_to_rgb(frames[24])[inside].astype(int)
    assert ((blue[:, 2] - blue[:, 0]) > 40).mean() > 0.2
    outside = cv2.dilate(truth[24], np.ones((41, 41), np.uint8)) == 0
    assert np.abs(frames[24].astype(int) - source[24])[outside].mean() < 2


@pytest.mark.parametrize(("prompt", "sign"), [("Darken the scene", -1), ("Brighten the video", 1)])
def test_the_whole_picture_becomes_darker_or_lighter(
    prompt: str, sign: int, walker: tuple[Path, list[np.ndarray]], tmp_path: Path
) -> None:
    path, _ = walker
    rendered, frames = render(shot_of(prompt, "video-to-video/edit", video=path), tmp_path)
    source = list(decode_frames(path, 854, 480))
    assert not rendered.not_rendered
    assert all(sign * (a[..., 0].mean() - b[..., 0].mean()) > 8 for a, b in zip(frames, source, strict=True))


@pytest.mark.parametrize(
    "prompt",
    [
        "Turn the video into an anime",
        "Restyle the video in the style of @Image1",
        "Set the character on fire",
        "Make it snow",
        "Change the background to a beach",
    ],
)
def test_changes_do_not_flicker(
    prompt: str, walker: tuple[Path, list[np.ndarray]], pictures: dict[str, Path], tmp_path: Path
) -> None:
    path, _ = walker
    images = (pictures["painting"],) if "@Image1" in prompt else ()
    shot = shot_of(prompt, "video-to-video/edit", video=path, images=images)
    _, frames = render(shot, tmp_path)
    source = list(decode_frames(path, 854, 480))
    assert np.abs(frames[24].astype(int) - source[24]).mean() > 1.5

    def jumps(clip: list[np.ndarray]) -> float:
        luma = np.array([frame[..., 0].mean() for frame in clip[:46]])
        return float(np.percentile(np.abs(np.diff(luma, 2)), 95))

    assert jumps(frames) <= 1.5 * jumps(source) + 0.6


@pytest.mark.parametrize(
    "prompt",
    [
        "Make the sky purple",
        "Change the water to lava red",
        "Remove the helicopter",
        "Make the wooden table green",
        "Set the lighthouse on fire",
        "Replace the zeppelin with @Element1",
    ],
)
def test_an_impossible_target_changes_no_pixel(prompt: str, pictures: dict[str, Path], tmp_path: Path) -> None:
    path = tmp_path / "plain.mp4"
    with Encoder(path, 854, 480, 24) as encoder:
        for i in range(12):
            encoder.write(rgb_to_yuv(np.full((480, 854, 3), (120 + i, 96, 88), np.uint8)))
    elements = ((pictures["front"],),) if "@Element1" in prompt else ()
    rendered, frames = render(shot_of(prompt, "video-to-video/edit", video=path, elements=elements), tmp_path)
    assert rendered.not_rendered
    source = list(decode_frames(path, 854, 480))
    assert max(np.abs(a.astype(int) - b).max() for a, b in zip(frames, source, strict=True)) <= 3


def test_motion_transfer_leads_the_element_along_the_track(
    walker: tuple[Path, list[np.ndarray]], pictures: dict[str, Path], tmp_path: Path
) -> None:
    path, _ = walker
    shot = shot_of(
        "@Element1 performs the motion of @Video1 in the place of @Image1",
        "video-to-video/reference",
        video=path,
        elements=((pictures["stone"],),),
        images=(pictures["painting"],),
    )
    _, frames = render(shot, tmp_path)
    columns = []
    for frame in frames[::8]:
        rgb = yuv_to_rgb(frame).astype(int)
        columns.append(np.where((rgb[..., 2] - rgb[..., 0] > 60).sum(axis=0) > 12)[0].mean())
    assert np.corrcoef(columns, np.arange(len(columns)))[0, 1] > 0.95
    assert columns[-1] - columns[0] > 0.12 * frames[0].shape[1]


def test_another_angle_plays_the_same_moment(walker: tuple[Path, list[np.ndarray]], tmp_path: Path) -> None:
    path, _ = walker
    shot = shot_of("Show @Video1 from a low angle", "video-to-video/reference", video=path)
    _, frames = render(shot, tmp_path)
    assert np.abs(frames[30].astype(int) - frames[4]).mean() > 4
    first = next(iter(decode_frames(path, frames[0].shape[1], frames[0].shape[0])))
    assert np.abs(frames[0].astype(int) - first).mean() > 4


def test_a_clip_is_described_and_drawn(walker: tuple[Path, list[np.ndarray]], tmp_path: Path) -> None:
    found = describe_clip(walker[0], tmp_path / "a.jpg", lambda *_, **__: None)
    assert found["shots"] == [[0, 48], [48, 60]]
    assert "pans or trucks right" in found["camera"][0]
    assert found["has_subject"]
    assert cv2.imread(str(tmp_path / "a.jpg")) is not None


def faded(path: Path, dark: slice, *, frames: int = 60) -> Path:
    """A pan over a place that goes to black, or through it, in the frames of `dark`."""
    wide = rgb_to_yuv(np.ascontiguousarray(cv2.resize(greenhouse(1600, 900), (1600, 900))))
    black = np.full((360, 640, 3), (16, 128, 128), np.uint8)
    with Encoder(path, 640, 360, 24) as encoder:
        for index in range(frames):
            frame = np.ascontiguousarray(wide[200:560, 100 + 3 * index : 740 + 3 * index])
            inside = index - dark.start if dark.start <= index < dark.stop else -1
            level = (
                1.0
                if inside < 0
                else max(0.0, 1 - inside / 5)
                if dark.stop >= frames
                else abs(inside - (dark.stop - dark.start) / 2) / ((dark.stop - dark.start) / 2)
            )
            encoder.write(np.asarray(cv2.addWeighted(frame, level, black, 1 - level, 0), np.uint8))
    return path


def test_a_dip_to_black_is_no_motion_of_the_camera(tmp_path: Path) -> None:
    path = faded(tmp_path / "dip.mp4", slice(25, 37))
    motion = measure_motion(decode_frames(path, 640, 360))
    assert np.abs(motion.steps[:, 0] + 3 / 640).max() < 0.004, "the pan goes on"
    assert np.abs(motion.steps[:, 1:]).max() < 0.01, "and nothing tumbles"


def test_a_shot_goes_on_from_where_something_can_be_seen(tmp_path: Path) -> None:
    path = faded(tmp_path / "fade.mp4", slice(45, 60))
    facts = probe_video(path)
    found = analyse(path, facts, Cache(tmp_path / "cache"), lambda _: None)
    assert 43 <= found.readable_near(-1) <= 49
    assert found.readable_near(10) == 10
