"""A call: one operation with everything filled in, ready to be written down and sent; and how one ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import assert_never

from mailform.execute.ledger import Ledger
from mailform.execute.publishing import sought, told_of
from mailform.execute.recording import recorded
from mailform.planning.actions import RECIPIENTS, Make, Place, Publish, Remove, Unpublish, Validate, Write
from mailform.planning.operations import Operation
from mailform_providers.contract import Observed, Waiting
from mailform_state.journal import Intent, Result
from mailform_state.values import Recorded, Value


@dataclass(frozen=True, slots=True)
class Call:
    """An operation with everything filled in, ready to be written down and sent. `place`: where a rule goes. `fresh`:
    what the object shows right before the write, where it was looked at. `meant`: the record that goes with it."""

    operation: Operation
    id: str | None
    values: Mapping[str, Value]
    place: int | None = None
    fresh: Mapping[str, Value] | None = None
    meant: Recorded | None = None

    @property
    def intent(self) -> Intent:
        one = self.operation
        return Intent(one.number, one.address, action_of(one), one.kind, self.id, self.values, self.meant)


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
            return _recording(Call(one, None, ledger.values(attributes)), ledger)
        case Write(target, attributes):
            return _recording(Call(one, ledger.id_of(target), ledger.values(attributes)), ledger)
        case Place(target):
            return Call(one, target, {})
        case Remove(target, pending, forget):
            return Call(one, target, {"forget": forget, "name": pending.name})
        case Validate(target):
            wanted = {} if one.wanted is None else {RECIPIENTS: one.wanted.attributes.get(RECIPIENTS)}
            return Call(one, ledger.id_of(target), ledger.values(wanted))
        case Publish(target, zone):
            domain = ledger.id_of(target)
            return Call(one, domain, sought(one, zone, domain, ledger))
        case Unpublish(record):
            return Call(one, record.name, told_of(record))
    assert_never(one.action)


def _recording(call: Call, ledger: Ledger) -> Call:
    return replace(call, meant=recorded(call.operation, call.id or "", call.values, {}, ledger))
