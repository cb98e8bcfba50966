"""Reads what SGLang-Diffusion and vLLM-Omni take at POST /v1/videos out of their wheels, and writes it where the fake servers of the tests check it.

    python -m scripts.remote_wires [FOLDER OF WHEELS]

Nothing of the wheels is run: names, types and patterns of fields are read from the syntax of their modules. Without a folder the
pinned wheels are fetched with pip.
"""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "tests" / "unit" / "engines" / "wires"
PINNED = {"sglang": "0.5.23", "vllm-omni": "0.30.0"}
SGLANG = "sglang/multimodal_gen/runtime/entrypoints/openai/protocol.py"
VLLM_FORM = "vllm_omni/entrypoints/openai/video/generation/helpers.py"
VLLM_TYPES = "vllm_omni/entrypoints/openai/protocol/videos.py"
KINDS = (
    ("UploadFile", "file"), ("bool", "boolean"), ("float", "number"), ("int", "integer"), ("dict", "object"), ("Dict", "object"), ("Literal", "string"), ("str", "string"),
)  # fmt: skip
Field = dict[str, str | bool]


def main() -> None:
    """Write both wires."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(sys.argv[1]) if len(sys.argv) > 1 else _fetched(Path(scratch))
        TARGET.mkdir(parents=True, exist_ok=True)
        _write("sglang", "json", _of_class(_module(folder, "sglang", SGLANG), "VideoGenerationsRequest"))
        patterns = _patterns(_module(folder, "vllm_omni", VLLM_TYPES))
        _write("vllm", "form", _of_form(_module(folder, "vllm_omni", VLLM_FORM), "_parse_video_form", patterns))


def _fetched(folder: Path) -> Path:
    for name, version in PINNED.items():
        command = [
            sys.executable,
            "-m",
            "pip",
            "download",
            f"{name}=={version}",
            "--no-deps",
            "--quiet",
            "--dest",
            str(folder),
        ]
        subprocess.run(command, check=True)
    return folder


def _module(folder: Path, package: str, path: str) -> ast.Module:
    wheel = next(folder.glob(f"{package}-*.whl"))
    with zipfile.ZipFile(wheel) as archive:
        return ast.parse(archive.read(path))


def _kind(annotation: str) -> str:
    return next((kind for word, kind in KINDS if re.search(rf"\b{word}\b", annotation)), "any")


def _of_class(module: ast.Module, name: str) -> dict[str, Field]:
    """Fields of a pydantic model."""
    found = next(node for node in module.body if isinstance(node, ast.ClassDef) and node.name == name)
    lines = [node for node in found.body if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)]
    return {
        str(ast.unparse(node.target)): {"type": _kind(ast.unparse(node.annotation)), "required": node.value is None}
        for node in lines
    }


def _of_form(module: ast.Module, name: str, patterns: dict[str, str]) -> dict[str, Field]:
    """Form fields of a route's parser."""
    found = next(node for node in module.body if isinstance(node, ast.AsyncFunctionDef) and node.name == name)
    fields: dict[str, Field] = {}
    for arg, default in zip(found.args.args[-len(found.args.defaults) :], found.args.defaults, strict=True):
        said = ast.unparse(arg.annotation) if arg.annotation else "str"
        field: Field = {"type": _kind(said), "required": "Form(...)" in ast.unparse(default)}
        pattern = next((patterns[word] for word in patterns if word in said), None)
        fields[arg.arg] = field | ({"type": "string", "pattern": pattern} if pattern else {})
    return fields


def _patterns(module: ast.Module) -> dict[str, str]:
    """Names of text types, and the pattern of each."""
    found = {}
    for node in module.body:
        if isinstance(node, ast.Assign) and "StringConstraints" in (text := ast.unparse(node.value)):
            pattern = re.search(r"pattern='([^']*)'", text)
            if pattern:
                found[ast.unparse(node.targets[0])] = ast.literal_eval(f"'{pattern.group(1)}'")
    return found


def _write(name: str, kind: str, fields: dict[str, Field]) -> None:
    version = PINNED["sglang" if name == "sglang" else "vllm-omni"]
    text = json.dumps({"server": name, "version": version, "body": kind, "fields": fields}, indent=1)
    (TARGET / f"{name}.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
