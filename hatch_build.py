"""Builds the documentation into the package, so that a wheel serves it offline."""

from __future__ import annotations

import sys
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class SiteHook(BuildHookInterface):  # type: ignore[type-arg]  # generic over a configuration that is not used
    """Runs `scripts/site.py` before files are collected."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002  (the interface)
        """Build the site; a source distribution carries its sources instead."""
        if self.target_name == "wheel":
            sys.path.insert(0, self.root)
            from scripts.site import build

            build()
