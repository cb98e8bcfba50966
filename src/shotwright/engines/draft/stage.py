"""Textured planes in space and a pinhole camera that looks at them.

A plane is a picture with a matrix from plane coordinates (metres) to picture pixels and a convex outline. Drawing it is one
homography and one `warpPerspective` over the part of the frame that it covers. Frames are Y'CbCr (media.colour).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from shotwright.core.camera import Pose
    from shotwright.media.colour import FrameYUV, Mask

NEAR_M = 0.05
Matrix = "NDArray[np.float64]"


@dataclass
class Plane:
    """A flat picture in the world.

    Attributes:
        origin: World point of plane coordinates (0, 0), metres.
        u: World direction of the first plane axis, unit length.
        v: World direction of the second plane axis, unit length.
        outline: float64 (n, 2), convex, plane coordinates.
        texture: uint8 (h, w, 3) Y'CbCr.
        to_texture: float64 (3, 3), plane coordinates to texture pixels.
        alpha: uint8 (h, w), or None for an opaque plane.
    """

    origin: NDArray[np.float64]
    u: NDArray[np.float64]
    v: NDArray[np.float64]
    outline: NDArray[np.float64]
    texture: FrameYUV
    to_texture: NDArray[np.float64]
    alpha: Mask | None = None


class View:
    """A pose and a frame size, ready to project."""

    def __init__(self, pose: Pose, width: int, height: int) -> None:
        self.pose = pose
        self.width, self.height = width, height
        cy, sy, cp, sp = np.cos(pose.yaw), np.sin(pose.yaw), np.cos(pose.pitch), np.sin(pose.pitch)
        forward = np.array([sy * cp, sp, cy * cp])
        right = np.array([cy, 0.0, -sy])
        up = np.cross(forward, right)
        cr, sr = np.cos(pose.roll), np.sin(pose.roll)
        self.axes = np.stack([right * cr + up * sr, -(up * cr - right * sr), forward])
        focal = pose.lens * width
        self.intrinsics = np.array([[focal, 0, (width - 1) / 2], [0, focal, (height - 1) / 2], [0, 0, 1.0]])
        self.eye = np.array([pose.x, pose.y, pose.z])

    def plane_matrix(self, plane: Plane) -> NDArray[np.float64]:
        """float64 (3, 3): plane coordinates to homogeneous frame pixels."""
        basis = np.stack([plane.u, plane.v, plane.origin - self.eye], axis=1)
        return np.asarray(self.intrinsics @ self.axes @ basis, np.float64)

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


def draw_plane(frame: FrameYUV, view: View, plane: Plane, *, opacity: float = 1.0, margin: int = 1) -> None:
    """Draw a plane into a frame, in place.

    Args:
        frame: uint8 (H, W, 3).
        view: The camera.
        plane: What to draw; without alpha it covers what it hides.
        opacity: 0..1, for fades.
        margin: Pixels by which an opaque outline is grown, so that neighbours meet without a seam.
    """
    matrix = view.plane_matrix(plane)
    polygon = outline_in_frame(matrix, plane.outline)
    box = _box(polygon, view.width, view.height, margin)
    if box is None or opacity <= 0:
        return
    x0, y0, x1, y1 = box
    texture, alpha, to_texture = _level(plane, matrix)
    shift = np.array([[1, 0, -x0], [0, 1, -y0], [0, 0, 1.0]])
    warp = shift @ matrix @ np.linalg.inv(to_texture)
    size = (x1 - x0, y1 - y0)
    if alpha is None:
        _draw_opaque(frame[y0:y1, x0:x1], texture, warp, size, polygon - (x0, y0), margin)
    else:
        picture = warped(texture, warp, size, cv2.BORDER_REPLICATE)
        mask = warped(alpha, warp, size, cv2.BORDER_CONSTANT)
        blend(frame[y0:y1, x0:x1], picture, mask, opacity)


def _draw_opaque(
    part: FrameYUV,
    texture: FrameYUV,
    warp: NDArray[np.float64],
    size: tuple[int, int],
    polygon: NDArray[np.float64],
    margin: int,
) -> None:
    picture = warped(texture, warp, size, cv2.BORDER_REFLECT)
    points = np.clip(polygon, -32000, 32000)
    if _fills(points, size, margin + 1):
        part[:] = picture
        return
    mask = np.zeros((size[1], size[0]), np.uint8)
    cv2.fillConvexPoly(mask, np.round(points * 16).astype(np.int32), 255, shift=4)
    if margin > 1:
        cv2.polylines(mask, [np.round(points).astype(np.int32)], isClosed=True, color=255, thickness=margin)
    cv2.copyTo(picture, mask, part)


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


def blend(part: FrameYUV, picture: FrameYUV, mask: Mask, opacity: float = 1.0) -> None:
    """Lay `picture` over `part` by `mask`, in place, in 8-bit fixed point; all of one height and width."""
    if opacity < 1:
        mask = np.asarray(cv2.convertScaleAbs(mask, alpha=opacity), np.uint8)
    over = cv2.merge([mask, mask, mask])
    under = cv2.bitwise_not(over)
    cv2.add(cv2.multiply(picture, over, scale=1 / 255), cv2.multiply(part, under, scale=1 / 255), dst=part)


def clipped_to_frame(polygon: NDArray[np.float64], width: int, height: int) -> NDArray[np.float64]:
    """The part of a convex polygon that lies in the frame: float64 (n, 2), empty when none does."""
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


def _box(polygon: NDArray[np.float64], width: int, height: int, margin: int) -> tuple[int, int, int, int] | None:
    seen = clipped_to_frame(polygon, width, height)
    if len(seen) < 3:
        return None
    low, high = seen.min(axis=0) - margin, seen.max(axis=0) + margin + 1
    x0, y0 = (int(max(0, np.floor(edge))) for edge in low)
    x1, y1 = int(min(width, np.ceil(high[0]))), int(min(height, np.ceil(high[1])))
    return (x0, y0, x1, y1) if x1 > x0 and y1 > y0 else None


def _level(plane: Plane, matrix: NDArray[np.float64]) -> tuple[FrameYUV, Mask | None, NDArray[np.float64]]:
    """For cut-outs seen from afar: the texture reduced so far that it does not sparkle."""
    if plane.alpha is None:
        return plane.texture, None, plane.to_texture
    polygon = outline_in_frame(matrix, plane.outline)
    tall = float(np.ptp(polygon[:, 1])) if len(polygon) else 1.0
    scale = tall / plane.texture.shape[0]
    if scale > 0.6:
        return plane.texture, plane.alpha, plane.to_texture
    factor = max(scale * 1.3, 4 / min(plane.texture.shape[:2]))
    size = (max(2, round(plane.texture.shape[1] * factor)), max(2, round(plane.texture.shape[0] * factor)))
    fx, fy = size[0] / plane.texture.shape[1], size[1] / plane.texture.shape[0]
    small = np.asarray(cv2.resize(plane.texture, size, interpolation=cv2.INTER_AREA), np.uint8)
    alpha = np.asarray(cv2.resize(plane.alpha, size, interpolation=cv2.INTER_AREA), np.uint8)
    return small, alpha, np.diag([fx, fy, 1.0]) @ plane.to_texture
