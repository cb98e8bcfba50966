"""The texts of the models say what the seed documents say: every endpoint, parameter, type, default, option, description, example."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from tests.running import RunningServer

SEEDS = Path(__file__).parents[3] / "shared" / "seeds"
REFERENCE = "fal-ai/kling-video/o1/video-to-video/reference"
needs_seeds = pytest.mark.skipif(not SEEDS.is_dir(), reason="the seed documents do not lie beside this checkout")

OUR_ADDRESSES = [
    ("https://fal.run", ""), ("https://queue.fal.run", "/queue"), ("https://fal.ai/models", "/models"), ("https://fal.ai/api", "/api"),
    ("https://fal.ai/docs/llms.txt", "/llms.txt"), ("https://api.eachlabs.ai", ""),
]  # fmt: skip
"""What stands there, and what stands here: the only differences of addresses."""
OTHER_DIFFERENCES = {
    "llms": {
        "Platform Documentation",
        "Python Client",
        "JavaScript Client",
    },  # links to fal's own documentation; ours has its own
    "eachlabs": {"Branded URL", "Interactive Demo", "Last Updated"},  # facts about a page and its address
}


def ours(text: str, url: str) -> str:
    """A seed's text with our addresses."""
    for theirs, path in OUR_ADDRESSES:
        text = text.replace(theirs, url + path)
    return text


def squeezed(text: str) -> str:
    return " ".join(text.split())


def seed(start: str) -> str:
    return next(SEEDS.glob(f"{start}_*")).read_text()


@dataclass
class Param:
    """A parameter as a document describes it."""

    name: str
    type: str
    required: bool
    default: str | None = None
    options: tuple[str, ...] = ()
    text: str = ""
    examples: list[object] = field(default_factory=list)


# The form of seed 000


def llms_params(text: str) -> dict[str, Param]:
    """Parameters of the input schema of an llms.txt."""
    schema = text.split("### Input Schema")[1].split("**Required Parameters Example**")[0]
    found = {}
    for block in re.split(r"\n- \*\*`", schema)[1:]:
        head, _, rest = block.partition("\n")
        name, kind, need = re.match(r"(\w+)`\*\* \(`([^`]+)`, _(\w+)_\):", head).groups()
        default = re.search(r"- Default: `(.+)`", rest)
        options = re.search(r"- Options: (.+)", rest)
        examples = re.search(r"- Examples: (.+)", rest)
        said = re.split(r"\n  - ", rest)[0]
        found[name] = Param(
            name, kind, need == "required", default and default.group(1), tuple(re.findall(r'"([^"]+)"', options.group(1))) if options else (),
            squeezed(said), [json.loads(f"[{examples.group(1)}]")] if examples else [],
        )  # fmt: skip
    return found


def json_blocks(text: str) -> list[object]:
    return [json.loads(block) for block in re.findall(r"```json[^\n]*\n(.*?)```", text, re.DOTALL)]


@needs_seeds
def test_llms_txt_of_the_reference_model_is_seed_000(server: RunningServer) -> None:
    theirs, mine = ours(seed("000"), server.url), server.http.get(f"/models/{REFERENCE}/llms.txt").text
    assert llms_params(mine) == llms_params(theirs)
    assert json_blocks(mine) == json_blocks(theirs)
    for heading in re.findall(r"^#+ .+", theirs, re.MULTILINE):
        assert heading in mine or heading == "### fal.ai Platform", heading
    facts = re.compile(r"^- \*\*(.+?)\*\*: (.+)", re.MULTILINE)
    assert facts.findall(mine) == facts.findall(theirs)
    assert re.search(r"^> (.+)", mine, re.MULTILINE).group(1) == re.search(r"^> (.+)", theirs, re.MULTILINE).group(1)
    links = re.compile(r"- \[(.+?)\]\((.+?)\)")
    assert {
        name: link for name, link in links.findall(theirs) if name not in OTHER_DIFFERENCES["llms"]
    }.items() <= dict(links.findall(mine)).items()


@needs_seeds
@pytest.mark.parametrize("language", ["bash", "python", "javascript"])
def test_the_snippets_of_llms_txt_hold_every_line_of_the_seed(server: RunningServer, language: str) -> None:
    blocks = re.compile(rf"```{language}\n(.*?)```", re.DOTALL)
    mine = squeezed("\n".join(blocks.findall(server.http.get(f"/models/{REFERENCE}/llms.txt").text)))
    for block in blocks.findall(ours(seed("000"), server.url)):
        for line in block.splitlines():
            assert squeezed(line) in mine, line


# The form of seeds 001 and 002


def doc_params(text: str) -> list[Param]:
    """All ParamField blocks in order."""
    found = []
    for attributes, body in re.findall(r"<ParamField body=(.*?)>\n(.*?)</ParamField>", text, re.DOTALL):
        name, kind = re.match(r'"(\w+)" type="([^"]+)', attributes).groups()
        default = re.search(r'default="([^"]*)"', attributes)
        options = re.search(r"Possible values: (.+)", body)
        said = squeezed(body.split("Possible values:")[0])
        found.append(
            Param(
                name,
                kind,
                "required" in attributes,
                default and default.group(1),
                tuple(re.findall(r"`([^`]+)`", options.group(1))) if options else (),
                said,
            )
        )
    return found


PAGES = {"001": "fal-ai/kling-video/o1/reference-to-video", "002": "fal-ai/kling-video/o1/standard/video-to-video"}


@needs_seeds
@pytest.mark.parametrize("number", sorted(PAGES))
def test_markdown_pages_are_seeds_001_and_002(server: RunningServer, number: str) -> None:
    theirs, mine = ours(seed(number), server.url), server.http.get(f"/models/{PAGES[number]}.md").text
    assert doc_params(mine) == doc_params(theirs)
    assert json_blocks(mine) == json_blocks(theirs)
    for pattern in (
        r"\*\*Endpoint:\*\* (.+)",
        r"\*\*Endpoint ID:\*\* (.+)",
        r"(<Card .+>)",
        r"<Tab (.+)>",
        r"^> (API reference.+)",
        r"^# (.+)",
        r"^\* (`.+)",
        r"^\* ([A-Z][a-z]+ .+ (?:input|control))$",
    ):
        assert re.findall(pattern, mine, re.MULTILINE) == re.findall(pattern, theirs, re.MULTILINE), pattern
    names = re.compile(r"^\* \[(.+)\]\(.+\) — (.+)", re.MULTILINE)
    assert set(names.findall(mine)) == set(names.findall(theirs))
    mine_flat = squeezed(mine)
    for language in ("python", "javascript", "bash"):
        for block in re.findall(rf"```{language} [^\n]*\n(.*?)```", theirs, re.DOTALL):
            for line in block.splitlines():
                assert squeezed(line) in mine_flat, line


@needs_seeds
def test_the_standard_page_says_what_seed_003_shows(server: RunningServer) -> None:
    """Seed 003 is a page as a browser shows it: its words stand in the Markdown, without their marks."""
    mine = server.http.get("/models/fal-ai/kling-video/o1/standard/reference-to-video.md").text
    plain = squeezed(re.sub(r"[`*\\]", "", mine))
    lines = [
        squeezed(line.strip(" •").split("Possible values")[0])
        for line in ours(seed("003"), server.url).split("Capabilities")[1].splitlines()
    ]
    said = [line for line in lines if line and not line.startswith("default:")]
    assert len(said) > 40
    for line in said:
        assert line in plain, line


# The form of seed 004


def table(text: str, first: str) -> list[list[str]]:
    """Rows of the table whose first column is called `first`; the seed has all of its lines in one."""
    flat = squeezed(text)
    cells = [cell.strip() for cell in flat[flat.index(f"| {first} |") :].split(" ## ")[0].split("|")[1:]]
    rows: list[list[str]] = [[]]
    for cell in cells:
        if cell == "" and rows[-1]:
            rows.append([])
        elif cell:
            rows[-1].append(cell)
    found = [row for row in rows if row and not set("".join(row)) <= set("-: ")]
    assert len(found) > 1
    return found


@needs_seeds
def test_the_eachlabs_page_is_seed_004(server: RunningServer) -> None:
    theirs, mine = ours(seed("004"), server.url), server.http.get("/models/kling-o1-video-to-video-reference.md").text
    for first in ("Parameter", "Status", "Code", "Condition"):
        assert table(mine, first) == table(theirs, first), first
    facts = re.compile(r"- \*\*(.+?):\*\* (.+?)(?= - \*\*| ##| The )")
    skipped = OTHER_DIFFERENCES["eachlabs"]
    wanted = {name: text for name, text in facts.findall(squeezed(theirs)) if name not in skipped}
    assert wanted.items() <= dict(facts.findall(squeezed(mine))).items()
    bodies = re.compile(r"-d '(\{.*?\})' ```")
    assert json.loads(bodies.search(squeezed(mine)).group(1)) == json.loads(bodies.search(squeezed(theirs)).group(1))
    blocks = re.compile(r"```json (\{.*?\}) ```")
    assert [json.loads(block) for block in blocks.findall(squeezed(mine))] == [
        json.loads(block) for block in blocks.findall(squeezed(theirs))
    ]
    for heading in re.findall(r"## ([A-Z][\w ()]+?)(?= [-|`*PREA{D])", squeezed(theirs)):
        assert f"## {heading}" in mine, heading


def test_every_model_has_its_texts_and_the_index_names_them(server: RunningServer) -> None:
    index = server.http.get("/llms.txt").text
    links = re.findall(r"\((http[^)]+)\)", index)
    assert len(links) >= 8 + 4 + 6
    for link in links:
        answer = server.http.get(link)
        assert answer.status_code == 200, link
        assert len(answer.text) > 50, link


def test_texts_of_unknown_models_are_not_there(server: RunningServer) -> None:
    assert server.http.get("/models/fal-ai/nothing/llms.txt").status_code == 404
    assert server.http.get("/models/fal-ai/nothing.md").status_code == 404
