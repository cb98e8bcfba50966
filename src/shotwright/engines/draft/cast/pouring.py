"""What is poured: the vessel that it comes out of, and the stream."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from shotwright.core.plan import Effect

if TYPE_CHECKING:
    from shotwright.core.plan import Action
    from shotwright.engines.draft.cast.layout import Layout

POURING_S = 0.25
"""When a stream begins, after the arm."""


@cache
def tables() -> dict[str, dict[str, str]]:
    """The rows of `props.toml`, by table."""
    return tomllib.loads((resources.files(__package__) / "props.toml").read_text(encoding="utf-8"))


def fill(number: int, action: Action, layout: Layout) -> None:
    """What is poured comes out of a vessel, in a stream."""
    rows = tables()
    if action.motion != "pour":
        return
    target = next((i for i, e in enumerate(layout.entities) if e.id in {action.object, action.who}), None)
    liquid = next(
        (i for i, e in enumerate(layout.entities) if e.id in {action.object, action.who} and e.noun.rpartition(" ")[2] in rows["vessels"]), None
    )  # fmt: skip
    who = next((e for e in layout.entities if e.id == action.who), None)
    if who is None or target is None:
        return
    colour = rows["liquids"]["water"]
    source = action.object if action.object and who.id != action.object else action.who
    if liquid is not None:
        poured = layout.entities[liquid]
        colour = poured.colour or rows["liquids"][poured.noun.rpartition(" ")[2]]
        goals = {action.path.end, action.path.over, action.path.along} if action.path else set()
        inner = (r.to for r in layout.relations if r.of == poured.id and r.relation in {"in", "inside"})
        held = next((name for name in inner if name not in goals), action.path.start if action.path else None)
        layout.relations = [r for r in layout.relations if r.of != poured.id or r.to not in goals]
        known = next((e for e in layout.entities if e.id == held), None)
        if known is not None and known.kind in {"tool", "other"}:
            layout.relations = [r for r in layout.relations if (r.of, r.to) != (poured.id, known.id)]
            layout.entities.remove(poured)
            layout.actions[number] = replace(action, object=known.id)
            source = known.id
        else:
            noun = rows["vessels"][poured.noun.rpartition(" ")[2]]
            layout.entities[liquid] = replace(poured, noun=noun, kind="tool", count=1, colour=None, attributes=())
            source = poured.id
    if who.id != source:
        layout.relate(who.id, "holding", source)
    layout.effects.append(Effect("pour", source, colour=colour, start_s=action.start_s + POURING_S, end_s=action.end_s))


def is_poured(name: str, layout: Layout) -> bool:
    """Whether something flows by itself: syrup, and nobody who pours it."""
    return any(
        e.id == name and e.kind != "person" and e.noun.rpartition(" ")[2] in tables()["vessels"]
        for e in layout.entities
    )


FLOWING = frozenset({"pour", "flow", "fall", "melt", "spill"})
"""What liquids do on their way out of a vessel."""


def goal_of(action: Action, layout: Layout) -> str | None:
    """Over or into what something flows."""
    known = {e.id for e in layout.entities} - {action.who}
    path = action.path
    near = [r.to for r in layout.relations if r.of == action.who and r.relation in {"over", "in", "on", "inside"}]
    ways = (path.end, path.over, path.along) if path else ()
    return next((name for name in (action.object, *near, *ways) if name in known), None)


def pour_itself(number: int, action: Action, layout: Layout) -> None:
    """ "Syrup is poured over pancakes", "milk pours into a bowl": out of a vessel over them, by nobody who is seen."""
    goal = str(goal_of(action, layout))
    layout.relations = [r for r in layout.relations if r.of != action.who and {r.of, r.to} != {action.who, goal}]
    layout.relate(action.who, "over", goal)
    layout.actions[number] = replace(action, motion="pour", object=None, path=None)
    fill(number, layout.actions[number], layout)
