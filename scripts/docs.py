"""`make docs`: writes the pages that are made from tables (endpoints, settings, errors, states). A test keeps them current."""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path

from scripts.looks import TABLES as LOOKS
from shotwright.core import errors
from shotwright.core.catalog import CANVAS, ENDPOINTS, IMAGE, PROMPT_LIMIT, VIDEO, Endpoint, Field
from shotwright.core.limits import ELEMENT_VIEWS_MAX, MB, REDUCED_MAX_PX, WHOLE_MAX_PX
from shotwright.core.prompt import vocabulary as v
from shotwright.core.prompt.phrases import PhraseTable
from shotwright.jobs.states import MAX_ATTEMPTS, TRANSITIONS, State
from shotwright.settings import Settings
from shotwright.wiring import ENGINES

PROMPT_INTRO = """A prompt becomes a shot plan: `shotwright plan "..."` shows it, with the words that caused each item, and lists the words
that caused nothing. Nothing is guessed silently: what cannot be bound is a warning.

- **References**: `@Image1`, `@image_1`, `<<<image_1>>>`, `@Element1`, `@Video1`, numbered from one in the order of the request. Names such
  as `@Girl` stand for the elements in the order of their first use. "The reference image" and "image 2" are understood as well.
- **What a reference is for** is read from the words around it: "as the start frame", "in the style of", "the gym of @Image1" (place), "wears
  the coat from" (clothing), "carries the lamp from" (prop), "burns with the fire from" (effect); or from a label: `Prop: @Image1`.
- **Order and time**: moves tile the clip in the order in which they happen ("first", "then", "ends with", "before ..., ..."); slow moves
  get more of it, fast ones less; "while" lets two run at once.
- **Scenes** are read by syntax: nouns become entities with their colours, counts and materials, or the place; verbs become actions of
  their subjects, one after the other unless "while" or "as" joins them; prepositions become relations and ways ("from left to right", "toward
  the camera", "onto the chair"). A reference belongs to the head of its phrase: "a woman in a yellow raincoat (@Element1)" is the woman. Pronouns
  and later mentions find theirs. What a word becomes: `shotwright words schooner`, or `GET /words/schooner`.
- **Cuts**: "then cut to", "Shot 2:", "0-2s:", "3s:"; each shot has its own seconds, framing and actions.
- **The trade's words**: ECU, CU, MCU, MS, MLS, WS, EWS, OTS, POV, insert, two-shot, worm's-eye view.
- **Every content word is read or named.** What stands in no item of the plan is listed in `unread`, with the reason; pages underline it.
- **Negations** ("do not", "without", "instead of", "no ...") and what is to be kept never become operations.
- Phrases are listed in dictionary form; `…` stands for up to two words. The tables are TOML files in
  `src/shotwright/core/prompt/words/`: adding a synonym is adding a phrase.
"""
CAMERA_INTRO = """Besides these phrases any verb of travel with a direction counts where the camera is what travels: "the lens glides forward", "we drift
past". A phrase that also moves things ("rises", "follows") counts only when the camera is its subject. Each strip shows "The camera:
(first phrase)" over three seconds, as the draft engine renders it.
"""
PROMPT_TABLES = (
    ("Shot sizes", "How much of the subject the frame takes.", v.SIZES), ("Angles", "Where the camera stands.", v.ANGLES),
    ("Speeds", "How fast a move goes, and how much of the clip it gets.", v.SPEEDS),
    ("Edit verbs", "The verb chooses a reading; what it is applied to decides the operation.", v.EDIT_VERBS),
    ("What an edit is about", "By the noun that is changed.", v.OBJECTS),
    ("What is kept", "After keep, preserve, maintain, leave, same, or in a negation.", v.PRESERVES),
    ("Continuations", "How a new shot follows from the reference video.", v.CONTINUATIONS),
    ("Styles", "Looks by words.", v.STYLES), ("Lighting", "", v.LIGHTING), ("Moods", "", v.MOODS), ("Weather", "", v.WEATHERS),
    ("Times of day", "", v.TIMES), ("Depth of field", "", v.DEPTH_OF_FIELD), ("Places drawn from words", "The first counts. A `building` alone is a room; beside an open place it stands somewhere in it.", v.SETTINGS),
)  # fmt: skip
NOTE = "<!-- Made by `make docs` from the tables in src/. -->\n"


def endpoints_page() -> str:
    """docs/endpoints.md."""
    parts = [NOTE, "# Endpoints\n"]
    parts.append(
        f"Prompts have at most {PROMPT_LIMIT} characters. Output: MP4, H.264 High, yuv420p, BT.709, faststart, 24 fps.\n"
    )
    parts.append("| Tier | 16:9 | 9:16 | 1:1 |\n|---|---|---|---|")
    for tier, sizes in CANVAS.items():
        parts.append(f"| {tier} | " + " | ".join(f"{w}x{h}" for w, h in sizes.values()) + " |")
    parts.append("")
    parts += [_endpoint(endpoint) for endpoint in ENDPOINTS.values()]
    return "\n".join(parts)


def _endpoint(endpoint: Endpoint) -> str:
    lines = [f"## `{endpoint.id}`\n", f"{endpoint.title}. {endpoint.summary}\n"]
    lines.append(f"${endpoint.usd_per_second} per second on the paid service; a draft is free.\n")
    lines.append("| Input | Type | Default | Description |\n|---|---|---|---|")
    lines += [_field(field, endpoint) for field in endpoint.fields]
    return "\n".join(lines) + "\n"


def _field(field: Field, endpoint: Endpoint) -> str:
    kinds = {"prompt": "string", "video": "string (URL)", "image": "string (URL)", "images": "list of strings", "elements": "list of elements",
             "boolean": "boolean", "enum": ", ".join(f'`"{option}"`' for option in field.options)}  # fmt: skip
    limits = {"video": endpoint.video_limits.text(), "image": endpoint.image_limits.text()}.get(field.kind, "")
    default = "required" if field.required else f"`{field.default}`" if field.default not in (None, ()) else ""
    return f"| `{field.name}` | {kinds[field.kind]} | {default} | {field.description} {limits} |"


def _rows(table: PhraseTable[str]) -> list[str]:
    return [
        f"| `{name}` | " + ", ".join(phrase.replace("~", "…") for phrase in phrases) + " |"
        for name, phrases in table.rows.items()
    ]


def prompt_page() -> str:
    """docs/prompt-language.md."""
    lines = [NOTE, "# The prompt language\n", PROMPT_INTRO, "## Camera moves\n", CAMERA_INTRO]
    for name, phrases in v.CAMERA_STRONG.rows.items():
        shown = ", ".join(phrase.replace("~", "…") for phrase in phrases)
        lines += [f"### `{name}`\n", f"![{name.replace('_', ' ')}](pictures/moves/{name}.jpg)\n", shown + "\n"]
    for title, intro, table in PROMPT_TABLES:
        lines += [f"## {title}\n", intro + "\n", "| Canonical | Phrases |\n|---|---|", *_rows(table), ""]
    return "\n".join(lines)


LOOKS_INTRO = """One frame for each row of the draft engine's tables, drawn by `make docs-pictures`: the same shot in every light. The words
that choose a row are in [the prompt language](prompt-language.md).

**Add one**: a time of day, a weather, a lighting or a style is one row of its table in `engines/draft/looks/` (a style that draws as
well as grades needs a function in `looks/drawn.py`); places and effects have [a page of their own](stage.md). Its words go into
`core/prompt/words/`. Then `make docs docs-pictures`.
"""
LOOK_TITLES = {
    "time_of_day": "Times of day", "weather": "Weather", "lighting": "Light", "mood": "Moods", "style": "Looks",
    "depth_of_field": "Depth of field",
}  # fmt: skip


def looks_page() -> str:
    """docs/looks.md."""
    lines = [NOTE, "# Light, weather and looks\n", LOOKS_INTRO]
    for table, names in LOOKS.items():
        lines += [f"## {LOOK_TITLES[table]}\n", "| | | |\n|---|---|---|"]
        cells = [f"![{name}](pictures/looks/{table}-{name}.jpg)<br>{name.replace('_', ' ')}" for name in names]
        lines += ["| " + " | ".join(([*cells[i : i + 3], "", ""])[:3]) + " |" for i in range(0, len(cells), 3)]
        lines.append("")
    return "\n".join(lines)


def settings_page() -> str:
    """docs/settings.md."""
    lines = [NOTE, "# Settings\n", "Environment variables; many are options of `shotwright serve` as well.\n"]
    lines.append("| Variable | Default | Meaning |\n|---|---|---|")
    own = [spec.settings.model_fields for spec in ENGINES]
    fields = dict(Settings.model_fields)
    for more in own:
        fields |= {name: info for name, info in more.items() if name not in fields}
    for name, info in fields.items():
        other = {"database_url": " (or `DATABASE_URL`)", "files_url": " (or `FILES_URL`)"}.get(name, "")
        default = (
            "the system's data folder"
            if name == "data"
            else f"`{info.default}`"
            if info.default not in (None, "")
            else ""
        )
        lines.append(f"| `SHOTWRIGHT_{name.upper()}`{other} | {default} | {info.description} |")
    return "\n".join(lines) + "\n"


def errors_page() -> str:
    """docs/errors.md."""
    lines = [NOTE, "# Errors\n"]
    lines.append(
        'Model errors come as `{"detail": [{"loc", "msg", "type", "url", "ctx"}]}` when the result is fetched, the others as'
    )
    lines.append('`{"detail": "...", "error_type": "..."}` with the header `X-Fal-Error-Type`.')
    lines.append(
        "`url` leads to a row of this table; types of the validator (`missing`, `string_too_long`, …) lead to `schema_error`.\n"
    )
    lines.append("| Code | Type on the wire | Status | Retry | Message |\n|---|---|---|---|---|")
    seen: set[str] = set()
    for cls in errors.every_error()[1:]:
        anchors = "".join(f'<a id="{name}"></a>' for name in dict.fromkeys((cls.code(), cls.type)) if name not in seen)
        seen |= {cls.code(), cls.type}
        sentence = " ".join((cls.__doc__ or "").split())
        lines.append(
            f"| {anchors}`{cls.code()}` | `{cls.type}` | {cls.status} | {'yes' if cls.retryable else 'no'} | {sentence} |"
        )
    lines.append("\n## States of a request\n\n```")
    for state, targets in TRANSITIONS.items():
        lines.append(f"{state.value:<10} → {', '.join(sorted(target.value for target in targets)) or '(the end)'}")
    lines.append(
        f"```\n\nA request whose worker is lost goes from `{State.RUNNING}` back to `{State.QUEUED}`, up to {MAX_ATTEMPTS} attempts."
    )
    return "\n".join(lines) + "\n"


def limits_page() -> str:
    """docs/limits.md."""
    images, videos = IMAGE, VIDEO
    lines = [
        NOTE,
        "# Limits\n",
        "Checked before a render, all at once, with what was measured; the playground and `shotwright validate` check before an upload.\n",
    ]
    lines += ["| | Images | Videos |", "|---|---|---|"]
    lines.append(f"| Formats | {' '.join(images.formats)} | {' '.join(videos.formats)} |")
    lines.append(
        f"| Size | {images.max_bytes // MB} MB | {videos.max_bytes // MB} MB (EachLabs' reference model: 50 MB) |"
    )
    lines.append(
        f"| Sides | {images.min_side_px} to {images.max_side_px} px | {videos.min_side_px} to {videos.max_side_px} px |"
    )
    lines.append(
        f"| Megapixels | {WHOLE_MAX_PX // 10**6}; as JPEG, which is decoded at a fraction of its size, {REDUCED_MAX_PX // 10**6} | |"
    )
    lines.append(f"| Width / height | {images.min_ratio:g} to {images.max_ratio:g} | |")
    lines.append(f"| Length | | {videos.min_duration_s:g} to {videos.max_duration_s:g} s |")
    lines.append(f"| Frames per second | | {videos.min_fps:g} to {videos.max_fps:g} |")
    lines.append(f"| Time to download | {images.timeout_s:g} s | {videos.timeout_s:g} s |")
    lines.append(
        f"\nA prompt has at most {PROMPT_LIMIT} characters, an element one frontal picture and at most {ELEMENT_VIEWS_MAX} more views.\n"
    )
    lines += ["| Endpoint | Elements and images together | Seconds | Aspect ratios |", "|---|---|---|---|"]
    for item in ENDPOINTS.values():
        options = {field.name: field.options for field in item.fields}
        seconds = options.get("duration")
        length = f"{seconds[0]} to {seconds[-1]}" if seconds else "the video's own"
        lines.append(
            f"| `{item.id}` | {item.reference_limit} | {length} | {' '.join(options.get('aspect_ratio', ())) or 'the source' + chr(39) + 's own'} |"
        )
    return "\n".join(lines) + "\n"


def coverage_page() -> str:
    """docs/coverage.md: what the contract tests hold, read from their names."""
    lines = [
        NOTE,
        "# Coverage\n",
        "What tests hold this server to on every change, against unmodified clients and recorded shapes. A line is a test.\n",
    ]
    for path in sorted(Path("tests").glob("*/test_*.py")):
        if path.parent.name not in {"contract", "acceptance", "browser"}:
            continue
        tree = ast.parse(path.read_text())
        names = [
            node.name
            for node in tree.body
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_")
        ]
        about = (ast.get_docstring(tree) or path.stem).split("\n")[0].rstrip(".")
        lines.append(f"## {about}\n")
        lines += [f"- {_sentence(name)}" for name in names]
        lines.append("")
    return "\n".join(lines)


def _sentence(name: str) -> str:
    words = name.removeprefix("test_").replace("_", " ")
    return words[0].upper() + words[1:]


PLAN_INTRO = """A plan is what a prompt means, as data: version 2. It comes out of `shotwright plan --json`, `POST /{endpoint}/plan` and `GET
/requests/{id}/plan`, and it goes in: send it as `plan` beside the documented fields, on both wires, or with `--plan file.json`, and it is carried out
instead of reading the prompt. A plan that came out and goes in again gives the same clip, byte for byte. What is no plan is refused with the
path of each fault (`body.plan.actions[0].who`). The JSON Schema is served at `/schemas/plan.json`.

```bash
shotwright plan "A cat jumps from a shelf onto a chair" --json > plan.json     # read it, change it
shotwright run reference-to-video -p "A cat jumps from a shelf onto a chair" --plan plan.json
```

Times are seconds from the start of the clip, entities are `e1`, `e2`, ...; values that say nothing are left out. A reader of your own
(`SHOTWRIGHT_READER_URL`, any OpenAI-compatible server) may read prompts instead: its plan is held against the same schema and completed by the
built-in reader, which answers whenever it fails; the request's log says who read.
"""
_CLASS = re.compile(
    r'@dataclass\(frozen=True\)\nclass (\w+)\(Item\):\n    """(.+?)"""(.*?)(?=\n\n\n|\n    def |\Z)', re.DOTALL
)
_FIELD = re.compile(r"^    (\w+): (.+?)(?: = .+?)?\s+#: (.+)$", re.MULTILINE)
_JSON_NAMES = {"with_ref": "with", "start": "from", "end": "to"}


def plan_page() -> str:
    """docs/plan.md."""
    source = Path("src/shotwright/core/plan.py").read_text()
    source = re.sub(r"\(\n\s+default_factory=dict\n\s+\)", "()", source)
    lines = [NOTE, "# The plan", "", PLAN_INTRO]
    for name, about, body in _CLASS.findall(source):
        lines += [f"## {name}", "", about, "", "| Field | What it says |", "|---|---|"]
        lines += [
            f"| `{_JSON_NAMES.get(field, field)}` | {text.replace('|', chr(92) + '|')} |"
            for field, _, text in _FIELD.findall(body)
        ]
        lines.append("")
    return "\n".join(lines)


PAGES = {
    "plan.md": plan_page,
    "prompt-language.md": prompt_page,
    "endpoints.md": endpoints_page,
    "looks.md": looks_page,
    "settings.md": settings_page,
    "errors.md": errors_page,
    "limits.md": limits_page,
    "coverage.md": coverage_page,
}


def main() -> int:
    """Write the pages; with `--check`, only say whether they are current."""
    stale = []
    for name, make in PAGES.items():
        path = Path("docs") / name
        text = make()
        if not path.exists() or path.read_text() != text:
            stale.append(name)
            if "--check" not in sys.argv:
                path.write_text(text)
    if stale and "--check" in sys.argv:
        print(f"Not current: {', '.join(stale)}. Run `make docs`.")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
