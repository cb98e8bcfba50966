"""Puts the parts of a prompt together into a ShotPlan and gives every move and appearance its seconds.

Binding rules: a reference beyond the request's media stays text and is warned about; media that no word mentions is used
the way the documented service uses it and warned about; "the video" and "the reference image" bind when there is one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from shotwright.core.moves import MOVES
from shotwright.core.plan import CameraMove, Framing, ShotPlan, Subject, Warn
from shotwright.core.prompt import vocabulary as v
from shotwright.core.prompt.binding import bind_implicit, with_unread
from shotwright.core.prompt.camera import ParsedCamera, ParsedMove, parse_camera
from shotwright.core.prompt.continuation import parse_continuation
from shotwright.core.prompt.edits import ParsedEdits, parse_edits
from shotwright.core.prompt.keep import kept_in_new_shot
from shotwright.core.prompt.lexer import clauses, sentences, tokenize
from shotwright.core.prompt.lint import lint
from shotwright.core.prompt.look import parse_look, parse_setting
from shotwright.core.prompt.roles import Roles, parse_roles

if TYPE_CHECKING:
    from shotwright.core.catalog import Task
    from shotwright.core.plan import Continuation, Span
    from shotwright.core.prompt.lexer import Token
    from shotwright.core.request import ShotRequest

REVEAL_SHARE = 0.5


@dataclass(frozen=True)
class _Media:
    """How many media came with a prompt."""

    images: int
    elements: int
    has_video: bool

    def references(self) -> list[str]:
        """Their names in prompts."""
        images = [f"@Image{i + 1}" for i in range(self.images)]
        elements = [f"@Element{i + 1}" for i in range(self.elements)]
        return images + elements + (["@Video1"] if self.has_video else [])


def plan_request(request: ShotRequest, *, duration_s: float | None = None) -> ShotPlan:
    """Turn a request's prompt into a plan.

    Args:
        request: A valid request; its media counts decide what the references mean.
        duration_s: Length of the clip when it is not the request's own (an edit lasts as long as its source).
    """
    plan = parse_prompt(
        request.prompt,
        task=request.endpoint.task,
        images=len(request.images),
        elements=len(request.elements),
        has_video=bool(request.video_url),
        duration_s=duration_s or request.duration_s,
    )
    return replace(plan, warnings=(*(Warn("unknown_field", text) for text in request.unknown), *plan.warnings))


def parse_prompt(
    text: str, *, task: Task, images: int = 0, elements: int = 0, has_video: bool = False, duration_s: float = 5.0
) -> ShotPlan:
    """Turn a prompt into a plan.

    Args:
        text: The prompt.
        task: What is to be made of it; of `first_last_frame` the first two images are the frames.
        images: How many images came with it: they are @Image1, @Image2, ...
        elements: How many elements came with it: @Element1, @Element2, ...
        has_video: Whether a video came with it: @Video1.
        duration_s: Length of the clip, seconds.

    Returns:
        The plan; `warnings` names what could not be bound.
    """
    media = _Media(images, elements, has_video)
    tokens = bind_implicit(tokenize(text, v.KNOWN_WORDS), images, elements)
    tokens, named_warnings = _bind_names(tokens, elements)
    roles = parse_roles(tokens, frames_only=task == "first_last_frame")
    camera = parse_camera(tokens, roles.nouns)
    parsed = camera.moves if task != "edit" else ()
    moves = _timed(parsed, duration_s)
    continuation, continuation_span = _continuation(task, tokens, camera)
    edits = _edits(task, tokens, roles, continuation)
    if task == "video_reference" and continuation is None and not edits.edits:
        continuation = "next_shot"
    settings, stand_ins = parse_setting(tokens)
    look, look_spans = parse_look(tokens)
    keeps_style = task == "video_reference" and _keeps_style(tokens)
    if keeps_style and not roles.style_refs:
        roles.style_refs.append("@Video1")
    spans = {**_role_spans(roles), **look_spans, **edits.spans}
    if continuation_span:
        spans["continuation"] = continuation_span
    plan = ShotPlan(
        task=task,
        duration_s=duration_s,
        start_frame=roles.start_frame,
        end_frame=roles.end_frame,
        style_refs=tuple(roles.style_refs),
        background_ref=roles.background_ref,
        continuation=continuation,
        keep_style=keeps_style,
        camera=moves,
        shot=_placed(camera.framings, parsed, moves, duration_s),
        subjects=_subjects(roles, moves, parsed, duration_s),
        edits=tuple(edits.edits),
        preserve=tuple(edits.preserve),
        negated=tuple(dict.fromkeys([*camera.negated, *edits.negated])),
        look=look,
        setting=settings,
        stand_ins=stand_ins,
        spans=spans,
        warnings=tuple(named_warnings),
    )
    bound = _bind(plan, media, roles)
    notes = lint(bound, tokens, tuple(item.move for item in camera.moves))
    return with_unread(replace(bound, warnings=(*bound.warnings, *notes)), tokens)


def _edits(task: str, tokens: list[Token], roles: Roles, continuation: str | None) -> ParsedEdits:
    """Edits where the task has them; a reference that an edit uses has no other role."""
    if task not in {"edit", "video_reference"}:
        return ParsedEdits()
    found = parse_edits(tokens)
    if task == "video_reference":
        transfers = continuation in {"camera_motion_transfer", "motion_transfer"}
        found.edits = [
            edit
            for edit in found.edits
            if edit.with_ref or (not continuation and edit.op not in {"remove", "attribute"})
        ]
        found.edits = [] if transfers else found.edits
        found.preserve = kept_in_new_shot(tokens)
        found.spans = {name: span for name, span in found.spans.items() if name.split(".")[-1] in found.preserve}
    used = {edit.with_ref for edit in found.edits if edit.with_ref}
    roles.subjects = {ref: subject for ref, subject in roles.subjects.items() if ref not in used}
    roles.style_refs = [ref for ref in roles.style_refs if ref not in used]
    roles.background_ref = None if roles.background_ref in used else roles.background_ref
    return found


def _role_spans(roles: Roles) -> dict[str, Span]:
    """The references, and the roles that are no items of their own: frames, place, styles."""
    named = {"start_frame": roles.start_frame, "end_frame": roles.end_frame, "background_ref": roles.background_ref}
    named |= {f"style_refs.{i}": ref for i, ref in enumerate(roles.style_refs)}
    return roles.spans | {name: roles.spans[ref] for name, ref in named.items() if ref in roles.spans}


def _keeps_style(tokens: list[Token]) -> bool:
    """ "Keep the style", "the same style as the video"."""
    return any(
        v.PRESERVE_VERBS.first(clause) is not None
        and v.STYLE_WORDS.first(clause) is not None
        and not v.WEARABLES.find(clause)
        for sentence in sentences(tokens)
        for clause in clauses(sentence)
    )


def _bind_names(tokens: list[Token], elements: int) -> tuple[list[Token], list[Warn]]:
    """`@Girl` and other names stand for the elements, in the order of their first use."""
    names: dict[str, str] = {}
    warnings: list[Warn] = []
    bound: list[Token] = []
    for token in tokens:
        is_name = token.kind == "ref" and not token.lemma[-1].isdigit()
        if is_name and token.lemma.lower() not in names and len(names) < elements:
            names[token.lemma.lower()] = f"@Element{len(names) + 1}"
        if is_name and token.lemma.lower() not in names:
            warnings.append(Warn("unknown_reference", f"{token.text} does not name any of the elements.", token.text))
        known = names.get(token.lemma.lower())
        if is_name and known is None:
            bound.append(replace(token, kind="word", lemma=token.lemma[1:].lower()))
        else:
            bound.append(replace(token, lemma=known) if known else token)
    return bound, warnings


def _continuation(task: str, tokens: list[Token], camera: ParsedCamera) -> tuple[Continuation | None, Span | None]:
    if task != "video_reference":
        return None, None
    return parse_continuation(tokens, has_framing=bool(camera.framings))


def _timed(parsed: tuple[ParsedMove, ...], seconds: float) -> tuple[CameraMove, ...]:
    """Share the clip out over the moves by their speed; moves that happen at once share their time."""
    groups: list[list[int]] = []
    for i, item in enumerate(parsed):
        if _is_overlay(item, parsed):
            continue
        if item.together and groups:
            groups[-1].append(i)
        else:
            groups.append([i])
    weights = [max(v.SPEED_WEIGHT.get(parsed[i].move.speed, 1.0) for i in group) for group in groups]
    times = dict.fromkeys(range(len(parsed)), (0.0, seconds))
    at = 0.0
    for group, weight in zip(groups, weights, strict=True):
        end = at + seconds * weight / sum(weights)
        times |= dict.fromkeys(group, (at, end))
        at = end
    return tuple(
        replace(item.move, start_s=round(times[i][0], 3), end_s=round(times[i][1], 3)) for i, item in enumerate(parsed)
    )


def _is_overlay(item: ParsedMove, parsed: tuple[ParsedMove, ...]) -> bool:
    """Whether a move lies over the others for the whole clip."""
    return MOVES[item.move.move].is_overlay and any(not MOVES[other.move.move].is_overlay for other in parsed)


def _sentence_times(
    parsed: tuple[ParsedMove, ...], moves: tuple[CameraMove, ...], seconds: float
) -> dict[int, tuple[float, float]]:
    """When each sentence happens: from its first to its last move."""
    times: dict[int, tuple[float, float]] = {}
    for item, move in zip(parsed, moves, strict=True):
        if _is_overlay(item, parsed):
            continue
        start, _ = times.get(item.sentence, (move.start_s, 0.0))
        times[item.sentence] = (start, min(move.end_s, seconds))
    return times


def _placed(
    framings: tuple[Framing, ...], parsed: tuple[ParsedMove, ...], moves: tuple[CameraMove, ...], seconds: float
) -> tuple[Framing, ...]:
    """Framings carry their sentence's number in `at_s`, and how far into it they begin; replace that by seconds."""
    times = _sentence_times(parsed, moves, seconds)
    placed = []
    for framing in framings:
        share, sentence = math.modf(framing.at_s)
        start, end = times.get(int(sentence), (0.0, seconds))
        placed.append(replace(framing, at_s=round(start + share * (end - start), 3)))
    if placed:
        placed[0] = replace(placed[0], at_s=0.0)
    return tuple(placed)


def _subjects(
    roles: Roles, moves: tuple[CameraMove, ...], parsed: tuple[ParsedMove, ...], seconds: float
) -> tuple[Subject, ...]:
    """Subjects in order of mention; one that is revealed appears while its sentence's moves run."""
    times = _sentence_times(parsed, moves, seconds)
    placed = []
    for ref, subject in roles.subjects.items():
        start, end = times.get(roles.reveals.get(ref, -1), (0.0, 0.0))
        placed.append(replace(subject, appears_s=round(start + REVEAL_SHARE * (end - start), 3)))
    return tuple(placed)


def _bind(plan: ShotPlan, media: _Media, roles: Roles) -> ShotPlan:
    """Check every reference against the media that came, and give the rest of the media a meaning."""
    available = media.references()
    if plan.task == "first_last_frame":
        images = [ref for ref in available if ref.startswith("@Image")]
        plan = replace(plan, start_frame=images[0], end_frame=images[1] if len(images) > 1 else None)
    missing = [ref for ref in roles.mentioned if ref not in available]
    unknown = "is not part of the request; it was read as plain text."
    warnings = [*plan.warnings, *(Warn("unknown_reference", f"{ref} {unknown}", ref) for ref in missing)]
    plan = _without(plan, set(missing))
    used = _used(plan) | set(roles.mentioned)
    for ref in (ref for ref in available if ref not in used and not ref.startswith("@Video")):
        plan, text = _default_role(plan, ref, media.images, roles.mentioned)
        warnings.append(Warn("unused_reference", text, ref))
    return replace(plan, warnings=tuple(warnings))


def _used(plan: ShotPlan) -> set[str]:
    single = {plan.start_frame, plan.end_frame, plan.background_ref}
    edits = {edit.with_ref for edit in plan.edits}
    refs = {*single, *plan.style_refs, *edits, *(subject.ref for subject in plan.subjects)}
    return {ref for ref in refs if ref}


def _without(plan: ShotPlan, missing: set[str]) -> ShotPlan:
    """The plan without references that did not come with the request."""
    if not missing:
        return plan
    return replace(
        plan,
        start_frame=None if plan.start_frame in missing else plan.start_frame,
        end_frame=None if plan.end_frame in missing else plan.end_frame,
        background_ref=None if plan.background_ref in missing else plan.background_ref,
        style_refs=tuple(ref for ref in plan.style_refs if ref not in missing),
        subjects=tuple(subject for subject in plan.subjects if subject.ref not in missing),
        edits=tuple(replace(e, with_ref=None) if e.with_ref in missing else e for e in plan.edits),
        camera=tuple(replace(m, target=None) if m.target in missing else m for m in plan.camera),
    )


def _default_role(plan: ShotPlan, ref: str, images: int, mentioned: list[str]) -> tuple[ShotPlan, str]:
    """What a reference means that no word mentions."""
    if ref.startswith("@Element"):
        if plan.task == "edit" and not any(edit.with_ref for edit in plan.edits):
            return _element_into_edit(plan, ref)
        subjects = (*plan.subjects, Subject(ref, "subject"))
        return replace(plan, subjects=subjects), f"The prompt does not mention {ref}; it stands in the picture."
    edit = next(
        (edit for edit in plan.edits if edit.op in {"style", "background", "replace", "add"} and not edit.with_ref),
        None,
    )
    if edit is not None:
        edits = tuple(replace(e, with_ref=ref) if e is edit else e for e in plan.edits)
        return replace(plan, edits=edits), f"The prompt does not mention {ref}; it was used for the {edit.op}."
    if plan.task == "edit":
        return plan, f"The prompt does not say what to do with {ref}; it was not used."
    if ref.startswith("@Image") and images > 1 and any(m.startswith("@Image") for m in mentioned):
        return plan, f"The prompt does not mention {ref}; it was not used."
    if plan.background_ref is None and plan.start_frame is None and images == 1 and plan.task == "reference_to_video":
        return replace(plan, background_ref=ref), f"The prompt does not mention {ref}; it was taken as the place."
    return replace(
        plan, style_refs=(*plan.style_refs, ref)
    ), f"The prompt does not mention {ref}; it was taken as a style."


def _element_into_edit(plan: ShotPlan, ref: str) -> tuple[ShotPlan, str]:
    edit = next((edit for edit in plan.edits if edit.op in {"replace", "add"}), None)
    if edit is None:
        return plan, f"The prompt does not say what to do with {ref}; it was not used."
    edits = tuple(replace(e, with_ref=ref) if e is edit else e for e in plan.edits)
    return replace(plan, edits=edits), f"The prompt does not mention {ref}; it was used for the {edit.op}."
