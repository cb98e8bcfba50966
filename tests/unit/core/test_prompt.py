"""The prompt language. Prompts of our own; the rules are general."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shotwright.core.catalog import ENDPOINTS, GREENHOUSE_PROMPT
from shotwright.core.plan import ShotPlan
from shotwright.core.plan_json import to_json
from shotwright.core.prompt import plan_request
from shotwright.core.request import Element, ShotRequest

P = "fal-ai/kling-video/o1/"


def plan(
    prompt: str, path: str = "reference-to-video", *, images: int = 0, elements: int = 0, seconds: float = 5
) -> ShotPlan:
    frames = path.endswith("image-to-video")
    return plan_request(
        ShotRequest(
            P + path,
            prompt,
            image_urls=() if frames else ("x",) * images,
            start_image_url="x" if frames else None,
            end_image_url="x" if frames and images > 1 else None,
            elements=(Element("x"),) * elements,
            video_url="x" if "video-to-video" in path else None,
            duration_s=seconds,
        )
    )


def moves(prompt: str, **options: int) -> list[str]:
    return [move.move for move in plan(prompt, **options).camera]


def test_the_documented_example_becomes_the_shot_that_it_describes() -> None:
    found = plan(GREENHOUSE_PROMPT, images=2, elements=2)
    assert (found.start_frame, found.style_refs) == ("@Image1", ("@Image2",))
    assert [m.move for m in found.camera] == ["pedestal_down", "dolly_in", "orbit", "dolly_in"]
    orbit = found.camera[2]
    assert (orbit.degrees, found.entity(orbit.target), orbit.end_view) == (180, found.entity("@Element1"), "back")
    assert (found.shots[0].size, found.shots[0].angle) == ("extreme_wide", "high")
    first, second = found.pictured().values()
    assert (first.ref, first.role, first.placement) == ("@Element1", "subject", "center")
    assert (second.ref, second.role, second.placement) == ("@Element2", "object", "inside")
    assert 0 < first.appears_s < orbit.start_s < second.appears_s
    assert (found.look.lens_mm, found.look.mood) == (35, "hopeful")
    assert found.warnings == ()


@pytest.mark.parametrize(
    "spelling", ["@Image1", "@image1", "@Image_1", "@image_1", "<<<image_1>>>", "<<< Image_1 >>>", "@IMAGE1"]
)
def test_every_spelling_of_a_reference_is_the_same_reference(spelling: str) -> None:
    assert plan(f"Use {spelling} as the first frame.", images=1).start_frame == "@Image1"


def test_named_elements_bind_in_the_order_of_their_first_use() -> None:
    found = plan("@Fox chases @Hare. @Fox stops.", elements=2)
    assert list(found.pictured()) == ["@Element1", "@Element2"]


def test_a_reference_that_did_not_come_is_warned_about_and_stays_text() -> None:
    found = plan("Orbit around @Element3", elements=1)
    assert [w.ref for w in found.warnings if w.code == "unknown_reference"] == ["@Element3"]
    assert found.camera[0].target is None


def test_media_that_nobody_mentions_is_used_and_warned_about() -> None:
    found = plan("A quiet morning", images=1)
    assert found.place_ref == "@Image1"
    assert [w.code for w in found.warnings] == ["unused_reference"]


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("Slow push in on the cabin", ["dolly_in"]),
        ("The camera pulls back to reveal the city", ["dolly_out"]),
        ("Crash zoom on her eyes", ["zoom_in"]),
        ("The camera pans left, then tilts up", ["pan_left", "tilt_up"]),
        ("Camera trucks right past the market", ["truck_right"]),
        ("Crane up over the rooftops", ["pedestal_up"]),
        ("The drone descends and circles around the tower", ["pedestal_down", "orbit"]),
        ("A handheld shot of a street", ["handheld"]),
        ("Static shot of a harbor", ["static"]),
        ("Vertigo effect on the detective", ["dolly_zoom"]),
        ("Tracking shot of a runner", ["tracking"]),
        ("Rack focus from the cup to the door", ["rack_focus"]),
        ("Whip pan to the door, hold for two seconds, then zoom in", ["pan_right", "static", "zoom_in"]),
        ("The camera pans with the cyclist from left to right", ["pan_right"]),
        ("Tilt from her boots up to her face", ["tilt_up"]),
        ("Camera whips around him", ["orbit"]),
        ("@Element1 on a turntable, slow zoom", ["zoom_in"]),
        ("A slow zoom out from the tower", ["zoom_out"]),
        ("He dollies the crate along the ramp", []),
        ("镜头环绕人物", ["orbit"]),
    ],
)
def test_camera_vocabulary(prompt: str, expected: list[str]) -> None:
    assert moves(prompt) == expected


@pytest.mark.parametrize(
    "prompt",
    [
        "The sun rises over the hills",
        "A dog follows a boy through the field",
        "Do not zoom in",
        "A portrait without camera roll",
        "She turns left and walks away",
    ],
)
def test_words_that_move_things_or_are_negated_do_not_move_the_camera(prompt: str) -> None:
    assert moves(prompt) == []


def test_moves_tile_the_clip_and_slow_ones_take_longer() -> None:
    found = plan("The camera slowly pushes in, then quickly pans right, then tilts up", seconds=10).camera
    assert found[0].start_s == 0
    assert found[-1].end_s == 10
    assert [a.end_s for a in found[:-1]] == [b.start_s for b in found[1:]]
    spans = [move.end_s - move.start_s for move in found]
    assert spans[0] > spans[2] > spans[1]


def test_moves_that_happen_at_once_share_their_time() -> None:
    found = plan("The camera dollies in while tilting up").camera
    assert {(move.start_s, move.end_s) for move in found} == {(0, 5)}


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("Replace the man with @Element1", ("replace", "man", "@Element1")),
        ("Swap the dog for a fox", ("replace", "dog", "fox")),
        ("Change the background to a desert", ("background", "background", "desert")),
        ("Transform the landscape into @Image1", ("background", "landscape", "@Image1")),
        ("Remove the lamp", ("remove", "lamp", None)),
        ("Make the car red", ("recolour", "car", "red")),
        ("Change the weather to a storm", ("weather", "weather", "storm")),
        ("Turn the video into watercolor style", ("style", "video", "watercolor")),
        ("Turn the vase into glass", ("material", "vase", "glass")),
    ],
)
def test_edit_verbs(prompt: str, expected: tuple[str, str, str | None]) -> None:
    (edit,) = plan(
        prompt, "video-to-video/edit", images=1 if "@Image" in prompt else 0, elements=1 if "@El" in prompt else 0
    ).edits
    assert (edit.op, edit.target, edit.with_ref or edit.to) == expected


@pytest.mark.parametrize(
    ("prompt", "places"),
    [
        ("A quiet harbour at dawn.", ("harbour",)),
        ("A heron by a pond, far from the sea.", ("lake", "sea")),
        ("A market at night, then the camera reaches a courtyard.", ("street", "park")),
        ("A knight prays in a chapel.", ("interior",)),
        ("A chapel on a hilltop.", ("mountains",)),
        ("A cabin in the woods under a full moon.", ("forest",)),
        ("A wooden table.", ()),
    ],
)
def test_places(prompt: str, places: tuple[str, ...]) -> None:
    assert plan(prompt).setting.shells == places


def test_plain_words_are_no_typing_errors() -> None:
    found = plan("Good friends fight over money by the water, plants and signs everywhere, printing a ticket.")
    nouns = [item.noun for item in found.entities]
    assert (found.setting.shells, found.look.style, nouns) == ((), None, ["friend", "money", "plant", "sign", "ticket"])
    assert plan("A shallow depth of field").setting.shells == ()
    assert plan("Seagulls overhead").shots == ()


def test_things_have_the_colour_that_is_theirs() -> None:
    found = plan("At golden hour with two fishermen, a woman in a red coat and a blue car").entities
    assert [(figure.noun, figure.count, figure.colour) for figure in found] == [
        ("fisherman", 2, None), ("woman", 1, None), ("coat", 1, "red"), ("car", 1, "blue"),
    ]  # fmt: skip


def test_a_sentence_may_have_a_second_framing() -> None:
    found = plan("Start wide on the market, then cut to a close-up. The camera pans left.", seconds=6)
    assert [(framing.size, framing.start_s) for framing in found.shots] == [("wide", 0.0), ("close_up", 3.0)]


@pytest.mark.parametrize("prompt", ["Animate @Image1: leaves drift", "Bring @Image1 to life, slow zoom"])
def test_a_picture_that_is_animated_is_the_start_frame(prompt: str) -> None:
    found = plan(prompt, images=1)
    assert (found.start_frame, found.pictured()) == ("@Image1", {})


def test_the_same_camera_is_that_of_the_video() -> None:
    found = plan("Same camera move, different world: a coral reef", "video-to-video/reference")
    assert found.continuation == "camera_motion_transfer"


def test_those_who_act_together_all_act() -> None:
    found = plan("@Element1, @Element2 and @Element3 walk side by side, an explosion behind them", elements=3)
    acts = [(found.entity(action.who), action.motion) for action in found.actions]
    assert acts == [(found.entity(f"@Element{i}"), "walk") for i in (1, 2, 3)]


def test_an_orbit_needs_no_word_for_degrees() -> None:
    found = plan("A slow 360 orbit around @Element1", elements=1)
    (move,) = found.camera
    assert (move.move, move.degrees, found.entity(move.target)) == ("orbit", 360.0, found.entity("@Element1"))


def test_what_is_to_be_kept_never_becomes_an_operation() -> None:
    found = plan(
        "Replace the person with @Element1, keep the same camera movement. Do not change the background.",
        "video-to-video/edit",
        elements=1,
    )
    assert [edit.op for edit in found.edits] == ["replace"]
    assert {"camera", "background"} <= set(found.preserve)
    assert found.camera == ()


@pytest.mark.parametrize(
    ("prompt", "kind"),
    [
        ("Based on @Video1, generate the next shot", "next_shot"),
        ("Generate the previous shot of the video", "previous_shot"),
        ("Apply the camera movement from @Video1 to @Image1", "camera_motion_transfer"),
        ("Show it from a different camera angle", "camera_angle"),
        ("生成下一个镜头", "next_shot"),
    ],
)
def test_continuations(prompt: str, kind: str) -> None:
    assert plan(prompt, "video-to-video/reference", images=1 if "@Image" in prompt else 0).continuation == kind


def test_image_to_video_takes_its_frames_whatever_the_words_say() -> None:
    found = plan("Wind in the trees", "image-to-video", images=2)
    assert (found.start_frame, found.end_frame) == ("@Image1", "@Image2")


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("We drift forward through the fog", ["dolly_in"]),
        ("The lens glides past the shelves", ["truck_right"]),
        ("The camera orbits her anticlockwise", ["orbit_ccw"]),
        ("A slow clockwise arc of 90 degrees around the car", ["orbit_cw"]),
        ("The camera pans from right to left", ["pan_left"]),
        ("Slider shot to the left along the bar", ["truck_left"]),
        ("The camera travels beside her", ["tracking"]),
        ("Wide, static.", ["static"]),
        ("Medium shot with no camera movement", ["static"]),
        ("It ends with a slow pull back but starts with a push in on the door", ["dolly_in", "dolly_out"]),
        ("Before the camera pans right, it tilts down", ["tilt_down", "pan_right"]),
        ("Bullet time! The camera revolves clockwise around him", ["orbit_cw"]),
        ("Instead of zooming in, just dolly out", ["dolly_out"]),
        ("The camrea slowy pans rigth", ["pan_right"]),
    ],
)
def test_moves_in_other_words(prompt: str, expected: list[str]) -> None:
    assert moves(prompt) == expected


@pytest.mark.parametrize(
    "prompt",
    [
        "Copper pans clatter in the kitchen",
        "He glances left, he looks up",
        "A wolf runs through the snow",
        "What comes right after the party",
    ],
)
def test_things_that_move_are_no_cameras(prompt: str) -> None:
    assert moves(prompt) == []


@pytest.mark.parametrize(
    ("prompt", "images", "elements", "expected"),
    [
        ("@Element1 wears the coat from @Image1", 1, 1, {"@Element1": "subject", "@Image1": "clothing"}),
        (
            "@Element1 carries the lamp from @Image1 through the swamp in @Image2",
            2,
            1,
            {"@Element1": "subject", "@Image1": "prop"},
        ),
        ("The sword of @Element1 burns with the fire from @Image1", 1, 1, {"@Element1": "object", "@Image1": "effect"}),
        ("This sneaker @Image1 floats over a pink floor", 1, 0, {"@Image1": "object"}),
        ("Prop: @Image1\nHero: @Element1\nPlace: @Image2", 2, 1, {"@Image1": "prop", "@Element1": "subject"}),
        ("Blacksmith @Element1 swings the hammer @Element2", 0, 2, {"@Element1": "subject", "@Element2": "prop"}),
        ("A push in on the eyes of @Element1", 0, 1, {"@Element1": "subject"}),
        (
            "<<<element_1>>>穿着<<<image_1>>>里的红裙子，在<<<image_2>>>的海边跳舞",
            2,
            1,
            {"@Element1": "subject", "@Image1": "clothing"},
        ),
    ],
)
def test_roles(prompt: str, images: int, elements: int, expected: dict[str, str]) -> None:
    found = plan(prompt, images=images, elements=elements)
    assert {ref: item.role for ref, item in found.pictured().items()} == expected
    assert images < 2 or found.place_ref == "@Image2"


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("The van must be replaced with the carriage from @Image1", [("replace", "@Image1")]),
        ("His hat should become the turban from @Image1", [("replace", "@Image1")]),
        ("@Image1 takes the place of the clock", [("replace", "@Image1")]),
        ("Instead of the brush, use the pen from @Image1", [("replace", "@Image1")]),
        ("Use @Image1 as the new backdrop", [("background", "@Image1")]),
        ("Restyle @Video1 after the painting in @Image1", [("style", "@Image1")]),
        ("Erase the cables and the sign", [("remove", None), ("remove", None)]),
        ("No more cars in the street, please", [("remove", None)]),
        ("Snow should be falling", [("weather", None)]),
        ("Turn day into night", [("time_of_day", None)]),
        ("The ball gets a flame effect", [("effect", None)]),
        ("I wish the lake were frozen", [("attribute", None)]),
        ("Change the coffee to orange juice", [("replace", None)]),
        ("Shirt blue, trousers white", [("recolour", None), ("recolour", None)]),
        ("I want the statue to become solid gold", [("material", None)]),
        ("Move the interview to a library", [("background", None)]),
        ("repalce the cup with a bowl and also remvoe the lamp", [("replace", None), ("remove", None)]),
        ("将背景换成海边沙滩，删除路人", [("background", None), ("remove", None)]),
        ("Turn the sky stormy and take the pedestrians out", [("weather", None), ("remove", None)]),
        ("Put @Image1 where the vase stands", [("replace", "@Image1")]),
        ("Use the jacket from @Image1 on the singer", [("replace", "@Image1")]),
        ("Erase the watermark and brighten the scene", [("remove", None), ("attribute", None)]),
        ("Remove all text, logos and subtitles", [("remove", None)] * 3),
        ("Give it a sepia tone", [("style", None)]),
        ("Make the whole thing look like an oil painting by an impressionist", [("style", None)]),
        ("Paint the fence white, the door green and the roof red", [("recolour", None)] * 3),
        ("Delete the guy behind her and nothing else", [("remove", None)]),
        ("Set the barn on fire", [("effect", None)]),
        ("It should be foggy", [("weather", None)]),
        ("Add falling snow and a lantern", [("weather", None), ("add", None)]),
        ("Set it on the moon instead of the beach", [("background", None)]),
        ("Apply the colour grading of @Image1", [("recolour", "@Image1")]),
        ("With the palette of @Image1", [("recolour", "@Image1")]),
        ("Make it a rainy night with lightning", [("weather", None), ("time_of_day", None), ("effect", None)]),
        ("Turn the scene into night", [("time_of_day", None)]),
        ("Change the angle to worm's eye view", []),
        ("Change the camera to pan left", []),
    ],
)
def test_edits_in_other_words(prompt: str, expected: list[tuple[str, str | None]]) -> None:
    found = plan(prompt, "video-to-video/edit", images=prompt.count("@Image"))
    assert [(edit.op, edit.with_ref) for edit in found.edits] == expected
    assert not found.pictured()


@pytest.mark.parametrize(
    ("prompt", "kept"),
    [
        ("Preserve the lighting on the actor and the background", {"lighting", "background"}),
        ("Keep @Element1's face. Make it rain", set()),
        (
            "The people, their movements and the framing must remain as they are",
            {"subject", "subject_motion", "camera"},
        ),
        ("Make the car red, no changes to the camera", {"camera"}),
        ("Don't touch the actor's face", {"face"}),
        ("Paint the car red, rest of the video no change", {"everything_else"}),
    ],
)
def test_what_is_kept(prompt: str, kept: set[str]) -> None:
    found = plan(prompt, "video-to-video/edit", elements=1 if "@El" in prompt else 0)
    assert set(found.preserve) == kept


NEGATED = [
    "Do not replace the car", "Don't remove the sign", "Never add a hat", "Make no changes to the sky", "Without changing the background",
    "不要删除路人", "Under no circumstances add people", "The wall must not be painted",
]  # fmt: skip


@pytest.mark.parametrize("prompt", NEGATED)
def test_no_operation_fires_from_a_negated_clause(prompt: str) -> None:
    assert plan(prompt, "video-to-video/edit").edits == ()
    assert [e.op for e in plan(f"{prompt}. Remove the lamp.", "video-to-video/edit").edits] == ["remove"]


@pytest.mark.parametrize(
    ("prompt", "path", "code"),
    [
        (
            "Pan left, then tilt up, then zoom in, then orbit, then dolly out, then crane up",
            "reference-to-video",
            "moves_do_not_fit",
        ),
        ("The camera zooms in while zooming out", "reference-to-video", "contradictory_moves"),
        ("Remove the lamp from the table", "reference-to-video", "edit_without_video"),
        ("Make the car red while the camera slowly pushes in", "video-to-video/edit", "camera_in_edit"),
        (
            "Take @Image1 as the start frame. Everything in the style of @Image1.",
            "reference-to-video",
            "contradictory_roles",
        ),
    ],
)
def test_the_linter(prompt: str, path: str, code: str) -> None:
    found = plan(prompt, path, images=prompt.count("@Image") and 1, seconds=3)
    assert code in [warning.code for warning in found.warnings]
    assert all(len(warning.text) > 30 for warning in found.warnings)


def test_every_item_knows_the_words_that_caused_it_and_the_rest_is_listed() -> None:
    prompt = "@Element1 walks in the rain. The camera slowly pushes in. Colourless green ideas sleep."
    found = plan(prompt, elements=1)
    (move,) = found.camera
    assert move.span is not None
    assert prompt[slice(*move.span)] == "pushes in"
    assert prompt[slice(*found.entities[0].span)] == "@Element1"
    assert prompt[slice(*found.spans["look.weather"])] == "rain"
    assert [prompt[slice(*item.span)] for item in found.unread] == ["Colourless green", "ideas sleep"]
    frames = "Use @Image1 as the first frame. Everything in the style of @Image2."
    spans = plan(frames, images=2).spans
    assert [frames[slice(*spans[name])] for name in ("start_frame", "style_refs.0")] == ["@Image1", "@Image2"]


def spans_of(found: ShotPlan) -> list[tuple[int, int]]:
    items = [
        *found.camera, *found.shots, *found.entities, *found.relations, *found.actions, *found.effects, *found.edits, *found.warnings,
        *found.unread, found.setting,
    ]  # fmt: skip
    return [*found.spans.values(), *(item.span for item in items if item.span)]


WORDS = st.sampled_from(
    [
        "@Image1", "@Element2", "<<<image_2>>>", "@Fox", "orbit", "the camera", "180 degrees", "the", ",", ".", ":", "replace", "with", "instead of",
        "zoom", "in", "not", "while", "before", "slowly", "left", "should be", "keep", "the background", "wears the hat from", "style", "and",
        "把", "背景", "换成", "镜头", "red", "snow", "remove", "pan", "to", "starts with", "@Video1", "next shot", "we", "it",
    ]
)  # fmt: skip


@given(
    st.one_of(st.text(max_size=400), st.lists(WORDS, max_size=60).map(" ".join)),
    st.sampled_from(sorted(ENDPOINTS)),
    st.integers(0, 3),
    st.integers(0, 3),
)
def test_any_text_becomes_a_plan(prompt: str, endpoint: str, images: int, elements: int) -> None:
    found = plan(prompt, endpoint.removeprefix(P), images=images, elements=elements)
    assert to_json(found)["task"] == ENDPOINTS[endpoint].task
    assert all(0 <= low <= high <= len(prompt) for low, high in spans_of(found))
    timed = [move for move in found.camera if move.move != "handheld" or len(found.camera) == 1]
    assert all(0 <= move.start_s <= move.end_s <= found.duration_s for move in found.camera)
    if timed:
        starts, ends = {move.start_s for move in timed}, {move.end_s for move in timed}
        assert min(starts) == 0
        assert max(ends) == found.duration_s
        assert starts - {0} <= ends, "moves tile the clip"


@pytest.mark.parametrize(
    "filler",
    [
        "the camera orbits @Image1 and ",
        "replace the red car, ",
        "镜头推近，",
        "@Element1 ",
        "not keep instead of ",
        "zoom in ",
    ],
)
def test_the_longest_prompts_are_read_at_once(filler: str) -> None:
    found = plan((filler * 900)[:2500], "video-to-video/edit", images=1, elements=1)
    assert found.task == "edit"


@given(st.permutations([1, 2, 3]), st.lists(WORDS, max_size=12).map(" ".join))
def test_other_names_for_references_permute_the_plan_and_nothing_else(order: list[int], tail: str) -> None:
    text = "@Element{} meets @Element{} while @Element{} waits. The camera orbits @Element{}. "
    tail = tail.replace("@Element2", "").replace("@Fox", "")
    one = to_json(plan(text.format(1, 2, 3, 1) + tail, elements=3))
    two = to_json(plan(text.format(*order, order[0]) + tail, elements=3))
    renamed = json.dumps(one)
    for i, name in enumerate(order):
        renamed = renamed.replace(f"@Element{i + 1}", f"<{name}>")
    for name in order:
        renamed = renamed.replace(f"<{name}>", f"@Element{name}")
    two = json.loads(json.dumps(two))
    for key in ("camera", "entities", "relations", "actions", "shots", "style_refs", "look"):
        assert json.loads(renamed)[key] == two[key]


@given(st.lists(WORDS, max_size=30).map(" ".join))
def test_canonical_spelling_changes_nothing(prompt: str) -> None:
    """References written another way, and a second reading, give the same plan."""
    other = (
        prompt.replace("@Image1", "<<<image_1>>>")
        .replace("<<<image_2>>>", "@Image_2")
        .replace("@Element2", "@element_2")
    )
    one, two = plan(prompt, images=2, elements=2), plan(other, images=2, elements=2)
    facts = [
        (
            p.start_frame,
            p.place_ref,
            p.style_refs,
            [m.move for m in p.camera],
            [(ref, item.role) for ref, item in p.pictured().items()],
        )
        for p in (one, two)
    ]
    assert facts[0] == facts[1]
    assert plan(prompt, images=2, elements=2) == one


@pytest.mark.parametrize(
    ("prompt", "target", "colour"),
    [
        ("Make her jacket bright pink", "jacket", "bright pink"),
        ("Change the car to deep emerald green", "car", "deep emerald green"),
        ("Paint the door navy", "door", "navy"),
    ],
)
def test_colours_keep_what_shades_them(prompt: str, target: str, colour: str) -> None:
    (edit,) = plan(prompt, "video-to-video/edit").edits
    assert (edit.op, edit.target, edit.to) == ("recolour", target, colour)


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("She holds a pan", []),
        ("A cook puts eggs into a pan", []),
        ("A cook puts eggs into a pan, pan left to the window", ["pan_left"]),
        ("The shot starts with a pan left", ["pan_left"]),
        ("We end on a pan right over the city", ["pan_right"]),
    ],
)
def test_a_pan_that_one_cooks_in_is_no_move(prompt: str, expected: list[str]) -> None:
    assert moves(prompt) == expected
