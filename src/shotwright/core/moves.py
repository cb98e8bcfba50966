"""The camera moves of the trade: one record each, and how each is made.

Everything that anybody says of a move stands in its row of `MOVES`: the parser, the linter, the path, the stage, the evaluation,
the pages and the docs read it there. The words that ask for it are a row of the same name in `prompt/words/camera.toml`.
A builder makes a function from state to state with a progress from 0 to 1. Source: draft-engine section 3, kling-o1 b.5.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from shotwright.core.camera import AIM, DRIFT, SIZE_SHARE, TARGET_AT, Point, Space, State, distance_for

if TYPE_CHECKING:
    from shotwright.core.plan import CameraMove

MAX_LATERAL_M = 24.0
"""Distance of what a sideways move passes, at most: nobody slides along a mountain range."""
MIN_STANDING_M = 0.8
"""What is smaller has no head that a close-up would be about."""
FLYING_M = 20.0
"""From this far and half as high, moving in is a flight over the place."""

Apply = Callable[[State, float], State]
Builder = Callable[["CameraMove", State, Space], Apply]
Axis = Literal["x", "y", "scale", "roll"]
"""What a move changes in the picture: shift to the right, shift down, size, rotation."""


@dataclass(frozen=True)
class Move:
    """A camera move.

    Attributes:
        name: In plans.
        phrase: What the plan editor writes for it.
        build: Makes it; None where it is no path (focus, a hand, standing still).
        opposite: The move that undoes it; both at once cancel each other.
        axes: What it changes in the picture.
        sign: Which way, along its first axis; 0 where that depends on the place: then any of the axes will do.
        parallax: Whether near things move like far ones (`turns`), more than far ones (`travels`), or either.
        takes_degrees: Whether "90 degrees" is its angle.
        keeps_subject: Whether it looks at its subject all the while, so that the subject may turn to the camera.
        is_overlay: Whether it lies over the others for the whole clip.
        is_once: Whether saying it twice is saying it once.
        is_offered: Whether the plan editor offers it.
    """

    name: str
    phrase: str
    build: Builder | None = None
    opposite: str | None = None
    axes: tuple[Axis, ...] = ()
    sign: int = 0
    parallax: Literal["turns", "travels", "either"] = "either"
    takes_degrees: bool = False
    keeps_subject: bool = False
    is_overlay: bool = False
    is_once: bool = False
    is_offered: bool = True

    @property
    def label(self) -> str:
        """Its name to read."""
        return self.name.replace("_", " ")

    @property
    def moves_picture(self) -> bool:
        """Whether it can be measured by how the whole picture moves."""
        return bool(self.axes)


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
        end, turns, closer = height + min(max(1.4, 0.25 * space.wall_m), max(1.8, 0.5 * state.distance)), 0.6, 0.0

    def apply(now: State, t: float) -> State:
        x, y, z = now.eye
        ahead = closer * (space.subject[2] - z) * t
        eye = (x, y + (end - y) * t, z + ahead)
        lifted = (now.look[0], now.look[1] + (end - y) * t, now.look[2])
        return replace(now, eye=eye, look=_mix(lifted, _mix(now.look, space.subject, t), turns))

    return apply


NEAREST_ROUND = 0.4
"""However near the wall, an orbit keeps this share of its radius: nobody is gone round at arm's length."""


def _orbit(move: CameraMove, state: State, space: Space) -> Apply:
    """Around the target, looking at it; clockwise seen from above unless said otherwise."""
    point, _ = _target(move, space)
    centre = point or space.subject
    angle = math.radians(move.degrees or (180 if move.end_view == "back" else 120))
    angle *= -1 if move.move == "orbit_ccw" else 1
    radius = math.hypot(state.eye[0] - centre[0], state.eye[2] - centre[2])
    room = 0.84 * space.wall_m - centre[2]
    tightest = min(1.0, max(NEAREST_ROUND, room / max(radius, 1e-6))) if abs(angle) > math.pi / 2 else 1.0

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
    if move.side in ALONG_THE_VIEW:
        return _ahead_or_behind(move, space)
    step = heading_of(move) * _within(abs(walk_m(move)), move, space)

    def apply(now: State, t: float) -> State:
        look = _mix(now.look, space.subject, min(1.0, 2 * t))
        return replace(now, eye=_plus(now.eye, (step * t, 0, 0)), look=_plus(look, (step * t, 0, 0)))

    del state
    return apply


ALONG_THE_VIEW = frozenset({"behind", "front"})
"""Where a camera is that follows or leads somebody who goes away, or comes towards it."""
DEPTH_SHARE, LEAST_DEPTH_M = 0.6, 0.6
"""How much of the way to the back of the set somebody goes, and how far at least, metres."""


def _ahead_or_behind(move: CameraMove, space: Space) -> Apply:
    """Behind somebody who goes away, or backwards before somebody who comes: they keep their size, the set goes by."""
    metres = tracked_m(move, space)

    def apply(now: State, t: float) -> State:
        z = metres * (t if move.side == "behind" else 1 - t)
        return replace(now, eye=_plus(now.eye, (0, 0, z)), look=_plus(now.look, (0, 0, z)))

    return apply


def walk_m(move: CameraMove) -> float:
    """How far a tracked subject would walk to the right during the move, metres; negative: to the left."""
    seconds = max(0.5, move.end_s - move.start_s)
    return heading_of(move) * {"slow": 0.6, "fast": 2.4}.get(move.speed or "", 1.2) * seconds


def heading_of(move: CameraMove) -> float:
    """Which way a tracking camera goes: 1 to the right, -1 to the left."""
    return -1.0 if move.side == "left" else 1.0


def tracked_m(move: CameraMove, space: Space) -> float:
    """How far it does walk in this set, metres: to the right, or away and towards the camera."""
    if move.side in ALONG_THE_VIEW:
        deep = DEPTH_SHARE * (space.wall_m - space.subject[2])
        return min(abs(walk_m(move)), max(LEAST_DEPTH_M, deep))
    return heading_of(move) * min(abs(walk_m(move)), space.side_m)


_ROWS = (
    Move("dolly_in", "the camera pushes in", _dolly, "dolly_out", ("scale",), 1, "travels", keeps_subject=True),
    Move("dolly_out", "the camera pulls back", _dolly, "dolly_in", ("scale",), -1, "travels"),
    Move("orbit", "the camera orbits 180 degrees around the subject", _orbit, None, ("x",), takes_degrees=True, keeps_subject=True),
    Move("orbit_cw", "the camera orbits clockwise around the subject", _orbit, "orbit_ccw", ("x",), takes_degrees=True, keeps_subject=True, is_offered=False),
    Move("orbit_ccw", "the camera orbits counterclockwise around the subject", _orbit, "orbit_cw", ("x",), takes_degrees=True, keeps_subject=True),
    Move("pan_left", "the camera pans left", _turn, "pan_right", ("x",), 1, "turns", takes_degrees=True),
    Move("pan_right", "the camera pans right", _turn, "pan_left", ("x",), -1, "turns", takes_degrees=True),
    Move("tilt_up", "the camera tilts up", _turn, "tilt_down", ("y",), 1, "turns", takes_degrees=True),
    Move("tilt_down", "the camera tilts down", _turn, "tilt_up", ("y",), -1, "turns", takes_degrees=True),
    Move("truck_left", "the camera trucks left", _truck, "truck_right", ("x",), 1, "travels"),
    Move("truck_right", "the camera trucks right", _truck, "truck_left", ("x",), -1, "travels"),
    Move("pedestal_up", "the camera pedestals up", _pedestal, "pedestal_down", ("y", "scale")),
    Move("pedestal_down", "the camera pedestals down", _pedestal, "pedestal_up", ("y", "scale")),
    Move("zoom_in", "the camera zooms in", _zoom, "zoom_out", ("scale",), 1, "turns", keeps_subject=True),
    Move("zoom_out", "the camera zooms out", _zoom, "zoom_in", ("scale",), -1, "turns"),
    Move("tracking", "the camera tracks the subject", _tracking, None, ("x",), -1),
    Move("handheld", "handheld camera", is_overlay=True, is_once=True),
    Move("roll", "the camera rolls", _roll, None, ("roll",), takes_degrees=True),
    Move("dolly_zoom", "a dolly zoom on the subject", _dolly_zoom, None, ("scale",), keeps_subject=True),
    Move("rack_focus", "rack focus to the background"),
    Move("static", "the camera stays still", is_once=True),
)  # fmt: skip
MOVES: dict[str, Move] = {row.name: row for row in _ROWS}
"""By name, in the order in which the plan editor shows them."""
