"""The file store: written once, and what a disk or an object store says in the house's words"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import AsyncIterator
from pathlib import Path

import obstore
import pytest
from obstore.exceptions import GenericError

from shotwright.core.errors import AlreadyUploaded, NotFound, ShotwrightError, StorageFull, StorageUnavailable
from shotwright.files.store import FileStore

FULL = "Generic LocalFileSystem error: Unable to copy data to file: No space left on device (os error 28)"


async def sent(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return FileStore(str(tmp_path / "files"))


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (GenericError(FULL), StorageFull), (OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), StorageFull),
        (GenericError("Disk quota exceeded (os error 122)"), StorageFull),
        (GenericError("Input/output error (os error 5)"), StorageUnavailable), (OSError(errno.EIO, "Input/output error"), StorageUnavailable),
        (GenericError("Read-only file system (os error 30)"), StorageUnavailable), (PermissionError(13, "Permission denied"), StorageUnavailable),
        (GenericError("Error after 10 retries: error sending request"), StorageUnavailable),
    ],
)  # fmt: skip
async def test_every_fault_of_the_disk_is_typed_wherever_it_strikes(
    store: FileStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: Exception, expected: type[ShotwrightError]
) -> None:
    source = tmp_path / "clip.mp4"
    source.write_bytes(b"x" * 100)
    kept = store.put_path(source, "clip.mp4")

    def fail(*_: object, **__: object) -> None:
        raise fault

    for name in ("put", "put_async", "get", "head", "list", "delete", "get_async", "delete_async"):
        monkeypatch.setattr(obstore, name, fail)
    fresh = FileStore(str(tmp_path / "files"))
    for act in (
        lambda: store.put_path(source, "clip.mp4"), lambda: fresh.find(kept.id), lambda: store.read_all(kept.id), store.sweep,
        lambda: store.fetch(kept.id, tmp_path / "copy"), lambda: store.delete(kept.id),
    ):  # fmt: skip
        with pytest.raises(expected):
            act()
    with pytest.raises(expected):
        await store.receive(sent(b"x"), "a.bin", None, max_bytes=10)
    with pytest.raises(expected):
        await store.drop(["files/x"])
    assert expected.status == 503
    assert expected.retryable


async def test_a_file_is_made_once(store: FileStore) -> None:
    first = await store.receive(sent(b"one"), "a.bin", None, max_bytes=10, owner="me")
    with pytest.raises(AlreadyUploaded):
        await store.receive(sent(b"two"), "a.bin", None, max_bytes=10, file_id=first.id)
    assert await store.receive(sent(b"o", b"ne"), "b.bin", None, max_bytes=10, file_id=first.id) == first
    assert store.read_all(first.id) == b"one"


async def test_a_record_of_old_is_read_and_one_that_is_damaged_is_said(store: FileStore, tmp_path: Path) -> None:
    folder = tmp_path / "files" / "files"
    folder.mkdir()
    old, bad = "a" * 32, "b" * 32
    (folder / old).write_bytes(b"old bytes")
    fields = '"name": "a.bin", "content_type": "text/plain", "size_bytes": 9, "created_at": 1.0'
    (folder / f"{old}.json").write_text(f'{{"id": "{old}", {fields}, "from_the_future": 1}}')
    (folder / f"{bad}.json").write_text('{"id": ')
    assert store.read_all(old) == b"old bytes"
    with pytest.raises(StorageUnavailable, match="damaged"):
        store.find(bad)
    store.sweep()
    store.delete(old)
    with pytest.raises(NotFound):
        store.find(old)


async def test_others_on_the_machine_cannot_read_the_files(store: FileStore, tmp_path: Path) -> None:
    await store.receive(sent(b"secret"), "a.bin", None, max_bytes=10)
    assert stat.S_IMODE((tmp_path / "files").stat().st_mode) == 0o700
