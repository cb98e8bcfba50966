"""Draws docs/pictures/places.webp, effects.webp and things.webp and writes docs/stage.md: every place, every effect, everything drawn in shapes.

python -m scripts.stage
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np

from shotwright.core.plan import Look, Setting
from shotwright.core.prompt import parse_prompt
from shotwright.core.prompt.syntax import EFFECTS as EFFECT_WORDS
from shotwright.engines.analysis.cache import Cache
from shotwright.engines.base import OutputSpec, Shot
from shotwright.engines.draft.beams import OVERLAYS
from shotwright.engines.draft.cast.drawings import draw, drawings
from shotwright.engines.draft.looks.effects import EFFECTS
from shotwright.engines.draft.loop import draw_frames
from shotwright.engines.draft.scene import build_scene
from shotwright.engines.draft.sets import find_place, paint_set
from shotwright.engines.draft.sets.places import rows
from shotwright.media.colour import yuv_to_rgb

DOCS = Path(__file__).parents[1] / "docs"
CELL, COLUMNS, NAME_PX, PAPER = (240, 135), 6, 16, 236
SHOWN_S = 1.9
NIGHT = frozenset(
    {"fireworks", "stars", "aurora", "lightning", "embers", "spotlight", "beam", "glow", "electricity", "particles"}
)
"""Effects whose picture is by night."""


def named(rgb: np.ndarray, name: str, size: tuple[int, int] = CELL) -> np.ndarray:
    """A cell of a contact sheet with its name below."""
    small = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA)
    text = np.full((NAME_PX, size[0], 3), PAPER, np.uint8)
    cv2.putText(text, name.replace("_", " "), (4, 12), cv2.FONT_HERSHEY_SIMPLEX, 0.4, (40, 40, 44), 1, cv2.LINE_AA)
    return np.vstack([small, text])


def sheet(cells: list[np.ndarray], columns: int = COLUMNS) -> np.ndarray:
    """Cells in rows."""
    cells = cells + [np.full_like(cells[0], PAPER)] * (-len(cells) % columns)
    return np.vstack([np.hstack(cells[i : i + columns]) for i in range(0, len(cells), columns)])


def place(name: str) -> np.ndarray:
    """A place as a set from words, uint8 (360, 640, 3) sRGB."""
    kind = find_place(Setting(places=(name,), inside=True), has_cast=False).kind
    return paint_set(kind, Look(lighting=kind.light), 640, 360, 4)[0]


def effect(name: str) -> np.ndarray:
    """Somebody with an effect, uint8 (360, 640, 3) sRGB."""
    word = EFFECT_WORDS.rows[name][0]
    text = f"A woman stands in a meadow{' at night' if name in NIGHT else ''}, {word}."
    spec = OutputSpec(640, 360, Fraction(10), round(10 * SHOWN_S) + 1)
    shot = Shot(parse_prompt(text, task="reference_to_video", duration_s=5.0), spec, 3)
    frames = list(draw_frames(build_scene(shot, Cache(None), None), spec, 3))
    return yuv_to_rgb(frames[8 if name == "explosion" else -1])


def thing(name: str) -> np.ndarray:
    """A drawing on paper."""
    rgb, alpha, _ = draw(drawings()[name])
    share = min(150 / rgb.shape[1], 120 / rgb.shape[0])
    rgb, alpha = (
        np.asarray(cv2.resize(part, None, fx=share, fy=share, interpolation=cv2.INTER_AREA), np.uint8)
        for part in (rgb, alpha)
    )
    cell = np.full((130, 160, 3), PAPER, np.uint8)
    top, left = 126 - alpha.shape[0], (160 - alpha.shape[1]) // 2
    part = cell[top : top + alpha.shape[0], left : left + alpha.shape[1]]
    part[:] = (part * (1 - alpha[..., None] / 255.0) + rgb * (alpha[..., None] / 255.0)).astype(np.uint8)
    return cell


def page() -> str:
    """docs/stage.md."""
    by_name: dict[str, list[str]] = {}
    for noun, row in rows().items():
        by_name.setdefault(row["name"], []).append(noun)
    told = {row["name"]: row.get("told_by", []) for row in rows().values()}
    places = [
        f"| {name} | {', '.join(noun for noun in nouns if noun != name)} | {', '.join(told[name])} |"
        for name, nouns in by_name.items()
    ]
    drawn = [name for name in EFFECT_WORDS.rows if EFFECTS.get(name) or name in OVERLAYS]
    effects = [f"| {name.replace('_', ' ')} | {', '.join(EFFECT_WORDS.rows[name])} |" for name in drawn]
    things = sorted({drawing.name for drawing in drawings().values()})
    return (
        "# Places, effects and things\n\n<!-- written by scripts/stage.py -->\n\n"
        f"What a draft builds from words: {len(by_name)} places with {len(rows())} nouns, {len(drawn)} effects, {len(things)} things drawn in shapes beside the "
        "picture library. Where the words name no place, who is there tells one (the last column); where they name one that nobody knows, the nearest "
        "kind stands in with its name on a board. Words before a place count too: crowded, empty, ruined, neon, cobblestone, snowy, futuristic, medieval, "
        "wooden, marble and more (`sets/places.py`). A second, open place is what the windows of the first show.\n\n"
        "## Places\n\n![Every place](pictures/places.webp)\n\n| Place | Also | Told by |\n|---|---|---|\n" + "\n".join(places) + "\n\n"
        "## Effects\n\nRain, snow, fog and storms are [weather](looks.md).\n\n![Every effect](pictures/effects.webp)\n\n| Effect | Words |\n|---|---|\n" + "\n".join(effects) + "\n\n"
        "## Things in shapes\n\n![Every drawing](pictures/things.webp)\n"
    )  # fmt: skip


def main() -> None:
    """Write everything."""
    names = list(dict.fromkeys(row["name"] for row in rows().values()))
    drawn = [name for name in EFFECT_WORDS.rows if EFFECTS.get(name) or name in OVERLAYS]
    things = sorted({drawing.name for drawing in drawings().values()})
    pictures = {
        "places": sheet([named(place(name), name) for name in names]), "effects": sheet([named(effect(name), name) for name in drawn]),
        "things": sheet([named(thing(name), name, (160, 130)) for name in things], 9),
    }  # fmt: skip
    for name, picture in pictures.items():
        cv2.imwrite(str(DOCS / "pictures" / f"{name}.webp"), picture[..., ::-1], [cv2.IMWRITE_WEBP_QUALITY, 74])
    (DOCS / "stage.md").write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
