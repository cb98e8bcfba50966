"""What differs between requests: inputs word by word, pictures as pictures, and their plans line by line."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Sequence

JSON = dict[str, Any]
OWN = "/files/"
"""Where this server's files are: the only addresses that its pages may show."""
CLIPS = (".mp4", ".mov", ".webm")
NOTHING = "—"
LONG = 10_000
"""Characters from which on a text is compared as a whole."""
_WORDS = re.compile(r"\s+|[\w@'’-]+|[^\w\s]")
Part = tuple[str, bool]
"""A piece of text, and whether it is one that differs."""


@dataclass(frozen=True)
class Medium:
    """A picture or a clip among the inputs of a request."""

    url: str
    is_clip: bool


@dataclass(frozen=True)
class Cell:
    """What one request has in a row: its text in parts, and its pictures."""

    parts: tuple[Part, ...]
    media: tuple[Medium, ...] = ()

    @property
    def text(self) -> str:
        """All of its text."""
        return "".join(text for text, _ in self.parts)


@dataclass(frozen=True)
class Row:
    """An input, or a part of the plan, of every request: `differs` where they are not all alike."""

    name: str
    cells: tuple[Cell, ...]
    differs: bool
    is_plan: bool = field(default=False)


def compared(items: Sequence[JSON], plans: Sequence[JSON | None]) -> list[Row]:
    """The rows of a comparison: endpoint, engine, seed, every input, and what each plan shows.

    Args:
        items: The requests, as the platform shows them.
        plans: The plan of each, where it is kept.
    """
    given = [
        {"endpoint": item["endpoint_id"], "engine": _drawn_by(item), "seed": item["seed"], **_fields(item["arguments"])}
        for item in items
    ]
    names = dict.fromkeys(name for inputs in given for name in inputs)
    rows = [_row(name, [inputs.get(name) for inputs in given]) for name in names]
    told = [plan_lines(plan or {}) for plan in plans]
    topics = dict.fromkeys(name for plan in told for name in plan)
    return rows + [_plan_row(name, [plan.get(name, []) for plan in told]) for name in topics if any(plans)]


def _row(name: str, values: list[Any]) -> Row:
    texts = [_text(value) for value in values]
    media = [tuple(_media(value)) for value in values]
    differs = len(set(texts)) > 1
    marked = _marked(texts) if differs else [((text, False),) for text in texts]
    cells = tuple(Cell(parts, shown) for parts, shown in zip(marked, media, strict=True))
    return Row(name, cells, differs)


def _marked(texts: list[str]) -> list[tuple[Part, ...]]:
    """Each text in parts: the words that not all the others have, in their order, are marked."""
    words = [_WORDS.findall(text) if len(text) < LONG else [text] for text in texts]
    found = []
    for i, mine in enumerate(words):
        kept = [True] * len(mine)
        for other in (one for j, one in enumerate(words) if j != i):
            same = [False] * len(mine)
            for block in SequenceMatcher(None, mine, other).get_matching_blocks():
                same[block.a : block.a + block.size] = [True] * block.size
            kept = [a and b for a, b in zip(kept, same, strict=True)]
        found.append(_joined([(word, not keep and not word.isspace()) for word, keep in zip(mine, kept, strict=True)]))
    return found


def _joined(words: list[Part]) -> tuple[Part, ...]:
    """Neighbours of one kind as one part; space between two marked words is marked."""
    found: list[Part] = []
    for i, (word, is_new) in enumerate(words):
        between = word.isspace() and bool(found) and found[-1][1] and i + 1 < len(words) and words[i + 1][1]
        if found and found[-1][1] == (is_new or between):
            found[-1] = (found[-1][0] + word, found[-1][1])
        else:
            found.append((word, is_new or between))
    return tuple(found)


def _plan_row(name: str, lines: list[list[str]]) -> Row:
    cells = []
    for i, mine in enumerate(lines):
        others = [set(one) for j, one in enumerate(lines) if j != i]
        parts = [(f"{line}\n", any(line not in other for other in others)) for line in mine] or [(NOTHING, False)]
        cells.append(Cell(tuple(parts)))
    return Row(name, tuple(cells), len({tuple(one) for one in lines}) > 1, is_plan=True)


def plan_lines(plan: JSON) -> dict[str, list[str]]:
    """A plan in lines, by what they are about: "2 kid", "kid jump rope", "dolly in to e1, 0-5 s"."""
    called = {item["id"]: item.get("noun") or item.get("ref") or item["id"] for item in plan.get("entities", [])}

    def named(name: str | None) -> str:
        return str(called.get(name, name)) if name else ""

    entities = [
        " ".join(filter(None, (str(e["count"]) if e.get("count", 1) > 1 else "", *e.get("attributes", ()), e.get("noun") or e.get("ref"))))
        for e in plan.get("entities", [])
    ]  # fmt: skip
    deeds = [f"{named(a['who'])} {a['verb']} {named(a.get('object'))}".strip() for a in plan.get("actions", [])]
    stands = [f"{named(r['of'])} {r['relation']} {named(r['to'])}".replace("_", " ") for r in plan.get("relations", [])]
    camera = [
        f"{m['move']}{' to ' + named(m['target']) if m.get('target') else ''}, {m['start_s']:g}-{m['end_s']:g} s".replace("_", " ")
        for m in plan.get("camera", [])
    ]  # fmt: skip
    framed = [" ".join(filter(None, (s.get("size"), s.get("angle")))).replace("_", " ") for s in plan.get("shots", [])]
    setting = plan.get("setting") or {}
    place = [*setting.get("attributes", ()), *setting.get("places", ())]
    look = [f"{name.replace('_', ' ')}: {value}" for name, value in (plan.get("look") or {}).items() if value and name != "span"]  # fmt: skip
    effects = [e["kind"].replace("_", " ") for e in plan.get("effects", [])]
    topics = {
        "who and what": entities, "deeds": deeds, "how they stand": stands, "place": [" ".join(place)] if place else [],
        "camera": camera, "framing": [one for one in framed if one], "look": look, "effects": effects,
    }  # fmt: skip
    return {name: lines for name, lines in topics.items() if lines}


def _media(value: Any) -> list[Medium]:  # noqa: ANN401  (any JSON)
    """The pictures and clips of an input that this server keeps."""
    if isinstance(value, dict):
        return [one for inner in value.values() for one in _media(inner)]
    if isinstance(value, list):
        return [one for inner in value for one in _media(inner)]
    path = urlsplit(value).path if isinstance(value, str) and "/" in value and len(value) < 2048 else ""
    return [Medium(path, path.lower().endswith(CLIPS))] if path.startswith(OWN) else []


def _drawn_by(item: JSON) -> str:
    is_stand_in = item["is_draft"] and item["engine"] != "draft"
    return f"{item['engine']}, drawn as a draft" if is_stand_in else str(item["engine"])


def _fields(arguments: Any) -> JSON:  # noqa: ANN401  (whatever a client sent)
    return arguments if isinstance(arguments, dict) else {} if arguments is None else {"input": arguments}


def _text(value: Any) -> str:  # noqa: ANN401  (any JSON)
    if value is None:
        return NOTHING
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=1)
