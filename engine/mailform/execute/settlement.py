"""What the state is to hold once the pivot is passed: the final record of everything that was done."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

from mailform.execute.ledger import Ledger
from mailform.execute.verify import Objects
from mailform.expression import Unknown, evaluate
from mailform.planning.actions import Remove
from mailform.planning.records import record, settings
from mailform.planning.schedule import Schedule
from mailform.planning.steps import (
    Adopt,
    Create,
    Delete,
    Forget,
    Move,
    Readdress,
    Replace,
    Retry,
    Settle,
    Update,
    Withdraw,
)
from mailform.planning.unresolved import settled
from mailform.wanted import Answers, Wanted
from mailform_providers.kinds import ACCEPTED_DOMAIN, KINDS
from mailform_state import changes
from mailform_state.address import Address
from mailform_state.changes import Change
from mailform_state.errors import Failure
from mailform_state.values import Output, Proof, Recorded


def settlement(schedule: Schedule, ledger: Ledger, objects: Objects) -> tuple[Change, ...]:
    """Every change of the state that isn't told by the result of a single operation."""
    return (
        *_addresses(ledger),
        *_records(schedule, ledger, objects),
        *_left_behind(schedule, ledger),
        *_outputs(ledger),
        *_told(ledger),
        *_resolved(ledger),
    )


def _told(ledger: Ledger) -> Iterator[Change]:
    """What the state can tell of the domains, if this run looked at them and it is something new."""
    if ACCEPTED_DOMAIN not in ledger.plan.observed:
        return
    proofs = tuple(
        Proof(address, w.name, w.txt, w.mx) for address, w in sorted(ledger.waiting.items()) if w.txt or w.mx
    )
    host = mail_host(ledger)
    if (proofs, host) != (ledger.state.proofs, ledger.state.mail_host):
        yield changes.Tell(proofs, host)


def _resolved(ledger: Ledger) -> Iterator[Change]:
    """What isn't unresolved any more."""
    over = settled(ledger.state, ledger.configuration.resources.keys(), ledger.plan.observed)
    taken = {(step.current.kind, step.current.id) for step in ledger.plan.steps if isinstance(step, Adopt)}
    for left in ledger.state.unresolved:
        if left in over or (left.kind, left.id) in taken:
            yield changes.Resolve(left.address)


def mail_host(ledger: Ledger) -> str:
    """The tenant's own MX host, as the initial domain's records say it; what is known already when they can't be
    read."""
    for seen in ledger.plan.observed.get(ACCEPTED_DOMAIN, ()):
        if seen.facts.get("initial"):
            try:
                found = ledger.provider.find(seen.kind, seen.id)
            except Failure:
                return ledger.state.mail_host
            return "" if found is None else str(found.facts.get("mail_exchange") or "")
    return ledger.state.mail_host


def _left_behind(schedule: Schedule, ledger: Ledger) -> Iterator[Change]:
    """What was replaced and is still to be deleted: from the pivot on the state knows its successor, so that it would
    be nobody's if the run ended before its deletion."""
    for wave in schedule.cleanup:
        for one in wave:
            if isinstance(one.action, Remove) and not one.action.forget:
                yield changes.Postpone(replace(one.action.pending, reason="it was replaced, and is to be deleted"))


def _addresses(ledger: Ledger) -> Iterator[Change]:
    """Resources that moved to another address, or that the state lets go of."""
    for step in ledger.plan.steps:
        match step:
            case Readdress(origin, address):
                yield changes.Forget(origin)
                yield changes.Record(ledger.records[address])
                for known in ledger.state.dns_records:
                    if known.address == address:
                        yield changes.PublishRecord(known)
            case Forget(address):
                yield changes.Forget(address)
            case Retry(pending, None):
                yield changes.Finished(pending.kind, pending.id)
            case Withdraw(record, False):
                yield changes.WithdrawRecord(record)
            case _:
                pass


def _records(schedule: Schedule, ledger: Ledger, objects: Objects) -> Iterator[Change]:
    """The record of each resource of which every operation was done. One that waits keeps what was written so far."""
    unfinished = {one.address for one in schedule.operations if one.number in ledger.skipped}
    settled = {step.address: step for step in ledger.plan.steps if isinstance(step, Settle)}
    late = _late(schedule)
    for step in ledger.plan.steps:
        match step:
            case Create(wanted) | Update(wanted) | Replace(wanted) | Adopt(wanted):
                if step.address not in unfinished:
                    before = None if isinstance(step, Create) else step.current.attributes
                    yield changes.Record(
                        _without_late(_record(wanted, ledger, objects, before), late.get(step.address, ()), ledger)
                    )
            case Settle() | Move() | Delete() | Forget() | Readdress() | Retry() | Withdraw():
                pass
    for kept in ledger.plan.kept:
        if kept.refreshed is not None:
            yield changes.Record(kept.refreshed)
    waiting = unfinished & settled.keys()
    for address in waiting:
        source = next((one.wanted for one in schedule.operations if one.address == address and one.wanted), None)
        known = ledger.records.get(address)
        if source is not None and known is not None:
            yield changes.Record(replace(known, **settings(KINDS[address.kind], source, known)))


def _late(schedule: Schedule) -> dict[Address, set[str]]:
    """What is written only behind the pivot, once a deletion has made it possible."""
    found: dict[Address, set[str]] = {}
    for wave in schedule.cleanup:
        for one in wave:
            found.setdefault(one.address, set()).update(one.attributes)
    return found


def _without_late(resource: Recorded, late: Collection[str], ledger: Ledger) -> Recorded:
    """A record in which what is still to be written is as it was: if that fails, the next plan has to know."""
    known = ledger.state.resources.get(resource.address)
    former = {} if known is None else {name: known.attributes[name] for name in late if name in known.attributes}
    kept = {name: value for name, value in resource.attributes.items() if name not in late}
    return replace(resource, attributes={**kept, **former})


def _record(wanted: Wanted, ledger: Ledger, objects: Objects, before: object) -> Recorded:
    kind = KINDS[wanted.kind]
    known = ledger.state.resources.get(wanted.address)
    id = ledger.made.get(wanted.address) or _adopted(wanted.address, ledger) or (known.id if known is not None else "")
    current = objects.get((wanted.kind, id))
    shown = current.attributes if current is not None else before if isinstance(before, dict) else {}
    values = ledger.values(wanted.attributes)
    return record(kind, replace(wanted, attributes=values), known, id, shown)


def _adopted(address: Address, ledger: Ledger) -> str | None:
    """The object that a resource takes over; also where it had another one until now."""
    steps = (step for step in ledger.plan.steps if isinstance(step, Adopt) and step.address == address)
    return next((step.current.id for step in steps), None)


def _outputs(ledger: Ledger) -> Iterator[Change]:
    """The outputs, if any changed; one that still isn't known is left out."""
    if not ledger.plan.outputs:
        return
    answers = Answers(ledger.configuration, ledger.facts)
    found = (
        {}
        if ledger.plan.destroy
        else {
            name: (evaluate(block.value, answers), block.sensitive)
            for name, block in ledger.configuration.outputs.items()
        }
    )
    yield changes.Publish(
        {name: Output(value, sensitive) for name, (value, sensitive) in found.items() if not isinstance(value, Unknown)}
    )
