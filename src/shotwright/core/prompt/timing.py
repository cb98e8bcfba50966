"""When everything happens: shots of the prompt, camera moves, framings, actions share out the seconds of the clip."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace
from typing import TYPE_CHECKING

from shotwright.core.moves import MOVES
from shotwright.core.plan import Framing
from shotwright.core.prompt import vocabulary as v
from shotwright.core.prompt.lexer import sentences

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shotwright.core.plan import Action, CameraMove, Span
    from shotwright.core.prompt.camera import ParsedCamera, ParsedMove
    from shotwright.core.prompt.film import Segment
    from shotwright.core.prompt.lexer import Token
    from shotwright.core.prompt.roles import Roles
    from shotwright.core.prompt.things import Deed

REVEAL_SHARE = 0.5
Window = tuple[float, float]

MEANWHILE = frozenset({"carry"})
"""Motions that take no turn of their own: one holds a lantern and runs."""


LETTING_GO = frozenset({"put_down", "give", "throw", "pour"})
"""Motions after which nobody carries it any more."""


class Times:
    """The seconds of a prompt's shots and of what happens in them.

    Attributes:
        moves: The camera's moves with their seconds.
        seconds: Length of the clip.
    """

    def __init__(
        self, tokens: list[Token], segments: Sequence[Segment], camera: ParsedCamera, task: str, seconds: float
    ) -> None:
        self.seconds, self._camera, self._segments = seconds, camera, segments
        self._windows = _windows(segments, seconds)
        self._starts = [tokens[s.low].start if s.low < len(tokens) else 0 for s in segments]
        parsed = camera.moves if task != "edit" else ()
        self._parsed = parsed
        self.moves = self._timed(parsed)
        self._spans = [(s[0].start, s[-1].end) for s in sentences(tokens)]

    def is_one_sentence(self, one: Span | None, other: Span | None) -> bool:
        """Whether two stretches of the prompt stand in one sentence."""
        if one is None or other is None:
            return False
        return any(low <= one[0] and other[0] < high for low, high in self._spans)

    def _shot_of(self, at: int) -> int:
        """Number of the shot that a character stands in."""
        return max((i for i, start in enumerate(self._starts) if start <= at), default=0)

    def _window(self, span: Span | None) -> Window:
        return self._windows[self._shot_of(span[0])] if span else (0.0, self.seconds)

    def _timed(self, parsed: tuple[ParsedMove, ...]) -> tuple[CameraMove, ...]:
        """Moves in order within their shot."""
        timed: dict[int, CameraMove] = {}
        for number, window in enumerate(self._windows):
            mine = [
                (i, p) for i, p in enumerate(parsed) if p.move.span is None or self._shot_of(p.move.span[0]) == number
            ]
            for (i, _), move in zip(mine, _shared(tuple(p for _, p in mine), window), strict=True):
                timed.setdefault(i, move)
        return tuple(timed[i] for i in sorted(timed))

    def _sentence_times(self) -> dict[int, Window]:
        """When each sentence happens: from its first to its last move."""
        times: dict[int, Window] = {}
        for item, move in zip(self._parsed, self.moves, strict=True):
            if _is_overlay(item, self._parsed):
                continue
            start, _ = times.get(item.sentence, (move.start_s, 0.0))
            times[item.sentence] = (start, min(move.end_s, self.seconds))
        return times

    def shots(self) -> tuple[Framing, ...]:
        """Framings with their seconds: one for each that the words name, and one for each cut."""
        times = self._sentence_times()
        placed: list[Framing] = []
        for framing in self._camera.framings:
            share, sentence = math.modf(framing.at)
            shot = self._shot_of(framing.span[0])
            window = self._windows[shot]
            start, end = times.get(int(sentence), window)
            at = max(window[0], start + share * (end - start))
            if len(self._windows) > 1 and not any(p.start_s >= window[0] for p in placed):
                at = window[0]
            placed.append(Framing(size=framing.size, angle=framing.angle, start_s=round(at, 3), span=framing.span))
        if placed and len(self._windows) == 1:
            placed[0] = replace(placed[0], start_s=0.0)
        cuts = [window[0] for window in self._windows[1:]]
        placed += [
            Framing(start_s=at)
            for at in (self._windows[0][0], *cuts)
            if cuts and not any(p.start_s == at for p in placed)
        ]
        placed.sort(key=lambda f: f.start_s)
        ends = [*[f.start_s for f in placed[1:]], self.seconds][: len(placed)]
        return tuple(
            replace(f, id=f"s{i + 1}", end_s=end, cut=f.start_s in cuts)
            for i, (f, end) in enumerate(zip(placed, ends, strict=True))
        )

    def reveals(self, roles: Roles) -> dict[str, float]:
        """When references that are revealed are first seen: while their sentence's moves run."""
        times = self._sentence_times()
        found = {}
        for ref, sentence in roles.reveals.items():
            start, end = times.get(sentence, (0.0, 0.0))
            found[ref] = round(start + REVEAL_SHARE * (end - start), 3)
        return found

    def actions(self, deeds: Sequence[Deed]) -> tuple[Action, ...]:
        """What everybody does, one after the other within its shot, at once where the words join it or one holds something."""
        timed: list[Action | None] = [None] * len(deeds)
        groups: dict[tuple[str, int], list[int]] = {}
        for i, deed in enumerate(deeds):
            groups.setdefault(
                (deed.action.who, self._shot_of(deed.action.span[0]) if deed.action.span else 0), []
            ).append(i)
        for (_, shot), members in groups.items():
            steps: list[list[int]] = []
            for i in members:
                before = steps[-1] if steps else []
                holds = any(deeds[k].action.motion in MEANWHILE for k in (i, *before[-1:]))
                had = {deeds[k].action.object for k in before if deeds[k].action.motion in MEANWHILE}
                lets_go = deeds[i].action.motion in LETTING_GO and deeds[i].action.object in had
                goes_on = all(deeds[k].is_together for k in before)  # "a smiling woman sits down"
                if steps and (deeds[i].is_together or goes_on or (holds and not lets_go)):
                    steps[-1].append(i)
                else:
                    steps.append([i])
            low, high = self._windows[shot]
            for number, step in enumerate(steps):
                start, end = (low + (high - low) * share / len(steps) for share in (number, number + 1))
                for i in step:
                    timed[i] = replace(deeds[i].action, start_s=round(start, 3), end_s=round(end, 3))
        return tuple(action for action in timed if action is not None)


def _windows(segments: Sequence[Segment], seconds: float) -> list[Window]:
    """Seconds of each shot: as stamped, else equal parts of what is left."""
    starts = [s.start_s if s.start_s is not None and s.start_s < seconds else None for s in segments]
    starts[0] = 0.0
    known = [*[(i, at) for i, at in enumerate(starts) if at is not None], (len(starts), seconds)]
    filled: list[float] = []
    for (i, low), (j, high) in itertools.pairwise(known):
        filled += [low + (high - low) * k / (j - i) for k in range(j - i)]
    ends = [*filled[1:], seconds]
    return [(round(low, 3), round(max(low, high), 3)) for low, high in zip(filled, ends, strict=True)]


def _shared(parsed: tuple[ParsedMove, ...], window: Window) -> tuple[CameraMove, ...]:
    """Share a shot out over its moves by their speed; moves that happen at once share their time."""
    groups: list[list[int]] = []
    for i, item in enumerate(parsed):
        if _is_overlay(item, parsed):
            continue
        if item.together and groups:
            groups[-1].append(i)
        else:
            groups.append([i])
    weights = [max(v.SPEED_WEIGHT.get(parsed[i].move.speed, 1.0) for i in group) for group in groups]
    times = dict.fromkeys(range(len(parsed)), window)
    at, seconds = window[0], window[1] - window[0]
    for group, weight in zip(groups, weights, strict=True):
        end = at + seconds * weight / sum(weights)
        times |= dict.fromkeys(group, (at, end))
        at = end
    return tuple(
        replace(item.move, start_s=round(times[i][0], 3), end_s=round(times[i][1], 3)) for i, item in enumerate(parsed)
    )


def _is_overlay(item: ParsedMove, parsed: tuple[ParsedMove, ...]) -> bool:
    """Whether a move lies over the others for the whole clip."""
    return MOVES[item.move.move].is_overlay and any(not MOVES[other.move.move].is_overlay for other in parsed)
