"""Connections that leave the server: only to addresses that were checked.

Promises:
    * every address that a name resolves to is checked, and the connection goes to the checked address (no DNS rebinding);
    * private, loopback, link-local, shared (CGNAT) and reserved addresses are refused unless allowed, those of clouds' inner services
      too; IPv6 that stands for IPv4 (mapped, NAT64) is judged by it, other transitions (compatible, translated, 6to4, Teredo) are refused;
      our own table says so, whatever this version of Python thinks;
    * a conversation ends by its deadline, however slowly the other side drips;
    * proxies of the environment are ignored.

Source: fal-wire section 3 (rules of fal's own downloader), users.md section 5, numbers 23-25; the IANA special-purpose registries.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import time
from functools import cache
from typing import TYPE_CHECKING

import certifi
import httpcore

if TYPE_CHECKING:
    from collections.abc import Iterable

NOT_PUBLIC = tuple(
    ipaddress.ip_network(text)
    for text in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
        "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
        "168.63.129.16/32", "100.100.100.200/32",  # inner services of Azure and Alibaba; the others' are link-local
        "::/96", "::ffff:0:0:0/96", "2002::/16", "64:ff9b:1::/48", "100::/64", "100:0:0:1::/64", "2001::/23", "2001:db8::/32", "3fff::/20", "5f00::/16",
        "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
    )
)  # fmt: skip
"""Where no public server is. Source: IANA IPv4 and IPv6 special-purpose address registries; RFC 3879 for fec0::/10."""
CARRIERS = tuple(map(ipaddress.IPv6Network, ("::ffff:0:0/96", "64:ff9b::/96")))
"""IPv6 that stands for an IPv4 address, in its last 32 bits: mapped, and translated by NAT64."""


class AddressRefused(Exception):
    """A host that we do not connect to; the text says why."""

    def __init__(self, message: str, *, is_private: bool) -> None:
        self.is_private = is_private
        super().__init__(message)


def is_public_address(address: str) -> bool:
    """Whether a public server can be at an IP address, seen through the IPv4 address that it may carry."""
    ip = ipaddress.ip_address(address.split("%")[0])
    if isinstance(ip, ipaddress.IPv6Address) and any(ip in network for network in CARRIERS):
        return is_public_address(str(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)))
    return ip.is_global and not any(ip in network for network in NOT_PUBLIC if network.version == ip.version)


def resolve(host: str, port: int, *, allow_private: bool) -> list[str]:
    """All addresses of a host, every one of them checked.

    Raises:
        AddressRefused: The name does not resolve, or one of its addresses is not public.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as exc:
        raise AddressRefused(f'The host name "{host}" could not be resolved.', is_private=False) from exc
    addresses = list(dict.fromkeys(str(info[4][0]) for info in found))
    refused = [address for address in addresses if not is_public_address(address)]
    if refused and not allow_private:
        raise AddressRefused(f'The address of "{host}" is private.', is_private=True)
    return addresses


class _CheckedBackend(httpcore.NetworkBackend):
    """Connects only to addresses that `resolve` has checked."""

    def __init__(self, *, allow_private: bool, deadline: float) -> None:
        self._allow_private, self._deadline = allow_private, deadline
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        failure: httpcore.ConnectError | None = None
        for address in resolve(host, port, allow_private=self._allow_private):
            try:
                left = _left(self._deadline, timeout)
                stream = self._inner.connect_tcp(address, port, left, local_address, socket_options)
                return _BoundedStream(stream, self._deadline)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as exc:
                failure = httpcore.ConnectError(str(exc))
        raise failure or httpcore.ConnectError(f"no address for {host}")

    def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None
    ) -> httpcore.NetworkStream:
        del path, timeout, socket_options
        raise httpcore.ConnectError("unix sockets are not media")

    def sleep(self, seconds: float) -> None:
        self._inner.sleep(seconds)


def _left(deadline: float, timeout: float | None) -> float:
    """What is left until `deadline`, at most `timeout`.

    Raises:
        httpcore.ReadTimeout: Nothing.
    """
    left = deadline - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout("the time is over")
    return left if timeout is None else min(left, timeout)


class _BoundedStream(httpcore.NetworkStream):
    """A stream whose reads and writes all end by one deadline, however slowly the other side drips."""

    def __init__(self, inner: httpcore.NetworkStream, deadline: float) -> None:
        self._inner, self._deadline = inner, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, _left(self._deadline, timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, _left(self._deadline, timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        left = _left(self._deadline, timeout)
        return _BoundedStream(self._inner.start_tls(ssl_context, server_hostname, left), self._deadline)

    def get_extra_info(self, info: str) -> object:
        return self._inner.get_extra_info(info)


@cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context(cafile=certifi.where())


def guarded_pool(*, allow_private: bool, deadline: float) -> httpcore.ConnectionPool:
    """A connection pool for one conversation that ends by `deadline` (of the monotonic clock), guarded as promised above."""
    backend = _CheckedBackend(allow_private=allow_private, deadline=deadline)
    return httpcore.ConnectionPool(ssl_context=_tls(), network_backend=backend, max_connections=1)
