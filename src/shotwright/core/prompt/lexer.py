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
import tomllib
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Literal, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Kind = Literal["word", "ref", "number", "stop", "comma"]

_TOKEN = re.compile(
    r"(?P<ref><<<\s*(?:image|element|video)\s*_?\s*\d+\s*>>>|@(?:image|element|video)[_ ]?\d+|<[ievIEV]\d+>)"
    r"|(?P<name>@[A-Za-z][A-Za-z_]*)"
    r"|(?P<hex>#[0-9a-fA-F]{6}\b)"
    r"|(?P<number>\d+(?:\.\d+)?)"
    r"|(?P<degree>°)"
    r"|(?P<feat>\b(?:push|pull|chin|sit|press)-ups?\b)"
    r"|(?P<word>[^\W\d_]+(?:['’][^\W\d_]+)?)"
    r"|(?P<stop>[.!?;。！？；\n])"
    r"|(?P<comma>[,:，、：()—–])",
    re.IGNORECASE,
)
_CARELESS = re.compile(
    r"\b(?:(it)s(?= (?:rain|snow|pour|hail|drizzl|storm)ing)|(?:(?<![\w'])(he|she|there|that)s|(they)re)(?= (?:a|an|no|the|\w+ing)\b))",
    re.IGNORECASE,
)
"""Verbs without their apostrophe: "its raining", "hes running", "theres a dog"."""
_REFERENCE = re.compile(r"(image|element|video|[iev](?=\d))\D*(\d+)", re.IGNORECASE)
_KINDS = {"i": "Image", "e": "Element", "v": "Video"}
_CJK = re.compile(r"[\u4e00-\u9fff]")
COMMON_WORDS = frozenset(
    tomllib.loads((resources.files(__package__) / "words" / "plain.toml").read_text(encoding="utf-8"))["plain"]
)
TYPO_MIN = 5
WRONG_LETTER_MIN = 8
"""From this length on one wrong letter is mended as well."""

_IRREGULAR = {
    "flies": "fly", "flew": "fly", "flown": "fly", "flying": "fly", "rose": "rise", "risen": "rise",
    "swung": "swing", "spun": "spin", "went": "go", "goes": "go", "wore": "wear", "worn": "wear",
    "held": "hold", "burnt": "burn", "broke": "break", "froze": "freeze", "frozen": "freeze", "left": "left", "leaves": "leave",
    "swinging": "swing", "became": "become", "does": "do", "did": "do", "done": "do", "is": "be", "are": "be", "was": "be", "were": "be", "been": "be",
    "being": "be", "has": "have", "had": "have", "fell": "fall", "fallen": "fall", "put": "put", "drawn": "draw", "drew": "draw",
    "n't": "not", "isn't": "not", "it's": "it", "he's": "he", "she's": "she", "let's": "let", "lit": "lit", "drank": "drink", "following": "follow", "moves": "move", "moving": "move",
    "opens": "open", "ends": "end", "ending": "end", "closing": "close", "talking": "talk", "shooting": "shoot", "starting": "start", "flames": "flame",
    "sparks": "spark", "sparkles": "sparkle", "bubbles": "bubble", "embers": "ember", "particles": "particle", "began": "begin", "begun": "begin",
    "drove": "drive", "driven": "drive", "rode": "ride", "rowing": "row", "threw": "throw", "caught": "catch", "wrapped": "wrap", "grey": "gray", "stood": "stand", "sat": "sit", "ran": "run", "took": "take", "people": "person",
    "men": "man", "women": "woman", "children": "child", "skies": "sky", "dying": "die",
}  # fmt: skip


@dataclass(frozen=True)
class Token:
    """A piece of the prompt: what it is, its lemma, and where it stands."""

    kind: Kind
    text: str
    lemma: str
    start: int
    end: int
    value: float = 0.0
    low: str = field(init=False)  #: The text in lower case.

    def __post_init__(self) -> None:
        object.__setattr__(self, "low", self.text.lower())


def tokenize(prompt: str, known: frozenset[str]) -> list[Token]:
    """Cut a prompt into tokens.

    Args:
        prompt: The text as the client sent it.
        known: Words that tables list; a lemma is chosen so that it is one of them where possible.
    """
    tokens: list[Token] = []
    for match in _TOKEN.finditer(_CARELESS.sub(lambda m: (m[1] or m[2] or m[3]).ljust(len(m[0])), prompt)):
        kind = match.lastgroup
        tokens += _tokens(str(kind), match.group(), match.start(), known)
    return tokens


def _tokens(kind: str, text: str, start: int, known: frozenset[str]) -> list[Token]:
    end = start + len(text)
    if kind == "word" and _CJK.search(text):
        return [Token("word", char, char, start + i, start + i + 1) for i, char in enumerate(text)]
    found = _LEMMAS[kind](text) if kind in _LEMMAS else lemma(text, known) if kind == "word" else text
    shown = {"name": "ref", "degree": "word", "hex": "word", "feat": "word"}.get(kind, kind)
    text = text.replace("-", "") if kind == "feat" else text
    value = float(text) if kind == "number" and len(text) < 12 else 0.0
    return [Token(cast("Kind", shown), text, found, start, end, value)]


def canonical_reference(text: str) -> str:
    """`<<<image_1>>>`, `@image_1` and `@Image1` are all `@Image1`."""
    match = _REFERENCE.search(text)
    if match is None:
        return text
    kind = match.group(1).lower()
    return f"@{_KINDS.get(kind, kind.capitalize())}{int(match.group(2)[:4])}"


def _mark(text: str) -> str:
    return ":" if text in ":：" else ","


_LEMMAS: dict[str, Callable[[str], str]] = {
    "ref": canonical_reference, "degree": lambda _: "degree", "comma": _mark, "feat": lambda text: text.lower().replace("-", "").removesuffix("s"),
}  # fmt: skip


def lemma(word: str, known: frozenset[str]) -> str:
    """The dictionary form of an English word, guided by the words that tables know."""
    low = word.lower().replace("’", "'")
    if low in _IRREGULAR:
        return _IRREGULAR[low]
    low = low.removesuffix("'s")
    if low in known:
        return low
    return next((form for form in stems(low) if form in known), None) or corrected(low, known) or low


@cache
def _near(known: frozenset[str]) -> dict[str, str]:
    """Words with one letter left out or two letters swapped, to what was meant; shorter words are left alone."""
    found: dict[str, str] = {}
    for word in sorted(known):
        if len(word) < TYPO_MIN - 1 or not word.isascii():
            continue
        for i in range(1, len(word) - 1):
            found.setdefault(word[:i] + word[i + 1] + word[i] + word[i + 2 :], word)
            if len(word) > TYPO_MIN:
                found.setdefault(word[:i] + word[i + 1 :], word)
        if len(word) > TYPO_MIN + 1:
            found.setdefault(word[:-1], word)
    return found


def corrected(word: str, known: frozenset[str]) -> str | None:
    """What a misspelt word was meant to be, when one letter is missing, too many, or swapped with its neighbour."""
    if len(word) < TYPO_MIN - 1 or not word.isascii() or not COMMON_WORDS.isdisjoint((word, *stems(word))):
        return None
    near = _near(known)
    for form in (word, *stems(word)):
        if form in near:
            return near[form]
    if word.endswith("ng") and word[-3:-2] != "i":
        return next((form for form in stems(word[:-2] + "ing") if form in known), None)  # "wearng"
    doubled = (word[:i] + word[i + 1 :] for i in range(1, len(word)) if word[i] == word[i - 1])
    found = next((cut for cut in doubled if cut in known), None)
    if found is None and len(word) >= WRONG_LETTER_MIN:
        cuts = (word[:i] + word[i + 1 :] for i in range(1, len(word)))
        found = next((near[cut] for cut in cuts if cut in near and len(near[cut]) == len(word)), None)
    return found


def stems(word: str) -> list[str]:
    """Candidate base forms, most specific first."""
    stems: list[str] = []
    if word.endswith("ies"):
        stems.append(word[:-3] + "y")
    for suffix in ("ing", "ed", "es", "s", "er"):
        if word.endswith(suffix) and len(word) > len(suffix) + 2:
            base = word[: -len(suffix)]
            is_plain = suffix == "s" or (suffix == "ing" and base.endswith("ing"))  # sing, not singe
            stems += [base, base + "e"] if is_plain else [base + "e", base]  # "rides" is of ride, not of rid
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


def span_of(tokens: Sequence[Token]) -> tuple[int, int]:
    """Where tokens stand in the prompt: first and last-plus-one character."""
    return tokens[0].start, tokens[-1].end


def sentences(tokens: list[Token]) -> list[list[Token]]:
    """Sentences without their full stops; commas stay."""
    return split(tokens, "stop")


def clauses(sentence: list[Token]) -> list[list[Token]]:
    """A sentence cut at its commas and colons."""
    return split(sentence, "comma")
