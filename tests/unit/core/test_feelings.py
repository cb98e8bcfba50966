"""What people feel and do with things in plain sentences, and what is no move of the camera."""

from __future__ import annotations

import pytest
from tests.unit.core.test_senses import act_of, nouns
from tests.unit.engines.test_props import read
from tests.unit.engines.test_settled import played

from shotwright.core.prompt.states import FEELINGS


def faces_of(text: str) -> set[str]:
    """The faces that the words give the first one that is named."""
    return {FEELINGS[word] for word in read(text).entities[0].attributes if word in FEELINGS}


@pytest.mark.parametrize(
    ("text", "face"),
    [
        ("A woman looks up from her laptop shocked", "shock"), ("A man looks angry", "anger"), ("A boy with a big smile on his face runs", "smile"),
        ("A woman in tears hugs a man", "cry"), ("A man stares at the screen in shock", "shock"), ("A man walks down a street with a worried expression", "sad"),
        ("A girl opens a box. Her eyes widen in surprise", "shock"), ("A girl sits on a bench. A tear rolls down her cheek", "cry"), ("The boy is scared", "shock"),
    ],
)  # fmt: skip
def test_what_somebody_feels_is_said_of_them_and_is_no_thing(text: str, face: str) -> None:
    assert faces_of(text) == {face}
    assert not nouns(text) & {"tear", "terror", "smile", "shock", "expression", "surprise"}
    assert not any(a.verb in {"shock", "scare", "worry"} for a in read(text).actions)


@pytest.mark.parametrize(
    "text",
    ["A man walks with a cane", "A woman walks with her kids", "A man runs after a bus", "A dog keeps up with a bike", "The cat stays with the dog", "A bird flies toward a tower", "A man pulls back a curtain"],
)  # fmt: skip
def test_what_people_and_animals_do_moves_no_camera(text: str) -> None:
    plan = read(text)
    assert not plan.camera
    assert plan.actions


@pytest.mark.parametrize("text", ["The camera pulls back", "A man waits, then tilt up to his face", "A slow push in on a vase", "The drone flies toward a tower"])  # fmt: skip
def test_what_is_said_of_the_camera_moves_it(text: str) -> None:
    assert read(text).camera


@pytest.mark.parametrize(
    ("text", "there"),
    [
        ("A baker pulls a tray out of a stone oven early in the morning", {"tray", "oven"}), ("Green smoke curls up and candles flicker on the shelves", {"candle", "shelf"}),
        ("A busy intersection, neon signs turning on", {"sign"}), ("A woman bakes at a table, flour all over the table", {"flour", "table"}),
    ],
)  # fmt: skip
def test_things_are_not_read_as_deeds(text: str, there: set[str]) -> None:
    assert there <= nouns(text)
    assert not any(a.motion is None for a in read(text).actions)


def test_who_drops_something_does_not_fall() -> None:
    plan = played("Two kids eat dumplings. A girl drops one on the floor")
    girl = next(e.id for e in plan.entities if e.noun == "girl")
    fallen = [a for a in plan.actions if a.motion == "fall"]
    assert [a.motion for a in plan.actions_of(girl)] == ["drop"]
    assert [plan.entity(a.who).noun for a in fallen] == ["dumpling"]  # type: ignore[union-attr]
    assert any(r.of == girl and r.relation == "holding" and r.to == fallen[0].who for r in plan.relations)


def test_what_is_left_behind_takes_nobody_away() -> None:
    assert [a.motion for a in read("A truck drives down a road, leaving a cloud of dust behind it").actions] == [
        "drive"
    ]
    assert act_of(read("A man leaves a note on the table"), "man").motion == "put_down"
    assert act_of(read("A woman leaves the room"), "woman").motion == "walk"


def test_what_something_is_made_of_is_no_thing_beside_it() -> None:
    plan = read("A perfume bottle made of amber glass stands on a slab")
    assert "glass" not in nouns("A perfume bottle made of amber glass stands on a slab")
    assert plan.entities[0].colour == "amber"
    assert nouns("A chair carved out of oak") == {"chair"}


@pytest.mark.parametrize(("text", "how"), [("A woman cooks on a stove", "at"), ("A welder works on a steel beam", "at"), ("A man reads on a bench", "on")])  # fmt: skip
def test_nobody_stands_on_what_they_work_on(text: str, how: str) -> None:
    assert [r.relation for r in read(text).relations] == [how]


def test_what_is_taken_out_of_something_was_in_it() -> None:
    plan = played("A cook pulls a tray out of an oven")
    names = {e.id: e.noun for e in plan.entities}
    assert ("tray", "in", "oven") in {(names[r.of], r.relation, names[r.to]) for r in plan.relations}
    assert not any(r.relation == "holding" for r in plan.relations)
    assert act_of(plan, "cook").motion == "pick_up"


def test_who_chases_something_has_it_ahead_and_on_its_way() -> None:
    plan = played("Two puppies chase a ball across a lawn")
    ball = act_of(plan, "ball")
    assert (ball.motion, ball.path.start if ball.path else None) == ("roll", "left")
    assert act_of(played("A boy chases a butterfly"), "butterfly").motion == "fly"
    assert not any(r.relation == "wearing" for r in played("A man chases his hat down a street").relations)


def test_side_by_side_is_said_of_both() -> None:
    plan = read("A red car and a black motorcycle race side by side through a tunnel")
    assert all("abreast" in e.attributes for e in plan.entities)


@pytest.mark.parametrize(
    "text",
    ["A pirate stands at the helm of a ship", "A sailor stands on a ship", "A man stands on the deck of a galleon"],
)
def test_who_is_on_a_ship_is_on_its_deck(text: str) -> None:
    plan = played(text)
    assert plan.setting.places[0] == "ship deck"
    assert not any(e.kind == "vehicle" for e in plan.entities)
    assert any(e.noun == "ship" for e in played("A ship sails past an island").entities)


@pytest.mark.parametrize("where", ["treehouse", "yurt", "igloo", "barn", "submarine", "shed"])
def test_whoever_is_inside_something_small_is_in_it(where: str) -> None:
    setting = read(f"A witch stirs a cauldron inside a cozy {where}").setting
    assert (setting.places[0], setting.inside) == (where, True)


def test_a_parrot_on_a_shoulder_is_in_nobodys_hand() -> None:
    plan = read("A pirate with a parrot on his shoulder waves")
    assert [r.relation for r in plan.relations] == ["on"]
