"""The last step of engines that make pictures in their own size and rate: into the clip that was ordered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shotwright.core.errors import NoMediaGenerated
from shotwright.media.encode import Encoder
from shotwright.media.retime import retimed

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from shotwright.engines.base import Progress, Shot
    from shotwright.media.colour import FrameYUV

MIN_SPREAD = 2.0
"""Standard deviation of brightness, in levels, under which a whole clip is a blank."""


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
    audio = shot.video if shot.keep_audio and shot.video_facts and shot.video_facts.has_audio else None
    times = (number / float(spec.fps) for number in range(spec.frames))
    spread = 0.0
    with Encoder(path, spec.width, spec.height, spec.fps, audio_from=audio, duration_s=spec.duration_s) as encoder:
        for index, frame in enumerate(retimed(frames, fps, times)):
            if index % 8 == 0:
                spread = max(spread, float(frame[::8, ::8, 0].std()))
            encoder.write(frame)
            progress("deliver", first + (0.99 - first) * (index + 1) / spec.frames)
    if encoder.frames == 0 or spread < MIN_SPREAD:
        path.unlink(missing_ok=True)
        raise NoMediaGenerated("The engine finished with an empty picture. Another seed may help.")
