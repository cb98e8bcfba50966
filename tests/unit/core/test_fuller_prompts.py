"""Readings that fuller prompts, with several deeds and details, got wrong once"""

from __future__ import annotations

import pytest
from tests.unit.engines.test_props import read

from shotwright.core.plan import ShotPlan
from shotwright.core.prompt import parse_prompt
from shotwright.engines.draft.sets import find_place


def test_rain_is_the_weather_and_its_puddles_are_not() -> None:
    assert read("Two kids jump in puddles in a park, heavy rain").look.weather == "rain"
    assert read("A man walks past puddles in a street").look.weather == "wet"


def test_snowy_mountains_under_a_clear_sky_bring_no_snow() -> None:
    plan = read("A hiker walks along a ridge, snowy mountains behind, clear blue sky")
    assert plan.look.weather == "clear"
    assert not {"clear", "blue"} & set(plan.setting.attributes)
    assert read("A fox in a snowy forest").look.weather == "snow"


def test_outside_a_school_is_not_in_it() -> None:
    outside, inside = read("Two kids jump outside a school"), read("Two kids jump in a school")
    assert find_place(outside.setting, has_cast=True).kind.room is None
    assert find_place(inside.setting, has_cast=True).kind.room is not None


def test_a_rider_is_on_the_horse_unless_the_words_say_who_is() -> None:
    plan = read("A white horse gallops across a desert, rider in a black cloak")
    ((of, to),) = [(r.of, r.to) for r in plan.relations if r.relation == "riding"]
    assert (plan.entity(of).noun, plan.entity(to).noun) == ("rider", "horse")  # type: ignore[union-attr]
    said = read("A girl rides a horse past a cyclist")
    assert len([r for r in said.relations if r.relation == "riding"]) == 1


def test_dust_is_kicked_up_by_who_stays_on_the_ground() -> None:
    acts = [act for act in read("A horse gallops, kicking up dust").actions if act.verb == "kick up"]
    assert all(act.path is None or act.path.end != "up" for act in acts)


def test_a_hero_shot_has_no_hero_and_a_push_in_on_her_puts_nobody_on_her() -> None:
    assert [e.noun for e in read("Hero shot of a bottle on a pedestal").entities] == ["bottle", "pedestal"]
    plan = read("Slow push in on a woman reading a letter, a cat asleep beside her")
    assert [(r.relation, plan.entity(r.to).noun) for r in plan.relations if plan.entity(r.of).noun == "cat"] == [
        ("beside", "woman")
    ]  # type: ignore[union-attr]


@pytest.mark.parametrize("text", ["A fisherman with a white beard lights a pipe", "A sailor with a black beard waves"])
def test_a_beard_does_nothing(text: str) -> None:
    plan = read(text)
    assert {plan.entity(act.who).noun for act in plan.actions} == {text.split()[1]}  # type: ignore[union-attr]


def test_a_skier_is_no_comparative() -> None:
    plan = read("A skier races down snowy mountains")
    assert [e.noun for e in plan.entities] == ["skier"]
    assert [a.motion for a in plan.actions] == ["run"]
    assert plan.setting.places == ("mountain",)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("A red train comes out of a tunnel in snowy mountains", "mountain"), ("A woman steps out of a bar onto a rainy street", "street"),
        ("An astronaut walks across the moon surface", "moon surface"), ("A man walks on the surface of the moon", "moon"),
        ("A man sits in an empty subway car", "subway car"), ("A hiker walks through the hills", "hill"),
    ],
)  # fmt: skip
def test_where_it_is(text: str, place: str) -> None:
    setting = read(text).setting
    assert setting.places[0] == place
    assert setting.inside == (place == "subway car")


def test_a_train_in_the_mountains_has_no_mountains_beside_it() -> None:
    assert [e.noun for e in read("A red train in snowy mountains").entities] == ["train"]
    assert "mountain" in [e.noun for e in read("A dragon flies over the mountains").entities]


def test_waves_that_crash_are_the_seas() -> None:
    plan = read("Huge waves crash on the rocks below a lighthouse")
    assert "breakers" in {e.kind for e in plan.effects}


def test_who_sits_reading_reads_while_they_sit() -> None:
    acts = read("A man sits in a train, reading a newspaper").actions
    assert {a.motion: a.start_s for a in acts} == {"sit": 0.0, "read": 0.0}


def test_one_of_two_is_the_man_and_the_other_the_woman() -> None:
    plan = read("Two workers argue at a table; the man in the red tie storms out, the woman stays seated")
    people = {e.noun: e for e in plan.entities if e.kind == "person"}
    assert {noun: e.count for noun, e in people.items()} == {"man": 1, "woman": 1}
    acts = {(people_of(plan, a.who), a.verb) for a in plan.actions}
    assert {("man", "argue"), ("woman", "argue"), ("man", "storm out")} <= acts
    assert ("woman", "storm out") not in acts
    assert plan.look.weather is None


def people_of(plan: ShotPlan, name: str) -> str:
    """The noun of an entity."""
    entity = plan.entity(name)
    assert entity is not None
    return entity.noun


@pytest.mark.parametrize(
    ("text", "there", "gone"),
    [
        ("Three ducklings waddle behind their mother", {"duckling", "duck"}, {"mother"}), ("A kitten sleeps beside its mother", {"kitten", "cat"}, {"mother"}),
        ("A boy waits beside his mother", {"boy", "mother"}, set()), ("Soldiers march in two columns over a bridge. Crane shot descending", {"soldier", "bridge"}, {"crane", "column"}),
        ("A young couple laughs in a car", {"couple", "car"}, {"young"}), ("A boy points a telescope at a hot air balloon", {"boy", "telescope", "hot air balloon"}, set()),
        ("A woman with her arms crossed waits", {"woman"}, set()),
    ],
)  # fmt: skip
def test_who_is_there(text: str, there: set[str], gone: set[str]) -> None:
    plan = read(text)
    nouns = {e.noun for e in plan.entities}
    assert there <= nouns
    assert not gone & nouns
    assert "hot air balloon" not in plan.setting.places
    assert "cross" not in {a.verb for a in plan.actions}


def test_who_is_in_a_wheelchair_and_who_climbs() -> None:
    plan = read("A nurse pushes a boy with a plastered leg down a corridor in a wheelchair")
    assert [(people_of(plan, r.of), people_of(plan, r.to)) for r in plan.relations if r.relation == "in"] == [("boy", "wheelchair")]  # fmt: skip
    climb = next(a for a in read("In a gym a girl in a blue tracksuit climbs a rope to the ceiling").actions)
    assert (climb.verb, climb.object is not None) == ("climb", True)


def test_nobody_is_where_they_point_and_a_way_ends_with_its_clause() -> None:
    plan = read("A dragon breathes fire as villagers run away")
    breathes = next(a for a in plan.actions if a.verb == "breathe")
    assert breathes.path is None or breathes.path.end != "far"
    assert not [r for r in read("A girl points at a balloon").relations if r.relation == "at"]


def test_the_next_shot_is_asked_for_and_is_no_deed() -> None:
    plan = parse_prompt(
        "Based on @Video1, generate the next shot: a woman looks out of the window", task="video_reference", has_video=True
    )  # fmt: skip
    assert plan.continuation == "next_shot"
    assert [a.verb for a in plan.actions] == ["look"]
    assert not plan.edits
