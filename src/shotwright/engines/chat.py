"""A chat model at an OpenAI-compatible address: one answer to one question, in bounded time, whatever goes wrong."""

from __future__ import annotations

import contextlib
import queue
import re
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpx

if TYPE_CHECKING:
    from collections.abc import Callable

TIMEOUT_S, TICK_S = 20.0, 0.2
_THOUGHT = re.compile(r"<think>.*?</think>", re.DOTALL)


@dataclass(frozen=True)
class ChatModel:
    """A chat model.

    Attributes:
        url: Of its API, up to and with `/v1`.
        model: Its name there.
        key: A bearer key, where it wants one.
    """

    url: str
    model: str
    key: str = field(default="", repr=False)

    def answer(self, body: dict[str, Any], tick: Callable[[], None] = lambda: None) -> tuple[str, str]:
        """The answer, and what went wrong; neither takes longer than the time-out, however slowly the bytes come.

        Args:
            body: What is asked, but for the model's name.
            tick: Called several times a second while the answer is awaited; may raise `Cancelled`.
        """
        answers: queue.Queue[tuple[str, str]] = queue.Queue()
        threading.Thread(
            target=lambda: answers.put(self._asked({"model": self.model, **body})), name="chat", daemon=True
        ).start()
        until = time.monotonic() + TIMEOUT_S
        while time.monotonic() < until:
            tick()
            with contextlib.suppress(queue.Empty):
                return answers.get(timeout=TICK_S)
        return "", f"no answer in {TIMEOUT_S:.0f} s"

    def _asked(self, body: dict[str, Any]) -> tuple[str, str]:
        try:
            headers = {"Authorization": f"Bearer {self.key}"} if self.key else {}
            url = f"{self.url.rstrip('/')}/chat/completions"
            answer = httpx.post(url, json=body, headers=headers, timeout=TIMEOUT_S)
            if answer.status_code != httpx.codes.OK:
                return "", f"it answered {answer.status_code}"
            content = answer.json()["choices"][0]["message"]["content"]
            parts = content if isinstance(content, list) else [{"text": content}]
            text = "".join(str(part.get("text") or "") for part in parts)
        except Exception as exc:  # noqa: BLE001  (a render never fails for its sake; the text might hold the key)
            return "", f"{type(exc).__name__}"
        return _THOUGHT.sub("", text).strip().strip('"').strip(), ""
