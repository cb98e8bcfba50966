"""Textured planes in space and a pinhole camera that looks at them.

A plane is a texture with a matrix from plane coordinates (metres) to texture pixels and a convex outline. Drawing it is one
homography and one `warpPerspective` over the part of the frame that it covers. A texture keeps its mip levels, so
that what is far away does not sparkle, and its blurred versions, so that depth of field costs nothing while the focus rests.
Frames are Y'CbCr (media.colour).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import cv2
import numpy as np

from shotwright.core.camera import world_to_camera

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from shotwright.core.camera import Pose
    from shotwright.media.colour import FrameYUV, Mask

NEAR_M = 0.05
NEAREST_CARD_M = 0.3
"""What stands nearer to the camera is not drawn, unless it is small."""


MAX_LEVEL = 6
MAX_KEPT = 14
"""Versions of a texture that are kept at once."""
BLUR_STEP = 0.5
"""Blurs are rounded to this many texels, so that a resting focus finds its textures made."""


@dataclass
class Texture:
    """A picture, its reductions and its blurred versions, each made when it is first asked for.

    Attributes:
        colour: uint8 (h, w, 3) Y'CbCr.
        alpha: uint8 (h, w), or None where it is opaque.
    """

    colour: FrameYUV
    alpha: Mask | None = None
    _made: dict[tuple[int, int], FrameYUV] = field(default_factory=dict, repr=False)

    def at(self, level: int, blur: float = 0.0) -> FrameYUV:
        """The texture reduced by 2 ** `level`, blurred by `blur` texels of that level (standard deviation).

        Returns:
            uint8 (h, w, 3) when it is opaque; else (h, w, 4) with colours multiplied by their alpha, and the alpha.
        """
        steps = round(blur / BLUR_STEP)
        key = (level, steps)
        if key not in self._made:
            if len(self._made) > MAX_KEPT:
                self._made.pop(next(k for k in self._made if k[1]), None)
            self._made[key] = self._make(level, steps)
        return self._made[key]

    def _make(self, level: int, steps: int) -> FrameYUV:
        if steps:
            border = cv2.BORDER_REFLECT if self.alpha is None else cv2.BORDER_CONSTANT
            return np.asarray(cv2.GaussianBlur(self.at(level), (0, 0), steps * BLUR_STEP, borderType=border), np.uint8)
        if level:
            larger = self.at(level - 1)
            size = (max(1, larger.shape[1] // 2), max(1, larger.shape[0] // 2))
            return np.asarray(cv2.resize(larger, size, interpolation=cv2.INTER_AREA), np.uint8)
        if self.alpha is None:
            return self.colour
        premultiplied = cv2.multiply(self.colour, cv2.merge([self.alpha] * 3), scale=1 / 255)
        return np.asarray(cv2.merge([*cv2.split(premultiplied), self.alpha]), np.uint8)


@dataclass
class Plane:
    """A flat picture in the world.

    Attributes:
        origin: World point of plane coordinates (0, 0), metres.
        u: World direction of the first plane axis, unit length.
        v: World direction of the second plane axis, unit length.
        outline: float64 (n, 2), convex, plane coordinates.
        texture: What is on it; without alpha it covers what it hides.
        to_texture: float64 (3, 3), plane coordinates to texture pixels.
        is_tiled: Whether a texture with alpha repeats, mirrored, over the whole outline; opaque ones always do.
        is_reduced: Whether it is drawn from a reduction when it is far away; a plate that fills the frame never needs it.
    """

    origin: NDArray[np.float64]
    u: NDArray[np.float64]
    v: NDArray[np.float64]
    outline: NDArray[np.float64]
    texture: Texture
    to_texture: NDArray[np.float64]
    is_reduced: bool = True
    is_tiled: bool = False


class View:
    """A pose and a frame size, ready to project."""

    def __init__(self, pose: Pose, width: int, height: int) -> None:
        self.pose = pose
        self.width, self.height = width, height
        self.axes = np.array(world_to_camera(pose))
        focal = pose.lens * width
        self.intrinsics = np.array([[focal, 0, (width - 1) / 2], [0, focal, (height - 1) / 2], [0, 0, 1.0]])
        self.eye = np.array([pose.x, pose.y, pose.z])

    def cropped(self, x: int, y: int, width: int, height: int) -> View:
        """The same camera, of a part of its frame."""
        part = View(self.pose, self.width, self.height)
        part.width, part.height = width, height
        part.intrinsics = self.intrinsics - np.array([[0, 0, x], [0, 0, y], [0, 0, 0.0]])
        return part

    def moved(self, ahead_m: float) -> View:
        """The same camera, farther along z."""
        there = View(replace(self.pose, z=self.pose.z + ahead_m), self.width, self.height)
        there.intrinsics = self.intrinsics
        return there

    def plane_matrix(self, plane: Plane) -> NDArray[np.float64]:
        """float64 (3, 3): plane coordinates to homogeneous frame pixels."""
        basis = np.stack([plane.u, plane.v, plane.origin - self.eye], axis=1)
        return np.asarray(self.intrinsics @ self.axes @ basis, np.float64)

    def depth_of(self, point: tuple[float, float, float]) -> float:
        """How far ahead a world point is, metres: cards face the camera, and the nearer plane covers the farther one."""
        return float(self.axes[2] @ (np.asarray(point) - self.eye))

    def project(self, point: NDArray[np.float64]) -> NDArray[np.float64]:
        """A world point: x and y in pixels, depth in metres."""
        x, y, depth = self.intrinsics @ self.axes @ (point - self.eye)
        return np.array([x / max(depth, NEAR_M), y / max(depth, NEAR_M), depth])


def outline_in_frame(matrix: NDArray[np.float64], outline: NDArray[np.float64]) -> NDArray[np.float64]:
    """The outline in pixels, clipped at the near plane: float64 (n, 2), empty when it lies behind the camera."""
    points = np.hstack([outline, np.ones((len(outline), 1))]) @ matrix.T
    kept: list[NDArray[np.float64]] = []
    for a, b in zip(points, np.roll(points, -1, axis=0), strict=True):
        if a[2] >= NEAR_M:
            kept.append(a)
        if (a[2] >= NEAR_M) != (b[2] >= NEAR_M):
            t = (NEAR_M - a[2]) / (b[2] - a[2])
            kept.append(a + t * (b - a))
    if len(kept) < 3:
        return np.empty((0, 2))
    clipped = np.array(kept)
    return np.asarray(clipped[:, :2] / clipped[:, 2:], np.float64)


def draw_plane(
    frame: FrameYUV, view: View, plane: Plane, *, opacity: float = 1.0, margin: int = 1, blur_px: float = 0.0
) -> None:
    """Draw a plane into a frame, in place.

    Args:
        frame: uint8 (H, W, 3).
        view: The camera.
        plane: What to draw; without alpha it covers what it hides.
        opacity: 0..1, for fades.
        margin: Pixels by which an opaque outline is grown, so that neighbours meet without a seam.
        blur_px: Standard deviation of the blur that depth of field gives it, frame pixels.
    """
    matrix = view.plane_matrix(plane)
    polygon = outline_in_frame(matrix, plane.outline)
    seen = clipped_to_frame(polygon, view.width, view.height)
    box = _box(seen, view.width, view.height, margin)
    if box is None or opacity <= 0:
        return
    x0, y0, x1, y1 = box
    texture, to_texture = _level(plane, matrix, seen, blur_px)
    shift = np.array([[1, 0, -x0], [0, 1, -y0], [0, 0, 1.0]])
    warp = shift @ matrix @ np.linalg.inv(to_texture)
    size = (x1 - x0, y1 - y0)
    part = frame[y0:y1, x0:x1]
    if plane.texture.alpha is None and opacity >= 1:
        _draw_opaque(part, texture, warp, size, seen - (x0, y0), margin=margin)
    elif plane.texture.alpha is not None:
        border = cv2.BORDER_REFLECT if plane.is_tiled else cv2.BORDER_CONSTANT
        picture = warped(texture, warp, size, border)
        if plane.is_tiled:
            mask = _polygon_mask(seen - (x0, y0), size, margin)
            picture = np.asarray(cv2.bitwise_and(picture, picture, mask=mask), np.uint8)
        lay_over(part, picture, opacity)


def draw_billboard(
    frame: FrameYUV,
    view: View,
    texture: Texture,
    foot: NDArray[np.float64],
    height_m: float,
    *,
    opacity: float = 1.0,
    blur_px: float = 0.0,
) -> None:
    """Draw an upright cut-out that always faces the camera, in place: a scaled copy, turned with the camera's roll."""
    x, y, depth = view.project(foot)
    if depth < min(NEAREST_CARD_M, 2 * height_m) or opacity <= 0 or texture.alpha is None:
        return
    rows, columns = texture.alpha.shape
    tall = view.intrinsics[0, 0] * height_m / depth
    tall *= max(0.45, abs(float(np.cos(view.pose.pitch))))
    scale = tall / rows
    reach = tall * max(1.0, columns / rows) + 2
    if tall < 3 or not (-reach < x < view.width + reach and -reach < y < view.height + reach) or tall > 6 * view.height:
        return
    level = max(0, min(MAX_LEVEL, int(np.floor(-np.log2(max(scale, 1e-4) / 0.6))))) if scale < 0.6 else 0
    while blur_px / scale / 2**level > 3 and level < MAX_LEVEL:
        level += 1
    picture = texture.at(level, blur_px / scale / 2**level)
    fx, fy = columns / picture.shape[1], rows / picture.shape[0]
    c, s = np.cos(-view.pose.roll) * scale, np.sin(-view.pose.roll) * scale
    affine = np.array(
        [[c * fx, -s * fy, x - c * columns / 2 + s * rows], [s * fx, c * fy, y - s * columns / 2 - c * rows]]
    )
    corners = (
        np.array(
            [[0, 0, 1], [picture.shape[1], 0, 1], [0, picture.shape[0], 1], [picture.shape[1], picture.shape[0], 1.0]]
        )
        @ affine.T
    )
    x0, y0 = (max(0, int(np.floor(v))) for v in corners.min(axis=0))
    x1, y1 = (
        min(view.width, int(np.ceil(corners[:, 0].max())) + 1),
        min(view.height, int(np.ceil(corners[:, 1].max())) + 1),
    )
    if x1 <= x0 or y1 <= y0:
        return
    affine[:, 2] -= (x0, y0)
    drawn = cv2.warpAffine(picture, affine, (x1 - x0, y1 - y0), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
    lay_over(frame[y0:y1, x0:x1], np.asarray(drawn, np.uint8), opacity)


def _draw_opaque(
    part: FrameYUV,
    texture: FrameYUV,
    warp: NDArray[np.float64],
    size: tuple[int, int],
    polygon: NDArray[np.float64],
    *,
    margin: int,
) -> None:
    picture = warped(texture, warp, size, cv2.BORDER_REFLECT)
    if _fills(polygon, size, margin + 1):
        part[:] = picture
        return
    cv2.copyTo(picture, _polygon_mask(polygon, size, margin), part)


def _polygon_mask(points: NDArray[np.float64], size: tuple[int, int], margin: int) -> Mask:
    mask = np.zeros((size[1], size[0]), np.uint8)
    cv2.fillConvexPoly(mask, np.round(points * 16).astype(np.int32), 255, shift=4)
    if margin > 1:
        cv2.polylines(mask, [np.round(points).astype(np.int32)], isClosed=True, color=255, thickness=margin)
    return mask


def _fills(polygon: NDArray[np.float64], size: tuple[int, int], slack_px: int) -> bool:
    """Whether a polygon covers a rectangle of this size up to a few pixels, so that it can be copied without a mask."""
    outline = polygon.astype(np.float32)
    corners = ((0, 0), (size[0], 0), (0, size[1]), (size[0], size[1]))
    return all(cv2.pointPolygonTest(outline, corner, measureDist=True) >= -slack_px for corner in corners)


AFFINE_PX = 0.2
"""A homography that an affine map follows this closely is drawn as one, at half the cost."""


def warped(picture: FrameYUV, warp: NDArray[np.float64], size: tuple[int, int], border: int) -> FrameYUV:
    """A picture through a homography, uint8 (size[1], size[0], ...)."""
    inverse = np.linalg.inv(warp)
    wide, high = size
    corners = np.array([[0, 0, 1], [wide, 0, 1], [0, high, 1], [wide, high, 1], [wide / 2, high / 2, 1.0]])
    at = corners @ inverse.T
    if np.all(at[:, 2] > 0) or np.all(at[:, 2] < 0):
        points = at[:, :2] / at[:, 2:]
        affine = np.column_stack([(points[1] - points[0]) / wide, (points[2] - points[0]) / high, points[0]])
        error = float(np.abs(corners @ affine.T - points).max())
        grown = float(np.sqrt(abs(np.linalg.det(affine[:, :2])))) + 1e-9
        if error / grown < AFFINE_PX:
            flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
            return np.asarray(cv2.warpAffine(picture, affine, size, flags=flags, borderMode=border), np.uint8)
    return np.asarray(cv2.warpPerspective(picture, warp, size, flags=cv2.INTER_LINEAR, borderMode=border), np.uint8)


def lay_over(part: FrameYUV, picture: FrameYUV, opacity: float = 1.0) -> None:
    """Lay a picture with premultiplied alpha, uint8 (h, w, 4), over `part`, in place, in 8-bit fixed point."""
    if opacity < 1:
        picture = np.asarray(cv2.convertScaleAbs(picture, alpha=opacity), np.uint8)
    under = cv2.bitwise_not(cv2.extractChannel(picture, 3))
    colours = cv2.cvtColor(picture, cv2.COLOR_BGRA2BGR)
    cv2.add(colours, cv2.multiply(part, cv2.merge([under, under, under]), scale=1 / 255), dst=part)


def blend(part: FrameYUV, picture: FrameYUV, mask: Mask, opacity: float = 1.0) -> None:
    """Lay `picture` over `part` by `mask`, in place, in 8-bit fixed point; all of one height and width."""
    if opacity < 1:
        mask = np.asarray(cv2.convertScaleAbs(mask, alpha=opacity), np.uint8)
    over = cv2.merge([mask, mask, mask])
    under = cv2.bitwise_not(over)
    cv2.add(cv2.multiply(picture, over, scale=1 / 255), cv2.multiply(part, under, scale=1 / 255), dst=part)


def clipped_to_frame(polygon: NDArray[np.float64], width: int, height: int) -> NDArray[np.float64]:
    """The part of a convex polygon that lies in the frame: float64 (n, 2), empty when none does."""
    low, high = (polygon.min(axis=0), polygon.max(axis=0)) if len(polygon) else ((0.0, 0.0), (0.0, 0.0))
    if low[0] >= 0 and low[1] >= 0 and high[0] <= width and high[1] <= height:
        return polygon
    if low[0] > width or low[1] > height or high[0] < 0 or high[1] < 0:
        return np.empty((0, 2))
    points = polygon
    for axis, sign, edge in ((0, 1, 0.0), (0, -1, float(width)), (1, 1, 0.0), (1, -1, float(height))):
        if not len(points):
            break
        inside = sign * (points[:, axis] - edge) >= 0
        kept: list[NDArray[np.float64]] = []
        for i, point in enumerate(points):
            other = points[(i + 1) % len(points)]
            if inside[i]:
                kept.append(point)
            if inside[i] != inside[(i + 1) % len(points)]:
                t = (edge - point[axis]) / (other[axis] - point[axis])
                kept.append(point + t * (other - point))
        points = np.array(kept).reshape(-1, 2)
    return points


def _box(seen: NDArray[np.float64], width: int, height: int, margin: int) -> tuple[int, int, int, int] | None:
    if len(seen) < 3:
        return None
    low, high = seen.min(axis=0) - margin, seen.max(axis=0) + margin + 1
    x0, y0 = (int(max(0, np.floor(edge))) for edge in low)
    x1, y1 = int(min(width, np.ceil(high[0]))), int(min(height, np.ceil(high[1])))
    return (x0, y0, x1, y1) if x1 > x0 and y1 > y0 else None


def _level(
    plane: Plane, matrix: NDArray[np.float64], seen: NDArray[np.float64], blur_px: float
) -> tuple[FrameYUV, NDArray[np.float64]]:
    """Picture and matrix of the reduction that suits the size at which the plane is seen, and its blur."""
    if blur_px < BLUR_STEP and not plane.is_reduced:
        return plane.texture.at(0), plane.to_texture
    grown = _magnification(plane, matrix, seen)
    blur = blur_px / grown
    level = 0
    while level < MAX_LEVEL and ((plane.is_reduced and grown * 2**level < 0.6) or blur / 2**level > 3):
        level += 1
    shape = plane.texture.colour.shape
    level = min(level, max(0, int(np.log2(max(1, min(shape[:2]) / 4)))))
    picture = plane.texture.at(level, blur / 2**level)
    fx, fy = picture.shape[1] / shape[1], picture.shape[0] / shape[0]
    return picture, np.diag([fx, fy, 1.0]) @ plane.to_texture


def _magnification(plane: Plane, matrix: NDArray[np.float64], seen: NDArray[np.float64]) -> float:
    """Frame pixels per texel over the part of the plane that is seen."""
    points = np.hstack([seen, np.ones((len(seen), 1))]) @ np.linalg.inv(matrix).T @ plane.to_texture.T
    texels = (points[:, :2] / points[:, 2:]).astype(np.float32)
    area = float(cv2.contourArea(texels))
    return max(1e-3, float(np.sqrt(cv2.contourArea(seen.astype(np.float32)) / max(area, 1e-6))))
