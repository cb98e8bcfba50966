"""Fields of a body that are ours alone."""

from __future__ import annotations

import pytest

from shotwright.core.errors import SchemaError
from shotwright.core.passes import PASSES
from shotwright.core.prompt import plan_request
from shotwright.core.request import parse_request

R2V = "fal-ai/kling-video/o1/standard/reference-to-video"


@pytest.mark.parametrize("scale", [0, 0.5, 2])
def test_how_strongly_an_engine_follows_is_taken_and_is_no_stranger(scale: float) -> None:
    assert parse_request(R2V, {"prompt": "A man walks.", "conditioning_scale": scale}).unknown == ()


@pytest.mark.parametrize("scale", [-0.1, 2.1, "1", True, [1]])
def test_other_strengths_are_refused_at_their_field(scale: object) -> None:
    with pytest.raises(SchemaError) as refused:
        parse_request(R2V, {"prompt": "A man walks.", "conditioning_scale": scale})
    assert [item["loc"] for item in refused.value.items()] == [["body", "conditioning_scale"]]


def test_a_playblast_is_drawn_whatever_the_words_say_of_style() -> None:
    request = parse_request(R2V, {"prompt": "A man walks, anime, at night.", "look": "playblast"})
    assert request.unknown == ()
    assert plan_request(request).look.style == "playblast"


def test_other_looks_are_refused_at_their_field() -> None:
    with pytest.raises(SchemaError) as refused:
        parse_request(R2V, {"prompt": "A man walks.", "look": "shiny"})
    assert [item["loc"] for item in refused.value.items()] == [["body", "look"]]


def test_an_edit_keeps_its_own_look() -> None:
    endpoint = "fal-ai/kling-video/o1/standard/video-to-video/edit"
    body = {"prompt": "Make the car red.", "video_url": "https://v.test/a.mp4", "look": "playblast"}
    assert plan_request(parse_request(endpoint, body)).look.style is None


@pytest.mark.parametrize(
    ("given", "wanted"), [(["depth", "pose", "depth"], ("depth", "pose")), ("all", tuple(PASSES)), (None, ()), ([], ())]
)
def test_passes_are_taken_by_name_and_are_no_strangers(given: object, wanted: tuple[str, ...]) -> None:
    request = parse_request(R2V, {"prompt": "A man walks.", "passes": given})
    assert (request.passes, request.unknown) == (wanted, ())


@pytest.mark.parametrize("given", [["depth", "normals"], "depth", 3, {"depth": True}, [["depth"]]])
def test_other_passes_are_refused_at_their_field(given: object) -> None:
    with pytest.raises(SchemaError) as refused:
        parse_request(R2V, {"prompt": "A man walks.", "passes": given})
    assert [item["loc"] for item in refused.value.items()] == [["body", "passes"]]
    assert "'depth16'" in refused.value.items()[0]["msg"]


def test_a_control_video_is_an_address_or_refused_at_its_field() -> None:
    body = {"prompt": "A man walks.", "control_video_url": "https://v.test/depth.mp4"}
    assert parse_request(R2V, body).control_video_url == "https://v.test/depth.mp4"
    for wrong in ("", "depth.mp4", 3, ["https://v.test/depth.mp4"]):
        with pytest.raises(SchemaError) as refused:
            parse_request(R2V, {**body, "control_video_url": wrong})
        assert [item["loc"] for item in refused.value.items()] == [["body", "control_video_url"]]
