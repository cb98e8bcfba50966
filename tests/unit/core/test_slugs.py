"""What EachLabs' wire accepts that fal's does not, and the reverse; one canonical request behind both."""

from __future__ import annotations

import pytest

from shotwright.core.errors import SchemaError, TooManyReferences
from shotwright.core.request import parse_request

SLUG = "kling-o1-video-to-video-reference"
FAL = "fal-ai/kling-video/o1/video-to-video/reference"
BODY = {"prompt": "next shot", "video_url": "https://example.com/a.mp4"}


def test_durations_may_be_numbers_and_elements_may_say_image_url() -> None:
    found = parse_request(SLUG, {**BODY, "duration": 10, "elements": [{"image_url": "https://example.com/f.png"}]})
    assert found.duration_s == 10
    assert found.elements[0].frontal_image_url == "https://example.com/f.png"


@pytest.mark.parametrize(
    ("changes", "loc"),
    [
        ({"duration": "3"}, ["body", "duration"]),
        ({"duration": True}, ["body", "duration"]),
        ({"duration": 5.5}, ["body", "duration"]),
        ({"image_urls": ["https://example.com/i.png"] * 5}, ["body", "image_urls"]),
        ({"elements": "[]"}, ["body", "elements"]),
        ({"aspect_ratio": "4:3"}, ["body", "aspect_ratio"]),
        ({"prompt": None}, ["body", "prompt"]),
    ],
)
def test_what_the_document_does_not_list_is_refused(changes: dict, loc: list) -> None:
    with pytest.raises(SchemaError) as caught:
        parse_request(SLUG, {**BODY, **changes})
    assert caught.value.items()[0]["loc"] == loc


def test_four_references_in_all() -> None:
    body = {**BODY, "image_urls": ["https://example.com/i.png"] * 3}
    element = {"frontal_image_url": "https://example.com/f.png"}
    assert len(parse_request(SLUG, {**body, "elements": [element]}).elements) == 1
    with pytest.raises(TooManyReferences):
        parse_request(SLUG, {**body, "elements": [element] * 2})


@pytest.mark.parametrize("changes", [{"duration": 5}, {"elements": [{"image_url": "https://example.com/f.png"}]}])
def test_fals_wire_stays_strict(changes: dict) -> None:
    with pytest.raises(SchemaError):
        parse_request(FAL, {**BODY, **changes})


def test_the_same_request_is_the_same_film_on_both_wires() -> None:
    assert parse_request(SLUG, BODY).derived_seed() == parse_request(FAL, BODY).derived_seed()
