"""What a request would cost on the paid service: a table, exact decimals, half-up to a tenth of a cent. Source: kling-o1 b.6."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

from shotwright.core.catalog import KLING_UNIT_USD
from shotwright.core.errors import BadRequest

if TYPE_CHECKING:
    from shotwright.core.catalog import Endpoint

CURRENCY = "USD"
_CENT_TENTHS = Decimal("0.001")
BUDGET_MAX_USD = 1_000_000


@dataclass(frozen=True)
class Estimate:
    """A price and how it came about; `units` are EachLabs' Kling units."""

    seconds: float
    usd_per_second: Decimal
    usd: Decimal
    units: Decimal
    rule: str
    is_upper_bound: bool = False  #: The length depends on a video that nobody has measured yet.


def rounded(usd: Decimal) -> Decimal:
    """Half-up to a tenth of a cent."""
    return usd.quantize(_CENT_TENTHS, ROUND_HALF_UP)


def estimate(endpoint: Endpoint, seconds: float, *, is_upper_bound: bool = False) -> Estimate:
    """The price of `seconds` of output on `endpoint`; fractions of a second count pro rata."""
    kind = "with" if endpoint.takes_video else "without"
    rule = f"{endpoint.tier}, {kind} video input: ${endpoint.usd_per_second} per second of output"
    exact = Decimal(str(seconds)) * endpoint.usd_per_second
    units = (exact / KLING_UNIT_USD).quantize(_CENT_TENTHS, ROUND_HALF_UP)
    return Estimate(seconds, endpoint.usd_per_second, rounded(exact), units, rule, is_upper_bound)


def expected(endpoint: Endpoint, arguments: object) -> Estimate:
    """The price of a request before its media are known; an edit counts as the longest video that is allowed."""
    if endpoint.task == "edit":
        return estimate(endpoint, endpoint.video_limits.max_duration_s, is_upper_bound=True)
    field = endpoint.field_named("duration")
    given = str(arguments.get("duration", "")) if isinstance(arguments, dict) else ""
    options = field.options if field else ()
    return estimate(endpoint, float(given if given in options else "5"))


def actual_usd(price: str, paid: Estimate) -> Decimal:
    """What a request costs on the engine that renders it.

    Args:
        price: The engine's: US dollars a second, or "kling" for the documented price.
        paid: The price on the paid service.
    """
    return paid.usd if price == "kling" else rounded(Decimal(price) * Decimal(str(paid.seconds)))


def daily_budget(value: object) -> Decimal | None:
    """A budget in US dollars, to a tenth of a cent; None means none.

    Raises:
        BadRequest: Not a number, negative, or beyond a million.
    """
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= BUDGET_MAX_USD:
        raise BadRequest(f"A daily budget must be a number of US dollars from 0 to {BUDGET_MAX_USD}.")
    return rounded(Decimal(str(value)))


def record(paid: Estimate, cost: Decimal) -> dict[str, Any]:
    """What a request's metrics say about money."""
    return {
        "billable_units": round(paid.seconds, 3), "unit_price": float(paid.usd_per_second), "upstream_usd": float(paid.usd),
        "kling_units": float(paid.units), "cost_usd": float(cost),
    }  # fmt: skip
