"""Uploads in parts, in the database: each belongs to the key that started it, and to the file that it becomes.

The bytes of a part are an object of the file store, under a key that nobody else writes; this table says which ones count.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from psycopg.types.json import Jsonb

from shotwright.core.errors import BadRequest, NotFound, PayloadTooLarge, TooManyUploads
from shotwright.core.limits import MB
from shotwright.jobs.admission import lock_owner
from shotwright.jobs.queries import row_of, statements

if TYPE_CHECKING:
    from psycopg import AsyncConnection
    from psycopg_pool import AsyncConnectionPool

JSON = dict[str, Any]
SQL = statements("uploads")
EXPIRES_S = 24 * 3600.0


@dataclass(frozen=True, kw_only=True)
class Upload:
    """A row of `uploads`."""

    id: uuid.UUID
    file_id: str
    owner: str
    name: str
    content_type: str | None
    terms: JSON  #: expires_s and access of the file.
    finished_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Part:
    """A row of `upload_parts`."""

    number: int
    object_key: str
    size_bytes: int
    etag: str


class UploadStore:
    """Reads and changes uploads."""

    def __init__(self, pool: AsyncConnectionPool[Any], *, max_open: int, max_parts: int, max_bytes: int) -> None:
        """`max_open` for each key, `max_parts` and `max_bytes` for each upload."""
        self._pool = pool
        self.max_open, self.max_parts, self.max_bytes = max_open, max_parts, max_bytes

    async def start(self, owner: str, name: str, content_type: str | None, terms: JSON) -> Upload:
        """Begin an upload.

        Raises:
            TooManyUploads: The caller has as many unfinished ones as allowed.
        """
        async with self._pool.connection() as conn, conn.transaction():
            await lock_owner(conn, owner)
            found = await (await conn.execute(SQL["open_of_owner"], (owner,))).fetchone()
            if found is not None and found[0] >= self.max_open:
                raise TooManyUploads(f"This key has {found[0]} unfinished uploads, and {self.max_open} are allowed.")
            values = (uuid.uuid4(), uuid.uuid4().hex, owner, name, content_type, Jsonb(terms), EXPIRES_S)
            made = await self._one(conn, "start", values)
        assert made is not None  # noqa: S101  (RETURNING)
        return made

    async def find(self, upload_id: str, file_id: str) -> Upload:
        """An upload, by its id and that of the file that it becomes.

        Raises:
            NotFound: There is none, or it has expired.
        """
        try:
            known = uuid.UUID(hex=upload_id)
        except ValueError:
            raise NotFound("There is no such upload.") from None
        async with self._pool.connection() as conn:
            found = await self._one(conn, "find", (known,))
        if found is None or found.file_id != file_id:
            raise NotFound("There is no such upload.")
        return found

    async def room(self, upload: Upload, number: int) -> int:
        """How many bytes part `number` may have.

        Raises:
            BadRequest: There is no such number, or the upload has ended.
            PayloadTooLarge: None: the other parts are as large as an upload may be.
        """
        if not 1 <= number <= self.max_parts:
            raise BadRequest(f"Parts are numbered from 1 to {self.max_parts}.")
        if upload.finished_at is not None:
            raise BadRequest("This upload is complete; it takes no more parts.")
        left = self.max_bytes - sum(part.size_bytes for part in await self.parts(upload) if part.number != number)
        if left <= 0:
            raise PayloadTooLarge(f"An upload may have {self.max_bytes // MB} MB.")
        return left

    async def add(self, upload: Upload, part: Part) -> list[str]:
        """Count a part that has arrived; one of the same number counts no more.

        Returns:
            Keys of objects that are not needed any more.

        Raises:
            BadRequest: The upload has ended meanwhile, or its parts are too many bytes together.
        """
        async with self._pool.connection() as conn, conn.transaction():
            now = await self._one(conn, "lock", (upload.id,))
            if now is None or now.finished_at is not None:
                raise BadRequest("This upload is complete; it takes no more parts.")
            dropped = await (await conn.execute(SQL["drop_part"], (upload.id, part.number))).fetchall()
            values = (upload.id, part.number, part.object_key, part.size_bytes, part.etag)
            await conn.execute(SQL["add_part"], values)
            if sum(item.size_bytes for item in await self._parts(conn, upload)) > self.max_bytes:
                raise PayloadTooLarge(f"An upload may have {self.max_bytes // MB} MB.")
        return [key for (key,) in dropped]

    async def parts(self, upload: Upload) -> list[Part]:
        """The parts that have arrived, in order."""
        async with self._pool.connection() as conn:
            return await self._parts(conn, upload)

    async def finish(self, upload: Upload) -> list[str]:
        """End an upload whose file is there; the keys of its parts' objects."""
        async with self._pool.connection() as conn, conn.transaction():
            await conn.execute(SQL["finish"], (upload.id,))
            dropped = await (await conn.execute(SQL["drop_parts"], (upload.id,))).fetchall()
        return [key for (key,) in dropped]

    async def forget(self) -> None:
        """Drop uploads that have expired; `FileStore.sweep` takes the objects of their parts."""
        async with self._pool.connection() as conn:
            await conn.execute(SQL["forget"])

    @staticmethod
    async def _parts(conn: AsyncConnection[Any], upload: Upload) -> list[Part]:
        async with conn.cursor(row_factory=row_of(Part)) as cursor:
            parts: list[Part] = await (await cursor.execute(SQL["parts"], (upload.id,))).fetchall()
            return parts

    @staticmethod
    async def _one(conn: AsyncConnection[Any], query: str, values: tuple[Any, ...]) -> Upload | None:
        async with conn.cursor(row_factory=row_of(Upload)) as cursor:
            return await (await cursor.execute(SQL[query], values)).fetchone()
