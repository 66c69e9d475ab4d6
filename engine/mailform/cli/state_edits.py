"""`mailform state mv|rm|push|restore`: the state corrected by hand. None of them looks at the tenant."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mailform.cli import options as shared
from mailform.cli.common import Common, with_common

if TYPE_CHECKING:
    from mailform_state.address import Address
    from mailform_state.journal_file import Journal
    from mailform_state.store import Store
    from mailform_state.values import Recorded, State

_SERIAL = Annotated[int, typer.Argument(metavar="SERIAL", min=1, help="`mailform state history` lists them.")]


def register(group: typer.Typer) -> None:
    group.command("mv", help="Give a resource another address; the object stays what it is.")(with_common(move))
    group.command("rm", help="Forget resources; the tenant isn't touched.")(with_common(remove))
    group.command("push", help="Make a document the state.")(with_common(push))
    group.command("restore", help="Make a kept version the state again.")(with_common(restore))


def move(
    common: Common,
    origin: Annotated[str, typer.Argument(metavar="FROM", help="The address it has.")],
    target: Annotated[str, typer.Argument(metavar="TO", help="The address it is to have.")],
    lock_timeout: shared.LockTimeout = "0s",
) -> None:
    from mailform.planning.records import renamed

    (new,) = shared.addresses([target], "TO")
    with editing(common, "mailform state mv", lock_timeout) as store:
        state = _read(store)
        old = recorded(state, origin).address
        _require_free(state, old, new)
        _write(common, store, state, renamed(state, old, new), f"Moved {old} to {new}")


def remove(
    common: Common,
    given: Annotated[list[str], typer.Argument(metavar="ADDR…", help="Such as transport_rule.route.")],
    lock_timeout: shared.LockTimeout = "0s",
) -> None:
    from mailform.planning.records import forgotten

    with editing(common, "mailform state rm", lock_timeout) as store:
        state = _read(store)
        gone = frozenset(one.address for address in given for one in all_recorded(state, address))
        told = ", ".join(str(address) for address in sorted(gone))
        _write(common, store, state, forgotten(state, gone), f"Forgot {told}; the tenant wasn't touched")


def push(
    common: Common,
    file: Annotated[str, typer.Argument(metavar="FILE|-", help="The document; - reads standard input.")],
    force: Annotated[
        bool, typer.Option("--force", help="Also over a newer or damaged state, or one of another origin.")
    ] = False,
    lock_timeout: shared.LockTimeout = "0s",
) -> None:
    from mailform_state import transfer

    data = _standard_input() if file == "-" else _document(Path(file))
    with editing(common, "mailform state push", lock_timeout) as store:
        _tell(common, transfer.push(store, data, force=force), "Pushed")


def _document(path: Path) -> bytes:
    from mailform_state.document import LARGEST
    from mailform_state.errors import Unusable
    from mailform_state.files import usable
    from mailform_state.regular import NotAFile, read_named

    with usable(f"{path} can't be read:"):
        try:
            return read_named(path, LARGEST)
        except NotAFile as found:
            hint = "Name a file, or hand it in: mailform state push - < FILE"
            raise Unusable(f"{path} is {found.what}, and no state can be read from it.", hint=hint) from None


def _standard_input() -> bytes:
    """What is handed in. A terminal isn't waited for: nobody types a state."""
    from mailform_state.document import LARGEST
    from mailform_state.errors import Unusable
    from mailform_state.files import usable

    if sys.stdin.isatty():
        raise Unusable("Nothing is handed in on standard input.", hint="Write: mailform state push - < FILE")
    with usable("Standard input can't be read:"):
        return sys.stdin.buffer.read(LARGEST + 1)


def restore(common: Common, serial: _SERIAL, lock_timeout: shared.LockTimeout = "0s") -> None:
    from mailform.cli import desk
    from mailform_state import transfer

    patience = shared.span(lock_timeout, "--lock-timeout").total_seconds()
    store = desk.store(common)
    with store.lock(desk.holder("mailform state restore"), patience):
        _require_fit(store.journal(), serial)
        _tell(common, transfer.restore(store, serial), f"Restored version {serial}")


@contextmanager
def editing(common: Common, command: str, lock_timeout: str) -> Iterator[Store]:
    """The store, locked from before it is read. A run that was cut off is settled first, which takes the tenant; while
    one is held, or could not be taken back, nothing is edited. Raises Locked, Refused."""
    from mailform.cli import desk, settling

    patience = shared.span(lock_timeout, "--lock-timeout").total_seconds()
    store = desk.store(common)
    with store.lock(desk.holder(command), patience) as lock:
        settling.require_settled(common, store, lock)
        yield store


def _require_fit(journal: Journal | None, serial: int) -> None:
    """While a run is open, only the version that it began from may come back: its recovery builds on that."""
    from mailform_state.errors import Refused
    from mailform_state.journal import Begin

    begin = None if journal is None else next((entry for entry in journal.entries if isinstance(entry, Begin)), None)
    if begin is not None and begin.serial != serial:
        raise Refused(
            f"an earlier run left its journal open, and it began from serial {begin.serial}, not {serial}",
            hint=f"Settle it first: mailform recover; if the state is damaged: mailform state restore {begin.serial}",
        )


def recorded(state: State | None, address: str) -> Recorded:
    """What the state has at an address. Raises Mistakes when it has nothing there, or several."""
    from mailform.diagnostics import Diagnostic, Mistakes

    found = all_recorded(state, address)
    is_instance = found[0].address.key is not None
    if len(found) > 1 or (is_instance and address == str(found[0].address.block)):
        hint = "name one of them: " + ", ".join(str(one.address) for one in found)
        raise Mistakes(
            (Diagnostic("several-resources", f"{address} has for_each, so it is several resources", None, hint),)
        )
    return found[0]


def all_recorded(state: State | None, address: str) -> tuple[Recorded, ...]:
    """What the state has at an address; at the bare one of a block with `for_each`, all its instances. Raises Mistakes
    when it has nothing there."""
    from mailform.configuration.findings import did_you_mean, shown
    from mailform.diagnostics import Diagnostic, Mistakes
    from mailform_state.address import Address

    known = {} if state is None else {str(one): held for one, held in sorted(state.resources.items())}
    try:
        asked = str(Address.parse(address))  # a key may be written in several ways
    except ValueError:
        asked = address
    found = tuple(held for text, held in known.items() if asked in (text, str(held.address.block)))
    if not found:
        hint = did_you_mean(address, known, "see the addresses with: mailform state list")
        raise Mistakes((Diagnostic("unknown-address", f"the state has nothing at {shown(address)}", None, hint),))
    return found


def _read(store: Store) -> State:
    from mailform_state.errors import Refused

    state = store.read()
    if state is None:
        raise Refused("There is no state yet.", hint="`mailform apply` makes the first one.")
    return state


def _require_free(state: State, old: Address, new: Address) -> None:
    from mailform.diagnostics import Diagnostic, Mistakes
    from mailform.spelling import for_shell

    if new.kind != old.kind:
        message, hint = f"{old} can't become a {new.kind}", f"an address of its kind begins with {old.kind}."
        raise Mistakes((Diagnostic("another-kind", message, None, hint),))
    if new in state.resources:
        hint = f"move that one away first, or forget it: mailform state rm {for_shell(new)}"
        raise Mistakes((Diagnostic("address-taken", f"the state has {new} already", None, hint),))


def _write(common: Common, store: Store, before: State, after: State, told: str) -> None:
    from mailform.cli import desk

    new = replace(after, serial=before.serial + 1, tool_version=desk.version())
    store.write(new, expected=before.serial)
    _tell(common, new, told)


def _tell(common: Common, state: State, told: str) -> None:
    from mailform.cli import desk
    from mailform.render.escape import shown

    if common.json:
        desk.say_json({"serial": state.serial, "resources": [str(address) for address in sorted(state.resources)]})
    elif not common.quiet:
        desk.say(f"{shown(told)}. The state has serial {state.serial} now.")
