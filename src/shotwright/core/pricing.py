"""What a request would cost on the paid service, to the tenth of a cent. Source: kling-o1 b.6."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shotwright.core.catalog import Endpoint


@dataclass(frozen=True)
class Estimate:
    """A price and how it came about."""

    seconds: float
    usd_per_second: float
    usd: float
    rule: str


def estimate(endpoint: Endpoint, seconds: float) -> Estimate:
    """The price of `seconds` of output on `endpoint`; fractions of a second count pro rata."""
    kind = "with" if endpoint.takes_video else "without"
    rule = f"{endpoint.tier}, {kind} video input: ${endpoint.usd_per_second} per second of output"
    return Estimate(seconds, endpoint.usd_per_second, round(seconds * endpoint.usd_per_second, 3), rule)
