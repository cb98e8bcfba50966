"""Key poses in anatomical angles, as `motions.toml` has them, turned into poses of the mannequin figure.

The figure looks along +z, its left is +x and up is +y. A motion is one table of `motions.toml`; `pose` gives the figure's pose
at a phase of it and `ground` the vertical shift that puts the posed figure on the floor or on its seat.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shotwright.engines.draft.cast.body import Pose, figure

Array = NDArray[np.float64]
Row = Mapping[str, Any]

SOLE = 1.303
"""Metres from the soles of the standing figure up to the SMPL-X origin."""
PELVIS = 0.952
"""Height of the pelvis joint of the standing figure."""
BUTTOCKS = 0.19
"""Height of the pelvis joint above what it sits on."""
FIST = np.radians([55.0, 70.0, 45.0])
"""Bend of the three joints of a finger in a fist."""
POINTING = np.radians([8.0, 20.0, 12.0])
"""What straightens a relaxed index finger."""

BODY = {
    "l_hip": 0, "r_hip": 1, "l_knee": 3, "r_knee": 4, "l_ankle": 6, "r_ankle": 7, "l_toes": 9, "r_toes": 10,
    "chest": 8, "neck": 11, "l_collar": 12, "r_collar": 13, "head": 14,
    "l_shoulder": 15, "r_shoulder": 16, "l_elbow": 17, "r_elbow": 18, "l_wrist": 19, "r_wrist": 20,
}  # fmt: skip
"""Where each joint sits in SMPL-X's body_pose, which leaves the pelvis out."""
SPINE = (2, 5)
"""The two joints that share the angles of "spine"."""


@cache
def motions() -> dict[str, Row]:
    """All motions, by name."""
    return tomllib.loads((resources.files(__package__) / "motions.toml").read_text(encoding="utf-8"))


LEGS = ("hip", "knee", "ankle", "toes")
SEATED = "sit+"
"""Before the name of a motion: done while sitting."""
POSTURES = frozenset({"sit", "kneel"})
"""How somebody is who does something with the arms meanwhile: "kneel+pound"."""
_ON_LEGS = frozenset({
    "jump", "kick", "kneel", "crouch", "sit_down", "stand_up", "spin", "bow", "dance", "ballet", "fall", "slip", "climb", "hang", "pick_up",
    "put_down", "push", "pull", "fight", "stretch", "stand", "swing", "sweep", "dig",
})  # fmt: skip


GAITS = frozenset({"walk", "run", "march", "sneak", "limp"})
"""Ways of going whose legs leave the arms free: "walk+read" reads on the way."""
SAMPLES = 12
"""Keys of a stride in a motion of two."""


@cache
def motion_row(name: str) -> Row:
    """A motion by name; "sit+read" is the arms of one who reads on the legs of one who sits, "walk+read" on those of one who walks."""
    base, _, arms = name.rpartition("+")
    if not base:
        return motions()[name]
    return (_on_the_way if base in GAITS else _at_rest)(motions()[base], motions()[arms])


def _at_rest(posture: Row, row: Row) -> Row:
    """Legs of one who sits or kneels, and arms of one who does something."""
    legs = {key: value for key, value in posture["keys"][0].items() if key == "pelvis" or key[2:] in LEGS}
    keys = [{key: value for key, value in pose.items() if not _is_of_legs(key)} | legs for pose in row["keys"]]
    return {**row, **{key: posture[key] for key in ("floor", "seat") if key in posture}, "keys": keys}


def _is_of_legs(joint: str) -> bool:
    return joint in {"pelvis", "lift", "forward", "side"} or joint[2:] in LEGS


def _on_the_way(gait: Row, row: Row) -> Row:
    """Legs of one who goes and arms of one who does something: as many strides as that takes."""
    strides = max(1, round(float(row["seconds"]) / float(gait["seconds"])))
    names = {
        True: {key for pose in gait["keys"] for key in pose if _is_of_legs(key)},
        False: {key for pose in row["keys"] for key in pose if not _is_of_legs(key)} - {"at"},
    }
    keys = []
    for number in range(SAMPLES * strides):
        at = number / (SAMPLES * strides)
        pose = {"at": at}
        for is_leg, joints in names.items():
            of, phase = (gait, at * strides % 1.0) if is_leg else (row, at)
            pose |= {name: value(of, name, phase, _size(of, name)) for name in joints}
        keys.append(pose)
    return {**gait, "seconds": strides * float(gait["seconds"]), "hold": row["hold"], "keys": keys}


def _size(row: Row, joint: str) -> int:
    """How many numbers a joint has: angles about one axis or three."""
    first = next(pose[joint] for pose in row["keys"] if joint in pose)
    return len(first) if isinstance(first, list) else 1


def can_sit(name: str) -> bool:
    """Whether a motion can be done while sitting or going: it stays on the spot, and the arms do it."""
    row = motions().get(name)  # none for two at once: those go
    return row is not None and bool(row["floor"] == "feet" and row["speed"] == 0 and name not in _ON_LEGS)


def turn(axis: int, angle: float) -> Array:
    """The rotation by `angle` radians about x (0), y (1) or z (2)."""
    i, j = (axis + 1) % 3, (axis + 2) % 3
    matrix = np.eye(3)
    matrix[i, i] = matrix[j, j] = np.cos(angle)
    matrix[j, i] = np.sin(angle)
    matrix[i, j] = -matrix[j, i]
    return matrix


def axis_angle(matrix: Array) -> Array:
    """The rotation vector of a rotation matrix (stable up to half a turn)."""
    w = np.sqrt(max(0.0, 1.0 + np.trace(matrix))) / 2
    vector = np.array([matrix[2, 1] - matrix[1, 2], matrix[0, 2] - matrix[2, 0], matrix[1, 0] - matrix[0, 1]])
    if w > 1e-3:
        vector = vector / (4 * w)
    else:  # half a turn: the axis is the column that the rotation keeps
        symmetric = (matrix + np.eye(3)) / 2
        vector = symmetric[:, int(np.argmax(np.diag(symmetric)))]
        vector = vector / np.linalg.norm(vector)
    size = float(np.linalg.norm(vector))
    return vector * (2 * np.arctan2(size, w) / size) if size > 1e-9 else np.zeros(3)


def slopes(steps: Array, rises: Array, loop: bool) -> Array:
    """The slope at every key: flat where the value turns round, flowing where it goes on."""
    inner = rises / steps[:, None]
    before, after = np.vstack([inner[-1:], inner]), np.vstack([inner, inner[:1]])
    product = before * after
    total = before + after
    flowing = product > 1e-12
    result = np.where(flowing, 2 * product / np.where(flowing, total, 1.0), 0.0)
    if not loop:
        result[[0, -1]] = 0.0
    return result


def between(times: Array, values: Array, phase: float, loop: bool) -> Array:
    """The value at `phase` of a smooth curve through keys that never overshoots them."""
    if loop:
        phase, times = (phase - times[0]) % 1.0, times - times[0]
        if times[-1] < 1.0:
            times, values = np.append(times, 1.0), np.vstack([values, values[:1]])
    if len(times) == 1:
        return np.asarray(values[0], dtype=np.float64)
    phase = float(np.clip(phase, times[0], times[-1]))
    k = min(int(np.searchsorted(times, phase, side="right")) - 1, len(times) - 2)
    steps, rises = np.diff(times), np.diff(values, axis=0)
    slope = slopes(steps, rises, loop) * steps[k]
    t = (phase - times[k]) / steps[k]
    rise = t * t * (3 - 2 * t)
    lead, trail = t * (1 - t) ** 2, -t * t * (1 - t)
    return np.asarray(values[k] + rise * rises[k] + lead * slope[k] + trail * slope[k + 1])


def value(row: Row, name: str, phase: float, size: int = 3) -> Array:
    """One quantity of a motion (a joint's angles in degrees, or metres) at a phase."""
    keys = row["keys"]
    times = np.array([key["at"] for key in keys], dtype=np.float64)
    values = np.array([np.broadcast_to(key.get(name, 0.0), size) for key in keys], dtype=np.float64)
    return between(times, values, phase, bool(row["loop"]))


def trunk(angles: Array) -> Array:
    """[bend forward, lean to its left, turn to its left] of spine, neck, head or pelvis."""
    bend, lean, left = np.radians(angles)
    return turn(1, left) @ turn(0, bend) @ turn(2, -lean)


def limb(angles: Array, side: float) -> Array:
    """[flex forward, away from the middle, twist inward] of a hanging arm or leg (side: left 1, right -1)."""
    flex, away, inward = np.radians(angles)
    return turn(0, -flex) @ turn(2, side * away) @ turn(1, -side * inward)


def wrist(angles: Array, side: float) -> Array:
    """[flex to the palm, towards the thumb, twist inward] of the hand of a hanging arm."""
    flex, thumb, inward = np.radians(angles)
    return turn(1, -side * inward) @ turn(2, -side * flex) @ turn(0, -thumb)


def collar(angles: Array, side: float) -> Array:
    """[forward, up, 0] of a shoulder's top."""
    forward, up, _ = np.radians(angles)
    return turn(1, -side * forward) @ turn(2, side * up)


def hanging(side: float) -> tuple[Array, Array]:
    """The rotations that hang upper arm and forearm of the T-pose straight down."""
    upper = turn(2, -side * np.radians(72.0)) @ turn(1, -side * np.radians(8.0))
    fore = turn(2, -side * np.radians(92.0))
    return upper, fore


def arm(row: Row, phase: float, letter: str, side: float, body: NDArray[np.float32]) -> None:
    """Write collar, shoulder, elbow and wrist of one side into `body`."""
    upper, fore = hanging(side)
    bend = turn(0, -np.radians(value(row, f"{letter}_elbow", phase, 1)[0]))
    shoulder = limb(value(row, f"{letter}_shoulder", phase), side)
    hand = wrist(value(row, f"{letter}_wrist", phase), side)
    top = collar(value(row, f"{letter}_collar", phase), side)
    body[BODY[f"{letter}_collar"]] = axis_angle(top)
    body[BODY[f"{letter}_shoulder"]] = axis_angle(shoulder @ upper)
    body[BODY[f"{letter}_elbow"]] = axis_angle(upper.T @ bend @ fore)
    body[BODY[f"{letter}_wrist"]] = axis_angle(fore.T @ hand @ fore)


def leg(row: Row, phase: float, letter: str, side: float, body: NDArray[np.float32]) -> None:
    """Write hip, knee, ankle and toes of one side into `body`."""
    knee = turn(0, np.radians(value(row, f"{letter}_knee", phase, 1)[0]))
    body[BODY[f"{letter}_hip"]] = axis_angle(limb(value(row, f"{letter}_hip", phase), side))
    body[BODY[f"{letter}_knee"]] = axis_angle(knee)
    body[BODY[f"{letter}_ankle"]] = axis_angle(limb(value(row, f"{letter}_ankle", phase), side))
    body[BODY[f"{letter}_toes"]] = axis_angle(turn(0, -np.radians(value(row, f"{letter}_toes", phase, 1)[0])))


def fingers(row: Row, phase: float, letter: str, side: float) -> Array:
    """The rotations of one hand's 15 finger joints: a fist as far as it grips, or a pointing finger."""
    name = {"l": "left", "r": "right"}[letter]
    grip = float(row.get("hold", "") in (name, "both")) or value(row, f"{letter}_grip", phase, 1)[0]
    joints = np.zeros((5, 3, 3))
    joints[:4, :, 2] = -side * FIST * grip
    joints[4, 1:, 1] = -side * np.radians(30.0) * grip
    point = value(row, f"{letter}_point", phase, 1)[0]
    joints[1:4, :, 2] -= side * FIST * point
    joints[0, :, 2] += side * POINTING * point
    return joints.reshape(15, 3)


def height(row: Row, phase: float) -> float:
    """Metres of the pelvis above standing, where seat or air carries the figure (else 0)."""
    lift = float(value(row, "lift", phase, 1)[0])
    if row["floor"] == "seat":
        return float(row["seat"]) + BUTTOCKS - PELVIS + lift
    return lift if row["floor"] == "none" else 0.0


def pose(row: Row, phase: float) -> Pose:
    """The mannequin's pose at `phase` (0..1) of a motion, before it stands on the ground."""
    result: Pose = figure().rest_pose()
    body = result["body_pose"]
    for joint in SPINE:
        body[joint] = axis_angle(trunk(value(row, "spine", phase) / 2))
    for name in ("chest", "neck", "head"):
        body[BODY[name]] = axis_angle(trunk(value(row, name, phase)))
    for index, (letter, side) in enumerate((("l", 1.0), ("r", -1.0))):
        arm(row, phase, letter, side, body)
        leg(row, phase, letter, side, body)
        result["hand_pose"][15 * index : 15 * index + 15] = fingers(row, phase, letter, side)
    result["pelvis_rotation"][:] = axis_angle(trunk(value(row, "pelvis", phase)))
    shift = [value(row, name, phase, 1)[0] for name in ("side", "forward")]
    result["global_translation"][:] = shift[0], height(row, phase), shift[1]
    return result


def ground(vertices: NDArray[np.floating[Any]], floor: str, lift: float = 0.0) -> float:
    """The vertical shift that puts the figure's lowest point `lift` metres above the ground.

    A figure that sits or floats already has its height from `pose`: its shift is
    the constant that puts the soles of the standing figure at height 0.
    """
    if floor in ("seat", "none"):
        return SOLE
    return lift - float(vertices[:, 1].min())
