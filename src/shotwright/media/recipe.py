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
    with path.open("rb") as file:
        while len(head := file.read(8)) == 8:
            size, kind = struct.unpack(">I4s", head)
            used = 8
            if size == 1:
                size, used = struct.unpack(">Q", file.read(8))[0], 16
            if kind == b"uuid" and 24 <= size <= MAX_BYTES + 24 and file.read(16) == BOX_ID.bytes:
                found = json.loads(file.read(size - 24))
                return found if isinstance(found, dict) else None
            if size < used:
                return None
            file.seek(size - used - (16 if kind == b"uuid" and 24 <= size <= MAX_BYTES + 24 else 0), 1)
    return None
