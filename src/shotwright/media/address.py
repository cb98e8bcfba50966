"""Reads an address as browsers do: spaces around it, wide letters, names and paths in any script; what cannot be one is said why.

The one place that takes an address from outside apart: downloads, redirects, webhooks, our own files. Source: RFC 3986 and 3987,
UTS 46 for names, the WHATWG URL standard for what is forgiven.
"""

from __future__ import annotations

import ipaddress
import re
import urllib.parse
from dataclasses import dataclass

import idna

ADDRESS_MAX = 8192
_FORGIVEN = re.compile(r"[\t\r\n]")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_BAD_HOST = re.compile(r"[\x00-\x20#%/<>?@\\^|\x7f]")
SAFE_PATH = "/%:@!$&'()*+,;=~-._"
SAFE_QUERY = SAFE_PATH + "?[]|"


NOT_HTTP = "Only http and https addresses are called."


class BadAddress(ValueError):
    """A text that is no address we can call; the message says why."""


@dataclass(frozen=True)
class Address:
    """An http or https address.

    Attributes:
        url: All of it in ASCII, without a fragment, ready to be sent.
        scheme: http or https.
        host: Its name in ASCII, or its number without brackets.
        port: The port, where one is given.
        path: The path, percent-encoded.
    """

    url: str
    scheme: str
    host: str
    port: int | None
    path: str

    @property
    def netloc(self) -> str:
        """Host and port, as a Host header has them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port is None else f"{host}:{self.port}"


def parse_address(text: str) -> Address:
    """Take an address apart.

    Raises:
        BadAddress: It is none, or one that we do not call: another scheme, a user name, a port that cannot be.
    """
    text = _FORGIVEN.sub("", text.strip(" \t\r\n\f"))
    if len(text) > ADDRESS_MAX:
        raise BadAddress(f"The address is longer than {ADDRESS_MAX} characters.")
    if _CONTROL.search(text):
        raise BadAddress("The address contains control characters.")
    try:
        parts = urllib.parse.urlsplit(text)
        named, port = parts.hostname, parts.port
    except ValueError as exc:
        raise BadAddress(f"This is not an address: {exc}.") from None
    if parts.scheme.lower() not in {"http", "https"} or not named:
        raise BadAddress(NOT_HTTP)
    if parts.username is not None:
        raise BadAddress("Addresses with a user name or a password are not called.")
    if port == 0:
        raise BadAddress("This is not an address: there is no port 0.")
    path = urllib.parse.quote(parts.path.replace("\\", "/"), safe=SAFE_PATH, errors="replace") or "/"
    query = urllib.parse.quote(parts.query, safe=SAFE_QUERY, errors="replace")
    found = Address("", parts.scheme.lower(), ascii_host(named), port, path)
    url = f"{found.scheme}://{found.netloc}{path}" + (f"?{query}" if query else "")
    return Address(url, found.scheme, found.host, port, path)


def joined(base: Address, target: str) -> Address:
    """Where a redirect leads.

    Raises:
        BadAddress: Nowhere that we call.
    """
    try:
        return parse_address(urllib.parse.urljoin(base.url, _FORGIVEN.sub("", target.strip())))
    except BadAddress:
        raise
    except ValueError as exc:
        raise BadAddress(f"This is not an address: {exc}.") from None


def ascii_host(host: str) -> str:
    """A host as resolvers and servers read it: percent signs decoded, names in ASCII, numbers as they are.

    Raises:
        BadAddress: No host can be called so.
    """
    if ":" in host:
        try:
            found = ipaddress.IPv6Address(host)
        except ValueError:
            raise BadAddress(f'"{host[:80]}" is no host.') from None
        if found.scope_id is not None:
            raise BadAddress("An address of one network card only is not called.")
        return found.compressed
    plain = urllib.parse.unquote(host).replace("。", ".").lower()
    if not plain.isascii():
        try:
            plain = idna.encode(plain, uts46=True, transitional=False).decode("ascii")
        except (idna.IDNAError, UnicodeError):
            raise BadAddress(f'"{host[:80]}" is no host name.') from None
    if not all(plain.removesuffix(".").split(".")) or len(plain) > 253 or _BAD_HOST.search(plain):
        raise BadAddress(f'"{host[:80]}" is no host name.')
    return plain
