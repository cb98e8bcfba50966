"""What may be stored of what foreign servers say"""

from __future__ import annotations

import pytest

from shotwright.jobs.messages import storable


@pytest.mark.parametrize(
    ("said", "kept"),
    [("bad \x00 thing", "bad  thing"), ("half \ud83d", "half ?"), ({"a\x00": ["\x00b", 1, None]}, {"a": ["b", 1, None]}), (("x",), ["x"]), (0.5, 0.5)],
)  # fmt: skip
def test_what_no_database_can_hold_is_taken_out(said: object, kept: object) -> None:
    assert storable(said) == kept
