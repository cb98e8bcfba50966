"""An optional rewriter: a vision model at an OpenAI-compatible address puts a prompt into the words that a video model likes best.

Whatever goes wrong, the prompt stays as it was: a render never fails for its sake. Source: diffusion-engines 5.4.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpx

from shotwright.core.limits import PROMPT_MAX_CHARS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shotwright.engines.prompting import Naming

TIMEOUT_S = 20.0
TASK = (
    "You rewrite prompts for a video model. {manner} Say who and what is seen, what moves and how the camera moves. Contradict nothing that the prompt "
    "says and leave none of its commands out. {names}At most 120 words of English. Answer with the new prompt alone."
)
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

    def enhanced(self, prompt: str, naming: Naming, pictures: Sequence[str], seed: int) -> tuple[str, str]:
        """The prompt in better words, and a line for the request's log; the same prompt when that did not work.

        Args:
            prompt: In the model's names already.
            naming: How that model is spoken to.
            pictures: Data URIs, in the order of their numbers.
            seed: The request's.
        """
        names = set(_NAMES.findall(prompt))
        kept = f"Keep these names exactly as they are: {', '.join(sorted(names))}. " if names else ""
        content: list[dict[str, Any]] = [{"type": "text", "text": prompt}]
        content += [{"type": "image_url", "image_url": {"url": uri}} for uri in pictures]
        body = {
            "model": self.model, "temperature": 0, "seed": seed,
            "messages": [{"role": "system", "content": TASK.format(manner=naming.manner, names=kept)}, {"role": "user", "content": content}],
        }  # fmt: skip
        try:
            found = self._asked(body)
        except (httpx.HTTPError, ValueError, LookupError, TypeError) as exc:
            return prompt, f"The prompt was not enhanced: {str(exc) or type(exc).__name__}"
        missing = names - set(_NAMES.findall(found))
        if missing or not found or len(found) > PROMPT_MAX_CHARS:
            why = f"{', '.join(sorted(missing))} got lost" if missing else "the answer is empty or too long"
            return prompt, f"The prompt was not enhanced: {why}"
        return found, f"The prompt was enhanced by {self.model}: {found}"

    def _asked(self, body: dict[str, Any]) -> str:
        headers = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        answer = httpx.post(f"{self.url.rstrip('/')}/chat/completions", json=body, headers=headers, timeout=TIMEOUT_S)
        answer.raise_for_status()
        text = answer.json()["choices"][0]["message"]["content"]
        return str(text or "").strip().strip('"').strip()
