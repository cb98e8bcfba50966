"""All commands, registered on one app."""

from __future__ import annotations

from typing import Annotated

import typer

from shotwright.cli import (
    analyze,
    bench,
    board,
    clients,
    doctor,
    evaluate,
    jobs,
    keys,
    mcp,
    plan,
    run,
    serve,
    usage,
    webhooks,
    weights,
    words,
)
from shotwright.version import __version__

app = typer.Typer(
    name="shotwright", no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None, add_completion=True,
    help="A self-hosted server for reference-guided video: speaks fal.ai's API for Kling O1, renders a draft in seconds.",
)  # fmt: skip

app.command("serve")(serve.serve)
app.command("worker")(serve.worker)
app.command("run")(run.run)
app.command("plan")(plan.plan)
app.command("validate")(plan.validate)
app.command("words")(words.words)
app.command("estimate")(plan.estimate)
app.command("eval")(evaluate.evaluate)
app.command("analyze")(analyze.analyze)
app.add_typer(jobs.app, name="jobs")
app.add_typer(weights.app, name="weights")
app.add_typer(bench.app, name="bench")
app.command("promote")(jobs.promote)
app.command("export")(jobs.export)
app.add_typer(board.app, name="board")
app.command("film")(board.film)
app.add_typer(webhooks.app, name="webhooks")
app.add_typer(keys.app, name="keys")
app.command("usage")(usage.usage)
app.command("doctor")(doctor.doctor)
app.command("clients")(clients.clients)
app.command("mcp")(mcp.mcp)


@app.callback(invoke_without_command=True)
def version(*, show: Annotated[bool, typer.Option("--version", help="Print the version and leave.")] = False) -> None:
    """A self-hosted server for reference-guided video."""
    if show:
        typer.echo(f"shotwright {__version__}")
        raise typer.Exit
