"""Settings of the engine `draft`."""

from __future__ import annotations

from pydantic import Field

from shotwright.engines.settings import EngineSettings


class DraftSettings(EngineSettings):
    """What an operator may choose about drafts."""

    labels: bool = Field(True, description="Whether boxes that stand in for what has no picture bear its name.")
