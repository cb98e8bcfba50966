"""A clothed body over the joints of the mannequin: trunk, limbs and head are lofts of rings, hands and feet are the mannequin's own.

Everything is at rest with arms held out; a vertex goes with one joint or two (linear blend skinning), so that nothing tears where it bends.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from mannequin import Mannequin

if TYPE_CHECKING:
    from numpy.typing import NDArray

Pose = dict[str, "NDArray[np.float32]"]
"""Parameters of a pose, by their names in SMPL-X."""
CORNERS = 16
"""Of a ring."""
SQUARE = 0.86
"""Power of the sine and cosine of a ring: a body is less round than an ellipse."""
TOP, LEGS, SKIN, HAIR, SHOE = range(5)
"""Parts of a body, by what colours them."""
BONES = {
    "Wrist": SKIN,
    "Index": SKIN,
    "Middle": SKIN,
    "Pinky": SKIN,
    "Ring": SKIN,
    "Thumb": SKIN,
    "Ankle": SHOE,
    "Foot": SHOE,
}
"""Links of the mannequin that are drawn as they are, by their joint, and their part."""


@dataclass(frozen=True)
class Ring:
    """A cross section at rest.

    Attributes:
        at: Its middle, metres; of a left limb, whose right twin is its mirror.
        wide: Half its width across the body (of arms: half its height), metres.
        deep: Half its depth, metres.
        joint: What it goes with; "*" is the side.
        other: What it also goes with, by `share`.
    """

    at: tuple[float, float, float]
    wide: float
    deep: float
    joint: str
    other: str = ""
    share: float = 0.5


JERSEY = (
    Ring((0, 0.158, -0.024), 0.052, 0.048, "Spine3"), Ring((0, 0.144, -0.024), 0.09, 0.06, "Spine3"), Ring((0, 0.128, -0.022), 0.134, 0.072, "Spine3"),
    Ring((0, 0.106, -0.016), 0.164, 0.08, "Spine3"), Ring((0, 0.076, -0.008), 0.176, 0.092, "Spine3"), Ring((0, 0.035, 0.002), 0.174, 0.108, "Spine3"), Ring((0, -0.02, 0.01), 0.168, 0.116, "Spine3"),
    Ring((0, -0.08, 0.012), 0.159, 0.114, "Spine3", "Spine2"), Ring((0, -0.14, 0.012), 0.148, 0.106, "Spine2"), Ring((0, -0.2, 0.012), 0.14, 0.101, "Spine2", "Spine1"),
    Ring((0, -0.26, 0.01), 0.142, 0.104, "Spine1"), Ring((0, -0.32, 0.005), 0.152, 0.112, "Spine1", "Pelvis"), Ring((0, -0.38, 0.0), 0.168, 0.122, "Pelvis"),
    Ring((0, -0.415, -0.002), 0.174, 0.126, "Pelvis"), Ring((0, -0.415, -0.002), 0.15, 0.1, "Pelvis"),
)  # fmt: skip
"""Trunk, from the collar to the hem, which turns inward."""
SEAT = (
    Ring((0, -0.33, 0.0), 0.14, 0.1, "Pelvis"), Ring((0, -0.39, -0.004), 0.16, 0.114, "Pelvis"), Ring((0, -0.45, -0.008), 0.168, 0.118, "Pelvis"),
    Ring((0, -0.5, -0.01), 0.166, 0.112, "Pelvis"), Ring((0, -0.54, -0.01), 0.13, 0.086, "Pelvis"), Ring((0, -0.56, -0.01), 0.07, 0.05, "Pelvis"),
)  # fmt: skip
LEG = (
    Ring((0.088, -0.43, -0.008), 0.07, 0.09, "Pelvis", "*_Hip", 0.3), Ring((0.09, -0.49, -0.008), 0.084, 0.1, "*_Hip", "Pelvis", 0.3),
    Ring((0.092, -0.55, -0.008), 0.085, 0.096, "*_Hip"), Ring((0.096, -0.63, -0.01), 0.079, 0.088, "*_Hip"), Ring((0.101, -0.71, -0.014), 0.07, 0.077, "*_Hip"),
    Ring((0.105, -0.77, -0.018), 0.062, 0.067, "*_Hip", "*_Knee", 0.2), Ring((0.106, -0.82, -0.022), 0.059, 0.063, "*_Hip", "*_Knee"),
    Ring((0.106, -0.87, -0.028), 0.057, 0.062, "*_Knee", "*_Hip", 0.2), Ring((0.106, -0.94, -0.042), 0.057, 0.063, "*_Knee"), Ring((0.107, -1.03, -0.052), 0.053, 0.058, "*_Knee"),
    Ring((0.108, -1.12, -0.056), 0.049, 0.052, "*_Knee"), Ring((0.109, -1.2, -0.056), 0.05, 0.054, "*_Knee"), Ring((0.109, -1.24, -0.054), 0.052, 0.057, "*_Knee"),
    Ring((0.109, -1.24, -0.054), 0.03, 0.03, "*_Knee"),
)  # fmt: skip
ARM = (
    Ring((0.125, 0.06, -0.013), 0.03, 0.04, "*_Collar"), Ring((0.14, 0.06, -0.013), 0.045, 0.055, "*_Collar"), Ring((0.165, 0.06, -0.016), 0.053, 0.062, "*_Collar", "*_Shoulder"),
    Ring((0.195, 0.062, -0.022), 0.056, 0.062, "*_Shoulder", "*_Collar", 0.2), Ring((0.24, 0.066, -0.028), 0.055, 0.059, "*_Shoulder"), Ring((0.3, 0.056, -0.036), 0.051, 0.054, "*_Shoulder"),
    Ring((0.36, 0.043, -0.045), 0.046, 0.049, "*_Shoulder"), Ring((0.395, 0.036, -0.049), 0.044, 0.046, "*_Shoulder", "*_Elbow", 0.25), Ring((0.42, 0.032, -0.052), 0.043, 0.045, "*_Shoulder", "*_Elbow"),
    Ring((0.445, 0.032, -0.054), 0.043, 0.045, "*_Elbow", "*_Shoulder", 0.25), Ring((0.5, 0.034, -0.058), 0.042, 0.044, "*_Elbow"), Ring((0.56, 0.037, -0.06), 0.039, 0.041, "*_Elbow"),
    Ring((0.62, 0.04, -0.061), 0.036, 0.038, "*_Elbow"), Ring((0.66, 0.04, -0.062), 0.036, 0.039, "*_Elbow"), Ring((0.66, 0.04, -0.062), 0.02, 0.02, "*_Elbow"),
)  # fmt: skip
NECK = (
    Ring((0, 0.11, -0.03), 0.056, 0.056, "Spine3"), Ring((0, 0.15, -0.026), 0.05, 0.051, "Spine3", "Neck"), Ring((0, 0.19, -0.02), 0.048, 0.05, "Neck"),
    Ring((0, 0.225, -0.014), 0.049, 0.052, "Neck", "Head"), Ring((0, 0.26, -0.01), 0.05, 0.056, "Head"),
)  # fmt: skip
FACE = (
    Ring((0, 0.184, 0.066), 0.026, 0.026, "Head"), Ring((0, 0.194, 0.05), 0.044, 0.052, "Head"), Ring((0, 0.214, 0.038), 0.059, 0.07, "Head"),
    Ring((0, 0.245, 0.013), 0.07, 0.097, "Head"), Ring((0, 0.28, 0.0), 0.078, 0.112, "Head"), Ring((0, 0.32, -0.005), 0.082, 0.117, "Head"),
    Ring((0, 0.36, -0.009), 0.08, 0.114, "Head"), Ring((0, 0.39, -0.012), 0.07, 0.096, "Head"), Ring((0, 0.41, -0.012), 0.052, 0.067, "Head"), Ring((0, 0.42, -0.012), 0.026, 0.034, "Head"),
)  # fmt: skip
NOSE = (
    Ring((0, 0.322, 0.106), 0.007, 0.006, "Head"), Ring((0, 0.295, 0.114), 0.011, 0.014, "Head"), Ring((0, 0.276, 0.116), 0.016, 0.02, "Head"),
    Ring((0, 0.266, 0.112), 0.014, 0.014, "Head"),
)  # fmt: skip
EAR = (
    Ring((0.082, 0.318, -0.012), 0.006, 0.01, "Head"), Ring((0.088, 0.304, -0.014), 0.009, 0.018, "Head"), Ring((0.087, 0.285, -0.012), 0.009, 0.016, "Head"),
    Ring((0.08, 0.264, -0.006), 0.006, 0.008, "Head"),
)  # fmt: skip
SCALP = (
    Ring((0, 0.245, -0.062), 0.06, 0.056, "Head"), Ring((0, 0.275, -0.054), 0.079, 0.076, "Head"), Ring((0, 0.305, -0.044), 0.086, 0.09, "Head"),
    Ring((0, 0.335, -0.036), 0.089, 0.1, "Head"), Ring((0, 0.36, -0.024), 0.088, 0.113, "Head"), Ring((0, 0.374, -0.015), 0.086, 0.122, "Head"), Ring((0, 0.392, -0.013), 0.08, 0.114, "Head"),
    Ring((0, 0.41, -0.013), 0.067, 0.095, "Head"), Ring((0, 0.427, -0.014), 0.044, 0.06, "Head"), Ring((0, 0.434, -0.015), 0.02, 0.028, "Head"),
)  # fmt: skip
LOFTS = (
    (JERSEY, TOP, 0.02), (SEAT, LEGS, 0.0), (LEG, LEGS, 0.01), (ARM, TOP, 0.06), (NECK, SKIN, 0.0), (FACE, SKIN, 0.0), (NOSE, SKIN, 0.03),
    (EAR, SKIN, 0.045), (SCALP, HAIR, 0.03),
)  # fmt: skip
"""Rings, what colours them, and how much nearer to the camera they are drawn than they are, metres: a shirt is over trousers."""


class Body:
    """A body whose vertices follow its joints.

    Attributes:
        faces: int (n, 3): corners of triangles, counter-clockwise from outside.
        parts: int (n,): of each triangle, `TOP` to `SHOE`.
        nearer: float64 (n,): of each triangle, how much nearer it is drawn than it is, metres.
        joint_names: Of the joints.
    """

    def __init__(self) -> None:
        """Build the lofts, and take over the mannequin's own hands and feet."""
        self._model = Mannequin("convex", lod=1)
        self.joint_names = tuple(self._model.joint_names)
        meshes = _bones(self._model)
        meshes += [
            self._loft(rings, part, nearer, side)
            for rings, part, nearer in LOFTS
            for side in ("LR" if rings[0].at[0] else "L")
        ]
        counts = np.cumsum([0, *(len(mesh.points) for mesh in meshes[:-1])])
        self._rest = np.concatenate([mesh.points for mesh in meshes])
        self._joints = np.concatenate([mesh.joints for mesh in meshes])
        self._shares = np.concatenate([mesh.shares for mesh in meshes])[..., None]
        self.faces = np.concatenate([mesh.faces + start for mesh, start in zip(meshes, counts, strict=True)])
        self.parts = np.concatenate([np.full(len(mesh.faces), mesh.part) for mesh in meshes])
        self.nearer = np.concatenate([np.full(len(mesh.faces), mesh.nearer) for mesh in meshes])
        self._at_rest = np.linalg.inv(self.joint_transforms(self.rest_pose()))

    def rest_pose(self) -> Pose:
        """Pose parameters of the body at rest, as SMPL-X has them."""
        pose: Pose = self._model.rest_pose()
        return pose

    def joint_transforms(self, pose: Pose) -> NDArray[np.float64]:
        """Where the joints are: float64 (joints, 4, 4)."""
        return np.asarray(self._model.joint_transforms(pose), np.float64)

    def vertices(self, pose: Pose) -> NDArray[np.float64]:
        """Where the vertices of a posed body are: float64 (n, 3), metres."""
        moves = self.joint_transforms(pose) @ self._at_rest
        found = np.zeros_like(self._rest)
        for k in range(2):
            move = moves[self._joints[:, k]]
            found += self._shares[:, k] * (np.einsum("nij,nj->ni", move[:, :3, :3], self._rest) + move[:, :3, 3])
        return found

    def _loft(self, rings: tuple[Ring, ...], part: int, nearer: float, side: str) -> _Mesh:
        points = np.concatenate([_points(ring, rings is ARM) for ring in rings])
        if side == "R":
            points[:, 0] *= -1
        number = {name: i for i, name in enumerate(self.joint_names)}
        pairs = [[number[j.replace("*", side)] for j in (ring.joint, ring.other or ring.joint)] for ring in rings]
        shares = [[1 - ring.share, ring.share] for ring in rings]
        faces = _outward(points, _quads(len(rings)))
        return _Mesh(points, faces, part, nearer, np.repeat(pairs, CORNERS, 0), np.repeat(shares, CORNERS, 0))


@dataclass
class _Mesh:
    points: NDArray[np.float64]
    faces: NDArray[np.int64]
    part: int
    nearer: float
    joints: NDArray[np.int64]
    shares: NDArray[np.float64]


def _points(ring: Ring, is_arm: bool) -> NDArray[np.float64]:
    """Points of a ring about a way down, or outward along an arm: float64 (CORNERS, 3)."""
    angles = np.linspace(0, 2 * np.pi, CORNERS, endpoint=False)
    across, ahead = (np.sign(wave) * np.abs(wave) ** SQUARE for wave in (np.cos(angles), np.sin(angles)))
    flat = np.zeros(CORNERS)
    columns = [flat, ring.wide * across, ring.deep * ahead] if is_arm else [ring.wide * across, flat, ring.deep * ahead]
    return np.asarray(np.array(ring.at) + np.stack(columns, axis=1), np.float64)


def _quads(rings: int) -> NDArray[np.int64]:
    """Triangles between rings, and fans that close both ends."""
    k, around = np.arange(CORNERS), (np.arange(CORNERS) + 1) % CORNERS
    found = []
    for row in range(rings - 1):
        a, b, c, d = row * CORNERS + k, row * CORNERS + around, (row + 1) * CORNERS + k, (row + 1) * CORNERS + around
        found += [np.stack([a, b, d], axis=1), np.stack([a, d, c], axis=1)]
    last, inner = (rings - 1) * CORNERS, np.arange(1, CORNERS - 1)
    found += [
        np.stack([0 * inner, inner + 1, inner], axis=1),
        np.stack([last + 0 * inner, last + inner, last + inner + 1], axis=1),
    ]
    return np.concatenate(found)


def _bones(model: Mannequin) -> list[_Mesh]:
    """The links of a mannequin that are drawn as they are, by the joint that moves them."""
    links = model._weights  # which vertices a joint moves is told nowhere else
    rest, faces = np.asarray(model.vertices(model.rest_pose()), np.float64), np.asarray(model.faces, np.int64)
    found = []
    for i, joint in enumerate(links.link_joint_indices):
        part = BONES.get(model.joint_names[joint].rpartition("_")[2].rstrip("123"))
        if part is None:
            continue
        first, corners = links.link_vertex_starts[i], links.link_vertex_counts[i]
        start, count = links.link_face_starts[i], links.link_face_counts[i]
        mine = faces[start : start + count] - first
        with_one = np.full((corners, 2), joint)
        shares = np.tile([1.0, 0.0], (corners, 1))
        found.append(_Mesh(rest[first : first + corners], mine, part, 0.03 if part == SKIN else 0.0, with_one, shares))
    return found


def _outward(points: NDArray[np.float64], faces: NDArray[np.int64]) -> NDArray[np.int64]:
    """Triangles of a closed mesh, counter-clockwise from outside."""
    a, b, c = (points[faces[:, k]] for k in range(3))
    return faces if float(np.einsum("ij,ij->", a, np.cross(b, c))) > 0 else faces[:, ::-1]


@cache
def figure() -> Body:
    """A figure of average shape, quick to draw."""
    return Body()
