"""People without a picture: posed mannequins, seen from any side, dressed by colour, lit from the upper left.

A figure is drawn into a card that faces the camera, once for each part of its motion and each side it is seen from, and kept.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import TYPE_CHECKING

import cv2
import numpy as np

from shotwright.engines.analysis.cutout import CutOut
from shotwright.engines.draft.cast.costume import SOLIDS, carried, fill_solid, rings_of
from shotwright.engines.draft.cast.pose import SEATED, figure, ground, motion_row, motions, pose, value
from shotwright.media.colour import rgb_to_yuv

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from shotwright.engines.draft.cast.pose import Row

PX_PER_M = 230
MARGIN_PX = 4
STANDING_M = 1.72
PARTS = 12
"""Pictures of one cycle of a motion, or of one second of a longer one."""
TURN_DEG, TILT_DEG = 15, 22
KEPT, POSES_KEPT = 240, 400
SKIN, HAIR, SHOE, EYE = (214, 168, 138), (70, 52, 40), (54, 48, 46), (40, 34, 34)
LIGHT = np.array([-0.45, 0.62, 0.64])
_HEADS, _HANDS, _FEET = (
    {"Neck", "Head"},
    {"Wrist", "Hand", "Index", "Middle", "Pinky", "Ring", "Thumb"},
    {"Ankle", "Foot"},
)
_LEGS = {"Hip", "Knee", "Pelvis"}
RGB = tuple[int, int, int]


@dataclass(frozen=True)
class Clothes:
    """Colours of a figure, sRGB, and what it wears of `costume.SOLIDS`."""

    top: RGB = (92, 104, 128)
    legs: RGB = (64, 66, 78)
    skin: RGB = SKIN
    hair: RGB = HAIR
    worn: tuple[tuple[str, RGB], ...] = ()


@dataclass(frozen=True)
class Step:
    """A motion from one second to another."""

    motion: str
    start_s: float
    end_s: float


@dataclass(frozen=True)
class Card:
    """A picture of a figure 1.72 m tall, `PX_PER_M`, cut to what it shows.

    Attributes:
        cut: The picture.
        foot: Where its foot is in the picture: column, row.
    """

    cut: CutOut
    foot: tuple[float, float]


@dataclass
class Figure:
    """Somebody who is posed.

    Attributes:
        steps: What they do, in order; between and after, the nearest step goes on.
        clothes: What they wear.
        height_m: How tall they are.
        offset_s: Shift of a loop, so that a crowd does not move as one.
    """

    steps: list[Step]
    clothes: Clothes = field(default_factory=Clothes)
    height_m: float = STANDING_M
    offset_s: float = 0.0

    def at(self, seconds: float) -> tuple[str, float]:
        """Motion and phase 0..1 at a time."""
        step = next((s for s in self.steps if seconds < s.end_s), self.steps[-1])
        row = motion_row(step.motion)
        length = float(row["seconds"])
        if row["loop"]:
            return step.motion, ((seconds + self.offset_s) / length) % 1.0
        return step.motion, min(
            1.0, max(0.0, (seconds - step.start_s) / min(length, max(0.4, step.end_s - step.start_s)))
        )

    def card(self, seconds: float, turn_deg: float, tilt_deg: float) -> Card:
        """The picture of the figure at a time, turned by `turn_deg` (0: it looks at the camera) and seen from `tilt_deg` above."""
        motion, phase = self.at(seconds)
        parts = max(2, round(PARTS * min(2.0, float(motion_row(motion)["seconds"]))))
        part = int(phase * parts) % parts if motion_row(motion)["loop"] else min(parts, round(phase * parts))
        turn = round(turn_deg / TURN_DEG) % (360 // TURN_DEG)
        return _drawn(motion, part / parts, turn * TURN_DEG, round(tilt_deg / TILT_DEG) * TILT_DEG, self.clothes)

    def hand(self, seconds: float) -> NDArray[np.float64]:
        """Where the right hand is: float64 (3,), metres, right, up and ahead of the figure's foot; of both, the middle."""
        motion, phase = self.at(seconds)
        return _hand(motion, round(phase * 8) / 8) * self.height_m / STANDING_M


def is_seated(motion: str) -> bool:
    """Whether a motion needs a seat."""
    return bool(motion_row(motion)["floor"] == "seat")


def seat_m(motion: str) -> float:
    """Height of the seat of a motion, metres; 0 where it has none."""
    return float(motion_row(motion).get("seat", 0.0)) if is_seated(motion) else 0.0


def speed_of(motion: str) -> float:
    """Metres a second along the way that the figure faces."""
    return float(motion_row(motion)["speed"]) if motion.removeprefix(SEATED) in motions() else 0.0


@lru_cache(maxsize=KEPT)
def _drawn(motion: str, phase: float, turn: int, tilt: int, clothes: Clothes) -> Card:
    upright = motion_row(motion)["floor"] == "feet"
    return _draw(_posed(motion, phase), turn, tilt, clothes, upright=upright)


@lru_cache(maxsize=POSES_KEPT)
def _posed(motion: str, phase: float) -> NDArray[np.float64]:
    """Vertices of a figure that stands, sits or floats over the ground: float64 (n, 3)."""
    row = motion_row(motion)
    vertices = np.asarray(figure().vertices(pose(row, phase)), np.float64)
    shift = ground(vertices, row["floor"], float(value(row, "lift", phase, 1)[0]))
    return np.asarray(vertices + np.array([0.0, shift, 0.0]), np.float64)


@lru_cache(maxsize=POSES_KEPT)
def _hand(motion: str, phase: float) -> NDArray[np.float64]:
    row: Row = motion_row(motion)
    posed = pose(row, phase)
    vertices = np.asarray(figure().vertices(posed), np.float64)
    shift = ground(vertices, row["floor"], float(value(row, "lift", phase, 1)[0]))
    joints = np.asarray(figure().joint_transforms(posed), np.float64)
    names = list(figure().joint_names)
    wanted = {"left": ["L_Hand"], "both": ["L_Hand", "R_Hand"]}.get(row.get("hold", ""), ["R_Hand"])
    at = np.mean([joints[names.index(name)][:3, 3] for name in wanted], axis=0)
    return np.asarray(at + np.array([0.0, shift, 0.0]), np.float64)


@cache
def _faces() -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Triangles, and the part of the body of each: 0 top, 1 legs, 2 skin, 3 hair, 4 shoe."""
    model = figure()
    rest = np.asarray(model.vertices(model.rest_pose()), np.float64)
    joints = np.asarray(model.joint_transforms(model.rest_pose()), np.float64)[:, :3, 3]
    faces = np.asarray(model.faces, np.int64)
    middles = rest[faces].mean(axis=1)
    nearest = np.argmin(np.linalg.norm(middles[:, None] - joints[None], axis=2), axis=1)
    parts = np.array([_part(model.joint_names[i]) for i in nearest])
    head = parts == 2
    above = middles[:, 1] > joints[list(model.joint_names).index("Head"), 1]
    behind = middles[:, 2] < 0.055 + 0.28 * (middles[:, 1] - middles[above, 1].max() + 0.1)
    is_top = middles[:, 1] > middles[above, 1].max() - 0.06
    parts[head & above & (behind | is_top)] = 3
    return faces, parts


def _part(joint: str) -> int:
    name = joint.split("_")[-1].rstrip("0123456789")
    if name in _HEADS or any(name.startswith(hand) for hand in _HANDS):
        return 2
    return 4 if name in _FEET else 1 if name in _LEGS else 0


def _draw(vertices: NDArray[np.float64], turn: int, tilt: int, clothes: Clothes, *, upright: bool) -> Card:
    faces, parts = _faces()
    seen = _turned(vertices, turn, tilt)
    corners = seen[faces]
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-9)
    front = normals[:, 2] > 0
    order = np.argsort(corners[front].mean(axis=1)[:, 2])
    corners, normals, parts = corners[front][order], normals[front][order], parts[front][order]
    shade = 0.5 + 0.55 * np.clip(normals @ (LIGHT / np.linalg.norm(LIGHT)), 0, 1) + 0.08 * normals[:, 1]
    tones = np.array([clothes.top, clothes.legs, clothes.skin, clothes.hair, SHOE], np.float64)[parts]
    colours = np.clip(tones * shade[:, None], 0, 255).astype(int)
    points = corners[..., :2] * (PX_PER_M, -PX_PER_M)
    worn = [
        (*_worn(name, vertices, turn, tilt), tone)
        for name, tone in clothes.worn
        if upright or not SOLIDS[name].needs_legs_down
    ]
    extents = np.concatenate([points.reshape(-1, 2), *(rings.reshape(-1, 2) for rings, _, _ in worn)])
    corner = np.floor(extents.min(axis=0)) - MARGIN_PX
    columns, rows = (int(side) for side in np.ceil(extents.max(axis=0) - corner) + MARGIN_PX)
    picture = np.zeros((rows, columns, 4), np.uint8)
    for rings, is_under, tone in worn:
        if is_under:
            fill_solid(picture, rings - corner, tone)
    for triangle, colour in zip(np.round((points - corner) * 16).astype(np.int32), colours.tolist(), strict=True):
        cv2.fillConvexPoly(picture, triangle, (*colour, 255), shift=4)
    foot = (float(-corner[0]), float(-corner[1]))
    _draw_eyes(picture, turn, tilt, vertices, foot)
    for rings, is_under, tone in worn:
        if not is_under:
            fill_solid(picture, rings - corner, tone)
    alpha = np.asarray(cv2.GaussianBlur(picture[..., 3], (0, 0), 0.8), np.uint8)
    rgb = np.where(picture[..., 3:] > 0, picture[..., :3], np.array(clothes.top, np.uint8))
    cut = CutOut(rgb_to_yuv(np.ascontiguousarray(cv2.GaussianBlur(rgb, (0, 0), 0.9))), alpha)
    return Card(cut, foot)


def _turned(points: NDArray[np.float64], turn: int, tilt: int) -> NDArray[np.float64]:
    """Points as a camera sees them: to the right, up, towards it."""
    c, s = np.cos(np.radians(turn)), np.sin(np.radians(turn))
    x, depth = points[..., 0] * c + points[..., 2] * s, -points[..., 0] * s + points[..., 2] * c
    ct, st = np.cos(np.radians(tilt)), np.sin(np.radians(tilt))
    return np.stack([x, points[..., 1] * ct - depth * st, depth * ct + points[..., 1] * st], axis=-1)


def _worn(name: str, vertices: NDArray[np.float64], turn: int, tilt: int) -> tuple[NDArray[np.float64], bool]:
    """Rings of something worn, in pixels from the foot, and whether the body covers it."""
    solid = SOLIDS[name]
    move = carried(solid.part, vertices)
    ahead = _turned(move(np.array([0.0, 0.0, 1.0])) - move(np.zeros(3)), turn, tilt)
    is_covered = solid.side == ("behind" if ahead[2] > 0 else "ahead")
    return _turned(move(rings_of(solid)), turn, tilt)[..., :2] * (PX_PER_M, -PX_PER_M), is_covered


def _draw_eyes(
    picture: NDArray[np.uint8], turn: int, tilt: int, vertices: NDArray[np.float64], foot: tuple[float, float]
) -> None:
    """Two eyes, so that a front is no back."""
    move = carried("Head", vertices)
    if _turned(move(np.array([0.0, 0.0, 1.0])) - move(np.zeros(3)), turn, tilt)[2] < 0.25:
        return
    for side in (-1, 1):
        at = _turned(move(np.array([side * 0.034, 0.32, 0.115])), turn, tilt)
        centre = (round(foot[0] + at[0] * PX_PER_M), round(foot[1] - at[1] * PX_PER_M))
        cv2.circle(picture, centre, 2, (*EYE, 255), -1, cv2.LINE_AA)
