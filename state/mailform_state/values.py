"""The state, as values: what Mailform wrote in a tenant, and what the tenant answered.

`State` is the whole; `document` turns it into bytes and back. Everything here is frozen: an edit returns a new value
(`dataclasses.replace`, or the methods of `State`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from typing import TypeAlias

from mailform_state.address import Address

Scalar: TypeAlias = str | int | float | bool | None
Value: TypeAlias = "Scalar | tuple[Value, ...] | Mapping[str, Value]"
"""What an attribute, a variable or an output may hold. Lists are tuples; mappings are never changed in place."""

NOTHING: Mapping[str, Value] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Attribute:
    """One managed attribute: what was written, and what the service showed of it afterwards.

    An observed value equal to either is no drift. `echoed` is never sent back to the service.
    """

    written: Value
    echoed: Value
    sensitive: bool = False


@dataclass(frozen=True, slots=True)
class Recorded:
    """One resource as the state knows it. `id` is the object's GUID; of a domain, its name.

    `attributes` has only what Mailform manages, by the names of the configuration (`conditions.from_scope`). It is
    what was true after the last apply, so never present it as what the tenant has now.
    """

    address: Address
    id: str
    attributes: Mapping[str, Attribute] = field(default_factory=dict)
    dependencies: frozenset[Address] = frozenset()
    on_destroy: str | None = None
    prevent_destroy: bool = False
    ignore_changes: frozenset[str] = frozenset()

    @property
    def kind(self) -> str:
        return self.address.kind

    def written(self, name: str) -> Value:
        """What was written for an attribute; None when it isn't managed."""
        found = self.attributes.get(name)
        return None if found is None else found.written


@dataclass(frozen=True, slots=True)
class Output:
    """A value that the configuration publishes. A sensitive one is shown only when asked for by name."""

    value: Value
    sensitive: bool = False


@dataclass(frozen=True, slots=True)
class PendingDelete:
    """An object that a finished apply retired but couldn't delete yet; the next apply tries again."""

    kind: str
    id: str
    name: str
    address: Address
    reason: str


@dataclass(frozen=True, slots=True)
class Unresolved:
    """Something in the tenant of which a run could not say how it ended; every run refuses until it is recovered."""

    address: Address
    kind: str
    id: str | None
    detail: str


@dataclass(frozen=True, slots=True)
class DnsRecord:
    """A DNS record that Mailform itself published, and so may take away."""

    zone: str
    name: str
    type: str
    value: str
    address: Address


@dataclass(frozen=True, slots=True)
class Proof:
    """What still has to be published for a domain: one of the two records, at `name`."""

    address: Address
    name: str
    txt: str
    mx: str


@dataclass(frozen=True, slots=True)
class State:
    """All that Mailform knows of one tenant. `tenant` is its GUID; `serial` grows by one with each version written.
    `proofs` are those that domains waited for at the last apply, `mail_host` is the tenant's own MX host, if known.
    """

    lineage: str
    tenant: str
    serial: int = 0
    tool_version: str = ""
    resources: Mapping[Address, Recorded] = field(default_factory=dict)
    outputs: Mapping[str, Output] = field(default_factory=dict)
    unresolved: tuple[Unresolved, ...] = ()
    pending_delete: tuple[PendingDelete, ...] = ()
    used_plans: Mapping[str, datetime] = field(default_factory=dict)
    dns_records: tuple[DnsRecord, ...] = ()
    proofs: tuple[Proof, ...] = ()
    mail_host: str = ""

    def recording(self, resource: Recorded) -> State:
        """The state with `resource` recorded, in place of what was recorded at its address."""
        return replace(self, resources={**self.resources, resource.address: resource})

    def forgetting(self, address: Address) -> State:
        """The state without the resource at `address`, if it was there at all."""
        return replace(self, resources={known: entry for known, entry in self.resources.items() if known != address})
