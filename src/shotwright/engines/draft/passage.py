"""A camera that goes into a building: past the picture that shows it from outside, to a set of what is inside.

A picture has nothing behind its walls. Where the words lead the camera into a place, the shot goes on there, in a set of that
name and in the picture's colours; the picture comes nearer and dissolves.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import cv2
import numpy as np

from shotwright.core.plan import Framing
from shotwright.core.prompt.entering import OPENINGS
from shotwright.engines.draft.sets import find_place

if TYPE_CHECKING:
    from shotwright.core.plan import Setting, ShotPlan
    from shotwright.engines.draft.sprites import Sprite
    from shotwright.media.colour import FrameYUV

INSIDE = "inside"
"""Name of the shot that plays inside."""
THROUGH = 0.55
"""When in its move a camera is through the wall."""
ROOM_OF = {
    "house": "living room", "cottage": "living room", "villa": "living room", "mansion": "ballroom", "castle": "ballroom", "manor": "ballroom",
    "hut": "barn", "shed": "barn", "cabin": "barn", "tent": "barn", "windmill": "barn", "mill": "barn", "stable": "barn", "skyscraper": "lobby",
    "tower": "staircase", "lighthouse": "staircase", "pagoda": "temple", "pyramid": "cave", "tomb": "cave", "ship": "submarine interior",
    "boat": "submarine interior", "building": "lobby", "structure": "lobby",
}  # fmt: skip
"""What is inside of buildings that have no room by their own name; what says least, last."""
WITHIN = "the place inside: a painted set stands in ({place})"
DISSOLVE_S, NEARER = 0.5, 0.4
"""How long the picture dissolves, and by how much it comes nearer meanwhile."""
OF_PICTURES = frozenset({"tool", "clothing", "body_part", "building", "nature", "light"})
"""What somebody's own picture may show: the bag on their back, the sun on their face."""
STAYS_OUTSIDE = "into the {place}: somebody is seen before, and stays where they are; so does the camera"


def led_inside(plan: ShotPlan, notes: list[str]) -> ShotPlan:
    """A plan whose camera goes from its picture into a place, with a shot inside; others as they are."""
    move = next((move for move in plan.camera if move.into), None)
    if move is None or move.into is None or plan.end_frame or not (plan.start_frame or plan.place_ref):
        return plan
    setting = setting_inside(plan, move.into)
    found = find_place(setting, has_cast=True)
    if not found.is_known or found.kind.room is None:
        return plan
    start = move.start_s + THROUGH * (move.end_s - move.start_s)
    if any(entity.appears_s < min(start, move.start_s) for entity in plan.pictured().values()):
        notes.append(STAYS_OUTSIDE.format(place=move.into))
        return plan
    notes.append(WITHIN.format(place=found.name))
    first = plan.shots or (Framing(),)
    later = [shown for shown in first[1:] if shown.start_s >= start]
    inside = Framing(INSIDE, start, plan.duration_s, size="wide", cut=True, places=setting.places)
    before = [replace(shown, end_s=min(shown.end_s or start, start)) for shown in first if shown not in later]
    entities = tuple(
        replace(entity, appears_s=max(start, entity.appears_s)) if is_inside(plan, entity.span) else entity
        for entity in plan.entities
    )
    return replace(plan, shots=(*before, inside, *later), entities=entities)


def setting_inside(plan: ShotPlan, into: str) -> Setting:
    """What the words say of the place inside: its noun first."""
    places = [into, *plan.setting.places]
    rooms = [ROOM_OF[noun] for place in places if (noun := place.rpartition(" ")[2]) in ROOM_OF]
    return replace(plan.setting, places=(*(p for p in places if p not in ROOM_OF), *rooms), shells=(), inside=True)


def is_inside(plan: ShotPlan, span: tuple[int, int] | None) -> bool:
    """Whether what these words name is met when the camera is inside: it is named after the way in."""
    move = next((move for move in plan.camera if move.into), None)
    return move is not None and move.span is not None and span is not None and span[0] > move.span[1]


def shot_inside(plan: ShotPlan) -> Framing | None:
    """The shot that plays inside."""
    return next((shown for shown in plan.shots if shown.id == INSIDE), None)


def whom_inside(plan: ShotPlan) -> ShotPlan:
    """A plan with those alone who are met inside; what it led into is the place."""
    shown = shot_inside(plan)
    nouns = {place.rpartition(" ")[2] for place in shown.places} if shown is not None else set()
    is_cast = bool(plan.pictured())
    kept = [
        e
        for e in plan.entities
        if e.ref
        or (
            is_inside(plan, e.span)
            and e.noun.rpartition(" ")[2] not in nouns | OPENINGS
            and not (is_cast and e.kind in OF_PICTURES)
        )
    ]
    ids = {entity.id for entity in kept}
    return replace(
        plan,
        entities=tuple(kept),
        relations=tuple(r for r in plan.relations if {r.of, r.to} <= ids),
        actions=tuple(act for act in plan.actions if act.who in ids),
    )


def come_in(sprites: list[Sprite], shown: Framing, fps: float) -> None:
    """Nobody who is inside is seen outside."""
    for sprite in sprites:
        if sprite.appears_s <= shown.start_s:
            sprite.appears_s, sprite.fade_s = shown.start_s, 1 / fps


@dataclass
class Dissolve:
    """The last picture from outside, as it comes nearer and goes.

    Attributes:
        start_s: When the place changes.
    """

    start_s: float
    _last: FrameYUV | None = None

    def over(self, frame: FrameYUV, seconds: float) -> FrameYUV:
        """A frame with what is left of the picture, uint8 (H, W, 3); frames are asked for in order."""
        if seconds < self.start_s - 1e-6:
            self._last = frame
            return frame
        share = (seconds - self.start_s) / DISSOLVE_S
        if self._last is None or share >= 1:
            self._last = None
            return frame
        height, width = frame.shape[:2]
        scale = 1 + NEARER * share
        centre = np.array([[scale, 0, (1 - scale) * width / 2], [0, scale, (1 - scale) * height / 2]])
        near = cv2.warpAffine(
            self._last, centre, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT
        )
        left = 0.5 + 0.5 * math.cos(math.pi * share)
        return np.asarray(cv2.addWeighted(np.asarray(near, np.uint8), left, frame, 1 - left, 0), np.uint8)
