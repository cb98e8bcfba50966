"""What each reference is for: start frame, style, place, somebody, something, and where it stands.

A role is read from the words around the reference: a label in front of a colon, the noun that the sentence gives it ("the
raincoat from @Image3"), the verb that governs it ("carries"), the preposition before it. Nouns become names of their
references ("the character"). Source: kling-o1 b.5, label conventions.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from shotwright.core.prompt import vocabulary as v
from shotwright.core.prompt.grammar import (
    ARTICLES,
    LINKS,
    PREPOSITIONS,
    PRONOUNS,
    is_adverb,
    phrase_after,
    phrase_before,
)
from shotwright.core.prompt.lexer import sentences, span_of, stems
from shotwright.core.prompt.look import action_after

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shotwright.core.plan import Role, Span
    from shotwright.core.prompt.lexer import Token
    from shotwright.core.prompt.phrases import Hit, PhraseTable

BEFORE = 6
AFTER = 8
GOVERNOR_REACH = 6
RELATIVE = frozenset({"which", "that", "you", "can", "come", "find", "see", "we", "appear", "know", "look", "like"})
MEDIA_WORDS = frozenset({"image", "picture", "photo", "reference", "photograph", "frame"})
INSIDE = frozenset(
    {"in", "at", "inside", "through", "across", "into", "within", "on", "around", "along", "over", "above"}
)
OWNED: frozenset[Role] = frozenset({"clothing", "prop", "effect"})
PLAIN_PLACES = frozenset({"center", "left", "right", "foreground", "background"})
DEPTH_PLACES = frozenset({"foreground", "background"})
_KINDS: tuple[tuple[str, PhraseTable[str]], ...] = (
    ("clothing", v.WEARABLES), ("style", v.STYLES_OF), ("storyboard", v.STORYBOARDS), ("sketch", v.SKETCHES), ("person", v.PEOPLE),
    ("person", v.ANIMALS), ("place", v.PLACES), ("effect", v.EFFECTS),
)  # fmt: skip


@dataclass(frozen=True)
class Referred:
    """What the words around a reference say of it."""

    ref: str  #: `@Image2`, `@Element1`.
    role: Role  #: What it is in the picture.
    placement: str | None = None  #: Where it stands, in the words' own terms.
    of: str | None = None  #: Whose it is: another reference.
    noun: str | None = None  #: What the words call it.
    action: str | None = None  #: What it does.
    heading: str | None = None  #: Where it goes.
    span: Span | None = None  #: The words that named it.


@dataclass
class Roles:
    """The roles found so far."""

    start_frame: str | None = None
    end_frame: str | None = None
    style_refs: list[str] = field(default_factory=list)
    background_ref: str | None = None
    subjects: dict[str, Referred] = field(default_factory=dict)
    nouns: dict[str, str] = field(default_factory=dict)
    reveals: dict[str, int] = field(default_factory=dict)
    mentioned: list[str] = field(default_factory=list)
    spans: dict[str, Span] = field(default_factory=dict)


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
    for sentence in sentences(tokens):
        _act(roles, sentence)
    return roles


def _act(roles: Roles, sentence: list[Token]) -> None:
    """What a later sentence says that somebody does, by reference or by noun: "The girl runs away from the camera"."""
    for at, token in enumerate(sentence):
        ref = token.lemma if token.kind == "ref" else roles.nouns.get(token.lemma, "")
        subject = roles.subjects.get(ref)
        if subject is None or subject.action:
            continue
        action, heading = action_after(sentence, _after_list(sentence, at))
        if action:
            roles.subjects[ref] = replace(subject, action=action, heading=heading)


def _after_list(sentence: list[Token], at: int) -> int:
    """Behind the last of those who do something together: "@Element1, @Element2 and @Element3 walk"."""
    last = at
    for i in range(at + 1, len(sentence)):
        if sentence[i].kind == "ref" and sentence[i].lemma.startswith("@Element"):
            last = i
        elif not (sentence[i].kind == "comma" or sentence[i].lemma in {"and", "&"}):
            break
    return last + 1


def kind_of(words: Sequence[Token]) -> str | None:
    """What a noun phrase names, by its last words: person, place, clothing, effect, style, thing."""
    if len(words) > 1 and v.STYLES_OF.at(words, len(words) - 1) and v.WEARABLES.find(words):
        return "clothing"  # "the clothing style"
    for length in (2, 1):
        tail = words[-length:]
        if len(tail) < length:
            continue
        for kind, table in _KINDS:
            hit = table.at(tail, 0)
            if hit and hit.end == length:
                return kind
    return "thing" if words else None


def _place(roles: Roles, sentence: list[Token], at: int, number: int, *, frames_only: bool) -> None:
    ref = sentence[at].lemma
    if ref not in roles.mentioned:
        roles.mentioned.append(ref)
        roles.spans[ref] = span_of([sentence[at]])
    if ref.startswith("@Video") or frames_only:
        return
    context = _Context(sentence, at)
    if ref.startswith("@Image") and _place_image(roles, context, ref):
        return
    role = context.role(has_people=any(s.role == "subject" for s in roles.subjects.values()))
    if context.noun and context.kind != "place":
        roles.nouns.setdefault(context.noun, ref)
    if ref not in roles.subjects:
        roles.subjects[ref] = _subject(context, ref, role, list(roles.subjects))
    if v.REVEALS.find(sentence, 0, at):
        roles.reveals.setdefault(ref, number)


def _place_image(roles: Roles, context: _Context, ref: str) -> bool:
    """Frame, style and place are roles that only images have; True when one of them was found."""
    if context.near(v.START_FRAME) or context.is_animated():
        roles.start_frame = roles.start_frame or ref
    elif context.near(v.END_FRAME):
        roles.end_frame = roles.end_frame or ref
    elif context.is_style():
        if ref not in roles.style_refs:
            roles.style_refs.append(ref)
    elif context.is_place(has_others=bool(roles.mentioned[1:])):
        roles.background_ref = roles.background_ref or ref
    else:
        return False
    return True


class _Context:
    """The words around one reference."""

    def __init__(self, sentence: list[Token], at: int) -> None:
        self.sentence, self.at = sentence, at
        self.low, self.high = _clause(sentence, at)
        self.label = self._label()
        self.phrase: list[Token] = []
        self.np_start = at
        self.phrase, self.np_start = self._phrase()
        self.kind = kind_of(self.phrase)
        self.noun = self.phrase[-1].lemma if self.phrase and self.kind != "style" else None

    def near(self, table: PhraseTable[str]) -> bool:
        """Whether a phrase stands close to the reference, inside its clause or as its label."""
        window = self.sentence[max(self.low, self.at - BEFORE) : min(self.high, self.at + AFTER)]
        others = any(
            t.kind == "ref" for t in (*self.sentence[self.low : self.at], *self.sentence[self.at + 1 : self.high])
        )
        if others and not self.label:
            window = self.sentence[max(self.low, self.at - 2) : self._next_ref()]
        return bool(table.find(window) or table.find(self.label))

    def is_animated(self) -> bool:
        """ "Animate @Image1", "bring @Image1 to life": the picture itself begins to move."""
        before = self.sentence[self.at - 1].lemma if self.at else ""
        after = [token.lemma for token in self.sentence[self.at + 1 : self.at + 3]]
        return before == "animate" or (before == "bring" and after == ["to", "life"])

    def _next_ref(self) -> int:
        later = (i for i in range(self.at + 1, self.high) if self.sentence[i].kind == "ref")
        return next(later, min(self.high, self.at + AFTER))

    def _label(self) -> list[Token]:
        """ "Wearing: @Image1": what stands before the colon."""
        colon = next((k for k in range(self.at - 1, max(0, self.at - 7), -1) if self.sentence[k].lemma == ":"), None)
        i = colon or 0
        if i < 1 or any(t.kind != "word" for t in self.sentence[i + 1 : self.at]):
            return []
        low = i
        while low > 0 and self.sentence[low - 1].kind == "word":
            low -= 1
        label = self.sentence[low:i]
        opens = low == 0 or self.sentence[low - 1].kind in {"comma", "stop"}
        is_label = any(
            (hit := table.find(label)) and hit[-1].end == len(label) for table in (v.LABELS, v.START_FRAME, v.END_FRAME)
        )
        return label if opens and len(label) <= 3 and is_label else []

    def _phrase(self) -> tuple[list[Token], int]:
        """The noun phrase that names the reference, and where it begins."""
        if self.sentence[self.at - 1].lemma == ":":
            return [], self.at
        low, high = self._linked()
        words = [t for t in self.sentence[low:high] if t.lemma not in ARTICLES]
        if words and (words[-1].lemma in v.CAMERA_NOUNS | v.UNSEEN or v.SIZES.find(words)):
            return [], self.at  # "a shot of @Element1"
        if words and (v.BODY_PARTS.at(words, len(words) - 1) or v.DIRECTIONS.at(words, len(words) - 1)):
            return [], self.at  # "the eyes of @Element1", "flies away from @Element1"
        if words and words[-1].lemma not in MEDIA_WORDS:
            return words, low
        return self._after() or ([], low)

    def _linked(self) -> tuple[int, int]:
        """Bounds of "the lamp" in "the lamp from @Image4", "the lamp shown in the image @Image4", "the lamp @Image4"."""
        i = self.at
        if i > 0 and self.sentence[i - 1].lemma in ARTICLES and not self.sentence[self.at].text.startswith(("@", "<")):
            i -= 1  # "in the reference image"
        on = frozenset({"on"}) if self.sentence[self.at].lemma.startswith("@Element") else frozenset()
        while (
            i > 0
            and self.sentence[i - 1].lemma not in on
            and (
                self.sentence[i - 1].lemma in LINKS | MEDIA_WORDS
                or (i < self.at and self.sentence[i - 1].lemma in ARTICLES | RELATIVE)
                or (
                    i < self.at and self.sentence[i].lemma in {"which", "that"} and self.sentence[i - 1].kind == "comma"
                )
            )
        ):
            i -= 1
        if i == self.at and self.at > 1 and self.sentence[self.at - 1].kind == "comma":
            i = self.at - 1
        low, high = phrase_before(self.sentence, i)
        if low < high and i < self.at and self._is_gerund(high - 1):
            return i, i  # "walking in @Image7"
        if self.sentence[i].kind == "comma" and v.PLACEMENT_WORDS & {t.lemma for t in self.sentence[low:high]}:
            return self.at, self.at  # "on the left, @Element2"
        has_article = low < high and self.sentence[low].lemma in ARTICLES
        directly = i == self.at or self.sentence[i].kind == "comma"
        if directly and not has_article and not self._is_title(low, high):
            return i, i
        verbs = [k for k in range(low, high) if self._is_verb(k)]
        return (max(verbs) + 1 if verbs else low), high

    def _is_gerund(self, k: int) -> bool:
        token = self.sentence[k]
        if k and self.sentence[k - 1].lemma in ARTICLES:
            return False  # "the ring", "the building"
        return token.text.lower().endswith("ing") and kind_of([token]) == "thing"

    def _is_title(self, low: int, high: int) -> bool:
        """ "Blacksmith @Element1": a name for somebody right before the reference."""
        return high - low == 1 and kind_of(self.sentence[low:high]) == "person"

    def _is_verb(self, k: int) -> bool:
        """Whether a word of the phrase is the verb before it: "holding umbrella"; "the trench coat" has none."""
        governs = any(table.at(self.sentence[k : k + 1], 0) for table in (v.WEAR, v.HOLD, v.EDIT_VERBS))
        inflected = self.sentence[k].text.lower().endswith(("s", "ing", "ed"))
        return governs and (inflected or k == 0 or self.sentence[k - 1].kind == "comma")

    def _after(self) -> tuple[list[Token], int] | None:
        """ "@Element1, the night watchman": an apposition; "<<<image_1>>>中的老人": the Chinese way."""
        i = self.at + 1
        if i + 1 < len(self.sentence) and self.sentence[i].kind == "comma" and self.sentence[i + 1].lemma in ARTICLES:
            low, high = phrase_after(self.sentence, i + 1)
            words = [t for t in self.sentence[low:high] if t.lemma not in ARTICLES]
            return (words, self.at) if kind_of(words) == "person" else None
        if i + 1 < len(self.sentence) and self.sentence[i].text == "s":
            low, high = phrase_after(self.sentence, i + 1)
            words = self.sentence[low:high]
            return (
                (words[:2], self.at)
                if kind_of(words[:2]) in {"place", "style"} or kind_of(words[:1]) in {"place", "style"}
                else None
            )
        if i + 1 < len(self.sentence) and self.sentence[i].lemma == "be":
            low, high = phrase_after(self.sentence, i + 1)
            words = [t for t in self.sentence[low:high] if t.lemma not in ARTICLES | MEDIA_WORDS]
            return (words, self.at) if kind_of(words) in {"style", "place"} else None
        if i < len(self.sentence) and self.sentence[i].lemma in {"中", "里", "的", "上"}:
            rest = [t for t in self.sentence[i : self.high] if t.lemma not in {"中", "的", "里", "上"}]
            for kind, table in _KINDS:
                found = table.find(rest[:10])
                if found and (kind != "place" or self._governor(v.PLACE_ZH)):
                    return rest[found[0].start : found[0].end], self.at
            if rest and self.sentence[i].lemma in {"中", "里"} and not self._governor(v.PLACE_ZH):
                return rest[:2], self.at
        return None

    def is_style(self) -> bool:
        """A style word as its label or noun, before it, or right after it ("@Image2's style", "@Image1 for the art style")."""
        if self.label:
            return v.LABELS.first(self.label) == "style"
        if self.kind == "clothing" or self._governor(v.WEAR):
            return False
        before = v.STYLE_WORDS.find(self.sentence, max(self.low, self.at - BEFORE), self.at)
        after = v.STYLE_WORDS.find(self.sentence, self.at + 1, min(self._next_ref(), self.at + AFTER))
        return bool(self.kind == "style" or before or after)

    def is_place(self, *, has_others: bool) -> bool:
        """ "walking in @Image7", "the scene shown in @Image1", "the gym of @Image1", "Background: @Image4"."""
        if self.label:
            return v.LABELS.first(self.label) == "background"
        if self.at and self.sentence[self.at - 1].lemma == "在":
            return True
        if (
            self.kind == "thing"
            and has_others
            and self.np_start
            and self.sentence[self.np_start - 1].lemma in {"at", "in", "inside", "through", "across", "along"}
        ):
            return True  # "having dinner at this table on @Image1"
        if self._is_inside_it():
            return True
        if self.kind is not None:
            return self.kind == "place"
        window = self.sentence[max(self.low, self.at - BEFORE) : self.at]
        if v.PLACE_WORDS.find(window):
            return True
        previous = window[-1].lemma if window else ""
        return previous in INSIDE and (has_others or len(window) > 1)

    def _is_inside_it(self) -> bool:
        """ "@Element1 and @Element2 stand in @Image1", "@Element1 sits by the window in @Image1": a picture that somebody is in."""
        if (
            not self.at
            or self.sentence[self.at - 1].lemma not in {"in", "inside"}
            or self.kind not in {None, "thing", "place"}
        ):
            return False
        has_somebody = any(t.kind == "ref" and t.lemma.startswith("@Element") for t in self.sentence[: self.at])
        return has_somebody and not (self._governor(v.HOLD) or self._governor(v.WEAR) or self._governor(v.EFFECT))

    def role(self, *, has_people: bool) -> Role:
        """The role of something or somebody in the picture."""
        if self.label:
            named = v.LABELS.first(self.label) or "subject"
            return "object" if named == "subject" and self.kind == "thing" else named  # type: ignore[return-value]
        if self.kind == "clothing" and not self._has_wearer(has_people=has_people):
            return "object"
        if self.kind in {"clothing", "effect", "storyboard", "sketch"}:
            return self.kind  # type: ignore[return-value]
        if self._governor(v.WEAR):
            return "clothing"
        if self._governor(v.EFFECT):
            return "effect"
        if self.kind == "person" or self._acts():
            return "subject"
        somebody = (
            has_people
            or bool(v.PEOPLE.find(self.sentence))
            or any(t.lemma in PRONOUNS for t in self.sentence[: self.at])
        )
        if self.kind == "thing" and not somebody:
            return "object"
        with_it = self.kind == "thing" and self.np_start > 0 and self.sentence[self.np_start - 1].lemma == "with"
        if with_it or self._governor(v.HOLD) or self._is_held_later() or (self.kind == "thing" and self._is_acted_on()):
            return "prop"
        if self.kind == "thing" or any(t.lemma in v.PRODUCTS for t in self.sentence[max(0, self.at - 4) : self.at]):
            return "object"
        return "subject"

    def _acts(self) -> bool:
        """ "The retriever from @Element1 chases": only the living do so."""
        after = [t for t in self.sentence[self.at + 1 : self.at + 4] if not is_adverb(t)]
        return bool(after) and v.LIVING.at(after, 0) is not None

    def _has_wearer(self, *, has_people: bool) -> bool:
        """Clothes that nobody could wear are things: "this sneaker @Image1 floats"."""
        low = next((i for i in range(self.low - 1, -1, -1) if self.sentence[i].kind == "stop"), 0)
        return has_people or self._governor(v.WEAR) or bool(v.PEOPLE.find(self.sentence, low, self.np_start))

    def _is_acted_on(self) -> bool:
        """ "Polishing the telescope from @Element2": the object of a verb that somebody does."""
        k = self.np_start - 1
        while k > self.low and is_adverb(self.sentence[k]):
            k -= 1
        if k <= self.low or self.np_start >= self.at:
            return False
        word = self.sentence[k]
        acts = (
            word.kind == "word"
            and word.text.lower().endswith(("ing", "s"))
            and not {word.lemma, *stems(word.text.lower())} & (PREPOSITIONS | v.SHOWING)
        )
        before = self.sentence[self.low : k]
        somebody = any(t.kind == "ref" or t.lemma in PRONOUNS for t in before) or bool(v.PEOPLE.find(before))
        return acts and somebody

    def _is_held_later(self) -> bool:
        """ "the envelope, @Element2, that he drops"."""
        after = self.sentence[self.at + 1 : self.at + 6]
        return (
            len(after) > 2
            and after[0].kind == "comma"
            and after[1].lemma in {"that", "which"}
            and after[2].lemma in PRONOUNS
        )

    def _governor(self, table: PhraseTable[str]) -> bool:
        """Whether the nearest verb of the clause before the noun phrase is one of the table's."""
        low = max(_clause(self.sentence, self.np_start)[0], self.np_start - (GOVERNOR_REACH if self.phrase else 2))
        refs = [i for i in range(low, self.np_start) if self.sentence[i].kind == "ref"]
        low = refs[-1] + 1 if refs else low
        window = [t for t in self.sentence[low : self.np_start] if not is_adverb(t)]
        return bool(table.find(window))


def _clause(sentence: list[Token], at: int) -> tuple[int, int]:
    """Bounds of the clause around `at`: to the commas on both sides."""
    low, high = at, at
    while low > 0 and sentence[low - 1].kind != "comma":
        low -= 1
    while high < len(sentence) and sentence[high].kind != "comma":
        high += 1
    return low, high


def _subject(context: _Context, ref: str, role: Role, earlier: list[str]) -> Referred:
    sentence, at = context.sentence, context.at
    owner = earlier[0] if earlier else None
    following = next((i for i in range(at + 1, len(sentence)) if sentence[i].kind == "ref"), len(sentence))
    is_owned = following < len(sentence) and following < context.high
    if not (at + 2 < len(sentence) and v.PLACEMENTS.at(sentence, at + 2)):  # "@Element1, on the left"
        following = min(following, context.high)
    placement = v.PLACEMENTS.find(sentence, at + 1, following + is_owned) or [
        hit for hit in v.PLACEMENTS.find(sentence, context.low, at) if hit.end < at or hit.value in PLAIN_PLACES
    ]  # "the camera goes behind @Element1" places the camera
    words = _placement_words(sentence, placement) if placement else None
    first = context.np_start if context.phrase and context.np_start < at else at
    noun = context.noun if context.noun not in PRONOUNS else None
    action, heading = action_after(sentence, at + 1)
    return Referred(
        ref,
        role,
        placement=words,
        of=owner if role in OWNED else None,
        noun=noun,
        action=action,
        heading=heading,
        span=span_of(sentence[first : at + 1]),
    )


def _placement_words(sentence: list[Token], hits: list[Hit[str]]) -> str:
    """The placement: one of the plain places when one is named, else as written: "inside the bag", "behind @Image1"."""
    plain = [hit.value for hit in hits if hit.value in PLAIN_PLACES]
    if plain:
        return " ".join(dict.fromkeys(plain[:2])) if set(plain[:2]) & DEPTH_PLACES else plain[0]
    start = hits[0].start
    words = [sentence[start].lemma]
    for token in sentence[start + 1 : start + 4]:
        if token.kind == "comma" or (token.kind == "word" and token.text.lower().endswith("ing")):
            break
        words.append(token.lemma if token.kind == "ref" else token.text.lower())
    if words[0] in {"nestle", "within"}:
        return " ".join(dict.fromkeys(["inside", *words[1:]]))
    return " ".join(words)
