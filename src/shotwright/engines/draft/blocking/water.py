"""Through the surface of the water: whales that breach, divers, what sinks and what comes up. What is below the surface is not seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from shotwright.core.prompt.boarding import WATERS
from shotwright.core.prompt.whereabouts import IN_WATER

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from shotwright.core.plan import Action, ShotPlan
    from shotwright.engines.draft.blocking.placing import Floor, Member

SURFACES = WATERS | {"pool", "swimming pool", "pond", "wave", "lagoon", "canal", "hot tub", "bathtub", "reef", "surf"}
"""Places and goals with a surface that one can be below."""
LEAPING = frozenset({"breach", "leap", "jump", "spring"})
"""Out of the water and back."""
SURFACING = frozenset({"surface", "emerge", "rise", "appear", "burst", "climb", "come"})
SUBMERGING = frozenset({"dive", "sink", "submerge", "plunge", "vanish", "disappear", "descend"})
BELOW, ABOVE = 0.95, 0.5
"""How deep one is under the surface, and how high above it at the top of a leap, in heights."""
HOP_M = 0.5
"""How high one jumps before one is under water, metres."""
FLOATING = frozenset({"swim", "float"})
"""Motions of those who are in the water."""


def through_the_surface(members: list[Member], plan: ShotPlan, floor: Floor) -> None:
    """Give those who go through the surface their way, and all who are in the water its line, in place.

    Args:
        members: On the floor, with the ways that they have so far.
        plan: Of the shot.
        floor: What it is seen through.
    """
    is_water = bool(SURFACES & set(plan.setting.places)) and "underwater" not in plan.setting.places
    for member in members:
        acts = plan.actions_of(member.entity.id)
        for act in acts:
            rise = _rise(act, member, floor) if is_water or _ends_in_water(act) else None
            if rise is not None:
                home = np.array([member.x, member.y, member.z])
                track = np.tile(home, (floor.frames, 1)) if member.track is None else member.track.copy()
                track[:, 1] = member.y + rise
                member.track, member.is_wet = track, True
        deep = next(
            (share for act in acts if (share := _depth(act, member))), WADES * (IN_WATER in member.entity.attributes)
        )
        deep *= member.tall_m
        if is_water and member.parent is None and deep and not member.is_wet:
            member.is_wet, member.y = True, member.y - deep
            if member.track is not None:
                member.track = member.track - np.array([0.0, deep, 0.0])


def _depth(act: Action, member: Member) -> float:
    """How deep in the water somebody is who swims, floats or wades, in their heights; what lives in it or floats on it is where it is."""
    if member.footing not in {"ground", "air"}:
        return 0.0
    if act.verb.split()[0] == "wade":
        return WADES
    if act.motion not in FLOATING:
        return 0.0
    return DEPTHS[act.motion] if member.is_figure else PADDLES


DEPTHS = {"swim": 0.3, "float": 0.62}
WADES, PADDLES = 0.34, 0.5
"""How deep swimmers, floaters, waders and animals are in the water, in their heights."""


def _ends_in_water(act: Action) -> bool:
    return act.path is not None and bool({act.path.start, act.path.end} & SURFACES)


def _rise(act: Action, member: Member, floor: Floor) -> NDArray[np.float64] | None:
    """How high over the surface somebody's foot is, frame by frame, metres: float64 (frames,); None for who stays where they are."""
    verb, tall = act.verb.split()[0], member.tall_m
    at = np.clip((np.arange(floor.frames) / floor.fps - act.start_s) / max(act.end_s - act.start_s, 0.1), 0, 1)
    leaps = verb in LEAPING and (verb == "breach" or not member.is_figure)
    if leaps and act.path is not None and act.path.end not in {None, *SURFACES}:
        return None  # onto a deck
    if leaps:
        return np.asarray(tall * (-BELOW + (BELOW + ABOVE) * np.sin(np.pi * at)), np.float64)
    if verb in SURFACING and (verb in {"surface", "emerge"} or _starts_in_water(act)):
        return np.asarray(-BELOW * tall * (1 - at) ** 2, np.float64)
    enters = verb in SUBMERGING or (
        verb in {"jump", "leap", "dive", "fall"} and act.path is not None and act.path.end in SURFACES
    )
    if enters and member.parent is None:
        hop = HOP_M * np.sin(np.pi * np.clip(2 * at, 0, 1)) * (verb != "sink")
        return np.asarray(hop - (BELOW + 0.25) * tall * np.clip(2 * at - 1, 0, 1), np.float64)
    return None


def _starts_in_water(act: Action) -> bool:
    return act.path is not None and act.path.start in SURFACES
