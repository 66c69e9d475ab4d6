"""One operation, from its resolved values to how it ended. Makes the call, and finds out when the answer is lost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import assert_never

from mailform.execute.ledger import Ledger
from mailform.execute.lost import found_after_all, landed, rounds
from mailform.execute.publishing import publish, sought, told_of, withdraw
from mailform.planning.actions import RECIPIENTS, Made, Make, Place, Publish, Remove, Unpublish, Validate, Write
from mailform.planning.compare import MAIL, PROOF, everything
from mailform.planning.images import seen
from mailform.planning.operations import Operation
from mailform.wanted import records_asked_for
from mailform_providers.contract import Done, Lost, Observed, Rejected, Validated, Waiting, Written
from mailform_providers.kinds import KINDS, TRANSPORT_RULE
from mailform_providers.kinds.schema import Kind
from mailform_state.errors import Failure
from mailform_state.journal import Finished, Forget, Intent, Outcome, Postpone, Record, Result
from mailform_state.values import Attribute, Recorded, Value


@dataclass(frozen=True, slots=True)
class Call:
    """An operation with everything filled in, ready to be written down and sent. `place`: where a rule goes."""

    operation: Operation
    id: str | None
    values: Mapping[str, Value]
    place: int | None = None

    @property
    def intent(self) -> Intent:
        one = self.operation
        return Intent(one.number, one.address, action_of(one), one.kind, self.id, self.values)


@dataclass(frozen=True, slots=True)
class Performed:
    """How a call ended: what the journal keeps, and what only this run needs to know."""

    call: Call
    result: Result
    object: Observed | None = None
    waiting: Waiting | None = None
    warnings: tuple[str, ...] = ()
    remark: str = ""


def action_of(one: Operation) -> str:
    """The word by which the journal knows an operation."""
    match one.action:
        case Make():
            return "create"
        case Write():
            return "update"
        case Place():
            return "move"
        case Remove():
            return "delete"
        case Validate():
            return "validate"
        case Publish():
            return "publish"
        case Unpublish():
            return "withdraw"
    assert_never(one.action)


def prepare(one: Operation, ledger: Ledger) -> Call:
    """Fills in what is known by now. Raises LookupError if something it needs isn't."""
    match one.action:
        case Make(attributes):
            return Call(one, None, ledger.values(attributes))
        case Write(target, attributes):
            return Call(one, ledger.id_of(target), ledger.values(attributes))
        case Place(target):
            return Call(one, target, {})
        case Remove(target, _, forget):
            return Call(one, target, {"forget": forget})
        case Validate(target):
            wanted = {} if one.wanted is None else {RECIPIENTS: one.wanted.attributes.get(RECIPIENTS)}
            return Call(one, ledger.id_of(target), ledger.values(wanted))
        case Publish(target, zone):
            domain = ledger.id_of(target)
            return Call(one, domain, sought(one, zone, domain, ledger))
        case Unpublish(record):
            return Call(one, record.name, told_of(record))
    assert_never(one.action)


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
    try:
        written = _proven(call, ledger)
    except Failure as failure:
        # a provider answers writes with values; a failure means that nothing could even be sent
        written = Rejected(failure.message, failure.hint)
    if isinstance(written, Lost):
        found = found_after_all(call.intent, call.place, ledger)
        if found is None:
            return Performed(call, _failed(call, Outcome.AMBIGUOUS, written.message))
        written = Done(found.id, found)
    return _ended(call, written, ledger)


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


def _again_once_there(written: Written, call: Call, ledger: Ledger) -> Written:
    """What the run itself made is there, whatever a reader that lags says: then the write is sent again."""
    for turn in rounds(ledger, ledger.tempo.visibility):
        if not (isinstance(written, Rejected) and written.missing):
            break
        if turn:
            written = ledger.provider.update(call.operation.kind, str(call.id), call.values)
    return written


def _send(call: Call, ledger: Ledger) -> Written:
    one, provider = call.operation, ledger.provider
    match one.action:
        case Make():
            last = call.place is not None and call.place == len(ledger.order)
            return provider.create(one.kind, call.values, None if last else call.place)
        case Write(target):
            written = provider.update(one.kind, str(call.id), call.values)
            return _again_once_there(written, call, ledger) if isinstance(target, Made) else written
        case Place():
            return provider.move(str(call.id), call.place or 0)
        case Remove():
            return provider.delete(one.kind, str(call.id))
        case Validate() | Publish() | Unpublish():
            raise AssertionError(f"{one.verb} isn't written to the tenant")
    assert_never(one.action)


def _ended(call: Call, written: Written, ledger: Ledger) -> Performed:
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
            return Performed(call, _failed(call, Outcome.REJECTED, detail))
        case Lost(message):
            return Performed(call, _failed(call, Outcome.AMBIGUOUS, message))
    assert_never(written)


def _failed(call: Call, outcome: Outcome, detail: str) -> Result:
    """A refused deletion is for the next apply; it leaves the address, and the object waits to be deleted."""
    one = call.operation
    if isinstance(one.action, Remove):
        pending = Postpone(replace(one.action.pending, reason=detail))
        forget = (Forget(one.address),) if one.action.forget else ()
        return Result(one.number, outcome, call.id, None, (pending, *forget), detail)
    return Result(one.number, outcome, call.id, None, (), detail)


def postponed(one: Operation, reason: str) -> Result:
    """The result of a deletion that wasn't even tried."""
    return replace(_failed(Call(one, str(getattr(one.action, "target", "")), {}), Outcome.UNSENT, reason))


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
