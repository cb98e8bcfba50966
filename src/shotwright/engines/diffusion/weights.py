"""Where the weights of the diffusion engine are: a local folder, or a hub id with a pinned revision that `shotwright weights download` has fetched.

A render never downloads. Licences that bind more than Apache-2.0 have to be accepted by name. No torch.
"""

from __future__ import annotations

import contextlib
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shotwright.core.errors import SetupError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

CLASSES = {"bernini": {"WanPipeline"}, "vace": {"WanVACEPipeline"}}
MISSING = "The diffusion engine is not installed: pip install 'shotwright[diffusion]'."
CONFIGS = {"scheduler": "scheduler_config.json", "tokenizer": "tokenizer_config.json"}
"""What a part must hold beside its weights; all others have a config.json and weights."""
PARTS, OPTIONAL = ("text_encoder", "tokenizer", "transformer", "vae"), ("transformer_2", "scheduler")
"""Folders of a model without an index."""
FREE = frozenset({"apache-2.0", "mit", "bsd-3-clause"})
LICENCES = {"minimax": "minimax-h3-community", "lightricks": "ltx-2-community"}
"""Licences by the start of a hub id, where they are not free; everything listed in the docs is Apache-2.0."""


@dataclass(frozen=True)
class Weights:
    """Checked weights on disk."""

    adapter: str
    folder: Path
    size_bytes: int


def survey(wanted: Mapping[str, str], cache: Path) -> list[dict[str, Any]]:
    """What stands in each configured place, as rows: adapter, folder, gb, problem (empty when there is none)."""
    rows: list[dict[str, Any]] = []
    for adapter, text in wanted.items():
        try:
            found = checked(text, adapter, cache)
        except (SetupError, OSError) as exc:
            rows.append({"adapter": adapter, "folder": text, "gb": 0.0, "problem": str(exc)})
        else:
            gb = round(found.size_bytes / 1e9, 2)
            rows.append({"adapter": adapter, "folder": str(found.folder), "gb": gb, "problem": ""})
    return rows


def located(text: str, cache: Path) -> Path:
    """The folder of a setting: a path, or what was downloaded for `owner/name@revision`.

    Raises:
        SetupError: There is nothing.
    """
    if "/" not in text or text.startswith(("/", ".", "~")) or Path(text).is_dir():
        path = Path(os.path.expanduser(text))  # noqa: PTH111  (a user that is unknown stays as written)
        if path.is_dir():
            return path
        raise SetupError(f"There are no weights at {text}: there is no such folder.")
    folder = _folder_of(text, cache)
    if folder.is_dir():
        return folder
    raise SetupError(f"The weights {text} are not here yet. Fetch them: shotwright weights download {text}")


def _folder_of(text: str, cache: Path) -> Path:
    """Where `owner/name@revision` lies: every revision has a folder of its own."""
    name, _, revision = text.partition("@")
    if not revision:
        raise SetupError(f"Pin a revision: {name}@<commit>. A moving branch would change your clips without a word.")
    return cache / text.replace("/", "--")


def checked(text: str, adapter: str, cache: Path) -> Weights:
    """Weights whose files are all there.

    Raises:
        SetupError: Something is missing, partial, or of another model; the message names the file.
    """
    folder = located(text, cache)
    index = _index(folder, adapter)
    kind = index.get("_class_name")
    if kind not in CLASSES[adapter]:
        raise SetupError(
            f"{folder} holds a {kind}; the adapter {adapter} needs a {' or '.join(sorted(CLASSES[adapter]))}."
        )
    size = sum(
        _part_size(folder, name, value)
        for name, value in index.items()
        if isinstance(value, list) and value and value[0]
    )
    return Weights(adapter, folder, size)


def _index(folder: Path, adapter: str) -> dict[str, Any]:
    """What `model_index.json` says; of a folder of Bernini's own layout, which has none, what it would say."""
    index_file = folder / "model_index.json"
    if index_file.is_file():
        return _json(index_file)
    missing = [name for name in PARTS if not (folder / name).is_dir()]
    if adapter != "bernini" or missing:
        lacks = f", and so is {missing[0]}/" if adapter == "bernini" and len(missing) < len(PARTS) else ""
        raise SetupError(f"{folder} is no model folder: model_index.json is missing{lacks}.")
    there = [name for name in (*PARTS, *OPTIONAL) if (folder / name).is_dir()]
    return {"_class_name": "WanPipeline"} | {name: ["diffusers", name] for name in there}


def shift_of(folder: Path) -> float | None:
    """The shift of the sampler's times that the root `config.json` of a folder asks for; None when it says nothing."""
    file = folder / "config.json"
    found = _json(file).get("shift") if file.is_file() else None
    return float(found) if isinstance(found, int | float) and not isinstance(found, bool) and found > 0 else None


def _json(file: Path) -> dict[str, Any]:
    """A JSON object of a model folder."""
    with contextlib.suppress(ValueError, RecursionError):
        found = json.loads(file.read_bytes())
        if isinstance(found, dict):
            return found
    raise SetupError(f"{file} is damaged; fetch the weights again.")


def _part_size(folder: Path, name: str, _: object) -> int:
    """Bytes of one component, all of whose files are there."""
    part = folder / name
    if not part.is_dir():
        raise SetupError(f"{folder} is incomplete: the folder {name} is missing.")
    for index in part.glob("*.safetensors.index.json"):
        listed = _json(index).get("weight_map")
        if not isinstance(listed, dict):
            raise SetupError(f"{index} is damaged; fetch the weights again.")
        wanted = {str(file) for file in listed.values()}
        missing = sorted(file for file in wanted if not (part / file).is_file())
        if missing:
            raise SetupError(
                f"{part} is incomplete: {len(missing)} of {len(wanted)} files are missing, the first is {missing[0]}."
            )
    files = list(part.glob("*.safetensors"))
    needs_weights = name not in CONFIGS
    if needs_weights and not files:
        raise SetupError(f"{part} holds no weights (*.safetensors).")
    config = CONFIGS.get(name, "config.json")
    if not (part / config).is_file():
        raise SetupError(f"{folder} is incomplete: {name}/{config} is missing.")
    for file in files:
        _check_safetensors(file)
    if list(part.glob("*.incomplete")):
        raise SetupError(f"{part} is a broken download; fetch the weights again.")
    return sum(file.stat().st_size for file in files)


def _check_safetensors(file: Path) -> None:
    """The header's own sum of bytes has to be the file's length."""
    with file.open("rb") as data:
        length = int.from_bytes(data.read(8), "little")
        raw = data.read(length) if 0 < length < 1 << 28 else b""
    try:
        tensors = [item for name, item in json.loads(raw).items() if name != "__metadata__"]
        end = max((int(item["data_offsets"][1]) for item in tensors), default=0)
    except (ValueError, LookupError, AttributeError, TypeError, RecursionError) as exc:
        raise SetupError(f"{file} is damaged; fetch the weights again.") from exc
    if file.stat().st_size != 8 + length + end:
        raise SetupError(
            f"{file} is cut off: {file.stat().st_size} of {8 + length + end} bytes. Fetch the weights again."
        )


def download(text: str, cache: Path, accepted: frozenset[str], report: Callable[[str], None]) -> Path:
    """Fetch `owner/name@revision` from the hub into the cache.

    Raises:
        SetupError: No revision, a licence that was not accepted, or the hub's refusal.
    """
    folder = _folder_of(text, cache)
    name, _, revision = text.partition("@")
    licence = next((licence for start, licence in LICENCES.items() if name.lower().startswith(start)), "apache-2.0")
    if licence not in FREE and licence not in accepted:
        raise SetupError(
            f"{name} comes under {licence}, which forbids some uses and countries. Read it, then pass --accept-licence {licence}."
        )
    try:
        from huggingface_hub import snapshot_download
        from huggingface_hub.errors import HfHubHTTPError, RepositoryNotFoundError
    except ImportError as exc:
        raise SetupError(MISSING) from exc
    report(f"{name} at {revision} → {folder}")
    try:
        snapshot_download(name, revision=revision, local_dir=folder, ignore_patterns=["*.bin", "*.pth", "*.ckpt"])
    except (HfHubHTTPError, RepositoryNotFoundError, OSError) as exc:
        raise SetupError(f"The hub did not give {name}: {exc}") from exc
    return folder
