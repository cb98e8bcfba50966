"""Who calls, and what they may do. A server without keys takes everybody (and `serve` then listens on loopback only).

A key is one of SHOTWRIGHT_KEYS, or one that `shotwright keys create` made, with its scopes and its
budget. It travels as `Authorization: Key ...`, `Authorization: Bearer ...` or `X-API-Key: ...`. A browser that has signed in
sends a session cookie instead: the name of the key, signed, never the key. What changes something then needs the session's
token in `X-CSRF-Token` as well, which only our own pages know.
"""

from __future__ import annotations

import hashlib
import hmac
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from cachetools import TTLCache
from itsdangerous import Signer

from shotwright.api.sites import Site, is_ours, is_visit, site_of
from shotwright.core.errors import Forbidden, Unauthorized
from shotwright.jobs.keys import SCOPES

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from decimal import Decimal

    from starlette.requests import Request

    from shotwright.jobs.keys import ApiKey, KeyStore
    from shotwright.jobs.rows import StoredRequest
    from shotwright.settings import Settings

SCHEMES = ("key ", "bearer ")
CONFIGURED = frozenset({"run", "read"})
"""What the keys of SHOTWRIGHT_KEYS may do."""
FRESH_S = 1.0
"""A revoked key or an ended session is refused at most so much later, by every process of a server."""
KEPT_ANSWERS = 1024
COOKIE = "shotwright_session"
SESSION_S = 14 * 86_400
CSRF_HEADER = "x-csrf-token"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
T = TypeVar("T")


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

    @property
    def may_run(self) -> bool:
        """Whether requests may be submitted."""
        return not self.scopes.isdisjoint({"run", "admin"})

    def may_see(self, row: StoredRequest) -> bool:
        """Whether this request exists for the caller."""
        return self.sees_all or row.owner == self.id


class _TtlCache(Generic[T]):
    """Answers of the database by name, asked for again after a second."""

    def __init__(self, ask: Callable[[str], Awaitable[T]]) -> None:
        self._ask = ask
        self._answers: TTLCache[str, T] = TTLCache(KEPT_ANSWERS, FRESH_S)

    async def get(self, name: str) -> T:
        try:
            return self._answers[name]
        except KeyError:
            answer = self._answers[name] = await self._ask(name)
            return answer

    def clear(self) -> None:
        self._answers.clear()


class Authenticator:
    """Knows the keys; remembers what it knows for a second."""

    def __init__(self, settings: Settings, keys: KeyStore, secret: str) -> None:
        self.settings, self.secret, self._keys = settings, secret, keys
        self._configured = {key: owner_name(key, secret) for key in settings.accepted_keys}
        self._known = _TtlCache(self._look_up)
        self._named = _TtlCache(self._find)
        self._ended = _TtlCache(keys.has_ended)
        self._exist = _TtlCache(lambda _: keys.exist())

    def forget(self) -> None:
        """Ask the database again: keys were made or revoked, or somebody signed out."""
        for answers in (self._known, self._named, self._ended, self._exist):
            answers.clear()

    async def is_open(self) -> bool:
        """Whether there are no keys at all."""
        return not self._configured and not await self._exist.get("")

    async def caller(self, text: str) -> Caller | None:
        """Who a credential belongs to; None when it belongs to nobody."""
        for key, name in self._configured.items():
            if hmac.compare_digest(key.encode(), text.encode()):
                return Caller(name, CONFIGURED, self.settings.daily_budget_usd)
        if await self.is_open():
            return self._anybody(owner_name(text, self.secret) if text else "anonymous")
        return await self._known.get(text)

    async def of_session(self, name: str, cookie: str) -> Caller | None:
        """Who a session belongs to, unless they signed out or their key was revoked."""
        if await self._ended.get(cookie):
            return None
        return None if await self.is_open() else await self.named(name)

    async def named(self, name: str) -> Caller | None:
        """The caller of this name (`Caller.id`), unless the key was revoked: for addresses and tokens that were made for them."""
        if name in self._configured.values():
            return Caller(name, CONFIGURED, self.settings.daily_budget_usd)
        if await self.is_open():
            return self._anybody(name) if name else None
        return await self._named.get(name)

    def _anybody(self, name: str) -> Caller:
        """A caller of a server without keys."""
        return Caller(name, frozenset(SCOPES), self.settings.daily_budget_usd, is_open=True)

    async def end_session(self, cookie: str, until: float) -> None:
        """Take a session's cookie no more; `until` is when it ends by itself, in Unix seconds."""
        await self._keys.end_session(cookie, until)
        self._ended.clear()

    async def _look_up(self, text: str) -> Caller | None:
        return self._caller_of(await self._keys.check(text))

    async def _find(self, name: str) -> Caller | None:
        return self._caller_of(await self._keys.find(name))

    def _caller_of(self, key: ApiKey | None) -> Caller | None:
        if key is None:
            return None
        budget = self.settings.daily_budget_usd if key.daily_budget_usd is None else key.daily_budget_usd
        return Caller(str(key.id), frozenset(key.scopes), budget)


async def authenticate(request: Request, authenticator: Authenticator, scope: str, *, is_wire: bool = False) -> Caller:
    """Who calls, if they may do what `scope` names; `is_wire` where pages of other sites may, on a server without keys.

    Raises:
        Unauthorized: No key, or an unknown or revoked one.
        Forbidden: The key's scopes do not include this, or another site asks.
    """
    text, session = credential(request), request.cookies.get(COOKIE)
    if text or session is None or await authenticator.is_open():
        found = await authenticator.caller(text)
        if found is not None and found.is_open and not is_wire:
            check_own_page(request, authenticator.settings)
    else:
        found = await session_caller(authenticator, session)
        if request.method not in SAFE_METHODS and not is_signed(
            authenticator.secret, f"csrf:{session}", request.headers.get(CSRF_HEADER, "")
        ):
            raise Forbidden("This page has expired. Reload it and try again.")
    if found is None:
        raise Unauthorized
    if scope not in found.scopes and "admin" not in found.scopes and not (scope == "read" and "run" in found.scopes):
        raise Forbidden(f'This key may not do this: it lacks the scope "{scope}".')
    return found


def check_own_page(request: Request, settings: Settings) -> None:
    """On a server without keys: nothing is done or shown for a page of another site, or under a name that is not ours.

    Raises:
        Forbidden: A browser says that another site asks.
    """
    if site_of(request, settings) is not Site.FOREIGN or (is_visit(request) and is_ours(request, settings)):
        return
    if not is_ours(request, settings):
        raise Forbidden(
            f'This server has no keys, so it answers under its own names only, and "{request.headers.get("host", "")[:100]}" is none of '
            "them. Set SHOTWRIGHT_PUBLIC_URL, or make a key with `shotwright keys create`."
        )
    raise Forbidden(
        "Another site may not do this on a server without keys. Do it on the server's own pages, or with `shotwright keys`."
    )


def check_trusted(request: Request, who: Caller, settings: Settings, what: str) -> None:
    """On a server without keys: what costs money or reaches inner services is for its own pages, and for programs with a key (any).

    Raises:
        Forbidden: A page of another site asks, or somebody without a key.
    """
    if not is_trusted(request, who, settings):
        raise Forbidden(
            f"{what} needs a key, or this server's own pages. A program sends any key as `Authorization: Key ...`; for pages of "
            "other sites, make keys with `shotwright keys create`."
        )


def is_trusted(request: Request, who: Caller, settings: Settings) -> bool:
    """Whether this caller may do what costs money or reaches inner services."""
    if not who.is_open:
        return True
    site = site_of(request, settings)
    return site is Site.OWN or (site is Site.PROGRAM and bool(credential(request)))


def new_session(secret: str, who: Caller) -> str:
    """The cookie of a browser that has signed in."""
    text = f"{who.id}.{int(time.time()) + SESSION_S}"
    return f"{text}.{sign(secret, f'session:{text}')}"


async def session_caller(authenticator: Authenticator, cookie: str) -> Caller | None:
    """Who a session cookie belongs to; None when it is forged, too old or signed out, or its key was revoked."""
    name, until = _session(authenticator.secret, cookie)
    return await authenticator.of_session(name, cookie) if until > time.time() else None


async def end_session(authenticator: Authenticator, cookie: str) -> None:
    """Sign a browser out for good: its cookie is taken no more. A cookie that is not ours ends nothing."""
    _, until = _session(authenticator.secret, cookie)
    if until > time.time():
        await authenticator.end_session(cookie, until)


def _session(secret: str, cookie: str) -> tuple[str, int]:
    """The key's name in a session cookie and when it ends, in Unix seconds: 0 when the cookie is forged."""
    name, _, rest = cookie.partition(".")
    until, _, signature = rest.partition(".")
    return name, int(until) if is_signed(secret, f"session:{name}.{until}", signature) else 0


def csrf_token(secret: str, cookie: str) -> str:
    """What pages of this session send with everything that changes something."""
    return sign(secret, f"csrf:{cookie}")


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


def owner_name(key: str, secret: str) -> str:
    """A name for a key that does not give the key away: who guesses keys needs the server's secret to see whether a guess is right."""
    return hmac.new(secret.encode(), key.encode(), hashlib.sha256).hexdigest()[:16]


def old_owner_name(key: str) -> str:
    """The name that earlier releases had for a key."""
    return hashlib.sha256(key.encode()).hexdigest()[:16]


def sign(secret: str, text: str) -> str:
    """A signature for addresses and tokens that we hand out."""
    return _signer(secret).get_signature(text).decode()


def is_signed(secret: str, text: str, signature: str) -> bool:
    """Whether `sign` made this signature."""
    return _signer(secret).verify_signature(text, signature)


def _signer(secret: str) -> Signer:
    return Signer(secret, salt="shotwright", digest_method=hashlib.sha256)
