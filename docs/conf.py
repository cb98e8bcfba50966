"""Sphinx builds docs/ into the site that the server shows at /docs; `make site`, and every build of the package."""

from __future__ import annotations

import json
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx

project = "Shotwright"
try:
    release = metadata.version("shotwright")
except metadata.PackageNotFoundError:
    release = ""
version = release
extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["eval", "adr", "theme"]
suppress_warnings = ["myst.xref_missing", "toc.not_included"]
myst_enable_extensions = ["deflist"]
myst_heading_anchors = 3
html_theme = "theme"
html_theme_path = ["."]
html_copy_source = False
html_show_sourcelink = False
html_permalinks_icon = "#"
html_baseurl = "/docs/"


def write_contents(app: Sphinx, exception: Exception | None) -> None:
    """Titles of all pages in the order of the table of contents, for llms.txt."""
    if exception is None:
        order = ["index", *app.env.toctree_includes.get("index", [])]
        rows = [(f"{name}.html", app.env.titles[name].astext()) for name in order if name in app.env.titles]
        Path(app.outdir, "contents.json").write_text(json.dumps(rows), encoding="utf-8")


def setup(app: Sphinx) -> None:
    """Hooks."""
    app.connect("build-finished", write_contents)
