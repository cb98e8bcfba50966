"""Several: how many a group is, plurals that look like singulars, and what many do without an article."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shotwright.core.prompt import syntax
from shotwright.core.prompt.grammar import ARTICLES
from shotwright.core.prompt.lexicon import base_verb, is_verb, noun_of, singular
from shotwright.core.prompt.sentence import CLAUSE_ENDS

if TYPE_CHECKING:
    from shotwright.core.prompt.sentence import Word

ACTORS = frozenset({"person", "animal", "vehicle"})
Piece = tuple[str, str, tuple[int, int], int]
"""A word as the parser wants it: text, canonical text, span, place of its token."""


def counted(pieces: list[Piece]) -> tuple[list[Piece], dict[int, str]]:
    """ "A family of four" is four people: how many is said first, as the parser expects it.

    Returns:
        The pieces, and what some of them are read as.
    """
    found: list[Piece] = []
    people: dict[int, str] = {}
    i = 0
    while i < len(pieces):
        group, of, number, after = ([piece[1] for piece in pieces[i : i + 4]] + [""] * 4)[:4]
        beyond = (
            pieces[i + 4][1] if len(pieces) > i + 4 and not _may_be_done(after) else ""
        )  # "a pack of six grey wolves"
        is_named = _is_many(after, group) or _is_many(beyond, group)
        is_group = group in syntax.GROUPS.keys() | OF_MANY and of == "of" and _is_number(number)
        if not is_group or is_named or after.startswith("year"):
            found.append(pieces[i])
            i += 1
            continue
        first = found.pop() if found and found[-1][1] in ARTICLES else pieces[i]
        text, low, (_, end), at = pieces[i + 2]
        found.append((text, low, (first[2][0], pieces[i][2][1]), first[3]))
        people[len(found)] = "people"
        whom = group if group in syntax.GROUPS else "people"
        found.append((whom, whom, (pieces[i + 1][2][0], end), at))
        i += 3
    return found, people


OF_MANY = frozenset({"group", "party", "pack", "gang", "squad", "pair", "class", "troop", "troupe", "line", "row"})
"""Words for many, besides those that say how many."""


def _is_number(low: str) -> bool:
    return low in syntax.NUMBERS or (low.isdecimal() and low.isascii())


def _may_be_done(low: str) -> bool:
    """ "Eats": a verb, rather than what is said of those who are counted."""
    return not low.isalpha() or (low.endswith("s") and is_verb(base_verb(low)))


def _is_many(low: str, group: str) -> bool:
    """Whether a word is rather several of something than what somebody does: "wolves", and "houses" in a row, not "rows"."""
    found = noun_of(singular(low)) if low.isalpha() and singular(low) != low else None
    if found is None or found.kind in ACTORS or not is_verb(base_verb(low)):
        return found is not None
    return group not in OF_PEOPLE and found.kind != "abstract"


OF_PEOPLE = frozenset({"family", "crew", "team", "party", "band", "gang", "squad", "class", "troupe", "trio", "couple"})
"""Groups whose number is a number of people."""
ALIKE = frozenset({"deer", "sheep", "fish", "moose", "bison", "elk", "salmon", "trout", "swine", "reindeer", "buffalo"})
"""Animals whose plural is their singular."""


def alike_in_plural(lows: list[str]) -> dict[int, str]:
    """ "Two deer lock antlers": several of them, whatever they do."""
    return {
        i: "dogs"
        for i, low in enumerate(lows)
        if low in ALIKE and _is_counted(lows[max(0, i - 2) : i]) and not _goes_on(lows[i + 1 : i + 2])
    }


def _is_counted(before: list[str]) -> bool:
    """ "Two", "two white"; not "two men"."""
    many = [syntax.NUMBERS.get(low, 1) > 1 for low in before]
    return bool(many) and (many[-1] or (many[0] and noun_of(singular(before[-1])) is None))


def _goes_on(after: list[str]) -> bool:
    """ "Two sheep farmers": no sheep."""
    return any(singular(low) != low and noun_of(singular(low)) is not None and not is_verb(low) for low in after)


def is_what_many_do(words: tuple[Word, ...], word: Word) -> bool:
    """ "Dogs chase balls", "two stags lock antlers": several who can act, a bare verb, and several of something else."""
    after = words[word.i + 1] if word.i + 1 < len(words) else None
    before = words[word.i - 1] if word.i else None
    if (
        before is None
        or after is None
        or word.tag not in {"NN", "NNP", "JJ"}
        or ends_in_s(word)
        or not is_verb(word.text)
    ):
        return False
    whom = noun_of(singular(before.text)) if before.kind == "word" else None
    what = noun_of(singular(after.text)) if singular(after.text) != after.text else None
    is_pair = (
        noun_of(f"{word.text} {singular(after.text)}") is not None or noun_of(f"{before.text} {word.text}") is not None
    )
    if whom is None or what is None or is_pair or (singular(before.text) == before.text and before.tag != "NNS"):
        return False
    return whom.kind in ACTORS and what.kind not in {"abstract", "place"} and after.tag in {"VBZ", "NNS"}


def ends_in_s(word: Word) -> bool:
    """Whether a word has the s of a verb's third person, or of a plural."""
    return word.text.endswith("s") and not word.text.endswith("ss")


NO_NOUNS = frozenset({"is", "are", "was", "were", "has", "have", "does", "do", "wears", "wear", "shows", "sees"})
"""Finite forms that are no plurals."""


def word_after(words: tuple[Word, ...], word: Word) -> Word | None:
    """The next word of a sentence."""
    return words[word.i + 1] if word.i + 1 < len(words) else None


def is_bare(words: tuple[Word, ...], word: Word) -> bool:
    """A thing without an article that was read as an order: ", flour all over the table"."""
    before, after = (words[word.i - 1] if word.i else None), word_after(words, word)
    opens = before is not None and before.text == "," and word.tag == "VB"
    return opens and after is not None and (after.text in {"all", "everywhere"} or after.tag == "VBG")


def _closes_a_place(words: tuple[Word, ...], word: Word) -> bool:
    """ "Off temple steps at dawn", "on castle walls": a bare noun behind a preposition does nothing."""
    before, after = (words[word.i - 1] if word.i else None), word_after(words, word)
    if word.tag != "VBZ" or before is None or before.dep != "pobj" or before.tag != "NN":
        return False
    place = noun_of(before.text)
    if place is None or place.kind not in {"building", "place", "inside"}:
        return False
    is_bare = not any(w.head == before.i and w.tag in {"DT", "PRP$", "CD"} for w in words)
    ends = after is None or after.tag == "IN" or after.text in CLAUSE_ENDS
    return is_bare and ends and word.text in PARTS_OF_PLACES


def _closes_a_pair(words: tuple[Word, ...], word: Word) -> bool:
    """ "Out of couch cushions", "joins two steel pipes": one bare thing, or two of one, is no thing of its own."""
    before, after = (words[word.i - 1] if word.i else None), word_after(words, word)
    of, known = noun_of(before.text) if before is not None else None, noun_of(singular(word.text))
    if word.tag != "VBZ" or before is None or before.tag != "NN" or before.is_ref or of is None or known is None:
        return False
    if word.text in {"stands", "rests", "rockets", "parks", "tables"}:
        return False  # what is rather done
    ends = after is None or after.tag == "IN" or after.text in CLAUSE_ENDS
    said = [w for w in words if w.head == before.i and w.i < before.i]
    is_many = any(w.tag == "CD" and w.text != "one" for w in said)
    over = words[before.head]
    is_bare = before.dep == "pobj" and over.text != "by" and not any(w.tag in {"DT", "PRP$", "CD"} for w in said)
    is_bare &= of.kind in {"furniture", "building", "tool", "vehicle"}
    return ends and known.kind in {"furniture", "tool", "building", "clothing", "vehicle"} and (is_many or is_bare)


PARTS_OF_PLACES = frozenset({"steps", "walls", "stairs", "streets", "roofs", "floors", "benches", "shelves", "gates", "windows"})  # fmt: skip
"""Plurals behind the place that they are of."""


def _is_theirs(words: tuple[Word, ...], word: Word) -> bool:
    """What several do, read as a thing: "candles flicker on the shelves"."""
    after = word_after(words, word)
    ends = after is None or after.tag in {"IN", "RB", "RP"} or after.text in CLAUSE_ENDS
    return word.tag in {"NN", "JJ"} and is_verb(word.text) and ends


def _is_plural(words: tuple[Word, ...], word: Word) -> bool:
    """Several things that were read as a verb: "candles" is no plain form, and nothing does a neon."""
    known = noun_of(singular(word.text))
    if _closes_a_place(words, word) or _closes_a_pair(words, word):
        return True
    if known is None or known.kind in {"abstract", "place"} or not ends_in_s(word) or word.text in NO_NOUNS:
        return False
    before, after = (words[word.i - 1] if word.i else None), word_after(words, word)
    is_named = before is not None and ((before.dep == "compound" and before.head == word.i) or word.dep == "aux")
    does = after is not None and after.tag == "VBG"
    is_many = (
        before is not None
        and before.dep in {"dobj", "compound"}
        and before.tag == "NN"
        and any(w.head == word.i and w.dep == "nsubj" and w.tag == "NNS" for w in words)
    )
    return word.tag in {"VB", "VBP"} or (word.tag == "VBZ" and ((is_named and does) or is_many))


def several_misread(words: tuple[Word, ...], found: dict[int, str]) -> dict[int, str]:
    """Several things that were read as a verb, and what they do that was read as a thing: plain words by their places.

    Args:
        words: Of a sentence.
        found: What was found to be misread before.
    """
    several = [
        w.i for w in words if _is_plural(words, w) or (found.get(w.i) == "dog" and w.tag[0] == "V" and ends_in_s(w))
    ]
    does = {i + 1: "go" for i in several if i + 1 < len(words) and _is_theirs(words, words[i + 1])}
    return dict.fromkeys(several, "dogs") | does
