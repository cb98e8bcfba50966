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
from shotwright.engines.draft.cast.bare import regions
from shotwright.engines.draft.cast.body import TOP, figure
from shotwright.engines.draft.cast.costume import SOLIDS, carried, fill_solid, part_vertices, rings_of
from shotwright.engines.draft.cast.faces import draw_face
from shotwright.engines.draft.cast.pose import ground, motion_row, motions, pose, value
from shotwright.media.colour import rgb_to_yuv

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from shotwright.engines.draft.cast.pose import Row

PX_PER_M = 230
MARGIN_PX = 4
STANDING_M = 1.72
PARTS = 12
"""Pictures of one cycle of a motion, or of one second of a longer one."""
TURN_DEG, TILT_DEG = 15, 22
KEPT, POSES_KEPT = {1: 240, 2: 120, 3: 48, 4: 24}, 400
"""Pictures that are kept, by their density, and poses."""
SKIN, HAIR, SHOE = (214, 168, 138), (70, 52, 40), (54, 48, 46)
BAND_M, SLEEVE_FROM_M = 0.055, 0.2
"""Width of stripes; from here on they run around an arm."""
CHIN = np.array([0.0, 0.1, 0.0])
"""Where a head grows from, in its own rest."""
AMBIENT = 0.56
SUNK_M = 0.15
"""Less than this a head is as high as that of one who stands."""
LIGHT = np.array([-0.45, 0.62, 0.64])
RGB = tuple[int, int, int]
POINTS = (
    "nose", "neck", "r_shoulder", "r_elbow", "r_wrist", "l_shoulder", "l_elbow", "l_wrist", "r_hip", "r_knee", "r_ankle", "l_hip", "l_knee",
    "l_ankle", "r_eye", "l_eye", "r_ear", "l_ear",
)  # fmt: skip
"""The points of a skeleton, in the order of OpenPose's COCO model."""
JOINTS = {"neck": "Neck"} | {
    f"{side.lower()}_{name.lower()}": f"{side}_{name}"
    for side in "RL"
    for name in ("Shoulder", "Elbow", "Wrist", "Hip", "Knee", "Ankle")
}
HEAD_SHARE = 0.13
"""Of a body, its head from the chin up."""
FACED = ("nose", "r_eye", "l_eye", "r_ear", "l_ear")
FACE = ((0.0, 0.285, 0.13), (-0.034, 0.32, 0.115), (0.034, 0.32, 0.115), (-0.082, 0.3, 0.02), (0.082, 0.3, 0.02))
"""Where a face is on a head at rest, metres."""


OPENING = {"talk": "", "laugh": "smile"}
MOUTHS_S = 4.0
"""What a mouth that moves shows between, and how often it changes a second."""


@dataclass(frozen=True)
class Clothes:
    """Colours of a figure, sRGB, and what it wears of `costume.SOLIDS`."""

    top: RGB = (92, 104, 128)
    legs: RGB = (64, 66, 78)
    skin: RGB = SKIN
    hair: RGB = HAIR
    worn: tuple[tuple[str, RGB], ...] = ()
    stripe: RGB | None = None  #: Of the top, every other band.
    head: float = 1.0  #: Size of the head: children's are larger for their height.
    limbs: tuple[tuple[str, RGB], ...] = ()  #: Of `bare.regions`, those with a colour of their own.


@dataclass(frozen=True)
class Step:
    """A motion from one second to another."""

    motion: str
    start_s: float
    end_s: float


@dataclass(frozen=True)
class Mien:
    """What a face shows from one second to another: a row of `faces.MIENS`."""

    face: str
    start_s: float
    end_s: float


@dataclass(frozen=True)
class Card:
    """A picture of a figure 1.72 m tall, `PX_PER_M` times its density, cut to what it shows.

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
        density: Pixels of its pictures, in `PX_PER_M`: more where the camera is close.
        miens: What the face shows, and when; else it is calm.
    """

    steps: list[Step]
    clothes: Clothes = field(default_factory=Clothes)
    height_m: float = STANDING_M
    offset_s: float = 0.0
    density: int = 1
    miens: tuple[Mien, ...] = ()

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
        return _drawn(self.density)(*self.moment(seconds, turn_deg, tilt_deg), self.clothes, self.face(seconds))

    def face(self, seconds: float) -> str:
        """What the face shows at a time; a mouth that talks or laughs opens and closes."""
        shown = next((mien.face for mien in self.miens if mien.start_s <= seconds < mien.end_s), "")
        is_shut = shown in OPENING and int((seconds + self.offset_s) * MOUTHS_S) % 2 == 0
        return OPENING[shown] if is_shut else shown

    def moment(self, seconds: float, turn_deg: float, tilt_deg: float) -> tuple[str, float, tuple[int, int]]:
        """What of a motion is drawn at a time, and from which side: its name, its phase, turn and tilt in degrees."""
        motion, phase = self.at(seconds)
        parts = max(2, round(PARTS * min(2.0, float(motion_row(motion)["seconds"]))))
        part = int(phase * parts) % parts if motion_row(motion)["loop"] else min(parts, round(phase * parts))
        turn = round(turn_deg / TURN_DEG) % (360 // TURN_DEG)
        return motion, part / parts, (turn * TURN_DEG, round(tilt_deg / TILT_DEG) * TILT_DEG)

    def hand(self, seconds: float) -> NDArray[np.float64]:
        """Where the right hand is: float64 (3,), metres, right, up and ahead of the figure's foot; of both, the middle."""
        motion, phase = self.at(seconds)
        return _hand(motion, round(phase * 8) / 8) * self.height_m / STANDING_M

    def sunk(self, seconds: float) -> float:
        """How much lower the head is at a time than that of one who stands, metres; little is nothing; of who rides or climbs it is higher."""
        motion, phase = self.at(seconds)
        lower = skeleton("stand", 0.0, 1.0)[0, 1] - skeleton(motion, round(phase * 8) / 8, 1.0)[0, 1]
        is_far = lower > SUNK_M or (lower < -SUNK_M and motion_row(motion)["floor"] != "feet")
        return float(lower) * self.height_m / STANDING_M if is_far else 0.0


def body_m(tall_m: float, clothes: Clothes) -> float:
    """Height of a body with a usual head, where its own larger one is part of somebody's height, metres."""
    return tall_m / (1 + HEAD_SHARE * (clothes.head - 1))


def is_seated(motion: str) -> bool:
    """Whether a motion needs a seat."""
    return bool(motion_row(motion)["floor"] == "seat")


def seat_m(motion: str) -> float:
    """Height of the seat of a motion, metres; 0 where it has none."""
    return float(motion_row(motion).get("seat", 0.0)) if is_seated(motion) else 0.0


def speed_of(motion: str) -> float:
    """Metres a second along the way that the figure faces."""
    return float(motion_row(motion)["speed"]) if motion.rpartition("+")[2] in motions() else 0.0


@cache
def _drawn(density: int) -> Callable[[str, float, tuple[int, int], Clothes, str], Card]:
    """Who draws figures of a density, and keeps some."""

    @lru_cache(maxsize=KEPT[density])
    def draw(motion: str, phase: float, view: tuple[int, int], clothes: Clothes, face: str) -> Card:
        upright = motion_row(motion)["floor"] == "feet"
        return _draw(_posed(motion, phase), view, clothes, PX_PER_M * density, face, upright=upright)

    return draw


@lru_cache(maxsize=POSES_KEPT)
def _posed(motion: str, phase: float) -> NDArray[np.float64]:
    """Vertices of a figure that stands, sits or floats over the ground: float64 (n, 3)."""
    row = motion_row(motion)
    vertices = np.asarray(figure().vertices(pose(row, phase)), np.float64)
    shift = ground(vertices, row["floor"], float(value(row, "lift", phase, 1)[0]))
    return np.asarray(vertices + np.array([0.0, shift, 0.0]), np.float64)


@lru_cache(maxsize=POSES_KEPT)
def skeleton(motion: str, phase: float, head: float) -> NDArray[np.float64]:
    """The joints of `JOINTS` and the points of `FACE` of a figure over the ground: float64 (18, 3), metres; its left is +x, it looks along +z."""
    row = motion_row(motion)
    posed = pose(row, phase)
    vertices = np.asarray(figure().vertices(posed), np.float64)
    up = np.array([0.0, ground(vertices, row["floor"], float(value(row, "lift", phase, 1)[0])), 0.0])
    names, joints = list(figure().joint_names), np.asarray(figure().joint_transforms(posed), np.float64)[:, :3, 3]
    face = _head_at(vertices, head)(np.array(FACE))
    found = {
        **{name: joints[names.index(joint)] for name, joint in JOINTS.items()},
        **dict(zip(FACED, face, strict=True)),
    }
    return np.asarray(np.array([found[name] for name in POINTS]) + up, np.float64)


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
def _bands() -> NDArray[np.bool_]:
    """Triangles that stripes dye, by their height and reach at rest."""
    model = figure()
    rest = np.asarray(model.vertices(model.rest_pose()), np.float64)
    middles = rest[np.asarray(model.faces, np.int64)].mean(axis=1)
    across = np.where(np.abs(middles[:, 0]) > SLEEVE_FROM_M, np.abs(middles[:, 0]), middles[:, 1])
    return np.asarray(np.floor(across / BAND_M) % 2 == 0)


def _draw(
    vertices: NDArray[np.float64], view: tuple[int, int], clothes: Clothes, px: int, face: str = "", *, upright: bool
) -> Card:
    turn, tilt = view
    faces, parts = figure().faces, figure().parts
    striped = _bands() & (parts == TOP) if clothes.stripe else np.zeros(len(parts), bool)
    plain = vertices
    vertices = _with_head(vertices, clothes.head)
    seen = turned(vertices, turn, tilt)
    corners = seen[faces]
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-9)
    front = normals[:, 2] > 0
    order = np.argsort(corners[front].mean(axis=1)[:, 2] + figure().nearer[front])
    corners, normals = corners[front][order], normals[front][order]
    striped = striped[front][order]
    normals = 0.12 * normals + 0.88 * _smooth(seen, faces)[front][order]
    tones = np.array([clothes.top, clothes.legs, clothes.skin, clothes.hair, SHOE], np.float64)[figure().parts]
    for name, tone in clothes.limbs:
        tones[regions()[name]] = tone
    tones = tones[front][order]
    shade = AMBIENT + 0.5 * np.clip(normals @ (LIGHT / np.linalg.norm(LIGHT)), 0, 1) + 0.08 * normals[:, 1]
    tones[striped] = clothes.stripe or clothes.top
    colours = np.clip(tones * shade[:, None], 0, 255).astype(int)
    points = corners[..., :2] * (px, -px)
    worn = [
        (*_worn(name, plain, view, clothes.head, px), tone)
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
    move, body = _head_at(plain, clothes.head), picture[..., 3] > 0
    draw_face(picture, lambda points: turned(move(points), turn, tilt), foot, px, clothes.skin, mien=face)
    picture[~body] = 0  # no brow floats beside a head in profile
    for rings, is_under, tone in worn:
        if not is_under:
            fill_solid(picture, rings - corner, tone)
    alpha = np.asarray(cv2.GaussianBlur(picture[..., 3], (0, 0), 0.8), np.uint8)
    rgb = np.where(picture[..., 3:] > 0, picture[..., :3], np.array(clothes.top, np.uint8))
    cut = CutOut(rgb_to_yuv(np.ascontiguousarray(cv2.GaussianBlur(rgb, (0, 0), 0.9))), alpha)
    return Card(cut, foot)


def _smooth(vertices: NDArray[np.float64], faces: NDArray[np.int64]) -> NDArray[np.float64]:
    """Normals of triangles by those of their neighbours, float64 (n, 3): a body is round."""
    corners = vertices[faces]
    flat = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])  # as long as the triangle is large
    sums = np.stack([np.bincount(faces.ravel(), np.repeat(flat[:, k], 3), len(vertices)) for k in range(3)], axis=1)
    found = sums[faces].sum(axis=1)
    return np.asarray(found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-9), np.float64)


def turned(points: NDArray[np.float64], turn: int, tilt: int) -> NDArray[np.float64]:
    """Points as a camera sees them: to the right, up, towards it."""
    c, s = np.cos(np.radians(turn)), np.sin(np.radians(turn))
    x, depth = points[..., 0] * c + points[..., 2] * s, -points[..., 0] * s + points[..., 2] * c
    ct, st = np.cos(np.radians(tilt)), np.sin(np.radians(tilt))
    return np.stack([x, points[..., 1] * ct - depth * st, depth * ct + points[..., 1] * st], axis=-1)


def _with_head(vertices: NDArray[np.float64], scale: float) -> NDArray[np.float64]:
    """Vertices with a larger head."""
    if scale == 1.0:
        return vertices
    mine, chin = part_vertices("Head"), carried("Head", vertices)(CHIN)
    grown = vertices.copy()
    grown[mine] = chin + scale * (vertices[mine] - chin)
    return grown


def _head_at(vertices: NDArray[np.float64], scale: float) -> Callable[[NDArray[np.float64]], NDArray[np.float64]]:
    """As `carried`, for what sits on a head of another size."""
    move = carried("Head", vertices)
    return lambda points: move(CHIN + scale * (points - CHIN))


def _worn(
    name: str, vertices: NDArray[np.float64], view: tuple[int, int], head: float, px: int
) -> tuple[NDArray[np.float64], bool]:
    """Rings of something worn, in pixels from the foot, and whether the body covers it."""
    solid, (turn, tilt) = SOLIDS[name], view
    move = _head_at(vertices, head) if solid.part == "Head" else carried(solid.part, vertices)
    ahead = turned(move(np.array([0.0, 0.0, 1.0])) - move(np.zeros(3)), turn, tilt)
    is_covered = solid.side == ("behind" if ahead[2] > 0 else "ahead")
    return turned(move(rings_of(solid)), turn, tilt)[..., :2] * (px, -px), is_covered
