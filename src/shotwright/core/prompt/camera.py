"""Camera moves, shot sizes and angles of a prompt, in the order of the words. Times are the planner's work.

A move fires when its phrase is unmistakable ("dolly in") or when the camera is what moves in that clause; a clause that
says "no", "without" or "do not" makes its moves negated instead. Source: kling-o1 b.5, label conventions.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from shotwright.core.plan import CameraMove, Framing
from shotwright.core.prompt import vocabulary as v
from shotwright.core.prompt.lexer import sentences

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shotwright.core.prompt.lexer import Token
    from shotwright.core.prompt.phrases import Hit

DEGREE_MOVES = frozenset({"orbit", "orbit_cw", "orbit_ccw", "roll", "pan_left", "pan_right", "tilt_up", "tilt_down"})
GLOBAL_MOVES = frozenset({"handheld", "static", "tracking"})
TARGET_LEADS = frozenset(
    {"around", "on", "at", "toward", "towards", "to", "into", "inside", "of", "over", "past", "through"}
)
SPEED_REACH = 4
TARGET_REACH = 7


@dataclass(frozen=True)
class ParsedMove:
    """A move as spoken: not yet timed; `together` when it runs at once with the move before it."""

    move: CameraMove
    sentence: int
    together: bool


@dataclass(frozen=True)
class ParsedCamera:
    """Everything a prompt says about the camera."""

    moves: tuple[ParsedMove, ...]
    framings: tuple[Framing, ...]
    negated: tuple[str, ...]


def parse_camera(tokens: list[Token], nouns: Mapping[str, str], *, is_edit: bool) -> ParsedCamera:
    """Find camera moves and framings.

    Args:
        tokens: The whole prompt.
        nouns: What nouns stand for, such as `{"character": "@Element1"}`.
        is_edit: In an edit, only clauses that name the camera may move it.
    """
    moves: list[ParsedMove] = []
    framings: list[Framing] = []
    negated: list[str] = []
    for number, sentence in enumerate(sentences(tokens)):
        for hit in _camera_hits(sentence, is_edit=is_edit):
            if _is_negated(sentence, hit.start):
                negated.append(hit.value)
                continue
            moves.append(_parsed(sentence, hit, nouns, number))
        framings += _framings(sentence, number)
    return ParsedCamera(tuple(_merged(moves)), tuple(framings), tuple(negated))


def _camera_hits(sentence: list[Token], *, is_edit: bool) -> list[Hit[str]]:
    """Phrases of the sentence that move the camera."""
    camera_at = [i for i, token in enumerate(sentence) if token.lemma in v.CAMERA_NOUNS]
    kept: list[Hit[str]] = []
    for hit in v.CAMERA_STRONG.find(sentence):
        has_camera = any(at < hit.start or at in (hit.end, hit.end + 1) for at in camera_at)
        opens = hit.start == 0 or all(v.SPEEDS.first([token]) for token in sentence[: hit.start])
        if is_edit and not has_camera:
            continue
        if hit.phrase in v.NEEDS_CAMERA and not (has_camera or opens or kept):
            continue
        if _is_style_noun(sentence, hit):
            continue
        kept.append(hit)
    return kept


def _is_style_noun(sentence: list[Token], hit: Hit[str]) -> bool:
    """ "camera angles and movements of the video" names a movement, it does not make one."""
    return hit.value == "static" and any(
        token.lemma in {"electricity", "noise"} for token in sentence[hit.end : hit.end + 1]
    )


def _is_negated(sentence: list[Token], at: int) -> bool:
    for token in reversed(sentence[:at]):
        if token.kind == "comma":
            return False
        if token.lemma in v.NEGATIONS:
            return True
    return False


def _parsed(sentence: list[Token], hit: Hit[str], nouns: Mapping[str, str], number: int) -> ParsedMove:
    move = CameraMove(
        hit.value,
        speed=_speed(sentence, hit),
        degrees=_degrees(sentence, hit) if hit.value in DEGREE_MOVES else None,
        target=_target(sentence, hit.end, nouns),
        end_view=_end_view(sentence, hit) if hit.value.startswith("orbit") else None,
        end_size=v.SIZES.first(sentence, hit.end, hit.end + 6),
    )
    before = sentence[max(0, hit.start - 8) : hit.start]
    return ParsedMove(move, number, together=v.SIMULTANEOUS.first(before) is not None)


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
    return found[0] if found else None


def _target(sentence: list[Token], at: int, nouns: Mapping[str, str]) -> str | None:
    """What the move is about: the first reference after it, else the noun behind "around", "into", "on"."""
    window = _until_comma(sentence[at : at + TARGET_REACH])
    for token in window:
        if token.kind == "ref" and not token.lemma.startswith("@Video"):
            return token.lemma
    for i, token in enumerate(window):
        if token.lemma in TARGET_LEADS or i == 0:
            noun = _head_noun(window[i + (token.lemma in TARGET_LEADS) :])
            if noun:
                return nouns.get(noun, noun)
    return None


def _until_comma(tokens: list[Token]) -> list[Token]:
    for i, token in enumerate(tokens):
        if token.kind == "comma":
            return tokens[:i]
    return tokens


def _head_noun(tokens: list[Token]) -> str | None:
    """The last word of the noun phrase that starts here: "the glowing stone inside" → stone."""
    noun: str | None = None
    for i, token in enumerate(tokens):
        is_lead = i == 0 and token.lemma in {"the", "a", "an", "his", "her", "their", "its"}
        if is_lead:
            continue
        if (
            token.kind != "word"
            or token.lemma in v.STOP_NOUNS
            or token.lemma in TARGET_LEADS
            or token.text.endswith("ing")
        ):
            break
        noun = token.lemma
    return None if noun is None or v.SPEEDS.first([t for t in tokens if t.lemma == noun]) else noun


def _end_view(sentence: list[Token], hit: Hit[str]) -> str | None:
    return v.VIEWS.first(sentence, hit.end)


def _framings(sentence: list[Token], number: int) -> list[Framing]:
    """Shot size and angle of a sentence, unless they are where a move ends ("to a close-up")."""
    size = next((hit.value for hit in v.SIZES.find(sentence) if not _ends_a_move(sentence, hit)), None)
    angle = next((hit.value for hit in v.ANGLES.find(sentence) if not _ends_a_move(sentence, hit)), None)
    if angle == "back" and v.CAMERA_STRONG.first(sentence):
        angle = None
    return [Framing(size, angle, at_s=float(number))] if size or angle else []


def _ends_a_move(sentence: list[Token], hit: Hit[str]) -> bool:
    before = sentence[max(0, hit.start - 3) : hit.start]
    leads = any(token.lemma in {"to", "into", "end", "on", "reach"} for token in before)
    return leads and bool(v.CAMERA_STRONG.find(sentence, 0, hit.start))


def _merged(moves: list[ParsedMove]) -> list[ParsedMove]:
    """A move said twice in one sentence is one move: "push forward, zooming deep inside the bag"."""
    merged: list[ParsedMove] = []
    for parsed in moves:
        last = merged[-1] if merged else None
        if last and last.sentence == parsed.sentence and last.move.move == parsed.move.move:
            merged[-1] = replace(last, move=_joined(last.move, parsed.move))
        elif parsed.move.move in GLOBAL_MOVES and any(m.move.move == parsed.move.move for m in merged):
            continue
        else:
            merged.append(parsed)
    return merged


def _joined(first: CameraMove, second: CameraMove) -> CameraMove:
    return replace(
        first,
        speed=first.speed or second.speed,
        degrees=first.degrees or second.degrees,
        target=second.target or first.target,
        end_view=second.end_view or first.end_view,
        end_size=second.end_size or first.end_size,
    )
