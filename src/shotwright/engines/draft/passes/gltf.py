"""A shot as glTF 2.0: its camera in motion, and a box for everybody and everything at its place; for Blender and other programs.

glTF's axes are right-handed, y up, and its cameras look along -z: the stage's z is turned round. Source: the glTF 2.0 specification.
"""

from __future__ import annotations

import base64
import json
import math
from typing import TYPE_CHECKING, Any

import numpy as np

from shotwright.engines.draft.passes.truth import name_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from shotwright.core.camera import Pose
    from shotwright.core.plan import ShotPlan
    from shotwright.engines.base import OutputSpec
    from shotwright.engines.draft.scene import Scene
    from shotwright.engines.draft.sprites import Sprite

FLOAT, SHORT = 5126, 5123
GROUND_M, THICK, FIGURE_WIDE = 40.0, 0.3, 0.32
"""Size of the ground; depth of a box in its widths; width of a figure in its heights."""
NEAR_M, FAR_M = 0.05, 1000.0
CUBE = np.array([[x, y, z] for x in (-0.5, 0.5) for y in (0.0, 1.0) for z in (-0.5, 0.5)], np.float32)
SIDES = np.array(
    [0, 1, 3, 0, 3, 2, 4, 6, 7, 4, 7, 5, 0, 4, 5, 0, 5, 1, 2, 3, 7, 2, 7, 6, 0, 2, 6, 0, 6, 4, 1, 5, 7, 1, 7, 3],
    np.uint16,
)


class _Document:
    """A glTF document with its buffer."""

    def __init__(self) -> None:
        self.data = bytearray()
        self.json: dict[str, Any] = {
            "asset": {"version": "2.0", "generator": "Shotwright"}, "scene": 0, "scenes": [{"nodes": []}], "nodes": [], "meshes": [], "materials": [],
            "accessors": [], "bufferViews": [], "cameras": [], "animations": [{"name": "shot", "channels": [], "samplers": []}],
        }  # fmt: skip

    def accessor(self, values: NDArray[Any], kind: str) -> int:
        """Put values into the buffer; their number."""
        self.data += b"\0" * (-len(self.data) % 4)
        raw = values.tobytes()
        self.json["bufferViews"].append({"buffer": 0, "byteOffset": len(self.data), "byteLength": len(raw)})
        self.data += raw
        flat = values.reshape(len(values), -1)
        self.json["accessors"].append(
            {
                "bufferView": len(self.json["bufferViews"]) - 1, "componentType": SHORT if values.dtype == np.uint16 else FLOAT, "count": len(values),
                "type": kind, "min": flat.min(axis=0).tolist(), "max": flat.max(axis=0).tolist(),
            }
        )  # fmt: skip
        return len(self.json["accessors"]) - 1

    def node(self, **facts: Any) -> int:  # noqa: ANN401  (any JSON)
        """A node of the scene; its number."""
        self.json["nodes"].append(facts)
        self.json["scenes"][0]["nodes"].append(len(self.json["nodes"]) - 1)
        return len(self.json["nodes"]) - 1

    def animate(self, node: int, times: int, path: str, values: NDArray[np.float32]) -> None:
        """Move a node: `values` at the accessor `times`."""
        shot = self.json["animations"][0]
        output = self.accessor(values, "VEC4" if path == "rotation" else "VEC3")
        shot["samplers"].append({"input": times, "output": output, "interpolation": "LINEAR"})
        shot["channels"].append({"sampler": len(shot["samplers"]) - 1, "target": {"node": node, "path": path}})

    def text(self) -> str:
        """The document with its buffer inside."""
        uri = "data:application/octet-stream;base64," + base64.b64encode(bytes(self.data)).decode()
        return json.dumps({**self.json, "buffers": [{"byteLength": len(self.data), "uri": uri}]})


def to_gltf(scene: Scene, plan: ShotPlan, spec: OutputSpec) -> str:
    """A shot as a glTF document with everything in it."""
    document = _Document()
    fps = float(spec.fps)
    seconds = [i / fps for i in range(len(scene.poses))]
    times = document.accessor(np.array(seconds, np.float32), "SCALAR")
    _camera(document, scene.poses, spec, times)
    shape = {"attributes": {"POSITION": document.accessor(CUBE, "VEC3")}, "indices": document.accessor(SIDES, "SCALAR")}
    for sprite in scene.sprites:
        _box(document, sprite, name_of(sprite, plan), shape, times, seconds=seconds)
    _material(document, (110, 116, 108))
    document.json["meshes"].append(
        {"name": "ground", "primitives": [{**shape, "material": len(document.json["materials"]) - 1}]}
    )
    document.node(
        name="ground",
        mesh=len(document.json["meshes"]) - 1,
        scale=[GROUND_M, 0.01, GROUND_M],
        translation=[0, -0.01, -GROUND_M / 4],
    )
    return document.text()


def _camera(document: _Document, poses: list[Pose], spec: OutputSpec, times: int) -> None:
    aspect = spec.width / spec.height
    lens = poses[0].lens
    facts = {"yfov": 2 * math.atan(0.5 / (aspect * lens)), "aspectRatio": aspect, "znear": NEAR_M, "zfar": FAR_M}
    extras = (
        {"lens_in_frame_widths": [round(pose.lens, 5) for pose in poses]} if len({p.lens for p in poses}) > 1 else {}
    )
    document.json["cameras"].append({"name": "camera", "type": "perspective", "perspective": facts, "extras": extras})
    node = document.node(name="camera", camera=0)
    document.animate(node, times, "translation", np.array([[p.x, p.y, -p.z] for p in poses], np.float32))
    turns = [_product(_about(1, -p.yaw), _product(_about(0, p.pitch), _about(2, p.roll))) for p in poses]
    document.animate(node, times, "rotation", _continuous(np.array(turns)))


def _box(
    document: _Document, sprite: Sprite, name: str, shape: dict[str, Any], times: int, *, seconds: list[float]
) -> None:
    tall = sprite.height_m
    wide = FIGURE_WIDE * tall if sprite.figure is not None else tall * sprite.views[0][1].aspect
    colour = sprite.figure.clothes.top if sprite.figure is not None else (150, 140, 130)
    _material(document, colour)
    document.json["meshes"].append(
        {"name": name, "primitives": [{**shape, "material": len(document.json["materials"]) - 1}]}
    )
    seen = {"appears_s": sprite.appears_s} | ({"gone_s": sprite.gone_s} if math.isfinite(sprite.gone_s) else {})
    node = document.node(
        name=name, mesh=len(document.json["meshes"]) - 1, scale=[wide, tall, max(0.05, THICK * wide)], extras=seen,
    )  # fmt: skip
    places = [sprite.place(t) for t in seconds]
    document.animate(node, times, "translation", np.array([[x, y, -z] for x, y, z in places], np.float32))
    turns = [_about(1, -math.radians(sprite.heading_at(t))) for t in seconds]
    document.animate(node, times, "rotation", _continuous(np.array(turns)))


def _material(document: _Document, colour: tuple[int, ...]) -> None:
    linear = [round((c / 255) ** 2.2, 4) for c in colour[:3]]
    facts = {"baseColorFactor": [*linear, 1.0], "metallicFactor": 0.0, "roughnessFactor": 0.9}
    document.json["materials"].append({"pbrMetallicRoughness": facts, "doubleSided": True})


def _about(axis: int, angle: float) -> NDArray[np.float64]:
    """The quaternion (x, y, z, w) of a turn about an axis."""
    found = np.zeros(4)
    found[axis], found[3] = math.sin(angle / 2), math.cos(angle / 2)
    return found


def _product(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    """The quaternion of first `b`, then `a`."""
    vector = a[3] * b[:3] + b[3] * a[:3] + np.cross(a[:3], b[:3])
    return np.array([*vector, a[3] * b[3] - a[:3] @ b[:3]])


def _continuous(turns: NDArray[np.float64]) -> NDArray[np.float32]:
    """Quaternions whose neighbours are near each other: q and -q are the same turn."""
    for i in range(1, len(turns)):
        if turns[i] @ turns[i - 1] < 0:
            turns[i] = -turns[i]
    return turns.astype(np.float32)
