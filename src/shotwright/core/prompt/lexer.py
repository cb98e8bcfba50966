"""Text to tokens. Knows nothing about what the words mean.

Promises:
    * every spelling of a reference becomes one token: `@Image1 @image_1 <<<image_1>>> @Element1 @Video1`;
    * words come with a lemma, so that tables list one form of each verb and noun;
    * `180-degree`, `180°` and `180 degrees` read alike; hyphens separate words;
    * Chinese text is cut into single characters, so that the same phrase tables match it;
    * positions refer to the prompt as it was given.

Source: kling-o1 b.5 (spellings).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Kind = Literal["word", "ref", "number", "stop", "comma"]

_TOKEN = re.compile(
    r"(?P<ref><<<\s*(?:image|element|video)\s*_?\s*\d+\s*>>>|@(?:image|element|video)[_ ]?\d+)"
    r"|(?P<name>@[A-Za-z][A-Za-z_]*)"
    r"|(?P<number>\d+(?:\.\d+)?)"
    r"|(?P<degree>°)"
    r"|(?P<word>[^\W\d_]+(?:['’][^\W\d_]+)?)"
    r"|(?P<stop>[.!?;。！？；\n])"
    r"|(?P<comma>[,:，、：()—–])",
    re.IGNORECASE,
)
_REFERENCE = re.compile(r"(image|element|video)\D*(\d+)", re.IGNORECASE)
_CJK = re.compile(r"[\u4e00-\u9fff]")
_UNITS_WITHOUT_STOP = {"fps", "mm", "s"}

_IRREGULAR = {
    "flies": "fly", "flew": "fly", "flown": "fly", "flying": "fly", "rose": "rise", "risen": "rise",
    "swung": "swing", "spun": "spin", "went": "go", "goes": "go", "wore": "wear", "worn": "wear",
    "held": "hold", "stood": "stand", "sat": "sit", "ran": "run", "took": "take", "people": "person",
    "men": "man", "women": "woman", "children": "child", "leaves": "leaf", "skies": "sky", "dying": "die",
}  # fmt: skip


@dataclass(frozen=True)
class Token:
    """A piece of the prompt: what it is, its lemma, and where it stands."""

    kind: Kind
    text: str
    lemma: str
    start: int
    value: float = 0.0


def tokenize(prompt: str, known: frozenset[str]) -> list[Token]:
    """Cut a prompt into tokens.

    Args:
        prompt: The text as the client sent it.
        known: Words that tables list; a lemma is chosen so that it is one of them where possible.
    """
    tokens: list[Token] = []
    for match in _TOKEN.finditer(prompt):
        kind = match.lastgroup
        tokens += _tokens(str(kind), match.group(), match.start(), known)
    return tokens


def _tokens(kind: str, text: str, start: int, known: frozenset[str]) -> list[Token]:
    if kind == "ref":
        return [Token("ref", text, canonical_reference(text), start)]
    if kind == "name":
        return [Token("ref", text, text, start)]
    if kind == "number":
        return [Token("number", text, text, start, float(text))]
    if kind == "degree":
        return [Token("word", text, "degree", start)]
    if kind == "stop":
        return [Token("stop", text, text, start)]
    if kind == "comma":
        return [Token("comma", text, ",", start)]
    if _CJK.search(text):
        return [Token("word", char, char, start + i) for i, char in enumerate(text)]
    return [Token("word", text, lemma(text, known), start)]


def canonical_reference(text: str) -> str:
    """`<<<image_1>>>`, `@image_1` and `@Image1` are all `@Image1`."""
    match = _REFERENCE.search(text)
    return f"@{match.group(1).capitalize()}{int(match.group(2))}" if match else text


def lemma(word: str, known: frozenset[str]) -> str:
    """The dictionary form of an English word, guided by the words that tables know."""
    low = word.lower().replace("’", "'")
    if low in _IRREGULAR:
        return _IRREGULAR[low]
    low = low.removesuffix("'s")
    if low in known:
        return low
    return next((form for form in _stems(low) if form in known), low)


def _stems(word: str) -> list[str]:
    """Candidate base forms, most specific first."""
    stems: list[str] = []
    if word.endswith("ies"):
        stems.append(word[:-3] + "y")
    for suffix in ("ing", "ed", "es", "s", "er"):
        if word.endswith(suffix) and len(word) > len(suffix) + 2:
            base = word[: -len(suffix)]
            stems += [base, base + "e"]
            if len(base) > 2 and base[-1] == base[-2]:
                stems.append(base[:-1])
    return stems


def split(tokens: list[Token], *kinds: Kind) -> list[list[Token]]:
    """Cut a token list at tokens of the given kinds; empty parts are dropped."""
    parts: list[list[Token]] = [[]]
    for token in tokens:
        if token.kind in kinds:
            parts.append([])
        else:
            parts[-1].append(token)
    return [part for part in parts if part]


def sentences(tokens: list[Token]) -> list[list[Token]]:
    """Sentences without their full stops; commas stay."""
    return split(tokens, "stop")
