"""What lies around a picture that was stood up as a place, and under a camera that comes down in it: made of the picture, and plain."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from shotwright.engines.analysis.patches import BESIDE, completed
from shotwright.engines.draft.stage import Plane, Texture

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from shotwright.media.colour import FrameYUV, Mask

BEHIND_M = 1.2
"""How far the room reaches behind the camera, in wall depths."""
FLOOR_PX, PAPER_PX, GRAIN, SIDE_BLUR = 900, 900, 1.6, 9.0
SIDE_WALLS = 2.2
"""How far off the side walls are, in half widths of the widened wall."""
INNER, STRIP = 1 / (1 + 2 * BESIDE), 0.5 * BESIDE / (1 + 2 * BESIDE)
"""Widths in those of a widened picture: of the picture itself, and of what is taken from beside it for walls farther off."""
SOLID = 110
"""What counts as in front in a matte."""


def bared(picture: FrameYUV, front: Mask | None) -> FrameYUV:
    """A picture without what stands in it, softened: detail that was far away is none from near."""
    size = max(3, picture.shape[1] // 60) | 1
    hole = cv2.dilate(
        ((front if front is not None else picture[..., 0]) > SOLID).astype(np.uint8) * 255,
        np.ones((size, size), np.uint8),
    )
    bare = completed(picture, np.asarray(hole, np.uint8))
    return np.asarray(cv2.GaussianBlur(bare, (0, 0), picture.shape[1] / 26), np.uint8)


def near_ground(picture: FrameYUV, ground: Plane, wall_m: float) -> Plane:
    """A floor in the colours of the ground seen from above, everywhere."""
    half = float(np.abs(ground.outline[:, 0]).max())
    near = float(ground.outline[:, 1].min())
    colours, to_floor = _floor(picture, ground, half=half, wall_m=wall_m)
    calm = _grained(cv2.GaussianBlur(colours, (0, 0), FLOOR_PX / 24).astype(np.float32))
    outline = np.array([[-3 * half, near - wall_m], [3 * half, near - wall_m], [3 * half, wall_m], [-3 * half, wall_m]])
    texture = Texture(calm, np.full(calm.shape[:2], 255, np.uint8))
    return Plane(np.zeros(3), np.array([1.0, 0, 0]), np.array([0, 0, 1.0]), outline, texture, to_floor, is_tiled=True)


def surroundings(
    picture: FrameYUV, wall: Plane, ground: Plane, *, half: float, top: float, wall_m: float
) -> list[Plane]:
    """Floor, side walls and back wall beyond what goes on of the picture, made of what goes on beside it; far to near is not
    needed: they meet only at their edges."""
    back = -BEHIND_M * wall_m
    far = 2.0 * top
    squared, left, right, to_paper = _wallpaper(picture, wall, half=half, top=top)
    seen_from_above, to_floor = _floor(picture, ground, half=half, wall_m=wall_m)
    paper, floor = Texture(squared), Texture(seen_from_above)
    up = np.array([0, 1.0, 0])
    deep = wall_m - back
    wide = SIDE_WALLS * half
    tall = np.array([[0, 0], [deep, 0], [deep, far], [0, far]])
    broad = np.array([[-wide, 0], [wide, 0], [wide, far], [-wide, far]])
    high, long = left.shape[:2]
    along = np.array([[long / deep, 0, 0], [0, -high / top, high], [0, 0, 1.0]])
    return [
        Plane(np.array([0, 0, wall_m + 1e-3]), np.array([1.0, 0, 0]), up, broad, paper, to_paper),
        Plane(np.array([0, 0, back]), np.array([1.0, 0, 0]), up, broad, paper, to_paper),
        Plane(np.array([-wide, 0, wall_m]), np.array([0, 0, -1.0]), up, tall, Texture(left), along),
        Plane(np.array([wide, 0, wall_m]), np.array([0, 0, -1.0]), up, tall, Texture(right), along),
        Plane(
            np.zeros(3), np.array([1.0, 0, 0]), np.array([0, 0, 1.0]),
            np.array([[-wide, back], [wide, back], [wide, wall_m], [-wide, wall_m]]), floor, to_floor,
        ),
    ]  # fmt: skip


def _wallpaper(
    picture: FrameYUV, wall: Plane, *, half: float, top: float
) -> tuple[FrameYUV, FrameYUV, FrameYUV, NDArray[np.float64]]:
    """What goes on beside the picture, squared up and softened: the place, without what stands in front of it.

    Returns:
        Paper that goes on, mirrored, at its own ends to the left and to the right; that of the left and of the right
        side wall, from the wall on; and the matrix from the wall to the first.
    """
    size = (PAPER_PX, max(8, round(PAPER_PX * top / (2 * half))))
    to_paper = np.array([[size[0] / (2 * half), 0, size[0] / 2], [0, -size[1] / top, size[1]], [0, 0, 1.0]])
    paper = cv2.warpPerspective(
        picture, to_paper @ np.linalg.inv(wall.to_texture), size, flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE
    )
    strip = max(8, round(STRIP * size[0]))  # nearest to the picture: what lies farther out is plain
    inner = round((1 - INNER) / 2 * size[0])
    left, right = paper[:, max(0, inner - strip) : inner], paper[:, size[0] - inner : size[0] - inner + strip]
    beside = _joined(np.asarray(left, np.uint8), np.asarray(right, np.uint8))
    papers = [
        _grained(np.asarray(cv2.GaussianBlur(_stretched_to(strip, size), (0, 0), blur), np.float32))
        for strip, blur in (
            (beside, PAPER_PX / 900),
            (np.asarray(left[:, ::-1], np.uint8), SIDE_BLUR),
            (np.asarray(right, np.uint8), SIDE_BLUR),
        )
    ]
    return papers[0], papers[1], papers[2], to_paper


def _stretched_to(strip: FrameYUV, size: tuple[int, int]) -> FrameYUV:
    return np.asarray(cv2.resize(strip, size, interpolation=cv2.INTER_CUBIC), np.uint8)


def _joined(one: FrameYUV, other: FrameYUV) -> FrameYUV:
    """Two strips side by side, the end of the first going over into the second."""
    wide = min(one.shape[1], other.shape[1])
    one, other, over = one[:, :wide], other[:, :wide], max(2, wide // 2)
    share = np.linspace(1, 0, over, dtype=np.float32)[None, :, None]
    seam = one[:, -over:] * share + other[:, :over] * (1 - share)
    return np.concatenate([one[:, :-over], seam.astype(np.uint8), other[:, over:]], axis=1)


def _floor(picture: FrameYUV, ground: Plane, *, half: float, wall_m: float) -> tuple[FrameYUV, NDArray[np.float64]]:
    """The floor of the widened picture seen from above; beyond it the texture is mirrored."""
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


def _grained(plain: NDArray[np.float32]) -> FrameYUV:
    """A little unevenness, so that plain colours do not band."""
    high, wide = plain.shape[:2]
    cells = np.random.default_rng(5).normal(0, 1, (max(2, high // 3), max(2, wide // 3))).astype(np.float32)
    grain = cv2.resize(cells, (wide, high), interpolation=cv2.INTER_CUBIC)
    plain[..., 0] += GRAIN * grain
    return np.asarray(np.clip(plain, 0, 255), np.uint8)
