"""Sentences in which a scene is told: without headings, backdrops, seasons, what is in brackets and what is said to whom one asks."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from shotwright.core.prompt import syntax
from shotwright.core.prompt import vocabulary as v
from shotwright.core.prompt.grammar import ARTICLES, is_chinese
from shotwright.core.prompt.lexicon import noun_of
from shotwright.core.prompt.likening import measure, read_sizes
from shotwright.core.prompt.look import read_beings
from shotwright.core.prompt.parse import parse
from shotwright.core.prompt.scene import read_sentence
from shotwright.core.prompt.things import Scene

if TYPE_CHECKING:
    from shotwright.core.prompt.lexer import Token

HEADING_WORDS = 5
"""Words of a place in a screenplay's heading."""
CHATTER = frozenset({
    "lol", "lmao", "rofl", "haha", "hahaha", "omg", "pls", "plz", "please", "thx", "thanks", "btw", "xd", "imo", "tbh", "ok", "okay", "hehe", "yeah", "wow",
})  # fmt: skip
"""What people say to whom they ask."""


def read_scene(tokens: list[Token], film: set[int], *, has_source: bool = False) -> Scene:
    """Who and what is before the camera: sentence by sentence, without the words of the film.

    Args:
        tokens: The whole prompt.
        film: Places of the tokens that are about the film.
        has_source: Whether a video shows who is meant.
    """
    scene = Scene(has_source=has_source)
    if is_chinese(tokens):
        read_beings(scene, tokens)
        return scene
    pictures = _in_brackets(tokens)
    film = film | _headings(scene, tokens) | _backdrops(scene, tokens) | _seasons(scene, tokens)
    dropped = {i for at in pictures for i in range(at + 1, at + 4)}
    dropped |= {i for i, token in enumerate(tokens) if token.low in CHATTER} | _asking(tokens) | _in_pairs(tokens)
    dropped |= {i for i in range(1, len(tokens)) if (tokens[i - 1].low, tokens[i].low) in SAID_WHOLE}
    sizes = read_sizes(tokens)
    dropped |= {i + more for i, (count, _) in sizes.items() for more in range(count)}
    abreast = {i for i in dropped if tokens[i].low in ROWS and i + 1 in dropped and tokens[i + 1].low in {"by", "to"}}
    scene.taken |= dropped
    for number, places in enumerate(_sentences(tokens, film | dropped)):
        read_sentence(scene, parse([tokens[i] for i in places], places, pictures), number)
    for i in abreast:
        _set_abreast(scene, tokens[i].start)
    for i, (count, noun) in sizes.items():
        measure(scene, tokens[i].start, noun, is_before=count == len(noun.split()) + 1)
    return scene


def _set_abreast(scene: Scene, at: int) -> None:
    """ "Race side by side": said of the two, or the several, that were named last before it."""
    named = [t for t in scene.things if t.kind in {"person", "animal", "vehicle"} and t.span and t.span[0] < at]
    several = named[-1:] if named and named[-1].count > 1 else named[-2:]
    for one in several:
        one.attributes += [] if ABREAST in one.attributes else [ABREAST]


SAID_WHOLE = frozenset({("old", "school")})
"""Two words whose second is no place: "an old-school barbershop"."""


ABREAST = "abreast"
ROWS = frozenset({"side", "shoulder"})
"""What they have by one another's who are abreast."""


def _in_pairs(tokens: list[Token]) -> set[int]:
    """ "Hand in hand": how two are, and no hand of its own. Returns the places of its tokens."""
    lows = [token.low for token in tokens]
    return {
        at
        for i in range(len(lows) - 2)
        if lows[i] == lows[i + 2] and lows[i] in BOTH and lows[i + 1] in {"in", "to", "by"}
        for at in range(i, i + 3)
    }


BOTH = frozenset({"hand", "arm", "side", "shoulder", "face", "back", "cheek", "one", "step"})
"""What two have by or in one another's."""


def _headings(scene: Scene, tokens: list[Token]) -> set[int]:
    """ "EXT. PETROL STATION - NIGHT": a screenplay's heading names the place. Returns the places of its tokens."""
    found: set[int] = set()
    for i, token in enumerate(tokens[:-2]):
        if token.low not in {"int", "ext"} or not (token.text.isupper() or tokens[i + 1].text in {".", ":", "/"}):
            continue
        low = i + 1
        while low < len(tokens) and (tokens[low].kind != "word" or tokens[low].low in {"int", "ext"}):
            low += 1
        high = next((j for j in range(low, len(tokens)) if tokens[j].kind in {"stop", "comma", "number"}), len(tokens))
        hours = {at for hit in v.TIMES.find(tokens) for at in range(hit.start, hit.end)}
        name = [
            t.low
            for j, t in enumerate(tokens[low:high], low)
            if j not in hours and t.low not in ARTICLES | syntax.POSITIONS
        ]
        if 0 < len(name) <= HEADING_WORDS and not any(token.kind == "ref" for token in tokens[low:high]):
            known = next((at for at in range(len(name)) if noun_of(" ".join(name[at:]))), 0)
            scene.places.append(" ".join(name[known:]))
            scene.place_attributes += name[:known]  # "EXT. DESERT HIGHWAY"
            scene.is_inside |= token.low == "int"
            scene.place_span = scene.place_span or (tokens[low].start, tokens[high - 1].end)
            found |= set(range(i, high))
    scene.taken |= found
    return found


def _backdrops(scene: Scene, tokens: list[Token]) -> set[int]:
    """ "Against a bright orange background": a place of one colour, and no field. Returns the places of its tokens."""
    found: set[int] = set()
    for i, token in enumerate(tokens):
        low = i
        while low and (tokens[low - 1].low in v.COLOURS | PLAIN):
            low -= 1
        said = [t.low for t in tokens[low:i]]
        if token.low not in BACKDROPS or not said or set(said) & DARK or scene.places:
            continue
        scene.places.append("backdrop")
        scene.place_attributes += [" ".join(said)]
        scene.place_span = (tokens[low].start, token.end)
        first = low
        while first and tokens[first - 1].low in ARTICLES | BEFORE_IT:
            first -= 1
        found |= set(range(first, i + 1))
    scene.taken |= found
    return found


BEFORE_IT = frozenset({"against", "before", "in", "front", "of", "on", "over", "with", "to"})


def _asking(tokens: list[Token]) -> set[int]:
    """ "Hey, can you make a video of ...", "I want ...": what is said to whom one asks. Returns the places of its tokens."""
    found: set[int] = set()
    starts = [0, *(i + 1 for i, token in enumerate(tokens) if token.kind == "stop")]
    for start in starts:
        text, ends = "", []
        for token in tokens[start : start + ASKED_WORDS]:
            text += f"{token.low} "
            ends.append(len(text))
        match = HEADED.match(text) or FOLLOWING.match(text) or ASKING.match(text)
        if match is not None:
            found |= {start + i for i, end in enumerate(ends) if end <= match.end()}
    return found


HEADED = re.compile(
    r"(?:[\w'-]+ ){0,4}(?:ad|ads|video|clip|spot|commercial|trailer|teaser|reel|post|advert|promo|style|intro) (?:video |clip |spot )?(?:for (?:a|an|my|our|the|your) (?:[\w'-]+ ){1,3})?: "
)
"""A title before a colon: "15s ad for our running app: a man jogs"."""


ASKED_WORDS = 18
FOLLOWING = re.compile(
    r"based on @\S+ ,? ?(?:please )?(?:generate|create|make|film|show|shoot|give me) the (?:next|following) shot (?:[:,] |where |in which |with )"
)
"""What is said before what the next shot shows."""
_FILM = r"(?:(?:short|quick|\d+|second|seconds|sec|s|little|nice|cool|great|cinematic|realistic|new) )*(?:video|clip|shot|scene|animation|movie|film|reel|ad|footage|gif)s? (?:clip )?"
ASKING = re.compile(
    r"(?:(?:hi|hey|hello|ok|okay|so|please) [,!]? ?)*"
    r"(?:(?:can|could|would) (?:you|u) (?:please )?(?:make|create|generate|do|give|film|shoot|animate|draw|show) (?:me |us )?|(?:i|we) (?:want|need|would like|wanna|'d like|am looking for|are looking for) (?:to (?:see|make|have|create) )?|(?:make|create|generate|give|show) (?:me|us) |(?:make|create|generate) (?=(?:a|an|one|some) (?:[a-z]+ ){0,3}(?:video|clip|shot|scene|animation) (?:of|where|showing|with|about) ))"
    rf"(?:(?:a|an|one|some|this|the) {_FILM}(?:of|where|showing|with|about|in which|that shows|for) (?:(?:a|an|my|our|the) [a-z]+ (?:video|ad|clip|brand|shop|app|website|channel|store|campaign|company|presentation|pitch|business|course|startup|blog) )?)?(?:(?<=for )(?:a|an|my|our|the) (?:[a-z'-]+ ){1, 3}(?=[.:!] ))?"
)
"""What is said before what is to be seen."""


def _seasons(scene: Scene, tokens: list[Token]) -> set[int]:
    """ "A park in autumn", "late fall": what the whole place looks like. Returns the places of its tokens."""
    found: set[int] = set()
    for i, token in enumerate(tokens[1:], 1):
        if token.low in SEASONS and tokens[i - 1].low in {"in", "early", "late", "during", "this"}:
            scene.place_attributes.append(token.low)
            found |= {i - 1, i}
    scene.taken |= found
    return found


SEASONS = frozenset({"autumn", "fall", "winter", "spring"})
BACKDROPS, DARK = frozenset({"background", "backdrop"}), frozenset({"dark", "black"})
PLAIN = frozenset({"bright", "plain", "solid", "seamless", "pastel", "light", "deep", "pale", "vivid", "clean", "soft", "neutral", "gradient", "neon", "dark", "hot", "warm", "cool", "studio"})  # fmt: skip
"""Words of a background that is nothing but its colour; dark ones have a place of their own."""


def _in_brackets(tokens: list[Token]) -> dict[int, str]:
    """ "A woman in a raincoat (@Element1)": the picture in brackets, by the place of the word before them."""
    return {
        i - 2: tokens[i].lemma
        for i in range(2, len(tokens) - 1)
        if tokens[i].kind == "ref"
        and tokens[i - 1].text == "("
        and tokens[i + 1].text == ")"
        and tokens[i - 2].kind == "word"
    }


def _sentences(tokens: list[Token], film: set[int]) -> list[list[int]]:
    """Places of the tokens of each sentence that are left when the film is taken out; commas that then meet are one."""
    found: list[list[int]] = [[]]
    for i, token in enumerate(tokens):
        if token.kind == "stop":
            found.append([])
        elif i not in film and not (token.kind == "comma" and (not found[-1] or tokens[found[-1][-1]].kind == "comma")):
            found[-1].append(i)
    return [sentence for sentence in found if any(tokens[i].kind != "comma" for i in sentence)]
