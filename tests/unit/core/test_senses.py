"""What a word means beside other words, who is one of many, and what is a deed rather than a thing"""

from __future__ import annotations

import pytest
from tests.unit.core.test_meanwhile import deeds
from tests.unit.engines.test_props import read
from tests.unit.engines.test_settled import played

from shotwright.core.plan import Action, ShotPlan


def nouns(text: str) -> set[str]:
    return {e.noun for e in read(text).entities}


def act_of(plan: ShotPlan, noun: str) -> Action:
    """The last thing that somebody does."""
    who = next(e for e in plan.entities if e.noun == noun)
    return plan.actions_of(who.id)[-1]


@pytest.mark.parametrize(
    ("text", "there", "not_there"),
    [
        ("In a laboratory with glowing tanks an octopus swims", "fish tank", "tank"), ("A tank rolls through a ruined city", "tank", "fish tank"),
        ("A chess player moves his queen", "chess piece", "queen"), ("A queen sits on a throne", "queen", "chess piece"), ("A knight plays chess against a dragon", "knight", "chess piece"),
        ("A pirate opens a chest full of gold coins", "treasure chest", "chest"), ("A crane stands in a marsh", "heron", "crane"), ("A crane lifts a beam at a construction site", "crane", "heron"),
        ("A man with round glasses reads", "eyeglasses", "glass"), ("Two glasses of wine on a table", "glass", "eyeglasses"),
        ("A dim blacksmith workshop", "blacksmith workshop", "dim"), ("Three kids run to a school bus", "school bus", "school"),
    ],
)  # fmt: skip
def test_a_word_means_what_it_means_beside_the_others(text: str, there: str, not_there: str) -> None:
    found = nouns(text)
    assert not_there not in found
    assert there in found or there == "blacksmith workshop"  # a place


def test_an_elephants_calf_is_a_small_elephant() -> None:
    plan = played("A herd of elephants crosses a river, a calf walks behind them")
    assert [(e.noun, "baby" in e.attributes) for e in plan.entities if e.kind == "animal"] == [
        ("elephant", False),
        ("elephant", True),
    ]
    assert "calf" in nouns("A herd of elephants crosses a river, a calf walks behind them")  # the words' plan


@pytest.mark.parametrize(
    ("text", "who", "motions"),
    [
        ("A man walks to a house, kneels to scratch a bulldog, then drops a parcel", "man", ["walk", "kneel", "pet", "drop"]),
        ("He runs past a defender and shoots, the ball drops", "man", ["run", "shoot"]),
        ("A ballerina spins, stumbles and sinks to the floor", "ballerina", ["spin", "limp", "fall"]),
        ("The door opens and a little boy runs out, throws his arms up and laughs", "boy", ["run", "raise_hand", "laugh"]),
    ],
)  # fmt: skip
def test_deeds_in_a_row_are_deeds_of_who_did_the_one_before(text: str, who: str, motions: list[str]) -> None:
    assert [motion for name, motion, *_ in deeds(read(text)) if name == who] == motions


def test_a_smiling_woman_smiles_while_she_sits_down() -> None:
    assert deeds(read("A smiling woman sits on a bench")) == [("woman", "react", 0, 5), ("woman", "sit", 0, 5)]


def test_one_of_many_sits_with_them_and_does_something_else() -> None:
    plan = read("Four workers sit on a steel beam, one eats a sandwich, another laughs")
    workers = [e for e in plan.entities if e.noun == "worker"]
    beam = next(e.id for e in plan.entities if e.noun == "steel beam")
    assert [e.count for e in workers] == [2, 1, 1]
    assert [{a.motion for a in plan.actions_of(e.id)} for e in workers] == [{"sit"}, {"sit", "eat"}, {"sit", "laugh"}]
    assert all(any((r.of, r.relation, r.to) == (e.id, "on", beam) for r in plan.relations) for e in workers)


def test_a_tower_of_blocks_is_blocks_and_that_of_a_castle_a_tower() -> None:
    blocks = next(e for e in read("Kids sit around a tower of blocks").entities if e.noun == "block")
    assert (blocks.count, "tower" in blocks.attributes) == (5, True)
    assert "tower" in nouns("The tower of a castle at dusk")
    assert "ball" not in nouns("A ball of yarn rolls along")


def test_who_goes_down_an_aisle_goes_along_it_and_who_slides_does_not_fly() -> None:
    act = act_of(read("A robot waiter glides down the aisle of a diner"), "robot")
    assert (act.motion, act.path and act.path.along, act.path and act.path.end) == ("slide", "aisle", None)
    assert act_of(played("An eagle glides over a valley"), "eagle").motion == "fly"


def test_what_is_tucked_under_an_arm_is_carried() -> None:
    plan = read("A pilot walks down a corridor, a cat tucked under her arm")
    pilot, cat = (next(e.id for e in plan.entities if e.noun == noun) for noun in ("pilot", "cat"))
    assert any((r.of, r.relation, r.to) == (pilot, "holding", cat) for r in plan.relations)


def test_a_car_that_blasts_past_explodes_nowhere() -> None:
    plan = read("A silver sports car blasts past from right to left")
    assert not plan.effects
    assert act_of(plan, "sports car").motion == "drive"
    assert [e.kind for e in read("A blast shakes the street").effects] == ["explosion"]


def test_those_named_behind_a_group_are_the_group_and_the_driver_is_the_man() -> None:
    plan = played(
        "Two hikers, a man in a blue jacket and a woman in a purple jacket, climb up. The man waves. The woman points."
    )
    assert [(e.noun, e.count) for e in plan.entities if e.kind == "person"] == [("man", 1), ("woman", 1)]
    assert {e.noun: [a.motion for a in plan.actions_of(e.id)] for e in plan.entities if e.kind == "person"} == {
        "man": ["climb", "wave"],
        "woman": ["climb", "point"],
    }
    people = [
        e.noun for e in read("The driver, a man in a white hat, gets out and waves").entities if e.kind == "person"
    ]
    assert people == ["driver"]


def test_a_headline_says_where_and_a_trotting_puppy_is_a_puppy() -> None:
    plan = read("Sunny kitchen in the morning, an old man in a blue apron pours coffee into a mug")
    assert plan.setting.places == ("kitchen",)
    assert act_of(plan, "old man").motion == "pour"
    assert "trot" not in nouns("A kitten lies on a lawn, the puppy trots from the house up to it and drops a ball")


@pytest.mark.parametrize(
    ("text", "noun", "kind"),
    [
        ("A young chef cooks", "chef", "person"), ("A young witch stirs a cauldron", "witch", "person"), ("A female detective walks", "detective", "person"),
        ("A fox detective walks", "fox", "animal"), ("A cat chef cooks", "cat", "animal"), ("A weakling lifts weights", "weakling", "person"),
        ("Luxury perfume bottle made of amber glass on a slab", "bottle", "tool"),
    ],
)  # fmt: skip
def test_what_is_said_of_somebody_makes_no_animal_of_them(text: str, noun: str, kind: str) -> None:
    assert (read(text).entities[0].noun, read(text).entities[0].kind) == (noun, kind)
