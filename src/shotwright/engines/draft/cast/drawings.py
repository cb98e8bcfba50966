"""Things drawn in shapes, for what the picture library lacks: `drawings.toml`, which says how its lines are written.

A new thing is a row there. Deterministic; lit by nobody: light, weather and look come later.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, TypeAlias

import cv2
import numpy as np

from shotwright.media.colour import FrameRGB, Mask

RGB: TypeAlias = tuple[int, int, int]
SHAPES = {"box", "oval", "poly", "line"}
GLASS = 84
"""Alpha of what one sees through."""
SCALE = 2
"""Drawn at this many times its size, and reduced: edges without steps."""


@dataclass(frozen=True)
class Drawing:
    """A thing in shapes.

    Attributes:
        name: What it is called.
        names: What it is called that the library calls something else.
        height_m: How tall it stands.
        footing: ground, surface, wall, ceiling, water or air.
        facing: Which way it looks: left, right, front or none.
        size: Width and height of its picture, pixels.
        lines: Its shapes, in order.
    """

    name: str
    names: tuple[str, ...]
    height_m: float
    footing: str
    facing: str
    size: tuple[int, int]
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Shape:
    """A line of a drawing, read.

    Attributes:
        kind: box, oval, poly or line.
        colour: sRGB.
        points: float64 (n, 2), shares of the picture: corners; of an oval, middle and radii.
        wide: Of a line, share of the picture's width.
        shines: Whether it gives light of its own.
        is_glass: Whether one sees through it.
        is_dyed: Whether it is what takes a colour that is said of the thing.
        repeat: How many there are, and by how much each is moved on.
    """

    kind: str
    colour: tuple[int, int, int]
    points: tuple[tuple[float, float], ...]
    wide: float
    shines: bool
    is_glass: bool
    is_dyed: bool
    repeat: tuple[int, float, float]


@cache
def drawings() -> dict[str, Drawing]:
    """Everything that is drawn here, by each of its names; a name of its own goes before the name of another."""
    text = (resources.files(__package__) / "drawings.toml").read_text(encoding="utf-8")
    found: dict[str, Drawing] = {}
    table = tomllib.loads(text)
    for name, row in table.items():
        if "like" in row:
            row |= _recoloured(table[row["like"]], row["swap"])
        lines = tuple(line.strip() for line in row["draw"].splitlines() if line.strip())
        wide, high = row["size"]
        drawing = Drawing(
            name,
            (name, *row.get("instead", [])),
            float(row["height"]),
            row.get("footing", "ground"),
            row.get("facing", "none"),
            (wide, high),
            lines,
        )
        found |= dict.fromkeys(drawing.names, drawing)
        for other in row.get("also", []):
            found.setdefault(other, drawing)
    return found


def _recoloured(row: dict[str, Any], swap: dict[str, str]) -> dict[str, Any]:
    """The size and the lines of another row, in other colours."""
    words = [[swap.get(word, word) for word in line.split()] for line in row["draw"].splitlines()]
    return {"size": row["size"], "draw": "\n".join(" ".join(line) for line in words)}


def shape_of(line: str) -> Shape:
    """Read a line of a drawing.

    Raises:
        ValueError: It is not written as `drawings.toml` says.
    """
    marks = line[: len(line) - len(line.lstrip("!=~"))]
    words = line.lstrip("!=~").split()
    repeat = (1, 0.0, 0.0)
    if len(words) > 3 and words[-3].startswith("*"):
        repeat = (int(words[-3][1:]), float(words[-2]), float(words[-1]))
        words = words[:-3]
    kind, colour, numbers = words[0], words[1], words[2:]
    if kind not in SHAPES:
        raise ValueError(f"{line!r}: a shape is one of {', '.join(sorted(SHAPES))}")
    wide = float(numbers.pop(0)) if kind == "line" else 0.0
    values = [float(value) for part in numbers for value in part.split(",")]
    if len(values) % 2 or (kind in {"box", "oval"} and len(values) != 4):
        raise ValueError(f"{line!r}: its numbers are not pairs")
    points = tuple((values[i], values[i + 1]) for i in range(0, len(values), 2))
    return Shape(kind, _rgb(colour), points, wide, "!" in marks, "~" in marks, "=" in marks, repeat)


def _rgb(text: str) -> tuple[int, int, int]:
    full = "".join(2 * letter for letter in text) if len(text) == 3 else text
    return int(full[0:2], 16), int(full[2:4], 16), int(full[4:6], 16)


def takes_colour(drawing: Drawing) -> bool:
    """Whether some of its shapes alone take a colour: the iris of an eye."""
    return any(shape_of(line).is_dyed for line in drawing.lines)


def draw(drawing: Drawing, colour: RGB | None = None) -> tuple[FrameRGB, Mask, Mask]:
    """Its picture, uint8 (h, w, 3) sRGB, its alpha and what shines, uint8 (h, w); shapes that are dyed, in a colour."""
    wide, high = (SCALE * side for side in drawing.size)
    rgb = np.zeros((high, wide, 3), np.uint8)
    alpha, shine = np.zeros((high, wide), np.uint8), np.zeros((high, wide), np.uint8)
    for line in drawing.lines:
        shape = shape_of(line)
        shown = _dyed(shape.colour, colour) if shape.is_dyed and colour is not None else shape.colour
        count, dx, dy = shape.repeat
        for i in range(count):
            moved = [(x + i * dx, y + i * dy) for x, y in shape.points]
            if shape.kind == "oval":
                moved = [moved[0], shape.points[1]]
            for picture, value in (
                (rgb, shown),
                (alpha, (GLASS if shape.is_glass else 255,)),
                (shine, (255 * shape.shines,)),
            ):
                _paint(picture, shape, moved, value)
    small = [cv2.resize(part, drawing.size, interpolation=cv2.INTER_AREA) for part in (rgb, alpha, shine)]
    return np.asarray(small[0], np.uint8), np.asarray(small[1], np.uint8), np.asarray(small[2], np.uint8)


def _dyed(own: RGB, colour: RGB) -> RGB:
    """A colour as light as a shape is."""
    light = max(own) / 255
    red, green, blue = (round(min(255.0, (0.35 + 0.85 * light) * part)) for part in colour)
    return red, green, blue


def _paint(picture: np.ndarray, shape: Shape, points: list[tuple[float, float]], value: tuple[int, ...]) -> None:
    high, wide = picture.shape[:2]
    pixels = np.round(np.array(points) * (wide, high)).astype(np.int32)
    if shape.kind == "box":
        cv2.rectangle(picture, pixels[0].tolist(), (pixels[1] - 1).tolist(), value, -1)
    elif shape.kind == "oval":
        cv2.ellipse(picture, pixels[0].tolist(), pixels[1].tolist(), 0, 0, 360, value, -1)
    elif shape.kind == "poly":
        cv2.fillPoly(picture, [pixels], value)
    else:
        cv2.polylines(picture, [pixels], isClosed=False, color=value, thickness=max(1, round(shape.wide * wide)))
