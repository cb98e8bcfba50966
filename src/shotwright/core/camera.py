"""A camera in a place: where it is, where it looks, its lens; and the shot sizes that lens and distance make.

World in metres, y up, z away from the camera, pinhole camera; `lens` is the focal length in frame widths (35 mm on a 36 mm
wide sensor = 0.972), so that lens, dolly and zoom really differ. Knows nothing about moves (`moves.py`), time (`path.py`) or pictures. Source: draft-engine sections 1 and 3.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

Point = tuple[float, float, float]
SENSOR_MM = 36.0
DEFAULT_LENS_MM = 35.0

SIZE_SHARE = {
    "extreme_wide": 0.12, "wide": 0.45, "full": 0.80, "medium_wide": 1.1, "medium": 1.5, "medium_close_up": 2.2, "close_up": 3.2, "extreme_close_up": 6.5,
}  # fmt: skip
"""Height of a standing subject in frame heights, by shot size."""

AIM = {
    "medium_wide": 0.64,
    "medium": 0.74,
    "medium_close_up": 0.82,
    "close_up": 0.87,
    "extreme_close_up": 0.92,
    "full": 0.52,
    "wide": 0.6,
    "extreme_wide": 0.6,
}
"""Height of what a shot of this size is centred on, in heights of the subject."""
TARGET_AT = 0.6
"""Height of a target's point, in heights of what stands there."""
EYE_HEIGHT_M = {"worms_eye": 0.12, "low": 0.5, "eye": 1.6, "high": 5.0, "birds_eye": 16.0, "aerial": 12.0}
DRIFT = "__drift__"
"""Target of the slow drift of a shot that names no move."""


@dataclass(frozen=True)
class Pose:
    """One frame of a camera path: where it is, where it looks (radians), its roll and its lens."""

    x: float
    y: float
    z: float
    yaw: float
    pitch: float
    roll: float
    lens: float


@dataclass(frozen=True)
class State:
    """A camera by position and the point it looks at."""

    eye: Point
    look: Point
    roll: float = 0.0
    lens: float = DEFAULT_LENS_MM / SENSOR_MM

    @property
    def distance(self) -> float:
        """Metres from the eye to the point it looks at."""
        return math.dist(self.eye, self.look)

    def pose(self) -> Pose:
        """Angles of the direction in which the camera looks."""
        dx, dy, dz = (b - a for a, b in zip(self.eye, self.look, strict=True))
        yaw, pitch = math.atan2(dx, dz), math.atan2(dy, math.hypot(dx, dz))
        return Pose(*self.eye, yaw, pitch, self.roll, self.lens)


@dataclass(frozen=True)
class Space:
    """Where a camera may go, and what it may aim at.

    Attributes:
        base: The camera of the first frame.
        wall_m: Depth of the back of the set.
        targets: World points by reference or noun.
        subject: The point that the shot is about.
        subject_height_m: Its size.
        aspect: Frame height / frame width.
        side_m: How far the camera may go sideways before the set ends.
        keep_m: Height of a frame that holds everybody: moving in leaves nobody out.
        notes: Filled with what had to be shortened.
    """

    base: State
    wall_m: float
    subject: Point
    subject_height_m: float
    aspect: float
    targets: dict[str, Point]
    size_of: dict[str, float]
    side_m: float = 1e3
    keep_m: float = 0.0
    notes: list[str] = field(default_factory=list)


def lens_of(lens_mm: float | None) -> float:
    """Focal length in frame widths of a lens in millimetres on full frame."""
    return (lens_mm or DEFAULT_LENS_MM) / SENSOR_MM


def distance_for(size: str, height_m: float, lens: float, aspect: float) -> float:
    """How far a camera stands from a subject of `height_m` for a shot size, metres."""
    return height_m * lens / (SIZE_SHARE[size] * aspect)


def camera_ctrl_text(poses: list[Pose], *, width: int, height: int) -> str:
    """A path in the text form of CameraCtrl and RealEstate10K: one line per frame.

    A line holds the frame's number, focal lengths and principal point in shares of the frame, two zeros, and the 3x4 matrix
    from world to camera (x right, y down, z forward, metres), row by row. The first line names the source.
    """
    lines = ["shotwright"]
    for frame, pose in enumerate(poses):
        rotation = world_to_camera(pose)
        eye = (pose.x, pose.y, pose.z)
        shift = [-sum(row[k] * eye[k] for k in range(3)) for row in rotation]
        matrix = [value for row, moved in zip(rotation, shift, strict=True) for value in (*row, moved)]
        numbers = [pose.lens, pose.lens * width / height, 0.5, 0.5, 0.0, 0.0, *matrix]
        lines.append(" ".join([str(frame), *(f"{number:.9f}" for number in numbers)]))
    return "\n".join(lines) + "\n"


def world_to_camera(pose: Pose) -> tuple[Point, Point, Point]:
    """Axes of the camera in the world: right, down, forward."""
    cy, sy, cp, sp = math.cos(pose.yaw), math.sin(pose.yaw), math.cos(pose.pitch), math.sin(pose.pitch)
    cr, sr = math.cos(pose.roll), math.sin(pose.roll)
    right, up, forward = (cy, 0.0, -sy), (-sy * sp, cp, -cy * sp), (sy * cp, sp, cy * cp)
    turned = tuple(a * cr + b * sr for a, b in zip(right, up, strict=True))
    down = tuple(-(b * cr - a * sr) for a, b in zip(right, up, strict=True))
    return (turned[0], turned[1], turned[2]), (down[0], down[1], down[2]), forward
