"""What an answer of the service makes of a call: its result, and what that makes of the state."""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from mailform.execute.calls import Call, Performed
from mailform.execute.ledger import Ledger
from mailform.execute.lost import landed, rounds
from mailform.planning.actions import Place, Remove, Write
from mailform.planning.compare import MAIL, PROOF, everything
from mailform.planning.images import seen
from mailform.planning.operations import Operation
from mailform.wanted import records_asked_for
from mailform_providers.contract import Done, Lost, Observed, Rejected, Waiting, Written
from mailform_providers.kinds import KINDS
from mailform_providers.kinds.schema import Kind
from mailform_state.changes import Finished, Forget, Postpone, Record
from mailform_state.errors import Failure
from mailform_state.journal import Intent, Outcome, Result
from mailform_state.values import Attribute, Recorded


def ended(call: Call, written: Written, ledger: Ledger) -> Performed:
    one = call.operation
    match written:
        case Done(id, object, warnings):
            known_id = call.id or id
            if object is None and _must_be_read(call, ledger):
                object = _read_back(call, known_id, ledger)
            after = None if object is None else seen(object)
            result = Result(one.number, Outcome.OK, known_id, after, _recorded(call, known_id, object, ledger))
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


def _recorded(call: Call, id: str, object: Observed | None, ledger: Ledger) -> tuple[Record | Forget | Finished, ...]:
    one = call.operation
    if isinstance(one.action, Remove):
        return gone(call.intent)
    if one.wanted is None or isinstance(one.action, Place):
        return ()
    known = ledger.records.get(one.address)
    if known is not None and known.id != id:
        known = replace(known, id=id, attributes={})
    base = known or Recorded(one.address, id, {}, one.wanted.dependencies)
    shown = {} if object is None else object.attributes
    kind: Kind = KINDS[one.kind]
    written = {
        name: Attribute(value, shown.get(name, value), name in one.wanted.sensitive)
        for name, value in call.values.items()
        if name in kind.attributes
    }
    on_destroy = base.on_destroy or (one.wanted.on_destroy or "forget" if kind.naming == "domain" else None)
    # what was reset because nobody writes it any more is managed no longer
    wanted = everything(kind, one.wanted)
    attributes = {n: value for n, value in {**base.attributes, **written}.items() if n in wanted or n not in written}
    return (Record(replace(base, attributes=attributes, on_destroy=on_destroy)),)
