"""The words of the prompt language, read from the tables in `words/`.

Each table maps a canonical name to the phrases that mean it, in dictionary form; `~` allows up to two words in between.
Adding a synonym is adding a phrase there. Source: kling-o1, camera vocabulary and label conventions.
"""

from __future__ import annotations

import tomllib
from importlib import resources
from typing import Any, cast

from shotwright.core.prompt.phrases import PhraseTable, all_words

FILES = ("camera", "framing", "roles", "continuation", "edits", "look", "scene", "nouns")
_WORDS = resources.files("shotwright.core.prompt") / "words"
_RAW: dict[str, Any] = {}
for _name in FILES:
    _RAW |= tomllib.loads((_WORDS / f"{_name}.toml").read_text(encoding="utf-8"))


def _table(name: str) -> PhraseTable[str]:
    return PhraseTable(_RAW[name])


def _words(name: str) -> frozenset[str]:
    return frozenset(_RAW[name])


def _single(name: str, phrases: list[str]) -> PhraseTable[str]:
    return PhraseTable({name: phrases})


# camera
CAMERA_STRONG = _table("camera_strong")
NEEDS_CAMERA = _words("needs_camera")
NEEDS_CAMERA_APART = {phrase.replace(" ", " ~ ", 1) for phrase in NEEDS_CAMERA}
"""The same with words in between."""
HANDLED = _words("handled")
CAMERA_NOUNS = _words("camera_nouns")
WE = _words("we")
SPEEDS = _table("speeds")
SIMULTANEOUS = _table("simultaneous")
TRAVEL = frozenset(_RAW["travel"]["verbs"])
DIRECTIONS = _table("directions")
TURNS = _table("turns")
SWEEPS = _table("sweeps")
NO_MOVE = _table("no_move")
SIDE_WORDS = _table("side_words")
NOT_MOVES = _table("not_moves")
BY_VERB: dict[str, dict[str, str]] = {
    verb: dict(cast("tuple[str, str]", tuple(pair.split(">"))) for pair in pairs.split())
    for verb, pairs in _RAW["by_verb"].items()
}
"""What a verb makes of a direction: a pan to the left is no truck."""
SPEED_WEIGHT = {"slow": 1.5, "smooth": 1.1, None: 1.0, "fast": 0.6, "crash": 0.3}
"""Share of the clip that a move takes, relative to a move without an adverb."""

# framing
SIZES = _table("sizes")
ANGLES = _table("angles")
VIEWS = _table("views")

# roles
START_FRAME = _table("start_frame")
END_FRAME = _table("end_frame")
STYLE_WORDS = _table("style_words")
PLACE_WORDS = _table("place_words")
WEAR = _table("wear")
HOLD = _table("hold")
EFFECT = _table("effect")
PLACEMENTS = _table("placements")
REVEALS = _table("reveals")
UNSEEN = _words("unseen")
SHOWING = _words("showing")
PRODUCTS = _words("products")

# continuation
CONTINUATIONS = _table("continuations")
CAMERA_ANGLE = _table("camera_angle")
MOTION_WORDS = _table("motion_words")

# edits
EDIT_VERBS = _table("edit_verbs")
PRESERVES = _table("preserves")
PRESERVE_VERBS = _table("preserve_verbs")
FALLING = _table("falling")
WISHES = _table("wishes")
NEGATIONS = _words("negations")
STOP_NOUNS = _words("stop_nouns")
PRAISE = _words("praise")
DEGREES = _words("degrees")
BACKGROUND_NOUNS = _words("background_nouns")
COLOURS = _words("colours")

# look and scene
STYLES = _table("styles")
LIGHTING = _table("lighting")
MOODS = _table("moods")
WEATHERS = _table("weathers")
TIMES = _table("times")
DEPTH_OF_FIELD = _table("depth_of_field")
SETTINGS = _table("settings")
PLACE_NOUNS = frozenset(noun for nouns in SETTINGS.rows.values() for noun in nouns)
"""What the settings call places."""
STAND_INS = _table("stand_ins")
ACTIONS = _table("actions")
HEADINGS = _table("headings")

# nouns
PEOPLE = _single("people", _RAW["people"])
PEOPLE_NOUNS = frozenset(_RAW["people"])
FEMALE, MALE = _words("female"), _words("male")
ANIMALS = _single("animals", _RAW["animals"])
ANIMAL_NOUNS = frozenset(_RAW["animals"])
WEARABLES = _single("wearables", _RAW["wearables"])
PLACES = _single("places", _RAW["places"])
EFFECTS = _single("effects", _RAW["effects"])
MATERIAL_NOUNS = frozenset(_RAW["materials"])
MATERIALS = _single("materials", _RAW["materials"])
STYLES_OF = _single("styles_of", _RAW["styles_of"])
STORYBOARDS = _single("storyboard", _RAW["storyboards"])
SKETCHES = _single("sketch", _RAW["sketches"])
PLACE_ZH = _single("place", ["在"])
OBJECTS = _table("objects")
LABELS = _table("labels")
BODY_PARTS = _table("body_parts")
LIVING = _table("living")
PLACEMENT_WORDS = frozenset({"left", "right", "center", "centre", "middle", "foreground", "background", "front"})
TAKES_PLACE = _table("takes_place")
CHANGE_NOUNS = _table("change_nouns")

ALL_TABLES = [value for value in list(globals().values()) if isinstance(value, PhraseTable)]
KNOWN_WORDS: frozenset[str] = (
    all_words(ALL_TABLES) | CAMERA_NOUNS | BACKGROUND_NOUNS | COLOURS | TRAVEL | NEGATIONS | WE
)
PATTERNS = frozenset({"striped", "spotted", "dotted", "checkered", "checked", "plaid", "patterned", "painted"})
"""Participles that say what something looks like."""
