"""`shotwright keys`: make, list and revoke API keys. Works on the server's database, with or without a running server."""

from __future__ import annotations

import asyncio
import uuid
from typing import TYPE_CHECKING, Annotated, Any

import typer

from shotwright.cli.inputs import AsJson
from shotwright.cli.main import emit, err
from shotwright.cli.serve import Data, Database, settings_with
from shotwright.cli.table import table
from shotwright.core.errors import BadRequest, NotFound
from shotwright.core.pricing import daily_budget as checked_budget

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from shotwright.jobs.keys import KeyStore

app = typer.Typer(
    no_args_is_help=True, help="Make, list and revoke API keys. Once a key exists, the server asks for one."
)
SCOPES = ("run", "read", "admin")
SCOPE_HELP = "run (submit, upload, cancel), read (look), admin (everybody's requests, keys, usage); repeat it."


def _with_keys(options: dict[str, Any], act: Callable[[KeyStore], Awaitable[Any]]) -> Any:  # noqa: ANN401  (whatever the act returns)
    from shotwright.app import open_keys  # heavy, and needed only here

    async def body() -> Any:  # noqa: ANN401  (as above)
        async with open_keys(settings_with(**options)) as keys:
            return await act(keys)

    return asyncio.run(body())


@app.command("create")
def create(
    name: Annotated[str, typer.Argument(help="A name to recognise it by.")] = "api",
    *,
    scope: Annotated[list[str] | None, typer.Option(help=SCOPE_HELP)] = None,
    daily_budget: Annotated[float | None, typer.Option(help="US dollars that it may spend a day (UTC).", min=0)] = None,
    data: Data = None,
    database_url: Database = None,
    as_json: AsJson = False,
) -> None:
    """Make a key and print it: the only time that its secret can be seen."""
    scopes = scope or ["run", "read"]
    if unknown := set(scopes) - set(SCOPES):
        raise BadRequest(f"There is no scope {', '.join(sorted(unknown))}. Choose from {', '.join(SCOPES)}.")
    budget = checked_budget(daily_budget)
    made = _with_keys({"data": data, "database_url": database_url}, lambda keys: keys.create(name, scopes, budget))
    err.print(f'Key "{name}" ({", ".join(scopes)}). Keep it now: it is stored as a hash and cannot be shown again.')
    emit({**made.key.to_json(), "key": made.text}, as_json=as_json, text=made.text)


@app.command("list")
def listing(*, data: Data = None, database_url: Database = None, as_json: AsJson = False) -> None:
    """List the keys, revoked ones too."""
    found = _with_keys({"data": data, "database_url": database_url}, lambda keys: keys.all())
    rows = [key.to_json() for key in found]
    if as_json:
        emit(rows, as_json=True)
        return
    table(
        ("id", "name", "scopes", "budget a day", "created", "last used", "state"),
        [
            (
                row["key_id"], row["name"], " ".join(row["scopes"]),
                "" if row["daily_budget_usd"] is None else f"${row['daily_budget_usd']:.2f}",
                row["created_at"][:10], (row["last_used_at"] or "never")[:16].replace("T", " "),
                "revoked" if row["revoked_at"] else "active",
            )
            for row in rows
        ],
    )  # fmt: skip


@app.command("revoke")
def revoke(
    key_id: Annotated[str, typer.Argument(help="The id of a key (the part before the colon).")],
    *,
    data: Data = None,
    database_url: Database = None,
) -> None:
    """End a key. A running server refuses it within a second."""
    try:
        wanted = uuid.UUID(key_id.partition(":")[0])
    except ValueError as exc:
        raise NotFound(f'There is no key "{key_id}".') from exc
    if not _with_keys({"data": data, "database_url": database_url}, lambda keys: keys.revoke(wanted)):
        raise NotFound(f'There is no key "{key_id}".')
    err.print(f"Key {wanted} is revoked.")
