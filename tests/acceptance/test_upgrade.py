"""The data folder of the release before: its database gets the steps that it lacks, and everything in it stays"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from tests.running import STANDARD, database_of, start

from shotwright.app import open_node
from shotwright.core.errors import SetupError
from shotwright.jobs.queries import migrations
from shotwright.settings import Settings

pytestmark = pytest.mark.slow
ENDPOINT = STANDARD + "reference-to-video"


def test_a_database_of_the_release_before_is_upgraded(data_folder: Callable[[], Path]) -> None:
    data = data_folder()
    done, lost, waiting = uuid.uuid4(), uuid.uuid4(), uuid.uuid4()
    row = "INSERT INTO requests (id, endpoint_id, engine, arguments, state, attempt, worker, owner, finished_at) VALUES (%s, %s, 'testcard', %s, %s, %s, %s, %s, %s)"
    shot = '{"prompt": "Hold still", "duration": "3"}'
    with psycopg.connect(database_of(data), autocommit=True) as old:
        old.execute(migrations()[0][1])
        old.execute(
            "CREATE TABLE shotwright_migrations (number integer PRIMARY KEY, at timestamptz NOT NULL DEFAULT clock_timestamp())"
        )
        old.execute("INSERT INTO shotwright_migrations (number) VALUES (1)")
        old.execute(row, (done, ENDPOINT, shot, "succeeded", 1, 7, "me", "2026-01-01"))
        old.execute(row, (lost, ENDPOINT, shot, "running", 1, 7, "me", None))
        old.execute(row, (waiting, ENDPOINT, shot, "queued", 0, None, "me", None))
        old.execute("UPDATE requests SET queue_job = 4711 WHERE id = %s", (waiting,))
        old.execute("INSERT INTO webhooks (request_id, wire, url) VALUES (%s, 'fal', 'http://127.0.0.1:9/')", (done,))
    server = start(data)
    try:
        assert server.row(str(done))["state"] == "succeeded"
        assert server.wait(str(lost))["state"] == "succeeded"
        assert server.wait(str(waiting))["state"] == "succeeded"
        with psycopg.connect(database_of(data)) as new:
            steps = [number for (number,) in new.execute("SELECT number FROM shotwright_migrations ORDER BY 1")]
            assert steps == [number for number, _ in migrations()]
            assert new.execute("SELECT may_be_private FROM webhooks").fetchone() == (True,)
    finally:
        assert server.stop() == 0


def test_requests_of_a_configured_key_stay_its_own_under_its_new_name(data_folder: Callable[[], Path]) -> None:
    data = data_folder()
    made = uuid.uuid4()
    with psycopg.connect(database_of(data), autocommit=True) as old:
        old.execute(migrations()[0][1])
        old.execute(
            "INSERT INTO requests (id, endpoint_id, engine, arguments, state, owner, finished_at) VALUES (%s, %s, 'testcard', '{}', 'succeeded', %s, now())",
            (made, ENDPOINT, hashlib.sha256(b"one").hexdigest()[:16]),
        )
    server = start(data, env={"SHOTWRIGHT_KEYS": "one,two"})
    try:
        found = {
            key: server.http.get(f"/requests/{made}", headers={"X-API-Key": key}).status_code for key in ("one", "two")
        }
        assert found == {"one": 200, "two": 404}
        with psycopg.connect(database_of(data)) as new:
            assert new.execute("SELECT owner FROM requests").fetchone() != (hashlib.sha256(b"one").hexdigest()[:16],)
    finally:
        assert server.stop() == 0


async def test_a_database_of_a_later_release_is_refused_in_words(data_folder: Callable[[], Path]) -> None:
    data = data_folder()
    start(data).stop()
    with psycopg.connect(database_of(data), autocommit=True) as later:
        later.execute("INSERT INTO shotwright_migrations (number) VALUES (9999)")
    with pytest.raises(SetupError, match="later release"):
        async with open_node(Settings(data=data, database_url=database_of(data))):
            pass
