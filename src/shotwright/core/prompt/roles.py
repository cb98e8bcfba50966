"""What each reference is for: start frame, style, place, somebody, something, and where it stands.

A role is read from the words around the reference inside its sentence; nouns in front of "from @Element1" become names
of that reference ("the character"). Source: kling-o1 b.5, label conventions.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from shotwright.core.plan import Subject
from shotwright.core.prompt import vocabulary as v
from shotwright.core.prompt.lexer import sentences

if TYPE_CHECKING:
    from shotwright.core.plan import Role
    from shotwright.core.prompt.lexer import Token
    from shotwright.core.prompt.phrases import Hit

BEFORE = 6
AFTER = 8
JOINERS = frozenset({"from", "in", "of", "shown", "is", "as", "by"})


@dataclass
class Roles:
    """The roles found so far."""

    start_frame: str | None = None
    end_frame: str | None = None
    style_refs: list[str] = field(default_factory=list)
    background_ref: str | None = None
    subjects: dict[str, Subject] = field(default_factory=dict)
    nouns: dict[str, str] = field(default_factory=dict)
    reveals: dict[str, int] = field(default_factory=dict)
    mentioned: list[str] = field(default_factory=list)


def parse_roles(tokens: list[Token], *, frames_only: bool) -> Roles:
    """Roles of all references of a prompt.

    Args:
        tokens: The whole prompt.
        frames_only: In image-to-video, @Image1 and @Image2 are the first and the last frame whatever the words say.
    """
    roles = Roles()
    for number, sentence in enumerate(sentences(tokens)):
        for at, token in enumerate(sentence):
            if token.kind == "ref":
                _place(roles, sentence, at, number, frames_only=frames_only)
    return roles


def _place(roles: Roles, sentence: list[Token], at: int, number: int, *, frames_only: bool) -> None:
    ref = sentence[at].lemma
    if ref not in roles.mentioned:
        roles.mentioned.append(ref)
    if ref.startswith("@Video"):
        if v.STYLE_WORDS.first(sentence, max(0, at - BEFORE), at) and ref not in roles.style_refs:
            roles.style_refs.append(ref)
        return
    if frames_only:
        return
    noun = _noun_of(sentence, at)
    if ref.startswith("@Image") and _place_image(roles, sentence, at, ref, noun):
        return
    if noun and noun not in v.BACKGROUND_NOUNS:
        roles.nouns.setdefault(noun, ref)
    if ref not in roles.subjects:
        roles.subjects[ref] = _subject(sentence, at, ref, noun, list(roles.subjects))
    if v.REVEALS.find(sentence, 0, at):
        roles.reveals.setdefault(ref, number)


def _place_image(roles: Roles, sentence: list[Token], at: int, ref: str, noun: str | None) -> bool:
    """Frame, style and place are roles that only images have; True when one of them was found."""
    low, high = _clause(sentence, at)
    if v.START_FRAME.find(sentence, max(low, at - BEFORE), min(high, at + AFTER)):
        roles.start_frame = roles.start_frame or ref
    elif v.END_FRAME.find(sentence, max(low, at - BEFORE), min(high, at + AFTER)):
        roles.end_frame = roles.end_frame or ref
    elif _is_style(sentence, low, at, high):
        if ref not in roles.style_refs:
            roles.style_refs.append(ref)
    elif _is_place(sentence, low, at, noun):
        roles.background_ref = roles.background_ref or ref
    else:
        return False
    return True


def _clause(sentence: list[Token], at: int) -> tuple[int, int]:
    """Bounds of the clause around `at`: to the commas on both sides."""
    low, high = at, at
    while low > 0 and sentence[low - 1].kind != "comma":
        low -= 1
    while high < len(sentence) and sentence[high].kind != "comma":
        high += 1
    return low, high


def _is_style(sentence: list[Token], low: int, at: int, high: int) -> bool:
    """A style word right before the reference, or right after it ("@Image2's style")."""
    before = v.STYLE_WORDS.find(sentence, max(low, at - BEFORE), at)
    after = v.STYLE_WORDS.find(sentence, at + 1, min(high, at + 4))
    worn = v.WEAR.find(sentence, max(low, at - BEFORE), at)
    return bool(before or after) and not worn


def _is_place(sentence: list[Token], low: int, at: int, noun: str | None) -> bool:
    """ "walking in @Image7", "the scene shown in @Image1", "landscape into @Image1", "at this table on @Image1"."""
    if noun in v.BACKGROUND_NOUNS:
        return True
    window = sentence[max(low, at - BEFORE) : at]
    if v.PLACE_WORDS.find(window):
        return True
    previous = window[-1].lemma if window else ""
    verb = window[-2] if len(window) > 1 else None
    acts = verb is not None and verb.text.lower().endswith("ing") and verb.lemma not in {"wear", "hold", "use"}
    inside = previous in {"in", "at", "inside", "through", "into"}
    return inside and (acts or any(token.kind == "ref" for token in window))


def _noun_of(sentence: list[Token], at: int) -> str | None:
    """The noun that the sentence gives a reference: "the glowing stone from @Element2" → stone."""
    index = at - 1
    joined = False
    while index >= 0 and sentence[index].lemma in JOINERS | {"the"}:
        joined = True
        index -= 1
    if not joined or index < 0 or sentence[index].kind != "word":
        return None
    word = sentence[index].lemma
    return None if word in v.STOP_NOUNS or sentence[index].text.lower().endswith("ing") else word


def _subject(sentence: list[Token], at: int, ref: str, noun: str | None, earlier: list[str]) -> Subject:
    low, high = _clause(sentence, at)
    role: Role = "subject"
    owner = earlier[0] if earlier else None
    before = sentence[max(low, at - 3) : at]
    if v.WEAR.find(before):
        role = "clothing"
    elif v.HOLD.find(before):
        role = "prop"
    elif v.EFFECT.find(before):
        role = "effect"
    elif earlier and noun and v.STAND_INS.first(_nouns(sentence, noun)) in {"object", None}:
        role = "object"
    following = next((i for i in range(at + 1, len(sentence)) if sentence[i].kind == "ref"), len(sentence))
    is_owned = following < len(sentence) and following < high
    placement = v.PLACEMENTS.find(sentence, at + 1, following + is_owned) or v.PLACEMENTS.find(sentence, low, at)
    words = _placement_words(sentence, placement) if placement else None
    return Subject(ref, role, placement=words, of=owner if role in {"clothing", "prop", "effect"} else None, noun=noun)


def _nouns(sentence: list[Token], noun: str) -> list[Token]:
    return [token for token in sentence if token.lemma == noun]


PLAIN_PLACES = frozenset({"center", "left", "right", "foreground", "background"})


def _placement_words(sentence: list[Token], hits: list[Hit[str]]) -> str:
    """The placement: one of the plain places when one is named, else as written: "inside the bag", "behind @Image1"."""
    plain = next((hit.value for hit in hits if hit.value in PLAIN_PLACES), None)
    if plain:
        return plain
    start = hits[0].start
    words = [sentence[start].lemma]
    for token in sentence[start + 1 : start + 4]:
        if token.kind == "comma" or (token.kind == "word" and token.text.lower().endswith("ing")):
            break
        words.append(token.lemma if token.kind == "ref" else token.text.lower())
    if words[0] in {"nestle", "within"}:
        return " ".join(dict.fromkeys(["inside", *words[1:]]))
    return " ".join(words)
