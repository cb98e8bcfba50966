"""How an engine describes itself: one `EngineSpec` in each engine's folder, listed in `wiring.ENGINES`.

Everything that the server says or decides about an engine (pages, prices, grace for cancelling, settings) is read from here;
no other room knows an engine's name. A spec imports nothing heavy: the engine is made by `build`, in the engine processes alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shotwright.core.catalog import TASKS
from shotwright.engines.settings import EngineSettings

if TYPE_CHECKING:
    from collections.abc import Callable
    from decimal import Decimal
    from pathlib import Path

    from shotwright.core.plan import ShotPlan
    from shotwright.engines.base import Engine

ALL_TASKS = frozenset(TASKS)
STAGES = {
    "fetch": "Media", "plan": "Plan", "load": "Model", "analyse": "Analyse", "prepare": "Prepare", "remote": "Server", "upstream": "Paid model",
    "denoise": "Denoise", "render": "Render", "passes": "Passes", "download": "Download", "deliver": "Deliver", "encode": "File",
}  # fmt: skip
"""What `Progress` may be told is being done, in order, and what pages call it."""
KLING_PRICE = "kling"
"""The documented price of the paid service, instead of a number."""


@dataclass(frozen=True)
class Status:
    """Whether an engine can render here.

    Attributes:
        problem: Why it cannot at present; empty when it can.
        is_off: The problem is only that nobody switched it on.
    """

    problem: str = ""
    is_off: bool = False


@dataclass(frozen=True)
class Building:
    """What an engine is made from.

    Attributes:
        settings: Its own settings.
        data: The server's data folder.
        drafter: An engine that draws what another one cannot; None while that one is made itself.
    """

    settings: Any
    data: Path
    drafter: Engine | None = None


@dataclass(frozen=True)
class EngineSpec:
    """What the server knows of an engine without loading it.

    Attributes:
        name: What requests call it.
        title: One line for people.
        summary: What it is good for.
        needs: What it takes to run.
        build: Makes it; called in the engine processes.
        settings: Its own settings.
        status: Whether it can render, from its settings and the data folder.
        tasks: What it can render.
        is_free: Whether it costs nothing unless the operator sets a price.
        is_draft: Whether its clips are drafts, to be promoted to another engine.
        is_heavy: Whether it is made at its first use.
        cancel_grace_s: How long it may take to stop before its process is ended.
        deadline_s: How long, with these settings, a render may take before it is ended; the operator may set another time.
        stages: The stages that every render of it passes.
        replays: Whether, with these settings, it answers from recordings and so costs nothing.
        daily_budget_usd: What it may cost a day, all keys together; None: no bound.
        foresee: What it will not show of a plan, in sentences, told without any media.
        follows_control: Whether it gives a clip the geometry of `control_video_url`.
    """

    name: str
    title: str
    summary: str
    needs: str
    build: Callable[[Building], Engine]
    settings: type[EngineSettings] = EngineSettings
    status: Callable[[Any, Path], Status] = lambda _settings, _data: Status()
    tasks: frozenset[str] = ALL_TASKS
    is_free: bool = True
    is_draft: bool = False
    is_heavy: bool = False
    cancel_grace_s: float = 12.0
    deadline_s: Callable[[Any], float] = lambda _settings: 1800.0
    stages: tuple[str, ...] = ("fetch", "render", "encode")
    replays: Callable[[Any], bool] = lambda _settings: False
    daily_budget_usd: Callable[[Any], Decimal | None] = lambda _settings: None
    foresee: Callable[[ShotPlan], list[str]] = lambda _plan: []
    follows_control: bool = False

    def price(self, settings: EngineSettings) -> str:
        """US dollars a second, or `KLING_PRICE`, unless the operator set another."""
        return "0" if self.is_free or self.replays(settings) else KLING_PRICE


@dataclass(frozen=True)
class EngineInfo:
    """An engine as this server has it: its spec, held against the settings."""

    name: str
    title: str
    summary: str
    needs: str
    problem: str = ""
    is_off: bool = False
    is_draft: bool = False
    tasks: frozenset[str] = ALL_TASKS
    price: str = "0"  #: US dollars a second, or "kling" for the documented price of the paid service.
    daily_budget_usd: Decimal | None = None
    cancel_grace_s: float = 12.0
    deadline_s: float = 1800.0
    is_heavy: bool = False  #: It loads a model, and keeps it.
    stages: tuple[str, ...] = ()
    foresee: Callable[[ShotPlan], list[str]] = lambda _plan: []
    follows_control: bool = False

    @property
    def is_ready(self) -> bool:
        """Whether requests may name it."""
        return not self.problem
