"""The guarded download: the predicate alone for addresses, a server of ours on loopback for the rest."""

from __future__ import annotations

import base64
import http.server
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from shotwright.core.errors import FileDownloadError, FileTooLarge
from shotwright.jobs.own import own_file
from shotwright.media.fetch import FetchPolicy, fetch
from shotwright.media.guard import AddressRefused, is_public_address, resolve

LOC = ("body", "video_url")


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.8.8.8", "::1", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
        "::ffff:10.0.0.1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::1", "2002:7f00:1::", "fe80::1", "fe80::1%eth0",
        "fc00::1", "224.0.0.1", "255.255.255.255", "ff02::1", "198.18.0.1", "192.0.2.1",
        "192.0.0.8", "192.0.0.170", "168.63.129.16", "100.100.100.200", "fec0::1", "::10.0.0.1", "::8.8.8.8", "::ffff:0:10.0.0.1",
        "::ffff:0:8.8.8.8", "2002:808:808::", "64:ff9b::a00:1", "fd00:ec2::254", "fd20:ce::254", "2001:0:1::1", "::ffff:168.63.129.16", "3fff::1",
    ],
)  # fmt: skip
def test_addresses_that_are_refused(address: str) -> None:
    assert not is_public_address(address)


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "1.1.1.1", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808", "168.63.129.17"]
)
def test_addresses_that_are_public(address: str) -> None:
    assert is_public_address(address)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "2130706433", "0x7f000001", "017700000001", "127.1"])
def test_a_name_or_a_number_that_leads_to_loopback_is_refused_before_any_connection(host: str) -> None:
    with pytest.raises(AddressRefused):
        resolve(host, 80, allow_private=False)


def test_one_private_address_among_public_ones_refuses_the_name(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = [(2, 1, 6, "", ("8.8.8.8", 80)), (2, 1, 6, "", ("10.0.0.1", 80))]
    monkeypatch.setattr("socket.getaddrinfo", lambda *_, **__: answers)
    with pytest.raises(AddressRefused, match="private"):
        resolve("rebinding.example", 80, allow_private=False)


class _Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        kind = self.path.strip("/")
        if kind.startswith("redirect"):
            number = int(kind.removeprefix("redirect"))
            self.send_response(302)
            self.send_header("Location", f"/redirect{number - 1}" if number else "/ok")
            self.end_headers()
            return
        if kind == "out":
            self.send_response(302)
            self.send_header("Location", "file:///etc/passwd")
            self.end_headers()
            return
        self.send_response(404 if kind == "missing" else 200)
        if kind not in {"endless", "slow"}:
            self.send_header("Content-Length", {"lying": "1000000", "empty": "0"}.get(kind, "5"))
        self.end_headers()
        try:
            if kind in {"endless", "slow"}:
                for _ in range(2000):
                    self.wfile.write(b"x" * (1 if kind == "slow" else 4096))
                    time.sleep(0.05 if kind == "slow" else 0)
            elif kind != "empty":
                self.wfile.write(b"hello")
        except OSError:
            return

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture(scope="module")
def origin() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def policy(max_bytes: int = 1000, timeout_s: float = 5) -> FetchPolicy:
    return FetchPolicy(max_bytes, timeout_s, allow_private=True)


def test_a_file_and_up_to_five_redirects(origin: str, tmp_path: Path) -> None:
    assert fetch(f"{origin}/ok", tmp_path / "a", policy(), LOC) == 5
    assert fetch(f"{origin}/redirect4", tmp_path / "b", policy(), LOC) == 5
    assert (tmp_path / "b").read_bytes() == b"hello"


@pytest.mark.parametrize("kind", ["redirect5", "missing", "out", "empty"])
def test_failures_are_typed_located_and_leave_nothing(origin: str, tmp_path: Path, kind: str) -> None:
    with pytest.raises(FileDownloadError) as caught:
        fetch(f"{origin}/{kind}", tmp_path / "a", policy(), LOC)
    assert caught.value.loc == LOC
    assert not (tmp_path / "a").exists()


@pytest.mark.parametrize("kind", ["lying", "endless"])
def test_too_many_bytes_are_not_read(origin: str, tmp_path: Path, kind: str) -> None:
    with pytest.raises(FileTooLarge):
        fetch(f"{origin}/{kind}", tmp_path / "a", policy(), LOC)
    assert not (tmp_path / "a").exists()


def test_a_drip_feed_ends_at_the_time_limit(origin: str, tmp_path: Path) -> None:
    with pytest.raises(FileDownloadError, match=r"longer than 0\.5"):
        fetch(f"{origin}/slow", tmp_path / "a", policy(timeout_s=0.5), LOC)


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "ftp://x/y", "gopher://x", "http://user:pw@127.0.0.1/", "http://"]
)
def test_other_schemes_and_credentials_are_refused(url: str, tmp_path: Path) -> None:
    with pytest.raises(FileDownloadError):
        fetch(url, tmp_path / "a", policy(), LOC)


def test_data_uris(tmp_path: Path) -> None:
    text = base64.b64encode(b"hello").decode()
    assert fetch(f"data:image/png;base64,{text}", tmp_path / "a", policy(), LOC) == 5
    assert (tmp_path / "a").read_bytes() == b"hello"
    with pytest.raises(FileTooLarge):
        fetch("data:image/png;base64," + base64.b64encode(b"x" * 1001).decode(), tmp_path / "a", policy(), LOC)
    for bad in ("data:image/png;base64,%%%", "data:,", "data:image/png;base64,"):
        with pytest.raises(FileDownloadError):
            fetch(bad, tmp_path / "a", policy(), LOC)


def test_only_addresses_of_this_server_are_read_from_the_store() -> None:
    ours = "http://127.0.0.1:8000/files/" + "a" * 32 + "/x.png"
    assert own_file(ours, frozenset({"127.0.0.1:8000"})) == "a" * 32
    assert own_file(ours, frozenset({"other"})) is None
    assert own_file("http://127.0.0.1:8000/files/../etc/passwd", frozenset({"127.0.0.1:8000"})) is None
