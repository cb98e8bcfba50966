"""What photographs must not suffer when a camera moves in them: bodies that come apart, ground drawn out, mirrors and repeats.

Measured from pixels alone, from points that are followed from the first frame on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import cv2
import numpy as np

from shotwright.core.camera import world_to_camera
from shotwright.evaluation.result import Result

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from shotwright.core.camera import Pose
    from shotwright.evaluation.case import Box
    from shotwright.evaluation.metrics import Measurements

ALIKE, ALIKE_SHARE = 0.015, 0.85
"""How far a point of a body may lie from where the body as a whole went, in heights of the body; and how many must not."""
INNER = 0.9
"""How much of a body's box its oval fills: its corners show what is behind it."""
FEWEST = 10
"""Points from which a motion is told."""
FEWEST_PARTS, REACH_PX, TEXTURE = 6, 9, 7.0
KNOWN, AS_GOOD, LOST_PX = 0.55, 0.04, 99.0
"""Parts that tell, how far a part is looked for, how much texture it needs; correlations that tell a part, and that tell it as well."""
FOLLOWED_PX = 0.8
"""How exactly a point must be found again backwards, pixels."""
CELLS = (6, 4)
DRAWN_OUT = 3.0
MARKS = (0.5, 1.0)
RATIO, APART, MORE = 0.75, 0.05, 0.06
"""Features match when the best is this much better than the next, lie apart by this share of the width, and may be so many more."""


def bodies(measured: Measurements) -> Iterator[Result]:
    """M18: every part of a body moves as the body does: nobody is sheared, halved or left behind in pieces."""
    frames = measured.sample.grey
    if not measured.case.bodies or len(frames) < 2:
        return
    shares = []
    for box in measured.case.bodies:
        before = _features(frames[0], box, is_body=True)
        for i, after, is_seen in _followed(frames, before):
            if int(is_seen.sum()) >= FEWEST:
                turned = _turn(measured.case.path, i, frames.shape[1:3])
                shares.append(_alike((frames[0], frames[i]), (before[is_seen], after[is_seen]), box, turned))
    told = [share for share in shares if share is not None]
    if told:
        worst = min(told)
        yield Result(
            "M18", "bodies hold together", f"{worst:.0%} of the worst", f">= {ALIKE_SHARE:.0%}", worst >= ALIKE_SHARE
        )


def drawn_out(measured: Measurements) -> Iterator[Result]:
    """M19: nothing is drawn out over the frame: local stretch of what can be followed, against the whole picture's."""
    frames = measured.sample.grey
    if not _starts_with_picture(measured) or len(frames) < 2:
        return
    before = _features(frames[0], (0.0, 0.0, 1.0, 1.0), count=600)
    values = [_stretch(before[s], after[s], frames.shape[1:3]) for _, after, s in _followed(frames, before)]
    most = max((value for value in values if value is not None), default=None)
    if most is not None:
        yield Result("M19", "stretch", f"{most:.1f} x", f"<= {DRAWN_OUT:g} x", most <= DRAWN_OUT)


def repeats(measured: Measurements) -> Iterator[Result]:
    """M20: nothing is seen twice, mirrored or not, that the picture itself does not show twice."""
    frames = measured.sample.grey
    if not _starts_with_picture(measured):
        return
    for name, is_mirrored in (("mirrored repeats", True), ("repeats", False)):
        own = _twice(frames[0], is_mirrored=is_mirrored)
        most = max(_twice(frames[round(m * (len(frames) - 1))], is_mirrored=is_mirrored) for m in MARKS)
        value = f"{most:.0%} of the features (picture {own:.0%})"
        yield Result("M20", name, value, f"<= picture + {MORE:.0%}", most <= own + MORE)


def _starts_with_picture(measured: Measurements) -> bool:
    plan = measured.case.plan
    return plan.start_frame is not None and plan.end_frame is None and not any(shown.cut for shown in plan.shots[1:])


def _features(frame: NDArray[np.uint8], box: Box, count: int = 80, *, is_body: bool = False) -> NDArray[np.float32]:
    """Corners inside a box of frame shares, of a body inside its oval, float32 (n, 2) pixels."""
    height, width = frame.shape
    mask = np.zeros_like(frame)
    x0, y0, x1, y1 = (round(share * side) for share, side in zip(box, (width, height, width, height), strict=True))
    if is_body:
        middle, half = ((x0 + x1) // 2, (y0 + y1) // 2), (max(1, round(INNER * (x1 - x0) / 2)), max(1, round(INNER * (y1 - y0) / 2)))  # fmt: skip
        cv2.ellipse(mask, middle, half, 0, 0, 360, 255, -1)
    else:
        mask[y0:y1, x0:x1] = 255
    found = cast("NDArray[np.float32] | None", cv2.goodFeaturesToTrack(frame, count, 0.01, 4, mask=mask))
    return np.zeros((0, 2), np.float32) if found is None else np.asarray(found.reshape(-1, 2), np.float32)


def _followed(
    frames: NDArray[np.uint8], points: NDArray[np.float32]
) -> list[tuple[int, NDArray[np.float32], NDArray[np.bool_]]]:
    """Where points of the first frame are in the middle and at the end (which frame), and which of them were followed."""
    if not len(points):
        return []
    height, width = frames.shape[1:3]
    at, is_seen = points.copy(), np.ones(len(points), np.bool_)
    marks = {round(mark * (len(frames) - 1)) for mark in MARKS}
    found = []
    for i in range(1, len(frames)):
        after, ok, _ = cv2.calcOpticalFlowPyrLK(frames[i - 1], frames[i], at, np.empty(0))
        back, _, _ = cv2.calcOpticalFlowPyrLK(frames[i], frames[i - 1], after, np.empty(0))
        is_inside = ((after > 2) & (after < (width - 3, height - 3))).all(axis=1)
        is_seen &= ok[:, 0].astype(np.bool_) & (np.linalg.norm(back - at, axis=1) < FOLLOWED_PX) & is_inside
        at = np.asarray(after, np.float32)
        if i in marks:
            found.append((i, at.copy(), is_seen.copy()))
    return found


def _carried(
    before: NDArray[np.float32], after: NDArray[np.float32], near_px: float
) -> tuple[NDArray[np.float64], NDArray[np.bool_]] | None:
    """The shift, scale and turn that carries most points along, float64 (2, 3), and which; None when there is none."""
    found = cv2.estimateAffinePartial2D(before, after, method=cv2.RANSAC, ransacReprojThreshold=near_px)
    moved = cast("NDArray[np.float64] | None", found[0])
    return None if moved is None else (moved, np.asarray(found[1])[:, 0] > 0)


def _turn(path: Sequence[Pose], index: int, size: tuple[int, ...]) -> NDArray[np.float64]:
    """float64 (3, 3): pixels of the first frame to those of a later one had the camera only turned; it is no fault of a body."""
    if index >= len(path):
        return np.eye(3)
    height, width = size
    first, now = (np.array(world_to_camera(path[i])) for i in (0, index))
    lenses = [np.diag([path[i].lens * width, path[i].lens * width, 1.0]) for i in (0, index)]
    middle = np.array([[1, 0, width / 2], [0, 1, height / 2], [0, 0, 1.0]])
    return np.asarray(middle @ lenses[1] @ now @ first.T @ np.linalg.inv(middle @ lenses[0]), np.float64)


def _alike(
    frames: tuple[NDArray[np.uint8], NDArray[np.uint8]],
    points: tuple[NDArray[np.float32], NDArray[np.float32]],
    box: Box,
    turned: NDArray[np.float64],
) -> float | None:
    """Share of a body's parts that one shift, scale and turn carries along; None where too little is seen of it."""
    (first, later), before = frames, points[0]
    there = np.asarray(cv2.perspectiveTransform(points[1][None], np.linalg.inv(turned))[0], np.float32)
    tall = (box[3] - box[1]) * first.shape[0]
    for _ in range(2):
        fit = _carried(before, there, 4.0)
        if fit is None:
            return None
        moved = fit[0]
        carried = turned @ np.vstack([moved, (0, 0, 1.0)])
        size = (first.shape[1], first.shape[0])
        back = cv2.warpPerspective(later, carried, size, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderValue=0)
        inside = cv2.warpPerspective(
            np.full_like(later, 255), carried, size, flags=cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP
        )
        parts = _parts(first, np.asarray(back, np.uint8), np.asarray(inside, np.uint8), box)
        if len(parts) < FEWEST_PARTS:
            return None
        before = parts[:, :2].astype(np.float32)
        there = np.asarray((parts[:, :2] + parts[:, 2:]) @ moved[:, :2].T + moved[:, 2], np.float32)
    off = np.linalg.norm(parts[:, 2:], axis=1)
    return float((off <= max(1.5, ALIKE * tall)).mean())


def _parts(
    first: NDArray[np.uint8], back: NDArray[np.uint8], inside: NDArray[np.uint8], box: Box
) -> NDArray[np.float64]:
    """For each textured part of a body that is seen in both pictures: its middle and how far off it is, float64 (n, 4) pixels."""
    height, width = first.shape
    x0, y0, x1, y1 = (round(s * side) for s, side in zip(box, (width, height, width, height), strict=True))
    side = max(10, (y1 - y0) // 9)
    found = []
    for y in range(y0, y1 - side, side):
        for x in range(x0, x1 - side, side):
            u, v = (x + side / 2 - (x0 + x1) / 2) / (x1 - x0), (y + side / 2 - (y0 + y1) / 2) / (y1 - y0)
            window = (
                slice(max(0, y - REACH_PX), y + side + REACH_PX),
                slice(max(0, x - REACH_PX), x + side + REACH_PX),
            )
            part = first[y : y + side, x : x + side]
            if np.hypot(u, v) > INNER / 2 or part.std() < TEXTURE or inside[window].min() == 0:
                continue
            fit = cv2.matchTemplate(back[window], part, cv2.TM_CCOEFF_NORMED)
            _, best, _, at = cv2.minMaxLoc(fit)
            here = (y - window[0].start, x - window[1].start)
            if best < KNOWN:
                found.append((x + side / 2, y + side / 2, LOST_PX, LOST_PX))
            elif fit[here] > best - AS_GOOD:
                found.append((x + side / 2, y + side / 2, 0.0, 0.0))
            else:
                found.append((x + side / 2, y + side / 2, float(at[0] - here[1]), float(at[1] - here[0])))
    return np.array(found).reshape(-1, 4)


def _stretch(before: NDArray[np.float32], after: NDArray[np.float32], size: tuple[int, ...]) -> float | None:
    """The largest local stretch over that of the picture as a whole; None where too little was followed."""
    if len(before) < FEWEST:
        return None
    fit = _carried(before, after, 4.0)
    if fit is None:
        return None
    whole = fit[0]
    scale = max(0.05, float(np.hypot(whole[0, 0], whole[1, 0])))
    cell = np.floor(before / (size[1] / CELLS[0], size[0] / CELLS[1])).astype(int)
    drawn = [1.0]
    for key in {(int(x), int(y)) for x, y in cell}:
        inside = (cell == key).all(axis=1)
        if int(inside.sum()) >= FEWEST:
            found = cv2.estimateAffine2D(before[inside], after[inside], ransacReprojThreshold=1.5)
            local, good = cast("NDArray[np.float64] | None", found[0]), np.asarray(found[1])
            if local is not None and int(good.sum()) >= FEWEST:
                drawn.append(float(np.linalg.svd(local[:, :2], compute_uv=False)[0]) / scale)
    return max(drawn)


def _twice(frame: NDArray[np.uint8], *, is_mirrored: bool) -> float:
    """Share of a frame's features that agree on one other place where they are seen again."""
    sift = cv2.SIFT.create(400)
    points, described = sift.detectAndCompute(frame, None)
    other = cv2.flip(frame, 1) if is_mirrored else frame
    there, known = sift.detectAndCompute(other, None) if is_mirrored else (points, described)
    if len(points) < FEWEST or len(there) < FEWEST:
        return 0.0
    width = frame.shape[1]
    one, two = [], []
    for found in cv2.BFMatcher(cv2.NORM_L2).knnMatch(described, known, k=3):
        best = found if is_mirrored else found[1:]
        if len(best) < 2 or best[0].distance > RATIO * best[1].distance:
            continue
        a, b = points[best[0].queryIdx].pt, there[best[0].trainIdx].pt
        seen = (width - 1 - b[0], b[1]) if is_mirrored else b
        if abs(a[0] - seen[0]) + abs(a[1] - seen[1]) > APART * width:
            one.append(a)
            two.append(b)
    if len(one) < FEWEST // 2:
        return 0.0
    fit = _carried(np.array(one, np.float32), np.array(two, np.float32), 4.0)
    return float(fit[1].sum()) / len(points) if fit else 0.0
