"""Reads the recipe that a clip carries; the playground does so in the browser."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

from shotwright.media.recipe import BOX_ID, MAX_BYTES


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
