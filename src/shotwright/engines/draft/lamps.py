"""What shines lights what is around it: fires, lamps, lanterns, screens, headlights. In the dark only; painted over the picture.

Light multiplies: what is near a lamp is brighter and takes its colour, the dark sky behind it stays dark. Masks are painted at
an eighth of the size: pools of light have no edges. Everything is a function of time and seed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

import cv2
import numpy as np

from shotwright.media.colour import colour_of, rgb_pixel

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from shotwright.core.plan import ShotPlan
    from shotwright.engines.draft.sprites import Sprite
    from shotwright.engines.draft.stage import View
    from shotwright.media.colour import FrameYUV

RGB = tuple[int, int, int]
SMALL, MOST, NEAREST_M = 8, 8, 0.25
ONE = 64
"""A gain of 1 in eight bits."""
GAIN, TINT, DIMMED = 1.1, 0.55, 0.2
"""How much brighter and how coloured what touches a lamp is; and how much darker what no lamp reaches, where there is one."""
WHITEST = 200
"""Luma above which no lamp makes anything brighter."""
FLAT = 0.8
"""Height of a pool of light in its widths."""
FROM_STOPS, FULL_STOPS = -0.35, -0.95
"""Exposure from which on lamps are seen to light something, and at which they do so fully."""
AHEAD = 1.6
"""How far before a vehicle its headlights shine, in its heights."""
CANDLE = 0.7
"""How much candles light, where the words speak of their light."""
LIT_M = 22.0
"""How far away lamps of a set still light what one sees."""
TURN_S = 5.0
"""How long the lamp of a lighthouse takes to go round."""
_FIRE, _WARM, _WHITE, _COOL = (255, 150, 64), (255, 206, 138), (255, 244, 222), (150, 200, 255)


@dataclass(frozen=True)
class Row:
    """A kind of lamp.

    Attributes:
        colour: Of its light, sRGB.
        reach_m: How far it lights.
        above: Height of the light, in heights of the thing.
        flicker: Share by which it goes up and down.
        way: "ahead" of who drives, "round" as of lighthouses, or everywhere.
    """

    colour: RGB
    reach_m: float
    above: float = 0.8
    flicker: float = 0.0
    way: str = ""


_CAR = Row(_WHITE, 5.0, 0.3, way="ahead")
LAMPS: dict[str, Row] = {
    **dict.fromkeys(("campfire", "bonfire", "fire", "fireplace", "pyre", "brazier", "fire pit", "bonfires", "hearth", "fire barrel"), Row(_FIRE, 4.5, 0.4, 0.16)),
    **dict.fromkeys(("candle", "match", "tealight", "candlestick", "candelabra", "birthday cake", "lighter", "matchstick"), Row(_FIRE, 1.8, 0.95, 0.1)),
    **dict.fromkeys(("torch", "lantern", "paper lantern", "oil lamp", "jack-o'-lantern", "jack-o-lantern", "gas lamp", "sparkler", "furnace", "forge", "stove", "oven", "kiln"), Row(_FIRE, 2.6, 0.6, 0.07)),
    **dict.fromkeys(("street lamp", "streetlamp", "streetlight", "street light", "lamppost", "lamp post"), Row(_WARM, 4.5, 0.92)),
    **dict.fromkeys(("lamp", "table lamp", "desk lamp", "floor lamp", "bedside lamp", "light bulb", "lightbulb", "bulb", "chandelier", "fairy light", "string light", "night light", "pendant lamp", "nightlight", "christmas tree"), Row(_WARM, 2.6, 0.7)),
    **dict.fromkeys(("tv", "television", "screen", "laptop", "computer", "monitor", "phone", "smartphone", "tablet", "fridge", "refrigerator", "vending machine", "jukebox", "arcade machine", "aquarium", "hologram"), Row(_COOL, 1.7, 0.6, 0.04)),
    **dict.fromkeys(("neon sign", "neon", "neon light", "crystal", "portal", "orb", "crystal ball", "lightsaber", "laser", "ufo", "spotlight"), Row(_COOL, 2.8, 0.5, 0.05)),
    **dict.fromkeys(("car", "taxi", "truck", "bus", "motorcycle", "motorbike", "van", "pickup", "police car", "ambulance", "sports car", "race car", "train", "scooter", "tram", "jeep"), _CAR),
    "lighthouse": Row(_WHITE, 9.0, 0.9, way="round"), "firefly": Row((210, 255, 120), 0.8, 0.5, 0.2), "lava": Row(_FIRE, 5.0, 0.2, 0.05), "moon lander": Row(_WHITE, 3.0, 0.5),
}  # fmt: skip
"""Lamps by their nouns."""


@dataclass(frozen=True)
class Glint:
    """A light at a moment: where it is, its colour, how far it reaches, metres, and how bright it is, 0..1."""

    point: tuple[float, float, float]
    colour: RGB
    reach_m: float
    strength: float = 1.0


@dataclass(frozen=True)
class Lamps:
    """The lamps of a scene.

    Attributes:
        sources: Who shines, and how; the colour that the words say goes before that of the row.
        others: Lights without a body, as fires, at a time.
        strength: 0..1, by how dark the scene is.
        seed: Of the shot.
    """

    sources: list[tuple[Sprite, Row]]
    others: Callable[[float], list[Glint]]
    strength: float
    seed: int

    def light(self, frame: FrameYUV, view: View, seconds: float) -> None:
        """Light a frame, in place."""
        if self.strength <= 0:
            return
        glints = [
            *self.others(seconds),
            *(g for pair in self.sources if (g := self._glint(*pair, seconds)) is not None),
        ]
        seen = sorted(
            ((view.project(np.array(glint.point)), glint) for glint in glints), key=lambda item: float(item[0][2])
        )
        seen = [(at, glint) for at, glint in seen if at[2] > NEAREST_M][:MOST]
        if seen:
            _brighten(frame, *_masks(seen, view, self.strength), 1 - DIMMED * self.strength)

    def _glint(self, sprite: Sprite, row: Row, seconds: float) -> Glint | None:
        opacity = sprite.opacity(seconds)
        if opacity <= 0:
            return None
        x, y, z = sprite.place(seconds)
        tall = sprite.height_m
        if row.way == "ahead":
            side = -1 if sprite.is_mirrored else 1
            aside = side * (0.5 * tall * sprite.views[0][1].aspect + AHEAD * tall)
            return Glint((x + aside, 0.3 * tall, z - 0.2), row.colour, row.reach_m, opacity)
        turn = 2 * math.pi * seconds / TURN_S
        if row.way == "round":
            return Glint(
                (x + 6 * math.sin(turn), y + row.above * tall, z - 6 * math.cos(turn)), row.colour, row.reach_m
            )
        phase = (self.seed + hash_of(sprite.ref)) % 97
        wave = math.sin(11 * seconds + phase) + 0.6 * math.sin(23.7 * seconds + 2 * phase)
        reach = row.reach_m * max(0.4, min(1.6, tall / 1.2)) if tall > 1.2 else row.reach_m
        return Glint((x, y + row.above * tall, z), row.colour, reach, opacity * (1 + row.flicker * wave))


class Shining(Protocol):
    """What burns without a body."""

    def glint(self, seconds: float) -> Glint | None:
        """The light that it gives at a time."""
        ...


def lamps_of(
    plan: ShotPlan, sprites: list[Sprite], props: list[Sprite], effects: Sequence[Shining], *, stops: float, seed: int
) -> Lamps | None:
    """Who and what shines in the dark, of the words and, where somebody stands in its light, of the set; None by day."""
    strength = max(strength_of(stops), CANDLE if plan.look.lighting == "candle" else 0.0)
    if strength <= 0:
        return None
    sources = []
    for sprite in (*sprites, *(prop for prop in props if sprites and abs(prop.z) < LIT_M)):
        entity = plan.entity(sprite.word or sprite.ref)
        row = row_of(entity.noun if entity is not None else sprite.ref.removeprefix("set:"))
        if row is not None:
            said = colour_of(entity.colour) if entity is not None and entity.kind != "vehicle" else None
            sources.append((sprite, replace(row, colour=said or row.colour)))

    stands = any(entity.noun.endswith(("candle", "candles", "candelabra")) for entity in plan.entities)
    is_by_candle = plan.look.lighting == "candle" and bool(sprites) and not stands
    candle = Row(_FIRE, 2.7, 0.55, 0.03) if is_by_candle else None

    def burning(seconds: float) -> list[Glint]:
        found = [glint for effect in effects if (glint := effect.glint(seconds)) is not None]
        if candle is not None:  # "by candlelight": near whom the shot is about
            x, y, z = sprites[0].place(seconds)
            beat = 1 + candle.flicker * (math.sin(11 * seconds) + 0.6 * math.sin(23.7 * seconds))
            found.append(
                Glint((x + 0.3, y + candle.above * sprites[0].height_m, z - 0.3), candle.colour, candle.reach_m, beat)
            )
        return found

    return Lamps(sources, burning, strength, seed)


def hash_of(text: str) -> int:
    """A small number for a name, the same in every process."""
    return sum((i + 1) * ord(letter) for i, letter in enumerate(text))


def row_of(noun: str) -> Row | None:
    """The lamp that a noun is: by its whole name, else by its last word."""
    return LAMPS.get(noun) or LAMPS.get(noun.rpartition(" ")[2])


def strength_of(stops: float) -> float:
    """How much lamps light at an exposure: nothing by day."""
    return max(0.0, min(1.0, (FROM_STOPS - stops) / (FROM_STOPS - FULL_STOPS)))


def _masks(
    seen: list[tuple[NDArray[np.float64], Glint]], view: View, strength: float
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    """How much brighter everything becomes, and what is added to its two chromas; float32 at an eighth of the size."""
    wide, high = max(8, view.width // SMALL), max(8, view.height // SMALL)
    columns, rows = np.arange(wide, dtype=np.float32)[None], np.arange(high, dtype=np.float32)[:, None]
    gain, blue, red = (np.zeros((high, wide), np.float32) for _ in range(3))
    for (x, y, depth), glint in seen:
        reach = max(1.5, view.intrinsics[0, 0] * glint.reach_m / float(depth) / SMALL)
        away = ((columns - x / SMALL) / reach) ** 2 + ((rows - y / SMALL) / (FLAT * reach)) ** 2
        pool = np.maximum(1 - away, 0) ** 3 * (strength * glint.strength)
        _, cb, cr = rgb_pixel(*glint.colour)
        gain += pool
        blue += pool * (cb - 128)
        red += pool * (cr - 128)
    over = np.maximum(gain, 1.0)
    return tuple((mask / over).astype(np.float32) for mask in (gain, blue, red))  # type: ignore[return-value]  # three of them


def _brighten(
    frame: FrameYUV, gain: NDArray[np.float32], blue: NDArray[np.float32], red: NDArray[np.float32], rest: float
) -> None:
    size = (frame.shape[1], frame.shape[0])
    times = np.clip(ONE * (rest + GAIN * gain), 0, 255).astype(np.uint8)
    large = cv2.resize(times, size, interpolation=cv2.INTER_LINEAR)
    luma = cv2.convertScaleAbs(cv2.extractChannel(frame, 0), alpha=1, beta=-16)  # levels begin at 16
    dimmed = cv2.convertScaleAbs(luma, alpha=rest)
    more = cv2.subtract(cv2.multiply(luma, large, scale=1 / ONE), dimmed)
    room = cv2.subtract(np.full_like(luma, WHITEST), luma)  # what is bright already gets less: nothing burns out
    lit = cv2.convertScaleAbs(cv2.add(dimmed, cv2.multiply(more, room, scale=1 / WHITEST)), alpha=1, beta=16)
    cv2.insertChannel(np.asarray(lit, np.uint8), frame, 0)
    for channel, amount in ((1, blue), (2, red)):
        chroma = cv2.extractChannel(frame, channel)
        for sign, change in ((1, cv2.add), (-1, cv2.subtract)):
            part = np.clip(TINT * sign * amount, 0, 127).astype(np.uint8)
            if cv2.countNonZero(part):  # a lamp's light is warm or cool: one of the two is nothing
                chroma = change(chroma, cv2.resize(part, size, interpolation=cv2.INTER_LINEAR))
        cv2.insertChannel(chroma, frame, channel)
