"""A reader of the operator's own: when it answers well, wrongly, slowly and not at all"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.fake_server import FakeHandler, FakeServer

from shotwright.core.prompt import plan_request
from shotwright.core.request import ShotRequest
from shotwright.engines import chat as chat_module
from shotwright.engines.chat import ChatModel
from shotwright.jobs.reader import read

REQUEST = ShotRequest("fal-ai/kling-video/o1/standard/reference-to-video", "The zorblax glorps. Slow push in.")
GOOD = {
    "entities": [{"id": "e1", "noun": "zorblax", "kind": "animal"}, {"id": "e2", "noun": "tower", "kind": "building"}],
    "actions": [{"who": "e1", "verb": "glorp", "motion": "jump", "start_s": 0, "end_s": 5}],
    "relations": [{"of": "e1", "relation": "on", "to": "e2", "start_s": 0, "end_s": 5}], "look": {"weather": "of its own"},
}  # fmt: skip


class _Handler(FakeHandler):
    def do_POST(self) -> None:
        self.service.asked.append(json.loads(self.read()))
        if self.service.says is None:
            self.drop()
        else:
            self.service.before()
            self.answer(*self.service.says)


class Model(FakeServer):
    handler = _Handler

    def __init__(self) -> None:
        self.says: tuple[int, Any] | None = None
        self.asked: list[dict[str, Any]] = []
        self.before: Any = lambda: None
        super().__init__()

    def will_say(self, text: object) -> None:
        self.says = (200, {"choices": [{"message": {"content": text if isinstance(text, str) else json.dumps(text)}}]})


@pytest.fixture
def model() -> Iterator[Model]:
    server = Model()
    yield server
    server.close()


def asked(model: Model, cache: Path | None = None, request: ShotRequest = REQUEST) -> tuple[Any, str]:
    return read(request, ChatModel(model.url, "reader-1"), cache, None, lambda: None)


def test_a_good_answer_is_checked_completed_and_kept(model: Model, tmp_path: Path) -> None:
    model.will_say(GOOD)
    plan, remark = asked(model, tmp_path)
    assert remark == "The prompt was read by reader-1."
    assert [item.noun for item in plan.entities] == ["zorblax", "tower"]
    assert [action.motion for action in plan.actions] == ["jump"]
    assert [move.move for move in plan.camera] == ["dolly_in"], "what it left out is the built-in reader's"
    assert plan.look.weather is None, "looks are not its business"
    assert REQUEST.prompt in model.asked[0]["messages"][1]["content"]
    model.says = None
    assert asked(model, tmp_path)[0] == plan
    assert len(model.asked) == 1, "the answer is kept by content"


@pytest.mark.parametrize(
    "answer",
    ["no JSON", "[1]", {"entities": [{"id": "e1"}]}, {"camera": [{"move": "teleport"}]}, {"actions": [{"who": "e9", "verb": "run"}]},
     {"entities": [{"id": "e1", "noun": "hat", "kind": "clothing", "ref": "@Image7"}]}, {"shots": [{"id": "s1", "start_s": 0, "end_s": 900}]}, 7],
)  # fmt: skip
def test_a_wrong_answer_is_not_carried_out(model: Model, answer: object) -> None:
    model.will_say(answer)
    plan, remark = asked(model)
    assert plan == plan_request(REQUEST)
    assert "built-in reader" in remark


def test_no_answer_and_a_slow_one_hold_nothing_up(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    assert asked(model)[0] == plan_request(REQUEST)
    model.says = (500, {"error": "no"})
    assert "it answered 500" in asked(model)[1]
    monkeypatch.setattr(chat_module, "TIMEOUT_S", 0.3)
    model.will_say(GOOD)
    gate = threading.Event()
    model.before = lambda: gate.wait(10)
    plan, remark = asked(model)
    gate.set()
    assert plan == plan_request(REQUEST)
    assert "reader-1 was asked: " in remark


def test_a_plan_that_came_along_is_not_read_again(model: Model) -> None:
    from dataclasses import replace

    given = replace(REQUEST, plan=plan_request(REQUEST))
    assert asked(model, request=given) == (given.plan, "")
    assert model.asked == []
