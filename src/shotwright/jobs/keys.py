"""API keys: made, listed, revoked; kept as hashes, like the cookies of browsers that signed out. A key reads `<id>:<secret>` and is shown once."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import uuid
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from psycopg.rows import dict_row

from shotwright.jobs.queries import row_of, statements

if TYPE_CHECKING:
    from psycopg_pool import AsyncConnectionPool

SCOPES = ("run", "read", "admin")
"""run: submit, upload, cancel; read: look; admin: everybody's requests, keys, usage. Each includes looking at one's own."""
SECRET_BYTES = 16
SQL = statements("keys")


@dataclass(frozen=True, kw_only=True)
class ApiKey:
    """A key, without its secret."""

    id: uuid.UUID
    name: str
    scopes: list[str]
    daily_budget_usd: Decimal | None
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None

    def to_json(self) -> dict[str, Any]:
        """As the API and the command line show it."""
        return {
            "key_id": str(self.id), "name": self.name, "scopes": self.scopes,
            "daily_budget_usd": None if self.daily_budget_usd is None else float(self.daily_budget_usd),
            "created_at": self.created_at.isoformat(),
            "last_used_at": self.last_used_at.isoformat() if self.last_used_at else None,
            "revoked_at": self.revoked_at.isoformat() if self.revoked_at else None,
        }  # fmt: skip


@dataclass(frozen=True)
class NewKey:
    """A key that was just made: the only moment at which its secret is known."""

    key: ApiKey
    secret: str

    @property
    def text(self) -> str:
        """What a client sends."""
        return f"{self.key.id}:{self.secret}"


class KeyStore:
    """The keys in the database."""

    def __init__(self, pool: AsyncConnectionPool[Any]) -> None:
        self._pool = pool

    async def create(self, name: str, scopes: list[str], daily_budget_usd: Decimal | None = None) -> NewKey:
        """Make a key."""
        secret = secrets.token_hex(SECRET_BYTES)
        query = SQL["create"]
        values = (uuid.uuid4(), name, _hash(secret), scopes, daily_budget_usd)
        async with self._pool.connection() as conn, conn.cursor(row_factory=row_of(ApiKey)) as cursor:
            key = await (await cursor.execute(query, values)).fetchone()
        assert key is not None  # noqa: S101  (RETURNING)
        return NewKey(key, secret)

    async def all(self) -> list[ApiKey]:
        """Every key, revoked ones too, the newest first."""
        query = SQL["all"]
        async with self._pool.connection() as conn, conn.cursor(row_factory=row_of(ApiKey)) as cursor:
            keys: list[ApiKey] = await (await cursor.execute(query)).fetchall()
            return keys

    async def revoke(self, key_id: uuid.UUID) -> bool:
        """End a key; whether it was there."""
        query = SQL["revoke"]
        async with self._pool.connection() as conn:
            done = await conn.execute(query, (key_id,))
        return bool(done.rowcount)

    async def exist(self) -> bool:
        """Whether a key was ever made: from then on the server asks for one, even when all are revoked."""
        async with self._pool.connection() as conn:
            row = await (await conn.execute(SQL["exist"])).fetchone()
        return bool(row[0]) if row else False

    async def find(self, name: str) -> ApiKey | None:
        """The key with this id, unless it was revoked."""
        try:
            known = uuid.UUID(name)
        except ValueError:
            return None
        query = SQL["find"]
        async with self._pool.connection() as conn, conn.cursor(row_factory=row_of(ApiKey)) as cursor:
            key: ApiKey | None = await (await cursor.execute(query, (known,))).fetchone()
            return key

    async def check(self, text: str) -> ApiKey | None:
        """The key that a client's text is, unless it is wrong or revoked; constant time in the secret."""
        key_id, _, secret = text.partition(":")
        try:
            known = uuid.UUID(key_id)
        except ValueError:
            return None
        query = SQL["check"]
        async with self._pool.connection() as conn, conn.cursor(row_factory=dict_row) as cursor:
            row = await (await cursor.execute(query, (known,))).fetchone()
            if row is None or not hmac.compare_digest(row.pop("secret_hash"), _hash(secret)):
                return None
            await conn.execute(SQL["touch"], (known,))
        return ApiKey(**row)

    async def end_session(self, cookie: str, until: float) -> None:
        """Refuse a signed-in browser's cookie from now on; `until` is when it ends by itself, in Unix seconds."""
        async with self._pool.connection() as conn:
            await conn.execute(SQL["forget_sessions"])
            query = SQL["end_session"]
            await conn.execute(query, (_hash(cookie), until))

    async def has_ended(self, cookie: str) -> bool:
        """Whether the browser with this cookie signed out."""
        async with self._pool.connection() as conn:
            query = SQL["has_ended"]
            row = await (await conn.execute(query, (_hash(cookie),))).fetchone()
        return bool(row[0]) if row else False


def _hash(secret: str) -> str:
    """A secret has 128 random bits and a cookie a signature, so a fast hash cannot be searched."""
    return hashlib.sha256(secret.encode()).hexdigest()
