"""A picture of a place becomes a diorama: ground, back wall, what stands in front, and surroundings that it does not show.

The picture is projected from the camera that would have taken it onto a ground plane and a back wall, so that the first
frame is exactly the picture and everything after it has parallax. What the matte finds in front stands up as a card at the
depth of its contact with the ground, and the hole behind it is filled. Beyond its border the picture goes on in patches of its
own, and beyond those the place is plain: its colours, row by row, and nothing that catches the eye twice. Source: draft-engine section 1.
"""

from __future__ import annotations

import itertools
import threading
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

import cv2
import numpy as np

from shotwright.core.camera import State
from shotwright.engines.analysis.cutout import CutOut
from shotwright.engines.analysis.patches import completed, margins, widened
from shotwright.engines.draft.sprites import Sprite
from shotwright.engines.draft.stage import Plane, Texture, View, clipped_to_frame, draw_plane, outline_in_frame
from shotwright.engines.draft.surroundings import bared, near_ground, surroundings

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from shotwright.engines.draft.focus import Focus
    from shotwright.media.colour import FrameRGB, FrameYUV, Mask

WALL_FACTOR = 7.5
"""Depth of the back wall in eye heights."""
NEAREST_WALL_M = 2.5
ADDED = (1.0, 0.8, 0.6, 0.4, 0.2, 0.0)
"""Shares of what is added above and below that are tried."""
HIGHEST_M, NEAREST_M = 60.0, 0.12
LEAST_SHARE, WHOLE_SHARE = 0.012, 0.3
"""What stands in front covers at least this share of the picture, and of the box around it."""
MOST_SHARE, PLACE_SHARE = (0.75, 1.0), (0.5, 0.85)
"""And at most this share of the picture, and of its width: of a picture that is the shot, and of one that is a place."""
LARGE_SHARE, BEHIND_LARGE = 0.2, 1.45
"""What covers this share of the picture has its back wall at this many times its own depth: a portrait, no landscape."""
LYING_POINTS = 48
SHALLOW = 0.8
"""Depth in those of the back wall from which what stands there is left in it."""
BARE_SHARE = 0.6
"""How far a camera may move sideways before it sees too much that was made up, in half widths of the wall."""
FOCUS_STRIPS = 6
SHARP_SHARE, NOTHING_BARE = 0.45, 1e-5
"""Shares of the frame: up to which what was made up is drawn sharp, and what counts as none."""
LOW, LOWEST = 0.5, 0.22
"""Heights of a camera that comes down, in those of the one that took the picture, between which the ground changes."""
UPRIGHT_BELOW_M = 3.0
"""From higher up, things are seen from above: they lie in the picture and do not stand up as cards."""


def fit(rgb: FrameRGB, width: int, height: int) -> FrameRGB:
    """The documented crop: scale to cover the frame, cut the overhang equally on both sides; uint8 (height, width, 3)."""
    scale = max(width / rgb.shape[1], height / rgb.shape[0])
    size = (max(width, round(rgb.shape[1] * scale)), max(height, round(rgb.shape[0] * scale)))
    interpolation = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    scaled = cv2.resize(rgb, size, interpolation=interpolation)
    x, y = (size[0] - width) // 2, (size[1] - height) // 2
    return np.ascontiguousarray(scaled[y : y + height, x : x + width])


Widened: TypeAlias = tuple[list[Plane], list[Plane]]
"""Wall and ground with more of the place than the picture shows, and what lies around them."""
Kept: TypeAlias = Callable[[str, "FrameYUV", Callable[[], "FrameYUV"]], "FrameYUV"]
"""What kind it is, the picture that it depends on, and what makes it."""


@dataclass
class Diorama:
    """The planes of a place, back to front, and the camera that took its picture.

    Attributes:
        base: That camera.
        wall_m: Depth of the back wall, metres.
        near_m: Nearest ground that the picture shows.
        side_m: How far a camera may move sideways.
        planes: Wall and ground, as far as the picture shows them.
        widen: Makes them wider, and what is around them; done when it is seen first.
        props: What stands in front, as cards.
        near_ground: The ground of a picture taken from above, as a camera that has come down sees it: soft, and without what
            stands on it, which lies in the picture as it was seen from above.
        flat: Points of each body that stands in front and could not be stood up, float64 (n, 3) metres: where the wall and
            the ground show them.
    """

    base: State
    wall_m: float
    near_m: float
    side_m: float
    planes: list[Plane]
    widen: Callable[[], Widened]
    props: list[Sprite] = field(default_factory=list)
    near_ground: Plane | None = None
    flat: list[NDArray[np.float64]] = field(default_factory=list)
    _wide: Widened | None = None
    _moment: FrameYUV | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def draw(self, frame: FrameYUV, view: View, seconds: float = 0.0, focus: Focus | None = None) -> None:
        """Draw the place as seen by `view`, without its props; every pixel of the frame is covered."""
        del seconds
        blur = focus.blur_px(max(0.5, self.wall_m - float(view.eye[2]))) if focus else 0.0
        wall, ground = self.planes
        if self.bare_share(view) > NOTHING_BARE:
            (wall, ground), around = self._widened()
            bare = _bare_share([wall, ground], view)
            if bare > NOTHING_BARE:
                _draw_around(frame, view, around, blur, is_sharp=bare < SHARP_SHARE)
        draw_plane(frame, view, wall, margin=2, blur_px=blur)
        if focus is None or len(ground.outline) < 4:
            draw_plane(frame, view, ground, margin=2)
        else:
            self._draw_ground_in_strips(frame, view, ground, focus)
        if self.near_ground is not None:
            low = float(view.eye[1]) / self.base.eye[1]
            near = (LOW - low) / (LOW - LOWEST)
            draw_plane(frame, view, self.near_ground, margin=2, opacity=min(1.0, max(0.0, near)))

    def solids(self) -> list[Plane]:
        """Its planes, as far as they were made."""
        (wide, around) = self._wide if self._wide is not None else ([], [])
        return [*self.planes, *wide, *around, *([self.near_ground] if self.near_ground is not None else [])]

    def bare_share(self, view: View) -> float:
        """Share of the frame that the picture does not show."""
        return _bare_share(self.planes, view)

    def show(self, picture: FrameYUV) -> None:
        """Put another moment of the same size into the place; what is around it stays."""
        texture = Texture(picture)
        for plane in self.planes:
            plane.texture = texture
        with self._lock:
            self._moment = picture
            if self._wide is not None:
                self._put(picture)

    def _put(self, picture: FrameYUV) -> None:
        assert self._wide is not None  # noqa: S101  (its callers made it)
        beside, above, _ = margins(*picture.shape[:2])
        whole = self._wide[0][0].texture.colour.copy()
        whole[above : above + picture.shape[0], beside : beside + picture.shape[1]] = picture
        texture = Texture(whole)
        for plane in self._wide[0]:
            plane.texture = texture

    def _widened(self) -> Widened:
        with self._lock:
            if self._wide is None:
                self._wide = self.widen()
                if self._moment is not None:
                    self._put(self._moment)
            return self._wide

    def _draw_ground_in_strips(self, frame: FrameYUV, view: View, ground: Plane, focus: Focus) -> None:
        """Far to near, each strip with the blur of its distance."""
        borders = np.geomspace(max(0.1, self.near_m), self.wall_m, FOCUS_STRIPS + 1)
        whole = ground.outline
        far, near = whole[0, 1], whole[-1, 1]
        for z0, z1 in list(itertools.pairwise(borders))[::-1]:
            t0, t1 = ((z - near) / max(1e-6, far - near) for z in (z0, z1))
            left, right = (
                whole[-1] + np.outer((t0, t1), whole[0] - whole[-1]),
                whole[2] + np.outer((t0, t1), whole[1] - whole[2]),
            )
            strip = Plane(
                ground.origin,
                ground.u,
                ground.v,
                np.array([left[1], right[1], right[0], left[0]]),
                ground.texture,
                ground.to_texture,
                is_reduced=False,
            )
            distance = float(np.hypot(0.5 * (z0 + z1) - view.eye[2], view.eye[1]))
            draw_plane(frame, view, strip, margin=3, blur_px=focus.blur_px(distance))


def _draw_around(frame: FrameYUV, view: View, around: list[Plane], blur: float, *, is_sharp: bool) -> None:
    """What lies around: sharp while it is seen at the edges only, else at half the size, to be quick."""
    if is_sharp:
        for plane in around:
            draw_plane(frame, view, plane, margin=2, blur_px=blur)
        return
    half = View(view.pose, view.width // 2, view.height // 2)
    soft = np.empty((half.height, half.width, 3), np.uint8)
    for plane in around:
        draw_plane(soft, half, plane, margin=2, blur_px=blur / 2)
    cv2.resize(soft, (view.width, view.height), dst=frame, interpolation=cv2.INTER_LINEAR)


def _bare_share(planes: list[Plane], view: View) -> float:
    """Share of the frame that neither wall nor ground covers; they meet, but do not overlap."""
    covered = 0.0
    for plane in planes:
        polygon = clipped_to_frame(outline_in_frame(view.plane_matrix(plane), plane.outline), view.width, view.height)
        if len(polygon) > 2:
            covered += float(cv2.contourArea(polygon.astype(np.float32)))
    return 1 - covered / (view.width * view.height)


def _made_anew(_kind: str, _picture: FrameYUV, make: Callable[[], FrameYUV]) -> FrameYUV:
    return make()


def build_diorama(
    picture: FrameYUV,
    *,
    eye_m: float,
    lens: float,
    horizon: float,
    foot: float | None = None,
    is_shot: bool = False,
    front: Mask | None = None,
    beyond_m: float = 0.0,
    kept: Kept = _made_anew,
) -> Diorama:
    """Build a 2.5D set from one picture.

    Args:
        picture: uint8 (H, W, 3) Y'CbCr, already cropped to the frame.
        eye_m: Height of the camera above the ground, metres.
        lens: Focal length in frame widths.
        horizon: Row of the horizon in frame heights.
        foot: Row down to which things stand upright, frame heights: the back wall stands there; None for far away.
        is_shot: Whether the picture is the shot itself and no place for others: a group that fills it stands up, with the
            wall close behind.
        front: uint8 (H, W), the matte of what stands in front, if it is known.
        beyond_m: What stands nearer than this stays in the picture: people are put before it.
        kept: Where what is made of patches is kept between renders.
    """
    height, width = picture.shape[:2]
    pitch = float(np.arctan((horizon - 0.5) * height / (lens * width)))
    wall_m = max(7.0, WALL_FACTOR * eye_m)
    reach = 0.6 * wall_m
    base = State((0.0, eye_m, 0.0), (0.0, eye_m + reach * float(np.tan(pitch)), reach), 0.0, lens)
    view = View(base.pose(), width, height)
    if foot is not None and (stands := _on_ground(view, width / 2, foot * height)) is not None:
        wall_m = min(wall_m, max(NEAREST_WALL_M, float(stands[2])))
    upright = front if eye_m <= UPRIGHT_BELOW_M else None
    parts, wall_m = _stood_up(upright, view, (beyond_m, wall_m), is_shot=is_shot)
    holes = _holes(parts, width) if parts else None
    mark = f"hole-{zlib.crc32(holes.tobytes()):08x}" if holes is not None else ""
    empty = kept(mark, picture, lambda: completed(picture, holes)) if holes is not None else picture
    planes = _planes(view, empty, wall_m, (0, 0, 0))
    wall, ground = planes
    half = float(np.abs(wall.outline[:, 0]).min())
    near_m = float(ground.outline[:, 1].min())
    props = [_card(picture, mask, foot, view, i) for i, (mask, foot) in enumerate(parts)]

    def widen() -> Widened:
        wide = kept("wide" if parts else "wide-front", empty, lambda: widened(empty, None if parts else front))
        more = _planes(view, wide, wall_m, margins(height, width))
        top = float(more[0].outline[2:, 1].min())
        broad = float(np.abs(more[0].outline[:, 0]).min())
        return more, surroundings(wide, *more, half=broad, top=top, wall_m=wall_m)

    is_above = eye_m > UPRIGHT_BELOW_M and front is not None
    soft = near_ground(kept("bare", picture, lambda: bared(picture, front)), ground, wall_m) if is_above else None
    flat = _lying(upright, parts, view, wall_m) if upright is not None and not beyond_m else []
    return Diorama(base, wall_m, near_m, BARE_SHARE * half, planes, widen, props, soft, flat)


def _planes(view: View, picture: FrameYUV, wall_m: float, sides: tuple[int, int, int]) -> list[Plane]:
    """Wall and ground that show a picture as `view` sees it, `sides` pixels of which lie beside, above and below the frame."""
    wall = _projected(view, picture, np.array([0, 0, wall_m]), np.array([0, 1.0, 0]), sides)
    ground = _projected(view, picture, np.zeros(3), np.array([0, 0, 1.0]), sides)
    wall.outline = _wall_outline(view, wall, sides)
    ground.outline = _ground_outline(view, ground, wall_m, sides)
    return [wall, ground]


Part = tuple["Mask", "NDArray[np.float64]"]
"""The mask of something that stands in front, and the world point of its foot."""


def _stood_up(
    front: Mask | None, view: View, between: tuple[float, float], *, is_shot: bool
) -> tuple[list[Part], float]:
    """What stands up in a picture, and the depth of the back wall: close behind a group that fills a picture that is the shot."""
    beyond_m, wall_m = between
    if front is None:
        return [], wall_m
    largest = MOST_SHARE if is_shot else PLACE_SHARE
    parts = _standing(front, view, between, largest)
    large = [float(foot[2]) for mask, foot in parts if float((mask > 0).mean()) > LARGE_SHARE]
    near_m = max(NEAREST_WALL_M, BEHIND_LARGE * min(large)) if is_shot and large else wall_m
    if near_m < wall_m:  # what is behind the nearer wall is left on it
        parts = _standing(front, view, (beyond_m, near_m), largest)
    return parts, min(wall_m, near_m)


def _standing(front: Mask, view: View, between: tuple[float, float], largest: tuple[float, float]) -> list[Part]:
    """The parts of a matte that stand on the ground between two depths, and are no larger than so much of the picture."""
    beyond_m, wall_m = between
    solid = (front > 110).astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(
        cv2.morphologyEx(solid, cv2.MORPH_OPEN, np.ones((5, 5), np.uint8))
    )
    parts = []
    for label in range(1, count):
        x, y, wide, tall, area = (int(v) for v in stats[label])
        share = area / solid.size
        is_large = share >= largest[0] or wide > largest[1] * view.width
        if share <= LEAST_SHARE or is_large or area < WHOLE_SHARE * wide * tall:
            continue
        foot = _on_ground(view, x + wide / 2, min(y + tall, view.height - 2))
        if foot is None or not beyond_m <= foot[2] <= SHALLOW * wall_m:
            continue
        parts.append(((labels == label).astype(np.uint8) * 255, foot))
    return parts


def _on_ground(view: View, x: float, y: float) -> NDArray[np.float64] | None:
    """The point of the ground that a pixel shows; None above the horizon."""
    way = np.linalg.inv(view.intrinsics @ view.axes) @ np.array([x, y, 1.0])
    if way[1] >= -1e-4:
        return None
    return np.asarray(view.eye + way * (view.eye[1] / -way[1]), np.float64)


def _lying(front: Mask, parts: list[Part], view: View, wall_m: float) -> list[NDArray[np.float64]]:
    """Points of the bodies that are left on wall and ground, in the world."""
    left = (front > 110).astype(np.uint8)
    for mask, _ in parts:
        left[mask > 0] = 0
    opened = cv2.morphologyEx(left, cv2.MORPH_OPEN, np.ones((5, 5), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(opened)
    found = []
    for label in range(1, count):
        if int(stats[label][4]) < LEAST_SHARE * left.size:
            continue
        y, x = np.nonzero(labels == label)
        some = np.linspace(0, len(x) - 1, LYING_POINTS).astype(int)
        found.append(np.array([_shown_at(view, float(x[i]), float(y[i]), wall_m) for i in some]))
    return found


def _shown_at(view: View, x: float, y: float, wall_m: float) -> NDArray[np.float64]:
    """The point of ground or wall that a pixel shows."""
    on_ground = _on_ground(view, x, y)
    if on_ground is not None and on_ground[2] < wall_m:
        return on_ground
    way = np.linalg.inv(view.intrinsics @ view.axes) @ np.array([x, y, 1.0])
    return np.asarray(view.eye + way * ((wall_m - view.eye[2]) / way[2]), np.float64)


def _holes(parts: list[Part], width: int) -> Mask:
    size = max(3, width // 110) | 1
    total = parts[0][0].copy()
    for mask, _ in parts[1:]:
        total |= mask
    return np.asarray(cv2.dilate(total, np.ones((size, size), np.uint8)), np.uint8)


def _card(picture: FrameYUV, mask: Mask, foot: NDArray[np.float64], view: View, number: int) -> Sprite:
    """A part of the picture as a card that shows, from where the picture was taken, exactly what the picture shows."""
    size = max(3, view.width // 80) | 1
    alpha = np.asarray(
        cv2.GaussianBlur(cv2.dilate(mask, np.ones((size, size), np.uint8)), (0, 0), view.width / 420), np.uint8
    )
    x, y, wide, tall = cv2.boundingRect(alpha)
    cut = CutOut(
        np.ascontiguousarray(picture[y : y + tall, x : x + wide]),
        np.ascontiguousarray(alpha[y : y + tall, x : x + wide]),
    )
    plane = Plane(
        foot,
        np.array([1.0, 0, 0]),
        np.array([0, 1.0, 0]),
        np.zeros((4, 2)),
        Texture(cut.texture, cut.alpha),
        np.eye(3),
        is_reduced=False,
    )
    plane.to_texture = np.array([[1, 0, -x], [0, 1, -y], [0, 0, 1.0]]) @ view.plane_matrix(plane)
    corners = np.array([[0, tall, 1], [wide, tall, 1], [wide, 0, 1], [0, 0, 1.0]]) @ np.linalg.inv(plane.to_texture).T
    plane.outline = corners[:, :2] / corners[:, 2:]
    height_m = float(np.ptp(plane.outline[:, 1]))
    turned = float(np.arctan2(foot[0], foot[2]))
    sprite = Sprite(
        f"plate:{number}",
        [(0.0, cut)],
        float(foot[0]),
        0.0,
        float(foot[2]),
        height_m,
        is_floating=True,
        is_prop=True,
        turned=turned,
        textures={0: plane.texture},
    )
    sprite.use_plane(plane)
    return sprite


def _projected(
    view: View, picture: FrameYUV, origin: NDArray[np.float64], v: NDArray[np.float64], sides: tuple[int, int, int]
) -> Plane:
    """A plane that shows the picture exactly as `view` sees it."""
    plane = Plane(origin, np.array([1.0, 0, 0]), v, np.zeros((4, 2)), Texture(picture), np.eye(3), is_reduced=False)
    beside, above, _ = sides
    plane.to_texture = np.array([[1, 0, beside], [0, 1, above], [0, 0, 1.0]]) @ view.plane_matrix(plane)
    return plane


def _wall_outline(view: View, wall: Plane, sides: tuple[int, int, int]) -> NDArray[np.float64]:
    """The wall to the very edges of the picture, plane coordinates (x, y): wider above than below, or the other way, for a tilted camera.

    Of what is added above, as much as lies on a wall of a sensible height.
    """
    beside, above, below = sides
    base = np.array([0.0, 0.0, 1.0]) @ wall.to_texture.T
    row = min(base[1] / base[2], view.height + above + below - 0.5)
    left, right = -0.5, view.width + 2 * beside - 0.5
    corners = np.zeros((4, 2))
    for share in ADDED:
        top = -0.5 + above * (1 - share)
        pixels = np.array([[left, row, 1], [right, row, 1], [right, top, 1], [left, top, 1.0]])
        points = pixels @ np.linalg.inv(wall.to_texture).T
        corners = np.asarray(points[:, :2] / points[:, 2:], np.float64)
        if corners[2:, 1].min() > 0 and corners[2:, 1].max() < HIGHEST_M:
            break
    return corners


def _ground_outline(view: View, ground: Plane, wall_m: float, sides: tuple[int, int, int]) -> NDArray[np.float64]:
    """The floor that the picture shows: from its lower edge to the wall, plane coordinates (x, z); nothing behind the camera."""
    beside, above, below = sides
    near = np.zeros((2, 2))
    for share in ADDED:
        bottom = view.height + above - 0.5 + below * share
        rows = np.array([[-0.5, bottom, 1], [view.width + 2 * beside - 0.5, bottom, 1.0]])
        points = rows @ np.linalg.inv(ground.to_texture).T
        near = points[:, :2] / points[:, 2:]
        if NEAREST_M < near[0, 1] < wall_m:
            break
    if near[0, 1] <= 0 or near[0, 1] >= wall_m:
        return np.array([[-1e-3, wall_m], [1e-3, wall_m], [0.0, wall_m - 1e-3]])
    spread = wall_m / near[1, 1]
    return np.array([[near[0, 0] * spread, wall_m], [near[1, 0] * spread, wall_m], near[1], near[0]])
