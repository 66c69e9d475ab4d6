"""Behind the pivot: what was retired is deleted, and what only a deletion makes possible is written. Nothing is taken
back here; what doesn't work is left for the next apply."""

from __future__ import annotations

from collections.abc import Generator, Sequence

from mailform.execute.calls import prepare
from mailform.execute.ledger import Ledger
from mailform.execute.noting import note
from mailform.execute.outcome import postponed
from mailform.execute.perform import perform
from mailform.planning.actions import Remove
from mailform.planning.operations import Operation
from mailform.planning.schedule import Schedule
from mailform_state.journal import Entry, Intent, Outcome, Result


def rest(plan: Schedule, ledger: Ledger) -> tuple[Intent, ...]:
    """What is still to be sent behind the pivot, in its order, for whoever has to finish it without the plan. What a
    deferred step still uses isn't among it."""
    held = set(ledger.skipped)
    found: list[Intent] = []
    for one in (one for wave in plan.cleanup for one in wave):
        if one.needs & held:
            held.add(one.number)
        else:
            found.append(prepare(one, ledger).intent)
    return tuple(found)


def cleanup(
    wave: Sequence[Operation], ledger: Ledger, failed: set[int], left: list[str]
) -> Generator[tuple[Entry, ...], None, None]:
    """Runs one wave behind the pivot: what doesn't work is left for the next apply, and nothing is taken back."""
    stopped = ledger.stopped()
    held = [one for one in wave if stopped or one.needs & (failed | ledger.skipped)]
    if held:
        results = tuple(_leave(one, ledger, left) for one in held)
        failed |= {one.number for one in held}
        yield results
    calls = [prepare(one, ledger) for one in wave if one not in held]
    if not calls:
        return
    yield tuple(call.intent for call in calls)
    for call in calls:
        done = perform(call, ledger)
        note(done, ledger)
        if done.result.outcome is not Outcome.OK:
            failed.add(call.operation.number)
            left.append(f"{call.operation.address}: {done.result.detail}")
        yield (done.result,)


def _leave(one: Operation, ledger: Ledger, left: list[str]) -> Result:
    """Leaves an operation for a later apply. What a deferred step still uses isn't retired: it stays in the state,
    unless the state knows its successor under its address already."""
    reason = "what uses it is still there"
    left.append(f"{one.address}: {reason}")
    waits = bool(one.needs & ledger.skipped)
    if isinstance(one.action, Remove) and not (waits and one.action.forget):
        return postponed(one, reason)
    return Result(one.number, Outcome.UNSENT, detail=reason)
