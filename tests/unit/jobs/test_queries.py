"""Statements stand in files, each with a name, and every one is used"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from shotwright.jobs.queries import FOLDER, migrations, statements

JOBS = Path(str(FOLDER)).parent
CONCERNS = {
    "requests": "store",
    "webhooks": "outbox",
    "keys": "keys",
    "usage": "usage",
    "admission": "admission",
    "history": "history",
    "metrics": "measures",
    "uploads": "uploads",
    "boards": "boards",
}


def test_every_file_of_statements_belongs_to_a_module() -> None:
    assert {path.stem for path in JOBS.glob("sql/*.sql")} == set(CONCERNS)


@pytest.mark.parametrize("concern", sorted(CONCERNS))
def test_every_statement_says_what_it_is_for_and_is_used(concern: str) -> None:
    found = statements(concern)
    code = (JOBS / f"{CONCERNS[concern]}.py").read_text()
    assert found
    assert all(text.startswith("-- ") and len(text.splitlines()) > 1 for text in found.values())
    used = set(re.findall(r'"(\w+)"', code))
    assert set(found) <= used


def test_no_module_has_sql_of_its_own() -> None:
    pattern = re.compile(r'"(?:SELECT|UPDATE|INSERT|DELETE)\b[^"]*\b(?:FROM|SET|INTO)\b')
    assert [path.name for path in JOBS.glob("*.py") if pattern.search(path.read_text())] == []


def test_migrations_are_numbered_without_gaps() -> None:
    assert [number for number, _ in migrations()] == list(range(1, len(migrations()) + 1))
