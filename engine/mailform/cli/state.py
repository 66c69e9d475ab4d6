"""`mailform state …`: the group, and its commands that only look. Those that change the state are in `state_edits`."""

from __future__ import annotations

from typing import Annotated

import typer

from mailform.cli import state_edits
from mailform.cli.common import Common, with_common

AddressArgument = Annotated[str, typer.Argument(metavar="ADDR", help="Such as transport_rule.route.")]


def register(app: typer.Typer) -> None:
    group = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
    group.command("list", help="List the addresses that the state has.")(with_common(list_addresses))
    group.command("show", help="Show what the state has of one resource.")(with_common(show))
    state_edits.register(group)
    group.command("pull", help="Print the state's document, sensitive values included.")(with_common(pull))
    group.command("history", help="List the versions of the state that are kept.")(with_common(history))
    group.command("lock-info", help="Show who has locked the state.")(with_common(lock_info))
    app.add_typer(group, name="state", help="Look at the state, or correct it by hand.")


def list_addresses(common: Common) -> None:
    from mailform.cli import desk
    from mailform.render import state_json, state_text

    state = desk.store(common).read()
    if common.json:
        desk.say_json([] if state is None else state_json.listing(state))
    elif state is not None and state.resources:
        desk.say(state_text.listing(state))
    elif not common.quiet:
        desk.tell("There is no state yet: nothing was applied." if state is None else "The state has no resources.")


def show(common: Common, address: AddressArgument) -> None:
    from mailform.cli import desk
    from mailform.render import state_json, state_text

    known = state_edits.recorded(desk.store(common).read(), address)
    if common.json:
        desk.say_json(state_json.resource(known))
    else:
        desk.say(state_text.resource(known))


def pull(common: Common) -> None:
    import json

    from mailform.cli import desk
    from mailform_state import transfer

    # JSON that says the same in ASCII, so that a name in it can't write to a terminal.
    desk.say(json.dumps(json.loads(transfer.pull(desk.store(common))), indent=2))


def history(common: Common) -> None:
    from mailform.cli import desk
    from mailform.render import state_json, state_text

    versions = desk.store(common).versions()
    if common.json:
        desk.say_json(state_json.history(versions))
    else:
        desk.say(state_text.history(versions))


def lock_info(common: Common) -> None:
    from mailform.cli import desk
    from mailform.render import lock_text

    found = desk.store(common).lock_info()
    if common.json:
        desk.say_json(lock_text.as_json(found))
    else:
        desk.say(lock_text.text(found))
