"""What figures wear beyond colours: hats, skirts, long hair, capes, packs; solids of rings that go with a part of the body.

Every solid is a stack of rings in the rest pose of the figure, metres from the middle of its body: (y, width, depth, ahead).
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import cv2
import numpy as np

from shotwright.engines.draft.cast.body import figure

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

Ring = tuple[float, float, float, float]
RGB = tuple[int, int, int]
CORNERS = 20
_HEAD, _HIPS, _BACK = "Head", "Pelvis", "Spine3"


@dataclass(frozen=True)
class Solid:
    """Something worn.

    Attributes:
        part: Of the body that it goes with.
        rings: From one end to the other; two neighbours and what is between them are filled.
        side: Where it is worn: around the body, behind or ahead of it; the body covers it from the other side.
        needs_legs_down: Whether it is left out where somebody sits, lies or swims.
    """

    part: str
    rings: tuple[Ring, ...]
    side: str = "around"
    needs_legs_down: bool = False


SOLIDS: dict[str, Solid] = {
    "hat": Solid(_HEAD, ((0.37, 0.19, 0.2, 0), (0.375, 0.1, 0.12, 0), (0.48, 0.085, 0.1, 0))),
    "cap": Solid(_HEAD, ((0.36, 0.1, 0.12, 0), (0.36, 0.08, 0.1, 0.1), (0.37, 0.1, 0.12, 0), (0.44, 0.07, 0.08, 0))),
    "helmet": Solid(_HEAD, ((0.3, 0.11, 0.13, -0.02), (0.38, 0.12, 0.14, 0), (0.45, 0.06, 0.08, 0))),
    "crown": Solid(_HEAD, ((0.37, 0.1, 0.12, 0), (0.46, 0.115, 0.135, 0))),
    "top hat": Solid(_HEAD, ((0.37, 0.16, 0.17, 0), (0.375, 0.1, 0.12, 0), (0.58, 0.1, 0.12, 0))),
    "cowboy hat": Solid(_HEAD, ((0.37, 0.24, 0.25, 0), (0.375, 0.1, 0.12, 0), (0.49, 0.08, 0.1, 0))),
    "toque": Solid(_HEAD, ((0.37, 0.095, 0.115, 0), (0.46, 0.1, 0.12, 0), (0.5, 0.13, 0.15, 0), (0.58, 0.1, 0.12, 0))),
    "pointed hat": Solid(_HEAD, ((0.37, 0.22, 0.23, 0), (0.375, 0.1, 0.12, 0), (0.72, 0.01, 0.01, -0.02))),
    "beanie": Solid(_HEAD, ((0.34, 0.1, 0.12, 0), (0.43, 0.08, 0.1, 0), (0.46, 0.02, 0.02, 0))),
    "hood": Solid(_HEAD, ((0.14, 0.14, 0.12, -0.05), (0.34, 0.13, 0.14, -0.03), (0.45, 0.05, 0.06, 0)), side="behind"),
    "long hair": Solid(_HEAD, ((0.42, 0.05, 0.06, 0), (0.37, 0.105, 0.115, -0.01), (0.26, 0.108, 0.08, -0.04), (0.1, 0.112, 0.05, -0.06), (0.0, 0.085, 0.03, -0.065)), side="behind"),
    "skirt": Solid(_HIPS, ((-0.3, 0.15, 0.12, 0), (-0.46, 0.2, 0.16, 0), (-0.78, 0.27, 0.22, 0)), needs_legs_down=True),
    "gown": Solid(_HIPS, ((-0.3, 0.15, 0.12, 0), (-0.5, 0.21, 0.17, 0), (-1.2, 0.36, 0.3, 0)), needs_legs_down=True),
    "tutu": Solid(_HIPS, ((-0.36, 0.15, 0.12, 0), (-0.46, 0.42, 0.4, 0), (-0.5, 0.4, 0.38, 0)), needs_legs_down=True),
    "cape": Solid(_BACK, ((0.06, 0.14, 0.05, -0.1), (-0.3, 0.24, 0.06, -0.16), (-0.95, 0.34, 0.1, -0.26)), side="behind", needs_legs_down=True),
    "backpack": Solid(_BACK, ((0.06, 0.12, 0.08, -0.19), (0.0, 0.16, 0.1, -0.21), (-0.3, 0.16, 0.1, -0.21)), side="behind"),
    "scarf": Solid(_BACK, ((0.16, 0.09, 0.09, -0.01), (0.1, 0.1, 0.1, 0))),
    "coat": Solid(_HIPS, ((-0.22, 0.155, 0.13, 0), (-0.5, 0.19, 0.16, 0), (-0.88, 0.23, 0.19, 0)), needs_legs_down=True),
    "wings": Solid(_BACK, ((0.46, 0.42, 0.02, -0.16), (0.2, 0.56, 0.02, -0.18), (0.02, 0.1, 0.02, -0.13), (-0.22, 0.4, 0.02, -0.18), (-0.5, 0.18, 0.02, -0.16)), side="behind"),
    "headband": Solid(_HEAD, ((0.385, 0.1, 0.12, -0.01), (0.35, 0.1, 0.125, -0.01))),
    "apron": Solid(_HIPS, ((0.0, 0.09, 0.03, 0.11), (-0.28, 0.15, 0.04, 0.13), (-0.8, 0.19, 0.05, 0.13)), side="ahead"),
    "shirt front": Solid(_BACK, ((0.12, 0.055, 0.02, 0.1), (-0.16, 0.012, 0.02, 0.14)), side="ahead"),
    "tie": Solid(_BACK, ((0.1, 0.014, 0.02, 0.115), (-0.14, 0.026, 0.02, 0.15)), side="ahead"),
    "coat front": Solid(_HIPS, ((0.12, 0.012, 0.02, 0.15), (-0.4, 0.012, 0.02, 0.16), (-0.86, 0.012, 0.02, 0.2)), side="ahead", needs_legs_down=True),
    "space helmet": Solid(_HEAD, ((0.06, 0.12, 0.12, 0), (0.12, 0.17, 0.17, 0), (0.26, 0.2, 0.2, 0), (0.4, 0.16, 0.16, 0), (0.47, 0.06, 0.06, 0))),
    "visor": Solid(_HEAD, ((0.17, 0.1, 0.02, 0.2), (0.25, 0.13, 0.02, 0.21), (0.34, 0.1, 0.02, 0.19)), side="ahead"),
    "tin head": Solid(_HEAD, ((0.1, 0.13, 0.13, 0), (0.42, 0.13, 0.13, 0))),
    "antenna": Solid(_HEAD, ((0.42, 0.012, 0.012, 0), (0.56, 0.012, 0.012, 0), (0.57, 0.03, 0.03, 0), (0.6, 0.02, 0.02, 0))),
    "lit eyes": Solid(_HEAD, ((0.24, 0.1, 0.02, 0.13), (0.32, 0.1, 0.02, 0.13)), side="ahead"),
    "glasses": Solid(_HEAD, ((0.335, 0.085, 0.02, 0.11), (0.302, 0.085, 0.02, 0.11)), side="ahead"),
    "mask": Solid(_HEAD, ((0.3, 0.075, 0.03, 0.1), (0.2, 0.06, 0.03, 0.1)), side="ahead"),
    "beard": Solid(_HEAD, ((0.25, 0.075, 0.05, 0.06), (0.1, 0.05, 0.03, 0.09)), side="ahead"),
}  # fmt: skip
WORN = {
    "wing": "wings", "headband": "headband", "bandana": "headband", "sweatband": "headband", "blindfold": "glasses", "respirator": "mask", "respirator mask": "mask", "surgical mask": "mask", "face mask": "mask", "snorkel": "glasses", "swim goggles": "glasses", "ski goggles": "glasses", "visor": "glasses",
    "hat": "hat", "cap": "cap", "baseball cap": "cap", "beret": "beanie", "beanie": "beanie", "helmet": "helmet", "hard hat": "helmet", "crown": "crown",
    "tiara": "crown", "top hat": "top hat", "cowboy hat": "cowboy hat", "straw hat": "cowboy hat", "sombrero": "cowboy hat", "fedora": "hat", "bowler": "hat",
    "toque": "toque", "chef hat": "toque", "turban": "beanie", "hood": "hood", "hoodie": "hood", "headscarf": "hood", "hijab": "hood", "veil": "hood", "wig": "long hair",
    "dress": "skirt", "skirt": "skirt", "gown": "gown", "wedding dress": "gown", "evening dress": "gown", "robe": "gown", "kimono": "gown", "cape": "cape",
    "coat": "coat", "raincoat": "coat", "trench coat": "coat", "overcoat": "coat", "lab coat": "coat", "fur coat": "coat", "trenchcoat": "coat", "apron": "apron",
    "suit": "shirt front", "tuxedo": "shirt front", "business suit": "shirt front", "tie": "tie", "bow tie": "tie", "necktie": "tie", "glasses": "glasses",
    "sunglasses": "glasses", "goggles": "glasses", "spectacles": "glasses", "mask": "mask", "gas mask": "mask", "beard": "beard", "moustache": "beard", "mustache": "beard",
    "santa hat": "beanie", "blanket": "cape", "shawl": "cape", "quilt": "cape", "cloak": "cape", "poncho": "cape", "bathrobe": "gown", "ball gown": "gown", "abaya": "gown", "toga": "gown", "hanbok": "gown", "yukata": "gown",
    "tutu": "tutu", "backpack": "backpack", "rucksack": "backpack", "scarf": "scarf", "nightgown": "gown", "sundress": "skirt", "kilt": "skirt", "sari": "gown", "cassock": "gown",
}  # fmt: skip
"""Solids of garments, by noun."""
WHOLE: dict[str, tuple[tuple[str, RGB], ...]] = {
    "fairy": (("wings", (206, 228, 246)),), "pixie": (("wings", (206, 228, 246)),), "angel": (("wings", (246, 246, 242)),), "cupid": (("wings", (246, 246, 242)),), "valkyrie": (("wings", (230, 228, 220)),),
    "astronaut": (("space helmet", (238, 238, 234)), ("visor", (46, 62, 92))), "cosmonaut": (("space helmet", (238, 238, 234)), ("visor", (46, 62, 92))),
    "robot": (("tin head", (150, 158, 168)), ("antenna", (214, 96, 60)), ("lit eyes", (70, 214, 236))),
    "android": (("tin head", (170, 176, 184)), ("lit eyes", (70, 214, 236))), "droid": (("tin head", (150, 158, 168)), ("antenna", (214, 96, 60)), ("lit eyes", (70, 214, 236))),
}  # fmt: skip
"""All that somebody wears on their head by what they are."""
TRADES = {
    "chef": "toque", "cook": "toque", "baker": "toque", "legionary": "helmet", "legionnaire": "helmet", "centurion": "helmet", "gladiator": "helmet", "musher": "hood", "skier": "helmet", "snowboarder": "helmet", "geisha": "gown", "knight": "helmet", "soldier": "helmet", "firefighter": "helmet", "fireman": "helmet", "builder": "helmet",
    "miner": "helmet", "cyclist": "helmet", "biker": "helmet", "king": "crown", "queen": "crown", "princess": "crown", "prince": "crown", "viking": "helmet",
    "emperor": "crown", "cowboy": "cowboy hat", "sheriff": "cowboy hat", "farmer": "cowboy hat", "wizard": "pointed hat", "witch": "pointed hat", "policeman": "cap", "police": "cap",
    "officer": "cap", "pilot": "cap", "captain": "cap", "sailor": "cap", "driver": "cap", "pirate": "hat", "magician": "top hat", "detective": "hat", "monk": "hood", "nun": "hood",
    "ninja": "hood", "superhero": "cape", "ballerina": "tutu", "bride": "gown", "hiker": "backpack", "santa": "beanie", "courier": "cap", "worker": "helmet", "fisherman": "hat",
    "shepherd": "hat", "gardener": "hat", "explorer": "hat", "samurai": "helmet", "vampire": "cape", "priest": "gown", "doctor": "coat", "scientist": "coat", "chemist": "coat", "barista": "apron", "waiter": "shirt front", "businessman": "shirt front",
    "groom": "shirt front", "butcher": "apron", "blacksmith": "apron", "judge": "gown", "conductor": "shirt front", "agent": "shirt front", "spy": "shirt front",
}  # fmt: skip
"""Solids of trades, where the words name nothing of the kind."""


@cache
def _body(part: str) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Vertices nearest to a joint: their numbers, and where they rest."""
    model = figure()
    rest = np.asarray(model.vertices(model.rest_pose()), np.float64)
    joints = np.asarray(model.joint_transforms(model.rest_pose()), np.float64)[:, :3, 3]
    nearest = np.argmin(np.linalg.norm(rest[:, None] - joints[None], axis=2), axis=1)
    mine = np.flatnonzero(nearest == list(model.joint_names).index(part))
    return mine, rest[mine]


def part_vertices(part: str) -> NDArray[np.int64]:
    """Numbers of the vertices of a part of the body."""
    return _body(part)[0]


def carried(part: str, vertices: NDArray[np.float64]) -> Callable[[NDArray[np.float64]], NDArray[np.float64]]:
    """The rigid motion that brings points at rest to where a part of a posed body is."""
    mine, rest = _body(part)
    now = vertices[mine]
    middle, now_middle = rest.mean(axis=0), now.mean(axis=0)
    u, _, vt = np.linalg.svd((rest - middle).T @ (now - now_middle))
    rotation = vt.T @ np.diag([1, 1, np.sign(np.linalg.det(vt.T @ u.T))]) @ u.T
    return lambda points: (points - middle) @ rotation.T + now_middle


def rings_of(solid: Solid) -> NDArray[np.float64]:
    """Points of the rings at rest: float64 (rings, CORNERS, 3)."""
    angles = np.linspace(0, 2 * np.pi, CORNERS, endpoint=False)
    return np.array([
        np.stack([wide * np.cos(angles), np.full(CORNERS, y), deep * np.sin(angles) + ahead], axis=1) for y, wide, deep, ahead in solid.rings
    ])  # fmt: skip


def fill_solid(picture: NDArray[np.uint8], rings: NDArray[np.float64], colour: RGB) -> None:
    """Fill neighbouring rings and what lies between: points are pixels, float64 (rings, CORNERS, 2); upper ones lighter."""
    for number, (ring, then) in enumerate(itertools.pairwise(rings)):
        hull = cv2.convexHull(np.round(np.concatenate([ring, then]) * 16).astype(np.int32))
        light = 0.82 + 0.12 * number
        tone = [int(min(255, value * light)) for value in colour]
        cv2.fillConvexPoly(picture, hull, (*tone, 255), shift=4)
