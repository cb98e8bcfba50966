"""Draws docs/pictures/motions.webp and writes docs/motions.md: every motion of figures, as a strip and in words.

python -m scripts.motions
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from shotwright.core.prompt.syntax import MOTION_VERBS
from shotwright.engines.draft.cast.figures import Clothes, Figure, Step
from shotwright.engines.draft.cast.pose import motions
from shotwright.media.colour import yuv_to_rgb

DOCS = Path(__file__).parents[1] / "docs"
FRAMES, CELL, COLUMNS = 4, 92, 3
NAME_PX, SCALE = 16, 0.19
PAPER = 236
FLOORS = {
    "feet": "its feet",
    "seat": "a seat",
    "knees": "its knees",
    "back": "its back",
    "belly": "its belly",
    "none": "nothing",
}


def strip(motion: str) -> np.ndarray:
    """Four moments of a motion, turned a little to the side, with its name: uint8 (CELL + NAME_PX, FRAMES * CELL, 3)."""
    seconds = float(motions()[motion]["seconds"])
    figure = Figure([Step(motion, 0.0, seconds)], Clothes())
    cells = [_cell(figure, seconds * i / FRAMES) for i in range(FRAMES)]
    name = np.full((NAME_PX, FRAMES * CELL, 3), PAPER, np.uint8)
    cv2.putText(name, motion.replace("_", " "), (4, 12), cv2.FONT_HERSHEY_SIMPLEX, 0.42, (40, 40, 44), 1, cv2.LINE_AA)
    return np.vstack([np.hstack(cells), name])


def _cell(figure: Figure, seconds: float) -> np.ndarray:
    card = figure.card(seconds, 30.0, 0.0)
    rgb, alpha = yuv_to_rgb(card.cut.texture).astype(np.float32), card.cut.alpha[..., None] / np.float32(255)
    paper = (rgb * alpha + PAPER * (1 - alpha)).astype(np.uint8)
    small = cv2.resize(paper, None, fx=SCALE, fy=SCALE, interpolation=cv2.INTER_AREA)
    cell = np.full((CELL, CELL, 3), PAPER, np.uint8)
    left = round(CELL / 2 - card.foot[0] * SCALE)
    top = round(CELL - 8 - min(card.foot[1], card.cut.alpha.shape[0]) * SCALE)
    x0, y0 = max(0, left), max(0, top)
    x1, y1 = min(CELL, left + small.shape[1]), min(CELL, top + small.shape[0])
    cell[y0:y1, x0:x1] = small[y0 - top : y1 - top, x0 - left : x1 - left]
    return cell


def page() -> str:
    """docs/motions.md."""
    rows = [
        f"| {name.replace('_', ' ')} | {', '.join(MOTION_VERBS.get(name, ())[:8])} | {float(row['seconds']):g} s{', again and again' if row['loop'] else ''} "
        f"| {float(row['speed']):g} m/s | {FLOORS[row['floor']]} |"
        for name, row in motions().items()
    ]  # fmt: skip
    return (
        "# What figures do\n\n<!-- written by scripts/motions.py -->\n\n"
        "People without a picture are jointed figures. Each of their motions is a few key poses in a table "
        "(`engines/draft/cast/motions.toml`); a verb finds its motion by the words below, or by the nearest more general verb.\n\n"
        "![Four moments of every motion](pictures/motions.webp)\n\n"
        "| Motion | Verbs | Takes | Goes | Rests on |\n|---|---|---|---|---|\n" + "\n".join(rows) + "\n"
    )


def main() -> None:
    """Write both files."""
    names = list(motions())
    strips = [strip(name) for name in names]
    strips += [np.full_like(strips[0], PAPER)] * (-len(strips) % COLUMNS)
    sheet = np.vstack([np.hstack(strips[i : i + COLUMNS]) for i in range(0, len(strips), COLUMNS)])
    cv2.imwrite(str(DOCS / "pictures" / "motions.webp"), sheet[..., ::-1], [cv2.IMWRITE_WEBP_QUALITY, 72])
    (DOCS / "motions.md").write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
