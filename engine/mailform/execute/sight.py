"""Waiting until a reader shows what the run has just written: one listing a kind and look, for a whole wave."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from mailform.execute.calls import Performed
from mailform.execute.ledger import Ledger
from mailform.execute.lost import rounds
from mailform.execute.steady import SURE
from mailform.planning.actions import Made
from mailform.planning.operations import Operation
from mailform_providers.contract import Observed
from mailform_providers.kinds import INBOUND_CONNECTOR, OUTBOUND_CONNECTOR
from mailform_state.address import Address
from mailform_state.errors import Failure


def come_into_sight(wave: Sequence[Operation], ledger: Ledger) -> None:
    """Waits until the connectors that the run made show, where this wave writes to them or refers to them. What doesn't
    show in time is left to the service to refuse."""
    needed = {address for one in wave for address in _needed(one)} & ledger.unseen
    for kind in (OUTBOUND_CONNECTOR, INBOUND_CONNECTOR):
        ids = {ledger.made[address] for address in needed if address.kind == kind}
        if ids:
            _await(kind, ids, ledger)
    ledger.unseen -= needed


def _needed(one: Operation) -> Iterator[Address]:
    target = getattr(one.action, "target", None)
    if isinstance(target, Made):
        yield target.address
    if one.wanted is not None:
        yield from one.wanted.dependencies


def _await(kind: str, ids: set[str], ledger: Ledger) -> None:
    in_a_row, missed = 0, False
    for _ in rounds(ledger, ledger.tempo.visibility):
        shown = {seen.id for seen in _listed(kind, ledger)}
        in_a_row, missed = (in_a_row + 1, missed) if ids <= shown else (0, True)
        if in_a_row >= (SURE if missed else 1):
            return


def left_disabled(performed: Iterable[Performed], ledger: Ledger) -> list[str]:
    """The inbound connectors that were switched on and are off all the same: some tenants' service doesn't let them be
    enabled, and says so in a warning at most. Believed at once when it says so, else when no reader shows more."""
    switched = {
        done.result.id: done
        for done in performed
        if done.call.operation.kind == INBOUND_CONNECTOR and done.call.values.get("enabled") is True
    }
    off = dict(switched)
    for _ in rounds(ledger, ledger.tempo.visibility if switched else 0):
        if not off or any(_refused(done.warnings) for done in off.values()):
            break
        on = {seen.id for seen in _listed(INBOUND_CONNECTOR, ledger) if seen.attributes.get("enabled") is not False}
        off = {id: done for id, done in off.items() if id not in on}
    return [
        f"{done.call.operation.address}: the service left the inbound connector disabled; ask its support to enable it"
        for done in off.values()
    ]


def _refused(warnings: tuple[str, ...]) -> bool:
    return any("disabled state" in text or "can't enable" in text for text in warnings)


def _listed(kind: str, ledger: Ledger) -> tuple[Observed, ...]:
    try:
        return ledger.provider.read(kind).objects
    except Failure:
        return ()
