"""What can be wrong with the database, sorted by what helps: waiting, room on its disk, or another request."""

from __future__ import annotations

import psycopg
from psycopg import errors
from psycopg_pool import PoolClosed, PoolTimeout

from shotwright.core.errors import (
    BadRequest,
    InternalError,
    PayloadTooLarge,
    ServerUnavailable,
    ShotwrightError,
    StorageFull,
)

DATABASE = (psycopg.Error, PoolTimeout, PoolClosed)
_LASTING = (errors.ProgramLimitExceeded, errors.DataCorrupted, errors.IndexCorrupted)
_PASSING = (psycopg.OperationalError, psycopg.InterfaceError, psycopg.InternalError, PoolTimeout, PoolClosed)
"""Away, restarting, read-only for a while, out of connections, out of room."""


def is_passing(exc: BaseException) -> bool:
    """Whether the same statement may succeed later."""
    return isinstance(exc, _PASSING) and not isinstance(exc, _LASTING)


def as_error(exc: BaseException) -> ShotwrightError:
    """A fault of the database as what a client is told."""
    if isinstance(exc, errors.DiskFull):
        return StorageFull()
    if isinstance(exc, errors.ProgramLimitExceeded):
        return PayloadTooLarge(
            "The request is larger than the database keeps. Upload large media instead of sending them inline."
        )
    if isinstance(exc, psycopg.DataError):
        return BadRequest("A value of this request cannot be stored.")
    return ServerUnavailable() if is_passing(exc) else InternalError()
