"""Close shots of a part of somebody: hands, feet, eyes, a face."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from shotwright.engines.draft.cast.figures import POINTS, STANDING_M, skeleton

if TYPE_CHECKING:
    from shotwright.core.camera import State
    from shotwright.core.plan import Framing, ShotPlan
    from shotwright.engines.draft.sprites import Sprite

CLOSE = frozenset({"medium_close_up", "close_up", "extreme_close_up"})
HANDS, FEET, EYES = ("r_wrist", "l_wrist"), ("r_ankle", "l_ankle"), ("r_eye", "l_eye")
PARTS: dict[str, tuple[tuple[str, ...], float]] = {
    **dict.fromkeys(("hand", "finger", "fist", "palm", "thumb", "wrist", "fingertip"), (HANDS, 0.62)),
    **dict.fromkeys(("arm", "forearm"), (("r_elbow", "l_elbow"), 0.9)),
    **dict.fromkeys(("foot", "toe", "ankle", "heel", "boot", "shoe", "sneaker", "sandal", "slipper", "trainer"), (FEET, 0.7)),
    **dict.fromkeys(("leg", "knee", "calf"), (("r_knee", "l_knee"), 1.1)),
    **dict.fromkeys(("eye", "eyelid", "eyelash", "pupil", "tear", "brow", "eyebrow"), (EYES, 0.26)),
    **dict.fromkeys(("face", "nose", "cheek", "smile", "mouth", "lip", "beard", "chin"), (("nose",), 0.34)),
    **dict.fromkeys(("ear", "neck", "shoulder"), (("neck",), 0.6)),
}  # fmt: skip
"""Points of a skeleton, and how much is in the frame from top to bottom, metres, by the singular of a part."""
NEARER = 0.62
"""Of an extreme close-up, in the height of a close one."""
FROM_ABOVE = 0.28
"""How far the camera looks down on hands: metres up for each metre away."""


@dataclass(frozen=True)
class Detail:
    """A part of somebody that a shot is about.

    Attributes:
        sprite: Whose it is; with joints.
        points: Of its skeleton.
        covers_m: What the frame shows from top to bottom, metres.
        slope: How far above it the camera is, by the metre.
    """

    sprite: Sprite
    points: tuple[str, ...]
    covers_m: float
    slope: float

    def at(self, seconds: float) -> tuple[float, float, float]:
        """Where it is at a time, metres in the set."""
        figure = self.sprite.figure
        assert figure is not None  # noqa: S101  (`detail_of` asked)
        motion, phase = figure.at(seconds)
        joints = skeleton(motion, round(phase * 8) / 8, figure.clothes.head)[[POINTS.index(p) for p in self.points]]
        right, up, ahead = np.mean(joints, axis=0) * figure.height_m / STANDING_M
        x, y, z = self.sprite.place(seconds)
        turn = math.radians(self.sprite.heading_at(seconds))
        aside = right * math.cos(turn) - ahead * math.sin(turn)
        return x + float(aside), y + float(up), z - float(right * math.sin(turn) + ahead * math.cos(turn))

    def above(self, seconds: float) -> float:
        """How high it is above the foot of whose it is, metres."""
        return self.at(seconds)[1] - self.sprite.place(seconds)[1]

    def state(self, first: State, seconds: float, aspect: float) -> State:
        """The camera before it."""
        x, y, z = self.at(seconds)
        far = self.covers_m * first.lens / aspect
        return replace(first, eye=(x, max(0.08, y + self.slope * far), z - far), look=(x, y, z), roll=0.0)


def detail_of(plan: ShotPlan, framing: Framing, sprites: list[Sprite]) -> Detail | None:
    """The part of somebody that a close shot names; None where it names none, or whose it is has no joints."""
    part = plan.entity(framing.focus)
    row = PARTS.get(part.noun.rpartition(" ")[2]) if part is not None else None
    if part is None or row is None or framing.size not in CLOSE:
        return None
    wholes = {r.to for r in plan.relations if r.of == part.id and r.relation == "part_of"}
    wholes |= {r.of for r in plan.relations if r.to == part.id and r.relation == "wearing"}
    whole = next((s for s in sprites if s.word in wholes and s.figure is not None), None)
    if whole is None:
        return None
    points, covers = row
    slope = FROM_ABOVE if points == HANDS else 0.0
    return Detail(whole, points, covers * (NEARER if framing.size == "extreme_close_up" else 1.0), slope)
