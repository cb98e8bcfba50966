"""What a prompt asks to leave as it is. Clauses that preserve or forbid never become operations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shotwright.core.prompt import vocabulary as v
from shotwright.core.prompt.grammar import ARTICLES, is_chinese
from shotwright.core.prompt.lexer import clauses, sentences

if TYPE_CHECKING:
    from shotwright.core.prompt.lexer import Token
    from shotwright.core.prompt.phrases import Hit

CHANGES = frozenset({"change", "alter", "modify", "touch", "affect", "edit", "move", "adjust", "改", "动", "变"})
INNER = frozenset({"on", "of", "in", "from", "for", "at", "with"})
WEAK = frozenset({"same", "identical", "stay", "remain"})
"""Words that preserve only where nothing is changed in the clause."""


def is_kept(clause: list[Token]) -> bool:
    """Whether a clause preserves something, or forbids something."""
    hits = v.PRESERVE_VERBS.find(clause)
    strong = [hit for hit in hits if hit.phrase.split()[0] not in WEAK]
    if strong or is_forbidden(clause):
        return True
    return bool(hits) and not v.EDIT_VERBS.find(clause)


def kept_in_new_shot(tokens: list[Token]) -> list[str]:
    """What a new shot takes over by name: "keep the characters and their clothing"; its camera and its place are its own."""
    kept: dict[str, None] = {}
    for sentence in sentences(tokens):
        for clause in clauses(sentence):
            if any(hit.phrase.split()[0] not in WEAK for hit in v.PRESERVE_VERBS.find(clause)):
                kept |= dict.fromkeys(item for item in kept_things(clause) if item not in {"camera", "background"})
    return list(kept)


def is_forbidden(clause: list[Token]) -> bool:
    """ "Do not change", "without touching", "no changes to"."""
    if clause[0].lemma == "no" and not v.CHANGE_NOUNS.find(clause):
        return False  # "no more cars" is an order
    return any(token.lemma in v.NEGATIONS for token in clause)


def kept_things(clause: list[Token]) -> list[str]:
    """What the clause keeps: heads of its noun phrases, not what they stand on ("the lighting on the actor")."""
    lemmas = [token.lemma for token in clause]
    if "except" in lemmas or is_about_a_reference(clause):
        return []
    if is_forbidden(clause) and not v.PRESERVE_VERBS.find(clause):
        at = next((i for i, lemma in enumerate(lemmas) if lemma in CHANGES), None)
        if at is None:
            return []
        clause = clause[at + 1 :] if v.PRESERVES.find(clause, at + 1) else clause[:at]
    kept: list[str] = ["subject"] if _keeps_somebody(clause) else []
    previous: Hit[str] | None = None
    for hit in v.PRESERVES.find(clause):
        if previous is not None and _touch(clause, previous.end, hit.start) and kept and _owns(clause, previous):
            kept[-1] = hit.value  # 人物动作, "the actor's face": one thing
        elif (
            previous is not None
            and previous.end == hit.start
            and (previous.value, hit.value) == ("subject", "subject_motion")
        ):
            continue  # "the person talking"
        elif previous is None or not _is_inner(clause, previous, hit):
            kept.append(hit.value)
        previous = hit
    return list(dict.fromkeys(kept))


def _keeps_somebody(clause: list[Token]) -> bool:
    """ "Keep the farmer and his dog": beings that the table does not list, right after the verb or before it."""
    hits = [hit for table in (v.PEOPLE, v.ANIMALS) for hit in table.find(clause)]
    verbs = [hit.end for hit in v.PRESERVE_VERBS.find(clause)]
    near = any(0 <= hit.start - end <= 2 for hit in hits for end in verbs)
    near = near or (bool(verbs) and any(hit.start <= 1 and hit.end < max(verbs) for hit in hits))
    return near and not any(_owns(clause, hit) for hit in hits)


def _touch(clause: list[Token], end: int, start: int) -> bool:
    return all(token.lemma == "的" for token in clause[end:start])


def _owns(clause: list[Token], owner: Hit[str]) -> bool:
    return is_chinese(clause) or clause[owner.end - 1].text.lower().endswith(("'s", "’s", "s'"))


def _is_inner(clause: list[Token], previous: Hit[str], hit: Hit[str]) -> bool:
    """Whether a thing only says where the one before it is."""
    between = [token.lemma for token in clause[previous.end : hit.start] if token.lemma not in ARTICLES]
    return bool(between) and between[0] in INNER and "and" not in between


def is_about_a_reference(clause: list[Token]) -> bool:
    """ "Keep @Element1's face": the identity of what comes in, not of what was there."""
    at = next(
        (i for i, token in enumerate(clause) if token.kind == "ref" and not token.lemma.startswith("@Video")), None
    )
    if at is None:
        return False
    verb = next((hit.start for hit in v.PRESERVE_VERBS.find(clause)), at)
    return verb < at <= verb + 2
