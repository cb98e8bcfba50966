"""How much of a scene its plan holds: entities, attributes, actions, relations, ways, places, effects, cuts against labels.

Labels are compact and in the labeller's own words: nouns, verbs, relations, ways. They are mapped to the plan leniently where
words differ and the meaning does not, and nowhere else:

* an entity is its noun's last word; a reference and the noun that the words give it are the same;
* a verb is its first word, or another with the same motion of the stage ("chase", "run"); a relation counts in its own direction, and `in` and `inside`, `at` and `near` and `beside` are one;
* a way is an end or a middle of an action's path, of whoever walks it; "A_to_B" asks for both ends;
* a place is a place of the setting, or an entity of that noun;
* an effect is found by any word that the effect's row knows.

Reported is recall for what labels list exhaustively and F1 where they claim to be complete.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from shotwright.core.plan import ShotPlan
from shotwright.core.prompt import plan_request, syntax
from shotwright.core.prompt.lexicon import base_verb, motion_of, singular
from shotwright.core.request import Element, ShotRequest

PROMPTS = Path(__file__).parent / "prompts"
OURS = (PROMPTS / "scenes-tune.json", PROMPTS / "scenes-held-out.json")
ENDPOINT = "fal-ai/kling-video/o1/standard/reference-to-video"
SAME = {
    "inside": "in",
    "beside": "near",
    "at": "near",
    "around": "near",
    "outside": "outside",
    "upon": "on",
    "onto": "on",
    "against": "near",
    "carried_by": "carried_by",
}
CAMERA = {"orbit_cw": "orbit", "orbit_ccw": "orbit", "crane_up": "pedestal_up", "crane_down": "pedestal_down"}
ALIKE = (
    {"close_up", "medium_close_up"}, {"wide", "medium_wide", "full"}, {"birds_eye", "high"}, {"low", "worms_eye"}, {"aerial", "birds_eye"},
)  # fmt: skip
WAYS = {
    "left_to_right": {("start", "left"), ("end", "right")}, "right_to_left": {("start", "right"), ("end", "left")}, "toward": {("end", "near")},
    "away": {("end", "far")}, "up": {("end", "up")}, "down": {("end", "down")}, "in_from_left": {("start", "left")},
    "in_from_right": {("start", "right")}, "out_left": {("end", "left")}, "out_right": {("end", "right")},
}  # fmt: skip


def request_of(item: dict[str, Any]) -> ShotRequest:
    """A request with as many media as the label says."""
    many = {
        name: item.get(name, 0) if isinstance(item.get(name, 0), int) else len(item[name])
        for name in ("elements", "images")
    }
    return ShotRequest(
        item.get("endpoint", ENDPOINT), item["prompt"], image_urls=("x",) * many["images"], elements=(Element("x"),) * many["elements"],
        duration_s=float(item.get("duration", 5)),
    )  # fmt: skip


class Found:
    """A plan, asked in the labeller's words."""

    def __init__(self, plan: ShotPlan) -> None:
        self.plan = plan
        self._names = {
            e.id: {_last(e.noun), e.ref or "", *(_last(a) for a in e.attributes[-1:])} - {""} for e in plan.entities
        }

    def ids(self, name: str) -> set[str]:
        """Entities that a label's name means."""
        word = name if name.startswith("@") else _last(name)
        exact = {
            e.id for e in self.plan.entities if word == e.ref or (word == _last(e.noun) and not word.startswith("@"))
        }
        return exact or {
            e.id for e in self.plan.entities if not word.startswith("@") and word in {_last(a) for a in e.attributes}
        }

    def entity(self, name: str) -> bool:
        return bool(self.ids(name)) or _last(name) in {_last(p) for p in self.plan.setting.places} or self.effect(name)

    def attribute(self, name: str, value: str) -> bool:
        ids = self.ids(name)
        if value.startswith("count:"):
            wanted = value.removeprefix("count:")
            return any(
                e.count >= 3 if wanted == "many" else str(e.count) == wanted for e in self.plan.entities if e.id in ids
            )
        said = {
            w
            for e in self.plan.entities
            if e.id in ids
            for a in (*e.attributes, e.noun, e.colour or "")
            for w in _words(a)
        }
        if _last(name) in {_last(p) for p in self.plan.setting.places}:
            said |= {w for a in (*self.plan.setting.attributes, *self.plan.setting.places) for w in _words(a)}
        if _last(name) == "sky":
            said |= set(_words(self.plan.setting.sky or ""))
        return _words(value) <= said

    def action(self, name: str, verb: str) -> bool:
        ids = self.ids(name)
        wanted = base_verb(verb.split()[0])
        motion = motion_of(verb, wanted)
        said = [a for a in self.plan.actions if a.who in ids]
        return any(base_verb(a.verb.split()[0]) == wanted or (motion and a.motion == motion) for a in said) or (
            bool(self.effect(name)) and not ids
        )

    def relation(self, of: str, kind: str, to: str) -> bool:
        one, two, wanted = self.ids(of), self.ids(to), SAME.get(kind, kind)
        for r in self.plan.relations:
            said = SAME.get(r.relation, r.relation)
            if (
                r.of in one
                and r.to in two
                and (said == wanted or ({said, wanted} <= {"on", "riding", "in", "over"} and wanted != "over"))
            ):
                return True
            if wanted == "near" and said == "near" and r.of in two and r.to in one:
                return True
            if wanted == "carried_by" and said == "holding" and r.of in two and r.to in one:
                return True
        places = {_last(p) for p in self.plan.setting.places}
        return _last(to) in places and (bool(one) or self.effect(of))

    def way(self, name: str, way: str) -> bool:
        ids = self.ids(name)
        paths = [a.path for a in self.plan.actions if (a.who in ids or a.object in ids) and a.path]
        if way in WAYS:
            return any(WAYS[way] <= {(k, getattr(p, k)) for k in ("start", "end")} for p in paths)
        if way in {"through", "along", "over", "around"}:
            keys = {
                "through": ("along", "over"),
                "along": ("along",),
                "over": ("over", "along"),
                "around": ("around",),
            }[way]
            return any(getattr(p, key) for p in paths for key in keys)
        if way == "in":
            return any(p.start in {"out", "left", "right"} for p in paths)
        if way == "out":
            return any(p.end in {"out", "left", "right", "far"} or p.start for p in paths)
        start, _, end = way.partition("_to_")
        goals = {p.end for p in paths} | {r.to for r in self.plan.relations if r.of in ids}
        return bool(goals & (self.ids(end) | {_last(end)})) and any(p.start for p in paths) if start else False

    def place(self, name: str) -> bool:
        words = {_last(p) for p in self.plan.setting.places} | {_last(e.noun) for e in self.plan.entities}
        return _last(name) in words or any(_last(name) in _words(p) for p in self.plan.setting.places)

    def effect(self, name: str) -> bool:
        rows = {syntax_row for word in ([name, *name.split()]) if (syntax_row := _effect_row(word))}
        kinds = {e.kind for e in self.plan.effects}
        nouns = {_last(e.noun) for e in self.plan.entities}
        return bool(rows & kinds) or _last(name) in nouns


def _effect_row(word: str) -> str | None:
    hits = {phrase: kind for kind, phrases in syntax.EFFECTS.rows.items() for phrase in phrases}
    low = word.lower()
    return (
        hits.get(low)
        or hits.get(singular(low))
        or hits.get(low.replace("_", " "))
        or (low.replace(" ", "_") if low.replace(" ", "_") in syntax.EFFECTS.rows else None)
    )


def _last(text: str) -> str:
    word = text.lower().replace("-", " ").split()[-1] if text.strip() else ""
    return {"grey": "gray"}.get(word, singular(word))


def _words(text: str) -> set[str]:
    return {{"grey": "gray", "colour": "color"}.get(w, w) for w in text.lower().replace("-", " ").split()}


def facts(item: dict[str, Any], plan: ShotPlan) -> dict[str, list[tuple[str, bool]]]:
    """Each fact of a label, and whether the plan holds it."""
    label, found = item["facts"], Found(plan)
    checks: dict[str, list[tuple[str, bool]]] = {
        "entities": [(n, found.entity(n)) for n in label["entities"]],
        "attributes": [(f"{n} {v}", found.attribute(n, v)) for n, v in label["attributes"]],
        "actions": [(f"{n} {v}", found.action(n, v)) for n, v in label["actions"]],
        "relations": [(f"{a} {r} {b}", found.relation(a, r, b)) for a, r, b in label["relations"]],
        "paths": [(f"{n} {w}", found.way(n, w)) for n, w in label["paths"]],
        "places": [(n, found.place(n)) for n in label["place"]],
        "effects": [(n, found.effect(n)) for n in label["effects"]],
    }
    wanted = [CAMERA.get(m, m) for m in label["camera"]]
    ours = [CAMERA.get(m.move, m.move) for m in plan.camera]
    checks["camera"] = [(f"{wanted} not {ours}", wanted == ours)]
    sizes = {s for f in plan.shots for s in (f.size, f.angle) if s} | {m.end_size for m in plan.camera if m.end_size}
    checks["framing"] = [(n, n in sizes or any(n in pair and pair & sizes for pair in ALIKE)) for n in label["framing"]]
    checks["cuts"] = (
        [(str(label["cuts"]), label["cuts"] == max(1, 1 + sum(f.cut for f in plan.shots)))] if "cuts" in label else []
    )
    roles = {e.ref: e.role for e in plan.entities if e.ref} | {
        plan.start_frame: "start_frame",
        plan.end_frame: "end_frame",
        plan.place_ref: "background",
    }
    roles |= dict.fromkeys(plan.style_refs, "style")
    checks["roles"] = [
        (f"{ref} {role} not {roles.get(ref)}", roles.get(ref) == role) for ref, role in label["refs"].items()
    ]
    return checks


def score(items: list[dict[str, Any]], *, show: bool) -> dict[str, Any]:
    """Share of facts found by class; extra entities are counted; `show` prints what is missing."""
    hits, total, surplus, said = Counter[str](), Counter[str](), 0, 0
    for item in items:
        plan = plan_request(request_of(item))
        checks = facts(item, plan)
        lost = {name: [text for text, ok in rows if not ok] for name, rows in checks.items()}
        for name, rows in checks.items():
            hits[name] += sum(ok for _, ok in rows)
            total[name] += len(rows)
        known = {_last(n) for n in (*item["facts"]["entities"], *item["facts"]["place"], *item["facts"]["effects"])}
        extra = [e.noun for e in plan.entities if _last(e.noun) not in known and not e.ref]
        surplus, said = surplus + len(extra), said + len([e for e in plan.entities if not e.ref])
        if show and (any(lost.values()) or extra):
            print(f"\n{item['id']}  {item['prompt']}")
            for name, texts in lost.items():
                for text in texts:
                    print(f"    missing {name}: {text}")
            if extra:
                print(f"    extra entities: {', '.join(extra)}")
            if plan.unread:
                print(f"    unread: {', '.join(item['prompt'][u.span[0] : u.span[1]] for u in plan.unread)}")
    shares = {name: (round(hits[name] / total[name], 3), total[name]) for name in total if total[name]}
    return {"prompts": len(items), "recall": shares, "entity_precision": round(1 - surplus / max(1, said), 3)}


def report(name: str, figures: dict[str, Any]) -> None:
    """A table of one set."""
    print(f"\n{name}: {figures['prompts']} prompts, precision of entities {figures['entity_precision']:.3f}")
    for label, (share, number) in figures["recall"].items():
        print(f"  {label:<12} {share:.3f}  ({number} facts)")
