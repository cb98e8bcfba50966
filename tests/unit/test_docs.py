"""The docs say what the tables say."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from scripts import motions, stage
from scripts.docs import PAGES

from shotwright.cli.clients import RECIPES
from shotwright.core import plan

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", sorted(PAGES))
def test_generated_pages_are_current(name: str) -> None:
    assert (ROOT / "docs" / name).read_text() == PAGES[name]()


@pytest.mark.parametrize(("name", "page"), [("motions.md", motions.page), ("stage.md", stage.page)])
def test_pages_with_pictures_are_current(name: str, page: Callable[[], str]) -> None:
    assert (ROOT / "docs" / name).read_text() == page()


def test_every_field_of_the_plan_is_explained() -> None:
    sections = dict(re.findall(r"^## (\w+)\n(.*?)(?=^## |\Z)", PAGES["plan.md"](), re.MULTILINE | re.DOTALL))
    names = {"with_ref": "with", "start": "from", "end": "to"}
    for item in plan.Item.__subclasses__():
        own = {field.name for field in fields(item)}
        rows = set(re.findall(r"^\| `(\w+)` \|", sections[item.__name__], re.MULTILINE))
        assert {names.get(name, name) for name in own} <= rows, item.__name__


def test_every_link_of_the_pages_leads_somewhere() -> None:
    for page in [ROOT / "README.md", ROOT / "ARCHITECTURE.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")]:
        for target in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text()):
            assert target.startswith("http") or (page.parent / target).exists(), f"{page.name}: {target}"


def test_the_clients_page_and_the_command_show_the_same_python_line() -> None:
    page = (ROOT / "docs" / "clients.md").read_text()
    line = 'shotwright.patch_fal_client("{url}")'
    assert any(line in recipe for recipe in RECIPES.values())
    assert line.format(url="http://127.0.0.1:8000") in page


def test_readme_names_only_commands_that_exist() -> None:
    makefile = (ROOT / "Makefile").read_text()
    for target in re.findall(r"^make ([a-z-]+)", (ROOT / "README.md").read_text(), re.MULTILINE):
        assert f"\n{target}:" in makefile
