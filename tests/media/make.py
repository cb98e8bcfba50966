"""A corpus of odd media: pictures and clips as phones, cameras, editors and broken uploads write them, each with what must come of it.

Every file is made here, from a drawn card of known colours; nothing is kept in the repository. `python -m tests.media.make FOLDER` writes
them all, to look at.
"""

from __future__ import annotations

import io
import struct
import sys
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

import av
import av.error
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms, PngImagePlugin

WIDTH, HEIGHT = 640, 480
RED, GREY = (200, 30, 36), (128, 128, 128)
CLIP_W, CLIP_H, FPS = 1280, 720, 30
FLASHES = (1.0, 2.0)


@dataclass(frozen=True)
class Picture:
    """What must come of a picture: its size and the colour of its upper left quarter, or an error.

    Attributes:
        name: The file's name.
        make: Writes it.
        size: Width and height as shown.
        colour: sRGB of the upper left quarter as it fills a frame.
        within: How far each channel may be off.
        error: The code of the error, where it must be refused.
    """

    name: str
    make: Callable[[Path], None]
    size: tuple[int, int] = (WIDTH, HEIGHT)
    colour: tuple[int, int, int] = RED
    within: float = 3.0
    error: str | None = None


@dataclass(frozen=True)
class Clip:
    """What must come of a clip: frames, seconds, when it flashes and when its sound beeps; or an error."""

    name: str
    make: Callable[[Path], None]
    frames: int = 99
    seconds: float = 3.3
    flashes: tuple[float, ...] = FLASHES
    beeps: tuple[float, ...] | None = None  #: None: no sound comes out.
    size: tuple[int, int] = (CLIP_W, CLIP_H)
    colour: tuple[int, int, int] = RED
    within: float = 3.0
    error: str | None = None


def card(mode: str = "RGB", size: tuple[int, int] = (WIDTH, HEIGHT)) -> Image.Image:
    """Red in the upper left quarter, grey elsewhere."""
    picture = Image.new("RGB", size, GREY)
    picture.paste(RED, (0, 0, size[0] // 2, size[1] // 2))
    return picture.convert(mode)


# Pictures


def _save(path: Path, *, mode: str = "RGB", **options: Any) -> None:
    card(mode).save(path, **options)


def _sixteen_bit_grey(path: Path) -> None:
    Image.fromarray(np.full((HEIGHT, WIDTH), 120 * 257, np.uint16)).save(path)


def _oriented(path: Path, value: int) -> None:
    exif = Image.Exif()
    exif[274] = value
    stored = card()
    undo = {
        3: Image.Transpose.ROTATE_180,
        6: Image.Transpose.ROTATE_90,
        8: Image.Transpose.ROTATE_270,
        2: Image.Transpose.FLIP_LEFT_RIGHT,
    }
    if value in undo:
        stored = stored.transpose(undo[value])
    stored.save(path, exif=exif, quality=95, subsampling=0)


def _raw_exif(path: Path, data: bytes) -> None:
    card().save(path, exif=data, quality=95, subsampling=0)


def _profiled(path: Path, **options: Any) -> None:
    card().save(path, icc_profile=ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes(), **options)


P3_TO_XYZ = np.array([[0.51512, 0.29198, 0.15710], [0.24120, 0.69225, 0.06657], [-0.00105, 0.04189, 0.78407]])
SRGB_TO_XYZ = np.array([[0.43607, 0.38515, 0.14307], [0.22249, 0.71687, 0.06061], [0.01392, 0.09708, 0.71410]])
"""Primaries adapted to D50, as profiles give them (SMPTE EG 432-1 and IEC 61966-2-1)."""


def _display_p3(path: Path, **options: Any) -> None:
    """The card as a phone writes it: its colours in Display P3, a profile of three primaries and sRGB's curve beside them."""
    srgb = np.asarray(card(), np.float64) / 255
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    wide = np.clip(linear @ (np.linalg.inv(P3_TO_XYZ) @ SRGB_TO_XYZ).T, 0, 1)
    coded = np.where(wide <= 0.0031308, wide * 12.92, 1.055 * wide ** (1 / 2.4) - 0.055)
    Image.fromarray(np.round(coded * 255).astype(np.uint8)).save(
        path, icc_profile=_matrix_profile(P3_TO_XYZ), **options
    )


def _matrix_profile(primaries: NDArray[np.float64]) -> bytes:
    """An ICC profile, version 4, of these primaries (XYZ by RGB) and sRGB's curve (ICC.1:2010, 7.2 and 10)."""

    def fixed(*values: float) -> bytes:
        return b"".join(struct.pack(">i", round(value * 65536)) for value in values)

    def text(words: str) -> bytes:
        return (
            b"mluc" + struct.pack(">IIIHHII", 0, 1, 12, 0x656E, 0x5553, len(words) * 2, 28) + words.encode("utf-16-be")
        )

    white = (0.9642, 1.0, 0.82491)
    curve = b"para" + struct.pack(">IHH", 0, 3, 0) + fixed(2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
    parts = [(b"desc", text("Display P3")), (b"cprt", text("none")), (b"wtpt", b"XYZ " + bytes(4) + fixed(*white))]
    parts += [
        (name, b"XYZ " + bytes(4) + fixed(*primaries[:, index]))
        for index, name in enumerate((b"rXYZ", b"gXYZ", b"bXYZ"))
    ]
    parts += [(name, curve) for name in (b"rTRC", b"gTRC", b"bTRC")]
    table, data, start = struct.pack(">I", len(parts)), b"", 132 + 12 * len(parts)
    for name, part in parts:
        table += name + struct.pack(">II", start + len(data), len(part))
        data += part + bytes(-len(part) % 4)
    head = bytes(4) + b"\x04\x00\x00\x00mntrRGB XYZ " + bytes(12) + b"acsp" + bytes(28) + fixed(*white) + bytes(48)
    return struct.pack(">I", 128 + len(table) + len(data)) + head + table + data


def _hidden(path: Path, *, everywhere: bool = False) -> None:
    """Magenta where nothing can be seen."""
    picture = card("RGBA")
    values = np.asarray(picture).copy()
    hidden = (
        np.ones((HEIGHT, WIDTH), bool)
        if everywhere
        else np.arange(WIDTH)[None, :] >= WIDTH // 2 + np.zeros((HEIGHT, 1), int)
    )
    values[hidden] = (255, 0, 255, 0)
    Image.fromarray(values).save(path)


def _palette(path: Path, *, transparent: bool = False) -> None:
    picture = card().quantize(16)
    picture.save(path, **({"transparency": picture.getpixel((WIDTH - 1, HEIGHT - 1))} if transparent else {}))


def _cut(path: Path, share: float = 0.5) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (HEIGHT, WIDTH, 3), np.uint8)
    Image.fromarray(noise).save(path)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])


def _large_text(path: Path) -> None:
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Comment", "x" * (4 << 20), zip=True)
    card().save(path, pnginfo=texts)


def _broken_text(path: Path) -> None:
    card().save(path)
    data = path.read_bytes()
    body = b"Comment\x00\x00not zlib"
    chunk = struct.pack(">I", len(body)) + b"zTXt" + body + struct.pack(">I", zlib.crc32(b"zTXt" + body))
    path.write_bytes(data[:33] + chunk + data[33:])


def _bytes(path: Path, data: bytes) -> None:
    path.write_bytes(data)


def _animated(path: Path, **options: Any) -> None:
    card().save(path, save_all=True, append_images=[Image.new("RGB", (WIDTH, HEIGHT), "blue")], **options)


def _sized(path: Path, size: tuple[int, int]) -> None:
    card(size=size).save(path)


def _as_other(path: Path) -> None:
    buffer = io.BytesIO()
    card().save(buffer, "PNG")
    path.write_bytes(buffer.getvalue())


PICTURES = [
    *(Picture(f"plain.{ending}", partial(_save, **options)) for ending, options in (("png", {}), ("jpg", {"quality": 95, "subsampling": 0}), ("webp", {"lossless": True}), ("gif", {}), ("avif", {"quality": 95}))),
    Picture("progressive.jpg", partial(_save, quality=95, subsampling=0, progressive=True)), Picture("chroma420.jpg", partial(_save, quality=92)),
    Picture("cmyk.jpg", partial(_save, mode="CMYK", quality=95), within=6), Picture("grey.jpg", partial(_save, mode="L", quality=95), colour=(82, 82, 82)),
    Picture("grey.png", partial(_save, mode="L"), colour=(82, 82, 82)), Picture("grey_alpha.png", partial(_save, mode="LA"), colour=(82, 82, 82)),
    Picture("one_bit.png", lambda path: Image.new("1", (WIDTH, HEIGHT), 1).save(path), colour=(255, 255, 255)),
    Picture("rgba.png", partial(_save, mode="RGBA")), Picture("grey16.png", _sixteen_bit_grey, colour=(120, 120, 120)),
    Picture("palette.png", _palette), Picture("palette_alpha.png", partial(_palette, transparent=True)), Picture("hidden.png", _hidden),
    Picture("hidden_everywhere.png", partial(_hidden, everywhere=True), error="image_load_error"),
    *(Picture(f"orientation_{value}.jpg", partial(_oriented, value=value)) for value in (1, 2, 3, 6, 8, 0, 9, 300)),
    Picture("exif_garbage.jpg", partial(_raw_exif, data=b"\xff" * 300)), Picture("exif_empty.jpg", partial(_raw_exif, data=b"Exif\x00\x00")),
    Picture("exif_short.jpg", partial(_raw_exif, data=b"Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x09")),
    Picture("icc_srgb.png", _profiled), Picture("icc_srgb.webp", partial(_profiled, lossless=True)),
    *(Picture(f"display_p3.{ending}", partial(_display_p3, **options), within=2) for ending, options in (("png", {}), ("jpg", {"quality": 98, "subsampling": 0}), ("webp", {"lossless": True}))),
    Picture("icc_garbage.png", partial(_save, icc_profile=b"no profile at all")), Picture("large_text.png", _large_text), Picture("broken_text.png", _broken_text),
    Picture("animated.gif", _animated), Picture("animated.webp", partial(_animated, lossless=True)), Picture("interlaced.gif", partial(_save, interlace=True)),
    Picture("png_called.jpg", _as_other),
    *(Picture(f"cut.{ending}", _cut, error="image_load_error") for ending in ("png", "jpg", "gif", "webp", "avif")),
    *(Picture(f"head_only.{ending}", partial(_cut, share=0.02), error="image_load_error") for ending in ("png", "jpg")),
    Picture("empty.png", partial(_bytes, data=b""), error="unsupported_image_format"),
    Picture("text.png", partial(_bytes, data=b"hello"), error="unsupported_image_format"),
    Picture("svg.png", partial(_bytes, data=b"<svg xmlns='http://www.w3.org/2000/svg'/>"), error="unsupported_image_format"),
    Picture("page.jpg", partial(_bytes, data=b"<!doctype html>"), error="unsupported_image_format"),
    Picture("too_small.png", partial(_sized, size=(200, 400)), size=(200, 400), error="image_too_small"),
    Picture("too_wide.png", partial(_sized, size=(1600, 400)), size=(1600, 400), error="image_aspect_ratio"),
    Picture("photograph.jpg", partial(_sized, size=(4000, 3000)), size=(4000, 3000), within=5),
    Picture("large.jpg", partial(_sized, size=(12_000, 9000)), size=(12_000, 9000), within=5),
]  # fmt: skip


# Clips


def _frames(count: int) -> Iterator[np.ndarray]:
    """The card, white for one frame at each flash, with a mark that moves."""
    base = np.asarray(card(size=(CLIP_W, CLIP_H)))
    for index in range(count):
        frame = base.copy()
        frame[600:640, 10 * index % CLIP_W : 10 * index % CLIP_W + 40] = (20, 200, 60)
        if index in {round(at * FPS) for at in FLASHES}:
            frame[360:] = 255
        yield frame


def _tone(seconds: float, rate: int) -> np.ndarray:
    """Silence, and a beep of a tenth of a second at each flash; int16."""
    time = np.arange(round(seconds * rate)) / rate
    on = np.zeros_like(time, bool)
    for at in FLASHES:
        on |= (time >= at) & (time < at + 0.1)
    return np.asarray(np.where(on, np.sin(time * 2 * np.pi * 880) * 12_000, 0), np.int16)


def clip(
    path: Path, *, frames: int = 99, pix_fmt: str = "yuv420p", codec: str = "libx264", full: bool = False, matrix: int = 1,
    sound: str | None = None, rate: int = 48_000, times: Callable[[int], Fraction] | None = None, options: dict[str, str] | None = None,
    container: dict[str, str] | None = None, late: float = 0.0, tracks: int = 1, matrix_tag: bool = True,
) -> None:  # fmt: skip
    """Write the test clip.

    Args:
        path: Where.
        frames: How many.
        pix_fmt: As FFmpeg names it.
        codec: Of the picture.
        full: Black is 0 and white 255.
        matrix: Its number in H.273: 1 BT.709, 5 BT.601.
        sound: Codec of the sound, or None.
        rate: Of the sound, Hz.
        times: When frame n is shown, in seconds; None: n / 30.
        options: Of the coder.
        container: Of the container.
        late: Seconds by which the picture begins after the sound.
        tracks: 2: a still of one frame comes first.
        matrix_tag: Whether the file says how its colours are coded.
    """
    with av.open(str(path), "w", format="mp4" if path.suffix == ".mp4" else "mov", options=container or {}) as file:
        if tracks == 2:
            still = file.add_stream("libx264", rate=FPS)
            still.width, still.height, still.pix_fmt = 640, 480, "yuv420p"
        stream = file.add_stream(
            codec,
            rate=FPS,
            options={"preset": "ultrafast", "crf": "12", "bf": "0", **(options or {})}
            if codec.startswith("libx26")
            else options or {},
        )
        stream.width, stream.height, stream.pix_fmt = CLIP_W, CLIP_H, pix_fmt
        coder = stream.codec_context
        coder.time_base = Fraction(1, 60_000)
        if matrix_tag:
            coder.colorspace, coder.color_range = matrix, 2 if full else 1
        audio = file.add_stream(sound, rate=rate, layout="mono") if sound else None
        if tracks == 2:
            file.mux(still.encode(av.VideoFrame.from_ndarray(np.asarray(card()), format="rgb24")))
            file.mux(still.encode(None))
        for index, rgb in enumerate(_frames(frames)):
            raw = av.VideoFrame.from_ndarray(rgb, format="rgb24")
            made = raw.reformat(format=pix_fmt, dst_colorspace=matrix, dst_color_range=2 if full else 1)
            made.pts, made.time_base = (
                round((times(index) if times else Fraction(index, FPS)) * 60_000 + Fraction(late) * 60_000),
                Fraction(1, 60_000),
            )
            file.mux(stream.encode(made))
        file.mux(stream.encode(None))
        if audio is not None:
            _write_sound(file, audio, rate, frames / FPS + late)


def _write_sound(file: Any, stream: Any, rate: int, seconds: float) -> None:
    frame = av.AudioFrame.from_ndarray(_tone(seconds, rate)[None], format="s16", layout="mono")
    frame.sample_rate = rate
    coder = stream.codec_context
    resampler = av.AudioResampler(
        format=coder.format, layout="mono", rate=rate, frame_size=1024 if coder.name == "aac" else 0
    )
    for part in [*resampler.resample(frame), *resampler.resample(None)]:
        file.mux(stream.encode(part))
    file.mux(stream.encode(None))


def _variable(index: int) -> Fraction:
    """Sixty frames a second at first, then thirty: frame 30 is shown at half a second."""
    return Fraction(index, 60) if index < 30 else Fraction(1, 2) + Fraction(index - 30, 30)


def _damaged(path: Path) -> None:
    """Bytes in the middle of the picture's data are others."""
    clip(path, options={"g": "12"}, sound="aac")
    with av.open(str(path)) as file:
        spoilt = [
            packet for packet in file.demux(file.streams.video[0]) if packet.pos is not None and packet.size > 40
        ][44]
        at, size = spoilt.pos, spoilt.size
    data = bytearray(path.read_bytes())
    data[at + 6 : at + size] = b"\xff" * (size - 6)
    path.write_bytes(data)


def _cut_off(path: Path, share: float, **container: str) -> None:
    clip(path, container=container, options={"g": "10"})
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])


def _no_end(path: Path) -> None:
    """An MP4 whose table of contents was to come last, and did not."""
    clip(path)
    data = path.read_bytes()
    path.write_bytes(data[: data.index(b"moov") - 4])


def _sound_only(path: Path) -> None:
    with av.open(str(path), "w", format="mp4") as file:
        stream = file.add_stream("aac", rate=48_000, layout="mono")
        _write_sound(file, stream, 48_000, 3.3)


CLIPS = [
    Clip("plain.mp4", clip), Clip("plain.mov", clip), Clip("sound.mp4", partial(clip, sound="aac"), beeps=FLASHES),
    Clip("full_range.mp4", partial(clip, pix_fmt="yuvj420p", full=True)), Clip("full_range_444.mp4", partial(clip, pix_fmt="yuvj444p", full=True)),
    Clip("ten_bit.mp4", partial(clip, pix_fmt="yuv420p10le")), Clip("c422.mp4", partial(clip, pix_fmt="yuv422p")), Clip("c444.mp4", partial(clip, pix_fmt="yuv444p")),
    Clip("bt601.mp4", partial(clip, matrix=5)), Clip("untagged_hd.mp4", partial(clip, matrix_tag=False)),
    Clip("mpeg4.mp4", partial(clip, codec="mpeg4", options={"qscale": "2"}, matrix_tag=False), within=6),
    Clip("hevc10.mp4", partial(clip, codec="libx265", pix_fmt="yuv420p10le", options={"x265-params": "log-level=none"})),
    Clip("prores.mov", partial(clip, codec="prores_ks", pix_fmt="yuv422p10le", sound="pcm_s16le"), beeps=FLASHES),
    Clip("av1.mp4", partial(clip, codec="libsvtav1", options={"preset": "12", "crf": "10"}), within=5),
    Clip("b_frames.mp4", partial(clip, options={"bf": "3"})), Clip("fragmented.mp4", partial(clip, container={"movflags": "frag_keyframe+empty_moov"}, sound="aac"), beeps=FLASHES),
    Clip("faststart.mp4", partial(clip, container={"movflags": "+faststart"}, sound="aac"), beeps=FLASHES),
    Clip("variable.mp4", partial(clip, times=_variable, sound="aac"), frames=99, seconds=2.8, flashes=(0.5, 1.5), beeps=FLASHES),
    Clip("late_picture.mp4", partial(clip, late=0.7, sound="aac"), frames=120, seconds=4.0, flashes=(1.7, 2.7), beeps=FLASHES),
    Clip("pcm_48.mov", partial(clip, sound="pcm_s16le"), beeps=FLASHES), Clip("pcm_96.mov", partial(clip, sound="pcm_s16le", rate=96_000), beeps=FLASHES),
    Clip("pcm_22.mov", partial(clip, sound="pcm_s16le", rate=22_255), beeps=FLASHES), Clip("alac.mov", partial(clip, sound="alac"), beeps=FLASHES),
    Clip("still_first.mp4", partial(clip, tracks=2)), Clip("damaged.mp4", _damaged, beeps=FLASHES, within=255),
    Clip("cut_off.mp4", partial(_cut_off, share=0.5, movflags="+faststart"), error="video_load_error"),
    Clip("cut_fragments.mp4", partial(_cut_off, share=0.5, movflags="frag_keyframe+empty_moov+default_base_moof"), error="video_load_error"), Clip("no_end.mp4", _no_end, error="unsupported_video_format"),
    Clip("sound_only.mp4", _sound_only, error="unsupported_video_format"), Clip("too_short.mp4", partial(clip, frames=40), error="video_too_short"),
    Clip("text.mp4", partial(_bytes, data=b"#EXTM3U\nhttp://127.0.0.1/x"), error="unsupported_video_format"), Clip("empty.mp4", partial(_bytes, data=b""), error="unsupported_video_format"),
]  # fmt: skip


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for item in [*PICTURES, *CLIPS]:
        item.make(folder / item.name)
