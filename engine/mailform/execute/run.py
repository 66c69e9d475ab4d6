"""Running a plan: a generator of journal entries, suspended at each until it is durable.

Whoever drives it appends what it yields to the journal and only then asks for the next. So nothing can be sent before
its intent is written down: the shape of the code sees to it.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from mailform.execute.calls import Performed, prepare
from mailform.execute.cleanup import cleanup, rest
from mailform.execute.ledger import Ledger
from mailform.execute.noting import note
from mailform.execute.restored import restored
from mailform.execute.sending import performing
from mailform.execute.settlement import settlement
from mailform.execute.sight import come_into_sight, left_disabled
from mailform.execute.undo import Leftover, take_back
from mailform.execute.verify import Objects, verification
from mailform.planning.actions import Publish
from mailform.planning.compare import PROOF
from mailform.planning.operations import Operation, inbound_connectors
from mailform.planning.schedule import Schedule
from mailform.planning.undo import undoing
from mailform_state.changes import Record
from mailform_state.errors import Failure
from mailform_state.journal import Begin, Entry, Intent, Outcome, Pivot, Result, Verified

Entries: TypeAlias = Generator[tuple[Entry, ...], None, "Verdict"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a run went. `failure` is empty when everything was done. `restored`: after a failure everything is as it
    was, by reading it again. `uncertain`: something may still land late. `leftover` names what isn't as it was or may
    not stay so, `foreign` what others did meanwhile to what this run didn't write."""

    failure: str = ""
    restored: bool = False
    uncertain: bool = False
    held: bool = False
    leftover: tuple[str, ...] = ()
    foreign: tuple[str, ...] = ()
    postponed: tuple[str, ...] = ()


def run(plan: Schedule, begin: Begin, ledger: Ledger, *, rollback: bool) -> Entries:
    """Carries out a schedule: stage, cut over, retire, verify, pivot, clean up; on failure before the pivot, back.

    `begin` opens the journal. Without `rollback` a failure leaves everything as it is, held for `recover`.
    """
    told: list[Entry] = [begin]
    yield (begin,)
    failure = ""
    for wave in plan.forward:
        failure = yield from _wave(wave, plan, ledger, told)
        if failure:
            break
    objects: Objects = {}
    if not failure:
        try:
            checked = verification(told, ledger)
        except Failure as unread:
            failure = f"what was written could not be read again: {unread.message}"
        else:
            failure, objects = "; ".join(checked.problems), checked.objects
            ledger.warnings.extend(checked.remarks)
    if failure:
        if not rollback:
            return Verdict(failure, held=True)
        return (yield from _back(failure, told, ledger))
    pivot = Pivot(settlement(plan, ledger, objects), rest(plan, ledger))
    for change in pivot.changes:
        if isinstance(change, Record):
            ledger.records[change.resource.address] = change.resource
    told += [Verified(), pivot]
    yield (Verified(), pivot)
    left: list[str] = []
    failed: set[int] = set()
    for wave in plan.cleanup:
        yield from cleanup(wave, ledger, failed, left)
    return Verdict(postponed=tuple(left))


def _wave(
    wave: Sequence[Operation], plan: Schedule, ledger: Ledger, told: list[Entry]
) -> Generator[tuple[Entry, ...], None, str]:
    """Runs one wave before the pivot; answers with what failed, if something did."""
    runnable = [one for one in wave if not _is_held_back(one, plan, ledger) and not _is_needless(one, ledger)]
    if not runnable:
        return ""
    if ledger.stopped():
        return "interrupted: no further step was begun"
    come_into_sight(runnable, ledger)
    try:
        calls = [prepare(one, ledger) for one in runnable]
    except LookupError as missing:
        return f"{runnable[0].address}: what it refers to isn't known ({missing})"
    intents = tuple(call.intent for call in calls)
    told.extend(intents)
    yield intents
    failures: list[str] = []
    switched: list[Performed] = []
    for done in performing(calls, ledger):
        told.append(done.result)
        switched.append(done)
        note(done, ledger)
        if done.result.outcome in (Outcome.REJECTED, Outcome.AMBIGUOUS):
            failures.append(f"{done.call.operation.address}: {done.result.detail}")
        yield (done.result,)
    failures += left_disabled([done for done in switched if done.result.outcome is Outcome.OK], ledger)
    if (
        not failures
        and ledger.stopped()
        and any(isinstance(entry, Result) and entry.outcome is Outcome.UNSENT for entry in told)
    ):
        return "interrupted: no further step was begun"
    return "; ".join(failures)


def _is_held_back(one: Operation, plan: Schedule, ledger: Ledger) -> bool:
    """Whether an operation waits for a domain's proof: by what it needs, or as a routing rule whose way back does."""
    held = bool(one.needs & ledger.skipped)
    if not held and one.switches_on_routing:
        held = any(address in ledger.deferred for address in inbound_connectors(plan.operations))
    if held:
        ledger.skipped.add(one.number)
        ledger.deferred.add(one.address)
    return held


def _is_needless(one: Operation, ledger: Ledger) -> bool:
    """Whether a proof needn't be published any more: a verified parent has proven its domain."""
    return isinstance(one.action, Publish) and bool(ledger.facts.get(one.address, {}).get(PROOF))


def _back(failure: str, told: list[Entry], ledger: Ledger) -> Entries:
    """Takes everything back, last things first, and reads again whether it is as it was."""
    unsure = tuple(unverified(told))
    left: list[Leftover] = []
    deadline = ledger.clock.monotonic() + ledger.tempo.rollback
    for step in undoing(told):
        if ledger.clock.monotonic() > deadline:
            left.append(Leftover("the rollback", "its time ran out"))
            break
        for entries in take_back(step, ledger, left):
            told.extend(entries)
            yield entries
    window = ledger.tempo.settle if left else ledger.tempo.visibility
    foreign: tuple[Leftover, ...] = ()
    try:
        found = restored(told, left, ledger, window)
    except Failure as unread:
        left.append(Leftover("the tenant", f"it could not be read again: {unread.message}"))
    else:
        left.extend(found.ours)
        foreign = found.foreign
    return Verdict(
        failure,
        restored=not left and not unsure,
        uncertain=bool(unsure),
        leftover=(*unsure, *map(str, left)),
        foreign=tuple(map(str, foreign)),
    )


def unverified(told: Iterable[Entry]) -> Iterator[str]:
    """What was sent, had no answer, and didn't show: it may still land, however much was taken back."""
    intents: dict[int, Intent] = {}
    for entry in told:
        if isinstance(entry, Intent):
            intents[entry.step] = entry
        elif isinstance(entry, Result) and entry.outcome is Outcome.AMBIGUOUS:
            intent = intents[entry.step]
            yield f"{intent.address}: unverified: the {intent.action} was sent, no answer came, and it may still land"
