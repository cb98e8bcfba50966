"""An optional rewriter: a vision model at an OpenAI-compatible address puts a prompt into the words that a video model likes best.

Whatever goes wrong, the prompt stays as it was: a render never fails for its sake. Source: diffusion-engines 5.4.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from shotwright.core.limits import PROMPT_MAX_CHARS
from shotwright.engines.chat import ChatModel

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from shotwright.engines.prompting import Naming

TASK = (
    "You rewrite prompts for a video model. {manner} Say who and what is seen, what moves and how the camera moves. Contradict nothing that the prompt "
    "says and leave none of its commands out. {names}At most 120 words of English. Answer with the new prompt alone."
)
_NAMES = re.compile(r"<(?:Picture|Video) \d+>|the \w+ reference image|the source video")


class Enhancer(ChatModel):
    """A chat model that sees pictures."""

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
            "temperature": 0, "seed": seed,
            "messages": [{"role": "system", "content": TASK.format(manner=naming.manner, names=kept)}, {"role": "user", "content": content}],
        }  # fmt: skip
        found, problem = self.answer(body, tick)
        said = set(_NAMES.findall(found))
        if not problem and said != names:
            problem = f"{', '.join(sorted(names ^ said))} got lost or came in"
        elif not problem and (not found or len(found) > PROMPT_MAX_CHARS):
            problem = "the answer is empty or too long"
        if problem:
            return prompt, f"The prompt was not enhanced: {problem}"
        return found, f"The prompt was enhanced by {self.model}: {found}"
