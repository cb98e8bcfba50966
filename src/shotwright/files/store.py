"""The file store: generated names, a record beside every file, expiry and access rules, ranges.

A file is two objects: its bytes, under a key of their own that is written once, and `files/<id>.json` with its record, which is
made once and never written over. Names that clients send are only shown, never used as paths. Works on a folder, S3, GCS and
Azure through obstore.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import hashlib
import json
import re
import secrets
import time
import uuid
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError
from obstore.store import LocalStore, from_url

from shotwright.core.errors import (
    AlreadyUploaded,
    Forbidden,
    Gone,
    NotFound,
    PayloadTooLarge,
    ShotwrightError,
    StorageFull,
    StorageUnavailable,
)
from shotwright.core.limits import MB

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, AsyncIterator, Iterator

CHUNK = 1 << 18
PARTS = "parts"
ORPHAN_S = 48 * 3600.0
"""Objects that no record names, after uploads have expired: bytes of a server that was killed."""
_ID = re.compile(r"[0-9a-f]{32}")
_NO_ROOM = re.compile(rf"No space left|[Qq]uota exceeded|os error ({errno.ENOSPC}|{errno.EDQUOT})\b")
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
    object_key: str | None = None  #: Where its bytes are; None for files of old, which are at `files/<id>`.
    sha256: str | None = None
    request_id: str | None = None  #: The request that made it, where it is an output.

    @property
    def key(self) -> str:
        """Where its bytes are."""
        return self.object_key or f"files/{self.id}"

    @property
    def path(self) -> str:
        """Its path on this server."""
        return f"/files/{self.id}/{self.name}"

    @property
    def etag(self) -> str:
        """A strong validator: of the content where it is known, and files never change."""
        return f'"{self.sha256[:32]}"' if self.sha256 else f'"{self.id[:16]}-{self.size_bytes:x}"'


@dataclass(frozen=True)
class Received:
    """Bytes that have arrived as an object; `sha256` in hex."""

    key: str
    size_bytes: int
    sha256: str


def safe_name(name: str | None, content_type: str | None) -> str:
    """A file name that is safe to show in an address: the last part of what the client sent, plain characters only."""
    given = Path((name or "").replace("\\", "/")).name
    plain = re.sub(r"[^A-Za-z0-9._-]+", "_", given)[-80:].lstrip("._")
    ending = re.search(r"\.[A-Za-z0-9]{1,8}$", given)
    if not plain.removesuffix(ending.group()[1:] if ending else ""):  # nothing but its ending is plain
        fitting = next((end for end, kind in MEDIA_TYPES.items() if kind == content_type), ".bin")
        return "file" + (ending.group() if ending else fitting)
    return plain


def media_type(name: str, declared: str | None) -> str:
    """The type to serve a file with: media by their ending, everything else as a download."""
    known = MEDIA_TYPES.get(Path(name).suffix.lower())
    if known:
        return known
    return declared if declared is not None and declared in MEDIA_TYPES.values() else "application/octet-stream"


@contextlib.contextmanager
def _storage() -> Iterator[None]:
    """What goes wrong with a disk or an object store, in our own words.

    Raises:
        StorageFull: There is no room.
        StorageUnavailable: Anything else that may pass.
    """
    try:
        yield
    except (FileNotFoundError, AlreadyExistsError, ShotwrightError):
        raise
    except (BaseError, OSError) as exc:
        raise (StorageFull() if _NO_ROOM.search(str(exc)) else StorageUnavailable()) from exc


class FileStore:
    """Keeps files; synchronous for engines, asynchronous where bytes come from or go to a client.

    Every method raises `StorageFull` or `StorageUnavailable` when the disk or the object store fails.
    """

    def __init__(self, url: str) -> None:
        self._folder = Path(url).resolve() if "://" not in url else None
        if self._folder is not None:
            with _storage():
                self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._objects: Any = LocalStore(str(self._folder), automatic_cleanup=False)
        else:
            self._objects = from_url(url)
        self._records: dict[str, FileRecord] = {}

    def put_path(
        self,
        path: Path,
        name: str,
        *,
        expires_s: float | None = None,
        access: str = "allow",
        request_id: str | None = None,
    ) -> FileRecord:
        """Keep a local file; it becomes visible as a whole. `request_id` for outputs: when no request names them, they are collected."""
        file_id = uuid.uuid4().hex
        with _storage(), path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            file.seek(0)
            kept = Received(_fresh_key(file_id), path.stat().st_size, digest)
            obstore.put(self._objects, kept.key, file)
        return self._publish(
            file_id,
            name,
            media_type(name, None),
            kept,
            expires_s=expires_s,
            access=access,
            owner=None,
            request_id=request_id,
        )

    async def receive(
        self, chunks: AsyncIterable[bytes], name: str | None, declared: str | None, *,
        max_bytes: int, expires_s: float | None = None, access: str = "allow", file_id: str | None = None,
        owner: str | None = None,
    ) -> FileRecord:  # fmt: skip
        """Keep what a client sends.

        Raises:
            PayloadTooLarge: More than `max_bytes`; nothing is kept.
            AlreadyUploaded: There is a file of this id with another content.
        """
        file_id = file_id or uuid.uuid4().hex
        kept = await self.receive_object(chunks, _fresh_key(file_id), max_bytes=max_bytes)
        shown = safe_name(name, declared)
        return await asyncio.to_thread(
            self._publish, file_id, shown, media_type(shown, declared), kept,
            expires_s=expires_s, access=access, owner=owner,
        )  # fmt: skip

    async def receive_object(self, chunks: AsyncIterable[bytes], key: str, *, max_bytes: int) -> Received:
        """Stream an object in, under a key that nobody else writes.

        Raises:
            PayloadTooLarge: More than `max_bytes`.
        """
        size, digest = 0, hashlib.sha256()
        failure: Exception | None = None

        async def counted() -> AsyncIterator[bytes]:
            nonlocal size, failure
            try:
                async for chunk in _bounded(chunks, max_bytes):
                    size += len(chunk)
                    digest.update(chunk)
                    yield chunk
            except Exception as exc:
                failure = exc
                raise

        try:
            with _storage():
                await obstore.put_async(self._objects, key, counted())
        except Exception:
            if failure is not None:  # of the client, not of the storage
                raise failure from None
            raise
        return Received(key, size, digest.hexdigest())

    async def join(self, keys: list[str], name: str | None, declared: str | None, **options: Any) -> FileRecord:  # noqa: ANN401
        """Make one file of several objects, which stay.

        Raises:
            AlreadyUploaded: As `receive` does.
        """

        async def chunks() -> AsyncIterator[bytes]:
            for key in keys:
                async for chunk in self._stream(key):
                    yield chunk

        return await self.receive(chunks(), name, declared, **options)

    async def drop(self, keys: list[str]) -> None:
        """Remove objects; removing what is not there is no error."""
        with contextlib.suppress(FileNotFoundError), _storage():
            await obstore.delete_async(self._objects, keys)

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
                with _storage():
                    data = bytes(obstore.get(self._objects, f"files/{file_id}.json").bytes())
                known = {field.name for field in fields(FileRecord)}
                found = FileRecord(**{name: value for name, value in json.loads(data).items() if name in known})
            except FileNotFoundError:
                return None
            except (ValueError, TypeError, AttributeError):
                raise StorageUnavailable(f"The record of the file {file_id} is damaged.") from None
            if len(self._records) > 10_000:
                self._records.clear()
            self._records[file_id] = found
        return self._records[file_id]

    def _exists(self, file_id: str) -> bool:
        try:
            with _storage():
                obstore.head(self._objects, f"files/{file_id}.json")
        except FileNotFoundError:
            return False
        return True

    def fetch(self, file_id: str, target: Path) -> int:
        """Copy a file's bytes to a local path; its size.

        Raises:
            NotFound: There is no such file.
        """
        size, record = 0, self._known(file_id)
        with _there(), _storage(), target.open("wb") as file:
            for chunk in obstore.get(self._objects, record.key).stream(CHUNK):
                size += file.write(bytes(chunk))
        return size

    def read_all(self, file_id: str) -> bytes:
        """A whole file; for small ones and for archives.

        Raises:
            NotFound, Gone, Forbidden: As `find` does.
        """
        with _there(), _storage():
            return bytes(obstore.get(self._objects, self.find(file_id).key).bytes())

    def read(self, record: FileRecord, start: int, end: int) -> AsyncIterator[bytes]:
        """The bytes from `start` up to, not including, `end`."""
        return self._ranges(record.key, start, end)

    def delete(self, file_id: str) -> None:
        """Remove a file; removing what is not there is no error."""
        record = self.record(file_id)
        self._records.pop(file_id, None)
        for key in (f"files/{file_id}.json", record.key if record else f"files/{file_id}"):
            with contextlib.suppress(FileNotFoundError), _storage():
                obstore.delete(self._objects, key)

    def sweep(self) -> int:
        """Remove all files that have expired, and what no record names any more: bytes and parts of a server that was killed.

        Returns:
            How many files had expired.
        """
        removed, now = 0, time.time()
        with _storage():
            listed = [
                item
                for prefix in ("files/", f"{PARTS}/")
                for batch in obstore.list(self._objects, prefix)
                for item in batch
            ]
        ids = {str(item["path"])[6:-5] for item in listed if str(item["path"]).endswith(".json")}
        for item in listed:
            path = str(item["path"])
            name = path.rsplit("/", 1)[-1]
            if path.startswith("files/") and name.endswith(".json"):
                record = self._records.get(name[:-5]) or self._readable(name[:-5])
                if record and record.expires_at is not None and record.expires_at <= now:
                    self.delete(record.id)
                    removed += 1
            elif now - item["last_modified"].timestamp() > ORPHAN_S and self._is_orphan(path, name, ids):
                with contextlib.suppress(FileNotFoundError), _storage():
                    obstore.delete(self._objects, path)
        self._sweep_staging(now)
        return removed

    def outputs(self, older_than_s: float) -> dict[str, str]:
        """Files that requests have made, and which request each: those that are older than so many seconds."""
        with _storage():
            listed = [str(item["path"]) for batch in obstore.list(self._objects, "files/") for item in batch]
        names = [path.rsplit("/", 1)[-1][:-5] for path in listed if path.endswith(".json")]
        records = [self._records.get(name) or self._readable(name) for name in names]
        then = time.time() - older_than_s
        return {item.id: item.request_id for item in records if item and item.request_id and item.created_at < then}

    def _is_orphan(self, path: str, name: str, ids: set[str]) -> bool:
        """Whether no record names this object; `ids` of all records."""
        if not path.startswith("files/") or name[:32] not in ids:
            return True
        record = self._records.get(name[:32]) or self._readable(name[:32])
        return record is not None and record.key != path

    def _readable(self, file_id: str) -> FileRecord | None:
        """A record, unless it is damaged."""
        with contextlib.suppress(StorageUnavailable):
            return self.record(file_id)
        return None

    def _sweep_staging(self, now: float) -> None:
        """On a folder, an upload that was cut off leaves `<key>#<number>`, which no listing shows."""
        if self._folder is None:
            return
        for path in self._folder.glob("*/**/*#*"):
            with contextlib.suppress(OSError):
                if now - path.stat().st_mtime > ORPHAN_S:
                    path.unlink()

    async def _ranges(self, key: str, start: int, end: int) -> AsyncIterator[bytes]:
        while start < end:
            stop = min(end, start + CHUNK * 4)
            yield bytes(await obstore.get_range_async(self._objects, key, start=start, end=stop))
            start = stop

    async def _stream(self, key: str) -> AsyncIterator[bytes]:
        with _storage():
            result = await obstore.get_async(self._objects, key)
            async for chunk in result.stream(CHUNK):
                yield bytes(chunk)

    def _known(self, file_id: str) -> FileRecord:
        record = self.record(file_id)
        if record is None:
            raise NotFound("There is no such file.")
        return record

    def _publish(
        self, file_id: str, name: str, kind: str, kept: Received, *,
        expires_s: float | None, access: str, owner: str | None, request_id: str | None = None,
    ) -> FileRecord:  # fmt: skip
        """Make bytes a file: its record is made once; the same content once more changes nothing.

        Raises:
            AlreadyUploaded: There is a file of this id with another content.
        """
        now = time.time()
        record = FileRecord(
            file_id, name, kind, kept.size_bytes, now, now + expires_s if expires_s else None, access, owner, kept.key, kept.sha256,
            request_id,
        )  # fmt: skip
        try:
            with _storage():
                data = json.dumps(asdict(record)).encode()
                obstore.put(self._objects, f"files/{file_id}.json", data, mode="create")
        except AlreadyExistsError:
            with contextlib.suppress(FileNotFoundError), _storage():
                obstore.delete(self._objects, kept.key)
            there = self.record(file_id)
            if there is None or there.sha256 != kept.sha256:
                raise AlreadyUploaded from None
            return there
        except (StorageFull, StorageUnavailable):
            with contextlib.suppress(FileNotFoundError, StorageFull, StorageUnavailable), _storage():
                obstore.delete(self._objects, kept.key)
            raise
        return record


async def _bounded(chunks: AsyncIterable[bytes], max_bytes: int) -> AsyncIterator[bytes]:
    """Chunks with something in them, up to a bound.

    Raises:
        PayloadTooLarge: More than `max_bytes`.
    """
    left = max_bytes
    async for chunk in chunks:
        left -= len(chunk)
        if left < 0:
            raise PayloadTooLarge(f"The file is larger than {max_bytes // MB} MB.")
        if chunk:
            yield chunk


@contextlib.contextmanager
def _there() -> Iterator[None]:
    """A record whose bytes are gone is no file."""
    try:
        yield
    except FileNotFoundError:
        raise NotFound("There is no such file.") from None


def _fresh_key(file_id: str) -> str:
    """A key that nobody has written, for the bytes of a file."""
    return f"files/{file_id}.{secrets.token_hex(4)}"
