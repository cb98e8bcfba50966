"""Folders of work in progress: one for each worker process, held by a lock, so that whoever comes later knows whose is left over."""

from __future__ import annotations

import contextlib
import fcntl
import shutil
import tempfile
import time
from pathlib import Path
from typing import IO

LOCK = ".lock"
LEFT_OVER_S = 3600.0
"""What has no lock is somebody's start, or left over when it is older than this."""


class WorkFolder:
    """A folder for the files of renders that are under way; gone when it is closed."""

    def __init__(self, parent: Path) -> None:
        parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._parent = parent
        self.path = Path(tempfile.mkdtemp(prefix="worker-", dir=parent))
        self._lock: IO[str] = (self.path / LOCK).open("w")
        fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def sweep(self) -> None:
        """Remove what processes that were killed have left."""
        for path in self._parent.iterdir():
            if path != self.path and _is_left_over(path):
                shutil.rmtree(path, ignore_errors=True)

    def close(self) -> None:
        """Remove the folder."""
        self._lock.close()
        shutil.rmtree(self.path, ignore_errors=True)


def _is_left_over(path: Path) -> bool:
    with contextlib.suppress(OSError), (path / LOCK).open("r+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
    with contextlib.suppress(OSError):
        return time.time() - path.stat().st_mtime > LEFT_OVER_S
    return False
