"""Steps cut into operations: single writes, each with its phase and with what has to be done before it.

Phases are a preference, dependencies are law. `operations` makes them, `ordering` draws the dependencies between
them, `schedule` deals them into waves. Nothing here writes anything.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import assert_never

from mailform.expression import Unknown
from mailform.planning.actions import (
    RECIPIENTS,
    Action,
    Made,
    Make,
    Place,
    Publish,
    Remove,
    Target,
    Unpublish,
    Validate,
    Write,
)
from mailform.planning.compare import MAIL, PROOF, finishing
from mailform.planning.steps import (
    Adopt,
    Create,
    Delete,
    Difference,
    Forget,
    Move,
    Note,
    Plan,
    Readdress,
    Replace,
    Retry,
    Settle,
    Step,
    Update,
    Withdraw,
)
from mailform.planning.verbs import Verb
from mailform.planning.world import ROUTE
from mailform.wanted import Wanted
from mailform_providers.contract import Observed
from mailform_providers.kinds import ACCEPTED_DOMAIN, INBOUND_CONNECTOR, KINDS, OUTBOUND_CONNECTOR, TRANSPORT_RULE
from mailform_state.address import Address
from mailform_state.values import PendingDelete, Value


class Phase(IntEnum):
    """When an operation likes to run. Everything before CLEAN_UP can be taken back; the pivot lies between."""

    STAGE = 1
    CUT_OVER = 2
    RETIRE = 3
    CLEAN_UP = 5


@dataclass(frozen=True, slots=True)
class Operation:
    """One write. `wanted` is what the resource is to be, where it stays; `current` the object before the run."""

    number: int
    phase: Phase
    address: Address
    verb: Verb
    action: Action
    wanted: Wanted | None = None
    current: Observed | None = None
    needs: frozenset[int] = frozenset()

    @property
    def kind(self) -> str:
        return self.address.kind

    @property
    def attributes(self) -> Mapping[str, Value | Unknown]:
        """What it writes; empty for a move or a deletion."""
        return self.action.attributes if isinstance(self.action, Make | Write) else {}

    @property
    def switches_on_routing(self) -> bool:
        """Whether from here on mail may be routed by this rule: it is enabled, or an enabled one begins to route."""
        if self.kind != TRANSPORT_RULE or self.wanted is None or not isinstance(self.action, Write):
            return False
        if self.wanted.attributes.get(ROUTE) in (None, ""):
            return False
        if self.attributes.get("enabled") is True:
            return True
        on = self.current is not None and self.current.attributes.get("enabled") is True
        return on and bool(self.attributes.get(ROUTE))


@dataclass(slots=True)
class Sheet:
    """Operations being written down, numbered in the order in which they come."""

    run: str
    found: list[Operation] = field(default_factory=list)

    def add(
        self,
        phase: Phase,
        address: Address,
        verb: Verb,
        action: Action,
        wanted: Wanted | None = None,
        current: Observed | None = None,
        *needs: int | None,
    ) -> int:
        """Adds one operation and answers with its number."""
        needed = frozenset(number for number in needs if number is not None)
        self.found.append(Operation(len(self.found), phase, address, verb, action, wanted, current, needed))
        return len(self.found) - 1


def operations(plan: Plan, run: str) -> tuple[Operation, ...]:
    """The single writes of a plan, without the dependencies between resources (`ordering.ordered` adds those).

    `run` is the run's id; eight hex digits of it make temporary names unique.
    """
    sheet = Sheet(run)
    for step in plan.steps:
        _cut(step, sheet)
    return tuple(sheet.found)


def _cut(step: Step, sheet: Sheet) -> None:
    match step:
        case Create(wanted, attributes):
            _make(wanted, attributes, None, sheet)
        case Update(wanted, current, differences) | Adopt(wanted, current, differences):
            _change(wanted, current, differences, sheet)
        case Replace():
            _replace(step, sheet)
        case Delete(_, current):
            _retire(step.address, current, sheet, forget=True)
        case Move(address, id):
            sheet.add(Phase.CUT_OVER, address, Verb.MOVE, Place(id))
        case Retry(pending, current):
            if current is not None:
                remove = Remove(current.id, pending, forget=False)
                sheet.add(Phase.CLEAN_UP, step.address, Verb.DELETE, remove, None, current)
        case Withdraw(record, reachable):
            if reachable:
                gone = [o.number for o in sheet.found if o.address == step.address and isinstance(o.action, Remove)]
                sheet.add(Phase.CLEAN_UP, step.address, Verb.WITHDRAW, Unpublish(record), None, None, *gone)
        case Forget() | Settle() | Readdress():
            pass
        case _:
            assert_never(step)


def _make(
    wanted: Wanted, attributes: Mapping[str, Value | Unknown], current: Observed | None, sheet: Sheet, *needs: int
) -> int:
    """Creates an object: disabled first where that keeps mail from noticing, switched on in the next phase."""
    kind = KINDS[wanted.kind]
    taken = {name: value for name, value in attributes.items() if kind.attributes[name].create}
    later = {name: value for name, value in attributes.items() if name not in taken}
    on = attributes.get("enabled") is True and not _may_be_on(wanted)
    if on:
        taken["enabled"] = False
    made = sheet.add(Phase.STAGE, wanted.address, Verb.CREATE, Make(taken), wanted, current, *needs)
    last = made
    target = Made(wanted.address)
    if wanted.kind == ACCEPTED_DOMAIN:
        last = _finish(wanted, target, finishing(None), sheet, None, made)
    if later:
        last = sheet.add(Phase.STAGE, wanted.address, Verb.UPDATE, Write(target, later), wanted, None, last)
    if on:
        action = Write(target, {"enabled": True})
        last = sheet.add(Phase.CUT_OVER, wanted.address, Verb.ENABLE, action, wanted, None, last)
    _validate(wanted, target, sheet, None, last)
    return made


def _validate(wanted: Wanted, target: Target, sheet: Sheet, current: Observed | None, last: int | None) -> None:
    """Sends test mail through a connector that was just written, where its recipients are named."""
    if wanted.attributes.get(RECIPIENTS) and wanted.attributes.get("enabled", True):
        action = Validate(target, strict=wanted.validation == "fail")
        sheet.add(Phase.CUT_OVER, wanted.address, Verb.VALIDATE, action, wanted, current, last)


def _may_be_on(wanted: Wanted) -> bool:
    """A rule-scoped connector is made enabled: nothing reaches it before its rule is on."""
    return wanted.kind == OUTBOUND_CONNECTOR and wanted.attributes.get("is_transport_rule_scoped") is True


def _finish(
    wanted: Wanted,
    target: Target,
    differences: tuple[Difference, ...],
    sheet: Sheet,
    current: Observed | None,
    last: int | None,
) -> int:
    """Proves a domain and turns Email on for it, before anything that uses it."""
    for found in differences:
        if found.attribute == PROOF and wanted.dns_zone:
            action: Action = Publish(target, wanted.dns_zone)
            last = sheet.add(Phase.STAGE, wanted.address, Verb.PUBLISH, action, wanted, current, last)
        if found.attribute in (PROOF, MAIL):
            verb = Verb.VERIFY if found.attribute == PROOF else Verb.MAIL
            action = Write(target, {found.attribute: True})
            last = sheet.add(Phase.STAGE, wanted.address, verb, action, wanted, current, last)
    return last if last is not None else -1


def _change(wanted: Wanted, current: Observed, differences: tuple[Difference, ...], sheet: Sheet) -> None:
    finish = tuple(found for found in differences if found.attribute in (PROOF, MAIL))
    written = {
        found.attribute: found.after for found in differences if found not in finish and found.note is not Note.RELEASED
    }
    switch = written.pop("enabled", None)
    last: int | None = None
    if finish:
        last = _finish(wanted, current.id, finish, sheet, current, None)
    if switch is False:
        action = Write(current.id, {"enabled": False})
        last = sheet.add(Phase.CUT_OVER, wanted.address, Verb.DISABLE, action, wanted, current, last)
    if written:
        last = sheet.add(Phase.CUT_OVER, wanted.address, Verb.UPDATE, Write(current.id, written), wanted, current, last)
    if switch is not None and switch is not False:
        action = Write(current.id, {"enabled": switch})
        last = sheet.add(Phase.CUT_OVER, wanted.address, Verb.ENABLE, action, wanted, current, last)
    _validate(wanted, current.id, sheet, current, last)


def _replace(step: Replace, sheet: Sheet) -> None:
    current = step.current
    needs: tuple[int, ...] = ()
    if step.aside:
        action = Write(current.id, {KINDS[current.kind].naming: aside(current.name, sheet.run)})
        needs = (sheet.add(Phase.STAGE, step.address, Verb.RENAME, action, None, current),)
    _make(step.wanted, step.attributes, current, sheet, *needs)
    if step.retire:
        _retire(step.address, current, sheet, forget=False)


def _retire(address: Address, current: Observed, sheet: Sheet, *, forget: bool) -> None:
    """Disables what will go, while it can still be taken back, and deletes it after the pivot."""
    disabled = None
    scoped = current.kind == OUTBOUND_CONNECTOR and current.attributes.get("is_transport_rule_scoped") is True
    if current.kind != ACCEPTED_DOMAIN and current.attributes.get("enabled") is True and not scoped:
        action = Write(current.id, {"enabled": False})
        disabled = sheet.add(Phase.RETIRE, address, Verb.DISABLE, action, None, current)
    pending = PendingDelete(current.kind, current.id, current.name, address, "")
    remove = Remove(current.id, pending, forget)
    sheet.add(Phase.CLEAN_UP, address, Verb.DELETE, remove, None, current, disabled)


def aside(name: str, run: str) -> str:
    """The name under which an object waits for its deletion: `name ~1a2b3c4d`, cut so that 64 characters hold."""
    mark = f" ~{run.replace('-', '')[:8]}"
    return name[: 64 - len(mark)] + mark


def inbound_connectors(found: tuple[Operation, ...]) -> Iterator[Address]:
    """The inbound connectors that a plan makes or changes: the way back for what its rules divert."""
    yield from (one.address for one in found if one.kind == INBOUND_CONNECTOR and one.wanted is not None)
