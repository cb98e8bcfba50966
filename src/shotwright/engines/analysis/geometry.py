"""How a picture was taken: the row of its horizon, and the row where its ground ends at what stands upright.

Level lines of what people build meet on the horizon (Hough's vanishing points, found by RANSAC over line segments); where too
few are there, the strongest long level edge, else a prior. Uprights tell how far down the picture stands: a facade, a shelf, a
row of trunks is no ground to be drawn out under a camera that moves.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from shotwright.media.colour import FrameRGB, Mask

USUAL_ROW = 0.5
"""Where a horizon is when nothing tells it, in frame heights from the top: people hold a camera level."""
WORK_PX = 640
SHORTEST = 0.035
"""Shortest line that counts, in picture widths."""
LEVEL, UPRIGHT = 0.035, 0.25
"""Slopes up to which a line is level, and tangents from the vertical up to which it is upright."""
NEAR_RAD, OWN = 0.02, 0.75
"""How exactly a line points to where others meet; and how far from its middle that is at least, in its own lengths."""
SECTORS, SECTOR_SHARE = 24, 0.12
"""Directions from a meeting point that are counted apart, and how much one of them may count."""
ROWS = np.linspace(0.16, 0.84, 69)
"""Rows that are tried for a horizon, frame heights."""
MOST_LINES = 100
USUAL_LENS = 0.85
"""Focal length in frame widths by which uprights that lean tell how far a camera is tilted."""
CHANCE = 0.15
"""Share of the lines that meets somewhere in leaves and grass, by chance."""
WEIGHTS = {"lines": 12.0, "uprights": 0.42, "border": 0.4, "prior": 0.5}
"""How much each sign of a horizon says."""
PRIOR_SPREAD, BORDER_SPREAD = 0.18, 0.02
FEWEST_UPRIGHTS = 5
SKY_PX = (160, 96)
SKY_STEP, SKY_SHARE, SKY_WIDE, SKY_IS_ABOVE = 5, 0.04, 0.6, 2.0
"""Step of colour that a sky goes over, least share of the picture and of its upper border that is sky."""
FOOT_COLUMNS, FOOT_SHARE = 20, 0.3
"""Columns in which uprights are looked for, and the share of them in which something must stand that far down."""
BENEATH = 0.04
"""How far below the horizon things stand at least whose foot is told, frame heights."""


@dataclass(frozen=True)
class Geometry:
    """How a picture was taken.

    Attributes:
        horizon: Row of the horizon, frame heights from the top.
        foot: Row down to which things stand upright, frame heights; None where the ground begins at the horizon.
    """

    horizon: float
    foot: float | None


def measure_geometry(rgb: FrameRGB, front: Mask | None = None) -> Geometry:
    """Measure a picture.

    Args:
        rgb: uint8 (H, W, 3) sRGB.
        front: uint8 (H, W), what stands in front, whose own lines say nothing.
    """
    scale = WORK_PX / rgb.shape[1]
    small = np.asarray(cv2.resize(rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
    lines = _segments(np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), np.uint8))
    if front is not None and len(lines):
        lines = lines[~_on(front, lines, scale)]
    height, width = small.shape[:2]
    told = (
        WEIGHTS["lines"] * np.maximum(0.0, _by_lines(lines, height, width) - CHANCE)
        + WEIGHTS["uprights"] * _by_uprights(lines, height, width)
        + WEIGHTS["border"] * _by_border(small)
    )
    score = told + WEIGHTS["prior"] * np.exp(-0.5 * ((ROWS - USUAL_ROW) / PRIOR_SPREAD) ** 2)
    horizon = float(ROWS[int(np.argmax(score))])
    return Geometry(horizon, _foot_row(lines, horizon, height, width))


def _segments(grey: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Straight edges, float64 (n, 4): x0, y0, x1, y1 in pixels."""
    detector = cv2.createLineSegmentDetector(cv2.LSD_REFINE_STD)
    found = cast("NDArray[np.float64] | None", detector.detect(cv2.GaussianBlur(grey, (0, 0), 0.8))[0])
    if found is None:
        return np.zeros((0, 4))
    lines = np.asarray(found[:, 0], np.float64)
    return np.asarray(lines[_length(lines) > SHORTEST * grey.shape[1]], np.float64)


def _length(lines: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.hypot(lines[:, 2] - lines[:, 0], lines[:, 3] - lines[:, 1]), np.float64)


def _on(front: Mask, lines: NDArray[np.float64], scale: float) -> NDArray[np.bool_]:
    """Which lines' middles lie on what stands in front."""
    middle = (lines[:, :2] + lines[:, 2:]) / 2 / scale
    x = np.clip(middle[:, 0].astype(int), 0, front.shape[1] - 1)
    y = np.clip(middle[:, 1].astype(int), 0, front.shape[0] - 1)
    return np.asarray(front[y, x] > 110, np.bool_)


def _by_lines(lines: NDArray[np.float64], height: int, width: int) -> NDArray[np.float64]:
    """For each of `ROWS`: share of the slanted lines that meet in one or two points of it."""
    dx, dy = np.abs(lines[:, 2] - lines[:, 0]), np.abs(lines[:, 3] - lines[:, 1])
    slanted = lines[(dy > LEVEL * dx) & (dx > UPRIGHT * dy)]
    slanted = slanted[np.argsort(-_length(slanted))][:MOST_LINES]
    if len(slanted) < 6:
        return np.zeros(len(ROWS))
    long = _length(slanted)
    found = np.zeros(len(ROWS))
    way = slanted[:, 2:] - slanted[:, :2]
    for i, row in enumerate(ROWS * height):
        x = slanted[:, 0] + (row - slanted[:, 1]) * way[:, 0] / way[:, 1]
        points = np.column_stack([x, np.full(len(x), row)])[np.abs(x - width / 2) < 3 * width]
        if len(points):
            found[i] = _meeting(slanted, long, points)
    floor = np.median(found)
    return np.asarray(
        np.clip((found - floor) / max(0.25, 1 - floor), 0, 1) * min(1.0, long.sum() / (2.5 * width)), np.float64
    )


def _meeting(lines: NDArray[np.float64], long: NDArray[np.float64], points: NDArray[np.float64]) -> float:
    """How much of the lines meets in the best of some points, and in the best other one beside it."""
    support = np.zeros((len(points), len(lines)))
    middle, way = (lines[:, :2] + lines[:, 2:]) / 2, lines[:, 2:] - lines[:, :2]
    to = points[:, None] - middle[None]
    far = np.hypot(to[..., 0], to[..., 1])
    crossed = np.abs(to[..., 0] * way[:, 1] - to[..., 1] * way[:, 0])
    points_there = (crossed < NEAR_RAD * far * long) & (far > OWN * long)
    support = points_there * long
    total = _by_sectors(support, to, long.sum())
    best = int(np.argmax(total))
    others = _by_sectors(support * ~points_there[best], to, long.sum())
    return float(total[best] + others.max())


def _by_sectors(support: NDArray[np.float64], to: NDArray[np.float64], whole: float) -> NDArray[np.float64]:
    """Support of points in shares of all length; lines that lie in one direction from them count as one."""
    sector = ((np.arctan2(to[..., 1], to[..., 0]) % np.pi) / np.pi * SECTORS).astype(int) % SECTORS
    parts = np.zeros((len(support), SECTORS))
    np.add.at(parts, (np.arange(len(support))[:, None], sector), support)
    return np.asarray(np.minimum(parts / whole, SECTOR_SHARE).sum(axis=1), np.float64)


def _by_uprights(lines: NDArray[np.float64], height: int, width: int) -> NDArray[np.float64]:
    """For each of `ROWS`: how well it agrees with how uprights lean; those of a camera that looks down meet below."""
    dx, dy = lines[:, 2] - lines[:, 0], lines[:, 3] - lines[:, 1]
    is_upright = np.abs(dx) < UPRIGHT * np.abs(dy)
    upright = lines[is_upright]
    if len(upright) < FEWEST_UPRIGHTS:
        return np.zeros(len(ROWS))
    lean = dx[is_upright] / dy[is_upright]
    at, weight = (upright[:, 0] + upright[:, 2]) / 2 - width / 2, _length(upright)
    slope, keep = 0.0, np.ones(len(upright), np.bool_)
    for _ in range(4):
        if weight[keep].sum() <= 0:
            return np.zeros(len(ROWS))
        slope = float((weight * at * lean)[keep].sum() / max(1e-6, (weight * at * at)[keep].sum()))
        off = np.abs(lean - slope * at)
        keep = off < max(0.015, 1.5 * float(np.median(off)))
    spread = float(np.sqrt((weight * at * at)[keep].sum() / weight[keep].sum())) / width
    row = 0.5 + slope * (USUAL_LENS * width) ** 2 / height
    sigma = 0.03 + 0.3 * abs(row - 0.5)
    sure = min(1.0, float(weight[keep].sum()) / (1.5 * height)) * min(1.0, spread / 0.25)
    return np.asarray(sure * np.exp(-0.5 * ((ROWS - row) / sigma) ** 2), np.float64)


def _by_border(rgb: FrameRGB) -> NDArray[np.float64]:
    """For each of `ROWS`: whether the sky ends there, where it comes down lowest, in a level line; no horizon lies in the sky."""
    small = np.asarray(cv2.resize(rgb, SKY_PX, interpolation=cv2.INTER_AREA), np.uint8)
    soft = cv2.cvtColor(cv2.medianBlur(small, 3), cv2.COLOR_RGB2LAB)
    mask = np.zeros((SKY_PX[1] + 2, SKY_PX[0] + 2), np.uint8)
    for x in range(0, SKY_PX[0], 4):
        if not mask[1, x + 1]:
            cv2.floodFill(soft, mask, (x, 0), 0, (SKY_STEP,) * 3, (SKY_STEP,) * 3, 8 | cv2.FLOODFILL_MASK_ONLY)
    sky = mask[1:-1, 1:-1] > 0
    if not SKY_SHARE < sky.mean() < 0.9 or sky[:2].mean() < SKY_WIDE:
        return np.zeros(len(ROWS))
    lab = soft.astype(np.float32)
    is_bright = lab[sky][:, 0].mean() > lab[~sky][:, 0].mean() + 12
    is_blue = lab[sky][:, 2].mean() < 124 and lab[sky][:, 2].mean() < lab[~sky][:, 2].mean() - 4
    if not (is_bright or is_blue):
        return np.zeros(len(ROWS))
    ends = SKY_PX[1] - 1 - np.argmax(sky[::-1], axis=0)
    ends = np.where(sky.any(axis=0), ends, 0)
    row = float(np.quantile(ends, 0.8)) / SKY_PX[1]
    flat = float((np.abs(ends / SKY_PX[1] - row) < 0.04).mean())
    ends_there = flat * np.exp(-0.5 * ((ROWS - row - 0.01) / BORDER_SPREAD) ** 2)
    in_the_sky = np.less(ROWS, row - BORDER_SPREAD)
    return np.asarray(ends_there - SKY_IS_ABOVE * in_the_sky, np.float64)


def _foot_row(lines: NDArray[np.float64], horizon: float, height: int, width: int) -> float | None:
    """The lowest row down to which something upright stands in many columns."""
    dx, dy = lines[:, 2] - lines[:, 0], np.abs(lines[:, 3] - lines[:, 1])
    upright = lines[np.abs(dx) < UPRIGHT * dy]
    lowest = np.zeros(FOOT_COLUMNS)
    for x0, y0, x1, y1 in upright:
        if min(y0, y1) < (horizon + 0.25) * height:
            column = min(FOOT_COLUMNS - 1, int((x0 + x1) / 2 / width * FOOT_COLUMNS))
            lowest[column] = max(lowest[column], y0 / height, y1 / height)
    foot = float(np.sort(lowest)[::-1][round(FOOT_SHARE * FOOT_COLUMNS)])
    return foot if foot > horizon + BENEATH else None
