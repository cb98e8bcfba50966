"""How a new shot follows from the reference video: next, previous, another angle, its camera's motion, its body motion."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shotwright.core.prompt import vocabulary as v
from shotwright.core.prompt.lexer import clauses, sentences, span_of
from shotwright.core.prompt.wholes import is_camera_work

if TYPE_CHECKING:
    from shotwright.core.plan import Continuation, Span
    from shotwright.core.prompt.lexer import Token

SHOT_WORDS = frozenset({"shot", "scene", "clip", "镜"})
REACH = 9
AGAIN = frozenset({"again", "same", "time", "another", "new", "different"})


def parse_continuation(tokens: list[Token], *, has_framing: bool) -> tuple[Continuation | None, Span | None]:
    """What the prompt says, and the text that says it; None when it says nothing."""
    named = v.CONTINUATIONS.find(tokens)
    for hit in named:
        if any(token.lemma in SHOT_WORDS for token in tokens[max(0, hit.start - 6) : hit.end + 1]):
            return hit.value, span_of(tokens[hit.start : hit.end])  # type: ignore[return-value]
    angle = v.CAMERA_ANGLE.find(tokens)
    if angle:
        return "camera_angle", span_of(tokens[angle[0].start : angle[0].end])
    if has_framing and (_seen_from(tokens) or any(is_camera_work(c) for s in sentences(tokens) for c in clauses(s))):
        return "camera_angle", None
    moved = _transfer(tokens)
    if moved[0]:
        return moved
    if named:
        return named[0].value, span_of(tokens[named[0].start : named[0].end])  # type: ignore[return-value]
    if has_framing and any(token.lemma in AGAIN for token in tokens):
        return "camera_angle", None
    return None, None


def _seen_from(tokens: list[Token]) -> bool:
    """ "Reshoot @Video1 from a low angle": the video and a framing in one sentence, joined by from."""
    for sentence in sentences(tokens):
        names_video = any(t.lemma.startswith("@Video") or t.lemma in {"video", "clip", "footage"} for t in sentence)
        angles = [hit.start for table in (v.ANGLES, v.SIZES) for hit in table.find(sentence)]
        if names_video and any(
            t.lemma == "from" and any(0 < at - i <= 3 for at in angles) for i, t in enumerate(sentence)
        ):
            return True
    return False


def _transfer(tokens: list[Token]) -> tuple[Continuation | None, Span | None]:
    """Motion words near a word for the video: with a camera it is the camera's motion, else the body's."""
    body: tuple[Continuation | None, Span | None] = (None, None)
    for sentence in (clause for whole in sentences(tokens) for clause in _wide_clauses(whole)):
        found = v.MOTION_WORDS.find(sentence)
        videos = [hit.start for hit in found if hit.value == "video"]
        videos += [i for i, token in enumerate(sentence) if token.lemma.startswith("@Video")]
        videos += [i for i in range(len(sentence) - 1) if _is_its_camera(sentence[i : i + 2])]
        if not videos:
            continue
        near = [hit for hit in found if hit.value != "video" and min(abs(hit.start - at) for at in videos) <= REACH]
        asks = sentence[0].lemma in {"transfer", "apply", "copy", "match", "use", "take", "borrow"}
        span = span_of(sentence[0 if asks else near[0].start : near[-1].end]) if near else None
        kinds = {hit.value for hit in near} | ({"motion"} if any(hit.phrase == "运 镜" for hit in near) else set())
        if "camera" in kinds and kinds & {"motion", "body"}:
            return "camera_motion_transfer", span
        if kinds & {"body", "motion"} and "camera" not in kinds and not _is_kept(sentence):
            body = ("motion_transfer", span)
    return body


def _is_its_camera(pair: list[Token]) -> bool:
    """ "The same camera move": whose, if not the video's."""
    return pair[0].lemma == "same" and v.MOTION_WORDS.first(pair[1:]) == "camera"


def _wide_clauses(sentence: list[Token]) -> list[list[Token]]:
    """Clauses, unless a comma only sets a few words apart."""
    parts = clauses(sentence)
    return parts if all(len(part) > 3 for part in parts) else [[t for t in sentence if t.kind != "comma"]]


def _is_kept(sentence: list[Token]) -> bool:
    """ "The same style and action as the video" continues it; "use the motion" takes it over."""
    return any(token.lemma in {"style", "continue"} for token in sentence)
