"""The page of an evaluation: for each clip a contact sheet, the camera's way asked and measured, and a gauge per metric.

A report is a folder: `index.html`, one JPEG per clip, `results.json`. It needs nothing from elsewhere.
"""

from __future__ import annotations

import html
import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from shotwright.media.images import save_jpeg

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from shotwright.evaluation.metrics import Measurements
    from shotwright.evaluation.result import Result
    from shotwright.media.colour import FrameRGB

SHEET_FRAMES, SHEET_PX, GAP = 6, 200, 3
PLOT = (560, 150)
AXES = (("right", "#2d7dd2", 0), ("down", "#97cc04", 1), ("scale", "#f45d01", 2), ("roll", "#8e44ad", 3))


@dataclass(frozen=True)
class Entry:
    """One clip of a report."""

    name: str
    prompt: str
    results: list[Result]
    measured: Measurements

    @property
    def has_passed(self) -> bool:
        """Whether no gate was failed."""
        return all(result.passed is not False for result in self.results)


def contact_sheet(frames: NDArray[np.uint8], count: int = SHEET_FRAMES) -> FrameRGB:
    """Frames spread over a clip, side by side: uint8 (h, w, 3) sRGB."""
    marks = np.linspace(0, len(frames) - 1, count).round().astype(int)
    height, width = frames.shape[1:3]
    wide = SHEET_PX if width >= height else round(SHEET_PX * 0.6)
    small = [cv2.resize(frames[i], (wide, round(wide * height / width)), interpolation=cv2.INTER_AREA) for i in marks]
    gap = np.full((small[0].shape[0], GAP, 3), 255, np.uint8)
    return np.asarray(np.hstack([part for frame in small for part in (frame, gap)][:-1]), np.uint8)


def write_report(folder: Path, entries: Sequence[Entry], title: str) -> Path:
    """Write a report.

    Returns:
        The page.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for entry in entries:
        save_jpeg(contact_sheet(entry.measured.sample.small), folder / f"{entry.name}.jpg", 82)
    data = [
        {"name": e.name, "prompt": e.prompt, "passed": e.has_passed, "results": [asdict(r) for r in e.results]}
        for e in entries
    ]
    (folder / "results.json").write_text(json.dumps(data, indent=1) + "\n")
    page = folder / "index.html"
    page.write_text(_page(entries, title))
    return page


def _page(entries: Sequence[Entry], title: str) -> str:
    failed = sum(not entry.has_passed for entry in entries)
    summary = f"{len(entries)} clips, " + (f"{failed} with a failed gate" if failed else "every gate passed")
    links = " ".join(f'<a class="{"ok" if e.has_passed else "bad"}" href="#{e.name}">{e.name}</a>' for e in entries)
    body = "\n".join(_section(entry) for entry in entries)
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{html.escape(title)}</title>
<style>{_STYLE}</style></head><body><h1>{html.escape(title)}</h1><p>{summary}.</p><nav>{links}</nav>
{body}
</body></html>
"""


_STYLE = """
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { max-width: 1240px; margin: 2rem auto; padding: 0 1rem; }
img { width: 100%; height: auto; border-radius: 4px; }
nav a { display: inline-block; margin: 0 .3em .3em 0; padding: .1em .5em; border-radius: 3px; text-decoration: none; border: 1px solid; }
.ok { color: #1a7f37; } .bad { color: #cf222e; } .info { color: #6e7781; }
section { border-top: 1px solid #8884; padding: 1rem 0; } h2 { margin: 0; font-size: 1.1rem; } .prompt { margin: .2rem 0 .6rem; }
.row { display: flex; flex-wrap: wrap; gap: 1.5rem; } table { border-collapse: collapse; } td { padding: .1rem .6rem .1rem 0; vertical-align: top; }
svg text { font: 11px system-ui, sans-serif; fill: currentColor; }
"""


def _section(entry: Entry) -> str:
    rows = "".join(
        f"<tr><td>{r.metric}</td><td>{html.escape(r.name)}</td><td>{html.escape(r.value)}</td><td>{html.escape(r.gate)}</td><td>{_mark(r)}</td></tr>"
        for r in entry.results
    )
    moves = "".join(
        f"<li class='{'ok' if c.is_shown else 'bad'}'>{c.name.replace('_', ' ')}: {html.escape(c.measured)}</li>"
        for c in entry.measured.moves
    )
    return (
        f'<section id="{entry.name}"><h2>{entry.name}</h2><p class="prompt">{html.escape(entry.prompt)}</p>'
        f'<img src="{entry.name}.jpg" alt="frames of {entry.name}"><div class="row"><table>{rows}</table>'
        f"<div>{_plot(entry.measured)}{_top_view(entry.measured)}<ul>{moves}</ul></div></div></section>"
    )


def _mark(result: Result) -> str:
    words = {True: ("ok", "passed"), False: ("bad", "failed"), None: ("info", "reported")}
    kind, word = words[result.passed]
    return f'<span class="{kind}">{word}</span>'


def _plot(measured: Measurements) -> str:
    """Measured shift, scale and roll over time; the moves that were asked for as bands."""
    width, height = PLOT
    path = (
        np.vstack([np.zeros((1, 4)), np.cumsum(measured.path.steps, axis=0)])
        if len(measured.path.steps)
        else np.zeros((2, 4))
    )
    top = max(0.05, float(np.abs(path).max()))
    seconds = measured.case.plan.duration_s
    bands = "".join(
        f'<rect x="{width * m.start_s / seconds:.1f}" y="0" width="{width * (m.end_s - m.start_s) / seconds:.1f}" height="{height}" fill="#8881" stroke="#8884"/>'
        f'<text x="{width * m.start_s / seconds + 4:.1f}" y="{14 + 13 * (i % 3)}">{m.move.replace("_", " ")}</text>'
        for i, m in enumerate(measured.case.plan.camera)
    )
    x = np.linspace(0, width, len(path))
    lines = "".join(
        f'<polyline fill="none" stroke="{colour}" stroke-width="1.5" points="{" ".join(f"{a:.1f},{height / 2 - b / top * height * 0.46:.1f}" for a, b in zip(x, path[:, axis], strict=True))}"/>'
        f'<text x="{8 + 70 * axis}" y="{height - 6}" style="fill:{colour}">{name}</text>'
        for name, colour, axis in AXES
    )
    return f'<svg viewBox="0 0 {width} {height}" width="{width}" role="img" aria-label="camera path"><line x1="0" x2="{width}" y1="{height / 2}" y2="{height / 2}" stroke="#8886"/>{bands}{lines}</svg>'


def _top_view(measured: Measurements) -> str:
    """The engine's own path from above, where it is known: start green, end red."""
    poses = measured.case.path
    if not poses:
        return ""
    x, z = np.array([p.x for p in poses]), np.array([p.z for p in poses])
    reach = max(0.5, float(np.ptp(x)), float(np.ptp(z)))
    px, py = 20 + 110 * (x - x.min()) / reach, 130 - 110 * (z - z.min()) / reach
    line = " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(px, py, strict=True))
    arrows = "".join(
        f'<line x1="{px[i]:.1f}" y1="{py[i]:.1f}" x2="{px[i] + 12 * np.sin(poses[i].yaw):.1f}" y2="{py[i] - 12 * np.cos(poses[i].yaw):.1f}" stroke="#8889"/>'
        for i in range(0, len(poses), max(1, len(poses) // 8))
    )
    return (
        f'<svg viewBox="0 0 150 150" width="150" role="img" aria-label="path from above">{arrows}<polyline fill="none" stroke="#2d7dd2" stroke-width="2" points="{line}"/>'
        f'<circle cx="{px[0]:.1f}" cy="{py[0]:.1f}" r="4" fill="#1a7f37"/><circle cx="{px[-1]:.1f}" cy="{py[-1]:.1f}" r="4" fill="#cf222e"/>'
        f'<text x="4" y="146">{reach:.1f} m from above</text></svg>'
    )
