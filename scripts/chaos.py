"""Breaks a running installation in every way that we know, under load, and counts what came of each request.

usage: python -m scripts.chaos [ITERATIONS] [SEED]        (`make chaos`; the short form is a test)

An API server with a worker, a second API server without and a second worker share one embedded database. Clients submit all the while,
with webhooks and idempotency keys. Each iteration does one thing from `FAULTS`, waits a moment and repairs nothing by itself: what died
is started again as a supervisor would. At the end every accepted request must have ended once, with its file and its webhook.
"""

from __future__ import annotations

import contextlib
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import httpx
import psutil
import psycopg

from shotwright.files.store import FileStore

ENDPOINT = "fal-ai/kling-video/o1/standard/reference-to-video"
SHOT = {"prompt": "Hold still", "duration": "3"}
SETTLE_S = 150.0
TMPFS_MB = 256
ENV = {
    "SHOTWRIGHT_ENGINE": "testcard", "SHOTWRIGHT_REQUEST_PATIENCE_S": "6", "SHOTWRIGHT_ENGINE_SILENCE_S": "8",
    "SHOTWRIGHT_WEBHOOK_PAUSE_FACTOR": "0.05", "SHOTWRIGHT_PRIVATE_WEBHOOKS": "allow", "SHOTWRIGHT_WORKERS": "1",
}  # fmt: skip


class _Hooks(BaseHTTPRequestHandler):
    """Counts deliveries by request."""

    server: _Receiver

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self.server.seen[self.headers["X-Fal-Webhook-Request-Id"]] += 1
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing."""


class _Receiver(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        self.seen: Counter[str] = Counter()
        super().__init__(("127.0.0.1", 0), _Hooks)
        threading.Thread(target=self.serve_forever, daemon=True).start()


@dataclass
class Installation:
    """The processes on one data folder."""

    data: Path
    files: Path | None
    processes: dict[str, subprocess.Popen[str]] = field(default_factory=dict)
    urls: dict[str, str] = field(default_factory=dict)
    restarts: int = 0

    COMMANDS: ClassVar[dict[str, tuple[str, ...]]] = {
        "server": ("serve", "--port", "0"),
        "second": ("serve", "--port", "0", "--workers", "0"),
        "worker": ("worker",),
    }

    def start(self, name: str) -> None:
        """Start a process, or fail within half a minute."""
        line = [sys.executable, "-m", "shotwright", *self.COMMANDS[name], "--data", str(self.data)]
        line += ["--files-url", str(self.files)] if self.files else []
        with (self.data.parent / f"{name}.log").open("a") as log:
            process = subprocess.Popen(line, stdout=subprocess.PIPE, stderr=log, text=True, env={**os.environ, **ENV})
        assert process.stdout is not None
        with process.stdout:
            said = process.stdout.readline()
        found = re.search(r"https?://\S+", said)
        if "is ready" in said:
            self.processes[name] = process
            self.urls |= {name: found.group()} if found else {}

    def supervise(self) -> None:
        """Start what has died, as init systems do."""
        for name in self.COMMANDS:
            process = self.processes.get(name)
            if process is None or process.poll() is not None:
                self.restarts += 1
                self.start(name)

    def engines(self) -> list[psutil.Process]:
        """The engine processes."""
        found = []
        for process in self.processes.values():
            with contextlib.suppress(psutil.Error):
                children = psutil.Process(process.pid).children(recursive=True)
                found += [child for child in children if "spawn_main" in " ".join(child.cmdline())]
        return found

    def postmaster(self) -> int:
        """The database's first process."""
        return int((self.data / "postgres" / "postmaster.pid").read_text().split()[0])

    def database(self) -> psycopg.Connection[Any]:
        """A connection of our own."""
        lines = (self.data / "postgres" / "postmaster.pid").read_text().splitlines()
        return psycopg.connect(
            host=lines[4], port=int(lines[3]), user="postgres", dbname="postgres", autocommit=True, connect_timeout=5
        )

    def sql(self, text: str) -> list[Any]:
        """Run a statement."""
        with self.database() as connection:
            connection.execute("SET default_transaction_read_only = off")
            cursor = connection.execute(text)
            return cursor.fetchall() if cursor.description else []


class Clients:
    """Submit all the while; a submit is repeated with its key until somebody answers."""

    def __init__(self, place: Installation, hook: str, rng: random.Random) -> None:
        self.place, self.hook, self.rng = place, hook, rng
        self.accepted: list[str] = []
        self.refused: Counter[int] = Counter()
        self.odd: list[str] = []
        self.stopping = threading.Event()
        self.threads = [threading.Thread(target=self._run, daemon=True) for _ in range(2)]
        for thread in self.threads:
            thread.start()

    def stop(self) -> None:
        """Submit no more."""
        self.stopping.set()
        for thread in self.threads:
            thread.join(40)

    def _run(self) -> None:
        while not self.stopping.is_set():
            self._submit(str(uuid.uuid4()))
            self.stopping.wait(0.25)

    def _submit(self, key: str) -> None:
        headers = {"Idempotency-Key": key, "Authorization": "Key chaos"}
        for _ in range(60):
            url = self.place.urls[self.rng.choice(["server", "second"])]
            with contextlib.suppress(httpx.HTTPError):
                answer = httpx.post(
                    f"{url}/queue/{ENDPOINT}",
                    params={"fal_webhook": self.hook},
                    json=SHOT,
                    headers=headers,
                    timeout=15,
                    trust_env=False,
                )
                if answer.status_code == 200:
                    self.accepted.append(answer.json()["request_id"])
                    return
                self.refused[answer.status_code] += 1
                self.odd += [answer.text[:300]] if answer.status_code not in {402, 429, 503} else []
            time.sleep(0.3)


def _kill(name: str, how: signal.Signals = signal.SIGKILL) -> Callable[[Installation, random.Random], None]:
    def fault(place: Installation, _: random.Random) -> None:
        process = place.processes[name]
        process.send_signal(how)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(25)

    return fault


def _kill_engine(place: Installation, rng: random.Random) -> None:
    with contextlib.suppress(IndexError, psutil.Error):
        rng.choice(place.engines()).kill()


def _stop_engine(place: Installation, rng: random.Random) -> None:
    with contextlib.suppress(IndexError, psutil.Error):
        rng.choice(place.engines()).suspend()


def _kill_postmaster(place: Installation, _: random.Random) -> None:
    with contextlib.suppress(OSError, ValueError, IndexError):
        os.kill(place.postmaster(), signal.SIGKILL)


def _kill_backend(place: Installation, rng: random.Random) -> None:
    with contextlib.suppress(OSError, ValueError, IndexError, psutil.Error):
        os.kill(rng.choice(psutil.Process(place.postmaster()).children()).pid, signal.SIGKILL)


def _end_connections(place: Installation, _: random.Random) -> None:
    place.sql(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"
    )


def _read_only(place: Installation, rng: random.Random) -> None:
    place.sql("ALTER SYSTEM SET default_transaction_read_only = on")
    place.sql("SELECT pg_reload_conf()")
    try:
        _end_connections(place, rng)
        time.sleep(rng.uniform(1, 3))
    finally:
        place.sql("ALTER SYSTEM RESET default_transaction_read_only")
        place.sql("SELECT pg_reload_conf()")


def _full_disk(place: Installation, rng: random.Random) -> None:
    if place.files is None:
        return
    filler = place.files / "filler"
    with contextlib.suppress(OSError), filler.open("wb") as file:
        while True:
            file.write(bytes(1 << 20))
            file.flush()
    time.sleep(rng.uniform(1, 3))
    filler.unlink(missing_ok=True)


FAULTS: dict[str, Callable[[Installation, random.Random], None]] = {
    "kill the server": _kill("server"), "kill the second server": _kill("second"), "kill the worker": _kill("worker"),
    "restart the server": _kill("server", signal.SIGTERM), "restart the worker": _kill("worker", signal.SIGTERM),
    "kill an engine": _kill_engine, "stop an engine": _stop_engine, "kill the database": _kill_postmaster,
    "kill a backend": _kill_backend, "end all connections": _end_connections, "read-only database": _read_only, "full disk": _full_disk,
}  # fmt: skip


@contextlib.contextmanager
def _small_disk(folder: Path) -> Iterator[Path | None]:
    """A disk of its own for the files, which can be filled; None where mounting is not allowed."""
    folder.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={TMPFS_MB}m", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if done.returncode:
        print(f"skipped: the full disk (mounting is not allowed: {done.stderr.decode().strip()[:80]})")
        yield None
        return
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=False)


def _settled(place: Installation) -> None:
    """Wait until everything has ended and every webhook is delivered, or patience is over."""
    deadline = time.monotonic() + SETTLE_S
    while time.monotonic() < deadline:
        place.supervise()
        with contextlib.suppress(psycopg.Error, OSError, IndexError):
            open_requests = place.sql("SELECT count(*) FROM requests WHERE state IN ('queued', 'running')")[0][0]
            open_hooks = place.sql("SELECT count(*) FROM webhooks WHERE state = 'pending'")[0][0]
            if not open_requests and not open_hooks:
                return
        time.sleep(0.5)


def _counted(place: Installation, accepted: list[str], hooks: Counter[str]) -> dict[str, int]:
    """What became of everything."""
    states = dict(place.sql("SELECT id::text, state FROM requests"))
    ends: Counter[str] = Counter(
        row[0] for row in place.sql("SELECT request_id::text FROM events WHERE kind = 'state' AND data->>'state' IN ('succeeded', 'failed', 'cancelled')")
    )  # fmt: skip
    files = FileStore(str(place.files or place.data / "files"))
    made = place.sql("SELECT id::text, result->>'file_id' FROM requests WHERE state = 'succeeded'")
    missing = sum(files.record(file_id) is None or len(files.read_all(file_id)) == 0 for _, file_id in made)
    unique = set(accepted)
    return {
        "accepted": len(unique), "finished once": sum(ends[item] == 1 for item in unique), "of them failed": sum(states.get(item) == "failed" for item in unique),
        "lost": sum(item not in states for item in unique), "doubled": sum(ends[item] > 1 for item in ends),
        "stuck": sum(states.get(item) in {"queued", "running"} for item in unique), "files missing": missing,
        "webhooks missing": sum(item not in hooks for item in unique), "not asked for": len(states) - len(unique & states.keys()),
        "rubbish left": _rubbish(place, files, {file_id for _, file_id in made}),
    }  # fmt: skip


def _rubbish(place: Installation, files: FileStore, named: set[str]) -> int:
    """Folders of dead workers, and objects that nothing names and nothing would collect: no record, no expiry, no request."""
    live = sum(name != "second" for name in place.processes)
    folders = max(0, len(list((place.data / "work").glob("worker-*"))) - live)
    uncollected = 0
    for path in (place.files or place.data / "files").glob("files/*.json"):
        record = files.record(path.stem)
        if record is not None and record.expires_at is None and record.id not in named and record.request_id is None:
            uncollected += 1
    return folders + uncollected


def chaos(iterations: int, seed: int, say: Callable[[str], None] = print) -> dict[str, int]:
    """Break things `iterations` times; what became of the requests."""
    rng, folder = random.Random(seed), Path(tempfile.mkdtemp(prefix="sw-chaos-", dir="/tmp"))
    folder.chmod(0o755)
    receiver = _Receiver()
    met: Counter[str] = Counter()
    with _small_disk(folder / "disk") as disk:
        place = Installation(folder / "data", disk)
        try:
            place.supervise()
            clients = Clients(place, f"http://127.0.0.1:{receiver.server_address[1]}/", rng)
            faults = [name for name in FAULTS if name != "full disk" or disk is not None]
            for number in range(iterations):
                name = rng.choice(faults) if number >= len(faults) else faults[number]
                time.sleep(rng.uniform(0.2, 1.5))
                with contextlib.suppress(psycopg.Error):
                    FAULTS[name](place, rng)
                    met[name] += 1
                place.supervise()
            clients.stop()
            _settled(place)
            found = _counted(place, clients.accepted, receiver.seen)
            for text in clients.odd:
                say(f"odd answer: {text}")
            codes = dict(place.sql("SELECT error->>'code', count(*) FROM requests WHERE state = 'failed' GROUP BY 1"))
            say("; ".join(f"{name} {count}" for name, count in sorted(met.items())))
            say(
                f"processes started again {place.restarts - 3}; refused meanwhile {dict(clients.refused)}; failed {codes}"
            )
            return found | {"odd answers": len(clients.odd)}
        finally:
            for process in place.processes.values():
                process.send_signal(signal.SIGTERM)
            for process in place.processes.values():
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(20)
            receiver.shutdown()
            receiver.server_close()
            if not os.environ.get("CHAOS_KEEP"):
                shutil.rmtree(folder, ignore_errors=True)


def is_good(found: dict[str, int]) -> bool:
    """Whether every accepted request ended once and nothing else is wrong."""
    wrong = found.keys() - {"accepted", "finished once", "of them failed"}
    return found["accepted"] == found["finished once"] > 0 and not any(found[name] for name in wrong)


if __name__ == "__main__":
    result = chaos(
        int(sys.argv[1]) if len(sys.argv) > 1 else 40,
        int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(10**6),
    )
    for what, count in result.items():
        print(f"{what:18}{count:6}")
    sys.exit(0 if is_good(result) else 1)
