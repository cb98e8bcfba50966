"""A film for other programs: OpenTimelineIO and CMX 3600 through the OpenTimelineIO library, a shot list as CSV."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from shotwright.core.errors import FeatureNotSupported

if TYPE_CHECKING:
    from collections.abc import Sequence
    from fractions import Fraction

MISSING = "Timelines need the OpenTimelineIO library, which has no wheel for this Python yet. Use Python 3.11 to 3.13."
REEL = 8
"""Characters of a reel's name in an EDL."""


@dataclass(frozen=True)
class TimelineShot:
    """A shot of a timeline.

    Attributes:
        name: Of the shot.
        url: Of its clip: an address or a path.
        frames: Its length in frames of the timeline.
        facts: What goes with it: note, prompt, camera, lens, status, request.
    """

    name: str
    url: str
    frames: int
    facts: dict[str, Any] = field(default_factory=dict)


def to_otio(name: str, shots: Sequence[TimelineShot], fps: Fraction) -> str:
    """A timeline with one track of clips, as OpenTimelineIO's JSON.

    Raises:
        FeatureNotSupported: The library is not there.
    """
    otio = _library()
    return str(otio.adapters.write_to_string(_timeline(name, shots, fps), "otio_json"))


def to_edl(name: str, shots: Sequence[TimelineShot], fps: Fraction) -> str:
    """An edit decision list in the form CMX 3600.

    Raises:
        FeatureNotSupported: The library is not there.
    """
    otio = _library()
    timeline = _timeline(name, shots, fps)
    return str(otio.adapters.write_to_string(timeline, "cmx_3600", rate=round(fps), reelname_len=REEL))


def _library() -> Any:  # noqa: ANN401  (a module without types)
    try:
        import opentimelineio
    except ImportError as exc:
        raise FeatureNotSupported(MISSING) from exc
    return opentimelineio


def _timeline(name: str, shots: Sequence[TimelineShot], fps: Fraction) -> Any:  # noqa: ANN401  (as above)
    otio = _library()
    rate = float(fps)
    track = otio.schema.Track(name="V1", kind=otio.schema.TrackKind.Video)
    for shot in shots:
        whole = otio.opentime.TimeRange(
            otio.opentime.RationalTime(0, rate), otio.opentime.RationalTime(shot.frames, rate)
        )
        media = otio.schema.ExternalReference(target_url=shot.url, available_range=whole)
        facts = {"shotwright": shot.facts, "cmx_3600": {"reel": re.sub(r"\W", "", shot.name)[:REEL] or "AX"}}
        track.append(otio.schema.Clip(name=shot.name, media_reference=media, source_range=whole, metadata=facts))
    timeline = otio.schema.Timeline(name=name, global_start_time=otio.opentime.RationalTime(0, rate))
    timeline.tracks.append(track)
    return timeline


COLUMNS = ("shot", "status", "seconds", "prompt", "camera", "lens", "note", "tags", "take", "engine", "request")


def to_csv(rows: Sequence[dict[str, Any]]) -> str:
    """A shot list: a row for each shot. Cells that a spreadsheet would take for a formula are quoted."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, extrasaction="ignore")
    writer.writeheader()
    writer.writerows({name: _cell(row.get(name, "")) for name in COLUMNS} for row in rows)
    return text.getvalue()


def _cell(value: object) -> object:
    """A value that is no formula. Source: OWASP, CSV injection."""
    return f"'{value}" if isinstance(value, str) and value[:1] in {"=", "+", "-", "@", "\t", "\r"} else value
