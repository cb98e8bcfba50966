"""The engine `testcard`, described without loading it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shotwright.engines.spec import Building, EngineSpec

if TYPE_CHECKING:
    from shotwright.engines.base import Engine


def _build(_: Building) -> Engine:
    from shotwright.engines.testcard.engine import TestCardEngine

    return TestCardEngine()


SPEC = EngineSpec(
    "testcard", "Test card", "Colour bars with a frame counter, in the documented size and length, in a fraction of a second: for tests of your application.",
    "nothing", _build, cancel_grace_s=0.8,
)  # fmt: skip
