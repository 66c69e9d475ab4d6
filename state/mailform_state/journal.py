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
from mailform_state.changes import Change, advance
from mailform_state.values import NOTHING, Recorded, State, Value


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
    """A run begins. `present` has the ids of every object seen per kind, `rule_order` the rules' GUIDs in order,
    `rule_order_after` how they are to stand (the address of one still to be made).

    `configuration` is the digest of the configuration with its variables, `asked` the options of the plan: together
    they say whether the rest of the run can be planned again. Neither holds a value of a variable."""

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
    rule_order_after: tuple[str, ...] = ()
    configuration: str = ""
    asked: Mapping[str, Value] = field(default_factory=lambda: NOTHING)


@dataclass(frozen=True, slots=True)
class Intent:
    """A request that is about to be sent. Written and durable before anything leaves. `meant` is what the state is to
    hold of the resource if it is carried out (`id` is empty where that is still to be made)."""

    step: int
    address: Address
    action: str
    kind: str
    id: str | None
    payload: Mapping[str, Value] = field(default_factory=dict)
    meant: Recorded | None = None


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
    """From here only forward. Carries what changes in the state alone (addresses that moved, outputs, settings), and as
    `rest` what is still to be sent, in its order: whoever recovers the run finishes it from the journal alone."""

    changes: tuple[Change, ...] = ()
    rest: tuple[Intent, ...] = ()


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
class Skip:
    """Somebody decided that what the run did at this address stays as it is, and why."""

    address: Address
    reason: str
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True)
class End:
    """The run is over; `exit` is its exit code. A journal without it is open."""

    exit: int
    at: datetime


Entry: TypeAlias = Begin | Intent | Result | Verified | Pivot | Undo | UndoResult | Skip | End


def replay(base: State, entries: Iterable[Entry]) -> State:
    """The state that `entries` make of `base`: serial one higher, the changes of every step that stands.

    A step that was taken back leaves no trace, nor does one that couldn't be since somebody else wrote over it: what
    they wrote is drift from what was there before. Whoever needs to know how a run *ended* reads the entries, not this.
    """
    told = tuple(entries)
    undone = _undone(told)
    standing = (change for entry in told for change in _changes(entry, undone))
    advanced = reduce(advance, standing, base)
    used = {entry.plan: entry.plan_expires for entry in told if isinstance(entry, Begin)}
    kept = {digest: expires for digest, expires in used.items() if digest and expires is not None}
    return replace(advanced, serial=base.serial + 1, used_plans={**advanced.used_plans, **kept})


def _undone(told: tuple[Entry, ...]) -> set[int]:
    """The steps that count for nothing any more. What the run made and somebody else then edited stays, and is ours;
    what it made and took away again takes every write to it along, also where a crash let only the first be told."""
    creates = {entry.step for entry in told if isinstance(entry, Intent) and entry.action == "create"}
    made = {entry.step: entry.id for entry in told if isinstance(entry, Result) and entry.step in creates}
    written = {entry.step: entry.id for entry in told if isinstance(entry, Intent) and entry.id in made.values()}
    latest = {entry.step: entry.outcome for entry in told if isinstance(entry, UndoResult)}
    gone = {id for step, id in made.items() if latest.get(step) is UndoOutcome.OK}
    taken_back = {step for step, outcome in latest.items() if outcome is UndoOutcome.OK}
    left_to_others = {step for step, outcome in latest.items() if outcome is UndoOutcome.SKIPPED}
    return taken_back | (left_to_others - creates - written.keys()) | {s for s, id in written.items() if id in gone}


def _changes(entry: Entry, undone: set[int]) -> tuple[Change, ...]:
    match entry:
        case Result():
            return () if entry.step in undone else entry.changes
        case Pivot() | Skip():
            return entry.changes
        case Begin() | Intent() | Verified() | Undo() | UndoResult() | End():
            return ()
    assert_never(entry)
