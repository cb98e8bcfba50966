"""Words that a small parser takes for nouns in a list of deeds: "walks to a house, kneels to scratch a dog", "and shoots"; and adjectives it takes for nouns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shotwright.core.prompt.lexicon import base_verb, is_verb, motion_of, noun_of, singular
from shotwright.core.prompt.syntax import GOING

if TYPE_CHECKING:
    from shotwright.core.prompt.repair import Words
    from shotwright.core.prompt.sentence import Word

OFTEN_DONE = frozenset({
    "shoots", "rushes", "leaps", "hugs", "stumbles", "kicks", "punches", "dives", "spins", "trips", "slips", "falls", "bows", "turns", "walks", "runs", "jumps",
    "swings", "drops", "rolls", "dances", "flips", "dunks", "lifts", "hops", "nods", "smiles", "laughs", "winks", "kneels", "fakes", "pumps", "clips", "taps",
    "steps", "looks", "points", "pours", "slides", "twirls", "glances", "grins", "sighs", "yawns", "stretches", "crouches", "ducks", "sips", "waves", "cheers", "claps",
})  # fmt: skip
"""Verbs that are nouns as well, and rarely meant so behind a comma."""
FINITE = frozenset({"VBZ", "VBP", "VBD"})
GOES_ON = frozenset({"IN", "RP", "RB", "TO", "DT", "PRP$", "PRP"})


def is_said(words: tuple[Word, ...], word: Word) -> bool:
    """Whether a word is the verb of its clause: "three kids with backpacks run" is tagged as a command, and has its kids."""
    if word.tag in FINITE:
        return True
    return (
        word.tag == "VB"
        and word.dep == "ROOT"
        and any(w.dep == "nsubj" and w.head == word.i and w.tag == "NNS" for w in words)
    )


def is_said_next(words: tuple[Word, ...], word: Word) -> bool:
    """Whether a plural is what somebody does next, after they did something: behind a comma or "and", with no article."""
    before = words[word.i - 1] if word.i else None
    after = words[word.i + 1] if word.i + 1 < len(words) else None
    if before is None or before.text not in {",", "and", "then"} or motion_of(base_verb(word.text)) is None:
        return False
    if word.tag == "NN":  # "they draw their swords and rush towards each other"
        is_verb_too = noun_of(word.text) is None or bool({f"{word.text}s", f"{word.text}es"} & OFTEN_DONE)
        acted = any(w.tag == "VBP" for w in words[: word.i])
        leads = after is not None and after.tag in {"IN", "TO"}
        return before.text == "and" and acted and leads and is_verb(word.text) and is_verb_too
    if word.tag != "NNS" or base_verb(word.text) == word.text or not any(w.tag == "VBZ" for w in words[: word.i]):
        return False
    known = noun_of(singular(word.text))
    if known is not None and known.kind != "abstract" and word.text not in OFTEN_DONE:
        return False  # "sells apples, pears and plums"
    ends = word.text != "waves" and (
        after is None or after.text in {",", ".", "and", ";"}
    )  # "past a lighthouse and waves"
    return ends or (after is not None and after.tag in GOES_ON)


def is_said_of(words: tuple[Word, ...], word: Word) -> bool:
    """ "The puppy trots from the house up to it and drops the ball": what somebody does, though another verb comes later."""
    if (
        word.i < 2
        or word.tag != "NNS"
        or base_verb(word.text) == word.text
        or motion_of(base_verb(word.text)) not in GOING
    ):
        return False
    before, article = words[word.i - 1], words[word.i - 2]
    after = words[word.i + 1] if word.i + 1 < len(words) else None
    who = noun_of(before.text)
    acts = before.tag == "NN" and who is not None and who.kind in {"person", "animal", "vehicle"}
    leads = after is not None and after.tag in GOES_ON - {"PRP"}
    return (
        article.tag in {"DT", "PRP$", "JJ"}
        and acts
        and leads
        and noun_of(f"{before.text} {singular(word.text)}") is None
    )


def is_no_noun(words: tuple[Word, ...], word: Word) -> bool:
    """ "A dim blacksmith workshop": a word that is no noun, between an article and one."""
    if not 0 < word.i < len(words) - 1 or word.tag not in {"NN", "NNP"} or word.is_ref:
        return False
    before, after = words[word.i - 1], words[word.i + 1]
    return before.tag == "DT" and after.is_noun and not after.is_ref and noun_of(word.text) is None and word.text.isalpha() and word.text not in COMMON  # fmt: skip


COMMON = frozenset({"cgi", "pov", "ots"})


def is_alone(words: Words, word: Word) -> bool:
    """ "Hovers at a flower, drinks, then darts off": a verb between commas, and no drinks."""
    after = words[word.i + 1].text if word.i + 1 < len(words) else ""
    tells = any(w.tag == "VBZ" for w in words[: word.i])
    is_between = word.i > 1 and words[word.i - 1].text == "," and after in {",", "then", "and"}
    return is_between and tells and word.tag == "NNS" and is_verb(word.text)
