"""An optional rewriter: a vision model at an OpenAI-compatible address puts a prompt into the words that a video model likes best.

Whatever goes wrong, the prompt stays as it was: a render never fails for its sake. Source: diffusion-engines 5.4.
"""

from __future__ import annotations

import contextlib
import queue
import re
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpx

from shotwright.core.limits import PROMPT_MAX_CHARS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from shotwright.engines.prompting import Naming

TIMEOUT_S, TICK_S = 20.0, 0.2
TASK = (
    "You rewrite prompts for a video model. {manner} Say who and what is seen, what moves and how the camera moves. Contradict nothing that the prompt "
    "says and leave none of its commands out. {names}At most 120 words of English. Answer with the new prompt alone."
)
_THOUGHT = re.compile(r"<think>.*?</think>", re.DOTALL)
_NAMES = re.compile(r"<(?:Picture|Video) \d+>|the \w+ reference image|the source video")


@dataclass(frozen=True)
class Enhancer:
    """A chat model that sees pictures.

    Attributes:
        url: Of its API, up to and with `/v1`.
        model: Its name there.
        key: A bearer key, where it wants one.
    """

    url: str
    model: str
    key: str = field(default="", repr=False)

    def enhanced(
        self, prompt: str, naming: Naming, pictures: Sequence[str], seed: int, tick: Callable[[], None] = lambda: None
    ) -> tuple[str, str]:
        """The prompt in better words, and a line for the request's log; the same prompt when that did not work.

        Args:
            prompt: In the model's names already.
            naming: How that model is spoken to.
            pictures: Data URIs, in the order of their numbers.
            seed: The request's.
            tick: Called several times a second while the answer is awaited; may raise `Cancelled`.
        """
        names = set(_NAMES.findall(prompt))
        kept = f"Keep these names exactly as they are: {', '.join(sorted(names))}. " if names else ""
        content: list[dict[str, Any]] = [{"type": "text", "text": prompt}]
        content += [{"type": "image_url", "image_url": {"url": uri}} for uri in pictures]
        body = {
            "model": self.model, "temperature": 0, "seed": seed,
            "messages": [{"role": "system", "content": TASK.format(manner=naming.manner, names=kept)}, {"role": "user", "content": content}],
        }  # fmt: skip
        found, problem = self._awaited(body, tick)
        said = set(_NAMES.findall(found))
        if not problem and said != names:
            problem = f"{', '.join(sorted(names ^ said))} got lost or came in"
        elif not problem and (not found or len(found) > PROMPT_MAX_CHARS):
            problem = "the answer is empty or too long"
        if problem:
            return prompt, f"The prompt was not enhanced: {problem}"
        return found, f"The prompt was enhanced by {self.model}: {found}"

    def _awaited(self, body: dict[str, Any], tick: Callable[[], None]) -> tuple[str, str]:
        """The answer, and what went wrong; neither takes longer than the time-out, however slowly the bytes come."""
        answers: queue.Queue[tuple[str, str]] = queue.Queue()
        threading.Thread(target=lambda: answers.put(self._asked(body)), name="enhancer", daemon=True).start()
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
