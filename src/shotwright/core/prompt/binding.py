"""Media to words and back: what is meant without a marker, whose picture is whose, what the rest of the media means."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from shotwright.core.plan import Action, Entity, Path, Relation, Warn
from shotwright.core.prompt import syntax
from shotwright.core.prompt.lexer import Token
from shotwright.core.prompt.lexicon import noun_of
from shotwright.core.prompt.look import HEADING_ENDS
from shotwright.core.prompt.things import Deed, Thing

if TYPE_CHECKING:
    from shotwright.core.plan import Role, ShotPlan
    from shotwright.core.prompt.roles import Referred, Roles
    from shotwright.core.prompt.things import Scene

GIVEN = frozenset(
    {
        "reference",
        "provided",
        "attached",
        "uploaded",
        "given",
        "input",
        "ref",
        "attach",
        "upload",
        "provide",
        "supplied",
    }
)
PICTURES = frozenset({"image", "picture", "photo", "photograph", "pic"})
UNNAMED = frozenset({"character", "object", "garment"})
"""Nouns of pictures that the words give none."""
BORNE = frozenset({"holding", "wearing"})
ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7}


def bind_implicit(tokens: list[Token], images: int, elements: int) -> list[Token]:
    """ "The reference image" is @Image1 where there is one; "the second image" and "image 2" are @Image2."""
    bound: list[Token] = []
    i = 0
    while i < len(tokens):
        number, length = _implied(tokens, i, images)
        if number:
            span = tokens[i : i + length]
            bound.append(Token("ref", " ".join(t.text for t in span), f"@Image{number}", span[0].start, span[-1].end))
            i += length
        elif tokens[i].lemma == "element" and i + 1 < len(tokens) and 1 <= tokens[i + 1].value <= elements:
            span = tokens[i : i + 2]
            name = f"@Element{int(span[1].value)}"
            bound.append(Token("ref", f"{span[0].text} {span[1].text}", name, span[0].start, span[1].end))
            i += 2
        else:
            bound.append(tokens[i])
            i += 1
    return bound


def _implied(tokens: list[Token], i: int, images: int) -> tuple[int, int]:
    """The number of the image that is meant at `i`, and how many tokens mean it."""
    lemmas = [t.lemma for t in tokens[i : i + 3]]
    if len(lemmas) >= 2 and lemmas[0] in GIVEN and lemmas[1] in PICTURES and not _has_marker(tokens, i + 2):
        return (1, 2) if images == 1 else (0, 0)
    if lemmas[:3] == ["参", "考", "图"] and images == 1:
        return 1, 3
    if (
        len(lemmas) >= 2
        and lemmas[0] in ORDINALS
        and lemmas[1] in {"image", "picture", "photo"}
        and ORDINALS[lemmas[0]] <= images
    ):
        return ORDINALS[lemmas[0]], 2
    if (
        len(lemmas) >= 2
        and lemmas[0] in PICTURES
        and tokens[i + 1].kind == "number"
        and 1 <= tokens[i + 1].value <= images
    ):
        return int(tokens[i + 1].value), 2
    return 0, 0


def _has_marker(tokens: list[Token], i: int) -> bool:
    return i < len(tokens) and tokens[i].kind == "ref"


def entities_of(scene: Scene, roles: Roles, reveals: dict[str, float]) -> tuple[Entity, ...]:
    """The entities of a scene with the roles of their pictures; those that only the roles know come last.

    Args:
        scene: What was read.
        roles: What each reference is for.
        reveals: When a reference is first seen, seconds.
    """
    no_entity = {
        roles.start_frame,
        roles.end_frame,
        roles.background_ref,
        *roles.style_refs,
        *roles.mentioned,
    } - roles.subjects.keys()
    for thing in scene.things:
        if thing.ref in no_entity:
            thing.ref = None
    for ref, referred in roles.subjects.items():
        if scene.thing(ref) is None:
            _place(scene, ref, referred)
    lively = {deed.action.who for deed in scene.deeds if deed.action.motion in syntax.LIVELY}
    found = []
    for thing in scene.things:
        said = roles.subjects.get(thing.ref or "")
        if thing.ref is None and not thing.noun:
            continue
        role = _role(thing, said, lively)
        if not thing.noun:
            thing.noun, thing.kind = _called(role)
        entity = thing.entity(role, said.placement if said else None)
        found.append(replace(entity, appears_s=reveals.get(thing.ref or "", 0.0)))
    _own(
        scene,
        {
            ref: said
            for ref, said in roles.subjects.items()
            if (known := scene.thing(ref)) is None or known.id not in lively
        },
    )
    there = {entity.id for entity in found}
    scene.relations = [r for r in scene.relations if {r.of, r.to} <= there]
    scene.deeds = [_without_strangers(deed, there) for deed in scene.deeds if deed.action.who in there]
    scene.things = [thing for thing in scene.things if thing.id in there]
    return tuple(found)


def _without_strangers(deed: Deed, there: set[str]) -> Deed:
    """An action without an object that is no entity after all: a picture that is the place."""
    return deed if deed.action.object in there else replace(deed, action=replace(deed.action, object=None))


def _place(scene: Scene, ref: str, referred: Referred) -> None:
    """A picture that the scene does not know: that of a noun which has none, or an entity of its own."""
    same = next((t for t in scene.things if t.ref is None and referred.noun and t.noun == referred.noun), None)
    if same is not None:
        same.ref = ref
        return
    known = noun_of(referred.noun) if referred.noun else None
    scene.things.append(
        Thing(scene.next_id(), referred.noun or "", known.kind if known else "other", ref, span=referred.span)
    )


def _called(role: Role | None) -> tuple[str, str]:
    """A noun and a kind for a picture that the words give none."""
    return (
        ("character", "person")
        if role == "subject"
        else ("garment", "clothing")
        if role == "clothing"
        else ("object", "other")
    )


LIFELESS = frozenset({"vehicle", "tool", "food", "furniture", "building", "plant"})


def _role(thing: Thing, referred: Referred | None, lively: set[str]) -> Role | None:
    """What a picture is for: as its words say, unless its noun is of another kind."""
    if referred is None or not thing.ref:
        return None
    if thing.kind in {"person", "animal"} and referred.role in {"clothing", "prop", "object"} and thing.noun:
        return "subject"
    if thing.noun and thing.kind in LIFELESS and referred.role == "subject":
        return "object"  # "@Element1, a small silver shuttle, leaves the hangar"
    if not referred.noun and referred.role == "prop" and thing.id in lively:
        return "subject"
    return referred.role


def _own(scene: Scene, subjects: dict[str, Referred]) -> None:
    """What belongs to somebody is held or worn by them, where the sentence does not say it already."""
    for ref, referred in subjects.items():
        thing, owner = scene.thing(ref), scene.thing(referred.of)
        if (
            thing is None
            or owner is None
            or thing is owner
            or any(r.to == thing.id and r.relation in BORNE for r in scene.relations)
        ):
            continue
        if referred.role in {"clothing", "prop"}:
            scene.relations.append(
                Relation(
                    owner.id, "wearing" if referred.role == "clothing" else "holding", thing.id, span=referred.span
                )
            )


def movers(scene: Scene, roles: Roles) -> list[Deed]:
    """What everybody does: as the scene has it, else as the words around a reference say."""
    deeds = list(scene.deeds)
    for ref, referred in roles.subjects.items():
        thing = scene.thing(ref)
        if thing is not None and referred.action and not any(d.action.who == thing.id for d in deeds):
            path = Path(**HEADING_ENDS[referred.heading]) if referred.heading else None
            deeds.append(
                Deed(
                    Action(thing.id, referred.action, referred.action, path=path, span=referred.span),
                    0,
                    is_together=False,
                    is_later=False,
                )
            )
    return deeds


def bound_media(plan: ShotPlan, available: list[str], mentioned: list[str]) -> ShotPlan:
    """Check every reference against the media that came, and give the rest of the media a meaning.

    Args:
        plan: The plan so far.
        available: The references of the request.
        mentioned: The references of the prompt.
    """
    if plan.task == "first_last_frame":
        images = [ref for ref in available if ref.startswith("@Image")]
        plan = replace(plan, start_frame=images[0], end_frame=images[1] if len(images) > 1 else None)
    missing = [ref for ref in mentioned if ref not in available]
    unknown = "is not part of the request; it was read as plain text."
    warnings = [*plan.warnings, *(Warn("unknown_reference", f"{ref} {unknown}", ref) for ref in missing)]
    plan = _without(plan, set(missing))
    used = _used(plan) | set(mentioned)
    for ref in (ref for ref in available if ref not in used and not ref.startswith("@Video")):
        plan, text = _default_role(plan, ref, len([r for r in available if r.startswith("@Image")]), mentioned)
        warnings.append(Warn("unused_reference", text, ref))
    return replace(plan, warnings=tuple(warnings))


def _used(plan: ShotPlan) -> set[str]:
    single = {plan.start_frame, plan.end_frame, plan.place_ref}
    edits = {edit.with_ref for edit in plan.edits}
    refs = {*single, *plan.style_refs, *edits, *(item.ref for item in plan.entities)}
    return {ref for ref in refs if ref}


def _without(plan: ShotPlan, missing: set[str]) -> ShotPlan:
    """The plan without references that did not come with the request."""
    if not missing:
        return plan
    nobody = {item.id for item in plan.entities if item.ref in missing and item.noun in UNNAMED}
    return replace(
        plan,
        start_frame=None if plan.start_frame in missing else plan.start_frame,
        end_frame=None if plan.end_frame in missing else plan.end_frame,
        place_ref=None if plan.place_ref in missing else plan.place_ref,
        style_refs=tuple(ref for ref in plan.style_refs if ref not in missing),
        entities=tuple(
            replace(item, ref=None, role=None) if item.ref in missing else item
            for item in plan.entities
            if item.id not in nobody
        ),
        relations=tuple(r for r in plan.relations if not {r.of, r.to} & nobody),
        actions=tuple(
            replace(a, object=None if a.object in nobody else a.object) for a in plan.actions if a.who not in nobody
        ),
        edits=tuple(replace(e, with_ref=None) if e.with_ref in missing else e for e in plan.edits),
        camera=tuple(replace(m, target=None) if m.target in missing | nobody else m for m in plan.camera),
    )


def _default_role(plan: ShotPlan, ref: str, images: int, mentioned: list[str]) -> tuple[ShotPlan, str]:
    """What a reference means that no word mentions."""
    if ref.startswith("@Element"):
        if plan.task == "edit" and not any(edit.with_ref for edit in plan.edits):
            return _element_into_edit(plan, ref)
        number = 1 + max((int(item.id[1:]) for item in plan.entities), default=0)
        entities = (*plan.entities, Entity(f"e{number}", "character", "person", ref, "subject"))
        return replace(plan, entities=entities), f"The prompt does not mention {ref}; it stands in the picture."
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
    if plan.place_ref is None and plan.start_frame is None and images == 1 and plan.task == "reference_to_video":
        return replace(plan, place_ref=ref), f"The prompt does not mention {ref}; it was taken as the place."
    return replace(
        plan, style_refs=(*plan.style_refs, ref)
    ), f"The prompt does not mention {ref}; it was taken as a style."


def _element_into_edit(plan: ShotPlan, ref: str) -> tuple[ShotPlan, str]:
    edit = next((edit for edit in plan.edits if edit.op in {"replace", "add"}), None)
    if edit is None:
        return plan, f"The prompt does not say what to do with {ref}; it was not used."
    edits = tuple(replace(e, with_ref=ref) if e is edit else e for e in plan.edits)
    return replace(plan, edits=edits), f"The prompt does not mention {ref}; it was used for the {edit.op}."
