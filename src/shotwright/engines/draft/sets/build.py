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
from shotwright.engines.draft.sets.art import PAINTERS, RGB, Art
from shotwright.engines.draft.sets.ground import Ground, make_ground
from shotwright.engines.draft.sets.kinds import ISLAND_Z, KINDS, SNOWY, SetKind
from shotwright.engines.draft.sets.sky import PX_PER_DEG, paint_panorama, surrounding_walls
from shotwright.engines.draft.sets.walls import Wall, island_patch, room, street_fronts
from shotwright.engines.draft.sprites import Sprite
from shotwright.engines.draft.stage import Plane, Texture, View, draw_plane
from shotwright.media.colour import FrameRGB, FrameYUV, Mask, rgb_to_yuv, yuv_to_rgb

if TYPE_CHECKING:
    from shotwright.core.plan import Look
    from shotwright.engines.draft.focus import Focus

Dress = Callable[[FrameYUV, "Mask | None"], FrameYUV]
"""Gives a texture the look of the shot; the second argument says what shines by itself."""
VARIANTS = 3
AERIAL_REACH = 3.2
"""How far ahead an aerial camera looks, in its heights: moves are as long as what is looked at is far."""
SHADOW_WITHIN_M = 14.0
HAZE_ROW = round(5.5 * PX_PER_DEG)
"""Row of the panorama, from below, whose colour the far ground takes: just above the horizon."""


@dataclass
class PaintedSet:
    """A place from words; see `Place`."""

    base: State
    wall_m: float
    near_m: float
    side_m: float
    sky: list[Plane]
    ground: Ground
    walls: list[Plane]
    patches: list[Plane]
    props: list[Sprite] = field(default_factory=list)

    def draw(self, frame: FrameYUV, view: View, seconds: float = 0.0, focus: Focus | None = None) -> None:
        """Draw the place as seen by `view`, without its props; every pixel of the frame is covered."""
        soft = focus.blur_px(self.wall_m) if focus else 0.0
        for plane in self.sky:
            draw_plane(frame, view, plane, margin=3, blur_px=soft)
        self.ground.draw(frame, view, seconds)
        for plane in self.patches:
            draw_plane(frame, view, plane)
        for plane in sorted(self.walls, key=lambda plane: -_distance(plane, view)):
            blur = focus.blur_px(max(1.0, _distance(plane, view))) if focus else 0.0
            draw_plane(frame, view, plane, margin=2, blur_px=blur)


def _distance(plane: Plane, view: View) -> float:
    middle = plane.origin + plane.outline.mean(axis=0) @ np.stack([plane.u, plane.v])
    return float(np.linalg.norm(middle - view.eye))


def build_set(
    settings: tuple[str, ...], look: Look, *, is_aerial: bool, seed: int, dress: Dress | None = None
) -> PaintedSet:
    """Build a place.

    Args:
        settings: Kinds of places that the words name; the first one that is known counts.
        look: Time of day, weather and lens of the shot.
        is_aerial: Whether the camera flies; its height is then the kind's own.
        seed: Places the trees and the houses.
        dress: Gives textures the look of the shot.
    """
    kind = KINDS[next((name for name in settings if name in KINDS), "field")]
    rng = np.random.default_rng(seed)
    clad: Dress = dress or (lambda texture, _: texture)
    height = kind.aerial_m if is_aerial else EYE_HEIGHT_M["eye"]
    drop = 0.2 if is_aerial else 0.0
    reach = max(kind.reach_m, AERIAL_REACH * height) if is_aerial else kind.reach_m
    base = State((0.0, height, 0.0), (0.0, height - drop * reach, reach), 0.0, lens_of(look.lens_mm))
    time_of_day = "night" if kind.is_dark else look.time_of_day
    panorama, shine = paint_panorama(kind.sky, kind.ridges, time_of_day=time_of_day, weather=look.weather, rng=rng)
    dressed = yuv_to_rgb(clad(rgb_to_yuv(panorama), shine))
    haze = dressed[-HAZE_ROW, dressed.shape[1] // 2]
    place = PaintedSet(
        base, kind.depth_m, 1.0, kind.side_m, surrounding_walls(dressed) if kind.walls != "room" else [],
        _ground(kind, look, rng, clad, tuple(int(c) for c in haze)), [], _patches(kind, rng, clad),
    )  # fmt: skip
    textures: dict[int, Texture] = {}
    for wall in _walls(kind, look, rng):
        key = id(wall.art)
        if key not in textures:
            alpha = None if wall.art.alpha.min() == 255 else wall.art.alpha
            textures[key] = Texture(clad(rgb_to_yuv(wall.art.rgb), wall.art.shine), alpha)
        place.walls.append(wall.plane(textures[key]))
    place.props = _props(kind, rng, clad, is_snowy=look.weather == "snow")
    return place


def _ground(kind: SetKind, look: Look, rng: np.random.Generator, dress: Dress, haze: tuple[int, ...]) -> Ground:
    tile = kind.ground(rng)
    if look.weather == "snow" and kind.walls != "room" and not any(kind.drift):
        tile = np.clip(tile.astype(np.float32) * 0.18 + np.array(SNOWY) * 0.8, 0, 255).astype(np.uint8)
    dressed = yuv_to_rgb(dress(rgb_to_yuv(tile), None))
    return make_ground(dressed, kind.tile_m, (haze[0], haze[1], haze[2]), kind.haze_m, kind.drift)


def _patches(kind: SetKind, rng: np.random.Generator, dress: Dress) -> list[Plane]:
    """What lies on the ground: an island in the sea, the sand of a beach."""
    if kind.island_m:
        art, half = island_patch(rng, kind.island_m)
        return [_lying(art, (0.0, 0.02, ISLAND_Z), half, half, dress)]
    if kind.shore:
        paint, half_x, half_z = SHORES[kind.shore]
        return [_lying(paint(rng), (0.0, 0.02, SHORE_Z - half_z), half_x, half_z, dress)]
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


SHORE_Z = 14.0
"""Where the water begins, metres ahead."""
SHORES: dict[str, tuple[Callable[[np.random.Generator], Art], float, float]] = {
    "sand": (partial(_bank, dry=(232, 214, 172), damp=(150, 134, 104), has_foam=True), 200.0, 84.0),
    "grass": (partial(_bank, dry=(112, 138, 76), damp=(92, 86, 62), has_foam=False), 200.0, 84.0),
    "stone": (_quay, 40.0, 20.0),
}
"""What the camera stands on: its painter, and half its width and depth in metres."""


def _walls(kind: SetKind, look: Look, rng: np.random.Generator) -> list[Wall]:
    is_dark = look.time_of_day in {"night", "evening", "blue_hour", "later"} or look.lighting in {"neon", "moonlight"}
    lit = 0.5 if is_dark else 0.04
    is_neon = look.lighting == "neon" or look.style == "cyberpunk" or kind.walls == "alley"
    if kind.walls == "street":
        return street_fronts(rng, 8.0, tall=(8, 16), lit=lit, is_neon=is_neon)
    if kind.walls == "alley":
        return street_fronts(rng, 2.3, tall=(9, 15), lit=lit, is_neon=is_neon)
    if kind.walls == "room":
        time = TIMES.get(look.time_of_day or "")
        outside = (time.sky if time and time.sky else kind.sky)[1]
        return room(rng, half_m=4.0, back_m=7.0, front_m=-3.5, tall_m=3.0, outside=outside)
    return []


def _props(kind: SetKind, rng: np.random.Generator, dress: Dress, *, is_snowy: bool) -> list[Sprite]:
    cuts: dict[tuple[str, int], CutOut] = {}
    textures: dict[tuple[str, int], Texture] = {}
    sprites = []
    for prop in kind.props(rng):
        key = (prop.name, int(rng.integers(VARIANTS)))
        if key not in cuts:
            cuts[key] = _cut(PAINTERS[prop.name](rng), dress, is_snowy=is_snowy)
            textures[key] = Texture(cuts[key].texture, cuts[key].alpha)
        is_near = abs(prop.z) < SHADOW_WITHIN_M and prop.lift_m == 0 and not any(kind.drift)
        sprites.append(
            Sprite(
                f"set:{prop.name}", [(0.0, cuts[key])], prop.x, prop.lift_m, prop.z, prop.height_m, is_floating=not is_near,
                is_prop=True, textures={0: textures[key]},
            )
        )  # fmt: skip
    return sprites


def _cut(art: Art, dress: Dress, *, is_snowy: bool) -> CutOut:
    rgb = defringed(art.rgb, art.alpha)
    if is_snowy:
        top = cv2.subtract(
            art.alpha, cv2.warpAffine(art.alpha, np.array([[1, 0, 0], [0, 1, 0.05 * len(rgb)]]), art.alpha.shape[::-1])
        )
        rgb = np.where((cv2.GaussianBlur(top, (0, 0), 3) > 90)[..., None], np.array(SNOWY, np.uint8), rgb)
    return CutOut(dress(rgb_to_yuv(np.ascontiguousarray(rgb)), art.shine), art.alpha)


def paint_set(settings: tuple[str, ...], look: Look, width: int, height: int, seed: int) -> tuple[FrameRGB, float]:
    """A picture of a place: uint8 (height, width, 3) sRGB, and the row of its horizon in frame heights."""
    from shotwright.engines.draft.sprites import draw_sprite

    place = build_set(settings, look, is_aerial=False, seed=seed)
    frame = np.zeros((height, width, 3), np.uint8)
    view = View(place.base.pose(), width, height)
    place.draw(frame, view)
    for sprite in sorted(place.props, key=lambda sprite: -sprite.z):
        draw_sprite(frame, view, sprite, 0.0)
    return yuv_to_rgb(frame), 0.5
