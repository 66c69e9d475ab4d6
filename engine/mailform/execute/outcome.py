"""What an answer of the service makes of a call: its result, and what that makes of the state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import assert_never

from mailform.execute.calls import Call, Performed
from mailform.execute.ledger import Ledger
from mailform.execute.lost import landed, rounds
from mailform.execute.recording import recorded
from mailform.planning.actions import Remove, Write
from mailform.planning.compare import MAIL, PROOF
from mailform.planning.images import overwritten, seen, touched, visible
from mailform.planning.operations import Operation
from mailform.wanted import records_asked_for
from mailform_providers.contract import Done, Lost, Observed, Rejected, Waiting, Written
from mailform_state.changes import Change, Finished, Forget, Postpone, Record
from mailform_state.errors import Failure
from mailform_state.journal import Intent, Outcome, Result
from mailform_state.values import Value


def ended(call: Call, written: Written, ledger: Ledger, *, found_later: bool = False) -> Performed:
    """How a call ended. `found_later`: its answer was lost, and the object was found only by looking for it."""
    one = call.operation
    match written:
        case Done(id, object, warnings):
            known_id = call.id or id
            if object is None and _must_be_read(call, ledger):
                object = _read_back(call, known_id, ledger)
            after = _after(call, known_id, object, ledger, found_later=found_later)
            result = Result(one.number, Outcome.OK, known_id, after, _changes(call, known_id, object, ledger))
            return Performed(call, result, object, warnings=warnings)
        case Waiting(id):
            return Performed(call, Result(one.number, Outcome.WAITING, id, detail=written.detail), waiting=written)
        case Rejected(message, hint, missing):
            if missing and isinstance(one.action, Remove):
                return Performed(call, Result(one.number, Outcome.OK, call.id, None, gone(call.intent)))
            detail = f"{message} ({hint})" if hint else message
            return Performed(call, failed(call, Outcome.REJECTED, detail))
        case Lost(message):
            return Performed(call, failed(call, Outcome.AMBIGUOUS, message))
    assert_never(written)


def _after(
    call: Call, id: str, object: Observed | None, ledger: Ledger, *, found_later: bool
) -> Mapping[str, Value] | None:
    """What the object shows by our doing: what somebody else did to it meanwhile is no part of that."""
    kind, directory = call.operation.kind, ledger.directory()
    known = ledger.images(kind, id)
    if not known:
        return None if object is None else visible(object)
    if found_later and object is not None:
        return touched(kind, known[-1], call.values.keys(), seen(object))
    if call.fresh is None:
        return None if object is None else seen(object)
    after = {**call.fresh, **call.values} if object is None else seen(object)
    return overwritten(kind, known[-1], call.fresh, after, directory)


def failed(call: Call, outcome: Outcome, detail: str) -> Result:
    """A refused deletion is for the next apply; it leaves the address, and the object waits to be deleted."""
    one = call.operation
    if isinstance(one.action, Remove):
        pending = Postpone(replace(one.action.pending, reason=detail))
        forget = (Forget(one.address),) if one.action.forget else ()
        return Result(one.number, outcome, call.id, None, (pending, *forget), detail)
    return Result(one.number, outcome, call.id, None, (), detail)


def postponed(one: Operation, reason: str) -> Result:
    """The result of a deletion that wasn't even tried."""
    return replace(failed(Call(one, str(getattr(one.action, "target", "")), {}), Outcome.UNSENT, reason))


def gone(intent: Intent) -> tuple[Finished | Forget, ...]:
    """What a deletion makes of the state, once the object is gone."""
    forget = (Forget(intent.address),) if intent.payload.get("forget") else ()
    return (Finished(intent.kind, str(intent.id)), *forget)


def _must_be_read(call: Call, ledger: Ledger) -> bool:
    """Whether an object has to be read back at once: its after-image is what a rollback compares with, and
    somebody may ask for the DNS records that a domain has now."""
    one = call.operation
    if call.values.keys() == {MAIL}:
        return one.address in records_asked_for(ledger.configuration)
    # what switching on or off changes is known without reading; of a new object nothing is ever restored
    telling = isinstance(one.action, Write) and not call.values.keys() <= {PROOF, "enabled"}
    return telling and one.current is not None


def _read_back(call: Call, id: str, ledger: Ledger) -> Observed | None:
    """The object after the write, as soon as a reader shows it; None when none does in time: then a rollback predicts
    what the write changed."""
    current = call.operation.current
    before = {} if current is None else seen(current)
    for _ in rounds(ledger, ledger.tempo.visibility):
        try:
            found = ledger.provider.find(call.operation.kind, id)
        except Failure:
            continue
        if found is not None and landed(call.intent, before, found, ledger):
            return found
    return None


def _changes(call: Call, id: str, object: Observed | None, ledger: Ledger) -> tuple[Change, ...]:
    if isinstance(call.operation.action, Remove):
        return gone(call.intent)
    meant = recorded(call.operation, id, call.values, {} if object is None else object.attributes, ledger)
    return () if meant is None else (Record(meant),)
