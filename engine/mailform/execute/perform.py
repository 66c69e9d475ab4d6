"""One operation, from its resolved values to how it ended. Makes the call, and finds out when the answer is lost."""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from mailform.execute.calls import Call, Performed
from mailform.execute.ledger import Ledger
from mailform.execute.looking import Objection, looked_at
from mailform.execute.lost import found_after_all, rounds
from mailform.execute.outcome import ended, failed
from mailform.execute.publishing import publish, withdraw
from mailform.planning.actions import RECIPIENTS, Made, Make, Place, Publish, Remove, Unpublish, Validate, Write
from mailform.planning.compare import PROOF
from mailform_providers.contract import Done, Lost, Rejected, Validated, Waiting, Written
from mailform_providers.kinds import TRANSPORT_RULE
from mailform_state.address import Address
from mailform_state.errors import Failure
from mailform_state.journal import Outcome, Result


def perform(call: Call, ledger: Ledger) -> Performed:
    """Sends one call. Never raises for what the service does: that is in the result."""
    one = call.operation
    if one.kind == TRANSPORT_RULE and isinstance(one.action, Make | Place):
        token = str(one.address) if isinstance(one.action, Make) else str(call.id)
        call = replace(call, place=ledger.place(token, call.id))
    if one.attributes.keys() == {PROOF} and ledger.facts.get(one.address, {}).get(PROOF):
        return Performed(call, Result(one.number, Outcome.OK, call.id))  # a verified parent has proven it
    if isinstance(one.action, Validate):
        return _validated(call, one.action, ledger)
    if isinstance(one.action, Publish):
        return _published(call, ledger)
    if isinstance(one.action, Unpublish):
        return Performed(call, withdraw(call.intent, ledger))
    looked = looked_at(call, ledger)
    if isinstance(looked, Objection):
        return Performed(call, failed(call, Outcome.REJECTED, looked.detail))
    call = looked
    try:
        written = _proven(call, ledger)
    except Failure as failure:
        # a provider answers writes with values; a failure means that nothing could even be sent
        written = Rejected(failure.message, failure.hint)
    if isinstance(written, Lost):
        found = found_after_all(call.intent, call.place, ledger)
        if found is None:
            return Performed(call, failed(call, Outcome.AMBIGUOUS, written.message))
        return ended(call, Done(found.id, found), ledger, found_later=True)
    return ended(call, written, ledger)


def _validated(call: Call, action: Validate, ledger: Ledger) -> Performed:
    """Validates a connector. Its test mail is real, but it changes nothing: however it ends, nothing has to be looked
    for or taken back."""
    number, recipients = call.operation.number, call.values.get(RECIPIENTS)
    try:
        told = ledger.provider.validate(
            str(call.id), tuple(map(str, recipients if isinstance(recipients, tuple) else ()))
        )
    except Failure as failure:
        told = Rejected(failure.message, failure.hint)
    if isinstance(told, Validated):
        failed = "; ".join(f"{task.name}: {task.detail or 'failed'}" for task in told.tasks if task.succeeded is False)
        detail = ", ".join(f"{task.name}: {_WORDS[task.succeeded]}" for task in told.tasks)
    else:
        failed = detail = f"the validation mail could not be sent: {told.message}"
    if failed and action.strict:
        return Performed(call, Result(number, Outcome.REJECTED, call.id, detail=f"validation failed: {failed}"))
    warnings = (f"validation failed: {failed}",) if failed else ()
    return Performed(call, Result(number, Outcome.OK, call.id), warnings=warnings, remark=detail)


def _published(call: Call, ledger: Ledger) -> Performed:
    """Publishes a record. That it couldn't be is a warning: its domain waits for it as if nobody published it."""
    result = publish(call.intent, ledger)
    return Performed(call, result, warnings=(result.detail,) if result.detail else ())


def _proven(call: Call, ledger: Ledger) -> Written:
    """Sends a write. A proof that was published by this very run is asked for until the settle window is over: what
    looks for it may need a moment to see it."""
    written = _send(call, ledger)
    if not isinstance(written, Waiting) or call.values.keys() != {PROOF}:
        return written
    for turn in rounds(ledger) if call.operation.address in ledger.published else ():
        if turn and isinstance(written, Waiting):
            written = _send(call, ledger)
    return written


_WORDS = {True: "succeeded", False: "failed", None: "not told"}


def _send(call: Call, ledger: Ledger) -> Written:
    """Sends a write; one whose refusal may be a lagging reader's, again: it changed nothing."""
    written = _sent(call, ledger)
    window = _doubt(written, call, ledger)
    for turn in rounds(ledger, window) if window else ():
        if turn:
            written = _sent(call, ledger)
        if not _doubt(written, call, ledger):
            break
    return written


def _doubt(written: Written, call: Call, ledger: Ledger) -> float:
    """For how many seconds a refusal may be untrue: what the run itself made or wrote to is there, and what it let go
    just before isn't used by that any more, whatever a reader that lags says. 0 for any other."""
    if not isinstance(written, Rejected):
        return 0.0
    one = call.operation
    own = isinstance(getattr(one.action, "target", None), Made) or ledger.has_written(one.kind, call.id)
    needed = () if one.wanted is None else one.wanted.dependencies
    refers = any(address in ledger.made or ledger.has_written(address.kind, _id(address, ledger)) for address in needed)
    if (written.missing and own) or (written.dangling and refers):
        return ledger.tempo.visibility
    return min(ledger.tempo.visibility, 6 * ledger.tempo.settle) if written.used and one.needs else 0.0


def _id(address: Address, ledger: Ledger) -> str | None:
    known = ledger.facts.get(address, {}).get("id")
    return None if known is None else str(known)


def _sent(call: Call, ledger: Ledger) -> Written:
    one, provider = call.operation, ledger.provider
    match one.action:
        case Make():
            last = call.place is not None and call.place == len(ledger.order)
            return provider.create(one.kind, call.values, None if last else call.place)
        case Write():
            return provider.update(one.kind, str(call.id), call.values)
        case Place():
            return provider.move(str(call.id), call.place or 0)
        case Remove():
            return provider.delete(one.kind, str(call.id))
        case Validate() | Publish() | Unpublish():
            raise AssertionError(f"{one.verb} isn't written to the tenant")
    assert_never(one.action)
