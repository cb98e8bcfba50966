"""Writes a clip's recipe into its file and reads it back: one `uuid` box at the end of the MP4, which players skip.

The box stands after everything else, so nothing in the file moves and any engine's file can carry it. Source: ISO/IEC
14496-12, sections 4.2 and 11.1.
"""

from __future__ import annotations

import json
import struct
import uuid
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

BOX_ID = uuid.UUID("5ec1fe00-5107-4a19-9b71-73686f747772")
MAX_BYTES = 1 << 20


def append_recipe(path: Path, recipe: dict[str, Any]) -> None:
    """Add the recipe to an MP4 file."""
    data = json.dumps(recipe, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()
    if len(data) > MAX_BYTES:
        return
    with path.open("ab") as file:
        file.write(struct.pack(">I4s", 24 + len(data), b"uuid") + BOX_ID.bytes + data)


def read_recipe(path: Path) -> dict[str, Any] | None:
    """The recipe of an MP4 file; None when it carries none."""
    size = path.stat().st_size
    with path.open("rb") as file:
        at = 0
        while at + 8 <= size:
            file.seek(at)
            head = file.read(16)
            length, kind = struct.unpack(">I4s", head[:8])
            if length == 1 and len(head) == 16:
                length = struct.unpack(">Q", head[8:])[0]
            if length < 8:
                return None
            if kind == b"uuid" and length <= MAX_BYTES + 24 and head[8:] + file.read(8) == BOX_ID.bytes:
                return _decoded(file.read(length - 24))
            at += length
    return None


def _decoded(data: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(data)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
