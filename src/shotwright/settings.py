"""Every setting, read from the environment as `SHOTWRIGHT_*`; `DATABASE_URL` and `FILES_URL` are understood as well."""

from __future__ import annotations

import os
from decimal import Decimal
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import platformdirs
from pydantic import AliasChoices, Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from shotwright.core.catalog import ENDPOINTS

SYSTEM_DATA = Path("/var/lib/shotwright")
TASKS = tuple(dict.fromkeys(endpoint.task for endpoint in ENDPOINTS.values()))


def _is_url(text: str) -> bool:
    """Whether a text is an http address with a host and, if any, a port that can be."""
    try:
        parts = urlsplit(text)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and text.isascii() and parts.port != 0
    except ValueError:
        return False


def default_data() -> Path:
    """Where a server keeps its data: the user's data folder; for root, a system folder that its helpers can reach."""
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        return SYSTEM_DATA
    return Path(platformdirs.user_data_dir("shotwright"))


class Settings(BaseSettings):
    """The operator's choices. Every field is documented where `shotwright serve --help` and docs/settings.md show it."""

    model_config = SettingsConfigDict(env_prefix="SHOTWRIGHT_", populate_by_name=True, extra="ignore")

    host: str = Field("127.0.0.1", description="Address to listen on. Anything but loopback needs keys.")
    port: int = Field(8000, description="Port to listen on; 0 picks a free one.")
    data: Path = Field(default_factory=default_data, description="Folder for the database, the files and the caches.")
    workers: int = Field(1, ge=0, le=64, description="Renders at once in this process; 0 serves the API only.")
    database_url: str | None = Field(
        None,
        validation_alias=AliasChoices("SHOTWRIGHT_DATABASE_URL", "DATABASE_URL"),
        description="A PostgreSQL server; without it one is started in the data folder.",
    )
    files_url: str | None = Field(
        None,
        validation_alias=AliasChoices("SHOTWRIGHT_FILES_URL", "FILES_URL"),
        description="Where files are kept: a folder, s3://, gs:// or az://; by default the data folder.",
    )
    public_url: str | None = Field(
        None, description="The server's own address in answers; by default the one the client used."
    )
    keys: str = Field(
        "",
        description="Accepted API keys, separated by commas; `shotwright keys` makes better ones. Neither: any key and none, on loopback only.",
    )
    engine: str = Field("draft", description="The engine that renders when a request names none.")
    strict_submit: bool = Field(default=False, description="Answer 422 at submit instead of at the result.")
    recipes: bool = Field(
        default=True,
        description="Write into every clip the request that made it, so that dropping the file on the playground restores the form.",
    )
    allow_private_media: bool = Field(default=False, description="Let media come from private and loopback addresses.")
    max_body_mb: int = Field(300, ge=1, description="Largest request body that is read, in MB (data URIs count).")
    postgres_user: str = Field(
        "nobody", description="System user of the embedded database when the server runs as root."
    )
    tls: bool = Field(default=False, description="Serve https with a certificate of our own local authority.")
    keep_results_days: float = Field(
        0,
        ge=0,
        description="Delete inputs, results and logs so many days after a request ended; 0 keeps them. Costs stay.",
    )
    keep_uploads_days: float = Field(
        0, ge=0, description="Delete uploads after so many days, unless their uploader chose a time; 0 keeps them."
    )
    prices: str = Field(
        "",
        description="What a second costs on your engines, in US dollars: `diffusion=0.02,remote=0.05`; `kling` is the paid price. Engines of your own are free by default.",
    )
    daily_budget_usd: Decimal | None = Field(
        None, ge=0, description="What a key may spend a day unless it has a budget of its own; empty: no bound."
    )
    concurrency_per_key: int = Field(
        0, ge=0, description="Renders at once for one key; others of it wait. 0: no bound."
    )
    private_webhooks: Literal["auto", "allow", "refuse"] = Field(
        "auto",
        description="Webhooks to private and loopback addresses; auto allows them while the server needs no keys.",
    )
    webhook_pause_factor: float = Field(
        1.0, ge=0, description="Multiplies the pauses between attempts to deliver a webhook; smaller ones suit tests."
    )
    eachlabs_creates_per_minute: int = Field(
        100, ge=0, description="Creates a minute for one key on EachLabs' wire; 0: no bound."
    )
    eachlabs_in_flight: int = Field(
        10, ge=0, description="Unfinished predictions for one key on EachLabs' wire; 0: no bound."
    )
    eachlabs_own_files: bool = Field(
        default=True, description="Let EachLabs' wire read this server's own files, whatever its address."
    )
    eachlabs_status_words: Literal["compat", "2026", "2025"] = Field(
        "compat", description="Words for EachLabs' states: compat says starting and error; 2026 created; 2025 failed."
    )
    eachlabs_error_style: Literal["seed", "2026"] = Field(
        "seed", description="EachLabs' error body: seed has status, message, details and error; 2026 a numeric status."
    )
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
    confirm_above_usd: Decimal | None = Field(
        None, ge=0, description="A request that costs more needs the header X-Shotwright-Confirm-Usd; empty: none does."
    )
    recordings: Path | None = Field(None, description="Folder of recorded answers; by default in the data folder.")
    remote_servers: str = Field(
        "",
        description="Servers behind the engine `remote`: `sglang=http://gpu1:30010,vllm=http://gpu2:8000`; empty keeps it off.",
    )
    remote_key: SecretStr = Field(SecretStr(""), description="A bearer key of those servers, where they want one.")
    remote_timeout_s: float = Field(3600, gt=0, description="How long a render of those servers may take.")
    enhancer_url: str = Field(
        "",
        description="A vision model that rewrites prompts for `diffusion` and `remote`: its OpenAI-compatible address, such as `http://gpu1:8000/v1`.",
    )
    enhancer_model: str = Field("", description="The name of that model.")
    enhancer_key: SecretStr = Field(SecretStr(""), description="A bearer key of that address, where it wants one.")
    diffusion_bernini: str = Field(
        "",
        description="Weights of the adapter bernini (a `WanPipeline` folder): a folder, or `owner/name@revision` that was downloaded.",
    )
    diffusion_vace: str = Field("", description="Weights of the adapter vace (a `WanVACEPipeline` folder), likewise.")
    diffusion_device: str = Field(
        "cuda", description="Where the diffusion engine computes: cuda, cuda:1, or cpu for trials."
    )
    diffusion_profile: Literal["fast", "standard", "best"] = Field(
        "standard", description="8 steps without guidance (with a distilled LoRA), 40 or 50 steps with it."
    )
    diffusion_lora: str = Field("", description="A distilled LoRA for the profile fast: a file.")
    diffusion_steps: int = Field(0, ge=0, le=200, description="Steps instead of the profile's; 0: the profile's.")
    diffusion_pixels: int = Field(0, ge=0, description="A smaller canvas for smaller cards, in pixels; 0: the tier's.")
    diffusion_window: int = Field(81, ge=17, le=161, description="Frames that are denoised at once.")
    diffusion_attention: str = Field(
        "", description="Attention backend of diffusers, such as `_native_cudnn`; empty: its own choice."
    )
    diffusion_compile: bool = Field(
        default=False, description="Compile the repeated blocks: minutes at the first shot, faster ones after."
    )
    diffusion_fp8: bool = Field(
        default=False,
        description="Keep the transformers' weights in 8 bits: half their memory, some speed and precision.",
    )
    diffusion_routes: str = Field("", description="Which adapter a task takes: `edit=bernini,reference_to_video=vace`.")
    weights_cache: Path | None = Field(None, description="Folder of downloaded weights; by default in the data folder.")
    log_level: str = Field("warning", description="debug, info, warning or error.")

    @field_validator("remote_servers")
    @classmethod
    def _check_servers(cls, value: str) -> str:
        for item in filter(None, (part.strip() for part in value.split(","))):
            dialect, _, url = item.partition("=")
            if dialect.strip() not in {"sglang", "vllm"} or not _is_url(url.strip()):
                raise ValueError(f'write sglang=http://host:port or vllm=http://host:port, not "{item}"')
        return value

    @field_validator("enhancer_url")
    @classmethod
    def _check_enhancer(cls, value: str) -> str:
        if value and not _is_url(value):
            raise ValueError(f'write http://host:port/v1, not "{value}"')
        return value

    @field_validator("remote_key", "enhancer_key", "upstream_key")
    @classmethod
    def _check_key(cls, value: SecretStr) -> SecretStr:
        key = value.get_secret_value().strip()
        if not (key.isascii() and key.isprintable()):
            raise ValueError("a key is printable ASCII")
        return SecretStr(key)

    @field_validator("diffusion_routes")
    @classmethod
    def _check_routes(cls, value: str) -> str:
        for item in filter(None, (part.strip() for part in value.split(","))):
            task, _, adapter = (part.strip() for part in item.partition("="))
            if task not in TASKS or adapter not in {"bernini", "vace"}:
                raise ValueError(f'write task=adapter, such as edit=vace, not "{item}"; tasks: {", ".join(TASKS)}')
        return value

    @field_validator("prices")
    @classmethod
    def _check_prices(cls, value: str) -> str:
        for item in filter(None, (part.strip() for part in value.split(","))):
            engine, _, price = item.partition("=")
            if not engine or not (price == "kling" or price.replace(".", "", 1).isdigit()):
                raise ValueError(f'write engine=price, such as diffusion=0.02 or draft=kling, not "{item}"')
        return value

    @property
    def engine_prices(self) -> dict[str, str]:
        """Engine to US dollars a second, or to "kling"."""
        pairs = (item.partition("=") for item in self.prices.split(",") if item.strip())
        replayed = {"upstream": "0"} if self.upstream_mode.startswith("replay") else {}
        return replayed | {name.strip(): price.strip() for name, _, price in pairs}

    @property
    def accepted_keys(self) -> frozenset[str]:
        """The configured keys."""
        return frozenset(key.strip() for key in self.keys.split(",") if key.strip())

    @property
    def diffusion_weights(self) -> dict[str, str]:
        """Adapter to its weights, of those that have any."""
        given = {"bernini": self.diffusion_bernini.strip(), "vace": self.diffusion_vace.strip()}
        return {name: text for name, text in given.items() if text}

    @property
    def diffusion_pins(self) -> dict[str, str]:
        """Task to adapter."""
        pairs = (item.partition("=") for item in self.diffusion_routes.split(",") if item.strip())
        return {name.strip(): adapter.strip() for name, _, adapter in pairs}

    @property
    def weights_folder(self) -> Path:
        """Folder of downloaded weights."""
        return self.weights_cache or self.data / "weights"

    @property
    def recordings_folder(self) -> Path:
        """Folder of what the paid service answered."""
        return self.recordings or self.data / "recordings"

    @property
    def cache(self) -> Path:
        """Folder of results that can be made again."""
        return self.data / "cache"

    def files(self) -> str:
        """URL or folder of the file store."""
        return self.files_url or str(self.data / "files")
