"""The kinds of places that sets are built from: shells with their ground, sky and growth. What words name is a row of `places.toml`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from shotwright.engines.draft.sets import ground as g
from shotwright.engines.draft.sets.art import RGB, Rng
from shotwright.engines.draft.sets.sky import Ridge
from shotwright.media.colour import FrameRGB


@dataclass(frozen=True)
class Prop:
    """A painted thing that stands at (x, z), metres; `lift_m` above the ground."""

    name: str
    x: float
    z: float
    height_m: float
    lift_m: float = 0.0


@dataclass(frozen=True)
class Room:
    """Four walls around the camera.

    Attributes:
        half_m, back_m, tall_m: Half its width, how far ahead its back wall stands, its height.
        wall: Material and colour.
        ceiling: Its colour; None for the open sky.
        window: back, sides, wide, high or none.
    """

    half_m: float = 4.0
    back_m: float = 7.0
    tall_m: float = 3.0
    wall: tuple[str, RGB] = ("plaster", (206, 198, 184))
    ceiling: RGB | None = None
    window: str = "back"

    @property
    def front_m(self) -> float:
        """Where the wall behind the camera stands."""
        return -0.5 * self.back_m


@dataclass(frozen=True)
class SetKind:
    """How to build a kind of place.

    Attributes:
        sky: Colours of the zenith and the horizon by day; ridges stand before it, farthest first.
        ground: Paints the ground's tile, `tile_m` wide; two thirds of its colour are gone after `haze_m`.
        props: Places the things.
        drift: Metres per second by which the ground flows.
        walls: "street", "alley", "room" or "" for an open place.
        room: Of what its walls are, when it is a room.
        fronts: What stands along a street: a row of `FRONTS`.
        reach_m: How far ahead the shot's point of interest lies.
        depth_m: How far the camera may go forward, `side_m` to either side.
        aerial_m: Height of an aerial camera over this place.
        is_dark: Whether its sky is always that of the night.
        island_m: Radius of the island that the camera looks at.
        shore: What the camera stands on before the water: a row of `SHORES`.
        outside: The kind of place behind a room's windows, and how fast it goes by, metres a second.
        ground_m: Height of the ground: far below where there is none.
        air: Colour of the air and how far one sees in it, where it is not clear.
        floats: Whether bodies float.
        light: What lights it unless the words say: a row of the lightings.
        deck: Paints the deck that the camera stands on.
    """

    sky: tuple[RGB, RGB]
    ground: Callable[[Rng], FrameRGB]
    props: Callable[[Rng], list[Prop]]
    ridges: tuple[Ridge, ...] = ()
    tile_m: float = 12.0
    haze_m: float = 180.0
    drift: tuple[float, float] = (0.0, 0.0)
    walls: str = ""
    reach_m: float = 9.0
    depth_m: float = 60.0
    side_m: float = 40.0
    aerial_m: float = 14.0
    is_dark: bool = False
    island_m: float = 0.0
    shore: str = ""
    room: Room | None = None
    fronts: str = "houses"
    outside: SetKind | None = None
    passing_m_s: float = 0.0
    ground_m: float = 0.0
    air: tuple[RGB, float] | None = None
    floats: bool = False
    light: str | None = None
    deck: Callable[[Rng], FrameRGB] | None = None


ISLAND_Z = 105.0


def spread(
    rng: Rng,
    names: tuple[str, ...],
    count: int,
    z: tuple[float, float],
    heights: tuple[float, float],
    *,
    free: float = 2.2,
    wide: float = 1.0,
) -> list[Prop]:
    """Things scattered in the picture's fan, none within `free` metres of the axis near the camera."""
    props = []
    for _ in range(count):
        depth = z[0] + (z[1] - z[0]) * float(rng.uniform()) ** 1.25
        x = float(rng.uniform(-1, 1)) * wide * (4 + 0.95 * depth)
        if abs(x) < free + 0.04 * depth:
            x = float(np.copysign(free + 0.04 * depth + float(rng.uniform(0, 3)), x))
        props.append(Prop(str(rng.choice(names)), x, depth, float(rng.uniform(*heights))))
    return props


def behind(props: list[Prop]) -> list[Prop]:
    """The same things behind the camera as well, so that an orbit finds a place there too."""
    return props + [Prop(p.name, -p.x, 14.0 - p.z, p.height_m, p.lift_m) for p in props]


def _meadow(rng: Rng) -> list[Prop]:
    near = spread(rng, ("grass", "grass", "bush"), 26, (2.5, 16), (0.3, 0.7), free=1.0)
    return behind(near + spread(rng, ("tree", "tree", "bush"), 16, (14, 60), (3.5, 8), free=4))


def _forest(rng: Rng) -> list[Prop]:
    near = spread(rng, ("bush", "grass", "rock"), 16, (3, 14), (0.4, 1.0), free=1.4)
    return behind(near + spread(rng, ("tree", "pine", "pine"), 42, (5, 42), (7, 13), free=2.6, wide=0.8))


def _park(rng: Rng) -> list[Prop]:
    benches = [
        Prop("bench", -2.6, 8, 0.9),
        Prop("bench", 3.0, 15, 0.9),
        Prop("lamp", 2.4, 7, 4.2),
        Prop("lamp", -2.6, 17, 4.2),
        Prop("lamp", 2.6, 28, 4.2),
    ]
    return behind(benches + spread(rng, ("tree", "tree", "bush"), 22, (7, 48), (4, 8), free=3.4))


def _mountains(rng: Rng) -> list[Prop]:
    return behind(
        spread(rng, ("rock", "bush", "grass"), 22, (3, 20), (0.3, 0.9), free=1.4)
        + spread(rng, ("pine", "pine", "rock"), 20, (14, 70), (4, 9), free=5)
    )


def _beach(rng: Rng) -> list[Prop]:
    palms = spread(rng, ("palm",), 9, (7, 30), (6, 9), free=4.0)
    return [*palms, Prop("rock", -3.4, 9, 0.6), Prop("boat", 26, 95, 9), Prop("hill", -120, 320, 60)]


def _harbour(rng: Rng) -> list[Prop]:
    lamps = [Prop("lamp", x, 10.6, 5.0) for x in (-13.0, -5.5, 5.5, 13.0)]
    crates = [Prop("crate", x, float(rng.uniform(6, 9)), 0.8) for x in (-3.6, -4.5, 4.2)]
    boats = [Prop("boat", x, float(rng.uniform(17, 34)), float(rng.uniform(5, 8))) for x in (-24.0, -11.0, 9.0, 21.0)]
    return [*lamps, *crates, *boats, Prop("boat", -44, 110, 12)]


def _lake(rng: Rng) -> list[Prop]:
    near = spread(rng, ("grass", "grass", "bush", "rock"), 20, (2.5, 9), (0.3, 0.7), free=1.6)
    sides = [
        Prop(
            str(rng.choice(["tree", "pine"])),
            side * float(rng.uniform(6, 16)),
            float(rng.uniform(3, 9)),
            float(rng.uniform(5, 8)),
        )
        for side in (-1, 1)
        for _ in range(3)
    ]
    return [*near, *sides, Prop("hill", -120, 320, 60), Prop("hill", 150, 360, 50), Prop("boat", 14, 60, 3)]


def _sea(rng: Rng) -> list[Prop]:
    del rng
    return [Prop("boat", 9, 52, 7), Prop("boat", -34, 130, 8), Prop("hill", 140, 420, 80)]


def _island(rng: Rng) -> list[Prop]:
    turn, reach = rng.uniform(0, 2 * np.pi, 64), 42 * np.sqrt(rng.uniform(0.02, 0.8, 64))
    palms = [
        Prop("palm" if i % 4 else "bush", float(np.cos(a) * r), ISLAND_Z + float(np.sin(a) * r), float(rng.uniform(9, 14)) if i % 4 else 4.0)
        for i, (a, r) in enumerate(zip(turn, reach, strict=True))
    ]  # fmt: skip
    return [*palms, Prop("hill", -6, ISLAND_Z + 12, 19), Prop("hill", 12, ISLAND_Z + 20, 13), Prop("boat", -52, 70, 8)]


def _desert(rng: Rng) -> list[Prop]:
    return behind(
        spread(rng, ("rock", "grass", "cactus"), 22, (4, 50), (0.5, 1.8), free=2.2)
        + spread(rng, ("cactus",), 7, (10, 40), (2.2, 3.4), free=3)
    )


def _street(rng: Rng) -> list[Prop]:
    lamps = [Prop("lamp", side * 4.4, z, 5.2) for z in range(6, 90, 14) for side in (-1, 1)]
    return behind(
        lamps
        + [Prop("tree", side * 5.2, z + 7.0, float(rng.uniform(4, 6))) for z in range(6, 90, 28) for side in (-1, 1)]
    )


def _alley(rng: Rng) -> list[Prop]:
    signs = [
        Prop("sign", side * float(rng.uniform(1.5, 1.9)), z, float(rng.uniform(1.6, 2.6)), float(rng.uniform(2.3, 4.2)))
        for z in range(4, 46, 4)
        for side in (-1, 1)
        if rng.uniform() < 0.8
    ]
    crates = [Prop("crate", side * 1.75, float(rng.uniform(3, 26)), 0.7) for side in (-1, 1, 1, -1)]
    lanterns = [Prop("lantern", float(rng.uniform(-0.9, 0.9)), z, 0.7, 3.4) for z in (7.0, 15.0, 24.0)]
    return signs + crates + lanterns


def _square(rng: Rng) -> list[Prop]:
    return behind(
        [Prop("lamp", side * 6.0, z, 5.0) for z in range(6, 60, 16) for side in (-1, 1)]
        + spread(rng, ("tree", "bush"), 8, (10, 40), (3, 5), free=6)
        + spread(rng, ("tower",), 30, (34, 130), (16, 34), free=11)
    )


def _moon(rng: Rng) -> list[Prop]:
    return [*behind(spread(rng, ("rock",), 26, (4, 60), (0.3, 1.6), free=1.8)), Prop("planet", 120, 420, 110, 70)]


def _orbit(rng: Rng) -> list[Prop]:
    del rng
    return [Prop("planet", -30, 150, 70, -24)]


def _nothing(rng: Rng) -> list[Prop]:
    del rng
    return []


_DAY: tuple[RGB, RGB] = ((88, 144, 212), (206, 226, 240))
_GREEN = Ridge((92, 122, 92), 3.2, 0.4)
KINDS: dict[str, SetKind] = {
    "field": SetKind(_DAY, g.soil((112, 138, 72), (150, 156, 88)), _meadow, (Ridge((118, 146, 150), 5, 0.5), _GREEN)),
    "mountains": SetKind(_DAY, g.soil((104, 122, 76), (136, 128, 100)), _mountains, (Ridge((138, 156, 186), 17, 0.8), Ridge((112, 132, 150), 11, 0.7), Ridge((84, 108, 92), 5, 0.5)), haze_m=260),
    "forest": SetKind(((150, 186, 196), (214, 226, 208)), g.soil((86, 84, 54), (104, 108, 64), 1.3), _forest, (Ridge((96, 122, 92), 12, 0.6), Ridge((66, 92, 64), 9, 0.9)), haze_m=60, depth_m=34),
    "park": SetKind(_DAY, g.soil((104, 134, 74), (132, 150, 86)), _park, (Ridge((128, 134, 148), 5, 0.3, is_city=True), Ridge((84, 112, 78), 4, 0.8))),
    "sea": SetKind(_DAY, g.water((48, 112, 138), (206, 228, 232)), _sea, (Ridge((122, 150, 168), 1.2, 0.4),), 30.0, 420.0, (0.5, -0.9), aerial_m=20),
    "harbour": SetKind(_DAY, g.water((52, 104, 122), (206, 224, 228)), _harbour, (Ridge((122, 150, 168), 3.0, 0.4), Ridge((118, 122, 128), 4.0, is_city=True)), 24.0, 420.0, (0.2, -0.3), aerial_m=18, shore="stone"),
    "lake": SetKind(_DAY, g.water((66, 112, 122), (204, 222, 222)), _lake, (Ridge((128, 152, 170), 9.0, 0.6), _GREEN), 26.0, 420.0, (0.2, -0.2), aerial_m=18, shore="grass"),
    "beach": SetKind(_DAY, g.water((58, 148, 166), (226, 240, 238)), _beach, (Ridge((122, 150, 168), 1.0, 0.4),), 26.0, 420.0, (0.3, -0.8), aerial_m=18, shore="sand"),
    "island": SetKind(_DAY, g.water((34, 104, 142), (190, 220, 226)), _island, (Ridge((122, 150, 168), 0.8, 0.4),), 60.0, 600.0, (0.8, -1.2), reach_m=105, depth_m=150, side_m=120, aerial_m=36, island_m=46),
    "skyline": SetKind(_DAY, g.tiles((128, 128, 130), (98, 98, 102)), _square, (Ridge((150, 160, 178), 20, is_city=True), Ridge((112, 120, 138), 14, is_city=True), Ridge((78, 86, 104), 9, is_city=True)), 10.0, 160.0, aerial_m=30),
    "street": SetKind(((128, 158, 196), (208, 214, 218)), g.road(8.0, 16.0), _street, (Ridge((130, 140, 154), 12, is_city=True),), 16.0, 130.0, walls="street", depth_m=70, side_m=5.0),
    "alley": SetKind(((128, 158, 196), (208, 214, 218)), g.road(3.0, 12.0, is_wet=True), _alley, (Ridge((98, 104, 120), 14, is_city=True),), 12.0, 70.0, walls="alley", depth_m=34, side_m=1.6),
    "desert": SetKind(((104, 156, 210), (244, 226, 192)), g.sand((220, 182, 130)), _desert, (Ridge((200, 158, 122), 6, 0.4), Ridge((214, 174, 124), 3, 0.2)), 14.0),
    "room": SetKind(_DAY, g.boards((150, 110, 76)), _nothing, (), 8.0, 400.0, walls="room", room=Room(), reach_m=5.0, depth_m=6.6, side_m=3.4, aerial_m=2.8),
    "space": SetKind(((4, 5, 14), (10, 12, 26)), g.soil((128, 126, 130), (92, 90, 96), 1.5), _moon, (Ridge((120, 118, 124), 2.5, 0.5),), 14.0, 900.0, is_dark=True),
    "orbit": SetKind(((3, 4, 12), (6, 8, 20)), g.specks((4, 5, 14)), _orbit, (), 90.0, 4000.0, is_dark=True, ground_m=-46.0, floats=True),
    "underwater": SetKind(((16, 96, 140), (20, 110, 150)), g.sand((150, 168, 150)), _nothing, (Ridge((18, 84, 116), 7, 0.7),), 14.0, 16.0, air=((22, 104, 142), 17.0), floats=True),
    "sky": SetKind(((72, 134, 214), (206, 226, 242)), g.cloud_tops((246, 249, 252), (196, 208, 224)), _nothing, (), 90.0, 500.0, ground_m=-24.0, floats=True, aerial_m=6),
    "studio": SetKind(((206, 206, 208), (226, 226, 226)), g.soil((216, 216, 216), (208, 208, 210), 0.12), _nothing, (), 12.0, 14.0, reach_m=5.0, depth_m=20),
}  # fmt: skip
SNOWY = (236, 240, 246)
