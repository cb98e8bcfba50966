"""Every content word is read or named: what stands in no item of a plan is listed with the reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shotwright.core.plan import Unread
from shotwright.core.prompt import syntax
from shotwright.core.prompt import vocabulary as v
from shotwright.core.prompt.grammar import ADVERBS, ARTICLES, AUXILIARIES, CONJUNCTIONS, PREPOSITIONS, PRONOUNS
from shotwright.core.prompt.lexicon import is_verb, noun_of, singular

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shotwright.core.plan import ShotPlan, Span
    from shotwright.core.prompt.lexer import Token

SPOKEN = frozenset({
    "please", "generate", "create", "make", "show", "reveal", "see", "video", "feature", "include", "want", "would", "like", "use", "using",
    "there", "here", "own", "very", "more", "most", "much", "too", "such", "let", "into", "off", "out", "up", "down", "upon", "via", "per",
    "around", "throughout", "against", "during", "without", "among", "amid", "onto", "s", "t", "it", "that", "this", "those", "these",
    "what", "how", "who", "whom", "nothing", "something", "everything", "everywhere", "anything", "us", "me", "her", "him", "them",
    "himself", "herself", "itself", "themselves", "each", "other", "while", "where", "when", "take", "keep", "set", "start", "end", "begin",
})  # fmt: skip
"""Words that only hold a sentence together, or ask for a film."""
QUIET = (
    ARTICLES
    | PREPOSITIONS
    | CONJUNCTIONS
    | PRONOUNS
    | AUXILIARIES
    | ADVERBS
    | SPOKEN
    | syntax.FILM
    | syntax.POSITIONS
    | syntax.WHILE
    | syntax.THEN
)


def unread_words(plan: ShotPlan, tokens: list[Token], taken: set[int]) -> tuple[Unread, ...]:
    """Content words in no item, neighbours joined.

    Args:
        plan: The plan with all its items.
        tokens: The prompt.
        taken: Places of tokens that were read without an item of their own: the film around the scene.
    """
    read = taken | set(_inside(tokens, _spans(plan)))
    found: list[Unread] = []
    for i, token in enumerate(tokens):
        if i in read or not _is_content(token):
            continue
        why = _why(token)
        last = found[-1] if found else None
        if last is not None and last.why == why and i and tokens[i - 1].end == last.span[1]:
            found[-1] = Unread((last.span[0], token.end), why)
        else:
            found.append(Unread((token.start, token.end), why))
    return tuple(found)


def _spans(plan: ShotPlan) -> list[Span]:
    groups = (plan.shots, plan.camera, plan.entities, plan.relations, plan.actions, plan.effects, plan.edits)
    spans = [item.span for group in groups for item in group if item.span]
    return [*spans, *plan.spans.values(), *([plan.setting.span] if plan.setting.span else [])]


def _inside(tokens: list[Token], spans: Iterable[Span]) -> list[int]:
    kept = list(spans)
    return [i for i, token in enumerate(tokens) if any(low <= token.start and token.end <= high for low, high in kept)]


def _is_content(token: Token) -> bool:
    if token.kind == "ref":
        return False
    if token.kind == "number":
        return True
    return token.kind == "word" and token.lemma not in QUIET and token.low not in QUIET and len(token.text) > 1


def _why(token: Token) -> str:
    if not token.text.isascii():
        return "not understood"
    noun = noun_of(singular(token.low))
    if noun is not None and noun.kind == "abstract":
        return "nothing that can be seen"
    if is_verb(token.low) or (noun is not None and token.lemma not in v.COLOURS):
        return "its part in the sentence was not understood"
    return "not understood"
