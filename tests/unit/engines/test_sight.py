"""Whom the words name is seen: moved from behind others and into the frame, or said to be hidden."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from tests.unit.engines.test_props import SPEC, read, scene_of

from shotwright.core.camera import Pose
from shotwright.core.plan import CameraMove, ShotPlan
from shotwright.engines.analysis.cache import Cache
from shotwright.engines.analysis.cutout import CutOut
from shotwright.engines.base import Shot
from shotwright.engines.draft.passes.skeleton import skeletons
from shotwright.engines.draft.scene import build_scene
from shotwright.engines.draft.sight import Look, Sight, clear, less_far, matte_of, sight_of, weights_of
from shotwright.engines.draft.sprites import Sprite
from shotwright.engines.draft.stage import Texture, View

CAMERA = Pose(0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0)
ASPECT = 9 / 16


def card(name: str, x: float, z: float, tall: float = 1.7, aspect: float = 0.4) -> Sprite:
    """An opaque card of a thing."""
    rows, columns = 100, round(100 * aspect)
    cut = CutOut(np.full((rows, columns, 3), 128, np.uint8), np.full((rows, columns), 255, np.uint8))
    return Sprite(f"{name}.0", [(0.0, cut)], x, 0.0, z, tall, word=name, gait="still")


def seen_by(*named: Sprite, others: tuple[Sprite, ...] = ()) -> Sight:
    return Sight(list(named), list(others), [Look(CAMERA, 0.0), Look(CAMERA, 2.0)], ASPECT)


def test_a_matte_is_what_the_frame_draws_of_somebody() -> None:
    matte = matte_of(card("man", 0.0, 4.0), View(CAMERA, 320, 180), 0.0)
    rows, columns = np.nonzero(matte)
    assert matte.max() == 255
    assert (np.ptp(rows) + 1) / 180 == pytest.approx(1.7 / 4 / ASPECT, abs=0.02)
    assert (np.ptp(columns) + 1) / 320 == pytest.approx(0.4 * 1.7 / 4, abs=0.02)


def test_who_stands_behind_somebody_else_is_moved_aside() -> None:
    front, back = card("man", 0.0, 4.0), card("dog", 0.0, 5.0, 0.8)
    sight = seen_by(front, back)
    assert sight.seen()[1] == 0
    assert clear(sight)
    assert sight.seen()[1] > 0.9
    assert (front.x, front.z) == (0.0, 4.0)  # whom the shot is about stays


def test_who_is_outside_the_frame_comes_in_and_brings_what_they_hold() -> None:
    man, woman, bag = card("man", 0.0, 4.0), card("woman", 9.0, 4.0), card("bag", 9.1, 3.9, 0.3)
    bag.tied = (woman, "held")
    sight = seen_by(man, woman, bag)
    clear(sight)
    assert sight.seen().min() > 0.9
    assert bag.x - woman.x == pytest.approx(0.1)


def test_who_stands_to_the_left_of_somebody_stays_there() -> None:
    man, woman = card("man", 0.0, 4.0), card("woman", -6.0, 4.0)
    woman.tied = (man, "left_of")
    sight = seen_by(man, woman)
    clear(sight)
    assert sight.seen()[1] > 0.9
    assert woman.x < man.x


def test_furniture_of_the_set_gives_way() -> None:
    man, tree = card("man", 0.0, 4.0), card("tree", 0.0, 2.5, 2.4, 0.9)
    tree.ref, tree.word, tree.is_prop = "set:tree", None, True
    tree.textures[0] = Texture(tree.views[0][1].texture, tree.views[0][1].alpha)
    sight = seen_by(man, others=(tree,))
    assert clear(sight)
    assert sight.others == []


def test_nothing_is_moved_where_everybody_is_seen() -> None:
    assert not clear(seen_by(card("man", -0.8, 4.0), card("dog", 0.8, 4.0)))


def test_a_camera_that_would_lose_somebody_goes_less_far() -> None:
    poses = [Pose(0.0, 1.0, 3.0 * i / 24, 0.0, 0.0, 0.0, 1.0) for i in range(25)]
    plan = ShotPlan("reference_to_video", 1.0, camera=(CameraMove("dolly_in", 0.0, 1.0),))
    named = [card("man", 0.0, 5.0), card("dog", 1.6, 5.0, 0.8)]
    sight = sight_of(named, [], poses, plan, fps=24.0, aspect=ASPECT)
    before = float(weights_of(named) @ sight.seen())
    nearer = less_far(poses, sight, plan, None)
    assert 0 < nearer[-1].z < poses[-1].z
    assert float(weights_of(named) @ sight.seen()) > before


@pytest.mark.parametrize(
    "text",
    [
        "A man stands before a big truck. Behind the truck a small dog sits.",
        "Slow dolly in on a baker at a table; to his left a cat, to his right a basket of bread, behind him a clock",
        "Three children hold balloons in a park, a kite above them",
    ],
)
def test_all_whom_a_prompt_names_are_in_the_picture(text: str) -> None:
    scene = scene_of(text)
    sight = sight_of(scene.sprites, scene.place.props, scene.poses, read(text), fps=8.0, aspect=ASPECT)
    seen = dict.fromkeys((sprite.word for sprite in scene.sprites), 0.0)
    for sprite, share in zip(scene.sprites, sight.seen(), strict=True):
        seen[sprite.word] = max(seen[sprite.word], share)
    assert min(seen.values()) > 0.4, seen


LARGE = replace(SPEC, width=1280, height=720, fps=Fraction(24), frames=120)


def density(text: str) -> int:
    figure = build_scene(Shot(read(text), LARGE, 1), Cache(None), None).sprites[0].figure
    assert figure is not None
    return figure.density


def test_a_close_up_has_more_pixels_than_a_whole_figure() -> None:
    assert density("Close-up of a man who talks") > density("A man talks") > density("Extreme wide shot of a man")


def test_somebody_who_comes_near_is_drawn_for_where_they_end() -> None:
    assert density("A man walks towards the camera, static camera") > density(
        "A man walks away from the camera, static"
    )


@pytest.mark.parametrize(
    ("text", "is_there"), [("Close-up of a window with raindrops", True), ("A man reads beside a window", False)]
)
def test_a_window_is_drawn_where_it_is_what_the_shot_is_about_and_else_named(text: str, *, is_there: bool) -> None:
    scene = scene_of(text)
    nouns = {entity.id: entity.noun for entity in read(text).entities}
    assert ("window" in {nouns.get(sprite.word or "") for sprite in scene.sprites}) is is_there
    assert any(note.startswith("window") for note in scene.not_rendered) is not is_there


@pytest.mark.parametrize(
    "text",
    [
        "Close-up of a detective sitting in a bar", "Close-up of a monk meditating in a temple", "Close-up of a little girl in a park",
        "A woman sits on a bench in a park, slow push in to a close-up of her face", "Low angle close-up of a detective sitting in a bar",
        "Medium shot of a man kneeling in a church", "Wide shot of a park. Cut to a close-up of a woman sitting on a bench.",
    ],
)  # fmt: skip
def test_a_close_shot_has_the_face_in_the_upper_part_of_the_frame(text: str) -> None:
    scene, plan = scene_of(text), read(text)
    last = len(scene.poses) - 1
    who = next(s for s in scene.sprites if s.figure is not None)
    (found,) = (
        f
        for f in skeletons(scene, plan, scene.poses[last], last / 8, size=(320, 180))
        if f["name"].startswith(str(who.word))
    )
    x, y, _ = found["pixels"][0]
    assert 0.25 * 320 < x < 0.75 * 320
    assert 0.12 * 180 < y < 0.62 * 180
    if "Low angle" in text:
        assert scene.poses[last].pitch > 0.1
    elif "Medium" not in text:
        assert abs(scene.poses[0].pitch) < 0.45
