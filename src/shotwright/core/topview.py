"""The camera of a plan seen from above, before any media are there: who stands where by their placement, and the path over it.

An engine stages with the real pictures; this staging has people of 1.7 m six metres away, so that a path can be drawn while
somebody still types.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shotwright.core.camera import DRIFT, EYE_HEIGHT_M, SIZE_SHARE, Space, State, distance_for, lens_of
from shotwright.core.path import camera_path

if TYPE_CHECKING:
    from shotwright.core.camera import Point, Pose
    from shotwright.core.plan import ShotPlan

POSES = 49
PERSON_M = 1.7
STANDS_AT_M = 6.0
WALL_M = 20.0
SIDES_M = {
    "left": -1.6, "right": 1.6, "center": 0.0, "middle": 0.0, "foreground_left": -1.2, "foreground_right": 1.2,
    "background_left": -3.0, "background_right": 3.0,
}  # fmt: skip
DEPTHS_M = {"foreground": -2.5, "background": 5.0}
STANDING = frozenset({"subject", "object", "prop"})
BEINGS, MOST = frozenset({"person", "animal", "vehicle"}), 8
"""Who is shown of those that the words alone name, and how many altogether."""
RATIOS = {"16:9": 9 / 16, "9:16": 16 / 9, "1:1": 1.0}
_CHARACTER = "character"


@dataclass(frozen=True)
class Standing:
    """Who stands where: metres to the right and away from where the camera starts."""

    id: str
    ref: str
    name: str
    x: float
    z: float


def top_view(plan: ShotPlan, aspect_ratio: str = "16:9") -> dict[str, Any]:
    """The path and the cast as a page draws them.

    Returns:
        `path`: poses evenly in time, each x, y, z in metres, yaw in degrees (0 looks away from the start, 90 to the right)
        and the lens in millimetres; `cast`: entity, reference, name, x, z, and the z of who stands where it fits; `duration_s`.
    """
    cast = _cast(plan)
    space = _space(plan, cast, RATIOS.get(aspect_ratio, 9 / 16))
    poses = camera_path(plan.camera, space, frames=POSES, duration_s=plan.duration_s, seed=0)
    return {
        "path": [_shown(pose) for pose in poses], "duration_s": plan.duration_s,
        "cast": [{"id": item.id, "ref": item.ref, "name": item.name, "x": item.x, "z": item.z, "home": STANDS_AT_M} for item in cast],
    }  # fmt: skip


def _shown(pose: Pose) -> list[float]:
    return [round(value, 3) for value in (pose.x, pose.y, pose.z, math.degrees(pose.yaw), pose.lens * 36)]


def _cast(plan: ShotPlan) -> list[Standing]:
    standing = [item for item in plan.pictured().values() if item.role in STANDING and plan.bearer_of(item.id) is None]
    standing = list({item.ref: item for item in standing}.values())
    held = {r.of for r in plan.relations if r.relation in {"on", "in", "inside", "riding", "part_of"}}
    named = (item for item in plan.entities if not item.ref and item.kind in BEINGS and item.id not in held)
    standing += [item for item in named if plan.bearer_of(item.id) is None][: max(0, MOST - len(standing))]
    cast = []
    for index, item in enumerate(standing):
        spread = (index - (len(standing) - 1) / 2) * 1.3
        placement = item.placement or ""
        depth = next((shift for word, shift in DEPTHS_M.items() if word in placement), 0.0)
        cast.append(
            Standing(
                item.id,
                item.ref or "",
                item.ref or item.noun,
                round(SIDES_M.get(placement, spread), 2),
                STANDS_AT_M + depth,
            )
        )
    return cast


def _space(plan: ShotPlan, cast: list[Standing], aspect: float) -> Space:
    lens = lens_of(plan.look.lens_mm)
    first = plan.shots[0] if plan.shots else None
    main = cast[0] if cast else Standing("", "", "", 0.0, STANDS_AT_M)
    subject: Point = (main.x, 0.6 * PERSON_M, main.z)
    targets: dict[str, Point] = {item.id: (item.x, 0.6 * PERSON_M, item.z) for item in cast}
    targets |= {_CHARACTER: subject, DRIFT: (0.0, PERSON_M / 2, WALL_M)}
    for move in plan.camera:
        targets.setdefault(move.target or "", subject)
    eye_y = EYE_HEIGHT_M.get((first.angle if first else None) or "eye", EYE_HEIGHT_M["eye"])
    size = first.size if first and first.size in SIZE_SHARE else "wide"
    away = min(distance_for(size, PERSON_M, lens, aspect), 30.0)
    eye: Point = (main.x if size not in {"wide", "extreme_wide"} else 0.0, eye_y, main.z - away)
    return Space(
        State(eye, subject, lens=lens), WALL_M, subject, PERSON_M, aspect, targets, dict.fromkeys(targets, PERSON_M)
    )
