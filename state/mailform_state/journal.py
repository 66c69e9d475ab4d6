"""The journal: what a run means to do, written down before it does it, and how each thing ended.

Entries are a closed union; `replay` folds them over the state they began from, so that the next state can always be
derived from the last one and the journal. Encoding and the chain of digests are in `journal_file`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from functools import reduce
from typing import TypeAlias, assert_never

from mailform_state.address import Address
from mailform_state.values import DnsRecord, Output, PendingDelete, Proof, Recorded, State, Value


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


Change: TypeAlias = Record | Forget | Postpone | Finished | Publish | PublishRecord | WithdrawRecord | Tell
"""What an entry makes of the state."""


class Outcome(StrEnum):
    """How an intent ended. AMBIGUOUS: the service may have carried it out, nobody knows. UNSENT: it never left."""

    OK = "ok"
    REJECTED = "rejected"
    AMBIGUOUS = "ambiguous"
    WAITING = "waiting"
    UNSENT = "unsent"


class UndoOutcome(StrEnum):
    """How taking a change back ended. SKIPPED: somebody else changed the object meanwhile, and keeps it."""

    OK = "ok"
    SKIPPED = "skipped"
    IMPOSSIBLE = "impossible"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Image:
    """An object as it was before a run touched it: every writable attribute, by name. Only for taking changes back;
    never compare a plan against it."""

    kind: str
    id: str
    address: Address | None
    attributes: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Begin:
    """A run begins. `present` has the ids of every object seen per kind, `rule_order` the rules' GUIDs in order."""

    run: str
    plan: str
    tenant: str
    lineage: str
    serial: int
    actor: str
    at: datetime
    before: tuple[Image, ...] = ()
    rule_order: tuple[str, ...] = ()
    present: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    plan_expires: datetime | None = None


@dataclass(frozen=True, slots=True)
class Intent:
    """A request that is about to be sent. Written and durable before anything leaves."""

    step: int
    address: Address
    action: str
    kind: str
    id: str | None
    payload: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Result:
    """How an intent ended. `id` is the GUID of what it made or touched, `after` the object as read afterwards.

    `changes` is what that makes of the state, whatever the outcome: a refused delete postpones one."""

    step: int
    outcome: Outcome
    id: str | None = None
    after: Mapping[str, Value] | None = None
    changes: tuple[Change, ...] = ()
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Verified:
    """Everything that was touched has been read again and is as meant."""


@dataclass(frozen=True, slots=True)
class Pivot:
    """From here only forward. Carries what changes in the state alone (addresses that moved, outputs, settings)."""

    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True)
class Undo:
    """The change of `step` is about to be taken back."""

    step: int


@dataclass(frozen=True, slots=True)
class UndoResult:
    """How taking back `step` ended."""

    step: int
    outcome: UndoOutcome
    detail: str = ""


@dataclass(frozen=True, slots=True)
class End:
    """The run is over; `exit` is its exit code. A journal without it is open."""

    exit: int
    at: datetime


Entry: TypeAlias = Begin | Intent | Result | Verified | Pivot | Undo | UndoResult | End


def replay(base: State, entries: Iterable[Entry]) -> State:
    """The state that `entries` make of `base`: serial one higher, the changes of every step that stands.

    A step that was taken back leaves no trace. Whoever needs to know how a run *ended* reads the entries, not this.
    """
    told = tuple(entries)
    undone = {entry.step for entry in told if isinstance(entry, UndoResult) and entry.outcome is UndoOutcome.OK}
    standing = (change for entry in told for change in _changes(entry, undone))
    advanced = reduce(advance, standing, base)
    used = {entry.plan: entry.plan_expires for entry in told if isinstance(entry, Begin)}
    kept = {digest: expires for digest, expires in used.items() if digest and expires is not None}
    return replace(advanced, serial=base.serial + 1, used_plans={**advanced.used_plans, **kept})


def _changes(entry: Entry, undone: set[int]) -> tuple[Change, ...]:
    match entry:
        case Result():
            return () if entry.step in undone else entry.changes
        case Pivot():
            return entry.changes
        case Begin() | Intent() | Verified() | Undo() | UndoResult() | End():
            return ()
    assert_never(entry)


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
        case PublishRecord(record):
            return replace(state, dns_records=(*_other_records(state, record), record))
        case WithdrawRecord(record):
            return replace(state, dns_records=_other_records(state, record))
    assert_never(change)


def _without(state: State, kind: str, id: str) -> tuple[PendingDelete, ...]:
    return tuple(entry for entry in state.pending_delete if (entry.kind, entry.id) != (kind, id))


def _other_records(state: State, record: DnsRecord) -> tuple[DnsRecord, ...]:
    """The records without this one, whichever resource it is there for."""
    return tuple(known for known in state.dns_records if replace(known, address=record.address) != record)
