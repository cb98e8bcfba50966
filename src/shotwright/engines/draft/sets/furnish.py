"""Furnishing: lines of `places.toml` become things at places, in metres. Things are painted, drawn, or people.

`"counter back *2 @0.95"` is two counters at the back wall, 0.95 m tall; `^0.9` lifts a thing from the floor.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from shotwright.core.plan import Entity
from shotwright.engines.analysis.cutout import CutOut
from shotwright.engines.draft.cast.drawings import draw, drawings
from shotwright.engines.draft.cast.figures import Figure, Step
from shotwright.engines.draft.cast.labels import box_of
from shotwright.engines.draft.cast.library import DRAWN, picture_of, row_of
from shotwright.engines.draft.cast.wardrobe import clothes_of
from shotwright.engines.draft.sets.art import PAINTERS, Art, Rng
from shotwright.engines.draft.sets.kinds import Prop, Room, SetKind, spread
from shotwright.media.colour import yuv_to_rgb

PEOPLE, LABEL = "people", "label:"
SEATED_M = 1.4
"""People as tall as this at most sit."""
PEOPLE_DO = ("stand", "talk", "look_around", "stand", "walk", "talk")
USUAL_M, DRY_M, TALL_M = 1.7, 12.0, 5.0
"""Height of people; how far a shore goes; what is taller stands in the water."""


@dataclass(frozen=True)
class Thing:
    """A line of furnishing: what, where, how many, how tall and how high, metres."""

    name: str
    where: str
    count: int = 1
    height_m: float = 0.0
    lift_m: float | None = None

    @classmethod
    def of(cls, line: str) -> Thing:
        """Read a line.

        Raises:
            ValueError: It names no place, or a thing that nobody draws.
        """
        words = line.split()
        at = next((i for i, word in enumerate(words) if word[0] in "*@^"), len(words)) - 1
        if at < 1 or not (words[at] in ROOM_PLACES or words[at] in OPEN_PLACES):
            raise ValueError(f"{line!r}: where? One of {', '.join([*ROOM_PLACES, *OPEN_PLACES])}")
        name, rest = " ".join(words[:at]), {word[0]: float(word[1:]) for word in words[at + 1 :]}
        if name != PEOPLE and name not in PAINTERS and row_of(name) is None:
            raise ValueError(f"{line!r}: nothing draws {name!r}")
        row = row_of(name)
        usual = USUAL_M if name == PEOPLE else row.height_m if row else 1.0
        return cls(name, words[at], int(rest.get("*", 1)), rest.get("@", usual), rest.get("^"))


def art_of(name: str, rng: Rng) -> Art:
    """The picture of a thing of a set."""
    if name in PAINTERS:
        return PAINTERS[name](rng)
    if name.startswith(LABEL):
        return _art(box_of(name.removeprefix(LABEL), "other", None))
    row = row_of(name)
    assert row is not None  # noqa: S101  (`Thing.of` asked)
    if row.code.startswith(DRAWN):
        return Art(*draw(drawings()[row.code.removeprefix(DRAWN)]))
    return _art(picture_of(row.code, row.remark, None, mirrored=bool(rng.integers(2))))


def _art(cut: CutOut) -> Art:
    return Art(yuv_to_rgb(cut.texture), cut.alpha, np.zeros_like(cut.alpha))


PHASES, LOOP_S = 6, {"walk": 1.1, "talk": 3.0, "look_around": 4.0, "stand": 4.0, "sit": 4.0}
"""Pictures of a moving extra, and how long they take until they begin again, seconds."""
WALK_M_S = 1.1


@dataclass(frozen=True)
class Extra:
    """Somebody of a crowd.

    Attributes:
        arts: Pictures of what they do, one after the other.
        loop_s: How long they take until they begin again.
        speed: Metres per second to the right.
    """

    arts: tuple[Art, ...]
    loop_s: float
    speed: float = 0.0


@lru_cache(maxsize=24)
def extra_of(name: str, number: int, *, walks: bool) -> Extra:
    """Somebody of a crowd, who stands, talks, looks around or sits, or walks by where there is room."""
    motion = "sit" if name.endswith("sitting") else PEOPLE_DO[number % len(PEOPLE_DO)]
    motion = "stand" if motion == "walk" and not walks else motion
    motion = "walk" if walks and motion == "stand" else motion
    entity = Entity(f"extra{number}", "woman" if number % 2 else "man", "person")
    loop = LOOP_S[motion]
    figure = Figure([Step(motion, 0.0, 60.0)], clothes_of(entity, [], number))
    side = 1 if number % 4 < 2 else -1
    turn = -80.0 * side if motion == "walk" else (zlib.crc32(name.encode()) + 67 * number) % 160 - 80
    cards = [figure.card(loop * i / PHASES, float(turn), 0.0).cut for i in range(PHASES)]
    return Extra(tuple(_art(cut) for cut in cards), loop, side * WALK_M_S if motion == "walk" else 0.0)


Place = Callable[[Rng, SetKind, int, int, float], tuple[float, float, float]]
"""Where the i-th of n things stands: (generator, kind, i, n, height) to x, z and its lift, metres."""


def furnished(lines: tuple[str, ...], *, label: str | None = None) -> Callable[[Rng, SetKind], list[Prop]]:
    """Who places the things of these lines; `label`: the name of a place that nobody knows, on a board."""
    things = [Thing.of(line) for line in lines]

    def place(rng: Rng, kind: SetKind) -> list[Prop]:
        found = _at_back([thing for thing in things if thing.where == "back"], kind.room) if kind.room else []
        for thing in things:
            if kind.room and thing.where == "back":
                continue
            if thing.where in {"scatter", "far"} and not kind.room:
                found += _spread(rng, thing, kind)
                continue
            at = (ROOM_PLACES if kind.room else OPEN_PLACES).get(thing.where, _middle)
            for i in range(thing.count):
                x, z, lift = at(rng, kind, i, thing.count, thing.height_m)
                found.append(_prop(thing, x, z, lift))
        if label:
            found.append(Prop(LABEL + label, 0.5 * min(kind.side_m, 3.4), min(kind.depth_m - 0.3, 7.0), 0.5, 1.5))
        return found if kind.room else _also_behind(found)

    return place


def _prop(thing: Thing, x: float, z: float, lift: float) -> Prop:
    name = f"{PEOPLE}-sitting" if thing.name == PEOPLE and thing.height_m <= SEATED_M else thing.name
    return Prop(name, x, z, thing.height_m, lift if thing.lift_m is None else thing.lift_m)


def _also_behind(props: list[Prop]) -> list[Prop]:
    """Things behind the camera as well, but nobody twice."""
    return props + [replace(p, x=-p.x, z=2.0 - p.z) for p in props if not p.name.startswith(PEOPLE)]


def _width_m(thing: Thing) -> float:
    drawing = drawings().get(thing.name)
    return thing.height_m * (drawing.size[0] / drawing.size[1] if drawing else 0.45 if thing.name == PEOPLE else 1.0)


def _at_back(things: list[Thing], room: Room) -> list[Prop]:
    """Along the back wall, side by side; what has no room stands in a row before it. Low things stand in front."""
    found: list[Prop] = []
    line = [thing for thing in sorted(things, key=lambda thing: -thing.height_m) for _ in range(thing.count)]
    row: list[Thing] = []
    wide, z = 0.0, room.back_m - 0.45
    for thing in [*line, None]:
        own = _width_m(thing) if thing else 0.0
        if row and (thing is None or wide + own > 1.8 * room.half_m):
            x = -wide / 2
            for item in row:
                x += _width_m(item) / 2
                found.append(_prop(item, x, z, 0.0))
                x += _width_m(item) / 2
            row, wide, z = [], 0.0, z - 0.95
        if thing:
            row.append(thing)
            wide += own + 0.06
    return found


def _spread(rng: Rng, thing: Thing, kind: SetKind) -> list[Prop]:
    """Over open ground, near or far."""
    tall = thing.height_m
    reach, free = (
        ((3.0, DRY_M if kind.shore else 30.0), 1.4)
        if thing.where == "scatter"
        else ((18.0 + 1.6 * tall, 60.0 + 3.0 * tall), 3.0)
    )
    name = f"{PEOPLE}-{thing.where}" if thing.name == PEOPLE else thing.name
    found = spread(rng, (name,), thing.count, reach, (0.8 * tall, 1.15 * tall), free=free, wide=0.6)
    return [replace(prop, lift_m=thing.lift_m or 0.0) for prop in found]


def _share(i: int, n: int) -> float:
    """-1..1 for the i-th of n."""
    return 0.0 if n == 1 else 2 * i / (n - 1) - 1


def _along(kind: SetKind, i: int, n: int) -> float:
    """How far ahead the i-th of n stands along a side, nearer ones first."""
    near, far = (2.0, kind.room.back_m - 0.9) if kind.room else (4.5, DRY_M if kind.shore else 34.0)
    return near + (far - near) * (i + 0.5) / max(n, 1)


def _aside(kind: SetKind, height: float) -> float:
    """How far from the middle the things along a side stand."""
    if kind.room:
        return max(0.55 * kind.room.half_m, kind.room.half_m - 0.35 - 0.2 * height)
    return {"street": 5.2, "alley": 1.75}.get(kind.walls, 5.6) + max(0.0, 0.6 * (height - 2.6))


def _sides(rng: Rng, kind: SetKind, i: int, n: int, height: float) -> tuple[float, float, float]:
    side = -1 if i % 2 else 1
    return side * _aside(kind, height) + float(rng.uniform(-0.15, 0.15)), _along(kind, i // 2, (n + 1) // 2), 0.0


def _left(rng: Rng, kind: SetKind, i: int, n: int, height: float) -> tuple[float, float, float]:
    del rng
    return -_aside(kind, height), _along(kind, i, n), 0.0


def _right(rng: Rng, kind: SetKind, i: int, n: int, height: float) -> tuple[float, float, float]:
    x, z, lift = _left(rng, kind, i, n, height)
    return -x, z, lift


def _corners(rng: Rng, kind: SetKind, i: int, n: int, height: float) -> tuple[float, float, float]:
    del rng, n
    room = kind.room or Room()
    return (-1 if i % 2 == 0 else 1) * (room.half_m - 0.3 - 0.2 * height), room.back_m - 0.5 - 0.6 * (i // 2), 0.0


def _middle(rng: Rng, kind: SetKind, i: int, n: int, height: float) -> tuple[float, float, float]:
    del rng, height
    room = kind.room or Room(8.0, 12.0)
    return 0.5 * room.half_m * _share(i, n), 0.68 * room.back_m, 0.0


def _rows(rng: Rng, kind: SetKind, i: int, n: int, height: float) -> tuple[float, float, float]:
    del height
    room = kind.room or Room(8.0, 14.0)
    across = 4 if room.half_m < 6 else 6
    x = 0.78 * room.half_m * _share(i % across, across) + float(rng.uniform(-0.12, 0.12))
    return x, room.back_m * (0.5 + 0.36 * (i // across + 0.5) / max(1, -(-n // across))), 0.0


def _front(rng: Rng, kind: SetKind, i: int, n: int, height: float) -> tuple[float, float, float]:
    del rng, height, n
    half = kind.room.half_m if kind.room else 4.0
    return (-1 if i % 2 else 1) * half * (0.62 - 0.1 * (i // 2)), 2.2 + 0.3 * (i // 2), 0.0


def _ceiling(rng: Rng, kind: SetKind, i: int, n: int, height: float) -> tuple[float, float, float]:
    del rng
    room = kind.room or Room()
    x = 0.0 if n == 1 else 0.5 * room.half_m * (-1 if i % 2 else 1)
    return x, room.back_m * (0.42 + 0.42 * (i // 2 + 0.5) / max(1, (n + 1) // 2)), room.tall_m - height


def _on_wall(rng: Rng, kind: SetKind, i: int, n: int, height: float) -> tuple[float, float, float]:
    del rng
    room = kind.room or Room()
    x = (0.45 if room.window == "back" else 0.0) * room.half_m if n == 1 else 0.66 * room.half_m * _share(i, n)
    return x, room.back_m - 0.07, max(0.9, min(1.35, 0.55 * (room.tall_m - height)))


def _near(rng: Rng, kind: SetKind, i: int, n: int, height: float) -> tuple[float, float, float]:
    del n
    aside = {"street": 2.8, "alley": 1.5}.get(kind.walls, 2.1)
    return (1 if i % 2 == 0 else -1) * (aside + 0.3 * height), 4.2 + float(rng.uniform(0, 2.0)), 0.0


def _behind(rng: Rng, kind: SetKind, i: int, n: int, height: float) -> tuple[float, float, float]:
    wide = 2.4 + 0.6 * height
    x = wide * (0.6 if n == 1 else 1.1 * _share(i, n) * max(1.0, n / 3))
    z = 8.5 + 0.9 * height + float(rng.uniform(0, 1.5))
    return x, min(z, DRY_M) if kind.shore and height < TALL_M else z, 0.0


def _sky(rng: Rng, kind: SetKind, i: int, n: int, height: float) -> tuple[float, float, float]:
    del height
    z = float(rng.uniform(5, 16))
    return (
        0.6 * z * _share(i, max(n, 2)) + float(rng.uniform(-1, 1)),
        z,
        float(rng.uniform(1.4, 4.2)) if kind.floats else float(rng.uniform(2.6, 5.2)),
    )


ROOM_PLACES: dict[str, Place] = {
    "back": _middle, "left": _left, "right": _right, "sides": _sides, "corners": _corners, "middle": _middle, "rows": _rows, "front": _front, "ceiling": _ceiling, "wall": _on_wall,
}  # fmt: skip
OPEN_PLACES: dict[str, Place] = {
    "scatter": _near,
    "near": _near,
    "sides": _sides,
    "behind": _behind,
    "far": _behind,
    "sky": _sky,
    "left": _left,
    "right": _right,
}
