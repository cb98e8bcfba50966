"""A draft as a playblast: which request it becomes, what it says, which pictures go along."""

from __future__ import annotations

import pytest

from shotwright.core.catalog import ENDPOINTS, find_endpoint
from shotwright.core.errors import BadRequest
from shotwright.core.limits import PROMPT_MAX_CHARS
from shotwright.core.playblast import KEEP, Playblast, playblast
from shotwright.core.prompt import plan_request
from shotwright.core.request import parse_request

CLIP = "http://127.0.0.1:1/files/x/clip.mp4"
R2V = "fal-ai/kling-video/o1/standard/reference-to-video"


def made(prompt: str, elements: int = 0, images: int = 0, endpoint: str = R2V, **more: str) -> Playblast:
    body: dict[str, object] = {"prompt": prompt, **more}
    if elements:
        body["elements"] = [{"frontal_image_url": f"https://e.test/{i}.png"} for i in range(1, elements + 1)]
    if images:
        body["image_urls"] = [f"https://i.test/{i}.png" for i in range(1, images + 1)]
    request = parse_request(endpoint, body)
    return playblast(request, plan_request(request), CLIP)


def test_it_is_an_edit_of_the_draft_in_the_same_tier_and_on_the_same_wire() -> None:
    for endpoint in ENDPOINTS.values():
        if endpoint.task != "reference_to_video":
            continue
        found = find_endpoint(made("A man walks.", endpoint=endpoint.id).endpoint_id)
        assert (found.task, found.tier, found.wire) == ("edit", endpoint.tier, endpoint.wire)
    slug = find_endpoint("kling-o1-reference-image-to-video")
    assert find_endpoint(made("A man walks.", endpoint=slug.id).endpoint_id).wire == "eachlabs"


def test_it_says_what_stays_and_who_is_who() -> None:
    found = made(
        "A woman in a yellow raincoat (@Element1) waves at a tiny grey dog in a snowy street at night, style of @Image1. Slow push in.",
        elements=1, images=1,
    )  # fmt: skip
    prompt = found.arguments["prompt"]
    assert prompt.startswith(KEEP)
    for words in (
        "The woman is @Element1, in a yellow raincoat.",
        "The dog is a tiny grey dog.",
        "The place is a snowy street.",
        "night",
        "The style is that of @Image1.",
    ):
        assert words in prompt
    assert "The street is" not in prompt  # said with the place
    assert found.arguments["video_url"] == CLIP
    assert [e["frontal_image_url"] for e in found.arguments["elements"]] == ["https://e.test/1.png"]
    assert found.left_out == ()
    parse_request(found.endpoint_id, found.arguments)


def test_four_pictures_have_room_and_keep_their_meaning_under_new_names() -> None:
    found = made(
        "Take @Image1 as the start frame. @Element3 hands a cup to @Element1 while @Element2 watches, style of @Image2.",
        elements=3, images=2,
    )  # fmt: skip
    assert set(found.used) == {"@Element1", "@Element2", "@Element3", "@Image2"}
    assert found.used["@Image2"] == "@Image1"
    assert found.left_out == ("@Image1",)  # the draft shows it
    first = {name: old for old, name in found.used.items()}
    for i, element in enumerate(found.arguments["elements"], 1):
        assert element["frontal_image_url"].endswith(f"{first[f'@Element{i}'][-1]}.png")
    assert found.arguments["image_urls"] == ["https://i.test/2.png"]
    assert f"{found.used['@Element3']} hands a cup to {found.used['@Element1']}" in found.arguments["prompt"]
    assert "Take the picture as the start frame" in found.arguments["prompt"]


def test_the_longest_prompt_still_fits() -> None:
    found = made("A man walks past a lamp. " * 99)
    assert len(found.arguments["prompt"]) <= PROMPT_MAX_CHARS
    parse_request(found.endpoint_id, found.arguments)


def test_a_new_shot_speaks_of_the_shot_before() -> None:
    endpoint = "fal-ai/kling-video/o1/standard/video-to-video/reference"
    found = made("Based on @Video1, the next shot: a fox runs.", endpoint=endpoint, video_url="https://v.test/a.mp4")
    assert "Based on the shot before" in found.arguments["prompt"]


def test_an_edit_is_no_playblast() -> None:
    endpoint = "fal-ai/kling-video/o1/standard/video-to-video/edit"
    with pytest.raises(BadRequest, match="has a video already"):
        made("Make the car red.", endpoint=endpoint, video_url="https://v.test/a.mp4")


def test_ones_own_words_are_sent_as_they_are() -> None:
    request = parse_request(R2V, {"prompt": "A man walks."})
    assert playblast(request, plan_request(request), CLIP, "As film, please.").arguments["prompt"] == "As film, please."
