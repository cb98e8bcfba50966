"""What a small parser takes for the wrong part of speech, and plain words in its place, with which it parses again.

"A submarine glides" as if there were glides; "leaves blow" as if somebody left; "a school bus stops" as if it bussed. The rules
look at clauses without a finite verb, at articles that do not fit, and at what the lexicon says a word can be.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from shotwright.core.prompt.lexicon import base_verb, is_verb, noun_of, singular
from shotwright.core.prompt.lists import FINITE, is_alone, is_no_noun, is_said, is_said_next, is_said_of
from shotwright.core.prompt.plurals import (
    ACTORS,
    NO_NOUNS,
    ends_in_s,
    is_bare,
    is_what_many_do,
    several_misread,
    word_after,
)
from shotwright.core.prompt.sentence import CLAUSE_ENDS
from shotwright.core.prompt.syntax import POSITIONS
from shotwright.core.prompt.vocabulary import COLOURS

if TYPE_CHECKING:
    from shotwright.core.prompt.sentence import Word

Words = tuple["Word", ...]
PAINTS = frozenset({"paints", "painting", "painted"})
JOINING = frozenset({"while", "and", "as", "when", "until", "then"})
NOT_MAIN = frozenset({"pobj", "compound", "amod", "nmod", "appos"})
STARTS_PHRASE = frozenset({"DT", "PRP$", "JJ", "CD"})
GOES_ON = frozenset({"IN", "TO", "RB", "RP", "DT", "PRP$", ",", "PRP"})
WAYS = frozenset(
    {
        "up",
        "down",
        "through",
        "across",
        "past",
        "over",
        "along",
        "into",
        "around",
        "toward",
        "towards",
        "out",
        "off",
        "away",
    }
)
MOVERS = frozenset(
    {"body_part", "person", "animal", "vehicle", "light", "nature", "plant", "tool", "food", "furniture", "clothing"}
)


def misread(words: Words) -> dict[int, str]:
    """Places of words that were misread, and the plainer words to put there."""
    found = {word.i: _doing(words, word) for word in words if _is_really_doing(words, word)}
    slow = [w for w in words if w.i and w.text in {"dance", "dances"} and words[w.i - 1].text == "slow"]
    found |= {w.i - 1: "slowly" for w in slow} | {w.i: "goes" for w in slow}
    found |= {w.i - 1: "slowly" for w in words if w.i and w.text == "dancing" and words[w.i - 1].text == "slow"}
    found |= {w.i - 2: "dog" for w in slow if w.i > 1 and _names_actor(words[w.i - 2])}
    found |= {word.i: "dog" for word in words if _is_really_noun(words, word) or _is_somebody(words, word)}
    found |= {
        i - 1: "dog" for i in found if i and found[i] in DOING and words[i - 1].tag == "JJ"
    }  # "in a tutu dancing"
    found |= several_misread(words, found)
    found |= {word.i: "away" for word in words if _is_side(words, word)}
    found |= {word.i: "big" for word in words if _is_really_said(words, word)}
    found |= {word.i: "comes" for word in words if _is_all_of_it(words, word) or is_alone(words, word)}
    found |= {word.i: "big" for word in words if is_no_noun(words, word)}
    found |= {
        word.i: _plain_verb(words, word, len(words))
        for word in words
        if is_said_next(words, word) or is_said_of(words, word)
    }
    found |= {w.i: "there" for w in words if w.text == "steady" and w.is_noun and w.i and words[w.i - 1].is_noun}
    opened = [word.i for word in words if _is_done_open(words, word)]
    found |= dict.fromkeys(opened, "cuts") | {i + 1: "quickly" for i in opened}
    found |= {w.i - 1: "quickly" for w in words if w.i and w.text in PAINTS and words[w.i - 1].text == "spray"}
    found |= {w.i: "greets" for w in words if w.i and w.text == "fives" and words[w.i - 1].text == "high"}
    found |= {i - 1: "gladly" for i in found if found[i] == "greets"}
    for deed in (word for word in words if is_what_many_do(words, word)):
        found |= {deed.i - 1: "dogs", deed.i: "hold", deed.i + 1: "cats"}
    for low, high in _clauses(words):
        clause = words[low:high]
        if any(found.get(word.i) == "hold" for word in clause):
            continue
        plural = next((word for word in clause if _is_really_plural(words, word)), None)
        if plural is not None:
            found[plural.i] = "people"
            continue
        if any(is_said(words, word) and word.i not in found and not _is_doubtful(words, word) for word in clause):
            first = clause[0]
            if first.tag == "NNS" and is_verb(first.text) and _goes_on(words, first) and not _names_actor(first):
                found[first.i] = _plain_verb(words, first, high)  # "jumps off and lands on a dog that wakes up"
            continue
        verbs = [word for word in clause if _may_be_verb(words, word, low)]
        verb = next((word for word in verbs if not _can_act(word)), verbs[0] if verbs else None)  # "a school bus stops"
        if verb is not None:
            found[verb.i] = _plain_verb(words, verb, high)
    return found


def _doing(words: Words, word: Word) -> str:
    """A plain word for what somebody is doing: to something, or on their way."""
    after = word_after(words, word)
    return "carrying" if after is not None and after.tag in {"NNS", "DT", "PRP$"} else "walking"


DOING = frozenset({"walking", "carrying"})
"""Plain words for what somebody is doing."""


def set_doing(words: Words, plain: dict[int, str]) -> Words:
    """What is done, also where the parser keeps it for a noun of two: "tractor spinning in mid air"."""
    found = list(words)
    for i in (i for i, text in plain.items() if text in DOING and i):
        doing, doer = found[i], found[i - 1]
        if not doer.is_noun or (not doing.is_noun and doing.dep not in {"amod", "compound"}):
            continue
        if doing.dep in {"amod", "compound"} and doing.head > i and doer.dep == "compound":
            thing = found[doing.head]  # "steam train crossing stone viaduct"
            head = doer.i if thing.head in {thing.i, i, doer.i} else thing.head
            found[i - 1] = replace(doer, dep="ROOT" if head == doer.i else thing.dep, head=head)
            found[i] = replace(doing, tag="VBG", dep="acl", head=doer.i, lemma=base_verb(doing.text))
            found[thing.i] = replace(thing, dep="dobj", head=i)
            continue
        if not doing.is_noun:
            continue
        head = doer.i if doing.head == i else doing.head
        found[i - 1] = replace(doer, dep=doing.dep, head=head)
        found[i] = replace(doing, tag="VBG", dep="acl", head=doer.i, lemma=base_verb(doing.text))
        for k, word in enumerate(found):
            if word.head == i and k < i - 1:  # what was said of both is said of who does it
                found[k] = replace(word, head=doer.i)
    return tuple(found)


def _plain_verb(words: Words, verb: Word, high: int) -> str:
    after = words[verb.i + 1] if verb.i + 1 < high else None
    takes = after is not None and (after.tag in STARTS_PHRASE or after.is_ref or after.is_noun)
    is_one = ends_in_s(verb)
    return ("holds" if is_one else "hold") if takes else ("comes" if is_one else "go")


def _clauses(words: Words) -> list[tuple[int, int]]:
    ends = [word.i for word in words if word.text in CLAUSE_ENDS or word.text in JOINING]
    starts = [0, *(end + 1 for end in ends)]
    return [(low, high) for low, high in zip(starts, [*ends, len(words)], strict=True) if high - low > 1]


def _opens(words: Words, word: Word) -> bool:
    return word.i == 0 or words[word.i - 1].text in CLAUSE_ENDS or words[word.i - 1].text in JOINING


def _is_really_doing(words: Words, word: Word) -> bool:
    """ "A runner sprinting up the stairs" read as a sprinting of runners."""
    before = words[word.i - 1] if word.i else None
    after = word_after(words, word)
    is_end = after is None or after.tag in {"IN", "TO", "RB", "RP", ",", "DT", "PRP$", "NNS"} or after.text in WAYS
    is_end |= before is not None and _is_headline(words, word, before)
    if (
        not word.is_noun
        or word.is_ref
        or not word.text.endswith("ing")
        or not is_verb(word.text)
        or before is None
        or not is_end
    ):
        return False
    known = noun_of(f"{before.text} {word.text}")
    is_of = before.dep in {"compound", "amod", "nmod"} or (before.dep == "nsubj" and before.head == word.i)
    takes_many = after is not None and after.tag == "NNS"
    meant = noun_of(word.text)
    is_doing = meant is None or meant.kind == "abstract" or takes_many
    is_where = is_doing and before.dep == "compound" and _is_placed(words, before)
    if _is_headline(words, word, before):
        return True
    worn = noun_of(before.text) if before.tag == "JJ" else None
    is_thing = before.is_noun or (worn is not None and worn.kind == "clothing")
    return is_thing and is_of and known is None and (can_move(before) or is_where)


def _is_headline(words: Words, word: Word, before: Word) -> bool:
    """ "Steam train crossing stone viaduct": without any article, somebody who can act, what they do, and a thing."""
    after = word_after(words, word)
    low = max((w.i for w in words[: word.i] if w.text in CLAUSE_ENDS), default=-1) + 1
    is_bare = not any(w.tag in {"DT", "PRP$"} for w in words[low : word.i])
    takes = after is not None and (after.is_noun or after.tag == "JJ") and not after.is_ref
    return is_bare and takes and _can_act(before) and word.text.endswith("ing") and is_verb(word.text)


def _is_somebody(words: Words, word: Word) -> bool:
    """ "A skier": no comparative; ", crowd cheering": nobody is crowded."""
    after = word_after(words, word)
    is_group = word.i and word.tag in FINITE and words[word.i - 1].text == "," and after is not None
    opens = is_group and after is not None and after.tag == "VBG" and not ends_in_s(word)
    known = noun_of(word.text)
    acts = word.tag == "JJ" and after is not None and after.tag == "VBZ" and after.lemma != "be"
    is_actor = acts and known is not None and known.kind in ACTORS  # "a black steam locomotive pulls in"
    shines = word.tag in FINITE and after is not None and after.tag == "VBG" and _glows(word)
    return is_actor or shines or ((word.tag == "JJR" or bool(opens)) and _names_actor(word))


def _glows(word: Word) -> bool:
    """ "Torches burning on the walls", "a flashlight beam sweeping": light and what gives it."""
    known = noun_of(singular(word.text))
    return known is not None and "light" in {known.kind, known.near}


def _is_placed(words: Words, place: Word) -> bool:
    """ "Kids on the sidewalk clapping": behind somebody, a preposition and an article."""
    low = max((w.i for w in words[: place.i] if w.text in CLAUSE_ENDS), default=-1) + 1
    first = place.i
    while first > low and (words[first - 1].is_noun or words[first - 1].tag == "JJ"):
        first -= 1
    before = words[low:first]
    return (
        len(before) > 2 and before[-1].tag == "DT" and before[-2].tag == "IN" and any(_can_act(w) for w in before[:-2])
    )


def _is_really_noun(words: Words, word: Word) -> bool:
    """A thing that was read as something else: "a school bus stops", "the ceiling lamps flicker", "a can drops"."""
    before = words[word.i - 1] if word.i else None
    if word.tag == "MD":
        return before is not None and before.tag == "DT"
    known = noun_of(singular(word.text))
    if known is not None and before is not None and _closes_a_phrase(words, word, before, known.kind):
        return True
    if known is not None and known.kind in ACTORS and _acts(words, word, before):
        return True
    is_pair = before is not None and noun_of(f"{before.text} {singular(word.text)}") is not None
    is_pair = is_pair and not (ends_in_s(word) and base_verb(word.text) != word.text)  # a bee flies, and is no bee fly
    if word.tag[0] in "VR" and (_is_worn(words, word) or is_pair) and word.tag not in {"VBG", "VBN", "RP"}:
        return True
    if word.tag in {"VB", "VBP"} and before is not None and _ends_a_name(words, word, before):
        return True
    is_one = before is not None and before.tag in {"NN", "NNP"} and known is not None and known.kind not in NO_THINGS
    if word.tag in {"VB", "VBP"} and is_one and _doesword_after(words, word):
        return True  # "neon sign flickers"
    is_thing = known is not None and known.kind not in NO_THINGS
    if not is_thing or word.text in NO_NOUNS:
        return False
    is_no_verb = not is_verb(word.text) and not word.text.endswith("ed")  # "out of a stone oven"
    return (word.tag in {*FINITE, "VBN"} and is_no_verb) or is_bare(words, word)


def _closes_a_phrase(words: Words, word: Word, before: Word, kind: str) -> bool:
    """ "A croissant on a plate", "looks at a key": a thing behind an article, with no noun behind it."""
    if before.tag != "DT" or kind in NO_THINGS or word.tag not in {"JJ", "RB", "FW", "UH"}:
        return False
    ahead = word_after(words, word)
    ends = ahead is None or ahead.tag in {"IN", *FINITE} or ahead.text in CLAUSE_ENDS
    return (ends or word.dep == "pobj") and word.text not in COLOURS | POSITIONS | PLAIN_ADVERBS | OTHERS


def _acts(words: Words, word: Word, before: Word | None) -> bool:
    """Somebody who can act, taken for what is said of somebody: "a steam locomotive bursts out", "the alien moves"."""
    after = word_after(words, word)
    is_after_article = before is not None and before.tag == "DT"
    if word.tag == "JJ" and word.text not in COLOURS:
        is_doing = after is None or after.text == "," or (after.text.endswith("ing") and is_verb(after.text))
        is_named = before is not None and before.tag in {"DT", "JJ", "NN"}
        is_subject = word.dep == "amod" and words[word.head].tag in FINITE and is_after_article
        return word.dep in {"nsubj", "dobj"} or (is_doing and is_named) or is_subject
    if word.tag == "VBG":
        return is_after_article  # "a viking looks"
    if word.tag == "RB":  # "golden retriever running"
        return word.text not in PLAIN_ADVERBS and after is not None and after.tag[0] == "V"
    return word.tag in FINITE and _doesword_after(words, word)  # "a double-decker bus drives over"


def _doesword_after(words: Words, word: Word) -> bool:
    """Whether what was read as a plural behind it is what it does."""
    after = word_after(words, word)
    return after is not None and after.tag == "NNS" and is_verb(after.text)


def _ends_a_name(words: Words, word: Word, before: Word) -> bool:
    """ "A glass perfume bottle on a table": one thing that cannot act does nothing, and certainly not without an s."""
    low = before.i
    while low and (words[low - 1].is_noun or words[low - 1].tag == "JJ"):
        low -= 1
    opens = low == 0 or words[low - 1].text in CLAUSE_ENDS  # "Perfume bottle on marble"
    is_one = before.tag in {"NN", "JJ"} and (opens or words[low - 1].text in {"a", "an", "the"})
    known, after = noun_of(word.text), word_after(words, word)
    is_end = after is None or after.tag in {"IN", ",", "VBN", "VBG"} or after.text in CLAUSE_ENDS
    named = noun_of(before.text)
    is_worn = named is not None and named.kind == "clothing"  # "a groom in a grey suit kiss": they kiss
    return is_one and is_end and known is not None and known.kind != "abstract" and not _can_act(before) and not is_worn


PLAIN_ADVERBS = frozenset(
    {"straight", "right", "left", "back", "home", "still", "fast", "together", "alone", "here", "there"}
)
NO_THINGS = frozenset({"abstract", "place", "light", "material"})
OTHERS = frozenset({"other", "others", "another"})


def _is_really_plural(words: Words, word: Word) -> bool:
    """ "Leaves blow" read as somebody who leaves: a verb in front of a verb that has no subject of its own."""
    after = word_after(words, word)
    is_before_verb = after is not None and after.tag in {"VBP", "VB"} and after.head in {word.i, after.i}
    before = words[word.i - 1] if word.i else None
    is_counted = before is not None and before.tag == "CD" and before.text != "one" and before.dep == "nsubj"
    known = noun_of(singular(word.text)) if is_counted else None
    if known is not None and known.kind != "abstract":
        return word.tag == "VBZ"  # "two dogs in a park"
    return _opens(words, word) and word.tag == "VBZ" and is_before_verb


def _is_doubtful(words: Words, word: Word) -> bool:
    """A verb in a noun's place, or one that opens its clause and could be a noun in the plural: "sparks fly"."""
    if word.dep in NOT_MAIN:
        return True
    after = word_after(words, word)
    if word.tag == "VBD" and word.text.endswith("haired"):
        return True  # "curly haired toddler"
    follows = after is not None and (is_verb(after.text) or after.tag == "IN")
    return _opens(words, word) and word.tag == "VBZ" and follows and not (word.i and words[word.i - 1].text == "and")


def _is_really_said(words: Words, word: Word) -> bool:
    """ ", melted cheddar dripping down": what a thing is like, and nothing that is done to it."""
    before, after = (words[word.i - 1] if word.i else None), word_after(words, word)
    if word.tag not in {"VBD", "VBN"} or not word.text.endswith("ed") or after is None or not after.is_noun:
        return False
    opens = before is None or before.text == ","
    ahead = word_after(words, after)
    noun = noun_of(after.lemma)
    return opens and noun is not None and ahead is not None and (ahead.tag in {"VBG", "IN"} or ahead.text == ",")


def _is_all_of_it(words: Words, word: Word) -> bool:
    """ "... past a defender and dunks, the crowd cheering": a deed of one word, where no such thing is known."""
    before, after = (words[word.i - 1] if word.i else None), word_after(words, word)
    is_alone = before is not None and before.text == "and" and (after is None or after.text in CLAUSE_ENDS)
    if not is_alone or word.tag != "NNS" or not is_verb(word.text):
        return False
    known = noun_of(singular(word.text))
    return known is None or _is_done_there(words, word, known.kind)


def _is_done_open(words: Words, word: Word) -> bool:
    """ "A vendor slices open a watermelon": behind somebody, before how it ends and what it is done to."""
    before, after = (words[word.i - 1] if word.i else None), word_after(words, word)
    if before is None or after is None or word.tag != "NNS" or after.text not in SPLIT or not is_verb(word.text):
        return False
    ahead = word_after(words, after)
    return _names_actor(before) and before.tag == "NN" and ahead is not None and ahead.tag in {"DT", "PRP$", "CD", "JJ"}


SPLIT = frozenset({"open", "up", "apart", "down", "off"})


def _is_done_there(words: Words, word: Word, kind: str) -> bool:
    """ "Walks to a tree and dances": behind one place that somebody goes to, many of a kind are rather what is done there."""
    place = words[word.head]
    is_one = place.tag in {"NN", "NNP"} and any(w.tag == "DT" and w.head == place.i for w in words)
    acted = any(w.tag == "VBZ" for w in words[: word.i]) and any(
        _can_act(w) or w.tag == "PRP" for w in words[: place.i]
    )
    says = kind in {"abstract", "food"} or (word.text == "waves" and not {w.lemma for w in words} & WET)
    return is_one and place.dep == "pobj" and acted and says


WET = frozenset({"sea", "ocean", "water", "beach", "shore", "boat", "ship", "surf", "surfer", "storm", "rock", "cliff", "pier", "lighthouse", "surfboard", "wind"})  # fmt: skip


def _is_side(words: Words, word: Word) -> bool:
    """ "The boat tilts left": nobody leaves."""
    before = words[word.i - 1] if word.i else None
    if word.text != "left" or word.tag[0] != "V" or before is None:
        return False
    return before.text.endswith("s") and is_verb(before.text) and not _names_actor(before)


def _may_be_verb(words: Words, word: Word, low: int) -> bool:
    """A word with a motion behind a noun, before a preposition, an article, a name or the end."""
    is_finite = word.tag[0] == "V" and not _is_doubtful(words, word)
    if word.is_ref or is_finite or not is_verb(word.text) or word.text.endswith("ing"):
        return False
    if word.i == low:
        is_somebody = _names_actor(word) and words[word.i - 1].text != "and"
        return _goes_on(words, word) and not is_somebody
    if (_ends_compound(words, word) and not _clashes(words, word)) or _is_worn(words, word):
        return False  # "three hot air balloons", "in a lace dress"
    if _is_with_participle(words, word):
        return False
    if not ends_in_s(word) and _ends_a_name(words, word, words[word.i - 1]):
        return False
    before, known = words[word.i - 1], noun_of(singular(word.text))
    if _is_modified(word, before) or (before.tag == "CD" and before.text != "one" and ends_in_s(word)):
        return False  # "two dogs in a park"
    if word.tag == "NN" and before.dep == "compound" and known is not None and known.kind in {"place", "inside"}:
        return False  # "in a bamboo forest"
    named = (
        before.is_noun
        or before.tag in {"PRP", "RB", "CD"}
        or before.text in OTHERS
        or (before.tag in {"JJ", "JJR"} and noun_of(before.text) is not None)
    )
    dressed = before.text in COLOURS and word.i > 1 and words[word.i - 2].text == "in"  # "a defender in green dives"
    if not dressed and (not named or before.text in COLOURS):
        return False
    after = word_after(words, word)
    is_root = word.dep == "ROOT" and before.is_noun and (known is None or known.kind == "abstract")
    does = is_root and any(
        w.head == word.i and w.dep == "nsubj" for w in words
    )  # "a bride and a farmer play tug of war"
    if after is not None and after.is_noun and not after.is_ref and not before.is_ref and not ends_in_s(word):
        return does
    earlier = words[low : word.i]
    if ends_in_s(word) and _is_worn(words, before) and before.tag == "NNS":
        return True  # "the one in blue shorts ducks"
    if ends_in_s(word):
        return before.is_ref or before.tag not in {"NNS", "NNPS"} or any(w.tag == "NN" for w in earlier)
    return (
        before.is_ref
        or any(w.tag in {"NNS", "NNPS"} for w in earlier)
        or (before.tag in {"NN", "CD"} and can_move(before))
    )


def _is_with_participle(words: Words, word: Word) -> bool:
    """ "Neon signs reflecting in puddles", "autumn trees, smoke": things in the plural, and nobody's deed."""
    known, after = noun_of(singular(word.text)), word_after(words, word)
    is_last = after is None or after.text in CLAUSE_ENDS
    before = words[word.i - 1]
    if is_last and known is not None and known.kind == "light" and before.is_noun and not _can_act(before):
        return True  # "stadium floodlights"
    if word.tag != "NNS" or known is None or known.kind in NO_THINGS or _can_act(words[word.i - 1]):
        return False
    is_bare = word.i < 2 or words[word.i - 2].tag not in {"DT", "PRP$", "JJ", "NN"}
    return after is not None and (after.tag == "VBG" or (after.text == "," and is_bare))


def _is_modified(word: Word, before: Word) -> bool:
    """ "Flickering light", "three kids": a noun that something is said of."""
    is_said = before.text.endswith("ing") and is_verb(before.text) and not ends_in_s(word)
    return is_said or (before.tag == "CD" and _names_actor(word))


def _is_worn(words: Words, word: Word) -> bool:
    known = noun_of(singular(word.text))
    is_clothing = known is not None and known.kind == "clothing"
    return is_clothing and any(w.text in {"in", "wearing"} for w in words[max(0, word.i - 5) : word.i])


def _clashes(words: Words, word: Word) -> bool:
    """ "A school bus stops": one thing, and no plural."""
    low = word.i
    while low and (words[low - 1].is_noun or words[low - 1].tag in {"JJ", "VBN"}):
        low -= 1
    return low < word.i and low > 0 and words[low - 1].text in {"a", "an", "one"} and ends_in_s(word)


def _ends_compound(words: Words, word: Word) -> bool:
    before = [w.text for w in words[max(0, word.i - 2) : word.i]]
    return any(noun_of(" ".join([*before[i:], singular(word.text)])) is not None for i in range(len(before)))


def _goes_on(words: Words, word: Word) -> bool:
    """ "... and waves to the driver": behind "and", where somebody did something before; "A detective, top hat, crouches over"."""
    after = word_after(words, word)
    is_first = not any(w.tag in FINITE for w in words) and any(_can_act(w) for w in words[: word.i])
    if word.i and words[word.i - 1].text == "," and word.tag == "NNS" and is_first:
        return after is not None and after.tag in {"IN", "RB", "DT", "PRP$"}
    many = any(w.tag == "NNS" and _can_act(w) for w in words[: word.i]) and not any(w.tag in FINITE for w in words)
    known = noun_of(word.text)
    is_led = after is not None and after.tag in {"IN", "RB"} and words[word.i - 1].text == "," and is_verb(word.text)
    is_led &= any(w.tag == "NNS" and can_move(w) for w in words[: word.i]) and not any(w.tag in FINITE for w in words)
    is_theirs = many and (known is None or known.kind == "abstract")
    if word.i and words[word.i - 1].text == "," and (is_theirs or is_led):
        return not ends_in_s(word)  # "two horses, one white and one brown, gallop side by side"
    acted = any(w.tag == "VBZ" for w in words[: word.i])
    goes_on = after is not None and (after.tag in GOES_ON or after.text in {"left", "right"})
    return word.i > 0 and words[word.i - 1].text == "and" and word.tag == "NNS" and acted and goes_on


def _names_actor(word: Word) -> bool:
    """ "Kids on the sidewalk": people before they are a verb."""
    known = noun_of(singular(word.text))
    return known is not None and known.kind == "person"


def _can_act(word: Word) -> bool:
    noun = noun_of(word.lemma) if word.is_noun else None
    return word.is_ref or (noun is not None and noun.kind in ACTORS)


def can_move(word: Word) -> bool:
    """Whether a word names something that may be somewhere else later; of unknown nouns nobody knows."""
    noun = noun_of(word.lemma)
    return noun is None or noun.kind in MOVERS
