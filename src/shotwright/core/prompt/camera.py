"""Camera moves, shot sizes and angles of a prompt, in the order of the words. Times are the planner's work.

A move is a phrase of the table ("push in"), or a verb of travel with a direction where the camera is what travels ("glides
forward", "we drift past"). A phrase that also moves things counts only when the nearest subject before it is the camera. A
clause that says "no", "without" or "instead of" makes its moves negated. Source: kling-o1 b.5, label conventions.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from shotwright.core.moves import MOVES
from shotwright.core.plan import CameraMove
from shotwright.core.prompt import vocabulary as v
from shotwright.core.prompt.entering import ENTERING, entered
from shotwright.core.prompt.gear import GOES_ON, does_itself, has_actor, is_a_thing_there, is_pushed, is_thing
from shotwright.core.prompt.grammar import ARTICLES, AUXILIARIES, CONJUNCTIONS, PREPOSITIONS, is_adverb, is_negated
from shotwright.core.prompt.lexer import sentences, span_of
from shotwright.core.prompt.lexicon import base_verb, noun_of, singular
from shotwright.core.prompt.phrases import Hit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shotwright.core.plan import Span
    from shotwright.core.prompt.lexer import Token

TARGET_LEADS = frozenset(
    {"around", "on", "at", "toward", "towards", "to", "into", "inside", "of", "over", "past", "through", "until"}
)
SIDES = {"pan": {"left": "pan_left", "right": "pan_right"}, "truck": {"left": "truck_left", "right": "truck_right"}}
SPEED_REACH = 4
TARGET_REACH = 7
TURNS_OF = frozenset({45.0, 90.0, 120.0, 180.0, 270.0, 360.0, 720.0})
"""Numbers that are angles without saying so."""
TURN_REACH = 6
GAP_MAX = 3
AFTERWARDS = frozenset({"then", "afterwards", "finally", "cut", "cuts"})
"""Words after which a sentence has another framing."""
ENDS = frozenset({"end", "finish", "close"})
STARTS = frozenset({"start", "begin", "open"})
FILLERS = frozenset(
    {
        "us",
        "me",
        "viewer",
        "audience",
        "the",
        "a",
        "little",
        "bit",
        "low",
        "slow",
        "close",
        "way",
        "his",
        "her",
        "its",
        "slowly",
    }
)


@dataclass(frozen=True)
class ParsedMove:
    """A move as spoken: not yet timed; `together` when it runs at once with the move before it."""

    move: CameraMove
    sentence: int
    together: bool


@dataclass(frozen=True)
class ParsedFraming:
    """A shot size and angle as spoken: in which sentence, and how far into it."""

    size: str | None
    angle: str | None
    at: float
    span: Span
    other: Span | None = None  #: The words of its angle, where `span` is those of its size.


@dataclass(frozen=True)
class ParsedCamera:
    """Everything a prompt says about the camera."""

    moves: tuple[ParsedMove, ...]
    framings: tuple[ParsedFraming, ...]
    negated: tuple[str, ...]


def parse_camera(tokens: list[Token], nouns: Mapping[str, str]) -> ParsedCamera:
    """Find camera moves and framings.

    Args:
        tokens: The whole prompt.
        nouns: What nouns stand for, such as `{"character": "@Element1"}`.
    """
    moves: list[ParsedMove] = []
    framings: list[ParsedFraming] = []
    negated: list[str] = []
    carried = False
    for number, sentence in enumerate(sentences(tokens)):
        hits = _hits(sentence, carried=carried)
        for hit in hits:
            if hit.phrase not in _STILL and is_negated(sentence, hit.start, v.NEGATIONS):
                negated.append(hit.value)
            else:
                moves.append(_parsed(sentence, hit, nouns, number))
        framings += _framings(sentence, hits, number)
        carried = bool(hits) or any(token.lemma in v.CAMERA_NOUNS for token in sentence)
    return ParsedCamera(tuple(_merged(moves)), tuple(framings), tuple(negated))


_STILL = frozenset({"<no move>"})


def _hits(sentence: list[Token], *, carried: bool) -> list[Hit[str]]:
    """Phrases of the sentence that move the camera, left to right."""
    kept: list[Hit[str]] = []
    index = 0
    while index < len(sentence):
        hit = _at(sentence, index, kept, carried=carried)
        if hit is None:
            index += 1
        else:
            kept.append(hit)
            index = hit.end
    return _in_time(sentence, kept)


def _in_time(sentence: list[Token], hits: list[Hit[str]]) -> list[Hit[str]]:
    """ "It ends with X but starts with Y", "before X, Y": said in another order than done."""
    if len(hits) < 2:
        return hits
    lead = [
        next((t.lemma for t in reversed(sentence[max(0, hit.start - 5) : hit.start]) if t.lemma in ENDS | STARTS), "")
        for hit in hits
    ]
    if sentence[0].lemma == "before":
        return [*hits[1:2], hits[0], *hits[2:]]
    first, last = lead[0], lead[-1]
    return [*hits[1:], hits[0]] if first in ENDS and last in STARTS else hits


def _at(sentence: list[Token], index: int, kept: list[Hit[str]], *, carried: bool) -> Hit[str] | None:
    if v.NOT_MOVES.at(sentence, index) or (index and v.NOT_MOVES.at(sentence, index - 1)):
        return None
    if index and noun_of(f"{sentence[index - 1].low} {singular(sentence[index].low)}") is not None:
        return None  # "a fire truck"
    ahead = " ".join(singular(token.low) for token in sentence[index + 1 : index + 2])
    after = noun_of(f"{sentence[index].low} {ahead}")
    if after is not None and after.kind in {"tool", "vehicle", "food", "furniture"}:
        return None  # "a rolling pin", "a pan lid"
    if does_itself(sentence, index) or is_a_thing_there(sentence, index):
        return None
    still = v.NO_MOVE.at(sentence, index)
    if still:
        return Hit(still.start, still.end, "static", "<no move>")
    strong, composed = v.CAMERA_STRONG.at(sentence, index), _composed(sentence, index)
    between = sentence[strong.start + 1 : strong.end - 1] if strong and "~" in strong.phrase else []
    if between and (has_actor(between) or is_pushed(sentence[:index], between)):
        return None  # "pushes a woman in a wheelchair", "an astronaut pushes a lever forward"
    if strong and (composed is None or strong.end >= composed.end or strong.phrase not in v.NEEDS_CAMERA):
        names_it = any(token.lemma in v.CAMERA_NOUNS for token in sentence[strong.start : strong.end])
        apart = strong.phrase in v.NEEDS_CAMERA_APART and not names_it
        done = sentence[index].lemma in DONE_BY_ANYBODY and sentence[index].low != sentence[index].lemma
        hit, needs_camera = _sided(sentence, strong), strong.phrase in v.NEEDS_CAMERA or apart or done
    elif composed:
        hit, needs_camera = composed, True
    else:
        return None
    if _is_whole_clause(sentence, hit):
        return hit
    by_degrees = hit.value.startswith("orbit") and _degrees(sentence, hit) is not None
    if needs_camera and not by_degrees and not _camera_moves(sentence, index, bool(kept), carried=carried):
        return None
    return hit


DONE_BY_ANYBODY = frozenset({"push", "pull", "creep", "drift", "roll", "swoop", "drop", "back"})
"""Verbs that, in the third person or as a participle, are about the camera only where that is their subject: "pulls back a curtain"."""
SAID_TO_CAMERAS = frozenset({"tilt", "pan", "dolly", "zoom", "pedestal"})
"""What nobody does but a camera, where a clause opens with it."""


def _is_whole_clause(sentence: list[Token], hit: Hit[str]) -> bool:
    """ "Wide, static.": a clause of its own."""
    opens = hit.start == 0 or sentence[hit.start - 1].kind == "comma"
    says = sentence[hit.start]
    ahead = {token.lemma for token in sentence[hit.start + 1 : hit.start + 2]}
    if opens and says.low in SAID_TO_CAMERAS and ahead & GOES_ON and hit.end < len(sentence):
        return True  # ", tilt up from the fire to the stars"
    opens = MOVES[hit.value].is_once and opens
    return opens and (hit.end == len(sentence) or sentence[hit.end].kind == "comma")


def _sided(sentence: list[Token], hit: Hit[str]) -> Hit[str]:
    """ "Pans from left to right", "orbits him anticlockwise": the side may be said after the move."""
    family = hit.value.split("_")[0]
    if family in SIDES:
        side = v.SWEEPS.first(sentence, hit.start, hit.end + TURN_REACH)
        if side is None and not any(token.lemma == "right" for token in sentence[hit.start : hit.end]):
            side = v.SIDE_WORDS.first(_clause_from(sentence, hit.end)[:4])
        return replace(hit, value=SIDES[family][side]) if side else hit
    if hit.value == "orbit":
        turn = v.TURNS.first(_clause_from(sentence, hit.end)[:TURN_REACH]) or v.TURNS.first(
            sentence, max(0, hit.start - 3), hit.start
        )
        return replace(hit, value=f"orbit_{turn}") if turn else hit
    return hit


def _composed(sentence: list[Token], index: int) -> Hit[str] | None:
    """A verb of travel with a direction behind it."""
    verb = sentence[index].lemma
    if verb not in v.TRAVEL:
        return None
    for at in range(index + 1, min(index + 2 + GAP_MAX, len(sentence))):
        direction = v.DIRECTIONS.at(sentence, at)
        if direction and not (direction.phrase == "right" and _is_just(sentence, direction.end)):
            move = v.BY_VERB.get(verb, {}).get(direction.value, direction.value)
            return _sided(sentence, Hit(index, direction.end, move, f"{verb} {direction.phrase}"))
        if not (is_adverb(sentence[at]) or sentence[at].lemma in FILLERS):
            return None
    return None


def _is_new_order(sentence: list[Token], i: int) -> bool:
    """A "then" that is not in the middle of "it then arcs"."""
    return sentence[i].lemma == "then" and not (
        i and sentence[i - 1].lemma in {"it", "that", "which"} | v.CAMERA_NOUNS | v.WE
    )


def _is_just(sentence: list[Token], at: int) -> bool:
    """ "Comes right before it": here right means just."""
    return at < len(sentence) and sentence[at].lemma in PREPOSITIONS | {"after", "before", "now", "there", "away"} - {
        "of",
        "to",
        "for",
        "with",
    }


def _camera_moves(sentence: list[Token], at: int, has_moved: bool, *, carried: bool) -> bool:
    """Whether the nearest subject before a verb is the camera."""
    i = at - 1
    while (
        i >= 0
        and not _is_new_order(sentence, i)
        and (is_adverb(sentence[i]) or sentence[i].lemma in AUXILIARIES | {"by"})
    ):
        i -= 1
    if i < 0 or (_is_new_order(sentence, i) and sentence[at].low == sentence[at].lemma):
        return True  # an order: "Follow the dog", "then tilt up"
    token = sentence[i]
    if token.lemma in v.CAMERA_NOUNS | v.WE:
        return not (token.lemma == "helicopter" and i and sentence[i - 1].lemma in {"a", "an"})  # one in the picture
    if token.lemma in {"a", "an", "one"} and not sentence[at].text.lower().endswith(("s", "ing", "ed")):
        return not is_thing(sentence, at)  # "a slow pan"
    seen = has_moved or any(_names_camera(sentence, earlier) for earlier in range(i))
    if token.kind == "comma" or token.lemma in CONJUNCTIONS | STARTS | ENDS:
        is_order = (
            token.kind == "comma"
            and sentence[at].text.lower() == sentence[at].lemma
            and (i < at - 1 or not has_actor(sentence[:i]))
        )
        return seen or is_order or (i == 0 and carried)  # "In between, circle it"
    if token.lemma in {"it", "that", "which"}:
        return seen or carried
    window = sentence[max(0, i - 4) : i + 1]
    return any(t.lemma in v.CAMERA_NOUNS for t in window) and any(t.lemma in {"on", "from", "with"} for t in window)


def _names_camera(sentence: list[Token], at: int) -> bool:
    """The camera or who holds it; not "the door frame"."""
    if sentence[at].lemma == "frame" and at and noun_of(singular(sentence[at - 1].low)) is not None:
        return False
    return sentence[at].lemma in v.CAMERA_NOUNS | v.WE


def _parsed(sentence: list[Token], hit: Hit[str], nouns: Mapping[str, str], number: int) -> ParsedMove:
    move = CameraMove(
        hit.value,
        speed=_speed(sentence, hit),
        degrees=_degrees(sentence, hit) if MOVES[hit.value].takes_degrees else None,
        target=_rack_target(sentence, hit.end) or _target(sentence, hit.end, nouns)
        if hit.value == "rack_focus"
        else _target(sentence, hit.end, nouns),
        end_view=v.VIEWS.first(sentence, hit.end) if hit.value.startswith("orbit") else None,
        end_size=v.SIZES.first(sentence, hit.end, hit.end + 6),
        into=entered(sentence, (hit.start, hit.end)) if hit.value in ENTERING else None,
        span=span_of(sentence[hit.start : hit.end]),
    )
    if hit.value == "tracking":
        move = replace(move, side=_side_of(sentence, hit), target=None if move.target in SIDES_OF else move.target)
    if hit.value == "static" and not (move.target or "").startswith("@"):
        move = replace(move, target=None)  # "hold for two seconds"
    before = sentence[max(0, hit.start - 8) : hit.start]
    return ParsedMove(move, number, together=v.SIMULTANEOUS.first(before) is not None)


SIDES_OF = {
    "behind": "behind",
    "backward": "front",
    "backwards": "front",
    "front": "front",
    "ahead": "front",
    "lead": "front",
}
SIDE_REACH = 5


def _side_of(sentence: list[Token], hit: Hit[str]) -> str | None:
    """Whether a camera follows "from behind", or goes "backwards in front of" somebody."""
    clause = _clause_from(sentence, hit.end)[:SIDE_REACH]
    said = [token.low for token in (*sentence[hit.start : hit.end], *clause)]
    return next(
        (SIDES_OF[low] for low in said if low in SIDES_OF), "front" if sentence[hit.start].lemma == "lead" else None
    )


def _speed(sentence: list[Token], hit: Hit[str]) -> str | None:
    inner = v.SPEEDS.first(sentence, hit.start, hit.end)
    before = v.SPEEDS.find(sentence, max(0, hit.start - SPEED_REACH), hit.start)
    after = v.SPEEDS.first(sentence, hit.end, hit.end + SPEED_REACH)
    return inner or (before[-1].value if before else None) or after


def _degrees(sentence: list[Token], hit: Hit[str]) -> float | None:
    near = range(max(0, hit.start - 4), min(len(sentence) - 1, hit.end + 6))
    found = [
        sentence[i].value
        for i in near
        if sentence[i].kind == "number" and sentence[i + 1].lemma in {"degree", "degrees", "度"}
    ]
    if not found and hit.start and sentence[hit.start - 1].value in TURNS_OF:
        return sentence[hit.start - 1].value  # "a slow 360 orbit"
    return found[0] if found else None


def _target(sentence: list[Token], at: int, nouns: Mapping[str, str]) -> str | None:
    """What the move is about: the first reference after it, else the noun behind "around", "into", "on"."""
    window = _clause_from(sentence, at)[:TARGET_REACH]
    for token in window:
        if token.kind == "ref" and not token.lemma.startswith("@Video"):
            return token.lemma
    for i, token in enumerate(window):
        if token.lemma in TARGET_LEADS or i == 0:
            noun = _head_noun(window[i + (token.lemma in TARGET_LEADS) :])
            is_no_thing = noun in v.CAMERA_NOUNS | v.PLACEMENT_WORDS or v.TIMES.at(window, min(i + 1, len(window) - 1))
            if noun and not is_no_thing:  # "at night", "to the left", "to a wide view"
                return nouns.get(noun, noun)
    return None


def _rack_target(sentence: list[Token], at: int) -> str | None:
    """ "From @Element1 to @Element2": a rack ends on the last one."""
    refs = [
        token.lemma
        for token in _clause_from(sentence, at)
        if token.kind == "ref" and not token.lemma.startswith("@Video")
    ]
    return refs[-1] if len(refs) > 1 else None


def _clause_from(tokens: list[Token], at: int) -> list[Token]:
    """From `at` to the next comma."""
    end = next((i for i in range(at, len(tokens)) if tokens[i].kind == "comma"), len(tokens))
    return tokens[at:end]


def _head_noun(tokens: list[Token]) -> str | None:
    """The last word of the noun phrase that starts here: "the glowing stone inside" → stone."""
    noun: str | None = None
    for i, token in enumerate(tokens):
        if i == 0 and token.lemma in ARTICLES:
            continue
        ends = (
            token.kind != "word" or token.lemma in v.STOP_NOUNS or token.lemma in TARGET_LEADS or v.TURNS.at([token], 0)
        )
        if not ends and noun is None and token.text.lower().endswith("ing") and i + 1 < len(tokens):
            continue  # "his smiling face"
        if ends or token.text.lower().endswith("ing") or is_adverb(token):
            break
        noun = token.lemma
    return noun


def _framings(sentence: list[Token], hits: list[Hit[str]], number: int) -> list[ParsedFraming]:
    """Shot sizes and angles of a sentence, unless they are where a move ends ("to a close-up"): one, and one after each "then"."""
    cuts = [i for i, token in enumerate(sentence) if token.lemma in AFTERWARDS]
    bounds = [0, *cuts, len(sentence)]
    found = [
        framing
        for low, high in itertools.pairwise(bounds)
        if (framing := _framing(sentence, hits, (low, high), float(number)))
    ]
    return [replace(framing, at=number + i / len(found)) for i, framing in enumerate(found)]


def _framing(sentence: list[Token], hits: list[Hit[str]], part: tuple[int, int], at: float) -> ParsedFraming | None:
    sizes = [hit for hit in v.SIZES.find(sentence, *part) if not _ends_a_move(sentence, hits, hit)]
    angles = [
        hit for hit in v.ANGLES.find(sentence, *part)
        if not _ends_a_move(sentence, hits, hit) and not _is_over_their_own(sentence, hit)
    ]  # fmt: skip
    if hits:
        angles = [hit for hit in angles if hit.value != "back"]
    size, angle = (found[0] if found else None for found in (sizes, angles))
    cause = size or angle
    if cause is None:
        return None
    named = size.value if size else None
    other = span_of(sentence[angle.start : angle.end]) if size and angle else None
    return ParsedFraming(named, angle.value if angle else None, at, span_of(sentence[cause.start : cause.end]), other)


OVER_ONES_OWN = frozenset({
    "look", "glance", "peer", "stare", "gaze", "turn", "throw", "sling", "drape", "carry", "toss", "wear", "hang", "put", "hold", "smile", "shout", "strap", "flap", "flutter", "blow", "swing", "fall", "flow", "fly",
})  # fmt: skip
"""What somebody does over their own shoulder."""


def _is_over_their_own(sentence: list[Token], hit: Hit[str]) -> bool:
    """ "Looks back over her shoulder", "a bag slung over his shoulder": no view of the camera."""
    says_so = any(token.lemma in v.CAMERA_NOUNS | {"view"} for token in sentence[hit.end : hit.end + 2])
    does = {base_verb(token.low) for token in sentence[max(0, hit.start - 4) : hit.start]} | {
        t.low for t in sentence[max(0, hit.start - 2) : hit.start]
    }
    own = sentence[hit.start + 1].low in {"her", "his", "their", "its"} if hit.start + 1 < len(sentence) else False
    return own and not says_so and bool(does & (OVER_ONES_OWN | {"slung", "thrown"}))


def _ends_a_move(sentence: list[Token], hits: list[Hit[str]], hit: Hit[str]) -> bool:
    before = sentence[max(0, hit.start - 3) : hit.start]
    leads = any(token.lemma in {"to", "into", "end", "on", "reach", "until"} for token in before)
    return leads and any(move.end <= hit.start for move in hits)


def _merged(moves: list[ParsedMove]) -> list[ParsedMove]:
    """A move said twice is one move: "push forward, zooming deep inside the bag"; "bullet time! It revolves clockwise"."""
    merged: list[ParsedMove] = []
    for parsed in moves:
        last = merged[-1] if merged else None
        if last and _is_same(last, parsed):
            name = max(last.move.move, parsed.move.move, key=len)
            merged[-1] = replace(last, move=replace(_joined(last.move, parsed.move), move=name))
        elif not (MOVES[parsed.move.move].is_once and any(m.move.move == parsed.move.move for m in merged)):
            merged.append(parsed)
    return merged


def _is_same(last: ParsedMove, new: ParsedMove) -> bool:
    one, two = last.move.move, new.move.move
    orbits = one.startswith("orbit") and two.startswith("orbit") and "orbit" in {one, two}
    if orbits:
        return new.sentence - last.sentence <= 1
    return one == two and (last.sentence == new.sentence or one == "tracking")


def _joined(first: CameraMove, second: CameraMove) -> CameraMove:
    return replace(
        first,
        speed=first.speed or second.speed,
        degrees=first.degrees or second.degrees,
        target=second.target or first.target,
        end_view=second.end_view or first.end_view,
        into=second.into or first.into,
        end_size=second.end_size or first.end_size,
    )
