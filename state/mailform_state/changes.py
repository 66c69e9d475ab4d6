"""What the entries of a journal make of the state: a closed union of changes, and the state after one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias, assert_never

from mailform_state.address import Address
from mailform_state.values import DnsRecord, Output, PendingDelete, Proof, Recorded, State, Unresolved


@dataclass(frozen=True, slots=True)
class Record:
    """The state is to hold this resource."""

    resource: Recorded


@dataclass(frozen=True, slots=True)
class Forget:
    """The state is to hold nothing at this address any more."""

    address: Address


@dataclass(frozen=True, slots=True)
class Postpone:
    """An object is still to be deleted, by a later run."""

    pending: PendingDelete


@dataclass(frozen=True, slots=True)
class Finished:
    """A postponed deletion is done: the object (by kind and id) is gone."""

    kind: str
    id: str


@dataclass(frozen=True, slots=True)
class Publish:
    """The state's outputs are these from now on (all of them, by name)."""

    outputs: Mapping[str, Output]


@dataclass(frozen=True, slots=True)
class PublishRecord:
    """Mailform put this DNS record into its zone, and so may take it away again."""

    record: DnsRecord


@dataclass(frozen=True, slots=True)
class WithdrawRecord:
    """A DNS record of ours is gone from its zone, or isn't ours to take away any more."""

    record: DnsRecord


@dataclass(frozen=True, slots=True)
class Tell:
    """What the state can tell people from now on: the proofs that domains wait for, and the tenant's own MX host."""

    proofs: tuple[Proof, ...]
    mail_host: str


@dataclass(frozen=True, slots=True)
class Leave:
    """Something was left in the tenant of which nobody could say how it ended; the state tells of it from now on."""

    unresolved: Unresolved


@dataclass(frozen=True, slots=True)
class Resolve:
    """What was left unresolved at this address is settled: the state knows its object, or the object is gone."""

    address: Address


Change: TypeAlias = (
    Record | Forget | Postpone | Finished | Publish | PublishRecord | WithdrawRecord | Tell | Leave | Resolve
)
"""What an entry makes of the state."""


def advance(state: State, change: Change) -> State:
    """The state after one change."""
    match change:
        case Record(resource):
            return state.recording(resource)
        case Forget(address):
            return state.forgetting(address)
        case Postpone(pending):
            return replace(state, pending_delete=(*_without(state, pending.kind, pending.id), pending))
        case Finished(kind, id):
            return replace(state, pending_delete=_without(state, kind, id))
        case Publish(outputs):
            return replace(state, outputs=outputs)
        case Tell(proofs, mail_host):
            return replace(state, proofs=proofs, mail_host=mail_host)
        case Leave(unresolved):
            return replace(state, unresolved=(*_resolved(state, unresolved.address), unresolved))
        case Resolve(address):
            return replace(state, unresolved=_resolved(state, address))
        case PublishRecord(record):
            return replace(state, dns_records=(*_other_records(state, record), record))
        case WithdrawRecord(record):
            return replace(state, dns_records=_other_records(state, record))
    assert_never(change)


def _resolved(state: State, address: Address) -> tuple[Unresolved, ...]:
    return tuple(left for left in state.unresolved if left.address != address)


def _without(state: State, kind: str, id: str) -> tuple[PendingDelete, ...]:
    return tuple(entry for entry in state.pending_delete if (entry.kind, entry.id) != (kind, id))


def _other_records(state: State, record: DnsRecord) -> tuple[DnsRecord, ...]:
    """The records without this one, whichever resource it is there for."""
    return tuple(known for known in state.dns_records if replace(known, address=record.address) != record)
