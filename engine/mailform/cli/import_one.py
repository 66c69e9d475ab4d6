"""`mailform import`: the state takes over an object that somebody made by hand; or all of them, or those of a file."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from mailform.cli import options as shared
from mailform.cli.common import Common, with_common
from mailform.exits import Exit

if TYPE_CHECKING:
    from mailform.session.importing import Imported
    from mailform.wanted import Configuration
    from mailform_state.address import Address

_HELP = """Take over what the tenant has already: one object, or everything.

ADDRESS ID takes over one object. The resource has to be written; for one that isn't, this prints the block to paste.

--all writes a file of configuration for everything that nobody manages yet, and takes it over; --from writes one from
what Get-TransportRule and its like gave, without a tenant. Neither changes the tenant, and no file is overwritten.
"""


def register(app: typer.Typer) -> None:
    short = "Take over what the tenant has already."
    app.command("import", help=_HELP, short_help=short)(with_common(command))


def command(
    common: Common,
    address: Annotated[str | None, typer.Argument(metavar="ADDRESS", help="Such as transport_rule.route.")] = None,
    id: Annotated[str | None, typer.Argument(metavar="ID", help="The object's GUID or name; a domain.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Everything that nobody manages yet.")] = False,
    file: Annotated[
        str | None,
        typer.Option("--from", metavar="FILE", help="What PowerShell exported as JSON; - is standard input."),
    ] = None,
    out: Annotated[
        str | None, typer.Option("--out", metavar="FILE", help="The new file of configuration to write.")
    ] = None,
    types: Annotated[
        list[str] | None, typer.Option("--type", metavar="KIND", help="Only objects of this kind.")
    ] = None,
    names: Annotated[
        list[str] | None, typer.Option("--name", metavar="GLOB", help="Only objects of such a name; * is anything.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print what would be written, and write nothing.")] = False,
    lock_timeout: shared.LockTimeout = "0s",
) -> None:
    if everything or file is not None:
        from mailform.cli import import_all

        if address is not None or (everything and file is not None):
            raise typer.BadParameter("give ADDRESS ID, or --all, or --from FILE", param_hint="ADDRESS")
        request = import_all.request(out, types, names, dry_run=dry_run, lock_timeout=lock_timeout)
        return import_all.from_tenant(common, request) if file is None else import_all.from_file(common, request, file)
    if out is not None or types or names or dry_run:
        raise typer.BadParameter("belongs to --all or --from", param_hint="--out, --type, --name, --dry-run")
    if address is None or id is None:
        raise typer.BadParameter(
            "give both, such as: mailform import transport_rule.route 'Route'", param_hint="ADDRESS ID"
        )
    (target,) = shared.addresses([address], "ADDRESS")
    return _import(common, target, id, lock_timeout)


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
    from mailform.planning.hidden import more_than_written
    from mailform.render.block_toml import block
    from mailform.render.escape import quoted, shown
    from mailform.session.importing import Taken
    from mailform.spelling import for_shell

    current = found.current
    desk.warn(common, more_than_written(address, current, None))
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
