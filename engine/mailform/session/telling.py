"""From a run's journal to what it did, deed by deed, and to the report of its recovery."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from mailform.execute.undo import Leftover
from mailform.exits import Exit
from mailform.planning.verbs import Verb
from mailform.session.report import Deed, Recovery, Report
from mailform_providers.kinds import KINDS
from mailform_state.canonical import digest
from mailform_state.journal import Begin, Entry, Intent, Outcome, Pivot, Result, Skip, UndoResult, Verified
from mailform_state.values import Value

NOT_SHOWN = "it doesn't show in the tenant"


def deeds(told: Sequence[Entry]) -> tuple[Deed, ...]:
    """Every write that the journal announced, with how it ended and whether it was taken back."""
    results = {entry.step: entry for entry in told if isinstance(entry, Result)}
    undone = {entry.step: entry for entry in told if isinstance(entry, UndoResult)}
    images = {(one.kind, one.id): one.attributes for entry in told if isinstance(entry, Begin) for one in entry.before}
    found: list[Deed] = []
    for intent in (entry for entry in told if isinstance(entry, Intent)):
        result = results.get(intent.step)
        back = undone.get(intent.step)
        id = result.id if result is not None and result.id else intent.id
        before = images.get((intent.kind, id or ""))
        after = _after(intent, result, before)
        if id is not None and after is not None:
            images[intent.kind, id] = after
        found.append(
            Deed(
                number=intent.step,
                address=intent.address,
                verb=verb_of(intent),
                id=id,
                outcome=result.outcome if result is not None else Outcome.AMBIGUOUS,
                detail="" if result is None else result.detail,
                undone=None if back is None else back.outcome,
                undo_detail="" if back is None else back.detail,
                before=None if before is None else digest(before),
                after=None if after is None else digest(after),
            )
        )
    return tuple(found)


def past_pivot(told: Iterable[Entry]) -> bool:
    """Whether a run can only go forward."""
    return any(isinstance(entry, Pivot) for entry in told)


def recovered(
    told: Sequence[Entry], code: Exit, serial: int, now: datetime, left: Iterable[Leftover] = (), cut_off: str = ""
) -> Report:
    """How the recovery of a run ended. `left` is what isn't as it was, or is still to be done; `cut_off` why the
    recovery itself ended in the middle."""
    begin = next(entry for entry in told if isinstance(entry, Begin))
    forward = past_pivot(told)
    found = tuple(left)
    ours = tuple(str(leftover) for leftover in found if not leftover.foreign)
    skipped = tuple(f"{entry.address}: left as it is: {entry.reason}" for entry in told if isinstance(entry, Skip))
    return Report(
        run=begin.run,
        tenant=begin.tenant,
        actor=begin.actor,
        exit=code,
        deeds=deeds(told),
        pending=ours if forward else (),
        unresolved=(*skipped, *(() if forward else ours)),
        foreign=tuple(str(leftover) for leftover in found if leftover.foreign),
        warnings=tuple(_unseen(told)),
        began=begin.at,
        ended=now,
        serial=serial,
        failure=cut_off,
        hint=_TO_LEAVE if code is Exit.UNRESOLVED else "",
        recovery=_settled(told),
        next_command=_NEXT.get(code, "mailform plan"),
    )


def _settled(told: Sequence[Entry]) -> Recovery:
    if not past_pivot(told):
        return Recovery.TAKEN_BACK
    return Recovery.FINISHED if any(isinstance(entry, Verified) for entry in told) else Recovery.KEPT


_TO_LEAVE = "what can't be taken back can be left as it is: mailform recover --skip ADDR --reason TEXT"

_NEXT = {
    Exit.UNRESOLVED: "mailform recover",
    Exit.INTERRUPTED: "mailform recover",
    Exit.LOCKED: "mailform recover",
    Exit.WAITING: "mailform apply",
}


def _unseen(told: Iterable[Entry]) -> Iterator[str]:
    """New objects that never showed: if one does so after all, somebody has to know whose it is."""
    made: dict[int, Intent] = {}
    for entry in told:
        if isinstance(entry, Intent) and entry.action == "create":
            made[entry.step] = entry
        elif isinstance(entry, Result) and entry.step in made and entry.detail == NOT_SHOWN:
            address = made[entry.step].address
            yield f"{address}: its creation was sent, and doesn't show; should it do so later, this run made it"


def verb_of(intent: Intent) -> Verb:
    """The word for what an intent does, told from its payload."""
    match intent.action:
        case "create":
            return Verb.CREATE
        case "delete":
            return Verb.DELETE
        case "move":
            return Verb.MOVE
        case "validate":
            return Verb.VALIDATE
        case "publish":
            return Verb.PUBLISH
        case "withdraw":
            return Verb.WITHDRAW
    payload = intent.payload
    if payload.keys() == {"enabled"}:
        return Verb.ENABLE if payload["enabled"] else Verb.DISABLE
    if payload.keys() == {"verified"}:
        return Verb.VERIFY
    if payload.keys() == {"email"}:
        return Verb.MAIL
    return Verb.RENAME if payload.keys() == {KINDS[intent.kind].naming} else Verb.UPDATE


def _after(intent: Intent, result: Result | None, before: Mapping[str, Value] | None) -> Mapping[str, Value] | None:
    if result is None or result.outcome is not Outcome.OK or intent.action not in ("create", "update", "move"):
        return None
    return result.after if result.after is not None else {**(before or {}), **intent.payload}
