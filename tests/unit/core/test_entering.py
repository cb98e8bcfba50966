"""The place that a camera is led into."""

from __future__ import annotations

import pytest

from shotwright import plan


@pytest.mark.parametrize(
    ("prompt", "into"),
    [
        ("The camera swoops down and flies inside the building, revealing a man", "building"),
        ("The camera flies through the open window into the kitchen where a woman cooks", "kitchen"),
        ("The camera glides into the old wooden church", "church"),
        ("We follow her inside the house", "house"),
        ("The camera enters the castle and finds a knight", "castle"),
        ("The camera pushes into the crowd", None),
        ("Zoom into the bag", None),
        ("The camera moves in on the woman in the kitchen", None),
        ("Dolly in to a close-up of the man inside the house", None),
        ("The camera pushes in through the window", None),
    ],
)
def test_a_camera_is_led_into_a_place_or_into_none(prompt: str, into: str | None) -> None:
    assert next((move.into for move in plan(prompt).camera if move.into), None) == into


def test_what_is_said_of_the_film_is_no_deed_of_things() -> None:
    found = plan("@Element1 stands in a field. As the open backpack comes into focus, the camera pushes in.")
    assert not [act for act in found.actions if act.verb == "come"]


def test_who_stands_is_whom_the_reference_shows() -> None:
    found = plan("The camera flies inside the building, revealing the character from @Element1 standing in the centre.")
    (stands,) = [act for act in found.actions if act.verb == "stand"]
    assert found.entity(stands.who).ref == "@Element1"  # type: ignore[union-attr]


def test_the_angle_and_the_degrees_are_no_unread_words() -> None:
    text = "A high-angle satellite view of a field. The camera makes a smooth 180-degree orbit around @Element1."
    assert [text[slice(*word.span)] for word in plan(text).unread] == []
