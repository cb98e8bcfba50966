"""The last step of every engine that makes pictures: into the clip that was ordered.

`write_clip` takes frames that are drawn in the clip's size and rate, `deliver` those of a model with a size and a rate of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from shotwright.core.errors import NoMediaGenerated
from shotwright.media.colour import yuv_to_rgb
from shotwright.media.encode import Encoder
from shotwright.media.retime import retimed

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from shotwright.engines.base import Progress, Shot
    from shotwright.media.colour import FrameRGB, FrameYUV

PREVIEW_WIDTH = 480
MIN_SPREAD = 2.0
"""Standard deviation of luma, in 8-bit code values, under which a whole clip is a blank."""


def deliver(
    frames: Iterable[FrameYUV], fps: float, shot: Shot, path: Path, progress: Progress, *, first: float = 0.9
) -> None:
    """Write frames as the clip of a shot: its rate, its number of frames, and its source's sound when that was asked for.

    Args:
        frames: uint8 (H, W, 3) BT.709 in the size of the output, frame k at k / fps seconds.
        fps: Their rate; the ordered rate is reached by warping along the flow.
        shot: What was ordered.
        path: Where to write.
        progress: Told of every frame.
        first: Share of the whole render that is done already.

    Raises:
        NoMediaGenerated: Nothing but one flat colour came out.
    """
    spec = shot.output
    times = (number / float(spec.fps) for number in range(spec.frames))
    spread = 0.0
    with Encoder(path, spec.width, spec.height, spec.fps, audio_from=shot.audio, duration_s=spec.duration_s) as encoder:
        for index, frame in enumerate(retimed(frames, fps, times)):
            if index % 8 == 0:
                spread = max(spread, float(frame[::8, ::8, 0].std()))
            encoder.write(frame)
            progress("deliver", first + (0.99 - first) * (index + 1) / spec.frames)
    if encoder.frames == 0 or spread < MIN_SPREAD:
        path.unlink(missing_ok=True)
        raise NoMediaGenerated("The engine finished with an empty picture. Another seed may help.")


def write_clip(path: Path, frames: Iterable[FrameYUV], shot: Shot, progress: Progress, *, first: float) -> int:
    """Encode frames as they are drawn; reports every frame, so that a cancel takes effect at once.

    Returns:
        The number of frames written.
    """
    spec = shot.output
    every = max(1, spec.frames // 12)
    with Encoder(path, spec.width, spec.height, spec.fps, audio_from=shot.audio, duration_s=spec.duration_s) as encoder:
        for index, frame in enumerate(frames):
            encoder.write(frame)
            is_mark = index % every == 0
            share = first + (0.98 - first) * (index + 1) / max(1, spec.frames)
            message = f"Frame {index} of {spec.frames}" if is_mark and index else None
            progress("render", share, message, preview=_preview(frame) if is_mark else None)
        progress("encode", 0.99, "Finishing the file")
    return encoder.frames


def _preview(frame: FrameYUV) -> FrameRGB:
    scale = PREVIEW_WIDTH / frame.shape[1]
    return yuv_to_rgb(np.asarray(cv2.resize(frame, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8))
