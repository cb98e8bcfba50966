"""Who calls, and what they may do. A server without keys takes everybody (and `serve` then listens on loopback only).

A key is one of SHOTWRIGHT_KEYS, or one that `shotwright keys create` made, with its scopes and its
budget. It travels as `Authorization: Key ...`, `Authorization: Bearer ...` or `X-API-Key: ...`.
"""

from __future__ import annotations

import hashlib
import hmac
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shotwright.core.errors import Forbidden, Unauthorized
from shotwright.jobs.keys import SCOPES

if TYPE_CHECKING:
    from decimal import Decimal

    from starlette.requests import Request

    from shotwright.jobs.keys import KeyStore
    from shotwright.jobs.store import StoredRequest
    from shotwright.settings import Settings

SCHEMES = ("key ", "bearer ")
CONFIGURED = frozenset({"run", "read"})
"""What the keys of SHOTWRIGHT_KEYS may do."""
FRESH_S = 1.0
"""A revoked key is refused at most so much later."""
KEPT_KEYS = 1024


@dataclass(frozen=True)
class Caller:
    """Who calls: `id` names the key without giving it away."""

    id: str
    scopes: frozenset[str]
    daily_budget_usd: Decimal | None = None
    is_open: bool = False  #: The server asks for no keys.

    @property
    def sees_all(self) -> bool:
        """Whether everybody's requests are visible."""
        return self.is_open or "admin" in self.scopes

    @property
    def owner_filter(self) -> str | None:
        """For queries: whose rows to show; None means all."""
        return None if self.sees_all else self.id

    def may_see(self, row: StoredRequest) -> bool:
        """Whether this request exists for the caller."""
        return self.sees_all or row.owner == self.id


class Gate:
    """Knows the keys; remembers what it knows for a second."""

    def __init__(self, settings: Settings, keys: KeyStore) -> None:
        self._settings, self._keys = settings, keys
        self._configured = {key: owner_name(key) for key in settings.accepted_keys}
        self._known: OrderedDict[str, tuple[float, Caller | None]] = OrderedDict()
        self._open: tuple[float, bool] = (0.0, False)

    async def is_open(self) -> bool:
        """Whether there are no keys at all."""
        if self._configured:
            return False
        checked, answer = self._open
        if time.monotonic() - checked > FRESH_S or checked == 0.0:
            answer = not await self._keys.exist()
            self._open = (time.monotonic(), answer)
        return answer

    async def caller(self, text: str) -> Caller | None:
        """Who a credential belongs to; None when it belongs to nobody."""
        for key, name in self._configured.items():
            if hmac.compare_digest(key.encode(), text.encode()):
                return Caller(name, CONFIGURED, self._settings.daily_budget_usd)
        if await self.is_open():
            return Caller(
                owner_name(text) if text else "anonymous",
                frozenset(SCOPES),
                self._settings.daily_budget_usd,
                is_open=True,
            )
        checked, known = self._known.get(text, (0.0, None))
        if time.monotonic() - checked > FRESH_S or checked == 0.0:
            known = await self._look_up(text)
            self._known[text] = (time.monotonic(), known)
            if len(self._known) > KEPT_KEYS:
                self._known.popitem(last=False)
        return known

    async def _look_up(self, text: str) -> Caller | None:
        key = await self._keys.check(text)
        if key is None:
            return None
        budget = self._settings.daily_budget_usd if key.daily_budget_usd is None else key.daily_budget_usd
        return Caller(str(key.id), frozenset(key.scopes), budget)


async def caller(request: Request, scope: str = "read") -> Caller:
    """Who calls, if they may do what `scope` names.

    Raises:
        Unauthorized: No key, or an unknown or revoked one.
        Forbidden: The key's scopes do not include this.
    """
    gate: Gate = request.app.state.context.gate
    found = await gate.caller(credential(request))
    if found is None:
        raise Unauthorized
    if scope not in found.scopes and "admin" not in found.scopes and not (scope == "read" and "run" in found.scopes):
        raise Forbidden(f'This key may not do this: it lacks the scope "{scope}".')
    return found


def credential(request: Request) -> str:
    """The key that a call carries, or "". X-API-Key wins when both are there."""
    direct = request.headers.get("x-api-key")
    if direct:
        return direct.strip()
    header = request.headers.get("authorization", "")
    for scheme in SCHEMES:
        if header[: len(scheme)].lower() == scheme:
            return header[len(scheme) :].strip()
    return ""


def owner_name(key: str) -> str:
    """A name for a key that does not give the key away."""
    return hashlib.sha256(key.encode()).hexdigest()[:16]


def sign(secret: str, text: str) -> str:
    """A signature for addresses and tokens that we hand out."""
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()[:40]


def is_signed(secret: str, text: str, signature: str) -> bool:
    """Whether `sign` made this signature."""
    return hmac.compare_digest(sign(secret, text).encode(), signature.encode())
