"""Tables: what is done on them, what is put before somebody, what lies there, who falls asleep over one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from shotwright.core.plan import Action, Path
from shotwright.core.prompt.lexicon import noun_of
from shotwright.core.prompt.syntax import GOING, SEATS
from shotwright.engines.draft.cast.library import row_of

if TYPE_CHECKING:
    from shotwright.core.plan import Entity
    from shotwright.engines.draft.cast.layout import Layout

AT_A_TABLE = frozenset({"type", "knead", "cut", "stir", "pour", "write", "tinker", "put_down"})
"""Work on small things that is done over a table."""
SMALL_M, CAKE_M = 0.5, 0.85
SPOTS = frozenset({"on", "in", "inside", "at", "riding", "behind", "under"})
"""Relations by which somebody has a place to work at already."""
TOPS = frozenset({"table", "counter", "desk", "bar", "workbench", "sideboard", "altar"})
"""Furniture that things are put on."""
TABLED = frozenset(
    {
        "studio",
        "background",
        "backdrop",
        "cafe",
        "restaurant",
        "bar",
        "kitchen",
        "bakery",
        "counter",
        "market",
        "stall",
        "terrace",
        "garden",
        "patio",
        "workshop",
        "laboratory",
    }
)
"""Places where things stand on tables, whether or not the words say that they are inside."""
TAKEN = frozenset({"throw", "kick", "carry", "catch", "pick_up", "juggle", "drink", "eat", "put_down", "give", "drop"})
"""What is done to things that do not stay where they stand."""


SERVED = frozenset(
    {"cup", "mug", "plate", "bowl", "glass", "tray", "gift", "box", "letter", "book", "bottle", "present"}
)
"""What is put before somebody."""


def put_before(layout: Layout) -> None:
    """ "Puts the cake down before her", who sits at a table: on the table."""
    tables_of = [
        r.to for r in layout.relations for e in layout.entities
        if r.relation == "at" and e.id == r.to and e.noun.rpartition(" ")[2] in TOPS
    ]  # fmt: skip
    for i, action in enumerate(layout.actions):
        thing = next((e for e in layout.entities if e.id == action.object), None)
        known = noun_of(thing.noun) if thing is not None and (thing.kind == "food" or thing.noun in SERVED) else None
        is_low = action.motion == "put_down" and (action.path is None or action.path.end in {None, "down"})
        if not tables_of or not is_low or known is None or known.height_m > SMALL_M or thing is None:
            continue
        if not any(r.of == thing.id and r.relation in SPOTS for r in layout.relations):
            layout.relate(thing.id, "on", tables_of[0])
            layout.actions[i] = replace(action, path=replace(action.path or Path(), end=tables_of[0]))


def _put_on(top: str, things: list[Entity], layout: Layout) -> None:
    for entity in things:
        layout.relate(entity.id, "on", top)


def lay_out(layout: Layout) -> None:
    """A table for small things that nobody holds, the one that is named before another: what is eaten does not lie on the floor."""
    tops = [e for e in layout.entities if e.noun.rpartition(" ")[2] in TOPS]
    if tops:
        placed = {r.of for r in layout.relations} | {
            r.to for r in layout.relations if r.relation in {"holding", "wearing"}
        }
        acting = {a.who for a in layout.actions if a.path or a.motion in GOING} | {
            a.object for a in layout.actions if a.motion in TAKEN
        }
        loose = [e for e in layout.entities if e.kind in {"food", "tool"} and e.id not in placed and not e.ref]
        small = [
            e
            for e in loose
            if (row := row_of(e.noun)) is not None and row.height_m < SMALL_M and row.footing == "surface"
        ]
        _put_on(tops[0].id, [e for e in small if e.id not in acting], layout)
        return
    shown = [e for e in layout.entities if e.kind not in {"clothing", "body_part", "light", "nature"}]
    under = {r.of for r in layout.relations if r.relation in {*SPOTS, "over"} - {"behind"}}
    outdoors = {"grass", "snow", "sand", "ground", "floor", "water"}
    rows = {e.id: row_of(e.noun) for e in shown}
    is_small = all(
        (row := rows[e.id]) is not None and row.height_m < SMALL_M and row.footing == "surface" for e in shown
    )
    places = layout.plan.setting.places
    if (
        not shown
        or not is_small
        or any(e.ref or e.kind in {"person", "animal", "vehicle"} for e in layout.plan.entities)
    ):
        return
    if (
        all(e.id in under for e in shown)
        or outdoors & set(places)
        or (places and not layout.plan.setting.inside and places[0] not in TABLED)
    ):
        return
    _put_on(layout.add("table", shown[0]), [e for e in shown if e.id not in under], layout)


def _vessels(layout: Layout) -> list[str]:
    """What something was put or poured into, latest first: what is stirred, where the words do not say."""
    inner = [r.to for r in layout.relations if r.relation in {"in", "inside"}]
    return [name for name in reversed(inner) if any(e.id == name and e.kind == "tool" for e in layout.entities)]


def set_table(action: Action, layout: Layout) -> None:
    """A table for what is done to something small by somebody who has no place for it."""
    if action.motion not in AT_A_TABLE:
        return
    who = next((e for e in layout.entities if e.id == action.who), None)
    ways = (action.path.end, action.path.over, action.path.along) if action.path else ()
    wanted = [i for i in (*ways, action.object) if i]
    held = {r.to for r in layout.relations if r.relation == "holding"}
    wanted += _vessels(layout) if action.motion == "stir" and not wanted else []
    work = next((e for name in wanted for e in layout.entities if e.id == name and name not in held), None)
    if (
        who is None
        or who.kind != "person"
        or work is None
        or work.kind not in {"food", "tool", "plant", "other", "clothing"}
    ):
        return
    work = _lowest(work, layout)
    tall = _tall_m(work)
    has_spot = any(r.of == who.id and r.relation in SPOTS for r in layout.relations)
    top = next((r.to for r in layout.relations if r.of == work.id and r.relation == "on"), None)
    is_top = any(e.id == top and e.noun.rpartition(" ")[2] in TOPS for e in layout.entities)
    if top is not None and is_top and not has_spot and tall <= SMALL_M:
        layout.relate(who.id, "at", top)  # two who work at one table
    is_placed = has_spot or any(r.of == work.id and r.relation in SPOTS for r in layout.relations)
    if (
        tall > (CAKE_M if work.kind == "food" else SMALL_M)
        or is_placed
        or work.noun in SEATS
        or work.kind == "clothing"
        or not _has_tables(layout)
    ):
        return
    table = _a_top(layout, who)
    layout.relate(work.id, "on", table)
    layout.relate(who.id, "at", table)


def _tall_m(thing: Entity) -> float:
    row, known = row_of(thing.noun), noun_of(thing.noun)
    return row.height_m if row else known.height_m if known else SMALL_M


def _lowest(thing: Entity, layout: Layout) -> Entity:
    """What everything stands on: a gear goes into a watch on a mat, and the mat lies on the table."""
    for _ in layout.entities:
        below = next(
            (r.to for r in layout.relations if r.of == thing.id and r.relation in {"on", "in", "inside"}), None
        )
        under = next((e for e in layout.entities if e.id == below), None)
        if under is None or under.kind not in {"tool", "other", "clothing", "food"} or _tall_m(under) > SMALL_M:
            break
        thing = under
    return thing


def _has_tables(layout: Layout) -> bool:
    """Whether tables stand at a place: none is brought to a street for what somebody puts down there."""
    setting = layout.plan.setting
    return setting.inside or not setting.places or setting.places[0] in TABLED or bool(_tops(layout))


def _tops(layout: Layout) -> list[str]:
    return [e.id for e in layout.entities if e.noun.rpartition(" ")[2] in TOPS and not e.ref]


def _a_top(layout: Layout, who: Entity) -> str:
    """The table that the words name, else one of the stage's own."""
    return next(iter(_tops(layout)), None) or layout.add("table", who)


DESKS = frozenset(
    {"keyboard", "laptop", "computer", "book", "paper", "typewriter", "textbook", "notebook", "homework", "monitor"}
)
"""What one falls asleep over, at a desk."""


def nod_off(action: Action, layout: Layout) -> None:
    """ "Falls asleep at his desk", "on his keyboard": sitting at it."""
    goal = action.path.end if action.path else None
    mine = [r for r in layout.relations if r.of == action.who and r.relation in {"on", "at", "in", "over"}]
    over = {goal, *(r.to for r in mine)}
    things = [e for e in layout.entities if e.id in over]
    top = next((e.id for e in things if e.noun.rpartition(" ")[2] in TOPS), None)
    small = next((e for e in things if e.noun.rpartition(" ")[2] in DESKS), None)
    who = next((e for e in layout.entities if e.id == action.who), None)
    if action.motion != "sleep" or who is None or who.kind != "person" or (top is None and small is None):
        return
    top = top or next(iter(_tops(layout)), None) or layout.add("desk", who)
    layout.relations = [r for r in layout.relations if r not in mine]
    layout.relate(who.id, "at", top)
    if small is not None and not any(r.of == small.id and r.relation == "on" for r in layout.relations):
        layout.relate(small.id, "on", top)
    layout.actions[layout.actions.index(action)] = replace(action, path=None)
    layout.actions.append(replace(action, verb="sit", motion="sit", object=None, path=None))
