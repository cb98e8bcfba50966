"""A model that rewrites prompts, when it works and when it does not"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from tests.fake_server import FakeHandler, FakeServer

from shotwright.engines.enhancer import Enhancer
from shotwright.engines.prompting import BERNINI, H3, Naming

PROMPT = "The subject in <Picture 1> walks through the place of <Picture 2>."


class _Handler(FakeHandler):
    def do_POST(self) -> None:
        import json

        self.service.asked.append((self.path, self.headers.get("authorization"), json.loads(self.read())))
        if self.service.says is None:
            self.drop()
        else:
            self.answer(*self.service.says)


class ChatModel(FakeServer):
    handler = _Handler

    def __init__(self) -> None:
        self.says: tuple[int, Any] | None = (200, {"choices": []})
        self.asked: list[tuple[str, str | None, dict[str, Any]]] = []
        super().__init__()

    def will_say(self, text: Any) -> None:
        self.says = (200, {"choices": [{"message": {"content": text}}]})


@pytest.fixture
def chat() -> Iterator[ChatModel]:
    server = ChatModel()
    yield server
    server.close()


def test_a_better_prompt_is_taken_and_said(chat: ChatModel) -> None:
    better = "A tall explorer, the subject in <Picture 1>, strolls through the greenhouse of <Picture 2>; the camera follows."
    chat.will_say(f'"{better}"\n')
    prompt, remark = Enhancer(chat.url + "/v1/", "seer", "secret").enhanced(
        PROMPT, H3, ["data:image/jpeg;base64,AA"], 7
    )
    assert prompt == better
    assert better in remark
    path, key, body = chat.asked[0]
    assert (path, key, body["model"], body["seed"]) == ("/v1/chat/completions", "Bearer secret", "seer", 7)
    assert "<Picture 1>, <Picture 2>" in body["messages"][0]["content"]
    assert H3.manner in body["messages"][0]["content"]
    assert body["messages"][1]["content"] == [
        {"type": "text", "text": PROMPT},
        {"type": "image_url", "image_url": {"url": "data:image/jpeg;base64,AA"}},
    ]


@pytest.mark.parametrize(
    ("naming", "prompt", "answer", "lost"),
    [
        (H3, PROMPT, "An explorer walks through <Picture 2>.", "<Picture 1> got lost or came in"),
        (BERNINI, "Replace the man in the source video.", "Replace the man.", "the source video got lost or came in"),
        (H3, "A beach.", "", "empty or too long"),
        (H3, "A beach.", "word " * 700, "empty or too long"),
        (H3, "A beach.", None, "empty or too long"),
    ],
)
def test_an_answer_that_loses_something_is_not_taken(
    chat: ChatModel, naming: Naming, prompt: str, answer: str | None, lost: str
) -> None:
    chat.will_say(answer)
    found, remark = Enhancer(chat.url, "seer").enhanced(prompt, naming, [], 1)
    assert found == prompt
    assert lost in remark


@pytest.mark.parametrize(
    "says", [None, (500, {}), (200, b"no json"), (200, {"choices": []}), (200, ["x"]), (401, {}), (200, b"[" * 100_000)]
)
def test_without_an_answer_the_prompt_stays(chat: ChatModel, says: tuple[int, Any] | None) -> None:
    chat.says = says
    found, remark = Enhancer(chat.url, "seer", "secret").enhanced(PROMPT, H3, [], 1)
    assert found == PROMPT
    assert remark.startswith("The prompt was not enhanced: ")
    assert "secret" not in remark + repr(Enhancer(chat.url, "seer", "secret"))


def test_parts_are_joined_and_thoughts_are_not_sent(chat: ChatModel) -> None:
    chat.will_say(
        [{"type": "text", "text": "<think>Hm.\nA beach?</think>"}, {"type": "text", "text": "A quiet beach."}]
    )
    assert Enhancer(chat.url, "seer").enhanced("A beach.", H3, [], 1)[0] == "A quiet beach."


def test_a_cancel_does_not_wait_for_the_answer(chat: ChatModel) -> None:
    class Stop(Exception):
        pass

    def tick() -> None:
        raise Stop

    with pytest.raises(Stop):
        Enhancer(chat.url, "seer").enhanced("A beach.", H3, [], 1, tick)
