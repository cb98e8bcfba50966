"""What stands in a start frame does what the words say: it is cut out of the picture already, and its card goes its way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from shotwright.engines.draft.blocking.ways import GOING

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from shotwright.core.plan import Action, Entity, ShotPlan
    from shotwright.engines.draft.sprites import Sprite

UP = frozenset({"rise", "fly", "float"})
LEAVES = 1.3
"""How far what leaves the frame goes, in frames of its depth."""
JUMP_SHARE = 0.22
NEAR, FAR, STEPS_AWAY = 0.6, 1.9, 0.35


def act_out(plan: ShotPlan, cards: list[Sprite], *, lens: float, aspect: float, fps: float, frames: int) -> list[str]:
    """Give the cards of a start frame the ways of those whom the words name; returns what could not be acted.

    Args:
        plan: Of the shot.
        cards: What stands up in the picture.
        lens: Focal length in frame widths.
        aspect: Frame height / frame width.
        fps, frames: Of the clip.
    """
    notes: list[str] = []
    free = sorted(cards, key=lambda card: -card.height_m * card.views[0][1].aspect * card.height_m / card.z**2)
    for entity in plan.entities:
        acts = [a for a in plan.actions_of(entity.id) if a.motion in UP | GOING | {"jump", "fall"}]
        if entity.ref or not acts:
            continue
        card = _who(entity, free)
        if card is None:
            notes += [f'{entity.noun}: not found in the picture; "{act.verb}" is not acted' for act in acts]
            continue
        free.remove(card)
        card.word = entity.id
        card.track, card.track_fps = _way(card, acts, lens=lens, aspect=aspect, fps=fps, frames=frames), fps
    return notes


def _who(entity: Entity, free: list[Sprite]) -> Sprite | None:
    """The card of somebody: on the side that the words say, else the largest."""
    side = {"left": -1, "right": 1}.get((entity.placement or "").split(" ")[0], 0)
    if side and free:
        return max(free, key=lambda card: side * card.x / card.z)
    return free[0] if free else None


def _way(
    card: Sprite, acts: list[Action], *, lens: float, aspect: float, fps: float, frames: int
) -> NDArray[np.float64]:
    at = np.array([card.x, card.y, card.z])
    way = np.tile(at, (frames, 1))
    for act in acts:
        first, last = (min(frames - 1, round(s * fps)) for s in (act.start_s, act.end_s))
        share = np.linspace(0, 1, max(2, last - first + 1))[:, None]
        goal = _goal(card, act, at, lens=lens, aspect=aspect)
        ease = share**2 if act.motion in UP | {"fall"} else share * share * (3 - 2 * share)
        piece = at + (goal - at) * ease
        if act.motion == "jump":
            piece[:, 1] += JUMP_SHARE * card.height_m * np.sin(np.pi * share[:, 0])
        way[first : first + len(piece)] = piece[: frames - first]
        way[first + len(piece) :] = goal
        at = goal
    return way


def _goal(card: Sprite, act: Action, at: NDArray[np.float64], *, lens: float, aspect: float) -> NDArray[np.float64]:
    """Where a way ends: the words' own end, else what the motion usually leads to."""
    wide, tall = LEAVES * at[2] / lens, LEAVES * at[2] * aspect / lens
    end = act.path.end if act.path else None
    start = act.path.start if act.path else None
    sides = {"left": -wide, "right": wide}
    if end in sides or start in sides:
        return np.array([at[0] + (sides[end] if end in sides else -sides[str(start)]), at[1], at[2]])
    if act.motion in UP and end in {None, "up", "out"}:
        return np.array([at[0], at[1] + tall, at[2]])
    if act.motion == "fall" or end == "down":
        return np.array([at[0], at[1] - 0.5 * card.height_m, at[2]])
    if end in {"near", "far"}:
        return np.array([at[0] * (NEAR if end == "near" else 1.0), at[1], at[2] * (NEAR if end == "near" else FAR)])
    if act.motion == "jump":
        return np.asarray(at.copy(), np.float64)
    way = wide if end == "out" else STEPS_AWAY * wide
    return np.array([at[0] + (way if at[0] >= 0 else -way), at[1], at[2]])
