"""The `shotwright` command: one file per command. Progress goes to stderr, results to stdout, errors get exit codes."""

from shotwright.cli.main import main

__all__ = ["main"]
