"""Guarded download: http, https and data URIs into a local file, under caps of bytes and time.

Promises:
    * only public addresses, unless allowed: see `guard`;
    * at most five redirects, each checked anew, none carrying credentials; proxies of the environment are ignored;
    * at most `max_bytes + 1` bytes are read and the whole takes at most `timeout_s`.

Source: fal-wire section 3 (rules of fal's own downloader), users.md section 5, numbers 23-25.
"""

from __future__ import annotations

import base64
import binascii
import time
import urllib.parse
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import httpcore

from shotwright.core.errors import FileDownloadError
from shotwright.core.limits import too_large
from shotwright.media.address import Address, BadAddress, joined, parse_address
from shotwright.media.guard import AddressRefused, guarded_pool

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from shotwright.core.errors import Loc

MAX_REDIRECTS = 5
REDIRECTS = frozenset({301, 302, 303, 307, 308})
CONNECT_S = 10.0
REMEDY = "Upload the file to this server, or start it with --allow-private-media."
CHUNK = 65_536
BUSY = frozenset({429, 502, 503, 504})
PAUSES_S = (0.5, 1.5)
_SPACE = dict.fromkeys(map(ord, " \t\n\r\f"))


@dataclass(frozen=True)
class FetchPolicy:
    """How far a download may reach."""

    max_bytes: int
    timeout_s: float
    allow_private: bool = False


def fetch(url: str, path: Path, policy: FetchPolicy, loc: Loc) -> int:
    """Download `url` into `path`.

    Args:
        url: http, https or data URI.
        path: Where to write; removed again when the download fails.
        policy: Caps, and whether private addresses are allowed.
        loc: The input field, for errors.

    Returns:
        The number of bytes written.

    Raises:
        FileTooLarge: More than `policy.max_bytes`.
        FileDownloadError: Anything else that went wrong, in words.
    """
    try:
        if url[:5].lower() == "data:":
            return _write_data_uri(url, path, policy, loc)
        return _download(url, path, policy, loc)
    except FileDownloadError as exc:
        path.unlink(missing_ok=True)
        raise FileDownloadError(exc.message, loc=loc, ctx=exc.ctx) from exc
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def _write_data_uri(url: str, path: Path, policy: FetchPolicy, loc: Loc) -> int:
    head, _, body = url[5:].partition(",")
    if len(body) > policy.max_bytes * 4 // 3 + 8:
        raise too_large(len(body) * 3 // 4, policy.max_bytes, loc)
    try:
        is_base64 = head.lower().endswith(";base64")
        data = _forgiving(urllib.parse.unquote(body)) if is_base64 else urllib.parse.unquote_to_bytes(body)
    except (binascii.Error, ValueError) as exc:
        raise FileDownloadError("The data URI is not valid base64.") from exc
    if not data:
        raise FileDownloadError("The data URI is empty.")
    if len(data) > policy.max_bytes:
        raise too_large(len(data), policy.max_bytes, loc)
    return path.write_bytes(data)


def _forgiving(text: str) -> bytes:
    """Base64 as browsers take it in data URIs: white space dropped, padding optional. Source: WHATWG Infra, forgiving-base64 decode."""
    plain = text.translate(_SPACE).rstrip("=")
    return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)


def _download(url: str, path: Path, policy: FetchPolicy, loc: Loc) -> int:
    deadline = time.monotonic() + policy.timeout_s
    with guarded_pool(allow_private=policy.allow_private, deadline=deadline) as pool:
        try:
            address = parse_address(url)
            for _ in range(MAX_REDIRECTS + 1):
                target = _patiently(pool, address, path, policy, loc, deadline=deadline)
                if isinstance(target, int):
                    return target
                address = target
        except BadAddress as exc:
            raise FileDownloadError(str(exc)) from exc
        except AddressRefused as exc:
            raise FileDownloadError(f"{exc} {REMEDY}" if exc.is_private else str(exc)) from exc
        except (httpcore.TimeoutException, TimeoutError) as exc:
            raise FileDownloadError(f"The download took longer than {policy.timeout_s:g} seconds.") from exc
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.UnsupportedProtocol, OSError) as exc:
            raise FileDownloadError(f"The download failed: {str(exc) or type(exc).__name__}.") from exc
    raise FileDownloadError(f"The download was redirected more than {MAX_REDIRECTS} times.")


def _patiently(
    pool: httpcore.ConnectionPool, address: Address, path: Path, policy: FetchPolicy, loc: Loc, *, deadline: float
) -> int | Address:
    """One hop, tried again when the other side is busy or hangs up, as long as there is time."""
    for pause in PAUSES_S:
        try:
            return _get(pool, address, path, policy, loc, deadline=deadline)
        except (_Busy, httpcore.NetworkError, httpcore.RemoteProtocolError) as exc:
            wait = max(pause, exc.after_s) if isinstance(exc, _Busy) else pause
            if isinstance(exc, AddressRefused) or time.monotonic() + wait >= deadline:
                raise
        time.sleep(wait)
    return _get(pool, address, path, policy, loc, deadline=deadline)


class _Busy(FileDownloadError):
    """The other side asks to come back later."""

    def __init__(self, message: str, after_s: float) -> None:
        self.after_s = after_s
        super().__init__(message)


def _get(
    pool: httpcore.ConnectionPool, address: Address, path: Path, policy: FetchPolicy, loc: Loc, *, deadline: float
) -> int | Address:
    """One hop: the size of the written file, or the address to go on to."""
    left = max(0.1, deadline - time.monotonic())
    timeouts = {"connect": min(CONNECT_S, left), "read": left, "write": left, "pool": left}
    headers: dict[bytes | str, bytes | str] = {
        "Host": address.netloc,
        "User-Agent": "shotwright",
        "Accept": "*/*",
        "Accept-Encoding": "identity",
    }
    with pool.stream("GET", address.url, headers=headers, extensions={"timeout": timeouts}) as response:
        names = {key.lower(): value for key, value in response.headers}
        if response.status in REDIRECTS and b"location" in names:
            return joined(address, names[b"location"].decode("utf-8", "replace"))
        if response.status in BUSY:
            after = names.get(b"retry-after", b"")
            raise _Busy(
                f"The download failed: the server answered {response.status}.",
                float(after) if after.isdigit() and len(after) < 5 else 0.0,
            )
        if response.status != 200:
            raise FileDownloadError(f"The download failed: the server answered {response.status}.")
        declared = names.get(b"content-length", b"")
        if declared.isdigit() and int(declared) > policy.max_bytes:
            raise too_large(int(declared), policy.max_bytes, loc)
        size = _save(_decoded(response.iter_stream(), names.get(b"content-encoding", b"")), path, policy, loc, deadline)
    _check_no_page(path, names.get(b"content-type", b""))
    return size


def _decoded(chunks: Iterable[bytes], coding: bytes) -> Iterable[bytes]:
    """The file's own bytes, although we asked for them uncoded."""
    name = coding.strip().lower()
    if name not in {b"gzip", b"x-gzip", b"deflate"}:
        yield from chunks
        return
    unpack = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)
    for chunk in chunks:
        rest = chunk
        while rest:  # a little at a time: what unpacks to gigabytes is noticed before
            try:
                yield unpack.decompress(rest, CHUNK)
            except zlib.error as exc:
                raise FileDownloadError(
                    "The download failed: it says that it is compressed, and cannot be unpacked."
                ) from exc
            rest = unpack.unconsumed_tail


def _check_no_page(path: Path, content_type: bytes) -> None:
    """A page where a file should be: the host asks for signing in, or shows a viewer.

    Raises:
        FileDownloadError: It is a page.
    """
    with path.open("rb") as file:
        start = file.read(512).lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype html", b"<html")) or (
        b"text/html" in content_type.lower() and start.startswith(b"<")
    ):
        raise FileDownloadError(
            "The address answers with a web page, not with a file. It may ask for signing in; use the file's own address."
        )


def _save(chunks: Iterable[bytes], path: Path, policy: FetchPolicy, loc: Loc, deadline: float) -> int:
    size = 0
    with path.open("wb") as file:
        for chunk in chunks:
            size += len(chunk)
            if size > policy.max_bytes:
                raise too_large(size, policy.max_bytes, loc)
            if time.monotonic() > deadline:
                raise TimeoutError
            file.write(chunk)
    if size == 0:
        raise FileDownloadError("The file is empty.")
    return size
