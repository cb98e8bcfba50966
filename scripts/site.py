"""`make site`: docs/ becomes the pages that the server shows at /docs. The package's build calls it as well."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
SITE = ROOT / "src/shotwright/web/site"


def build(out: Path = SITE) -> None:
    """Build the site; a warning is an error."""
    from sphinx.application import Sphinx

    shutil.rmtree(out, ignore_errors=True)
    with tempfile.TemporaryDirectory() as doctrees:
        app = Sphinx(
            str(ROOT / "docs"),
            str(ROOT / "docs"),
            str(out),
            doctrees,
            "html",
            status=None,
            warning=sys.stderr,
            warningiserror=True,
        )
        app.build()
    for name in ("_sources", ".buildinfo", "objects.inv"):
        path = out / name
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    if app.statuscode:
        raise SystemExit("The documentation has warnings; see above.")


if __name__ == "__main__":
    build()
