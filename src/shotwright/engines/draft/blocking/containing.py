"""A camera that goes no farther than its start frame allows: what the picture does not show is made up, and who stands in it is flat."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast

import cv2
import numpy as np

from shotwright.engines.draft.plate import Diorama
from shotwright.engines.draft.stage import View, outline_in_frame

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from shotwright.core.camera import Pose
    from shotwright.engines.base import OutputSpec
    from shotwright.engines.draft.place import Place
    from shotwright.engines.draft.sprites import Sprite
    from shotwright.engines.draft.stage import Plane

MADE_UP, MADE_UP_CUT = 0.4, 0.22
"""Most of a frame that the picture does not show; and where somebody is cut off at its border, whom nothing goes on."""
STRETCHED, STRETCHED_SHARE = 3.0, 0.1
"""How far a texel of the ground may be drawn out, in those of the picture, but for this share of what is seen of it."""
PARTED = 0.08
"""How far a body may move against what is behind it, frame widths: more shows where it was cut out."""
TORN, TORN_SHARE = 0.015, 0.1
"""How far points of a body that lies flat may be from where the body as a whole goes, in its heights, but for this share of them."""
STEPS = (1.0, 0.85, 0.7, 0.6, 0.5, 0.42, 0.35, 0.28, 0.22, 0.16, 0.1)
SAMPLES = 9
GRID = (17, 10)
LESSENED = "the camera's way: lessened to {percent:.0f} %; beyond it the picture shows nothing"


def contained(
    poses: list[Pose], place: Place, spec: OutputSpec, *, is_cut: bool, until_s: float | None = None
) -> tuple[list[Pose], list[str]]:
    """The poses of a shot that begins with a picture, as far from its camera as the picture allows, and what is to be said of it.

    Args:
        poses: One per frame.
        place: The picture's place.
        spec: Of the clip.
        is_cut: Whether something in front reaches over the picture's border.
        until_s: When the camera leaves the picture for good; nothing is said then, it goes where it was led.
    """
    end = len(poses) if until_s is None else round(until_s * float(spec.fps))
    if not isinstance(place, Diorama) or not poses[:end]:
        return poses, []
    base, most = place.base.pose(), MADE_UP_CUT if is_cut else MADE_UP
    seen = [poses[i] for i in np.linspace(0, end - 1, min(SAMPLES, end)).astype(int)]
    for share in STEPS:
        views = [View(_nearer(pose, base, share), spec.width, spec.height) for pose in seen]
        bare = max(place.bare_share(view) for view in views)
        parted = max((_parted(card, place, view, base) for card in place.props for view in views), default=0.0)
        drawn_out = max(stretched(place.planes[1], view) for view in views)
        torn = max((_torn(body, view, base) for body in place.flat for view in views), default=0.0)
        if bare <= most and parted <= PARTED and drawn_out <= STRETCHED and torn <= TORN:
            break
    if share == 1.0:
        return poses, []
    lessened = [LESSENED.format(percent=100 * share)] if until_s is None else []
    return [*(_nearer(pose, base, share) for pose in poses[:end]), *poses[end:]], lessened


def _nearer(pose: Pose, base: Pose, share: float) -> Pose:
    """Between the picture's own camera and a pose."""
    return replace(
        pose,
        **{
            name: getattr(base, name) + share * (getattr(pose, name) - getattr(base, name))
            for name in ("x", "y", "z", "yaw", "pitch", "roll", "lens")
        },
    )


def stretched(ground: Plane, view: View) -> float:
    """How far the picture's ground is drawn out: frame pixels per texel, in the direction where they are most."""
    to_texture = ground.to_texture @ np.linalg.inv(view.plane_matrix(ground))
    grid = np.stack(np.meshgrid(np.linspace(0, view.width, GRID[0]), np.linspace(0, view.height, GRID[1])), axis=-1)
    seen = outline_in_frame(view.plane_matrix(ground), ground.outline).astype(np.float32)
    if len(seen) < 3:
        return 0.0
    points = [p for p in grid.reshape(-1, 2) if cv2.pointPolygonTest(seen, (float(p[0]), float(p[1])), False) > 0]
    drawn = []
    for x, y in points:
        u, v, w = to_texture @ np.array([x, y, 1.0])
        at = np.array([u / w, v / w])
        jacobian = (to_texture[:2, :2] - np.outer(at, to_texture[2, :2])) / w
        drawn.append(1 / max(1e-6, float(np.linalg.svd(jacobian, compute_uv=False)[-1])))
    return float(np.quantile(drawn, 1 - STRETCHED_SHARE)) if drawn else 0.0


def _parted(card: Sprite, place: Diorama, view: View, base: Pose) -> float:
    """How far a card has moved against what was behind it, frame widths."""
    own = View(base, view.width, view.height)
    foot = np.array([card.x, card.y + 0.5 * card.height_m, card.z])
    behind = own.eye + (foot - own.eye) * ((place.wall_m - own.eye[2]) / max(0.1, card.z - own.eye[2]))
    before, after = own.project(foot), view.project(foot)
    wall_before, wall_after = own.project(behind), view.project(behind)
    moved = (after - before)[:2] - (wall_after - wall_before)[:2]
    return float(np.hypot(*moved)) / view.width


def _torn(body: NDArray[np.float64], view: View, base: Pose) -> float:
    """How far a body that lies on wall and ground comes apart when the camera travels, in its own heights."""
    own = View(base, view.width, view.height)
    travelled = View(replace(base, x=view.pose.x, y=view.pose.y, z=view.pose.z), view.width, view.height)
    before, after = (np.array([each.project(p)[:2] for p in body], np.float32) for each in (own, travelled))
    found = cv2.estimateAffinePartial2D(before, after, method=cv2.LMEDS)[0]
    moved = cast("NDArray[np.float64] | None", found)
    if moved is None:
        return 0.0
    off = np.linalg.norm(before @ moved[:, :2].T + moved[:, 2] - after, axis=1)
    return float(np.quantile(off, 1 - TORN_SHARE)) / max(1.0, float(np.ptp(before[:, 1])))
