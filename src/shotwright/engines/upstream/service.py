"""What both paid services look like to the engine, and how their refusals become ours.

    accepted            → an id, kept with the request before anything else happens
    refused             → an error of our own tree; nothing was charged
    nobody knows        → OutcomeUnknown: it may have been accepted; never sent twice

Source: fal-wire 2 and 5, eachlabs-wire a.1-a.5, users.md section 5 number 34.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol

import httpx

from shotwright.core.errors import DownstreamError, DownstreamUnavailable, UpstreamRejected

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from shotwright.core.catalog import Endpoint
    from shotwright.core.errors import ModelError

JSON = dict[str, Any]
State = Literal["queued", "running", "succeeded", "failed", "cancelled"]
CALL_S = 30.0
LONGEST_PAUSE_S = 60.0
NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)
"""Failures before a byte of the request left."""
RATE_LIMITED = 429


class OutcomeUnknown(Exception):
    """The request may have been accepted; the text says what broke."""


class Busy(Exception):
    """Not now; nothing was accepted."""

    def __init__(self, retry_after_s: float) -> None:
        super().__init__(f"again in {retry_after_s:g} s")
        self.retry_after_s = retry_after_s


@dataclass(frozen=True)
class Report:
    """What the service says about a request."""

    state: State
    logs: tuple[str, ...] = ()
    position: int | None = None
    url: str | None = None
    error: ModelError | None = None
    facts: JSON = field(default_factory=dict)


class Service(Protocol):
    """A paid service."""

    name: str

    def upload(self, path: Path, name: str) -> str:
        """An address of a local file that the service can read."""
        ...

    def submit(self, endpoint: Endpoint, arguments: JSON, request_id: str) -> str:
        """Send a request once; its id there.

        Raises:
            ModelError: Refused; nothing was charged.
            Busy: Not now.
            OutcomeUnknown: It may have been accepted.
        """
        ...

    def find(self, endpoint: Endpoint, arguments: JSON, since: datetime) -> str | None:
        """The id of a request with this input that was accepted after `since`; None when there is none or nobody can tell."""
        ...

    def report(self, endpoint: Endpoint, upstream_id: str) -> Report:
        """How it goes. Raises httpx errors when the service cannot be asked at the moment."""
        ...

    def cancel(self, endpoint: Endpoint, upstream_id: str) -> None:
        """Ask for its end; may fail."""
        ...


def refusal(answer: httpx.Response) -> ModelError | Busy | None:
    """What an answer to a submit means, unless it accepted. Bodies of the service never carry our key."""
    status, body = answer.status_code, body_of(answer)
    if status < 400:
        return None
    if status == RATE_LIMITED:
        after = answer.headers.get("retry-after", "")
        asked = float(after) if after.isascii() and after.replace(".", "", 1).isdigit() else 5.0
        return Busy(min(asked, LONGEST_PAUSE_S))
    return refused(status, body)


def refused(status: int, body: object) -> ModelError:
    """An error of a paid service as one of ours."""
    detail = body.get("detail") if isinstance(body, dict) else None
    items = [item for item in detail if isinstance(item, dict) and "msg" in item] if isinstance(detail, list) else []
    if items and 400 <= status < 500:
        return UpstreamRejected([located(item) for item in items])
    said = _said(body)
    if status in {401, 403}:
        return DownstreamError(f"The paid service refused the operator's key or account ({status}). {said}".strip())
    if status == 402:
        return DownstreamError(f"The operator's account at the paid service is out of money. {said}".strip())
    if status >= 500 or status == RATE_LIMITED:
        return DownstreamUnavailable(f"The paid service answered {status}. {said}".strip())
    if 400 <= status < 500 and said:
        return UpstreamRejected([{"loc": ["body"], "msg": said, "type": "value_error"}])
    return DownstreamError(f"The paid service answered {status}.")


def located(item: JSON) -> JSON:
    """A foreign error item in our form: `loc` a list, `msg` and `type` texts; what else it carries stays."""
    loc, kind = item.get("loc"), item.get("type")
    return {
        **item, "loc": loc if isinstance(loc, list) else ["body"], "msg": str(item.get("msg", "")),
        "type": kind if isinstance(kind, str) else "value_error",
    }  # fmt: skip


def _said(body: object) -> str:
    if not isinstance(body, dict):
        return ""
    for name in ("detail", "details", "message", "error"):
        if isinstance(body.get(name), str) and body[name]:
            return str(body[name])[:500]
    return ""


def body_of(answer: httpx.Response) -> object:
    """Its JSON, or None."""
    try:
        return answer.json()
    except (ValueError, RecursionError):
        return None


def send_once(client: httpx.Client, url: str, body: JSON, headers: dict[str, str]) -> JSON:
    """POST a request exactly once.

    Raises:
        ModelError: Refused, or nothing was sent.
        Busy: Not now.
        OutcomeUnknown: It may have been accepted.
    """
    try:
        answer = client.post(url, json=body, headers=headers)
    except NOT_SENT as exc:
        raise DownstreamUnavailable(
            f"The paid service cannot be reached: {type(exc).__name__}. Nothing was sent."
        ) from exc
    except httpx.HTTPError as exc:
        raise OutcomeUnknown(f"the connection broke while the answer was awaited ({type(exc).__name__})") from exc
    if answer.status_code >= 500:
        raise OutcomeUnknown(f"the answer was {answer.status_code}")
    problem = refusal(answer)
    if problem is not None:
        raise problem
    data = body_of(answer)
    if not isinstance(data, dict):
        raise OutcomeUnknown("the answer was no JSON object")
    return data
