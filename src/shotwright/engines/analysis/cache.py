"""Results that depend only on a file's content, kept between renders: cut-outs, styled plates, clip analyses.

Values are pickled under a name made of the kind, its version and the content's hash; the folder is the server's own.
The oldest are thrown away when the folder grows too large. A cache that cannot be read or written is no error.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import pickle
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")
MAX_BYTES = 2 * 1024**3


class Cache:
    """A folder of pickled results; `None` as the folder keeps nothing."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    def get(self, kind: str, source: Path, make: Callable[[], T], *, extra: str = "") -> T:
        """The value for a file's content, made when it is not there yet.

        Args:
            kind: What the value is, with a version: change it when `make` changes.
            source: The file that it depends on.
            make: Makes it.
            extra: Anything else that it depends on.
        """
        if self._folder is None:
            return make()
        digest = hashlib.sha256(source.read_bytes() + extra.encode()).hexdigest()[:32]
        path = self._folder / f"{kind}-{digest}.pickle"
        with contextlib.suppress(OSError, pickle.UnpicklingError, EOFError, AttributeError):
            value = cast("T", pickle.loads(path.read_bytes()))  # noqa: S301  (written by this server)
            os.utime(path)
            return value
        value = make()
        with contextlib.suppress(OSError):
            self._store(path, pickle.dumps(value, protocol=5))
        return value

    def _store(self, path: Path, data: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
            file.write(data)
        Path(file.name).replace(path)
        files = sorted(path.parent.glob("*.pickle"), key=lambda entry: entry.stat().st_mtime, reverse=True)
        total = 0
        for entry in files:
            total += entry.stat().st_size
            if total > MAX_BYTES:
                entry.unlink(missing_ok=True)
