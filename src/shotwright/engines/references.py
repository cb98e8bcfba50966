"""Which pictures of a shot go to a model that takes only so many, and which numbers they get there. Source: diffusion-engines 5.3."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from shotwright.engines.base import Shot

Groups = dict[str, list["Path"]]
"""Pictures by reference: "@Element1" with its frontal picture first, then its views; "@Image1" alone."""


def groups_of(shot: Shot, *, without: frozenset[str | None] = frozenset()) -> Groups:
    """All pictures of a shot, but those of the references in `without`."""
    elements = {f"@Element{n}": [item.frontal, *item.views] for n, item in enumerate(shot.elements, 1)}
    images = {f"@Image{n}": [path] for n, path in enumerate(shot.images, 1)}
    return {ref: paths for ref, paths in (elements | images).items() if ref not in without}


def shared_out(groups: Groups, most: int) -> tuple[Groups, tuple[str, ...]]:
    """At most `most` pictures, the first of every reference before any second one; and what had no room."""
    chosen: Groups = {ref: [] for ref in groups}
    for depth in range(max(map(len, groups.values()), default=0)):
        for ref, paths in groups.items():
            if depth < len(paths) and sum(map(len, chosen.values())) < most:
                chosen[ref].append(paths[depth])
    left_out = tuple(
        f"{len(paths) - len(chosen[ref])} pictures of {ref}: this model takes {most}"
        for ref, paths in groups.items()
        if len(chosen[ref]) < len(paths)
    )
    return {ref: paths for ref, paths in chosen.items() if paths}, left_out


def numbered(counts: dict[str, int]) -> dict[str, list[int]]:
    """Numbers of the pictures, from 1, by reference."""
    numbers: dict[str, list[int]] = {}
    used = 0
    for ref, count in counts.items():
        numbers[ref] = list(range(used + 1, used + 1 + count))
        used += count
    return numbers
