"""The short form of `make chaos`: each fault once under a stream of submits; every accepted request ends once, with its file and its webhook"""

from __future__ import annotations

import pytest
from scripts.chaos import FAULTS, chaos, is_good

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]


def test_every_fault_once() -> None:
    found = chaos(len(FAULTS), seed=15)
    assert is_good(found), found
