"""What tests of whole processes share: a real server in a process of its own, its database, clips to send it."""

from __future__ import annotations

import atexit
import fcntl
import functools
import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import av
import cv2
import httpx
import numpy as np
import psycopg
from scripts.demo_media import greenhouse

from shotwright.jobs.postgres import EmbeddedPostgres
from shotwright.media.colour import rgb_to_yuv
from shotwright.media.encode import Encoder

STANDARD = "fal-ai/kling-video/o1/standard/"


def write_clip(path: Path, seconds: float = 3.0, width: int = 1280, height: int = 720, fps: int = 24) -> Path:
    """A clip of a bright figure that walks over a place while the camera pans to the right."""
    wide = cv2.resize(greenhouse(1600, 900), (width * 2, height * 2))[height // 2 : height // 2 + height]
    yuv = rgb_to_yuv(np.ascontiguousarray(wide))
    with Encoder(path, width, height, fps) as encoder:
        for i in range(round(seconds * fps)):
            frame = np.ascontiguousarray(yuv[:, i * 4 : i * 4 + width])
            x = width // 3 + 2 * i
            cv2.ellipse(frame, (x, height // 2), (height // 12, height // 5), 0, 0, 360, (180, 90, 200), -1)
            cv2.circle(frame, (x, height // 4), height // 14, (210, 110, 150), -1)
            encoder.write(frame)
    return path


def with_audio(path: Path, clip: Path, codec: str = "aac") -> Path:
    """The clip with a two-second tone."""
    with av.open(str(clip)) as source, av.open(str(path), "w") as target:
        video = target.add_stream_from_template(source.streams.video[0])
        audio = target.add_stream(codec, rate=48_000)
        for packet in source.demux(source.streams.video[0]):
            if packet.dts is not None:
                packet.stream = video
                target.mux(packet)
        tone = (np.sin(np.arange(48_000 * 2) * 0.05) * 9000).astype(np.int16)[None]
        frame = av.AudioFrame.from_ndarray(tone, format="s16", layout="mono")
        frame.sample_rate = 48_000
        resampler = av.AudioResampler(
            format=audio.format, layout="mono", rate=48_000, frame_size=1024 if codec == "aac" else None
        )
        for part in [*resampler.resample(frame), *resampler.resample(None)]:
            target.mux(audio.encode(part))
        target.mux(audio.encode(None))
    return path


def install_packages(folder: Path) -> None:
    """`npm ci` in a folder, once, even when several test processes want it."""
    with (folder / ".install.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        wanted = (folder / "package-lock.json").read_bytes()
        done = folder / "node_modules" / ".installed"
        if not done.exists() or done.read_bytes() != wanted:
            subprocess.run(["npm", "ci", "--silent", "--no-fund", "--no-audit"], cwd=folder, check=True, timeout=300)
            done.write_bytes(wanted)


def eventually(is_so: Callable[[], bool], seconds: float = 30) -> None:
    """Ask until it is so; a state of another process that sends no event."""
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, "it never became so"
        time.sleep(0.05)


class RunningServer:
    """A `shotwright` process."""

    def __init__(self, process: subprocess.Popen[str], url: str, data: Path, key: str | None = "any") -> None:
        self.process, self.url, self.data = process, url, data
        headers = {"X-API-Key": key} if key else {}
        self.http = httpx.Client(base_url=url, timeout=120, trust_env=False, headers=headers)

    def upload(self, path: Path) -> str:
        """The address of an uploaded file."""
        answer = self.http.post("/cdn/files/upload", content=path.read_bytes(), headers={"X-Fal-File-Name": path.name})
        return str(answer.raise_for_status().json()["access_url"])

    def submit(self, endpoint: str, body: object, **headers: str) -> str:
        """The id of a new request."""
        answer = self.http.post(f"/queue/{endpoint}", json=body, headers=headers)
        return str(answer.raise_for_status().json()["request_id"])

    def row(self, request_id: str) -> dict:
        """Our own view of a request."""
        return self.http.get(f"/requests/{request_id}").raise_for_status().json()

    def wait(self, request_id: str, *states: str, seconds: float = 90) -> dict:
        """Wait for one of the states, by default for the end."""
        wanted = states or ("succeeded", "failed", "cancelled")
        deadline = time.monotonic() + seconds
        with self.http.stream("GET", f"/queue/any/app/requests/{request_id}/status/stream") as events:
            for _ in events.iter_lines():
                row = self.row(request_id)
                if row["state"] in wanted:
                    return row
                assert time.monotonic() < deadline, row
        row = self.row(request_id)
        assert row["state"] in wanted, row
        return row

    def download(self, url: str, path: Path) -> Path:
        """Save a file."""
        path.write_bytes(self.http.get(url).raise_for_status().content)
        return path

    def kill(self) -> None:
        """SIGKILL, as the out-of-memory killer would."""
        self.process.kill()
        self.process.wait(10)
        self._close()

    def stop(self) -> int:
        """SIGTERM; the exit code."""
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(20)
        finally:
            self._close()

    def _close(self) -> None:
        self.http.close()
        if self.process.stdout:
            self.process.stdout.close()


@functools.cache
def database_cluster() -> tuple[EmbeddedPostgres, Path]:
    """One PostgreSQL for all servers of this test process, each with a database of its own; what is lost with it nobody misses."""
    folder = Path(tempfile.mkdtemp(prefix="sw-cluster-", dir="/tmp"))
    folder.chmod(0o755)
    cluster = EmbeddedPostgres(folder / "data", "nobody")
    url = cluster.start()
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    atexit.register(cluster.close)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET fsync = off")
        connection.execute("SELECT pg_reload_conf()")
    return cluster, folder


@functools.cache
def database_of(data: Path) -> str:
    """The database of the servers on a data folder."""
    name = f"sw_{hashlib.sha256(str(data).encode()).hexdigest()[:16]}"
    url = database_cluster()[0].url
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    return url.replace("/postgres?", f"/{name}?")


def start(
    data: Path,
    *arguments: str,
    command: str = "serve",
    env: dict[str, str] | None = None,
    engine: str = "testcard",
    own_database: bool = False,
    descriptors: int | None = None,
) -> RunningServer:
    """Start a process and wait until it says that it is ready.

    Args:
        data: Its data folder; servers on the same folder share a database.
        arguments: More of its command line.
        command: serve or worker.
        env: More of its environment.
        engine: What renders: a test card, where a test is not about pictures.
        descriptors: How many files and sockets it may have open.
        own_database: Embed a PostgreSQL in the data folder, as users have it, instead of using the tests' own.
    """
    line = [sys.executable, "-m", "shotwright", command, "--data", str(data), *arguments]
    if command == "serve":
        line += ["--port", "0"]
    database = {} if own_database else {"DATABASE_URL": database_of(data)}
    environment = {**os.environ, "SHOTWRIGHT_ENGINE": engine, **database, **(env or {})}
    if descriptors is not None:
        line = ["bash", "-c", f'ulimit -n {descriptors}; exec "$@"', "bash", *line]
    process = subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment)
    assert process.stdout is not None
    said = process.stdout.readline()
    assert "is ready" in said, f"{command} did not start: {said!r} (exit {process.poll()})"
    match = re.search(r"https?://\S+", said)
    key = None if "SHOTWRIGHT_KEYS" in environment else "any"
    return RunningServer(process, match.group() if match else "", data, key)
