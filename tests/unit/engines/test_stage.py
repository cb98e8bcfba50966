"""Places, effects and cuts: what the words put around and over people, and from where it is seen"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from shotwright.core.plan import Effect, Look, Setting
from shotwright.core.prompt import parse_prompt
from shotwright.core.prompt.syntax import EFFECTS as EFFECT_WORDS
from shotwright.engines.analysis.cache import Cache
from shotwright.engines.base import OutputSpec, Shot
from shotwright.engines.draft.beams import OVERLAYS
from shotwright.engines.draft.cast import pose
from shotwright.engines.draft.cast.drawings import draw, drawings, shape_of
from shotwright.engines.draft.cast.library import row_of
from shotwright.engines.draft.effects import PICTURES, staged_effects
from shotwright.engines.draft.looks.effects import EFFECTS
from shotwright.engines.draft.loop import draw_frames
from shotwright.engines.draft.scene import Scene, build_scene
from shotwright.engines.draft.sets import build_set, find_place
from shotwright.engines.draft.sets.furnish import Thing
from shotwright.engines.draft.sets.places import ATTRIBUTES, place_told_by, rows
from shotwright.engines.draft.stage import View

SMALL = OutputSpec(320, 180, Fraction(8), 40)


def scene_of(text: str, spec: OutputSpec = SMALL) -> Scene:
    shot = Shot(parse_prompt(text, task="reference_to_video", duration_s=5.0), spec, 1)
    return build_scene(shot, Cache(None), None)


def found(*places: str, **said: Any) -> Any:
    return find_place(Setting(places=places, **said), has_cast=True)


def noted(scene: Scene) -> str:
    return next(note for note in scene.not_rendered if note.startswith("the place"))


def test_there_are_many_places_and_everything_in_them_is_drawn() -> None:
    assert len(rows()) >= 120
    lines = [line for row in rows().values() for line in row["things"]]
    lines += [line for change in ATTRIBUTES.values() for line in change.get("add", [])]
    for line in lines:
        assert Thing.of(line).height_m > 0
    with pytest.raises(ValueError, match="nothing draws"):
        Thing.of("flumperstack back *2")
    with pytest.raises(ValueError, match="where"):
        Thing.of("stove somewhere")


@pytest.mark.parametrize(
    ("place", "thing"),
    [("kitchen", "stove"), ("italian trattoria", "table"), ("churches", "pew"), ("library", "bookshelf")],
)
def test_a_place_is_furnished(place: str, thing: str) -> None:
    props = build_set(found(place, inside=True).kind, Look(), is_aerial=False, seed=2).props
    assert f"set:{thing}" in {prop.ref for prop in props}


def test_what_is_said_of_a_place_is_seen() -> None:
    def people(**said: Any) -> int:
        props = build_set(found("market", **said).kind, Look(), is_aerial=False, seed=2).props
        return sum(prop.ref.startswith("set:people") for prop in props)

    assert people(attributes=("empty",)) == 0 < people() < people(attributes=("crowded",))


def test_a_place_that_nobody_knows_carries_its_name() -> None:
    place = found("flumpery", shells=("street",))
    assert not place.is_known
    props = build_set(place.kind, Look(), is_aerial=False, seed=2).props
    assert "set:label:flumpery" in {prop.ref for prop in props}


def test_who_is_there_tells_the_place_when_the_words_do_not() -> None:
    assert "(underwater)" in noted(scene_of("A submarine glides past a whale"))
    assert "(cafe)" in noted(scene_of("A barista pours milk into a cup"))
    assert "(beach)" in noted(scene_of("A barista pours milk into a cup on the beach"))
    assert "the words name none" in noted(scene_of("A submarine glides past a whale"))
    assert "the words name none" not in noted(scene_of("A barista stands on a beach"))
    assert place_told_by(["glorpf"]) is None
    assert place_told_by(["grandmother", "kitchen table"]) == "kitchen"
    assert place_told_by(["barista"], is_outside=True) is None


def test_passengers_are_inside_and_the_landscape_goes_by() -> None:
    scene = scene_of("A man and a woman sit on a train, static camera")
    assert not any(sprite.word and sprite.height_m > 2.5 for sprite in scene.sprites)
    place: Any = scene.place
    frames = []
    for seconds in (0.0, 0.5):
        frame = np.zeros((180, 320, 3), np.uint8)
        place.draw(frame, View(scene.poses[0], 320, 180), seconds)
        frames.append(frame)
    changed = (frames[0] != frames[1]).any(axis=2).mean()
    assert 0.02 < changed < 0.7, "the windows, not the walls"


def test_rain_falls_outside_of_a_room() -> None:
    wet, dry = (
        np.mean([list(draw_frames(scene_of(text), SMALL, 1))[k] for k in (0, 1)], axis=0)
        for text in ("A chair in a living room, rain, static", "A chair in a living room, static")
    )
    spec_changes = np.abs(wet - dry)[..., 0]
    upper, lower = spec_changes[20:80, :150], spec_changes[150:]
    assert upper.max() > 15
    assert np.ptp(np.diff(lower, axis=0)) < 60


@pytest.mark.parametrize("kind", sorted(set(EFFECTS) | set(OVERLAYS)))
def test_every_effect_is_seen_and_is_the_same_twice(kind: str) -> None:
    if kind in EFFECTS and not EFFECTS[kind]:
        return  # a weather
    scene = scene_of("Extreme wide shot of a woman in a street")
    view = View(scene.poses[0], 320, 180)
    frames = []
    for _ in range(2):
        made = staged_effects(
            (Effect(kind, start_s=0.0, end_s=5.0),),
            (),
            scene.sprites,
            seconds=5.0,
            is_dark=False,
            seed=4,
            first=scene.poses[0],
        )
        frame = np.full((180, 320, 3), (60, 128, 128), np.uint8)
        frame[:80, 100:140] = (190, 110, 140)
        before = frame.copy()
        for seconds in (0.8, 1.4, 2.15):
            for is_behind in (True, False):
                made[0].draw(frame, view, seconds, split_m=3.9, is_behind=is_behind)
        assert (frame != before).any(axis=2).sum() > 4
        frames.append(frame)
    assert np.array_equal(*frames)


def test_an_effect_begins_and_ends() -> None:
    scene = scene_of("A woman stands in a street")
    view = View(scene.poses[0], 320, 180)
    made = staged_effects(
        (Effect("confetti", start_s=1.0, end_s=2.0),),
        (),
        scene.sprites,
        seconds=5.0,
        is_dark=False,
        seed=4,
        first=scene.poses[0],
    )
    for seconds, is_seen in ((0.5, False), (1.5, True), (2.5, False)):
        frame = np.zeros((180, 320, 3), np.uint8)
        for is_behind in (True, False):
            made[0].draw(frame, view, seconds, split_m=3.9, is_behind=is_behind)
        assert frame.any() == is_seen


def test_words_for_effects_are_drawn_or_named() -> None:
    for kind in EFFECT_WORDS.rows:
        assert kind in EFFECTS or kind in OVERLAYS or kind in {"waves", "shadows"}
    assert all(row.picture in PICTURES for layers in EFFECTS.values() for row in layers)


def test_a_cut_shows_who_is_new_from_elsewhere() -> None:
    scene = scene_of("A woman reads at a desk. Then cut to a close-up of a clock on the wall.")
    steps = [math.dist((a.x, a.y, a.z), (b.x, b.y, b.z)) for a, b in zip(scene.poses, scene.poses[1:], strict=False)]
    cut = int(np.argmax(steps))
    assert steps[cut] > 10 * float(np.median(steps))
    assert abs(cut - 19) <= 1
    clock = next(sprite for sprite in scene.sprites if sprite.word and sprite.figure is None and sprite.appears_s > 0)
    assert (clock.opacity(1.0), clock.opacity(3.5)) == (0.0, 1.0)


def test_a_cut_to_another_place_shows_it_and_leaves_behind_who_stays() -> None:
    scene = scene_of("A chef cooks in a kitchen. Then cut to a wide shot of a horse on a beach.")
    assert "(kitchen, beach)" in noted(scene)
    assert [round(start, 1) for start, _ in scene.later_places] == [2.5]
    chef, horse = (next(s for s in scene.sprites if (s.figure is not None) == is_person) for is_person in (True, False))
    assert (chef.opacity(1.0), chef.opacity(4.0)) == (1.0, 0.0)
    assert (horse.opacity(1.0), horse.opacity(4.0)) == (0.0, 1.0)


def test_an_orbit_in_a_room_keeps_its_distance() -> None:
    scene = scene_of("A ballerina spins on a stage, the camera circles her")
    x, _, z = scene.sprites[0].place(0.0)
    assert min(math.hypot(pose.x - x, pose.z - z) for pose in scene.poses) > 1.2


def test_drawings_are_drawn() -> None:
    for drawing in {id(d): d for d in drawings().values()}.values():
        rgb, alpha, _ = draw(drawing)
        assert rgb.shape[:2] == alpha.shape == drawing.size[::-1]
        assert (alpha > 128).mean() > 0.02
    assert row_of("stove") is not None
    assert row_of("gate") != row_of("garden gate") or row_of("gate") is not None
    with pytest.raises(ValueError, match="a shape is one of"):
        shape_of("blob fff 0 0 1 1")
    with pytest.raises(ValueError, match="pairs"):
        shape_of("box fff 0 0 1")


def test_who_sits_does_things_with_their_hands() -> None:
    scene = scene_of("A man sits on a chair and reads a book")
    motions = {step.motion for sprite in scene.sprites if sprite.figure for step in sprite.figure.steps}
    assert "sit+read" in motions
    assert pose.motion_row("sit+read")["floor"] == "seat"
    assert not pose.can_sit("jump")


def test_hands_reach_what_they_do_something_to() -> None:
    scene = scene_of("A woman plays the piano in a hall")
    player, piano = scene.sprites[0], next(s for s in scene.sprites if s.figure is None)
    gap = piano.place(0.0)[0] - player.place(0.0)[0] - 0.5 * piano.height_m * piano.views[0][1].aspect
    assert abs(gap) < 0.75
    assert player.heading_deg < -45
    cup = next(s for s in scene_of("A man drinks from a cup of tea in a kitchen").sprites if s.figure is None)
    assert cup.holds
