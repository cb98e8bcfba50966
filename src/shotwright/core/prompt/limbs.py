"""Hands and feet that the words name alone belong to somebody: "close-up of hands typing on a keyboard"."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from shotwright.core.plan import Entity, Relation

if TYPE_CHECKING:
    from shotwright.core.plan import Preposition, ShotPlan

LIMBS = frozenset({"hand", "finger", "fist", "palm", "thumb", "wrist", "arm", "forearm", "foot", "toe", "ankle", "leg", "knee", "calf"})  # fmt: skip
REFLECTED = {"fire": "glow", "flame": "glow", "explosion": "glow"}
"""What of an effect is seen in an eye."""
SHOES = frozenset({"boot", "shoe", "sneaker", "heel", "sandal", "slipper", "trainer"})
CLOSE = frozenset({"medium_close_up", "close_up", "extreme_close_up"})
PAIR = 2


def owned(plan: ShotPlan) -> ShotPlan:
    """Give limbs that nobody owns their owner, who does what they do; in a close shot, or where there are two of them."""
    plan = _only_hands(_inside_eyes(plan))
    parts = {r.of for r in plan.relations if r.relation == "part_of"}
    is_close = any(shot.size in CLOSE for shot in plan.shots)
    worn = {r.to for r in plan.relations if r.relation == "wearing"}
    for limb in [e for e in plan.entities if e.noun.rpartition(" ")[2] in LIMBS | SHOES and not e.ref]:
        is_shoe = limb.noun.rpartition(" ")[2] in SHOES
        is_alone = limb.id not in worn and any(a.who == limb.id for a in plan.actions) if is_shoe else True
        if plan.task == "edit" or not is_alone:
            continue
        leads = plan.entities[0].kind in {"body_part", "clothing"} or any(e.kind == "person" for e in plan.entities)
        if (
            limb.id in parts or (is_close and leads) or limb.count == PAIR
        ):  # else a hand comes into the picture of a product
            plan = _with_owner(plan, limb, "wearing" if is_shoe else "part_of")
    return _by_hand(plan)


def _only_hands(plan: ShotPlan) -> ShotPlan:
    """ "A candle, a woman's hand lights it": of whoever's hand it is nothing else is seen."""
    hands = {e.id for e in plan.entities if e.noun in {"hand", "finger"} and e.kind == "body_part" and any(a.who == e.id for a in plan.actions)}  # fmt: skip
    owners = {r.to for r in plan.relations if r.of in hands and r.relation == "part_of"}
    people = [e for e in plan.entities if e.kind == "person" or e.ref]
    first = plan.entities[0] if plan.entities else None
    busy = {a.who for a in plan.actions} | {r.of for r in plan.relations if r.relation != "part_of"} | {s.focus for s in plan.shots}  # fmt: skip
    if first is None or first.kind not in HANDLED or {e.id for e in people} != owners or owners & busy:
        return plan
    parts = {e.id for e in plan.entities if e.kind == "body_part"} - hands
    gone = owners | parts
    entities = tuple(replace(e, count=1) if e.id in hands else e for e in plan.entities if e.id not in gone)
    return replace(plan, entities=entities, relations=tuple(r for r in plan.relations if not {r.of, r.to} & gone))


SOMEBODY, HANDLED = (
    frozenset({"someone", "somebody", "person", "anyone", "one"}),
    frozenset({"tool", "food", "plant", "other", "clothing"}),
)
"""Who is nobody in particular; and what one takes in one's hands."""


def _by_hand(plan: ShotPlan) -> ShotPlan:
    """ "Macro shot: someone breaks a croissant": of whoever does it the hands are seen."""
    kinds = {e.id: e.kind for e in plan.entities}
    is_close = any(shot.size in {"close_up", "extreme_close_up"} for shot in plan.shots)
    doing = {a.who for a in plan.actions if kinds.get(a.object or "") in HANDLED}
    unknown = {
        e.id
        for e in plan.entities
        if e.noun in SOMEBODY and e.kind == "person" and not e.ref and e.span and e.id in doing
    }
    if not is_close or not unknown or any(e.kind == "person" and e.id not in unknown for e in plan.entities):
        return plan
    entities = tuple(replace(e, noun="hand", kind="body_part") if e.id in unknown else e for e in plan.entities)
    return replace(plan, entities=entities)


def _inside_eyes(plan: ShotPlan) -> ShotPlan:
    """ "A flame reflected in the pupil" of an eye: no pupil of a school."""
    eye = next((e for e in plan.entities if e.noun == "eye"), None)
    inner = {e.id for e in plan.entities if e.noun in {"pupil", "iris"} and not e.ref}
    if eye is None or not inner:
        return plan
    effects = tuple(
        replace(e, where=eye.id, kind=REFLECTED.get(e.kind, e.kind)) if e.where in inner else e for e in plan.effects
    )
    entities = tuple(e for e in plan.entities if e.id not in inner)
    relations = tuple(r for r in plan.relations if not {r.of, r.to} & inner)
    actions = tuple(a for a in plan.actions if a.who not in inner)
    return replace(plan, entities=entities, effects=effects, relations=relations, actions=actions)


def _with_owner(plan: ShotPlan, limb: Entity, how: Preposition) -> ShotPlan:
    known = {r.to for r in plan.relations if r.of == limb.id and r.relation == "part_of"}
    before = [e for e in plan.entities if e.kind == "person" and e.span and limb.span and e.span < limb.span]
    before = [e for e in plan.entities if e.id in known] if known else before
    if known and any(e.kind != "person" for e in before):
        return plan  # a kraken's arm has a life of its own
    owner = before[-1] if before else _somebody(plan, limb)
    entities = plan.entities if before else (owner, *plan.entities)
    touched = next((r.to for r in plan.relations if r.of == limb.id and r.relation in {"on", "over", "at"}), None)
    actions = tuple(
        replace(a, who=owner.id, object=a.object or touched) if a.who == limb.id else a for a in plan.actions
    )
    relations = tuple(
        replace(r, of=owner.id) if r.of == limb.id and r.relation != "part_of" else r
        for r in plan.relations
        if not (r.of == limb.id and r.to == touched and actions != plan.actions)
    )
    pair = (owner.id, limb.id) if how == "wearing" else (limb.id, owner.id)
    whole = () if known else (Relation(pair[0], how, pair[1], 0.0, plan.duration_s, span=limb.span),)
    return replace(plan, entities=entities, actions=actions, relations=(*relations, *whole))


def next_id(plan: ShotPlan) -> str:
    """The id of another entity."""
    return f"e{1 + max((int(e.id[1:]) for e in plan.entities if e.id[1:].isdecimal()), default=0)}"


def _somebody(plan: ShotPlan, limb: Entity) -> Entity:
    return Entity(next_id(plan), "person", "person", None, None, 1, () if limb.kind == "clothing" else limb.attributes)


WORK = frozenset({"type", "write", "tinker", "paint", "cut", "stir", "read", "hammer"})
"""Motions of hands at something small."""


def handled(plan: ShotPlan) -> ShotPlan:
    """ "Types on a laptop", "writes in a notebook": nobody stands on what their hands work at."""
    kinds = {e.id: e.kind for e in plan.entities}
    at = {r.of: r for r in plan.relations if r.relation in {"on", "in", "at", "over"} and kinds.get(r.to) == "tool"}
    doing = {
        a.who: at[a.who].to
        for a in plan.actions
        if a.who in at and a.object is None and kinds.get(a.who) == "person" and (a.motion in WORK or a.verb == "work")
    }
    actions = tuple(
        replace(a, object=doing[a.who], motion=a.motion or "tinker")
        if a.who in doing and a.object is None and (a.motion in WORK or a.verb == "work")
        else a
        for a in plan.actions
    )
    relations = tuple(r for r in plan.relations if not (r.of in doing and r is at.get(r.of)))
    return replace(plan, actions=actions, relations=relations) if doing else plan
