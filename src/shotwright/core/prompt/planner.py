"""Puts the parts of a prompt together: references are bound, entities get their pictures and roles, everything gets its seconds."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from shotwright.core.plan import Setting, ShotPlan, Warn
from shotwright.core.prompt import syntax, timing
from shotwright.core.prompt import vocabulary as v
from shotwright.core.prompt.accounting import unread_words
from shotwright.core.prompt.binding import bind_implicit, bound_media, entities_of, movers
from shotwright.core.prompt.camera import ParsedCamera, parse_camera
from shotwright.core.prompt.continuation import parse_continuation
from shotwright.core.prompt.edits import ParsedEdits, parse_edits
from shotwright.core.prompt.film import Segment, film_words, segments
from shotwright.core.prompt.focus import focused
from shotwright.core.prompt.keep import kept_in_new_shot
from shotwright.core.prompt.lexer import clauses, sentences, tokenize
from shotwright.core.prompt.lexicon import noun_of
from shotwright.core.prompt.limbs import handled
from shotwright.core.prompt.lint import lint
from shotwright.core.prompt.look import parse_look, parse_shells, settings_in
from shotwright.core.prompt.riding import mounted
from shotwright.core.prompt.roles import Roles, parse_roles
from shotwright.core.prompt.screenplay import read_scene
from shotwright.core.prompt.syntax import GOING
from shotwright.core.prompt.things import Scene

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shotwright.core.catalog import Task
    from shotwright.core.plan import CameraMove, Continuation, Entity, Look, Span
    from shotwright.core.prompt.lexer import Token
    from shotwright.core.request import ShotRequest


_ONTO = frozenset({"to", "on", "onto", "for", "over"})


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
    """Turn a request's prompt into a plan, unless the request brings one along.

    Args:
        request: A valid request; its media counts decide what the references mean.
        duration_s: Length of the clip when it is not the request's own (an edit lasts as long as its source).
    """
    if request.plan is not None:
        return _in_look(replace(request.plan, duration_s=duration_s or request.plan.duration_s), request.look)
    plan = parse_prompt(
        request.prompt,
        task=request.endpoint.task,
        images=len(request.images),
        elements=len(request.elements),
        has_video=bool(request.video_url),
        duration_s=duration_s or request.duration_s,
    )
    plan = replace(plan, warnings=(*(Warn("unknown_field", text) for text in request.unknown), *plan.warnings))
    return _in_look(plan, request.look)


def _in_look(plan: ShotPlan, style: str | None) -> ShotPlan:
    """A plan in a style that was asked for beside its words; an edit keeps its own."""
    if style is None or plan.task == "edit":
        return plan
    return replace(plan, look=replace(plan.look, style=style), style_refs=())


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
    tokens = bind_implicit(tokenize(text, v.KNOWN_WORDS), images, elements)
    tokens, named_warnings = _bind_names(tokens, elements)
    roles = parse_roles(tokens, frames_only=task == "first_last_frame")
    camera = parse_camera(tokens, roles.nouns)
    plan = _over_all(task, tokens, roles, camera)
    shots, markers = segments(text, tokens)
    film = markers | film_words(
        tokens,
        [parsed.move.span for parsed in camera.moves if parsed.move.span],
        [span for framing in camera.framings for span in (framing.span, framing.other) if span],
        [span for name, span in plan.spans.items() if name.startswith("look.")],
    )
    scene = read_scene(tokens, film, has_source=task == "video_reference") if task != "edit" else Scene()
    times = timing.Times(tokens, shots, camera, task, duration_s)
    staged = _placed(_staged(plan, scene, roles, times), tokens)
    staged = handled(mounted(staged))
    staged = replace(_cut_up(staged, shots, tokens), warnings=tuple(named_warnings))
    bound = bound_media(staged, _Media(images, elements, has_video).references(), roles.mentioned)
    notes = lint(bound, tokens, tuple(item.move for item in camera.moves))
    noted = replace(bound, warnings=(*bound.warnings, *notes))
    whole = replace(noted, shots=tuple(focused(shot, noted, tokens) for shot in noted.shots))
    return replace(whole, unread=unread_words(whole, tokens, film | scene.taken))


def _over_all(task: Task, tokens: list[Token], roles: Roles, camera: ParsedCamera) -> ShotPlan:
    """What holds for the whole clip: frames, styles, how it continues, edits, look."""
    continuation, continuation_span = _continuation(task, tokens, camera)
    if continuation == "camera_motion_transfer":
        _start_from(tokens, roles)
    edits = _edits(task, tokens, roles, continuation)
    if task == "video_reference" and continuation is None and not edits.edits:
        continuation = "next_shot"
    look, look_spans = _unkept(*parse_look(tokens), edits)
    keeps_style = task == "video_reference" and _keeps_style(tokens)
    if keeps_style and not roles.style_refs:
        roles.style_refs.append("@Video1")
    spans = {**_role_spans(roles), **look_spans, **edits.spans}
    if continuation_span:
        spans["continuation"] = continuation_span
    return ShotPlan(
        task, 0.0, start_frame=roles.start_frame, end_frame=roles.end_frame, style_refs=tuple(roles.style_refs), place_ref=roles.background_ref,
        continuation=continuation, keep_style=keeps_style, edits=tuple(edits.edits), preserve=tuple(edits.preserve),
        negated=tuple(dict.fromkeys([*camera.negated, *edits.negated])), look=look, spans=spans,
        setting=Setting(shells=parse_shells(tokens)),
    )  # fmt: skip


def _staged(plan: ShotPlan, scene: Scene, roles: Roles, times: timing.Times) -> ShotPlan:
    """The plan with its shots, its camera and its scene, everything at its time."""
    entities = _spelled_out(entities_of(scene, roles, times.reveals(roles)), scene, times)
    setting = replace(
        plan.setting,
        places=tuple(scene.places),
        inside=scene.is_inside,
        attributes=tuple(scene.place_attributes),
        sky=scene.sky,
        span=scene.place_span,
    )
    staged = replace(
        plan,
        duration_s=times.seconds,
        shots=times.shots(),
        camera=tuple(replace(move, target=_target(scene, move.target)) for move in times.moves),
        entities=entities,
        relations=tuple(replace(relation, end_s=times.seconds) for relation in scene.relations),
        actions=times.actions(movers(scene, roles)),
        setting=setting,
        effects=tuple(replace(effect, end_s=times.seconds) for effect in scene.effects),
    )
    return replace(staged, camera=tuple(_alongside(move, staged) for move in staged.camera))


def _alongside(move: CameraMove, plan: ShotPlan) -> CameraMove:
    """A tracking camera goes to the left with who goes there, behind who goes away, and before who comes."""
    if move.move != "tracking" or move.side is not None:
        return move
    acts = plan.actions_of(move.target or "") if plan.entity(move.target) is not None else plan.actions
    way = next((a.path for a in acts if a.path is not None and a.motion in GOING), None)
    ends = {"left": "left", "far": "behind", "near": "front"}
    side = None if way is None else "left" if way.start == "right" else ends.get(way.end or "")
    side = "front" if side is None and way is not None and way.along in syntax.NARROW else side
    return replace(move, side=side)


MOST_SPELLED_OUT = 4


def _spelled_out(entities: tuple[Entity, ...], scene: Scene, times: timing.Times) -> tuple[Entity, ...]:
    """ "A jazz trio: a bald man on bass, a singer, a drummer" are three, "two players, a woman and a boy" two."""
    acting = {deed.action.who for deed in scene.deeds} | {r.of for r in scene.relations}
    touched = {deed.action.object for deed in scene.deeds} | {r.to for r in scene.relations}
    touched |= {deed.action.path.end for deed in scene.deeds if deed.action.path} | {e.where for e in scene.effects}
    several = [e for e in entities if e.count > 1 and not e.ref and e.id not in acting]
    plain = [e for e in several if e.kind == "person" and e.count <= MOST_SPELLED_OUT and e.id not in touched]
    groups = [e for e in several if e.noun in syntax.GROUPS or e in plain]
    for group in groups:
        after = [e for e in entities if e.kind == "person" and e.span and group.span and e.span[0] > group.span[1]]
        if group.noun not in syntax.GROUPS:  # "two players, a woman and a boy": in one breath
            after = [e for e in after if times.is_one_sentence(group.span, e.span)]
        if sum(e.count for e in after[: group.count]) == group.count:
            entities = tuple(e for e in entities if e is not group)
    return entities


def _placed(plan: ShotPlan, tokens: list[Token]) -> ShotPlan:
    """The place of a plan whose sentences name none: a noun of the settings that is nobody ("INT. KITCHEN", "Underwater, ...")."""
    if plan.setting.places or plan.task == "edit":
        return plan
    acting = {one for action in plan.actions for one in (action.who, action.object)}  # who carves wood is in no woods
    scenery = {
        e.id for e in plan.entities if e.noun in v.PLACE_NOUNS and e.kind in {"nature", "other"} and e.id not in acting
    }
    somebody = {i for e in plan.entities if e.span and e.id not in scenery for i in range(*e.span)}
    hits = [hit for hit in settings_in(tokens) if not somebody & {tokens[i].start for i in range(hit.start, hit.end)}]
    hits = [hit for hit in hits if not tokens[hit.start].low.endswith(("ed", "ing"))]  # "a parked car"
    if not hits:
        return _placed_by_people(plan)
    first = hits[0]
    span = (tokens[first.start].start, tokens[first.end - 1].end)
    return replace(plan, setting=replace(plan.setting, places=(first.phrase,), span=span))


def _placed_by_people(plan: ShotPlan) -> ShotPlan:
    """ "Rooftop couple dancing", "a street musician": where they are is said of them."""
    for entity in plan.entities:
        told = [
            word
            for word in entity.attributes
            if word in v.PLACE_NOUNS and (n := noun_of(word)) and n.kind in {"place", "inside", "building"}
        ]
        if told and entity.kind in {"person", "animal", "vehicle"} and not plan.setting.shells[1:]:
            return replace(plan, setting=replace(plan.setting, places=(told[0],), span=entity.span))
    return plan


def _cut_up(plan: ShotPlan, segments: Sequence[Segment], tokens: list[Token]) -> ShotPlan:
    """Who is named first in a shot that the words cut to is there from that cut on; every shot has the places of its own words."""
    cuts = sorted({shot.start_s for shot in plan.shots if shot.cut})
    if not cuts or len(cuts) != len(segments) - 1:
        return plan

    def number(character: int) -> int:
        return next((i for i, part in enumerate(segments) if tokens[part.high - 1].end > character), len(cuts))

    def first_seen(entity: Entity) -> Entity:
        at = number(entity.span[0]) if entity.span else 0
        return replace(entity, appears_s=cuts[at - 1]) if at and entity.appears_s == 0 else entity

    places: list[list[str]] = [[] for _ in segments]
    for name in plan.setting.places:
        for i, part in enumerate(segments):
            if any(token.lemma == name.split()[-1] for token in tokens[part.low : part.high]):
                places[i].append(name)
    begun = [0.0, *cuts]
    return replace(
        plan,
        entities=tuple(first_seen(entity) for entity in plan.entities),
        shots=tuple(
            replace(shot, places=tuple(places[begun.index(shot.start_s)])) if shot.start_s in begun else shot
            for shot in plan.shots
        ),
    )


def _target(scene: Scene, target: str | None) -> str | None:
    """A camera's target as the entity that it is; else the noun."""
    thing = scene.thing(target)
    return thing.id if thing else target


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


def _start_from(tokens: list[Token], roles: Roles) -> None:
    """ "Transfer the camera movement from @Video1 to @Image1": the picture is what the camera moves over."""
    onto = [b.lemma for a, b in itertools.pairwise(tokens) if a.lemma in _ONTO and b.lemma.startswith("@Image")]
    if onto and roles.start_frame is None:
        roles.start_frame = onto[0]
        roles.subjects.pop(onto[0], None)


def _unkept(look: Look, spans: dict[str, Span], edits: ParsedEdits) -> tuple[Look, dict[str, Span]]:
    """The look without what the video has and keeps: "keep the rain" brings no rain."""
    kept = [span for name, span in edits.spans.items() if name.startswith("preserve.")]
    inside = [name for name, (low, high) in spans.items() if any(start <= low and high <= end for start, end in kept)]
    fields = {name.removeprefix("look."): None for name in inside}
    return replace(look, **fields), {name: span for name, span in spans.items() if name not in inside}


def _role_spans(roles: Roles) -> dict[str, Span]:
    """The references, and the roles that are no items of their own: frames, place, styles."""
    named = {"start_frame": roles.start_frame, "end_frame": roles.end_frame, "place_ref": roles.background_ref}
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
