"""Camera paths: from moves of a plan to one pose per frame.

World in metres, y up, z away from the camera, pinhole camera; `lens` is the focal length in frame widths (35 mm on a 36 mm
wide sensor = 0.972), so that lens, dolly and zoom really differ. A move is a function from state to state with a progress
from 0 to 1; a frame's state is the base state with every move applied in order, each at its own progress. Moves therefore
overlap and run at once without special cases. Knows nothing about pictures. Source: draft-engine sections 1 and 3.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shotwright.core.plan import CameraMove

Point = tuple[float, float, float]
SENSOR_MM = 36.0
DEFAULT_LENS_MM = 35.0

SIZE_SHARE = {
    "extreme_wide": 0.12, "wide": 0.45, "full": 0.80, "medium": 1.5, "close_up": 3.2, "extreme_close_up": 6.5,
}  # fmt: skip
"""Height of a standing subject in frame heights, by shot size."""

AIM = {"medium": 0.74, "close_up": 0.87, "extreme_close_up": 0.92, "full": 0.52, "wide": 0.6, "extreme_wide": 0.6}
"""Height of what a shot of this size is centred on, in heights of the subject."""
TARGET_AT = 0.6
"""Height of a target's point, in heights of what stands there."""
EYE_HEIGHT_M = {"low": 0.5, "eye": 1.6, "high": 5.0, "birds_eye": 16.0, "aerial": 12.0}
MAX_LATERAL_M = 24.0
"""Distance of what a sideways move passes, at most: nobody slides along a mountain range."""
MIN_STANDING_M = 0.8
"""What is smaller has no head that a close-up would be about."""
DRIFT = "__drift__"
"""Target of the slow drift of a shot that names no move."""
FLYING_M = 20.0
"""From this far and half as high, moving in is a flight over the place."""
OVERLAP = 0.18
"""Share of a move's time by which it reaches into its neighbours, so that the camera does not stop in between."""


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


Apply = Callable[[State, float], State]


@dataclass(frozen=True)
class _TimedMove:
    start_s: float
    end_s: float
    apply: Apply

    def progress(self, seconds: float, *, duration_s: float) -> float:
        reach = OVERLAP * (self.end_s - self.start_s)
        start = self.start_s - (reach if self.start_s > 0 else 0)
        end = self.end_s + (reach if self.end_s < duration_s else 0)
        return ease((seconds - start) / max(end - start, 1e-6))


def ease(t: float) -> float:
    """Smooth start and stop: 0 → 0, 1 → 1, flat at both ends (quintic smoothstep blended with a line)."""
    t = min(1.0, max(0.0, t))
    smooth = t * t * (3 - 2 * t)
    return 0.75 * smooth + 0.25 * t


def lens_of(lens_mm: float | None) -> float:
    """Focal length in frame widths of a lens in millimetres on full frame."""
    return (lens_mm or DEFAULT_LENS_MM) / SENSOR_MM


def distance_for(size: str, height_m: float, lens: float, aspect: float) -> float:
    """How far a camera stands from a subject of `height_m` for a shot size, metres."""
    return height_m * lens / (SIZE_SHARE[size] * aspect)


def camera_path(
    moves: tuple[CameraMove, ...], space: Space, *, frames: int, duration_s: float, seed: int
) -> list[Pose]:
    """One pose per frame.

    Args:
        moves: Timed moves of a plan; unknown names are ignored (the planner has warned about them).
        space: The set.
        frames: Number of poses.
        duration_s: Length of the clip in seconds.
        seed: Decides the hand of a handheld camera.
    """
    timed: list[_TimedMove] = []
    state = space.base
    shake = 0.0
    for move in moves:
        if move.move == "handheld":
            shake = {"slow": 0.5, "fast": 1.6}.get(move.speed or "", 1.0)
            continue
        build = _MOVES.get(move.move)
        if build is None:
            continue
        apply = build(move, state, space)
        timed.append(_TimedMove(move.start_s, move.end_s, apply))
        state = apply(state, 1.0)
    poses = []
    for frame in range(frames):
        seconds = duration_s * frame / max(1, frames - 1)
        current = space.base
        for item in timed:
            current = item.apply(current, item.progress(seconds, duration_s=duration_s))
        poses.append(_shaken(_kept_inside(current, space).pose(), seconds, shake, seed))
    return poses


def _kept_inside(state: State, space: Space) -> State:
    """Not through the floor, not through the back of the set."""
    x, y, z = state.eye
    return replace(state, eye=(x, max(y, 0.15), min(z, 0.86 * space.wall_m)))


def _shaken(pose: Pose, seconds: float, amount: float, seed: int) -> Pose:
    """A hand: slow sway, breathing and a little tremor; fades in, so that the first frame stays exact."""
    if amount == 0:
        return pose
    fade = amount * min(1.0, seconds / 0.5)
    phase = (seed % 997) / 997 * math.tau

    def wave(*parts: tuple[float, float, float]) -> float:
        return sum(size * math.sin(math.tau * hertz * seconds + shift + phase) for size, hertz, shift in parts)

    yaw = wave((0.006, 0.55, 0.0), (0.003, 1.3, 1.1), (0.0011, 4.1, 2.2))
    pitch = wave((0.005, 0.42, 0.7), (0.0028, 1.1, 2.0), (0.0012, 3.7, 0.4))
    roll = wave((0.004, 0.35, 1.9), (0.0015, 1.7, 0.2))
    return replace(pose, yaw=pose.yaw + fade * yaw, pitch=pose.pitch + fade * pitch, roll=pose.roll + fade * roll)


def _mix(a: Point, b: Point, t: float) -> Point:
    return (a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t, a[2] + (b[2] - a[2]) * t)


def _plus(a: Point, b: Point) -> Point:
    return (a[0] + b[0], a[1] + b[1], a[2] + b[2])


def _target(move: CameraMove, space: Space) -> tuple[Point | None, float]:
    """The point a move aims at and the size of what stands there."""
    if move.target in space.targets:
        return space.targets[move.target], space.size_of.get(move.target, space.subject_height_m)
    return None, space.subject_height_m


def _dolly(move: CameraMove, state: State, space: Space) -> Apply:
    """Along the line of sight; the apparent size grows evenly. Ends where the end size, or a sensible share, is reached."""
    inward = move.move == "dolly_in"
    point, height = _target(move, space)
    aim = point or (space.subject if inward and move.target != DRIFT else state.look)
    if move.end_size and (point or move.target is None) and height > MIN_STANDING_M:
        aim = (aim[0], aim[1] + (AIM[move.end_size] - TARGET_AT) * height, aim[2])
    start = math.dist(state.eye, aim)
    if move.end_size:
        end = distance_for(move.end_size, height, state.lens, space.aspect)
    elif move.target == DRIFT:
        end = 0.88 * start
    elif inward and start > FLYING_M and point is None and state.eye[1] > FLYING_M / 2:
        return _flight(state, aim)
    elif inward:
        share = height * state.lens / (start * space.aspect)
        end = distance_for("full", height, state.lens, space.aspect) if share < 0.3 else 0.5 * start
        if point is None:
            end = max(end, min(0.88 * start, distance_for("full", space.keep_m, state.lens, space.aspect)))
    else:
        end = 1.9 * start
    ratio = max(0.02, end / max(start, 1e-6))

    def apply(now: State, t: float) -> State:
        look = _mix(now.look, aim, t)
        return replace(now, eye=_mix(now.eye, aim, 1 - ratio**t), look=look)

    return apply


def _flight(state: State, aim: Point) -> Apply:
    """Over a place, from high above: forward, a little lower, looking ahead."""
    way = (0.5 * (aim[0] - state.eye[0]), 0.16 * (aim[1] - state.eye[1]), 0.5 * (aim[2] - state.eye[2]))

    def apply(now: State, t: float) -> State:
        delta = (way[0] * t, way[1] * t, way[2] * t)
        return replace(now, eye=_plus(now.eye, delta), look=_plus(now.look, delta))

    return apply


def _zoom(move: CameraMove, state: State, space: Space) -> Apply:
    point, height = _target(move, space)
    if move.end_size and height > MIN_STANDING_M:
        x, y, z = point or space.subject
        point = (x, y + (AIM[move.end_size] - TARGET_AT) * height, z)
    factor = 1.9 if move.move == "zoom_in" else 1 / 1.7
    if move.end_size and move.move == "zoom_in":
        wanted = SIZE_SHARE[move.end_size] * space.aspect * state.distance / height
        factor = min(6.0, max(1.2, wanted / state.lens))

    def apply(now: State, t: float) -> State:
        look = _mix(now.look, point, t) if point else now.look
        return replace(now, look=look, lens=now.lens * factor**t)

    return apply


def _turn(move: CameraMove, state: State, space: Space) -> Apply:
    """Pan and tilt: the camera stays, its look turns."""
    del state, space
    axis, sign = {"pan_left": (0, -1), "pan_right": (0, 1), "tilt_up": (1, 1), "tilt_down": (1, -1)}[move.move]
    angle = sign * math.radians(move.degrees or (28 if axis == 0 else 16))

    def apply(now: State, t: float) -> State:
        pose = now.pose()
        yaw = pose.yaw + angle * t * (axis == 0)
        pitch = max(-1.3, min(1.3, pose.pitch + angle * t * (axis == 1)))
        reach = now.distance
        way = (math.sin(yaw) * math.cos(pitch), math.sin(pitch), math.cos(yaw) * math.cos(pitch))
        return replace(now, look=_plus(now.eye, (way[0] * reach, way[1] * reach, way[2] * reach)))

    return apply


def _truck(move: CameraMove, state: State, space: Space) -> Apply:
    """Sideways, looking the same way; as fast as the words say, as far as the set reaches."""
    sign = -1 if move.move == "truck_left" else 1
    pose = state.pose()
    share = {"slow": 0.16, "fast": 0.34}.get(move.speed or "", 0.24)
    wanted = share * min(state.distance, MAX_LATERAL_M) / state.lens
    amount = sign * _within(wanted, move, space)
    step: Point = (math.cos(pose.yaw) * amount, 0.0, -math.sin(pose.yaw) * amount)

    def apply(now: State, t: float) -> State:
        delta = (step[0] * t, 0.0, step[2] * t)
        return replace(now, eye=_plus(now.eye, delta), look=_plus(now.look, delta))

    return apply


def _within(wanted_m: float, move: CameraMove, space: Space) -> float:
    """A sideways distance that the set allows; says so when it is less than was wanted."""
    if wanted_m <= space.side_m:
        return wanted_m
    space.notes.append(
        f"the whole {move.move.replace('_', ' ')}: shortened to {space.side_m:.1f} m, where the place ends"
    )
    return space.side_m


def _pedestal(move: CameraMove, state: State, space: Space) -> Apply:
    """Up or down. From high above, down leads to eye height and turns the look to the subject."""
    height = state.eye[1]
    if move.move == "pedestal_down" and height > 3:
        end, turns = 1.7, 1.0
        closer = 0.35
    elif move.move == "pedestal_down":
        end, turns, closer = max(0.3, height * 0.35), 0.5, 0.0
    else:
        end, turns, closer = height + min(max(1.6, 0.35 * space.wall_m), max(3.0, 0.6 * state.distance)), 0.6, 0.0

    def apply(now: State, t: float) -> State:
        x, y, z = now.eye
        ahead = closer * (space.subject[2] - z) * t
        eye = (x, y + (end - y) * t, z + ahead)
        lifted = (now.look[0], now.look[1] + (end - y) * t, now.look[2])
        return replace(now, eye=eye, look=_mix(lifted, _mix(now.look, space.subject, t), turns))

    return apply


def _orbit(move: CameraMove, state: State, space: Space) -> Apply:
    """Around the target, looking at it; clockwise seen from above unless said otherwise."""
    point, _ = _target(move, space)
    centre = point or space.subject
    angle = math.radians(move.degrees or (180 if move.end_view == "back" else 120))
    angle *= -1 if move.move == "orbit_ccw" else 1
    radius = math.hypot(state.eye[0] - centre[0], state.eye[2] - centre[2])
    room = 0.84 * space.wall_m - centre[2]
    tightest = min(1.0, room / max(radius, 1e-6)) if abs(angle) > math.pi / 2 else 1.0

    def apply(now: State, t: float) -> State:
        tight = 1 + (tightest - 1) * min(1.0, 2 * t)
        dx, dz = (now.eye[0] - centre[0]) * tight, (now.eye[2] - centre[2]) * tight
        c, s = math.cos(angle * t), math.sin(angle * t)
        eye = (centre[0] + dx * c + dz * s, now.eye[1], centre[2] - dx * s + dz * c)
        return replace(now, eye=eye, look=_mix(now.look, centre, min(1.0, 3 * t)))

    return apply


def _roll(move: CameraMove, state: State, space: Space) -> Apply:
    del state, space
    angle = math.radians(move.degrees or 20)
    return lambda now, t: replace(now, roll=now.roll + angle * t)


def _dolly_zoom(move: CameraMove, state: State, space: Space) -> Apply:
    """The subject keeps its size while the background swells: towards it with a widening lens."""
    point, _ = _target(move, space)
    aim = point or space.subject
    ratio = 0.5

    def apply(now: State, t: float) -> State:
        factor = ratio**t
        return replace(now, eye=_mix(now.eye, aim, 1 - factor), look=_mix(now.look, aim, t), lens=now.lens * factor)

    del state
    return apply


def _tracking(move: CameraMove, state: State, space: Space) -> Apply:
    """Alongside a subject that walks: the set slides by, the subject stays framed (`walk_m` moves it as well)."""
    step = _within(walk_m(move), move, space)

    def apply(now: State, t: float) -> State:
        look = _mix(now.look, space.subject, min(1.0, 2 * t))
        return replace(now, eye=_plus(now.eye, (step * t, 0, 0)), look=_plus(look, (step * t, 0, 0)))

    del state
    return apply


def walk_m(move: CameraMove) -> float:
    """How far a tracked subject would walk to the right during the move, metres."""
    seconds = max(0.5, move.end_s - move.start_s)
    return {"slow": 0.6, "fast": 2.4}.get(move.speed or "", 1.2) * seconds


def tracked_m(move: CameraMove, space: Space) -> float:
    """How far it does walk in this set, metres."""
    return min(walk_m(move), space.side_m)


_MOVES: dict[str, Callable[[CameraMove, State, Space], Apply]] = {
    "dolly_in": _dolly, "dolly_out": _dolly, "zoom_in": _zoom, "zoom_out": _zoom,
    "pan_left": _turn, "pan_right": _turn, "tilt_up": _turn, "tilt_down": _turn,
    "truck_left": _truck, "truck_right": _truck, "pedestal_up": _pedestal, "pedestal_down": _pedestal,
    "orbit": _orbit, "orbit_cw": _orbit, "orbit_ccw": _orbit, "roll": _roll, "dolly_zoom": _dolly_zoom,
    "tracking": _tracking,
}  # fmt: skip


def camera_ctrl_text(poses: list[Pose], *, width: int, height: int) -> str:
    """A path in the text form of CameraCtrl and RealEstate10K: one line per frame.

    A line holds the frame's number, focal lengths and principal point in shares of the frame, two zeros, and the 3x4 matrix
    from world to camera (x right, y down, z forward, metres), row by row. The first line names the source.
    """
    lines = ["shotwright"]
    for frame, pose in enumerate(poses):
        rotation = _world_to_camera(pose)
        eye = (pose.x, pose.y, pose.z)
        shift = [-sum(row[k] * eye[k] for k in range(3)) for row in rotation]
        matrix = [value for row, moved in zip(rotation, shift, strict=True) for value in (*row, moved)]
        numbers = [pose.lens, pose.lens * width / height, 0.5, 0.5, 0.0, 0.0, *matrix]
        lines.append(" ".join([str(frame), *(f"{number:.9f}" for number in numbers)]))
    return "\n".join(lines) + "\n"


def _world_to_camera(pose: Pose) -> tuple[Point, Point, Point]:
    """Axes of the camera in the world: right, down, forward."""
    cy, sy, cp, sp = math.cos(pose.yaw), math.sin(pose.yaw), math.cos(pose.pitch), math.sin(pose.pitch)
    cr, sr = math.cos(pose.roll), math.sin(pose.roll)
    right, up, forward = (cy, 0.0, -sy), (-sy * sp, cp, -cy * sp), (sy * cp, sp, cy * cp)
    turned = tuple(a * cr + b * sr for a, b in zip(right, up, strict=True))
    down = tuple(-(b * cr - a * sr) for a, b in zip(right, up, strict=True))
    return (turned[0], turned[1], turned[2]), (down[0], down[1], down[2]), forward
