"""What one GPU makes of the models of the engine `diffusion`, with random weights, in at most eight minutes. Nothing is downloaded.

usage: python -m scripts.gpu_check [--out FILE] [--budget-s 400] [--case-s 30] [--repeats 3] [--only WORD] [--tiny] [--device cpu]

One denoising step of VACE 14B (control on), of the same model without its branch (control off: Bernini with nothing but text), and of
Bernini with a source video beside the target, 81 frames at both canvases, over the attention backends, with and without compilation.
A case is warmed up, then repeated; it says seconds, TFLOP/s, peak memory, and its share of three roofs: what this GPU reaches in a
product of 8192 x 8192 matrices, what it sustains of that over seconds, and the 790 TFLOP/s of the documentation.

The most telling cases come first; one that no longer fits into the budget is named and left out. Every result is printed as a line of
JSON at once, and stands in FILE at once. 14B in bfloat16 takes 35 GB; no case takes 80. `--tiny --device cpu` proves the script anywhere.
"""

from __future__ import annotations

import argparse
import gc
import itertools
import json
import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch
from diffusers.utils import logging

from shotwright.core.errors import SetupError
from shotwright.engines.diffusion.bench import Run, built, product_tflops, timed
from shotwright.engines.diffusion.devices import check_device
from shotwright.engines.diffusion.flops import H200_TFLOPS

CANVASES = {"480p": (832, 480), "720p": (1280, 720)}
NATIVE, CUDNN, FLASH = "native", "_native_cudnn", "_native_flash"
VACE, BERNINI, BARE = "vace", "bernini", "control off"
KINDS = {VACE: ("vace-14b", 0), BERNINI: ("14b", 1), BARE: ("14b", 0)}
"""Model of the bench, and how many source videos ride along."""
FIRST: tuple[tuple[str, str, str, str], ...] = (
    (VACE, "480p", NATIVE, ""), (VACE, "720p", NATIVE, ""), (VACE, "480p", CUDNN, ""), (VACE, "480p", CUDNN, "packed"),
    (VACE, "480p", CUDNN, "compile"), (VACE, "720p", CUDNN, ""), (BERNINI, "480p", CUDNN, ""), (BARE, "480p", CUDNN, ""),
    (VACE, "480p", FLASH, ""), (VACE, "480p", CUDNN, "packed compile"), (BERNINI, "720p", CUDNN, ""), (BARE, "480p", NATIVE, ""),
    (BERNINI, "480p", NATIVE, ""), (BERNINI, "480p", CUDNN, "compile"), (VACE, "480p", NATIVE, "compile"), (VACE, "720p", CUDNN, "packed compile"),
)  # fmt: skip
"""What is asked first; the rest of the table follows, the cheapest first."""
FORWARDS = 2
"""Of a step: with and without the text, for VACE and for Bernini with a source video or none."""
NAMED_BY_CASE = frozenset({"model", "size", "frames", "sources", "attention", "compile", "packed", "device"})
"""What a printed line leaves out; the file has it."""
GRACE_S = 50.0
GUESSED_SHARE, COMPILE_S, WARM_SHARE = 0.4, 60.0, 0.2
"""Before anything is known: share of the roof, seconds of a compilation, and of a warm-up in forwards."""


@dataclass(frozen=True)
class Case:
    """A named measurement."""

    name: str
    run: Run


def cases(repeats: int, device: str, *, is_tiny: bool) -> list[Case]:
    """All of them, the most telling first."""
    table = itertools.product((VACE, BERNINI, BARE), CANVASES, (NATIVE, CUDNN, FLASH), ("", "compile"))
    rest = sorted(table, key=lambda row: Run(KINDS[row[0]][0], CANVASES[row[1]], sources=KINDS[row[0]][1]).flops)
    found = []
    for kind, canvas, attention, how in dict.fromkeys((*FIRST, *rest)):
        if attention == CUDNN and device == "cpu":
            continue
        model, sources = KINDS[kind]
        run = Run(
            model, CANVASES[canvas], 81, sources, attention, "compile" in how, repeats, device, packed="packed" in how
        )
        if is_tiny:
            side = [pixels // 160 * 16 for pixels in run.size]
            run = replace(run, model=model.replace("14b", "tiny"), size=(side[0], side[1]), frames=9)
        found.append(Case(" ".join(filter(None, (kind, canvas, attention, how))), run))
    return found


class Check:
    """Runs cases within a budget of seconds, on one model that they share."""

    def __init__(self, out: Path | None, budget_s: float, case_s: float, device: str) -> None:
        self._out, self._budget_s, self._case_s, self._device = out, budget_s, case_s, device
        self._began = time.monotonic()
        self._models: dict[str, Any] = {}
        self._reached: dict[str, float] = {}
        self._compile_s = COMPILE_S
        self._lock = threading.Lock()
        self.found: dict[str, Any] = {"facts": facts(device), "roofs": {}, "results": [], "left_out": [], "failed": 0}

    @property
    def elapsed_s(self) -> float:
        """Since the start."""
        return time.monotonic() - self._began

    def roofs(self, when: str, *, is_tiny: bool) -> None:
        """Measure what products of matrices reach, at once and over about two seconds."""
        side, many = (256, 40) if is_tiny else (8192, 1500)
        line = {
            "peak_tflops": round(product_tflops(self._device, side), 3),
            "sustained_tflops": round(product_tflops(self._device, side, many), 3),
        }
        self.found["roofs"][when] = line
        self._tell({"roofs": when, **line})

    def run(self, case: Case) -> None:
        """One case; whatever becomes of it, the next can follow."""
        expected_s = self._expected_s(case.run)
        if self.elapsed_s + expected_s > self._budget_s:
            self.found["left_out"].append({"case": case.name, "expected_s": round(expected_s)})
            return
        line: dict[str, Any] = {"case": case.name}
        try:
            limit_s = min(self._case_s, self._budget_s - self.elapsed_s)
            line |= timed(case.run, self._model(case.run.model), limit_s)
            if case.run.compile:
                self._compile_s = line["first_s"]
            self._reached[_way(case.run)] = line["tflops"] * 1e12
            line |= {"s_per_step": round(FORWARDS * line["s_per_forward"], 3), **self._shares(line["tflops"])}
        except Exception as exc:  # noqa: BLE001  (one case must not lose the others)
            line |= {"error": f"{type(exc).__name__}: {str(exc).strip()[:600]}"}
            self.found["failed"] += 1
        _tidied(self._device)
        self.found["results"].append(line)
        self._tell(line | {"at_s": round(self.elapsed_s)})

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Say what is measured on; meanwhile a case that hangs ends the process: what was found is in the file by then."""
        self._tell(self.found["facts"])

        def end() -> None:
            try:
                self._tell({"error": f"ended at {self.elapsed_s:.0f} s: a case did not return"})
            finally:
                os._exit(3)

        timer = threading.Timer(self._budget_s + GRACE_S, end)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def close(self) -> None:
        """Say what was left out."""
        self.found["took_s"] = round(self.elapsed_s, 1)
        self._tell({"took_s": self.found["took_s"], "failed": self.found["failed"], "left_out": self.found["left_out"]})

    def _expected_s(self, run: Run) -> float:
        """One repeat, its warm-up and its compilation, by what was reached so far."""
        peak = self.found["roofs"].get("before", {}).get("peak_tflops", H200_TFLOPS) * 1e12
        reached = self._reached.get(_way(run)) or self._reached.get(run.attention) or GUESSED_SHARE * peak
        return (1 + WARM_SHARE) * run.flops / reached + (self._compile_s if run.compile else 0.0)

    def _shares(self, tflops: float) -> dict[str, float]:
        roof = self.found["roofs"].get("before", {})
        return {f"of_{name.removesuffix('_tflops')}": round(tflops / value, 4) for name, value in roof.items()}

    def _model(self, name: str) -> Any:  # noqa: ANN401  (a diffusers module)
        """The model with its VACE branch, or a view of it without; built once."""
        if name not in self._models:
            whole = name if name.startswith("vace-") else f"vace-{name}"
            if whole not in self._models:
                began = time.monotonic()
                self._models[whole] = built(whole, self._device)
                self._tell({"built": whole, "took_s": round(time.monotonic() - began, 1)})
            if name != whole:
                self._models[name] = without_control(self._models[whole])
        return self._models[name]

    def _tell(self, line: dict[str, Any]) -> None:
        with self._lock:
            print(json.dumps({name: value for name, value in line.items() if name not in NAMED_BY_CASE}), flush=True)
            if self._out is not None:
                partial = self._out.with_name(self._out.name + ".partial")
                partial.write_text(json.dumps(self.found, indent=1) + "\n", encoding="utf-8")
                partial.replace(self._out)


def without_control(model: Any) -> Any:  # noqa: ANN401  (a diffusers module)
    """A `WanTransformer3DModel` of the very blocks of a `WanVACETransformer3DModel`."""
    from diffusers import WanTransformer3DModel

    chosen = {name: value for name, value in model.config.items() if not name.startswith(("vace_", "_"))}
    with torch.device("meta"):
        plain = WanTransformer3DModel(**chosen)
    for name, _ in list(plain.named_children()):
        setattr(plain, name, getattr(model, name))
    plain.scale_shift_table = model.scale_shift_table
    return plain.eval()


def facts(device: str) -> dict[str, Any]:
    """What was measured on."""
    found: dict[str, Any] = {
        "torch": torch.__version__,
        "diffusers": version("diffusers"),
        "quoted_tflops": H200_TFLOPS,
    }
    if torch.device(device).type == "cuda":
        chip = torch.cuda.get_device_properties(device)
        found |= {
            "chip": chip.name, "memory_gib": round(chip.total_memory / 2**30, 1), "cuda": torch.version.cuda,
            "cudnn": torch.backends.cudnn.version(),
        }  # fmt: skip
    return found


def _way(run: Run) -> str:
    """Cases that reach about the same share of the roof."""
    return f"{run.attention} {run.model} {run.size} {run.sources}"


def _tidied(device: str) -> None:
    gc.collect()
    if torch.device(device).type == "cuda":
        torch.cuda.empty_cache()


def main() -> int:
    """Run the table; the exit code: 1 when a case failed."""
    parser = argparse.ArgumentParser(
        description="Measures the diffusion engine's models on one GPU, with random weights."
    )
    parser.add_argument("--out", type=Path, help="write everything to this file of JSON, anew after every case")
    parser.add_argument("--budget-s", type=float, default=400.0, help="start nothing that would end later")
    parser.add_argument("--case-s", type=float, default=30.0, help="repeat a case no more than what fits into this")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--only", default="", help="cases whose name holds this word")
    parser.add_argument("--tiny", action="store_true", help="a model of a megabyte, to prove the script")
    parser.add_argument("--device", default="cuda")
    args = parser.parse_args()
    try:
        check_device(args.device)
    except SetupError as exc:
        parser.error(str(exc))
    logging.set_verbosity_error()  # diffusers calls its attention backends experimental, each time
    check = Check(args.out, args.budget_s, args.case_s, args.device)
    with check.watched():
        check.roofs("before", is_tiny=args.tiny)
        for case in cases(args.repeats, args.device, is_tiny=args.tiny):
            if args.only in case.name:
                check.run(case)
        check.roofs("after", is_tiny=args.tiny)
    check.close()
    return 1 if check.found["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())
