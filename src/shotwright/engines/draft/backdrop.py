"""What stands behind a shot: the picture of a place, or the set that the words name, in the look of the shot."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from shotwright.core.camera import EYE_HEIGHT_M, lens_of
from shotwright.core.plan import Framing, Look, Setting
from shotwright.core.prompt.look import SEEN_AFAR
from shotwright.engines.analysis.geometry import USUAL_ROW, Geometry, measure_geometry
from shotwright.engines.analysis.matting import matte
from shotwright.engines.draft import grade
from shotwright.engines.draft.cast.words import name_of, place_thing
from shotwright.engines.draft.passage import shot_inside
from shotwright.engines.draft.plate import build_diorama, fit
from shotwright.engines.draft.sets import PaintedSet, build_set, find_place
from shotwright.engines.draft.sets.afloat import at_the_water
from shotwright.engines.draft.sets.places import OUTSIDE, court_of, is_known, place_told_by
from shotwright.engines.draft.style import matching_table
from shotwright.engines.draft.weather import Haze, haze_of, snowed
from shotwright.media.colour import FrameRGB, FrameYUV, Mask, rgb_to_yuv
from shotwright.media.images import load_flat

if TYPE_CHECKING:
    from collections.abc import Callable

    from shotwright.core.plan import Entity, ShotPlan
    from shotwright.engines.analysis.cache import Cache
    from shotwright.engines.base import Shot
    from shotwright.engines.draft.lookdev import LookDev
    from shotwright.engines.draft.place import Place
    from shotwright.engines.draft.sets.places import Found

PHOTOGRAPHED_FROM = {
    "high": EYE_HEIGHT_M["high"],
    "aerial": EYE_HEIGHT_M["aerial"],
    "birds_eye": EYE_HEIGHT_M["birds_eye"],
}
"""Eye height of the camera that took a start frame, when the words say that it looks down."""
VAGUE_SHELLS = frozenset({"interior", "space", "studio"})
"""Kinds of places that tell less than who is there."""
FALLING = frozenset({"rain", "snow", "storm", "fog", "wind"})
"""Weather that nobody has indoors."""
WINDOWS = frozenset(
    {"window", "windowsill", "sill", "balcony", "blinds", "windowpane", "windscreen", "windshield", "dashboard"}
)
"""What tells that somebody is inside."""
AS_OUTSIDE = 0.3
"""How far what is inside a building takes the colours of the picture that shows it."""
PLAYBLAST = "playblast"
"""The style that shows blocking, timing and camera alone."""
DARK = frozenset({"dark", "dim", "dimly", "gloomy", "unlit", "abandoned", "haunted", "moonlit", "shadowy"})
"""What is said of rooms in which no lamp is lit."""
NIGHT_LIGHTS = frozenset({"neon", "moonlight", "candle", "cyberpunk"})
"""Lights that a painted set shows by night unless the words name a time."""


@dataclass(frozen=True)
class Backdrop:
    """The picture behind everything, cropped to the frame, how it was taken, and what stands in front in it."""

    rgb: FrameRGB
    geometry: Geometry
    is_start_frame: bool
    front: Mask | None = None

    @property
    def horizon(self) -> float:
        """Row of the horizon, frame heights."""
        return self.geometry.horizon


def in_its_light(shot: Shot, backdrop: Backdrop | None) -> Shot:
    """A painted set is lit as such a place is, and dark where its lights ask for it, unless the words say otherwise."""
    look = shot.plan.look
    if look.style == PLAYBLAST:  # shapes and places alone
        plain = Look(lens_mm=look.lens_mm, style=PLAYBLAST, depth_of_field=None)
        return replace(shot, plan=replace(shot.plan, look=plain, effects=()))
    if backdrop is not None:
        return shot
    if look.lighting is None and look.time_of_day is None and look.style is None:
        look = replace(look, lighting=_found(shot).kind.light)
    is_lit = look.lighting is None and look.style is None and not DARK & set(shot.plan.setting.attributes)
    if look.time_of_day in {"night", "evening", "later"} and is_lit and _found(shot).kind.room is not None:
        look = replace(look, lighting="lamplit")  # in a room somebody has put a light on
    if look.time_of_day is None and NIGHT_LIGHTS & {look.lighting, look.style}:
        look = replace(look, time_of_day="night")
    return replace(shot, plan=replace(shot.plan, look=look))


def _found(shot: Shot) -> Found:
    """The place of the first shot."""
    setting, _ = setting_of(shot.plan)
    if shot.plan.look.style == PLAYBLAST:
        setting = Setting(places=("grid floor",))
    is_aerial = bool(shot.plan.shots) and shot.plan.shots[0].angle == "aerial"
    return find_place(setting, has_cast=bool(shot.plan.entities), is_aerial=is_aerial)


def setting_of(plan: ShotPlan) -> tuple[Setting, bool]:
    """The setting that the words name first, that passengers sit in, or where those whom they name usually are; whether it is that last one."""
    setting, entities = plan.setting, [entity for entity in plan.entities if entity.appears_s == 0]
    if any(shown.places for shown in plan.shots):  # the words cut from place to place
        setting = replace(setting, places=plan.shots[0].places, shells=setting.shells if plan.shots[0].places else ())
    things = ["potted plant" if "potted" in e.attributes else name_of(e) for e in entities if e.noun not in SEEN_AFAR]
    flies = any(act.motion in {"fly", "float", "fall"} for act in plan.actions)
    here = tuple(
        noun for noun in setting.places
        if not any(thing.endswith(f" {noun}") for thing in things) and (noun != "sky" or flies)
    )  # fmt: skip
    setting = replace(
        setting, places=tuple(court_of(noun, plan.actions, things) for noun in here)
    )  # "a space station" is none
    ridden = place_thing(plan)
    if ridden is not None:
        return replace(setting, places=(ridden.noun, *setting.places), inside=True), False
    if any(is_known(noun, setting) for noun in setting.places):
        return setting, False
    left = {act.path.start for act in plan.actions if act.path is not None}
    houses = [e for e in entities if e.kind == "building" and e.noun.rpartition(" ")[2] not in OPENINGS]
    behind = next((e for e in houses if e.id in left or _is_before(setting, e)), None)
    if behind is not None:  # somebody has come out of it, or is before it
        return replace(setting, places=(BEFORE.get(behind.noun, OUTSIDE), *setting.places), inside=False), True
    named = next(
        (e.noun for e in entities if is_known(e.noun) and e.noun not in SEEN_AFAR and _only_stands(e, plan)), None
    )
    told = _told(plan, setting, things) if named is None else named
    return (replace(setting, places=(told, *setting.places), inside=True) if told else setting), bool(
        told
    ) and not named


def _is_before(setting: Setting, building: Entity) -> bool:
    """Whether all is outside of a building."""
    return "outside" in setting.attributes and is_known(building.noun)


OPENINGS = frozenset({"door", "doorway", "window", "gate", "curtain", "stairs", "staircase", "hatch", "wall", "fence"})
"""What one comes through, and is no house that one has left."""
BEFORE = {
    **dict.fromkeys(("church", "chapel", "temple", "mill", "inn", "tavern", "shrine", "monastery"), "village"), **dict.fromkeys(("cave", "den", "cabin", "hut", "treehouse"), "forest"),
    **dict.fromkeys(("barn", "stable", "farmhouse", "silo"), "farm"), **dict.fromkeys(("castle", "palace", "fortress", "tower"), "castle courtyard"), **dict.fromkeys(("cottage", "house", "home", "garage"), "suburb"),
    "tunnel": "mountain", "mine": "canyon", "lighthouse": "lighthouse", "tent": "campsite", "igloo": "snowy mountain", "hangar": "runway", "mansion": "garden", "greenhouse": "garden",
}  # fmt: skip
"""Where one is before a building, where the words do not say; else in a street."""


def _only_stands(entity: Entity, plan: ShotPlan) -> bool:
    """Whether something is rather a place than somebody: a tavern that does nothing, and no golf club."""
    return not plan.actions_of(entity.id) and entity.kind not in {"person", "animal", "vehicle", "tool", "clothing"}


def _told(plan: ShotPlan, setting: Setting, things: list[str]) -> str | None:
    """Where those are usually who are named; outside, when something falls from the sky and there is no window to see it through."""
    has_window = any(entity.noun in WINDOWS for entity in plan.entities)
    falls = plan.look.weather in FALLING or any(
        effect.kind in FALLING and effect.where != "outside" for effect in plan.effects
    )
    is_outside = falls and not has_window
    is_vague = set(setting.shells) <= VAGUE_SHELLS
    usual = place_told_by(things, plan.actions, is_outside=is_outside) if is_vague else None
    if not setting.places and set(setting.shells) <= {"sea"} and place_told_by(things) == "underwater" and _dives(plan):
        return "underwater"  # a diver and a turtle, and water named
    is_bare = is_outside and things and not setting.shells and not setting.places
    if usual is not None or (setting.shells or setting.places):
        return usual
    kinds = {entity.kind for entity in plan.entities}
    if is_bare and kinds & {"person", "animal", "vehicle"}:
        return "street"
    is_furnished = any(e.kind == "furniture" and e.noun.rpartition(" ")[2] in OF_ROOMS for e in plan.entities)
    return "living room" if is_furnished and kinds & {"person", "animal"} else None


def _dives(plan: ShotPlan) -> bool:
    """Whether what the words name is below the surface: a sunken ship, who swims or floats there."""
    sunken = any(SUNKEN & set(entity.attributes) for entity in plan.entities)
    divers = {e.id for e in plan.entities if "diver" in e.noun}
    swims = {a.who for a in plan.actions if a.motion in {"swim", "float"}}
    return sunken or bool(divers & swims)


SUNKEN = frozenset({"sunken", "underwater", "submerged", "drowned"})
OF_ROOMS = frozenset(
    {
        "table",
        "sofa",
        "couch",
        "armchair",
        "carpet",
        "rug",
        "shelf",
        "bookshelf",
        "cupboard",
        "drawer",
        "fireplace",
        "wardrobe",
        "dresser",
        "mantelpiece",
    }
)
"""Furniture that stands in rooms, where the words name no other place."""


class Builder:
    """Builds the set in its look, and as a start frame shows it.

    Attributes:
        air: A picture of the place that tells its colours.
        haze: What far things are seen through.
        floats: Whether bodies float in it.
        later: Sets of later shots, and from when on.
    """

    floats = False

    def __init__(self, shot: Shot, cache: Cache, backdrop: Backdrop | None, lookdev: LookDev, notes: list[str]) -> None:
        plan, self._backdrop = shot.plan, backdrop
        self._cache, self._source = cache, shot.image(plan.start_frame) or shot.image(plan.place_ref)
        self.later: list[tuple[float, Place]] = []
        self._painted: PaintedSet | None = None
        self._first: FrameYUV | None = None
        framing = plan.shots[0] if plan.shots else Framing()
        self._camera: dict[str, Any] = {
            "eye_m": EYE_HEIGHT_M["eye"],
            "lens": lens_of(plan.look.lens_mm),
            "horizon": USUAL_ROW,
        }
        if backdrop is None:
            is_aerial = framing.angle == "aerial"
            found = _found(shot)
            kind = at_the_water(found.kind, plan, found.name)
            self._painted = build_set(kind, plan.look, is_aerial=is_aerial, seed=shot.seed, dress=lookdev.texture)
            self.later = self._later(shot, lookdev, found.name)
            names = [found.name, *(name for shown in plan.shots[1:] for name in shown.places[:1] if shown.cut)]
            said = ", ".join(dict.fromkeys(names))
            if setting_of(plan)[1]:
                notes.append(f"the place: the words name none; where they usually are stands in ({said})")
            elif not found.is_known:
                notes.append(f"the place: the nearest kind of set, with its name on a board, stands in ({said})")
            else:
                notes.append(f"the place: a painted set stands in ({said})")
            self.air = (self._painted.sky or self._painted.walls)[0].texture.colour
            self.floats = self._painted.floats
            self.haze = haze_of(plan.look.weather, self.air) or self._painted.air
            return
        is_high = backdrop.is_start_frame or framing.angle == "aerial"
        self._camera |= {"horizon": backdrop.horizon}
        if is_high:
            self._camera |= {"eye_m": PHOTOGRAPHED_FROM.get(framing.angle or "", EYE_HEIGHT_M["eye"])}
        self.air = rgb_to_yuv(backdrop.rgb)
        self.haze = haze_of(plan.look.weather, self.air)
        if shot_inside(plan) is not None:
            self.later = self._later(shot, lookdev, "", like=self.air)
        if lookdev.is_plain:
            return
        self._first = self.air if backdrop.is_start_frame else None
        self.air = lookdev.plate(
            backdrop.rgb, horizon=backdrop.horizon, lens=self._camera["lens"], shot=shot, cache=cache
        )
        if plan.look.weather == "snow" and not backdrop.is_start_frame:
            self.air = snowed(self.air, backdrop.horizon)
        haze = None if backdrop.is_start_frame else haze_of(plan.look.weather, self.air)
        self.haze = haze_of(plan.look.weather, self.air)
        if haze is not None:
            self.air = _in_air(self.air, haze, backdrop.horizon, self._camera["eye_m"], self._camera["lens"])

    def _later(
        self, shot: Shot, lookdev: LookDev, first: str, *, like: FrameYUV | None = None
    ) -> list[tuple[float, Place]]:
        """Sets of later shots whose words name another place; in the colours of a picture, where there is one."""

        def dress(texture: FrameYUV, shine: Mask | None) -> FrameYUV:
            dressed = lookdev.texture(texture, shine)
            return dressed if like is None else grade.apply_table(dressed, matching_table(dressed, like, AS_OUTSIDE))

        found: list[tuple[float, Place]] = []
        before = first
        for shown in shot.plan.shots[1:]:
            if not shown.cut or not shown.places or shown.places[0] == before:
                continue
            before = shown.places[0]
            setting = replace(shot.plan.setting, places=shown.places, shells=(), inside=True)
            kind = find_place(setting, has_cast=True, is_aerial=shown.angle == "aerial").kind
            place = build_set(kind, shot.plan.look, is_aerial=shown.angle == "aerial", seed=shot.seed + 1, dress=dress)
            found.append((shown.start_s, place))
        return found

    def place(self, *, beyond_m: float = 0.0) -> Place:
        """The set; what a picture shows nearer than `beyond_m` does not stand up."""
        if self._painted is not None:
            return self._painted
        assert self._backdrop is not None  # noqa: S101  (else the set was painted)
        return build_diorama(
            self.air, **self._camera, **self._taken, front=self._backdrop.front, beyond_m=beyond_m, kept=self._kept
        )

    @property
    def _taken(self) -> dict[str, Any]:
        """What holds of a start frame: its ground ends where things stand. Who is put into the picture of a place needs room there."""
        is_shot = self._backdrop is not None and self._backdrop.is_start_frame
        return {"foot": self._backdrop.geometry.foot if self._backdrop and is_shot else None, "is_shot": is_shot}

    def _kept(self, kind: str, picture: FrameYUV, make: Callable[[], FrameYUV]) -> FrameYUV:
        """What is made of a picture's patches, kept between renders."""
        if self._source is None:
            return make()
        extra = f"{picture.shape}{zlib.crc32(picture.tobytes())}"
        return self._cache.get(f"{kind}-5", self._source, make, extra=extra)

    def first_place(self, *, beyond_m: float = 0.0) -> Place | None:
        """The set as the start frame shows it, when that differs."""
        if self._first is None or self._backdrop is None:
            return None
        return build_diorama(
            self._first, **self._camera, **self._taken, front=self._backdrop.front, beyond_m=beyond_m, kept=self._kept
        )


def _in_air(plate: FrameYUV, haze: Haze, horizon: float, eye_m: float, lens: float) -> FrameYUV:
    """A plate seen through the air, by the distance of its rows."""
    height, width = plate.shape[:2]
    rows = (np.arange(height) + 0.5) / height
    below = np.maximum(rows - horizon, 1e-3) * height / (lens * width)
    distance = np.where(rows > horizon, np.minimum(eye_m / below, 12.0), 12.0)
    share = (1 - np.exp(-distance / haze.reach_m)) * 0.94
    amount = np.repeat((share * 255).astype(np.uint8)[:, None], width, axis=1)
    over = cv2.merge([amount] * 3)
    kept = cv2.multiply(plate, cv2.bitwise_not(over), scale=1 / 255)
    return np.asarray(cv2.add(kept, cv2.multiply(np.full_like(plate, haze.colour), over, scale=1 / 255)), np.uint8)


def backdrop_of(shot: Shot, cache: Cache) -> Backdrop | None:
    """The place of a shot: its start frame, else a place image; None for a set that is painted from the words."""
    plan, spec = shot.plan, shot.output
    source = shot.image(plan.start_frame) or shot.image(plan.place_ref)
    if source is None:
        return None
    rgb = fit(load_flat(source), spec.width, spec.height)
    is_start = plan.start_frame is not None
    front = cache.get("front-1", source, lambda: matte(rgb), extra=f"{rgb.shape}")
    geometry = cache.get("geometry-3", source, lambda: measure_geometry(rgb, front), extra=f"{rgb.shape}")
    return Backdrop(rgb, geometry, is_start, front)
