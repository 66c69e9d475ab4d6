"""`mailform recover`: settles what an earlier run left open."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from mailform.cli import options as shared
from mailform.cli.common import Common, with_common
from mailform.exits import Exit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mailform.cli.working import Asked
    from mailform.session.report import Report
    from mailform.session.skipping import Decision
    from mailform_providers.connect import Connection
    from mailform_state.journal import Entry
    from mailform_state.store import Lock, Store

_HELP = """Settle what an earlier run left open.

Before its last step back everything is taken back; after it, the run is finished. Nothing that somebody else changed
meanwhile is touched.
"""


def register(app: typer.Typer) -> None:
    app.command("recover", help=_HELP, short_help="Settle what an earlier run left open.")(with_common(command))


def command(
    common: Common,
    roll_forward: Annotated[
        bool, typer.Option("--roll-forward", help="Keep what the run has done, and go on with it, if nobody else has.")
    ] = False,
    skip: Annotated[
        list[str] | None,
        typer.Option("--skip", metavar="ADDR", help="Leave what the run did there as it is, unresolved."),
    ] = None,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; the state remembers it.")] = "",
    settle: shared.Settle = "10s",
    lock_timeout: shared.LockTimeout = "0s",
) -> None:
    from mailform.cli import desk, showing, working, zones
    from mailform.cli.progress import Progress
    from mailform.session.recovering import Course, recover

    decision = _decided(skip, reason, roll_forward=roll_forward)
    request = working.asked(settle=settle, lock_timeout=lock_timeout, auto_approve=True, allow_large_change=True)
    configured = desk.configuration(common)
    kept = desk.store(common)
    with kept.lock(desk.holder("mailform recover"), request.lock_timeout.total_seconds()) as lock:
        journal = kept.journal()
        if journal is None:
            desk.tell("Nothing to recover: no run was left open.")
            return
        publisher = zones.for_journal(common, kept)
        with desk.connection(common, configured) as tenant:
            with Progress(common, journal.entries) as progress:
                course = Course(desk.version(), request.tempo, progress.tell, publisher, roll_forward, decision)
                report = recover(kept, tenant.tenant_id, tenant.provider, lock, desk.SystemClock(), course)
            if report is None:
                return
            code = _gone_on(common, report, journal.entries, request, kept, lock, tenant) if roll_forward else None
    if code is None:
        code = report.exit
        showing.show(common, report)
    if code is not Exit.DONE:
        desk.leave(code)


def _decided(skip: list[str] | None, reason: str, *, roll_forward: bool) -> Decision | None:
    """What is to be left, and why. Raises typer.BadParameter."""
    from mailform.session.skipping import Decision

    if not skip:
        if reason:
            raise typer.BadParameter("it says why something is left: name that with --skip", param_hint="--reason")
        return None
    if not reason.strip():
        raise typer.BadParameter("say why, for whoever reads the state later: --reason TEXT", param_hint="--skip")
    if roll_forward:
        raise typer.BadParameter("either something is left, or the run goes on", param_hint="--skip")
    return Decision(shared.addresses(skip, "--skip"), reason.strip())


def _gone_on(
    common: Common, report: Report, told: Sequence[Entry], request: Asked, kept: Store, lock: Lock, tenant: Connection
) -> Exit | None:
    """Does the rest of a run of which everything that was done is kept: what was approved then, and nothing else. None
    where nothing was kept, or where the configuration isn't the one that was approved."""
    from mailform.cli import desk, settling, working
    from mailform.render import report as report_text
    from mailform.session.report import Recovery
    from mailform_state.journal import Begin

    if report.recovery is not Recovery.KEPT or report.exit not in settling.SETTLED:
        return None
    begin = next(entry for entry in told if isinstance(entry, Begin))
    configured = desk.configuration(common)
    if begin.configuration != configured.digest:
        desk.tell("The configuration isn't the one that the run was approved with: its rest is for the next apply.")
        return None
    desk.tell(report_text.brief(report, colour=desk.coloured(common, errors=True)))
    return working.go_on(common, request, begin, configured, kept, lock, tenant)
