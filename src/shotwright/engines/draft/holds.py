"""What is in somebody's hands, from when until when, and what the hands do with it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shotwright.engines.draft.sprites import Sprite

STILL_M = 0.012
"""Less far than this in a fifth of a second is no way, metres."""


@dataclass(frozen=True)
class Hold:
    """In whose hand something is, from one second to another; `other` has the other end of it."""

    holder: Sprite
    start_s: float
    end_s: float
    other: Sprite | None = None

    def at(self, seconds: float) -> tuple[float, float, float]:
        """Where the hand is; of two who hold one thing, the middle between them."""
        x, y, z = self.holder.hand(seconds)
        if self.other is None:
            return x, y, z
        ox, oy, oz = self.other.hand(seconds)
        return 0.5 * (x + ox), 0.5 * (y + oy), min(z, oz)


@dataclass(frozen=True)
class Play:
    """What a hand does with a thing over and over: it bounces it on the ground, or tosses it up."""

    motion: str
    start_s: float
    end_s: float

    def height(self, seconds: float, hand: float, foot: float) -> float:
        """Height of the thing at a time, metres, between the ground below `foot` and above the `hand`."""
        period, up_m = PLAYS[self.motion]
        share = (seconds - self.start_s) / period % 1.0
        if up_m:
            return hand + up_m * 4 * share * (1 - share)
        return foot + (hand - foot) * abs(1 - 2 * share)

    def before(self, holder: Sprite, seconds: float) -> tuple[float, float, float]:
        """Where a ball runs before somebody's feet, and a little farther after each touch."""
        x, y, z = holder.place(seconds)
        x1, _, z1 = holder.place(seconds + 0.1)
        x0, _, z0 = holder.place(seconds - 0.1)
        way = math.hypot(x1 - x0, z1 - z0)
        right, away = ((x1 - x0) / way, (z1 - z0) / way) if way > STILL_M else (0.0, -1.0)
        touch = (seconds - self.start_s) / TOUCH_S % 1.0
        ahead = (BALL_AHEAD + BALL_ROLLS * 4 * touch * (1 - touch)) * holder.height_m
        return x + right * ahead, y, z + away * ahead


BY_FOOT, TOUCH_S, BALL_AHEAD, BALL_ROLLS = "by_foot", 0.7, 0.28, 0.14
"""A ball that feet drive: how often they touch it, and how far ahead it is, in heights of whose it is."""
PLAYS = {"dribble": (0.7, 0.0), "juggle": (0.7, 0.55)}
"""How long once takes, seconds, and how high above the hand it goes, metres; 0: down to the ground."""
