"""Keys and scopes, prices and usage, fal's platform API, retention."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from tests.running import STANDARD, database_of, eventually, start

pytestmark = pytest.mark.slow
PRO = "fal-ai/kling-video/o1/reference-to-video"
ENDPOINT = STANDARD + "reference-to-video"
SHOT = {"prompt": "Hold still", "duration": "3"}


def shotwright(*arguments: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "shotwright", *arguments]
    environment = {**os.environ, **(env or {})}
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, env=environment)


class Keyed:
    """A server with keys of every scope, made before it has ever run."""

    def __init__(self, data: Path) -> None:
        self.data = data
        scopes = {"runner": ["run"], "reader": ["read"], "admin": ["admin"], "plain": []}
        self.keys = {name: self.make(name, *wanted) for name, wanted in scopes.items()}
        self.server = start(data, own_database=True)  # the command finds it by its folder
        self.server.http.headers["X-API-Key"] = self.keys["admin"]
        self.bare = httpx.Client(base_url=self.server.url, timeout=60, trust_env=False)

    def make(self, name: str, *scopes: str, budget: str | None = None) -> str:
        options = [part for scope in scopes for part in ("--scope", scope)] + (
            ["--daily-budget", budget] if budget else []
        )
        said = shotwright("keys", "create", name, "--data", str(self.data), *options)
        assert said.returncode == 0, said.stderr
        return said.stdout.strip()

    def call(self, method: str, path: str, name: str | None, **options: Any) -> Any:
        headers = {"Authorization": f"Key {self.keys.get(name, name)}"} if name else {}
        return self.bare.request(method, path, headers=headers, **options)


@pytest.fixture(scope="module")
def keyed(data_folder: Callable[[], Path]) -> Iterator[Keyed]:
    made = Keyed(data_folder())
    yield made
    made.bare.close()
    assert made.server.stop() == 0


@pytest.fixture(scope="module")
def rendered(keyed: Keyed) -> str:
    """A request of the runner that has succeeded."""
    request_id = keyed.call("POST", f"/queue/{PRO}", "runner", json=SHOT).json()["request_id"]
    keyed.server.wait(request_id)
    return request_id


def test_a_server_with_keys_takes_nobody_without_one(keyed: Keyed) -> None:
    key = keyed.keys["runner"]
    for wrong in (
        None,
        "wrong",
        f"{uuid.uuid4()}:{key.split(':')[1]}",
        key[:-1] + ("1" if key[-1] == "0" else "0"),
        key.split(":")[0],
        ":",
        "é:x",
    ):
        for path in (
            f"/queue/{ENDPOINT}",
            f"/{ENDPOINT}",
            "/v1/prediction",
            "/rest/storage/upload/initiate",
            "/v1/upload/presign",
        ):
            headers = {"Authorization": f"Key {wrong}".encode()} if wrong else {}
            assert keyed.bare.post(path, json=SHOT, headers=headers).status_code == 401, (wrong, path)
    answer = keyed.bare.post("/v1/prediction", json={})
    message = "Invalid or missing API key"
    assert (answer.json()["status"], answer.json()["message"], answer.json()["error"]) == ("error", message, message)
    assert keyed.bare.get("/v1/keys").json()["error"]["type"] == "authorization_error"
    assert keyed.bare.get("/health").status_code == 200


def test_scopes(keyed: Keyed, rendered: str) -> None:
    submit = [
        keyed.call("POST", f"/queue/{ENDPOINT}", name, json={"prompt": ""}).status_code
        for name in ("reader", "plain", "admin")
    ]
    assert submit == [403, 200, 200]
    assert keyed.call("POST", "/v1/prediction", "reader", json={}).status_code == 403
    look = {name: keyed.call("GET", f"/requests/{rendered}", name).status_code for name in keyed.keys}
    assert look == {"runner": 200, "reader": 404, "plain": 404, "admin": 200}, "one's own, or everything for an admin"
    assert keyed.call("PUT", f"/queue/x/requests/{rendered}/cancel", "reader").status_code == 403
    for name in ("runner", "reader", "plain"):
        assert keyed.call("GET", "/v1/keys", name).status_code == 403
        assert keyed.call("GET", "/v1/models/usage", name).status_code == 403
    assert keyed.call("GET", "/v1/keys", "admin").status_code == 200
    metrics = {name: keyed.call("GET", "/metrics", name).status_code for name in (*keyed.keys, None)}
    assert metrics == {"runner": 403, "reader": 403, "plain": 403, "admin": 200, None: 401}, "they are of everybody"
    ways = [{"X-API-Key": keyed.keys["runner"]}, {"Authorization": f"Bearer {keyed.keys['runner']}"}]
    assert [keyed.bare.get(f"/v1/prediction/{rendered}", headers=way).status_code for way in ways] == [200, 200]
    both = {"X-API-Key": keyed.keys["runner"], "Authorization": "Bearer wrong"}
    assert keyed.bare.get(f"/v1/prediction/{rendered}", headers=both).status_code == 200, "X-API-Key wins"


def test_keys_are_hashed_listed_and_revoked(keyed: Keyed) -> None:
    key = keyed.make("temporary")
    key_id, secret = key.split(":")
    listed = json.loads(shotwright("keys", "list", "--data", str(keyed.data), "--json").stdout)
    mine = next(item for item in listed if item["key_id"] == key_id)
    assert (mine["name"], mine["scopes"], mine["revoked_at"]) == ("temporary", ["run", "read"], None)
    assert secret not in json.dumps(listed)
    assert keyed.call("GET", "/requests", key).status_code == 200
    said = shotwright("keys", "revoke", key_id, "--data", str(keyed.data))
    assert said.returncode == 0
    eventually(lambda: keyed.call("GET", "/requests", key).status_code == 401)
    assert shotwright("keys", "revoke", str(uuid.uuid4()), "--data", str(keyed.data)).returncode == 4
    for budget in ("inf", "nan", "1e12"):
        assert shotwright("keys", "create", "--daily-budget", budget, "--data", str(keyed.data)).returncode == 2
    assert shotwright("keys", "create", "--scope", "root", "--data", str(keyed.data)).returncode == 2


def test_no_secret_is_stored(keyed: Keyed) -> None:
    sockets = list((keyed.data / "postgres").glob("postmaster.pid"))
    assert sockets
    lines = sockets[0].read_text().splitlines()
    with psycopg.connect(host=lines[4], port=int(lines[3]), user="postgres", dbname="postgres") as conn:
        text = str(conn.execute("SELECT * FROM api_keys").fetchall()) + str(
            conn.execute("SELECT * FROM requests").fetchall()
        )
    assert all(key.split(":")[1] not in text for key in keyed.keys.values())


def test_keys_over_the_platform_api(keyed: Keyed) -> None:
    made = keyed.call("POST", "/v1/keys", "admin", json={"alias": "ci", "scopes": ["run"], "daily_budget_usd": 2})
    assert (made.status_code, set(made.json())) == (201, {"key_id", "key_secret", "key"})
    key = made.json()["key"]
    assert key == f"{made.json()['key_id']}:{made.json()['key_secret']}"
    billing = keyed.call("GET", "/v1/account/billing", key).json()
    assert billing == {"username": made.json()["key_id"], "credits": {"current_balance": 2.0, "currency": "USD"}}
    listed = keyed.call("GET", "/v1/keys", "admin").json()
    assert "ci" in {item["alias"] for item in listed["keys"]}
    assert keyed.call("DELETE", f"/v1/keys/{made.json()['key_id']}", "admin").status_code == 204
    for bad in (
        {"scopes": ["root"]},
        {"scopes": []},
        {"alias": 5},
        {"daily_budget_usd": "NaN"},
        {"daily_budget_usd": -1},
        [],
    ):
        answer = keyed.call("POST", "/v1/keys", "admin", json=bad)
        assert (answer.status_code, answer.json()["error"]["type"]) == (400, "validation_error"), bad
    assert keyed.call("DELETE", "/v1/keys/7", "admin").json()["error"]["type"] == "not_found"


def test_what_a_request_cost_is_recorded(keyed: Keyed, rendered: str) -> None:
    row = keyed.call("GET", f"/requests/{rendered}", "runner").json()
    money = {
        name: row["metrics"][name]
        for name in ("billable_units", "unit_price", "upstream_usd", "kling_units", "cost_usd")
    }
    assert money == {
        "billable_units": 3.0,
        "unit_price": 0.112,
        "upstream_usd": 0.336,
        "kling_units": 2.4,
        "cost_usd": 0.0,
    }
    result = keyed.call("GET", f"/queue/x/requests/{rendered}", "runner")
    assert float(result.headers["x-fal-billable-units"]) == 3.0
    used = keyed.call("GET", "/usage", "runner").json()
    line = next(item for item in used["rows"] if item["endpoint_id"] == PRO)
    assert (line["seconds"], line["cost_usd"], line["upstream_usd"], line["engine"]) == (3.0, 0.0, 0.336, "testcard")
    assert used["total"]["upstream_usd"] == 0.336
    assert keyed.call("GET", "/usage", "reader").json()["rows"] == [], "another key's usage is its own"
    text = keyed.call("GET", f"/usage?format=csv&endpoint_id={PRO}", "admin").text
    table = list(csv.DictReader(text.splitlines()))
    assert (table[0]["upstream_usd"], table[0]["requests"]) == ("0.336", "1")
    shown = shotwright("usage", "--url", keyed.server.url, env={"FAL_KEY": keyed.keys["runner"]})
    assert "$0.336" in shown.stdout
    assert keyed.call("GET", "/usage?start=2026-13-01", "runner").status_code == 400
    assert keyed.call("GET", "/usage?start=2026-02-01&end=2026-01-01", "runner").status_code == 400


def test_estimates(keyed: Keyed) -> None:
    body = {"prompt": "Hold still", "duration": "10"}
    found = keyed.call("POST", f"/{PRO}/estimate", "reader", json=body).json()
    assert found == {
        "endpoint_id": PRO, "engine": "testcard", "title": "Test card", "seconds": 10.0, "unit_price": 0.112, "kling_units": 8.0, "upstream_usd": 1.12,
        "cost_usd": 0.0, "currency": "USD", "rule": "pro, without video input: $0.112 per second of output", "is_upper_bound": False,
    }  # fmt: skip
    assert keyed.call("POST", f"/{PRO}/estimate", "reader", json={"prompt": ""}).status_code == 422
    assert keyed.call("POST", "/fal-ai/nothing/estimate", "reader", json=body).status_code == 404
    slug = keyed.call(
        "POST",
        "/kling-o1-video-to-video-reference/estimate",
        "reader",
        json={"prompt": "x", "video_url": "https://e.com/v.mp4"},
    )
    assert (slug.json()["upstream_usd"], slug.json()["kling_units"]) == (0.84, 6.0)


def test_fals_platform_api(keyed: Keyed, rendered: str) -> None:
    get = lambda path: keyed.call("GET", path, "admin").json()  # noqa: E731
    models = get("/v1/models")
    assert (len(models["models"]), models["next_cursor"], models["has_more"]) == (8, None, False)
    assert {m["metadata"]["status"] for m in models["models"]} == {"active"}
    first = get("/v1/models?limit=3")
    rest = get(f"/v1/models?limit=100&cursor={first['next_cursor']}")
    assert [m["endpoint_id"] for m in first["models"] + rest["models"]] == [m["endpoint_id"] for m in models["models"]]
    one = get(f"/v1/models?endpoint_id={PRO}&expand=openapi-3.0")["models"]
    assert one[0]["openapi"]["openapi"] == "3.0.4"
    assert {m["endpoint_id"].split("/")[-1] for m in get("/v1/models?q=edit")["models"]} == {"edit"}
    assert keyed.bare.get("/platform/v1/models").json()["models"] == models["models"]
    assert keyed.bare.get("/v1/models", headers={"Host": "api.fal.ai"}).json().keys() == models.keys()
    assert isinstance(keyed.bare.get("/v1/models", headers={"Host": "api.eachlabs.ai"}).json(), list)
    prices = {item["endpoint_id"]: item["unit_price"] for item in get("/v1/models/pricing")["prices"]}
    assert (len(prices), prices[PRO], prices[ENDPOINT]) == (8, 0.112, 0.084)
    assert get("/v1/models/pricing?endpoint_id=nothing")["error"]["type"] == "not_found"
    ask = lambda body: keyed.call("POST", "/v1/models/pricing/estimate", "admin", json=body)  # noqa: E731
    units = ask({"estimate_type": "unit_price", "endpoints": {PRO: {"unit_quantity": 8}}}).json()
    assert units == {"estimate_type": "unit_price", "total_cost": 0.896, "currency": "USD"}
    calls = ask({"estimate_type": "historical_api_price", "endpoints": {PRO: {"call_quantity": 2}}}).json()
    assert calls["total_cost"] == 1.12
    for bad in (
        {},
        {"estimate_type": "unit_price", "endpoints": {PRO: {}}},
        {"estimate_type": "unit_price", "endpoints": {PRO: {"unit_quantity": -1}}},
    ):
        assert ask(bad).status_code == 400
    usage = get("/v1/models/usage")
    assert usage["summary"][0]["currency"] == "USD"
    assert usage["time_series"][0]["bucket"].endswith("T00:00:00Z")
    event = next(item for item in get("/v1/models/billing-events")["billing_events"] if item["request_id"] == rendered)
    assert (event["output_units"], event["cost_total"]) == (3.0, 0.0)
    item = next(
        i for i in get(f"/v1/models/requests/by-endpoint?endpoint_id={PRO}")["items"] if i["request_id"] == rendered
    )
    assert (item["status_code"], item["json_input"], set(item["json_output"])) == (200, SHOT, {"video"})


def test_deleting_a_payload_keeps_the_record(keyed: Keyed) -> None:
    request_id = keyed.call("POST", f"/queue/{ENDPOINT}", "runner", json={**SHOT, "prompt": "secret"}).json()[
        "request_id"
    ]
    assert keyed.call("DELETE", f"/v1/models/requests/{request_id}/payloads", "plain").status_code == 404
    keyed.server.wait(request_id)
    url = keyed.call("GET", f"/queue/x/requests/{request_id}", "runner").json()["video"]["url"]
    kept = keyed.call("GET", "/usage", "runner").json()["total"]
    done = keyed.call("DELETE", f"/v1/models/requests/{request_id}/payloads", "runner").json()
    assert {"link": url, "exception": None} in done["cdn_delete_results"]
    assert keyed.bare.get(url).status_code == 404
    assert keyed.call("GET", f"/queue/x/requests/{request_id}", "runner").status_code == 410
    row = keyed.call("GET", f"/requests/{request_id}", "runner")
    assert (row.json()["state"], row.json()["arguments"], "secret" in row.text) == ("succeeded", None, False)
    assert keyed.call("GET", "/usage", "runner").json()["total"] == kept
    assert keyed.call("POST", f"/requests/{request_id}/retry", "runner").status_code == 400
    assert keyed.call("DELETE", f"/v1/models/requests/{request_id}/payloads", "runner").json() == {
        "cdn_delete_results": []
    }


def test_every_process_knows_that_a_file_is_gone(keyed: Keyed, rendered: str) -> None:
    other = start(keyed.data, "--workers", "0", own_database=True)
    try:
        request_id = keyed.call("POST", f"/queue/{ENDPOINT}", "runner", json=SHOT).json()["request_id"]
        path = keyed.server.wait(request_id)["video_url"].removeprefix(keyed.server.url)
        assert other.http.get(path).status_code == 200
        keyed.call("DELETE", f"/v1/models/requests/{request_id}/payloads", "runner")
        assert other.http.get(path).status_code == 404
    finally:
        other.stop()


def test_retention_deletes_payloads_and_nothing_else(
    data_folder: Callable[[], Path], pictures: dict[str, Path]
) -> None:
    """Days are short here; the sweep runs when a worker starts."""
    data = data_folder()
    first = start(data)
    upload = first.upload(pictures["place"])
    request_id = first.submit(ENDPOINT, SHOT)
    url = first.wait(request_id)["video_url"]
    first.stop()
    second = start(data, env={"SHOTWRIGHT_KEEP_RESULTS_DAYS": "0.000001", "SHOTWRIGHT_KEEP_UPLOADS_DAYS": "1"})
    try:
        eventually(lambda: second.row(request_id)["arguments"] is None)
        path = url.split("/files/")[1]
        eventually(lambda: second.http.get(f"/files/{path}").status_code == 404)
        assert second.http.get(f"/files/{upload.split('/files/')[1]}").status_code == 200
        assert second.row(request_id)["metrics"]["upstream_usd"] == 0.252
        assert second.http.get(f"/queue/x/requests/{request_id}/status").json()["status"] == "COMPLETED"
        expiring = second.http.head(f"/files/{second.upload(pictures['place']).split('/files/')[1]}")
        assert expiring.headers["cache-control"] == "no-cache", "uploads expire now"
    finally:
        second.stop()


def test_history_that_is_not_to_be_kept_is_deleted_with_all_that_belongs_to_it(data_folder: Callable[[], Path]) -> None:
    data = data_folder()
    first = start(data)
    old, recent = first.submit(ENDPOINT, SHOT), first.submit(ENDPOINT, SHOT)
    url = first.wait(old)["video_url"]
    first.wait(recent)
    first.stop()
    with psycopg.connect(database_of(data), autocommit=True) as conn:
        conn.execute("UPDATE requests SET finished_at = now() - interval '8 days' WHERE id = %s", (old,))
        conn.execute(
            "INSERT INTO webhooks (request_id, wire, url, state) VALUES (%s, 'fal', 'http://127.0.0.1:9/', 'delivered')",
            (old,),
        )
    second = start(data, env={"SHOTWRIGHT_KEEP_HISTORY_DAYS": "7"})
    try:
        eventually(lambda: second.http.get(f"/requests/{old}").status_code == 404)
        # the rows go first: a reader who comes between has a file that ends early, never a row without its file
        eventually(lambda: second.http.head(f"/files/{url.split('/files/')[1]}").status_code == 404)
        assert second.row(recent)["state"] == "succeeded"
        with psycopg.connect(database_of(data)) as conn:
            left = [
                conn.execute(f"SELECT count(*) FROM {table} WHERE request_id = %s", (old,)).fetchone()
                for table in ("events", "webhooks")
            ]
        assert left == [(0,), (0,)]
    finally:
        second.stop()


@pytest.mark.parametrize(
    ("method", "path", "headers"),
    [
        ("GET", "/usage?start=0001-01-01T00:00:00%2B14:00", {}),
        ("GET", "/v1/models/usage?end=9999-12-31T23:59:59-14:00", {}),
        ("GET", "/usage?endpoint_id=%00", {}),
        ("GET", "/requests?state=%00", {}),
        ("POST", f"/queue/{ENDPOINT}?fal_webhook=http://a/%00", {}),
        ("POST", f"/queue/{ENDPOINT}?fal_webhook=http://a/%01", {}),
        ("POST", f"/queue/{ENDPOINT}", {"X-Shotwright-Seed": b"\xb2"}),
        *(
            ("POST", f"/queue/{ENDPOINT}", {"X-Fal-Object-Lifecycle-Preference": wish})
            for wish in (
                '{"expiration_duration_seconds": NaN}', '{"expiration_duration_seconds": 1e999}', '{"expiration_duration_seconds": -5}',
                '{"expiration_duration_seconds": true}', '{"initial_acl": {"default": []}}', "[" * 3000, "7",
            )
        ),
    ],
)  # fmt: skip
def test_odd_values_are_refused(keyed: Keyed, method: str, path: str, headers: dict[str, Any]) -> None:
    key = {"Authorization": f"Key {keyed.keys['admin']}"}
    answer = keyed.bare.request(method, path, json=SHOT if method == "POST" else None, headers={**key, **headers})
    assert answer.status_code == 400, answer.text


def test_a_queue_length_that_is_no_number_is_ignored(keyed: Keyed) -> None:
    assert keyed.call("POST", f"/queue/{ENDPOINT}?fal_max_queue_length=%C2%B2", "runner", json=SHOT).status_code == 200


def test_exposed_servers_want_a_key(data_folder: Callable[[], Path]) -> None:
    data = data_folder()
    command = [
        sys.executable,
        "-m",
        "shotwright",
        "serve",
        "--host",
        "0.0.0.0",
        "--port",
        "0",
        "--workers",
        "0",
        "--data",
        str(data),
    ]
    refused = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (refused.returncode, "shotwright keys create" in refused.stderr.replace("\n", " ")) == (2, True)
