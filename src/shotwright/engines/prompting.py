"""A plan's prompt in the words of a model that was trained on other names: references renamed, structure that is sent otherwise
taken out, what is to be kept said at the end. Deterministic. Source: diffusion-engines 5.4.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from shotwright.core.plan import ShotPlan

ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth")
KEEP = "Preserve the original motion, camera movement, framing, lighting and everything that is not mentioned."
_MENTION = re.compile(r"(?:<<<\s*|@|<)?(?P<kind>image|element|video)[_ ]?(?P<number>\d+)(?:\s*>>>|>)?", re.IGNORECASE)
_START = re.compile(
    r"(?<!\w)(?:(?:take|use|using|with|from)\s+)?(?P<ref>@?image[_ ]?\d+)\s+as\s+(?:the\s+|a\s+)?(?:start(?:ing)?|first|opening|end(?:ing)?|last|final)\s+frame\b[.,;:]?\s*",
    re.IGNORECASE,
)
_SPACES = re.compile(r"\s+([,.;:!?])|\s{2,}")


@dataclass(frozen=True)
class Naming:
    """How a model calls its inputs.

    Attributes:
        picture: Name of the n-th picture, from 1; `{n}` and `{nth}` are filled in.
        video: Name of the video.
        views: How several pictures of one subject are named; `{first}` and `{others}` are filled in.
        manner: How it wants to be spoken to; a sentence for whoever writes to it.
        keeps_frames: Whether "take X as the start frame" is said to the model, or sent otherwise.
    """

    picture: str
    video: str
    views: str
    manner: str
    keeps_frames: bool = False


DESCRIBE = "Describe the finished video as if it existed already, instead of giving orders."
H3 = Naming(
    "<Picture {n}>", "<Video {n}>", "the subject in {first}, also seen from other angles in {others}", DESCRIBE, keeps_frames=True
)  # fmt: skip
BERNINI = Naming(
    "the {nth} reference image", "the source video", "the subject of {first} and {others}", "Keep it an instruction, as precise as the pictures allow."
)  # fmt: skip
PLAIN = Naming("", "the video", "", DESCRIBE)
"""A model without addresses: references become the nouns of the sentence."""


def rewritten(prompt: str, plan: ShotPlan, pictures: Mapping[str, Sequence[int]], naming: Naming) -> str:
    """The prompt for a model.

    Args:
        prompt: As its client wrote it.
        plan: What it means; edits get a sentence on what stays.
        pictures: Numbers of the pictures that are sent, from 1, by reference: `{"@Element1": [1, 2], "@Image1": [3]}`.
        naming: The model's names.
    """
    text = prompt if naming.keeps_frames else _START.sub("", prompt)
    text = _MENTION.sub(
        lambda match: _named(f"@{match['kind'].capitalize()}{match['number']}", plan, pictures, naming), text
    )
    text = _SPACES.sub(lambda match: match[1] or " ", text).strip()
    text = text[:1].upper() + text[1:]
    return f"{text} {KEEP}" if plan.task == "edit" else text


UNNAMED = frozenset({"character", "object", "garment"})
"""What the plan calls a picture that the words give no noun."""


def _named(ref: str, plan: ShotPlan, pictures: Mapping[str, Sequence[int]], naming: Naming) -> str:
    numbers = pictures.get(ref, ())
    if ref.startswith("@Video") and not (naming.picture and numbers):
        return naming.video.format(n=1)
    if not naming.picture or not numbers:
        noun = next((item.noun for item in plan.entities if item.ref == ref and item.noun not in UNNAMED), None)
        return f"the {noun}" if noun else "the character" if ref.startswith("@Element") else "the picture"
    names = [naming.picture.format(n=number, nth=ORDINALS[min(number, len(ORDINALS)) - 1]) for number in numbers]
    if ref.startswith("@Video"):
        return f"the shot of {_listed(names)}"
    if len(names) == 1:
        return (
            names[0]
            if not ref.startswith("@Element")
            else f"the subject of {names[0]}"
            if "{nth}" in naming.picture
            else names[0]
        )
    return naming.views.format(first=names[0], others=_listed(names[1:]))


def _listed(names: Sequence[str]) -> str:
    """ "a, b and c"."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
