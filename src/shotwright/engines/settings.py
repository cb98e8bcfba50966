"""What the settings of all engines have in common, and those of the prompt enhancer that two of them share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from shotwright.settings import is_http_url, plain_key

if TYPE_CHECKING:
    from shotwright.engines.enhancer import Enhancer


class EngineSettings(BaseSettings):
    """Settings of one engine, read from the environment as `SHOTWRIGHT_*` like all others."""

    model_config = SettingsConfigDict(env_prefix="SHOTWRIGHT_", populate_by_name=True, extra="ignore")


class EnhancerSettings(EngineSettings):
    """A vision model that rewrites prompts before an engine renders them."""

    enhancer_url: str = Field(
        "",
        description="A vision model that rewrites prompts for `diffusion` and `remote`: its OpenAI-compatible address, such as `http://gpu1:8000/v1`.",
    )
    enhancer_model: str = Field("", description="The name of that model.")
    enhancer_key: SecretStr = Field(SecretStr(""), description="A bearer key of that address, where it wants one.")

    @field_validator("enhancer_url")
    @classmethod
    def _check_enhancer(cls, value: str) -> str:
        if value and not is_http_url(value):
            raise ValueError(f'write http://host:port/v1, not "{value}"')
        return value

    _check_enhancer_key = field_validator("enhancer_key")(plain_key)

    def enhancer(self) -> Enhancer | None:
        """The enhancer; None when there is none."""
        if not self.enhancer_url:
            return None
        from shotwright.engines.enhancer import Enhancer

        return Enhancer(self.enhancer_url, self.enhancer_model, self.enhancer_key.get_secret_value())
