"""Edit operations: what a prompt asks to change in a video.

Clause by clause: passive and wishing forms are read like active ones ("must be replaced with", "should become", "X instead of
Y"); the verb chooses a reading, the object decides the operation ("the sky", "the hoodie", "the weather"). Source: kling-o1 b.5.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from shotwright.core.plan import Edit
from shotwright.core.prompt import vocabulary as v
from shotwright.core.prompt.grammar import ARTICLES, is_chinese
from shotwright.core.prompt.keep import is_about_a_reference, is_forbidden, is_kept, kept_things
from shotwright.core.prompt.lexer import clauses, sentences, span_of
from shotwright.core.prompt.operations import (
    CUTS,
    WHERE,
    about,
    added,
    changed,
    described,
    effects_in,
    exchanged,
    head_part,
    implied,
    is_colour,
    nouns_in,
    phrase_of,
    ref_in,
    relocated,
    removals,
    several_changes,
    several_colours,
    substituted,
    text_of,
    wrapped,
)
from shotwright.core.prompt.phrases import GAP
from shotwright.core.prompt.wholes import coloured, is_camera_work, palette, sky

if TYPE_CHECKING:
    from collections.abc import Callable

    from shotwright.core.plan import Span
    from shotwright.core.prompt.lexer import Token

CLAUSE_LEAD = 3
"""Words that may stand between "and" and the verb of a new clause: "and also please remove"."""
RUN_ON = frozenset({"keep", "preserve", "maintain", "leave", "replace", "remove", "delete", "erase", "insert", "swap"})
"""Verbs that begin a new clause even where the comma is missing."""
HELPERS = frozenset({
    "be", "to", "should", "must", "not", "can", "please", "have", "get", "need", "will", "shall", "ought", "do",
    "and", "then", "also",
})  # fmt: skip
PASSIVES = frozenset({"be", "get"})
STANDS = frozenset({"be", "stand", "sit", "walk", "dance", "go"})
OUT = frozenset({"out", "off", "away"})
ADD_CUES = frozenset({"a", "an", "two", "three", "some", "one", "several"})


@dataclass
class ParsedEdits:
    """What to change and what to keep."""

    edits: list[Edit] = field(default_factory=list)
    preserve: list[str] = field(default_factory=list)
    negated: list[str] = field(default_factory=list)
    spans: dict[str, Span] = field(default_factory=dict)


def parse_edits(tokens: list[Token]) -> ParsedEdits:
    """Operations, preserve clauses and negations of an edit prompt."""
    found = ParsedEdits()
    for sentence in sentences(tokens):
        _read_sentence(sentence, found)
    found.edits = _joined(found.edits)
    return found


def _read_sentence(sentence: list[Token], found: ParsedEdits) -> None:
    if _instead(sentence, found):
        return
    keeping, about_reference = False, False
    for clause in _with_lists(_clauses(sentence)):
        kept = is_kept(clause)
        if kept or (keeping and (not _starts_anew(clause) or clause[0].lemma == "no")):
            about_reference = is_about_a_reference(clause) if kept else about_reference
            keeping = True
            if not about_reference:
                _keep(clause, found)
        else:
            keeping = False
            _read(clause, sentence, found)


def _starts_anew(clause: list[Token]) -> bool:
    """Whether a clause behind "keep ..." gives an order; "the camera move" goes on with the list."""
    kept = [range(hit.start, hit.end) for hit in v.PRESERVES.find(clause)]
    orders = [hit for hit in v.EDIT_VERBS.find(clause) if not any(hit.start in named for named in kept)]
    return bool(orders or v.WISHES.find(clause)) or clause[0].lemma == "but"


def _with_lists(parts: list[list[Token]]) -> list[list[Token]]:
    """ "The people, their movements and the framing must remain": a list in front of its verb is one clause with it."""
    merged: list[list[Token]] = []
    for clause in parts:
        before = merged[-1] if merged else None
        if clause[0].lemma in {"which", "who"}:
            continue
        if before is not None and _waits(before) and (is_kept(clause) or _opens_with_wish(clause)):
            while merged and _waits(merged[-1]):
                clause = [*merged.pop(), *clause]
        merged.append(clause)
    return merged


def _waits(clause: list[Token]) -> bool:
    """A bare noun phrase."""
    has_verb = any(table.find(clause) for table in (v.EDIT_VERBS, v.PRESERVE_VERBS, v.WISHES)) or is_forbidden(clause)
    says = any(t.kind == "ref" or t.lemma in {"use", "take"} for t in clause) or clause[-1].lemma in v.COLOURS
    return not has_verb and not says and len(clause) <= 5 and not v.WEATHERS.find(clause) and not v.TIMES.find(clause)


def _opens_with_wish(clause: list[Token]) -> bool:
    hit = v.WISHES.at(clause, 0)
    return hit is not None and hit.phrase != "let"


def _keep(clause: list[Token], found: ParsedEdits) -> None:
    for item in kept_things(clause):
        if item not in found.preserve:
            found.preserve.append(item)
            found.spans[f"preserve.{item}"] = span_of(clause)
    if is_forbidden(clause):
        found.negated.append(" ".join(token.text for token in clause))


def _clauses(sentence: list[Token]) -> list[list[Token]]:
    """Cut at commas, at "and" where a new verb follows, and before verbs that open a clause without any sign."""
    parts: list[list[Token]] = []
    for part in clauses(sentence):
        parts.append([])
        for i, token in enumerate(part):
            if _opens(part, i) or _starts_aside(part, i):
                parts.append([])
            if not (_joins(part, i) and _verb_follows(part, i)):
                parts[-1].append(token)
    return [part for part in parts if part]


def _starts_aside(part: list[Token], i: int) -> bool:
    """ "Render it as clay without altering the dance": the rest is a clause of its own."""
    return i > 0 and part[i].lemma == "without"


def _joins(part: list[Token], i: int) -> bool:
    return part[i].lemma in {"and", "but", "then", "while", "also", "plus"}


def _verb_follows(part: list[Token], i: int) -> bool:
    after = range(i + 1, min(i + 1 + CLAUSE_LEAD, len(part)))
    return any(
        table.at(part, at) for at in after for table in (v.EDIT_VERBS, v.PRESERVE_VERBS, v.WISHES)
    ) or _takes_out(part[i + 1 :])


def _opens(part: list[Token], i: int) -> bool:
    if i == 0:
        return False
    if _joins(part, i - 1) and _verb_follows(part, i - 1):
        return True
    rest = v.PRESERVES.at(part, i)
    is_rest = (
        rest is not None
        and rest.value == "everything_else"
        and (part[i - 1].lemma not in {"and", "keep", "leave", "preserve", "not"} or part[i].lemma == "nothing")
    )
    return is_rest or (
        part[i].lemma in RUN_ON
        and part[i - 1].kind == "word"
        and part[i - 1].lemma not in HELPERS | ARTICLES | v.NEGATIONS
    )


def _read(clause: list[Token], sentence: list[Token], found: ParsedEdits) -> None:
    edits: list[Edit] = []
    if is_camera_work(clause):
        return
    clause = clause[1:] if len(clause) > 1 and clause[0].lemma in {"and", "then", "also", "plus"} else clause
    for reading in _READINGS:
        edits = reading(clause)
        if edits:
            break
    else:
        edits = _bare(clause, sentence) or _listed(clause, sentence, found)
    edits += [extra for edit in edits[:1] for extra in implied(edit, clause)]
    found.edits += [replace(coloured(edit, clause), span=span_of(clause)) for edit in edits]


def _instead(sentence: list[Token], found: ParsedEdits) -> bool:
    """ "Instead of the brush, use the pen", "a lava field instead of the background"."""
    at = next(
        (i for i in range(len(sentence) - 1) if sentence[i].lemma == "instead" and sentence[i + 1].lemma == "of"), None
    )
    if at is None:
        return False
    comma = next((i for i in range(at, len(sentence)) if sentence[i].kind == "comma"), len(sentence))
    old = sentence[at + 2 : comma]
    new = sentence[:at] if at else sentence[comma + 1 :]
    low = max(
        (
            i
            for i, t in enumerate(new)
            if t.lemma in {"use", "want", "put", "set", "show", "have", "be", "need", "like", "see"}
        ),
        default=-1,
    )
    new = list(itertools.dropwhile(lambda t: t.lemma in {"it", "this", "everything"} | WHERE, new[low + 1 :]))
    if not new:
        return False
    edit = exchanged("instead", head_part(old), new)
    found.edits.append(replace(edit, span=span_of(sentence)))
    return True


def _passive(clause: list[Token]) -> list[Edit]:
    """ "The van must be replaced with ...", "every sign has to be deleted", "his hat should become ..."."""
    for hit in v.EDIT_VERBS.find(clause):
        is_passive = hit.start > 1 and clause[hit.start - 1].lemma in PASSIVES
        if not is_passive and not (hit.phrase == "become" and hit.start):
            continue
        target = _before_wish(clause[: hit.start])
        if hit.value == "remove":
            return [Edit("remove", target=phrase_of(target))]
        if hit.value == "attribute":
            return [Edit("attribute", target=phrase_of(target), to=clause[hit.start].text.lower())]
        rest = clause[hit.end :]
        if hit.value == "add":
            return added([*target, *rest])
        if rest and rest[0].lemma in CUTS:
            rest = rest[1:]
        return [exchanged(hit.value, target, rest)] if rest else []
    return []


def _before_wish(tokens: list[Token]) -> list[Token]:
    """What stands before "should", "must be", "needs to"."""
    end = next((hit.start for hit in v.WISHES.find(tokens) if hit.start), len(tokens))
    while end and tokens[end - 1].lemma in PASSIVES | HELPERS:
        end -= 1
    start = next((i + 1 for i in range(end - 1, -1, -1) if tokens[i].kind == "comma"), 0)
    return tokens[start:end]


def _use_as(clause: list[Token]) -> list[Edit]:
    """ "Use @Image1 as the new backdrop", "apply the style of @Image1 to the video", "take the look of @Image2"."""
    ref = ref_in(clause)
    if clause[0].lemma not in {"use", "take", "apply", "set", "make"} and not v.STYLE_WORDS.find(clause):
        return []
    as_at = next((i for i, t in enumerate(clause) if t.lemma in {"as", "for"}), None)
    if as_at is not None and v.OBJECTS.first(clause, as_at) == "background":
        return [Edit("background", to=ref or phrase_of(clause[1:as_at]), with_ref=ref)]
    styled = (
        ref
        and v.STYLE_WORDS.find(clause)
        and not v.WEARABLES.find(clause)
        and clause[0].lemma in {"use", "take", "apply", "give"}
    )
    return [Edit("style", to=v.STYLES.first(clause), with_ref=ref)] if styled else []


def _effect_on(clause: list[Token]) -> list[Edit]:
    """ "The basketball gets a flame effect", "his bell gets a faint glow"."""
    at = next((i for i, t in enumerate(clause) if i and t.lemma in {"get", "have", "receive", "need", "gain"}), None)
    if at is None:
        return []
    return [Edit("effect", target=phrase_of(clause[:at]), what=effect) for effect in effects_in(clause, at)]


def _wish(clause: list[Token]) -> list[Edit]:
    """ "His beard ought to be much longer", "snow should be falling", "the car should be red"."""
    is_asked = clause[0].lemma in {"could", "can", "would", "let", "may", "i", "we"}
    if clause[0].lemma in {"could", "can", "would", "let", "may"}:
        clause = clause[1:]  # "could the weather be stormy"
    if len(clause) > 2 and clause[0].lemma in {"i", "we"} and clause[1].lemma in {"wish", "want", "would", "need"}:
        clause = clause[2:]
    at = next((hit.start for hit in v.WISHES.find(clause) if hit.start), None)
    if at is None and is_asked:
        at = next((i for i, t in enumerate(clause) if i and t.lemma == "be"), None)
    if at is None or clause[at - 1].lemma in {"i", "we", "you"}:
        return []
    target, rest = clause[:at], [t for t in clause[at + 1 :] if t.lemma not in HELPERS | v.DEGREES]
    weather = v.WEATHERS.first(target)
    if weather and v.FALLING.find(clause):
        return [Edit("weather", to=weather)]
    if rest and rest[0].lemma in {"go", "disappear", "vanish"}:
        return [Edit("remove", target=phrase_of(target))]
    if about(target) == "style" and v.STYLES.first(rest):
        return [Edit("style", to=v.STYLES.first(rest), with_ref=ref_in(rest))]
    if len(target) == 1 and target[0].kind == "ref" and not target[0].lemma.startswith("@Video"):
        return [Edit("add", with_ref=target[0].lemma, placement=phrase_of(rest))]
    if not _is_state(clause, at, rest):
        return []
    if not rest or (v.EDIT_VERBS.find(rest) and len(rest) > 1) or rest[0].lemma in v.PRAISE:
        return []
    return [described(target, rest)]


def _is_state(clause: list[Token], at: int, rest: list[Token]) -> bool:
    """Whether a wish is about how something is or looks, not about what it does."""
    states = any(t.lemma in {"be", "look", "seem", "appear", "become", "get", "have"} for t in clause[at : at + 4])
    return states or any(t.text.lower().endswith("er") for t in rest[-1:])


def _active_strong(clause: list[Token]) -> list[Edit]:
    """A clause that opens with its verb is an order, whatever wishes follow."""
    opens = v.EDIT_VERBS.at(clause, 0)
    return _active(clause) if opens else []


def _active(clause: list[Token]) -> list[Edit]:
    """The first edit verb and what follows it; in Chinese what is changed may stand before the verb."""
    verbs = v.EDIT_VERBS.find(clause)
    if not verbs:
        return []
    if is_chinese(clause):
        return _chinese(clause)
    verb, rest = verbs[0], clause[verbs[0].end :]
    if not rest and GAP in verb.phrase:
        rest = clause[verb.start + 1 : verb.end - len(verb.phrase.split(GAP)[1].split())]  # "set the barn on fire"
    if verb.value == "add":
        return added(rest)
    if verb.value == "remove":
        return removals(rest)
    if verb.value == "relocate":
        return relocated(rest)
    if verb.value == "wrap":
        return wrapped(rest)
    if verb.phrase.startswith("substitute"):
        return substituted(rest)
    if verb.value in {"change", "replace"} and (changes := several_changes(verb.value, rest)):
        return changes
    if verb.value == "change" and (several := several_colours(rest)):
        return several
    edit = changed(verb.value, rest, verb.phrase)
    return [edit] if edit else []


def _chinese(clause: list[Token]) -> list[Edit]:
    """ "将背景换成海边沙滩": 将 or 把, the thing, the verb, what it becomes."""
    hit = v.EDIT_VERBS.find(clause)[-1]
    target, rest = clause[: hit.start], clause[hit.end :]
    if hit.value == "add":
        return [
            Edit(
                "add",
                what=text_of(nouns_in(rest)) or None,
                with_ref=ref_in(rest),
                placement=text_of(nouns_in(target)) or None,
            )
        ]
    if hit.value == "remove":
        return [Edit("remove", target=text_of(nouns_in(rest or target)) or None)]
    if not rest or not target:
        return []
    return [exchanged(hit.value, target, rest)]


def _bare(clause: list[Token], sentence: list[Token]) -> list[Edit]:
    """Clauses without an edit verb that still change the picture: "6 hours later", "wet asphalt", "a man walks in"."""
    time, weather = v.TIMES.first(clause), v.WEATHERS.first(clause)
    ref = ref_in(clause)
    if ref and any(t.lemma == "instead" for t in clause):
        return [Edit("replace", with_ref=ref)]
    if ref and clause[0].lemma in WHERE and any(t.lemma in {"go", "come", "sit", "hang"} for t in clause):
        return [Edit("add", with_ref=ref, placement=phrase_of(clause))]
    if _takes_out(clause):
        end = next(i for i, t in enumerate(clause) if t.lemma in OUT)
        return [Edit("remove", target=phrase_of(clause[1:end]))]
    if time and (len(clause) <= 4 or (len(clause) <= 7 and any(t.lemma in {"at", "during"} for t in clause))):
        return [
            Edit(
                "time_of_day", to="+" + clause[0].text + "h" if time == "later" and clause[0].kind == "number" else time
            )
        ]
    if weather and (len(clause) <= 3 or v.FALLING.find(clause)):
        return [Edit("weather", to=weather)]
    lemmas = [t.lemma for t in clause]
    if lemmas[0] in {"no", "less", "fewer"} and len(clause) > 1 and (weather or not v.PRESERVES.find(clause)):
        return (
            [Edit("weather", to=f"less {weather}")]
            if weather
            else [Edit("remove", target=phrase_of([t for t in clause[1:] if t.lemma != "more"]))]
        )
    if several := several_colours(clause):
        return several
    if is_colour(clause[-1]) and 2 <= len(clause) <= 5:
        return [Edit("recolour", target=phrase_of(clause[:-1]), to=clause[-1].lemma)]
    effects = effects_in(clause)
    if effects:
        where = next((i for i, t in enumerate(clause) if t.lemma in WHERE | {"out", "from"}), len(clause) - 1)
        return [Edit("effect", target=phrase_of(clause[where + 1 :]), what=effects[0])]
    subject = v.PEOPLE.find(clause[:4]) or v.ANIMALS.find(clause[:4])
    if clause[0] is sentence[0] and clause[0].lemma in ADD_CUES and subject and len(clause) > subject[0].end:
        return [Edit("add", what=text_of(clause[1 : subject[0].end]), with_ref=ref_in(clause))]
    return []


def _put_where(clause: list[Token]) -> list[Edit]:
    """ "Put @Element1 where the dancer is", "have @Element1 sit there", "use the jacket from @Image1 on the singer"."""
    if len(clause) > 2 and clause[0].lemma in {"have", "let"} and clause[1].kind == "ref":
        return (
            [Edit("add", with_ref=ref_in(clause[1:2]), placement=phrase_of(clause[2:]))] if ref_in(clause[1:2]) else []
        )
    if clause[0].lemma == "use" and (on := next((i for i, t in enumerate(clause) if t.lemma in {"on", "for"}), 0)):
        worn = v.WEARABLES.find(clause, 0, on) if ref_in(clause[:on]) else []
        return [Edit("replace", target=phrase_of(clause[1:on]), with_ref=ref_in(clause)) for _ in worn[:1]]
    at = next((i for i, t in enumerate(clause) if i and t.lemma == "where"), None)
    verb = v.EDIT_VERBS.at(clause, 0)
    if at is None or verb is None or verb.value != "add" or clause[-1].lemma not in STANDS:
        return []
    return [
        Edit(
            "replace",
            target=phrase_of(clause[at + 1 : -1]),
            to=phrase_of(clause[verb.end : at]),
            with_ref=ref_in(clause),
        )
    ]


def _takes_place(clause: list[Token]) -> list[Edit]:
    """ "@Element1 takes the place of the cyclist"."""
    hits = v.TAKES_PLACE.find(clause)
    if not hits:
        return []
    new, target = clause[: hits[0].start], clause[hits[0].end :]
    return [Edit("replace", target=phrase_of(target), to=phrase_of(new), with_ref=ref_in(new))]


def _takes_out(clause: list[Token]) -> bool:
    """ "Take the cars out", "get them out of the shot", "take his hat off"."""
    if not clause or clause[0].lemma not in {"get", "take", "keep"}:
        return False
    ends = len(clause) > 2 and clause[-1].lemma in OUT and clause[0].lemma != "keep"
    return ends or any(
        (a.lemma == "out" and b.lemma == "of") or a.lemma == "off" for a, b in itertools.pairwise(clause)
    )


def _listed(clause: list[Token], sentence: list[Token], found: ParsedEdits) -> list[Edit]:
    """ "Remove the lamp, the cables and the sign": further objects of the verb before them."""
    last = found.edits[-1] if found.edits else None
    goes_on = last is not None and last.op == "remove" and last.span is not None and last.span[0] >= sentence[0].start
    return removals(clause) if goes_on and (clause[0].lemma in ARTICLES | {"and"} or _waits(clause)) else []


def _joined(edits: list[Edit]) -> list[Edit]:
    """ "Recast the waiter: he should be replaced by @Element1" is one replacement; so are two that say the same."""
    kept: list[Edit] = []
    for edit in edits:
        last = kept[-1] if kept else None
        is_vague = last is not None and last.op == "replace" and not last.with_ref and not last.to
        if last is not None and is_vague and edit.op == "replace":
            kept[-1] = replace(
                edit, target=last.target if edit.target in {None, "he", "she", "it", "they"} else edit.target
            )
        elif not any(
            (k.op, k.target, k.to, k.with_ref, k.what) == (edit.op, edit.target, edit.to, edit.with_ref, edit.what)
            for k in kept
        ):
            kept.append(edit)
    return kept


_READINGS: tuple[Callable[[list[Token]], list[Edit]], ...] = (
    sky,
    palette,
    _takes_place,
    _put_where,
    _passive,
    _use_as,
    _effect_on,
    _active_strong,
    _wish,
    _active,
)
