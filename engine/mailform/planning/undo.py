"""Rollback is a plan of its own, made by a pure function from the journal of the run that is taken back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias, assert_never

from mailform_state.address import Address
from mailform_state.changes import PublishRecord
from mailform_state.journal import Begin, Entry, Intent, Outcome, Result, UndoOutcome, UndoResult
from mailform_state.values import DnsRecord, Value


@dataclass(frozen=True, slots=True)
class Unmake:
    """Deletes an object. Only one whose GUID this run's journal proves that the run made it. `numbers` are the steps
    that go with it: the first made it, the others wrote to it."""

    numbers: tuple[int, ...]
    address: Address
    kind: str
    id: str


@dataclass(frozen=True, slots=True)
class Restore:
    """Gives an object back what a write changed: where it still is as we left it (`after`), what it was (`before`)."""

    number: int
    address: Address
    kind: str
    id: str
    before: Mapping[str, Value]
    after: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Reorder:
    """Puts the rules that this run moved back to where they stood among the others."""

    numbers: tuple[int, ...]
    order: tuple[str, ...]
    moved: frozenset[str]


@dataclass(frozen=True, slots=True)
class TakeAway:
    """Withdraws a DNS record that this run published."""

    number: int
    address: Address
    record: DnsRecord


UndoStep: TypeAlias = Unmake | Restore | Reorder | TakeAway


def undoing(entries: Iterable[Entry]) -> tuple[UndoStep, ...]:
    """How to take back everything that the journal says was, or may have been, done: the last thing first.

    Moves come last, as one: when everything that was made is gone, the order is restored among what was there. What
    was taken back already isn't there again. Deletions aren't there at all: they lie behind the pivot.
    """
    told = tuple(entries)
    begin = next(entry for entry in told if isinstance(entry, Begin))
    results = {entry.step: entry for entry in told if isinstance(entry, Result)}
    undone = {entry.step for entry in told if isinstance(entry, UndoResult) and entry.outcome is UndoOutcome.OK}
    images: dict[tuple[str, str], Mapping[str, Value]] = {(i.kind, i.id): i.attributes for i in begin.before}
    made: dict[str, list[int]] = {}
    steps: list[UndoStep] = []
    moves: list[tuple[int, str]] = []
    for intent in (entry for entry in told if isinstance(entry, Intent)):
        result = results.get(intent.step)
        if result is not None and intent.action == "publish":
            ours = (change.record for change in result.changes if isinstance(change, PublishRecord))
            steps.extend(TakeAway(intent.step, intent.address, record) for record in ours)
            continue
        if result is None or result.outcome not in (Outcome.OK, Outcome.AMBIGUOUS):
            continue
        id = result.id or intent.id
        if id is None or intent.action in ("delete", "validate"):
            continue
        if intent.action == "create":
            made[id] = [intent.step]
            steps.append(Unmake((intent.step,), intent.address, intent.kind, id))
        elif intent.action == "move":
            moves.append((intent.step, id))
        elif id in made:
            made[id].append(intent.step)
        else:
            before = images.get((intent.kind, id), {})
            after = result.after if result.after is not None else {**before, **intent.payload}
            images[intent.kind, id] = after
            steps.append(Restore(intent.step, intent.address, intent.kind, id, before, after))
    standing: list[UndoStep] = [
        replace(step, numbers=tuple(made[step.id])) if isinstance(step, Unmake) else step
        for step in reversed(steps)
        if numbers_of(step)[0] not in undone
    ]
    left = [(number, id) for number, id in moves if number not in undone]
    if left:
        numbers = tuple(number for number, _ in left)
        standing.append(Reorder(numbers, begin.rule_order, frozenset(id for _, id in left)))
    return tuple(standing)


def numbers_of(step: UndoStep) -> tuple[int, ...]:
    """The journal's steps that an undo takes back."""
    match step:
        case Unmake() | Reorder():
            return step.numbers
        case Restore() | TakeAway():
            return (step.number,)
    assert_never(step)


def former_order(current: tuple[str, ...], step: Reorder) -> tuple[str, ...]:
    """What the order of `current` is to be: what we moved stands again behind its former neighbour; what others did
    to the rest meanwhile stays."""
    rest = [id for id in current if id not in step.moved]
    for place, id in enumerate(step.order):
        if id in step.moved and id in current:
            ahead = next((other for other in reversed(step.order[:place]) if other in rest), None)
            rest.insert(0 if ahead is None else rest.index(ahead) + 1, id)
    return tuple(rest)
