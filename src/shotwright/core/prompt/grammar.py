"""Small pieces of grammar that several parsers need: clauses, noun phrases, negation. Knows no film words."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shotwright.core.prompt.lexer import Token

ARTICLES = frozenset(
    {
        "the",
        "a",
        "an",
        "this",
        "that",
        "these",
        "those",
        "his",
        "her",
        "their",
        "its",
        "my",
        "our",
        "your",
        "some",
        "any",
        "each",
        "every",
        "both",
        "another",
        "two",
        "three",
        "four",
    }
)
PREPOSITIONS = frozenset({
    "of", "in", "on", "at", "to", "from", "with", "by", "for", "into", "onto", "inside", "through", "across", "over", "under", "behind",
    "beside", "around", "near", "above", "below", "between", "past", "along", "toward", "towards", "as", "like", "within", "beyond",
})  # fmt: skip
CONJUNCTIONS = frozenset(
    {
        "and",
        "or",
        "but",
        "then",
        "while",
        "as",
        "until",
        "when",
        "before",
        "after",
        "because",
        "so",
        "plus",
        "also",
        "whereas",
        "once",
        "where",
        "if",
        "whose",
        "than",
    }
)
PRONOUNS = frozenset(
    {
        "he",
        "she",
        "they",
        "who",
        "which",
        "him",
        "them",
        "it",
        "one",
        "somebody",
        "everyone",
        "everybody",
        "nobody",
        "you",
        "i",
    }
)
AUXILIARIES = frozenset({
    "be", "have", "do", "will", "would", "can", "could", "should", "shall", "must", "may", "might", "to", "ought", "need", "get", "start", "stay", "remain",
    "begin", "continue", "keep", "go", "not", "n't",
})  # fmt: skip
LINKS = frozenset(
    {
        "form",
        "from",
        "in",
        "of",
        "on",
        "shown",
        "show",
        "depicted",
        "pictured",
        "seen",
        "see",
        "visible",
        "be",
        "per",
        "as",
    }
)
ADVERBS = frozenset({
    "then", "just", "now", "also", "again", "all", "right", "straight", "back", "still", "very", "even", "further", "only", "finally", "first",
    "next", "please", "there", "here", "away", "once", "simultaneously", "together", "always", "never", "slow", "quick", "gentle", "smooth",
})  # fmt: skip
NEGATED_REACH = 12


def is_adverb(token: Token) -> bool:
    """Words that stand between a subject and its verb without changing who acts."""
    return token.lemma in ADVERBS or (token.text.lower().endswith("ly") and len(token.text) > 4)


def is_boundary(token: Token) -> bool:
    """Where a noun phrase or a clause ends."""
    return token.kind != "word" or token.lemma in PREPOSITIONS | CONJUNCTIONS | PRONOUNS


def is_negated(sentence: Sequence[Token], at: int, negations: frozenset[str]) -> bool:
    """Whether a word of its clause denies what stands at `at`: "do not", "without", "instead of"."""
    for i in range(at - 1, max(-1, at - NEGATED_REACH), -1):
        token = sentence[i]
        if token.kind == "comma" or token.lemma in {"but", "just"}:
            return False
        if token.lemma in negations:
            return True
        if token.lemma in {"instead", "rather"} and sentence[i + 1].lemma in {"of", "than"}:
            return True
    return False


def phrase_before(tokens: Sequence[Token], at: int) -> tuple[int, int]:
    """The noun phrase that ends right before `at`: its first and last-plus-one position (equal when there is none)."""
    low = at
    while low > 0 and not is_boundary(tokens[low - 1]) and tokens[low - 1].kind == "word" and at - low < 5:
        low -= 1
        if tokens[low].lemma in ARTICLES:
            break
    return low, at


def phrase_after(tokens: Sequence[Token], at: int) -> tuple[int, int]:
    """The noun phrase that begins at `at`."""
    high = at
    while high < len(tokens) and not is_boundary(tokens[high]) and high - at < 6:
        high += 1
    return at, high


def is_chinese(tokens: Sequence[Token]) -> bool:
    """Whether a clause is written in Chinese."""
    return any("\u4e00" <= token.text[0] <= "\u9fff" for token in tokens if token.kind == "word")
