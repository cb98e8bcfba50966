"""Plays a fault on demand in the process that renders."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING, Any

from shotwright.core.faults import Fault
from shotwright.engines.base import wait

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from shotwright.engines.base import Progress

CRASHES = "crashes"
"""The note that counts the starts that died."""
KEPT_SHARE = 0.5
FOREVER_S = 10.0**9


def before_render(given: Mapping[str, Any] | None, notes: Mapping[str, Any], progress: Progress) -> None:
    """What a fault does to a request that is about to be rendered.

    Raises:
        ShotwrightError: The fault is an error.
        Cancelled: The client cancelled while it waited.
    """
    if given is None:
        return
    fault = Fault(**given)
    if (error := fault.error()) is not None:
        raise error
    if fault.kind in {"slow", "stuck"}:
        progress("render", 0.0, f"A fault on demand: {fault.kind}.")
        wait(fault.number if fault.kind == "slow" else FOREVER_S, progress, "render", 0.0)
    if fault.kind == "crash" and (died := int(notes.get(CRASHES, 0))) < fault.number:
        progress("render", 0.0, "A fault on demand: crash.", note={CRASHES: died + 1})
        os.kill(os.getpid(), signal.SIGKILL)


def after_render(given: Mapping[str, Any] | None, clip: Path) -> None:
    """What a fault does to a finished clip."""
    if given is not None and given["kind"] == "truncated":
        with clip.open("r+b") as file:
            file.truncate(max(1, int(KEPT_SHARE * clip.stat().st_size)))
