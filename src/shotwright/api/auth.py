"""Who may call. Without configured keys everybody may (and `serve` then listens on loopback only)."""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING

from shotwright.core.errors import Unauthorized

if TYPE_CHECKING:
    from starlette.requests import Request

    from shotwright.settings import Settings

SCHEMES = ("key ", "bearer ")


def caller(request: Request, settings: Settings) -> str | None:
    """A short name for the key that a request carries; None when no keys are configured.

    Raises:
        Unauthorized: Keys are configured and the request carries none of them.
    """
    accepted = settings.accepted_keys
    if not accepted:
        return None
    given = _credential(request.headers.get("authorization", ""))
    matches = [key for key in accepted if hmac.compare_digest(key.encode(), given.encode())]
    if not matches:
        raise Unauthorized
    return owner_name(matches[0])


def owner_name(key: str) -> str:
    """A name for a key that does not give the key away."""
    return hashlib.sha256(key.encode()).hexdigest()[:16]


def _credential(header: str) -> str:
    for scheme in SCHEMES:
        if header[: len(scheme)].lower() == scheme:
            return header[len(scheme) :].strip()
    return ""


def sign(secret: str, text: str) -> str:
    """A signature for addresses and tokens that we hand out."""
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()[:40]


def is_signed(secret: str, text: str, signature: str) -> bool:
    """Whether `sign` made this signature."""
    return hmac.compare_digest(sign(secret, text), signature)
