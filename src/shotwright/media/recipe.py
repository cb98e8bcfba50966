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
