"""What the look of a plan asks for, out of the tables: its grade, its key light."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from shotwright.engines.draft.grade import DARKEST, NEUTRAL, Grade
from shotwright.engines.draft.looks.lights import LIGHTS
from shotwright.engines.draft.looks.styles import MOODS, STYLES
from shotwright.engines.draft.looks.times import TIMES, Sun
from shotwright.engines.draft.looks.weathers import WEATHERS

if TYPE_CHECKING:
    from shotwright.core.plan import Look


def grade_of(look: Look) -> Grade:
    """The grade that a plan's look asks for; looks add up."""
    rows = (
        TIMES.get(look.time_of_day or ""), WEATHERS.get(look.weather or ""), LIGHTS.get(look.lighting or ""), STYLES.get(look.style or ""),
    )  # fmt: skip
    time, weather, light, style = (row.grade if row else NEUTRAL for row in rows)
    total = NEUTRAL
    for grade in (time, weather, light, MOODS.get(look.mood or "", NEUTRAL), style):
        total = total.plus(grade)
    return replace(total, stops=max(total.stops, DARKEST))


def sun_of(look: Look) -> Sun:
    """The key light that a look asks for."""
    name = look.time_of_day or ("night" if look.lighting == "moonlight" else "day")
    light, weather = LIGHTS.get(look.lighting or ""), WEATHERS.get(look.weather or "")
    sun = replace(TIMES.get(name, TIMES["day"]).sun, **(light.key if light else {}))  # type: ignore[arg-type]  # floats by name
    if weather and weather.is_dull:
        sun = replace(sun, shadow=0.3 * sun.shadow, glow=0.2 * sun.glow, disc_deg=0.0)
    return replace(sun, colour=light.rim) if light and light.rim else sun
