"""`mailform import ADDRESS ID`: the state takes over an object that somebody made by hand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mailform.cli import options as shared
from mailform.cli.common import Common, with_common
from mailform.exits import Exit

if TYPE_CHECKING:
    from mailform.session.importing import Imported
    from mailform.wanted import Configuration
    from mailform_state.address import Address

_HELP = """Take over an object that the tenant has already.

The resource has to be written; for one that isn't, this prints the block to paste. The tenant isn't changed.
"""


def register(app: typer.Typer) -> None:
    short = "Take over an object that the tenant has already."
    app.command("import", help=_HELP, short_help=short)(with_common(command))


def command(
    common: Common,
    address: Annotated[str | None, typer.Argument(metavar="ADDRESS", help="Such as transport_rule.route.")] = None,
    id: Annotated[str | None, typer.Argument(metavar="ID", help="The object's GUID or name; a domain.")] = None,
    lock_timeout: shared.LockTimeout = "0s",
    everything: Annotated[bool, typer.Option("--all", help="Comes with a later version.")] = False,
    file: Annotated[Path | None, typer.Option("--from", metavar="FILE", help="Comes with a later version.")] = None,
) -> None:
    from mailform.cli.later import later

    if everything or file is not None:
        raise later(
            "`import --all`" if everything else "`import --from`", "import one by one: mailform import ADDRESS ID"
        )
    if address is None or id is None:
        raise typer.BadParameter(
            "give both, such as: mailform import transport_rule.route 'Route'", param_hint="ADDRESS ID"
        )
    (target,) = shared.addresses([address], "ADDRESS")
    _import(common, target, id, lock_timeout)


def _import(common: Common, address: Address, id: str, lock_timeout: str) -> None:
    from mailform.cli import desk
    from mailform.cli.state_edits import editing
    from mailform.session.importing import Taken, take_over

    configured = desk.configuration(common)
    with editing(common, "mailform import", lock_timeout) as store, desk.connection(common, configured) as tenant:
        stored = store.read()
        found = take_over(
            configured, stored, tenant.tenant_id, tenant.provider, address, id, lineage=desk.new_lineage()
        )
        if isinstance(found, Taken):
            new = replace(found.state, serial=found.state.serial + 1, tool_version=desk.version())
            store.write(new, expected=None if stored is None else stored.serial)
    _tell(common, configured, address, found)


def _tell(common: Common, configured: Configuration, address: Address, found: Imported) -> None:
    from shlex import quote

    from mailform.cli import desk
    from mailform.render.block_toml import block
    from mailform.render.escape import quoted, shown
    from mailform.session.importing import Taken
    from mailform.spelling import for_shell

    current = found.current
    if isinstance(found, Taken):
        if common.json:
            desk.say_json({"imported": True, "address": str(address), "id": current.id})
        elif not common.quiet:
            desk.say(f"Imported {quoted(current.name)} ({shown(current.id)}) as {address}. The tenant wasn't touched.")
            desk.say("See what configuration and tenant differ in: mailform plan")
        return
    written = block(address, current, configured)
    if common.json:
        desk.say_json({"imported": False, "address": str(address), "id": current.id, "block": written})
    else:
        desk.say(written)
        desk.tell(
            f"Nothing was imported: the configuration has no {address} yet.\n"
            "  hint: paste this block into it, then run again: "
            f"mailform import {for_shell(address)} {shown(quote(current.id))}"
        )
    desk.leave(Exit.ERROR)
