"""Animals whose legs go, crowds that walk, seasons of sets, things that are toppled, who lies in bed."""

from __future__ import annotations

import numpy as np
import pytest
from tests.unit.engines.test_props import named, read, scene_of

from shotwright.core.camera import Pose
from shotwright.engines.draft.blocking.placing import Member
from shotwright.engines.draft.cast.strides import PHASES, strides_of
from shotwright.engines.draft.cast.support import support_m
from shotwright.engines.draft.sprites import Sprite, draw_sprite
from shotwright.engines.draft.stage import View
from shotwright.media.colour import FrameYUV

POSE = Pose(0.0, 1.2, 0.0, 0.0, 0.0, 0.0, 1.0)


def drawn(sprite: Sprite, seconds: float) -> FrameYUV:
    frame = np.full((180, 320, 3), 128, np.uint8)
    x, _, z = sprite.place(seconds)
    draw_sprite(
        frame, View(Pose(x, 0.5 * sprite.height_m, z - 2 * sprite.height_m, 0, 0, 0, 1.0), 320, 180), sprite, seconds
    )
    return frame


def test_the_legs_of_a_running_dog_swing_and_its_head_does_not() -> None:
    dog = named(scene_of("A dog runs across a meadow"), "A dog runs across a meadow", "dog")
    assert dog.strides is not None
    pictures = [texture.alpha for texture in dog.strides[0]]
    assert len(pictures) == PHASES
    first, other = pictures[0], pictures[2]
    assert first is not None
    assert other is not None
    half = first.shape[0] // 2
    assert np.array_equal(first[:half], other[:half])
    assert not np.array_equal(first[-first.shape[0] // 4 :], other[-first.shape[0] // 4 :])


def test_a_dog_that_sits_has_no_strides() -> None:
    assert named(scene_of("A dog sits in a meadow"), "A dog sits in a meadow", "dog").strides is None


def test_a_swimmer_waves_most_at_its_tail() -> None:
    fish = named(scene_of("A shark swims in the sea"), "A shark swims in the sea", "shark")
    cut = fish.views[0][1]
    waved = strides_of(cut, "swim", looks_left=fish.is_mirrored)
    change = np.abs(waved[2].alpha.astype(int) - cut.alpha).mean(axis=0)
    sides = change[: len(change) // 3].mean(), change[-len(change) // 3 :].mean()
    head, tail = sides if fish.is_mirrored else sides[::-1]
    assert tail > head


def test_people_of_a_busy_street_walk_and_those_of_a_room_do_not() -> None:
    street, room = scene_of("A crowded street, a man waits"), scene_of("A crowded restaurant, a man waits")
    walkers, guests = ([p for p in s.place.props if p.ref.startswith("set:people")] for s in (street, room))
    assert any(p.walk is not None for p in walkers)
    assert guests
    assert all(p.walk is None for p in guests)
    extra = next(p for p in walkers if p.walk is not None)
    assert abs(extra.place(2.0)[0] - extra.place(0.0)[0]) > 1.0
    assert len(extra.views) > 1


@pytest.mark.parametrize(
    ("words", "trees"),
    [("an autumn park", "set:autumn tree"), ("a park in winter", "set:bare tree"), ("a park", "set:tree")],
)
def test_trees_have_the_season_of_the_words(words: str, trees: str) -> None:
    refs = {prop.ref for prop in scene_of(f"A woman walks in {words}").place.props if prop.ref.endswith("tree")}
    assert trees in refs
    assert len({ref for ref in refs if ref in {"set:tree", "set:autumn tree", "set:bare tree"}}) == 1


def test_a_glass_that_is_knocked_over_lies_there_and_the_cat_stands() -> None:
    text = "A cat knocks over a glass on a table"
    scene = scene_of(text)
    glass, cat = named(scene, text, "glass"), named(scene, text, "cat")
    assert abs(glass.shape(4.9).roll_deg) > 60 > abs(glass.shape(0.1).roll_deg)
    assert abs(cat.shape(4.9).roll_deg) < 30


@pytest.mark.parametrize("words", ["in bed", "in a hammock", "on a sofa"])
def test_who_lies_in_bed_is_seen(words: str) -> None:
    text = f"A man lies {words}"
    scene = scene_of(text)
    man, bed = scene.sprites[0], scene.sprites[1]
    assert man.figure is not None
    assert man.z < bed.z
    assert 0 < man.y < bed.height_m


def test_who_sits_reads_sitting_until_they_get_up() -> None:
    text = "A girl sits at a desk and reads a book, then stands up and walks away"
    girl = named(scene_of(text), text, "girl")
    assert girl.figure is not None
    motions = [step.motion for step in girl.figure.steps]
    assert "sit+read" in motions
    assert motions[-1] == "walk+hold"  # with the book


def test_a_mattress_is_lower_than_its_headboard() -> None:
    scene = scene_of("A man lies in bed")
    entity = read("A man lies in bed").entities[1]
    bed = Member(entity, 0, scene.sprites[1].height_m, 2.0)
    man = Member(entity, 0, 1.7, 1.7, is_figure=True, motion="lie")
    assert support_m(man, bed) < 0.7 * bed.tall_m
