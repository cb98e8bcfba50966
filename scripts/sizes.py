"""The house's sizes: functions at most 60 lines with a median of 10 or less and at most five positional parameters, files at most 500;
part of `make check`."""

from __future__ import annotations

import ast
import statistics
import sys
from pathlib import Path

FUNCTION_MAX, FUNCTION_MEDIAN, FILE_MAX, POSITIONAL_MAX = 60, 10, 500, 5


def main() -> int:
    """Print what is too long; the exit code."""
    problems: list[str] = []
    lengths: list[int] = []
    for path in sorted(Path("src").rglob("*.py")):
        text = path.read_text()
        if text.count("\n") > FILE_MAX:
            problems.append(f"{path}: {text.count(chr(10))} lines, at most {FILE_MAX}")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                lengths.append(length)
                if length > FUNCTION_MAX:
                    problems.append(f"{path}:{node.lineno}: {node.name} has {length} lines, at most {FUNCTION_MAX}")
                taken = [
                    item.arg for item in (*node.args.posonlyargs, *node.args.args) if item.arg not in {"self", "cls"}
                ]
                if len(taken) > POSITIONAL_MAX:
                    problems.append(
                        f"{path}:{node.lineno}: {node.name} takes {len(taken)} positional parameters, at most {POSITIONAL_MAX}"
                    )
    median = statistics.median(lengths)
    if median > FUNCTION_MEDIAN:
        problems.append(f"the median function has {median} lines, at most {FUNCTION_MEDIAN}")
    print("\n".join(problems) or f"Sizes: {len(lengths)} functions, median {median:g}, longest {max(lengths)} lines.")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
