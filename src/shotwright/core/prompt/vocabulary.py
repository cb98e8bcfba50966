"""The words of the prompt language, as tables.

Each table maps a canonical name to the phrases that mean it, in lemma form, separated by `|`; `~` allows up to two words
in between. Adding a synonym is adding a phrase here. Source: kling-o1, camera vocabulary and label conventions.
"""

from __future__ import annotations

from typing import cast

from shotwright.core.prompt.phrases import PhraseTable, all_words

CAMERA_STRONG: PhraseTable[str] = PhraseTable({
    "dolly_in": "dolly in | dolly forward | dolly toward | dolly into | push in | push ~ in | push forward | push ~ forward"
    " | push into | push toward | push ~ inside | zoom ~ inside | zoom ~ into the | fly ~ inside | fly into | fly through"
    " | fly forward | fly over | dive into | move closer | move in | creep in | travel into | dolly ~ in on | 推进 | 推镜头 | 推近 | 前推",
    "dolly_out": "dolly out | dolly back | dolly away | pull back | pull ~ back | pull out | pull ~ out | pull away"
    " | move back | move away | fly back | retreat | reveal back | drift back | track back | track out | 拉远 | 拉镜头 | 后拉 | 后退",
    "zoom_in": "zoom in | zoom ~ in | crash zoom | snap zoom | zoom toward | zoom to | zoom on | punch in | 放大 | 变焦推近",
    "zoom_out": "zoom out | zoom ~ out | zoom back | zoom away | 缩小 | 变焦拉远",
    "pan_left": "pan left | pan ~ left | pan to the left | whip pan left | turn left | look left | 左摇 | 向左摇",
    "pan_right": "pan right | pan ~ right | pan to the right | whip pan right | whip pan | pan across | pan over | pan to"
    " | pan along | pan | turn right | look right | 右摇 | 向右摇 | 摇镜头",
    "tilt_up": "tilt up | tilt ~ up | tilt upward | look up | 上仰 | 向上摇",
    "tilt_down": "tilt down | tilt ~ down | tilt downward | look down | 下俯 | 向下摇",
    "truck_left": "truck left | truck ~ left | slide left | slide ~ left | track left | crab left | dolly left"
    " | move left | move to the left | lateral left | 左移 | 向左移动",
    "truck_right": "truck right | truck ~ right | slide right | slide ~ right | track right | crab right | dolly right"
    " | move right | move to the right | lateral move | lateral tracking | truck past | truck along | truck | slider | slide past"
    " | dolly sideways | 右移 | 向右移动",
    "pedestal_up": "pedestal up | pedestal ~ up | crane up | crane ~ up | jib up | boom up | boom ~ up | rise up | rise ~ up"
    " | rise above | rise over | rise | ascend | lift up | lift off | soar up | 上升 | 升镜头",
    "pedestal_down": "pedestal down | crane down | crane ~ down | jib down | boom down | boom ~ down | swoop down | swoop ~ down"
    " | swoop | descend | lower | drop down | sink down | 下降 | 降镜头",
    "orbit_ccw": "orbit counterclockwise | orbit counter clockwise | orbit anticlockwise | orbit left | orbit to the left"
    " | arc left | circle left | 逆时针环绕",
    "orbit_cw": "orbit clockwise | orbit right | orbit to the right | arc right | circle right | 顺时针环绕",
    "orbit": "orbit | orbital | arc around | arc shot | arc | circle around | circle | revolve around | revolve | surround shooting"
    " | surround shot | spin around | swing around | rotate around | move around | bullet time | go around | 360 degree shot"
    " | 环绕 | 环绕拍摄 | 旋转拍摄",
    "tracking": "tracking shot | track shot | track alongside | track with | tracking | follow shot | follow ~ behind the"
    " | steadicam | lead the | reverse tracking | follow | chase | move alongside | alongside | track | 跟拍 | 跟随 | 跟踪",
    "handheld": "handheld | hand held | shaky | shaky cam | sway camera | camera shake | 手持",
    "static": "static | locked off | lock off | fixed camera | fixed shot | tripod | camera stay still | camera remain still"
    " | camera stay fixed | camera hold still | still camera | stationary camera | 固定镜头 | 静止镜头",
    "roll": "camera roll | roll clockwise | roll ~ degree | dutch roll | barrel roll | roll | 翻滚",
    "dolly_zoom": "dolly zoom | vertigo effect | vertigo shot | vertigo | zolly | 滑动变焦",
    "rack_focus": "rack focus | pull focus | focus pull | shift focus | focus shift | rack ~ focus | 移焦",
})  # fmt: skip

NEEDS_CAMERA: frozenset[str] = frozenset({
    "rise", "rise up", "lower", "descend", "ascend", "follow", "chase", "lead the", "alongside", "track", "circle",
    "circle around", "move in", "move closer", "move back", "move away", "move left", "move right", "move around",
    "turn left", "turn right", "look up", "look down", "look left", "look right", "retreat", "roll", "spin around", "arc",
    "rise above", "rise over", "swing around", "go around", "revolve", "move alongside", "fly into", "fly through",
    "fly over", "fly ~ inside", "fly forward", "fly back", "drop down", "lift up", "lift off", "swoop", "swoop down",
    "slide left", "slide right", "slide past", "rotate around", "move to the left", "move to the right", "sink down", "soar up", "truck", "static", "dive into", "travel into", "pull away", "pull out", "zoom on",
})  # fmt: skip
"""Phrases that move things as well as cameras: they count only where the camera is what moves."""

CAMERA_NOUNS = frozenset({"camera", "shot", "drone", "lens", "view", "cinematography", "fpv", "frame", "镜", "运"})

SIZES: PhraseTable[str] = PhraseTable({
    "extreme_wide": "extreme wide | extreme long shot | establishing shot | establishing | satellite view | very wide | aerial view"
    " | panoramic view | 大远景",
    "wide": "wide shot | wide angle shot | long shot | wide framing | wide view | wide | 远景",
    "full": "full shot | full body | full length | head to toe | 全景",
    "medium": "medium shot | mid shot | waist up | cowboy shot | medium close up | medium | 中景",
    "close_up": "close up | closeup | tight shot | tight framing | portrait shot | 近景 | 特写",
    "extreme_close_up": "extreme close up | macro shot | macro | big close up | 大特写",
})  # fmt: skip

ANGLES: PhraseTable[str] = PhraseTable({
    "eye": "eye level | eye height | 平视",
    "low": "low angle | worm eye | from below | ground level | 仰拍 | 仰视",
    "high": "high angle | from above | elevated angle | 俯拍 | 高角度",
    "birds_eye": "bird eye | top down | overhead | god eye | straight down | 鸟瞰",
    "dutch": "dutch angle | dutch tilt | canted angle | tilted horizon",
    "over_the_shoulder": "over the shoulder | 过肩",
    "pov": "pov | point of view | first person | 第一人称",
    "side": "side view | profile | from the side | side angle | slightly to the side | 侧面",
    "back": "back view | rear view | from behind | 背面",
    "aerial": "aerial | drone shot | drone view | helicopter shot | 航拍",
})  # fmt: skip

VIEWS: PhraseTable[str] = PhraseTable({
    "back": "back view | rear view | from behind | to the back | behind the character | 背面",
    "front": "front view | to the front | face the camera | 正面",
    "left": "left side view | left profile", "right": "right side view | right profile",
    "side": "side view | profile view | to the side | 侧面",
})  # fmt: skip

SPEEDS: PhraseTable[str] = PhraseTable({
    "slow": "slow | slowly | gentle | gently | gradual | gradually | subtle | subtly | creep | 缓慢 | 慢慢",
    "smooth": "smooth | smoothly | seamlessly | seamless | steady | steadily | fluid | 平稳",
    "fast": "fast | quick | quickly | rapid | rapidly | sudden | suddenly | swift | swiftly | 快速",
    "crash": "crash | whip | snap",
})  # fmt: skip

SPEED_WEIGHT = {"slow": 1.5, "smooth": 1.1, None: 1.0, "fast": 0.6, "crash": 0.3}
"""Share of the clip that a move takes, relative to a move without an adverb."""

SIMULTANEOUS: PhraseTable[str] = PhraseTable(
    {"same": "while | simultaneously | at the same time | as it | as they | 同时"}
)
REVEALS: PhraseTable[str] = PhraseTable({
    "reveal": "reveal | appear | come into focus | come into view | emerge | enter | show up | step into | 出现",
})  # fmt: skip

NEGATIONS = frozenset({"not", "no", "without", "never", "don't", "dont", "doesn't", "avoid", "nothing", "不"})

START_FRAME: PhraseTable[str] = PhraseTable({
    "start": "start frame | first frame | opening frame | starting frame | initial frame | start image | begin with | 首帧",
})  # fmt: skip
END_FRAME: PhraseTable[str] = PhraseTable({
    "end": "end frame | last frame | final frame | ending frame | closing frame | end image | settle on | end on | end with | 尾帧",
})  # fmt: skip
STYLE_WORDS: PhraseTable[str] = PhraseTable({
    "style": "style of | style from | visual style | style in | art style | look of | style | aesthetic of | mood of | 风格",
})  # fmt: skip
PLACE_WORDS: PhraseTable[str] = PhraseTable({
    "place": "scene | background | setting | place | location | landscape | environment | room | street | world | backdrop"
    " | table | 背景 | 场景",
})  # fmt: skip
WEAR: PhraseTable[str] = PhraseTable({"clothing": "wear | dress in | clothe in | clothing style | outfit | 穿"})
HOLD: PhraseTable[str] = PhraseTable({"prop": "hold | carry | use | grip | wield | with the | 拿"})
EFFECT: PhraseTable[str] = PhraseTable({"effect": "burn with | glow with | cover in | surround by | wrap in"})
LOCATED: PhraseTable[str] = PhraseTable({
    "in": "in the scene | walk in | stand in | sit in | run in | at the place in | inside of | in front of | take place in | set in",
})  # fmt: skip

PLACEMENTS: PhraseTable[str] = PhraseTable({
    "center": "center | centre | middle | 中间 | 中央",
    "left": "on the left | at the left | left side | to the left of | left of | 左边 | 左侧",
    "right": "on the right | at the right | right side | to the right of | right of | 右边 | 右侧",
    "foreground": "foreground | in the front | close to the camera | 前景",
    "background": "in the background | in the distance | far away | far behind | 远处",
    "behind": "behind | follow behind",
    "inside": "inside | nestle inside | within | in the bag | in the box",
    "on": "on the table | on top of | on the shoulder | stand on | sit on | on the ground",
})  # fmt: skip

CONTINUATIONS: PhraseTable[str] = PhraseTable({
    "next_shot": "next shot | following shot | continue the scene | continue the video | continue the shot | next scene"
    " | what happen next | extend the video | 下一个镜头 | 下个镜头",
    "previous_shot": "previous shot | shot before | prior shot | what happen before | preceding shot | 上一个镜头 | 上个镜头",
    "camera_motion_transfer": "camera movement from | camera motion from | camera movement of | camera motion of"
    " | same camera movement as | camera move from | camera move of | follow the camera movement | camera movement in | 参考 ~ 运镜 | 运镜",
    "motion_transfer": "movement from the video | motion from the video | movement of the person in | use the movement"
    " | motion of the video | action from the video | dance like | perform the movement | 动作",
})  # fmt: skip
CAMERA_ANGLE: PhraseTable[str] = PhraseTable({
    "camera_angle": "new camera angle | different angle | different camera angle | another angle | view of the video | angle of the video"
    " | change the camera angle | change the view | change the shot size | 换 ~ 角度",
})  # fmt: skip

EDIT_VERBS: PhraseTable[str] = PhraseTable({
    "replace": "replace | swap | substitute | exchange | 替换 | 换成",
    "change": "change | turn | transform | convert | make | morph | set | restyle | modify | alter | 变成 | 改成",
    "add": "add | insert | put | give | place | include | 增加 | 添加 | 加上 | 戴上",
    "remove": "remove | delete | erase | get rid of | take out | eliminate | clear away | 删除 | 去掉 | 移除",
    "recolour": "recolor | recolour | colour | paint | dye",
    "style": "apply | stylize | stylise | render in",
    "relight": "relight",
})  # fmt: skip
INTO = frozenset({"into", "to", "with", "for", "by", "as", "in", "a", "look"})

BACKGROUND_NOUNS = frozenset({
    "background", "landscape", "setting", "scene", "environment", "surroundings", "backdrop", "place", "location", "street",
    "scenery", "背", "景", "room",
})  # fmt: skip
COLOURS = frozenset({
    "red", "green", "blue", "yellow", "orange", "purple", "violet", "pink", "white", "black", "grey", "gray", "brown", "cyan",
    "magenta", "gold", "golden", "silver", "turquoise", "teal", "crimson",
})  # fmt: skip
MATERIALS = frozenset(
    {"crystal", "glass", "gold", "metal", "wood", "stone", "marble", "ice", "chrome", "clay", "bronze"}
)
EFFECT_NOUNS = frozenset({"fire", "flame", "lightning", "ice", "smoke", "glow", "spark", "sparkle", "magic", "energy"})
STOP_NOUNS = frozenset({
    "the", "a", "an", "of", "in", "on", "at", "to", "with", "from", "and", "or", "is", "are", "was", "that", "this", "its", "it",
    "video", "their", "his", "her", "into", "around", "as", "for", "by", "up", "shown", "only", "all", "entire", "whole", "one",
    "toward", "towards", "through", "over", "past", "along", "then",
})  # fmt: skip

STYLES: PhraseTable[str] = PhraseTable({
    "anime": "anime | manga | ghibli | 动漫", "watercolor": "watercolor | watercolour | aquarelle | 水彩",
    "oil_painting": "oil painting | oil paint | impressionist | impressionism | van gogh | 油画", "noir": "noir | film noir",
    "claymation": "claymation | clay style | clay animation", "sketch": "sketch | pencil drawing | line drawing | 素描",
    "pixel_art": "pixel art | 8 bit", "origami": "origami | papercraft | paper cut", "cyberpunk": "cyberpunk | neon noir",
    "vintage_film": "vintage | 35mm film | 35 mm film | super 8 | 8mm film | old film | film grain | retro film",
    "black_and_white": "black and white | monochrome | grayscale | 黑白", "comic": "comic | comic book | graphic novel",
    "cartoon": "cartoon | pixar | cel shade | 3d animation", "documentary": "documentary", "cinematic": "cinematic | 电影感",
})  # fmt: skip
LIGHTING: PhraseTable[str] = PhraseTable({
    "cinematic": "cinematic lighting | cinematic light", "soft": "soft light | soft lighting | diffuse light",
    "hard": "hard light | harsh light | high contrast lighting", "neon": "neon light | neon lit | neon",
    "candle": "candlelight | candle lit | firelight", "backlit": "backlit | back light | rim light | silhouette",
    "sunlit": "sun drenched | sunlit | sunlight | sunny", "moonlight": "moonlight | moonlit", "studio": "studio lighting",
    "low_key": "low key", "high_key": "high key", "volumetric": "volumetric light | god ray",
})  # fmt: skip
MOODS: PhraseTable[str] = PhraseTable({
    "hopeful": "hopeful | uplifting | inspiring", "warm": "warm | cozy | inviting", "calm": "calm | peaceful | serene | tranquil",
    "tense": "tense | suspenseful | ominous | eerie | scary", "melancholic": "melancholic | sad | lonely | somber",
    "dreamy": "dreamy | ethereal | magical | surreal", "epic": "epic | dramatic | grand", "mysterious": "mysterious | moody",
    "joyful": "joyful | happy | playful | cheerful", "romantic": "romantic", "energetic": "energetic | dynamic",
})  # fmt: skip
WEATHERS: PhraseTable[str] = PhraseTable({
    "rain": "rain | rainy | drizzle | downpour | 下雨 | 雨天", "snow": "snow | snowy | snowfall | snowstorm | blizzard | 下雪 | 雪天",
    "fog": "fog | foggy | mist | misty | haze | hazy | 雾", "storm": "storm | stormy | thunderstorm | lightning storm",
    "wind": "wind | windy | breeze", "clear": "clear sky | clear weather", "cloudy": "cloudy | overcast", "wet": "wet asphalt | puddle",
})  # fmt: skip
TIMES: PhraseTable[str] = PhraseTable({
    "golden_hour": "golden hour | magic hour", "sunset": "sunset | dusk light | sundown | 日落", "sunrise": "sunrise | dawn | 日出",
    "night": "night | nighttime | midnight | starry | 夜晚 | 夜", "evening": "evening | dusk | twilight | 傍晚",
    "morning": "morning", "noon": "noon | midday", "day": "daytime | daylight", "blue_hour": "blue hour",
    "later": "hour later",
})  # fmt: skip
DEPTH_OF_FIELD: PhraseTable[str] = PhraseTable({
    "shallow": "shallow depth of field | shallow focus | bokeh | blurred background | soft background | shallow dof",
    "deep": "deep focus | deep depth of field | everything in focus",
})  # fmt: skip
SETTINGS: PhraseTable[str] = PhraseTable({
    "interior": "interior | room | kitchen | bedroom | office | hall | library | cafe | café | restaurant | bar | house | inside a building"
    " | greenhouse | warehouse | corridor | church | museum | 室内",
    "street": "street | alley | road | avenue | sidewalk | city street | market | 街道",
    "skyline": "city | skyline | skyscraper | downtown | rooftop | metropolis | plaza | 城市",
    "forest": "forest | wood | jungle | tree | campsite | treeline | park | garden | 森林",
    "sea": "sea | ocean | beach | shore | coast | island | harbor | wave | lake | river | 海",
    "mountains": "mountain | hill | cliff | valley | canyon | peak | alp | 山",
    "desert": "desert | dune | sand | mars | 沙漠", "field": "field | meadow | grassland | farm | prairie | plain | countryside",
    "space": "space | galaxy | planet | star field | nebula | spaceship | 太空", "studio": "studio | seamless backdrop | product shot",
})  # fmt: skip
STAND_INS: PhraseTable[str] = PhraseTable({
    "person": "person | man | woman | girl | boy | child | people | family | character | dancer | astronaut | knight | hero | soldier"
    " | runner | actor | detective | chef | king | queen | robot | kid | couple | crowd | 人 | 女孩 | 男孩",
    "cat": "cat | kitten | fox | rabbit", "dog": "dog | puppy | wolf", "horse": "horse | unicorn | cow | deer",
    "bird": "bird | eagle | dragon | owl", "car": "car | taxi | truck vehicle | van", "boat": "boat | ship | sailboat",
    "bicycle": "bicycle | bike | motorcycle", "object": "bottle | box | bag | sword | ball | book | phone | cup | product | stone"
    " | lantern | watch | shoe | sculpture | statue",
})  # fmt: skip
PRESERVES: PhraseTable[str] = PhraseTable({
    "subject_motion": "same movement | same motion | body motion | subject motion | keep motion | keep talk | same action"
    " | original motion | motion exactly",
    "camera": "camera angle | camera movement | camera motion | camera framing | camera work | same camera",
    "background": "background | scene | location", "lighting": "lighting | light", "subject": "same person | subject | character"
    " | actor", "clothing": "clothing | clothes | outfit", "face": "face | identity", "everything_else": "everything else | nothing except",
})  # fmt: skip
PRESERVE_VERBS: PhraseTable[str] = PhraseTable(
    {"keep": "keep | preserve | maintain | retain | unchanged | leave | stay the same | 保持"}
)

ALL_TABLES = cast(
    "list[PhraseTable[object]]",
    [
        CAMERA_STRONG, SIZES, ANGLES, VIEWS, SPEEDS, SIMULTANEOUS, REVEALS, START_FRAME, END_FRAME, STYLE_WORDS, PLACE_WORDS,
        WEAR, HOLD, EFFECT, LOCATED, PLACEMENTS, CONTINUATIONS, CAMERA_ANGLE, EDIT_VERBS, STYLES, LIGHTING, MOODS, WEATHERS,
        TIMES, DEPTH_OF_FIELD, SETTINGS, STAND_INS, PRESERVES, PRESERVE_VERBS,
    ],
)  # fmt: skip
KNOWN_WORDS: frozenset[str] = all_words(ALL_TABLES) | CAMERA_NOUNS | BACKGROUND_NOUNS | COLOURS | EFFECT_NOUNS
