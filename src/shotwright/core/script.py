"""A pasted script becomes shots: lines with numbers, scene headings, and pronouns that mean somebody of a line before.

Every shot is a request of its own, and knows nothing of the others: so each says who is in it and where it is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from shotwright.core.errors import BadRequest
from shotwright.core.prompt import parse_prompt
from shotwright.core.prompt.context import is_called

LINES_MAX = 200
_NUMBER = re.compile(
    r"^\s*(?:[-*•]\s+|(?:(?:shot|scene|sc|sh|panel|frame)\.?\s*)?#?(?P<number>\d{1,3}[A-Za-z]?(?:[./-]\d{1,3}[A-Za-z]?)?)\s*[.):\-–—]\s+)",
    re.IGNORECASE,
)
_HEADING = re.compile(
    r"^\s*(?:\d+\s+)?(?:INT\.?/EXT|EXT\.?/INT|INT|EXT|I/E)\.?\s+(?P<place>.+?)(?:\s+[-–—]+\s+(?P<time>[^-–—]+))?\s*$"
)
_AT = {
    **dict.fromkeys(("night", "dawn", "dusk", "noon", "midnight", "sunset", "sunrise", "twilight"), "at"),
    **dict.fromkeys(("morning", "evening", "afternoon"), "in the"), "day": "by",
}  # fmt: skip
_PRONOUN = re.compile(r"^(she|he|they|it)\b", re.IGNORECASE)
_MEMBER = re.compile(r"@[A-Za-z][\w-]*")
_BEINGS = frozenset({"person", "animal"})


@dataclass(frozen=True)
class ScriptShot:
    """A line of a script: its name, and what happens in it."""

    name: str
    prompt: str


def shots_of(script: str) -> list[ScriptShot]:
    """The shots of a script: a line each, by its own number or the next one.

    A scene heading ("INT. KITCHEN - NIGHT") says where and when the lines below it are; a line that begins with a pronoun is about
    whom a line before named.

    Raises:
        BadRequest: It has no line, or more than there may be.
    """
    found: list[ScriptShot] = []
    told: list[str] = []
    scene, heading = 0, ""
    lines = [line for line in script.splitlines() if line.strip()]
    if len(lines) > 2 * LINES_MAX:
        raise BadRequest(f"A script has a line for each shot, at most {LINES_MAX}; this one has {len(lines)}.")
    for line in lines:
        if match := _HEADING.match(line):
            scene, heading = scene + 1, _said(match)
            continue
        numbered = _NUMBER.match(line)
        text = line[numbered.end() if numbered else 0 :].strip()
        if not text:
            continue
        text = _with_antecedent(text, told)
        told.append(text)
        own = numbered["number"] if numbered else None
        inner = 1 + sum(1 for shot in found if scene and shot.name.startswith(f"{scene}/"))
        name = own or (f"{scene}/{inner}" if scene else str(len(found) + 1))
        found.append(ScriptShot(name.upper(), f"{text.rstrip('.')}. {heading}" if heading else text))
    if not 0 < len(found) <= LINES_MAX:
        raise BadRequest(f"A script has a line for each shot, from 1 to {LINES_MAX}; this one has {len(found)}.")
    return found


def _said(heading: re.Match[str]) -> str:
    """A scene heading as a sentence: "In the kitchen, at night."."""
    place = heading["place"].strip(" .").lower().removeprefix("the ")
    time = (heading["time"] or "").strip(" .").lower()
    return f"In the {place}, {_AT[time]} {time}." if time in _AT else f"In the {place}."


def _with_antecedent(text: str, before: list[str]) -> str:
    """ "She looks up" → "A woman in a red coat looks up", as the latest line says whom that fits."""
    pronoun = _PRONOUN.match(text)
    if pronoun is None:
        return text
    phrase = next((found for line in reversed(before) if (found := _whom(line, pronoun[1].lower()))), None)
    return text if phrase is None else phrase + text[pronoun.end() :]


def _whom(line: str, pronoun: str) -> str | None:
    """The phrase of a line that a pronoun can mean: a member by name, else somebody with what is said of them up to what they do."""
    member = _MEMBER.search(line)
    if member is not None and pronoun in {"she", "he"}:
        return member[0]
    plan = parse_prompt(line, task="reference_to_video", duration_s=5.0)
    for entity in plan.entities:
        is_many = entity.count > 1 or sum(1 for e in plan.entities if e.kind == "person") > 1
        fits = {"they": is_many, "it": entity.kind != "person"}.get(
            pronoun, entity.kind == "person" and entity.count == 1
        )
        if entity.span is None or entity.kind not in _BEINGS | ({"vehicle"} if pronoun == "it" else set()) or not fits:
            continue
        if pronoun in {"she", "he"} and not is_called(entity.noun, pronoun):
            continue
        acts = [act.span[0] for act in plan.actions_of(entity.id) if act.span and act.span[0] >= entity.span[1]]
        return line[entity.span[0] : min(acts, default=entity.span[1])].rstrip(" ,")
    return None
