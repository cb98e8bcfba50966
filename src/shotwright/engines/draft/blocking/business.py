"""What goes from hand to hand: who has a thing when, by what is done to it. Knows no pixels."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from shotwright.core.prompt.nouns import PILES

if TYPE_CHECKING:
    from shotwright.core.plan import Action, ShotPlan
    from shotwright.engines.draft.blocking.placing import Member

TAKING = frozenset({"pick_up", "catch"})
"""After half of its time the thing is with whoever does it."""
LETTING_GO = {"drop": 0.45, "put_down": 0.5, "throw": 0.4, "kick": 0.3}
"""After this share of its time the thing is nobody's."""
CARRIED_BY = frozenset({"person", "animal"})
Turn = tuple["Member", float, float]


def turns(thing: Member, plan: ShotPlan, by_id: dict[str, Member]) -> list[Turn]:
    """Who has a thing, from when and until when, seconds; nobody in between.

    Args:
        thing: What goes from hand to hand.
        plan: Of the shot.
        by_id: Those on the floor, by entity.
    """
    found: list[Turn] = []
    holder = thing.parent[0] if thing.parent is not None and thing.parent[1] == "held" else None
    since = 0.0
    for action in sorted((a for a in plan.actions if a.object == thing.entity.id), key=lambda a: a.start_s):
        who = by_id.get(action.who)
        at = action.start_s + 0.5 * (action.end_s - action.start_s)
        to = _receiver(action, by_id)
        if action.motion in TAKING and who is not None and thing.tall_m < who.tall_m:
            before = by_id.get(action.path.start or "") if action.path else None
            holder = holder or (before if before is not None and before.entity.kind in CARRIED_BY else None)
            found, holder, since = _passed(found, holder, since, at), who, at
        elif action.motion in {"give", "throw"} and to is not None and (holder or who) is not None:
            at = action.start_s + 0.7 * (action.end_s - action.start_s)
            leaves = at if action.motion == "give" else action.start_s + 0.4 * (action.end_s - action.start_s)
            found, holder, since = _passed(found, holder or who, since, leaves), to, at
        elif action.motion in LETTING_GO and (holder or _brings(action, who, thing)) is not None:
            holder = holder or who
            at = action.start_s + LETTING_GO[action.motion] * (action.end_s - action.start_s)
            found, holder, since = _passed(found, holder, since, at), None, at
    return found if holder is None else [*found, (holder, since, math.inf)]


def _brings(action: Action, who: Member | None, thing: Member) -> Member | None:
    """Who has something until they put it down: "puts a letter into a mailbox"."""
    is_below = action.verb.split()[0] in PILING and thing.copy < thing.entity.count - 1  # the last one is put on top
    can = (
        who is not None
        and who.is_figure
        and action.motion in {"put_down", "drop"}
        and thing.tall_m < BRINGS * who.tall_m
        and not is_below
    )
    return who if can else None


OVER_M = 0.08
PILING = frozenset({"stack", "pile", "balance", "heap"})
"""What puts things on one another."""


def pile_up(members: list[Member], plan: ShotPlan) -> None:
    """ "Stacks blocks": they stand on one another, where the middle one was."""
    piled = {a.object for a in plan.actions if a.verb.split()[0] in PILING}
    piled |= {e.id for e in plan.entities if e.kind in {"tool", "food", "plant"} and PILES & set(e.attributes)}
    for name in sorted(filter(None, piled)):
        copies = [m for m in members if m.entity.id == name]
        if len(copies) < 2:  # "balances a tray"
            continue
        base = copies[len(copies) // 2]
        x, y, z = base.x, base.y, base.z
        for copy in copies:
            copy.x, copy.y, copy.z = x, y, z
            y += copy.tall_m
        for child in [m for m in members if m.parent is not None and m.parent[0] in copies and m.parent[1] == "over"]:
            child.x, child.y, child.z = x, y + OVER_M, max(0.15, z - 0.02)  # what is poured over a stack
        for child in [m for m in members if m.parent is not None and m.parent[0] in copies and m.parent[1] == "on"]:
            child.x, child.y = copies[0].x, y  # on top of the pile


BRINGS = 0.3
"""How tall what is brought may be, in heights of who brings it."""


def _passed(found: list[Turn], holder: Member | None, since: float, at: float) -> list[Turn]:
    return found if holder is None else [*found, (holder, since, at)]


def _receiver(action: Action, by_id: dict[str, Member]) -> Member | None:
    """To whom something is given or thrown."""
    to = by_id.get(action.path.end or "") if action.path else None
    return to if to is not None and to.entity.kind in CARRIED_BY and to.entity.id != action.who else None
