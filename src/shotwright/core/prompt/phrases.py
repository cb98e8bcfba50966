"""Tables of phrases and how to find them in tokens. Knows nothing about cameras or edits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


V = TypeVar("V")
GAP = "~"
"""In a phrase: up to two words may stand here, as in `zoom ~ inside` for "zooming deep inside"."""
GAP_MAX = 2


class Spoken(Protocol):
    """What a table of phrases looks at: a token of a prompt, a word of a parsed sentence."""

    @property
    def lemma(self) -> str:
        """Its dictionary form."""
        ...

    @property
    def low(self) -> str:
        """Its text in lower case."""
        ...

    @property
    def kind(self) -> str:
        """A word, or something else."""
        ...


@dataclass(frozen=True)
class Hit(Generic[V]):
    """A phrase found in tokens[start:end]."""

    start: int
    end: int
    value: V
    phrase: str


class PhraseTable(Generic[V]):
    """Phrases in lemma form, mapped to values; the longest phrase wins.

    A table is written as `{value: ["phrase one", "phrase two"]}`; Chinese phrases are matched character by character.
    """

    def __init__(self, rows: Mapping[V, Sequence[str]]) -> None:
        self.rows = rows
        self._by_head: dict[str, list[tuple[tuple[str, ...], V]]] = {}
        self.words: set[str] = set()
        for value, phrases in rows.items():
            for phrase in phrases:
                self._add(_parts(phrase.strip()), value)
        for entries in self._by_head.values():
            entries.sort(key=lambda entry: -len(entry[0]))

    def _add(self, parts: tuple[str, ...], value: V) -> None:
        self._by_head.setdefault(parts[0], []).append((parts, value))
        self.words.update(part for part in parts if part != GAP)

    def at(self, tokens: Sequence[Spoken], index: int) -> Hit[V] | None:
        """The longest phrase that starts at `index`, or None."""
        best: Hit[V] | None = None
        token = tokens[index]
        entries = self._by_head.get(token.lemma, ())
        if token.low != token.lemma:
            entries = [*entries, *self._by_head.get(token.low, ())]
        for parts, value in entries:
            end = _match(tokens, index, parts)
            if end and (best is None or end > best.end):
                best = Hit(index, end, value, " ".join(parts))
        return best

    def find(self, tokens: Sequence[Spoken], start: int = 0, end: int | None = None) -> list[Hit[V]]:
        """All phrases in tokens[start:end], left to right, without overlaps."""
        stop = len(tokens) if end is None else min(end, len(tokens))
        hits: list[Hit[V]] = []
        index, heads = start, self._by_head
        while index < stop:
            token = tokens[index]
            if token.lemma not in heads and token.low not in heads:
                index += 1
                continue
            hit = self.at(tokens, index)
            if hit and hit.end <= stop:
                hits.append(hit)
                index = hit.end
            else:
                index += 1
        return hits

    def first(self, tokens: Sequence[Spoken], start: int = 0, end: int | None = None) -> V | None:
        """The value of the first phrase found, or None."""
        hits = self.find(tokens, start, end)
        return hits[0].value if hits else None


def _parts(phrase: str) -> tuple[str, ...]:
    if phrase.isascii():
        return tuple(phrase.split())
    return tuple(char for char in phrase if not char.isspace())


def _match(tokens: Sequence[Spoken], index: int, parts: tuple[str, ...]) -> int:
    """End of the match of `parts` at `index`, or 0."""
    for number, part in enumerate(parts):
        if part == GAP:
            reach = range(index, min(index + GAP_MAX + 1, len(tokens)))
            ends = (_match(tokens, at, parts[number + 1 :]) for at in reach if _is_gap(tokens[index:at]))
            return next((end for end in ends if end), 0)
        if index >= len(tokens) or (part != tokens[index].lemma and part != tokens[index].low):
            return 0
        index += 1
    return index


def _is_gap(tokens: Sequence[Spoken]) -> bool:
    return all(token.kind == "word" for token in tokens)


def all_words(tables: Iterable[PhraseTable[object]]) -> frozenset[str]:
    """Every word that some table lists."""
    return frozenset(word for table in tables for word in table.words)
