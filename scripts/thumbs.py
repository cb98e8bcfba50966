"""`make thumbs`: the moving pictures of the front page, rendered by the draft engine; a few dozen kilobytes each."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import av
import cv2
from PIL import Image

from scripts.demo_media import draw_all
from shotwright.files.store import FileStore
from shotwright.jobs.messages import RenderJob
from shotwright.jobs.pipeline import run_job
from shotwright.media.colour import yuv_to_rgb
from shotwright.media.decode import decode_frames
from shotwright.media.images import save_jpeg
from shotwright.media.probe import probe_video
from shotwright.wiring import build_engines

OUT = Path("src/shotwright/web/static/thumbs")
LONGEST_PX = 860
"""Of the example's people and things: at 300 pixels of width, which the service asks for."""
EXAMPLE = Path("src/shotwright/web/static/example")
MOVING = Path("docs/pictures/quickstart.webp")
STANDARD = "fal-ai/kling-video/o1/standard/"
HOST = "thumbs.local"
WIDTH, HEIGHT, FPS = 480, 270, 24


class Studio:
    """Renders requests into addresses."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._store, self._engines = folder, FileStore(str(folder / "files")), build_engines()

    def address(self, path: Path) -> str:
        """An address of a local file."""
        return f"http://{HOST}{self._store.put_path(path, path.name).path}"

    def render(self, name: str, endpoint: str, body: dict[str, Any]) -> Path:
        """The clip of a request."""
        work = self._folder / name
        work.mkdir()
        job = RenderJob(name, STANDARD + endpoint, body, "draft", frozenset({HOST}), allow_private_media=False)
        outcome = run_job(job, self._engines, self._store, work, lambda *_, **__: None)
        path = self._folder / f"{name}.mp4"
        self._store.fetch(outcome.result["file_id"], path)
        return path


def main() -> None:
    """Render all four."""
    OUT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        studio = Studio(folder)
        drawn = {key: studio.address(path) for key, path in draw_all(folder).items()}
        hero = {
            "frontal_image_url": drawn["explorer-front"],
            "reference_image_urls": [drawn["explorer-side"], drawn["explorer-back"]],
        }
        first = studio.render(
            "reference_to_video", "reference-to-video",
            {"prompt": "Slow push in on @Element1 standing on a beach at sunset, then the camera orbits around @Element1.", "elements": [hero], "duration": "4"},
        )  # fmt: skip
        beach = {
            "prompt": "Slow push in on @Element1 standing on a beach at sunset.",
            "elements": [hero],
            "duration": "4",
        }
        push = studio.render("push", "reference-to-video", beach)
        closer = studio.render(
            "closer",
            "reference-to-video",
            {
                "prompt": "The camera pushes in over the place of @Image1.",
                "image_urls": [drawn["start"]],
                "duration": "4",
            },
        )
        ends = {
            name: studio.address(still(closer, index, folder / f"{name}.png"))
            for name, index in (("from", 0), ("to", -1))
        }
        clips = {
            "reference_to_video": first,
            "video_reference": studio.render(
                "video_reference", "video-to-video/reference",
                {"prompt": "Follow the camera movement of @Video1: @Element1 stands in the place of @Image1.", "video_url": studio.address(push), "image_urls": [drawn["start"]], "elements": [hero], "duration": "4"},
            ),
            "edit": studio.render("edit", "video-to-video/edit", {"prompt": "Turn the video into a watercolor painting.", "video_url": studio.address(first)}),
            "first_last_frame": studio.render(
                "first_last_frame", "image-to-video",
                {"prompt": "The camera moves from @Image1 to @Image2.", "start_image_url": ends["from"], "end_image_url": ends["to"], "duration": "4"},
            ),
        }  # fmt: skip
        example(folder, push)
        moving_picture(first)
        for task, clip in clips.items():
            shrink(clip, task)
            print(task, (OUT / f"{task}.mp4").stat().st_size)


def example(folder: Path, clip: Path) -> None:
    """What the playground's Example fills in: our own pictures, and a clip that an edit takes."""
    EXAMPLE.mkdir(parents=True, exist_ok=True)
    drawn = draw_all(folder)
    for key in ("explorer-front", "explorer-side", "explorer-back", "stone-front"):
        with Image.open(drawn[key]) as picture:
            picture.thumbnail((LONGEST_PX, LONGEST_PX))
            picture.quantize(128).save(EXAMPLE / f"{key}.png", optimize=True)
    for key in ("start", "style"):
        with Image.open(drawn[key]) as picture:
            picture.convert("RGB").resize((1280, 1280 * picture.height // picture.width)).save(
                EXAMPLE / f"{key}.jpg", quality=72
            )
    frames = list(decode_frames(clip, 1280, 720))[: 3 * FPS]
    save_jpeg(yuv_to_rgb(frames[-1]), EXAMPLE / "end.jpg", 72)
    with av.open(str(EXAMPLE / "clip.mp4"), "w", options={"movflags": "+faststart"}) as target:
        stream = target.add_stream("h264", rate=FPS, options={"crf": "33", "preset": "veryslow", "threads": "2"})
        stream.width, stream.height, stream.pix_fmt = 1280, 720, "yuv420p"
        for frame in frames:
            target.mux(stream.encode(av.VideoFrame.from_ndarray(yuv_to_rgb(frame), format="rgb24")))
        target.mux(stream.encode(None))


def moving_picture(clip: Path) -> None:
    """The clip as an animated picture for the first page of the docs."""
    frames = [Image.fromarray(yuv_to_rgb(frame)) for frame in list(decode_frames(clip, WIDTH, HEIGHT))[::2]]
    frames[0].save(MOVING, save_all=True, append_images=frames[1:], duration=2000 // FPS, loop=0, quality=45, method=6)


def still(clip: Path, index: int, path: Path) -> Path:
    """A frame of a clip as a picture."""
    facts = probe_video(clip)
    frame = list(decode_frames(clip, facts.width, facts.height))[index]
    cv2.imwrite(str(path), cv2.cvtColor(yuv_to_rgb(frame), cv2.COLOR_RGB2BGR))
    return path


def shrink(clip: Path, task: str) -> None:
    """A small copy and its first frame."""
    frames = list(decode_frames(clip, WIDTH, HEIGHT))
    with av.open(str(OUT / f"{task}.mp4"), "w", options={"movflags": "+faststart"}) as target:
        stream = target.add_stream("h264", rate=FPS, options={"crf": "31", "preset": "veryslow", "threads": "2"})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for frame in frames:
            rgb = yuv_to_rgb(frame)
            target.mux(stream.encode(av.VideoFrame.from_ndarray(rgb, format="rgb24")))
        target.mux(stream.encode(None))
    save_jpeg(cv2.resize(yuv_to_rgb(frames[len(frames) // 3]), (WIDTH, HEIGHT)), OUT / f"{task}.jpg", 70)  # type: ignore[arg-type]  # cv2 says Mat


if __name__ == "__main__":
    main()
