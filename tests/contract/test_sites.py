"""A server without keys, and the pages that its user has open: what other sites may do is what fal's browser clients need, and no more"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from tests.receiver import Receiver
from tests.running import STANDARD, RunningServer, eventually, start

pytestmark = pytest.mark.slow
ENDPOINT = STANDARD + "reference-to-video"
SHOT = {"prompt": "Hold still", "duration": "3"}
FOREIGN = [
    {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "cors"}, {"Origin": "https://evil.example"},
    {"Origin": "null"}, {"Sec-Fetch-Site": "same-site", "Origin": "http://127.0.0.1:3000"}, {"Host": "rebound.example"},
    {"Host": "rebound.example:8000", "Sec-Fetch-Site": "same-origin", "Origin": "http://rebound.example:8000"},
    {"Host": "127.0.0.1.evil.example"}, {"Origin": "http://["},
]  # fmt: skip
OURS = [
    ("GET", "/metrics"), ("GET", "/requests"), ("GET", "/requests/{id}"), ("GET", "/requests/{id}/events"), ("GET", "/requests/{id}/live"), ("GET", "/requests/{id}/plan"),
    ("GET", "/requests/{id}/recipe"), ("POST", "/requests/{id}/retry"), ("POST", "/requests/{id}/promote"), ("GET", "/requests/{id}/playblast"), ("GET", "/webhooks"),
    ("POST", "/webhooks/test"), ("GET", "/usage"), ("POST", f"/{ENDPOINT}/plan"), ("POST", f"/{ENDPOINT}/media"), ("POST", f"/{ENDPOINT}/estimate"),
    ("GET", "/v1/executions"), ("GET", "/v1/billing/balance"), ("GET", "/v1/webhooks"), ("GET", "/v1/keys"), ("GET", "/v1/models/usage"),
]  # fmt: skip


@pytest.fixture(scope="module")
def server(data_folder: Callable[[], Path]) -> Iterator[RunningServer]:
    made = start(data_folder(), env={"SHOTWRIGHT_PRICES": "testcard=0.1"})
    yield made
    assert made.stop() == 0


@pytest.fixture(scope="module")
def made(server: RunningServer) -> str:
    request_id = server.submit(ENDPOINT, SHOT)
    server.wait(request_id)
    return request_id


@pytest.mark.parametrize("headers", FOREIGN, ids=[" ".join(item.values()) for item in FOREIGN])
def test_another_site_reaches_nothing_of_ours(server: RunningServer, made: str, headers: dict[str, str]) -> None:
    before = server.http.get("/requests").json()["requests"]
    for method, path in OURS:
        answer = server.http.request(
            method,
            path.format(id=made),
            json={"url": "http://127.0.0.1:9/", "engine": "draft"} if method == "POST" else None,
            headers=headers,
        )
        assert answer.status_code in {403, 404}, (method, path, answer.text)
    assert server.http.get("/requests").json()["requests"] == before
    page = server.http.get(
        "/requests",
        headers={**headers, "Accept": "text/html", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"},
    )
    assert page.status_code == 403


def test_a_link_on_another_site_leads_to_our_pages(server: RunningServer) -> None:
    visit = {
        "Accept": "text/html",
        "Sec-Fetch-Site": "cross-site",
        "Sec-Fetch-Mode": "navigate",
        "Sec-Fetch-Dest": "document",
    }
    assert server.http.get("/requests", headers=visit).status_code == 200
    assert server.http.get("/requests", headers={**visit, "Host": "rebound.example"}).status_code == 403
    assert server.http.post(f"/{ENDPOINT}/plan", json=SHOT, headers=visit).status_code == 403


def test_fals_browser_clients_on_other_sites_work(data_folder: Callable[[], Path]) -> None:
    server = start(data_folder())
    try:
        page = FOREIGN[0]
        ticket = server.http.post(f"/queue/{ENDPOINT}", json=SHOT, headers=page)
        assert ticket.status_code == 200
        assert ticket.headers["access-control-allow-origin"] == "*"
        path = f"/queue/{ENDPOINT}/requests/{ticket.json()['request_id']}"
        assert server.http.get(f"{path}/status", headers=page).status_code in {200, 202}
        server.wait(ticket.json()["request_id"])
        assert server.http.get(path, headers=page).status_code == 200
        assert server.http.put(f"{path}/cancel", headers=page).status_code == 400
        assert server.http.post("/rest/storage/upload/initiate", json={}, headers=page).status_code == 200
    finally:
        server.stop()


@pytest.mark.parametrize("path", [f"/queue/{ENDPOINT}", f"/{ENDPOINT}", f"/{ENDPOINT}/stream", "/v1/prediction"])
@pytest.mark.parametrize("headers", FOREIGN[:4], ids=["cross-site", "origin", "null", "same-site"])
def test_another_site_spends_no_money(server: RunningServer, path: str, headers: dict[str, str]) -> None:
    body = (
        {"model": "kling-o1-reference-to-video", "version": "0.0.1", "input": SHOT} if path.startswith("/v1") else SHOT
    )
    answer = server.http.post(path, json=body, headers={**headers, "X-Shotwright-Engine": "testcard"})
    assert answer.status_code in {403, 404}, answer.text


def test_money_needs_a_key_or_our_own_page(server: RunningServer) -> None:
    paid = {"X-Shotwright-Engine": "testcard"}
    with httpx.Client(base_url=server.url, trust_env=False) as nobody:
        refused = nobody.post(f"/queue/{ENDPOINT}", json=SHOT, headers=paid)
        assert refused.status_code == 403
        assert "needs a key" in refused.json()["detail"]
        assert (
            nobody.post(f"/queue/{ENDPOINT}", json=SHOT, headers={**paid, "Sec-Fetch-Site": "same-origin"}).status_code
            == 200
        )
        assert (
            nobody.post(f"/queue/{ENDPOINT}", json=SHOT, headers={**paid, "Authorization": "Key any"}).status_code
            == 200
        )
        assert nobody.post(f"/queue/{ENDPOINT}", json=SHOT, headers={"X-Shotwright-Engine": "draft"}).status_code == 200


@pytest.mark.parametrize(
    "headers", [*FOREIGN[:4], {"X-API-Key": ""}], ids=["cross-site", "origin", "null", "same-site", "no key"]
)
def test_another_site_reaches_no_inner_service_by_a_webhook(
    data_folder: Callable[[], Path], headers: dict[str, str]
) -> None:
    server, inner = start(data_folder()), Receiver()
    try:
        answer = server.http.post(f"/queue/{ENDPOINT}", params={"fal_webhook": inner.url}, json=SHOT, headers=headers)
        request_id = answer.raise_for_status().json()["request_id"]
        server.wait(request_id)
        eventually(lambda: server.http.get(f"/webhooks/{request_id}").json()["state"] == "failed")
        assert "is private" in server.http.get(f"/webhooks/{request_id}").json()["attempts_made"][0]["error"]
        assert not inner.calls
    finally:
        inner.close()
        server.stop()


def test_another_site_has_no_private_media_fetched_even_where_they_are_allowed(data_folder: Callable[[], Path]) -> None:
    server = start(data_folder(), env={"SHOTWRIGHT_ALLOW_PRIVATE_MEDIA": "1"})
    try:
        inner = {**SHOT, "image_urls": ["http://127.0.0.1:9/secret.png"]}
        said = {}
        for name, headers in (("foreign", FOREIGN[0]), ("ours", {"Sec-Fetch-Site": "same-origin"}), ("program", {})):
            made = server.submit(ENDPOINT, inner, **headers)
            said[name] = server.wait(made)["error"]["message"]
        assert "is private" in said["foreign"]
        assert "is private" not in said["ours"] + said["program"]
    finally:
        server.stop()


def test_the_public_address_is_ours(data_folder: Callable[[], Path]) -> None:
    server = start(data_folder(), env={"SHOTWRIGHT_PUBLIC_URL": "https://shots.example:8443/"})
    try:
        assert server.http.get("/requests", headers={"Host": "shots.example:8443"}).status_code == 200
        assert server.http.get("/requests", headers={"Host": "shots.example.evil"}).status_code == 403
    finally:
        server.stop()


def test_with_keys_a_key_is_enough_whatever_the_name(data_folder: Callable[[], Path]) -> None:
    server = start(data_folder(), env={"SHOTWRIGHT_KEYS": "one"})
    try:
        headers = {"Authorization": "Key one", "Host": "anything.example", "Origin": "https://my.app"}
        assert server.http.get("/requests", headers=headers).status_code == 200
    finally:
        server.stop()
