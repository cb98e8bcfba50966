"""Settings of the engine `upstream`."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, field_validator

from shotwright.engines.settings import EngineSettings
from shotwright.settings import plain_key


class UpstreamSettings(EngineSettings):
    """The paid service, and the recordings of it."""

    upstream: Literal["", "fal", "eachlabs"] = Field(
        "", description="The paid service behind the engine `upstream`; empty keeps it off."
    )
    upstream_key: SecretStr = Field(SecretStr(""), description="Your key of that service. It never leaves the server.")
    upstream_url: str | None = Field(
        None, description="Another address of that service: a proxy, or a second Shotwright for tests."
    )
    upstream_mode: Literal["live", "record", "replay", "replay-or-draft"] = Field(
        "live",
        description="record keeps every answer; replay answers from what was kept, without network; replay-or-draft draws what was not.",
    )
    upstream_daily_budget_usd: Decimal | None = Field(
        None, ge=0, description="What the paid service may cost a day, all keys together; empty: no bound."
    )
    upstream_timeout_s: float = Field(1800, gt=0, description="How long a render of the paid service may take.")
    recordings: Path | None = Field(None, description="Folder of recorded answers; by default in the data folder.")

    _check_key = field_validator("upstream_key")(plain_key)

    @property
    def is_replaying(self) -> bool:
        """Whether answers come from recordings."""
        return self.upstream_mode.startswith("replay")

    def recordings_folder(self, data: Path) -> Path:
        """Folder of what the paid service answered."""
        return self.recordings or data / "recordings"
