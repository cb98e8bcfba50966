"""How much of everybody the camera sees, and what is done about it: mattes from the very code that draws the frames.

A matte is what a thing covers, alone; seen of it is what nothing nearer covers and the frame holds. Who is hidden or outside
the frame is moved so far that they are seen, as far as the words leave room; then the camera goes less far, or sees more.
"""

from __future__ import annotations

import contextlib
import math
from dataclasses import dataclass, field, replace
from itertools import product
from typing import TYPE_CHECKING

import cv2
import numpy as np

from shotwright.engines.draft.cast.figures import PX_PER_M, STANDING_M, is_seated
from shotwright.engines.draft.sprites import draw_sprite
from shotwright.engines.draft.stage import View

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from shotwright.core.camera import Pose
    from shotwright.core.plan import ShotPlan
    from shotwright.engines.base import OutputSpec
    from shotwright.engines.draft.sprites import Sprite
    from shotwright.media.colour import Mask

DENSEST = 4
"""Of a figure's pictures, in their usual pixels."""
WIDE_PX = 96
"""Width at which a look ahead is drawn."""
LOOKS = 5
"""Moments of a clip that are looked at."""
ENOUGH_SHARE, ENOUGH_AREA = 0.6, 0.05
"""Share of a thing, or of the frame's area, that is enough to see of it."""
LEAST = 0.5
"""Of enough: who is seen less is looked after."""
BETTER = 0.2
"""By how much a change must better the whole picture."""
ACROSS = (0.0, -0.3, 0.3, -0.55, 0.55, -0.75, 0.75)
"""Places across the frame that are tried, half frames."""
AWAY = (1.0, 0.8, 1.4)
"""Distances that are tried, in those of now."""
ON_TOP = (-0.4, -0.2, 0.0, 0.2, 0.4)
"""Places on a support that are tried, in its widths."""
WAY_COST = 0.03
"""What a metre of being moved must at least better."""
TRAVELS = frozenset({"dolly_in", "zoom_in", "pedestal_up", "crane_up", "fly_through", "fpv"})
"""Moves that may go less far."""
SWEEPS = ("pan", "tilt", "truck", "whip", "crane", "pedestal", "orbit", "drone", "fly", "arc", "roll", "tracking")
"""Moves in whose course things come and go."""
LESS, WIDER = (0.8, 0.62, 0.45), (0.87, 0.75)
OPEN_SIZES = frozenset({None, "wide", "extreme_wide", "full"})
STANDING = frozenset({"beside", "at", "near", "against", "outside", "object", "around", "behind", "in_front_of", "left_of", "right_of"})  # fmt: skip
UPON = frozenset({"on", "in", "inside"})
APART_M = 1.6
"""How far from whom they stand by people and things may be moved, metres from edge to edge."""


def matte_of(sprite: Sprite, view: View, seconds: float) -> Mask:
    """What a sprite covers of a view, uint8 (view.height, view.width): drawn before black and before white."""
    black = np.zeros((view.height, view.width, 3), np.uint8)
    white = np.full_like(black, 255)
    draw_sprite(black, view, sprite, seconds)
    draw_sprite(white, view, sprite, seconds)
    return np.asarray(cv2.bitwise_not(cv2.extractChannel(cv2.subtract(white, black), 0)), np.uint8)


@dataclass(frozen=True)
class Look:
    """A moment of the clip: its camera and its time."""

    pose: Pose
    seconds: float


@dataclass
class Sight:
    """What is seen of the named ones among what stands in a scene.

    Attributes:
        named: Who must be seen.
        others: What else may stand before them.
        looks: Moments of the clip.
        aspect: Frame height / frame width.
        comes_and_goes: Whether the camera sweeps, so that it is enough to be seen for a while.
    """

    named: list[Sprite]
    others: list[Sprite]
    looks: list[Look]
    aspect: float
    comes_and_goes: bool = False
    _mattes: dict[tuple[int, int], tuple[float, float, Mask | None]] = field(default_factory=dict)
    _seen_from: dict[Pose, tuple[View, View]] = field(default_factory=dict)

    def forget(self, sprites: Sequence[Sprite]) -> None:
        """They were moved."""
        for sprite, number in product(sprites, range(len(self.looks))):
            self._mattes.pop((id(sprite), number), None)

    @contextlib.contextmanager
    def as_before(self) -> Iterator[None]:
        """What is tried inside is forgotten afterwards; what was known before is known again."""
        known = dict(self._mattes)
        yield
        self._mattes = known

    def seen(self) -> NDArray[np.float64]:
        """Of each of `named`, how much is seen of what would be enough, 0..1."""
        found = np.full((len(self.looks), len(self.named)), np.nan)
        for number, look in enumerate(self.looks):
            here = [s for s in (*self.named, *self.others) if s.opacity(look.seconds) > 0.5]
            of = dict.fromkeys(map(id, here), 0.0)
            drawn = sorted(((*self._matte(s, number), s) for s in here), key=lambda item: item[0])
            free = np.full((round(WIDE_PX * self.aspect), WIDE_PX), 255, np.uint8)
            for _, whole, matte, sprite in drawn:
                if matte is None:
                    continue
                seen = cv2.sumElems(cv2.multiply(matte, free, scale=1 / 255))[0] / 255
                of[id(sprite)] = max(seen / max(whole, 1.0) / ENOUGH_SHARE, seen / matte.size / ENOUGH_AREA)
                free = np.asarray(cv2.subtract(free, matte), np.uint8)
            found[number] = [of.get(id(sprite), np.nan) for sprite in self.named]
        return np.array([self._over_time(sprite, found[:, i]) for i, sprite in enumerate(self.named)])

    def before(self, sprite: Sprite) -> list[Sprite]:
        """Who stands before somebody, at any time."""
        found = []
        for other in (*self.named, *self.others):
            for number in range(len(self.looks)):
                away, _, matte = self._matte(sprite, number)
                nearer, _, over = self._matte(other, number)
                meets = matte is not None and over is not None and cv2.countNonZero(cv2.min(matte, over))
                if other is not sprite and nearer < away and meets:
                    found.append(other)
                    break
        return found

    def _over_time(self, sprite: Sprite, shares: NDArray[np.float64]) -> float:
        """One figure for the clip: who goes their way, or is swept over, is seen for a part of it."""
        there = np.sort(np.minimum(shares[~np.isnan(shares)], 1.0))[::-1]
        if not len(there):
            return 1.0
        passes = self.comes_and_goes or sprite.track is not None or sprite.walk is not None
        return float(there[: max(1, round(len(there) * (0.4 if passes else 0.8)))].mean())

    def _matte(self, sprite: Sprite, number: int) -> tuple[float, float, Mask | None]:
        """Distance, size in pixels with what is outside of the frame, and matte in the frame; None where nothing is."""
        key = (id(sprite), number)
        if key not in self._mattes:
            look = self.looks[number]
            wide, tall = WIDE_PX, round(WIDE_PX * self.aspect)
            view, beyond = self._views(look.pose, wide, tall)
            around = view if sprite.is_prop else beyond
            matte = matte_of(sprite, around, look.seconds)
            whole = cv2.sumElems(matte)[0] / 255
            if not sprite.is_prop:
                matte = np.ascontiguousarray(matte[tall : 2 * tall, wide : 2 * wide])
            away = view.depth_of(sprite.place(look.seconds))
            self._mattes[key] = (away, whole, matte if cv2.countNonZero(matte) else None)
        return self._mattes[key]

    def _views(self, pose: Pose, wide: int, tall: int) -> tuple[View, View]:
        """The frame of a pose, and three times as much around it."""
        if pose not in self._seen_from:
            view = View(pose, wide, tall)
            self._seen_from[pose] = view, view.cropped(-wide, -tall, 3 * wide, 3 * tall)
        return self._seen_from[pose]


def sight_of(
    sprites: list[Sprite], props: list[Sprite], poses: list[Pose], plan: ShotPlan, *, fps: float, aspect: float
) -> Sight:
    """A look at a clip from its first frame to its last."""
    moments = np.linspace(0, len(poses) - 1, LOOKS).round().astype(int)
    looks = [Look(poses[i], i / fps) for i in moments]
    sweeps = any(move.move.startswith(SWEEPS) for move in plan.camera)
    return Sight(sprites, props, looks, aspect, comes_and_goes=sweeps or any(shown.cut for shown in plan.shots[1:]))


def weights_of(sprites: list[Sprite]) -> NDArray[np.float64]:
    """What each counts: an entity counts once, however many it is."""
    names = [sprite.word or sprite.ref for sprite in sprites]
    return np.array([1 / names.count(name) for name in names])


def clear(sight: Sight) -> bool:
    """Move who is hidden or outside of the frame; what is only furniture of the set goes. Says whether anything was changed."""
    if (sight.seen() >= LEAST).all():
        return False
    weights, furniture = weights_of(sight.named), sight.others
    sight.others = []  # it gives way
    changed, seen = False, sight.seen()
    for i in np.argsort(seen):
        if sight.seen()[i] < LEAST:
            one = sight.named[i]
            changed |= _moved(sight, one, weights) or any(_moved(sight, other, weights) for other in sight.before(one))
    sight.others = furniture
    return _removed(sight, weights) or changed


def _removed(sight: Sight, weights: NDArray[np.float64]) -> bool:
    """Without those things of the set that stand before somebody."""
    changed, seen = False, sight.seen()
    total = float(weights @ seen)
    hidden = [one for one, share in zip(sight.named, seen, strict=True) if share < 1]
    before = {id(prop) for one in hidden for prop in sight.before(one)}
    for prop in [other for other in sight.others if id(other) in before and other.ref.startswith("set:")]:
        kept = sight.others
        sight.others = [other for other in kept if other is not prop]
        better = float(weights @ sight.seen())
        if better > total + BETTER / 2:
            total, changed = better, True
        else:
            sight.others = kept
    return changed


def _moved(sight: Sight, sprite: Sprite, weights: NDArray[np.float64]) -> bool:
    """Move somebody, with all that they carry, to where the whole picture is best."""
    if sprite.holds:
        return False
    group = _with_children(sprite, sight.named)
    if any(one is sight.named[0] for one in group):
        return False  # whom the shot is about stands where its framing wants them
    own = next(weight for one, weight in zip(sight.named, weights, strict=True) if one is sprite)
    best, best_score = None, float(weights @ sight.seen()) + BETTER * float(own)
    for dx, dz in _ways(sprite, sight):
        with sight.as_before():
            _shift(group, dx, dz)
            sight.forget(group)
            score = float(weights @ sight.seen()) - WAY_COST * float(np.hypot(dx, dz))
            if score > best_score:
                best, best_score = (dx, dz), score
            _shift(group, -dx, -dz)
    if best is not None:
        _shift(group, *best)
        sight.forget(group)
    if best is None and sprite.tied is not None and sprite.tied[1] not in STANDING:
        return _moved(sight, sprite.tied[0], weights)
    return best is not None


def _with_children(sprite: Sprite, everybody: list[Sprite]) -> list[Sprite]:
    """Somebody and all who are placed by them."""
    found = [sprite]
    for one in found:
        found += [other for other in everybody if other.tied is not None and other.tied[0] is one]
    return found


def _shift(group: list[Sprite], dx: float, dz: float) -> None:
    for sprite in group:
        sprite.x, sprite.z = sprite.x + dx, sprite.z + dz
        if sprite.track is not None:
            sprite.track = sprite.track + np.array([dx, 0.0, dz])


def _ways(sprite: Sprite, sight: Sight) -> list[tuple[float, float]]:
    """Where somebody may be moved to, metres to the right and away."""
    if sprite.tied is not None and sprite.tied[1] not in STANDING:
        parent, kind = sprite.tied
        if kind != "on" and sprite.figure is not None and is_seated(sprite.figure.steps[0].motion):
            return []  # who sits in something has a seat
        wide = parent.height_m * parent.views[0][1].aspect
        return [(parent.x + share * wide - sprite.x, 0.0) for share in ON_TOP] if kind in UPON else []
    look = sight.looks[len(sight.looks) // 2]
    pose = look.pose
    x, _, z = sprite.place(look.seconds)
    found = []
    for aside, away in product(ACROSS, AWAY):
        # along the camera's axes, on the ground
        forward = np.array([np.sin(pose.yaw), np.cos(pose.yaw)])
        right = np.array([forward[1], -forward[0]])
        depth = away * float(np.array([x - pose.x, z - pose.z]) @ forward)
        if depth < 0.3:
            depth = away * float(np.hypot(x - pose.x, z - pose.z))
        there = np.array([pose.x, pose.z]) + depth * forward + aside * 0.5 * depth / pose.lens * right
        dx, dz = float(there[0] - x), float(there[1] - z)
        if _keeps_word(sprite, sprite.x + dx, sprite.z + dz):
            found.append((dx, dz))
    return found


def _keeps_word(sprite: Sprite, x: float, z: float) -> bool:
    """Whether somebody would still be where the words put them by another."""
    if sprite.tied is None:
        return z > 0.2
    parent, kind = sprite.tied
    reach = 0.5 * sum(one.height_m * one.views[0][1].aspect for one in (parent, sprite)) + APART_M * min(
        1.0, max(parent.height_m, sprite.height_m)
    )
    if np.hypot(x - parent.x, z - parent.z) > reach or z < 0.2:
        return False
    return {
        "left_of": x < parent.x, "right_of": x > parent.x, "behind": z > parent.z, "in_front_of": z < parent.z,
        "outside": z > parent.z,
    }.get(kind, True)  # fmt: skip


def less_far(poses: list[Pose], sight: Sight, plan: ShotPlan, first_size: str | None) -> list[Pose]:
    """A camera that loses somebody on its way goes less far; one that never has everybody in the frame sees more."""
    weights = weights_of(sight.named)
    total = float(weights @ sight.seen())
    ends = any(move.end_size for move in plan.camera) or len(plan.shots) > 1
    if not ends and any(move.move in TRAVELS for move in plan.camera):
        whole = poses
        for share in LESS:
            poses, total = _tried([_between(whole[0], pose, share) for pose in whole], poses, sight, weights, total)
    if first_size in OPEN_SIZES and not ends:
        narrow = poses
        for lens in WIDER:
            poses, total = _tried([replace(p, lens=lens * p.lens) for p in narrow], poses, sight, weights, total)
    return poses


def _tried(
    changed: list[Pose], poses: list[Pose], sight: Sight, weights: NDArray[np.float64], total: float
) -> tuple[list[Pose], float]:
    """The changed path where it shows enough more, else the path."""
    moments = np.linspace(0, len(poses) - 1, len(sight.looks)).round().astype(int)
    before = sight.looks
    after = [replace(look, pose=changed[i]) for look, i in zip(before, moments, strict=True)]
    with sight.as_before():
        sight.looks = after
        sight.forget([*sight.named, *sight.others])
        better = float(weights @ sight.seen())
    if better <= total + BETTER:
        sight.looks = before
        return poses, total
    sight.forget([*sight.named, *sight.others])
    return changed, better


def _between(first: Pose, pose: Pose, share: float) -> Pose:
    mixed = {
        name: getattr(first, name) + share * (getattr(pose, name) - getattr(first, name))
        for name in ("x", "y", "z", "yaw", "pitch", "lens")
    }
    return replace(pose, **mixed)


def sharpen(sprites: list[Sprite], poses: list[Pose], spec: OutputSpec) -> None:
    """Figures near the camera are drawn with more pixels: a face in a close-up is no blur."""
    for sprite in sprites:
        if sprite.figure is None:
            continue
        nearest = min(
            math.dist(sprite.place(i / float(spec.fps)), (poses[i].x, poses[i].y, poses[i].z)) / poses[i].lens
            for i in range(0, len(poses), max(1, len(poses) // 8))
        )
        wanted = spec.width / max(nearest, 0.3) / PX_PER_M * sprite.figure.height_m / STANDING_M
        sprite.figure.density = max(1, min(DENSEST, round(wanted)))
