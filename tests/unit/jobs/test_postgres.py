"""The folder of the database's socket: whoever made it before owns the database, so nobody else may have"""

from __future__ import annotations

import os
import pwd
import stat
from pathlib import Path

import pytest

from shotwright.core.errors import SetupError
from shotwright.jobs import postgres
from shotwright.jobs.postgres import EmbeddedPostgres

NOBODY = pwd.getpwnam("nobody")


@pytest.fixture
def sockets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the socket of a data folder with a long name would be."""
    tmp_path.chmod(0o755)
    for parent in tmp_path.parents[:3]:
        parent.chmod(0o755)
    monkeypatch.setattr(postgres.tempfile, "gettempdir", lambda: str(tmp_path))
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    return EmbeddedPostgres(tmp_path / ("long" * 30), "nobody")._sockets


def make(tmp_path: Path) -> None:
    EmbeddedPostgres(tmp_path / ("long" * 30), "nobody")._make_folder()


def test_it_is_made_for_its_user_alone(sockets: Path, tmp_path: Path) -> None:
    make(tmp_path)
    made = sockets.lstat()
    assert sockets.parent == tmp_path
    assert (stat.S_IMODE(made.st_mode), made.st_uid) == (0o700, NOBODY.pw_uid if os.geteuid() == 0 else os.geteuid())


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to play another user")
def test_one_that_somebody_else_made_is_refused(sockets: Path, tmp_path: Path) -> None:
    sockets.mkdir(mode=0o777)
    os.chown(sockets, 4711, 4711)
    with pytest.raises(SetupError, match="belongs to somebody else"):
        make(tmp_path)


def test_a_link_is_not_followed(sockets: Path, tmp_path: Path) -> None:
    trap = tmp_path / "trap"
    trap.mkdir(mode=0o755)
    sockets.symlink_to(trap)
    before = trap.stat()
    with pytest.raises(SetupError, match="is a link"):
        make(tmp_path)
    assert (trap.stat().st_mode, trap.stat().st_uid) == (before.st_mode, before.st_uid)


def test_one_that_is_ours_but_open_is_closed(sockets: Path, tmp_path: Path) -> None:
    sockets.mkdir(mode=0o777)
    sockets.chmod(0o777)
    make(tmp_path)
    assert stat.S_IMODE(sockets.lstat().st_mode) == 0o700
