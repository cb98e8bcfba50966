"""Labelled prompts: what a careful reader finds in them stands in their plans. The figures are floors, not the aim."""

from __future__ import annotations

import json

import pytest
from bench.plans import OURS, found, request_of, score, wanted

from shotwright.core.plan_json import to_json
from shotwright.core.prompt import plan_request


@pytest.mark.parametrize(
    ("path", "f1", "camera"),
    [(OURS[0], 0.96, 0.97), (OURS[1], 0.86, 0.9)],
    ids=lambda value: getattr(value, "stem", ""),
)
def test_the_facts_of_labelled_prompts(path, f1: float, camera: float) -> None:
    figures = score(json.loads(path.read_text()), show=False)
    assert figures["overall"]["f1"] >= f1
    assert figures["camera_exact"] >= camera


def test_the_scorer_tells_right_from_wrong() -> None:
    item = {
        "prompt": "Replace the man with @Element1 and keep the camera movement",
        "intents": {
            "task": "edit",
            "edits": [{"op": "replace", "target": "man", "with": "@Element1"}],
            "preserve": ["camera"],
        },
    }
    facts = found(to_json(plan_request(request_of(item))))
    assert facts == wanted(item) == {("edit", "replace", "@Element1"): 1, ("preserve", "camera"): 1}
    wrong = {**item, "intents": {**item["intents"], "preserve": ["background"]}}
    assert score([{**wrong, "id": "x"}], show=False)["overall"]["f1"] == 0.5
