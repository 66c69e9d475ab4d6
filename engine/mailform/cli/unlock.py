"""`mailform unlock`: breaks a lock that nobody holds any more."""

from __future__ import annotations

from typing import Annotated

import typer

from mailform.cli.common import Common, with_common


def register(app: typer.Typer) -> None:
    app.command("unlock", help="Break the lock of a run that is gone.")(with_common(command))


def command(
    common: Common,
    lock_id: Annotated[str, typer.Argument(metavar="LOCK_ID", help="`mailform state lock-info` shows it.")],
) -> None:
    from mailform.cli import desk

    desk.store(common).unlock(lock_id)
    if common.json:
        desk.say_json({"unlocked": lock_id})
    elif not common.quiet:
        desk.say("The state is unlocked.")
