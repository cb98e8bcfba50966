"""As big as something else, exercises by their names, grounds of their own colour, colours behind their noun, pockets, riders."""

from __future__ import annotations

import pytest

from shotwright.core.plan import Entity, ShotPlan
from shotwright.core.prompt import parse_prompt
from shotwright.core.prompt.settling import settled


def _plan(prompt: str) -> ShotPlan:
    return parse_prompt(prompt, task="reference_to_video", duration_s=5.0)


def _one(plan: ShotPlan, noun: str) -> Entity:
    return next(e for e in plan.entities if e.noun == noun)


@pytest.mark.parametrize(
    ("prompt", "noun", "size"),
    [
        ("A cat the size of a house walks through a city.", "cat", "house-sized"),
        ("A dog as big as a horse runs on a beach.", "dog", "horse-sized"),
        ("A house-sized snail crawls over a road.", "snail", "house-sized"),
        ("A mouse no bigger than a thimble sits on a shelf.", "mouse", "thimble-sized"),
    ],
)
def test_who_measures_is_not_there(prompt: str, noun: str, size: str) -> None:
    plan = _plan(prompt)
    assert size in _one(plan, noun).attributes
    assert size.removesuffix("-sized") not in {e.noun for e in plan.entities}
    assert plan.unread == ()


@pytest.mark.parametrize(
    ("prompt", "motion"),
    [
        ("A boy does push-ups in a gym.", "push_up"),
        ("A woman does fifty sit-ups on a mat.", "sit_up"),
        ("A man tries to do a pull-up on a bar in a park.", "pull_up"),
        ("A girl does chin-ups in a garage.", "pull_up"),
    ],
)
def test_exercises_are_done_and_move_no_camera(prompt: str, motion: str) -> None:
    plan = settled(_plan(prompt))
    assert motion in {a.motion for a in plan.actions}
    assert plan.camera == ()
    assert "bar" not in plan.setting.places


@pytest.mark.parametrize(
    ("prompt", "ground"),
    [
        ("A detective walks down a corridor with green carpet.", "green carpet floor"),
        ("An astronaut crawls onto a plain of black sand.", "black sand floor"),
    ],
)
def test_the_ground_is_of_what_the_words_say(prompt: str, ground: str) -> None:
    plan = _plan(prompt)
    assert ground in plan.setting.attributes
    assert len(plan.entities) == 1


def test_a_carpet_that_one_walks_to_is_a_thing() -> None:
    assert _one(_plan("A red carpet leads to a theatre."), "carpet").colour == "red"


@pytest.mark.parametrize(
    ("prompt", "noun", "colour"),
    [
        ("An owl, white with brown spots, sits on a branch.", "owl", "white"),
        ("A car, dark red with gold rims, drives past.", "car", "dark red"),
        ("A keeper dives, the other team is in white.", "team", "white"),
    ],
)
def test_colours_are_said_behind_their_noun(prompt: str, noun: str, colour: str) -> None:
    assert _one(_plan(prompt), noun).colour == colour


def test_colours_before_the_next_noun_are_its_own() -> None:
    plan = _plan("A woman, blue scarf and red hat, walks.")
    assert _one(plan, "woman").colour is None
    assert _one(plan, "scarf").colour == "blue"


@pytest.mark.parametrize(
    "prompt",
    ["I need a clip for a gym app. A man runs on a treadmill.", "Make a video for my bakery: a man bakes bread."],
)
def test_whom_a_film_is_for_is_nobody_in_it(prompt: str) -> None:
    assert {"app", "bakery"}.isdisjoint(e.noun for e in _plan(prompt).entities)


def test_what_comes_out_of_a_pocket_is_in_the_hand() -> None:
    plan = settled(_plan("A detective takes a key out of his pocket."))
    assert {e.noun for e in plan.entities} == {"detective", "key"}
    key = _one(plan, "key").id
    assert ("holding", key) in {(r.relation, r.to) for r in plan.relations}
    assert "pick_up" not in {a.motion for a in plan.actions}  # nobody bends down for it


def test_riders_climb_and_drink_on_their_own_bikes() -> None:
    plan = settled(
        _plan(
            "A woman on a red bike climbs a mountain road. She overtakes a man on a white bike who is drinking from a bottle."
        )
    )
    bikes = {e.colour: e.id for e in plan.entities if e.noun == "bike"}
    riders = {r.to: r.of for r in plan.relations if r.relation in {"on", "riding"}}
    assert riders[bikes["red"]] == _one(plan, "woman").id
    assert riders[bikes["white"]] == _one(plan, "man").id
    assert {a.motion for a in plan.actions} == {"ride_bike"}
    assert "mountain road" in plan.setting.places


def test_who_loads_a_truck_stands_beside_it() -> None:
    plan = settled(_plan("A yellow excavator loads gravel into the back of a blue dump truck."))
    assert {(r.relation, plan.entity(r.to).noun) for r in plan.relations} == {("beside", "dump truck")}  # type: ignore[union-attr]


def test_a_way_goes_on_behind_a_comma() -> None:
    act = _plan("A man walks down a corridor, away from us.").actions[0]
    assert act.path is not None
    assert (act.path.along, act.path.end) == ("corridor", "far")


@pytest.mark.parametrize("prompt", ["A dog runs around them, its raining hard.", "hes running and its raining"])
def test_apostrophes_may_be_missing(prompt: str) -> None:
    plan = _plan(prompt)
    assert [a.motion for a in plan.actions] == ["run"]
    assert plan.look.weather == "rain"


def test_its_is_still_whose() -> None:
    assert [e.noun for e in _plan("The dog chases its ball.").entities] == ["dog", "ball"]


@pytest.mark.parametrize(
    ("words", "weather", "time"),
    [("pink haze over the city", "haze", None), ("a kitchen before sunrise", None, "blue_hour")],
)
def test_haze_is_no_fog_and_before_sunrise_no_sunrise(words: str, weather: str | None, time: str | None) -> None:
    look = _plan(f"A man stands there, {words}.").look
    assert (look.weather, look.time_of_day) == (weather, time)
