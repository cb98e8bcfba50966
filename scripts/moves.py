"""`make docs-pictures`: a strip of frames for each camera move, rendered by the draft engine, for docs/prompt-language.md."""

from __future__ import annotations

import tempfile
from pathlib import Path

import cv2
import numpy as np

from scripts.demo_media import explorer, greenhouse
from shotwright.core.prompt.vocabulary import CAMERA_STRONG
from shotwright.files.store import FileStore
from shotwright.jobs.messages import RenderJob
from shotwright.jobs.pipeline import run_job
from shotwright.media.colour import yuv_to_rgb
from shotwright.media.decode import decode_frames
from shotwright.wiring import build_engines

OUT = Path("docs/pictures/moves")
ENDPOINT = "fal-ai/kling-video/o1/standard/reference-to-video"
FRAMES, WIDTH, GAP = 5, 220, 4


def sentence(move: str) -> str:
    """How a director would ask for a move."""
    first = CAMERA_STRONG.rows[move][0]
    return f"@Element1 stands in the center of the place in @Image1. The camera: {first}."


def main() -> None:
    """Render all strips."""
    OUT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        store = FileStore(folder + "/files")
        pictures = {
            "place": greenhouse(1280, 720),
            "front": explorer("front", 700),
            "side": explorer("side", 700),
            "back": explorer("back", 700),
        }
        address = {}
        for name, picture in pictures.items():
            path = Path(folder) / f"{name}.png"
            code = cv2.COLOR_RGBA2BGRA if picture.shape[2] == 4 else cv2.COLOR_RGB2BGR
            cv2.imwrite(str(path), cv2.cvtColor(picture, code))
            address[name] = "http://docs.local" + store.put_path(path, path.name).path
        for move in CAMERA_STRONG.rows:
            strip(move, store, address, Path(folder))


def strip(move: str, store: FileStore, address: dict[str, str], folder: Path) -> None:
    """One strip."""
    element = {"frontal_image_url": address["front"], "reference_image_urls": [address["side"], address["back"]]}
    body = {"prompt": sentence(move), "image_urls": [address["place"]], "elements": [element], "duration": "3"}
    job = RenderJob("docs", ENDPOINT, body, "draft", frozenset({"docs.local"}), allow_private_media=False)
    work = folder / move
    work.mkdir()
    outcome = run_job(job, build_engines(), store, work, lambda *_, **__: None)
    clip = work / "clip.mp4"
    store.fetch(outcome.result["file_id"], clip)
    frames = [yuv_to_rgb(frame) for frame in decode_frames(clip, 1280, 720)]
    chosen = [frames[round(i * (len(frames) - 1) / (FRAMES - 1))] for i in range(FRAMES)]
    small = [cv2.resize(frame, (WIDTH, WIDTH * 9 // 16), interpolation=cv2.INTER_AREA) for frame in chosen]
    gap = np.full((small[0].shape[0], GAP, 3), 255, np.uint8)
    row = np.hstack([part for frame in small for part in (frame, gap)][:-1])
    cv2.imwrite(str(OUT / f"{move}.jpg"), cv2.cvtColor(row, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, 80])
    print(move)


if __name__ == "__main__":
    main()
