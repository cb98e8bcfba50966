"""What the Python programs share: the proxy's address, a request, tiny media, names of scenarios."""

from __future__ import annotations

import os
import struct
import sys
import urllib.request
import zlib
from collections.abc import Callable

HERE = os.environ["HERE"]
KEY = os.environ["FAL_KEY"]
WRONG = "kid:wrong"
ENDPOINT = "fal-ai/kling-video/o1/standard/reference-to-video"
FRAMES = "fal-ai/kling-video/o1/standard/image-to-video"
SHOT = {"prompt": "Hold still", "duration": "3"}
LONG = {**SHOT, "duration": "10"}


def scenario(name: str) -> None:
    """From here on, the proxy notes what comes under this name."""
    print(name, file=sys.stderr, flush=True)
    urllib.request.urlopen(f"{HERE}/-/scenario/{name}", timeout=10).close()


def hook(name: str) -> str:
    """Where webhooks of a scenario go."""
    return f"{HERE}/-/webhook/{name}"


def hooked(name: str) -> bytes:
    """The webhook of a scenario, once it has come."""
    with urllib.request.urlopen(hook(name) + "?wait", data=b"", timeout=30) as answer:
        return answer.read()


def refused(call: Callable[[], object], status: int, *errors: type[Exception]) -> None:
    """Do what the server refuses, and see the client's own exception."""
    seen = None
    try:
        call()
    except errors as error:
        seen = getattr(error, "status_code", None) or error.response.status_code
    assert seen == status, f"{seen} instead of {status}"


def picture(side: int = 320) -> bytes:
    """A small PNG of one colour."""
    rows = b"".join(b"\0" + bytes((90, 140, 60)) * side for _ in range(side))
    parts = [
        (b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(rows)),
        (b"IEND", b""),
    ]
    chunks = (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)
