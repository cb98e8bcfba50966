"""The engines of an installation: a list of specs, held against the settings.

The engine processes import this alone, and with it no web server. Heavy libraries load with their engine.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from shotwright.engines.base import Lazy
from shotwright.engines.diffusion.spec import SPEC as DIFFUSION
from shotwright.engines.draft.spec import SPEC as DRAFT
from shotwright.engines.remote.spec import SPEC as REMOTE
from shotwright.engines.spec import Building, EngineInfo, EngineSpec
from shotwright.engines.testcard.spec import SPEC as TESTCARD
from shotwright.engines.upstream.spec import SPEC as UPSTREAM
from shotwright.settings import Settings

if TYPE_CHECKING:
    from shotwright.engines.base import Engine

ENGINES: tuple[EngineSpec, ...] = (DRAFT, DIFFUSION, REMOTE, UPSTREAM, TESTCARD)
"""In the order in which pages show them. Deleting an engine is deleting its folder and its name here."""


def engine_infos(settings: Settings) -> dict[str, EngineInfo]:
    """What this server renders on; nothing heavy is imported.

    Raises:
        pydantic.ValidationError: A setting of an engine is wrong.
    """
    return {spec.name: _info(spec, settings) for spec in ENGINES}


def _info(spec: EngineSpec, settings: Settings) -> EngineInfo:
    own = spec.settings()
    status = spec.status(own, settings.data)
    return EngineInfo(
        spec.name, spec.title, spec.summary, spec.needs, status.problem, status.is_off, spec.is_draft, spec.tasks,
        settings.engine_prices.get(spec.name, spec.price(own)), spec.daily_budget_usd(own), spec.cancel_grace_s,
        float(settings.engine_deadlines.get(spec.name, spec.deadline_s(own))), spec.is_heavy, spec.stages, spec.foresee,
        spec.follows_control,
    )  # fmt: skip


def build_engines(settings: Settings | None = None) -> dict[str, Engine]:
    """The engines that can render here, by name; called in the engine processes, which alone import them."""
    settings = settings or Settings()
    engines: dict[str, Engine] = {}
    drafter: Engine | None = None
    for spec in ENGINES:
        own = spec.settings()
        if spec.status(own, settings.data).problem:
            continue
        make = functools.partial(spec.build, Building(own, settings.data, drafter))
        engines[spec.name] = Lazy(spec.name, make) if spec.is_heavy else make()
        drafter = engines[spec.name] if spec.is_draft else drafter
    return engines
