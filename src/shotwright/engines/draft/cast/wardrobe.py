"""What figures look like: age and build by noun and adjective, clothes by what they wear and what they are."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from shotwright.core.prompt.lexicon import noun_of
from shotwright.core.prompt.likening import SIZED
from shotwright.core.prompt.vocabulary import FEMALE
from shotwright.engines.draft.cast.bare import covers_limbs, limbs_of
from shotwright.engines.draft.cast.costume import SOLIDS, TRADES, WHOLE, WORN
from shotwright.engines.draft.cast.figures import SKIN, STANDING_M, Clothes
from shotwright.media.colour import colour_of

if TYPE_CHECKING:
    from shotwright.core.plan import Entity
    from shotwright.engines.draft.cast.figures import RGB

WHITE, BLACK, STEEL = (236, 236, 232), (34, 34, 38), (150, 158, 168)
ROLES: dict[str, tuple[RGB, RGB]] = {
    "chef": (WHITE, (60, 62, 70)), "cook": (WHITE, (60, 62, 70)), "baker": (WHITE, (196, 190, 178)), "waiter": (BLACK, BLACK), "waitress": (BLACK, BLACK),
    "barista": ((52, 64, 56), BLACK), "doctor": (WHITE, (120, 170, 190)), "nurse": ((110, 176, 190), (110, 176, 190)), "scientist": (WHITE, (74, 80, 96)),
    "chemist": (WHITE, (74, 80, 96)), "surgeon": ((70, 150, 140), (70, 150, 140)), "astronaut": (WHITE, WHITE), "diver": (BLACK, BLACK), "knight": (STEEL, STEEL),
    "soldier": ((88, 96, 62), (88, 96, 62)), "police": ((32, 44, 84), (32, 44, 84)), "officer": ((32, 44, 84), (32, 44, 84)), "policeman": ((32, 44, 84), (32, 44, 84)), "cop": ((32, 44, 84), (32, 44, 84)), "policewoman": ((32, 44, 84), (32, 44, 84)), "sheriff": ((150, 120, 80), (120, 96, 66)),
    "firefighter": ((176, 140, 50), (70, 62, 48)), "fireman": ((176, 140, 50), (70, 62, 48)), "pilot": (WHITE, (32, 40, 70)), "sailor": (WHITE, (32, 40, 84)), "captain": ((32, 40, 84), WHITE),
    "pirate": ((128, 40, 40), BLACK), "ninja": (BLACK, BLACK), "samurai": ((110, 30, 34), BLACK), "monk": ((186, 96, 34), (186, 96, 34)), "nun": (BLACK, BLACK),
    "bride": (WHITE, WHITE), "groom": (BLACK, BLACK), "businessman": ((48, 54, 72), (48, 54, 72)), "detective": ((148, 124, 88), (70, 62, 54)), "farmer": ((160, 60, 50), (66, 84, 124)),
    "blacksmith": ((96, 66, 44), (62, 56, 52)), "king": ((130, 24, 44), (90, 20, 40)), "queen": ((120, 30, 96), (120, 30, 96)), "wizard": ((62, 54, 128), (62, 54, 128)), "witch": (BLACK, BLACK),
    "robot": (STEEL, (110, 118, 128)), "android": (STEEL, STEEL), "cyborg": (STEEL, (60, 64, 70)), "alien": ((90, 150, 90), (70, 110, 74)), "zombie": ((92, 104, 74), (70, 64, 56)),
    "ballerina": ((236, 176, 196), (240, 214, 220)), "dancer": ((150, 40, 90), BLACK), "boxer": (SKIN, (180, 30, 36)), "surfer": ((24, 60, 100), (24, 60, 100)), "swimmer": (SKIN, (24, 60, 140)),
    "footballer": ((200, 40, 40), WHITE), "runner": ((240, 120, 40), BLACK), "mechanic": ((56, 84, 130), (56, 84, 130)), "worker": ((240, 140, 30), (60, 70, 100)), "judge": (BLACK, BLACK),
    "clown": ((230, 60, 60), (240, 200, 40)), "cowboy": ((150, 110, 70), (66, 84, 124)), "viking": ((110, 80, 54), (80, 66, 52)), "ghost": (WHITE, WHITE), "skeleton": (WHITE, WHITE),
    "legionary": ((150, 44, 36), (150, 44, 36)), "legionnaire": ((150, 44, 36), (150, 44, 36)), "centurion": ((150, 44, 36), (150, 44, 36)), "gladiator": (SKIN, (120, 76, 44)),
    "musher": ((214, 96, 34), (52, 56, 66)), "dj": (BLACK, (52, 54, 62)), "golem": ((128, 126, 118), (112, 110, 104)), "troll": ((104, 116, 84), (92, 84, 66)), "ogre": ((110, 126, 80), (96, 80, 60)),
    "geisha": ((176, 40, 60), (176, 40, 60)), "jogger": ((240, 120, 40), BLACK), "cyclist": ((220, 60, 60), BLACK), "skier": ((40, 110, 190), (40, 44, 60)), "snowboarder": ((230, 150, 40), (50, 56, 70)),
    "santa": ((190, 24, 30), (190, 24, 30)), "teacher": ((80, 104, 90), (70, 66, 60)), "student": ((64, 96, 150), (60, 66, 84)), "fisherman": ((210, 170, 50), (66, 74, 84)),
    "gardener": ((76, 120, 60), (92, 80, 60)), "butcher": (WHITE, BLACK), "miner": ((200, 130, 40), (60, 58, 56)), "mermaid": (SKIN, (40, 150, 130)),
}  # fmt: skip
"""Colours of top and legs by trade, where the words name none."""
EVERYDAY: tuple[tuple[RGB, RGB], ...] = (
    ((92, 116, 150), (58, 62, 80)), ((150, 74, 66), (64, 66, 78)), ((84, 124, 96), (84, 76, 64)), ((186, 152, 92), (60, 66, 92)), ((120, 92, 132), (52, 54, 62)),
    ((206, 200, 188), (74, 82, 104)), ((70, 110, 120), (90, 84, 76)),
)  # fmt: skip
SKINS: tuple[RGB, ...] = (SKIN, (178, 128, 98), (120, 82, 60), (232, 194, 168))
SKIN_WORDS: dict[str, RGB] = {
    "pale": (240, 220, 204), "fair": (236, 208, 186), "tanned": (186, 132, 94), "dark-skinned": (104, 72, 52), "green": (110, 150, 90), "ghostly": (226, 228, 226),
}  # fmt: skip
HAIRS: tuple[RGB, ...] = ((70, 52, 40), (34, 30, 30), (150, 112, 66), (96, 54, 34))
BLACK_HAIR: RGB = (24, 20, 20)
DARK = 300
"""Sum of the tones of a skin below which hair is black, so that a face is told from it."""
LONG = frozenset(
    {
        "dress",
        "gown",
        "robe",
        "suit",
        "coat",
        "raincoat",
        "kimono",
        "jumpsuit",
        "uniform",
        "armor",
        "armour",
        "costume",
        "pajamas",
        "overalls",
        "scrubs",
        "spacesuit",
        "wetsuit",
        "cloak",
        "habit",
        "nightgown",
        "sari",
        "tracksuit",
        "tuxedo",
        "bathrobe",
        "toga",
        "hanbok",
        "yukata",
        "abaya",
        "swimsuit",
        "leotard",
        "onesie",
        "hazmat suit",
    }
)
HATS: dict[str, RGB] = {
    "crown": (226, 184, 60), "toque": WHITE, "cowboy hat": (150, 116, 76), "hat": (92, 74, 58), "backpack": (176, 84, 50), "top hat": BLACK, "shirt front": WHITE, "apron": (226, 222, 210), "glasses": BLACK, "scarf": (176, 50, 50), "wings": (206, 228, 246), "headband": WHITE, "mask": (226, 228, 226),
}  # fmt: skip
"""Colours of what is worn, where neither words nor clothes say."""
UNDYED: dict[str, RGB] = {
    "jeans": (62, 84, 132), "denim": (62, 84, 132), "tuxedo": BLACK, "suit": (52, 56, 70), "leather": (74, 52, 40), "wedding": WHITE, "uniform": (42, 54, 88), "lab": WHITE,
    "hoodie": (120, 124, 130), "raincoat": (226, 190, 50), "bathrobe": WHITE, "armor": STEEL, "armour": STEEL, "spacesuit": WHITE, "apron": (226, 222, 210), "santa": (190, 24, 30),
    "khaki": (150, 134, 92), "camouflage": (88, 96, 62), "wetsuit": BLACK, "glasses": BLACK, "sunglasses": BLACK, "goggles": BLACK, "mask": (226, 228, 226), "tie": (130, 30, 36),
    "fur": (128, 100, 76), "silk": (176, 60, 72), "golden": (212, 172, 72), "sequin": (206, 176, 90), "straw": (206, 176, 110), "wool": (150, 130, 110), "scrubs": (90, 160, 170),
}  # fmt: skip
"""Colours of garments and stuffs that the words give none."""
HAIR_COLOURS: dict[str, RGB] = {
    "red": (176, 74, 36), "ginger": (190, 96, 44), "auburn": (132, 58, 36), "blonde": (222, 188, 112), "blond": (222, 188, 112), "golden": (226, 184, 90), "brunette": (84, 56, 40),
    "brown": (92, 62, 42), "dark": (40, 32, 30), "black": (28, 26, 28), "white": (232, 232, 230), "grey": (170, 172, 174), "gray": (170, 172, 174), "silver": (196, 200, 204),
}  # fmt: skip
"""Colours of hair; others are dyed."""
STUFFS: dict[str, RGB] = {
    "stone": (132, 130, 122), "marble": (222, 220, 214), "wooden": (150, 106, 64), "bronze": (140, 104, 56), "golden": (212, 172, 72), "ice": (190, 222, 240), "clay": (176, 112, 76),
    "cardboard": (190, 150, 104), "paper": (244, 242, 236), "origami": (244, 242, 236), "rusty": (150, 88, 54), "rusted": (150, 88, 54), "brick": (168, 84, 64), "gingerbread": (170, 112, 64), "chocolate": (92, 58, 38),
    "concrete": (160, 158, 154), "granite": (120, 118, 116), "steel": (150, 156, 164), "iron": (96, 98, 102), "silver": (192, 196, 202), "gold": (212, 172, 72), "copper": (184, 115, 72), "tin": (158, 164, 170), "metal": (150, 156, 164), "chrome": (190, 196, 204), "golem": (132, 130, 122), "troll": (104, 116, 84), "ogre": (110, 126, 80), "sand": (214, 188, 136),
}  # fmt: skip
"""Colours of creatures that are made of something, from head to foot."""
LIT = (250, 214, 90)
"""Colour of eyes that glow, where none is said."""
MOSS, MOSSY = (92, 116, 62), frozenset({"moss", "mossy", "moss-covered", "ivy", "vine", "overgrown", "algae"})
"""What grows over those who stood for long, and its colour."""
GROWN = frozenset(
    {
        "hair",
        "wing",
        "beard",
        "moustache",
        "mustache",
        "ponytail",
        "braid",
        "bun",
        "curl",
        "hairstyle",
        "dreadlock",
        "mohawk",
        "afro",
    }
)
"""What grows on somebody: no thing of its own."""
LEGS = frozenset({"trousers", "pants", "jeans", "shorts", "skirt", "leggings", "tights"})
SMALL_GARMENTS = frozenset({
    "hat", "cap", "helmet", "shoe", "sneaker", "boot", "glove", "scarf", "crown", "tie", "mask", "sunglasses", "glasses", "sock", "belt", "watch", "ring",
    "necklace", "earring", "bracelet", "goggles", "headband", "slipper", "sandal", "heel",
})  # fmt: skip
"""What colours neither top nor legs."""
OLD = frozenset({"old", "elderly", "aged", "ancient"})
SIZES = {
    "giant": 2.2,
    "huge": 1.8,
    "enormous": 2.0,
    "massive": 1.8,
    "gigantic": 2.4,
    "big": 1.2,
    "large": 1.25,
    "tall": 1.12,
    "tiny": 0.55,
    "small": 0.75,
    "little": 0.8,
    "miniature": 0.3,
    "short": 0.88,
    "baby": 0.5,
    "young": 0.9,
}

SHIRTLESS = frozenset({"shirtless", "bare-chested", "topless"})
PATTERNS = frozenset({"striped", "stripy", "plaid", "checked", "checkered", "tartan"})
BRIGHT = 500
"""Sum of the channels from which on stripes are darker than the cloth."""
HEADS = ((0.8, 2.0), (1.0, 1.9), (1.3, 1.72), (1.45, 1.5), (1.65, 1.15))
"""Below these usual heights in metres: heads of babies, toddlers, children."""
YOUNG, TALL_PLANT_M, YOUNG_PLANT_M = frozenset({"small", "little", "tiny", "young", "baby"}), 3.0, 1.3
"""What is said of trees that one plants, from which height on they are such, and how tall they are."""
BEAST_M, SMALL_BEAST_M = 2.6, 1.2
"""From which usual height on a small creature is not just a little smaller, and how tall it is then."""
TINY_M, GIANT_M = 0.4, 0.45
MADE_M = {
    **dict.fromkeys(("toy", "paper", "origami", "lego", "plush", "stuffed", "model", "miniature", "knitted", "crocheted", "clay", "plasticine", "gingerbread", "chocolate"), 0.3),
    "cardboard": 1.4,
}  # fmt: skip
"""How tall at most what is made of this is, metres."""
LITTLE, LITTLE_M = frozenset({"tiny", "miniature", "teeny"}), 0.4
"""Words for what fits on a hand, and how tall that is at most."""
GIANT = frozenset({"giant", "huge", "enormous", "massive", "gigantic", "colossal"})


def scale_of(entity: Entity, usual_m: float = STANDING_M) -> float:
    """How much larger or smaller than `usual_m` the words make it: a giant snail is no longer small."""
    scale = 1.0
    like = next((noun_of(word.removesuffix(SIZED)) for word in entity.attributes if word.endswith(SIZED)), None)
    if like is not None and like.height_m > 0:
        return like.height_m / usual_m
    made = next((MADE_M[word] for word in entity.attributes if word in MADE_M), None)
    if made is not None and entity.kind in {"animal", "vehicle", "building", "plant", "nature"} and usual_m > made:
        return made * max(1.0, SIZES.get(next(iter(GIANT & set(entity.attributes)), ""), 1.0)) / usual_m
    if LITTLE & set(entity.attributes) and entity.kind in {"animal", "plant", "vehicle"}:
        return min(SIZES.get("tiny", 0.5), LITTLE_M / usual_m)  # a tiny dragon is no cow
    if usual_m > BEAST_M and entity.kind == "animal" and YOUNG & set(entity.attributes):
        return SMALL_BEAST_M / usual_m  # "a small dragon" is looked in the eye
    if usual_m > TALL_PLANT_M and entity.kind == "plant" and YOUNG & set(entity.attributes):
        return YOUNG_PLANT_M / usual_m
    if usual_m < TINY_M and GIANT & set(entity.attributes):
        return GIANT_M / usual_m
    for word in entity.attributes:
        scale *= SIZES.get(word, 1.0)
    return scale


TINY_CREATURE_M = 0.4
CREATURES = frozenset({"golem", "gnome", "goblin", "troll", "fairy", "elf", "robot", "alien", "pixie", "sprite", "imp", "creature", "wizard", "knight", "ghost", "snowman", "monster"})  # fmt: skip
"""Who is no taller than that, metres, where the words call them tiny."""


def height_of(entity: Entity) -> float:
    """How tall somebody is, metres."""
    known = noun_of(entity.noun) or noun_of(entity.noun.split()[-1] if entity.noun else "")
    usual = known.height_m if known and known.height_m else STANDING_M
    if LITTLE & set(entity.attributes) and entity.noun.rpartition(" ")[2] in CREATURES:
        return TINY_CREATURE_M
    return min(6.0, max(0.4, usual * scale_of(entity)))


def clothes_of(entity: Entity, worn: list[Entity], copy: int) -> Clothes:
    """Colours of somebody: of what they wear, of their trade, else everyday ones that differ from person to person."""
    salt = zlib.crc32(f"{entity.id}{entity.noun}{copy}".encode())
    top, legs = ROLES.get(entity.noun.split()[-1] if entity.noun else "", EVERYDAY[salt % len(EVERYDAY)])
    own = colour_of(entity.colour)
    if own is not None and not any(word.endswith("haired") for word in entity.attributes):
        top, legs = own, _darker(own)
    for garment in worn:
        colour, noun = _dyed(garment), garment.noun.split()[-1]
        if colour is None or noun in GROWN:
            continue
        if noun in LEGS:
            legs = colour
        elif noun in LONG:
            top, legs = colour, _darker(colour)
        elif noun not in SMALL_GARMENTS:
            top = colour
    said_skin = next(
        (SKIN_WORDS[word] for word in entity.attributes if word in SKIN_WORDS), SKINS[(salt >> 8) % len(SKINS)]
    )
    stuff = next((STUFFS[word] for word in entity.attributes if word in STUFFS), None) or STUFFS.get(entity.noun)
    if stuff is not None:
        top, legs, said_skin = stuff, _darker(stuff), stuff
        top = MOSS if MOSSY & set(entity.attributes) else top
    skin = STEEL if entity.noun in {"robot", "android"} else said_skin
    usual = HAIRS[(salt >> 4) % len(HAIRS)] if sum(skin) > DARK else BLACK_HAIR
    hair = STEEL if entity.noun in {"robot", "knight"} else _hair(entity, worn, usual)
    hair = _darker(stuff) if stuff is not None else hair
    hair = skin if {"bald", "shaved"} & set(entity.attributes) else hair
    if SHIRTLESS & set(entity.attributes):
        top = skin
    limbs = limbs_of(entity, worn, skin, _dyed) if stuff is None else ()
    return Clothes(top, legs, skin, hair, _solids(entity, worn, top, hair), _stripe(worn, top), _head_of(entity), limbs)


def _stripe(worn: list[Entity], top: RGB) -> RGB | None:
    """The other colour of a striped shirt, jumper or dress."""
    striped = any(PATTERNS & set(item.attributes) and item.noun.split()[-1] not in SMALL_GARMENTS for item in worn)
    return (WHITE if sum(top) < BRIGHT else _darker(_darker(_darker(top)))) if striped else None


def _head_of(entity: Entity) -> float:
    """How large a head is beside its body, in an adult's."""
    known = noun_of(entity.noun) or noun_of(entity.noun.split()[-1] if entity.noun else "")
    usual = known.height_m if known and known.kind == "person" else STANDING_M
    return next((head for below, head in HEADS if usual < below), 1.0)


def _dyed(garment: Entity) -> RGB | None:
    """The colour of a garment: what the words say, else that of its stuff."""
    said = colour_of(garment.colour) or colour_of(" ".join(garment.attributes))
    return said or next((UNDYED[word] for word in (*garment.attributes, *garment.noun.split()) if word in UNDYED), None)


def _hair(entity: Entity, worn: list[Entity], usual: RGB) -> RGB:
    """The colour of somebody's hair: "a red-haired woman", "with long white hair", an old man's."""
    words = [
        word.removesuffix("-haired")
        for word in entity.attributes
        if word.endswith("-haired") or word in {"blonde", "blond", "brunette", "ginger"}
    ]
    words += [word for item in worn if item.noun in GROWN for word in (item.colour or "", *item.attributes)]
    words += [entity.noun] if entity.noun in {"blonde", "blond", "brunette", "redhead"} else []
    said = next(
        (HAIR_COLOURS.get(word) or colour_of(word) for word in words if word in HAIR_COLOURS or colour_of(word)), None
    )
    if said is not None:
        return said
    is_old = OLD & {*entity.attributes, *entity.noun.split()} or entity.noun.startswith(
        ("grandm", "grandf", "grandp", "granny")
    )
    return (206, 206, 204) if is_old else usual


def _solids(entity: Entity, worn: list[Entity], top: RGB, hair: RGB) -> tuple[tuple[str, RGB], ...]:
    """Hats, skirts, hair, packs: what the words name, else what goes with a trade."""
    found: dict[str, RGB] = {}
    noun = entity.noun.split()[-1] if entity.noun else ""
    is_bald = bool({"bald", "shaved"} & set(entity.attributes))
    has_long = any(
        item.noun == "dreadlock"
        or (item.noun in {"hair", "ponytail", "braid"} and {"long", "flowing"} & set(item.attributes))
        for item in worn
    )
    if (
        noun in FEMALE
        or {"female", "pregnant"} & set(entity.attributes)
        or has_long
        or "long-haired" in entity.attributes
    ) and not is_bald:
        found["long hair"] = hair
    for garment in worn:
        whole = f"{garment.attributes[-1]} {garment.noun}" if garment.attributes else garment.noun
        solid = WORN.get(whole) or WORN.get(garment.noun) or WORN.get(garment.noun.split()[-1])
        if solid is not None:
            if solid == "skirt" and {"long", "flowing"} & set(garment.attributes):
                solid = "gown"
            if solid == "hat" and SOLIDS.get(TRADES.get(noun, ""), SOLIDS["coat"]).part == SOLIDS["hat"].part:
                solid = TRADES[noun]  # the hat of a chef
            found[solid] = (
                hair if solid == "beard" else WHITE if solid == "shirt front" else _dyed(garment) or _usual(solid, top)
            )
    found |= dict(WHOLE.get(noun, ()))
    shining = next((word for word in entity.attributes if word.startswith("glowing ") and word.endswith("eyes")), None)
    if shining is not None:
        found["lit eyes"] = colour_of(shining.removeprefix("glowing ").removesuffix("eyes").strip() or None) or LIT
    if "coat" in found:
        found["coat front"] = _darker(_darker(found["coat"]))
    usual = TRADES.get(noun)
    has_same = any(SOLIDS[name].part == SOLIDS[usual].part and name != "long hair" for name in found) if usual else True
    if usual and not has_same:
        found[usual] = _usual(usual, top)
    if {"bearded", "beard"} & {*entity.attributes, *(item.noun for item in worn)}:
        found["beard"] = hair
    return tuple(found.items())


def is_worn_visibly(garment: Entity) -> bool:
    """Whether a figure shows a garment: by its shape, or by its colour."""
    noun = garment.noun.split()[-1]
    if garment.noun in WORN or noun in WORN or covers_limbs(garment):
        return True
    return noun in GROWN or (_dyed(garment) is not None and noun not in SMALL_GARMENTS)


def _usual(solid: str, top: RGB) -> RGB:
    """The colour of something worn that the words give none."""
    return HATS.get(solid) or (top if SOLIDS[solid].part != "Head" else _darker(top))


def _darker(colour: RGB) -> RGB:
    red, green, blue = (round(0.82 * value) for value in colour)
    return red, green, blue
