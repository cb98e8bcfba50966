"""The file store: generated names, a record beside every file, expiry and access rules, ranges.

A file is two objects: `files/<id>` with the bytes and `files/<id>.json` with its record. Names that clients send are only
shown, never used as paths. Works on a folder, S3, GCS and Azure through obstore.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
import time
import uuid
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import obstore
from obstore.store import LocalStore, from_url

from shotwright.core.errors import Forbidden, Gone, NotFound, PayloadTooLarge, StorageFull

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, AsyncIterator

CHUNK = 1 << 18
_ID = re.compile(r"[0-9a-f]{32}")
FILE_PATH = re.compile(r"/files/(?P<id>[0-9a-f]{32})(?:/[^/?#]*)?$")
MEDIA_TYPES = {
    ".mp4": "video/mp4", ".mov": "video/quicktime", ".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg",
    ".webp": "image/webp", ".gif": "image/gif", ".avif": "image/avif", ".json": "application/json", ".txt": "text/plain",
}  # fmt: skip


@dataclass(frozen=True)
class FileRecord:
    """What is known about a file; `expires_at` in unix seconds, `access` one of allow, forbid, hide."""

    id: str
    name: str
    content_type: str
    size_bytes: int
    created_at: float
    expires_at: float | None = None
    access: str = "allow"
    owner: str | None = None

    @property
    def path(self) -> str:
        """Its path on this server."""
        return f"/files/{self.id}/{self.name}"

    @property
    def etag(self) -> str:
        """A strong validator: files never change."""
        return f'"{self.id[:16]}-{self.size_bytes:x}"'


def safe_name(name: str | None, content_type: str | None) -> str:
    """A file name that is safe to show in an address: the last part of what the client sent, plain characters only."""
    stem = re.sub(r"[^A-Za-z0-9._-]+", "_", Path((name or "").replace("\\", "/")).name)[-80:].lstrip("._")
    if not stem:
        suffix = next((end for end, kind in MEDIA_TYPES.items() if kind == content_type), ".bin")
        stem = "file" + suffix
    return stem


def media_type(name: str, declared: str | None) -> str:
    """The type to serve a file with: media by their ending, everything else as a download."""
    known = MEDIA_TYPES.get(Path(name).suffix.lower())
    if known:
        return known
    return declared if declared is not None and declared in MEDIA_TYPES.values() else "application/octet-stream"


class FileStore:
    """Keeps files; synchronous for engines, asynchronous where bytes come from or go to a client."""

    def __init__(self, url: str) -> None:
        self._folder = Path(url).resolve() if "://" not in url else None
        if self._folder is not None:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._objects: Any = LocalStore(str(self._folder), automatic_cleanup=False)
        else:
            self._objects = from_url(url)
        self._records: dict[str, FileRecord] = {}

    def put_path(self, path: Path, name: str, *, expires_s: float | None = None, access: str = "allow") -> FileRecord:
        """Keep a local file; it becomes visible as a whole."""
        file_id = uuid.uuid4().hex
        kind = media_type(name, None)
        record = self._record(file_id, name, kind, path.stat().st_size, expires_s, access=access)
        try:
            with path.open("rb") as file:
                obstore.put(self._objects, f"files/{file_id}", file)
            self._write_record(record)
        except OSError as exc:
            raise _full(exc) from exc
        return record

    async def receive(
        self, chunks: AsyncIterable[bytes], name: str | None, declared: str | None, *,
        max_bytes: int, expires_s: float | None = None, access: str = "allow", file_id: str | None = None,
        owner: str | None = None,
    ) -> FileRecord:  # fmt: skip
        """Keep what a client sends.

        Raises:
            PayloadTooLarge: More than `max_bytes`; nothing is kept.
        """
        file_id = file_id or uuid.uuid4().hex
        size = await self.receive_part(chunks, f"files/{file_id}", max_bytes=max_bytes)
        shown = safe_name(name, declared)
        record = replace(
            self._record(file_id, shown, media_type(shown, declared), size, expires_s, access=access), owner=owner
        )
        await asyncio.to_thread(self._write_record, record)
        return record

    async def receive_part(self, chunks: AsyncIterable[bytes], key: str, *, max_bytes: int) -> int:
        """Stream an object in; its size."""
        size = 0

        async def counted() -> AsyncIterator[bytes]:
            nonlocal size
            async for chunk in chunks:
                size += len(chunk)
                if size > max_bytes:
                    raise PayloadTooLarge(f"The file is larger than {max_bytes // 1_048_576} MB.")
                if chunk:
                    yield chunk

        try:
            await obstore.put_async(self._objects, key, counted())
        except PayloadTooLarge:
            raise
        except Exception as exc:
            if size > max_bytes:
                raise PayloadTooLarge(f"The file is larger than {max_bytes // 1_048_576} MB.") from exc
            raise
        return size

    async def join(self, keys: list[str], name: str | None, declared: str | None, **options: Any) -> FileRecord:  # noqa: ANN401
        """Make one file of several objects, and drop them."""

        async def chunks() -> AsyncIterator[bytes]:
            for key in keys:
                async for chunk in self._stream(key):
                    yield chunk

        record = await self.receive(chunks(), name, declared, **options)
        await obstore.delete_async(self._objects, keys)
        return record

    async def parts(self, prefix: str) -> dict[str, int]:
        """Objects under a prefix, with their sizes."""
        listed = await obstore.list(self._objects, prefix).collect_async()
        return {str(item["path"]): int(item["size"]) for item in listed}

    def find(self, file_id: str) -> FileRecord:
        """The record of a file that may be read.

        Raises:
            NotFound: There is none, or it is hidden.
            Gone: It has expired.
            Forbidden: Its access rule forbids reading.
        """
        record = self.record(file_id)
        if record is None or record.access == "hide":
            raise NotFound("There is no such file.")
        if record.expires_at is not None and record.expires_at <= time.time():
            raise Gone
        if record.access == "forbid":
            raise Forbidden
        return record

    def record(self, file_id: str) -> FileRecord | None:
        """The record of a file, whatever its rules say."""
        if not _ID.fullmatch(file_id):
            return None
        if file_id in self._records and not self._exists(file_id):
            self._records.pop(file_id, None)  # another process has deleted it
        if file_id not in self._records:
            try:
                data = bytes(obstore.get(self._objects, f"files/{file_id}.json").bytes())
            except FileNotFoundError:
                return None
            if len(self._records) > 10_000:
                self._records.clear()
            self._records[file_id] = FileRecord(**json.loads(data))
        return self._records[file_id]

    def _exists(self, file_id: str) -> bool:
        try:
            obstore.head(self._objects, f"files/{file_id}.json")
        except FileNotFoundError:
            return False
        return True

    def fetch(self, file_id: str, target: Path) -> int:
        """Copy a file's bytes to a local path; its size."""
        size = 0
        with target.open("wb") as file:
            for chunk in obstore.get(self._objects, f"files/{file_id}").stream(CHUNK):
                size += file.write(bytes(chunk))
        return size

    def read_all(self, file_id: str) -> bytes:
        """A whole file; for small ones and for archives."""
        return bytes(obstore.get(self._objects, f"files/{self.find(file_id).id}").bytes())

    def read(self, file_id: str, start: int, end: int) -> AsyncIterator[bytes]:
        """The bytes from `start` up to, not including, `end`."""
        return self._ranges(f"files/{file_id}", start, end)

    def delete(self, file_id: str) -> None:
        """Remove a file; removing what is not there is no error."""
        self._records.pop(file_id, None)
        for key in (f"files/{file_id}.json", f"files/{file_id}"):
            try:
                obstore.delete(self._objects, key)
            except FileNotFoundError:
                continue

    def sweep(self) -> int:
        """Remove all files that have expired; how many."""
        removed = 0
        for batch in obstore.list(self._objects, "files/"):
            for item in batch:
                name = str(item["path"]).rsplit("/", 1)[-1]
                if not name.endswith(".json"):
                    continue
                record = self.record(name.removesuffix(".json"))
                if record and record.expires_at is not None and record.expires_at <= time.time():
                    self.delete(record.id)
                    removed += 1
        return removed

    async def _ranges(self, key: str, start: int, end: int) -> AsyncIterator[bytes]:
        while start < end:
            stop = min(end, start + CHUNK * 4)
            yield bytes(await obstore.get_range_async(self._objects, key, start=start, end=stop))
            start = stop

    async def _stream(self, key: str) -> AsyncIterator[bytes]:
        result = await obstore.get_async(self._objects, key)
        async for chunk in result.stream(CHUNK):
            yield bytes(chunk)

    def _write_record(self, record: FileRecord) -> None:
        obstore.put(self._objects, f"files/{record.id}.json", json.dumps(asdict(record)).encode())

    @staticmethod
    def _record(file_id: str, name: str, kind: str, size: int, expires_s: float | None, *, access: str) -> FileRecord:
        now = time.time()
        return FileRecord(file_id, name, kind, size, now, now + expires_s if expires_s else None, access)


def _full(exc: OSError) -> OSError | StorageFull:
    return StorageFull() if "No space left" in str(exc) else exc


def part_etag(key: str, size: int) -> str:
    """The ETag of an uploaded part."""
    return f'"{hashlib.sha256(f"{key}:{size}".encode()).hexdigest()[:32]}"'
