"""The version of this installation."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("shotwright")
except PackageNotFoundError:  # running from an unpacked source tree
    __version__ = "0.0.0"
