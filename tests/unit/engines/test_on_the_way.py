"""What arms do while legs go, balls under hands and feet, who is before whom, and what one stands on"""

from __future__ import annotations

import itertools

import pytest
from tests.unit.engines.test_props import named, read, scene_of

from shotwright.engines.draft.backdrop import setting_of
from shotwright.engines.draft.cast.props import with_props
from shotwright.engines.draft.sets import find_place
from shotwright.engines.draft.sprites import Sprite


def test_who_walks_and_waves_does_both() -> None:
    text = "A girl walks along a beach, waving"
    girl = named(scene_of(text), text, "girl")
    assert girl.figure is not None
    assert {"walk+wave"} <= {step.motion for step in girl.figure.steps}


def test_a_ball_bounces_under_the_hand_that_runs_along() -> None:
    text = "A boy dribbles a basketball past a defender"
    scene = scene_of(text)
    boy, ball = named(scene, text, "boy"), named(scene, text, "basketball")
    heights = [ball.place(s / 20)[1] for s in range(20, 80)]
    assert min(heights) < 0.15
    assert 0.5 < max(heights) < 0.8 * boy.height_m
    for seconds in (1.0, 2.0, 4.0):
        assert abs(ball.place(seconds)[0] - boy.place(seconds)[0]) < 0.8
    assert abs(boy.place(4.5)[0] - boy.place(0.5)[0]) > 1.0


def test_footballers_drive_the_ball_with_their_feet() -> None:
    text = "A soccer player dribbles the ball past a defender"
    scene = scene_of(text)
    player, ball = named(scene, text, "soccer player"), named(scene, text, "soccer ball")
    goes_right = player.place(4.0)[0] > player.place(1.0)[0]
    for seconds in (1.0, 2.0, 3.3, 4.0):
        x, y, _ = ball.place(seconds)
        assert y == pytest.approx(0.0)
        ahead = (x - player.place(seconds)[0]) * (1 if goes_right else -1)
        assert 0.3 < ahead < 0.9
    assert player.figure is not None
    assert {step.motion.split("+")[0] for step in player.figure.steps} == {"run"}


@pytest.mark.parametrize("text", ["A boy dribbles a ball", "A boy dribbles a ball past a defender"])
def test_who_dribbles_has_one_ball(text: str) -> None:
    assert [e.noun for e in with_props(read(text)).entities if "ball" in e.noun] == ["basketball"]


def test_who_stands_before_somebody_does_not_hide_them() -> None:
    text = "A knight stands in front of a queen"
    scene = scene_of(text)
    knight, queen = named(scene, text, "knight"), named(scene, text, "queen")
    assert knight.z <= queen.z
    assert abs(knight.x - queen.x) > 0.3


def test_a_cat_on_a_sill_is_at_the_sill() -> None:
    text = "A cat sits on a windowsill"
    scene = scene_of(text)
    cat, sill = named(scene, text, "cat"), named(scene, text, "windowsill")
    assert 0.3 * sill.height_m < cat.y < 0.55 * sill.height_m
    assert cat.z < sill.z


def test_surfers_ride_low_on_their_wave_and_before_it() -> None:
    text = "A surfer rides a big wave"
    scene = scene_of(text)
    surfer, wave = named(scene, text, "surfer"), named(scene, text, "wave")
    assert surfer.place(0.0)[1] < 0.4 * wave.height_m
    assert surfer.z < wave.z


def test_torches_burn_by_themselves() -> None:
    assert not [e for e in scene_of("A torch on fire on a wall of a cellar").effects if e.kind == "fire"]
    assert [e for e in scene_of("A car on fire in a street").effects if e.kind == "fire"]


def test_who_gets_out_begins_beside_the_taxi() -> None:
    text = "A taxi stops and a woman gets out"
    scene = scene_of(text)
    taxi, woman = named(scene, text, "taxi"), named(scene, text, "woman")
    assert abs(woman.place(0.0)[0] - taxi.place(0.0)[0]) < 3.0
    assert abs(woman.place(4.9)[0] - woman.place(0.0)[0]) > 0.8


def test_players_have_what_they_play_with_and_one_ball() -> None:
    assert [e.count for e in with_props(read("Two men play tennis")).entities if e.noun == "tennis racket"] == [2]
    both = with_props(read("A man and a woman play table tennis"))
    assert len([e for e in both.entities if e.noun == "ping pong paddle"]) == 2
    assert [e.count for e in with_props(read("Girls playing basketball")).entities if e.noun == "basketball"] == [1]


def test_chess_is_played_by_two_who_sit_across_one_table_wherever_that_is() -> None:
    plan = with_props(read("A grandmother and a boy play chess by the fireplace"))
    nouns = {e.id: e.noun for e in plan.entities}
    related = {(nouns[r.of], r.relation, nouns[r.to]) for r in plan.relations}
    seated = {("grandmother", "on", "chair"), ("boy", "on", "chair")}
    assert {("chess", "on", "table"), ("chair", "left_of", "table"), ("chair", "right_of", "table")} | seated <= related
    assert ("table", "beside", "fireplace") in related
    assert {nouns[a.who] for a in plan.actions if a.motion == "sit"} == {"grandmother", "boy"}


def test_a_ball_that_two_play_catch_with_flies_to_and_fro() -> None:
    text = "A girl and her father play catch"
    scene = scene_of(text)
    girl, father, ball = (named(scene, text, noun) for noun in ("girl", "father", "ball"))
    assert abs(ball.place(0.2)[0] - girl.place(0.2)[0]) < 0.6
    assert abs(ball.place(2.4)[0] - father.place(2.4)[0]) < 0.8
    assert abs(ball.place(4.9)[0] - girl.place(4.9)[0]) < 0.6


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("A woman plays golf", "golf course"), ("Two men play tennis on a sunny court", "tennis court"), ("Girls playing basketball", "sports hall"),
        ("Two men play tennis on a beach", "beach"), ("A man holds a golf club", "golf course"),
    ],
)  # fmt: skip
def test_where_it_is_played(text: str, place: str) -> None:
    assert setting_of(with_props(read(text)))[0].places[0] == place


def along(sprite: Sprite, seconds: float) -> float:
    return sprite.place(seconds)[0]


def test_a_wheelchair_goes_ahead_of_who_pushes_it_with_who_sits_in_it() -> None:
    text = "A nurse pushes a woman in a wheelchair along a corridor"
    scene = scene_of(text)
    nurse, woman, chair = (named(scene, text, noun) for noun in ("nurse", "woman", "wheelchair"))
    for seconds in (0.0, 2.0, 4.5):
        assert 0.5 < along(chair, seconds) - along(nurse, seconds) < 2.0
        assert abs(along(woman, seconds) - along(chair, seconds)) < 0.5
    assert along(chair, 4.5) - along(chair, 0.0) > 1.0
    assert nurse.figure is not None
    assert {step.motion for step in nurse.figure.steps} == {"walk+push_along"}


def test_a_sled_goes_behind_the_last_dog() -> None:
    text = "Three dogs pull a sled across a frozen lake"
    scene = scene_of(text)
    sled = named(scene, text, "sled")
    dogs = [s for s in scene.sprites if s.word == "e1"]
    assert len(dogs) == 3
    for seconds in (0.5, 2.5, 4.5):
        assert all(along(dog, seconds) > along(sled, seconds) for dog in dogs)
    assert along(sled, 4.5) - along(sled, 0.5) > 1.0
    assert not find_place(read(text).setting, has_cast=True).kind.shore


def test_a_load_is_seen_over_the_rim_and_goes_along() -> None:
    text = "A tractor drives across a field pulling a trailer full of pumpkins"
    scene = scene_of(text)
    trailer = named(scene, text, "trailer")
    for load in (s for s in scene.sprites if s.word == "e3"):
        assert load.place(0.0)[1] + load.height_m > trailer.height_m
        for seconds in (0.5, 4.5):
            assert abs(along(load, seconds) - along(trailer, seconds)) < 0.6 * trailer.height_m * trailer.views[0][1].aspect  # fmt: skip


def test_a_letter_is_in_the_hand_until_it_is_in_the_mailbox() -> None:
    text = "A man puts a letter in a mailbox"
    scene = scene_of(text)
    man, letter, box = (named(scene, text, noun) for noun in ("man", "letter", "mailbox"))
    hand = man.hand(0.2)
    assert abs(letter.place(0.2)[0] - hand[0]) < 0.2
    assert abs(letter.place(4.8)[0] - box.place(4.8)[0]) < 0.5
    assert man.figure is not None
    assert "put_down" not in {step.motion for step in man.figure.steps}


def test_two_goats_butt_head_to_head() -> None:
    scene = scene_of("Two goats butt heads")
    one, other = sorted((s for s in scene.sprites if s.word == "e1"), key=lambda s: s.x)
    assert (one.is_mirrored, other.is_mirrored) == (False, True)
    wide = one.height_m * one.views[0][1].aspect
    assert 0.6 * wide < other.x - one.x < wide
    assert [change.motion for change in one.changes] == ["fight"]


def test_stacked_blocks_stand_on_one_another_and_topple_where_they_are() -> None:
    scene = scene_of("A toddler stacks blocks and the tower falls over")
    blocks = sorted((s for s in scene.sprites if s.word == "e2"), key=lambda s: s.y)
    assert len({round(block.x, 3) for block in blocks}) == 1
    for lower, upper in itertools.pairwise(blocks):
        assert upper.y == pytest.approx(lower.y + lower.height_m)


def test_whose_hair_is_cut_sits_before_who_cuts_it() -> None:
    text = "A barber trims a teenager's hair"
    scene = scene_of(text)
    barber, client = named(scene, text, "barber"), named(scene, text, "teenager")
    assert barber.z > client.z
    assert client.figure is not None
    assert "sit" in {step.motion for step in client.figure.steps}


def test_water_comes_out_of_a_sprinkler() -> None:
    assert "jets" in {effect.kind for effect in scene_of("Kids run through a lawn sprinkler").effects}


@pytest.mark.parametrize(("words", "most"), [("small green dragon", 1.3), ("dragon", 6.1)])
def test_a_small_dragon_is_looked_in_the_eye(words: str, most: float) -> None:
    text = f"A {words} sits on a rock"
    assert 1.0 < named(scene_of(text), text, "dragon").height_m < most


def test_a_ball_that_is_kicked_over_a_wall_ends_there() -> None:
    text = "A boy kicks a ball over a wall"
    scene = scene_of(text)
    ball, wall = named(scene, text, "ball"), named(scene, text, "wall")
    before, after = ball.place(0.2), ball.place(4.9)
    assert abs(after[0] - wall.x) + abs(after[2] - wall.z) < abs(before[0] - wall.x) + abs(before[2] - wall.z)


def test_who_sat_with_a_lantern_goes_with_it() -> None:
    text = "A kid sits with a lantern, then walks"
    kid = named(scene_of(text), text, "kid")
    assert kid.figure is not None
    assert "walk+hold" in {step.motion for step in kid.figure.steps}


def test_a_match_in_the_rain_is_in_the_stadium() -> None:
    assert setting_of(with_props(read("A goalkeeper dives, heavy rain")))[0].places[0] == "stadium"
    assert setting_of(with_props(read("A chef walks, heavy rain")))[0].places[0] != "kitchen"


@pytest.mark.parametrize(("text", "is_told"), [("A dog pulls a sled across a frozen lake", False), ("An elephant pushes a wall", True)])  # fmt: skip
def test_who_pulls_and_stays_is_told(text: str, is_told: bool) -> None:
    assert any("is not acted" in note for note in scene_of(text).not_rendered) == is_told
