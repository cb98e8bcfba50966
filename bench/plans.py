"""`make bench-plan`: how many of the facts that a careful reader finds in a prompt stand in its plan.

Labels are flat facts: task, start and end frame, style and background references, continuation, camera moves, each edit
with its reference, each reference's role, what is to be kept. Reported: precision, recall and F1 by class and overall, how
many camera sequences are exactly right, and the median time for a prompt. The prompts in `bench/prompts/` are our own;
`held-out.json` and `scenes-held-out.json` are not looked at while rules are written. Other files of the same form may be named on the command line.
"""

from __future__ import annotations

import json
import re
import statistics
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

from bench import scenes
from shotwright.core.plan_json import to_json
from shotwright.core.prompt import plan_request
from shotwright.core.request import Element, ShotRequest

PATHS = {
    "reference_to_video": "reference-to-video", "text_to_video": "reference-to-video", "video_reference": "video-to-video/reference",
    "edit": "video-to-video/edit", "first_last_frame": "image-to-video",
}  # fmt: skip
OURS = (Path(__file__).parent / "prompts" / "tune.json", Path(__file__).parent / "prompts" / "held-out.json")
_NUMBERED = re.compile(r"(?:@|<<<\s*|<|\b)(image|element|i)[_ ]?(\d+)", re.IGNORECASE)
_NAMED = re.compile(r"@(?!image|element|video)([A-Za-z][A-Za-z_]*)", re.IGNORECASE)
_IMPLIED = re.compile(r"reference (image|picture|photo)|参考图", re.IGNORECASE)
Facts = Counter[tuple[str, ...]]


def request_of(item: dict[str, Any]) -> ShotRequest:
    """A request with as many media as the prompt speaks of."""
    prompt, task = item["prompt"], item["intents"]["task"]
    counts: dict[str, int] = {"image": 1 if _IMPLIED.search(prompt) else 0, "element": 0}
    for kind, number in _NUMBERED.findall(prompt):
        name = "image" if kind.lower() == "i" else kind.lower()
        counts[name] = max(counts[name], int(number))
    named = {name.lower() for name in _NAMED.findall(prompt)}
    frames = task == "first_last_frame"
    return ShotRequest(
        "fal-ai/kling-video/o1/" + PATHS[task], prompt,
        image_urls=() if frames else ("x",) * counts["image"],
        elements=(Element("x"),) * max(counts["element"], len(named)),
        video_url="v" if task in {"edit", "video_reference"} else None,
        start_image_url="x" if frames else None,
        end_image_url="x" if frames and item["intents"].get("end_frame") else None,
    )  # fmt: skip


def wanted(item: dict[str, Any]) -> Facts:
    """The facts of a label."""
    intents = item["intents"]
    names = list(dict.fromkeys(name.lower() for name in _NAMED.findall(item["prompt"])))
    canonical = {f"@{name}": f"@Element{i + 1}" for i, name in enumerate(names)}

    def ref(text: str | None) -> str:
        return canonical.get((text or "").lower(), text or "") if (text or "").startswith("@") else ""

    facts: Facts = Counter()
    for key in ("start_frame", "end_frame", "continuation"):
        if intents.get(key):
            facts[key, str(intents[key])] += 1
    for key in ("style_ref", "background_ref"):
        facts.update((key, ref(value)) for value in intents.get(key, ()))
    facts.update(("camera", move["move"]) for move in intents.get("camera", ()))
    for edit in intents.get("edits", ()):
        used = next((ref(edit[key]) for key in ("ref", "with", "to") if ref(edit.get(key))), "")
        facts["edit", edit["op"], used] += 1
    for entry in (*intents.get("images", ()), *intents.get("elements", ())):
        if entry["role"] == "background":
            facts["background_ref", ref(entry["ref"])] += 1
        else:
            facts["role", ref(entry["ref"]), entry["role"]] += 1
    facts.update(("preserve", value) for value in intents.get("preserve", ()))
    return facts


def found(plan: dict[str, Any]) -> Facts:
    """The facts of a plan's JSON."""
    facts: Facts = Counter()
    for key in ("start_frame", "end_frame", "continuation"):
        if plan[key]:
            facts[key, plan[key]] += 1
    facts.update(("style_ref", value) for value in plan["style_refs"])
    if plan["place_ref"]:
        facts["background_ref", plan["place_ref"]] += 1
    facts.update(("camera", move["move"]) for move in plan["camera"])
    facts.update(("edit", edit["op"], edit.get("with", "")) for edit in plan["edits"])
    facts.update(("role", item["ref"], item["role"]) for item in plan["entities"] if item.get("ref"))
    facts.update(("preserve", value) for value in plan["preserve"])
    return facts


def score(items: list[dict[str, Any]], *, show: bool) -> dict[str, Any]:
    """Figures of a set of prompts; `show` prints what is missing and what is too much."""
    hits, missing, extra = Counter[str](), Counter[str](), Counter[str]()
    exact, times = 0, []
    for item in items:
        request = request_of(item)
        started = time.perf_counter()
        plan = to_json(plan_request(request))
        times.append(time.perf_counter() - started)
        label, ours = wanted(item), found(plan)
        lost, surplus = label - ours, ours - label
        sequence = [move["move"] for move in sorted(item["intents"].get("camera", ()), key=lambda m: m.get("order", 0))]
        is_exact = sequence == [move["move"] for move in plan["camera"]]
        exact += is_exact
        for facts, counter in ((label & ours, hits), (lost, missing), (surplus, extra)):
            for fact, number in facts.items():
                counter[fact[0]] += number
        if show and (lost or surplus or not is_exact):
            print(f"\n{item['id']}  {item['prompt']}")
            for sign, facts in (("missing ", lost), ("too much", surplus)):
                for fact in facts:
                    print(f"    {sign} {' '.join(fact)}")
            if not is_exact:
                print(f"    camera   {[move['move'] for move in plan['camera']]} instead of {sequence}")
    classes = {name: _figures(hits[name], missing[name], extra[name]) for name in sorted({*hits, *missing, *extra})}
    overall = _figures(hits.total(), missing.total(), extra.total())
    median = round(statistics.median(times) * 1000, 3)
    return {
        "prompts": len(items),
        "overall": overall,
        "camera_exact": round(exact / len(items), 3),
        "median_ms": median,
        "classes": classes,
    }


def _figures(hits: int, missing: int, extra: int) -> dict[str, float]:
    precision, recall = hits / max(hits + extra, 1), hits / max(hits + missing, 1)
    f1 = 2 * precision * recall / max(precision + recall, 1e-9)
    return {"precision": round(precision, 3), "recall": round(recall, 3), "f1": round(f1, 3), "facts": hits + missing}


def report(name: str, figures: dict[str, Any]) -> None:
    """A table of one set."""
    print(
        f"\n{name}: {figures['prompts']} prompts, camera sequence exact {figures['camera_exact']:.3f}, median {figures['median_ms']:.2f} ms"
    )
    for label, row in (("overall", figures["overall"]), *figures["classes"].items()):
        print(
            f"  {label:<16} precision {row['precision']:.3f}  recall {row['recall']:.3f}  F1 {row['f1']:.3f}  ({row['facts']} facts)"
        )


def main() -> None:
    """Score the named files, else our own; `--show` prints every difference."""
    arguments = [argument for argument in sys.argv[1:] if argument != "--show"]
    for path in [Path(argument) for argument in arguments] or [*OURS, *scenes.OURS]:
        items = json.loads(path.read_text())
        kind = scenes if "facts" in items[0] else sys.modules[__name__]
        kind.report(path.stem, kind.score(items, show="--show" in sys.argv))


if __name__ == "__main__":
    main()
