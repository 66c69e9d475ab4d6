"""What the state will hold of a resource."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TypedDict

from mailform.expression import Unknown
from mailform.planning.compare import everything, ignoring, is_ignored
from mailform.wanted import Moved, Wanted
from mailform_providers.contract import Observed
from mailform_providers.kinds import KINDS
from mailform_providers.kinds.schema import Kind
from mailform_state.address import Address
from mailform_state.values import Attribute, Recorded, State, Value


class Settings(TypedDict):
    """The part of a record that no tenant knows of."""

    on_destroy: str | None
    prevent_destroy: bool
    ignore_changes: frozenset[str]


def record(kind: Kind, wanted: Wanted, known: Recorded | None, id: str, seen: Mapping[str, Value]) -> Recorded:
    """The record of a resource whose object `id` shows `seen` after everything wanted was written.

    An ignored attribute keeps what was recorded; what is still unknown is left out.
    """
    ignored = ignoring(wanted, known)
    attributes: dict[str, Attribute] = {}
    for name, value in everything(kind, wanted).items():
        if is_ignored(name, ignored) and known is not None:
            if name in known.attributes:
                attributes[name] = known.attributes[name]
        elif not isinstance(value, Unknown):
            attributes[name] = Attribute(value, seen.get(name), name in wanted.sensitive)
    return Recorded(
        address=wanted.address,
        id=id,
        attributes=attributes,
        dependencies=wanted.dependencies,
        **settings(kind, wanted, known),
    )


def settings(kind: Kind, wanted: Wanted, known: Recorded | None) -> Settings:
    """What only the state holds. What the configuration doesn't say stays as it was remembered."""
    life = wanted.lifecycle
    remembered = known.prevent_destroy if known is not None else False
    return {
        "on_destroy": (wanted.on_destroy or "forget") if kind.naming == "domain" else None,
        "prevent_destroy": remembered if life.prevent_destroy is None else life.prevent_destroy,
        "ignore_changes": ignoring(wanted, known),
    }


def taken_over(wanted: Wanted, current: Observed) -> Recorded:
    """The record of an object that becomes ours as it is: what it shows counts as written, so that the next plan is
    exactly what configuration and tenant differ in."""
    kind = KINDS[wanted.kind]
    managed = {name: Attribute(None, None, name in wanted.sensitive) for name in everything(kind, wanted)}
    own = settings(kind, wanted, None)
    return observed_record(Recorded(wanted.address, current.id, managed, wanted.dependencies, **own), current)


def observed_record(known: Recorded, current: Observed) -> Recorded:
    """The record brought to what the tenant has, for `--refresh-only`: what is there counts as written."""
    kind = KINDS[known.kind]
    names = {*known.attributes, *(found.name for found in kind.writable if found.section in kind.sections)}
    seen = {name: current.attributes.get(name) for name in kind.attributes if name in names}
    kept = {
        name: Attribute(value, value, name in known.attributes and known.attributes[name].sensitive)
        for name, value in seen.items()
        if name in known.attributes or value not in (None, "", (), False)
    }
    return replace(known, attributes=kept)


def readdressed(state: State, moved: Iterable[Moved]) -> tuple[State, dict[Address, Address]]:
    """The state with `[[moved]]` carried out, chains included, and what moved (new address -> old)."""
    origins: dict[Address, Address] = {}
    pending = list(moved)
    while step := next((m for m in pending if m.origin in state.resources and m.target not in state.resources), None):
        pending.remove(step)
        state = renamed(state, step.origin, step.target)
        origins[step.target] = origins.pop(step.origin, step.origin)
    return state, origins


def renamed(state: State, origin: Address, target: Address) -> State:
    """The state in which the resource at `origin` is at `target`, also where others depend on it."""
    resources = {
        target if address == origin else address: replace(
            known,
            address=target if known.address == origin else known.address,
            dependencies=frozenset(target if other == origin else other for other in known.dependencies),
        )
        for address, known in state.resources.items()
    }
    records = tuple(replace(known, address=target) if known.address == origin else known for known in state.dns_records)
    return replace(state, resources=resources, dns_records=records)


def forgotten(state: State, addresses: frozenset[Address]) -> State:
    """The state without the resources at `addresses`, on which nothing depends any more either."""
    resources = {
        address: replace(known, dependencies=known.dependencies - addresses)
        for address, known in state.resources.items()
        if address not in addresses
    }
    return replace(state, resources=resources)
