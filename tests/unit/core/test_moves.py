"""A camera move is one record: the parser, the linter, the path, the pages and the evaluation read it there"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from shotwright.core.camera import Space, State
from shotwright.core.moves import MOVES, Apply, Move
from shotwright.core.path import camera_path
from shotwright.core.plan import CameraMove
from shotwright.core.prompt import parse_prompt
from shotwright.core.prompt import vocabulary as v
from shotwright.core.prompt.phrases import PhraseTable
from shotwright.evaluation.camera import MeasuredPath, check_moves
from shotwright.web.forms import moves

SPACE = Space(State((0.0, 1.6, 0.0), (0.0, 1.0, 5.0)), 12.0, (0.0, 1.0, 5.0), 1.8, 9 / 16, {}, {})


def test_every_move_has_words_and_its_opposite_is_its_opposite() -> None:
    assert set(v.CAMERA_STRONG.rows) <= set(MOVES)
    for move in MOVES.values():
        assert move.opposite is None or MOVES[move.opposite].opposite == move.name
        assert move.sign == 0 or move.axes


def test_a_new_move_is_a_record_and_a_row_of_words(monkeypatch: pytest.MonkeyPatch) -> None:
    def corkscrew(move: CameraMove, state: State, space: Space) -> Apply:
        del state, space
        angle = math.radians(move.degrees or 90)
        return lambda now, t: replace(now, roll=now.roll + angle * t, lens=now.lens * 1.2**t)

    record = Move("corkscrew", "the camera corkscrews", corkscrew, "roll", ("roll",), 1, takes_degrees=True)
    monkeypatch.setitem(MOVES, "corkscrew", record)
    monkeypatch.setattr(v, "CAMERA_STRONG", PhraseTable({**v.CAMERA_STRONG.rows, "corkscrew": ["corkscrew"]}))
    plan = parse_prompt("The camera corkscrews 45 degrees while it rolls.", task="reference_to_video")
    first, second = plan.camera
    assert (first.move, first.degrees, second.move) == ("corkscrew", 45, "roll")
    assert "contradictory_moves" in {warning.code for warning in plan.warnings}
    poses = camera_path((replace(first, end_s=3.0),), SPACE, frames=10, duration_s=3.0, seed=1)
    assert poses[-1].roll == pytest.approx(math.radians(45))
    assert {
        "move": "corkscrew",
        "label": "corkscrew",
        "words": record.phrase,
        "takes_degrees": True,
        "is_offered": True,
    } in moves()
    steps = np.zeros((72, 4))
    steps[:, 3] = 0.01
    nothing = np.full((72, 4), np.nan)
    for sign, is_shown in ((1, True), (-1, False)):
        path = MeasuredPath(sign * steps, nothing, nothing, 1.0)
        [check] = check_moves((replace(first, end_s=3.0),), path, fps=24, poses=(), duration_s=3.0)
        assert check.is_shown is is_shown
