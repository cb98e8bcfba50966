"""Edit operations and continuations: what a prompt asks to change in a video, and what it asks to keep.

Clause by clause: the verb chooses a reading, the object decides the operation ("the sky", "the hoodie", "the weather").
Clauses that preserve or negate never become operations. Source: kling-o1 b.5.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from shotwright.core.plan import Edit
from shotwright.core.prompt import vocabulary as v
from shotwright.core.prompt.lexer import sentences

if TYPE_CHECKING:
    from shotwright.core.plan import Continuation, EditOp
    from shotwright.core.prompt.lexer import Token


CLAUSE_LEAD = 2
"""Words that may stand between "while" and the verb of a new clause: "while she keeps"."""


@dataclass
class ParsedEdits:
    """What to change and what to keep."""

    edits: list[Edit] = field(default_factory=list)
    preserve: list[str] = field(default_factory=list)
    negated: list[str] = field(default_factory=list)


def parse_edits(tokens: list[Token]) -> ParsedEdits:
    """Operations, preserve clauses and negations of an edit prompt."""
    found = ParsedEdits()
    for sentence in sentences(tokens):
        for clause in _clauses(sentence):
            _read(clause, found)
    return found


def parse_continuation(tokens: list[Token]) -> Continuation | None:
    """How a new shot follows from the reference video, if the prompt says so."""
    named = v.CONTINUATIONS.first(tokens)
    if named is None and v.CAMERA_ANGLE.first(tokens):
        named = "camera_angle"
    return named  # type: ignore[return-value]


def _clauses(sentence: list[Token]) -> list[list[Token]]:
    """Cut at commas, and at "and" where a new verb follows it."""
    clauses: list[list[Token]] = [[]]
    for i, token in enumerate(sentence):
        joins = token.lemma in {"and", "then", "while"} and i + 1 < len(sentence)
        after = range(i + 1, min(i + 1 + CLAUSE_LEAD, len(sentence)))
        starts_verb = joins and any(
            table.at(sentence, at) for at in after for table in (v.EDIT_VERBS, v.PRESERVE_VERBS)
        )
        if token.kind == "comma" or starts_verb:
            clauses.append([])
        else:
            clauses[-1].append(token)
    return [clause for clause in clauses if clause]


def _read(clause: list[Token], found: ParsedEdits) -> None:
    is_negated = any(token.lemma in v.NEGATIONS for token in clause)
    if v.PRESERVE_VERBS.first(clause) or is_negated:
        kept = [hit.value for hit in v.PRESERVES.find(clause)]
        found.preserve += [item for item in kept if item not in found.preserve]
        if is_negated:
            found.negated.append(" ".join(token.text for token in clause))
        return
    verbs = v.EDIT_VERBS.find(clause)
    if verbs:
        edits = _edit(verbs[0].value, clause[verbs[0].end :])
        found.edits += edits
        found.edits += [extra for edit in edits[:1] for extra in _implied(edit, clause)]
        return
    found.edits += _bare(clause)


def _edit(verb: str, rest: list[Token]) -> list[Edit]:
    if verb == "add":
        return _add(rest)
    edit = _changes(verb, rest)
    return [edit] if edit else []


def _changes(verb: str, rest: list[Token]) -> Edit | None:
    if verb == "remove":
        return Edit("remove", target=_phrase(rest)) if rest else None
    if verb == "style":
        ref = _ref(rest)
        return Edit("style", to=v.STYLES.first(rest) or _phrase(rest), with_ref=ref)
    if verb == "recolour":
        colour = _colour(rest)
        return Edit("recolour", target=_phrase([t for t in rest if t.lemma not in v.COLOURS]), to=colour)
    if verb == "relight":
        return Edit("time_of_day", to=v.TIMES.first(rest) or v.LIGHTING.first(rest))
    return _exchange(verb, rest)


def _exchange(verb: str, rest: list[Token]) -> Edit | None:
    """ "X with Y", "X into Y", "X to Y": the object X decides what kind of change it is."""
    cut = next((i for i, token in enumerate(rest) if i and token.lemma in {"into", "to", "with", "for", "by"}), None)
    if cut is None:
        return _single(verb, rest)
    target, new = rest[:cut], rest[cut + 1 :]
    ref, words = _ref(new), _phrase(new)
    noun = _head(target)
    if noun in v.BACKGROUND_NOUNS and not v.STYLES.first(new):
        weather = v.WEATHERS.first(new)
        if weather and ref is None and noun == "scene":
            return Edit("weather", to=weather)
        return Edit("background", target=_phrase(target), to=ref or words, with_ref=ref)
    return _changed(verb, target, new, ref, words)


def _changed(verb: str, target: list[Token], new: list[Token], ref: str | None, words: str | None) -> Edit | None:
    noun, name = _head(target), _phrase(target)
    weather, time, style, colour = v.WEATHERS.first(new), v.TIMES.first(new), v.STYLES.first(new), _colour(new)
    readings: list[tuple[bool, EditOp, str | None]] = [
        (noun == "weather", "weather", weather or words),
        (noun in {"time", "lighting", "light", "day"}, "time_of_day", time or words),
        (noun in {"video", "style", "footage", "clip", "it", None} and style is not None, "style", style),
        (noun in {"video", "footage", "it", None} and time is not None, "time_of_day", time),
        (noun in {"video", "footage", "it", None} and weather is not None, "weather", weather),
        (ref is None and colour is not None and len(new) <= 2, "recolour", colour),
        (ref is None and verb == "change" and _head(new) in v.MATERIALS, "material", _head(new)),
    ]
    for applies, op, value in readings:
        if applies:
            return Edit(op, target=name, to=value, with_ref=ref if op == "style" else None)
    return Edit("replace", target=name, to=words, with_ref=ref)


def _single(verb: str, rest: list[Token]) -> Edit | None:
    """A verb with one object: "make it snow", "make the car red", "turn the sky purple"."""
    readings: list[tuple[EditOp, str | None]] = [
        ("weather", v.WEATHERS.first(rest)), ("time_of_day", v.TIMES.first(rest)),
        ("style", v.STYLES.first(rest)), ("recolour", _colour(rest)),
    ]  # fmt: skip
    for op, value in readings:
        if value:
            return Edit(op, target=_phrase([t for t in rest if t.lemma != value]), to=value)
    return Edit("replace", target=_phrase(rest)) if verb == "replace" and rest else None


def _add(rest: list[Token]) -> list[Edit]:
    if not rest:
        return []
    cut = next(
        (i for i, t in enumerate(rest) if i and t.lemma in {"to", "in", "on", "behind", "beside", "at", "into"}), None
    )
    what, where = (rest, []) if cut is None else (rest[:cut], rest[cut:])
    effects = dict.fromkeys(token.lemma for token in what if token.lemma in v.EFFECT_NOUNS)
    if effects:
        return [Edit("effect", target=_phrase(where[1:]), what=effect) for effect in effects]
    if what and (weather := v.WEATHERS.first(what)) and len(what) <= 2 and weather != "wet":
        return [Edit("weather", to=weather)]
    placement = " ".join(token.text for token in where if token.kind != "ref") or None
    return [Edit("add", what=_phrase(what), with_ref=_ref(rest), placement=placement)]


def _implied(edit: Edit, clause: list[Token]) -> list[Edit]:
    """A place that is also a time of day or a weather: "a rainy evening", "an alley at night"."""
    if edit.op not in {"background", "weather", "style"} and not (edit.op == "replace" and edit.target == "sky"):
        return []
    extra: list[Edit] = []
    time, weather = v.TIMES.first(clause), v.WEATHERS.first(clause)
    if time:
        extra.append(Edit("time_of_day", to=time))
    if weather and edit.op != "weather":
        extra.append(Edit("weather", to=weather))
    return extra


def _bare(clause: list[Token]) -> list[Edit]:
    """Clauses without a verb that still change the picture: "6 hours later", "at night"."""
    time = v.TIMES.first(clause)
    return [Edit("time_of_day", to=time)] if time and len(clause) <= 4 else []


def _ref(tokens: list[Token]) -> str | None:
    return next((t.lemma for t in tokens if t.kind == "ref" and not t.lemma.startswith("@Video")), None)


def _colour(tokens: list[Token]) -> str | None:
    return next((t.lemma for t in tokens if t.lemma in v.COLOURS), None)


def _phrase(tokens: list[Token]) -> str | None:
    """A noun phrase without articles, references and "in the video"."""
    words: list[str] = []
    for token in tokens:
        if token.kind == "ref" or (words and token.lemma in {"in", "from", "of", "that", "which"}):
            break
        if token.kind == "word" and token.lemma not in {"the", "a", "an", "only", "into", "to", "with", "it"}:
            words.append(token.lemma)
    return " ".join(words) or None


def _head(tokens: list[Token]) -> str | None:
    phrase = _phrase(tokens)
    return phrase.split()[-1] if phrase else None
