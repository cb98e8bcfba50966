"""Every limit of the documents, at its boundary."""

from __future__ import annotations

import pytest

from shotwright.core.catalog import ENDPOINTS, GREENHOUSE_PROMPT
from shotwright.core.errors import ModelError, SchemaError
from shotwright.core.limits import (
    MB,
    ImageFacts,
    ImageLimits,
    VideoFacts,
    VideoLimits,
    check_image,
    check_reference_count,
    check_video,
)
from shotwright.core.request import parse_request

LOC = ("body", "x")
R2V = "fal-ai/kling-video/o1/reference-to-video"


def image(width: int = 1000, height: int = 1000, size: int = 1000) -> list[str]:
    return [error.type for error in check_image(ImageFacts(width, height, size), ImageLimits(), LOC)]


def video(**changes: float) -> list[str]:
    facts = {"width": 1280, "height": 720, "duration_s": 5.0, "fps": 24.0, "size_bytes": 1000} | changes
    return [e.type for e in check_video(VideoFacts(frames=100, has_audio=False, **facts), VideoLimits(), LOC)]


@pytest.mark.parametrize(
    ("good", "bad", "kind"),
    [
        ({"size": 10 * MB}, {"size": 10 * MB + 1}, "file_too_large"),
        ({"width": 300, "height": 300}, {"width": 299, "height": 300}, "image_too_small"),
        ({"width": 400, "height": 1000}, {"width": 399, "height": 1000}, "value_error"),
        ({"width": 2500, "height": 1000}, {"width": 2501, "height": 1000}, "value_error"),
    ],
)
def test_image_limits(good: dict[str, int], bad: dict[str, int], kind: str) -> None:
    assert image(**good) == []
    assert image(**bad) == [kind]


@pytest.mark.parametrize(
    ("good", "bad", "kind"),
    [
        ({"size_bytes": 200 * MB}, {"size_bytes": 200 * MB + 1}, "file_too_large"),
        ({"height": 720}, {"height": 719}, "image_too_small"),
        ({"width": 2160}, {"width": 2161}, "image_too_large"),
        ({"duration_s": 3.0}, {"duration_s": 2.99}, "video_duration_too_short"),
        ({"duration_s": 10.05}, {"duration_s": 10.06}, "video_duration_too_long"),
        ({"fps": 24000 / 1001}, {"fps": 23.9}, "value_error"),
        ({"fps": 60.0}, {"fps": 60.1}, "value_error"),
    ],
)
def test_video_limits(good: dict[str, float], bad: dict[str, float], kind: str) -> None:
    assert video(**good) == []
    assert video(**bad) == [kind]


def test_all_errors_come_at_once_with_numbers_to_act_on() -> None:
    errors = check_video(VideoFacts(100, 100, 1.0, 10.0, 10, 300 * MB, has_audio=False), VideoLimits(), LOC)
    assert [e.type for e in errors] == ["file_too_large", "image_too_small", "video_duration_too_short", "value_error"]
    assert errors[2].ctx == {"min_duration": 3.0, "provided_duration": 1.0}
    assert all(e.loc == LOC for e in errors)


@pytest.mark.parametrize(("limit", "images", "elements"), [(7, 4, 3), (4, 4, 0), (4, 0, 4)])
def test_reference_counts(limit: int, images: int, elements: int) -> None:
    assert check_reference_count(images, elements, limit) == []
    (error,) = check_reference_count(images + 1, elements, limit)
    assert (error.type, error.ctx["max_length"]) == ("sequence_too_long", limit)


@pytest.mark.parametrize("endpoint", ENDPOINTS.values(), ids=lambda e: e.id)
def test_every_endpoint_takes_its_documented_example_and_counts_its_references(endpoint) -> None:
    assert parse_request(endpoint.id, endpoint.example).prompt
    limit = 4 if endpoint.takes_video else 7
    assert endpoint.reference_limit == limit
    if endpoint.field_named("image_urls"):
        body = {**endpoint.example, "elements": [], "image_urls": ["https://x/y.png"] * limit}
        parse_request(endpoint.id, body)
        with pytest.raises(ModelError, match="at most"):
            parse_request(endpoint.id, {**body, "image_urls": ["https://x/y.png"] * (limit + 1)})


@pytest.mark.parametrize("seconds", ["3", "10"])
def test_durations_are_strings_from_3_to_10(seconds: str) -> None:
    assert parse_request(R2V, {"prompt": "x", "duration": seconds}).duration_s == float(seconds)
    for bad in ("2", "11", 5, "5.0"):
        with pytest.raises(SchemaError) as caught:
            parse_request(R2V, {"prompt": "x", "duration": bad})
        assert caught.value.items()[0]["type"] == "literal_error"


def test_prompts_have_at_most_2500_characters() -> None:
    assert parse_request(R2V, {"prompt": "x" * 2500})
    with pytest.raises(SchemaError) as caught:
        parse_request(R2V, {"prompt": "x" * 2501})
    item = caught.value.items()[0]
    assert (item["type"], item["loc"], item["ctx"]) == ("string_too_long", ["body", "prompt"], {"max_length": 2500})


def test_elements_take_up_to_three_further_views() -> None:
    element = {"frontal_image_url": "https://x/a.png", "reference_image_urls": ["https://x/b.png"] * 3}
    assert parse_request(R2V, {"prompt": "x", "elements": [element]}).elements[0].reference_image_urls
    with pytest.raises(SchemaError):
        parse_request(R2V, {"prompt": "x", "elements": [{**element, "reference_image_urls": ["https://x/b"] * 4}]})
    alone = parse_request(R2V, {"prompt": "x", "elements": [{"frontal_image_url": "https://x/a.png"}]})
    assert alone.elements[0].reference_image_urls == ()


@pytest.mark.parametrize("body", [None, [], "x", 3, {}, {"prompt": None}, {"prompt": "x", "elements": [{}]}])
def test_bodies_that_do_not_fit_are_located(body: object) -> None:
    with pytest.raises(SchemaError) as caught:
        parse_request(R2V, body)
    assert all(item["loc"][0] == "body" for item in caught.value.items())


def test_the_seed_follows_from_the_request_unless_it_is_given() -> None:
    a, b = (parse_request(R2V, {"prompt": GREENHOUSE_PROMPT}) for _ in range(2))
    other = parse_request(R2V, {"prompt": "something else"})
    assert a.derived_seed() == b.derived_seed() != other.derived_seed()
    assert parse_request(R2V, {"prompt": "x"}, seed=7).derived_seed() == 7
