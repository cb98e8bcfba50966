"""A picture of a place becomes a diorama: ground, back wall, and surroundings that the picture does not show.

The picture is projected from the camera that would have taken it onto a ground plane and a back wall, so that the first
frame is exactly the picture and everything after it has parallax. Side and back walls and the floor outside the picture
are mirrored from it: no black, no smear. Source: draft-engine section 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from shotwright.core.camera import State
from shotwright.engines.draft.stage import Plane, View, draw_plane

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from shotwright.media.colour import FrameRGB, FrameYUV

HORIZON = 0.55
"""Where a horizon is assumed when none is found, in frame heights from the top."""
WALL_FACTOR = 7.5
"""Depth of the back wall in eye heights."""
BEHIND_M = 1.2
"""How far the room reaches behind the camera, in wall depths."""
FLOOR_PX = 900


def fit(rgb: FrameRGB, width: int, height: int) -> FrameRGB:
    """The documented crop: scale to cover the frame, cut the overhang equally on both sides; uint8 (height, width, 3)."""
    scale = max(width / rgb.shape[1], height / rgb.shape[0])
    size = (max(width, round(rgb.shape[1] * scale)), max(height, round(rgb.shape[0] * scale)))
    interpolation = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    scaled = cv2.resize(rgb, size, interpolation=interpolation)
    x, y = (size[0] - width) // 2, (size[1] - height) // 2
    return np.ascontiguousarray(scaled[y : y + height, x : x + width])


def find_horizon(rgb: FrameRGB) -> float:
    """Row of the horizon in frame heights: the strongest long level edge in the middle of the picture, else `HORIZON`."""
    small = cv2.resize(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), (160, 96), interpolation=cv2.INTER_AREA)
    edges = cv2.Sobel(cv2.GaussianBlur(small, (9, 5), 0), cv2.CV_32F, 0, 1)
    signed = np.abs(edges.mean(axis=1)) / (np.abs(edges).mean() + 1e-3)
    band = signed[28:72]
    row = int(np.argmax(band))
    if band[row] < 2.2:
        return HORIZON
    return (row + 28.5) / 96


@dataclass
class Diorama:
    """The planes of a place, back to front, and the camera that took its picture."""

    base: State
    wall_m: float
    planes: list[Plane]
    around: list[Plane]
    width: int
    height: int

    def draw(self, frame: FrameYUV, view: View) -> None:
        """Draw the place as seen by `view`; every pixel of the frame is covered."""
        if not self._is_inside(view):
            half = View(view.pose, view.width // 2, view.height // 2)
            soft = np.empty((half.height, half.width, 3), np.uint8)
            for plane in self.around:
                draw_plane(soft, half, plane, margin=2)
            cv2.resize(soft, (view.width, view.height), dst=frame, interpolation=cv2.INTER_LINEAR)
        for plane in self.planes:
            draw_plane(frame, view, plane, margin=2)

    def _is_inside(self, view: View) -> bool:
        """Whether the frame sees nothing but what the picture shows."""
        wall, ground = self.planes[0], self.planes[-1]
        inverse = np.linalg.inv(view.plane_matrix(wall))
        corners = np.array([[0, 0, 1], [view.width, 0, 1], [0, view.height, 1], [view.width, view.height, 1.0]])
        points = corners @ inverse.T
        up = points[:2]
        if np.any(up[:, 2] <= 0):
            return False
        top = up[:, :2] / up[:, 2:]
        low, high = wall.outline.min(axis=0), wall.outline.max(axis=0)
        if np.any(top < low - 1e-6) or np.any(top > high + 1e-6):
            return False
        floor = corners[2:] @ np.linalg.inv(view.plane_matrix(ground)).T
        if np.any(floor[:, 2] <= 0):
            return bool(np.all(points[2:, 2] > 0))
        feet = (floor[:, :2] / floor[:, 2:]).astype(np.float32)
        outline = ground.outline.astype(np.float32)
        return all(cv2.pointPolygonTest(outline, (float(x), float(y)), measureDist=False) >= 0 for x, y in feet)


def build_diorama(picture: FrameYUV, *, eye_m: float, lens: float, horizon: float) -> Diorama:
    """Stand a picture up.

    Args:
        picture: uint8 (H, W, 3) Y'CbCr, already cropped to the frame.
        eye_m: Height of the camera above the ground, metres.
        lens: Focal length in frame widths.
        horizon: Row of the horizon in frame heights.
    """
    height, width = picture.shape[:2]
    pitch = float(np.arctan((horizon - 0.5) * height / (lens * width)))
    wall_m = max(7.0, WALL_FACTOR * eye_m)
    reach = 0.6 * wall_m
    base = State((0.0, eye_m, 0.0), (0.0, eye_m + reach * float(np.tan(pitch)), reach), 0.0, lens)
    view = View(base.pose(), width, height)
    wall = _projected(view, picture, np.array([0, 0, wall_m]), np.array([0, 1.0, 0]))
    ground = _projected(view, picture, np.zeros(3), np.array([0, 0, 1.0]))
    half, top = _wall_size(view, wall)
    wall.outline = np.array([[-half, 0], [half, 0], [half, top], [-half, top]])
    ground.outline = _ground_outline(view, ground, wall_m)
    around = _surroundings(picture, wall, ground, half=half, top=top, wall_m=wall_m)
    return Diorama(base, wall_m, [wall, ground], around, width, height)


def _projected(view: View, picture: FrameYUV, origin: NDArray[np.float64], v: NDArray[np.float64]) -> Plane:
    """A plane that shows the picture exactly as `view` sees it."""
    plane = Plane(origin, np.array([1.0, 0, 0]), v, np.zeros((4, 2)), picture, np.eye(3))
    plane.to_texture = view.plane_matrix(plane)
    return plane


def _wall_size(view: View, wall: Plane) -> tuple[float, float]:
    """Half width and height of the wall as far as the picture shows it, metres."""
    corners = np.array([[0, 0, 1], [view.width - 1, 0, 1.0]]) @ np.linalg.inv(wall.to_texture).T
    top = corners[:, :2] / corners[:, 2:]
    base = np.array([0.0, 0.0, 1.0]) @ wall.to_texture.T
    row = base[1] / base[2]
    edge = np.array([0, row, 1.0]) @ np.linalg.inv(wall.to_texture).T
    half = min(abs(float(edge[0] / edge[2])), abs(float(top[0, 0])))
    return half, float(top[:, 1].min())


def _ground_outline(view: View, ground: Plane, wall_m: float) -> NDArray[np.float64]:
    """The floor that the picture shows: from its lower edge to the wall, plane coordinates (x, z)."""
    rows = np.array([[0, view.height - 1, 1], [view.width - 1, view.height - 1, 1.0]])
    near = rows @ np.linalg.inv(ground.to_texture).T
    near = near[:, :2] / near[:, 2:]
    if near[0, 1] <= 0 or near[0, 1] >= wall_m:
        return np.array([[-1e-3, wall_m], [1e-3, wall_m], [0.0, wall_m - 1e-3]])
    spread = wall_m / near[1, 1]
    return np.array([[near[0, 0] * spread, wall_m], [near[1, 0] * spread, wall_m], near[1], near[0]])


def _surroundings(
    picture: FrameYUV, wall: Plane, ground: Plane, *, half: float, top: float, wall_m: float
) -> list[Plane]:
    """Floor, side walls, back wall and ceiling outside the picture, mirrored from it; far to near is not needed: they
    meet only at their edges."""
    back = -BEHIND_M * wall_m
    far = 3.0 * top
    paper, to_paper = _wallpaper(picture, wall, half=half, top=top)
    floor, to_floor = _floor(picture, ground, half=half, wall_m=wall_m)
    up = np.array([0, 1.0, 0])
    deep = wall_m - back
    wide = 3 * half
    tall = np.array([[0, 0], [deep, 0], [deep, far], [0, far]])
    broad = np.array([[-wide, 0], [wide, 0], [wide, far], [-wide, far]])
    return [
        Plane(np.array([0, 0, wall_m + 1e-3]), np.array([1.0, 0, 0]), up, broad, paper, to_paper),
        Plane(np.array([0, 0, back]), np.array([1.0, 0, 0]), up, broad, paper, to_paper),
        Plane(np.array([-wide, 0, wall_m]), np.array([0, 0, -1.0]), up, tall, paper, to_paper),
        Plane(np.array([wide, 0, wall_m]), np.array([0, 0, -1.0]), up, tall, paper, to_paper),
        Plane(
            np.zeros(3), np.array([1.0, 0, 0]), np.array([0, 0, 1.0]),
            np.array([[-wide, back], [wide, back], [wide, wall_m], [-wide, wall_m]]), floor, to_floor,
        ),
    ]  # fmt: skip


def _wallpaper(picture: FrameYUV, wall: Plane, *, half: float, top: float) -> tuple[FrameYUV, NDArray[np.float64]]:
    """The wall squared up, a little softened: what is repeated should not catch the eye."""
    height, width = picture.shape[:2]
    size = (width // 2, max(2, round(width // 2 * top / (2 * half))))
    to_paper = np.array([[size[0] / (2 * half), 0, size[0] / 2], [0, -size[1] / top, size[1]], [0, 0, 1.0]])
    paper = cv2.warpPerspective(
        picture, to_paper @ np.linalg.inv(wall.to_texture), size, flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(cv2.GaussianBlur(paper, (0, 0), height / 400), np.uint8), to_paper


def _floor(picture: FrameYUV, ground: Plane, *, half: float, wall_m: float) -> tuple[FrameYUV, NDArray[np.float64]]:
    """The shown floor seen from above; beyond it the texture is mirrored."""
    near = float(ground.outline[:, 1].min())
    depth = max(wall_m - near, 0.5)
    half = max(0.5, min(half, float(np.abs(ground.outline[-1, 0])) * 1.6 or half))
    size = (FLOOR_PX, FLOOR_PX)
    to_floor = np.array(
        [[size[0] / (2 * half), 0, size[0] / 2], [0, -size[1] / depth, size[1] + near * size[1] / depth], [0, 0, 1.0]]
    )
    floor = cv2.warpPerspective(
        picture,
        to_floor @ np.linalg.inv(ground.to_texture),
        size,
        flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REFLECT,
    )
    return np.asarray(floor, np.uint8), to_floor
