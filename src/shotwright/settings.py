"""Every setting, read from the environment as `SHOTWRIGHT_*`; `DATABASE_URL` and `FILES_URL` are understood as well.

An engine has settings of its own, in its folder.
"""

from __future__ import annotations

import os
from decimal import Decimal
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import platformdirs
from pydantic import AliasChoices, Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

SYSTEM_DATA = Path("/var/lib/shotwright")
DEFAULT_ENGINE = "draft"


def is_http_url(text: str) -> bool:
    """Whether a text is an http address with a host and, if any, a port that can be."""
    try:
        parts = urlsplit(text)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and text.isascii() and parts.port != 0
    except ValueError:
        return False


def listed(text: str) -> list[str]:
    """The items of a list that is written with commas."""
    return [item.strip() for item in text.split(",") if item.strip()]


def _pairs(text: str) -> dict[str, str]:
    """`a=1,b=2` as a table."""
    found = (item.partition("=") for item in listed(text))
    return {name.strip(): value.strip() for name, _, value in found}


def _is_number(text: str) -> bool:
    return text.isascii() and text.replace(".", "", 1).isdigit()


def plain_key(value: SecretStr) -> SecretStr:
    """A key without the white space around it.

    Raises:
        ValueError: It is not printable ASCII, so that no header can carry it.
    """
    key = value.get_secret_value().strip()
    if not (key.isascii() and key.isprintable()):
        raise ValueError("a key is printable ASCII")
    return SecretStr(key)


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
    engine: str = Field(DEFAULT_ENGINE, description="The engine that renders when a request names none.")
    strict_submit: bool = Field(default=False, description="Answer 422 at submit instead of at the result.")
    recipes: bool = Field(
        default=True,
        description="Write into every clip the request that made it, so that dropping the file on the playground restores the form.",
    )
    allow_private_media: bool = Field(default=False, description="Let media come from private and loopback addresses.")
    faults: bool = Field(
        default=False,
        description="Obey X-Shotwright-Fault: faults on demand, for the tests of applications. Never in production.",
    )
    max_body_mb: int = Field(300, ge=1, description="Largest request body that is read, in MB (data URIs count).")
    max_connections: int = Field(
        0,
        ge=0,
        description="Connections at once; further ones get a 503. 0: as many as the process's descriptors allow.",
    )
    upload_max_mb: int = Field(1024, ge=1, description="Largest file that is taken as an upload, in MB.")
    upload_max_parts: int = Field(1000, ge=1, le=6000, description="Most parts of an upload in parts.")
    uploads_open_per_key: int = Field(100, ge=1, description="Unfinished uploads in parts for one key.")
    engine_memory_mb: int = Field(
        6144,
        ge=0,
        description="Memory of one engine process, in MB; engines that load a model are not bound. 0: no bound.",
    )
    engine_silence_s: float = Field(
        60.0,
        gt=0,
        description="An engine process that says nothing for so many seconds is ended, and its request tried again.",
    )
    deadlines: str = Field(
        "", description="Seconds that a render may take on an engine before it is ended: `draft=600,diffusion=7200`."
    )
    request_patience_s: float = Field(
        45.0,
        gt=0,
        description="A running request that its worker has not confirmed for so many seconds goes back to the queue.",
    )
    reader_url: str = Field(
        "",
        description="A language model that reads prompts into plans: its OpenAI-compatible address, such as `http://gpu1:8000/v1`. Without one, and whenever it fails, the built-in reader reads.",
    )
    reader_model: str = Field("", description="The name of that model.")
    reader_key: SecretStr = Field(SecretStr(""), description="A bearer key of that address, where it wants one.")
    postgres_user: str = Field(
        "nobody", description="System user of the embedded database when the server runs as root."
    )
    tls: bool = Field(default=False, description="Serve https with a certificate of our own local authority.")
    keep_results_days: float = Field(
        0,
        ge=0,
        description="Delete inputs, results and logs so many days after a request ended; 0 keeps them. Costs stay.",
    )
    keep_history_days: float = Field(
        0,
        ge=0,
        description="Delete everything about a request, its row and what it cost too, so many days after it ended; 0 keeps it.",
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
    confirm_above_usd: Decimal | None = Field(
        None, ge=0, description="A request that costs more needs the header X-Shotwright-Confirm-Usd; empty: none does."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "warning", description="debug, info, warning or error; info tells the start and the end of every render."
    )
    log_format: Literal["plain", "json"] = Field(
        "plain", description="plain, or json: an object a line with time, level, logger, message and request_id."
    )

    @field_validator("reader_url")
    @classmethod
    def _check_reader(cls, value: str) -> str:
        if value and not is_http_url(value):
            raise ValueError(f'write http://host:port/v1, not "{value}"')
        return value

    _check_reader_key = field_validator("reader_key")(plain_key)

    @field_validator("prices")
    @classmethod
    def _check_prices(cls, value: str) -> str:
        for item in listed(value):
            engine, _, price = item.partition("=")
            if not engine or not (price == "kling" or _is_number(price)):
                raise ValueError(f'write engine=price, such as diffusion=0.02 or draft=kling, not "{item}"')
        return value

    @field_validator("deadlines")
    @classmethod
    def _check_deadlines(cls, value: str) -> str:
        for item in listed(value):
            engine, _, seconds = item.partition("=")
            if not engine or not _is_number(seconds) or float(seconds) <= 0:
                raise ValueError(f'write engine=seconds, such as draft=600, not "{item}"')
        return value

    @property
    def engine_prices(self) -> dict[str, str]:
        """The operator's prices: engine to US dollars a second, or to "kling"."""
        return _pairs(self.prices)

    @property
    def engine_deadlines(self) -> dict[str, str]:
        """The operator's deadlines: engine to seconds."""
        return _pairs(self.deadlines)

    @property
    def accepted_keys(self) -> frozenset[str]:
        """The configured keys."""
        return frozenset(listed(self.keys))

    @property
    def cache(self) -> Path:
        """Folder of results that can be made again."""
        return self.data / "cache"

    def files(self) -> str:
        """URL or folder of the file store."""
        return self.files_url or str(self.data / "files")
