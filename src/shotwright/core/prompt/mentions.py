"""Noun phrases of a sentence: what is named, how many, which, what can be seen of it, and whose picture it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from shotwright.core.plan import MANY
from shotwright.core.prompt import syntax
from shotwright.core.prompt import vocabulary as v
from shotwright.core.prompt.lexicon import Noun, motion_of, noun_of, singular

if TYPE_CHECKING:
    from shotwright.core.prompt.sentence import Sentence, Word

MODIFIERS = frozenset(
    {"amod", "compound", "nummod", "nmod", "poss", "quantmod", "det", "advmod", "npadvmod", "dep", "predet", "case"}
)
SEVERAL = 3
BEINGS = frozenset(
    {"robot", "android", "alien", "skeleton", "zombie", "ghost", "cyborg", "monster", "demon", "troll", "snowman"}
)
"""What is none of a trade, though it has one."""
PAPERS = frozenset(
    {
        "paper",
        "document",
        "bill",
        "money",
        "letter",
        "newspaper",
        "card",
        "photo",
        "photograph",
        "banknote",
        "magazine",
        "envelope",
        "file",
        "cash",
    }
)
"""What lies in one stack."""
PLAIN_QUANTITIES = frozenset(
    {
        "pair",
        "couple",
        "dozen",
        "hundred",
        "thousand",
        "million",
        "lot",
        "few",
        "several",
        "some",
        "many",
        "bunch",
        "handful",
        "piece",
        "set",
    }
)
DEFINITE = frozenset({"the", "this", "that", "these", "those", "his", "her", "their", "its", "both"})
NEW = frozenset({"another", "other", "second", "third"})
SOURCES = frozenset({"from", "of", "in", "as", "like"})
MEDIA = frozenset({"image", "picture", "photo", "photograph", "frame", "reference", "element"})
_UNKNOWN = Noun("other", 0.6, "")
_NAME = Noun("person", 1.7, "")


@dataclass
class Mention:
    """A noun phrase: its head, what it means, and the words it takes up."""

    head: Word
    noun: str
    what: Noun
    words: list[Word] = field(default_factory=list)
    count: int = 1
    attributes: list[str] = field(default_factory=list)
    colour: str | None = None
    is_definite: bool = False
    is_new: bool = False
    owner: Word | None = None
    is_counted: bool = False
    ref: str | None = None


def mentions_of(sentence: Sentence) -> dict[int, Mention]:
    """Every noun phrase by the place of its head; heads of quantities ("a row of") lead to what is counted."""
    found: dict[int, Mention] = {}
    for word in sentence.words:
        if (
            word.is_noun
            and not _is_inner(sentence, word)
            and not _is_said_of(sentence, word)
            and not _is_hue(sentence, word)
        ):
            found[word.i] = _mention(sentence, word)
    for i in list(found):
        counted = _counted(sentence, found, i)
        if counted is not None:
            _count_by(found[i], found[counted], sentence)
            found[i] = found[counted]
    _bind(sentence, found)
    for place, ref in sentence.pictures.items():
        bearer = _bearer(sentence, found, place, ref)
        if bearer is not None:
            bearer.ref, bearer.is_definite = ref, True
    return found


def _bearer(sentence: Sentence, found: dict[int, Mention], place: int, ref: str) -> Mention | None:
    """Whose picture stands in brackets behind a word: of an element the whole phrase's, "a woman in a raincoat (@Element1)"."""
    mention = next((m for m in found.values() if any(w.i == place for w in m.words)), None)
    for _ in range(4):
        if mention is None or not ref.startswith("@Element"):
            break
        prep = sentence.head(mention.head)
        outer = found.get(prep.head) if prep.dep == "prep" and prep.text in {"in", "with", "of"} else None
        if (
            outer is None
            or outer.what.kind not in {"person", "animal"}
            or mention.what.kind not in {"clothing", "body_part", "tool"}
        ):
            break
        mention = outer
    return mention


def _is_inner(sentence: Sentence, word: Word) -> bool:
    """Whether a noun only describes the noun behind it: "stone bridge", "the knight @Element1" is described by knight."""
    head = sentence.head(word)
    after = sentence.words[word.i + 1] if word.i + 1 < len(sentence.words) else word
    if (
        word.text not in syntax.FILM
        and after.is_noun
        and not after.is_ref
        and after is not word
        and noun_of(f"{word.text} {after.lemma}")
    ):
        return True
    if word.dep not in {"compound", "nmod", "amod"} or head.i <= word.i or not head.is_noun:
        return False
    return not any(other.text in {",", ";"} for other in sentence.words[word.i : head.i])


def _mention(sentence: Sentence, head: Word) -> Mention:
    if head.is_ref:
        titles = [
            w
            for w in sentence.children(head)
            if w.dep in {"compound", "nmod"} and w.is_noun and not w.is_ref and w.i < head.i
        ]
        what = noun_of(titles[-1].lemma) if titles else None
        return Mention(
            head, titles[-1].lemma if titles else "", what or _UNKNOWN, [*titles, head], ref=head.text, is_definite=True
        )
    left = _left(sentence, head)
    nouns = [w for w in left if w.dep in {"compound", "nmod", "amod"} and w.is_noun and not w.is_ref] or [
        w for w in left[-1:] if w.tag in {"JJ", "VBG", "VBN"} and w.text not in v.COLOURS
    ]  # "a double bass", "a hot dog"
    pair = f"{nouns[-1].text} {head.lemma}" if nouns else ""
    triple = f"{left[-2].text} {pair}" if len(left) > 1 and left[-1] in nouns else ""
    paired = noun_of(triple) or noun_of(pair)
    before = sentence.words[head.i - 1].text if head.i and sentence.words[head.i - 1].kind == "word" else ""
    before = "" if before in syntax.FILM or before in v.COLOURS else before  # "film noir", "a white wolf"
    if paired is None and (paired := noun_of(f"{before} {head.lemma}")) is not None:
        pair, nouns = f"{before} {head.lemma}", [sentence.words[head.i - 1]]  # "a polar bear", however they are hung
        left = left if nouns[0] in left else [*left, *nouns]
    pair = triple if noun_of(triple) else pair
    what = paired or noun_of(head.lemma)
    noun = pair if paired else head.lemma
    said = left
    if paired is None:
        noun, what, said = _headed(noun, what, left)
    if what is None and (closed := _closed(noun)) is not None:
        noun, what = closed, noun_of(closed)
    if what is None:
        what = _NAME if head.tag == "NNP" and head.dep == "nsubj" and not left else _UNKNOWN
    mention = Mention(head, noun, what, [*left, head])
    _describe(sentence, mention, said, nouns[-1] if paired else None)
    return mention


LAST_LETTERS, FIRST_LETTERS = 5, 3


def _closed(noun: str) -> str | None:
    """What a noun written as one word is that no table knows: a freediver is a diver, a snowcat a cat."""
    for cut in range(FIRST_LETTERS, len(noun) - LAST_LETTERS + 1):
        known = noun_of(noun[cut:])
        if known is not None and known.kind in {"person", "animal", "vehicle", "furniture", "clothing", "building"}:
            return noun[cut:]
    return None


OF_ANY_BEING = frozenset({"young", "male", "female", "adult", "juvenile", "junior", "senior", "domestic", "stray", "native", "mixed", "lead", "head", "persian", "siamese"})  # fmt: skip
"""Words for animals that say what somebody is: "a young chef", "a female detective"."""


def _headed(noun: str, what: Noun | None, left: list[Word]) -> tuple[str, Noun | None, list[Word]]:
    """What a phrase is really about, and what is said of it: "Captain Okoro" a captain, "a lemon slice" lemon, "a five year old" a child."""
    before = left[-1] if left else None
    if before is None or before.is_ref:
        return noun, what, left
    known = noun_of(before.lemma)
    if noun in {"old", "olds"} and any(word.text.startswith("year") for word in left):
        return "child", noun_of("child"), [w for w in left if w.tag != "CD" and not w.text.startswith("year")]
    if noun in syntax.GROUPS and before.is_noun and known is not None and known.kind == "animal":
        return before.lemma, known, left[:-1]  # "a penguin family"
    if what is None and known is not None and known.kind == "person":
        return before.lemma, known, left[:-1]
    is_animal = known is not None and known.kind == "animal" and before.is_noun and before.lemma not in OF_ANY_BEING
    is_being = is_animal or before.lemma in BEINGS
    has_trade = what is not None and what.kind == "person" and noun in syntax.AS_ANIMALS
    if is_being and has_trade and noun_of(f"{before.lemma} {noun}") is None:
        return before.lemma, known, left[:-1]  # "a fox detective", "a robot waiter"
    is_piece = (
        syntax.QUANTITIES.get(noun) == 1 and before.is_noun and known is not None and known.kind in {"food", "plant"}
    )
    return (before.lemma, known, left[:-1]) if is_piece else (noun, what, left)


def _left(sentence: Sentence, head: Word) -> list[Word]:
    """What stands before a noun and belongs to it, down to adverbs of adjectives; nothing across a comma."""
    taken = {head.i}
    found = []
    for word in reversed(sentence.words[: head.i]):
        if word.text in {",", ";"}:
            break
        if word.head in taken and (word.dep in MODIFIERS or word.tag in {"JJ", "CD", "VBG", "VBN"}):
            taken.add(word.i)
            found.append(word)
    return found[::-1]


SHADES = frozenset({
    "dark", "light", "pale", "bright", "deep", "soft", "hot", "neon", "dusty", "pastel", "royal", "navy", "baby", "sky", "forest", "lime", "blood", "olive", "electric", "vivid", "warm", "cool",
    "burnt", "midnight", "metallic", "rich", "faded", "muted", "rusty", "lemon", "mint", "emerald", "ruby", "snow", "jet", "coal", "ash", "steel", "shocking", "bottle", "canary", "cherry", "ice", "powder", "dull", "off", "mustard", "sea", "apple", "blue", "green", "red", "grey", "gray", "yellow", "brown", "black", "white", "purple", "pink", "orange", "silver", "gold",
})  # fmt: skip
"""What makes a colour another one: "dark red"; "long silver" is long, and silver."""


def _describe(sentence: Sentence, mention: Mention, left: list[Word], paired: Word | None) -> None:
    """Count, attributes, colour, owner from the words before the head."""
    head = mention.head
    number = None
    for word in left:
        if word.dep == "poss" and word.head == head.i and word.tag != "PRP$":
            mention.owner = word
        elif _is_inside(sentence, word, head):
            continue  # "a four-armed merchant" is one
        elif word.text in syntax.NUMBERS and word.tag in {"CD", "JJ", "DT", "NN", "NNS"}:
            number = syntax.NUMBERS[word.text]
        elif word.text.isdecimal() and word.text.isascii():
            number = min(max(int(word.text[:4]), 1), 999)
        elif word.text in v.COLOURS and word is not paired:
            mention.colour = " ".join([*(w.text for w in left if w.i == word.i - 1 and w.text in SHADES), word.text])
            mention.attributes.append(mention.colour)
        elif (
            word is not paired
            and _is_seen(word)
            and not (word.text in SHADES and any(o.text in v.COLOURS for o in left if o.i == word.i + 1))
        ):
            mention.attributes.append(word.text)
        mention.is_new |= word.text in NEW
        mention.is_definite |= word.text in DEFINITE
    mention.is_counted = number is not None
    is_one = singular(head.text) == head.text and any(w.text in {"a", "an"} for w in left)  # "a thermos"
    is_many = head.tag in {"NNS", "NNPS"} and not is_one
    usual = syntax.PAIRS.get(head.text, SEVERAL)
    mention.count = number or (usual if is_many else syntax.GROUPS.get(head.text, syntax.GROUPS.get(mention.noun, 1)))
    _described_after(sentence, mention)
    over = sentence.head(head)
    is_said = head.dep == "nsubj" and over.lemma == "be"  # "the other team is in white"
    beside = [*sentence.children(head), *(sentence.children(over) if is_said else ())]
    for prep in (w for w in beside if w.i > head.i and w.dep == "prep" and w.text == "in"):
        worn = next((w for w in sentence.children(prep) if w.text in v.COLOURS), None)
        if worn is not None:
            mention.colour = mention.colour or worn.text
            mention.attributes.append(f"in {worn.text}")
            mention.words += [prep, worn]


def _described_after(sentence: Sentence, mention: Mention) -> None:
    """ "A dragon, purple with thin wings, sits", "an owl, white and huge, ...": a colour between its noun and what follows."""
    after = sentence.words[mention.head.i + 1 : mention.head.i + 5]
    if len(after) < COLOURED_AFTER or after[0].text != "," or mention.colour:
        return
    said = after[1:]
    shades = said[:1] if said[0].text in SHADES and said[1].text in v.COLOURS else ()
    colour, *then = said[len(shades) :]
    if colour.text in v.COLOURS and then and then[0].text in {"with", "and", "as", ","}:
        mention.colour = " ".join(word.text for word in (*shades, colour))
        mention.attributes.append(mention.colour)
        mention.words += [*shades, colour]


COLOURED_AFTER = 3
"""Words at least behind a noun whose colour is said after it: a comma, the colour, what goes on."""


def _is_inside(sentence: Sentence, word: Word, head: Word) -> bool:
    """Whether a number counts inside an adjective."""
    after = sentence.words[word.i + 1] if word.i + 1 < len(sentence.words) else None
    if word.tag != "CD" or after is None or after.i == head.i:
        return False
    return after.text.endswith("ed") or (word.head != head.i and after.tag in {"JJ", "VBN", "VBD"})


THINGS_OF_COLOUR = frozenset({"food", "plant", "animal", "tool", "material", "clothing"})
"""What an orange, a rose, a copper can be besides colours."""


def _is_hue(sentence: Sentence, word: Word) -> bool:
    """ "A striker in green", "soft blurred green behind": colours are nothing that stands there."""
    prep = sentence.head(word)
    is_worn = word.dep == "pobj" and prep.text == "in"
    what = noun_of(word.text)
    return word.text in v.COLOURS and (is_worn or what is None or what.kind not in THINGS_OF_COLOUR)


def _is_said_of(sentence: Sentence, word: Word) -> bool:
    """ "They are friends" puts nobody new before the camera."""
    return word.dep == "attr" and any(
        other.dep == "nsubj" and other.text in {"they", "he", "she", "we", "i", "you"}
        for other in sentence.children(sentence.head(word))
    )


def _is_seen(word: Word) -> bool:
    is_adjective = word.tag in {"JJ", "JJR", "JJS", "VBN", "VBG", "NN", "NNP", "NNS"}
    return (
        is_adjective
        and len(word.text) > 1
        and word.text not in syntax.PLAIN_ADJECTIVES | syntax.NUMBERS.keys()
        and not word.is_ref
        and word.dep != "poss"
    )


def _counted(sentence: Sentence, found: dict[int, Mention], i: int) -> int | None:
    """Place of the noun that a quantity counts: "a row of lanterns"."""
    head = found[i].head
    if head.lemma not in syntax.QUANTITIES or head.is_ref:
        return None
    of = next((w for w in sentence.children(head) if w.dep == "prep" and w.text == "of"), None)
    inner = [w.i for w in sentence.children(of) if w.i in found] if of else []
    if inner and head.lemma in SHAPES and found[inner[0]].what.kind not in SHAPED:
        return None  # "the tower of a castle"
    return inner[0] if inner else None


SHAPES = frozenset({"tower", "pyramid", "heap", "ball", "well", "mound"})
SHAPED = frozenset({"tool", "food", "material", "clothing", "plant", "other"})
"""Things that are something else unless they are shapes of these: "a ball of dough", "a tower of blocks"."""


def _count_by(quantity: Mention, counted: Mention, sentence: Sentence) -> None:
    own = syntax.QUANTITIES[quantity.head.lemma]
    counted.count = (
        counted.count
        if counted.is_counted or counted.count not in {1, SEVERAL} or (own == 1 and quantity.head.tag != "NNS")
        else (own if quantity.head.tag != "NNS" else SEVERAL if own == 1 else MANY)
    )
    if counted.noun in PAPERS and own > 1 and quantity.head.tag != "NNS":
        counted.count = 1
    counted.words = [*quantity.words, *(w for w in sentence.children(quantity.head) if w.text == "of"), *counted.words]
    counted.is_definite = counted.is_definite or quantity.is_definite
    counted.attributes += [] if quantity.head.lemma in PLAIN_QUANTITIES else [quantity.head.lemma]


def _bind(sentence: Sentence, found: dict[int, Mention]) -> None:
    """Give nouns their pictures: "the hat from @Image2", "a woman, @Element1,", "@Element1, a little girl"."""
    for i, mention in list(found.items()):
        if not mention.head.is_ref:
            continue
        bearer = _source_of(sentence, found, mention.head) or _beside(sentence, found, mention.head)
        if bearer is not None and bearer.ref in {None, mention.ref} and bearer is not mention:
            bearer.ref = mention.ref
            bearer.words = [*bearer.words, mention.head]
            bearer.is_definite = True
            found[i] = bearer


def _source_of(sentence: Sentence, found: dict[int, Mention], ref: Word) -> Mention | None:
    """The noun in "the coat of @Image1", "the lamp shown in @Image2"; not "the hand of @Element1"."""
    prep = sentence.head(ref)
    if prep.dep != "prep" or prep.text not in SOURCES:
        return None
    head = sentence.head(prep)
    if head.tag in {"VBN", "VBD"} and head.dep in {"acl", "relcl"}:
        head = sentence.head(head)
    mention = found.get(head.i)
    if mention is None or mention.head.i > ref.i or mention.head.lemma in MEDIA:
        return None
    is_picture = ref.text.startswith("@Image")
    if prep.text == "in" and not is_picture:
        return None
    if prep.text == "of" and (
        mention.what.kind == "body_part" or (not is_picture and mention.what.kind in {"person", "animal"})
    ):
        return None
    is_where = mention.what.kind in {"place", "inside", "abstract"} or mention.noun in syntax.POSITIONS
    return None if is_where else mention


def _apposed(sentence: Sentence, found: dict[int, Mention], ref: Word) -> Word | None:
    """ "@Element1, a little girl in an apron, ...": the phrase between commas right behind, whatever it hangs on."""
    after = sentence.words[ref.i + 1 : ref.i + 3]
    if [w.text for w in after][:1] != [","] or [w.text for w in after][1:] not in (["a"], ["an"], ["the"]):
        return None
    return next((w for w in sentence.words[ref.i + 3 : ref.i + 7] if w.dep == "appos" and w.i in found), None)


def _beside(sentence: Sentence, found: dict[int, Mention], ref: Word) -> Mention | None:
    """An apposition, either way round."""
    head = sentence.head(ref)
    if ref.dep == "appos" and head.i in found and head.is_noun and not head.is_ref:
        return found[head.i]
    described = next((w for w in sentence.children(ref) if w.dep == "appos" and w.i in found and not w.is_ref), None)
    described = described or _apposed(sentence, found, ref)
    opens = described is not None and sentence.words[max(0, described.i - len(found[described.i].words))].i > ref.i
    if described is not None and opens and found[described.i].what.kind not in {"abstract", "place", "inside", "light"}:
        return found[described.i]
    return None


def game_of(mention: Mention) -> str | None:
    """What one plays and cannot touch: soccer, cards, video games; no instrument."""
    known = noun_of(mention.noun)
    if known is not None and "instrument" in known.near:
        return None
    whole = " ".join([*(w.text for w in mention.words[:-1] if w.tag != "DT"), mention.head.lemma])
    return next((name for name in (whole, mention.noun) if motion_of(f"play {name}")), None)
