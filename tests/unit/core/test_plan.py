"""Plans as data: JSON there and back, the published schema, and what is refused with which path."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shotwright.core.errors import SchemaError
from shotwright.core.plan_json import from_json, plan_schema, to_json
from shotwright.core.prompt import parse_prompt
from shotwright.core.request import parse_request

ENDPOINT = "fal-ai/kling-video/o1/standard/reference-to-video"
PROMPT = "A woman in a red coat (@Element1) walks from left to right along a pier, then cut to: close-up of two dogs barking in the rain."
PROMPTS = [
    item["prompt"]
    for name in ("scenes-tune.json", "tune.json")
    for item in json.loads((Path(__file__).parents[3] / "bench" / "prompts" / name).read_text())[::3]
]


def plan_json(prompt: str = PROMPT, **media: Any) -> dict[str, Any]:
    found = to_json(parse_prompt(prompt, task="reference_to_video", **(media or {"elements": 1})))
    return json.loads(json.dumps(found))  # type: ignore[no-any-return]


@pytest.mark.parametrize("prompt", PROMPTS)
def test_a_plan_comes_back_from_its_json_and_fits_the_schema(prompt: str) -> None:
    for task in ("reference_to_video", "edit", "video_reference"):
        plan = parse_prompt(prompt, task=task, images=2, elements=3, has_video=True)  # type: ignore[arg-type]
        data = json.loads(json.dumps(to_json(plan)))
        jsonschema_rs.validator_for(plan_schema()).validate(data)
        assert from_json(data) == plan


@given(st.text(max_size=200))
def test_any_text_gives_a_plan_that_can_be_sent_in(text: str) -> None:
    plan = parse_prompt(text, task="reference_to_video")
    assert from_json(to_json(plan)) == plan


@pytest.mark.parametrize(
    ("path", "value", "where"),
    [
        (("camera",), [{"move": "teleport"}], ["camera", 0, "move"]),
        (("entities", 0, "kind"), "ghost", ["entities", 0, "kind"]),
        (("entities", 0, "count"), 0, ["entities", 0, "count"]),
        (("entities", 0, "colour"), 7, ["entities", 0, "colour"]),
        (("entities", 0, "mood"), "gay", ["entities", 0, "mood"]),
        (("entities", 1, "id"), "e1", ["entities", 1, "id"]),
        (("actions", 0, "who"), "e99", ["actions", 0, "who"]),
        (("actions", 0, "end_s"), 99, ["actions", 0, "end_s"]),
        (("relations", 0, "relation"), "atop of", ["relations", 0, "relation"]),
        (("relations", 0, "to"), "nobody", ["relations", 0, "to"]),
        (("version",), 1, ["version"]),
        (("task",), "dream", ["task"]),
        (("duration_s",), "five", ["duration_s"]),
        (("shots", 0, "end_s"), -1, ["shots", 0, "end_s"]),
        (("setting", "places"), "pier", ["setting", "places"]),
    ],
)
def test_what_is_no_plan_is_refused_at_its_path(
    path: tuple[str | int, ...], value: object, where: list[str | int]
) -> None:
    data: Any = copy.deepcopy(plan_json())
    inner = data
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    with pytest.raises(SchemaError) as caught:
        from_json(data)
    assert ["body", "plan", *where] in [item["loc"][: 2 + len(where)] for item in caught.value.items()]


@pytest.mark.parametrize(
    "data", [None, 7, "plan", [], {}, {"version": 2}, {"task": "edit", "duration_s": 5, "camera": {}}]
)
def test_other_json_is_no_plan(data: object) -> None:
    with pytest.raises(SchemaError):
        from_json(data)


def test_a_plan_goes_with_its_request() -> None:
    body: dict[str, Any] = {
        "prompt": "Anything.",
        "elements": [{"frontal_image_url": "http://a/b.png"}],
        "plan": plan_json(),
    }
    request = parse_request(ENDPOINT, body)
    assert request.plan == parse_prompt(PROMPT, task="reference_to_video", elements=1)
    assert request.unknown == ()
    for change, where in (({"elements": []}, "ref"), ({"duration": "10"}, "duration_s")):
        with pytest.raises(SchemaError) as caught:
            parse_request(ENDPOINT, body | change)
        assert where in [item["loc"][-1] for item in caught.value.items()]
    with pytest.raises(SchemaError):
        parse_request(
            "fal-ai/kling-video/o1/standard/video-to-video/edit",
            {"prompt": "x", "video_url": "http://a/b.mp4", "plan": plan_json()},
        )
