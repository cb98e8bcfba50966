"""Lamps light what is around them, coloured light colours everything, and only the dark shows lamps."""

from __future__ import annotations

import numpy as np
import pytest
from tests.unit.engines.test_props import read, scene_of

from shotwright.core.camera import Pose
from shotwright.engines.draft.beams import OVERLAYS, Lit
from shotwright.engines.draft.effects import SHINING, Staged
from shotwright.engines.draft.lamps import Glint, Lamps, row_of, strength_of
from shotwright.engines.draft.stage import View
from shotwright.media.colour import FrameYUV

VIEW = View(Pose(0.0, 1.5, 0.0, 0.0, 0.0, 0.0, 1.0), 320, 180)


def grey(level: int = 60) -> FrameYUV:
    return np.full((180, 320, 3), (level, 128, 128), np.uint8)


def lit(strength: float, colour: tuple[int, int, int] = (255, 150, 64)) -> FrameYUV:
    frame = grey()
    Lamps([], lambda _: [Glint((0.0, 1.5, 5.0), colour, 2.0)], strength, 1).light(frame, VIEW, 0.0)
    return frame


def test_what_is_near_a_lamp_is_brighter_and_takes_its_colour() -> None:
    frame = lit(1.0)
    middle, corner = frame[90, 160], frame[5, 5]
    assert middle[0] > 1.6 * corner[0]
    assert middle[2] > 140 > corner[2]  # red is warm
    assert middle[1] < 110


def test_by_day_a_lamp_lights_nothing() -> None:
    assert np.array_equal(lit(0.0), grey())
    assert strength_of(0.0) == 0.0
    assert strength_of(-1.25) == 1.0


def test_black_stays_black_beside_a_lamp() -> None:
    frame = grey(16)
    Lamps([], lambda _: [Glint((0.0, 1.5, 5.0), (255, 255, 255), 2.0)], 1.0, 1).light(frame, VIEW, 0.0)
    assert frame[90, 160, 0] == 16


@pytest.mark.parametrize(
    ("noun", "shines"), [("campfire", True), ("street lamp", True), ("old lantern", True), ("table", False)]
)
def test_lamps_are_known_by_their_noun(noun: str, *, shines: bool) -> None:
    assert (row_of(noun) is not None) is shines


def test_a_campfire_lights_a_night_and_not_a_day() -> None:
    night, day = (scene_of(f"Two hikers sit by a campfire {when}") for when in ("at night", "at noon"))
    assert night.lamps is not None
    assert night.lamps.others(1.0)
    assert day.lamps is None


@pytest.mark.parametrize("kind", sorted(SHINING))
def test_everything_that_shines_lights_where_it_is(kind: str) -> None:
    man = scene_of("A man stands in a street").sprites[0]
    glint = Staged(kind, 0.0, 5.0, 1.0, man, True, 1).glint(0.5)
    assert glint is not None
    assert abs(glint.point[0] - man.x) < 3
    assert 0 < glint.point[1] < 3


def test_candlelight_is_warm_beside_whom_the_shot_is_about() -> None:
    scene = scene_of("A man sits in a chair by candlelight")
    assert scene.lamps is not None
    glint = scene.lamps.others(1.0)[0]
    assert abs(glint.point[0] - scene.sprites[0].x) < 1
    assert glint.colour[0] > glint.colour[2]


def test_coloured_light_is_read_and_colours_everything() -> None:
    effect = next(e for e in read("A man stands in a room lit by red light").effects)
    assert (effect.kind, effect.colour) == ("coloured_light", "red")
    frame = grey(120)
    OVERLAYS["coloured_light"].paint(frame, Lit(VIEW, 0.0, None, 1, (255, 0, 0)))
    assert frame[..., 2].min() > 150


def test_nobody_stands_in_coloured_light_at_a_traffic_light() -> None:
    assert read("A car stops at a red light").effects == ()


def test_a_torch_in_a_dark_room_throws_a_beam() -> None:
    dark, bright = (scene_of(f"A man walks through a {how} room with a flashlight") for how in ("dark", "white"))
    assert "beam" in {effect.kind for effect in dark.effects}
    assert "beam" not in {effect.kind for effect in bright.effects}
