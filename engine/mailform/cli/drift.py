"""`mailform drift`: what somebody changed since the last apply. Recorded against observed; the configuration only says
which tenant. Takes no lock and writes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from mailform.cli.common import Common, with_common
from mailform.exits import Exit

if TYPE_CHECKING:
    from mailform.session.preparing import Prepared

_LATER = typer.Option(metavar="ADDR", help="Comes with a later version.")


def register(app: typer.Typer) -> None:
    app.command("drift", help="Show what was changed outside Mailform.")(with_common(command))


def command(
    common: Common,
    detailed_exitcode: Annotated[
        bool, typer.Option("--detailed-exitcode", help="Exit with 2 when there is drift.")
    ] = False,
    adopt: Annotated[list[str] | None, _LATER] = None,
    revert: Annotated[list[str] | None, _LATER] = None,
    unmanaged: Annotated[bool, typer.Option("--unmanaged", help="Comes with a later version.")] = False,
) -> None:
    from mailform.cli import desk
    from mailform.cli.plan import prepare
    from mailform.planning.plan import Options
    from mailform.render import drift_text

    _require_available(adopt=bool(adopt), revert=bool(revert), unmanaged=unmanaged)
    prepared = prepare(common, Options(refresh_only=True), allow_large_change=False)
    if common.json:
        desk.say_json(as_json(prepared))
    else:
        desk.say(drift_text.text(prepared.plan, prepared.state, colour=desk.coloured(common)))
    if detailed_exitcode and prepared.plan.drift:
        desk.leave(Exit.CHANGES)


def as_json(prepared: Prepared) -> dict[str, object]:
    """The drift for programs: the entries that `plan --json` has under `resource_drift`."""
    from mailform.render.changes_json import drifted
    from mailform.render.secrecy import Secrets

    secrets = Secrets.of(prepared.plan, prepared.state)
    entries = [change.entry() for change in drifted(prepared.plan, prepared.state, secrets)]
    return {"format_version": "1.0", "drifted": bool(entries), "resource_drift": entries}


def _require_available(*, adopt: bool, revert: bool, unmanaged: bool) -> None:
    from mailform.cli.later import later

    if adopt:
        raise later("--adopt", "write what the tenant has into the configuration, then: mailform apply")
    if revert:
        raise later("--revert", "make it what the configuration says: mailform apply --target ADDR")
    if unmanaged:
        raise later("--unmanaged", "`mailform plan` says how many objects nobody manages")
