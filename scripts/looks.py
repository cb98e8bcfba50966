"""`make docs-pictures`: one frame for each time of day, weather, light, mood and look, for docs/looks.md."""

from __future__ import annotations

import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from scripts.evaluate import Row, draw_media, shot_of
from shotwright.core.plan import Look
from shotwright.engines.analysis.cache import Cache
from shotwright.engines.draft.backdrop import backdrop_of
from shotwright.engines.draft.looks.lights import LIGHTS
from shotwright.engines.draft.looks.styles import MOODS, STYLES
from shotwright.engines.draft.looks.times import TIMES
from shotwright.engines.draft.looks.weathers import WEATHERS
from shotwright.engines.draft.loop import draw_frames
from shotwright.engines.draft.scene import build_scene
from shotwright.media.colour import yuv_to_rgb
from shotwright.media.images import save_jpeg

OUT = Path("docs/pictures/looks")
WIDTH = 300
TABLES: dict[str, tuple[str, ...]] = {
    "time_of_day": tuple(TIMES), "weather": tuple(WEATHERS), "lighting": tuple(LIGHTS),
    "mood": tuple(MOODS), "style": tuple(STYLES), "depth_of_field": ("shallow",),
}  # fmt: skip
"""What has a frame, by the field of the plan's look."""


def main(only: list[str]) -> None:
    """Draw all frames, or those of some tables."""
    OUT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        pictures = draw_media(Path(folder))
        for table, names in TABLES.items():
            for name in names if not only or table in only else ():
                frame(table, name, pictures, Path(folder) / "cache")
                print(table, name)


def frame(table: str, name: str, pictures: dict[str, Path], cache: Path) -> None:
    """One frame."""
    row = Row(
        "look",
        "@Element1 stands in the center of the place in @Image1. Full shot.",
        ("street" if table == "style" else "park",),
        ("explorer",),
    )
    shot = shot_of(row, pictures, cache)
    look: dict[str, Any] = {table: name}
    plan = replace(shot.plan, look=replace(Look(), **look))
    shot = replace(shot, plan=plan)
    kept = Cache(cache)
    scene = build_scene(shot, kept, backdrop_of(shot, kept))
    picture = next(frame for i, frame in enumerate(draw_frames(scene, shot.output, shot.seed)) if i == 12)
    small = cv2.resize(yuv_to_rgb(picture), (WIDTH, WIDTH * 9 // 16), interpolation=cv2.INTER_AREA)
    save_jpeg(np.asarray(small, np.uint8), OUT / f"{table}-{name}.jpg", 84)


if __name__ == "__main__":
    main(sys.argv[1:])
