"""Uploads belong to the key that made them: parts, addresses and tokens of another key, of a revoked one, of nobody; nothing is written over"""

from __future__ import annotations

import socket
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.running import RunningServer, database_of, eventually, start

pytestmark = pytest.mark.slow
ONE, TWO = {"authorization": "Key one"}, {"authorization": "Key two"}


@pytest.fixture(scope="module")
def keyed(data_folder: Callable[[], Path]) -> Iterator[RunningServer]:
    env = {"SHOTWRIGHT_KEYS": "one,two", "SHOTWRIGHT_UPLOAD_MAX_MB": "2", "SHOTWRIGHT_UPLOAD_MAX_PARTS": "3"}
    running = start(data_folder(), env={**env, "SHOTWRIGHT_UPLOADS_OPEN_PER_KEY": "40"})
    yield running
    running.stop()


class Multipart:
    """An upload in parts as fal's Python client makes it."""

    def __init__(self, server: RunningServer, key: dict[str, str], name: str = "a.bin") -> None:
        self.http, self.key = server.http, key
        made = self.http.post("/cdn/files/upload/multipart", headers={**key, "x-fal-file-name": name})
        self.address = httpx.URL(made.raise_for_status().json()["access_url"]).path
        self.id = made.json()["uploadId"]

    def put(
        self, number: object, data: bytes, key: dict[str, str] | None = None, upload: str | None = None
    ) -> httpx.Response:
        path = f"{self.address}/multipart/{upload or self.id}/{number}"
        return self.http.put(path, content=data, headers=key or self.key)

    def complete(self, parts: Any, key: dict[str, str] | None = None, upload: str | None = None) -> httpx.Response:
        path = f"{self.address}/multipart/{upload or self.id}/complete"
        return self.http.post(path, json={"parts": parts}, headers=key or self.key)


def keys(server: RunningServer, *arguments: str) -> str:
    """`shotwright keys ...` on a server's database."""
    line = [sys.executable, "-m", "shotwright", "keys", *arguments, "--database-url", database_of(server.data)]
    return subprocess.run(line, check=True, capture_output=True, text=True).stdout


def listed(*parts: httpx.Response) -> list[dict[str, object]]:
    return [{"partNumber": number, "etag": part.headers["etag"]} for number, part in enumerate(parts, 1)]


def test_another_key_neither_adds_to_an_upload_nor_completes_it(keyed: RunningServer) -> None:
    mine = Multipart(keyed, ONE)
    first = mine.put(1, b"mine")
    assert mine.put(1, b"yours", TWO).status_code == 404
    assert mine.complete(listed(first), TWO).status_code == 404
    done = mine.complete(listed(first))
    assert done.status_code == 200
    assert keyed.http.get(mine.address).content == b"mine"


def test_a_file_is_not_written_over_by_an_upload_to_its_address(keyed: RunningServer) -> None:
    victim = keyed.http.post("/cdn/files/upload", content=b"precious", headers=ONE).json()["access_url"]
    path = httpx.URL(victim).path
    before = keyed.http.get(path)
    for upload in (uuid.uuid4().hex, path.split("/")[2], Multipart(keyed, TWO).id, Multipart(keyed, ONE).id):
        put = keyed.http.put(f"{path}/multipart/{upload}/1", content=b"evil", headers=TWO)
        assert put.status_code == 404, upload
        parts = [{"partNumber": 1, "etag": '"x"'}]
        done = keyed.http.post(f"{path}/multipart/{upload}/complete", json={"parts": parts}, headers=TWO)
        assert done.status_code == 404, upload
    after = keyed.http.get(path)
    assert (after.content, after.headers["etag"]) == (b"precious", before.headers["etag"])


def test_an_etag_is_of_the_content(keyed: RunningServer) -> None:
    def etag(data: bytes) -> str:
        url = keyed.http.post("/cdn/files/upload", content=data, headers=ONE).json()["access_url"]
        return keyed.http.get(url).headers["etag"]

    assert etag(b"aaaa") == etag(b"aaaa") != etag(b"bbbb")
    upload = Multipart(keyed, ONE)
    assert upload.put(1, b"aaaa").headers["etag"] != upload.put(1, b"bbbb").headers["etag"]


@pytest.mark.parametrize("number", [0, -1, 4, "x", "9" * 4500, "²", "1.0", " 1"])
def test_a_part_out_of_range_is_refused(keyed: RunningServer, number: object) -> None:
    assert 400 <= Multipart(keyed, ONE).put(number, b"x").status_code < 405


def test_what_a_complete_lists_must_be_what_has_arrived(keyed: RunningServer) -> None:
    upload, other = Multipart(keyed, ONE), Multipart(keyed, ONE)
    first, third, foreign = upload.put(1, b"a"), upload.put(3, b"c"), other.put(1, b"z")
    good = {"partNumber": 1, "etag": first.headers["etag"]}
    wrong: list[Any] = [
        [], [good, good], listed(foreign), listed(first, foreign), [good, {"partNumber": 3, "etag": third.headers["etag"]}],
        [good], [{"partNumber": "1", "etag": first.headers["etag"]}], [{"partNumber": True, "etag": "x"}], None, "parts", [None],
        [{"partNumber": 10**30, "etag": "x"}], [{"partNumber": 1.5, "etag": "x"}],
    ]  # fmt: skip
    assert [upload.complete(parts).status_code for parts in wrong] == [400] * len(wrong)
    second = upload.put(2, b"b")
    assert upload.complete(listed(first, second, third)[::-1]).status_code == 200
    assert keyed.http.get(upload.address).content == b"abc"


def test_a_part_that_is_sent_again_replaces_the_first(keyed: RunningServer) -> None:
    upload = Multipart(keyed, ONE)
    stale, fresh = upload.put(1, b"stale"), upload.put(1, b"fresh")
    assert upload.complete(listed(stale)).status_code == 400
    assert upload.complete(listed(fresh)).status_code == 200
    assert upload.complete(listed(fresh)).status_code == 200  # the answer was lost
    assert upload.put(1, b"late").status_code == 400
    assert keyed.http.get(upload.address).content == b"fresh"


def test_parts_together_are_bounded(keyed: RunningServer) -> None:
    upload = Multipart(keyed, ONE)
    part = upload.put(1, b"x" * 1_500_000)
    assert part.status_code == 200
    assert upload.put(2, b"x" * 1_500_000).status_code == 413
    assert keyed.http.post("/cdn/files/upload", content=b"x" * 3_000_000, headers=ONE).status_code == 413


def test_unfinished_uploads_of_a_key_are_bounded(data_folder: Callable[[], Path]) -> None:
    server = start(data_folder(), env={"SHOTWRIGHT_KEYS": "one,two", "SHOTWRIGHT_UPLOADS_OPEN_PER_KEY": "2"})
    try:
        for _ in range(2):
            Multipart(server, ONE)
        refused = server.http.post("/rest/storage/upload/initiate-multipart", json={}, headers=ONE)
        assert (refused.status_code, refused.headers["x-fal-retryable"]) == (429, "true")
        Multipart(server, TWO)
    finally:
        server.stop()


def test_a_signed_address_makes_one_file(keyed: RunningServer) -> None:
    made = keyed.http.post("/rest/storage/upload/initiate", json={"file_name": "a.bin"}, headers=ONE).json()
    assert httpx.put(made["upload_url"], content=b"first").status_code == 200
    assert httpx.put(made["upload_url"], content=b"first").status_code == 200  # the answer was lost
    again = httpx.put(made["upload_url"], content=b"other")
    assert again.status_code == 409
    assert "never changed" in again.text
    assert httpx.get(made["file_url"]).content == b"first"


def test_addresses_and_tokens_die_with_their_key(data_folder: Callable[[], Path]) -> None:
    server = start(data_folder(), env={"SHOTWRIGHT_KEYS": "root"})
    try:
        admin = {"authorization": "Key root"}
        text = keys(server, "create", "short-lived").strip()
        mine = {"authorization": f"Key {text}"}
        token = server.http.post("/rest/storage/auth/token", headers=mine).json()["token"]
        bearer = {"authorization": f"Bearer {token}"}
        address = server.http.post("/rest/storage/upload/initiate", json={}, headers=mine).json()["upload_url"]
        presigned = server.http.post("/v1/upload/presign", json={"content_type": "image/png"}, headers=mine).json()
        upload = Multipart(server, bearer)
        assert upload.put(1, b"x").status_code == 200
        assert server.http.post("/cdn/files/upload", content=b"x", headers=bearer).status_code == 200
        keys(server, "revoke", text.partition(":")[0])
        eventually(lambda: server.http.post("/cdn/files/upload", content=b"x", headers=bearer).status_code == 401)
        assert upload.put(1, b"x").status_code == 401
        assert httpx.put(address, content=b"x").status_code == 401
        assert httpx.put(presigned["presigned_url"], content=b"x").status_code == 401
        assert server.http.post("/cdn/files/upload", content=b"x", headers=admin).status_code == 200
    finally:
        server.stop()


@pytest.mark.parametrize(
    "value", ["Bearer ²²²²²²²²²².x", "Bearer 9999999999.one.forged", "Bearer .", "Bearer " + "9" * 5000 + ".x", "Key"]
)
def test_a_forged_token_is_no_token(keyed: RunningServer, value: str) -> None:
    headers = {"authorization": value.encode()}
    assert keyed.http.post("/cdn/files/upload", content=b"x", headers=headers).status_code == 401


@pytest.mark.parametrize("way", ["direct", "signed", "part"])
def test_an_upload_that_breaks_off_leaves_nothing(keyed: RunningServer, way: str) -> None:
    if way == "direct":
        method, path, shown = "POST", "/cdn/files/upload", None
    elif way == "signed":
        made = keyed.http.post("/rest/storage/upload/initiate", json={"file_name": "a.bin"}, headers=ONE).json()
        url = httpx.URL(made["upload_url"])
        method, path, shown = "PUT", url.raw_path.decode(), made["file_url"]
    else:
        upload = Multipart(keyed, ONE)
        method, path, shown = "PUT", f"{upload.address}/multipart/{upload.id}/1", upload.address
    before = set(keyed.data.glob("files/*/*.json"))
    parts = httpx.URL(keyed.url)
    with socket.create_connection((parts.host, parts.port)) as connection:
        head = f"{method} {path} HTTP/1.1\r\nHost: {parts.host}\r\nAuthorization: Key one\r\nContent-Length: 100000\r\n\r\n"
        connection.sendall(head.encode() + b"x" * 40_000)
    assert keyed.http.get("/health").status_code == 200
    assert set(keyed.data.glob("files/*/*.json")) == before
    if shown:
        assert keyed.http.get(shown).status_code == 404
    if way == "part":
        assert upload.complete([{"partNumber": 1, "etag": '"x"'}]).status_code == 400
        assert upload.put(1, b"whole").status_code == 200
