"""How a shot is staged: parallax, who stands where, light, focus, places from words. Frames are drawn small; nothing is encoded."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from shotwright.core.camera import Pose, State, camera_ctrl_text
from shotwright.core.plan import Action, Entity, Framing, Look, Setting, ShotPlan
from shotwright.engines.analysis.cache import Cache
from shotwright.engines.analysis.cutout import CutOut, cut_out
from shotwright.engines.analysis.fill import filled
from shotwright.engines.draft.blocking import staging
from shotwright.engines.draft.blocking.staging import Actor
from shotwright.engines.draft.cast.members import Subject
from shotwright.engines.draft.cast.words import members_of, thing_of
from shotwright.engines.draft.focus import FocusPull
from shotwright.engines.draft.grade import Grade
from shotwright.engines.draft.light import with_rim
from shotwright.engines.draft.looks.choose import grade_of, sun_of
from shotwright.engines.draft.looks.styles import STYLES, in_look
from shotwright.engines.draft.looks.times import TIMES
from shotwright.engines.draft.looks.weathers import WEATHERS, Weather
from shotwright.engines.draft.morph import morph_between
from shotwright.engines.draft.plate import Diorama, build_diorama
from shotwright.engines.draft.sets import build_set, find_place
from shotwright.engines.draft.sets.kinds import SetKind
from shotwright.engines.draft.sets.places import rows
from shotwright.engines.draft.sprites import draw_sprite, looks_to
from shotwright.engines.draft.stage import View
from shotwright.engines.draft.weather import haze_of, precipitation_of
from shotwright.media.colour import rgb_to_yuv
from shotwright.media.images import load_image

W, H = 320, 180
LENS = 35 / 36


def plate_with_post() -> tuple[np.ndarray, np.ndarray]:
    """A striped place with a red post that stands on the ground, and the post's matte."""
    picture = np.full((H, W, 3), 150, np.uint8)
    picture[:, ::8] = 110
    picture[100:, :] = (picture[100:, :] * 0.6).astype(np.uint8)
    front = np.zeros((H, W), np.uint8)
    picture[60:150, 150:170] = (220, 30, 30)
    front[60:150, 150:170] = 255
    return rgb_to_yuv(picture), front


def seen(place: Diorama, pose: Pose) -> np.ndarray:
    frame = np.zeros((H, W, 3), np.uint8)
    view = View(pose, W, H)
    place.draw(frame, view)
    for prop in place.props:
        draw_sprite(frame, view, prop, 0.0)
    return frame


def red_column(frame: np.ndarray) -> float:
    return float(np.where((frame[..., 2] > 170).sum(axis=0) > 10)[0].mean())


def test_what_stands_in_a_picture_moves_more_than_what_is_behind_it() -> None:
    picture, front = plate_with_post()
    place = build_diorama(picture, eye_m=1.6, lens=LENS, horizon=0.5, front=front)
    assert len(place.props) == 1
    base = place.base.pose()
    moved = Pose(0.3, base.y, base.z, base.yaw, base.pitch, base.roll, base.lens)
    post = red_column(seen(place, moved)) - red_column(seen(place, base))
    wall = -0.3 * LENS * W / place.wall_m
    assert post < 1.3 * wall < 0


def test_the_first_frame_is_the_picture_although_parts_of_it_stand_up() -> None:
    picture, front = plate_with_post()
    place = build_diorama(picture, eye_m=1.6, lens=LENS, horizon=0.5, front=front)
    frame = seen(place, place.base.pose())
    assert cv2.PSNR(np.ascontiguousarray(frame[..., 0]), np.ascontiguousarray(picture[..., 0])) > 30


def test_what_is_nearer_than_the_people_stays_in_the_picture() -> None:
    picture, front = plate_with_post()
    assert not build_diorama(picture, eye_m=1.6, lens=LENS, horizon=0.5, front=front, beyond_m=50).props


def test_a_hole_is_filled_from_beside_it() -> None:
    picture, front = plate_with_post()
    behind = filled(picture, front)[70:95, 152:168]
    assert abs(float(behind[..., 0].mean()) - float(picture[70:95, 100:140, 0].mean())) < 12
    assert float(behind[..., 2].mean()) < 135


def figure(height_m: float = 1.7, ref: str = "@Element1", **facts: str) -> Actor:
    return Actor(Subject(ref, "subject", **facts), [thing_of(["person"])[0]], height_m)  # type: ignore[arg-type]


def plan(**values: object) -> ShotPlan:
    return ShotPlan("reference_to_video", 5.0, **values)  # type: ignore[arg-type]


@pytest.fixture
def place() -> Diorama:
    return build_diorama(plate_with_post()[0], eye_m=1.6, lens=LENS, horizon=0.5)


@pytest.mark.parametrize("aspect", [9 / 16, 1.0, 16 / 9])
def test_a_group_is_in_the_frame_whole(aspect: float, place: Diorama) -> None:
    actors = [figure(ref=f"@Element{n}") for n in range(1, 5)]
    sprites = staging.stage_actors(actors, plan(), Framing(), place, aspect, back=False)
    view = View(staging.opening(place, Framing(), sprites, aspect).pose(), 360, round(360 * aspect))
    for sprite in sprites:
        half = sprite.height_m * sprite.views[0][1].aspect / 2
        for dx in (-half, half):
            x, y, _ = view.project(np.array([sprite.x + dx, 0.02, sprite.z]))
            assert 0 <= x <= view.width
            assert 0 <= y <= view.height


def test_shot_sizes_fill_the_frame_more_and_more(place: Diorama) -> None:
    shares = []
    for size in ("extreme_wide", "wide", "full", "medium", "close_up"):
        framing = Framing(size=size)
        sprites = staging.stage_actors([figure()], plan(shots=(framing,)), framing, place, 9 / 16, back=False)
        shares.append(1.7 / (sprites[0].z - place.base.eye[2]))
    assert shares == sorted(shares)
    assert shares[-1] > 4 * shares[1]


def test_left_right_foreground_and_background_mean_what_they_say(place: Diorama) -> None:
    actors = [
        figure(ref="@Element1", placement="left foreground"),
        figure(ref="@Element2", placement="right background"),
    ]
    near, far = staging.stage_actors(actors, plan(), Framing(), place, 9 / 16, back=False)
    assert near.x < 0 < far.x
    assert near.z < far.z


@pytest.mark.parametrize(("angle", "is_true"), [
    ("low", lambda state: state.eye[1] < 0.6 and state.pose().pitch > 0), ("high", lambda state: state.eye[1] > 2 and state.pose().pitch < -0.3),
    ("birds_eye", lambda state: state.pose().pitch < -1.0), ("dutch", lambda state: state.roll > 0.1),
])  # fmt: skip
def test_angles_place_the_camera(angle: str, is_true: object, place: Diorama) -> None:
    framing = Framing(angle=angle)
    sprites = staging.stage_actors([figure()], plan(), framing, place, 9 / 16, back=False)
    assert is_true(staging.opening(place, framing, sprites, 9 / 16))  # type: ignore[operator]


def test_over_the_shoulder_looks_past_a_back_at_a_face(place: Diorama) -> None:
    framing = Framing(angle="over_the_shoulder")
    near, far = staging.stage_actors([figure(), figure(ref="@Element2")], plan(), framing, place, 9 / 16, back=False)
    state = staging.opening(place, framing, [near, far], 9 / 16)
    assert near.heading_deg == 180
    assert state.eye[2] < near.z < far.z
    assert abs(state.look[0] - far.x) < 0.1


def test_who_walks_crosses_the_frame_and_who_comes_nearer_grows(place: Diorama) -> None:
    across = staging.stage_actors([figure(action="walk")], plan(), Framing(), place, 9 / 16, back=False)[0]
    nearer = staging.stage_actors(
        [figure(action="run", heading="toward")], plan(), Framing(), place, 9 / 16, back=False
    )[0]
    assert across.place(5.0)[0] - across.place(0.0)[0] > 0.5
    assert nearer.place(5.0)[2] < 0.8 * nearer.place(0.0)[2]


def test_two_people_named_in_words_are_two_figures() -> None:
    talk = Action("e1", "talk", "talk", end_s=5.0)
    figures = plan(entities=(Entity("e1", "person", "person", count=2),), actions=(talk,))
    shown = [look.figure for _, look in members_of(figures, [])]
    assert [[step.motion for step in figure.steps] for figure in shown if figure] == [["talk"], ["talk"]]


def test_a_side_view_turns_to_where_its_face_looks(pictures: dict[str, Path]) -> None:
    side = cut_out(pictures["side"], Cache(None))
    flipped = CutOut(np.ascontiguousarray(side.texture[:, ::-1]), np.ascontiguousarray(side.alpha[:, ::-1]))
    assert looks_to(side) == 1
    assert looks_to(flipped) == -1


def test_a_portrait_is_known_to_be_cut_off_below(tmp_path: Path) -> None:
    def cut(rows: int) -> CutOut:
        picture = np.zeros((300, 300, 4), np.uint8)
        cv2.ellipse(picture, (150, 120), (60, 90), 0, 0, 360, (90, 120, 160, 255), -1)
        picture[150 : 150 + rows, 60:240] = (60, 60, 120, 255)
        path = tmp_path / f"{rows}.png"
        cv2.imwrite(str(path), picture)
        return cut_out(path, Cache(None))

    assert cut(150).is_cropped
    assert not cut(100).is_cropped


def test_focus_is_sharp_where_it_rests_and_a_rack_moves_it() -> None:
    pull = FocusPull("@Element1", "@Element2", 1.0, 2.0)
    distances = {"@Element1": 2.0, "@Element2": 8.0}
    before, after = (pull.at(t, distances, default_m=4, lens=LENS, width=1280) for t in (0.0, 3.0))
    assert before.blur_px(2.0) == pytest.approx(0)
    assert before.blur_px(8.0) > 3
    assert after.blur_px(8.0) == pytest.approx(0)
    assert after.blur_px(2.0) > 3


def kind_of(name: str, **said: Any) -> SetKind:
    return find_place(Setting(places=(name,), inside=True, **said), has_cast=False).kind


@pytest.mark.parametrize("name", sorted({row["name"] for row in rows().values()}))
def test_every_place_from_words_fills_the_frame_in_every_direction(name: str) -> None:
    place = build_set(kind_of(name), Look(), is_aerial=False, seed=3)
    base = place.base.pose()
    for yaw, pitch in ((0.0, base.pitch), (2.4, 0.0), (0.3, -0.5)):
        frame = np.full((H, W, 3), (0, 0, 255), np.uint8)
        place.draw(frame, View(Pose(base.x, base.y, base.z, yaw, pitch, 0.05, base.lens), W, H))
        assert not (frame == (0, 0, 255)).all(axis=2).any()


def test_a_place_is_the_same_for_the_same_seed_and_another_for_another() -> None:
    frames = []
    for seed in (1, 1, 2):
        place = build_set(kind_of("forest"), Look(), is_aerial=False, seed=seed)
        frame = np.zeros((H, W, 3), np.uint8)
        view = View(place.base.pose(), W, H)
        place.draw(frame, view)
        for prop in place.props:
            draw_sprite(frame, view, prop, 0.0)
        frames.append(frame)
    assert np.array_equal(frames[0], frames[1])
    assert not np.array_equal(frames[0], frames[2])


@pytest.mark.parametrize("name", sorted(name for name, row in STYLES.items() if row.draw))
def test_every_look_redraws_a_picture_and_keeps_what_is_in_it(name: str, pictures: dict[str, Path]) -> None:
    small = np.asarray(cv2.resize(load_image(pictures["place"])[0], (W, H), interpolation=cv2.INTER_AREA), np.uint8)
    yuv = rgb_to_yuv(small)
    drawn = in_look(yuv, name)
    assert drawn.shape == yuv.shape
    assert np.abs(drawn.astype(int) - yuv).mean() > 1
    blurred = [cv2.GaussianBlur(p[..., 0], (0, 0), 6).astype(float).reshape(-1) for p in (drawn, yuv)]
    assert np.corrcoef(*blurred)[0, 1] > 0.55


def test_a_look_without_a_drawing_is_the_very_same_picture() -> None:
    yuv = plate_with_post()[0]
    assert in_look(yuv, "documentary") is yuv
    assert in_look(yuv, None) is yuv


def test_night_is_dark_above_all_where_it_was_bright() -> None:
    table = grade_of(Look(time_of_day="night")).table()[0, :, 0].astype(int)
    assert table[225] < 100
    assert table[225] / 225 < table[80] / 80


def test_a_new_weather_is_one_record(monkeypatch: pytest.MonkeyPatch) -> None:
    """The grade, the light, the air and what falls are read from its row, by everybody."""
    hail = Weather(Grade(stops=-0.4), "flake", 300, 1.8, 0.1, 160, haze_m=40, is_dull=True)
    monkeypatch.setitem(WEATHERS, "hail", hail)
    look = Look(weather="hail")
    assert grade_of(look).stops == pytest.approx(-0.4)
    assert sun_of(look).shadow < sun_of(Look()).shadow
    assert haze_of("hail", np.full((9, 16, 3), 128, np.uint8)).reach_m == 40
    falling = precipitation_of("hail", 320, 180, 1, None)
    frame = np.full((180, 320, 3), 128, np.uint8)
    falling.draw_before(frame, 1.0)
    assert (frame != 128).any()


def test_every_time_of_day_has_its_sun_and_its_grade() -> None:
    assert {row.sun.is_moon for row in TIMES.values()} == {True, False}
    long, short = (sun_of(Look(time_of_day=name)).shadow_length for name in ("golden_hour", "noon"))
    assert long > 5 * short


def test_a_rim_lies_on_the_side_of_the_light_only() -> None:
    cut = thing_of(["person"])[0]
    lit = with_rim(cut, sun_of(Look(lighting="backlit")))
    gain = (lit.texture[..., 0].astype(int) - cut.texture[..., 0]) * (cut.alpha > 200)
    middle = cut.alpha.shape[1] // 2
    rows = slice(round(0.2 * len(gain)), round(0.45 * len(gain)))
    assert gain[rows, middle:].sum() > 2 * abs(gain[rows, :middle].sum())
    assert with_rim(cut, sun_of(Look())) is cut


@pytest.mark.parametrize("name", sorted(name for name, row in WEATHERS.items() if row.falling))
def test_what_falls_falls_before_and_behind_people_and_is_the_same_for_a_seed(name: str) -> None:
    drawn = []
    for _ in range(2):
        sky = precipitation_of(name, W, H, 7)
        assert sky is not None
        behind, before = (np.full((H, W, 3), 60, np.uint8) for _ in range(2))
        sky.draw_behind(behind, 1.0)
        sky.draw_before(before, 1.0)
        assert (behind != 60).any()
        assert (before != 60).any()
        drawn.append(before)
    assert np.array_equal(*drawn)


def test_pictures_that_show_the_same_are_joined_along_their_features(pictures: dict[str, Path]) -> None:
    start = np.asarray(cv2.resize(load_image(pictures["place"])[0], (960, 540)), np.uint8)
    end = np.asarray(cv2.resize(start[108:432, 192:768], (960, 540), interpolation=cv2.INTER_CUBIC), np.uint8)
    place = build_diorama(rgb_to_yuv(start), eye_m=1.6, lens=LENS, horizon=0.5)
    poses = [place.base.pose()] * 25
    morph = morph_between(start, end, place, poses, lens=LENS, is_moved=False)
    assert poses[-1].lens / poses[0].lens == pytest.approx(5 / 3, rel=0.05)
    assert morph.poses[-1].lens == pytest.approx(LENS)
    assert morph.poses[0].lens == pytest.approx(LENS * 3 / 5, rel=0.05)


def test_the_exported_path_projects_as_the_camera_does() -> None:
    pose = Pose(0.4, 1.5, -0.6, 0.3, -0.2, 0.1, LENS)
    numbers = [float(text) for text in camera_ctrl_text([pose], width=W, height=H).splitlines()[1].split()]
    fx, fy, cx, cy = numbers[1:5]
    point = np.array([0.7, 1.1, 4.0])
    x, y, z = np.array(numbers[7:]).reshape(3, 4) @ [*point, 1.0]
    shown = View(pose, W, H).project(point)
    assert (fx * x / z + cx) * W == pytest.approx(shown[0] + 0.5, abs=0.01)
    assert (fy * y / z + cy) * H == pytest.approx(shown[1] + 0.5, abs=0.01)


def test_a_camera_does_not_slide_out_of_the_place_and_says_so(place: Diorama) -> None:
    from shotwright.core.camera import Space
    from shotwright.core.path import camera_path
    from shotwright.core.plan import CameraMove

    base: State = place.base
    space = Space(base, place.wall_m, base.look, 1.7, 9 / 16, {}, {}, side_m=0.5)
    poses = camera_path((CameraMove("tracking", 0, 5, speed="fast"),), space, frames=30, duration_s=5, seed=1)
    assert poses[-1].x == pytest.approx(0.5)
    assert "shortened" in space.notes[0]
    assert not math.isnan(poses[0].yaw)


@pytest.mark.parametrize("horizon", [0.2, 0.35, 0.5, 0.62, 0.8])
@pytest.mark.parametrize(("width", "height"), [(640, 360), (360, 640), (480, 480)])
def test_a_set_shows_its_own_picture_to_the_very_edges(width: int, height: int, horizon: float) -> None:
    noise = np.random.default_rng(3).integers(16, 235, (height, width, 3), np.uint8)
    picture = np.asarray(cv2.GaussianBlur(noise, (0, 0), 5), np.uint8)
    diorama = build_diorama(picture, eye_m=1.6, lens=0.9, horizon=horizon)
    frame = np.zeros_like(picture)
    diorama.draw(frame, View(diorama.base.pose(), width, height))
    off = cv2.absdiff(frame, picture).mean(axis=2)
    edges = [float(line.mean()) for line in (off[0], off[-1], off[:, 0], off[:, -1])]
    assert max(*edges, float(off.mean(axis=0).max()), float(off.mean(axis=1).max())) < 3
    assert float(off.mean()) < 0.6
