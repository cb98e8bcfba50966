"""Everyday tasks that no verb alone shows: who flies a kite looks up at it, who mows the lawn pushes a mower. The rows are `words/tasks.toml`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, cast, get_args

from shotwright.core.plan import Action, Entity, EntityKind, Path, Preposition, Relation
from shotwright.core.prompt.lexicon import noun_of, singular
from shotwright.core.prompt.limbs import next_id

if TYPE_CHECKING:
    from shotwright.core.plan import ShotPlan

NEAR: dict[str, Preposition] = {"held": "holding", "at": "at", "on": "on", "under": "under"}


@dataclass(frozen=True)
class Task:
    """A row of `words/tasks.toml`, which says what its fields mean."""

    verbs: frozenset[str]
    objects: frozenset[str]
    motion: str
    noun: str | None = None
    add: str | None = None
    how: str | None = None
    does: str | None = None
    one: bool = False
    only: frozenset[str] = frozenset()
    drop: frozenset[str] = frozenset()


@cache
def tasks() -> tuple[Task, ...]:
    """All rows, in order: the first that fits is taken."""
    text = (resources.files(__package__) / "words" / "tasks.toml").read_text(encoding="utf-8")
    rows = tomllib.loads(text)["task"]
    sets = ("verbs", "objects", "only", "drop")
    return tuple(Task(**(row | {name: frozenset(row.get(name, ())) for name in sets})) for row in rows)


def as_tasks(plan: ShotPlan) -> ShotPlan:
    """A plan whose tasks are shown as people do them.

    Args:
        plan: As it was read.
    """
    people = {e.id for e in plan.entities if e.kind == "person" or e.ref}
    for act in [a for a in plan.actions if a.who in people]:
        done_to = plan.entity(act.object) or _at_hand(act, plan)
        task = next((one for one in tasks() if _fits(one, act, done_to, plan)), None)
        plan = plan if task is None else _shown(task, act, done_to, plan)
    return plan


def _at_hand(act: Action, plan: ShotPlan) -> Entity | None:
    """What somebody works at without doing it to that: "looks through a microscope", "talks on the phone"."""
    goal = (act.path.end or act.path.over or act.path.along) if act.path else None
    near = [r.to for r in plan.relations if r.of == act.who and r.relation in {"on", "in", "at", "holding", "facing"}]
    found = [plan.entity(name) for name in (goal, *near)]
    return next((one for one in found if one is not None and one.kind in {"tool", "clothing", "furniture"}), None)


def _fits(task: Task, act: Action, done_to: Entity | None, plan: ShotPlan) -> bool:
    nouns = _names(done_to)
    if act.verb.split()[0] not in task.verbs or (task.objects and not nouns & task.objects):
        return False
    if not task.objects and act.object is not None and task.add is None:
        return False
    named = {word for e in plan.entities for word in (*_names(e), *e.attributes)} | set(plan.setting.places)
    return not task.only or bool(task.only & named)


def _names(entity: Entity | None) -> set[str]:
    if entity is None:
        return set()
    last = entity.noun.rpartition(" ")[2]
    return {entity.noun, last, singular(last)}


def _shown(task: Task, act: Action, done_to: Entity | None, plan: ShotPlan) -> ShotPlan:
    """The plan with a task as it is seen."""
    thing = done_to if done_to is not None and task.objects and task.add is None else None
    if task.add is not None:
        thing = next((e for e in plan.entities if task.add in _names(e)), None)
        if thing is None:
            thing = _made(task.add, plan)
            plan = replace(plan, entities=(*plan.entities, thing))
    if thing is not None:
        after = replace(thing, noun=task.noun or thing.noun, count=1 if task.one else thing.count)
        plan = replace(plan, entities=tuple(after if e.id == thing.id else e for e in plan.entities))
    keeps = task.how in {"pushed", "at", None} and thing is not None
    doing = replace(act, motion=task.motion, object=thing.id if keeps and thing is not None else None, path=act.path if task.how == "pushed" else None)  # fmt: skip
    if task.how is None:
        doing = replace(act, motion=task.motion)
    gone = {
        e.id
        for e in plan.entities
        if task.drop & _names(e) and (task.noun is None or thing is None or e.id != thing.id)
    }
    plan = replace(plan, entities=tuple(e for e in plan.entities if e.id not in gone))
    actions = [doing if a is act else a for a in plan.actions]
    relations = [
        r for r in plan.relations if not {r.of, r.to} & gone and (thing is None or {r.of, r.to} != {act.who, thing.id})
    ]
    if thing is not None and task.how in NEAR and not (task.how == "at" and task.motion in {"tinker", "write"}):
        relations.append(Relation(act.who, NEAR[task.how], thing.id, act.start_s, act.end_s))
    if thing is not None and task.does:
        relations = [r for r in relations if r.of != thing.id]
        actions.append(Action(thing.id, task.does, task.does, None, Path(), start_s=act.start_s, end_s=act.end_s))
    return replace(plan, actions=tuple(actions), relations=tuple(relations))


def _made(noun: str, plan: ShotPlan) -> Entity:
    known = noun_of(noun)
    kind = known.kind if known is not None and known.kind in get_args(EntityKind) else "tool"
    return Entity(next_id(plan), noun, cast("EntityKind", kind))
