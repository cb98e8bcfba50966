"""Pictures as places: what goes on beyond their border, how far a camera may go in them, and what stands in them acts"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import cv2
import numpy as np
import pytest

from shotwright import plan as read
from shotwright.core.camera import Pose
from shotwright.core.plan import Action, Entity, ShotPlan
from shotwright.core.plan import Path as Way
from shotwright.engines.analysis.cache import Cache
from shotwright.engines.analysis.geometry import Geometry
from shotwright.engines.analysis.patches import completed, margins, widened
from shotwright.engines.base import OutputSpec, Shot
from shotwright.engines.draft.backdrop import Backdrop
from shotwright.engines.draft.blocking.containing import MADE_UP, PARTED, STRETCHED, contained, stretched
from shotwright.engines.draft.blocking.in_picture import act_out
from shotwright.engines.draft.loop import draw_frames
from shotwright.engines.draft.plate import Diorama, build_diorama
from shotwright.engines.draft.scene import Scene, build_scene
from shotwright.engines.draft.stage import View
from shotwright.media.colour import rgb_to_yuv, yuv_to_rgb

W, H, LENS = 480, 270, 35 / 36
RED = (220, 30, 30)
SPEC = OutputSpec(W, H, Fraction(24), 10)


def photograph() -> tuple[np.ndarray, np.ndarray]:
    """A place with texture, sky above and ground below, and a red post in front of it; Y'CbCr and the post's matte."""
    rng = np.random.default_rng(2)
    rgb = np.empty((H, W, 3), np.uint8)
    rgb[: H // 2], rgb[H // 2 :] = (150, 190, 230), (110, 130, 80)
    noise = cv2.GaussianBlur(rng.normal(0, 60, (H, W)).astype(np.float32), (0, 0), 2)
    rgb = np.clip(rgb + noise[..., None], 0, 255).astype(np.uint8)
    front = np.zeros((H, W), np.uint8)
    front[90:230, 220:256] = 255
    rgb[front > 0] = RED
    return rgb_to_yuv(rgb), front


def redness(frame: np.ndarray) -> float:
    return float((frame[..., 2] > 170).mean())


def test_a_widened_picture_is_itself_inside_its_border_and_the_same_twice() -> None:
    picture, front = photograph()
    beside, above, below = margins(H, W)
    wide = widened(picture, front)
    assert wide.shape == (H + above + below, W + 2 * beside, 3)
    assert np.array_equal(wide[above : above + H, beside : beside + W], picture)
    assert np.array_equal(wide, widened(picture, front))


def test_nobody_is_seen_twice_and_sky_is_above_ground() -> None:
    picture, front = photograph()
    beside, above, _ = margins(H, W)
    wide = widened(picture, front)
    outside = wide.copy()
    outside[above : above + H, beside : beside + W] = 128
    assert redness(outside) < 0.001
    left = wide[:, : beside // 2, 1].astype(float)
    assert left[: above + H // 3].mean() > left[above + 2 * H // 3 :].mean() + 10, "blue above, green below"


def test_what_goes_on_is_no_mirror_of_the_picture() -> None:
    picture, _ = photograph()
    beside, above, _ = margins(H, W)
    wide = widened(picture, None)[..., 0].astype(float)
    strip = wide[above : above + H, beside + W : beside + W + 60]
    mirrored = picture[:, -60:, 0][:, ::-1].astype(float)
    fine = [part - cv2.GaussianBlur(part, (0, 0), 6) for part in (strip, mirrored)]
    assert abs(np.corrcoef(fine[0].ravel(), fine[1].ravel())[0, 1]) < 0.45


def test_a_hole_is_filled_with_what_is_around_it() -> None:
    picture, front = photograph()
    grown = np.asarray(cv2.dilate(front, np.ones((9, 9), np.uint8)), np.uint8)
    done = completed(picture, grown)
    assert redness(done) < 0.0005
    kept = cv2.dilate(front, np.ones((41, 41), np.uint8)) == 0
    assert np.array_equal(done[kept], picture[kept])


def test_without_the_library_the_colours_of_the_border_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    from patchmatch import patch_match

    monkeypatch.setattr(patch_match, "patchmatch_available", False)
    picture, front = photograph()
    assert widened(picture, front).shape[1] > W
    assert redness(completed(picture, front)) < 0.002


def place() -> Diorama:
    picture, front = photograph()
    return build_diorama(picture, eye_m=1.6, lens=LENS, horizon=0.5, front=front)


def far(base: Pose, **change: float) -> list[Pose]:
    """A way of ten frames from a pose, by so much."""
    return [
        replace(base, **{name: getattr(base, name) + value * i / 9 for name, value in change.items()})
        for i in range(10)
    ]


@pytest.mark.parametrize("change", [{"yaw": 3.1}, {"z": -9.0}, {"x": 6.0}, {"y": 4.0}])
def test_a_camera_goes_no_farther_than_a_start_frame_allows(change: dict[str, float]) -> None:
    diorama = place()
    wanted = far(diorama.base.pose(), **change)
    poses, notes = contained(wanted, diorama, SPEC, is_cut=False)
    assert "lessened to" in notes[0]
    assert poses[0] == wanted[0]
    assert max(diorama.bare_share(View(pose, W, H)) for pose in poses) <= MADE_UP + 0.02
    (name,) = change
    gone = getattr(poses[-1], name) - getattr(poses[0], name)
    assert 0 < gone / change[name] < 1


def test_a_way_that_the_picture_shows_is_left_alone() -> None:
    diorama = place()
    wanted = far(diorama.base.pose(), z=0.6)
    assert contained(wanted, diorama, SPEC, is_cut=False) == (wanted, [])
    assert PARTED < 0.2


def acted(*actions: Action, **facts: str) -> tuple[Diorama, list[str]]:
    diorama = place()
    plan = ShotPlan(
        "reference_to_video",
        5.0,
        start_frame="@Image1",
        entities=(Entity("e1", "rocket", "vehicle", **facts),),
        actions=actions,
    )  # type: ignore[arg-type]
    notes = act_out(plan, diorama.props, lens=LENS, aspect=H / W, fps=24.0, frames=120)
    return diorama, notes


def test_what_stands_in_a_picture_lifts_off_and_the_first_frame_is_the_picture() -> None:
    diorama, notes = acted(Action("e1", "lift off", "rise", path=Way(end="up"), start_s=0.0, end_s=5.0))
    (card,) = diorama.props
    assert notes == []
    assert card.place(0.0) == pytest.approx((card.x, card.y, card.z))
    assert card.place(4.95)[1] > card.y + card.height_m
    assert [card.place(t)[1] for t in (1, 2, 3, 4)] == sorted(card.place(t)[1] for t in (1, 2, 3, 4))


@pytest.mark.parametrize(("end", "axis", "sign"), [("left", 0, -1), ("right", 0, 1), ("near", 2, -1), ("far", 2, 1)])
def test_it_goes_where_the_words_say(end: str, axis: int, sign: int) -> None:
    diorama, _ = acted(Action("e1", "drive", "drive", path=Way(end=end), start_s=0.0, end_s=5.0))
    (card,) = diorama.props
    assert sign * (card.place(4.9)[axis] - card.place(0.0)[axis]) > 0.5


def test_who_is_not_found_in_the_picture_is_named() -> None:
    picture, _ = photograph()
    empty = build_diorama(picture, eye_m=1.6, lens=LENS, horizon=0.5)
    action = Action("e1", "lift off", "rise", start_s=0.0, end_s=5.0)
    plan = ShotPlan(
        "reference_to_video",
        5.0,
        start_frame="@Image1",
        entities=(Entity("e1", "rocket", "vehicle"),),
        actions=(action,),
    )
    assert act_out(plan, empty.props, lens=LENS, aspect=H / W, fps=24.0, frames=120) == [
        'rocket: not found in the picture; "lift off" is not acted'
    ]


def from_above() -> Diorama:
    return build_diorama(photograph()[0], eye_m=20.0, lens=LENS, horizon=0.3)


def test_the_ground_of_a_picture_is_not_drawn_out_beyond_its_detail() -> None:
    diorama = from_above()
    wanted = far(diorama.base.pose(), y=-18.0, z=54.0)
    assert stretched(diorama.planes[1], View(wanted[-1], W, H)) > 2 * STRETCHED
    poses, notes = contained(wanted, diorama, SPEC, is_cut=False)
    assert all(stretched(diorama.planes[1], View(pose, W, H)) <= STRETCHED for pose in poses)
    assert poses[-1].y < poses[0].y - 1
    assert "lessened to" in notes[0]


def test_a_camera_that_leaves_the_picture_goes_where_it_was_led() -> None:
    diorama = from_above()
    wanted = far(diorama.base.pose(), y=-36.0, z=110.0)
    poses, notes = contained(wanted, diorama, SPEC, is_cut=False, until_s=5 / 24)
    assert poses[5:] == wanted[5:]
    assert poses[4].y > wanted[4].y
    assert notes == []


def led_into(prompt: str, tmp_path_factory: pytest.TempPathFactory) -> Scene:
    found = replace(read(prompt, images=1, duration=5), start_frame="@Image1")
    rgb = yuv_to_rgb(photograph()[0])
    source = tmp_path_factory.mktemp("picture") / "start.png"
    cv2.imwrite(str(source), rgb[..., ::-1])
    spec = OutputSpec(W, H, Fraction(24), 120)
    shot = Shot(found, spec, 1, images=(source,), cache=tmp_path_factory.mktemp("cache"))
    return build_scene(shot, Cache(shot.cache), Backdrop(rgb, Geometry(0.5, None), is_start_frame=True))


def test_a_camera_that_goes_into_a_building_finds_there_whom_the_words_name(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    scene = led_into("The camera flies through the door into a library, where a wizard reads a book.", tmp_path_factory)
    ((inside_s, library),) = scene.later_places
    assert 0 < inside_s < 5
    assert library.wall_m < 15, "a room"
    assert {sprite.ref.partition(".")[0] for sprite in scene.sprites} >= {"e2"}
    assert all(sprite.appears_s >= inside_s for sprite in scene.sprites)
    assert "the place inside: a painted set stands in (library)" in scene.not_rendered
    frames = list(draw_frames(scene, OutputSpec(W, H, Fraction(24), 120), 1))
    first = photograph()[0].astype(int)
    assert np.abs(frames[0].astype(int) - first)[..., 0].mean() < 2
    at = round(inside_s * 24)
    steps = [np.abs(a.astype(int) - b).mean() for a, b in zip(frames[at - 2 : at + 14], frames[at - 1 :], strict=False)]
    assert max(steps) < 0.5 * np.abs(frames[at - 1].astype(int) - frames[at + 14]).mean(), "a dissolve, and no cut"


@pytest.mark.parametrize("prompt", ["The camera pushes in through the door.", "The camera flies into the volcano."])
def test_a_camera_that_is_led_into_no_room_stays_in_its_picture(
    prompt: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    scene = led_into(prompt, tmp_path_factory)
    assert scene.later_places == []
    assert scene.passage is None


def with_front(x0: int, x1: int, y0: int, y1: int) -> tuple[np.ndarray, np.ndarray]:
    """The place with a red block in front of it."""
    picture, _ = photograph()
    rgb, front = yuv_to_rgb(picture), np.zeros((H, W), np.uint8)
    front[y0:y1, x0:x1] = 255
    rgb[front > 0] = RED
    return rgb_to_yuv(rgb), front


def test_a_group_that_fills_the_picture_stands_up_with_its_wall_close_behind() -> None:
    picture, front = with_front(10, W - 10, 60, H)
    diorama = build_diorama(picture, eye_m=1.6, lens=LENS, horizon=0.5, is_shot=True, front=front)
    (card,) = diorama.props
    assert build_diorama(picture, eye_m=1.6, lens=LENS, horizon=0.5, front=front).props == [], (
        "a place has room for others"
    )
    assert diorama.wall_m < 1.6 * card.z
    assert diorama.wall_m < 0.75 * place().wall_m
    poses, _ = contained(far(diorama.base.pose(), x=1.0), diorama, SPEC, is_cut=False)
    assert poses[-1].x > 0.5, "a truck past a group is seen"


def test_a_body_that_cannot_be_stood_up_is_never_sheared() -> None:
    picture, front = with_front(200, 280, 100, 240)
    thin = front.copy()
    thin[::1, 200:280] = 0
    for step in range(0, 140, 2):  # a lattice: too little of its box is solid
        cv2.line(thin, (100 + 2 * step, 100 + step), (107 + 2 * step, 100 + step), 255, 3)
    lying = build_diorama(picture, eye_m=1.6, lens=LENS, horizon=0.5, front=thin)
    assert lying.props == []
    assert lying.flat
    wanted = far(lying.base.pose(), x=2.0)
    poses, notes = contained(wanted, lying, SPEC, is_cut=False)
    assert 0 < poses[-1].x < 1.0
    assert "lessened to" in notes[0]


def test_what_was_taken_from_above_lies_there_and_bounds_no_swoop() -> None:
    picture, front = with_front(200, 280, 100, 240)
    above = build_diorama(picture, eye_m=20.0, lens=LENS, horizon=0.3, is_shot=True, front=front)
    assert above.flat == []
    wanted = far(above.base.pose(), y=-3.0, z=8.0)
    assert contained(wanted, above, SPEC, is_cut=False) == (wanted, [])


def test_what_lies_to_the_left_of_a_picture_has_the_colours_of_its_left_side() -> None:
    rgb = np.full((H, W, 3), (40, 60, 160), np.uint8)
    rgb[:, W // 2 :] = (230, 220, 200)
    diorama = build_diorama(rgb_to_yuv(rgb), eye_m=1.6, lens=LENS, horizon=0.5)
    for turned, is_dark in ((-1.3, True), (1.3, False)):
        frame = np.zeros((H, W, 3), np.uint8)
        diorama.draw(frame, View(replace(diorama.base.pose(), yaw=turned), W, H))
        assert bool(frame[: H // 2, :, 0].mean() < 110) is is_dark


def test_an_exact_start_frame_has_no_effect_yet(tmp_path_factory: pytest.TempPathFactory) -> None:
    found = replace(read("Thick smoke rises.", images=1, duration=5), start_frame="@Image1")
    assert found.effects
    rgb = yuv_to_rgb(photograph()[0])
    source = tmp_path_factory.mktemp("picture") / "start.png"
    cv2.imwrite(str(source), rgb[..., ::-1])
    shot = Shot(found, SPEC, 1, images=(source,), cache=tmp_path_factory.mktemp("cache"))
    scene = build_scene(shot, Cache(shot.cache), Backdrop(rgb, Geometry(0.5, None), is_start_frame=True))
    plain = replace(scene, effects=[])
    (first, *_, last), (bare, *_, bare_last) = (list(draw_frames(each, SPEC, 1)) for each in (scene, plain))
    assert np.array_equal(first, bare)
    assert not np.array_equal(last, bare_last)
