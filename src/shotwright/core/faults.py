"""Faults on demand: what a server of a test environment is told to get wrong, so that an application can be seen to bear it.

A fault is a word, with a number where it takes one, and a chance: "rate_limit", "slow=20", "crash; chance=0.2; seed=7". Which requests
a chance strikes follows from its seed and from the request, so that a test sees the same every time.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Any

from shotwright.core.errors import (
    BadRequest,
    InternalError,
    NoMediaGenerated,
    RateLimited,
    ServerUnavailable,
    ShotwrightError,
    UpstreamRejected,
)

RETRY_S = 2.0
POLICY = [{"loc": ["body", "prompt"], "msg": "The content could not be processed because it contained material flagged by a content checker.", "type": "content_policy_violation"}]  # fmt: skip
FAULTS = {
    "rate_limit": "429 when the request is sent, with Retry-After.",
    "server_error": "500 when the request is sent.",
    "unavailable": "503 when the request is sent.",
    "content_policy": "The request fails with content_policy_violation.",
    "no_media": "The request fails with no_media_generated.",
    "slow": "The render waits first: so many seconds (10).",
    "stuck": "The render never ends; a cancel ends it.",
    "crash": "The engine dies at so many starts (1); up to two are tried again, then the request fails with runner_disconnected.",
    "truncated": "The clip is cut off in the middle of its file.",
    "expired": "The clip's address answers 404 a moment after the end.",
    "webhook_dropped": "No webhook is sent.",
    "webhook_duplicated": "The webhook is sent so many times (2).",
    "webhook_late": "The webhook is sent so many seconds (5) after the end: later ones overtake it.",
}
"""What may be asked for, and what comes of it."""
NUMBERS = {"slow": 10.0, "crash": 1.0, "webhook_duplicated": 2.0, "webhook_late": 5.0}
"""Faults that take a number, and which one when none is given."""
AT_SUBMIT = frozenset({"rate_limit", "server_error", "unavailable"})
SECONDS_MAX, COPIES_MAX = 3600.0, 20


@dataclass(frozen=True)
class Fault:
    """A fault.

    Attributes:
        kind: Of `FAULTS`.
        number: Seconds, or starts.
        chance: Share of the requests that it strikes.
        seed: Which ones.
    """

    kind: str
    number: float = 0.0
    chance: float = 1.0
    seed: int = 0

    def strikes(self, request: Any) -> bool:  # noqa: ANN401  (any JSON)
        """Whether it strikes a request, by what that says."""
        text = json.dumps([self.seed, request], sort_keys=True, default=str)
        return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big") < self.chance * 2**32

    def to_json(self) -> dict[str, Any]:
        """As it is kept with a request."""
        return asdict(self)

    def webhook(self, hook: dict[str, Any] | None) -> dict[str, Any] | None:
        """What becomes of a request's webhook: gone, several, or late."""
        if hook is None or self.kind == "webhook_dropped":
            return None
        if self.kind == "webhook_duplicated":
            return {**hook, "copies": max(1, min(COPIES_MAX, round(self.number)))}
        return {**hook, "late_s": self.number} if self.kind == "webhook_late" else hook

    def error(self) -> ShotwrightError | None:
        """What it raises, where it is an error at once."""
        made: dict[str, ShotwrightError] = {
            "rate_limit": RateLimited("A fault on demand: too many requests.", retry_after_s=RETRY_S),
            "server_error": InternalError("A fault on demand."), "unavailable": ServerUnavailable("A fault on demand."),
            "content_policy": UpstreamRejected(POLICY), "no_media": NoMediaGenerated("A fault on demand."),
        }  # fmt: skip
        return made.get(self.kind)


def parse_fault(text: str) -> Fault:
    """A fault as a header says it.

    Raises:
        BadRequest: There is none of this name, or a number is none.
    """
    name, *options = (part.strip() for part in text.lower().split(";"))
    kind, _, number = (part.strip() for part in name.partition("="))
    if kind not in FAULTS:
        raise BadRequest(f'There is no fault "{kind[:40]}". There are: {", ".join(FAULTS)}.')
    if number and kind not in NUMBERS:
        raise BadRequest(f"The fault {kind} takes no number.")
    found = {"chance": 1.0, "seed": 0.0}
    for option in options:
        key, _, value = (part.strip() for part in option.partition("="))
        if key not in found:
            raise BadRequest(f'A fault has a chance and a seed, not "{key[:40]}".')
        found[key] = _number(value, 1.0 if key == "chance" else 2.0**31)
    return Fault(
        kind, _number(number, SECONDS_MAX) if number else NUMBERS.get(kind, 0.0), found["chance"], int(found["seed"])
    )


def _number(text: str, most: float) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= most:
        raise BadRequest(f'"{text[:40]}" must be a number from 0 to {most:g}.')
    return value
