"""Taking one change back. Each re-reads first: what is as we left it is restored, what somebody else changed stays.

Start reading at `take_back`. What is left in the end is told as `Leftover`s.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import assert_never

from mailform.execute.ledger import Surroundings
from mailform.execute.lost import rounds
from mailform.execute.publishing import take_away
from mailform.execute.reorder import reorder
from mailform.planning.compare import MAIL, PROOF
from mailform.planning.images import agrees, differing, seen, strange, unheard_of
from mailform.planning.undo import Reorder, Restore, TakeAway, UndoStep, Unmake, numbers_of
from mailform_providers.contract import Done, Lost, Observed, Rejected, Waiting, Written
from mailform_providers.kinds import ACCEPTED_DOMAIN, KINDS
from mailform_providers.kinds.schema import Form, Type
from mailform_state.errors import Failure
from mailform_state.journal import Entry, Undo, UndoOutcome, UndoResult
from mailform_state.values import Value


@dataclass(frozen=True, slots=True)
class Leftover:
    """Something that isn't as it was before the run. `foreign`: because somebody else had a hand in it, so that nothing
    of ours is left to be done there."""

    what: str
    detail: str
    foreign: bool = False

    def __str__(self) -> str:
        return f"{self.what}: {self.detail}"


def take_back(step: UndoStep, scene: Surroundings, left: list[Leftover]) -> Iterator[tuple[Entry, ...]]:
    """Takes one change back; suspended before and after, for the journal. One that fails doesn't stop the others: it
    is added to `left`."""
    numbers = numbers_of(step)
    yield tuple(Undo(number) for number in numbers)
    try:
        outcome, detail = _take_back(step, scene)
    except Failure as failure:
        outcome, detail = UndoOutcome.FAILED, failure.message
    if outcome is not UndoOutcome.OK:
        what = "the rules' order" if isinstance(step, Reorder) else str(step.address)
        left.append(Leftover(what, detail, foreign=outcome is not UndoOutcome.FAILED))
    yield tuple(UndoResult(number, outcome, detail) for number in numbers)


def _take_back(step: UndoStep, scene: Surroundings) -> tuple[UndoOutcome, str]:
    match step:
        case Unmake():
            return _unmake(step, scene)
        case Restore():
            return _restore(step, scene)
        case Reorder():
            return reorder(step, scene)
        case TakeAway(_, _, record):
            return take_away(record, scene)
    assert_never(step)


def _unmake(step: Unmake, scene: Surroundings) -> tuple[UndoOutcome, str]:
    """Deletes what the run made, unless somebody else has edited it. A refusal is asked again for a while: what used
    the object was taken back just before, and a reader that lags still sees it in use."""
    edited = _edited(step, scene)
    if edited:
        return UndoOutcome.SKIPPED, f"the run made it, but somebody else changed {', '.join(edited)}; it was left"
    written: Written = Lost("it was not tried")
    for _ in rounds(scene, min(scene.tempo.visibility, 6 * scene.tempo.settle)):
        written = scene.provider.delete(step.kind, step.id)
        match written:
            case Done():
                return UndoOutcome.OK, ""
            case Rejected(_, _, True):
                return _gone(step, scene)
            case Lost():
                for _ in rounds(scene):
                    if scene.provider.find(step.kind, step.id) is None:
                        return UndoOutcome.OK, ""
    return UndoOutcome.FAILED, _reason(written)


def _edited(step: Unmake, scene: Surroundings) -> tuple[str, ...]:
    """What somebody else has changed of an object that the run made, as far as the run has seen it."""
    current = scene.provider.find(step.kind, step.id) if step.shown else None
    if current is None:
        return ()
    now = {name: value for name, value in seen(current).items() if name in step.shown[-1]}
    found = strange(step.kind, now, step.shown, scene.directory())
    return tuple(name for name in found if not _respelled(step.kind, name, now, step.shown[-1]))


def _respelled(kind: str, name: str, now: Mapping[str, Value], known: Mapping[str, Value]) -> bool:
    """Recipients come back under another of their names, at a time of the service's own."""
    attribute = KINDS[kind].attributes.get(name)
    return attribute is not None and attribute.form is Form.ADDRESS and bool(now.get(name)) == bool(known.get(name))


def _gone(step: Unmake, scene: Surroundings) -> tuple[UndoOutcome, str]:
    """What was just made may not be there yet for a reader that lags: it counts as gone when it stays so for as long
    as an object may take to show."""
    for _ in rounds(scene, scene.tempo.visibility):
        if scene.provider.find(step.kind, step.id) is not None:
            again = scene.provider.delete(step.kind, step.id)
            if isinstance(again, Done):
                return UndoOutcome.OK, ""
    return UndoOutcome.OK, "it was gone already"


def _restore(step: Restore, scene: Surroundings) -> tuple[UndoOutcome, str]:
    current = scene.provider.find(step.kind, step.id)
    if current is None:
        return UndoOutcome.IMPOSSIBLE, "somebody deleted it meanwhile"
    back, foreign = _merged(step, current, scene)
    for attributes in _in_order(back):
        written = scene.provider.update(step.kind, step.id, attributes)
        if not isinstance(written, Done) and not _shows_after_all(step, attributes, written, scene):
            return UndoOutcome.FAILED, _reason(written)
    if foreign:
        return UndoOutcome.SKIPPED, f"somebody else changed {', '.join(foreign)} meanwhile; that was left"
    return UndoOutcome.OK, ""


def _merged(step: Restore, current: Observed, scene: Surroundings) -> tuple[dict[str, Value], list[str]]:
    """What is to be written, and what somebody else has changed, so that it stays."""
    now, directory = seen(current), scene.directory()
    odd = frozenset(strange(step.kind, now, (*step.shown, step.before, step.after), directory))
    back: dict[str, Value] = {}
    foreign: list[str] = []
    for name in differing(step.kind, step.before, step.after, directory):
        if name == PROOF or (step.kind == ACCEPTED_DOMAIN and unheard_of(name, (step.before,))):
            continue
        if name in odd:
            foreign.append(name)
        else:
            # a reader that lags shows what was there before: writing that again does no harm, leaving it out would
            back[name] = _empty(step.kind, name) if name not in step.before else step.before[name]
    return back, foreign


def _in_order(back: Mapping[str, Value]) -> list[dict[str, Value]]:
    """What is restored, in the writes that it takes: switched off first, switched on last, Email alone."""
    switch = [{"enabled": back["enabled"]}] if "enabled" in back else []
    mail = [{MAIL: back[MAIL]}] if MAIL in back else []
    rest = {name: value for name, value in back.items() if name not in ("enabled", MAIL)}
    writes = [rest] if rest else []
    off = back.get("enabled") is False
    return [*(switch if off else []), *writes, *([] if off else switch), *mail]


def _shows_after_all(step: Restore, attributes: Mapping[str, Value], written: Written, scene: Surroundings) -> bool:
    if not isinstance(written, Lost):
        return False
    directory = scene.directory()
    for _ in rounds(scene):
        try:
            current = scene.provider.find(step.kind, step.id)
        except Failure:
            continue
        if current is not None:
            now = seen(current)
            if all(agrees(step.kind, name, value, now.get(name), directory) for name, value in attributes.items()):
                return True
    return False


def _empty(kind: str, name: str) -> Value:
    attribute = KINDS[kind].attributes.get(name)
    return False if attribute is None or attribute.type is Type.BOOLEAN else None


def _reason(written: Written) -> str:
    match written:
        case Rejected(message) | Lost(message):
            return message
        case Waiting(_, _, _, _, detail):
            return detail
        case Done():
            return ""
    assert_never(written)
