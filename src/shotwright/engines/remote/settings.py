"""Settings of the engine `remote`."""

from __future__ import annotations

from pydantic import Field, SecretStr, field_validator

from shotwright.engines.settings import EnhancerSettings
from shotwright.settings import is_http_url, listed, plain_key

DIALECTS = frozenset({"sglang", "vllm"})
TASKS = frozenset({"ref2va", "fl2va", "t2va"})


class RemoteSettings(EnhancerSettings):
    """Servers that render."""

    remote_servers: str = Field(
        "",
        description="Servers behind the engine `remote`: `sglang=http://gpu1:30010,vllm=http://gpu2:8000`; `sglang+ref2va=...` says which tasks one serves (ref2va, fl2va, t2va); empty keeps it off.",
    )
    remote_key: SecretStr = Field(SecretStr(""), description="A bearer key of those servers, where they want one.")
    remote_timeout_s: float = Field(3600, gt=0, description="How long a render of those servers may take.")

    @field_validator("remote_servers")
    @classmethod
    def _check_servers(cls, value: str) -> str:
        for item in listed(value):
            name, _, url = item.partition("=")
            dialect, *tasks = (part.strip() for part in name.split("+"))
            if dialect not in DIALECTS or not set(tasks) <= TASKS or not is_http_url(url.strip()):
                raise ValueError(f'write sglang=http://host:port or vllm=http://host:port, not "{item}"')
        return value

    _check_key = field_validator("remote_key")(plain_key)
