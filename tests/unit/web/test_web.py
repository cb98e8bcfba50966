"""What pages are made of, without a browser."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import uuid
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from tests.recipes import read_recipe

from shotwright.api.platform.live import eta
from shotwright.api.platform.plans import problems, unfinished
from shotwright.core.catalog import ENDPOINTS, SLUGS
from shotwright.core.moves import MOVES, Move
from shotwright.core.plan_json import to_json as plan_to_json
from shotwright.core.prompt import parse_prompt, plan_request
from shotwright.core.topview import top_view
from shotwright.jobs.history import Typical
from shotwright.jobs.recipe import recipe_of
from shotwright.jobs.rows import StoredRequest
from shotwright.jobs.usage import UsageRow
from shotwright.media.probe import probe_video
from shotwright.media.recipe import append_recipe
from shotwright.web.comparison import compared, plan_lines
from shotwright.web.forms import form_of
from shotwright.web.operations import plot, round_top
from shotwright.web.session import _next
from shotwright.web.snippets import JAVASCRIPT, PYTHON

WEB = Path(__file__).parents[3] / "src/shotwright/web"
R2V = ENDPOINTS["fal-ai/kling-video/o1/standard/reference-to-video"]
EDIT = ENDPOINTS["fal-ai/kling-video/o1/video-to-video/edit"]


@pytest.mark.parametrize("move", [item for item in MOVES.values() if item.is_offered])
def test_what_the_plan_editor_writes_is_read_back_as_that_move(move: Move) -> None:
    for prompt in (
        f"{move.phrase[0].upper()}{move.phrase[1:]}.",
        f"@Element1 stands in a forest, then {move.phrase}.",
    ):
        plan = plan_request(unfinished(R2V, {"prompt": prompt, "elements": [{}]}))
        assert [item.move for item in plan.camera] == [move.name], prompt


def test_the_form_names_every_field_of_every_endpoint() -> None:
    for endpoint in ENDPOINTS.values():
        shown = [field["name"] for group in form_of(endpoint)["groups"] for field in group["fields"]]
        assert sorted(shown) == sorted(field.name for field in endpoint.fields)


def test_an_unfinished_request_has_a_plan_and_says_what_is_missing() -> None:
    request = unfinished(EDIT, {"prompt": "Make it night.", "image_urls": "nonsense"})
    assert request is not None
    assert plan_request(request).edits[0].op == "time_of_day"
    assert {tuple(item["loc"])[:2] for item in problems(EDIT, {"prompt": "Make it night."})} == {("body", "video_url")}


@pytest.mark.parametrize("given", [None, [], {}, {"prompt": 3}, {"prompt": "  "}, {"prompt": "x" * 9999}, "text"])
def test_nothing_to_plan_is_no_error(given: object) -> None:
    assert unfinished(R2V, given) is None
    assert problems(R2V, given)


def test_the_view_from_above_shows_the_path_of_an_orbit() -> None:
    plan = plan_request(
        unfinished(
            R2V,
            {
                "prompt": "@Element1 stands on a beach. The camera orbits 180 degrees around @Element1.",
                "elements": [{}],
            },
        )
    )
    view = top_view(plan)
    (who,) = view["cast"]
    start, end = view["path"][0], view["path"][-1]
    radius = [((x - who["x"]) ** 2 + (z - who["z"]) ** 2) ** 0.5 for x, _, z, *_ in view["path"]]
    assert max(radius) - min(radius) < 0.25 * max(radius)
    assert start[2] < who["z"] < end[2]
    assert abs(abs(end[3] - start[3]) % 360 - 180) < 15


def test_placements_stand_where_the_words_say() -> None:
    plan = plan_request(
        unfinished(R2V, {"prompt": "@Element1 stands on the left and @Element2 on the right.", "elements": [{}, {}]})
    )
    left, right = (
        next(item["x"] for item in top_view(plan)["cast"] if item["ref"] == ref) for ref in ("@Element1", "@Element2")
    )
    assert left < -1 < 1 < right


# Recipes


def test_a_clip_with_its_recipe_is_the_same_clip(clip: Path, tmp_path: Path) -> None:
    copy = tmp_path / "clip.mp4"
    shutil.copy(clip, copy)
    recipe = recipe_of(R2V.id, {"prompt": "Ein Café 🎬", "image_urls": ["http://x/a.png"]}, "draft", 7)
    append_recipe(copy, recipe)
    assert read_recipe(copy) == recipe
    assert read_recipe(clip) is None
    assert copy.read_bytes().startswith(clip.read_bytes())
    before, after = probe_video(clip), probe_video(copy)
    assert replace(after, size_bytes=0) == replace(before, size_bytes=0)


def test_media_sent_inline_stay_out_of_the_recipe() -> None:
    recipe = recipe_of(
        R2V.id, {"prompt": "x", "image_urls": ["data:image/png;base64," + "A" * 9000, "http://x/a.png"]}, "draft", 1
    )
    assert recipe["arguments"]["image_urls"] == ["", "http://x/a.png"]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0\0\0\1mdat",
        b"\0\0\0\4uuid",
        b"\0\0\0\x20uuid" + b"x" * 24,
        b"\0\0\0\1uuid" + b"\xff" * 30,
        b"RIFF" * 20,
    ],
)
def test_files_without_a_recipe_have_none(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "odd.mp4"
    path.write_bytes(data)
    assert read_recipe(path) is None


# How long it will take


def stored(**changes: object) -> StoredRequest:
    now = datetime.now(UTC)
    row = StoredRequest(
        id=uuid.uuid4(), endpoint_id=R2V.id, engine="draft", arguments={}, options={}, state="queued", priority=0, attempt=0, losses=0, worker=None, queue_job=None,
        cancel_requested=False, start_deadline=None, created_at=now, started_at=None, finished_at=None, stage=None, progress=0.0, plan=None, result=None,
        error=None, metrics={}, owner=None, wire="fal", webhook=None, cost_usd=Decimal(0),
    )  # fmt: skip
    return replace(row, **changes)


def test_the_eta_says_what_it_knows_and_how() -> None:
    now = datetime.now(UTC)
    usual = Typical(10.0, 4)
    assert eta(stored(), None, 0, now) == {"eta_s": None, "eta_basis": None}
    waiting = eta(stored(), usual, 2, now)
    assert waiting["eta_s"] == 30
    assert "4 renders" in waiting["eta_basis"]
    begun = stored(state="running", started_at=now - timedelta(seconds=4), progress=0.05)
    assert eta(begun, usual, 0, now)["eta_s"] == 6
    halfway = stored(state="running", started_at=now - timedelta(seconds=4), progress=0.5)
    assert eta(halfway, usual, 0, now) == {"eta_s": 4.0, "eta_basis": "the pace of this render"}
    assert eta(stored(state="failed"), usual, 0, now)["eta_s"] is None


# Pages


def test_pages_carry_no_inline_script_or_style() -> None:
    for template in [*(WEB / "templates").glob("*.html"), *(WEB.parents[2] / "docs/theme").glob("*.html")]:
        if template.name == "export.html":  # a page for a folder, without a server and its policy
            continue
        text = template.read_text()
        assert not re.search(r"<script(?![^>]*(?:src=|application/json))", text), template.name
        assert not re.search(r"\s(?:style|on\w+)=", text), template.name
        assert not re.search(r"(?:src|href)=\"(?:https?:)?//", text), template.name


@pytest.mark.skipif(not shutil.which("node"), reason="needs Node.js")
@pytest.mark.parametrize("module", sorted((WEB / "static").glob("*.js")), ids=lambda path: path.name)
def test_modules_are_valid(module: Path, tmp_path: Path) -> None:
    copy = tmp_path / (module.stem + ".mjs")
    shutil.copy(module, copy)
    subprocess.run(["node", "--check", str(copy)], check=True, timeout=30)


@pytest.mark.parametrize(
    "where", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)", "", "evil"]
)
def test_signing_in_never_leads_elsewhere(where: str) -> None:
    assert _next(where) == "/"


def test_signing_in_leads_back() -> None:
    assert _next("/requests?q=a&state=failed") == "/requests?q=a&state=failed"


def test_differences_name_every_input() -> None:
    a = {
        "arguments": {"prompt": "x", "duration": "5"},
        "endpoint_id": "e",
        "engine": "draft",
        "is_draft": True,
        "seed": None,
    }
    b = {
        "arguments": {"prompt": "y", "keep_audio": True},
        "endpoint_id": "e",
        "engine": "upstream",
        "is_draft": True,
        "seed": 3,
    }
    rows = compared([a, b, a], [None, None, None])
    shown = {row.name: [cell.text for cell in row.cells] for row in rows}
    assert shown["engine"] == ["draft", "upstream, drawn as a draft", "draft"]
    found = {row.name: row.differs for row in rows}
    assert found == {
        "endpoint": False,
        "engine": True,
        "seed": True,
        "prompt": True,
        "duration": True,
        "keep_audio": True,
    }


def _request(prompt: str, **arguments: object) -> dict[str, object]:
    given = {"prompt": prompt, **arguments}
    return {"arguments": given, "endpoint_id": "e", "engine": "draft", "is_draft": True, "seed": None}


def test_only_the_words_that_changed_are_marked() -> None:
    rows = compared([_request("A red fox runs fast."), _request("A grey fox walks fast.")], [None, None])
    prompt = next(row for row in rows if row.name == "prompt")
    marked = [[text for text, is_new in cell.parts if is_new] for cell in prompt.cells]
    assert marked == [["red", "runs"], ["grey", "walks"]]
    assert [cell.text for cell in prompt.cells] == ["A red fox runs fast.", "A grey fox walks fast."]


def test_pictures_of_this_server_are_shown_and_others_are_only_named() -> None:
    own, other = "http://127.0.0.1:8000/files/ab/fox.png", "https://example.com/fox.png"
    row = next(
        r for r in compared([_request("x", image_urls=[own, other])] * 2, [None, None]) if r.name == "image_urls"
    )
    assert [medium.url for medium in row.cells[0].media] == ["/files/ab/fox.png"]
    assert other in row.cells[0].text


def test_plans_are_compared_line_by_line() -> None:
    def plan(prompt: str) -> dict[str, object]:
        return plan_to_json(parse_prompt(prompt, task="reference_to_video", duration_s=5.0))

    one, other = plan("A fox runs through a forest, slow dolly in"), plan("A fox sleeps in a forest, pan left")
    rows = {row.name: row for row in compared([_request("a"), _request("b")], [one, other]) if row.is_plan}
    assert not rows["who and what"].differs
    assert [cell.text.split()[:2] for cell in rows["deeds"].cells] == [["fox", "run"], ["fox", "sleep"]]
    assert all(is_new for cell in rows["camera"].cells for _, is_new in cell.parts)
    assert plan_lines({}) == {}


def test_plots_stack_to_the_day_s_sum() -> None:
    def row(day: int, model: str, seconds: float) -> UsageRow:
        return UsageRow(
            day=date(2026, 3, day), key=None, endpoint_id=model, engine="draft", requests=1, failed=0, seconds=seconds, unit_price=0.0,
            cost_usd=Decimal(0), upstream_usd=Decimal(0),
        )  # fmt: skip

    rows = [row(2, f"m{number}", 10.0 - number) for number in range(9)]
    drawn = plot(
        rows,
        "Seconds",
        "s",
        lambda row: row.endpoint_id,
        lambda row: row.seconds,
        period=(date(2026, 3, 1), date(2026, 3, 3)),
    )
    assert drawn.series == ["m0", "m1", "m2", "m3", "m4", "m5", "others"]
    assert [bar.total for bar in drawn.bars] == [0.0, 54.0, 0.0]
    assert (drawn.highest, drawn.top, drawn.tick(0.5)) == (54.0, 100.0, "50")
    assert drawn.bars[1].parts[-1][2] == pytest.approx(0.54)
    assert {part[0] for part in drawn.bars[1].parts} == {0, 1, 2, 3, 4, 5, 6}


@pytest.mark.parametrize(
    ("highest", "top"),
    [(0, 2), (1, 1), (1.01, 2), (3, 4), (4, 4), (4.2, 10), (54, 100), (0.3, 0.4), (0.56, 1), (2000, 2000)],
)
def test_plots_end_at_round_values(highest: float, top: float) -> None:
    assert round_top(highest) == pytest.approx(top)


@pytest.mark.parametrize(
    "value", [{"a": True, "b": None, "c": [1, 2.5, "x\"'\\\n"], "d": {}, "e": [], "odd name": "é🎬"}, [], "text"]
)
def test_literals_mean_what_the_json_meant(value: object) -> None:
    assert eval(PYTHON.literal(value, 4), {"__builtins__": {}}) == value
    if shutil.which("node"):
        done = subprocess.run(
            ["node", "-p", f"JSON.stringify({JAVASCRIPT.literal(value, 2)})"],
            capture_output=True,
            text=True,
            check=True,
            timeout=30,
        )
        assert json.loads(done.stdout) == value


def test_slugs_have_forms_through_their_counterparts() -> None:
    assert all(slug.counterpart in ENDPOINTS for slug in SLUGS.values())
