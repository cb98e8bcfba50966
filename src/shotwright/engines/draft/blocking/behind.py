"""What stands behind the others, hangs on walls and is in the sky: as large and as high as the frame shows it. Knows no pixels."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shotwright.engines.draft.blocking.placing import Floor, Member

SHOWN_SHARE = 0.62
"""Height in frame heights at which what is far larger than people is shown behind them."""
TOPPED = 1.2
"""How many times as tall as what stands on it a hill is shown."""


def back_up(big: list[Member], depth: float, floor: Floor, *, is_alone: bool) -> None:
    """Buildings and hills behind the others, as large as the frame shows them whole."""
    for i, member in enumerate(big):
        member.z = max(1.6 * depth, depth + 1.2 + member.wide_m * 0.1)
        shown = (0.8 if is_alone else SHOWN_SHARE) * member.z * floor.aspect / floor.lens
        on_top = [child for child in member.children if child.parent and child.parent[1] == "on" and child.is_big]
        if on_top and member.tall_m > TOPPED * (
            tallest := max(child.tall_m for child in on_top)
        ):  # a cliff no higher than its lighthouse shows
            member.wide_m, member.tall_m = member.wide_m * TOPPED * tallest / member.tall_m, TOPPED * tallest
        whole = member.tall_m + max((child.tall_m for child in on_top), default=0.0)
        if whole > shown:
            for part in (member, *on_top):
                part.wide_m, part.tall_m = part.wide_m * shown / whole, part.tall_m * shown / whole
        reach = 0.5 * member.z / floor.lens
        aside = (-1) ** i * min(0.42 * reach + 0.5 * (i // 2) * member.wide_m, reach)
        member.x = 0.0 if len(big) == 1 and is_alone else aside


def hang_up(hung: list[Member], depth: float, floor: Floor, *, is_alone: bool) -> None:
    """What hangs on walls: behind the others, beside the middle, as high as eyes."""
    for i, member in enumerate(hung):
        member.z = depth + (0.0 if is_alone else 0.9)
        reach = 0.5 * member.z / floor.lens
        member.x = (
            0.0
            if is_alone and len(hung) == 1
            else (-1) ** (i + 1) * min(0.5 * reach + 0.5 * (i // 2) * member.wide_m, reach)
        )


def lift_sky(members: list[Member], depth: float, floor: Floor) -> None:
    """What flies is in the air, what hangs hangs, suns and moons stand over the horizon."""
    aloft = 0
    for member in members:
        if member.footing == "sky":
            member.z = min(4.0 * depth, 0.95 * floor.wall_m)
            share = 0.16 if member.entity.noun not in {"cloud", "rainbow", "planet", "earth"} else 0.3
            member.wide_m *= share * member.z * floor.aspect / floor.lens / member.tall_m
            member.tall_m = share * member.z * floor.aspect / floor.lens
            member.y = floor.eye_m + 0.24 * member.z * floor.aspect / floor.lens + 0.1 * aloft
            member.x = (-1) ** aloft * 0.26 * member.z / floor.lens + 0.1 * member.copy * member.z
            aloft += 1
        elif member.footing in {"air", "ceiling", "wall"}:
            room = 0.5 * member.z * floor.aspect / floor.lens
            share = {"air": 0.42, "ceiling": 0.6, "wall": 0.2}[member.footing] if len(members) > 1 else 0.1
            member.y = max(
                0.05, floor.eye_m + share * room - member.tall_m / 2 + 0.12 * (member.copy % 3) * min(1.0, room)
            )
            member.z += 0.2 * (member.copy % 3) * min(1.0, room)
