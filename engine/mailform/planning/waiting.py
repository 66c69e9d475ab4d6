"""What waits for a domain's DNS proof: planned in full, done only if the proof succeeds during apply."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from mailform.planning.compare import PROOF
from mailform.planning.steps import Adopt, Create, Deferred, Difference, Move, Replace, Step, Update, touches_tenant
from mailform.planning.world import ROUTE
from mailform.wanted import Wanted
from mailform_providers.kinds import ACCEPTED_DOMAIN, INBOUND_CONNECTOR
from mailform_state.address import Address


def deferred(steps: Iterable[Step], wanted: Mapping[Address, Wanted], moves: Iterable[Move]) -> tuple[Deferred, ...]:
    """Every resource with a step that can't be done before a domain is proven."""
    acting = {step.address for step in (*steps, *moves) if touches_tenant(step)}
    waits_for: dict[Address, Address] = {}
    for address in sorted(step.address for step in steps if _unproven(step)):
        for other in dependents(address, wanted):
            waits_for.setdefault(other, address)
    inbound = [address for address in waits_for if address.kind == INBOUND_CONNECTOR and address in acting]
    if inbound:
        # no routing rule is switched on before the way back works
        for address, resource in wanted.items():
            if resource.attributes.get(ROUTE) not in (None, ""):
                waits_for.setdefault(address, waits_for[inbound[0]])
    return tuple(Deferred(address, domain) for address, domain in sorted(waits_for.items()) if address in acting)


def dependents(address: Address, wanted: Mapping[Address, Wanted]) -> frozenset[Address]:
    """Everything that depends on a resource, directly or through others."""
    found: set[Address] = set()
    queue = [address]
    while queue:
        current = queue.pop()
        for other, resource in wanted.items():
            if current in resource.dependencies and other not in found:
                found.add(other)
                queue.append(other)
    return frozenset(found)


def _unproven(step: Step) -> bool:
    if step.address.kind != ACCEPTED_DOMAIN:
        return False
    match step:
        case Create():
            return True
        case Update(_, _, differences) | Adopt(_, _, differences) | Replace(_, _, _, differences):
            return isinstance(step, Replace) or _asks_for_proof(differences)
        case _:
            return False


def _asks_for_proof(differences: tuple[Difference, ...]) -> bool:
    return any(found.attribute == PROOF for found in differences)
