"""Kinds of sentences that were read wrongly once: fragments, run-ons, screenplays, pronouns, edits that keep and colour."""

from __future__ import annotations

import pytest

from shotwright.core.plan import ShotPlan
from shotwright.core.prompt import parse_prompt


def plan(prompt: str, task: str = "reference_to_video", **media: int) -> ShotPlan:
    return parse_prompt(prompt, task=task, duration_s=5, **media)  # type: ignore[arg-type]


def name(found: ShotPlan, which: str | None) -> str | None:
    item = found.entity(which)
    return (item.ref or item.noun) if item else which


def acts(prompt: str, **media: int) -> set[tuple[str | None, str | None]]:
    found = plan(prompt, **media)
    return {(name(found, act.who), act.motion) for act in found.actions}


def relations(prompt: str, **media: int) -> set[tuple[str | None, str, str | None]]:
    found = plan(prompt, **media)
    return {(name(found, r.of), r.relation, name(found, r.to)) for r in found.relations}


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("Three kids on bicycles race left to right along a wall.", ("kid", "run")),
        ("A school bus stops at a crossroads while a dog sleeps.", ("dog", "sleep")),
        ("A hand tips a kettle and steaming coffee streams into a cup.", ("coffee", "flow")),
        ("In the Arctic, an adult polar bear waits beside a hole.", ("polar bear", "stand")),
        ("underwater, a diver swims under a whale shark", ("diver", "swim")),
        ("A cat jumps off a shelf and lands on a rug, a dog wakes up.", ("cat", "fly")),
        ("A truck passes from right to left in front of a gate.", ("truck", "walk")),
        ("A dragon wakes in a cave, spreads its wings, and flies off.", ("dragon", "fly")),
    ],
)
def test_who_does_it_in_fragments_and_run_ons(prompt: str, expected: tuple[str, str]) -> None:
    assert expected in acts(prompt)


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("A knight rides a white wolf.", ("knight", "riding", "wolf")),
        ("A bottle stands on a slab, water splashes up around it.", ("water", "around", "bottle")),
        ("A merchant with a huge turban waves.", ("merchant", "wearing", "turban")),
        ("A runner smiles, rain dripping from her cap.", ("runner", "wearing", "cap")),
        ("A man rolls out dough on a table.", ("dough", "on", "table")),
        ("A captain clings to the wheel.", ("captain", "holding", "wheel")),
        ("An elephant carries a drummer on its back.", ("drummer", "riding", "elephant")),
        ("A frog watches from a lily pad.", ("frog", "on", "lily pad")),
        ("In the meadow behind a farmer, a woman dances.", ("woman", "behind", "farmer")),
        ("A mouse rows a walnut shell across a pond.", ("mouse", "riding", "shell")),
    ],
)
def test_how_they_stand(prompt: str, expected: tuple[str, str, str]) -> None:
    assert expected in relations(prompt)


def test_a_phrase_between_commas_is_what_its_reference_is() -> None:
    found = plan("A dad and @Element1, a little girl in a striped apron, roll out dough.", elements=1)
    assert [(item.noun, item.ref) for item in found.entities if item.ref] == [("little girl", "@Element1")]


def test_two_who_look_different_are_two() -> None:
    found = plan("Two dancers, one in black and one in white, bow on a stage.")
    dancers = [item for item in found.entities if item.noun == "dancer"]
    assert [(item.count, item.colour) for item in dancers] == [(1, "black"), (1, "white")]
    assert {act.who for act in found.actions} == {item.id for item in dancers}


@pytest.mark.parametrize(
    ("prompt", "place"),
    [
        ("INT. BAKERY - DAY. A baker carries a cake.", "bakery"),
        ("EXT. PETROL STATION - NIGHT\nA woman waits. A man leaves the shop.", "petrol station"),
        ("A cup stands on a marble kitchen counter.", "kitchen"),
        ("A boy reads. Plain classroom background.", "classroom"),
        ("dark hallway in an abandoned hospital, flickering light", "hallway"),
    ],
)
def test_the_place(prompt: str, place: str) -> None:
    assert plan(prompt).setting.places[:1] == (place,)


@pytest.mark.parametrize(
    ("prompt", "goes_up"),
    [
        ("A cab pulls up.", False),
        ("Soldiers push a cart up to the gate.", False),
        ("A dog wakes up.", False),
        ("A balloon floats up.", True),
        ("A cat climbs up.", True),
    ],
)
def test_up_is_a_way_only_where_something_rises(prompt: str, goes_up: bool) -> None:
    assert any(act.path and act.path.end == "up" for act in plan(prompt).actions) == goes_up


@pytest.mark.parametrize("prompt", ["A striker in green runs.", "A shirt hangs on a line, soft blurred green behind."])
def test_a_colour_is_nothing_that_stands_there(prompt: str) -> None:
    assert "green" not in {item.noun for item in plan(prompt).entities}


def test_what_serves_as_something_is_that_alone() -> None:
    found = plan("A mouse uses a matchstick for an oar.")
    assert {item.noun for item in found.entities} == {"mouse", "matchstick"}


@pytest.mark.parametrize(
    ("prompt", "kept"),
    [
        (
            "Change the coat to red, keeping his walk cycle, the camera move, and the rain unchanged",
            ("subject_motion", "camera", "weather"),
        ),
        ("Change the car to red, keep the snow, the lighting and the camera move", ("weather", "lighting", "camera")),
    ],
)
def test_a_list_of_what_is_kept(prompt: str, kept: tuple[str, ...]) -> None:
    found = plan(prompt, "edit")
    assert found.preserve == kept
    assert len(found.edits) == 1
    assert found.look.weather is None  # of the video, and not to be drawn again


def test_less_of_a_weather_is_an_order() -> None:
    assert [edit.op for edit in plan("Less fog in the valley.", "edit").edits] == ["weather"]


@pytest.mark.parametrize(
    ("prompt", "target"),
    [
        ("change the wall to #ff8800", "wall"),
        ("turn the wall #ff8800", "wall"),
        ("change the colour of the wall to #ff8800", "wall"),
        ("recolor the jacket to #ff8800", "jacket"),
    ],
)
def test_hex_values_are_colours(prompt: str, target: str) -> None:
    assert [(edit.op, edit.target, edit.to) for edit in plan(prompt, "edit").edits] == [("recolour", target, "#ff8800")]


def test_who_is_added_holds_what_the_picture_shows() -> None:
    found = plan("Add @Element1 holding the umbrella from @Image1", "edit", elements=1, images=1)
    assert [(edit.op, edit.what, edit.with_ref, edit.placement) for edit in found.edits] == [
        ("add", None, "@Element1", None),
        ("add", "umbrella", "@Image1", "held by @Element1"),
    ]


def test_a_camera_that_is_transferred_starts_at_the_picture() -> None:
    found = plan("Transfer the camera movement from @Video1 to @Image1", "video_reference", images=1, has_video=True)
    assert (found.continuation, found.start_frame, found.unread) == ("camera_motion_transfer", "@Image1", ())


@pytest.mark.parametrize(
    ("prompt", "nouns"),
    [
        ("A viking looks at the sea.", {"viking"}),
        ("CAPTAIN OKORO (50s) grips a wheel.", {"captain", "wheel"}),
        ("theres a dude in a park and hes skating", {"dude"}),
        ("A lemon slice lies on a table.", {"lemon", "table"}),
        ("six year olds play in a garden", {"child"}),
        ("A toaster burns.", {"toaster"}),
    ],
)
def test_who_and_what_is_there(prompt: str, nouns: set[str]) -> None:
    assert {item.noun for item in plan(prompt).entities} == nouns


def test_irregular_pasts_are_verbs_too() -> None:
    assert ("widow", "kneel") in acts("A widow knelt beside a cage and waited.")
    assert ("widow", "holding", "birdcage") in relations("A widow carried a birdcage.")


@pytest.mark.parametrize("words", ["Shallow depth of field.", "Wide field of view, 35mm.", "From her point of view."])
def test_words_of_film_are_no_places(words: str) -> None:
    found = plan(f"A man works at a bench. {words}")
    assert (found.setting.places, found.setting.shells) == ((), ())


@pytest.mark.parametrize(
    ("prompt", "nouns"),
    [
        ("golden retriever running on beach at sunset", {"retriever"}),
        ("Two dogs in a park", {"dog"}),
        ("tractor spinning in mid air", {"tractor"}),
        ("A croissant on a plate", {"croissant", "plate"}),
        ("the alien moves slowly to the door", {"alien", "door"}),
        ("a glass perfume bottle on a white marble table", {"bottle", "table"}),
        ("a red vintage convertible driving along a road", {"convertible"}),
        ("steam train crossing stone viaduct", {"steam train", "viaduct"}),
        ("neon signs reflecting in the puddles", {"sign"}),
        ("A mother hugs her child", {"mother", "child"}),
        ("my dream car, a black mustang, drives along a road", {"car"}),
        ("penguin family crossing the ice", {"penguin", "ice"}),
        ("A woman reads on a couch. It is a cozy living room.", {"woman", "couch"}),
        ("15s ad for our running app: a man jogs in a park", {"man"}),
        ("Hey, can you make a video of a cat on a sofa", {"cat", "sofa"}),
        ("Instagram video of a dog in a park: it runs", {"dog"}),
        ("Truck drives along a highway", {"truck"}),
        ("Perfume bottle on a black table, slow rotation", {"bottle", "table"}),
        ("A desk with a screen and a sofa with a red cushion", {"desk", "screen", "sofa", "cushion"}),
    ],
)
def test_plain_fragments_name_who_and_what_is_there(prompt: str, nouns: set[str]) -> None:
    assert {item.noun for item in plan(prompt).entities} == nouns


def test_two_of_different_colours_are_two() -> None:
    horses = plan("Two horses, one white and one brown, gallop across a meadow").entities
    assert [(one.noun, one.colour) for one in horses] == [("horse", "white"), ("horse", "brown")]


@pytest.mark.parametrize(
    ("prompt", "deed"),
    [
        ("A girl stands in a field holding a kite", ("girl", "carry")),
        ("An old man sits on a bench in an autumn park feeding pigeons", ("old man", "give")),
        ("A bus enters from the left and crosses a bridge", ("bus", "walk")),
        ("Ballerina in a white tutu dancing alone on a stage", ("ballerina", "dance")),
        ("A lone grey wolf steps out from between the trees", ("wolf", "walk")),
        ("Two friends hug, one of them drops her suitcase", ("friend", "drop")),
        ("A woman sits at a window reading", ("woman", "read")),
    ],
)
def test_plain_deeds_are_read(prompt: str, deed: tuple[str, str]) -> None:
    assert deed in acts(prompt)


@pytest.mark.parametrize(
    ("prompt", "place", "said"),
    [
        ("White sneaker against a bright orange background", "backdrop", "bright orange"),
        ("A dog plays in a park in autumn", "park", "autumn"),
        ("EXT. DESERT HIGHWAY - DAY. A man waits.", "highway", "desert"),
        ("A girl explores a dark cave", "cave", "dark"),
    ],
)
def test_places_keep_what_is_said_of_them(prompt: str, place: str, said: str) -> None:
    setting = plan(prompt).setting
    assert place in setting.places
    assert said in setting.attributes


@pytest.mark.parametrize(
    "prompt", ["A man sits at a desk by a window with a city skyline", "A dragon roars into the stormy sky"]
)
def test_what_one_only_looks_at_is_no_place(prompt: str) -> None:
    assert plan(prompt).setting.places == ()


def test_a_cabin_in_a_valley_is_seen_from_outside_with_its_chimney() -> None:
    prompt = "A wooden cabin in a snowy valley, smoke coming from the chimney"
    found = plan(prompt)
    assert found.setting.places == ("valley",)
    assert ("chimney", "part_of", "cabin") in relations(prompt)


@pytest.mark.parametrize(
    ("prompt", "moves"),
    [("A chef flips a pancake in a pan", []), ("Hands knead dough, rolling pin beside it", []), ("A fire burns, tilt up from the fire to the stars", ["tilt_up"])],
)  # fmt: skip
def test_pans_and_pins_move_no_camera(prompt: str, moves: list[str]) -> None:
    assert [move.move for move in plan(prompt).camera] == moves


def test_a_glass_that_is_knocked_over_has_nobody_over_it() -> None:
    prompt = "A cat knocks over a glass"
    assert ("cat", "over", "glass") not in relations(prompt)
    assert [(act.verb, act.object is not None) for act in plan(prompt).actions] == [("knock over", True)]


def test_parts_of_things_belong_to_them() -> None:
    assert ("door", "part_of", "birdcage") in relations("She carries a birdcage with its door open")
    assert ("stripe", "part_of", "car") not in relations("A car drives. Stripes are on the wall.")
