"""Shared fixtures: drawn media, and a server that all tests of a process use."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import pytest
from hypothesis import settings
from scripts.demo_media import explorer, greenhouse, painting, stone

from tests.running import RunningServer, start, write_clip

settings.register_profile("no-clock", deadline=None)  # how fast a machine reads belongs in bench/, not in tests
settings.load_profile("no-clock")

BUDGET = re.compile(r"^\| `tests/(\w+)` \|.*\| (\d+) % \|$", re.MULTILINE)


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Pictures of a place, a person from three sides, a thing and a painting."""
    folder = tmp_path_factory.mktemp("pictures")
    drawn = {
        "place": greenhouse(1280, 720),
        "front": explorer("front", 700),
        "side": explorer("side", 700),
        "back": explorer("back", 700),
        "stone": stone(0, 400),
        "painting": painting(600, 480),
    }
    paths = {}
    for name, picture in drawn.items():
        paths[name] = folder / f"{name}.png"
        code = cv2.COLOR_RGBA2BGRA if picture.shape[2] == 4 else cv2.COLOR_RGB2BGR
        cv2.imwrite(str(paths[name]), cv2.cvtColor(picture, code))
    return paths


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A valid source video: 1280x720, 3 s, 24 fps."""
    return write_clip(tmp_path_factory.mktemp("clips") / "clip.mp4")


@pytest.fixture(scope="session")
def data_folder() -> Iterator[Callable[[], Path]]:
    """Makes data folders that the database's user can reach."""
    made: list[Path] = []

    def make() -> Path:
        folder = Path(tempfile.mkdtemp(prefix="sw-test-", dir="/tmp"))
        folder.chmod(0o755)
        made.append(folder)
        return folder / "data"

    yield make
    for folder in made:
        with contextlib.suppress(OSError):
            pid = int((folder / "data/postgres/postmaster.pid").read_text().split()[0])
            os.kill(pid, signal.SIGQUIT)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def server(data_folder: Callable[[], Path]) -> Iterator[RunningServer]:
    """A server that the whole session shares."""
    running = start(data_folder())
    yield running
    assert running.stop() == 0


class TimeBudget:
    """Holds the whole suite to the shares of its time that CONTRIBUTING.md gives each folder; seconds differ by machine, shares do not."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = {}
        text = (Path(__file__).parents[1] / "CONTRIBUTING.md").read_text()
        self.allowed = {folder: int(percent) for folder, percent in BUDGET.findall(text)}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if not report.skipped:
            folder = report.nodeid.split("/")[1]
            self.spent[folder] = self.spent.get(folder, 0.0) + report.duration

    def over(self) -> list[str]:
        """Folders that take more than their share, once all have run."""
        if not set(self.allowed) <= {folder for folder, seconds in self.spent.items() if seconds > 5}:
            return []
        total = sum(self.spent[folder] for folder in self.allowed)
        shares = {folder: 100 * self.spent[folder] / total for folder in self.allowed}
        return [
            f"tests/{folder} takes {shares[folder]:.0f} % of the time of all tests, and CONTRIBUTING.md allows {most} %."
            for folder, most in self.allowed.items()
            if shares[folder] > most
        ]

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        terminalreporter.section("time by folder")
        for folder, seconds in sorted(self.spent.items()):
            terminalreporter.line(f"tests/{folder:<12} {seconds:6.0f} s")
        for line in self.over():
            terminalreporter.line(line, red=True)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if session.exitstatus == 0 and self.over():
            session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):  # the process that hears of all tests
        config.pluginmanager.register(TimeBudget())
