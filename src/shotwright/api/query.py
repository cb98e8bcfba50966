"""Reads numbers, dates and cursors of a query string; what cannot be read is a typed 400."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from shotwright.core.errors import BadRequest

if TYPE_CHECKING:
    from starlette.requests import Request


DIGITS_MAX = 18


def digits(text: str) -> int | None:
    """The one way in which a number comes from the wire: plain digits. One beyond all bounds is `10 ** DIGITS_MAX`.

    Returns:
        The number; None when the text is something else.
    """
    if not (text.isascii() and text.isdigit()):
        return None
    return int(text) if len(text) <= DIGITS_MAX else 10**DIGITS_MAX


def as_whole_number(text: str, name: str, low: int, high: int) -> int:
    """A number from `low` to `high` as a client writes it, in plain digits.

    Raises:
        BadRequest: It is something else.
    """
    found = digits(text)
    if found is None or not low <= found <= high:
        raise BadRequest(f"{name} must be a whole number from {low} to {high}.")
    return found


def whole_number(request: Request, name: str, default: int, low: int, high: int) -> int:
    """A number from `low` to `high`.

    Raises:
        BadRequest: It is something else.
    """
    text = request.query_params.get(name)
    return as_whole_number(text, name, low, high) if text else default


def moment(request: Request, name: str) -> datetime | None:
    """A date or a time as ISO 8601 writes it; without a zone it is UTC.

    Raises:
        BadRequest: It is neither.
    """
    text = request.query_params.get(name)
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text.replace(" ", "+"))
        return found if found.tzinfo else found.replace(tzinfo=UTC)
    except ValueError as exc:
        raise BadRequest(f"{name} must be a date such as 2026-01-31 or a time such as 2026-01-31T12:00:00Z.") from exc


def days(request: Request, back: int) -> tuple[date, date]:
    """`start` and `end` of a query in UTC days; by default the last `back` days until today."""
    end = moment(request, "end")
    start = moment(request, "start")
    try:
        last = end.astimezone(UTC).date() if end else datetime.now(UTC).date()
        first = start.astimezone(UTC).date() if start else date.fromordinal(max(1, last.toordinal() - back))
    except OverflowError as exc:
        raise BadRequest("start and end must lie between the years 1 and 9999.") from exc
    if first > last:
        raise BadRequest("start must not be after end.")
    return first, last
