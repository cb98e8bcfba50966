"""The prompt language. Prompts of our own; the rules are general."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shotwright.core.catalog import ENDPOINTS, GREENHOUSE_PROMPT
from shotwright.core.plan import ShotPlan
from shotwright.core.prompt import parse_prompt
from shotwright.core.request import Element, ShotRequest

P = "fal-ai/kling-video/o1/"


def plan(
    prompt: str, path: str = "reference-to-video", *, images: int = 0, elements: int = 0, seconds: float = 5
) -> ShotPlan:
    frames = path.endswith("image-to-video")
    return parse_prompt(
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
    assert (orbit.degrees, orbit.target, orbit.end_view) == (180, "@Element1", "back")
    assert (found.shot[0].size, found.shot[0].angle) == ("extreme_wide", "high")
    first, second = found.subjects
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
    assert [subject.ref for subject in found.subjects] == ["@Element1", "@Element2"]


def test_a_reference_that_did_not_come_is_warned_about_and_stays_text() -> None:
    found = plan("Orbit around @Element3", elements=1)
    assert [w.ref for w in found.warnings if w.code == "unknown_reference"] == ["@Element3"]
    assert found.camera[0].target is None


def test_media_that_nobody_mentions_is_used_and_warned_about() -> None:
    found = plan("A quiet morning", images=1)
    assert found.background_ref == "@Image1"
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


@given(st.text(max_size=300), st.sampled_from(sorted(ENDPOINTS)), st.integers(0, 3), st.integers(0, 3))
def test_any_text_becomes_a_plan(prompt: str, endpoint: str, images: int, elements: int) -> None:
    found = plan(prompt, endpoint.removeprefix(P), images=images, elements=elements)
    assert found.to_json()["task"] == ENDPOINTS[endpoint].task
    assert all(0 <= move.start_s <= move.end_s <= found.duration_s for move in found.camera)


@given(
    st.lists(
        st.sampled_from(
            [
                "@Image1",
                "@Element2",
                "orbit",
                "camera",
                "180",
                "degree",
                "the",
                ",",
                ".",
                "replace",
                "with",
                "zoom",
                "in",
                "not",
            ]
        ),
        max_size=40,
    )
)
def test_any_order_of_its_own_words_becomes_a_plan(words: list[str]) -> None:
    for path in ("reference-to-video", "video-to-video/edit"):
        plan(" ".join(words), path, images=1, elements=2)
