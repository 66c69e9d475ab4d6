"""Behind the pivot a run that was cut off is finished: from its journal alone, in the order that it meant."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from mailform.execute.lost import rounds
from mailform.execute.outcome import gone
from mailform.execute.publishing import WITHDRAW, withdraw
from mailform.execute.steady import Streak
from mailform.planning.images import seen, strange
from mailform.planning.undo import shown
from mailform.session.aftermath import Aftermath
from mailform_providers.contract import Done, Rejected, Waiting, Written
from mailform_providers.kinds import ACCEPTED_DOMAIN
from mailform_state.changes import Change, Forget, Postpone, Record
from mailform_state.errors import Failure
from mailform_state.journal import Entry, Intent, Outcome, Pivot, Result, Skip
from mailform_state.values import PendingDelete


def finish(scene: Aftermath, write: Callable[[Iterable[Entry]], None]) -> list[tuple[str, str]]:
    """Sends what is still to be sent, one after the other, each written down first. Answers with what couldn't be done:
    after the first of that, nothing more is deleted, since something may still need it."""
    rest = next(entry.rest for entry in scene.told if isinstance(entry, Pivot))
    skipped = {entry.address for entry in scene.told if isinstance(entry, Skip)}
    left = [(str(intent.address), detail) for intent in rest if (detail := _left(intent, scene.told))]
    for intent in (one for one in rest if not _is_settled(one, scene.told)):
        if intent.address in skipped:
            result = _postponed(intent, Outcome.UNSENT, "it was left on purpose")
        elif left:
            result = _postponed(intent, Outcome.UNSENT, "what uses it may still be there")
        else:
            write((intent,))
            result = _sent(intent, scene)
        write((result,))
        if result.outcome is not Outcome.OK:
            left.append((str(intent.address), result.detail))
    undone = {address for address, _ in left}
    _await_gone({str(one.id) for one in rest if _deletes_a_domain(one) and str(one.address) not in undone}, scene)
    return left


def _deletes_a_domain(intent: Intent) -> bool:
    return intent.action == "delete" and intent.kind == ACCEPTED_DOMAIN


def _await_gone(domains: set[str], scene: Aftermath) -> None:
    """Waits until no reader shows the deleted domains any more: they are known by their names alone, so that the plan
    that is made next would adopt what isn't there."""
    streak = Streak(scene, scene.tempo.settle)
    for _ in rounds(scene, scene.tempo.visibility) if domains else ():
        try:
            shown_now = {one.id for one in scene.provider.read(ACCEPTED_DOMAIN).objects}
        except Failure:
            continue
        if streak.sure(domains.isdisjoint(shown_now)):
            return


def _last(intent: Intent, told: Iterable[Entry]) -> Result | None:
    found = [entry for entry in told if isinstance(entry, Result) and entry.step == intent.step]
    return found[-1] if found else None


def _is_settled(intent: Intent, told: Iterable[Entry]) -> bool:
    """Whether it was done, or was left for a later apply. What only doesn't show is sent again: nobody waits for it."""
    result = _last(intent, told)
    return result is not None and (result.outcome is not Outcome.UNSENT or bool(result.changes))


def _left(intent: Intent, told: Iterable[Entry]) -> str:
    result = _last(intent, told)
    return "" if result is None or result.outcome is Outcome.OK or not _is_settled(intent, told) else result.detail


def _sent(intent: Intent, scene: Aftermath) -> Result:
    if intent.action == WITHDRAW:
        return withdraw(intent, scene)
    id = str(intent.id)
    try:
        hindering = _edited(intent, scene) if intent.action == "delete" else ()
        if hindering:
            detail = f"somebody else changed {', '.join(hindering)} meanwhile; that was left"
            return _postponed(intent, Outcome.REJECTED, detail)
        written: Written
        if intent.action == "delete":
            written = scene.provider.delete(intent.kind, id)
        else:
            written = scene.provider.update(intent.kind, id, intent.payload)
    except Failure as failure:
        written = Rejected(failure.message, failure.hint)
    match written:
        case Done():
            done: tuple[Change, ...] = () if intent.meant is None else (Record(intent.meant),)
            done = gone(intent) if intent.action == "delete" else done
            return Result(intent.step, Outcome.OK, id, None, done)
        case Rejected(_, _, True) if intent.action == "delete":
            return Result(intent.step, Outcome.OK, id, None, gone(intent))
        case Waiting():
            return _postponed(intent, Outcome.REJECTED, written.detail)
        case _:
            outcome = Outcome.REJECTED if isinstance(written, Rejected) else Outcome.AMBIGUOUS
            return _postponed(intent, outcome, written.message)


def _edited(intent: Intent, scene: Aftermath) -> tuple[str, ...]:
    """What somebody else has changed of an object that is to be deleted."""
    images = shown(scene.told).get((intent.kind, str(intent.id)))
    current = scene.provider.find(intent.kind, str(intent.id)) if images else None
    if current is None or not images:
        return ()
    return strange(intent.kind, seen(current), images, scene.directory())


def _postponed(intent: Intent, outcome: Outcome, reason: str) -> Result:
    """A deletion is for the next apply, and leaves its address; a write that only a deletion makes possible is planned
    again by itself."""
    if intent.action != "delete":
        return Result(intent.step, outcome, intent.id, detail=reason)
    name = str(intent.payload.get("name", ""))
    pending = Postpone(PendingDelete(intent.kind, str(intent.id), name, intent.address, reason))
    changes: tuple[Change, ...] = (pending, Forget(intent.address)) if intent.payload.get("forget") else (pending,)
    return Result(intent.step, outcome, intent.id, None, changes, reason)
