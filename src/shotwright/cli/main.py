"""The command's frame: options that every command has, output, exit codes."""

from __future__ import annotations

import json
import logging
import sys
from typing import Any, ClassVar

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.markup import escape

from shotwright.core.errors import SetupError, ShotwrightError

DEFAULT_URL = "http://127.0.0.1:8000"
USAGE_ERROR: Any = typer.BadParameter.__mro__[2]
"""What every misuse of an option is; typer carries its own copy of the class, whose place differs between releases."""
err = Console(stderr=True, highlight=False)


def emit(data: Any, *, as_json: bool, text: str | None = None) -> None:  # noqa: ANN401  (any JSON)
    """Write a result to stdout: JSON when asked for, else text."""
    sys.stdout.write((json.dumps(data, ensure_ascii=False, indent=2) if as_json or text is None else text) + "\n")


class PlainFormatter(logging.Formatter):
    """Lines in which nothing that a client sent can look like another line or steer a terminal."""

    CONTROL: ClassVar = {code: f"\\x{code:02x}" for code in (*range(0x20), *range(0x7F, 0xA0))}

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  (as logging has it)
        """The line without its traceback."""
        return super().formatMessage(record).translate(self.CONTROL)

    def formatException(self, ei: Any) -> str:  # noqa: ANN401, N802  (as logging has it)
        """A traceback, whose own line ends stay."""
        kept = {code: text for code, text in self.CONTROL.items() if code != 0x0A}
        return super().formatException(ei).translate(kept)


def run() -> int:
    """Run the command line; the exit code."""
    from shotwright.cli.commands import app

    handler = logging.StreamHandler()
    handler.setFormatter(PlainFormatter("%(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    command = typer.main.get_command(app)
    try:
        code = command.main(args=sys.argv[1:], prog_name="shotwright", standalone_mode=False)
    except ShotwrightError as exc:
        err.print(f"[bold red]Error:[/] {escape(exc.message)}", soft_wrap=True)
        return exc.exit_code
    except ValidationError as exc:
        for item in exc.errors():
            name = f"SHOTWRIGHT_{'_'.join(str(part) for part in item['loc'])}".upper()
            err.print(
                f"[bold red]Error:[/] {name}: {escape(item['msg'].removeprefix('Value error, '))}", soft_wrap=True
            )
        return SetupError.exit_code
    except USAGE_ERROR as exc:
        exc.show()
        return int(exc.exit_code)
    except (KeyboardInterrupt, typer.Abort):
        return 130
    return code if isinstance(code, int) else 0


def main() -> None:
    """The `shotwright` command."""
    sys.exit(run())
