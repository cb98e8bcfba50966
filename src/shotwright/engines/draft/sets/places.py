"""Places by name: the rows of `places.toml` on the shells of `kinds`, with what the words say of them."""

from __future__ import annotations

import tomllib
from collections import Counter
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from shotwright.core.prompt.lexicon import noun_of, singular
from shotwright.engines.draft.sets.art import tinted
from shotwright.engines.draft.sets.furnish import PEOPLE, furnished
from shotwright.engines.draft.sets.ground import boards, cobbles, sand, soil, tiles, water
from shotwright.engines.draft.sets.kinds import KINDS, Room, SetKind
from shotwright.engines.draft.sets.materials import FLOORS
from shotwright.media.colour import colour_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from shotwright.core.plan import Action, Setting
    from shotwright.engines.draft.sets.art import RGB, Rng
    from shotwright.engines.draft.sets.kinds import Prop
    from shotwright.media.colour import FrameRGB

SHELL_OF = {
    "interior": "living room",
    "skyline": "city",
    "harbour": "harbour",
    "mountains": "mountain",
    "field": "meadow",
    "sea": "ocean",
    "space": "moon",
    "dark": "black glass",
}
"""The place that stands for a kind that the reader found, where no noun is known."""
EMPTY = frozenset({"empty", "deserted", "abandoned", "quiet", "lonely", "desolate", "vacant"})
CROWDED = frozenset({"crowded", "busy", "bustling", "packed", "lively", "full", "teeming"})
ATTRIBUTES: dict[str, dict[str, Any]] = {
    "frozen": {"ground": "ice"}, "freeze": {"ground": "ice"}, "icy": {"ground": "ice"},
    "crowded": {"add": ["people sides *8", "people behind *5"]}, "ruined": {"fronts": "ruins", "add": ["ruin sides *4 @2.4", "bush sides *4 @0.8"], "wall": "stone #8a8478"},
    "abandoned": {"add": ["crate corners @0.7", "bush sides *3 @0.7", "broken column sides *2 @1.6"]}, "neon": {"light": "neon", "add": ["sign sides *4 @1.8 ^2.2"]},
    "cobblestone": {"ground": "cobblestone"}, "cobbled": {"ground": "cobblestone"}, "snowy": {"ground": "snow"}, "snow-covered": {"ground": "snow"},
    "futuristic": {"light": "neon", "fronts": "towers", "wall": "metal #7a8894", "ground": "metal"}, "sci-fi": {"light": "neon", "fronts": "towers", "wall": "metal #7a8894", "ground": "metal"},
    "medieval": {"fronts": "timber", "wall": "stone #948a7a", "ground": "cobblestone"}, "wooden": {"wall": "wood #8a6444", "ground": "boards"}, "rustic": {"wall": "wood #8a6444", "ground": "boards"},
    "marble": {"ground": "marble", "wall": "plaster #e4ded2"}, "grand": {"ground": "marble"}, "brick": {"wall": "brick #9a5e4a"}, "stone": {"wall": "stone #948a7a"}, "concrete": {"wall": "concrete #9a9a98"},
    "muddy": {"ground": "mud"}, "grassy": {"ground": "grass"}, "sandy": {"ground": "sand"}, "rocky": {"ground": "gravel", "add": ["rock scatter *10 @0.7"]}, "dusty": {"ground": "dirt"},
    "tiled": {"wall": "tiles #dfe3e4"}, "industrial": {"wall": "brick #8a6450", "ground": "concrete"},
    "autumn": {"trees": "autumn", "ground": "leaves"}, "autumnal": {"trees": "autumn", "ground": "leaves"}, "fall": {"trees": "autumn", "ground": "leaves"},
    "winter": {"trees": "bare", "ground": "snow"}, "wintry": {"trees": "bare", "ground": "snow"}, "spring": {"trees": "blossom"}, "blossoming": {"trees": "blossom"}, "bare": {"trees": "bare"},
    "checkered floor": {"ground": "checker"}, "chequered floor": {"ground": "checker"}, "checkerboard floor": {"ground": "checker"}, "wooden floor": {"ground": "boards"}, "parquet floor": {"ground": "boards"}, "marble floor": {"ground": "marble"},
    "tiled floor": {"ground": "tiles"}, "stone floor": {"ground": "stone tiles"}, "concrete floor": {"ground": "concrete"}, "dirt floor": {"ground": "dirt"}, "earthen floor": {"ground": "dirt"}, "dusty floor": {"ground": "dirt"}, "sand floor": {"ground": "sand"},
    "gloomy": {"light": "low_key"}, "shadowy": {"light": "low_key"}, "unlit": {"light": "low_key"}, "dim": {"light": "low_key"}, "dark": {"light": "low_key"}, "dimly": {"light": "low_key"},
}  # fmt: skip
"""What can be seen of a place, beside its noun. `add` furnishes; the rest goes before the row."""


@dataclass(frozen=True)
class Found:
    """A place of the words: how it is built, and whether its noun has a row."""

    kind: SetKind
    name: str
    is_known: bool


@cache
def rows() -> dict[str, dict[str, Any]]:
    """The rows of `places.toml` by every noun."""
    text = (resources.files(__package__) / "places.toml").read_text(encoding="utf-8")
    found: dict[str, dict[str, Any]] = {}
    for name, row in tomllib.loads(text).items():
        for noun in (name, *row.get("also", [])):
            found.setdefault(noun, {**row, "name": name})
    return found


@cache
def _told() -> dict[str, str]:
    """Places by who and what is usually there."""
    found: dict[str, str] = {}
    for row in rows().values():
        for noun in row.get("told_by", []):
            found.setdefault(noun, row["name"])
    return found


ACTED_IN = {
    "surf": "ocean", "ski": "snowy mountain", "row": "lake", "cook": "kitchen", "ballet": "theater", "ride_bike": "street", "skate": "street", "ride_horse": "meadow",
    "drive": "street", "play_guitar": "concert", "play_piano": "living room", "play_violin": "theater", "type": "office", "sleep": "bedroom", "climb": "mountain", "dig": "garden",
}  # fmt: skip
"""Where people usually do something."""


def court_of(noun: str, actions: Iterable[Action], things: Iterable[str] = ()) -> str:
    """Which court a court is, and which field a field, by what is played on it, who plays and with what."""
    told = [place for act in actions if (place := _told().get(act.verb)) is not None]
    told += [place for thing in things if (place := _told().get(thing)) is not None]
    fits = (place for place in told if place.endswith(f" {noun}") or (noun in PITCHES and place in GROUNDS))
    return next(fits, noun)


PITCHES = frozenset({"field", "pitch", "court", "ground"})
GROUNDS = frozenset({"stadium", "sports hall", "ice rink", "golf course", "tennis court"})
"""What a field is where a goalkeeper stands on it."""


def place_told_by(nouns: Iterable[str], actions: Iterable[Action] = (), *, is_outside: bool = False) -> str | None:
    """Where those are usually, whom the words name without a place; in the open, when `is_outside`; None where nobody tells.

    Everybody has a voice, more general nouns half of one; "a kitchen table" speaks of kitchens by its own words.
    """
    acted = [place for act in actions if (place := _told().get(act.verb) or ACTED_IN.get(act.motion or "")) is not None]
    voices = Counter(place for place in acted if not (is_outside and _has_roof(place)))
    for noun in nouns:
        words = noun.lower().split()
        names = [" ".join(words[i:]) for i in range(len(words))]
        whole = noun_of(noun.lower())
        tells = whole is None or whole.kind in {
            "furniture",
            "building",
            "clothing",
        }  # a kitchen table, and no ice cream
        own = [
            rows()[word]["name"]
            for word in words[:-1]
            if tells and word in rows() and word not in CUTS_OF_CLOTH and noun_of(word) is not None
        ]
        told = next((_told()[form] for name in names for form in (name, singular(name)) if form in _told()), None)
        near = noun_of(words[-1]) if words and told is None else None
        general = _told().get(near.near) if near is not None else None
        for place, weight in (
            (own[0] if own else None, OWN_WORD),
            (told, 2 + any(" " in name for name in names if name in _told())),
            (general, 1),
        ):
            if place is not None and not (is_outside and _has_roof(place)):
                voices[place] += weight
    return max(voices, key=lambda place: voices[place]) if voices else None


def _has_roof(place: str) -> bool:
    """Whether no rain falls in a place; a stadium is open."""
    return bool(rows()[place]["base"] == "room" and rows()[place].get("ceiling") != "none")


OWN_WORD = 3
CUTS_OF_CLOTH = frozenset({"trench", "tank", "tent", "bell", "bar"})
"""What names a garment after a place where it is not worn: "a trench coat"."""


def is_vehicle_room(noun: str) -> bool:
    """Whether passengers of a vehicle are seen inside it: of a train, not of a boat."""
    row = rows().get(noun)
    return row is not None and "passing" in row


def is_known(noun: str, setting: Setting | None = None) -> bool:
    """Whether a noun, with what is said of it in a setting, is a place that has a row: a construction site."""
    return (_row(noun) if setting is None else _row_said(noun, setting.attributes, setting.places)) is not None


def base_of(noun: str) -> str | None:
    """The kind that a place is built from; None of a place without a row."""
    row = _row(noun)
    return str(row["base"]) if row is not None else None


def find_place(setting: Setting, *, has_cast: bool, is_aerial: bool = False) -> Found:
    """The place of a shot: the first noun that has a row, an open one before a building that stands in it; else the kind that was read.

    Args:
        setting: Of the plan.
        has_cast: Whether anybody or anything is shown: without a place they stand in a studio.
        is_aerial: Seen from above, a room is where its house stands.
    """
    known = [
        (noun, row)
        for noun in setting.places
        if (row := _row_said(noun, setting.attributes, setting.places)) is not None
    ]
    if is_aerial:
        known = [(noun, row) for noun, row in known if row["base"] != "room"] or known
    if "outside" in setting.attributes:
        known = [(noun, rows()[OUTSIDE] if row["base"] == "room" else row) for noun, row in known]
    known.sort(key=lambda pair: pair[0] in ANY_ROOM | OF_PLACES)  # "an airport arrivals hall": no ballroom
    others = [row for _, row in known[1:]]
    if known and known[0][1]["base"] == "room" and not setting.inside and known[0][0] in BUILDINGS:
        known = [(noun, row) for noun, row in known if row["base"] != "room"] or known
    is_dark = "dark" in setting.shells or bool({"dark", "black"} & set(setting.attributes))
    if known and known[0][1]["base"] == "studio" and is_dark:
        known = [(known[0][0], rows()["dark studio"])]  # "studio lighting, dark background"
    if known:
        noun, row = known[0]
        return Found(_built(row, setting, others), noun, is_known=True)
    shell = next((name for name in setting.shells if name in KINDS or name in SHELL_OF), None)
    name = SHELL_OF.get(shell or "", shell or ("studio" if has_cast else "meadow"))
    label = setting.places[0] if setting.places else None
    return Found(_built(rows()[name], setting, [], label), label or name, is_known=label is None)


BLUE = frozenset({"blue", "clear", "sunny"})
"""Said of a sky that is as skies are."""
OUTSIDE = "street"
"""Where one is before a building that has no row but for its rooms."""
ANY_ROOM = frozenset(
    {"hall", "room", "interior", "building", "house", "apartment", "floor", "indoors", "home", "background"}
)
"""Nouns of places that say less than any other."""
OF_PLACES = frozenset(
    {"aisle", "corner", "counter", "booth", "doorway", "doorstep", "entrance", "seat", "row", "porch", "balcony"}
)
"""Parts of places: "the aisle of a diner" is the diner."""
BUILDINGS = frozenset(
    {
        "church",
        "cathedral",
        "temple",
        "barn",
        "castle",
        "factory",
        "hospital",
        "school",
        "museum",
        "palace",
        "mansion",
        "house",
        "pagoda",
        "mosque",
        "fortress",
    }
)


SAID = {"freeze": "frozen"}


def _row_said(noun: str, attributes: tuple[str, ...], others: tuple[str, ...] = ()) -> dict[str, Any] | None:
    """The row of a noun with a word that is said of it ("spaceship corridor"), else that of the noun."""
    named = (f"{SAID.get(said.lower(), said.lower())} {noun}" for said in (*attributes, *others))
    return next((rows()[name] for name in named if name in rows()), _row(noun))


def _row(noun: str) -> dict[str, Any] | None:
    """The row of a noun: its own, or that of its last words."""
    words = noun.lower().split()
    for start in range(len(words)):
        name = " ".join(words[start:])
        for form in (name, singular(name)):
            if form in rows():
                return rows()[form]
    return None


def _built(row: dict[str, Any], setting: Setting, others: list[dict[str, Any]], label: str | None = None) -> SetKind:
    said = {word for attribute in setting.attributes for word in (attribute.lower(), *attribute.lower().split())}
    extra = [ATTRIBUTES[word] for word in sorted(said) if word in ATTRIBUTES]
    extra += [ATTRIBUTES["crowded"]] if said & CROWDED else []
    merged = dict(row)
    lines = [*row.get("things", []), *(line for change in extra for line in change.get("add", []))]
    if said & EMPTY:
        lines = [line for line in lines if not line.startswith(PEOPLE)]
    for change in extra:
        merged |= {name: value for name, value in change.items() if name != "add"}
    kind = KINDS[row["base"]]
    painted = colour_of(
        next((a for a in setting.attributes if colour_of(a) is not None and not a.endswith(FLOOR)), None)
    )
    if painted is not None and kind.room:
        merged["wall"] = f"{merged['wall'].split()[0]} #{painted[0]:02x}{painted[1]:02x}{painted[2]:02x}"
    kind = _as_room(kind, merged, others) if kind.room else replace(kind, fronts=merged.get("fronts", kind.fronts))
    place, own = furnished(tuple(lines), label=label), kind.props
    growth = (lambda _: []) if row.get("bare") else own

    trees = merged.get("trees")

    def props(rng: Rng) -> list[Prop]:
        found = [*growth(rng), *place(rng, kind)]
        return [replace(prop, name=f"{trees} {prop.name}") if trees and prop.name in GROWN else prop for prop in found]

    is_laid = "ground" in merged and not (merged["ground"] == "leaves" and row["base"] not in LEAFY)
    laid = next((laid for a in setting.attributes if (laid := _laid(a)) is not None), None)
    ground = laid or (FLOORS[merged["ground"]] if is_laid else kind.ground)
    deck = 3.2 if row.get("deck") else 0.0
    if painted is not None and row["base"] == "studio":
        return replace(
            kind,
            props=props,
            ground=soil(tinted(painted, 1.02), tinted(painted, 0.98), 0.12),
            sky=(tinted(painted, 0.94), tinted(painted, 1.06)),
        )
    if painted is not None and not kind.room and row["base"] in DYED:
        ground = _dyed(row["base"], painted)
    sky = tuple(_colour(text) for text in row["sky"]) if "sky" in row else kind.sky
    above = None if setting.sky and BLUE & set(setting.sky.split()) else colour_of(setting.sky)
    sky = sky if above is None else (tinted(above, 0.8), tinted(above, 1.25))
    return replace(
        kind, props=props, shore=row.get("shore", kind.shore), ground=kind.ground if deck else ground, deck=FLOORS["boards"] if deck else None, light=merged.get("light"), sky=(sky[0], sky[1]),
    )  # fmt: skip


FLOOR = " floor"
COVERS: dict[str, Callable[[RGB], Callable[[Rng], FrameRGB]]] = {
    **dict.fromkeys(("sand", "dust", "ash", "salt", "snow"), lambda c: sand(c)),
    **dict.fromkeys(("carpet", "carpeting", "linoleum"), lambda c: soil(c, tinted(c, 0.9), 0.4)),
    **dict.fromkeys(("tile", "stone", "slab"), lambda c: tiles(c, tinted(c, 0.7), 128)),
    **dict.fromkeys(("floorboard", "parquet", "wood"), lambda c: boards(c)),
    **dict.fromkeys(("cobble", "cobblestone"), lambda c: cobbles(c)),
}  # fmt: skip
"""What a ground of a colour of its own is of: "green carpet", "black sand"; else it is earth."""


def _laid(attribute: str) -> Callable[[Rng], FrameRGB] | None:
    """The ground that words describe: "black sand floor"; None where they tell no colour."""
    said = attribute.removesuffix(FLOOR)
    colour = colour_of(said)
    if colour is None or said == attribute:
        return None
    cover = COVERS.get(said.split()[-1])
    return cover(colour) if cover else soil(tinted(colour, 0.94), tinted(colour, 1.05), 0.6)


GROWN = frozenset({"tree", "bush"})
"""What changes with the season."""
LEAFY = frozenset({"park", "forest", "field", "mountains"})
"""Where leaves lie in autumn."""
EARTH: RGB = (150, 116, 88)
"""What is in the ground of every colour."""
WATERS = frozenset({"sea", "harbour", "lake", "beach", "island"})
DYED = WATERS | {"field", "mountains", "desert", "space", "park"}
"""Open kinds whose water or ground takes a colour that is said of them: "a turquoise lagoon", "a red planet"."""


def _dyed(base: str, colour: RGB) -> Callable[[Rng], FrameRGB]:
    if base in WATERS:
        return water(tinted(colour, 0.86), tinted(colour, 1.3))
    earth = tuple(round(0.6 * c + 0.4 * e) for c, e in zip(colour, EARTH, strict=True))
    return soil(tinted((earth[0], earth[1], earth[2]), 0.92), tinted((earth[0], earth[1], earth[2]), 1.06), 0.7)


def _as_room(kind: SetKind, row: dict[str, Any], others: list[dict[str, Any]]) -> SetKind:
    half, back, tall = row.get("size", (4.0, 7.0, 3.0))
    material, colour = row["wall"].split()
    wall = _colour(colour)
    above = row.get("ceiling")
    ceiling = None if above == "none" else _colour(above) if above else tuple(min(255, round(1.08 * c)) for c in wall)
    open_ones = [other["name"] for other in others if other["base"] != "room"]
    behind = (open_ones or [row.get("outside", "meadow")])[0]
    room = Room(half, back, tall, (material, wall), ceiling, row.get("window", "back"))  # type: ignore[arg-type]  # three channels
    outside = _outside(behind) if room.window != "none" or above == "none" or material == "glass" else None
    return replace(
        kind, room=room, outside=outside, passing_m_s=row.get("passing", 0.0), reach_m=min(5.0, 0.7 * back), depth_m=back - 0.4, side_m=half - 0.6,
        aerial_m=max(2.0, tall - 0.2),
    )  # fmt: skip


def _outside(name: str) -> SetKind:
    row = rows().get(name, rows()["meadow"])
    kind = KINDS[row["base"]]
    if kind.room:
        return replace(KINDS["alley"], is_dark=True)  # walls go by
    return replace(kind, fronts=row.get("fronts", kind.fronts))


def _colour(text: str) -> RGB:
    found = colour_of(text)
    assert found is not None, text  # noqa: S101  (the tests read every row)
    return found
