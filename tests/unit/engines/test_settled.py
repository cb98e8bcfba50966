"""What follows from a scene as a whole: cars with people in them, houses that one comes out of, ways round somebody"""

from __future__ import annotations

import numpy as np
import pytest
from tests.unit.engines.test_props import named, read, scene_of

from shotwright.core.plan import ShotPlan
from shotwright.engines.draft.backdrop import setting_of
from shotwright.engines.draft.cast.drawings import draw, drawings
from shotwright.engines.draft.cast.props import with_props
from shotwright.engines.draft.looks.choose import grade_of
from shotwright.engines.draft.looks.effects import EFFECTS
from shotwright.engines.draft.sets import find_place


def played(text: str) -> ShotPlan:
    """The plan as the stage plays it."""
    return with_props(read(text))


@pytest.mark.parametrize(
    ("text", "noun", "place"),
    [
        ("A bride and groom walk out of a white church hand in hand", "church", "village"), ("A red train comes out of a tunnel in snowy mountains", "tunnel", "mountain"),
        ("A bear comes out of a cave", "cave", "forest"), ("Two kids play outside a brick school", "school", "street"),
    ],
)  # fmt: skip
def test_what_one_comes_out_of_stands_there(text: str, noun: str, place: str) -> None:
    plan = played(text)
    building = next(e for e in plan.entities if e.noun == noun)
    assert building.kind == "building"
    setting, _ = setting_of(plan)
    assert setting.places[0] == place
    assert find_place(setting, has_cast=True).kind.room is None
    assert "hand" not in {e.noun for e in plan.entities}


def test_who_comes_out_of_a_house_begins_at_its_door() -> None:
    text = "A bear comes out of a cave"
    scene = scene_of(text)
    bear, cave = named(scene, text, "bear"), named(scene, text, "cave")
    x, y, z = bear.place(0.0)
    assert abs(x - cave.x) < 0.5
    assert y == pytest.approx(0.0)
    assert 0 < cave.z - z < 1.0
    assert bear.place(4.5)[2] < z - 1.0


def test_who_is_at_the_wheel_and_next_to_her_sit_in_the_car() -> None:
    text = "Tracking shot of a red convertible on a road, a woman at the wheel and a man next to her."
    plan = played(text)
    assert "wheel" not in {e.noun for e in plan.entities}
    scene = scene_of(text)
    car = named(scene, text, "convertible")
    for noun in ("woman", "man"):
        rider = named(scene, text, noun)
        for seconds in (0.0, 2.0, 4.5):
            aside = abs(rider.place(seconds)[0] - car.place(seconds)[0])
            assert aside < 0.3 * car.height_m * car.views[0][1].aspect
        assert rider.z > car.z
    captain = played("A captain at the wheel of a galleon")
    assert captain.setting.places[0] == "ship deck"


def test_one_sees_through_the_windows_of_a_car() -> None:
    _, alpha, _ = draw(drawings()["car"])
    glass = np.logical_and(alpha > 20, alpha < 200).mean()
    assert 0.04 < glass < 0.3


def test_a_colour_is_that_of_what_is_dyed() -> None:
    green, plain = (draw(drawings()["eye"], colour)[0].astype(int) for colour in ((40, 160, 60), None))
    changed = np.abs(green - plain).sum(axis=2) > 30
    assert 0.05 < changed.mean() < 0.4  # the iris, and not the skin


def test_a_way_round_somebody_goes_round_them() -> None:
    text = "A dog runs in circles around a girl in a park"
    scene = scene_of(text)
    dog, girl = named(scene, text, "dog"), named(scene, text, "girl")
    at = np.array([np.subtract(dog.place(s), girl.place(s)) for s in np.linspace(0, 4.8, 25)])
    turned = np.unwrap(np.arctan2(at[:, 2], at[:, 0]))
    assert abs(turned[-1] - turned[0]) > 1.8 * np.pi
    assert np.hypot(at[:, 0], at[:, 2]).min() > 0.5


@pytest.mark.parametrize(
    ("text", "there", "gone"),
    [
        ("A cat watches a goldfish in a round bowl", "fishbowl", "goldfish"),
        ("A cat knocks over a glass of milk", "glass", "milk"),
    ],
)
def test_what_is_one_thing_is_one_thing(text: str, there: str, gone: str) -> None:
    nouns = [e.noun for e in played(text).entities]
    assert there in nouns
    assert gone not in nouns


def test_two_who_fight_with_swords_have_one_each() -> None:
    plan = played("Two knights duel with swords in a courtyard")
    assert next(e.count for e in plan.entities if e.noun == "sword") == 2


def test_nobody_is_beside_the_sun_or_wears_what_somebody_else_does() -> None:
    plan = played("A sailboat on the sea, dolphins jumping alongside, bright sun")
    sun = {e.id for e in plan.entities if e.noun == "sun"}
    assert not [r for r in plan.relations if {r.of, r.to} & sun]
    suit = read("A barista in an apron slides a cup across a counter toward a man in a suit")
    nouns = {e.id: e.noun for e in suit.entities}
    assert {(nouns[r.of], nouns[r.to]) for r in suit.relations if r.relation == "wearing"} == {("barista", "apron"), ("man", "suit")}  # fmt: skip
    (slide,) = suit.actions
    assert slide.path is not None
    assert nouns[str(slide.path.end)] == "man"


def test_a_room_at_night_has_a_lamp_on_and_a_dark_one_has_not() -> None:
    from tests.unit.engines.test_props import SPEC, Shot

    from shotwright.engines.draft.backdrop import in_its_light

    def stops(text: str) -> float:
        return grade_of(in_its_light(Shot(read(text), SPEC, 1), None).plan.look).stops

    lit, dark, street = (
        stops(f"A woman cooks in {place} at night") for place in ("her kitchen", "a dark kitchen", "a street")
    )
    assert lit > -0.4
    assert max(dark, street) < -0.8


def test_the_fire_of_a_dragon_puts_it_on_nothing() -> None:
    plan = read("A dragon breathes fire onto a wooden watchtower")
    assert not plan.relations


def test_a_chef_in_a_hat_wears_a_toque_and_holds_the_pan() -> None:
    plan = played("A chef in a white hat tosses vegetables in a flaming pan")
    nouns = {e.id: e.noun for e in plan.entities}
    held = {nouns[r.to] for r in plan.relations if r.relation == "holding"}
    assert held == {"pan"}
    scene = scene_of("A chef in a white hat tosses vegetables in a flaming pan")
    chef = next(s for s in scene.sprites if s.figure is not None)
    assert chef.figure is not None
    assert "toque" in dict(chef.figure.clothes.worn)


def test_one_looks_out_of_a_train_in_the_train() -> None:
    plan = played("A woman looks out of a train window as snowy mountains slide past")
    setting, _ = setting_of(plan)
    assert setting.places[0] == "train"
    assert find_place(setting, has_cast=True).kind.room is not None
    assert "mountain" not in {e.noun for e in plan.entities}


def test_waves_break_unless_somebody_is_on_them() -> None:
    boat = played("A small boat battles huge waves in a storm")
    assert "breakers" in {e.kind for e in boat.effects}
    surfer = played("A surfer rides a huge wave")
    assert "breakers" not in {e.kind for e in surfer.effects}


def test_an_accordion_player_plays_an_accordion() -> None:
    plan = played("An elderly accordion player sits on a stool, playing for a girl")
    accordion = next(e for e in plan.entities if e.noun == "accordion")
    player = next(e for e in plan.entities if e.noun == "player")
    assert (player.id, "holding", accordion.id) in {(r.of, r.relation, r.to) for r in plan.relations}
    assert {a.motion for a in plan.actions if a.verb == "play"} == {"play_guitar"}


def test_a_rope_that_is_climbed_hangs_from_above() -> None:
    plan = played("A girl climbs a rope in a gym")
    rope = next(e for e in plan.entities if "rope" in e.noun)
    assert rope.noun == "climbing rope"


def test_fire_that_is_breathed_comes_out_of_the_mouth() -> None:
    scene = scene_of("A dragon breathes fire in a cave")
    (breath,) = [effect for effect in scene.effects if effect.kind == "breath"]
    dragon = scene.sprites[0]
    assert breath._origin(EFFECTS["breath"][0], 1.0) == dragon.hand(breath.start_s + 1.0)


def test_a_pan_with_them_keeps_them_in_the_frame() -> None:
    text = "Three penguins waddle across the ice from right to left, the camera pans with them"
    scene = scene_of(text)
    first, last = scene.poses[0], scene.poses[-1]
    assert last.yaw < first.yaw - 0.05
    x, _, z = scene.sprites[0].place(4.8)
    assert abs(np.arctan2(x - last.x, z - last.z) - last.yaw) < np.arctan(0.5 / last.lens)
