"""The journal of an earlier run, before anything else is done: settled if it was cut off, respected if it is held."""

from __future__ import annotations

from mailform.cli import desk, zones
from mailform.cli.common import Common
from mailform.cli.progress import Progress
from mailform.cli.showing import show
from mailform.execute.ledger import Tempo
from mailform.exits import Exit
from mailform.render import report as report_text
from mailform.session.recovering import Course, recover
from mailform_providers.connect import Connection
from mailform_state.errors import Refused
from mailform_state.journal import End
from mailform_state.store import Lock, Store

SETTLED = (Exit.DONE, Exit.WAITING)
"""How a recovery ends after which the command goes on."""


def require_settled(common: Common, kept: Store, lock: Lock) -> None:
    """Settles a run that was cut off, for commands that need no tenant themselves. Raises Refused for a held one."""
    if kept.journal() is None:
        return
    require_not_held(kept)
    with desk.connection(common, desk.configuration(common)) as tenant:
        code = settle_journal(common, kept, lock, tenant, Tempo())
    if code not in SETTLED:
        desk.leave(code)


def require_not_held(kept: Store) -> None:
    """Raises Refused while a journal is open that somebody has to decide about; an interrupted one is recovered by
    itself."""
    journal = kept.journal()
    last = None if journal is None else journal.entries[-1]
    if isinstance(last, End) and last.exit in (Exit.INTERRUPTED, Exit.UNRESOLVED):
        why = "was held by --on-failure stop" if last.exit == Exit.INTERRUPTED else "could not take everything back"
        raise Refused(f"an earlier run {why}", hint="Nothing was changed. Run: mailform recover")


def settle_journal(common: Common, kept: Store, lock: Lock, tenant: Connection, tempo: Tempo) -> Exit:
    """Recovers an open journal, says so, and answers with how that ended; DONE too when there was none."""
    journal = kept.journal()
    if journal is None:
        return Exit.DONE
    publisher = zones.for_journal(common, kept)
    desk.tell("An earlier run was cut off: it is settled first.")
    with Progress(common, journal.entries) as progress:
        course = Course(desk.version(), tempo, progress.tell, publisher)
        report = recover(kept, tenant.tenant_id, tenant.provider, lock, desk.SystemClock(), course)
    if report is None:
        return Exit.DONE
    if report.exit in SETTLED:
        desk.tell(report_text.brief(report, colour=desk.coloured(common, errors=True)))
    else:
        show(common, report)
    return report.exit
