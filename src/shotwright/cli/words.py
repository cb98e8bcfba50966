"""`shotwright words`: what a word means to the reader and the stage."""

from __future__ import annotations

from typing import Annotated

import typer

from shotwright.cli import inputs as i
from shotwright.cli.main import emit
from shotwright.core.words import meaning


def words(
    word: Annotated[str, typer.Argument(help="A noun or a verb: schooner, vending machine, trudge.")],
    *,
    as_json: i.AsJson = False,
) -> None:
    """Show what a word becomes: its kind and height, the place, the effect, the motion."""
    found = meaning(word)
    lines = [
        f"  {name.replace('_', ' '):<10} {value}"
        for name, value in found.items()
        if name != "word" and value is not None
    ]
    text = (
        "\n".join([found["word"], *lines])
        if lines
        else f"{found['word']}: unknown. As a noun it is a box with its name, as a verb it is no motion."
    )
    emit(found, as_json=as_json, text=text)
