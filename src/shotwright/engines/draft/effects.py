"""Effects: particles in metres, and light in the picture. Everything is a function of time and seed; nothing is remembered.

What is farther than whom the shot is about is drawn before them, the rest after. Rows are in `looks.effects`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

import cv2
import numpy as np

from shotwright.engines.draft.beams import OVERLAYS, Lit
from shotwright.engines.draft.lamps import Glint
from shotwright.engines.draft.looks.effects import EFFECTS, EVERYWHERE_Z, FAR, FROM_MOUTHS, HIGH, RGB, Particles
from shotwright.engines.draft.stage import lay_over
from shotwright.media.colour import colour_of, rgb_pixel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from shotwright.core.camera import Pose
    from shotwright.core.plan import Effect, Entity, Span
    from shotwright.engines.draft.sprites import Sprite
    from shotwright.engines.draft.stage import View
    from shotwright.media.colour import FrameYUV, Mask

PICTURE_PX, TURNS = 64, 8
MAX_PX, MIN_PX = 420, 2
AMOUNTS = {"light": 0.5, "heavy": 1.8}
SHINING: dict[str, tuple[RGB, float, float]] = {
    "fire": ((255, 150, 64), 4.5, 0.0), "explosion": ((255, 190, 110), 11.0, 1.6), "sparks": ((255, 220, 150), 2.2, 0.0), "electricity": ((170, 214, 255), 3.0, 0.0),
    "breath": ((255, 150, 64), 5.0, 0.0), "embers": ((255, 140, 60), 3.0, 0.0), "glow": ((255, 236, 190), 2.6, 0.0),
}  # fmt: skip
"""What gives light: its colour, how far it reaches, metres, and how long it shines, seconds; 0: as long as it is there."""
AT_ONES_FEET = frozenset({"splash", "spray"})
BESIDE = (1.0, 0.7)
"""Where, beside the subject, what comes from nobody in particular is: metres to the right and away."""
BESIDE_LEAST = 0.04
"""How near to something small that is, in those of a person."""
UPPER_RAD = 0.15
"""How far above the middle of the frame far effects are, radians."""
HOT = frozenset(
    {
        "cup",
        "mug",
        "kettle",
        "teapot",
        "pot",
        "pan",
        "wok",
        "bowl",
        "iron",
        "espresso machine",
        "bath",
        "bathtub",
        "cauldron",
        "locomotive",
        "engine",
        "train",
        "manhole",
        "grill",
        "oven",
        "stove",
        "dish",
        "plate",
    }
)
"""What steam comes from, where the words do not say."""
DARKENED = 0.72
"""How much of its light what does not glow keeps at night."""


@dataclass
class Staged:
    """An effect of a scene.

    Attributes:
        kind: A row of `EFFECTS` or `OVERLAYS`.
        start_s, end_s: When it is there.
        amount: Times as many as usual.
        source: Whom it comes from or clings to; None: everywhere, or the subject where it needs one.
        is_dark: Whether it is night.
        seed: Of the shot.
        rise_m: By how much what is far away stands higher, so that the first frame shows it.
        is_bound: Whether the words say whom it comes from; else it is beside the subject.
        colour: What the words say; None: its own.
    """

    kind: str
    start_s: float
    end_s: float
    amount: float
    source: Sprite | None
    is_dark: bool
    seed: int
    rise_m: float = 0.0
    is_bound: bool = True
    colour: RGB | None = None
    _clouds: dict[int, NDArray[np.float64]] = field(default_factory=dict)

    def draw(self, frame: FrameYUV, view: View, seconds: float, *, split_m: float, is_behind: bool) -> None:
        """Draw what lies behind, or before, `split_m` metres, in place."""
        if not self.start_s <= seconds <= self.end_s:
            return
        overlay = OVERLAYS.get(self.kind)
        if overlay is not None and overlay.is_behind == is_behind:
            overlay.paint(frame, Lit(view, seconds - self.start_s, self.source, self.seed, self.colour, self.amount))
        for layer, row in enumerate(EFFECTS.get(self.kind, ())):
            self._draw_particles(frame, view, seconds - self.start_s, layer, row, split_m=split_m, is_behind=is_behind)

    def glint(self, seconds: float) -> Glint | None:
        """The light that it gives at a time; None of what does not burn."""
        if self.kind not in SHINING or not self.start_s <= seconds <= self.end_s:
            return None
        colour, reach, lasts = SHINING[self.kind]
        age, rows = seconds - self.start_s, EFFECTS.get(self.kind)
        if rows is None and self.source is None:
            return None  # light of no place
        if rows is None:
            assert self.source is not None  # noqa: S101  (asked above)
            x, y, z = self.source.place(seconds)
            y, scale = y + 0.5 * self.source.height_m, self.source.height_m / 1.7
        else:
            (x, y, z), scale = self._origin(rows[0], age), self._scale(rows[0])
        fades = max(0.0, 1 - age / lasts) if lasts else 1 + 0.1 * math.sin(11 * age) + 0.08 * math.sin(27.3 * age)
        return Glint((x, max(0.2, y), z), self.colour or colour, reach * max(0.5, scale), fades)

    def _draw_particles(
        self, frame: FrameYUV, view: View, age_s: float, layer: int, row: Particles, *, split_m: float, is_behind: bool
    ) -> None:
        points, ages, chance = self._at(layer, row, age_s)
        away = (points - view.eye) @ view.axes.T
        depth = away[:, 2]
        seen = (depth > 0.15) & ((depth > split_m) == is_behind) & (ages >= 0)
        focal = view.intrinsics[0, 0]
        for i in np.flatnonzero(seen)[np.argsort(-depth[seen])]:
            share = ages[i]
            size_m = (row.size_m[0] + (row.size_m[1] - row.size_m[0]) * chance[i, 5]) * (1 + (row.grown - 1) * share)
            size_m *= self._scale(row)
            px = round(focal * size_m / depth[i])
            if not MIN_PX <= px <= MAX_PX:
                px = min(MAX_PX, max(MIN_PX, px))
            x = focal * away[i, 0] / depth[i] + view.intrinsics[0, 2]
            y = focal * away[i, 1] / depth[i] + view.intrinsics[1, 2]
            turn = int(chance[i, 6] * TURNS + 1.6 * age_s * (chance[i, 4] - 0.5) * TURNS) % TURNS
            colours = self._tints(row)
            colour = colours[int(chance[i, 7] * len(colours))]
            opacity = row.opacity * min(1.0, 5 * share + 0.05, 2.5 * (1 - share) + 0.02)
            picture = picture_of(row.picture, colour, turn, _step(px), is_dark=self.is_dark and not row.glows)
            _lay(frame, picture, x, y, opacity)

    def _tints(self, row: Particles) -> tuple[RGB, ...]:
        """Its colours: the row's, or shades of what the words say."""
        if self.colour is None:
            return row.colours
        if not row.glows:
            return (self.colour,)
        light, dark = (
            [round(a * share + b * (1 - share)) for a in self.colour] for share, b in ((0.55, 255), (0.8, 0))
        )
        return ((light[0], light[1], light[2]), self.colour, (dark[0], dark[1], dark[2]))

    def _scale(self, row: Particles) -> float:
        """Sizes of what comes from somebody are in their size: a candle's smoke is no house's."""
        if not row.has_source or self.source is None or row.is_in_metres:
            return 1.0
        return max(0.12, min(6.0, self.source.height_m / 1.7))

    def _at(
        self, layer: int, row: Particles, age_s: float
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """World points (n, 3), ages as shares of a life (n,), below 0 for those that are not there, and the numbers that each drew."""
        chance = self._chance(layer, round(row.count * self.amount))
        if row.burst_s:
            birth = math.floor(age_s / row.burst_s) * row.burst_s
            ages = np.full(len(chance), (age_s - birth) / row.life_s)
            where = self._chance(layer + 100 + int(age_s // row.burst_s), 1).repeat(len(chance), axis=0)
        else:
            ages = (age_s / row.life_s + chance[:, 3]) % 1.0
            where = chance
        lived = ages * row.life_s
        scale = self._scale(row)
        x0, y0, z0 = self._origin(row, age_s)
        wide, tall, deep = (
            side * (scale if row.has_source else 1.0) * (1.7 if row.has_source else 1.0) for side in row.reach
        )
        spin = 2 * math.pi * chance[:, 1]
        kick = row.spread * np.sqrt(chance[:, 2]) * scale
        sway = row.sway_m * np.sin(1.7 * lived + 6.3 * chance[:, 6])
        side = -1 if self.kind in FROM_MOUTHS and self.source is not None and self.source.is_mirrored else 1
        x = x0 + (2 * where[:, 0] - 1) * wide + (side * row.velocity[0] * scale + kick * np.cos(spin)) * lived + sway
        y = (
            y0
            + where[:, 4] * tall
            + (row.velocity[1] * scale + kick * np.sin(spin)) * lived
            - 0.5 * row.gravity * scale * lived**2
        )
        z = z0 + (2 * where[:, 5] - 1) * deep + 0.4 * kick * np.cos(3 * spin) * lived
        ages = np.where((ages > 1) | ((y < -0.05) & (not row.glows)), -1.0, ages)
        return np.stack([x, y, z], axis=1), ages, chance

    def _origin(self, row: Particles, age_s: float) -> tuple[float, float, float]:
        seconds = age_s + self.start_s
        if not row.has_source or self.source is None:
            if self.kind in FAR:
                return 0.0, row.above + self.rise_m, FAR[self.kind]
            z = self.source.place(seconds)[2] if self.source is not None else EVERYWHERE_Z
            x = 0.0 if self.source is None else self.source.place(seconds)[0]
            return x, row.above, z
        if self.kind in FROM_MOUTHS:
            return self.source.hand(seconds)
        x, y, z = self.source.place(seconds)
        if not self.is_bound and self.kind not in AT_ONES_FEET:
            aside, away = (side * min(1.0, max(BESIDE_LEAST, self.source.height_m / 1.7)) for side in BESIDE)
            return x + aside, y + (0.1 + 0.3 * row.above) * min(1.0, self.source.height_m), z + away
        above = 0.0 if self.source.turned is not None else row.above  # a rocket's smoke comes from below
        return x, y + above * self.source.height_m, z - 0.06

    def _chance(self, layer: int, count: int) -> NDArray[np.float64]:
        if layer not in self._clouds:
            self._clouds[layer] = np.random.default_rng((self.seed, layer, len(self.kind))).uniform(0, 1, (count, 8))
        return self._clouds[layer]


def staged_effects(
    effects: tuple[Effect, ...],
    entities: tuple[Entity, ...],
    sprites: list[Sprite],
    *,
    seconds: float,
    is_dark: bool,
    seed: int,
    first: Pose,
) -> list[Staged]:
    """The effects of a plan that this room draws, each at whom it belongs to."""
    found = []
    for effect in effects:
        if effect.kind not in EFFECTS and effect.kind not in OVERLAYS:
            continue
        named = next((e.id for e in entities if _overlap(e.span, effect.span)), effect.where)
        bound = next((s for s in sprites if named in {s.word, s.ref}), None)
        if bound is None and effect.kind == "steam":
            hot = {e.id for e in entities if e.kind == "food" or e.noun.split()[-1] in HOT}
            bound = next((s for s in sprites if s.word in hot), None)
        source = bound or (sprites[0] if sprites else None)
        end = effect.end_s if effect.end_s > effect.start_s else seconds
        found.append(
            Staged(
                effect.kind,
                effect.start_s,
                end,
                AMOUNTS.get(effect.amount or "", 1.0),
                source,
                is_dark,
                seed,
                rise_m=_rise_m(effect.kind, first) if effect.kind in HIGH else 0.0,
                is_bound=bound is not None or (source is not None and source.turned is not None),
                colour=colour_of(effect.colour),
            )
        )
    return found


def _rise_m(kind: str, first: Pose) -> float:
    """Into the upper part of the first frame, metres."""
    above = EFFECTS[kind][0].above
    return first.y + FAR[kind] * math.tan(first.pitch + UPPER_RAD) - above


def _overlap(one: Span | None, other: Span | None) -> bool:
    return one is not None and other is not None and one[0] < other[1] and other[0] < one[1]


def _step(px: int) -> int:
    """Sizes of kept pictures: few, near enough."""
    return px if px < 12 else 2 * (px // 2) if px < 40 else 8 * (px // 8)


def _lay(frame: FrameYUV, picture: FrameYUV, x: float, y: float, opacity: float) -> None:
    side = picture.shape[0]
    x0, y0 = round(x - side / 2), round(y - side / 2)
    left, top = max(0, x0), max(0, y0)
    right, bottom = min(frame.shape[1], x0 + side), min(frame.shape[0], y0 + side)
    if right > left and bottom > top and opacity > 0.02:
        lay_over(frame[top:bottom, left:right], picture[top - y0 : bottom - y0, left - x0 : right - x0], opacity)


@lru_cache(maxsize=700)
def picture_of(name: str, colour: tuple[int, int, int], turn: int, side: int, *, is_dark: bool) -> FrameYUV:
    """A particle, uint8 (side, side, 4): Y'CbCr multiplied by its alpha, and the alpha."""
    alpha = PICTURES[name](turn)
    small = cv2.resize(alpha, (side, side), interpolation=cv2.INTER_AREA if side < PICTURE_PX else cv2.INTER_LINEAR)
    pixel = rgb_pixel(*(round(c * DARKENED) if is_dark else c for c in colour))
    flat = np.full((side, side, 3), pixel, np.uint8)
    return np.asarray(
        cv2.merge([*cv2.split(cv2.multiply(flat, cv2.merge([small] * 3), scale=1 / 255)), small]), np.uint8
    )


def _soft(power: float, strength: float = 1.0) -> Callable[[int], Mask]:
    def paint(turn: int) -> Mask:
        grid = np.linspace(-1, 1, PICTURE_PX)
        reach = np.hypot(grid[None] * (1 + 0.06 * (turn % 3)), grid[:, None])
        return np.asarray(np.clip((1 - reach) * power, 0, 1) ** 1.4 * 255 * strength, np.uint8)

    return paint


def _shape(points: tuple[tuple[float, float], ...]) -> Callable[[int], Mask]:
    def paint(turn: int) -> Mask:
        angle = 2 * math.pi * turn / TURNS
        c, s = math.cos(angle), math.sin(angle) * 0.8
        turned = [(0.5 + (x * c - y * s) / 2, 0.5 + (x * s + y * c) / 2) for x, y in points]
        mask = np.zeros((PICTURE_PX, PICTURE_PX), np.uint8)
        cv2.fillPoly(mask, [np.round(np.array(turned) * PICTURE_PX).astype(np.int32)], 255, cv2.LINE_AA)
        return mask

    return paint


def _bubble(turn: int) -> Mask:
    mask = np.zeros((PICTURE_PX, PICTURE_PX), np.uint8)
    cv2.circle(mask, (32, 32), 28, 70, -1, cv2.LINE_AA)
    cv2.circle(mask, (32, 32), 28, 230, 4, cv2.LINE_AA)
    cv2.circle(mask, (22, 20 + turn % 3), 6, 255, -1, cv2.LINE_AA)
    return mask


PICTURES: dict[str, Callable[[int], Mask]] = {
    "puff": _soft(1.0, 0.85), "dot": _soft(2.2), "flame": _soft(1.6), "drop": _shape(((0, -0.95), (0.4, 0.2), (0.25, 0.75), (-0.25, 0.75), (-0.4, 0.2))),
    "chip": _shape(((-0.8, -0.5), (0.8, -0.5), (0.8, 0.5), (-0.8, 0.5))), "streak": _shape(((-0.95, -0.1), (0.95, -0.1), (0.95, 0.1), (-0.95, 0.1))),
    "petal": _shape(((-0.9, 0), (-0.3, -0.5), (0.5, -0.5), (0.9, 0), (0.4, 0.45), (-0.4, 0.4))), "bubble": _bubble,
    "leaf": _shape(((-0.95, 0), (-0.4, -0.5), (0.3, -0.45), (0.95, 0), (0.3, 0.45), (-0.4, 0.5))),
    "feather": _shape(((-0.95, 0.25), (-0.5, -0.2), (0.3, -0.35), (0.95, -0.3), (0.4, 0.1), (-0.4, 0.3))),
}  # fmt: skip
"""Silhouettes of particles: the number of a turn to uint8 (PICTURE_PX, PICTURE_PX)."""
