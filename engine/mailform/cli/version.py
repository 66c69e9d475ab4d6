"""`mailform version`"""

from __future__ import annotations

import typer

from mailform import __version__
from mailform.cli.common import Common, with_common


def register(app: typer.Typer) -> None:
    app.command("version", help="Show the version.")(with_common(command))


def command(common: Common) -> None:
    tell(as_json=common.json)


def tell(*, as_json: bool) -> None:
    """Prints the version."""
    from mailform.cli.desk import say, say_json

    if as_json:
        say_json({"version": __version__})
    else:
        say(f"mailform {__version__}")
