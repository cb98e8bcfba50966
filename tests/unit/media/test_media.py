"""Images of all formats, probing, the encoder, decoding, measuring a camera path."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from PIL import Image, ImageOps
from tests.running import with_audio

from shotwright.core.errors import (
    ImageLoadError,
    UnsupportedImageFormat,
    UnsupportedVideoFormat,
    VideoFrameRate,
    VideoTooLong,
)
from shotwright.core.limits import VideoLimits, check_video
from shotwright.media.colour import rgb_to_yuv, yuv_to_rgb
from shotwright.media.decode import decode_frame_at, decode_frames
from shotwright.media.encode import Encoder
from shotwright.media.images import load_image, probe_image
from shotwright.media.motion import measure_motion
from shotwright.media.probe import probe_video

LOC = ("body", "x")


def picture(width: int = 320, height: int = 300) -> np.ndarray:
    rng = np.random.default_rng(3)
    noise = cv2.GaussianBlur(rng.integers(0, 255, (height, width, 3), dtype=np.uint8), (0, 0), 3)
    return cv2.normalize(noise, None, 0, 255, cv2.NORM_MINMAX)


@pytest.mark.parametrize(
    ("suffix", "kind"), [("jpg", "JPEG"), ("png", "PNG"), ("webp", "WEBP"), ("gif", "GIF"), ("avif", "AVIF")]
)
def test_all_documented_formats_are_read(tmp_path: Path, suffix: str, kind: str) -> None:
    path = tmp_path / f"a.{suffix}"
    Image.fromarray(picture()).save(path, kind)
    facts = probe_image(path, LOC)
    assert (facts.width, facts.height, facts.has_alpha) == (320, 300, False)
    rgb, alpha = load_image(path)
    assert rgb.shape == (300, 320, 3)
    assert alpha is None
    assert np.abs(rgb.astype(int) - picture()).mean() < 25


def test_exif_rotation_and_alpha_are_kept(tmp_path: Path) -> None:
    turned = tmp_path / "turned.jpg"
    exif = Image.Exif()
    exif[274] = 6
    Image.fromarray(picture()).save(turned, exif=exif)
    assert (probe_image(turned, LOC).width, probe_image(turned, LOC).height) == (300, 320)
    assert load_image(turned)[0].shape == (320, 300, 3)
    clear = tmp_path / "clear.png"
    rgba = np.dstack([picture(), np.full((300, 320), 255, np.uint8)])
    rgba[:100, :, 3] = 0
    Image.fromarray(rgba).save(clear)
    alpha = load_image(clear)[1]
    assert alpha is not None
    assert (int(alpha[50, 50]), int(alpha[200, 50])) == (0, 255)


@pytest.mark.parametrize("content", [b"", b"hello", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"%PDF-1.4"])
def test_other_bytes_are_no_image(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(content)
    with pytest.raises(UnsupportedImageFormat):
        probe_image(path, LOC)


def test_a_damaged_image_is_a_typed_error(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    Image.fromarray(picture()).save(path)
    path.write_bytes(path.read_bytes()[:400])
    with pytest.raises(ImageLoadError):
        load_image(path, LOC)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not a video",
        b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n",
        b"ffconcat version 1.0\nfile /etc/passwd\n",
        b"\x00\x00\x00\x18ftypisom" + b"\x00" * 64,
    ],
)
def test_playlists_and_other_containers_are_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(content)
    with pytest.raises(UnsupportedVideoFormat):
        probe_video(path, LOC)


def test_colour_survives_the_house_colour_space() -> None:
    rgb = picture()
    assert np.abs(yuv_to_rgb(rgb_to_yuv(rgb)).astype(int) - rgb).max() <= 3


def encode(path: Path, frames: int = 30, **options: object) -> Path:
    base = rgb_to_yuv(picture(640, 360))
    with Encoder(path, 640, 360, 24, **options) as encoder:
        for i in range(frames):
            encoder.write(np.roll(base, i * 2, axis=1))
    return path


def test_the_encoder_keeps_its_contract(tmp_path: Path) -> None:
    path = encode(tmp_path / "a.mp4")
    facts = probe_video(path)
    assert (facts.width, facts.height, facts.frames, facts.fps, facts.has_audio) == (640, 360, 30, 24.0, False)
    data = path.read_bytes()
    assert data.find(b"moov") < data.find(b"mdat")
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        context = stream.codec_context
        assert (context.name, context.profile, context.pix_fmt) == ("h264", "High", "yuv420p")
        assert (context.colorspace, context.color_primaries, context.color_trc, context.color_range) == (1, 1, 1, 1)
    first = decode_frame_at(path, 0, 640, 360)
    assert np.abs(first.astype(int) - rgb_to_yuv(picture(640, 360))).mean() < 3
    assert sum(1 for _ in decode_frames(path, 320, 180)) == 30


def test_the_same_frames_give_the_same_bytes(tmp_path: Path) -> None:
    assert encode(tmp_path / "a.mp4").read_bytes() == encode(tmp_path / "b.mp4").read_bytes()


def test_a_failed_block_leaves_no_file(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    with pytest.raises(KeyError), Encoder(path, 640, 360, 24) as encoder:
        encoder.write(rgb_to_yuv(picture(640, 360)))
        raise KeyError
    assert not path.exists()


@pytest.mark.parametrize("codec", ["aac", "pcm_s16le"])
def test_audio_is_kept_to_the_end_of_the_clip(tmp_path: Path, codec: str) -> None:
    clip = with_audio(tmp_path / "source.mov", encode(tmp_path / "a.mp4", frames=48), codec)
    path = encode(tmp_path / "b.mp4", frames=24, audio_from=clip, duration_s=1.0)
    with av.open(str(path)) as container:
        (audio,) = container.streams.audio
        assert audio.codec_context.name == "aac"
        assert 0.9 < float(audio.duration * audio.time_base) < 1.1


def test_rotation_metadata_is_applied(tmp_path: Path) -> None:
    data = bytearray(encode(tmp_path / "a.mp4").read_bytes())
    matrix_at = data.find(b"tkhd") + 4 + 40
    quarter_turn = (0, 1 << 16, 0, -(1 << 16), 0, 0, 0, 0, 1 << 30)
    data[matrix_at : matrix_at + 36] = struct.pack(">9i", *quarter_turn)
    turned = tmp_path / "b.mp4"
    turned.write_bytes(data)
    facts = probe_video(turned)
    assert (facts.width, facts.height) == (360, 640)
    upright = decode_frame_at(turned, 0, 360, 640)
    assert upright.shape == (640, 360, 3)
    expected = cv2.rotate(rgb_to_yuv(picture(640, 360)), cv2.ROTATE_90_CLOCKWISE)
    assert np.abs(upright.astype(int) - expected).mean() < 3


@pytest.mark.parametrize(("axis", "step"), [("x", 3.0), ("y", -2.0), ("zoom", 1.004), ("roll", 0.3)])
def test_a_known_camera_path_is_measured(axis: str, step: float) -> None:
    base = rgb_to_yuv(picture(960, 720))
    frames = []
    for i in range(20):
        scale, angle = (step**i, 0) if axis == "zoom" else (1, step * i if axis == "roll" else 0)
        matrix = cv2.getRotationMatrix2D((480, 360), angle, scale)
        matrix[:, 2] += [step * i if axis == "x" else 0, step * i if axis == "y" else 0]
        frames.append(cv2.warpAffine(base, matrix, (960, 720), borderMode=cv2.BORDER_REFLECT))
    motion = measure_motion(frames)
    total = motion.steps.sum(axis=0)
    expected = {
        "x": lambda: (0, 19 * step / 960),
        "y": lambda: (1, 19 * step / 960),
        "zoom": lambda: (2, 19 * np.log(step)),
        "roll": lambda: (3, -np.radians(19 * step)),
    }
    index, value = expected[axis]()
    assert motion.tracked == 1
    assert total[index] == pytest.approx(value, rel=0.08)
    assert motion.resampled(40).shape == (40, 4)


ENCODE = """
import sys
import cv2
import numpy as np
from pathlib import Path
from scripts.demo_media import greenhouse
from shotwright.media.colour import rgb_to_yuv
from shotwright.media.encode import Encoder
path, width, height = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
wide = rgb_to_yuv(np.ascontiguousarray(cv2.resize(greenhouse(960, 540), (width + 120, height))))
with Encoder(path, width, height, 24) as encoder:
    for i in range(24):
        encoder.write(np.ascontiguousarray(wide[:, 4 * i : 4 * i + width]))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="fills the memory by a switch of glibc")
@pytest.mark.parametrize(("width", "height"), [(368, 640), (854, 480), (640, 360)])
def test_the_same_frames_are_the_same_bytes_whatever_the_memory_held_before(
    width: int, height: int, tmp_path: Path
) -> None:
    """x264's macroblock tree reads beyond its rows where they have other than 8 macroblocks or a multiple of that."""
    made = set()
    for fill in ("1", "85", "170", "254"):
        path = tmp_path / f"{fill}.mp4"
        subprocess.run(
            [sys.executable, "-c", ENCODE, str(path), str(width), str(height)],
            env={**os.environ, "MALLOC_PERTURB_": fill},
            check=True,
            timeout=60,
        )
        made.add(path.read_bytes())
    assert len(made) == 1


@pytest.mark.parametrize(
    ("ending", "damage"),
    [
        *((ending, "cut") for ending in (".jpg", ".png", ".webp", ".gif", ".avif")),
        (".jpg", "zeroed"),
        (".png", "zeroed"),
        (".webp", "zeroed"),
    ],
)
def test_a_damaged_picture_is_refused_when_it_is_measured(tmp_path: Path, ending: str, damage: str) -> None:
    path = tmp_path / f"picture{ending}"
    noise = np.random.default_rng(1).integers(0, 255, (400, 600, 3), np.uint8)
    Image.fromarray(noise).save(path)
    data = bytearray(path.read_bytes())
    if damage == "cut":
        data = data[: len(data) // 2]
    else:
        data[:40] = data[:12] + bytes(28)
    path.write_bytes(data)
    with pytest.raises((ImageLoadError, UnsupportedImageFormat)) as caught:
        probe_image(path, ("body", "image_urls", 1))
    assert caught.value.loc == ("body", "image_urls", 1)


@pytest.mark.parametrize(
    "exif",
    [
        b"",
        b"Exif\x00\x00",
        b"Exif\x00\x00II*\x00\xff\xff\xff\xff",
        b"Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x05\x00\x00\x00\x01\x00\x00\x00\xff",
        b"\xff" * 200,
    ],
)
def test_odd_exif_is_no_reason_to_refuse_a_picture(tmp_path: Path, exif: bytes) -> None:
    path = tmp_path / "picture.jpg"
    Image.new("RGB", (640, 480), "red").save(path, exif=exif)
    facts = probe_image(path, ("body",))
    assert (facts.width, facts.height) == (640, 480)
    assert load_image(path)[0].shape == (480, 640, 3)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_is_made_upright(tmp_path: Path, orientation: int) -> None:
    upright = np.zeros((300, 400, 3), np.uint8)
    upright[:150, :200] = 255
    path = tmp_path / "picture.png"
    exif = Image.Exif()
    exif[274] = orientation
    Image.fromarray(upright).save(path, exif=exif)
    with Image.open(path) as image:
        expected = np.asarray(ImageOps.exif_transpose(image).convert("RGB"))
    assert np.array_equal(load_image(path)[0], expected)


def lying_clip(path: Path, frames: int, claimed_s: float) -> Path:
    """A clip with many frames whose header says that it is short: every sample has the same tiny duration in a stretched timescale."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=60, options={"preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = 720, 720, "yuv420p"
        frame = av.VideoFrame.from_ndarray(np.zeros((720, 720, 3), np.uint8), format="rgb24")
        for number in range(frames):
            frame.pts, frame.time_base = number, Fraction(1, 60)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    data = bytearray(path.read_bytes())
    for box in (b"mvhd", b"mdhd"):  # timescale, then duration
        at = data.index(box) + 4
        scale, _ = struct.unpack(">II", data[at + 12 : at + 20])
        faster = round(scale * frames / 60 / claimed_s)
        data[at + 12 : at + 16] = struct.pack(">I", faster)
    path.write_bytes(data)
    return path


def test_a_clip_of_thousands_of_frames_that_claims_to_be_short_breaks_the_limits(tmp_path: Path) -> None:
    facts = probe_video(lying_clip(tmp_path / "clip.mp4", 3000, 10.0))
    assert facts.frames == 3000
    assert facts.fps == pytest.approx(300, rel=0.05)
    assert [type(error) for error in check_video(facts, VideoLimits(), ("body", "video_url"))] == [VideoFrameRate]


def test_no_more_frames_are_decoded_than_any_clip_may_have(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clip: Path
) -> None:
    monkeypatch.setattr("shotwright.media.decode.FRAMES_MAX", 20)
    with pytest.raises(VideoTooLong):
        list(decode_frames(clip, 320, 180))
