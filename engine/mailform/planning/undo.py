"""Rollback is a plan of its own, made by a pure function from the journal of the run that is taken back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias, assert_never

from mailform.planning.staying import unmoved
from mailform_state.address import Address
from mailform_state.changes import PublishRecord
from mailform_state.journal import Begin, Entry, Intent, Outcome, Result, Skip, UndoOutcome, UndoResult
from mailform_state.values import DnsRecord, Value

Images: TypeAlias = tuple[Mapping[str, Value], ...]
"""What one object has shown, in turn."""


@dataclass(frozen=True, slots=True)
class Unmake:
    """Deletes an object. Only one whose GUID this run's journal proves that the run made it. `numbers` are the steps
    that go with it: the first made it, the others wrote to it. `shown` is what it has shown during the run, of the
    attributes that were seen at all; empty where nobody has seen it."""

    numbers: tuple[int, ...]
    address: Address
    kind: str
    id: str
    shown: Images = ()


@dataclass(frozen=True, slots=True)
class Restore:
    """Gives an object back what a write changed: where it still is as we left it (`after`), what it was (`before`).
    `shown` is all that it has shown during the run, of which a reader that lags may show any."""

    number: int
    address: Address
    kind: str
    id: str
    before: Mapping[str, Value]
    after: Mapping[str, Value]
    shown: Images = ()


@dataclass(frozen=True, slots=True)
class Reorder:
    """Puts the rules that this run moved back to where they stood among the others (`order`). `meant` is the order that
    the run was to make: a rule that stands neither here nor there was moved by somebody else."""

    numbers: tuple[int, ...]
    order: tuple[str, ...]
    moved: frozenset[str]
    meant: tuple[str, ...] = ()


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
    was taken back already, or was left on purpose, isn't there again. Deletions aren't there at all: they lie behind
    the pivot.
    """
    told = tuple(entries)
    begin = next(entry for entry in told if isinstance(entry, Begin))
    results = {entry.step: entry for entry in told if isinstance(entry, Result)}
    undone = {entry.step for entry in told if isinstance(entry, UndoResult) and entry.outcome is UndoOutcome.OK}
    left = {entry.address for entry in told if isinstance(entry, Skip)}
    images: dict[tuple[str, str], list[Mapping[str, Value]]] = {(i.kind, i.id): [i.attributes] for i in begin.before}
    made: dict[str, list[int]] = {}
    steps: list[Unmake | Restore | TakeAway] = []
    moves: list[Intent] = []
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
        seen = images.setdefault((intent.kind, id), [])
        before = seen[-1] if seen else {}
        after = result.after if result.after is not None else {**before, **intent.payload}
        if intent.action == "create":
            made[id] = [intent.step]
            steps.append(Unmake((intent.step,), intent.address, intent.kind, id))
            seen.extend(() if result.after is None else (after,))
        elif intent.action == "move":
            moves.append(replace(intent, id=id))
        elif id in made:
            made[id].append(intent.step)
            sure = (
                result.outcome is Outcome.OK
            )  # else what was written may be in it now, and what it had nobody has seen
            seen.extend((after if sure else {n: v for n, v in after.items() if n in before},) if seen else ())
        else:
            steps.append(Restore(intent.step, intent.address, intent.kind, id, before, after))
            seen.append(after)
    standing = [
        _complete(step, made, images)
        for step in reversed(steps)
        if numbers_of(step)[0] not in undone and step.address not in left
    ]
    back = [move for move in moves if move.step not in undone and move.address not in left]
    if not back:
        return tuple(standing)
    numbers, moved = tuple(move.step for move in back), frozenset(str(move.id) for move in back)
    return (*standing, Reorder(numbers, begin.rule_order, moved, begin.rule_order_after))


def shown(entries: Iterable[Entry]) -> Mapping[tuple[str, str], Images]:
    """What every object that a run knows of has shown, by kind and id: before the run, and after each of its writes."""
    told = tuple(entry for entry in entries if not isinstance(entry, UndoResult | Skip))
    begin = next(entry for entry in told if isinstance(entry, Begin))
    written = {(step.kind, step.id): step.shown for step in undoing(told) if isinstance(step, Unmake | Restore)}
    return {**{(one.kind, one.id): (one.attributes,) for one in begin.before}, **written}


def _complete(
    step: Unmake | Restore | TakeAway,
    made: Mapping[str, list[int]],
    images: Mapping[tuple[str, str], list[Mapping[str, Value]]],
) -> UndoStep:
    """A step with what the whole run knows of its object."""
    match step:
        case Unmake(_, _, kind, id):
            return replace(step, numbers=tuple(made[id]), shown=tuple(images[kind, id]))
        case Restore(_, _, kind, id):
            return replace(step, shown=tuple(images[kind, id]))
        case TakeAway():
            return step
    assert_never(step)


def numbers_of(step: UndoStep) -> tuple[int, ...]:
    """The journal's steps that an undo takes back."""
    match step:
        case Unmake() | Reorder():
            return step.numbers
        case Restore() | TakeAway():
            return (step.number,)
    assert_never(step)


def former_order(current: tuple[str, ...], step: Reorder) -> tuple[str, ...]:
    """What the order of `current` is to be: what we moved stands again among the others as it did, also where one of
    them was moved meanwhile; what others did to the rest stays."""
    rest = [id for id in current if id not in step.moved]
    places = {id: place for place, id in enumerate(step.order)}
    for id in step.order:
        if id in step.moved and id in current:
            rest.insert(_gap(rest, places, places[id]), id)
    return tuple(rest)


def _gap(rest: Sequence[str], places: Mapping[str, int], own: int) -> int:
    """Where in `rest` a rule stands right with the most others; of several such gaps right behind its old neighbour."""
    wrong = sum(places[id] < own for id in rest if id in places)
    costs = [wrong]
    for id in rest:
        wrong += 0 if id not in places else 1 if places[id] > own else -1
        costs.append(wrong)
    ahead = max((one for one in rest if places.get(one, own) < own), key=places.__getitem__, default=None)
    behind = 0 if ahead is None else rest.index(ahead) + 1
    return behind if costs[behind] == min(costs) else costs.index(min(costs))


def displaced(current: tuple[str, ...], step: Reorder) -> frozenset[str]:
    """The moved rules that stand neither where they were nor where the run was to put them, looking only at rules that
    nobody moved: somebody else has put them there."""
    fixed = [id for id in step.order if id not in step.moved and id in current and id in step.meant]
    staying = unmoved([id for id in current if id in fixed], fixed, frozenset())

    def ahead(order: Sequence[str], id: str) -> frozenset[str]:
        return staying.intersection(order[: order.index(id)])

    return frozenset(
        id
        for id in step.moved.intersection(current, step.order, step.meant)
        if ahead(current, id) not in (ahead(step.order, id), ahead(step.meant, id))
    )
