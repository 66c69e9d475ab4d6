"""From a run's journal to what it did, deed by deed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mailform.planning.verbs import Verb
from mailform.session.report import Deed
from mailform_providers.kinds import KINDS
from mailform_state.canonical import digest
from mailform_state.journal import Begin, Entry, Intent, Outcome, Result, UndoResult
from mailform_state.values import Value


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
