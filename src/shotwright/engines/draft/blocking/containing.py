"""A camera that goes no farther than its start frame allows: what the picture does not show is made up, and who stands in it is flat."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from shotwright.engines.draft.plate import Diorama
from shotwright.engines.draft.stage import View

if TYPE_CHECKING:
    from shotwright.core.camera import Pose
    from shotwright.engines.draft.place import Place
    from shotwright.engines.draft.sprites import Sprite

MADE_UP, MADE_UP_CUT = 0.5, 0.22
"""Most of a frame that the picture does not show; and where somebody is cut off at its border, whom nothing goes on."""
PARTED = 0.08
"""How far a body may move against what is behind it, frame widths: more shows where it was cut out."""
STEPS = (1.0, 0.85, 0.7, 0.6, 0.5, 0.42, 0.35, 0.28, 0.22, 0.16, 0.1)
SAMPLES = 9
LESSENED = "the camera's way: lessened to {percent:.0f} %; beyond it the picture shows nothing"


def contained(
    poses: list[Pose], place: Place, *, width: int, height: int, is_cut: bool
) -> tuple[list[Pose], list[str]]:
    """The poses of a shot that begins with a picture, as far from its camera as the picture allows, and what is to be said of it.

    Args:
        poses: One per frame.
        place: The picture's place.
        width, height: Of the frame, pixels.
        is_cut: Whether something in front reaches over the picture's border.
    """
    if not isinstance(place, Diorama) or not poses:
        return poses, []
    base, most = place.base.pose(), MADE_UP_CUT if is_cut else MADE_UP
    seen = [poses[i] for i in np.linspace(0, len(poses) - 1, min(SAMPLES, len(poses))).astype(int)]
    for share in STEPS:
        views = [View(_nearer(pose, base, share), width, height) for pose in seen]
        bare = max(place.bare_share(view) for view in views)
        parted = max((_parted(card, place, view, base) for card in place.props for view in views), default=0.0)
        if bare <= most and parted <= PARTED:
            break
    if share == 1.0:
        return poses, []
    return [_nearer(pose, base, share) for pose in poses], [LESSENED.format(percent=100 * share)]


def _nearer(pose: Pose, base: Pose, share: float) -> Pose:
    """Between the picture's own camera and a pose."""
    return replace(
        pose,
        **{
            name: getattr(base, name) + share * (getattr(pose, name) - getattr(base, name))
            for name in ("x", "y", "z", "yaw", "pitch", "roll", "lens")
        },
    )


def _parted(card: Sprite, place: Diorama, view: View, base: Pose) -> float:
    """How far a card has moved against what was behind it, frame widths."""
    own = View(base, view.width, view.height)
    foot = np.array([card.x, card.y + 0.5 * card.height_m, card.z])
    behind = own.eye + (foot - own.eye) * ((place.wall_m - own.eye[2]) / max(0.1, card.z - own.eye[2]))
    before, after = own.project(foot), view.project(foot)
    wall_before, wall_after = own.project(behind), view.project(behind)
    moved = (after - before)[:2] - (wall_after - wall_before)[:2]
    return float(np.hypot(*moved)) / view.width
