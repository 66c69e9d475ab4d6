"""Which DNS records a plan publishes and withdraws, as far as `[dns]` reaches. Who does it is `execute.publishing`."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from mailform.diagnostics import Diagnostic, Severity
from mailform.expression import Unknown
from mailform.planning.compare import PROOF
from mailform.planning.steps import Adopt, Create, Plan, Replace, Step, Update, Withdraw
from mailform.wanted import Wanted
from mailform.zone import Zone, covering
from mailform_providers.kinds import ACCEPTED_DOMAIN
from mailform_providers.normal import domain
from mailform_state.address import Address
from mailform_state.values import DnsRecord, State


@dataclass(frozen=True, slots=True)
class Publication:
    """The proof of a domain that a step publishes. `value` is empty as long as the service hasn't told it."""

    zone: str
    name: str
    value: str


def publication(step: Step) -> Publication | None:
    """What a step publishes: the proof of a domain that isn't proven yet, if it is in the zone of `[dns]`."""
    match step:
        case Create(wanted) | Replace(wanted):
            return _published(wanted, "")
        case Update(wanted, current, differences) | Adopt(wanted, current, differences):
            if any(found.attribute == PROOF for found in differences):
                return _published(wanted, str(current.facts.get("verification_txt") or ""))
    return None


def _published(wanted: Wanted, value: str) -> Publication | None:
    name = wanted.attributes.get("domain")
    if not wanted.dns_zone or wanted.kind != ACCEPTED_DOMAIN or isinstance(name, Unknown):
        return None
    return Publication(wanted.dns_zone, domain(name), value)


def writes_records(plan: Plan) -> bool:
    """Whether a plan changes a zone."""
    return any(step.reachable if isinstance(step, Withdraw) else publication(step) is not None for step in plan.steps)


def withdrawals(
    state: State, wanted: Mapping[Address, Wanted], zone: Zone | None, let_go: Collection[Address]
) -> Iterator[Withdraw]:
    """The records of ours that no wanted domain needs any more. Those of a domain that is let go of stay with it."""
    for record in state.dns_records:
        if not _is_needed(record, wanted.get(record.address)):
            stays = record.address in let_go
            yield Withdraw(record, not stays and covering(zone, record.name) == record.zone, let_go=stays)


def _is_needed(record: DnsRecord, owner: Wanted | None) -> bool:
    if owner is None:
        return False
    name = owner.attributes.get("domain")
    return isinstance(name, Unknown) or domain(name) == record.name


def left_behind(plan: Plan) -> Iterator[Diagnostic]:
    """A warning for each record that can't be withdrawn: from then on it is nobody's."""
    for step in plan.steps:
        if isinstance(step, Withdraw) and not step.reachable and not step.let_go:
            record = step.record
            yield Diagnostic(
                "record-left",
                f"Mailform published the {record.type} record {record.value} at {record.name}, and [dns] doesn't name "
                f"the zone {record.zone} any more: the record stays, and the state forgets it",
                None,
                f"Put [dns] for {record.zone} back before you apply, or take the record away by hand",
                Severity.WARNING,
            )
