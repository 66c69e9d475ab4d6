"""What an administrator does between a crash and the recovery, and what has to become of it: it survives or is told
of, and everything else is exactly as if nobody had been there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from pydantic import JsonValue

from lifecycle.crash_stories import CREATE, ORDER, REPLACE, RETIRE, UPDATE
from lifecycle.crashes import Stage
from lifecycle.invariants import ids
from mailform.session.report import Report
from mailform_providers.sandbox import SandboxRefused
from mailform_providers.sandbox.snapshot import Snapshot

_GONE = "nothing"
_ORDER = "rule_order"


@dataclass(frozen=True, slots=True)
class Edit:
    """One thing that an administrator does: to the object of `address`, the newest if there are two, or with None to
    the one that `parameters` name."""

    what: str
    cmdlet: str
    address: str | None
    parameters: Mapping[str, JsonValue] = field(default_factory=dict)

    def done(self, stage: Stage, known: Mapping[str, tuple[str, ...]]) -> bool:
        """Does it; False where there is nothing that it could be done to, or the service refuses it."""
        there = {id for _, id in ids(stage.hand.tenant)}
        if self.address is None:
            identity: Mapping[str, JsonValue] = {}
        else:
            found = [id for id in known[self.address] if id in there]
            if not found:
                return False
            identity = {"Identity": found[-1]}
        try:
            stage.hand.run(self.cmdlet, {**identity, **self.parameters})
        except SandboxRefused:
            return False
        return True


EDITS: Mapping[str, tuple[Edit, ...]] = {
    CREATE.name: (
        Edit("written", "Set-InboundConnector", "inbound_connector.from_signature", {"SenderDomains": ["contoso.com"]}),
        Edit("not written", "Set-OutboundConnector", "outbound_connector.to_signature", {"Comment": "by hand"}),
        Edit("moved", "Set-TransportRule", "transport_rule.route", {"Priority": 0}),
        Edit("deleted", "Remove-TransportRule", "transport_rule.route"),
        Edit(
            "of the same name",
            "New-InboundConnector",
            None,
            {"Name": "Contoso Signature Service to Office 365", "SenderDomains": ["fabrikam.com"]},
        ),
        Edit(
            "of the same name",
            "New-TransportRule",
            None,
            {"Name": "Route email to Contoso Signature Service", "SubjectContainsWords": ["c"], "SetSCL": 1},
        ),
    ),
    UPDATE.name: (
        Edit("written", "Set-OutboundConnector", "outbound_connector.partner", {"RecipientDomains": ["a.contoso.com"]}),
        Edit("written", "Set-TransportRule", "transport_rule.swap_b", {"SetSCL": 9}),
        Edit("renamed", "Set-InboundConnector", "inbound_connector.signature", {"Name": "From elsewhere"}),
        Edit("not written", "Set-InboundConnector", "inbound_connector.signature", {"Comment": "by hand"}),
        Edit("moved", "Set-TransportRule", "transport_rule.swap_a", {"Priority": 0}),
        Edit("deleted", "Remove-TransportRule", "transport_rule.swap_a"),
        Edit("deleted", "Remove-InboundConnector", "inbound_connector.signature"),
    ),
    ORDER.name: (
        Edit("written", "Set-TransportRule", "transport_rule.on", {"SetSCL": 9}),
        Edit("written", "Set-TransportRule", "transport_rule.fresh", {"SetSCL": 9}),
        Edit("not written", "Set-TransportRule", "transport_rule.off", {"Comments": "by hand"}),
        Edit("moved", "Set-TransportRule", "transport_rule.first", {"Priority": 1}),
        Edit("moved", "Set-TransportRule", "transport_rule.on", {"Priority": 0}),
        Edit("moved, nobody's", "Set-TransportRule", None, {"Identity": "Foreign second", "Priority": 0}),
        Edit("deleted", "Remove-TransportRule", "transport_rule.fresh"),
        Edit("deleted", "Remove-TransportRule", "transport_rule.first"),
        Edit(
            "of the same name",
            "New-TransportRule",
            None,
            {"Name": "Fresh", "SubjectContainsWords": ["c"], "SetSCL": 1},
        ),
    ),
    RETIRE.name: (
        Edit("written", "Enable-TransportRule", "transport_rule.old"),
        Edit("written", "Set-InboundConnector", "inbound_connector.old", {"Enabled": True}),
        Edit("written", "Set-TransportRule", "transport_rule.kept", {"SubjectContainsWords": ["by hand"]}),
        Edit("not written", "Set-OutboundConnector", "outbound_connector.old", {"Comment": "by hand"}),
        Edit("not written", "Set-TransportRule", "transport_rule.kept", {"Comments": "by hand"}),
        Edit("moved", "Set-TransportRule", "transport_rule.old", {"Priority": 0}),
        Edit("deleted", "Remove-TransportRule", "transport_rule.old"),
        Edit("deleted", "Remove-InboundConnector", "inbound_connector.old"),
    ),
    REPLACE.name: (
        Edit("written", "Set-OutboundConnector", "outbound_connector.signature", {"SmartHosts": ["a.fabrikam.com"]}),
        Edit("not written", "Set-InboundConnector", "inbound_connector.named", {"Comment": "by hand"}),
        Edit("not written", "Set-TransportRule", "transport_rule.route", {"Comments": "by hand"}),
        Edit("deleted", "Remove-TransportRule", "transport_rule.route"),
        Edit("deleted", "Remove-InboundConnector", "inbound_connector.named"),
        Edit(
            "of the same name",
            "New-OutboundConnector",
            None,
            {
                "Name": "To signature, new host",
                "ConnectorType": "OnPremises",
                "UseMXRecord": False,
                "SmartHosts": ["a.fabrikam.com"],
            },
        ),
    ),
}

Path: TypeAlias = tuple[str, ...]
Addresses: TypeAlias = Mapping[str, str]
"""The addresses of objects, by their ids."""


def respected(
    was: Snapshot, base: Snapshot, crashed: Snapshot, edited: Snapshot, now: Snapshot, told: str, names: Addresses
) -> Iterator[str]:
    """What doesn't hold after a recovery from `crashed`, which somebody had made `edited` of, and which would otherwise
    have led to `base`. `told` is what the report says of others and of what is left."""
    theirs, left = changes(crashed, edited), changes(base, now)
    for path, value in sorted(theirs.items()):
        # what was there before the run can't be told from what a reader that lags shows
        again = value_at(was, path) == value
        if value_at(now, path) != value and not again and not is_told(path[1], names, told):
            yield f"their {'.'.join(path)} = {value!r} neither survived nor is it told: {told!r}"
    for path, value in sorted(left.items()):
        theirs_too = path in theirs or path[:2] in theirs
        if not (theirs_too and value_at(now, path) == value_at(edited, path)) and not is_told(path[1], names, told):
            yield f"neither as it was meant, nor as they left it, nor told: {'.'.join(path)} = {value!r}: {told!r}"
    yield from _order(base, crashed, edited, now, {path[1] for path in (*theirs, *left) if len(path) == 2})


def _order(base: Snapshot, crashed: Snapshot, edited: Snapshot, now: Snapshot, touched: set[str]) -> Iterator[str]:
    """Rules that nobody else touched stand among each other as they did, or were meant to."""
    moved = moved_by_hand(crashed, edited) | touched
    was: Any = base[_ORDER]
    order: Any = now[_ORDER]
    others = [id for id in was if id not in moved and id in order]
    if [id for id in order if id in others] != others:
        yield f"the order of rules that nobody else moved: {was} -> {order}"


def moved_by_hand(crashed: Snapshot, edited: Snapshot) -> set[str]:
    """The rules that an edit moved: without them the order is the same."""
    one, two = crashed[_ORDER], edited[_ORDER]
    assert isinstance(one, list)
    assert isinstance(two, list)
    both = [id for id in one if id in two]
    if [id for id in two if id in both] == both:
        return set()
    return {str(id) for id in both if [o for o in both if o != id] == [o for o in two if o in both and o != id]}


def told_by(report: Report | None) -> str:
    """What a report says of others, and of what is left."""
    return "" if report is None else " ".join((*report.foreign, *report.unresolved, *report.pending))


def is_told(id: str, names: Addresses, told: str) -> bool:
    """Whether a report says something of an object."""
    return id in told or names.get(id, id) in told


def changes(before: Snapshot, after: Snapshot) -> dict[Path, Any]:
    """Where two snapshots differ, and what is there now: of an object that came or went, the object as a whole."""
    found: dict[Path, Any] = {}
    for kind in before.keys() - {_ORDER}:
        one: Any = before[kind]
        two: Any = after[kind]
        for id in one.keys() | two.keys():
            if id not in one or id not in two:
                found[kind, id] = two.get(id, _GONE)
            else:
                found |= {(kind, id, name): value for name, value in two[id].items() if one[id].get(name) != value}
    return found


def value_at(snapshot: Snapshot, path: Path) -> Any:
    found: Any = snapshot
    for part in path:
        found = found.get(part, _GONE) if isinstance(found, dict) else _GONE
    return found
