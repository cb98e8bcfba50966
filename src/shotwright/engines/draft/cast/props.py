"""Hand props, as a stage manager lays them out: the tool that somebody's work needs, the table that it is done at, the jug that is poured from.

The words name the work, and often not the tool; without it nobody sees what is done. The plan stays what was read: what is added
here is known to the stage alone. Rows are in `props.toml`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast

from shotwright.core.plan import Action, Effect, Entity, Path, Preposition
from shotwright.core.prompt.limbs import owned
from shotwright.core.prompt.settling import settled
from shotwright.core.prompt.syntax import GOING
from shotwright.engines.draft.cast.costume import WORN
from shotwright.engines.draft.cast.layout import Layout
from shotwright.engines.draft.cast.library import row_of
from shotwright.engines.draft.cast.pouring import FLOWING, fill, goal_of, is_poured, pour_itself, tables
from shotwright.engines.draft.cast.tabling import SPOTS, lay_out, nod_off, put_before, set_table

if TYPE_CHECKING:
    from shotwright.core.plan import ShotPlan

HAD = {"held": "holding", "ridden": "riding"}


def with_props(plan: ShotPlan) -> ShotPlan:
    """The plan with what the work of its people needs.

    Args:
        plan: As it was read.
    """
    plan = owned(settled(plan))
    layout = Layout(plan, list(plan.entities), list(plan.relations), list(plan.actions))
    _choose_balls(layout)
    layout.effects += [Effect("jets", e.id) for e in plan.entities if _sprays(e, plan)]
    for entity in plan.entities:
        if entity.kind == "person" or (entity.ref and entity.ref.startswith("@Element") and not entity.in_picture):
            _equip(entity, layout)
    pouring = {e.id for e in plan.entities if e.kind in {"person", "body_part", "tool"} or e.ref}
    for number, action in enumerate(plan.actions):
        if action.motion in FLOWING and is_poured(action.who, layout) and goal_of(action, layout) is not None:
            pour_itself(number, action, layout)
        elif action.motion != "pour" or action.who in pouring:  # "water splashing" pours from nothing
            fill(number, action, layout)
    _fold_liquids(layout)
    _one_each(layout)
    for action in list(layout.actions):
        _cook(action, layout)
        _hang_up(action, layout)
        set_table(action, layout)
        nod_off(action, layout)
        _launch(action, layout)
        _seat(action, layout)
        _groom(action, layout)
        _set_net(action, layout)
    _sit_across(layout)
    _man(layout)
    put_before(layout)
    _lay_boards(layout)
    _pass_on(layout)
    _pulled_by_hand(layout)
    lay_out(layout)
    _stand_together(layout)
    return replace(
        plan, entities=tuple(layout.entities), relations=tuple(layout.relations), actions=tuple(layout.actions),
        effects=(*plan.effects, *layout.effects),
    )  # fmt: skip


SPRAYING, BURST = (
    frozenset({"sprinkler", "hose"}),
    frozenset({"burst", "open", "opened", "broken", "leaking", "spraying", "gushing"}),
)
"""What water comes out of, and hydrants only when they are like this."""


def _sprays(entity: Entity, plan: ShotPlan) -> bool:
    """Whether water comes out of something."""
    noun = entity.noun.rpartition(" ")[2]
    is_open = bool(BURST & set(entity.attributes)) or any(act.motion in {"pour", "open", "explode", "shatter"} for act in plan.actions if entity.id in {act.who, act.object})  # fmt: skip
    return noun in SPRAYING or (noun == "hydrant" and is_open)


SEVERAL = 3
"""As many as a plural without a number are."""


def _one_each(layout: Layout) -> None:
    """ "Two knights with swords" have one each."""
    counts = {e.id: e.count for e in layout.entities if e.kind == "person"}
    holders = {r.to: counts[r.of] for r in layout.relations if r.relation == "holding" and counts.get(r.of, 1) > 1}
    layout.entities = [
        replace(e, count=holders[e.id]) if e.id in holders and e.count == SEVERAL else e for e in layout.entities
    ]
    layout.entities = [replace(e, count=1) if e.noun == "puddle" else e for e in layout.entities]  # a wide one


LYING_BOARDS = frozenset({"surfboard", "paddleboard", "bodyboard"})


def _lay_boards(layout: Layout) -> None:
    """Whoever is on a board is on one that lies on the water, and not on its tip."""
    boards = {e.id for e in layout.entities if e.noun.rpartition(" ")[2] in LYING_BOARDS}
    kinds = {e.id: e.kind for e in layout.entities}
    ridden = {
        r.to
        for r in layout.relations
        if r.to in boards and r.relation in {"riding", "on"} and kinds.get(r.of) in {"person", "animal"}
    }
    under_arm = {a.object for a in layout.actions if a.motion == "carry" and a.object in boards}
    layout.entities = [
        replace(e, noun=f"flat {e.noun.rpartition(' ')[2]}") if e.id in ridden | under_arm else e
        for e in layout.entities
    ]
    layout.relations = [
        replace(r, relation="riding") if r.to in ridden and r.relation == "on" else r
        for r in layout.relations
        if not (r.to in ridden and kinds.get(r.of) == "nature")
    ]
    on_boards = {r.of for r in layout.relations if r.to in ridden}
    layout.relations = [r for r in layout.relations if not (r.of in on_boards and kinds.get(r.to) == "nature")]


CLIMBED = {"rope": "climbing rope", "wall": "climbing wall"}
"""What hangs or stands there where somebody climbs it."""


def _hang_up(action: Action, layout: Layout) -> None:
    """ "Climbs a rope": one that hangs from above."""
    if action.motion == "climb":
        layout.entities = [
            replace(e, noun=CLIMBED[e.noun], attributes=()) if e.id == action.object and e.noun in CLIMBED else e
            for e in layout.entities
        ]


PANS = frozenset({"pan", "wok", "skillet", "pot", "saucepan", "casserole"})


def _cook(action: Action, layout: Layout) -> None:
    """ "Tosses vegetables in a pan": the pan is in the hand, and the vegetables in the pan."""
    pan = next((e for e in layout.entities if e.noun.rpartition(" ")[2] in PANS), None)
    if action.motion != "cook" or pan is None or any(r.of == pan.id for r in layout.relations):
        return
    moved = [r for r in layout.relations if r.relation == "holding" and r.of == action.who]
    layout.relations = [r for r in layout.relations if r not in moved]
    layout.relate(action.who, "holding", pan.id)
    food = next((e for e in layout.entities if e.id == action.object and e.id != pan.id), None)
    if food is not None:
        layout.relate(food.id, "in", pan.id)
        layout.entities = [replace(e, count=1) if e is food else e for e in layout.entities]


def _fold_liquids(layout: Layout) -> None:
    """ "A glass of milk", "a goldfish in a bowl" are one thing."""
    kinds = {e.id: e.kind for e in layout.entities}
    acting = {a.who for a in layout.actions} | {a.object for a in layout.actions}
    for inner in [r for r in layout.relations if r.relation in {"in", "inside"} and kinds.get(r.to) == "tool"]:
        liquid = next((e for e in layout.entities if e.id == inner.of), None)
        swims = liquid is not None and liquid.noun.endswith("fish") and kinds.get(inner.of) == "animal"
        if liquid is not None and swims and not liquid.ref:
            layout.entities = [
                replace(e, noun="fishbowl", colour=None) if e.id == inner.to else e
                for e in layout.entities
                if e is not liquid
            ]
            layout.relations = [
                replace(r, to=inner.to) if r.to == inner.of else r for r in layout.relations if r is not inner
            ]
            continue
        is_liquid = liquid is not None and liquid.noun.rpartition(" ")[2] in tables()["liquids"]
        if liquid is not None and is_liquid and liquid.id not in acting and not liquid.ref:
            layout.entities.remove(liquid)
            layout.relations.remove(inner)


def _stand_together(layout: Layout) -> None:
    """ "A man proposes to a woman on a bridge": both are on it."""
    placed = {r.of for r in layout.relations}
    beings = {e.id: e for e in layout.entities if e.kind in {"person", "animal"} and not e.ref}
    for action in layout.actions:
        other = action.object or (action.path.end if action.path else None)
        if action.who not in beings or other not in beings or action.who in placed or action.motion not in CLOSE_BY:
            continue
        for relation in [
            r for r in layout.relations if r.of == other and r.relation in {"on", "in", "under", "inside"}
        ]:
            layout.relate(action.who, relation.relation, relation.to)


CLOSE_BY = frozenset({"kneel", "talk", "hug", "kiss", "shake_hands", "dance", "fight", "give", "point", "wave", "bow"})
"""What is done to somebody where they are."""


def _choose_balls(layout: Layout) -> None:
    """The ball of the game that the words speak of."""
    said = " ".join(
        [*(e.noun for e in layout.entities), *(a.verb for a in layout.actions), *layout.plan.setting.places]
    )
    is_football = any(word in said for word in ("football", "soccer", "goalkeeper", "striker", "goalie", "penalty"))
    kind = next((ball for game, ball in BALLS.items() if game in said), None)
    if is_football and kind in {None, "basketball"} and "basketball" not in said:
        kind = "soccer ball"  # whoever dribbles there
    if kind is not None:
        layout.entities = [replace(e, noun=kind) if e.noun == "ball" and not e.ref else e for e in layout.entities]
    if is_football:  # its net is that of the goal
        layout.entities = [replace(e, noun="goal") if e.noun == "net" and not e.ref else e for e in layout.entities]
    if kind in FOOTBALLS or any(e.noun in FOOTBALLS for e in layout.entities):
        _dribble_by_foot(layout)


def _dribble_by_foot(layout: Layout) -> None:
    """A footballer's hands do nothing to the ball: it runs along before the feet."""
    running = {(a.who, a.start_s) for a in layout.actions if a.motion == "run"}
    for number, act in reversed(list(enumerate(layout.actions))):
        if act.motion != "dribble":
            continue
        who = layout.plan.entity(act.who)
        ball = act.object or (layout.add("soccer ball", who) if who else None)
        if ball is not None:
            layout.relate(act.who, "holding", ball)
        if (act.who, act.start_s) in running:
            del layout.actions[number]
        else:
            layout.actions[number] = replace(act, motion="run", object=None)


FOOTBALLS = frozenset({"soccer ball", "football"})
BALLS = {
    "soccer": "soccer ball", "footballer": "soccer ball", "play football": "soccer ball", "basketball": "basketball", "dunk": "basketball", "dribble": "basketball", "tennis": "tennis ball", "racket": "tennis ball", "baseball": "baseball", "volleyball": "volleyball",
    "golf": "golf ball", "bowling": "bowling ball", "american football": "american football", "quarterback": "american football", "touchdown": "american football", "rugby": "rugby ball",
}  # fmt: skip
"""Balls by words of their games; soccer's where none is said."""


def _equip(entity: Entity, layout: Layout) -> None:
    """The tool of somebody's work, else that of their trade."""
    rows, had = tables(), layout.has(entity.id)
    for number, action in enumerate(layout.actions):
        if action.who != entity.id:
            continue
        target = next((e for e in layout.entities if e.id == action.object), None)
        names = [f"{action.verb.split()[0]} {target.noun.rpartition(' ')[2]}"] if target else []
        row = next((rows["work"][name] for name in (*names, action.verb) if name in rows["work"]), None)
        if row is not None:
            _give(entity, row, number, layout)
            return
    trade = rows["trades"].get(entity.noun) or rows["trades"].get(entity.noun.rpartition(" ")[2])
    worn = {e.id for e in layout.entities if e.kind == "clothing" or e.noun in WORN}
    busy = any(r.of == entity.id and r.relation in {"holding", "riding"} and r.to not in worn for r in layout.relations)
    if trade is not None and not busy and entity.count < len(SPOTS) and not had & {"horse", "camel", "donkey"}:
        mine = next((i for i, a in enumerate(layout.actions) if a.who == entity.id and a.object is None), None)
        _give(entity, trade, mine, layout)


def _give(entity: Entity, row: str, number: int | None, layout: Layout) -> None:
    noun, _, how = row.rpartition(" ")
    last = noun.rpartition(" ")[2]
    is_shared = how == "at" or last in SHARED  # one ball, one board, for all who play
    named = next((e for e in layout.entities if last == e.noun.rpartition(" ")[2] and e.kind != "person"), None)
    is_mine = named is not None and (is_shared or named in layout.plan.entities)
    if named is not None and is_shared and number is not None and layout.actions[number].verb.startswith("play "):
        layout.actions[number] = replace(layout.actions[number], object=named.id)
    has = {r.relation for r in layout.relations if r.of == entity.id}
    rides = {e.id for e in layout.entities if e.kind == "vehicle"}
    is_aboard = how == "ridden" and any(
        r.of == entity.id and r.to in rides and r.relation in {"in", "on"} for r in layout.relations
    )
    if is_mine or row_of(noun) is None or HAD.get(how) in has or is_aboard:
        return
    if how == "at" and number is not None and layout.actions[number].object is not None:
        return  # types on a keyboard
    name = layout.add(noun, entity)
    layout.entities[-1] = replace(layout.entities[-1], count=1 if is_shared else entity.count)
    if how in HAD:
        layout.relate(entity.id, cast("Preposition", HAD[how]), name)
    elif number is not None and layout.actions[number].object is None:
        layout.actions[number] = replace(layout.actions[number], object=name)
    else:
        layout.relate(entity.id, "at", name)


SHARED = frozenset({"ball", "basketball", "volleyball", "frisbee", "rowboat", "canoe", "raft"})
"""What all who play or row have together."""


def _launch(action: Action, layout: Layout) -> None:
    """A boat that somebody rows has oars, and no motor."""
    ridden = {r.to for r in layout.relations if r.of == action.who and r.relation in {"riding", "in", "on"}}
    for i, entity in enumerate(layout.entities):
        if action.motion == "row" and entity.noun == "boat" and entity.id in {action.object, *ridden}:
            layout.entities[i] = replace(entity, noun="rowboat")


MANNED = frozenset(
    {"kayak", "canoe", "rowboat", "motorcycle", "motorbike", "bicycle", "jet ski", "snowmobile", "gondola"}
)
"""What does not go without anybody on it."""
UNMANNED = frozenset({"empty", "abandoned", "riderless", "driverless", "unmanned", "ghost", "remote", "toy"})


def _man(layout: Layout) -> None:
    """ "Two kayaks race": somebody is in each; whom the words name besides, else somebody."""
    aboard = {r.to for r in layout.relations if r.relation in {"riding", "in", "on"}}
    going = {a.who for a in layout.actions if a.motion in GOING}
    for ride in [e for e in layout.entities if e.noun in MANNED and e.id in going - aboard and not e.ref]:
        if UNMANNED & set(ride.attributes):
            continue
        placed = {r.of for r in layout.relations} | {a.who for a in layout.actions}
        named = next((e.id for e in layout.entities if e.noun in RIDERS and e.id not in placed), None)
        rider = named or layout.add("person", ride)
        layout.entities = [replace(e, count=ride.count) if e.id == rider else e for e in layout.entities]
        layout.relate(rider, "riding", ride.id)
        acts = [a for a in layout.actions if a.who == ride.id and a.motion in GOING]
        motion = "ride_bike" if ride.noun in {"motorcycle", "motorbike", "bicycle", "jet ski", "snowmobile"} else "row"
        layout.actions += [Action(rider, a.verb, motion, start_s=a.start_s, end_s=a.end_s) for a in acts]


RIDERS = frozenset(
    {"paddler", "rider", "kayaker", "canoeist", "cyclist", "biker", "motorcyclist", "rower", "gondolier"}
)


def _seat(action: Action, layout: Layout) -> None:
    """Who plays chess, cards or on a console sits."""
    known = {a.motion for a in layout.actions if a.who == action.who}
    if not action.verb.startswith("play ") or action.motion not in SEATED_GAMES or known & POSTURES:
        return
    layout.actions.append(replace(action, verb="sit", motion="sit", object=None, path=None))
    table = next((r.to for r in layout.relations if r.of == action.who and r.relation == "at"), None)
    if table is not None:  # "by the fireplace": the table is, and they are at it
        moved = [r for r in layout.relations if r.of == action.who and r.relation in {"beside", "in_front_of"}]
        layout.relations = [r for r in layout.relations if r not in moved]
        if moved and not any(r.of == table for r in layout.relations):
            layout.relate(table, moved[0].relation, moved[0].to)


def _set_net(action: Action, layout: Layout) -> None:
    """ "Two boys play table tennis": each at an end of a table."""
    player = next((e for e in layout.entities if e.id == action.who), None)
    is_at = any(
        r.of == action.who and r.relation in SPOTS | {"beside", "left_of", "right_of"} for r in layout.relations
    )
    if player is None or action.verb not in TABLE_TENNIS or is_at:
        return
    table = next((e.id for e in layout.entities if e.noun == TABLE_TENNIS[action.verb]), None)
    taken = [r for r in layout.relations if r.to == table]
    table = table or layout.add(TABLE_TENNIS[action.verb], player)
    layout.relate(player.id, "beside" if player.count > 1 else "right_of" if taken else "left_of", table)


def _sit_across(layout: Layout) -> None:
    """Two who play chess sit across from one another, the board between them."""
    boards = {e.id for e in layout.entities if e.noun.rpartition(" ")[2] in BOARDS}
    playing = [a for a in layout.actions if a.verb.startswith("play ") and a.object in boards]
    players = [e for e in layout.entities if e.id in {a.who for a in playing}]
    if sum(e.count for e in players) != PAIR or any(_is_down(e, layout) for e in players):
        return
    known = {r.to for r in layout.relations if r.of in {e.id for e in players} and r.relation == "at"}
    tops = [e.id for e in layout.entities if e.noun.rpartition(" ")[2] in {"table", "bench"}]
    table = next((name for name in tops if name in known), tops[0] if tops else None) or layout.add("table", players[0])
    ids = {e.id for e in players}
    layout.relations = [r for r in layout.relations if not (r.of in ids | boards and r.relation in SPOTS)]
    layout.relate(playing[0].object or "", "on", table)
    for player, side in zip(players, ("left_of", "right_of"), strict=False):
        chair = layout.add("chair", player)
        layout.entities[-1] = replace(layout.entities[-1], count=player.count)
        layout.relate(chair, "beside" if player.count > 1 else cast("Preposition", side), table)
        layout.relate(player.id, "on", chair)


def _is_down(entity: Entity, layout: Layout) -> bool:
    """Whether somebody sits, lies or rides somewhere already."""
    return any(r.of == entity.id and r.relation in {"on", "in", "inside", "riding"} for r in layout.relations)


BOARDS, PAIR = frozenset({"chess", "chessboard", "checkers", "domino", "board"}), 2
TABLE_TENNIS = dict.fromkeys(("play table tennis", "play ping pong", "play ping-pong"), "table tennis table")
"""Games that are played over a table, standing, and the table."""
HAIR = frozenset({"hair", "beard", "fringe", "moustache", "mustache", "braid"})


def _groom(action: Action, layout: Layout) -> None:
    """ "Trims a boy's hair": he sits, and whoever does it stands behind him."""
    hair = next((e for e in layout.entities if e.id == action.object and e.noun in HAIR), None)
    whose = next((r.to for r in layout.relations if hair and r.of == hair.id and r.relation == "part_of"), None)
    client = next((e for e in layout.entities if e.id == whose and e.kind == "person"), None)
    if (
        client is None
        or client.id == action.who
        or any(r.of == client.id and r.relation in SPOTS for r in layout.relations)
    ):
        return
    layout.relate(client.id, "on", layout.add("chair", client))
    layout.relate(action.who, "behind", client.id)
    layout.actions.append(Action(client.id, "sit", "sit", start_s=action.start_s, end_s=action.end_s))


def _pulled_by_hand(layout: Layout) -> None:
    """ "A boy pulls a wagon": one that a boy can pull."""
    people = {e.id for e in layout.entities if e.kind == "person"}
    pulled = {a.object for a in layout.actions if a.motion in {"pull", "push"} and a.who in people}
    layout.entities = [
        replace(e, noun="toy wagon") if e.noun == "wagon" and e.id in pulled else e for e in layout.entities
    ]


def _pass_on(layout: Layout) -> None:
    """Two who play catch throw a ball, to and fro."""
    players = [i for i, act in enumerate(layout.actions) if act.motion == "throw" and act.verb.startswith("play ")]
    if len(players) != 2:
        return
    one, other = (layout.actions[i] for i in players)
    held = [r for r in layout.relations if r.relation == "holding" and r.of in {one.who, other.who}]
    if not held:
        return
    layout.relations = [r for r in layout.relations if r not in held[1:]]
    kept = {r.to for r in held[1:]} - {held[0].to}
    layout.entities = [e for e in layout.entities if e.id not in kept]
    layout.relations[layout.relations.index(held[0])] = replace(held[0], of=one.who)
    half, ball = (one.start_s + one.end_s) / 2, held[0].to
    thrown = replace(one, motion="throw", object=ball, path=Path(end=other.who), end_s=half)
    caught = replace(thrown, who=other.who, path=Path(end=one.who), start_s=half, end_s=other.end_s)
    layout.actions[players[0]], layout.actions[players[1]] = thrown, caught


SEATED_GAMES, POSTURES = frozenset({"tinker", "read", "type"}), frozenset({"sit", "stand", "kneel", "lie", "walk"})
