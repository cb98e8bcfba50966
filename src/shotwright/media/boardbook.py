"""A board on paper: its shots with pictures, names, notes, camera and lens, six to a page, as PDF."""

from __future__ import annotations

import io
import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pydyf
from rich.cells import cell_len

if TYPE_CHECKING:
    from collections.abc import Sequence

PAGE = (842.0, 595.0)
"""A4 on its side, points."""
MARGIN, GAP, COLUMNS, ROWS = 36.0, 18.0, 3, 2
HEAD, LEADING, SMALL = 34.0, 10.5, 8.0
LETTERS_PER_EM = 1.9
"""Letters of usual text in the width of its size."""
PROMPT_LINES, NOTE_LINES = 5, 3
GREY, INK = (0.42, 0.42, 0.45), (0.08, 0.08, 0.1)


@dataclass(frozen=True)
class BookShot:
    """A shot on paper.

    Attributes:
        name: Of the shot.
        facts: In a line: status, seconds, camera, lens.
        prompt: Its words.
        note: Under them.
        picture: JPEG, with its width and height in pixels; None where it has no take.
    """

    name: str
    facts: str
    prompt: str
    note: str = ""
    picture: tuple[bytes, int, int] | None = None


def to_pdf(name: str, subtitle: str, shots: Sequence[BookShot]) -> bytes:
    """A board as PDF.

    Args:
        name: Of the project.
        subtitle: Under it on every page.
        shots: In order.
    """
    pdf = pydyf.PDF()
    pdf.info["Title"] = pydyf.String(name)
    fonts = _fonts(pdf)
    per_page = COLUMNS * ROWS
    pages = max(1, -(-len(shots) // per_page))
    for number in range(pages):
        part = shots[number * per_page : (number + 1) * per_page]
        _page(pdf, fonts, part, (name, subtitle, f"{number + 1} / {pages}"))
    out = io.BytesIO()
    pdf.write(out)
    return out.getvalue()


def _fonts(pdf: pydyf.PDF) -> pydyf.Dictionary:
    """Helvetica for Latin letters; a font that readers bring along for all others."""
    found = {}
    for key, base in (("F", "Helvetica"), ("B", "Helvetica-Bold")):
        font = pydyf.Dictionary({"Type": "/Font", "Subtype": "/Type1", "BaseFont": f"/{base}", "Encoding": "/WinAnsiEncoding"})  # fmt: skip
        pdf.add_object(font)
        found[key] = font.reference
    info = pydyf.Dictionary({"Registry": pydyf.String("Adobe"), "Ordering": pydyf.String("GB1"), "Supplement": 4})
    below = pydyf.Dictionary({
        "Type": "/Font", "Subtype": "/CIDFontType0", "BaseFont": "/STSong-Light", "CIDSystemInfo": info, "DW": 1000,
        "W": pydyf.Array([1, pydyf.Array([500] * 95)]),
    })  # fmt: skip
    pdf.add_object(below)
    wide = pydyf.Dictionary({
        "Type": "/Font", "Subtype": "/Type0", "BaseFont": "/STSong-Light-UniGB-UTF16-H", "Encoding": "/UniGB-UTF16-H",
        "DescendantFonts": pydyf.Array([below.reference]),
    })  # fmt: skip
    pdf.add_object(wide)
    found["W"] = wide.reference
    return pydyf.Dictionary(found)


def _page(pdf: pydyf.PDF, fonts: pydyf.Dictionary, shots: Sequence[BookShot], heading: tuple[str, str, str]) -> None:
    stream, pictures = pydyf.Stream(compress=True), pydyf.Dictionary()
    name, subtitle, number = heading
    wide, high = PAGE
    _write(stream, ("B", 15), (MARGIN, high - MARGIN - 10), name, INK)
    _write(stream, ("F", SMALL), (MARGIN, high - MARGIN - 22), subtitle, GREY)
    _write(stream, ("F", SMALL), (wide - MARGIN - 30, high - MARGIN - 10), number, GREY)
    cell = ((wide - 2 * MARGIN - (COLUMNS - 1) * GAP) / COLUMNS, (high - 2 * MARGIN - HEAD - (ROWS - 1) * GAP) / ROWS)
    for i, shot in enumerate(shots):
        left = MARGIN + (i % COLUMNS) * (cell[0] + GAP)
        top = high - MARGIN - HEAD - (i // COLUMNS) * (cell[1] + GAP)
        _shot(pdf, stream, pictures, shot, (left, top, cell[0]))
    pdf.add_object(stream)
    page = pydyf.Dictionary({
        "Type": "/Page", "Parent": pdf.pages.reference, "MediaBox": pydyf.Array([0, 0, *PAGE]), "Contents": stream.reference,
        "Resources": pydyf.Dictionary({"ProcSet": pydyf.Array(["/PDF", "/Text", "/ImageC"]), "Font": fonts, "XObject": pictures}),
    })  # fmt: skip
    pdf.add_page(page)


def _shot(
    pdf: pydyf.PDF,
    stream: pydyf.Stream,
    pictures: pydyf.Dictionary,
    shot: BookShot,
    place: tuple[float, float, float],
) -> None:
    """A shot below and right of a point, as wide as its cell."""
    left, top, wide = place
    high = wide * 9 / 16
    stream.push_state()
    stream.set_color_rgb(0.93, 0.93, 0.94)
    stream.rectangle(left, top - high, wide, high)
    stream.fill()
    stream.pop_state()
    if shot.picture is not None:
        data, columns, rows = shot.picture
        key = f"P{len(pictures)}"
        image = pydyf.Stream([data], {
            "Type": "/XObject", "Subtype": "/Image", "Width": columns, "Height": rows, "ColorSpace": "/DeviceRGB", "BitsPerComponent": 8,
            "Filter": "/DCTDecode",
        })  # fmt: skip
        pdf.add_object(image)
        pictures[key] = image.reference
        scale = min(wide / columns, high / rows)
        stream.push_state()
        stream.set_matrix(
            columns * scale, 0, 0, rows * scale, left + (wide - columns * scale) / 2, top - (high + rows * scale) / 2
        )
        stream.draw_x_object(key)
        stream.pop_state()
    at = top - high - 13
    _write(stream, ("B", 10), (left, at), shot.name, INK)
    lines = [(shot.facts, GREY)] if shot.facts else []
    lines += [(line, INK) for line in _wrapped(shot.prompt, wide, PROMPT_LINES)]
    lines += [(line, GREY) for line in _wrapped(shot.note, wide, NOTE_LINES)]
    for i, (line, colour) in enumerate(lines):
        _write(stream, ("F", SMALL), (left, at - (i + 1) * LEADING), line, colour)


def _wrapped(text: str, wide: float, most: int) -> list[str]:
    """Lines that fit into a width, points; what does not fit ends in dots."""
    room = int(wide / SMALL * LETTERS_PER_EM)
    whole = " ".join(text.split())
    if cell_len(whole) > len(whole):  # letters as wide as high
        lines = [whole[i : i + room // 2] for i in range(0, len(whole), room // 2)]
    else:
        lines = textwrap.wrap(whole, room)
    return lines if len(lines) <= most else [*lines[: most - 1], f"{lines[most - 1][: room - 2]} ..."]


def _write(
    stream: pydyf.Stream,
    type_: tuple[str, float],
    at: tuple[float, float],
    text: str,
    colour: tuple[float, float, float],
) -> None:
    font, size = type_
    try:
        letters = text.encode("cp1252")
    except UnicodeEncodeError:
        font, letters = "W", text.encode("utf-16-be")
    stream.begin_text()
    stream.set_color_rgb(*colour)
    stream.set_font_size(font, size)
    stream.set_text_matrix(1, 0, 0, 1, *at)
    stream.show_text(b"<" + letters.hex().encode() + b">")
    stream.end_text()
