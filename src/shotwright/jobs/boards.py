"""Boards in the database: projects, their shots in order, and the requests that are takes of each."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

from psycopg.types.json import Jsonb

from shotwright.core.errors import BadRequest, NotFound
from shotwright.jobs.queries import row_of, statements
from shotwright.jobs.rows import StoredRequest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from psycopg import AsyncConnection
    from psycopg_pool import AsyncConnectionPool

JSON = dict[str, Any]
T = TypeVar("T")
SQL = statements("boards")
SHOTS_MAX = 500


@dataclass(frozen=True, kw_only=True)
class Project:
    """A row of `projects`."""

    id: uuid.UUID
    owner: str | None
    name: str
    members: list[JSON]
    settings: JSON
    created_at: datetime


@dataclass(frozen=True, kw_only=True)
class BoardShot:
    """A row of `shots`."""

    id: uuid.UUID
    project_id: uuid.UUID
    position: float
    name: str
    note: str
    status: str
    tags: list[str]
    is_favourite: bool
    endpoint_id: str
    arguments: JSON
    chosen: uuid.UUID | None
    created_at: datetime


@dataclass(frozen=True)
class NewShot:
    """A shot to be put on a board."""

    name: str
    endpoint_id: str
    arguments: JSON
    note: str = ""
    tags: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Take:
    """A request that was made for a shot."""

    shot_id: uuid.UUID
    number: int
    request: StoredRequest


class BoardStore:
    """Reads and changes boards."""

    def __init__(self, pool: AsyncConnectionPool[Any]) -> None:
        self._pool = pool

    async def add_project(self, owner: str | None, name: str, members: list[JSON], settings: JSON) -> Project:
        """A new project."""
        values = (uuid.uuid4(), owner, name, Jsonb(members), Jsonb(settings))
        async with self._pool.connection() as conn:
            return await _one(conn, Project, "add_project", values)

    async def project(self, project_id: uuid.UUID) -> Project:
        """A project.

        Raises:
            NotFound: There is none.
        """
        async with self._pool.connection() as conn:
            return await _one(conn, Project, "project", (project_id,))

    async def projects(self, owner: str | None, limit: int) -> list[Project]:
        """The newest projects of an owner, of everybody where it is None."""
        async with self._pool.connection() as conn:
            return await _all(conn, Project, "projects", {"owner": owner, "limit": limit})

    async def change_project(self, project: Project) -> Project:
        """Keep other facts of a project."""
        values = (project.name, Jsonb(project.members), Jsonb(project.settings), project.id)
        async with self._pool.connection() as conn:
            return await _one(conn, Project, "change_project", values)

    async def drop_project(self, project_id: uuid.UUID) -> None:
        """Forget a project and its shots; the requests stay."""
        async with self._pool.connection() as conn:
            await conn.execute(SQL["drop_project"], (project_id,))

    async def shots(self, project_id: uuid.UUID) -> list[BoardShot]:
        """The shots of a project, in order."""
        async with self._pool.connection() as conn:
            return await _all(conn, BoardShot, "shots", (project_id,))

    async def shot(self, shot_id: uuid.UUID) -> BoardShot:
        """A shot.

        Raises:
            NotFound: There is none.
        """
        async with self._pool.connection() as conn:
            return await _one(conn, BoardShot, "shot", (shot_id,))

    async def add_shots(self, project_id: uuid.UUID, new: Sequence[NewShot]) -> list[BoardShot]:
        """Put shots at the end of a project, all or none.

        Raises:
            BadRequest: They are more than a project may have.
        """
        async with self._pool.connection() as conn, conn.transaction():
            await conn.execute(SQL["lock_project"], (project_id,))
            found = await (await conn.execute(SQL["end"], (project_id,))).fetchone()
            at, count = (float(found[0]), int(found[1])) if found else (0.0, 0)
            if count + len(new) > SHOTS_MAX:
                raise BadRequest(f"A project may have {SHOTS_MAX} shots.")
            return [
                await _one(
                    conn, BoardShot, "add_shot",
                    (uuid.uuid4(), project_id, at + 1 + i, item.name, item.note, item.tags, item.endpoint_id, Jsonb(item.arguments)),
                )
                for i, item in enumerate(new)
            ]  # fmt: skip

    async def change_shot(self, shot: BoardShot) -> BoardShot:
        """Keep other facts of a shot."""
        async with self._pool.connection() as conn:
            return await _one(conn, BoardShot, "change_shot", _values(shot))

    async def move(self, shot: BoardShot, before: uuid.UUID | None) -> None:
        """Put a shot before another one of its project, or at the end; all are numbered anew.

        Raises:
            NotFound: The other one is none of this project.
        """
        async with self._pool.connection() as conn, conn.transaction():
            await conn.execute(SQL["lock_project"], (shot.project_id,))
            others = [item for item in await _all(conn, BoardShot, "shots", (shot.project_id,)) if item.id != shot.id]
            ids = [item.id for item in others]
            if before is not None and before not in ids:
                raise NotFound("There is no such shot in this project.")
            others.insert(len(others) if before is None else ids.index(before), shot)
            for number, item in enumerate(others):
                await _one(conn, BoardShot, "change_shot", _values(replace(item, position=float(number + 1))))

    async def drop_shot(self, shot_id: uuid.UUID) -> None:
        """Forget a shot; its requests stay."""
        async with self._pool.connection() as conn:
            await conn.execute(SQL["drop_shot"], (shot_id,))

    async def turn(self, shot: BoardShot, before: str, after: str) -> bool:
        """Give a shot another status where it still has the one before; of two who try at once, one does."""
        async with self._pool.connection() as conn:
            changed = await conn.execute(SQL["turn_shot"], (after, shot.id, before))
            return bool(changed.rowcount == 1)

    async def add_take(self, shot: BoardShot, request_id: uuid.UUID, *, is_chosen: bool = False) -> None:
        """A request was made for a shot, and is to be the one that the film shows."""
        async with self._pool.connection() as conn, conn.transaction():
            await conn.execute(SQL["lock_project"], (shot.project_id,))
            await conn.execute(SQL["add_take"], {"shot": shot.id, "request": request_id})
            if is_chosen:
                await conn.execute(SQL["choose"], (request_id, shot.id))

    async def takes(self, project_id: uuid.UUID) -> list[Take]:
        """Everything that was rendered for a project's shots, in order."""
        async with self._pool.connection() as conn:
            rows = {row.id: row for row in await _all(conn, StoredRequest, "requests_of", (project_id,))}
            found = await (await conn.execute(SQL["takes"], (project_id,))).fetchall()
        return [Take(shot_id, number, rows[request]) for shot_id, number, request in found if request in rows]


def _values(shot: BoardShot) -> tuple[Any, ...]:
    """What `change_shot` takes."""
    return (
        shot.name, shot.note, shot.status, shot.tags, shot.is_favourite, shot.endpoint_id, Jsonb(shot.arguments), shot.chosen, shot.position, shot.id,
    )  # fmt: skip


async def _one(conn: AsyncConnection[Any], kind: type[T], query: str, values: Any) -> T:  # noqa: ANN401  (values of a statement)
    async with conn.cursor(row_factory=row_of(kind)) as cursor:
        found = await (await cursor.execute(SQL[query], values)).fetchone()
    if found is None:
        raise NotFound(f"There is no such {'project' if kind is Project else 'shot'}.")
    return found


async def _all(conn: AsyncConnection[Any], kind: type[T], query: str, values: Any) -> list[T]:  # noqa: ANN401  (values of a statement)
    async with conn.cursor(row_factory=row_of(kind)) as cursor:
        return list(await (await cursor.execute(SQL[query], values)).fetchall())
