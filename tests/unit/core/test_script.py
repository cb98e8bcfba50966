"""A pasted script becomes shots that say by themselves who is in them and where, and members become references."""

from __future__ import annotations

import pytest

from shotwright.core.board import bound, checked_members
from shotwright.core.errors import BadRequest
from shotwright.core.script import LINES_MAX, shots_of


def prompts(script: str) -> list[str]:
    return [shot.prompt for shot in shots_of(script)]


def test_lines_have_their_own_numbers_or_the_next_ones() -> None:
    found = shots_of(
        "Shot 1: a dog runs\n\n2) a cat sits\n2A - a bird flies\n• a fish swims\n#12. a cow stands\n3 dogs run"
    )
    assert [(shot.name, shot.prompt) for shot in found] == [
        ("1", "a dog runs"), ("2", "a cat sits"), ("2A", "a bird flies"), ("4", "a fish swims"), ("12", "a cow stands"), ("6", "3 dogs run"),
    ]  # fmt: skip


def test_a_heading_says_where_and_when_the_lines_below_it_are() -> None:
    script = "INT. THE KITCHEN - NIGHT\nA cat sleeps.\nA dog eats\nEXT. CAR PARK - DAY\nA van stops\nINT./EXT. TENT\nA bear looks in"
    found = shots_of(script)
    assert [shot.name for shot in found] == ["1/1", "1/2", "2/1", "3/1"]
    assert [shot.prompt for shot in found] == [
        "A cat sleeps. In the kitchen, at night.", "A dog eats. In the kitchen, at night.", "A van stops. In the car park, by day.",
        "A bear looks in. In the tent.",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("before", "line", "wanted"),
    [
        ("A woman in a red coat pours coffee", "She looks out of the window", "A woman in a red coat looks out of the window"),
        ("@Anna pours coffee", "She smiles", "@Anna smiles"), ("Two old men play chess", "They laugh", "Two old men laugh"),
        ("A cat sleeps on a chair", "It wakes up", "A cat wakes up"), ("A king sits on a throne", "She enters", "She enters"),
        ("A woman waves at a boy", "He waves back", "a boy waves back"), ("Rain falls", "She enters", "She enters"),
    ],
)  # fmt: skip
def test_a_pronoun_means_whom_a_line_before_named(before: str, line: str, wanted: str) -> None:
    assert prompts(f"{before}\n{line}")[1] == wanted


def test_a_pronoun_after_a_pronoun_still_means_the_same() -> None:
    assert prompts("An old sailor rows a boat\nHe stops\nHe looks at the sky")[2].startswith("An old sailor looks")


@pytest.mark.parametrize("script", ["", "\n \n", "INT. KITCHEN - NIGHT", "\n".join(["a dog runs"] * (LINES_MAX + 1))])
def test_a_script_has_a_line_for_each_shot_and_not_too_many(script: str) -> None:
    with pytest.raises(BadRequest, match="line for each shot"):
        shots_of(script)


def test_members_become_references_behind_those_of_the_request() -> None:
    members = checked_members([
        {"name": "Kitchen", "kind": "image", "pictures": ["k"]}, {"name": "Bob", "pictures": ["b"]}, {"name": "Anna", "pictures": ["a", "a2"]},
    ])  # fmt: skip
    body = {
        "prompt": "@Element1 and @ANNA meet @Bob in @Kitchen; @anna-marie stays",
        "elements": [{"frontal_image_url": "x"}],
        "duration": "3",
    }
    made = bound(body, members)
    assert made["prompt"] == "@Element1 and @Element2 meet @Element3 in @Image1; @anna-marie stays"
    assert [item["frontal_image_url"] for item in made["elements"]] == ["x", "a", "b"]
    assert made["elements"][1]["reference_image_urls"] == ["a2"]
    assert (made["image_urls"], made["duration"]) == (["k"], "3")
    assert body["prompt"].startswith("@Element1 and @ANNA"), "the shot keeps its own words"


def test_a_prompt_without_members_stays_as_it_is() -> None:
    assert bound({"prompt": "A dog runs"}, [{"name": "Anna", "kind": "element", "pictures": ["a"]}]) == {
        "prompt": "A dog runs"
    }
