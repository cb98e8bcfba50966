"""`make demo`: starts a server on a free port with a database in a temporary folder, submits the documented example with the
real `fal_client`, shows its progress, and leaves the clip and a contact sheet in `demo/`.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from scripts.demo_media import draw_all
from shotwright import patch_fal_client
from shotwright.core.catalog import GREENHOUSE_PROMPT
from shotwright.media.colour import yuv_to_rgb
from shotwright.media.decode import decode_frames
from shotwright.media.probe import probe_video

ENDPOINT = "fal-ai/kling-video/o1/reference-to-video"
SHEET = (4, 3)
READY_S = 60


def start_server(data: Path) -> tuple[subprocess.Popen[str], str]:
    """A server of its own; (process, address)."""
    command = [sys.executable, "-m", "shotwright", "serve", "--port", "0", "--data", str(data)]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    line = server.stdout.readline()
    match = re.search(r"https?://\S+", line)
    if match is None:
        raise SystemExit("The server did not start.")
    return server, match.group()


def contact_sheet(clip: Path, sheet: Path) -> None:
    """Twelve frames of a clip in one PNG, first and last included."""
    facts = probe_video(clip)
    frames = [yuv_to_rgb(frame) for frame in decode_frames(clip, 480, round(480 * facts.height / facts.width))]
    columns, rows = SHEET
    chosen = [frames[i] for i in np.linspace(0, len(frames) - 1, columns * rows).round().astype(int)]
    tiled = np.vstack([np.hstack(chosen[row * columns : (row + 1) * columns]) for row in range(rows)])
    cv2.imwrite(str(sheet), cv2.cvtColor(tiled, cv2.COLOR_RGB2BGR))


def main() -> None:
    """Run the demo."""
    out = Path("demo")
    out.mkdir(exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="shotwright-demo-"))
    folder.chmod(0o755)
    started = time.monotonic()
    server, url = start_server(folder / "data")
    try:
        print(f"server    {url}  ({time.monotonic() - started:.1f} s)")
        patch_fal_client(url)
        os.environ.setdefault("FAL_KEY", "demo")
        result = render(draw_all(folder / "pictures"))
        clip = out / "reference-to-video.mp4"
        with urllib.request.urlopen(result["video"]["url"]) as response, clip.open("wb") as file:
            shutil.copyfileobj(response, file)
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(20)
        shutil.rmtree(folder, ignore_errors=True)
    sheet = out / "contact-sheet.png"
    contact_sheet(clip, sheet)
    facts = probe_video(clip)
    print(
        f"clip      {clip}  {facts.width}x{facts.height}, {facts.frames} frames at {facts.fps:g} fps, {facts.size_bytes / 1e6:.1f} MB"
    )
    print(f"sheet     {sheet}")
    print(f"took      {time.monotonic() - started:.1f} s")


def render(pictures: dict[str, Path]) -> dict[str, Any]:
    """Upload the pictures and render the documented example, as any client of fal would."""
    import fal_client

    address = {name: fal_client.upload_file(path) for name, path in pictures.items()}
    seen: set[str] = set()

    def on_queue_update(update: Any) -> None:  # noqa: ANN401  (fal_client's status types)
        if isinstance(update, fal_client.InProgress):
            for log in update.logs or []:
                if log["message"] not in seen:
                    seen.add(log["message"])
                    print(f"          {log['message']}")

    arguments = {
        "prompt": GREENHOUSE_PROMPT,
        "image_urls": [address["start"], address["style"]],
        "elements": [
            {
                "frontal_image_url": address["explorer-front"],
                "reference_image_urls": [address["explorer-side"], address["explorer-back"]],
            },
            {"frontal_image_url": address["stone-front"], "reference_image_urls": [address["stone-side"]]},
        ],
        "duration": "5",
        "aspect_ratio": "16:9",
    }
    result: dict[str, Any] = fal_client.subscribe(
        ENDPOINT, arguments=arguments, with_logs=True, on_queue_update=on_queue_update
    )
    return result


if __name__ == "__main__":
    main()
