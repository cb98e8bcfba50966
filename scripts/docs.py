"""`make docs`: writes the pages that are made from tables (endpoints, settings, errors, states). A test keeps them current."""

from __future__ import annotations

import sys
from pathlib import Path

from shotwright.core import errors
from shotwright.core.catalog import CANVAS, ENDPOINTS, PROMPT_LIMIT, Endpoint, Field
from shotwright.jobs.states import MAX_ATTEMPTS, TRANSITIONS, State
from shotwright.settings import Settings

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


def settings_page() -> str:
    """docs/settings.md."""
    lines = [NOTE, "# Settings\n", "Environment variables; many are options of `shotwright serve` as well.\n"]
    lines.append("| Variable | Default | Meaning |\n|---|---|---|")
    for name, info in Settings.model_fields.items():
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
        'Model errors come as `{"detail": [{"loc", "msg", "type", "ctx"}]}` when the result is fetched, the others as'
    )
    lines.append('`{"detail": "...", "error_type": "..."}` with the header `X-Fal-Error-Type`.\n')
    lines.append("| Code | Type on the wire | Status | Retry | Message |\n|---|---|---|---|---|")
    for cls in _classes(errors.ShotwrightError):
        sentence = " ".join((cls.__doc__ or "").split())
        lines.append(
            f'| <a id="{cls.code()}"></a>`{cls.code()}` | `{cls.type}` | {cls.status} | {"yes" if cls.retryable else "no"} | {sentence} |'
        )
    lines.append("\n## States of a request\n\n```")
    for state, targets in TRANSITIONS.items():
        lines.append(f"{state.value:<10} → {', '.join(sorted(target.value for target in targets)) or '(the end)'}")
    lines.append(
        f"```\n\nA request whose worker is lost goes from `{State.RUNNING}` back to `{State.QUEUED}`, up to {MAX_ATTEMPTS} attempts."
    )
    return "\n".join(lines) + "\n"


def _classes(cls: type[errors.ShotwrightError]) -> list[type[errors.ShotwrightError]]:
    own = [sub for sub in cls.__subclasses__() if sub.__module__ == errors.__name__]
    return [leaf for sub in own for leaf in [sub, *_classes(sub)]]


PAGES = {"endpoints.md": endpoints_page, "settings.md": settings_page, "errors.md": errors_page}


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
