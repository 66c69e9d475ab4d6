"""Running a plan: a generator of journal entries, suspended at each until it is durable.

Whoever drives it appends what it yields to the journal and only then asks for the next. So nothing can be sent before
its intent is written down: the shape of the code sees to it.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import TypeAlias

from mailform.execute.ledger import Ledger
from mailform.execute.perform import Call, Performed, perform, postponed, prepare
from mailform.execute.settlement import settlement
from mailform.execute.sight import come_into_sight, left_disabled
from mailform.execute.undo import take_back
from mailform.execute.verify import Objects, restored, verification
from mailform.planning.actions import Make, Publish, Remove
from mailform.planning.compare import PROOF
from mailform.planning.operations import Operation, inbound_connectors
from mailform.planning.schedule import Schedule
from mailform.planning.undo import undoing
from mailform_providers.kinds import ACCEPTED_DOMAIN, TRANSPORT_RULE
from mailform_state.errors import Failure
from mailform_state.journal import Begin, Entry, Outcome, Pivot, PublishRecord, Record, Result, Verified

Entries: TypeAlias = Generator[tuple[Entry, ...], None, "Verdict"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a run went. `failure` is empty when everything was done. `restored`: after a failure everything is as it
    was, by reading it again. `uncertain`: something may still land late. `leftover` names what isn't as it was."""

    failure: str = ""
    restored: bool = False
    uncertain: bool = False
    held: bool = False
    leftover: tuple[str, ...] = ()
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
    pivot = Pivot(settlement(plan, ledger, objects))
    for change in pivot.changes:
        if isinstance(change, Record):
            ledger.records[change.resource.address] = change.resource
    told += [Verified(), pivot]
    yield (Verified(), pivot)
    left: list[str] = []
    failed: set[int] = set()
    for wave in plan.cleanup:
        yield from _cleanup(wave, ledger, failed, left)
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
    for done in _performing(calls, ledger):
        told.append(done.result)
        switched.append(done)
        _note(done, ledger)
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


def _performing(calls: list[Call], ledger: Ledger) -> Iterator[Performed]:
    """Sends the calls of a wave: rules one after the other, others side by side. After a failure nothing more is
    begun; what was not sent says so."""
    if calls[0].operation.kind == TRANSPORT_RULE or len(calls) == 1 or ledger.tempo.parallelism == 1:
        stop = False
        for call in calls:
            if stop or ledger.stopped():
                yield _unsent(call)
                continue
            done = perform(call, ledger)
            stop = done.result.outcome in (Outcome.REJECTED, Outcome.AMBIGUOUS)
            yield done
        return
    waiting = list(reversed(calls))
    running: set[Future[Performed]] = set()
    with ThreadPoolExecutor(ledger.tempo.parallelism) as pool:
        stop = False
        while waiting or running:
            while waiting and not stop and not ledger.stopped() and len(running) < ledger.tempo.parallelism:
                running.add(pool.submit(perform, waiting.pop(), ledger))
            if not running:
                break
            completed, running = wait(running, return_when=FIRST_COMPLETED)
            for future in completed:
                done = future.result()
                stop = stop or done.result.outcome in (Outcome.REJECTED, Outcome.AMBIGUOUS)
                yield done
    for call in reversed(waiting):
        yield _unsent(call)


def _unsent(call: Call) -> Performed:
    return Performed(call, Result(call.operation.number, Outcome.UNSENT, call.id))


def _note(done: Performed, ledger: Ledger) -> None:
    """Takes a result into the run's memory."""
    one, result = done.call.operation, done.result
    ledger.warnings.extend(f"{one.address}: {warning}" for warning in done.warnings)
    if done.remark:
        ledger.remarks.append(f"{one.address}: {done.remark}")
    if result.outcome is Outcome.WAITING and done.waiting is not None:
        ledger.waiting[one.address] = done.waiting
        records = {"verification_txt": done.waiting.txt, "verification_mx": done.waiting.mx}
        known = ledger.facts.setdefault(one.address, {})
        known.update({name: value for name, value in records.items() if value})
        ledger.deferred.add(one.address)
        ledger.skipped.add(one.number)
        return
    if result.outcome is not Outcome.OK:
        return
    if isinstance(one.action, Make) and result.id is not None:
        ledger.was_made(one.address, result.id)
    if done.object is not None and one.wanted is not None:  # what goes tells nothing of its successor
        ledger.facts.setdefault(one.address, {}).update({**done.object.facts, "id": done.object.id})
    if one.kind == ACCEPTED_DOMAIN:
        ledger.facts.setdefault(one.address, {}).update(
            {name: value for name, value in done.call.values.items() if name in ("verified", "email")}
        )
    if done.call.place is not None and result.id is not None:
        ledger.was_placed(result.id, done.call.place)
    for change in result.changes:
        if isinstance(change, Record):
            ledger.records[one.address] = change.resource
        elif isinstance(change, PublishRecord):
            ledger.published.add(one.address)


def _cleanup(
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
        _note(done, ledger)
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


def _back(failure: str, told: list[Entry], ledger: Ledger) -> Entries:
    """Takes everything back, last things first, and reads again whether it is as it was."""
    uncertain = any(isinstance(entry, Result) and entry.outcome is Outcome.AMBIGUOUS for entry in told)
    left: list[str] = []
    deadline = ledger.clock.monotonic() + ledger.tempo.rollback
    for step in undoing(told):
        if ledger.clock.monotonic() > deadline:
            left.append("the time for the rollback ran out")
            break
        for entries in take_back(step, ledger, left):
            told.extend(entries)
            yield entries
    begin = next(entry for entry in told if isinstance(entry, Begin))
    window = ledger.tempo.settle if left else ledger.tempo.visibility
    try:
        left += [problem for problem in restored(begin, told, ledger, window) if problem not in left]
    except Failure as unread:
        left.append(f"the tenant could not be read again: {unread.message}")
    return Verdict(failure, restored=not left and not uncertain, uncertain=uncertain, leftover=tuple(left))
