"""`make test-pythons`: the demo, the fast tests and the wheel on every Python that this machine has beside the one of `.venv`.

Interpreters are looked for on the path (`python3.12`) and among those of pyenv; what is not there is named and left out.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
WANTED = ("3.11", "3.12", "3.13", "3.14")
CARD = ["run", "standard/reference-to-video", "-p", "Hold still", "-d", "3", "--engine", "testcard", "-o"]


def interpreters() -> Iterator[tuple[str, Path | None]]:
    """Each wanted version, and where it is; None where this machine does not have it."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    for version in WANTED:
        found = [*sorted(pyenv.glob(f"{version}.*/bin/python"), reverse=True), shutil.which(f"python{version}")]
        yield version, next((Path(path) for path in found if path and _is(Path(path), version)), None)


def _is(path: Path, version: str) -> bool:
    asked = [str(path), "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
    return subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip() == version


def check(version: str, python: Path, wheel: Path) -> None:
    """Everything on one Python; raises CalledProcessError at the first thing that fails."""
    venv = ROOT / f".venv-{version}"
    make = ["make", "--no-print-directory", f"PYTHON={python}", f"VENV={venv.name}"]
    _run([*make, "demo"], quiet=True)
    _run([*make, "test-fast"])
    with tempfile.TemporaryDirectory() as folder:
        uv, fresh = str(venv / "bin/uv"), Path(folder) / "venv"
        _run([uv, "venv", "--quiet", "--python", str(python), str(fresh)], quiet=True)
        own = str(fresh / "bin/python")
        locked = ["--constraint", str(ROOT / "requirements.lock")]
        _run([uv, "pip", "install", "--quiet", "--python", own, *locked, str(wheel)], quiet=True)
        clip = Path(folder) / "card.mp4"
        _run([str(fresh / "bin/shotwright"), *CARD, str(clip)])
        _run(
            [
                own,
                "-c",
                "from importlib.resources import files; assert files('shotwright.engines.analysis').joinpath('u2netp.onnx').is_file()",
            ]
        )


def _run(command: list[str], *, quiet: bool = False) -> None:
    out = subprocess.DEVNULL if quiet else None
    subprocess.run(command, cwd=ROOT, check=True, stdout=out, stderr=None)


def main(say: Callable[[str], object] = print) -> int:
    """Check every Python but the running one; 1 when one of them fails."""
    own = f"{sys.version_info.major}.{sys.version_info.minor}"
    ran, lacking = [own], []
    with tempfile.TemporaryDirectory() as folder:
        _run([sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "-w", folder, "."], quiet=True)
        wheel = next(Path(folder).glob("*.whl"))
        for version, python in interpreters():
            if python is None:
                lacking.append(version)
            elif version != own:
                started = time.monotonic()
                try:
                    check(version, python, wheel)
                except subprocess.CalledProcessError as exc:
                    say(f"Python {version} failed: {' '.join(exc.cmd)}")
                    return 1
                say(f"Python {version}: demo, fast tests and wheel in {time.monotonic() - started:.0f} s")
                ran.append(version)
    say(f"Ran on Python {', '.join(sorted(ran))}" + (f"; not on this machine: {', '.join(lacking)}" if lacking else ""))
    return 0


if __name__ == "__main__":
    sys.exit(main())
