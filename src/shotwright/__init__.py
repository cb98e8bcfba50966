"""Shotwright: a self-hosted server for reference-guided video."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

from shotwright.clients import patch_fal_client

try:
    __version__ = version("shotwright")
except PackageNotFoundError:  # running from an unpacked source tree
    __version__ = "0.0.0"

__all__ = ["__version__", "patch_fal_client"]
