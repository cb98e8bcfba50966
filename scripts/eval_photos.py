"""The photographs and real clips of `make eval`: three moves and one action in each picture, five edits of clips.

Boxes say where people and things are that must hold together whatever the camera does; they were drawn by hand.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import av
import cv2
import numpy as np

from scripts.eval_clips import ClipRow, clip_entry
from shotwright.core.prompt import plan_request
from shotwright.core.request import ShotRequest
from shotwright.engines.base import Shot, output_spec
from shotwright.engines.draft.engine import DraftEngine, read_camera
from shotwright.evaluation.case import Box, Case
from shotwright.evaluation.metrics import evaluate
from shotwright.evaluation.report import Entry
from shotwright.evaluation.sample import read_sample
from shotwright.local import silent
from shotwright.media.colour import rgb_to_yuv
from shotwright.media.encode import Encoder

PREFIX = "fal-ai/kling-video/o1/"
MOVES = {
    "push": "The camera pushes in slowly.", "truck": "The camera trucks right.", "orbit": "The camera orbits 60 degrees to the left.",
    "crane": "The camera cranes up.", "pan": "The camera pans left.", "tilt": "The camera tilts up.", "pull": "The camera pulls back.",
}  # fmt: skip
CLIP_S = 4.0


@dataclass(frozen=True)
class Photo:
    """A picture, what is to happen in it, and where its bodies are."""

    name: str
    action: str
    bodies: tuple[Box, ...] = ()


PHOTOS = (
    Photo("car", "The yellow car drives away to the right.", ((0.2, 0.3, 0.72, 0.78),)),
    Photo("canal", "Birds fly across the sky."),
    Photo("bridge", "It starts to rain."),
    Photo("fjord", "Fog drifts over the lake."),
    Photo("city", "Snow falls over the city."),
    Photo("evening-canal", "Fireworks explode in the sky."),
    Photo("two-men", "The man in the yellow jacket walks off to the left.", ((0.18, 0.12, 0.5, 0.95), (0.58, 0.15, 0.86, 0.95))),
    Photo("walkers", "The two women walk away to the right.", ((0.3, 0.05, 0.46, 0.85), (0.52, 0.05, 0.72, 0.8))),
    Photo("woman", "The woman jumps.", ((0.42, 0.22, 0.62, 0.9),)),
    Photo("shore", "The woman walks towards the camera.", ((0.38, 0.18, 0.75, 0.95),)),
    Photo("stairs", "The woman walks off to the right.", ((0.38, 0.12, 0.62, 0.9),)),
    Photo("crowd", "It starts to rain.", ((0.22, 0.14, 0.78, 0.95),)),
    Photo("road", "A storm comes up."),
    Photo("lake", "Lightning strikes on the horizon."),
    Photo("summit", "Clouds drift by, snow falls."),
    Photo("skyline", "The city at night, lights go on."),
    Photo("astronaut", "The astronaut floats upwards.", ((0.14, 0.4, 0.68, 0.95),)),
    Photo("portrait", "Confetti falls.", ((0.3, 0.2, 0.68, 0.95),)),
    Photo("reader", "The woman looks up, it starts to snow.", ((0.35, 0.15, 0.9, 0.95),)),
    Photo("three", "Sparks fly.", ((0.22, 0.22, 0.38, 0.9), (0.45, 0.28, 0.6, 0.9), (0.7, 0.2, 0.92, 0.9))),
    Photo("four", "The four women jump.", ((0.06, 0.15, 0.26, 0.95), (0.35, 0.12, 0.5, 0.9), (0.52, 0.2, 0.66, 0.9), (0.68, 0.2, 0.92, 0.9))),
    Photo("row-of-four", "Bubbles rise.", ((0.1, 0.3, 0.27, 0.95), (0.36, 0.25, 0.5, 0.95), (0.54, 0.2, 0.7, 0.95), (0.78, 0.2, 0.94, 0.95))),
    Photo("quokka", "The animal jumps.", ((0.18, 0.15, 0.52, 0.92),)),
    Photo("palm", "A gust of wind, leaves fly.", ((0.55, 0.1, 0.95, 0.6),)),
    Photo("neon", "Heavy rain at night."),
    Photo("rocket", "The rocket lifts off in a cloud of smoke.", ((0.47, 0.32, 0.54, 0.93),)),
    Photo("cup", "Steam rises from the cup.", ((0.2, 0.05, 0.78, 0.92),)),
    Photo("motorcycle", "The motorcycle drives away to the left.", ((0.22, 0.35, 0.9, 0.88),)),
    Photo("cat", "Rain falls outside.", ((0.05, 0.1, 0.85, 0.9),)),
)  # fmt: skip
CLIPS = (
    ClipRow("real-talker-watercolor", "Restyle the video as a watercolor painting", "talker"),
    ClipRow("real-bikes-night", "Make it night", "bikes"),
    ClipRow("real-passenger-snow", "Make it snow", "passenger"),
    ClipRow("real-rabbit-remove", "Remove the rabbit", "rabbit"),
    ClipRow("real-harbour-next", "Based on @Video1, generate the next shot", "harbour", task="reference"),
)
"""One for each real clip, beside what `eval_clips` asks of the rabbit."""


def photo_shots(photo: Photo, number: int) -> list[tuple[str, str, tuple[Box, ...]]]:
    """Names, prompts and bodies of a picture's shots: three moves, by turns, and what happens in it."""
    names = [list(MOVES)[(3 * number + i) % len(MOVES)] for i in range(3)]
    moves = [(f"photo-{photo.name}-{name}", MOVES[name], photo.bodies) for name in names]
    return [*moves, (f"photo-{photo.name}-action", photo.action, ())]


def photo_entry(name: str, prompt: str, bodies: tuple[Box, ...], picture: Path, work: Path) -> Entry:
    """Render a shot that begins with a photograph, and measure it."""
    folder = work / name
    folder.mkdir()
    request = ShotRequest(PREFIX + "standard/image-to-video", prompt, duration_s=3, start_image_url="x")
    size = cv2.imread(str(picture))
    assert size is not None
    shot = Shot(
        plan_request(request), output_spec(request, (size.shape[1], size.shape[0]), None), 1, (picture,), cache=work / "cache"
    )  # fmt: skip
    clip = DraftEngine().render(shot, folder, silent)
    poses = read_camera(clip.camera_path) if clip.camera_path else ()
    spec = shot.output
    seen = tuple(_in_frame(box, size.shape[:2], (spec.height, spec.width)) for box in bodies)
    case = Case(
        shot.plan, spec.width, spec.height, spec.fps, spec.frames, keep_audio=False, pictures={"@Image1": (picture,)}, path=poses, bodies=seen
    )  # fmt: skip
    results, bench = evaluate(read_sample(clip.path), case)
    return Entry(name, prompt, results, bench)


def _in_frame(box: Box, picture: tuple[int, ...], frame: tuple[int, int]) -> Box:
    """A box of the picture in shares of the frame that the documented crop makes of it."""
    scale = max(frame[0] / picture[0], frame[1] / picture[1])
    tall, wide = picture[0] * scale / frame[0], picture[1] * scale / frame[1]
    ends = [
        min(1.0, max(0.0, share * side - (side - 1) / 2))
        for share, side in zip(box, (wide, tall, wide, tall), strict=True)
    ]
    return ends[0], ends[1], ends[2], ends[3]


def real_clip(path: Path, folder: Path) -> Path:
    """The first seconds of a clip at a size that requests may have."""
    folder.mkdir(exist_ok=True)
    target = folder / f"{path.stem}.mp4"
    with av.open(str(path)) as source:
        stream = source.streams.video[0]
        rate = max(24, round(float(stream.average_rate or 24)))
        scale = max(1.0, 720 / min(stream.width, stream.height))
        size = (round(stream.width * scale / 2) * 2, round(stream.height * scale / 2) * 2)
        with Encoder(target, *size, rate) as encoder:
            for index, frame in enumerate(source.decode(stream)):
                if index >= CLIP_S * rate:
                    break
                rgb = cv2.resize(frame.to_ndarray(format="rgb24"), size, interpolation=cv2.INTER_CUBIC)
                encoder.write(rgb_to_yuv(np.asarray(rgb, np.uint8)))
    return target


def clip_entries_of(paths: dict[str, Path], pictures: dict[str, Path], work: Path, only: list[str]) -> list[Entry]:
    """The edits of real clips."""
    rows = [row for row in CLIPS if row.clip in paths and (not only or row.name in only)]
    clips = {row.clip: real_clip(paths[row.clip], work / "real") for row in rows}
    return [clip_entry(row, clips, pictures, work) for row in rows]
