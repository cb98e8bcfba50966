"""What a file is, by its first bytes."""

from __future__ import annotations

import base64


def kind_of(data: bytes) -> str:
    """The media type of a file by its first bytes."""
    if data[4:8] == b"ftyp":
        return "image/avif" if data[8:12] in {b"avif", b"avis"} else "video/mp4"
    table = ((b"\x89PNG", "image/png"), (b"\xff\xd8", "image/jpeg"), (b"GIF8", "image/gif"), (b"RIFF", "image/webp"))
    return next((kind for start, kind in table if data.startswith(start)), "application/octet-stream")


def data_uri(data: bytes) -> str:
    """A file as a data URI."""
    return f"data:{kind_of(data)};base64," + base64.b64encode(data).decode()
