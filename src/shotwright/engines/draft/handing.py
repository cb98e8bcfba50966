"""Who has what in their hands: what is held, what goes from hand to hand, what two carry together; and what floats in the air."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shotwright.core.prompt.boarding import WATERS
from shotwright.engines.draft.blocking.business import turns
from shotwright.engines.draft.blocking.contact import HELD_ABOVE, HELD_BELOW
from shotwright.engines.draft.cast.props import FOOTBALLS
from shotwright.engines.draft.holds import BY_FOOT, PLAYS, Hold, Play

if TYPE_CHECKING:
    from shotwright.core.plan import Action, ShotPlan
    from shotwright.engines.draft.blocking.placing import Member
    from shotwright.engines.draft.sprites import Sprite

BLADES, ASIDE = frozenset({"sword", "katana", "axe", "spear", "staff", "lightsaber", "wand"}), 0.13
"""What is held upright beside one, and how far aside, in the holder's heights."""
HELD_UP = 0.6
"""How high what is held at its lower end is held at least, in the holder's heights."""
HOVER = 0.4
"""How high something is at least that floats in the air, in its heights."""


def hovers(member: Member, plan: ShotPlan) -> bool:
    """Whether something floats in the air: a sneaker, and no boat."""
    floats = any(act.motion == "float" for act in plan.actions_of(member.entity.id))
    return floats and not member.is_figure and member.entity.kind != "vehicle" and not WATERS & set(plan.setting.places)


def hand_over(shown: list[tuple[Member, Sprite]], plan: ShotPlan) -> None:
    """Who has what when, in place: what is held, what goes from hand to hand, and what lies on it."""
    by_id = {member.entity.id: member for member, _ in reversed(shown)}
    of = {id(member): sprite for member, sprite in shown}
    passed = {id(member): turns(member, plan, by_id) for member, _ in shown}
    for member, sprite in shown:
        had, below = passed[id(member)], member.parent[0] if member.parent is not None else None
        lies = member.parent is not None and member.parent[1] in {"on", "in"}
        lies &= all(holder is not member for holder, _, _ in passed.get(id(below), ()))
        if had:
            same = [
                m for m, _ in shown if m.entity is member.entity and passed[id(m)] and passed[id(m)][0][0] is had[0][0]
            ]
            sprite.fan = _fanned(member, many=len(same)) if len(same) > 1 else sprite.fan
        elif lies and below is not None and passed.get(id(below)):  # what lies on a tray goes with it
            had, tray = passed[id(below)], of[id(below)]
            above = member.y - below.y - tray.grip * below.tall_m + sprite.grip * member.tall_m
            sprite.fan = (member.x - below.x, above)
        sprite.holds = [
            Hold(of[id(who)], start, end, _at_the_other_end(member, who, plan, shown)) for who, start, end in had
        ]
        by = {holder.entity.id for holder, _, _ in had}
        sprite.plays = _plays(member.entity.noun, [act for act in plan.actions if act.who in by])
        if had and member.entity.noun in HELD_BELOW:
            sprite.grip, sprite.lifted = 0.03, HELD_UP
            if member.entity.noun in BLADES and had[0][0].is_figure:
                sprite.fan = (ASIDE * had[0][0].tall_m, 0.0)  # it hides no face
        elif had and member.entity.noun.rpartition(" ")[2] in HELD_ABOVE:
            sprite.grip = TOP_GRIP


def _at_the_other_end(
    thing: Member, holder: Member, plan: ShotPlan, shown: list[tuple[Member, Sprite]]
) -> Sprite | None:
    """Who holds something large together with somebody: "they fold a bedsheet"."""
    name = thing.entity.id
    having = {r.of for r in plan.relations if r.to == name and r.relation == "holding"}
    having |= {a.who for a in plan.actions if a.object == name and a.motion in SHARED}
    is_large = thing.wide_m > SHARED_M and thing.entity.count == 1
    others = (
        sprite
        for member, sprite in shown
        if member is not holder
        and member.is_figure
        and (
            member.entity.id in having - {holder.entity.id}
            or (member.entity is holder.entity and member.entity.count == TWO)
        )
    )
    return next(others, None) if is_large else None


SHARED, SHARED_M, TWO = frozenset({"tinker", "carry", "pull", "hold", "raise_hand", "stretch"}), 0.5, 2
"""What two do with one large thing, and how wide it is at least, metres."""


def _fanned(member: Member, *, many: int) -> tuple[float, float]:
    """How far one of several in a hand is from their middle, metres to the right and up: a bunch of balloons, a fan of cards."""
    place = member.copy - 0.5 * (many - 1)
    return FAN * place * member.wide_m, FAN * member.tall_m * (member.copy % 2 + 0.3 * (member.copy % 3))


TOP_GRIP = 0.82
"""Where a broom is held, in its heights."""
FAN = 0.45
"""How far apart several in one hand are, in their sizes."""


def _plays(noun: str, acts: list[Action]) -> list[Play]:
    """What those who have a thing do with it meanwhile."""
    if noun in FOOTBALLS:
        return [Play(BY_FOOT, act.start_s, act.end_s) for act in acts if act.verb.split()[0] in {"dribble", "play"}]
    return [Play(act.motion, act.start_s, act.end_s) for act in acts if act.motion in PLAYS]
