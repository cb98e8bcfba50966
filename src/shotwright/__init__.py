"""Shotwright: a self-hosted server for reference-guided video, and its renderer as a Python library.

    >>> import shotwright
    >>> found = shotwright.plan("Slow push in on @Element1 in a forest at golden hour")
    >>> found.camera[0].move, found.look.time_of_day
    ('dolly_in', 'golden_hour')

`shotwright.render(...)` makes a clip in this process; `patch_fal_client(url)` points fal's client at a server.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shotwright.clients import patch_fal_client
from shotwright.version import __version__

if TYPE_CHECKING:
    from shotwright.local import Clip, plan, render

__all__ = ["Clip", "__version__", "patch_fal_client", "plan", "render"]
_LOCAL = frozenset({"Clip", "plan", "render"})


def __getattr__(name: str) -> Any:  # noqa: ANN401  (whatever the module has)
    """The Python API is imported when it is used: who only patches a client does not pay for it."""
    if name in _LOCAL:
        from shotwright import local

        return getattr(local, name)
    raise AttributeError(f"module 'shotwright' has no attribute {name!r}")
