"""Taking over one object that the tenant has already: the state records it, and the tenant isn't touched.

What is recorded is what the object shows now, so that the next plan is exactly what configuration and tenant differ in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from shlex import quote
from typing import TypeAlias

from mailform.configuration.findings import escaped
from mailform.configuration.undeclared import undeclared
from mailform.diagnostics import Diagnostic, Mistakes
from mailform.planning.compare import everything
from mailform.planning.records import observed_record, settings
from mailform.planning.world import World, identity
from mailform.session.preparing import require_tenant
from mailform.spelling import for_shell
from mailform.wanted import Configuration, Wanted, resolve
from mailform_providers.contract import Observed, Provider
from mailform_providers.kinds import ACCEPTED_DOMAIN, KINDS
from mailform_state.address import Address
from mailform_state.values import Attribute, Recorded, State


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
    objects = provider.read(address.kind).objects
    current = _found(address, id, objects)
    _require_free(address, current, state, objects)
    if address not in configuration.resources:
        return Unwritten(current)
    wanted = resolve(configuration, {})[address]
    _require_same_domain(wanted, current)
    left = tuple(one for one in state.unresolved if (one.kind, one.id) != (current.kind, current.id))
    return Taken(current, replace(state, unresolved=left).recording(_record(wanted, current)))


def _found(address: Address, id: str, objects: Sequence[Observed]) -> Observed:
    by_id = World({address.kind: tuple(objects)}).find(address.kind, id)
    if by_id is not None:
        return by_id
    folded = identity(address.kind, id)
    named = [seen for seen in objects if identity(address.kind, seen.name) == folded]
    words = address.kind.replace("_", " ")
    if not named:
        hint = f"give the GUID or the name as the service shows it; it has {len(objects)} of that kind"
        raise _mistake("no-such-object", f"the tenant has no {words} “{id}”", hint)
    if len(named) > 1:
        message = f"the tenant has {len(named)} {words}s named “{id}”"
        told = "\n".join(f"mailform import {for_shell(address)} {quote(escaped(seen.id))}" for seen in named)
        raise Mistakes((Diagnostic("ambiguous", message, None, "say which one:", paste=told),))
    return named[0]


def _require_free(address: Address, current: Observed, state: State, objects: Sequence[Observed]) -> None:
    """Each object has one address, and each address one object."""
    key = (current.kind, current.id.casefold())
    for known in state.resources.values():
        if (known.kind, known.id.casefold()) == key:
            move = f"mailform state mv {for_shell(known.address)} {for_shell(address)}"
            hint = "nothing is to be done" if known.address == address else f"to give it this address: {move}"
            raise _mistake("already-managed", f"“{current.name}” ({current.id}) is {known.address} already", hint)
    if any((left.kind, left.id.casefold()) == key for left in state.pending_delete):
        hint = "run `mailform apply`, which deletes it, or take another object"
        raise _mistake("to-be-deleted", f"“{current.name}” ({current.id}) is still to be deleted", hint)
    held = state.resources.get(address)
    if held is not None and any(seen.id.casefold() == held.id.casefold() for seen in objects):
        hint = f"forget that one first, if you mean it: mailform state rm {for_shell(address)}"
        raise _mistake("address-taken", f"{address} is another object already ({held.id})", hint)
    if current.unsupported is not None:
        message = f"“{current.name}” ({current.id}) can't be managed: {current.unsupported}"
        raise _mistake("unsupported-rule", message, "leave it to the tool that made it; it is never touched")


def _require_same_domain(wanted: Wanted, current: Observed) -> None:
    """A domain is its name: another one can't become it."""
    name = wanted.attributes.get("domain")
    if wanted.kind == ACCEPTED_DOMAIN and isinstance(name, str) and identity(wanted.kind, name) != current.id:
        message = f"{wanted.address} is the domain {name}, not {current.name}"
        raise Mistakes(
            (Diagnostic("another-domain", message, wanted.position, "write that domain, or import this one"),)
        )


def _record(wanted: Wanted, current: Observed) -> Recorded:
    kind = KINDS[wanted.kind]
    managed = {name: Attribute(None, None, name in wanted.sensitive) for name in everything(kind, wanted)}
    own = settings(kind, wanted, None)
    return observed_record(Recorded(wanted.address, current.id, managed, wanted.dependencies, **own), current)


def _mistake(code: str, message: str, hint: str) -> Mistakes:
    return Mistakes((Diagnostic(code, message, None, hint),))
