"""`mailform recover`: settles what an earlier run left open."""

from __future__ import annotations

import typer

from mailform.cli import options as shared
from mailform.cli.common import Common, with_common
from mailform.exits import Exit


def register(app: typer.Typer) -> None:
    app.command("recover", help="Settle what an earlier run left open.")(with_common(command))


def command(common: Common, settle: shared.Settle = "10s", lock_timeout: shared.LockTimeout = "0s") -> None:
    from mailform.cli import desk, settling, showing, zones
    from mailform.cli.progress import Progress
    from mailform.execute.ledger import Tempo
    from mailform.session.recovering import Course, recover

    tempo = Tempo(settle=shared.span(settle, "--settle").total_seconds())
    wait = shared.span(lock_timeout, "--lock-timeout").total_seconds()
    configured = desk.configuration(common)
    kept = desk.store(common)
    with kept.lock(desk.holder("mailform recover"), wait) as lock:
        journal = kept.journal()
        if journal is None:
            desk.tell("Nothing to recover: no run was left open.")
            return
        publisher = zones.for_journal(common, kept)
        with desk.connection(common, configured) as tenant, Progress(common, journal.entries) as progress:
            course = Course(desk.version(), tempo, progress.tell, publisher)
            report = recover(kept, tenant.tenant_id, tenant.provider, lock, desk.SystemClock(), course)
    if report is None:
        return
    if report.exit is Exit.DONE and not common.json:
        desk.say(settling.ended(report))
    else:
        showing.show(common, report)
    if report.exit is not Exit.DONE:
        desk.leave(report.exit)
