"""The corpus of odd media: what comes of every file is what was written down beside it"""

from __future__ import annotations

from pathlib import Path

import av
import av.error
import numpy as np
import pytest
from tests.media.make import CLIPS, PICTURES, Clip, Picture

from shotwright.core.errors import ModelError
from shotwright.core.limits import ImageLimits, VideoLimits, check_image, check_video
from shotwright.media.colour import yuv_to_rgb
from shotwright.media.decode import decode_frames
from shotwright.media.encode import Encoder
from shotwright.media.images import load_flat, probe_image
from shotwright.media.probe import probe_video

LOC = ("body", "image_urls", 2)


def errors_of(path: Path, *, is_clip: bool) -> list[ModelError]:
    """What a request with this file would be told."""
    try:
        if is_clip:
            return check_video(probe_video(path, LOC), VideoLimits(), LOC)
        return check_image(probe_image(path, LOC), ImageLimits(), LOC)
    except ModelError as exc:
        return [exc]


def test_the_corpus_is_large() -> None:
    names = [item.name for item in [*PICTURES, *CLIPS]]
    assert len(names) == len(set(names)) >= 60


@pytest.mark.parametrize("item", PICTURES, ids=lambda item: item.name)
def test_a_picture(item: Picture, tmp_path: Path) -> None:
    path = tmp_path / item.name
    item.make(path)
    found = errors_of(path, is_clip=False)
    assert [error.code() for error in found] == ([item.error] if item.error else [])
    assert all(error.loc == LOC for error in found)
    if item.error:
        return
    facts, rgb = probe_image(path, LOC), load_flat(path)
    assert (facts.width, facts.height) == item.size
    height, width = rgb.shape[:2]
    assert width / height == pytest.approx(item.size[0] / item.size[1], rel=0.01)
    middle = rgb[height // 8 : 3 * height // 8, width // 8 : 3 * width // 8].reshape(-1, 3).mean(axis=0)
    assert np.abs(middle - item.colour).max() <= item.within, middle


def flashes(path: Path) -> tuple[int, list[float], np.ndarray]:
    """Frames, when the lower half turns white, and the mean colour of the upper left quarter of the first frame."""
    facts = probe_video(path)
    seen, before, count, first = [], 0.0, 0, np.zeros(3)
    for index, frame in enumerate(decode_frames(path, facts.width, facts.height)):
        level = float(frame[facts.height * 2 // 3 :, :, 0].mean())
        if index == 0:
            first = (
                yuv_to_rgb(frame)[40 : facts.height // 2 - 40, 40 : facts.width // 2 - 40].reshape(-1, 3).mean(axis=0)
            )
        elif level > before + 40:
            seen.append(index / facts.fps)
        before, count = level, index + 1
    return count, seen, first


def beeps(path: Path) -> list[float] | None:
    """When the sound becomes loud, seconds from the file's beginning."""
    with av.open(str(path)) as file:
        if not file.streams.audio:
            return None
        zero = (file.start_time or 0) / av.time_base
        found: list[float] = []
        last = -1.0
        for frame in file.decode(file.streams.audio[0]):
            values = np.abs(np.atleast_2d(frame.to_ndarray()).astype(float)).max(axis=0)
            scale = 1.0 if frame.format.name.startswith("flt") else 32768.0
            for at in (
                np.flatnonzero(values / scale > 0.1)[:1].tolist() + np.flatnonzero(values / scale > 0.1)[-1:].tolist()
            ):
                seconds = frame.time + at / frame.sample_rate - zero
                if seconds - last > 0.2:
                    found.append(seconds)
                last = seconds
        return found


@pytest.mark.slow
@pytest.mark.parametrize("item", CLIPS, ids=lambda item: item.name)
def test_a_clip(item: Clip, tmp_path: Path) -> None:
    path = tmp_path / item.name
    item.make(path)
    found = errors_of(path, is_clip=True)
    assert [error.code() for error in found if error.code() != "video_too_short" or item.error] == (
        [item.error] if item.error else []
    )
    if item.error:
        assert all(error.loc == LOC for error in found)
        return
    facts = probe_video(path)
    assert ((facts.width, facts.height), facts.frames) == (item.size, item.frames)
    assert facts.duration_s == pytest.approx(item.seconds, abs=0.06)
    count, seen, colour = flashes(path)
    assert count == item.frames
    assert seen == pytest.approx(item.flashes, abs=1 / facts.fps)
    assert np.abs(colour - item.colour).max() <= item.within, colour
    if item.beeps is None:
        return
    made = tmp_path / "made.mp4"
    with Encoder(made, facts.width, facts.height, facts.fps, audio_from=path, duration_s=facts.duration_s) as encoder:
        for frame in decode_frames(path, facts.width, facts.height):
            encoder.write(frame)
    assert flashes(made)[1] == pytest.approx(item.flashes, abs=1 / facts.fps), "a flash comes out where it went in"
    assert beeps(made) == pytest.approx(item.beeps, abs=0.04), "and so does its beep"


@pytest.mark.slow
def test_ten_generations_do_not_drift(tmp_path: Path) -> None:
    path = tmp_path / "0.mp4"
    next(item for item in CLIPS if item.name == "plain.mp4").make(path)
    means = []
    for generation in range(10):
        frames = [frame for _, frame in zip(range(4), decode_frames(path, 1280, 720), strict=False)]
        means.append(np.mean([yuv_to_rgb(frame).reshape(-1, 3).mean(axis=0) for frame in frames], axis=0))
        path = tmp_path / f"{generation + 1}.mp4"
        with Encoder(path, 1280, 720, 30) as encoder:
            for frame in frames:
                encoder.write(frame)
    assert np.abs(np.array(means) - means[0]).max() < 1.0
