"""What each exit code means for an apply, in honest words: neither more certain nor worse than it is."""

from __future__ import annotations

from typing import assert_never

from mailform.exits import Exit
from mailform.session.report import Recovery, Report


def headline(report: Report) -> str:
    """How the run ended, in one or two sentences."""
    if report.recovery is not None and report.exit is not Exit.UNRESOLVED:
        return _recovered(report, report.recovery)
    match report.exit:
        case Exit.DONE | Exit.CHANGES:
            return _done(report)
        case Exit.ROLLED_BACK:
            return _rolled_back(report)
        case Exit.UNRESOLVED:
            return _unresolved(report)
        case Exit.WAITING:
            return _waiting(report)
        case Exit.INTERRUPTED:
            return _interrupted(report)
        case Exit.LOCKED:
            return _locked(report)
        case Exit.ERROR | Exit.STALE | Exit.INTEGRITY | Exit.REFUSED:
            return _stopped(report)
    assert_never(report.exit)


def _recovered(report: Report, recovery: Recovery) -> str:
    if report.exit in (Exit.INTERRUPTED, Exit.LOCKED):
        return "The recovery ended in the middle; the journal of the run is kept."
    others = ", but for what somebody else changed meanwhile" if report.foreign else ""
    match recovery:
        case Recovery.TAKEN_BACK if report.unresolved:
            return f"The open run has been taken back, but for what was left on purpose{others}."
        case Recovery.TAKEN_BACK:
            return f"The open run has been taken back{others}, verified by reading it again."
        case Recovery.KEPT:
            return f"What the open run had done is kept, and the state has it{others}."
        case Recovery.FINISHED if report.exit is Exit.WAITING:
            return f"The open run has been finished{others}, but something waits. The next apply goes on."
        case Recovery.FINISHED:
            return f"The open run has been finished{others}."
    assert_never(recovery)


def succeeded(report: Report) -> bool:
    """Whether what was asked for is done, as far as it could be."""
    return report.exit in (Exit.DONE, Exit.CHANGES, Exit.WAITING)


def _done(report: Report) -> str:
    return "Apply complete." if report.deeds else "Apply complete. The tenant was not touched."


def _rolled_back(report: Report) -> str:
    if not report.changed:
        return "Apply failed. Nothing had been changed in the tenant, verified by reading it again."
    return "Apply failed. Everything was taken back, verified by reading it again."


def _unresolved(report: Report) -> str:
    what = "Apply failed, and taking it back" if report.recovery is None else "Taking the open run back"
    return (
        f"{what} is incomplete or could not be verified. "
        "What is left is listed below; nothing else may change this tenant until it is recovered."
    )


def _waiting(report: Report) -> str:
    told = []
    if report.waits or report.deferred:
        told.append("a domain waits for its DNS proof")
    if report.pending:
        told.append("a retired object is still to be deleted")
    return f"Applied, but something waits: {' and '.join(told) or 'see below'}. The next apply goes on."


def _interrupted(report: Report) -> str:
    how = "failed and was stopped where it was" if report.failure else "was interrupted before it could end"
    back = "Not everything" if any(deed.undone is not None for deed in report.deeds) else "Nothing"
    return f"Apply {how}. {back} was taken back; the journal of the run is kept."


def _locked(report: Report) -> str:
    if report.changed:
        return "The lock on the state was lost during the apply. What was done until then is listed below."
    return "The state is locked by somebody else. Nothing was changed."


def _stopped(report: Report) -> str:
    if report.changed:
        return "Apply ended with an error after it had begun. What was done until then is listed below."
    return "Apply did not begin. Nothing was changed."
