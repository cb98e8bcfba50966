"""What two do with one another, and what is done to somebody: both hug, both clink; what is put into a hand is given, who is wrapped is held."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from shotwright.core.plan import Path, Relation

if TYPE_CHECKING:
    from shotwright.core.plan import ShotPlan

MUTUAL = frozenset({"hug", "kiss", "shake_hands", "waltz"})
HIGH = frozenset({"five", "high-five", "high five", "clink", "toast"})
"""Motions, and verbs, that take two: the other one does it as well."""
WRAPPED = frozenset({"wrap", "drape", "tuck", "throw", "put"})
COVERS = frozenset({"blanket", "coat", "jacket", "towel", "shawl", "cloak", "scarf", "cape", "quilt", "robe"})


def done_together(plan: ShotPlan) -> ShotPlan:
    """A plan in which what takes two is done by both.

    Args:
        plan: As it was read.
    """
    return _mutual(_landed(_bent_over(_wrapped(_into_hands(plan)))))


def _mutual(plan: ShotPlan) -> ShotPlan:
    """ "The girl hugs the robot": the robot hugs her."""
    beings = {e.id for e in plan.entities if e.kind == "person" or (e.ref or "").startswith("@Element")}
    found = tuple(
        replace(act, who=other, object=act.who, path=None)
        for act in plan.actions
        if ((act.motion in MUTUAL and act.verb.split()[0] not in WRAPPED) or act.verb in HIGH)
        and (other := act.object or (act.path.end if act.path else None)) in beings
        and act.who in beings
        and not any(a.start_s < act.end_s and act.start_s < a.end_s for a in plan.actions_of(str(other)))
    )
    return replace(plan, actions=(*plan.actions, *found)) if found else plan


def _into_hands(plan: ShotPlan) -> ShotPlan:
    """ "Places a scalpel in the surgeon's hand": gives it to them."""
    hands = {r.of: r.to for r in plan.relations if r.relation == "part_of"}
    people = {e.id for e in plan.entities if e.kind == "person" or e.ref}
    kept, found = list(plan.relations), []
    for act in plan.actions:
        to = next((r for r in kept if r.of == act.object and r.relation in {"in", "on", "inside"} and (hands.get(r.to) in people or r.to in people)), None)  # fmt: skip
        held = next((r for r in kept if r.to == act.object and r.relation == "holding" and r.of != act.who), None)
        receiver = (hands.get(to.to, to.to) if to is not None else None) or (held.of if held is not None else None)
        if act.motion != "put_down" or act.object is None or receiver is None or receiver == act.who:
            found.append(act)
            continue
        kept = [r for r in kept if r not in (to, held)]
        kept.append(Relation(act.who, "holding", act.object, 0.0, plan.duration_s))
        found.append(replace(act, motion="give", path=Path(end=receiver)))
    return replace(plan, relations=tuple(kept), actions=tuple(found))


def _wrapped(plan: ShotPlan) -> ShotPlan:
    """ "Wraps a blanket around him": an arm goes around him, and he has it on."""
    covers = {e.id for e in plan.entities if e.noun.rpartition(" ")[2] in COVERS}
    around = {r.of: r.to for r in plan.relations if r.relation in {"around", "over", "on"} and r.of in covers}
    people = {e.id for e in plan.entities if e.kind == "person"}
    found, kept = [], list(plan.relations)
    for act in plan.actions:
        whom = around.get(act.object or "") or (
            (act.path.around or act.path.over or act.path.end) if act.path else None
        )
        is_it = act.verb.split()[0] in WRAPPED and act.object in covers and whom in people and whom != act.who
        found.append(replace(act, motion="hug", object=whom, path=None) if is_it else act)
        if is_it and act.object is not None and whom is not None:
            kept = [
                r
                for r in kept
                if r.of != act.object and not (r.to == act.object and r.relation in {"wearing", "holding"})
            ]
            kept = [r for r in kept if (r.of, r.to) != (act.who, whom) or r.relation not in {"around", "over", "on"}]
            kept.append(Relation(whom, "wearing", act.object, 0.0, plan.duration_s))
    return replace(plan, relations=tuple(kept), actions=tuple(found))


ALOFT = frozenset(
    {
        "fly",
        "float",
        "jump",
        "climb",
        "fall",
        "swim",
        "swing",
        "spin",
        "walk",
        "run",
        "march",
        "drive",
        "ride_bike",
        "ride_horse",
    }
)
BENT_OVER = frozenset({"person", "animal", "furniture", "tool", "food", "clothing"})


def _bent_over(plan: ShotPlan) -> ShotPlan:
    """ "Three surgeons bend over a patient": they stand at it, and hover nowhere."""
    people = {e.id for e in plan.entities if e.kind == "person" or e.ref}
    below = {e.id for e in plan.entities if e.kind in BENT_OVER and not e.ref}
    bent = {
        r for r in plan.relations
        if r.relation == "over" and r.of in people and r.to in below and not any(a.motion in ALOFT for a in plan.actions_of(r.of))
    }  # fmt: skip
    if not bent:
        return plan
    who = {r.of for r in bent}
    relations = tuple(replace(r, relation="behind") if r in bent else r for r in plan.relations)
    actions = tuple(
        replace(a, motion="tinker" if a.motion == "crouch" else a.motion, path=None)
        if a.who in who and a.path is not None and a.path.over in below
        else a
        for a in plan.actions
    )
    return replace(plan, relations=relations, actions=actions)


def _landed(plan: ShotPlan) -> ShotPlan:
    """ "Jumps off and lands on her knees": somebody who has no wings."""
    people = {e.id for e in plan.entities if e.kind == "person"}
    return replace(
        plan,
        actions=tuple(
            replace(a, motion="crouch", path=None) if a.who in people and a.verb == "land" and a.motion == "fly" else a
            for a in plan.actions
        ),
    )
