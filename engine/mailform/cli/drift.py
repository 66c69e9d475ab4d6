"""`mailform drift`: what somebody changed since the last apply. Recorded against observed; the configuration only says
which tenant. Takes no lock and writes nothing, unless it is to adopt or revert what it finds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from mailform.cli import options as shared
from mailform.cli.common import Common, with_common
from mailform.exits import Exit

if TYPE_CHECKING:
    from mailform.session.preparing import Prepared
    from mailform_providers.contract import Observed

_HELP = """Show what was changed outside Mailform.

--adopt keeps it: the tenant's values go into the configuration's files, and into the state. --revert takes it back, as
`mailform apply --target` does.
"""
_ADOPT = "Write what the tenant has of this resource into the configuration."
_REVERT = "Make this resource what the configuration says: `apply --target`."


def register(app: typer.Typer) -> None:
    app.command("drift", help=_HELP, short_help="Show what was changed outside Mailform.")(with_common(command))


def command(
    common: Common,
    more: Annotated[
        list[str] | None, typer.Argument(metavar="ADDR…", help="More resources to adopt or revert.")
    ] = None,
    detailed_exitcode: Annotated[
        bool, typer.Option("--detailed-exitcode", help="Exit with 2 when there is drift.")
    ] = False,
    adopt: Annotated[list[str] | None, typer.Option("--adopt", metavar="ADDR", help=_ADOPT)] = None,
    revert: Annotated[list[str] | None, typer.Option("--revert", metavar="ADDR", help=_REVERT)] = None,
    unmanaged: Annotated[bool, typer.Option("--unmanaged", help="List what nobody manages, of every kind.")] = False,
    auto_approve: Annotated[bool, typer.Option("--auto-approve", help="With --revert: ask nothing.")] = False,
    lock_timeout: shared.LockTimeout = "0s",
) -> None:
    looking = detailed_exitcode or unmanaged
    _require_one(bool(adopt), bool(revert), looking=looking, more=bool(more), auto_approve=auto_approve)
    if adopt:
        from mailform.cli.adopting import adopt as take_over

        return take_over(common, shared.addresses([*adopt, *(more or ())], "--adopt"), lock_timeout)
    if revert:
        return _revert(common, [*revert, *(more or ())], auto_approve, lock_timeout)
    return _look(common, detailed_exitcode=detailed_exitcode, unmanaged=unmanaged)


def _look(common: Common, *, detailed_exitcode: bool, unmanaged: bool) -> None:
    from mailform.cli import desk
    from mailform.cli.plan import prepare
    from mailform.planning import ownership
    from mailform.planning.plan import Options
    from mailform.planning.world import World
    from mailform.render import drift_text
    from mailform_providers.kinds import KINDS

    asked = Options(refresh_only=True)
    prepared = prepare(common, asked, allow_large_change=False, also=KINDS if unmanaged else ())
    made = prepared.plan
    foreign = ownership.unmanaged(World(made.observed), prepared.state, made.steps)
    if common.json:
        desk.say_json(as_json(prepared, foreign, listed=unmanaged))
    else:
        desk.say(drift_text.text(made, prepared.state, colour=desk.coloured(common)))
        if others := drift_text.unmanaged(foreign, listed=unmanaged):
            desk.say(others)
    if detailed_exitcode and made.drift:
        desk.leave(Exit.CHANGES)


def _revert(common: Common, given: list[str], auto_approve: bool, lock_timeout: str) -> None:
    from mailform.cli import apply, working
    from mailform.planning.plan import Options

    options = Options(targets=shared.addresses(given, "--revert"))
    apply.run(common, working.asked(options=options, auto_approve=auto_approve, lock_timeout=lock_timeout))


def as_json(prepared: Prepared, foreign: Mapping[str, Sequence[Observed]], *, listed: bool) -> dict[str, object]:
    """The drift for programs: the entries that `plan --json` has under `resource_drift`, and how many objects of each
    kind nobody manages; `listed`: which ones too."""
    from mailform.render.changes_json import drifted
    from mailform.render.secrecy import Secrets

    secrets = Secrets.of(prepared.plan, prepared.state)
    entries = [change.entry() for change in drifted(prepared.plan, prepared.state, secrets)]
    told: dict[str, object] = {"format_version": "1.0", "drifted": bool(entries), "resource_drift": entries}
    told["foreign"] = {kind: len(objects) for kind, objects in foreign.items()}
    if listed:
        told["unmanaged"] = [
            {"type": seen.kind, "id": seen.id, "name": seen.name} | _last_change(seen)
            for objects in foreign.values()
            for seen in objects
        ]
    return told


def _last_change(seen: Observed) -> dict[str, object]:
    return {"changed_by": seen.changed_by, "changed_at": seen.changed_at}


def _require_one(adopt: bool, revert: bool, *, looking: bool, more: bool, auto_approve: bool) -> None:
    """Raises typer.BadParameter when several things are asked for at once, or what has no meaning alone."""
    if adopt + revert + looking > 1:
        raise typer.BadParameter(
            "look, adopt or revert: one at a time", param_hint="--adopt, --revert, --unmanaged, --detailed-exitcode"
        )
    if auto_approve and not revert:
        raise typer.BadParameter("only --revert changes the tenant, and asks", param_hint="--auto-approve")
    if more and not (adopt or revert):
        raise typer.BadParameter("say what is to be done with it: --adopt ADDR or --revert ADDR", param_hint="ADDR")
