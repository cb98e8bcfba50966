"""Words that a small parser hung in the wrong place, hung where they belong: "walks in carrying a tray", "rides a white wolf"."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import TYPE_CHECKING

from shotwright.core.prompt.lexicon import motion_of, noun_of
from shotwright.core.prompt.lists import FINITE
from shotwright.core.prompt.repair import MOVERS, OTHERS, WAYS, can_move
from shotwright.core.prompt.syntax import GOING, POSITIONS

if TYPE_CHECKING:
    from shotwright.core.prompt.repair import Words
    from shotwright.core.prompt.sentence import Word

TOPPLING = frozenset({"knock", "tip", "kick", "topple", "push", "turn"})


def _toppled(words: Words) -> Words:
    """ "Knocks over a glass": what it does is to the glass, and nobody is over it."""
    found = list(words)
    for verb, over in itertools.pairwise(words):
        if verb.lemma not in TOPPLING or over.text not in {"over", "down"} or over.dep != "prep" or over.head != verb.i:
            continue
        target = next((w for w in words if w.head == over.i and w.dep == "pobj"), None)
        if target is None or (noun := noun_of(target.lemma)) is None:
            continue
        if noun.kind in MOVERS or any(w.head == target.i and w.text == "of" for w in words):  # "a tower of blocks"
            found[over.i] = replace(over, dep="prt", tag="RP")
            found[target.i] = replace(target, dep="dobj", head=verb.i)
    return tuple(found)


def _led_down(words: Words) -> Words:
    """ "Glides down the aisle": along it, and downward nowhere."""
    found = list(words)
    for down in words:
        hung = words[down.head]
        verb = words[hung.head] if hung.is_noun and hung.dep == "dobj" else hung  # "rides a snail up a hill"
        if down.text not in {"down", "up"} or down.dep not in {"advmod", "prt"} or motion_of(verb.lemma) not in GOING:
            continue
        led = next(
            (w for w in words if w.head in {verb.i, hung.i} and w.i > down.i and w.dep in {"attr", "npadvmod", "dobj"}),
            None,
        )
        if (
            led is not None
            and led.lemma in LEVEL
            and led.i - down.i <= NEAR
            and words[down.i + 1].tag in {"DT", "PRP$"}
        ):
            found[down.i] = replace(down, dep="prep", tag="IN", head=verb.i)
            found[led.i] = replace(led, dep="pobj", head=down.i)
    return tuple(found)


LEVEL = frozenset({
    "aisle", "street", "road", "corridor", "hallway", "hall", "path", "runway", "alley", "lane", "avenue", "sidewalk", "catwalk", "carpet", "track", "trail", "river", "highway", "tunnel",
    "hill", "hillside", "slope", "mountain", "stairs", "staircase", "ramp", "driveway", "dune", "steps", "beach", "court", "field", "pitch", "passage", "platform", "pier", "boulevard", "canal",
})  # fmt: skip
"""What one goes along, and not down."""
NEAR = 5
"""Words within which a noun follows its preposition."""


def _entered(words: Words) -> Words:
    """ "Walks in carrying a tray": in, and meanwhile; nobody is in a carrying."""
    found = list(words)
    for particle, verb in itertools.pairwise(words):
        is_said_before = motion_of(verb.lemma) in GOING and any(  # "over fleeing knights"
            w.dep == "dobj" and w.head == verb.i and w.i == verb.i + 1 for w in words
        )
        is_meanwhile = verb.dep == "pcomp" and verb.tag == "VBG" and not is_said_before
        if is_meanwhile and verb.head == particle.i and particle.text in WAYS | {"in"}:
            found[particle.i] = replace(particle, dep="prt", tag="RP")
            found[verb.i] = replace(verb, dep="advcl", head=particle.head)
    return tuple(found)


def _split(words: Words) -> Words:
    """ "Slices open a watermelon": that is what is done to it, and no measure of time."""
    return tuple(
        replace(word, dep="dobj")
        if word.dep == "npadvmod"
        and words[word.head].tag in {"VBZ", "VBP", "VBD", "VBG", "VB"}
        and any(after.text in SPLIT for after in words[word.head + 1 : word.head + 2])
        and any(w.tag in {"DT", "PRP$", "CD"} and w.head == word.i for w in words)
        else word
        for word in words
    )


SPLIT = frozenset({"open", "apart", "shut"})
TOOLED = frozenset({"cut", "paint", "dig", "sweep", "stir", "write", "tinker", "knock", "shoot", "punch", "pound"})


def _wielded(words: Words) -> Words:
    """ "Cuts a melon with a knife": the knife is in the hand, and not on the melon."""
    found = list(words)
    for prep in words:
        thing = words[prep.head]
        verb = words[thing.head]
        inner = next((w for w in words if w.head == prep.i and w.dep == "pobj"), None)
        known = noun_of(inner.lemma) if inner is not None else None
        is_tool = known is not None and known.kind == "tool"
        if prep.text == "with" and thing.dep == "dobj" and is_tool and motion_of(verb.lemma) in TOOLED:
            found[prep.i] = replace(prep, head=verb.i)
    return tuple(found)


def _governed(words: Words) -> Words:
    """ "Floats above it holding a lamp", "flour on his arms sliding a tray": what stands behind a preposition does nothing."""
    found = list(words)
    for doing in words:
        who = next((w for w in words if w.dep == "nsubj" and w.head == doing.i and w.i < doing.i), None)
        if who is None or doing.tag != "VBG" or doing.dep not in {"pcomp", "advcl", "acl", "ccomp"}:
            continue
        low = min((w.i for w in words if w.head == who.i and w.i < who.i), default=who.i)
        prep = words[low - 1] if low else who
        taken = any(w.head == prep.i and w.dep == "pobj" for w in words)
        if prep.tag != "IN" or prep.text in {"with", "while", "as", "after", "before"} or taken:
            continue
        doer = next((w for w in reversed(words[: prep.i]) if w.is_noun and can_move(w) and _is_being(w)), None)
        over = doer or next((w for w in reversed(words[: prep.i]) if w.tag in FINITE), None)
        if over is None:
            continue
        found[who.i] = replace(who, dep="pobj", head=prep.i)
        found[doing.i] = replace(doing, dep="acl" if over.is_noun else "advcl", head=over.i)
    return tuple(found)


def _is_being(word: Word) -> bool:
    known = noun_of(word.lemma)
    return word.is_ref or (known is not None and known.kind in {"person", "animal", "vehicle"})


def _opens_a_clause(words: Words) -> Words:
    """ "Pours it into a flask and purple foam erupts": foam does, and nothing is poured into it."""
    found = list(words)
    for noun, verb in itertools.pairwise(words):
        joined = noun.is_noun and noun.dep == "conj" and verb.tag == "VBZ" and verb.dep == "conj"
        if not joined or any(w.dep == "nsubj" and w.head == verb.i for w in words):
            continue
        low = min((w.i for w in words if w.head == noun.i and w.i < noun.i), default=noun.i)
        if (
            low
            and words[low - 1].text == "and"
            and words[noun.head].dep in {"pobj", "dobj"}
            and noun.tag in {"NN", "NNP"}
        ):
            found[noun.i] = replace(noun, dep="nsubj", head=verb.i)
    return tuple(found)


def _goes_on(words: Words) -> Words:
    """ "Kneels under a sink and tightens a nut": whoever kneels does, and no sink."""
    found = list(words)
    for verb in words:
        hung = words[verb.head]
        if verb.tag not in FINITE or verb.dep != "conj" or not hung.is_noun or hung.dep not in {"pobj", "dobj"}:
            continue
        before = [w for w in words[: hung.i] if w.tag in FINITE]
        joined = any(w.text == "and" for w in words[hung.i : verb.i])
        if before and joined:
            found[verb.i] = replace(verb, head=before[-1].i)
    return tuple(found)


def attached(words: Words) -> Words:
    """Nouns that the parser hung in the wrong place: "rides a white wolf" is no time; what stands behind a comma is no object."""
    words = _goes_on(_opens_a_clause(_governed(_wielded(_split(_entered(_led_down(_toppled(words))))))))
    return tuple(
        replace(word, dep="dobj")
        if _is_really_object(words, word)
        else replace(word, dep="ROOT", head=word.i)
        if _is_apart(words, word)
        else replace(word, dep="nsubj")  # "and the other checks his watch"
        if (word.text in OTHERS or (word.is_noun and word.head == word.i + 1))  # "an archer shoots"
        and word.dep == "amod"
        and words[word.head].tag == "VBZ"
        else word
        for word in words
    )


def _is_really_object(words: Words, word: Word) -> bool:
    head = words[word.head]
    if (
        word.dep == "nsubj" and head.tag in FINITE and word.is_noun and word.i > head.i
    ):  # "a girl in blue climbs a rope"
        return any(w.dep == "nsubj" and w.head == head.i and w.i < head.i for w in words)
    is_time = word.lemma in POSITIONS or noun_of(word.lemma) is None or not can_move(word)
    if word.dep != "npadvmod" or head.tag[0] != "V" or head.i > word.i or is_time:
        return False
    between = words[head.i : word.i]
    return all(w.head == word.i or w.i == head.i or (w.dep == "prt" and w.head == head.i) for w in between)


def _is_apart(words: Words, word: Word) -> bool:
    """ "Swims under a whale, small fish around her": a verb takes nothing behind a comma once it has said where."""
    head = words[word.head]
    if word.dep != "dobj" or head.tag[0] != "V" or head.i > word.i:
        return False
    low = min((w.i for w in words if w.head == word.i and w.i < word.i), default=word.i)
    before = words[head.i : low]
    return len(before) > 2 and before[-1].text == "," and any(w.dep == "prep" and w.head == head.i for w in before)
