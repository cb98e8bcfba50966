"""What things without joints do: they grow, tip over, roll, turn, beat their wings; a card is scaled, tilted, faded."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shotwright.core.plan import Action, Entity, ShotPlan


@dataclass(frozen=True)
class Shape:
    """How a card is seen at a moment.

    Attributes:
        wide, tall: Factors of its size; a negative `wide` shows it mirrored.
        roll_deg: Turned to the right in its own plane.
        opacity: 0..1.
        lift: Metres above its foot, in heights.
    """

    wide: float = 1.0
    tall: float = 1.0
    roll_deg: float = 0.0
    opacity: float = 1.0
    lift: float = 0.0


@dataclass(frozen=True)
class Change:
    """Something done from one second to another."""

    motion: str
    start_s: float
    end_s: float


PLAIN = Shape()
BURST = 0.35
"""Share of its time after which what explodes is gone."""


def _beat(seconds: float, hertz: float) -> float:
    return math.sin(2 * math.pi * hertz * seconds)


def _burst(share: float, _: float) -> Shape:
    size = 1 + 1.4 * min(1.0, share / BURST)
    return Shape(size, size, opacity=max(0.0, 1 - share / BURST) if share > 0 else 1.0)


def _lidded(share: float) -> Shape:
    """An eye that is open by this share."""
    tall = 0.07 + 0.93 * share
    return Shape(tall=tall, lift=0.5 * (1 - tall))


LASTING: dict[str, Callable[[float, float], Shape]] = {
    "grow": lambda share, _: Shape(0.25 + 0.75 * share, 0.25 + 0.75 * share),
    "shrink": lambda share, _: Shape(1 - 0.7 * share, 1 - 0.7 * share),
    "melt": lambda share, _: Shape(1 + 0.4 * share, 1 - 0.8 * share),
    "shatter": lambda share, _: Shape(1 + 0.8 * min(1.0, 3 * share), 1 - 0.75 * min(1.0, 3 * share)),
    "explode": _burst,
    "vanish": lambda share, _: Shape(opacity=1 - share),
    "appear": lambda share, _: Shape(opacity=share),
    "tip_over": lambda share, _: Shape(roll_deg=86 * min(1.0, 1.6 * share) ** 2),
    "scatter": _burst,
}  # fmt: skip
"""Changes that stay, by share of their time 0..1: before, what they begin with is seen; after, what they end with."""
BEATS: dict[str, Callable[[float], Shape]] = {
    "fly": lambda s: Shape(tall=1 + 0.16 * _beat(s, 2.6), roll_deg=3 * _beat(s, 0.5)),
    "float": lambda s: Shape(roll_deg=4 * _beat(s, 0.3)),
    "walk": lambda s: Shape(roll_deg=3.5 * _beat(s, 1.6), lift=0.02 * abs(_beat(s, 1.6))),
    "run": lambda s: Shape(roll_deg=6 * _beat(s, 2.4), lift=0.09 * abs(_beat(s, 2.4))),
    "jump": lambda s: Shape(lift=0.3 * abs(_beat(s, 0.9))),
    "swim": lambda s: Shape(roll_deg=5 * _beat(s, 0.9)),
    "crawl": lambda s: Shape(wide=1 + 0.06 * _beat(s, 0.8)),
    "dance": lambda s: Shape(roll_deg=9 * _beat(s, 1.0), lift=0.05 * abs(_beat(s, 2.0))),
    "swing_thing": lambda s: Shape(roll_deg=12 * _beat(s, 0.5)),
    "swing": lambda s: Shape(roll_deg=14 * _beat(s, 0.5)),
    "fight": lambda s: Shape(roll_deg=4 + 9 * abs(_beat(s, 0.7)), lift=0.04 * abs(_beat(s, 0.7))),
    "kiss": lambda s: Shape(roll_deg=3 + 2 * _beat(s, 0.5)),
    "nod": lambda s: Shape(roll_deg=5 * _beat(s, 0.9)),
    "eat": lambda s: Shape(roll_deg=4 + 4 * _beat(s, 0.9)),
    "drink": lambda s: Shape(roll_deg=4 + 4 * _beat(s, 0.9)),
    "shout": lambda s: Shape(tall=1 + 0.04 * _beat(s, 1.3)),
    "flicker": lambda s: Shape(opacity=0.8 + 0.2 * _beat(s, 1.7) * _beat(s, 0.7)),
    "spin": lambda s: Shape(wide=_turned(s, 0.5)),
    "rotate": lambda s: Shape(wide=_turned(s, 0.3)),
}  # fmt: skip
"""Changes that go on while something is done, by seconds."""
LASTING |= {
    "open_eye": lambda share, _: _lidded(min(1.0, 1.6 * share)),
    "close_eye": lambda share, _: _lidded(1 - min(1.0, 1.6 * share)),
    "swing_open": lambda share, _: Shape(wide=1 - 0.78 * share),
    "swing_shut": lambda share, _: Shape(wide=0.22 + 0.78 * share),
    "bloom": lambda share, _: Shape(0.35 + 0.65 * share, 0.6 + 0.4 * share),
}
LASTING["sleep"] = LASTING["lie"] = lambda share, _: Shape(1.08, 1 - 0.42 * min(1.0, 4 * share + 0.999))
"""An animal that lies is lower."""
BEATS |= {"sneak": BEATS["walk"], "march": BEATS["walk"], "limp": BEATS["walk"], "ballet": BEATS["dance"]}


def _turned(seconds: float, hertz: float) -> float:
    """Width of a card that turns: it never gets as thin as a line."""
    wide = math.cos(2 * math.pi * hertz * seconds)
    return math.copysign(max(0.12, abs(wide)), wide)


SWINGING = frozenset({"door", "gate", "doors", "curtain", "drape", "shutter", "hatch", "window"})
PETALLED = frozenset({"flower", "bud", "rose", "tulip", "lotus", "blossom", "sunflower", "lily", "daisy", "orchid", "peony", "water lily"})  # fmt: skip
OPENING = {
    "open": {"eye": "open_eye", "eyelid": "open_eye", **dict.fromkeys(SWINGING, "swing_open"), **dict.fromkeys(PETALLED, "bloom")},
    "close": {"eye": "close_eye", "eyelid": "close_eye", **dict.fromkeys(SWINGING, "swing_shut")},
}  # fmt: skip
"""What opening and closing look like, by verb and noun."""


def opened(entity: Entity, plan: ShotPlan) -> tuple[Action, ...]:
    """What something does, as it shows it: opening and closing by what it is, also where somebody else opens it."""
    done = (a for a in plan.actions if a.object == entity.id and _opening(entity.noun, a) is not a)
    return tuple(_opening(entity.noun, a) for a in (*plan.actions_of(entity.id), *done))


def _opening(noun: str, action: Action) -> Action:
    verb = {"bloom": "open", "blossom": "open", "shut": "close", "unfurl": "open"}.get(action.verb, action.verb)
    shown = OPENING.get(verb.split()[0], {}).get(noun.rpartition(" ")[2])
    return action if shown is None else replace(action, motion=shown)


def changes_of(actions: tuple[Action, ...], toppled: tuple[Action, ...] = (), *, is_still: bool) -> list[Change]:
    """What a card shows of somebody's actions, and of those that topple it; `is_still` for what has no way of its own: it topples where it falls."""
    shown = LASTING.keys() | BEATS.keys() if is_still else (LASTING.keys() | BEATS.keys()) - {"jump"}
    found = [Change(a.motion, a.start_s, a.end_s) for a in actions if a.motion in shown]
    topples = [Change("tip_over", a.start_s, a.end_s) for a in actions if a.motion == "fall" and is_still]
    topples += [Change("tip_over", 0.5 * (a.start_s + a.end_s), a.end_s) for a in toppled]
    return found + topples


def shape_at(changes: list[Change], seconds: float) -> Shape:
    """All changes at a time, one over the other."""
    shape = PLAIN
    for change in changes:
        lasting = LASTING.get(change.motion)
        if lasting is not None:
            share = (seconds - change.start_s) / max(change.end_s - change.start_s, 1e-6)
            shape = _over(shape, lasting(min(1.0, max(0.0, share)), seconds))
        elif change.start_s <= seconds < change.end_s:
            shape = _over(shape, BEATS[change.motion](seconds - change.start_s))
    return shape


def _over(first: Shape, then: Shape) -> Shape:
    return replace(
        first, wide=first.wide * then.wide, tall=first.tall * then.tall, roll_deg=first.roll_deg + then.roll_deg,
        opacity=first.opacity * then.opacity, lift=first.lift + then.lift,
    )  # fmt: skip
