"""People and things standing in the set: which view a camera sees, how they stand, their shadow, their life.

All views count: the frontal picture is azimuth 0, the further ones stand at 90, 180 and 270 degrees in order (a single one
at 180 when the prompt speaks of the back). Between views the card is turned by the cosine and dissolved briefly; views are
mirrored for the opposite side. Source: draft-engine section 2.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import cv2
import numpy as np

from shotwright.engines.draft.cast.changes import Change, Shape, shape_at
from shotwright.engines.draft.cast.figures import PX_PER_M, STANDING_M, TILT_DEG, Card, Figure
from shotwright.engines.draft.holds import BY_FOOT, STILL_M
from shotwright.engines.draft.stage import Plane, Texture, View, draw_billboard, draw_plane

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from shotwright.engines.analysis.cutout import CutOut
    from shotwright.engines.draft.focus import Focus
    from shotwright.engines.draft.holds import Hold, Play
    from shotwright.engines.draft.weather import Haze
    from shotwright.media.colour import FrameYUV

DISSOLVE_DEG = 6.0
FADE_S = 0.35
CARDS_KEPT = {1: 30, 2: 26, 3: 12, 4: 6}
"""Pictures of a figure that are kept, by their density: more than a walk has."""
BEFORE_M, BEHIND_M, LOW_GRIP = 0.06, 0.5, 0.1
"""How far before a hand the card of what it holds hangs; what is held at its lower end is behind the head."""
MOUTH = 0.68
"""Height of an animal's mouth, in its heights."""
HEAD_SHARE = 0.4
"""From the middle of a body up to its face, in its heights."""
STEEP = math.radians(28)
"""Seen from higher than this, cards lean back: flat pictures have no top to show."""
_UP = np.array([0.0, 1.0, 0.0])


@dataclass
class Sprite:
    """Somebody or something in the set.

    Attributes:
        ref: Its reference, `set:tree` or `plate:0`; of what only words name, its entity and number.
        views: Azimuth in degrees (0..180) and cut-out, frontal first.
        x, y, z: World point of its foot, metres.
        height_m: Its size.
        appears_s: When it becomes visible; 0 from the start. `fade_s`: how long that takes.
        gone_s: From when on it is not there any more.
        walk: Its way, as (start_s, end_s, metres to the right, metres away).
        heading_deg: Where it faces: 0 the first camera, -90 the right of the frame, 180 away.
        gait: How it lives: a row of `GAITS`.
        is_floating: Things held or nestled cast no shadow on the ground.
        is_prop: Part of the set: it always faces the camera and has no life of its own.
        turned: For a part of a picture: the azimuth in radians from which its card shows the picture as it was taken.
        is_round: A figure without views: it is as wide from every side.
        textures: Textures by view, made when first drawn.
        track: float64 (frames, 3): where it is, frame by frame at `track_fps`, when somebody else leads it.
        figure: Somebody with joints, who is seen from every side and has no views.
        dress: Puts a figure's pictures into the look of the shot.
        changes: What a thing without joints does.
        is_wheel: Whether it rolls as far as it goes.
        word: The entity that only words name; None for references and sets.
        is_mirrored: Whether it looks to the left.
        is_wet: Whether it is in water, at height 0, which hides what is below.
        holds, grip: In whose hands it is, one after the other, and where it is held, in its heights.
        fan: Of several in one hand, how far this one is to the right and above, metres.
        plays: What the hand does with it meanwhile.
        lifted: How high it is held at least, in the holder's heights: umbrellas and swords.
        tied: Whom it is placed by, and how: a relation of the plan.
        strides: Pictures of an animal on its way, how many strides it makes a second, and when it goes.
        loop_s: Of somebody of a crowd, whose views are pictures of what they do: how long they take; 0: views are sides.
    """

    ref: str
    views: list[tuple[float, CutOut]]
    x: float
    y: float
    z: float
    height_m: float
    appears_s: float = 0.0
    fade_s: float = FADE_S
    gone_s: float = math.inf
    walk: tuple[float, float, float, float] | None = None
    heading_deg: float = 0.0
    gait: str = "stand"
    is_floating: bool = False
    is_prop: bool = False
    turned: float | None = None
    is_round: bool = False
    textures: dict[int, Texture] = field(default_factory=dict)
    track: NDArray[np.float64] | None = None
    track_fps: float = 24.0
    figure: Figure | None = None
    dress: Callable[[CutOut], CutOut] | None = None
    changes: list[Change] = field(default_factory=list)
    is_wheel: bool = False
    word: str | None = None
    is_mirrored: bool = False
    is_wet: bool = False
    holds: list[Hold] = field(default_factory=list)
    grip: float = 0.45
    fan: tuple[float, float] = (0.0, 0.0)
    plays: list[Play] = field(default_factory=list)
    lifted: float = 0.0
    tied: tuple[Sprite, str] | None = None
    strides: tuple[list[Texture], float, tuple[tuple[float, float], ...]] | None = None
    loop_s: float = 0.0
    _cards: OrderedDict[tuple[int, int], tuple[Card, Texture]] = field(default_factory=OrderedDict)
    _planes: dict[tuple[int, bool], Plane] = field(default_factory=dict)
    _hazed: dict[tuple[int, int], Texture] = field(default_factory=dict)

    def place(self, seconds: float) -> tuple[float, float, float]:
        """Where it stands at a time."""
        hold = next((hold for hold in self.holds if hold.start_s <= seconds < hold.end_s), None)
        if hold is not None:
            x, y, z = hold.at(seconds)
            foot = hold.holder.place(seconds)[1]
            y = max(y, foot + self.lifted * hold.holder.height_m) - self.grip * self.height_m
            play = next((one for one in self.plays if one.start_s <= seconds < one.end_s), None)
            if play is not None and play.motion == BY_FOOT:
                return play.before(hold.holder, seconds)
            y = y if play is None else play.height(seconds, y, foot)
            aside, above = self.fan
            return x + aside, y + above, z + (BEHIND_M if self.grip < LOW_GRIP else 0.0)
        if self.track is not None:
            x, y, z = self.track[min(len(self.track) - 1, round(seconds * self.track_fps))]
            return float(x), float(y), float(z)
        gait = GAITS[self.gait]
        y = self.y + abs(math.sin(seconds * math.pi * gait.hertz)) * gait.bob * self.height_m if gait.bob else self.y
        if self.gait == "fly":
            y += (0.35 + 0.05 * math.sin(seconds * 2.1)) * self.height_m
        if self.walk is None:
            return self.x, y, self.z
        start, end, right, away = self.walk
        t = min(1.0, max(0.0, (seconds - start) / max(end - start, 1e-6)))
        return self.x + right * t, y, self.z + away * t

    def hand(self, seconds: float) -> tuple[float, float, float]:
        """Where a figure's hand is at a time; of a card, about where hands are."""
        x, y, z = self.place(seconds)
        if self.figure is None:
            if self.word is not None:  # an animal: at its mouth, on the side where it goes
                side = -1 if self.is_mirrored else 1
                return (
                    x + 0.44 * side * self.height_m * self.views[0][1].aspect,
                    y + MOUTH * self.height_m,
                    z - BEFORE_M,
                )
            return x + 0.16 * self.height_m, y + 0.52 * self.height_m, z - BEFORE_M
        right, up, ahead = self.figure.hand(seconds)
        turn = math.radians(self.heading_at(seconds))
        aside = right * math.cos(turn) - ahead * math.sin(turn)
        towards = right * math.sin(turn) + ahead * math.cos(turn)
        return x + aside, y + up, z - towards - BEFORE_M

    def sunk(self, seconds: float = 0.0) -> float:
        """How much lower a head is at a time than that of one who stands, metres: of who sits, kneels or lies."""
        return self.figure.sunk(seconds) if self.figure is not None else 0.0

    def shape(self, seconds: float) -> Shape:
        """How what has no joints is scaled, tilted and faded at a time."""
        shape = shape_at(self.changes, seconds)
        if not self.is_wheel or self.track is None:
            return shape
        gone = math.degrees(2 * (self.place(seconds)[0] - self.place(0.0)[0]) / max(self.height_m, 1e-3))
        return replace(shape, roll_deg=shape.roll_deg + gone)

    def heading_at(self, seconds: float) -> float:
        """Where it looks at a time: where it goes, else its own heading."""
        if self.track is None and self.walk is None:
            return self.heading_deg
        x0, _, z0 = self.place(max(0.0, seconds - 0.1))
        x1, _, z1 = self.place(seconds + 0.1)
        if math.hypot(x1 - x0, z1 - z0) < STILL_M:
            return self.heading_deg
        return -math.degrees(math.atan2(x1 - x0, -(z1 - z0)))

    def card(
        self, seconds: float, turn_deg: float, tilt_deg: float, haze: Haze | None, distance_m: float
    ) -> tuple[Texture, tuple[float, float]]:
        """A figure's picture at a time, from a side and a distance, in the look of the shot, and where its foot is in it."""
        assert self.figure is not None  # noqa: S101  (only figures have cards)
        card = self.figure.card(seconds, turn_deg, tilt_deg)
        step = haze.step(distance_m) if haze else 0
        key = (id(card), step)  # the entry holds the card: no other one can have its id
        if key not in self._cards:
            dressed = self.dress(card.cut) if self.dress else card.cut
            colour = haze.veiled(dressed.texture, step) if haze and step else dressed.texture
            self._cards[key] = (card, Texture(colour, dressed.alpha))
            if len(self._cards) > CARDS_KEPT[self.figure.density]:
                self._cards.popitem(last=False)
        self._cards.move_to_end(key)
        return self._cards[key][1], card.foot

    def opacity(self, seconds: float) -> float:
        """0..1; fades in when it appears."""
        if seconds >= self.gone_s:
            return 0.0
        if self.appears_s <= 0:
            return 1.0
        return min(1.0, max(0.0, (seconds - self.appears_s) / self.fade_s))

    def plane(self, index: int, *, mirrored: bool) -> Plane:
        """The card of a view, in its own coordinates; its place and direction are set per frame."""
        key = (index, mirrored)
        if key not in self._planes:
            cut = self.views[index][1]
            tall, wide = self.height_m, self.height_m * cut.aspect
            rows, columns = cut.alpha.shape
            sign = -1 if mirrored else 1
            to_texture = np.array([[sign * columns / wide, 0, columns / 2], [0, -rows / tall, rows], [0, 0, 1.0]])
            outline = np.array([[-wide / 2, 0], [wide / 2, 0], [wide / 2, tall], [-wide / 2, tall]])
            texture = self.textures.setdefault(index, Texture(cut.texture, cut.alpha))
            self._planes[key] = Plane(np.zeros(3), np.array([1.0, 0, 0]), _UP, outline, texture, to_texture)
        return self._planes[key]

    def use_plane(self, plane: Plane) -> None:
        """Show this card, made by somebody else, as the frontal view."""
        self._planes[(0, False)] = plane

    def stride_at(self, seconds: float) -> Texture | None:
        """Its legs at a time; None while it stands."""
        if self.strides is None:
            return None
        textures, hertz, spans = self.strides
        if not any(start <= seconds < end for start, end in spans):
            return None
        return textures[int(seconds * hertz * len(textures)) % len(textures)]

    def texture_at(self, index: int, haze: Haze | None, distance_m: float, stride: Texture | None = None) -> Texture:
        """What its card shows at a distance."""
        base = self.textures[index] if stride is None else stride
        step = haze.step(distance_m) if haze else 0
        if not haze or step == 0:
            return base
        key = (id(base), step)
        if key not in self._hazed:
            self._hazed[key] = Texture(haze.veiled(base.colour, step), base.alpha)
        return self._hazed[key]


@dataclass(frozen=True)
class Gait:
    """How a body moves: steps per second, bob in heights, sway in radians."""

    hertz: float = 0.0
    bob: float = 0.0
    sway: float = 0.0
    breath: float = 0.004


GAITS: dict[str, Gait] = {
    "stand": Gait(), "walk": Gait(1.9, 0.016, 0.018), "run": Gait(2.9, 0.045, 0.03), "fly": Gait(0.0, 0.0, 0.04), "still": Gait(breath=0.0),
    "dance": Gait(2.0, 0.03, 0.07), "talk": Gait(0.0, 0.0, 0.016, 0.006), "roll": Gait(breath=0.0),
}  # fmt: skip
"""A new gait is a row; its verbs are in `staging.GAIT_VERBS`."""


def spread_views(cuts: list[CutOut], *, speaks_of_back: bool) -> list[tuple[float, CutOut]]:
    """Give every view its azimuth."""
    azimuths = {1: [0.0], 2: [0.0, 180.0 if speaks_of_back else 90.0], 3: [0.0, 90.0, 180.0]}.get(
        len(cuts), [0.0, 90.0, 180.0, 270.0]
    )
    return [
        (-90.0 if azimuth == 90.0 and len(cuts) < 4 and looks_to(cut) > 0 else azimuth, cut)
        for azimuth, cut in zip(azimuths, cuts, strict=False)
    ]


def looks_to(cut: CutOut) -> int:
    """Where the face of a side view looks: 1 to the right, -1 to the left, 0 when there is no face to tell."""
    rows = max(4, round(0.17 * cut.alpha.shape[0]))
    head, solid = cut.texture[:rows], cut.alpha[:rows] > 128
    luma, cb, cr = head[..., 0], head[..., 1], head[..., 2]
    skin = solid & (luma > 60) & (cb > 88) & (cb < 126) & (cr > 134) & (cr < 176)
    if solid.sum() < 30 or not 0.08 < skin.sum() / solid.sum() < 0.85:
        return 0
    columns = np.arange(head.shape[1])
    shift = float((skin * columns).sum() / skin.sum() - (solid * columns).sum() / solid.sum())
    wide = float(np.ptp(np.where(solid.any(axis=0))[0])) + 1
    return 0 if abs(shift) < 0.04 * wide else (1 if shift > 0 else -1)


def draw_sprite(
    frame: FrameYUV, view: View, sprite: Sprite, seconds: float, *, focus: Focus | None = None, haze: Haze | None = None
) -> None:
    """Draw the view that the camera sees, in place."""
    opacity = sprite.opacity(seconds)
    if opacity <= 0:
        return
    foot = np.array(sprite.place(seconds))
    away = foot - view.eye
    distance = float(np.linalg.norm(away))
    blur = focus.blur_px(distance) if focus else 0.0
    if sprite.is_prop and sprite.turned is None:
        share = (seconds + abs(sprite.x)) / sprite.loop_s if sprite.loop_s else 0.0
        texture = sprite.texture_at(int(share * len(sprite.views)) % len(sprite.views), haze, distance)
        draw_billboard(frame, view, texture, foot, sprite.height_m, opacity=opacity, blur_px=blur)
        return
    if sprite.figure is not None:
        _draw_figure(frame, view, sprite, seconds, opacity=opacity, blur_px=blur, haze=haze)
        return
    card, up = _stance(sprite, away, seconds)
    shape = sprite.shape(seconds)
    card, up, foot = _reshaped(sprite, shape, card, up, foot)
    bearing = math.degrees(math.atan2(-away[0], away[2])) - sprite.heading_deg
    for index, mirrored, share, narrow in [(0, False, 1.0, 1.0)] if sprite.is_prop else _seen(sprite.views, bearing):
        plane = sprite.plane(index, mirrored=mirrored)
        plane.origin, plane.u, plane.v = foot, card * (1.0 if sprite.is_round else narrow), up
        low = _waterline(sprite, 0.0, float(foot[1]))
        plane.outline[:2, 1] = min(low, sprite.height_m)
        if low >= sprite.height_m:
            continue
        plane.texture = sprite.texture_at(index, haze, distance, sprite.stride_at(seconds) if index == 0 else None)
        draw_plane(frame, view, plane, opacity=opacity * shape.opacity * share, blur_px=blur)


def _waterline(sprite: Sprite, low: float, foot_m: float) -> float:
    """The lowest of somebody that is seen, metres from the foot, where the water hides the rest."""
    return max(low, -foot_m) if sprite.is_wet else low


def _reshaped(
    sprite: Sprite, shape: Shape, card: NDArray[np.float64], up: NDArray[np.float64], foot: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Width, height and foot of a card in the shape of a moment; wheels turn around their middle."""
    c, s = math.cos(math.radians(shape.roll_deg)), math.sin(math.radians(shape.roll_deg))
    turned, leaning = card * c - up * s, up * c + card * s
    if sprite.is_wheel:
        foot = foot + 0.5 * sprite.height_m * (up - leaning)
    return turned * shape.wide, leaning * shape.tall, foot + shape.lift * sprite.height_m * _UP


def _draw_figure(
    frame: FrameYUV, view: View, sprite: Sprite, seconds: float, *, opacity: float, blur_px: float, haze: Haze | None
) -> None:
    """Draw somebody with joints from the side and the height that the camera sees them from."""
    assert sprite.figure is not None  # noqa: S101  (only figures are drawn here)
    at = figure_view(view, sprite, seconds)
    texture, foot_px = sprite.card(seconds, at.turn_deg, at.tilt_deg, haze, at.distance_m)
    rows, columns = texture.colour.shape[:2]
    px = PX_PER_M * sprite.figure.density * STANDING_M / sprite.figure.height_m
    to_texture = np.array([[px, 0, foot_px[0]], [0, -px, foot_px[1]], [0, 0, 1.0]])
    left, low, right, high = -foot_px[0] / px, (foot_px[1] - rows) / px, (columns - foot_px[0]) / px, foot_px[1] / px
    low = _waterline(sprite, low, float(at.foot[1]))
    if low >= high:
        return
    outline = np.array([[left, low], [right, low], [right, high], [left, high]])
    draw_plane(frame, view, at.plane(outline, texture, to_texture), opacity=opacity, blur_px=blur_px)


@dataclass(frozen=True)
class FigureView:
    """How a camera sees somebody with joints.

    Attributes:
        turn_deg, tilt_deg: From which side and from how far above.
        distance_m: How far away their middle is.
        foot, card, up: World point of the foot, and directions of the card's width and height.
    """

    turn_deg: float
    tilt_deg: float
    distance_m: float
    foot: NDArray[np.float64]
    card: NDArray[np.float64]
    up: NDArray[np.float64]

    def plane(self, outline: NDArray[np.float64], texture: Texture, to_texture: NDArray[np.float64]) -> Plane:
        """Their card; its coordinates are metres from the foot."""
        return Plane(self.foot, self.card, self.up, outline, texture, to_texture)


def figure_view(view: View, sprite: Sprite, seconds: float) -> FigureView:
    """From where a camera sees somebody with joints at a time."""
    foot = np.array(sprite.place(seconds))
    away = foot + 0.5 * sprite.height_m * _UP - view.eye
    level = float(np.hypot(away[0], away[2]))
    facing = math.atan2(away[0], away[2])
    over = -away[1] - HEAD_SHARE * sprite.height_m  # who looks somebody in the face does not look down on them
    tilt = round(max(0.0, min(80.0, math.degrees(math.atan2(over, max(level, 1e-3))))) / TILT_DEG) * TILT_DEG
    turn = math.degrees(math.atan2(-away[0], away[2])) - sprite.heading_at(seconds)
    lean = math.radians(tilt)
    ahead = np.array([math.sin(facing), 0.0, math.cos(facing)])
    card = np.array([math.cos(facing), 0.0, -math.sin(facing)])
    return FigureView(
        turn, tilt, float(np.linalg.norm(away)), foot, card, _UP * math.cos(lean) + ahead * math.sin(lean)
    )


def _stance(
    sprite: Sprite, away: NDArray[np.float64], seconds: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Directions of a card's width and height: it faces the camera, sways in its gait and breathes."""
    facing = math.atan2(away[0], away[2]) - (sprite.turned or 0.0)
    card = np.array([math.cos(facing), 0.0, -math.sin(facing)])
    if sprite.is_prop:
        return card, _UP
    gait = GAITS[sprite.gait]
    breath = 1 + gait.breath * math.sin(2 * math.pi * 0.28 * seconds + sprite.x)
    over = -away[1] - (sprite.height_m if sprite.word is not None else 0.0)  # who looks over a table sees its side
    tilt = max(0.0, math.atan2(over, math.hypot(away[0], away[2])) - STEEP) * 0.75
    ahead = np.array([math.sin(facing), 0.0, math.cos(facing)])
    upright = _UP * math.cos(tilt) + ahead * math.sin(tilt)
    lean = gait.sway * math.sin(math.pi * (gait.hertz or 0.7) * seconds + sprite.x)
    return card * math.cos(lean) - upright * math.sin(lean), (upright * math.cos(lean) + card * math.sin(lean)) * breath


def _seen(views: list[tuple[float, CutOut]], bearing: float) -> list[tuple[int, bool, float, float]]:
    """Views to draw for a bearing: (index, mirrored, opacity, width)."""
    bearing = (bearing + 180) % 360 - 180
    turns = [_difference(bearing, azimuth) for azimuth, _ in views]
    order = sorted(range(len(views)), key=lambda i: abs(turns[i][0]))
    best = order[0]
    seen = [(best, turns[best][1], 1.0, _narrow(turns[best][0]))]
    if len(order) > 1:
        second = order[1]
        gap = abs(turns[second][0]) - abs(turns[best][0])
        if gap < DISSOLVE_DEG:
            seen.append((second, turns[second][1], 0.5 * (1 - gap / DISSOLVE_DEG), _narrow(turns[second][0])))
    return seen


def _difference(bearing: float, azimuth: float) -> tuple[float, bool]:
    """How far the camera is from a view's axis, and whether the view must be mirrored (side views serve both sides)."""
    straight = (bearing - azimuth + 180) % 360 - 180
    if azimuth % 180 == 0:
        return straight, False
    other = (-bearing - azimuth + 180) % 360 - 180
    return (straight, False) if abs(straight) <= abs(other) else (other, True)


def _narrow(degrees: float) -> float:
    """Width of a card that is seen from the side: by the cosine, but never a line."""
    return max(0.42, abs(math.cos(math.radians(degrees))))


def colour_matched(cut: CutOut, place: FrameYUV, amount: float = 0.22) -> CutOut:
    """Pull a cut-out's brightness and tint a little towards the place; its identity stays."""
    mean: NDArray[np.float64] = np.array(cv2.mean(cut.texture, mask=cut.alpha)[:3])
    wanted = np.array(cv2.mean(place)[:3])
    shift = np.clip((wanted - mean) * np.array([amount, amount, amount]), [-26, -7, -7], [26, 7, 7])
    levels = np.arange(256, dtype=np.float64)[:, None] + shift
    table = np.clip(np.round(levels), [16, 16, 16], [235, 240, 240]).astype(np.uint8)[None]
    return replace(cut, texture=np.asarray(cv2.LUT(cut.texture, table), np.uint8))
