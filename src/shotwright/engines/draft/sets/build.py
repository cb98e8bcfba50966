"""Puts a painted set together: what the kind's row says, in the light, the weather and the look of the shot."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

import cv2
import numpy as np

from shotwright.core.camera import EYE_HEIGHT_M, State, lens_of
from shotwright.engines.analysis.cutout import CutOut, defringed
from shotwright.engines.draft.looks.times import TIMES
from shotwright.engines.draft.sets.art import RGB, Art
from shotwright.engines.draft.sets.furnish import PEOPLE, art_of, extra_of
from shotwright.engines.draft.sets.ground import TILE_PX, Ground, make_ground
from shotwright.engines.draft.sets.kinds import ISLAND_Z, SNOWY, Room, SetKind
from shotwright.engines.draft.sets.sky import PX_PER_DEG, paint_panorama, surrounding_walls
from shotwright.engines.draft.sets.walls import FRONTS, Wall, island_patch, room, street_fronts
from shotwright.engines.draft.sprites import Sprite, draw_sprite
from shotwright.engines.draft.stage import Plane, Texture, View, clipped_to_frame, draw_plane, outline_in_frame
from shotwright.engines.draft.weather import Haze
from shotwright.media.colour import FrameRGB, FrameYUV, Mask, rgb_to_yuv, yuv_to_rgb

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from shotwright.core.plan import Look
    from shotwright.engines.draft.focus import Focus

Dress = Callable[[FrameYUV, "Mask | None"], FrameYUV]
"""Gives a texture the look of the shot; the second argument says what shines by itself."""
VARIANTS, SOLID = 3, 250
PASSES_M = 80.0
"""After so many metres the same landscape goes by again."""
DECK_M = (3.4, 9.0)
"""Half width and half length of a deck."""
AERIAL_REACH = 3.2
"""How far ahead an aerial camera looks, in its heights: moves are as long as what is looked at is far."""
SHADOW_WITHIN_M = 14.0
GROUND_M = 2000.0
"""How far the ground reaches, for what asks how far away it is."""
HAZE_ROW = round(5.5 * PX_PER_DEG)
"""Row of the panorama, from below, whose colour the far ground takes: just above the horizon."""


@dataclass
class PaintedSet:
    """A place from words; see `Place`.

    Attributes:
        sky, ground, walls, patches: What it is made of.
        is_inside: Whether it is under a roof.
        outside: What is seen through its windows, and how fast it goes by, metres a second.
        falling: Draws what falls outside.
        air: What far things are seen through, by itself.
        floats: Whether bodies float in it.
    """

    base: State
    wall_m: float
    near_m: float
    side_m: float
    sky: list[Plane]
    ground: Ground
    walls: list[Plane]
    patches: list[Plane]
    props: list[Sprite] = field(default_factory=list)
    is_inside: bool = False
    outside: PaintedSet | None = None
    passing_m_s: float = 0.0
    falling: Callable[[FrameYUV, float], None] | None = None
    air: Haze | None = None
    floats: bool = False
    _holes: dict[int, list[NDArray[np.float64]]] = field(default_factory=dict, repr=False)

    def draw(self, frame: FrameYUV, view: View, seconds: float = 0.0, focus: Focus | None = None) -> None:
        """Draw the place as seen by `view`, without its props; every pixel of the frame is covered."""
        soft = focus.blur_px(self.wall_m) if focus else 0.0
        if self.outside is not None:
            self._draw_windows(frame, view, seconds)
        for plane in self.sky:
            draw_plane(frame, view, plane, margin=3, blur_px=soft)
        self.ground.draw(frame, view, seconds)
        for plane in self.patches:
            draw_plane(frame, view, plane)
        for plane in sorted(self.walls, key=lambda plane: -_distance(plane, view)):
            blur = focus.blur_px(max(1.0, _distance(plane, view))) if focus else 0.0
            draw_plane(frame, view, plane, margin=2, blur_px=blur)

    def solids(self) -> list[Plane]:
        """Its ground, walls and patches, and those of what is outside."""
        beyond = self.outside.solids() if self.outside is not None else []
        floor = Plane(
            np.array([0.0, self.ground.y, 0.0]),
            np.array([1.0, 0, 0]),
            np.array([0, 0, 1.0]),
            GROUND_M * np.array([[-1, -1], [1, -1], [1, 1], [-1, 1.0]]),
            self.ground.texture,
            np.eye(3),
        )
        return [floor, *self.patches, *self.walls, *beyond]

    def _draw_windows(self, frame: FrameYUV, view: View, seconds: float) -> None:
        """What the windows show, in the part of the frame where windows are; all of it under an open sky."""
        if not self.is_inside:
            self._draw_outside(frame, view, seconds)
            return
        points = [outline_in_frame(view.plane_matrix(wall), hole) for wall in self.walls for hole in self._hole(wall)]
        seen = [clipped_to_frame(outline, view.width, view.height) for outline in points if len(outline)]
        corners = np.vstack([outline for outline in seen if len(outline)] or [np.empty((0, 2))])
        if not len(corners):
            return
        (x0, y0), (x1, y1) = (
            np.maximum(0, np.floor(corners.min(axis=0))).astype(int),
            np.ceil(corners.max(axis=0)).astype(int) + 1,
        )
        part = frame[y0:y1, x0:x1]
        if part.size:
            self._draw_outside(part, view.cropped(int(x0), int(y0), part.shape[1], part.shape[0]), seconds)
        if self.falling is not None:
            self.falling(frame, seconds)

    def _hole(self, wall: Plane) -> list[NDArray[np.float64]]:
        """Where a wall can be seen through, as one outline in its own metres; none where it cannot."""
        if id(wall) not in self._holes:
            alpha = wall.texture.alpha
            rows, columns = np.nonzero(alpha < SOLID) if alpha is not None else (np.empty(0), np.empty(0))
            if len(rows):
                x0, x1, y0, y1 = columns.min(), columns.max() + 1, rows.min(), rows.max() + 1
                texels = np.array([[x0, y0, 1], [x1, y0, 1], [x1, y1, 1], [x0, y1, 1.0]])
                self._holes[id(wall)] = [np.asarray((texels @ np.linalg.inv(wall.to_texture).T)[:, :2], np.float64)]
            else:
                self._holes[id(wall)] = []
        return self._holes[id(wall)]

    def _draw_outside(self, frame: FrameYUV, view: View, seconds: float) -> None:
        """What is outside; it goes by where the place is a vehicle."""
        assert self.outside is not None  # noqa: S101  (the caller asked)
        gone = (self.passing_m_s * seconds) % PASSES_M - PASSES_M / 2 if self.passing_m_s else 0.0
        moved = view.moved(gone) if gone else view
        self.outside.draw(frame, moved, seconds)
        for sprite in sorted(self.outside.props, key=lambda sprite: -abs(sprite.z - moved.eye[2])):
            draw_sprite(frame, moved, sprite, seconds)


def _distance(plane: Plane, view: View) -> float:
    middle = plane.origin + plane.outline.mean(axis=0) @ np.stack([plane.u, plane.v])
    return float(np.linalg.norm(middle - view.eye))


def build_set(kind: SetKind, look: Look, *, is_aerial: bool, seed: int, dress: Dress | None = None) -> PaintedSet:
    """Build a place.

    Args:
        kind: What it is: `places.find_place` knows.
        look: Time of day, weather and lens of the shot.
        is_aerial: Whether the camera flies; its height is then the kind's own.
        seed: Places the trees and the houses.
        dress: Gives textures the look of the shot.
    """
    rng = np.random.default_rng(seed)
    clad: Dress = dress or (lambda texture, _: texture)
    height = kind.aerial_m if is_aerial else EYE_HEIGHT_M["eye"]
    drop = 0.2 if is_aerial else 0.0
    reach = max(kind.reach_m, AERIAL_REACH * height) if is_aerial else kind.reach_m
    base = State((0.0, height, 0.0), (0.0, height - drop * reach, reach), 0.0, lens_of(look.lens_mm))
    time_of_day = "night" if kind.is_dark else look.time_of_day
    panorama, shine = paint_panorama(
        kind.sky, kind.ridges, time_of_day=time_of_day, weather=look.weather, rng=rng, has_clouds=kind.air is None
    )
    dressed = yuv_to_rgb(clad(rgb_to_yuv(panorama), shine))
    haze = dressed[-HAZE_ROW, dressed.shape[1] // 2]
    place = PaintedSet(
        base, kind.depth_m, 1.0, kind.side_m, surrounding_walls(dressed) if kind.room is None else [],
        _ground(kind, look, rng, clad, tuple(int(c) for c in haze)), [], _patches(kind, rng, clad), is_inside=kind.room is not None and kind.room.ceiling is not None,
        passing_m_s=kind.passing_m_s, floats=kind.floats,
    )  # fmt: skip
    if kind.outside is not None:
        place.outside = build_set(kind.outside, look, is_aerial=False, seed=seed + 1, dress=dress)
        place.patches.append(_floor(kind, place.ground))
        place.ground = place.outside.ground
    if kind.air is not None:
        tint = clad(rgb_to_yuv(np.full((2, 2, 3), kind.air[0], np.uint8)), None)[0, 0]
        place.air = Haze((int(tint[0]), int(tint[1]), int(tint[2])), kind.air[1])
    textures: dict[int, Texture] = {}
    for wall in _walls(kind, look, rng):
        key = id(wall.art)
        if key not in textures:
            alpha = None if wall.art.alpha.min() == 255 else wall.art.alpha
            textures[key] = Texture(clad(rgb_to_yuv(wall.art.rgb), wall.art.shine), alpha)
        place.walls.append(wall.plane(textures[key]))
    place.props = _props(kind, rng, clad, is_snowy=look.weather == "snow" and kind.room is None)
    return place


def _floor(kind: SetKind, ground: Ground) -> Plane:
    """The floor of a room as a plane of its own, where another ground lies behind its windows."""
    room = kind.room or Room()
    half, z0, z1 = room.half_m, room.front_m, room.back_m
    scale = TILE_PX / ground.tile_m
    to_texture = np.array([[scale, 0, TILE_PX / 2], [0, -scale, TILE_PX / 2], [0, 0, 1.0]])
    outline = np.array([[-half, z0], [half, z0], [half, z1], [-half, z1]])
    return Plane(
        np.array([0.0, 0.01, 0.0]), np.array([1.0, 0, 0]), np.array([0, 0, 1.0]), outline, ground.texture, to_texture
    )


def _ground(kind: SetKind, look: Look, rng: np.random.Generator, dress: Dress, haze: tuple[int, ...]) -> Ground:
    tile = kind.ground(rng)
    if look.weather == "snow" and kind.room is None and not any(kind.drift) and not kind.floats:
        tile = np.clip(tile.astype(np.float32) * 0.18 + np.array(SNOWY) * 0.8, 0, 255).astype(np.uint8)
    dressed = yuv_to_rgb(dress(rgb_to_yuv(tile), None))
    return make_ground(
        dressed, kind.tile_m, (haze[0], haze[1], haze[2]), kind.haze_m, drift=kind.drift, y=kind.ground_m
    )


def _patches(kind: SetKind, rng: np.random.Generator, dress: Dress) -> list[Plane]:
    """What lies on the ground: an island in the sea, the sand of a beach."""
    if kind.island_m:
        art, half = island_patch(rng, kind.island_m)
        return [_lying(art, (0.0, 0.02, ISLAND_Z), half, half, dress)]
    if kind.shore:
        paint, half_x, half_z = SHORES[kind.shore]
        return [_lying(paint(rng), (0.0, 0.02, SHORE_Z - half_z), half_x, half_z, dress)]
    if kind.deck is not None:
        rgb = kind.deck(rng)
        whole = np.full(rgb.shape[:2], 255, np.uint8)
        return [_lying(Art(rgb, whole, np.zeros_like(whole)), (0.0, 0.02, 2.0), DECK_M[0], DECK_M[1], dress)]
    return []


def _lying(art: Art, centre: tuple[float, float, float], half_x: float, half_z: float, dress: Dress) -> Plane:
    rows, columns = art.alpha.shape
    to_texture = np.array([[columns / (2 * half_x), 0, columns / 2], [0, -rows / (2 * half_z), rows / 2], [0, 0, 1.0]])
    outline = np.array([[-half_x, -half_z], [half_x, -half_z], [half_x, half_z], [-half_x, half_z]])
    texture = Texture(dress(rgb_to_yuv(art.rgb), None), art.alpha)
    return Plane(np.array(centre), np.array([1.0, 0, 0]), np.array([0, 0, 1.0]), outline, texture, to_texture)


def _bank(rng: np.random.Generator, dry: RGB, damp: RGB, *, has_foam: bool) -> Art:
    """Sand or grass that ends in a wet, uneven line."""
    size = 1400
    rgb = np.empty((size, size, 3), np.uint8)
    rgb[:] = dry
    noise = cv2.resize(rng.normal(0, 1, (350, 350)).astype(np.float32), (size, size), interpolation=cv2.INTER_LINEAR)
    rgb[:] = np.clip(rgb + 5 * noise[..., None], 0, 255).astype(np.uint8)
    x = np.arange(size)
    line = 60 + 16 * np.sin(x / 120) + 9 * np.sin(x / 41 + 1)
    rows = np.arange(size)[:, None]
    alpha = (np.clip((rows - line) / 10, 0, 1) * 255).astype(np.uint8)
    wet = np.clip(1 - (rows - line - 12) / 60, 0, 1)[..., None] * 0.45
    rgb[:] = (rgb * (1 - wet) + np.array(damp) * wet).astype(np.uint8)
    foam = (np.abs(rows - line - 10) < 7)[..., None] & has_foam
    rgb[:] = np.where(foam, 246, rgb).astype(np.uint8)
    return Art(rgb, alpha, np.zeros_like(alpha))


def _quay(rng: np.random.Generator) -> Art:
    """Stone slabs with an edge of lighter stone."""
    height, width, slab = 1024, 2048, 34
    tones = rng.normal(0, 7, (height // slab + 1, width // slab + 1)).astype(np.float32)
    shade = np.kron(tones, np.ones((slab, slab), np.float32))[:height, :width]
    rgb = np.clip(np.array((150, 145, 136)) + shade[..., None], 0, 255).astype(np.uint8)
    rgb[::slab], rgb[:, ::slab] = (112, 108, 102), (112, 108, 102)
    rgb[:20] = (188, 183, 172)
    alpha = np.full((height, width), 255, np.uint8)
    return Art(rgb, alpha, np.zeros_like(alpha))


def _coast_road(rng: np.random.Generator) -> Art:
    """A road along the water: asphalt with a broken line, a verge on either side."""
    height, width = 1024, 2048
    noise = rng.normal(0, 4, (height, width)).astype(np.float32)[..., None]
    rgb = np.clip(np.array((92, 92, 96)) + noise, 0, 255).astype(np.uint8)
    top, bottom = round(0.16 * height), round(0.62 * height)
    for low, high in ((0, top), (bottom, height)):
        rgb[low:high] = np.clip(np.array((146, 138, 96)) + 2 * noise[low:high], 0, 255).astype(np.uint8)
    for y in (top + 10, bottom - 16):
        rgb[y : y + 6] = (224, 224, 220)
    middle = (top + bottom) // 2
    for x in range(0, width, 128):
        rgb[middle - 4 : middle + 4, x : x + 70] = (232, 226, 190)
    alpha = np.full((height, width), 255, np.uint8)
    return Art(rgb, alpha, np.zeros_like(alpha))


SHORE_Z = 14.0
"""Where the water begins, metres ahead."""
SHORES: dict[str, tuple[Callable[[np.random.Generator], Art], float, float]] = {
    "sand": (partial(_bank, dry=(232, 214, 172), damp=(150, 134, 104), has_foam=True), 200.0, 84.0),
    "grass": (partial(_bank, dry=(112, 138, 76), damp=(92, 86, 62), has_foam=False), 200.0, 84.0),
    "stone": (_quay, 40.0, 20.0),
    "road": (_coast_road, 40.0, 14.0),
}
"""What the camera stands on: its painter, and half its width and depth in metres."""


def _walls(kind: SetKind, look: Look, rng: np.random.Generator) -> list[Wall]:
    is_dark = look.time_of_day in {"night", "evening", "blue_hour", "later"} or look.lighting in {"neon", "moonlight"}
    lit = 0.5 if is_dark else 0.04
    is_neon = look.lighting == "neon" or look.style == "cyberpunk" or kind.walls == "alley"
    if kind.room is not None:
        time = TIMES.get(look.time_of_day or "")
        light = (time.sky if time and time.sky else kind.sky)[1]
        return room(rng, kind.room, outside=light, is_clear=kind.outside is not None)
    front = FRONTS.get(kind.fronts)
    if not kind.walls or front is None:
        return []
    if kind.walls == "alley":
        return street_fronts(rng, 2.3, front=front, tall=(9, 15), lit=lit, is_neon=is_neon)
    return street_fronts(rng, 8.0, front=front, lit=lit, is_neon=is_neon)


def _props(kind: SetKind, rng: np.random.Generator, dress: Dress, *, is_snowy: bool) -> list[Sprite]:
    seen: dict[tuple[str, int], tuple[list[CutOut], list[Texture]]] = {}
    sprites = []
    for prop in kind.props(rng):
        is_extra = prop.name.startswith(PEOPLE)
        key = (prop.name, int(rng.integers(PEOPLE_VARIANTS if is_extra else VARIANTS)))
        extra = extra_of(prop.name, key[1], walks=kind.room is None and not kind.floats) if is_extra else None
        if key not in seen:
            arts = extra.arts if extra is not None else (art_of(prop.name, rng),)
            cuts = [_cut(art, dress, is_snowy=is_snowy and extra is None) for art in arts]
            seen[key] = (cuts, [Texture(cut.texture, cut.alpha) for cut in cuts])
        cuts, textures = seen[key]
        is_near = abs(prop.z) < SHADOW_WITHIN_M and prop.lift_m == 0 and not any(kind.drift) and not kind.floats
        sprite = Sprite(
            f"set:{prop.name}", [(0.0, cut) for cut in cuts], prop.x, prop.lift_m, prop.z, prop.height_m,
            is_floating=not is_near, is_prop=True, textures=dict(enumerate(textures)), gait="still",
        )  # fmt: skip
        if extra is not None:
            sprite.loop_s = extra.loop_s
            sprite.walk = (0.0, LONGEST_S, extra.speed * LONGEST_S, 0.0) if extra.speed else None
        sprites.append(sprite)
    return sprites


PEOPLE_VARIANTS, LONGEST_S = 6, 10.0
"""How many sorts of extras there are; and the longest clip, seconds."""


def _cut(art: Art, dress: Dress, *, is_snowy: bool) -> CutOut:
    rgb = defringed(art.rgb, art.alpha)
    if is_snowy:
        top = cv2.subtract(
            art.alpha, cv2.warpAffine(art.alpha, np.array([[1, 0, 0], [0, 1, 0.05 * len(rgb)]]), art.alpha.shape[::-1])
        )
        rgb = np.where((cv2.GaussianBlur(top, (0, 0), 3) > 90)[..., None], np.array(SNOWY, np.uint8), rgb)
    return CutOut(dress(rgb_to_yuv(np.ascontiguousarray(rgb)), art.shine), art.alpha)


def paint_set(kind: SetKind, look: Look, width: int, height: int, seed: int) -> tuple[FrameRGB, float]:
    """A picture of a place: uint8 (height, width, 3) sRGB, and the row of its horizon in frame heights."""
    place = build_set(kind, look, is_aerial=False, seed=seed)
    frame = np.zeros((height, width, 3), np.uint8)
    view = View(place.base.pose(), width, height)
    place.draw(frame, view)
    for sprite in sorted(place.props, key=lambda sprite: -sprite.z):
        draw_sprite(frame, view, sprite, 0.0, haze=place.air)
    return yuv_to_rgb(frame), 0.5
