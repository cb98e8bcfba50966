"""Addresses as people and servers write them: read like a browser reads them, or refused in words"""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shotwright.core.errors import FileDownloadError
from shotwright.media.address import BadAddress, joined, parse_address
from shotwright.media.fetch import FetchPolicy, fetch


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("https://host/küche.png", "https://host/k%C3%BCche.png"), ("https://bücher.example/a b", "https://xn--bcher-kva.example/a%20b"),
        (" https://host/a\n", "https://host/a"), ("https://例え.jp/画像.png?名=1#frag", "https://xn--r8jz45g.jp/%E7%94%BB%E5%83%8F.png?%E5%90%8D=1"),
        ("HTTP://HOST:8080/%41%zz", "http://host:8080/%41%zz"), ("https://host", "https://host/"), ("http://[::1]:80/x", "http://[::1]:80/x"),
        ("https://host/a?x=[1]&y=a|b", "https://host/a?x=[1]&y=a|b"), ("http://１２７.0.0.1/", "http://127.0.0.1/"),
        ("http://faß.de/", "http://xn--fa-hia.de/"), ("http://host。jp/", "http://host.jp/"), ("https://my_bucket.s3.example/a", "https://my_bucket.s3.example/a"),
    ],
)  # fmt: skip
def test_what_browsers_accept(text: str, url: str) -> None:
    assert parse_address(text).url == url


@pytest.mark.parametrize(
    "text",
    [
        "http://[/x", "http://[::1", "http://host:99999/", "http://host:0/", "http://host:x/", "ftp://host/a", "file:///etc/passwd", "",
        "//host/a", "http://", "http:///a", "http://user:pass@host/", "http://user@host/", "http://a b/", "http://%00/", "http://%2f/",
        "http://.../", "http://" + "a" * 300 + "/", "javascript:alert(1)", "http://host" + "a" * 9000, "http://\u202e/", "http://[::ffff:1%eth]/",
    ],
)  # fmt: skip
def test_what_is_no_address_is_said(text: str, tmp_path: Path) -> None:
    with pytest.raises(BadAddress):
        parse_address(text)
    with pytest.raises(FileDownloadError) as caught:
        fetch(text, tmp_path / "a", FetchPolicy(10, 1.0), ("body", "image_urls", 0))
    assert caught.value.loc == ("body", "image_urls", 0)


@pytest.mark.parametrize(
    "target", ["http://[::1", "http://host:99999/", "ftp://x/", "http://u:p@host/", "//[", "http://a\u3002\u3002/"]
)
def test_a_redirect_to_nowhere_is_said(target: str) -> None:
    with pytest.raises(BadAddress):
        joined(parse_address("https://host/a/b"), target)


def test_a_redirect_is_relative_to_where_it_came_from() -> None:
    here = parse_address("https://host/a/b?c")
    assert joined(here, "/küche").url == "https://host/k%C3%BCche"
    assert joined(here, "d").url == "https://host/a/d"
    assert joined(here, "//other/x").url == "https://other/x"


@given(
    st.text(max_size=60) | st.text(max_size=60).map("http://".__add__) | st.text(max_size=60).map("https://[".__add__)
)
def test_no_text_raises_anything_else(text: str) -> None:
    try:
        found = parse_address(text)
    except BadAddress:
        return
    assert found.url.isascii()
    assert parse_address(found.url).url == found.url
