"""Renders prompts without pictures and puts five frames of each onto a sheet: what a viewer sees of the words.

    python -m scripts.sheets PROMPTS.json SHEET.webp [FIRST LAST]

PROMPTS.json is a list of prompts, or of objects with a `prompt`, as in bench/prompts/.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

import cv2
import numpy as np

import shotwright
from shotwright.media.colour import yuv_to_rgb
from shotwright.media.decode import decode_frames
from shotwright.media.probe import probe_video

FRAMES, WIDE, TALL, NAME_PX = 5, 256, 144, 18
PAPER, INK = 250, (40, 40, 44)


def row(prompt: str, folder: Path) -> np.ndarray:
    """A line of text over five moments of a draft: uint8 (NAME_PX + TALL, FRAMES * WIDE, 3)."""
    clip = shotwright.render(prompt, endpoint="standard/reference-to-video", duration=5, out=folder / "clip.mp4")
    total = probe_video(clip.path).frames
    wanted = {round(i * (total - 1) / (FRAMES - 1)) for i in range(FRAMES)}
    frames = decode_frames(clip.path, WIDE, TALL)
    cells = [yuv_to_rgb(frame) for i, frame in enumerate(frames) if i in wanted]
    name = np.full((NAME_PX, FRAMES * WIDE, 3), PAPER, np.uint8)
    cv2.putText(name, prompt, (4, 13), cv2.FONT_HERSHEY_SIMPLEX, 0.42, INK, 1, cv2.LINE_AA)
    return np.vstack([name, np.hstack(cells)])


def main() -> None:
    """Render the prompts that the command line names."""
    items = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    first, last = (int(text) for text in sys.argv[3:5]) if len(sys.argv) > 4 else (0, len(items))
    prompts = [item if isinstance(item, str) else item["prompt"] for item in items[first:last]]
    with tempfile.TemporaryDirectory() as name:
        sheet = np.vstack([row(prompt, Path(name)) for prompt in prompts])
    cv2.imwrite(sys.argv[2], sheet[..., ::-1], [cv2.IMWRITE_WEBP_QUALITY, 76])


if __name__ == "__main__":
    main()
