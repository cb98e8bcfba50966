"""A parsed sentence: words that know their heads. Knows nothing of who parsed it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

NOUNS = frozenset({"NN", "NNS", "NNP", "NNPS"})
CLAUSE_ENDS = frozenset({",", ";", ":", "."})


@dataclass(frozen=True)
class Word:
    """A word of a sentence: what it is and what it belongs to."""

    i: int  #: Its place in the sentence.
    text: str  #: In lower case; a reference in its canonical form.
    lemma: str  #: Its dictionary form.
    tag: str  #: Penn Treebank tag.
    dep: str  #: How it belongs to its head.
    head: int  #: Place of its head; its own for the root.
    span: tuple[int, int]  #: Where it stands in the prompt.
    token: int  #: Place of its token in the prompt.

    @property
    def low(self) -> str:
        """In lower case, as tables of phrases match it."""
        return self.text

    @property
    def kind(self) -> str:
        """A word, or a mark between words."""
        return "comma" if self.text in CLAUSE_ENDS else "word"

    @property
    def is_ref(self) -> bool:
        """Whether it is a reference."""
        return self.text.startswith("@")

    @property
    def is_noun(self) -> bool:
        """Whether it names something."""
        return self.is_ref or self.tag in NOUNS


@dataclass(frozen=True)
class Sentence:
    """Words with their syntax."""

    words: tuple[Word, ...]
    pictures: Mapping[int, str]  #: References that stood in brackets behind a word, by its place.

    def children(self, word: Word) -> list[Word]:
        """What belongs to a word, in order."""
        return [other for other in self.words if other.head == word.i and other.i != word.i]

    def head(self, word: Word) -> Word:
        """What a word belongs to."""
        return self.words[word.head]
