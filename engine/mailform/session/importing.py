"""Taking over one object that the tenant has already: the state records it, and the tenant isn't touched.

What is recorded is what the object shows now, so that the next plan is exactly what configuration and tenant differ in.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeAlias

from mailform.configuration.undeclared import undeclared
from mailform.diagnostics import Diagnostic, Mistakes
from mailform.planning.imports import another_domain, meant, not_to_be_had, unclear_object
from mailform.planning.records import taken_over
from mailform.planning.world import World
from mailform.session.preparing import require_tenant
from mailform.wanted import Configuration, resolve
from mailform_providers.contract import Observed, Provider
from mailform_providers.kinds import KINDS
from mailform_state.address import Address
from mailform_state.values import State


@dataclass(frozen=True, slots=True)
class Taken:
    """The object was found, and `state` records it (its serial is still that of the state before)."""

    current: Observed
    state: State


@dataclass(frozen=True, slots=True)
class Unwritten:
    """The object was found, but the configuration has no block for it yet; nothing is recorded."""

    current: Observed


Imported: TypeAlias = Taken | Unwritten


def take_over(
    configuration: Configuration,
    stored: State | None,
    tenant: str,
    provider: Provider,
    address: Address,
    id: str,
    *,
    lineage: str,
) -> Imported:
    """Finds the object by GUID, name or domain, and records it at `address`. Reads that kind and nothing else.

    Raises Mistakes when it isn't there, can't be told apart, is recorded already or can't be expressed; WrongTenant.
    `lineage` names a state that is still to be made.
    """
    if address.kind not in KINDS or address.module:
        raise _mistake(
            "bad-address", f"nothing can be imported as {address}", f"its kind is one of: {', '.join(KINDS)}"
        )
    if address not in configuration.resources and (address.key is not None or address in configuration.keys):
        raise Mistakes((undeclared(address, None, configuration.keys, configuration.resources),))
    state = stored or State(lineage=lineage, tenant=tenant)
    require_tenant(state, tenant)
    world = World({address.kind: provider.read(address.kind).objects})
    found = meant(address, id, world.objects[address.kind])
    _refuse(unclear_object(address, id, found, world, None))
    (current,) = found
    _refuse(not_to_be_had(address, current, state, world, None))
    if address not in configuration.resources:
        return Unwritten(current)
    wanted = resolve(configuration, {})[address]
    _refuse(another_domain(wanted, current, wanted.position))
    left = tuple(one for one in state.unresolved if (one.kind, one.id) != (current.kind, current.id))
    return Taken(current, replace(state, unresolved=left).recording(taken_over(wanted, current)))


def _refuse(found: Diagnostic | None) -> None:
    if found is not None:
        raise Mistakes((found,))


def _mistake(code: str, message: str, hint: str) -> Mistakes:
    return Mistakes((Diagnostic(code, message, None, hint),))
