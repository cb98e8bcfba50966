"""Where one stands, sits or lies on something, in metres above its foot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shotwright.core.prompt.syntax import CHAIRS
from shotwright.engines.draft.cast.figures import is_seated, seat_m

if TYPE_CHECKING:
    from shotwright.engines.draft.blocking.placing import Member

BRIDGES = frozenset({"bridge", "footbridge", "viaduct", "aqueduct", "overpass", "flyover", "beam", "girder", "plank", "log", "jetty", "gangplank", "catwalk", "tightrope"})  # fmt: skip
"""What one crosses on top of."""
BEDS = frozenset({"bed", "gurney", "stretcher", "hammock", "mattress", "couch"})
WAVES = frozenset({"wave", "swell", "breaker"})
"""What surfers ride before."""
SILLS = frozenset({"windowsill", "sill", "windowledge"})
"""Windows that something stands before."""
STANDS = dict.fromkeys(BRIDGES, 0.62) | dict.fromkeys(WAVES, 0.1)
"""How high one stands on something, in its heights."""
SEATS = dict.fromkeys(BEDS, 0.52) | dict.fromkeys(SILLS, 0.42)
"""How high one lies or sits on something, in heights of the whole with its headboard or its window."""
BACKS = {"animal": 0.66, "vehicle": 0.6}
"""Where one sits on it, in heights."""
ASTRIDE = 0.48
"""Height of the legs of a rider, in heights."""
SMALL_SHARE = 0.5
"""Height of a rider, in those of what is ridden, up to which the rider is before it, not in it."""
BIG_M, DECK, ROOF = 4.5, 0.35, 0.92


def is_chair(noun: str) -> bool:
    """Whether one sits on it: an armchair, a swivel chair."""
    return noun in CHAIRS or noun.split()[-1] in CHAIRS


def support_m(child: Member, parent: Member) -> float:
    """How high `child` is on `parent`; seats reckon with how high its motion sits."""
    noun, tall = parent.entity.noun, parent.tall_m
    last = noun.rpartition(" ")[2]
    if last in STANDS:
        return STANDS[last] * tall
    share = 0.48 if is_chair(noun) else SEATS.get(last)
    if share is not None:
        return share * tall - (seat_m(child.motion) if child.is_figure else 0.0)
    back = BACKS.get(parent.entity.kind)
    if parent.entity.kind == "vehicle" and child.is_figure and not is_seated(child.motion):
        return (DECK if parent.footing == "water" else ROOF) * tall
    if back is not None and child.is_figure:
        return max(0.0, back * tall - seat_m(child.motion))
    if back is not None and parent.entity.kind == "vehicle":
        return (0.32 if child.tall_m > SMALL_SHARE * tall else 0.55) * tall  # a card: the vehicle covers its legs
    if parent.entity.kind == "animal" and child.entity.ref is not None and child.tall_m > SMALL_SHARE * tall:
        return max(0.0, BACKS["animal"] * tall - ASTRIDE * child.tall_m)  # a card: the mount covers its legs
    if parent.is_figure or parent.entity.kind == "animal":
        return 0.8 * tall
    if child.is_figure and is_seated(child.motion):
        return max(0.0, tall - seat_m(child.motion))  # on a log, a wall, a table
    if tall >= BIG_M or parent.entity.kind in {"building", "nature"}:
        return 0.97 * tall if not child.is_figure else 0.25 * min(tall, BIG_M)
    return tall


CARS = frozenset({"car", "convertible", "sedan", "hatchback", "coupe", "cabriolet", "roadster", "taxi", "cab", "taxicab"})  # fmt: skip


def is_car(noun: str) -> bool:
    """Whether something is a vehicle in which one sees who sits."""
    return noun.rpartition(" ")[2] in CARS


HULL = 0.3
"""Where one stands in a boat, in heights."""
OPEN = frozenset(
    {"trailer", "cart", "wheelbarrow", "barrow", "sled", "sledge", "handcart", "trolley", "crate", "pickup", "minecart"}
)
OPEN = frozenset(
    {"trailer", "cart", "wheelbarrow", "barrow", "sled", "sledge", "handcart", "trolley", "crate", "pickup", "minecart"}
)
"""What one sees a load in."""


def hull_m(child: Member, parent: Member) -> float:
    """How high `child` is in `parent`: in a hull, over the rim of what is open, else at the bottom."""
    if parent.entity.noun.rpartition(" ")[2] in OPEN and child.tall_m < parent.tall_m and not child.is_figure:
        return 0.88 * parent.tall_m - 0.4 * child.tall_m
    return (
        (0.8 if child.entity.kind == "plant" else HULL) * parent.tall_m
        if parent.entity.kind in {"vehicle", "tool"}
        else 0.05
    )
