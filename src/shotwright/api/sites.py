"""From where a call comes, as far as a browser says so: a page of ours, a page of another site, or a program.

A server without keys takes everybody on its machine. Every web page that its user opens is there too, so what such a page may
do is bounded by what browsers say of it: `Sec-Fetch-Site`, `Origin`, and the name that it used for us (`Host`), which is another
one when a foreign name was pointed at this address.
"""

from __future__ import annotations

import urllib.parse
from enum import Enum
from typing import TYPE_CHECKING

from shotwright.api.origin import HOST_PREFIX

if TYPE_CHECKING:
    from starlette.requests import Request

    from shotwright.settings import Settings

OURS = frozenset({"localhost", "127.0.0.1", "::1", "testserver"})


class Site(Enum):
    """Who sent a call."""

    OWN = "own"  #: A page of this server, or an address that was typed.
    FOREIGN = "foreign"  #: A page of another site, or one under a name that is not ours.
    PROGRAM = "program"  #: No browser.


def site_of(request: Request, settings: Settings) -> Site:
    """Who sent a call, by its headers."""
    if not _is_our_name(request.headers.get("host", ""), settings):
        return Site.FOREIGN
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site is not None:
        return Site.OWN if site in {"same-origin", "none"} else Site.FOREIGN
    if origin is None:
        return Site.PROGRAM
    return Site.OWN if _host(origin) and _netloc(origin) == request.headers.get("host", "").lower() else Site.FOREIGN


def is_visit(request: Request) -> bool:
    """Whether a browser goes to one of our pages, from a link anywhere: the page that sent it there reads nothing."""
    headers = request.headers
    return (
        request.method in {"GET", "HEAD"}
        and headers.get("sec-fetch-mode") == "navigate"
        and headers.get("sec-fetch-dest") == "document"
    )


def is_ours(request: Request, settings: Settings) -> bool:
    """Whether a call used a name of ours for this server."""
    return _is_our_name(request.headers.get("host", ""), settings)


def _is_our_name(text: str, settings: Settings) -> bool:
    host = _host(f"//{text}")
    public = _host(settings.public_url or "")
    return host in OURS or host.endswith(".localhost") or host in HOST_PREFIX or bool(public and host == public)


def _host(url: str) -> str:
    """The host of an address; "" where there is none that can be read."""
    try:
        return urllib.parse.urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _netloc(url: str) -> str:
    try:
        return urllib.parse.urlsplit(url).netloc.lower()
    except ValueError:
        return ""
