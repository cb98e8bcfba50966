"""What is behind every pixel of a drafted frame: how far it is, and whose it is, from the planes and cards that draw it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import cv2
import numpy as np

from shotwright.engines.draft.sight import matte_of
from shotwright.engines.draft.stage import View, clipped_to_frame, outline_in_frame

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from shotwright.core.camera import Pose
    from shotwright.core.plan import ShotPlan
    from shotwright.engines.draft.place import Place
    from shotwright.engines.draft.scene import Scene
    from shotwright.engines.draft.sprites import Sprite
    from shotwright.engines.draft.stage import Plane
    from shotwright.media.colour import Mask

    Box = tuple[int, int, int, int]

PROBE, MARGIN = 8, 3
"""Reduction at which a card is looked for first, and how many of its pixels are added around it."""
SOLID = 127
NEAR_M = 0.05


@dataclass
class Seen:
    """A frame's truth.

    Attributes:
        inverse: float32 (H, W), 1 / metres along the camera's axis; 0 where nothing is.
        mattes: uint8 (H, W) by sprite: what is seen of it, from far to near.
        owner: int16 (H, W): number of the sprite in `scene.sprites` that a pixel belongs to, -1 of none.
    """

    inverse: NDArray[np.float32]
    mattes: dict[int, Mask] = field(default_factory=dict)
    owner: NDArray[np.int16] = field(default_factory=lambda: np.empty((0, 0), np.int16))

    def reduced(self, by: int) -> Seen:
        """Every so many-th pixel, without mattes."""
        rows, columns = (side // by * by for side in self.inverse.shape)
        return Seen(self.inverse[:rows:by, :columns:by], {}, self.owner[:rows:by, :columns:by])


def place_at(scene: Scene, seconds: float) -> Place:
    """The set of a time."""
    return next((later for start, later in scene.later_places[::-1] if start <= seconds + 1e-6), scene.place)


def truth_of(scene: Scene, pose: Pose, seconds: float, size: tuple[int, int], *, with_mattes: bool) -> Seen:
    """The truth of a frame.

    Args:
        scene: What is drawn.
        pose: Its camera.
        seconds: Its time.
        size: Width and height, pixels.
        with_mattes: Whether mattes and owners are wanted as well.
    """
    view, place = View(pose, *size), place_at(scene, seconds)
    seen = Seen(np.zeros((size[1], size[0]), np.float32))
    if with_mattes:
        seen.owner = np.full((size[1], size[0]), -1, np.int16)
    for plane in place.solids():
        _lay(seen.inverse, view, plane)
    numbers = {id(sprite): number for number, sprite in enumerate(scene.sprites)}
    standing = [(view.depth_of(s.place(seconds)), s) for s in (*place.props, *scene.sprites)]
    for depth, sprite in sorted(standing, key=lambda item: -item[0]):
        if depth > NEAR_M and (found := _card(sprite, view, seconds)) is not None:
            _put(seen, found, depth, numbers.get(id(sprite), -1), with_mattes=with_mattes)
    return seen


def _put(seen: Seen, found: tuple[Box, Mask], depth: float, number: int, *, with_mattes: bool) -> None:
    """Lay a card over what is farther away."""
    (x0, y0, x1, y1), matte = found
    solid = matte > SOLID
    seen.inverse[y0:y1, x0:x1][solid] = 1 / depth
    if not with_mattes:
        return
    seen.owner[y0:y1, x0:x1][solid] = number
    left = cv2.bitwise_not(matte)
    for other in seen.mattes.values():
        part = other[y0:y1, x0:x1]
        cv2.multiply(part, left, dst=part, scale=1 / 255)
    if number >= 0:
        whole = np.zeros(seen.inverse.shape, np.uint8)
        whole[y0:y1, x0:x1] = matte
        seen.mattes[number] = whole


def _card(sprite: Sprite, view: View, seconds: float) -> tuple[Box, Mask] | None:
    """Where a sprite is in the frame, and its matte there; None where it is not seen."""
    if sprite.opacity(seconds) <= 0:
        return None
    probe = View(view.pose, -(-view.width // PROBE), -(-view.height // PROBE))
    coarse = matte_of(sprite, probe, seconds)
    x, y, wide, tall = cv2.boundingRect(coarse)
    if not wide:
        return None
    x0, y0 = max(0, (x - MARGIN) * PROBE), max(0, (y - MARGIN) * PROBE)
    x1, y1 = min(view.width, (x + wide + MARGIN) * PROBE), min(view.height, (y + tall + MARGIN) * PROBE)
    return (x0, y0, x1, y1), matte_of(sprite, view.cropped(x0, y0, x1 - x0, y1 - y0), seconds)


def _lay(inverse: NDArray[np.float32], view: View, plane: Plane) -> None:
    """The inverse depth of a plane, where it is nearer than what is there: over a plane it is affine in the pixels."""
    matrix = view.plane_matrix(plane)
    seen = clipped_to_frame(outline_in_frame(matrix, plane.outline), view.width, view.height)
    normal = np.cross(plane.u, plane.v)
    away = float(normal @ (plane.origin - view.eye))
    if len(seen) < 3 or abs(away) < 1e-6:
        return
    a, b, c = (normal @ view.axes.T @ np.linalg.inv(view.intrinsics)) / away
    x0, y0 = (max(0, int(v)) for v in np.floor(seen.min(axis=0)))
    x1, y1 = (int(v) + 1 for v in np.ceil(seen.max(axis=0)))
    x1, y1 = min(x1, view.width), min(y1, view.height)
    columns, rows = np.arange(x0, x1, dtype=np.float32), np.arange(y0, y1, dtype=np.float32)
    near = (a * columns)[None, :] + (b * rows + c)[:, None]
    mask = np.zeros(near.shape, np.uint8)
    cv2.fillConvexPoly(mask, np.round((seen - (x0, y0)) * 16).astype(np.int32), 255, shift=4)
    if plane.texture.alpha is not None and not plane.is_tiled:
        warp = np.array([[1, 0, -x0], [0, 1, -y0], [0, 0, 1.0]]) @ matrix @ np.linalg.inv(plane.to_texture)
        drawn = cv2.warpPerspective(plane.texture.alpha, warp, near.shape[::-1], flags=cv2.INTER_LINEAR)
        mask = np.asarray(cv2.min(mask, drawn), np.uint8)
    part = inverse[y0:y1, x0:x1]
    np.copyto(part, near.astype(np.float32), where=(mask > SOLID) & (near > part))


def nearest(frames: Iterable[Seen]) -> float:
    """The largest inverse depth of some frames but for a thousandth of each: what white stands for."""
    return max((float(np.quantile(seen.inverse[::4, ::4], 0.999)) for seen in frames), default=1.0) or 1.0


def name_of(sprite: Sprite, plan: ShotPlan) -> str:
    """What files call somebody: the plan's entity and its noun."""
    name = sprite.word or sprite.ref
    entity = plan.entity(name)
    text = f"{entity.id}-{entity.noun}" if entity is not None else name
    return re.sub(r"[^\w-]+", "_", text).strip("_") or "entity"
