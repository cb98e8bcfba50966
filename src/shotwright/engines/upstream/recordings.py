"""What the paid service answered, kept in a folder: one JSON and one clip for a request, named by the hash of its input.

The hash is over the endpoint, the arguments and the bytes of the media, not their addresses: the same request from another
machine finds its recording.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from typing import TYPE_CHECKING, Any

from shotwright.core.errors import DownstreamError, UpstreamRejected
from shotwright.engines.upstream.service import located

if TYPE_CHECKING:
    from pathlib import Path

    from shotwright.core.errors import ModelError
    from shotwright.engines.base import Shot

JSON = dict[str, Any]


def request_hash(shot: Shot, canonical_id: str) -> str:
    """The name of a request's recording."""
    contents = {url: hashlib.sha256(path.read_bytes()).hexdigest() for url, path in shot.sources.items()}
    text = json.dumps([canonical_id, substituted(shot.arguments, contents)], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def substituted(value: Any, contents: dict[str, str]) -> Any:  # noqa: ANN401  (any JSON)
    """JSON with some of its texts replaced by others."""
    if isinstance(value, dict):
        return {name: substituted(item, contents) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [substituted(item, contents) for item in value]
    return contents.get(value, value) if isinstance(value, str) else value


class Recordings:
    """A folder of recordings."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, name: str, facts: JSON, clip: Path | None) -> None:
        """Keep an answer; the JSON is written last, so that half a recording is none."""
        self._folder.mkdir(parents=True, exist_ok=True)
        if clip is not None:
            part = self._folder / f"{name}.mp4.part"
            shutil.copyfile(clip, part)
            part.replace(self._folder / f"{name}.mp4")
        part = self._folder / f"{name}.json.part"
        part.write_text(json.dumps(facts, ensure_ascii=False, indent=2), encoding="utf-8")
        part.replace(self._folder / f"{name}.json")

    def find(self, name: str) -> JSON | None:
        """What was kept under this name; half a recording is none."""
        try:
            found = json.loads((self._folder / f"{name}.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        is_whole = isinstance(found, dict) and (found.get("error") or (self._folder / f"{name}.mp4").is_file())
        return found if is_whole else None

    def replay(self, name: str, target: Path) -> JSON | None:
        """Put the recorded clip at `target`; the recorded facts, or None when there is no recording.

        Raises:
            ModelError: The recording is a refusal; it is refused again in the same words.
        """
        found = self.find(name)
        if found is None:
            return None
        if found.get("error"):
            raise _error_of(found["error"])
        shutil.copyfile(self._folder / f"{name}.mp4", target)
        return found


def _error_of(record: JSON) -> ModelError:
    items = [located(item) for item in record.get("items") or () if isinstance(item, dict)]
    return UpstreamRejected(items) if items else DownstreamError(record.get("message"))
